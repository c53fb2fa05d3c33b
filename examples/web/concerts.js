// Titles of concerts, from the latest maps.

import * as api from "./api.js";

const titles = new Map();

export function remember({ concertId, title }) {
    titles.set(concertId, title);
}

/** Of a reservation's concert; null if it cannot be had now. */
export async function titleOf({ date, concertId }) {
    if (!titles.has(concertId)) {
        const answer = await api.map({ date, concertId }).catch(() => null);
        if (!answer?.ok) return null;
        remember(answer.data);
    }
    return titles.get(concertId);
}

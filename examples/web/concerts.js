// Titles of concerts, and sections and rows of seats, from the latest maps.

import * as api from "./api.js";

const maps = new Map();

export function remember(map) {
    maps.set(map.concertId, map);
}

/** {title, seat} of a reservation; null if it cannot be had now. */
export async function details({ date, concertId, seatNumber }) {
    if (!maps.has(concertId)) {
        const answer = await api.map({ date, concertId }).catch(() => null);
        if (!answer?.ok) return null;
        remember(answer.data);
    }
    const map = maps.get(concertId);
    const seat = map.seats.find(({ number }) => number === seatNumber);
    return seat ? { title: map.title, seat } : null;
}

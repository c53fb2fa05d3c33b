// What is known of concerts beside their seats, from the latest answers: titles, when they begin, names of types, terms, what was
// called off.

import * as api from "./api.js";

const known = new Map();

export function remember({ concertId, title, startsAt = null, types = [], sale = null, calledOff = null }) {
    known.set(concertId, { title, startsAt, types, sale, calledOff });
}

/** {title, startsAt, types, sale, calledOff} of a reservation's concert as it is now; null if it cannot be had. */
export async function concertNow({ date, concertId }) {
    const answer = await api.states({ date, concertId }).catch(() => null);
    if (answer?.ok) remember(answer.data);
    return known.get(concertId) ?? null;
}

/** The same, as it was known last. */
export const concertOf = async (of) => known.get(of.concertId) ?? concertNow(of);

/** What is known of it without asking. */
export const knownOf = (concertId) => known.get(concertId) ?? null;

export const typeName = (concertId, type) =>
    type === null || type === undefined
        ? null
        : (known.get(concertId)?.types.find((one) => one.type === type)?.name ?? null);

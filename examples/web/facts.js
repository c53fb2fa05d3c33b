// Asking the server who a token's bearer is by now, and what they have.

import * as api from "./api.js";
import { learn } from "./clock.js";

/** The server, or something before it, could not say: ask again after `wait` milliseconds. */
export class Unsettled extends Error {
    constructor(kind, wait) {
        super(kind);
        Object.assign(this, { kind, wait });
    }
}

/** Only a token's refusal may end a session; whatever else is no answer stays without effect. */
function settled(answer) {
    if (answer.ok || answer.status === 400 || answer.status === 401) return answer;
    const isBusy = answer.status === 503 || answer.status === 429;
    throw new Unsettled(isBusy ? "busy" : "server", answer.retryAfter);
}

/**
 * {gone} where the token is no longer good for anything: "token_left" or "invalid_token"; else {place, ended, rows}:
 * the answer of peek while the place lives, why it is over, and the user's reservations. Throws Unsettled, NoAnswer.
 */
export async function gather({ userId, token }) {
    const sentAt = Date.now();
    const peeked = settled(await api.peek(token));
    if (peeked.ok) learn(peeked.data.occurredTime, sentAt, Date.now());
    else if (peeked.code === "token_left") return { gone: "token_left" };
    else if (peeked.code !== "token_expired" && peeked.code !== "token_completed") return { gone: "invalid_token" };

    const place = peeked.ok ? peeked.data : null;
    const ended = peeked.ok ? null : peeked.code;
    if (place && !place.isTurn) return { place, ended, rows: [] }; // who waits holds nothing
    const own = settled(await api.reservations(userId, token));
    return own.ok ? { place, ended, rows: own.data.reservations } : { gone: "invalid_token" };
}

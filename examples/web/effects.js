// Requests that change something: hold, recharge, pay, cancel. Each has an idempotency key that is kept until its answer has
// arrived, so that a lost answer or a reload repeats the same request, and it has one effect.

import { NoAnswer, backoff, pause, request } from "./api.js";
import { forgetPending, pending, savePending, session } from "./session.js";

const paths = {
    hold: "api/reservations",
    recharge: "api/payment/recharge",
    pay: "api/payment",
    cancel: "api/cancellations",
};
const tokenInBody = new Set(["hold", "pay"]);

// A request this old is no longer what the person wants; what became of it is read from the server.
const repeatedFor = 10 * 60_000;
const serverErrorsBorne = 6;

function newKey() {
    return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function requestOf(kind, body) {
    const { userId } = session();
    const old = pending()[kind];
    // Pressed again after an error that says nothing about the effect: it is the same request.
    if (old && old.userId === userId && JSON.stringify(old.body) === JSON.stringify(body)) return old;
    const made = { key: newKey(), body, userId, startedAt: Date.now() };
    savePending(kind, made);
    return made;
}

async function send(kind, { key, body, userId }, onTrouble) {
    for (let failures = 0, serverErrors = 0; ; ++failures) {
        const { token } = session() ?? {};
        try {
            const answer = await request("POST", paths[kind], {
                key,
                token,
                body: tokenInBody.has(kind) ? { userId, ...body, token } : { userId, ...body },
            });
            if (answer.status < 500) {
                forgetPending(kind, key);
                return answer;
            }
            // Whatever the server did or did not do, the key makes asking again safe.
            if (answer.status !== 503 && ++serverErrors >= serverErrorsBorne) return answer;
            onTrouble(answer.status === 503 ? "busy" : "server");
            await pause(Math.max(answer.retryAfter, backoff(failures)));
        } catch (error) {
            if (!(error instanceof NoAnswer)) throw error;
            onTrouble("network");
            await pause(backoff(failures));
        }
    }
}

/** Sends until there is an answer; onTrouble("network" | "busy" | "server") tells why it takes longer. */
export function perform(kind, body, onTrouble) {
    return send(kind, requestOf(kind, body), onTrouble);
}

/** Requests that a reload or a crash cut off, oldest first: [kind, run] pairs. */
export function unfinished(onTrouble) {
    const { userId } = session() ?? {};
    const found = [];
    for (const [kind, made] of Object.entries(pending())) {
        const age = Date.now() - made.startedAt;
        if (made.userId !== userId || age < 0 || age > repeatedFor) forgetPending(kind, made.key);
        else found.push([kind, made]);
    }
    return found
        .sort(([, a], [, b]) => a.startedAt - b.startedAt)
        .map(([kind, made]) => ({ kind, body: made.body, run: () => send(kind, made, onTrouble) }));
}

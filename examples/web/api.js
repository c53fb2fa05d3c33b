// Requests to the server. An answer, also a refusal, is returned; only the lack of one is thrown. Paths are relative to
// the page, which a proxy may serve below a path of its own.

const answerWithin = 15_000;
const tries = 4; // of a request without an effect to protect, before its failure is shown

/** No answer arrived: whether the server acted is unknown. */
export class NoAnswer extends Error {}

/**
 * {ok, status, data, code, retryAfter}: data is the body, code the name of the refusal, retryAfter milliseconds.
 * Throws NoAnswer.
 */
export async function request(method, path, { body, token, key, etag, adminKey, cache = "no-store" } = {}) {
    const headers = {};
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (token) headers["Authorization"] = `Bearer ${token}`;
    if (key) headers["Idempotency-Key"] = key;
    if (etag) headers["If-None-Match"] = etag;
    if (adminKey !== undefined) headers["X-Admin-Key"] = adminKey;
    const given = new AbortController();
    const timer = setTimeout(() => given.abort(), answerWithin);
    try {
        const response = await fetch(path, {
            method,
            headers,
            cache,
            credentials: "omit",
            signal: given.signal,
            body: body === undefined ? undefined : JSON.stringify(body),
        });
        const text = await response.text();
        let data = null;
        if (text !== "") {
            try {
                data = JSON.parse(text);
            } catch {
                if (response.ok) throw new NoAnswer("not JSON");
            }
        }
        return {
            ok: response.ok,
            status: response.status,
            data,
            code: response.ok || response.status === 304 ? null : (data?.code ?? `http_${response.status}`),
            etag: response.headers.get("ETag"),
            retryAfter: 1000 * (Number.parseInt(response.headers.get("Retry-After") ?? "", 10) || 0),
        };
    } catch (error) {
        throw error instanceof NoAnswer ? error : new NoAnswer(String(error));
    } finally {
        clearTimeout(timer);
    }
}

export const join = (userId) => request("POST", "api/token", { body: { userId } });
export const peek = (token) => request("POST", "api/token/peek", { body: { tokenId: token } });
export const leave = (token) => request("DELETE", "api/token", { token });

const ofConcert = ({ date, concertId }, more = {}) => {
    const query = new URLSearchParams({ date, ...more });
    if (concertId) query.set("concertId", concertId);
    return query;
};

/** The plan of a hall, which the browser keeps; `fresh`: not the one that it has kept. */
export const plan = (choice, { fresh = false } = {}) =>
    request("GET", `api/concert/plan?${ofConcert(choice)}`, { cache: fresh ? "reload" : "default" });

/** The numbers of these seats of the plan. */
export const numbers = (choice, seats) => request("GET", `api/concert/numbers?${ofConcert(choice, { seats: seats.join() })}`);

/** How the seats stand, and the terms of their sale; with `since`, the version of an earlier answer, only what has changed. */
export const states = (choice, token, { etag, since } = {}) =>
    request("GET", `api/concert/states?${ofConcert(choice, since ? { since } : {})}`, { token, etag });

/** What is on, from today. */
export const programme = (etag) => request("GET", "api/concert/programme", { etag });

export const reservations = (userId, token) =>
    request("GET", `api/reservations?${new URLSearchParams({ userId, limit: "100" })}`, { token });
export const release = (reservationId, token) =>
    request("DELETE", `api/reservations/${encodeURIComponent(reservationId)}`, { token });
export const releaseOrder = (orderId, token) =>
    request("DELETE", `api/orders/${encodeURIComponent(orderId)}`, { token });
export const balance = (userId, token) => request("GET", `api/balance?${new URLSearchParams({ userId })}`, { token });

/** Waits, in milliseconds; the waiting ends early when the device comes back online. */
export function pause(milliseconds) {
    return new Promise((resolve) => {
        const end = () => {
            clearTimeout(timer);
            removeEventListener("online", end);
            resolve();
        };
        const timer = setTimeout(end, milliseconds);
        addEventListener("online", end);
    });
}

/** Longer after each failure, and never the same for all: a server that comes back is not run over. */
export function backoff(failures, longest = 10_000) {
    return Math.min(longest, 500 * 2 ** Math.min(failures, 10)) * (0.75 + Math.random() / 2);
}

/** For requests that may be repeated as they are: tries a few times, then gives up with the code no_answer. */
export async function patiently(ask, onTrouble) {
    for (let failed = 0; ; ++failed) {
        let answer = { ok: false, status: 0, code: "no_answer", data: null, retryAfter: 0 };
        try {
            answer = await ask();
            if (answer.status < 500) return answer;
        } catch (error) {
            if (!(error instanceof NoAnswer)) throw error;
        }
        if (failed + 1 >= tries) return answer;
        onTrouble(answer.status === 0 ? "network" : answer.status === 503 ? "busy" : "server");
        await pause(Math.max(answer.retryAfter, backoff(failed)));
    }
}

/**
 * Asks again and again: run() resolves to an answer. After a failure it waits longer, and as long as the server asks
 * for; trouble(kind | null) hears of it. The pace is every() milliseconds, varied so that people do not ask in step; a
 * page that comes back into view asks at once. Returns a function that stops it; its now() asks at once.
 */
export function repeat(run, { every, trouble }) {
    let timer = 0;
    let turn = 0;
    let failures = 0;
    async function ask() {
        const mine = ++turn;
        clearTimeout(timer);
        let wait;
        try {
            const answer = await run(() => mine === turn);
            if (mine !== turn) return;
            const failed = answer.status >= 500 || answer.status === 429;
            failures = failed ? failures + 1 : 0;
            trouble(!failed ? null : answer.status === 500 ? "server" : "busy");
            wait = failed
                ? Math.max(answer.retryAfter, backoff(failures, 30_000))
                : every() * (0.8 + Math.random() * 0.3);
        } catch (error) {
            if (!(error instanceof NoAnswer)) throw error;
            if (mine !== turn) return;
            trouble("network");
            wait = backoff(++failures);
        }
        timer = setTimeout(ask, wait);
    }
    const wake = () => {
        if (!document.hidden) ask();
    };
    document.addEventListener("visibilitychange", wake);
    addEventListener("online", wake);
    const stop = () => {
        ++turn;
        clearTimeout(timer);
        document.removeEventListener("visibilitychange", wake);
        removeEventListener("online", wake);
    };
    stop.now = ask;
    ask();
    return stop;
}

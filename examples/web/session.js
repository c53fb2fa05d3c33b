// What this browser remembers: who is buying, the token, what was chosen, and requests whose answer has not arrived.
// Everything else is asked of the server, so that a reload or another device goes on where the person was.

// Two box offices on one origin, each below a path of its own, keep apart what they remember.
const home = new URL(".", document.baseURI).pathname;
const prefix = home === "/" ? "boxoffice." : `boxoffice${home}.`;
const memory = new Map(); // where storage is forbidden, the page still works until it is reloaded

function read(name) {
    try {
        const text = localStorage.getItem(prefix + name);
        return text === null ? null : JSON.parse(text);
    } catch {
        return memory.get(name) ?? null;
    }
}

function write(name, value) {
    if (value === null) memory.delete(name);
    else memory.set(name, value);
    try {
        if (value === null) localStorage.removeItem(prefix + name);
        else localStorage.setItem(prefix + name, JSON.stringify(value));
    } catch {
        // The copy in memory has to do.
    }
}

/** {userId, token, position, expirationTime, aheadAtJoin?} or null. */
export const session = () => read("session");
export const saveSession = (value) => write("session", value);

/** Forgets the person, but not their name (offered again), their language, or their receipts. */
export function clearSession() {
    const old = session();
    if (old) write("lastUser", old.userId);
    for (const name of ["session", "choice", "pending"]) write(name, null);
}

export const lastUser = () => read("lastUser");

/** {date, concertId?, title?} or null. */
export const choice = () => read("choice");
export const saveChoice = (value) => write("choice", value);

export const language = () => read("language");
export const saveLanguage = (value) => write("language", value);

/** Requests under way, by kind: {key, body, userId, startedAt}. */
export const pending = () => read("pending") ?? {};

export function savePending(kind, request) {
    write("pending", { ...pending(), [kind]: request });
}

export function forgetPending(kind, key) {
    const { [kind]: request, ...others } = pending();
    if (request?.key === key) write("pending", Object.keys(others).length > 0 ? others : null);
}

const receiptsKept = 20;

/** The answer to a payment, by reservation: it alone has the time and number of the payment. */
export const receipt = (reservationId) =>
    (read("receipts") ?? []).find((r) => r.reservationId === reservationId) ?? null;

export function saveReceipt(paid) {
    const others = (read("receipts") ?? []).filter((r) => r.reservationId !== paid.reservationId);
    write("receipts", [paid, ...others].slice(0, receiptsKept));
}

/** Calls back when another tab changes who is buying. */
export function onSessionChange(listener) {
    addEventListener("storage", (event) => {
        if (event.key === prefix + "session" || event.key === null) listener();
    });
}

// What the operator's page asks of the server, with the key that it was given. The key is kept for this tab alone.

import { request } from "../api.js";

const kept = "house_key";

export const key = () => sessionStorage.getItem(kept) ?? "";
export const keepKey = (text) => sessionStorage.setItem(kept, text);
export const forgetKey = () => sessionStorage.removeItem(kept);

const ask = (method, path, body, more = {}) => request(method, `api/admin/${path}`, { body, adminKey: key(), ...more });
const of = (concertId, rest = "") => `concerts/${encodeURIComponent(concertId)}${rest}`;

export const stats = () => ask("GET", "stats");
/** Those of a past month, too: what was sold lately is still asked about. */
export const concerts = (since) => ask("GET", `concerts?${new URLSearchParams({ from: since })}`);
export const concert = (id) => ask("GET", of(id));
export const report = (id) => ask("GET", of(id, "/report"));
export const changeRoom = (name, limits) => ask("PUT", `rooms/${encodeURIComponent(name)}`, limits);
export const changeConcert = (id, change) => ask("PATCH", of(id), change);
export const changeSale = (id, change) => ask("PUT", of(id, "/sale"), change);
export const changeSeats = (id, seatNumbers, isBlocked) => ask("PUT", of(id, "/seats"), { seatNumbers, isBlocked });
export const callOff = (id, reason) => ask("POST", of(id, "/call-off"), { reason });
export const buyer = (userId) => ask("GET", `users?${new URLSearchParams({ userId, limit: "100" })}`);
export const refund = (what, once) => ask("POST", "refunds", what, { key: once });
export const audit = () => ask("GET", "audit");
export const backUp = () => ask("POST", "backup", {});

/** The report as the server writes it for spreadsheets. Throws where it does not come. */
export async function reportFile(id) {
    const response = await fetch(`api/admin/${of(id, "/report")}`, {
        headers: { "X-Admin-Key": key(), Accept: "text/csv" },
        cache: "no-store",
    });
    if (!response.ok) throw new Error(String(response.status));
    return response.blob();
}

// Reservations as the orders that they are parts of. Pure: rows of the API in, newest first, orders out.

const orderOf = (row) => row.orderId ?? row.reservationId;

/** [{orderId, date, concertId, rows}], newest first; an order's rows in the order in which they were held. */
export function ordersOf(rows) {
    const orders = new Map();
    for (const row of rows) {
        const orderId = orderOf(row);
        if (!orders.has(orderId)) orders.set(orderId, { orderId, date: row.date, concertId: row.concertId, rows: [] });
        orders.get(orderId).rows.unshift(row);
    }
    return [...orders.values()];
}

/** The newest order that is held: {orderId, date, concertId, expirationTime, total, rows} of the seats still held, or null. */
export function holdOf(rows) {
    const [held] = ordersOf(rows.filter((row) => row.status === "Reserved"));
    if (!held) return null;
    return { ...held, expirationTime: held.rows[0].expirationTime, total: sumOf(held.rows) };
}

export const sumOf = (rows, member = "price") => rows.reduce((sum, row) => sum + (row[member] ?? 0), 0);

/** What was paid for, also where it was given back since: newest first. */
export const boughtOf = (rows) => rows.filter(({ status }) => status === "Confirmed" || status === "Cancelled");

/** The order that a ticket shows first: the newest that still admits somebody, else the newest. */
export function ticketOf(bought) {
    const orders = ordersOf(bought);
    return orders.find(({ rows }) => rows.some(({ status }) => status === "Confirmed")) ?? orders[0] ?? null;
}

// What was seen, over time: for the charts. Kept for this tab, so that a reload goes on; pure but for that.

export const span = 15 * 60_000; // milliseconds shown
const kept = "house_history";
const most = 900;

/** {at, waiting, admitted, held, sold, net}: one row a look. */
export function remember(rows, row) {
    const fresh = rows.filter((one) => one.at > row.at - span);
    if (fresh.length > 0 && row.at <= fresh.at(-1).at) return fresh;
    return [...fresh, row].slice(-most);
}

export function load() {
    try {
        const rows = JSON.parse(sessionStorage.getItem(kept) ?? "[]");
        return Array.isArray(rows) ? rows : [];
    } catch {
        return [];
    }
}

export const save = (rows) => sessionStorage.setItem(kept, JSON.stringify(rows));

/** The next of 1, 2, 5, 10, 20 … that is not below the value. */
export function ceiling(value) {
    if (value <= 1) return 1;
    const power = 10 ** Math.floor(Math.log10(value));
    return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value);
}

/** The points of a line, in a box of that size: the newest at its right edge, `top` at its upper one. */
export function line(rows, name, { now, width, height, top }) {
    return rows
        .filter((row) => row.at > now - span)
        .map((row) => {
            const x = width - ((now - row.at) / span) * width;
            const y = height - (row[name] / top) * height;
            return `${x.toFixed(1)},${y.toFixed(1)}`;
        })
        .join(" ");
}

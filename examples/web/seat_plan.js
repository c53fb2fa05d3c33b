// Where seats stand in the drawing. Pure: seats in, places out. The unit is such that neighbours are `pitch` apart.

export const pitch = 40;
const margin = 34;
const stageRoom = 84; // above the front row
const labelRoom = 78; // between one section's last row and the next one's first, with its name between
const perRow = 10; // where the plan tells no rows

const byText = new Intl.Collator("und", { numeric: true }).compare;

/**
 * As people read a hall: section by section as they first come, in them by row, then by label. The numbers that name
 * seats may be in no order that means anything.
 */
export function inReadingOrder(seats) {
    const sections = new Map();
    for (const { section = "" } of seats) if (!sections.has(section)) sections.set(section, sections.size);
    const order = ({ section = "" }) => sections.get(section);
    return [...seats].sort(
        (a, b) => order(a) - order(b) || byText(a.row ?? "", b.row ?? "") || byText(a.label ?? "", b.label ?? ""),
    );
}

/** Rows one behind the other, centred, bending a little toward the stage. */
function inventPlaces(seats) {
    const rows = new Map();
    const loose = seats.filter((seat) => !seat.row).length;
    const width = loose <= 60 ? perRow : Math.min(40, Math.ceil(Math.sqrt(loose * 2)));
    let counted = 0;
    for (const seat of seats) {
        const row = seat.row ? `r${seat.row}` : `n${Math.floor(counted++ / width)}`;
        const name = JSON.stringify([seat.section ?? "", row]);
        if (!rows.has(name)) rows.set(name, []);
        rows.get(name).push(seat);
    }
    const places = new Map();
    let y = 0;
    let section = null;
    for (const row of rows.values()) {
        if (section !== null && (row[0].section ?? "") !== section) y += 1;
        section = row[0].section ?? "";
        row.forEach((seat, index) => {
            const middle = (row.length - 1) / 2;
            const aisle = row.length >= 8 ? Math.sign(index - middle) * 0.5 : 0;
            const x = index - middle + aisle;
            places.set(seat.number, { x: x * pitch, y: (y - 0.012 * x * x) * pitch });
        });
        y += 1.1;
    }
    return places;
}

/** The smallest distance between two seats, from a sample where there are many. */
function distanceOf(seats) {
    const step = Math.max(1, Math.floor(seats.length / 200));
    let least = Infinity;
    for (let i = 0; i < seats.length; i += step)
        for (let j = 0; j < seats.length; ++j) {
            if (i === j) continue;
            const distance = Math.hypot(seats[i].x - seats[j].x, seats[i].y - seats[j].y);
            if (distance > 0 && distance < least) least = distance;
        }
    return least === Infinity ? 1 : least;
}

function placesOf(seats) {
    if (!seats.some(({ x, y }) => x || y)) return inventPlaces(seats);
    const scale = pitch / distanceOf(seats);
    return new Map(seats.map(({ number, x, y }) => [number, { x: x * scale, y: y * scale }]));
}

function sectionsOf(seats, places) {
    const sections = new Map();
    for (const { number, section = "" } of seats) {
        const { x, y } = places.get(number);
        const box = sections.get(section) ?? { name: section, left: x, right: x, top: y, bottom: y };
        Object.assign(box, {
            left: Math.min(box.left, x),
            right: Math.max(box.right, x),
            top: Math.min(box.top, y),
            bottom: Math.max(box.bottom, y),
        });
        sections.set(section, box);
    }
    return [...sections.values()].sort((a, b) => a.top - b.top);
}

/** Sections that lie one behind the other are moved apart where their names would not fit between them. */
function makeRoom(seats, places, sections) {
    const apart = sections.every((box, i) => i === 0 || box.top > sections[i - 1].bottom);
    if (!apart || sections.length < 2) return [];
    let moved = 0;
    const moves = new Map();
    sections.forEach((box, i) => {
        if (i > 0) moved += Math.max(0, labelRoom - (box.top + moved - sections[i - 1].bottom));
        moves.set(box.name, moved);
        box.top += moved;
        box.bottom += moved;
    });
    for (const { number, section = "" } of seats) places.get(number).y += moves.get(section);
    return sections;
}

/**
 * {places: Map(number → {x, y}), box: {x, y, width, height}, labels: [{name, x, y}], stage: {x, y, width}, sections}.
 * The map's own coordinates where it has any; else seats are laid out row by row.
 */
export function layOut(seats) {
    const places = placesOf(seats);
    const sections = sectionsOf(seats, places);
    const named = makeRoom(seats, places, sections).filter(({ name }) => name !== "");
    const left = Math.min(...sections.map((box) => box.left));
    const right = Math.max(...sections.map((box) => box.right));
    const top = Math.min(...sections.map((box) => box.top));
    const bottom = Math.max(...sections.map((box) => box.bottom));
    const headRoom = stageRoom + (named.length > 0 ? 34 : 0);
    return {
        places,
        sections,
        labels: named.map((box) => ({ name: box.name, x: (box.left + box.right) / 2, y: box.top - pitch * 0.85 })),
        stage: { x: (left + right) / 2, y: top - headRoom, width: Math.max(pitch * 5, (right - left) * 0.6) },
        box: {
            x: left - margin,
            y: top - headRoom - 22,
            width: right - left + 2 * margin,
            height: bottom - top + headRoom + 22 + margin,
        },
    };
}

const directions = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
};

/** The nearest seat that way, by geometry; null at the edge. Straight on is better than nearer but aside. */
export function neighbour(places, number, key) {
    const [dx, dy] = directions[key];
    const from = places.get(number);
    let best = null;
    let bestCost = Infinity;
    for (const [other, place] of places) {
        if (other === number) continue;
        const along = (place.x - from.x) * dx + (place.y - from.y) * dy;
        const aside = Math.abs((place.x - from.x) * dy) + Math.abs((place.y - from.y) * dx);
        if (along < pitch * 0.3 || aside > along * 2) continue;
        const cost = along + 2.5 * aside;
        if (cost < bestCost) [best, bestCost] = [other, cost];
    }
    return best;
}

/** The seat farthest left or right in the same row. */
export function rowEnd(places, number, key) {
    const from = places.get(number);
    let best = number;
    for (const [other, place] of places) {
        if (Math.abs(place.y - from.y) > pitch * 0.45) continue;
        const farther = key === "Home" ? place.x < places.get(best).x : place.x > places.get(best).x;
        if (farther) best = other;
    }
    return best;
}

export const tierCount = 5;

/** Price → tier 0 (dearest) … tierCount-1. A seat that is not for sale may have no price: its 0 is none. */
export function tiersOf(seats) {
    const priced = seats.filter(({ state, price }) => price > 0 || state !== "blocked");
    const prices = [...new Set(priced.map((seat) => seat.price))].sort((a, b) => b - a);
    return new Map(
        prices.map((price, i) => [price, prices.length <= tierCount ? i : Math.floor((i * tierCount) / prices.length)]),
    );
}

// Where seats stand in the drawing. Pure: a plan in, places out. The unit is such that neighbours are `pitch` apart.

export const pitch = 40;
const margin = 34;
const stageRoom = 84; // above the front row
const stageHeight = 34;
const labelRoom = 78; // between one section's last row and the next one's first, with its name between
const perRow = 10; // where the plan tells no rows

/** Rows one behind the other, centred, bending a little toward the stage. */
function inventPlaces(plan) {
    const x = new Float64Array(plan.count);
    const y = new Float64Array(plan.count);
    const loose = plan.rows.filter(({ name }) => name === "").reduce((sum, { from, to }) => sum + to - from, 0);
    const width = loose <= 60 ? perRow : Math.min(40, Math.ceil(Math.sqrt(loose * 2)));
    const lines = plan.rows.flatMap((row) => {
        if (row.name !== "") return [row];
        const cut = [];
        for (let from = row.from; from < row.to; from += width)
            cut.push({ ...row, from, to: Math.min(row.to, from + width) });
        return cut;
    });
    let top = 0;
    let section = null;
    for (const line of lines) {
        if (section !== null && line.section !== section) top += 1;
        section = line.section;
        const count = line.to - line.from;
        const middle = (count - 1) / 2;
        for (let i = 0; i < count; ++i) {
            const aisle = count >= 8 ? Math.sign(i - middle) * 0.5 : 0;
            const across = i - middle + aisle;
            x[line.from + i] = across * pitch;
            y[line.from + i] = (top - 0.012 * across * across) * pitch;
        }
        top += 1.1;
    }
    return { x, y };
}

/**
 * The smallest distance between two seats, from a sample where there are many: across or along, whichever is more, since faces
 * stand upright. Two that were put on one another by mistake do not count.
 */
function distanceOf({ x, y, count }) {
    const samples = Math.min(count, Math.max(32, Math.floor(1_500_000 / count)));
    const nearest = [];
    for (let s = 0; s < samples; ++s) {
        const i = Math.floor((s * count) / samples);
        let least = Infinity;
        for (let j = 0; j < count; ++j) {
            const across = Math.abs(x[i] - x[j]);
            if (across >= least) continue;
            const along = Math.abs(y[i] - y[j]);
            const distance = across > along ? across : along;
            if (distance > 0 && distance < least) least = distance;
        }
        if (least < Infinity) nearest.push(least);
    }
    nearest.sort((a, b) => a - b);
    const usual = nearest[nearest.length >> 1];
    return nearest.find((distance) => distance > usual * 0.4) ?? 1;
}

function placesOf(plan) {
    if (!plan.x.some((value) => value !== 0) && !plan.y.some((value) => value !== 0)) return inventPlaces(plan);
    const scale = pitch / distanceOf(plan);
    return { x: plan.x.map((value) => value * scale), y: plan.y.map((value) => value * scale) };
}

/** The corners around points, counter-clockwise (Andrew's monotone chain). */
export function hullOf(points) {
    const sorted = [...points].sort((a, b) => a.x - b.x || a.y - b.y);
    const half = (list) => {
        const out = [];
        for (const p of list) {
            while (out.length >= 2) {
                const [a, b] = out.slice(-2);
                if ((b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x) > 0) break;
                out.pop();
            }
            out.push(p);
        }
        out.pop();
        return out;
    };
    return sorted.length < 3 ? sorted : [...half(sorted), ...half(sorted.reverse())];
}

const areaOf = (corners) =>
    Math.abs(corners.reduce((sum, { x, y }, i) => sum + x * corners.at(i - 1).y - y * corners.at(i - 1).x, 0)) / 2;

/** What a section looks like from afar: its box, where it is nearly that (the last row of many is shorter), else its hull. */
function shapeOf({ left, right, top, bottom }, points) {
    const hull = hullOf(points);
    if (areaOf(hull) < 0.9 * (right - left) * (bottom - top)) return hull;
    return [
        { x: left, y: top },
        { x: right, y: top },
        { x: right, y: bottom },
        { x: left, y: bottom },
    ];
}

/** By section: its box, and the corners around it. Of a row only its ends can be corners. */
function sectionsOf(plan, { x, y }) {
    const boxes = plan.sections.map(({ name }) => ({
        name,
        left: Infinity,
        right: -Infinity,
        top: Infinity,
        bottom: -Infinity,
        ends: [],
    }));
    for (const { section, from, to } of plan.rows) {
        const box = boxes[section];
        const ends = [from, from, from, from];
        for (let i = from; i < to; ++i) {
            if (x[i] < x[ends[0]]) ends[0] = i;
            if (x[i] > x[ends[1]]) ends[1] = i;
            if (y[i] < y[ends[2]]) ends[2] = i;
            if (y[i] > y[ends[3]]) ends[3] = i;
        }
        box.left = Math.min(box.left, x[ends[0]]);
        box.right = Math.max(box.right, x[ends[1]]);
        box.top = Math.min(box.top, y[ends[2]]);
        box.bottom = Math.max(box.bottom, y[ends[3]]);
        box.ends.push(...new Set(ends));
    }
    return boxes;
}

/** Sections that lie one behind the other are moved apart where their names would not fit between them. */
function makeRoom(plan, places, boxes) {
    const order = [...boxes.keys()].sort((a, b) => boxes[a].top - boxes[b].top);
    const isStacked = order.every((at, i) => i === 0 || boxes[at].top > boxes[order[i - 1]].bottom);
    if (!isStacked || boxes.length < 2) return false;
    let moved = 0;
    order.forEach((at, i) => {
        const box = boxes[at];
        if (i > 0) moved += Math.max(0, labelRoom - (box.top + moved - boxes[order[i - 1]].bottom));
        box.top += moved;
        box.bottom += moved;
        const { from, to } = plan.sections[at];
        for (let seat = from; seat < to; ++seat) places.y[seat] += moved;
    });
    return true;
}

/**
 * {x, y: by seat; box: {x, y, width, height}; stage: {x, y, width, height, room: down to the first row}; sections: [{name, left, right, top, bottom, hull, label}]}.
 * The plan's own coordinates where it has any; else seats are laid out row by row.
 */
export function layOut(plan) {
    const places = placesOf(plan);
    const boxes = sectionsOf(plan, places);
    const isStacked = makeRoom(plan, places, boxes);
    const [left, top] = [Math.min(...boxes.map((box) => box.left)), Math.min(...boxes.map((box) => box.top))];
    const [right, bottom] = [Math.max(...boxes.map((box) => box.right)), Math.max(...boxes.map((box) => box.bottom))];
    const sections = boxes.map(({ ends, ...box }) => ({
        ...box,
        hull: shapeOf(
            box,
            ends.map((i) => ({ x: places.x[i], y: places.y[i] })),
        ),
        /** Where its name stands: above its seats. */
        label: { x: (box.left + box.right) / 2, y: box.top - pitch * 0.85 },
    }));
    const width = right - left;
    // A deep hall is looked at from farther away: its stage must be seen from there.
    const grown = Math.max(1, (bottom - top) / 1_500);
    const headRoom = (stageRoom + (isStacked || boxes.length > 1 ? 34 : 0)) * grown;
    return {
        ...places,
        sections,
        stage: { x: (left + right) / 2, y: top - headRoom, width: Math.max(pitch * 5, width * 0.6), height: stageHeight * grown, room: headRoom },
        box: {
            x: left - margin,
            y: top - headRoom - 22,
            width: width + 2 * margin,
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
export function neighbour({ x, y }, from, key) {
    const [dx, dy] = directions[key];
    let best = null;
    let bestCost = Infinity;
    for (let i = 0; i < x.length; ++i) {
        const along = (x[i] - x[from]) * dx + (y[i] - y[from]) * dy;
        if (along < pitch * 0.3) continue;
        const aside = Math.abs((x[i] - x[from]) * dy) + Math.abs((y[i] - y[from]) * dx);
        const cost = along + 2.5 * aside;
        if (aside <= along * 2 && cost < bestCost) [best, bestCost] = [i, cost];
    }
    return best;
}

/** The seat farthest left or right in the same row. */
export function rowEnd({ x, y }, from, key) {
    let best = from;
    for (let i = 0; i < x.length; ++i) {
        if (Math.abs(y[i] - y[from]) > pitch * 0.45) continue;
        if (key === "Home" ? x[i] < x[best] : x[i] > x[best]) best = i;
    }
    return best;
}

/** The seat at a point, or the nearest within `reach`; null: there is none. */
export function seatAt({ x, y }, point, reach = pitch / 2) {
    let best = null;
    let least = reach;
    for (let i = 0; i < x.length; ++i) {
        const distance = Math.max(Math.abs(x[i] - point.x), Math.abs(y[i] - point.y));
        if (distance <= least) [best, least] = [i, distance];
    }
    return best;
}

/** The seats whose places are within a rectangle. */
export function seatsWithin({ x, y }, { left, top, right, bottom }) {
    const found = [];
    for (let i = 0; i < x.length; ++i)
        if (x[i] >= left && x[i] <= right && y[i] >= top && y[i] <= bottom) found.push(i);
    return found;
}

// A hall as the server tells it: the plan once, then how the seats stand, a letter each, or what has changed. Pure.
//
// Seats are counted from 0 as people read a hall: section by section, row by row, by label. Whatever there is fifty thousand of
// stands in typed arrays; a seat becomes an object when somebody asks about it.

export const stateNames = ["available", "held", "sold", "blocked", "mine"];
export const [available, held, sold, blocked, mine] = stateNames.keys();
const stateOf = new Map([..."ahsbm"].map((letter, state) => [letter.charCodeAt(0), state]));

/** The first value, then differences, of which the last goes on: [1, 1] is 1, 2, 3 … */
function readSteps(steps, into, from, count) {
    let value = steps[0];
    for (let i = 0; i < count; ++i) {
        if (i > 0) value += steps[Math.min(i, steps.length - 1)] * (steps.length > 1 ? 1 : 0);
        into[from + i] = value;
    }
}

/**
 * A large hall does not tell the numbers that machines gave its seats. Until one is asked for, this and the seat's place stand for it: no
 * number begins so.
 */
const unnamed = "\u0001";
export const isUnnamed = (number) => number.startsWith(unnamed);

/** The answer of the plan, as arrays. */
export function readPlan({ concertId, seats: count, unit, categories, sections }) {
    const plan = {
        concertId,
        count,
        categories, // [{category, price}]: what a seat is priced by
        sections: [], // [{name, from, to}]
        rows: [], // [{name, section, from, to}]
        rowOf: new Uint32Array(count),
        categoryOf: new Uint16Array(count),
        x: new Float64Array(count),
        y: new Float64Array(count),
    };
    const labels = new Int32Array(count);
    let at = 0;
    for (const { name, numbers: pattern, rows } of sections) {
        const section = { name, from: at, to: at, pattern };
        for (const row of rows) {
            const to = at + row.count;
            plan.rowOf.fill(plan.rows.length, at, to);
            const isNumbered = typeof row.labels[0] === "number";
            if (isNumbered) readSteps(row.labels, labels, at, row.count);
            readSteps(row.category, plan.categoryOf, at, row.count);
            readSteps(row.x, plan.x, at, row.count);
            readSteps(row.y, plan.y, at, row.count);
            plan.rows.push({
                name: row.row,
                section: plan.sections.length,
                from: at,
                to,
                labels: isNumbered ? null : row.labels,
                numbers: row.numbers ?? null,
            });
            at = to;
        }
        section.to = at;
        plan.sections.push(section);
    }
    for (let i = 0; i < count; ++i) {
        plan.x[i] *= unit;
        plan.y[i] *= unit;
    }

    const rowAt = (i) => plan.rows[plan.rowOf[i]];
    plan.sectionOf = (i) => rowAt(i).section;
    plan.label = (i) => {
        const row = rowAt(i);
        return row.labels ? row.labels[i - row.from] : String(labels[i]);
    };
    const indexes = new Map(); // of the seats whose number was told; of all, once one is asked for that was not
    plan.number = (i) => {
        const row = rowAt(i);
        const { pattern } = plan.sections[row.section];
        let number = unnamed + i;
        if (row.numbers) number = row.numbers[i - row.from];
        else if (pattern !== null) number = pattern.replace("{r}", () => row.name).replace("{l}", () => plan.label(i));
        indexes.set(number, i);
        return number;
    };
    /** What a number that was not told is; `name` is the seat's own. */
    plan.learn = (i, name) => indexes.set(name, i);
    let isComplete = false;
    plan.indexOf = (number) => {
        if (!indexes.has(number) && !isComplete) {
            for (let i = 0; i < count; ++i) plan.number(i);
            isComplete = true;
        }
        return indexes.get(number) ?? -1;
    };
    /** What people call it, and what it is of. */
    plan.seat = (i) => {
        const row = rowAt(i);
        return {
            index: i,
            number: plan.number(i),
            label: plan.label(i),
            section: plan.sections[row.section].name,
            row: row.name,
            ...categories[plan.categoryOf[i]],
        };
    };
    return plan;
}

/** How all the seats stand. */
export function readStates(letters) {
    const states = new Uint8Array(letters.length);
    for (let i = 0; i < letters.length; ++i) states[i] = stateOf.get(letters.charCodeAt(i)) ?? blocked;
    return states;
}

/** Takes changes in; returns the seats that look different now. */
export function applyChanges(states, changed, letters) {
    const touched = [];
    let at = 0;
    changed.forEach((step, i) => {
        at += step;
        const state = stateOf.get(letters.charCodeAt(i)) ?? blocked;
        if (states[at] === state) return;
        states[at] = state;
        touched.push(at);
    });
    return touched;
}

/** The seats that stand otherwise than before. */
export function differences(before, after) {
    const touched = [];
    for (let i = 0; i < after.length; ++i) if (before[i] !== after[i]) touched.push(i);
    return touched;
}

/**
 * What the sections offer: [{name, available, isForSale, least, most}]; `prices` is what each category costs. Of prices count
 * those of seats for sale, where there are any: one that is not may have none.
 */
export function offerOf(plan, states, prices) {
    return plan.sections.map(({ name, from, to }) => {
        const offer = { name, available: 0, isForSale: false, least: Infinity, most: -Infinity };
        for (let i = from; i < to; ++i) {
            const isForSale = states[i] !== blocked;
            if (states[i] === available) ++offer.available;
            if (!isForSale && offer.isForSale) continue;
            if (isForSale && !offer.isForSale) Object.assign(offer, { isForSale, least: Infinity, most: -Infinity });
            const price = prices[plan.categoryOf[i]];
            offer.least = Math.min(offer.least, price);
            offer.most = Math.max(offer.most, price);
        }
        return offer;
    });
}

export const tierCount = 5;

/**
 * By category: the tier of its price, 0 (dearest) … tierCount-1. A category of which nothing is for sale may have no price: its
 * 0 is none, and it stands last.
 */
export function tiersOf(plan, states, prices) {
    const isSold = new Array(plan.categories.length).fill(false);
    for (let i = 0; i < plan.count; ++i) if (states[i] !== blocked) isSold[plan.categoryOf[i]] = true;
    const counts = (i) => prices[i] > 0 || isSold[i];
    const known = [...new Set(prices.filter((_, i) => counts(i)))].sort((a, b) => b - a);
    const tierOf = (price) => {
        const rank = known.indexOf(price);
        return known.length <= tierCount ? rank : Math.floor((rank * tierCount) / known.length);
    };
    return prices.map((price, i) => (counts(i) ? tierOf(price) : Math.max(0, Math.min(known.length, tierCount) - 1)));
}

/** The prices, the dearest first, with the tier and the names of the categories that cost that: [{price, tier, names}]. */
export function legendOf(plan, states, prices) {
    const tiers = tiersOf(plan, states, prices);
    const isSold = new Set();
    for (let i = 0; i < plan.count; ++i) if (states[i] !== blocked) isSold.add(plan.categoryOf[i]);
    const lines = new Map();
    plan.categories.forEach(({ category }, i) => {
        if (!isSold.has(i) && prices[i] === 0) return;
        const line = lines.get(prices[i]) ?? { price: prices[i], tier: tiers[i], names: [] };
        if (category !== "" && !line.names.includes(category)) line.names.push(category);
        lines.set(prices[i], line);
    });
    return [...lines.values()].sort((a, b) => b.price - a.price);
}

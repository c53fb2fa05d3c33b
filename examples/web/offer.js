// What a concert offers, as the map tells it: prices by type of ticket, what goes together, whether it is on sale. Pure.

const byText = new Intl.Collator("und", { numeric: true }).compare;
const alone = ({ needs }) => (needs === null ? 0 : 1);

/**
 * All that a seat ({category, price}) can be bought as: [{type, name, price, needs, maxPerOrder}]; type null: without naming one. Those that need
 * no other come first, the dearest before the others.
 */
export function choicesOf({ prices = [], types = [] }, seat) {
    const rows = prices.filter(({ category }) => category === seat.category);
    const plain = rows.find(({ type }) => type === null);
    const typed = types.flatMap((one) => {
        const row = rows.find(({ type }) => type === one.type);
        return row ? [{ ...one, price: row.price }] : [];
    });
    typed.sort((a, b) => alone(a) - alone(b) || b.price - a.price || byText(a.name, b.name));
    if (plain === undefined && typed.length > 0) return typed;
    return [{ type: null, name: null, price: plain?.price ?? seat.price, needs: null, maxPerOrder: 0 }, ...typed];
}

/** The one that needs no other beside it. */
export const usualOf = (choices) => choices.find(({ needs }) => needs === null) ?? choices[0];

/** By category of a plan: what people see first, the price of the usual type. */
export const pricesOf = (offer, categories) => categories.map((one) => usualOf(choicesOf(offer, one)).price);

/**
 * How seats are chosen: most, how many an order; isGroup, whether they are gathered before they are held; isPlain, whether
 * nothing but the seats' own prices counts, as of a house that has set no terms.
 */
export function wayOf(offer, categories) {
    const most = offer.sale?.seatsPerOrder ?? 1;
    const hasChoice = (offer.types ?? []).length > 0 && categories.some((one) => choicesOf(offer, one).length > 1);
    return { most, isGroup: most > 1 || hasChoice, isPlain: most === 1 && (offer.prices ?? []).length === 0 };
}

/**
 * Picks with what they cost now: [{seat, choices, choice}]. One whose type is not sold there any more gets the usual one; one
 * whose seat is not there any more (seatOf(number) is null) is left out.
 */
export function linesOf(offer, picks, seatOf) {
    return picks.flatMap(({ number, type }) => {
        const seat = seatOf(number);
        if (!seat) return [];
        const choices = choicesOf(offer, seat);
        return [{ seat, choices, choice: choices.find((one) => one.type === type) ?? usualOf(choices) }];
    });
}

export const totalOf = (lines) => lines.reduce((sum, { choice }) => sum + choice.price, 0);

/** Why these do not go together: {needs: name, of: name} or {most: number, of: name}; null: they do, as far as one sees. */
export function broken(lines, types) {
    const nameOf = (id) => types.find(({ type }) => type === id)?.name ?? "";
    const has = (id) => lines.filter(({ choice }) => choice.type === id).length;
    for (const { choice } of lines) {
        if (choice.type === null) continue;
        if (choice.maxPerOrder > 0 && has(choice.type) > choice.maxPerOrder)
            return { most: choice.maxPerOrder, of: choice.name };
        if (choice.needs !== null && has(choice.needs) === 0) return { needs: nameOf(choice.needs), of: choice.name };
    }
    return null;
}

/**
 * At `now`, milliseconds of the server's clock: {state: "open" | "soon" | "closed" | "paused" | "off", opensAt?, reason?}.
 * Soon has the time at which it opens.
 */
export function saleOf({ sale, calledOff }, now) {
    if (calledOff) return { state: "off", reason: calledOff.reason };
    if (!sale) return { state: "open" };
    if (sale.closesAt !== null && now >= Date.parse(sale.closesAt)) return { state: "closed" };
    if (sale.isPaused) return { state: "paused" };
    if (sale.opensAt !== null && now < Date.parse(sale.opensAt)) return { state: "soon", opensAt: sale.opensAt };
    return { state: "open" };
}

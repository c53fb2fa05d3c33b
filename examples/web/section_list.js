// What stands beside the map: the sections, which lead to their seats, and what the prices are called.

import { h, say } from "./dom.js";
import { legendOf } from "./hall.js";
import { stateSample } from "./seat_face.js";
import { texts } from "./texts.js";

/** The sections as buttons: name, price, seats left. onChoose(section, counted from 0). */
export function sectionList(onChoose) {
    const t = texts().seats;
    const node = h("ul", { class: "sections" });
    let lines = [];
    let shown = "";

    function line({ name }, at) {
        const free = h("span", { class: "free" });
        const price = h("span", { class: "price" });
        const swatches = h("span", { class: "swatches", "aria-hidden": "true" });
        lines.push({ free, price, swatches });
        return h(
            "li",
            {},
            h("button", { type: "button", onclick: () => onChoose(at) }, swatches, h("strong", {}, name || t.wholeHall), free, price),
        );
    }

    return {
        node,
        update({ plan, costs, tiers, offer }) {
            const names = JSON.stringify(plan.sections.map(({ name }) => name));
            if (names !== shown) {
                shown = names;
                lines = [];
                node.replaceChildren(...plan.sections.map(line));
            }
            offer.forEach(({ available, isForSale, least, most }, at) => {
                const { free, price, swatches } = lines[at];
                say(free, !isForSale ? t.states.blocked : available > 0 ? t.sectionFree(available) : t.sectionOut);
                say(price, isForSale ? t.priceRange(least, most) : "");
                price.hidden = !isForSale;
                const ends = [...new Set([most, least])].map((cost) => tiers[costs.indexOf(cost)]);
                if (swatches.dataset.tiers === ends.join()) return;
                swatches.dataset.tiers = ends.join();
                swatches.replaceChildren(...ends.map((tier) => h("i", { "data-tier": tier })));
            });
        },
    };
}

/** The prices: what colour and how many strokes a seat of each has, and what the house calls it. */
export function priceList() {
    const node = h("ul", { class: "prices" });
    let shown = "";
    return {
        node,
        update({ plan, states, costs }) {
            const legend = legendOf(plan, states, costs);
            const lines = legend.length < 2 && legend.every(({ names }) => names.length === 0) ? [] : legend;
            const now = JSON.stringify(lines);
            if (now === shown) return;
            shown = now;
            node.replaceChildren(
                ...lines.map(({ price, tier, names }) =>
                    h(
                        "li",
                        {},
                        stateSample("available", { tier }),
                        h("span", {}, names.length > 0 && h("strong", {}, names.join(", ")), names.length > 0 && " ", texts().points(price)),
                    ),
                ),
            );
        },
    };
}

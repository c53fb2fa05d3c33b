// The seats that somebody gathers before they are held: type and price of each, and what it is in all.

import { h, say } from "./dom.js";
import { broken, totalOf } from "./offer.js";
import { seatName, texts } from "./texts.js";

/** Why the types do not go together, in words; null: they do. */
export function ruleWords(lines, types) {
    const t = texts().group;
    const why = broken(lines, types);
    if (why === null) return null;
    return why.needs === undefined ? t.typeMost(why.of, why.most) : t.typeNeeds(why.of, why.needs);
}

const nameOf = (choice) => choice.name ?? texts().group.plainType;

function typeOf({ seat, choices, choice }, onType) {
    if (choices.length < 2) return choice.name === null ? null : h("span", { class: "pick_type" }, choice.name);
    const select = h(
        "select",
        {
            class: "pick_type",
            "data-number": seat.number,
            "aria-label": texts().group.typeOf(seatName(seat)),
            onchange: () => onType(seat.number, choices[select.selectedIndex].type),
        },
        choices.map((one) => h("option", {}, `${nameOf(one)} · ${texts().points(one.price)}`)),
    );
    return select;
}

/** {node, update(lines, {types, most, terms})}; onType(number, type), onRemove(number). */
export function picksList({ onType, onRemove }) {
    const t = texts().group;
    const none = h("p", { class: "hint" });
    const list = h("ul", { class: "picks" });
    const sum = h("dd");
    const sums = h("dl", { class: "sums" }, h("div", { class: "price" }, h("dt", {}, t.total), sum));
    const rule = h("p", { class: "hint rule", role: "status" });
    const terms = h("p", { class: "hint" });
    const node = h(
        "section",
        { class: "card gathered", hidden: true, "aria-labelledby": "picks_title" },
        h("h2", { id: "picks_title", tabindex: -1 }, t.heading),
        none,
        list,
        sums,
        rule,
        terms,
    );
    let shown = "";

    /** What had the focus has it again, or what stands in its place. */
    function keepFocus(build) {
        const at = list.contains(document.activeElement) ? document.activeElement : null;
        const index = at ? [...list.children].indexOf(at.closest("li")) : -1;
        build();
        if (!at) return;
        const lines = [...list.children];
        const same = at.dataset.number && lines.find((line) => line.dataset.number === at.dataset.number);
        const line = same ?? lines[Math.min(index, lines.length - 1)];
        (line?.querySelector(same && at.tagName === "SELECT" ? "select" : "button") ?? node.querySelector("h2")).focus();
    }

    function row(line) {
        const { seat } = line;
        return h(
            "li",
            { "data-number": seat.number },
            h("strong", {}, seatName(seat)),
            h("span", { class: "pick_price" }),
            typeOf(line, onType),
            h(
                "button",
                {
                    type: "button",
                    class: "chip",
                    "data-number": seat.number,
                    "aria-label": t.removeOf(seatName(seat)),
                    onclick: () => onRemove(seat.number),
                },
                t.remove,
            ),
        );
    }

    return {
        node,
        update(lines, { types, most, terms: refunds }) {
            node.hidden = false;
            say(none, lines.length === 0 ? t.none(most) : "");
            none.hidden = lines.length > 0;
            sums.hidden = lines.length === 0;
            const now = JSON.stringify(lines.map(({ seat, choices }) => [seat.number, choices]));
            if (now !== shown) {
                shown = now;
                keepFocus(() => list.replaceChildren(...lines.map(row)));
            }
            lines.forEach(({ choices, choice }, i) => {
                const at = list.children[i];
                say(at.querySelector(".pick_price"), texts().points(choice.price));
                const select = at.querySelector("select");
                if (select) select.selectedIndex = choices.indexOf(choice);
            });
            say(sum, texts().points(totalOf(lines)));
            say(rule, ruleWords(lines, types) ?? "");
            say(terms, refunds ?? "");
        },
    };
}

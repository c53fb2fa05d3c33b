// The hall as a list: a section, a row, its seats as buttons with names. All that the map shows and does, without the map.

import { available, mine, stateNames } from "./hall.js";
import { h, say } from "./dom.js";
import { seatName, texts } from "./texts.js";

/** {node, update(hall), select(seats)}; onPick(seat), as a press on the map. */
export function seatList({ onPick }) {
    const t = texts().seats;
    const section = h("select", { id: "list_section", onchange: () => chooseSection(section.selectedIndex) });
    const row = h("select", { id: "list_row", onchange: () => showRow() });
    const seats = h("ul", { class: "list_seats", "aria-label": t.listSeats });
    const node = h(
        "details",
        { class: "seat_list", ontoggle: () => node.open && update(hall) },
        h("summary", {}, t.list),
        h("p", { class: "hint" }, t.listHint),
        h("label", { for: "list_section" }, t.section),
        section,
        h("label", { for: "list_row" }, t.row),
        row,
        seats,
    );
    let hall = null;
    let plan = null;
    let rows = []; // of the section that is chosen
    let chosen = new Set();

    const freeIn = ({ from, to }) => {
        let free = 0;
        for (let i = from; i < to; ++i) if (hall.states[i] === available) ++free;
        return free;
    };
    const withFree = (name, free) => `${name} · ${free > 0 ? t.sectionFree(free) : t.sectionOut}`;

    function options(select, list) {
        if (select.options.length !== list.length) select.replaceChildren(...list.map(() => h("option")));
        list.forEach((text, i) => say(select.options[i], text));
    }

    function chooseSection(at) {
        rows = plan.rows.filter((one) => one.section === at);
        row.replaceChildren();
        showSections();
        section.selectedIndex = at;
        row.selectedIndex = Math.max(0, rows.findIndex((one) => freeIn(one) > 0));
        showRow();
    }

    function showSections() {
        options(section, plan.sections.map((one, at) => withFree(one.name || t.wholeHall, hall.offer[at].available)));
        options(row, rows.map((one) => withFree(t.rowName(one.name), freeIn(one))));
    }

    function dress(button, i) {
        const state = stateNames[hall.states[i]];
        const seat = plan.seat(i);
        button.dataset.state = state;
        button.setAttribute("aria-pressed", String(chosen.has(i)));
        if (state === "available" || hall.states[i] === mine) button.removeAttribute("aria-disabled");
        else button.setAttribute("aria-disabled", "true");
        const price = state === "blocked" ? null : texts().points(hall.costs[plan.categoryOf[i]]);
        button.setAttribute("aria-label", t.seatLabel({ seat: seatName(seat), price, state: t.states[state] }));
        say(button, seat.label);
    }

    function showRow() {
        const at = rows[row.selectedIndex];
        if (!at) return seats.replaceChildren();
        seats.replaceChildren(
            ...Array.from({ length: at.to - at.from }, (_, i) => {
                const button = h("button", { type: "button", onclick: () => onPick(at.from + i) });
                button.dataset.seat = String(at.from + i);
                dress(button, at.from + i);
                return h("li", {}, button);
            }),
        );
        return undefined;
    }

    const dressAll = () => {
        for (const button of seats.querySelectorAll("button")) dress(button, Number(button.dataset.seat));
    };

    function update(next) {
        hall = next;
        if (!node.open || !hall) return; // closed, it costs nothing
        if (plan === hall.plan) {
            showSections();
            dressAll();
        } else {
            plan = hall.plan;
            section.replaceChildren();
            chooseSection(Math.max(0, hall.offer.findIndex((one) => one.available > 0)));
        }
    }

    return {
        node,
        update,
        select(list) {
            chosen = new Set(list);
            if (node.open && plan) dressAll();
        },
    };
}

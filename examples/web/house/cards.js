// What stands below the figures: the waiting room, the concerts, what was refused, and the checks.

import { h, say } from "../dom.js";
import { refusalText } from "../texts.js";
import { action, card, field, table } from "./parts.js";
import { audit, backUp, changeRoom } from "./requests.js";
import { words } from "./texts.js";

const settled = 700; // milliseconds
const capacityKept = "house_capacity";
const capacityBefore = () => Number(localStorage.getItem(capacityKept) ?? 0);
const keepCapacity = (capacity) => localStorage.setItem(capacityKept, String(capacity));

/** The room's limits. What somebody is typing is left alone. */
export function roomCard(changed) {
    const t = words().room;
    const capacity = field(t.capacity, { type: "number", min: 0, max: 1_000_000_000, inputmode: "numeric" });
    const rate = field(t.rate, { type: "number", min: 0, max: 1_000_000_000, inputmode: "numeric" });
    const paused = h("p", { class: "note" });
    let room = null;
    let label = ""; // what the button says, and since when: a press just after it changed means what it said before
    let since = Number.NEGATIVE_INFINITY;
    const { said, node } = card(t.title, paused, h("div", { class: "fields" }, capacity.node, rate.node));
    const touched = new Set();
    for (const one of [capacity, rate]) one.input.addEventListener("input", () => touched.add(one.input));
    const done = () => {
        touched.clear();
        changed();
        return t.changed;
    };
    const change = action(t.change, said, () => changeRoom(room.name, { activeCapacity: Number(capacity.input.value), admissionsPerSecond: Number(rate.input.value) }), done, { class: "primary" });
    const pause = action(t.pause, said, () => {
        if (performance.now() - since < settled) return null;
        if (room.activeCapacity > 0) return changeRoom(room.name, { activeCapacity: 0 });
        // What the room had before it was paused, by whomever; where this browser never saw that, the field says it.
        const before = touched.has(capacity.input) ? Number(capacity.input.value) : capacityBefore();
        if (before > 0) return changeRoom(room.name, { activeCapacity: before });
        said.show(t.howMany);
        capacity.input.focus();
        return null;
    }, done, { "data-pause": "room" });
    node.append(h("div", { class: "buttons" }, pause, change));
    return {
        node,
        show(now) {
            room = now;
            if (room.activeCapacity > 0) keepCapacity(room.activeCapacity);
            if (!touched.has(capacity.input)) capacity.input.value = room.activeCapacity;
            if (!touched.has(rate.input)) rate.input.value = room.admissionsPerSecond;
            say(paused, room.activeCapacity === 0 ? t.paused : "");
            const says = room.activeCapacity === 0 ? t.open : t.pause;
            if (label !== "" && label !== says) since = performance.now();
            label = says;
            say(pause, label);
        },
    };
}

/** How a concert stands with its sale. */
export function stateOf({ calledOff, isSettled, sale }, now) {
    const states = words().concerts.states;
    if (calledOff) return isSettled ? states.called_off : states.settling;
    if (sale.closesAt !== null && sale.closesAt <= now) return states.after;
    if (sale.isPaused) return states.paused;
    return sale.opensAt !== null && sale.opensAt > now ? states.before : states.on;
}

export function concertsCard(open) {
    const t = words().concerts;
    const { number, points } = words();
    const place = h("div");
    let shown = "";
    return {
        node: card(t.title, place).node,
        show(concerts, now) {
            // Only where something differs: who is about to press a button keeps it.
            const text = JSON.stringify(concerts.map((one) => [one, stateOf(one, now)]));
            if (text === shown) return;
            shown = text;
            const focused = document.activeElement?.dataset?.concert;
            const rows = concerts.map((one) => [
                h("button", { type: "button", class: "link", "data-concert": one.concertId, onclick: () => open(one.concertId) }, one.title),
                one.date,
                number(one.seats.available),
                number(one.seats.held),
                number(one.seats.sold),
                number(one.seats.blocked),
                points(one.net),
                [stateOf(one, now), one.isHidden && t.hidden].filter(Boolean).join(", "),
            ]);
            const heads = [t.name, t.date, t.left, t.held, t.sold, t.blocked, t.net, t.state];
            place.replaceChildren(rows.length === 0 ? h("p", {}, t.none) : table(t.title, heads, rows, [2, 3, 4, 5, 6]));
            if (focused) place.querySelector(`[data-concert="${CSS.escape(focused)}"]`)?.focus();
        },
    };
}

/** By kind, the most frequent first; a bar each, and the number. */
export function refusalsCard() {
    const t = words().refusals;
    const place = h("div");
    let shown = "";
    return {
        node: card(t.title, place).node,
        show(refusals) {
            const text = JSON.stringify(refusals);
            if (text === shown) return;
            shown = text;
            const most = Math.max(1, ...refusals.map((one) => one.count));
            place.replaceChildren(
                refusals.length === 0
                    ? h("p", {}, t.none)
                    : h(
                          "ul",
                          { class: "refusals" },
                          refusals.map(({ code, count }) =>
                              h(
                                  "li",
                                  { "data-code": code },
                                  h("span", { class: "why" }, refusalText({ code, data: null, status: 0 })),
                                  h("span", { class: "number" }, words().number(count)),
                                  h("meter", { min: 0, max: most, value: count, "aria-hidden": "true" }),
                              ),
                          ),
                      ),
            );
        },
    };
}

/** The audit, and a backup where the server has somewhere to put it. */
export function careCard() {
    const t = words().care;
    const found = h("ul", { class: "violations" });
    const none = h("p", { class: "hint" });
    const { said, node } = card(t.title, found);
    const run = action(t.audit, said, audit, ({ violations }) => {
        found.replaceChildren(...violations.map(({ rule, detail }) => h("li", {}, `${rule}: ${detail}`)));
        return violations.length === 0 ? t.clean : t.broken(violations.length);
    });
    const copy = action(t.backUp, said, backUp, ({ file }) => t.backedUp(file), { hidden: true });
    node.append(none, h("div", { class: "buttons" }, copy, run));
    return {
        node,
        show(canBackUp) {
            copy.hidden = !canBackUp;
            say(none, canBackUp ? "" : t.noBackups);
        },
    };
}

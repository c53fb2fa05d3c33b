// The seats in the picture as buttons without a look of their own, each where its seat is painted: for the keyboard, for screen
// readers, for fingers that explore. Only those that are near enough to be pressed by themselves are there, and the one in the
// tab order always is.

import { available, mine, stateNames } from "./hall.js";
import { h } from "./dom.js";
import { pitch } from "./seat_plan.js";

/** {node, show(seats), mark(seats), place(view), focus(seat), current(), enter(seat), indexOf(node)}; labelOf(seat) names one. */
export function seatButtons({ label, plan, layout, states, chosen, labelOf }) {
    const node = h("div", { class: "hall", role: "group", "aria-label": label, "aria-describedby": "map_hint" });
    const there = new Map(); // seat → button, in the order of seats
    let current = null;

    function dress(button, i) {
        const state = stateNames[states[i]];
        button.dataset.state = state;
        button.setAttribute("aria-label", labelOf(i));
        button.setAttribute("aria-pressed", String(chosen.has(i)));
        if (states[i] === available || states[i] === mine) button.removeAttribute("aria-disabled");
        else button.setAttribute("aria-disabled", "true");
    }

    function make(i) {
        const button = h("button", { type: "button", class: "seat", "data-number": plan.number(i), tabindex: i === current ? 0 : -1 });
        button.style.left = `${layout.x[i] - pitch / 2}px`;
        button.style.top = `${layout.y[i] - pitch / 2}px`;
        dress(button, i);
        return button;
    }

    /** Makes these seats be there, in their order, and no others but the current one. */
    function show(seats) {
        const wanted = new Set(seats);
        if (current !== null) wanted.add(current);
        for (const [i, button] of there)
            if (!wanted.has(i)) {
                button.remove();
                there.delete(i);
            }
        const order = [...wanted].sort((a, b) => a - b);
        let before = null; // what stands there already keeps its place, and with it the focus
        for (const i of order) {
            let button = there.get(i);
            if (!button) {
                button = make(i);
                there.set(i, button);
                if (before) before.after(button);
                else node.prepend(button);
            }
            before = button;
        }
    }

    function enter(i) {
        if (current !== null) there.get(current)?.setAttribute("tabindex", "-1");
        current = i;
        if (there.has(i)) there.get(i).setAttribute("tabindex", "0");
        else show([...there.keys()]);
    }

    return {
        node,
        show,
        enter,
        current: () => current,
        /** These have changed: what they are, or whether they are chosen. */
        mark(seats) {
            for (const i of seats) if (there.has(i)) dress(there.get(i), i);
        },
        markAll() {
            for (const [i, button] of there) dress(button, i);
        },
        place({ left, top, scale }) {
            node.style.transform = `scale(${scale}) translate(${-left}px, ${-top}px)`;
            node.style.setProperty("--pixel", String(1 / scale));
        },
        focus(i) {
            enter(i);
            there.get(i).focus({ preventScroll: true });
        },
        indexOf: (button) => (button ? plan.indexOf(button.dataset.number) : -1),
    };
}

// The drawing of a hall: SVG, one element a seat, of which an update touches only those that changed.

import { s, say } from "./dom.js";
import { inReadingOrder, layOut, neighbour, pitch, rowEnd, tiersOf } from "./seat_plan.js";
import { seatName, texts } from "./texts.js";

// States are told by shape as well as by colour; an available seat shows its label instead.
const marks = {
    available: "",
    held: "M-7-8h14M-7 8h14M-6-8c0 6 12 10 12 16M6-8c0 6-12 10-12 16", // an hourglass
    sold: "M-7-7 7 7M7-7-7 7",
    blocked: "M-7 0H7",
    mine: "M-8 0-2 6 8-6",
};

const seatPixels = { least: 9, comfortable: 34, most: 68, fitMost: 50 };

/** A seat's label on its face: smaller, then narrower where it is longer; one that does not fit is for the ear and for a
 * closer look, since a scrap of it would name another seat. */
function faceText(label) {
    const width = [...label].reduce((sum, char) => sum + (char > "\u2e80" ? 2 : 1), 0);
    return s(
        "text",
        {
            y: 5,
            class: width > 2 ? "long" : undefined,
            textLength: width > 4 ? 26 : undefined,
            lengthAdjust: width > 4 ? "spacingAndGlyphs" : undefined,
        },
        width > 8 ? "" : label,
    );
}

/**
 * onPick(number, {atOnce}) when a seat is pressed: at once by keyboard, else after a closer look.
 * Returns {node, draw(map), mark(number, state), select(numbers), focus(number), show(section), stateOf(number)}.
 */
export function seatMap({ onPick }) {
    const t = texts().seats;
    const drawing = s("svg", {
        class: "hall",
        role: "group",
        "aria-label": t.mapLabel,
        "aria-describedby": "map_hint",
    });
    const frame = document.createElement("div");
    frame.className = "hall_frame";
    frame.append(drawing);

    let plan = null;
    let scale = 0; // pixels a seat
    let current = null; // the seat in the tab order
    let selected = new Set();
    const drawn = new Map(); // number → {seat, state, node, mark}

    function label(entry) {
        return t.seatLabel({
            seat: seatName(entry.seat),
            price: entry.state === "blocked" ? null : texts().points(entry.seat.price),
            state: t.states[entry.state],
        });
    }

    function setState(entry, state) {
        if (entry.state === state) return false;
        entry.state = state;
        entry.node.setAttribute("data-state", state);
        entry.mark.setAttribute("d", marks[state]);
        entry.node.setAttribute("aria-label", label(entry));
        if (state === "available" || state === "mine") entry.node.removeAttribute("aria-disabled");
        else entry.node.setAttribute("aria-disabled", "true");
        return true;
    }

    function build(map) {
        const seats = inReadingOrder(map.seats);
        plan = layOut(seats);
        drawn.clear();
        const { box, stage } = plan;
        const tiers = tiersOf(seats);
        const half = stage.width / 2;
        const parts = [
            s(
                "g",
                { class: "stage", transform: `translate(${stage.x} ${stage.y})` },
                s("path", { d: `M${-half} 0Q0 16 ${half} 0L${half - 14} 34Q0 52 ${14 - half} 34Z` }),
                s("text", { y: 31 }, t.stage),
            ),
        ];
        for (const { name, x, y } of plan.labels) parts.push(s("text", { class: "section_name", x, y }, name));
        for (const seat of seats) {
            const { x, y } = plan.places.get(seat.number);
            const mark = s("path", { class: "mark" });
            const node = s(
                "g",
                {
                    class: "seat",
                    role: "button",
                    tabindex: -1,
                    "data-number": seat.number,
                    "data-tier": tiers.get(seat.price),
                    "aria-pressed": String(selected.has(seat.number)),
                    transform: `translate(${x} ${y})`,
                },
                s("rect", { class: "hit", x: -pitch / 2, y: -pitch / 2, width: pitch, height: pitch }),
                s("path", {
                    class: "face",
                    d: "M-13-16h26a4 4 0 0 1 4 4v17a11 11 0 0 1-11 11h-12a11 11 0 0 1-11-11v-17a4 4 0 0 1 4-4z",
                }),
                faceText(seat.label),
                mark,
            );
            const entry = { seat, state: null, node, mark };
            drawn.set(seat.number, entry);
            setState(entry, seat.state);
            parts.push(node);
        }
        drawing.setAttribute("viewBox", `${box.x} ${box.y} ${box.width} ${box.height}`);
        const hadFocus = drawing.contains(document.activeElement);
        drawing.replaceChildren(...parts);
        const first = seats.find((seat) => seat.state === "available") ?? seats[0];
        if (first) enterTabOrder(drawn.has(current) ? current : first.number);
        if (hadFocus && current !== null) drawn.get(current).node.focus({ preventScroll: true });
        requestAnimationFrame(() => {
            if (scale === 0) fit(true);
            else resize(scale);
        });
    }

    function enterTabOrder(number) {
        if (current !== null) drawn.get(current)?.node.setAttribute("tabindex", "-1");
        current = number;
        drawn.get(number).node.setAttribute("tabindex", "0");
    }

    function fitting() {
        return Math.min(((frame.clientWidth - 2) / plan.box.width) * pitch, seatPixels.fitMost);
    }

    function resize(next, around) {
        const least = Math.min(seatPixels.least, fitting());
        const before = scale || next;
        scale = Math.max(least, Math.min(seatPixels.most, next));
        const point = around ?? { x: frame.clientWidth / 2, y: frame.clientHeight / 2 };
        const ratio = scale / before;
        const left = (frame.scrollLeft + point.x) * ratio - point.x;
        const top = (frame.scrollTop + point.y) * ratio - point.y;
        drawing.style.width = `${(plan.box.width * scale) / pitch}px`;
        drawing.style.height = `${(plan.box.height * scale) / pitch}px`;
        drawing.classList.toggle("far", scale < 20);
        frame.scrollLeft = left;
        frame.scrollTop = top;
    }

    /** The whole width; at first a size that a finger can hit, with the stage in the middle. */
    function fit(atFirst) {
        const whole = fitting();
        resize(atFirst && whole < 26 ? seatPixels.comfortable : whole);
        frame.scrollLeft = (drawing.clientWidth - frame.clientWidth) / 2;
        if (atFirst) frame.scrollTop = 0;
    }

    function focus(number) {
        if (!drawn.has(number)) return;
        enterTabOrder(number);
        const { node } = drawn.get(number);
        node.focus({ preventScroll: true });
        node.scrollIntoView({ block: "nearest", inline: "nearest" });
    }

    const numberAt = (event) => event.target.closest?.(".seat")?.getAttribute("data-number") ?? null;

    drawing.addEventListener("click", (event) => {
        const number = numberAt(event);
        if (number === null) return;
        focus(number);
        // A click that no pointer made comes from a screen reader: there is no second look to be had.
        onPick(number, { atOnce: event.detail === 0 });
    });
    drawing.addEventListener("keydown", (event) => {
        const number = numberAt(event);
        if (number === null || event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.key === "Enter" || event.key === " ") {
            if (!event.repeat) onPick(number, { atOnce: true });
        } else if (event.key.startsWith("Arrow")) {
            const next = neighbour(plan.places, number, event.key);
            if (next !== null) focus(next);
        } else if (event.key === "Home" || event.key === "End") {
            focus(rowEnd(plan.places, number, event.key));
        } else if (event.key === "+" || event.key === "=") {
            resize(scale * 1.25);
        } else if (event.key === "-") {
            resize(scale / 1.25);
        } else {
            return;
        }
        event.preventDefault();
    });
    drawing.addEventListener("focusin", (event) => {
        const number = numberAt(event);
        if (number !== null && number !== current) enterTabOrder(number);
    });

    // Two fingers zoom; one finger scrolls, which the browser does by itself.
    let pinch = null;
    const spread = ([a, b]) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
    frame.addEventListener(
        "touchmove",
        (event) => {
            if (event.touches.length !== 2) {
                pinch = null;
                return;
            }
            event.preventDefault();
            const distance = spread(event.touches);
            const edge = frame.getBoundingClientRect();
            const [a, b] = event.touches;
            if (pinch)
                resize((scale * distance) / pinch, {
                    x: (a.clientX + b.clientX) / 2 - edge.left,
                    y: (a.clientY + b.clientY) / 2 - edge.top,
                });
            pinch = distance;
        },
        { passive: false },
    );
    frame.addEventListener("touchend", () => {
        pinch = null;
    });
    frame.addEventListener(
        "wheel",
        (event) => {
            if (!event.ctrlKey) return;
            event.preventDefault();
            const edge = frame.getBoundingClientRect();
            resize(scale * Math.exp(-event.deltaY / 300), {
                x: event.clientX - edge.left,
                y: event.clientY - edge.top,
            });
        },
        { passive: false },
    );

    const samePlan = (map) =>
        map.seats.length === drawn.size &&
        map.seats.every((seat) => {
            const entry = drawn.get(seat.number);
            return (
                entry &&
                entry.seat.x === seat.x &&
                entry.seat.y === seat.y &&
                entry.seat.price === seat.price &&
                entry.seat.section === seat.section &&
                entry.seat.row === seat.row &&
                entry.seat.label === seat.label
            );
        });

    return {
        node: frame,
        /** Draws an answer of the map; returns the numbers of the seats whose state changed. */
        draw(map) {
            if (!plan || !samePlan(map)) {
                build(map);
                return [];
            }
            return map.seats.filter((seat) => setState(drawn.get(seat.number), seat.state)).map((seat) => seat.number);
        },
        mark(number, state) {
            if (drawn.has(number)) setState(drawn.get(number), state);
        },
        select(numbers) {
            const next = new Set(numbers);
            for (const number of selected)
                if (!next.has(number)) drawn.get(number)?.node.setAttribute("aria-pressed", "false");
            for (const number of next)
                if (!selected.has(number)) drawn.get(number)?.node.setAttribute("aria-pressed", "true");
            selected = next;
        },
        focus,
        seat: (number) => drawn.get(number)?.seat,
        stateOf: (number) => drawn.get(number)?.state ?? null,
        zoom: (factor) => resize(scale * factor),
        fit: () => fit(false),
        /** Scrolls to a section. */
        show(name) {
            const box = plan?.sections.find((section) => section.name === name);
            if (!box) return;
            const smooth = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
            frame.scrollTo({
                top: ((box.top - plan.box.y - pitch * 1.6) * scale) / pitch,
                behavior: smooth,
                left: (((box.left + box.right) / 2 - plan.box.x) * scale) / pitch - frame.clientWidth / 2,
            });
        },
    };
}

/** A small picture of a state, for the legend; `chosen`: as it looks while it is chosen. */
export function stateSample(state, chosen = false) {
    const drawing = s("svg", { class: "sample", viewBox: "-20 -20 40 40", "aria-hidden": "true" });
    const text = s("text", { y: 5 });
    say(text, "12");
    drawing.append(
        s(
            "g",
            { class: "seat", "data-state": state, "data-tier": 0, "aria-pressed": chosen ? "true" : undefined },
            chosen && s("rect", { class: "hit", x: -20, y: -20, width: 40, height: 40 }),
            s("path", {
                class: "face",
                d: "M-13-16h26a4 4 0 0 1 4 4v17a11 11 0 0 1-11 11h-12a11 11 0 0 1-11-11v-17a4 4 0 0 1 4-4z",
            }),
            text,
            s("path", { class: "mark", d: marks[state] }),
        ),
    );
    return drawing;
}

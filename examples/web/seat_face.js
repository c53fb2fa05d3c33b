// How a seat looks: its face, a mark for its state, its label. States are told by shape as well as by colour.

import { s, say } from "./dom.js";
import { pitch } from "./seat_plan.js";

// In the unit of the plan, around the seat's place; a face is 34 wide.
const faceHalf = 17;

/** For a path of the canvas: from (x, y), `k` pixels a unit. */
const marks = {
    held(path, x, y, k) {
        // An hourglass.
        path.moveTo(x - 7 * k, y - 8 * k);
        path.lineTo(x + 7 * k, y - 8 * k);
        path.lineTo(x - 7 * k, y + 8 * k);
        path.lineTo(x + 7 * k, y + 8 * k);
        path.closePath();
    },
    sold(path, x, y, k) {
        path.moveTo(x - 7 * k, y - 7 * k);
        path.lineTo(x + 7 * k, y + 7 * k);
        path.moveTo(x + 7 * k, y - 7 * k);
        path.lineTo(x - 7 * k, y + 7 * k);
    },
    blocked(path, x, y, k) {
        path.moveTo(x - 7 * k, y);
        path.lineTo(x + 7 * k, y);
    },
    mine(path, x, y, k) {
        path.moveTo(x - 8 * k, y);
        path.lineTo(x - 2 * k, y + 6 * k);
        path.lineTo(x + 8 * k, y - 6 * k);
    },
};

export const addMark = (path, state, x, y, k) => marks[state]?.(path, x, y, k);

/** Adds a face to a path; `size` shrinks it. */
export function addFace(path, x, y, k, size = 1) {
    const half = faceHalf * k * size;
    path.roundRect(x - half, y - half, 2 * half, 2 * half, [4 * k * size, 4 * k * size, 11 * k * size, 11 * k * size]);
}

/** A tier by the number of strokes at the foot of the face, so that hue alone tells nothing. */
export function addStrokes(path, tier, x, y, k) {
    for (let i = 0; i <= tier; ++i) {
        const at = x + (i - tier / 2) * 5 * k;
        path.moveTo(at - 1.2 * k, y + 12.5 * k);
        path.lineTo(at + 1.2 * k, y + 12.5 * k);
    }
}

const wide = (char) => (char > "\u2e80" ? 2 : 1);

/**
 * A label on its face: {text, size}, smaller where it is longer. One that does not fit is for the ear and for a closer look,
 * since a scrap of it would name another seat.
 */
export function faceLabel(label) {
    const width = [...label].reduce((sum, char) => sum + wide(char), 0);
    if (width > 6) return { text: "", size: 0 };
    return { text: label, size: width <= 2 ? 14 : width <= 4 ? 10 : 8 };
}

const pathOf = (add) => {
    const parts = [];
    const at = (x, y) => `${x} ${y}`;
    add({
        moveTo: (x, y) => parts.push(`M${at(x, y)}`),
        lineTo: (x, y) => parts.push(`L${at(x, y)}`),
        closePath: () => parts.push("Z"),
    });
    return parts.join("");
};

/** A small picture of a state for the legend; `chosen`: as it looks while it is chosen. */
export function stateSample(state, { chosen = false, tier = 0 } = {}) {
    const text = s("text", { y: 5 });
    say(text, "12");
    return s(
        "svg",
        { class: "sample", viewBox: "-20 -20 40 40", "aria-hidden": "true" },
        s(
            "g",
            { class: "sample_seat", "data-state": state, "data-tier": tier, "data-chosen": chosen ? "true" : undefined },
            chosen && s("rect", { class: "ring", x: -pitch / 2 + 1, y: -pitch / 2 + 1, width: pitch - 2, height: pitch - 2 }),
            s("path", {
                class: "face",
                d: "M-13-16h26a4 4 0 0 1 4 4v17a11 11 0 0 1-11 11h-12a11 11 0 0 1-11-11v-17a4 4 0 0 1 4-4z",
            }),
            text,
            state === "available" && s("path", { class: "strokes", d: pathOf((path) => addStrokes(path, tier, 0, 0, 1)) }),
            s("path", { class: "mark", d: pathOf((path) => addMark(path, state, 0, 0, 1)) }),
        ),
    );
}

// What part of the hall is looked at, and how closely. Pure. A view is {left, top, scale}: the corner of the frame in the hall's
// own unit, and pixels a unit; a size is {width, height} in pixels.

import { pitch } from "./seat_plan.js";

export const seatPixels = { most: 68, fitMost: 50 };
/** From how many pixels a seat on … */
export const detail = {
    face: 9, // it is a shape and no dot
    mark: 13, // its state has a mark
    label: 19, // its label can be read
    button: 11, // it can be pressed by itself
};

export const seatSize = ({ scale }) => scale * pitch;

/** The whole hall in the frame, in its middle. */
export function wholeOf(box, size) {
    const scale = Math.min(size.width / box.width, size.height / box.height, seatPixels.fitMost / pitch);
    return {
        scale,
        left: box.x - (size.width / scale - box.width) / 2,
        top: box.y - (size.height / scale - box.height) / 2,
    };
}

/** As close as asked for, within reason, and no emptiness where there could be seats. */
export function within(view, box, size) {
    const least = wholeOf(box, size).scale;
    const scale = Math.max(least, Math.min(view.scale, Math.max(least, seatPixels.most / pitch)));
    const keep = (from, start, length, room) => {
        if (room >= length) return start - (room - length) / 2;
        return Math.max(start, Math.min(from, start + length - room));
    };
    return {
        scale,
        left: keep(view.left, box.x, box.width, size.width / scale),
        top: keep(view.top, box.y, box.height, size.height / scale),
    };
}

/** Closer or farther by a factor; what is at a point of the frame stays there. */
export function zoomed(view, factor, point, box, size) {
    const least = wholeOf(box, size).scale;
    const scale = Math.max(least, Math.min(view.scale * factor, Math.max(least, seatPixels.most / pitch)));
    return within(
        {
            scale,
            left: view.left + point.x / view.scale - point.x / scale,
            top: view.top + point.y / view.scale - point.y / scale,
        },
        box,
        size,
    );
}

/** With a point of the hall in the middle. */
export function centredOn(point, scale, box, size) {
    return within({ scale, left: point.x - size.width / scale / 2, top: point.y - size.height / scale / 2 }, box, size);
}

/** A part of the hall as large as fits; where its seats would be too small to press, its front in the middle, in that size. */
export function closeTo(part, leastSeat, box, size) {
    const room = pitch * 1.6;
    const scale = Math.min(
        size.width / (part.right - part.left + 2 * room),
        size.height / (part.bottom - part.top + 2 * room),
        seatPixels.fitMost / pitch,
    );
    const x = (part.left + part.right) / 2;
    if (scale * pitch >= leastSeat) return centredOn({ x, y: (part.top + part.bottom) / 2 }, scale, box, size);
    const close = leastSeat / pitch;
    return within({ scale: close, left: x - size.width / close / 2, top: part.top - room }, box, size);
}

/** Moved as little as shows the point, with some room around it. */
export function showing(point, view, box, size) {
    const room = Math.min(pitch * 1.2, size.width / view.scale / 3);
    const shift = (from, length, at) => Math.min(Math.max(from, at + room - length), at - room);
    return within(
        {
            ...view,
            left: shift(view.left, size.width / view.scale, point.x),
            top: shift(view.top, size.height / view.scale, point.y),
        },
        box,
        size,
    );
}

export const toHall = (point, view) => ({ x: view.left + point.x / view.scale, y: view.top + point.y / view.scale });

/** Is all of the hall in the frame? */
export const isWhole = (view, box, size) => view.scale <= wholeOf(box, size).scale * 1.001;

export const mix = (a, b, share) => ({
    // By ratio, so that it comes closer evenly.
    scale: a.scale * (b.scale / a.scale) ** share,
    left: a.left + (b.left - a.left) * share,
    top: a.top + (b.top - a.top) * share,
});

// Painting the hall on a canvas: from afar its sections with a dot a seat, closer its seats with their labels and rows.
//
// A scene is what there is to see: {plan, layout, states, tiers (by category), chosen (a Set of seats), names (section → words),
// stage, colours, seats (those to paint; all, where it is left out)}; `area` is what part of the hall the canvas shows.

import { available, blocked, held, mine, sold, stateNames } from "./hall.js";
import { detail } from "./hall_view.js";
import { addFace, addMark, addStrokes, faceLabel } from "./seat_face.js";
import { pitch } from "./seat_plan.js";

const roomAround = pitch * 0.75; // of a section's outermost seats

function paintGround(ctx, { layout, colours, stage }, area) {
    const k = area.scale;
    const px = (x) => (x - area.left) * k;
    const py = (y) => (y - area.top) * k;
    ctx.lineJoin = "round";
    for (const { hull } of layout.sections) {
        ctx.beginPath();
        hull.forEach(({ x, y }, i) => (i === 0 ? ctx.moveTo(px(x), py(y)) : ctx.lineTo(px(x), py(y))));
        ctx.closePath();
        // A thick line of the same colour is room around the outermost seats, with round corners.
        ctx.strokeStyle = colours.line;
        ctx.lineWidth = 2 * roomAround * k + 2;
        ctx.stroke();
        ctx.strokeStyle = colours.paper;
        ctx.lineWidth = 2 * roomAround * k;
        ctx.stroke();
        ctx.fillStyle = colours.paper;
        ctx.fill();
    }
    paintStage(ctx, layout.stage, { px, py, k, colours, stage });
}

function paintStage(ctx, { x, y, width, height, room }, { px, py, k, colours, stage }) {
    const half = (width / 2) * k;
    const high = height * k;
    ctx.save();
    ctx.translate(px(x), py(y));
    ctx.beginPath();
    ctx.moveTo(-half, 0);
    ctx.quadraticCurveTo(0, high * 0.47, half, 0);
    ctx.lineTo(half - high * 0.41, high);
    ctx.quadraticCurveTo(0, high * 1.53, high * 0.41 - half, high);
    ctx.closePath();
    ctx.fillStyle = colours.tint;
    ctx.strokeStyle = colours.accent;
    ctx.lineWidth = Math.max(1, Math.min(3, 1.5 * k));
    ctx.fill();
    ctx.stroke();
    // Its name stands on it; where that is too thin, between it and the first row.
    const below = (high * 1.27 + (room - roomAround) * k) / 2;
    const size = Math.max(11, Math.min(high * 0.45, 28));
    ctx.fillStyle = colours.accent;
    ctx.font = `700 ${size}px ${colours.font}`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillText(stage, 0, high * 0.76 > size * 0.8 ? high * 0.76 : below);
    ctx.restore();
}

let dots = null; // a canvas that is written pixel by pixel: the fastest way to fifty thousand dots

/** A square a seat, of the price's colour where it is free; small and grey where it is taken. */
function paintDots(ctx, { plan, layout, states, tiers, colours }, area, ratio) {
    const { width, height } = ctx.canvas;
    dots ??= document.createElement("canvas");
    if (dots.width !== width || dots.height !== height) Object.assign(dots, { width, height });
    const image = new ImageData(width, height);
    const words = new Uint32Array(image.data.buffer);
    const k = area.scale * ratio;
    const full = Math.max(1, Math.round(pitch * k * 0.72));
    const small = Math.max(1, Math.round(pitch * k * 0.4));
    const free = tiers.map((tier) => colours.word(colours.tiers[tier].full));
    const taken = colours.word(colours.taken);
    const own = colours.word(colours.good);
    const { x, y } = layout;
    const draw = (i, size, word) => {
        const left = Math.round((x[i] - area.left) * k - size / 2);
        const top = Math.round((y[i] - area.top) * k - size / 2);
        if (left < 0 || top < 0 || left + size > width || top + size > height) return;
        for (let row = top; row < top + size; ++row) words.fill(word, row * width + left, row * width + left + size);
    };
    for (let i = 0; i < plan.count; ++i) if (states[i] === held || states[i] === sold) draw(i, small, taken);
    for (let i = 0; i < plan.count; ++i) if (states[i] === available) draw(i, full, free[plan.categoryOf[i]]);
    for (let i = 0; i < plan.count; ++i) if (states[i] === mine) draw(i, full + 2, own);
    dots.getContext("2d").putImageData(image, 0, 0);
    ctx.save();
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.drawImage(dots, 0, 0);
    ctx.restore();
}

/** Seats that are painted alike, in one go each. */
function paintFaces(ctx, scene, area, seats) {
    const { plan, layout, states, tiers, chosen, colours } = scene;
    const k = area.scale;
    const size = pitch * k;
    const px = (i) => (layout.x[i] - area.left) * k;
    const py = (i) => (layout.y[i] - area.top) * k;
    const groups = new Map();
    for (const i of seats) {
        const key = states[i] === available ? (chosen.has(i) ? 20 : 10) + tiers[plan.categoryOf[i]] : states[i];
        if (!groups.has(key)) groups.set(key, []);
        groups.get(key).push(i);
    }
    const face = (list, scaled) => {
        ctx.beginPath();
        for (const i of list) addFace(ctx, px(i), py(i), k, scaled);
    };
    const mark = (list, state, colour, width) => {
        if (size < detail.mark) return;
        ctx.beginPath();
        for (const i of list) addMark(ctx, stateNames[state], px(i), py(i), k);
        ctx.strokeStyle = colour;
        ctx.lineWidth = width * k;
        ctx.stroke();
    };
    ctx.lineCap = "round";
    const isReadable = size >= detail.label;
    for (const [key, list] of groups) {
        if (key >= 10) {
            const { full, tint } = colours.tiers[key % 10];
            face(list);
            ctx.fillStyle = isReadable && key < 20 ? tint : full;
            ctx.strokeStyle = full;
            ctx.lineWidth = 2 * k;
            ctx.fill();
            ctx.stroke();
        } else if (key === held) {
            face(list, 0.94);
            ctx.fillStyle = colours.card;
            ctx.strokeStyle = colours.takenMark;
            ctx.lineWidth = 1.5 * k;
            ctx.setLineDash([5 * k, 3 * k]);
            ctx.fill();
            ctx.stroke();
            ctx.setLineDash([]);
            mark(list, held, colours.takenMark, 2);
        } else if (key === sold) {
            face(list, size < detail.mark ? 0.6 : 1);
            ctx.fillStyle = colours.taken;
            ctx.fill();
            mark(list, sold, colours.takenMark, 3);
        } else if (key === blocked) {
            mark(list, blocked, colours.takenMark, 3);
        } else if (key === mine) {
            face(list);
            ctx.fillStyle = colours.good;
            ctx.fill();
            mark(list, mine, colours.card, 4);
        }
    }
    if (!isReadable) return;
    ctx.textAlign = "center";
    ctx.textBaseline = "alphabetic";
    let font = 0;
    for (const [key, list] of groups) {
        if (key < 10) continue;
        const { full } = colours.tiers[key % 10];
        ctx.fillStyle = key >= 20 ? colours.card : full;
        ctx.strokeStyle = ctx.fillStyle;
        for (const i of list) {
            const label = faceLabel(plan.label(i));
            if (label.text === "") continue;
            if (label.size !== font) {
                font = label.size;
                ctx.font = `700 ${font * k}px ${colours.font}`;
            }
            ctx.fillText(label.text, px(i), py(i) + 4 * k);
        }
        ctx.beginPath();
        for (const i of list) addStrokes(ctx, key % 10, px(i), py(i), k);
        ctx.lineWidth = 2 * k;
        ctx.stroke();
    }
}

/** A ring around what is chosen, from near and from far. */
function paintChosen(ctx, { layout, chosen, colours, states }, area) {
    const k = area.scale;
    const size = Math.max(pitch * k, 12);
    ctx.strokeStyle = colours.accent;
    ctx.lineWidth = Math.max(2, 2 * k);
    for (const i of chosen) {
        if (states[i] !== available && states[i] !== mine) continue;
        const x = (layout.x[i] - area.left) * k;
        const y = (layout.y[i] - area.top) * k;
        ctx.beginPath();
        ctx.roundRect(x - size / 2, y - size / 2, size, size, size / 4);
        if (pitch * k < detail.face) {
            ctx.fillStyle = colours.accent;
            ctx.fill();
        }
        ctx.stroke();
    }
}

function pill(ctx, colours, text, x, y, { size, weight = 700, colour = colours.ink }) {
    ctx.font = `${weight} ${size}px ${colours.font}`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    const width = ctx.measureText(text).width + size * 0.9;
    ctx.fillStyle = colours.card;
    ctx.globalAlpha = 0.88;
    ctx.beginPath();
    ctx.roundRect(x - width / 2, y - size * 0.8, width, size * 1.6, size * 0.8);
    ctx.fill();
    ctx.globalAlpha = 1;
    ctx.fillStyle = colour;
    ctx.fillText(text, x, y + size * 0.05);
    return width;
}

/** Where the names of rows stand: at both ends of what is seen of them. `seen` is the part of the canvas that is in the frame. */
function rowLabels({ plan, layout }, area, seats, seen) {
    const k = area.scale;
    const ends = new Map(); // row → [its leftmost seat that is seen, its rightmost]
    for (const i of seats) {
        const row = plan.rowOf[i];
        if (plan.rows[row].name === "") continue;
        const x = (layout.x[i] - area.left) * k;
        const y = (layout.y[i] - area.top) * k;
        if (x < seen.left || x > seen.right || y < seen.top || y > seen.bottom) continue;
        const known = ends.get(row);
        if (!known) ends.set(row, [i, i]);
        else if (layout.x[i] < layout.x[known[0]]) known[0] = i;
        else if (layout.x[i] > layout.x[known[1]]) known[1] = i;
    }
    const size = Math.max(10, Math.min(14, 13 * k));
    const labels = [];
    for (const [row, pair] of ends) {
        const { name } = plan.rows[row];
        const half = size * 0.5 * Math.min(name.length, 6);
        pair.forEach((i, end) => {
            const beside = (layout.x[i] - area.left) * k + (end === 0 ? -1 : 1) * (pitch * 0.62 * k + half);
            const x = Math.max(seen.left + half + 5, Math.min(seen.right - half - 5, beside));
            labels.push({ name, x, y: (layout.y[i] - area.top) * k, size });
        });
    }
    return labels;
}

function paintNames(ctx, { layout, names, colours }, area, isFar, part) {
    const k = area.scale;
    layout.sections.forEach((section, at) => {
        const { name, more } = names[at];
        if (name === "" && !isFar) return;
        const x = ((section.left + section.right) / 2 - area.left) * k;
        if (!isFar) {
            const y = (section.label.y - area.top) * k;
            if (y < part.y - 30 || y > part.y + part.height + 30) return;
            ctx.font = `700 ${Math.max(13, 20 * k)}px ${colours.font}`;
            ctx.textAlign = "center";
            ctx.textBaseline = "alphabetic";
            ctx.fillStyle = colours.soft;
            ctx.fillText(name, x, y);
            return;
        }
        // As many words as there is room for; in a narrow section they stand upright.
        const y = ((section.top + section.bottom) / 2 - area.top) * k;
        if (y < part.y || y > part.y + part.height) return;
        const width = (section.right - section.left + 2 * roomAround) * k;
        const height = (section.bottom - section.top + 2 * roomAround) * k;
        const size = Math.max(11, Math.min(15, width / 7));
        ctx.font = `700 ${size}px ${colours.font}`;
        const length = ctx.measureText(name).width + size;
        if (length > width * 1.15) {
            if (length > height || size * 1.6 > width) return;
            ctx.save();
            ctx.translate(x, y);
            ctx.rotate(-Math.PI / 2);
            pill(ctx, colours, name, 0, 0, { size });
            ctx.restore();
            return;
        }
        const small = size * 0.86;
        ctx.font = `500 ${small}px ${colours.font}`;
        const said = more.find((text) => ctx.measureText(text).width + small < width);
        const hasMore = height > size * 4.2 && said !== undefined && name !== "";
        pill(ctx, colours, name || more[0], x, hasMore ? y - size * 0.85 : y, { size });
        if (hasMore) pill(ctx, colours, said, x, y + size * 0.95, { size: small, weight: 500 });
    });
}

/**
 * Paints `area` ({left, top, scale}) all over the canvas, or the part `only` of it ({x, y, width, height} in pixels). `seen` is
 * what of it is in the frame.
 */
export function paintHall(ctx, scene, area, { ratio, width, height, seen, only = null }) {
    const { layout, plan, colours } = scene;
    const size = pitch * area.scale;
    const isFar = size < detail.face;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.save();
    const part = only ?? { x: 0, y: 0, width, height };
    if (only) {
        ctx.beginPath();
        ctx.rect(only.x, only.y, only.width, only.height);
        ctx.clip();
    }
    ctx.fillStyle = colours.card;
    ctx.fillRect(part.x, part.y, part.width, part.height);
    paintGround(ctx, scene, area);
    if (isFar) {
        paintDots(ctx, scene, area, ratio);
    } else {
        const [left, right] = [area.left + part.x / area.scale - pitch, area.left + (part.x + part.width) / area.scale + pitch];
        const [top, bottom] = [area.top + part.y / area.scale - pitch, area.top + (part.y + part.height) / area.scale + pitch];
        const seats = [];
        for (let i = 0; i < plan.count; ++i)
            if (layout.x[i] > left && layout.x[i] < right && layout.y[i] > top && layout.y[i] < bottom) seats.push(i);
        paintFaces(ctx, scene, area, seats);
        // A part has no ends of rows of its own: it shows what stood there.
        if (!only) scene.rowLabels = size >= detail.mark ? rowLabels(scene, area, seats, seen) : [];
        for (const { name, x, y, size: high } of scene.rowLabels)
            if (Math.abs(x - part.x - part.width / 2) < part.width / 2 + 40 && Math.abs(y - part.y - part.height / 2) < part.height / 2 + 20)
                pill(ctx, colours, name, x, y, { size: high, colour: colours.soft });
    }
    paintChosen(ctx, scene, area);
    paintNames(ctx, scene, area, isFar, part);
    ctx.restore();
}

/** The whole hall in small: dots and no words. */
export function paintSmall(ctx, scene, area, ratio) {
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.fillStyle = scene.colours.card;
    ctx.fillRect(0, 0, ctx.canvas.width / ratio, ctx.canvas.height / ratio);
    const { x, y, width, height } = scene.layout.stage;
    ctx.fillStyle = scene.colours.accent;
    ctx.fillRect((x - width / 2 - area.left) * area.scale, (y - area.top) * area.scale, width * area.scale, Math.max(2, height * area.scale));
    paintDots(ctx, scene, area, ratio);
}

// The hall: a canvas that shows a part of it, buttons where its seats are, the whole in small. While something moves, what is
// painted is only shifted and stretched; it is painted anew when it rests, or when what is needed was not painted.

import { h } from "./dom.js";
import { held, sold, stateNames } from "./hall.js";
import { coloursOf, onThemeChange } from "./hall_colours.js";
import { gestures } from "./hall_gestures.js";
import { paintHall } from "./hall_paint.js";
import * as look from "./hall_view.js";
import { minimap } from "./minimap.js";
import { seatButtons } from "./seat_buttons.js";
import { layOut, neighbour, pitch, rowEnd, seatAt, seatsWithin } from "./seat_plan.js";
import { seatName, texts } from "./texts.js";

const overscan = 0.22; // of the frame, on each side: how far one can drag without painting
const aim = { touch: 20, mouse: look.detail.button }; // pixels that a seat must have to be meant by a press
const close = { touch: 32, mouse: 26 }; // that it has after coming closer
const buttonsMost = 1_600;
const glanceTime = 220; // milliseconds that the view takes to get somewhere

const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const usesTouch = () => matchMedia("(pointer: coarse)").matches;

/**
 * onPick(seat, {atOnce}) when a seat is pressed: at once by keyboard, else after a closer look.
 * Returns {node, draw(hall), changed(seats), select(seats), focus(seat), show(section), zoom(factor), fit(), close()}; a hall is
 * {plan, states, costs, tiers, offer}, seats are counted as the plan does.
 */
export function seatMap({ onPick }) {
    const t = texts().seats;
    const canvas = h("canvas", { "aria-hidden": "true" });
    const frame = h("div", { class: "hall_frame" }, canvas);
    const small = minimap({ onGo: (point) => go(look.centredOn(point, view.scale, scene.layout.box, size), { isSwift: true }) });
    const ctx = canvas.getContext("2d", { alpha: false });

    let scene = null;
    let buttons = null;
    let view = null;
    let size = { width: 0, height: 0 };
    let painted = null; // {left, top, scale} of the canvas
    let ratio = 1;
    let isWhole = true;
    let parts = new Set(); // seats to paint anew
    let needsPaint = false;
    let frameAsked = 0;
    let moving = 0;
    let resting = 0;

    // ---- painting ---------------------------------------------------------------------------------------------------

    /** Is all that is looked at painted? */
    function covers() {
        const slack = 0.01 / view.scale;
        const reach = (length, scale) => length / scale;
        return (
            view.left >= painted.left - slack &&
            view.top >= painted.top - slack &&
            view.left + reach(size.width, view.scale) <= painted.left + reach(canvas.width / ratio, painted.scale) + slack &&
            view.top + reach(size.height, view.scale) <= painted.top + reach(canvas.height / ratio, painted.scale) + slack
        );
    }

    function paintAll() {
        ratio = Math.min(2, devicePixelRatio || 1);
        const [extraX, extraY] = [Math.round(size.width * overscan), Math.round(size.height * overscan)];
        const [width, height] = [size.width + 2 * extraX, size.height + 2 * extraY];
        if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
            Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
            canvas.style.width = `${width}px`;
            canvas.style.height = `${height}px`;
        }
        painted = { scale: view.scale, left: view.left - extraX / view.scale, top: view.top - extraY / view.scale };
        const seen = { left: extraX, top: extraY, right: extraX + size.width, bottom: extraY + size.height };
        paintHall(ctx, scene, painted, { ratio, width, height, seen });
        canvas.dataset.painted = "true";
        needsPaint = false;
        parts.clear();
    }

    function paintParts() {
        const cell = pitch * painted.scale;
        if (cell < look.detail.face || parts.size > 60) return paintAll();
        const [width, height] = [canvas.width / ratio, canvas.height / ratio];
        for (const i of parts) {
            const x = (scene.layout.x[i] - painted.left) * painted.scale - cell / 2 - 3;
            const y = (scene.layout.y[i] - painted.top) * painted.scale - cell / 2 - 3;
            if (x > width || y > height || x + cell < 0 || y + cell < 0) continue;
            const only = { x: Math.floor(x), y: Math.floor(y), width: Math.ceil(cell) + 7, height: Math.ceil(cell) + 7 };
            paintHall(ctx, scene, painted, { ratio, width, height, seen: null, only });
        }
        parts.clear();
        return undefined;
    }

    /** Puts what is painted where it belongs. */
    function place() {
        const stretch = view.scale / painted.scale;
        const [x, y] = [(painted.left - view.left) * view.scale, (painted.top - view.top) * view.scale];
        canvas.style.transform = `translate(${x}px, ${y}px) scale(${stretch})`;
        buttons.place(view);
        small.frame(view, size);
    }

    function step() {
        frameAsked = 0;
        if (!scene || size.width === 0) return;
        const stretch = painted ? view.scale / painted.scale : 0;
        if (needsPaint || !painted || stretch > 1.8 || stretch < 0.55 || !covers()) paintAll();
        else if (parts.size > 0) paintParts();
        place();
    }

    function ask() {
        if (frameAsked === 0) frameAsked = requestAnimationFrame(step);
    }

    // ---- looking ----------------------------------------------------------------------------------------------------

    function setView(next) {
        view = next;
        isWhole = look.isWhole(view, scene.layout.box, size);
        ask();
    }

    /** Nothing moves any more: sharp again, with buttons where the seats are now. */
    function rest() {
        if (!scene || size.width === 0) return;
        if (painted && (view.scale !== painted.scale || scene.labelsAt !== view)) needsPaint = true;
        scene.labelsAt = view;
        frame.style.touchAction = isWhole ? "pan-y" : "none";
        frame.classList.toggle("whole", isWhole);
        small.show(!isWhole);
        ask();
        clearTimeout(resting);
        resting = setTimeout(showButtons, 30);
    }

    function showButtons() {
        const seen = {
            left: view.left - pitch / 2,
            top: view.top - pitch / 2,
            right: view.left + size.width / view.scale + pitch / 2,
            bottom: view.top + size.height / view.scale + pitch / 2,
        };
        const near = look.seatSize(view) >= look.detail.button ? seatsWithin(scene.layout, seen) : [];
        buttons.show(near.length <= buttonsMost ? near : []);
        frame.dataset.seats = String(near.length);
    }

    function go(next, { isSwift = false } = {}) {
        cancelAnimationFrame(moving);
        moves.halt();
        if (isSwift || isStill()) {
            setView(next);
            return rest();
        }
        const from = view;
        let began = null;
        const move = (now) => {
            began ??= now;
            const share = Math.min(1, (now - began) / glanceTime);
            const eased = 1 - (1 - share) ** 3;
            setView(share === 1 ? next : look.mix(from, next, eased));
            if (share < 1) moving = requestAnimationFrame(move);
            else rest();
        };
        moving = requestAnimationFrame(move);
        return undefined;
    }

    const point = (i) => ({ x: scene.layout.x[i], y: scene.layout.y[i] });
    const inFrame = (i) => ({ x: (point(i).x - view.left) * view.scale, y: (point(i).y - view.top) * view.scale });

    /** Brings a seat into the picture, closer where its label cannot be read. */
    function reveal(i) {
        if (!view) return;
        const { box } = scene.layout;
        const next =
            look.seatSize(view) < look.detail.label
                ? look.centredOn(point(i), close[usesTouch() ? "touch" : "mouse"] / pitch, box, size)
                : look.showing(point(i), view, box, size);
        frame.scrollIntoView({ block: "nearest" }); // the page's part of it
        small.leave((point(i).x - next.left) * next.scale > size.width / 2);
        if (next.left !== view.left || next.top !== view.top || next.scale !== view.scale) go(next);
    }

    function measure() {
        const next = { width: frame.clientWidth, height: frame.clientHeight };
        if (next.width === size.width && next.height === size.height) return;
        const wasWhole = isWhole;
        size = next;
        if (!scene || size.width === 0) return;
        const { box } = scene.layout;
        painted = null;
        setView(view && !wasWhole ? look.within(view, box, size) : look.wholeOf(box, size));
        rest();
    }
    const observer = new ResizeObserver(measure);
    observer.observe(frame);

    // ---- pressing ---------------------------------------------------------------------------------------------------

    const moves = gestures(frame, {
        isWhole: () => isWhole,
        onMove(dx, dy) {
            if (!scene) return false;
            cancelAnimationFrame(moving);
            const moved = { ...view, left: view.left - dx / view.scale, top: view.top - dy / view.scale };
            const next = look.within(moved, scene.layout.box, size);
            const hasMoved = next.left !== view.left || next.top !== view.top;
            if (hasMoved) setView(next);
            return hasMoved;
        },
        onZoom(factor, at) {
            if (!scene) return;
            cancelAnimationFrame(moving);
            setView(look.zoomed(view, factor, at, scene.layout.box, size));
        },
        onRest: rest,
    });
    frame.addEventListener("touchmove", (event) => event.touches.length > 1 && event.preventDefault(), { passive: false });

    /** Too far away for a seat to be meant: to the section, if its seats can be pressed then, else to the place. */
    function comeCloser(at, kind) {
        const { layout } = scene;
        const near = seatAt(layout, at, 40 / view.scale);
        if (near === null) return;
        const part = layout.sections[scene.plan.sectionOf(near)];
        const toPart = look.closeTo(part, close[kind], layout.box, size);
        const fits = toPart.scale * (part.bottom - part.top) <= size.height && toPart.scale * (part.right - part.left) <= size.width;
        go(fits && toPart.scale > view.scale ? toPart : look.centredOn(at, close[kind] / pitch, layout.box, size));
    }

    frame.addEventListener("click", (event) => {
        if (!scene) return;
        // A click that no pointer made comes from a screen reader: there is no second look to be had.
        const isPointed = event.detail !== 0;
        if (isPointed && moves.wasDragged()) return;
        const edge = frame.getBoundingClientRect();
        const at = look.toHall({ x: event.clientX - edge.left, y: event.clientY - edge.top }, view);
        const kind = event.pointerType === "touch" ? "touch" : "mouse";
        if (isPointed && look.seatSize(view) < aim[kind]) return comeCloser(at, kind);
        const button = event.target.closest(".seat");
        const i = button ? buttons.indexOf(button) : (seatAt(scene.layout, at) ?? -1);
        if (i < 0) return;
        buttons.focus(i);
        onPick(i, { atOnce: !isPointed });
    });

    const byKey = {
        "+": 1.25,
        "=": 1.25,
        "-": 1 / 1.25,
    };
    frame.addEventListener("keydown", (event) => {
        const i = buttons ? buttons.indexOf(event.target.closest(".seat")) : -1;
        if (i < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.key === "Enter" || event.key === " ") {
            if (!event.repeat) onPick(i, { atOnce: true });
        } else if (event.key.startsWith("Arrow")) {
            const next = neighbour(scene.layout, i, event.key);
            if (next !== null) focus(next);
        } else if (event.key === "Home" || event.key === "End") {
            focus(rowEnd(scene.layout, i, event.key));
        } else if (event.key in byKey) {
            go(look.zoomed(view, byKey[event.key], inFrame(i), scene.layout.box, size), { isSwift: true });
        } else {
            return;
        }
        event.preventDefault();
    });
    frame.addEventListener("keyup", (event) => {
        // A button is pressed by Space when it is let go: that press was taken already.
        if (event.key === " " && event.target.closest(".seat")) event.preventDefault();
    });
    frame.addEventListener("focusin", (event) => {
        const i = buttons ? buttons.indexOf(event.target.closest(".seat")) : -1;
        if (i < 0) return;
        if (i !== buttons.current()) buttons.enter(i);
        if (event.target.matches(":focus-visible")) reveal(i);
    });
    // Where `overflow: clip` is not known, a browser scrolls to show a button that has the focus.
    frame.addEventListener("scroll", () => frame.scrollTo(0, 0));

    function focus(i) {
        if (!scene) return;
        buttons.focus(i);
        reveal(i);
    }

    // ---- what there is to see -----------------------------------------------------------------------------------------

    const nameOf = ({ name, available, isForSale, least }) => {
        const words = !isForSale ? t.states.blocked : available > 0 ? t.sectionFree(available) : t.sectionOut;
        const price = t.from(texts().points(least));
        return { name, more: isForSale && available > 0 ? [`${words} · ${price}`, words] : [words] }; // as much as there is room for
    };

    function labelOf(i) {
        const state = stateNames[scene.states[i]];
        return t.seatLabel({
            seat: seatName(scene.plan.seat(i)),
            price: state === "blocked" ? null : scene.costWords[scene.plan.categoryOf[i]],
            state: t.states[state],
        });
    }

    function build(hall, chosen) {
        scene = { chosen, stage: t.stage, colours: coloursOf(frame), layout: layOut(hall.plan), rowLabels: [] };
        Object.assign(scene, hall, { costWords: hall.costs.map(texts().points) });
        const hadFocus = frame.contains(document.activeElement);
        const { plan, layout, states } = scene;
        buttons = seatButtons({ label: t.mapLabel, plan, layout, states, chosen, labelOf });
        frame.replaceChildren(canvas, buttons.node, small.node);
        const first = states.findIndex((state) => state === 0);
        buttons.enter(Math.max(0, first));
        if (hadFocus) buttons.focus(buttons.current());
        painted = null;
        view = null;
        isWhole = true;
        size = { width: 0, height: 0 };
        measure();
    }

    let drawnSmall = 0;
    function drawSmall() {
        clearTimeout(drawnSmall);
        drawnSmall = setTimeout(() => scene && small.draw(scene) === undefined && view && small.frame(view, size), 250);
    }

    const stopTheme = onThemeChange(() => {
        if (!scene) return;
        scene.colours = coloursOf(frame);
        needsPaint = true;
        ask();
        drawSmall();
    });

    return {
        node: frame,
        /** Shows a hall as it is now; `states` is kept, and what changes in it is told to changed(). */
        draw(hall) {
            const isOther = scene?.plan !== hall.plan;
            if (hall.plan.count === 0) return;
            if (isOther) build(hall, scene?.chosen ?? new Set());
            else Object.assign(scene, hall, { costWords: hall.costs.map(texts().points) });
            scene.names = hall.offer.map(nameOf);
            if (!isOther) buttons.markAll();
            needsPaint = true;
            // At once, not in the next frame: it is what everybody waits for.
            if (isOther) step();
            else ask();
            drawSmall();
        },
        changed(seats, offer) {
            if (offer) scene.names = offer.map(nameOf);
            buttons.mark(seats);
            for (const i of seats) parts.add(i);
            ask();
            drawSmall();
        },
        select(seats) {
            if (!scene) return;
            const next = new Set(seats);
            const touched = [...scene.chosen, ...next].filter((i) => scene.chosen.has(i) !== next.has(i));
            scene.chosen.clear();
            for (const i of next) scene.chosen.add(i);
            buttons.mark(touched);
            for (const i of touched) parts.add(i);
            ask();
        },
        focus,
        isTaken: (i) => scene.states[i] === held || scene.states[i] === sold,
        zoom: (factor) =>
            scene && go(look.zoomed(view, factor, { x: size.width / 2, y: size.height / 2 }, scene.layout.box, size)),
        fit: () => scene && go(look.wholeOf(scene.layout.box, size)),
        /** Goes to a section, so close that its seats can be pressed. */
        show(at) {
            if (!scene) return;
            go(look.closeTo(scene.layout.sections[at], close[usesTouch() ? "touch" : "mouse"], scene.layout.box, size));
            const { top, bottom } = frame.getBoundingClientRect();
            if (top < 0 || bottom > innerHeight)
                frame.parentElement.scrollIntoView({ block: "start", behavior: isStill() ? "auto" : "smooth" });
        },
        close() {
            observer.disconnect();
            stopTheme();
            moves.stop();
            cancelAnimationFrame(moving);
            cancelAnimationFrame(frameAsked);
            clearTimeout(resting);
            clearTimeout(drawnSmall);
        },
    };
}

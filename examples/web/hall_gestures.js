// Fingers, mouse and wheel on the hall: one drags, two zoom, a wheel scrolls or, with Ctrl, zooms. What the hall cannot take (it
// is at its edge, or wholly to be seen) scrolls the page.

const slack = 6; // pixels that a finger may slip in a tap
const glideFrom = 0.25; // pixels a millisecond: slower, and it stops where it is let go
const glideSlows = 0.995; // a millisecond

/**
 * onMove(dx, dy) → whether it moved; onZoom(factor, {x, y}); onRest() when nothing goes on any more; isWhole() → is there nothing to
 * drag. Returns {wasDragged(): whether the press that a click belongs to was a drag, halt(): no gliding on, stop()}.
 */
export function gestures(frame, { onMove, onZoom, onRest, isWhole }) {
    const pointers = new Map();
    let dragged = false;
    let start = null;
    let speed = { x: 0, y: 0, at: 0 };
    let gliding = 0;
    let resting = 0;

    const at = (event) => {
        const edge = frame.getBoundingClientRect();
        return { x: event.clientX - edge.left, y: event.clientY - edge.top };
    };
    const restSoon = (after) => {
        clearTimeout(resting);
        resting = setTimeout(onRest, after);
    };
    const stopGliding = () => {
        cancelAnimationFrame(gliding);
        gliding = 0;
    };

    function glide() {
        if (matchMedia("(prefers-reduced-motion: reduce)").matches || Math.hypot(speed.x, speed.y) < glideFrom) return onRest();
        let before = performance.now();
        const step = (now) => {
            const time = Math.min(64, now - before);
            before = now;
            const slowed = glideSlows ** time;
            speed = { ...speed, x: speed.x * slowed, y: speed.y * slowed };
            const moved = onMove(speed.x * time, speed.y * time);
            if (!moved || Math.hypot(speed.x, speed.y) < 0.02) {
                gliding = 0;
                onRest();
            } else {
                gliding = requestAnimationFrame(step);
            }
        };
        gliding = requestAnimationFrame(step);
        return undefined;
    }

    const listeners = {
        pointerdown(event) {
            if (event.pointerType === "mouse" && event.button !== 0) return;
            stopGliding();
            pointers.set(event.pointerId, at(event));
            if (pointers.size === 1) {
                dragged = false;
                start = at(event);
                speed = { x: 0, y: 0, at: event.timeStamp };
            } else {
                dragged = true;
            }
        },
        pointermove(event) {
            const before = pointers.get(event.pointerId);
            if (!before) return;
            const now = at(event);
            if (pointers.size >= 2) {
                const [a, b] = [...pointers.values()];
                pointers.set(event.pointerId, now);
                const [c, d] = [...pointers.values()];
                const middle = { x: (c.x + d.x) / 2, y: (c.y + d.y) / 2 };
                onMove(middle.x - (a.x + b.x) / 2, middle.y - (a.y + b.y) / 2);
                const spread = Math.hypot(a.x - b.x, a.y - b.y);
                if (spread > 0) onZoom(Math.hypot(c.x - d.x, c.y - d.y) / spread, middle);
                return;
            }
            if (!dragged && Math.hypot(now.x - start.x, now.y - start.y) < slack) return;
            pointers.set(event.pointerId, now);
            const isFirst = !dragged;
            dragged = true;
            if (isWhole()) return; // it is the page that scrolls
            if (isFirst) {
                frame.setPointerCapture(event.pointerId);
                frame.classList.add("dragged");
            }
            const time = Math.max(1, event.timeStamp - speed.at);
            const share = Math.min(1, time / 60);
            speed = {
                x: speed.x * (1 - share) + ((now.x - before.x) / time) * share,
                y: speed.y * (1 - share) + ((now.y - before.y) / time) * share,
                at: event.timeStamp,
            };
            onMove(now.x - before.x, now.y - before.y);
        },
        pointerup(event) {
            if (!pointers.delete(event.pointerId)) return;
            frame.classList.remove("dragged");
            if (pointers.size > 0) {
                speed = { x: 0, y: 0, at: event.timeStamp };
            } else if (dragged) {
                if (event.timeStamp - speed.at > 80) speed = { ...speed, x: 0, y: 0 };
                glide();
            }
        },
        wheel(event) {
            stopGliding();
            const lines = event.deltaMode === 1 ? 16 : 1;
            if (event.ctrlKey) {
                event.preventDefault();
                onZoom(Math.exp((-event.deltaY * lines) / 300), at(event));
            } else if (!isWhole() && onMove(-event.deltaX * lines, -event.deltaY * lines)) {
                event.preventDefault();
            } else {
                return;
            }
            restSoon(140);
        },
    };
    listeners.pointercancel = listeners.pointerup;
    for (const [kind, listener] of Object.entries(listeners))
        frame.addEventListener(kind, listener, { passive: kind !== "wheel" });
    return {
        wasDragged: () => dragged,
        halt: stopGliding,
        stop() {
            stopGliding();
            clearTimeout(resting);
        },
    };
}

// The whole hall in small, with what is looked at framed: where one is, and a press or drag leads there.

import { h } from "./dom.js";
import { wholeOf } from "./hall_view.js";
import { paintSmall } from "./hall_paint.js";

const most = { width: 128, height: 96 };

/** {node, draw(scene), frame(view, size), show(isShown), leave(isRight)}; onGo({x, y}) of the hall. It is for the eye only. */
export function minimap({ onGo }) {
    const canvas = h("canvas", {});
    const looked = h("i", {});
    const node = h("div", { class: "minimap", "aria-hidden": "true", hidden: true }, canvas, looked);
    let area = null;

    const go = (event) => {
        if (!area || (event.type === "pointermove" && event.buttons === 0)) return;
        const edge = canvas.getBoundingClientRect();
        onGo({ x: area.left + (event.clientX - edge.left) / area.scale, y: area.top + (event.clientY - edge.top) / area.scale });
        event.stopPropagation();
    };
    node.addEventListener("pointerdown", go);
    node.addEventListener("pointermove", go);
    node.addEventListener("click", (event) => event.stopPropagation());

    return {
        node,
        draw(scene) {
            const { box } = scene.layout;
            const ratio = Math.min(2, devicePixelRatio || 1);
            const scale = Math.min(most.width / box.width, most.height / box.height);
            const size = { width: Math.max(24, box.width * scale), height: Math.max(24, box.height * scale) };
            area = wholeOf(box, size);
            Object.assign(canvas, { width: Math.round(size.width * ratio), height: Math.round(size.height * ratio) });
            canvas.style.width = `${size.width}px`;
            canvas.style.height = `${size.height}px`;
            paintSmall(canvas.getContext("2d"), scene, area, ratio);
        },
        frame(view, size) {
            if (!area) return;
            looked.style.left = `${(view.left - area.left) * area.scale}px`;
            looked.style.top = `${(view.top - area.top) * area.scale}px`;
            looked.style.width = `${(size.width / view.scale) * area.scale}px`;
            looked.style.height = `${(size.height / view.scale) * area.scale}px`;
        },
        show(isShown) {
            node.hidden = !isShown;
        },
        /** To the other side, where it would cover what has the focus. */
        leave(isRight) {
            node.classList.toggle("left", isRight);
        },
    };
}

// Lines over the last quarter of an hour. What they show is also in words: figures above, and a sentence for who cannot see them.

import { h, s, say } from "../dom.js";
import { ceiling, line, span } from "./history.js";

const size = { width: 480, height: 120 };

/** A chart of one or two series: [{name, label}], each with a dash of its own, so that colour is not what tells them apart. */
export function chart({ title, series, number, sentence }) {
    const lines = series.map(({ name }, index) => s("polyline", { class: `line line_${index}`, "data-series": name }));
    const picture = s(
        "svg",
        { viewBox: `0 -4 ${size.width} ${size.height + 8}`, preserveAspectRatio: "none", "aria-hidden": "true", class: "picture" },
        [0, 0.5, 1].map((part) =>
            s("line", { class: "grid", x1: 0, x2: size.width, y1: size.height * part, y2: size.height * part }),
        ),
        ...lines,
    );
    const words = h("p", { class: "unseen" });
    const scale = h("span", { class: "scale" });
    const node = h(
        "figure",
        { class: "chart card" },
        h(
            "figcaption",
            {},
            h("span", { class: "chart_title" }, title),
            series.length > 1 &&
                series.map(({ label }, index) => h("span", { class: `legend legend_${index}` }, label)),
            scale,
        ),
        picture,
        words,
    );
    return {
        node,
        show(rows) {
            if (rows.length === 0) return;
            const now = rows.at(-1).at;
            const most = ceiling(Math.max(1, ...rows.flatMap((row) => series.map(({ name }) => row[name]))));
            for (const [index, { name }] of series.entries())
                lines[index].setAttribute("points", line(rows, name, { now, ...size, top: most }));
            say(scale, `0 – ${number(most)}`);
            say(words, sentence(series.map(({ label, name }) => `${label}: ${number(rows.at(-1)[name])}`).join(", "), span / 60_000));
        },
    };
}

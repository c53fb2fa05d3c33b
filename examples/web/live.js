// How fresh the map is, in words that are true: when something changed last, or since when nothing was heard.

import { h, say } from "./dom.js";
import { texts } from "./texts.js";

const lateAfter = 9_000; // milliseconds without an answer, of a page that asks every few seconds
const lateAfterHidden = 40_000;

/** {node, heard({changed}), stop()}. */
export function liveSign() {
    const t = texts().seats;
    const node = h("span", { class: "live" }, t.live);
    let heardAt = Date.now();
    let changedAt = null;
    let hasHeard = false;

    function show() {
        const late = Date.now() - heardAt > (document.hidden ? lateAfterHidden : lateAfter);
        const state = navigator.onLine === false ? "offline" : late ? "late" : "live";
        node.dataset.state = state;
        const time = t.clock(new Date(state === "live" ? (changedAt ?? heardAt) : heardAt));
        say(node, state === "live" ? (hasHeard ? t.liveSince(time) : t.live) : state === "late" ? t.liveLate(time) : t.liveOffline(time));
    }
    const timer = setInterval(show, 1_000);
    for (const kind of ["online", "offline"]) addEventListener(kind, show);
    return {
        node,
        heard({ changed }) {
            heardAt = Date.now();
            hasHeard = true;
            if (changed) changedAt = heardAt;
            show();
        },
        stop() {
            clearInterval(timer);
            for (const kind of ["online", "offline"]) removeEventListener(kind, show);
        },
    };
}

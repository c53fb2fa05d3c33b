// The waiting room: how many are ahead, how far the line has moved, and how long it may take.

import { announce, h, say } from "./dom.js";
import { progressOf } from "./steps.js";
import { texts } from "./texts.js";

const spokenEvery = 30_000;

export function lineView(app) {
    const t = texts().line;
    const ahead = h("strong", { class: "ahead" });
    const bar = h("progress", { max: 1000, "aria-label": t.progress });
    const position = h("dd");
    const wait = h("dd");
    const node = h(
        "section",
        { class: "step" },
        h(
            "div",
            { class: "card waiting" },
            h("h1", { tabindex: -1 }, t.heading),
            h("p", { class: "count" }, h("span", {}, t.ahead), ahead),
            bar,
            h(
                "dl",
                { class: "pair" },
                h("div", {}, h("dt", {}, t.position), position),
                h("div", {}, h("dt", {}, t.wait), wait),
            ),
            h("p", { class: "hint" }, t.keep),
        ),
    );

    let spokenAt = Date.now();
    let spokenAhead = null;
    return {
        node,
        update({ place, session }) {
            if (!place) return;
            const done = progressOf(place.ahead, session?.aheadAtJoin);
            say(ahead, place.ahead === 0 ? t.nextUp : t.aheadCount(place.ahead));
            ahead.classList.toggle("words", place.ahead === 0);
            bar.value = Math.round(done * 1000);
            bar.setAttribute("aria-valuetext", t.progressText(Math.round(done * 100), place.ahead));
            say(position, String(place.position));
            const seconds = place.estimatedWaitSeconds;
            say(wait, seconds === null || seconds === undefined ? t.waitUnknown : t.waitAbout(seconds));
            if (spokenAhead !== place.ahead && (Date.now() - spokenAt > spokenEvery || place.ahead <= 1)) {
                if (spokenAhead !== null) announce(t.spoken(place.ahead));
                spokenAt = Date.now();
            }
            spokenAhead = place.ahead;
        },
        title: ({ place }) => place && t.titleAhead(place.ahead),
        close() {},
    };
}

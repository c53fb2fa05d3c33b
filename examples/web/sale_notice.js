// Whether the concert is on sale, in words: when it opens and how long until then, that it pauses, is over, was called off.

import { clockText, countDown, serverNow } from "./clock.js";
import { announce, h, say } from "./dom.js";
import { saleOf } from "./offer.js";
import { texts } from "./texts.js";

const lookedAtEvery = 500; // milliseconds
const openedAfter = 150; // the server's clock is only nearly known

/** How long until then, for the eye: "2 days 3:05:00", "3:05:00", "5:00". */
function longClock(milliseconds) {
    const seconds = Math.ceil(milliseconds / 1000);
    const days = Math.floor(seconds / 86_400);
    const hours = Math.floor((seconds % 86_400) / 3_600);
    const rest = clockText((seconds % 3_600) * 1000);
    const clock = days > 0 || hours > 0 ? `${hours}:${rest.padStart(5, "0")}` : rest;
    return days > 0 ? `${texts().sale.days(days)} ${clock}` : clock;
}

/** Why nothing can be held now; null: it can. */
export function saleWords({ state, opensAt, reason }) {
    const t = texts().sale;
    if (state === "open") return null;
    if (state === "soon") return t.soon(t.time(new Date(opensAt)));
    return state === "off" ? t.off(reason) : t[state];
}

/** What comes back to whom cancels, as the terms say that count for a hold made now; null: nothing, so nothing is said. */
export function refundWords(sale) {
    const t = texts().sale;
    const steps = (sale?.refundSteps ?? []).filter(
        ({ until, thousandths }) => thousandths > 0 && (until === null || Date.parse(until) > serverNow()),
    );
    if (steps.length === 0) return null;
    return t.refunds(
        steps.map(({ until, thousandths }) =>
            t.refundStep(until === null ? null : t.time(new Date(until)), thousandths / 10),
        ),
    );
}

/** {node, update(map), now() → what saleOf says, stop()}; onChange() when that changes by itself. */
export function saleNotice({ onChange }) {
    const words = h("p", { role: "status" });
    const clock = h("strong", { class: "clock" });
    const left = h("p", { class: "opens_in", hidden: true }, h("span", {}, texts().sale.opensIn), " ", clock);
    const node = h("div", { class: "sale_note", hidden: true }, words, left);
    let map = null;
    let shown = { state: "open" };
    let counted = null;
    let stopCount = () => {};

    function count(opensAt) {
        if (counted === opensAt) return;
        counted = opensAt;
        stopCount();
        stopCount = () => {};
        left.hidden = opensAt === null;
        if (opensAt === null) return;
        stopCount = countDown(opensAt, {
            show: (milliseconds) => say(clock, longClock(milliseconds)),
            speak: (seconds) => announce(`${texts().sale.opensIn} ${texts().inWords(seconds)}`),
        });
    }

    function look() {
        if (!map) return;
        const before = shown;
        shown = saleOf(map, serverNow() - openedAfter);
        const said = saleWords(shown);
        say(words, said ?? "");
        node.hidden = said === null || shown.state === "off";
        count(shown.state === "soon" ? shown.opensAt : null);
        if (before.state === shown.state) return;
        if (before.state === "soon" && shown.state === "open") announce(texts().sale.opened, { urgent: true });
        onChange();
    }

    const timer = setInterval(look, lookedAtEvery);
    return {
        node,
        now: () => shown,
        update(next) {
            map = next;
            look();
        },
        stop() {
            clearInterval(timer);
            stopCount();
        },
    };
}

/** In the place of the hall, where the concert was called off. */
export function offNotice(app) {
    const t = texts().sale;
    const words = h("p", { class: "lead" });
    const back = h("p", { class: "done" });
    const node = h(
        "div",
        { class: "card called_off", hidden: true },
        words,
        h("p", {}, t.pointsBack),
        back,
        h("button", { type: "button", class: "primary", onclick: () => app.choose(null) }, texts().dates.other),
    );
    return {
        node,
        update({ concertId, calledOff }, tickets) {
            node.hidden = !calledOff;
            if (!calledOff) return;
            say(words, t.off(calledOff.reason));
            const own = tickets.filter((row) => row.concertId === concertId);
            const refunded = own.reduce((sum, row) => sum + row.refunded, 0);
            say(back, refunded > 0 ? t.cameBack(texts().points(refunded)) : "");
        },
    };
}

// Choosing a date, and the concert where a date has several: what is on, when it begins, from which price, what is left.

import * as api from "./api.js";
import { bookings } from "./bookings.js";
import { serverNow } from "./clock.js";
import { h } from "./dom.js";
import { saleOf } from "./offer.js";
import { dateOf, texts } from "./texts.js";

const askedEvery = 5_000;

/** Concerts by date, as the programme has them; those that were called off are not to be chosen. */
export function byDate(concerts) {
    const days = new Map();
    for (const concert of concerts) {
        if (concert.calledOff) continue;
        if (!days.has(concert.date)) days.set(concert.date, []);
        days.get(concert.date).push(concert);
    }
    return [...days.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** What a card says of a concert beside its title: [when it begins, what it costs, what is left], each may be empty. */
function factsOf(concert) {
    const t = texts().dates;
    const sale = saleOf({ sale: concert, calledOff: concert.calledOff }, serverNow());
    const begins = concert.startsAt ? t.startsAt(t.time(new Date(concert.startsAt))) : "";
    const price = concert.priceFrom === null ? "" : texts().seats.from(texts().points(concert.priceFrom));
    const left = concert.available > 0 ? texts().seats.sectionFree(concert.available) : texts().seats.sectionOut;
    const words = { soon: () => t.opens(texts().sale.time(new Date(sale.opensAt))), paused: () => t.paused, closed: () => t.closed };
    return [begins, price, words[sale.state]?.() ?? left].filter(Boolean);
}

const isOut = (concerts) => concerts.every(({ available }) => available === 0);

function card({ label, date, head, body, out, onPress }) {
    return h(
        "li",
        {},
        h(
            "button",
            { type: "button", class: out ? "day out" : "day", "data-date": date, "aria-label": label, onclick: onPress },
            head,
            body,
        ),
    );
}

export function datesView(app) {
    const t = texts().dates;
    const list = h("ul", { class: "days" });
    const none = h("p", { class: "lead", role: "status" });
    const mine = bookings(app);
    const node = h(
        "section",
        { class: "step" },
        h("h1", { tabindex: -1 }, t.heading),
        app.facts.note && h("p", { class: "note", role: "status" }, app.facts.note(texts())),
        list,
        none,
        mine.node,
    );

    let shown = null;
    function show(concerts) {
        const days = byDate(concerts);
        const now = JSON.stringify(days.map(([day, list]) => [day, list.map((one) => [one.title, factsOf(one)])]));
        if (shown === now) return;
        shown = now;
        // What has the focus keeps it when other days come or go.
        const focused = list.contains(document.activeElement) ? document.activeElement.dataset.date : null;
        list.replaceChildren(
            ...days.map(([day, concerts]) => {
                const date = dateOf(day);
                const [only] = concerts;
                const isSeveral = concerts.length > 1;
                const title = isSeveral ? t.severalShort(concerts.length) : only.title;
                const facts = isSeveral ? concerts.map((one) => one.title) : factsOf(only);
                return card({
                    label: [t.full(date), title, ...facts].join(", "),
                    date: day,
                    out: isOut(concerts),
                    onPress: () => app.choose(isSeveral ? { date: day } : { date: day, concertId: only.concertId }),
                    head: [h("span", { class: "weekday" }, t.weekday(date)), h("span", { class: "date" }, t.day(date))],
                    body: [h("strong", { class: "on" }, title), facts.map((text) => h("span", { class: "fact" }, text))],
                });
            }),
        );
        none.textContent = days.length === 0 ? t.none : "";
        if (focused) list.querySelector(`[data-date="${CSS.escape(focused)}"]`)?.focus();
    }

    let etag = null;
    const stop = api.repeat(
        async () => {
            const answer = await api.programme(etag);
            if (answer.ok) {
                etag = answer.etag;
                show(answer.data.concerts);
            }
            return answer;
        },
        { every: () => (document.hidden ? 4 * askedEvery : askedEvery), trouble: app.trouble },
    );
    return { node, update: mine.update, close: stop };
}

export function concertsView(app) {
    const t = texts().dates;
    const { choice, concerts } = app.facts;
    const list = h("ul", { class: "days" });
    function show(known) {
        list.replaceChildren(
            ...concerts.map(({ concertId, title }) => {
                const concert = known.find((one) => one.concertId === concertId);
                const facts = concert ? factsOf(concert) : [];
                return card({
                    label: [title, ...facts].join(", "),
                    out: concert ? isOut([concert]) : false,
                    onPress: () => app.choose({ date: choice.date, concertId }),
                    head: h("span", { class: "date" }, title),
                    body: facts.map((text) => h("span", { class: "fact" }, text)),
                });
            }),
        );
    }
    show([]);
    api.programme()
        .then((answer) => answer.ok && node.isConnected && show(answer.data.concerts))
        .catch(() => {}); // the titles do
    const node = h(
        "section",
        { class: "step" },
        h("h1", { tabindex: -1 }, t.several),
        h("p", { class: "lead" }, t.full(dateOf(choice.date))),
        list,
        h("button", { type: "button", class: "quiet", onclick: () => app.choose(null) }, t.other),
    );
    return { node, update() {}, close() {} };
}

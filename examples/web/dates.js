// Choosing a date, and the concert where a date has several.

import * as api from "./api.js";
import { bookings } from "./bookings.js";
import { h } from "./dom.js";
import { dateOf, texts } from "./texts.js";

const askedEvery = 5_000;

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
    function show(dates) {
        if (shown === dates.join()) return;
        shown = dates.join();
        // What has the focus keeps it when other days come or go.
        const focused = list.contains(document.activeElement) ? document.activeElement.dataset.date : null;
        list.replaceChildren(
            ...dates.map((day) => {
                const date = dateOf(day);
                return h(
                    "li",
                    {},
                    h(
                        "button",
                        {
                            type: "button",
                            class: "day",
                            "data-date": day,
                            "aria-label": t.full(date),
                            onclick: () => app.choose({ date: day }),
                        },
                        h("span", { class: "weekday" }, t.weekday(date)),
                        h("span", { class: "date" }, t.day(date)),
                    ),
                );
            }),
        );
        none.textContent = dates.length === 0 ? t.none : "";
        if (focused) list.querySelector(`[data-date="${CSS.escape(focused)}"]`)?.focus();
    }

    const stop = api.repeat(
        async () => {
            const answer = await api.dates();
            if (answer.ok) show(answer.data.dates);
            return answer;
        },
        { every: () => (document.hidden ? 4 * askedEvery : askedEvery), trouble: app.trouble },
    );
    return { node, update: mine.update, close: stop };
}

export function concertsView(app) {
    const t = texts().dates;
    const { choice, concerts } = app.facts;
    const node = h(
        "section",
        { class: "step" },
        h("h1", { tabindex: -1 }, t.several),
        h("p", { class: "lead" }, t.full(dateOf(choice.date))),
        h(
            "ul",
            { class: "days" },
            concerts.map(({ concertId, title }) =>
                h(
                    "li",
                    {},
                    h(
                        "button",
                        {
                            type: "button",
                            class: "day",
                            onclick: () => app.choose({ date: choice.date, concertId }),
                        },
                        h("span", { class: "date" }, title),
                    ),
                ),
            ),
        ),
        h("button", { type: "button", class: "quiet", onclick: () => app.choose(null) }, t.other),
    );
    return { node, update() {}, close() {} };
}

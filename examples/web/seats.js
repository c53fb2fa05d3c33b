// Choosing a seat: the map, live; what was picked; and why a seat could not be held.

import * as api from "./api.js";
import { announce, h, notice, say } from "./dom.js";
import { seatMap, stateSample } from "./seat_map.js";
import { tiersOf } from "./seat_plan.js";
import { dateOf, refusalText, seatName, texts } from "./texts.js";

const askedEvery = 2_500;
const askedEveryHidden = 15_000;

/** The hall now: all of the answer, or what was known with what has changed. */
function merged(known, answer) {
    if (!known || answer.isWhole !== false) return answer;
    const changed = new Map(answer.seats.map((seat) => [seat.number, seat]));
    return { ...answer, seats: known.seats.map((seat) => changed.get(seat.number) ?? seat) };
}

/** The sections as buttons that lead to them: name, price, seats left. */
function sectionList(onChoose) {
    const t = texts().seats;
    const node = h("ul", { class: "sections" });
    const lines = new Map();
    return {
        node,
        update({ sections, seats }) {
            const names = sections.map((section) => section.name).join("\n");
            if (node.dataset.names !== names) {
                const tiers = tiersOf(seats);
                node.dataset.names = names;
                lines.clear();
                node.replaceChildren(
                    ...sections.map(({ name, minPrice, maxPrice }) => {
                        const free = h("span", { class: "free" });
                        const price = h("span", { class: "price" }, t.priceRange(minPrice, maxPrice));
                        lines.set(name, { free, price });
                        const swatches = [...new Set([tiers.get(maxPrice), tiers.get(minPrice)])];
                        return h(
                            "li",
                            {},
                            h(
                                "button",
                                { type: "button", onclick: () => onChoose(name) },
                                h(
                                    "span",
                                    { class: "swatches", "aria-hidden": "true" },
                                    swatches.map((tier) => h("i", { "data-tier": tier })),
                                ),
                                h("strong", {}, name || t.wholeHall),
                                free,
                                price,
                            ),
                        );
                    }),
                );
            }
            const forSale = new Set(seats.filter(({ state }) => state !== "blocked").map(({ section }) => section));
            for (const { name, available } of sections) {
                const { free, price } = lines.get(name);
                say(free, !forSale.has(name) ? t.states.blocked : available > 0 ? t.sectionFree(available) : t.sectionOut);
                price.hidden = !forSale.has(name);
            }
        },
    };
}

/** The prices and what colour has which. */
function priceList() {
    const node = h("ul", { class: "prices" });
    return {
        node,
        update({ seats }) {
            const tiers = tiersOf(seats);
            const text = [...tiers.keys()].join();
            if (node.dataset.prices === text) return;
            node.dataset.prices = text;
            node.replaceChildren(
                ...(tiers.size < 2
                    ? []
                    : [...tiers].map(([price, tier]) =>
                          h("li", {}, h("i", { "data-tier": tier, "aria-hidden": "true" }), texts().points(price)),
                      )),
            );
        },
    };
}

export function seatsView(app) {
    const t = texts().seats;
    const refused = notice();
    const title = h("span", { class: "concert" });
    const soldOut = h("p", { class: "note", role: "status" });
    const pickedName = h("strong");
    const pickedPrice = h("span");
    const hold = h("button", { type: "button", class: "primary", disabled: true }, t.hold);
    const sections = sectionList((name) => map.show(name));
    const prices = priceList();
    let picked = null;

    const map = seatMap({
        onPick(number, { atOnce }) {
            if (app.facts.working) return;
            const again = picked === number;
            pick(number);
            if (atOnce || again) holdPicked();
        },
    });

    function showPicked() {
        const seat = picked === null ? null : map.seat(picked);
        const state = seat ? map.stateOf(picked) : null;
        const busy = app.facts.working?.kind === "hold";
        say(pickedName, seat ? seatName(seat) : t.pick);
        say(pickedPrice, !seat ? "" : state === "available" ? texts().points(seat.price) : t.states[state]);
        say(hold, busy ? texts().working.hold : t.hold);
        hold.toggleAttribute("disabled", busy || state !== "available");
        if (busy && app.facts.working.trouble) refused.tell(texts().unsure.hold);
    }

    function pick(number) {
        picked = number;
        map.select(number);
        refused.clear();
        showPicked();
    }

    const refuse = (text, ...actions) => refused.show(text, ...actions);

    async function holdPicked() {
        const number = picked;
        const seat = map.seat(number);
        const state = map.stateOf(number);
        if (state === "mine") return app.refresh();
        if (state !== "available") return refuse(t.cannot(seatName(seat), t.states[state]));
        const answer = await app.hold(seat);
        if (!answer || !node.isConnected) return undefined; // held, or on another step by now
        refused.clear();
        if (answer.code === "seat_unavailable") {
            map.mark(number, "held");
            asking.now();
            refuse(t.taken(seatName(seat)));
            map.focus(number);
        } else if (answer.code === "hold_limit") {
            refuse(
                refusalText(answer),
                h("button", { type: "button", class: "quiet", onclick: () => app.refresh() }, t.toHeld),
            );
        } else if (answer.code === "not_your_turn") {
            // The place lives on, but its time for new holds is over: a new turn is needed.
            refuse(
                t.turnOver,
                h("button", { type: "button", class: "quiet", onclick: () => app.joinAgain() }, texts().ended.again),
            );
        } else {
            refuse(refusalText(answer));
        }
        showPicked();
        return undefined;
    }
    hold.addEventListener("click", holdPicked);

    function received(data) {
        app.remember(data);
        say(title, data.title);
        const changed = map.draw(data);
        sections.update(data);
        prices.update(data);
        const wasFree = picked !== null && !hold.disabled;
        showPicked();
        if (wasFree && changed.includes(picked) && map.stateOf(picked) !== "available" && !app.facts.working) {
            refuse(t.taken(seatName(map.seat(picked))));
        }
        const left = data.seats.some((seat) => seat.state === "available");
        if (soldOut.textContent === "" && !left) announce(t.soldOut);
        say(soldOut, left ? "" : t.soldOut);
    }

    let etag = null;
    let hall = null;
    const asking = api.repeat(
        async (isCurrent) => {
            const { choice, session } = app.facts;
            const answer = await api.map(choice, session.token, { etag, since: hall?.version });
            if (!isCurrent()) return answer;
            if (answer.ok) {
                etag = answer.etag;
                hall = merged(hall, answer.data);
                received(hall);
            } else if (answer.code === "ambiguous_concert") {
                app.severalConcerts(answer.data.concerts);
            } else if (answer.status === 401) {
                app.refresh();
            } else if (answer.status === 404 || answer.code === "invalid_date") {
                app.choose(null, (texts) => texts.refusals.unknown_concert);
            }
            return answer;
        },
        {
            every: () =>
                document.hidden
                    ? askedEveryHidden
                    : Math.max(1_000, Math.min(askedEvery, app.facts.place?.nextPollMs ?? askedEvery)),
            trouble: app.trouble,
        },
    );

    const icon = (text, label, press) =>
        h("button", { type: "button", class: "zoom", "aria-label": label, onclick: press }, text);
    const node = h(
        "section",
        { class: "step wide" },
        h(
            "div",
            { class: "heading" },
            h("h1", { tabindex: -1 }, t.heading),
            h(
                "p",
                { class: "lead" },
                h("span", {}, texts().dates.short(dateOf(app.facts.choice.date))),
                title,
                h("button", { type: "button", class: "link", onclick: () => app.choose(null) }, texts().dates.other),
            ),
        ),
        app.facts.note && h("p", { class: "note", role: "status" }, app.facts.note(texts())),
        soldOut,
        h(
            "div",
            { class: "hall_and_side" },
            h(
                "div",
                { class: "hall_box" },
                h(
                    "div",
                    { class: "hall_tools" },
                    h("span", { class: "live", title: t.liveLabel }, t.live),
                    icon("−", t.zoomOut, () => map.zoom(1 / 1.3)),
                    icon("＋", t.zoomIn, () => map.zoom(1.3)),
                    icon("⤢", t.zoomFit, () => map.fit()),
                ),
                h("p", { class: "unseen", id: "map_hint" }, t.mapHint),
                map.node,
            ),
            h(
                "div",
                { class: "side" },
                h("h2", {}, t.sections),
                sections.node,
                prices.node,
                h("h2", {}, t.legend),
                h(
                    "ul",
                    { class: "legend" },
                    ["available", "mine", "held", "sold", "blocked"].map((state) =>
                        h("li", {}, stateSample(state), t.states[state]),
                    ),
                ),
            ),
        ),
        h(
            "div",
            { class: "picked" },
            refused.node,
            h("div", { class: "picked_line" }, h("p", {}, pickedName, pickedPrice), hold),
        ),
    );
    showPicked();
    return { node, update: showPicked, close: asking };
}

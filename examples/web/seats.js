// Choosing seats: the map, live; what was picked; and why it could not be held.
//
// Where an order may have one seat of one type only, a seat is picked and held with a second press, or at once by keyboard.
// Else seats are gathered (picks.js), and one button holds them all.

import * as api from "./api.js";
import { announce, h, notice, say } from "./dom.js";
import { linesOf, priced, totalOf, wayOf } from "./offer.js";
import { picksList, ruleWords } from "./picks.js";
import { offNotice, refundWords, saleNotice, saleWords } from "./sale_notice.js";
import { seatMap, stateSample } from "./seat_map.js";
import { tiersOf } from "./seat_plan.js";
import { refusalText, seatName, seatNames, texts, whenOf } from "./texts.js";

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
            const names = JSON.stringify(sections.map(({ name, minPrice, maxPrice }) => [name, minPrice, maxPrice]));
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
    const heading = h("h1", { tabindex: -1 }, t.heading);
    const when = h("span", {}, whenOf(app.facts.choice, "short"));
    const title = h("span", { class: "concert" });
    const soldOut = h("p", { class: "note", role: "status" });
    const hint = h("p", { class: "unseen", id: "map_hint" }, t.mapHint);
    const chosenSample = h("li", { hidden: true }, stateSample("available", true), t.chosen);
    const pickedName = h("strong");
    const pickedPrice = h("span");
    const hold = h("button", { type: "button", class: "primary", disabled: true }, t.hold);
    const sections = sectionList((name) => map.show(name));
    const prices = priceList();
    const sale = saleNotice({ onChange: () => hall && showSale() });
    const off = offNotice(app);
    const gathered = picksList({
        onType: (number, type) => setPicks(picks.map((one) => (one.number === number ? { number, type } : one))),
        onRemove: (number) => toggle(number),
    });
    let hall = null; // the map as it was told, prices of who names no type
    let way = { most: 1, isGroup: false, isPlain: true };
    let picks = []; // [{number, type}]
    let isSaleTold = false; // a refusal says that nothing is sold now

    const map = seatMap({
        onPick(number, { atOnce }) {
            if (app.facts.working || !hall) return;
            if (way.isGroup) return toggle(number);
            const again = picks[0]?.number === number;
            setPicks([{ number, type: undefined }]);
            if (atOnce || again) holdPicked();
        },
    });

    const lines = () => (hall ? linesOf(hall, picks) : []);
    const isOpen = () => sale.now().state === "open";

    function setPicks(next) {
        picks = next;
        app.facts.picks = { concertId: hall.concertId, picks };
        map.select(picks.map(({ number }) => number));
        refused.clear();
        showPicked();
    }

    function toggle(number) {
        const name = seatName(map.seat(number));
        const state = map.stateOf(number);
        if (picks.some((one) => one.number === number)) {
            setPicks(picks.filter((one) => one.number !== number));
            announce(texts().group.removed(name, picks.length));
        } else if (state === "mine") {
            app.refresh();
        } else if (state !== "available") {
            refuse(t.cannot(name, t.states[state]));
        } else if (picks.length >= way.most && way.most > 1) {
            refuse(texts().group.most(way.most));
        } else {
            setPicks([...(way.most > 1 ? picks : []), { number, type: undefined }]);
            announce(texts().group.added(name, picks.length, texts().points(totalOf(lines()))));
        }
    }

    function showPicked() {
        const busy = app.facts.working?.kind === "hold";
        if (busy && app.facts.working.trouble) refused.tell(texts().unsure.hold);
        const isFree = picks.length > 0 && picks.every(({ number }) => map.stateOf(number) === "available");
        hold.toggleAttribute("disabled", busy || !isFree || !isOpen());
        if (busy) say(hold, texts().working.hold);
        if (way.isGroup) {
            const all = lines();
            say(pickedName, all.length > 0 ? texts().group.count(all.length) : texts().group.none(way.most));
            say(pickedPrice, all.length > 0 ? texts().points(totalOf(all)) : "");
            if (!busy) say(hold, all.length > 1 ? texts().group.hold(all.length) : t.hold);
            gathered.update(all, { types: hall.types, most: way.most, terms: refundWords(hall.sale) });
        } else {
            const number = picks[0]?.number;
            const seat = number === undefined ? null : map.seat(number);
            const state = seat ? map.stateOf(number) : null;
            say(pickedName, seat ? seatName(seat) : t.pick);
            say(pickedPrice, !seat ? "" : state === "available" ? texts().points(seat.price) : t.states[state]);
            if (!busy) say(hold, t.hold);
        }
    }

    const refuse = (text, ...actions) => {
        refused.show(text, ...actions);
    };
    const button = (text, press) => h("button", { type: "button", class: "quiet", onclick: press }, text);

    /** These are gone: they are shown so, and the others stay picked. */
    function lose(numbers) {
        const gone = numbers.map((number) => map.seat(number)).filter(Boolean);
        picks = picks.filter(({ number }) => !numbers.includes(number) || !way.isGroup);
        setPicks(picks);
        const words = gone.length === 1 ? t.taken(seatName(gone[0])) : texts().group.taken(seatNames(gone));
        refuse(way.isGroup && picks.length > 0 ? `${words} ${texts().group.kept(picks.length)}` : words);
    }

    /** What a hold is asked of. */
    function wanted(expectTotal) {
        const all = lines();
        if (way.isPlain) return { seatNumber: all[0].seat.number };
        const types = all.map(({ choice }) => choice.type);
        return {
            seatNumbers: all.map(({ seat }) => seat.number),
            ...(types.some((type) => type !== null) ? { types } : {}),
            expectTotal: expectTotal ?? totalOf(all),
        };
    }

    async function holdPicked({ expectTotal } = {}) {
        if (!isOpen()) return refuse(saleWords(sale.now()));
        if (!way.isGroup) {
            const [{ number }] = picks;
            const state = map.stateOf(number);
            if (state === "mine") return app.refresh();
            if (state !== "available") return refuse(t.cannot(seatName(map.seat(number)), t.states[state]));
        }
        const asked = lines();
        const answer = await app.hold(wanted(expectTotal));
        if (!answer || !node.isConnected) return undefined; // held, or on another step by now
        refused.clear();
        tell(answer, asked);
        showPicked();
        return undefined;
    }

    function tell(answer, asked) {
        const { code, data } = answer;
        const words = texts().group;
        if (code === "seat_unavailable") {
            const gone = data?.unavailable ?? asked.map(({ seat }) => seat.number);
            for (const number of gone) map.mark(number, "held");
            asking.now();
            lose(gone);
            map.focus(gone[0]);
        } else if (code === "price_changed") {
            asking.now();
            refuse(
                words.priceChanged(texts().points(data.total)),
                button(words.holdFor(texts().points(data.total)), () => holdPicked({ expectTotal: data.total })),
            );
        } else if (code === "type_rule") {
            asking.now();
            refuse(ruleWords(asked, hall.types) ?? refusalText(answer));
            gathered.node.querySelector("select")?.focus();
        } else if (code === "purchase_limit") {
            refuse(hall.sale.seatsPerUser > 0 ? words.mostYou(hall.sale.seatsPerUser) : refusalText(answer));
        } else if (code === "hold_limit") {
            refuse(
                refusalText(answer),
                button(t.toHeld, () => app.refresh()),
            );
        } else if (code === "not_your_turn") {
            // The place lives on, but its time for new holds is over: a new turn is needed.
            refuse(
                t.turnOver,
                button(texts().ended.again, () => app.joinAgain()),
            );
        } else {
            // The terms are not those that were shown: the map has them, and says what can be done.
            isSaleTold = code === "not_on_sale";
            if (["order_limit", "not_on_sale", "called_off", "unknown_type"].includes(code)) asking.now();
            refuse(data?.opensAt ? saleWords({ state: "soon", opensAt: data.opensAt }) : refusalText(answer));
        }
    }
    hold.addEventListener("click", () => holdPicked());

    /** What stands where: all of it, or that the concert was called off. */
    function showSale() {
        const isOff = sale.now().state === "off";
        if (isOff && off.node.hidden) announce(saleWords(sale.now()), { urgent: true });
        off.update(hall, app.facts.tickets);
        say(heading, isOff ? texts().sale.offHeading : way.isGroup ? t.headingSeveral : t.heading);
        for (const part of [whole, bar]) part.hidden = isOff;
        if (isOff) soldOut.textContent = "";
        showPicked();
    }

    function received(data) {
        const totalBefore = totalOf(lines());
        const wasFree = picks.map(({ number }) => number).filter((number) => map.stateOf(number) === "available");
        hall = data;
        way = wayOf(hall);
        app.remember(hall);
        say(when, whenOf({ date: app.facts.choice.date, startsAt: hall.startsAt }, "short"));
        say(title, hall.title);
        say(hint, way.isGroup ? t.mapHintSeveral : t.mapHint);
        chosenSample.hidden = !way.isGroup;
        gathered.node.hidden = !way.isGroup;
        const shown = priced(hall);
        map.draw(shown);
        sections.update(shown);
        prices.update(shown);
        if (app.facts.picks && app.facts.picks.concertId !== hall.concertId) app.facts.picks = null;
        // What was chosen before the language changed.
        if (picks.length === 0 && app.facts.picks) picks = app.facts.picks.picks.slice(0, way.most);
        picks = picks.filter(({ number }) => map.seat(number));
        map.select(picks.map(({ number }) => number));
        if (isSaleTold) refused.clear(); // the map says it from now on
        isSaleTold = false;
        sale.update(hall);
        showSale();
        if (!app.facts.working && sale.now().state !== "off") {
            const gone = wasFree.filter((number) => map.stateOf(number) !== "available");
            if (gone.length > 0) lose(gone);
            else if (way.isGroup && wasFree.length > 0 && totalBefore !== totalOf(lines()) && !refused.isShown())
                refused.tell(texts().group.repriced(texts().points(totalOf(lines()))));
        }
        const left = hall.seats.some((seat) => seat.state === "available") || sale.now().state === "off";
        if (soldOut.textContent === "" && !left) announce(t.soldOut);
        say(soldOut, left ? "" : t.soldOut);
    }

    let etag = null;
    const asking = api.repeat(
        async (isCurrent) => {
            const { choice, session } = app.facts;
            let answer = await api.map(choice, session.token, { etag, since: hall?.version });
            // Other terms are other prices, also of seats that nothing has happened to.
            if (answer.ok && answer.data.isWhole === false && answer.data.sale?.version !== hall?.sale?.version)
                answer = await api.map(choice, session.token);
            if (!isCurrent()) return answer;
            if (answer.ok) {
                etag = answer.etag;
                received(merged(hall, answer.data));
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
    const whole = h(
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
            hint,
            map.node,
        ),
        h(
            "div",
            { class: "side" },
            gathered.node,
            h("h2", {}, t.sections),
            sections.node,
            prices.node,
            h("h2", {}, t.legend),
            h(
                "ul",
                { class: "legend" },
                chosenSample,
                ["available", "mine", "held", "sold", "blocked"].map((state) =>
                    h("li", {}, stateSample(state), t.states[state]),
                ),
            ),
        ),
    );
    const bar = h(
        "div",
        { class: "picked" },
        sale.node,
        refused.node,
        h("div", { class: "picked_line" }, h("p", {}, pickedName, pickedPrice), hold),
    );
    const node = h(
        "section",
        { class: "step wide" },
        h(
            "div",
            { class: "heading" },
            heading,
            h(
                "p",
                { class: "lead" },
                when,
                title,
                h("button", { type: "button", class: "link", onclick: () => app.choose(null) }, texts().dates.other),
            ),
        ),
        app.facts.note && h("p", { class: "note", role: "status" }, app.facts.note(texts())),
        soldOut,
        off.node,
        whole,
        bar,
    );
    showPicked();
    return {
        node,
        update: showPicked,
        close() {
            sale.stop();
            asking();
        },
    };
}

// Choosing seats: the map, live; what was picked; and why it could not be held.
//
// Where an order may have one seat of one type only, a seat is picked and held with a second press, or at once by keyboard.
// Else seats are gathered (picks.js), and one button holds them all.

import * as api from "./api.js";
import { announce, h, notice, say } from "./dom.js";
import { held, isUnnamed, stateNames } from "./hall.js";
import { hallFeed } from "./hall_feed.js";
import { liveSign } from "./live.js";
import { linesOf, totalOf, wayOf } from "./offer.js";
import { picksList, ruleWords } from "./picks.js";
import { offNotice, refundWords, saleNotice, saleWords } from "./sale_notice.js";
import { stateSample } from "./seat_face.js";
import { seatList } from "./seat_list.js";
import { seatMap } from "./seat_map.js";
import { priceList, sectionList } from "./section_list.js";
import { refusalText, seatName, seatNames, texts, whenOf } from "./texts.js";

export function seatsView(app) {
    const t = texts().seats;
    const refused = notice();
    const heading = h("h1", { tabindex: -1 }, t.heading);
    const when = h("span", {}, whenOf(app.facts.choice, "short"));
    const title = h("span", { class: "concert" });
    const soldOut = h("p", { class: "note", role: "status" });
    const hint = h("p", { class: "unseen", id: "map_hint" }, t.mapHint);
    const chosenSample = h("li", { hidden: true }, stateSample("available", { chosen: true }), t.chosen);
    const pickedName = h("strong");
    const pickedPrice = h("span");
    const hold = h("button", { type: "button", class: "primary", disabled: true }, t.hold);
    const sections = sectionList((at) => map.show(at));
    const live = liveSign();
    const prices = priceList();
    const sale = saleNotice({ onChange: () => hall && showSale() });
    const off = offNotice(app);
    const gathered = picksList({
        onType: (number, type) => setPicks(picks.map((one) => (one.number === number ? { number, type } : one))),
        onRemove: (number) => toggle(number),
    });
    let hall = null; // as hall_feed.js tells it
    let way = { most: 1, isGroup: false, isPlain: true };
    let picks = []; // [{number, type}]
    let planBefore = null;
    let freePicks = []; // those of them that could be had when somebody looked last
    let isSaleTold = false; // a refusal says that nothing is sold now

    /** A seat was pressed, on the map or in the list. */
    function press(i, { atOnce = false } = {}) {
        if (app.facts.working || !hall) return undefined;
        const number = hall.plan.number(i);
        if (way.isGroup) return toggle(number);
        const again = picks[0]?.number === number;
        setPicks([{ number, type: undefined }]);
        return atOnce || again ? holdPicked() : undefined;
    }
    const map = seatMap({ onPick: press });
    const list = seatList({ onPick: (i) => press(i) });

    // By the number that names a seat in requests; null: there is none.
    const at = (number) => hall?.plan.indexOf(number) ?? -1;
    const seatOf = (number) => (at(number) < 0 ? null : hall.plan.seat(at(number)));
    const stateOf = (number) => (at(number) < 0 ? null : stateNames[hall.states[at(number)]]);
    const costOf = (seat) => hall.costs[hall.plan.categoryOf[seat.index]];

    const lines = () => (hall ? linesOf(hall, picks, seatOf) : []);
    const isOpen = () => sale.now().state === "open";

    function setPicks(next) {
        picks = next;
        app.facts.picks = { concertId: hall.concertId, picks };
        showChosen();
        refused.clear();
        showPicked();
    }

    function showChosen() {
        const chosen = picks.map(({ number }) => at(number));
        map.select(chosen);
        list.select(chosen);
        freePicks = picks.map(({ number }) => number).filter((number) => stateOf(number) === "available");
    }

    function toggle(number) {
        const name = seatName(seatOf(number));
        const state = stateOf(number);
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
        const isFree = picks.length > 0 && picks.every(({ number }) => stateOf(number) === "available");
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
            const seat = number === undefined ? null : seatOf(number);
            const state = seat ? stateOf(number) : null;
            say(pickedName, seat ? seatName(seat) : t.pick);
            say(pickedPrice, !seat ? "" : state === "available" ? texts().points(costOf(seat)) : t.states[state]);
            if (!busy) say(hold, t.hold);
        }
    }

    const refuse = (text, ...actions) => {
        refused.show(text, ...actions);
    };
    const button = (text, press) => h("button", { type: "button", class: "quiet", onclick: press }, text);

    /** These are gone: they are shown so, and the others stay picked. */
    function lose(numbers) {
        const gone = numbers.map(seatOf).filter(Boolean);
        picks = picks.filter(({ number }) => !numbers.includes(number) || !way.isGroup);
        setPicks(picks);
        const words = gone.length === 1 ? t.taken(seatName(gone[0])) : texts().group.taken(seatNames(gone));
        refuse(way.isGroup && picks.length > 0 ? `${words} ${texts().group.kept(picks.length)}` : words);
    }

    /** The numbers of seats for a request; null: they cannot be had now. */
    async function namesOf(seats) {
        if (!seats.some(({ number }) => isUnnamed(number))) return seats.map(({ number }) => number);
        const { plan, concertId } = hall;
        const places = seats.map(({ index }) => index);
        const answer = await api.patiently(() => api.numbers({ ...app.facts.choice, concertId }, places), app.trouble);
        app.trouble(null);
        // Of another plan the places are others': the next look at the hall brings it.
        if (!answer.ok || answer.data.plan !== plan.tag) return null;
        answer.data.numbers.forEach((name, i) => plan.learn(places[i], name));
        return answer.data.numbers;
    }

    /** What a hold is asked of. */
    function wanted(all, names, expectTotal) {
        if (way.isPlain) return { seatNumber: names[0] };
        const types = all.map(({ choice }) => choice.type);
        return {
            seatNumbers: names,
            ...(types.some((type) => type !== null) ? { types } : {}),
            expectTotal: expectTotal ?? totalOf(all),
        };
    }

    async function holdPicked({ expectTotal } = {}) {
        if (!isOpen()) return refuse(saleWords(sale.now()));
        if (!way.isGroup) {
            const [{ number }] = picks;
            const state = stateOf(number);
            if (state === "mine") return app.refresh();
            if (state !== "available") return refuse(t.cannot(seatName(seatOf(number)), t.states[state]));
        }
        const asked = lines();
        const names = await namesOf(asked.map(({ seat }) => seat));
        if (!names) return refuse(texts().trouble.server);
        const answer = await app.hold(wanted(asked, names, expectTotal));
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
            const told = data?.unavailable ?? asked.map(({ seat }) => seat.number);
            const places = told.map(at).filter((i) => i >= 0);
            const gone = places.map(hall.plan.number);
            for (const i of places) hall.states[i] = held;
            map.changed(places);
            asking.now();
            lose(gone);
            if (places.length > 0) map.focus(places[0]);
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

    function received(next, { touched, isOther }) {
        const totalBefore = totalOf(lines());
        const wasFree = freePicks;
        hall = next;
        way = wayOf(hall, hall.plan.categories);
        app.remember(hall);
        if (isOther) {
            say(when, whenOf({ date: app.facts.choice.date, startsAt: hall.startsAt }, "short"));
            say(title, hall.title);
            say(hint, way.isGroup ? t.mapHintSeveral : t.mapHint);
            chosenSample.hidden = !way.isGroup;
            gathered.node.hidden = !way.isGroup;
            map.draw(hall);
            prices.update(hall);
        } else {
            map.changed(touched, hall.offer);
        }
        sections.update(hall);
        list.update(hall);
        if (app.facts.picks && app.facts.picks.concertId !== hall.concertId) app.facts.picks = null;
        // What was chosen before the language changed.
        if (picks.length === 0 && app.facts.picks) picks = app.facts.picks.picks.slice(0, way.most);
        // A place of the plan before is another seat's in this one.
        if (planBefore !== null && planBefore !== hall.plan) picks = picks.filter(({ number }) => !isUnnamed(number));
        planBefore = hall.plan;
        picks = picks.filter(({ number }) => at(number) >= 0);
        showChosen();
        if (isSaleTold) refused.clear(); // the answer says it from now on
        isSaleTold = false;
        sale.update(hall);
        showSale();
        if (!app.facts.working && sale.now().state !== "off") {
            const gone = wasFree.filter((number) => stateOf(number) !== "available");
            if (gone.length > 0) lose(gone);
            else if (way.isGroup && wasFree.length > 0 && totalBefore !== totalOf(lines()) && !refused.isShown())
                refused.tell(texts().group.repriced(texts().points(totalOf(lines()))));
        }
        const left = hall.offer.some(({ available }) => available > 0) || sale.now().state === "off";
        if (soldOut.textContent === "" && !left) announce(t.soldOut);
        say(soldOut, left ? "" : t.soldOut);
    }

    const asking = hallFeed(app, { onHall: received, onLook: (look) => live.heard(look) });

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
                live.node,
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
            list.node,
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
            live.stop();
            map.close();
            asking();
        },
    };
}

// The page as a machine: facts come from the server and from what this browser remembers; steps.js says which step they
// make; the step's view is put in place. Views call the actions below, and actions end by asking for the facts again.

import * as api from "./api.js";
import { concertsView, datesView } from "./dates.js";
import { checkoutView } from "./checkout.js";
import { until, wakeAfter } from "./clock.js";
import { concertNow, remember } from "./concerts.js";
import { announce, h } from "./dom.js";
import { perform, unfinished } from "./effects.js";
import { gather, Unsettled } from "./facts.js";
import { lineView } from "./line.js";
import { boughtOf, holdOf, ticketOf } from "./orders.js";
import { seatsView } from "./seats.js";
import * as store from "./session.js";
import { shell } from "./shell.js";
import { nextAskIn, nextStep } from "./steps.js";
import { seatNames, texts } from "./texts.js";
import { ticketView } from "./ticket.js";
import { endedView, userView } from "./user.js";

// Refusals that the person answers where they are; all others may mean that the facts have changed.
const toldInPlace = new Set([
    "insufficient_points",
    "hold_limit",
    "order_limit",
    "purchase_limit",
    "price_changed",
    "type_rule",
    "not_on_sale",
]);
const afterDeadline = 120; // milliseconds: the server's clock is only nearly known

/** What is known of somebody before the server was asked. */
const nothing = () => ({ ended: null, place: null, hold: null, tickets: [], concerts: null, picks: null, givenBack: null });

const facts = {
    ...nothing(),
    session: store.session(),
    choice: store.choice(),
    working: null, // the action under way: {kind, trouble}
    resuming: false, // requests that a reload cut off are being finished
    note: null, // what the next step should say first: a function of the texts
    hall: null, // the one that is shown
};
let view = null;
let shownAs = null;
let step = null;
let epoch = 0; // actions count it up: an answer that was asked for before one is stale after it
let stopWaiting = () => {};
let failures = 0;

const views = {
    user: userView,
    line: lineView,
    dates: datesView,
    concerts: concertsView,
    seats: seatsView,
    checkout: checkoutView,
    ticket: ticketView,
    ended: endedView,
    loading: () => waitingView((t) => t.loading),
    resuming: () => waitingView((t) => t.resuming),
};

function waitingView(words) {
    return {
        node: h("section", { class: "step" }, h("p", { class: "lead", tabindex: -1, role: "status" }, words(texts()))),
        update() {},
        close() {},
    };
}

// ---- showing --------------------------------------------------------------------------------------------------------

/** Steps of the same name are another view for another hold, ticket or concert. */
const identity = () =>
    [
        step,
        facts.hold?.orderId,
        step === "ticket" && ticketOf(facts.tickets)?.orderId,
        step === "seats" && [facts.choice.date, facts.choice.concertId],
        step === "concerts" && facts.choice.date,
    ].join();

function show() {
    const before = step;
    // An action under way keeps its step: what it changes is not known yet.
    if (!facts.working || step === null) step = facts.resuming ? "resuming" : nextStep(facts);
    if (facts.working && shownAs !== null) {
        view.update(facts);
    } else if (identity() !== shownAs) {
        if (before !== null && before !== step && step === "dates" && (before === "line" || before === "user")) {
            announce(texts().line.turn, { urgent: true });
        }
        put();
        if (before !== null && before !== "loading" && before !== "resuming") view.node.querySelector("h1")?.focus();
        if (before !== null && before !== step) scrollTo(0, 0);
    } else {
        view.update(facts);
    }
    around.update(facts, step);
    title();
}

function put() {
    view?.close();
    shownAs = identity();
    view = views[step](app);
    if (step !== "loading" && step !== "resuming") facts.note = null; // it has been said
    document.getElementById("main").replaceChildren(view.node);
    view.update(facts);
}

function title() {
    const t = texts();
    const first = step === "dates" && document.hidden ? t.line.titleTurn : view.title?.(facts);
    document.title = first ? `${first} · ${t.title}` : t.title;
}

const trouble = (kind) => around.trouble(kind);

// ---- facts ----------------------------------------------------------------------------------------------------------

function endSession(note) {
    store.clearSession();
    Object.assign(facts, { ...nothing(), session: null, choice: null, note });
}

/** Asks who we are and what we have. False: an action has begun meanwhile, and the answers were thrown away. */
async function load() {
    const asked = epoch;
    const session = facts.session;
    if (!session) return true;
    const found = await gather(session);
    if (asked !== epoch) return false;

    if (found.gone) {
        endSession((t) => t.refusals[found.gone]);
        return true;
    }
    const { rows } = found;
    facts.ended = found.ended;
    facts.place = found.place;
    if (facts.place && !facts.place.isTurn && session.aheadAtJoin === undefined) {
        facts.session = { ...session, aheadAtJoin: facts.place.ahead };
        store.saveSession(facts.session);
    }
    const had = facts.hold;
    facts.hold = facts.place && holdOf(rows);
    facts.tickets = boughtOf(rows);
    if (had && had.orderId !== facts.hold?.orderId) await noteWhatBecameOf(had, rows);
    return asked === epoch;
}

/** Of an order that was held when this page looked last. */
async function noteWhatBecameOf({ concertId, date, rows: had }, rows) {
    const ids = new Set(had.map(({ reservationId }) => reservationId));
    const lost = rows.filter(({ reservationId }) => ids.has(reservationId));
    if (lost.some(({ status }) => status === "Expired")) return noteLost(had, "expired");
    if (!lost.some(({ status }) => status === "Released")) return undefined;
    const concert = await concertNow({ concertId, date });
    return concert?.calledOff ? noteThat((t) => t.sale.offWhileHeld(concert.calledOff.reason)) : undefined;
}

function noteThat(words) {
    facts.note = words;
    announce(words(texts()), { urgent: true });
}

const noteLost = (rows, how) => noteThat((t) => t.seats[how](seatNames(rows), rows.length));

/** Brings the page up to date, and sets the time of the next look. */
async function refresh() {
    if (facts.working || facts.resuming) return;
    stopWaiting();
    try {
        if (!(await load())) return;
        failures = 0;
        trouble(null);
        show();
        schedule();
    } catch (error) {
        later(error);
    }
}

function later(error) {
    if (error instanceof Unsettled || error instanceof api.NoAnswer) {
        trouble(error.kind ?? "network");
        waitFor(Math.max(error.wait ?? 0, api.backoff(failures++)));
        if (step === null) show();
    } else {
        throw error;
    }
}

function waitFor(milliseconds) {
    stopWaiting();
    stopWaiting = wakeAfter(milliseconds, refresh);
}

function schedule() {
    stopWaiting();
    const waits = [nextAskIn(step, facts.place)];
    if (facts.place) waits.push(until(facts.place.expirationTime) + afterDeadline);
    if (facts.hold) waits.push(until(facts.hold.expirationTime) + afterDeadline);
    const soonest = Math.min(...waits.filter((wait) => wait !== null));
    if (Number.isFinite(soonest)) waitFor(Math.min(soonest, 60_000));
}

// ---- actions --------------------------------------------------------------------------------------------------------

/**
 * Runs one action at a time. `run` answers with what the server said; on success the facts are read again, and the
 * person moves on. Resolves to the answer if it was a refusal that the view should tell, else to null.
 */
async function act(kind, run, { moves = true } = {}) {
    if (facts.working) return null;
    ++epoch;
    stopWaiting();
    facts.working = { kind, trouble: null };
    const onTrouble = (what) => {
        trouble(what);
        facts.working = { kind, trouble: what };
        show();
    };
    show();
    let answer;
    try {
        answer = await run(onTrouble);
        trouble(null);
        ++epoch;
        if (answer.ok ? moves : !toldInPlace.has(answer.code)) await load();
    } catch (error) {
        if (!(error instanceof Unsettled || error instanceof api.NoAnswer)) throw error;
        later(error);
    } finally {
        facts.working = null;
    }
    show();
    if (failures === 0) schedule();
    return answer && (!answer.ok || !moves) ? answer : null;
}

/**
 * What is missing as things stand now: another device may have paid a moment ago, and points that were added for nothing would not
 * come back by themselves; and no more is added than was said. Answers as the recharge does; null: there is nothing to add.
 */
async function addMissing(hold, said, onTrouble) {
    const { userId, token } = facts.session;
    const found = await gather(facts.session);
    if (found.gone || holdOf(found.rows)?.orderId !== hold.orderId) return null;
    const has = await api.patiently(() => api.balance(userId, token), onTrouble);
    if (!has.ok) return has;
    const amount = hold.total - has.data.currentBalance;
    if (amount > said) return { ok: false, status: 409, code: "insufficient_points", data: null, retryAfter: 0 };
    return amount > 0 ? perform("recharge", { amount }, onTrouble) : null;
}

/** It is no loss to be told of when the facts come. */
function letGo(rows) {
    facts.hold = null;
    noteLost(rows, "released");
}

const app = {
    facts,
    trouble,
    refresh,
    step: () => step,
    redraw() {
        put();
        around.update(facts, step);
        title();
    },

    join: (userId) =>
        act("join", async (onTrouble) => {
            const answer = await api.patiently(() => api.join(userId), onTrouble);
            if (!answer.ok) return answer;
            const { token, position, expirationTime } = answer.data;
            if (facts.session?.token !== token) store.saveChoice(null);
            facts.session = { userId, token, position, expirationTime };
            store.saveSession(facts.session);
            Object.assign(facts, { ...nothing(), choice: store.choice() });
            return answer;
        }),

    /** Gives the place up, and its holds with it. */
    leave: () =>
        act("leave", async (onTrouble) => {
            const answer = await api.patiently(() => api.leave(facts.session.token), onTrouble);
            if (answer.ok || answer.status === 401) endSession((t) => t.refusals.token_left);
            return answer;
        }),

    async joinAgain() {
        const { userId } = facts.session;
        await app.leave();
        if (!facts.session) await app.join(userId);
    },

    /** Another person at this browser; the place in line, if any, stays as it is. */
    forget() {
        ++epoch;
        endSession(null);
        show();
    },

    /** {date, concertId?}, or null to choose again; `note` is told in the step that follows. */
    choose(choice, note = null) {
        store.saveChoice(choice);
        Object.assign(facts, { choice, concerts: null, note });
        show();
    },

    severalConcerts(concerts) {
        facts.concerts = concerts;
        show();
    },

    /** `what` is {seatNumber}, or {seatNumbers, types, expectTotal}. */
    hold: (what) =>
        act("hold", async (onTrouble) => {
            const concertId = facts.hall?.concertId ?? facts.choice.concertId;
            const answer = await perform("hold", { date: facts.choice.date, ...what, concertId }, onTrouble);
            if (answer.ok) facts.picks = null;
            return answer;
        }),

    recharge: (amount) => act("recharge", (onTrouble) => perform("recharge", { amount }, onTrouble), { moves: false }),

    /** Adds the points that are missing, if any, and pays. */
    pay: (hold, missing = 0) =>
        act("pay", async (onTrouble) => {
            const added = missing > 0 ? await addMissing(hold, missing, onTrouble) : null;
            if (added && !added.ok) return added;
            const answer = await perform("pay", { reservationId: hold.orderId }, onTrouble);
            if (answer.ok) store.saveReceipt(answer.data);
            return answer;
        }),

    /** Gives the whole order back. */
    release: (hold) =>
        act("release", async (onTrouble) => {
            const answer = await api.patiently(() => api.releaseOrder(hold.orderId, facts.session.token), onTrouble);
            if (answer.ok) letGo(hold.rows);
            return answer;
        }),

    /** Gives one seat of the order back; the others stay held. */
    releaseOne: (row) =>
        act("releaseOne", async (onTrouble) => {
            const answer = await api.patiently(() => api.release(row.reservationId, facts.session.token), onTrouble);
            if (answer.ok) announce(texts().checkout.gaveBack(seatNames([row])));
            return answer;
        }),

    /** Gives back what was bought; what came back stands in the facts until something else is given back. */
    cancel: (reservationIds) =>
        act("cancel", async (onTrouble) => {
            const answer = await perform("cancel", { reservationIds }, onTrouble);
            if (answer.ok) facts.givenBack = answer.data;
            return answer;
        }),

    /** The user's reservations as they are now; null: it could not be found out. */
    async look() {
        await refresh();
        return failures === 0 ? facts.tickets : null;
    },

    /** The hall that is shown: its concert is the one that a hold is asked of. */
    remember(hall) {
        facts.hall = hall;
        remember(hall);
    },
};

// ---- beginning ------------------------------------------------------------------------------------------------------

/** Finishes what a reload cut off, before anything is shown that it may have changed. */
async function resume() {
    const cutOff = facts.session ? unfinished(trouble) : [];
    if (cutOff.length === 0) return;
    facts.resuming = true;
    show();
    for (const { kind, run } of cutOff) {
        const answer = await run();
        if (kind === "pay" && answer.ok) store.saveReceipt(answer.data);
        if (kind === "cancel" && answer.ok) facts.givenBack = answer.data;
        if (!answer.ok) facts.note = (t) => t.refusals[answer.code] ?? t.unknownRefusal(answer);
    }
    facts.resuming = false;
}

const around = shell(app);
around.build();
store.onSessionChange(() => {
    ++epoch;
    Object.assign(facts, { ...nothing(), session: store.session(), choice: store.choice() });
    refresh();
});
document.addEventListener("visibilitychange", () => {
    if (!document.hidden && facts.session) refresh();
    else if (view) title();
});
addEventListener("online", refresh);
addEventListener("pageshow", (event) => {
    if (event.persisted) refresh();
});

await resume();
await refresh();

// What was bought. Read from the server, so that it is found again after a reload and on another device; the time of
// the payment is known only where the payment's answer arrived.

import * as api from "./api.js";
import { calendarFile } from "./calendar.js";
import { bookings, reservationLine } from "./bookings.js";
import { concertNow, concertOf, knownOf, typeName } from "./concerts.js";
import { h, handOver, notice, say } from "./dom.js";
import { ordersOf, sumOf, ticketOf } from "./orders.js";
import { receipt } from "./session.js";
import { dateOf, refusalText, seatName, texts, whenOf } from "./texts.js";

const lookedAtEvery = 60_000; // for a concert that is called off while its ticket is on the screen

const row = (name, value, kind) => h("div", { class: kind }, h("dt", {}, name), h("dd", {}, value));

/** Earlier orders, folded away. */
function earlier(reservations) {
    if (reservations.length === 0) return [];
    const t = texts();
    return [
        h(
            "details",
            { class: "others" },
            h("summary", {}, `${t.ticket.others} (${reservations.length})`),
            h(
                "ul",
                {},
                reservations.map((r) =>
                    h("li", {}, `${t.dates.full(dateOf(r.date))} · ${reservationLine(r)}`, h("small", {}, r.reservationId)),
                ),
            ),
        ),
    ];
}

/** One seat, large; or all of them in a list, each with its type and price; those that were given back say so. */
function seatsOf({ concertId, rows }) {
    const t = texts().ticket;
    const [first] = rows;
    const gone = (r) => r.status === "Cancelled" && h("em", {}, t.cancelled);
    if (rows.length === 1) {
        const type = typeName(concertId, first.type);
        return [
            h("strong", { class: "ticket_seat" }, seatName(first)),
            ...[type && h("p", { class: "ticket_type" }, type), gone(first)].filter(Boolean),
        ];
    }
    return [
        h(
            "ul",
            { class: "ticket_seats" },
            rows.map((r) =>
                h(
                    "li",
                    { class: r.status === "Cancelled" ? "given_back" : undefined },
                    h("strong", {}, seatName(r)),
                    h("span", {}, [typeName(concertId, r.type), texts().points(r.price)].filter(Boolean).join(" · ")),
                    gone(r),
                ),
            ),
        ),
    ];
}

function stubOf(order) {
    const t = texts().ticket;
    const { rows } = order;
    const paid = receipt(order.orderId);
    const amount = paid?.amount ?? sumOf(rows);
    return [
        rows.length === 1 ? row(t.number, rows[0].label) : row(t.seats, t.count(rows.length)),
        row(t.price, texts().points(amount)),
        paid && row(t.paidAt, t.time(new Date(paid.paymentTime))),
        row(t.reservation, order.orderId, "code"),
        paid && row(t.payment, paid.paymentId, "code"),
    ].filter(Boolean);
}

export function ticketView(app) {
    const t = texts().ticket;
    const refused = notice();
    const title = h("p", { class: "ticket_title" }, " ");
    const off = h("p", { class: "note", role: "status" });
    const kind = h("p", { class: "ticket_kind" });
    const heading = h("h1", { tabindex: -1 }, t.heading);
    const lead = h("p", { class: "lead no_print" }, t.lead);
    const date = h("p", { class: "ticket_date" });
    const main = h("div", { class: "ticket_main" });
    const stub = h("dl", { class: "ticket_stub" });
    const article = h("article", { class: "ticket" }, main, stub);
    const others = h("div");
    const left = h("p", { class: "hint" }, " ");
    const mine = bookings(app);
    const another = h("button", { type: "button", class: "primary" }, t.another);
    another.addEventListener("click", async () => {
        refused.clear();
        const answer = await app.join(app.facts.session.userId);
        if (answer && node.isConnected) refused.show(refusalText(answer));
    });

    const keep = h("button", { type: "button", class: "quiet", "data-calendar": "" }, t.calendar);
    keep.addEventListener("click", () => {
        const { orderId, date: day, concertId, rows } = ticketOf(app.facts.tickets);
        const about = knownOf(concertId);
        const details = rows.filter(({ status }) => status === "Confirmed").map(seatName).join("\n");
        const entry = { orderId, title: about?.title ?? t.heading, date: day, startsAt: about?.startsAt ?? null, details };
        handOver(`${day}.ics`, "text/calendar;charset=utf-8", calendarFile(entry, new Date().toISOString()));
    });

    const node = h(
        "section",
        { class: "step" },
        heading,
        lead,
        off,
        app.facts.note && h("p", { class: "note", role: "status" }, app.facts.note(texts())),
        article,
        left,
        h(
            "div",
            { class: "actions no_print" },
            refused.node,
            another,
            keep,
            h("button", { type: "button", class: "quiet", onclick: () => print() }, t.print),
        ),
        mine.node,
        others,
    );

    let shown = "";
    function show() {
        const order = ticketOf(app.facts.tickets);
        if (!order) return;
        const about = knownOf(order.concertId);
        const now = JSON.stringify([order, app.facts.tickets.length, about]);
        if (now === shown) return;
        shown = now;
        const isGone = order.rows.every(({ status }) => status === "Cancelled");
        const calledOff = about?.calledOff;
        say(heading, calledOff ? texts().sale.offHeading : isGone ? t.headingCancelled : t.heading);
        say(lead, isGone || calledOff ? t.leadCancelled : t.lead);
        say(off, calledOff ? `${texts().sale.off(calledOff.reason)} ${texts().sale.pointsBack}` : "");
        article.classList.toggle("void", isGone || Boolean(calledOff));
        keep.hidden = isGone || Boolean(calledOff);
        say(kind, isGone || calledOff ? t.void : t.admit);
        say(title, about?.title ?? " ");
        say(date, whenOf({ date: order.date, startsAt: about?.startsAt }));
        main.replaceChildren(kind, title, date, ...seatsOf(order));
        stub.replaceChildren(...stubOf(order));
        const isOpen = others.querySelector("details")?.open ?? false;
        others.replaceChildren(...earlier(app.facts.tickets.filter((r) => !order.rows.includes(r) && !isOf(r, order))));
        if (isOpen) others.querySelector("details")?.setAttribute("open", "");
    }
    const isOf = (r, order) => ordersOf([r])[0].orderId === order.orderId;

    function learnConcert(ask) {
        const order = ticketOf(app.facts.tickets);
        if (order)
            ask(order).then(() => {
                if (!node.isConnected) return;
                show();
                mine.update();
            });
    }

    function askBalance() {
        const { session } = app.facts;
        api.balance(session.userId, session.token)
            .then((answer) => {
                if (answer.ok) say(left, t.balance(texts().points(answer.data.currentBalance)));
            })
            .catch(() => {}); // a figure beside the ticket; it is there after the next reload
    }

    show();
    learnConcert(concertOf);
    askBalance();
    let balanceOf = JSON.stringify(app.facts.tickets);
    const timer = setInterval(
        () => {
            if (!document.hidden) app.refresh();
        },
        lookedAtEvery * (0.8 + Math.random() * 0.4),
    );
    return {
        node,
        update({ working, tickets }) {
            const now = JSON.stringify(tickets);
            if (now !== balanceOf) {
                balanceOf = now;
                askBalance();
                learnConcert(concertNow);
            }
            show();
            mine.update();
            say(another, working?.kind === "join" ? texts().working.join : t.another);
            another.toggleAttribute("disabled", Boolean(working));
        },
        close() {
            clearInterval(timer);
        },
    };
}

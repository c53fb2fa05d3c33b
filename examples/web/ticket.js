// What was bought. Read from the server, so that it is found again after a reload and on another device; the time of
// the payment is known only where the payment's answer arrived.

import * as api from "./api.js";
import { h, notice, say } from "./dom.js";
import { receipt } from "./session.js";
import { dateOf, refusalText, seatName, texts } from "./texts.js";

const row = (name, value, kind) => h("div", { class: kind }, h("dt", {}, name), h("dd", {}, value));

function earlier(reservations) {
    const t = texts();
    if (reservations.length === 0) return null;
    return h(
        "details",
        { class: "others" },
        h("summary", {}, `${t.ticket.others} (${reservations.length})`),
        h(
            "ul",
            {},
            reservations.map((r) =>
                h(
                    "li",
                    {},
                    `${t.dates.full(dateOf(r.date))} · ${seatName(r)} · ${t.points(r.price)}`,
                    h("small", {}, r.reservationId),
                ),
            ),
        ),
    );
}

export function ticketView(app) {
    const t = texts().ticket;
    const [bought, ...others] = app.facts.tickets;
    const paid = receipt(bought.reservationId);
    const refused = notice();
    const title = h("p", { class: "ticket_title" }, " ");
    const left = h("p", { class: "hint" }, " ");
    const another = h("button", { type: "button", class: "primary" }, t.another);
    another.addEventListener("click", async () => {
        refused.clear();
        const answer = await app.join(app.facts.session.userId);
        if (answer && node.isConnected) refused.show(refusalText(answer));
    });

    const node = h(
        "section",
        { class: "step" },
        h("h1", { tabindex: -1 }, t.heading),
        h("p", { class: "lead no_print" }, t.lead),
        h(
            "article",
            { class: "ticket" },
            h(
                "div",
                { class: "ticket_main" },
                h("p", { class: "ticket_kind" }, t.admit),
                title,
                h("p", { class: "ticket_date" }, texts().dates.full(dateOf(bought.date))),
                h("strong", { class: "ticket_seat" }, seatName(bought)),
            ),
            h(
                "dl",
                { class: "ticket_stub" },
                row(t.number, bought.label),
                row(t.price, texts().points(paid?.amount ?? bought.price)),
                paid && row(t.paidAt, t.time(new Date(paid.paymentTime))),
                row(t.reservation, bought.reservationId, "code"),
                paid && row(t.payment, paid.paymentId, "code"),
            ),
        ),
        left,
        h(
            "div",
            { class: "actions no_print" },
            refused.node,
            another,
            h("button", { type: "button", class: "quiet", onclick: () => print() }, t.print),
        ),
        earlier(others),
    );

    app.titleOf(bought).then((of) => {
        if (of) say(title, of);
    });
    const { session } = app.facts;
    api.balance(session.userId, session.token)
        .then((answer) => {
            if (answer.ok) say(left, t.balance(texts().points(answer.data.currentBalance)));
        })
        .catch(() => {}); // a figure beside the ticket; it is there after the next reload
    return {
        node,
        update({ working }) {
            say(another, working?.kind === "join" ? texts().working.join : t.another);
            another.toggleAttribute("disabled", Boolean(working));
        },
        close() {},
    };
}

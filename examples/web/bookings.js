// What the user has bought, seat by seat: what would come back now, and the way to give it back. It stands below the
// ticket, the dates and the place that ran out.

import { concertOf, knownOf, typeName } from "./concerts.js";
import { announce, ask, h, notice, say } from "./dom.js";
import { ordersOf, sumOf } from "./orders.js";
import { dateOf, refusalText, seatName, seatNames, texts } from "./texts.js";

/** "R, row 1, seat 1 · child · 70 points". */
export const reservationLine = (r) =>
    [seatName(r), typeName(r.concertId, r.type), texts().points(r.price)].filter(Boolean).join(" · ");

/** What there is to be told of one: what would come back, what came back, or that it cannot be cancelled. */
function stateOf(r) {
    const t = texts().bookings;
    const about = knownOf(r.concertId);
    if (r.status === "Cancelled") {
        const isOff = Boolean(about?.calledOff);
        if (isOff && r.refunded < r.price) return t.offSoon;
        return (isOff ? t.off : t.cancelled)(texts().points(r.refunded));
    }
    if (r.refund !== null) return t.comesBack(texts().points(r.refund));
    return (about?.sale?.refundSteps.length ?? 0) > 0 ? t.closed : t.never;
}

export function bookings(app) {
    const t = texts().bookings;
    const list = h("ul", { class: "bookings" });
    const chosenWords = h("p", { class: "hint", role: "status" });
    const done = h("p", { class: "done", role: "status" });
    const refused = notice();
    const cancel = h("button", { type: "button", class: "quiet", disabled: true }, t.cancel);
    const node = h(
        "section",
        { class: "card no_print mine", hidden: true, "aria-labelledby": "bookings_title" },
        h("h2", { id: "bookings_title", tabindex: -1 }, t.heading),
        list,
        h("div", { class: "told" }, chosenWords),
        refused.node,
        done,
        cancel,
    );
    const chosen = new Set();
    let shown = "";

    const canBe = (r) => r.status === "Confirmed" && r.refund !== null;
    const rowsChosen = () =>
        ordersOf(app.facts.tickets).flatMap(({ rows }) => rows.filter((r) => canBe(r) && chosen.has(r.reservationId)));

    function row(r) {
        const id = `booking_${r.reservationId}`;
        const box =
            canBe(r) &&
            h("input", {
                type: "checkbox",
                id,
                value: r.reservationId,
                checked: chosen.has(r.reservationId),
                "aria-describedby": `${id}_state`,
                onchange: ({ target }) => {
                    if (target.checked) chosen.add(r.reservationId);
                    else chosen.delete(r.reservationId);
                    refused.clear();
                    say(done, "");
                    app.facts.givenBack = null;
                    sum();
                },
            });
        return h(
            "li",
            { class: r.status === "Cancelled" ? "given_back" : undefined },
            box || h("span", { class: "no_box", "aria-hidden": "true" }),
            h(
                box ? "label" : "p",
                box ? { for: id } : {},
                h("strong", {}, reservationLine(r)),
                h("span", {}, texts().dates.short(dateOf(r.date))),
            ),
            h("small", { id: box ? `${id}_state` : undefined }, stateOf(r)),
        );
    }

    function sum() {
        const rows = rowsChosen();
        const busy = app.facts.working?.kind === "cancel";
        say(chosenWords, rows.length > 0 ? t.chosen(rows.length, texts().points(sumOf(rows, "refund"))) : "");
        say(cancel, busy ? texts().working.cancel : rows.length > 1 ? t.cancelSeveral(rows.length) : t.cancel);
        cancel.toggleAttribute("disabled", rows.length === 0 || Boolean(app.facts.working));
        cancel.hidden = !app.facts.tickets.some(canBe);
        if (busy && app.facts.working.trouble) refused.tell(texts().unsure.cancel);
    }

    function update() {
        const { tickets, givenBack } = app.facts;
        node.hidden = tickets.length === 0;
        const about = tickets.map((r) => knownOf(r.concertId));
        const now = JSON.stringify([tickets, about.map((one) => [one?.calledOff, one?.types, one?.sale])]);
        if (now !== shown) {
            shown = now;
            const focused = list.contains(document.activeElement) ? document.activeElement.id : null;
            list.replaceChildren(...ordersOf(tickets).flatMap(({ rows }) => rows.map(row)));
            list.classList.toggle("plain", !tickets.some(canBe));
            if (focused) (document.getElementById(focused) ?? node.querySelector("h2")).focus();
            // Names of types and terms are of the concerts' maps.
            const unknown = new Map(tickets.filter((r) => !knownOf(r.concertId)).map((r) => [r.concertId, r]));
            for (const r of [...unknown.values()].slice(0, 5))
                concertOf(r).then((found) => {
                    if (found && node.isConnected) update();
                });
        }
        if (givenBack) {
            const { cancelled, refund, newBalance } = givenBack;
            say(done, t.done(cancelled.length, texts().points(refund), texts().points(newBalance)));
        }
        sum();
    }

    cancel.addEventListener("click", async () => {
        refused.clear();
        app.facts.givenBack = null;
        say(done, "");
        // What comes back depends on the hour: the answer is asked for anew before somebody decides by it.
        const before = sumOf(rowsChosen(), "refund");
        const count = rowsChosen().length;
        const known = await app.look();
        if (!node.isConnected) return;
        const rows = rowsChosen();
        if (known === null) return refused.show(texts().refusals.no_answer);
        if (rows.length < count) return refused.show(texts().refusals.cancel_closed);
        const back = sumOf(rows, "refund");
        const { title, text, yes, no } = t.question;
        const isSure = await ask({
            title: title(rows.length),
            text: text(seatNames(rows), texts().points(back), texts().points(sumOf(rows)), back !== before),
            yes,
            no,
        });
        if (!isSure) return undefined;
        const answer = await app.cancel(rows.map(({ reservationId }) => reservationId));
        if (!node.isConnected) return undefined;
        if (answer) {
            await app.refresh(); // what can be cancelled may be other by now
            refused.show(refusalText(answer));
            return undefined;
        }
        refused.clear();
        chosen.clear();
        update();
        announce(done.textContent);
        node.querySelector("h2").focus();
        return undefined;
    });
    return { node, update };
}

// A buyer at the counter: what they have, and giving money back for one of it.

import { h } from "../dom.js";
import { seatName } from "../texts.js";
import { action, answered, card, field, table } from "./parts.js";
import { buyer, refund } from "./requests.js";
import { refusal, words } from "./texts.js";

/**
 * Refunds whose answer has not come: {asked, once} by reservation. The same one is sent with its key again, also from a form that is
 * opened anew, and has one effect. A fault is no answer: it may have been done all the same.
 */
const open = new Map();
const newKey = () => `house-${crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint32Array(4))].join("-")}`;

function refundForm(reservation, { look, close }) {
    const t = words().buyer;
    const left = reservation.price - reservation.refunded;
    const amount = field(`${t.amount} (${t.left(left)})`, { type: "number", min: 0, max: left, value: left });
    const reason = field(t.reason, { maxlength: 200 });
    const tick = h("input", { type: "checkbox", id: "refund_cancel", checked: reservation.status === "Confirmed", disabled: reservation.status !== "Confirmed" });
    const { said, node } = card(`${t.refund}: ${seatName(reservation)}`, amount.node, reason.node, h("p", { class: "tick" }, tick, h("label", { for: "refund_cancel" }, t.cancel)));
    const { reservationId } = reservation;
    const run = async () => {
        const what = { reservationId, amount: Number(amount.input.value), cancel: tick.checked && !tick.disabled, reason: reason.input.value };
        // Another sum is another refund; the same one is asked for again.
        const asked = JSON.stringify(what);
        if (open.get(reservationId)?.asked !== asked) open.set(reservationId, { asked, once: newKey() });
        const answer = await refund(what, open.get(reservationId).once);
        if (answer.status < 500) open.delete(reservationId);
        return answer;
    };
    const done = async () => {
        await look();
        return t.done;
    };
    node.append(h("div", { class: "buttons" }, h("button", { type: "button", onclick: close }, t.close), action(t.go, said, run, done, { class: "danger", "data-refund": "go" })));
    return node;
}

export function buyerCard() {
    const t = words().buyer;
    const { input, node: row } = field(t.label, { required: true, "data-buyer": "id" });
    const place = h("div", { class: "found", "aria-live": "polite" });
    const form = h("form", { class: "find" }, row, h("button", { class: "primary" }, t.find));
    const { said, node } = card(t.title, form, place);
    node.classList.add("buyer");
    let below = h("div"); // where the form of a refund stands
    let looks = 0; // the last one asked is the one shown
    /** With `refunding`, a reservation's id, its form is opened: on what is so now, since the last refund's answer may have been lost. */
    async function look(userId, refunding = null) {
        said.clear();
        // At once: what is typed into a form that is about to be replaced would be lost, and the new one's own sum given instead.
        below.replaceChildren();
        const mine = ++looks;
        const answer = await answered(() => buyer(userId));
        if (mine !== looks) return undefined;
        if (!answer.ok) {
            place.replaceChildren();
            return said.show(answer.code === "unknown_user" ? t.nobody : refusal(answer));
        }
        const { balance, reservations } = answer.data;
        const { points, status, when } = words();
        below = h("div");
        const rows = reservations.map((one) => [
            seatName(one),
            one.date,
            points(one.price),
            `${status[one.status] ?? one.status}${one.refunded > 0 ? ` (−${points(one.refunded)})` : ""}`,
            one.status === "Reserved" && one.expirationTime ? when(one.expirationTime) : "",
            (one.status === "Confirmed" || one.status === "Cancelled") && one.refunded < one.price
                ? h("button", { type: "button", class: "link", "data-reservation": one.reservationId, onclick: () => look(userId, one.reservationId) }, t.refund)
                : "",
        ]);
        const c = words().concerts;
        place.replaceChildren(
            h("p", { "data-balance": balance }, `${t.balance}: ${points(balance)}`),
            rows.length === 0 ? h("p", {}, t.none) : table(t.title, [t.seat, c.date, t.price, c.state, t.until, t.refund], rows, [2]),
            below,
        );
        const chosen = reservations.find((one) => one.reservationId === refunding);
        if (!chosen || chosen.refunded >= chosen.price) return undefined;
        below.replaceChildren(refundForm(chosen, { look: () => look(userId), close: () => below.replaceChildren() }));
        below.querySelector("input").focus();
        return undefined;
    }
    form.addEventListener("submit", (event) => {
        event.preventDefault();
        look(input.value.trim());
    });
    return node;
}

// An order that is held: its countdown, its seats, the balance, adding points, paying.

import * as api from "./api.js";
import { clockText, countDown } from "./clock.js";
import { concertOf, typeName } from "./concerts.js";
import { announce, h, notice, say } from "./dom.js";
import { refusalText, seatName, texts, whenOf } from "./texts.js";

const amountMost = 1_000_000_000_000;
const quickAmounts = [10_000, 50_000, 100_000];
const urgentFrom = 30_000;

function rechargeForm(app, onDone) {
    const t = texts().checkout;
    const refused = notice();
    refused.node.id = "recharge_refused";
    const amount = h("input", {
        id: "amount",
        name: "amount",
        inputmode: "numeric",
        autocomplete: "off",
        "aria-describedby": "recharge_refused",
    });
    const add = h("button", { type: "submit" }, t.doRecharge);
    const set = (value) => {
        amount.value = String(value);
        app.facts.typedAmount = amount.value;
        refused.clear();
    };
    const missing = h("button", { type: "button", class: "chip", onclick: () => set(missing.value) }, t.shortfall);
    const submit = async (event) => {
        event.preventDefault();
        refused.clear();
        const text = amount.value.replaceAll(",", "").trim();
        const number = Number(text);
        if (!/^\d+$/.test(text) || number < 1 || number > amountMost) {
            refused.show(t.amountWrong);
            amount.focus();
            return;
        }
        const answer = await app.recharge(number);
        if (!node.isConnected || !answer) return;
        if (answer.ok) {
            set("");
            onDone(answer.data.newBalance);
        } else {
            refused.show(refusalText(answer));
        }
    };
    amount.addEventListener("input", () => {
        app.facts.typedAmount = amount.value;
    });
    const node = h(
        "form",
        { class: "recharge", novalidate: true, onsubmit: submit },
        h("label", { for: "amount" }, t.amount),
        h("div", { class: "amount_line" }, amount, add),
        h(
            "div",
            { class: "chips" },
            missing,
            quickAmounts.map((n) =>
                h(
                    "button",
                    { type: "button", class: "chip", onclick: () => set(Number(amount.value || 0) + n) },
                    t.plus(n),
                ),
            ),
        ),
        refused.node,
    );
    return {
        node,
        refused,
        add,
        amount,
        /** How many points are missing for the seat (0: none). */
        needs(points) {
            missing.value = points;
            missing.hidden = points <= 0;
            if (points > 0 && !app.facts.typedAmount && document.activeElement !== amount)
                amount.value = String(points);
            if (points <= 0 && !app.facts.typedAmount) amount.value = "";
        },
    };
}

/** The seats of an order of several, each with its price and the way to give it back. */
function seatList(onGiveBack) {
    const t = texts().checkout;
    let leaving = null; // the line of the seat that is given back: what takes its place has the focus next
    const node = h("ul", { class: "held_list" });
    return {
        node,
        show({ concertId, rows }) {
            node.replaceChildren(
                ...rows.map((row, index) =>
                    h(
                        "li",
                        {},
                        h(
                            "p",
                            {},
                            h("strong", {}, seatName(row)),
                            h(
                                "span",
                                {},
                                [typeName(concertId, row.type), texts().points(row.price)].filter(Boolean).join(" · "),
                            ),
                        ),
                        h(
                            "button",
                            {
                                type: "button",
                                class: "chip",
                                "aria-label": t.giveBackOf(seatName(row)),
                                onclick: () => {
                                    leaving = index;
                                    onGiveBack(row);
                                },
                            },
                            t.giveBack,
                        ),
                    ),
                ),
            );
        },
        /** `other` has the focus where nothing in the list can have it. */
        toggle(isDisabled, other) {
            const buttons = [...node.querySelectorAll("button")];
            for (const button of buttons) button.toggleAttribute("disabled", isDisabled);
            if (isDisabled || leaving === null) return;
            (buttons[Math.min(leaving, buttons.length - 1)] ?? other).focus();
            leaving = null;
        },
    };
}

export function checkoutView(app) {
    const t = texts().checkout;
    let { hold } = app.facts;
    let balance = null;

    const left = h("strong", { class: "clock" });
    const ring = h("div", { class: "time_left" });
    const status = h("p", { class: "note", role: "status" });
    const yours = h("span");
    const where = h("strong");
    const concert = h("span");
    const price = h("dd");
    const seats = seatList(async (row) => {
        refused.clear();
        const answer = await app.releaseOne(row);
        if (answer && node.isConnected) refused.show(refusalText(answer));
    });
    const has = h("dd", {}, "…");
    const after = h("dd", {}, "…");
    const short = h("p", { class: "short" });
    const done = h("p", { class: "done", role: "status" });
    const refused = notice();
    const pay = h("button", { type: "button", class: "primary wide" });
    const other = h("button", { type: "button", class: "quiet" });
    const recharge = rechargeForm(app, (newBalance) => {
        setBalance(newBalance);
        if (newBalance >= hold.total) say(done, t.recharged);
        else announce(t.stillShort(texts().points(newBalance)));
        (newBalance >= hold.total ? pay : recharge.amount).focus();
    });

    /** What is missing is added first, in the same step. Before the balance is known, it is the host who says what is missing. */
    const missing = () => (balance === null ? 0 : Math.max(0, hold.total - balance));

    function setBalance(points) {
        if (points !== balance) say(done, "");
        balance = points;
        say(has, texts().points(balance));
        say(after, missing() > 0 ? texts().points(0) : texts().points(balance - hold.total));
        say(short, missing() > 0 ? t.short(texts().points(missing())) : "");
        node.classList.toggle("is_short", missing() > 0);
        recharge.needs(missing());
        sayPay();
    }

    function sayPay() {
        const [sum, added] = [texts().points(hold.total), texts().points(missing())];
        if (app.facts.working?.kind === "pay") say(pay, texts().working.pay);
        else say(pay, missing() > 0 ? t.addAndPay(added, sum) : t.pay(sum));
    }

    const asking = api.repeat(
        async (isCurrent) => {
            const { session } = app.facts;
            const answer = await api.balance(session.userId, session.token);
            if (isCurrent() && answer.ok && !app.facts.working) setBalance(answer.data.currentBalance);
            return answer;
        },
        { every: () => 20_000, trouble: app.trouble },
    );

    pay.addEventListener("click", async () => {
        refused.clear();
        recharge.refused.clear();
        done.textContent = "";
        const answer = await app.pay(hold, missing());
        if (!answer || !node.isConnected) return; // paid, or on another step by now
        status.textContent = "";
        asking.now(); // points may have been added all the same, or spent by another device
        if (answer.code === "insufficient_points") {
            recharge.refused.show(refusalText(answer));
            recharge.amount.focus();
        } else {
            refused.show(refusalText(answer));
        }
    });
    other.addEventListener("click", async () => {
        refused.clear();
        const answer = await app.release(hold);
        if (answer && node.isConnected) refused.show(refusalText(answer));
    });

    const node = h(
        "section",
        { class: "step checkout" },
        h("h1", { tabindex: -1 }, t.heading),
        h(
            "div",
            { class: "card" },
            h(
                "div",
                { class: "held" },
                h("p", { class: "held_seat" }, yours, where, concert),
                h("p", { class: "countdown" }, h("span", {}, t.left), left),
            ),
            ring,
            seats.node,
            status,
        ),
        h(
            "div",
            { class: "card paying" },
            h(
                "dl",
                { class: "sums" },
                h("div", { class: "price" }, h("dt", {}, t.price), price),
                h("div", {}, h("dt", {}, t.balance), has),
                h("div", {}, h("dt", {}, t.after), after),
            ),
            h("div", { class: "told" }, short, done),
            h("div", { class: "actions" }, refused.node, pay, other),
        ),
        h("div", { class: "card recharge_box" }, h("h2", {}, t.recharge), recharge.node),
    );

    say(concert, whenOf(hold));

    function showOrder() {
        const { rows, concertId } = hold;
        const [first] = rows;
        say(yours, t.yours(rows.length));
        say(where, rows.length > 1 ? t.count(rows.length) : seatName(first));
        say(price, texts().points(hold.total));
        seats.node.hidden = rows.length < 2 && typeName(concertId, first.type) === null;
        seats.show(hold);
        if (rows.length < 2) seats.node.querySelector("button")?.remove(); // the one below gives back all
        if (balance !== null) setBalance(balance);
    }
    showOrder();
    concertOf(hold).then((about) => {
        if (!about || !node.isConnected) return;
        say(concert, `${about.title} · ${whenOf({ date: hold.date, startsAt: about.startsAt })}`);
        showOrder();
    });

    let whole = 0;
    const stop = countDown(hold.expirationTime, {
        show(milliseconds) {
            whole = Math.max(whole, milliseconds);
            say(left, clockText(milliseconds));
            ring.style.setProperty("--left", String(whole > 0 ? milliseconds / whole : 0));
            node.classList.toggle("hurry", milliseconds <= urgentFrom);
        },
        speak: (seconds) => announce(t.spoken(texts().inWords(seconds)), { urgent: seconds <= 30 }),
        over() {
            // A payment under way may have been in time: it is asked for, not called expired.
            if (app.facts.working) say(status, t.checking);
        },
    });

    return {
        node,
        update({ working, hold: now }) {
            const busy = (kind) => working?.kind === kind;
            if (now?.orderId === hold.orderId && now.rows.length !== hold.rows.length) {
                hold = now;
                showOrder();
            }
            const all = hold.rows.length > 1 ? t.giveBackAll : t.other;
            sayPay();
            say(recharge.add, busy("recharge") ? texts().working.recharge : t.doRecharge);
            say(other, busy("release") ? texts().working.release : all);
            for (const button of [pay, recharge.add, other]) button.toggleAttribute("disabled", Boolean(working));
            seats.toggle(Boolean(working), other);
            if (busy("pay") && working.trouble) refused.tell(texts().unsure.pay);
            if (busy("recharge") && working.trouble) recharge.refused.tell(texts().unsure.recharge);
        },
        close() {
            stop();
            asking();
        },
    };
}

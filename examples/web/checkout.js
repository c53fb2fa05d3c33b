// A held seat: its countdown, the balance, adding points, paying.

import * as api from "./api.js";
import { clockText, countDown } from "./clock.js";
import { announce, h, notice, say } from "./dom.js";
import { dateOf, refusalText, seatName, texts } from "./texts.js";

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

export function checkoutView(app) {
    const t = texts().checkout;
    const { hold } = app.facts;
    let balance = null;

    const left = h("strong", { class: "clock" });
    const ring = h("div", { class: "time_left" });
    const status = h("p", { class: "note", role: "status" });
    const where = h("strong");
    const concert = h("span");
    const has = h("dd", {}, "…");
    const after = h("dd", {}, "…");
    const short = h("p", { class: "short" });
    const done = h("p", { class: "done", role: "status" });
    const refused = notice();
    const pay = h("button", { type: "button", class: "primary wide" }, t.pay(texts().points(hold.price)));
    const other = h("button", { type: "button", class: "quiet" }, t.other);
    const recharge = rechargeForm(app, (newBalance) => {
        setBalance(newBalance);
        if (newBalance >= hold.price) say(done, t.recharged);
        else announce(t.stillShort(texts().points(newBalance)));
        (newBalance >= hold.price ? pay : recharge.amount).focus();
    });

    function setBalance(points) {
        if (points !== balance) say(done, "");
        balance = points;
        const missing = Math.max(0, hold.price - balance);
        say(has, texts().points(balance));
        say(after, missing > 0 ? "–" : texts().points(balance - hold.price));
        say(short, missing > 0 ? t.short(texts().points(missing)) : "");
        node.classList.toggle("is_short", missing > 0);
        recharge.needs(missing);
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
        const answer = await app.pay(hold);
        if (!answer || !node.isConnected) return; // paid, or on another step by now
        status.textContent = "";
        if (answer.code === "insufficient_points") {
            // Another device may have spent what was here a moment ago.
            asking.now();
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
                h("p", { class: "held_seat" }, h("span", {}, t.yours), where, concert),
                h("p", { class: "countdown" }, h("span", {}, t.left), left),
            ),
            ring,
            status,
        ),
        h(
            "div",
            { class: "card" },
            h(
                "dl",
                { class: "sums" },
                h("div", { class: "price" }, h("dt", {}, t.price), h("dd", {}, texts().points(hold.price))),
                h("div", {}, h("dt", {}, t.balance), has),
                h("div", {}, h("dt", {}, t.after), after),
            ),
            h(
                "div",
                { class: "recharge_box" },
                h("h2", {}, t.recharge),
                h("div", { class: "told" }, short, done),
                recharge.node,
            ),
        ),
        h("div", { class: "actions" }, refused.node, pay, other),
    );

    say(where, seatName(hold));
    say(concert, texts().dates.full(dateOf(hold.date)));
    app.titleOf(hold).then((title) => {
        if (title) say(concert, `${title} · ${texts().dates.full(dateOf(hold.date))}`);
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
        update({ working }) {
            const busy = (kind) => working?.kind === kind;
            say(pay, busy("pay") ? texts().working.pay : t.pay(texts().points(hold.price)));
            say(recharge.add, busy("recharge") ? texts().working.recharge : t.doRecharge);
            say(other, busy("release") ? texts().working.release : t.other);
            for (const button of [pay, recharge.add, other]) button.toggleAttribute("disabled", Boolean(working));
            if (busy("pay") && working.trouble) refused.tell(texts().unsure.pay);
            if (busy("recharge") && working.trouble) recharge.refused.tell(texts().unsure.recharge);
        },
        close() {
            stop();
            asking();
        },
    };
}

// One concert: what was sold by category and type, its terms, seats off sale, the report as a file, calling it off.

import { h, handOver, notice, say } from "../dom.js";
import { action, answered, card, field, table } from "./parts.js";
import { callOff, changeConcert, changeSale, changeSeats, concert, report, reportFile } from "./requests.js";
import { stateOf } from "./cards.js";
import { refusal, words } from "./texts.js";

/** A time of the API as an input for local times takes it, and back. */
const toLocal = (text) => {
    if (text === null) return "";
    const at = new Date(text);
    return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};
const fromLocal = (text) => (text === "" ? null : new Date(text).toISOString());

/** Numbers of seats, between commas, spaces or lines. */
export const seatNumbers = (text) => [...new Set(text.split(/[\s,]+/).filter((one) => one !== ""))];

function categories(found) {
    const t = words().concert;
    const { number, points } = words();
    const rows = found.categories.map((row) => [
        row.category,
        row.typeName ?? t.everybody,
        number(row.sold),
        number(row.cancelled),
        points(row.gross),
        points(row.refunds),
        points(row.net),
    ]);
    if (rows.length === 0) return h("p", {}, t.nothing);
    return table(t.categories, [t.category, t.type, t.sold, t.cancelled, t.gross, t.refunds, t.net], rows, [2, 3, 4, 5, 6]);
}

async function download(id, said) {
    let file;
    try {
        file = await reportFile(id);
    } catch {
        return said.show(words().concert.fileFailed);
    }
    handOver(`sales-${id}.csv`, "text/csv", file);
}

function saleCard(now, look) {
    const t = words().sale;
    const { sale } = now;
    const opens = field(t.opens, { type: "datetime-local", value: toLocal(sale.opensAt) });
    const closes = field(t.closes, { type: "datetime-local", value: toLocal(sale.closesAt) });
    const perOrder = field(t.perOrder, { type: "number", min: 1, max: 50, value: sale.seatsPerOrder });
    const perUser = field(t.perUser, { type: "number", min: 0, max: 10_000, value: sale.seatsPerUser });
    const hold = field(t.hold, { type: "number", min: 0, max: 86_400, value: sale.holdSeconds });
    const { said, node } = card(t.title, h("div", { class: "fields" }, [opens, closes, perOrder, perUser, hold].map((one) => one.node)));
    // The version that is shown: where a colleague was faster, the server says so, and nothing is overwritten.
    const change = (what) => () => changeSale(now.concertId, { version: sale.version, ...what() });
    const done = ({ version }) => {
        look();
        return t.changed(version);
    };
    // Bounds that are left as they are keep their seconds, which the field does not show.
    const bound = (input, before) => (input.value === toLocal(before) ? before : fromLocal(input.value));
    const terms = () => ({
        opensAt: bound(opens.input, sale.opensAt),
        closesAt: bound(closes.input, sale.closesAt),
        seatsPerOrder: Number(perOrder.input.value),
        seatsPerUser: Number(perUser.input.value),
        holdSeconds: Number(hold.input.value),
    });
    node.append(
        h(
            "div",
            { class: "buttons" },
            action(now.isHidden ? t.shown : t.hide, said, () => changeConcert(now.concertId, { version: now.version, isHidden: !now.isHidden }), () => void look()),
            action(sale.isPaused ? t.resume : t.pause, said, change(() => ({ isPaused: !sale.isPaused })), done, { "data-pause": "sale" }),
            action(t.change, said, change(terms), done, { class: "primary" }),
        ),
    );
    return node;
}

function seatsCard(now, look) {
    const t = words().seats;
    const id = "seats_off_sale";
    const area = h("textarea", { id, rows: 2, autocomplete: "off" });
    const { said, node } = card(t.title, h("label", { for: id }, t.label), area);
    const change = (isBlocked) => async () => {
        const numbers = seatNumbers(area.value);
        return numbers.length === 0 ? null : { ...(await changeSeats(now.concertId, numbers, isBlocked)), count: numbers.length };
    };
    const done = () => {
        const count = seatNumbers(area.value).length;
        area.value = "";
        look();
        return t.done(count);
    };
    node.append(h("div", { class: "buttons" }, action(t.unblock, said, change(false), done), action(t.block, said, change(true), done)));
    return node;
}

/** What cannot be undone is done only by who types the concert's name. */
function offCard(now, look) {
    const t = words().off;
    const reason = field(t.reason, { maxlength: 200 });
    const typed = field(t.confirm(now.title), { "data-confirm": "call_off" });
    const { said, node } = card(t.title, h("p", { class: "hint" }, t.text), reason.node, typed.node);
    const run = () => {
        if (typed.input.value.trim() !== now.title.trim()) {
            said.show(t.differs);
            typed.input.focus();
            return null;
        }
        return callOff(now.concertId, reason.input.value);
    };
    const done = () => {
        look();
        return t.done;
    };
    node.append(h("div", { class: "buttons" }, action(t.go, said, run, done, { class: "danger" })));
    return node;
}

/** The nodes of a concert's view; `back` leads to the list. */
export function concertView(id, back) {
    const t = words().concert;
    const said = notice();
    const place = h("div");
    const title = h("h1", { tabindex: "-1" });
    const state = h("p", { class: "lead" });
    async function look() {
        const [now, sold] = [await answered(() => concert(id)), await answered(() => report(id))];
        const wrong = [now, sold].find((answer) => !answer.ok);
        if (wrong) return said.show(refusal(wrong));
        const found = now.data;
        const { number } = words();
        const counts = words().concerts;
        say(title, found.title);
        say(state, [
            found.date,
            stateOf(found, new Date().toISOString()),
            `${counts.left} ${number(found.seats.available)}`,
            `${counts.held} ${number(found.seats.held)}`,
            `${counts.sold} ${number(found.seats.sold)}`,
            `${counts.blocked} ${number(found.seats.blocked)}`,
        ].join(" · "));
        const sales = card(t.categories, categories(sold.data));
        sales.node.append(h("div", { class: "buttons" }, h("button", { type: "button", onclick: () => download(id, sales.said) }, t.file)));
        const cards = [sales.node];
        if (!found.calledOff) cards.push(saleCard(found, look), seatsCard(found, look), offCard(found, look));
        // What was said of a change stays, on the cards that are made anew.
        const kept = [...place.querySelectorAll(".notice.shown")].map((one) => one.textContent);
        place.replaceChildren(...cards);
        if (kept.length > 0) said.tell(kept.join(" "));
    }
    look();
    return [h("p", {}, h("button", { type: "button", class: "link", onclick: back }, `← ${t.back}`)), title, state, said.node, place];
}

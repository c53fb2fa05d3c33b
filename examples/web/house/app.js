// The operator's page: asks for the key, then looks every two seconds and shows what stands where; a concert or a buyer on top of that.

import { repeat } from "../api.js";
import { announce, h, notice, say } from "../dom.js";
import { otherLanguage, switchLanguage, texts } from "../texts.js";
import { buyerCard } from "./buyer.js";
import { chart } from "./charts.js";
import { concertView } from "./concert.js";
import { careCard, concertsCard, refusalsCard, roomCard } from "./cards.js";
import { load, remember, save } from "./history.js";
import { answered, field } from "./parts.js";
import { concerts, forgetKey, keepKey, key, stats } from "./requests.js";
import { words } from "./texts.js";

const pace = 2_000;
const main = document.getElementById("main");
let history = load();
let stop = () => {};

function frame() {
    const t = words();
    document.title = t.title;
    say(document.getElementById("skip"), t.skip);
    const buttons = [
        h("button", { type: "button", class: "language", lang: otherLanguage(), onclick: changeLanguage }, texts().otherLanguage),
        key() !== "" && h("button", { type: "button", class: "language", onclick: leave }, t.key.leave),
    ];
    document.getElementById("top").replaceChildren(h("div", { class: "bar" }, h("p", { class: "brand" }, t.title), h("div", { class: "buttons" }, buttons)));
}

function changeLanguage() {
    switchLanguage();
    begin();
}

function leave() {
    forgetKey();
    begin();
}

function show(...nodes) {
    main.replaceChildren(...nodes);
    main.focus();
}

/** Asks for the key until one is taken. */
function askForKey(refused = false) {
    const t = words().key;
    const said = notice();
    const { input, node } = field(t.label, { type: "password", autocomplete: "current-password", required: true });
    const form = h(
        "form",
        { class: "card key" },
        h("h1", {}, t.title),
        h("p", { class: "lead" }, t.hint),
        h("input", { autocomplete: "username", value: "house", hidden: true, "aria-hidden": "true", tabindex: -1 }),
        node,
        said.node,
        h("button", { class: "primary wide" }, t.enter),
    );
    form.addEventListener("submit", async (event) => {
        event.preventDefault();
        keepKey(input.value.trim());
        const answer = await answered(stats);
        if (answer.ok) return begin();
        if (answer.status !== 401 && answer.status !== 404) return said.show(words().noAnswer);
        forgetKey();
        said.show(t.wrong);
        input.select();
    });
    show(form);
    if (refused) said.show(t.wrong);
    input.focus();
}

/** The figures at the top: live, and told when they are not. */
function figures() {
    const t = words().figures;
    const values = {};
    const node = h(
        "dl",
        { class: "figures" },
        ["waiting", "admitted", "held", "sold", "net", "refused"].map((name) => {
            values[name] = h("dd", { "data-figure": name });
            return h("div", {}, h("dt", {}, t[name]), values[name]);
        }),
    );
    return {
        node,
        show(row, refused, capacity) {
            const { number, points } = words();
            for (const name of ["waiting", "held", "sold"]) say(values[name], number(row[name]));
            say(values.admitted, `${number(row.admitted)} ${t.of(capacity)}`);
            say(values.net, points(row.net));
            say(values.refused, number(refused));
        },
    };
}

/** The whole of it, until the key is taken back. */
function overview() {
    const t = words();
    const top = figures();
    const live = h("p", { class: "hint", "data-live": "" });
    const series = (names) => names.map((name) => ({ name, label: t.figures[name] }));
    const sentence = t.charts.sentence;
    const charts = [
        chart({ title: t.charts.people, series: series(["waiting", "admitted"]), number: t.number, sentence }),
        chart({ title: t.charts.seats, series: series(["held", "sold"]), number: t.number, sentence }),
        chart({ title: t.charts.money, series: series(["net"]), number: t.points, sentence }),
    ];
    const again = () => look.now();
    const room = roomCard(again);
    const list = concertsCard((id) => {
        stop();
        show(...concertView(id, begin));
    });
    const refusals = refusalsCard();
    const care = careCard();
    show(
        h("h1", { class: "unseen" }, t.title),
        top.node,
        live,
        h("div", { class: "charts" }, charts.map((one) => one.node)),
        list.node,
        h("div", { class: "cards" }, room.node, refusals.node, care.node, buyerCard()),
    );
    const look = repeat(
        async (isCurrent) => {
            const answer = await stats();
            const since = new Date(Date.now() - 31 * 86_400_000).toISOString().slice(0, 10);
            const all = answer.ok ? await concerts(since) : answer;
            if (!isCurrent()) return answer;
            if (answer.status === 401 || answer.status === 404) {
                stop();
                forgetKey();
                frame();
                askForKey(true);
                return answer;
            }
            if (!answer.ok || !all.ok) return answer.ok ? all : answer;
            const now = answer.data;
            const row = {
                at: new Date(now.now).getTime(),
                waiting: now.waiting,
                admitted: now.admitted,
                held: now.seats.held,
                sold: now.seats.sold,
                net: all.data.concerts.reduce((sum, one) => sum + one.net, 0),
            };
            history = remember(history, row);
            save(history);
            top.show(row, now.refusals.reduce((sum, one) => sum + one.count, 0), now.room.activeCapacity);
            for (const one of charts) one.show(history);
            room.show(now.room);
            list.show(all.data.concerts, now.now);
            refusals.show(now.refusals);
            care.show(now.canBackUp);
            say(live, t.live(now.now));
            live.classList.remove("lost");
            return answer;
        },
        {
            every: () => (document.hidden ? 15_000 : pace),
            trouble: (kind) => {
                if (kind === null || live.classList.contains("lost")) return;
                live.classList.add("lost");
                say(live, t.lost);
                announce(t.lost);
            },
        },
    );
    stop = look;
}

function begin() {
    stop();
    stop = () => {};
    frame();
    if (key() === "") askForKey();
    else overview();
}

begin();

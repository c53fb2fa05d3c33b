// Several seats in one order: chosen, held, given back in part, paid; and every refusal on the way, with what follows it.

import assert from "node:assert/strict";
import * as web from "./support.mjs";
import { api, assertFocusVisible, assertReadable, assertUsable, concertWithTerms, house, housed, story } from "./support.mjs";

/** What the page sends when it holds seats, most recent last. */
function holdsOf(person) {
    const sent = [];
    person.page.on("request", (request) => {
        if (request.method() === "POST" && request.url().endsWith("/api/reservations")) sent.push(request.postDataJSON());
    });
    return sent;
}

story("three seats are held, one is given back, the rest is paid", [], async ({ open, url }) => {
    const person = await open(web.tallPhone, "order_ko");
    const sent = holdsOf(person);
    const { types } = await concertWithTerms(url);
    await person.toSeats("user-1", 1);
    assert.match(await person.text(".gathered"), /4석까지 고를 수 있습니다/);
    assert.match(await person.text(".gathered"), /취소하면: .*까지 90% 돌려 드립니다/);
    assert.ok(await person.page.locator(".picked .primary").isDisabled());

    await person.gather("1", "2", "20");
    assert.deepEqual(await person.gathered(), ["1", "2", "20"]);
    assert.match(await person.text(".picked_line"), /3석 선택\s+300포인트/);
    await person.seat("2").click(); // and away again
    assert.deepEqual(await person.gathered(), ["1", "20"]);
    await person.gather("2", "21");
    await person.seat("22").click(); // a fifth
    await person.see(".picked .notice.shown");
    assert.match(await person.text(".picked .notice"), /한 번에 4석까지/);
    assert.deepEqual(await person.gathered(), ["1", "20", "2", "21"]);
    await person.page.locator('.picks button[data-number="21"]').click();
    assert.deepEqual(await person.gathered(), ["1", "20", "2"]);
    assert.equal(await person.page.locator(".picked .notice.shown").count(), 0, "what was refused is over");

    const child = person.page.locator('.picks select[data-number="20"]');
    assert.match(await child.locator("option:checked").innerText(), /^일반 · 100포인트$/, "who needs no other comes first");
    await child.selectOption({ label: "어린이 · 60포인트" });
    assert.match(await person.text(".gathered .sums"), /260포인트/);
    await assertUsable(person, "gathering");
    await assertReadable(person, "gathering");
    await person.page.locator(".gathered").scrollIntoViewIfNeeded();
    await person.shot("1_list");
    await person.page.evaluate(() => scrollTo(0, 0));
    await person.shot("1_map");

    // Changing the language loses nothing.
    await person.page.click(".language");
    await person.page.locator(".picked_line", { hasText: "3 seats chosen" }).waitFor();
    assert.deepEqual(await person.gathered(), ["1", "20", "2"]);
    assert.match(await person.text(".gathered .sums"), /260 points/);
    await person.page.click(".language");
    await person.page.locator(".picked .primary", { hasText: "3석 모두 잡기" }).click();

    await person.see(".checkout");
    assert.equal(sent.length, 1);
    assert.deepEqual(sent[0].seatNumbers, ["1", "20", "2"]);
    assert.deepEqual(sent[0].types, [types["일반"], types["어린이"], types["일반"]]);
    assert.equal(sent[0].expectTotal, 260);
    assert.equal(await person.page.locator(".countdown").count(), 1, "one countdown for all");
    assert.match(await person.text(".held_seat"), /3석/);
    await person.page.locator(".held_list", { hasText: "어린이 · 60포인트" }).waitFor();
    assert.match(await person.text(".sums .price"), /260포인트/);
    await person.page.locator(".short:not(:empty)").waitFor();
    await assertUsable(person, "checkout");
    await assertReadable(person, "checkout");
    await person.shot("2_checkout");

    const deadline = await person.page.evaluate(() => document.querySelector(".countdown .clock").textContent);
    await person.page.locator(".held_list li", { hasText: "R 1열 2번" }).locator("button").click();
    await person.page.locator(".sums .price", { hasText: "160포인트" }).waitFor();
    assert.deepEqual(
        (await person.page.locator(".held_list strong").allInnerTexts()).sort(),
        ["R 1열 1번", "S 3열 20번"],
    );
    assert.ok((await person.text(".countdown .clock")) <= deadline, "the deadline stays");
    assert.ok(await person.page.evaluate(() => document.activeElement.matches(".held_list button")), "the focus stays there");
    await person.shot("3_one_given_back");
    await person.reload(); // another device, or this one again: the order is found as it is
    await person.see(".checkout");
    assert.equal(await person.page.locator(".held_list li").count(), 2);

    await person.recharge(1000);
    await person.page.locator(".actions .wide", { hasText: "160포인트 결제하기" }).waitFor();
    await person.pay();
    await person.see(".ticket");
    await person.page.locator(".ticket_seats", { hasText: "어린이 · 60포인트" }).waitFor();
    assert.equal(await person.page.locator(".ticket_seats li").count(), 2);
    assert.match(await person.text(".ticket_seats"), /R 1열 1번\s+일반 · 100포인트/);
    assert.match(await person.text(".ticket_stub"), /2석[^]*160포인트[^]*결제 번호/);
    assert.equal(await person.balance(), 840);
    await assertUsable(person, "ticket");
    await assertReadable(person, "ticket");
    await person.shot("4_ticket");
});

story("all seats of an order are given back at once", [], async ({ open }) => {
    const person = await open(web.english, "order_released");
    await person.toOrder("user-1", "1", "2", "3");
    await person.page.locator(".actions .quiet", { hasText: "Give all back" }).click();
    await person.see(".note:not(:empty)");
    assert.match(await person.text(".note"), /seat 1; R, row 1, seat 2; R, row 1, seat 3 go/);
    for (const number of ["1", "2", "3"])
        await person.page.locator(`.seat[data-number="${number}"][data-state="available"]`).waitFor();
    assert.deepEqual(await person.gathered(), []);
});

story("an order by keyboard; a child only beside a grown-up", [], async ({ open }) => {
    const person = await open({ ...web.english, reducedMotion: "reduce" }, "order_en");
    const sent = holdsOf(person);
    const keyboard = person.page.keyboard;
    await person.toSeats("user-1", 1);
    assert.match(await person.text("#map_hint"), /chooses one or removes it/);
    await person.page.locator('.seat[tabindex="0"]').focus();
    await keyboard.press("Enter");
    await keyboard.press("ArrowRight");
    await keyboard.press("Space");
    await assertFocusVisible(person, "a chosen seat");
    assert.deepEqual(await person.gathered(), ["1", "2"]);
    await person.hears("seat 2 chosen. 2 in all, 200 points");
    await keyboard.press("Space"); // away
    assert.deepEqual(await person.gathered(), ["1"]);
    assert.equal(sent.length, 0, "nothing is held before the button is pressed");

    const select = person.page.locator('.picks select[data-number="1"]');
    for (let presses = 0; !(await select.evaluate((node) => node === document.activeElement)); ++presses) {
        assert.ok(presses < 30, "Tab reaches the type");
        await keyboard.press("Tab");
    }
    await assertFocusVisible(person, "a type");
    assert.equal(await select.getAttribute("aria-label"), "Type of ticket for R, row 1, seat 1");
    await select.selectOption({ index: 1 });
    assert.ok(await select.evaluate((node) => node === document.activeElement), "and keeps the focus");
    assert.match(await person.text(".rule"), /"어린이" is sold beside one "일반" only/);
    await person.page.click(".picked .primary");
    await person.see(".picked .notice.shown");
    assert.match(await person.text(".picked .notice"), /"어린이" is sold beside one "일반" only. Please add one/);
    assert.equal(sent.length, 1, "the host was asked");
    assert.deepEqual(await person.gathered(), ["1"]);
    await assertReadable(person, "refused");
    await person.shot("1_rule");

    await person.gather("2");
    assert.equal(await person.page.locator(".rule:not(:empty)").count(), 0);
    await person.page.click(".picked .primary");
    await person.see(".checkout");
    await person.page.locator(".held_list", { hasText: "어린이 · 70 points" }).waitFor();
    assert.match(await person.text(".sums .price"), /170 points/);
    assert.equal(await person.page.locator(".held_list button").first().getAttribute("aria-label"), "Give back R, row 1, seat 1");
    await person.shot("2_checkout");
});

story("two want seats that overlap", [], async ({ open, url }) => {
    const concert = await concertWithTerms(url);
    const two = [await open({}, "overlap_a"), await open(web.nightPhone, "overlap_b")];
    await Promise.all(two.map((person, i) => person.toSeats(`user-${i + 1}`, 1)));
    await two[0].gather("3", "4", "5");
    await two[1].gather("4", "5", "6");
    await Promise.all(two.map((person) => person.page.click(".picked .primary")));
    const outcomes = await Promise.all(
        two.map((person) =>
            Promise.race([
                person.see(".checkout").then(() => "held"),
                person.see(".picked .notice.shown").then(() => "refused"),
            ]),
        ),
    );
    assert.deepEqual([...outcomes].sort(), ["held", "refused"]);
    const loser = two[outcomes.indexOf("refused")];
    const kept = loser === two[0] ? "3" : "6";
    assert.match(await loser.text(".picked .notice"), /R 1열 4번, R 1열 5번은 방금 다른 분이 먼저[^]*나머지 1석은 그대로/);
    assert.deepEqual(await loser.gathered(), [kept]);
    for (const number of ["4", "5"]) assert.equal(await loser.seat(number).getAttribute("data-state"), "held");
    assert.equal(await loser.page.evaluate(() => document.activeElement.dataset.number), "4");
    await assertUsable(loser, "refused");
    await assertReadable(loser, "refused");
    await loser.shot("refused");

    // What goes while one looks is said, too, and the others stay.
    await loser.gather("12", "13");
    assert.equal((await concert.take("user-9", ["12"])).http, 200);
    await loser.page.locator(".picked .notice", { hasText: "4번" }).waitFor({ state: "hidden" });
    await loser.page.locator(".picked .notice", { hasText: "R 2열" }).waitFor();
    assert.deepEqual(await loser.gathered(), [kept, "13"]);
    await loser.page.click(".picked .primary");
    await loser.see(".checkout");
    assert.equal(await loser.page.locator(".held_list li").count(), 2);
});

story("the price changes between looking and holding", housed, async ({ open, url }) => {
    const concert = await concertWithTerms(url);
    const person = await open({}, "price_changed");
    await person.toSeats("user-1", 1);
    await person.gather("1", "2");
    await concert.setPrices({ 일반: 110, 어린이: 50 }); // in time to be seen
    await person.page.locator(".picked .notice.calm", { hasText: "모두 220포인트" }).waitFor();
    await concert.setPrices({ 일반: 105, 어린이: 50 }); // and once more
    await person.page.locator(".picked .notice.calm", { hasText: "모두 210포인트" }).waitFor();
    assert.match(await person.text(".gathered .sums"), /210포인트/);
    assert.match(await person.seat("5").getAttribute("aria-label"), /105포인트/);
    assert.match(await person.text(".sections"), /105포인트/);

    const thaw = await person.freezeMap();
    await concert.setPrices({ 일반: 150, 어린이: 50 });
    await person.page.click(".picked .primary");
    await person.page.locator(".picked .notice:not(.calm)", { hasText: "지금은 모두 300포인트입니다" }).waitFor();
    assert.equal((await concert.take("user-2", ["1"])).http, 200, "nothing was held");
    await person.shot("1_asked_again");
    await thaw();
    await person.page.locator(".picked .notice", { hasText: "먼저 잡았습니다" }).waitFor();
    await person.gather("3");
    await person.page.locator(".gathered .sums", { hasText: "300포인트" }).waitFor();

    const thawAgain = await person.freezeMap();
    await concert.setPrices({ 일반: 90, 어린이: 50 });
    await person.page.click(".picked .primary");
    await person.page.locator(".picked .notice button", { hasText: "180포인트에 잡기" }).click();
    await person.see(".checkout");
    assert.match(await person.text(".sums .price"), /180포인트/);
    await thawAgain();
});

story("the sale opens while one looks, pauses, and closes", housed, async ({ open, url }) => {
    const concert = await concertWithTerms(url);
    const soon = (milliseconds) => new Date(Date.now() + milliseconds).toISOString();
    await concert.setTerms({ opensAt: soon(3 * 86_400_000), closesAt: null });
    const person = await open(web.nightPhone, "sale");
    await person.toSeats("user-1", 1);
    await person.gather("1", "2");
    assert.match(await person.text(".sale_note"), /아직 예매가 시작되지 않았습니다[^]*예매 시작까지 2일 23:59/);
    assert.ok(await person.page.locator(".picked .primary").isDisabled());
    await assertUsable(person, "before the sale");
    await assertReadable(person, "before the sale");
    await person.shot("1_countdown");

    await concert.setTerms({ opensAt: soon(7_000) });
    await person.page.locator(".opens_in", { hasText: /0:0[1-6]/ }).waitFor();
    assert.ok(await person.page.locator(".picked .primary").isDisabled());
    await person.see(".sale_note", { state: "hidden" });
    await person.hears("예매가 시작되었습니다", { urgent: true });
    assert.deepEqual(await person.gathered(), ["1", "2"], "what was chosen before is still chosen");
    assert.ok(await person.page.locator(".picked .primary").isEnabled());

    // Who presses before the page has heard of it is told by the host.
    const thaw = await person.freezeMap();
    await concert.setTerms({ opensAt: soon(2 * 86_400_000) });
    await person.page.click(".picked .primary");
    await person.page.locator(".picked .notice.shown", { hasText: "아직 예매가 시작되지 않았습니다" }).waitFor();
    await concert.setTerms({ opensAt: null, isPaused: true });
    await thaw();
    await person.page.locator(".sale_note", { hasText: "잠시 멈췄습니다" }).waitFor();
    assert.equal(await person.page.locator(".picked .notice.shown").count(), 0, "it is said once");
    await person.shot("2_paused");
    await concert.setTerms({ isPaused: false, closesAt: soon(5_000) });
    await person.see(".sale_note", { state: "hidden" });
    await person.page.locator(".sale_note", { hasText: "예매가 끝났습니다" }).waitFor(); // by itself
    assert.ok(await person.page.locator(".picked .primary").isDisabled());
    const refusedAfter = await concert.take("user-2", ["1"]);
    assert.equal(refusedAfter.code, "not_on_sale");
    await concert.setTerms({ closesAt: null });
    await person.see(".sale_note", { state: "hidden" });
    await person.page.click(".picked .primary");
    await person.see(".checkout");
});

story("limits that one meets", housed, async ({ open, url }) => {
    const concert = await concertWithTerms(url);
    await concert.setTerms({ seatsPerUser: 2 });
    const person = await open(web.english, "limits");
    await person.toSeats("user-1", 1);
    await person.gather("1", "2", "3");
    await person.page.click(".picked .primary");
    await person.page.locator(".picked .notice.shown", { hasText: "up to 2 seats of this concert" }).waitFor();
    assert.deepEqual(await person.gathered(), ["1", "2", "3"]);

    const thaw = await person.freezeMap();
    await concert.setTerms({ seatsPerOrder: 2, seatsPerUser: 0 });
    await person.page.click(".picked .primary");
    await person.page.locator(".picked .notice.shown", { hasText: "more seats than one can buy at once" }).waitFor();
    await thaw();
    await person.page.locator('.picks button[data-number="3"]').click();
    await person.page.click(".picked .primary");
    await person.see(".checkout");
});

story("one seat an order, but two types to choose from", housed, async ({ open, url }) => {
    const concert = await concertWithTerms(url);
    await concert.setTerms({ seatsPerOrder: 1 });
    const person = await open({ ...web.phone }, "one_of_a_type");
    const sent = holdsOf(person);
    await person.toSeats("user-1", 1);
    await person.gather("1");
    await person.gather("2");
    assert.deepEqual(await person.gathered(), ["2"], "another in its place");
    await person.page.click(".picked .primary");
    await person.see(".checkout");
    assert.deepEqual([sent[0].seatNumbers, sent[0].types, sent[0].expectTotal], [["2"], [concert.types["일반"]], 100]);
    assert.match(await person.text(".held_seat"), /R 1열 2번/);
});

story("prices change where there are no types", housed, async ({ open, url }) => {
    const [date] = (await api(url, "GET", "/api/concert/date")).dates;
    const { concertId } = await api(url, "GET", `/api/concert/map?date=${date}`);
    const person = await open();
    const sent = holdsOf(person);
    await person.toSeats("user-1");
    await person.seat("3").click();
    await house(url, "PUT", `concerts/${concertId}/tariff`, { version: 1, rows: [{ category: "", type: null, price: 130 }] });
    await person.page.locator(".picked_line", { hasText: "130포인트" }).waitFor();
    await person.page.locator('.seat[data-number="9"][aria-label*="130포인트"]').waitFor();
    assert.match(await person.text(".sections"), /130포인트/);
    await person.page.click(".picked .primary"); // one seat, at the price that was shown
    await person.see(".checkout");
    assert.deepEqual([sent[0].seatNumbers, sent[0].types, sent[0].expectTotal], [["3"], undefined, 130]);
    assert.match(await person.text(".sums .price"), /130포인트/);
});

story("a house with nothing but prices of its own is asked for one seat as ever", [], async ({ open }) => {
    const person = await open();
    const sent = holdsOf(person);
    await person.toSeats("user-1");
    assert.ok(await person.page.locator(".gathered").isHidden());
    await person.seat("3").click();
    await person.seat("3").click(); // a second press holds
    await person.see(".checkout");
    const { token, concertId, ...said } = sent[0];
    assert.ok(token && concertId);
    assert.deepEqual(Object.keys(said).sort(), ["date", "seatNumber", "userId"]);
    assert.ok(await person.page.locator(".held_list").isHidden());
    assert.match(await person.text(".actions .quiet"), /다른 좌석 고르기/);
});

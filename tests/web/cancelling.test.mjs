// Giving back what was bought, as the terms say; and a concert that is called off.

import assert from "node:assert/strict";
import * as web from "./support.mjs";
import { api, assertReadable, assertUsable, concertWithTerms, house, housed, story } from "./support.mjs";

const soon = (milliseconds) => new Date(Date.now() + milliseconds).toISOString();

/** Buys these seats of the concert with terms, by the page. */
async function buy(person, user, ...numbers) {
    await person.toOrder(user, ...numbers);
    await person.recharge(1000);
    await person.pay();
    await person.see(".ticket");
    await person.page.locator(".bookings li").first().waitFor();
}

const boxOf = (person, seat) => person.page.locator(".bookings li", { hasText: seat }).locator("input");
const stateOf = (person, seat) => person.page.locator(".bookings li", { hasText: seat }).locator("small").innerText();

story("two of three seats are cancelled, and 90 % comes back", [], async ({ open, url }) => {
    const { date } = await concertWithTerms(url);
    const person = await open(web.tallPhone, "cancel_ko");
    await buy(person, "user-1", "1", "2", "3");
    assert.equal(await stateOf(person, "R 1열 1번"), "지금 취소하면 90포인트가 돌아옵니다.");
    const button = person.page.locator(".mine .quiet");
    assert.ok(await button.isDisabled());
    await boxOf(person, "R 1열 1번").check();
    await boxOf(person, "R 1열 3번").check();
    assert.match(await person.text(".mine .told"), /2석을 취소하면 180포인트가 돌아옵니다/);
    await assertUsable(person, "choosing what to cancel");
    await assertReadable(person, "choosing what to cancel");
    await person.page.locator(".mine").scrollIntoViewIfNeeded();
    await person.shot("1_chosen");

    await button.click();
    await person.see("#question[open]");
    assert.match(await person.text("#question"), /2석을 취소할까요\?[^]*결제한 200포인트 가운데 180포인트가 돌아옵니다/);
    await person.shot("2_asked");
    await person.page.locator("#question .quiet").click(); // no
    await person.page.waitForFunction(() => !document.getElementById("question").open);
    assert.equal(await person.balance(), 700);

    // The answer is lost on its way; the same request is sent again, and has one effect.
    const keys = [];
    await person.page.route("**/api/cancellations", async (route) => {
        keys.push(route.request().headers()["idempotency-key"]);
        if (keys.length > 1) return route.continue();
        await route.fetch();
        return route.abort();
    });
    await button.click();
    await person.page.locator("#question .danger").click();
    await person.page.locator(".mine .done", { hasText: "2석을 취소했습니다. 180포인트가 돌아와 지금 잔액은 880포인트입니다." }).waitFor();
    assert.equal(await person.page.locator(".mine .notice.shown").count(), 0, "what was unsure is known");
    assert.ok(keys.length === 2 && keys[0] === keys[1] && keys[0], `one key: ${keys}`);
    assert.equal(await person.balance(), 880);
    assert.equal(await stateOf(person, "R 1열 1번"), "취소됨 · 90포인트가 돌아왔습니다.");
    assert.equal(await stateOf(person, "R 1열 2번"), "지금 취소하면 90포인트가 돌아옵니다.");
    assert.equal(await person.page.locator(".bookings input").count(), 1, "what is cancelled cannot be chosen");
    assert.equal(await person.page.locator(".ticket_seats .given_back").count(), 2);
    assert.match(await person.text(".hint:not(.mine .hint)"), /880포인트/);
    await assertReadable(person, "cancelled");
    await person.shot("3_cancelled");
    const map = await api(url, "GET", `/api/concert/map?date=${date}`);
    assert.deepEqual(
        ["1", "2", "3"].map((number) => map.seats.find((seat) => seat.number === number).state),
        ["available", "sold", "available"],
    );

    // It is found again, also by who is at the dates, and the last one can be given back there.
    await person.reload();
    await person.see(".ticket");
    assert.equal(await stateOf(person, "R 1열 3번"), "취소됨 · 90포인트가 돌아왔습니다.");
    await person.page.click(".actions .primary");
    await person.see(".day");
    await boxOf(person, "R 1열 2번").check();
    await assertUsable(person, "at the dates");
    await person.page.click(".mine .quiet");
    await person.page.locator("#question .danger").click();
    await person.page.locator(".mine .done", { hasText: "970포인트" }).waitFor();
    assert.equal(await person.page.locator(".mine .quiet:visible").count(), 0, "nothing is left to cancel");
});

story("after the last step nothing can be cancelled", housed, async ({ open, url }) => {
    const concert = await concertWithTerms(url);
    await concert.setTerms({ refundSteps: [{ until: soon(12_000), thousandths: 500 }] });
    const person = await open(web.english, "cancel_closed");
    await buy(person, "user-1", "1", "2");
    assert.equal(await stateOf(person, "seat 1"), "If you cancel now, 50 points come back.");
    await boxOf(person, "seat 1").check();
    await person.page.click(".mine .quiet");
    await person.see("#question[open]");
    assert.match(await person.text("#question"), /Of the 100 points you paid, 50 points come back/);
    // The time passes while one thinks about it.
    const { token } = await person.page.evaluate(() => JSON.parse(localStorage.getItem("boxoffice.session")));
    for (;;) {
        const { reservations } = await api(url, "GET", "/api/reservations", undefined, { Authorization: `Bearer ${token}` });
        if (reservations.every(({ refund }) => refund === null)) break;
        await new Promise((done) => {
            setTimeout(done, 200);
        });
    }
    await person.page.locator("#question .danger").click();
    await person.page.locator(".mine .notice.shown", { hasText: "cannot be cancelled any more" }).waitFor();
    assert.equal(await stateOf(person, "seat 1"), "The time to cancel is over: it cannot be cancelled any more.");
    assert.equal(await person.page.locator(".bookings input").count(), 0);
    assert.equal(await person.balance(), 800);
    await assertReadable(person, "closed");
    await person.page.locator(".mine").scrollIntoViewIfNeeded();
    await person.shot("1");
});

story("what was sold for good says so", [], async ({ open }) => {
    const person = await open();
    await person.toCheckout("user-1", "7");
    await person.recharge(100);
    await person.pay();
    await person.see(".ticket");
    await person.page.locator(".bookings small", { hasText: "취소할 수 없는 예매입니다" }).waitFor();
    assert.equal(await person.page.locator(".mine button:visible, .mine input").count(), 0);
});

story("a concert is called off while one looks, one holds and one has paid", housed, async ({ open, url }) => {
    const concert = await concertWithTerms(url);
    const looks = await open(web.nightPhone, "called_off_looks");
    const holds = await open(web.english, "called_off_holds");
    const paid = await open(web.tallPhone, "called_off_paid");
    await looks.toSeats("user-1", 1);
    await looks.gather("20");
    await holds.toOrder("user-2", "1", "2");
    await holds.recharge(500);
    await buy(paid, "user-3", "5", "6");

    await house(url, "POST", `${concert.path}/call-off`, { reason: "출연자 건강 문제" });
    await looks.page.locator("h1", { hasText: "공연이 취소되었습니다" }).waitFor();
    assert.match(await looks.text(".called_off"), /열리지 않습니다 \(출연자 건강 문제\)\.[^]*모두 돌려 드립니다/);
    assert.equal(await looks.page.locator(".hall:visible, .picked:visible, .sale_note:visible").count(), 0, "it offers nothing");
    await assertUsable(looks, "called off");
    await assertReadable(looks, "called off");
    await looks.shot("1");
    await looks.page.click(".called_off .primary");
    await looks.see(".day");
    assert.equal(await looks.page.locator(".day").count(), 2);

    // Who holds is told when they pay, if not before; nothing is paid.
    await holds.pay().catch(() => {});
    await holds.page.locator(".note", { hasText: "The concert was called off (출연자 건강 문제), so you hold no seat any more" }).waitFor();
    await holds.page.locator("h1", { hasText: "called off" }).waitFor();
    assert.equal(await holds.balance(), 500);
    await holds.shot("1");

    await paid.reload();
    await paid.page.locator("h1", { hasText: "공연이 취소되었습니다" }).waitFor();
    assert.match(await paid.text(".note"), /\(출연자 건강 문제\)/);
    await paid.page.locator(".bookings small", { hasText: "공연 취소 · 100포인트가 돌아왔습니다." }).first().waitFor();
    assert.equal(await paid.balance(), 1000);
    assert.match(await paid.text(".ticket_kind"), /쓸 수 없는/);
    await assertUsable(paid, "called off, paid");
    await assertReadable(paid, "called off, paid");
    await paid.shot("1");
});

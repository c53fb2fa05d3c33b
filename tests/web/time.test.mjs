// What happens when time runs out, at each step that has a clock.

import assert from "node:assert/strict";
import { api, assertReadable, assertUsable, concertWithTerms, english, house, housed, phone, story } from "./support.mjs";

story("the hold expires while paying", ["--hold-seconds", 3], async ({ open }) => {
    const person = await open({ ...phone }, "hold_expiry");
    await person.toCheckout("user-1", "8");
    await person.shot("1_short_of_time");
    assert.match(await person.text(".countdown .clock"), /^0:0[1-3]$/);
    await person.see(".note"); // by itself, back at the seats
    assert.match(await person.text(".note"), /8번 좌석이 풀렸습니다/);
    await person.see('.seat[tabindex="0"]');
    await person.page.locator('.seat[data-number="8"][data-state="available"]').waitFor();
    await assertUsable(person, "after the hold");
    await person.shot("2_back_at_the_seats");
    await person.pick("8"); // and the same seat can be had again
    await person.see(".checkout");
});

story("paying a moment too late is refused in words", ["--hold-seconds", 2], async ({ open, url }) => {
    const person = await open();
    await person.toCheckout("user-1", "8");
    await person.recharge(100);
    // The request leaves in time and arrives too late, once the page has seen that the time ran out.
    let letGo;
    const isSeen = new Promise((done) => {
        letGo = done;
    });
    await person.page.route("**/api/payment", async (route) => {
        const expired = async () => {
            const { reservations } = await api(url, "GET", "/api/reservations", undefined, {
                Authorization: `Bearer ${await person.token()}`,
            });
            return reservations[0].status === "Expired";
        };
        while (!(await expired()))
            await new Promise((done) => {
                setTimeout(done, 50);
            });
        await isSeen;
        await route.continue();
    });
    await person.pay();
    await person.page.waitForFunction(() =>
        document.querySelector(".checkout .note")?.textContent.includes("확인하고 있습니다"),
    );
    letGo();
    await person.page.locator(".note", { hasText: "풀렸습니다" }).waitFor();
    await person.see('.seat[tabindex="0"]');
    assert.equal(await person.balance(), 100, "nothing was paid");
});

story("the turn ends while choosing", ["--active-seconds", 3], async ({ open }) => {
    const person = await open({ ...phone }, "turn_over");
    await person.toSeats("user-1");
    assert.match(await person.text(".turn_left .clock"), /^0:0[1-3]$/);
    await person.page.locator("h1", { hasText: "자리가 만료되었습니다" }).waitFor();
    await person.shot("1");
    await person.page.click(".card .primary");
    await person.see(".day");
});

story(
    "the time for new holds ends before the place does",
    ["--active-seconds", 3, "--hold-seconds", 30],
    async ({ open, url }) => {
        const person = await open();
        await person.toCheckout("user-1", "8");
        const began = await person.page.evaluate(() => Date.now());
        await person.page.waitForFunction((from) => Date.now() > from + 3_200, began);
        await person.page.locator(".actions .quiet").click(); // gives the seat back; the place lives on
        await person.see('.seat[tabindex="0"]');
        assert.match(await person.text(".note"), /8번 좌석을 놓았습니다/);
        await person.pick("9");
        await person.see(".picked .notice.shown");
        assert.match(await person.text(".picked .notice"), /새 좌석을 고를 시간이 끝났습니다/);
        await person.page.click(".picked .notice button");
        await person.see(".day");
        const { position } = await api(url, "POST", "/api/token", { userId: "user-1" });
        assert.equal(position, 2, "a new turn");
    },
);

story("a device whose clock is wrong counts the server's time", ["--hold-seconds", 120], async ({ open }) => {
    const person = await open();
    await person.page.clock.install({ time: Date.now() - 2 * 3_600_000 });
    await person.toCheckout("user-1", "8");
    assert.match(await person.text(".countdown .clock"), /^(2:00|1:5\d)$/);
});

story("a concert's beginning is told where its day is, in the reader's own time", housed, async ({ open, url }) => {
    const concert = await concertWithTerms(url);
    const { version } = await house(url, "GET", concert.path);
    await house(url, "PATCH", concert.path, { version, startsAt: `${concert.date}T10:00:00.000Z` });
    const inSeoul = await open({ ...phone, timezoneId: "Asia/Seoul" }, "begins_ko");
    const tells = (person, selector, pattern) =>
        person.page.waitForFunction(
            ([where, text]) => new RegExp(text).test(document.querySelector(where)?.textContent ?? ""),
            [selector, pattern.source],
        );
    await inSeoul.toSeats("user-1", 1);
    await tells(inSeoul, ".heading .lead", /월 \d+일 \(.\) 오후 7:00 (GMT\+9|KST) 시작/);
    await inSeoul.gather("1");
    await inSeoul.shot("1_seats");
    await assertUsable(inSeoul, "seats");
    await inSeoul.page.click(".picked .primary");
    await inSeoul.see(".checkout");
    await tells(inSeoul, ".held_seat", /\d{4}년 .*요일 오후 7:00 (GMT\+9|KST) 시작/);
    await inSeoul.recharge(100);
    await inSeoul.pay();
    await inSeoul.see(".ticket");
    await tells(inSeoul, ".ticket_date", /\d{4}년 .*요일 오후 7:00 (GMT\+9|KST) 시작/);
    await assertReadable(inSeoul, "ticket");
    await inSeoul.shot("2_ticket");

    // Far to the east it begins on another day, which is said; where nothing is told, the day stands alone.
    const inKiritimati = await open({ ...english, timezoneId: "Pacific/Kiritimati" }, "begins_en");
    const next = new Date(Date.parse(concert.date) + 86_400_000);
    const day = next.toLocaleDateString("en", { month: "long", day: "numeric", timeZone: "UTC" });
    await inKiritimati.toSeats("user-2", 1);
    await tells(inKiritimati, ".heading .lead", new RegExp(`, begins \\w{3}, ${day}.* 12:00.AM`));
    await house(url, "PATCH", concert.path, { version: version + 1, startsAt: null });
    await inKiritimati.page.waitForFunction(
        () => !document.querySelector(".heading .lead").textContent.includes("begins"),
    );
});

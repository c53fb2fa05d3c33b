// The whole purchase: by finger on a narrow phone in Korean, by keyboard alone in English, on a large hall.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
    adminKey,
    api,
    assertFocusVisible,
    assertUsable,
    desktop,
    english,
    hall,
    housed,
    korean,
    phone,
    story,
} from "./support.mjs";

story("purchase on a phone in Korean", ["--capacity", 1], async ({ open, url }) => {
    const first = await api(url, "POST", "/api/token", { userId: "user-50" }); // takes the only slot
    const person = await open({ ...phone, ...korean }, "phone_ko");
    await person.page.addInitScript(() => {
        window.shifts = [];
        new PerformanceObserver((list) =>
            list
                .getEntries()
                .filter((entry) => !entry.hadRecentInput)
                .forEach((entry) =>
                    window.shifts.push([
                        entry.value,
                        entry.sources.map(({ node }) => node?.className ?? node?.nodeName),
                    ]),
                ),
        ).observe({ type: "layout-shift", buffered: true });
    });
    await person.open();
    await person.see("#user_id");
    assert.equal((await assertUsable(person, "user")).lang, "ko");
    await person.shot("1_user");

    await person.join("없는-사용자");
    await person.see(".notice.shown");
    assert.match(await person.text(".notice"), /찾을 수 없습니다/);
    await person.shot("1_user_refused");
    await person.join("user-1");

    await person.see(".waiting");
    assert.match(await person.text(".waiting"), /다음이 내 차례입니다|앞에/);
    await assertUsable(person, "line");
    await person.shot("2_line");
    const left = await api(url, "DELETE", "/api/token", undefined, { Authorization: `Bearer ${first.token}` });
    assert.equal(left.http, 204);

    await person.see(".day");
    assert.equal(await person.page.locator(".day").count(), 3);
    await assertUsable(person, "dates");
    await person.shot("3_dates");

    await person.chooseDate();
    // The buttons come some at a time, while the hall is shown already.
    await person.page.waitForFunction(() => document.querySelectorAll(".hall .seat").length === 50);
    await assertUsable(person, "seats");
    await person.shot("4_seats");
    await person.seat("7").click();
    assert.match(await person.text(".picked_line"), /7번/);
    assert.match(await person.text(".picked_line"), /100포인트/);
    assert.equal(await person.seat("7").getAttribute("aria-pressed"), "true");
    await person.shot("4_seats_picked");
    await person.page.click(".picked .primary");

    await person.see(".checkout");
    assert.match(await person.text(".held_seat"), /7번/);
    assert.match(await person.text(".countdown .clock"), /^(5:00|4:5\d)$/);
    await person.page.locator(".short:not(:empty)").waitFor();
    await assertUsable(person, "checkout");
    await person.shot("5_checkout");
    await person.recharge(1000);
    assert.match(await person.text(".sums"), /1,000포인트/);
    assert.match(await person.text(".sums"), /900포인트/);
    await person.shot("6_recharged");
    await person.pay();

    await person.see(".ticket");
    assert.match(await person.text(".ticket_seat"), /7번/);
    assert.match(await person.text(".ticket_stub"), /100포인트/);
    assert.match(await person.text(".ticket_stub"), /결제 번호/);
    await assertUsable(person, "ticket");
    await person.page.locator(".hint", { hasText: "900포인트" }).waitFor();
    await person.shot("7_ticket");
    const coming = person.page.waitForEvent("download");
    await person.page.click("[data-calendar]");
    const entry = readFileSync(await (await coming).path(), "utf8");
    assert.match(entry, /^BEGIN:VCALENDAR\r\n[^]*\r\nDESCRIPTION:.*7번[^]*\r\nEND:VCALENDAR\r\n$/);
    assert.equal(await person.balance(), 900);
    const shifts = await person.page.evaluate(() => window.shifts);
    const shifted = shifts.reduce((sum, [value]) => sum + value, 0);
    assert.ok(shifted < 0.01, `what people aim at stays where it is: ${shifted} ${JSON.stringify(shifts)}`);

    await person.page.click(".actions .primary"); // one more
    await person.see(".day");
    await person.chooseDate();
    assert.equal(await person.seat("7").getAttribute("data-state"), "mine");
});

/** Presses Tab until the focus is on what matches. */
async function tabTo(person, selector) {
    for (let presses = 0; presses < 40; ++presses) {
        await person.page.keyboard.press("Tab");
        if (await person.page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) {
            await assertFocusVisible(person, selector);
            return;
        }
    }
    assert.fail(`Tab never reaches ${selector}`);
}

story("purchase by keyboard alone in English", [], async ({ open }) => {
    const person = await open({ ...desktop, ...english }, "desktop_en");
    const keyboard = person.page.keyboard;
    await person.open();
    await person.see("#user_id");
    assert.equal((await assertUsable(person, "user")).lang, "en");
    await person.shot("1_user");
    await tabTo(person, "#user_id");
    await keyboard.press("Control+A");
    await keyboard.type("user-2");
    await keyboard.press("Enter");

    await person.see(".day");
    assert.match(await person.page.evaluate(() => document.activeElement.textContent), /When would you like/);
    await person.hears("your turn", { urgent: true });
    await tabTo(person, ".day");
    await person.shot("3_dates");
    await keyboard.press("Enter");

    await person.see('.seat[tabindex="0"]');
    await tabTo(person, ".seat");
    const at = () => person.page.evaluate(() => document.activeElement.getAttribute("data-number"));
    assert.equal(await at(), "1");
    assert.equal(await person.page.locator('.hall .seat[tabindex="0"]').count(), 1, "one stop for Tab");
    await keyboard.press("ArrowRight");
    assert.equal(await at(), "2");
    await keyboard.press("ArrowDown");
    const below = await at();
    assert.notEqual(below, "2");
    const [upper, lower] = await Promise.all(["2", below].map((n) => person.seat(n).boundingBox()));
    assert.ok(lower.y > upper.y && Math.abs(lower.x - upper.x) < upper.width * 0.75, `${below} is right below 2`);
    await keyboard.press("ArrowUp");
    assert.equal(await at(), "2");
    await keyboard.press("ArrowLeft");
    await keyboard.press("ArrowLeft");
    assert.equal(await at(), "1", "the edge holds");
    await keyboard.press("ArrowRight");
    await assertFocusVisible(person, "a seat");
    assert.match(await person.seat("2").getAttribute("aria-label"), /^(Seat|.*, seat) 2, 100 points, available$/);
    await assertUsable(person, "seats");
    await person.shot("4_seats");
    await keyboard.press("Space");

    await person.see(".checkout");
    await person.page.locator(".short:not(:empty)").waitFor();
    await person.shot("5_checkout");
    await tabTo(person, "#amount");
    await keyboard.press("Control+A");
    await keyboard.type("250");
    await keyboard.press("Enter");
    await person.see(".done:not(:empty)");
    assert.ok(await person.page.evaluate(() => document.activeElement.matches(".actions .wide")), "on to paying");
    await person.shot("6_recharged");
    await keyboard.press("Enter");

    await person.see(".ticket");
    assert.match(await person.text("h1"), /You are going/);
    assert.ok(await person.page.evaluate(() => document.activeElement.tagName === "H1"));
    assert.equal(await person.balance(), 150);
    await assertUsable(person, "ticket");
    await person.shot("7_ticket");

    await tabTo(person, ".language");
    await keyboard.press("Enter");
    assert.equal(await person.page.evaluate(() => document.documentElement.lang), "ko");
    assert.match(await person.text("h1"), /예매가 완료되었습니다/);
    await person.reload();
    await person.see(".ticket");
    assert.equal(await person.page.evaluate(() => document.documentElement.lang), "ko", "the choice is remembered");
});


story("a large hall, and a date with two concerts", housed, async ({ open, url }) => {
    const tomorrow = (await api(url, "GET", "/api/concert/date")).dates[0];
    const made = await api(
        url,
        "POST",
        "/api/admin/concerts",
        { date: tomorrow, title: "<b>한강</b> 콘서트", ...hall() },
        { "X-Admin-Key": adminKey },
    );
    assert.ok(made.http < 300, JSON.stringify(made));

    for (const [label, device] of [
        ["hall_desktop", desktop],
        ["hall_phone", phone],
        ["hall_dark", { ...desktop, colorScheme: "dark" }],
    ]) {
        const person = await open({ ...device }, label);
        await person.open();
        await person.join(`user-${label.length}`);
        await person.page.locator(".day").first().click();
        await person.page.locator("h1", { hasText: "이날은 공연이 여럿입니다" }).waitFor();
        assert.equal(await person.page.locator(".day").count(), 2);
        await person.page.locator(".day", { hasText: "99,000포인트부터" }).waitFor();
        await person.shot("1_concerts");
        await person.reload();
        await person.page.locator(".day", { hasText: "한강" }).click();
        await person.see('.seat[tabindex="0"]', { state: "attached" });
        assert.equal(await person.text(".heading .concert"), "<b>한강</b> 콘서트", "a title is text, never markup");
        assert.equal(await person.page.locator(".sections li").count(), 3);
        assert.match(await person.text(".sections"), /1층/);
        assert.match(await person.text(".prices"), /VIP 198,000포인트[^]*A석 99,000포인트/);
        await assertUsable(person, label);
        const inFrame = () => person.page.locator(".hall .seat").count();
        assert.ok((await inFrame()) <= 1, "all of the hall is in the frame, and its seats are too small to be pressed");
        await person.shot("2_whole");

        // To a section, in which a finger can hit a seat; the map is in sight then.
        await person.page.locator(".sections button").nth(1).click();
        await person.see('.seat[aria-label^="2층"]');
        const touch = await person.page.locator('.seat[aria-label^="2층"]').first().boundingBox();
        assert.ok(touch.width >= 24 && touch.height >= 24, `a seat is ${touch.width} wide: a finger can hit it`);
        const frame = await person.page.locator(".hall_frame").boundingBox();
        assert.ok(frame.y >= 0 && frame.y < 400, `a section that is pressed leads to the map: it is at ${frame.y}`);
        await person.see(".minimap");
        await person.shot("3_section");
        await person.page.locator(".zoom").nth(2).click();
        await person.see(".minimap", { state: "hidden" });
        // A press on the whole hall comes closer, and picks nothing.
        await person.page.locator(".hall_frame").click({ position: { x: frame.width / 2, y: frame.height / 2 } });
        await person.see('.seat[data-state="available"]');
        assert.equal(await person.page.locator('.seat[aria-pressed="true"]').count(), 0);
        await person.rests();

        // An update touches the seats that changed and no other.
        const other = await api(url, "POST", "/api/token", { userId: `user-${80 + label.length}` });
        await person.page.evaluate(() => {
            window.touched = new Set();
            new MutationObserver((records) =>
                records.forEach((record) => window.touched.add(record.target.dataset.number ?? record.target.className)),
            ).observe(document.querySelector(".hall"), { subtree: true, childList: true, attributes: true });
        });
        const free = await person.page
            .locator('.hall .seat[data-state="available"]')
            .last()
            .getAttribute("data-number");
        const concertId = await person.page.evaluate(
            () => JSON.parse(localStorage.getItem("boxoffice.choice")).concertId,
        );
        const held = await api(url, "POST", "/api/reservations", {
            userId: `user-${80 + label.length}`,
            date: tomorrow,
            seatNumber: free,
            concertId,
            token: other.token,
        });
        assert.equal(held.http, 200, JSON.stringify(held));
        await person.page
            .locator(`.hall .seat[data-number="${free}"][data-state="held"]`)
            .waitFor({ state: "attached" });
        assert.deepEqual(await person.page.evaluate(() => [...window.touched]), [free]);
    }
});

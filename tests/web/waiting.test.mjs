// The waiting room: a full line, moving on, leaving, and places that run out.

import assert from "node:assert/strict";
import { api, assertUsable, phone, story } from "./support.mjs";

const joinAs = (url, number) => api(url, "POST", "/api/token", { userId: `user-${number}` });
const leaveAs = (url, { token }) => api(url, "DELETE", "/api/token", undefined, { Authorization: `Bearer ${token}` });

story("the line is full, then not", ["--capacity", 1, "--queue-capacity", 1], async ({ open, url }) => {
    await joinAs(url, 10);
    const waiting = await joinAs(url, 11);
    const person = await open({ ...phone }, "queue_full");
    await person.open();
    await person.join("user-12");
    await person.see(".notice.shown");
    assert.match(await person.text(".notice"), /대기열이 가득 찼습니다/);
    assert.match(await person.text(".notice"), /\d+초 뒤에 자동으로/);
    await assertUsable(person, "queue full");
    await person.shot("1");

    assert.equal((await leaveAs(url, waiting)).http, 204);
    await person.see(".waiting"); // tried again by itself
    await person.shot("2");
});

story("stopping to try for a full line", ["--capacity", 1, "--queue-capacity", 0], async ({ open, url }) => {
    await joinAs(url, 10);
    const person = await open();
    await person.page.clock.install();
    await person.open();
    let joins = 0;
    person.page.on("request", (request) => {
        joins += request.url().endsWith("/api/token");
    });
    await person.join("user-12");
    await person.see(".notice.shown button");
    await person.page.click(".notice button");
    assert.equal(await person.page.locator(".notice.shown").count(), 0);
    await person.page.clock.runFor(60_000);
    assert.equal(joins, 1, "no more is asked of a full line");
});

story("the line moves on when another leaves", ["--capacity", 1], async ({ open, url }) => {
    const ahead = [];
    for (const number of [10, 11, 12]) ahead.push(await joinAs(url, number));
    const person = await open({ ...phone }, "line");
    await person.open();
    await person.join("user-1");
    await person.see(".waiting");
    assert.match(await person.text(".ahead"), /^2명$/);
    assert.match(await person.text(".pair"), /대기 번호\s+4/);
    assert.match(await person.text(".pair"), /아직 알 수 없음/);
    const progress = () => person.page.locator("progress").evaluate((bar) => bar.value);
    assert.equal(await progress(), 0);
    await person.page.waitForFunction(() => document.title.includes("2명"));
    await person.shot("1_two_ahead");

    await leaveAs(url, ahead[0]);
    await person.page.waitForFunction(() => document.querySelector(".ahead")?.textContent === "1명");
    const halfway = await progress();
    assert.ok(halfway > 200 && halfway < 500, `a third of the way: ${halfway}`);
    await person.reload();
    await person.see(".waiting");
    await person.page.waitForFunction((before) => document.querySelector("progress")?.value === before, halfway);

    await leaveAs(url, ahead[1]);
    await person.page.waitForFunction(() => document.querySelector(".ahead")?.textContent === "다음이 내 차례입니다");
    await person.shot("2_next");
    await leaveAs(url, ahead[2]);
    await person.see(".day");
    await person.hears("차례가 되었습니다", { urgent: true });
});

story("a page in the background does not sleep through its turn", ["--capacity", 1], async ({ open, url }) => {
    const first = await joinAs(url, 10);
    const person = await open();
    // As browsers do to pages in the background, only more so: what waits for a second or longer never comes.
    await person.page.addInitScript(() => {
        const before = window.setTimeout;
        window.setTimeout = (run, after, ...rest) => (after >= 1_000 ? 0 : before(run, after, ...rest));
    });
    await person.open();
    await person.join("user-1");
    await person.see(".waiting");
    await leaveAs(url, first);
    await person.see(".day");
});

story("leaving asks first, and lets the next one in", ["--capacity", 1], async ({ open, url }) => {
    const leaver = await open();
    await leaver.toSeats("user-1");
    await leaver.pick("5");
    await leaver.see(".checkout");
    const next = await open();
    await next.open();
    await next.join("user-2");
    await next.see(".waiting");

    await leaver.page.click(".strip .link");
    await leaver.see("dialog[open]");
    await assertUsable(leaver, "the question");
    await leaver.page.keyboard.press("Escape");
    assert.equal(await leaver.page.locator(".checkout").count(), 1, "Escape stays");
    await leaver.page.click(".strip .link");
    await leaver.page.click("dialog .danger");
    await leaver.see("#user_id");
    assert.match(await leaver.text(".note"), /줄에서 나왔습니다/);

    await next.chooseDate();
    assert.equal(await next.seat("5").getAttribute("data-state"), "available", "the seat went with the turn");
    const again = await joinAs(url, 1);
    assert.equal(again.position, 3, "a new place at the end");
});

story(
    "a turn that nobody takes runs out",
    ["--capacity", 1, "--arrive-seconds", 2],
    async ({ open, url }) => {
        const first = await joinAs(url, 10);
        const person = await open({ ...phone }, "expired");
        await person.open();
        await person.join("user-1");
        await person.see(".waiting, .day");
        // The page goes away (a phone in a pocket), its turn comes and passes.
        const token = await person.token();
        await person.page.goto("about:blank");
        await leaveAs(url, first);
        assert.equal((await joinAs(url, 11)).http, 200);
        const passed = async () => {
            const answer = await api(url, "GET", `/api/reservations?userId=user-1`, undefined, {
                Authorization: `Bearer ${token}`,
            });
            assert.equal(answer.http, 200);
            const other = await joinAs(url, 11);
            return (await api(url, "POST", "/api/token/peek", { tokenId: other.token })).isTurn;
        };
        while (!(await passed()))
            await new Promise((done) => {
                setTimeout(done, 100);
            });
        await person.open();
        await person.see("h1");
        await person.page.locator("h1", { hasText: "자리가 만료되었습니다" }).waitFor();
        await assertUsable(person, "expired");
        await person.shot("1");
        await person.page.click(".card .primary");
        await person.see(".waiting");
    },
    { mayFail: [/request elsewhere: about:blank/] },
);

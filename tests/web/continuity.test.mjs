// Nothing is lost: reloads in every step, a second device, answers that never arrive, a server that goes away.

import assert from "node:assert/strict";
import { api, desktop, phone, startServer, story } from "./support.mjs";

const mayFail = [/net::ERR_/]; // the browser's own log of the connections that these stories cut

story("reload in every step", ["--capacity", 1], async ({ open, url }) => {
    const first = await api(url, "POST", "/api/token", { userId: "user-50" });
    const person = await open({ ...phone });
    await person.open();
    await person.reload();
    await person.join("user-1");
    await person.see(".waiting");
    const position = await person.text(".pair");
    await person.reload();
    await person.see(".waiting");
    await person.page.waitForFunction((text) => document.querySelector(".pair")?.innerText === text, position);
    await api(url, "DELETE", "/api/token", undefined, { Authorization: `Bearer ${first.token}` });
    await person.see(".day");
    await person.reload();
    await person.see(".day");
    await person.chooseDate(1);
    const day = await person.text(".heading .lead");
    await person.reload();
    await person.see('.seat[tabindex="0"]');
    assert.equal(await person.text(".heading .lead"), day);
    await person.pick("30");
    await person.see(".checkout");
    await person.reload();
    await person.see(".checkout");
    await person.page.locator(".held_seat strong", { hasText: "30번" }).waitFor();
    await person.recharge();
    await person.reload();
    await person.page.locator(".sums", { hasText: "0포인트" }).waitFor();
    await person.page.waitForFunction(() => !document.querySelector(".checkout.is_short"));
    await person.pay();
    await person.see(".ticket");
    const ticket = await person.text(".ticket_stub");
    await person.reload();
    await person.see(".ticket");
    assert.equal(await person.text(".ticket_stub"), ticket);
    assert.equal(await person.balance(), 0, "the finished token is still good for the balance");
});

story("a second device finds the hold, and then the ticket", [], async ({ open }) => {
    const one = await open({ ...desktop });
    await one.toCheckout("user-1", "12");
    const two = await open({ ...phone }, "second_device");
    await two.open();
    await two.join("user-1");
    await two.see(".checkout");
    assert.match(await two.text(".held_seat"), /12번/);
    await two.recharge();
    await two.pay();
    await two.see(".ticket");
    // The first device learns of it when it tries, and adds no points for it.
    await one.page.locator(".actions .wide", { hasText: "100포인트 충전하고" }).waitFor();
    await one.pay();
    await one.see(".ticket");
    assert.match(await one.text(".ticket_seat"), /12번/);
    assert.equal(await one.balance(), 0, "paid once");
});

/** Lets the server do its work and drops its answer, `times` over; returns the idempotency keys that were sent. */
async function loseAnswers(person, path, times) {
    const keys = [];
    await person.page.route(`**${path}`, async (route) => {
        if (route.request().method() !== "POST") return route.fallback();
        keys.push(route.request().headers()["idempotency-key"]);
        if (keys.length > times) return route.continue();
        const answer = await route.fetch();
        assert.equal(answer.status(), 200);
        return route.abort();
    });
    return keys;
}

story(
    "lost answers to hold, recharge and payment have one effect",
    [],
    async ({ open }) => {
        const person = await open({ ...phone }, "lost_answer");
        await person.toSeats("user-1");
        const holds = await loseAnswers(person, "/api/reservations", 1);
        await person.pick("20");
        await person.see(".picked .notice.shown");
        assert.match(await person.text(".picked .notice"), /두 번 잡히지 않습니다/);
        await person.see(".checkout");

        const recharges = await loseAnswers(person, "/api/payment/recharge", 2);
        await person.recharge(500);
        assert.equal(await person.balance(), 500);
        assert.match(await person.text(".sums"), /500포인트/);

        const payments = await loseAnswers(person, "/api/payment", 1);
        await person.pay();
        await person.see(".actions .notice.shown");
        assert.match(await person.text(".actions .notice"), /두 번 결제되지 않습니다/);
        await person.shot("1_unsure");
        await person.see(".ticket");
        assert.equal(await person.balance(), 400, "paid once");
        for (const [keys, count] of [
            [holds, 2],
            [recharges, 3],
            [payments, 2],
        ]) {
            assert.equal(keys.length, count);
            assert.equal(new Set(keys).size, 1, "the same request again has the same key");
            assert.match(keys[0], /^[!-~]{16,255}$/);
        }
        assert.equal(new Set([holds[0], recharges[0], payments[0]]).size, 3, "another request has another key");
    },
    { mayFail },
);

story(
    "a payment whose answer the reload cut off is asked for again",
    [],
    async ({ open }) => {
        const person = await open();
        await person.toCheckout("user-1", "20");
        await person.recharge(300);
        const keys = [];
        let paid;
        const reached = new Promise((resolve) => {
            paid = resolve;
        });
        await person.page.route("**/api/payment", async (route) => {
            keys.push(route.request().headers()["idempotency-key"]);
            if (keys.length > 1) return route.continue();
            assert.equal((await route.fetch()).status(), 200);
            return paid(); // and the answer never comes
        });
        await person.pay();
        await reached;
        await person.reload();
        await person.see(".ticket");
        assert.equal(keys.length, 2);
        assert.equal(keys[0], keys[1]);
        assert.equal(await person.balance(), 200, "paid once");
        assert.match(await person.text(".ticket_stub"), /결제 번호/, "the answer was the payment's own");
        assert.equal(await person.page.evaluate(() => localStorage.getItem("boxoffice.pending")), null);
    },
    { mayFail },
);

story("pressed again after server errors, it is the same request", [], async ({ open }) => {
    const person = await open();
    await person.page.clock.install();
    await person.toCheckout("user-1", "20");
    const keys = [];
    await person.page.route("**/api/payment/recharge", async (route) => {
        keys.push(route.request().headers()["idempotency-key"]);
        if (keys.length > 6) return route.continue();
        if (keys.length === 1) assert.equal((await route.fetch()).status(), 200); // it had its effect all the same
        return route.fulfill({
            status: 500,
            json: { error: "서버 오류가 발생했습니다.", code: "storage", message: "" },
        });
    });
    await person.page.fill("#amount", "250");
    await person.page.click(".amount_line button");
    await person.see(".recharge .notice.calm");
    while (keys.length < 6) await person.page.clock.runFor(5_000);
    await person.page.locator(".recharge .notice", { hasText: "서버 오류가 발생했습니다." }).waitFor();
    await person.page.fill("#amount", "250");
    await person.page.click(".amount_line button");
    await person.see(".done:not(:empty)");
    assert.equal(keys.length, 7);
    assert.equal(new Set(keys).size, 1);
    assert.equal(await person.balance(), 250, "recharged once");
});

story("what is missing is added and paid in one step", [], async ({ open }) => {
    const person = await open({ ...phone }, "insufficient");
    await person.toCheckout("user-1", "3");
    await person.page.locator(".short:not(:empty)").waitFor();
    assert.match(await person.text(".short"), /100포인트가 부족합니다/);
    assert.match(await person.text(".actions .wide"), /^100포인트 충전하고 100포인트 결제하기$/);
    assert.equal(await person.page.inputValue("#amount"), "100", "what is missing is filled in");
    for (const wrong of ["0", "-5", "1.5", "1e3", "x", "1000000000001", ""]) {
        await person.page.fill("#amount", wrong);
        await person.page.click(".amount_line button");
        await person.see(".recharge .notice.shown");
        assert.match(await person.text(".recharge .notice"), /정수를 입력해 주세요/, `amount ${wrong}`);
    }
    await person.shot("1");
    assert.equal(await person.balance(), 0);
    await person.page.fill("#amount", "30");
    await person.page.click(".amount_line button");
    await person.page.locator(".actions .wide", { hasText: /^70포인트 충전하고 100포인트 결제하기$/ }).waitFor();
    await person.pay();
    await person.see(".ticket");
    assert.equal(await person.balance(), 0);
});

story("points that are not there any more are said beside the recharge", [], async ({ open }) => {
    const person = await open({ ...phone });
    // As if another device had spent them a moment ago.
    await person.page.route("**/api/balance?*", (route) =>
        route.fulfill({ json: { userId: "user-1", currentBalance: 100 } }),
    );
    await person.toCheckout("user-1", "3");
    await person.page.locator(".actions .wide", { hasText: /^100포인트 결제하기$/ }).waitFor();
    await person.page.locator(".sums", { hasText: "100포인트" }).waitFor();
    await person.page.unroute("**/api/balance?*");
    await person.pay();
    await person.see(".recharge .notice.shown");
    assert.match(await person.text(".recharge .notice"), /포인트가 부족합니다/);
    assert.ok(await person.page.evaluate(() => document.activeElement.id === "amount"));
    await person.page.locator(".actions .wide", { hasText: "100포인트 충전하고" }).waitFor();
    await person.pay();
    await person.see(".ticket");
});

story(
    "the network goes and comes back",
    [],
    async ({ open }) => {
        const person = await open({ ...phone }, "offline");
        await person.toSeats("user-1");
        await person.page.context().setOffline(true);
        await person.page.locator("#trouble", { hasText: "연결이 끊겼습니다" }).waitFor();
        await person.seat("3").click();
        await person.page.click(".picked .primary");
        await person.see(".picked .notice.shown");
        await person.shot("1");
        await person.page.context().setOffline(false);
        await person.see(".checkout");
        await person.page.waitForFunction(() => document.getElementById("trouble").textContent === "");
    },
    { mayFail },
);

story("a busy server is given the time it asks for", [], async ({ open }) => {
    const person = await open();
    await person.toSeats("user-1");
    const at = [];
    await person.page.route("**/api/concert/states*", (route) => {
        at.push(Date.now());
        if (at.length > 1) return route.continue();
        return route.fulfill({
            status: 503,
            headers: { "Retry-After": "4" },
            json: { error: "", code: "busy", message: "" },
        });
    });
    await person.page.locator("#trouble", { hasText: "혼잡합니다" }).waitFor();
    while (at.length < 2) await person.page.waitForRequest("**/api/concert/states*");
    assert.ok(at[1] - at[0] >= 4_000, `asked again after ${at[1] - at[0]} ms`);
});

story("an answer that is not the server's own ends no session", [], async ({ open }) => {
    const person = await open();
    await person.toCheckout("user-1", "6");
    const token = await person.token();
    // As a gateway or a hotel's login page would answer.
    await person.page.route("**/api/token/peek", (route) => route.fulfill({ status: 403, body: "<h1>no</h1>" }));
    await person.reload();
    await person.page.locator("#trouble", { hasText: "다시 시도" }).waitFor();
    assert.equal(await person.token(), token);
    await person.page.unroute("**/api/token/peek");
    await person.see(".checkout");
});

story(
    "a server that forgot everything sends people to the start",
    [],
    async ({ open, server, url, later }) => {
        const person = await open();
        await person.toSeats("user-1");
        await server.stop();
        await person.page.locator("#trouble", { hasText: "연결이 끊겼습니다" }).waitFor();
        const again = await startServer([], new URL(url).port); // another database, other keys
        later(() => again.stop());
        await person.see("#user_id");
        assert.match(await person.text(".note"), /다시 줄을 서 주세요/);
    },
    { mayFail },
);

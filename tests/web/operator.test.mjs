// The operator's page: the key, what stands where, and each thing that whoever runs the house can do, by keyboard and on a phone.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as web from "./support.mjs";
import { adminKey, api, assertReadable, assertUsable, concertWithTerms, house, housed, story } from "./support.mjs";

/** At the page, past the key. */
async function enter(person) {
    await person.page.goto(`${person.url}/house`);
    await person.page.fill("input[type=password]", adminKey);
    await person.page.keyboard.press("Enter");
    await person.see("[data-concert]");
}

const figure = (person, name) => person.page.locator(`[data-figure="${name}"]`);
const figureIs = (person, name, text) => person.page.locator(`[data-figure="${name}"]`, { hasText: text }).waitFor();

/** A buyer without a page: takes seats of the concert with terms, and pays. */
async function buy(url, concert, user, ...seats) {
    const held = await concert.take(user, seats);
    const headers = { Authorization: `Bearer ${held.token}` };
    await api(url, "POST", "/api/payment/recharge", { userId: user, amount: 1000 }, headers);
    const paid = await api(url, "POST", "/api/payment", { userId: user, reservationId: held.orderId, token: held.token });
    assert.equal(paid.http, 200, JSON.stringify(paid));
    return held;
}

story("the house is shut to who has no key", housed, async ({ open }) => {
    const person = await open(web.english, "house_key");
    await person.page.goto(`${person.url}/house`);
    await person.see("form.key");
    await person.page.fill("input[type=password]", "another key altogether");
    await person.page.keyboard.press("Enter");
    await person.see(".notice.shown");
    assert.equal(await person.page.locator("[data-figure]").count(), 0);
    await assertUsable(person, "the key");
    await assertReadable(person, "the key");
    await person.shot("1_wrong");
    await person.page.fill("input[type=password]", adminKey);
    await person.page.keyboard.press("Enter");
    await person.see("[data-concert]");
    await person.reload(); // the tab remembers
    await person.see("[data-concert]");
    await person.page.getByRole("button", { name: "Leave" }).click();
    await person.see("form.key");
    await person.reload();
    await person.see("form.key");
});

story("on a server without a key there is no house to enter", [], async ({ open }) => {
    const person = await open(web.english, "house_none");
    await person.page.goto(`${person.url}/house`);
    await person.page.fill("input[type=password]", adminKey);
    await person.page.keyboard.press("Enter");
    await person.see(".notice.shown");
});

story("figures, charts and refusals follow the sale", housed, async ({ open, url }) => {
    const concert = await concertWithTerms(url);
    const person = await open({ ...web.english, ...web.desktop }, "house_live");
    await enter(person);
    await figureIs(person, "sold", "0");
    await buy(url, concert, "user-1", "1", "2");
    await concert.take("user-2", ["3"]);
    await concert.take("user-3", ["3"]); // in vain
    await figureIs(person, "sold", "2");
    await figureIs(person, "held", "1");
    await figureIs(person, "net", "200 P");
    await person.see('.refusals [data-code="seat_unavailable"]');
    await person.page.waitForFunction(
        () => (document.querySelector('[data-series="sold"]')?.getAttribute("points") ?? "").split(" ").length >= 3,
    );
    const row = person.page.locator("tr", { has: person.page.locator(`[data-concert="${concert.concertId}"]`) });
    assert.match(await row.innerText(), /47\s+1\s+2\s+0\s+200 P\s+on sale/);
    await assertUsable(person, "the house");
    await assertReadable(person, "the house");
    await person.shot("1_overview");
    await person.page.getByRole("button", { name: "한국어" }).click();
    await person.see("[data-concert]");
    await person.shot("2_overview_ko");
});

story("nobody is let in, and then everybody, by keyboard", housed, async ({ open, url }) => {
    const person = await open(web.english, "house_room");
    await enter(person);
    const pause = person.page.locator('[data-pause="room"]');
    await pause.focus();
    await person.page.keyboard.press("Enter");
    await person.page.getByRole("button", { name: "Let people in" }).waitFor();
    assert.equal((await house(url, "GET", "stats")).room.activeCapacity, 0);
    await api(url, "POST", "/api/token", { userId: "user-1" });
    await figureIs(person, "waiting", "1");
    await person.shot("1_paused");
    await pause.focus();
    await person.page.keyboard.press("Space");
    await person.page.getByRole("button", { name: "Let nobody in" }).waitFor();
    assert.equal((await house(url, "GET", "stats")).room.activeCapacity, 200); // what it was
    const capacity = person.page.getByLabel("Inside at once");
    await capacity.fill("7");
    await person.page.getByLabel("Let in a second", { exact: false }).fill("3");
    await person.page.keyboard.press("Tab");
    await person.page.getByRole("button", { name: "Change", exact: true }).click();
    await figureIs(person, "admitted", "of 7");
    const { room } = await house(url, "GET", "stats");
    assert.deepEqual([room.activeCapacity, room.admissionsPerSecond], [7, 3]);
});

story("terms change by version; who was slower is told and overwrites nothing", housed, async ({ open, url }) => {
    const concert = await concertWithTerms(url);
    const person = await open(web.english, "house_terms");
    await enter(person);
    await person.page.click(`[data-concert="${concert.concertId}"]`);
    await person.see("[data-confirm]");
    await person.page.locator('[data-pause="sale"]').click();
    await person.page.getByRole("button", { name: "Go on selling" }).waitFor();
    assert.equal((await house(url, "GET", concert.path)).sale.isPaused, true);
    await concert.setTerms({ seatsPerUser: 9 }); // a colleague
    await person.page.getByLabel("Seats an order").fill("2");
    await person.page.getByRole("button", { name: "Change the terms" }).click();
    await person.see(".notice.shown");
    const { sale } = await house(url, "GET", concert.path);
    assert.deepEqual([sale.seatsPerUser, sale.seatsPerOrder], [9, 4]);
    await assertUsable(person, "a concert");
    await assertReadable(person, "a concert");
    await person.shot("1_stale");
});

story("seats go off sale and come back; one that is held stays", housed, async ({ open, url }) => {
    const concert = await concertWithTerms(url);
    await concert.take("user-1", ["5"]);
    const person = await open(web.english, "house_seats");
    await enter(person);
    await person.page.click(`[data-concert="${concert.concertId}"]`);
    await person.see("textarea");
    await person.page.fill("textarea", "1, 2\n3");
    await person.page.getByRole("button", { name: "Take off sale" }).click();
    await person.page.locator(".lead", { hasText: "Off sale 3" }).waitFor();
    await person.page.fill("textarea", "5");
    await person.page.getByRole("button", { name: "Take off sale" }).click();
    await person.see(".notice.shown:not(.calm)");
    assert.equal((await house(url, "GET", concert.path)).seats.blocked, 3);
    await person.page.fill("textarea", "1 2 3");
    await person.page.getByRole("button", { name: "Put back on sale" }).click();
    await person.page.locator(".lead", { hasText: "Off sale 0" }).waitFor();
});

story("a buyer is found and given money back, once", housed, async ({ open, url }) => {
    const concert = await concertWithTerms(url);
    await buy(url, concert, "user-4", "1", "2");
    const person = await open({ ...web.tallPhone, ...web.english }, "house_buyer");
    await enter(person);
    await person.page.fill("[data-buyer]", "nobody at all");
    await person.page.keyboard.press("Enter");
    await person.see(".notice.shown");
    await person.page.fill("[data-buyer]", "user-4");
    await person.page.keyboard.press("Enter");
    await person.see('[data-balance="800"]');
    await person.page.locator("[data-reservation]").first().click();
    await person.page.getByLabel("Amount").fill("60");
    await person.page.getByLabel("Reason").fill("the lamp was out");
    await assertUsable(person, "a refund");
    await assertReadable(person, "a refund");
    await person.shot("1_refund");
    await person.page.locator('[data-refund="go"]').dblclick();
    await person.see('[data-balance="860"]');
    const { sold, refunds } = (await house(url, "GET", `${concert.path}/report`)).categories[0];
    assert.deepEqual([sold, refunds], [1, 60]); // the seat was taken back with it
});

story("a refund whose answer was lost is given once, also from a form that is opened anew", housed, async ({ open, url }) => {
    const concert = await concertWithTerms(url);
    await buy(url, concert, "user-7", "1");
    const person = await open(web.english, "house_lost_refund");
    await enter(person);
    await person.page.fill("[data-buyer]", "user-7");
    await person.page.keyboard.press("Enter");
    await person.see('[data-balance="900"]');
    // Done, and not told; then a fault is told, of something that was done.
    for (const lost of [(route) => route.abort(), (route) => route.fulfill({ status: 500, body: "{}", contentType: "application/json" })]) {
        const sent = [];
        await person.page.route("**/api/admin/refunds", async (route) => {
            sent.push(await route.fetch().then((answer) => answer.status()));
            await lost(route);
        });
        await person.page.locator("[data-reservation]").click();
        await person.page.getByLabel("Amount").fill("30");
        await person.page.getByLabel("Take the seat back too").uncheck();
        await person.page.locator('[data-refund="go"]').click();
        await person.page.locator(".buyer .card .notice.shown").waitFor();
        assert.deepEqual(sent, [200]);
        await person.page.unroute("**/api/admin/refunds");
    }
    // The form is gone while it is asked what is so now: what would be typed into it would be lost, and another sum given.
    let go;
    const released = new Promise((done) => (go = done));
    await person.page.route(/\/api\/admin\/users\?/, (route) => released.then(() => route.continue()));
    await person.page.locator("[data-reservation]").click();
    assert.equal(await person.page.locator('[data-refund="go"]').count(), 0);
    go();
    await person.page.getByLabel("at most 70").waitFor(); // what is so now
    await person.page.getByRole("button", { name: "Close" }).click();
    await person.page.locator("[data-reservation]").click();
    await person.page.getByLabel("at most 70").waitFor();
    await person.page.getByLabel("Amount").fill("30");
    await person.page.getByLabel("Take the seat back too").uncheck();
    await person.page.locator('[data-refund="go"]').click();
    await person.see('[data-balance="930"]');
    assert.equal((await house(url, "GET", `${concert.path}/report`)).refunds, 30);
});

story("an emptied field is no zero", housed, async ({ open, url }) => {
    const concert = await concertWithTerms(url);
    const before = await house(url, "GET", concert.path);
    const person = await open(web.english, "house_emptied");
    await enter(person);
    await person.page.getByLabel("Inside at once").fill("");
    await person.page.getByRole("button", { name: "Change", exact: true }).click();
    await person.page.click(`[data-concert="${concert.concertId}"]`);
    await person.page.getByLabel("Seats a person").fill("");
    await person.page.getByRole("button", { name: "Change the terms" }).click();
    assert.equal(await person.page.evaluate(() => document.activeElement.matches(":invalid")), true);
    assert.deepEqual((await house(url, "GET", concert.path)).sale, before.sale);
    assert.equal((await house(url, "GET", "stats")).room.activeCapacity, 200);
});

story("a concert is called off by who types its name", housed, async ({ open, url }) => {
    const concert = await concertWithTerms(url);
    await buy(url, concert, "user-5", "1");
    const person = await open({ ...web.nightPhone, ...web.korean }, "house_call_off");
    await enter(person);
    await person.page.click(`[data-concert="${concert.concertId}"]`);
    await person.see("[data-confirm]");
    const { title } = await house(url, "GET", concert.path);
    await person.page.fill("[data-confirm]", `${title}?`);
    await person.page.locator(".danger").click();
    await person.see(".notice.shown");
    assert.equal((await house(url, "GET", concert.path)).calledOff, null);
    await person.shot("1_another_name");
    await person.page.fill("[data-confirm]", title);
    await person.page.locator(".danger").click();
    await person.page.locator("[data-confirm]").waitFor({ state: "detached" });
    const after = await house(url, "GET", concert.path);
    assert.notEqual(after.calledOff, null);
    assert.equal((await house(url, "GET", `${concert.path}/report`)).net, 0);
    await person.shot("2_called_off");
});

story("the report comes as a file", housed, async ({ open, url }) => {
    const concert = await concertWithTerms(url);
    await buy(url, concert, "user-6", "1");
    const person = await open(web.english, "house_report");
    await enter(person);
    await person.page.click(`[data-concert="${concert.concertId}"]`);
    const coming = person.page.waitForEvent("download");
    await person.page.getByRole("button", { name: "Report as CSV" }).click();
    const file = await coming;
    assert.equal(file.suggestedFilename(), `sales-${concert.concertId}.csv`);
    const text = readFileSync(await file.path(), "utf8").replace(/^\uFEFF/, "");
    assert.match(text.split(/\r?\n/)[0], /^category,type,sold,cancelled,gross,refunds,net$/);
});

const folder = mkdtempSync(join(tmpdir(), "boxoffice-house-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

story("the audit runs, a backup is made", [...housed, "--db", join(folder, "house.db"), "--backup-dir", folder], async ({ open }) => {
    const person = await open(web.english, "house_care");
    await enter(person);
    await person.page.getByRole("button", { name: "Run the audit" }).click();
    await person.page.getByText("All is as it must be.").last().waitFor();
    await person.page.getByRole("button", { name: "Back up" }).click();
    await person.page.getByText("Backed up to", { exact: false }).last().waitFor();
});

story("figures that are old say so", housed, async ({ open, server }) => {
    const person = await open(web.english, "house_lost");
    await enter(person);
    await server.stop("SIGKILL");
    await person.see("[data-live].lost");
    assert.match(await person.text("[data-live]"), /cannot be reached/);
    await person.shot("1_lost");
}, { mayFail: [/Failed to load resource|ERR_CONNECTION/] });

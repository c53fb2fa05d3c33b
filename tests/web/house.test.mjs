// Houses as they are: seats that a machine has named, seats that are not for sale, a server behind a proxy's path.

import assert from "node:assert/strict";
import http from "node:http";
import { adminKey, api, assertUsable, english, housed, korean, story } from "./support.mjs";


// The ends of these made "seat 7" and "seat 8816" of the page of 2026-11-25.
const uuids = [
    "f786450c-0e93-53cd-b16c-796f2cbdc907",
    "ae3a2497-b6ae-5a36-b2cc-3b2efd068816",
    "1473064a-566e-5c85-9bd7-e437b86f2b05",
    "3fc76c44-a530-56ad-ba68-52302886e66c",
    "7a0ce8f1-e06d-50b1-bf13-8a1c400a5418",
];

/** A row of five: "1" to "3", a place with a name, and one without a category. */
function uuidPlan() {
    const labels = ["1", "2", "3", "Rollstuhlplatz", "5"];
    const seats = labels.map((label, i) => ({
        seat_number: label,
        seat_guid: uuids[i],
        category: i === 4 ? null : "Kat A",
        position: { x: 25 * i, y: 0 },
    }));
    const rows = [{ row_number: "1", position: { x: 10, y: 25 }, seats }];
    return {
        plan: {
            name: "Stadthalle",
            categories: [{ name: "Kat A" }, { name: "Technik" }],
            zones: [{ name: "Parkett", position: { x: 0, y: 0 }, rows }],
        },
        prices: { "Kat A": 100 },
    };
}

/** Nothing that the page says, or says to screen readers, has a piece of a seat's name in it. */
async function assertNoMachineNames(person, where) {
    const said = await person.page.evaluate(() =>
        [
            document.body.innerText,
            document.title,
            ...[...document.querySelectorAll("[aria-label], [title]")].map(
                (node) => `${node.getAttribute("aria-label")} ${node.getAttribute("title")}`,
            ),
            ...[...document.querySelectorAll("[aria-live], [role=alert]")].map((node) => node.textContent),
        ].join("\n"),
    );
    for (const uuid of uuids)
        for (const part of [...uuid.split("-"), uuid.slice(-4)])
            assert.ok(!said.includes(part), `${where}: "${part}" in ${said}`);
}

story("a hall of UUIDs is read as the house calls its seats", housed, async ({ open, url }) => {
    const day = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10);
    const made = await api(
        url,
        "POST",
        "/api/admin/concerts",
        { date: day, title: "Winter", ...uuidPlan() },
        { "X-Admin-Key": adminKey },
    );
    assert.equal(made.http, 200, JSON.stringify(made));
    assert.deepEqual(made.notForSale, {
        seats: 1,
        withoutCategory: 1,
        categories: [{ category: "Technik", seats: 0 }],
    });

    const person = await open({ ...english }, "uuid_hall");
    await person.open();
    await person.join("user-1");
    await person.page.locator(`.day[data-date="${day}"]`).click();
    await person.see('.seat[tabindex="0"]');
    const seats = person.page.locator(".hall .seat");
    assert.deepEqual(await seats.evaluateAll((nodes) => nodes.map((node) => node.getAttribute("aria-label"))), [
        "Parkett, row 1, seat 1, 100 points, available",
        "Parkett, row 1, seat 2, 100 points, available",
        "Parkett, row 1, seat 3, 100 points, available",
        "Parkett, row 1, seat 5, not for sale",
        "Parkett, row 1, seat Rollstuhlplatz, 100 points, available",
    ]);
    assert.match(await person.text(".prices li span"), /^Kat A 100 points$/, "the house's name of its one price, and no 0 points beside it");
    assert.match(await person.text(".sections"), /4 left[^]*100 points/);
    await assertUsable(person, "seats");
    await assertNoMachineNames(person, "seats");
    await person.shot("1_seats");

    await person.seat(uuids[4]).click({ force: true }); // it cannot be bought, but it can be asked about
    assert.match(await person.text(".picked_line"), /Parkett, row 1, seat 5\s+not for sale/);
    await person.seat(uuids[1]).click();
    assert.match(await person.text(".picked_line"), /Parkett, row 1, seat 2\s+100 points/);
    await assertNoMachineNames(person, "picked");
    await person.page.click(".picked .primary");
    await person.see(".checkout");
    assert.match(await person.text(".held_seat"), /Parkett, row 1, seat 2/);
    await assertNoMachineNames(person, "checkout");
    await person.page.click(".actions .quiet");
    await person.see(".note:not(:empty)");
    assert.equal(await person.text(".note"), "You let Parkett, row 1, seat 2 go. Please choose another.");
    await assertNoMachineNames(person, "released");

    await person.seat(uuids[0]).click();
    await person.page.click(".picked .primary");
    await person.see(".checkout");
    await person.recharge(1000);
    await person.pay();
    await person.see(".ticket");
    assert.equal(await person.text(".ticket_seat"), "Parkett, row 1, seat 1");
    assert.match(await person.text(".ticket_stub"), /Seat number\s+1\s/);
    await assertNoMachineNames(person, "ticket");
    await person.shot("2_ticket");

    // One more: the first ticket stands in the list of earlier ones.
    await person.page.click(".actions .primary");
    await person.page.locator(`.day[data-date="${day}"]`).click();
    await person.see('.seat[tabindex="0"]');
    await person.pick(uuids[3]);
    await person.see(".checkout");
    await person.pay();
    await person.see(".others");
    assert.equal(await person.text(".ticket_seat"), "Parkett, row 1, seat Rollstuhlplatz");
    await person.page.click(".others summary");
    assert.match(await person.text(".others li"), /Parkett, row 1, seat 1 · 100 points/);
    await assertNoMachineNames(person, "tickets");

    const other = await open({ ...korean }, "uuid_hall_ko");
    await other.open();
    await other.join("user-2");
    await other.page.locator(`.day[data-date="${day}"]`).click();
    await other.see('.seat[tabindex="0"]');
    assert.match(await other.seat(uuids[2]).getAttribute("aria-label"), /^Parkett 1열 3번, 100포인트, /);
    await assertNoMachineNames(other, "seats in Korean");
});

/** A proxy that serves the server below each of these paths, and nothing else; {url, stop}. */
async function startProxy(server, prefixes) {
    const proxy = http.createServer((request, response) => {
        const prefix = prefixes.find((path) => request.url.startsWith(`${path}/`));
        if (!prefix) {
            response.writeHead(404).end();
            return;
        }
        const { method, headers } = request;
        const asked = http.request(server + request.url.slice(prefix.length), { method, headers }, (answer) => {
            response.writeHead(answer.statusCode, answer.headers);
            answer.pipe(response);
        });
        asked.on("error", () => response.destroy());
        request.pipe(asked);
    });
    await new Promise((listening) => proxy.listen(0, "127.0.0.1", listening));
    return {
        url: `http://127.0.0.1:${proxy.address().port}`,
        stop() {
            proxy.closeAllConnections();
            return new Promise((closed) => proxy.close(closed));
        },
    };
}

story("a purchase behind a proxy's path", [], async ({ open, url, later }) => {
    const proxy = await startProxy(url, ["/tickets", "/opera/tickets"]);
    later(() => proxy.stop());
    // Whatever the page asks for outside its path is a problem that ends the story.
    const person = await open({ ...english }, "prefix", `${proxy.url}/tickets`);
    await person.toCheckout("user-3", "12");
    await person.reload();
    await person.see(".checkout");
    await person.recharge(1000);
    await person.pay();
    await person.see(".ticket");
    assert.equal(await person.text(".ticket_seat"), "R, row 2, seat 12");
    const held = await person.page.evaluate(() => Object.keys(localStorage));
    assert.ok(
        held.every((name) => name.startsWith("boxoffice/tickets/.")),
        `what is remembered is of this path: ${held}`,
    );

    // Another house on the same origin knows nothing of this one's buyer.
    const opera = await person.page.context().newPage();
    await opera.goto(`${proxy.url}/opera/tickets/`);
    await opera.locator("#user_id").waitFor();
});

// Two people, one seat.

import assert from "node:assert/strict";
import { api, desktop, phone, randomNumbers, story } from "./support.mjs";

const random = randomNumbers();

story("race for one seat", [], async ({ open }) => {
    const two = [await open({ ...desktop }, "race_a"), await open({ ...phone }, "race_b")];
    await Promise.all(two.map((person, i) => person.toSeats(`user-${i + 1}`)));
    const number = String(1 + random(50));
    console.log(`the seat is ${number}`);
    for (const person of two) await person.seat(number).click();
    // Both press before either can have seen the other's hold.
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
    const [winner, loser] = outcomes[0] === "held" ? two : [two[1], two[0]];
    assert.match(await winner.text(".held_seat"), new RegExp(`${number}번`));

    // Told at the seat, which is shown as taken; the focus stays in the hall.
    assert.match(await loser.text(".picked .notice"), new RegExp(`${number}번은 방금 다른 분이 먼저`));
    assert.equal(await loser.seat(number).getAttribute("data-state"), "held");
    assert.equal(await loser.seat(number).getAttribute("aria-disabled"), "true");
    assert.equal(await loser.page.evaluate(() => document.activeElement.getAttribute("data-number")), number);
    assert.ok(await loser.page.locator(".picked .primary").isDisabled());
    await loser.shot("refused");

    // And goes on with another.
    const another = number === "50" ? "49" : String(Number(number) + 1);
    await loser.pick(another);
    await loser.see(".checkout");
    assert.match(await loser.text(".held_seat"), new RegExp(`${another}번`));
});

story("the map is live, and asks with what it knows", [], async ({ open, url }) => {
    const person = await open();
    await person.toSeats("user-1");
    const answers = [];
    person.page.on("response", (response) => {
        if (response.url().includes("/api/concert/states"))
            answers.push([response.status(), response.request().headers()["if-none-match"], response.url()]);
    });
    await person.seat("9").click();
    while (answers.length < 4)
        await person.page.waitForResponse((response) => response.url().includes("/api/concert/states"));
    // The first that asks for changes has them told, that there are none; from then on it is 304.
    assert.ok(
        answers.every(([status, tag, at], i) => (status === 304 || i === 0) && tag && at.includes("since=")),
        `unchanged: ${JSON.stringify(answers)}`,
    );

    const [date] = (await api(url, "GET", "/api/concert/date")).dates;
    const other = await api(url, "POST", "/api/token", { userId: "user-2" });
    const began = Date.now();
    const held = await api(url, "POST", "/api/reservations", {
        userId: "user-2",
        date,
        seatNumber: 9,
        token: other.token,
    });
    assert.equal(held.http, 200);
    await person.page.locator('.seat[data-number="9"][data-state="held"]').waitFor();
    assert.ok(Date.now() - began < 5_000, `seen after ${Date.now() - began} ms`);
    // What was picked is gone: said where the picking happens, and it cannot be held.
    await person.see(".picked .notice.shown");
    assert.match(await person.text(".picked .notice"), /9번은 방금/);
    assert.ok(await person.page.locator(".picked .primary").isDisabled());
    assert.match(await person.seat("9").getAttribute("aria-label"), /다른 분이 결제 중/);

    await api(url, "DELETE", `/api/reservations/${held.reservationId}`, undefined, {
        Authorization: `Bearer ${other.token}`,
    });
    await person.page.locator('.seat[data-number="9"][data-state="available"]').waitFor();
    assert.equal(await person.seat("9").getAttribute("aria-disabled"), null);
});

story("a second hold is refused and leads to the first", [], async ({ open, url }) => {
    const person = await open();
    await person.toSeats("user-1");
    const [date] = (await api(url, "GET", "/api/concert/date")).dates;
    // Another device of the same user holds a seat that this page has not heard of.
    await person.seat("4").click();
    const held = await api(url, "POST", "/api/reservations", {
        userId: "user-1",
        date,
        seatNumber: "3",
        token: await person.token(),
    });
    assert.equal(held.http, 200);
    await person.page.click(".picked .primary");
    await person.see(".picked .notice.shown");
    assert.match(await person.text(".picked .notice"), /이미 잡아 둔 좌석/);
    await person.page.click(".picked .notice button");
    await person.see(".checkout");
    assert.match(await person.text(".held_seat"), /3번/);
});

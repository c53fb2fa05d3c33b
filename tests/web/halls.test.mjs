// Large halls: the whole, a section, a seat; by finger, by mouse, by keyboard, from the list; what goes over the wire.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { makeHall } from "./large_hall.mjs";
import { api, assertFocusVisible, assertReadable, assertUsable, desktop, english, house, housed, story, tallPhone } from "./support.mjs";

const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const flags = [...housed, "--active-seconds", 3600];

async function houseOf(url, seats) {
    const { numbers, ...hall } = makeHall(seats);
    const date = day(30);
    const { concertId } = await house(url, "POST", "concerts", { date, title: "Arena", ...hall });
    return {
        date,
        concertId,
        numbers,
        async take(userId, seatNumber) {
            const { token } = await api(url, "POST", "/api/token", { userId });
            return api(url, "POST", "/api/reservations", { userId, date, concertId, seatNumber, token });
        },
    };
}

async function toHall(person, user, date) {
    await person.open();
    await person.join(user);
    await person.page.locator(`.day[data-date="${date}"]`).click();
    await person.page.locator(".hall_frame canvas[data-painted]").first().waitFor();
}

/** Bytes of the answers about the hall, with their headers. */
async function watchWire(person) {
    const cdp = await person.page.context().newCDPSession(person.page);
    const paths = new Map();
    const taken = [];
    await cdp.send("Network.enable");
    cdp.on("Network.requestWillBeSent", ({ requestId, request }) => paths.set(requestId, request.url));
    cdp.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
        if (/concert\/(plan|states|map)/.test(paths.get(requestId))) taken.push([paths.get(requestId), encodedDataLength]);
    });
    return taken;
}

/** The colour that is painted at a seat, a little beside its middle, where its face is. */
const paintedAt = (person, number) =>
    person.page.evaluate((wanted) => {
        const seat = document.querySelector(`.seat[data-number="${wanted}"]`).getBoundingClientRect();
        const canvas = document.querySelector(".hall_frame > canvas");
        const edge = canvas.getBoundingClientRect();
        const ratio = canvas.width / edge.width;
        const x = (seat.left + seat.width * 0.25 - edge.left) * ratio;
        const y = (seat.top + seat.height * 0.25 - edge.top) * ratio;
        return [...canvas.getContext("2d").getImageData(x, y, 1, 1).data].join();
    }, number);

for (const seats of [1_248, 20_000, 50_000]) {
    story(`a hall of ${seats} seats, from the whole to a seat`, flags, async ({ open, url }) => {
        const hall = await houseOf(url, seats);
        let number = 0;
        for (const [width, device] of [
            ["desktop", desktop],
            ["phone", tallPhone],
        ])
            for (const colorScheme of ["light", "dark"]) {
                const label = `hall_${seats}_${width}_${colorScheme}`;
                const person = await open({ ...device, ...english, colorScheme }, label);
                const wire = await watchWire(person);
                await toHall(person, `user-${++number}`, hall.date);
                await person.rests();
                await assertUsable(person, label);
                await assertReadable(person, label);
                await person.shot("1_whole");
                const bytes = wire.reduce((sum, [, length]) => sum + length, 0);
                assert.ok(bytes < 150_000, `plan and states are ${bytes} bytes`);

                await person.page.locator(".sections button").first().click();
                await person.see('.seat[data-state="available"]');
                await person.rests();
                const place = await person.seat(hall.numbers[12]).boundingBox();
                const frame = await person.page.locator(".hall_frame").boundingBox();
                assert.ok(place.x >= frame.x && place.y >= frame.y, "a section begins with the middle of its front");
                assert.ok(frame.y >= -1 && frame.y + 200 < device.viewport.height, `the map is in sight: ${frame.y}`);
                await person.shot("2_section");
                await person.seat(hall.numbers[12]).click();
                assert.equal(await person.seat(hall.numbers[12]).getAttribute("aria-pressed"), "true");
                assert.match(await person.text(".picked_line"), /row 1, seat 13\s+198,000 points/);
                await person.shot("3_picked");
            }
    });
}

story("a seat that goes is told in some hundred bytes, and painted", flags, async ({ open, url }) => {
    const hall = await houseOf(url, 20_000);
    const person = await open(english);
    const wire = await watchWire(person);
    await toHall(person, "user-1", hall.date);
    await person.page.locator(".sections button").first().click();
    const gone = hall.numbers[5];
    await person.page.locator(`.seat[data-number="${gone}"]`).waitFor();
    await person.rests();
    const before = await paintedAt(person, gone);
    const beside = await paintedAt(person, hall.numbers[6]);
    const from = wire.length;
    assert.equal((await hall.take("user-9", gone)).http, 200);
    await person.page.locator(`.seat[data-number="${gone}"][data-state="held"]`).waitFor();
    await person.rests();
    assert.notEqual(await paintedAt(person, gone), before);
    assert.equal(await paintedAt(person, hall.numbers[6]), beside, "and nothing beside it");
    const polls = wire.slice(from).map(([, length]) => length);
    assert.ok(Math.max(...polls) < 2_000, `a look at the states: ${polls}`);

    // A second visit asks for no plan: the browser has kept it.
    const plansAsked = async () => {
        const metrics = await (await fetch(`${url}/metrics`)).text();
        return metrics.split("\n").filter((line) => line.includes("/api/concert/plan") && /_requests_total|_count/.test(line)).join();
    };
    const once = await plansAsked();
    assert.match(once, / 1\b/);
    await person.reload();
    await person.page.locator(".hall_frame canvas[data-painted]").first().waitFor();
    assert.equal(await plansAsked(), once, "it is not asked for again");
}, { mayFail: [/willReadFrequently/] });

story("a large hall by keyboard, and from the list", flags, async ({ open, url }) => {
    const hall = await houseOf(url, 20_000);
    const person = await open({ ...english, reducedMotion: "reduce" }, "hall_keyboard");
    const keyboard = person.page.keyboard;
    await toHall(person, "user-1", hall.date);
    await person.page.locator('.seat[tabindex="0"]').waitFor({ state: "attached" });
    for (let presses = 0; !(await person.page.evaluate(() => document.activeElement.matches(".seat"))); ++presses) {
        assert.ok(presses < 30, "Tab reaches the hall");
        await keyboard.press("Tab");
    }
    const at = () => person.page.evaluate(() => document.activeElement.dataset.number);
    const inFrame = async () => {
        const [seat, frame] = await person.page.evaluate(() =>
            [document.activeElement, document.querySelector(".hall_frame")].map((node) => {
                const { left, top, right, bottom } = node.getBoundingClientRect();
                return [left, top, right, bottom];
            }),
        );
        const isWithin = seat[0] >= frame[0] && seat[1] >= frame[1] && seat[2] <= frame[2] && seat[3] <= frame[3];
        // Nothing lies over it either: not the minimap, not the bar below.
        const [x, y] = [(seat[0] + seat[2]) / 2, (seat[1] + seat[3]) / 2];
        return isWithin && (await person.page.evaluate(([left, top]) => document.elementFromPoint(left, top) === document.activeElement, [x, y]));
    };
    assert.equal(await at(), hall.numbers[0]);
    await person.rests();
    assert.ok(await inFrame(), "what has the focus is brought into the picture");
    const wide = await person.page.evaluate(() => document.activeElement.getBoundingClientRect().width);
    assert.ok(wide >= 19, `so near that its label can be read: it is ${wide} wide`);
    await assertFocusVisible(person, "a seat");
    for (let i = 0; i < 40; ++i) await keyboard.press("ArrowDown");
    assert.equal(await at(), "F1.1-41-1");
    await person.rests();
    assert.ok(await inFrame(), "and followed");
    await keyboard.press("End");
    assert.equal(await at(), "F1.6-41-26", "the end of the row, in another section");
    await person.rests();
    assert.ok(await inFrame());
    assert.ok((await person.page.locator(".hall .seat").count()) < 1_700, "only what is near is in the document");
    await person.shot("1_end_of_row");

    // From the list: the same seats by section and row.
    await person.page.locator(".seat_list summary").click();
    await person.page.selectOption("#list_section", { index: 7 });
    await person.page.selectOption("#list_row", { index: 2 });
    const seat = person.page.locator(".list_seats button").nth(4);
    assert.match(await seat.getAttribute("aria-label"), /^2층 2구역, row 3, seat 5, [\d,]+ points, available$/);
    await assertUsable(person, "the list");
    await assertReadable(person, "the list");
    await seat.click();
    assert.equal(await seat.getAttribute("aria-pressed"), "true");
    await person.shot("2_list");
    await person.page.click(".picked .primary");
    await person.see(".checkout");
    assert.match(await person.text(".held_seat"), /2층 2구역, row 3, seat 5/);
});

story("a finger drags, two zoom, and the wheel", flags, async ({ open, url }) => {
    const hall = await houseOf(url, 20_000);
    const person = await open({ ...tallPhone, ...english }, "hall_fingers");
    await toHall(person, "user-1", hall.date);
    const cdp = await person.page.context().newCDPSession(person.page);
    const touch = (type, ...points) => cdp.send("Input.dispatchTouchEvent", { type, touchPoints: points });
    const box = await person.page.locator(".hall_frame").boundingBox();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const spread = () => person.page.evaluate(() => document.querySelector(".hall").getBoundingClientRect().left);
    const scale = () =>
        person.page.evaluate(() => new DOMMatrix(getComputedStyle(document.querySelector(".hall")).transform).a);
    const before = await scale();
    const two = (wide) => [
        { x: x - wide, y, id: 0 },
        { x: x + wide, y, id: 1 },
    ];
    await touch("touchStart", ...two(20));
    for (let wide = 24; wide <= 140; wide += 4) await touch("touchMove", ...two(wide));
    await touch("touchEnd");
    await person.rests();
    const after = await scale();
    assert.ok(after > before * 4, `two fingers come closer: ${before} → ${after}`);
    await person.see(".minimap");
    const from = await spread();
    await touch("touchStart", { x, y, id: 0 });
    for (let moved = 5; moved <= 100; moved += 5) await touch("touchMove", { x: x - moved, y, id: 0 });
    await touch("touchEnd");
    await person.rests();
    assert.ok((await spread()) < from - 60, "one drags");
    assert.equal(await scale(), after);
    assert.match(await person.text(".picked_line"), /Tap a seat/, "a drag picks nothing");
    // One that glides on does not keep the hall from being shown as a whole.
    await touch("touchStart", { x, y, id: 0 });
    for (let moved = 20; moved <= 200; moved += 20) await touch("touchMove", { x: x + moved, y, id: 0 });
    await touch("touchEnd");
    await person.page.evaluate(() => document.querySelectorAll(".zoom")[2].click());
    await person.rests();
    assert.equal(await scale(), before, "the whole hall again");

    const mouse = await open(english);
    await toHall(mouse, "user-2", hall.date);
    await mouse.page.locator(".hall_frame").hover();
    const scaleOf = () => mouse.page.evaluate(() => new DOMMatrix(getComputedStyle(document.querySelector(".hall")).transform).a);
    const far = await scaleOf();
    await mouse.page.keyboard.down("Control");
    for (let i = 0; i < 10; ++i) await mouse.page.mouse.wheel(0, -60);
    await mouse.page.keyboard.up("Control");
    await mouse.rests();
    assert.ok((await scaleOf()) > far * 3, "the wheel with Ctrl comes closer");
    for (let i = 0; i < 20; ++i) await mouse.page.locator(".zoom").nth(1).click();
    await mouse.rests();
    const middle = await mouse.page.locator(".hall_frame").boundingBox();
    const [left, top] = [middle.x + middle.width / 2, middle.y + middle.height / 2];
    for (const far of [60, 85, 110, 150]) {
        await mouse.page.mouse.move(left, top);
        await mouse.page.mouse.down();
        for (let moved = 10; moved <= far; moved += 5) await mouse.page.mouse.move(left - moved, top);
        await mouse.page.mouse.up();
        await mouse.rests();
    }
    assert.match(await mouse.text(".picked_line"), /Tap a seat/, "a drag picks nothing");
    await mouse.page.mouse.click(left, top);
    await mouse.page.locator(".picked_line", { hasText: "seat" }).waitFor();
    assert.match(await mouse.text(".picked_line"), /row \d+, seat \d+/, "a press picks");
});

story("a hall whose seats have machines' names tells those alone that are held", flags, async ({ open, url }) => {
    const { plan, prices } = makeHall(2_400);
    const seats = plan.zones.flatMap((zone) => zone.rows.flatMap((row) => row.seats));
    for (const seat of seats) seat.seat_guid = randomUUID();
    const date = day(30);
    const { concertId } = await house(url, "POST", "concerts", { date, title: "Arena", plan, prices });
    await house(url, "PUT", `concerts/${concertId}/sale`, { version: 1, seatsPerOrder: 2 }); // a refusal names the seats then
    const person = await open(english);
    const wire = await watchWire(person);
    await toHall(person, "user-1", date);
    await person.page.locator(".sections button").first().click();
    const label = (number) => person.page.locator(`.seat[aria-label*="row 1, seat ${number},"]`).first();
    await label(13).click();
    assert.ok(wire.reduce((sum, [, length]) => sum + length, 0) < 10_000, "2,400 names would be 80 kB");
    // Somebody is a moment faster: it is found by the name that was asked for.
    const thaw = await person.freezeMap();
    const { token } = await api(url, "POST", "/api/token", { userId: "user-9" });
    const body = { userId: "user-9", date, concertId, seatNumber: seats[12].seat_guid, token };
    assert.equal((await api(url, "POST", "/api/reservations", body)).http, 200);
    await person.page.click(".picked .primary");
    await person.page.locator(".picked .notice.shown", { hasText: "row 1, seat 13: someone else was a moment faster" }).waitFor();
    assert.equal(await label(13).getAttribute("data-state"), "held");
    await thaw();
    await label(15).click();
    await person.page.click(".picked .primary");
    await person.see(".checkout");
    assert.match(await person.text(".held_seat"), /row 1, seat 15/);
});

story("live says what is true", flags, async ({ open, url }) => {
    const hall = await houseOf(url, 1_248);
    const person = await open(english, "hall_live");
    await toHall(person, "user-1", hall.date);
    await person.page.locator('.live[data-state="live"]', { hasText: /^Live · last change \d\d:\d\d:\d\d$/ }).waitFor();
    // The server takes requests and does not answer.
    await person.page.route("**/api/**", () => {});
    await person.page.locator('.live[data-state="late"]', { hasText: /^No answer since \d\d:\d\d:\d\d$/ }).waitFor({ timeout: 20_000 });
    await person.shot("1_late");
    await person.page.unroute("**/api/**");
    await person.page.context().setOffline(true);
    await person.page.locator('.live[data-state="offline"]', { hasText: "Offline" }).waitFor();
    await person.page.locator("#trouble", { hasText: "connection is lost" }).waitFor();
    const covered = await person.page.evaluate(() => {
        const { left, top, right, bottom } = document.getElementById("trouble").getBoundingClientRect();
        return [...document.querySelectorAll("header *, main *")].filter((node) => {
            const box = node.getBoundingClientRect();
            return box.width > 0 && box.left < right && box.right > left && box.top < bottom - 1 && box.bottom > top + 1;
        }).length;
    });
    assert.equal(covered, 0, "what is said of the connection covers nothing");
    await person.shot("2_offline");
    await person.page.context().setOffline(false);
    await person.page.locator('.live[data-state="live"]').waitFor();
}, { mayFail: [/net::ERR_/] });

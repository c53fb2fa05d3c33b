// The pure parts, as the browser loads them: which step follows, how far the line is, where seats stand.

import assert from "node:assert/strict";
import { hall, story } from "./support.mjs";

story("steps, progress and plans", [], async ({ open }) => {
    const person = await open();
    await person.open();
    await person.see("#user_id");

    const nothing = { session: null, ended: null, place: null, hold: null, tickets: [], choice: null, concerts: null };
    const session = { userId: "u", token: "t" };
    const turn = { isTurn: true };
    const table = [
        [{}, "user"],
        [{ session }, "loading"],
        [{ session, place: { isTurn: false } }, "line"],
        [{ session, place: { isTurn: false }, choice: { date: "d" } }, "line"],
        [{ session, place: turn }, "dates"],
        [{ session, place: turn, choice: { date: "d" } }, "seats"],
        [{ session, place: turn, choice: { date: "d" }, concerts: [{}] }, "concerts"],
        [{ session, place: turn, choice: { date: "d", concertId: "c" }, concerts: [{}] }, "seats"],
        [{ session, place: turn, hold: {}, choice: { date: "d" } }, "checkout"],
        [{ session, place: turn, hold: {} }, "checkout"],
        [{ session, ended: "token_completed", tickets: [{}] }, "ticket"],
        [{ session, ended: "token_completed" }, "ended"],
        [{ session, ended: "token_expired", tickets: [{}] }, "ended"],
    ];
    const steps = await person.page.evaluate(
        async (rows) => {
            const { nextStep } = await import("/steps.js");
            return rows.map(nextStep);
        },
        table.map(([facts]) => ({ ...nothing, ...facts })),
    );
    assert.deepEqual(
        steps,
        table.map(([, step]) => step),
    );

    const progress = await person.page.evaluate(async () => {
        const { progressOf } = await import("/steps.js");
        return [progressOf(9, 9), progressOf(4, 9), progressOf(0, 9), progressOf(12, 9), progressOf(0, undefined)];
    });
    assert.deepEqual(progress, [0, 0.5, 0.9, 0, 0]);

    const asks = await person.page.evaluate(async () => {
        const { nextAskIn } = await import("/steps.js");
        return [
            nextAskIn("line", { ahead: 500, nextPollMs: 18_000 }, 0.5),
            nextAskIn("line", { ahead: 3, nextPollMs: 18_000 }, 0.5),
            nextAskIn("line", { ahead: 3, nextPollMs: 600 }, 0.5),
            nextAskIn("line", { ahead: 3, nextPollMs: 0 }, 0.5),
            nextAskIn("checkout", { nextPollMs: 60_000 }),
            nextAskIn("ticket", null),
        ];
    });
    assert.deepEqual(
        asks,
        [18_000, 2_500, 600, 250, 20_000, null],
        "the front of the line asks more often, the rest as told",
    );

    const { plan } = hall();
    const seats = plan.zones.flatMap((zone) =>
        zone.rows.flatMap((row) =>
            row.seats.map((seat) => ({
                number: seat.seat_guid,
                section: zone.name,
                row: row.row_number,
                x: zone.position.x + row.position.x + seat.position.x,
                y: zone.position.y + row.position.y + seat.position.y,
            })),
        ),
    );
    const drawn = await person.page.evaluate(
        async ({ seats, loose }) => {
            const { layOut, neighbour, pitch, rowEnd } = await import("/seat_plan.js");
            const look = (list) => {
                const { places, box, labels } = layOut(list);
                const points = [...places.values()];
                let least = Infinity;
                for (const [i, a] of points.entries())
                    for (const b of points.slice(i + 1)) least = Math.min(least, Math.hypot(a.x - b.x, a.y - b.y));
                const inside = points.every(
                    ({ x, y }) => x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height,
                );
                return { count: places.size, least: least / pitch, inside, labels: labels.map(({ name }) => name) };
            };
            const { places } = layOut(seats);
            const walk = ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"].reduce(
                (path, key) => [...path, neighbour(places, path.at(-1), key)],
                ["F1-3-4"],
            );
            // Every seat is reached by arrows from the first one.
            const reached = new Set([seats[0].number]);
            for (const number of reached)
                for (const key of ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"]) {
                    const next = neighbour(places, number, key);
                    if (next !== null) reached.add(next);
                }
            return {
                plan: look(seats),
                loose: look(loose),
                walk,
                reached: reached.size,
                ends: [rowEnd(places, "F1-3-4", "Home"), rowEnd(places, "F1-3-4", "End")],
                edge: neighbour(places, "F1-1-1", "ArrowLeft"),
            };
        },
        {
            seats,
            loose: Array.from({ length: 50 }, (_, i) => ({ number: String(i + 1), section: "", row: "", x: 0, y: 0 })),
        },
    );
    assert.equal(drawn.plan.count, 1248);
    assert.ok(drawn.plan.least > 0.99 && drawn.loose.least > 0.99, "no two seats touch");
    assert.ok(drawn.plan.inside && drawn.loose.inside, "all are in the picture");
    assert.deepEqual(drawn.plan.labels, ["1층", "2층", "발코니, 3층"]);
    assert.deepEqual(drawn.walk, ["F1-3-4", "F1-3-5", "F1-4-5", "F1-4-4", "F1-3-4"]);
    assert.deepEqual(drawn.ends, ["F1-3-1", "F1-3-26"]);
    assert.equal(drawn.edge, null);
    assert.equal(drawn.reached, 1248);

    // Seats named by machines, without coordinates: they are read, and stand, by section, row and label.
    const named = [
        ["9f", "Parkett", "2", "1"],
        ["1a", "Balkon", "1", "10"],
        ["2b", "Parkett", "10", "1"],
        ["3c", "Balkon", "1", "9"],
        ["4d", "Parkett", "2", "2"],
    ].map(([number, section, row, label]) => ({ number, section, row, label, price: 5, state: "available", x: 0, y: 0 }));
    const read = await person.page.evaluate(async (seats) => {
        const { inReadingOrder, layOut, tiersOf } = await import("/seat_plan.js");
        const order = inReadingOrder(seats);
        const { places } = layOut(order);
        const unpriced = { number: "x", price: 0, state: "blocked" };
        return {
            order: order.map(({ number }) => number),
            left: places.get("9f").x < places.get("4d").x && places.get("3c").x < places.get("1a").x,
            front: places.get("4d").y < places.get("2b").y,
            tiers: [...tiersOf([...seats, unpriced]).keys()],
            free: [...tiersOf([{ ...unpriced, state: "available" }]).keys()],
        };
    }, named);
    assert.deepEqual(read.order, ["9f", "4d", "2b", "3c", "1a"]);
    assert.ok(read.left && read.front, "neighbours are neighbours, and rows follow one another");
    assert.deepEqual([read.tiers, read.free], [[5], [0]], "no price is not a price of 0");

    // What a house with terms offers: types, prices, what goes together, when it is sold.
    const full = { type: "f", name: "full", maxPerOrder: 0, needs: null };
    const child = { type: "c", name: "child", maxPerOrder: 2, needs: "f" };
    const senior = { type: "s", name: "senior", maxPerOrder: 0, needs: null };
    const seat = (number, category, price = 5) => ({ number, category, price, section: category, state: "available" });
    const offered = {
        types: [child, senior, full],
        prices: [
            { category: "R", type: "c", price: 60 },
            { category: "R", type: "f", price: 120 },
            { category: "R", type: "s", price: 90 },
            { category: "S", type: null, price: 70 },
            { category: "S", type: "f", price: 80 },
            { category: "T", type: null, price: 40 },
        ],
        seats: [seat("1", "R"), seat("2", "R"), seat("3", "S"), seat("4", "T"), seat("5", "U")],
        sections: [
            { name: "R", minPrice: 5, maxPrice: 5 },
            { name: "U", minPrice: 5, maxPrice: 5 },
        ],
        sale: { seatsPerOrder: 4 },
    };
    const offers = await person.page.evaluate(async (map) => {
        const { broken, choicesOf, linesOf, priced, totalOf, wayOf } = await import("/offer.js");
        const lines = (...picks) => linesOf(map, picks.map(([number, type]) => ({ number, type })));
        const sums = (...picks) => lines(...picks).map(({ choice }) => [choice.type, choice.price]);
        const rule = (...picks) => broken(lines(...picks), map.types);
        return {
            choices: map.seats.map((one) => choicesOf(map, one).map(({ type, price }) => [type, price])),
            usual: sums(["1"], ["3"], ["4"], ["5"]),
            named: sums(["1", "c"], ["3", "f"]),
            notSoldThere: sums(["3", "c"], ["9", "f"]),
            total: totalOf(lines(["1", "c"], ["2", "f"], ["4"])),
            shown: priced(map).seats.map(({ price }) => price),
            sections: priced(map).sections.map(({ minPrice, maxPrice }) => [minPrice, maxPrice]),
            rules: [
                rule(["1", "c"]),
                rule(["1", "c"], ["2", "s"]),
                rule(["1", "c"], ["2", "f"]),
                rule(["1", "c"], ["2", "c"], ["3", "f"]),
                broken([...lines(["1", "c"], ["2", "c"]), ...lines(["1", "c"], ["2", "f"])], map.types),
            ],
            ways: [
                wayOf(map),
                wayOf({ ...map, sale: { seatsPerOrder: 1 } }),
                wayOf({ seats: map.seats, types: [], prices: map.prices.slice(5), sale: { seatsPerOrder: 1 } }),
                wayOf({ seats: map.seats, types: [], prices: [], sale: { seatsPerOrder: 1 } }),
                wayOf({ seats: map.seats }),
            ].map(({ most, isGroup, isPlain }) => [most, isGroup, isPlain]),
        };
    }, offered);
    assert.deepEqual(offers, {
        choices: [
            [["f", 120], ["s", 90], ["c", 60]],
            [["f", 120], ["s", 90], ["c", 60]],
            [[null, 70], ["f", 80]],
            [[null, 40]],
            [[null, 5]],
        ],
        usual: [["f", 120], [null, 70], [null, 40], [null, 5]],
        named: [["c", 60], ["f", 80]],
        notSoldThere: [[null, 70]],
        total: 220,
        shown: [120, 120, 70, 40, 5],
        sections: [[120, 120], [5, 5]],
        rules: [{ needs: "full", of: "child" }, { needs: "full", of: "child" }, null, null, { most: 2, of: "child" }],
        ways: [
            [4, true, false],
            [1, true, false],
            [1, false, false],
            [1, false, true],
            [1, false, true],
        ],
    });

    const states = await person.page.evaluate(async () => {
        const { saleOf } = await import("/offer.js");
        const now = Date.parse("2026-12-01T00:00:00.000Z");
        const at = (terms, calledOff = null) =>
            saleOf({ sale: { opensAt: null, closesAt: null, isPaused: false, ...terms }, calledOff }, now).state;
        return [
            at({}),
            at({ opensAt: "2026-12-01T00:00:00.000Z" }), // at the instant it is open,
            at({ opensAt: "2026-12-01T00:00:00.001Z" }),
            at({ closesAt: "2026-12-01T00:00:00.000Z" }), // and closed
            at({ closesAt: "2026-12-01T00:00:00.001Z" }),
            at({ isPaused: true }),
            at({ isPaused: true }, { reason: "x" }),
            saleOf({}, now).state,
        ];
    });
    assert.deepEqual(states, ["open", "open", "soon", "closed", "open", "paused", "off", "open"]);

    // Reservations are orders: newest first, as the API tells them.
    const rows = [
        ["r6", "r6", "Confirmed"],
        ["r5", "r3", "Reserved"],
        ["r4", "r3", "Released"],
        ["r3", "r3", "Reserved"],
        ["r2", "r1", "Cancelled"],
        ["r1", "r1", "Confirmed"],
    ].map(([reservationId, orderId, status], i) => ({ reservationId, orderId, status, price: 10 * (i + 1), date: "d" }));
    const orders = await person.page.evaluate(async (all) => {
        const { boughtOf, holdOf, ticketOf } = await import("/orders.js");
        const held = holdOf(all);
        const ids = ({ orderId, rows: of }) => [orderId, of.map(({ reservationId }) => reservationId)];
        const cancelled = boughtOf(all).map((row) => (row.orderId === "r6" ? { ...row, status: "Cancelled" } : row));
        return {
            held: [...ids(held), held.total],
            none: holdOf(all.filter(({ status }) => status !== "Reserved")),
            bought: boughtOf(all).map(({ reservationId }) => reservationId),
            ticket: ids(ticketOf(boughtOf(all))),
            admits: ids(ticketOf(cancelled)),
            nothing: ticketOf([]),
        };
    }, rows);
    assert.deepEqual(orders, {
        held: ["r3", ["r3", "r5"], 60],
        none: null,
        bought: ["r6", "r2", "r1"],
        ticket: ["r6", ["r6"]],
        admits: ["r1", ["r1", "r2"]],
        nothing: null,
    });

    // Whatever the description says that a buyer can be refused has words in both languages.
    const untold = await person.page.evaluate(async () => {
        const [spec, { ko }, { en }] = await Promise.all([
            fetch("/openapi.json").then((response) => response.json()),
            import("/texts_ko.js"),
            import("/texts_en.js"),
        ]);
        const codes = Object.values(spec.components.examples).map(({ value }) => value?.code);
        // What the house's own requests meet, faults, and what the page answers by itself (it lists the concerts of a date).
        const ofHouse = ["user_exists", "seat_exists", "type_exists", "has_history", "not_found", "method_not_allowed"];
        ofHouse.push("payload_too_large", "storage", "internal", "out_of_memory", "clock_jump");
        ofHouse.push("invalid_date", "ambiguous_concert");
        return [...new Set(codes)].filter((code) => code && !ofHouse.includes(code) && !(ko.refusals[code] && en.refusals[code]));
    });
    assert.deepEqual(untold, []);

    // Both languages have the same texts.
    const names = await person.page.evaluate(async () => {
        const namesOf = (value, path = "") =>
            value === null || typeof value !== "object"
                ? [`${path}:${typeof value}`]
                : Object.entries(value).flatMap(([name, inner]) => namesOf(inner, `${path}.${name}`));
        const [{ ko }, { en }] = await Promise.all([import("/texts_ko.js"), import("/texts_en.js")]);
        return [namesOf(ko), namesOf(en)];
    });
    assert.ok(names[0].length > 100);
    assert.deepEqual(names[0], names[1]);
});

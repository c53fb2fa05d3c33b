// The pure parts, as the browser loads them: which step follows, how far the line is, where seats stand.

import assert from "node:assert/strict";
import { hall, house, housed, story } from "./support.mjs";

story("steps, progress and plans", housed, async ({ open, url }) => {
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

    // The shipped hall as the server tells it, and fifty seats of which nothing is told but their number.
    const date = new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10);
    const { concertId } = await house(url, "POST", "concerts", { date, title: "Hall", ...hall() });
    const rowOf = (row, count, more = {}) => ({ row, count, labels: [1, 1], category: [0], x: [0], y: [0], ...more });
    const planOf = (sections, categories = [{ category: "", price: 5 }]) => ({
        concertId: "c",
        seats: sections.flatMap(({ rows }) => rows).reduce((sum, { count }) => sum + count, 0),
        unit: 1,
        categories,
        sections,
    });
    const loose = planOf([{ name: "", numbers: "{l}", rows: [rowOf("", 50)] }]);
    const drawn = await person.page.evaluate(
        async ({ query, loose }) => {
            const { readPlan } = await import("/hall.js");
            const { layOut, neighbour, pitch, rowEnd, seatAt } = await import("/seat_plan.js");
            const look = (plan) => {
                const { x, y, box, sections } = layOut(plan);
                const points = [...x].map((value, i) => ({ x: value, y: y[i] }));
                let least = Infinity;
                for (const [i, a] of points.entries())
                    for (const b of points.slice(i + 1))
                        least = Math.min(least, Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y)));
                const inside = points.every(
                    (one) => one.x > box.x && one.x < box.x + box.width && one.y > box.y && one.y < box.y + box.height,
                );
                const corners = sections.every(({ hull }) => hull.length >= 3);
                return { count: points.length, least: least / pitch, inside, corners, labels: sections.map(({ name }) => name) };
            };
            const plan = readPlan(await (await fetch(`api/concert/plan?${query}`)).json());
            const layout = layOut(plan);
            const at = plan.indexOf;
            const walk = ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"].reduce(
                (path, key) => [...path, plan.number(neighbour(layout, at(path.at(-1)), key))],
                ["F1-3-4"],
            );
            // Every seat is reached by arrows from the first one.
            const reached = new Set([0]);
            for (const seat of reached)
                for (const key of ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"]) {
                    const next = neighbour(layout, seat, key);
                    if (next !== null) reached.add(next);
                }
            const place = at("F2-3-4");
            return {
                plan: look(plan),
                loose: look(readPlan(loose)),
                walk,
                reached: reached.size,
                ends: ["Home", "End"].map((key) => plan.number(rowEnd(layout, at("F1-3-4"), key))),
                edge: neighbour(layout, at("F1-1-1"), "ArrowLeft"),
                seat: plan.seat(place),
                none: at("F9-9-9"),
                hit: seatAt(layout, { x: layout.x[place] + pitch * 0.4, y: layout.y[place] - pitch * 0.4 }) === place,
                missed: seatAt(layout, { x: layout.box.x, y: layout.box.y }),
            };
        },
        { query: new URLSearchParams({ date, concertId }).toString(), loose },
    );
    assert.equal(drawn.plan.count, 1248);
    assert.ok(drawn.plan.least > 0.99 && drawn.loose.least > 0.99, "no two upright seats touch");
    assert.ok(drawn.plan.inside && drawn.loose.inside, "all are in the picture");
    assert.ok(drawn.plan.corners && drawn.loose.corners, "a section has a shape");
    assert.deepEqual(drawn.plan.labels, ["1층", "2층", "발코니, 3층"]);
    assert.deepEqual(drawn.walk, ["F1-3-4", "F1-3-5", "F1-4-5", "F1-4-4", "F1-3-4"]);
    assert.deepEqual(drawn.ends, ["F1-3-1", "F1-3-26"]);
    assert.equal(drawn.edge, null);
    assert.equal(drawn.reached, 1248);
    const { index, ...seatSaid } = drawn.seat;
    assert.deepEqual(seatSaid, { number: "F2-3-4", label: "4", section: "2층", row: "3", category: "S석", price: 132_000 });
    assert.deepEqual([drawn.none, drawn.hit, drawn.missed], [-1, true, null]);

    // Steps that end early go on as they ended; labels and numbers that are no rows of numbers are listed.
    const named = planOf(
        [
            { name: "Parkett", numbers: null, rows: [rowOf("2", 2, { numbers: ["9f", "4d"] }), rowOf("10", 1, { numbers: ["2b"] })] },
            { name: "Balkon", numbers: "B{r}/{l}", rows: [rowOf("1", 3, { labels: ["a", "b", "10"], category: [0, 0, 1] })] },
        ],
        [
            { category: "A", price: 5 },
            { category: "B", price: 0 },
        ],
    );
    const read = await person.page.evaluate(async (json) => {
        const { applyChanges, differences, isUnnamed, legendOf, offerOf, readPlan, readStates, tiersOf } = await import("/hall.js");
        const { layOut } = await import("/seat_plan.js");
        const plan = readPlan(json);
        const { x, y } = layOut(plan);
        const [, ...others] = json.sections;
        const planless = { ...json, seats: 3, sections: others.map((one) => ({ ...one, numbers: null })) };
        const steps = readPlan({
            ...json,
            seats: 5,
            sections: [{ name: "", numbers: "{l}", rows: [{ ...json.sections[0].rows[0], count: 5, labels: [7, 2], x: [5], y: [1, 0, 3] }] }],
        });
        const states = readStates("ahsbma"); // the last is free and of the category that costs nothing
        const before = states.slice();
        return {
            unnamed: (() => {
                const bare = readPlan(planless);
                const known = bare.number(1);
                bare.learn(1, "b6b9");
                return [isUnnamed(known), isUnnamed("b6b9"), bare.indexOf(known), bare.indexOf("b6b9"), bare.indexOf("x")];
            })(),
            numbers: [...x].map((_, i) => plan.number(i)),
            labels: [...x].map((_, i) => plan.label(i)),
            left: x[0] < x[1] && x[3] < x[4],
            front: y[1] < y[2],
            steps: [[...steps.x], [...steps.y], [0, 4].map(steps.label)],
            states: [...states],
            touched: applyChanges(states, [0, 1, 4], "haa"),
            after: [...states],
            differ: differences(before, states),
            offer: offerOf(plan, readStates("abbaab"), [5, 0]),
            tiers: [tiersOf(plan, readStates("aaaaab"), [5, 0]), tiersOf(plan, readStates("aaaaaa"), [5, 0])],
            legend: [legendOf(plan, readStates("aaaaab"), [5, 0]), legendOf(plan, readStates("aaaaaa"), [5, 0])],
        };
    }, named);
    assert.deepEqual(read, {
        unnamed: [true, false, 1, 1, -1],
        numbers: ["9f", "4d", "2b", "B1/a", "B1/b", "B1/10"],
        labels: ["1", "2", "1", "a", "b", "10"],
        left: true,
        front: true,
        steps: [[5, 5, 5, 5, 5], [1, 1, 4, 7, 10], ["7", "15"]],
        states: [0, 1, 2, 3, 4, 0],
        touched: [0, 1],
        after: [1, 0, 2, 3, 4, 0],
        differ: [0, 1],
        offer: [
            { name: "Parkett", available: 1, isForSale: true, least: 5, most: 5 },
            { name: "Balkon", available: 2, isForSale: true, least: 5, most: 5 },
        ],
        tiers: [[0, 0], [0, 1]],
        legend: [
            [{ price: 5, tier: 0, names: ["A"] }],
            [
                { price: 5, tier: 0, names: ["A"] },
                { price: 0, tier: 1, names: ["B"] },
            ],
        ],
    });

    // What is looked at: the whole, closer around a point, and never past the edge.
    const looked = await person.page.evaluate(async () => {
        const { centredOn, closeTo, isWhole, showing, toHall, wholeOf, within, zoomed } = await import("/hall_view.js");
        const box = { x: -100, y: -50, width: 4000, height: 2000 };
        const size = { width: 400, height: 400 };
        const whole = wholeOf(box, size);
        const point = { x: 150, y: 220 };
        const closer = zoomed(whole, 4, point, box, size);
        const [a, b] = [toHall(point, whole), toHall(point, closer)];
        const far = within({ ...closer, left: 1e6, top: -1e6 }, box, size);
        const seat = { x: 3000, y: 1000 };
        const shown = showing(seat, closer, box, size);
        const wide = { left: 0, right: 3000, top: 100, bottom: 900 };
        return {
            whole: [whole.scale, whole.left, whole.top],
            tall: wholeOf({ x: 0, y: 0, width: 1000, height: 4000 }, size).scale,
            isWhole: [isWhole(whole, box, size), isWhole(closer, box, size)],
            stays: Math.hypot(a.x - b.x, a.y - b.y) < 1e-6,
            least: zoomed(whole, 0.01, point, box, size).scale === whole.scale,
            most: zoomed(whole, 1e6, point, box, size).scale * 40,
            edge: [far.left + 400 / far.scale, far.top],
            centred: toHall({ x: 200, y: 200 }, centredOn(seat, 0.5, box, size)),
            shown: shown.left + 400 / shown.scale > seat.x && shown.left < seat.x,
            section: closeTo(wide, 24, box, size).scale * 40,
        };
    });
    assert.deepEqual(looked, {
        whole: [0.1, -100, -1050],
        tall: 0.1,
        isWhole: [true, false],
        stays: true,
        least: true,
        most: 68,
        edge: [3900, -50],
        centred: { x: 3000, y: 1000 },
        shown: true,
        section: 24,
    });

    const faces = await person.page.evaluate(async () => {
        const { faceLabel } = await import("/seat_face.js");
        return ["7", "12", "104", "A-104", "10열가", "Rollstuhlplatz"].map((label) => faceLabel(label).text);
    });
    assert.deepEqual(faces, ["7", "12", "104", "A-104", "10열가", ""], "a label that does not fit is not cut to another one");

    const days = await person.page.evaluate(async () => {
        const { byDate } = await import("/dates.js");
        const on = (date, title, calledOff = null) => ({ date, title, calledOff });
        return byDate([on("2026-12-02", "b"), on("2026-12-01", "a"), on("2026-12-02", "c"), on("2026-12-03", "d", {})]).map(
            ([day, list]) => [day, list.map(({ title }) => title)],
        );
    });
    assert.deepEqual(days, [["2026-12-01", ["a"]], ["2026-12-02", ["b", "c"]]]);

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
        sale: { seatsPerOrder: 4 },
    };
    const offers = await person.page.evaluate(async (map) => {
        const { broken, choicesOf, linesOf, pricesOf, totalOf, wayOf } = await import("/offer.js");
        const seatOf = (number) => map.seats.find((one) => one.number === number) ?? null;
        const lines = (...picks) => linesOf(map, picks.map(([number, type]) => ({ number, type })), seatOf);
        const sums = (...picks) => lines(...picks).map(({ choice }) => [choice.type, choice.price]);
        const rule = (...picks) => broken(lines(...picks), map.types);
        return {
            choices: map.seats.map((one) => choicesOf(map, one).map(({ type, price }) => [type, price])),
            usual: sums(["1"], ["3"], ["4"], ["5"]),
            named: sums(["1", "c"], ["3", "f"]),
            notSoldThere: sums(["3", "c"], ["9", "f"]),
            total: totalOf(lines(["1", "c"], ["2", "f"], ["4"])),
            shown: pricesOf(map, map.seats),
            rules: [
                rule(["1", "c"]),
                rule(["1", "c"], ["2", "s"]),
                rule(["1", "c"], ["2", "f"]),
                rule(["1", "c"], ["2", "c"], ["3", "f"]),
                broken([...lines(["1", "c"], ["2", "c"]), ...lines(["1", "c"], ["2", "f"])], map.types),
            ],
            ways: [
                wayOf(map, map.seats),
                wayOf({ ...map, sale: { seatsPerOrder: 1 } }, map.seats),
                wayOf({ types: [], prices: map.prices.slice(5), sale: { seatsPerOrder: 1 } }, map.seats),
                wayOf({ types: [], prices: [], sale: { seatsPerOrder: 1 } }, map.seats),
                wayOf({}, map.seats),
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

    // A calendar entry: what is special in it is escaped, lines of more than 75 bytes go on, and no character is cut.
    const entries = await person.page.evaluate(async () => {
        const { calendarFile } = await import("/calendar.js");
        const entry = { orderId: "r1", title: "겨울; 밤, \\", date: "2026-12-24", details: `${"아주 긴 자리 이름 ".repeat(9)}\nA-2` };
        const now = "2026-12-01T00:00:00.000Z";
        return [calendarFile({ ...entry, startsAt: "2026-12-24T10:30:00.500Z" }, now), calendarFile(entry, now)];
    });
    const unfolded = entries.map((text) => text.replaceAll("\r\n ", "").split("\r\n"));
    assert.ok(entries[0].split("\r\n").every((line) => Buffer.byteLength(line) <= 75 && !line.includes("\uFFFD")));
    assert.ok(entries[0].split("\r\n").some((line) => line.startsWith(" ")), "a long line goes on");
    assert.deepEqual(unfolded[0].slice(3, 8), [
        "BEGIN:VEVENT",
        "UID:r1@boxoffice",
        "DTSTAMP:20261201T000000Z",
        "DTSTART:20261224T103000Z",
        "SUMMARY:겨울\\; 밤\\, \\\\",
    ]);
    assert.equal(unfolded[0][8], `DESCRIPTION:${"아주 긴 자리 이름 ".repeat(9)}\\nA-2`);
    assert.equal(unfolded[1][6], "DTSTART;VALUE=DATE:20261224");

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

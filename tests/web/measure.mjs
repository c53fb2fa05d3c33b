// How fast the hall is: for each size of hall and each device, what a person waits for and what goes over the wire.
//
//   npm ci --prefix tests/web && node tests/web/measure.mjs            all halls, a desktop and a phone
//   node tests/web/measure.mjs --halls 20000 --devices phone          some of them
//
// BOXOFFICE_SERVER is the server (else build/examples/examples/boxoffice_server), CHROMIUM the browser. Prints a table for a
// README, and with --json FILE also keeps the numbers. The phone has a processor slowed down to a quarter.

import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { makeHall } from "./large_hall.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const binary = process.env.BOXOFFICE_SERVER ?? join(root, "build/examples/examples/boxoffice_server");
const adminKey = "a-key-for-the-measuring-0123456789";
const taps = 10;
const longest = 8_000; // milliseconds that a gesture is kept up: what is slow need not be slow for long to be known

const devices = {
    desktop: { slowed: 1, options: { viewport: { width: 1280, height: 860 } } },
    phone: { slowed: 4, options: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } },
};

const { values: flags } = parseArgs({
    options: {
        halls: { type: "string", default: "1248,20000,50000" },
        devices: { type: "string", default: "desktop,phone" },
        json: { type: "string" },
    },
});

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;

async function startServer() {
    const child = spawn(binary, ["--port", "0", "--demo", "--db", ":memory:", "--admin-key", adminKey, "--active-seconds", "3600"], {
        stdio: ["ignore", "pipe", "inherit"],
    });
    const url = await new Promise((found, failed) => {
        child.stdout.on("data", (data) => found(/listening on (http:\S+)/.exec(data)[1]));
        child.on("error", failed);
        child.on("exit", () => failed(new Error("the server ended")));
    });
    return { url, stop: () => child.kill() };
}

async function ask(url, method, path, body, headers = {}) {
    const response = await fetch(url + path, {
        method,
        headers: { "Content-Type": "application/json", ...headers },
        body: body && JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 200)}`);
    return text === "" ? null : JSON.parse(text);
}

/** In the page: stamps what was pressed, and when the frame that followed it had been painted. */
function watchFrames() {
    window.measured = { pressed: 0 };
    for (const kind of ["pointerup", "click"])
        addEventListener(kind, (event) => {
            if (window.measured.pressed === 0) window.measured.pressed = event.timeStamp;
        }, true);
    window.painted = () =>
        new Promise((done) => {
            requestAnimationFrame(() => {
                const { port1, port2 } = new MessageChannel();
                port1.onmessage = () => done(performance.now());
                port2.postMessage(0);
            });
        });
    window.untilShown = async (selector) => {
        while (!document.querySelector(selector)) await new Promise((next) => requestAnimationFrame(next));
        return (await window.painted()) - window.measured.pressed;
    };
    /** Counts the frames for as long as something goes on; {rate, worst}. */
    window.countFrames = () => {
        const at = [];
        let goesOn = true;
        const count = (now) => {
            at.push(now);
            if (goesOn) requestAnimationFrame(count);
        };
        requestAnimationFrame(count);
        return () => {
            goesOn = false;
            const gaps = at.slice(1).map((time, i) => time - at[i]);
            return { rate: (1000 * gaps.length) / (at.at(-1) - at[0]), worst: Math.max(...gaps) };
        };
    };
}

/** Bytes that answers to the API took, with their headers, by path. */
function countBytes(cdp) {
    const paths = new Map();
    const bytes = [];
    cdp.on("Network.requestWillBeSent", ({ requestId, request }) => paths.set(requestId, new URL(request.url).pathname));
    cdp.on("Network.loadingFinished", ({ requestId, encodedDataLength }) =>
        bytes.push([paths.get(requestId) ?? "", encodedDataLength]),
    );
    return {
        bytes,
        since: (from) => bytes.slice(from).filter(([path]) => /^\/api\/concert\/(map|plan|states)/.test(path)),
    };
}

/** Seats that are free and in the picture, as points. */
const freeSeats = (page) =>
    page.evaluate(() => {
        const frame = document.querySelector(".hall_frame").getBoundingClientRect();
        const bottom = Math.min(frame.bottom, document.querySelector(".picked").getBoundingClientRect().top);
        return [...document.querySelectorAll('.hall .seat[data-state="available"]')]
            .map((node) => node.getBoundingClientRect())
            .map(({ left, top, width, height }) => [left + width / 2, top + height / 2])
            .filter(([x, y]) => x > frame.left + 60 && x < frame.right - 60 && y > frame.top + 60 && y < bottom - 60)
            .filter(([x, y]) => document.elementFromPoint(x, y)?.closest(".seat")); // and under nothing
    });

async function measureTaps(page, touch) {
    const times = [];
    const began = Date.now();
    for (let i = 0; i < taps && Date.now() - began < 4 * longest; ++i) {
        const seats = await freeSeats(page);
        if (seats.length === 0) break;
        const [x, y] = seats[(i * 37) % seats.length];
        const before = await page.evaluate(() => {
            window.measured.pressed = 0;
            window.tapped = new Promise((done) => {
                addEventListener("click", () => window.painted().then((at) => done(at - window.measured.pressed)), { once: true, capture: true });
            });
            return document.querySelector(".picked_line").textContent;
        });
        if (touch) await page.touchscreen.tap(x, y);
        else await page.mouse.click(x, y);
        times.push(await page.evaluate(() => window.tapped));
        if ((await page.textContent(".picked_line")) === before && i === 0) console.error("  the first tap picked nothing");
    }
    return { median: median(times), worst: Math.max(...times), count: times.length };
}

/** Drags, or scrolls where a drag does nothing, for about a second. */
async function pan(page, cdp, touch) {
    const box = await page.locator(".hall_frame").boundingBox();
    const [x, y] = [box.x + box.width / 2, box.y + Math.min(box.height, 400) / 2];
    await page.evaluate(() => {
        window.stop = window.countFrames();
    });
    const steps = 40;
    const began = Date.now();
    const goesOn = () => Date.now() - began < longest;
    const at = (i) => ({ x: x + 80 * Math.sin(i / 6), y: y + 60 * Math.sin(i / 9) });
    if (touch) {
        await cdp.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [at(0)] });
        for (let i = 1; i <= steps && goesOn(); ++i)
            await cdp.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: [at(i)] });
        await cdp.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    } else {
        await page.mouse.move(x, y);
        await page.mouse.down();
        for (let i = 1; i <= steps && goesOn(); ++i) await page.mouse.move(at(i).x, at(i).y);
        await page.mouse.up();
        for (let i = 0; i < steps / 2 && goesOn(); ++i) await page.mouse.wheel(i % 10 < 5 ? 40 : -40, i % 10 < 5 ? 30 : -30);
    }
    return page.evaluate(() => window.stop());
}

async function zoom(page, cdp, touch) {
    const box = await page.locator(".hall_frame").boundingBox();
    const [x, y] = [box.x + box.width / 2, box.y + Math.min(box.height, 400) / 2];
    await page.evaluate(() => {
        window.stop = window.countFrames();
    });
    const steps = 40;
    const began = Date.now();
    const goesOn = () => Date.now() - began < longest;
    if (touch) {
        const two = (i) => [
            { x: x - 40 - 30 * Math.sin(i / 8), y, id: 0 },
            { x: x + 40 + 30 * Math.sin(i / 8), y, id: 1 },
        ];
        await cdp.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: two(0) });
        for (let i = 1; i <= steps && goesOn(); ++i)
            await cdp.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: two(i) });
        await cdp.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    } else {
        await page.mouse.move(x, y);
        await page.keyboard.down("Control");
        for (let i = 0; i < steps && goesOn(); ++i) await page.mouse.wheel(0, i % 20 < 10 ? 30 : -30);
        await page.keyboard.up("Control");
    }
    return page.evaluate(() => window.stop());
}

async function measure(browser, url, hall, date, device, number) {
    const { slowed, options } = devices[device];
    const context = await browser.newContext({ ...options, locale: "en-US" });
    await context.addInitScript(watchFrames);
    const page = await context.newPage();
    page.setDefaultTimeout(120_000);
    const cdp = await context.newCDPSession(page);
    await cdp.send("Network.enable");
    const wire = countBytes(cdp);
    await page.goto(`${url}/`);
    await page.fill("#user_id", `user-${number}`);
    await page.click("form .primary");
    const day = page.locator(`.day[data-date="${date}"]`);
    await day.waitFor();
    await cdp.send("Emulation.setCPUThrottlingRate", { rate: slowed });
    await page.evaluate(() => {
        window.measured.pressed = 0;
        window.shown = window.untilShown('.hall_frame canvas[data-painted], svg.hall .seat');
    });
    await day.click();
    const paint = await page.evaluate(() => window.shown);
    await page.waitForTimeout(1_500);
    const plan = wire.since(0).reduce((sum, [, bytes]) => sum + bytes, 0);

    const touch = Boolean(options.hasTouch);
    const zoomed = [await zoom(page, cdp, touch)]; // with all of the hall in the picture
    const panned = [await pan(page, cdp, touch)];
    await page.locator(".sections button").first().click();
    await page.waitForTimeout(1_000);
    for (let tries = 0; tries < 12 && (await freeSeats(page)).length < 30; ++tries) {
        await page.locator(".zoom").nth(1).click();
        await page.waitForTimeout(700);
    }
    const tap = await measureTaps(page, touch);
    zoomed.push(await zoom(page, cdp, touch));
    await page.waitForTimeout(500);
    panned.push(await pan(page, cdp, touch));

    // Somebody else holds a seat: what the next look at the map takes.
    await cdp.send("Emulation.setCPUThrottlingRate", { rate: 1 });
    await page.waitForTimeout(4_000);
    const userId = `user-${number + 50}`;
    const { token } = await ask(url, "POST", "/api/token", { userId });
    const from = wire.bytes.length;
    const { concertId } = hall;
    await ask(url, "POST", "/api/reservations", { userId, date, concertId, seatNumber: hall.lastSeat[device], token });
    await page.waitForTimeout(6_000);
    const polls = wire.since(from).map(([, bytes]) => bytes);
    await context.close();
    return { seats: hall.seats, device, paint, tap, zoomed, panned, plan, poll: Math.max(...polls) };
}

const least = (runs) => Math.min(...runs.map(({ rate }) => rate));
const whole = (number) => (Number.isFinite(number) ? Math.round(number).toLocaleString("en") : "–");
console.log("| seats | device | first paint, ms | tap, ms (worst) | zoom, frames/s | pan, frames/s | plan and states, kB | a poll with a change, bytes |");
console.log("|---|---|---|---|---|---|---|---|");
const row = ({ seats, device, paint, tap, zoomed, panned, plan, poll }) =>
    console.log(
        `| ${whole(seats)} | ${device} | ${whole(paint)} | ${whole(tap.median)} (${whole(tap.worst)}) | ${whole(least(zoomed))} | ` +
            `${whole(least(panned))} | ${(plan / 1000).toFixed(1)} | ${whole(poll)} |`,
    );
const server = await startServer();
const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"],
});
const results = [];
try {
    let days = 20;
    let number = 0;
    for (const seats of flags.halls.split(",").map(Number)) {
        const { numbers, ...made } = makeHall(seats);
        const date = new Date(Date.now() + ++days * 86_400_000).toISOString().slice(0, 10);
        const asked = { date, title: `A hall of ${seats} seats`, ...made };
        const { concertId } = await ask(server.url, "POST", "/api/admin/concerts", asked, { "X-Admin-Key": adminKey });
        const hall = { seats, concertId, lastSeat: { desktop: numbers.at(-1), phone: numbers.at(-2) } };
        for (const device of flags.devices.split(",")) {
            const result = await measure(browser, server.url, hall, date, device, ++number);
            results.push(result);
            row(result);
        }
    }
} finally {
    await browser.close();
    server.stop();
}

if (flags.json) writeFileSync(flags.json, JSON.stringify(results, null, 1));

// What the stories share: a server each, browsers with empty profiles, and a watch for what no page may do.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const binary = process.env.BOXOFFICE_SERVER ?? join(root, "build/examples/examples/boxoffice_server");
const screenshots = resolve(process.env.SCREENSHOTS ?? join(root, "build/screenshots"));
mkdirSync(screenshots, { recursive: true });

export const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
console.log(`seed ${seed} (repeat with SEED=${seed})`);

/** Numbers from 0 to below `end`, the same for the same seed. */
export function randomNumbers() {
    let state = seed;
    return (end) => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
        return (state >>> 8) % end;
    };
}

export const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
/** The width of most phones of today; and in the colours of the night. */
export const tallPhone = { ...phone, viewport: { width: 390, height: 844 } };
export const nightPhone = { ...tallPhone, colorScheme: "dark" };
export const desktop = { viewport: { width: 1280, height: 860 } };
export const korean = { locale: "ko-KR" };
export const english = { locale: "en-US" };

let browser;
before(async () => {
    browser = await chromium.launch({
        executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
        args: [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    });
});
after(() => browser?.close());

/** Starts a server on a free port; {url, stop}. */
export async function startServer(flags = [], port = 0) {
    const kept = flags.includes("--db") ? [] : ["--db", ":memory:"];
    const child = spawn(binary, ["--port", String(port), "--demo", ...kept, ...flags.map(String)], {
        stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    const url = await new Promise((found, failed) => {
        child.stdout.on("data", (data) => {
            said += data;
            const listening = /^listening on (http:\S+)\n/.exec(said);
            if (listening) found(listening[1]);
        });
        child.stderr.on("data", (data) => {
            said += data;
        });
        child.on("error", failed);
        child.on("exit", (code) => failed(new Error(`the server ended with ${code}: ${said}`)));
    });
    const ended = new Promise((done) => {
        child.on("exit", done);
    });
    return {
        url,
        async stop(signal = "SIGTERM") {
            child.kill(signal);
            await ended;
        },
    };
}

/** Asks the API directly, as another program would; the answer's members, and its status as `http`. */
export async function api(url, method, path, body, headers = {}) {
    const response = await fetch(url + path, {
        method,
        headers: { "Content-Type": "application/json", ...headers },
        body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    return { ...(text === "" ? {} : JSON.parse(text)), http: response.status };
}

export const adminKey = "a-key-for-the-house-0123456789";

/** A server's flags where the house acts. */
export const housed = ["--admin-key", adminKey];

/** Of a server with those: the house acts. */
export async function house(url, method, path, body) {
    const answer = await api(url, method, `/api/admin/${path}`, body, { "X-Admin-Key": adminKey });
    assert.ok(answer.http < 300, `${method} ${path}: ${JSON.stringify(answer)}`);
    return answer;
}

/** The demo's concert that is sold four seats an order, with two types of ticket, and its terms as they are now. */
export async function concertWithTerms(url) {
    const date = (await api(url, "GET", "/api/concert/date")).dates[1];
    const map = await api(url, "GET", `/api/concert/map?date=${date}`);
    const path = `concerts/${map.concertId}`;
    return {
        date,
        path,
        concertId: map.concertId,
        types: Object.fromEntries(map.types.map(({ name, type }) => [name, type])),
        async setTerms(terms) {
            const { sale } = await house(url, "GET", path);
            return house(url, "PUT", `${path}/sale`, { version: sale.version, ...terms });
        },
        /** The same price in all categories: {일반: 100, 어린이: 50}. */
        async setPrices(prices) {
            const { sale, categories } = await house(url, "GET", path);
            const rows = categories.flatMap(({ category }) =>
                Object.entries(prices).map(([name, price]) => ({ category, type: this.types[name], price })),
            );
            return house(url, "PUT", `${path}/tariff`, { version: sale.version, rows });
        },
        /** Somebody without a page takes seats; answers with their token beside what was held. */
        async take(userId, seatNumbers) {
            const { token } = await api(url, "POST", "/api/token", { userId });
            const held = await api(url, "POST", "/api/reservations", { userId, date, seatNumbers, token });
            return { ...held, token };
        },
    };
}

/** Watches a page for what it must never do. A refusal of the API is no fault, though the browser logs an error. */
function watch(page, url, problems) {
    page.on("pageerror", (error) => problems.push(`uncaught: ${error.stack}`));
    page.on("request", (request) => {
        if (!request.url().startsWith(`${url}/`)) problems.push(`request elsewhere: ${request.url()}`);
    });
    page.on("console", (message) => {
        if (message.type() !== "error" && message.type() !== "warning") return;
        const of = message.location().url ?? "";
        if (/^Failed to load resource/.test(message.text()) && of.startsWith(`${url}/api/`)) return;
        problems.push(`console: ${message.text()} (${of})`);
    });
}

/** One person at one device. */
class Person {
    constructor(page, url, name) {
        Object.assign(this, { page, url, name });
    }

    open() {
        return this.page.goto(`${this.url}/`);
    }
    reload() {
        return this.page.reload();
    }
    see(selector, options) {
        return this.page.locator(selector).first().waitFor(options);
    }
    text(selector) {
        return this.page.locator(selector).first().innerText();
    }

    /** What is said to screen readers, since the page was loaded: not for how long it is there, which a busy machine may miss. */
    hears(words, { urgent = false } = {}) {
        return this.page.waitForFunction(
            ([region, part]) => globalThis.heard.some((said) => said.startsWith(`${region}: `) && said.includes(part)),
            [urgent ? "urgent" : "polite", words],
        );
    }

    /**
     * Waits until the hall rests: nothing of it has changed or moved for 400 ms, in which the page drew at least 12 times. A fixed time
     * would be over on a busy machine before the first picture of a movement. One that does not rest within 15 s fails the test.
     */
    rests() {
        return this.page.evaluate(
            () =>
                new Promise((done, fail) => {
                    let [frame, place, since, drawn] = [null, "", 0, 0];
                    let hasChanged = false;
                    const watching = new MutationObserver(() => (hasChanged = true));
                    const late = setTimeout(() => fail(new Error(`the hall does not rest: it is at ${place}`)), 15_000);
                    const look = (now) => {
                        const there = document.querySelector(".hall_frame"); // another one, where the page is made anew
                        const { x, y, width, height } = there?.getBoundingClientRect() ?? {};
                        const at = [x, y, width, height].join();
                        if (there !== frame) {
                            watching.disconnect();
                            if (there) watching.observe(there, { subtree: true, childList: true, attributes: true });
                        }
                        if (hasChanged || there !== frame || at !== place || since === 0)
                            [frame, place, since, drawn, hasChanged] = [there, at, now, 0, false];
                        if (++drawn > 12 && now - since >= 400) {
                            watching.disconnect();
                            clearTimeout(late);
                            done();
                        } else {
                            requestAnimationFrame(look);
                        }
                    };
                    requestAnimationFrame(look);
                }),
        );
    }

    async join(user) {
        await this.page.fill("#user_id", user);
        await this.page.click("form .primary");
    }

    async chooseDate(index = 0) {
        await this.page.locator(".day").nth(index).click();
        await this.see('.seat[tabindex="0"]');
    }

    seat(number) {
        return this.page.locator(`.hall .seat[data-number="${number}"]`);
    }

    async pick(number) {
        await this.seat(number).click();
        await this.page.click(".picked .primary");
    }

    /** From the first page to the seats. */
    async toSeats(user, index = 0) {
        await this.open();
        await this.join(user);
        await this.chooseDate(index);
    }

    /** Chooses several seats, where an order may have them. */
    async gather(...numbers) {
        for (const number of numbers) {
            await this.seat(number).click();
            await this.see(`.hall .seat[data-number="${number}"][aria-pressed="true"]`);
        }
    }

    /** From the first page to the checkout, with several seats of the concert with terms. */
    async toOrder(user, ...numbers) {
        await this.toSeats(user, 1);
        await this.gather(...numbers);
        await this.page.click(".picked .primary");
        await this.see(".checkout");
    }

    /** The seats that are chosen, as the map and the list beside it say; they must agree. */
    async gathered() {
        await this.rests(); // only then has the map a button for each seat in the frame
        const [onMap, inList] = await this.page.evaluate(() => [
            [...document.querySelectorAll('.hall .seat[aria-pressed="true"]')].map((node) => node.dataset.number),
            [...document.querySelectorAll(".picks li")].map((node) => node.dataset.number),
        ]);
        assert.deepEqual([...onMap].sort(), [...inList].sort(), "map and list agree");
        return inList;
    }

    /** What the page asks the map for gets no answer until the function that this returns is called. */
    async freezeMap() {
        let thaw;
        const thawed = new Promise((done) => {
            thaw = done;
        });
        const pattern = "**/api/concert/states**";
        await this.page.route(pattern, async (route) => {
            await thawed;
            await route.continue().catch(() => {}); // the page may have given up
        });
        return async () => {
            thaw();
            await this.page.unroute(pattern);
        };
    }

    async toCheckout(user, number) {
        await this.toSeats(user);
        await this.pick(number);
        await this.see(".checkout");
    }

    async recharge(amount) {
        if (amount !== undefined) await this.page.fill("#amount", String(amount));
        await this.page.click(".amount_line button");
        await this.see(".done:not(:empty)");
    }

    pay() {
        return this.page.click(".actions .wide");
    }

    token() {
        return this.page.evaluate(() => JSON.parse(localStorage.getItem("boxoffice.session")).token);
    }

    async balance() {
        const { userId, token } = await this.page.evaluate(() => JSON.parse(localStorage.getItem("boxoffice.session")));
        const answer = await api(this.url, "GET", `/api/balance?userId=${userId}`, undefined, {
            Authorization: `Bearer ${token}`,
        });
        return answer.currentBalance;
    }

    /** Kept as test output, under the story's name. */
    async shot(step) {
        await this.page.evaluate(() =>
            Promise.allSettled(document.getAnimations().map((animation) => animation.finished)),
        );
        await this.page.screenshot({ path: join(screenshots, `${this.name}-${step}.png`), animations: "disabled" });
    }
}

/**
 * A test with a server started with `flags`; `open(options, label, at)` gives persons, each at a browser of their own, who
 * see the page at another address where the server is behind a proxy.
 */
export function story(name, flags, tell, { mayFail = [] } = {}) {
    test(name, { timeout: 120_000 }, async () => {
        const server = await startServer(flags);
        const problems = [];
        const contexts = [];
        const stops = [() => server.stop()];
        const open = async (options = {}, label = name.replaceAll(/[^a-z0-9]+/gi, "_"), at = server.url) => {
            const context = await browser.newContext({ ...desktop, ...korean, ...options });
            contexts.push(context);
            await context.addInitScript(() => {
                addEventListener("securitypolicyviolation", (event) =>
                    console.error(`CSP: ${event.violatedDirective}`),
                );
                globalThis.heard = []; // what came into a live region and was still there when a screen reader had time for it
                const hear = (region, node) => {
                    if (node.isConnected) globalThis.heard.push(`${region}: ${node.textContent}`);
                };
                new MutationObserver((changes) => {
                    for (const { target, addedNodes } of changes)
                        if (["polite", "urgent"].includes(target.id))
                            for (const node of addedNodes) setTimeout(hear, 300, target.id, node);
                }).observe(document, { childList: true, subtree: true });
            });
            const page = await context.newPage();
            page.setDefaultTimeout(15_000);
            watch(page, at, problems);
            return new Person(page, at, label);
        };
        try {
            await tell({ open, server, url: server.url, later: (stop) => stops.push(stop) });
            const unexpected = problems.filter((problem) => !mayFail.some((pattern) => pattern.test(problem)));
            assert.deepEqual(unexpected, []);
        } catch (error) {
            for (const [index, context] of contexts.entries())
                for (const page of context.pages())
                    await page.screenshot({ path: join(screenshots, `failed-${index}.png`) }).catch(() => {});
            throw error;
        } finally {
            for (const context of contexts) await context.close();
            for (const stop of stops) await stop();
        }
    });
}

/** The hall that the on-sale example ships: 1,248 seats with coordinates, and its prices. */
export function hall() {
    const plan = JSON.parse(readFileSync(join(root, "examples/data/hall.json"), "utf8"));
    const lines = readFileSync(join(root, "examples/data/prices.csv"), "utf8").trim().split("\n").slice(1);
    return {
        plan,
        prices: Object.fromEntries(lines.map((line) => line.split(",")).map(([name, price]) => [name, Number(price)])),
    };
}

/** Asserts that everything that can be used has a name and that the page does not scroll sideways. */
export async function assertUsable(person, where) {
    const found = await person.page.evaluate(() => {
        const nameOf = (node) =>
            (node.getAttribute("aria-label") ?? "") ||
            [...(node.labels ?? [])].map((label) => label.textContent).join("") ||
            node.textContent.trim();
        const visible = (node) => node.getClientRects().length > 0;
        const controls = [...document.querySelectorAll('button, input, select, a, progress, summary, [role="button"]')].filter(
            visible,
        );
        const small = controls
            .filter((node) => !node.closest(".hall") && !node.classList.contains("skip"))
            .filter((node) => ["BUTTON", "INPUT", "SELECT"].includes(node.tagName) && node.getBoundingClientRect().height < 40);
        return {
            nameless: controls.filter((node) => nameOf(node) === "").map((node) => node.outerHTML),
            small: small.map((node) => node.outerHTML),
            headings: document.querySelectorAll("h1").length,
            lang: document.documentElement.lang,
            ids: [...document.querySelectorAll("[id]")]
                .map((node) => node.id)
                .filter((id, i, all) => all.indexOf(id) !== i),
            dangling: [...document.querySelectorAll("[aria-describedby]")]
                .flatMap((node) => node.getAttribute("aria-describedby").split(" "))
                .filter((id) => !document.getElementById(id)),
            sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        };
    });
    assert.deepEqual(found.nameless, [], `${where}: every control has a name`);
    assert.deepEqual(found.small, [], `${where}: a finger can hit every control`);
    assert.deepEqual(found.ids, [], `${where}: ids are unique`);
    assert.deepEqual(found.dangling, [], `${where}: descriptions exist`);
    assert.equal(found.headings, 1, `${where}: one main heading`);
    assert.equal(found.sideways, 0, `${where}: no scrolling sideways`);
    return found;
}

/** Asserts that words stand out from what is behind them: 4.5 to 1, or 3 to 1 where they are large. */
export async function assertReadable(person, where) {
    const faint = await person.page.evaluate(async () => {
        await Promise.allSettled(document.getAnimations().map((animation) => animation.finished));
        const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
        const lightness = (colour) => {
            const [r, g, b] = colour.map((part) => {
                const share = part / 255;
                return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
            });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const behind = (node) => {
            for (let at = node; at; at = at.parentElement) {
                const [r, g, b, alpha = 1] = numbers(getComputedStyle(at).backgroundColor);
                if (alpha > 0.99) return [r, g, b];
            }
            return [255, 255, 255];
        };
        return [...document.querySelectorAll("main *, header *")]
            .filter((node) => node instanceof HTMLElement && !node.closest("svg") && node.getClientRects().length > 0)
            .filter((node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim() !== ""))
            .filter((node) => !node.matches(":disabled, .unseen, .unseen *, .skip"))
            .map((node) => {
                const style = getComputedStyle(node);
                const [a, b] = [numbers(style.color).slice(0, 3), behind(node)].map(lightness).sort((x, y) => y - x);
                const size = Number.parseFloat(style.fontSize);
                const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
                return { text: node.textContent.trim().slice(0, 40), ratio: (a + 0.05) / (b + 0.05), least: isLarge ? 3 : 4.5 };
            })
            .filter(({ ratio, least }) => ratio < least);
    });
    assert.deepEqual(faint, [], `${where}: every word can be read`);
}

/** Asserts that what has the focus shows it. */
export async function assertFocusVisible(person, where) {
    const shown = await person.page.evaluate(() => {
        const node = document.activeElement;
        const style = getComputedStyle(node.querySelector(".hit") ?? node);
        return {
            tag: node.tagName,
            visible: node.matches(":focus-visible"),
            ring:
                style.outlineStyle !== "none" || (style.stroke !== "none" && Number.parseFloat(style.strokeWidth) >= 3),
        };
    });
    assert.deepEqual(
        { visible: shown.visible, ring: shown.ring },
        { visible: true, ring: true },
        `${where}: ${shown.tag} shows that it has the focus`,
    );
}

// What axe-core finds on each step, in both themes: nothing.

import assert from "node:assert/strict";
import axe from "axe-core";
import { desktop, english, nightPhone, story } from "./support.mjs";

async function assertAccessible(person, where) {
    await person.page.evaluate(axe.source);
    const found = await person.page.evaluate(async () => {
        await Promise.allSettled(document.getAnimations().map((animation) => animation.finished));
        const { violations } = await globalThis.axe.run(document, {
            runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
        });
        return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(" | ")}`);
    });
    assert.deepEqual(found, [], `${where}: nothing that axe-core minds`);
}

for (const [label, device] of [
    ["axe_desktop", desktop],
    ["axe_phone_dark", nightPhone],
])
    story(`${label}: every step is accessible`, [], async ({ open }) => {
        const person = await open({ ...device, ...english }, label);
        await person.open();
        await person.see("#user_id");
        await assertAccessible(person, "user");
        await person.join("user-1");
        await person.see(".day");
        const cards = await person.page.locator(".day").allInnerTexts();
        assert.match(cards[0], /^\w+day\n\w+ \d+\n.*Spring Night Jazz\nfrom 100 points\n50 left$/);
        assert.match(cards[1], /Han River Orchestra\nBegins 7:00 PM .*\nfrom 100 points\n50 left$/);
        await assertAccessible(person, "dates");
        await person.shot("1_dates");
        await person.chooseDate(1);
        await person.gather("1", "2");
        await assertAccessible(person, "seats");
        await person.page.locator(".seat_list summary").click();
        await assertAccessible(person, "seats with the list");
        await person.page.click(".picked .primary");
        await person.see(".checkout");
        await person.page.locator(".short:not(:empty)").waitFor();
        await assertAccessible(person, "checkout");
        await person.shot("2_checkout");
        const pay = await person.page.locator(".actions .wide").boundingBox();
        if (device === desktop) assert.ok(pay.y + pay.height <= 860, `paying is in sight: it ends at ${pay.y + pay.height}`);
        await person.pay();
        await person.see(".ticket");
        await assertAccessible(person, "ticket");
    });

// The five minutes that are left were told in the moment in which a seat was chosen, and nobody heard of the seat.
story("what is said in one moment is all read, and the same words again", [], async ({ open }) => {
    const person = await open(english, "said");
    await person.open();
    await person.see("#user_id");
    const heard = await person.page.evaluate(async () => {
        const { announce } = await import("/dom.js");
        const before = globalThis.heard.length;
        announce("a seat");
        announce("five minutes");
        announce("five minutes");
        announce("stop", { urgent: true });
        await new Promise((done) => setTimeout(done, 500));
        return globalThis.heard.slice(before);
    });
    assert.deepEqual(heard.sort(), ["polite: a seat", "polite: five minutes", "polite: five minutes", "urgent: stop"]);
});

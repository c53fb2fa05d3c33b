// Two ways into the line: as somebody new, and again after a place has run out.

import { bookings } from "./bookings.js";
import { h, notice } from "./dom.js";
import { lastUser } from "./session.js";
import { refusalText, texts } from "./texts.js";

/** Shows why joining was refused; a full line is tried again by itself after the time that the server asked for. */
function joining(app, button, refused) {
    let timer = 0;
    const stop = () => {
        clearInterval(timer);
        timer = 0;
    };
    async function join(userId) {
        stop();
        refused.clear();
        const answer = await app.join(userId);
        if (!answer || !button.isConnected) return; // joined, or on another step by now
        if (answer.code !== "queue_full") {
            refused.show(refusalText(answer));
            return;
        }
        const t = texts().user;
        let seconds = Math.ceil(Math.max(2_000, answer.retryAfter) / 1000 + Math.random() * 2);
        // Spoken once; the seconds that follow are for the eye.
        const words = h("span", { "aria-hidden": "true" });
        refused.show(
            t.full,
            words,
            h(
                "button",
                {
                    type: "button",
                    class: "quiet",
                    onclick: () => {
                        stop();
                        refused.clear();
                    },
                },
                t.stop,
            ),
        );
        const tick = () => {
            words.textContent = t.fullRetry(seconds);
            if (seconds-- <= 0) join(userId);
        };
        tick();
        timer = setInterval(tick, 1000);
    }
    return { join, stop };
}

export function userView(app) {
    const t = texts().user;
    const refused = notice();
    refused.node.id = "join_refused";
    const input = h("input", {
        id: "user_id",
        name: "userId",
        autocomplete: "username",
        autocapitalize: "none",
        spellcheck: "false",
        required: true,
        value: app.facts.typedUser ?? lastUser() ?? "user-1",
        "aria-describedby": "user_hint join_refused",
    });
    const button = h("button", { type: "submit", class: "primary wide" }, t.start);
    const line = joining(app, button, refused);
    const submit = (event) => {
        event.preventDefault();
        const userId = input.value.trim();
        if (userId === "") {
            refused.show(t.needed);
            input.focus();
            return;
        }
        line.join(userId);
    };
    input.addEventListener("input", () => {
        app.facts.typedUser = input.value;
    });

    const node = h(
        "section",
        { class: "step welcome" },
        h(
            "div",
            { class: "card" },
            h("h1", { tabindex: -1 }, t.heading),
            h("p", { class: "lead" }, t.lead),
            app.facts.note && h("p", { class: "note", role: "status" }, app.facts.note(texts())),
            h(
                "form",
                { novalidate: true, onsubmit: submit },
                h("label", { for: "user_id" }, t.label),
                input,
                h("p", { class: "hint", id: "user_hint" }, t.hint),
                button,
                refused.node,
            ),
        ),
        h(
            "ul",
            { class: "promises" },
            t.points.map(([title, text]) => h("li", {}, h("strong", {}, title), h("span", {}, text))),
        ),
    );
    return {
        node,
        update({ working }) {
            button.textContent = working?.kind === "join" ? texts().working.join : t.start;
            button.toggleAttribute("disabled", Boolean(working));
        },
        close: line.stop,
    };
}

/** A place that ran out: the person is known, and joins again with one press. */
export function endedView(app) {
    const t = texts();
    const refused = notice();
    const button = h("button", { type: "button", class: "primary wide" }, t.ended.again);
    const line = joining(app, button, refused);
    const mine = bookings(app);
    button.addEventListener("click", () => line.join(app.facts.session.userId));
    const node = h(
        "section",
        { class: "step" },
        h(
            "div",
            { class: "card" },
            h("h1", { tabindex: -1 }, t.ended.headingLine),
            app.facts.note && h("p", { class: "note", role: "status" }, app.facts.note(t)),
            h("p", { class: "lead" }, t.ended.text),
            button,
            refused.node,
        ),
        mine.node,
    );
    return {
        node,
        update({ working }) {
            mine.update();
            button.textContent = working?.kind === "join" ? t.working.join : t.ended.again;
            button.toggleAttribute("disabled", Boolean(working));
        },
        close: line.stop,
    };
}

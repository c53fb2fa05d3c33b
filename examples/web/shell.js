// What stands around every step: the language, the progress, who is buying, how long the turn lasts, the way out.

import { clockText, countDown } from "./clock.js";
import { announce, ask, h, say } from "./dom.js";
import { stageOf } from "./steps.js";
import { otherLanguage, switchLanguage, texts } from "./texts.js";

export function shell(app) {
    const top = document.getElementById("top");
    const trouble = document.getElementById("trouble");
    const skip = document.getElementById("skip");
    let stages, strip, name, time, clock, quit;
    let stopClock = () => {};
    let counted = null;

    function build() {
        const t = texts();
        skip.textContent = t.skip;
        stages = t.stages.map((stage) => h("li", {}, h("span", {}, stage)));
        name = h("span", { class: "who" });
        clock = h("strong", { class: "clock" });
        time = h("span", { class: "turn_left", hidden: true }, `${t.turnLeft} `, clock);
        quit = h("button", { type: "button", class: "link" });
        quit.addEventListener("click", leave);
        strip = h("div", { class: "strip", hidden: true }, name, time, quit);
        const language = h(
            "button",
            {
                type: "button",
                class: "language",
                lang: otherLanguage(),
                "aria-label": t.otherLanguageLabel,
                onclick() {
                    switchLanguage();
                    build();
                    app.redraw();
                    top.querySelector(".language").focus();
                },
            },
            t.otherLanguage,
        );
        top.replaceChildren(
            h("div", { class: "bar" }, h("span", { class: "brand" }, t.title), language),
            h("ol", { class: "stages", "aria-label": t.stagesLabel }, stages),
            strip,
        );
        stopClock();
        counted = null;
    }

    const phaseOf = (step) => (step === "line" ? "line" : step === "ticket" || step === "ended" ? "done" : "turn");

    async function leave() {
        const phase = phaseOf(app.step());
        if (phase === "done") return app.forget();
        const t = texts().quitQuestion;
        const [title, text] = t[phase];
        if (await ask({ title, text, yes: t.yes, no: t.no })) await app.leave();
        return undefined;
    }

    function countTurn(deadline) {
        if (deadline === counted) return;
        stopClock();
        counted = deadline;
        time.hidden = deadline === null;
        if (deadline === null) return;
        stopClock = countDown(deadline, {
            show: (milliseconds) => say(clock, clockText(milliseconds)),
            speak: (seconds) => announce(`${texts().turnLeft} ${texts().inWords(seconds)}`, { urgent: seconds <= 30 }),
        });
    }

    return {
        build,
        update(facts, step) {
            const stage = stageOf(step);
            stages.forEach((node, index) => {
                node.classList.toggle("passed", index < stage);
                if (index === stage) node.setAttribute("aria-current", "step");
                else node.removeAttribute("aria-current");
            });
            strip.hidden = !facts.session;
            if (!facts.session) return countTurn(null);
            say(name, texts().who(facts.session.userId));
            say(quit, texts().quit[phaseOf(step)]);
            quit.toggleAttribute("disabled", Boolean(facts.working));
            const choosing = ["dates", "concerts", "seats"].includes(step) && facts.place?.isTurn;
            return countTurn(choosing ? facts.place.expirationTime : null);
        },
        trouble: (kind) => say(trouble, kind === null ? "" : texts().trouble[kind]),
    };
}

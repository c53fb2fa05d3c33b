// Fields, buttons that wait for an answer, tables.

import { announce, h, notice } from "../dom.js";
import { NoAnswer } from "../api.js";
import { refusal } from "./texts.js";

let fields = 0;

/** A label with its input; `.value`. */
export function field(label, attributes = {}) {
    const id = `field_${++fields}`;
    const isNumber = attributes.type === "number";
    const isChecked = isNumber || attributes.type === "datetime-local";
    const input = h("input", { id, autocomplete: "off", required: isNumber, step: isNumber ? 1 : null, "data-checked": isChecked ? "" : null, ...attributes });
    return { input, node: h("div", { class: "field" }, h("label", { for: id }, label), input) };
}

/** Asks, and gives an answer also where none came. */
export async function answered(run) {
    try {
        return await run();
    } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        return { ok: false, status: 0, code: "no_answer", data: null };
    }
}

/**
 * A button whose action asks the server: while it does, it cannot be pressed again; a refusal is shown in `said`, beside it.
 * `run` resolves to an answer, or to nothing where it thought better of it; `done` gets what was answered.
 */
export function action(label, said, run, done, attributes = {}) {
    const button = h("button", { type: "button", ...attributes }, label);
    button.addEventListener("click", async () => {
        if (button.disabled) return;
        // An emptied or half-typed field is no 0 and no "always": whoever pressed is led to it.
        const wrong = [...(button.closest(".card") ?? button).querySelectorAll("input")].find((one) => one.dataset.checked !== undefined && !one.checkValidity());
        if (wrong) return void wrong.reportValidity();
        button.disabled = true;
        said.clear();
        try {
            const answer = await answered(run);
            if (!answer) return;
            if (!answer.ok) return said.show(refusal(answer));
            const words = await done(answer.data);
            if (words) {
                said.tell(words);
                announce(words);
            }
        } finally {
            button.disabled = false;
        }
    });
    return button;
}

/** A table that scrolls by itself where it is too wide; cells are nodes or text, `numbers` the columns that are. */
export function table(caption, heads, rows, numbers = []) {
    const cell = (tag, value, index) => h(tag, { class: numbers.includes(index) ? "number" : null, scope: tag === "th" ? "col" : null }, value);
    return h(
        "div",
        { class: "table", role: "region", "aria-label": caption, tabindex: "0" },
        h(
            "table",
            {},
            h("caption", { class: "unseen" }, caption),
            h("thead", {}, h("tr", {}, heads.map((head, index) => cell("th", head, index)))),
            h("tbody", {}, rows.map((row) => h("tr", {}, row.map((value, index) => cell("td", value, index))))),
        ),
    );
}

/** A card with a heading. */
export function card(title, ...children) {
    const said = notice();
    return { said, node: h("section", { class: "card" }, h("h2", {}, title), children, said.node) };
}

// Building and announcing. Data reaches the page as text and attributes only, never as markup.

const svgSpace = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
        if (value === undefined || value === null || value === false) continue;
        if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
        else node.setAttribute(name, value === true ? "" : String(value));
    }
    node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
    return node;
}

/** An HTML element; attributes named on… are listeners, children are nodes or text. */
export function h(tag, attributes = {}, ...children) {
    return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function s(tag, attributes = {}, ...children) {
    return fill(document.createElementNS(svgSpace, tag), attributes, children);
}

/** Sets text only where it differs, so that screen readers and layout are left in peace. */
export function say(node, text) {
    if (node.textContent !== text) node.textContent = text;
}

const announcedFor = 10_000; // milliseconds: it has been read by then, and is not in the way of who walks through the page

/** Tells screen readers; urgent interrupts what they are reading. Each message is a node of its own: none takes another's place. */
export function announce(text, { urgent = false } = {}) {
    const message = h("p", {}, text);
    document.getElementById(urgent ? "urgent" : "polite").append(message);
    setTimeout(() => message.remove(), announcedFor);
}

/** A message at the place where something was refused; empty until show(). */
export function notice() {
    const node = h("div", { class: "notice", role: "alert" });
    return {
        node,
        show(text, ...actions) {
            node.replaceChildren(h("p", {}, text), ...actions);
            node.classList.add("shown");
            node.classList.remove("calm");
        },
        /** The same for what is no refusal: it takes longer. */
        tell(text) {
            if (node.textContent === text) return;
            this.show(text);
            node.classList.add("calm");
        },
        /** Is there a refusal that somebody should see? */
        isShown: () => node.classList.contains("shown") && !node.classList.contains("calm"),
        clear() {
            node.replaceChildren();
            node.classList.remove("shown");
        },
    };
}

/** Asks before something that cannot be undone; resolves to true if the person goes on. */
export function ask({ title, text, yes, no }) {
    const dialog = document.getElementById("question");
    return new Promise((resolve) => {
        const end = (answer) => () => {
            dialog.close(answer);
        };
        dialog.returnValue = "";
        dialog.replaceChildren(
            h("h2", { id: "question_title" }, title),
            h("p", {}, text),
            h(
                "div",
                { class: "buttons" },
                h("button", { type: "button", class: "quiet", autofocus: true, onclick: end("no") }, no),
                h("button", { type: "button", class: "danger", onclick: end("yes") }, yes),
            ),
        );
        dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
        dialog.showModal();
    });
}

/** Hands a file, of text or bytes, to whoever has the page open. */
export function handOver(name, kind, content) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type: kind }));
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

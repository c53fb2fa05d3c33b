// The colours of the drawing, as the style sheets and the device's theme have them.

const names = [
    "paper", "card", "ink", "soft", "line", "accent", "tint", "good", "taken", "taken-mark",
    ...[0, 1, 2, 3, 4].flatMap((tier) => [`tier-${tier}`, `tier-${tier}-tint`]),
];

/** {card, ink, …, tiers: [{full, tint}], font, words(colour) → the 32 bits of a pixel}. */
export function coloursOf(node) {
    const style = getComputedStyle(node);
    const read = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
    const bits = new Map();
    const isLittle = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;
    return {
        ...read,
        takenMark: read["taken-mark"],
        tiers: [0, 1, 2, 3, 4].map((tier) => ({ full: read[`tier-${tier}`], tint: read[`tier-${tier}-tint`] })),
        font: style.fontFamily,
        /** "#rrggbb" as the word that an image's data has for it. */
        word(colour) {
            if (!bits.has(colour)) {
                const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
                bits.set(colour, (isLittle ? (255 << 24) | (b << 16) | (g << 8) | r : (r << 24) | (g << 16) | (b << 8) | 255) >>> 0);
            }
            return bits.get(colour);
        },
    };
}

/** Calls back when the theme changes; returns a function that stops that. */
export function onThemeChange(listener) {
    const themes = [matchMedia("(prefers-color-scheme: dark)"), matchMedia("(forced-colors: active)")];
    for (const theme of themes) theme.addEventListener("change", listener);
    return () => {
        for (const theme of themes) theme.removeEventListener("change", listener);
    };
}

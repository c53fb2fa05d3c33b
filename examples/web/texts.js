// The language in use. Korean, unless the browser asks for another or the person has chosen.

import { language, saveLanguage } from "./session.js";
import { en } from "./texts_en.js";
import { ko } from "./texts_ko.js";

const all = { ko, en };

function initial() {
    const chosen = language();
    if (chosen in all) return chosen;
    return (navigator.language ?? "ko").toLowerCase().startsWith("ko") ? "ko" : "en";
}

let current = initial();
document.documentElement.lang = current;

/** The texts of the language in use. Ask anew each time: it can change. */
export const texts = () => all[current];

export function switchLanguage() {
    current = current === "ko" ? "en" : "ko";
    saveLanguage(current);
    document.documentElement.lang = current;
}

export const otherLanguage = () => (current === "ko" ? "en" : "ko");

/** A refused answer in words. */
export const refusalText = (answer) => texts().refusals[answer.code] ?? texts().unknownRefusal(answer);

/** A date of the API, "2026-12-24", as a Date at midnight UTC. */
export const dateOf = (day) => new Date(`${day}T00:00:00Z`);

/**
 * When a concert is, in words: its day, and where it is told the time at which it begins, for who reads this where they are; with
 * the day of that where it is another than the venue's.
 */
export function whenOf({ date, startsAt = null }, form = "full") {
    const t = texts().dates;
    const day = t[form](dateOf(date));
    if (startsAt === null) return day;
    const begins = new Date(startsAt);
    const here = new Date(begins.getTime() - begins.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
    return t.begins(day, here === date ? t.time(begins) : texts().sale.time(begins));
}

/** What people call a seat, of the map or of a reservation: never by the number that names it, or a part of that. */
export const seatName = ({ section, row, label }) => texts().seats.name({ section, row, label });

/** Several of them, as one says them in a sentence. */
export const seatNames = (rows) => texts().seats.names(rows.map(seatName));

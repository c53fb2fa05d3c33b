// A concert as a calendar entry (RFC 5545): for phones and desks alike; pure.

const escape = (text) => text.replaceAll("\\", "\\\\").replaceAll(";", "\\;").replaceAll(",", "\\,").replaceAll(/\r\n|[\r\n]/g, "\\n");
const compact = (text) => `${text.slice(0, 19).replaceAll(/[-:]/g, "")}Z`; // 2026-12-24T19:30:00.000Z

/** Lines are at most 75 bytes, and go on behind a blank; no character is cut. */
function folded(line) {
    const bytes = (text) => new TextEncoder().encode(text).length;
    const parts = [""];
    for (const character of line) {
        if (bytes(parts.at(-1)) + bytes(character) > (parts.length === 1 ? 75 : 74)) parts.push("");
        parts[parts.length - 1] += character;
    }
    return parts.join("\r\n ");
}

/** Where it is not told when the concert begins, the entry is of the whole day. `now` is when the file is made, as the API writes times. */
export function calendarFile({ orderId, title, date, startsAt = null, details }, now) {
    const start =
        startsAt === null ? `DTSTART;VALUE=DATE:${date.replaceAll("-", "")}` : `DTSTART:${compact(startsAt)}`;
    return [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//boxoffice//ticket//EN",
        "BEGIN:VEVENT",
        `UID:${orderId}@boxoffice`,
        `DTSTAMP:${compact(now)}`,
        start,
        `SUMMARY:${escape(title)}`,
        `DESCRIPTION:${escape(details)}`,
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
        .map(folded)
        .join("\r\n");
}

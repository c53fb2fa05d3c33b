// Which step a person is at. Pure: it follows from what the server says of the token, and from what was chosen.
//
//     user → line → dates (→ concerts) → seats → checkout → ticket
//
// `ended` stands where a place in line ran out; from it, and from the ticket, one joins again.

/**
 * facts: {session, ended, place, hold, tickets, choice, concerts}
 * ended: why the token's place is over (a code of the API), or null; place: the last answer of peek while it lives.
 */
export function nextStep({ session, ended, place, hold, tickets, choice, concerts }) {
    if (!session) return "user";
    if (ended === "token_completed" && tickets.length > 0) return "ticket";
    if (ended) return "ended";
    if (!place) return "loading";
    if (!place.isTurn) return "line";
    if (hold) return "checkout";
    if (!choice) return "dates";
    if (!choice.concertId && concerts) return "concerts";
    return "seats";
}

/** The steps as a person counts them: the index into the progress at the top of the page, or -1. */
export function stageOf(step) {
    return { line: 0, dates: 1, concerts: 1, seats: 1, checkout: 2, ticket: 3 }[step] ?? -1;
}

const frontOfLine = 20; // people; so few may ask more often than the server says, for a turn is near
const frontAsksEvery = 2_500;

/** How long until the server is asked again, in milliseconds; null: not by itself. `chance` is from 0 to 1. */
export function nextAskIn(step, place, chance = Math.random()) {
    const told = place?.nextPollMs ?? 3_000;
    if (step === "line") {
        const most = place.ahead < frontOfLine ? frontAsksEvery * (0.8 + 0.4 * chance) : told;
        return Math.max(250, Math.min(told, most));
    }
    if (step === "loading") return 1_000;
    if (step === "user" || step === "ended" || step === "ticket") return null;
    return Math.min(20_000, Math.max(3_000, told));
}

/** Of the way from joining to one's turn, 0 to 1. */
export function progressOf(ahead, aheadAtJoin) {
    const whole = Math.max(ahead, aheadAtJoin ?? ahead) + 1;
    return (whole - (ahead + 1)) / whole;
}

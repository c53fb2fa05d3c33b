// English. The same names as texts_ko.js.

const seatName = ({ section, row, label }) =>
    [section, row && `row ${row}`, `seat ${label}`]
        .filter(Boolean)
        .join(", ")
        .replace(/^./, (c) => c.toUpperCase());

const people = (count) => `${count.toLocaleString("en")} ${count === 1 ? "person" : "people"}`;

export const en = {
    title: "Concert tickets",
    skip: "Skip to the content",
    otherLanguage: "한국어",
    otherLanguageLabel: "한국어로 바꾸기",
    stages: ["Line", "Seat", "Pay", "Ticket"],
    stagesLabel: "Steps",
    loading: "Loading…",
    resuming: "Picking up where you left off…",
    retryNow: "Try again now",
    cancel: "Cancel",
    points: (n) => `${n.toLocaleString("en")} ${n === 1 ? "point" : "points"}`,
    inWords: (seconds) => {
        const minutes = Math.floor(seconds / 60);
        const parts = [
            minutes && `${minutes} minute${minutes === 1 ? "" : "s"}`,
            seconds % 60 && `${seconds % 60} seconds`,
        ];
        return parts.filter(Boolean).join(" ");
    },
    trouble: {
        network: "The connection is lost. Reconnecting…",
        busy: "The server is very busy. We will try again by ourselves in a moment…",
        server: "The server has a problem. Trying again…",
    },
    working: {
        join: "Joining the line…",
        hold: "Holding your seat…",
        recharge: "Adding points…",
        pay: "Paying…",
        release: "Letting the seat go…",
        releaseOne: "Letting the seat go…",
        cancel: "Cancelling…",
    },
    unsure: {
        hold: "Finding out whether you have the seat. It is the same request again, so it counts once.",
        recharge: "Finding out whether the points arrived. It is the same request again, so it counts once.",
        pay: "Finding out whether the payment went through. It is the same request again, so you pay once.",
        cancel: "Finding out whether it was cancelled. It is the same request again, so it counts once.",
    },

    user: {
        heading: "Get your seat",
        lead: "First you join the line. When it is your turn, you choose a seat.",
        label: "User ID",
        hint: "This demo knows user-1 to user-100. A real service would ask you to sign in here.",
        start: "Join the line",
        needed: "Please enter a user ID.",
        full: "The line is full.",
        fullRetry: (seconds) => `We will try again by ourselves in ${seconds} s.`,
        stop: "Stop trying",
        points: [
            ["First come, first served", "Reload, or open another device: your place stays the same."],
            ["Your seat waits for you", "Pay in time and it is yours; otherwise it is free again."],
            ["Paid with points", "They leave your balance once, whatever the network does."],
        ],
    },
    who: (user) => user,
    quit: { line: "Leave the line", turn: "Give up my turn", done: "Someone else" },
    quitQuestion: {
        line: ["Leave the line?", "You lose your place; joining again puts you at the end."],
        turn: ["Give up your turn?", "Your turn ends, and a seat that you hold is free again."],
        yes: "Leave",
        no: "Stay",
    },
    turnLeft: "Time left",

    line: {
        heading: "You are in line",
        ahead: "Ahead of you",
        aheadCount: people,
        nextUp: "You are next",
        position: "Your number",
        wait: "Estimated wait",
        waitUnknown: "Not known yet",
        waitAbout: (seconds) =>
            seconds < 60
                ? "Under a minute"
                : seconds < 3_600
                  ? `About ${Math.round(seconds / 60)} min`
                  : `About ${Math.floor(seconds / 3_600)} h ${Math.round((seconds % 3_600) / 60)} min`,
        progress: "How far the line has moved",
        progressText: (percent, count) => `${percent} percent, ${people(count)} ahead`,
        keep:
            "Keep this page open and it moves on by itself. If you stay away for long after your turn comes, " +
            "it goes to the next person.",
        spoken: (count) => `${people(count)} ahead of you.`,
        titleAhead: (count) => `${count.toLocaleString("en")} ahead`,
        turn: "It is your turn. You can book now.",
        titleTurn: "It is your turn!",
    },

    dates: {
        heading: "When would you like to come?",
        none: "No date has a free seat right now. Dates appear here as soon as one does.",
        day: (date) => date.toLocaleDateString("en", { month: "long", day: "numeric", timeZone: "UTC" }),
        weekday: (date) => date.toLocaleDateString("en", { weekday: "long", timeZone: "UTC" }),
        short: (date) =>
            date.toLocaleDateString("en", { month: "short", day: "numeric", weekday: "short", timeZone: "UTC" }),
        full: (date) =>
            date.toLocaleDateString("en", {
                year: "numeric",
                month: "long",
                day: "numeric",
                weekday: "long",
                timeZone: "UTC",
            }),
        time: (date) =>
            date.toLocaleTimeString("en", { hour: "numeric", minute: "2-digit", timeZoneName: "short" }),
        begins: (day, time) => `${day}, begins ${time}`,
        several: "There are several concerts on this day",
        other: "Another date",
    },

    sale: {
        time: (date) =>
            date.toLocaleString("en", {
                month: "long",
                day: "numeric",
                weekday: "short",
                hour: "numeric",
                minute: "2-digit",
                timeZoneName: "short",
            }),
        days: (count) => `${count} ${count === 1 ? "day" : "days"}`,
        soon: (time) => `Not on sale yet. It opens on ${time}.`,
        opensIn: "Opens in",
        opened: "The sale is open. You can hold seats now.",
        paused: "The sale is paused. When it goes on, this page does too.",
        closed: "The sale of this concert is over. Please choose another date.",
        offHeading: "The concert was called off",
        off: (reason) => `It will not take place${reason ? ` (${reason})` : ""}.`,
        offWhileHeld: (reason) =>
            `The concert was called off${reason ? ` (${reason})` : ""}, so you hold no seat any more. You have paid nothing.`,
        pointsBack: "All points that were paid come back. There is nothing you need to do.",
        cameBack: (points) => `${points} came back.`,
        refunds: (steps) => `If you pay and then cancel, you get back ${steps.join(", ")}.`,
        refundStep: (until, percent) => (until === null ? `${percent}%` : `${percent}% until ${until}`),
    },

    group: {
        heading: "Chosen seats",
        none: (most) => (most > 1 ? `You can choose up to ${most} seats.` : "Tap a seat to see it here."),
        count: (n) => `${n} ${n === 1 ? "seat" : "seats"} chosen`,
        total: "In all",
        hold: (n) => `Hold all ${n} seats`,
        remove: "Remove",
        removeOf: (seat) => `Remove ${seat}`,
        typeOf: (seat) => `Type of ticket for ${seat}`,
        plainType: "Standard",
        added: (seat, n, points) => `${seat} chosen. ${n} in all, ${points}.`,
        removed: (seat, n) => `${seat} removed. ${n} left.`,
        most: (most) => `You can choose up to ${most} seats at once. To take another, remove one first.`,
        mostYou: (most) =>
            `One person can buy up to ${most} seats of this concert, those you have bought before included. Please choose fewer.`,
        taken: (seats) => `${seats}: someone else was a moment faster.`,
        kept: (n) => `Your other ${n === 1 ? "seat is" : `${n} seats are`} still chosen. Hold what is left, or add another.`,
        priceChanged: (points) => `The price has changed meanwhile: it is ${points} in all now. Hold the seats for that?`,
        holdFor: (points) => `Hold for ${points}`,
        repriced: (points) => `The price has changed: it is ${points} in all now.`,
        typeNeeds: (type, needed) => `A ticket "${type}" is sold beside one "${needed}" only. Please add one, or choose another type.`,
        typeMost: (type, most) =>
            `There can be at most ${most} "${type}" in one order. Please choose another type, or remove a seat.`,
    },

    seats: {
        heading: "Choose your seat",
        headingSeveral: "Choose your seats",
        mapLabel: "Seat map",
        mapHint: "Arrow keys move between seats, Enter or Space holds one, plus and minus zoom.",
        mapHintSeveral:
            "Arrow keys move between seats, Enter or Space chooses one or removes it, plus and minus zoom. " +
            "One button holds all that you chose.",
        stage: "Stage",
        name: seatName,
        names: (names) => (names.length < 3 ? names.join(" and ") : names.join("; ")),
        seatLabel: ({ seat, price, state }) => [seat, price, state].filter(Boolean).join(", "),
        states: {
            available: "available",
            held: "someone is paying",
            sold: "sold",
            blocked: "not for sale",
            mine: "yours",
        },
        chosen: "chosen",
        legend: "What the seats mean",
        sections: "Sections and prices",
        wholeHall: "All seats",
        sectionFree: (count) => `${count.toLocaleString("en")} left`,
        sectionOut: "Sold out",
        priceRange: (least, most) =>
            least === most ? en.points(least) : `${least.toLocaleString("en")}–${en.points(most)}`,
        pick: "Tap a seat to see it here.",
        hold: "Hold this seat",
        soldOut: "No seat is free right now. If one becomes free, it appears at once.",
        zoomIn: "Zoom in",
        zoomOut: "Zoom out",
        zoomFit: "Whole hall",
        live: "Live",
        liveLabel: "Seats change as they are taken",
        taken: (seat) => `${seat}: someone else was a moment faster. Please choose another seat.`,
        cannot: (seat, state) => `${seat}: ${state}. Please choose another seat.`,
        toHeld: "Go to the seat you hold",
        turnOver: "The time to choose new seats is over. Join the line again to go on.",
        expired: (seat, n) => `The time to pay is over: ${seat} ${n > 1 ? "are" : "is"} free again.`,
        released: (seat) => `You let ${seat} go. Please choose another.`,
    },

    checkout: {
        heading: "Pay, and the seat is yours",
        left: "Time left to pay",
        spoken: (words) => `${words} left to pay.`,
        yours: (n) => (n === 1 ? "Your seat" : "Your seats"),
        count: (n) => `${n} ${n === 1 ? "seat" : "seats"}`,
        giveBack: "Give back",
        giveBackOf: (seat) => `Give back ${seat}`,
        giveBackAll: "Give all back and choose again",
        gaveBack: (seat) => `You let ${seat} go. You still hold the rest.`,
        price: "To pay",
        balance: "Your points",
        after: "Points after paying",
        short: (points) => `You need ${points} more.`,
        recharge: "Add points",
        amount: "Points to add",
        amountWrong: "Please enter a whole number from 1 to 1,000,000,000,000.",
        shortfall: "What is missing",
        plus: (n) => `+${n.toLocaleString("en")}`,
        doRecharge: "Add points",
        recharged: "Points added.",
        stillShort: (balance) => `Points added. You now have ${balance}, which is not enough yet.`,
        pay: (points) => `Pay ${points}`,
        other: "Choose another seat",
        checking: "Time is up. Finding out whether the payment went through…",
    },

    ticket: {
        heading: "You are going",
        lead: "Open this page again any time to see the ticket.",
        admit: "Admission ticket",
        date: "Date",
        seat: "Seat",
        number: "Seat number",
        seats: "Seats",
        count: (n) => `${n} ${n === 1 ? "seat" : "seats"}`,
        void: "Not valid any more",
        cancelled: "cancelled",
        headingCancelled: "This was cancelled",
        leadCancelled: "What came back is listed below.",
        price: "Paid",
        paidAt: "Paid at",
        reservation: "Reservation",
        payment: "Payment",
        time: (date) => date.toLocaleString("en", { dateStyle: "medium", timeStyle: "medium" }),
        print: "Print",
        another: "Buy another",
        others: "Earlier tickets",
        balance: (points) => `Your balance is now ${points}.`,
    },

    bookings: {
        heading: "My seats, and cancelling",
        comesBack: (points) => `If you cancel now, ${points} come back.`,
        never: "This cannot be cancelled.",
        closed: "The time to cancel is over: it cannot be cancelled any more.",
        cancelled: (points) => `Cancelled · ${points} came back.`,
        off: (points) => `Called off · ${points} came back.`,
        offSoon: "Called off · your points come back soon.",
        chosen: (n, points) => `Cancel ${n === 1 ? "one seat" : `${n} seats`}, and ${points} come back.`,
        cancel: "Cancel the chosen seat",
        cancelSeveral: (n) => `Cancel ${n} seats`,
        question: {
            title: (n) => (n === 1 ? "Cancel this seat?" : `Cancel ${n} seats?`),
            text: (seats, back, paid, isOther) =>
                `${seats}. ${isOther ? "What comes back has changed meanwhile. " : ""}Of the ${paid} you paid, ${back} come back. It cannot be undone, and others can buy what you give back.`,
            yes: "Cancel it",
            no: "Keep it",
        },
        done: (n, back, balance) =>
            `${n === 1 ? "One seat is" : `${n} seats are`} cancelled. ${back} came back; your balance is now ${balance}.`,
    },

    ended: {
        headingLine: "Your place has expired",
        text: "Your turn has passed. Join the line again to start over. Your points and tickets are safe.",
        again: "Join again",
    },

    refusals: {
        unknown_user: "There is no such user. Please check the ID.",
        invalid_argument: "Please check what you entered.",
        queue_full: "The line is full. Please try again in a moment.",
        not_your_turn: "It is not your turn yet.",
        seat_unavailable: "This seat is held, sold or not for sale.",
        hold_limit: "You already hold seats. Pay for them, or give them back first.",
        order_limit: "That is more seats than one can buy at once. Please choose fewer.",
        purchase_limit: "That is more seats than one person can buy. Please choose fewer.",
        type_rule: "These types of ticket do not go together, or are not sold there. Please choose others.",
        unknown_type: "The types of ticket have changed. Please choose again.",
        price_changed: "The price has changed meanwhile. Please look again.",
        not_on_sale: "This concert is not on sale now. Please choose another date.",
        called_off: "This concert was called off. All points that were paid come back.",
        cancel_closed: "The time to cancel is over: it cannot be cancelled any more.",
        not_paid: "This is not paid, so there is nothing to cancel. A seat that you hold can be given back.",
        stale_version: "It was changed meanwhile. Please look again.",
        hold_expired: "The time to pay is over, and the seat is free again.",
        hold_released: "You have already let this seat go.",
        already_paid: "This reservation is already paid.",
        payment_pending: "A payment of this reservation is under way. Please look again in a moment.",
        payment_failed: "The payment failed. Please try again.",
        payment_declined: "The payment was declined. Please try again.",
        insufficient_points: "You do not have enough points. Add some, then pay.",
        reservation_mismatch: "The reservation was not found.",
        unknown_reservation: "The reservation was not found.",
        idempotency_conflict: "Two requests crossed. Please try again.",
        token_expired: "Your time to book is over.",
        token_completed: "This turn is complete.",
        token_left: "You have left the line.",
        invalid_token: "This place in line is too old or not valid. Please join again.",
        balance_limit: "That is more points than one can have. Please add fewer.",
        issue_limit: "That many points cannot be added right now.",
        unknown_concert: "The concert was not found. Please choose the date again.",
        unknown_seat: "There is no such seat.",
        overloaded: "The server is very busy. Please try again in a moment.",
        busy: "The server is very busy. Please try again in a moment.",
        no_answer: "The server does not answer. Check your connection and try again.",
    },
    unknownRefusal: (answer) => answer?.data?.message ?? "Something went wrong. Please try again.",
};

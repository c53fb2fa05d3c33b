// The server's clock as seen from here. Deadlines are the server's, and a phone's clock may be minutes off.

let offset = 0;
let bestTrip = Infinity;

/** Learns from an answer that says when it was made; times of this device in milliseconds. */
export function learn(occurredTime, sentAt, receivedAt) {
    const made = Date.parse(occurredTime);
    if (Number.isNaN(made)) return;
    const trip = receivedAt - sentAt;
    const seen = made - (sentAt + receivedAt) / 2;
    // A quicker answer knows better; one that contradicts the others means that this device's clock was set.
    if (trip <= bestTrip || Math.abs(seen - offset) > (trip + bestTrip) / 2 + 50) {
        offset = seen;
        bestTrip = trip;
    }
}

export function serverNow() {
    return Date.now() + offset;
}

/** Milliseconds until an ISO 8601 time, never below 0. */
export function until(time) {
    return Math.max(0, Date.parse(time) - serverNow());
}

/** 272_000 → "4:32"; seconds are rounded up, so that 0:00 means over. */
export function clockText(milliseconds) {
    const seconds = Math.ceil(milliseconds / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

const spokenAt = [300, 120, 60, 30, 10];

/**
 * Calls show(milliseconds left) four times a second until the deadline, speak(seconds) when a moment worth saying is
 * passed, and over() once. Returns the function that stops it.
 */
export function countDown(deadline, { show, speak = () => {}, over = () => {} }) {
    let before = Infinity;
    let timer = 0;
    const tick = () => {
        const left = until(deadline);
        show(left);
        const seconds = Math.ceil(left / 1000);
        const passed = spokenAt.filter((moment) => seconds <= moment && moment < before);
        if (passed.length > 0 && before !== Infinity && seconds > 0) speak(seconds);
        before = seconds;
        if (left > 0) return;
        clearInterval(timer);
        over();
    };
    timer = setInterval(tick, 250);
    tick();
    return () => clearInterval(timer);
}

let alarm;
let alarms = 0;
const sleeping = new Map();

function startAlarm() {
    if (alarm !== undefined) return;
    alarm = null;
    try {
        const worker = new Worker("alarm.js");
        worker.onmessage = ({ data: id }) => {
            const wake = sleeping.get(id);
            sleeping.delete(id);
            wake?.();
        };
        worker.onerror = () => {
            alarm = null;
        };
        alarm = worker;
    } catch {
        // No workers here: the page's own timers have to do.
    }
}

/** Calls wake() after so many milliseconds, in a background tab too (alarm.js). Returns what cancels it. */
export function wakeAfter(milliseconds, wake) {
    startAlarm();
    const id = ++alarms;
    let done = false;
    const once = () => {
        if (done) return;
        done = true;
        wake();
    };
    // The page's timer stands behind the worker's, in case that never comes up.
    const timer = setTimeout(once, alarm ? milliseconds + 1_000 : milliseconds);
    if (alarm) {
        sleeping.set(id, once);
        alarm.postMessage({ id, after: milliseconds });
    }
    return () => {
        done = true;
        clearTimeout(timer);
        if (sleeping.delete(id)) alarm?.postMessage({ id, after: null });
    };
}

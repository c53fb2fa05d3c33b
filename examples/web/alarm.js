// A worker that wakes the page. Browsers let the timers of a page in the background fire once a minute only, and a turn
// must not be slept through; workers are not slowed down so.

const timers = new Map();

onmessage = ({ data: { id, after } }) => {
    clearTimeout(timers.get(id));
    timers.delete(id);
    if (after === null) return;
    timers.set(
        id,
        setTimeout(() => {
            timers.delete(id);
            postMessage(id);
        }, after),
    );
};

// The hall as it is now: its plan is asked for once, how its seats stand again and again, by what has changed.

import * as api from "./api.js";
import { applyChanges, differences, offerOf, readPlan, readStates, tiersOf } from "./hall.js";
import { pricesOf } from "./offer.js";

const askedEvery = 2_500;
const askedEveryHidden = 15_000;

/** The plan's own name for itself, as states name it; null: somebody in between took it away. */
const tagOf = (etag) => etag?.replace(/^W\//, "").replaceAll('"', "").replace(/-gzip$/, "") ?? null;

/**
 * onHall(hall, {touched, isOther}): a hall is what is told of the concert (title, startsAt, calledOff, sale, types, prices …) with
 * {plan, states, costs and tiers by category, offer by section}; touched are the seats that changed, isOther says that all is
 * to be shown anew. onLook({changed}) after each answer. Returns a function that stops it; its now() asks at once.
 */
export function hallFeed(app, { onHall, onLook }) {
    let known = null; // {plan, tag, states, about, costs, tiers}
    let etag = null;

    /** The plan, which the browser may have kept, and all states; the plan anew where it is not the one that these are of. */
    async function askAll(choice, token) {
        const [ofPlan, ofStates] = await Promise.all([api.plan(choice), api.states(choice, token)]);
        if (!ofStates.ok || !ofPlan.ok) return ofStates.ok ? ofPlan : ofStates;
        const { plan: tag, concertId } = ofStates.data;
        const fits = ofPlan.data.concertId === concertId && [tag, null].includes(tagOf(ofPlan.etag));
        const right = fits ? ofPlan : await api.plan(choice, { fresh: true });
        return right.ok ? { ...ofStates, plan: right.data } : right;
    }

    async function ask() {
        const { choice, session } = app.facts;
        if (known) {
            const answer = await api.states(choice, session.token, { etag, since: known.about.version });
            // The house has added seats: all is asked for anew.
            if (!answer.ok || answer.data.plan === known.tag) return answer;
        }
        return askAll(choice, session.token);
    }

    /** Takes an answer in; says what is new. */
    function take({ data, plan }) {
        if (plan) {
            known = { plan: { ...readPlan(plan), tag: data.plan }, tag: data.plan, states: readStates(data.states), about: data };
            return { touched: [], isOther: true };
        }
        let touched;
        if (data.isWhole) {
            const now = readStates(data.states);
            touched = differences(known.states, now);
            known.states.set(now);
        } else {
            touched = applyChanges(known.states, data.changed, data.states);
        }
        known.about = { ...known.about, ...data };
        return { touched, isOther: data.sale !== undefined }; // terms are told where they are others
    }

    function tell(told) {
        const { plan, states, about } = known;
        if (told.isOther) {
            known.costs = pricesOf(about, plan.categories);
            known.tiers = tiersOf(plan, states, known.costs);
        }
        const { costs, tiers } = known;
        onHall({ ...about, plan, states, costs, tiers, offer: offerOf(plan, states, costs) }, told);
        onLook({ changed: told.isOther || told.touched.length > 0 });
    }

    return api.repeat(
        async (isCurrent) => {
            const answer = await ask();
            if (!isCurrent()) return answer;
            if (answer.ok) {
                etag = answer.etag;
                tell(take(answer));
            } else if (answer.status === 304) {
                onLook({ changed: false });
            } else if (answer.code === "ambiguous_concert") {
                app.severalConcerts(answer.data.concerts);
            } else if (answer.status === 401) {
                app.refresh();
            } else if (answer.status === 404 || answer.code === "invalid_date") {
                app.choose(null, (texts) => texts.refusals.unknown_concert);
            }
            return answer;
        },
        {
            every: () =>
                document.hidden
                    ? askedEveryHidden
                    : Math.max(1_000, Math.min(askedEvery, app.facts.place?.nextPollMs ?? askedEvery)),
            trouble: app.trouble,
        },
    );
}

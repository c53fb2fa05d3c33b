// A transaction that has ended answers nothing any more: what it shows is no state of the store.

#include <string>
#include <utility>
#include <vector>

#include "support/outcome.hpp"
#include "support/store_contract.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

/// What every question of a view answers: "ok", or the code's name. By the name of the question.
std::vector<std::pair<std::string, std::string>> ask_everything(View& view) {
    std::vector<std::pair<std::string, std::string>> answers;
    const auto add = [&](std::string name, const auto& answer) {
        answers.emplace_back(std::move(name), outcome(answer));
    };
    StageKeys keys;  // no keys: what is refused is refused before anybody looks at them
    StageRows rows;
    for_each_loaded(keys, rows, [&]<class Keys>(const Keys& some, auto& into) {
        add("load " + std::to_string(answers.size()), view.load(some, into));
    });
    add("load_stage", view.load_stage(keys_of_all_kinds(), rows));
    add("last_event", view.last_event());
    add("house_rules", view.house_rules());
    add("concerts_from", view.concerts_from(day(2026, 1, 1)));
    add("seats_of", view.seats_of(concert));
    add("seat_counts", view.seat_counts(concert, first_moment));
    add("reservations_of", view.reservations_of(ann, {}, 10));
    add("transfers_of", view.transfers_of(AccountId{ann.value}, {}, 10));
    add("steps_of", view.steps_of(PaymentId{601}));
    add("unreconciled_payments", view.unreconciled_payments(first_moment, {}, 10));
    add("events_after", view.events_after(0, 10));
    add("sales_of_concert", view.sales_of_concert(concert));
    add("cash_between", view.cash_between(Time{}, never));
    add("counts", view.counts(first_moment));
    add("prunable", view.prunable({}, 10));
    add("scan", dump(view));
    return answers;
}

}  // namespace

TEST_CASE("a transaction that has ended refuses every question, and says of itself that nothing is lost", "[store]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    commit(*store, HeldTown{}.changes());
    const auto transaction = must(store->begin());
    const auto before = ask_everything(*transaction);
    CHECK(before.size() > 25);
    for (const auto& [question, answer] : before) {
        CAPTURE(question);
        CHECK(answer == "ok");
    }
    must(transaction->commit({}));
    for (const auto& [question, answer] : ask_everything(*transaction)) {
        CAPTURE(question);
        CHECK(answer == "internal");
    }
    CHECK_FALSE(transaction->is_lost());
}

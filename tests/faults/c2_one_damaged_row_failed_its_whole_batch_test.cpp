/// A command that could not be decided, for a damaged row say, took the commands of its batch down with it.

#include <SQLiteCpp/SQLiteCpp.h>

#include "boxoffice/sqlite_store.hpp"
#include "support/counting_store.hpp"
#include "support/faulty_store.hpp"
#include "support/office.hpp"
#include "support/temp_dir.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

using Words = std::vector<std::string>;

Words words(const std::vector<Outcome>& outcomes) {
    Words out;
    for (const auto& one : outcomes) out.push_back(outcome(one));
    return out;
}

/// A user whose account has gone: whoever recharges it finds a row that refers to nothing.
UserId user_without_account(Store& store) {
    Changes changes;
    changes.users.push_back({User{UserId{77}, "damaged", opening}, true});
    must(must(store.begin(), "begin")->commit(changes), "commit");
    return UserId{77};
}

/// Breaks the loads of lines; of a transaction only.
class BrokenLines final : public Store {
  public:
    explicit BrokenLines(std::unique_ptr<Store> inner) : inner_{std::move(inner)} {}
    bool are_broken = false;
    Result<std::unique_ptr<Transaction>> begin_until(Deadline deadline) override {
        return wrap(inner_->begin_until(deadline));
    }
    [[nodiscard]] Duration wait_max() const override { return inner_->wait_max(); }
    Result<std::unique_ptr<View>> read() override { return inner_->read(); }
    Result<std::int64_t> version() override { return inner_->version(); }

  private:
    struct NoHooks final : ViewHooks {
        Result<void> before_load(const char*) override { return {}; }
        Result<void> before_page(const char*) override { return {}; }
    };
    class Broken final : public HookedView<Transaction> {
      public:
        Broken(std::unique_ptr<Transaction> from, ViewHooks& hooks, const bool& broken)
            : HookedView{std::move(from), hooks}, are_broken_{broken} {}
        using HookedView::load;
        Result<void> load(const PlaceKeys& keys, std::vector<Place>& into) override {
            if (are_broken_ && !keys.lines.empty()) return refuse(ErrorCode::storage, "a damaged place");
            return load_rows(keys, into);
        }
        Result<void> commit(const Changes& changes) override { return inner().commit(changes); }

      private:
        const bool& are_broken_;
    };
    Result<std::unique_ptr<Transaction>> wrap(Result<std::unique_ptr<Transaction>> begun) {
        if (!begun) return begun;
        return std::make_unique<Broken>(std::move(*begun), hooks_, are_broken);
    }

    std::unique_ptr<Store> inner_;
    NoHooks hooks_;
};

}  // namespace

TEST_CASE("of a batch only the command that cannot be decided fails, and the others keep their order") {
    const auto counter = std::make_shared<StoreCounter>();
    Office office{{}, nullptr, std::make_shared<CountingStore>(std::make_unique<MemoryStore>(), counter)};
    const auto damaged = user_without_account(office.store());
    std::vector<Command> commands;
    Words expected;
    for (int i = 0; i < 40; ++i) {
        commands.emplace_back(CreateUser{"u" + std::to_string(i)});
        expected.emplace_back("ok");
    }
    commands[17] = Recharge{damaged, Points{1}, ""};
    expected[17] = "internal";
    const auto before = office.last_sequence();
    counter->reset();
    CHECK(words(office->execute(commands)) == expected);
    CHECK(counter->calls().commits <= 6);  // halves of halves, not one a command
    const auto made = office.events(before);
    REQUIRE(made.size() == 39);
    for (std::size_t i = 1; i < made.size(); ++i) CHECK(made[i - 1].user < made[i].user);
    CHECK(office->user("u39")->id == made.back().user);
}

TEST_CASE("a row that cannot be read fails only the commands that touch it") {
    const TempDir dir;
    SqliteOptions file;
    file.path = dir.file("box.office");
    Office office{{}, nullptr, std::shared_ptr<Store>{must(open_sqlite_store(file), "open")}};
    const auto mina = office.user("mina");
    const auto yuna = office.user("yuna");
    office.recharge(yuna, 1, "order");
    office.recharge(mina, 1, "order");
    SQLite::Database{file.path, SQLite::OPEN_READWRITE}.exec(
        "UPDATE idempotency SET answer = 'no list' WHERE user_id = " + std::to_string(yuna.value));
    const std::vector<Command> commands{Recharge{mina, Points{1}, "order"}, Recharge{yuna, Points{1}, "order"},
                                        Recharge{mina, Points{2}, ""}, Recharge{yuna, Points{2}, ""}};
    CHECK(words(office->execute(commands)) == Words{"ok", "storage", "ok", "ok"});
    CHECK(office.balance(mina) == 3);
    CHECK(office.balance(yuna) == 3);
}

TEST_CASE("a line that cannot be read stops those in it, and not everybody whose command would have moved it along") {
    const auto owner = new BrokenLines{std::make_unique<MemoryStore>()};
    Office office{room_for(1), nullptr, std::shared_ptr<Store>{owner}};
    const auto mina = office.comes("mina");
    const auto yuna = office.comes("yuna");
    office.wait(minutes{2});  // mina did not come: yuna's admission is due, and rides on the next command
    owner->are_broken = true;
    const std::vector<Command> commands{Recharge{mina.user, Points{1}, ""}, Join{mina.user, office->main_room()},
                                        CreateUser{"somebody"}};
    CHECK(words(office->execute(commands)) == Words{"ok", "storage", "ok"});
    CHECK(outcome(office.peek(yuna)) == "ok");
    CHECK_FALSE(office.is_turn(yuna));
    owner->are_broken = false;
    CHECK(office.is_turn(yuna));
}

TEST_CASE("a commit that failed is not tried again, and nothing behind it is") {
    const auto faults = std::make_shared<Faults>();
    Office office{{}, nullptr, std::make_shared<FaultyStore>(std::make_unique<MemoryStore>(), faults)};
    const auto mina = office.user("mina");
    const std::vector<Command> commands{Recharge{mina, Points{1}, ""}, Tick{}, Recharge{mina, Points{2}, ""}};
    faults->plan(FaultPoint::after_commit, FaultKind::storage);
    CHECK(words(office->execute(commands)) == Words{"storage", "storage", "storage"});
    CHECK(office.balance(mina) == 1);  // it was written; only its answer was lost
    faults->plan(FaultPoint::before_commit, FaultKind::runtime_error);
    CHECK(words(office->execute(commands)) == Words{"internal", "internal", "internal"});
    CHECK(office.balance(mina) == 1);
}

/// A sale is copied from any kind of store into any other: all of it, or nothing that could be sold from.

#include "copy/copying.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/faulty_store.hpp"
#include "support/hooked_store.hpp"
#include "support/office.hpp"
#include "support/stores.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

using copying::copy;

constexpr std::size_t small_piece = 3;

/// An office with something of everything, on a store that the test brings.
struct Sold {
    explicit Sold(std::shared_ptr<Store> on) : store{std::move(on)} {
        Options options = room_for(3);
        options.event_ttl = hours{1};
        Office office{options, nullptr, store};
        office.concert("2027-01-01", {{"1", 100}, {"2", 100}, {"3", 100}, {"10", 100}});
        Terms terms;
        terms.seats_per_order = 2;
        terms.refund_steps = {{never, 900}};
        office.change_sale(terms);
        const auto adult = office.type("adult");
        office.set_tariff({{"", adult, Points{70}}});
        const auto ann = office.comes_with("ann", 1'000);
        const auto bob = office.comes_with("밥", 500);
        const auto order = office.hold_all(ann, {"1", "2"}, "hold");
        office.pay(ann, order.order, "pay");
        must(office.try_cancel(ann.user, {order.order}), "cancel");
        office.pay(bob, office.hold(bob, "3").reservation);
        office.wait(hours{2});
        const auto cho = office.comes_with("cho", 10);
        office.comes("dan");
        office.hold(cho, "10", "kept");
        must(office->execute(Tick{}), "tick");  // prunes what is two hours old
        office.close();
        const auto transaction = must(store->begin(), "begin");
        Changes keys;
        keys.token_keys.push_back({TokenKey{7, {1, 2, 3}}, true});
        must(transaction->commit(keys), "keep a key");
    }

    std::shared_ptr<Store> store;
};

std::string dump_of(Store& store) {
    auto view = must(store.read(), "read");
    return must(dump(*view), "dump");
}

/// What no dump shows.
struct Hidden {
    explicit Hidden(Store& store) {
        auto view = must(store.read(), "read");
        must(view->leases().load({true}, leases), "leases");
        must(view->token_keys().load({true}, keys), "keys");
        rules = must(view->house_rules(), "rules");
    }
    std::vector<NodeLease> leases;
    std::vector<TokenKey> keys;
    std::optional<HouseRules> rules;
    friend bool operator==(const Hidden&, const Hidden&) = default;
};

std::string words_of(const Result<copying::Copied>& result) { return result ? "" : result.error().text(); }

/// Does to each commit what the test says: a store, or a network, that is not to be trusted.
class MeddlingStore final : public Store {
  public:
    using Meddle = std::function<void(Changes&)>;
    MeddlingStore(Store& inner, Meddle meddle) : inner_{inner}, meddle_{std::move(meddle)} {}
    Result<std::unique_ptr<Transaction>> begin_until(Deadline deadline) override {
        auto begun = inner_.begin_until(deadline);
        if (!begun) return begun;
        return std::make_unique<Meddling>(std::move(*begun), hooks_, meddle_);
    }
    [[nodiscard]] Duration wait_max() const override { return inner_.wait_max(); }
    Result<std::unique_ptr<View>> read() override { return inner_.read(); }
    Result<std::int64_t> version() override { return inner_.version(); }

  private:
    class NoHooks final : public ViewHooks {
      public:
        Result<void> before_load(const char*) override { return {}; }
        Result<void> before_page(const char*) override { return {}; }
    };
    class Meddling final : public HookedView<Transaction> {
      public:
        Meddling(std::unique_ptr<Transaction> inner, ViewHooks& hooks, const Meddle& meddle)
            : HookedView{std::move(inner), hooks}, meddle_{meddle} {}
        Result<void> commit(const Changes& changes) override {
            auto other = changes;
            meddle_(other);
            return inner().commit(other);
        }

      private:
        const Meddle& meddle_;
    };

    Store& inner_;
    Meddle meddle_;
    NoHooks hooks_;
};

}  // namespace

TEST_CASE("a sale is copied from each kind of store to each, and back", "[copy]") {
    for (const auto& from : store_factories())
        for (const auto& to : store_factories()) {
            INFO(from.name << " to " << to.name);
            const Sold sale{std::shared_ptr<Store>{from.open()}};
            const auto other = to.open();
            const auto copied = must(copy(*sale.store, *other, {small_piece}), "copy");
            CHECK(dump_of(*other) == dump_of(*sale.store));
            CHECK(Hidden{*other} == Hidden{*sale.store});
            CHECK(copied.passed_over > 0);
            MemoryStore back;
            must(copy(*other, back), "copy back");
            CHECK(dump_of(back) == dump_of(*sale.store));
            CHECK(Hidden{back} == Hidden{*sale.store});
        }
}

TEST_CASE("a copy counts what it copied", "[copy]") {
    const Sold sale{std::make_shared<MemoryStore>()};
    MemoryStore other;
    std::vector<copying::KindCount> told;
    copying::Settings settings{2, [&](const copying::KindCount& count) { told.push_back(count); }};
    const auto copied = must(copy(*sale.store, other, settings), "copy");
    const auto rows_of = [](const auto& counts, std::string_view kind) {
        std::int64_t rows = 0;
        for (const auto& one : counts)
            if (one.kind == kind) rows = one.rows;
        return rows;
    };
    CHECK(rows_of(copied.kinds, "house_rules") == 1);
    CHECK(rows_of(copied.kinds, "users") == 4);
    CHECK(rows_of(copied.kinds, "seats") == 4);
    CHECK(rows_of(copied.kinds, "token_keys") == 1);
    CHECK(rows_of(told, "users") == 4);
    CHECK(rows_of(told, "seats") == 4);
}

TEST_CASE("the copy goes on being sold from: tokens, holds and keys are good there", "[copy]") {
    auto first = std::make_shared<MemoryStore>();
    auto clock = std::make_shared<VirtualClock>(opening);
    Buyer ann;
    Held held;
    {
        Office office{{}, nullptr, first, clock};
        office.concert("2027-01-01", {{"1", 100}, {"2", 100}});
        ann = office.comes_with("ann", 100);
        held = office.hold(ann, "1", "hold");
        office.close();
    }
    auto second = std::make_shared<MemoryStore>();
    must(copy(*first, *second), "copy");
    Office office{{}, nullptr, second, clock};
    CHECK(must(office->authenticate(ann.text), "authenticate").user == ann.user);
    CHECK(must(office->execute(HoldSeat{ann.user, ann.token, held.seat, "hold"}), "again").reservation ==
          held.reservation);
    office.pay(ann, held.reservation);
    CHECK(office.audit().empty());
}

TEST_CASE("events that were pruned stay so, at the beginning, in between and in many pieces", "[copy]") {
    for (const std::size_t piece : {1, 2, 3, 100}) {
        INFO(piece);
        auto store = std::make_shared<MemoryStore>();
        Office office{{}, nullptr, store};
        for (int i = 0; i < 7; ++i) office.user("user-" + std::to_string(i));
        office.room("second");
        for (int i = 7; i < 12; ++i) office.user("user-" + std::to_string(i));
        must(office->execute(Tick{office.last_sequence()}), "tick");
        office.close();
        MemoryStore other;
        const auto copied = must(copy(*store, other, {piece}), "copy");
        CHECK(copied.passed_over == 11);
        CHECK(dump_of(other) == dump_of(*store));
        CHECK(must(must(other.read(), "read")->events_after(0, 100), "events").size() == 3);
    }
}

TEST_CASE("nothing is copied to where something is, from where nothing is, or while somebody has it open", "[copy]") {
    const Sold sale{std::make_shared<MemoryStore>()};
    MemoryStore empty;
    MemoryStore other;
    CHECK_THAT(words_of(copy(other, empty)), Catch::Contains("no box office was ever opened"));
    must(copy(*sale.store, other), "copy");
    const auto before = dump_of(other);
    CHECK_THAT(words_of(copy(*sale.store, other)), Catch::Contains("there is a box office already"));
    CHECK(dump_of(other) == before);
    for (const auto& factory : durable_factories()) {
        INFO(factory.name);
        const auto mine = factory.open();
        {
            const Sold on_it{std::shared_ptr<Store>{mine.get(), [](Store*) {}}};
        }
        const auto theirs = factory.reopen();
        CHECK_THAT(words_of(copy(*mine, empty)), Catch::Contains("somebody has it open"));
    }
}

TEST_CASE("a backup is not copied, since its tokens would be good nowhere", "[copy]") {
    const TempDir dir;
    SqliteOptions options;
    options.path = dir.file("sale.db");
    const Sold sale{must(open_sqlite_store(options), "open")};
    must(sale.store->backup(dir.file("backup.db"), true), "backup");
    options.path = dir.file("backup.db");
    const auto backup = must(open_sqlite_store(options), "open the backup");
    MemoryStore other;
    CHECK_THAT(words_of(copy(*backup, other)), Catch::Contains("that is a backup"));
}

TEST_CASE("a copy that broke off cannot be opened, copied or gone on with", "[copy]") {
    const Sold sale{std::make_shared<MemoryStore>()};
    for (std::int64_t commits = 1; commits <= 20; commits += 3) {
        INFO(commits);
        auto other = std::make_shared<MemoryStore>();
        const auto faults = std::make_shared<Faults>();
        faults->plan(FaultPoint::before_commit, FaultKind::storage, 1, commits);
        FaultyStore failing{std::make_unique<LentStore>(other), faults};
        CHECK_THAT(words_of(copy(*sale.store, failing, {small_piece})), Catch::Contains("planned fault"));
        const auto opened = BoxOffice::open(std::make_unique<LentStore>(other), Options{});
        REQUIRE(!opened);
        CHECK(opened.error().code == ErrorCode::invalid_options);
        MemoryStore third;
        CHECK_THAT(words_of(copy(*other, third)), Catch::Contains("a copy that broke off"));
        CHECK_THAT(words_of(copy(*sale.store, *other)), Catch::Contains("there is a box office already"));
    }
}

TEST_CASE("a row that did not arrive as it was is found, and the copy stays closed", "[copy]") {
    const Sold sale{std::make_shared<MemoryStore>()};
    const auto words_with = [&](const MeddlingStore::Meddle& meddle) {
        auto other = std::make_shared<MemoryStore>();
        MeddlingStore store{*other, meddle};
        auto words = words_of(copy(*sale.store, store));
        CHECK(!BoxOffice::open(std::make_unique<LentStore>(other), Options{}));
        return words;
    };
    CHECK_THAT(words_with([](Changes& changes) {
                   if (!changes.seats.empty()) changes.seats.front().entity.facts.label += "x";
               }),
               Catch::Contains("seats: a row was not copied as it was"));
    CHECK_THAT(words_with([](Changes& changes) {
                   if (!changes.transfers.empty()) changes.transfers.erase(changes.transfers.begin());
               }),
               Catch::Contains("point_usages: a row was not copied as it was"));
    CHECK_THAT(words_with([](Changes& changes) {
                   if (!changes.events.empty()) changes.events.pop_back();
               }),
               Catch::Contains("there are fewer rows than before"));
}

TEST_CASE("what fails at the source, or while comparing, is told", "[copy]") {
    auto store = std::make_shared<MemoryStore>();
    const Sold sale{store};
    const auto faults = std::make_shared<Faults>();
    FaultyStore failing{std::make_unique<LentStore>(store), faults};
    for (std::int64_t skip = 0; skip < 5; ++skip) {
        INFO(skip);
        faults->plan(FaultPoint::load, FaultKind::storage, 1, skip);
        MemoryStore other;
        CHECK_THAT(words_of(copy(failing, other)), Catch::Contains("planned fault"));
    }
}

/// What a journal before the tables would save: the rows of real journeys are written commit by commit, as the store does, and
/// then those of many commits at once, each row only as it ends and in the order of the keys, as a journal would be folded.

#include <map>

#include "engine_bench.hpp"
#include "support/hooked_store.hpp"

namespace bench {

using namespace boxoffice;

namespace {

using Log = std::vector<Changes>;

class Unhooked final : public testing::ViewHooks {
  public:
    Result<void> before_load(const char*) override { return {}; }
    Result<void> before_page(const char*) override { return {}; }
};

class RecordingTransaction final : public testing::HookedView<Transaction> {
  public:
    RecordingTransaction(std::unique_ptr<Transaction> inner, testing::ViewHooks& hooks, Log& log)
        : HookedView{std::move(inner), hooks}, log_{log} {}
    Result<void> commit(const Changes& changes) override {
        log_.push_back(changes);
        return inner().commit(changes);
    }

  private:
    Log& log_;
};

/// Keeps what is committed. Of one thread.
class RecordingStore final : public Store {
  public:
    explicit RecordingStore(Log& log) : log_{log} {}
    Result<std::unique_ptr<Transaction>> begin_until(Deadline deadline) override {
        return store_.begin_until(deadline).map([&](auto inner) -> std::unique_ptr<Transaction> {
            return std::make_unique<RecordingTransaction>(std::move(inner), hooks_, log_);
        });
    }
    [[nodiscard]] Duration wait_max() const override { return store_.wait_max(); }
    Result<std::unique_ptr<View>> read() override { return store_.read(); }
    Result<std::int64_t> version() override { return store_.version(); }

  private:
    MemoryStore store_{std::chrono::minutes{1}};
    Unhooked hooks_;
    Log& log_;
};

std::int64_t key_of(const User& row) { return row.id.value; }
std::int64_t key_of(const Room& row) { return row.id.value; }
std::int64_t key_of(const Concert& row) { return row.id.value; }
std::int64_t key_of(const Seat& row) { return row.id.value; }
std::int64_t key_of(const Place& row) { return row.token.value; }
std::int64_t key_of(const Reservation& row) { return row.id.value; }
std::int64_t key_of(const Account& row) { return row.id.value; }
std::int64_t key_of(const Payment& row) { return row.id.value; }
std::int64_t key_of(const NodeLease& row) { return row.node; }
std::int64_t key_of(const TokenKey& row) { return row.id; }

/// What several commits come to.
class Folded {
  public:
    explicit Folded(std::map<std::int64_t, std::int64_t>& versions) : versions_{versions} {}

    void add(const Changes& changes) {
        std::apply([&](auto... member) { (add(changes_.*member, changes.*member), ...); }, Changes::members);
    }

    Changes take() {
        changes_.for_each([&](auto& rows) { settle(rows); });
        // A row may only follow the one before it; here its versions count how often it is written.
        for (auto& seat : changes_.seats) seat.entity.version = ++versions_[seat.entity.id.value];
        return std::move(changes_);
    }

  private:
    template <class Row>
    void add(std::vector<Row>& into, const std::vector<Row>& rows) {
        into.insert(into.end(), rows.begin(), rows.end());
    }
    template <class Row>
    void add(std::optional<Row>& into, const std::optional<Row>& row) {
        if (row) into = row;
    }

    template <class Row>
    void settle(Row&) {}
    template <class Entity>
    void settle(std::vector<Write<Entity>>& writes) {
        if constexpr (requires(const Entity& row) { key_of(row); }) {
            std::map<std::int64_t, Write<Entity>> by_key;
            for (auto& write : writes) {
                const auto [found, is_first] = by_key.try_emplace(key_of(write.entity), write);
                if (!is_first) found->second.entity = std::move(write.entity);
            }
            writes.clear();
            for (auto& [key, write] : by_key) writes.push_back(std::move(write));
        }
    }

    Changes changes_;
    std::map<std::int64_t, std::int64_t>& versions_;
};

std::int64_t row_count(const Changes& changes) {
    std::int64_t count = 0;
    changes.for_each([&](const auto& rows) {
        if constexpr (requires { rows.size(); }) count += std::ssize(rows);
    });
    return count;
}

struct Writing {
    double cpu_seconds = 0;
    std::int64_t rows = 0;
};

/// Writes `log` into a new file, from `first` on `at_once` commits in one, and measures from there.
Writing write(const Log& log, std::size_t first, std::size_t at_once, const std::string& path) {
    remove_database(path);
    auto store = must(open_sqlite_store({.path = path, .durability = Durability::normal}));
    std::map<std::int64_t, std::int64_t> versions;
    Writing writing;
    for (std::size_t at = 0; at < log.size();) {
        Folded folded{versions};
        const auto end = at < first ? at + 1 : std::min(at + at_once, log.size());
        const bool counts = at >= first;
        for (; at < end; ++at) folded.add(log[at]);
        const auto changes = folded.take();
        const auto before = own_usage();
        must(must(store->begin())->commit(changes));
        if (!counts) continue;
        writing.cpu_seconds += (own_usage() - before).cpu_seconds;
        writing.rows += row_count(changes);
    }
    store.reset();
    remove_database(path);
    return writing;
}

}  // namespace

void measure_folding(const Flags& flags) {
    Log log;
    std::size_t first = 0;
    std::int64_t paid = 0;
    {
        House house{std::make_unique<RecordingStore>(log)};
        const auto pool = Pool::of(flags, journeys_per_second_max(house));
        house.add_users(pool.users);
        house.add_seats(pool.seats);
        first = log.size();
        paid = submit_journeys(
                   house, pool, flags, [] {}, [] {})
                   .paid;
        house.check(paid);
    }
    for (const std::size_t at_once : {1U, 16U, 128U}) {
        const auto writing = write(log, first, at_once, flags.text("folder") + "/bench.db");
        const auto commands = static_cast<double>(paid * commands_a_journey);
        Line{"folding", "engine-sqlite"}
            .number("value", writing.cpu_seconds / commands * 1e6)
            .text("unit", "us of processor a command")
            .number("commits_at_once", static_cast<std::int64_t>(at_once))
            .number("commits", std::ssize(log) - static_cast<std::int64_t>(first))
            .number("journeys", paid)
            .number("rows_a_journey", static_cast<double>(writing.rows) / static_cast<double>(paid))
            .print();
    }
}

}  // namespace bench

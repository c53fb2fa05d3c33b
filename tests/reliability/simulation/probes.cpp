#include "reliability/simulation/probes.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "boxoffice.h"
#include "boxoffice/boxoffice.hpp"
#include "boxoffice/sqlite_store.hpp"
#include "support/faulty_store.hpp"
#include "support/stores.hpp"

namespace boxoffice::simulation {

std::vector<std::pair<ErrorCode, std::string_view>> all_errors() {
    std::vector<std::pair<ErrorCode, std::string_view>> all;
#define BOXOFFICE_LIST(name, number, message) all.emplace_back(ErrorCode::name, #name);
    BOXOFFICE_ERRORS(BOXOFFICE_LIST)
#undef BOXOFFICE_LIST
    return all;
}

namespace {

/// Declines everything.
class NoGateway final : public PaymentGateway {
  public:
    Result<Approval> approve(const PaymentRequest&) override { return refuse(ErrorCode::payment_declined, "no"); }
    void cancel(const PaymentRequest&, const Approval&) override {}
};

struct Probe {
    Tally& tally;
    template <class T>
    void count(const Result<T>& got) const {
        if (!got) ++tally.errors[got.error().code];
    }
    void count(boxoffice_status status) const {
        if (status != BOXOFFICE_OK) ++tally.errors[static_cast<ErrorCode>(status)];
    }
};

void probe_files(const Probe& probe) {
    const testing::TempDir dir;
    const auto open = [&](const std::string& name) {
        SqliteOptions options;
        options.path = dir.file(name);
        return open_sqlite_store(options);
    };
    std::ofstream(dir.file("text")) << "no database at all, but long enough to be looked at as one; no database at all";
    probe.count(open("text"));
    if (!open("new")) return;
    SQLite::Database{dir.file("new"), SQLite::OPEN_READWRITE}.exec("PRAGMA user_version = 9999");
    probe.count(open("new"));
}

void probe_process(const Probe& probe, BoxOffice& office) {
    int status = 0;
    const auto child = ::fork();
    if (child == 0) {
        const auto asked = office.now();
        ::_exit(!asked && asked.error().code == ErrorCode::forked ? 7 : 0);
    }
    ::waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 7) ++probe.tally.errors[ErrorCode::forked];
    office.stop();
    const auto user = office.execute(CreateUser{"a"});
    auto limits = office.options().main_room;
    limits.active_capacity = 0;
    (void)office.execute(ChangeRoom{office.main_room(), limits});
    const auto joined = office.execute(Join{user->id, office.main_room()});
    probe.count(office.await_turn(office.token_text(joined->claims), 2, Duration{1}));
}

/// Asks the gateway of an office where somebody has a hold to pay.
void probe_gateway(const Probe& probe) {
    Ports ports;
    ports.gateway = std::make_shared<NoGateway>();
    const auto office = BoxOffice::open(std::make_unique<MemoryStore>(), {}, std::move(ports)).value();
    const auto user = office->execute(CreateUser{"a"})->id;
    const auto concert =
        office->execute(CreateConcert{*parse_date("2030-01-01"), "c", office->main_room(), {{"1", "", "", Points{0}}}})
            ->id;
    const auto joined = office->execute(Join{user, office->main_room()});
    const auto held = office->execute(HoldSeat{user, joined->claims.token, office->seat(concert, "1")->seat.id, {}});
    probe.count(office->pay(user, joined->claims.token, held->reservation, {}));
    (void)office->execute(CreateConcert{*parse_date("2030-01-01"), "d", office->main_room(), {}});
    probe.count(office->concert(*parse_date("2030-01-01")));
}

/// What a damaged row or a bug does: the rows contradict one another.
void probe_internal(const Probe& probe) {
    const auto faults = std::make_shared<testing::Faults>();
    const auto office =
        BoxOffice::open(std::make_unique<testing::FaultyStore>(std::make_unique<MemoryStore>(), faults), {}, {})
            .value();
    faults->plan(testing::FaultPoint::load, testing::FaultKind::runtime_error, 1'000);
    probe.count(office->execute(CreateUser{"a"}));
}

void probe_c(const Probe& probe) {
    constexpr std::string_view memory = ":memory:";
    boxoffice_office* office = nullptr;
    boxoffice_open(memory.data(), memory.size(), nullptr, &office, nullptr);
    boxoffice_room room{};
    std::int64_t concert = 0;
    boxoffice_find_room(office, "main", 4, &room, nullptr);
    for (int i = 0; i < 2; ++i)
        boxoffice_create_concert(office, "2030-01-01", 10, "a", 1, room.id, nullptr, 0, &concert, nullptr);
    boxoffice_concert one{};
    std::size_t count = 0;
    probe.count(boxoffice_list_concerts(office, "2030-01-01", 10, &one, 1, &count, nullptr));
    boxoffice_office* again = office;
    boxoffice_close(&office);
    probe.count(boxoffice_close(&again));
}

/// A server that says that it syncs nothing. False: there is no server here.
bool probe_durability([[maybe_unused]] const Probe& probe) {
#ifdef BOXOFFICE_HAS_POSTGRES
    if (const char* const wish = std::getenv("BOXOFFICE_TEST_POSTGRES");
        wish == nullptr || wish != std::string{"off"}) {
        const testing::PostgresSchema schema;
        PostgresOptions options;
        options.address = schema.address();
        probe.count(open_postgres_store(options));
        return true;
    }
#endif
    return false;
}

}  // namespace

std::set<ErrorCode> probe_errors(Tally& tally) {
    const Probe probe{tally};
    Options wrong;
    wrong.holds_per_user = 0;
    probe.count(BoxOffice::open(std::make_unique<MemoryStore>(), wrong));
    const auto office = BoxOffice::open(std::make_unique<MemoryStore>()).value();
    probe.count(office->backup("/nowhere"));
    probe.count(parse_date("2026-02-30"));
    probe_process(probe, *office);
    probe_gateway(probe);
    probe_internal(probe);
    probe_files(probe);
    probe_c(probe);
    if (probe_durability(probe)) return {};
    return {ErrorCode::weak_durability};
}

}  // namespace boxoffice::simulation

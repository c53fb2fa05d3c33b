/// Fuzzes what opens and reads a database: its file, its log, the log's index and the lock that names the log, damaged in any way.
///
/// An input is a byte that names an image (images.hpp), a byte of flags, and a row of records that damage it (damage.hpp).
///
/// What must hold, beside the sanitizers: opening ends, soon, with a database or an error that is documented; what a command or a query
/// answers is documented, and so plain text; where the audit found nothing before the commands, it finds nothing after them,
/// and the ledger sums to zero. Where it found something, commands may do as they like, as long as they end.

#include <time.h>

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "boxoffice/utf8.hpp"
#include "damage.hpp"
#include "images.hpp"
#include "support.hpp"

using namespace boxoffice;

namespace {

struct Bench {
    fuzz::Directory directory;
    std::vector<fuzz::Image> images = fuzz::make_images(directory);
    std::string path = directory.file("sale.db");
};
Bench& bench() {
    static Bench it;
    return it;
}

/// Of this thread: a machine that does other things too makes nobody slow.
double seconds_worked() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

void lay_out(const fuzz::Image& image, const std::string& path) {
    for (std::size_t i = 0; i < image.size(); ++i) {
        const auto name = path + fuzz::suffixes[i];
        std::filesystem::remove(name);
        if (!image[i]) continue;
        std::ofstream out(name, std::ios::binary);
        out.write(image[i]->data(), static_cast<std::streamsize>(image[i]->size()));
    }
}

/// Any error: it is of the table, its words can be shown, and it is none that says that we are wrong.
void check(const Error& error, const char* during) {
    if (name_of(error.code) == "unknown")
        fuzz::found("%s: an error that is none: %d", during, static_cast<int>(error.code));
    if (!is_plain_text(error.detail))
        fuzz::found("%s: %s: its words are no plain text", during, std::string{name_of(error.code)}.c_str());
    if (error.code == ErrorCode::forked || error.code == ErrorCode::out_of_memory ||
        error.code == ErrorCode::unsupported)
        fuzz::found("%s: %s", during, error.text().c_str());
    fuzz::tally().count("error " + std::string{name_of(error.code)});
    if (error.code == ErrorCode::internal) fuzz::tally().count("internal: " + error.detail.substr(0, 120));
}

void check_opening(const Error& error) {
    check(error, "opening");
    static const std::set<ErrorCode> may_be{
        ErrorCode::storage,    ErrorCode::not_a_boxoffice, ErrorCode::newer_schema,   ErrorCode::busy,
        ErrorCode::clock_jump, ErrorCode::invalid_options, ErrorCode::weak_durability};
    if (!may_be.contains(error.code)) fuzz::found("opening: %s", error.text().c_str());
}

enum class Audited { clean, unclean, fault };

Audited audit(BoxOffice& office, std::string& said) {
    const auto violations = office.audit();
    if (!violations) {
        check(violations.error(), "audit");
        said = violations.error().text();
        return Audited::fault;
    }
    for (const auto& one : *violations) {
        if (!is_plain_text(one.detail))
            fuzz::found("audit: its words are no plain text: %s", plain(one.detail).c_str());
        said += one.rule + ": " + one.detail + "\n";
    }
    return violations->empty() ? Audited::clean : Audited::unclean;
}

class Story {
  public:
    explicit Story(BoxOffice& office) : office_(office) {}

    void tell() {
        ask("now", office_.now());
        ask("rooms", office_.room("main"));
        ask("side", office_.room("side"));
        ask("stats", office_.stats());
        ask("dates", office_.dates(fuzz::fuzz_day(0)));
        ask("events", office_.events_after(0, 1'000));
        ask("unreconciled", office_.unreconciled_payments(100));
        ask("cash", office_.cash_report(fuzz::opening, never));
        act("tick", Tick{});
        for (const auto* name : {"ann", "bob", "cat", "dan"}) visit(name);
        if (const auto all = ask("concerts", office_.all_concerts(fuzz::fuzz_day(0)))) {
            for (std::size_t i = 0; i < all->size() && i < 3; ++i) look_at((*all)[i].id);
            if (!all->empty()) buy((*all)[0].id);
        }
        act("create user", CreateUser{"fay"});
        act("create concert", CreateConcert{fuzz::fuzz_day(5), "new", office_.main_room(), {{"1", "", "", Points{5}}}});
        act("tick", Tick{5});
    }

  private:
    template <class T>
    std::optional<T> ask(const char* what, Result<T> answer) {
        if (!answer) {
            check(answer.error(), what);
            return std::nullopt;
        }
        fuzz::tally().count(std::string{"asked "} + what);
        return std::move(*answer);
    }
    template <class C>
    std::optional<typename C::Answer> act(const char* what, C command) {
        auto answer = office_.execute(std::move(command));
        if (!answer) {
            check(answer.error(), what);
            return std::nullopt;
        }
        fuzz::tally().count(std::string{"did "} + what);
        return std::move(*answer);
    }

    void visit(const char* name) {
        const auto user = ask("user", office_.user(name));
        if (!user) return;
        ask("balance", office_.balance(user->id));
        ask("transfers", office_.transfers(user->id, 100));
        const auto all = ask("reservations", office_.reservations(user->id, 100));
        for (std::size_t i = 0; all && i < all->size() && i < 4; ++i) {
            const auto& one = (*all)[i];
            ask("reservation", office_.reservation(user->id, one.reservation.id));
            ask("order", office_.order(user->id, one.reservation.order));
            act("cancel", Cancel{user->id, {one.reservation.id}, {}});
            act("release", ReleaseHold{user->id, one.reservation.id});
            if (i == 0) act("refund", Refund{one.reservation.id, Points{1}, false, {}, "why"});
        }
        act("recharge", Recharge{user->id, Points{1'000}, "r"});  // as it was made before
        act("recharge", Recharge{user->id, Points{200}, {}});
    }

    void look_at(ConcertId concert) {
        ask("sale", office_.sale(concert));
        ask("tariff", office_.tariff(concert));
        ask("types", office_.ticket_types(concert));
        ask("counts", office_.seat_counts(concert));
        ask("report", office_.sales_report(concert));
        ask("sheet", office_.seats(concert));
        ask("map", office_.seat_map(concert));
        act("sweep", SweepRefunds{concert, 10});
    }

    void buy(ConcertId concert) {
        const auto user = ask("user", office_.user("dan"));
        if (!user) return;
        const auto joined = act("join", Join{user->id, office_.main_room()});
        if (!joined) return;
        (void)office_.peek(office_.token_text(joined->claims));
        const auto seats = ask("available", office_.available_seats(concert));
        if (!seats || seats->empty()) return;
        const auto held = act("hold", HoldSeat{user->id, joined->claims.token, seats->front().id, "new"});
        if (held) act("pay", Pay{user->id, joined->claims.token, held->reservation, "new"});
        act("leave", Leave{user->id, joined->claims.token});
    }

    BoxOffice& office_;
};

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    (void)bench();
    for (const auto* const what : {"clean", "unclean", "fault", "refused", "did pay", "did cancel", "did hold",
                                   "asked report", "error storage", "error not_a_boxoffice"})
        fuzz::tally().expect(what);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Bytes input(data, size);
    auto image = bench().images[input.u8() % bench().images.size()];
    const auto flags = input.u8();
    fuzz::Damage damage(image);
    damage.read(input);
    const auto& path = bench().path;
    lay_out(image, path);
    if (!damage.rewrites().empty()) fuzz::rewrite(path, damage.rewrites());

    const auto began = seconds_worked();
    auto opened = fuzz::open_office(path, (flags & 1) == 0, fuzz::opening + std::chrono::minutes{2});
    const auto took = seconds_worked() - began;
    if (took > 1) fuzz::found("opening took %.1f s", took);
    if (!opened) {
        check_opening(opened.error());
        fuzz::tally().count("refused");
        return 0;
    }
    auto& office = **opened;
    std::string before;
    const auto at_first = (flags & 2) == 0 ? audit(office, before) : Audited::unclean;
    fuzz::tally().count(at_first == Audited::clean ? "clean" : at_first == Audited::fault ? "fault" : "unclean");
    Story{office}.tell();
    if (fuzz::is_planted())
        SQLite::Database{path, SQLite::OPEN_READWRITE}.exec("UPDATE points SET balance = balance + 1");
    std::string after;
    const auto at_last = audit(office, after);
    if (at_first == Audited::clean && at_last == Audited::unclean)
        fuzz::found("the audit was clean before: %s", after.c_str());
    return 0;
}

/// boxoffice_copy FROM TO: moves a box office from a file to a PostgreSQL database, or the other way. See
/// examples/guides/from_one_file_to_a_cluster.md.

#include <fmt/format.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "boxoffice/office.hpp"
#include "copy/copying.hpp"
#include "support/input.hpp"
#include "support/store.hpp"

namespace {

using namespace boxoffice;
using support::BadInput;

constexpr std::string_view usage =
    "Usage: boxoffice_copy FROM TO\n"
    "Copies a box office, every row of it, from FROM to TO. Each is a file or a PostgreSQL address (postgresql://HOST/DATABASE;\n"
    "give passwords by PGPASSFILE or PGPASSWORD). Nobody may have FROM open, and nothing may be at TO. Compares both row by\n"
    "row, and audits both. Tokens, holds and idempotency keys go on being good at TO: close FROM for good.\n"
    "Exit: 0; 1 it failed, or an audit found something; 2 bad usage.\n";

void complain(const std::string& what) { fmt::print(stderr, "boxoffice_copy: {}\n", support::one_line(what)); }

/// `name` is what the store is called: never an address.
template <class T>
T must(Result<T> result, const std::string& name) {
    if (!result) throw BadInput(name + ": " + result.error().text());
    return *std::move(result);
}

/// What was refused is told in its own words, which name the side.
copying::Copied must_copy(Store& from, Store& to, const copying::Settings& settings) {
    auto copied = copying::copy(from, to, settings);
    if (copied) return *std::move(copied);
    const auto& error = copied.error();
    throw BadInput(error.code == ErrorCode::invalid_argument ? error.detail : error.text());
}

HouseRules rules_of(Store& store, const std::string& name) {
    const auto view = must(store.read(), name);
    const auto rules = must(view->house_rules(), name);
    if (!rules) throw BadInput(name + ": no box office was ever opened there");
    return *rules;
}

/// How many violations an office on it finds; each is told.
std::size_t audit(const std::string& db, const std::string& name) {
    auto store = support::open_store(db, false);
    const auto rules = rules_of(*store, name);
    Options options;
    options.hold_ttl = rules.hold_ttl;
    options.holds_per_user = rules.holds_per_user;
    options.capture_ttl = rules.capture_ttl;
    options.identity_ttl = rules.identity_ttl;
    options.idempotency_ttl = rules.idempotency_ttl;
    options.issue_limit = rules.issue_limit;
    options.accept_time = true;             // nothing is sold here
    options.token_keys.push_back({1, {}});  // or one would be made and kept, where the host brings its own
    const auto office = must(BoxOffice::open(std::move(store), std::move(options)), name);
    const auto violations = must(office->audit(), name);
    for (const auto& one : violations) complain(fmt::format("{}: {}: {}", name, one.rule, one.detail));
    return violations.size();
}

int copy(const std::string& from, const std::string& to) {
    const auto from_name = "FROM, " + support::store_name(from);
    const auto to_name = "TO, " + support::store_name(to);
    for (const auto& db : {from, to})
        if (!support::is_file(db) && db == support::store_name(db))
            throw BadInput("expected files or PostgreSQL addresses, found " + support::in_quotes(db));
    {
        const auto source = support::open_store(from, false);
        const auto target = support::open_store(to);
        copying::Settings settings;
        if (::isatty(STDERR_FILENO) == 1)
            settings.told = [](const copying::KindCount& count) {
                fmt::print(stderr, "\r{:<18} {:>12}", count.kind, count.rows);
            };
        const auto copied = must_copy(*source, *target, settings);
        if (settings.told) fmt::print(stderr, "\r{:31}\r", "");
        std::int64_t rows = 0;
        for (const auto& count : copied.kinds) {
            fmt::print("{:<18} {:>12}\n", count.kind, count.rows);
            rows += count.rows;
        }
        fmt::print("{} rows copied; read again on both sides, they are the same\n", rows);
        if (copied.passed_over > 0)
            fmt::print("{} numbers of events that were pruned stay unused\n", copied.passed_over);
    }
    std::size_t violations = 0;
    for (const auto& [db, name] : {std::pair{from, from_name}, std::pair{to, to_name}}) {
        const auto found = audit(db, name);
        fmt::print("{}: the audit is {}\n", name,
                   found == 0 ? "clean" : fmt::format("not clean: {} violations", found));
        violations += found;
    }
    if (std::fflush(stdout) != 0) return 1;
    return violations == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    for (const auto& one : arguments)
        if (one == "--help" || one == "-h") return std::fputs(std::string{usage}.c_str(), stdout) >= 0 ? 0 : 1;
    if (arguments.size() != 2) {
        complain("expected FROM and TO (--help says more)");
        return 2;
    }
    try {
        return copy(arguments[0], arguments[1]);
    } catch (const std::exception& e) {
        complain(e.what());
        return 1;
    }
}

// A process was killed (kill -9) while it folded the log into the file. The file's first page said already how long the file would
// be, and it was shorter yet; so whoever opened it next looked at it without its log, and said "database disk image is malformed",
// for good. Nothing was lost, and nobody could sell.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "faults/actors.hpp"
#include "sqlite/connection.hpp"
#include "sqlite/migrations.hpp"
#include "sqlite/support.hpp"
#include "support/catch.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using boxoffice::sqlite_testing::read_file;
using boxoffice::sqlite_testing::TemporaryFolder;
using boxoffice::sqlite_testing::write_file;

namespace fs = std::filesystem;

namespace {

std::uint32_t big_endian(const std::string& bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<std::uint8_t>(bytes.at(at + i));
    return value;
}

/// The pages that a log has, as they are after its last commit. (SQLite's file format, section 4)
std::map<std::uint32_t, std::string> pages_of(const std::string& log) {
    std::map<std::uint32_t, std::string> committed;
    std::map<std::uint32_t, std::string> pages;
    const auto page_size = big_endian(log, 8);
    const auto salt = log.substr(16, 8);
    for (std::size_t at = 32; at + 24 + page_size <= log.size(); at += 24 + page_size) {
        if (log.substr(at + 8, 8) != salt) break;
        pages[big_endian(log, at)] = log.substr(at + 24, page_size);
        if (big_endian(log, at + 4) != 0) committed = pages;
    }
    return committed;
}

/// The files of `from`, with the first `count` pages of the log folded, as who folds it does: in order.
void fold_some(const std::string& from, const std::string& to, std::size_t count) {
    for (const auto* end : {"-wal", "-shm", "-lock"}) {
        fs::remove(to + end);
        if (fs::exists(from + end)) fs::copy_file(from + end, to + end);
    }
    auto file = read_file(from);
    for (const auto& [number, bytes] : pages_of(read_file(from + "-wal"))) {
        if (count-- == 0) break;
        const auto at = (number - 1) * bytes.size();
        if (file.size() < at + bytes.size()) file.resize(at + bytes.size());
        file.replace(at, bytes.size(), bytes);
    }
    write_file(to, file);
}

/// After the first pages, now and then, and after the last.
std::vector<std::size_t> moments(std::size_t pages) {
    std::vector<std::size_t> counts{0, 1, 2, 3};
    for (std::size_t count = 4; count + 3 < pages; count += 12) counts.push_back(count);
    for (std::size_t count = pages - 3; count <= pages; ++count) counts.push_back(count);
    return counts;
}

}  // namespace

TEST_CASE("A file whose log was folded in part opens, wherever its folding ended", "[faults][A8]") {
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    {
        // Many rows, so that the file grows by the fold.
        Actor host{[&] {
            return house(path, [](char, BoxOffice* office) {
                std::vector<Command> guests;
                for (int i = 0; i < 300; ++i)
                    guests.emplace_back(CreateUser{"guest-" + std::to_string(i) + std::string(40, 'x')});
                for (const auto& made : office->execute(guests))
                    if (!made) return answer_of(made);
                return std::int64_t{0};
            });
        }};
        REQUIRE(host('o') == 0);
        REQUIRE(host('r') == 0);
        REQUIRE(host('u') == 0);
        REQUIRE(host('r') == 0);
        host.kill();
    }
    SqliteOptions quick;
    quick.durability = Durability::normal;
    const auto pages = pages_of(read_file(path + "-wal")).size();
    REQUIRE(pages > 20);
    for (const auto count : moments(pages)) {
        INFO(count << " of " << pages << " pages");
        fold_some(path, folder / "torn.db", count);
        const auto office = open_office(folder / "torn.db", {}, {}, quick);
        INFO((office ? "opened" : office.error().text()));
        REQUIRE(office);
        CHECK((*office)->balance((*office)->user("mina").value().id).value() == Points{2});
    }
}

TEST_CASE("A file that was killed while it was made opens, wherever the first folding ended", "[faults][A8]") {
    const TemporaryFolder folder;
    const auto path = folder / "new.db";
    sqlite::Connection made{path, true, Duration::zero()};
    made.prepare_for_writing(Durability::full, 1 << 20);
    sqlite::migrate(made);  // the whole schema is in the log
    const auto pages = pages_of(read_file(path + "-wal")).size();
    REQUIRE(pages > 20);
    for (const auto count : moments(pages)) {
        INFO(count << " of " << pages << " pages");
        fold_some(path, folder / "torn.db", count);
        const auto opened = open_sqlite_store({.path = folder / "torn.db", .durability = Durability::normal});
        INFO((opened ? "opened" : opened.error().text()));
        REQUIRE(opened);
    }
}

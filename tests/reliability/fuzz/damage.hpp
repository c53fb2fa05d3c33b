#pragma once
/// What an input does to the files: a row of records, each an operation on one of them.

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "images.hpp"
#include "support.hpp"

namespace fuzz {

inline constexpr std::size_t page_size = 4'096;
inline constexpr std::size_t log_header = 32;
inline constexpr std::size_t frame_header = 24;

inline std::uint32_t big_endian(const std::string& text, std::size_t at) {
    std::uint32_t out = 0;
    for (std::size_t i = 0; i < 4; ++i) out = out << 8 | static_cast<unsigned char>(text[at + i]);
    return out;
}
inline void put_big_endian(std::string& text, std::size_t at, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) text[at + i] = static_cast<char>(value >> (24 - 8 * i));
}

/// Makes the checksums of a log right again (SQLite's file format, section 4.2), so that what was done to its frames is read.
inline void seal_log(std::string& log) {
    if (log.size() < log_header) return;
    const bool is_big = (big_endian(log, 0) & 1) != 0;
    std::uint32_t s0 = 0;
    std::uint32_t s1 = 0;
    const auto sum = [&](std::size_t from, std::size_t count) {
        for (auto at = from; at + 8 <= from + count; at += 8) {
            const auto word = [&](std::size_t i) {
                const auto value = big_endian(log, i);
                return is_big ? value : __builtin_bswap32(value);
            };
            s0 += word(at) + s1;
            s1 += word(at + 4) + s0;
        }
    };
    sum(0, 24);
    put_big_endian(log, 24, s0);
    put_big_endian(log, 28, s1);
    for (auto at = log_header; at + frame_header + page_size <= log.size(); at += frame_header + page_size) {
        sum(at, 8);
        sum(at + frame_header, page_size);
        put_big_endian(log, at + 16, s0);
        put_big_endian(log, at + 20, s1);
    }
}

/// A value of a row that no office would have written, into the database through SQL: what stands in the pages is sound then, and
/// what reads the rows is asked.
struct Rewrite {
    std::uint8_t table, column, row, value;
};

class Damage {
  public:
    explicit Damage(Image& image) : image_(image) {}

    /// Reads the input to its end, up to `most` records.
    void read(Bytes& input, int most = 24) {
        while (!input.empty() && most-- > 0) one(input);
        if (is_sealed_ && image_[1]) seal_log(*image_[1]);
    }
    [[nodiscard]] const std::vector<Rewrite>& rewrites() const { return rewrites_; }

  private:
    void one(Bytes& input) {
        const auto op = input.u8() % 12;
        const auto which = input.u8();
        if (op == 10) {
            is_sealed_ = true;
            return;
        }
        if (op == 11) {
            const auto column = input.u8();
            const auto row = input.u8();
            rewrites_.push_back({which, column, row, input.u8()});
            return;
        }
        auto& file = image_[which % image_.size()];
        if (!file) file.emplace();
        auto& text = *file;
        switch (op) {
            case 0: return put(text, input.u24(), input.take(1 + which / 16u));
            case 1: {  // somewhere in a page: its header, its cells
                const auto page = input.u8();
                const auto offset = input.u16();
                return put(text, page_at(which, text, page) + offset % page_size, input.take(1 + which / 32u));
            }
            case 2: return text.resize(text.empty() ? 0 : input.u24() % text.size());
            case 3: {
                const auto a = page_at(which, text, input.u8());
                const auto b = page_at(which, text, input.u8());
                if (a + page_size <= text.size() && b + page_size <= text.size())
                    std::swap_ranges(text.begin() + as(a), text.begin() + as(a + page_size), text.begin() + as(b));
                return;
            }
            case 4: {
                const auto a = page_at(which, text, input.u8());
                const auto b = page_at(which, text, input.u8());
                if (a + page_size <= text.size() && b + page_size <= text.size())
                    std::copy_n(text.substr(a, page_size).begin(), page_size, text.begin() + as(b));
                return;
            }
            case 5: {
                const auto fill = static_cast<char>(input.u8());
                return void(text.append(input.u16(), fill));
            }
            case 6: file.reset(); return;
            case 7: {  // a number in it, a little more or less
                const auto at = input.u24();
                const auto by = static_cast<std::int8_t>(input.u8());
                if (text.size() < 4) return;
                const auto from = at % (text.size() - 3);
                return put_big_endian(text, from, big_endian(text, from) + static_cast<std::uint32_t>(by));
            }
            case 8: {
                const auto at = input.u24();
                const auto count = input.u16();
                const auto fill = static_cast<char>(input.u8());
                for (std::size_t i = 0; !text.empty() && i < count; ++i) text[(at + i) % text.size()] = fill;
                return;
            }
            default: {  // the header's or the first page's bytes, which lead everything
                const auto at = input.u16() % 512u;
                return put(text, at, input.take(1 + which / 32u));
            }
        }
    }

    static std::ptrdiff_t as(std::size_t at) { return static_cast<std::ptrdiff_t>(at); }
    static std::size_t page_at(std::uint8_t which, const std::string& text, std::uint8_t page) {
        const bool is_log = which % suffixes.size() == 1;
        const auto size = is_log ? frame_header + page_size : page_size;
        const auto count = std::max<std::size_t>(text.size() / size, 1);
        return is_log ? log_header + page % count * size + frame_header : page % count * size;
    }
    static void put(std::string& text, std::size_t at, const std::vector<std::uint8_t>& bytes) {
        if (text.empty()) return;
        for (std::size_t i = 0; i < bytes.size(); ++i) text[(at + i) % text.size()] = static_cast<char>(bytes[i]);
    }

    Image& image_;
    std::vector<Rewrite> rewrites_;
    bool is_sealed_ = false;
};

/// Writes the values into the file, with the schema's back-stops taken away first.
inline void rewrite(const std::string& path, const std::vector<Rewrite>& rewrites) try {
    static const char* const values[] = {"NULL",
                                         "0",
                                         "-1",
                                         "1",
                                         "9223372036854775807",
                                         "-9223372036854775807 - 1",
                                         "9007199254740993",
                                         "1000000000001",
                                         "''",
                                         "'held'",
                                         "'sold'",
                                         "'available'",
                                         "'admitted'",
                                         "'confirmed'",
                                         "'captured'",
                                         "'nothing that is known'",
                                         "x'00'",
                                         "zeroblob(300)",
                                         "zeroblob(16)",
                                         "CAST(x'C0AF00' AS TEXT)",
                                         "9e999",
                                         "'[1,2,3]'",
                                         "'9999-99-99'",
                                         "'2027-02-30'",
                                         "'1'",
                                         "5000000000000000000",
                                         "4611686018427387904"};
    SQLite::Database file{path, SQLite::OPEN_READWRITE, 50};
    sqlite3_db_config(file.getHandle(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    file.exec("PRAGMA ignore_check_constraints = ON; PRAGMA synchronous = OFF");
    std::vector<std::string> tables;
    for (SQLite::Statement all{file, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"};
         all.executeStep();)
        tables.push_back(all.getColumn(0).getString());
    for (const auto& [table, column, row, value] : rewrites) {
        if (tables.empty()) return;
        const auto& name = tables[table % tables.size()];
        std::vector<std::string> columns;
        std::string key;
        for (SQLite::Statement all{file, "SELECT name, pk FROM pragma_table_info('" + name + "')"};
             all.executeStep();) {
            columns.push_back(all.getColumn(0).getString());
            if (all.getColumn(1).getInt() == 1) key = columns.back();
        }
        if (columns.empty() || key.empty()) continue;
        const auto& what = columns[column % columns.size()];
        const std::string which = row == 255 ? ""
                                             : " WHERE " + key + " = (SELECT " + key + " FROM " + name + " ORDER BY " +
                                                   key + " LIMIT 1 OFFSET (" + std::to_string(row) +
                                                   " % (SELECT count(*) FROM " + name + ")))";
        const auto odd = value % (std::size(values) + 3);
        const std::string to = odd < std::size(values)        ? values[odd]
                               : odd == std::size(values)     ? what + " + 1"
                               : odd == std::size(values) + 1 ? what + " - 1"
                                                              : "-" + what;
        try {
            if (value >= 250)
                file.exec("DELETE FROM " + name + which);
            else
                file.exec("UPDATE " + name + " SET " + what + " = " + to + which);
        } catch (const SQLite::Exception&) {  // of another type, or there twice: another input has one that goes
        }
    }
} catch (const SQLite::Exception&) {
}

}  // namespace fuzz

#include "support/csv.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "boxoffice/text.hpp"
#include "support/input.hpp"

namespace support {

namespace {

BadInput bad(const std::string& path, std::size_t line, std::string_view what) {
    return BadInput(fmt::format("{}: line {}: {}", path, line, what));
}

void check_utf8(const std::string& path, std::string_view text) {
    std::size_t line = 1;
    while (!text.empty()) {
        std::uint32_t point = 0;
        const auto length = boxoffice::decode_utf8(text, point);
        if (length == 0) throw bad(path, line, "expected UTF-8, found other bytes; save it as UTF-8 (\"CSV UTF-8\")");
        if (point == 0) throw bad(path, line, "expected text, found a NUL byte");
        if (point == '\n') ++line;
        text.remove_prefix(length);
    }
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// A column's name as it is compared.
std::string plain_name(std::string_view name) {
    std::string out{trimmed(name)};
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return out;
}

constexpr std::string_view separators = ",;\t";

class Reader {
  public:
    Reader(const std::string& path, std::string_view text) : path_(path), text_(text) {
        if (!read_separator_line()) guess_separator();
    }

    /// The next record with a text in it; false at the end.
    bool next(CsvRecord& record) {
        do {
            while (skip_line_end()) ++line_;
            if (text_.empty()) return false;
            read(record);
        } while (std::all_of(record.fields.begin(), record.fields.end(),
                             [](const std::string& field) { return trimmed(field).empty(); }));
        return true;
    }

  private:
    void read(CsvRecord& record) {
        record.line = line_;
        record.fields.clear();
        do record.fields.push_back(text_.starts_with('"') ? quoted_field() : plain_field());
        while (skip(separator_));
        if (skip_line_end())
            ++line_;
        else if (!text_.empty())
            throw bad(path_, line_, "expected a line to end in LF or CRLF, found a lone CR");
    }

    /// The line `sep=;`, by which a file tells a spreadsheet.
    bool read_separator_line() {
        const auto line = text_.substr(0, text_.find_first_of("\r\n"));
        if (plain_name(line.substr(0, 4)) != "sep=") return false;
        if (line.size() != 5 || separators.find(line[4]) == std::string_view::npos)
            throw bad(path_, line_,
                      fmt::format("expected sep= with a comma, a semicolon or a tab, found {}", in_quotes(line)));
        separator_ = line.substr(4, 1);
        text_.remove_prefix(line.size());
        return true;
    }

    /// The one that stands most often in the first line with a text; a comma where none does.
    void guess_separator() {
        const auto first = text_.find_first_not_of("\r\n,;\t ");
        if (first == std::string_view::npos) return;
        const auto line = text_.substr(first, text_.substr(first).find_first_of("\r\n"));
        std::ptrdiff_t most = 0;
        for (std::size_t i = 0; i < separators.size(); ++i) {
            const auto count = std::count(line.begin(), line.end(), separators[i]);
            if (count > most) most = count, separator_ = separators.substr(i, 1);
        }
    }

    bool skip(std::string_view what) {
        if (!text_.starts_with(what)) return false;
        text_.remove_prefix(what.size());
        return true;
    }

    bool skip_line_end() { return skip("\n") || skip("\r\n"); }

    std::string plain_field() {
        const auto length = std::min(text_.find_first_of(ends_of_plain()), text_.size());
        std::string field{text_.substr(0, length)};
        text_.remove_prefix(length);
        if (text_.starts_with('"'))
            throw bad(path_, line_, "expected quotes around the whole field, found one inside it");
        return field;
    }

    std::string quoted_field() {
        const auto first_line = line_;
        std::string field;
        skip("\"");
        while (true) {
            const auto length = text_.find('"');
            if (length == std::string_view::npos)
                throw bad(path_, first_line, "expected a closing quote, found the end");
            field += text_.substr(0, length);
            line_ += static_cast<std::size_t>(
                std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(length), '\n'));
            text_.remove_prefix(length + 1);
            if (!skip("\"")) break;
            field += '"';
        }
        if (!text_.empty() && text_.find_first_of(ends_of_quoted()) != 0)
            throw bad(path_, line_, "expected a separator or the line's end after a closing quote");
        return field;
    }

    [[nodiscard]] std::string ends_of_quoted() const { return "\r\n" + std::string{separator_}; }
    [[nodiscard]] std::string ends_of_plain() const { return "\"" + ends_of_quoted(); }

    const std::string& path_;
    std::string_view text_;
    std::string_view separator_ = ",";
    std::size_t line_ = 1;
};

/// Of an optional column that the file does not have.
constexpr auto nowhere = static_cast<std::size_t>(-1);

/// Where each wanted column stands in the header.
std::vector<std::size_t> find_columns(const std::string& path, const CsvRecord& header,
                                      const std::vector<std::string>& columns,
                                      const std::vector<std::string>& optional) {
    std::vector<std::string> names;
    for (const auto& field : header.fields) names.push_back(plain_name(field));
    std::vector<std::size_t> places;
    const auto find = [&](const std::string& column, bool is_optional) {
        const auto at = std::find(names.begin(), names.end(), column);
        if (at == names.end() && is_optional) return places.push_back(nowhere);
        if (at == names.end())
            throw bad(path, header.line,
                      fmt::format("expected the columns {}; \"{}\" is missing among {}", fmt::join(columns, ","),
                                  column, in_quotes(fmt::format("{}", fmt::join(names, ",")))));
        if (std::find(at + 1, names.end(), column) != names.end())
            throw bad(path, header.line, fmt::format("expected each column once, found \"{}\" twice", column));
        places.push_back(static_cast<std::size_t>(at - names.begin()));
    };
    for (const auto& column : columns) find(column, false);
    for (const auto& column : optional) find(column, true);
    return places;
}

}  // namespace

std::vector<CsvRecord> read_csv(const std::string& path, const std::vector<std::string>& columns,
                                const std::vector<std::string>& optional) {
    const auto text = read_file(path);
    check_utf8(path, text);
    Reader reader(path, text);
    CsvRecord header;
    if (!reader.next(header))
        throw bad(path, 1, fmt::format("expected a header {}, found nothing", fmt::join(columns, ",")));
    const auto places = find_columns(path, header, columns, optional);
    std::vector<CsvRecord> records;
    for (CsvRecord read; reader.next(read);) {
        if (read.fields.size() != header.fields.size())
            throw bad(
                path, read.line,
                fmt::format("expected {} fields as in the header, found {}", header.fields.size(), read.fields.size()));
        CsvRecord record{read.line, {}};
        for (const auto place : places)
            record.fields.push_back(place == nowhere ? std::string{} : std::move(read.fields[place]));
        records.push_back(std::move(record));
    }
    return records;
}

}  // namespace support

#include "csv.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "boxoffice/text.hpp"
#include "support/input.hpp"

namespace onsale {

using namespace support;

namespace {

BadInput bad(const std::string& path, std::size_t line, std::string_view what) {
    return BadInput(fmt::format("{}: line {}: {}", path, line, what));
}

void check_utf8(const std::string& path, std::string_view text) {
    std::size_t line = 1;
    while (!text.empty()) {
        std::uint32_t point = 0;
        const auto length = boxoffice::decode_utf8(text, point);
        if (length == 0) throw bad(path, line, "expected UTF-8, found other bytes");
        if (point == 0) throw bad(path, line, "expected text, found a NUL byte");
        if (point == '\n') ++line;
        text.remove_prefix(length);
    }
}

class Reader {
  public:
    Reader(const std::string& path, std::string_view text) : path_(path), text_(text) {}

    /// The next record that is not an empty line; false at the end.
    bool next(CsvRecord& record) {
        while (skip_line_end()) ++line_;
        if (text_.empty()) return false;
        record.line = line_;
        record.fields.clear();
        do record.fields.push_back(text_.starts_with('"') ? quoted_field() : plain_field());
        while (skip(","));
        if (skip_line_end())
            ++line_;
        else if (!text_.empty())
            throw bad(path_, line_, "expected a line to end in LF or CRLF, found a lone CR");
        return true;
    }

  private:
    bool skip(std::string_view what) {
        if (!text_.starts_with(what)) return false;
        text_.remove_prefix(what.size());
        return true;
    }

    bool skip_line_end() { return skip("\n") || skip("\r\n"); }

    std::string plain_field() {
        const auto length = std::min(text_.find_first_of(",\r\n\""), text_.size());
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
        if (!text_.empty() && text_.find_first_of(",\r\n") != 0)
            throw bad(path_, line_, "expected a comma or the line's end after a closing quote");
        return field;
    }

    const std::string& path_;
    std::string_view text_;
    std::size_t line_ = 1;
};

/// Where each wanted column stands in the header.
std::vector<std::size_t> find_columns(const std::string& path, const CsvRecord& header,
                                      const std::vector<std::string>& columns) {
    std::vector<std::size_t> places;
    for (const auto& column : columns) {
        const auto at = std::find(header.fields.begin(), header.fields.end(), column);
        if (at == header.fields.end())
            throw bad(path, header.line,
                      fmt::format("expected the columns {}; \"{}\" is missing", fmt::join(columns, ","), column));
        if (std::find(at + 1, header.fields.end(), column) != header.fields.end())
            throw bad(path, header.line, fmt::format("expected each column once, found \"{}\" twice", column));
        places.push_back(static_cast<std::size_t>(at - header.fields.begin()));
    }
    return places;
}

}  // namespace

std::vector<CsvRecord> read_csv(const std::string& path, const std::vector<std::string>& columns) {
    const auto text = read_file(path);
    check_utf8(path, text);
    Reader reader(path, text);
    CsvRecord header;
    if (!reader.next(header))
        throw bad(path, 1, fmt::format("expected a header {}, found nothing", fmt::join(columns, ",")));
    const auto places = find_columns(path, header, columns);
    std::vector<CsvRecord> records;
    for (CsvRecord read; reader.next(read);) {
        if (read.fields.size() != header.fields.size())
            throw bad(
                path, read.line,
                fmt::format("expected {} fields as in the header, found {}", header.fields.size(), read.fields.size()));
        CsvRecord record{read.line, {}};
        for (const auto place : places) record.fields.push_back(std::move(read.fields[place]));
        records.push_back(std::move(record));
    }
    return records;
}

}  // namespace onsale

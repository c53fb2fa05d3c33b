#pragma once
/// Comma-separated values that spreadsheets open as they are meant (RFC 4180): UTF-8 with the mark by which Excel knows it,
/// lines that end in CR LF, quotes where a text needs them.

#include <cstdint>
#include <string>
#include <string_view>

namespace http_server {

inline constexpr std::string_view csv_type = "text/csv; charset=utf-8";

class CsvWriter {
  public:
    /// A text of somebody's. One that a spreadsheet would take for a formula gets an apostrophe in front: whoever named a
    /// category would otherwise have their words carried out on the machine of who opens the file.
    CsvWriter& cell(std::string_view text);
    CsvWriter& cell(std::int64_t number);
    void end_line();

    [[nodiscard]] std::string take() { return std::move(out_); }

  private:
    void begin_cell();

    std::string out_ = "\xEF\xBB\xBF";
    bool is_in_line_ = false;
};

}  // namespace http_server

#include "csv.hpp"

#include <algorithm>
#include <array>

namespace http_server {
namespace {

/// What begins a formula, in the wide forms of East Asian keyboards as well; and what some programs skip before one.
constexpr std::array<std::string_view, 12> formula_beginnings{"=",  "+", "-",  "@",  "\t", "\r",
                                                              "\n", " ", "＝", "＋", "－", "＠"};

bool may_be_formula(std::string_view text) {
    return std::any_of(formula_beginnings.begin(), formula_beginnings.end(),
                       [&](std::string_view beginning) { return text.starts_with(beginning); });
}

}  // namespace

void CsvWriter::begin_cell() {
    if (is_in_line_) out_ += ',';
    is_in_line_ = true;
}

CsvWriter& CsvWriter::cell(std::string_view text) {
    begin_cell();
    const bool is_quoted =
        text.find_first_of(",;\"\t\r\n") != std::string_view::npos || text.starts_with(' ') || text.ends_with(' ');
    if (is_quoted) out_ += '"';
    if (may_be_formula(text)) out_ += '\'';
    for (const char c : text) {
        if (c == '"') out_ += '"';
        out_ += c;
    }
    if (is_quoted) out_ += '"';
    return *this;
}

CsvWriter& CsvWriter::cell(std::int64_t number) {
    begin_cell();
    out_ += std::to_string(number);
    return *this;
}

void CsvWriter::end_line() {
    out_ += "\r\n";
    is_in_line_ = false;
}

}  // namespace http_server

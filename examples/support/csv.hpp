#pragma once
/// A reader of the CSV files that people have: RFC 4180 (records of comma-separated fields, quoted where they hold
/// commas, quotes or line breaks; lines end in CRLF or LF) and what spreadsheets make of it. Fields may be separated by
/// semicolons or tabs instead, as a first line `sep=;` says or the header shows; rows without a text in any field are
/// skipped.

#include <cstddef>
#include <string>
#include <vector>

namespace support {

struct CsvRecord {
    std::size_t line = 0;  ///< where it begins, from 1
    std::vector<std::string> fields;
};

/// A file with a header: the columns asked for, in the order asked for, whatever their order in the file; capitals and
/// blanks around a column's name do not matter. The optional ones follow; one that the file does not have is empty in
/// every record. Other columns are ignored. Throws BadInput, naming file and line, where the text is not RFC 4180 or not
/// UTF-8, where a column is missing, and where a record has more or fewer fields than the header.
std::vector<CsvRecord> read_csv(const std::string& path, const std::vector<std::string>& columns,
                                const std::vector<std::string>& optional = {});

}  // namespace support

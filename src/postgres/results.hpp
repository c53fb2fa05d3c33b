#pragma once
/// What a statement answered, in PostgreSQL's binary format.

#include <libpq-fe.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "sql/rows.hpp"
#include "sql/values.hpp"

namespace boxoffice::postgres {

/// Reads one column after another of one row.
class Row : public sql::Source<Row> {
  public:
    Row(const ::PGresult* result, int row) : result_(result), row_(row) {}

    class Column {
      public:
        Column(const ::PGresult* result, int row, int column)
            : bytes_{::PQgetvalue(result, row, column), static_cast<std::size_t>(::PQgetlength(result, row, column))},
              is_null_(::PQgetisnull(result, row, column) != 0) {}
        [[nodiscard]] bool is_null() const { return is_null_; }
        [[nodiscard]] std::int64_t integer() const { return static_cast<std::int64_t>(bits()); }
        [[nodiscard]] double real() const { return std::bit_cast<double>(bits()); }
        [[nodiscard]] std::string_view text() const { return bytes_; }
        [[nodiscard]] std::string_view bytes() const { return bytes_; }

      private:
        /// Every number that we ask for is of eight bytes.
        [[nodiscard]] std::uint64_t bits() const {
            if (bytes_.size() != 8) throw Fault{ErrorCode::storage, "a column is not the number that it should be"};
            std::uint64_t bits = 0;
            for (const char byte : bytes_) bits = bits << 8 | static_cast<unsigned char>(byte);
            return bits;
        }
        std::string_view bytes_;
        bool is_null_;
    };
    Column next() { return {result_, row_, at_++}; }

  private:
    const ::PGresult* result_;
    int row_;
    int at_ = 0;
};

/// All rows of one answer.
class Results {
  public:
    explicit Results(::PGresult* result) : result_(result, &::PQclear) {}

    [[nodiscard]] int size() const { return ::PQntuples(result_.get()); }
    [[nodiscard]] Row row(int index = 0) const { return {result_.get(), index}; }
    [[nodiscard]] const ::PGresult* get() const { return result_.get(); }

    /// Appends every row.
    template <class Entity>
    void fetch(std::vector<Entity>& into) const {
        for (int i = 0; i < size(); ++i) {
            auto columns = row(i);
            sql::Reader io{columns};
            sql::fields(io, into.emplace_back());
        }
    }

  private:
    std::unique_ptr<::PGresult, decltype(&::PQclear)> result_;
};

}  // namespace boxoffice::postgres

#pragma once
/// Statements prepared once, and the two ends of a row: `<<` binds the next parameter, `>>` reads the next column. What a value
/// is in a row: sql/row_io.hpp.

#include <SQLiteCpp/SQLiteCpp.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "boxoffice/ids.hpp"
#include "boxoffice/points.hpp"
#include "boxoffice/time.hpp"
#include "sql/row_io.hpp"
#include "sqlite/errors.hpp"

namespace boxoffice::sqlite {

/// Binds one parameter after another.
class Binder {
  public:
    explicit Binder(SQLite::Statement& statement) : statement_(statement) {}

    Binder& operator<<(std::int64_t value) { return statement_.bind(++at_, value), *this; }
    Binder& operator<<(std::int32_t value) { return statement_.bind(++at_, value), *this; }
    Binder& operator<<(bool value) { return *this << std::int32_t{value}; }
    Binder& operator<<(double value) { return statement_.bind(++at_, value), *this; }
    Binder& operator<<(const std::string& value) { return statement_.bind(++at_, value), *this; }
    /// A name lives as long as the program, so SQLite need not copy it.
    template <NamedEnum Enum>
    Binder& operator<<(Enum value) {
        return statement_.bindNoCopy(++at_, name_of(value).data()), *this;
    }
    Binder& operator<<(Points value) { return *this << value.value; }
    Binder& operator<<(Duration value) { return *this << static_cast<std::int64_t>(value.count()); }
    Binder& operator<<(Date value) { return *this << to_text(value); }
    Binder& operator<<(Time value) {
        if (value == never) return statement_.bind(++at_), *this;
        return *this << to_us(value);
    }
    template <class Tag>
    Binder& operator<<(Id<Tag> value) {
        return *this << value.value;
    }
    template <class IdType>
    Binder& operator<<(sql::OrNull<IdType> value) {
        if (!value.id) return statement_.bind(++at_), *this;
        return *this << value.id.value;
    }
    template <class List>
    Binder& operator<<(sql::Numbers<List> value) {
        return *this << sql::to_json(value.list);
    }
    template <class List>
    Binder& operator<<(sql::RefundSteps<List> value) {
        return *this << sql::to_json(sql::numbers_of(value.list));
    }
    template <std::size_t size>
    Binder& operator<<(const std::array<std::uint8_t, size>& value) {
        return statement_.bind(++at_, value.data(), static_cast<int>(size)), *this;
    }

  private:
    SQLite::Statement& statement_;
    int at_ = 0;
};

/// Reads one column after another of the row a statement stands on.
class Row {
  public:
    explicit Row(const SQLite::Statement& statement) : statement_(statement) {}

    Row& operator>>(std::int64_t& value) { return value = next().getInt64(), *this; }
    Row& operator>>(std::int32_t& value) { return value = next().getInt(), *this; }
    Row& operator>>(bool& value) { return value = next().getInt() != 0, *this; }
    Row& operator>>(double& value) { return value = next().getDouble(), *this; }
    Row& operator>>(std::string& value) { return value = next().getString(), *this; }
    Row& operator>>(Points& value) { return *this >> value.value; }
    Row& operator>>(Duration& value) { return value = Duration{next().getInt64()}, *this; }
    Row& operator>>(Date& value) {
        const auto text = next().getString();
        const auto date = parse_date(text);  // its error would be a mistake of the caller's
        if (!date) throw Fault{ErrorCode::storage, "a row has the date '" + text + "'"};
        return value = *date, *this;
    }
    Row& operator>>(Time& value) {
        const auto column = next();
        value = column.isNull() ? never : from_us(column.getInt64());
        return *this;
    }
    template <class Tag>
    Row& operator>>(Id<Tag>& value) {
        return *this >> value.value;  // NULL reads as 0, which is "none"
    }
    template <class IdType>
    Row& operator>>(sql::OrNull<IdType> value) {
        return *this >> value.id;
    }
    template <class List>
    Row& operator>>(sql::Numbers<List> value) {
        auto list = sql::from_json(next().getString());
        if (!list) throw Fault{ErrorCode::storage, "an idempotency answer is not an array of integers"};
        return value.list = std::move(*list), *this;
    }
    template <class List>
    Row& operator>>(sql::RefundSteps<List> value) {
        const auto list = sql::from_json(next().getString());
        auto steps = list ? sql::steps_of(*list) : std::nullopt;
        if (!steps) throw Fault{ErrorCode::storage, "a sale's refund steps are not an array of pairs of integers"};
        return value.list = std::move(*steps), *this;
    }
    template <NamedEnum Enum>
    Row& operator>>(Enum& value) {
        const auto column = next();
        const char* const text = column.getText();
        const std::string_view name{text, static_cast<std::size_t>(column.getBytes())};
        const auto found = value_named<Enum>(name);
        if (!found) throw Fault{ErrorCode::storage, "a row has the unknown state or kind '" + std::string{name} + "'"};
        return value = *found, *this;
    }
    template <std::size_t size>
    Row& operator>>(std::array<std::uint8_t, size>& value) {
        const auto column = next();
        if (column.getBytes() != static_cast<int>(size)) throw Fault{ErrorCode::storage, "a blob of the wrong size"};
        std::memcpy(value.data(), column.getBlob(), size);
        return *this;
    }

  private:
    SQLite::Column next() { return statement_.getColumn(at_++); }

    const SQLite::Statement& statement_;
    int at_ = 0;
};

/// The rows of one run of a query. While it lives the query must not run again; its end lets the statement go.
class Cursor {
  public:
    explicit Cursor(SQLite::Statement& statement) : statement_(&statement) {}
    ~Cursor() {
        if (statement_ != nullptr) statement_->tryReset();
    }
    Cursor(Cursor&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
    Cursor& operator=(Cursor&&) = delete;
    Cursor(const Cursor&) = delete;
    Cursor& operator=(const Cursor&) = delete;

    bool next() { return statement_->executeStep(); }
    [[nodiscard]] Row row() const { return Row{*statement_}; }

  private:
    SQLite::Statement* statement_;
};

/// A statement that is prepared at its first use and kept as long as its connection. All of these throw.
class Query {
  public:
    Query(SQLite::Database& database, std::string sql) : database_(database), sql_(std::move(sql)) {}

    template <class... Values>
    Cursor run(const Values&... values) {
        auto& statement = prepared();
        Binder binder{statement};
        static_cast<void>((binder << ... << values));
        return Cursor{statement};
    }

    /// Runs a statement that gives no rows; the number of rows it wrote.
    template <class... Values>
    int write(const Values&... values) {
        const auto cursor = run(values...);
        return statement_->exec();
    }

    /// The same, with parameters bound by `bind(binder)`.
    template <class Bind>
    int write_with(Bind&& bind) {
        auto& statement = prepared();
        const Cursor cursor{statement};
        Binder binder{statement};
        bind(binder);
        return statement.exec();
    }

    /// Appends every row.
    template <class Entity, class... Values>
    void fetch(std::vector<Entity>& into, const Values&... values) {
        auto cursor = run(values...);
        while (cursor.next()) {
            auto row = cursor.row();
            read(row, into.emplace_back());
        }
    }

    [[nodiscard]] const std::string& sql() const { return sql_; }

  private:
    SQLite::Statement& prepared() {
        if (!statement_) statement_.emplace(database_, sql_);
        return *statement_;
    }

    SQLite::Database& database_;
    std::string sql_;
    std::optional<SQLite::Statement> statement_;
};

}  // namespace boxoffice::sqlite

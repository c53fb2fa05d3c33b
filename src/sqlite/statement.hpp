#pragma once
/// Statements prepared once, and the two ends of a row: `<<` binds the next parameter, `>>` reads the next column. What a value
/// is in a row: sql/values.hpp.

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sql/values.hpp"
#include "sqlite/errors.hpp"

namespace boxoffice::sqlite {

/// Binds one parameter after another.
class Binder : public sql::Sink<Binder> {
  public:
    explicit Binder(SQLite::Statement& statement) : statement_(statement) {}

    void put(std::int64_t value) { statement_.bind(++at_, value); }
    void put(double value) { statement_.bind(++at_, value); }
    void put(const std::string& value) { statement_.bind(++at_, value); }
    /// It lives on, so SQLite need not copy it.
    void put_name(std::string_view name) { statement_.bindNoCopy(++at_, name.data()); }
    void put_bytes(const std::uint8_t* bytes, std::size_t size) {
        statement_.bind(++at_, bytes, static_cast<int>(size));
    }
    void put_null() { statement_.bind(++at_); }

  private:
    SQLite::Statement& statement_;
    int at_ = 0;
};

/// Reads one column after another of the row a statement stands on.
class Row : public sql::Source<Row> {
  public:
    explicit Row(const SQLite::Statement& statement) : statement_(statement) {}

    class Column {
      public:
        explicit Column(SQLite::Column column) : column_(std::move(column)) {}
        [[nodiscard]] bool is_null() const { return column_.isNull(); }
        [[nodiscard]] std::int64_t integer() const { return column_.getInt64(); }
        [[nodiscard]] double real() const { return column_.getDouble(); }
        [[nodiscard]] std::string_view text() const {
            const char* const text = column_.getText();  // before its size, which it may change
            return {text, static_cast<std::size_t>(column_.getBytes())};
        }
        [[nodiscard]] std::string_view bytes() const {
            return {static_cast<const char*>(column_.getBlob()), static_cast<std::size_t>(column_.getBytes())};
        }

      private:
        SQLite::Column column_;
    };
    Column next() { return Column{statement_.getColumn(at_++)}; }

  private:
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

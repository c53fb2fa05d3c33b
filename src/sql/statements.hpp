#pragma once
/// The texts of statements, made of what `fields` says of a row. Parameters are numbered (?1, ?2 …; `mark` is the client's sign
/// for them), in the order in which the binders of row_io.hpp bind. Made once a connection, not once a row.

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "sql/rows.hpp"

namespace boxoffice::sql {

/// An Io that lists the columns.
class ColumnList {
  public:
    struct Column {
        const char* name;
        bool is_key = false;
        bool is_read = true;
        bool is_updated = true;
        bool is_version = false;
        std::string order{};  ///< what a key is sorted by, where that is not itself
    };

    template <class Value>
    void key(const char* name, Value&& value) {
        columns_.push_back({.name = name,
                            .is_key = true,
                            .is_read = std::is_lvalue_reference_v<Value>,
                            .is_updated = false,
                            .order = order_of(name, value)});
    }
    void fixed(const char* name, const auto&) { columns_.push_back({.name = name, .is_updated = false}); }
    void changing(const char* name, const auto&) { columns_.push_back({.name = name}); }
    void version(const char* name, const auto&) { columns_.push_back({.name = name, .is_version = true}); }
    void derived(const char* name, const auto&) { columns_.push_back({.name = name, .is_read = false}); }
    void derived_fixed(const char* name, const auto&) {
        columns_.push_back({.name = name, .is_read = false, .is_updated = false});
    }

    [[nodiscard]] auto begin() const { return columns_.begin(); }
    [[nodiscard]] auto end() const { return columns_.end(); }

  private:
    template <class Value>
    static std::string order_of(const char*, const Value&) {
        return {};
    }
    /// Names sort by the numbers that they stand for.
    template <NamedEnum Enum>
    static std::string order_of(const char* name, const Enum&) {
        std::string order = std::string{"CASE "} + name;
        for (const auto& [value, text] : enum_names<Enum>)
            order.append(" WHEN '").append(text).append("' THEN ").append(std::to_string(static_cast<int>(value)));
        return order.append(" END");
    }

    std::vector<Column> columns_;
};

template <class Entity>
ColumnList columns_of() {
    ColumnList columns;
    Entity entity{};
    fields(columns, entity);
    return columns;
}

inline void append(std::string& list, const char* separator, std::string_view item) {
    if (!list.empty()) list.append(separator);
    list.append(item);
}

/// "'waiting', 'admitted'": for IN and NOT IN.
template <class Values>
std::string names_in(const Values& values) {
    std::string list;
    for (const auto value : values) {
        append(list, ", ", "'");
        list.append(name_of(value)).push_back('\'');
    }
    return list;
}

/// "SELECT <columns> <rest>": what a Reader takes.
template <class Entity>
std::string select(const char* rest) {
    std::string list;
    for (const auto& column : columns_of<Entity>())
        if (column.is_read) append(list, ", ", column.name);
    return "SELECT " + list + " " + rest;
}

/// The whole table, in key order.
template <class Entity>
std::string select_all() {
    std::string order;
    for (const auto& column : columns_of<Entity>())
        if (column.is_key) append(order, ", ", column.order.empty() ? column.name : column.order);
    return select<Entity>("FROM ") + table_of<Entity> + " ORDER BY " + order;
}

/// Adds `rows` rows that are not there: what an InsertBinder binds for each, one after the other.
template <class Entity>
std::string insert_into(std::string_view mark, int rows = 1) {
    std::string list;
    for (const auto& column : columns_of<Entity>()) append(list, ", ", column.name);
    std::string all_values;
    int count = 0;
    for (int row = 0; row < rows; ++row) {
        std::string values;
        for ([[maybe_unused]] const auto& column : columns_of<Entity>())
            append(values, ", ", std::string{mark} + std::to_string(++count));
        append(all_values, ", ", "(" + values + ")");
    }
    return std::string{"INSERT INTO "} + table_of<Entity> + " (" + list + ") VALUES " + all_values;
}

/// The same, each in the place of one that has its key.
template <class Entity>
std::string put_into(std::string_view mark, int rows = 1) {
    std::string keys;
    std::string rest;
    for (const auto& column : columns_of<Entity>())
        if (column.is_key)
            append(keys, ", ", column.name);
        else
            append(rest, ", ", std::string{column.name} + " = excluded." + column.name);
    return insert_into<Entity>(mark, rows) + " ON CONFLICT (" + keys + ") DO UPDATE SET " + rest;
}

/// Changes a row that is there: what an UpdateBinder binds.
template <class Entity>
std::string update(std::string_view mark) {
    std::string changes;
    std::string where;
    int count = 0;
    for (const auto& column : columns_of<Entity>()) {
        if (!column.is_key && !column.is_updated) continue;
        const auto is_value = column.name + (" = " + std::string{mark}) + std::to_string(++count);
        if (column.is_key) append(where, " AND ", is_value);
        if (column.is_updated) append(changes, ", ", is_value);
        if (column.is_version) append(where, " AND ", is_value + " - 1");
    }
    return std::string{"UPDATE "} + table_of<Entity> + " SET " + changes + " WHERE " + where;
}

}  // namespace boxoffice::sql

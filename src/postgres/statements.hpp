#pragma once
/// The texts of statements that write many rows at once, made of what `sql::fields` says of a row: a parameter a column, an array
/// with one element a row.

#include <string>
#include <vector>

#include "postgres/parameters.hpp"
#include "sql/statements.hpp"

namespace boxoffice::postgres {

/// A sink that notes what each column is.
class TypeList : public sql::Sink<TypeList> {
  public:
    void put(std::int64_t) { types_.push_back(Type::int8); }
    void put(double) { types_.push_back(Type::float8); }
    void put(const std::string&) { types_.push_back(Type::text); }
    void put_name(std::string_view) { types_.push_back(Type::text); }
    void put_bytes(const std::uint8_t*, std::size_t) { types_.push_back(Type::bytea); }
    void put_null() { types_.push_back(Type::int8); }  // only numbers can be absent
    [[nodiscard]] const std::vector<Type>& types() const { return types_; }

  private:
    std::vector<Type> types_;
};

/// Of the columns that `Binder` (sql::InsertBinder or sql::UpdateBinder) binds, in its order.
template <template <class> class Binder, class Entity>
std::vector<Type> types_of() {
    TypeList list;
    Binder<TypeList> io{list};
    const Entity entity{};
    sql::fields(io, entity);
    return list.types();
}

/// "unnest($1::int8[], $2::text[] …)".
inline std::string unnest(const std::vector<Type>& types) {
    std::string list;
    for (std::size_t i = 0; i < types.size(); ++i)
        sql::append(list, ", ", "$" + std::to_string(i + 1) + "::" + name_of(types[i]) + "[]");
    return "unnest(" + list + ")";
}

/// Adds rows that are not there: what sql::InsertBinder binds.
template <class Entity>
std::string insert_rows() {
    std::string list;
    for (const auto& column : sql::columns_of<Entity>()) sql::append(list, ", ", column.name);
    return std::string{"INSERT INTO "} + sql::table_of<Entity> + " (" + list + ") SELECT * FROM " +
           unnest(types_of<sql::InsertBinder, Entity>());
}

/// The same, each in the place of one that has its key.
template <class Entity>
std::string put_rows() {
    std::string keys;
    std::string rest;
    for (const auto& column : sql::columns_of<Entity>())
        if (column.is_key)
            sql::append(keys, ", ", column.name);
        else
            sql::append(rest, ", ", std::string{column.name} + " = excluded." + column.name);
    return insert_rows<Entity>() + " ON CONFLICT (" + keys + ") DO UPDATE SET " + rest;
}

/// Changes rows that are there: what sql::UpdateBinder binds, and behind it how many rows they are. Where not so many are
/// found, the statement fails (22012, a division by zero), and with it the commit behind it: nobody has to wait for the count.
template <class Entity>
std::string update_rows() {
    const std::string table = sql::table_of<Entity>;
    std::string names;
    std::string changes;
    std::string where;
    for (const auto& column : sql::columns_of<Entity>()) {
        if (!column.is_key && !column.is_updated) continue;
        const std::string name = column.name;
        sql::append(names, ", ", name);
        const auto is_new = name + " = new." + name;
        if (column.is_key) sql::append(where, " AND ", table + "." + is_new);
        if (column.is_updated) sql::append(changes, ", ", is_new);
        if (column.is_version) sql::append(where, " AND ", table + "." + is_new + " - 1");
    }
    const auto types = types_of<sql::UpdateBinder, Entity>();
    return "WITH done AS (UPDATE " + table + " SET " + changes + " FROM " + unnest(types) + " AS new (" + names +
           ") WHERE " + where + " RETURNING 1) SELECT 1 / (count(*) = $" + std::to_string(types.size() + 1) +
           "::int8)::int FROM done";
}

}  // namespace boxoffice::postgres

#pragma once
/// Rows of this store's statements: what sql/rows.hpp spells, read from a Row and bound to a Binder.

#include "sql/rows.hpp"
#include "sql/statements.hpp"
#include "sqlite/statement.hpp"

namespace boxoffice::sqlite {

using sql::select;

/// SQLite's sign of a numbered parameter.
inline constexpr const char* parameter = "?";

/// Takes what `select` names.
template <class Entity>
void read(Row& row, Entity& entity) {
    sql::Reader io{row};
    sql::fields(io, entity);
}

/// Binds what sql::insert_into and sql::put_into name.
template <class Entity>
void bind_insert(Binder& binder, const Entity& entity) {
    sql::InsertBinder io{binder};
    sql::fields(io, entity);
}

/// Binds what sql::update names.
template <class Entity>
void bind_update(Binder& binder, const Entity& entity) {
    sql::UpdateBinder io{binder};
    sql::fields(io, entity);
}

}  // namespace boxoffice::sqlite

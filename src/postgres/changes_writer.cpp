#include "postgres/changes_writer.hpp"

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "postgres/statements.hpp"

namespace boxoffice::postgres {
namespace {

/// The rows for which `row_of` gives one, all in one statement.
template <class Entity, class List, class RowOf>
void insert(Pipeline& pipeline, const Statement& statement, const List& list, RowOf row_of) {
    static const auto types = types_of<sql::InsertBinder, Entity>();
    Columns columns{types};
    bool any = false;
    for (const auto& item : list) {
        const Entity* const row = row_of(item);
        if (row == nullptr) continue;
        sql::InsertBinder io{columns};
        sql::fields(io, *row);
        any = true;
    }
    if (any) pipeline.add(statement, columns.parameters());
}

template <class Entity>
void update(Pipeline& pipeline, const std::vector<Write<Entity>>& writes) {
    static const auto types = types_of<sql::UpdateBinder, Entity>();
    static const Statement statement{update_rows<Entity>()};
    Columns columns{types};
    std::int64_t count = 0;
    for (const auto& write : writes) {
        if (write.fresh) continue;
        sql::UpdateBinder io{columns};
        sql::fields(io, write.entity);
        ++count;
    }
    if (count > 0) pipeline.add(statement, std::move(columns.parameters() << count));
}

// How each member of Changes is written; one that has no `write_member` does not compile.

template <class Entity>
void write_member(Pipeline& pipeline, const std::vector<Write<Entity>>& writes) {
    static const Statement statement{insert_rows<Entity>()};
    // Changed rows go first: what they leave (a seat's live claim, a user's live place) a new row may take over in the same
    // commit.
    update(pipeline, writes);
    insert<Entity>(pipeline, statement, writes,
                   [](const Write<Entity>& write) { return write.fresh ? &write.entity : nullptr; });
}

void write_member(Pipeline& pipeline, const std::vector<Write<IdempotencyRecord>>& writes) {
    static const Statement statement{put_rows<IdempotencyRecord>()};
    insert<IdempotencyRecord>(pipeline, statement, writes,
                              [](const Write<IdempotencyRecord>& write) { return &write.entity; });
}

template <class Entity>
void write_member(Pipeline& pipeline, const std::vector<Entity>& added) {
    static const Statement statement{insert_rows<Entity>()};
    insert<Entity>(pipeline, statement, added, [](const Entity& entity) { return &entity; });
}

void write_member(Pipeline& pipeline, const std::optional<HouseRules>& rules) {
    static const Statement statement{put_rows<HouseRules>()};
    if (rules) insert<HouseRules>(pipeline, statement, std::array{&*rules}, [](const HouseRules* row) { return row; });
}

/// What is there must be: one concert and one empty account.
void write_member(Pipeline& pipeline, const std::vector<ConcertId>& deleted) {
    const auto exactly_one = [](const std::string& statement) {
        return "WITH done AS (" + statement + " RETURNING 1) SELECT 1 / (count(*) = 1)::int FROM done";
    };
    static const Statement concert{exactly_one("DELETE FROM concerts WHERE id = $1::int8")};
    static const Statement account{exactly_one("DELETE FROM points WHERE id = $1::int8 AND balance = 0")};
    static const Statement seats{
        "WITH done AS (DELETE FROM seats WHERE concert_id = $1::int8 RETURNING state) "
        "SELECT 1 / (count(*) FILTER (WHERE state IN ('held', 'sold')) = 0)::int FROM done"};
    static const Statement prices{"DELETE FROM tariff_prices WHERE concert_id = $1::int8"};
    static const Statement types{"DELETE FROM ticket_types WHERE concert_id = $1::int8"};
    static const Statement sales{"DELETE FROM sales WHERE concert_id = $1::int8"};
    for (const auto id : deleted) {
        pipeline.add(concert, given(id));
        pipeline.add(account, given(sales_of(id)));
        for (const auto* const rest : {&seats, &prices, &types, &sales}) pipeline.add(*rest, given(id));
    }
}

void write_member(Pipeline& pipeline, const std::optional<Prune>& prune) {
    static const Statement places{"DELETE FROM tokens WHERE id < $1::int8 AND state NOT IN (" +
                                  sql::names_in(unfinished_places) + ")"};
    static const Statement records{"DELETE FROM idempotency WHERE created_at <= $1::int8"};
    static const Statement events{
        "DELETE FROM events WHERE sequence <= $1::int8 AND sequence < (SELECT max(sequence) FROM events) "
        "AND kind NOT IN (" +
        sql::names_in(lasting_events) + ")"};
    if (!prune) return;
    pipeline.add(places, given(prune->tokens_below));
    pipeline.add(records, given(to_us(prune->idempotency_until)));
    pipeline.add(events, given(prune->events_through));
}

}  // namespace

void write(Pipeline& pipeline, const Changes& changes) {
    changes.for_each([&](const auto& rows) { write_member(pipeline, rows); });
}

}  // namespace boxoffice::postgres

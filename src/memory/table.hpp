#pragma once
/// One table of the memory store: rows in key order, secondary indexes, and counts.
///
/// A commit is first staged beside the table: every check is made and all memory is taken there, while
/// readers go on. Then it is applied by moving nodes, which cannot fail. So a commit that is refused, or runs
/// out of memory, has changed nothing.

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "boxoffice/error.hpp"
#include "boxoffice/repositories.hpp"

namespace boxoffice::memory {

/// The traits of a table without counts derive from this.
struct NotCounted {
    using CountKey = std::int32_t;
    static constexpr bool counted = false;
};

/// Has a key of an index the row's own in it? Then it tells all rows apart, and no other row need be looked for.
template <class IndexKey, class RowKey>
inline constexpr bool has_own_key = std::is_same_v<IndexKey, RowKey>;
template <class... Parts, class RowKey>
inline constexpr bool has_own_key<std::tuple<Parts...>, RowKey> = (std::is_same_v<Parts, RowKey> || ...);

template <class Traits, class Specs = typename Traits::Indexes>
class Table;

/// `Traits` names the entity, its key, what a back-stop refuses (`fault_in`), whether a write may replace a
/// row that it calls fresh (`replaces`), and the counts kept (`CountKey`, `count_key`). Each of `Specs` is an
/// index: a `Key`, and `key_of(entity)`, which is nothing for a row that does not belong in it. Keys are
/// unique; an index of many rows a key has the row's id at the end of its key.
///
/// Not thread-safe by itself: const calls and `stage` may run beside each other, `apply` and those that erase
/// alone.
template <class Traits, class... Specs>
class Table<Traits, std::tuple<Specs...>> {
  public:
    using Entity = typename Traits::Entity;
    using Key = typename Traits::Key;
    template <class Spec>
    using Entries = std::map<typename Spec::Key, const Entity*>;

    /// What a commit will do to this table, with all the memory that it needs.
    class Staged;

    Table() = default;
    Table(const Table&) = delete;  // the indexes point at the rows
    Table& operator=(const Table&) = delete;

    [[nodiscard]] const Entity* find(const Key& key) const {
        const auto found = rows_.find(key);
        return found == rows_.end() ? nullptr : &found->second.entity;
    }
    /// The entries of one index, in order of its keys.
    template <class Spec>
    [[nodiscard]] const Entries<Spec>& by() const {
        return std::get<index_of<Spec>()>(indexes_);
    }
    [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(rows_.size()); }
    [[nodiscard]] std::int64_t count_of(const typename Traits::CountKey& key) const {
        const auto found = counts_.find(key);
        return found == counts_.end() ? 0 : found->second;
    }
    /// Calls `visit(entity)` from the first row not below `first`, in key order, until it returns false.
    template <class Visit>
    void walk_from(const Key& first, Visit visit) const {
        for (auto row = rows_.lower_bound(first); row != rows_.end() && visit(row->second.entity); ++row) continue;
    }
    template <class Visit>
    void for_each(Visit visit) const {
        for (const auto& [key, row] : rows_) visit(row.entity);
    }
    [[nodiscard]] const Entity* last() const { return rows_.empty() ? nullptr : &rows_.rbegin()->second.entity; }

    /// Checks the writes and adds them to `staged`. Internal: a back-stop fired. May throw std::bad_alloc.
    Result<void> stage(const std::vector<Write<Entity>>& writes, Staged& staged) {
        for (const auto& write : writes) BOXOFFICE_TRY(stage(write.entity, write.fresh, staged));
        return check_unique(staged, all_indexes);
    }
    /// The same, for rows that are only ever added.
    Result<void> stage(const std::vector<Entity>& added, Staged& staged) {
        for (const auto& entity : added) BOXOFFICE_TRY(stage(entity, true, staged));
        return check_unique(staged, all_indexes);
    }

    /// Puts in place what was staged since the last apply.
    void apply(Staged& staged) noexcept {
        for (auto& [row, next] : staged.updates) leave_indexes(*row, next.spots, all_indexes);
        counts_.merge(staged.counts);
        merge_entries(staged, all_indexes);
        for (auto& [row, next] : staged.updates) {
            count(row->entity, -1);
            count(next.entity, +1);
            *row = std::move(next);
        }
        for (const auto& [key, row] : staged.fresh) count(row.entity, +1);
        rows_.merge(staged.fresh);
    }

    /// Takes away, in key order, the rows below `end` that `goes` says.
    template <class Goes>
    void erase_below(const Key& end, Goes goes) noexcept {
        for (auto row = rows_.begin(); row != rows_.end() && row->first < end;)
            row = goes(row->second.entity) ? erase(row) : std::next(row);
    }
    /// Takes away rows in key order, from the first that is not below `first`, as long as `goes` says so.
    template <class Goes>
    void erase_from(const Key& first, Goes goes) noexcept {
        for (auto row = rows_.lower_bound(first); row != rows_.end() && goes(row->second.entity);) row = erase(row);
    }
    /// The same in order of an index.
    template <class Spec, class Goes>
    void erase_along(const typename Spec::Key& first, Goes goes) noexcept {
        const auto& entries = by<Spec>();
        for (auto entry = entries.lower_bound(first); entry != entries.end() && goes(*entry->second);)
            erase(rows_.find(Traits::key_of(*(entry++)->second)));
    }
    /// Takes away rows in order of an index, as long as `goes` says so.
    template <class Spec, class Goes>
    void erase_while(Goes goes) noexcept {
        const auto& entries = by<Spec>();
        while (!entries.empty() && goes(*entries.begin()->second))
            erase(rows_.find(Traits::key_of(*entries.begin()->second)));
    }

  private:
    /// Where a row stands in each index; the index's end(): it does not.
    using Spots = std::tuple<typename Entries<Specs>::iterator...>;
    struct Row {
        Entity entity;
        Spots spots;
    };
    using Rows = std::map<Key, Row>;
    static_assert(std::is_nothrow_move_assignable_v<Row>, "apply must not fail");
    static constexpr auto all_indexes = std::index_sequence_for<Specs...>{};

    template <class Spec>
    static constexpr std::size_t index_of() {
        constexpr std::array<bool, sizeof...(Specs)> same{std::is_same_v<Spec, Specs>...};
        std::size_t at = 0;
        while (!same.at(at)) ++at;
        return at;
    }

    static tl::unexpected<Error> broken(const char* what) {
        return refuse(ErrorCode::internal, std::string{Traits::name} + ": " + what);
    }

    Result<void> stage(const Entity& entity, bool fresh, Staged& staged) {
        const auto& key = Traits::key_of(entity);
        const auto found = rows_.find(key);
        const bool present = found != rows_.end();
        if (!Traits::replaces && present && fresh) return broken("a fresh row is there already");
        if (!Traits::replaces && !present && !fresh) return broken("a row to change is not there");
        if constexpr (requires { Traits::fault_in(entity, nullptr); })
            if (const char* fault = Traits::fault_in(entity, present ? &found->second.entity : nullptr))
                return broken(fault);
        if constexpr (Traits::counted) staged.counts.try_emplace(Traits::count_key(entity), 0);
        if (present) {
            auto* const row = &found->second;
            const auto [update, first] = staged.updates.try_emplace(row, Row{entity, row->spots});
            if (!first) return broken("a row is written twice");
            return stage_entries(update->second, row->entity, staged, all_indexes);
        }
        const auto [added, first] = staged.fresh.try_emplace(key, Row{entity, no_spots(all_indexes)});
        if (!first) return broken("a row is written twice");
        return stage_entries(added->second, added->second.entity, staged, all_indexes);
    }

    template <std::size_t... I>
    Spots no_spots(std::index_sequence<I...>) {
        return Spots{std::get<I>(indexes_).end()...};
    }
    /// `home` is where the entity will stand once applied.
    template <std::size_t... I>
    Result<void> stage_entries(Row& next, const Entity& home, Staged& staged, std::index_sequence<I...>) {
        const char* twice = nullptr;
        ((twice = stage_entry<I, Specs>(next, home, staged) ? twice : Specs::name), ...);
        if (twice != nullptr) return broken(twice);
        return {};
    }
    template <std::size_t I, class Spec>
    bool stage_entry(Row& next, const Entity& home, Staged& staged) {
        auto& spot = std::get<I>(next.spots);
        const auto none = std::get<I>(indexes_).end();
        auto key = Spec::key_of(next.entity);
        if (spot != none) {
            if (key && spot->first == *key) return true;
            if constexpr (!has_own_key<typename Spec::Key, Key>) std::get<I>(staged.leaving).insert(&home);
        }
        spot = none;
        if (!key) return true;
        const auto [entry, first] = std::get<I>(staged.entries).try_emplace(std::move(*key), &home);
        spot = entry;
        return first;
    }
    /// A key may be taken over from a row that leaves it in the same commit.
    template <std::size_t... I>
    Result<void> check_unique(const Staged& staged, std::index_sequence<I...>) const {
        const char* taken = nullptr;
        [[maybe_unused]] const auto check = [&]<class Spec>(std::type_identity<Spec>, const auto& entries,
                                                            const auto& added, const auto& leaving) {
            if constexpr (!has_own_key<typename Spec::Key, Key>)
                for (const auto& [key, row] : added)
                    if (const auto found = entries.find(key);
                        found != entries.end() && !leaving.contains(found->second))
                        taken = Spec::name;
        };
        (check(std::type_identity<Specs>{}, std::get<I>(indexes_), std::get<I>(staged.entries), staged.leaving[I]),
         ...);
        if (taken != nullptr) return broken(taken);
        return {};
    }

    template <std::size_t... I>
    void leave_indexes(const Row& row, const Spots& next, std::index_sequence<I...>) noexcept {
        [[maybe_unused]] const auto leave = [](auto& entries, auto spot, auto next_spot) {
            if (spot != next_spot && spot != entries.end()) entries.erase(spot);
        };
        (leave(std::get<I>(indexes_), std::get<I>(row.spots), std::get<I>(next)), ...);
    }
    template <std::size_t... I>
    void merge_entries(Staged& staged, std::index_sequence<I...>) noexcept {
        (std::get<I>(indexes_).merge(std::get<I>(staged.entries)), ...);
    }
    void count([[maybe_unused]] const Entity& entity, [[maybe_unused]] std::int64_t change) noexcept {
        if constexpr (Traits::counted) counts_.find(Traits::count_key(entity))->second += change;
    }
    typename Rows::iterator erase(typename Rows::iterator row) noexcept {
        leave_indexes(row->second, no_spots(all_indexes), all_indexes);
        count(row->second.entity, -1);
        return rows_.erase(row);
    }

    Rows rows_;
    std::tuple<Entries<Specs>...> indexes_;
    std::map<typename Traits::CountKey, std::int64_t> counts_;
};

template <class Traits, class... Specs>
class Table<Traits, std::tuple<Specs...>>::Staged {
    friend class Table;
    Rows fresh;
    std::map<Row*, Row> updates;
    std::tuple<Entries<Specs>...> entries;
    std::array<std::set<const Entity*>, sizeof...(Specs)> leaving;
    std::map<typename Traits::CountKey, std::int64_t> counts;  ///< zeros for counts that are not kept yet
};

}  // namespace boxoffice::memory

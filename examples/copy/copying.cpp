#include "copy/copying.hpp"

#include <concepts>
#include <new>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <variant>

#include "copy/kinds.hpp"
#include "copy/row_feed.hpp"

namespace copying {

using namespace boxoffice;

namespace {

/// Ends a scan from within.
struct Stopped {};

/// One kind of row for a visitor whose `Derived` has take(row) for any; `Base` sees the others.
template <class Derived, class Base, class... Entities>
class TakesEach : public Base {};
template <class Derived, class Base, class Entity, class... Left>
class TakesEach<Derived, Base, Entity, Left...> : public TakesEach<Derived, Base, Left...> {
  public:
    using Base::visit;
    void visit(const Entity& row) override { static_cast<Derived&>(*this).take(row); }
};
template <class Derived, class List>
struct TakesKinds;
template <class Derived, class... Entities>
struct TakesKinds<Derived, Kinds<Entities...>> {
    using Type = TakesEach<Derived, Visitor, Entities...>;
};
template <class Derived>
using TakesAll = typename TakesKinds<Derived, ScannedKinds>::Type;

/// Scans until the end, or until the visitor has thrown Stopped: then false, and the visitor knows why.
template <class V>
Result<bool> scan(View& view, V& visitor) {
    Result<void> scanned;
    try {
        scanned = view.scan(visitor);
    } catch (const Stopped&) {
        // Other stores make an error of it.
    } catch (const std::bad_alloc&) {
        scanned = refuse(ErrorCode::out_of_memory);
    }
    if (visitor.has_stopped()) return false;
    if (!scanned) return tl::unexpected(scanned.error());
    return true;
}

class Stops {
  public:
    [[nodiscard]] bool has_stopped() const { return has_stopped_; }

  protected:
    [[noreturn]] void stop() {
        has_stopped_ = true;
        throw Stopped{};
    }

  private:
    bool has_stopped_ = false;
};

/// Is there anything at all?
class Finder final : public TakesAll<Finder>, public Stops {
  public:
    void take(const auto&) { stop(); }
};

template <class Entity>
void add(Changes& changes, const Entity& row) {
    changes.for_each([&](auto& member) {
        using Member = std::remove_reference_t<decltype(member)>;
        if constexpr (std::same_as<Member, std::vector<Write<Entity>>>)
            member.push_back({row, true});
        else if constexpr (std::same_as<Member, std::vector<Entity>>)
            member.push_back(row);
        else if constexpr (std::same_as<Member, std::optional<Entity>>)
            member = row;
    });
}

/// Says on which side something failed.
template <class T>
Result<T> on(const char* side, Result<T> result) {
    if (!result) result.error().detail = std::string{side} + ": " + result.error().detail;
    return result;
}

Result<void> commit(Store& to, const Changes& changes) {
    BOXOFFICE_TRY_VALUE(const auto transaction, to.begin());
    return transaction->commit(changes);
}

/// No host says the like, so that none opens what is half there.
HouseRules rules_of_nobody() {
    HouseRules rules;
    rules.hold_ttl = Duration{1};
    return rules;
}

/// Writes what it sees, in commits of a piece each.
class Copier final : public TakesAll<Copier>, public Stops {
  public:
    Copier(Store& to, const Settings& settings) : to_{to}, settings_{settings} {}

    template <class Entity>
    void take(const Entity& row) {
        const auto kind = name_of_kind<Entity>;
        if (copied_.kinds.empty() || copied_.kinds.back().kind != kind) {
            flush();
            copied_.kinds.push_back({kind, 0});
        }
        ++copied_.kinds.back().rows;
        if constexpr (std::same_as<Entity, Event>)
            add_event(row);
        else if constexpr (!std::same_as<Entity, HouseRules>)  // they come last
            add_row(row);
    }

    Result<Copied> finish() && {
        try {
            flush();
        } catch (const Stopped&) {
            return fault();
        }
        return std::move(copied_);
    }
    /// Why it has stopped.
    [[nodiscard]] tl::unexpected<Error> fault() const { return tl::unexpected(*fault_); }

  private:
    template <class Entity>
    void add_row(const Entity& row) {
        add(changes_, row);
        if (++size_ >= settings_.piece) flush();
    }

    /// A store takes events in their sequence only. For numbers that were pruned it is given events of nothing, which the next
    /// commit prunes: below the last of these, pruning leaves only what it left before.
    void add_event(const Event& event) {
        if (last_.sequence + 1 < event.sequence) {
            Event nothing;
            nothing.at = last_.sequence > 0 ? last_.at : event.at;
            for (nothing.sequence = last_.sequence + 1; nothing.sequence < event.sequence; ++nothing.sequence) {
                ++copied_.passed_over;
                prune_through_ = nothing.sequence;
                add_row(nothing);
            }
        }
        last_ = {event.sequence, event.at};
        add_row(event);
    }

    void flush() {
        if (size_ == 0) return;
        if (prune_through_ > 0) {
            Prune prune;
            prune.events_through = prune_through_;
            changes_.prune = prune;
            // The last event stays whatever it is: where it is one of nothing, the next commit prunes it.
            if (changes_.events.back().sequence > prune_through_) prune_through_ = 0;
        }
        const auto done = on("TO", commit(to_, changes_));
        if (!done) {
            fault_ = done.error();
            stop();
        }
        changes_ = {};
        size_ = 0;
        if (settings_.told) settings_.told(copied_.kinds.back());
    }

    Store& to_;
    const Settings& settings_;
    Changes changes_;
    std::size_t size_ = 0;
    Copied copied_;
    LastEvent last_;
    std::int64_t prune_through_ = 0;
    std::optional<Error> fault_;
};

class Feeder final : public TakesAll<Feeder>, public Stops {
  public:
    explicit Feeder(RowFeed& feed) : feed_{feed} {}
    void take(const auto& row) {
        if (!feed_.put(row)) stop();
    }

  private:
    RowFeed& feed_;
};

/// Compares what it sees with a feed.
class Comparer final : public TakesAll<Comparer>, public Stops {
  public:
    explicit Comparer(RowFeed& feed) : feed_{feed} {}

    template <class Entity>
    void take(const Entity& row) {
        const auto* const theirs = feed_.next();
        const auto* const same = theirs == nullptr ? nullptr : std::get_if<Entity>(theirs);
        if constexpr (std::same_as<Entity, HouseRules>) {
            if (same != nullptr) return;  // `to` has nobody's yet
        } else if (same != nullptr && *same == row) {
            return;
        }
        difference_ = name_of_kind<Entity>;
        stop();
    }
    /// Empty: none was found.
    [[nodiscard]] std::string_view difference() const { return difference_; }

  private:
    RowFeed& feed_;
    std::string_view difference_;
};

/// Do both have the same rows?
Result<void> compare(View& from, View& to) {
    RowFeed feed;
    Result<bool> fed = true;
    std::thread feeding{[&] {
        Feeder feeder{feed};
        fed = scan(from, feeder);
        feed.end();
    }};
    Comparer comparer{feed};
    auto walked = scan(to, comparer);
    const bool is_more = walked && *walked && feed.next() != nullptr;
    feed.leave();
    feeding.join();
    BOXOFFICE_TRY(on("FROM", std::move(fed)));
    BOXOFFICE_TRY(on("TO", std::move(walked)));
    if (!comparer.difference().empty())
        return refuse(ErrorCode::internal, std::string{comparer.difference()} + ": a row was not copied as it was");
    if (is_more) return refuse(ErrorCode::internal, "there are fewer rows than before");
    return {};
}

Result<void> check_empty(View& to) {
    Finder finder;
    BOXOFFICE_TRY_VALUE(const auto last, to.last_event());
    std::vector<NodeLease> leases;
    BOXOFFICE_TRY(to.leases().load({true}, leases));
    BOXOFFICE_TRY_VALUE(const bool has_none, scan(to, finder));
    if (has_none && last.sequence == 0 && leases.empty()) return {};
    return refuse(ErrorCode::invalid_argument,
                  "there is a box office already (or part of one); copy to where nothing is");
}

/// From here on it is somebody's, and nobody's who could sell from it.
Result<void> occupy(Store& to) {
    BOXOFFICE_TRY_VALUE(const auto transaction, to.begin());
    BOXOFFICE_TRY(check_empty(*transaction));
    Changes changes;
    changes.house_rules = rules_of_nobody();
    return transaction->commit(changes);
}

Result<HouseRules> check_source(Store& store, View& from) {
    BOXOFFICE_TRY_VALUE(const auto rules, from.house_rules());
    if (!rules) return refuse(ErrorCode::invalid_argument, "no box office was ever opened there");
    if (rules->hold_ttl == rules_of_nobody().hold_ttl)
        return refuse(ErrorCode::invalid_argument, "that is part of a copy that broke off");
    if (rules->store == StoreId{})
        return refuse(ErrorCode::invalid_argument, "that is a backup; restore it first, so that its tokens stay good");
    BOXOFFICE_TRY_VALUE(const bool has_others, store.has_others());
    if (has_others) return refuse(ErrorCode::invalid_argument, "somebody has it open; close every office on it first");
    return *rules;
}

}  // namespace

Result<Copied> copy(Store& from, Store& to, const Settings& settings) {
    // Held to the end: what is sold after this would be missing there.
    BOXOFFICE_TRY_VALUE(const auto source, on("FROM", from.begin()));
    BOXOFFICE_TRY_VALUE(const auto rules, on("FROM", check_source(from, *source)));
    BOXOFFICE_TRY(on("TO", occupy(to)));
    Copier copier{to, settings};
    BOXOFFICE_TRY_VALUE(const bool is_whole, on("FROM", scan(*source, copier)));
    if (!is_whole) return copier.fault();
    BOXOFFICE_TRY_VALUE(auto copied, std::move(copier).finish());

    // What a scan does not show comes with the rules, in the commit that makes it a box office.
    Changes end;
    std::vector<NodeLease> leases;
    std::vector<TokenKey> keys;
    BOXOFFICE_TRY(on("FROM", source->leases().load({true}, leases)));
    BOXOFFICE_TRY(on("FROM", source->token_keys().load({true}, keys)));
    for (const auto& lease : leases) add(end, lease);
    for (const auto& key : keys) add(end, key);
    end.house_rules = rules;
    {
        BOXOFFICE_TRY_VALUE(const auto target, on("TO", to.begin()));
        BOXOFFICE_TRY(compare(*source, *target));
        BOXOFFICE_TRY(on("TO", target->commit(end)));
    }
    copied.kinds.push_back({name_of_kind<NodeLease>, static_cast<std::int64_t>(leases.size())});
    copied.kinds.push_back({name_of_kind<TokenKey>, static_cast<std::int64_t>(keys.size())});
    return copied;
}

}  // namespace copying

#pragma once
/// What the batch asks of a command, in this order. A command's home is one `Decision<C>` that overrides what it needs; what it
/// leaves out keeps the empty default. `override` makes a hook that is misspelt or has another signature an error.

#include <concepts>
#include <vector>

#include "boxoffice/commands.hpp"
#include "engine/crypto.hpp"
#include "engine/working_set.hpp"

namespace boxoffice {

/// The front of a room's line that a batch may move: how far its loading must look.
struct LineReach {
    RoomLimits limits;      ///< the widest that hold at some point of the batch
    bool has_rate = false;  ///< at all points of it
};

template <class C>
struct Hooks {
    using Answer = typename C::Answer;

    /// Is its shape right? Looks at nothing but the command.
    virtual Result<void> check(const C&, const Options&) const { return {}; }

    /// The keys that the command itself names.
    virtual void name_keys(const C& command, const Moment& moment, Keys& keys) const = 0;
    /// The keys that follow from the rows of the first.
    virtual void name_more_keys(const C&, const WorkingSet&, Keys&) const {}
    /// Those that follow from the rows of the first two. (Places are loaded with the lines here, and cannot be named.)
    virtual void name_last_keys(const C&, const WorkingSet&, Keys&) const {}
    /// The rooms whose line it can move.
    virtual void name_line(const C&, const WorkingSet&, const Moment&, std::vector<RoomId>&) const {}
    /// What it changes of how far the line of `room` can move in this batch.
    virtual void reach(const C&, RoomId, LineReach&) const {}

    /// Effects of their own, which stay even if the command is then refused: expired rows are retired, an admitted place arrives.
    virtual void meet(const C&, WorkingSet&, const Moment&) const {}

    /// Is who asks who they say? Asked before an answer that is remembered is given again.
    virtual Result<void> identify(const C&, const WorkingSet&, const Moment&) const { return {}; }
    /// Of who was identified: finds rows, asks the rules, and puts what changes. Refuses before its first put (C1).
    virtual Result<Answer> decide(const C& command, WorkingSet& set, const Moment& moment) const = 0;

  protected:
    ~Hooks() = default;
};

/// A command whose retry, with the same key, has one effect.
template <class C>
concept Keyed = requires(const C& command) {
    { command.key } -> std::convertible_to<const IdempotencyKey&>;
    { command.user } -> std::convertible_to<UserId>;
};

template <class C>
struct Deciding : Hooks<C> {};

template <Keyed C>
struct Deciding<C> : Hooks<C> {
    /// What scopes the key, beside the user.
    [[nodiscard]] virtual Operation operation() const = 0;
    /// Of what is asked, the token aside: a key that comes again with another hash is a conflict.
    [[nodiscard]] virtual RequestHash hash(const C& command) const = 0;
    /// Is `before` still the answer? No: the key is free again.
    virtual bool stands(const typename C::Answer&, const WorkingSet&, const Moment&) const { return true; }
    /// Adds to an answer, new or given again, what is not remembered with it, since rows have it that never change.
    virtual void complete(typename C::Answer&, const WorkingSet&) const {}

    [[nodiscard]] IdempotencyId id_of(const C& command) const { return {command.user, operation(), command.key}; }
};

/// Specialised once a command, in the files of this folder.
template <class C>
struct Decision;

}  // namespace boxoffice

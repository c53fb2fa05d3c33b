#pragma once
/// How a wish to prune is cut to so many rows of each kind, the same in every store.

#include <cstdint>

#include "boxoffice/repositories.hpp"

namespace boxoffice {

/// Is shown, of each kind and in order, the rows that the wish would take away, until it has enough: each bound is put behind
/// the last row that still fits, and one row more tells that there are more.
class PruneCut {
  public:
    PruneCut(const PruneWish& wish, std::int64_t limit) : wish_{wish}, limit_{limit} {
        found_.prune.tokens_below = wish.tokens_below;
        found_.prune.idempotency_until = wish.idempotency_until;
    }

    /// A finished place below wish.tokens_below, by token. False: enough of places; as below.
    bool take_place(TokenId token) {
        if (++place_count_ <= limit_) return true;
        found_.prune.tokens_below = token;
        found_.more = true;
        return false;
    }
    /// A record of wish.idempotency_until or before, by age. Those of one moment go together.
    bool take_record(Time created_at) {
        if (record_count_ >= limit_ && created_at > found_.prune.idempotency_until) {
            found_.more = true;
            return false;
        }
        if (++record_count_ == limit_) found_.prune.idempotency_until = created_at;
        return true;
    }
    /// Any event but the last, by sequence.
    bool take_event(std::int64_t sequence, Time at, bool is_lasting) {
        if (sequence > wish_.events_through && at > wish_.events_until) return false;
        if (is_lasting) return true;
        if (++event_count_ > limit_) {
            found_.more = true;
            return false;
        }
        found_.prune.events_through = sequence;
        return true;
    }

    [[nodiscard]] Prunable found() const {
        auto found = found_;
        found.any = place_count_ > 0 || record_count_ > 0 || event_count_ > 0;
        return found;
    }

  private:
    const PruneWish wish_;
    const std::int64_t limit_;
    Prunable found_;
    std::int64_t place_count_ = 0;
    std::int64_t record_count_ = 0;
    std::int64_t event_count_ = 0;
};

}  // namespace boxoffice

#pragma once
/// What was acknowledged: the answers of an office say what must be in it.

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "boxoffice.h"
#include "functions.hpp"

namespace c_fuzz {

struct Recharge {
    std::int64_t user;
    std::int64_t amount;
};
struct Hold {
    std::int64_t user;
    std::int64_t seat;
};
struct Payment {
    std::int64_t user;
    std::int64_t reservation;
    std::int64_t amount;
};

/// What the answers of one store's offices say is in it. A payment's reservation is its order.
struct Model {
    std::set<std::int64_t> users;
    std::set<std::int64_t> concerts;
    std::map<std::int64_t, Recharge> recharges;  // by transfer
    std::map<std::int64_t, Hold> holds;          // by reservation
    std::map<std::int64_t, Payment> payments;
    std::map<std::int64_t, std::int64_t> refunds;      // by reservation: the most that was said to have come back of it
    std::set<std::int64_t> called_off;                 // concerts; what comes back of these is not said of each
    std::map<std::int64_t, std::int64_t> seat_counts;  // by concert
    bool is_pruned = false;                            // of events

    /// An answer may be a repeated one, and then it says the same.
    void add(std::int64_t transfer, Recharge recharge) {
        const auto [at, fresh] = recharges.try_emplace(transfer, recharge);
        MUST(fresh || (at->second.user == recharge.user && at->second.amount == recharge.amount));
    }
    void add(std::int64_t reservation, Hold hold) {
        const auto [at, fresh] = holds.try_emplace(reservation, hold);
        MUST(fresh || (at->second.user == hold.user && at->second.seat == hold.seat));
    }
    void add(std::int64_t payment, Payment paid) {
        const auto [at, fresh] = payments.try_emplace(payment, paid);
        MUST(fresh || (at->second.reservation == paid.reservation && at->second.amount == paid.amount));
    }
    /// Nothing of it was ever held: at the end no reservation names a concert that is not there.
    void deleted(std::int64_t concert) {
        MUST(concerts.erase(concert) == 1);
        seat_counts.erase(concert);
        called_off.erase(concert);
    }
    void refunded(std::int64_t reservation, std::int64_t in_all) {
        auto& most = refunds[reservation];
        most = std::max(most, in_all);
    }
};

struct Office {
    boxoffice_office* handle = nullptr;
    std::shared_ptr<Model> model;
    bool has_log = false;
};

/// A buyer, as the input has led them so far.
struct Buyer {
    std::int64_t user = 0;
    boxoffice_claims claims{};
    std::string token;
    std::int64_t reservation = 0;
    std::int64_t payment = 0;
    std::int64_t transfer = 0;
    std::int64_t part = 0;  // another reservation of the order that `reservation` is
};

inline bool may_happen(boxoffice_status status) {
    return status == BOXOFFICE_OK || std::string_view{boxoffice_status_name(status)} != "unknown";
}

inline bool is_fault(boxoffice_status status) { return status >= 300; }

}  // namespace c_fuzz

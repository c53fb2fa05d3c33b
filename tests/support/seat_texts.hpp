#pragma once
/// Every text of a seat. Each function binds all members, so that a new one does not compile before it stands here.

#include <string>
#include <type_traits>
#include <vector>

#include "boxoffice/domain/seating.hpp"

namespace boxoffice::testing {

/// Those of the members that are texts, in their order.
std::vector<std::string*> texts_among(auto&... members) {
    std::vector<std::string*> texts;
    const auto take = [&](auto& member) {
        if constexpr (std::is_same_v<decltype(member), std::string&>) texts.push_back(&member);
    };
    (take(members), ...);
    return texts;
}

inline std::vector<std::string*> texts_of(NewSeat& seat) {
    auto& [number, section, row, price, x, y, label, is_blocked, category] = seat;
    return texts_among(number, section, row, price, x, y, label, is_blocked, category);
}

inline std::vector<std::string*> texts_of(SeatFacts& facts) {
    auto& [number, section, row, price, x, y, label, category] = facts;
    return texts_among(number, section, row, price, x, y, label, category);
}

}  // namespace boxoffice::testing

#pragma once
/// Who comes to buy, with how much, for what, and how they behave.

#include <cstddef>
#include <string>
#include <vector>

#include "boxoffice/points.hpp"

namespace onsale {

enum class Behaviour {
    pay,      ///< buys
    abandon,  ///< holds a seat and never pays
    leave,    ///< gives the place in line up
    retry,    ///< buys, and asks for the payment twice with one idempotency key, as after a lost answer
    cancel,   ///< buys, and cancels all of it after a while
};

struct Buyer {
    std::string user;
    boxoffice::Points points;  ///< to recharge; 0: none
    std::string want;          ///< "any", a category, or a seat's number
    Behaviour behaviour = Behaviour::pay;
    std::size_t count = 1;  ///< seats, in one order
};

/// Reads CSV: user,points,want,behaviour and, if the file has it, count. Throws BadInput.
std::vector<Buyer> read_buyers(const std::string& path);

/// The most seats that one of them wants; 1 where nobody comes.
std::size_t largest_count(const std::vector<Buyer>& buyers);

/// Will one of them cancel?
bool has_cancelling(const std::vector<Buyer>& buyers);

}  // namespace onsale

#pragma once
/// Who comes to buy, with how much, for what, and how they behave.

#include <string>
#include <vector>

#include "boxoffice/points.hpp"

namespace onsale {

enum class Behaviour {
    pay,      ///< buys
    abandon,  ///< holds a seat and never pays
    leave,    ///< gives the place in line up
    retry,    ///< buys, and asks for the payment twice with one idempotency key, as after a lost answer
};

struct Buyer {
    std::string user;
    boxoffice::Points points;  ///< to recharge; 0: none
    std::string want;          ///< "any", a category, or a seat's number
    Behaviour behaviour = Behaviour::pay;
};

/// Reads CSV: user,points,want,behaviour. Throws BadInput.
std::vector<Buyer> read_buyers(const std::string& path);

}  // namespace onsale

#pragma once
/// What each kind of row is called in words to people: as its table.

#include <string_view>
#include <type_traits>

#include "boxoffice/repositories.hpp"

namespace copying {

/// One for each of boxoffice::RowKinds; a kind without one does not compile.
template <class Entity>
constexpr std::string_view name_of_kind = std::enable_if_t<!std::is_same_v<Entity, Entity>, std::string_view>{};
template <>
inline constexpr std::string_view name_of_kind<boxoffice::HouseRules> = "house_rules";
template <>
inline constexpr std::string_view name_of_kind<boxoffice::User> = "users";
template <>
inline constexpr std::string_view name_of_kind<boxoffice::Room> = "rooms";
template <>
inline constexpr std::string_view name_of_kind<boxoffice::Concert> = "concerts";
template <>
inline constexpr std::string_view name_of_kind<boxoffice::Sale> = "sales";
template <>
inline constexpr std::string_view name_of_kind<boxoffice::TariffPrice> = "tariff_prices";
template <>
inline constexpr std::string_view name_of_kind<boxoffice::TicketType> = "ticket_types";
template <>
inline constexpr std::string_view name_of_kind<boxoffice::Seat> = "seats";
template <>
inline constexpr std::string_view name_of_kind<boxoffice::Place> = "tokens";
template <>
inline constexpr std::string_view name_of_kind<boxoffice::Reservation> = "reservations";
template <>
inline constexpr std::string_view name_of_kind<boxoffice::Account> = "points";
template <>
inline constexpr std::string_view name_of_kind<boxoffice::Payment> = "payments";
template <>
inline constexpr std::string_view name_of_kind<boxoffice::PaymentStep> = "payment_histories";
template <>
inline constexpr std::string_view name_of_kind<boxoffice::Transfer> = "point_usages";
template <>
inline constexpr std::string_view name_of_kind<boxoffice::IdempotencyRecord> = "idempotency";
template <>
inline constexpr std::string_view name_of_kind<boxoffice::Event> = "events";
template <>
inline constexpr std::string_view name_of_kind<boxoffice::NodeLease> = "node_leases";
template <>
inline constexpr std::string_view name_of_kind<boxoffice::TokenKey> = "token_keys";

}  // namespace copying

#pragma once
/// What each load finds: a statement a kind of key, run once for all keys of that kind.

#include <vector>

#include "boxoffice/repositories.hpp"
#include "postgres/connection.hpp"

namespace boxoffice::postgres {

/// Adds to `pipeline` what finds the rows of `keys`; they are appended to `into` when it is run. Both must live until then.
void find(Pipeline& pipeline, const UserKeys& keys, std::vector<User>& into);
void find(Pipeline& pipeline, const RoomKeys& keys, std::vector<Room>& into);
void find(Pipeline& pipeline, const ConcertKeys& keys, std::vector<Concert>& into);
void find(Pipeline& pipeline, const SeatKeys& keys, std::vector<Seat>& into);
void find(Pipeline& pipeline, const PlaceKeys& keys, std::vector<Place>& into);
void find(Pipeline& pipeline, const ReservationKeys& keys, std::vector<Reservation>& into);
void find(Pipeline& pipeline, const AccountKeys& keys, std::vector<Account>& into);
void find(Pipeline& pipeline, const PaymentKeys& keys, std::vector<Payment>& into);
void find(Pipeline& pipeline, const IdempotencyKeys& keys, std::vector<IdempotencyRecord>& into);
void find(Pipeline& pipeline, const LeaseKeys& keys, std::vector<NodeLease>& into);
void find(Pipeline& pipeline, const TokenKeyKeys& keys, std::vector<TokenKey>& into);
void find(Pipeline& pipeline, const SaleKeys& keys, std::vector<Sale>& into);
void find(Pipeline& pipeline, const TariffKeys& keys, std::vector<TariffPrice>& into);
void find(Pipeline& pipeline, const TypeKeys& keys, std::vector<TicketType>& into);
void find(Pipeline& pipeline, const ClaimKeys& keys, std::vector<Claims>& into);

}  // namespace boxoffice::postgres

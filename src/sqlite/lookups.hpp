#pragma once
/// What each load finds: one prepared statement a kind of key, run once a key.

#include <vector>

#include "boxoffice/repositories.hpp"
#include "sqlite/statement.hpp"

namespace boxoffice::sqlite {

/// The statements of one connection's loads. As a connection: for one thread at a time; all functions throw.
class Lookups {
  public:
    explicit Lookups(SQLite::Database& database);

    void find(const UserKeys& keys, std::vector<User>& into);
    void find(const RoomKeys& keys, std::vector<Room>& into);
    void find(const ConcertKeys& keys, std::vector<Concert>& into);
    void find(const SeatKeys& keys, std::vector<Seat>& into);
    void find(const PlaceKeys& keys, std::vector<Place>& into);
    void find(const ReservationKeys& keys, std::vector<Reservation>& into);
    void find(const AccountKeys& keys, std::vector<Account>& into);
    void find(const PaymentKeys& keys, std::vector<Payment>& into);
    void find(const IdempotencyKeys& keys, std::vector<IdempotencyRecord>& into);
    void find(const LeaseKeys& keys, std::vector<NodeLease>& into);
    void find(const TokenKeyKeys& keys, std::vector<TokenKey>& into);
    void find(const SaleKeys& keys, std::vector<Sale>& into);
    void find(const TariffKeys& keys, std::vector<TariffPrice>& into);
    void find(const TypeKeys& keys, std::vector<TicketType>& into);
    void find(const ClaimKeys& keys, std::vector<Claims>& into);

  private:
    void find_admitted(const LineKey& line, std::vector<Place>& into);
    void find_waiting(const LineKey& line, std::vector<Place>& into);

    Query user_by_id_;
    Query user_by_external_id_;
    Query room_by_id_;
    Query room_by_name_;
    Query rooms_due_;
    Query rooms_all_;
    Query concert_by_id_;
    Query concerts_unsettled_;
    Query sale_by_id_;
    Query sale_in_force_;
    Query tariff_;
    Query types_of_;
    Query seat_by_id_;
    Query seat_by_number_;
    Query place_by_token_;
    Query live_place_;
    Query admitted_by_deadline_;
    Query too_old_count_;
    Query too_old_by_age_;
    Query too_old_by_position_;
    Query next_in_line_;
    Query reservation_by_id_;
    Query held_by_;
    Query holds_lapsed_;
    Query others_of_order_;
    Query claims_in_;
    Query live_hold_in_;
    Query first_in_;
    Query claim_count_;
    Query account_by_id_;
    Query payment_by_id_;
    Query payments_lapsed_;
    Query record_by_id_;
    Query leases_all_;
    Query token_keys_all_;
};

}  // namespace boxoffice::sqlite

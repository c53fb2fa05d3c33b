/// One function a command.

#include "answer.hpp"

using namespace boxoffice;
using namespace boxoffice::capi;

namespace {

template <class C>
Result<C> with_key(C command, const char* key, size_t key_length) {
    BOXOFFICE_TRY_VALUE(auto view, text_of(key, key_length, "key"));
    command.key = std::string{view};
    return command;
}

Result<RoomLimits> limits_of(const boxoffice_room_limits* limits) {
    BOXOFFICE_TRY(check_given(limits, "limits"));
    return limits_from_c(limits, "limits");
}

}  // namespace

boxoffice_status boxoffice_create_user(boxoffice_office* office, const char* external_id, size_t length, int64_t* user,
                                       boxoffice_error* error) {
    return answer(office, user, error, [&]() -> Result<CreateUser> {
        BOXOFFICE_TRY_VALUE(auto name, text_of(external_id, length, "external_id"));
        return CreateUser{std::string{name}};
    });
}

boxoffice_status boxoffice_create_room(boxoffice_office* office, const char* name, size_t length,
                                       const boxoffice_room_limits* limits, int64_t* room, boxoffice_error* error) {
    return answer(office, room, error, [&]() -> Result<CreateRoom> {
        BOXOFFICE_TRY_VALUE(auto text, text_of(name, length, "name"));
        BOXOFFICE_TRY_VALUE(auto given, limits_of(limits));
        return CreateRoom{std::string{text}, given};
    });
}

boxoffice_status boxoffice_change_room(boxoffice_office* office, int64_t room, const boxoffice_room_limits* limits,
                                       boxoffice_error* error) {
    return answer_nothing(office, error, [&]() -> Result<ChangeRoom> {
        BOXOFFICE_TRY_VALUE(auto given, limits_of(limits));
        return ChangeRoom{RoomId{room}, given};
    });
}

boxoffice_status boxoffice_create_concert(boxoffice_office* office, const char* date, size_t date_length,
                                          const char* title, size_t title_length, int64_t room,
                                          const boxoffice_new_seat* seats, size_t seat_count, int64_t* concert,
                                          boxoffice_error* error) {
    return answer(office, concert, error, [&]() -> Result<CreateConcert> {
        BOXOFFICE_TRY_VALUE(auto date_text, text_of(date, date_length, "date"));
        BOXOFFICE_TRY_VALUE(auto day, parse_date(date_text));
        BOXOFFICE_TRY_VALUE(auto title_text, text_of(title, title_length, "title"));
        BOXOFFICE_TRY_VALUE(auto list, from_c(seats, seat_count));
        return CreateConcert{day, std::string{title_text}, RoomId{room}, std::move(list)};
    });
}

boxoffice_status boxoffice_add_seats(boxoffice_office* office, int64_t concert, const boxoffice_new_seat* seats,
                                     size_t seat_count, boxoffice_error* error) {
    return answer_nothing(office, error, [&]() -> Result<AddSeats> {
        BOXOFFICE_TRY_VALUE(auto list, from_c(seats, seat_count));
        return AddSeats{ConcertId{concert}, std::move(list)};
    });
}

boxoffice_status boxoffice_block_seat(boxoffice_office* office, int64_t seat, boxoffice_error* error) {
    return answer_nothing(office, error, [&]() -> Result<BlockSeat> { return BlockSeat{SeatId{seat}}; });
}

boxoffice_status boxoffice_unblock_seat(boxoffice_office* office, int64_t seat, boxoffice_error* error) {
    return answer_nothing(office, error, [&]() -> Result<UnblockSeat> { return UnblockSeat{SeatId{seat}}; });
}

boxoffice_status boxoffice_join(boxoffice_office* office, int64_t user, int64_t room, boxoffice_joined* joined,
                                boxoffice_error* error) {
    return answer(office, joined, error, [&]() -> Result<Join> { return Join{UserId{user}, RoomId{room}}; });
}

boxoffice_status boxoffice_arrive(boxoffice_office* office, int64_t user, int64_t token, boxoffice_arrived* arrived,
                                  boxoffice_error* error) {
    return answer(office, arrived, error, [&]() -> Result<Arrive> { return Arrive{UserId{user}, TokenId{token}}; });
}

boxoffice_status boxoffice_leave(boxoffice_office* office, int64_t user, int64_t token, int64_t* released,
                                 boxoffice_error* error) {
    return answer(office, OrNobody{released}, error, [&]() -> Result<Leave> {
        return Leave{UserId{user}, TokenId{token}};
    });
}

boxoffice_status boxoffice_hold_seat(boxoffice_office* office, int64_t user, int64_t token, int64_t seat,
                                     const char* key, size_t key_length, boxoffice_held* held, boxoffice_error* error) {
    return answer(office, held, error, [&] {
        return with_key(HoldSeat{UserId{user}, TokenId{token}, SeatId{seat}, {}}, key, key_length);
    });
}

boxoffice_status boxoffice_release_hold(boxoffice_office* office, int64_t user, int64_t reservation,
                                        boxoffice_error* error) {
    return answer_nothing(office, error, [&]() -> Result<ReleaseHold> {
        return ReleaseHold{UserId{user}, ReservationId{reservation}};
    });
}

boxoffice_status boxoffice_recharge(boxoffice_office* office, int64_t user, int64_t amount, const char* key,
                                    size_t key_length, boxoffice_recharged* recharged, boxoffice_error* error) {
    return answer(office, recharged, error, [&] {
        return with_key(Recharge{UserId{user}, Points{amount}, {}}, key, key_length);
    });
}

boxoffice_status boxoffice_pay(boxoffice_office* office, int64_t user, int64_t token, int64_t reservation,
                               const char* key, size_t key_length, boxoffice_paid* paid, boxoffice_paid_item* items,
                               boxoffice_error* error) {
    return answer_with_items(office, paid, items, BOXOFFICE_ORDER_SIZE_MAX, error, [&](BoxOffice& box) -> Result<Paid> {
        BOXOFFICE_TRY_VALUE(auto view, text_of(key, key_length, "key"));
        return box.pay(UserId{user}, TokenId{token}, ReservationId{reservation}, std::string{view});
    });
}

boxoffice_status boxoffice_begin_payment(boxoffice_office* office, int64_t user, int64_t token, int64_t reservation,
                                         const char* key, size_t key_length, boxoffice_payment_begun* begun,
                                         boxoffice_error* error) {
    return answer(office, begun, error, [&] {
        return with_key(BeginPayment{UserId{user}, TokenId{token}, ReservationId{reservation}, {}}, key, key_length);
    });
}

boxoffice_status boxoffice_capture_payment(boxoffice_office* office, int64_t user, int64_t token, int64_t reservation,
                                           int64_t payment, const char* transaction_key, size_t transaction_key_length,
                                           const char* key, size_t key_length, boxoffice_paid* paid,
                                           boxoffice_paid_item* items, boxoffice_error* error) {
    return answer_with_items(office, paid, items, BOXOFFICE_ORDER_SIZE_MAX, error, [&]() -> Result<CapturePayment> {
        BOXOFFICE_TRY_VALUE(auto transaction, text_of(transaction_key, transaction_key_length, "transaction_key"));
        return with_key(CapturePayment{UserId{user},
                                       TokenId{token},
                                       ReservationId{reservation},
                                       PaymentId{payment},
                                       std::string{transaction},
                                       {}},
                        key, key_length);
    });
}

boxoffice_status boxoffice_fail_payment(boxoffice_office* office, int64_t user, int64_t reservation, int64_t payment,
                                        const char* transaction_key, size_t transaction_key_length,
                                        boxoffice_error* error) {
    return answer_nothing(office, error, [&]() -> Result<FailPayment> {
        BOXOFFICE_TRY_VALUE(auto transaction, text_of(transaction_key, transaction_key_length, "transaction_key"));
        return FailPayment{UserId{user}, ReservationId{reservation}, PaymentId{payment}, std::string{transaction}};
    });
}

boxoffice_status boxoffice_reconcile_payments(boxoffice_office* office, int64_t limit, int64_t after,
                                              boxoffice_reconciled* reconciled, boxoffice_error* error) {
    return answer(office, reconciled, error,
                  [&](BoxOffice& box) { return box.reconcile_payments(limit, PaymentId{after}); });
}

boxoffice_status boxoffice_reconcile_payment(boxoffice_office* office, int64_t payment, const char* transaction_key,
                                             size_t transaction_key_length, boxoffice_error* error) {
    return answer_nothing(office, error, [&]() -> Result<ReconcilePayment> {
        BOXOFFICE_TRY_VALUE(auto transaction, text_of(transaction_key, transaction_key_length, "transaction_key"));
        return ReconcilePayment{PaymentId{payment}, std::string{transaction}};
    });
}

/// One function a query.

#include <algorithm>
#include <iterator>

#include "answer.hpp"

using namespace boxoffice;
using namespace boxoffice::capi;

namespace {

/// A page: more than the engine's limit is the engine's to refuse.
std::int64_t page(size_t capacity) { return static_cast<std::int64_t>(std::min<size_t>(capacity, 100'000)); }

/// Only what a join could have answered is signed: the engine counts with the position of a signed token.
Result<void> check_claims(const boxoffice_claims& claims) {
    BOXOFFICE_TRY(check_reserved(claims, "claims"));
    constexpr std::int64_t position_max = 1'000'000'000'000;
    if (claims.token < 1 || claims.user < 1 || claims.room < 1 || claims.position < 1 || claims.position > position_max)
        return refuse(ErrorCode::invalid_argument, "claims: ids above 0, a position from 1 to 10^12");
    return {};
}

/// The seats that changed, and the user's own.
class ToldSeats {
  public:
    explicit ToldSeats(const SeatChanges& since) : since_(since) {
        std::set_union(since.changed.begin(), since.changed.end(), since.mine.begin(), since.mine.end(),
                       std::back_inserter(told_));
    }
    [[nodiscard]] std::size_t size() const { return told_.size(); }
    SeatNow operator[](std::size_t i) const {
        const auto index = told_[i];
        return {since_.sheet->row(index), since_.sheet->state(index),
                std::binary_search(since_.mine.begin(), since_.mine.end(), index)};
    }

  private:
    const SeatChanges& since_;
    std::vector<std::uint32_t> told_;
};

Result<Date> read_date(const char* text, size_t length) {
    BOXOFFICE_TRY_VALUE(auto view, text_of(text, length, "date"));
    return parse_date(view);
}

}  // namespace

boxoffice_status boxoffice_find_user(boxoffice_office* office, const char* external_id, size_t length, int64_t* user,
                                     boxoffice_error* error) {
    return answer(office, user, error, [&](BoxOffice& box) -> Result<User> {
        BOXOFFICE_TRY_VALUE(auto name, text_of(external_id, length, "external_id"));
        return box.user(std::string{name});
    });
}

boxoffice_status boxoffice_find_room(boxoffice_office* office, const char* name, size_t length, boxoffice_room* room,
                                     boxoffice_error* error) {
    return answer(office, room, error, [&](BoxOffice& box) -> Result<Room> {
        BOXOFFICE_TRY_VALUE(auto text, text_of(name, length, "name"));
        return box.room(std::string{text});
    });
}

boxoffice_status boxoffice_find_concert(boxoffice_office* office, const char* date, size_t date_length,
                                        boxoffice_concert* concert, boxoffice_error* error) {
    return answer(office, concert, error, [&](BoxOffice& box) -> Result<Concert> {
        BOXOFFICE_TRY_VALUE(auto day, read_date(date, date_length));
        return box.concert(day);
    });
}

boxoffice_status boxoffice_get_concert(boxoffice_office* office, int64_t concert_id, boxoffice_concert* concert,
                                       boxoffice_error* error) {
    return answer(office, concert, error, [&](BoxOffice& box) { return box.concert(ConcertId{concert_id}); });
}

boxoffice_status boxoffice_list_concerts(boxoffice_office* office, const char* from, size_t from_length,
                                         boxoffice_concert* concerts, size_t capacity, size_t* count,
                                         boxoffice_error* error) {
    return answer_list(office, concerts, capacity, count, error, [&](BoxOffice& box) -> Result<std::vector<Concert>> {
        BOXOFFICE_TRY_VALUE(auto day, read_date(from, from_length));
        return box.concerts(day);
    });
}

boxoffice_status boxoffice_list_dates(boxoffice_office* office, const char* from, size_t from_length,
                                      boxoffice_date* dates, size_t capacity, size_t* count, boxoffice_error* error) {
    return answer_list(office, dates, capacity, count, error, [&](BoxOffice& box) -> Result<std::vector<Date>> {
        BOXOFFICE_TRY_VALUE(auto day, read_date(from, from_length));
        return box.dates(day);
    });
}

boxoffice_status boxoffice_list_available_seats(boxoffice_office* office, int64_t concert, boxoffice_seat* seats,
                                                size_t capacity, size_t* count, boxoffice_error* error) {
    return answer_list(office, seats, capacity, count, error,
                       [&](BoxOffice& box) { return box.available_seats(ConcertId{concert}); });
}

boxoffice_status boxoffice_list_seats(boxoffice_office* office, int64_t concert, int64_t user, boxoffice_seat* seats,
                                      size_t capacity, size_t* count, boxoffice_error* error) {
    return answer_list(office, seats, capacity, count, error,
                       [&](BoxOffice& box) { return box.seat_map(ConcertId{concert}, UserId{user}); });
}

boxoffice_status boxoffice_list_seats_since(boxoffice_office* office, int64_t concert, int64_t user,
                                            const char* version, size_t version_length, boxoffice_seat_changes* changes,
                                            boxoffice_seat* seats, size_t capacity, size_t* count,
                                            boxoffice_error* error) {
    // Before `changes` is zeroed: the version may stand there.
    const std::string_view text{version == nullptr ? "" : version, version == nullptr ? 0 : version_length};
    const auto known = parse_seat_version(text).value_or(SeatVersion{});
    zero(changes);
    SeatChanges since;
    boxoffice_seat_changes told{};
    const auto status = answer_list(office, seats, capacity, count, error, [&](BoxOffice& box) -> Result<ToldSeats> {
        BOXOFFICE_TRY(check_given(changes, "changes"));
        BOXOFFICE_TRY(text_of(version, version_length, "version"));
        BOXOFFICE_TRY_VALUE(since, box.seats_since(ConcertId{concert}, known, UserId{user}));
        to_c(since, told);  // here, since it takes memory
        return ToldSeats{since};
    });
    if (status == BOXOFFICE_OK) *changes = told;
    return status;
}

boxoffice_status boxoffice_find_seat(boxoffice_office* office, int64_t concert, const char* number,
                                     size_t number_length, int64_t user, boxoffice_seat* seat, boxoffice_error* error) {
    return answer(office, seat, error, [&](BoxOffice& box) -> Result<SeatNow> {
        BOXOFFICE_TRY_VALUE(auto text, text_of(number, number_length, "number"));
        return box.seat(ConcertId{concert}, std::string{text}, UserId{user});
    });
}

boxoffice_status boxoffice_count_seats(boxoffice_office* office, int64_t concert, boxoffice_seat_counts* counts,
                                       boxoffice_error* error) {
    return answer(office, counts, error, [&](BoxOffice& box) { return box.seat_counts(ConcertId{concert}); });
}

boxoffice_status boxoffice_token_text(boxoffice_office* office, const boxoffice_claims* claims, char* text,
                                      boxoffice_error* error) {
    return call(office, error, [&](BoxOffice& box) -> Result<void> {
        BOXOFFICE_TRY(check_given(text, "text"));
        std::memset(text, 0, BOXOFFICE_TOKEN_TEXT_SIZE);
        BOXOFFICE_TRY(check_given(claims, "claims"));
        BOXOFFICE_TRY(check_claims(*claims));
        const auto signed_text = box.token_text(from_c(*claims));
        if (signed_text.empty()) return refuse(ErrorCode::out_of_memory);
        std::memcpy(text, signed_text.data(), BOXOFFICE_TOKEN_TEXT_SIZE - 1);
        return {};
    });
}

boxoffice_status boxoffice_authenticate(boxoffice_office* office, const char* token, size_t length,
                                        boxoffice_claims* claims, boxoffice_error* error) {
    return answer(office, claims, error, [&](BoxOffice& box) -> Result<TokenClaims> {
        BOXOFFICE_TRY_VALUE(auto text, text_of(token, length, "token"));
        return box.authenticate(text);
    });
}

boxoffice_status boxoffice_peek(boxoffice_office* office, const char* token, size_t length, boxoffice_peeked* peeked,
                                boxoffice_error* error) {
    return answer(office, peeked, error, [&](BoxOffice& box) -> Result<Peeked> {
        BOXOFFICE_TRY_VALUE(auto text, text_of(token, length, "token"));
        return box.peek(text);
    });
}

boxoffice_status boxoffice_await_turn(boxoffice_office* office, const char* token, size_t length, int32_t attempts_max,
                                      int64_t interval_us, boxoffice_peeked* peeked, boxoffice_error* error) {
    return answer(office, peeked, error, [&](BoxOffice& box) -> Result<Peeked> {
        BOXOFFICE_TRY_VALUE(auto text, text_of(token, length, "token"));
        return box.await_turn(text, attempts_max, Duration{interval_us});
    });
}

boxoffice_status boxoffice_get_reservation(boxoffice_office* office, int64_t user, int64_t reservation_id,
                                           boxoffice_reservation* reservation, boxoffice_error* error) {
    return answer(office, reservation, error,
                  [&](BoxOffice& box) { return box.reservation(UserId{user}, ReservationId{reservation_id}); });
}

boxoffice_status boxoffice_list_reservations(boxoffice_office* office, int64_t user, int64_t before,
                                             boxoffice_reservation* reservations, size_t capacity, size_t* count,
                                             boxoffice_error* error) {
    return answer_list(office, reservations, capacity, count, error, [&](BoxOffice& box) {
        return box.reservations(UserId{user}, page(capacity), ReservationId{before});
    });
}

boxoffice_status boxoffice_balance(boxoffice_office* office, int64_t user, int64_t* balance, boxoffice_error* error) {
    return answer(office, balance, error, [&](BoxOffice& box) { return box.balance(UserId{user}); });
}

boxoffice_status boxoffice_list_transfers(boxoffice_office* office, int64_t user, int64_t before,
                                          boxoffice_transfer* transfers, size_t capacity, size_t* count,
                                          boxoffice_error* error) {
    return answer_list(office, transfers, capacity, count, error,
                       [&](BoxOffice& box) { return box.transfers(UserId{user}, page(capacity), TransferId{before}); });
}

boxoffice_status boxoffice_get_payment(boxoffice_office* office, int64_t user, int64_t payment_id,
                                       boxoffice_payment* payment, boxoffice_error* error) {
    return answer(office, payment, error,
                  [&](BoxOffice& box) { return box.payment(UserId{user}, PaymentId{payment_id}); });
}

boxoffice_status boxoffice_list_unreconciled_payments(boxoffice_office* office, int64_t after,
                                                      boxoffice_payment* payments, size_t capacity, size_t* count,
                                                      boxoffice_error* error) {
    return answer_list(office, payments, capacity, count, error,
                       [&](BoxOffice& box) { return box.unreconciled_payments(page(capacity), PaymentId{after}); });
}

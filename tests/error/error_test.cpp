#include "boxoffice/error.hpp"

#include <map>
#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace boxoffice;

namespace {

struct Row {
    ErrorCode code;
    std::int32_t number;
    std::string name;
};

// Stored data and the C ABI depend on these: a row may be added, none may change. Where each is provoked is told in
// tests/decisions/README.md.
const std::vector<Row> table{
    {ErrorCode::not_your_turn, 100, "not_your_turn"},
    {ErrorCode::queue_full, 101, "queue_full"},
    {ErrorCode::seat_unavailable, 102, "seat_unavailable"},
    {ErrorCode::hold_limit, 103, "hold_limit"},
    {ErrorCode::hold_expired, 104, "hold_expired"},
    {ErrorCode::hold_released, 105, "hold_released"},
    {ErrorCode::already_paid, 106, "already_paid"},
    {ErrorCode::insufficient_points, 107, "insufficient_points"},
    {ErrorCode::reservation_mismatch, 108, "reservation_mismatch"},
    {ErrorCode::idempotency_conflict, 109, "idempotency_conflict"},
    {ErrorCode::place_expired, 110, "place_expired"},
    {ErrorCode::place_completed, 111, "place_completed"},
    {ErrorCode::place_left, 112, "place_left"},
    {ErrorCode::balance_limit, 113, "balance_limit"},
    {ErrorCode::issue_limit, 114, "issue_limit"},
    {ErrorCode::user_exists, 115, "user_exists"},
    {ErrorCode::room_exists, 116, "room_exists"},
    {ErrorCode::seat_exists, 117, "seat_exists"},
    {ErrorCode::payment_pending, 118, "payment_pending"},
    {ErrorCode::payment_declined, 119, "payment_declined"},
    {ErrorCode::payment_failed, 120, "payment_failed"},
    {ErrorCode::not_on_sale, 121, "not_on_sale"},
    {ErrorCode::order_limit, 122, "order_limit"},
    {ErrorCode::purchase_limit, 123, "purchase_limit"},
    {ErrorCode::price_changed, 124, "price_changed"},
    {ErrorCode::type_rule, 125, "type_rule"},
    {ErrorCode::cancel_closed, 126, "cancel_closed"},
    {ErrorCode::called_off, 127, "called_off"},
    {ErrorCode::stale_version, 128, "stale_version"},
    {ErrorCode::not_paid, 129, "not_paid"},
    {ErrorCode::type_exists, 130, "type_exists"},
    {ErrorCode::seats_held, 131, "seats_held"},
    {ErrorCode::has_history, 132, "has_history"},
    {ErrorCode::invalid_argument, 200, "invalid_argument"},
    {ErrorCode::invalid_token, 201, "invalid_token"},
    {ErrorCode::unknown_user, 202, "unknown_user"},
    {ErrorCode::unknown_room, 203, "unknown_room"},
    {ErrorCode::unknown_concert, 204, "unknown_concert"},
    {ErrorCode::unknown_seat, 205, "unknown_seat"},
    {ErrorCode::unknown_reservation, 206, "unknown_reservation"},
    {ErrorCode::unknown_payment, 207, "unknown_payment"},
    {ErrorCode::invalid_date, 208, "invalid_date"},
    {ErrorCode::ambiguous_concert, 209, "ambiguous_concert"},
    {ErrorCode::gateway_required, 210, "gateway_required"},
    {ErrorCode::invalid_options, 211, "invalid_options"},
    {ErrorCode::unsupported, 212, "unsupported"},
    {ErrorCode::too_small, 213, "too_small"},
    {ErrorCode::invalid_handle, 214, "invalid_handle"},
    {ErrorCode::closed, 215, "closed"},
    {ErrorCode::unknown_type, 216, "unknown_type"},
    {ErrorCode::storage, 300, "storage"},
    {ErrorCode::busy, 301, "busy"},
    {ErrorCode::clock_jump, 302, "clock_jump"},
    {ErrorCode::internal, 303, "internal"},
    {ErrorCode::not_a_boxoffice, 304, "not_a_boxoffice"},
    {ErrorCode::newer_schema, 305, "newer_schema"},
    {ErrorCode::forked, 306, "forked"},
    {ErrorCode::out_of_memory, 307, "out_of_memory"},
    {ErrorCode::weak_durability, 308, "weak_durability"},
    {ErrorCode::outcome_unknown, 309, "outcome_unknown"},
};

}  // namespace

TEST_CASE("numbers and names of errors are stable") {
    for (const auto& row : table) {
        CHECK(static_cast<std::int32_t>(row.code) == row.number);
        CHECK(name_of(row.code) == row.name);
        CHECK_FALSE(message_of(row.code).empty());
        CHECK(message_of(row.code) != message_of(static_cast<ErrorCode>(999)));
    }
}

TEST_CASE("the table of errors is whole") {
    std::map<std::int32_t, std::string> listed;
    for (const auto& row : table) CHECK(listed.emplace(row.number, row.name).second);
    for (std::int32_t number = -10; number < 1'000; ++number) {
        const auto name = std::string{name_of(static_cast<ErrorCode>(number))};
        CAPTURE(number);
        CHECK(name == (listed.contains(number) ? listed.at(number) : "unknown"));
    }
}

TEST_CASE("the range of an error follows from its number") {
    for (const auto& row : table) {
        CAPTURE(row.name);
        const auto wanted = row.number < 200   ? ErrorRange::refused
                            : row.number < 300 ? ErrorRange::mistake
                                               : ErrorRange::fault;
        CHECK(range_of(row.code) == wanted);
    }
    CHECK(range_of(ErrorCode::not_on_sale) == ErrorRange::refused);
    CHECK(range_of(ErrorCode::invalid_argument) == ErrorRange::mistake);
    CHECK(range_of(ErrorCode::storage) == ErrorRange::fault);
    CHECK(static_cast<std::int32_t>(ErrorRange::refused) == 1);
    CHECK(static_cast<std::int32_t>(ErrorRange::mistake) == 2);
    CHECK(static_cast<std::int32_t>(ErrorRange::fault) == 3);
}

TEST_CASE("D10: what an error quotes is valid UTF-8 without control characters") {
    const auto error = refuse(ErrorCode::storage, "a row has the kind '\xFF\n'").value();
    CHECK(error.detail == "a row has the kind '\\xff\\x0a'");
    CHECK(is_plain_text(error.text()));
    CHECK(refuse(ErrorCode::storage, "좌석 é").value().detail == "좌석 é");
}

TEST_CASE("an error says its name, what to do, and the detail if there is one") {
    CHECK(Error{ErrorCode::unknown_user, {}}.text() == "unknown_user: no such user");
    CHECK(Error{ErrorCode::seat_exists, "seat 12"}.text() ==
          "seat_exists: the concert has a seat with that number (seat 12)");
    CHECK(Error{ErrorCode::busy, "a"} == Error{ErrorCode::busy, "b"});
    CHECK_FALSE(Error{ErrorCode::busy, {}} == Error{ErrorCode::storage, {}});
}

/// The functions of terms, orders, cancelling and reports.

#include "answer.hpp"

using namespace boxoffice;
using namespace boxoffice::capi;

namespace {

/// An answer beside its list, as they stand at one moment.
template <class Value, class Out, class Element, class Rows, class Ask>
boxoffice_status answer_with_list(boxoffice_office* office, Out* out, Element* elements, std::size_t capacity,
                                  std::size_t* count, boxoffice_error* error, Rows rows, Ask ask) {
    zero(out);
    Value value;
    Out told{};
    const auto status = answer_list(office, elements, capacity, count, error,
                                    [&](BoxOffice& box) -> Result<std::remove_cvref_t<decltype(value.*rows)>> {
                                        BOXOFFICE_TRY(check_given(out, "the answer"));
                                        BOXOFFICE_TRY_VALUE(value, ask(box));
                                        to_c(value, told);  // here, since it takes memory
                                        return std::move(value.*rows);
                                    });
    if (status == BOXOFFICE_OK) *out = told;
    return status;
}

/// The items of an order or of what is to be cancelled: how many there may be is the engine's to say, but what is read is not more.
Result<void> check_items(const void* items, std::size_t count, const char* what) {
    if (count > BOXOFFICE_ORDER_SIZE_MAX)
        return refuse(ErrorCode::invalid_argument, std::string{what} + ": at most 50");
    if (count > 0) BOXOFFICE_TRY(check_given(items, what));
    return {};
}

}  // namespace

boxoffice_status boxoffice_change_concert(boxoffice_office* office, int64_t concert, const char* date,
                                          size_t date_length, const char* title, size_t title_length,
                                          int64_t starts_at_us, int32_t is_hidden, int64_t room, int64_t version,
                                          int64_t* changed, boxoffice_error* error) {
    return answer(office, OrNobody{changed}, error, [&]() -> Result<ChangeConcert> {
        BOXOFFICE_TRY_VALUE(const auto date_text, text_of(date, date_length, "date"));
        BOXOFFICE_TRY_VALUE(const auto day, parse_date(date_text));
        BOXOFFICE_TRY_VALUE(const auto title_text, text_of(title, title_length, "title"));
        BOXOFFICE_TRY_VALUE(const auto hidden, yes_or_no(is_hidden, "is_hidden"));
        return ChangeConcert{ConcertId{concert}, day, std::string{title_text}, from_us(starts_at_us), hidden, version,
                             room_or_none(room)};
    });
}

boxoffice_status boxoffice_delete_concert(boxoffice_office* office, int64_t concert, int64_t version,
                                          boxoffice_error* error) {
    return answer_nothing(office, error, [&]() -> Result<DeleteConcert> {
        return DeleteConcert{ConcertId{concert}, version};
    });
}

boxoffice_status boxoffice_get_sale(boxoffice_office* office, int64_t concert, boxoffice_sale* sale,
                                    boxoffice_error* error) {
    return answer(office, sale, error, [&](BoxOffice& box) { return box.sale(ConcertId{concert}); });
}

boxoffice_status boxoffice_change_sale(boxoffice_office* office, int64_t concert, const boxoffice_terms* terms,
                                       int64_t version, int64_t* changed, boxoffice_error* error) {
    return answer(office, OrNobody{changed}, error, [&]() -> Result<ChangeSale> {
        BOXOFFICE_TRY_VALUE(auto given, terms_from_c(terms));
        return ChangeSale{ConcertId{concert}, std::move(given), version};
    });
}

boxoffice_status boxoffice_set_tariff(boxoffice_office* office, int64_t concert, const boxoffice_new_price* prices,
                                      size_t price_count, int64_t version, int64_t* changed, boxoffice_error* error) {
    return answer(office, OrNobody{changed}, error, [&]() -> Result<SetTariff> {
        if (price_count > tariff_rows_max) return refuse(ErrorCode::invalid_argument, "prices: at most 500");
        if (price_count > 0) BOXOFFICE_TRY(check_given(prices, "prices"));
        std::vector<TariffRow> rows;
        for (size_t i = 0; i < price_count; ++i) {
            BOXOFFICE_TRY_VALUE(const auto category,
                                text_of(prices[i].category, prices[i].category_length, "category"));
            BOXOFFICE_TRY_VALUE(auto row, price(prices[i], category));
            rows.push_back(std::move(row));
        }
        return SetTariff{ConcertId{concert}, std::move(rows), version};
    });
}

boxoffice_status boxoffice_list_tariff(boxoffice_office* office, int64_t concert, boxoffice_price* prices,
                                       size_t capacity, size_t* count, boxoffice_error* error) {
    return answer_list(office, prices, capacity, count, error,
                       [&](BoxOffice& box) { return box.tariff(ConcertId{concert}); });
}

boxoffice_status boxoffice_create_type(boxoffice_office* office, int64_t concert, const char* name, size_t name_length,
                                       int64_t max_per_order, int64_t needs, int64_t* type, boxoffice_error* error) {
    return answer(office, type, error, [&]() -> Result<CreateType> {
        BOXOFFICE_TRY_VALUE(const auto text, text_of(name, name_length, "name"));
        return CreateType{ConcertId{concert}, std::string{text}, max_per_order, TypeId{needs}};
    });
}

boxoffice_status boxoffice_list_types(boxoffice_office* office, int64_t concert, boxoffice_ticket_type* types,
                                      size_t capacity, size_t* count, boxoffice_error* error) {
    return answer_list(office, types, capacity, count, error,
                       [&](BoxOffice& box) { return box.ticket_types(ConcertId{concert}); });
}

// ---- orders -----------------------------------------------------------------------------------------------------

boxoffice_status boxoffice_hold_seats(boxoffice_office* office, int64_t user, int64_t token, int64_t concert,
                                      const boxoffice_order_item* items, size_t item_count, const int64_t* expect_total,
                                      const char* key, size_t key_length, boxoffice_held_order* order,
                                      boxoffice_held_item* held, boxoffice_error* error) {
    return answer_with_items(office, order, held, item_count, error, [&]() -> Result<HoldSeats> {
        BOXOFFICE_TRY(check_items(items, item_count, "items"));
        BOXOFFICE_TRY_VALUE(auto listed, from_c(items, item_count));
        BOXOFFICE_TRY_VALUE(const auto name, text_of(key, key_length, "key"));
        HoldSeats command{UserId{user}, TokenId{token}, ConcertId{concert}, std::move(listed)};
        if (expect_total != nullptr) command.expect_total = Points{*expect_total};
        command.key = std::string{name};
        return command;
    });
}

boxoffice_status boxoffice_release_order(boxoffice_office* office, int64_t user, int64_t order, int64_t* released,
                                         boxoffice_error* error) {
    return answer(office, OrNobody{released}, error, [&]() -> Result<ReleaseOrder> {
        return ReleaseOrder{UserId{user}, OrderId{order}};
    });
}

boxoffice_status boxoffice_get_order(boxoffice_office* office, int64_t user, int64_t order_id, boxoffice_order* order,
                                     boxoffice_reservation* reservations, size_t capacity, size_t* count,
                                     boxoffice_error* error) {
    return answer_with_list<OrderNow>(office, order, reservations, capacity, count, error, &OrderNow::reservations,
                                      [&](BoxOffice& box) { return box.order(UserId{user}, OrderId{order_id}); });
}

// ---- cancelling -------------------------------------------------------------------------------------------------

boxoffice_status boxoffice_cancel(boxoffice_office* office, int64_t user, const int64_t* reservations,
                                  size_t reservation_count, const char* key, size_t key_length,
                                  boxoffice_cancelled* cancelled, boxoffice_cancelled_item* items,
                                  boxoffice_error* error) {
    return answer_with_items(office, cancelled, items, reservation_count, error, [&]() -> Result<Cancel> {
        BOXOFFICE_TRY(check_items(reservations, reservation_count, "reservations"));
        BOXOFFICE_TRY_VALUE(const auto name, text_of(key, key_length, "key"));
        Cancel command{UserId{user}, {}, std::string{name}};
        for (size_t i = 0; i < reservation_count; ++i) command.reservations.push_back(ReservationId{reservations[i]});
        return command;
    });
}

boxoffice_status boxoffice_refund(boxoffice_office* office, int64_t reservation, int64_t amount, int32_t cancel,
                                  const char* reason, size_t reason_length, const char* key, size_t key_length,
                                  boxoffice_refunded* refunded, boxoffice_error* error) {
    return answer(office, refunded, error, [&]() -> Result<Refund> {
        BOXOFFICE_TRY_VALUE(const auto takes_back, yes_or_no(cancel, "cancel"));
        BOXOFFICE_TRY_VALUE(const auto why, text_of(reason, reason_length, "reason"));
        BOXOFFICE_TRY_VALUE(const auto name, text_of(key, key_length, "key"));
        return Refund{ReservationId{reservation}, Points{amount}, takes_back, std::string{name}, std::string{why}};
    });
}

boxoffice_status boxoffice_call_off(boxoffice_office* office, int64_t concert, const char* reason, size_t reason_length,
                                    int64_t* called_off_at_us, boxoffice_error* error) {
    return answer(office, OrNobody{called_off_at_us}, error, [&]() -> Result<CallOff> {
        BOXOFFICE_TRY_VALUE(const auto text, text_of(reason, reason_length, "reason"));
        return CallOff{ConcertId{concert}, std::string{text}};
    });
}

boxoffice_status boxoffice_get_call_off_reason(boxoffice_office* office, int64_t concert, char* reason, size_t capacity,
                                               size_t* size, boxoffice_error* error) {
    zero(size);
    return call(office, error, [&](BoxOffice& box) -> Result<void> {
        if (capacity > 0) BOXOFFICE_TRY(check_given(reason, "reason"));
        BOXOFFICE_TRY_VALUE(const auto found, box.concert(ConcertId{concert}));
        const auto& text = found.call_off_reason;
        if (size != nullptr) *size = text.size() + 1;
        if (capacity <= text.size())
            return refuse(ErrorCode::too_small, "the reason takes " + std::to_string(text.size() + 1) + " bytes");
        std::memcpy(reason, text.c_str(), text.size() + 1);
        return {};
    });
}

boxoffice_status boxoffice_sweep_refunds(boxoffice_office* office, int64_t concert, int64_t most,
                                         boxoffice_swept* swept, boxoffice_error* error) {
    return answer(office, swept, error, [&]() -> Result<SweepRefunds> {
        return SweepRefunds{ConcertId{concert}, most};
    });
}

// ---- reports ----------------------------------------------------------------------------------------------------

boxoffice_status boxoffice_get_sales_report(boxoffice_office* office, int64_t concert, boxoffice_sales_report* report,
                                            boxoffice_sales_row* rows, size_t capacity, size_t* count,
                                            boxoffice_error* error) {
    return answer_with_list<SalesReport>(office, report, rows, capacity, count, error, &SalesReport::rows,
                                         [&](BoxOffice& box) { return box.sales_report(ConcertId{concert}); });
}

boxoffice_status boxoffice_get_cash_report(boxoffice_office* office, int64_t from_us, int64_t to_us,
                                           boxoffice_cash_report* report, boxoffice_error* error) {
    return answer(office, report, error, [&](BoxOffice& box) {
        return box.cash_report(boxoffice::from_us(from_us), boxoffice::from_us(to_us));
    });
}

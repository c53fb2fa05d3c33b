/// For whoever runs the house: a concert's facts and terms of sale, its prices, calling it off, giving money back.

#include <charconv>
#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "endpoints/endpoints.hpp"
#include "endpoints/writing.hpp"

namespace http_server::endpoints {

using namespace boxoffice;

namespace {

constexpr auto unknown_here = ErrorCode::unknown_concert;

/// Holds and sales that one sweep ends: few enough that buyers of other concerts do not notice the wait.
constexpr std::int64_t sweep_max = 500;

/// All that there is to know of a concert, for who runs it.
struct ConcertAsked {
    Concert concert;
    Sale sale;
    std::vector<TariffRow> tariff;
    std::vector<TicketType> types;
    SeatCounts seats;
    std::map<std::string, std::int64_t> categories;  ///< how many seats each has
};

Result<ConcertAsked> ask_concert(const Call& call, ConcertId id) {
    auto& office = call.host.office;
    ConcertAsked out;
    BOXOFFICE_TRY_VALUE(out.concert, office.concert(id));
    BOXOFFICE_TRY_VALUE(out.sale, office.sale(id));
    BOXOFFICE_TRY_VALUE(out.tariff, office.tariff(id));
    BOXOFFICE_TRY_VALUE(out.types, office.ticket_types(id));
    BOXOFFICE_TRY_VALUE(const auto sheet, office.seats(id));
    out.seats = sheet->counts();
    for (std::size_t i = 0; i < sheet->size(); ++i) ++out.categories[(*sheet)[i].facts.category];
    return out;
}

Response concert_response(const ConcertAsked& asked) {
    const auto& [concert, sale, tariff, types, seats, categories] = asked;
    JsonWriter json;
    write_facts(json.open_object(), concert);
    write_counts(json, "seats", seats);
    json.open_array("categories");
    for (const auto& [category, count] : categories)
        json.open_object().member("category", category).member("seats", count).close_object();
    json.close_array().open_object("sale");
    write_terms(json, sale);
    json.close_object();
    write_prices(json, "tariff", tariff);
    write_types(json, types);
    return json_response(json.close_object());
}

/// The concert as it is now, in full.
Answering describe_concert(const Call& call, const ConcertId& id) {
    const auto work = [&] { return ask_concert(call, id); };  // the categories are counted seat by seat
    CO_TRY_VALUE(const auto asked, co_await call.have_done(work));
    co_return concert_response(asked);
}

Result<std::vector<RefundStep>> read_refund_steps(const std::vector<Body>& list) {
    std::vector<RefundStep> steps;
    for (const auto& one : list) {
        BOXOFFICE_TRY_VALUE(const auto until, one.optional_time("until", never));
        BOXOFFICE_TRY_VALUE(const auto thousandths, one.integer("thousandths"));
        if (!until) return refuse(ErrorCode::invalid_argument, "refundSteps: until: expected a time, or null: always");
        steps.push_back({*until, thousandths});
    }
    return steps;
}

/// What a request changes of the terms; what it leaves out stays.
Result<Terms> changed_terms(const Body& body, Terms terms) {
    BOXOFFICE_TRY_VALUE(const auto opens_at, body.optional_time("opensAt", Time{}));
    BOXOFFICE_TRY_VALUE(const auto closes_at, body.optional_time("closesAt", never));
    BOXOFFICE_TRY_VALUE(const auto is_paused, body.optional_bool("isPaused"));
    BOXOFFICE_TRY_VALUE(const auto per_order, body.optional_integer("seatsPerOrder"));
    BOXOFFICE_TRY_VALUE(const auto per_user, body.optional_integer("seatsPerUser"));
    BOXOFFICE_TRY_VALUE(const auto hold_seconds, body.optional_integer("holdSeconds"));
    BOXOFFICE_TRY_VALUE(const auto steps, body.optional_objects("refundSteps"));
    constexpr std::int64_t day_seconds =
        24 * 60 * 60;  // beyond it the engine refuses, and microseconds may not hold it
    if (hold_seconds && (*hold_seconds < 0 || *hold_seconds > day_seconds))
        return refuse(ErrorCode::invalid_argument, "holdSeconds: 0 (the house's) to 86400");
    terms.opens_at = opens_at.value_or(terms.opens_at);
    terms.closes_at = closes_at.value_or(terms.closes_at);
    terms.is_paused = is_paused.value_or(terms.is_paused);
    terms.seats_per_order = per_order.value_or(terms.seats_per_order);
    terms.seats_per_user = per_user.value_or(terms.seats_per_user);
    if (hold_seconds) terms.hold_ttl = std::chrono::seconds{*hold_seconds};
    if (steps) {
        BOXOFFICE_TRY_VALUE(terms.refund_steps, read_refund_steps(*steps));
    }
    BOXOFFICE_TRY(check(terms));
    return terms;
}

/// The facts as a request changes them; what it leaves out stays.
Result<ChangeConcert> changed_concert(const Body& body, const Concert& concert, std::int64_t version) {
    BOXOFFICE_TRY_VALUE(const auto title, body.optional_text("title"));
    BOXOFFICE_TRY_VALUE(const auto date_text, body.optional_text("date"));
    BOXOFFICE_TRY_VALUE(const auto starts_at, body.optional_time("startsAt", never));
    BOXOFFICE_TRY_VALUE(const auto is_hidden, body.optional_bool("isHidden"));
    auto date = concert.date;
    if (date_text) {
        BOXOFFICE_TRY_VALUE(date, parse_date(*date_text));
    }
    return ChangeConcert{concert.id,
                         date,
                         title.value_or(concert.title),
                         starts_at.value_or(concert.starts_at),
                         is_hidden.value_or(concert.is_hidden),
                         version};
}

Result<std::vector<TariffRow>> read_tariff(const Body& body) {
    BOXOFFICE_TRY_VALUE(const auto list, body.optional_objects("rows"));
    if (!list) return refuse(ErrorCode::invalid_argument, "rows: expected an array of objects");
    std::vector<TariffRow> rows;
    for (const auto& one : *list) {
        BOXOFFICE_TRY_VALUE(auto category, one.text("category"));
        BOXOFFICE_TRY_VALUE(const auto type, one.id_or_none<TypeId>("type"));
        BOXOFFICE_TRY_VALUE(const auto price, one.integer("price"));
        rows.push_back({std::move(category), type, Points{price}});
    }
    return rows;
}

/// What a request says that it has seen of the concert.
Result<std::int64_t> version_asked(const Request& request) {
    const auto text = request.parameter("version").value_or("");
    std::int64_t version = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
    if (error != std::errc{} || end != text.data() + text.size())
        return refuse(ErrorCode::invalid_argument, "version: expected a whole number");
    return version;
}

/// Ends what is left of it, a part at a time. The concert is called off whatever becomes of this: where too much waits, or a payer
/// has no room, the ticks go on.
Task<Result<void>> sweep(const Call& call, const ConcertId& concert) {
    const SweepRefunds command{concert, sweep_max};
    while (true) {
        const auto swept = co_await call.execute(command);
        call.is_turned_away = false;
        if (!swept) co_return tl::unexpected(swept.error());
        if (!swept->more || swept->refunded + swept->released == 0) co_return Result<void>{};
    }
}

}  // namespace

Answering show_concert(const Call& call) {
    CO_TRY(check_admin(call));
    CO_TRY_VALUE(const auto id, id_in_path<ConcertId>(call, unknown_here));
    co_return co_await describe_concert(call, id);
}

Answering change_concert(const Call& call) {
    CO_TRY(check_admin(call));
    CO_TRY_VALUE(const auto body, Body::parse(call.request.body));
    CO_TRY_VALUE(const auto version, body.integer("version"));
    CO_TRY(changed_concert(body, Concert{}, version));  // shape comes first
    CO_TRY_VALUE(const auto id, id_in_path<ConcertId>(call, unknown_here));
    const auto question = [&] { return call.host.office.concert(id); };
    CO_TRY_VALUE(const auto concert, co_await call.ask(question));
    CO_TRY_VALUE(const auto command, changed_concert(body, concert, version));
    CO_TRY(co_await call.execute(command));
    call.host.programme.forget(id);
    co_return co_await describe_concert(call, id);
}

Answering delete_concert(const Call& call) {
    CO_TRY(check_admin(call));
    CO_TRY_VALUE(const auto version, version_asked(call.request));
    CO_TRY_VALUE(const auto id, id_in_path<ConcertId>(call, unknown_here));
    const DeleteConcert command{id, version};
    CO_TRY(co_await call.execute(command));
    call.host.programme.forget(id);
    co_return no_content();
}

Answering change_sale(const Call& call) {
    CO_TRY(check_admin(call));
    CO_TRY_VALUE(const auto body, Body::parse(call.request.body));
    CO_TRY_VALUE(const auto version, body.integer("version"));
    CO_TRY_VALUE(const auto id, id_in_path<ConcertId>(call, unknown_here));
    const auto question = [&] { return call.host.office.sale(id); };
    CO_TRY_VALUE(auto sale, co_await call.ask(question));
    CO_TRY_VALUE(sale.terms, changed_terms(body, sale.terms));
    // Where another change comes between, the version is not the one in force any more, and the engine says so.
    const ChangeSale command{id, sale.terms, version};
    CO_TRY_VALUE(const auto changed, co_await call.execute(command));
    call.host.programme.forget(id);
    sale.id.version = changed.version;
    JsonWriter json;
    write_terms(json.open_object(), sale);
    co_return json_response(json.close_object());
}

Answering set_tariff(const Call& call) {
    CO_TRY(check_admin(call));
    CO_TRY_VALUE(const auto body, Body::parse(call.request.body));
    CO_TRY_VALUE(const auto version, body.integer("version"));
    CO_TRY_VALUE(auto rows, read_tariff(body));
    CO_TRY_VALUE(const auto id, id_in_path<ConcertId>(call, unknown_here));
    const SetTariff command{id, std::move(rows), version};
    CO_TRY_VALUE(const auto changed, co_await call.execute(command));
    call.host.programme.forget(id);
    JsonWriter json;
    json.open_object().member("version", changed.version);
    write_prices(json, "rows", command.rows);
    co_return json_response(json.close_object());
}

Answering create_type(const Call& call) {
    CO_TRY(check_admin(call));
    CO_TRY_VALUE(const auto body, Body::parse(call.request.body));
    CO_TRY_VALUE(const auto name, body.text("name"));
    CO_TRY_VALUE(const auto most, body.optional_integer("maxPerOrder"));
    CO_TRY_VALUE(const auto needs, body.id_or_none<TypeId>("needs"));
    CO_TRY_VALUE(const auto id, id_in_path<ConcertId>(call, unknown_here));
    const CreateType command{id, name, most.value_or(0), needs};
    CO_TRY_VALUE(const auto created, co_await call.execute(command));
    JsonWriter json;
    write_type(json, TicketType{created.id, id, name, command.max_per_order, needs});
    co_return json_response(json);
}

Answering call_off(const Call& call) {
    CO_TRY(check_admin(call));
    CO_TRY_VALUE(const auto body, Body::parse(call.request.body));
    CO_TRY_VALUE(const auto reason, body.text("reason"));
    CO_TRY_VALUE(const auto id, id_in_path<ConcertId>(call, unknown_here));
    // Before: a moment after, ticks may have begun to give back.
    const auto question = [&] { return call.host.office.seat_counts(id); };
    CO_TRY_VALUE(const auto seats, co_await call.ask(question));
    const CallOff command{id, reason};
    CO_TRY_VALUE(const auto called_off, co_await call.execute(command));
    call.host.programme.forget(id);
    (void)co_await sweep(call, id);
    JsonWriter json;
    json.open_object()
        .member("calledOffAt", called_off.called_off_at)
        .member("released", seats.held)
        .member("toRefund", seats.sold)
        .close_object();
    co_return json_response(json);
}

Answering refund(const Call& call) {
    CO_TRY(check_admin(call));
    CO_TRY_VALUE(const auto body, Body::parse(call.request.body));
    CO_TRY_VALUE(const auto reservation, body.text("reservationId"));
    CO_TRY_VALUE(const auto amount, body.integer("amount"));
    CO_TRY_VALUE(const auto cancel, body.optional_bool("cancel"));
    CO_TRY_VALUE(auto reason, body.optional_text("reason"));
    CO_TRY_VALUE(auto key, idempotency_key(call.request));
    const Refund command{id_named<ReservationId>(reservation), Points{amount}, cancel.value_or(false), std::move(key),
                         std::move(reason).value_or("")};
    CO_TRY_VALUE(const auto refunded, co_await call.execute(command));
    JsonWriter json;
    json.open_object()
        .member("reservationId", refunded.reservation)
        .member("amount", refunded.amount)
        .member("refunded", refunded.refunded)
        .close_object();
    co_return json_response(json);
}

}  // namespace http_server::endpoints

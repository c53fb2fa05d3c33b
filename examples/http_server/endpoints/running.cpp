/// For who runs the house while it sells: what stands where and what was taken, the room's limits, seats off and on sale, what a
/// buyer has.

#include <chrono>
#include <string>
#include <vector>

#include "endpoints/endpoints.hpp"
#include "endpoints/paging.hpp"
#include "endpoints/writing.hpp"

namespace http_server::endpoints {

using namespace boxoffice;

namespace {

constexpr std::size_t changed_seats_max = 1'000;

std::int64_t seconds_of(Duration span) { return std::chrono::duration_cast<std::chrono::seconds>(span).count(); }

void write_room(JsonWriter& json, const Room& room) {
    json.member("name", room.name)
        .member("activeCapacity", room.limits.active_capacity)
        .member("queueCapacity", room.limits.queue_capacity)
        .member("admissionsPerSecond", room.limits.admissions_per_second)
        .member("arriveSeconds", seconds_of(room.limits.arrive_ttl))
        .member("activeSeconds", seconds_of(room.limits.active_ttl))
        .member("joined", room.last_position)
        .member("serving", room.serving);
}

/// The limits as a request changes them; what it leaves out stays.
Result<RoomLimits> changed_limits(const Body& body, RoomLimits limits) {
    BOXOFFICE_TRY_VALUE(const auto active, body.optional_integer("activeCapacity"));
    BOXOFFICE_TRY_VALUE(const auto queue, body.optional_integer("queueCapacity"));
    BOXOFFICE_TRY_VALUE(const auto rate, body.optional_integer("admissionsPerSecond"));
    limits.active_capacity = active.value_or(limits.active_capacity);
    limits.queue_capacity = queue.value_or(limits.queue_capacity);
    limits.admissions_per_second = rate.value_or(limits.admissions_per_second);
    BOXOFFICE_TRY(check(limits));
    return limits;
}

Result<std::vector<SeatId>> find_seats(const Call& call, ConcertId concert, const std::vector<std::string>& numbers) {
    BOXOFFICE_TRY(call.host.office.concert(concert));
    std::vector<SeatId> out;
    for (const auto& number : numbers) {
        const auto seat = call.host.office.seat(concert, number);
        if (!seat) return refuse(seat.error().code, number);
        out.push_back(seat->seat.id);
    }
    return out;
}

/// What stands of a concert, and what it took.
struct Listed {
    SeatCounts seats;
    Sale sale;
    SalesReport taken;
};

Result<Listed> ask_listed(const Call& call, const Concert& concert) {
    Listed out;
    BOXOFFICE_TRY_VALUE(out.seats, call.host.office.seat_counts(concert.id));
    BOXOFFICE_TRY_VALUE(out.sale, call.host.office.sale(concert.id));
    BOXOFFICE_TRY_VALUE(out.taken, call.host.takings.find(concert.id));
    return out;
}

void write_listed(JsonWriter& json, const Concert& concert, const Listed& listed) {
    const auto& total = listed.taken.total;
    write_facts(json.open_object(), concert);
    write_counts(json, "seats", listed.seats);
    json.open_object("sale");
    write_terms(json, listed.sale);
    json.close_object()
        .member("sold", total.sold)
        .member("cancelled", total.cancelled)
        .member("gross", total.gross)
        .member("refunds", total.refunds)
        .member("net", listed.taken.net)
        .close_object();
}

Result<Date> first_date(const Request& request) {
    const auto text = request.parameter("from");
    if (!text) return parse_date("1970-01-01");
    return parse_date(std::string{*text});
}

}  // namespace

/// The hidden ones too, each with what stands and what was taken at most some seconds ago.
Answer list_concerts(const Call& call) {
    BOXOFFICE_TRY(check_admin(call));
    BOXOFFICE_TRY_VALUE(const auto from, first_date(call.request));
    BOXOFFICE_TRY_VALUE(const auto concerts, call.host.office.all_concerts(from));
    JsonWriter json;
    json.open_object().open_array("concerts");
    for (const auto& concert : concerts) {
        const auto listed = ask_listed(call, concert);
        if (!listed && listed.error().code == ErrorCode::unknown_concert) continue;  // deleted meanwhile
        if (!listed) return tl::unexpected(listed.error());
        write_listed(json, concert, *listed);
    }
    return json_response(json.close_array().close_object());
}

Answer show_stats(const Call& call) {
    BOXOFFICE_TRY(check_admin(call));
    BOXOFFICE_TRY_VALUE(const auto stats, call.host.office.stats());
    BOXOFFICE_TRY_VALUE(const auto room, call.host.office.room("main"));
    BOXOFFICE_TRY_VALUE(const auto now, call.host.office.now());
    const auto commits = call.host.office.commit_stats();
    JsonWriter json;
    json.open_object()
        .member("now", now)
        .member("users", stats.users)
        .member("waiting", stats.waiting)
        .member("admitted", stats.admitted);
    write_counts(json, "seats", stats.seats);
    json.open_object("room");
    write_room(json, room);
    json.close_object()
        .member("commands", commits.commands)
        .member("connections", call.host.metrics.connections.load(std::memory_order_relaxed))
        .member("queued", call.host.metrics.queued.load(std::memory_order_relaxed))
        .open_array("refusals");
    for (const auto& [code, count] : call.host.metrics.refusals())
        json.open_object().member("code", name_of(code)).member("count", count).close_object();
    json.close_array().member("canBackUp", !call.host.settings.backup_directory.empty());
    return json_response(json.close_object());
}

/// A capacity of 0 pauses: nobody new comes in, and nobody is sent away.
Answering change_room(const Call& call) {
    CO_TRY(check_admin(call));
    CO_TRY_VALUE(const auto body, Body::parse(call.request.body));
    CO_TRY(changed_limits(body, RoomLimits{}));  // shape comes first
    const std::string name{call.parameter};
    const auto question = [&] { return call.host.office.room(name); };
    CO_TRY_VALUE(auto room, co_await call.ask(question));
    CO_TRY_VALUE(room.limits, changed_limits(body, room.limits));
    const ChangeRoom command{room.id, room.limits};
    CO_TRY(co_await call.execute(command));
    JsonWriter json;
    write_room(json.open_object(), room);
    co_return json_response(json.close_object());
}

/// Takes seats off sale, or puts them back: in their order, and not further where one cannot be had.
Answering change_seats(const Call& call) {
    CO_TRY(check_admin(call));
    CO_TRY_VALUE(const auto body, Body::parse(call.request.body));
    CO_TRY_VALUE(const auto numbers, body.texts_or_integers("seatNumbers"));
    CO_TRY_VALUE(const auto is_blocked, body.optional_bool("isBlocked"));
    if (!is_blocked) co_return refuse(ErrorCode::invalid_argument, "isBlocked: expected true or false");
    if (numbers.empty() || numbers.size() > changed_seats_max)
        co_return refuse(ErrorCode::invalid_argument, "seatNumbers: 1 to 1000");
    CO_TRY_VALUE(const auto id, id_in_path<ConcertId>(call, ErrorCode::unknown_concert));
    const auto question = [&] { return find_seats(call, id, numbers); };
    CO_TRY_VALUE(const auto seats, co_await call.have_done(question));
    for (const auto seat : seats) {
        if (*is_blocked) {
            const BlockSeat command{seat};
            CO_TRY(co_await call.execute(command));
        } else {
            const UnblockSeat command{seat};
            CO_TRY(co_await call.execute(command));
        }
    }
    const auto count = [&] { return call.host.office.seat_counts(id); };
    CO_TRY_VALUE(const auto counts, co_await call.ask(count));
    JsonWriter json;
    write_counts(json.open_object(), "seats", counts);
    co_return json_response(json.close_object());
}

/// What a user has, as the user would see it: for who stands at the counter.
Answer show_buyer(const Call& call) {
    BOXOFFICE_TRY(check_admin(call));
    BOXOFFICE_TRY_VALUE(const auto page, read_page<ReservationId>(call.request));
    const auto user_id = call.request.parameter("userId");
    if (!user_id) return refuse(ErrorCode::invalid_argument, "userId: expected who to look for");
    auto& office = call.host.office;
    BOXOFFICE_TRY_VALUE(const auto user, office.user(*user_id));
    BOXOFFICE_TRY_VALUE(const auto balance, office.balance(user.id));
    BOXOFFICE_TRY_VALUE(const auto found, office.reservations(user.id, page.limit + 1, page.before));
    JsonWriter json;
    json.open_object().member("userId", user.external_id).member("balance", balance);
    write_reservations(json, page, found);
    return json_response(json.close_object());
}

}  // namespace http_server::endpoints

/// What is on sale: dates, seats that can be held, the map of a hall.

#include <algorithm>
#include <map>

#include "endpoints/endpoints.hpp"

namespace http_server::endpoints {

using namespace boxoffice;

namespace {

struct Question {
    Date date{};
    std::optional<std::string> concert;
};

Result<Question> read_question(const Call& call) {
    const auto date = call.request.parameter("date");
    if (!date) return refuse(ErrorCode::invalid_date);
    BOXOFFICE_TRY_VALUE(const auto day, parse_date(*date));
    return Question{day, call.request.parameter("concertId")};
}

/// What the sections of a hall offer, in the order of their first seats. Prices are of the seats for sale, where there
/// are any: one that is not may have none.
void write_sections(JsonWriter& json, const std::vector<SeatNow>& seats) {
    struct Section {
        std::string_view name;
        std::int64_t seats = 0;
        std::int64_t available = 0;
        bool is_for_sale = false;
        Points least = amount_max;
        Points most{0};
    };
    std::vector<Section> sections;
    std::map<std::string_view, std::size_t> at;
    for (const auto& [seat, state, is_mine] : seats) {
        const auto [known, is_new] = at.emplace(seat.facts.section, sections.size());
        if (is_new) sections.push_back({seat.facts.section});
        auto& section = sections[known->second];
        ++section.seats;
        if (state == SeatState::available) ++section.available;
        const bool is_for_sale = state != SeatState::blocked;
        if (section.is_for_sale && !is_for_sale) continue;
        if (is_for_sale && !section.is_for_sale) {
            section.is_for_sale = true;
            section.least = amount_max;
            section.most = {};
        }
        section.least = std::min(section.least, seat.facts.price);
        section.most = std::max(section.most, seat.facts.price);
    }
    json.open_array("sections");
    for (const auto& section : sections)
        json.open_object()
            .member("name", section.name)
            .member("seats", section.seats)
            .member("available", section.available)
            .member("minPrice", section.least)
            .member("maxPrice", section.most)
            .close_object();
    json.close_array();
}

std::string write_map(const Concert& concert, const std::vector<SeatNow>& seats) {
    JsonWriter json;
    json.open_object().member("date", concert.date).member("concertId", concert.id).member("title", concert.title);
    write_sections(json, seats);
    json.open_array("seats");
    for (const auto& [seat, state, is_mine] : seats)
        json.open_object()
            .member("number", seat.facts.number)
            .member("label", seat.facts.label)
            .member("section", seat.facts.section)
            .member("row", seat.facts.row)
            .member("price", seat.facts.price)
            .member("x", seat.facts.x)
            .member("y", seat.facts.y)
            .member("state", is_mine ? std::string_view{"mine"} : name_of(state))
            .close_object();
    json.close_array().close_object();
    return json.take();
}

std::string write_list(const Concert& concert, const std::vector<SeatNow>& seats) {
    JsonWriter json;
    json.open_object().member("date", concert.date).open_array("availableSeats");
    for (const auto& [seat, state, is_mine] : seats)
        if (state == SeatState::available) json.element(seat.facts.number);
    json.close_array().member("concertId", concert.id).close_object();
    return json.take();
}

/// The answer that everybody gets, or 304 to who has it.
Response kept_response(const Call& call, const SeatAnswers::Kept& kept) {
    Response response;
    response.cache_control = revalidate;
    response = with_etag(call.request, std::move(response), kept.etag);
    if (response.status != 304) response.body = kept.body;
    return response;
}

/// Does the user hold or own a seat of the concert? Then the map has a "mine", and is theirs alone. So it is said of
/// who has many reservations, rather than read them all.
Result<bool> has_claims(const Call& call, UserId user, ConcertId concert) {
    constexpr std::int64_t many = 50;
    if (!user) return false;
    const auto found = call.host.office.reservations(user, many);
    if (!found) return tl::unexpected(found.error());
    if (std::ssize(*found) == many) return true;
    return std::any_of(found->begin(), found->end(), [&](const ReservationNow& view) {
        return view.reservation.concert == concert &&
               (view.state == ReservationState::held || view.state == ReservationState::confirmed);
    });
}

}  // namespace

Result<std::vector<Concert>> concerts_on(const Call& call, Date date) {
    auto concerts = call.host.office.concerts(date);
    if (concerts) std::erase_if(*concerts, [&](const Concert& concert) { return concert.date != date; });
    return concerts;
}

Result<Concert> find_concert(const Call& call, Date date, const std::optional<std::string>& id) {
    if (!id) return call.host.office.concert(date);
    const auto parsed = parse_id<ConcertId>(*id);
    if (!parsed) return refuse(ErrorCode::unknown_concert);
    auto concert = call.host.office.concert(*parsed);
    if (concert && concert->date != date) return refuse(ErrorCode::unknown_concert, "it is on another date");
    return concert;
}

Answer concert_error(const Call& call, Date date, const Error& error) {
    if (error.code != ErrorCode::ambiguous_concert) return tl::unexpected(error);
    BOXOFFICE_TRY_VALUE(const auto concerts, concerts_on(call, date));
    return error_response(error, call.wording, [&](JsonWriter& json) {
        json.open_array("concerts");
        for (const auto& concert : concerts)
            json.open_object().member("concertId", concert.id).member("title", concert.title).close_object();
        json.close_array();
    });
}

Result<Date> today(const Call& call) {
    BOXOFFICE_TRY_VALUE(const auto now, call.host.office.now());
    return call.host.settings.day_of(now);
}

Answer list_dates(const Call& call) {
    BOXOFFICE_TRY_VALUE(const auto first, today(call));
    BOXOFFICE_TRY_VALUE(const auto dates, call.host.office.dates(first));
    JsonWriter json;
    json.open_object().open_array("dates");
    for (const auto date : dates) json.element(to_text(date));
    json.close_array().close_object();
    return json_response(json, revalidate);
}

Answer list_seats(const Call& call) {
    BOXOFFICE_TRY_VALUE(const auto question, read_question(call));
    const auto concert = find_concert(call, question.date, question.concert);
    if (!concert) return concert_error(call, question.date, concert.error());
    BOXOFFICE_TRY_VALUE(const auto list,
                        call.host.seats.get(concert->id, SeatAnswers::Kind::list,
                                            [&](const auto& seats) { return write_list(*concert, seats); }));
    return kept_response(call, *list);
}

Answer seat_map(const Call& call) {
    BOXOFFICE_TRY_VALUE(const auto question, read_question(call));
    UserId user;
    const bool has_token = call.request.header("Authorization").has_value();
    if (has_token) {
        BOXOFFICE_TRY_VALUE(const auto claims, bearer(call));
        user = claims.user;
    }
    const auto concert = find_concert(call, question.date, question.concert);
    if (!concert) return concert_error(call, question.date, concert.error());
    BOXOFFICE_TRY_VALUE(const auto is_own, has_claims(call, user, concert->id));
    Response response;
    if (is_own) {
        BOXOFFICE_TRY_VALUE(const auto seats, call.host.office.seat_map(concert->id, user));
        response.body = write_map(*concert, seats);
        response.cache_control = revalidate_own;
        response.headers.emplace_back("Vary", "Authorization");
        auto etag = etag_of(response.body);
        return with_etag(call.request, std::move(response), std::move(etag));
    }
    BOXOFFICE_TRY_VALUE(const auto map,
                        call.host.seats.get(concert->id, SeatAnswers::Kind::map,
                                            [&](const auto& seats) { return write_map(*concert, seats); }));
    response = kept_response(call, *map);
    if (has_token) response.cache_control = revalidate_own;
    response.headers.emplace_back("Vary", "Authorization");
    return response;
}

}  // namespace http_server::endpoints

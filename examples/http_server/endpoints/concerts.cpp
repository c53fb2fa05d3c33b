/// What is on sale: dates, seats that can be held, the map of a hall.

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <map>
#include <memory>
#include <utility>

#include "endpoints/endpoints.hpp"
#include "endpoints/writing.hpp"

namespace http_server::endpoints {

using namespace boxoffice;

namespace {

struct Question {
    Date date{};
    std::optional<std::string> concert;
    std::optional<std::string> since;
};

Result<Question> read_question(const Call& call) {
    const auto date = call.request.parameter("date");
    if (!date) return refuse(ErrorCode::invalid_date);
    BOXOFFICE_TRY_VALUE(const auto day, parse_date(*date));
    return Question{day, call.request.parameter("concertId"), call.request.parameter("since")};
}

/// What the sections of a hall offer, in the order of their first seats. Prices are of the seats for sale, where there
/// are any: one that is not may have none. They are those of who names no type.
std::string write_sections(const SeatSheet& sheet, const Programmed& programmed) {
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
    for (std::size_t i = 0; i < sheet.size(); ++i) {
        const auto seat = sheet[i];
        const auto [known, is_new] = at.emplace(seat.facts.section, sections.size());
        if (is_new) sections.push_back({seat.facts.section});
        auto& section = sections[known->second];
        ++section.seats;
        if (seat.state == SeatState::available) ++section.available;
        const bool is_for_sale = seat.state != SeatState::blocked;
        if (section.is_for_sale && !is_for_sale) continue;
        if (is_for_sale && !section.is_for_sale) {
            section.is_for_sale = true;
            section.least = amount_max;
            section.most = {};
        }
        const auto price = programmed.price_of(seat.facts);
        section.least = std::min(section.least, price);
        section.most = std::max(section.most, price);
    }
    JsonWriter json;
    json.open_object().open_array("sections");
    for (const auto& section : sections)
        json.open_object()
            .member("name", section.name)
            .member("seats", section.seats)
            .member("available", section.available)
            .member("minPrice", section.least)
            .member("maxPrice", section.most)
            .close_object();
    json.close_array().close_object();
    return json.take();
}

/// Of one that was called off, no seat can be had, whatever is left to be given back.
std::string write_list(const SeatSheet& sheet, const Concert& concert) {
    JsonWriter json;
    json.open_object().member("date", concert.date).open_array("availableSeats");
    for (std::size_t i = 0; i < sheet.size() && !is_called_off(concert); ++i)
        if (sheet.state(i) == SeatState::available) json.element(sheet[i].facts.number);
    json.close_array().member("concertId", concert.id).close_object();
    return json.take();
}

/// What is asked about: the seats, and what else there is to be told of their concert.
struct Found {
    SeatChanges seats;
    std::shared_ptr<const Programmed> programmed;
};

/// Who has a map with seats of their own has a version of their own, which tells nobody else anything.
std::string version_for(const SeatChanges& found, UserId user) {
    auto version = to_text(found.sheet->version());
    return found.mine.empty() ? version : version + "-" + to_text(user);
}

/// The version that a caller has, as far as it tells them anything. None: they have none.
std::optional<SeatVersion> version_of(const std::optional<std::string>& text, UserId user) {
    if (!text) return std::nullopt;
    std::string_view version = *text;
    const auto own = "-" + to_text(user);
    if (user && version.ends_with(own)) version.remove_suffix(own.size());
    return parse_seat_version(version).value_or(SeatVersion{});
}

void write_seat(JsonWriter& json, const SeatShown& seat, const Programmed& programmed, bool is_mine) {
    json.open_object()
        .member("number", seat.facts.number)
        .member("label", seat.facts.label)
        .member("section", seat.facts.section)
        .member("row", seat.facts.row)
        .member("category", seat.facts.category)
        .member("price", programmed.price_of(seat.facts))
        .member("x", seat.facts.x)
        .member("y", seat.facts.y)
        .member("state", is_mine ? std::string_view{"mine"} : name_of(seat.state))
        .close_object();
}

/// All seats, or those that changed and the user's own.
std::string write_seats(const SeatChanges& found, const Programmed& programmed) {
    const auto& sheet = *found.sheet;
    std::vector<std::uint32_t> told;
    std::set_union(found.changed.begin(), found.changed.end(), found.mine.begin(), found.mine.end(),
                   std::back_inserter(told));
    auto mine = found.mine.begin();
    JsonWriter json;
    json.open_object().open_array("seats");
    const auto write = [&](std::uint32_t index) {
        const bool is_mine = mine != found.mine.end() && *mine == index;
        if (is_mine) ++mine;
        write_seat(json, sheet[index], programmed, is_mine);
    };
    if (found.is_whole)
        for (std::size_t i = 0; i < sheet.size(); ++i) write(static_cast<std::uint32_t>(i));
    else
        for (const auto index : told) write(index);
    json.close_array().close_object();
    return json.take();
}

/// One object of the members of several.
std::string join(std::initializer_list<std::string_view> objects) {
    std::string all = "{";
    for (const auto object : objects) {
        if (all.size() > 1) all += ',';
        all += object.substr(1, object.size() - 2);
    }
    return all + "}";
}

/// What buyers are told of the concert beside its seats. Small, so it is in every answer, also in one of what changed since.
std::string write_programmed(const Programmed& programmed) {
    const auto& [concert, sale, tariff, types, plain_prices] = programmed;
    JsonWriter json;
    json.open_object().member_or_null("startsAt", concert.starts_at, never);
    write_called_off(json, concert);
    json.open_object("sale");
    write_terms(json, sale);
    json.close_object();
    write_types(json, types);
    write_prices(json, "prices", tariff);
    json.close_object();
    return json.take();
}

std::string write_map(const Call& call, const Found& of, UserId user) {
    const auto& [found, programmed] = of;
    const auto& concert = programmed->concert;
    JsonWriter json;
    json.open_object()
        .member("date", concert.date)
        .member("concertId", concert.id)
        .member("title", concert.title)
        .member("version", version_for(found, user))
        .member("isWhole", found.is_whole)
        .close_object();
    // What changes with each seat, but not with who asks since when.
    const auto sections = call.host.seats.text(
        *found.sheet, SeatAnswers::Kind::sections,
        [&programmed = *programmed](const SeatSheet& sheet) { return write_sections(sheet, programmed); },
        programmed->version());
    return join({json.take(), write_programmed(*programmed), *sections, write_seats(found, *programmed)});
}

/// The seats of the one concert that is asked for: where it is named, without a look at the store.
Result<Found> look(const Call& call, const Question& question, UserId user) {
    ConcertId id;
    if (question.concert) {
        const auto parsed = parse_id<ConcertId>(*question.concert);
        if (!parsed) return refuse(ErrorCode::unknown_concert);
        id = *parsed;
    } else {
        BOXOFFICE_TRY_VALUE(const auto concert, call.host.office.concert(question.date));
        id = concert.id;
    }
    BOXOFFICE_TRY_VALUE(auto programmed, call.host.programme.find(id));
    if (programmed->concert.date != question.date) return refuse(ErrorCode::unknown_concert, "it is on another date");
    BOXOFFICE_TRY_VALUE(auto seats, call.host.seats.look(id, version_of(question.since, user), user));
    return Found{std::move(seats), std::move(programmed)};
}

/// 304 to who has it, before it is written; `body()` to the others.
template <class Body>
Response tagged_response(const Call& call, const std::string& version, const char* kind, Body body) {
    Response response;
    response.cache_control = revalidate;
    response = with_etag(call.request, std::move(response), '"' + version + kind + '"');
    if (response.status != 304) response.body = body();
    return response;
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
    const auto found = look(call, {question.date, question.concert, std::nullopt}, {});
    if (!found) return concert_error(call, question.date, found.error());
    const auto& sheet = *found->seats.sheet;
    const auto& concert = found->programmed->concert;
    const auto facts = concert.version == 1 ? "" : "-" + std::to_string(concert.version);
    return tagged_response(call, to_text(sheet.version()) + facts, "-list", [&] {
        return *call.host.seats.text(
            sheet, SeatAnswers::Kind::list, [&](const SeatSheet& seats) { return write_list(seats, concert); }, facts);
    });
}

Answer seat_map(const Call& call) {
    BOXOFFICE_TRY_VALUE(const auto question, read_question(call));
    UserId user;
    const bool has_token = call.request.header("Authorization").has_value();
    if (has_token) {
        BOXOFFICE_TRY_VALUE(const auto claims, bearer(call));
        user = claims.user;
    }
    const auto found = look(call, question, user);
    if (!found) return concert_error(call, question.date, found.error());
    const auto& seats = found->seats;
    const auto terms = found->programmed->version();
    auto response = tagged_response(call, version_for(seats, user) + "-" + terms, question.since ? "-since" : "", [&] {
        if (!seats.is_whole || !seats.mine.empty()) return write_map(call, *found, user);
        return *call.host.seats.text(
            *seats.sheet, SeatAnswers::Kind::map, [&](const SeatSheet&) { return write_map(call, *found, user); },
            terms);
    });
    if (has_token) response.cache_control = revalidate_own;
    response.headers.emplace_back("Vary", "Authorization");
    return response;
}

}  // namespace http_server::endpoints

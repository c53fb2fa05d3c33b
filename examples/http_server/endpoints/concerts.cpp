/// What is on sale: dates, seats that can be held, the map of a hall.

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <map>
#include <utility>

#include "endpoints/endpoints.hpp"
#include "endpoints/seat_question.hpp"
#include "endpoints/writing.hpp"

namespace http_server::endpoints {

using namespace boxoffice;

namespace {

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
    JsonWriter rest;  // small, so it is in every answer, also in one of what changed since
    rest.open_object();
    write_programmed(rest, *programmed);
    rest.close_object();
    return join({json.take(), rest.take(), *sections, write_seats(found, *programmed)});
}

constexpr std::size_t listed_max = 100;

/// What is left of a concert, and from which price on: the least that somebody pays who comes alone. In brackets, so that it can be
/// joined with what else is told.
std::string write_offer(const SeatSheet& sheet, const Programmed& programmed) {
    std::map<std::string, Points, std::less<>> least_of;  // by category, where the tariff has it
    for (const auto& row : programmed.tariff) {
        const auto type = std::find_if(programmed.types.begin(), programmed.types.end(),
                                       [&](const TicketType& one) { return one.id == row.type; });
        if (type != programmed.types.end() && type->needs) continue;
        const auto [known, is_new] = least_of.emplace(row.category, row.price);
        if (!is_new) known->second = std::min(known->second, row.price);
    }
    std::int64_t seats = 0;
    std::int64_t available = 0;
    std::optional<Points> least;
    for (std::size_t i = 0; i < sheet.size(); ++i) {
        const auto state = sheet.state(i);
        if (state == SeatState::blocked) continue;
        ++seats;
        if (state == SeatState::available) ++available;
        const auto& facts = sheet[i].facts;
        const auto priced = least_of.find(facts.category);
        const auto price = priced == least_of.end() ? facts.price : priced->second;
        if (!least || price < *least) least = price;
    }
    JsonWriter json;
    json.open_object().member("seats", seats).member("available", available);
    if (least)
        json.member("priceFrom", *least);
    else
        json.null_member("priceFrom");
    json.close_object();
    return json.take();
}

Result<std::string> write_listed(const Call& call, const Concert& concert) {
    BOXOFFICE_TRY_VALUE(const auto programmed, call.host.programme.find(concert.id));
    BOXOFFICE_TRY_VALUE(const auto found, call.host.seats.look(concert.id, std::nullopt, {}));
    const auto offer = call.host.seats.text(
        *found.sheet, SeatAnswers::Kind::offer, [&](const SeatSheet& sheet) { return write_offer(sheet, *programmed); },
        programmed->version());
    const auto& sale = programmed->sale.terms;
    JsonWriter json;
    json.open_object()
        .member("date", programmed->concert.date)
        .member("concertId", concert.id)
        .member("title", programmed->concert.title)
        .member_or_null("startsAt", programmed->concert.starts_at, never);
    write_called_off(json, programmed->concert);
    json.member_or_null("opensAt", sale.opens_at, Time{})
        .member_or_null("closesAt", sale.closes_at, never)
        .member("isPaused", sale.is_paused)
        .close_object();
    return join({json.take(), *offer});
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

Answer list_programme(const Call& call) {
    BOXOFFICE_TRY_VALUE(const auto first, today(call));
    BOXOFFICE_TRY_VALUE(auto concerts, call.host.office.concerts(first));
    if (concerts.size() > listed_max)
        std::erase_if(concerts, [](const Concert& concert) { return is_called_off(concert); });
    if (concerts.size() > listed_max) concerts.resize(listed_max);
    std::string all;
    for (const auto& concert : concerts) {
        const auto one = write_listed(call, concert);
        if (!one && one.error().code == ErrorCode::unknown_concert) continue;  // deleted meanwhile
        if (!one) return tl::unexpected(one.error());
        if (!all.empty()) all += ',';
        all += *one;
    }
    Response response;
    response.body = "{\"concerts\":[" + all + "]}";
    response.cache_control = revalidate;
    const auto tag = etag_of(response.body);
    return with_etag(call.request, std::move(response), tag);
}

Answer list_seats(const Call& call) {
    BOXOFFICE_TRY_VALUE(const auto question, read_question(call));
    const auto found = look(call, {question.date, question.concert, std::nullopt}, {});
    if (!found) return concert_error(call, question.date, found.error());
    const auto& sheet = *found->seats.sheet;
    const auto& concert = found->programmed->concert;
    const auto facts = concert.version == 1 ? "" : "-" + std::to_string(concert.version);
    return tagged_response(call, to_text(sheet.version()) + facts + "-list", [&] {
        return *call.host.seats.text(
            sheet, SeatAnswers::Kind::list, [&](const SeatSheet& seats) { return write_list(seats, concert); }, facts);
    });
}

Answer seat_map(const Call& call) {
    BOXOFFICE_TRY_VALUE(const auto question, read_question(call));
    BOXOFFICE_TRY_VALUE(const auto user, asking_user(call));
    const auto found = look(call, question, user);
    if (!found) return concert_error(call, question.date, found.error());
    const auto& seats = found->seats;
    const auto terms = found->programmed->version();
    auto response =
        tagged_response(call, version_for(seats, user) + "-" + terms + (question.since ? "-since" : ""), [&] {
            if (!seats.is_whole || !seats.mine.empty()) return write_map(call, *found, user);
            return *call.host.seats.text(
                *seats.sheet, SeatAnswers::Kind::map, [&](const SeatSheet&) { return write_map(call, *found, user); },
                terms);
        });
    if (call.request.header("Authorization")) response.cache_control = revalidate_own;
    response.headers.emplace_back("Vary", "Authorization");
    return response;
}

}  // namespace http_server::endpoints

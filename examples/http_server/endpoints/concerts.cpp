/// What is on sale: dates, seats that can be held, the map of a hall.

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <map>

#include "endpoints/endpoints.hpp"

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
/// are any: one that is not may have none.
std::string write_sections(const SeatSheet& sheet) {
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
        section.least = std::min(section.least, seat.facts.price);
        section.most = std::max(section.most, seat.facts.price);
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

std::string write_list(const SeatSheet& sheet) {
    JsonWriter json;
    json.open_object().member("date", sheet.concert().date).open_array("availableSeats");
    for (std::size_t i = 0; i < sheet.size(); ++i)
        if (sheet.state(i) == SeatState::available) json.element(sheet[i].facts.number);
    json.close_array().member("concertId", sheet.concert().id).close_object();
    return json.take();
}

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

void write_seat(JsonWriter& json, const SeatShown& seat, bool is_mine) {
    json.open_object()
        .member("number", seat.facts.number)
        .member("label", seat.facts.label)
        .member("section", seat.facts.section)
        .member("row", seat.facts.row)
        .member("price", seat.facts.price)
        .member("x", seat.facts.x)
        .member("y", seat.facts.y)
        .member("state", is_mine ? std::string_view{"mine"} : name_of(seat.state))
        .close_object();
}

/// All seats, or those that changed and the user's own.
std::string write_seats(const SeatChanges& found) {
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
        write_seat(json, sheet[index], is_mine);
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

std::string write_map(const Call& call, const SeatChanges& found, UserId user) {
    const auto& concert = found.sheet->concert();
    JsonWriter json;
    json.open_object()
        .member("date", concert.date)
        .member("concertId", concert.id)
        .member("title", concert.title)
        .member("version", version_for(found, user))
        .member("isWhole", found.is_whole)
        .close_object();
    // What changes with each seat, but not with who asks since when.
    const auto sections = call.host.seats.text(*found.sheet, SeatAnswers::Kind::sections, write_sections);
    return join({json.take(), *sections, write_seats(found)});
}

/// The seats of the one concert that is asked for: where it is named, without a look at the store.
Result<SeatChanges> look(const Call& call, const Question& question, UserId user) {
    ConcertId id;
    if (question.concert) {
        const auto parsed = parse_id<ConcertId>(*question.concert);
        if (!parsed) return refuse(ErrorCode::unknown_concert);
        id = *parsed;
    } else {
        BOXOFFICE_TRY_VALUE(const auto concert, call.host.office.concert(question.date));
        id = concert.id;
    }
    auto found = call.host.seats.look(id, version_of(question.since, user), user);
    if (found && found->sheet->concert().date != question.date)
        return refuse(ErrorCode::unknown_concert, "it is on another date");
    return found;
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
    const auto& sheet = *found->sheet;
    return tagged_response(call, to_text(sheet.version()), "-list",
                           [&] { return *call.host.seats.text(sheet, SeatAnswers::Kind::list, write_list); });
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
    auto response = tagged_response(call, version_for(*found, user), question.since ? "-since" : "", [&] {
        if (!found->is_whole || !found->mine.empty()) return write_map(call, *found, user);
        return *call.host.seats.text(*found->sheet, SeatAnswers::Kind::map,
                                     [&](const SeatSheet&) { return write_map(call, *found, user); });
    });
    if (has_token) response.cache_control = revalidate_own;
    response.headers.emplace_back("Vary", "Authorization");
    return response;
}

}  // namespace http_server::endpoints

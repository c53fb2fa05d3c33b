/// A large hall, compactly: its plan once (hall_plan.hpp), and how its seats stand as a letter each, or what has changed.

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "endpoints/endpoints.hpp"
#include "endpoints/seat_question.hpp"
#include "gzip.hpp"
#include "hall_plan.hpp"
#include "support/input.hpp"

namespace http_server::endpoints {

using namespace boxoffice;

namespace {

constexpr std::string_view for_a_day = "public, max-age=86400";  // states name the plan that they are of

char letter_of(SeatState state) {
    switch (state) {
        case SeatState::available: return 'a';
        case SeatState::held: return 'h';
        case SeatState::sold: return 's';
        case SeatState::blocked: return 'b';
    }
    return '?';
}
constexpr char letter_of_mine = 'm';

/// A caller's version: of the seats, and of the terms behind a dot.
std::pair<std::string, std::string> split_version(const std::string& version) {
    const auto dot = version.find('.');
    if (dot == std::string::npos) return {version, {}};
    return {version.substr(0, dot), version.substr(dot + 1)};
}

void write_head(JsonWriter& json, const Found& found, const HallPlan& plan, UserId user) {
    const auto& concert = found.programmed->concert;
    json.open_object()
        .member("date", concert.date)
        .member("concertId", concert.id)
        .member("version", version_for(found.seats, user) + "." + found.programmed->version())
        .member("plan", plan.tag)
        .member("isWhole", found.seats.is_whole);
}

std::string letters_of(const SeatChanges& found, const HallPlan& plan) {
    std::string letters(plan.seats.size(), letter_of(SeatState::available));
    for (std::size_t place = 0; place < plan.seats.size(); ++place)
        letters[place] = letter_of(found.sheet->state(plan.seats[place]));
    for (const auto seat : found.mine) letters[plan.places[seat]] = letter_of_mine;
    return letters;
}

std::string write_whole(const Found& found, const HallPlan& plan, UserId user) {
    JsonWriter json;
    write_head(json, found, plan, user);
    json.member("title", found.programmed->concert.title);
    write_programmed(json, *found.programmed);
    json.member("states", letters_of(found.seats, plan)).close_object();
    return json.take();
}

/// The seats that changed and the user's own, by their place; what else there is to be told only where it is another than `known`.
std::string write_changes(const Found& found, const HallPlan& plan, UserId user, const std::string& known_terms) {
    const auto& seats = found.seats;
    std::vector<std::pair<std::uint32_t, char>> told;
    for (const auto seat : seats.changed) told.emplace_back(plan.places[seat], letter_of(seats.sheet->state(seat)));
    for (const auto seat : seats.mine) told.emplace_back(plan.places[seat], letter_of_mine);
    // One that is both changed and the user's is the user's.
    std::sort(told.begin(), told.end(), [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first < b.first : a.second == letter_of_mine && b.second != letter_of_mine;
    });
    told.erase(std::unique(told.begin(), told.end(), [](const auto& a, const auto& b) { return a.first == b.first; }),
               told.end());
    std::string letters;
    std::string steps;
    std::uint32_t last = 0;
    for (const auto& [place, letter] : told) {
        letters += letter;
        if (!steps.empty()) steps += ',';
        steps += std::to_string(place - last);
        last = place;
    }
    JsonWriter json;
    write_head(json, found, plan, user);
    if (known_terms != found.programmed->version()) {
        json.member("title", found.programmed->concert.title);
        write_programmed(json, *found.programmed);
    }
    json.member("states", letters).close_object();
    auto text = json.take();
    text.pop_back();
    return text + ",\"changed\":[" + steps + "]}";
}

constexpr std::size_t asked_max = 50;  // as many as an order may have

/// "12,7": places in a plan of so many seats.
Result<std::vector<std::size_t>> read_places(std::string_view list, std::size_t size) {
    std::vector<std::size_t> places;
    while (places.size() <= asked_max) {
        const auto comma = list.find(',');
        const auto place = support::parse_number<std::size_t>(list.substr(0, comma));
        if (!place || *place >= size) break;
        places.push_back(*place);
        if (comma == std::string_view::npos && places.size() <= asked_max) return places;
        list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
    }
    return refuse(ErrorCode::invalid_argument, "seats: expected 1 to 50 places of the plan, as in 12,7");
}

}  // namespace

Answer seat_numbers(const Call& call) {
    BOXOFFICE_TRY_VALUE(auto question, read_question(call));
    question.since.reset();
    const auto found = look(call, question, {});
    if (!found) return concert_error(call, question.date, found.error());
    const auto& sheet = *found->seats.sheet;
    const auto plan = call.host.plans.of(sheet);
    BOXOFFICE_TRY_VALUE(const auto places,
                        read_places(call.request.parameter("seats").value_or(std::string{}), sheet.size()));
    JsonWriter json;
    json.open_object().member("plan", plan->tag).open_array("numbers");
    for (const auto place : places) json.element(sheet[plan->seats[place]].facts.number);
    json.close_array().close_object();
    return json_response(json, revalidate);
}

Answer hall_plan(const Call& call) {
    BOXOFFICE_TRY_VALUE(auto question, read_question(call));
    question.since.reset();
    const auto found = look(call, question, {});
    if (!found) return concert_error(call, question.date, found.error());
    const auto plan = call.host.plans.of(*found->seats.sheet);
    const bool is_zipped = plan->text.size() >= gzip_from && takes_gzip(call.request);
    auto response = tagged_response(call, plan->tag + (is_zipped ? "-gzip" : ""),
                                    [&] { return is_zipped ? plan->zipped : plan->text; });
    // Without its id, another concert may be what is asked for tomorrow.
    if (question.concert) response.cache_control = for_a_day;
    response.headers.emplace_back("Vary", "Accept-Encoding");
    if (is_zipped) mark_gzip(response);
    return response;
}

Answer seat_states(const Call& call) {
    BOXOFFICE_TRY_VALUE(auto question, read_question(call));
    BOXOFFICE_TRY_VALUE(const auto user, asking_user(call));
    std::string known_terms;
    if (question.since) std::tie(question.since, known_terms) = split_version(*question.since);
    const auto found = look(call, question, user);
    if (!found) return concert_error(call, question.date, found.error());
    const auto& seats = found->seats;
    const auto plan = call.host.plans.of(*seats.sheet);
    const auto terms = found->programmed->version();
    const bool may_zip = takes_gzip(call.request);
    const auto tag = version_for(seats, user) + "-" + terms + "-states" + (question.since ? "-since" : "") +
                     (may_zip ? "-gzip" : "");
    bool is_zipped = false;
    const auto coded = [&](std::string text) {
        is_zipped = may_zip && text.size() >= gzip_from;
        return is_zipped ? gzip(text) : text;
    };
    auto response = tagged_response(call, tag, [&]() -> std::string {
        if (!seats.is_whole) return coded(write_changes(*found, *plan, user, known_terms));
        if (!seats.mine.empty()) return coded(write_whole(*found, *plan, user));
        const auto kind = may_zip ? SeatAnswers::Kind::states_gzip : SeatAnswers::Kind::states;
        is_zipped = may_zip;
        return *call.host.seats.text(
            *seats.sheet, kind,
            [&](const SeatSheet&) {
                auto text = write_whole(*found, *plan, user);
                return may_zip ? gzip(text) : text;
            },
            terms);
    });
    if (call.request.header("Authorization")) response.cache_control = revalidate_own;
    response.headers.emplace_back("Vary", "Authorization, Accept-Encoding");
    if (is_zipped) mark_gzip(response);
    return response;
}

}  // namespace http_server::endpoints

#include "endpoints/seat_question.hpp"

#include <string_view>

#include "endpoints/writing.hpp"

namespace http_server::endpoints {

using namespace boxoffice;

namespace {

/// The version that a caller has, as far as it tells them anything. None: they have none.
std::optional<SeatVersion> version_of(const std::optional<std::string>& text, UserId user) {
    if (!text) return std::nullopt;
    std::string_view version = *text;
    const auto own = "-" + to_text(user);
    if (user && version.ends_with(own)) version.remove_suffix(own.size());
    return parse_seat_version(version).value_or(SeatVersion{});
}

}  // namespace

Result<Question> read_question(const Call& call) {
    const auto date = call.request.parameter("date");
    if (!date) return refuse(ErrorCode::invalid_date);
    BOXOFFICE_TRY_VALUE(const auto day, parse_date(*date));
    return Question{day, call.request.parameter("concertId"), call.request.parameter("since")};
}

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

Result<UserId> asking_user(const Call& call) {
    if (!call.request.header("Authorization")) return UserId{};
    BOXOFFICE_TRY_VALUE(const auto claims, bearer(call));
    return claims.user;
}

std::string version_for(const SeatChanges& found, UserId user) {
    auto version = to_text(found.sheet->version());
    return found.mine.empty() ? version : version + "-" + to_text(user);
}

void write_programmed(JsonWriter& json, const Programmed& programmed) {
    const auto& [concert, sale, tariff, types, plain_prices] = programmed;
    json.member_or_null("startsAt", concert.starts_at, never);
    write_called_off(json, concert);
    json.open_object("sale");
    write_terms(json, sale);
    json.close_object();
    write_types(json, types);
    write_prices(json, "prices", tariff);
}

}  // namespace http_server::endpoints

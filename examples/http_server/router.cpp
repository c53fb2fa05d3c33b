#include "router.hpp"

#include <array>
#include <exception>
#include <new>
#include <utility>

#include "endpoints/endpoints.hpp"
#include "task.hpp"
#include "web_files.hpp"

namespace http_server {

using boxoffice::ErrorCode;
using boxoffice::ErrorRange;

namespace {

// ---- the endpoints' own words -----------------------------------------------------------------------------------

constexpr std::string_view bad_parameters = "잘못된 요청 파라미터 입니다.";
constexpr std::string_view not_releasable = "이미 결제되었거나 만료된 예약입니다.";

constexpr std::array recharge_rules{ErrorRule{ErrorCode::unknown_user, 400, {}}};
constexpr std::array balance_rules{ErrorRule{ErrorCode::unknown_user, 404, "찾을 수 없는 사용자입니다."}};
constexpr std::array release_rules{ErrorRule{ErrorCode::already_paid, 409, not_releasable},
                                   ErrorRule{ErrorCode::hold_expired, 409, not_releasable},
                                   ErrorRule{ErrorCode::hold_released, 409, not_releasable},  // it was cancelled
                                   ErrorRule{ErrorCode::payment_pending, 409, not_releasable}};

/// A balance that has no room is then a matter of state, not of what was asked.
constexpr std::array giving_back_rules{ErrorRule{ErrorCode::balance_limit, 409, "환불하면 잔액 한도를 초과합니다."}};

/// For the house a concert is a concert, and no seat number.
constexpr std::array concert_rules{ErrorRule{ErrorCode::unknown_concert, 404, "찾을 수 없는 콘서트입니다."}};

constexpr std::array room_rules{ErrorRule{ErrorCode::unknown_room, 404, "찾을 수 없는 대기열입니다."}};

constexpr Wording plain_wording{bad_parameters};
constexpr Wording room_wording{bad_parameters, room_rules};
constexpr Wording issue_wording{"잘못된 사용자 ID"};
constexpr Wording peek_wording{"잘못되었거나 이미 만료된 토큰입니다."};
constexpr Wording date_wording{"잘못된 형식의 날짜입니다."};
constexpr Wording hold_wording{"잘못된 형식의 요청 파라미터입니다."};
constexpr Wording release_wording{bad_parameters, release_rules};
constexpr Wording concert_wording{bad_parameters, concert_rules};
constexpr Wording cancel_wording{bad_parameters, giving_back_rules};
constexpr Wording recharge_wording{bad_parameters, recharge_rules};
constexpr Wording balance_wording{bad_parameters, balance_rules};
constexpr Wording payment_wording{"잘못된 결제 요청입니다."};

// ---- the table --------------------------------------------------------------------------------------------------

constexpr std::size_t body_max = 64 * 1024;
constexpr std::size_t plan_max =
    32 * 1024 * 1024;  // a hall of 50,000 seats as an editor writes it, indented, with UUIDs

struct Route {
    std::string_view method;
    std::string_view pattern;
    const Wording& wording;
    endpoints::Answering (*answer)(const Call&) = nullptr;
    std::optional<endpoints::Answer> (*answer_now)(const Call&) = nullptr;  ///< asked first, where there is one
    std::size_t body_size_max = body_max;
    bool is_admin = false;  ///< with the key only; and what reads there reads much, and has time
};

using namespace endpoints;

const std::array table{
    Route{"POST", "/api/token", issue_wording, issue_token},
    Route{"POST", "/api/token/peek", peek_wording, peek, peek_now},
    Route{"DELETE", "/api/token", plain_wording, leave},
    Route{"GET", "/api/concert/date", date_wording, reading<list_dates>},
    Route{"GET", "/api/concert/seat", date_wording, reading<list_seats>},
    Route{"GET", "/api/concert/map", date_wording, reading<seat_map>},
    Route{"GET", "/api/concert/plan", date_wording, reading<hall_plan>},
    Route{"GET", "/api/concert/states", date_wording, reading<seat_states>},
    Route{"GET", "/api/concert/numbers", date_wording, reading<seat_numbers>},
    Route{"GET", "/api/concert/programme", date_wording, reading<list_programme>},
    Route{"POST", "/api/reservations", hold_wording, hold_seat},
    Route{"GET", "/api/reservations", plain_wording, list_reservations},
    Route{"GET", "/api/reservations/{id}", plain_wording, show_reservation},
    Route{"DELETE", "/api/reservations/{id}", release_wording, release_hold},
    Route{"GET", "/api/orders/{id}", plain_wording, show_order},
    Route{"DELETE", "/api/orders/{id}", release_wording, release_order},
    Route{"POST", "/api/cancellations", cancel_wording, cancel_reservations},
    Route{"POST", "/api/payment/recharge", recharge_wording, recharge},
    Route{"GET", "/api/balance", balance_wording, show_balance},
    Route{"GET", "/api/transfers", plain_wording, list_transfers},
    Route{"POST", "/api/payment", payment_wording, pay},
    Route{"POST", "/api/admin/users", plain_wording, create_user, nullptr, body_max, true},
    Route{"POST", "/api/admin/concerts", plain_wording, create_concert, nullptr, plan_max, true},
    Route{"GET", "/api/admin/concerts", plain_wording, working<list_concerts>, nullptr, body_max, true},
    Route{"GET", "/api/admin/concerts/{id}", concert_wording, show_concert, nullptr, body_max, true},
    Route{"PATCH", "/api/admin/concerts/{id}", concert_wording, change_concert, nullptr, body_max, true},
    Route{"DELETE", "/api/admin/concerts/{id}", concert_wording, delete_concert, nullptr, body_max, true},
    Route{"PUT", "/api/admin/concerts/{id}/sale", concert_wording, change_sale, nullptr, body_max, true},
    Route{"PUT", "/api/admin/concerts/{id}/tariff", concert_wording, set_tariff, nullptr, body_max, true},
    Route{"POST", "/api/admin/concerts/{id}/types", concert_wording, create_type, nullptr, body_max, true},
    Route{"POST", "/api/admin/concerts/{id}/call-off", concert_wording, call_off, nullptr, body_max, true},
    Route{"GET", "/api/admin/concerts/{id}/report", concert_wording, working<report_sales>, nullptr, body_max, true},
    Route{"PUT", "/api/admin/concerts/{id}/seats", concert_wording, change_seats, nullptr, body_max, true},
    Route{"GET", "/api/admin/stats", plain_wording, reading<show_stats>, nullptr, body_max, true},
    Route{"PUT", "/api/admin/rooms/{id}", room_wording, change_room, nullptr, body_max, true},
    Route{"GET", "/api/admin/users", balance_wording, reading<show_buyer>, nullptr, body_max, true},
    Route{"POST", "/api/admin/refunds", cancel_wording, refund, nullptr, body_max, true},
    Route{"GET", "/api/admin/audit", plain_wording, working<audit>, nullptr, body_max, true},
    Route{"POST", "/api/admin/backup", plain_wording, working<back_up>, nullptr, body_max, true},
    Route{"GET", "/healthz", plain_wording, nullptr, healthz_now},
    Route{"GET", "/readyz", plain_wording, readyz},
    Route{"GET", "/metrics", plain_wording, metrics},
    Route{"GET", "/{file}", plain_wording, nullptr, web_file_now},
};
constexpr std::string_view file_pattern = "/{file}";

/// Does `path` have that pattern? Sets the part that stands for {id}.
bool matches(std::string_view pattern, std::string_view path, std::string_view& parameter) {
    if (pattern == file_pattern) return find_web_file(path) != nullptr;
    const auto brace = pattern.find('{');
    if (brace == std::string_view::npos) return pattern == path;
    const auto before = pattern.substr(0, brace);
    const auto behind = pattern.substr(pattern.find('}') + 1);
    if (path.size() <= before.size() + behind.size() || !path.starts_with(before) || !path.ends_with(behind))
        return false;
    parameter = path.substr(brace, path.size() - before.size() - behind.size());
    return parameter.find('/') == std::string_view::npos;
}

struct Match {
    std::size_t index = no_route;
    std::string_view parameter;
    bool is_path_known = false;

    [[nodiscard]] const Route* route() const { return index < table.size() ? &table[index] : nullptr; }
};

Match find_route(const Request& request, bool has_admin) {
    const auto method = request.method == "HEAD" ? std::string_view{"GET"} : request.method;
    Match match;
    for (std::size_t i = 0; i < table.size(); ++i) {
        const auto& route = table[i];
        if ((route.is_admin && !has_admin) || !matches(route.pattern, request.path, match.parameter)) continue;
        match.is_path_known = true;
        if (route.method != method) continue;
        match.index = i;
        break;
    }
    return match;
}

std::string allowed_methods(std::string_view path) {
    std::string allow;
    std::string_view ignored;
    for (const auto& route : table) {
        if (!matches(route.pattern, path, ignored)) continue;
        if (!allow.empty()) allow += ", ";
        allow += route.method;
        if (route.method == "GET") allow += ", HEAD";
    }
    return allow;
}

std::vector<std::string> labels() {
    std::vector<std::string> out;
    for (const auto& route : table) out.push_back(std::string{route.method} + " " + std::string{route.pattern});
    return out;
}

}  // namespace

Router::Router(boxoffice::BoxOffice& office, Settings settings)
    : office_(office),
      settings_(std::move(settings)),
      gate_(settings_.allowed_hosts, settings_.own_host),
      health_(settings_.database),
      metrics_(labels()),
      commands_(office, health_, metrics_.queued, settings_.commands),
      seats_(office),
      programme_(office),
      takings_(office),
      host_{office_, commands_, settings_, metrics_, health_, seats_, plans_, users_, programme_, takings_} {}

std::vector<Router::Name> Router::routes() {
    std::vector<Name> out;
    for (const auto& route : table) out.push_back({route.method, route.pattern, route.is_admin});
    return out;
}

std::size_t Router::body_size_max(const Request& request) const {
    const auto* route = find_route(request, settings_.admin_key.has_value()).route();
    return route == nullptr ? body_max : route->body_size_max;
}

std::optional<Response> Router::check_header(const Request& request) const {
    if (auto refusal = gate_.refuse(request)) return refusal;
    const auto match = find_route(request, settings_.admin_key.has_value());
    const auto* route = match.route();
    if (route == nullptr || !route->is_admin) return std::nullopt;
    const Call call{host_, request, route->wording, match.parameter};
    const auto admin = check_admin(call);
    if (admin) return std::nullopt;
    auto response = fail(admin.error(), route->wording);
    response.route = match.index;
    return response;
}

std::optional<Response> Router::handle_now(const Request& request) const {
    const auto match = find_route(request, settings_.admin_key.has_value());
    const auto* route = match.route();
    std::optional<Answer> answer;
    if (route == nullptr) {
        answer = match.is_path_known ? method_not_allowed(allowed_methods(request.path)) : not_found();
    } else if (route->answer_now != nullptr) {
        const Call call{host_, request, route->wording, match.parameter};
        answer = guarded([&] { return route->answer_now(call); });
    }
    if (!answer) return std::nullopt;
    auto response = *answer ? **std::move(answer) : fail(answer->error(), route->wording);
    response.route = match.index;
    return response;
}

/// A request under way.
struct Router::Serving {
    /// Takes the completion when there is memory for all that this needs itself; where it throws, it has not.
    static Detached begin(const Router& router, Call call, std::size_t route, Completion& given) {
        const auto completion = std::exchange(given, nullptr);
        Answer answer;
        try {
            answer = co_await table[route].answer(call);
        } catch (const std::bad_alloc&) {
            answer = boxoffice::refuse(ErrorCode::out_of_memory);
        } catch (const std::exception& e) {
            answer = boxoffice::refuse(ErrorCode::internal, e.what());
        }
        completion(router.reply_to(call, route, std::move(answer)));
    }
};

void Router::handle(const Request& request, int attempt, Front& front, Completion completion) const noexcept {
    const auto match = find_route(request, settings_.admin_key.has_value());
    const auto* route = match.route();
    const Call call{host_,           request, route != nullptr ? route->wording : plain_wording,
                    match.parameter, &front,  attempt};
    auto answer = guarded([&]() -> Answer {
        if (route == nullptr || route->answer == nullptr) return *handle_now(request);
        Serving::begin(*this, call, match.index, completion);
        return Response{};
    });
    if (completion != nullptr) completion(reply_to(call, match.index, std::move(answer)));
}

Reply Router::reply_to(const Call& call, std::size_t route, Answer answer) const noexcept {
    try {
        if (call.is_turned_away) return TurnedAway{route};
        if (!answer && answer.error().code == ErrorCode::not_your_turn && call.attempt < settings_.turn_attempts)
            return Again{settings_.turn_interval};
        auto response = answer ? *std::move(answer) : fail(answer.error(), call.wording);
        response.route = route;
        return response;
    } catch (const std::bad_alloc&) {  // not even for an error's words
        Response response;
        response.status = 500;
        response.route = route;
        return response;
    }
}

Response Router::fail(const boxoffice::Error& error, const Wording& wording) const {
    if (range_of(error.code) == ErrorRange::fault && settings_.log_fault) settings_.log_fault(error.text());
    return error_response(error, wording);
}

}  // namespace http_server

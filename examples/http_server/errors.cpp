#include "errors.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace http_server {

using boxoffice::ErrorCode;
using boxoffice::ErrorRange;

namespace {

constexpr std::string_view bad_token = "잘못되었거나 이미 만료된 토큰입니다.";
constexpr std::string_view no_seat = "찾을 수 없는 좌석 번호입니다.";
constexpr std::string_view crowded = "서버가 혼잡합니다. 잠시 후 다시 시도해 주세요.";
constexpr std::string_view broken = "서버 오류가 발생했습니다.";

constexpr std::array rules{
    ErrorRule{ErrorCode::not_your_turn, 429, "아직 대기 순서가 아닙니다."},
    ErrorRule{ErrorCode::queue_full, 429, "대기열이 가득 찼습니다. 잠시 후 다시 시도해 주세요."},
    ErrorRule{ErrorCode::seat_unavailable, 409, "이미 예약되었거나 선택할 수 없는 좌석입니다."},
    ErrorRule{ErrorCode::hold_limit, 409, "동시에 예약할 수 있는 좌석 수를 초과했습니다."},
    ErrorRule{ErrorCode::hold_expired, 400, "예약 시간이 만료되었습니다."},
    ErrorRule{ErrorCode::hold_released, 400, "예약 시간이 만료되었습니다."},
    ErrorRule{ErrorCode::already_paid, 400, "이미 결제된 예약입니다."},
    ErrorRule{ErrorCode::payment_pending, 400, "이미 결제된 예약입니다."},
    ErrorRule{ErrorCode::insufficient_points, 400, "잔액이 부족합니다."},
    ErrorRule{ErrorCode::reservation_mismatch, 400, "예약 정보가 일치하지 않습니다."},
    ErrorRule{ErrorCode::idempotency_conflict, 422, "이미 다른 요청에 사용된 멱등성 키입니다."},
    ErrorRule{ErrorCode::place_expired, 401, bad_token},
    ErrorRule{ErrorCode::place_completed, 401, bad_token},
    ErrorRule{ErrorCode::place_left, 401, bad_token},
    ErrorRule{ErrorCode::invalid_token, 401, bad_token},
    ErrorRule{ErrorCode::balance_limit, 400, {}},
    ErrorRule{ErrorCode::issue_limit, 400, {}},
    ErrorRule{ErrorCode::payment_declined, 400, {}},
    ErrorRule{ErrorCode::payment_failed, 400, {}},
    ErrorRule{ErrorCode::not_on_sale, 409, "지금은 예매할 수 없는 콘서트입니다."},
    ErrorRule{ErrorCode::order_limit, 409, "한 번에 예매할 수 있는 좌석 수를 초과했습니다."},
    ErrorRule{ErrorCode::purchase_limit, 409, "한 사람이 예매할 수 있는 좌석 수를 초과했습니다."},
    ErrorRule{ErrorCode::price_changed, 409, "가격이 변경되었습니다. 다시 확인해 주세요."},
    ErrorRule{ErrorCode::type_rule, 409, "함께 예매할 수 없거나 판매하지 않는 권종입니다."},
    ErrorRule{ErrorCode::cancel_closed, 409, "취소할 수 없거나 취소 기한이 지난 예약입니다."},
    ErrorRule{ErrorCode::called_off, 409, "개최가 취소된 콘서트입니다."},
    ErrorRule{ErrorCode::stale_version, 409, "그 사이에 변경되었습니다. 다시 확인해 주세요."},
    ErrorRule{ErrorCode::not_paid, 409, "결제되지 않은 예약입니다."},
    ErrorRule{ErrorCode::type_exists, 409, "이미 존재하는 권종입니다."},
    ErrorRule{ErrorCode::has_history, 409, "예매 이력이 있어 삭제할 수 없는 콘서트입니다."},
    ErrorRule{ErrorCode::user_exists, 409, "이미 존재하는 사용자입니다."},
    ErrorRule{ErrorCode::seat_exists, 409, "이미 존재하는 좌석 번호입니다."},
    ErrorRule{ErrorCode::invalid_argument, 400, {}},
    ErrorRule{ErrorCode::invalid_date, 400, {}},
    ErrorRule{ErrorCode::ambiguous_concert, 400, {}},
    ErrorRule{ErrorCode::unknown_user, 400, "잘못된 사용자 ID"},
    ErrorRule{ErrorCode::unknown_concert, 404, no_seat},
    ErrorRule{ErrorCode::unknown_seat, 404, no_seat},
    ErrorRule{ErrorCode::unknown_reservation, 404, "찾을 수 없는 예약입니다."},
    ErrorRule{ErrorCode::unknown_type, 404, "찾을 수 없는 권종입니다."},
    ErrorRule{ErrorCode::busy, 503, crowded},
    ErrorRule{ErrorCode::clock_jump, 503, crowded},
    // Not 503, which says that nothing was done.
    ErrorRule{ErrorCode::outcome_unknown, 500, "처리 결과를 확인하지 못했습니다. 같은 요청을 다시 보내 주세요."},
};

/// What no request should meet: the house's trouble, of which outsiders learn no more than that.
constexpr ErrorRule trouble{ErrorCode::internal, 500, broken};

/// Whole seconds; those who wait in line are told when by peeking, so a short time is right.
constexpr std::string_view retry_after(ErrorCode code) { return code == ErrorCode::queue_full ? "5" : "1"; }

/// The contract's codes are the engine's names, but that it says "token" where the engine says "place".
constexpr std::string_view code_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::place_expired: return "token_expired";
        case ErrorCode::place_completed: return "token_completed";
        case ErrorCode::place_left: return "token_left";
        default: return name_of(code);
    }
}

const ErrorRule& rule_of(ErrorCode code, const Wording& wording) {
    const auto is_it = [&](const ErrorRule& rule) { return rule.code == code; };
    if (const auto own = std::find_if(wording.rules.begin(), wording.rules.end(), is_it); own != wording.rules.end())
        return *own;
    const auto common = std::find_if(rules.begin(), rules.end(), is_it);
    return common == rules.end() ? trouble : *common;
}

/// What a program wants to know of a refusal beside its code, where the engine says it.
void write_about(JsonWriter& json, const boxoffice::Error& error) {
    if (error.about.empty()) return;
    if (error.code == ErrorCode::not_on_sale) json.member("opensAt", boxoffice::from_us(error.about.front()));
    if (error.code == ErrorCode::price_changed) json.member("total", error.about.front());
}

Response worded(int status, std::string_view text, std::string_view code, std::string_view message) {
    Response response;
    response.status = status;
    response.body = JsonWriter{}
                        .open_object()
                        .member("error", text)
                        .member("code", code)
                        .member("message", message)
                        .close_object()
                        .take();
    return response;
}

}  // namespace

Response error_response(const boxoffice::Error& error, const Wording& wording,
                        const std::function<void(JsonWriter&)>& add) {
    const auto& rule = rule_of(error.code, wording);
    Response response;
    response.status = rule.status;
    response.refused = error.code;
    std::string message{message_of(error.code)};
    // The store's own words about a fault are for the log.
    if (range_of(error.code) != ErrorRange::fault && !error.detail.empty()) message += " (" + error.detail + ")";
    JsonWriter json;
    json.open_object()
        .member("error", rule.text.empty() ? wording.bad_request : rule.text)
        .member("code", code_of(error.code))
        .member("message", message);
    write_about(json, error);
    if (add) add(json);
    response.body = json.close_object().take();
    if (rule.status == 429 || rule.status == 503) response.headers.emplace_back("Retry-After", retry_after(error.code));
    if (rule.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
    return response;
}

Response not_found() { return worded(404, "찾을 수 없는 경로입니다.", "not_found", "nothing is at this path"); }

Response method_not_allowed(std::string allow) {
    auto response =
        worded(405, "허용되지 않은 메서드입니다.", "method_not_allowed", "this path takes other methods; see Allow");
    response.headers.emplace_back("Allow", std::move(allow));
    return response;
}

Response payload_too_large() {
    return worded(413, "요청 본문이 너무 큽니다.", "payload_too_large", "the body is larger than this path takes");
}

Response overloaded() {
    auto response = worded(503, crowded, "overloaded", "too many requests wait already; try again");
    response.headers.emplace_back("Retry-After", "1");
    return response;
}

Response shutting_down() {
    auto response = worded(503, crowded, "overloaded", "the server is stopping; nothing was done; try again");
    response.headers.emplace_back("Retry-After", "1");
    return response;
}

Response foreign_origin() {
    return worded(403, "다른 사이트에서 보낸 요청은 허용되지 않습니다.", "foreign_origin",
                  "another site's page sent this; a host that serves its own page there names it with --allowed-host");
}

Response misdirected() {
    return worded(421, "이 서버의 주소가 아닙니다.", "misdirected",
                  "this server does not go by the name in Host; --allowed-host adds one");
}

Response unsupported_media_type() {
    return worded(415, "지원하지 않는 본문 형식입니다.", "unsupported_media_type",
                  "the body is to be application/json, and Content-Type to say so");
}

Response not_ready(ErrorCode code, std::string_view reason) {
    auto response = worded(503, crowded, name_of(code), reason);
    response.headers.emplace_back("Retry-After", "1");
    return response;
}

Response unreadable(int status, std::string_view message) {
    return worded(status, "잘못된 요청 파라미터 입니다.", name_of(ErrorCode::invalid_argument), message);
}

}  // namespace http_server

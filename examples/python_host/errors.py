"""What is answered where a request is refused: the statuses and words of ../http_server/openapi.json."""

import boxoffice

TOKEN = "잘못되었거나 이미 만료된 토큰입니다."
PARAMETER = "잘못된 요청 파라미터 입니다."
NOT_A_REQUEST = PARAMETER

# Code: status and words. A code that is not here is 400, in the words of the path that was asked.
ANSWERS = {
    "already_paid": (400, "이미 결제된 예약입니다."),
    "busy": (503, "서버가 혼잡합니다. 잠시 후 다시 시도해 주세요."),
    "clock_jump": (503, "서버가 혼잡합니다. 잠시 후 다시 시도해 주세요."),
    "hold_expired": (400, "예약 시간이 만료되었습니다."),
    "hold_limit": (409, "동시에 예약할 수 있는 좌석 수를 초과했습니다."),
    "hold_released": (400, "예약 시간이 만료되었습니다."),
    "idempotency_conflict": (422, "이미 다른 요청에 사용된 멱등성 키입니다."),
    "insufficient_points": (400, "잔액이 부족합니다."),
    "internal": (500, "서버 오류가 발생했습니다."),
    "invalid_token": (401, TOKEN),
    "method_not_allowed": (405, "허용되지 않은 메서드입니다."),
    "not_found": (404, "찾을 수 없는 경로입니다."),
    "not_on_sale": (409, "지금은 예매할 수 없는 콘서트입니다."),
    "not_your_turn": (429, "아직 대기 순서가 아닙니다."),
    "out_of_memory": (500, "서버 오류가 발생했습니다."),
    "payload_too_large": (413, "요청 본문이 너무 큽니다."),
    "payment_pending": (400, "이미 결제된 예약입니다."),
    "queue_full": (429, "대기열이 가득 찼습니다. 잠시 후 다시 시도해 주세요."),
    "reservation_mismatch": (400, "예약 정보가 일치하지 않습니다."),
    "seat_unavailable": (409, "이미 예약되었거나 선택할 수 없는 좌석입니다."),
    "storage": (500, "서버 오류가 발생했습니다."),
    "token_completed": (401, TOKEN),
    "token_expired": (401, TOKEN),
    "token_left": (401, TOKEN),
    "unknown_concert": (404, "찾을 수 없는 좌석 번호입니다."),
    "unknown_seat": (404, "찾을 수 없는 좌석 번호입니다."),
}
# The engine's code: the contract's, where that has an older word.
OLDER_WORDS = {
    "place_completed": "token_completed",
    "place_expired": "token_expired",
    "place_left": "token_left",
}
# Status: headers that belong to it.
HEADERS = {
    401: {"WWW-Authenticate": "Bearer"},
    429: {"Retry-After": "1"},
    503: {"Retry-After": "1"},
}


class Refusal(Exception):
    """A request that this host refuses itself, before the engine sees it or after. `more` stands in the answer, too."""

    def __init__(self, message, code="invalid_argument", **more):
        super().__init__(message)
        self.code = code
        self.more = more


def need(condition, message, code="invalid_argument", **more):
    if not condition:
        raise Refusal(message, code, **more)


def answer_to(error, route):
    """Status and content of the answer to an exception: a Refusal, an error of the engine, or what Python says of text
    that cannot be read."""
    message = str(error)
    more = {}
    code = "invalid_argument"
    if isinstance(error, Refusal):
        code = error.code
        more = error.more
    elif isinstance(error, boxoffice.Error):
        code = OLDER_WORDS.get(error.name, error.name)
        message = error.detail
    status, words = route.answers.get(code) or ANSWERS.get(code) or (400, route.malformed)
    return status, {"error": words, "code": code, "message": message, **more}

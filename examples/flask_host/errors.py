"""What is answered where the office says no: the statuses and codes of ../http_server/errors.cpp."""

from typing import Dict, Tuple

import boxoffice

# What is not here is the house's trouble: 500, and outsiders learn no more than that.
STATUSES = {
    400: "hold_expired hold_released already_paid payment_pending insufficient_points reservation_mismatch balance_limit "
    "issue_limit payment_declined payment_failed invalid_argument invalid_date ambiguous_concert unknown_user",
    401: "place_expired place_completed place_left invalid_token",
    404: "unknown_concert unknown_seat unknown_reservation unknown_type",
    409: "seat_unavailable hold_limit not_on_sale order_limit purchase_limit price_changed type_rule cancel_closed called_off "
    "stale_version not_paid type_exists has_history user_exists seat_exists",
    422: "idempotency_conflict",
    429: "not_your_turn queue_full",
    # Nothing was done; the last two while the host stops. (outcome_unknown is no 503: it may have been.)
    503: "busy clock_jump closed invalid_handle",
}
STATUS_OF = {name: status for status, names in STATUSES.items() for name in names.split()}
# The contract says "token" where the engine says "place".
OLDER_WORDS = {"place_expired": "token_expired", "place_completed": "token_completed", "place_left": "token_left"}


def answer_to(error: boxoffice.Error) -> Tuple[int, Dict[str, str], Dict[str, str]]:
    """Status, content and headers."""
    status = STATUS_OF.get(error.name, 500)
    is_fault = isinstance(error, boxoffice.Fault)  # whose words are for the log
    content = {"code": OLDER_WORDS.get(error.name, error.name), "message": error.name if is_fault else error.detail}
    headers: Dict[str, str] = {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status in (429, 503):
        headers["Retry-After"] = "5" if error.name == "queue_full" else "1"
    return status, content, headers

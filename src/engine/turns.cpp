/// Tokens, and whose turn it is. While a place waits, the board answers; whose position has been served is asked of the store.

#include <string>
#include <utility>
#include <vector>

#include "engine/asking.hpp"
#include "engine/crypto.hpp"
#include "engine/engine.hpp"

namespace boxoffice {

namespace {

Result<Looked> only_seen(Result<Peeked> peeked) {
    if (!peeked) return tl::unexpected(std::move(peeked).error());
    return Looked{std::move(*peeked), {}};
}

}  // namespace

std::string BoxOffice::token_text(const TokenClaims& claims) const noexcept {
    return guarded(
               [&]() -> Result<std::string> { return crypto::sign(claims, engine_->keys.front(), engine_->store_id); })
        .value_or(std::string{});
}

Result<TokenClaims> BoxOffice::authenticate(std::string_view token) {
    return guarded([&]() -> Result<TokenClaims> {
        BOXOFFICE_TRY(engine_->check_process());
        BOXOFFICE_TRY_VALUE(const auto now, engine_->timekeeper.now());
        return engine_->authenticate_at(token, now);
    });
}

Result<Peeked> BoxOffice::peek(std::string_view token) {
    return guarded([&] { return engine_->peek(token); });
}

Result<Looked> BoxOffice::look(std::string_view token) {
    return guarded([&] { return engine_->look(token); });
}

Result<std::optional<Peeked>> BoxOffice::peek_snapshot(std::string_view token) {
    return guarded([&] { return engine_->peek_snapshot(token); });
}

Result<Peeked> BoxOffice::await_turn(std::string_view token, int attempts_max, Duration interval) {
    return guarded([&]() -> Result<Peeked> {
        if (attempts_max < 1 || interval < Duration::zero() || interval > await_interval_max)
            return refuse(ErrorCode::invalid_argument, "await_turn: at least one attempt, an interval of 0 to 60 s");
        const auto& is_stopped = engine_->is_stopped;
        for (int attempt = 1;; ++attempt) {
            auto peeked = peek(token);
            if (!peeked || peeked->is_turn) return peeked;
            if (attempt == attempts_max) return refuse(ErrorCode::not_your_turn);
            if (!is_stopped) engine_->ports.clock->wait_or_stop(interval, is_stopped);
            if (is_stopped) return refuse(ErrorCode::closed);
        }
    });
}

Result<TokenClaims> BoxOffice::Engine::authenticate_at(std::string_view token, Time now) const {
    auto claims = crypto::verify(token, keys, store_id);
    if (claims) BOXOFFICE_TRY(check_identity(*claims, options.identity_ttl, now));
    return claims;
}

Result<Peeked> BoxOffice::Engine::peek(std::string_view token) {
    BOXOFFICE_TRY_VALUE(auto looked, look(token));
    if (!looked.arrive) return std::move(looked.peeked);
    const Command arrive = *looked.arrive;
    auto outcomes = execute(std::span{&arrive, 1});
    if (outcomes.empty()) return refuse(ErrorCode::out_of_memory);
    BOXOFFICE_TRY_VALUE(const auto arrived, std::move(outcomes[0]));
    looked.peeked.deadline = std::get<Arrived>(arrived).deadline;
    return std::move(looked.peeked);
}

Result<Looked> BoxOffice::Engine::look(std::string_view token) {
    BOXOFFICE_TRY(check_process());
    BOXOFFICE_TRY_VALUE(const auto now, timekeeper.now());
    BOXOFFICE_TRY_VALUE(const auto claims, authenticate_at(token, now));
    refresh_board();
    auto notice = board_.notice_of(claims.room);
    if (!notice) {  // a room that another process has just made
        refresh_board(true);
        notice = board_.notice_of(claims.room);
        if (!notice) return refuse(ErrorCode::invalid_token, "no such waiting room");
    }
    if (waits(claims, *notice) && passed(due_at(notice->room), now)) {
        try_advance();
        notice = board_.notice_of(claims.room);
    }
    if (waits(claims, *notice)) return only_seen(waiting_answer(claims, *notice, now));
    return look_at_place(claims);
}

Result<std::optional<Peeked>> BoxOffice::Engine::peek_snapshot(std::string_view token) {
    BOXOFFICE_TRY(check_process());
    BOXOFFICE_TRY_VALUE(const auto now, timekeeper.now());
    BOXOFFICE_TRY_VALUE(const auto claims, authenticate_at(token, now));
    if (board_.is_old()) return std::nullopt;
    const auto notice = board_.notice_of(claims.room);
    if (!notice || !waits(claims, *notice) || passed(due_at(notice->room), now)) return std::nullopt;
    return waiting_answer(claims, *notice, now);
}

void BoxOffice::Engine::refresh_board(bool at_once) {
    board_.refresh(
        at_once, [&] { return store->version(); },
        [&](const auto& post) {
            (void)ask([&](View& view, Time now) -> Result<void> {
                RoomKeys every;
                every.all = true;
                std::vector<Room> rooms;
                BOXOFFICE_TRY(view.rooms().load(every, rooms));
                post(rooms, now);
                return {};
            });
        });
}

/// A place whose position has been served: the store knows what became of it.
Result<Looked> BoxOffice::Engine::look_at_place(const TokenClaims& claims) {
    using Seen = std::pair<Place, Time>;
    BOXOFFICE_TRY_VALUE(const auto seen, ask([&](View& view, Time now) -> Result<Seen> {
                            BOXOFFICE_TRY_VALUE(auto place, one(view.places(), PlaceKeys{{claims.token}, {}, {}},
                                                                ErrorCode::place_expired));
                            return Seen{std::move(place), now};
                        }));
    const auto& [place, now] = seen;
    const auto notice = board_.notice_of(claims.room);
    if (!notice) return refuse(ErrorCode::internal, "a place in a room that is not shown");
    const auto& limits = notice->room.limits;
    const auto state = state_at(place, limits, now);
    if (state == PlaceState::waiting) return only_seen(waiting_answer(claims, *notice, now));
    if (state != PlaceState::admitted) return refuse(reason_of(state));
    Looked looked{{true, now, claims.position, 0, {}, limits.arrive_ttl / 3, place.deadline}, {}};
    if (place.arrived_at == never) looked.arrive = Arrive{claims.user, claims.token};
    return looked;
}

}  // namespace boxoffice

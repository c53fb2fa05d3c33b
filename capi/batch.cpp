/// The batch call: an array of fixed-layout commands, their texts in one arena, an array of outcomes.

#include "convert.hpp"

using namespace boxoffice;
using namespace boxoffice::capi;

namespace {

/// The commands' texts.
class Arena {
  public:
    Arena(const char* bytes, size_t size) : bytes_(bytes, bytes == nullptr ? 0 : size) {}
    [[nodiscard]] Result<std::string_view> text(std::uint32_t offset, std::uint32_t length) const {
        if (length == 0) return std::string_view{};
        if (offset > bytes_.size() || length > bytes_.size() - offset)
            return refuse(ErrorCode::invalid_argument, "a text outside the arena");
        return bytes_.substr(offset, length);
    }

  private:
    std::string_view bytes_;
};

/// Appends one command to the batch, in its place.
Result<void> append(const boxoffice_command& c, const Arena& arena, std::vector<Command>& batch) {
    if (c.reserved != 0) return refuse(ErrorCode::invalid_argument, "reserved: 0");
    BOXOFFICE_GIVE(text, arena.text(c.text_offset, c.text_length));
    BOXOFFICE_GIVE(key_text, arena.text(c.key_offset, c.key_length));
    const auto key = [&] { return IdempotencyKey{key_text}; };
    const UserId user{c.user};
    const TokenId token{c.token};
    const SeatId seat{c.seat};
    const ReservationId reservation{c.reservation};
    const PaymentId payment{c.payment};
    const auto add = [&]<class C>(C&& command) -> Result<void> {
        batch.emplace_back(std::in_place_type<std::remove_cvref_t<C>>, std::forward<C>(command));
        return {};
    };
    switch (c.kind) {
        case BOXOFFICE_COMMAND_CREATE_USER: return add(CreateUser{std::string{text}});
        case BOXOFFICE_COMMAND_BLOCK_SEAT: return add(BlockSeat{seat});
        case BOXOFFICE_COMMAND_UNBLOCK_SEAT: return add(UnblockSeat{seat});
        case BOXOFFICE_COMMAND_JOIN: return add(Join{user, RoomId{c.room}});
        case BOXOFFICE_COMMAND_ARRIVE: return add(Arrive{user, token});
        case BOXOFFICE_COMMAND_LEAVE: return add(Leave{user, token});
        case BOXOFFICE_COMMAND_HOLD_SEAT: return add(HoldSeat{user, token, seat, key()});
        case BOXOFFICE_COMMAND_RELEASE_HOLD: return add(ReleaseHold{user, reservation});
        case BOXOFFICE_COMMAND_RECHARGE: return add(Recharge{user, Points{c.amount}, key()});
        case BOXOFFICE_COMMAND_PAY: return add(Pay{user, token, reservation, key()});
        case BOXOFFICE_COMMAND_BEGIN_PAYMENT: return add(BeginPayment{user, token, reservation, key()});
        case BOXOFFICE_COMMAND_CAPTURE_PAYMENT:
            return add(CapturePayment{user, token, reservation, payment, std::string{text}, key()});
        case BOXOFFICE_COMMAND_FAIL_PAYMENT: return add(FailPayment{user, reservation, payment, std::string{text}});
        case BOXOFFICE_COMMAND_TICK: return add(Tick{c.amount});
        default: return refuse(ErrorCode::invalid_argument, "kind: one of BOXOFFICE_COMMAND_…");
    }
}

void fill(const Done&, boxoffice_outcome&) {}
template <class IdType>
void fill(const Created<IdType>& a, boxoffice_outcome& c) {
    c.id = a.id.value;
}
void fill(const SeatsAdded& a, boxoffice_outcome& c) { c.amount = a.count; }
void fill(const Joined& a, boxoffice_outcome& c) {
    c.id = a.claims.token.value;
    c.position = a.claims.position;
    c.state = static_cast<std::int32_t>(a.state);
    c.flag = a.again ? 1 : 0;
    c.time_us = to_us(a.identity_until);
}
void fill(const Arrived& a, boxoffice_outcome& c) {
    c.time_us = to_us(a.deadline);
    c.time2_us = to_us(a.turn_until);
}
void fill(const Left& a, boxoffice_outcome& c) { c.amount = a.released; }
void fill(const Held& a, boxoffice_outcome& c) {
    c.id = a.reservation.value;
    c.amount = a.price.value;
    c.time_us = to_us(a.deadline);
}
void fill(const Recharged& a, boxoffice_outcome& c) {
    c.id = a.transfer.value;
    c.balance = a.balance.value;
}
void fill(const Paid& a, boxoffice_outcome& c) {
    c.id = a.payment.value;
    c.amount = a.amount.value;
    c.balance = a.balance.value;
    c.time_us = to_us(a.paid_at);
}
void fill(const PaymentBegun& a, boxoffice_outcome& c) {
    c.id = a.payment.value;
    c.amount = a.amount.value;
    c.time_us = to_us(a.deadline);
}
void fill(const Ticked& a, boxoffice_outcome& c) {
    c.amount = a.expired;
    c.flag = a.more ? 1 : 0;
}

bool is_fault(const Outcome& outcome) { return !outcome && range_of(outcome.error().code) == ErrorRange::fault; }

}  // namespace

boxoffice_status boxoffice_execute(boxoffice_office* office, const boxoffice_command* commands, size_t count,
                                   const char* arena, size_t arena_size, boxoffice_outcome* outcomes,
                                   boxoffice_error* error) {
    if (outcomes != nullptr)
        for (size_t i = 0; i < count; ++i) zero(&outcomes[i]);
    return call(office, error, [&](BoxOffice& box) -> Result<void> {
        if (count == 0) return {};
        BOXOFFICE_TRY(check_given(commands, "commands"));
        BOXOFFICE_TRY(check_given(outcomes, "outcomes"));
        if (arena_size > 0) BOXOFFICE_TRY(check_given(arena, "arena"));
        const Arena texts(arena, arena_size);
        std::vector<Command> batch;
        batch.reserve(count);
        for (size_t i = 0; i < count; ++i) {
            const auto added = append(commands[i], texts, batch);
            if (!added) return refuse(added.error().code, "command " + std::to_string(i) + ": " + added.error().detail);
        }
        const auto answers = box.execute(batch);
        if (answers.empty()) return refuse(ErrorCode::out_of_memory);
        // Where no command had an effect, the call failed; a fault of some is theirs alone.
        if (std::all_of(answers.begin(), answers.end(), is_fault)) return tl::unexpected(answers.front().error());
        for (size_t i = 0; i < count; ++i) {
            if (answers[i])
                std::visit([&](const auto& answer) { fill(answer, outcomes[i]); }, *answers[i]);
            else
                outcomes[i].status = static_cast<boxoffice_status>(answers[i].error().code);
        }
        return {};
    });
}

/// The batch call: an array of fixed-layout commands, their texts and lists in one arena, an array of outcomes.

#include <memory>
#include <type_traits>

#include "convert_sales.hpp"

using namespace boxoffice;
using namespace boxoffice::capi;

namespace {

/// What the commands have of any length. Offsets, lengths and counts are the caller's, and none of them is believed;
/// that the numbers are of 32 bits keeps what is reckoned with them within 64.
class Arena {
  public:
    Arena(const char* bytes, size_t size) : bytes_(bytes, bytes == nullptr ? 0 : size) {}

    [[nodiscard]] Result<std::string_view> text(std::uint32_t offset, std::uint32_t length) const {
        if (length == 0) return std::string_view{};
        return part(offset, length, "a text");
    }

    /// A list's items, copied, for the arena need not be aligned.
    template <class Item>
    [[nodiscard]] Result<std::vector<Item>> list(std::uint32_t offset, std::uint32_t count) const {
        static_assert(std::is_trivially_copyable_v<Item> && alignof(Item) <= alignment);
        if (count == 0) return std::vector<Item>{};
        BOXOFFICE_TRY_VALUE(auto bytes, list_bytes(offset, std::uint64_t{count} * sizeof(Item)));
        std::vector<Item> items(count);
        std::memcpy(items.data(), bytes.data(), bytes.size());
        return items;
    }

    /// A list of one structure that begins with its own struct_size, all of which is in the arena.
    [[nodiscard]] Result<const void*> sized(std::uint32_t offset, std::uint32_t count) const {
        if (count != 1) return refuse(ErrorCode::invalid_argument, "a list of one");
        BOXOFFICE_TRY_VALUE(auto size, list<std::uint32_t>(offset, 1));
        BOXOFFICE_TRY_VALUE(auto bytes, list_bytes(offset, size[0]));
        return bytes.data();
    }

  private:
    static constexpr std::size_t alignment = 8;

    [[nodiscard]] Result<std::string_view> part(std::uint64_t offset, std::uint64_t size, const char* what) const {
        if (offset > bytes_.size() || size > bytes_.size() - offset)
            return refuse(ErrorCode::invalid_argument, std::string{what} + " outside the arena");
        return bytes_.substr(offset, size);
    }
    [[nodiscard]] Result<std::string_view> list_bytes(std::uint64_t offset, std::uint64_t size) const {
        if (offset % alignment != 0)
            return refuse(ErrorCode::invalid_argument, "a list begins at a multiple of 8 of the arena");
        return part(offset, size, "a list");
    }

    std::string_view bytes_;
};

Result<RoomLimits> limits_of(const boxoffice_command& c, const Arena& arena) {
    BOXOFFICE_TRY_VALUE(auto limits, arena.sized(c.list_offset, c.list_count));
    return limits_from_c(limits, "limits");
}

Result<std::vector<NewSeat>> seats_of(const boxoffice_command& c, const Arena& arena) {
    BOXOFFICE_TRY_VALUE(auto items, arena.list<boxoffice_seat_item>(c.list_offset, c.list_count));
    std::vector<NewSeat> seats;
    seats.reserve(items.size());
    for (const auto& item : items) {
        const auto text_of = [&](const SeatText& one) {
            return arena.text(item.*one.item_offset, item.*one.item_length);
        };
        BOXOFFICE_TRY_VALUE(auto seat, new_seat(item, text_of));
        seats.push_back(std::move(seat));
    }
    return seats;
}

Result<std::vector<TariffRow>> prices_of(const boxoffice_command& c, const Arena& arena) {
    BOXOFFICE_TRY_VALUE(const auto items, arena.list<boxoffice_price_item>(c.list_offset, c.list_count));
    std::vector<TariffRow> rows;
    for (const auto& item : items) {
        BOXOFFICE_TRY_VALUE(const auto category, arena.text(item.category_offset, item.category_length));
        BOXOFFICE_TRY_VALUE(auto row, price(item, category));
        rows.push_back(std::move(row));
    }
    return rows;
}

Result<Terms> terms_of(const boxoffice_command& c, const Arena& arena) {
    BOXOFFICE_TRY_VALUE(const auto* terms, arena.sized(c.list_offset, c.list_count));
    return terms_from_c(terms);
}

Result<std::vector<OrderItem>> items_of(const boxoffice_command& c, const Arena& arena) {
    BOXOFFICE_TRY_VALUE(const auto items, arena.list<boxoffice_order_item>(c.list_offset, c.list_count));
    return from_c(items.data(), items.size());
}

Result<std::vector<ReservationId>> reservations_of(const boxoffice_command& c, const Arena& arena) {
    BOXOFFICE_TRY_VALUE(const auto ids, arena.list<std::int64_t>(c.list_offset, c.list_count));
    std::vector<ReservationId> reservations;
    for (const auto id : ids) reservations.push_back(ReservationId{id});
    return reservations;
}

/// A command's texts.
struct Texts {
    std::string_view text, text2, key;
};

/// Appends one of the commands that have a list.
Result<void> append_with_list(const boxoffice_command& c, const Texts& texts, const Arena& arena,
                              std::vector<Command>& batch) {
    switch (c.kind) {
        case BOXOFFICE_COMMAND_CREATE_ROOM: {
            BOXOFFICE_TRY_VALUE(auto limits, limits_of(c, arena));
            batch.emplace_back(CreateRoom{std::string{texts.text}, limits});
            return {};
        }
        case BOXOFFICE_COMMAND_CHANGE_ROOM: {
            BOXOFFICE_TRY_VALUE(auto limits, limits_of(c, arena));
            batch.emplace_back(ChangeRoom{RoomId{c.room}, limits});
            return {};
        }
        case BOXOFFICE_COMMAND_CREATE_CONCERT: {
            BOXOFFICE_TRY_VALUE(auto day, parse_date(texts.text2));
            BOXOFFICE_TRY_VALUE(auto seats, seats_of(c, arena));
            batch.emplace_back(CreateConcert{day, std::string{texts.text}, RoomId{c.room}, std::move(seats)});
            return {};
        }
        case BOXOFFICE_COMMAND_ADD_SEATS: {
            BOXOFFICE_TRY_VALUE(auto seats, seats_of(c, arena));
            batch.emplace_back(AddSeats{ConcertId{c.concert}, std::move(seats)});
            return {};
        }
        case BOXOFFICE_COMMAND_HOLD_SEATS: {
            BOXOFFICE_TRY_VALUE(auto items, items_of(c, arena));
            HoldSeats command{UserId{c.user}, TokenId{c.token}, ConcertId{c.concert}, std::move(items)};
            if (c.flag == 1) command.expect_total = Points{c.amount};
            command.key = std::string{texts.key};
            batch.emplace_back(std::move(command));
            return {};
        }
        case BOXOFFICE_COMMAND_CHANGE_SALE: {
            BOXOFFICE_TRY_VALUE(auto terms, terms_of(c, arena));
            batch.emplace_back(ChangeSale{ConcertId{c.concert}, std::move(terms), c.version});
            return {};
        }
        case BOXOFFICE_COMMAND_SET_TARIFF: {
            BOXOFFICE_TRY_VALUE(auto prices, prices_of(c, arena));
            batch.emplace_back(SetTariff{ConcertId{c.concert}, std::move(prices), c.version});
            return {};
        }
        case BOXOFFICE_COMMAND_CANCEL: {
            BOXOFFICE_TRY_VALUE(auto reservations, reservations_of(c, arena));
            batch.emplace_back(Cancel{UserId{c.user}, std::move(reservations), std::string{texts.key}});
            return {};
        }
        default: return refuse(ErrorCode::invalid_argument, "kind: one of BOXOFFICE_COMMAND_…");
    }
}

/// Appends one of those that have none, in its place; false if its kind is not one of these.
bool append_plain(const boxoffice_command& c, const Texts& texts, std::vector<Command>& batch) {
    const auto key = [&] { return IdempotencyKey{texts.key}; };
    const auto text = [&] { return std::string{texts.text}; };
    const UserId user{c.user};
    const TokenId token{c.token};
    const ConcertId concert{c.concert};
    const SeatId seat{c.seat};
    const ReservationId reservation{c.reservation};
    const PaymentId payment{c.payment};
    const auto add = [&]<class C>(C&& command) {
        batch.emplace_back(std::in_place_type<std::remove_cvref_t<C>>, std::forward<C>(command));
        return true;
    };
    switch (c.kind) {
        case BOXOFFICE_COMMAND_CREATE_USER: return add(CreateUser{text()});
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
            return add(CapturePayment{user, token, reservation, payment, text(), key()});
        case BOXOFFICE_COMMAND_FAIL_PAYMENT: return add(FailPayment{user, reservation, payment, text()});
        case BOXOFFICE_COMMAND_TICK: return add(Tick{c.amount});
        case BOXOFFICE_COMMAND_RECONCILE_PAYMENT: return add(ReconcilePayment{payment, text()});
        case BOXOFFICE_COMMAND_RELEASE_ORDER: return add(ReleaseOrder{user, OrderId{c.order}});
        case BOXOFFICE_COMMAND_CREATE_TYPE: return add(CreateType{concert, text(), c.amount, TypeId{c.type}});
        case BOXOFFICE_COMMAND_CALL_OFF: return add(CallOff{concert, text()});
        case BOXOFFICE_COMMAND_SWEEP_REFUNDS: return add(SweepRefunds{concert, c.amount});
        case BOXOFFICE_COMMAND_REFUND: return add(Refund{reservation, Points{c.amount}, c.flag == 1, key(), text()});
        case BOXOFFICE_COMMAND_DELETE_CONCERT: return add(DeleteConcert{concert, c.version});
        default: return false;
    }
}

/// The one without a list whose texts can be malformed.
Result<void> append_change_of_concert(const boxoffice_command& c, const Texts& texts, std::vector<Command>& batch) {
    BOXOFFICE_TRY_VALUE(const auto day, parse_date(texts.text2));
    batch.emplace_back(ChangeConcert{ConcertId{c.concert}, day, std::string{texts.text}, from_us(c.time_us),
                                     c.flag == 1, c.version, room_or_none(c.room)});
    return {};
}

bool reads_flag(std::int32_t kind) {
    return kind == BOXOFFICE_COMMAND_HOLD_SEATS || kind == BOXOFFICE_COMMAND_CHANGE_CONCERT ||
           kind == BOXOFFICE_COMMAND_REFUND;
}

/// Appends one command to the batch, or says what is malformed of it.
Result<void> append(const boxoffice_command& c, const Arena& arena, std::vector<Command>& batch) {
    BOXOFFICE_TRY(check_reserved(c, "a command"));
    if (c.flag > (reads_flag(c.kind) ? 1 : 0))
        return refuse(ErrorCode::invalid_argument, "flag: 0, or 1 where it is read");
    BOXOFFICE_TRY_VALUE(auto text, arena.text(c.text_offset, c.text_length));
    BOXOFFICE_TRY_VALUE(auto text2, arena.text(c.text2_offset, c.text2_length));
    BOXOFFICE_TRY_VALUE(auto key, arena.text(c.key_offset, c.key_length));
    const Texts texts{text, text2, key};
    const bool is_change = c.kind == BOXOFFICE_COMMAND_CHANGE_CONCERT;
    if (!is_change && !append_plain(c, texts, batch)) return append_with_list(c, texts, arena, batch);
    // Of a later version's caller, perhaps, whose command means another thing with a list.
    if (c.list_count != 0) return refuse(ErrorCode::invalid_argument, "a list, of a kind that has none");
    return is_change ? append_change_of_concert(c, texts, batch) : Result<void>{};
}

// What an outcome says of an answer. Each binds all of the answer's members, so that a new one does not compile before it has its
// place here; what the command itself says is left out.

void fill(const Done&, boxoffice_outcome&) {}
template <class IdType>
void fill(const Created<IdType>& answer, boxoffice_outcome& c) {
    const auto& [id] = answer;
    c.id = id.value;
}
void fill(const SeatsAdded& answer, boxoffice_outcome& c) {
    const auto& [count] = answer;
    c.amount = count;
}
void fill(const Joined& answer, boxoffice_outcome& c) {
    const auto& [claims, identity_until, state, again] = answer;
    c.id = claims.token.value;
    c.position = claims.position;
    c.state = static_cast<std::int32_t>(state);
    c.flag = again ? 1 : 0;
    c.time_us = to_us(identity_until);
}
void fill(const Arrived& answer, boxoffice_outcome& c) {
    const auto& [deadline, turn_until] = answer;
    c.time_us = to_us(deadline);
    c.time2_us = to_us(turn_until);
}
void fill(const Left& answer, boxoffice_outcome& c) {
    const auto& [released] = answer;
    c.amount = released;
}
void fill(const Held& answer, boxoffice_outcome& c) {
    const auto& [reservation, seat, price, deadline] = answer;
    c.id = reservation.value;
    c.amount = price.value;
    c.time_us = to_us(deadline);
}
void fill(const Recharged& answer, boxoffice_outcome& c) {
    const auto& [transfer, balance] = answer;
    c.id = transfer.value;
    c.balance = balance.value;
}
void fill(const Paid& answer, boxoffice_outcome& c) {
    const auto& [payment, reservation, amount, balance, paid_at, items] = answer;
    c.id = payment.value;
    c.amount = amount.value;
    c.balance = balance.value;
    c.time_us = to_us(paid_at);
    c.count = static_cast<std::int64_t>(items.size());
}
void fill(const PaymentBegun& answer, boxoffice_outcome& c) {
    const auto& [payment, reservation, amount, deadline] = answer;
    c.id = payment.value;
    c.amount = amount.value;
    c.time_us = to_us(deadline);
}
void fill(const HeldOrder& answer, boxoffice_outcome& c) {
    const auto& [order, deadline, total, items] = answer;
    c.id = order.value;
    c.amount = total.value;
    c.time_us = to_us(deadline);
    c.count = static_cast<std::int64_t>(items.size());
}
void fill(const Cancelled& answer, boxoffice_outcome& c) {
    const auto& [refund, balance, items] = answer;
    c.amount = refund.value;
    c.balance = balance.value;
    c.count = static_cast<std::int64_t>(items.size());
}
void fill(const Refunded& answer, boxoffice_outcome& c) {
    const auto& [reservation, amount, refunded] = answer;
    c.amount = refunded.value;
}
void fill(const CalledOff& answer, boxoffice_outcome& c) {
    const auto& [called_off_at] = answer;
    c.time_us = to_us(called_off_at);
}
void fill(const Swept& answer, boxoffice_outcome& c) {
    const auto& [refunded, released, stuck, more] = answer;
    c.amount = refunded;
    c.count = released;
    c.count2 = stuck;
    c.flag = more ? 1 : 0;
}
void fill(const Changed& answer, boxoffice_outcome& c) {
    const auto& [version] = answer;
    c.amount = version;
}
void fill(const Ticked& answer, boxoffice_outcome& c) {
    const auto& [expired, more] = answer;
    c.amount = expired;
    c.flag = more ? 1 : 0;
}

bool is_fault(const Outcome& outcome) { return !outcome && range_of(outcome.error().code) == ErrorRange::fault; }

/// The caller's commands, or what is malformed of the first that is.
Result<std::vector<Command>> batch_of(const boxoffice_command* commands, size_t count, const char* arena,
                                      size_t arena_size) {
    if (count > 0) BOXOFFICE_TRY(check_given(commands, "commands"));
    if (arena_size > 0) BOXOFFICE_TRY(check_given(arena, "arena"));
    const Arena texts(arena, arena_size);
    std::vector<Command> batch;
    batch.reserve(count);
    for (size_t i = 0; i < count; ++i) {
        const auto added = append(commands[i], texts, batch);
        if (!added) return refuse(added.error().code, "command " + std::to_string(i) + ": " + added.error().detail);
    }
    return batch;
}

void tell(const Outcome& outcome, boxoffice_outcome& into) {
    if (outcome)
        std::visit([&](const auto& answer) { fill(answer, into); }, *outcome);
    else
        into.status = static_cast<boxoffice_status>(outcome.error().code);
}

}  // namespace

boxoffice_status boxoffice_execute(boxoffice_office* office, const boxoffice_command* commands, size_t count,
                                   const char* arena, size_t arena_size, boxoffice_outcome* outcomes,
                                   boxoffice_error* error) {
    if (outcomes != nullptr)
        for (size_t i = 0; i < count; ++i) zero(&outcomes[i]);
    return call(office, error, [&](BoxOffice& box) -> Result<void> {
        if (count == 0) return {};
        BOXOFFICE_TRY(check_given(outcomes, "outcomes"));
        BOXOFFICE_TRY_VALUE(const auto batch, batch_of(commands, count, arena, arena_size));
        const auto answers = box.execute(batch);
        if (answers.empty()) return refuse(ErrorCode::out_of_memory);
        // Where no command had an effect, the call failed; a fault of some is theirs alone.
        if (std::all_of(answers.begin(), answers.end(), is_fault)) return tl::unexpected(answers.front().error());
        for (size_t i = 0; i < count; ++i) tell(answers[i], outcomes[i]);
        return {};
    });
}

boxoffice_status boxoffice_submit(boxoffice_office* office, const boxoffice_command* commands, size_t count,
                                  const char* arena, size_t arena_size, const boxoffice_completion* completion,
                                  boxoffice_error* error) {
    return call(office, error, [&](BoxOffice& box) -> Result<void> {
        BOXOFFICE_TRY(check_given(completion, "completion"));
        if (completion->tell == nullptr) return refuse(ErrorCode::invalid_argument, "completion: no tell");
        BOXOFFICE_TRY_VALUE(auto batch, batch_of(commands, count, arena, arena_size));
        // Made now, so that memory that runs out later cannot keep it from being told.
        const auto outcomes = std::make_shared<std::vector<boxoffice_outcome>>(count);
        for (auto& one : *outcomes) zero(&one);
        return box.submit(std::move(batch), [outcomes, to = *completion](const std::vector<Outcome>& answers) {
            for (size_t i = 0; i < answers.size(); ++i) tell(answers[i], (*outcomes)[i]);
            to.tell(to.context, outcomes->data(), outcomes->size());
        });
    });
}

boxoffice_status boxoffice_drive(boxoffice_office* office, int64_t wait_us, int32_t* led, boxoffice_error* error) {
    zero(led);
    return call(office, error, [&](BoxOffice& box) -> Result<void> {
        BOXOFFICE_TRY(check_given(led, "led"));
        if (wait_us < 0 || Duration{wait_us} > std::chrono::hours{24})
            return refuse(ErrorCode::invalid_argument, "wait_us: 0 to 24 h");
        *led = box.drive(Duration{wait_us}) ? 1 : 0;
        return {};
    });
}

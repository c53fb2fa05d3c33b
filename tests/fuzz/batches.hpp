#pragma once
/// Batches: commands in an array, their texts and lists in an arena; and what is made of seats and rooms for these and
/// for single calls.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "boxoffice.h"
#include "boxoffice/commands.hpp"
#include "texts.hpp"

namespace c_fuzz {

class Batches : protected Texts {
  protected:
    using Texts::Texts;

    boxoffice_office* handle_ = nullptr;  ///< of the office that is asked, while the records of a batch are read

    boxoffice_room_limits limits() const {
        boxoffice_room_limits limits = BOXOFFICE_ROOM_LIMITS_INIT;
        limits.active_capacity = r_.b % 8 == 0 ? 200 : r_.b % 8 - 1;
        limits.queue_capacity = r_.b / 8 % 4 == 0 ? 1'000 : r_.b / 8 % 4;
        limits.admissions_per_second = r_.b / 32;
        switch (r_.c) {
            case 1: limits.struct_size = 0; break;
            case 2: limits.struct_size = 16; break;
            case 3: limits.active_capacity = odd_number(r_.d); break;
            case 4: limits.queue_capacity = odd_number(r_.d); break;
            case 5: limits.admissions_per_second = odd_number(r_.d); break;
            case 6: limits.arrive_ttl_us = odd_number(r_.d); break;
            case 7: limits.active_ttl_us = odd_number(r_.d); break;
            case 8: limits.waiting_ttl_us = odd_number(r_.d); break;
            case 9: limits.arrive_ttl_us = 1'000; break;
            case 10: limits.active_ttl_us = 1'000; break;
            case 11: limits.waiting_ttl_us = 1'000; break;
            default: break;
        }
        return limits;
    }

    /// The seats that a record asks for, and the texts that they borrow.
    struct NewSeats {
        std::vector<In> texts;
        std::vector<boxoffice_new_seat> seats;
    };
    NewSeats new_seats(std::uint8_t how_many, std::uint8_t first, std::uint8_t odd) const {
        NewSeats it;
        const std::size_t count = how_many % 8;
        it.texts.reserve(count);
        for (std::size_t i = 0; i < count; ++i) {
            it.texts.push_back(i == 0 && odd >= 200 ? name(odd) : name(static_cast<std::uint8_t>((first + i) % 200)));
            boxoffice_new_seat seat{};
            seat.number = it.texts.back().data();
            seat.number_length = it.texts.back().size();
            constexpr std::int64_t prices[] = {100, 0, 1, 1'000'000'000'000, 1'000'000'000'001, -1, INT64_MAX, 50};
            seat.price = prices[odd < 200 ? odd % 8 : 0];
            if (odd % 16 == 8) seat.x = __builtin_nan("");
            if (odd % 16 == 9) seat.y = __builtin_inf();
            if (odd % 16 == 10) seat.label = seat.number, seat.label_length = seat.number_length;
            if (odd % 16 >= 11) seat.is_blocked = odd % 16 - 12;  // −1, 2 and 3 are neither
            it.seats.push_back(seat);
        }
        it.seats.shrink_to_fit();
        return it;
    }
    void learn_seats(const Office& office, std::int64_t concert, std::size_t how_many) {
        office.model->seat_counts[concert] += static_cast<std::int64_t>(how_many);
        std::size_t count = 0;
        (void)boxoffice_list_seats(office.handle, concert, 0, nullptr, 0, &count, nullptr);  // how many there are
        std::vector<boxoffice_seat> seats(count);
        if (boxoffice_list_seats(office.handle, concert, 0, seats.data(), seats.size(), &count, nullptr) !=
            BOXOFFICE_OK)
            return;
        for (std::size_t i = 0; i < count; ++i)
            if (std::find(seats_.begin(), seats_.end(), seats[i].id) == seats_.end()) seats_.push_back(seats[i].id);
    }

    void joined(const Office& office, const boxoffice_claims& claims) {
        Buyer& it = buyer();
        it.claims = claims;
        std::array<char, BOXOFFICE_TOKEN_TEXT_SIZE> text{};
        MUST(boxoffice_token_text(office.handle, &claims, text.data(), nullptr) == BOXOFFICE_OK);
        it.token = text.data();
    }
    void made_user(const Office& office, std::int64_t user) {
        office.model->users.insert(user);
        if (buyers_[0].user == 0)
            buyers_[0].user = user;
        else
            buyers_.push_back(Buyer{user, {}, {}, 0, 0, 0, 0});
    }

    // ---- orders and terms ---------------------------------------------------------------------------------------

    /// The version of the terms in force, or of a concert, as the office that is asked knows it.
    std::int64_t sale_version(std::int64_t of) {
        boxoffice_sale sale{};
        const auto* const office = office_of(handle_);
        if (office != nullptr) (void)boxoffice_get_sale(office->handle, of, &sale, nullptr);
        return sale.version;
    }
    std::int64_t concert_version(std::int64_t of) {
        boxoffice_concert row{};
        const auto* const office = office_of(handle_);
        if (office != nullptr) (void)boxoffice_get_concert(office->handle, of, &row, nullptr);
        return row.version;
    }

    /// A second from now, on whatever clock.
    static std::int64_t soon() {
        std::int64_t at = 0;
        return __builtin_add_overflow(world.wall_us, second, &at) ? BOXOFFICE_NEVER : at;
    }

    boxoffice_terms terms() const {
        boxoffice_terms terms = BOXOFFICE_TERMS_INIT;
        terms.seats_per_order = r_.b % 8 == 0 ? 4 : r_.b % 8;
        terms.seats_per_user = r_.b / 8 % 4;
        terms.refund_step_count = 1 + r_.b / 32 % 2;
        terms.refund_steps[0] = {soon(), 667, {}};
        terms.refund_steps[r_.b / 32 % 2] = {BOXOFFICE_NEVER, 333, {}};
        switch (r_.c) {
            case 1: terms.struct_size = 0; break;
            case 2: terms.struct_size = 16; break;
            case 3: terms.opens_at_us = odd_number(r_.d); break;
            case 4: terms.closes_at_us = odd_number(r_.d); break;
            case 5: terms.is_paused = 1; break;
            case 6: terms.hold_ttl_us = odd_number(r_.d); break;
            case 7: terms.refund_step_count = odd_number(r_.d); break;
            case 8: terms.refund_steps[0].thousandths = odd_number(r_.d); break;
            case 9: terms.refund_steps[0].until_us = odd_number(r_.d); break;
            case 10: terms.opens_at_us = soon(); break;
            case 11: terms.closes_at_us = soon(); break;
            case 12: one_of(terms.reserved, r_.d) = 1; break;
            case 13: terms.is_paused = static_cast<std::int32_t>(odd_number(r_.d)); break;
            case 14: terms.seats_per_order = odd_number(r_.d); break;
            case 15: terms.seats_per_user = odd_number(r_.d); break;
            case 16: terms.hold_ttl_us = second; break;
            case 17: terms.refund_step_count = 0; break;
            case 18: one_of(terms.refund_steps[0].reserved, r_.d) = 1; break;
            default: break;
        }
        return terms;
    }

    /// Two seats, or as many as `b` says, one after the other.
    std::vector<boxoffice_order_item> order_items() const {
        const std::size_t count = r_.b >= 250 ? 51 : (r_.b + 2u) % 6;
        std::vector<boxoffice_order_item> items;
        for (std::size_t i = 0; i < count; ++i)
            items.push_back({seat(static_cast<std::uint8_t>(r_.a + i)), type(i == 0 ? r_.c : r_.c / 2), {}});
        if (!items.empty() && r_.c == 255) spoil(items.back().reserved);
        if (!items.empty() && r_.c == 254) items.back().seat = odd_number(r_.d);
        if (!items.empty() && r_.c == 253) items.back().type = odd_number(r_.d);
        items.shrink_to_fit();
        return items;
    }

    /// What is to be cancelled: the buyer's last purchase, and then another of it.
    std::vector<std::int64_t> to_cancel() {
        const Buyer& who = buyer();
        const std::int64_t all[] = {id(2, who.reservation), who.part, odd_number(r_.d), who.reservation};
        std::vector<std::int64_t> some(all, all + (r_.a + 1u) % 5);
        if (r_.a == 255) some.resize(51);
        some.shrink_to_fit();
        return some;
    }

    void learn_order(const Office& office, std::int64_t user, std::int64_t id) {
        boxoffice_order order{};
        std::array<boxoffice_reservation, BOXOFFICE_ORDER_SIZE_MAX> rows{};
        std::size_t count = 0;
        MUST(boxoffice_get_order(office.handle, user, id, &order, rows.data(), rows.size(), &count, nullptr) ==
             BOXOFFICE_OK);
        MUST(order.id == id && count > 0);
        for (std::size_t i = 0; i < count; ++i) {
            MUST(rows[i].order == id && rows[i].user == user);
            office.model->add(rows[i].id, Hold{user, rows[i].seat});
        }
        buyer().reservation = id;
        buyer().part = rows[count - 1].id;
    }
    /// What has come back of all that a user ever held.
    static void learn_refunds(const Office& office, std::int64_t user) {
        for (const auto& [id, hold] : office.model->holds) {
            boxoffice_reservation row{};
            if (hold.user != user) continue;
            MUST(boxoffice_get_reservation(office.handle, user, id, &row, nullptr) == BOXOFFICE_OK);
            office.model->refunded(id, row.refunded);
        }
    }
    static void learn_refund(const Office& office, std::int64_t reservation) {
        const auto at = office.model->holds.find(reservation);
        MUST(at != office.model->holds.end());
        learn_refunds(office, at->second.user);
    }

    // ---- a batch ------------------------------------------------------------------------------------------------

    static constexpr std::int32_t kinds[] = {BOXOFFICE_COMMAND_CREATE_USER,
                                             BOXOFFICE_COMMAND_BLOCK_SEAT,
                                             BOXOFFICE_COMMAND_UNBLOCK_SEAT,
                                             BOXOFFICE_COMMAND_JOIN,
                                             BOXOFFICE_COMMAND_ARRIVE,
                                             BOXOFFICE_COMMAND_LEAVE,
                                             BOXOFFICE_COMMAND_HOLD_SEAT,
                                             BOXOFFICE_COMMAND_RELEASE_HOLD,
                                             BOXOFFICE_COMMAND_RECHARGE,
                                             BOXOFFICE_COMMAND_PAY,
                                             BOXOFFICE_COMMAND_BEGIN_PAYMENT,
                                             BOXOFFICE_COMMAND_CAPTURE_PAYMENT,
                                             BOXOFFICE_COMMAND_FAIL_PAYMENT,
                                             BOXOFFICE_COMMAND_TICK,
                                             BOXOFFICE_COMMAND_CREATE_ROOM,
                                             BOXOFFICE_COMMAND_CHANGE_ROOM,
                                             BOXOFFICE_COMMAND_CREATE_CONCERT,
                                             BOXOFFICE_COMMAND_ADD_SEATS,
                                             BOXOFFICE_COMMAND_RECONCILE_PAYMENT,
                                             BOXOFFICE_COMMAND_HOLD_SEATS,
                                             BOXOFFICE_COMMAND_RELEASE_ORDER,
                                             BOXOFFICE_COMMAND_CHANGE_CONCERT,
                                             BOXOFFICE_COMMAND_CHANGE_SALE,
                                             BOXOFFICE_COMMAND_SET_TARIFF,
                                             BOXOFFICE_COMMAND_CREATE_TYPE,
                                             BOXOFFICE_COMMAND_CALL_OFF,
                                             BOXOFFICE_COMMAND_SWEEP_REFUNDS,
                                             BOXOFFICE_COMMAND_CANCEL,
                                             BOXOFFICE_COMMAND_REFUND,
                                             BOXOFFICE_COMMAND_DELETE_CONCERT};
    static_assert(
        std::size(kinds) == std::variant_size_v<boxoffice::Command>,
        "a kind that is not fuzzed: add it, what it must be refused for (is_malformed) and what it makes (learn)");

    struct Commands {
        std::vector<boxoffice_command> commands;
        std::vector<Record> sources;
        std::string arena;
        [[nodiscard]] bool is_malformed() const {
            return std::any_of(commands.begin(), commands.end(),
                               [&](const boxoffice_command& c) { return Batches::is_malformed(c, arena); });
        }
    };
    /// They are the records that follow.
    Commands next_commands() {
        const Record head = r_;
        handle_ = handle();
        Commands it;
        for (std::size_t i = 0; i < head.a % 9u; ++i) {
            r_ = records_.next();
            it.sources.push_back(r_);
            it.commands.push_back(batch_command(it.arena));
        }
        r_ = head;
        it.commands.shrink_to_fit();
        return it;
    }

    void execute() {
        const auto it = next_commands();
        const Record head = r_;
        const std::size_t count = it.commands.size();
        const In texts = head.b == 1 ? In::null(it.arena.size()) : In{it.arena};
        Out<boxoffice_outcome> outcomes(count, head.b == 2);
        const auto* const given = head.b == 3 ? nullptr : it.commands.data();
        boxoffice_status status = BOXOFFICE_OK;
        auto* const office = ask(Function::execute, status, [&](auto* h, auto* error) {
            return boxoffice_execute(h, given, count, texts.data(), texts.size(), outcomes.get(), error);
        });
        if (it.is_malformed()) MUST(is_of_malformed(status));
        if (outcomes.get() == nullptr) return;
        if (status != BOXOFFICE_OK) MUST(outcomes.all(0));
        if (office == nullptr) return;
        for (std::size_t i = 0; i < count; ++i) learn(*office, it.sources[i], it.commands[i], outcomes[i]);
        r_ = head;
    }

    /// What a batch with a malformed command is refused with; a date, if it is one before it.
    static bool is_of_malformed(boxoffice_status status) {
        return status == BOXOFFICE_INVALID_ARGUMENT || status == BOXOFFICE_INVALID_HANDLE ||
               status == BOXOFFICE_INVALID_DATE;
    }

    // ---- without waiting ----------------------------------------------------------------------------------------

    void submit() {
        auto it = next_commands();
        const In texts = r_.b == 1 ? In::null(it.arena.size()) : In{it.arena};
        auto given = std::make_unique<std::vector<boxoffice_command>>(it.commands);  // gone when it is decided
        given->shrink_to_fit();
        Submission one{handle(), it.sources, it.commands, {}, false, false, false, r_.c == 1};
        const auto status = submissions_.submit(std::move(one), [&](boxoffice_completion& completion) {
            if (r_.b == 5) completion.tell = nullptr;
            boxoffice_status answer = BOXOFFICE_OK;
            ask(Function::submit, answer, [&](auto* h, auto* error) {
                return boxoffice_submit(h, r_.b == 3 ? nullptr : given->data(), given->size(), texts.data(),
                                        texts.size(), r_.b == 4 ? nullptr : &completion, error);
            });
            return answer;
        });
        if (it.is_malformed()) MUST(is_of_malformed(status));
        MUST(status != BOXOFFICE_OK || (r_.b != 4 && r_.b != 5));
    }

    void drive() {
        constexpr std::int64_t waits[] = {0, 1, 100, -1, day, day + 1, INT64_MAX, INT64_MIN};
        const auto waiting = submissions_.waiting(handle());
        auto wait = one_of(waits, r_.a);
        if (wait == day && waiting.empty()) wait = 0;  // nobody would come
        Out<std::int32_t> led(1, no_answer());
        if (get(Function::drive, led, [&](auto* h, auto* o, auto* e) { return boxoffice_drive(h, wait, o, e); }) ==
            nullptr)
            return;
        MUST(*led == (waiting.empty() ? 0 : 1));
        if (waiting.empty())
            --counts[static_cast<std::size_t>(Function::drive)].done;  // that is not what it is for
        else
            MUST(waiting.front()->is_told);
    }

    /// What was told during the last call is what execute() would have answered.
    void hear() {
        const Record last = r_;
        for (const auto* one : submissions_.news()) {
            auto* const office = office_of(one->handle);
            for (std::size_t i = 0; i < one->told.size(); ++i) {
                const auto& outcome = one->told[i];
                if (office != nullptr && !is_fault(outcome.status)) {
                    MUST(outcome.status != BOXOFFICE_CLOSED);
                    learn(*office, one->sources[i], one->commands[i], outcome);
                    continue;
                }
                MUST(outcome.status == (office == nullptr ? BOXOFFICE_CLOSED : BOXOFFICE_CLOCK_JUMP));
                boxoffice_outcome nothing{};
                nothing.status = outcome.status;
                MUST(std::memcmp(&nothing, &outcome, sizeof outcome) == 0);
            }
        }
        r_ = last;
    }

    /// What must be refused of it whatever it means, reckoned anew.
    static bool is_malformed(const boxoffice_command& c, const std::string& arena) {
        const auto is_outside = [&](std::uint64_t offset, std::uint64_t length) {
            return length > 0 && offset + length > arena.size();
        };
        const bool reads_flag = c.kind == BOXOFFICE_COMMAND_HOLD_SEATS || c.kind == BOXOFFICE_COMMAND_CHANGE_CONCERT ||
                                c.kind == BOXOFFICE_COMMAND_REFUND;
        if (c.flag > (reads_flag ? 1u : 0u)) return true;
        if (c.reserved[1] != 0 || is_outside(c.text_offset, c.text_length) ||
            is_outside(c.text2_offset, c.text2_length) || is_outside(c.key_offset, c.key_length))
            return true;
        const bool is_sized = c.kind == BOXOFFICE_COMMAND_CREATE_ROOM || c.kind == BOXOFFICE_COMMAND_CHANGE_ROOM ||
                              c.kind == BOXOFFICE_COMMAND_CHANGE_SALE;
        if (is_sized && c.list_count != 1) return true;
        if (c.list_count == 0) return false;
        const std::uint64_t size = item_size(c.kind);
        return size == 0 || c.list_offset % 8 != 0 || is_outside(c.list_offset, c.list_count * size);
    }
    /// Of what a list has, the least; 0: there is none.
    static std::uint64_t item_size(std::int32_t kind) {
        switch (kind) {
            case BOXOFFICE_COMMAND_CREATE_ROOM:
            case BOXOFFICE_COMMAND_CHANGE_ROOM:
            case BOXOFFICE_COMMAND_CHANGE_SALE: return sizeof(std::uint32_t);  // struct_size
            case BOXOFFICE_COMMAND_CREATE_CONCERT:
            case BOXOFFICE_COMMAND_ADD_SEATS: return sizeof(boxoffice_seat_item);
            case BOXOFFICE_COMMAND_HOLD_SEATS: return sizeof(boxoffice_order_item);
            case BOXOFFICE_COMMAND_SET_TARIFF: return sizeof(boxoffice_price_item);
            case BOXOFFICE_COMMAND_CANCEL: return sizeof(std::int64_t);
            default: return 0;
        }
    }

    /// Puts a list into the arena, behind what is there.
    template <class Item>
    static void store_list(const std::vector<Item>& items, std::string& arena, boxoffice_command& c) {
        arena.resize((arena.size() + 7) / 8 * 8, '\0');
        c.list_offset = static_cast<std::uint32_t>(arena.size());
        c.list_count = static_cast<std::uint32_t>(items.size());
        arena.append(reinterpret_cast<const char*>(items.data()), items.size() * sizeof(Item));
    }

    void add_limits(std::string& arena, boxoffice_command& c) const {
        const auto given = limits();  // also such as no room can have
        store_list(std::vector{given}, arena, c);
    }

    void add_seats(std::string& arena, boxoffice_command& c) const {
        const auto source = new_seats(static_cast<std::uint8_t>(1 + r_.b), r_.a, r_.c);
        std::vector<boxoffice_seat_item> items;
        for (const auto& seat : source.seats) {
            boxoffice_seat_item item{};
            item.number_offset = static_cast<std::uint32_t>(arena.size());
            item.number_length = static_cast<std::uint32_t>(seat.number == nullptr ? 0 : seat.number_length);
            if (seat.number != nullptr) arena.append(seat.number, seat.number_length);
            if (seat.label != nullptr) item.label_offset = item.number_offset, item.label_length = item.number_length;
            item.price = seat.price;
            item.x = seat.x;
            item.y = seat.y;
            item.is_blocked = seat.is_blocked;
            items.push_back(item);
        }
        if (!items.empty()) switch (r_.where) {
                case 16: spoil(items.back().reserved); break;
                case 17: items.back().number_offset = UINT32_MAX; break;
                case 18: items.back().row_offset = 8, items.back().row_length = UINT32_MAX; break;
                case 19: items.back().label_length = 4'096; break;
                default: break;
            }
        store_list(items, arena, c);
    }

    void add_prices(std::string& arena, boxoffice_command& c) const {
        std::vector<boxoffice_price_item> items;
        for (std::uint8_t i = 0; i < r_.b % 4u; ++i) {
            boxoffice_price_item item{};
            const auto category = i == 0 ? std::string{} : name_text(r_.c);
            item.category_offset = static_cast<std::uint32_t>(arena.size());
            item.category_length = static_cast<std::uint32_t>(category.size());
            arena += category;
            item.type = type(i);
            item.price = 50 + r_.a;
            items.push_back(item);
        }
        if (!items.empty() && r_.where == 16) spoil(items.back().reserved);
        if (!items.empty() && r_.where == 17)
            items.back().category_offset = UINT32_MAX, items.back().category_length = 2;
        store_list(items, arena, c);
    }

    /// Names it the version of a concert?
    static bool is_of_facts(std::int32_t kind) {
        return kind == BOXOFFICE_COMMAND_CHANGE_CONCERT || kind == BOXOFFICE_COMMAND_DELETE_CONCERT;
    }

    boxoffice_command batch_command(std::string& arena) {
        const Buyer& who = buyer();
        boxoffice_command c{};
        c.kind = r_.op < 250 ? one_of(kinds, r_.op) : static_cast<std::int32_t>(odd_number(r_.op));
        c.flag = r_.where == 255 ? 2 : r_.where == 20 ? 1 : 0;
        c.reserved[1] = r_.where == 254 ? 1 : 0;
        c.user = id(0, who.user);
        c.token = id(1, who.claims.token);
        c.reservation = id(2, who.reservation);
        c.payment = id(3, who.payment);
        c.room = id(4, c.kind == BOXOFFICE_COMMAND_CHANGE_CONCERT && r_.b < 128 ? 0 : room(r_.a));
        c.concert = id(5, concert(r_.d));
        c.seat = id(5, seat(r_.a));
        c.amount = id(6, c.kind == BOXOFFICE_COMMAND_TICK ? 0 : 1 + r_.a);
        c.order = id(2, who.reservation);
        c.type = id(6, type(r_.c));
        c.version = id(6, is_of_facts(c.kind) ? concert_version(c.concert) : sale_version(c.concert));
        c.time_us = id(6, BOXOFFICE_NEVER);
        const auto store = [&](const std::string& text, std::uint32_t& offset, std::uint32_t& length) {
            offset = static_cast<std::uint32_t>(arena.size());
            length = static_cast<std::uint32_t>(text.size());
            arena += text;
        };
        const bool is_named = c.kind == BOXOFFICE_COMMAND_CREATE_USER || c.kind == BOXOFFICE_COMMAND_CREATE_ROOM ||
                              c.kind == BOXOFFICE_COMMAND_CREATE_CONCERT || c.kind == BOXOFFICE_COMMAND_CREATE_TYPE ||
                              c.kind == BOXOFFICE_COMMAND_CHANGE_CONCERT;
        if (is_named || r_.c != 0) store(name_text(is_named ? r_.a : r_.c), c.text_offset, c.text_length);
        if (c.kind == BOXOFFICE_COMMAND_CREATE_CONCERT || c.kind == BOXOFFICE_COMMAND_CHANGE_CONCERT) {
            const auto on = date(r_.d);
            if (on.data() != nullptr) store({on.data(), on.size()}, c.text2_offset, c.text2_length);
        }
        store(key_text(r_.b), c.key_offset, c.key_length);
        switch (c.kind) {
            case BOXOFFICE_COMMAND_CREATE_ROOM:
            case BOXOFFICE_COMMAND_CHANGE_ROOM: add_limits(arena, c); break;
            case BOXOFFICE_COMMAND_CREATE_CONCERT:
            case BOXOFFICE_COMMAND_ADD_SEATS: add_seats(arena, c); break;
            case BOXOFFICE_COMMAND_HOLD_SEATS: store_list(order_items(), arena, c); break;
            case BOXOFFICE_COMMAND_CHANGE_SALE: store_list(std::vector{terms()}, arena, c); break;
            case BOXOFFICE_COMMAND_SET_TARIFF: add_prices(arena, c); break;
            case BOXOFFICE_COMMAND_CANCEL: store_list(to_cancel(), arena, c); break;
            default: break;
        }
        switch (r_.where) {
            case 1: c.text_offset += 1, c.text_length = std::max(c.text_length, 1u); break;
            case 2: c.key_length += 1; break;
            case 3: c.text_offset = UINT32_MAX, c.text_length = 2; break;
            case 4: c.key_offset = 1, c.key_length = UINT32_MAX; break;
            case 5: c.text_length = UINT32_MAX; break;
            case 6: c.key_offset = static_cast<std::uint32_t>(arena.size()), c.key_length = 1; break;
            case 7: c.list_offset += 1 + r_.d % 7u; break;
            case 8: c.list_offset += 8; break;
            case 9: c.list_offset = UINT32_MAX - 7; break;
            case 10: c.list_count = UINT32_MAX; break;
            case 11: c.list_count = 1u << (25 + r_.d % 7u); break;
            case 12: c.list_count += 1; break;
            case 13: c.list_offset = static_cast<std::uint32_t>((arena.size() + 7) / 8 * 8), c.list_count = 1; break;
            case 14: c.list_offset = 0; break;  // the texts, read as items
            case 15: c.text2_offset = UINT32_MAX, c.text2_length = 1 + r_.d; break;
            default: break;
        }
        return c;
    }

    void learn(const Office& office, const Record& source, const boxoffice_command& c, const boxoffice_outcome& o) {
        MUST(may_happen(o.status) && !is_fault(o.status) && o.reserved32 == 0);
        if (o.status != BOXOFFICE_OK) {
            boxoffice_outcome nothing{};
            nothing.status = o.status;
            return MUST(std::memcmp(&nothing, &o, sizeof o) == 0);
        }
        r_ = source;
        Buyer& who = buyer();
        Model& model = *office.model;
        switch (c.kind) {
            case BOXOFFICE_COMMAND_CREATE_USER: return made_user(office, o.id);
            case BOXOFFICE_COMMAND_JOIN: return joined(office, {o.id, c.user, c.room, o.position, {}});
            case BOXOFFICE_COMMAND_HOLD_SEAT: who.reservation = o.id; return model.add(o.id, Hold{c.user, c.seat});
            case BOXOFFICE_COMMAND_RECHARGE: who.transfer = o.id; return model.add(o.id, Recharge{c.user, c.amount});
            case BOXOFFICE_COMMAND_PAY:
            case BOXOFFICE_COMMAND_CAPTURE_PAYMENT:
                who.payment = o.id;
                return model.add(o.id, Payment{c.user, c.reservation, o.amount});
            case BOXOFFICE_COMMAND_BEGIN_PAYMENT: who.payment = o.id; return;
            case BOXOFFICE_COMMAND_TICK: model.is_pruned |= c.amount > 0; return;
            case BOXOFFICE_COMMAND_CREATE_ROOM: rooms_.push_back(o.id); return;
            case BOXOFFICE_COMMAND_CREATE_CONCERT:
                concerts_.push_back(o.id);
                model.concerts.insert(o.id);
                return learn_seats(office, o.id, c.list_count);
            case BOXOFFICE_COMMAND_HOLD_SEATS:
                MUST(o.count == c.list_count && o.amount >= 0);
                return learn_order(office, c.user, o.id);
            case BOXOFFICE_COMMAND_CREATE_TYPE: types_.push_back(o.id); return;
            case BOXOFFICE_COMMAND_CALL_OFF: model.called_off.insert(c.concert); return;
            case BOXOFFICE_COMMAND_DELETE_CONCERT: return model.deleted(c.concert);
            case BOXOFFICE_COMMAND_CANCEL:
                MUST(o.count == c.list_count && o.balance >= 0);
                return learn_refunds(office, c.user);
            case BOXOFFICE_COMMAND_REFUND: return learn_refund(office, c.reservation);
            case BOXOFFICE_COMMAND_ADD_SEATS:
                MUST(o.amount == c.list_count);
                return learn_seats(office, c.concert, c.list_count);
            default: return;
        }
    }
};

}  // namespace c_fuzz

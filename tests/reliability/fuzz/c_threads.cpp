/// Fuzzes the C ABI from several threads at a time: right calls and wrong ones on one office, and on another that is opened and closed
/// under the calls of the rest.
///
/// An input is three bytes (how many threads; where the offices lie; how the first is set up), then records of eight bytes, dealt to the
/// threads: what each thread calls, in which order, is the input's; what comes between is not.
///
///     0  op      which call
///     1  thread
///     2  handle  0 to 199: the first office; to 239: the second; else one that was closed, one that never was, NULL
///     3  who     which of the users, with their token and reservations
///     4  to 6    arguments, a to c
///     7  spoil   0xE0 and more: an id is an edge of INT64, a pointer is NULL
///
/// What must hold, beside the sanitizers: a status is of the table and no fault; only a handle that is closed, or never was one, is
/// invalid; what is submitted is told once, by the close of its office at the latest; when all threads have ended, the first office
/// has what was acknowledged of it, each effect once, its balances are the sum of these, and its audit is clean; every handle is given back.

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "boxoffice.h"
#include "c_threads_shop.hpp"
#include "fuzz/memory.hpp"
#include "support.hpp"

using c_fuzz::In;
using c_fuzz::Out;
using fuzz::Record;
using fuzz::seat_count;
using fuzz::second;
using fuzz::Submission;
using fuzz::user_count;

namespace {

class Run : fuzz::Shop {
  public:
    using Shop::Shop;

    void tell() {
        second_ = open();
        std::vector<std::thread> threads;
        for (const auto& script : scripts_)
            threads.emplace_back([this, &script] {
                while (!is_begun_) std::this_thread::yield();
                for (const auto& record : script) call(record);
            });
        is_begun_ = true;
        for (auto& thread : threads) thread.join();
        settle();
    }

  private:
    static std::int64_t odd(std::uint8_t which) {
        constexpr std::array<std::int64_t, 10> edges{
            0, -1, 1, INT64_MAX, INT64_MIN, INT64_MIN + 1, 1LL << 53, 1'000'000'000'001, 12'345, 1LL << 62};
        return edges[which % edges.size()];
    }
    static std::int64_t id(const Record& r, std::int64_t right) {
        return r.spoil >= 0xE0 && r.spoil < 0xF0 ? odd(r.spoil) : right;
    }
    static In key(const Record& r) {
        if (r.b < 128) return {};
        if (r.b == 255) return In::null(3);
        if (r.b == 254) return In{std::string(300, 'k')};
        if (r.b == 253) return In{"\xC0\xAF"};
        return In{"k" + std::to_string(r.b % 6)};
    }
    boxoffice_office* handle(const Record& r) {
        if (r.handle < 200) return first_.load();
        if (r.handle < 240) return second_.load();
        if (r.handle < 250) return stale_[r.handle % stale_.size()].load();
        constexpr std::array<std::uintptr_t, 6> invented{0, 1, 4'096, UINTPTR_MAX, UINTPTR_MAX / 2, 8};
        return reinterpret_cast<boxoffice_office*>(invented[r.handle - 250u]);
    }

    /// What holds of every status. True: it was done, in the first office's store.
    bool answered(const char* function, const Record& r, boxoffice_status status) const {
        const std::string_view name = boxoffice_status_name(status);
        if (status != BOXOFFICE_OK && name == "unknown") fuzz::found("%s: a status that is none: %d", function, status);
        if (status >= 300) fuzz::found("%s: a fault: %s", function, boxoffice_status_name(status));
        if (r.handle < 200 && (status == BOXOFFICE_INVALID_HANDLE || status == BOXOFFICE_CLOSED))
            fuzz::found("%s: an open office is %s", function, boxoffice_status_name(status));
        if (r.handle >= 250 && status != BOXOFFICE_INVALID_HANDLE)
            fuzz::found("%s: no handle is %s", function, boxoffice_status_name(status));
        if (status == BOXOFFICE_OK) fuzz::tally().count(std::string{"done "} + function);
        return status == BOXOFFICE_OK && (r.handle < 200 || (is_file_ && r.handle < 240));
    }

    void call(const Record& r) {
        auto& who = users_[r.who % user_count];
        auto* const h = handle(r);
        const auto user = id(r, who.id);
        const auto turn = who.token.load();
        const auto reservation = r.c == 255 ? odd(r.a) : who.reservations[r.c % who.reservations.size()].load();
        const bool no_out = r.spoil == 0xF0;
        const auto text = key(r);
        c_fuzz::ErrorBox error(r.spoil == 0xF1 ? r.a : 1u);
        const auto done = [&](const char* function, boxoffice_status status) {
            error.check(status);
            return answered(function, r, status);
        };
        switch (r.op % 30) {
            case 0: {
                Out<boxoffice_joined> out(1, no_out);
                const auto status = boxoffice_join(h, user, room_, out.get(), error.get());
                if (done("join", status) && user == who.id) who.token = out->claims.token;
                return;
            }
            case 1: {
                Out<boxoffice_arrived> out(1, no_out);
                return void(done("arrive", boxoffice_arrive(h, user, turn, out.get(), error.get())));
            }
            case 2: return void(done("leave", boxoffice_leave(h, user, turn, nullptr, error.get())));
            case 3:
            case 4:
            case 5: {
                Out<boxoffice_held> out(1, no_out);
                const auto seat = seats_[r.a % seat_count];
                const auto status =
                    boxoffice_hold_seat(h, user, turn, seat, text.data(), text.size(), out.get(), error.get());
                if (done("hold_seat", status)) held(who, out->reservation, seat);
                return;
            }
            case 6: {
                std::vector<boxoffice_order_item> items(1 + r.a % 3u);
                for (std::size_t i = 0; i < items.size(); ++i) items[i].seat = seats_[(r.a + i) % seat_count];
                Out<boxoffice_held_order> out(1, no_out);
                Out<boxoffice_held_item> parts(items.size());
                const auto status = boxoffice_hold_seats(h, user, turn, concert_, items.data(), items.size(), nullptr,
                                                         text.data(), text.size(), out.get(), parts.get(), error.get());
                if (done("hold_seats", status))
                    for (std::size_t i = 0; i < items.size(); ++i) held(who, parts[i].reservation, parts[i].seat);
                return;
            }
            case 7: return void(done("release_hold", boxoffice_release_hold(h, user, reservation, error.get())));
            case 8:
                return void(done("release_order", boxoffice_release_order(h, user, reservation, nullptr, error.get())));
            case 9:
            case 10: {
                Out<boxoffice_recharged> out(1, no_out);
                const std::int64_t amount = r.a == 255 ? odd(r.b) : r.a % 2 == 0 ? 100 : 1;
                const auto status =
                    boxoffice_recharge(h, user, amount, text.data(), text.size(), out.get(), error.get());
                if (!done("recharge", status)) return;
                const std::lock_guard lock(mutex_);
                recharges_[out->transfer] = {user, amount + (fuzz::is_planted() ? 1 : 0)};
                return;
            }
            case 11:
            case 12:
            case 13: {
                Out<boxoffice_paid> out(1, no_out);
                if (done("pay", boxoffice_pay(h, user, turn, reservation, text.data(), text.size(), out.get(), nullptr,
                                              error.get())))
                    paid(user, *out);
                return;
            }
            case 14: {
                Out<boxoffice_payment_begun> out(1, no_out);
                const auto status = boxoffice_begin_payment(h, user, turn, reservation, text.data(), text.size(),
                                                            out.get(), error.get());
                if (done("begin_payment", status)) who.payment = out->payment;
                return;
            }
            case 15: {
                Out<boxoffice_paid> out(1, no_out);
                const auto status =
                    boxoffice_capture_payment(h, user, turn, reservation, who.payment, "t", 1, text.data(), text.size(),
                                              out.get(), nullptr, error.get());
                if (done("capture_payment", status)) paid(user, *out);
                return;
            }
            case 16:
                return void(done("fail_payment",
                                 boxoffice_fail_payment(h, user, reservation, who.payment, nullptr, 0, error.get())));
            case 17: {
                Out<boxoffice_cancelled> out(1, no_out);
                Out<boxoffice_cancelled_item> items(1);
                const auto status = boxoffice_cancel(h, user, &reservation, 1, text.data(), text.size(), out.get(),
                                                     items.get(), error.get());
                if (!done("cancel", status)) return;
                const std::lock_guard lock(mutex_);
                auto& most = refunds_[reservation];
                most = {user, std::max(most.amount, items->refund)};
                return;
            }
            case 18: {
                Out<std::int64_t> out(1, no_out);
                return void(done("balance", boxoffice_balance(h, user, out.get(), error.get())));
            }
            case 19: {
                Out<boxoffice_seat> seats(r.a % 12u);
                std::size_t count = 0;
                const auto ask = r.b % 2 == 0 ? boxoffice_list_available_seats : nullptr;
                if (ask != nullptr)
                    return void(
                        done("list_available_seats", ask(h, concert_, seats.get(), r.a % 12u, &count, error.get())));
                Out<boxoffice_seat_changes> changes(1, no_out);
                return void(
                    done("list_seats_since", boxoffice_list_seats_since(h, concert_, user, nullptr, 0, changes.get(),
                                                                        seats.get(), r.a % 12u, &count, error.get())));
            }
            case 20: {
                Out<boxoffice_peeked> out(1, no_out);
                Out<char> token(BOXOFFICE_TOKEN_TEXT_SIZE);
                if (boxoffice_token_text(h, &who.claims, token.get(), nullptr) != BOXOFFICE_OK) return;
                const auto peek = boxoffice_peek(h, token.get(), BOXOFFICE_TOKEN_TEXT_SIZE - 1, out.get(), error.get());
                return void(done("peek", peek));
            }
            case 21: {
                Out<boxoffice_peeked> out(1, no_out);
                Out<char> token(BOXOFFICE_TOKEN_TEXT_SIZE);
                if (boxoffice_token_text(h, &who.claims, token.get(), nullptr) != BOXOFFICE_OK) return;
                return void(done("await_turn", boxoffice_await_turn(h, token.get(), BOXOFFICE_TOKEN_TEXT_SIZE - 1,
                                                                    1 + r.a % 4, r.a * 1'000, out.get(), error.get())));
            }
            case 22: {
                Out<boxoffice_ticked> out(1, no_out);
                return void(done("tick", boxoffice_tick(h, 0, out.get(), error.get())));
            }
            case 23: {
                Out<boxoffice_stats> out(1, no_out);
                Out<boxoffice_event> events(64);
                std::size_t count = 0;
                if (r.a % 2 == 0) return void(done("get_stats", boxoffice_get_stats(h, out.get(), error.get())));
                return void(done("list_events", boxoffice_list_events(h, r.b, events.get(), 64, &count, error.get())));
            }
            case 24: return submit(r, h, who);
            case 25: {
                Out<std::int32_t> led(1, no_out);
                return void(done("drive", boxoffice_drive(h, r.a % 4 * 100, led.get(), error.get())));
            }
            case 26: return swap_second(r);
            case 27: return void(world_.passed_us += r.a < 200 ? r.a * 1'000 : r.a < 250 ? 30 * second : 301 * second);
            case 28: {
                const auto name = "n" + std::to_string(r.a % 16);
                const In in{name};
                Out<std::int64_t> out(1, no_out);
                if (r.b % 2 == 0)
                    return void(
                        done("find_user", boxoffice_find_user(h, in.data(), in.size(), out.get(), error.get())));
                return void(
                    done("create_user", boxoffice_create_user(h, in.data(), in.size(), out.get(), error.get())));
            }
            default: {
                if (r.a % 8 == 7) return void(world_.gateway = r.b % 3);
                Out<boxoffice_violation> found(4);
                std::size_t count = 0;
                const auto status = boxoffice_audit(h, found.get(), 4, &count, error.get());
                if ((status == BOXOFFICE_OK && count > 0) || status == BOXOFFICE_TOO_SMALL)
                    fuzz::found("audit meanwhile: %s: %s", found[0].rule, found[0].detail);
                return void(done("audit", status));
            }
        }
    }

    void held(User& who, std::int64_t reservation, std::int64_t seat) {
        who.reservations[who.next++ % who.reservations.size()] = reservation;
        const std::lock_guard lock(mutex_);
        const auto [at, is_new] = holds_.emplace(reservation, seat);
        if (!is_new && at->second != seat) fuzz::found("one reservation, two seats");
    }
    void paid(std::int64_t user, const boxoffice_paid& answer) {
        const std::lock_guard lock(mutex_);
        payments_[answer.payment] = {user, answer.amount};
    }

    void submit(const Record& r, boxoffice_office* h, User& who) {
        std::vector<boxoffice_command> commands(r.a % 4u);
        for (auto& command : commands) {
            command.kind = r.b % 2 == 0   ? BOXOFFICE_COMMAND_JOIN
                           : r.b % 3 == 0 ? BOXOFFICE_COMMAND_TICK
                                          : BOXOFFICE_COMMAND_ARRIVE;
            command.user = who.id;
            command.room = room_;
            command.token = who.token;
        }
        Submission* it = nullptr;
        {
            const std::lock_guard lock(mutex_);
            submissions_.push_back(std::make_unique<Submission>());
            it = submissions_.back().get();
        }
        it->count = commands.size();
        const boxoffice_completion completion{fuzz::hear, it};
        const auto status = boxoffice_submit(h, commands.data(), commands.size(), nullptr, 0, &completion, nullptr);
        it->is_taken = status == BOXOFFICE_OK;
        answered("submit", r, status);
    }

    /// Closes the second office, whoever is inside, and opens another in its place.
    void swap_second(const Record& r) {
        auto* office = second_.exchange(nullptr);
        if (office != nullptr) {
            auto* copy = office;
            auto* const stale = office;
            const auto status = boxoffice_close(&office);
            if (status != BOXOFFICE_OK || office != nullptr) fuzz::found("close: %s", boxoffice_status_name(status));
            const auto again = boxoffice_close(&copy);
            if (again != BOXOFFICE_INVALID_HANDLE) fuzz::found("closed twice: %s", boxoffice_status_name(again));
            stale_[r.a % stale_.size()] = stale;  // from here on nobody may be told that it is well
            fuzz::tally().count("done close");
        } else if (auto* closed = stale_[r.b % stale_.size()].load(); closed != nullptr) {
            const auto status = boxoffice_close(&closed);
            if (status != BOXOFFICE_INVALID_HANDLE && status != BOXOFFICE_CLOSED)
                fuzz::found("a closed one: %s", boxoffice_status_name(status));
        }
        if (r.c >= 200 || (is_file_ && ++files_opened_ > 4)) return;  // a file takes a hundred times as long
        auto* fresh = open();
        boxoffice_office* none = nullptr;
        if (!second_.compare_exchange_strong(none, fresh))
            boxoffice_close(&fresh);
        else
            fuzz::tally().count("done open");
    }
};

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    for (const auto* const what : {"arrive",
                                   "audit",
                                   "await_turn",
                                   "balance",
                                   "begin_payment",
                                   "cancel",
                                   "capture_payment",
                                   "create_user",
                                   "drive",
                                   "fail_payment",
                                   "find_user",
                                   "get_stats",
                                   "hold_seat",
                                   "hold_seats",
                                   "join",
                                   "leave",
                                   "list_available_seats",
                                   "list_events",
                                   "list_seats_since",
                                   "pay",
                                   "peek",
                                   "recharge",
                                   "release_hold",
                                   "release_order",
                                   "tick",
                                   "submit",
                                   "open",
                                   "close"})
        fuzz::tally().expect(std::string{"done "} + what);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::Directory directory;
    const auto file = directory.file("sale.db");
    for (const auto* const suffix : {"", "-wal", "-shm", "-lock"}) std::filesystem::remove(file + suffix);
    fuzz::Bytes input(data, size);
    Run(input, file).tell();
    return 0;
}

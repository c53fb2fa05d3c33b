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
#include <atomic>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "boxoffice.h"
#include "fuzz/memory.hpp"
#include "support.hpp"

using c_fuzz::In;
using c_fuzz::Out;

namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::size_t user_count = 4;
constexpr std::size_t seat_count = 8;

// ---- the world --------------------------------------------------------------------------------------------------

struct World {
    std::atomic<std::int64_t> passed_us{0};
    std::atomic<int> gateway{0};
    std::atomic<int> faults{0};
};

constexpr std::int64_t start_us = 1'800'000'000 * second;
std::int64_t read_wall(void* context) { return start_us + static_cast<World*>(context)->passed_us.load(); }
std::int64_t read_steady(void* context) { return static_cast<World*>(context)->passed_us.load(); }
void let_pass(void* context, std::int64_t span_us) {
    static_cast<World*>(context)->passed_us += std::min(span_us, 10 * 60 * second);
}
std::int32_t approve(void* context, const boxoffice_payment_request*, char* key) {
    const auto answer = static_cast<World*>(context)->gateway.load();
    if (answer == 1) return 1;
    if (answer == 2) let_pass(context, 120 * second);
    std::strcpy(key, "pg-1");
    return 0;
}
void cancel(void*, const boxoffice_payment_request*, const char*) {}
void write_log(void* context, boxoffice_status, const char*) { ++static_cast<World*>(context)->faults; }

struct Record {
    std::uint8_t op, thread, handle, who, a, b, c, spoil;
};

/// What was submitted: told once or, where it was not taken, never.
struct Submission {
    std::atomic<int> told{0};
    std::atomic<bool> is_taken{false};
    std::size_t count = 0;
};
void hear(void* context, const boxoffice_outcome* outcomes, std::size_t count) {
    auto& it = *static_cast<Submission*>(context);
    if (count != it.count || (count > 0 && outcomes == nullptr))
        fuzz::found("%zu outcomes of %zu commands", count, it.count);
    if (it.told.fetch_add(1) != 0) fuzz::found("told twice");
}

// ---- one input --------------------------------------------------------------------------------------------------

class Run {
  public:
    Run(fuzz::Bytes& input, const std::string& file) : file_(file) {
        const auto thread_count = 2u + input.u8() % 3u;
        const auto place = input.u8();
        shape_ = input.u8();
        is_file_ = place >= 240;
        has_gateway_ = (shape_ & 1) != 0;
        scripts_.resize(thread_count);
        for (int i = 0; i < 192 && !input.empty(); ++i) {
            Record r{};
            r.op = input.u8(), r.thread = input.u8(), r.handle = input.u8(), r.who = input.u8();
            r.a = input.u8(), r.b = input.u8(), r.c = input.u8(), r.spoil = input.u8();
            scripts_[r.thread % thread_count].push_back(r);
        }
        first_ = open();
        if (first_ == nullptr) fuzz::found("the first office does not open");
        set_up();
    }

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
    boxoffice_office* open() {
        boxoffice_options options = BOXOFFICE_OPTIONS_INIT;
        boxoffice_room_limits limits = BOXOFFICE_ROOM_LIMITS_INIT;
        boxoffice_token_key key{};
        key.id = 7;
        key.secret[0] = 1;
        options.token_keys = &key;
        options.token_key_count = 1;
        options.durability = BOXOFFICE_DURABILITY_NORMAL;
        options.clock = {read_wall, read_steady, let_pass, &world_};
        options.log = {write_log, &world_};
        if (has_gateway_) options.gateway = {approve, cancel, &world_};
        if ((shape_ & 2) != 0) limits.active_capacity = 2;
        options.holds_per_user = 3;
        options.clock_skew_max_us = 3'600 * second;  // another thread may let time pass between two looks at it
        options.main_room = &limits;
        const std::string path = is_file_ ? file_ : ":memory:";
        boxoffice_office* office = nullptr;
        const auto status = boxoffice_open(path.data(), path.size(), &options, &office, nullptr);
        if (status != BOXOFFICE_OK) fuzz::found("open: %s", boxoffice_status_name(status));
        return office;
    }

    static void must(boxoffice_status status, const char* what) {
        if (status != BOXOFFICE_OK) fuzz::found("setting up: %s: %s", what, boxoffice_status_name(status));
    }

    void set_up() {
        auto* const office = first_.load();
        boxoffice_room main{};
        must(boxoffice_find_room(office, "main", 4, &main, nullptr), "find_room");
        room_ = main.id;
        std::array<boxoffice_new_seat, seat_count> hall{};
        std::array<std::string, seat_count> numbers;
        for (std::size_t i = 0; i < seat_count; ++i) {
            numbers[i] = std::to_string(i + 1);
            hall[i].number = numbers[i].data();
            hall[i].number_length = numbers[i].size();
            hall[i].price = i == 0 ? 0 : 10;
        }
        must(boxoffice_create_concert(office, "2027-12-24", 10, "x", 1, room_, hall.data(), hall.size(), &concert_,
                                      nullptr),
             "concert");
        boxoffice_terms terms = BOXOFFICE_TERMS_INIT;
        terms.seats_per_order = 3;
        terms.refund_step_count = 1;
        terms.refund_steps[0].until_us = BOXOFFICE_NEVER;
        terms.refund_steps[0].thousandths = 500;
        must(boxoffice_change_sale(office, concert_, &terms, 1, nullptr, nullptr), "terms");
        std::array<boxoffice_seat, seat_count> seats{};
        std::size_t count = 0;
        must(boxoffice_list_seats(office, concert_, 0, seats.data(), seats.size(), &count, nullptr), "seats");
        for (std::size_t i = 0; i < count; ++i) seats_[i] = seats[i].id;
        for (std::size_t i = 0; i < user_count; ++i) {
            const auto name = "u" + std::to_string(i);
            must(boxoffice_create_user(office, name.data(), name.size(), &users_[i].id, nullptr), "user");
            boxoffice_joined joined{};
            must(boxoffice_join(office, users_[i].id, room_, &joined, nullptr), "join");
            users_[i].token = joined.claims.token;
            users_[i].claims = joined.claims;
        }
    }

    // ---- the calls ----------------------------------------------------------------------------------------------

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

    struct User {
        std::int64_t id = 0;
        boxoffice_claims claims{};
        std::atomic<std::int64_t> token{0};
        std::array<std::atomic<std::int64_t>, 4> reservations{};
        std::atomic<unsigned> next{0};
        std::atomic<std::int64_t> payment{0};
    };

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
                recharges_[out->transfer] = {user, amount};
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
        const boxoffice_completion completion{hear, it};
        const auto status = boxoffice_submit(h, commands.data(), commands.size(), nullptr, 0, &completion, nullptr);
        it->is_taken = status == BOXOFFICE_OK;
        answered("submit", r, status);
    }

    /// Closes the second office, whoever is inside, and opens another in its place.
    void swap_second(const Record& r) {
        auto* office = second_.exchange(nullptr);
        if (office != nullptr) {
            stale_[r.a % stale_.size()] = office;
            auto* copy = office;
            const auto status = boxoffice_close(&office);
            if (status != BOXOFFICE_OK || office != nullptr) fuzz::found("close: %s", boxoffice_status_name(status));
            const auto again = boxoffice_close(&copy);
            if (again != BOXOFFICE_INVALID_HANDLE) fuzz::found("closed twice: %s", boxoffice_status_name(again));
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

    // ---- the end ------------------------------------------------------------------------------------------------

    struct Moved {
        std::int64_t user = 0;
        std::int64_t amount = 0;
    };

    void settle() {
        auto* other = second_.exchange(nullptr);
        boxoffice_close(&other);
        auto* office = first_.exchange(nullptr);
        std::array<boxoffice_violation, 4> wrong{};
        std::size_t count = 0;
        const auto status = boxoffice_audit(office, wrong.data(), wrong.size(), &count, nullptr);
        if (status != BOXOFFICE_OK || count > 0)
            fuzz::found("the audit: %s: %s: %s", boxoffice_status_name(status), wrong[0].rule, wrong[0].detail);
        std::map<std::int64_t, std::int64_t> balances;
        for (const auto& [transfer, moved] : recharges_) balances[moved.user] += moved.amount;
        for (const auto& [payment, moved] : payments_) {
            balances[moved.user] -= moved.amount;
            boxoffice_payment it{};
            if (boxoffice_get_payment(office, moved.user, payment, &it, nullptr) != BOXOFFICE_OK)
                fuzz::found("a payment that was acknowledged is gone");
        }
        for (const auto& [reservation, moved] : refunds_) balances[moved.user] += moved.amount;
        for (const auto& user : users_) {
            std::int64_t balance = 0;
            must(boxoffice_balance(office, user.id, &balance, nullptr), "balance");
            if (balance != balances[user.id])
                fuzz::found("a balance is %lld, and what was acknowledged sums to %lld",
                            static_cast<long long>(balance), static_cast<long long>(balances[user.id]));
            for (const auto& reservation : user.reservations) {
                boxoffice_reservation it{};
                if (reservation != 0 &&
                    boxoffice_get_reservation(office, user.id, reservation, &it, nullptr) != BOXOFFICE_OK)
                    fuzz::found("a hold that was acknowledged is gone");
            }
        }
        auto* const closed = office;
        if (boxoffice_close(&office) != BOXOFFICE_OK) fuzz::found("the first office does not close");
        std::int64_t now = 0;
        if (boxoffice_now(closed, &now, nullptr) != BOXOFFICE_INVALID_HANDLE)
            fuzz::found("a closed office tells the time");
        for (const auto& one : submissions_)
            if (one->told != (one->is_taken ? 1 : 0)) fuzz::found("submitted, and told %d times", one->told.load());
        if (world_.faults > 0) fuzz::found("%d faults were logged", world_.faults.load());
    }

    const std::string file_;
    World world_;
    std::uint8_t shape_ = 0;
    bool is_file_ = false;
    bool has_gateway_ = false;
    std::vector<std::vector<Record>> scripts_;
    std::atomic<bool> is_begun_{false};
    std::atomic<int> files_opened_{0};
    std::atomic<boxoffice_office*> first_{nullptr};
    std::atomic<boxoffice_office*> second_{nullptr};
    std::array<std::atomic<boxoffice_office*>, 4> stale_{};
    std::int64_t room_ = 0;
    std::int64_t concert_ = 0;
    std::array<std::int64_t, seat_count> seats_{};
    std::array<User, user_count> users_;

    std::mutex mutex_;                         // of what follows
    std::map<std::int64_t, Moved> recharges_;  // by transfer
    std::map<std::int64_t, Moved> payments_;
    std::map<std::int64_t, Moved> refunds_;  // by reservation
    std::map<std::int64_t, std::int64_t> holds_;
    std::vector<std::unique_ptr<Submission>> submissions_;
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

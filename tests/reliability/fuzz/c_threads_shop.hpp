#pragma once
/// What the threads of c_threads.cpp share: the world around the offices, the house that is made before they begin, and what must be there
/// when they have ended.

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "boxoffice.h"
#include "support.hpp"

namespace fuzz {

inline constexpr std::int64_t second = 1'000'000;
inline constexpr std::size_t user_count = 4;
inline constexpr std::size_t seat_count = 8;

struct World {
    std::atomic<std::int64_t> passed_us{0};
    std::atomic<int> gateway{0};
    std::atomic<int> faults{0};
};

inline constexpr std::int64_t start_us = 1'800'000'000 * second;
inline std::int64_t read_wall(void* context) { return start_us + static_cast<World*>(context)->passed_us.load(); }
inline std::int64_t read_steady(void* context) { return static_cast<World*>(context)->passed_us.load(); }
inline void let_pass(void* context, std::int64_t span_us) {
    static_cast<World*>(context)->passed_us += std::min(span_us, 10 * 60 * second);
}
inline std::int32_t approve(void* context, const boxoffice_payment_request*, char* key) {
    const auto answer = static_cast<World*>(context)->gateway.load();
    if (answer == 1) return 1;
    if (answer == 2) let_pass(context, 120 * second);
    std::strcpy(key, "pg-1");
    return 0;
}
inline void cancel(void*, const boxoffice_payment_request*, const char*) {}
inline void write_log(void* context, boxoffice_status, const char*) { ++static_cast<World*>(context)->faults; }

struct Record {
    std::uint8_t op, thread, handle, who, a, b, c, spoil;
};

/// What was submitted: told once or, where it was not taken, never.
struct Submission {
    std::atomic<int> told{0};
    std::atomic<bool> is_taken{false};
    std::size_t count = 0;
};
inline void hear(void* context, const boxoffice_outcome* outcomes, std::size_t count) {
    auto& it = *static_cast<Submission*>(context);
    if (count != it.count || (count > 0 && outcomes == nullptr)) found("%zu outcomes of %zu commands", count, it.count);
    if (it.told.fetch_add(1) != 0) found("told twice");
}

/// Two offices, users and seats, and what was acknowledged of the first.
class Shop {
  public:
    Shop(Bytes& input, const std::string& file) : file_(file) {
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
        if (first_ == nullptr) found("the first office does not open");
        set_up();
    }

  protected:
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
        if (status != BOXOFFICE_OK) found("open: %s", boxoffice_status_name(status));
        return office;
    }

    static void must(boxoffice_status status, const char* what) {
        if (status != BOXOFFICE_OK) found("setting up: %s: %s", what, boxoffice_status_name(status));
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

    struct User {
        std::int64_t id = 0;
        boxoffice_claims claims{};
        std::atomic<std::int64_t> token{0};
        std::array<std::atomic<std::int64_t>, 4> reservations{};
        std::atomic<unsigned> next{0};
        std::atomic<std::int64_t> payment{0};
    };

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
            found("the audit: %s: %s: %s", boxoffice_status_name(status), wrong[0].rule, wrong[0].detail);
        std::map<std::int64_t, std::int64_t> balances;
        for (const auto& [transfer, moved] : recharges_) balances[moved.user] += moved.amount;
        for (const auto& [payment, moved] : payments_) {
            balances[moved.user] -= moved.amount;
            boxoffice_payment it{};
            if (boxoffice_get_payment(office, moved.user, payment, &it, nullptr) != BOXOFFICE_OK)
                found("a payment that was acknowledged is gone");
        }
        for (const auto& [reservation, moved] : refunds_) balances[moved.user] += moved.amount;
        for (const auto& user : users_) {
            std::int64_t balance = 0;
            must(boxoffice_balance(office, user.id, &balance, nullptr), "balance");
            if (balance != balances[user.id])
                found("a balance is %lld, and what was acknowledged sums to %lld", static_cast<long long>(balance),
                      static_cast<long long>(balances[user.id]));
            for (const auto& reservation : user.reservations) {
                boxoffice_reservation it{};
                if (reservation != 0 &&
                    boxoffice_get_reservation(office, user.id, reservation, &it, nullptr) != BOXOFFICE_OK)
                    found("a hold that was acknowledged is gone");
            }
        }
        auto* const closed = office;
        if (boxoffice_close(&office) != BOXOFFICE_OK) found("the first office does not close");
        std::int64_t now = 0;
        if (boxoffice_now(closed, &now, nullptr) != BOXOFFICE_INVALID_HANDLE) found("a closed office tells the time");
        for (const auto& one : submissions_)
            if (one->told != (one->is_taken ? 1 : 0)) found("submitted, and told %d times", one->told.load());
        if (world_.faults > 0) found("%d faults were logged", world_.faults.load());
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

}  // namespace fuzz

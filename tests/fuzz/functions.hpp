#pragma once
/// The functions under test, how often each was called and did what it is for, and what to do when something is wrong.

#include <array>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace c_fuzz {

/// Their place here is their number in an input: new ones go to the end.
// clang-format off
#define BOXOFFICE_C_FUNCTIONS(X) \
    X(version) \
    X(abi) \
    X(status_name) \
    X(status_message) \
    X(event_name) \
    X(id_text) \
    X(id_parse) \
    X(open) \
    X(close) \
    X(backup) \
    X(now) \
    X(create_user) \
    X(find_user) \
    X(create_room) \
    X(change_room) \
    X(find_room) \
    X(create_concert) \
    X(add_seats) \
    X(block_seat) \
    X(unblock_seat) \
    X(find_concert) \
    X(get_concert) \
    X(list_concerts) \
    X(list_dates) \
    X(list_available_seats) \
    X(list_seats) \
    X(find_seat) \
    X(count_seats) \
    X(join) \
    X(token_text) \
    X(authenticate) \
    X(peek) \
    X(await_turn) \
    X(arrive) \
    X(leave) \
    X(hold_seat) \
    X(release_hold) \
    X(get_reservation) \
    X(list_reservations) \
    X(recharge) \
    X(balance) \
    X(list_transfers) \
    X(pay) \
    X(begin_payment) \
    X(capture_payment) \
    X(fail_payment) \
    X(get_payment) \
    X(execute) \
    X(tick) \
    X(get_stats) \
    X(list_events) \
    X(audit) \
    X(list_unreconciled_payments) \
    X(reconcile_payments) \
    X(reconcile_payment) \
    X(restore) \
    X(submit) \
    X(drive) \
    X(get_commit_stats) \
    X(list_seats_since) \
    X(change_concert) \
    X(get_sale) \
    X(change_sale) \
    X(set_tariff) \
    X(list_tariff) \
    X(create_type) \
    X(list_types) \
    X(hold_seats) \
    X(release_order) \
    X(get_order) \
    X(cancel) \
    X(refund) \
    X(call_off) \
    X(get_call_off_reason) \
    X(sweep_refunds) \
    X(get_sales_report) \
    X(get_cash_report) \
    X(delete_concert)
// clang-format on

enum class Function : std::size_t {
#define X(name) name,
    BOXOFFICE_C_FUNCTIONS(X)
#undef X
        count
};
inline constexpr std::size_t function_count = static_cast<std::size_t>(Function::count);
inline constexpr const char* function_names[] = {
#define X(name) "boxoffice_" #name,
    BOXOFFICE_C_FUNCTIONS(X)
#undef X
};

struct Counts {
    std::int64_t calls = 0;
    std::int64_t done = 0;
};
inline std::array<Counts, function_count> counts;

// ---- when something is wrong ------------------------------------------------------------------------------------

inline const char* now_calling = "nothing";

[[noreturn]] __attribute__((format(printf, 1, 2))) inline void fail(const char* format, ...) {
    std::fprintf(stderr, "c_calls: after %s: ", now_calling);
    va_list arguments;
    va_start(arguments, format);
    std::vfprintf(stderr, format, arguments);
    va_end(arguments);
    std::fputc('\n', stderr);
    std::abort();
}

#define MUST(condition) ((condition) ? (void)0 : fail("%s (line %d)", #condition, __LINE__))

}  // namespace c_fuzz

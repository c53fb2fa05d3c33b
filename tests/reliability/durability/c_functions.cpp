/// Failing allocations beneath the functions of the C ABI: each answers a status, out_of_memory or another fault, throws nothing,
/// and does its work when it is called again.

#include "reliability/durability/c_functions.hpp"

#include <array>
#include <cstddef>
#include <string_view>

#include "boxoffice.h"
#include "reliability/durability/calls.hpp"
#include "reliability/durability/faults.hpp"

namespace boxoffice::reliability {
namespace {

constexpr std::size_t room_for = 64;  ///< rows of a list

/// Room for whatever is answered.
struct Answers {
    boxoffice_room room;
    boxoffice_concert concert;
    std::array<boxoffice_concert, room_for> concerts;
    std::array<boxoffice_date, room_for> dates;
    std::array<boxoffice_seat, room_for> seats;
    boxoffice_seat_changes changes;
    boxoffice_seat_counts counts;
    boxoffice_sale sale;
    std::array<boxoffice_price, room_for> prices;
    std::array<boxoffice_ticket_type, room_for> types;
    boxoffice_joined joined;
    boxoffice_claims claims;
    boxoffice_peeked peeked;
    boxoffice_arrived arrived;
    boxoffice_held held;
    boxoffice_held_order held_order;
    std::array<boxoffice_held_item, room_for> held_items;
    boxoffice_order order;
    std::array<boxoffice_reservation, room_for> reservations;
    boxoffice_recharged recharged;
    std::array<boxoffice_transfer, room_for> transfers;
    boxoffice_paid paid;
    std::array<boxoffice_paid_item, room_for> paid_items;
    boxoffice_payment_begun begun;
    std::array<boxoffice_payment, room_for> payments;
    boxoffice_reconciled reconciled;
    boxoffice_cancelled cancelled;
    std::array<boxoffice_cancelled_item, room_for> cancelled_items;
    boxoffice_refunded refunded;
    boxoffice_swept swept;
    boxoffice_sales_report report;
    std::array<boxoffice_sales_row, room_for> report_rows;
    boxoffice_cash_report cash;
    boxoffice_outcome outcome;
    boxoffice_ticked ticked;
    boxoffice_stats stats;
    boxoffice_commit_stats commit_stats;
    std::array<boxoffice_event, room_for> events;
    std::array<boxoffice_violation, room_for> violations;
    char text[256];
    std::size_t count;
    std::int64_t id;
    std::int32_t led;
    boxoffice_error error;
};

/// What a function is called with; `o` is null for one that opens.
struct Context {
    boxoffice_office* o = nullptr;
    const House& h;
    Answers& a;
    std::string path;
    std::string other_path;
    boxoffice_options options;
    std::string backup_path = path + "-backup";
    std::string restored_path = path + "-restored";
};

struct Function {
    const char* name;
    boxoffice_status (*call)(Context&);
};

constexpr std::string_view key = "a-key-that-is-too-long-to-lie-in-a-string-itself-as-those-of-hosts-are";
constexpr std::string_view date = "2030-12-24";
constexpr std::string_view name = "a name that is too long to lie in the string itself";

boxoffice_command recharge_of(const House& h) {
    boxoffice_command command{};
    command.kind = BOXOFFICE_COMMAND_RECHARGE;
    command.user = h.stranger.value;
    command.amount = 7;
    return command;
}

boxoffice_new_seat new_seat() {
    boxoffice_new_seat seat{};
    seat.number = name.data();
    seat.number_length = name.size();
    seat.price = 5;
    return seat;
}

#define KEY key.data(), key.size()
#define DATE date.data(), date.size()
#define NAME name.data(), name.size()

const Function functions[] = {
    {"open",
     [](Context& c) {
         boxoffice_office* second = nullptr;
         const auto status = boxoffice_open(c.other_path.data(), c.other_path.size(), &c.options, &second, &c.a.error);
         if (status == BOXOFFICE_OK) boxoffice_close(&second);
         return status;
     }},
    {"backup and restore",
     [](Context& c) {
         const auto& backup = c.backup_path;
         const auto& again = c.restored_path;
         auto status = boxoffice_backup(c.o, backup.data(), backup.size(), 1, &c.a.error);
         if (status == BOXOFFICE_INVALID_ARGUMENT) status = BOXOFFICE_OK;  // it is there, of the time before
         if (status != BOXOFFICE_OK) return status;
         status = boxoffice_restore(backup.data(), backup.size(), again.data(), again.size(), &c.a.error);
         return status == BOXOFFICE_INVALID_ARGUMENT ? BOXOFFICE_OK : status;
     }},
    {"now", [](Context& c) { return boxoffice_now(c.o, &c.a.id, &c.a.error); }},
    {"create_user", [](Context& c) { return boxoffice_create_user(c.o, NAME, &c.a.id, &c.a.error); }},
    {"find_user", [](Context& c) { return boxoffice_find_user(c.o, "stranger", 8, &c.a.id, &c.a.error); }},
    {"create_room",
     [](Context& c) {
         const boxoffice_room_limits limits = BOXOFFICE_ROOM_LIMITS_INIT;
         return boxoffice_create_room(c.o, NAME, &limits, &c.a.id, &c.a.error);
     }},
    {"change_room",
     [](Context& c) {
         boxoffice_room_limits limits = BOXOFFICE_ROOM_LIMITS_INIT;
         return boxoffice_change_room(c.o, c.h.small_room.value, &limits, &c.a.error);
     }},
    {"find_room", [](Context& c) { return boxoffice_find_room(c.o, "small", 5, &c.a.room, &c.a.error); }},
    {"create_concert",
     [](Context& c) {
         const auto seat = new_seat();
         return boxoffice_create_concert(c.o, DATE, NAME, c.h.room.value, &seat, 1, &c.a.id, &c.a.error);
     }},
    {"add_seats",
     [](Context& c) {
         const auto seat = new_seat();
         return boxoffice_add_seats(c.o, c.h.concert.value, &seat, 1, &c.a.error);
     }},
    {"change_concert",
     [](Context& c) {
         return boxoffice_change_concert(c.o, c.h.spare.value, DATE, NAME, BOXOFFICE_NEVER, 0, 0, 1, &c.a.id,
                                         &c.a.error);
     }},
    {"delete_concert", [](Context& c) { return boxoffice_delete_concert(c.o, c.h.spare.value, 1, &c.a.error); }},
    {"block_seat", [](Context& c) { return boxoffice_block_seat(c.o, c.h.seats[8].value, &c.a.error); }},
    {"unblock_seat", [](Context& c) { return boxoffice_unblock_seat(c.o, c.h.blocked.value, &c.a.error); }},
    {"find_concert", [](Context& c) { return boxoffice_find_concert(c.o, DATE, &c.a.concert, &c.a.error); }},
    {"get_concert", [](Context& c) { return boxoffice_get_concert(c.o, c.h.concert.value, &c.a.concert, &c.a.error); }},
    {"list_concerts",
     [](Context& c) {
         return boxoffice_list_concerts(c.o, DATE, c.a.concerts.data(), room_for, &c.a.count, &c.a.error);
     }},
    {"list_dates",
     [](Context& c) { return boxoffice_list_dates(c.o, DATE, c.a.dates.data(), room_for, &c.a.count, &c.a.error); }},
    {"list_available_seats",
     [](Context& c) {
         return boxoffice_list_available_seats(c.o, c.h.concert.value, c.a.seats.data(), room_for, &c.a.count,
                                               &c.a.error);
     }},
    {"list_seats",
     [](Context& c) {
         return boxoffice_list_seats(c.o, c.h.concert.value, c.h.holding.user.value, c.a.seats.data(), room_for,
                                     &c.a.count, &c.a.error);
     }},
    {"list_seats_since",
     [](Context& c) {
         return boxoffice_list_seats_since(c.o, c.h.concert.value, c.h.holding.user.value, nullptr, 0, &c.a.changes,
                                           c.a.seats.data(), room_for, &c.a.count, &c.a.error);
     }},
    {"find_seat",
     [](Context& c) { return boxoffice_find_seat(c.o, c.h.concert.value, "8", 1, 0, c.a.seats.data(), &c.a.error); }},
    {"count_seats", [](Context& c) { return boxoffice_count_seats(c.o, c.h.concert.value, &c.a.counts, &c.a.error); }},
    {"get_sale", [](Context& c) { return boxoffice_get_sale(c.o, c.h.concert.value, &c.a.sale, &c.a.error); }},
    {"change_sale",
     [](Context& c) {
         const boxoffice_terms terms = BOXOFFICE_TERMS_INIT;
         return boxoffice_change_sale(c.o, c.h.concert.value, &terms, 2, &c.a.id, &c.a.error);
     }},
    {"set_tariff",
     [](Context& c) {
         boxoffice_new_price price{};
         price.price = 12;
         return boxoffice_set_tariff(c.o, c.h.concert.value, &price, 1, 2, &c.a.id, &c.a.error);
     }},
    {"list_tariff",
     [](Context& c) {
         return boxoffice_list_tariff(c.o, c.h.concert.value, c.a.prices.data(), room_for, &c.a.count, &c.a.error);
     }},
    {"create_type",
     [](Context& c) { return boxoffice_create_type(c.o, c.h.concert.value, NAME, 0, 0, &c.a.id, &c.a.error); }},
    {"list_types",
     [](Context& c) {
         return boxoffice_list_types(c.o, c.h.concert.value, c.a.types.data(), room_for, &c.a.count, &c.a.error);
     }},
    {"join",
     [](Context& c) { return boxoffice_join(c.o, c.h.stranger.value, c.h.room.value, &c.a.joined, &c.a.error); }},
    {"authenticate and token_text",
     [](Context& c) {
         const auto& text = c.h.holding.text;
         const auto status = boxoffice_authenticate(c.o, text.data(), text.size(), &c.a.claims, &c.a.error);
         return status == BOXOFFICE_OK ? boxoffice_token_text(c.o, &c.a.claims, c.a.text, &c.a.error) : status;
     }},
    {"peek",
     [](Context& c) {
         return boxoffice_peek(c.o, c.h.waiting.text.data(), c.h.waiting.text.size(), &c.a.peeked, &c.a.error);
     }},
    {"await_turn",
     [](Context& c) {
         return boxoffice_await_turn(c.o, c.h.holding.text.data(), c.h.holding.text.size(), 1, 0, &c.a.peeked,
                                     &c.a.error);
     }},
    {"arrive",
     [](Context& c) {
         return boxoffice_arrive(c.o, c.h.arriving.user.value, c.h.arriving.token.value, &c.a.arrived, &c.a.error);
     }},
    {"leave",
     [](Context& c) {
         return boxoffice_leave(c.o, c.h.holding.user.value, c.h.holding.token.value, &c.a.id, &c.a.error);
     }},
    {"hold_seat",
     [](Context& c) {
         return boxoffice_hold_seat(c.o, c.h.admitted.user.value, c.h.admitted.token.value, c.h.seats[8].value, KEY,
                                    &c.a.held, &c.a.error);
     }},
    {"hold_seats",
     [](Context& c) {
         boxoffice_order_item items[2]{};
         items[0].seat = c.h.seats[8].value;
         items[1].seat = c.h.seats[9].value;
         return boxoffice_hold_seats(c.o, c.h.admitted.user.value, c.h.admitted.token.value, c.h.concert.value, items,
                                     2, nullptr, KEY, &c.a.held_order, c.a.held_items.data(), &c.a.error);
     }},
    {"release_hold",
     [](Context& c) {
         return boxoffice_release_hold(c.o, c.h.holding.user.value, c.h.holding.reservation.value, &c.a.error);
     }},
    {"release_order",
     [](Context& c) {
         return boxoffice_release_order(c.o, c.h.ordering.user.value, c.h.ordering.reservation.value, &c.a.id,
                                        &c.a.error);
     }},
    {"get_order",
     [](Context& c) {
         return boxoffice_get_order(c.o, c.h.ordering.user.value, c.h.ordering.reservation.value, &c.a.order,
                                    c.a.reservations.data(), room_for, &c.a.count, &c.a.error);
     }},
    {"get_reservation",
     [](Context& c) {
         return boxoffice_get_reservation(c.o, c.h.holding.user.value, c.h.holding.reservation.value,
                                          c.a.reservations.data(), &c.a.error);
     }},
    {"list_reservations",
     [](Context& c) {
         return boxoffice_list_reservations(c.o, c.h.ordering.user.value, 0, c.a.reservations.data(), room_for,
                                            &c.a.count, &c.a.error);
     }},
    {"recharge",
     [](Context& c) { return boxoffice_recharge(c.o, c.h.stranger.value, 5, KEY, &c.a.recharged, &c.a.error); }},
    {"balance", [](Context& c) { return boxoffice_balance(c.o, c.h.stranger.value, &c.a.id, &c.a.error); }},
    {"list_transfers",
     [](Context& c) {
         return boxoffice_list_transfers(c.o, c.h.paid.user.value, 0, c.a.transfers.data(), room_for, &c.a.count,
                                         &c.a.error);
     }},
    {"pay",
     [](Context& c) {
         const auto& b = c.h.holding;
         return boxoffice_pay(c.o, b.user.value, b.token.value, b.reservation.value, KEY, &c.a.paid,
                              c.a.paid_items.data(), &c.a.error);
     }},
    {"begin_payment",
     [](Context& c) {
         const auto& b = c.h.holding;
         return boxoffice_begin_payment(c.o, b.user.value, b.token.value, b.reservation.value, KEY, &c.a.begun,
                                        &c.a.error);
     }},
    {"capture_payment",
     [](Context& c) {
         const auto& b = c.h.paying;
         return boxoffice_capture_payment(c.o, b.user.value, b.token.value, b.reservation.value, b.payment.value, KEY,
                                          KEY, &c.a.paid, c.a.paid_items.data(), &c.a.error);
     }},
    {"fail_payment",
     [](Context& c) {
         const auto& b = c.h.paying;
         return boxoffice_fail_payment(c.o, b.user.value, b.reservation.value, b.payment.value, KEY, &c.a.error);
     }},
    {"get_payment",
     [](Context& c) {
         return boxoffice_get_payment(c.o, c.h.paid.user.value, c.h.paid.payment.value, c.a.payments.data(),
                                      &c.a.error);
     }},
    {"list_unreconciled_payments",
     [](Context& c) {
         return boxoffice_list_unreconciled_payments(c.o, 0, c.a.payments.data(), room_for, &c.a.count, &c.a.error);
     }},
    {"reconcile_payments",
     [](Context& c) { return boxoffice_reconcile_payments(c.o, 10, 0, &c.a.reconciled, &c.a.error); }},
    {"reconcile_payment",
     [](Context& c) { return boxoffice_reconcile_payment(c.o, c.h.unclear.payment.value, nullptr, 0, &c.a.error); }},
    {"cancel",
     [](Context& c) {
         const auto reservation = c.h.paid.reservation.value;
         return boxoffice_cancel(c.o, c.h.paid.user.value, &reservation, 1, KEY, &c.a.cancelled,
                                 c.a.cancelled_items.data(), &c.a.error);
     }},
    {"refund",
     [](Context& c) {
         return boxoffice_refund(c.o, c.h.paid.reservation.value, 3, 0, KEY, KEY, &c.a.refunded, &c.a.error);
     }},
    {"call_off", [](Context& c) { return boxoffice_call_off(c.o, c.h.concert.value, NAME, &c.a.id, &c.a.error); }},
    {"get_call_off_reason",
     [](Context& c) {
         return boxoffice_get_call_off_reason(c.o, c.h.called_off.value, c.a.text, sizeof c.a.text, &c.a.count,
                                              &c.a.error);
     }},
    {"sweep_refunds",
     [](Context& c) { return boxoffice_sweep_refunds(c.o, c.h.called_off.value, 10, &c.a.swept, &c.a.error); }},
    {"get_sales_report",
     [](Context& c) {
         return boxoffice_get_sales_report(c.o, c.h.concert.value, &c.a.report, c.a.report_rows.data(), room_for,
                                           &c.a.count, &c.a.error);
     }},
    {"get_cash_report",
     [](Context& c) { return boxoffice_get_cash_report(c.o, 0, BOXOFFICE_NEVER, &c.a.cash, &c.a.error); }},
    {"execute",
     [](Context& c) {
         const auto command = recharge_of(c.h);
         const auto status = boxoffice_execute(c.o, &command, 1, nullptr, 0, &c.a.outcome, &c.a.error);
         return status == BOXOFFICE_OK ? c.a.outcome.status : status;
     }},
    {"submit and drive",
     [](Context& c) {
         const auto command = recharge_of(c.h);
         boxoffice_completion completion{};
         completion.context = &c.a.outcome;
         completion.tell = [](void* context, const boxoffice_outcome* outcomes, std::size_t count) {
             if (count == 1) *static_cast<boxoffice_outcome*>(context) = *outcomes;
         };
         c.a.outcome.status = BOXOFFICE_OK;
         const auto status = boxoffice_submit(c.o, &command, 1, nullptr, 0, &completion, &c.a.error);
         if (status != BOXOFFICE_OK) return status;
         const auto driven = boxoffice_drive(c.o, 0, &c.a.led, &c.a.error);
         return driven == BOXOFFICE_OK ? c.a.outcome.status : driven;
     }},
    {"tick", [](Context& c) { return boxoffice_tick(c.o, 0, &c.a.ticked, &c.a.error); }},
    {"get_stats", [](Context& c) { return boxoffice_get_stats(c.o, &c.a.stats, &c.a.error); }},
    {"get_commit_stats", [](Context& c) { return boxoffice_get_commit_stats(c.o, &c.a.commit_stats, &c.a.error); }},
    {"list_events",
     [](Context& c) { return boxoffice_list_events(c.o, 0, c.a.events.data(), room_for, &c.a.count, &c.a.error); }},
    {"audit", [](Context& c) { return boxoffice_audit(c.o, c.a.violations.data(), room_for, &c.a.count, &c.a.error); }},
};

bool is_fault(boxoffice_status status) { return status >= BOXOFFICE_STORAGE; }
bool is_due(boxoffice_status status) {
    return status == BOXOFFICE_STORAGE || status == BOXOFFICE_BUSY || status == BOXOFFICE_OUT_OF_MEMORY ||
           status == BOXOFFICE_OUTCOME_UNKNOWN;
}
std::string words(boxoffice_status status, const boxoffice_error& error) {
    return std::string{boxoffice_status_name(status)} + " (" + error.message + ")";
}

/// What is wrong; nothing: all is well.
std::string open_office(Context& context) {
    context.a.error = BOXOFFICE_ERROR_INIT;
    if (const auto status =
            boxoffice_open(context.path.data(), context.path.size(), &context.options, &context.o, &context.a.error))
        return "open: " + words(status, context.a.error);
    return {};
}

std::vector<std::int64_t> places_of(const Function& function, Context context, Fault& fault) {
    if (!open_office(context).empty()) return {0};  // the trial tells it
    const auto places = fault.places_in([&] { function.call(context); });
    boxoffice_close(&context.o);
    return places.value();
}

/// What is wrong; nothing: all is well.
std::string try_once(const Function& function, Context context, Fault& fault, std::int64_t passing) {
    if (auto wrong = open_office(context); !wrong.empty()) return wrong;
    fault.arm(passing);
    boxoffice_status status = BOXOFFICE_INTERNAL;
    bool threw = false;
    try {
        status = function.call(context);
    } catch (...) {
        threw = true;
    }
    fault.disarm();
    const bool struck = fault.struck();
    std::string wrong;
    if (threw) wrong = "it threw";
    if (!threw && !struck && status != BOXOFFICE_OK) wrong = "without a fault: " + words(status, context.a.error);
    if (!threw && is_fault(status) && !(struck && is_due(status))) wrong = words(status, context.a.error);
    context.a.error = BOXOFFICE_ERROR_INIT;
    if (const auto again = function.call(context); wrong.empty() && is_fault(again))
        wrong = "again: " + words(again, context.a.error);
    std::size_t violations = 0;
    const auto audited = boxoffice_audit(context.o, nullptr, 0, &violations, &context.a.error);
    if (wrong.empty() && (audited != BOXOFFICE_OK || violations != 0))
        wrong = "audit: " + words(audited, context.a.error);
    if (const auto closed = boxoffice_close(&context.o); wrong.empty() && closed != BOXOFFICE_OK)
        wrong = "close: " + std::string{boxoffice_status_name(closed)};
    return wrong;
}

}  // namespace

std::int64_t strike_c_functions(const CRun& run) {
    std::int64_t trials = 0;
    // The house's time stands still, so that nothing of it expires.
    std::int64_t now_us = to_us(run.now);
    boxoffice_options options = BOXOFFICE_OPTIONS_INIT;
    options.clock = {[](void* context) { return *static_cast<std::int64_t*>(context); },
                     [](void*) { return std::int64_t{0}; }, [](void*, std::int64_t) {}, &now_us};
    const auto answers = std::make_unique<Answers>();
    std::int64_t number = run.first;
    for (const auto& function : functions) {
        if (number++ % run.every != 0) continue;
        for (const auto& fault : memory_faults()) {
            const auto context = [&] {
                write_files(run.folder, run.files);
                write_files(run.folder + "-other", run.files);
                return Context{nullptr, run.house, *answers, run.folder + "/sale.db", run.folder + "-other/sale.db",
                               options};
            };
            const auto places = places_of(function, context(), *fault);
            for (auto place = run.first; place < std::ssize(places) && !run.is_over();
                 place += run.stride * fault->one_in()) {
                const auto passing = places[static_cast<std::size_t>(place)];
                ++trials;
                const auto wrong = try_once(function, context(), *fault, passing);
                if (!wrong.empty())
                    run.found(std::string{"boxoffice_"} + function.name + ", " + fault->name() + " after " +
                              std::to_string(passing) + ": " + wrong);
            }
        }
    }
    return trials;
}

}  // namespace boxoffice::reliability

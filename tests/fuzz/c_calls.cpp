/// Fuzzes the C ABI with sequences of calls: any function, any order, right arguments and wrong ones.
///
/// An input is a row of records of eight bytes, and every input is one: what is missing is 0, and 0 is the sensible
/// choice. The first opens an office, whatever its `op`.
///
///     0  op      which function (in the order of functions.hpp), or what the world does meanwhile
///     1  where   bits 0, 1: which office (3: a handle that is none); bits 2 to 4: which kind of `error`;
///                bits 5 to 7 all set: NULL for the answer
///     2  who     which of the buyers that the input has made; their token, reservation and payment go with them
///     3  to 6    arguments, a to d
///     7  spoil   0xE0 + n: the n-th id is an edge of INT64, another thing's id or invented (as d says)
///
/// What must hold, beside the sanitizers: a status is of the table, and no fault but those that were provoked; on an
/// error the outputs are zero, and the error has a message that ends; BOXOFFICE_TOO_SMALL writes no element; a handle
/// that is none gives invalid_handle; the log hears of every fault; what was submitted is told once, with an outcome a
/// command, by the close of its office at the latest. At the end every office is audited and compared
/// with what it acknowledged: each recharge, hold and payment is there, once; Σ balances = Σ recharges − Σ payments
/// + Σ refunds; each refund was told, reports agree with the ledger, counts with lists.
///
/// Nothing is left to chance: the clock is virtual and the token key given (but for the few offices opened without
/// options, which are closed at once). BOXOFFICE_FUZZ_COUNTS names a file that gets each function's calls and successes
/// at the end.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "boxoffice.h"
#include "selling.hpp"

namespace {

using namespace c_fuzz;

// ---- one input --------------------------------------------------------------------------------------------------

class Sequence : Selling {
  public:
    Sequence(const std::uint8_t* bytes, std::size_t size) : Selling(bytes, size) {}

    void run() {
        r_ = records_.next();
        open();
        for (int step = 0; step < 256 && !records_.empty(); ++step) {
            r_ = records_.next();
            const auto op = r_.op % (function_count + happening_count);
            if (op < function_count)
                call(static_cast<Function>(op));
            else
                let_happen(op - function_count);
            hear();
        }
        for (auto& office : offices_) close(office);
    }

  private:
    // ---- the functions ------------------------------------------------------------------------------------------

    void call(Function function) {
        if (sell(function)) return;
        switch (function) {
            case Function::version:
                begin(function);
                MUST(std::string_view{boxoffice_version()} == BOXOFFICE_VERSION);
                return done(function);
            case Function::abi:
                begin(function);
                MUST(boxoffice_abi() == BOXOFFICE_ABI);
                return done(function);
            case Function::status_name:
                begin(function);
                MUST(std::strlen(boxoffice_status_name(static_cast<boxoffice_status>(odd_number(r_.a)))) > 0);
                MUST(std::strlen(boxoffice_status_name(r_.a + 100)) > 0);
                return done(function);
            case Function::status_message:
                begin(function);
                MUST(std::strlen(boxoffice_status_message(static_cast<boxoffice_status>(odd_number(r_.a)))) > 0);
                MUST(std::strlen(boxoffice_status_message(r_.a + 100)) > 0);
                return done(function);
            case Function::event_name:
                begin(function);
                MUST(std::strlen(boxoffice_event_name(static_cast<std::int32_t>(odd_number(r_.a)))) > 0);
                MUST(std::strlen(boxoffice_event_name(r_.a)) > 0);
                return done(function);
            case Function::id_text: return id_text();
            case Function::id_parse: return id_parse();
            case Function::open: return open();
            case Function::close: return close_one();
            case Function::backup: return backup();
            case Function::restore: return restore();
            case Function::execute: return execute();
            case Function::submit: return submit();
            case Function::drive: return drive();
            case Function::token_text: return token_text();
            default: break;
        }
        switch (function) {
            case Function::create_user:
            case Function::create_room:
            case Function::change_room:
            case Function::create_concert:
            case Function::add_seats:
            case Function::block_seat:
            case Function::unblock_seat:
            case Function::join:
            case Function::arrive:
            case Function::leave:
            case Function::hold_seat:
            case Function::release_hold:
            case Function::recharge:
            case Function::pay:
            case Function::begin_payment:
            case Function::capture_payment:
            case Function::fail_payment:
            case Function::reconcile_payments:
            case Function::reconcile_payment:
            case Function::tick: return command(function);
            default: return query(function);
        }
    }
    static void done(Function function) { ++counts[static_cast<std::size_t>(function)].done; }

    static void paid(const Office& office, std::int64_t user, const boxoffice_paid& answer,
                     Out<boxoffice_paid_item>& items) {
        MUST(answer.balance >= 0 && answer.amount >= 0);
        MUST(answer.item_count >= 1 && answer.item_count <= BOXOFFICE_ORDER_SIZE_MAX);
        std::int64_t sum = 0;
        for (std::int64_t i = 0; !items.is_null() && i < answer.item_count; ++i)
            sum += items[static_cast<std::size_t>(i)].price;
        MUST(items.is_null() || sum == answer.amount);
        office.model->add(answer.payment, Payment{user, answer.reservation, answer.amount});
    }

    void command(Function function) {
        Buyer& who = buyer();
        const auto user = id(0, who.user);
        const auto turn = id(1, who.claims.token);
        const auto reservation = id(2, who.reservation);
        const auto payment = id(3, who.payment);
        switch (function) {
            case Function::create_user: {
                const auto text = name(r_.a);
                Out<std::int64_t> out(1, no_answer());
                if (auto* office = get(function, out, [&](auto* h, auto* o, auto* e) {
                        return boxoffice_create_user(h, text.data(), text.size(), o, e);
                    }))
                    made_user(*office, *out);
                return;
            }
            case Function::create_room: {
                const auto text = name(r_.a);
                const auto given = limits();
                Out<std::int64_t> out(1, no_answer());
                if (get(function, out, [&](auto* h, auto* o, auto* e) {
                        return boxoffice_create_room(h, text.data(), text.size(), r_.spoil == 1 ? nullptr : &given, o,
                                                     e);
                    }) != nullptr)
                    rooms_.push_back(*out);
                return;
            }
            case Function::change_room: {
                const auto given = limits();
                act(function, [&](auto* h, auto* e) {
                    return boxoffice_change_room(h, id(4, room(r_.a)), r_.spoil == 1 ? nullptr : &given, e);
                });
                return;
            }
            case Function::create_concert: {
                const auto on = date(r_.a);
                const auto title = name(r_.d < 200 ? 1 : r_.d);
                const auto seats = new_seats(static_cast<std::uint8_t>(4 + r_.b), 1, r_.c);
                Out<std::int64_t> out(1, no_answer());
                if (auto* office = get(function, out, [&](auto* h, auto* o, auto* e) {
                        return boxoffice_create_concert(h, on.data(), on.size(), title.data(), title.size(),
                                                        id(4, room(r_.who)), seats.seats.data(), seats.seats.size(), o,
                                                        e);
                    })) {
                    concerts_.push_back(*out);
                    office->model->concerts.insert(*out);
                    learn_seats(*office, *out, seats.seats.size());
                }
                return;
            }
            case Function::add_seats: {
                const auto seats = new_seats(static_cast<std::uint8_t>(1 + r_.b), r_.a, r_.c);
                const auto into = id(4, concert(r_.d));
                if (auto* office = act(function, [&](auto* h, auto* e) {
                        return boxoffice_add_seats(h, into, r_.spoil == 1 ? nullptr : seats.seats.data(),
                                                   seats.seats.size(), e);
                    }))
                    learn_seats(*office, into, seats.seats.size());
                return;
            }
            case Function::block_seat:
                act(function, [&](auto* h, auto* e) { return boxoffice_block_seat(h, id(4, seat(r_.a)), e); });
                return;
            case Function::unblock_seat:
                act(function, [&](auto* h, auto* e) { return boxoffice_unblock_seat(h, id(4, seat(r_.a)), e); });
                return;
            case Function::join: {
                Out<boxoffice_joined> out(1, no_answer());
                if (auto* office = get(function, out, [&](auto* h, auto* o, auto* e) {
                        return boxoffice_join(h, user, id(4, room(r_.a)), o, e);
                    }))
                    joined(*office, out->claims);
                return;
            }
            case Function::arrive: {
                Out<boxoffice_arrived> out(1, no_answer());
                get(function, out, [&](auto* h, auto* o, auto* e) { return boxoffice_arrive(h, user, turn, o, e); });
                return;
            }
            case Function::leave: {
                Out<std::int64_t> out(1, no_answer());
                get(function, out, [&](auto* h, auto* o, auto* e) { return boxoffice_leave(h, user, turn, o, e); });
                return;
            }
            case Function::hold_seat: {
                const auto k = key(r_.b);
                const auto wanted = id(4, seat(r_.a));
                Out<boxoffice_held> out(1, no_answer());
                if (auto* office = get(function, out, [&](auto* h, auto* o, auto* e) {
                        return boxoffice_hold_seat(h, user, turn, wanted, k.data(), k.size(), o, e);
                    })) {
                    MUST(out->seat == wanted && out->price >= 0);
                    who.reservation = out->reservation;
                    office->model->add(out->reservation, Hold{user, out->seat});
                }
                return;
            }
            case Function::release_hold:
                act(function, [&](auto* h, auto* e) { return boxoffice_release_hold(h, user, reservation, e); });
                return;
            case Function::recharge: {
                constexpr std::int64_t amounts[] = {100, 1, 1'000'000'000'000, 50, 999, 1'000, 0, -1};
                const auto amount = id(4, one_of(amounts, r_.a));
                const auto k = key(r_.b);
                Out<boxoffice_recharged> out(1, no_answer());
                if (auto* office = get(function, out, [&](auto* h, auto* o, auto* e) {
                        return boxoffice_recharge(h, user, amount, k.data(), k.size(), o, e);
                    })) {
                    MUST(out->balance > 0 && out->transfer > 0);
                    who.transfer = out->transfer;
                    office->model->add(out->transfer, Recharge{user, amount});
                }
                return;
            }
            case Function::pay: {
                const auto k = key(r_.b);
                Out<boxoffice_paid> out(1, no_answer());
                Out<boxoffice_paid_item> items(BOXOFFICE_ORDER_SIZE_MAX, r_.c % 2 == 0);
                if (auto* office = get(function, out, [&](auto* h, auto* o, auto* e) {
                        return boxoffice_pay(h, user, turn, reservation, k.data(), k.size(), o, items.get(), e);
                    })) {
                    who.payment = out->payment;
                    paid(*office, user, *out, items);
                }
                return;
            }
            case Function::begin_payment: {
                const auto k = key(r_.b);
                Out<boxoffice_payment_begun> out(1, no_answer());
                if (get(function, out, [&](auto* h, auto* o, auto* e) {
                        return boxoffice_begin_payment(h, user, turn, reservation, k.data(), k.size(), o, e);
                    }) != nullptr)
                    who.payment = out->payment;
                return;
            }
            case Function::capture_payment: {
                const auto k = key(r_.b);
                const auto t = r_.a == 0 ? In{} : name(r_.a);
                Out<boxoffice_paid> out(1, no_answer());
                Out<boxoffice_paid_item> items(BOXOFFICE_ORDER_SIZE_MAX, r_.c % 2 == 0);
                if (auto* office = get(function, out, [&](auto* h, auto* o, auto* e) {
                        return boxoffice_capture_payment(h, user, turn, reservation, payment, t.data(), t.size(),
                                                         k.data(), k.size(), o, items.get(), e);
                    }))
                    paid(*office, user, *out, items);
                return;
            }
            case Function::fail_payment: {
                const auto t = r_.a == 0 ? In{} : name(r_.a);
                act(function, [&](auto* h, auto* e) {
                    return boxoffice_fail_payment(h, user, reservation, payment, t.data(), t.size(), e);
                });
                return;
            }
            case Function::reconcile_payments: {
                Out<boxoffice_reconciled> out(1, no_answer());
                const auto limit = r_.a == 0 ? 1'000 : odd_number(r_.a);
                get(function, out, [&](auto* h, auto* o, auto* e) {
                    return boxoffice_reconcile_payments(h, limit, id(4, r_.b), o, e);
                });
                return;
            }
            case Function::reconcile_payment: {
                const auto t = r_.a == 0 ? In{} : name(r_.a);
                act(function,
                    [&](auto* h, auto* e) { return boxoffice_reconcile_payment(h, payment, t.data(), t.size(), e); });
                return;
            }
            default: {
                Out<boxoffice_ticked> out(1, no_answer());
                const auto consumed = id(4, r_.a);
                if (auto* office = get(function, out,
                                       [&](auto* h, auto* o, auto* e) { return boxoffice_tick(h, consumed, o, e); }))
                    office->model->is_pruned |= consumed > 0;
                return;
            }
        }
    }

    void query(Function function) {
        const Buyer& who = buyer();
        const auto user = id(0, who.user);
        const bool no = no_answer();
        const auto n = capacity(r_.b);
        switch (function) {
            case Function::now: {
                Out<std::int64_t> out(1, no);
                get(function, out, [](auto* h, auto* o, auto* e) { return boxoffice_now(h, o, e); });
                return;
            }
            case Function::find_user: {
                const auto text = name(r_.a);
                Out<std::int64_t> out(1, no);
                get(function, out,
                    [&](auto* h, auto* o, auto* e) { return boxoffice_find_user(h, text.data(), text.size(), o, e); });
                return;
            }
            case Function::find_room: {
                const auto text = r_.a == 0 ? In{"main"} : name(r_.a);
                Out<boxoffice_room> out(1, no);
                get(function, out,
                    [&](auto* h, auto* o, auto* e) { return boxoffice_find_room(h, text.data(), text.size(), o, e); });
                return;
            }
            case Function::find_concert: {
                const auto on = date(r_.a);
                Out<boxoffice_concert> out(1, no);
                get(function, out,
                    [&](auto* h, auto* o, auto* e) { return boxoffice_find_concert(h, on.data(), on.size(), o, e); });
                return;
            }
            case Function::get_concert: {
                Out<boxoffice_concert> out(1, no);
                get(function, out,
                    [&](auto* h, auto* o, auto* e) { return boxoffice_get_concert(h, id(4, concert(r_.a)), o, e); });
                return;
            }
            case Function::list_concerts: {
                const auto from = date(r_.a);
                Out<boxoffice_concert> out(n);
                list(function, out, n, [&](auto* h, auto* o, auto most, auto* c, auto* e) {
                    return boxoffice_list_concerts(h, from.data(), from.size(), o, most, c, e);
                });
                return;
            }
            case Function::list_dates: {
                const auto from = date(r_.a);
                Out<boxoffice_date> out(n);
                list(function, out, n, [&](auto* h, auto* o, auto most, auto* c, auto* e) {
                    return boxoffice_list_dates(h, from.data(), from.size(), o, most, c, e);
                });
                return;
            }
            case Function::list_available_seats: {
                Out<boxoffice_seat> out(n);
                list(function, out, n, [&](auto* h, auto* o, auto most, auto* c, auto* e) {
                    return boxoffice_list_available_seats(h, id(4, concert(r_.a)), o, most, c, e);
                });
                return;
            }
            case Function::list_seats: {
                Out<boxoffice_seat> out(n);
                list(function, out, n, [&](auto* h, auto* o, auto most, auto* c, auto* e) {
                    return boxoffice_list_seats(h, id(4, concert(r_.a)), user, o, most, c, e);
                });
                return;
            }
            case Function::list_seats_since: {
                Out<boxoffice_seat> out(n);
                Out<boxoffice_seat_changes> changes(1, no);
                const auto since = r_.b < 0xC0 ? In{seats_version_} : name(r_.b);
                list(function, out, n, [&](auto* h, auto* o, auto most, auto* c, auto* e) {
                    const auto status = boxoffice_list_seats_since(h, id(4, concert(r_.a)), user, since.data(),
                                                                   since.size(), changes.get(), o, most, c, e);
                    if (status == BOXOFFICE_OK)
                        seats_version_ = changes->version;
                    else
                        MUST(changes.is_null() || changes.all(0));
                    return status;
                });
                return;
            }
            case Function::find_seat: {
                const auto number = name(static_cast<std::uint8_t>(r_.b + 1));
                Out<boxoffice_seat> out(1, no);
                get(function, out, [&](auto* h, auto* o, auto* e) {
                    return boxoffice_find_seat(h, id(4, concert(r_.a)), number.data(), number.size(), user, o, e);
                });
                return;
            }
            case Function::count_seats: {
                Out<boxoffice_seat_counts> out(1, no);
                get(function, out,
                    [&](auto* h, auto* o, auto* e) { return boxoffice_count_seats(h, id(4, concert(r_.a)), o, e); });
                return;
            }
            case Function::authenticate: {
                const auto text = token();
                Out<boxoffice_claims> out(1, no);
                get(function, out, [&](auto* h, auto* o, auto* e) {
                    return boxoffice_authenticate(h, text.data(), text.size(), o, e);
                });
                return;
            }
            case Function::peek: {
                const auto text = token();
                Out<boxoffice_peeked> out(1, no);
                get(function, out,
                    [&](auto* h, auto* o, auto* e) { return boxoffice_peek(h, text.data(), text.size(), o, e); });
                return;
            }
            case Function::await_turn: {
                const auto text = token();
                constexpr std::int32_t attempts[] = {1, 2, 3, 0, -1, INT32_MIN, 5, 17};
                constexpr std::int64_t intervals[] = {0, 1, second, 60 * second, day, INT64_MAX, -1, INT64_MIN};
                Out<boxoffice_peeked> out(1, no);
                get(function, out, [&](auto* h, auto* o, auto* e) {
                    return boxoffice_await_turn(h, text.data(), text.size(), one_of(attempts, r_.a),
                                                one_of(intervals, r_.b), o, e);
                });
                return;
            }
            case Function::get_reservation: {
                Out<boxoffice_reservation> out(1, no);
                get(function, out, [&](auto* h, auto* o, auto* e) {
                    return boxoffice_get_reservation(h, user, id(2, who.reservation), o, e);
                });
                return;
            }
            case Function::list_reservations: {
                Out<boxoffice_reservation> out(n);
                list(function, out, n, [&](auto* h, auto* o, auto most, auto* c, auto* e) {
                    return boxoffice_list_reservations(h, user, id(4, r_.a == 0 ? 0 : who.reservation), o, most, c, e);
                });
                return;
            }
            case Function::balance: {
                Out<std::int64_t> out(1, no);
                get(function, out, [&](auto* h, auto* o, auto* e) { return boxoffice_balance(h, user, o, e); });
                return;
            }
            case Function::list_transfers: {
                Out<boxoffice_transfer> out(n);
                list(function, out, n, [&](auto* h, auto* o, auto most, auto* c, auto* e) {
                    return boxoffice_list_transfers(h, user, id(4, r_.a == 0 ? 0 : who.transfer), o, most, c, e);
                });
                return;
            }
            case Function::get_payment: {
                Out<boxoffice_payment> out(1, no);
                get(function, out, [&](auto* h, auto* o, auto* e) {
                    return boxoffice_get_payment(h, user, id(3, who.payment), o, e);
                });
                return;
            }
            case Function::list_unreconciled_payments: {
                Out<boxoffice_payment> out(n);
                list(function, out, n, [&](auto* h, auto* o, auto most, auto* c, auto* e) {
                    return boxoffice_list_unreconciled_payments(h, id(4, r_.a == 0 ? 0 : who.payment), o, most, c, e);
                });
                return;
            }
            case Function::get_stats: {
                Out<boxoffice_stats> out(1, no);
                get(function, out, [](auto* h, auto* o, auto* e) { return boxoffice_get_stats(h, o, e); });
                return;
            }
            case Function::get_commit_stats: {
                Out<boxoffice_commit_stats> out(1, no);
                get(function, out, [](auto* h, auto* o, auto* e) { return boxoffice_get_commit_stats(h, o, e); });
                return;
            }
            case Function::list_events: {
                Out<boxoffice_event> out(n);
                list(function, out, n, [&](auto* h, auto* o, auto most, auto* c, auto* e) {
                    return boxoffice_list_events(h, id(4, r_.a), o, most, c, e);
                });
                return;
            }
            default: {
                Out<boxoffice_violation> out(n);
                list(
                    Function::audit, out, n,
                    [](auto* h, auto* o, auto most, auto* c, auto* e) { return boxoffice_audit(h, o, most, c, e); },
                    true);
                return;
            }
        }
    }
};

void at_the_end() {
    directory().remove();
    const char* const path = std::getenv("BOXOFFICE_FUZZ_COUNTS");
    std::FILE* const file = path == nullptr ? nullptr : std::fopen(path, "w");
    if (file == nullptr) return;
    for (std::size_t i = 0; i < function_count; ++i)
        std::fprintf(file, "%s %lld %lld\n", function_names[i], static_cast<long long>(counts[i].calls),
                     static_cast<long long>(counts[i].done));
    std::fclose(file);
}

}  // namespace

/// Short stacks and a small quarantine: an office makes and frees thousands of small things.
extern "C" const char* __asan_default_options();  // NOLINT: the sanitizer's name
extern "C" const char* __asan_default_options() { return "malloc_context_size=6:quarantine_size_mb=8"; }

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    (void)directory();
    return std::atexit(at_the_end);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    Sequence(bytes, size).run();
    return 0;
}

/// A store that fails and throws, behind the C ABI: every function answers with the fault, its outputs are zero,
/// nothing thrown comes out, and once the store is well again so is the office.

#include <array>
#include <cstring>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "registry.hpp"
#include "support/allocation_faults.hpp"
#include "support/catch.hpp"
#include "support/faulty_store.hpp"
#include "support/office.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

using Call = std::function<boxoffice_status(boxoffice_office*, boxoffice_error*)>;

/// A function, its call with arguments that are right, and where a fault of the store can strike it.
struct Named {
    std::string name;
    std::vector<FaultPoint> points;
    Call call;
};

template <class T>
bool is_all(const T& value, unsigned char byte) {
    const auto bytes = std::as_bytes(std::span{&value, 1});
    return std::all_of(bytes.begin(), bytes.end(), [&](std::byte b) { return b == std::byte{byte}; });
}

/// How many allocations of the function itself pass before one fails; below 0: none does.
std::int64_t allocations_passing = -1;
bool has_failed_an_allocation = false;

/// What a function answers, out of memory where that is planned: what looks at it afterwards is not.
template <class Work>
boxoffice_status answer_of(Work work) {
    if (allocations_passing < 0) return work();
    const AllocationFaults faults{allocations_passing, 1};
    const auto status = work();
    has_failed_an_allocation = faults.struck();
    return status;
}

/// A payment with what it was for, which is zero when there is an error.
template <class Work>
boxoffice_status with_items(Work work) {
    std::array<boxoffice_paid_item, BOXOFFICE_ORDER_SIZE_MAX> items;
    std::memset(items.data(), 0x5A, sizeof items);
    const auto status = answer_of([&] { return work(items.data()); });
    CHECK((status == BOXOFFICE_OK ? items[0].reservation != 0 : is_all(items[0], 0)));
    CHECK(is_all(items.back(), 0));
    return status;
}

/// A call with one answer, which is zero when there is an error.
template <class T, class Work>
Call answering(Work work) {
    return [work](boxoffice_office* office, boxoffice_error* error) {
        T out;
        std::memset(static_cast<void*>(&out), 0x5A, sizeof out);
        const auto status = answer_of([&] { return work(office, &out, error); });
        CHECK((status == BOXOFFICE_OK || is_all(out, 0)));
        return status;
    };
}

/// A call that answers nothing but how it went.
template <class Work>
Call telling(Work work) {
    return [work](boxoffice_office* office, boxoffice_error* error) {
        return answer_of([&] { return work(office, error); });
    };
}

/// A call with a list: on an error it has no elements, and none was written.
template <class T, class Work>
Call listing(Work work) {
    return [work](boxoffice_office* office, boxoffice_error* error) {
        std::array<T, 16> out;
        std::memset(static_cast<void*>(&out), 0x5A, sizeof out);
        std::size_t count = 7;
        const auto status = answer_of([&] { return work(office, out.data(), out.size(), &count, error); });
        CHECK((status == BOXOFFICE_OK || count == 0));
        // Out of memory it may be found in the midst of them: there are none all the same.
        CHECK((status == BOXOFFICE_OK || has_failed_an_allocation || is_all(out, 0x5A)));
        return status;
    };
}

struct Log {
    int lines = 0;
    boxoffice_status last = BOXOFFICE_OK;
};

void write_log(void* context, boxoffice_status status, const char*) {
    auto* const log = static_cast<Log*>(context);
    ++log->lines;
    log->last = status;
}

/// A buyer as C sees them.
struct Guest {
    std::int64_t user = 0;
    std::int64_t token = 0;
    std::int64_t reservation = 0;
    std::int64_t payment = 0;
    std::string text;
};

/// A C office over a faulty store in memory, with buyers at every stage.
class FaultyOffice {
  public:
    FaultyOffice() {
        Options options;
        options.token_keys.push_back({1, {1, 2, 3}});
        options.main_room.active_capacity = 5;
        Ports ports;
        ports.clock = clock;
        auto entry = std::make_unique<capi::OpenOffice>();
        entry->office = must(BoxOffice::open(std::make_unique<FaultyStore>(std::make_unique<MemoryStore>(), faults),
                                             std::move(options), std::move(ports)),
                             "open");
        main_room = entry->office->main_room().value;
        entry->log = {write_log, &log};
        handle = must(capi::registry().add(std::move(entry)), "register");

        std::array<boxoffice_new_seat, 6> seats{};
        for (std::size_t i = 0; i < seats.size(); ++i) {
            seats[i].number = &"123456"[i];
            seats[i].number_length = 1;
            seats[i].price = 100;
        }
        REQUIRE(boxoffice_create_concert(handle, "2030-01-01", 10, "x", 1, main_room, seats.data(), seats.size(),
                                         &concert, nullptr) == BOXOFFICE_OK);
        std::array<boxoffice_seat, 6> listed{};
        std::size_t count = 0;
        REQUIRE(boxoffice_list_seats(handle, concert, 0, listed.data(), listed.size(), &count, nullptr) ==
                BOXOFFICE_OK);
        for (const auto& seat : listed) seat_ids.push_back(seat.id);
        REQUIRE(boxoffice_create_concert(handle, "2030-01-03", 10, "x", 1, main_room, nullptr, 0, &unsold, nullptr) ==
                BOXOFFICE_OK);
        owner = guest("owner");
        off = sold_and_called_off();
        owner = buy(owner, concert, seat_ids[5]);
        fresh = guest("fresh");
        chooser = guest("chooser");
        REQUIRE(boxoffice_arrive(handle, chooser.user, chooser.token, &claimed, nullptr) == BOXOFFICE_OK);
        holder = guest("holder");
        hold(holder, seat_ids[0]);
        payer = guest("payer");
        hold(payer, seat_ids[1]);
        boxoffice_payment_begun begun{};
        REQUIRE(boxoffice_begin_payment(handle, payer.user, payer.token, payer.reservation, nullptr, 0, &begun,
                                        nullptr) == BOXOFFICE_OK);
        payer.payment = begun.payment;
        loser = guest("loser");
        hold(loser, seat_ids[4]);
        REQUIRE(boxoffice_begin_payment(handle, loser.user, loser.token, loser.reservation, nullptr, 0, &begun,
                                        nullptr) == BOXOFFICE_OK);
        loser.payment = begun.payment;
        REQUIRE(boxoffice_fail_payment(handle, loser.user, loser.reservation, loser.payment, "t", 1, nullptr) ==
                BOXOFFICE_OK);
    }
    ~FaultyOffice() { (void)boxoffice_close(&handle); }
    FaultyOffice(const FaultyOffice&) = delete;
    FaultyOffice& operator=(const FaultyOffice&) = delete;

    /// Who has paid that seat, under terms that give all of it back.
    Guest buy(Guest it, std::int64_t into, std::int64_t seat) {
        boxoffice_terms terms = BOXOFFICE_TERMS_INIT;
        terms.refund_step_count = 1;
        terms.refund_steps[0] = {BOXOFFICE_NEVER, 1'000, {}};
        REQUIRE(boxoffice_change_sale(handle, into, &terms, 1, nullptr, nullptr) == BOXOFFICE_OK);
        boxoffice_joined joined{};
        boxoffice_paid paid{};
        REQUIRE(boxoffice_join(handle, it.user, main_room, &joined, nullptr) == BOXOFFICE_OK);
        it.token = joined.claims.token;
        hold(it, seat);
        REQUIRE(boxoffice_pay(handle, it.user, it.token, it.reservation, nullptr, 0, &paid, nullptr, nullptr) ==
                BOXOFFICE_OK);
        it.payment = paid.payment;
        return it;
    }
    /// A concert that will not take place, with a sale to be given back.
    std::int64_t sold_and_called_off() {
        std::int64_t into = 0;
        boxoffice_new_seat seat{};
        seat.number = "1";
        seat.number_length = 1;
        seat.price = 100;
        REQUIRE(boxoffice_create_concert(handle, "2030-01-03", 10, "z", 1, main_room, &seat, 1, &into, nullptr) ==
                BOXOFFICE_OK);
        boxoffice_seat found{};
        REQUIRE(boxoffice_find_seat(handle, into, "1", 1, 0, &found, nullptr) == BOXOFFICE_OK);
        (void)buy(owner, into, found.id);
        REQUIRE(boxoffice_call_off(handle, into, "storm", 5, nullptr, nullptr) == BOXOFFICE_OK);
        return into;
    }

    Guest guest(const std::string& name) {
        Guest it;
        boxoffice_joined joined{};
        boxoffice_recharged recharged{};
        std::array<char, BOXOFFICE_TOKEN_TEXT_SIZE> text{};
        REQUIRE(boxoffice_create_user(handle, name.data(), name.size(), &it.user, nullptr) == BOXOFFICE_OK);
        REQUIRE(boxoffice_recharge(handle, it.user, 500, nullptr, 0, &recharged, nullptr) == BOXOFFICE_OK);
        REQUIRE(boxoffice_join(handle, it.user, main_room, &joined, nullptr) == BOXOFFICE_OK);
        REQUIRE(boxoffice_token_text(handle, &joined.claims, text.data(), nullptr) == BOXOFFICE_OK);
        it.token = joined.claims.token;
        it.text = text.data();
        return it;
    }
    void hold(Guest& it, std::int64_t seat) {
        boxoffice_held held{};
        REQUIRE(boxoffice_hold_seat(handle, it.user, it.token, seat, nullptr, 0, &held, nullptr) == BOXOFFICE_OK);
        it.reservation = held.reservation;
    }
    std::size_t violations() {
        std::size_t count = 99;
        REQUIRE(boxoffice_audit(handle, nullptr, 0, &count, nullptr) == BOXOFFICE_OK);
        return count;
    }

    std::shared_ptr<Faults> faults = std::make_shared<Faults>();
    std::shared_ptr<VirtualClock> clock = std::make_shared<VirtualClock>(opening);
    Log log;
    boxoffice_office* handle = nullptr;
    std::int64_t main_room = 0;
    std::int64_t concert = 0;
    std::int64_t off = 0;     // was called off, and not swept
    std::int64_t unsold = 0;  // nothing of it was ever held
    std::vector<std::int64_t> seat_ids;
    boxoffice_arrived claimed{};
    Guest owner;    // has paid
    Guest fresh;    // admitted, not shown up
    Guest chooser;  // shown up
    Guest holder;   // holds a seat
    Guest payer;    // has a payment under way
    Guest loser;    // has one that failed and is not reconciled
};

/// Every function of an office that asks its store (test_library.py compares with the list of exports: the others are
/// abi, version, open, close, now, token_text, authenticate and those without an office). Under a fault a call does
/// nothing, so that the same office serves them all.
std::vector<Named> every_function(const FaultyOffice& it) {
    const std::vector<FaultPoint> writes{FaultPoint::begin, FaultPoint::load, FaultPoint::before_commit};
    const std::vector<FaultPoint> reads{FaultPoint::read, FaultPoint::view_load};
    const std::vector<FaultPoint> looks{FaultPoint::read, FaultPoint::view_load, FaultPoint::begin,
                                        FaultPoint::before_commit};
    static const boxoffice_room_limits limits = BOXOFFICE_ROOM_LIMITS_INIT;
    static const boxoffice_new_seat seat{"9", 1, nullptr, 0, nullptr, 0, 5, 0, 0, nullptr, 0, 0, 0, nullptr, 0, {}};
    static const boxoffice_terms terms = BOXOFFICE_TERMS_INIT;
    static const boxoffice_new_price price{"best", 4, 0, 80, {}};
    return {
        {"create_user", writes, answering<std::int64_t>([](auto* o, auto* out, auto* e) {
             return boxoffice_create_user(o, "new", 3, out, e);
         })},
        {"find_user", reads, answering<std::int64_t>([](auto* o, auto* out, auto* e) {
             return boxoffice_find_user(o, "fresh", 5, out, e);
         })},
        {"create_room", writes, answering<std::int64_t>([](auto* o, auto* out, auto* e) {
             return boxoffice_create_room(o, "new", 3, &limits, out, e);
         })},
        {"change_room", writes,
         telling([&it](auto* o, auto* e) { return boxoffice_change_room(o, it.main_room, &limits, e); })},
        {"find_room", reads, answering<boxoffice_room>([](auto* o, auto* out, auto* e) {
             return boxoffice_find_room(o, "main", 4, out, e);
         })},
        {"create_concert", writes, answering<std::int64_t>([&it](auto* o, auto* out, auto* e) {
             return boxoffice_create_concert(o, "2030-01-02", 10, "y", 1, it.main_room, &seat, 1, out, e);
         })},
        {"add_seats", writes,
         telling([&it](auto* o, auto* e) { return boxoffice_add_seats(o, it.concert, &seat, 1, e); })},
        {"block_seat", writes, telling([&it](auto* o, auto* e) { return boxoffice_block_seat(o, it.seat_ids[2], e); })},
        {"unblock_seat", {FaultPoint::begin, FaultPoint::load}, telling([&it](auto* o, auto* e) {
             return boxoffice_unblock_seat(o, it.seat_ids[2], e);
         })},
        {"find_concert", reads, answering<boxoffice_concert>([](auto* o, auto* out, auto* e) {
             return boxoffice_find_concert(o, "2030-01-01", 10, out, e);
         })},
        {"get_concert", reads, answering<boxoffice_concert>([&it](auto* o, auto* out, auto* e) {
             return boxoffice_get_concert(o, it.concert, out, e);
         })},
        {"list_concerts", reads, listing<boxoffice_concert>([](auto* o, auto* out, auto most, auto* count, auto* e) {
             return boxoffice_list_concerts(o, "2030-01-01", 10, out, most, count, e);
         })},
        {"list_dates", reads, listing<boxoffice_date>([](auto* o, auto* out, auto most, auto* count, auto* e) {
             return boxoffice_list_dates(o, "2030-01-01", 10, out, most, count, e);
         })},
        {"list_available_seats",
         {FaultPoint::version},
         listing<boxoffice_seat>([&it](auto* o, auto* out, auto most, auto* count, auto* e) {
             return boxoffice_list_available_seats(o, it.concert, out, most, count, e);
         })},
        {"list_seats", reads, listing<boxoffice_seat>([&it](auto* o, auto* out, auto most, auto* count, auto* e) {
             return boxoffice_list_seats(o, it.concert, it.holder.user, out, most, count, e);
         })},
        {"list_seats_since",
         {FaultPoint::version},
         listing<boxoffice_seat>([&it](auto* o, auto* out, auto most, auto* count, auto* e) {
             boxoffice_seat_changes changes{};
             const auto status = boxoffice_list_seats_since(o, it.concert, 0, "", 0, &changes, out, most, count, e);
             CHECK((status == BOXOFFICE_OK || is_all(changes, 0)));
             return status;
         })},
        {"find_seat", reads, answering<boxoffice_seat>([&it](auto* o, auto* out, auto* e) {
             return boxoffice_find_seat(o, it.concert, "1", 1, it.holder.user, out, e);
         })},
        {"count_seats", reads, answering<boxoffice_seat_counts>([&it](auto* o, auto* out, auto* e) {
             return boxoffice_count_seats(o, it.concert, out, e);
         })},
        {"join", {FaultPoint::begin, FaultPoint::load}, answering<boxoffice_joined>([&it](auto* o, auto* out, auto* e) {
             return boxoffice_join(o, it.holder.user, it.main_room, out, e);
         })},
        {"peek", looks, answering<boxoffice_peeked>([&it](auto* o, auto* out, auto* e) {
             return boxoffice_peek(o, it.fresh.text.data(), it.fresh.text.size(), out, e);
         })},
        {"await_turn", looks, answering<boxoffice_peeked>([&it](auto* o, auto* out, auto* e) {
             return boxoffice_await_turn(o, it.fresh.text.data(), it.fresh.text.size(), 2, 0, out, e);
         })},
        {"arrive", writes, answering<boxoffice_arrived>([&it](auto* o, auto* out, auto* e) {
             return boxoffice_arrive(o, it.fresh.user, it.fresh.token, out, e);
         })},
        {"leave", writes, answering<std::int64_t>([&it](auto* o, auto* out, auto* e) {
             return boxoffice_leave(o, it.fresh.user, it.fresh.token, out, e);
         })},
        {"hold_seat", writes, answering<boxoffice_held>([&it](auto* o, auto* out, auto* e) {
             return boxoffice_hold_seat(o, it.chooser.user, it.chooser.token, it.seat_ids[3], "k", 1, out, e);
         })},
        {"release_hold", writes, telling([&it](auto* o, auto* e) {
             return boxoffice_release_hold(o, it.holder.user, it.holder.reservation, e);
         })},
        {"get_reservation", reads, answering<boxoffice_reservation>([&it](auto* o, auto* out, auto* e) {
             return boxoffice_get_reservation(o, it.holder.user, it.holder.reservation, out, e);
         })},
        {"list_reservations", reads,
         listing<boxoffice_reservation>([&it](auto* o, auto* out, auto most, auto* count, auto* e) {
             return boxoffice_list_reservations(o, it.holder.user, 0, out, most, count, e);
         })},
        {"hold_seats", writes, answering<boxoffice_held_order>([&it](auto* o, auto* out, auto* e) {
             const boxoffice_order_item item{it.seat_ids[3], 0, {}};
             boxoffice_held_item held;
             std::memset(&held, 0x5A, sizeof held);
             const auto status = boxoffice_hold_seats(o, it.chooser.user, it.chooser.token, it.concert, &item, 1,
                                                      nullptr, "k", 1, out, &held, e);
             CHECK((status == BOXOFFICE_OK || is_all(held, 0)));
             return status;
         })},
        {"release_order", writes, answering<std::int64_t>([&it](auto* o, auto* out, auto* e) {
             return boxoffice_release_order(o, it.holder.user, it.holder.reservation, out, e);
         })},
        {"get_order", reads, listing<boxoffice_reservation>([&it](auto* o, auto* out, auto most, auto* count, auto* e) {
             boxoffice_order order{};
             const auto status =
                 boxoffice_get_order(o, it.holder.user, it.holder.reservation, &order, out, most, count, e);
             CHECK((status == BOXOFFICE_OK || is_all(order, 0)));
             return status;
         })},
        {"change_concert", writes, answering<std::int64_t>([&it](auto* o, auto* out, auto* e) {
             return boxoffice_change_concert(o, it.concert, "2030-01-04", 10, "y", 1, BOXOFFICE_NEVER, 0, 0, 1, out, e);
         })},
        {"delete_concert", writes,
         telling([&it](auto* o, auto* e) { return boxoffice_delete_concert(o, it.unsold, 1, e); })},
        {"get_sale", reads, answering<boxoffice_sale>([&it](auto* o, auto* out, auto* e) {
             return boxoffice_get_sale(o, it.concert, out, e);
         })},
        {"change_sale", writes, answering<std::int64_t>([&it](auto* o, auto* out, auto* e) {
             return boxoffice_change_sale(o, it.concert, &terms, 2, out, e);
         })},
        {"set_tariff", writes, answering<std::int64_t>([&it](auto* o, auto* out, auto* e) {
             return boxoffice_set_tariff(o, it.concert, &price, 1, 2, out, e);
         })},
        {"list_tariff", reads, listing<boxoffice_price>([&it](auto* o, auto* out, auto most, auto* count, auto* e) {
             return boxoffice_list_tariff(o, it.concert, out, most, count, e);
         })},
        {"create_type", writes, answering<std::int64_t>([&it](auto* o, auto* out, auto* e) {
             return boxoffice_create_type(o, it.concert, "full", 4, 0, 0, out, e);
         })},
        {"list_types", reads,
         listing<boxoffice_ticket_type>([&it](auto* o, auto* out, auto most, auto* count, auto* e) {
             return boxoffice_list_types(o, it.concert, out, most, count, e);
         })},
        {"cancel", writes, answering<boxoffice_cancelled>([&it](auto* o, auto* out, auto* e) {
             boxoffice_cancelled_item item;
             std::memset(&item, 0x5A, sizeof item);
             const auto status = boxoffice_cancel(o, it.owner.user, &it.owner.reservation, 1, "k", 1, out, &item, e);
             CHECK((status == BOXOFFICE_OK || is_all(item, 0)));
             return status;
         })},
        {"refund", writes, answering<boxoffice_refunded>([&it](auto* o, auto* out, auto* e) {
             return boxoffice_refund(o, it.owner.reservation, 5, 1, "draught", 7, "k", 1, out, e);
         })},
        {"call_off", writes, answering<std::int64_t>([&it](auto* o, auto* out, auto* e) {
             return boxoffice_call_off(o, it.concert, "flood", 5, out, e);
         })},
        {"get_call_off_reason", reads, answering<std::array<char, 16>>([&it](auto* o, auto* out, auto* e) {
             std::size_t size = 7;
             out->fill(0);
             const auto status = boxoffice_get_call_off_reason(o, it.off, out->data(), out->size(), &size, e);
             CHECK(size == (status == BOXOFFICE_OK ? 6 : 0));
             return status;
         })},
        {"sweep_refunds", writes, answering<boxoffice_swept>([&it](auto* o, auto* out, auto* e) {
             return boxoffice_sweep_refunds(o, it.off, 10, out, e);
         })},
        {"get_sales_report", reads,
         listing<boxoffice_sales_row>([&it](auto* o, auto* out, auto most, auto* count, auto* e) {
             boxoffice_sales_report report{};
             const auto status = boxoffice_get_sales_report(o, it.concert, &report, out, most, count, e);
             CHECK((status == BOXOFFICE_OK || is_all(report, 0)));
             return status;
         })},
        {"get_cash_report", reads, answering<boxoffice_cash_report>([](auto* o, auto* out, auto* e) {
             return boxoffice_get_cash_report(o, 0, INT64_MAX, out, e);
         })},
        {"recharge", writes, answering<boxoffice_recharged>([&it](auto* o, auto* out, auto* e) {
             return boxoffice_recharge(o, it.fresh.user, 5, "k", 1, out, e);
         })},
        {"balance", reads, answering<std::int64_t>([&it](auto* o, auto* out, auto* e) {
             return boxoffice_balance(o, it.holder.user, out, e);
         })},
        {"list_transfers", reads,
         listing<boxoffice_transfer>([&it](auto* o, auto* out, auto most, auto* count, auto* e) {
             return boxoffice_list_transfers(o, it.holder.user, 0, out, most, count, e);
         })},
        {"pay", writes, answering<boxoffice_paid>([&it](auto* o, auto* out, auto* e) {
             return with_items([&](auto* items) {
                 return boxoffice_pay(o, it.holder.user, it.holder.token, it.holder.reservation, "k", 1, out, items, e);
             });
         })},
        {"begin_payment", writes, answering<boxoffice_payment_begun>([&it](auto* o, auto* out, auto* e) {
             return boxoffice_begin_payment(o, it.holder.user, it.holder.token, it.holder.reservation, "k", 1, out, e);
         })},
        {"capture_payment", writes, answering<boxoffice_paid>([&it](auto* o, auto* out, auto* e) {
             const auto& p = it.payer;
             return with_items([&](auto* items) {
                 return boxoffice_capture_payment(o, p.user, p.token, p.reservation, p.payment, "t", 1, "k", 1, out,
                                                  items, e);
             });
         })},
        {"fail_payment", writes, telling([&it](auto* o, auto* e) {
             return boxoffice_fail_payment(o, it.payer.user, it.payer.reservation, it.payer.payment, "t", 1, e);
         })},
        {"get_payment", reads, answering<boxoffice_payment>([&it](auto* o, auto* out, auto* e) {
             return boxoffice_get_payment(o, it.payer.user, it.payer.payment, out, e);
         })},
        {"list_unreconciled_payments", reads,
         listing<boxoffice_payment>([](auto* o, auto* out, auto most, auto* count, auto* e) {
             return boxoffice_list_unreconciled_payments(o, 0, out, most, count, e);
         })},
        {"reconcile_payments", reads, answering<boxoffice_reconciled>([](auto* o, auto* out, auto* e) {
             return boxoffice_reconcile_payments(o, 9, 0, out, e);
         })},
        {"reconcile_payment", writes,
         telling([&it](auto* o, auto* e) { return boxoffice_reconcile_payment(o, it.loser.payment, "t", 1, e); })},
        {"execute", writes, answering<boxoffice_outcome>([&it](auto* o, auto* out, auto* e) {
             boxoffice_command command{};
             command.kind = BOXOFFICE_COMMAND_RECHARGE;
             command.user = it.fresh.user;
             command.amount = 5;
             return boxoffice_execute(o, &command, 1, nullptr, 0, out, e);
         })},
        // With events to prune: one with nothing to do does not commit.
        {"tick", writes,
         answering<boxoffice_ticked>([](auto* o, auto* out, auto* e) { return boxoffice_tick(o, INT64_MAX, out, e); })},
        {"get_stats", reads,
         answering<boxoffice_stats>([](auto* o, auto* out, auto* e) { return boxoffice_get_stats(o, out, e); })},
        {"list_events", reads, listing<boxoffice_event>([](auto* o, auto* out, auto, auto* count, auto* e) {
             return boxoffice_list_events(o, 10, out, 4, count, e);
         })},
        {"audit", reads, listing<boxoffice_violation>([](auto* o, auto* out, auto most, auto* count, auto* e) {
             return boxoffice_audit(o, out, most, count, e);
         })},
        {"backup", {FaultPoint::backup}, telling([](auto* o, auto* e) {
             return boxoffice_backup(o, "/none", 5, 0, e);
         })},
    };
}

struct Fault {
    FaultKind kind;
    boxoffice_status status;
};
/// How often it must strike for the call to fail: a commit that was certainly not written is decided anew, three times.
constexpr std::int64_t strikes(FaultPoint point, FaultKind kind) {
    return point == FaultPoint::before_commit && kind == FaultKind::busy ? 4 : 1;
}
constexpr std::array<Fault, 6> every_fault{{{FaultKind::storage, BOXOFFICE_STORAGE},
                                            {FaultKind::busy, BOXOFFICE_BUSY},
                                            {FaultKind::out_of_memory, BOXOFFICE_OUT_OF_MEMORY},
                                            {FaultKind::bad_alloc, BOXOFFICE_OUT_OF_MEMORY},
                                            {FaultKind::runtime_error, BOXOFFICE_INTERNAL},
                                            {FaultKind::thrown_number, BOXOFFICE_INTERNAL}}};

}  // namespace

TEST_CASE("a store that fails or throws is a fault of every C function, and nothing comes out but that") {
    FaultyOffice it;
    for (const auto& [name, points, call] : every_function(it))
        for (const auto point : points)
            for (const auto& [kind, status] : every_fault) {
                CAPTURE(name, static_cast<int>(point), static_cast<int>(kind));
                it.log = {};
                const auto struck = it.faults->struck();
                it.faults->plan(point, kind, strikes(point, kind));
                boxoffice_error error = BOXOFFICE_ERROR_INIT;
                CHECK(call(it.handle, &error) == status);
                CHECK(error.code == status);
                CHECK(std::strlen(error.message) > 0);
                CHECK(it.faults->struck() == struck + strikes(point, kind));
                CHECK(it.log.lines == 1);
                CHECK(it.log.last == status);
                it.faults->clear();
            }
    CHECK(it.violations() == 0);

    // The store is well again: each call does what it should. Those that would undo what another needs have offices of
    // their own.
    for (const auto& [name, points, call] : every_function(it)) {
        FaultyOffice other;
        const auto calls = every_function(other);
        const auto same =
            std::find_if(calls.begin(), calls.end(), [&, &name = name](const Named& one) { return one.name == name; });
        other.faults->plan(points.front(), FaultKind::thrown_number);
        boxoffice_error error = BOXOFFICE_ERROR_INIT;
        CAPTURE(name);
        CHECK(same->call(other.handle, &error) == BOXOFFICE_INTERNAL);
        CHECK(same->call(other.handle, &error) == (name == "backup" ? BOXOFFICE_UNSUPPORTED : BOXOFFICE_OK));
        CHECK(other.violations() == 0);
        CHECK(boxoffice_close(&other.handle) == BOXOFFICE_OK);
    }
}

TEST_CASE(
    "out of memory at any allocation beneath a C function: it is done or refused, and nothing comes out but that") {
    std::int64_t failed = 0;
    FaultyOffice names;
    for (const auto& [name, points, call] : every_function(names)) {
        FaultyOffice it;
        const auto calls = every_function(it);
        const auto same =
            std::find_if(calls.begin(), calls.end(), [&, &name = name](const Named& one) { return one.name == name; });
        // The second time with what a call that succeeded has kept: one that fails may have thrown it away.
        const auto before = failed;
        int sweeps = 0;
        for (allocations_passing = 0; sweeps < 2; ++allocations_passing) {
            CAPTURE(name, allocations_passing, sweeps);
            has_failed_an_allocation = false;
            boxoffice_error error = BOXOFFICE_ERROR_INIT;
            if (sweeps == 1) {
                const auto passing = std::exchange(allocations_passing, -1);
                same->call(it.handle, nullptr);
                allocations_passing = passing;
            }
            const auto status = same->call(it.handle, &error);
            if (!has_failed_an_allocation) {
                ++sweeps;
                allocations_passing = -1;
                continue;
            }
            ++failed;
            CHECK((status == BOXOFFICE_OUT_OF_MEMORY || status == BOXOFFICE_OK || status < BOXOFFICE_STORAGE));
            if (status != BOXOFFICE_OK) CHECK(error.code == status);
        }
        allocations_passing = -1;
        CAPTURE(name);
        CHECK(failed > before);
        CHECK(it.violations() == 0);
        CHECK(boxoffice_close(&it.handle) == BOXOFFICE_OK);
    }
    has_failed_an_allocation = false;
    CHECK(failed > 1'000);
}

TEST_CASE("what a store does wrong is told to whoever submitted, as the outcome of each command") {
    FaultyOffice it;
    std::vector<boxoffice_status> told;
    boxoffice_completion completion{};
    completion.context = &told;
    completion.tell = [](void* context, const boxoffice_outcome* outcomes, size_t count) {
        for (size_t i = 0; i < count; ++i)
            static_cast<std::vector<boxoffice_status>*>(context)->push_back(outcomes[i].status);
    };
    std::array<boxoffice_command, 2> commands{};
    for (auto& command : commands) {
        command.kind = BOXOFFICE_COMMAND_RECHARGE;
        command.user = it.fresh.user;
        command.amount = 5;
    }
    const auto drive = [&] {
        std::int32_t led = 0;
        CHECK(boxoffice_submit(it.handle, commands.data(), commands.size(), nullptr, 0, &completion, nullptr) ==
              BOXOFFICE_OK);
        CHECK(boxoffice_drive(it.handle, 0, &led, nullptr) == BOXOFFICE_OK);
        CHECK(led == 1);
        return std::exchange(told, {});
    };
    for (const auto point : {FaultPoint::begin, FaultPoint::before_commit})
        for (const auto& [kind, status] : every_fault) {
            CAPTURE(static_cast<int>(point), static_cast<int>(kind));
            it.faults->plan(point, kind, strikes(point, kind));
            CHECK(drive() == std::vector{status, status});
            CHECK(drive() == std::vector<boxoffice_status>{BOXOFFICE_OK, BOXOFFICE_OK});
        }
    CHECK(it.violations() == 0);
}

TEST_CASE("what needs no store goes on while it throws") {
    FaultyOffice it;
    for (const auto point : {FaultPoint::begin, FaultPoint::read, FaultPoint::version})
        it.faults->plan(point, FaultKind::thrown_number, 100);
    std::int64_t now = 0;
    boxoffice_claims claims{};
    std::array<char, BOXOFFICE_TOKEN_TEXT_SIZE> text{};
    CHECK(boxoffice_now(it.handle, &now, nullptr) == BOXOFFICE_OK);
    CHECK(boxoffice_authenticate(it.handle, it.fresh.text.data(), it.fresh.text.size(), &claims, nullptr) ==
          BOXOFFICE_OK);
    CHECK(boxoffice_token_text(it.handle, &claims, text.data(), nullptr) == BOXOFFICE_OK);
    CHECK(it.fresh.text == text.data());
}

TEST_CASE("a peek that looks for other processes meets a store that throws, and then one that does not") {
    FaultyOffice it;
    boxoffice_peeked peeked{};
    for (const auto& [kind, status] : every_fault) {
        it.clock->advance(std::chrono::seconds{1});
        it.faults->plan(FaultPoint::version, kind);
        const auto got = boxoffice_peek(it.handle, it.chooser.text.data(), it.chooser.text.size(), &peeked, nullptr);
        // What the store says it cannot tell, the snapshot can; what it throws ends the call.
        const bool is_thrown =
            kind != FaultKind::storage && kind != FaultKind::busy && kind != FaultKind::out_of_memory;
        CHECK(got == (is_thrown ? status : BOXOFFICE_OK));
    }
    CHECK(boxoffice_peek(it.handle, it.chooser.text.data(), it.chooser.text.size(), &peeked, nullptr) == BOXOFFICE_OK);
}

TEST_CASE("a commit whose answer was lost by a throw is found again with the same key") {
    FaultyOffice it;
    boxoffice_recharged recharged{};
    it.faults->plan(FaultPoint::after_commit, FaultKind::thrown_number);
    CHECK(boxoffice_recharge(it.handle, it.fresh.user, 5, "k", 1, &recharged, nullptr) == BOXOFFICE_INTERNAL);
    CHECK(is_all(recharged, 0));
    CHECK(boxoffice_recharge(it.handle, it.fresh.user, 5, "k", 1, &recharged, nullptr) == BOXOFFICE_OK);
    CHECK(recharged.balance == 505);
    CHECK(it.violations() == 0);
}

TEST_CASE("a C office closes over a store that throws") {
    for (const auto& fault : every_fault) {
        FaultyOffice it;
        it.faults->plan(FaultPoint::begin, fault.kind, 100);
        auto* const handle = it.handle;
        CHECK(boxoffice_close(&it.handle) == BOXOFFICE_OK);
        std::int64_t now = 0;
        CHECK(boxoffice_now(handle, &now, nullptr) == BOXOFFICE_INVALID_HANDLE);
    }
}

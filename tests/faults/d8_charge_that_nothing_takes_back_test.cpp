/// D8: a process that dies between the gateway's approval and the office's sale leaves a charge. It must be listed, and taken
/// back by the sweep where the gateway knows of it; and what was sold must never be taken back.

#include <csignal>
#include <fstream>
#include <functional>
#include <set>

#include "boxoffice/sqlite_store.hpp"
#include "support/office.hpp"
#include "support/processes.hpp"
#include "support/temp_dir.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

/// A gateway that keeps books: a payment is charged once, and given back once. It can lose its line or its power at every step.
class Bank final : public PaymentGateway {
  public:
    Result<Approval> approve(const PaymentRequest& request) override {
        if (on_approve) BOXOFFICE_TRY(on_approve(request));
        charged.insert(request.payment);
        if (after_approve) BOXOFFICE_TRY(after_approve(request));
        return Approval{key_of(request)};
    }
    void cancel(const PaymentRequest& request, const Approval& approval) override {
        ++cancel_calls;
        if (on_cancel) on_cancel(request);
        CHECK((approval.transaction_key.empty() || approval.transaction_key == key_of(request)));
        charged.erase(request.payment);
    }
    Result<std::optional<Approval>> find(const PaymentRequest& request) override {
        ++find_calls;
        if (!can_find) return PaymentGateway::find(request);
        if (!charged.contains(request.payment)) return std::nullopt;
        return Approval{is_nameless ? "" : key_of(request)};
    }
    static std::string key_of(const PaymentRequest& request) { return "tx-" + to_text(request.payment); }

    std::function<Result<void>(const PaymentRequest&)> on_approve, after_approve;
    std::function<void(const PaymentRequest&)> on_cancel;
    std::set<PaymentId> charged;
    bool can_find = true;
    bool is_nameless = false;  ///< it cancels by the payment's id
    int cancel_calls = 0;
    int find_calls = 0;
};

Result<void> dies(const PaymentRequest&) { throw std::runtime_error("the process is gone"); }
Result<void> loses_its_line(const PaymentRequest&) { return refuse(ErrorCode::busy, "timed out"); }

struct Story {
    explicit Story(Options options = {}) : office{std::move(options), bank} {
        office.concert("2026-12-24", {{"1", 50}, {"2", 60}});
        mina = office.comes_with("mina", 500);
        held = office.hold(mina, "1");
    }
    std::string pay(const std::string& key = "key") { return outcome(office.try_pay(mina, held.reservation, key)); }
    std::vector<PaymentNow> listed() { return must(office->unreconciled_payments(100), "list"); }
    Reconciled sweep() { return must(office->reconcile_payments(100), "sweep"); }
    std::vector<std::string> history(PaymentId id) { return office.history(mina, id); }

    std::shared_ptr<Bank> bank = std::make_shared<Bank>();
    Office office;
    Buyer mina;
    Held held;
};

using States = std::vector<std::string>;

}  // namespace

TEST_CASE("D8: a charge whose process died in approve is listed, and the sweep takes it back") {
    Story s;
    s.bank->after_approve = dies;
    CHECK(s.pay() == "internal");
    CHECK(s.listed().empty());  // it may still be captured
    CHECK(s.sweep() == Reconciled{});
    const bool is_retired = GENERATE(false, true);  // by the sweeper, or by nobody yet
    s.office.wait(minutes{1} - us);
    CHECK(s.listed().empty());
    s.office.wait(us);
    if (is_retired) (void)s.office.tick();

    const auto listed = s.listed();
    REQUIRE(listed.size() == 1);
    const auto& payment = listed[0].payment;
    CHECK(payment.user == s.mina.user);
    CHECK(payment.amount == Points{50});
    CHECK(payment.transaction_key.empty());
    CHECK(listed[0].state == PaymentState::failed);
    CHECK(s.bank->charged == std::set{payment.id});

    CHECK(s.sweep() == Reconciled{.taken_back = 1});
    CHECK(s.bank->charged.empty());
    CHECK(s.listed().empty());
    CHECK(s.history(payment.id) == States{"requested", "failed", "approved", "reconciled"});
    CHECK(s.office.last(EventKind::payment_reconciled).payment == payment.id);
    CHECK(s.office->payment(s.mina.user, payment.id)->payment.transaction_key == "tx-" + to_text(payment.id));
    CHECK(s.sweep() == Reconciled{});  // never again once it is written down
    CHECK(s.bank->cancel_calls == 1);
    CHECK(s.office.balance(s.mina.user) == 500);
    CHECK(s.office.audit() == "");

    s.bank->after_approve = nullptr;
    CHECK(s.pay("again") == "ok");
    CHECK(s.sweep() == Reconciled{});
    CHECK(s.bank->charged.size() == 1);
}

TEST_CASE("D8: where the gateway cannot be asked the charge stays listed until a person says what came of it") {
    Story s;
    s.bank->can_find = false;
    s.bank->after_approve = dies;
    CHECK(s.pay() == "internal");
    s.office.wait(minutes{1});
    const auto id = s.listed().at(0).payment.id;
    CHECK(s.sweep() == Reconciled{.open = 1});
    CHECK(s.bank->cancel_calls == 0);
    CHECK(s.listed().size() == 1);

    CHECK(outcome(s.office->execute(ReconcilePayment{id, "by hand"})) == "ok");
    CHECK(s.listed().empty());
    CHECK(s.history(id) == States{"requested", "failed", "reconciled"});
    const auto sequence = s.office.last_sequence();
    CHECK(outcome(s.office->execute(ReconcilePayment{id, "by hand"})) == "ok");
    CHECK(s.office.last_sequence() == sequence);
    CHECK(s.office.audit() == "");
}

TEST_CASE("D8: a payment that the gateway never heard of is reconciled as uncharged") {
    Story s;
    s.bank->on_approve = dies;
    CHECK(s.pay() == "internal");
    s.office.wait(minutes{1});
    CHECK(s.sweep() == Reconciled{.uncharged = 1});
    CHECK(s.listed().empty());
    CHECK(s.bank->cancel_calls == 0);
    CHECK(s.office.audit() == "");
}

TEST_CASE("D8: captured and declined payments are reconciled by that, and never listed") {
    Story s;
    s.bank->on_approve = [](const PaymentRequest&) -> Result<void> {
        return refuse(ErrorCode::payment_declined, "no");
    };
    CHECK(s.pay() == "payment_declined");
    s.bank->on_approve = nullptr;
    CHECK(s.pay("second") == "ok");
    s.office.wait(hours{1});
    (void)s.office.tick();
    CHECK(s.listed().empty());
    CHECK(s.sweep() == Reconciled{});
    CHECK(s.bank->find_calls + s.bank->cancel_calls == 0);
    CHECK(s.bank->charged.size() == 1);
    CHECK(s.office.audit() == "");
}

TEST_CASE("D8: a gateway whose answer was lost fails the payment, and it is listed") {
    Story s;
    s.bank->after_approve = loses_its_line;
    CHECK(s.pay() == "payment_declined");
    CHECK(s.listed().size() == 1);
    CHECK(s.sweep() == Reconciled{.open = 1});  // its approval may be under way yet
    CHECK(s.bank->find_calls == 0);
    s.bank->after_approve = nullptr;
    CHECK(s.pay("another") == "ok");  // the buyer need not wait for that
    CHECK(s.bank->charged.size() == 2);
    s.office.wait(minutes{1} - us);
    CHECK(s.sweep() == Reconciled{.open = 1});
    s.office.wait(us);
    CHECK(s.sweep() == Reconciled{.taken_back = 1});
    CHECK(s.bank->charged.size() == 1);
    CHECK(s.office.state_of_seat("1") == "sold");
    CHECK(s.office.audit() == "");
}

TEST_CASE("D8: an approval that could not be captured nor taken back is listed with its key") {
    Story s;
    s.bank->can_find = false;
    s.bank->after_approve = [&](const PaymentRequest&) -> Result<void> {
        must(s.office.try_release(s.mina, s.held.reservation), "release");
        return {};
    };
    s.bank->on_cancel = [](const PaymentRequest&) { throw std::runtime_error("the process is gone"); };
    CHECK(s.pay() == "internal");
    const auto listed = s.listed();
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].payment.transaction_key == "tx-" + to_text(listed[0].payment.id));
    CHECK(s.sweep() == Reconciled{.open = 1});  // it cannot yet
    CHECK(s.bank->charged.size() == 1);
    s.bank->on_cancel = nullptr;
    CHECK(s.sweep() == Reconciled{.taken_back = 1});
    CHECK(s.bank->charged.empty());
    CHECK(s.listed().empty());
    CHECK(s.history(listed[0].payment.id) == States{"requested", "failed", "reconciled"});
    CHECK(s.office.audit() == "");
}

TEST_CASE("D8: an approval that comes after the time ran out and was swept is written down before it is taken back") {
    Story s;
    s.bank->on_approve = [&](const PaymentRequest&) -> Result<void> {
        s.office.wait(minutes{2});
        CHECK(s.sweep() == Reconciled{.uncharged = 1});  // somebody else's: the gateway has not heard of it yet
        return {};
    };
    s.bank->on_cancel = [](const PaymentRequest&) { throw std::runtime_error("the process is gone"); };
    CHECK(s.pay() == "internal");
    const auto listed = s.listed();
    REQUIRE(listed.size() == 1);
    const auto id = listed[0].payment.id;
    CHECK(s.history(id) == States{"requested", "failed", "reconciled", "approved"});
    CHECK(s.office.last(EventKind::payment_approved).payment == id);
    CHECK(s.office.audit() == "");
    s.bank->on_cancel = nullptr;
    CHECK(s.sweep() == Reconciled{.taken_back = 1});
    CHECK(s.bank->charged.empty());
    CHECK(s.history(id) == States{"requested", "failed", "reconciled", "approved", "reconciled"});
    CHECK(s.office.audit() == "");
}

TEST_CASE("D8: what another process captures is not taken back, and what is taken back cannot be captured any more") {
    Story s;
    auto slow_clock = std::make_shared<VirtualClock>(opening);  // of another host, some seconds behind
    Office other{{}, s.bank, s.office.shared_store(), slow_clock};
    const auto begun = s.office.begin(s.mina, s.held.reservation);
    s.bank->charged.insert(begun.payment);
    s.bank->is_nameless = true;  // so that nothing but the failing itself is written before it cancels
    s.office.wait_until(begun.deadline + seconds{2});
    slow_clock->advance(begun.deadline - us - opening);
    std::string captured;
    s.bank->on_cancel = [&](const PaymentRequest&) { captured = outcome(other.try_capture(s.mina, begun)); };
    const bool is_first = GENERATE(true, false);
    if (is_first) {
        CHECK(s.sweep() == Reconciled{.taken_back = 1});
        CHECK(captured == "payment_failed");
        CHECK(s.bank->charged.empty());
    } else {
        CHECK(outcome(other.try_capture(s.mina, begun)) == "ok");
        CHECK(s.sweep() == Reconciled{});
        CHECK(s.bank->charged.size() == 1);
    }
    CHECK(s.office.audit() == "");
}

TEST_CASE("D8: two processes that sweep at a time write one thing down") {
    Story s;
    Office other{{}, s.bank, s.office.shared_store(), s.office.shared_clock()};
    s.bank->after_approve = dies;
    CHECK(s.pay() == "internal");
    s.office.wait(minutes{1});
    const auto id = s.listed().at(0).payment.id;
    s.bank->on_cancel = [&](const PaymentRequest&) {
        if (s.bank->cancel_calls == 1)
            CHECK(must(other->reconcile_payments(10), "sweep") == Reconciled{.taken_back = 1});
    };
    CHECK(s.sweep() == Reconciled{.taken_back = 1});
    CHECK(s.bank->cancel_calls == 2);
    CHECK(s.history(id) == States{"requested", "failed", "approved", "reconciled"});
    CHECK(s.office.audit() == "");
}

TEST_CASE("D8: one caller gives a payment up and another captures it: what was sold is not cancelled") {
    Story s;
    bool is_inner = false;
    s.bank->after_approve = [&](const PaymentRequest&) -> Result<void> {
        if (is_inner) return {};
        is_inner = true;
        CHECK(s.pay() == "ok");  // a retry with the same key, at the same time
        return refuse(ErrorCode::payment_declined, "in use");
    };
    CHECK(s.pay() == "already_paid");
    CHECK(s.bank->cancel_calls == 0);
    CHECK(s.bank->charged.size() == 1);
    CHECK(s.office.audit() == "");
}

TEST_CASE("D8: a capture that is refused for its key does not cancel what another key captured") {
    Story s{options_with([](Options& o) { o.holds_per_user = 2; })};
    const auto other = s.office.hold(s.mina, "2");
    CHECK(outcome(s.office.try_capture(s.mina, s.office.begin(s.mina, other.reservation), "key")) == "ok");
    s.bank->after_approve = [&](const PaymentRequest& request) -> Result<void> {
        CHECK(outcome(s.office.try_capture(s.mina, {request.payment, request.reservation, {}, {}}, "other")) == "ok");
        return {};
    };
    CHECK(s.pay("key") == "idempotency_conflict");
    CHECK(s.bank->cancel_calls == 0);
    CHECK(s.bank->charged.size() == 1);
    CHECK(s.office.state_of_seat("1") == "sold");
    CHECK(s.office.audit() == "");
}

TEST_CASE("D8: the list and the sweep go page by page, and one that stays open holds nobody up") {
    Story s{options_with([](Options& o) { o.holds_per_user = 9; })};
    s.office.concert("2026-12-25", {{"a", 1}, {"b", 2}, {"c", 3}, {"d", 4}, {"e", 5}});
    std::vector<PaymentBegun> begun;
    for (const char* seat : {"a", "b", "c", "d", "e"})
        begun.push_back(s.office.begin(s.mina, s.office.hold(s.mina, seat).reservation));
    for (const auto& one : begun) s.bank->charged.insert(one.payment);
    s.office.wait(minutes{1});
    const auto page = must(s.office->unreconciled_payments(2, begun[1].payment), "list");
    REQUIRE(page.size() == 2);
    CHECK(page[0].payment.id == begun[2].payment);
    CHECK(page[0].history.size() == 1);
    CHECK(page[1].payment.id == begun[3].payment);

    s.bank->on_cancel = [&](const PaymentRequest& request) {
        if (request.payment == begun[0].payment) throw std::runtime_error("not this one");
    };
    auto swept = must(s.office->reconcile_payments(2), "sweep");
    CHECK(swept == Reconciled{.taken_back = 1, .open = 1, .next = begun[1].payment});
    swept = must(s.office->reconcile_payments(2, swept.next), "sweep");
    CHECK(swept == Reconciled{.taken_back = 2, .next = begun[3].payment});
    swept = must(s.office->reconcile_payments(2, swept.next), "sweep");
    CHECK(swept == Reconciled{.taken_back = 1});
    CHECK(s.bank->charged == std::set{begun[0].payment});
    for (const std::int64_t wrong : {0, -1, 1001}) {
        CHECK(outcome(s.office->unreconciled_payments(wrong)) == "invalid_argument");
        CHECK(outcome(s.office->reconcile_payments(wrong)) == "invalid_argument");
    }
    CHECK(s.office.audit() == "");
}

TEST_CASE("D8: a payment is said to be reconciled only where that can be true") {
    Office office;
    office.concert("2026-12-24", {{"1", 50}});
    const auto mina = office.comes_with("mina", 500);
    const auto held = office.hold(mina, "1");
    const auto say = [&](PaymentId id, const std::string& key) {
        return outcome(office->execute(ReconcilePayment{id, key}));
    };
    CHECK(say(PaymentId{}, "") == "unknown_payment");
    CHECK(say(PaymentId{77}, "") == "unknown_payment");
    const auto begun = office.begin(mina, held.reservation);
    CHECK(say(begun.payment, "") == "payment_pending");
    CHECK(say(begun.payment, "a\n") == "invalid_argument");
    CHECK(outcome(office.try_fail(mina, begun, "tx-1")) == "ok");
    CHECK(say(begun.payment, "") == "invalid_argument");  // there is an approval: it may not be overlooked
    CHECK(say(begun.payment, "tx-2") == "invalid_argument");
    CHECK(say(begun.payment, "tx-1") == "ok");
    CHECK(must(office->unreconciled_payments(9), "list").empty());
    const auto again = office.begin(mina, held.reservation);
    CHECK(outcome(office.try_capture(mina, again)) == "ok");
    CHECK(say(again.payment, "tx") == "already_paid");
    CHECK(must(office->reconcile_payments(9), "sweep") == Reconciled{});  // an office without a gateway may sweep, too
    CHECK(office.audit() == "");
}

// ---- kill -9 ----------------------------------------------------------------------------------------------------

namespace {

/// Where the process dies.
enum class Dies { before_the_charge, after_the_charge, before_cancel, after_cancel };

/// A bank in a process of its own: what it has done stays done, whoever dies.
class FileBank final : public PaymentGateway {
  public:
    FileBank(std::string path, std::optional<Dies> dies) : path_(std::move(path)), dies_(dies) {}
    Result<Approval> approve(const PaymentRequest& request) override {
        die(Dies::before_the_charge);
        write('+', request.payment);
        die(Dies::after_the_charge);
        if (on_approved) on_approved();
        return Approval{"tx"};
    }
    void cancel(const PaymentRequest& request, const Approval&) override {
        die(Dies::before_cancel);
        write('-', request.payment);
        die(Dies::after_cancel);
    }
    Result<std::optional<Approval>> find(const PaymentRequest& request) override {
        if (!charged().contains(request.payment)) return std::nullopt;
        return Approval{"tx"};
    }
    std::set<PaymentId> charged() {
        std::set<PaymentId> out;
        std::ifstream file(path_);
        char what = 0;
        for (std::int64_t id = 0; file >> what >> id;)
            what == '+' ? (void)out.insert(PaymentId{id}) : (void)out.erase(PaymentId{id});
        return out;
    }
    std::function<void()> on_approved;

  private:
    void write(char what, PaymentId id) { std::ofstream(path_, std::ios::app) << what << ' ' << id.value << std::endl; }
    void die(Dies where) {
        if (dies_ == where) (void)::kill(::getpid(), SIGKILL);
    }
    std::string path_;
    std::optional<Dies> dies_;
};

std::shared_ptr<Store> open_file(const std::string& path) { return must(open_sqlite_store({.path = path}), "open"); }

}  // namespace

TEST_CASE("D8: a process killed at any step of a payment leaves no charge that is not for a sold seat") {
    const auto where =
        GENERATE(Dies::before_the_charge, Dies::after_the_charge, Dies::before_cancel, Dies::after_cancel);
    CAPTURE(static_cast<int>(where));
    const TempDir dir;
    const auto path = dir.file("sale.db");
    const auto books = dir.file("books");
    const auto child = start_child([&] {
        const auto clock = std::make_shared<VirtualClock>(opening);
        const auto bank = std::make_shared<FileBank>(books, where);
        Office office{{}, bank, open_file(path), clock};
        office.concert("2026-12-24", {{"1", 50}});
        const auto mina = office.comes_with("mina", 100);
        const auto held = office.hold(mina, "1");
        // So that the capture is refused, and the approval must be taken back.
        if (where >= Dies::before_cancel) bank->on_approved = [&] { (void)office.try_release(mina, held.reservation); };
        (void)office.try_pay(mina, held.reservation, "key");
        return 0;
    });
    REQUIRE(wait_for(child) == -SIGKILL);

    const auto bank = std::make_shared<FileBank>(books, std::nullopt);
    CHECK(bank->charged().size() == (where == Dies::after_the_charge || where == Dies::before_cancel ? 1 : 0));
    Office office{{}, bank, open_file(path), std::make_shared<VirtualClock>(opening + minutes{2})};
    CHECK(must(office->unreconciled_payments(10), "list").size() == 1);
    const auto swept = must(office->reconcile_payments(10), "sweep");
    CHECK(swept.taken_back + swept.uncharged == 1);
    CHECK(bank->charged().empty());
    CHECK(must(office->unreconciled_payments(10), "list").empty());
    CHECK(office.audit() == "");
    const auto mina = must(office->user("mina"), "user").id;
    CHECK(office.balance(mina) == 100);
}

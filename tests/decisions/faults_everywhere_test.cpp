// Every command and every question, at every step of its store: what fails is told as it is, and nothing was done.

#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <variant>

#include "reliability/durability/every_call.hpp"
#include "support/faulty_store.hpp"
#include "support/office.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using reliability::Asked;
using reliability::every_command;
using reliability::every_question;
using reliability::House;
using reliability::HouseBuilder;

namespace {

/// A house on a store that fails when it is asked to.
struct FaultyHouse {
    std::shared_ptr<Faults> faults = std::make_shared<Faults>();
    Office office{{}, nullptr, std::make_shared<FaultyStore>(std::make_unique<MemoryStore>(), faults)};
    House house = HouseBuilder{office.box()}.build();

    /// `ask` with a fault behind `skip` calls of `point`: its outcome, or nothing if it is done before.
    std::string strike(const Asked& asked, FaultPoint point, FaultKind kind, std::int64_t skip, int times = 1) {
        const auto before = faults->struck();
        faults->plan(point, kind, times, skip);
        auto answered = asked.ask(office.box());
        faults->clear();
        return faults->struck() == before ? std::string{} : answered;
    }
};

/// It was told, and nothing was done.
void check_refused(Office& office, const std::string& answered, const std::string& before) {
    CHECK(answered == "storage");
    const bool is_unchanged = office.dump() == before;
    CHECK(is_unchanged);
}

}  // namespace

TEST_CASE("a command that its store fails at any step is told so and has done nothing") {
    std::size_t steps = 0;
    for (std::size_t index = 0; index < std::variant_size_v<Command>; ++index)
        for (const auto point : {FaultPoint::begin, FaultPoint::load, FaultPoint::before_commit}) {
            FaultyHouse its;  // what is not struck any more is done
            const auto command = every_command(its.house).at(index);
            CAPTURE(command.name, static_cast<int>(point));
            const auto before = its.office.dump();
            for (std::int64_t skip = 0;; ++skip) {
                CAPTURE(skip);
                // What cannot be loaded is tried again, without whom is due and by itself: it fails every time.
                const auto answered = its.strike(command, point, FaultKind::storage, skip, 1'000);
                if (answered.empty()) break;
                ++steps;
                check_refused(its.office, answered, before);
            }
            CHECK(its.office.audit() == "");
        }
    CHECK(steps > 200);
}

TEST_CASE("a command whose load fails once is done or told so") {
    std::size_t done = 0;
    for (std::size_t index = 0; index < std::variant_size_v<Command>; ++index)
        for (std::int64_t skip = 0;; ++skip) {
            FaultyHouse its;
            const auto command = every_command(its.house).at(index);
            CAPTURE(command.name, skip);
            const auto before = its.office.dump();
            const auto answered = its.strike(command, FaultPoint::load, FaultKind::storage, skip);
            if (answered.empty()) break;
            if (answered == "ok")
                ++done;
            else
                check_refused(its.office, answered, before);
            CHECK(its.office.audit() == "");
        }
    CHECK(done > 100);
}

TEST_CASE("a question that its store fails at any step is told so, and the next is answered") {
    FaultyHouse f;
    for (const auto& question : every_question(f.house)) {
        if (question.name == "pay") continue;  // a command, and done after the first time
        CAPTURE(question.name);
        const auto points = {FaultPoint::read, FaultPoint::view_load, FaultPoint::begin, FaultPoint::load};
        for (const auto point : points)
            for (std::int64_t skip = 0;; ++skip) {
                CAPTURE(static_cast<int>(point), skip);
                const auto answered = f.strike(question, point, FaultKind::storage, skip);
                if (answered.empty()) break;
                CHECK(answered == "storage");
            }
        CHECK(question.ask(f.office.box()) == "ok");
    }
    CHECK(f.faults->struck() > 100);
    CHECK(f.office.audit() == "");
}

TEST_CASE("a question whose view is lost under it is asked once more") {
    FaultyHouse f;
    std::size_t lost = 0;
    for (const auto& question : every_question(f.house)) {
        if (question.name == "pay") continue;
        CAPTURE(question.name);
        for (std::int64_t skip = 1;; ++skip) {  // the first load is of the time, before the question
            const auto answered = f.strike(question, FaultPoint::view_load, FaultKind::lost, skip);
            if (answered.empty()) break;
            CAPTURE(skip);
            CHECK(answered == "ok");
            ++lost;
        }
        const auto answered = f.strike(question, FaultPoint::view_load, FaultKind::lost, 1, 1'000);
        CHECK((answered.empty() || answered == "storage"));
    }
    CHECK(lost > 30);
}

TEST_CASE("in a child of fork every call is refused") {
    FaultyHouse f;
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        int wrong = 0;
        const auto expect_forked = [&](const Asked& asked) {
            if (asked.ask(f.office.box()) != "forked") ++wrong;
        };
        for (const auto& one : every_question(f.house)) expect_forked(one);
        for (const auto& one : every_command(f.house)) expect_forked(one);
        ::_exit(wrong == 0 ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
}

TEST_CASE("an office that its store fails while it opens is not there, and the next one is") {
    const auto faults = std::make_shared<Faults>();
    const std::shared_ptr<Store> store = std::make_shared<FaultyStore>(std::make_unique<MemoryStore>(), faults);
    bool is_struck = false;  // before it was open: giving its node back is nobody's business but its own
    const auto open = [&] {
        Ports ports;
        ports.clock = std::make_shared<VirtualClock>(opening);
        const auto before = faults->struck();
        const auto opened = BoxOffice::open(std::make_unique<LentStore>(store), {}, std::move(ports));
        is_struck = faults->struck() > before;
        return outcome(opened);
    };
    for (const auto point : {FaultPoint::begin, FaultPoint::load, FaultPoint::before_commit})
        for (std::int64_t skip = 0;; ++skip) {
            CAPTURE(static_cast<int>(point), skip);
            const auto before = faults->struck();
            faults->plan(point, FaultKind::storage, 1, skip);
            const auto answered = open();
            faults->clear();
            if (faults->struck() == before) break;
            CHECK(answered == (is_struck ? "storage" : "ok"));
        }
    CHECK(faults->struck() >= 8);
    CHECK(open() == "ok");
}

namespace {

/// Approves, finds what it approved, and takes it back.
class ReadyGateway final : public PaymentGateway {
  public:
    Result<Approval> approve(const PaymentRequest&) override { return Approval{"approved"}; }
    void cancel(const PaymentRequest&, const Approval&) override {}
    Result<std::optional<Approval>> find(const PaymentRequest&) override { return Approval{"found"}; }
};

}  // namespace

TEST_CASE("a payment through a gateway that its store fails at any step is done or told so, and can be asked again") {
    std::size_t struck = 0;
    for (const auto point : {FaultPoint::view_load, FaultPoint::begin, FaultPoint::load, FaultPoint::before_commit})
        for (std::int64_t skip = 0;; ++skip) {
            CAPTURE(static_cast<int>(point), skip);
            FaultyHouse f;
            Office till{{}, std::make_shared<ReadyGateway>(), f.office.shared_store(), f.office.shared_clock()};
            const auto& holder = f.house.holding;
            const auto pay = [&] { return outcome(till->pay(holder.user, holder.token, holder.reservation, "pay")); };
            f.faults->plan(point, FaultKind::storage, 1'000, skip);
            const auto before = f.faults->struck();
            const auto answered = pay();
            f.faults->clear();
            if (f.faults->struck() == before) break;
            ++struck;
            CHECK(answered == "storage");
            CHECK(pay() == "ok");
            CHECK(till.audit() == "");
        }
    CHECK(struck > 10);
}

TEST_CASE("a sweep of payments that its store fails at any step is told so, and goes on the next time") {
    std::size_t struck = 0;
    for (const auto point : {FaultPoint::view_load, FaultPoint::begin, FaultPoint::load, FaultPoint::before_commit})
        for (std::int64_t skip = 0;; ++skip) {
            CAPTURE(static_cast<int>(point), skip);
            FaultyHouse f;
            Office till{{}, std::make_shared<ReadyGateway>(), f.office.shared_store(), f.office.shared_clock()};
            till.wait(hours{1});
            f.faults->plan(point, FaultKind::storage, 1'000, skip);
            const auto before = f.faults->struck();
            const auto swept = till->reconcile_payments(10);
            f.faults->clear();
            if (f.faults->struck() == before) break;
            ++struck;
            CHECK(outcome(swept) == "storage");
            const auto again = till->reconcile_payments(10);
            REQUIRE(again);
            CHECK(again->open == 0);
            CHECK(till->unreconciled_payments(10)->empty());
            CHECK(till.audit() == "");
        }
    CHECK(struck > 10);
}

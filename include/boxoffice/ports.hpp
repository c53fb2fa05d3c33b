#pragma once
/// What the engine asks of the world: time, chance, and a payment gateway. Each enters through an interface, so that hosts
/// and tests can put their own in its place. The engine calls them from whatever threads call the engine.

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "boxoffice/error.hpp"
#include "boxoffice/ids.hpp"
#include "boxoffice/points.hpp"
#include "boxoffice/time.hpp"

namespace boxoffice {

/// Thread-safe. Two readings, since a wall clock can be set and a steady one cannot.
class Clock {
  public:
    virtual ~Clock() = default;
    virtual Time wall() = 0;
    /// Since some fixed moment; never goes back, and goes on while the machine is suspended.
    virtual Duration steady() = 0;
    /// Names the moment that steady() counts from. Readings of equal names can be compared, whichever process took them;
    /// 0: with nobody else's. It lets an office that opens see that its wall clock is not that of the others.
    virtual std::int64_t steady_origin() { return 0; }
    /// Lets `span` pass: sleeps, or moves a virtual clock.
    virtual void wait(Duration span) = 0;
    /// The same, but may end soon after `stopped` has become true (BoxOffice::stop). This one waits to the end, which for a
    /// virtual clock is at once.
    virtual void wait_or_stop(Duration span, const std::atomic<bool>& stopped) {
        (void)stopped;
        wait(span);
    }
};

/// The machine's.
class SystemClock final : public Clock {
  public:
    Time wall() override;
    /// Since the machine started, suspension included.
    Duration steady() override;
    /// Of this start of the machine.
    std::int64_t steady_origin() override;
    void wait(Duration span) override;
    /// Looks up ten times a second.
    void wait_or_stop(Duration span, const std::atomic<bool>& stopped) override;
};

/// A clock that stands still until it is moved; for tests and simulations.
class VirtualClock final : public Clock {
  public:
    /// Clocks of equal `origin` that start and are advanced together stand for those of one machine.
    explicit VirtualClock(Time start, std::int64_t origin = 0) : wall_us_(to_us(start)), origin_(origin) {}
    Time wall() override { return from_us(wall_us_.load()); }
    Duration steady() override { return Duration{steady_us_.load()}; }
    std::int64_t steady_origin() override { return origin_; }
    void wait(Duration span) override { advance(span); }
    void advance(Duration span) {
        steady_us_ += span.count();
        wall_us_ += span.count();
    }
    /// Sets the wall clock alone, as an operator or a time server does.
    void set_wall(Time t) { wall_us_ = to_us(t); }

  private:
    std::atomic<std::int64_t> wall_us_;
    std::atomic<std::int64_t> steady_us_{0};
    std::int64_t origin_;
};

/// Thread-safe.
class Random {
  public:
    virtual ~Random() = default;
    virtual void fill(std::span<std::uint8_t> bytes) = 0;
};

/// The operating system's, through libsodium.
class SystemRandom final : public Random {
  public:
    void fill(std::span<std::uint8_t> bytes) override;
};

struct PaymentRequest {
    PaymentId payment;  ///< the gateway's idempotency key: asked twice for the same payment, it approves once
    ReservationId reservation;
    UserId user;
    Points amount;
};

struct Approval {
    std::string transaction_key;  ///< the gateway's name for it, up to 255 bytes
};

/// The seed's "PG". Asked between begin and capture, outside any transaction, so it may take its time (but less than
/// `capture_ttl`). Thread-safe; it must not call the same BoxOffice.
///
/// **Reconciling with a payment gateway.** A process can die, or lose its line, after the gateway has charged and before the
/// office has sold. Such a payment fails when its time runs out, and whether its payer was charged for nothing is not known
/// here: it is *not reconciled*. BoxOffice::unreconciled_payments lists these. Call BoxOffice::reconcile_payments beside the
/// sweeper (every minute or so, from one process or several): it has the gateway take back each approval whose key is written
/// down, and those that `find` knows of, and writes that down. Without `find`, or where the gateway does not know, a person
/// looks the payment up at the gateway by its id, and says what came of it with the command ReconcilePayment. No list grows
/// while nothing goes wrong: what is captured or declined is reconciled by that.
///
/// A host that asks its gateway by itself (BeginPayment, CapturePayment, FailPayment) does the same: it names the approval's key
/// to FailPayment when a capture is refused, takes the approval back, and then says so with ReconcilePayment.
class PaymentGateway {
  public:
    virtual ~PaymentGateway() = default;
    /// An error of any code declines; the caller sees payment_declined with its detail. Where it is not known whether the payer
    /// was charged (the answer was lost, say), answer with a fault (`storage`, `busy`, `internal` …): the payment has failed all
    /// the same, and is listed for reconciling. If it throws, the payment stays under way until its time runs out, and is
    /// listed then; until then a retry with the same key asks for it again.
    virtual Result<Approval> approve(const PaymentRequest& request) = 0;
    /// Takes an approval back: the payment could not be captured after all. May be called more than once. If it throws, the
    /// payer gets `internal` with its words, so that somebody looks after the approval; the payment has failed all the same.
    virtual void cancel(const PaymentRequest& request, const Approval& approval) = 0;
    /// Cancel, for a gateway that can say that it could not without throwing: what is answered with an error stays listed.
    virtual Result<void> try_cancel(const PaymentRequest& request, const Approval& approval) {
        cancel(request, approval);
        return {};
    }
    /// Was a payment that failed `capture_ttl` or longer ago approved? Its approval (with an empty key where cancelling goes by
    /// the payment's id), or nothing where it was not *and will not be* approved: then its payer is not charged. Any error: not
    /// known, ask again later. Asked by BoxOffice::reconcile_payments, on its thread.
    virtual Result<std::optional<Approval>> find(const PaymentRequest& request) {
        (void)request;
        return refuse(ErrorCode::unsupported, "find: this gateway cannot be asked");
    }
};

struct Ports {
    std::shared_ptr<Clock> clock = std::make_shared<SystemClock>();
    std::shared_ptr<Random> random = std::make_shared<SystemRandom>();
    std::shared_ptr<PaymentGateway> gateway;  ///< none: points only
};

}  // namespace boxoffice

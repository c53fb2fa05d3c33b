#pragma once
/// What the engine asks of the world: time, chance, and a payment gateway. Each enters through an interface, so that hosts
/// and tests can put their own in its place. The engine calls them from whatever threads call the engine.

#include <sodium.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <thread>

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

class SystemClock final : public Clock {
  public:
    Time wall() override { return date::floor<Duration>(std::chrono::system_clock::now()); }
    /// Since the machine started, suspension included.
    Duration steady() override {
        timespec now{};
        ::clock_gettime(CLOCK_BOOTTIME, &now);
        return std::chrono::duration_cast<Duration>(std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec});
    }
    /// Of this start of the machine.
    std::int64_t steady_origin() override {
        std::ifstream in{"/proc/sys/kernel/random/boot_id"};
        std::string name;
        if (!(in >> name) || name.empty()) return 0;
        const auto hash = static_cast<std::int64_t>(std::hash<std::string>{}(name));
        return hash == 0 ? 1 : hash;
    }
    void wait(Duration span) override { std::this_thread::sleep_for(span); }
    /// Looks up ten times a second.
    void wait_or_stop(Duration span, const std::atomic<bool>& stopped) override {
        constexpr Duration slice = std::chrono::milliseconds{100};
        for (; span > Duration::zero() && !stopped; span -= std::min(span, slice))
            std::this_thread::sleep_for(std::min(span, slice));
    }
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
    void fill(std::span<std::uint8_t> bytes) override { randombytes_buf(bytes.data(), bytes.size()); }
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
class PaymentGateway {
  public:
    virtual ~PaymentGateway() = default;
    /// An error of any code declines; the caller sees payment_declined with its detail.
    virtual Result<Approval> approve(const PaymentRequest& request) = 0;
    /// Takes an approval back: the payment could not be captured after all. May be called more than once. If it throws, the
    /// payer gets `internal` with its words, so that somebody looks after the approval; the payment has failed all the same.
    virtual void cancel(const PaymentRequest& request, const Approval& approval) = 0;
};

struct Ports {
    std::shared_ptr<Clock> clock = std::make_shared<SystemClock>();
    std::shared_ptr<Random> random = std::make_shared<SystemRandom>();
    std::shared_ptr<PaymentGateway> gateway;  ///< none: points only
};

}  // namespace boxoffice

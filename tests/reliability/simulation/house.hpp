#pragma once
/// What a simulated sale runs on: a store, one or two offices on it that can fail, one clock, and no chance but the seed's.

#include <memory>
#include <string>
#include <vector>

#include "boxoffice/boxoffice.hpp"
#include "reliability/simulation/draw.hpp"
#include "support/faulty_store.hpp"
#include "support/stores.hpp"

namespace boxoffice::simulation {

/// The same bytes for the same seed.
class SeededRandom final : public Random {
  public:
    explicit SeededRandom(std::uint64_t seed) : chance_{seed} {}
    void fill(std::span<std::uint8_t> bytes) override {
        for (auto& byte : bytes) byte = static_cast<std::uint8_t>(chance_.next());
    }

  private:
    Chance chance_;
};

/// A store in memory that several offices have, as processes have a file: each is told that others may have committed.
class SharedStore final : public Store {
  public:
    SharedStore(std::shared_ptr<Store> store, bool has_others) : store_{std::move(store)}, has_others_{has_others} {}
    Result<std::unique_ptr<Transaction>> begin_until(Deadline deadline) override {
        return store_->begin_until(deadline);
    }
    [[nodiscard]] Duration wait_max() const override { return store_->wait_max(); }
    Result<std::unique_ptr<View>> read() override { return store_->read(); }
    Result<std::int64_t> version() override {
        return has_others_ ? ++told_ : store_->version().map([&](std::int64_t n) { return n + told_; });
    }
    /// A commit of this office's was made, and it does not know: to it that is another's.
    void tell_of_another() { ++told_; }
    Result<bool> has_others() override { return store_->has_others(); }
    void rest() override { store_->rest(); }
    Result<void> check_health() override { return store_->check_health(); }
    Result<void> backup(const std::string& path, bool with_keys) override { return store_->backup(path, with_keys); }

  private:
    std::shared_ptr<Store> store_;
    bool has_others_;
    std::int64_t told_ = 0;
};

/// Declines every third.
class FickleGateway final : public PaymentGateway {
  public:
    Result<Approval> approve(const PaymentRequest& request) override {
        if (++asked_ % 3 == 0) return refuse(ErrorCode::payment_declined, "no");
        return Approval{"a" + to_text(request.payment)};
    }
    void cancel(const PaymentRequest&, const Approval&) override {}

  private:
    int asked_ = 0;
};

class House {
  public:
    struct Plan {
        Options options;
        bool has_gateway = false;
        int offices = 1;
        std::uint64_t seed = 0;
    };

    House(Plan plan, testing::StoreFactory factory) : plan_{std::move(plan)}, factory_{std::move(factory)} {
        offices_.resize(static_cast<std::size_t>(plan_.offices));
        if (!factory_.durable) memory_ = std::shared_ptr<Store>{factory_.open()};
        for (auto& office : offices_) {
            office.faults = std::make_shared<testing::Faults>();
            open(office, &office == &offices_.front());
        }
    }

    /// One office, its way to the store, and what is to fail there.
    struct Desk {
        std::shared_ptr<testing::Faults> faults;
        std::shared_ptr<Store> store;
        SharedStore* shared = nullptr;  ///< the office's way to it
        std::unique_ptr<BoxOffice> office;
    };
    [[nodiscard]] Desk& at(std::int64_t index) { return offices_[static_cast<std::size_t>(index)]; }
    [[nodiscard]] std::int64_t count() const { return std::ssize(offices_); }
    [[nodiscard]] VirtualClock& clock() { return *clock_; }

    /// The store without faults, to look at.
    std::unique_ptr<View> look() {
        auto view = offices_.front().store->read();
        if (!view) throw std::runtime_error("look: " + view.error().text());
        return std::move(*view);
    }

    /// As its process ends and begins.
    void reopen(std::int64_t index) {
        auto& office = at(index);
        office.office.reset();
        office.store.reset();
        open(office, false);
    }

  private:
    void open(Desk& office, bool is_first) {
        office.store = memory_ ? memory_ : std::shared_ptr<Store>{is_first ? factory_.open() : factory_.reopen()};
        Ports ports;
        ports.clock = clock_;
        ports.random = std::make_shared<SeededRandom>(plan_.seed);
        if (plan_.has_gateway) ports.gateway = std::make_shared<FickleGateway>();
        auto options = plan_.options;
        options.accept_time = !is_first;  // the wall clock may have been set meanwhile
        auto shared = std::make_unique<SharedStore>(office.store, memory_ && plan_.offices > 1);
        office.shared = shared.get();
        auto opened = BoxOffice::open(std::make_unique<testing::FaultyStore>(std::move(shared), office.faults),
                                      std::move(options), std::move(ports));
        if (!opened) throw std::runtime_error("open: " + opened.error().text());
        office.office = std::move(*opened);
    }

    Plan plan_;
    testing::StoreFactory factory_;
    std::shared_ptr<Store> memory_;
    std::shared_ptr<VirtualClock> clock_ = std::make_shared<VirtualClock>(Time{*parse_date("2026-12-01")});
    std::vector<Desk> offices_;
};

}  // namespace boxoffice::simulation

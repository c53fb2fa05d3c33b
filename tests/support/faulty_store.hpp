#pragma once
/// A store that fails on demand: before a commit, after it (committed, but the answer is lost), busy, out of
/// memory.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "boxoffice/repositories.hpp"
#include "support/hooked_store.hpp"

namespace boxoffice::testing {

/// Where a fault strikes.
enum class FaultPoint : std::size_t {
    begin,          ///< begin_until()
    read,           ///< read()
    load,           ///< a load or page of a transaction
    view_load,      ///< a load or page of a view
    before_commit,  ///< nothing was committed
    after_commit,   ///< all of it was committed; only the answer is lost
    version,        ///< version()
    backup,         ///< backup()
};
inline constexpr std::size_t fault_point_count = 8;

/// How it shows: as an error, as an exception, or as something thrown that is no exception.
enum class FaultKind {
    storage,
    busy,
    out_of_memory,
    unknown,
    bad_alloc,
    runtime_error,
    thrown_number,
    lost,  ///< storage, and the view is lost until the store is read anew
};

/// The plan of faults, shared by a FaultyStore and its test. Thread-safe.
class Faults {
  public:
    /// At `point`, lets `skip` calls pass, then fails the next `times` calls. Replaces what was planned
    /// there.
    void plan(FaultPoint point, FaultKind kind, std::int64_t times = 1, std::int64_t skip = 0) {
        const std::lock_guard lock{mutex_};
        plans_.at(static_cast<std::size_t>(point)) = {kind, times, skip};
    }
    void clear() {
        const std::lock_guard lock{mutex_};
        plans_ = {};
    }
    /// How many have struck.
    [[nodiscard]] std::int64_t struck() const {
        const std::lock_guard lock{mutex_};
        return struck_;
    }

    /// Fails if it is planned now.
    Result<void> pass(FaultPoint point) {
        const auto kind = strike(point);
        if (!kind) return {};
        switch (*kind) {
            case FaultKind::storage: return refuse(ErrorCode::storage, "planned fault");
            case FaultKind::busy: return refuse(ErrorCode::busy, "planned fault");
            case FaultKind::out_of_memory: return refuse(ErrorCode::out_of_memory, "planned fault");
            case FaultKind::unknown: return refuse(ErrorCode::outcome_unknown, "planned fault");
            case FaultKind::bad_alloc: throw std::bad_alloc{};
            case FaultKind::runtime_error: throw std::runtime_error{"planned fault"};
            case FaultKind::thrown_number: throw 7;
            case FaultKind::lost: is_lost_ = true; return refuse(ErrorCode::storage, "planned loss");
        }
        return {};
    }

    [[nodiscard]] bool is_lost() const { return is_lost_; }
    void find_again() { is_lost_ = false; }

  private:
    struct Plan {
        FaultKind kind = FaultKind::storage;
        std::int64_t times = 0;
        std::int64_t skip = 0;
    };
    std::optional<FaultKind> strike(FaultPoint point) {
        const std::lock_guard lock{mutex_};
        auto& plan = plans_.at(static_cast<std::size_t>(point));
        if (plan.times == 0) return std::nullopt;
        if (plan.skip > 0) return --plan.skip, std::nullopt;
        --plan.times;
        ++struck_;
        return plan.kind;
    }

    mutable std::mutex mutex_;
    std::array<Plan, fault_point_count> plans_;
    std::int64_t struck_ = 0;
    std::atomic<bool> is_lost_{false};
};

class FaultyStore final : public Store {
  public:
    FaultyStore(std::unique_ptr<Store> inner, std::shared_ptr<Faults> faults)
        : inner_{std::move(inner)}, faults_{std::move(faults)} {}

    Result<std::unique_ptr<Transaction>> begin_until(Deadline deadline) override {
        BOXOFFICE_TRY(faults_->pass(FaultPoint::begin));
        return wrap(inner_->begin_until(deadline));
    }
    [[nodiscard]] Duration wait_max() const override { return inner_->wait_max(); }
    Result<std::unique_ptr<View>> read() override {
        faults_->find_again();
        BOXOFFICE_TRY(faults_->pass(FaultPoint::read));
        auto view = inner_->read();
        if (!view) return view;
        return std::make_unique<HookedView<View>>(std::move(*view), view_hooks_);
    }
    Result<std::int64_t> version() override {
        BOXOFFICE_TRY(faults_->pass(FaultPoint::version));
        return inner_->version();
    }
    Result<bool> has_others() override { return inner_->has_others(); }
    void rest() override { inner_->rest(); }
    Result<void> check_health() override { return inner_->check_health(); }
    Result<void> backup(const std::string& path, bool with_keys) override {
        BOXOFFICE_TRY(faults_->pass(FaultPoint::backup));
        return inner_->backup(path, with_keys);
    }

  private:
    class Hooks final : public ViewHooks {
      public:
        Hooks(Faults& faults, FaultPoint point) : faults_{faults}, point_{point} {}
        Result<void> before_load(const char*) override { return faults_.pass(point_); }
        Result<void> before_page(const char*) override { return faults_.pass(point_); }
        [[nodiscard]] bool is_lost() const override { return faults_.is_lost(); }

      private:
        Faults& faults_;
        FaultPoint point_;
    };

    class FaultyTransaction final : public HookedView<Transaction> {
      public:
        FaultyTransaction(std::unique_ptr<Transaction> inner, Hooks& hooks, Faults& faults)
            : HookedView{std::move(inner), hooks}, faults_{faults} {}
        Result<void> commit(const Changes& changes) override {
            BOXOFFICE_TRY(faults_.pass(FaultPoint::before_commit));
            BOXOFFICE_TRY(inner().commit(changes));
            return faults_.pass(FaultPoint::after_commit);
        }

      private:
        Faults& faults_;
    };

    Result<std::unique_ptr<Transaction>> wrap(Result<std::unique_ptr<Transaction>> begun) {
        if (!begun) return begun;
        return std::make_unique<FaultyTransaction>(std::move(*begun), transaction_hooks_, *faults_);
    }

    std::unique_ptr<Store> inner_;
    std::shared_ptr<Faults> faults_;
    Hooks view_hooks_{*faults_, FaultPoint::view_load};
    Hooks transaction_hooks_{*faults_, FaultPoint::load};
};

}  // namespace boxoffice::testing

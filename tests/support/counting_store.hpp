#pragma once
/// A store that counts what is asked of it, for tests that show "at most two loads a repository and one write
/// a batch".

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "boxoffice/repositories.hpp"
#include "support/hooked_store.hpp"

namespace boxoffice::testing {

/// What one or several views were asked.
struct CallCounts {
    std::map<std::string, std::int64_t> loads;  ///< by repository, named as View names it
    std::map<std::string, std::int64_t> pages;  ///< by page
    [[nodiscard]] std::int64_t loads_of(const std::string& repository) const {
        const auto found = loads.find(repository);
        return found == loads.end() ? 0 : found->second;
    }
    /// Of the repository that was loaded most often.
    [[nodiscard]] std::int64_t loads_max() const {
        std::int64_t most = 0;
        for (const auto& [name, count] : loads) most = std::max(most, count);
        return most;
    }
};

struct StoreCalls {
    std::int64_t begins = 0;  ///< that gave a transaction; try_begin included
    std::int64_t reads = 0;   ///< that gave a view
    std::int64_t versions = 0;
    std::int64_t commits = 0;  ///< that were acknowledged
    std::int64_t failed_commits = 0;
    std::int64_t writes = 0;     ///< rows in the Changes of the acknowledged commits
    CallCounts in_transactions;  ///< all together
    CallCounts in_views;
    CallCounts last_transaction;                   ///< of the one begun last
    std::int64_t loads_of_one_repository_max = 0;  ///< the most in any one transaction
};

/// How many rows a commit writes. House rules and pruned rows are not counted.
inline std::int64_t row_count(const Changes& changes) {
    std::int64_t count = 0;
    changes.for_each([&]<class Member>(const Member& member) {
        if constexpr (requires { member.size(); }) count += static_cast<std::int64_t>(member.size());
    });
    return count;
}

/// Thread-safe. Shared by a CountingStore and the test that reads it.
class StoreCounter {
  public:
    [[nodiscard]] StoreCalls calls() const {
        const std::lock_guard lock{mutex_};
        return calls_;
    }
    void reset() {
        const std::lock_guard lock{mutex_};
        calls_ = {};
    }
    template <class Change>
    void change(Change change) {
        const std::lock_guard lock{mutex_};
        change(calls_);
    }

  private:
    mutable std::mutex mutex_;
    StoreCalls calls_;
};

class CountingStore final : public Store {
  public:
    CountingStore(std::unique_ptr<Store> inner, std::shared_ptr<StoreCounter> counter)
        : inner_{std::move(inner)}, counter_{std::move(counter)} {}

    Result<std::unique_ptr<Transaction>> begin_until(Deadline deadline) override {
        return count(inner_->begin_until(deadline));
    }
    [[nodiscard]] Duration wait_max() const override { return inner_->wait_max(); }
    Result<std::unique_ptr<View>> read() override {
        auto view = inner_->read();
        if (!view) return view;
        counter_->change([](StoreCalls& calls) { ++calls.reads; });
        return std::make_unique<CountedView>(std::move(*view), view_hooks_);
    }
    Result<std::int64_t> version() override {
        counter_->change([](StoreCalls& calls) { ++calls.versions; });
        return inner_->version();
    }
    Result<bool> has_others() override { return inner_->has_others(); }
    void rest() override { inner_->rest(); }
    Result<void> check_health() override { return inner_->check_health(); }
    Result<void> backup(const std::string& path, bool with_keys) override { return inner_->backup(path, with_keys); }

  private:
    class Hooks final : public ViewHooks {
      public:
        Hooks(StoreCounter& counter, bool in_transaction) : counter_{counter}, in_transaction_{in_transaction} {}
        Result<void> before_load(const char* repository) override {
            counter_.change([&](StoreCalls& calls) {
                if (!in_transaction_) {
                    ++calls.in_views.loads[repository];
                    return;
                }
                ++calls.in_transactions.loads[repository];
                const auto count = ++calls.last_transaction.loads[repository];
                calls.loads_of_one_repository_max = std::max(calls.loads_of_one_repository_max, count);
            });
            return {};
        }
        Result<void> before_page(const char* page) override {
            counter_.change([&](StoreCalls& calls) {
                if (in_transaction_) ++calls.last_transaction.pages[page];
                ++(in_transaction_ ? calls.in_transactions : calls.in_views).pages[page];
            });
            return {};
        }

      private:
        StoreCounter& counter_;
        bool in_transaction_;
    };

    using CountedView = HookedView<View>;

    class CountedTransaction final : public HookedView<Transaction> {
      public:
        CountedTransaction(std::unique_ptr<Transaction> inner, Hooks& hooks, StoreCounter& counter)
            : HookedView{std::move(inner), hooks}, counter_{counter} {}
        Result<void> commit(const Changes& changes) override {
            auto done = inner().commit(changes);
            counter_.change([&](StoreCalls& calls) {
                ++(done ? calls.commits : calls.failed_commits);
                if (done) calls.writes += row_count(changes);
            });
            return done;
        }

      private:
        StoreCounter& counter_;
    };

    Result<std::unique_ptr<Transaction>> count(Result<std::unique_ptr<Transaction>> begun) {
        if (!begun) return begun;
        counter_->change([](StoreCalls& calls) {
            ++calls.begins;
            calls.last_transaction = {};
        });
        return std::make_unique<CountedTransaction>(std::move(*begun), transaction_hooks_, *counter_);
    }

    std::unique_ptr<Store> inner_;
    std::shared_ptr<StoreCounter> counter_;
    Hooks view_hooks_{*counter_, false};
    Hooks transaction_hooks_{*counter_, true};
};

}  // namespace boxoffice::testing

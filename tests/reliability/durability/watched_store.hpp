#pragma once
/// A store that tells of each commit, and the whole state after it.

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "boxoffice/repositories.hpp"
#include "support/dump.hpp"
#include "support/hooked_store.hpp"
#include "support/or_throw.hpp"

namespace boxoffice::reliability {

inline std::string dump_of(Store& store) {
    const auto view = testing::or_throw(store.read());
    return testing::or_throw(testing::dump(*view));
}

class WatchedStore final : public Store, testing::ViewHooks {
  public:
    /// `committed` is called with the store when a commit has answered.
    WatchedStore(std::shared_ptr<Store> inner, std::function<void(Store&)> committed)
        : inner_{std::move(inner)}, committed_{std::move(committed)} {}

    Result<std::unique_ptr<Transaction>> begin_until(Deadline deadline) override {
        auto begun = inner_->begin_until(deadline);
        if (!begun) return begun;
        return std::make_unique<Watched>(std::move(*begun), *this);
    }
    [[nodiscard]] Duration wait_max() const override { return inner_->wait_max(); }
    Result<std::unique_ptr<View>> read() override { return inner_->read(); }
    Result<std::int64_t> version() override { return inner_->version(); }
    Result<bool> has_others() override { return inner_->has_others(); }
    void rest() override { inner_->rest(); }
    Result<void> check_health() override { return inner_->check_health(); }
    Result<void> backup(const std::string& path, bool with_keys) override { return inner_->backup(path, with_keys); }

  private:
    class Watched final : public testing::HookedView<Transaction> {
      public:
        Watched(std::unique_ptr<Transaction> inner, WatchedStore& store)
            : HookedView{std::move(inner), store}, store_{store} {}
        Result<void> commit(const Changes& changes) override {
            auto done = inner().commit(changes);
            if (done && store_.committed_) store_.committed_(*store_.inner_);
            return done;
        }

      private:
        WatchedStore& store_;
    };

    Result<void> before_load(const char* /*repository*/) override { return {}; }
    Result<void> before_page(const char* /*page*/) override { return {}; }

    std::shared_ptr<Store> inner_;
    std::function<void(Store&)> committed_;
};

}  // namespace boxoffice::reliability

#pragma once
/// Users that were asked for lately. Who a user is never changes, so what is remembered is always true; and most
/// commands can then begin without asking the store.

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "boxoffice/domain/user.hpp"

namespace http_server {

/// Thread-safe. Remembers between half of `most` and `most`, those asked for lately: what was not asked for while as
/// many others were is forgotten.
class Users {
  public:
    explicit Users(std::size_t most = 65'536) : half_(most / 2) {}

    [[nodiscard]] std::optional<boxoffice::User> find(boxoffice::UserId id) { return find(&Generation::by_id, id); }
    [[nodiscard]] std::optional<boxoffice::User> find(const std::string& external_id) {
        return find(&Generation::by_name, external_id);
    }

    void keep(const boxoffice::User& user) {
        const std::lock_guard lock(mutex_);
        add(user);
    }

  private:
    struct Generation {
        std::unordered_map<boxoffice::UserId, boxoffice::User> by_id;
        std::unordered_map<std::string, boxoffice::User> by_name;
    };

    template <class Map, class Key>
    std::optional<boxoffice::User> find(Map Generation::*map, const Key& key) {
        const std::lock_guard lock(mutex_);
        if (const auto at = (young_.*map).find(key); at != (young_.*map).end()) return at->second;
        const auto at = (old_.*map).find(key);
        if (at == (old_.*map).end()) return std::nullopt;
        const auto found = at->second;
        add(found);
        return found;
    }

    void add(const boxoffice::User& user) {
        if (young_.by_id.size() >= half_) old_ = std::exchange(young_, {});
        young_.by_id.emplace(user.id, user);
        young_.by_name.emplace(user.external_id, user);
    }

    const std::size_t half_;
    std::mutex mutex_;
    Generation young_;
    Generation old_;
};

}  // namespace http_server

#pragma once
/// How many connections each client has, so that one cannot take the places of all.

#include <array>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

namespace http_server {

/// Whom an address counts for: an IPv4 address, or the /64 of an IPv6 one, which is what one household or machine gets.
struct ClientKey {
    std::array<unsigned char, 16> bytes{};
    friend auto operator<=>(const ClientKey&, const ClientKey&) = default;

    static ClientKey of(const std::array<unsigned char, 4>& v4) {
        ClientKey key;
        key.bytes[10] = key.bytes[11] = 0xFF;
        for (std::size_t i = 0; i < v4.size(); ++i) key.bytes[12 + i] = v4[i];
        return key;
    }
    static ClientKey of(const std::array<unsigned char, 16>& v6) {
        ClientKey key;
        for (std::size_t i = 0; i < 8; ++i) key.bytes[i] = v6[i];
        return key;
    }
};

/// Thread-safe.
class Clients {
  public:
    /// A connection of a client, for as long as it lives. The table must outlive it.
    class Place {
      public:
        Place() = default;
        Place(Clients& table, ClientKey key) : table_(&table), key_(key) {}
        Place(Place&& other) noexcept : table_(std::exchange(other.table_, nullptr)), key_(other.key_) {}
        Place& operator=(Place&&) = delete;
        ~Place() {
            if (table_ != nullptr) table_->leave(key_);
        }

      private:
        Clients* table_ = nullptr;
        ClientKey key_;
    };

    /// Nothing: the client has `most` already.
    std::optional<Place> enter(const ClientKey& key, std::size_t most) {
        const std::lock_guard lock(mutex_);
        auto& count = counts_[key];
        if (count >= most) return std::nullopt;
        ++count;
        return std::optional<Place>{std::in_place, *this, key};
    }

    [[nodiscard]] std::size_t size() {
        const std::lock_guard lock(mutex_);
        return counts_.size();
    }

  private:
    void leave(const ClientKey& key) {
        const std::lock_guard lock(mutex_);
        const auto at = counts_.find(key);
        if (at != counts_.end() && --at->second == 0) counts_.erase(at);
    }

    std::mutex mutex_;
    std::map<ClientKey, std::size_t> counts_;
};

}  // namespace http_server

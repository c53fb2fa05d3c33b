#pragma once
/// The host's way to the office for commands. The office itself has those who come together share a commit.

#include <optional>
#include <type_traits>
#include <utility>

#include "boxoffice/office.hpp"
#include "health.hpp"

namespace http_server {

/// Thread-safe. Callers block until their command stands, or the store could not be had in time.
class Commands {
  public:
    /// `health`, if there is one, is told of every command; it must outlive this.
    explicit Commands(boxoffice::BoxOffice& office, Health* health = nullptr) : office_(office), health_(health) {}

    template <class C>
    boxoffice::Result<typename C::Answer> execute(C command) {
        if (health_ == nullptr) return office_.execute(std::move(command));
        health_->began(Health::Clock::now());
        auto answer = office_.execute(std::move(command));
        const bool has_fault = !answer && range_of(answer.error().code) == boxoffice::ErrorRange::fault;
        health_->ended(has_fault ? std::optional{answer.error()} : std::nullopt, std::is_same_v<C, boxoffice::Tick>,
                       Health::Clock::now());
        return answer;
    }

  private:
    boxoffice::BoxOffice& office_;
    Health* const health_;
};

}  // namespace http_server

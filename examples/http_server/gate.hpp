#pragma once
/// Whom a request comes from and for whom it is meant, as its header says: what a browser can be made to send by the
/// page of another site is refused before anything is read or done.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http.hpp"

namespace http_server {

/// Immutable, and so for any thread.
class Gate {
  public:
    /// `hosts` are names that the server goes by, and the only ones besides addresses and localhost; "*" takes any.
    /// None: names without a dot are taken as well. `own_host` is what it listens on, and always taken.
    explicit Gate(const std::vector<std::string>& hosts = {}, const std::string& own_host = {});

    /// The refusal, or nothing: 421 for another host's name, 403 for what another site's page sends, 415 for a body
    /// that is no JSON.
    [[nodiscard]] std::optional<Response> refuse(const Request& request) const;

  private:
    [[nodiscard]] bool is_own(std::string_view host) const;
    [[nodiscard]] bool is_listed(std::string_view name) const;
    [[nodiscard]] bool is_from_elsewhere(const Request& request) const;

    std::vector<std::string> names_;
    std::string own_;
    bool takes_any_ = false;
};

}  // namespace http_server

#pragma once
/// What PostgreSQL's failures are as errors of ours. No word of them holds an address, a user or a password: of a failed
/// connection only what is known by heart is told, of a failed statement its code and primary message.

#include <string>
#include <string_view>
#include <utility>

#include "stores/fault.hpp"

namespace boxoffice::postgres {

/// The connection is gone, or does not answer in time: whatever was under way on it has ended, or will.
class ConnectionLost : public Fault {
  public:
    explicit ConnectionLost(std::string words) : Fault(ErrorCode::storage, std::move(words)) {}
};

/// The server refused a statement; the connection goes on.
class StatementFailed : public Fault {
  public:
    StatementFailed(std::string_view sqlstate, std::string_view message);
    [[nodiscard]] bool is(std::string_view sqlstate) const { return sqlstate == sqlstate_; }

  private:
    std::string sqlstate_;
};

/// - busy: it was not done, and can be tried again: a lock that others held for too long (55P03, 57014), a deadlock or a
///   serialization failure (40P01, 40001).
/// - internal: a back-stop fired (constraints, a write that did not find its row).
/// - out_of_memory never: that is the server's, so storage.
ErrorCode code_of(std::string_view sqlstate) noexcept;

/// Why a connection could not be made, of libpq's words.
std::string connecting_words(std::string_view libpq_words);

/// Of the exception being handled; call it in a catch clause only.
Error current_error(std::string_view context) noexcept;

/// See guarded_by.
template <class Work>
auto guarded(std::string_view context, Work&& work) {
    return guarded_by(current_error, context, std::forward<Work>(work));
}

}  // namespace boxoffice::postgres

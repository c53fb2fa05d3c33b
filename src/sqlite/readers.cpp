#include "sqlite/readers.hpp"

#include <utility>

namespace boxoffice::sqlite {

std::unique_ptr<ReadSession> Readers::take() {
    std::unique_ptr<ReadSession> session;
    {
        const std::lock_guard lock{mutex_};
        if (!kept_.empty()) {
            session = std::move(kept_.back());
            kept_.pop_back();
        }
    }
    if (session == nullptr) {
        auto connection = std::make_unique<Connection>(path_, false, busy_timeout_);
        connection->prepare_for_reading();
        session = std::make_unique<ReadSession>(std::move(connection));
    }
    session->connection->interrupt_after(std::chrono::steady_clock::now() + view_time_max);
    session->begin.write();
    session->pages.last_event();  // BEGIN alone fixes nothing: the first read does
    return session;
}

void Readers::give_back(std::unique_ptr<ReadSession> session) noexcept {
    try {
        session->connection->interrupt_after(std::chrono::steady_clock::time_point::max());
        session->end.write();
        const std::lock_guard lock{mutex_};
        if (kept_.size() < kept_max) kept_.push_back(std::move(session));
    } catch (...) {
        // A session that cannot end its transaction, or for which there is no memory, is closed.
    }
}

void Readers::close_all() noexcept {
    const std::lock_guard lock{mutex_};
    kept_.clear();
}

void Readers::leak_all() noexcept {
    for (auto& session : kept_) static_cast<void>(session.release());
}

}  // namespace boxoffice::sqlite

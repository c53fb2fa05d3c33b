#pragma once
/// The canonical dump of a store: every row in key order, every field, one row a line. Two stores that were
/// given the same commits have the same dump.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <bit>
#include <cstdint>
#include <string>
#include <utility>

#include "boxoffice/repositories.hpp"

namespace boxoffice::testing {

class DumpVisitor final : public Visitor {
  public:
    [[nodiscard]] std::string text() && { return std::move(text_); }

    /// Without the store's name, which chance makes.
    void visit(const HouseRules& row) override {
        line("rules", row.hold_ttl.count(), row.holds_per_user, row.capture_ttl.count(), row.identity_ttl.count(),
             row.idempotency_ttl.count(), row.issue_limit.value);
    }
    void visit(const User& row) override { line("user", row.id, row.external_id, row.created_at); }
    void visit(const Room& row) override {
        const auto& limits = row.limits;
        line("room", row.id, row.name, limits.active_capacity, limits.queue_capacity, limits.admissions_per_second,
             limits.arrive_ttl.count(), limits.active_ttl.count(), limits.waiting_ttl.count(), row.last_position,
             row.serving, row.waiting_count, row.admitted_count, row.next_admission_at, row.next_lapse_at);
    }
    void visit(const Concert& row) override {
        line("concert", row.id, to_text(row.date), row.title, row.room, row.created_at);
    }
    void visit(const Seat& row) override {
        line("seat", row.id, row.concert, row.facts.number, row.facts.section, row.facts.row, row.facts.price.value,
             std::bit_cast<std::int64_t>(row.facts.x), std::bit_cast<std::int64_t>(row.facts.y), row.facts.label,
             row.state, row.claim, row.held_until, row.version);
    }
    void visit(const Place& row) override {
        line("place", row.token, row.room, row.user, row.position, row.state, row.admitted_at, row.arrived_at,
             row.turn_until, row.deadline, row.finished_at);
    }
    void visit(const Reservation& row) override {
        line("reservation", row.id, row.user, row.seat, row.concert, row.token, row.price.value, row.state, row.held_at,
             row.deadline, row.finished_at, row.payment);
    }
    void visit(const Account& row) override {
        line("account", row.id, row.kind, row.balance.value, row.created_at, row.updated_at);
    }
    void visit(const Payment& row) override {
        line("payment", row.id, row.reservation, row.user, row.amount.value, row.state, row.requested_at, row.deadline,
             row.finished_at, row.transaction_key, row.reconciled_at, std::int64_t{row.step_count});
    }
    void visit(const PaymentStep& row) override {
        line("step", row.payment, row.index, row.state, row.at, row.transaction_key);
    }
    void visit(const Transfer& row) override {
        line("transfer", row.id, row.from, row.to, row.amount.value, row.kind, row.payment, row.at);
    }
    void visit(const IdempotencyRecord& row) override {
        line("idempotency", row.id.user, row.id.operation, row.id.key,
             fmt::format("{:02x}", fmt::join(row.request, "")), fmt::format("{}", fmt::join(row.answer, ",")),
             row.created_at);
    }
    void visit(const Event& row) override {
        line("event", row.sequence, row.at, row.kind, row.user, row.room, row.token, row.concert, row.seat,
             row.reservation, row.payment, row.amount, row.deadline);
    }

  private:
    template <class... Fields>
    void line(const char* table, const Fields&... fields) {
        text_ += table;
        (add(fields), ...);
        text_ += '\n';
    }
    void add(const std::string& text) { text_ += fmt::format(" '{}'", text); }
    void add(std::int64_t number) { text_ += fmt::format(" {}", number); }
    void add(Time time) { text_ += time == never ? " never" : fmt::format(" {}", to_us(time)); }
    template <class Tag>
    void add(Id<Tag> id) {
        add(id.value);
    }
    template <class Enum>
    requires std::is_enum_v<Enum>
    void add(Enum value) { add(std::string{name(value)}); }
    template <class Enum>
    static std::string name(Enum value) {
        if constexpr (requires { name_of(value); })
            return std::string{name_of(value)};
        else
            return std::to_string(static_cast<std::int64_t>(value));
    }

    std::string text_;
};

inline Result<std::string> dump(View& view) {
    DumpVisitor visitor;
    BOXOFFICE_TRY(view.scan(visitor));
    return std::move(visitor).text();
}

}  // namespace boxoffice::testing

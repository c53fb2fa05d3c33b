#pragma once
/// Answers that are given again to the same key and request (I1).

#include <optional>
#include <vector>

#include "boxoffice/commands.hpp"
#include "boxoffice/member_count.hpp"
#include "engine/working_set.hpp"

namespace boxoffice::steps {

/// An answer's fields in order, each spelt once: `io` takes them in, or gives them.
template <class Io>
constexpr void fields(Io& io, Held& a) {
    io(a.reservation, a.seat, a.price, a.deadline);
}
template <class Io>
constexpr void fields(Io& io, HeldItem& a) {
    io(a.reservation, a.seat, a.type, a.price);
}
template <class Io>
constexpr void fields(Io& io, HeldOrder& a) {
    io(a.order, a.deadline, a.total, a.items);
}
template <class Io>
constexpr void fields(Io& io, CancelledItem& a) {
    io(a.reservation, a.refund);
}
template <class Io>
constexpr void fields(Io& io, Cancelled& a) {
    io(a.refund, a.balance, a.items);
}
template <class Io>
constexpr void fields(Io& io, Refunded& a) {
    io(a.reservation, a.amount, a.refunded);
}
template <class Io>
constexpr void fields(Io& io, Recharged& a) {
    io(a.transfer, a.balance);
}
template <class Io>
constexpr void fields(Io& io, Paid& a) {
    io(a.payment, a.reservation, a.amount, a.balance, a.paid_at);  // and items, which rows have
}
template <class Io>
constexpr void fields(Io& io, PaymentBegun& a) {
    io(a.payment, a.reservation, a.amount, a.deadline);
}

template <class Tag>
std::int64_t word_of(Id<Tag> id) {
    return id.value;
}
inline std::int64_t word_of(Points points) { return points.value; }
inline std::int64_t word_of(Time time) { return to_us(time); }

template <class Tag>
void set_word(Id<Tag>& id, std::int64_t word) {
    id.value = word;
}
inline void set_word(Points& points, std::int64_t word) { points.value = word; }
inline void set_word(Time& time, std::int64_t word) { time = from_us(word); }

struct FieldCounter {
    std::size_t count = 0;
    constexpr void operator()(const auto&... field) { count += sizeof...(field); }
};

/// How many members of an answer `fields` spells.
template <class Answer>
consteval std::size_t field_count() {
    Answer answer{};
    FieldCounter counter;
    fields(counter, answer);
    return counter.count;
}

/// How many members `fields` leaves out, since Decision::complete finds them in rows.
template <class Answer>
inline constexpr std::size_t completed_count = 0;
template <>
inline constexpr std::size_t completed_count<Paid> = 1;

/// A list is how many it has, and the fields of each.
struct FieldReader {
    const std::vector<std::int64_t>& words;
    std::size_t at = 0;
    void operator()(auto&... field) { (take(field), ...); }

  private:
    void take(auto& field) { set_word(field, words.at(at++)); }
    template <class Item>
    void take(std::vector<Item>& list) {
        for (auto left = words.at(at++); left > 0; --left) fields(*this, list.emplace_back());
    }
};

struct FieldWriter {
    std::vector<std::int64_t> words;
    void operator()(auto&... field) {
        words.reserve(words.size() + sizeof...(field));
        (add(field), ...);
    }

  private:
    void add(const auto& field) { words.push_back(word_of(field)); }
    template <class Item>
    void add(std::vector<Item>& list) {
        static_assert(field_count<Item>() == member_count<Item>(),
                      "fields() lacks a member: a replay would answer without it");
        words.push_back(static_cast<std::int64_t>(list.size()));
        for (auto& item : list) fields(*this, item);
    }
};

/// Where a request's record stands, and the hash of what was asked.
struct Request {
    IdempotencyId id;
    RequestHash hash{};
};

/// The answer given before to the same key and request; nothing if the key is free; idempotency_conflict if the key was
/// for another request.
template <class Answer>
Result<std::optional<Answer>> recall(const WorkingSet& set, const Moment& moment, const Request& request) {
    const auto* record = set.idempotency.find(request.id);
    if (record == nullptr || passed(later(record->created_at, moment.options.idempotency_ttl), moment.now))
        return std::optional<Answer>{};
    if (record->request != request.hash) return refuse(ErrorCode::idempotency_conflict);
    Answer answer;
    FieldReader reader{record->answer};
    fields(reader, answer);
    return std::optional<Answer>{answer};
}

template <class Answer>
void remember(WorkingSet& set, const Moment& moment, const Request& request, Answer answer) {
    static_assert(field_count<Answer>() + completed_count<Answer> == member_count<Answer>(),
                  "fields() lacks a member: a replay would answer without it");
    FieldWriter writer;
    fields(writer, answer);
    set.put(IdempotencyRecord{request.id, request.hash, std::move(writer.words), moment.now});
}

}  // namespace boxoffice::steps

#pragma once
/// What spells a row. `fields(io, row)` (rows.hpp) names every column of a row once, in order, and says what it is; an Io does
/// with that what it is there for: read, bind, or list the columns. An SQL store brings only a source of columns (`>>` to a
/// variable) and a sink of parameters (`<<` a value); the Ios here put those to use.
///
/// What a value is in a column:
///     Id       INTEGER; none (0) is NULL where the row says or_null
///     Time     INTEGER, microseconds since 1970 UTC; never is NULL
///     Date     TEXT, yyyy-mm-dd
///     enum     TEXT, its stable name
///     bool     INTEGER, 0 or 1
///     Numbers  TEXT, a JSON array
///     RefundSteps  TEXT, a JSON array: until, thousandths, until, thousandths …
///     texts    TEXT;  hashes and secrets  BLOB

#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "boxoffice/domain/sale.hpp"
#include "boxoffice/ids.hpp"
#include "boxoffice/names.hpp"

namespace boxoffice::sql {

/// - `key` names the row (several are one key, in this order; it is the order of a scan). A value that is no variable is
///   written and not read.
/// - `fixed` is written with the row and never again, so that its indexes are left alone.
/// - `changing` is written each time.
/// - `version` changes with every write; a write finds the row only at the version before.
/// - `derived` and `derived_fixed` are made of the other columns, for indexes, and never read; `make()` is called where they
///   are written.
template <class Io>
concept RowIo = requires(Io& io, const char* name, std::int64_t& value, std::int64_t (*make)()) {
    io.key(name, value);
    io.fixed(name, value);
    io.changing(name, value);
    io.version(name, value);
    io.derived(name, make);
    io.derived_fixed(name, make);
};

/// An id whose absence is NULL. `IdType` is const where it is written.
template <class IdType>
struct OrNull {
    IdType& id;
};
template <class IdType>
OrNull<IdType> or_null(IdType& id) {
    return {id};
}

/// What is reckoned with: beyond these bounds nobody wrote it, and it would overflow. `Number` is const where it is written.
template <class Number>
struct Bounded {
    Number& value;
    std::int64_t least, most;
};

/// A span below some 1,100 years, a thousand times what one seat can cost, or a count that anybody could reach.
template <class Number>
Bounded<Number> bounded(Number& value) {
    using Kind = std::remove_const_t<Number>;
    constexpr auto most = std::int64_t{1} << (std::is_same_v<Kind, Duration> ? 55
                                              : std::is_same_v<Kind, Points> ? 50
                                                                             : 60);
    return {value, -most, most};
}

/// What is counted from 0 on, as far as numbers go: the difference of two can be told.
template <class Number>
Bounded<Number> from_zero(Number& value) {
    return {value, 0, std::numeric_limits<std::int64_t>::max()};
}

/// A list of numbers in one column. `List` is const where it is written.
template <class List>
struct Numbers {
    List& list;
};
template <class List>
Numbers<List> numbers(List& list) {
    return {list};
}

/// What comes back to who cancels, in one column. `List` is const where it is written.
template <class List>
struct RefundSteps {
    List& list;
};
template <class List>
RefundSteps<List> refund_steps(List& list) {
    return {list};
}

/// Until, thousandths, until, thousandths …
inline std::vector<std::int64_t> numbers_of(const std::vector<RefundStep>& steps) {
    std::vector<std::int64_t> list;
    for (const auto& step : steps) list.insert(list.end(), {to_us(step.until), step.thousandths});
    return list;
}
/// Nothing, where it is not pairs.
inline std::optional<std::vector<RefundStep>> steps_of(const std::vector<std::int64_t>& list) {
    if (list.size() % 2 != 0) return std::nullopt;
    std::vector<RefundStep> steps;
    for (std::size_t i = 0; i < list.size(); i += 2) {
        if (list[i + 1] < 0 || list[i + 1] > 1'000) return std::nullopt;
        steps.push_back({from_us(list[i]), list[i + 1]});
    }
    return steps;
}

inline std::string to_json(const std::vector<std::int64_t>& list) {
    std::string text{"["};
    for (const auto number : list) text.append(text.size() > 1 ? "," : "").append(std::to_string(number));
    return text.append("]");
}

/// Nothing, where it is not an array of integers.
inline std::optional<std::vector<std::int64_t>> from_json(std::string_view text) {
    if (text.size() < 2 || text.front() != '[' || text.back() != ']') return std::nullopt;
    std::vector<std::int64_t> list;
    const char* at = text.data() + 1;
    const char* const end = text.data() + text.size() - 1;
    while (at != end) {
        if (!list.empty() && *at++ != ',') return std::nullopt;
        const auto [stop, error] = std::from_chars(at, end, list.emplace_back());
        if (error != std::errc{}) return std::nullopt;
        at = stop;
    }
    return list;
}

/// Takes a row from a source of columns.
template <class Source>
class Reader {
  public:
    explicit Reader(Source& source) : source_(source) {}
    template <class Value>
    void key(const char*, Value&& value) {
        if constexpr (std::is_lvalue_reference_v<Value>) source_ >> value;
    }
    void fixed(const char*, auto&& value) { source_ >> value; }
    void changing(const char*, auto&& value) { source_ >> value; }
    void version(const char*, auto&& value) { source_ >> value; }
    static void derived(const char*, const auto&) {}
    static void derived_fixed(const char*, const auto&) {}

  private:
    Source& source_;
};

/// Binds the parameters of `insert_into`: all of the row.
template <class Sink>
class InsertBinder {
  public:
    explicit InsertBinder(Sink& sink) : sink_(sink) {}
    void key(const char*, const auto& value) { sink_ << value; }
    void fixed(const char*, const auto& value) { sink_ << value; }
    void changing(const char*, const auto& value) { sink_ << value; }
    void version(const char*, const auto& value) { sink_ << value; }
    void derived(const char*, const auto& make) { sink_ << make(); }
    void derived_fixed(const char*, const auto& make) { sink_ << make(); }

  private:
    Sink& sink_;
};

/// Binds the parameters of `update`: what names the row, and what can change.
template <class Sink>
class UpdateBinder {
  public:
    explicit UpdateBinder(Sink& sink) : sink_(sink) {}
    void key(const char*, const auto& value) { sink_ << value; }
    static void fixed(const char*, const auto&) {}
    void changing(const char*, const auto& value) { sink_ << value; }
    void version(const char*, const auto& value) { sink_ << value; }
    void derived(const char*, const auto& make) { sink_ << make(); }
    static void derived_fixed(const char*, const auto&) {}

  private:
    Sink& sink_;
};

}  // namespace boxoffice::sql

#pragma once
/// The two ends of a row, whatever the client: `<<` gives the next parameter, `>>` takes the next column. What a value is in a
/// column is said in row_io.hpp; here it is brought down to the five things that every client knows.

#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "boxoffice/ids.hpp"
#include "boxoffice/points.hpp"
#include "boxoffice/time.hpp"
#include "sql/row_io.hpp"
#include "stores/fault.hpp"

namespace boxoffice::sql {

/// `Derived` has put(std::int64_t), put(double), put(const std::string&), put_name(std::string_view) for a text that ends with a
/// NUL and lives as long as the program, put_bytes(const std::uint8_t*, std::size_t) and put_null().
template <class Derived>
class Sink {
  public:
    Derived& operator<<(std::int64_t value) { return self().put(value), self(); }
    Derived& operator<<(std::int32_t value) { return *this << std::int64_t{value}; }
    Derived& operator<<(bool value) { return *this << std::int64_t{value}; }
    Derived& operator<<(double value) { return self().put(value), self(); }
    Derived& operator<<(const std::string& value) { return self().put(value), self(); }
    template <NamedEnum Enum>
    Derived& operator<<(Enum value) {
        return self().put_name(name_of(value)), self();
    }
    Derived& operator<<(Points value) { return *this << value.value; }
    Derived& operator<<(Duration value) { return *this << static_cast<std::int64_t>(value.count()); }
    Derived& operator<<(Date value) { return *this << to_text(value); }
    Derived& operator<<(Time value) {
        if (value == never) return self().put_null(), self();
        return *this << to_us(value);
    }
    template <class Tag>
    Derived& operator<<(Id<Tag> value) {
        return *this << value.value;
    }
    template <class IdType>
    Derived& operator<<(OrNull<IdType> value) {
        if (!value.id) return self().put_null(), self();
        return *this << value.id.value;
    }
    template <class Number>
    Derived& operator<<(Bounded<Number> value) {
        return *this << value.value;
    }
    template <class List>
    Derived& operator<<(Numbers<List> value) {
        return *this << to_json(value.list);
    }
    template <class List>
    Derived& operator<<(RefundSteps<List> value) {
        return *this << to_json(numbers_of(value.list));
    }
    template <std::size_t size>
    Derived& operator<<(const std::array<std::uint8_t, size>& value) {
        return self().put_bytes(value.data(), size), self();
    }

  private:
    Derived& self() { return static_cast<Derived&>(*this); }
};

/// `Derived` has next(), the next column, which has is_null(), integer(), real(), text() and bytes(); the last two give what a
/// std::string_view can be made of, and live until the next column is asked for. Throws where a column holds what no row of
/// ours does.
template <class Derived>
class Source {
  public:
    Derived& operator>>(std::int64_t& value) { return value = self().next().integer(), self(); }
    Derived& operator>>(std::int32_t& value) {
        using Limits = std::numeric_limits<std::int32_t>;
        return value = static_cast<std::int32_t>(within(Limits::min(), Limits::max(), "a number")), self();
    }
    Derived& operator>>(bool& value) { return value = self().next().integer() != 0, self(); }
    Derived& operator>>(double& value) { return value = self().next().real(), self(); }
    Derived& operator>>(std::string& value) { return value = self().next().text(), self(); }
    Derived& operator>>(Points& value) {
        *this >> value.value;
        // Nobody has more; and what is added to a damaged row would overflow.
        if (value > issued_max || value.value < -issued_max.value)
            throw Fault{ErrorCode::storage, "a row has " + std::to_string(value.value) + " points"};
        return self();
    }
    Derived& operator>>(Duration& value) { return value = Duration{self().next().integer()}, self(); }
    Derived& operator>>(Date& value) {
        const auto column = self().next();
        const std::string text{column.text()};
        const auto date = parse_date(text);  // its error would be a mistake of the caller's
        if (!date) throw Fault{ErrorCode::storage, "a row has the date '" + text + "'"};
        return value = *date, self();
    }
    Derived& operator>>(Time& value) {
        const auto column = self().next();
        return value = column.is_null() ? never : from_us(column.integer()), self();
    }
    template <class Tag>
    Derived& operator>>(Id<Tag>& value) {
        const auto column = self().next();
        return value.value = column.is_null() ? 0 : column.integer(), self();
    }
    template <class IdType>
    Derived& operator>>(OrNull<IdType> value) {
        return *this >> value.id;
    }
    Derived& operator>>(Bounded<std::int64_t> value) {
        return value.value = within(value.least, value.most, "a count"), self();
    }
    Derived& operator>>(Bounded<Points> value) {
        return value.value.value = within(value.least, value.most, "points"), self();
    }
    Derived& operator>>(Bounded<Duration> value) {
        return value.value = Duration{within(value.least, value.most, "a span of us")}, self();
    }
    template <class List>
    Derived& operator>>(Numbers<List> value) {
        const auto column = self().next();
        auto list = from_json(column.text());
        if (!list) throw Fault{ErrorCode::storage, "an idempotency answer is not an array of integers"};
        return value.list = std::move(*list), self();
    }
    template <class List>
    Derived& operator>>(RefundSteps<List> value) {
        const auto column = self().next();
        const auto list = from_json(column.text());
        auto steps = list ? steps_of(*list) : std::nullopt;
        if (!steps)
            throw Fault{ErrorCode::storage,
                        "a sale's refund steps are not an array of times and of thousandths, 0 to 1,000"};
        return value.list = std::move(*steps), self();
    }
    template <NamedEnum Enum>
    Derived& operator>>(Enum& value) {
        const auto column = self().next();
        const std::string_view name = column.text();
        const auto found = value_named<Enum>(name);
        if (!found) throw Fault{ErrorCode::storage, "a row has the unknown state or kind '" + std::string{name} + "'"};
        return value = *found, self();
    }
    template <std::size_t size>
    Derived& operator>>(std::array<std::uint8_t, size>& value) {
        const auto column = self().next();
        const std::string_view bytes = column.bytes();
        if (bytes.size() != size) throw Fault{ErrorCode::storage, "a blob of the wrong size"};
        std::memcpy(value.data(), bytes.data(), size);
        return self();
    }

  private:
    std::int64_t within(std::int64_t least, std::int64_t most, const char* what) {
        const auto value = self().next().integer();
        if (value < least || value > most)
            throw Fault{ErrorCode::storage, std::string{"a row has "} + what + " of " + std::to_string(value)};
        return value;
    }
    Derived& self() { return static_cast<Derived&>(*this); }
};

}  // namespace boxoffice::sql

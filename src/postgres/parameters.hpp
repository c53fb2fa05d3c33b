#pragma once
/// Parameters as they go over the wire, in PostgreSQL's binary format: big-endian numbers, texts and bytes as they are, and
/// arrays of them. Every statement says the types of its parameters ($1::int8), so none is told beside them.

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "boxoffice/ids.hpp"
#include "sql/values.hpp"

namespace boxoffice::postgres {

/// What a column or an element is; the value is its number in pg_type, the same in every PostgreSQL.
enum class Type : std::uint32_t { bytea = 17, int8 = 20, text = 25, float8 = 701 };

constexpr const char* name_of(Type type) {
    switch (type) {
        case Type::bytea: return "bytea";
        case Type::int8: return "int8";
        case Type::text: return "text";
        case Type::float8: return "float8";
    }
    return "";
}

template <class Number>
void append_number(std::string& bytes, Number value) {
    using Bits = std::conditional_t<sizeof(Number) == 8, std::uint64_t, std::uint32_t>;
    const auto bits = std::bit_cast<Bits>(value);
    std::array<char, sizeof bits> big_endian;
    for (std::size_t i = 0; i < sizeof bits; ++i)
        big_endian[i] = static_cast<char>(bits >> 8 * (sizeof bits - 1 - i) & 0xFF);
    bytes.append(big_endian.data(), big_endian.size());
}

/// One array. Its elements are of the type of the first value added, or of the one told.
class Array {
  public:
    Array() = default;
    explicit Array(Type type) : type_(type) {}

    void add(std::int64_t value) { add_number(Type::int8, value); }
    void add(double value) { add_number(Type::float8, value); }
    void add(std::string_view text) { add_bytes(Type::text, text); }
    void add_bytes(std::string_view bytes) { add_bytes(Type::bytea, bytes); }
    /// Only numbers can be absent.
    void add_null() {
        type_ = Type::int8;
        has_null_ = true;
        ++count_;
        append_number(elements_, std::int32_t{-1});
    }
    [[nodiscard]] Type type() const { return type_; }

    /// The header of one dimension, and the elements.
    [[nodiscard]] std::string bytes() const {
        std::string out;
        out.reserve(20 + elements_.size());
        append_number(out, std::int32_t{count_ > 0 ? 1 : 0});
        append_number(out, std::int32_t{has_null_});
        append_number(out, static_cast<std::uint32_t>(type_));
        if (count_ == 0) return out;
        append_number(out, count_);
        append_number(out, std::int32_t{1});
        return out.append(elements_);
    }

  private:
    template <class Number>
    void add_number(Type type, Number value) {
        type_ = type;
        ++count_;
        append_number(elements_, std::int32_t{sizeof value});
        append_number(elements_, value);
    }
    void add_bytes(Type type, std::string_view bytes) {
        type_ = type;
        ++count_;
        append_number(elements_, static_cast<std::int32_t>(bytes.size()));
        elements_.append(bytes);
    }

    Type type_ = Type::int8;
    bool has_null_ = false;
    std::int32_t count_ = 0;
    std::string elements_;
};

/// The parameters of one run of a statement.
class Parameters : public sql::Sink<Parameters> {
  public:
    using sql::Sink<Parameters>::operator<<;
    Parameters& operator<<(const Array& array) { return values_.push_back(array.bytes()), *this; }
    template <class Tag>
    Parameters& operator<<(const std::vector<Id<Tag>>& ids) {
        Array array{Type::int8};
        for (const auto id : ids) array.add(id.value);
        return *this << array;
    }
    Parameters& operator<<(const std::vector<std::string>& texts) {
        Array array{Type::text};
        for (const auto& text : texts) array.add(std::string_view{text});
        return *this << array;
    }

    void put(std::int64_t value) { append_number(values_.emplace_back().emplace(), value); }
    void put(double value) { append_number(values_.emplace_back().emplace(), value); }
    void put(const std::string& value) { values_.emplace_back(value); }
    void put_name(std::string_view name) { values_.emplace_back(name); }
    void put_bytes(const std::uint8_t* bytes, std::size_t size) {
        values_.emplace_back(std::string{reinterpret_cast<const char*>(bytes), size});
    }
    void put_null() { values_.emplace_back(); }

    /// Nothing: NULL.
    [[nodiscard]] const std::vector<std::optional<std::string>>& values() const { return values_; }

  private:
    std::vector<std::optional<std::string>> values_;
};

template <class... Values>
Parameters given(const Values&... values) {
    Parameters parameters;
    static_cast<void>((parameters << ... << values));
    return parameters;
}

/// Many rows, an array a column: what `unnest` makes rows of again.
class Columns : public sql::Sink<Columns> {
  public:
    explicit Columns(const std::vector<Type>& types) : arrays_(types.begin(), types.end()) {}

    void put(std::int64_t value) { next().add(value); }
    void put(double value) { next().add(value); }
    void put(const std::string& value) { next().add(std::string_view{value}); }
    void put_name(std::string_view name) { next().add(name); }
    void put_bytes(const std::uint8_t* bytes, std::size_t size) {
        next().add_bytes({reinterpret_cast<const char*>(bytes), size});
    }
    void put_null() { next().add_null(); }

    [[nodiscard]] Parameters parameters() const {
        Parameters out;
        for (const auto& array : arrays_) out << array;
        return out;
    }

  private:
    Array& next() {
        auto& array = arrays_[at_];
        at_ = (at_ + 1) % arrays_.size();
        return array;
    }

    std::vector<Array> arrays_;
    std::size_t at_ = 0;
};

}  // namespace boxoffice::postgres

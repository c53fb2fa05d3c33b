#pragma once
/// Reading the members of request bodies with the right types, and writing compact JSON.

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "boxoffice/error.hpp"
#include "boxoffice/ids.hpp"
#include "boxoffice/points.hpp"
#include "boxoffice/time.hpp"

namespace http_server {

using boxoffice::Result;

/// A request body: one JSON object. Members it does not ask for are ignored. Mistakes are invalid_argument, and say
/// which member and what was expected.
class Body {
  public:
    /// Broken JSON, text that is not UTF-8, anything but an object, a member twice, and nesting beyond 64 are mistakes.
    static Result<Body> parse(std::string_view text);

    /// A text that must be there.
    [[nodiscard]] Result<std::string> text(const char* name) const;
    /// A text that may be absent; null is not a text.
    [[nodiscard]] Result<std::optional<std::string>> optional_text(const char* name) const;
    /// A JSON integer that must be there: no fraction, no exponent, within int64.
    [[nodiscard]] Result<std::int64_t> integer(const char* name) const;
    /// A number's or text's text: seat numbers come as either.
    [[nodiscard]] Result<std::string> text_or_integer(const char* name) const;
    /// A JSON integer that may be absent.
    [[nodiscard]] Result<std::optional<std::int64_t>> optional_integer(const char* name) const;
    /// true or false, or absent.
    [[nodiscard]] Result<std::optional<bool>> optional_bool(const char* name) const;
    /// "2026-12-24T19:00:00.000Z", the fraction (of up to three digits) at will. Absent: nothing; null: `if_null`.
    [[nodiscard]] Result<std::optional<boxoffice::Time>> optional_time(const char* name, boxoffice::Time if_null) const;
    /// An id, or null or absent: none. What is no id is one that nothing has.
    template <class IdType>
    [[nodiscard]] Result<IdType> id_or_none(const char* name) const;
    /// An array of numbers' or texts' texts, which must be there.
    [[nodiscard]] Result<std::vector<std::string>> texts_or_integers(const char* name) const;
    /// A number that may be absent (then 0).
    [[nodiscard]] Result<double> optional_number(const char* name) const;
    /// An array of objects; nothing if it is absent.
    [[nodiscard]] Result<std::optional<std::vector<Body>>> optional_objects(const char* name) const;
    /// An object that must be there.
    [[nodiscard]] Result<Body> object(const char* name) const;
    /// The member as it is, or null where it is absent.
    [[nodiscard]] const nlohmann::json* find(const char* name) const;
    [[nodiscard]] const nlohmann::json& json() const { return object_; }

  private:
    explicit Body(nlohmann::json object) : object_(std::move(object)) {}
    nlohmann::json object_;
};

/// The id that a text names; what is no id names one that nothing has.
template <class IdType>
IdType id_named(std::string_view text) {
    return boxoffice::parse_id<IdType>(text).value_or(IdType{std::numeric_limits<std::int64_t>::max()});
}

template <class IdType>
Result<IdType> Body::id_or_none(const char* name) const {
    const auto* value = find(name);
    if (value == nullptr || value->is_null()) return IdType{};
    BOXOFFICE_TRY_VALUE(const auto id, text(name));
    return id_named<IdType>(id);
}

/// An instant as the contract writes it. Nothing: it is none.
std::optional<boxoffice::Time> parse_time(std::string_view text);

/// Builds compact JSON; the caller sees to it that objects and arrays are closed.
class JsonWriter {
  public:
    JsonWriter& open_object() { return comma().open('{'); }  ///< the whole, or an element
    JsonWriter& open_object(std::string_view name) { return key(name).open('{'); }
    JsonWriter& open_array(std::string_view name) { return key(name).open('['); }
    JsonWriter& close_object() { return close('}'); }
    JsonWriter& close_array() { return close(']'); }

    JsonWriter& member(std::string_view name, std::string_view text) { return key(name).quote(text); }
    JsonWriter& member(std::string_view name, const char* text) { return member(name, std::string_view{text}); }
    JsonWriter& member(std::string_view name, std::int64_t number);
    JsonWriter& member(std::string_view name, double number);
    JsonWriter& member(std::string_view name, bool value);
    JsonWriter& member(std::string_view name, boxoffice::Points points) { return member(name, points.value); }
    JsonWriter& member(std::string_view name, boxoffice::Date day);
    JsonWriter& member(std::string_view name, boxoffice::Time time);
    template <class Tag>
    JsonWriter& member(std::string_view name, boxoffice::Id<Tag> id) {
        return member(name, std::string_view{to_text(id)});
    }
    JsonWriter& null_member(std::string_view name);
    /// null where it is `none`.
    JsonWriter& member_or_null(std::string_view name, boxoffice::Time time, boxoffice::Time none);
    template <class Tag>
    JsonWriter& member_or_null(std::string_view name, boxoffice::Id<Tag> id) {
        return id ? member(name, id) : null_member(name);
    }

    /// An element of an array.
    JsonWriter& element(std::string_view text) { return comma().quote(text); }

    [[nodiscard]] std::string take() { return std::move(out_); }

  private:
    JsonWriter& comma();
    JsonWriter& key(std::string_view name);
    /// Escaped; what is not UTF-8 becomes U+FFFD.
    JsonWriter& quote(std::string_view text);
    JsonWriter& open(char bracket);
    JsonWriter& close(char bracket);

    std::string out_;
    bool needs_comma_ = false;
};

}  // namespace http_server

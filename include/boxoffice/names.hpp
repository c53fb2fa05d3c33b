#pragma once
/// The names of an enum's values, once: beside each enum of the domain stands a table of them, and from it come `name_of`,
/// the text of its column, and the way back. Names and numbers are part of stored data: they are only ever added.

#include <array>
#include <optional>
#include <string_view>

namespace boxoffice {

/// A value and its stable name, which ends with a NUL and lives as long as the program.
template <class Enum>
struct EnumName {
    Enum value;
    const char* name;
};
template <class Enum>
EnumName(Enum, const char*) -> EnumName<Enum>;

/// Every value of `Enum`, in the order of their numbers. tests/names finds one that its table lacks.
template <class Enum>
inline constexpr std::array<EnumName<Enum>, 0> enum_names{};

/// An enum that has its table.
template <class Enum>
concept NamedEnum = !enum_names<Enum>.empty();

/// The stable name; "unknown" for a number that is none of the enum's.
template <NamedEnum Enum>
constexpr std::string_view name_of(Enum value) noexcept {
    for (const auto& entry : enum_names<Enum>)
        if (entry.value == value) return entry.name;
    return "unknown";
}

/// The value of that name, or nothing.
template <NamedEnum Enum>
constexpr std::optional<Enum> value_named(std::string_view name) noexcept {
    for (const auto& entry : enum_names<Enum>)
        if (entry.name == name) return entry.value;
    return std::nullopt;
}

}  // namespace boxoffice

#pragma once
/// How many members a structure has, so that a list that must name all of them can be held to it when it is compiled.

#include <cstddef>
#include <optional>

namespace boxoffice {

namespace counting {

template <class Type>
inline constexpr bool is_optional = false;
template <class Value>
inline constexpr bool is_optional<std::optional<Value>> = true;

/// Stands for a value of any type. (An optional takes what its value takes; two ways would be ambiguous.)
struct Anything {
    template <class Type>
    requires(!is_optional<Type>) operator Type() const;
};

}  // namespace counting

/// Of an aggregate: as many as it can be initialised with.
template <class Aggregate, class... Values>
consteval std::size_t member_count() {
    if constexpr (requires { Aggregate{Values{}..., counting::Anything{}}; })
        return member_count<Aggregate, Values..., counting::Anything>();
    else
        return sizeof...(Values);
}

}  // namespace boxoffice

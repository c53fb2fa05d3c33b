#pragma once
/// The shapes of a function of an office: one answer, none, or a list. Each zeroes what it will write, looks at the
/// pointers, asks, and converts with the to_c of the answer's type.

#include <type_traits>

#include "convert_sales.hpp"

namespace boxoffice::capi {

/// Where there is nothing to tell beside that it was done.
struct Nothing {};
template <class Value>
void to_c(const Value&, Nothing&) {}

/// What a function asks is either a query, `ask(BoxOffice&)`, or makes a command, `ask()`, which is then executed.
template <class Ask>
auto ask_of(BoxOffice& box, Ask& ask) {
    if constexpr (std::is_invocable_v<Ask&, BoxOffice&>) {
        return ask(box);
    } else {
        auto command = ask();
        using Done = decltype(box.execute(std::move(*command)));
        return command ? box.execute(std::move(*command)) : Done{tl::unexpected(std::move(command).error())};
    }
}

/// A number that the caller may not want to hear.
class OrNobody {
  public:
    explicit OrNobody(std::int64_t* out) : out_(out) {}
    [[nodiscard]] std::int64_t* get() { return out_ == nullptr ? &nobody_asks_ : out_; }

  private:
    std::int64_t* out_;
    std::int64_t nobody_asks_ = 0;
};

/// The answer goes to a structure (or number) of the caller's.
template <class Out, class Ask>
boxoffice_status answer(boxoffice_office* office, Out* out, boxoffice_error* error, Ask ask) {
    zero(out);
    return call(office, error, [&](BoxOffice& box) -> Result<void> {
        BOXOFFICE_TRY(check_given(out, "the answer"));
        BOXOFFICE_TRY_VALUE(auto value, ask_of(box, ask));
        Out told{};  // whole or not at all: it takes memory
        to_c(value, told);
        *out = told;
        return {};
    });
}

template <class Ask>
boxoffice_status answer(boxoffice_office* office, OrNobody out, boxoffice_error* error, Ask ask) {
    return answer(office, out.get(), error, ask);
}

template <class Ask>
boxoffice_status answer_nothing(boxoffice_office* office, boxoffice_error* error, Ask ask) {
    Nothing nothing;
    return answer(office, &nothing, error, ask);
}

/// Whether a list that does not fit is refused, with its size, or cut.
enum class Overflow { refused, cut };

/// The answer is a list, which goes to an array of the caller's.
template <class Element, class Ask>
boxoffice_status answer_list(boxoffice_office* office, Element* out, std::size_t capacity, std::size_t* count,
                             boxoffice_error* error, Ask ask, Overflow overflow = Overflow::refused) {
    zero(count);
    return call(office, error, [&](BoxOffice& box) -> Result<void> {
        BOXOFFICE_TRY(check_given(count, "count"));
        if (capacity > 0) BOXOFFICE_TRY(check_given(out, "the array"));
        BOXOFFICE_TRY_VALUE(auto rows, ask_of(box, ask));
        if (rows.size() > capacity && overflow == Overflow::refused) {
            *count = rows.size();
            return refuse(ErrorCode::too_small, "the list has " + std::to_string(rows.size()) + " elements");
        }
        for (std::size_t i = 0; i < std::min(capacity, rows.size()); ++i) {
            zero(&out[i]);
            to_c(rows[i], out[i]);
        }
        *count = rows.size();  // last: what was found out of memory before has none
        return {};
    });
}

/// An answer, and the items that it is made of: as many as were asked for, in an array of the caller's, or nobody wants them.
template <class Out, class Item, class Ask>
boxoffice_status answer_with_items(boxoffice_office* office, Out* out, Item* items, std::size_t count,
                                   boxoffice_error* error, Ask ask) {
    // A count of more than an order has is refused, and nothing is known of such an array.
    if (items != nullptr && count <= BOXOFFICE_ORDER_SIZE_MAX)
        for (std::size_t i = 0; i < count; ++i) zero(&items[i]);
    zero(out);
    return call(office, error, [&](BoxOffice& box) -> Result<void> {
        BOXOFFICE_TRY(check_given(out, "the answer"));
        BOXOFFICE_TRY_VALUE(const auto value, ask_of(box, ask));
        Out told{};
        to_c(value, told);
        if (items != nullptr)
            for (std::size_t i = 0; i < std::min(count, value.items.size()); ++i) to_c(value.items[i], items[i]);
        *out = told;
        return {};
    });
}

}  // namespace boxoffice::capi

// Every value of every enum of the domain is in its table of names, under the name that the code gives it: a value that was
// forgotten there could be written and never read back.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "boxoffice/repositories.hpp"
#include "support/catch.hpp"

using namespace boxoffice;

namespace {

/// As the compiler writes it: "boxoffice::SeatState::held", or "(boxoffice::SeatState)9" where there is no such value.
template <auto value>
constexpr std::string_view spelling() {
    constexpr std::string_view text = __PRETTY_FUNCTION__;
    constexpr std::string_view sign = "value = ";
    const auto from = text.find(sign) + sign.size();
    return text.substr(from, text.find_first_of(";]", from) - from);
}

/// Its last word, or nothing.
template <auto value>
constexpr std::string_view enumerator() {
    constexpr auto text = spelling<value>();
    return text.front() == '(' ? std::string_view{} : text.substr(text.rfind(':') + 1);
}

static_assert(enumerator<SeatState::held>() == "held");
static_assert(enumerator<static_cast<SeatState>(9)>().empty());

/// What the compiler writes for the numbers from 0 on. A table, checked at run time: a check of its own for each number takes
/// the compiler ten times as long.
template <class Enum, std::int32_t... numbers>
constexpr auto enumerators(std::integer_sequence<std::int32_t, numbers...>) {
    return std::array{enumerator<static_cast<Enum>(numbers)>()...};
}

template <class Enum>
void check_names() {
    static constexpr auto all = enumerators<Enum>(std::make_integer_sequence<std::int32_t, 128>{});
    for (std::int32_t number = 0; number < static_cast<std::int32_t>(all.size()); ++number) {
        const auto value = static_cast<Enum>(number);
        const auto written = all[static_cast<std::size_t>(number)];
        CAPTURE(number, std::string{written});
        CHECK(name_of(value) == (written.empty() ? "unknown" : written));
        if (!written.empty()) CHECK(value_named<Enum>(written) == value);
    }
    std::int32_t before = 0;
    for (const auto& [value, name] : enum_names<Enum>) {
        CAPTURE(name);
        CHECK(static_cast<std::int32_t>(value) > before);
        before = static_cast<std::int32_t>(value);
    }
    CHECK(before < 128);
    CHECK_FALSE(value_named<Enum>("unknown"));
    CHECK_FALSE(value_named<Enum>(""));
}

}  // namespace

TEST_CASE("every value of an enum has its name, and every name its value") {
    check_names<SeatState>();
    check_names<PlaceState>();
    check_names<ReservationState>();
    check_names<PaymentState>();
    check_names<AccountKind>();
    check_names<TransferKind>();
    check_names<Operation>();
    check_names<EventKind>();
}

TEST_CASE("operations of idempotency keys have stable numbers and names") {
    CHECK(value_named<Operation>("hold") == static_cast<Operation>(1));
    CHECK(value_named<Operation>("recharge") == static_cast<Operation>(2));
    CHECK(value_named<Operation>("pay") == static_cast<Operation>(3));
    CHECK(value_named<Operation>("begin_payment") == static_cast<Operation>(4));
    CHECK(value_named<Operation>("capture") == static_cast<Operation>(5));
}

// Every value of every enum of the domain is in its table of names, under the name that the code gives it: a value that was
// forgotten there could be written and never read back.

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

template <class Enum, std::int32_t number>
void check_value() {
    constexpr auto value = static_cast<Enum>(number);
    constexpr auto written = enumerator<value>();
    CAPTURE(number, std::string{written});
    CHECK(name_of(value) == (written.empty() ? "unknown" : written));
    if (!written.empty()) CHECK(value_named<Enum>(written) == value);
}

template <class Enum, std::int32_t... numbers>
void check_values(std::integer_sequence<std::int32_t, numbers...>) {
    (check_value<Enum, numbers>(), ...);
}

template <class Enum>
void check_names() {
    check_values<Enum>(std::make_integer_sequence<std::int32_t, 128>{});
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

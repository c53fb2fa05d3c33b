// Every text of a seat comes back as it was said, each with a value of its own, and none of them takes what is no text.

#include <string>

#include "support/office.hpp"
#include "support/seat_texts.hpp"
#include "support/store_contract.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

/// A seat whose texts are "t0", "t1" and so on.
NewSeat told_seat() {
    NewSeat seat;
    seat.price = Points{7};
    std::size_t count = 0;
    for (auto* text : texts_of(seat)) *text = "t" + std::to_string(count++);
    return seat;
}

}  // namespace

TEST_CASE("every text of a seat is kept, and comes back by itself", "[store]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    Office office{options_with([](Options&) {}), nullptr, factory.open()};
    auto told = told_seat();
    const auto concert =
        must(office->execute(CreateConcert{day(2027, 1, 1), "c", office->main_room(), {told}}), "create").id;
    auto facts = must(office->seat_map(concert), "seats").at(0).seat.facts;
    const auto said = texts_of(told);
    const auto kept = texts_of(facts);
    REQUIRE(said.size() == kept.size());
    for (std::size_t i = 0; i < said.size(); ++i) CHECK(*kept[i] == *said[i]);
}

TEST_CASE("what is no text of a seat is refused of each") {
    auto any = told_seat();
    const auto text_count = texts_of(any).size();
    for (std::size_t i = 0; i < text_count; ++i)
        for (const auto& wrong : {std::string(65, 'x'), std::string{"a\nb"}, std::string{"\xFF"}}) {
            CAPTURE(i);
            auto seat = told_seat();
            CHECK(check(seat).has_value());
            *texts_of(seat)[i] = wrong;
            CHECK_FALSE(check(seat).has_value());
        }
}

/// Readers beside writers: whoever was told that a seat is theirs finds it held, and versions tell what is seen.

#include <atomic>
#include <thread>

#include "seat_sheets/looks.hpp"
#include "support/stores.hpp"

namespace boxoffice::testing {

TEST_CASE("readers beside writers see what was acknowledged", "[seat_sheets]") {
    auto factory = GENERATE(from_range(store_factories()));
    CAPTURE(factory.name);
    auto office = told_office(factory.open());
    std::vector<SeatPrice> seats;
    for (int i = 1; i <= 300; ++i) seats.push_back({std::to_string(i), 5});
    const auto concert = office.concert("2026-12-24", seats);
    const auto map = must(office->seat_map(concert), "map");
    constexpr std::size_t writer_count = 2;
    const int rounds = factory.durable ? 60 : 600;
    std::vector<Buyer> buyers;
    for (std::size_t i = 0; i < writer_count; ++i) buyers.push_back(office.comes("buyer " + std::to_string(i)));

    std::atomic<int> wrong{0};
    std::atomic<std::size_t> writing{writer_count};
    const auto state = [&](std::size_t index) {
        const auto sheet = office->seats(concert);
        return sheet ? (*sheet)->state(index) : SeatState::blocked;
    };
    std::vector<std::thread> threads;
    for (std::size_t writer = 0; writer < writer_count; ++writer)
        threads.emplace_back([&, writer] {
            const auto& buyer = buyers[writer];
            for (int round = 0; round < rounds; ++round) {
                const auto index = (static_cast<std::size_t>(round) * writer_count + writer) % map.size();
                const auto held = office->execute(HoldSeat{buyer.user, buyer.token, map[index].seat.id, {}});
                if (!held || state(index) != SeatState::held) ++wrong;
                if (!office->execute(ReleaseHold{buyer.user, held ? held->reservation : ReservationId{}}) ||
                    state(index) != SeatState::available)
                    ++wrong;
            }
            --writing;
        });
    for (int reader = 0; reader < 2; ++reader)
        threads.emplace_back([&] {
            auto before = office->seats(concert);
            while (writing > 0) {
                const auto since = office->seats_since(concert, (*before)->version());
                const auto own = office->seat_map(concert, buyers[0].user);
                if (!since || !own) {
                    ++wrong;
                    continue;
                }
                // What was not told has not changed.
                std::vector<bool> is_told(map.size());
                for (const auto index : since->changed) is_told[index] = true;
                for (std::size_t i = 0; i < map.size(); ++i)
                    if (!is_told[i] && since->sheet->state(i) != (*before)->state(i)) ++wrong;
                before = since->sheet;
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(wrong == 0);
    CHECK(text_of(looks(*must(office->seats(concert), "seats"))) ==
          text_of(fresh_looks(office.store(), concert, office.now())));
}

}  // namespace boxoffice::testing

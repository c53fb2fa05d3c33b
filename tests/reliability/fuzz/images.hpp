#pragma once
/// The database files that the damage is done to: made once, the same each time.

#include <sqlite3.h>

#include <array>
#include <chrono>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "boxoffice/boxoffice.hpp"
#include "support.hpp"

namespace fuzz {

inline constexpr boxoffice::Time opening{std::chrono::seconds{1'800'000'000}};

/// The database, its log, the log's index, and the lock that names the log; one that is not there is nothing.
inline constexpr std::array<const char*, 4> suffixes{"", "-wal", "-shm", "-lock"};
using Image = std::array<std::optional<std::string>, suffixes.size()>;

inline std::optional<std::string> read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return std::nullopt;
    return std::string{std::istreambuf_iterator<char>(in), {}};
}

inline Image read_image(const std::string& path) {
    Image image;
    for (std::size_t i = 0; i < suffixes.size(); ++i) image[i] = read_file(path + suffixes[i]);
    return image;
}

inline boxoffice::Result<std::unique_ptr<boxoffice::BoxOffice>> open_office(const std::string& path, bool create,
                                                                            boxoffice::Time at) {
    boxoffice::SqliteOptions sqlite;
    sqlite.path = path;
    sqlite.durability = boxoffice::Durability::normal;
    sqlite.busy_timeout = std::chrono::milliseconds{50};
    sqlite.create = create;
    auto store = boxoffice::open_sqlite_store(sqlite);
    if (!store) return tl::unexpected(std::move(store).error());
    boxoffice::Options options;
    options.main_room.active_capacity = 3;
    options.holds_per_user = 3;
    boxoffice::Ports ports;
    ports.clock = std::make_shared<boxoffice::VirtualClock>(at);
    ports.random = std::make_shared<FixedRandom>();
    return boxoffice::BoxOffice::open(std::move(*store), options, ports);
}

template <class T>
T due(boxoffice::Result<T> result, const char* what) {
    if (!result) found("making an image: %s: %s", what, result.error().text().c_str());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

inline boxoffice::Date fuzz_day(int n) { return boxoffice::date_of(opening) + std::chrono::days{10 + n}; }

/// Rows of every table: sold, held, cancelled, refunded, called off, blocked, waiting, left, failed.
inline void make_sale(boxoffice::BoxOffice& office) {
    using namespace boxoffice;
    const auto room = office.main_room();
    std::vector<NewSeat> hall;
    for (int i = 1; i <= 8; ++i)
        hall.push_back(
            {"A-" + std::to_string(i), "stalls", "A", Points{i == 8 ? 0 : 100}, 1.0 * i, 2.0, "", i == 7, "s"});
    const auto concert = due(office.execute(CreateConcert{fuzz_day(0), "first", room, hall}), "concert").id;
    const auto other = due(office.execute(CreateConcert{fuzz_day(1), "second", room, hall}), "concert").id;
    due(office.execute(CreateRoom{"side", RoomLimits{}}), "room");
    const auto full = due(office.execute(CreateType{concert, "full"}), "type").id;
    const auto child = due(office.execute(CreateType{concert, "child", 3, full}), "type").id;
    Terms terms;
    terms.seats_per_order = 4;
    terms.refund_steps = {{opening + std::chrono::hours{24}, 900}, {opening + std::chrono::hours{48}, 500}};
    due(office.execute(ChangeSale{concert, terms, 1}), "sale");
    due(office.execute(SetTariff{concert, {{"s", full, Points{90}}, {"s", child, Points{40}}}, 2}), "tariff");
    std::vector<UserId> users;
    std::vector<TokenId> tokens;
    for (const auto* name : {"ann", "bob", "cat", "dan"}) {
        users.push_back(due(office.execute(CreateUser{name}), "user").id);
        tokens.push_back(due(office.execute(Join{users.back(), room}), "join").claims.token);
        due(office.execute(Recharge{users.back(), Points{1'000}, "r"}), "recharge");
    }
    const auto seats = due(office.available_seats(concert), "seats");
    const auto order = due(
        office.execute(HoldSeats{
            users[0], tokens[0], concert, {{seats[0].id, full}, {seats[1].id, child}, {seats[2].id, full}}, {}, "h"}),
        "order");
    due(office.execute(Pay{users[0], tokens[0], order.items[0].reservation, "p"}), "pay");
    due(office.execute(Cancel{users[0], {order.items[1].reservation}, "c"}), "cancel");
    due(office.execute(Refund{order.items[0].reservation, Points{5}, false, "f", "sorry"}), "refund");
    due(office.execute(HoldSeat{users[1], tokens[1], seats[3].id, "h"}), "hold");
    const auto gone = due(office.execute(HoldSeat{users[1], tokens[1], seats[4].id, {}}), "hold");
    due(office.execute(ReleaseHold{users[1], gone.reservation}), "release");
    const auto begun_hold = due(office.execute(HoldSeat{users[2], tokens[2], seats[5].id, {}}), "hold");
    const auto begun = due(office.execute(BeginPayment{users[2], tokens[2], begun_hold.reservation, "b"}), "begin");
    due(office.execute(FailPayment{users[2], begun.reservation, begun.payment, "tx", true}), "fail");
    const auto second = due(office.available_seats(other), "seats");
    const auto sold = due(office.execute(HoldSeat{users[2], tokens[2], second[0].id, {}}), "hold");
    due(office.execute(Pay{users[2], tokens[2], sold.reservation, {}}), "pay");
    due(office.execute(CallOff{other, "rain"}), "call off");
}

/// More of it, for the log.
inline void sell_more(boxoffice::BoxOffice& office) {
    using namespace boxoffice;
    const auto concert = due(office.concert(fuzz_day(0)), "concert").id;
    const auto user = due(office.execute(CreateUser{"eve"}), "user").id;
    due(office.execute(Recharge{user, Points{500}, {}}), "recharge");
    const auto token = due(office.execute(Join{user, office.main_room()}), "join").claims.token;
    (void)office.execute(Leave{due(office.user("bob"), "user").id, token});
    due(office.execute(AddSeats{concert, {{"B-1", "stalls", "B", Points{100}}}}), "seats");
    (void)office.execute(SweepRefunds{due(office.concert(fuzz_day(1)), "concert").id, 100});
    due(office.execute(Tick{}), "tick");
}

/// 0: closed, one whole file. 1: in use, with a log that is not folded. 2: just made, in use. 3: nothing there.
inline std::vector<Image> make_images(const Directory& directory) {
    sqlite3_initialize();
    sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, 1, nullptr);
    std::vector<Image> images;
    const auto path = directory.file("base.db");
    {
        const auto young = due(open_office(path, true, opening), "open");
        images.push_back(read_image(path));
        make_sale(*young);
    }
    images.insert(images.begin(), read_image(path));
    {
        const auto office = due(open_office(path, false, opening + std::chrono::minutes{1}), "open again");
        sell_more(*office);
        images.insert(images.begin() + 1, read_image(path));
    }
    images.emplace_back();
    if (!images[0][0] || images[0][1] || !images[1][1] || images[1][1]->size() < 10'000)
        found("the images are not as they should be");
    return images;
}

}  // namespace fuzz

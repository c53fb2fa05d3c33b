#include "engine_bench.hpp"

#include <filesystem>

#include "boxoffice/postgres_store.hpp"

namespace bench {

using namespace boxoffice;

void remove_database(const std::string& path) {
    for (const auto* beside : {"", "-wal", "-shm", "-lock"}) std::filesystem::remove(path + beside);
}

House::House(const Flags& flags, Durability durability) : durability_(durability) {
    if (flags.text("store") == "sqlite") path_ = flags.text("folder") + "/bench.db";
    if (flags.text("store") == "postgres") {
        address_ = flags.text("address");
        host_count_ = flags.count("hosts");
    }
    if (!path_.empty()) remove_database(path_);
    reopen();
}

House::House(std::unique_ptr<Store> store) : office_{open(std::move(store))} {}

House::~House() {
    close();
    if (!path_.empty()) remove_database(path_);
}

void House::reopen() {
    close();
    office_ = open(open_store());
    for (std::int64_t i = 1; i < host_count_; ++i) others_.push_back(open(open_store()));
}

std::unique_ptr<Store> House::open_store() {
    constexpr auto patience = std::chrono::minutes{1};
#ifdef BOXOFFICE_HAS_POSTGRES
    if (!address_.empty()) {
        PostgresOptions options;
        options.address = address_;
        options.durability = durability_;
        options.busy_timeout = patience;
        return must(open_postgres_store(options));
    }
#endif
    require(address_.empty(), "--store postgres: built without libpq");
    if (path_.empty()) return std::make_unique<MemoryStore>(patience);
    return must(open_sqlite_store({.path = path_, .durability = durability_, .busy_timeout = patience}));
}

std::unique_ptr<BoxOffice> House::open(std::unique_ptr<Store> store) {
    Options options;
    options.main_room = {.active_capacity = 1'000'000'000,
                         .queue_capacity = 1'000'000'000,
                         .arrive_ttl = std::chrono::hours{24},
                         .active_ttl = std::chrono::hours{24},
                         .waiting_ttl = std::chrono::hours{24}};
    options.hold_ttl = std::chrono::hours{1};  // a hold must not run out because its machine is slow
    return must(BoxOffice::open(std::move(store), std::move(options)));
}

std::vector<Answer> House::execute(const std::vector<Command>& commands) {
    std::vector<Answer> answers;
    answers.reserve(commands.size());
    for (std::size_t at = 0; at < commands.size(); at += batch_size) {
        const std::span batch{commands.data() + at, std::min(batch_size, commands.size() - at)};
        auto outcomes = office_->execute(batch);
        require(outcomes.size() == batch.size(), "no memory for a batch");
        for (auto& outcome : outcomes) answers.push_back(must(std::move(outcome)));
    }
    return answers;
}

void House::add_users(std::int64_t count) {
    std::vector<Command> commands;
    for (std::int64_t i = 0; i < count; ++i) {
        commands.emplace_back(CreateUser{"user-" + std::to_string(users.size() + commands.size())});
        if (commands.size() < batch_size && i + 1 < count) continue;
        for (const auto& answer : execute(commands)) users.push_back(std::get<Created<UserId>>(answer).id);
        commands.clear();
    }
}

std::size_t House::add_seats(std::int64_t count) {
    constexpr std::int64_t seats_a_command = 10'000;
    const auto first = seats.size();
    const auto concert =
        must(office_->execute(CreateConcert{must(parse_date("2030-12-24")), "bench", office_->main_room(), {}})).id;
    concerts.push_back(concert);
    for (std::int64_t at = 0; at < count; at += seats_a_command) {
        std::vector<NewSeat> added;
        for (auto i = at; i < std::min(at + seats_a_command, count); ++i)
            added.push_back({.number = "A-" + std::to_string(i + 1), .price = Points{price}});
        must(office_->execute(AddSeats{concert, std::move(added)}));
    }
    for (const auto& seat : must(office_->available_seats(concert))) seats.push_back(seat.id);
    require(seats.size() == first + static_cast<std::size_t>(count), "not all seats are there");
    return first;
}

RoomId House::add_closed_room() {
    return must(office_->execute(CreateRoom{
                    "closed",
                    {.active_capacity = 0, .queue_capacity = 1'000'000'000, .waiting_ttl = std::chrono::hours{24}}}))
        .id;
}

std::vector<TokenId> House::join(std::size_t from, std::size_t to) {
    std::vector<Command> commands;
    for (auto i = from; i < to; ++i) commands.emplace_back(Join{users[i], office_->main_room()});
    std::vector<TokenId> tokens;
    for (const auto& answer : execute(commands)) {
        require(std::get<Joined>(answer).state == PlaceState::admitted, "somebody waits in a room that admits all");
        tokens.push_back(std::get<Joined>(answer).claims.token);
    }
    return tokens;
}

void House::check(std::int64_t paid) {
    const auto violations = must(office_->audit());
    require(violations.empty(), violations.empty() ? "" : violations[0].rule + ": " + violations[0].detail);
    const auto sold = must(office_->stats()).seats.sold;
    require(sold == paid, "seats sold are not those paid: " + std::to_string(sold) + ", " + std::to_string(paid));
}

}  // namespace bench

/// Power loss: a sale is recorded call by call on its way to the disk; at calls chosen by a seed the power fails, and what was
/// not synced is lost, kept, torn or in another order. The office is opened on each such disk: with Durability::full the state
/// is the one of the last commit that had answered, or of the one under way, row by row; every key answers as before; the audit
/// finds nothing; and the house goes on selling. Of some disks the power fails again while they are opened and sold from.
///
/// The control is the same with Durability::normal, which must be seen to lose what was acknowledged, and nothing worse.

#include <algorithm>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string_view>
#include <typeinfo>

#include "boxoffice/office.hpp"
#include "reliability/arguments.hpp"
#include "reliability/durability/disk.hpp"
#include "reliability/durability/sale_story.hpp"
#include "support/temp_dir.hpp"

using namespace boxoffice;
using namespace boxoffice::reliability;
using boxoffice::testing::or_throw;

namespace {

constexpr int images_per_story = 60;
constexpr int control_images_per_story = 15;
constexpr int stacked_images = 4;  ///< of a disk whose power fails again
constexpr const char* database = "sale.db";
constexpr const char* lock_name = "sale.db-lock";

constexpr const char* usage =
    "boxoffice_power_loss [--seed N] [--count N] [--seconds S]\n"
    "  Stories from seed N on (1), until N disks were looked at (2000), or S seconds are over.\n";

struct Totals {
    std::int64_t stories = 0;
    std::int64_t images = 0;
    std::int64_t stacked = 0;
    std::int64_t control_images = 0;
    std::int64_t control_losses = 0;
    std::int64_t commits = 0;
    std::int64_t acknowledged = 0;
    std::int64_t replays = 0;
    std::int64_t under_way_kept = 0;  ///< disks with the commit that had not answered
    std::int64_t found = 0;
};

SqliteOptions file_options(const std::string& folder, std::uint64_t seed, Durability durability) {
    constexpr std::int64_t log_sizes[] = {1, 64 * 1024, 256 * 1024, 1024 * 1024};
    SqliteOptions options;
    options.path = folder + "/" + database;
    options.durability = durability;
    options.wal_size_max = log_sizes[seed % 4];
    options.quiet_before_fold = seed % 3 == 0 ? Duration{std::chrono::seconds{2}} : Duration::zero();
    return options;
}

[[noreturn]] void lost(const std::string& what) { throw std::runtime_error(what); }

void check_audit(BoxOffice& office) {
    for (const auto& violation : or_throw(office.audit())) lost("audit: " + violation.rule + ": " + violation.detail);
}

/// What may be on a disk: from the state `least` on to the state `most`; and what was told.
struct Expected {
    const std::vector<State>& states;
    const std::vector<Told>& told;
    std::size_t least = 0;
    std::size_t most = 0;
    Time time{};
};

/// The moment at which `cut` steps are done: what had been committed must be there, the commit under way may be. `end` is the time
/// on the clock when all was over.
Expected expected_at(const std::vector<State>& states, const std::vector<Told>& told, std::size_t cut, Time end) {
    std::size_t done = 0;
    while (done + 1 < states.size() && states[done + 1].at <= cut) ++done;
    const auto next = std::find_if(told.begin(), told.end(), [&](const Told& one) { return one.at > cut; });
    return {states, told, done, std::min(done + 1, states.size() - 1), next == told.end() ? end : next->time};
}

std::int64_t acknowledged_at(const std::vector<Told>& told, std::size_t cut) {
    return std::count_if(told.begin(), told.end(), [&](const Told& one) { return one.outcome && one.at <= cut; });
}

const IdempotencyKey* key_of(const Command& command) {
    return std::visit(
        [](const auto& c) -> const IdempotencyKey* {
            if constexpr (requires { c.key; }) return &c.key;
            return nullptr;
        },
        command);
}

/// As the compiler writes it.
std::string_view command_name(const Command& command) {
    return std::visit([]<class C>(const C&) -> std::string_view { return typeid(C).name(); }, command);
}

/// A payment that has failed is begun anew by its key: by design another answer.
bool is_over(const Outcome& begun, const std::vector<const Told*>& there, Time now) {
    const auto* payment = std::get_if<PaymentBegun>(&*begun);
    if (payment == nullptr) return false;
    return payment->deadline <= now || std::any_of(there.begin(), there.end(), [&](const Told* one) {
               const auto* failed = std::get_if<FailPayment>(&one->command);
               return failed != nullptr && failed->payment == payment->payment;
           });
}

/// Everything that was told by state `state` is so, and told again.
void check_told(BoxOffice& office, const Expected& expected, std::size_t state, std::mt19937_64& random,
                Totals& totals) {
    std::vector<const Told*> there;
    for (const auto& one : expected.told)
        if (one.outcome && one.state_count <= state + 1) there.push_back(&one);
    for (std::size_t i = 0; i < there.size(); ++i) {
        const auto& command = there[i]->command;
        const auto& outcome = there[i]->outcome;
        if (const auto* paid = std::get_if<Paid>(&*outcome)) {
            const auto user = std::visit(
                [](const auto& c) {
                    if constexpr (requires { c.user; }) return UserId{c.user};
                    return UserId{};
                },
                command);
            const auto payment = or_throw(office.payment(user, paid->payment));
            if (payment.state != PaymentState::captured || payment.payment.amount != paid->amount)
                lost("a payment that was acknowledged is not captured");
            for (const auto& item : paid->items) {
                const auto state_now = or_throw(office.reservation(user, item.reservation)).state;
                if (state_now != ReservationState::confirmed && state_now != ReservationState::cancelled)
                    lost("a seat that was paid is " + std::string{name_of(state_now)});
            }
        }
        const auto* key = key_of(command);
        const bool is_recent = i + 6 >= there.size();
        if (key == nullptr || key->empty() || (!is_recent && random() % 8 != 0)) continue;
        if (is_over(outcome, there, expected.time + std::chrono::seconds{1})) continue;
        ++totals.replays;
        const auto again = office.execute(std::span{&command, 1});
        if (again.size() != 1 || again[0] != outcome)
            lost("the key " + *key + " (" + std::string{command_name(command)} + ") answers otherwise than before" +
                 (again.size() == 1 && !again[0] ? ": " + again[0].error().text() : ""));
    }
}

/// Somebody new comes and buys.
void sell_one(BoxOffice& office, std::uint64_t number) {
    const auto name = "after-" + std::to_string(number);
    const auto concerts = or_throw(office.concerts(*parse_date("2026-12-01")));
    const auto concert =
        concerts.empty()
            ? or_throw(office.execute(CreateConcert{
                           *parse_date("2026-12-25"), "Again", office.main_room(), {{"1", "", "", Points{3}}}}))
                  .id
            : concerts.front().id;
    const auto user = or_throw(office.execute(CreateUser{name})).id;
    or_throw(office.execute(Recharge{user, Points{100}, name + "-r"}));
    const auto joined = or_throw(office.execute(Join{user, office.main_room()}));
    const auto seats = or_throw(office.available_seats(concert));
    if (seats.empty()) return;
    const auto held = or_throw(office.execute(HoldSeat{user, joined.claims.token, seats.front().id, name + "-h"}));
    const auto paid = or_throw(office.execute(Pay{user, joined.claims.token, held.reservation, name + "-p"}));
    if (paid.balance.value != 100 - held.price.value) lost("a sale afterwards has the wrong balance");
}

/// Opens what is on the disk, and looks; with `now`, also at every commit from here on. Gives the states from here on: what was found, and what was committed since. The number
/// of the state that was found is written to `found_state`.
std::vector<State> look_at_disk(const SqliteOptions& file, const Expected& expected, const SaleStory::Now& now,
                                std::uint64_t number, std::mt19937_64& random, Totals& totals,
                                std::size_t& found_state) {
    auto store = std::shared_ptr<Store>{or_throw(open_sqlite_store(file))};
    std::vector<State> states{{dump_of(*store), 0}};
    for (found_state = expected.least; found_state <= expected.most; ++found_state)
        if (expected.states[found_state].dump == states[0].dump) break;
    if (found_state > expected.most) {
        for (std::size_t i = 0; i < expected.states.size(); ++i)
            if (expected.states[i].dump == states[0].dump)
                lost("the disk has state " + std::to_string(i) + " instead of " + std::to_string(expected.least) +
                     " to " + std::to_string(expected.most));
        lost("the disk has a state that never was");
    }
    auto watched = std::make_unique<WatchedStore>(store, [&](Store& inner) {
        if (!now) return;
        const auto at = now();
        states.push_back({dump_of(inner), at});
    });
    const auto clock = std::make_shared<VirtualClock>(expected.time + std::chrono::seconds{1});
    const auto office = or_throw(BoxOffice::open(std::move(watched), story_options(), ports_with(clock)));
    check_audit(*office);
    check_told(*office, expected, found_state, random, totals);
    sell_one(*office, number);
    if (random() % 2 == 0) or_throw(office->execute(Tick{}));
    if (now || random() % 4 == 0) check_audit(*office);
    return states;
}

class Program {
  public:
    explicit Program(const Arguments& arguments) : arguments_(arguments) {}

    int run() {
        auto seed = arguments_.seed;
        for (; !is_over(); ++seed) {
            story(seed, Durability::full);
            story(seed, Durability::normal);
            if (progress_.is_due())
                std::fprintf(stderr, "power_loss: seed %llu, %lld disks, %lld found\n",
                             static_cast<unsigned long long>(seed), static_cast<long long>(totals_.images),
                             static_cast<long long>(totals_.found));
        }
        constexpr std::int64_t enough = 150;  // of one story it may by chance lose nothing
        if (totals_.control_losses == 0 && totals_.control_images >= enough) {
            ++totals_.found;
            std::fprintf(stderr, "power_loss: the control has lost nothing, so this program would see no loss\n");
        }
        std::printf(
            "power_loss: seeds=%llu-%llu stories=%lld commits=%lld acknowledged=%lld images=%lld stacked=%lld "
            "under_way_kept=%lld replays=%lld control_images=%lld control_losses=%lld seconds=%.0f found=%lld\n",
            static_cast<unsigned long long>(arguments_.seed), static_cast<unsigned long long>(seed - 1),
            static_cast<long long>(totals_.stories), static_cast<long long>(totals_.commits),
            static_cast<long long>(totals_.acknowledged), static_cast<long long>(totals_.images),
            static_cast<long long>(totals_.stacked), static_cast<long long>(totals_.under_way_kept),
            static_cast<long long>(totals_.replays), static_cast<long long>(totals_.control_images),
            static_cast<long long>(totals_.control_losses), arguments_.elapsed(),
            static_cast<long long>(totals_.found));
        return totals_.found == 0 ? 0 : 1;
    }

  private:
    [[nodiscard]] bool is_over() const {
        return arguments_.is_over(totals_.images + totals_.stacked, 2'000) || totals_.found >= 20;
    }

    void found(std::uint64_t seed, const std::string& where, const std::string& what) {
        ++totals_.found;
        std::fprintf(stderr, "power_loss: seed %llu, %s: %s\n  again: boxoffice_power_loss --seed %llu --count 1\n",
                     static_cast<unsigned long long>(seed), where.c_str(), what.c_str(),
                     static_cast<unsigned long long>(seed));
    }

    void story(std::uint64_t seed, Durability durability) {
        const auto folder = make_folder("sale");
        const auto file = file_options(folder, seed, durability);
        Recorder recorder{folder, lock_name};
        SaleStory story{file, seed, [&] { return recorder.now(); }};
        try {
            const Observing observing{recorder};
            story.open();
            story.make_house();
            std::mt19937_64 random{seed};
            for (auto left = 20 + random() % 40; left > 0; --left) story.step();
            story.close();
        } catch (const std::exception& wrong) {
            return found(seed, "the sale itself", wrong.what());
        }
        if (durability == Durability::full) {
            ++totals_.stories;
            totals_.commits += std::ssize(story.states()) - 1;
            totals_.acknowledged += acknowledged_at(story.told(), recorder.steps().size());
            cut(seed, file, recorder, story);
        } else {
            cut_control(seed, file, recorder, story);
        }
    }

    /// Cuts at any step, and often beside those that decide something.
    static std::vector<std::size_t> choose_cuts(const Recorder& recorder, int count, std::mt19937_64& random) {
        std::vector<std::size_t> turning;
        const auto& steps = recorder.steps();
        for (std::size_t i = 0; i < steps.size(); ++i)
            if (steps[i].kind != DiskStep::Kind::write) turning.push_back(i);
        std::vector<std::size_t> cuts;
        for (int i = 0; i < count; ++i) {
            if (random() % 2 == 0 || turning.empty())
                cuts.push_back(random() % (steps.size() + 1));
            else
                cuts.push_back(std::min(steps.size(), turning[random() % turning.size()] + random() % 2));
        }
        std::sort(cuts.begin(), cuts.end());
        return cuts;
    }

    static Loss any_loss(std::mt19937_64& random) { return static_cast<Loss>(random() % loss_names.size()); }

    static std::string words_of(std::size_t cut, Loss loss, const Recorder& recorder) {
        return "cut after step " + std::to_string(cut) + " of " + std::to_string(recorder.steps().size()) + ", lost " +
               std::string{loss_names[static_cast<std::size_t>(loss)]};
    }

    void cut(std::uint64_t seed, const SqliteOptions& file, const Recorder& recorder, const SaleStory& story) {
        std::mt19937_64 random{seed ^ 0x9E3779B97F4A7C15};
        Disk disk{recorder};
        for (const auto at : choose_cuts(recorder, images_per_story, random)) {
            const auto loss = any_loss(random);
            disk.go_to(at);
            const auto folder = make_folder("image");
            write_files(folder, disk.files_after(loss, random));
            ++totals_.images;
            const auto expected = expected_at(story.states(), story.told(), at, story.time());
            const auto where = words_of(at, loss, recorder);
            const bool fails_again = random() % 8 == 0;
            std::optional<Recorder> again;
            std::vector<State> states;
            const auto image_file = file_options(folder, seed + at, file.durability);
            try {
                std::optional<Observing> observing;
                SaleStory::Now now;
                if (fails_again) {
                    again.emplace(folder, lock_name);
                    observing.emplace(*again);
                    now = [&] { return again->now(); };
                }
                std::size_t state = 0;
                states = look_at_disk(image_file, expected, now, at, random, totals_, state);
                if (state > expected.least) ++totals_.under_way_kept;
            } catch (const std::exception& wrong) {
                found(seed, where, wrong.what());
                continue;
            }
            if (fails_again) cut_again(seed, image_file, where, *again, states, expected, random);
        }
    }

    void cut_again(std::uint64_t seed, SqliteOptions file, const std::string& before, const Recorder& recorder,
                   const std::vector<State>& states, const Expected& first, std::mt19937_64& random) {
        Disk disk{recorder};
        for (const auto at : choose_cuts(recorder, stacked_images, random)) {
            const auto loss = any_loss(random);
            disk.go_to(at);
            const auto folder = make_folder("again");
            write_files(folder, disk.files_after(loss, random));
            file.path = folder + "/" + database;
            ++totals_.stacked;
            static const std::vector<Told> nothing;
            auto expected = expected_at(states, nothing, at, first.time + std::chrono::seconds{1});
            try {
                std::size_t state = 0;
                look_at_disk(file, expected, {}, static_cast<std::uint64_t>(1'000'000 + totals_.stacked), random,
                             totals_, state);
            } catch (const std::exception& wrong) {
                found(seed, before + "; then " + words_of(at, loss, recorder), wrong.what());
            }
        }
    }

    /// Any state from before will do, but it is one, and all that was told by then is in it.
    void cut_control(std::uint64_t seed, const SqliteOptions& file, const Recorder& recorder, const SaleStory& story) {
        std::mt19937_64 random{seed ^ 0xC2B2AE3D27D4EB4F};
        Disk disk{recorder};
        for (const auto at : choose_cuts(recorder, control_images_per_story, random)) {
            const auto loss = any_loss(random);
            disk.go_to(at);
            const auto folder = make_folder("image");
            write_files(folder, disk.files_after(loss, random));
            ++totals_.control_images;
            auto expected = expected_at(story.states(), story.told(), at, story.time());
            const auto committed = std::exchange(expected.least, 0);
            auto image_file = file;
            image_file.path = folder + "/" + database;
            try {
                std::size_t state = 0;
                look_at_disk(image_file, expected, {}, totals_.control_images, random, totals_, state);
                if (state < committed && state + 1 < least_told(story.told(), at)) ++totals_.control_losses;
            } catch (const std::exception& wrong) {
                found(seed, "normal, " + words_of(at, loss, recorder), wrong.what());
            }
        }
    }

    /// How many states there were at the last success that was told before `cut`.
    static std::size_t least_told(const std::vector<Told>& told, std::size_t cut) {
        std::size_t count = 0;
        for (const auto& one : told)
            if (one.outcome && one.at <= cut) count = std::max(count, one.state_count);
        return count;
    }

    std::string make_folder(const std::string& name) {
        const auto path = (temp_.path() / name).string();
        write_files(path, {});
        return path;
    }

    Arguments arguments_;
    Progress progress_;
    testing::TempDir temp_;
    VfsLayer layer_;
    Totals totals_;
};

}  // namespace

int main(int argc, char** argv) try {
    const Arguments arguments{argc, argv, usage};
    // In memory, where there is room: the disk is played by the program.
    if (std::getenv("TMPDIR") == nullptr && std::filesystem::exists("/dev/shm")) ::setenv("TMPDIR", "/dev/shm", 0);
    return Program{arguments}.run();
} catch (const std::exception& wrong) {
    std::fprintf(stderr, "power_loss: %s\n", wrong.what());
    return 1;
}

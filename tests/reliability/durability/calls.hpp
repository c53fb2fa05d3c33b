#pragma once
/// Every call of BoxOffice, on the house of house.hpp.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reliability/durability/house.hpp"

namespace boxoffice::reliability {

/// Passes everything on to a store that others look into.
class LentStore final : public Store {
  public:
    explicit LentStore(std::shared_ptr<Store> store) : store_{std::move(store)} {}
    Result<std::unique_ptr<Transaction>> begin_until(Deadline deadline) override {
        return store_->begin_until(deadline);
    }
    [[nodiscard]] Duration wait_max() const override { return store_->wait_max(); }
    Result<std::unique_ptr<View>> read() override { return store_->read(); }
    Result<std::int64_t> version() override { return store_->version(); }
    Result<bool> has_others() override { return store_->has_others(); }
    void rest() override { store_->rest(); }
    Result<void> check_health() override { return store_->check_health(); }
    Result<void> backup(const std::string& path, bool with_keys) override { return store_->backup(path, with_keys); }

  private:
    std::shared_ptr<Store> store_;
};

/// One office on one file.
class Trial {
  public:
    Trial(SqliteOptions file, const House& its_house, std::shared_ptr<Clock> clock)
        : house(its_house),
          folder_file(std::move(file)),
          clock_(std::move(clock)),
          target(folder_file.path + "-backup") {}

    /// Nothing: it is open.
    std::optional<Error> open() {
        auto opened = open_sqlite_store(folder_file);
        if (!opened) return opened.error();
        std::unique_ptr<LentStore> lent;
        std::optional<Ports> ports;
        try {
            store = std::move(*opened);
            lent = std::make_unique<LentStore>(store);
            ports.emplace().clock = clock_;
        } catch (const std::bad_alloc&) {  // the host's own
            store.reset();
            return Error{ErrorCode::out_of_memory, "the host", {}};
        }
        auto made = BoxOffice::open(std::move(lent), {}, std::move(*ports));
        if (!made) {
            store.reset();
            return made.error();
        }
        office = std::move(*made);
        return std::nullopt;
    }
    void close() {
        office.reset();
        store.reset();
    }

    const House& house;
    SqliteOptions folder_file;
    std::shared_ptr<Store> store{};
    std::unique_ptr<BoxOffice> office{};

  private:
    std::shared_ptr<Clock> clock_;

  public:
    std::string target;  ///< of a backup
};

/// What a call answered: its text, or an error.
struct Answered {
    std::optional<Error> error{};
    std::string text{};
};

/// A call in two parts, so that nothing but the call itself runs while there are faults.
struct Asked {
    std::function<void()> ask;
    std::function<Answered()> answer;
};

struct Call {
    enum class Kind : std::uint8_t { command, query, open, close } kind = Kind::query;
    std::string name;
    std::function<Asked(Trial&)> prepare;
    std::int64_t wal_size_max = 64LL * 1024 * 1024;
    bool is_in_parts = false;  ///< several commits: the first may be done where the second fails
    enum class On : std::uint8_t { closed, crashed, nothing } on = On::closed;  ///< what lies there before it
};

/// `text` of the value, so that two answers can be compared.
template <class Ask, class Text>
Call call_of(Call::Kind kind, std::string name, Ask ask, Text text) {
    return {kind, std::move(name), [ask, text](Trial& trial) {
                using Answer = decltype(ask(trial));
                const auto answer = std::make_shared<std::optional<Answer>>();
                return Asked{[ask, answer, &trial] { answer->emplace(ask(trial)); },
                             [text, answer]() -> Answered {
                                 if (!**answer) return {(*answer)->error(), {}};
                                 if constexpr (std::is_void_v<typename Answer::value_type>)
                                     return {{}, text()};
                                 else
                                     return {{}, text(***answer)};
                             }};
            }};
}

inline std::string number(std::int64_t value) { return std::to_string(value); }
inline constexpr auto size_of = [](const auto& list) { return number(static_cast<std::int64_t>(list.size())); };
inline constexpr auto id_of = [](const auto& row) { return number(row.id.value); };
inline constexpr auto nothing = [] { return std::string{"done"}; };

inline const std::vector<std::string>& command_names() {
    static const std::vector<std::string> names{
        "CreateUser",       "CreateRoom", "ChangeRoom",   "CreateConcert",  "AddSeats",    "BlockSeat",
        "UnblockSeat",      "Join",       "Arrive",       "Leave",          "HoldSeat",    "ReleaseHold",
        "Recharge",         "Pay",        "BeginPayment", "CapturePayment", "FailPayment", "Tick",
        "ReconcilePayment", "HoldSeats",  "ReleaseOrder", "ChangeConcert",  "ChangeSale",  "SetTariff",
        "CreateType",       "CallOff",    "SweepRefunds", "Cancel",         "Refund",      "DeleteConcert"};
    return names;
}

/// Of one batch; what it answers first is its answer.
inline Call batch_of(std::string name, std::function<std::vector<Command>(const House&)> make) {
    return {Call::Kind::command, std::move(name), [make](Trial& trial) {
                const auto commands = std::make_shared<std::vector<Command>>(make(trial.house));
                const auto outcomes = std::make_shared<std::vector<Outcome>>();
                return Asked{
                    [commands, outcomes, &trial] { *outcomes = trial.office->execute(*commands); },
                    [commands, outcomes]() -> Answered {
                        if (outcomes->empty()) return {Error{ErrorCode::out_of_memory, "no outcomes"}, {}};
                        if (outcomes->size() != commands->size())
                            return {Error{ErrorCode::internal, "outcomes that are not one for each command"}, {}};
                        for (const auto& outcome : *outcomes)
                            if (!outcome) return {outcome.error(), {}};
                        return {{}, number(static_cast<std::int64_t>(outcomes->front()->index()))};
                    }};
            }};
}

inline Call submitted(std::string name, std::function<std::vector<Command>(const House&)> make) {
    return {Call::Kind::command, std::move(name), [make](Trial& trial) {
                struct Kept {
                    std::vector<Command> commands;
                    std::vector<Outcome> outcomes;
                    Result<void> taken{};
                    bool is_told = false;
                };
                const auto kept = std::make_shared<Kept>();
                kept->commands = make(trial.house);
                return Asked{[kept, &trial] {
                                 kept->taken = trial.office->submit(std::move(kept->commands),
                                                                    [raw = kept.get()](std::vector<Outcome> told) {
                                                                        raw->outcomes = std::move(told);
                                                                        raw->is_told = true;
                                                                    });
                                 for (int i = 0; i < 10 && kept->taken && !kept->is_told; ++i)
                                     trial.office->drive(Duration::zero());
                             },
                             [kept]() -> Answered {
                                 if (!kept->taken) return {kept->taken.error(), {}};
                                 if (!kept->is_told)
                                     return {Error{ErrorCode::internal, "submitted, and never told"}, {}};
                                 if (kept->outcomes.empty())
                                     return {Error{ErrorCode::out_of_memory, "no outcomes"}, {}};
                                 for (const auto& outcome : kept->outcomes)
                                     if (!outcome) return {outcome.error(), {}};
                                 return {{}, "done"};
                             }};
            }};
}

std::vector<Call> all_calls();

}  // namespace boxoffice::reliability

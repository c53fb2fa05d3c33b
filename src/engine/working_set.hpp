#pragma once
/// What a batch works on: the rows that its commands named, loaded together, found and put by the decisions, and written
/// in one commit. An identity map: a row that one command put is what the next one finds.

#include <algorithm>
#include <cstdint>
#include <deque>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "boxoffice/options.hpp"
#include "boxoffice/repositories.hpp"

namespace boxoffice {

/// What commands name in one stage of loading.
struct Keys : StageKeys {
    /// Concerts whose terms or seats a command of the batch changes: what is asked of them can be more than their rows say now.
    std::vector<ConcertId> touched;
};

/// What decisions are given beside the rows: one time for the whole transaction, new ids, the limits.
struct Moment {
    Time now;
    IdSource& ids;
    const Options& options;
    bool has_gateway = false;
};

template <class Entity>
auto key_of(const Entity& row) {
    return row.id;
}
inline TokenId key_of(const Place& row) { return row.token; }

template <class Tag>
bool is_set(Id<Tag> id) {
    return static_cast<bool>(id);
}
inline bool is_set(const IdempotencyId& id) { return !id.key.empty(); }
inline bool is_set(const SaleId& id) { return id.concert && id.version > 0; }

class WorkingSet;

/// What was asked for, whether or not it is there. That it was not asked for is a bug in the engine: no command named it.
template <class Map, class Key>
const auto& asked_for(const Map& map, const Key& key, const char* what) {
    const auto at = map.find(key);
    if (at == map.end())
        throw std::logic_error(std::string{"a decision asked for "} + what + " that its command did not name");
    return at->second;
}

/// One kind of row in the working set. Pointers from `find` stay valid; what they point to changes with a put of that row.
/// Decisions find in it; only the set puts, because it keeps indexes beside its shelves.
template <class Entity>
class Shelf {
  public:
    using Key = decltype(key_of(std::declval<const Entity&>()));

    explicit Shelf(std::size_t& change_count) : change_count_(change_count) {}

    /// The row, or nothing if there is none, or `key` is no id.
    [[nodiscard]] const Entity* find(const Key& key) const {
        if (!is_set(key)) return nullptr;
        const auto& slot = asked_for(slots_, key, "a row");
        return slot.mark == Mark::absent ? nullptr : &slot.row;
    }

    /// Is the row here? Unlike find, of any key.
    [[nodiscard]] bool has(const Key& key) const {
        const auto at = slots_.find(key);
        return at != slots_.end() && at->second.mark != Mark::absent;
    }

    /// The row that must be there, because another row refers to it.
    [[nodiscard]] const Entity& get(const Key& key) const {
        if (const auto* row = find(key)) return *row;
        throw std::logic_error("a row refers to one that is not there");
    }

    /// Throws where a row has this key: an id was made twice, and putting the new row would write over another's.
    void expect_none(const Key& key) const {
        const auto at = slots_.find(key);
        if (at != slots_.end() && at->second.mark != Mark::absent)
            throw std::logic_error("a new row has the id of one that is there");
    }

    /// Tells that `key` is being loaded. False if it was before.
    bool ask(const Key& key) { return slots_.try_emplace(key).second; }

    /// A row from the store; ignored if the set has it already.
    const Entity& take_in(Entity row) {
        Slot& slot = slots_.try_emplace(key_of(row)).first->second;
        if (slot.mark == Mark::absent) {
            slot.row = std::move(row);
            slot.mark = Mark::clean;
        }
        return slot.row;
    }

  private:
    friend class WorkingSet;

    /// Adds or changes a row.
    void put(Entity row) {
        ++change_count_;
        Slot& slot = slots_.try_emplace(key_of(row)).first->second;
        if (slot.mark == Mark::absent) slot.fresh = true;
        if (slot.mark != Mark::dirty) {
            slot.mark = Mark::dirty;
            dirty_.push_back(&slot);
        }
        slot.row = std::move(row);
    }

    /// Gives away the rows put, in the order of their first put. Only the last thing that a set does.
    [[nodiscard]] std::vector<Write<Entity>> take_writes() {
        std::vector<Write<Entity>> out;
        out.reserve(dirty_.size());
        for (auto* slot : std::exchange(dirty_, {})) {
            out.push_back({std::move(slot->row), slot->fresh});
            if constexpr (std::is_same_v<Entity, Seat>)
                out.back().entity.version = next_number(out.back().entity.version);
        }
        return out;
    }

    enum class Mark : std::uint8_t { absent, clean, dirty };  // absent: asked for, and not there
    struct Slot {
        Entity row{};
        Mark mark = Mark::absent;
        bool fresh = false;
    };
    std::unordered_map<Key, Slot> slots_;
    std::vector<Slot*> dirty_;  // a map's elements stay where they are
    std::size_t& change_count_;
};

/// The front of a room's line, as loaded, and who joined behind it since.
struct Line {
    std::vector<TokenId> lapsed;   ///< to be retired
    std::deque<TokenId> next;      ///< waiting, by position
    std::deque<TokenId> joined;    ///< by position; behind `next`
    bool is_whole = false;         ///< nobody waits between `next` and `joined`
    bool is_lapsed_whole = true;   ///< `lapsed` has all of the admitted ones
    bool has_more_lapsed = false;  ///< more of either kind may have lapsed
    Time next_deadline = never;    ///< of the first admitted place that has not lapsed
    bool is_settled = false;
};

class WorkingSet {
    std::size_t change_count_ = 0;  // before the shelves, which count in it
    std::int64_t retired_count_ = 0;
    std::int64_t retired_in_all_ = 0;
    std::int64_t sweep_max_ = std::numeric_limits<std::int64_t>::max();

    template <class Map, class IdType>
    static void index(Map& map, const typename Map::key_type& key, IdType id) {
        auto& ids = map[key];
        if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
    }
    template <class Map, class Wanted>
    static typename Map::mapped_type those_of(const Map& map, const typename Map::key_type& key, Wanted wanted) {
        typename Map::mapped_type out;
        if (const auto at = map.find(key); at != map.end())
            std::copy_if(at->second.begin(), at->second.end(), std::back_inserter(out), wanted);
        std::sort(out.begin(), out.end());  // one order, however they were loaded
        return out;
    }

  public:
    WorkingSet() = default;
    WorkingSet(const WorkingSet&) = delete;
    WorkingSet& operator=(const WorkingSet&) = delete;

    // ---- finding ------------------------------------------------------------------------------------------------

    Shelf<User> users{change_count_};
    Shelf<Room> rooms{change_count_};
    Shelf<Concert> concerts{change_count_};
    Shelf<Seat> seats{change_count_};
    Shelf<Place> places{change_count_};
    Shelf<Reservation> reservations{change_count_};
    Shelf<Account> accounts{change_count_};
    Shelf<Payment> payments{change_count_};
    Shelf<IdempotencyRecord> idempotency{change_count_};
    Shelf<Sale> sales{change_count_};
    Shelf<TicketType> ticket_types{change_count_};

    [[nodiscard]] bool has_user_named(const std::string& external_id) const {
        return user_names_.contains(external_id);
    }
    [[nodiscard]] bool has_room_named(const std::string& name) const { return room_names_.contains(name); }
    [[nodiscard]] bool has_seat_numbered(ConcertId concert, const std::string& number) const {
        return seat_numbers_.contains({concert, number});
    }

    /// The places of the user in the room whose rows are not finished (at most one, if the last one lapsed two).
    [[nodiscard]] std::vector<TokenId> open_places_of(UserId user, RoomId room) const {
        return those_of(places_of_, {user, room},
                        [&](TokenId token) { return places.get(token).finished_at == never; });
    }
    /// The terms in force. Every concert has some.
    [[nodiscard]] const Sale& sale_in_force(ConcertId concert) const {
        return sales.get({concert, asked_for(sales_in_force_, concert, "terms")});
    }
    /// Were the terms of the concert asked for, and are they there?
    [[nodiscard]] const Sale* find_sale_in_force(ConcertId concert) const {
        const auto at = sales_in_force_.find(concert);
        return at == sales_in_force_.end() || at->second == 0 ? nullptr : sales.find({concert, at->second});
    }
    /// The price of a category for a type in the tariff of that version; nothing where it has none.
    [[nodiscard]] std::optional<Points> price_in(const SaleId& tariff, const std::string& category, TypeId type) const {
        const auto& prices = asked_for(tariffs_, tariff, "a tariff");
        const auto price = prices.find({category, type});
        return price == prices.end() ? std::nullopt : std::optional{price->second};
    }
    [[nodiscard]] std::vector<TypeId> types_of(ConcertId concert) const {
        return those_of(types_of_, concert, [](TypeId) { return true; });
    }
    /// One of a concert's types, or null where it has none of that id: types are loaded by concert, so whoever names another is not
    /// looked up by id.
    [[nodiscard]] const TicketType* find_type(ConcertId concert, TypeId id) const {
        const auto types = types_of(concert);
        return std::find(types.begin(), types.end(), id) == types.end() ? nullptr : &ticket_types.get(id);
    }
    /// How many reservations of the concert the user has that are held or confirmed, this batch's included.
    [[nodiscard]] std::int64_t claim_count(UserId user, ConcertId concert) const {
        const std::pair of{user, concert};
        if (made_.contains(concert) && !claims_.contains(of)) return 0;
        return asked_for(claims_, of, "claims");
    }
    /// The reservations of an order, by id.
    [[nodiscard]] std::vector<ReservationId> order(OrderId id) const {
        std::vector<ReservationId> out;
        if (reservations.has(id) && reservations.get(id).order == id) out.push_back(id);
        if (const auto at = others_in_order_.find(id); at != others_in_order_.end())
            out.insert(out.end(), at->second.begin(), at->second.end());
        std::sort(out.begin(), out.end());
        return out;
    }
    /// The reservations of a concert that were asked for to be swept, and those made since, that are held or confirmed.
    [[nodiscard]] std::vector<ReservationId> claims_in(ConcertId concert) const {
        std::vector<ReservationId> out;
        if (const auto at = claims_in_.find(concert); at != claims_in_.end())
            std::copy_if(at->second.begin(), at->second.end(), std::back_inserter(out),
                         [&](ReservationId id) { return is_claim(reservations.get(id).state); });
        return out;
    }
    /// Was a live hold of the concert found, which was asked for? As the store has it: who asks has a transaction of its own.
    [[nodiscard]] bool is_held(ConcertId concert) const { return asked_for(held_in_, concert, "holds"); }
    /// Was a reservation of the concert found, which was asked for? As is_held.
    [[nodiscard]] bool has_history(ConcertId concert) const { return asked_for(with_history_, concert, "a history"); }
    [[nodiscard]] const std::vector<ConcertId>& unsettled() const { return unsettled_; }
    /// See Keys::touched.
    [[nodiscard]] const std::set<ConcertId>& touched() const { return touched_; }

    /// The user's reservations whose rows are in state held.
    [[nodiscard]] std::vector<ReservationId> held_by(UserId user) const {
        return those_of(reservations_of_, user,
                        [&](ReservationId id) { return reservations.get(id).state == ReservationState::held; });
    }

    /// The line of a room, if it was loaded.
    [[nodiscard]] Line* line(RoomId room) {
        const auto at = lines_.find(room);
        return at == lines_.end() ? nullptr : &at->second;
    }
    [[nodiscard]] const std::vector<RoomId>& due_rooms() const { return due_rooms_; }
    [[nodiscard]] const std::vector<RoomId>& all_rooms() const { return all_rooms_; }
    [[nodiscard]] const std::vector<ReservationId>& lapsed_holds() const { return lapsed_holds_; }
    [[nodiscard]] const std::vector<PaymentId>& lapsed_payments() const { return lapsed_payments_; }
    [[nodiscard]] const std::vector<NodeLease>& leases() const { return leases_; }
    /// What a tick may prune, if that was looked up.
    [[nodiscard]] const std::optional<Prunable>& prunable() const { return prunable_; }

    // ---- putting ------------------------------------------------------------------------------------------------

    /// A row with an id that was made for it. Throws where there is one: see Shelf::expect_none.
    template <class Entity>
    void put_new(Entity row) {
        shelf(std::type_identity<Entity>{}).expect_none(key_of(row));
        // Nobody can wait in a room that this batch makes, so its line is known without a look.
        if constexpr (std::is_same_v<Entity, Room>) lines_.try_emplace(row.id).first->second.is_whole = true;
        // Nor has anybody a claim in a concert that it makes.
        if constexpr (std::is_same_v<Entity, Concert>) made_.insert(row.id);
        put(std::move(row));
    }

    template <class Entity>
    void put(Entity row) {
        note(row);
        if constexpr (std::is_same_v<Entity, Room>) moved_rooms_.push_back(row.id);
        if constexpr (std::is_same_v<Entity, Sale>) sales_in_force_[row.id.concert] = row.id.version;
        if constexpr (std::is_same_v<Entity, Reservation>) count_claim(row);
        shelf(std::type_identity<Entity>{}).put(std::move(row));
    }
    /// All prices of a version that this batch makes.
    void put(const SaleId& tariff, const std::vector<TariffRow>& rows) {
        auto& prices = tariffs_[tariff];
        for (const auto& row : rows) {
            prices[{row.category, row.type}] = row.price;
            ++change_count_;
            tariff_prices_.push_back({tariff, row});
        }
    }
    void put(NodeLease row, bool fresh) { ++change_count_, lease_writes_.push_back({row, fresh}); }
    void add(Transfer row) { ++change_count_, transfers_.push_back(std::move(row)); }
    void add(PaymentStep row) { ++change_count_, steps_.push_back(std::move(row)); }
    void add(Event row) { ++change_count_, events_.push_back(std::move(row)); }
    void put(Prune prune) { ++change_count_, prune_ = prune; }
    /// Takes a concert away with all that is of it. The set goes on showing it: who does that has a transaction of its own.
    void remove(ConcertId concert) { ++change_count_, deleted_concerts_.push_back(concert); }

    /// How many changes were put so far: equal before and after a refused command (C1).
    [[nodiscard]] std::size_t change_count() const { return change_count_; }

    void count_retired() {
        ++retired_count_;
        ++retired_in_all_;
    }
    /// From here on, sweeping stops when so many rows were retired in all.
    void limit_sweep(std::int64_t rows) { sweep_max_ = rows; }
    [[nodiscard]] bool may_sweep() const { return retired_in_all_ < sweep_max_; }
    /// How many rows were retired since the last call: by the command under way, or before the first.
    std::int64_t take_retired() { return std::exchange(retired_count_, 0); }

    /// The rooms put since the last call; they may have to be advanced.
    std::vector<RoomId> take_moved_rooms() { return std::exchange(moved_rooms_, {}); }

    /// Gives away everything put, as one commit, its events numbered on from `last`. Only the last thing that a set does.
    [[nodiscard]] Changes take_changes(const LastEvent& last, Time now) {
        Changes out;
        out.for_each([&](auto& rows) { take(rows); });
        auto sequence = last.sequence;
        for (auto& event : out.events) {
            event.sequence = ++sequence;
            event.at = now;
        }
        return out;
    }

    // ---- loading ------------------------------------------------------------------------------------------------

    /// Loads what of `keys` is not in the set yet; at most one load a repository. At most two stages name keys of the
    /// same repository, which makes the two loads of invariant C4.
    Result<void> load(View& view, Keys keys) {
        leave_out_known(keys);
        StageRows rows;
        BOXOFFICE_TRY(view.load_stage(keys, rows));
        take_in(keys, rows);
        return {};
    }

    /// Behind the lines: while they have more that has lapsed than one tick retires, pruning can wait, and need not walk
    /// past it to find what is finished.
    Result<void> look_for_prunable(View& view, const PruneWish& wish) {
        for (const auto& [room, line] : lines_)
            if (line.has_more_lapsed) return {};
        auto found = view.prunable(wish, tick_max);
        if (!found) return tl::unexpected(std::move(found).error());
        prunable_ = *found;
        return {};
    }

  private:
    Shelf<User>& shelf(std::type_identity<User>) { return users; }
    Shelf<Room>& shelf(std::type_identity<Room>) { return rooms; }
    Shelf<Concert>& shelf(std::type_identity<Concert>) { return concerts; }
    Shelf<Seat>& shelf(std::type_identity<Seat>) { return seats; }
    Shelf<Place>& shelf(std::type_identity<Place>) { return places; }
    Shelf<Reservation>& shelf(std::type_identity<Reservation>) { return reservations; }
    Shelf<Account>& shelf(std::type_identity<Account>) { return accounts; }
    Shelf<Payment>& shelf(std::type_identity<Payment>) { return payments; }
    Shelf<IdempotencyRecord>& shelf(std::type_identity<IdempotencyRecord>) { return idempotency; }
    Shelf<Sale>& shelf(std::type_identity<Sale>) { return sales; }
    Shelf<TicketType>& shelf(std::type_identity<TicketType>) { return ticket_types; }

    // What was put of each member of Changes; one that has no `take` does not compile.
    template <class Entity>
    void take(std::vector<Write<Entity>>& into) {
        into = shelf(std::type_identity<Entity>{}).take_writes();
    }
    template <class Entity>
    void take_added(std::vector<Entity>& into) {
        for (auto& write : shelf(std::type_identity<Entity>{}).take_writes()) into.push_back(std::move(write.entity));
    }
    void take(std::vector<Sale>& into) { take_added(into); }
    void take(std::vector<TicketType>& into) { take_added(into); }
    void take(std::vector<TariffPrice>& into) { into = std::move(tariff_prices_); }
    void take(std::vector<Write<NodeLease>>& into) { into = std::move(lease_writes_); }
    void take(std::vector<PaymentStep>& into) { into = std::move(steps_); }
    void take(std::vector<Transfer>& into) { into = std::move(transfers_); }
    void take(std::vector<Event>& into) { into = std::move(events_); }
    void take(std::vector<ConcertId>& into) { into = std::move(deleted_concerts_); }
    void take(std::optional<Prune>& into) { into = prune_; }
    // No command changes these: an office writes them when it opens.
    static void take(std::vector<Write<TokenKey>>&) {}
    static void take(std::optional<HouseRules>&) {}

    // What a row is found by beside its key, when it is loaded or put.
    template <class Entity>
    static void note(const Entity&) {}
    void note(const User& row) { user_names_.insert(row.external_id); }
    void note(const Room& row) { room_names_.insert(row.name); }
    void note(const Seat& row) {
        if (numbered_.contains(row.concert)) seat_numbers_.insert({row.concert, row.facts.number});
    }
    void note(const Place& row) { index(places_of_, {row.user, row.room}, row.token); }
    void note(const Reservation& row) {
        index(reservations_of_, row.user, row.id);
        if (row.order != row.id) index(others_in_order_, row.order, row.id);
        if (const auto at = claims_in_.find(row.concert); at != claims_in_.end()) at->second.insert(row.id);
    }
    void note(const TicketType& row) { index(types_of_, row.concert, row.id); }

    /// Before a reservation is put: does its user claim more of the concert now, or less?
    void count_claim(const Reservation& next) {
        const auto at = claims_.find({next.user, next.concert});
        if (at == claims_.end()) {
            if (made_.contains(next.concert) && is_claim(next.state)) claims_[{next.user, next.concert}] = 1;
            return;
        }
        const bool was = reservations.has(next.id) && is_claim(reservations.get(next.id).state);
        at->second += std::int64_t{is_claim(next.state)} - std::int64_t{was};
    }

    // ---- before a load: what was not asked for before --------------------------------------------------------------

    template <class Entity, class IdType>
    static void leave_out_known(std::vector<IdType>& ids, Shelf<Entity>& shelf) {
        std::erase_if(ids, [&](const auto& id) { return !is_set(id) || !shelf.ask(id); });
    }
    void leave_out_known(Keys& keys) {
        leave_out_known(keys.users.ids, users);
        leave_out_known(keys.rooms.ids, rooms);
        leave_out_known(keys.concerts.ids, concerts);
        leave_out_known(keys.seats.ids, seats);
        leave_out_known(keys.places.tokens, places);
        leave_out_known(keys.reservations.ids, reservations);
        leave_out_known(keys.accounts.ids, accounts);
        leave_out_known(keys.payments.ids, payments);
        leave_out_known(keys.idempotency.ids, idempotency);
        leave_out_known(keys.sales.ids, sales);
        std::erase_if(keys.reservations.of_order, [](OrderId id) { return !id; });
        for (const auto order : keys.reservations.of_order) (void)reservations.ask(order);
        std::erase_if(keys.sales.in_force,
                      [&](ConcertId id) { return !id || !sales_in_force_.try_emplace(id, 0).second; });
        std::erase_if(keys.tariffs.of,
                      [&](const SaleId& id) { return !is_set(id) || !tariffs_.try_emplace(id).second; });
        std::erase_if(keys.types.of, [&](ConcertId id) { return !id || !types_of_.try_emplace(id).second; });
        std::erase_if(keys.claims.of, [&](const auto& id) { return !id.second || !claims_.try_emplace(id, 0).second; });
        if ((!keys.places.tokens.empty() || !keys.places.live_of.empty()) && !keys.places.lines.empty())
            throw std::logic_error("lines are loaded in a stage of their own");
        for (const auto& [concert, number] : keys.seats.numbers) numbered_.insert(concert);
        for (const auto& [concert, limit] : keys.reservations.claims_in) claims_in_.try_emplace(concert);
        for (const auto& [concert, now] : keys.reservations.held_in) held_in_.try_emplace(concert, false);
        for (const auto& [concert, first] : keys.reservations.any_in) with_history_.try_emplace(concert, false);
        touched_.insert(keys.touched.begin(), keys.touched.end());
    }

    // ---- after it --------------------------------------------------------------------------------------------------

    template <class Entity, class Then>
    void take_in(std::vector<Entity>& rows, Shelf<Entity>& shelf, Then then) {
        for (auto& row : rows) {
            const auto& here = shelf.take_in(std::move(row));
            note(here);
            then(here);
        }
    }
    template <class Entity>
    void take_in(std::vector<Entity>& rows, Shelf<Entity>& shelf) {
        take_in(rows, shelf, [](const Entity&) {});
    }
    void take_in(const Keys& keys, StageRows& rows) {
        take_in(rows.users, users);
        take_in(rows.rooms, rooms, [&, &due = keys.rooms.due](const Room& row) {
            if (due && passed(due_at(row), *due)) push_new(due_rooms_, row.id);
            if (keys.rooms.all) push_new(all_rooms_, row.id);
        });
        take_in(rows.concerts, concerts, [&](const Concert& row) {
            if (keys.concerts.unsettled && !row.is_settled) push_new(unsettled_, row.id);
        });
        take_in(rows.seats, seats);
        take_in_places(keys.places, rows.places);
        take_in(rows.reservations, reservations, [&, &lapsed = keys.reservations.lapsed](const Reservation& row) {
            if (lapsed && row.state == ReservationState::held && passed(row.deadline, *lapsed))
                push_new(lapsed_holds_, row.id);
            for (const auto& [concert, now] : keys.reservations.held_in)
                if (row.concert == concert && is_live_hold(row, now)) held_in_[concert] = true;
            for (const auto& [concert, first] : keys.reservations.any_in)
                if (row.concert == concert) with_history_[concert] = true;
        });
        take_in(rows.accounts, accounts);
        take_in(rows.payments, payments, [&, &lapsed = keys.payments.lapsed](const Payment& row) {
            if (lapsed && row.state == PaymentState::requested && passed(row.deadline, *lapsed))
                push_new(lapsed_payments_, row.id);
        });
        take_in(rows.idempotency, idempotency);
        leases_.insert(leases_.end(), rows.leases.begin(), rows.leases.end());
        take_in_sales(keys.sales, rows.sales);
        for (auto& price : rows.tariffs)
            tariffs_[price.sale][{std::move(price.row.category), price.row.type}] = price.row.price;
        take_in(rows.types, ticket_types);
        for (const auto& row : rows.claims) claims_[{row.user, row.concert}] = row.count;
        // One order, whatever else was named.
        std::sort(due_rooms_.begin(), due_rooms_.end());
        std::sort(all_rooms_.begin(), all_rooms_.end());
        std::sort(unsettled_.begin(), unsettled_.end());
        sort_by_deadline(lapsed_holds_, reservations);
        sort_by_deadline(lapsed_payments_, payments);
    }
    void take_in_places(const PlaceKeys& keys, std::vector<Place>& rows) {
        for (const auto& key : keys.lines) lines_.try_emplace(key.room);
        std::vector<TokenId> tokens;
        take_in(rows, places, [&](const Place& place) { tokens.push_back(place.token); });
        for (const auto& key : keys.lines) form_line(key, tokens);
    }
    void take_in_sales(const SaleKeys& keys, std::vector<Sale>& rows) {
        const std::set<ConcertId> asked{keys.in_force.begin(), keys.in_force.end()};
        take_in(rows, sales, [&](const Sale& row) {
            if (!asked.contains(row.id.concert)) return;
            auto& version = sales_in_force_[row.id.concert];
            version = std::max(version, row.id.version);
        });
    }

    template <class IdType>
    static void push_new(std::vector<IdType>& ids, IdType id) {
        if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
    }

    template <class IdType, class Entity>
    static void sort_by_deadline(std::vector<IdType>& ids, const Shelf<Entity>& shelf) {
        std::sort(ids.begin(), ids.end(), [&](IdType a, IdType b) {
            return std::pair{shelf.get(a).deadline, a} < std::pair{shelf.get(b).deadline, b};
        });
    }

    /// Sorts the places just loaded into the line of `key`.
    void form_line(const LineKey& key, const std::vector<TokenId>& tokens) {
        std::map<std::pair<Time, TokenId>, TokenId> lapsed_admitted;
        std::map<Position, TokenId> lapsed_waiting;
        std::map<Position, TokenId> waiting;
        std::int64_t behind = 0;
        const auto still_waiting = first_still_waiting(rooms.get(key.room).limits, key.now);
        Line& line = lines_.at(key.room);
        for (const auto token : tokens) {
            const Place& place = places.get(token);
            if (place.room != key.room) continue;
            if (place.state == PlaceState::admitted && passed(place.deadline, key.now))
                lapsed_admitted.emplace(std::pair{place.deadline, token}, token);
            else if (place.state == PlaceState::admitted)
                line.next_deadline = std::min(line.next_deadline, place.deadline);
            if (place.state != PlaceState::waiting) continue;
            // One below the key's mark may wait on, if only a command of the batch will make the wait shorter.
            if (place.token < key.still_waiting)
                lapsed_waiting.emplace(place.position, token);
            else
                ++behind;
            if (place.token >= still_waiting) waiting.emplace(place.position, token);
        }
        // Where not all below the mark were loaded, those above it are not next.
        const bool has_gap =
            key.still_waiting > still_waiting && static_cast<std::int64_t>(lapsed_waiting.size()) >= key.lapsed_max;
        if (has_gap) std::erase_if(waiting, [&](const auto& entry) { return entry.second >= key.still_waiting; });
        for (const auto& [at, token] : lapsed_admitted) line.lapsed.push_back(token);
        for (const auto& [at, token] : lapsed_waiting) line.lapsed.push_back(token);
        line.is_lapsed_whole = static_cast<std::int64_t>(lapsed_admitted.size()) < key.lapsed_max;
        line.has_more_lapsed =
            !line.is_lapsed_whole || static_cast<std::int64_t>(lapsed_waiting.size()) >= key.lapsed_max;
        for (const auto& [at, token] : waiting) line.next.push_back(token);
        line.is_whole = behind < key.next && !has_gap;
    }

    std::unordered_set<std::string> user_names_;
    std::unordered_set<std::string> room_names_;
    std::set<ConcertId> numbered_;  ///< of which seats are asked for by number
    std::set<std::pair<ConcertId, std::string>> seat_numbers_;
    std::map<std::pair<UserId, RoomId>, std::vector<TokenId>> places_of_;
    std::unordered_map<UserId, std::vector<ReservationId>> reservations_of_;
    std::unordered_map<OrderId, std::vector<ReservationId>> others_in_order_;  ///< all but the first
    std::unordered_map<ConcertId, std::set<ReservationId>> claims_in_;
    std::map<ConcertId, bool> held_in_;       ///< asked for, and found
    std::map<ConcertId, bool> with_history_;  ///< the same
    std::unordered_map<ConcertId, std::vector<TypeId>> types_of_;
    std::unordered_map<ConcertId, std::int64_t> sales_in_force_;  ///< versions; 0: asked for, and none
    std::map<SaleId, std::map<std::pair<std::string, TypeId>, Points>> tariffs_;
    std::map<std::pair<UserId, ConcertId>, std::int64_t> claims_;
    std::set<ConcertId> touched_;
    std::set<ConcertId> made_;
    std::vector<ConcertId> unsettled_;
    std::unordered_map<RoomId, Line> lines_;
    std::vector<RoomId> due_rooms_;
    std::vector<RoomId> all_rooms_;
    std::vector<RoomId> moved_rooms_;
    std::vector<ReservationId> lapsed_holds_;
    std::vector<PaymentId> lapsed_payments_;
    std::vector<NodeLease> leases_;
    std::optional<Prunable> prunable_;

    std::vector<Write<NodeLease>> lease_writes_;
    std::vector<PaymentStep> steps_;
    std::vector<Transfer> transfers_;
    std::vector<TariffPrice> tariff_prices_;
    std::vector<Event> events_;
    std::vector<ConcertId> deleted_concerts_;
    std::optional<Prune> prune_;
};

}  // namespace boxoffice

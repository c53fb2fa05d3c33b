/// Fuzzes the C ABI with sequences of calls: any function, any order, right arguments and wrong ones.
///
/// An input is a row of records of eight bytes, and every input is one: what is missing is 0, and 0 is the sensible
/// choice. The first opens an office, whatever its `op`.
///
///     0  op      which function (in the order of BOXOFFICE_C_FUNCTIONS), or what the world does meanwhile
///     1  where   bits 0, 1: which office (3: a handle that is none); bits 2 to 4: which kind of `error`; bits 5 to 7
///     all set:
///                NULL for the answer
///     2  who     which of the buyers that the input has made; their token, reservation and payment go with them
///     3  to 6    arguments, a to d
///     7  spoil   0xE0 + n: the n-th id is an edge of INT64, another thing's id or invented (as d says)
///
/// What must hold, beside the sanitizers: a status is of the table, and no fault but those that were provoked; on an
/// error the outputs are zero, and the error has a message that ends; BOXOFFICE_TOO_SMALL writes no element; a handle
/// that is none gives invalid_handle; the log hears of every fault. At the end every office is audited and compared
/// with what it acknowledged: each recharge, hold and payment is there, once; Σ balances = Σ recharges − Σ payments;
/// counts agree with lists.
///
/// Nothing is left to chance: the clock is virtual and the token key given (but for the few offices opened without
/// options, which are closed at once). BOXOFFICE_FUZZ_COUNTS names a file that gets each function's calls and successes
/// at the end.

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "boxoffice.h"

namespace {

// ---- the functions ----------------------------------------------------------------------------------------------

/// Their place here is their number in an input: new ones go to the end.
#define BOXOFFICE_C_FUNCTIONS(X)                                                                                       \
    X(version)                                                                                                         \
    X(abi)                                                                                                             \
    X(status_name)                                                                                                     \
    X(status_message) X(event_name) X(id_text) X(id_parse) X(open) X(close) X(backup) X(now) X(create_user)            \
        X(find_user) X(create_room) X(change_room) X(find_room) X(create_concert) X(add_seats) X(block_seat)           \
            X(unblock_seat) X(find_concert) X(get_concert) X(list_concerts) X(list_dates) X(list_available_seats)      \
                X(list_seats) X(find_seat) X(count_seats) X(join) X(token_text) X(authenticate) X(peek) X(await_turn)  \
                    X(claim) X(leave) X(hold_seat) X(release_hold) X(get_reservation) X(list_reservations) X(recharge) \
                        X(balance) X(list_transfers) X(pay) X(begin_payment) X(capture_payment) X(fail_payment)        \
                            X(get_payment) X(execute) X(tick) X(get_stats) X(list_events) X(audit)

enum class Function : std::size_t {
#define X(name) name,
    BOXOFFICE_C_FUNCTIONS(X)
#undef X
        count
};
constexpr std::size_t function_count = static_cast<std::size_t>(Function::count);
constexpr const char* function_names[] = {
#define X(name) "boxoffice_" #name,
    BOXOFFICE_C_FUNCTIONS(X)
#undef X
};

struct Counts {
    std::int64_t calls = 0;
    std::int64_t done = 0;
};
std::array<Counts, function_count> counts;

// ---- when something is wrong ------------------------------------------------------------------------------------

const char* now_calling = "nothing";

[[noreturn]] __attribute__((format(printf, 1, 2))) void fail(const char* format, ...) {
    std::fprintf(stderr, "c_calls: after %s: ", now_calling);
    va_list arguments;
    va_start(arguments, format);
    std::vfprintf(stderr, format, arguments);
    va_end(arguments);
    std::fputc('\n', stderr);
    std::abort();
}

#define MUST(condition) ((condition) ? (void)0 : fail("%s (line %d)", #condition, __LINE__))

// ---- memory that the sanitizer watches to the byte --------------------------------------------------------------

constexpr unsigned char untouched = 0xA5;

/// `count` elements on the heap, filled with a pattern; the library gets all of them and not a byte more.
template <class T>
class Out {
  public:
    explicit Out(std::size_t count = 1, bool is_null = false)
        : bytes_(count * sizeof(T), untouched), is_null_(is_null) {
        bytes_.shrink_to_fit();
    }
    T* get() { return is_null_ || bytes_.empty() ? nullptr : reinterpret_cast<T*>(bytes_.data()); }
    T& operator*() { return *reinterpret_cast<T*>(bytes_.data()); }
    T* operator->() { return &**this; }
    T& operator[](std::size_t i) { return reinterpret_cast<T*>(bytes_.data())[i]; }
    [[nodiscard]] bool all(unsigned char value, std::size_t from = 0) const {
        return std::all_of(bytes_.begin() + static_cast<std::ptrdiff_t>(from * sizeof(T)), bytes_.end(),
                           [&](unsigned char byte) { return byte == value; });
    }
    [[nodiscard]] bool is_null() const { return is_null_; }

  private:
    std::vector<unsigned char> bytes_;
    bool is_null_;
};

/// A text in memory of exactly its size: reading behind it is found.
class In {
  public:
    In() = default;
    explicit In(std::string_view text)
        : bytes_(std::make_unique<char[]>(text.size())), size_(text.size()), is_null_(false) {
        std::copy(text.begin(), text.end(), bytes_.get());
    }
    /// NULL with a length: a mistake, unless it is 0.
    static In null(std::size_t size) {
        In text;
        text.size_ = size;
        return text;
    }
    [[nodiscard]] const char* data() const { return is_null_ ? nullptr : bytes_.get(); }
    [[nodiscard]] std::size_t size() const { return size_; }

  private:
    std::unique_ptr<char[]> bytes_;
    std::size_t size_ = 0;
    bool is_null_ = true;
};

/// The caller's error: of this version's size, of a later one's, one that ends before the message, one that was not
/// initialised, or none.
class ErrorBox {
  public:
    explicit ErrorBox(unsigned kind) {
        constexpr std::size_t sizes[] = {sizeof(boxoffice_error), 0, 8, 4, sizeof(boxoffice_error) + 40, 100, 8, 256};
        const std::size_t size = sizes[kind % 8];
        if (size == 0) return;
        bytes_.assign(size, untouched);
        bytes_.shrink_to_fit();
        const auto told = static_cast<std::uint32_t>(kind % 8 == 3 ? 0 : size);
        std::memcpy(bytes_.data(), &told, sizeof told);
    }
    boxoffice_error* get() { return bytes_.empty() ? nullptr : reinterpret_cast<boxoffice_error*>(bytes_.data()); }

    void check(boxoffice_status status) const {
        const std::size_t size = bytes_.size();
        if (size < 8) return MUST(rest_untouched(4));
        boxoffice_status code = -1;
        std::memcpy(&code, bytes_.data() + offsetof(boxoffice_error, code), sizeof code);
        MUST(code == status);
        if (size < sizeof(boxoffice_error)) return MUST(rest_untouched(8));
        const auto* message = reinterpret_cast<const char*>(bytes_.data()) + offsetof(boxoffice_error, message);
        const auto length = ::strnlen(message, sizeof(boxoffice_error::message));
        MUST(length < sizeof(boxoffice_error::message));
        MUST((length > 0) == (status != BOXOFFICE_OK));
        MUST(rest_untouched(sizeof(boxoffice_error)));
    }

  private:
    [[nodiscard]] bool rest_untouched(std::size_t from) const {
        return std::all_of(bytes_.begin() + static_cast<std::ptrdiff_t>(std::min(from, bytes_.size())), bytes_.end(),
                           [](unsigned char byte) { return byte == untouched; });
    }
    std::vector<unsigned char> bytes_;
};

// ---- the input --------------------------------------------------------------------------------------------------

struct Record {
    std::uint8_t op, where, who, a, b, c, d, spoil;
};

class Records {
  public:
    Records(const std::uint8_t* bytes, std::size_t size) : bytes_(bytes), size_(size) {}
    [[nodiscard]] bool empty() const { return at_ >= size_; }
    /// The next one; what the input does not have is 0.
    Record next() {
        std::uint8_t raw[8] = {};
        for (auto& byte : raw)
            if (at_ < size_) byte = bytes_[at_++];
        return {raw[0], raw[1], raw[2], raw[3], raw[4], raw[5], raw[6], raw[7]};
    }

  private:
    const std::uint8_t* bytes_;
    std::size_t size_;
    std::size_t at_ = 0;
};

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t day = 86'400 * second;

// ---- the world --------------------------------------------------------------------------------------------------

/// Time as the offices see it. The steady clock keeps its contract: it never goes back, and stays within ten years.
struct World {
    std::int64_t steady_us = 0;
    std::int64_t wall_us = 0;
    int gateway_answer = 0;
    boxoffice_status logged = BOXOFFICE_OK;
    int log_lines = 0;

    static constexpr std::int64_t start_us = 1'800'000'000 * second;  // in 2027

    void reset() { *this = {0, start_us, 0, BOXOFFICE_OK, 0}; }
    void pass(std::int64_t span_us) {
        const auto span = std::clamp<std::int64_t>(span_us, 0, 3'650 * day - steady_us);
        steady_us += span;
        jump(span);
    }
    void jump(std::int64_t span) {
        if (__builtin_add_overflow(wall_us, span, &wall_us)) wall_us = INT64_MAX;
    }
};
World world;

std::int64_t read_wall(void* context) { return static_cast<World*>(context)->wall_us; }
std::int64_t read_steady(void* context) { return static_cast<World*>(context)->steady_us; }
void let_pass(void* context, std::int64_t span_us) { static_cast<World*>(context)->pass(span_us); }

std::int32_t approve(void* context, const boxoffice_payment_request* request, char* key) {
    auto* const it = static_cast<World*>(context);
    MUST(request->payment > 0 && request->reservation > 0 && request->user > 0 && request->amount >= 0);
    switch (it->gateway_answer) {
        case 0: std::strcpy(key, "pg-1"); return 0;
        case 1: return 1;
        case 2: std::memset(key, 'k', BOXOFFICE_TRANSACTION_KEY_SIZE); return 0;  // does not end
        case 3: std::strcpy(key, "\xC0\xAF"); return 0;
        case 4: it->pass(61 * second); return 0;
        case 5: it->pass(2 * day); return 0;
        case 6: it->jump(2 * day); return 0;
        default: return INT32_MIN;
    }
}

void cancel(void*, const boxoffice_payment_request* request, const char* key) {
    MUST(request->payment > 0 && ::strnlen(key, BOXOFFICE_TRANSACTION_KEY_SIZE) < BOXOFFICE_TRANSACTION_KEY_SIZE);
}

void write_log(void* context, boxoffice_status status, const char* message) {
    auto* const it = static_cast<World*>(context);
    MUST(message != nullptr && std::strlen(message) > 0);
    it->logged = status;
    ++it->log_lines;
}

/// A directory of this process's own, in memory if the system has such a file system.
class Directory {
  public:
    Directory() {
        for (std::string name : {"/dev/shm/boxoffice-fuzz-XXXXXX", "/tmp/boxoffice-fuzz-XXXXXX"})
            if (path_.empty() && ::mkdtemp(name.data()) != nullptr) path_ = name;
        if (path_.empty()) std::perror("c_calls: a directory"), std::abort();
    }
    [[nodiscard]] std::string file(const char* name) const { return path_ + "/" + name; }
    void clear() const {
        std::error_code ignored;
        for (const auto& entry : std::filesystem::directory_iterator(path_, ignored))
            std::filesystem::remove_all(entry.path(), ignored);
    }
    void remove() const {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

  private:
    std::string path_;
};
const Directory& directory() {
    static const Directory it;
    return it;
}

// ---- what was acknowledged --------------------------------------------------------------------------------------

struct Recharge {
    std::int64_t user;
    std::int64_t amount;
};
struct Hold {
    std::int64_t user;
    std::int64_t seat;
};
struct Payment {
    std::int64_t user;
    std::int64_t reservation;
    std::int64_t amount;
};

/// What the answers of one store's offices say is in it.
struct Model {
    std::set<std::int64_t> users;
    std::set<std::int64_t> concerts;
    std::map<std::int64_t, Recharge> recharges;  // by transfer
    std::map<std::int64_t, Hold> holds;          // by reservation
    std::map<std::int64_t, Payment> payments;
    std::int64_t seat_count = 0;
    bool is_pruned = false;  // of events

    /// An answer may be a repeated one, and then it says the same.
    void add(std::int64_t transfer, Recharge recharge) {
        const auto [at, fresh] = recharges.try_emplace(transfer, recharge);
        MUST(fresh || (at->second.user == recharge.user && at->second.amount == recharge.amount));
    }
    void add(std::int64_t reservation, Hold hold) {
        const auto [at, fresh] = holds.try_emplace(reservation, hold);
        MUST(fresh || (at->second.user == hold.user && at->second.seat == hold.seat));
    }
    void add(std::int64_t payment, Payment paid) {
        const auto [at, fresh] = payments.try_emplace(payment, paid);
        MUST(fresh || (at->second.reservation == paid.reservation && at->second.amount == paid.amount));
    }
};

struct Office {
    boxoffice_office* handle = nullptr;
    std::shared_ptr<Model> model;
    bool has_log = false;
};

/// A buyer, as the input has led them so far.
struct Buyer {
    std::int64_t user = 0;
    boxoffice_claims claims{};
    std::string token;
    std::int64_t reservation = 0;
    std::int64_t payment = 0;
    std::int64_t transfer = 0;
};

bool may_happen(boxoffice_status status) {
    return status == BOXOFFICE_OK || std::string_view{boxoffice_status_name(status)} != "unknown";
}

bool is_fault(boxoffice_status status) { return status >= 300; }

// ---- one input --------------------------------------------------------------------------------------------------

class Sequence {
  public:
    Sequence(const std::uint8_t* bytes, std::size_t size) : records_(bytes, size) {
        world.reset();
        buyers_.emplace_back();
    }
    ~Sequence() {
        if (has_files_) directory().clear();
    }
    Sequence(const Sequence&) = delete;
    Sequence& operator=(const Sequence&) = delete;

    void run() {
        r_ = records_.next();
        open();
        for (int step = 0; step < 256 && !records_.empty(); ++step) {
            r_ = records_.next();
            const auto op = r_.op % 64u;
            if (op < function_count)
                call(static_cast<Function>(op));
            else
                let_happen(op - function_count);
        }
        for (auto& office : offices_) close(office);
    }

  private:
    // ---- arguments ----------------------------------------------------------------------------------------------

    [[nodiscard]] std::int64_t odd_number(std::uint8_t which) const {
        const std::int64_t odd[] = {0,
                                    -1,
                                    1,
                                    INT64_MIN,
                                    INT64_MAX,
                                    INT64_MIN + 1,
                                    INT64_MAX - 1,
                                    INT32_MAX,
                                    INT32_MIN,
                                    1LL << 53,
                                    (1LL << 53) - 1,
                                    1'000'000'000'000,
                                    1'000'000'000'001,
                                    buyers_[0].user,
                                    buyers_.back().user,
                                    buyers_.back().claims.token,
                                    buyers_[0].claims.token,
                                    buyers_[0].reservation,
                                    buyers_.back().reservation,
                                    buyers_.back().payment,
                                    last(seats_),
                                    last(concerts_),
                                    last(rooms_),
                                    1LL << 62,
                                    12'345,
                                    buyers_.back().transfer};
        return odd[which % std::size(odd)];
    }
    static std::int64_t last(const std::vector<std::int64_t>& ids) { return ids.empty() ? 0 : ids.back(); }
    static std::int64_t one_of(const std::vector<std::int64_t>& ids, std::uint8_t which) {
        return ids.empty() ? 0 : ids[which % ids.size()];
    }
    /// The n-th id of the call, spoiled if the record says so.
    std::int64_t id(unsigned n, std::int64_t right) const {
        return r_.spoil == 0xE0 + n || r_.spoil == 0xFF ? odd_number(static_cast<std::uint8_t>(r_.d + n)) : right;
    }
    Buyer& buyer() { return buyers_[r_.who % buyers_.size()]; }
    std::int64_t room(std::uint8_t which) const { return one_of(rooms_, which); }
    std::int64_t concert(std::uint8_t which) const { return one_of(concerts_, which); }
    std::int64_t seat(std::uint8_t which) const { return one_of(seats_, which); }
    [[nodiscard]] bool no_answer() const { return r_.where >> 5 == 7; }

    /// A name: most are good.
    static std::string name_text(std::uint8_t which) {
        static const std::string odd[] = {"",
                                          std::string(64, 'x'),
                                          std::string(65, 'x'),
                                          std::string("a\0b", 3),
                                          "\xC0\xAF",
                                          "\xED\xA0\x80",
                                          "\xF4\x90\x80\x80",
                                          "\xE2\x82",
                                          "\x7F",
                                          "\xC2\x85",
                                          "\xEC\x86\x8C\xED\x95\x98",
                                          "\xF0\x9F\x8E\xAB",
                                          "main",
                                          std::string(4'096, 'y'),
                                          "10",
                                          "02"};
        return which < 200 ? "n" + std::to_string(which) : odd[which % std::size(odd)];
    }
    static In name(std::uint8_t which) {
        if (which == 255) return In::null(3);
        if (which == 254) return In::null(0);
        return In{name_text(which)};
    }
    static std::string key_text(std::uint8_t which) {
        static const std::string odd[] = {std::string(255, 'k'), std::string(256, 'k'), "two words", "\x80", "~", "!"};
        if (which == 0) return {};
        return which < 240 ? "k" + std::to_string(which % 8) : odd[which % std::size(odd)];
    }
    static In key(std::uint8_t which) {
        if (which == 0) return {};
        if (which == 255) return In::null(1);
        return In{key_text(which)};
    }
    static In date(std::uint8_t which) {
        static const char* const odd[] = {"9999-12-31", "1970-01-01", "1969-12-31",
                                          "2030-02-29", "2030-1-1",   "",
                                          "2030-00-10", "2030-13-01", "\xFF\xFF\xFF\xFF-01-01",
                                          "0000-00-00"};
        if (which >= 200) return which == 255 ? In::null(10) : In{odd[which % std::size(odd)]};
        return In{"2030-01-" + std::to_string(10 + which % 4)};
    }
    In token() {
        auto text = buyer().token;
        if (r_.spoil >= 0xF0) {
            if (r_.spoil == 0xFE) return In::null(68);
            if (text.empty()) text.assign(68, 'A');
            text[r_.c % text.size()] = static_cast<char>(r_.d);
            if (r_.spoil >= 0xF8) text.resize(r_.b);
        }
        return In{text};
    }
    static std::size_t capacity(std::uint8_t which) {
        constexpr std::size_t capacities[] = {32, 0, 1, 2, 3, 100, 4, 33};
        return capacities[which % 8];
    }

    // ---- the call itself ----------------------------------------------------------------------------------------

    /// The handle that the record names, right or wrong; and the office behind it, if there is one.
    boxoffice_office* handle() {
        const unsigned which = r_.where & 3u;
        if (which < offices_.size()) return offices_[which].handle;
        const auto right = reinterpret_cast<std::uintptr_t>(offices_[0].handle);
        const std::uintptr_t invented[] = {
            1, right ^ 1, right + 4'096, right - 4'096, UINTPTR_MAX, right ^ (1ULL << 44), 4'096};
        if (!stale_.empty() && r_.d % 2 == 0) return stale_[r_.d / 2 % stale_.size()];
        return reinterpret_cast<boxoffice_office*>(invented[r_.d / 2 % std::size(invented)]);
    }
    Office* office_of(boxoffice_office* handle) {
        if (handle == nullptr) return nullptr;
        for (auto& office : offices_)
            if (office.handle == handle) return &office;
        return nullptr;
    }

    /// Counts, and checks what holds of every answer.
    void answered(Function function, boxoffice_status status, const ErrorBox& error, const Office* office,
                  bool has_handle) {
        MUST(may_happen(status));
        error.check(status);
        MUST(status != BOXOFFICE_INTERNAL);
        MUST(status != BOXOFFICE_FORKED && status != BOXOFFICE_OUT_OF_MEMORY);
        if (has_handle) {
            MUST(office != nullptr || status == BOXOFFICE_INVALID_HANDLE);
            MUST(office == nullptr || (status != BOXOFFICE_INVALID_HANDLE && status != BOXOFFICE_CLOSED));
            MUST(!is_fault(status) || status == BOXOFFICE_CLOCK_JUMP || function == Function::backup);
            if (office != nullptr && office->has_log && is_fault(status))
                MUST(world.log_lines == 1 && world.logged == status);
            else
                MUST(world.log_lines == 0);
        }
        if (status == BOXOFFICE_OK) ++counts[static_cast<std::size_t>(function)].done;
    }

    void begin(Function function) {
        now_calling = function_names[static_cast<std::size_t>(function)];
        world.log_lines = 0;
        ++counts[static_cast<std::size_t>(function)].calls;
    }

    /// A function of an office without an answer of its own: `work(handle, error)`.
    template <class Work>
    Office* ask(Function function, boxoffice_status& status, Work work) {
        ErrorBox error(r_.where >> 2);
        auto* const h = handle();
        auto* const office = office_of(h);
        begin(function);
        status = work(h, error.get());
        answered(function, status, error, office, true);
        return status == BOXOFFICE_OK ? office : nullptr;
    }
    template <class Work>
    Office* act(Function function, Work work) {
        boxoffice_status status = BOXOFFICE_OK;
        return ask(function, status, work);
    }

    /// One with an answer: `work(handle, out, error)`; zero on an error. The office if it was done.
    template <class T, class Work>
    Office* get(Function function, Out<T>& out, Work work) {
        boxoffice_status status = BOXOFFICE_OK;
        auto* const office = ask(function, status, [&](auto* h, auto* error) { return work(h, out.get(), error); });
        if (out.is_null()) return nullptr;
        MUST(status == BOXOFFICE_OK || out.all(0));
        return office;
    }

    /// One with a list: `work(handle, array, capacity, count, error)`. How many there are, if it was done.
    template <class T, class Work>
    std::size_t list(Function function, Out<T>& out, std::size_t capacity, Work work, bool is_cut = false) {
        Out<std::size_t> count(1, no_answer());
        boxoffice_status status = BOXOFFICE_OK;
        (void)ask(function, status,
                  [&](auto* h, auto* error) { return work(h, out.get(), capacity, count.get(), error); });
        if (count.is_null()) {
            MUST(status != BOXOFFICE_OK && out.all(untouched));
            return 0;
        }
        if (status == BOXOFFICE_OK) {
            MUST((is_cut || *count <= capacity) && out.all(untouched, std::min(*count, capacity)));
            return std::min(*count, capacity);
        }
        MUST(out.all(untouched));
        MUST(status == BOXOFFICE_TOO_SMALL ? *count > capacity : *count == 0);
        return 0;
    }

    // ---- opening ------------------------------------------------------------------------------------------------

    struct Opening {
        union {
            boxoffice_options options;
            unsigned char bytes[sizeof(boxoffice_options) + 32];
        };
        boxoffice_room_limits limits BOXOFFICE_ROOM_LIMITS_INIT;
        std::array<unsigned char, sizeof(boxoffice_room_limits) + 16> larger_limits{};
        std::vector<boxoffice_token_key> keys;
        bool is_given = true;
        bool has_own_clock = true;
        Opening() : bytes{} {}
    };

    static boxoffice_token_key key_of(std::int32_t number) {
        boxoffice_token_key key{};
        key.id = number;
        key.secret[0] = static_cast<std::uint8_t>(number);
        return key;
    }

    /// The options that `b` and `c` describe; `c` is what is wrong with them, if anything is.
    void describe(Opening& it) const {
        const boxoffice_options defaults = BOXOFFICE_OPTIONS_INIT;
        it.options = defaults;
        auto& o = it.options;
        o.clock = {read_wall, read_steady, let_pass, &world};
        o.log = {write_log, &world};
        it.keys.push_back(key_of(7));
        if ((r_.b & 1) != 0) o.gateway = {approve, cancel, &world};
        if ((r_.b & 2) != 0) it.limits.active_capacity = 1;
        if ((r_.b & 4) != 0) it.limits.admissions_per_second = 1;
        if ((r_.b & 8) != 0) o.holds_per_user = 3;
        if ((r_.b & 16) != 0) it.limits.queue_capacity = 2;
        if ((r_.b & 32) != 0) it.limits.claim_ttl_us = it.limits.active_ttl_us = 1'000;
        if ((r_.b & 64) != 0) o.capture_ttl_us = 1'000, o.hold_ttl_us = 2'000;
        if ((r_.b & 128) != 0) o.clock_jump_max_us = 366 * day, o.issue_limit = 1'000;
        o.main_room = &it.limits;
        switch (r_.c) {
            case 1: it.is_given = it.has_own_clock = false; break;
            case 2: o.struct_size = 8, it.has_own_clock = false; break;
            case 3: o.struct_size = sizeof it.bytes; break;
            case 4: o.struct_size = sizeof it.bytes, it.bytes[sizeof it.bytes - 1] = 1; break;
            case 5: o.clock.wait_us = nullptr; break;
            case 6: o.gateway = {approve, nullptr, &world}; break;
            case 7: o.struct_size = 0; break;
            case 8: o.struct_size = UINT32_MAX; break;
            case 9: it.keys.push_back(key_of(7)); break;
            case 10: it.keys.push_back(key_of(0)); break;
            case 11: it.keys.push_back(key_of(8)); break;
            case 12: o.durability = 7; break;
            case 13: o.durability = BOXOFFICE_DURABILITY_NORMAL; break;
            case 14: o.hold_ttl_us = odd_number(r_.d); break;
            case 15: o.capture_ttl_us = odd_number(r_.d); break;
            case 16: o.identity_ttl_us = odd_number(r_.d); break;
            case 17: o.idempotency_ttl_us = odd_number(r_.d); break;
            case 18: o.issue_limit = odd_number(r_.d); break;
            case 19: o.clock_jump_max_us = odd_number(r_.d); break;
            case 20: o.snapshot_age_max_us = odd_number(r_.d); break;
            case 21: o.wal_size_max = odd_number(r_.d); break;
            case 22: o.holds_per_user = odd_number(r_.d); break;
            case 23: it.limits.struct_size = 8; break;
            case 24: it.limits.struct_size = 7; break;
            case 25: it.limits.active_capacity = odd_number(r_.d); break;
            case 26: it.limits.waiting_ttl_us = odd_number(r_.d); break;
            case 27:
            case 28:
                it.limits.struct_size = sizeof it.larger_limits;
                std::memcpy(it.larger_limits.data(), &it.limits, sizeof it.limits);
                it.larger_limits.back() = static_cast<unsigned char>(r_.c - 27);
                o.main_room = reinterpret_cast<const boxoffice_room_limits*>(it.larger_limits.data());
                break;
            case 29: o.log = {}; break;
            case 30: o.main_room = nullptr; break;
            case 31: o.struct_size = static_cast<std::uint32_t>(offsetof(boxoffice_options, gateway)); break;
            default: break;
        }
        if (r_.c == 30 && r_.d == 1) it.keys.clear();  // one is made by chance
        it.keys.shrink_to_fit();
        o.token_keys = r_.c == 32 ? nullptr : it.keys.data();
        o.token_key_count = r_.c == 33 ? 65'536 : it.keys.size();
    }

    struct Where {
        In path;
        std::string file;  // empty: in memory
    };
    /// Mostly in memory: a file takes a hundred times as long, so that an input gets no more than four.
    Where place(std::uint8_t which) {
        if (which < 240 || (which < 246 && ++files_opened_ > 4)) return {In{":memory:"}, {}};
        has_files_ = true;
        const auto& home = directory();
        const auto at = [](const std::string& path) { return Where{In{path}, path}; };
        switch (which) {
            case 240:
            case 241:
            case 242:
            case 243: return at(home.file("a.db"));
            case 244:
            case 245: return at(home.file("b.db"));
            case 246: return at(home.file("\xC0\xAF"));
            case 247: return at(home.file(""));  // the directory itself
            case 248: return at(home.file("none/a.db"));
            case 249: return at(home.file("a.db-wal"));
            case 250: {
                const auto path = home.file("text");
                if (std::FILE* file = std::fopen(path.c_str(), "w")) {
                    std::fputs("no database, but longer than the least size of a page\n", file);
                    std::fclose(file);
                }
                return at(path);
            }
            case 251: return {In{home.file("a.db") + std::string(1, '\0')}, {}};
            case 252: return at(home.file("a.db") + std::string(4'096, 'x'));
            case 253: return {In{""}, {}};
            case 254: return {In::null(0), {}};
            default: return {In::null(8), {}};
        }
    }

    void open() {
        const auto which = r_.where & 3u;
        Out<boxoffice_office*> handle(1, which >= offices_.size());
        if (!handle.is_null()) close(offices_[which]);
        Opening it;
        describe(it);
        const auto [path, file] = place(r_.a);
        // Exactly as many bytes as the structure says that it has.
        std::vector<unsigned char> exact(
            it.bytes, it.bytes + std::clamp<std::size_t>(it.options.struct_size, 8, sizeof it.bytes));
        exact.shrink_to_fit();
        if (it.options.struct_size == UINT32_MAX) exact.resize(64 * 1024 + 1);
        ErrorBox error(r_.where >> 2);
        begin(Function::open);
        const auto status = boxoffice_open(
            path.data(), path.size(), it.is_given ? reinterpret_cast<const boxoffice_options*>(exact.data()) : nullptr,
            handle.get(), error.get());
        answered(Function::open, status, error, nullptr, false);
        MUST(world.log_lines == 0);
        if (handle.is_null()) return MUST(status == BOXOFFICE_INVALID_ARGUMENT);
        const bool sets_the_unknown = r_.c == 4 || r_.c == 28;
        MUST(!sets_the_unknown || status == BOXOFFICE_INVALID_ARGUMENT);
        MUST((status == BOXOFFICE_OK) == (*handle != nullptr));
        if (status != BOXOFFICE_OK) return MUST(handle.all(0) && (!file.empty() || !is_fault(status)));
        Office office{*handle, nullptr, it.options.log.write != nullptr && it.has_own_clock && r_.c != 31};
        MUST(office_of(office.handle) == nullptr);
        MUST(std::find(stale_.begin(), stale_.end(), office.handle) == stale_.end());
        if (file.empty())
            office.model = std::make_shared<Model>();
        else
            office.model = models_.try_emplace(file, std::make_shared<Model>()).first->second;
        offices_[which] = std::move(office);
        boxoffice_room main{};
        if (!it.has_own_clock || boxoffice_find_room(offices_[which].handle, "main", 4, &main, nullptr) != BOXOFFICE_OK)
            return close(offices_[which]);  // its time is the system's: nothing of it can be told again
        rooms_.push_back(main.id);
    }

    /// Whether or not it is open.
    void close(Office& office) {
        if (office.handle == nullptr) return;
        settle(office);
        auto* const handle = office.handle;
        boxoffice_office* given = handle;
        begin(Function::close);
        MUST(boxoffice_close(&given) == BOXOFFICE_OK && given == nullptr);
        ++counts[static_cast<std::size_t>(Function::close)].done;
        stale_.push_back(handle);
        office = {};
        given = handle;
        MUST(boxoffice_close(&given) == BOXOFFICE_INVALID_HANDLE && given == nullptr);
    }

    void close_one() {
        auto* const h = handle();
        if (auto* const office = office_of(h)) return close(*office);
        boxoffice_office* given = h;
        begin(Function::close);
        const auto status = boxoffice_close(no_answer() ? nullptr : &given);
        MUST(status == (h == nullptr || no_answer() ? BOXOFFICE_OK : BOXOFFICE_INVALID_HANDLE));
        MUST(no_answer() || given == nullptr);
    }

    void backup() {
        const auto [path, file] = place(static_cast<std::uint8_t>(r_.a < 240 ? r_.a % 16 + 240 : r_.a));
        std::error_code ignored;
        const bool is_there = !file.empty() && std::filesystem::exists(file, ignored);
        auto* const office = act(Function::backup, [&, &to = path](auto* h, auto* error) {
            return boxoffice_backup(h, to.data(), to.size(), r_.b, error);
        });
        if (office == nullptr) return;
        MUST(!is_there && std::filesystem::exists(file, ignored));
        models_[file] = std::make_shared<Model>(*office->model);
    }

    // ---- what the world does meanwhile --------------------------------------------------------------------------

    void let_happen(std::size_t what) {
        static constexpr std::int64_t spans[] = {1,
                                                 999,
                                                 1'000,
                                                 1'001,
                                                 second - 1,
                                                 second,
                                                 60 * second - 1,
                                                 60 * second,
                                                 300 * second - 1,
                                                 300 * second,
                                                 360 * second,
                                                 3'600 * second,
                                                 day - 1,
                                                 day,
                                                 30 * day,
                                                 366 * day};
        const auto span = spans[r_.a % 16];
        switch (what) {
            case 0:
            case 1:
            case 2:
            case 3: return world.pass(span);
            case 4: world.wall_us -= std::min(span, world.wall_us); return;
            case 5: return world.jump(span);
            case 6: world.wall_us = odd_number(r_.a); return;
            case 7:
            case 8: world.wall_us = World::start_us + world.steady_us; return;
            default: world.gateway_answer = r_.a % 8; return;
        }
    }

    // ---- the functions ------------------------------------------------------------------------------------------

    boxoffice_room_limits limits() const {
        boxoffice_room_limits limits = BOXOFFICE_ROOM_LIMITS_INIT;
        limits.active_capacity = r_.b % 8 == 0 ? 200 : r_.b % 8 - 1;
        limits.queue_capacity = r_.b / 8 % 4 == 0 ? 1'000 : r_.b / 8 % 4;
        limits.admissions_per_second = r_.b / 32;
        switch (r_.c) {
            case 1: limits.struct_size = 0; break;
            case 2: limits.struct_size = 16; break;
            case 3: limits.active_capacity = odd_number(r_.d); break;
            case 4: limits.queue_capacity = odd_number(r_.d); break;
            case 5: limits.admissions_per_second = odd_number(r_.d); break;
            case 6: limits.claim_ttl_us = odd_number(r_.d); break;
            case 7: limits.active_ttl_us = odd_number(r_.d); break;
            case 8: limits.waiting_ttl_us = odd_number(r_.d); break;
            case 9: limits.claim_ttl_us = 1'000; break;
            case 10: limits.active_ttl_us = 1'000; break;
            case 11: limits.waiting_ttl_us = 1'000; break;
            default: break;
        }
        return limits;
    }

    /// The seats that a record asks for, and the texts that they borrow.
    struct NewSeats {
        std::vector<In> texts;
        std::vector<boxoffice_new_seat> seats;
    };
    NewSeats new_seats(std::uint8_t how_many, std::uint8_t first, std::uint8_t odd) const {
        NewSeats it;
        const std::size_t count = how_many % 8;
        it.texts.reserve(count);
        for (std::size_t i = 0; i < count; ++i) {
            it.texts.push_back(i == 0 && odd >= 200 ? name(odd) : name(static_cast<std::uint8_t>((first + i) % 200)));
            boxoffice_new_seat seat{};
            seat.number = it.texts.back().data();
            seat.number_length = it.texts.back().size();
            constexpr std::int64_t prices[] = {100, 0, 1, 1'000'000'000'000, 1'000'000'000'001, -1, INT64_MAX, 50};
            seat.price = prices[odd < 200 ? odd % 8 : 0];
            if (odd % 16 == 8) seat.x = __builtin_nan("");
            if (odd % 16 == 9) seat.y = __builtin_inf();
            it.seats.push_back(seat);
        }
        it.seats.shrink_to_fit();
        return it;
    }
    void learn_seats(const Office& office, std::int64_t concert, std::size_t how_many) {
        office.model->seat_count += static_cast<std::int64_t>(how_many);
        std::size_t count = 0;
        (void)boxoffice_list_seats(office.handle, concert, 0, nullptr, 0, &count, nullptr);  // how many there are
        std::vector<boxoffice_seat> seats(count);
        if (boxoffice_list_seats(office.handle, concert, 0, seats.data(), seats.size(), &count, nullptr) !=
            BOXOFFICE_OK)
            return;
        for (std::size_t i = 0; i < count; ++i)
            if (std::find(seats_.begin(), seats_.end(), seats[i].id) == seats_.end()) seats_.push_back(seats[i].id);
    }

    void call(Function function) {
        switch (function) {
            case Function::version:
                begin(function);
                MUST(std::string_view{boxoffice_version()} == BOXOFFICE_VERSION);
                return done(function);
            case Function::abi:
                begin(function);
                MUST(boxoffice_abi() == BOXOFFICE_ABI);
                return done(function);
            case Function::status_name:
                begin(function);
                MUST(std::strlen(boxoffice_status_name(static_cast<boxoffice_status>(odd_number(r_.a)))) > 0);
                MUST(std::strlen(boxoffice_status_name(r_.a + 100)) > 0);
                return done(function);
            case Function::status_message:
                begin(function);
                MUST(std::strlen(boxoffice_status_message(static_cast<boxoffice_status>(odd_number(r_.a)))) > 0);
                MUST(std::strlen(boxoffice_status_message(r_.a + 100)) > 0);
                return done(function);
            case Function::event_name:
                begin(function);
                MUST(std::strlen(boxoffice_event_name(static_cast<std::int32_t>(odd_number(r_.a)))) > 0);
                MUST(std::strlen(boxoffice_event_name(r_.a)) > 0);
                return done(function);
            case Function::id_text: return id_text();
            case Function::id_parse: return id_parse();
            case Function::open: return open();
            case Function::close: return close_one();
            case Function::backup: return backup();
            case Function::execute: return execute();
            case Function::token_text: return token_text();
            default: break;
        }
        switch (function) {
            case Function::create_user:
            case Function::create_room:
            case Function::change_room:
            case Function::create_concert:
            case Function::add_seats:
            case Function::block_seat:
            case Function::unblock_seat:
            case Function::join:
            case Function::claim:
            case Function::leave:
            case Function::hold_seat:
            case Function::release_hold:
            case Function::recharge:
            case Function::pay:
            case Function::begin_payment:
            case Function::capture_payment:
            case Function::fail_payment:
            case Function::tick: return command(function);
            default: return query(function);
        }
    }
    static void done(Function function) { ++counts[static_cast<std::size_t>(function)].done; }

    void id_text() {
        const auto value = r_.a < 128 ? buyer().user : odd_number(r_.a);
        Out<char> text(BOXOFFICE_ID_TEXT_SIZE, no_answer());
        ErrorBox error(r_.where >> 2);
        begin(Function::id_text);
        const auto status = boxoffice_id_text(value, text.get(), error.get());
        answered(Function::id_text, status, error, nullptr, false);
        MUST((status == BOXOFFICE_OK) == (value > 0 && !no_answer()));
        if (text.is_null()) return;
        MUST(status == BOXOFFICE_OK || text.all(0));
        if (status != BOXOFFICE_OK) return;
        MUST(text[13] == 0);
        std::int64_t back = 0;
        MUST(boxoffice_id_parse(text.get(), 13, &back, nullptr) == BOXOFFICE_OK && back == value);
    }

    void id_parse() {
        std::string text(BOXOFFICE_ID_TEXT_SIZE, '0');
        (void)boxoffice_id_text(r_.who == 0 ? 1 : odd_number(r_.who), text.data(), nullptr);
        text.resize(BOXOFFICE_ID_TEXT_SIZE - 1);
        if (r_.b != 0) text[r_.a % 13] = static_cast<char>(r_.b);
        if (r_.c != 0) text.resize(r_.c);
        const auto given = r_.d == 255 ? In::null(13) : In{text};
        Out<std::int64_t> value(1, no_answer());
        ErrorBox error(r_.where >> 2);
        begin(Function::id_parse);
        const auto status = boxoffice_id_parse(given.data(), given.size(), value.get(), error.get());
        answered(Function::id_parse, status, error, nullptr, false);
        MUST(value.is_null() || (status == BOXOFFICE_OK ? *value > 0 : value.all(0)));
    }

    void token_text() {
        auto claims = buyer().claims;
        claims.token = id(0, claims.token);
        claims.user = id(1, claims.user);
        claims.room = id(2, claims.room);
        claims.position = id(3, claims.position);
        Out<char> text(BOXOFFICE_TOKEN_TEXT_SIZE, no_answer());
        const auto* const given = r_.a == 255 ? nullptr : &claims;
        boxoffice_status status = BOXOFFICE_OK;
        auto* const office = ask(Function::token_text, status, [&](auto* h, auto* error) {
            return boxoffice_token_text(h, given, text.get(), error);
        });
        if (text.is_null() || status == BOXOFFICE_INVALID_HANDLE) return;
        MUST(status == BOXOFFICE_OK || text.all(0));
        if (office == nullptr) return;
        MUST(::strnlen(text.get(), BOXOFFICE_TOKEN_TEXT_SIZE) == BOXOFFICE_TOKEN_TEXT_SIZE - 1);
        buyer().token = text.get();
    }

    void joined(const Office& office, const boxoffice_claims& claims) {
        Buyer& it = buyer();
        it.claims = claims;
        std::array<char, BOXOFFICE_TOKEN_TEXT_SIZE> text{};
        MUST(boxoffice_token_text(office.handle, &claims, text.data(), nullptr) == BOXOFFICE_OK);
        it.token = text.data();
    }
    void made_user(const Office& office, std::int64_t user) {
        office.model->users.insert(user);
        if (buyers_[0].user == 0)
            buyers_[0].user = user;
        else
            buyers_.push_back(Buyer{user, {}, {}, 0, 0, 0});
    }
    static void paid(const Office& office, std::int64_t user, const boxoffice_paid& answer) {
        MUST(answer.balance >= 0 && answer.amount >= 0);
        office.model->add(answer.payment, Payment{user, answer.reservation, answer.amount});
    }

    void command(Function function) {
        Buyer& who = buyer();
        const auto user = id(0, who.user);
        const auto turn = id(1, who.claims.token);
        const auto reservation = id(2, who.reservation);
        const auto payment = id(3, who.payment);
        switch (function) {
            case Function::create_user: {
                const auto text = name(r_.a);
                Out<std::int64_t> out(1, no_answer());
                if (auto* office = get(function, out, [&](auto* h, auto* o, auto* e) {
                        return boxoffice_create_user(h, text.data(), text.size(), o, e);
                    }))
                    made_user(*office, *out);
                return;
            }
            case Function::create_room: {
                const auto text = name(r_.a);
                const auto given = limits();
                Out<std::int64_t> out(1, no_answer());
                if (get(function, out, [&](auto* h, auto* o, auto* e) {
                        return boxoffice_create_room(h, text.data(), text.size(), r_.spoil == 1 ? nullptr : &given, o,
                                                     e);
                    }) != nullptr)
                    rooms_.push_back(*out);
                return;
            }
            case Function::change_room: {
                const auto given = limits();
                act(function, [&](auto* h, auto* e) {
                    return boxoffice_change_room(h, id(4, room(r_.a)), r_.spoil == 1 ? nullptr : &given, e);
                });
                return;
            }
            case Function::create_concert: {
                const auto on = date(r_.a);
                const auto title = name(r_.d < 200 ? 1 : r_.d);
                const auto seats = new_seats(static_cast<std::uint8_t>(4 + r_.b), 1, r_.c);
                Out<std::int64_t> out(1, no_answer());
                if (auto* office = get(function, out, [&](auto* h, auto* o, auto* e) {
                        return boxoffice_create_concert(h, on.data(), on.size(), title.data(), title.size(),
                                                        id(4, room(r_.who)), seats.seats.data(), seats.seats.size(), o,
                                                        e);
                    })) {
                    concerts_.push_back(*out);
                    office->model->concerts.insert(*out);
                    learn_seats(*office, *out, seats.seats.size());
                }
                return;
            }
            case Function::add_seats: {
                const auto seats = new_seats(static_cast<std::uint8_t>(1 + r_.b), r_.a, r_.c);
                const auto into = id(4, concert(r_.d));
                if (auto* office = act(function, [&](auto* h, auto* e) {
                        return boxoffice_add_seats(h, into, r_.spoil == 1 ? nullptr : seats.seats.data(),
                                                   seats.seats.size(), e);
                    }))
                    learn_seats(*office, into, seats.seats.size());
                return;
            }
            case Function::block_seat:
                act(function, [&](auto* h, auto* e) { return boxoffice_block_seat(h, id(4, seat(r_.a)), e); });
                return;
            case Function::unblock_seat:
                act(function, [&](auto* h, auto* e) { return boxoffice_unblock_seat(h, id(4, seat(r_.a)), e); });
                return;
            case Function::join: {
                Out<boxoffice_joined> out(1, no_answer());
                if (auto* office = get(function, out, [&](auto* h, auto* o, auto* e) {
                        return boxoffice_join(h, user, id(4, room(r_.a)), o, e);
                    }))
                    joined(*office, out->claims);
                return;
            }
            case Function::claim: {
                Out<boxoffice_claimed> out(1, no_answer());
                get(function, out, [&](auto* h, auto* o, auto* e) { return boxoffice_claim(h, user, turn, o, e); });
                return;
            }
            case Function::leave: {
                Out<std::int64_t> out(1, no_answer());
                get(function, out, [&](auto* h, auto* o, auto* e) { return boxoffice_leave(h, user, turn, o, e); });
                return;
            }
            case Function::hold_seat: {
                const auto k = key(r_.b);
                const auto wanted = id(4, seat(r_.a));
                Out<boxoffice_held> out(1, no_answer());
                if (auto* office = get(function, out, [&](auto* h, auto* o, auto* e) {
                        return boxoffice_hold_seat(h, user, turn, wanted, k.data(), k.size(), o, e);
                    })) {
                    MUST(out->seat == wanted && out->price >= 0);
                    who.reservation = out->reservation;
                    office->model->add(out->reservation, Hold{user, out->seat});
                }
                return;
            }
            case Function::release_hold:
                act(function, [&](auto* h, auto* e) { return boxoffice_release_hold(h, user, reservation, e); });
                return;
            case Function::recharge: {
                constexpr std::int64_t amounts[] = {100, 1, 1'000'000'000'000, 50, 999, 1'000, 0, -1};
                const auto amount = id(4, amounts[r_.a % 8]);
                const auto k = key(r_.b);
                Out<boxoffice_recharged> out(1, no_answer());
                if (auto* office = get(function, out, [&](auto* h, auto* o, auto* e) {
                        return boxoffice_recharge(h, user, amount, k.data(), k.size(), o, e);
                    })) {
                    MUST(out->balance > 0 && out->transfer > 0);
                    who.transfer = out->transfer;
                    office->model->add(out->transfer, Recharge{user, amount});
                }
                return;
            }
            case Function::pay: {
                const auto k = key(r_.b);
                Out<boxoffice_paid> out(1, no_answer());
                if (auto* office = get(function, out, [&](auto* h, auto* o, auto* e) {
                        return boxoffice_pay(h, user, turn, reservation, k.data(), k.size(), o, e);
                    })) {
                    who.payment = out->payment;
                    paid(*office, user, *out);
                }
                return;
            }
            case Function::begin_payment: {
                const auto k = key(r_.b);
                Out<boxoffice_payment_begun> out(1, no_answer());
                if (get(function, out, [&](auto* h, auto* o, auto* e) {
                        return boxoffice_begin_payment(h, user, turn, reservation, k.data(), k.size(), o, e);
                    }) != nullptr)
                    who.payment = out->payment;
                return;
            }
            case Function::capture_payment: {
                const auto k = key(r_.b);
                const auto t = r_.a == 0 ? In{} : name(r_.a);
                Out<boxoffice_paid> out(1, no_answer());
                if (auto* office = get(function, out, [&](auto* h, auto* o, auto* e) {
                        return boxoffice_capture_payment(h, user, turn, reservation, payment, t.data(), t.size(),
                                                         k.data(), k.size(), o, e);
                    }))
                    paid(*office, user, *out);
                return;
            }
            case Function::fail_payment: {
                const auto t = r_.a == 0 ? In{} : name(r_.a);
                act(function, [&](auto* h, auto* e) {
                    return boxoffice_fail_payment(h, user, reservation, payment, t.data(), t.size(), e);
                });
                return;
            }
            default: {
                Out<boxoffice_ticked> out(1, no_answer());
                const auto consumed = id(4, r_.a);
                if (auto* office = get(function, out,
                                       [&](auto* h, auto* o, auto* e) { return boxoffice_tick(h, consumed, o, e); }))
                    office->model->is_pruned |= consumed > 0;
                return;
            }
        }
    }

    void query(Function function) {
        const Buyer& who = buyer();
        const auto user = id(0, who.user);
        const bool no = no_answer();
        const auto n = capacity(r_.b);
        switch (function) {
            case Function::now: {
                Out<std::int64_t> out(1, no);
                get(function, out, [](auto* h, auto* o, auto* e) { return boxoffice_now(h, o, e); });
                return;
            }
            case Function::find_user: {
                const auto text = name(r_.a);
                Out<std::int64_t> out(1, no);
                get(function, out,
                    [&](auto* h, auto* o, auto* e) { return boxoffice_find_user(h, text.data(), text.size(), o, e); });
                return;
            }
            case Function::find_room: {
                const auto text = r_.a == 0 ? In{"main"} : name(r_.a);
                Out<boxoffice_room> out(1, no);
                get(function, out,
                    [&](auto* h, auto* o, auto* e) { return boxoffice_find_room(h, text.data(), text.size(), o, e); });
                return;
            }
            case Function::find_concert: {
                const auto on = date(r_.a);
                Out<boxoffice_concert> out(1, no);
                get(function, out,
                    [&](auto* h, auto* o, auto* e) { return boxoffice_find_concert(h, on.data(), on.size(), o, e); });
                return;
            }
            case Function::get_concert: {
                Out<boxoffice_concert> out(1, no);
                get(function, out,
                    [&](auto* h, auto* o, auto* e) { return boxoffice_get_concert(h, id(4, concert(r_.a)), o, e); });
                return;
            }
            case Function::list_concerts: {
                const auto from = date(r_.a);
                Out<boxoffice_concert> out(n);
                list(function, out, n, [&](auto* h, auto* o, auto most, auto* c, auto* e) {
                    return boxoffice_list_concerts(h, from.data(), from.size(), o, most, c, e);
                });
                return;
            }
            case Function::list_dates: {
                const auto from = date(r_.a);
                Out<boxoffice_date> out(n);
                list(function, out, n, [&](auto* h, auto* o, auto most, auto* c, auto* e) {
                    return boxoffice_list_dates(h, from.data(), from.size(), o, most, c, e);
                });
                return;
            }
            case Function::list_available_seats: {
                Out<boxoffice_seat> out(n);
                list(function, out, n, [&](auto* h, auto* o, auto most, auto* c, auto* e) {
                    return boxoffice_list_available_seats(h, id(4, concert(r_.a)), o, most, c, e);
                });
                return;
            }
            case Function::list_seats: {
                Out<boxoffice_seat> out(n);
                list(function, out, n, [&](auto* h, auto* o, auto most, auto* c, auto* e) {
                    return boxoffice_list_seats(h, id(4, concert(r_.a)), user, o, most, c, e);
                });
                return;
            }
            case Function::find_seat: {
                const auto number = name(static_cast<std::uint8_t>(r_.b + 1));
                Out<boxoffice_seat> out(1, no);
                get(function, out, [&](auto* h, auto* o, auto* e) {
                    return boxoffice_find_seat(h, id(4, concert(r_.a)), number.data(), number.size(), user, o, e);
                });
                return;
            }
            case Function::count_seats: {
                Out<boxoffice_seat_counts> out(1, no);
                get(function, out,
                    [&](auto* h, auto* o, auto* e) { return boxoffice_count_seats(h, id(4, concert(r_.a)), o, e); });
                return;
            }
            case Function::authenticate: {
                const auto text = token();
                Out<boxoffice_claims> out(1, no);
                get(function, out, [&](auto* h, auto* o, auto* e) {
                    return boxoffice_authenticate(h, text.data(), text.size(), o, e);
                });
                return;
            }
            case Function::peek: {
                const auto text = token();
                Out<boxoffice_peeked> out(1, no);
                get(function, out,
                    [&](auto* h, auto* o, auto* e) { return boxoffice_peek(h, text.data(), text.size(), o, e); });
                return;
            }
            case Function::await_turn: {
                const auto text = token();
                constexpr std::int32_t attempts[] = {1, 2, 3, 0, -1, INT32_MIN, 5, 17};
                constexpr std::int64_t intervals[] = {0, 1, second, 60 * second, day, INT64_MAX, -1, INT64_MIN};
                Out<boxoffice_peeked> out(1, no);
                get(function, out, [&](auto* h, auto* o, auto* e) {
                    return boxoffice_await_turn(h, text.data(), text.size(), attempts[r_.a % 8], intervals[r_.b % 8], o,
                                                e);
                });
                return;
            }
            case Function::get_reservation: {
                Out<boxoffice_reservation> out(1, no);
                get(function, out, [&](auto* h, auto* o, auto* e) {
                    return boxoffice_get_reservation(h, user, id(2, who.reservation), o, e);
                });
                return;
            }
            case Function::list_reservations: {
                Out<boxoffice_reservation> out(n);
                list(function, out, n, [&](auto* h, auto* o, auto most, auto* c, auto* e) {
                    return boxoffice_list_reservations(h, user, id(4, r_.a == 0 ? 0 : who.reservation), o, most, c, e);
                });
                return;
            }
            case Function::balance: {
                Out<std::int64_t> out(1, no);
                get(function, out, [&](auto* h, auto* o, auto* e) { return boxoffice_balance(h, user, o, e); });
                return;
            }
            case Function::list_transfers: {
                Out<boxoffice_transfer> out(n);
                list(function, out, n, [&](auto* h, auto* o, auto most, auto* c, auto* e) {
                    return boxoffice_list_transfers(h, user, id(4, r_.a == 0 ? 0 : who.transfer), o, most, c, e);
                });
                return;
            }
            case Function::get_payment: {
                Out<boxoffice_payment> out(1, no);
                get(function, out, [&](auto* h, auto* o, auto* e) {
                    return boxoffice_get_payment(h, user, id(3, who.payment), o, e);
                });
                return;
            }
            case Function::get_stats: {
                Out<boxoffice_stats> out(1, no);
                get(function, out, [](auto* h, auto* o, auto* e) { return boxoffice_get_stats(h, o, e); });
                return;
            }
            case Function::list_events: {
                Out<boxoffice_event> out(n);
                list(function, out, n, [&](auto* h, auto* o, auto most, auto* c, auto* e) {
                    return boxoffice_list_events(h, id(4, r_.a), o, most, c, e);
                });
                return;
            }
            default: {
                Out<boxoffice_violation> out(n);
                list(
                    Function::audit, out, n,
                    [](auto* h, auto* o, auto most, auto* c, auto* e) { return boxoffice_audit(h, o, most, c, e); },
                    true);
                return;
            }
        }
    }

    // ---- a batch ------------------------------------------------------------------------------------------------

    /// Its commands are the records that follow.
    void execute() {
        const Record head = r_;
        const std::size_t count = head.a % 9;
        std::vector<boxoffice_command> commands;
        std::vector<Record> sources;
        std::string arena;
        for (std::size_t i = 0; i < count; ++i) {
            r_ = records_.next();
            sources.push_back(r_);
            commands.push_back(batch_command(arena));
        }
        r_ = head;
        commands.shrink_to_fit();
        const In texts = head.b == 1 ? In::null(arena.size()) : In{arena};
        Out<boxoffice_outcome> outcomes(count, head.b == 2);
        const auto* const given = head.b == 3 ? nullptr : commands.data();
        boxoffice_status status = BOXOFFICE_OK;
        auto* const office = ask(Function::execute, status, [&](auto* h, auto* error) {
            return boxoffice_execute(h, given, count, texts.data(), texts.size(), outcomes.get(), error);
        });
        const auto is_outside = [&](std::uint64_t offset, std::uint64_t length) {
            return length > 0 && offset + length > texts.size();
        };
        if (std::any_of(commands.begin(), commands.end(), [&](const boxoffice_command& c) {
                return c.reserved != 0 || is_outside(c.text_offset, c.text_length) ||
                       is_outside(c.key_offset, c.key_length);
            }))
            MUST(status == BOXOFFICE_INVALID_ARGUMENT || status == BOXOFFICE_INVALID_HANDLE);
        if (outcomes.get() == nullptr) return;
        if (status != BOXOFFICE_OK) MUST(outcomes.all(0));
        if (office == nullptr) return;
        for (std::size_t i = 0; i < count; ++i) learn(*office, sources[i], commands[i], outcomes[i]);
        r_ = head;
    }

    boxoffice_command batch_command(std::string& arena) {
        const Buyer& who = buyer();
        boxoffice_command c{};
        c.kind = r_.op < 250 ? 1 + r_.op % 14 : static_cast<std::int32_t>(odd_number(r_.op));
        c.reserved = r_.where == 255 ? 1 : 0;
        c.user = id(0, who.user);
        c.token = id(1, who.claims.token);
        c.reservation = id(2, who.reservation);
        c.payment = id(3, who.payment);
        c.room = id(4, room(r_.a));
        c.seat = id(5, seat(r_.a));
        c.amount = id(6, c.kind == BOXOFFICE_COMMAND_TICK ? 0 : 1 + r_.a);
        const auto store = [&](const std::string& text, std::uint32_t& offset, std::uint32_t& length) {
            offset = static_cast<std::uint32_t>(arena.size());
            length = static_cast<std::uint32_t>(text.size());
            arena += text;
        };
        const bool has_text = c.kind == BOXOFFICE_COMMAND_CREATE_USER || r_.c != 0;
        if (has_text)
            store(name_text(c.kind == BOXOFFICE_COMMAND_CREATE_USER ? r_.a : r_.c), c.text_offset, c.text_length);
        store(key_text(r_.b), c.key_offset, c.key_length);
        switch (r_.where) {
            case 1: c.text_offset += 1, c.text_length = std::max(c.text_length, 1u); break;
            case 2: c.key_length += 1; break;
            case 3: c.text_offset = UINT32_MAX, c.text_length = 2; break;
            case 4: c.key_offset = 1, c.key_length = UINT32_MAX; break;
            case 5: c.text_length = UINT32_MAX; break;
            case 6: c.key_offset = static_cast<std::uint32_t>(arena.size()), c.key_length = 1; break;
            default: break;
        }
        return c;
    }

    void learn(const Office& office, const Record& source, const boxoffice_command& c, const boxoffice_outcome& o) {
        MUST(may_happen(o.status) && !is_fault(o.status) && o.reserved == 0);
        if (o.status != BOXOFFICE_OK) {
            boxoffice_outcome nothing{};
            nothing.status = o.status;
            return MUST(std::memcmp(&nothing, &o, sizeof o) == 0);
        }
        r_ = source;
        Buyer& who = buyer();
        Model& model = *office.model;
        switch (c.kind) {
            case BOXOFFICE_COMMAND_CREATE_USER: return made_user(office, o.id);
            case BOXOFFICE_COMMAND_JOIN: return joined(office, {o.id, c.user, c.room, o.position});
            case BOXOFFICE_COMMAND_HOLD_SEAT: who.reservation = o.id; return model.add(o.id, Hold{c.user, c.seat});
            case BOXOFFICE_COMMAND_RECHARGE: who.transfer = o.id; return model.add(o.id, Recharge{c.user, c.amount});
            case BOXOFFICE_COMMAND_PAY:
            case BOXOFFICE_COMMAND_CAPTURE_PAYMENT:
                who.payment = o.id;
                return model.add(o.id, Payment{c.user, c.reservation, o.amount});
            case BOXOFFICE_COMMAND_BEGIN_PAYMENT: who.payment = o.id; return;
            case BOXOFFICE_COMMAND_TICK: model.is_pruned |= c.amount > 0; return;
            default: return;
        }
    }

    // ---- the end: what must be there ----------------------------------------------------------------------------

    template <class T, class Page>
    static std::vector<T> pages(std::int64_t user, Page page) {
        std::vector<T> all;
        std::int64_t before = 0;
        for (;;) {
            std::array<T, 8> rows{};
            std::size_t count = 0;
            MUST(page(user, before, rows.data(), rows.size(), &count) == BOXOFFICE_OK);
            for (std::size_t i = 0; i < count; ++i) {
                MUST(before == 0 || rows[i].id < before);
                before = rows[i].id;
                all.push_back(rows[i]);
            }
            if (count < rows.size()) return all;
        }
    }

    void settle(const Office& office) {
        world.wall_us = 0;  // what jumped ahead would be refused; time itself does not go back
        now_calling = "the end of an office";
        auto* const h = office.handle;
        const Model& model = *office.model;

        std::array<boxoffice_violation, 4> violations{};
        std::size_t broken = 0;
        MUST(boxoffice_audit(h, violations.data(), violations.size(), &broken, nullptr) == BOXOFFICE_OK);
        if (broken != 0) fail("the audit finds %zu: %s %s", broken, violations[0].rule, violations[0].detail);

        boxoffice_stats stats{};
        MUST(boxoffice_get_stats(h, &stats, nullptr) == BOXOFFICE_OK);
        MUST(stats.users == static_cast<std::int64_t>(model.users.size()));
        MUST(stats.seats.available + stats.seats.held + stats.seats.sold + stats.seats.blocked == model.seat_count);
        MUST(stats.seats.sold == static_cast<std::int64_t>(model.payments.size()));

        boxoffice_seat_counts sum{};
        for (const auto concert : model.concerts) {
            boxoffice_seat_counts one{};
            MUST(boxoffice_count_seats(h, concert, &one, nullptr) == BOXOFFICE_OK);
            sum = {sum.available + one.available, sum.held + one.held, sum.sold + one.sold, sum.blocked + one.blocked};
            std::vector<boxoffice_seat> seats(
                static_cast<std::size_t>(one.available + one.held + one.sold + one.blocked));
            std::size_t count = 0;
            MUST(boxoffice_list_seats(h, concert, 0, seats.data(), seats.size(), &count, nullptr) == BOXOFFICE_OK);
            MUST(count == seats.size());
            const auto in = [&](std::int32_t state) {
                return std::count_if(seats.begin(), seats.end(), [&](const auto& seat) { return seat.state == state; });
            };
            MUST(in(BOXOFFICE_SEAT_AVAILABLE) == one.available && in(BOXOFFICE_SEAT_HELD) == one.held);
            MUST(in(BOXOFFICE_SEAT_SOLD) == one.sold && in(BOXOFFICE_SEAT_BLOCKED) == one.blocked);
        }
        MUST(std::memcmp(&sum, &stats.seats, sizeof sum) == 0);
        settle_money(h, model);
        settle_holds(h, model, stats);
        settle_events(h, model);
    }

    static void settle_money(boxoffice_office* h, const Model& model) {
        std::int64_t recharges = 0;
        std::int64_t payments = 0;
        for (const auto user : model.users) {
            std::int64_t balance = -1;
            std::int64_t sum = 0;
            MUST(boxoffice_balance(h, user, &balance, nullptr) == BOXOFFICE_OK && balance >= 0);
            const auto rows =
                pages<boxoffice_transfer>(user, [&](auto whose, auto before, auto* out, auto most, auto* count) {
                    return boxoffice_list_transfers(h, whose, before, out, most, count, nullptr);
                });
            for (const auto& row : rows) {
                MUST((row.from == user) != (row.to == user) && row.amount > 0);
                sum += row.to == user ? row.amount : -row.amount;
                if (row.kind == BOXOFFICE_TRANSFER_RECHARGE) {
                    const auto at = model.recharges.find(row.id);
                    MUST(at != model.recharges.end() && at->second.user == user && at->second.amount == row.amount);
                    ++recharges;
                } else {
                    const auto at = model.payments.find(row.payment);
                    MUST(row.kind == BOXOFFICE_TRANSFER_PAYMENT && at != model.payments.end());
                    MUST(at->second.user == user && at->second.amount == row.amount);
                    ++payments;
                }
            }
            MUST(sum == balance);
        }
        MUST(recharges == static_cast<std::int64_t>(model.recharges.size()));
        MUST(payments == std::count_if(model.payments.begin(), model.payments.end(),
                                       [](const auto& one) { return one.second.amount > 0; }));
        for (const auto& [id, one] : model.payments) {
            boxoffice_payment payment{};
            MUST(boxoffice_get_payment(h, one.user, id, &payment, nullptr) == BOXOFFICE_OK);
            MUST(payment.state == BOXOFFICE_PAYMENT_CAPTURED && payment.amount == one.amount);
            MUST(payment.reservation == one.reservation && payment.step_count >= 3);
        }
    }

    static void settle_holds(boxoffice_office* h, const Model& model, const boxoffice_stats& stats) {
        std::int64_t held = 0;
        std::int64_t confirmed = 0;
        std::size_t all = 0;
        for (const auto user : model.users)
            for (const auto& row :
                 pages<boxoffice_reservation>(user, [&](auto whose, auto before, auto*out, auto most, auto*count) {
                     return boxoffice_list_reservations(h, whose, before, out, most, count, nullptr);
                 })) {
                const auto at = model.holds.find(row.id);
                MUST(at != model.holds.end() && at->second.user == user && at->second.seat == row.seat &&
                     row.user == user);
                ++all;
                if (row.state == BOXOFFICE_RESERVATION_HELD) ++held;
                if (row.state == BOXOFFICE_RESERVATION_CONFIRMED) ++confirmed;
            }
        MUST(all == model.holds.size());
        MUST(held == stats.seats.held && confirmed == stats.seats.sold);
    }

    static void settle_events(boxoffice_office* h, const Model& model) {
        std::array<boxoffice_event, 32> events{};
        std::size_t count = events.size();
        std::size_t users = 0;
        std::size_t sold = 0;
        std::int64_t sequence = 0;
        std::int64_t at_us = INT64_MIN;
        while (count == events.size()) {
            MUST(boxoffice_list_events(h, sequence, events.data(), events.size(), &count, nullptr) == BOXOFFICE_OK);
            for (std::size_t i = 0; i < count; ++i) {
                const auto& event = events[i];
                MUST(std::string_view{boxoffice_event_name(event.kind)} != "unknown");
                MUST(model.is_pruned ? event.sequence > sequence : event.sequence == sequence + 1);
                MUST(event.at_us >= at_us);
                sequence = event.sequence;
                at_us = event.at_us;
                if (event.kind == user_created) ++users;
                if (event.kind == reservation_confirmed) ++sold;
            }
        }
        MUST(model.is_pruned || (users == model.users.size() && sold == model.payments.size()));
    }

    static constexpr std::int32_t user_created = 1;
    static constexpr std::int32_t reservation_confirmed = 24;
    Records records_;
    Record r_{};
    std::array<Office, 3> offices_;
    std::vector<boxoffice_office*> stale_;
    std::map<std::string, std::shared_ptr<Model>> models_;
    std::vector<Buyer> buyers_;
    std::vector<std::int64_t> rooms_;
    std::vector<std::int64_t> concerts_;
    std::vector<std::int64_t> seats_;
    int files_opened_ = 0;
    bool has_files_ = false;
};

void at_the_end() {
    directory().remove();
    const char* const path = std::getenv("BOXOFFICE_FUZZ_COUNTS");
    std::FILE* const file = path == nullptr ? nullptr : std::fopen(path, "w");
    if (file == nullptr) return;
    for (std::size_t i = 0; i < function_count; ++i)
        std::fprintf(file, "%s %lld %lld\n", function_names[i], static_cast<long long>(counts[i].calls),
                     static_cast<long long>(counts[i].done));
    std::fclose(file);
}

}  // namespace

/// Short stacks and a small quarantine: an office makes and frees thousands of small things.
extern "C" const char* __asan_default_options();  // NOLINT: the sanitizer's name
extern "C" const char* __asan_default_options() { return "malloc_context_size=6:quarantine_size_mb=8"; }

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    (void)directory();
    return std::atexit(at_the_end);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    Sequence(bytes, size).run();
    return 0;
}

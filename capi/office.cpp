/// Opening, closing, and the few functions that need no concept of their own.

#include "answer.hpp"
#include "boxoffice/memory_store.hpp"
#include "boxoffice/postgres_store.hpp"
#include "boxoffice/sqlite_store.hpp"
#include "boxoffice/version.hpp"

namespace boxoffice::capi {
namespace {

static_assert(BOXOFFICE_NEVER == std::numeric_limits<std::int64_t>::max());
static_assert(BOXOFFICE_TOKEN_TEXT_SIZE == token_text_length + 1);
static_assert(BOXOFFICE_ID_TEXT_SIZE == tsid::text_length + 1);
static_assert(BOXOFFICE_EXTERNAL_ID_MAX == external_id_max);

/// A host's clock. Its wall time is kept to what deadlines can be added to and ids can hold (they end in 2089).
class CallbackClock final : public Clock {
  public:
    explicit CallbackClock(const boxoffice_clock& clock) : clock_(clock) {}
    Time wall() override {
        constexpr Time last = std::chrono::sys_days{std::chrono::year{2080} / 1 / 1};
        return std::clamp(from_us(clock_.wall_us(clock_.context)), Time{}, last);
    }
    Duration steady() override { return Duration{clock_.steady_us(clock_.context)}; }
    void wait(Duration span) override { clock_.wait_us(clock_.context, span.count()); }

  private:
    boxoffice_clock clock_;
};

/// A host's payment gateway.
class CallbackGateway final : public PaymentGateway {
  public:
    CallbackGateway(const boxoffice_gateway& gateway, const boxoffice_reconciler& reconciler)
        : gateway_(gateway), reconciler_(reconciler) {}

    Result<Approval> approve(const PaymentRequest& request) override {
        const auto c = request_of(request);
        char key[BOXOFFICE_TRANSACTION_KEY_SIZE] = {};
        const auto status = gateway_.approve(gateway_.context, &c, key);
        if (status >= BOXOFFICE_STORAGE) return refuse(ErrorCode::internal);  // not known
        if (status != 0) return refuse(ErrorCode::payment_declined);
        key[sizeof key - 1] = 0;
        return Approval{key};
    }
    void cancel(const PaymentRequest& request, const Approval& approval) override {
        const auto c = request_of(request);
        gateway_.cancel(gateway_.context, &c, approval.transaction_key.c_str());
    }
    Result<void> try_cancel(const PaymentRequest& request, const Approval& approval) override {
        if (reconciler_.cancel == nullptr) return PaymentGateway::try_cancel(request, approval);
        const auto c = request_of(request);
        if (reconciler_.cancel(reconciler_.context, &c, approval.transaction_key.c_str()) != 0)
            return refuse(ErrorCode::internal, "the gateway did not take the approval back");
        return {};
    }
    Result<std::optional<Approval>> find(const PaymentRequest& request) override {
        if (reconciler_.find == nullptr) return PaymentGateway::find(request);
        const auto c = request_of(request);
        char key[BOXOFFICE_TRANSACTION_KEY_SIZE] = {};
        const auto status = reconciler_.find(reconciler_.context, &c, key);
        if (status == BOXOFFICE_UNKNOWN_PAYMENT) return std::nullopt;
        if (status != 0) return refuse(ErrorCode::internal, "the gateway does not know");
        key[sizeof key - 1] = 0;
        return Approval{key};
    }

  private:
    static boxoffice_payment_request request_of(const PaymentRequest& request) {
        return {request.payment.value, request.reservation.value, request.user.value, request.amount.value};
    }
    boxoffice_gateway gateway_;
    boxoffice_reconciler reconciler_;
};

Result<Options> engine_options(const boxoffice_options& c) {
    Options options;
    BOXOFFICE_TRY_VALUE(auto limits, limits_from_c(c.main_room, "main_room"));
    options.main_room = limits;
    options.hold_ttl = Duration{c.hold_ttl_us};
    options.holds_per_user = c.holds_per_user;
    options.capture_ttl = Duration{c.capture_ttl_us};
    options.identity_ttl = Duration{c.identity_ttl_us};
    options.idempotency_ttl = Duration{c.idempotency_ttl_us};
    options.issue_limit = Points{c.issue_limit};
    options.clock_jump_max = Duration{c.clock_jump_max_us};
    options.snapshot_age_max = Duration{c.snapshot_age_max_us};
    options.clock_skew_max = Duration{c.clock_skew_max_us};
    options.accept_time = c.accept_time != 0;
    options.adopt_rules = c.adopt_rules != 0;
    options.event_ttl = Duration{c.event_ttl_us};
    if (c.token_key_count > 65535) return refuse(ErrorCode::invalid_options, "token_key_count: at most 65535");
    if (c.token_key_count > 0) BOXOFFICE_TRY(check_given(c.token_keys, "token_keys"));
    for (std::size_t i = 0; i < c.token_key_count; ++i) {
        BOXOFFICE_TRY(check_reserved(c.token_keys[i], "token_keys"));
        TokenKey key;
        key.id = c.token_keys[i].id;
        std::copy(std::begin(c.token_keys[i].secret), std::end(c.token_keys[i].secret), key.secret.begin());
        options.token_keys.push_back(key);
    }
    return options;
}

Result<Ports> engine_ports(const boxoffice_options& c) {
    Ports ports;
    const auto& clock = c.clock;
    if (clock.wall_us != nullptr && clock.steady_us != nullptr && clock.wait_us != nullptr)
        ports.clock = std::make_shared<CallbackClock>(clock);
    else if (clock.wall_us != nullptr || clock.steady_us != nullptr || clock.wait_us != nullptr)
        return refuse(ErrorCode::invalid_options, "clock: all three functions or none");
    const auto& gateway = c.gateway;
    if (gateway.approve != nullptr && gateway.cancel != nullptr)
        ports.gateway = std::make_shared<CallbackGateway>(gateway, c.reconciler);
    else if (gateway.approve != nullptr || gateway.cancel != nullptr)
        return refuse(ErrorCode::invalid_options, "gateway: both functions or none");
    else if (c.reconciler.find != nullptr || c.reconciler.cancel != nullptr)
        return refuse(ErrorCode::invalid_options, "reconciler: beside a gateway");
    return ports;
}

Result<std::unique_ptr<Store>> engine_store(std::string_view path, const boxoffice_options& c) {
    if (path.empty() || path.find('\0') != std::string_view::npos)
        return refuse(ErrorCode::invalid_argument, "path: a text without zero bytes, not empty");
    if (c.durability != BOXOFFICE_DURABILITY_FULL && c.durability != BOXOFFICE_DURABILITY_NORMAL)
        return refuse(ErrorCode::invalid_options, "durability: full or normal");
    BOXOFFICE_TRY(check_ttl(Duration{c.busy_timeout_us}, "busy_timeout"));
    if (c.wal_size_max < 1) return refuse(ErrorCode::invalid_options, "wal_size_max: at least 1");
    if (is_postgres_address(path)) {
#ifdef BOXOFFICE_HAS_POSTGRES
        PostgresOptions options;
        options.address = std::string{path};
        options.durability = static_cast<Durability>(c.durability);
        options.busy_timeout = Duration{c.busy_timeout_us};
        return open_postgres_store(options);
#else
        return refuse(ErrorCode::unsupported, "this library was built without libpq");
#endif
    }
    SqliteOptions options;
    options.path = std::string{path};
    options.durability = static_cast<Durability>(c.durability);
    options.busy_timeout = Duration{c.busy_timeout_us};
    options.wal_size_max = c.wal_size_max;
    return open_sqlite_store(options);
}

}  // namespace
}  // namespace boxoffice::capi

using namespace boxoffice;
using namespace boxoffice::capi;

const char* boxoffice_version(void) { return BOXOFFICE_VERSION; }
int32_t boxoffice_abi(void) { return BOXOFFICE_ABI; }

const char* boxoffice_status_name(boxoffice_status status) {
    return status == BOXOFFICE_OK ? "ok" : name_of(static_cast<ErrorCode>(status)).data();
}

const char* boxoffice_status_message(boxoffice_status status) {
    return status == BOXOFFICE_OK ? "it was done" : message_of(static_cast<ErrorCode>(status)).data();
}

const char* boxoffice_event_name(int32_t kind) { return name_of(static_cast<EventKind>(kind)).data(); }

boxoffice_status boxoffice_id_text(int64_t id, char* text, boxoffice_error* error) {
    return call_plain(error, [&]() -> Result<void> {
        BOXOFFICE_TRY(check_given(text, "text"));
        std::memset(text, 0, BOXOFFICE_ID_TEXT_SIZE);
        if (id <= 0) return refuse(ErrorCode::invalid_argument, "id: above 0");
        std::memcpy(text, tsid::to_text(id).data(), tsid::text_length);
        return {};
    });
}

boxoffice_status boxoffice_id_parse(const char* text, size_t length, int64_t* id, boxoffice_error* error) {
    zero(id);
    return call_plain(error, [&]() -> Result<void> {
        BOXOFFICE_TRY(check_given(id, "id"));
        BOXOFFICE_TRY_VALUE(auto view, text_of(text, length, "text"));
        const auto value = tsid::parse(view);
        if (!value || *value <= 0) return refuse(ErrorCode::invalid_argument, "text: 13 characters of an id");
        *id = *value;
        return {};
    });
}

boxoffice_status boxoffice_open(const char* path, size_t path_length, const boxoffice_options* options,
                                boxoffice_office** office, boxoffice_error* error) {
    zero(office);
    return call_plain(error, [&]() -> Result<void> {
        BOXOFFICE_TRY(check_given(office, "office"));
        BOXOFFICE_TRY_VALUE(auto where, text_of(path, path_length, "path"));
        BOXOFFICE_TRY_VALUE(auto given, read_struct<boxoffice_options>(options, BOXOFFICE_OPTIONS_INIT, "options"));
        BOXOFFICE_TRY_VALUE(auto ours, engine_options(given));
        BOXOFFICE_TRY(check(ours));
        BOXOFFICE_TRY_VALUE(auto ports, engine_ports(given));
        BOXOFFICE_TRY_VALUE(auto store, engine_store(where, given));
        BOXOFFICE_TRY_VALUE(auto opened, BoxOffice::open(std::move(store), std::move(ours), std::move(ports)));
        auto entry = std::make_unique<OpenOffice>();
        entry->office = std::move(opened);
        entry->log = given.log;
        BOXOFFICE_TRY_VALUE(auto handle, registry().add(std::move(entry)));
        *office = handle;
        return {};
    });
}

boxoffice_status boxoffice_close(boxoffice_office** office) {
    if (office == nullptr || *office == nullptr) return BOXOFFICE_OK;
    return call_plain(nullptr, [&]() -> Result<void> {
        auto* const handle = std::exchange(*office, nullptr);
        return registry().remove(handle);
    });
}

boxoffice_status boxoffice_restore(const char* backup, size_t backup_length, const char* path, size_t path_length,
                                   boxoffice_error* error) {
    return call_plain(error, [&]() -> Result<void> {
        BOXOFFICE_TRY_VALUE(auto from, text_of(backup, backup_length, "backup"));
        BOXOFFICE_TRY_VALUE(auto where, text_of(path, path_length, "path"));
        return restore_sqlite_file(std::string{from}, std::string{where});
    });
}

boxoffice_status boxoffice_backup(boxoffice_office* office, const char* path, size_t path_length, int32_t with_keys,
                                  boxoffice_error* error) {
    return call(office, error, [&](BoxOffice& box) -> Result<void> {
        BOXOFFICE_TRY_VALUE(auto where, text_of(path, path_length, "path"));
        if (where.empty() || where.find('\0') != std::string_view::npos)
            return refuse(ErrorCode::invalid_argument, "path: a text without zero bytes, not empty");
        return box.backup(std::string{where}, with_keys != 0);
    });
}

boxoffice_status boxoffice_now(boxoffice_office* office, int64_t* now_us, boxoffice_error* error) {
    return answer(office, now_us, error, [](BoxOffice& box) { return box.now(); });
}

boxoffice_status boxoffice_tick(boxoffice_office* office, int64_t events_consumed, boxoffice_ticked* ticked,
                                boxoffice_error* error) {
    return answer(office, ticked, error, [&](BoxOffice& box) { return box.execute(Tick{events_consumed}); });
}

boxoffice_status boxoffice_get_stats(boxoffice_office* office, boxoffice_stats* stats, boxoffice_error* error) {
    return answer(office, stats, error, [](BoxOffice& box) { return box.stats(); });
}

boxoffice_status boxoffice_get_commit_stats(boxoffice_office* office, boxoffice_commit_stats* stats,
                                            boxoffice_error* error) {
    return answer(office, stats, error, [](BoxOffice& box) -> Result<CommitStats> { return box.commit_stats(); });
}

boxoffice_status boxoffice_list_events(boxoffice_office* office, int64_t sequence, boxoffice_event* events,
                                       size_t capacity, size_t* count, boxoffice_error* error) {
    // One more than the most: the engine refuses it.
    const auto limit = static_cast<std::int64_t>(std::min<std::size_t>(capacity, 100'001));
    return answer_list(office, events, capacity, count, error,
                       [&](BoxOffice& box) { return box.events_after(sequence, limit); });
}

boxoffice_status boxoffice_audit(boxoffice_office* office, boxoffice_violation* violations, size_t capacity,
                                 size_t* count, boxoffice_error* error) {
    return answer_list(
        office, violations, capacity, count, error, [](BoxOffice& box) { return box.audit(); }, Overflow::cut);
}

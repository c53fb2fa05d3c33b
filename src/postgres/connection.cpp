#include "postgres/connection.hpp"

#include <poll.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "postgres/errors.hpp"

namespace boxoffice::postgres {
namespace {

constexpr int oldest_server = 150000;

std::size_t next_number() {
    static std::atomic<std::size_t> number{0};
    return number++;
}

std::string name_of(const Statement& statement) { return "s" + std::to_string(statement.number()); }

bool is_planned(std::string_view sql) {
    for (const auto* const verb : {"SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "("})
        if (sql.starts_with(verb)) return true;
    return false;
}

/// Of the server's end, after which nothing more comes.
bool ends_the_session(std::string_view sqlstate) {
    return sqlstate.starts_with("08") || sqlstate.starts_with("57P0") || sqlstate == "25P03" ||
           sqlstate == "25006";  // the server is a standby now
}

std::string_view field(const ::PGresult* result, int code) {
    const char* const text = ::PQresultErrorField(result, code);
    return text == nullptr ? std::string_view{} : std::string_view{text};
}

int milliseconds_until(Clock::time_point deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

}  // namespace

Statement::Statement(std::string sql) : sql_(std::move(sql)), number_(next_number()), has_plan_(is_planned(sql_)) {}

Connection::Connection(const Address& address, Clock::time_point deadline) : connection_(nullptr, &::PQfinish) {
    for (std::size_t i = 0; i < address.hosts.size(); ++i) {
        // What is left is shared among the hosts, so that one which does not answer leaves time for the next.
        const auto now = Clock::now();
        const auto share = (std::max(deadline, now) - now) / static_cast<int>(address.hosts.size() - i);
        try {
            connect(address.common, address.hosts[i], now + share);
            break;
        } catch (const ConnectionLost&) {
            connection_.reset();
            is_lost_ = false;
            if (i + 1 == address.hosts.size()) throw;
        }
    }
    check_server();
    ::PQsetnonblocking(connection_.get(), 1);
    has_warned_ = false;  // of a collation's version, say: nothing of ours
    if (::PQenterPipelineMode(connection_.get()) != 1) lose("no pipeline mode");
}

Connection::~Connection() {
    if (fork_epoch() != made_in_) static_cast<void>(connection_.release());
}

void Connection::connect(const Keywords& common, const Keywords& host, Clock::time_point deadline) {
    std::vector<const char*> keywords;
    std::vector<const char*> values;
    for (const auto* list : {&common, &host})
        for (const auto& [keyword, value] : *list) {
            keywords.push_back(keyword.c_str());
            values.push_back(value.c_str());
        }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    connection_.reset(::PQconnectStartParams(keywords.data(), values.data(), 0));
    if (connection_ == nullptr) throw std::bad_alloc{};
    // Nobody prints notices, from the first on: they could be about anybody's data, and stderr is the host's.
    ::PQsetNoticeReceiver(
        connection_.get(),
        [](void* self, const ::PGresult* notice) {
            if (field(notice, PG_DIAG_SEVERITY_NONLOCALIZED) == "WARNING")
                static_cast<Connection*>(self)->has_warned_ = true;
        },
        this);
    auto next = ::PQstatus(connection_.get()) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
    while (next != PGRES_POLLING_OK) {
        if (next == PGRES_POLLING_FAILED) lose(connecting_words(::PQerrorMessage(connection_.get())));
        wait(next == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline);
        next = ::PQconnectPoll(connection_.get());
    }
}

void Connection::check_server() const {
    if (::PQserverVersion(connection_.get()) < oldest_server)
        throw Fault{ErrorCode::storage, "the server is older than PostgreSQL 15"};
    const char* const encoding = ::PQparameterStatus(connection_.get(), "server_encoding");
    if (encoding == nullptr || std::strcmp(encoding, "UTF8") != 0)
        throw Fault{ErrorCode::storage, "the database's encoding is not UTF8"};
}

void Connection::run(const Pipeline& pipeline, Clock::time_point deadline) {
    if (is_lost_) lose("the connection was lost before");
    is_lost_ =
        true;  // until all answers are in: what breaks off before (no memory) must not leave them to the next run
    take_pending(deadline);
    send(pipeline);
    collect(pipeline, deadline);
}

void Connection::send_only(const Statement& statement) noexcept {
    try {
        Pipeline pipeline;
        pipeline.add(statement);
        if (is_lost_) return;
        send(pipeline);
        ++pending_;
    } catch (...) {
        is_lost_ = true;
    }
}

void Connection::send(const Pipeline& pipeline) {
    replanning_.clear();
    preparing_.clear();
    auto* const connection = connection_.get();
    for (std::size_t i = 0; i < pipeline.items().size(); ++i) {
        const auto& [statement, parameters, then] = pipeline.items()[i];
        const auto number = statement->number();
        if (prepared_.size() <= number) prepared_.resize(number + 1);
        auto& prepared = prepared_[number];
        const auto name = name_of(*statement);
        if (prepared.is_prepared && statement->has_plan() && ++prepared.runs >= prepared.plan_until) {
            prepared.plan_until *= 8;
            prepared.is_prepared = false;
            replanning_.push_back(i);
            check_sent(::PQsendQueryParams(connection, ("DEALLOCATE " + name).c_str(), 0, nullptr, nullptr, nullptr,
                                           nullptr, 1));
        }
        if (!prepared.is_prepared) {
            check_sent(::PQsendPrepare(connection, name.c_str(), statement->sql().c_str(), 0, nullptr));
            prepared.is_prepared = true;  // unless it fails
            preparing_.push_back(i);
        }
        const auto& given = parameters.values();
        std::vector<const char*> values;
        std::vector<int> lengths;
        const std::vector<int> formats(given.size(), 1);
        for (const auto& one : given) {
            values.push_back(one ? one->data() : nullptr);
            lengths.push_back(one ? static_cast<int>(one->size()) : 0);
        }
        check_sent(::PQsendQueryPrepared(connection, name.c_str(), static_cast<int>(given.size()), values.data(),
                                         lengths.data(), formats.data(), 1));
    }
    check_sent(::PQpipelineSync(connection));
    if (::PQflush(connection) < 0) lose("the connection was lost");
}

/// Takes in the answers to one statement of a pipeline. False: it was not done, which is noted.
bool Connection::take_answer(const Pipeline::Then& then, Clock::time_point deadline) {
    const Results answer{next_result(deadline)};
    const auto status = ::PQresultStatus(answer.get());
    const bool is_done = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    if (!is_done) {
        note_failure(answer.get());
    } else if (then && failure_ == nullptr) {
        try {
            then(answer);
        } catch (...) {
            failure_ = std::current_exception();  // the other answers are to be taken in all the same
        }
    }
    while (auto* const more = next_result(deadline)) ::PQclear(more);
    return is_done;
}

void Connection::collect(const Pipeline& pipeline, Clock::time_point deadline) {
    failure_ = nullptr;
    auto replanning = replanning_.begin();
    auto preparing = preparing_.begin();
    const auto is_next = [](auto& at, const auto& end, std::size_t item) {
        const bool is_it = at != end && *at == item;
        if (is_it) ++at;
        return is_it;
    };
    for (std::size_t i = 0; i < pipeline.items().size(); ++i) {
        const auto& [statement, parameters, then] = pipeline.items()[i];
        const bool is_replanned = is_next(replanning, replanning_.end(), i);
        const bool is_given_up = is_replanned && take_answer({}, deadline);
        if (is_next(preparing, preparing_.end(), i) && !take_answer({}, deadline))
            prepared_[statement->number()].is_prepared = is_replanned && !is_given_up;  // the old one is still there
        take_answer(then, deadline);
    }
    const Results sync{next_result(deadline)};
    if (::PQresultStatus(sync.get()) != PGRES_PIPELINE_SYNC) lose("the server answered out of turn");
    is_lost_ = false;
    if (failure_ != nullptr) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void Connection::take_pending(Clock::time_point deadline) {
    while (pending_ > 0) {
        const Results result{next_result(deadline)};
        const auto status = ::PQresultStatus(result.get());
        if (status == PGRES_PIPELINE_SYNC) --pending_;
        if (status == PGRES_FATAL_ERROR && ends_the_session(field(result.get(), PG_DIAG_SQLSTATE)))
            lose("the server ended the connection");
    }
}

::PGresult* Connection::next_result(Clock::time_point deadline) {
    auto* const connection = connection_.get();
    while (::PQisBusy(connection) != 0) {
        const int flushed = ::PQflush(connection);
        if (flushed < 0) lose("the connection was lost");
        wait(static_cast<short>(flushed == 1 ? POLLIN | POLLOUT : POLLIN), deadline);
        if (::PQconsumeInput(connection) == 0) lose("the connection was lost");
    }
    auto* const result = ::PQgetResult(connection);
    if (::PQstatus(connection) == CONNECTION_BAD) {
        ::PQclear(result);
        lose("the connection was lost");
    }
    return result;
}

void Connection::wait(short events, Clock::time_point deadline) {
    const ForkBarrier::Open open;
    ::pollfd one{::PQsocket(connection_.get()), events, 0};
    for (;;) {
        const int ready = ::poll(&one, 1, milliseconds_until(deadline));
        if (ready > 0) return;
        if (ready < 0 && errno != EINTR) lose("the connection was lost");
        if (ready == 0 && Clock::now() >= deadline) lose("the database did not answer in time");
    }
}

void Connection::check_sent(int is_sent) {
    if (is_sent != 1) lose("the connection was lost");
}

void Connection::lose(std::string words) {
    is_lost_ = true;
    throw ConnectionLost{std::move(words)};
}

/// The first failure counts; what came behind it was not done.
void Connection::note_failure(const ::PGresult* result) {
    const auto sqlstate = field(result, PG_DIAG_SQLSTATE);
    if (ends_the_session(sqlstate)) lose("the server ended the connection");
    if (failure_ != nullptr || ::PQresultStatus(result) == PGRES_PIPELINE_ABORTED) return;
    failure_ = std::make_exception_ptr(StatementFailed{sqlstate, field(result, PG_DIAG_MESSAGE_PRIMARY)});
}

void Connection::run_script(const std::string& sql, Clock::time_point deadline) {
    if (is_lost_) lose("the connection was lost before");
    is_lost_ = true;  // as in run
    take_pending(deadline);
    auto* const connection = connection_.get();
    if (::PQexitPipelineMode(connection) != 1) lose("the connection cannot leave pipeline mode");
    check_sent(::PQsendQuery(connection, sql.c_str()));
    failure_ = nullptr;
    while (auto* const next = next_result(deadline)) {
        const Results result{next};
        const auto status = ::PQresultStatus(next);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) note_failure(next);
    }
    if (::PQenterPipelineMode(connection) != 1) lose("no pipeline mode");
    is_lost_ = false;
    if (failure_ != nullptr) std::rethrow_exception(std::exchange(failure_, nullptr));
}

}  // namespace boxoffice::postgres

/// For load balancers, monitoring and browsers.

#include <string>
#include <vector>

#include "endpoints/endpoints.hpp"
#include "gzip.hpp"
#include "web_files.hpp"

namespace http_server::endpoints {

using namespace boxoffice;

namespace {

/// Nothing from elsewhere, no inline script, in nobody's frame.
constexpr std::string_view content_policy =
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

/// Concerts from today on whose takings are measured: a line each, and a report.
constexpr std::size_t measured_concerts_max = 100;

Result<std::vector<Metrics::Taken>> ask_taken(const Call& call) {
    BOXOFFICE_TRY_VALUE(const auto first, today(call));
    BOXOFFICE_TRY_VALUE(const auto concerts, call.host.office.all_concerts(first));
    std::vector<Metrics::Taken> taken;
    for (const auto& concert : concerts) {
        if (taken.size() == measured_concerts_max) break;
        const auto report = call.host.takings.find(concert.id);
        if (!report && report.error().code == ErrorCode::unknown_concert) continue;  // deleted meanwhile
        if (!report) return tl::unexpected(report.error());
        taken.push_back({concert, *report});
    }
    return taken;
}

Answer measure(const Call& call, const Result<std::vector<Metrics::Taken>>& taken) {
    if (!taken) return tl::unexpected(taken.error());
    BOXOFFICE_TRY_VALUE(const auto stats, call.host.office.stats());
    Response response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = call.host.metrics.text(stats, call.host.office.commit_stats(), *taken);
    return response;
}

Response ok_response() {
    JsonWriter json;
    json.open_object().member("status", "ok").close_object();
    return json_response(json);
}

}  // namespace

/// For who restarts what is ill: only where a new process may fare better.
std::optional<Answer> healthz_now(const Call& call) {
    const auto now = Health::Clock::now();
    if (!call.host.health.is_hopeless(now)) return ok_response();
    const auto trouble = call.host.health.trouble(now);
    return not_ready(trouble ? trouble->code : ErrorCode::storage, "the store has failed for good: restart the server");
}

/// For balancers: whatever ails it, requests are better sent elsewhere. Reads are tried; of writes the commands tell,
/// and one is tried only where there have been none, since it may have to wait.
Answering readyz(const Call& call) {
    auto& health = call.host.health;
    const auto say = [&](ErrorCode code, const std::string& logged, std::string_view otherwise) {
        if (call.host.settings.log_fault) call.host.settings.log_fault("not ready: " + logged);
        const auto known = health.trouble(Health::Clock::now());
        return not_ready(code, known ? known->reason : otherwise);
    };
    const auto question = [&] { return call.host.office.room("main"); };
    const auto room = co_await call.ask(question);
    if (!room) co_return say(room.error().code, room.error().text(), message_of(room.error().code));
    if (health.is_silent(Health::Clock::now(), Health::slow_after)) {
        const Tick tick;
        const auto ticked = co_await call.execute(tick);
        if (!ticked) co_return say(ticked.error().code, ticked.error().text(), message_of(ticked.error().code));
    }
    const auto trouble = health.trouble(Health::Clock::now());
    if (!trouble) co_return ok_response();
    co_return say(trouble->code, trouble->reason, trouble->reason);
}

Answering metrics(const Call& call) {
    const bool is_told = has_admin_key(call);
    if (call.host.settings.is_metrics_closed && !is_told)
        co_return refuse(ErrorCode::invalid_token, "the metrics want the admin key");
    if (is_told) {  // what a house takes is its own business; and reports may take long
        const auto work = [&] { return measure(call, ask_taken(call)); };
        co_return co_await call.have_done(work);
    }
    const auto question = [&] { return measure(call, std::vector<Metrics::Taken>{}); };
    co_return co_await call.ask(question);
}

std::optional<Answer> web_file_now(const Call& call) {
    const auto* file = find_web_file(call.request.path);
    if (file == nullptr) return not_found();
    Response response;
    response.content_type = file->content_type;
    response.cache_control = revalidate;
    const bool is_zipped = !file->zipped.empty() && takes_gzip(call.request);
    response.body = is_zipped ? std::string_view{file->zipped} : file->content;
    response.headers.emplace_back("Content-Security-Policy", content_policy);
    response.headers.emplace_back("Referrer-Policy", "no-referrer");
    response.headers.emplace_back("Vary", "Accept-Encoding");
    if (is_zipped) mark_gzip(response);
    return with_etag(call.request, std::move(response), is_zipped ? file->zipped_etag : file->etag);
}

}  // namespace http_server::endpoints

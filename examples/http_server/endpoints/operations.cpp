/// For load balancers, monitoring and browsers.

#include "endpoints/endpoints.hpp"
#include "web_files.hpp"

namespace http_server::endpoints {

using namespace boxoffice;

namespace {

/// Nothing from elsewhere, no inline script, in nobody's frame.
constexpr std::string_view content_policy =
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

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
Answer readyz(const Call& call) {
    auto& health = call.host.health;
    const auto complain = [&](const std::string& text) {
        if (call.host.settings.log_fault) call.host.settings.log_fault("not ready: " + text);
    };
    if (const auto room = call.host.office.room("main"); !room) {
        complain(room.error().text());
        const auto known = health.trouble(Health::Clock::now());
        return not_ready(room.error().code, known ? known->reason : message_of(room.error().code));
    }
    if (health.is_silent(Health::Clock::now(), Health::slow_after))
        if (const auto ticked = call.host.commands.execute(Tick{}); !ticked) {
            complain(ticked.error().text());
            const auto known = health.trouble(Health::Clock::now());
            return not_ready(ticked.error().code, known ? known->reason : message_of(ticked.error().code));
        }
    const auto trouble = health.trouble(Health::Clock::now());
    if (!trouble) return ok_response();
    complain(trouble->reason);
    return not_ready(trouble->code, trouble->reason);
}

Answer metrics(const Call& call) {
    BOXOFFICE_TRY_VALUE(const auto stats, call.host.office.stats());
    Response response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = call.host.metrics.text(stats, call.host.office.commit_stats());
    return response;
}

std::optional<Answer> web_file_now(const Call& call) {
    const auto* file = find_web_file(call.request.path);
    if (file == nullptr) return not_found();
    Response response;
    response.content_type = file->content_type;
    response.cache_control = revalidate;
    response.body = file->content;
    response.headers.emplace_back("Content-Security-Policy", content_policy);
    response.headers.emplace_back("Referrer-Policy", "no-referrer");
    return with_etag(call.request, std::move(response), file->etag);
}

}  // namespace http_server::endpoints

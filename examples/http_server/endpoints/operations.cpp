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

std::optional<Answer> healthz_now(const Call&) { return ok_response(); }

Answer readyz(const Call& call) {
    const auto room = call.host.office.room("main");
    if (room) return ok_response();
    // Whatever ails it, more of the same may help no one: balancers are to send requests elsewhere.
    auto response = error_response({ErrorCode::busy, {}}, call.wording);
    if (call.host.settings.log_fault) call.host.settings.log_fault("not ready: " + room.error().text());
    return response;
}

Answer metrics(const Call& call) {
    HTTP_SERVER_TRY(stats, call.host.office.stats());
    Response response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = call.host.metrics.text(stats, call.host.commands.sizes());
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

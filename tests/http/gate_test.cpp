/// What the header alone decides: framing that is in doubt, other hosts' names, other sites' pages, bodies that are no
/// JSON, and administration without the key.

#include "gate.hpp"
#include "framing.hpp"
#include "http/client.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using http_server::Gate;
using http_server::Header;

namespace {

int refused(const Gate& gate, const std::string& method, const HeaderList& headers, const std::string& body = {}) {
    std::vector<Header> views;
    for (const auto& [name, value] : headers) views.push_back({name, value});
    http_server::Request request;
    request.method = method;
    request.headers = views;
    request.body = body;
    const auto response = gate.refuse(request);
    return response ? response->status : 0;
}

int host(const Gate& gate, const std::string& name) { return refused(gate, "GET", {{"Host", name}}); }

bool is_clear(unsigned version, const HeaderList& headers) {
    std::vector<Header> views;
    for (const auto& [name, value] : headers) views.push_back({name, value});
    return !http_server::framing_mistake(version, views);
}

}  // namespace

TEST_CASE("D5: a framing that is in doubt is a mistake", "[gate]") {
    const std::pair<std::string, std::string> host{"Host", "x"}, length{"Content-Length", "5"},
        chunked{"Transfer-Encoding", "chunked"};
    CHECK(is_clear(11, {host}));
    CHECK(is_clear(11, {host, length}));
    CHECK(is_clear(11, {host, chunked}));
    CHECK(is_clear(11, {{"Host", ""}}));
    CHECK(is_clear(10, {}));
    CHECK(is_clear(10, {length}));

    CHECK_FALSE(is_clear(11, {}));
    CHECK_FALSE(is_clear(11, {length}));
    CHECK_FALSE(is_clear(11, {host, {"host", "x"}}));
    CHECK_FALSE(is_clear(10, {host, host}));
    CHECK_FALSE(is_clear(11, {host, length, length}));
    CHECK_FALSE(is_clear(11, {host, length, chunked}));
    CHECK_FALSE(is_clear(11, {host, chunked, {"content-length", "5"}}));
    CHECK_FALSE(is_clear(11, {host, chunked, chunked}));
    CHECK_FALSE(is_clear(10, {host, chunked}));
    for (const std::string number : {"5, 5", "+5", "-5", "", "0x5", "5 "})
        CHECK_FALSE(is_clear(11, {host, {"Content-Length", number}}));
    for (const std::string coding : {"gzip", "gzip, chunked", "chunked, identity", "identity", "xchunked", "Chunked",
                                     "", "chunked;q=1", "\tchunked"}) {
        INFO(coding);
        CHECK_FALSE(is_clear(11, {host, {"transfer-encoding", coding}}));
    }
}

TEST_CASE("C7: a name in Host that is not this server's is refused, since it may have been made to lead here",
          "[gate]") {
    const Gate gate;
    for (const std::string name : {"localhost", "LOCALHOST:8080", "tickets.localhost", "127.0.0.1:8080", "[::1]:8080",
                                   "192.168.0.7", "box-office", "x", "x:80", "localhost."}) {
        INFO(name);
        CHECK(host(gate, name) == 0);
    }
    for (const std::string name :
         {"rebind.evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.nip.io", "1.2.3", "[evil]",
          "[::1].evil.example", "x:80:90", "x:y", "evil.example."}) {
        INFO(name);
        CHECK(host(gate, name) == 421);
    }
    CHECK(refused(gate, "GET", {}) == 0);  // HTTP/1.0
    CHECK(host(Gate({}, "box.example"), "box.example:1") == 0);

    const Gate named({"Tickets.Example"});
    CHECK(host(named, "tickets.example") == 0);
    CHECK(host(named, "tickets.example:443") == 0);
    CHECK(host(named, "127.0.0.1") == 0);
    CHECK(host(named, "localhost") == 0);
    CHECK(host(named, "x") == 421);  // who names some means these
    CHECK(host(named, "www.tickets.example") == 421);
    CHECK(host(Gate({"*"}), "anything.example") == 0);
}

TEST_CASE("C7: what another site's page sends changes nothing", "[gate]") {
    const Gate gate;
    const std::pair<std::string, std::string> own{"Host", "127.0.0.1:8080"};
    for (const std::string method : {"POST", "DELETE", "PUT", "PATCH", "BREW"}) {
        INFO(method);
        CHECK(refused(gate, method, {own}) == 0);
        CHECK(refused(gate, method, {own, {"Origin", "http://127.0.0.1:8080"}}) == 0);
        CHECK(refused(gate, method, {own, {"Origin", "http://evil.example"}}) == 403);
        CHECK(refused(gate, method, {own, {"Origin", "http://127.0.0.1:9999"}}) == 403);
        CHECK(refused(gate, method, {own, {"Origin", "null"}}) == 403);
        CHECK(refused(gate, method, {own, {"Origin", ""}}) == 403);
        CHECK(refused(gate, method, {own, {"Sec-Fetch-Site", "cross-site"}}) == 403);
        CHECK(refused(gate, method, {own, {"Sec-Fetch-Site", "same-site"}, {"Origin", "http://127.0.0.1:9999"}}) ==
              403);
        CHECK(refused(gate, method, {own, {"Sec-Fetch-Site", "same-origin"}}) == 0);
        CHECK(refused(gate, method, {own, {"Sec-Fetch-Site", "none"}}) == 0);
        // Behind a proxy that has made Host its own: the browser knows better, or the proxy says so.
        CHECK(refused(gate, method, {own, {"Origin", "https://box.example"}, {"Sec-Fetch-Site", "same-origin"}}) == 0);
        CHECK(refused(gate, method, {own, {"Origin", "https://box.example"}, {"X-Forwarded-Host", "box.example"}}) ==
              0);
        CHECK(refused(Gate({"box.example"}), method, {own, {"Origin", "https://box.example"}}) == 0);
    }
    CHECK(refused(gate, "GET", {own, {"Origin", "http://evil.example"}, {"Sec-Fetch-Site", "cross-site"}}) == 0);
    CHECK(refused(gate, "HEAD", {own, {"Origin", "http://evil.example"}}) == 0);
}

TEST_CASE("C7: a body is JSON, and says so", "[gate]") {
    const Gate gate;
    const auto kind = [&](const std::string& type, HeaderList more = {}) {
        more.emplace_back("Content-Type", type);
        return refused(gate, "POST", more, "{}");
    };
    CHECK(kind("application/json") == 0);
    CHECK(kind("Application/JSON; charset=utf-8") == 0);
    CHECK(kind("application/json ;x") == 0);
    for (const std::string type : {"text/plain", "multipart/form-data; boundary=x", "nonsense", "", "application/jsonp",
                                   "text/plain;application/json"}) {
        INFO(type);
        CHECK(kind(type) == 415);
    }
    // What curl says of itself is taken from curl, and not from a browser, whose forms say the same.
    const std::pair<std::string, std::string> site{"Sec-Fetch-Site", "same-origin"};
    CHECK(kind("application/x-www-form-urlencoded") == 0);
    CHECK(kind("application/x-www-form-urlencoded", {site}) == 415);
    CHECK(refused(gate, "POST", {}, "{}") == 0);
    CHECK(refused(gate, "POST", {site}, "{}") == 415);
    CHECK(refused(gate, "POST", {site, {"Content-Length", "2"}}) == 415);  // which is still to come
    CHECK(refused(gate, "POST", {site, {"Transfer-Encoding", "chunked"}}) == 415);
    CHECK(refused(gate, "POST", {site, {"Content-Length", "0"}}) == 0);
    CHECK(refused(gate, "DELETE", {site}) == 0);
}

TEST_CASE("C7: the refusals reach who asks the router, and nothing is done", "[gate]") {
    http_server::Settings settings;
    settings.auth = http_server::Auth::none;
    House house({}, settings);
    const json body{{"userId", "ann"}, {"amount", 12'345}};
    const HeaderList evil{{"Host", "127.0.0.1"}, {"Origin", "http://evil.example"}};
    CHECK(said(house.client.post("/api/payment/recharge", body, evil)) ==
          "403 foreign_origin 다른 사이트에서 보낸 요청은 허용되지 않습니다.");
    CHECK(said(house.client.post("/api/payment/recharge", body, {{"Content-Type", "text/plain"}})) ==
          "415 unsupported_media_type 지원하지 않는 본문 형식입니다.");
    CHECK(said(house.client.get("/api/balance?userId=ann", {{"Host", "rebind.evil.example"}})) ==
          "421 misdirected 이 서버의 주소가 아닙니다.");
    CHECK(house.client.get("/api/balance?userId=ann").body == R"({"userId":"ann","currentBalance":0})");
}

TEST_CASE("C6: without the admin key a body is refused before it comes, and is no larger than others", "[gate]") {
    http_server::Settings settings;
    settings.admin_key = "k";
    House house({}, settings);
    http_server::Request request;
    request.method = "POST";
    request.path = "/api/admin/concerts";
    const auto status = [&](const std::vector<Header>& headers) {
        request.headers = headers;
        const auto response = house.client.router.check_header(request);
        return response ? response->status : 0;
    };
    CHECK(status({}) == 401);
    CHECK(status({{"X-Admin-Key", "j"}}) == 401);
    CHECK(status({{"X-Admin-Key", ""}}) == 401);
    CHECK(status({{"X-Admin-Key", "k"}}) == 0);
    request.path = "/api/token";
    CHECK(status({}) == 0);
}

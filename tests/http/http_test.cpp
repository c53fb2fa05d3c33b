/// Requests and responses by themselves: targets, headers, entity tags, and what goes over the wire.

#include "http.hpp"

#include <optional>
#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace http_server;

TEST_CASE("a target is a path and a query", "[http]") {
    struct Row {
        std::string target, path, query;
    };
    const std::vector<Row> rows{{"/", "/", ""},
                                {"/a/b?c=d", "/a/b", "c=d"},
                                {"/a%20b", "/a b", ""},
                                {"/%EC%84%9C", "/서", ""},
                                {"/a+b?c", "/a+b", "c"},
                                {"/a?", "/a", ""},
                                {"/a?x=1?2", "/a", "x=1?2"},
                                {"/a#b?c", "/a", ""},
                                {"/../etc/passwd", "/../etc/passwd", ""},
                                {"http://example.org/a?b=c", "/a", "b=c"},
                                {"HTTPS://example.org:8080/a", "/a", ""},
                                {"http://example.org?b=c", "", "b=c"},
                                {"http://example.org", "/", ""}};
    for (const auto& row : rows) {
        Request request;
        INFO(row.target);
        REQUIRE(read_target(row.target, request));
        CHECK(request.path == row.path);
        CHECK(request.query == row.query);
    }
}

TEST_CASE("a bad escape, a NUL and broken UTF-8 are no target", "[http]") {
    for (const std::string target : {"/%", "/%2", "/%zz", "/%+1", "/?a=%G0", "/%00", "/?a=%00", "/%FF", "/?%C0%80"}) {
        Request request;
        INFO(target);
        CHECK_FALSE(read_target(target, request));
    }
}

TEST_CASE("parameters are decoded, and the first of a name counts", "[http]") {
    Request request;
    REQUIRE(read_target("/?date=2026-12-24&user%49d=a+b%2Bc&empty=&flag&date=later&=x", request));
    CHECK(request.parameter("date") == "2026-12-24");
    CHECK(request.parameter("userId") == "a b+c");
    CHECK(request.parameter("empty") == "");
    CHECK(request.parameter("flag") == std::nullopt);
    CHECK(request.parameter("dat") == std::nullopt);
    CHECK(request.parameter("DATE") == std::nullopt);
}

TEST_CASE("headers are found in any case", "[http]") {
    const std::vector<Header> headers{{"X-One", "1"}, {"x-two", "2"}, {"X-TWO", "3"}};
    Request request;
    request.headers = headers;
    CHECK(request.header("x-ONE") == "1");
    CHECK(request.header("X-Two") == "2");
    CHECK(request.count_headers("X-Two") == 2);
    CHECK(request.header("X-Three") == std::nullopt);
}

TEST_CASE("an entity tag is of the content, and If-None-Match compares weakly", "[http]") {
    const auto tag = etag_of("content");
    CHECK(tag == etag_of("content"));
    CHECK(tag != etag_of("Content"));
    CHECK((tag.front() == '"' && tag.back() == '"' && tag.size() == 34));

    struct Row {
        std::string condition;
        int status;
    };
    const std::vector<Row> rows{{tag, 304},         {"W/" + tag, 304}, {"*", 304},  {"\"x\", W/\"y\" , " + tag, 304},
                                {"\"other\"", 200}, {"", 200},         {"W/", 200}, {tag.substr(1), 200}};
    for (const auto& row : rows) {
        const std::vector<Header> headers{{"if-none-match", row.condition}};
        Request request;
        request.headers = headers;
        Response response;
        response.body = "content";
        const auto answer = with_etag(request, response, tag);
        INFO(row.condition);
        CHECK(answer.status == row.status);
        CHECK(answer.body == (row.status == 200 ? "content" : ""));
        CHECK(answer.header("ETag") == tag);
    }
    CHECK(with_etag({}, {}, tag).status == 200);
}

TEST_CASE("a response as it goes over the wire", "[http]") {
    Response response;
    response.body = "{}";
    response.headers.emplace_back("ETag", "\"x\"");
    const auto written = [&](const WireOptions& options) {
        std::string out;
        write_response(out, response, options);
        return out;
    };
    const std::string head =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: 2\r\n"
        "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nETag: \"x\"\r\n";
    CHECK(written({}) == head + "\r\n{}");
    CHECK(written({.is_head = true}) == head + "\r\n");
    CHECK(written({.keep_alive = false}) == head + "Connection: close\r\n\r\n{}");
    CHECK(written({.is_http_1_0 = true}) == head + "Connection: keep-alive\r\n\r\n{}");
    CHECK(written({.keep_alive = false, .is_http_1_0 = true}) == head + "Connection: close\r\n\r\n{}");
    CHECK(written({.date = "Tue"}).find("HTTP/1.1 200 OK\r\nDate: Tue\r\n") == 0);
    response.status = 304;
    CHECK(written({}) ==
          "HTTP/1.1 304 Not Modified\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nETag: "
          "\"x\"\r\n\r\n");
}

/// Reading members of the right types, and writing JSON that is always well formed.

#include "json.hpp"

#include <limits>
#include <string>

#include "support/catch.hpp"
#include "support/outcome.hpp"

using namespace http_server;
using boxoffice::testing::outcome;

TEST_CASE("a body is one JSON object in UTF-8", "[json]") {
    const auto nested = [](std::size_t depth) {
        return "{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
    };
    for (const std::string& good :
         {std::string{"{}"}, std::string{" {\"a\":1} "}, std::string{"{\"a\":\"[[{\"}"}, nested(63)})
        CHECK(outcome(Body::parse(good)) == "ok");
    for (const std::string& bad :
         {std::string{}, std::string{"{"}, std::string{"[]"}, std::string{"1"}, std::string{"null"},
          std::string{"\"x\""}, std::string{"{} {}"}, std::string{"{'a':1}"}, std::string{"{\"a\":1,}"},
          std::string{"{\"a\":\"\xFF\"}"}, std::string{"{\"a\":\"\xC0\x80\"}"}, std::string{"{\"a\":\"\\ud800\"}"},
          std::string{"{\"a\":NaN}"}, nested(64), std::string(65'536, '['), std::string(65'536, '{')}) {
        INFO(bad.substr(0, 60));
        CHECK(outcome(Body::parse(bad)) == "invalid_argument");
    }
}

TEST_CASE("members have the right types, or say which one and what was expected", "[json]") {
    const auto body = *Body::parse(
        R"({"text":"a","empty":"","whole":7,"minus":-7,"zero":-0,"float":7.0,"exponent":1e3,"huge":9223372036854775808,
            "most":9223372036854775807,"true":true,"null":null,"list":[{"a":1}],"mixed":[1],"object":{}})");
    const auto texts = [&](const char* name) { return outcome(body.text(name)); };
    CHECK(*body.text("text") == "a");
    CHECK(*body.text("empty") == "");
    for (const char* wrong : {"absent", "whole", "true", "null", "list", "object"})
        CHECK(texts(wrong) == "invalid_argument");
    CHECK(body.text("whole").error().detail == "whole: expected a string");

    CHECK(*body.optional_text("text") == "a");
    CHECK(*body.optional_text("absent") == std::nullopt);
    CHECK(outcome(body.optional_text("null")) == "invalid_argument");

    CHECK(*body.integer("whole") == 7);
    CHECK(*body.integer("minus") == -7);
    CHECK(*body.integer("zero") == 0);
    CHECK(*body.integer("most") == std::numeric_limits<std::int64_t>::max());
    for (const char* wrong : {"absent", "text", "float", "exponent", "huge", "true", "null", "list"}) {
        INFO(wrong);
        CHECK(outcome(body.integer(wrong)) == "invalid_argument");
    }

    CHECK(*body.text_or_integer("whole") == "7");
    CHECK(*body.text_or_integer("text") == "a");
    for (const char* wrong : {"absent", "float", "exponent", "huge", "true", "null"})
        CHECK(outcome(body.text_or_integer(wrong)) == "invalid_argument");

    CHECK(*body.optional_number("float") == 7.0);
    CHECK(*body.optional_number("absent") == 0.0);
    CHECK(outcome(body.optional_number("text")) == "invalid_argument");

    CHECK((*body.optional_objects("list"))->size() == 1);
    CHECK(*(**body.optional_objects("list"))[0].integer("a") == 1);
    CHECK_FALSE(body.optional_objects("absent")->has_value());
    for (const char* wrong : {"mixed", "object", "null"})
        CHECK(outcome(body.optional_objects(wrong)) == "invalid_argument");
    CHECK(outcome(body.object("object")) == "ok");
    CHECK(outcome(body.object("list")) == "invalid_argument");
}

TEST_CASE("what is written can be read again, whatever the text", "[json]") {
    const std::string odd = "a\"b\\c\n\x01\x7F/서울 😀";
    JsonWriter writer;
    writer.open_object()
        .member("odd", odd)
        .member("whole", std::numeric_limits<std::int64_t>::min())
        .member("number", -82.5)
        .member("yes", true)
        .null_member("nothing")
        .open_array("list")
        .open_object()
        .member("a", 1L)
        .close_object()
        .open_object()
        .close_object()
        .element("x")
        .close_array()
        .open_object("object")
        .close_object()
        .close_object();
    const auto text = writer.take();
    const auto read = nlohmann::json::parse(text);
    CHECK(read["odd"] == odd);
    CHECK(read["whole"] == std::numeric_limits<std::int64_t>::min());
    CHECK(read["number"] == -82.5);
    CHECK(read["yes"] == true);
    CHECK(read["nothing"].is_null());
    CHECK(read["list"].dump() == R"([{"a":1},{},"x"])");
    CHECK(text.find(' ') == text.find("울 ") + std::string{"울"}.size());  // no blanks but the text's own
    CHECK(JsonWriter{}.open_object().member("a", "x\xFFy").close_object().take() == "{\"a\":\"x\xEF\xBF\xBDy\"}");
}

TEST_CASE("times are written in UTC with milliseconds, as to_text does", "[json]") {
    for (const std::int64_t us : {0L, 999L, 1'000L, 1'766'602'800'123'999L, 4'102'444'799'999'999L, -1L}) {
        const auto time = boxoffice::from_us(us);
        CHECK(JsonWriter{}.open_object().member("t", time).close_object().take() ==
              "{\"t\":\"" + boxoffice::to_text(time) + "\"}");
    }
}

TEST_CASE("a member twice is refused, however it is spelt and wherever it stands", "[json]") {
    for (const std::string text :
         {R"({"amount":1,"amount":3})", R"({"amount":1,"amount":1})", R"({"amount":1,"\u0061mount":3})",
          R"({"a":{"b":1,"c":2,"b":3}})", R"({"a":[{"b":1},{"b":1,"\u0062":2}]})", R"({"":1,"":2})"}) {
        INFO(text);
        const auto body = http_server::Body::parse(text);
        REQUIRE_FALSE(body);
        CHECK(body.error().code == boxoffice::ErrorCode::invalid_argument);
        CHECK(body.error().detail.find("twice") != std::string::npos);
    }
    for (const std::string text :
         {R"({"a":1,"A":2})", R"({"a":{"a":1},"b":{"a":1}})", R"({"a":[{"b":1},{"b":1}]})", R"({"a":"a","b":"a"})"}) {
        INFO(text);
        CHECK(http_server::Body::parse(text));
    }
    CHECK_FALSE(http_server::Body::parse(R"({"a":1)"));
}

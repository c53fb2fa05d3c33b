/// The request log, and where the admin key comes from.

#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "admin_key.hpp"
#include "http/client.hpp"
#include "request_log.hpp"
#include "support/input.hpp"
#include "support/temp_dir.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using http_server::LoggedRequest;
using http_server::read_admin_key;
using http_server::RequestLog;

namespace {

const Time noon = must(parse_date("2026-12-24"), "date") + std::chrono::hours{12};

LoggedRequest request(std::string_view method, std::string_view path, std::string_view query = {}) {
    return {noon, "127.0.0.1", method, path, query, 200, microseconds{312}, 298};
}

std::string read(const std::string& path) {
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

void write(const std::string& path, const std::string& text) { std::ofstream{path} << text; }

}  // namespace

TEST_CASE("a line of the request log says what was asked, and not by whom or about whom", "[log]") {
    CHECK(log_line(request("GET", "/api/concert/date")) ==
          "time=2026-12-24T12:00:00.000Z client=127.0.0.1 method=GET path=/api/concert/date status=200 us=312 "
          "bytes=298\n");
    const auto path = [](const LoggedRequest& one) {
        const auto line = log_line(one);
        const auto begin = line.find("path=") + 5;
        return line.substr(begin, line.find(" status=") - begin);
    };
    CHECK(path(request("GET", "/api/balance", "userId=ann&x")) == "/api/balance?userId&x");
    CHECK(path(request("GET", "/api/concert/seat", "date=2026-12-24&concertId=0ARYZVZXW377R&token=abc")) ==
          "/api/concert/seat?date=2026-12-24&concertId=0ARYZVZXW377R&token");
    CHECK(path(request("GET", "/a b\n\"\x7F%")) == "/a%20b%0A%22%7F%25");
    CHECK(path(request("GET", "/x", "a=1&&=2&date=\n")) == "/x?a&date=%0A");
    CHECK(path(request("GET", "/" + std::string(5'000, 'x'))).size() < 300);
    CHECK(log_line(request("", "")).find(" method=- path=- ") != std::string::npos);
}

TEST_CASE("the request log appends to its file, and opens it anew when that was moved away", "[log]") {
    const TempDir directory;
    const auto path = directory.file("requests.log");
    write(path, "kept\n");
    {
        RequestLog log(path);
        log.write(request("GET", "/first"));
        log.flush();
        std::filesystem::rename(path, path + ".1");
        log.write(request("GET", "/second"));
        log.flush();
        log.reopen();
        log.write(request("GET", "/third"));
    }
    const auto old = read(path + ".1");
    CHECK(old.starts_with("kept\n"));
    CHECK(old.find("/second") != std::string::npos);
    CHECK(old.find("/third") == std::string::npos);
    CHECK(read(path).find("/third") != std::string::npos);
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & S_IRWXO) == 0);
    CHECK_THROWS_AS(RequestLog(directory.file("no/such/directory")), support::BadInput);
}

TEST_CASE("the admin key comes from a flag, a file or the environment", "[log]") {
    const TempDir directory;
    const auto path = directory.file("key");
    std::vector<std::string> warnings;
    const auto warn = [&](const std::string& line) { warnings.push_back(line); };
    CHECK_FALSE(read_admin_key({}, warn));
    CHECK_FALSE(read_admin_key({"", "", ""}, warn));
    CHECK(read_admin_key({"flag", "", nullptr}, warn) == "flag");
    CHECK(read_admin_key({"", "", "variable"}, warn) == "variable");
    CHECK(read_admin_key({"flag", "", "variable"}, warn) == "flag");
    write(path, "a secret\r\n");
    REQUIRE(::chmod(path.c_str(), 0640) == 0);
    CHECK(read_admin_key({"", path, "variable"}, warn) == "a secret");
    CHECK(warnings.empty());
    REQUIRE(::chmod(path.c_str(), 0644) == 0);
    CHECK(read_admin_key({"", path, nullptr}, warn) == "a secret");
    REQUIRE(warnings.size() == 1);
    CHECK(warnings.front().find("secret") == std::string::npos);
    CHECK_THROWS_AS(read_admin_key({"flag", path, nullptr}, warn), support::BadInput);
    CHECK_THROWS_AS(read_admin_key({"", path + ".not", nullptr}, warn), support::BadInput);
    for (const auto& text :
         std::vector<std::string>{"", "\n", "two\nlines\n", " blank", "blank \n", std::string("a\0b", 3)}) {
        write(path, text);
        CHECK_THROWS_AS(read_admin_key({"", path, nullptr}, warn), support::BadInput);
    }
}

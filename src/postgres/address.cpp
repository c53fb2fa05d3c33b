#include "postgres/address.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "postgres/errors.hpp"

namespace boxoffice::postgres {
namespace {

constexpr std::string_view schema_parameter = "schema=";

[[noreturn]] void refuse_address(const char* why) {
    throw Fault{ErrorCode::invalid_options, std::string{"address: "} + why};
}

/// Takes our own parameter out of the address; the last one counts.
std::string take_schema(std::string& address, std::string schema) {
    const auto question = address.find('?');
    if (question == std::string::npos) return schema;
    std::string rest;
    for (auto at = question + 1; at <= address.size();) {
        const auto end = std::min(address.find('&', at), address.size());
        const std::string_view one = std::string_view{address}.substr(at, end - at);
        if (one.starts_with(schema_parameter))
            schema = one.substr(schema_parameter.size());
        else if (!one.empty())
            rest.append(rest.empty() ? "?" : "&").append(one);
        at = end + 1;
    }
    address.replace(question, std::string::npos, rest);
    return schema;
}

/// Letters, digits and _: so it needs no quotes wherever it stands, and no other meaning can be in it.
bool is_plain_name(std::string_view name) {
    const auto is_word = [](char c) { return (c >= 'a' && c <= 'z') || c == '_' || (c >= '0' && c <= '9'); };
    return !name.empty() && name.size() <= 63 && (name[0] < '0' || name[0] > '9') && !name.starts_with("pg_") &&
           std::all_of(name.begin(), name.end(), is_word);
}

/// "a,b,c" → {a, b, c}.
std::vector<std::string> split(const std::string& list) {
    std::vector<std::string> parts;
    for (std::size_t at = 0; at <= list.size();) {
        const auto end = std::min(list.find(',', at), list.size());
        parts.push_back(list.substr(at, end - at));
        at = end + 1;
    }
    return parts;
}

/// The k-th of each list that has one; a list of one is everybody's, as in libpq.
std::vector<Keywords> hosts_of(const Keywords& lists) {
    std::size_t count = 1;
    for (const auto& [keyword, list] : lists)
        if (keyword != "port") count = std::max(count, split(list).size());
    std::vector<Keywords> hosts(count);
    for (const auto& [keyword, list] : lists) {
        const auto parts = split(list);
        if (parts.size() != 1 && parts.size() != count) refuse_address("as many ports as hosts, or one");
        for (std::size_t i = 0; i < count; ++i) hosts[i].emplace_back(keyword, parts[parts.size() == 1 ? 0 : i]);
    }
    return hosts;
}

}  // namespace

Address parse_address(const PostgresOptions& options) {
    if (!is_postgres_address(options.address) || options.address.find('\0') != std::string::npos)
        refuse_address("begins with postgresql://");
    auto text = options.address;
    Address address;
    address.schema = take_schema(text, options.schema);
    if (!is_plain_name(address.schema))
        throw Fault{ErrorCode::invalid_options,
                    "schema: 1 to 63 small letters, digits and _, not a digit first, not pg_ first"};
    // Its own words would quote what is wrong, and a password may be in it.
    char* words = nullptr;
    const std::unique_ptr<::PQconninfoOption, decltype(&::PQconninfoFree)> parsed{
        ::PQconninfoParse(text.c_str(), &words), &::PQconninfoFree};
    const std::unique_ptr<char, decltype(&::PQfreemem)> owned{words, &::PQfreemem};
    if (parsed == nullptr) refuse_address("not one that libpq understands (its parts are percent-encoded)");
    Keywords lists;
    for (const auto* one = parsed.get(); one->keyword != nullptr; ++one) {
        const std::string_view keyword = one->keyword;
        if (one->val == nullptr || keyword == "target_session_attrs" || keyword == "client_encoding") continue;
        const bool is_of_host = keyword == "host" || keyword == "hostaddr" || keyword == "port";
        (is_of_host ? lists : address.common).emplace_back(keyword, one->val);
    }
    address.hosts = hosts_of(lists);
    address.common.emplace_back("target_session_attrs", "read-write");
    address.common.emplace_back("client_encoding", "UTF8");
    address.common.emplace_back("fallback_application_name", "boxoffice");
    return address;
}

}  // namespace boxoffice::postgres

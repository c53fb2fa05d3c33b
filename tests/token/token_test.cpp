#include <sodium.h>

#include <set>
#include <string>
#include <vector>

#include "engine/crypto.hpp"
#include "support/catch.hpp"
#include "support/outcome.hpp"

using namespace boxoffice;
using namespace boxoffice::crypto;
using boxoffice::testing::outcome;

namespace {

TokenKey key_number(std::int32_t id) {
    TokenKey key;
    key.id = id;
    for (std::size_t i = 0; i < key.secret.size(); ++i)
        key.secret[i] = static_cast<std::uint8_t>(i * 7 + 13 * static_cast<std::size_t>(id));
    return key;
}

const TokenKey key = key_number(1);
const TokenClaims claims{TokenId{388400145978465528}, UserId{388400145978465529}, RoomId{388400145978465530}, 42};
const StoreId store{7, 7, 7};
const std::string url_safe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

Result<TokenClaims> read(const std::string& text) { return verify(text, std::vector{key}, store); }

}  // namespace

TEST_CASE("a token is exactly 68 URL-safe characters and says what was signed") {
    const auto text = sign(claims, key, store);
    CHECK(text.size() == 68);
    CHECK(text.find_first_not_of(url_safe) == std::string::npos);
    CHECK(text == sign(claims, key, store));
    const auto read_back = read(text);
    REQUIRE(outcome(read_back) == "ok");
    CHECK(*read_back == claims);

    const TokenClaims extreme{TokenId{std::numeric_limits<std::int64_t>::max()}, UserId{1}, RoomId{-1}, 0};
    CHECK(*read(sign(extreme, key, store)) == extreme);
    CHECK(sign(extreme, key, store).size() == 68);
}

TEST_CASE("a token keeps its text from one release to the next") {
    CHECK(sign(claims, key, store) == "AQABBWPf3_vBnPoAAAAAAAAAKgVj39_7wZz5BWPf3_vBnPhgw0jTzPTg3teWJyU5f-Bp");
}

TEST_CASE("a token with any one character changed is refused") {
    const auto text = sign(claims, key, store);
    for (std::size_t at = 0; at < text.size(); ++at)
        for (int c = 0; c < 256; ++c) {
            auto changed = text;
            changed[at] = static_cast<char>(c);
            if (changed == text) continue;
            CAPTURE(at, c);
            REQUIRE(outcome(read(changed)) == "invalid_token");
        }
}

TEST_CASE("a token has one text: no padding, no other length, no other alphabet") {
    const auto text = sign(claims, key, store);
    for (const auto& other :
         {std::string{}, text.substr(0, 67), text.substr(1), text + "A", text + "=", text + "==", text + " ",
          " " + text, text + '\0', text.substr(0, 67) + "=", text.substr(0, 66) + "==", text + "\n", text + text}) {
        CAPTURE(other);
        CHECK(outcome(read(other)) == "invalid_token");
    }
    // A text with - or _ has another form in the ordinary alphabet of base 64.
    for (std::int64_t position = 1; position < 50; ++position) {
        auto other = sign({claims.token, claims.user, claims.room, position}, key, store);
        bool differs = false;
        for (auto& c : other) {
            if (c == '-') c = '+', differs = true;
            if (c == '_') c = '/', differs = true;
        }
        if (differs) CHECK(outcome(read(other)) == "invalid_token");
    }
}

TEST_CASE("a token is accepted while its key is, so that keys can be rotated") {
    const auto old_key = key_number(1);
    const auto new_key = key_number(2);
    const auto old_text = sign(claims, old_key, store);
    const auto new_text = sign(claims, new_key, store);
    CHECK(old_text != new_text);
    const std::vector both{new_key, old_key};
    CHECK(*verify(old_text, both, store) == claims);
    CHECK(*verify(new_text, both, store) == claims);
    CHECK(outcome(verify(old_text, std::vector{new_key}, store)) == "invalid_token");
    CHECK(outcome(verify(new_text, std::vector{old_key}, store)) == "invalid_token");
    CHECK(outcome(verify(old_text, std::vector<TokenKey>{}, store)) == "invalid_token");

    auto same_id = new_key;  // another secret under the same id
    same_id.id = old_key.id;
    CHECK(outcome(verify(old_text, std::vector{same_id}, store)) == "invalid_token");
    CHECK(*verify(sign(claims, key_number(65'535), store), std::vector{key_number(65'535)}, store) == claims);
}

TEST_CASE("a forged room, position, user, token, key id or version is refused") {
    const auto text = sign(claims, key, store);
    const auto forge = [&](std::size_t byte) {
        token_format::Bytes bytes{};
        std::size_t length = 0;
        REQUIRE(sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &length, nullptr,
                                  sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0);
        bytes[byte] = static_cast<std::uint8_t>(bytes[byte] ^ 1);
        std::string out(69, '\0');
        sodium_bin2base64(out.data(), out.size(), bytes.data(), bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
        out.pop_back();
        return out;
    };
    for (std::size_t byte = 0; byte < token_format::size; ++byte) {
        CAPTURE(byte);
        CHECK(outcome(read(forge(byte))) == "invalid_token");
        CHECK(outcome(verify(forge(byte), std::vector{key, key_number(0), key_number(3)}, store)) == "invalid_token");
    }
}

TEST_CASE("a token signed with a version of its own is refused, whoever signed it") {
    token_format::Bytes bytes{};
    bytes[0] = token_format::version + 1;
    bytes[2] = 1;
    std::vector<std::uint8_t> covered(bytes.begin(), bytes.begin() + token_format::body_size);
    covered.insert(covered.end(), store.begin(), store.end());
    crypto_shorthash_siphashx24(bytes.data() + token_format::body_size, covered.data(), covered.size(), key.secret.data());
    std::string out(69, '\0');
    sodium_bin2base64(out.data(), out.size(), bytes.data(), bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    out.pop_back();
    CHECK(outcome(read(out)) == "invalid_token");
}

TEST_CASE("every field is part of the signature") {
    std::set<std::string> macs;
    const auto mac_of = [](const TokenClaims& c) { return sign(c, key, store).substr(48); };
    macs.insert(mac_of(claims));
    macs.insert(mac_of({TokenId{1}, claims.user, claims.room, claims.position}));
    macs.insert(mac_of({claims.token, UserId{1}, claims.room, claims.position}));
    macs.insert(mac_of({claims.token, claims.user, RoomId{1}, claims.position}));
    macs.insert(mac_of({claims.token, claims.user, claims.room, 43}));
    CHECK(macs.size() == 5);
}

TEST_CASE("a token proves its user for identity_ttl from its issue and no longer") {
    const auto issued = issued_at(claims.token);
    const Duration ttl = std::chrono::hours{24};
    const Duration us{1};
    CHECK(outcome(check_identity(claims, ttl, issued)) == "ok");
    CHECK(outcome(check_identity(claims, ttl, issued + ttl - us)) == "ok");
    CHECK(outcome(check_identity(claims, ttl, issued + ttl)) == "invalid_token");
    CHECK(outcome(check_identity(claims, ttl, issued + ttl + us)) == "invalid_token");
}

TEST_CASE("a token of one store is forged in every other, whatever keys they share") {
    const auto text = sign(claims, key, store);
    for (std::size_t at = 0; at < store.size(); ++at) {
        StoreId other = store;
        other[at] ^= 1;
        CHECK(outcome(verify(text, std::vector{key}, other)) == "invalid_token");
        CHECK(sign(claims, key, other).substr(0, 46) == text.substr(0, 46));  // the text does not say which store
    }
    CHECK(outcome(verify(text, std::vector{key}, StoreId{})) == "invalid_token");
}

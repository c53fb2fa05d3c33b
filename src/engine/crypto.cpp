#include "engine/crypto.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "boxoffice/ports.hpp"
#include "engine/fork_guard.hpp"

namespace boxoffice {

void SystemRandom::fill(std::span<std::uint8_t> bytes) { randombytes_buf(bytes.data(), bytes.size()); }

namespace crypto {
namespace {

using namespace token_format;

static_assert(mac_size == crypto_shorthash_siphashx24_BYTES);
static_assert(sizeof TokenKey::secret == crypto_shorthash_siphashx24_KEYBYTES);

void put(Bytes& bytes, std::size_t at, std::uint64_t value, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) bytes[at + i] = static_cast<std::uint8_t>(value >> 8 * (count - 1 - i));
}
std::uint64_t get(const Bytes& bytes, std::size_t at, std::size_t count) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes[at + i];
    return value;
}
constexpr std::uint8_t no_digit = 0xFF;
constexpr auto digit_of = [] {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::array<std::uint8_t, 256> table{};
    table.fill(no_digit);
    for (std::size_t i = 0; i < digits.size(); ++i)
        table[static_cast<unsigned char>(digits[i])] = static_cast<std::uint8_t>(i);
    return table;
}();

/// Base64 for URLs (RFC 4648, 5), of as many characters as a token has. libsodium's decoder takes the same time whatever it is
/// given, which is for secrets, and made up two fifths of a peek; and it takes some bytes above 0x7F for letters.
bool decode(std::string_view text, Bytes& bytes) {
    static_assert(token_text_length % 4 == 0 && std::tuple_size_v<Bytes> == token_text_length / 4 * 3);
    unsigned seen = 0;
    for (std::size_t group = 0; group < token_text_length / 4; ++group) {
        unsigned word = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            const unsigned digit = digit_of[static_cast<unsigned char>(text[4 * group + i])];
            seen |= digit;
            word = word << 6 | (digit & 63U);
        }
        for (std::size_t i = 0; i < 3; ++i) bytes[3 * group + i] = static_cast<std::uint8_t>(word >> 8 * (2 - i));
    }
    return (seen & ~63U) == 0;  // one that is no digit has more bits
}

std::array<std::uint8_t, mac_size> mac(const Bytes& bytes, const TokenKey& key, const StoreId& store) {
    std::array<std::uint8_t, body_size + std::tuple_size_v<StoreId>> covered{};
    std::copy(store.begin(), store.end(), std::copy(bytes.begin(), bytes.begin() + body_size, covered.begin()));
    std::array<std::uint8_t, mac_size> out{};
    crypto_shorthash_siphashx24(out.data(), covered.data(), covered.size(), key.secret.data());
    return out;
}

}  // namespace

Result<void> start() noexcept {
    const ForkBarrier barrier;
    if (sodium_init() < 0) return refuse(ErrorCode::internal, "libsodium could not start");
    return {};
}

std::string sign(const TokenClaims& claims, const TokenKey& key, const StoreId& store) {
    Bytes bytes{};
    bytes[0] = version;
    put(bytes, 1, static_cast<std::uint64_t>(key.id), 2);
    put(bytes, 3, static_cast<std::uint64_t>(claims.room.value), 8);
    put(bytes, 11, static_cast<std::uint64_t>(claims.position), 8);
    put(bytes, 19, static_cast<std::uint64_t>(claims.user.value), 8);
    put(bytes, 27, static_cast<std::uint64_t>(claims.token.value), 8);
    const auto seal = mac(bytes, key, store);
    std::memcpy(bytes.data() + body_size, seal.data(), seal.size());
    std::string text(token_text_length + 1, '\0');
    sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    text.pop_back();
    return text;
}

Result<TokenClaims> verify(std::string_view text, std::span<const TokenKey> keys, const StoreId& store) {
    const auto invalid = [] { return refuse(ErrorCode::invalid_token); };
    if (text.size() != token_text_length) return invalid();
    Bytes bytes{};
    if (!decode(text, bytes) || bytes[0] != version) return invalid();
    const auto key_id = static_cast<std::int32_t>(get(bytes, 1, 2));
    for (const auto& key : keys) {
        if (key.id != key_id) continue;
        const auto seal = mac(bytes, key, store);
        if (sodium_memcmp(seal.data(), bytes.data() + body_size, seal.size()) != 0) return invalid();
        const auto field = [&](std::size_t at) { return static_cast<std::int64_t>(get(bytes, at, 8)); };
        return TokenClaims{TokenId{field(27)}, UserId{field(19)}, RoomId{field(3)}, field(11)};
    }
    return invalid();
}

namespace {

/// What is asked: numbers, and what stands behind them.
class Asked {
  public:
    Asked(Operation operation, std::initializer_list<std::int64_t> arguments) noexcept {
        crypto_generichash_init(&state_, nullptr, 0, std::tuple_size_v<RequestHash>);
        add(static_cast<std::int64_t>(operation));
        for (const auto word : arguments) add(word);
    }
    void add(std::int64_t word) noexcept {  // little-endian, so that a file may move between machines
        std::array<unsigned char, 8> bytes{};
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes[i] = static_cast<unsigned char>(static_cast<std::uint64_t>(word) >> 8 * i);
        crypto_generichash_update(&state_, bytes.data(), bytes.size());
    }
    void add(std::string_view text) noexcept {
        crypto_generichash_update(&state_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    }
    RequestHash hash() noexcept {
        RequestHash hash{};
        crypto_generichash_final(&state_, hash.data(), hash.size());
        return hash;
    }

  private:
    crypto_generichash_state state_;
};

}  // namespace

RequestHash hash_request(Operation operation, std::initializer_list<std::int64_t> arguments) noexcept {
    return Asked{operation, arguments}.hash();
}

RequestHash hash_request(Operation operation, std::initializer_list<std::int64_t> arguments,
                         std::span<const std::int64_t> list) noexcept {
    Asked asked{operation, arguments};
    for (const auto word : list) asked.add(word);
    return asked.hash();
}

RequestHash hash_request(Operation operation, std::initializer_list<std::int64_t> arguments,
                         std::string_view text) noexcept {
    Asked asked{operation, arguments};
    asked.add(text);
    return asked.hash();
}

}  // namespace crypto
}  // namespace boxoffice

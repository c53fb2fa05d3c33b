#include <sodium.h>

#include "engine/crypto.hpp"

#include <set>

#include "support/catch.hpp"
#include "support/outcome.hpp"

using namespace boxoffice;
using boxoffice::testing::outcome;

TEST_CASE("an idempotency key is 1 to 255 visible ASCII characters, or empty for none") {
    CHECK(outcome(check_idempotency_key("")) == "ok");
    CHECK(outcome(check_idempotency_key("!")) == "ok");
    CHECK(outcome(check_idempotency_key("~")) == "ok");
    CHECK(outcome(check_idempotency_key(std::string(255, 'k'))) == "ok");
    CHECK(outcome(check_idempotency_key(std::string(256, 'k'))) == "invalid_argument");
    for (const std::string key : {" ", "a b", "a\n", "\x7F", "\x01", "é"})
        CHECK(outcome(check_idempotency_key(key)) == "invalid_argument");
    CHECK(outcome(check_idempotency_key(std::string(1, '\0'))) == "invalid_argument");
}

TEST_CASE("the hash of a request tells operations, arguments and their order apart") {
    std::set<RequestHash> hashes;
    for (const auto operation :
         {Operation::hold, Operation::recharge, Operation::pay, Operation::begin_payment, Operation::capture})
        for (const auto& arguments :
             {std::initializer_list<std::int64_t>{}, {0}, {1}, {-1}, {256}, {1, 2}, {2, 1}, {1, 2, 0}})
            CHECK(hashes.insert(crypto::hash_request(operation, arguments)).second);
    CHECK(crypto::hash_request(Operation::pay, {7}) == crypto::hash_request(Operation::pay, {7}));
}

TEST_CASE("the hash of a request is part of stored data and stays the same") {
    // BLAKE2b-128 of the words 3 and 7, eight bytes each, least significant first.
    const unsigned char bytes[16] = {3, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0};
    RequestHash wanted{};
    crypto_generichash(wanted.data(), wanted.size(), bytes, sizeof bytes, nullptr, 0);
    CHECK(crypto::hash_request(Operation::pay, {7}) == wanted);
}

TEST_CASE("a key is scoped by user and operation") {
    const IdempotencyId id{UserId{1}, Operation::pay, "k"};
    CHECK(id == IdempotencyId{UserId{1}, Operation::pay, "k"});
    CHECK(id != IdempotencyId{UserId{2}, Operation::pay, "k"});
    CHECK(id != IdempotencyId{UserId{1}, Operation::hold, "k"});
    CHECK(id != IdempotencyId{UserId{1}, Operation::pay, "K"});
    CHECK(static_cast<int>(Operation::hold) == 1);
    CHECK(static_cast<int>(Operation::recharge) == 2);
    CHECK(static_cast<int>(Operation::pay) == 3);
    CHECK(static_cast<int>(Operation::begin_payment) == 4);
    CHECK(static_cast<int>(Operation::capture) == 5);
}

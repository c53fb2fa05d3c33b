#pragma once
/// Ids and tokens as text, and back.

#include <cstdint>
#include <cstring>
#include <string>

#include "boxoffice.h"
#include "opener.hpp"

namespace c_fuzz {

class Texts : protected Opener {
  protected:
    using Opener::Opener;

    void id_text() {
        const auto value = r_.a < 128 ? buyer().user : odd_number(r_.a);
        Out<char> text(BOXOFFICE_ID_TEXT_SIZE, no_answer());
        ErrorBox error(r_.where >> 2);
        begin(Function::id_text);
        const auto status = boxoffice_id_text(value, text.get(), error.get());
        answered(Function::id_text, status, error, nullptr, false);
        MUST((status == BOXOFFICE_OK) == (value > 0 && !no_answer()));
        if (text.is_null()) return;
        MUST(status == BOXOFFICE_OK || text.all(0));
        if (status != BOXOFFICE_OK) return;
        MUST(text[13] == 0);
        std::int64_t back = 0;
        MUST(boxoffice_id_parse(text.get(), 13, &back, nullptr) == BOXOFFICE_OK && back == value);
    }

    void id_parse() {
        std::string text(BOXOFFICE_ID_TEXT_SIZE, '0');
        (void)boxoffice_id_text(r_.who == 0 ? 1 : odd_number(r_.who), text.data(), nullptr);
        text.resize(BOXOFFICE_ID_TEXT_SIZE - 1);
        if (r_.b != 0) text[r_.a % 13] = static_cast<char>(r_.b);
        if (r_.c != 0) text.resize(r_.c);
        const auto given = r_.d == 255 ? In::null(13) : In{text};
        Out<std::int64_t> value(1, no_answer());
        ErrorBox error(r_.where >> 2);
        begin(Function::id_parse);
        const auto status = boxoffice_id_parse(given.data(), given.size(), value.get(), error.get());
        answered(Function::id_parse, status, error, nullptr, false);
        MUST(value.is_null() || (status == BOXOFFICE_OK ? *value > 0 : value.all(0)));
    }

    void token_text() {
        auto claims = buyer().claims;
        claims.token = id(0, claims.token);
        claims.user = id(1, claims.user);
        claims.room = id(2, claims.room);
        claims.position = id(3, claims.position);
        Out<char> text(BOXOFFICE_TOKEN_TEXT_SIZE, no_answer());
        const auto* const given = r_.a == 255 ? nullptr : &claims;
        boxoffice_status status = BOXOFFICE_OK;
        auto* const office = ask(Function::token_text, status, [&](auto* h, auto* error) {
            return boxoffice_token_text(h, given, text.get(), error);
        });
        if (text.is_null() || status == BOXOFFICE_INVALID_HANDLE) return;
        MUST(status == BOXOFFICE_OK || text.all(0));
        if (office == nullptr) return;
        MUST(::strnlen(text.get(), BOXOFFICE_TOKEN_TEXT_SIZE) == BOXOFFICE_TOKEN_TEXT_SIZE - 1);
        buyer().token = text.get();
    }
};

}  // namespace c_fuzz

#pragma once
/// What answers to the fuzzer of the HTTP host have named (tokens, ids, versions), to be asked for in what comes after.

#include <array>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace fuzz {

inline const std::string admin_key = "the-key-of-the-house";
inline constexpr std::array users{"ann", "bob", "cat"};

class Names {
  public:
    /// Puts what was named in the place of $T0 and its like.
    [[nodiscard]] std::string fill(std::string_view text) const {
        std::string out;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] != '$' || i + 2 >= text.size()) {
                out += text[i];
                continue;
            }
            const auto which = static_cast<std::size_t>(static_cast<unsigned char>(text[i + 2]) % 10u + 2u) % 10u;
            const auto value = find(text[i + 1], which);
            if (!value) {
                out += text[i];
                continue;
            }
            out += *value;
            i += 2;
        }
        return out;
    }

    void token(const std::string& text, const std::string& user) {
        tokens_[user] = text;
        user_of_[text] = user;
    }
    [[nodiscard]] std::optional<std::string> user_of(const std::string& token) const {
        const auto at = user_of_.find(token);
        return at == user_of_.end() ? std::nullopt : std::optional{at->second};
    }

    /// Keeps what a member of an answer names.
    void keep(const std::string& member, const std::string& value) {
        const char letter = member == "reservationId" ? 'R'
                            : member == "orderId"     ? 'O'
                            : member == "concertId"   ? 'C'
                            : member == "id"          ? 'I'
                            : member == "typeId"      ? 'Y'
                            : member == "type"        ? 'Y'
                            : member == "next"        ? 'N'
                            : member == "version"     ? 'V'
                            : member == "ETag"        ? 'E'
                            : member == "transferId"  ? 'F'
                            : member == "number"      ? 'S'
                                                      : '\0';
        if (letter == '\0') return;
        auto& list = values_[letter];
        if (!list.empty() && list.front() == value) return;
        list.push_front(value);
        if (list.size() > 10) list.pop_back();
    }

  private:
    [[nodiscard]] std::optional<std::string> find(char letter, std::size_t which) const {
        if (letter == 'T') {
            const auto at = tokens_.find(users[which % users.size()]);
            return at == tokens_.end() ? std::string(68, 'A') : at->second;
        }
        if (letter == 'K') return admin_key;
        const auto at = values_.find(letter);
        if (at != values_.end()) return at->second[which % at->second.size()];
        if (letter >= 'A' && letter <= 'Z') return "1";
        return std::nullopt;
    }

    std::map<std::string, std::string> tokens_;  // by user
    std::map<std::string, std::string> user_of_;
    std::map<char, std::deque<std::string>> values_;
};

}  // namespace fuzz

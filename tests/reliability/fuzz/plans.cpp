/// Fuzzes everything that reads a text from outside: seating plans, CSV files, prices, dates, instants, ids, versions, tokens, request targets
/// and bodies, command lines, keys.
///
/// An input is a byte that chooses the reader, and the text; where a reader takes two files, a byte 0x1E stands between them.
///
/// What must hold, beside the sanitizers: a text is read, or refused in words that can be shown; what was read and is written again is
/// read the same; a hall that was read can be sold; a token that was changed by one bit proves nobody.

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "admin_key.hpp"
#include "boxoffice/memory_store.hpp"
#include "boxoffice/office.hpp"
#include "boxoffice/text.hpp"
#include "boxoffice/utf8.hpp"
#include "csv.hpp"
#include "flags.hpp"
#include "http.hpp"
#include "json.hpp"
#include "support.hpp"
#include "support/csv.hpp"
#include "support/hall.hpp"
#include "support/input.hpp"
#include "time_zone.hpp"

using namespace boxoffice;
using nlohmann::json;
using support::BadInput;

namespace {

const fuzz::Directory& directory() {
    static const fuzz::Directory it;
    return it;
}

std::string write_file(const char* name, std::string_view text) {
    auto path = directory().file(name);
    std::ofstream out(path, std::ios::binary);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    return path;
}

/// Of the examples' readers: one line, which whoever shows it passes through one_line().
void check_words(const char* what) {
    if (std::string_view{what}.find('\n') != std::string_view::npos) fuzz::found("refused in several lines: %s", what);
    if (!is_plain_text(support::one_line(what)))
        fuzz::found("refused in words that cannot be shown: %s", plain(what).c_str());
}
void check_words(const Error& error) {
    if (!is_plain_text(error.detail))
        fuzz::found("refused in words that cannot be shown: %s", plain(error.detail).c_str());
}

std::pair<std::string_view, std::string_view> split(std::string_view text) {
    const auto at = std::min(text.find('\x1E'), text.size());
    return {text.substr(0, at), text.substr(std::min(at + 1, text.size()))};
}

template <class T>
T must(Result<T> result, const char* what) {
    if (!result) fuzz::found("%s: %s", what, result.error().text().c_str());
    return std::move(*result);
}

// ---- halls ------------------------------------------------------------------------------------------------------

/// A hall that was read is one that can be sold: the office takes it, and shows it as it was.
void sell(const support::PricedHall& priced) {
    const auto& hall = priced.hall;
    if (hall.seats.size() > 200) return;
    Options options;
    options.token_keys.push_back({1, {1}});
    const auto office = must(BoxOffice::open(std::make_unique<MemoryStore>(), options, {}), "open");
    const auto concert =
        must(office->execute(CreateConcert{*parse_date("2099-01-01"), hall.name, office->main_room(), hall.seats}),
             "a hall that was read is refused");
    const auto sheet = must(office->seats(concert.id), "seats");
    if (sheet->size() != hall.seats.size()) fuzz::found("%zu seats became %zu", hall.seats.size(), sheet->size());
    for (std::size_t i = 0; i < sheet->size(); ++i) {
        const auto shown = (*sheet)[i];
        const auto& given = hall.seats[hall.seat_by_number.at(shown.facts.number)];
        if (!(facts_of(given) == shown.facts))
            fuzz::found("seat %s is not as the plan has it", shown.facts.number.c_str());
        if ((shown.state == SeatState::blocked) != given.is_blocked)
            fuzz::found("a seat is for sale that should not be, or the reverse");
    }
    fuzz::tally().count("done hall");
}

void read_halls(std::string_view text) {
    const auto [plan, prices] = split(text);
    try {
        sell(support::read_hall(write_file("plan.json", plan),
                                write_file("prices.csv", prices.empty() ? "category,points\ns,5\n" : prices)));
    } catch (const BadInput& bad) {
        check_words(bad.what());
    }
}

/// All of it in quotes, which is read the same, whatever is in it.
void read_users(std::string_view text) {
    try {
        const auto records = support::read_csv(write_file("users.csv", text), {"user"}, {"points"});
        std::string again = "\"user\",\"points\"\r\n";
        for (const auto& record : records) {
            for (const auto& field : record.fields) {
                again += &field == &record.fields.front() ? "\"" : ",\"";
                for (const char c : field) again += c == '"' ? std::string("\"\"") : std::string(1, c);
                again += '"';
            }
            again += "\r\n";
        }
        const auto back = support::read_csv(write_file("again.csv", again), {"user"}, {"points"});
        // A record whose only texts stood in other columns is empty now, and skipped.
        std::size_t at = 0;
        for (const auto& record : records) {
            const bool is_empty = std::all_of(record.fields.begin(), record.fields.end(), [](const std::string& field) {
                return field.find_first_not_of(" \t") == std::string::npos;
            });
            if (is_empty) continue;
            if (at >= back.size() || back[at++].fields != record.fields)
                fuzz::found("a record is not read as it was written");
        }
        if (at != back.size()) fuzz::found("more is read than was written");
        if (!records.empty()) fuzz::tally().count("done users");
    } catch (const BadInput& bad) {
        check_words(bad.what());
    }
}

// ---- small texts ------------------------------------------------------------------------------------------------

void read_dates(std::string_view text) {
    if (const auto day = parse_date(text)) {
        if (to_text(*day) != text) fuzz::found("%s is read as %s", std::string{text}.c_str(), to_text(*day).c_str());
        if (*day > last_date || *day < Date{}) fuzz::found("a day that has no text");
        fuzz::tally().count("done date");
    } else {
        check_words(day.error());
    }
    if (const auto time = http_server::parse_time(text)) {
        const auto again = http_server::parse_time(to_text(*time));
        if (!again || *again != *time)
            fuzz::found("%s is read as %s", std::string{text}.c_str(), to_text(*time).c_str());
        fuzz::tally().count("done instant");
    }
}

void read_ids(std::string_view text) {
    if (const auto id = parse_id<UserId>(text)) {
        if (to_text(*id) != text || id->value <= 0) fuzz::found("an id of two texts: %s", std::string{text}.c_str());
        fuzz::tally().count("done id");
    }
    if (const auto version = parse_seat_version(text)) {
        if (to_text(*version) != text) fuzz::found("a version of two texts: %s", std::string{text}.c_str());
        fuzz::tally().count("done version");
    }
    if (const auto number = support::parse_number<std::int64_t>(text); number && std::to_string(*number) != text) {
        auto digits = text;
        const bool is_minus = digits.starts_with('-');
        if (is_minus) digits.remove_prefix(1);
        while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
        const auto plain_number = (is_minus && digits != "0" ? "-" : "") + std::string{digits};
        if (plain_number != std::to_string(*number))
            fuzz::found("%s is read as %lld", std::string{text}.c_str(), static_cast<long long>(*number));
    }
}

struct Door {
    Door() {
        Options options;
        options.token_keys.push_back({1, {1, 2, 3}});
        options.token_keys.push_back({2, {4, 5, 6}});
        Ports ports;
        ports.clock = std::make_shared<VirtualClock>(Time{*parse_date("2026-12-01")});
        ports.random = std::make_shared<fuzz::FixedRandom>();
        office = must(BoxOffice::open(std::make_unique<MemoryStore>(), options, ports), "open");
        user = must(office->execute(CreateUser{"ann"}), "user").id;
        text = office->token_text(must(office->execute(Join{user, office->main_room()}), "join").claims);
    }
    std::unique_ptr<BoxOffice> office;
    UserId user;
    std::string text;
};

/// Changes of a good token: pairs of bytes, where and what; then a length.
void read_tokens(std::string_view text) {
    static const Door door;
    auto token = door.text;
    for (std::size_t i = 0; i + 1 < text.size() && i < 16; i += 2)
        token[static_cast<unsigned char>(text[i]) % token.size()] = text[i + 1];
    if (text.size() % 2 == 1) token.resize(static_cast<unsigned char>(text.back()));
    for (const auto& given : {token, std::string{text}}) {
        const auto claims = door.office->authenticate(given);
        const auto peeked = door.office->peek(given);
        const auto snapshot = door.office->peek_snapshot(given);
        if (given == door.text) {
            if (!claims || claims->user != door.user || !peeked) fuzz::found("a good token proves nothing");
            fuzz::tally().count("done token");
            continue;
        }
        if (claims || peeked || snapshot || fuzz::is_planted())
            fuzz::found("a token that was not given out is good: %s", given.c_str());
        check_words(claims.error());
        check_words(peeked.error());
    }
}

/// By the table of the standard, written another way.
bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto at = [&](std::size_t n) {
            return i + n < text.size() ? static_cast<unsigned char>(text[i + n]) : 0u;
        };
        const auto in = [&](std::size_t n, unsigned from, unsigned to) { return at(n) >= from && at(n) <= to; };
        if (in(0, 0x00, 0x7F))
            i += 1;
        else if (in(0, 0xC2, 0xDF) && in(1, 0x80, 0xBF))
            i += 2;
        else if (in(0, 0xE0, 0xE0) && in(1, 0xA0, 0xBF) && in(2, 0x80, 0xBF))
            i += 3;
        else if (in(0, 0xED, 0xED) && in(1, 0x80, 0x9F) && in(2, 0x80, 0xBF))
            i += 3;
        else if (in(0, 0xE1, 0xEF) && at(0) != 0xED && in(1, 0x80, 0xBF) && in(2, 0x80, 0xBF))
            i += 3;
        else if (in(0, 0xF0, 0xF0) && in(1, 0x90, 0xBF) && in(2, 0x80, 0xBF) && in(3, 0x80, 0xBF))
            i += 4;
        else if (in(0, 0xF1, 0xF3) && in(1, 0x80, 0xBF) && in(2, 0x80, 0xBF) && in(3, 0x80, 0xBF))
            i += 4;
        else if (in(0, 0xF4, 0xF4) && in(1, 0x80, 0x8F) && in(2, 0x80, 0xBF) && in(3, 0x80, 0xBF))
            i += 4;
        else
            return false;
    }
    return true;
}

void read_text(std::string_view text) {
    bool is_right = true;
    for (auto rest = text; !rest.empty() && is_right;) {
        std::uint32_t point = 0;
        const auto length = decode_utf8(rest, point);
        is_right = length > 0;
        rest.remove_prefix(length);
    }
    if (is_right != is_utf8(text)) fuzz::found("UTF-8 is not what the standard says");
    if (is_plain_text(text) && !is_right) fuzz::found("plain text that is no UTF-8");
    if (!is_plain_text(plain(std::string{text}))) fuzz::found("plain() is not");
    if (!is_plain_text(support::in_quotes(text)) || !is_plain_text(support::one_line(text)))
        fuzz::found("quoted text is not plain");
    const auto quoted =
        json::parse(http_server::JsonWriter{}.open_object().member("t", text).close_object().take(), nullptr, false);
    if (quoted.is_discarded()) fuzz::found("what JsonWriter writes is no JSON");
    if (is_right && quoted.at("t") != text) fuzz::found("JsonWriter writes another text");
    // Seat numbers: an order is one.
    const auto [a, rest] = split(text);
    const auto [b, c] = split(rest);
    if (natural_less(a, a)) fuzz::found("a number before itself");
    if (natural_less(a, b) && natural_less(b, a)) fuzz::found("two numbers before each other");
    if (natural_less(a, b) && natural_less(b, c) && !natural_less(a, c)) fuzz::found("an order that is none");
    if (a != b && !natural_less(a, b) && !natural_less(b, a)) fuzz::found("two numbers are one");
    fuzz::tally().count(is_right ? "done text" : "other bytes");
}

// ---- HTTP's parts -----------------------------------------------------------------------------------------------

void read_bodies(std::string_view text) {
    const auto body = http_server::Body::parse(text);
    if (!body) return check_words(body.error());
    const auto said = [](const auto& result) {
        if (!result) check_words(result.error());
    };
    const auto parsed = json::parse(text, nullptr, false);
    if (parsed.is_discarded() || parsed != body->json()) fuzz::found("a body that is another JSON");
    for (const auto* const name : {"a", "userId", "amount", "seats"}) {
        said(body->text(name)), said(body->optional_text(name)), said(body->integer(name)),
            said(body->text_or_integer(name));
        said(body->optional_integer(name)), said(body->optional_bool(name)), said(body->optional_time(name, never));
        said(body->id_or_none<UserId>(name)), said(body->texts_or_integers(name)), said(body->optional_number(name));
        said(body->object(name));
        if (const auto number = body->integer(name); number && parsed.at(name) != *number)
            fuzz::found("a number is read as another");
        if (const auto objects = body->optional_objects(name); !objects) check_words(objects.error());
    }
    fuzz::tally().count("done body");
}

void read_targets(std::string_view text) {
    http_server::Request request;
    if (!http_server::read_target(text, request)) return;
    if (request.path.find('\0') != std::string::npos || !is_utf8(request.path)) fuzz::found("a path that is no text");
    for (const auto* const name : {"a", "date", "userId", ""}) (void)request.parameter(name);
    fuzz::tally().count("done target");
}

/// Formulas get an apostrophe, all else is read back.
void write_cells(std::string_view text) {
    http_server::CsvWriter writer;
    writer.cell("user").cell("points").end_line();
    writer.cell(text).cell(std::int64_t{5}).end_line();
    if (!is_utf8(text) || text.find('\0') != std::string_view::npos) return;
    try {
        const auto back = support::read_csv(write_file("cells.csv", writer.take()), {"user", "points"});
        if (back.size() != 1 || back[0].fields[1] != "5") fuzz::found("a cell that breaks its line");
        const auto& field = back[0].fields[0];
        if (field != text && field != "'" + std::string{text})
            fuzz::found("a cell is read as another: %s", field.c_str());
        fuzz::tally().count("done cell");
    } catch (const BadInput& bad) {
        fuzz::found("a cell that was written is not read: %s", bad.what());
    }
}

void read_command_line(std::string_view text) {
    std::vector<std::string> words{"server"};
    for (auto rest = text; !rest.empty() && words.size() < 20;) {
        const auto [word, more] = split(rest);
        words.emplace_back(word.substr(0, word.find('\0')));
        rest = more;
    }
    std::vector<const char*> pointers;
    for (const auto& word : words) pointers.push_back(word.c_str());
    try {
        (void)http_server::read_flags(static_cast<int>(pointers.size()), pointers.data());
        fuzz::tally().count("done flags");
    } catch (const BadInput& bad) {
        check_words(bad.what());
    }
}

void read_keys(std::string_view text) {
    try {
        const auto key = http_server::read_admin_key({"", write_file("key", text), nullptr},
                                                     [](const std::string& words) { check_words(words.c_str()); });
        if (!key || key->empty()) fuzz::found("a file gave no key");
        fuzz::tally().count("done key");
    } catch (const BadInput& bad) {
        check_words(bad.what());
    }
    try {
        (void)http_server::day_in(std::string{text.substr(0, text.find('\0'))});
        fuzz::tally().count("done zone");
    } catch (const BadInput& bad) {
        check_words(bad.what());
    }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    for (const auto* const what : {"hall", "users", "date", "instant", "id", "version", "token", "text", "body",
                                   "target", "cell", "flags", "key", "zone"})
        fuzz::tally().expect(std::string{"done "} + what);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Bytes input(data, size);
    static constexpr std::array readers{read_halls,  read_users,        read_dates,  read_ids,
                                        read_tokens, read_text,         read_bodies, read_targets,
                                        write_cells, read_command_line, read_keys};
    const auto which = input.u8() % readers.size();
    readers[which](input.rest());
    return 0;
}

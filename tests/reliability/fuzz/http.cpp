/// Fuzzes the HTTP host: requests to its router, or bytes to its front.
///
/// An input is a byte of flags and a text. Bit 0: the text goes to the front, as the bytes of one connection, in pieces whose size bits
/// 1 to 3 choose. Else it is a row of requests, with a byte 0x1E between them: a line with method and target, lines of headers, an empty
/// line, the body; or '@' and a digit: time passes. In both, '$', a letter and a digit stand for what answers have named before: $T0 the token
/// of the first user, $R0 the reservation that was named last, $R1 the one before; see `Names`.
///
/// What must hold, beside the sanitizers: an answer is as openapi.json describes it (its status, its JSON), never 500 or 503; nobody is
/// answered as a user without a token that was given to them, nor as the house without its key; no answer to one user, or to anybody, names what
/// is another's; a key that is sent again gets the same answer; what the front writes is HTTP; the audit is clean at the end.

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "boxoffice/memory_store.hpp"
#include "boxoffice/office.hpp"
#include "contract.hpp"
#include "errors.hpp"
#include "front.hpp"
#include "http_front.hpp"
#include "http_names.hpp"
#include "router.hpp"
#include "support.hpp"

using namespace boxoffice;
using nlohmann::json;

namespace {

using fuzz::admin_key;
using fuzz::users;

// ---- the house --------------------------------------------------------------------------------------------------

struct House {
    House() {
        Options options;
        options.main_room.active_capacity = 2;
        options.holds_per_user = 2;
        options.token_keys.push_back({1, {1, 2, 3, 4}});
        Ports ports;
        ports.clock = clock;
        ports.random = std::make_shared<fuzz::FixedRandom>();
        office = must(BoxOffice::open(std::make_unique<MemoryStore>(), options, ports));
        for (const auto* name : users) (void)must(office->execute(CreateUser{name}));
        std::vector<NewSeat> hall;
        for (int i = 1; i <= 6; ++i)
            hall.push_back({std::to_string(i), "stalls", "A", Points{100}, 1.0 * i, 1.0, "", false, "R"});
        const auto concert =
            must(office->execute(CreateConcert{*parse_date("2026-12-24"), "Winter", office->main_room(), hall})).id;
        Terms terms;
        terms.seats_per_order = 4;
        terms.refund_steps = {{*parse_date("2026-12-20"), 500}};
        (void)must(office->execute(ChangeSale{concert, terms, 1}));
        http_server::Settings settings;
        settings.admin_key = admin_key;
        if (fuzz::is_planted()) settings.auth = http_server::Auth::none;  // whoever a request says
        settings.turn_attempts = 2;
        settings.turn_interval = std::chrono::milliseconds{0};
        settings.log_fault = [](const std::string& text) { fuzz::found("a fault: %s", text.c_str()); };
        router.emplace(*office, std::move(settings));
    }
    template <class T>
    static T must(Result<T> result) {
        if (!result) fuzz::found("making the house: %s", result.error().text().c_str());
        return std::move(*result);
    }

    std::shared_ptr<VirtualClock> clock = std::make_shared<VirtualClock>(Time{*parse_date("2026-12-01")});
    std::unique_ptr<BoxOffice> office;
    std::optional<http_server::Router> router;
};

/// A front without a loop: jobs are done at once, and what waits goes on when it is told to.
class Desk final : public http_server::Front {
  public:
    void resume(http_server::Waiting& waiting) noexcept override { waiting_.add(waiting); }
    bool offload(http_server::Staff, http_server::Job& job) noexcept override {
        job.run();
        return true;
    }
    bool go_on() {
        auto waiting = std::exchange(waiting_, {});
        if (waiting.empty()) return false;
        while (auto* const one = waiting.take_first()) one->coroutine.resume();
        return true;
    }

  private:
    http_server::WaitingList waiting_;
};

// ---- one input --------------------------------------------------------------------------------------------------

struct Sent {
    std::string method, target, body;
    std::vector<std::pair<std::string, std::string>> headers;

    [[nodiscard]] std::string header(std::string_view name) const {
        for (const auto& [one, value] : headers)
            if (http_server::equals_ignoring_case(one, name)) return value;
        return {};
    }
};

class Run {
  public:
    explicit Run(const fuzz::Contract& contract) : contract_(contract) {}

    void requests(std::string_view text) {
        for (int most = 48; !text.empty() && most > 0; --most) {
            const auto end = std::min(text.find('\x1E'), text.size());
            one(text.substr(0, end));
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        finish();
    }

    void bytes(std::string_view text, std::size_t piece) {
        // Who sends bytes has been here before: tokens and ids are real.
        for (
            const auto* const before :
            {"POST /api/token\n\n{\"userId\":\"ann\"}", "POST /api/token\n\n{\"userId\":\"bob\"}",
             "POST /api/reservations\nIdempotency-Key: h\n\n{\"userId\":\"ann\",\"date\":\"2026-12-24\",\"seatNumber\":\"1\",\"token\":\"$T0\"}"})
            one(before);
        fuzz::check_stream(fuzz::converse(*house_.router, names_.fill(text), piece),
                           text.find("HEAD") != std::string_view::npos);
        finish();
    }

  private:
    void one(std::string_view block) {
        if (block.starts_with('@')) {
            static constexpr std::array<std::chrono::seconds, 10> spans{
                std::chrono::seconds{1},      std::chrono::seconds{59},     std::chrono::seconds{60},
                std::chrono::seconds{300},    std::chrono::seconds{301},    std::chrono::seconds{3600},
                std::chrono::seconds{86'399}, std::chrono::seconds{86'400}, std::chrono::hours{24 * 19},
                std::chrono::hours{24 * 24}};
            const auto span = spans[block.size() > 1 ? static_cast<unsigned char>(block[1]) % spans.size() : 0];
            house_.clock->advance(span);
            if (span >= std::chrono::hours{1}) answers_.clear();
            return;
        }
        const auto sent = read(names_.fill(block));
        http_server::Request request;
        request.method = sent.method;
        if (!http_server::read_target(sent.target, request)) return fuzz::tally().count("no target");
        std::vector<http_server::Header> views;
        for (const auto& [name, value] : sent.headers) views.push_back({name, value});
        request.headers = views;
        request.body = sent.body;
        check(sent, request, ask(request));
    }

    static Sent read(const std::string& text) {
        Sent sent;
        std::string_view rest = text;
        const auto line = [&] {
            const auto end = std::min(rest.find('\n'), rest.size());
            auto out = rest.substr(0, end);
            rest.remove_prefix(std::min(end + 1, rest.size()));
            if (out.ends_with('\r')) out.remove_suffix(1);
            return out;
        };
        const auto first = line();
        const auto space = std::min(first.find(' '), first.size());
        sent.method = first.substr(0, space);
        sent.target = first.substr(std::min(space + 1, first.size()));
        if (const auto version = sent.target.find(" HTTP/"); version != std::string::npos) sent.target.resize(version);
        while (!rest.empty()) {
            const auto header = line();
            if (header.empty()) break;
            const auto colon = std::min(header.find(':'), header.size());
            auto value = header.substr(std::min(colon + 1, header.size()));
            while (value.starts_with(' ')) value.remove_prefix(1);
            sent.headers.emplace_back(header.substr(0, colon), value);
        }
        sent.body = rest;
        return sent;
    }

    /// What the front does, but for the sockets.
    http_server::Response ask(const http_server::Request& request) {
        auto& router = *house_.router;
        if (auto refusal = router.check_header(request)) return *std::move(refusal);
        if (request.body.size() > router.body_size_max(request)) return http_server::payload_too_large();
        if (auto response = router.handle_now(request)) return *std::move(response);
        for (int attempt = 1; attempt < 10; ++attempt) {
            Desk desk;
            std::optional<http_server::Reply> reply;
            router.handle(request, attempt, desk, [&](http_server::Reply given) {
                if (reply) fuzz::found("answered twice");
                reply = std::move(given);
            });
            while (!reply)
                if (!desk.go_on() && !router.commands().drive_waiting())
                    fuzz::found("nothing is left to go on, and there is no answer");
            if (auto* response = std::get_if<http_server::Response>(&*reply)) return std::move(*response);
            if (std::holds_alternative<http_server::TurnedAway>(*reply))
                fuzz::found("turned away, and nobody else is here");
            house_.clock->advance(std::chrono::milliseconds{50});
        }
        fuzz::found("Again without end");
    }

    void check(const Sent& sent, const http_server::Request& request, const http_server::Response& response) {
        const auto routes = http_server::Router::routes();
        const bool has_route = response.route < routes.size();
        const std::string pattern{has_route ? routes[response.route].pattern : ""};
        const auto what = sent.method + " " + sent.target + ": " + std::to_string(response.status);
        if (has_route)
            house_.router->metrics().count(response.route, response.status, std::chrono::milliseconds{3},
                                           response.refused);
        if (response.status >= 500) fuzz::found("%s: %s", what.c_str(), response.body.c_str());
        if (response.status == 413 && !has_route) return;
        if (const auto wrong = contract_.check(sent.method, request.path, pattern, response.status,
                                               response.content_type, response.body))
            fuzz::found("%s: %s: %s", what.c_str(), wrong->c_str(), response.body.c_str());
        if (response.status >= 300) return;
        if (has_route) fuzz::tally().count("done " + std::string{routes[response.route].method} + " " + pattern);

        const bool is_house = has_route && routes[response.route].is_admin;
        if (is_house && sent.header("X-Admin-Key") != admin_key) fuzz::found("%s without the key", what.c_str());
        const auto value = json::parse(response.body, nullptr, false);
        const auto asked = json::parse(sent.body, nullptr, false);
        const auto who = callers(sent, asked);
        if (!is_house && is_of_a_user(sent.method, pattern) && who.empty())
            fuzz::found("%s without a token", what.c_str());
        if (pattern == "/api/token" && sent.method == "POST" && asked.contains("userId"))
            names_.token(value.at("token"), asked.at("userId"));
        else if (!is_house && pattern != "/{file}")
            look_for_others(value, who, what);
        keep(value, "", is_house ? std::set<std::string>{} : who);
        for (const auto& [name, text] : response.headers)
            if (name == "ETag") names_.keep("ETag", text);
        check_again(sent, request, who, response);
    }

    /// The users whose tokens the request has.
    std::set<std::string> callers(const Sent& sent, const json& asked) const {
        std::set<std::string> who;
        const auto add = [&](const std::string& token) {
            if (auto user = names_.user_of(token)) who.insert(*user);
        };
        const auto bearer = sent.header("Authorization");
        if (const auto space = bearer.find_first_of(" \t"); space != std::string::npos) {
            const auto from = bearer.find_first_not_of(" \t", space);
            if (from != std::string::npos) add(bearer.substr(from, bearer.find_last_not_of(" \t") + 1 - from));
        }
        if (asked.is_object())
            for (const auto* name : {"token", "tokenId"})
                if (asked.contains(name) && asked.at(name).is_string()) add(asked.at(name));
        return who;
    }

    static bool is_of_a_user(const std::string& method, std::string_view pattern) {
        for (const auto* const front : {"/api/reservations", "/api/orders", "/api/cancellations", "/api/payment",
                                        "/api/balance", "/api/transfers"})
            if (pattern.starts_with(front)) return true;
        return pattern == "/api/token/peek" || (pattern == "/api/token" && method == "DELETE");
    }

    void look_for_others(const json& value, const std::set<std::string>& who, const std::string& what) const {
        if (value.is_object() || value.is_array())
            for (const auto& [name, member] : value.items()) {
                if (name == "userId" && member.is_string() && !who.contains(member))
                    fuzz::found("%s: another user's id", what.c_str());
                look_for_others(member, who, what);
            }
        else if (value.is_string()) {
            const auto at = owners_.find(value);
            if (at != owners_.end() && !who.contains(at->second))
                fuzz::found("%s: names what is %s's", what.c_str(), at->second.c_str());
        }
    }

    /// What an answer names is there to be asked for; and what was made for one user is theirs.
    void keep(const json& value, const std::string& name, const std::set<std::string>& who) {
        if (value.is_object() || value.is_array()) {
            for (const auto& [key, member] : value.items()) keep(member, value.is_array() ? name : key, who);
        } else if (value.is_string()) {
            names_.keep(name, value);
            const bool is_own =
                name == "reservationId" || name == "orderId" || name == "paymentId" || name == "transferId";
            if (is_own && who.size() == 1) owners_.emplace(value, *who.begin());
        } else if (value.is_number_integer()) {
            names_.keep(name, value.dump());
        }
    }

    /// A request that is sent again with its key has the same answer.
    void check_again(const Sent& sent, const http_server::Request& request, const std::set<std::string>& who,
                     const http_server::Response& response) {
        const auto key = sent.header("Idempotency-Key");
        if (key.empty() || sent.method != "POST" || who.size() != 1) return;
        const auto [at, is_new] =
            answers_.emplace(request.path + "\n" + key + "\n" + *who.begin() + "\n" + sent.body, response.body);
        if (is_new) return;
        fuzz::tally().count("sent again");
        if (at->second != response.body)
            fuzz::found("%s: sent again, it is answered %s instead of %s", sent.target.c_str(), response.body.c_str(),
                        at->second.c_str());
    }

    void finish() {
        const auto violations = House::must(house_.office->audit());
        if (!violations.empty())
            fuzz::found("the audit: %s: %s", violations[0].rule.c_str(), violations[0].detail.c_str());
    }

    const fuzz::Contract& contract_;
    House house_;
    fuzz::Names names_;
    std::map<std::string, std::string> owners_;   // of what was named to one user
    std::map<std::string, std::string> answers_;  // by request with its key
};

const fuzz::Contract& contract() {
    static const fuzz::Contract it = [] {
        House house;
        http_server::Request request;
        request.method = "GET";
        (void)http_server::read_target("/openapi.json", request);
        return fuzz::Contract{json::parse(house.router->handle_now(request)->body)};
    }();
    return it;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    (void)contract();
    for (const auto& [method, pattern, is_admin] : http_server::Router::routes())
        if (pattern != "/api/admin/backup")
            fuzz::tally().expect("done " + std::string{method} + " " + std::string{pattern});
    for (const auto* const what :
         {"sent again", "front 100", "front 200", "front 400", "front 413", "front 414", "front 417", "front 431"})
        fuzz::tally().expect(what);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Bytes input(data, size);
    const auto flags = input.u8();
    Run run(contract());
    static constexpr std::array<std::size_t, 8> pieces{1 << 20, 1, 2, 7, 64, 1'000, 8'192, 65'536};
    if ((flags & 1) != 0)
        run.bytes(input.rest(), pieces[flags / 2 % pieces.size()]);
    else
        run.requests(input.rest());
    return 0;
}

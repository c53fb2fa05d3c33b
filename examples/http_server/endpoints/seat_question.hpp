#pragma once
/// What the endpoints about a concert's seats share: which concert and since when, the seats and the terms, versions and tags.

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "endpoints/endpoints.hpp"

namespace http_server::endpoints {

struct Question {
    boxoffice::Date date{};
    std::optional<std::string> concert;
    std::optional<std::string> since;
};

boxoffice::Result<Question> read_question(const Call& call);

/// What is asked about: the seats, and what else there is to be told of their concert.
struct Found {
    boxoffice::SeatChanges seats;
    std::shared_ptr<const Programmed> programmed;
};

/// The seats of the one concert that is asked for: where it is named, without a look at the store.
boxoffice::Result<Found> look(const Call& call, const Question& question, boxoffice::UserId user);

/// Whose seats are `mine`: the token's bearer; nobody's without a token. Mistakes: invalid_token.
boxoffice::Result<boxoffice::UserId> asking_user(const Call& call);

/// Who has a map with seats of their own has a version of their own, which tells nobody else anything.
std::string version_for(const boxoffice::SeatChanges& found, boxoffice::UserId user);

/// What buyers are told of the concert beside its seats, as members: small.
void write_programmed(JsonWriter& json, const Programmed& programmed);

/// 304 to who has it, before it is written; `body()` to the others.
template <class Body>
Response tagged_response(const Call& call, const std::string& tag, Body body) {
    Response response;
    response.cache_control = revalidate;
    response = with_etag(call.request, std::move(response), '"' + tag + '"');
    if (response.status != 304) response.body = body();
    return response;
}

}  // namespace http_server::endpoints

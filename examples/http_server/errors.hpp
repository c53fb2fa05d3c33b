#pragma once
/// How refusals are worded: engine errors become a status, the Korean text of the HTTP contract, the engine's name and
/// an English sentence.

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "boxoffice/error.hpp"
#include "http.hpp"
#include "json.hpp"

namespace http_server {

/// One line of a table of refusals. An empty text stands for the endpoint's own error string.
struct ErrorRule {
    boxoffice::ErrorCode code;
    int status;
    std::string_view text;
};

/// What is particular to an endpoint.
struct Wording {
    std::string_view bad_request;           ///< its own error string, for everything that is wrong with a request
    std::span<const ErrorRule> rules = {};  ///< before the common table
};

/// `add`, if there is one, puts more members into the body.
Response error_response(const boxoffice::Error& error, const Wording& wording,
                        const std::function<void(JsonWriter&)>& add = nullptr);

// Errors of HTTP itself, which the engine knows nothing of.
Response not_found();
Response method_not_allowed(std::string allow);
Response payload_too_large();
Response overloaded();
Response shutting_down();
Response foreign_origin();
Response misdirected();
Response unsupported_media_type();
/// The store cannot be written to just now; `reason` says why.
Response not_ready(boxoffice::ErrorCode code, std::string_view reason);
/// What cannot be read as a request at all: 400, 408, 414, 417 and 431.
Response unreadable(int status, std::string_view message);

}  // namespace http_server

#pragma once
/// The front of the HTTP host over a pair of sockets: what a client sends, byte for byte, and all that it is answered.

#include <cstddef>
#include <string>
#include <string_view>

#include "router.hpp"

namespace fuzz {

/// One connection of a client, which sends `bytes` in pieces of `piece` and then no more; returns what came back until the
/// server closed. Finds a server that does not.
std::string converse(http_server::Router& router, std::string_view bytes, std::size_t piece);

/// Reads what came back as a client does, and finds what is no HTTP. A question for the header alone (HEAD) has an answer whose body is
/// not there; which one that is, nobody can tell any more.
void check_stream(std::string_view text, bool may_be_head);

}  // namespace fuzz

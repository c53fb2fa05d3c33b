#include "gzip.hpp"

#include <zlib.h>

#include <limits>
#include <new>
#include <stdexcept>

namespace http_server {
namespace {

constexpr int level = 6;                  // of 9: twice the time from here on, and hardly less
constexpr int window_and_gzip = 15 + 16;  // the largest window, and gzip's header around it
constexpr int memory_level = 8;

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

/// The next entry of a list, which loses it.
std::string_view take_entry(std::string_view& list, char separator) {
    const auto end = list.find(separator);
    const auto entry = trimmed(list.substr(0, end));
    list = end == std::string_view::npos ? std::string_view{} : list.substr(end + 1);
    return entry;
}

/// "q=0", "q=0.0", "q=0.000": not at all.
bool is_refused(std::string_view weight) {
    if (weight.size() < 3 || (weight[0] != 'q' && weight[0] != 'Q') || weight[1] != '=') return false;
    return weight.substr(2).find_first_not_of("0.") == std::string_view::npos;
}

}  // namespace

std::string gzip(std::string_view content) {
    if (content.size() > std::numeric_limits<uInt>::max()) throw std::length_error("too large to compress in one go");
    z_stream stream{};
    if (deflateInit2(&stream, level, Z_DEFLATED, window_and_gzip, memory_level, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::bad_alloc();
    std::string out;
    try {
        out.resize(deflateBound(&stream, static_cast<uLong>(content.size())));
    } catch (...) {
        (void)deflateEnd(&stream);
        throw;
    }
    // zlib does not write there, but its interface has no const.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
    stream.avail_in = static_cast<uInt>(content.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const auto status = deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    (void)deflateEnd(&stream);
    if (status != Z_STREAM_END) throw std::runtime_error("zlib did not finish");
    return out;
}

bool takes_gzip(const Request& request) {
    for (const auto& header : request.headers) {
        if (!equals_ignoring_case(header.name, "Accept-Encoding")) continue;
        for (auto list = header.value; !list.empty();) {
            auto entry = take_entry(list, ',');
            const auto coding = take_entry(entry, ';');
            if (equals_ignoring_case(coding, "gzip") || equals_ignoring_case(coding, "x-gzip"))
                return !is_refused(trimmed(entry));
        }
    }
    return false;
}

void mark_gzip(Response& response) { response.headers.emplace_back("Content-Encoding", "gzip"); }

}  // namespace http_server

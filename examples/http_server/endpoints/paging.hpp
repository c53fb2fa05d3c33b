#pragma once
/// Lists a page at a time, the newest first.

#include <charconv>
#include <cstdint>

#include "http.hpp"
#include "json.hpp"

namespace http_server::endpoints {

inline constexpr std::int64_t page_size = 20;
inline constexpr std::int64_t page_size_max = 100;

template <class IdType>
struct Page {
    std::int64_t limit = page_size;
    IdType before;
};

template <class IdType>
Result<Page<IdType>> read_page(const Request& request) {
    Page<IdType> page;
    if (const auto text = request.parameter("limit")) {
        const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), page.limit);
        if (error != std::errc{} || end != text->data() + text->size() || page.limit < 1 || page.limit > page_size_max)
            return boxoffice::refuse(boxoffice::ErrorCode::invalid_argument, "limit: 1 to 100");
    }
    if (const auto text = request.parameter("before")) {
        const auto id = boxoffice::parse_id<IdType>(*text);
        if (!id)
            return boxoffice::refuse(boxoffice::ErrorCode::invalid_argument, "before: the `next` of the page before");
        page.before = *id;
    }
    return page;
}

}  // namespace http_server::endpoints

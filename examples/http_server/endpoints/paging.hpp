#pragma once
/// Lists a page at a time, the newest first.

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

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

/// The members of a page into an object that is open: the list, each written by `write`, and `next` where more was found than a page
/// has (so one more is asked for); `id_of` is what `before` takes.
template <class IdType, class Row, class Write, class IdOf>
void write_page(JsonWriter& json, std::string_view name, const Page<IdType>& page, const std::vector<Row>& found,
                Write write, IdOf id_of) {
    const auto shown = std::min(found.size(), static_cast<std::size_t>(page.limit));
    json.open_array(name);
    for (std::size_t i = 0; i < shown; ++i) write(found[i]);
    json.close_array();
    if (shown < found.size())
        json.member("next", id_of(found[shown - 1]));
    else
        json.null_member("next");
}

}  // namespace http_server::endpoints

#include "web_files.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "gzip.hpp"
#include "http.hpp"

namespace http_server {
namespace {

std::string_view content_type_of(std::string_view name) {
    if (name.ends_with(".html")) return "text/html; charset=utf-8";
    if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
    if (name.ends_with(".css")) return "text/css; charset=utf-8";
    if (name.ends_with(".svg")) return "image/svg+xml";
    if (name.ends_with(".json")) return json_type;
    return text_type;
}

std::vector<WebFile> read_files() {
    std::vector<WebFile> out;
    for (const auto& [name, bytes] : embedded_files()) {
        const std::string_view content{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
        out.push_back({"/" + std::string{name}, content_type_of(name), content, etag_of(content), {}, {}});
        if (content.size() >= gzip_from) {
            auto& file = out.back();
            file.zipped = gzip(content);
            file.zipped_etag = etag_of(file.zipped);
        }
        for (const auto& [page, path] : {std::pair{"index.html", "/"}, {"house.html", "/house"}}) {
            if (name != page) continue;
            out.push_back(out.back());
            out.back().path = path;
        }
    }
    return out;
}

}  // namespace

const WebFile* find_web_file(std::string_view path) {
    static const auto files = read_files();
    const auto found = std::find_if(files.begin(), files.end(), [&](const WebFile& file) { return file.path == path; });
    return found == files.end() ? nullptr : &*found;
}

}  // namespace http_server

#pragma once
/// The page, its scripts and styles, and openapi.json, compiled into the program by embed.cmake.

#include <span>
#include <string>
#include <string_view>

namespace http_server {

struct EmbeddedFile {
    std::string_view name;
    std::span<const unsigned char> bytes;
};

/// In the generated source.
std::span<const EmbeddedFile> embedded_files();

struct WebFile {
    std::string path;  ///< "/style.css"; index.html is "/" as well
    std::string_view content_type;
    std::string_view content;
    std::string etag;
    std::string zipped;       ///< with gzip; empty: too small to be worth it
    std::string zipped_etag;  ///< of that
};

/// Thread-safe.
const WebFile* find_web_file(std::string_view path);

}  // namespace http_server

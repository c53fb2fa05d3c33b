#include "support/input.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "boxoffice/text.hpp"

namespace support {
namespace {

/// By its byte order mark, or by the NUL beside its first character, which is a bracket, a quote or a letter in what we
/// read.
bool is_utf16(std::string_view text) {
    return text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF") ||
           (text.size() >= 2 && (text[0] == '\0') != (text[1] == '\0'));
}

}  // namespace

std::string read_file(const std::string& path) {
    const auto fail = [&]() -> BadInput { return BadInput(path + ": cannot be read: " + std::strerror(errno)); };
    const auto close = [](std::FILE* file) { (void)std::fclose(file); };
    const std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(path.c_str(), "rb"), close);
    if (file == nullptr) throw fail();
    std::string text;
    std::array<char, 65536> block{};
    while (const auto length = std::fread(block.data(), 1, block.size(), file.get())) text.append(block.data(), length);
    if (std::ferror(file.get()) != 0) throw fail();
    if (is_utf16(text)) throw BadInput(path + ": this is UTF-16; save it as UTF-8");
    if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
    return text;
}

std::string one_line(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        std::uint32_t point = 0;
        const auto length = boxoffice::decode_utf8(text, point);
        const bool is_plain = length > 0 && point >= 0x20 && (point < 0x7F || point >= 0xA0);
        out += is_plain ? text.substr(0, length) : "?";
        text.remove_prefix(length > 0 ? length : 1);
    }
    return out;
}

std::string in_quotes(std::string_view text) {
    constexpr std::size_t most = 80;
    auto cut = most;
    while (cut > 0 && cut < text.size() && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
    return fmt::format("\"{}{}\"", one_line(text.substr(0, cut)), text.size() > most ? "…" : "");
}

}  // namespace support

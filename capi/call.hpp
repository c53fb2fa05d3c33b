#pragma once
/// How every function of the C ABI enters the engine: one wrapper that looks up the handle, catches everything, fills
/// the error, and tells the log of faults. And the checks that C needs and C++ does not.

#include <algorithm>
#include <cstring>
#include <iterator>
#include <new>
#include <string>
#include <string_view>

#include "registry.hpp"

namespace boxoffice::capi {

/// Copies a text into a fixed array, cut at a character if it is longer, and 0 to its end.
template <std::size_t size>
void copy_text(char (&into)[size], std::string_view text) {
    auto length = std::min(text.size(), size - 1);
    if (length < text.size())
        while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;
    std::memset(into, 0, size);
    std::memcpy(into, text.data(), length);
}

/// Of an error that ends with its message, as the first ones did.
inline constexpr std::size_t error_size_with_message = offsetof(boxoffice_error, about_count);

/// Writes an error for the caller, if it wants one: as much of the structure as it knows.
inline boxoffice_status report(boxoffice_error* out, const Error& error) noexcept {
    const auto status = static_cast<boxoffice_status>(error.code);
    if (out == nullptr || out->struct_size < offsetof(boxoffice_error, message)) return status;
    out->code = status;
    if (out->struct_size >= sizeof(boxoffice_error)) {
        const auto count = std::min(error.about.size(), std::size(out->about));
        std::copy_n(error.about.begin(), count, out->about);
        out->about_count = static_cast<std::int32_t>(count);
    }
    if (out->struct_size < error_size_with_message) return status;
    try {
        copy_text(out->message, error.detail.empty() ? std::string{message_of(error.code)}
                                                     : std::string{message_of(error.code)} + " (" + error.detail + ")");
    } catch (...) {  // no memory for the detail
        copy_text(out->message, message_of(error.code));
    }
    return status;
}

inline void clear(boxoffice_error* out) noexcept {
    if (out == nullptr || out->struct_size < offsetof(boxoffice_error, message)) return;
    out->code = BOXOFFICE_OK;
    if (out->struct_size >= error_size_with_message) std::memset(out->message, 0, sizeof out->message);
    if (out->struct_size < sizeof(boxoffice_error)) return;
    std::memset(out->about, 0, sizeof out->about);
    out->about_count = 0;
    out->reserved32 = 0;
}

/// Runs `work` with nothing thrown out of it.
template <class Work>
Result<void> contained(Work&& work) noexcept {
    try {
        return work();
    } catch (const std::bad_alloc&) {
        return refuse(ErrorCode::out_of_memory);
    } catch (const std::exception& e) {
        try {
            return refuse(ErrorCode::internal, e.what());
        } catch (...) {
            return refuse(ErrorCode::internal);
        }
    } catch (...) {
        return refuse(ErrorCode::internal);
    }
}

/// A function without an office.
template <class Work>
boxoffice_status call_plain(boxoffice_error* error, Work&& work) noexcept {
    clear(error);
    const Result<void> done = contained(work);
    return done ? BOXOFFICE_OK : report(error, done.error());
}

/// A function of an office: `work(BoxOffice&)`.
template <class Work>
boxoffice_status call(boxoffice_office* handle, boxoffice_error* error, Work&& work) noexcept {
    clear(error);
    const Registry::Use use(registry(), handle);
    if (use.office() == nullptr) return report(error, Error{use.error(), {}});
    const Result<void> done = contained([&]() -> Result<void> { return work(*use.office()->office); });
    if (done) return BOXOFFICE_OK;
    const auto& log = use.office()->log;
    if (log.write != nullptr && range_of(done.error().code) == ErrorRange::fault)
        (void)contained([&]() -> Result<void> {
            log.write(log.context, static_cast<boxoffice_status>(done.error().code), done.error().text().c_str());
            return {};
        });
    return report(error, done.error());
}

// ---- what comes in ----------------------------------------------------------------------------------------------

inline Result<void> check_given(const void* pointer, const char* what) {
    if (pointer == nullptr) return refuse(ErrorCode::invalid_argument, std::string{what} + ": NULL");
    return {};
}

/// A borrowed text; NULL with a length is a mistake, NULL without is empty.
inline Result<std::string_view> text_of(const char* text, std::size_t length, const char* what) {
    if (text == nullptr && length != 0) return refuse(ErrorCode::invalid_argument, std::string{what} + ": NULL");
    return std::string_view{text == nullptr ? "" : text, length};
}

/// Copies a structure that the caller may have compiled with another version: a shorter one keeps the defaults behind
/// it, a longer one is refused unless what is unknown is zero.
template <class Struct>
Result<Struct> read_struct(const void* given, Struct defaults, const char* what) {
    if (given == nullptr) return defaults;
    std::uint32_t size = 0;  // copied: in the arena of a batch it need not be aligned
    std::memcpy(&size, given, sizeof size);
    if (size < sizeof(std::uint32_t) * 2 || size > 64 * 1024)
        return refuse(ErrorCode::invalid_argument, std::string{what} + ": struct_size is not set; use the INIT macro");
    const auto* bytes = static_cast<const unsigned char*>(given);
    for (auto at = sizeof(Struct); at < size; ++at)
        if (bytes[at] != 0)
            return refuse(ErrorCode::invalid_argument,
                          std::string{what} + ": it sets what this version of the library does not know");
    std::memcpy(&defaults, given, std::min<std::size_t>(size, sizeof(Struct)));
    return defaults;
}

/// Room to grow must be zero: what a caller of a later version says there would be dropped in silence.
template <class Struct>
Result<void> check_reserved(const Struct& given, const char* what) {
    bool is_zero =
        std::all_of(std::begin(given.reserved), std::end(given.reserved), [](auto word) { return word == 0; });
    if constexpr (requires { given.reserved32; }) is_zero = is_zero && given.reserved32 == 0;
    if (is_zero) return {};
    return refuse(ErrorCode::invalid_argument, std::string{what} + ": what is reserved must be 0");
}

// ---- what goes out ----------------------------------------------------------------------------------------------

template <class Struct>
void zero(Struct* out) noexcept {
    // NOLINTNEXTLINE(bugprone-sizeof-expression): a handle is an answer, too
    if (out != nullptr) std::memset(static_cast<void*>(out), 0, sizeof(*out));
}

}  // namespace boxoffice::capi

#pragma once
/// Memory that the sanitizer watches to the byte: what the library is given, and what it writes to.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <memory>
#include <string_view>
#include <vector>

#include "boxoffice.h"
#include "functions.hpp"

namespace c_fuzz {

inline constexpr unsigned char untouched = 0xA5;

/// `count` elements on the heap, filled with a pattern; the library gets all of them and not a byte more.
template <class T>
class Out {
  public:
    explicit Out(std::size_t count = 1, bool is_null = false)
        : bytes_(count * sizeof(T), untouched), is_null_(is_null) {
        bytes_.shrink_to_fit();
    }
    T* get() { return is_null_ || bytes_.empty() ? nullptr : reinterpret_cast<T*>(bytes_.data()); }
    T& operator*() { return *reinterpret_cast<T*>(bytes_.data()); }
    T* operator->() { return &**this; }
    T& operator[](std::size_t i) { return reinterpret_cast<T*>(bytes_.data())[i]; }
    [[nodiscard]] bool all(unsigned char value, std::size_t from = 0) const {
        return std::all_of(bytes_.begin() + static_cast<std::ptrdiff_t>(from * sizeof(T)), bytes_.end(),
                           [&](unsigned char byte) { return byte == value; });
    }
    [[nodiscard]] bool is_null() const { return is_null_; }

  private:
    std::vector<unsigned char> bytes_;
    bool is_null_;
};

/// A text in memory of exactly its size: reading behind it is found.
class In {
  public:
    In() = default;
    explicit In(std::string_view text)
        : bytes_(std::make_unique<char[]>(text.size())), size_(text.size()), is_null_(false) {
        std::copy(text.begin(), text.end(), bytes_.get());
    }
    /// NULL with a length: a mistake, unless it is 0.
    static In null(std::size_t size) {
        In text;
        text.size_ = size;
        return text;
    }
    [[nodiscard]] const char* data() const { return is_null_ ? nullptr : bytes_.get(); }
    [[nodiscard]] std::size_t size() const { return size_; }

  private:
    std::unique_ptr<char[]> bytes_;
    std::size_t size_ = 0;
    bool is_null_ = true;
};

/// The caller's error: of this version's size, of a later one's, one that ends before the message, one that was not
/// initialised, or none.
class ErrorBox {
  public:
    explicit ErrorBox(unsigned kind) {
        constexpr std::size_t sizes[] = {sizeof(boxoffice_error), 0, 8, 4, sizeof(boxoffice_error) + 40, 100, 8, 256};
        const std::size_t size = sizes[kind % std::size(sizes)];
        if (size == 0) return;
        bytes_.assign(size, untouched);
        bytes_.shrink_to_fit();
        const auto told = static_cast<std::uint32_t>(kind % 8 == 3 ? 0 : size);
        std::memcpy(bytes_.data(), &told, sizeof told);
    }
    boxoffice_error* get() { return bytes_.empty() ? nullptr : reinterpret_cast<boxoffice_error*>(bytes_.data()); }

    void check(boxoffice_status status) const {
        const std::size_t size = bytes_.size();
        if (size < 8) return MUST(rest_untouched(4));
        boxoffice_status code = -1;
        std::memcpy(&code, bytes_.data() + offsetof(boxoffice_error, code), sizeof code);
        MUST(code == status);
        constexpr std::size_t with_message = offsetof(boxoffice_error, about_count);
        if (size < with_message) return MUST(rest_untouched(8));
        const auto* message = reinterpret_cast<const char*>(bytes_.data()) + offsetof(boxoffice_error, message);
        const auto length = ::strnlen(message, sizeof(boxoffice_error::message));
        MUST(length < sizeof(boxoffice_error::message));
        MUST((length > 0) == (status != BOXOFFICE_OK));
        if (size < sizeof(boxoffice_error)) return MUST(rest_untouched(with_message));
        boxoffice_error error;
        std::memcpy(&error, bytes_.data(), sizeof error);
        MUST(error.about_count >= 0 && error.about_count <= BOXOFFICE_ORDER_SIZE_MAX && error.reserved32 == 0);
        MUST(status != BOXOFFICE_OK || error.about_count == 0);
        MUST(status != BOXOFFICE_PRICE_CHANGED || error.about_count == 1);
        for (std::int32_t i = 0; i < BOXOFFICE_ORDER_SIZE_MAX; ++i) MUST(i < error.about_count || error.about[i] == 0);
        MUST(rest_untouched(sizeof(boxoffice_error)));
    }

  private:
    [[nodiscard]] bool rest_untouched(std::size_t from) const {
        return std::all_of(bytes_.begin() + static_cast<std::ptrdiff_t>(std::min(from, bytes_.size())), bytes_.end(),
                           [](unsigned char byte) { return byte == untouched; });
    }
    std::vector<unsigned char> bytes_;
};

}  // namespace c_fuzz

#pragma once
/// What is around an office: the bytes that lead it, time, the gateway, the log, a directory.

#include <stdlib.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>

#include "boxoffice.h"
#include "functions.hpp"

namespace c_fuzz {

// ---- the input --------------------------------------------------------------------------------------------------

struct Record {
    std::uint8_t op, where, who, a, b, c, d, spoil;
};

class Records {
  public:
    Records(const std::uint8_t* bytes, std::size_t size) : bytes_(bytes), size_(size) {}
    [[nodiscard]] bool empty() const { return at_ >= size_; }
    /// The next one; what the input does not have is 0.
    Record next() {
        std::uint8_t raw[8] = {};
        for (auto& byte : raw)
            if (at_ < size_) byte = bytes_[at_++];
        return {raw[0], raw[1], raw[2], raw[3], raw[4], raw[5], raw[6], raw[7]};
    }

  private:
    const std::uint8_t* bytes_;
    std::size_t size_;
    std::size_t at_ = 0;
};

inline constexpr std::int64_t second = 1'000'000;
inline constexpr std::int64_t day = 86'400 * second;

// ---- the world --------------------------------------------------------------------------------------------------

/// Time as the offices see it. The steady clock keeps its contract: it never goes back, and stays within ten years.
struct World {
    std::int64_t steady_us = 0;
    std::int64_t wall_us = 0;
    int gateway_answer = 0;
    boxoffice_status logged = BOXOFFICE_OK;
    int log_lines = 0;

    static constexpr std::int64_t start_us = 1'800'000'000 * second;  // in 2027

    void reset() { *this = {0, start_us, 0, BOXOFFICE_OK, 0}; }
    void pass(std::int64_t span_us) {
        const auto span = std::clamp<std::int64_t>(span_us, 0, 3'650 * day - steady_us);
        steady_us += span;
        jump(span);
    }
    void jump(std::int64_t span) {
        if (__builtin_add_overflow(wall_us, span, &wall_us)) wall_us = INT64_MAX;
    }
};
inline World world;

inline std::int64_t read_wall(void* context) { return static_cast<World*>(context)->wall_us; }
inline std::int64_t read_steady(void* context) { return static_cast<World*>(context)->steady_us; }
inline void let_pass(void* context, std::int64_t span_us) { static_cast<World*>(context)->pass(span_us); }

inline std::int32_t approve(void* context, const boxoffice_payment_request* request, char* key) {
    auto* const it = static_cast<World*>(context);
    MUST(request->payment > 0 && request->reservation > 0 && request->user > 0 && request->amount >= 0);
    switch (it->gateway_answer) {
        case 0: std::strcpy(key, "pg-1"); return 0;
        case 1: return 1;
        case 2: std::memset(key, 'k', BOXOFFICE_TRANSACTION_KEY_SIZE); return 0;  // does not end
        case 3: std::strcpy(key, "\xC0\xAF"); return 0;
        case 4: it->pass(61 * second); return 0;
        case 5: it->pass(2 * day); return 0;
        case 6: it->jump(2 * day); return 0;
        case 8: return BOXOFFICE_BUSY;  // whether it charged is not known
        default: return INT32_MIN;
    }
}

inline void cancel(void*, const boxoffice_payment_request* request, const char* key) {
    MUST(request->payment > 0 && ::strnlen(key, BOXOFFICE_TRANSACTION_KEY_SIZE) < BOXOFFICE_TRANSACTION_KEY_SIZE);
}

inline std::int32_t find(void* context, const boxoffice_payment_request* request, char* key) {
    MUST(request->payment > 0 && request->reservation > 0 && request->user > 0 && request->amount >= 0);
    switch (static_cast<World*>(context)->gateway_answer) {
        case 0: std::strcpy(key, "pg-1"); return 0;
        case 1: return BOXOFFICE_UNKNOWN_PAYMENT;
        case 2: std::memset(key, 'k', BOXOFFICE_TRANSACTION_KEY_SIZE); return 0;  // does not end
        case 3: std::strcpy(key, "\xC0\xAF"); return 0;
        case 4: return 0;
        default: return INT32_MIN;
    }
}

inline std::int32_t try_cancel(void* context, const boxoffice_payment_request* request, const char* key) {
    cancel(context, request, key);
    return static_cast<World*>(context)->gateway_answer == 4 ? 1 : 0;
}

inline void write_log(void* context, boxoffice_status status, const char* message) {
    auto* const it = static_cast<World*>(context);
    MUST(message != nullptr && std::strlen(message) > 0);
    it->logged = status;
    ++it->log_lines;
}

/// A directory of this process's own, in memory if the system has such a file system.
class Directory {
  public:
    Directory() {
        for (std::string name : {"/dev/shm/boxoffice-fuzz-XXXXXX", "/tmp/boxoffice-fuzz-XXXXXX"})
            if (path_.empty() && ::mkdtemp(name.data()) != nullptr) path_ = name;
        if (path_.empty()) std::perror("c_calls: a directory"), std::abort();
    }
    [[nodiscard]] std::string file(const char* name) const { return path_ + "/" + name; }
    void clear() const {
        std::error_code ignored;
        for (const auto& entry : std::filesystem::directory_iterator(path_, ignored))
            std::filesystem::remove_all(entry.path(), ignored);
    }
    void remove() const {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

  private:
    std::string path_;
};
inline const Directory& directory() {
    static const Directory it;
    return it;
}

}  // namespace c_fuzz

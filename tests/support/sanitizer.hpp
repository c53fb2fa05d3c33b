#pragma once
/// Whether a sanitizer watches: commands by chance take several times as long then, and what it finds it finds in the first ones.

namespace boxoffice::testing {

#if defined(__has_feature)
#define BOXOFFICE_HAS_FEATURE(name) __has_feature(name)
#else
#define BOXOFFICE_HAS_FEATURE(name) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || BOXOFFICE_HAS_FEATURE(address_sanitizer) || \
    BOXOFFICE_HAS_FEATURE(thread_sanitizer)
constexpr bool is_sanitized = true;
#else
constexpr bool is_sanitized = false;
#endif

}  // namespace boxoffice::testing

#pragma once
/// Catch2, version 3 or 2 (Debian 12): tests include this and nothing of Catch2's own. Where both are to be found, it is version
/// 3 that the build looked for: Debian's own is found whether one asks for it or not.

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

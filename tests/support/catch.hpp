#pragma once
/// Catch2, version 2 (Debian 12) or 3: tests include this and nothing of Catch2's own.

#if __has_include(<catch2/catch.hpp>)
#include <catch2/catch.hpp>
#else
#include <catch2/catch_all.hpp>
#endif

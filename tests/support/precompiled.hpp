#ifndef BOXOFFICE_TESTS_PRECOMPILED_HPP  // not a pragma: a precompiled header is its own main file
#define BOXOFFICE_TESTS_PRECOMPILED_HPP
/// What nearly every test includes, compiled once.

#include "boxoffice/boxoffice.hpp"
#include "support/catch.hpp"

#endif

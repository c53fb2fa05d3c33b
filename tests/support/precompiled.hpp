#pragma once
/// What nearly every test includes, compiled once.

#include "boxoffice/boxoffice.hpp"
#include "support/catch.hpp"

#pragma once
#include <boxoffice/boxoffice.hpp>

/// What its buyer has left of 1,000 points.
boxoffice::Points sell_one(boxoffice::BoxOffice& office);

#pragma once
/// Everything: `#include <boxoffice/boxoffice.hpp>`, link `boxoffice::core` (and `boxoffice::sqlite` for the SQLite store).

#include "boxoffice/memory_store.hpp"
#include "boxoffice/office.hpp"
#include "boxoffice/sqlite_store.hpp"
#include "boxoffice/version.hpp"

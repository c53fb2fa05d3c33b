#pragma once
/// Opens whatever store `--db` names: a file, `:memory:`, or a PostgreSQL database.

#include <memory>
#include <string>

#include "boxoffice/repositories.hpp"

namespace support {

/// What to call it in messages: an address may hold a password, so of a PostgreSQL database only that it is one.
std::string store_name(const std::string& db);

/// Is it a file on this machine?
bool is_file(const std::string& db);

/// Throws BadInput.
std::unique_ptr<boxoffice::Store> open_store(const std::string& db, bool create = true);

}  // namespace support

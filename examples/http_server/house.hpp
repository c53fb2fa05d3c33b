#pragma once
/// The program's box office: opened as the flags say, swept, copied.

#include <functional>
#include <memory>
#include <string>

#include "boxoffice/office.hpp"
#include "flags.hpp"
#include "time_zone.hpp"

namespace http_server {

/// Opens it, gives the room main the limits of the flags, fills a demo. Throws BadInput. `warn` hears lines.
std::unique_ptr<boxoffice::BoxOffice> open_house(const Flags& flags, const DayOf& day_of,
                                                 const std::function<void(const std::string&)>& warn);

/// Puts the backup of --restore at --db. Throws BadInput.
void restore_house(const Flags& flags);

/// Copies the file of --db to the one of --backup, whoever has it open. Throws BadInput.
void copy_house(const Flags& flags);

}  // namespace http_server

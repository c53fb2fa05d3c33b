# Plays version 3 of Catch2, which Debian 12 has not: a library that must be linked, and headers of other names.
set(Catch2_VERSION 3.5.0)
add_library(Catch2::Catch2 STATIC IMPORTED)
set_target_properties(Catch2::Catch2 PROPERTIES IMPORTED_LOCATION "${CMAKE_CURRENT_LIST_DIR}/libCatch2.a"
    INTERFACE_INCLUDE_DIRECTORIES "${CMAKE_CURRENT_LIST_DIR}")

# Writes a C++ source that holds the bytes of files: cmake -DOUT=out.cpp -DTOP=web -P embed.cmake -- FILE…
# A file below TOP is named by its path there, another by its name.
set(names "")
set(arrays "")
set(count 0)
set(is_file OFF)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(i RANGE ${last})
    if(is_file)
        set(file "${CMAKE_ARGV${i}}")
        get_filename_component(file "${file}" ABSOLUTE)
        file(RELATIVE_PATH name "${TOP}" "${file}")
        if(name MATCHES "^[.][.]")
            get_filename_component(name "${file}" NAME)
        endif()
        file(READ "${file}" bytes HEX)
        string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
        string(APPEND arrays "const unsigned char file_${count}[] = {${bytes}0};\n")
        string(APPEND names "    {\"${name}\", {file_${count}, sizeof file_${count} - 1}},\n")
        math(EXPR count "${count} + 1")
    elseif("${CMAKE_ARGV${i}}" STREQUAL "--")
        set(is_file ON)
    endif()
endforeach()
file(WRITE "${OUT}" "// Made by embed.cmake.
#include \"web_files.hpp\"

namespace http_server {
namespace {
${arrays}
const EmbeddedFile files[] = {
${names}};
}  // namespace

std::span<const EmbeddedFile> embedded_files() { return files; }

}  // namespace http_server
")

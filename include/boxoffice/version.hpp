#pragma once
/// The one place where the version stands; CMake, Meson, the C ABI and Python read it from here.

#define BOXOFFICE_VERSION_MAJOR 0
#define BOXOFFICE_VERSION_MINOR 1
#define BOXOFFICE_VERSION_PATCH 0
#define BOXOFFICE_VERSION "0.1.0"

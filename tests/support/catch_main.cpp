// The main function of the test programs. Version 2 of Catch2 makes one on request; for version 3 it is written out, over the
// library that the programs link (Catch2::Catch2).
#define CATCH_CONFIG_MAIN
#include "support/catch.hpp"

#if __has_include(<catch2/catch_all.hpp>)
int main(int argc, char* argv[]) { return Catch::Session().run(argc, argv); }
#endif

# Debian packages: `cpack` in a build makes libboxoffice0 (the shared library), libboxoffice-dev (C and C++) and, where the examples
# are built, boxoffice-server (the HTTP host and boxoffice_copy as a service: examples/deploy). Build for them with
# -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=/usr, and without the tests.
if(NOT PROJECT_IS_TOP_LEVEL)
    return()
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME boxoffice)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "The boxoffice developers <boxoffice@example.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL boxoffice_runtime boxoffice_development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)  # needs dpkg-dev
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_BOXOFFICE_RUNTIME_PACKAGE_NAME libboxoffice${BOXOFFICE_ABI})
set(CPACK_DEBIAN_BOXOFFICE_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_COMPONENT_BOXOFFICE_RUNTIME_DESCRIPTION "The shared library, with the C ABI that Python and other runtimes call.")
set(CPACK_DEBIAN_BOXOFFICE_RUNTIME_PACKAGE_GENERATE_SHLIBS ON)

set(CPACK_DEBIAN_BOXOFFICE_DEVELOPMENT_PACKAGE_NAME libboxoffice-dev)
set(CPACK_DEBIAN_BOXOFFICE_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_BOXOFFICE_DEVELOPMENT_PACKAGE_SHLIBDEPS OFF)
set(CPACK_DEBIAN_BOXOFFICE_DEVELOPMENT_PACKAGE_DEPENDS
    "libboxoffice${BOXOFFICE_ABI} (= ${PROJECT_VERSION}), libexpected-dev, libfmt-dev, libsodium-dev, libsqlite3-dev, libsqlitecpp-dev")
if(TARGET boxoffice_postgres)
    string(APPEND CPACK_DEBIAN_BOXOFFICE_DEVELOPMENT_PACKAGE_DEPENDS ", libpq-dev")
endif()
set(CPACK_COMPONENT_BOXOFFICE_DEVELOPMENT_DESCRIPTION "Headers, static libraries, CMake and pkg-config files for C++ and C.")

if(TARGET boxoffice_server)
    list(APPEND CPACK_COMPONENTS_ALL boxoffice_server)
    # Asked for by the package alone: `cmake --install` installs the library, as Meson does.
    set(only_packaged COMPONENT boxoffice_server EXCLUDE_FROM_ALL)
    install(TARGETS boxoffice_server boxoffice_copy RUNTIME DESTINATION bin ${only_packaged})
    set(deploy ${CMAKE_CURRENT_SOURCE_DIR}/examples/deploy)
    install(FILES ${deploy}/boxoffice-server.service DESTINATION /lib/systemd/system ${only_packaged})
    install(FILES ${deploy}/boxoffice-server.default DESTINATION /etc/default RENAME boxoffice-server ${only_packaged})
    install(FILES LICENSE DESTINATION share/doc/boxoffice-server RENAME copyright ${only_packaged})
    set(CPACK_DEBIAN_BOXOFFICE_SERVER_PACKAGE_NAME boxoffice-server)
    set(CPACK_DEBIAN_BOXOFFICE_SERVER_PACKAGE_SECTION web)
    set(CPACK_DEBIAN_BOXOFFICE_SERVER_PACKAGE_DEPENDS tzdata)
    set(CPACK_DEBIAN_BOXOFFICE_SERVER_PACKAGE_CONTROL_EXTRA
        ${deploy}/debian/conffiles ${deploy}/debian/postinst ${deploy}/debian/prerm ${deploy}/debian/postrm)
    set(CPACK_COMPONENT_BOXOFFICE_SERVER_DESCRIPTION "A whole on-sale over HTTP, with a page to buy on, as a service of systemd.")
endif()

include(CPack)

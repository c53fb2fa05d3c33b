# What is installed, and how others find it: find_package, pkg-config, Meson. src/install/meson.build installs the same, from
# the same templates; tests/consumers compares the two trees.
#
# Below another project nothing of this is in its `install`, unless it sets BOXOFFICE_INSTALL; `cmake --install DIR --component
# boxoffice_runtime` (the shared library) or boxoffice_development (all else) still installs it.

set(BOXOFFICE_EXCLUDED "")
if(NOT BOXOFFICE_INSTALL)
    set(BOXOFFICE_EXCLUDED EXCLUDE_FROM_ALL)
endif()
set(BOXOFFICE_DEVELOPMENT COMPONENT boxoffice_development ${BOXOFFICE_EXCLUDED})

# The words that the templates are filled with.
set(VERSION ${PROJECT_VERSION})
set(VERSION_MINOR ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
set(ABI ${BOXOFFICE_ABI})
set(ABI_VERSION ${BOXOFFICE_ABI}.${PROJECT_VERSION_MINOR}.${PROJECT_VERSION_PATCH})
set(VOID_SIZE ${CMAKE_SIZEOF_VOID_P})
file(RELATIVE_PATH LIBDIR ${CMAKE_INSTALL_PREFIX} ${CMAKE_INSTALL_FULL_LIBDIR})
file(RELATIVE_PATH INCLUDEDIR ${CMAKE_INSTALL_PREFIX} ${CMAKE_INSTALL_FULL_INCLUDEDIR})
string(REGEX REPLACE "[^/]+" ".." UP ${LIBDIR}/cmake/boxoffice)  # from the package's folder to the prefix
string(REGEX REPLACE "[^/]+" ".." UP_PKGCONFIG ${LIBDIR}/pkgconfig)

set(BOXOFFICE_INSTALLED_FILES boxoffice-config.cmake boxoffice-config-version.cmake boxoffice.pc boxoffice-core.pc boxoffice-sqlite.pc)
set(BOXOFFICE_LIBRARIES boxoffice_core boxoffice_sqlite boxoffice_capi)
if(TARGET boxoffice_postgres)
    list(APPEND BOXOFFICE_INSTALLED_FILES boxoffice-postgres.pc)
    list(APPEND BOXOFFICE_LIBRARIES boxoffice_postgres)
endif()
foreach(name ${BOXOFFICE_INSTALLED_FILES})
    configure_file(src/install/${name}.in src/install/${name} @ONLY)
    set(folder cmake/boxoffice)
    if(name MATCHES "[.]pc$")
        set(folder pkgconfig)
    endif()
    install(FILES ${CMAKE_CURRENT_BINARY_DIR}/src/install/${name} DESTINATION ${CMAKE_INSTALL_LIBDIR}/${folder}
        ${BOXOFFICE_DEVELOPMENT})
endforeach()

install(TARGETS ${BOXOFFICE_LIBRARIES} EXPORT boxoffice-targets
    LIBRARY COMPONENT boxoffice_runtime NAMELINK_COMPONENT boxoffice_development ${BOXOFFICE_EXCLUDED}
    ARCHIVE ${BOXOFFICE_DEVELOPMENT}
    PUBLIC_HEADER DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} ${BOXOFFICE_DEVELOPMENT})
install(DIRECTORY include/boxoffice DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} ${BOXOFFICE_DEVELOPMENT})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/boxoffice ${BOXOFFICE_DEVELOPMENT})

# A project that installs a library of its own and exports it (`install(EXPORT …)`) names boxoffice::core and the others in it;
# CMake wants them in an export set for that, which nobody else reads. It cannot have one where a package that we need is part
# of the same build and has none: such a project exports that package too, and sets BOXOFFICE_INSTALL.
set(BOXOFFICE_EXPORT TRUE)
if(NOT BOXOFFICE_INSTALL)
    foreach(target fmt::fmt tl::expected date::date SQLiteCpp)
        get_target_property(is_imported ${target} IMPORTED)
        if(NOT is_imported)
            set(BOXOFFICE_EXPORT FALSE)
        endif()
    endforeach()
endif()
if(BOXOFFICE_EXPORT)
    install(EXPORT boxoffice-targets NAMESPACE boxoffice:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/boxoffice
        COMPONENT boxoffice_export EXCLUDE_FROM_ALL)
endif()

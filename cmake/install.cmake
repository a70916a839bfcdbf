# SPDX-License-Identifier: MIT
#
# What `cmake --install` lays out: the same files as tools/install.
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/rota")
file(RELATIVE_PATH up_from_package "/${package_dir}" "/")
file(RELATIVE_PATH up_from_pkgconfig "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
set(ROTA_VERSION "${PROJECT_VERSION}")
set(ROTA_SONAME "librota.so.${ROTA_ABI}")
string(REGEX REPLACE "/$" "" ROTA_CMAKE_UP "${up_from_package}")
string(REGEX REPLACE "/$" "" ROTA_PKGCONFIG_UP "${up_from_pkgconfig}")
set(ROTA_PREFIX "\${pcfiledir}/${ROTA_PKGCONFIG_UP}")
set(ROTA_LIBDIR "${CMAKE_INSTALL_LIBDIR}")
math(EXPR ROTA_BITS "${CMAKE_SIZEOF_VOID_P} * 8")

foreach(name rota-config.cmake rota-config-version.cmake rota.pc rota-static.pc)
  configure_file("${CMAKE_CURRENT_LIST_DIR}/${name}.in" "${PROJECT_BINARY_DIR}/${name}" @ONLY)
endforeach()

install(TARGETS rota LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(FILES "${archive}" DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/capi/include/rota" "${PROJECT_SOURCE_DIR}/bindings/cpp/include/rota"
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")
install(FILES "${PROJECT_BINARY_DIR}/rota-config.cmake" "${PROJECT_BINARY_DIR}/rota-config-version.cmake"
  DESTINATION "${package_dir}")
install(FILES "${PROJECT_BINARY_DIR}/rota.pc" "${PROJECT_BINARY_DIR}/rota-static.pc"
  DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
install(CODE "execute_process(COMMAND \"${PROJECT_SOURCE_DIR}/tools/licences\"
  \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATAROOTDIR}/doc/rota\"
  \"${ROTA_ABSEIL_DIR}\" \"${ROTA_MIMALLOC_DIR}\" \"${ROTA_CONCURRENTQUEUE_DIR}\" COMMAND_ERROR_IS_FATAL ANY)")

# Libraries from Debian, found once here. DuckDB comes from npm (vendor/package-lock.json fixes version and hash).
find_package(OpenSSL 3 REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(GTest REQUIRED)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(LIBARCHIVE REQUIRED IMPORTED_TARGET libarchive)
pkg_check_modules(ICU REQUIRED IMPORTED_TARGET icu-uc icu-i18n)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)

set(DUCKDB_DIR ${CMAKE_SOURCE_DIR}/vendor/node_modules)
if(EXISTS ${DUCKDB_DIR}/@duckdb/node-bindings-linux-x64/libduckdb.so)
  add_library(duckdb SHARED IMPORTED)
  set_target_properties(duckdb PROPERTIES
    IMPORTED_LOCATION ${DUCKDB_DIR}/@duckdb/node-bindings-linux-x64/libduckdb.so
    INTERFACE_INCLUDE_DIRECTORIES ${DUCKDB_DIR}/duckdb/src/duckdb/src/include)
else()
  message(FATAL_ERROR "DuckDB is not in vendor/node_modules: run ./start --build-only, which fetches it")
endif()

find_library(SOCI_CORE soci_core REQUIRED)
find_library(SOCI_SQLITE3 soci_sqlite3 REQUIRED)
find_library(SOCI_POSTGRESQL soci_postgresql REQUIRED)
add_library(soci INTERFACE)
target_include_directories(soci INTERFACE /usr/include/postgresql)
target_link_libraries(soci INTERFACE ${SOCI_CORE} ${SOCI_SQLITE3} ${SOCI_POSTGRESQL})

# Clp and Cbc, the linear and integer solvers of exit control.
pkg_check_modules(CBC REQUIRED IMPORTED_TARGET cbc)
pkg_check_modules(CLP REQUIRED IMPORTED_TARGET clp)
find_package(ZLIB REQUIRED)

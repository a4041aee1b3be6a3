// DuckDB's result chunks as columns::ResultSet.
#pragma once

#include <duckdb.h>

#include "columns/parquet.h"

namespace sekisho::columns {

Result<std::unique_ptr<ResultSet>> run_query(duckdb_connection connection, const std::string& sql);

}  // namespace sekisho::columns

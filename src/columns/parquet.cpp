#include "columns/parquet.h"

#include <duckdb.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <numeric>

#include "columns/batch_source.h"
#include "columns/result_set.h"

namespace sekisho::columns {
namespace {

namespace fs = std::filesystem;

// Names used for COPY live beside those of callers and may not clash with them.
constexpr char kCopyName[] =
    "\x01"
    "copy";

std::string quoted(std::string_view text, char quote) {
  std::string out(1, quote);
  for (char c : text) {
    if (c == quote) out += quote;
    out += c;
  }
  return out + quote;
}

fs::path whole_path(const fs::path& path) {
  return fs::absolute(path).lexically_normal();
}

std::unexpected<Error> fail_duckdb(std::string_view message) {
  if (message.find("No space left on device") != std::string_view::npos ||
      message.find("File too large") != std::string_view::npos)
    return fail("disk.full", "the volume is full", {}, "Free space on this volume; work goes on by itself afterwards.");
  return fail("columns.query", "the query engine refused: " + std::string(message));
}

class DuckEngine final : public Engine {
 public:
  ~DuckEngine() override {
    // Vectors of sources were made by the library and go before it.
    if (connection_ != nullptr) duckdb_disconnect(&connection_);
    sources_.clear();
    if (database_ != nullptr) duckdb_close(&database_);
  }

  Result<void> start(const EngineOptions& options);
  Result<void> execute(const std::string& sql) override;
  Result<std::unique_ptr<ResultSet>> query(const std::string& sql) override;
  Result<std::int64_t> query_integer(const std::string& sql) override;
  Result<std::string> query_text(const std::string& sql) override;
  Result<void> register_batch(const std::string& name, records::Batch& batch) override;
  Result<void> write(records::Batch& batch, std::span<const FileRows> files,
                     std::span<const ColumnOffset> offsets) override;

 private:
  duckdb_database database_ = nullptr;
  duckdb_connection connection_ = nullptr;
  BatchSources sources_;
};

Result<void> DuckEngine::start(const EngineOptions& options) {
  duckdb_config config = nullptr;
  if (duckdb_create_config(&config) != DuckDBSuccess) return fail("columns.open", "cannot configure the query engine");
  const std::string threads = std::to_string(std::max(1, options.threads));
  const std::pair<const char*, std::string> settings[] = {
      {"threads", threads},
      {"memory_limit", options.memory_limit},
      {"autoinstall_known_extensions", "false"},
      {"autoload_known_extensions", "false"},
      {"temp_directory", options.temporary.empty() ? "" : whole_path(options.temporary).string()},
      {"preserve_insertion_order", "true"},
  };
  for (const auto& [name, value] : settings)
    if (duckdb_set_config(config, name, value.c_str()) != DuckDBSuccess) {
      duckdb_destroy_config(&config);
      return fail("columns.setting", fmt::format("the query engine refuses {} = '{}'", name, value));
    }
  char* error = nullptr;
  const bool opened = duckdb_open_ext(":memory:", &database_, config, &error) == DuckDBSuccess;
  duckdb_destroy_config(&config);
  if (!opened) {
    const std::string message = error == nullptr ? "no reason given" : error;
    duckdb_free(error);
    return fail("columns.open", "cannot start the query engine: " + message);
  }
  if (duckdb_connect(database_, &connection_) != DuckDBSuccess)
    return fail("columns.open", "cannot connect to the query engine");
  // Results must not depend on the machine's zone or locale.
  SEKISHO_CHECK(execute("SET TimeZone='UTC'"));
  SEKISHO_CHECK(execute("SET Calendar='gregorian'"));
  SEKISHO_CHECK(execute("SET allowed_directories=" + sql_paths(options.allowed_folders)));
  SEKISHO_CHECK(execute("SET enable_external_access=false"));
  SEKISHO_CHECK(execute("SET lock_configuration=true"));
  if (!register_batch_function(connection_, &sources_))
    return fail("columns.open", "cannot register the batch function");
  return {};
}

Result<void> DuckEngine::execute(const std::string& sql) {
  duckdb_result result;
  const bool done = duckdb_query(connection_, sql.c_str(), &result) == DuckDBSuccess;
  std::string message;
  if (!done) {
    const char* error = duckdb_result_error(&result);
    message = error == nullptr ? "no reason given" : error;
  }
  duckdb_destroy_result(&result);
  if (!done) return fail_duckdb(message);
  return {};
}

Result<std::unique_ptr<ResultSet>> DuckEngine::query(const std::string& sql) {
  return run_query(connection_, sql);
}

Result<std::int64_t> DuckEngine::query_integer(const std::string& sql) {
  SEKISHO_TRY(auto rows, query(sql));
  if (!rows->next()) return fail("columns.empty", "the query gave no row");
  return rows->integer(0);
}

Result<std::string> DuckEngine::query_text(const std::string& sql) {
  SEKISHO_TRY(auto rows, query(sql));
  if (!rows->next()) return fail("columns.empty", "the query gave no row");
  return rows->text(0);
}

Result<void> DuckEngine::register_batch(const std::string& name, records::Batch& batch) {
  sources_.insert_or_assign(name, BatchSource(batch));
  return execute(
      fmt::format("CREATE OR REPLACE TEMP VIEW {} AS SELECT * FROM sekisho_batch({})", sql_name(name), sql_text(name)));
}

std::string copy_statement(const std::string& sql, const fs::path& path) {
  return fmt::format(
      "COPY ({}) TO {} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, USE_TMP_FILE false, "
      "WRITE_BLOOM_FILTER false)",
      sql, sql_text(whole_path(path).string()));
}

Result<void> DuckEngine::write(records::Batch& batch, std::span<const FileRows> files,
                               std::span<const ColumnOffset> offsets) {
  BatchSource& source = sources_.insert_or_assign(kCopyName, BatchSource(batch)).first->second;
  for (const ColumnOffset& offset : offsets)
    source.add(offset.column, offset.add);
  Result<void> done;
  for (const FileRows& file : files) {
    if (file.all)
      source.choose_all();
    else
      source.choose(file.rows);
    done = execute(copy_statement(fmt::format("SELECT * FROM sekisho_batch({})", sql_text(kCopyName)), file.path));
    if (!done) break;
  }
  sources_.erase(kCopyName);
  return done;
}

}  // namespace

Result<std::unique_ptr<Engine>> Engine::create(const EngineOptions& options) {
  auto engine = std::make_unique<DuckEngine>();
  SEKISHO_CHECK(engine->start(options));
  return engine;
}

Result<void> write_parquet(Engine& engine, records::Batch& batch, const fs::path& path) {
  const FileRows all{path, {}, true};
  return engine.write(batch, {&all, 1}, {});
}

Result<void> write_parquet(Engine& engine, records::Batch& batch, std::span<const FileRows> files,
                           std::span<const ColumnOffset> offsets) {
  return engine.write(batch, files, offsets);
}

Result<void> copy_parquet(Engine& engine, const std::string& sql, const fs::path& path) {
  return engine.execute(copy_statement(sql, path));
}

std::string sql_text(std::string_view text) {
  return quoted(text, '\'');
}
std::string sql_name(std::string_view name) {
  return quoted(name, '"');
}
std::string sql_paths(const std::vector<fs::path>& paths) {
  std::string out = "[";
  for (const fs::path& path : paths)
    out += (out.size() > 1 ? "," : "") + sql_text(whole_path(path).string());
  return out + "]";
}

}  // namespace sekisho::columns

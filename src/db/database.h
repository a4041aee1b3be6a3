// One SOCI session on SQLite (embedded default) or PostgreSQL (production), with errors as values and numbered
// migrations. Where the two differ is wrapped here once: statements are written for both (named :x parameters,
// RETURNING, cast() instead of ::, explicit integer and text outputs, no blobs).
#pragma once

#include <soci/soci.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"

namespace sekisho::db {

enum class Dialect { kSqlite, kPostgresql };

// A step of a schema; steps are never edited once released. Several statements, each ended by ";\n" or the end.
struct Migration {
  int number;  // from 1, without a gap
  std::string_view sql;
};

// Not thread safe: one per thread.
class Database {
 public:
  // WAL, synchronous=FULL, foreign keys. The folder must exist. Reading only: the file must exist.
  static Result<std::unique_ptr<Database>> open_sqlite(const std::filesystem::path& file, bool reading = false);
  // Parameters as libpq takes them ("host=/run/pg user=app dbname=d") or "postgresql://...".
  static Result<std::unique_ptr<Database>> open_postgresql(const std::string& parameters, bool reading = false);

  Dialect dialect() const { return dialect_; }
  soci::session& session() { return session_; }

  // Runs `work` and turns what SOCI throws into an Error: db.unique, db.busy, disk.full, db.lost, db.failed.
  Result<void> run(std::string_view what, const std::function<void(soci::session&)>& work);
  // The same inside one transaction, committed when `work` returns a value and rolled back when it fails or throws.
  Result<void> transaction(std::string_view what, const std::function<Result<void>(soci::session&)>& work);
  // Brings `component` to the newest step, each in a transaction of its own. Error db.newer: made by a later program.
  Result<void> migrate(std::string_view component, std::span<const Migration> steps);

 private:
  explicit Database(Dialect dialect) : dialect_(dialect) {}
  Dialect dialect_;
  soci::session session_;
};

}  // namespace sekisho::db

#include "db/database.h"

#include <fmt/format.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/sqlite3/soci-sqlite3.h>

namespace sekisho::db {
namespace {

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// SOCI's own category says "unknown" for a violated constraint on SQLite: the message and SQLSTATE decide.
struct Pattern {
  std::string_view text, code, remedy;
};
constexpr Pattern kPatterns[] = {
    {"UNIQUE constraint", "db.unique", ""},
    {"duplicate key value", "db.unique", ""},
    {"database or disk is full", "disk.full", "Free space on this volume; work goes on by itself afterwards."},
    {"No space left", "disk.full", "Free space on this volume; work goes on by itself afterwards."},
    {"disk I/O error", "disk.full", "Free space on this volume or look at the system's log for its faults."},
    {"database is locked", "db.busy", "Another process holds the database; try again."},
    {"readonly database", "db.read_only", ""},
    {"server closed the connection", "db.lost", "Start PostgreSQL and try again."},
    {"could not connect", "db.lost", "Start PostgreSQL and try again."},
    {"connection to server", "db.lost", "Start PostgreSQL and try again."},
};

// The statement's text is cut off: SOCI appends it with its bound values, which may be a person's data.
std::unexpected<Error> translate(std::string_view what, const std::exception& error) {
  std::string message = error.what();
  for (const std::string_view tail : {" while ", "\n"})
    if (const auto at = message.find(tail); at != std::string::npos) message.resize(at);
  // PostgreSQL names the row in its detail line.
  for (const Pattern& pattern : kPatterns)
    if (holds(error.what(), pattern.text))
      return fail(std::string(pattern.code), fmt::format("{}: {}", what, message), {}, std::string(pattern.remedy));
  return fail("db.failed", fmt::format("{}: {}", what, message));
}

}  // namespace

Result<void> Database::run(std::string_view what, const std::function<void(soci::session&)>& work) {
  try {
    work(session_);
    return {};
  } catch (const std::exception& error) {
    return translate(what, error);
  }
}

Result<void> Database::transaction(std::string_view what, const std::function<Result<void>(soci::session&)>& work) {
  try {
    soci::transaction transaction(session_);
    if (auto done = work(session_); !done) return done;  // the destructor rolls back
    transaction.commit();
    return {};
  } catch (const std::exception& error) {
    return translate(what, error);
  }
}

Result<std::unique_ptr<Database>> Database::open_sqlite(const std::filesystem::path& file, bool reading) {
  std::unique_ptr<Database> database(new Database(Dialect::kSqlite));
  std::error_code ignored;
  if (file.string().find('"') != std::string::npos)  // SOCI's parameters know no escape for it
    return fail("db.path", "the path of a database may not hold a quotation mark", {.file = file.string()});
  if (reading && !std::filesystem::exists(file, ignored))
    return fail("db.absent", "there is no database here", {.file = file.string()});
  SEKISHO_CHECK(database->run("opening the database", [&](soci::session& s) {
    // synchronous is a parameter of the backend, the others are pragmas.
    s.open(soci::sqlite3, fmt::format("db=\"{}\" timeout=30 synchronous=FULL", file.string()));
    if (!reading) s << "PRAGMA journal_mode=WAL";
    s << "PRAGMA foreign_keys=ON";
    if (reading) s << "PRAGMA query_only=ON";
  }));
  return database;
}

Result<std::unique_ptr<Database>> Database::open_postgresql(const std::string& parameters, bool reading) {
  std::unique_ptr<Database> database(new Database(Dialect::kPostgresql));
  SEKISHO_CHECK(database->run("connecting to the database", [&](soci::session& s) {
    s.open(soci::postgresql, parameters);
    s << "SET TIME ZONE 'UTC'";
    s << "SET client_min_messages TO warning";
    if (reading) s << "SET default_transaction_read_only TO on";
  }));
  return database;
}

Result<void> Database::migrate(std::string_view component, std::span<const Migration> steps) {
  const std::string name(component);
  int reached = 0;
  SEKISHO_CHECK(run("reading the schema's version", [&](soci::session& s) {
    s << "CREATE TABLE IF NOT EXISTS migration(component text NOT NULL, number integer NOT NULL, "
         "PRIMARY KEY(component, number))";
    s << "SELECT coalesce(max(number), 0) FROM migration WHERE component = :c", soci::use(name), soci::into(reached);
  }));
  if (!steps.empty() && reached > steps.back().number)
    return fail(
        "db.newer",
        fmt::format("the schema of {} is at step {}, this program knows {}", component, reached, steps.back().number),
        {}, "Use the newer program.");
  for (const Migration& step : steps) {
    if (step.number <= reached) continue;
    SEKISHO_CHECK(
        transaction(fmt::format("step {} of {}", step.number, component), [&](soci::session& s) -> Result<void> {
          for (std::string_view rest = step.sql; !rest.empty();) {
            const auto end = rest.find(";\n");
            const std::string statement(rest.substr(0, end));
            rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 2);
            if (statement.find_first_not_of(" \n") != std::string::npos) s << statement;
          }
          s << "INSERT INTO migration(component, number) VALUES(:c, :n)", soci::use(name), soci::use(step.number);
          return {};
        }));
  }
  return {};
}

}  // namespace sekisho::db

#include "store/supersede.h"

#include <fmt/format.h>

#include <map>

#include "core/crash_point.h"

namespace sekisho::store {

namespace fs = std::filesystem;
using columns::sql_paths;
using columns::sql_text;

namespace {

// Instances of documents that are not current, of those documents that this load touches. An instance is what one file
// of a package says of one document.
Result<void> find_losers(columns::Engine& engine, const std::vector<fs::path>& fresh, std::vector<fs::path> known) {
  const std::string own = sql_paths(fresh);
  known.insert(known.end(), fresh.begin(), fresh.end());
  SEKISHO_CHECK(engine.execute(
      fmt::format("CREATE OR REPLACE TEMP TABLE touched AS SELECT reg, doc FROM ("
                  "SELECT d.reg, d.doc, d.deleted, d.history FROM read_parquet({0}) d SEMI JOIN "
                  "(SELECT DISTINCT reg, doc FROM read_parquet({1})) f ON d.reg = f.reg AND d.doc = f.doc) "
                  "GROUP BY reg, doc HAVING count(*) > 1 OR max(deleted) = 1 OR max(history) = 1",
                  sql_paths(known), own)));
  return engine.execute(
      // A version said to be history by a package that came later is history: a file renamed, whose bytes stay.
      fmt::format("CREATE OR REPLACE TEMP TABLE losers AS SELECT reg, doc, package, part, ordinal FROM ("
                  "SELECT *, row_number() OVER (PARTITION BY reg, doc ORDER BY past, version DESC, deleted DESC, "
                  "rank DESC, part DESC, ordinal DESC) AS place FROM ("
                  "SELECT *, history = 1 OR coalesce(max(CASE WHEN history = 1 THEN rank END) OVER "
                  "(PARTITION BY reg, doc, version) > rank, false) AS past FROM ("
                  "SELECT d.reg, d.doc, d.rank, d.package, d.part, d.ordinal, min(d.history) AS history, "
                  "max(coalesce(d.version, '')) AS version, "
                  "max_by(d.deleted, (coalesce(d.version, ''), d.deleted)) AS deleted "
                  "FROM read_parquet({}) d SEMI JOIN touched t ON d.reg = t.reg AND d.doc = t.doc GROUP BY ALL))) "
                  "WHERE place > 1 OR past OR deleted = 1",
                  sql_paths(known)));
}

}  // namespace

Result<void> write_bitmap(LocalStore& store, SegmentRow& segment, const std::string& rows_sql) {
  SEKISHO_TRY(columns::Engine * engine, store.engine());
  TemporaryFile file(store.folder().bitmaps(), ".parquet");
  SEKISHO_CHECK(columns::copy_parquet(
      *engine, fmt::format("SELECT {} AS segment, row FROM ({}) ORDER BY row", sql_text(segment.info.hash), rows_sql),
      file.path()));
  SEKISHO_TRY(const std::int64_t count,
              engine->query_integer(fmt::format("SELECT count(*) FROM read_parquet({})", sql_paths({file.path()}))));
  SEKISHO_TRY(segment.info.bitmap, file.publish());
  segment.superseded = static_cast<std::uint64_t>(count);
  return {};
}

Result<std::vector<SegmentRow>> supersede(LocalStore& store, const std::vector<fs::path>& fresh,
                                          const std::vector<fs::path>& known, const std::vector<SegmentRow>& segments) {
  std::vector<SegmentRow> changed;
  if (fresh.empty() || segments.empty()) return changed;
  SEKISHO_TRY(columns::Engine * engine, store.engine());
  SEKISHO_CHECK(find_losers(*engine, fresh, known));
  // Only segments that hold rows of a package with a losing instance are read.
  std::set<std::int64_t> packages;
  SEKISHO_TRY(const auto rows, engine->query("SELECT DISTINCT package FROM losers ORDER BY package"));
  while (rows->next())
    packages.insert(rows->integer(0));
  std::vector<fs::path> paths;
  std::map<std::string, const SegmentRow*> by_hash;
  for (const SegmentRow& segment : segments) {
    const auto first = packages.lower_bound(segment.package_min);
    if (first == packages.end() || *first > segment.package_max) continue;
    paths.push_back(store.folder().segment(segment.info.hash));
    by_hash[segment.info.hash] = &segment;
  }
  if (paths.empty()) return changed;
  SEKISHO_CHECK(engine->execute(
      fmt::format("CREATE OR REPLACE TEMP TABLE hits AS SELECT parse_filename(s.filename, true) AS segment, "
                  "s.file_row_number AS row FROM read_parquet({}, filename=true, file_row_number=true) s SEMI JOIN "
                  "losers l ON s.reg = l.reg AND s.doc = l.doc AND s.package = l.package AND s.part = l.part AND "
                  "s.ordinal = l.ordinal",
                  sql_paths(paths))));
  SEKISHO_TRY(const auto counts, engine->query("SELECT segment, count(*) FROM hits GROUP BY segment ORDER BY segment"));
  while (counts->next()) {
    SegmentRow segment = *by_hash.at(counts->text(0));
    std::string sql = fmt::format("SELECT row FROM hits WHERE segment = {}", sql_text(segment.info.hash));
    if (!segment.info.bitmap.empty())
      sql += fmt::format(" UNION SELECT row FROM read_parquet({})",
                         sql_paths({store.folder().bitmap(segment.info.bitmap)}));
    const std::string before = segment.info.bitmap;
    SEKISHO_CHECK(write_bitmap(store, segment, sql));
    crash_point("store.bitmap_written");
    if (segment.info.bitmap != before) changed.push_back(std::move(segment));
  }
  SEKISHO_CHECK(engine->execute("DROP TABLE touched"));
  SEKISHO_CHECK(engine->execute("DROP TABLE losers"));
  SEKISHO_CHECK(engine->execute("DROP TABLE hits"));
  return changed;
}

}  // namespace sekisho::store

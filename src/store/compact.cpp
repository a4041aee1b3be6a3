// Compaction: small segments of one hospital, family and year become one sorted file. Rows keep their ids; snapshots go
// on naming the files they were taken of, which stay.
#include <fmt/format.h>

#include <map>

#include "core/crash_point.h"
#include "store/local_store.h"
#include "store/supersede.h"

namespace sekisho::store {

namespace fs = std::filesystem;
using columns::sql_paths;

namespace {

constexpr std::uint64_t kSegmentBytes = std::uint64_t{256} << 20;

// Columns that order the rows of a table wholly, so that the same rows give the same bytes.
std::string sort_key(std::string_view table) {
  if (table == document_spec().name) return "reg, doc, package, part, ordinal, version, deleted, history";
  if (table == demographics_spec().name) return "ALL";
  if (table == finding_spec().name) return "ALL";
  return "reg, t, package, part, ordinal, sub";
}

std::string columns_of(std::string_view table) {
  const records::TableSpec* spec = records::find_table(table);
  if (table == document_spec().name) spec = &document_spec();
  if (table == demographics_spec().name) spec = &demographics_spec();
  if (table == finding_spec().name) spec = &finding_spec();
  return clinical_columns(*spec);
}

Result<SegmentRow> merge(LocalStore& store, columns::Engine& engine, const std::vector<SegmentRow>& parts) {
  std::vector<fs::path> paths, bitmaps;
  SegmentRow out = parts.front();
  for (const SegmentRow& part : parts) {
    paths.push_back(store.folder().segment(part.info.hash));
    if (!part.info.bitmap.empty()) bitmaps.push_back(store.folder().bitmap(part.info.bitmap));
    out.package_min = std::min(out.package_min, part.package_min);
    out.package_max = std::max(out.package_max, part.package_max);
  }
  out.info.bitmap.clear();
  out.superseded = 0;
  const std::string columns = columns_of(out.info.table);
  TemporaryFile merged(store.folder().segments(), ".parquet"), marked(store.folder().segments(), ".parquet");
  if (bitmaps.empty()) {
    SEKISHO_CHECK(columns::copy_parquet(
        engine,
        fmt::format("SELECT {} FROM read_parquet({}) ORDER BY {}", columns, sql_paths(paths), sort_key(out.info.table)),
        merged.path()));
  } else {
    // A mark travels with each superseded row through the sort and becomes the bitmap of the new file.
    SEKISHO_CHECK(columns::copy_parquet(
        engine,
        fmt::format("SELECT {0}, h.hidden_row IS NOT NULL AS superseded_ FROM read_parquet({1}, filename=true, "
                    "file_row_number=true) AS s LEFT JOIN (SELECT segment AS hidden_segment, row AS hidden_row FROM "
                    "read_parquet({2})) AS h ON parse_filename(s.filename, true) = h.hidden_segment AND "
                    "s.file_row_number = h.hidden_row ORDER BY {3}",
                    columns, sql_paths(paths), sql_paths(bitmaps), sort_key(out.info.table)),
        marked.path()));
    SEKISHO_CHECK(columns::copy_parquet(
        engine, fmt::format("SELECT {} FROM read_parquet({})", columns, sql_paths({marked.path()})), merged.path()));
  }
  SEKISHO_TRY(const std::int64_t rows,
              engine.query_integer(fmt::format("SELECT count(*) FROM read_parquet({})", sql_paths({merged.path()}))));
  out.info.rows = static_cast<std::uint64_t>(rows);
  out.info.bytes = merged.size();
  SEKISHO_TRY(out.info.hash, merged.publish());
  if (!bitmaps.empty())
    SEKISHO_CHECK(write_bitmap(
        store, out,
        fmt::format("SELECT file_row_number AS row FROM read_parquet({}, file_row_number=true) WHERE superseded_",
                    sql_paths({marked.path()}))));
  return out;
}

}  // namespace

Result<void> LocalStore::compact() {
  SEKISHO_CHECK(must_write());
  SEKISHO_TRY(columns::Engine * own, engine());
  std::map<std::tuple<std::string, std::string, std::string, int>, std::vector<std::vector<SegmentRow>>> groups;
  SEKISHO_TRY(const auto segments, catalogue_->segments());
  for (const SegmentRow& row : segments) {
    if (row.info.bytes >= kSegmentBytes / 2) continue;
    auto& group = groups[{row.info.table, row.info.hospital, row.info.family, row.info.year}];
    std::uint64_t bytes = row.info.bytes;
    if (!group.empty())
      for (const SegmentRow& other : group.back())
        bytes += other.info.bytes;
    if (group.empty() || bytes > kSegmentBytes) group.emplace_back();
    group.back().push_back(row);
  }
  for (const auto& [key, files] : groups)
    for (const auto& parts : files) {
      if (parts.size() < 2) continue;
      SEKISHO_TRY(const SegmentRow merged, merge(*this, *own, parts));
      SEKISHO_CHECK(folder_.sync());
      crash_point("store.compact_before_commit");
      SEKISHO_CHECK(catalogue_->transaction("compacting", [&](soci::session& s) -> Result<void> {
        for (const SegmentRow& part : parts)
          delete_segment(s, part.info.hash);
        insert_segments(s, {merged});
        return {};
      }));
      crash_point("store.compact_after_commit");
    }
  return remove_strays();
}

}  // namespace sekisho::store

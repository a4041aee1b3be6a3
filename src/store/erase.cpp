// Erasure of registrations: only files that hold them are rewritten, those of old snapshots too.
#include <fmt/format.h>

#include <map>

#include "core/crash_point.h"
#include "store/local_store.h"
#include "store/outside.h"
#include "store/supersede.h"

namespace sekisho::store {

namespace fs = std::filesystem;
using columns::sql_paths;
using columns::sql_text;

namespace {

// One segment and every bitmap that the catalogue or a snapshot knows for it.
struct Held {
  SegmentRow row;
  bool live = false;
  std::set<std::string> bitmaps;
};

struct Rewritten {
  std::vector<std::pair<std::string, std::string>> replacements;  // old, new
  std::vector<SegmentRow> segments;                               // new rows of the catalogue
  std::vector<std::string> removed_segments, removed_sealed;      // old rows of the catalogue
  std::vector<SealedRow> sealed;
  std::uint64_t rows = 0, records = 0;
};

Result<std::map<std::string, Held>> held_segments(LocalStore& store) {
  std::map<std::string, Held> all;
  SEKISHO_TRY(const auto live, store.catalogue().segments());
  for (const SegmentRow& row : live) {
    Held& held = all[row.info.hash];
    held.row = row;
    held.live = true;
    if (!row.info.bitmap.empty()) held.bitmaps.insert(row.info.bitmap);
  }
  SEKISHO_TRY(const auto replaced, store.catalogue().replacements());
  SEKISHO_TRY(const auto snapshots, store.catalogue().snapshots());
  for (const auto& [id, text] : snapshots) {
    SEKISHO_TRY(const Json document, parse_json(text, id));
    for (SegmentInfo segment : snapshot_of(document).segments) {
      segment.hash = newest_of(replaced, segment.hash);
      segment.bitmap = newest_of(replaced, segment.bitmap);
      if (segment.hash.empty()) continue;
      Held& held = all[segment.hash];
      if (!held.live) held.row.info = segment;
      if (!segment.bitmap.empty()) held.bitmaps.insert(segment.bitmap);
    }
  }
  return all;
}

// Segments of clinical rows, document versions and demographics that hold a row of the list `erased`.
Result<std::map<std::string, std::uint64_t>> holding(LocalStore& store, columns::Engine& engine,
                                                     const std::map<std::string, Held>& all) {
  std::map<std::string, std::vector<fs::path>> by_table;
  for (const auto& [hash, held] : all)
    if (held.row.info.table != finding_spec().name)
      by_table[held.row.info.table].push_back(store.folder().segment(hash));
  std::map<std::string, std::uint64_t> out;
  for (const auto& [table, paths] : by_table) {
    SEKISHO_TRY(const auto rows,
                engine.query(fmt::format("SELECT parse_filename(s.filename, true), count(*) FROM read_parquet({}, "
                                         "filename=true) AS s SEMI JOIN erased AS e ON s.reg = e.value GROUP BY 1",
                                         sql_paths(paths))));
    while (rows->next())
      out[rows->text(0)] = static_cast<std::uint64_t>(rows->integer(1));
  }
  return out;
}

Result<void> rewrite_segment(LocalStore& store, columns::Engine& engine, const Held& held, std::uint64_t gone,
                             Rewritten& out) {
  const std::string old_path = sql_paths({store.folder().segment(held.row.info.hash)});
  SegmentRow fresh = held.row;
  SEKISHO_TRY(const std::int64_t before,
              engine.query_integer(fmt::format("SELECT count(*) FROM read_parquet({})", old_path)));
  fresh.info.rows = static_cast<std::uint64_t>(before) - gone;
  fresh.info.hash.clear();
  if (fresh.info.rows > 0) {
    TemporaryFile file(store.folder().segments(), ".parquet");
    SEKISHO_CHECK(columns::copy_parquet(
        engine, fmt::format("SELECT s.* FROM read_parquet({}) AS s ANTI JOIN erased AS e ON s.reg = e.value", old_path),
        file.path()));
    fresh.info.bytes = file.size();
    SEKISHO_TRY(fresh.info.hash, file.publish());
  }
  out.replacements.emplace_back(held.row.info.hash, fresh.info.hash);
  // A row keeps its place among those that stay: bitmaps count anew.
  std::map<std::string, SegmentRow> bitmaps;
  for (const std::string& bitmap : held.bitmaps) {
    SegmentRow& row = bitmaps[bitmap] = fresh;
    row.info.bitmap.clear();
    if (!fresh.info.hash.empty())
      SEKISHO_CHECK(write_bitmap(
          store, row,
          fmt::format("SELECT place AS row FROM (SELECT s.file_row_number AS old_row, row_number() OVER "
                      "(ORDER BY s.file_row_number) - 1 AS place FROM read_parquet({}, file_row_number=true) AS s "
                      "ANTI JOIN erased AS e ON s.reg = e.value) AS kept SEMI JOIN read_parquet({}) AS b ON "
                      "kept.old_row = b.row",
                      old_path, sql_paths({store.folder().bitmap(bitmap)}))));
    out.replacements.emplace_back(bitmap, row.info.bitmap);
  }
  if (!held.live) return {};
  out.removed_segments.push_back(held.row.info.hash);
  if (fresh.info.hash.empty()) return {};
  if (const auto own = bitmaps.find(held.row.info.bitmap); own != bitmaps.end()) fresh = own->second;
  out.segments.push_back(fresh);
  return {};
}

Result<std::string> reg_of_record(std::string_view kind, std::string_view bytes) {
  if (kind == "identity") {
    SEKISHO_TRY(const StoredIdentity row, decode_identity(bytes));
    return row.reg;
  }
  if (kind == "keys") {
    SEKISHO_TRY(const StoredKeys row, decode_keys(bytes));
    return row.reg;
  }
  if (kind == "filters") return std::string(FieldReader(bytes).text());
  SEKISHO_TRY(const StoredItem row, decode_item(bytes));
  return row.reg;
}

Result<void> rewrite_sealed(LocalStore& store, const SealedRow& row, const std::set<std::string>& regs,
                            Rewritten& out) {
  if (row.kind == "linkage") {  // the linker makes it anew without them
    out.removed_sealed.push_back(row.hash);
    return {};
  }
  const fs::path old_path = store.folder().sealed_file(row.kind, row.hash);
  const ByteView key = store.sealing_key(row.kind);
  std::uint64_t gone = 0;
  SEKISHO_CHECK(read_sealed(old_path, row.kind, key, [&](std::string_view bytes) -> Result<void> {
    SEKISHO_TRY(const std::string reg, reg_of_record(row.kind, bytes));
    gone += regs.contains(reg) ? 1 : 0;
    return {};
  }));
  if (gone == 0) return {};
  out.records += gone;
  out.removed_sealed.push_back(row.hash);
  if (gone == row.items) return {};
  TemporaryFile file(store.folder().sealed_folder(row.kind), ".sealed");
  SEKISHO_TRY(SealedWriter writer, SealedWriter::create(file.path(), row.kind, key, store.random()));
  SEKISHO_CHECK(read_sealed(old_path, row.kind, key, [&](std::string_view bytes) -> Result<void> {
    SEKISHO_TRY(const std::string reg, reg_of_record(row.kind, bytes));
    return regs.contains(reg) ? Result<void>{} : writer.add(bytes);
  }));
  SEKISHO_CHECK(writer.finish());
  SealedRow fresh = row;
  fresh.items = writer.records();
  fresh.bytes = file.size();
  SEKISHO_TRY(fresh.hash, file.publish());
  out.sealed.push_back(std::move(fresh));
  return {};
}

}  // namespace

Result<Json> LocalStore::erase(std::string_view reg, std::string_view scope) {
  SEKISHO_CHECK(must_write());
  if (scope != "registration" && scope != "all")
    return fail("usage.scope", "the scope of an erasure is registration or all");
  SEKISHO_TRY(const auto known, catalogue_->registrations());
  if (!known.contains(std::string(reg))) return fail("store.no_registration", "this registration is not known here");
  std::set<std::string> regs = {std::string(reg)};
  SEKISHO_TRY(const PersonMap map, catalogue_->person_map(UINT64_MAX));
  if (const auto person = map.find(std::string(reg)); scope == "all" && person != map.end())
    for (const auto& [other, of] : map)
      if (of == person->second) regs.insert(other);
  SEKISHO_TRY(const std::uint64_t pairs, erase_outside(folder_, regs));
  SEKISHO_TRY(columns::Engine * own, engine());
  SEKISHO_CHECK(create_list(*own, "erased", regs));
  SEKISHO_TRY(const auto all, held_segments(*this));
  SEKISHO_TRY(const auto hits, holding(*this, *own, all));
  Rewritten out;
  for (const auto& [hash, gone] : hits) {
    SEKISHO_CHECK(rewrite_segment(*this, *own, all.at(hash), gone, out));
    if (all.at(hash).live && records::find_table(all.at(hash).row.info.table) != nullptr) out.rows += gone;
    crash_point("store.erase_rewritten");
  }
  SEKISHO_TRY(const auto sealed, catalogue_->sealed());
  for (const SealedRow& row : sealed)
    SEKISHO_CHECK(rewrite_sealed(*this, row, regs, out));
  SEKISHO_CHECK(folder_.sync());
  crash_point("store.erase_before_commit");
  SEKISHO_CHECK(catalogue_->transaction("erasing", [&](soci::session& s) -> Result<void> {
    for (const std::string& hash : out.removed_segments)
      delete_segment(s, hash);
    insert_segments(s, out.segments);
    for (const auto& [old_hash, new_hash] : out.replacements)
      insert_replacement(s, old_hash, new_hash);
    for (const std::string& hash : out.removed_sealed)
      delete_sealed(s, hash);
    insert_sealed(s, out.sealed);
    // What is erased stays out: later rows of the registration are hidden.
    for (const std::string& each : regs)
      if (const auto at = known.find(each); at != known.end())
        withdraw_registration(s, each, at->second.hospital, each == reg ? std::string(scope) : "registration");
    return {};
  }));
  crash_point("store.erase_after_commit");
  SEKISHO_CHECK(remove_strays());
  return Json{{"registrations", regs.size()},
              {"rows", out.rows},
              {"identity_records", out.records},
              {"review_pairs", pairs},
              {"files", hits.size() + out.removed_sealed.size()}};
}

}  // namespace sekisho::store

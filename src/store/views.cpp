// Snapshots and the views over them.
#include <fmt/format.h>

#include <algorithm>

#include "core/crash_point.h"
#include "store/local_store.h"

namespace sekisho::store {

namespace fs = std::filesystem;
using columns::sql_name;
using columns::sql_paths;
using columns::sql_text;
using records::TableSpec;

namespace {

Json segment_json(const SegmentInfo& s) {
  return {{"hash", s.hash}, {"table", s.table}, {"hospital", s.hospital}, {"family", s.family},
          {"year", s.year}, {"rows", s.rows},   {"bytes", s.bytes},       {"bitmap", s.bitmap}};
}

// What the hash is taken over.
Json snapshot_body(const Snapshot& s) {
  Json segments = Json::array();
  for (const SegmentInfo& segment : s.segments)
    segments.push_back(segment_json(segment));
  return {{"format", 1},
          {"id", s.id},
          {"taken", s.taken.iso()},
          {"segments", segments},
          {"linkage_state", s.linkage_state},
          {"linkage_hash", s.linkage_hash}};
}

}  // namespace

Json Snapshot::to_json() const {
  Json out = snapshot_body(*this);
  out["hash"] = hash;
  return out;
}

Snapshot snapshot_of(const Json& document) {
  Snapshot out;
  const Json& body = document.contains("snapshot") ? document.at("snapshot") : document;
  out.id = body.value("id", "");
  if (const auto taken = UtcTime::parse(body.value("taken", ""))) out.taken = *taken;
  out.linkage_state = body.value("linkage_state", std::uint64_t{0});
  out.linkage_hash = body.value("linkage_hash", "");
  out.hash = body.value("hash", "");
  for (const Json& s : body.value("segments", Json::array()))
    out.segments.push_back({s.value("hash", ""), s.value("table", ""), s.value("hospital", ""), s.value("family", ""),
                            s.value("year", 0), s.value("rows", std::uint64_t{0}), s.value("bytes", std::uint64_t{0}),
                            s.value("bitmap", "")});
  return out;
}

Result<Snapshot> LocalStore::take_snapshot(const crypto::PrivateKey* signer) {
  Snapshot out;
  Json document;
  // The list and its entry in the catalogue are one transaction that other writers wait for: no file it names can be
  // tidied away in between, by this process or another.
  SEKISHO_CHECK(catalogue_->exclusively("recording a snapshot", [&](soci::session& s) -> Result<void> {
    SEKISHO_TRY(const auto segments, catalogue_->segments());
    for (const SegmentRow& row : segments)
      if (row.info.table != document_spec().name && row.info.table != finding_spec().name)
        out.segments.push_back(row.info);
    SEKISHO_TRY(const auto state, catalogue_->linkage_state());
    out.linkage_state = state.first;
    out.linkage_hash = state.second;
    out.taken = clock().now();
    SEKISHO_TRY(const long long last,
                catalogue_->count("SELECT coalesce(max(cast(substr(id, 2) AS bigint)), 0) FROM snapshot"));
    out.id = fmt::format("S{:06}", last + 1);
    out.hash = to_hex(crypto::sha256(as_bytes(snapshot_body(out).dump())));
    document = {{"snapshot", out.to_json()}};
    if (signer != nullptr) {
      SEKISHO_TRY(const Bytes signature, crypto::sign_ed25519(*signer, as_bytes(out.hash)));
      SEKISHO_TRY(const Bytes public_key, crypto::ed25519_public_raw(*signer));
      document["signature"] = to_base64(signature);
      document["public_key"] = to_base64(public_key);
    }
    const std::string text = document.dump();
    s << "INSERT INTO snapshot(id, document) VALUES(:i, :d)", soci::use(out.id), soci::use(text);
    return {};
  }));
  crash_point("store.snapshot_recorded");
  // The catalogue's entry counts; the file is for people and other programs.
  SEKISHO_CHECK(write_file_durable(folder_.snapshots() / (out.id + ".json"), document.dump(2) + "\n"));
  return out;
}

Result<Snapshot> LocalStore::read_snapshot(std::string_view id) {
  SEKISHO_TRY(const auto all, catalogue_->snapshots());
  for (const auto& [name, text] : all) {
    if (name != id) continue;
    SEKISHO_TRY(const Json document, parse_json(text, name));
    Snapshot out = snapshot_of(document);
    if (to_hex(crypto::sha256(as_bytes(snapshot_body(out).dump()))) != out.hash)
      return fail("store.snapshot_changed", "the snapshot does not match its hash", {.part = name});
    return out;
  }
  return fail("store.no_snapshot", "there is no such snapshot", {.part = std::string(id)},
              "Take one with `sekisho store snapshot`.");
}

Result<void> LocalStore::drop_snapshot(std::string_view id) {
  const std::string name(id);
  SEKISHO_CHECK(catalogue_->transaction("dropping a snapshot", [&](soci::session& s) -> Result<void> {
    s << "DELETE FROM snapshot WHERE id = :i", soci::use(name);
    return {};
  }));
  return remove_file(folder_.snapshots() / (name + ".json"));
}

std::string clinical_columns(const TableSpec& spec) {
  std::string out;
  for (const records::ColumnSpec& column : spec.columns)
    out += (out.empty() ? "" : ", ") + sql_name(column.name);
  return out;
}

namespace {

constexpr std::string_view type_name(records::ColumnType type) {
  switch (type) {
    case records::ColumnType::kText:
      return "VARCHAR";
    case records::ColumnType::kInt32:
      return "INTEGER";
    case records::ColumnType::kInt64:
      return "BIGINT";
    case records::ColumnType::kFloat64:
      return "DOUBLE";
    case records::ColumnType::kDate:
      return "DATE";
    case records::ColumnType::kTimestamp:
      return "TIMESTAMP";
  }
  return "";
}

std::string no_rows(const TableSpec& spec) {
  std::string list;
  for (const records::ColumnSpec& column : spec.columns)
    list += fmt::format("{}CAST(NULL AS {}) AS {}", list.empty() ? "" : ", ", type_name(column.type),
                        sql_name(column.name));
  return fmt::format("SELECT {} WHERE false", list);
}

}  // namespace

std::string current_rows(const Folder& folder, const TableSpec& spec, const std::vector<SegmentInfo>& segments,
                         const std::string& columns) {
  std::vector<fs::path> whole, holed, bitmaps;
  for (const SegmentInfo& segment : segments) {
    if (segment.table != spec.name) continue;
    (segment.bitmap.empty() ? whole : holed).push_back(folder.segment(segment.hash));
    if (!segment.bitmap.empty()) bitmaps.push_back(folder.bitmap(segment.bitmap));
  }
  std::string sql;
  if (!whole.empty()) sql = fmt::format("SELECT {} FROM read_parquet({})", columns, sql_paths(whole));
  if (!holed.empty())
    sql += fmt::format(
        "{}SELECT {} FROM read_parquet({}, filename=true, file_row_number=true) AS s ANTI JOIN "
        "(SELECT segment AS hidden_segment, row AS hidden_row FROM read_parquet({})) AS h ON "
        "parse_filename(s.filename, true) = h.hidden_segment AND s.file_row_number = h.hidden_row",
        sql.empty() ? "" : " UNION ALL ", columns, sql_paths(holed), sql_paths(bitmaps));
  if (sql.empty()) sql = fmt::format("SELECT {} FROM ({})", columns, no_rows(spec));
  return sql;
}

Result<void> create_list(columns::Engine& engine, const std::string& name, const std::set<std::string>& values) {
  static const TableSpec spec{"list", "texts", {{"value", records::ColumnType::kText, "text"}}};
  records::Batch batch(spec);
  for (const std::string& value : values) {
    batch.add_row();
    batch.text(0, value);
  }
  SEKISHO_CHECK(engine.register_batch("sekisho_list", batch));
  SEKISHO_CHECK(
      engine.execute(fmt::format("CREATE OR REPLACE TABLE {} AS SELECT value FROM sekisho_list", sql_name(name))));
  return engine.execute("DROP VIEW sekisho_list");
}

namespace {

// The newest value that is known, field by field; pairs stay together.
constexpr std::string_view kDemographics =
    "SELECT reg, arg_max(sex, place) FILTER (sex IS NOT NULL) AS sex, "
    "arg_max(birth_year, place) FILTER (birth_year IS NOT NULL) AS birth_year, "
    "arg_max(birth_month, place) FILTER (birth_year IS NOT NULL) AS birth_month, "
    "arg_max(area2, place) FILTER (area2 IS NOT NULL) AS area2, "
    "arg_max(prefecture, place) FILTER (area2 IS NOT NULL) AS prefecture, "
    "arg_max(death_year, place) FILTER (death_year IS NOT NULL) AS death_year, "
    "arg_max(death_month, place) FILTER (death_year IS NOT NULL) AS death_month "
    "FROM (SELECT *, row(recorded, rank, part, ordinal, sub) AS place FROM ({})) GROUP BY reg";

Result<void> create_person_map(columns::Engine& engine, const PersonMap& map, const std::set<std::string>& hidden,
                               const std::unordered_map<std::string, RegistrationState>& states) {
  static const TableSpec spec{"person_map",
                              "persons of registrations",
                              {{"reg", records::ColumnType::kText, "registration"},
                               {"person", records::ColumnType::kText, "person"},
                               {"hospital", records::ColumnType::kText, "hospital where it is"}}};
  std::vector<std::pair<std::string_view, std::string_view>> rows;
  for (const auto& [reg, person] : map)
    if (!hidden.contains(reg)) rows.emplace_back(reg, person);
  std::sort(rows.begin(), rows.end());
  records::Batch batch(spec);
  for (const auto& [reg, person] : rows) {
    batch.add_row();
    batch.text(0, reg);
    batch.text(1, person);
    if (const auto state = states.find(std::string(reg)); state != states.end()) batch.text(2, state->second.hospital);
  }
  SEKISHO_CHECK(engine.register_batch("sekisho_map", batch));
  SEKISHO_CHECK(engine.execute("CREATE OR REPLACE TABLE person_map AS SELECT reg, person, hospital FROM sekisho_map"));
  return engine.execute("DROP VIEW sekisho_map");
}

}  // namespace

Result<void> LocalStore::open_views(columns::Engine& engine, const Snapshot& snapshot) {
  // Erasure and withdrawal count for every dataset made afterwards, whatever the age of its snapshot.
  SEKISHO_TRY(const auto hidden, withdrawn_registrations());
  SEKISHO_TRY(const auto replaced, catalogue_->replacements());
  std::vector<SegmentInfo> segments;
  for (SegmentInfo segment : snapshot.segments) {
    segment.hash = newest_of(replaced, segment.hash);
    segment.bitmap = newest_of(replaced, segment.bitmap);
    if (segment.hash.empty()) continue;
    std::error_code ignored;
    if (!fs::exists(folder_.segment(segment.hash), ignored) ||
        (!segment.bitmap.empty() && !fs::exists(folder_.bitmap(segment.bitmap), ignored)))
      return fail("store.file_missing", "a file of the snapshot is missing", {.part = segment.hash},
                  "Run `sekisho store check`.");
    segments.push_back(std::move(segment));
  }
  SEKISHO_CHECK(create_list(engine, "sekisho_withdrawn", hidden));
  const auto view = [&](const std::string& name, const TableSpec& spec, std::string_view wrap) {
    const std::string rows =
        fmt::format("SELECT r.* FROM ({}) AS r{}", current_rows(folder_, spec, segments, clinical_columns(spec)),
                    hidden.empty() ? "" : " ANTI JOIN sekisho_withdrawn AS w ON r.reg = w.value");
    return engine.execute(
        fmt::format("CREATE OR REPLACE VIEW {} AS {}", sql_name(name), fmt::format(fmt::runtime(wrap), rows)));
  };
  for (const TableSpec& spec : records::all_tables())
    SEKISHO_CHECK(view(std::string(spec.name), spec, "{}"));
  SEKISHO_CHECK(view("demographics", demographics_spec(), kDemographics));
  SEKISHO_TRY(const PersonMap map, catalogue_->person_map(snapshot.linkage_state));
  SEKISHO_TRY(const auto states, catalogue_->registrations());
  return create_person_map(engine, map, hidden, states);
}

}  // namespace sekisho::store

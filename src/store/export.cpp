// The canonical export and the check: what is in a store, whatever its segments look like.
#include <fmt/format.h>

#include <algorithm>

#include "core/csv.h"
#include "store/local_store.h"

namespace sekisho::store {

namespace fs = std::filesystem;
using columns::sql_name;
using columns::sql_paths;
using columns::sql_text;
using records::TableSpec;

namespace {

constexpr std::int64_t kVaultMask = 0xffffffff;

// A column as it is exported: numbers that the catalogue gave out depend on the order of loading, so packages go by
// their ids and vault items by their number within the package.
std::string exported(const TableSpec& spec, std::string_view column) {
  const std::string name = sql_name(column);
  if (column == "package") return "n.id AS package";
  if (column == "text_ref" || (spec.name == "document_ref" && column == "vault"))
    return fmt::format("r.{0} & {1} AS {0}", name, kVaultMask);
  if (spec.name == "link" && (column == "row_a" || column == "row_b"))
    return fmt::format(
        "coalesce((SELECT id FROM package_name WHERE number = try_cast(split_part(r.{0}, '/', 1) AS BIGINT)), '') || "
        "substr(r.{0}, strpos(r.{0}, '/')) AS {0}",
        name);
  return "r." + name;
}

std::string export_query(const Folder& folder, const TableSpec& spec, const std::vector<SegmentInfo>& segments) {
  std::string list, columns = clinical_columns(spec);
  for (const records::ColumnSpec& column : spec.columns)
    list += (list.empty() ? "" : ", ") + exported(spec, column.name);
  std::vector<fs::path> paths, bitmaps;
  for (const SegmentInfo& segment : segments) {
    if (segment.table != spec.name) continue;
    paths.push_back(folder.segment(segment.hash));
    if (!segment.bitmap.empty()) bitmaps.push_back(folder.bitmap(segment.bitmap));
  }
  if (paths.empty())
    return fmt::format("SELECT {}, 1 AS is_current FROM ({}) LIMIT 0", columns,
                       current_rows(folder, spec, {}, columns));
  const std::string hidden =
      bitmaps.empty() ? "SELECT NULL::VARCHAR AS hidden_segment, NULL::BIGINT AS hidden_row WHERE false"
                      : fmt::format("SELECT segment AS hidden_segment, row AS hidden_row FROM read_parquet({})",
                                    sql_paths(bitmaps));
  return fmt::format(
      "SELECT {}, CASE WHEN h.hidden_row IS NULL THEN 1 ELSE 0 END AS is_current FROM read_parquet({}, filename=true, "
      "file_row_number=true) AS r LEFT JOIN package_name AS n ON r.package = n.number LEFT JOIN ({}) AS h ON "
      "parse_filename(r.filename, true) = h.hidden_segment AND r.file_row_number = h.hidden_row ORDER BY ALL",
      list, sql_paths(paths), hidden);
}

Result<void> write_sorted(const fs::path& file, std::string_view header, std::vector<std::string> lines) {
  std::sort(lines.begin(), lines.end());
  std::string text(header);
  for (const std::string& line : lines)
    text += line;
  return write_file_durable(file, text, 0600);
}

std::string csv_line(std::initializer_list<std::string_view> fields) {
  std::string line;
  append_csv(line, fields);
  return line;
}

}  // namespace

Result<void> LocalStore::export_canonical(const fs::path& target_given, bool with_identity) {
  const fs::path target = fs::absolute(target_given).lexically_normal();
  SEKISHO_CHECK(make_folders(target, 0700));
  SEKISHO_TRY(const auto work, TemporaryFolder::create("sekisho-export"));
  SEKISHO_TRY(const auto own,
              columns::Engine::create({.threads = std::max(1, options_.threads),
                                       .memory_limit = "1GB",
                                       .temporary = work.path(),
                                       .allowed_folders = {folder_.segments(), folder_.bitmaps(), target}}));
  SEKISHO_TRY(const auto all, packages());
  SEKISHO_CHECK(own->execute("CREATE TABLE package_name(number BIGINT, id VARCHAR)"));
  std::vector<std::string> package_lines;
  for (const PackageState& package : all) {
    SEKISHO_CHECK(own->execute(
        fmt::format("INSERT INTO package_name VALUES({}, {})", package.number, sql_text(package.id.text()))));
    package_lines.push_back(csv_line({package.id.text(), package.manifest_hash, counts_json(package.counts).dump()}));
  }
  SEKISHO_CHECK(write_sorted(target / "package.csv", "package,manifest_hash,counts\n", std::move(package_lines)));
  SEKISHO_TRY(const auto rows, catalogue_->segments());
  std::vector<SegmentInfo> segments;
  for (const SegmentRow& row : rows)
    segments.push_back(row.info);
  std::vector<const TableSpec*> tables = {&document_spec(), &demographics_spec(), &finding_spec()};
  for (const TableSpec& spec : records::all_tables())
    tables.push_back(&spec);
  for (const TableSpec* spec : tables)
    SEKISHO_CHECK(own->execute(fmt::format("COPY ({}) TO {} (FORMAT csv, HEADER, USE_TMP_FILE false)",
                                           export_query(folder_, *spec, segments),
                                           sql_text((target / (std::string(spec->name) + ".csv")).string()))));
  SEKISHO_TRY(const auto registrations, catalogue_->registrations());
  std::vector<std::string> lines;
  for (const auto& [reg, state] : registrations)
    lines.push_back(csv_line({reg, state.hospital, state.scope}));
  SEKISHO_CHECK(write_sorted(target / "registration.csv", "reg,hospital,withdrawn\n", std::move(lines)));
  SEKISHO_TRY(const Json pieces, quarantine());
  lines.clear();
  for (const Json& piece : pieces)
    lines.push_back(csv_line({piece.dump()}));
  SEKISHO_CHECK(write_sorted(target / "quarantine.csv", "piece\n", std::move(lines)));
  SEKISHO_TRY(const PersonMap map, catalogue_->person_map(UINT64_MAX));
  lines.clear();
  for (const auto& [reg, person] : map)
    lines.push_back(csv_line({reg, person}));
  SEKISHO_CHECK(write_sorted(target / "person_map.csv", "reg,person\n", std::move(lines)));
  return with_identity ? export_identity(target) : Result<void>{};
}

Result<void> LocalStore::export_identity(const fs::path& target) {
  SEKISHO_TRY(const auto all, packages());
  std::unordered_map<std::int64_t, std::string> names;
  for (const PackageState& package : all)
    names[package.number] = package.id.text();
  std::vector<std::string> identities, items;
  SEKISHO_TRY(const auto files, catalogue_->sealed());
  for (const SealedRow& file : files) {
    if (file.kind == "keys" || file.kind == "linkage" || file.kind == "filters") continue;
    SEKISHO_CHECK(read_sealed(
        folder_.sealed_file(file.kind, file.hash), file.kind, sealing_key(file.kind),
        [&](std::string_view bytes) -> Result<void> {
          if (file.kind == "identity") {
            SEKISHO_TRY(const StoredIdentity row, decode_identity(bytes));
            const records::IdentityRecord& r = row.record;
            std::string former;
            for (const std::string& number : r.former_numbers)
              former += (former.empty() ? "" : " ") + number;
            const std::string place = fmt::format("{}/{}/{}", r.part, r.ordinal, r.sub);
            identities.push_back(csv_line({row.reg,
                                           names[row.package],
                                           place,
                                           r.patient_number,
                                           r.family_kanji,
                                           r.given_kanji,
                                           r.family_kana,
                                           r.given_kana,
                                           r.romaji,
                                           r.birth.iso(),
                                           r.sex,
                                           r.postcode,
                                           r.address,
                                           r.phone,
                                           r.insurer,
                                           r.symbol,
                                           r.number,
                                           r.branch,
                                           former,
                                           r.recorded.iso(),
                                           std::to_string(row.last_recorded),
                                           r.died.iso()}));
            return {};
          }
          SEKISHO_TRY(const StoredItem row, decode_item(bytes));
          items.push_back(csv_line({file.kind, names[row.package], std::to_string(row.number & kVaultMask), row.reg,
                                    row.kind, fmt::format("{}/{}/{}", row.part, row.ordinal, row.sub), row.content}));
          return {};
        }));
  }
  SEKISHO_CHECK(write_sorted(target / "identity.csv",
                             "reg,package,place,patient_number,family_kanji,given_kanji,family_kana,given_kana,romaji,"
                             "birth,sex,postcode,address,phone,insurer,symbol,number,branch,former_numbers,recorded,"
                             "last_recorded,died\n",
                             std::move(identities)));
  return write_sorted(target / "vault.csv", "file,package,number,reg,kind,place,content\n", std::move(items));
}

Result<Json> LocalStore::check() {
  Json problems = Json::array();
  std::uint64_t files = 0;
  const auto problem = [&](std::string_view what, const std::string& name) {
    problems.push_back({{"what", what}, {"file", name}});
  };
  SEKISHO_TRY(const auto named, named_files());
  for (const fs::path& name : named) {
    ++files;
    const auto hash = hash_file(folder_.root() / name);
    if (!hash)
      problem("missing", name.string());
    else if (*hash != name.stem().string())
      problem("changed", name.string());
  }
  SEKISHO_TRY(const auto segments, catalogue_->segments());
  SEKISHO_TRY(columns::Engine * own, engine());
  for (const SegmentRow& row : segments) {
    const auto rows = own->query_integer(fmt::format("SELECT coalesce(sum(num_rows), 0) FROM parquet_file_metadata({})",
                                                     sql_paths({folder_.segment(row.info.hash)})));
    if (!rows || static_cast<std::uint64_t>(*rows) != row.info.rows) problem("rows differ", row.info.hash);
    if (row.info.bitmap.empty()) continue;
    const auto hidden =
        own->query_integer(fmt::format("SELECT coalesce(sum(num_rows), 0) FROM parquet_file_metadata({})",
                                       sql_paths({folder_.bitmap(row.info.bitmap)})));
    if (!hidden || static_cast<std::uint64_t>(*hidden) != row.superseded) problem("bitmap differs", row.info.bitmap);
  }
  SEKISHO_TRY(const auto all, packages());
  for (const PackageState& package : all)
    if (const auto& n = package.counts; n.records != n.loaded + n.superseded + n.quarantined)
      problem("records are not loaded + superseded + quarantined", package.id.text());
  Json strays = Json::array();
  for (const fs::path& stray : folder_.strays(named))
    if (stray.string().find(".tmp") == std::string::npos) strays.push_back(stray.string());
  return Json{{"ok", problems.empty()}, {"files", files}, {"problems", problems}, {"strays", strays}};
}

}  // namespace sekisho::store

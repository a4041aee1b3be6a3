#include "release/dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/csv.h"
#include "core/file.h"
#include "release/dictionary.h"

namespace sekisho::release::detail {

namespace fs = std::filesystem;
using columns::sql_name;
using columns::sql_text;

namespace {

Result<void> read_registrations(columns::Engine& engine, Prepared& out) {
  if (out.table.rows == 0) return {};
  for (const std::string& person : out.table.columns.front().values())
    out.registrations[person];
  SEKISHO_TRY(const auto result, engine.query("SELECT person, reg FROM person_map ORDER BY reg"));
  while (result->next())
    if (const auto found = out.registrations.find(result->text(0)); found != out.registrations.end())
      found->second.push_back(result->text(1));
  return {};
}

}  // namespace

Result<Prepared> prepare(const Source& source, const fs::path& purpose, const fs::path& policy_file, int threads,
                         const std::string& memory_limit) {
  Prepared out;
  SEKISHO_TRY(out.recipe, recipe::Recipe::load(purpose));
  const fs::path policy =
      !policy_file.empty() || out.recipe.policy.empty() ? policy_file : purpose.parent_path() / out.recipe.policy;
  if (policy.empty())
    return fail("release.policy", "the recipe names no policy and none was given", {.file = purpose.string()});
  SEKISHO_TRY(out.policy, anonymize::Policy::load(policy));
  if (out.policy.person != out.recipe.person)
    return fail("release.policy", fmt::format("k must count the recipe's persons: person = \"{}\"", out.recipe.person),
                {.file = policy.string()});
  out.policy_sha256 = to_hex(crypto::sha256(as_bytes(out.policy.content())));
  columns::EngineOptions options;
  options.threads = threads;
  options.memory_limit = memory_limit;
  options.allowed_folders = source.allowed_folders;
  SEKISHO_TRY(const auto engine, columns::Engine::create(options));
  SEKISHO_CHECK(source.open_views(*engine));
  SEKISHO_TRY(const recipe::Rows rows, recipe::run(*engine, out.recipe));
  for (const std::string& name : rows.header)
    out.table.columns.emplace_back(name);
  std::vector<std::string_view> fields;
  for (const auto& row : rows.rows) {
    fields.assign(row.begin(), row.end());
    out.table.add_row(fields);
  }
  SEKISHO_CHECK(read_registrations(*engine, out));
  return out;
}

crypto::Digest leaf_of(ByteView salt, std::string_view rows) {
  static constexpr std::uint8_t kLeaf = 0;
  crypto::Sha256 hash;
  hash.update({&kLeaf, 1});
  hash.update(salt);
  hash.update(as_bytes(rows));
  return hash.finish();
}

Dataset compose(const anonymize::Applied& applied, const std::string& person, std::optional<ByteView> key) {
  const auto column = static_cast<std::size_t>(std::ranges::find(applied.header, person) - applied.header.begin());
  std::map<std::string_view, std::vector<std::string>> by_person;  // rows without ids
  std::vector<std::string_view> fields;
  std::vector<std::string> all;
  for (std::size_t row = 0; row < applied.rows(); ++row) {
    fields.clear();
    for (std::size_t i = 0; i < applied.header.size(); ++i)
      if (i != column) fields.emplace_back(applied.text(row, i));
    std::string line;
    append_csv(line, fields);
    by_person[applied.text(row, column)].push_back(line);
    all.push_back(std::move(line));
  }
  Dataset out;
  out.persons = by_person.size();
  out.rows = applied.rows();
  std::ranges::sort(all);
  crypto::Sha256 content;
  for (const std::string& line : all)
    content.update(as_bytes(line));
  out.content_sha256 = to_hex(content.finish());
  if (!key) return out;

  std::vector<std::pair<crypto::Digest, std::string_view>> order;
  for (const auto& [name, rows] : by_person)
    order.emplace_back(crypto::hmac_sha256(*key, as_bytes("order " + std::string(name))), name);
  std::ranges::sort(order);
  out.csv = "id";
  for (std::size_t i = 0; i < applied.header.size(); ++i)
    if (i != column) out.csv += "," + applied.header[i];
  out.csv += "\n";
  out.leaves_csv = "leaf,salt\n";
  std::size_t number = 0;
  for (const auto& [place, name] : order) {
    ++number;
    std::vector<std::string>& rows = by_person.find(name)->second;
    std::ranges::sort(rows);
    std::string joined;
    for (const std::string& row : rows) {
      out.csv += fmt::format("{},", number) + row;
      joined += row;
    }
    const crypto::Digest salt = crypto::hmac_sha256(*key, as_bytes("salt " + std::string(name)));
    const ByteView salt16 = ByteView(salt).first(16);
    out.leaves.push_back(leaf_of(salt16, joined));
    out.leaves_csv += to_hex(out.leaves.back()) + "," + to_hex(salt16) + "\n";
  }
  return out;
}

Result<SqlAudit> audit_by_sql(const fs::path& csv, const std::vector<std::string>& quasi, std::size_t k) {
  columns::EngineOptions options;
  options.allowed_folders = {csv.parent_path()};
  SEKISHO_TRY(const auto engine, columns::Engine::create(options));
  std::string group;
  for (const std::string& name : quasi)
    group += (group.empty() ? "" : ", ") + sql_name(name);
  const std::string file = fmt::format(
      "read_csv({}, header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"', null_padding = false, "
      "nullstr = '\\N')",
      sql_text(csv.string()));
  SEKISHO_TRY(const auto result,
              engine->query(fmt::format(
                  "SELECT (SELECT count(*) FROM {0}), (SELECT count(DISTINCT id) FROM {0}), count(*), coalesce(min(n), "
                  "0), count(*) FILTER (n < {2}) FROM (SELECT count(DISTINCT id) AS n FROM {0}{1})",
                  file, group.empty() ? "" : " GROUP BY " + group, k)));
  if (!result->next()) return fail("release.audit", "the audit gave no answer");
  SqlAudit out;
  out.rows = static_cast<std::size_t>(result->integer(0));
  out.persons = static_cast<std::size_t>(result->integer(1));
  out.classes = static_cast<std::size_t>(result->integer(2));
  out.smallest_class = static_cast<std::size_t>(result->integer(3));
  out.failing = static_cast<std::size_t>(result->integer(4));
  out.ok = out.failing == 0;
  return out;
}

Json SqlAudit::to_json() const {
  return {{"ok", ok},           {"rows", rows},       {"persons", persons},
          {"classes", classes}, {"failing", failing}, {"smallest_class", smallest_class}};
}

fs::path order_key_file(const fs::path& keys, const std::string& dataset) {
  return keys / ("order-" + dataset + ".key");
}

bool is_dataset_name(std::string_view name) {
  return !name.empty() && name.size() <= 120 &&
         std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; });
}

Result<Json> read_manifest(const fs::path& dataset) {
  SEKISHO_TRY(Json manifest, read_json(dataset / "manifest.json"));
  const std::string file = (dataset / "manifest.json").string();
  for (const char* member : {"dataset", "recipe", "policy", "snapshot", "decision", "files", "merkle_root", "audit"})
    if (!manifest.is_object() || !manifest.contains(member))
      return fail("release.manifest", fmt::format("member '{}' is missing", member), {.file = file});
  // The name becomes part of a file's name.
  const std::string name = manifest["dataset"].is_string() ? manifest["dataset"].get<std::string>() : "";
  const bool shaped = is_dataset_name(name) && manifest["recipe"].is_object() && manifest["policy"].is_object() &&
                      manifest["snapshot"].is_object() && manifest["files"].is_array() &&
                      manifest["merkle_root"].is_string() && manifest["audit"].is_object();
  if (!shaped) return fail("release.manifest", "a member has another type than expected", {.file = file});
  return manifest;
}

Result<Payload> write_payload(const fs::path& folder, const PayloadRequest& request) {
  const Dataset& dataset = request.dataset;
  Payload out;
  SEKISHO_CHECK(write_dataset_file(folder, "dataset.csv", dataset.csv, &out.files));
  SEKISHO_CHECK(write_dataset_file(folder, "leaves.csv", dataset.leaves_csv, &out.files));
  SEKISHO_TRY(const FormTable table, form_table(dataset.csv, labels_of(request.prepared, request.applied),
                                                may_be_numeric(request.prepared, request.applied, request.decision)));
  const Json define = define_json({.prepared = request.prepared,
                                   .applied = request.applied,
                                   .decision = request.decision,
                                   .table = table,
                                   .dataset = request.id,
                                   .persons = dataset.persons,
                                   .eligible_persons = request.prepared.table.columns.front().values().size(),
                                   .formats = request.formats});
  SEKISHO_CHECK(write_dataset_file(folder, "define.json", define.dump(2) + "\n", &out.files));
  SEKISHO_CHECK(write_dataset_file(folder, "dictionary.html", dictionary_html(define), &out.files));
  SEKISHO_TRY(out.forms,
              write_forms({.folder = folder, .title = request.prepared.recipe.title, .created = request.created}, table,
                          request.formats, &out.files));
  return out;
}

Result<void> write_dataset_file(const fs::path& folder, std::string_view name, std::string_view content, Json* files) {
  SEKISHO_CHECK(write_file_durable(folder / name, content, 0600));
  if (files != nullptr)
    files->push_back({{"name", name}, {"sha256", to_hex(crypto::sha256(as_bytes(content)))}, {"size", content.size()}});
  return {};
}

}  // namespace sekisho::release::detail

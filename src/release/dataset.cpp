#include "release/dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/csv.h"
#include "core/file.h"
#include "outgoing/scan_column.h"
#include "release/dictionary.h"

namespace sekisho::release::detail {

namespace fs = std::filesystem;
using columns::sql_name;
using columns::sql_text;

namespace {

Result<void> read_registrations(columns::Engine& engine, Prepared& out) {
  for (const anonymize::Table& table : out.tables)
    for (const std::string& person : table.columns.front().values())
      out.registrations[person];
  if (out.registrations.empty()) return {};
  SEKISHO_TRY(const auto result, engine.query("SELECT person, reg FROM person_map ORDER BY reg"));
  while (result->next())
    if (const auto found = out.registrations.find(result->text(0)); found != out.registrations.end())
      found->second.push_back(result->text(1));
  return {};
}

anonymize::Table table_of(const recipe::Rows& rows) {
  anonymize::Table out;
  for (const std::string& name : rows.header)
    out.columns.emplace_back(name);
  std::vector<std::string_view> fields;
  for (const auto& row : rows.rows) {
    fields.assign(row.begin(), row.end());
    out.add_row(fields);
  }
  return out;
}

// Reads the policy, which must be of the recipe's kind and count its persons.
Result<void> read_policy(const fs::path& file, Prepared& out) {
  const bool histories = anonymize::HistoryPolicy::is_one(file);
  if (histories != out.recipe.has_histories())
    return fail("release.policy",
                out.recipe.has_histories() ? "the recipe makes histories, and the policy is of one table"
                                           : "the policy is of histories, and the recipe makes one table",
                {.file = file.string()});
  if (histories) {
    SEKISHO_TRY(out.history_policy, anonymize::HistoryPolicy::load(file));
    out.history_policy->delimiter = ',';  // that of a dataset's files; hierarchies have been read
  } else {
    SEKISHO_TRY(out.policy, anonymize::Policy::load(file));
    if (out.policy.differential)
      return fail("release.policy",
                  "a differentially private sample is drawn anew each time: no dataset of it rebuilds",
                  {.file = file.string()}, "Use `sekisho anonymize` for it.");
  }
  if ((histories ? out.history_policy->person : out.policy.person) != out.recipe.person)
    return fail("release.policy", fmt::format("k must count the recipe's persons: person = \"{}\"", out.recipe.person),
                {.file = file.string()});
  SEKISHO_TRY(out.policy_sha256, policy_sha256(file));
  return {};
}

// The households that the policy counts, as a column that no recipe sees and no file gets; none where they are not
// known.
Result<void> add_households(const Source& source, Prepared& out) {
  if (out.history_policy || out.policy.household.empty()) return {};
  const std::string& name = out.policy.household;
  anonymize::Table& table = out.tables.front();
  if (out.policy.find(name) != nullptr || table.find(name) != nullptr)
    return fail("release.policy", fmt::format("households are counted from the identity store: '{}' is the name of a "
                                              "variable too",
                                              name));
  if (!source.households) return {};
  SEKISHO_TRY(const std::vector<std::uint32_t> household, who_lives_together(out.registrations, source.households));
  std::map<std::string_view, std::string> of_person;
  std::size_t number = 0;
  for (const auto& [person, registrations] : out.registrations)
    of_person.emplace(person, std::to_string(household[number++]));
  const anonymize::Column& persons = *table.find(out.recipe.person);
  anonymize::Column column(name);
  for (std::size_t row = 0; row < table.rows; ++row)
    column.add(of_person.at(persons.text(row)));
  table.columns.push_back(std::move(column));
  return {};
}

// In the order of the policy's histories; each table of the recipe has its history and the reverse.
Result<void> order_tables(const fs::path& policy, std::vector<anonymize::Table> made, Prepared& out) {
  const std::vector<recipe::Product>& products = out.recipe.products;
  for (const recipe::Product& product : products)
    if (std::ranges::none_of(out.history_policy->histories, [&](const auto& one) { return one.name == product.name; }))
      return fail("release.policy", fmt::format("the policy does not say what becomes of the table '{}'", product.name),
                  {.file = policy.string()});
  for (const anonymize::History& history : out.history_policy->histories) {
    const auto found = std::ranges::find(products, history.name, &recipe::Product::name);
    if (found == products.end())
      return fail("release.policy", fmt::format("the recipe has no table '{}'", history.name),
                  {.file = policy.string()});
    out.tables.push_back(std::move(made[static_cast<std::size_t>(found - products.begin())]));
  }
  return {};
}

// What leaves as it is must not carry names, numbers or addresses.
Result<void> check_column(const anonymize::Table& table, const std::string& name, std::string_view where) {
  const anonymize::Column* column = table.find(name);
  if (column == nullptr) return {};
  const std::string rule = outgoing::identifier_rule(name, column->values());
  if (rule.empty()) return {};
  return fail("release.identifier",
              fmt::format("the variable '{}'{} leaves as it is and seems to hold identifiers ({})", name, where, rule),
              {},
              "Take it out of the recipe, or let the policy call it identifying, quasi with a hierarchy, or an item.");
}

}  // namespace

Result<void> check_kept(const Prepared& prepared) {
  if (!prepared.history_policy) {
    for (const anonymize::Attribute& attribute : prepared.policy.attributes)
      if (attribute.kind == anonymize::Kind::kInsensitive)
        SEKISHO_CHECK(check_column(prepared.table(), attribute.name, ""));
    return {};
  }
  using Kind = anonymize::HistoryColumn::Kind;
  const std::vector<anonymize::History>& histories = prepared.history_policy->histories;
  for (std::size_t h = 0; h < histories.size(); ++h)
    for (const anonymize::HistoryColumn& one : histories[h].columns)
      if (one.kind == Kind::kKeep || (one.kind == Kind::kText && !one.approved.empty()))
        SEKISHO_CHECK(check_column(prepared.tables[h], one.attribute.name, fmt::format(" of '{}'", histories[h].name)));
  return {};
}

Result<std::string> policy_sha256(const fs::path& file) {
  if (anonymize::HistoryPolicy::is_one(file)) {
    SEKISHO_TRY(const anonymize::HistoryPolicy policy, anonymize::HistoryPolicy::load(file));
    return to_hex(crypto::sha256(as_bytes(policy.content)));
  }
  SEKISHO_TRY(const anonymize::Policy policy, anonymize::Policy::load(file));
  return to_hex(crypto::sha256(as_bytes(policy.content())));
}

std::size_t Prepared::rows() const {
  std::size_t out = 0;
  for (const anonymize::Table& table : tables)
    out += table.rows;
  return out;
}

Result<Prepared> prepare(const Source& source, const fs::path& purpose, const fs::path& policy_file, int threads,
                         const std::string& memory_limit) {
  Prepared out;
  SEKISHO_TRY(out.recipe, recipe::Recipe::load(purpose));
  const fs::path policy =
      !policy_file.empty() || out.recipe.policy.empty() ? policy_file : purpose.parent_path() / out.recipe.policy;
  if (policy.empty())
    return fail("release.policy", "the recipe names no policy and none was given", {.file = purpose.string()});
  SEKISHO_CHECK(read_policy(policy, out));
  columns::EngineOptions options;
  options.threads = threads;
  options.memory_limit = memory_limit;
  options.allowed_folders = source.allowed_folders;
  SEKISHO_TRY(const auto engine, columns::Engine::create(options));
  SEKISHO_CHECK(source.open_views(*engine));
  SEKISHO_TRY(const std::vector<recipe::Rows> rows, recipe::run(*engine, out.recipe));
  std::vector<anonymize::Table> tables;
  for (const recipe::Rows& one : rows)
    tables.push_back(table_of(one));
  if (out.history_policy)
    SEKISHO_CHECK(order_tables(policy, std::move(tables), out));
  else
    out.tables = std::move(tables);
  SEKISHO_CHECK(read_registrations(*engine, out));
  SEKISHO_CHECK(add_households(source, out));
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

namespace {

// Rows of persons without ids, by table: what leaves and the hash of the content are made of.
struct PersonRows {
  std::string_view name;                                   // of the store; salts hang on it
  std::vector<std::pair<std::size_t, std::string>> lines;  // (table, row)
};

std::string content_hash(const std::vector<PersonRows>& persons, const std::vector<FileTable>& tables) {
  std::vector<std::string> all;
  for (const PersonRows& person : persons)
    for (const auto& [table, line] : person.lines)
      all.push_back(tables.size() == 1 && tables[0].name == "dataset" ? line : tables[table].name + "," + line);
  std::ranges::sort(all);
  crypto::Sha256 content;
  for (const std::string& line : all)
    content.update(as_bytes(line));
  return to_hex(content.finish());
}

// Persons in their order: tables get their rows, leaves their salts.
void number_persons(const std::vector<PersonRows>& persons, ByteView key, Dataset& out) {
  const bool one = out.tables.size() == 1 && out.tables[0].name == "dataset";
  out.leaves_csv = "leaf,salt\n";
  for (std::size_t i = 0; i < persons.size(); ++i) {
    std::string joined;
    for (const auto& [table, row] : persons[i].lines) {
      out.tables[table].csv += fmt::format("{},", i + 1) + row;
      ++out.tables[table].rows;
      joined += one ? row : out.tables[table].name + "," + row;
    }
    const crypto::Digest salt = crypto::hmac_sha256(key, as_bytes("salt " + std::string(persons[i].name)));
    const ByteView salt16 = ByteView(salt).first(16);
    out.leaves.push_back(leaf_of(salt16, joined));
    out.leaves_csv += to_hex(out.leaves.back()) + "," + to_hex(salt16) + "\n";
  }
}

}  // namespace

Dataset compose(const anonymize::Applied& applied, const std::string& person, std::optional<ByteView> key) {
  const auto column = static_cast<std::size_t>(std::ranges::find(applied.header, person) - applied.header.begin());
  std::map<std::string_view, std::vector<std::pair<std::size_t, std::string>>> by_person;
  std::vector<std::string_view> fields;
  for (std::size_t row = 0; row < applied.rows(); ++row) {
    fields.clear();
    for (std::size_t i = 0; i < applied.header.size(); ++i)
      if (i != column) fields.emplace_back(applied.text(row, i));
    std::string line;
    append_csv(line, fields);
    by_person[applied.text(row, column)].emplace_back(0, std::move(line));
  }
  std::vector<PersonRows> persons;
  for (auto& [name, lines] : by_person) {
    std::ranges::sort(lines);
    persons.push_back({name, std::move(lines)});
  }
  Dataset out;
  FileTable& table = out.tables.emplace_back("dataset");
  out.persons = persons.size();
  out.rows = applied.rows();
  out.content_sha256 = content_hash(persons, out.tables);
  if (!key) return out;

  std::vector<std::pair<crypto::Digest, std::size_t>> order;
  for (std::size_t i = 0; i < persons.size(); ++i)
    order.emplace_back(crypto::hmac_sha256(*key, as_bytes("order " + std::string(persons[i].name))), i);
  std::ranges::sort(order);
  std::vector<PersonRows> ordered;
  for (const auto& [place, i] : order)
    ordered.push_back(std::move(persons[i]));
  table.csv = "id";
  for (std::size_t i = 0; i < applied.header.size(); ++i)
    if (i != column) table.csv += "," + applied.header[i];
  table.csv += "\n";
  number_persons(ordered, *key, out);
  return out;
}

Dataset compose_histories(const anonymize::FinishedHistories& finished, ByteView key) {
  Dataset out;
  std::vector<PersonRows> persons(finished.source.size());
  for (std::size_t i = 0; i < persons.size(); ++i)
    persons[i].name = finished.source[i];
  std::vector<std::string_view> fields;
  for (std::size_t h = 0; h < finished.histories.size(); ++h) {
    const anonymize::FinishedHistory& history = finished.histories[h];
    FileTable& table = out.tables.emplace_back(history.name);
    table.csv = "id";
    for (std::size_t i = 1; i < history.header.size(); ++i)
      table.csv += "," + history.header[i];
    table.csv += "\n";
    for (std::size_t row = 0; row < history.rows; ++row) {
      fields.clear();
      for (std::size_t i = 1; i < history.fields.size(); ++i)
        fields.emplace_back(history.fields[i].texts[history.fields[i].code[row]]);
      std::string line;
      append_csv(line, fields);
      persons[history.number(row)].lines.emplace_back(h, std::move(line));
    }
    out.rows += history.rows;
  }
  out.persons = persons.size();
  out.content_sha256 = content_hash(persons, out.tables);
  number_persons(persons, key, out);
  return out;
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
  Payload out;
  for (const FileTable& table : request.dataset.tables)
    SEKISHO_CHECK(write_dataset_file(folder, table.name + ".csv", table.csv, &out.files));
  SEKISHO_CHECK(write_dataset_file(folder, "leaves.csv", request.dataset.leaves_csv, &out.files));
  const Json& define = request.described.define;
  SEKISHO_CHECK(write_dataset_file(folder, "define.json", define.dump(2) + "\n", &out.files));
  SEKISHO_CHECK(write_dataset_file(folder, "dictionary.html", dictionary_html(define), &out.files));
  for (std::size_t i = 0; i < request.dataset.tables.size(); ++i) {
    SEKISHO_TRY(const Json forms, write_forms({.folder = folder,
                                               .table = request.dataset.tables[i].name,
                                               .title = request.title,
                                               .created = request.created},
                                              request.described.tables[i], request.formats, &out.files));
    for (const Json& form : forms)
      out.forms.push_back(form);
  }
  return out;
}

Result<void> write_dataset_file(const fs::path& folder, std::string_view name, std::string_view content, Json* files) {
  SEKISHO_CHECK(write_file_durable(folder / name, content, 0600));
  if (files != nullptr)
    files->push_back({{"name", name}, {"sha256", to_hex(crypto::sha256(as_bytes(content)))}, {"size", content.size()}});
  return {};
}

}  // namespace sekisho::release::detail

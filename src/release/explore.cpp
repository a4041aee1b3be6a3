#include <set>

#include "core/csv.h"
#include "core/file.h"
#include "core/toml.h"
#include "release/dataset.h"

namespace sekisho::release {

namespace fs = std::filesystem;

namespace {

// Files that a policy names: hierarchies, those of rules, a population. They lie beside it.
Result<std::set<std::string>> files_named(const fs::path& policy) {
  SEKISHO_TRY(const TomlTable root, TomlTable::load(policy));
  std::set<std::string> out;
  const auto add = [&](const Json& object, const char* member) {
    if (object.is_object() && object.contains(member) && object[member].is_string())
      out.insert(object[member].get<std::string>());
  };
  const Json& json = root.json();
  add(json, "population");
  if (!json.contains("attribute") || !json["attribute"].is_array()) return out;
  for (const Json& attribute : json["attribute"]) {
    add(attribute, "hierarchy");
    if (attribute.is_object() && attribute.contains("rule")) add(attribute["rule"], "file");
  }
  return out;
}

}  // namespace

Result<std::size_t> write_exploration(const ExploreRequest& request) {
  SEKISHO_TRY(const detail::Prepared prepared,
              detail::prepare(request.source, request.purpose, request.policy, request.threads, request.memory_limit));
  if (prepared.history_policy)
    return fail("release.explore", "the explorer shows levels of one table, and this purpose makes whole histories");
  const fs::path policy =
      request.policy.empty() ? request.purpose.parent_path() / prepared.recipe.policy : request.policy;
  SEKISHO_CHECK(make_folders(request.out, 0700));
  SEKISHO_TRY(const auto names, files_named(policy));
  for (const std::string& name : names) {
    const fs::path inside = fs::path(name).lexically_normal();
    if (inside.is_absolute() || inside.string().starts_with(".."))
      return fail("release.explore", "the policy names a file that does not lie beside it", {.file = name},
                  "Copy it beside the policy.");
    SEKISHO_TRY(const Bytes content, read_file(policy.parent_path() / inside));
    SEKISHO_CHECK(make_folders((request.out / inside).parent_path(), 0700));
    SEKISHO_CHECK(write_file_durable(request.out / inside, content, 0600));
  }
  std::string csv;
  std::vector<std::string_view> fields;
  for (const anonymize::Column& column : prepared.table().columns)
    fields.push_back(column.name());
  append_csv(csv, fields, prepared.policy.delimiter);
  for (std::size_t row = 0; row < prepared.table().rows; ++row) {
    for (std::size_t i = 0; i < fields.size(); ++i)
      fields[i] = prepared.table().columns[i].text(row);
    append_csv(csv, fields, prepared.policy.delimiter);
  }
  if (request.record) {
    SEKISHO_TRY([[maybe_unused]] const std::uint64_t entry,
                request.record("release.explored", {{"purpose", prepared.recipe.name},
                                                    {"snapshot", request.source.snapshot.value("hash", "")},
                                                    {"rows", prepared.table().rows}}));
  }
  SEKISHO_TRY(const std::string text, read_text(policy));
  SEKISHO_CHECK(write_file_durable(request.out / "policy.toml", text, 0600));
  SEKISHO_CHECK(write_file_durable(request.out / "data.csv", csv, 0600));
  return prepared.table().rows;
}

}  // namespace sekisho::release

#include "linkage/spec.h"

#include <fmt/format.h>

#include <optional>

#include "core/toml.h"
#include "identity/named_columns.h"

namespace sekisho::linkage {
namespace {

constexpr std::string_view kNames[] = {
    "record_id", "family_kanji", "given_kanji", "family_kana", "given_kana", "kanji_name", "kana_name", "birth_date",
    "sex",       "postcode",     "address",     "phone",       "insurer",    "symbol",     "number",    "branch"};
static_assert(std::size(kNames) == kFieldCount);

std::optional<Field> field_of(std::string_view text) {
  for (std::size_t i = 0; i < kFieldCount; ++i)
    if (kNames[i] == text) return static_cast<Field>(i);
  return std::nullopt;
}

Result<std::vector<Field>> fields_of(const TomlTable& table, std::string_view member,
                                     identity::CanonicalVersion canonical) {
  SEKISHO_TRY(const std::vector<std::string> names, table.texts(member));
  std::vector<Field> out;
  for (const std::string& text : names) {
    const std::optional<Field> field = field_of(text);
    if (!field || *field == Field::kRecordId)
      return table.error("linkage.spec", fmt::format("'{}' is not a field that keys can be made of", text), member);
    if (*field == Field::kAddress && canonical == identity::CanonicalVersion::kC1)
      return table.error("linkage.spec", "version c1 has no form of addresses; canonical = \"c2\" has", member);
    out.push_back(*field);
  }
  return out;
}

}  // namespace

std::string_view name(Field field) {
  return kNames[static_cast<std::size_t>(field)];
}

Result<Spec> Spec::load(const std::filesystem::path& file) {
  SEKISHO_TRY(const TomlTable root, TomlTable::load(file));
  SEKISHO_CHECK(root.only({"kind", "canonical", "max_block", "columns", "rule"}));
  SEKISHO_TRY(const std::string kind, root.text("kind"));
  if (kind != "deterministic")
    return root.error("linkage.spec", fmt::format("linkage of kind '{}' is not known; it is \"deterministic\"", kind),
                      "kind");
  SEKISHO_TRY(const std::string canonical, root.text("canonical", identity::kCanonicalVersion));
  const std::optional<identity::CanonicalVersion> version = identity::find_canonical_version(canonical);
  if (!version)
    return root.error("linkage.spec",
                      fmt::format("version {} of the canonical form is not known; there are c1 and c2", canonical),
                      "canonical");
  Spec spec;
  spec.canonical = *version;
  SEKISHO_TRY(const std::int64_t max_block, root.integer("max_block", 500));
  if (max_block < 2) return root.error("linkage.spec", "max_block must be 2 or more", "max_block");
  spec.max_block = static_cast<std::size_t>(max_block);
  if (root.has("columns")) {
    SEKISHO_TRY(const TomlTable columns, root.table("columns"));
    for (const std::string& member : columns.members()) {
      const std::optional<Field> field = field_of(member);
      if (!field) return columns.error("linkage.spec", fmt::format("'{}' is not a field", member), member);
      SEKISHO_TRY(spec.columns[static_cast<std::size_t>(*field)], columns.text(member));
    }
  }
  SEKISHO_TRY(const std::vector<TomlTable> rules, root.tables("rule"));
  for (const TomlTable& table : rules) {
    SEKISHO_CHECK(table.only({"name", "key", "only_without", "probability"}));
    Rule rule;
    SEKISHO_TRY(rule.name, table.text("name"));
    SEKISHO_TRY(rule.key, fields_of(table, "key", spec.canonical));
    SEKISHO_TRY(rule.only_without, fields_of(table, "only_without", spec.canonical));
    SEKISHO_TRY(rule.probability, table.number("probability", 1));
    if (rule.key.empty()) return table.error("linkage.spec", "a rule needs the fields of its key");
    if (rule.probability <= 0 || rule.probability > 1)
      return table.error("linkage.spec", "a probability lies above 0 and up to 1", "probability");
    spec.rules.push_back(std::move(rule));
  }
  if (spec.rules.empty() || spec.rules.size() > 32)
    return root.error("linkage.spec", "a spec has between 1 and 32 [[rule]] tables");
  return spec;
}

Result<void> Spec::rename(std::string_view assignments) {
  for (const auto& [one, name, column] : identity::named_columns(assignments)) {
    if (!column || column->empty())
      return fail("usage.columns", fmt::format("'{}' is not of the form field=COLUMN", one));
    const std::optional<Field> field = field_of(name);
    if (!field)
      return fail("usage.columns", fmt::format("'{}' is not a field", name), {},
                  fmt::format("Fields: {}", fmt::join(kNames, ", ")));
    columns[static_cast<std::size_t>(*field)] = std::string(*column);
    required[static_cast<std::size_t>(*field)] = true;
  }
  return {};
}

}  // namespace sekisho::linkage

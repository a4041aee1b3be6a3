#include "linkage/model_spec.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/toml.h"
#include "identity/named_columns.h"

namespace sekisho::linkage {
namespace {

constexpr std::pair<std::string_view, ComparisonType> kComparisons[] = {
    {"given_name", ComparisonType::kGivenName},
    {"surname", ComparisonType::kSurname},
    {"whole_name", ComparisonType::kWholeName},
    {"date", ComparisonType::kDate},
    {"category", ComparisonType::kCategory},
    {"company", ComparisonType::kCompany},
    {"source", ComparisonType::kSource},
    {"text", ComparisonType::kText},
    {"code", ComparisonType::kCode},
    {"address", ComparisonType::kAddress},
    {"place", ComparisonType::kPlace},
    {"email", ComparisonType::kEmail},
    {"jp_family", ComparisonType::kJpFamily},
    {"jp_given", ComparisonType::kJpGiven},
    {"jp_insurance", ComparisonType::kJpInsurance},
    {"jp_residence", ComparisonType::kJpResidence},
};
constexpr std::pair<std::string_view, Transform> kTransforms[] = {
    {"soundex", Transform::kSoundex},      {"prefix", Transform::kPrefix}, {"year", Transform::kYear},
    {"month_day", Transform::kMonthDay},   {"words", Transform::kWords},   {"digits", Transform::kDigits},
    {"year_month", Transform::kYearMonth}, {"last4", Transform::kLast4},   {"years", Transform::kYears}};

bool same_word(std::string_view a, std::string_view b) {
  const auto plain = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return a.size() == b.size() && std::ranges::equal(a, b, {}, plain, plain);
}

Result<FieldSpec> field_of(const TomlTable& table) {
  SEKISHO_CHECK(table.only({"name", "type", "columns", "parts", "from", "part", "surname_first"}));
  FieldSpec field;
  SEKISHO_TRY(field.name, table.text("name"));
  SEKISHO_TRY(const std::string type, table.text("type", "text"));
  const auto known = field_type(type);
  if (!known) return table.error("linkage.spec", fmt::format("'{}' is not a type of field", type), "type");
  field.type = *known;
  SEKISHO_TRY(field.columns, table.texts("columns"));
  if (!table.has("columns")) field.columns = {field.name};
  SEKISHO_TRY(field.parts, table.texts("parts"));
  if (!field.parts.empty() && field.parts.size() != 3)
    return table.error("linkage.spec", "parts are the fields of year, month and day", "parts");
  SEKISHO_TRY(field.from, table.text("from", ""));
  SEKISHO_TRY(const std::string part, table.text("part", "first"));
  if (part != "first" && part != "middle" && part != "last")
    return table.error("linkage.spec", "a part of a name is \"first\", \"middle\" or \"last\"", "part");
  field.part = part == "first" ? NamePart::kFirst : part == "middle" ? NamePart::kMiddle : NamePart::kLast;
  SEKISHO_TRY(field.surname_first, table.boolean("surname_first", false));
  return field;
}

Result<ComparisonSpec> comparison_of(const TomlTable& table, const ModelSpec& spec) {
  SEKISHO_CHECK(table.only({"name", "type", "fields", "household", "unless"}));
  ComparisonSpec comparison;
  SEKISHO_TRY(comparison.name, table.text("name"));
  SEKISHO_TRY(const std::string type, table.text("type"));
  const auto* found = std::ranges::find_if(kComparisons, [&](const auto& entry) { return entry.first == type; });
  if (found == std::end(kComparisons))
    return table.error("linkage.spec", fmt::format("'{}' is not a type of comparison", type), "type");
  comparison.type = found->second;
  SEKISHO_TRY(const std::vector<std::string> names, table.texts("fields"));
  for (const std::string& name : names) {
    const auto field = spec.field(name);
    if (!field) return table.error("linkage.spec", fmt::format("'{}' is not a field", name), "fields");
    comparison.fields.push_back(*field);
  }
  if (comparison.fields.empty()) return table.error("linkage.spec", "a comparison needs fields");
  SEKISHO_TRY(comparison.household, table.boolean("household", false));
  SEKISHO_TRY(const std::string unless, table.text("unless", ""));
  if (!unless.empty() && !(comparison.unless = spec.field(unless)))
    return table.error("linkage.spec", fmt::format("'{}' is not a field", unless), "unless");
  return comparison;
}

Result<BlockSpec> block_of(const TomlTable& table, const ModelSpec& spec) {
  SEKISHO_CHECK(table.only({"key", "unordered", "up_to"}));
  BlockSpec block;
  SEKISHO_TRY(block.unordered, table.boolean("unordered", false));
  SEKISHO_TRY(const std::int64_t up_to, table.integer("up_to", 0));
  if (up_to < 0) return table.error("linkage.spec", "up_to is a number of records", "up_to");
  block.up_to = static_cast<std::size_t>(up_to);
  SEKISHO_TRY(const std::vector<std::string> parts, table.texts("key"));
  for (const std::string& text : parts) {
    const std::size_t colon = text.find(':');
    const auto field = spec.field(text.substr(0, colon));
    if (!field) return table.error("linkage.spec", fmt::format("'{}' is not a field", text), "key");
    BlockPart part{*field, Transform::kNone};
    if (colon != std::string::npos) {
      const auto* found = std::ranges::find_if(
          kTransforms, [&](const auto& entry) { return entry.first == std::string_view(text).substr(colon + 1); });
      if (found == std::end(kTransforms))
        return table.error("linkage.spec", fmt::format("'{}' names no transform", text), "key");
      part.transform = found->second;
    }
    block.name += (block.name.empty() ? "" : "+") + text;
    block.parts.push_back(part);
  }
  if (block.parts.empty() || block.parts.size() > 6)
    return table.error("linkage.spec", "a key of a block has between one and six parts");
  if (block.unordered && block.parts.size() < 2)
    return table.error("linkage.spec", "an unordered key of a block has two parts at least", "unordered");
  return block;
}

Result<ModelSpec> spec_of(const TomlTable& root) {
  SEKISHO_CHECK(root.only(
      {"kind", "max_block", "pairs_per_record", "threshold", "all_pairs_below", "field", "comparison", "block"}));
  ModelSpec spec;
  SEKISHO_TRY(const std::int64_t max_block, root.integer("max_block", 200));
  SEKISHO_TRY(spec.pairs_per_record, root.number("pairs_per_record", 40));
  SEKISHO_TRY(spec.threshold, root.number("threshold", 0.5));
  SEKISHO_TRY(const std::int64_t all_pairs, root.integer("all_pairs_below", 3000));
  if (max_block < 2 || max_block > 5000)
    return root.error("linkage.spec", "max_block lies between 2 and 5000", "max_block");
  if (all_pairs < 0 || all_pairs > 20000)
    return root.error("linkage.spec", "all_pairs_below lies between 0 and 20000", "all_pairs_below");
  if (!(spec.pairs_per_record > 0 && spec.pairs_per_record <= 1000))
    return root.error("linkage.spec", "pairs_per_record lies above 0 and up to 1000", "pairs_per_record");
  if (!(spec.threshold > 0 && spec.threshold < 1))
    return root.error("linkage.spec", "threshold lies between 0 and 1", "threshold");
  spec.max_block = static_cast<std::size_t>(max_block);
  spec.all_pairs_below = static_cast<std::size_t>(all_pairs);
  SEKISHO_TRY(const std::vector<TomlTable> fields, root.tables("field"));
  for (const TomlTable& table : fields) {
    SEKISHO_TRY(FieldSpec field, field_of(table));
    if (spec.field(field.name)) return table.error("linkage.spec", "two fields have this name", "name");
    spec.fields.push_back(std::move(field));
  }
  if (!spec.field("record_id")) return root.error("linkage.spec", "a spec needs the field record_id");
  for (const FieldSpec& field : spec.fields) {
    for (const std::string& part : field.parts)
      if (!spec.field(part)) return root.error("linkage.spec", fmt::format("'{}' is not a field", part));
    if (!field.from.empty() && !spec.field(field.from))
      return root.error("linkage.spec", fmt::format("'{}' is not a field", field.from));
  }
  SEKISHO_TRY(const std::vector<TomlTable> comparisons, root.tables("comparison"));
  for (const TomlTable& table : comparisons) {
    SEKISHO_TRY(ComparisonSpec comparison, comparison_of(table, spec));
    spec.comparisons.push_back(std::move(comparison));
  }
  if (spec.comparisons.empty() || spec.comparisons.size() > 15)
    return root.error("linkage.spec", "a spec has between 1 and 15 [[comparison]] tables");
  SEKISHO_TRY(const std::vector<TomlTable> blocks, root.tables("block"));
  for (const TomlTable& table : blocks) {
    SEKISHO_TRY(BlockSpec block, block_of(table, spec));
    spec.blocks.push_back(std::move(block));
  }
  if (spec.blocks.empty() || spec.blocks.size() > 64)
    return root.error("linkage.spec", "a spec has between 1 and 64 [[block]] tables");
  return spec;
}

}  // namespace

std::optional<std::size_t> ModelSpec::field(std::string_view name) const {
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (fields[i].name == name) return i;
  return std::nullopt;
}

Result<ModelSpec> ModelSpec::load(const std::filesystem::path& file) {
  SEKISHO_TRY(const TomlTable root, TomlTable::load(file));
  return spec_of(root);
}

Result<ModelSpec> ModelSpec::parse(std::string_view text, const std::string& file) {
  SEKISHO_TRY(const TomlTable root, TomlTable::parse(text, file));
  return spec_of(root);
}

Result<void> ModelSpec::rename(std::string_view assignments) {
  for (const auto& [one, name, column] : identity::named_columns(assignments)) {
    if (!column || column->empty())
      return fail("usage.columns", fmt::format("'{}' is not of the form field=COLUMN", one));
    std::optional<std::size_t> found = field(name);
    for (std::size_t i = 0; i < fields.size() && !found; ++i)
      if (std::ranges::any_of(fields[i].columns, [&](const std::string& column) { return same_word(column, name); }))
        found = i;
    if (!found) {
      std::string known;
      for (const FieldSpec& field : fields)
        known += (known.empty() ? "" : ", ") + field.name;
      return fail("usage.columns", fmt::format("'{}' is not a field", name), {}, fmt::format("Fields: {}", known));
    }
    fields[*found].columns = {std::string(*column)};
    fields[*found].named = true;
  }
  return {};
}

Result<std::string> spec_kind(const std::filesystem::path& file) {
  SEKISHO_TRY(const TomlTable root, TomlTable::load(file));
  return root.text("kind");
}

}  // namespace sekisho::linkage

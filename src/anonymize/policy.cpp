#include "anonymize/policy.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/file.h"

namespace sekisho::anonymize {
namespace {

template <class Value>
struct Word {
  std::string_view word;
  Value value;
};
constexpr Word<Kind> kKinds[] = {{"identifying", Kind::kIdentifying},
                                 {"quasi", Kind::kQuasi},
                                 {"sensitive", Kind::kSensitive},
                                 {"insensitive", Kind::kInsensitive}};
constexpr Word<Metric> kMetrics[] = {{"loss", Metric::kLoss},
                                     {"discernability", Metric::kDiscernability},
                                     {"average-class-size", Metric::kAverageClassSize},
                                     {"precision", Metric::kPrecision},
                                     {"entropy", Metric::kEntropy},
                                     {"ambiguity", Metric::kAmbiguity}};
constexpr Word<Model::Kind> kVariants[] = {{"distinct", Model::Kind::kDistinctDiversity},
                                           {"entropy", Model::Kind::kEntropyDiversity},
                                           {"recursive", Model::Kind::kRecursiveDiversity}};
constexpr Word<Model::Kind> kDistances[] = {{"equal", Model::Kind::kEqualCloseness},
                                            {"ordered", Model::Kind::kOrderedCloseness},
                                            {"hierarchical", Model::Kind::kHierarchicalCloseness}};

template <class Value, std::size_t n>
Result<Value> choose(const TomlTable& table, std::string_view member, std::string_view text,
                     const Word<Value> (&words)[n]) {
  std::string known;
  for (const Word<Value>& word : words) {
    if (word.word == text) return word.value;
    known += (known.empty() ? "" : ", ") + std::string(word.word);
  }
  return table.error("policy.word", fmt::format("{} '{}' is not one of {}", member, text, known), member);
}

Result<Attribute> read_attribute(const TomlTable& table, const std::filesystem::path& folder) {
  SEKISHO_CHECK(table.only({"name", "kind", "hierarchy", "rule", "weight", "minimum", "maximum"}));
  Attribute out;
  SEKISHO_TRY(out.name, table.text("name"));
  SEKISHO_TRY(const std::string kind, table.text("kind"));
  SEKISHO_TRY(out.kind, choose(table, "kind", kind, kKinds));
  SEKISHO_TRY(out.weight, table.number("weight", 1));
  SEKISHO_TRY(const std::int64_t minimum, table.integer("minimum", 0));
  SEKISHO_TRY(const std::int64_t maximum, table.integer("maximum", -1));
  out.minimum = static_cast<int>(std::clamp<std::int64_t>(minimum, 0, 1000));
  out.maximum = static_cast<int>(std::clamp<std::int64_t>(maximum, -1, 1000));
  if (out.weight < 0) return table.error("policy.weight", "a weight is 0 or more", "weight");
  if (table.has("hierarchy") && table.has("rule"))
    return table.error("policy.hierarchy", "an attribute has a hierarchy or a rule, not both");
  if (table.has("hierarchy")) {
    SEKISHO_TRY(out.file_name, table.text("hierarchy"));
    auto text = read_text(folder / out.file_name);
    if (!text)
      return table.error("policy.hierarchy", fmt::format("the hierarchy {} cannot be read", out.file_name),
                         "hierarchy");
    out.file = std::move(*text);
  }
  if (table.has("rule")) {
    SEKISHO_TRY(out.rule, table.table("rule"));
  }
  if (out.kind == Kind::kQuasi && out.file.empty() && !out.rule)
    return table.error("policy.hierarchy", fmt::format("quasi-identifier '{}' has no hierarchy and no rule", out.name));
  return out;
}

Result<Model> read_model(const TomlTable& table) {
  SEKISHO_CHECK(table.only({"kind", "k", "l", "c", "t", "variant", "distance", "attribute"}));
  Model out;
  SEKISHO_TRY(const std::string kind, table.text("kind"));
  std::int64_t bound = 0;
  if (kind == "k-anonymity") {
    SEKISHO_TRY(bound, table.integer("k"));
  } else if (kind == "l-diversity") {
    SEKISHO_TRY(const std::string variant, table.text("variant", "distinct"));
    SEKISHO_TRY(out.kind, choose(table, "variant", variant, kVariants));
    if (out.kind == Model::Kind::kRecursiveDiversity) {
      SEKISHO_TRY(out.number, table.number("c", 0));
      if (!(out.number > 0)) return table.error("policy.model", "recursive l-diversity needs a c above 0", "c");
    }
    SEKISHO_TRY(bound, table.integer("l"));
    SEKISHO_TRY(out.attribute, table.text("attribute"));
  } else if (kind == "t-closeness") {
    SEKISHO_TRY(const std::string distance, table.text("distance", "equal"));
    SEKISHO_TRY(out.kind, choose(table, "distance", distance, kDistances));
    SEKISHO_TRY(out.number, table.number("t", -1));
    if (!(out.number >= 0 && out.number <= 1))
      return table.error("policy.model", "t of t-closeness lies between 0 and 1", "t");
    SEKISHO_TRY(out.attribute, table.text("attribute"));
    bound = 1;
  } else {
    return table.error("policy.model",
                       fmt::format("model '{}' is not known; there are k-anonymity, l-diversity and t-closeness", kind),
                       "kind");
  }
  if (bound < 1 || bound > 1'000'000'000) return table.error("policy.model", "the bound must be 1 or more");
  out.bound = static_cast<int>(bound);
  return out;
}

}  // namespace

std::string_view name(Metric metric) {
  return kMetrics[static_cast<int>(metric)].word;
}

Result<Policy> Policy::load(const std::filesystem::path& file) {
  SEKISHO_TRY(const std::string text, read_text(file, 16 << 20));
  return parse(text, file);
}

Result<Policy> Policy::parse(std::string_view text, const std::filesystem::path& file) {
  SEKISHO_TRY(const TomlTable root, TomlTable::parse(text, file.string()));
  SEKISHO_CHECK(root.only(
      {"delimiter", "suppression_limit", "person", "household", "hospital", "metric", "attribute", "model", "title"}));
  Policy out;
  SEKISHO_TRY(const std::string delimiter, root.text("delimiter", ","));
  if (delimiter.size() != 1) return root.error("policy.delimiter", "the delimiter is one character", "delimiter");
  out.delimiter = delimiter[0];
  SEKISHO_TRY(out.suppression_limit, root.number("suppression_limit", 0));
  if (out.suppression_limit < 0 || out.suppression_limit > 1)
    return root.error("policy.limit", "suppression_limit lies between 0 and 1", "suppression_limit");
  SEKISHO_TRY(out.person, root.text("person", ""));
  SEKISHO_TRY(const std::string metric, root.text("metric", "loss"));
  SEKISHO_TRY(out.metric, choose(root, "metric", metric, kMetrics));
  SEKISHO_TRY(const std::vector<TomlTable> attributes, root.tables("attribute"));
  out.content_ = std::string(text);
  for (const TomlTable& table : attributes) {
    SEKISHO_TRY(Attribute attribute, read_attribute(table, file.parent_path()));
    if (out.find(attribute.name) != nullptr)
      return table.error("policy.attribute", fmt::format("attribute '{}' stands twice", attribute.name));
    out.content_ += fmt::format("\n--- {} {}\n", attribute.name, attribute.file.size()) + attribute.file;
    out.attributes.push_back(std::move(attribute));
  }
  SEKISHO_TRY(const std::vector<TomlTable> models, root.tables("model"));
  for (const TomlTable& table : models) {
    SEKISHO_TRY(Model model, read_model(table));
    const Attribute* attribute = out.find(model.attribute);
    if (!model.attribute.empty() && (attribute == nullptr || attribute->kind != Kind::kSensitive))
      return table.error("policy.model", fmt::format("'{}' is not a sensitive attribute", model.attribute),
                         "attribute");
    if (model.kind == Model::Kind::kHierarchicalCloseness && attribute->file.empty() && !attribute->rule)
      return table.error("policy.model",
                         fmt::format("the hierarchical distance needs a hierarchy of '{}'", model.attribute),
                         "attribute");
    out.models.push_back(std::move(model));
  }
  if (out.models.empty()) return root.error("policy.model", "a policy needs at least one [[model]]");
  return out;
}

const Attribute* Policy::find(std::string_view name) const {
  for (const Attribute& attribute : attributes)
    if (attribute.name == name) return &attribute;
  return nullptr;
}

int Policy::k() const {
  int k = 1;
  for (const Model& model : models)
    if (model.kind == Model::Kind::kAnonymity) k = std::max(k, model.bound);
  return k;
}

Result<Hierarchy> hierarchy_of(const Attribute& attribute, const Column& column, char delimiter) {
  auto hierarchy = attribute.rule ? Hierarchy::from_rule(*attribute.rule, column.values())
                                  : Hierarchy::from_csv(attribute.file, delimiter, attribute.file_name);
  if (!hierarchy) return hierarchy;
  for (const std::string& value : column.values())
    if (hierarchy->leaf(value) < 0)
      return fail("hierarchy.missing",
                  fmt::format("attribute '{}' holds a value that its hierarchy does not know", attribute.name),
                  {.file = attribute.file_name, .part = attribute.name},
                  "Add a row for it; an empty value needs a row too.");
  return hierarchy;
}

}  // namespace sekisho::anonymize

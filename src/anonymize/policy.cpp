#include "anonymize/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "anonymize/differential.h"
#include "core/file.h"

namespace sekisho::anonymize {

// Members `hierarchy` with `unknown` and `missing`, or [rule].
Result<Encoding> read_encoding(const TomlTable& root) {
  SEKISHO_TRY(const std::string text, root.text("encoding", ""));
  if (text.empty()) return Encoding::kDetect;
  if (text == "utf-8" || text == "UTF-8") return Encoding::kUtf8;
  if (text == "cp932" || text == "CP932") return Encoding::kCp932;
  return root.error("policy.encoding", "encoding is \"utf-8\" or \"cp932\"; without it it is detected", "encoding");
}

Result<void> read_hierarchy(const TomlTable& table, const std::filesystem::path& folder, Encoding encoding,
                            Attribute& out) {
  if (table.has("hierarchy") && table.has("rule"))
    return table.error("policy.hierarchy", "an attribute has a hierarchy or a rule, not both");
  if (table.has("hierarchy")) {
    SEKISHO_TRY(out.file_name, table.text("hierarchy"));
    auto text = read_text(folder / out.file_name);
    if (!text)
      return table.error("policy.hierarchy", fmt::format("the hierarchy {} cannot be read", out.file_name),
                         "hierarchy");
    SEKISHO_TRY(*text, to_utf8(std::move(*text), encoding, out.file_name));
    if (text->find_first_not_of("\xef\xbb\xbf\r\n") == std::string::npos)
      return table.error("policy.hierarchy", fmt::format("the hierarchy {} is empty", out.file_name), "hierarchy");
    out.file = std::move(*text);
  }
  if (table.has("rule")) {
    SEKISHO_TRY(out.rule, table.table("rule"));
    if (out.rule->has("file")) {
      SEKISHO_TRY(out.file_name, out.rule->text("file"));
      auto text = read_text(folder / out.file_name);
      if (!text)
        return out.rule->error("policy.hierarchy", fmt::format("the mapping {} cannot be read", out.file_name), "file");
      SEKISHO_TRY(*text, to_utf8(std::move(*text), encoding, out.file_name));
      out.mapping = std::move(*text);
    }
  }
  if (!out.rule) {
    SEKISHO_TRY(out.gaps, Gaps::read(table, Gap::kError));
  } else if (table.has("unknown") || table.has("missing")) {
    return table.error("policy.hierarchy", "'unknown' and 'missing' of a rule stand in its [attribute.rule]");
  }
  return {};
}

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

Result<Attribute> read_attribute(const TomlTable& table, const std::filesystem::path& folder, Encoding encoding) {
  SEKISHO_CHECK(
      table.only({"name", "kind", "hierarchy", "rule", "weight", "minimum", "maximum", "unknown", "missing"}));
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
  SEKISHO_CHECK(read_hierarchy(table, folder, encoding, out));
  if (out.kind == Kind::kQuasi && out.file.empty() && !out.rule)
    return table.error("policy.hierarchy", fmt::format("quasi-identifier '{}' has no hierarchy and no rule", out.name));
  return out;
}

// What a kind of model asks for.
struct ModelForm {
  std::string_view kind, variant;
  Model::Kind value;
  std::string_view bound;      // member with a whole number; "": none
  std::string_view threshold;  // member with a number; "": none
  double least = 0, most = 0;  // of the threshold
  bool sensitive = false;      // names an attribute
};
constexpr double kAny = 1e9;
constexpr ModelForm kModels[] = {
    {"k-anonymity", "", Model::Kind::kAnonymity, "k", ""},
    {"k-map", "", Model::Kind::kMap, "k", ""},
    {"l-diversity", "distinct", Model::Kind::kDistinctDiversity, "l", "", 0, 0, true},
    {"l-diversity", "entropy", Model::Kind::kEntropyDiversity, "", "l", 1, kAny, true},
    {"l-diversity", "recursive", Model::Kind::kRecursiveDiversity, "l", "c", 0, kAny, true},
    {"t-closeness", "", Model::Kind::kCloseness, "", "t", 0, 1, true},
    {"delta-presence", "", Model::Kind::kPresence, "", "maximum", 0, 1},
    {"beta-likeness", "", Model::Kind::kBetaLikeness, "", "beta", 0, kAny, true},
    {"delta-disclosure", "", Model::Kind::kDisclosure, "", "delta", 0, kAny, true},
    {"sample-uniqueness", "", Model::Kind::kSampleUniqueness, "", "threshold", 0, 1},
    {"average-risk", "", Model::Kind::kAverageRisk, "", "threshold", 0, 1},
    {"population-uniqueness", "", Model::Kind::kPopulationUniqueness, "", "threshold", 0, 1},
};
constexpr Word<Model::Distance> kDistances[] = {{"equal", Model::Distance::kEqual},
                                                {"ordered", Model::Distance::kOrdered},
                                                {"hierarchical", Model::Distance::kHierarchical}};

Result<const ModelForm*> form_of(const TomlTable& table) {
  SEKISHO_TRY(const std::string kind, table.text("kind"));
  SEKISHO_TRY(const std::string variant, table.text("variant", kind == "l-diversity" ? "distinct" : ""));
  std::string known;
  bool kind_known = false;
  for (const ModelForm& form : kModels) {
    if (form.kind == kind && (form.variant == variant || (form.variant.empty() && kind == "beta-likeness")))
      return &form;
    kind_known = kind_known || form.kind == kind;
    if (known.find(form.kind) == std::string::npos) known += (known.empty() ? "" : ", ") + std::string(form.kind);
  }
  if (kind_known)
    return table.error("policy.model", fmt::format("{} of variant '{}' is not known", kind, variant), "variant");
  return table.error("policy.model", fmt::format("model '{}' is not known; there are {}", kind, known), "kind");
}

Result<Model> read_model(const TomlTable& table) {
  SEKISHO_CHECK(table.only({"kind", "k", "l", "c", "t", "beta", "delta", "minimum", "maximum", "threshold", "variant",
                            "distance", "attribute", "estimator", "significance"}));
  SEKISHO_TRY(const ModelForm* form, form_of(table));
  Model out;
  out.kind = form->value;
  if (!form->bound.empty()) {
    SEKISHO_TRY(const std::int64_t bound, table.integer(form->bound));
    if (bound < 1 || bound > 1'000'000'000)
      return table.error("policy.model", fmt::format("{} must be 1 or more", form->bound), form->bound);
    out.bound = static_cast<int>(bound);
  }
  if (!form->threshold.empty()) {
    if (!table.has(form->threshold))
      return table.error("policy.model", fmt::format("{} needs '{}'", form->kind, form->threshold), "kind");
    SEKISHO_TRY(out.threshold, table.number(form->threshold, 0));
    if (!(out.threshold >= form->least && out.threshold <= form->most))
      return table.error("policy.model",
                         fmt::format("{} must lie between {} and {}", form->threshold, form->least, form->most),
                         form->threshold);
  }
  if (form->sensitive) {
    SEKISHO_TRY(out.attribute, table.text("attribute"));
  }
  if (out.kind == Model::Kind::kMap) {
    using Estimator = Model::Estimator;
    constexpr Word<Estimator> kEstimators[] = {{"none", Estimator::kNone},
                                               {"poisson", Estimator::kPoisson},
                                               {"zero-truncated-poisson", Estimator::kZeroTruncated}};
    SEKISHO_TRY(const std::string estimator, table.text("estimator", "none"));
    SEKISHO_TRY(out.estimator, choose(table, "estimator", estimator, kEstimators));
    SEKISHO_TRY(out.significance, table.number("significance", 0.05));
    if (!(out.significance > 0 && out.significance < 1))
      return table.error("policy.model", "significance lies between 0 and 1", "significance");
  }
  if (out.kind == Model::Kind::kPresence) {
    SEKISHO_TRY(out.minimum, table.number("minimum", 0));
    if (!(out.minimum >= 0 && out.minimum <= out.threshold))
      return table.error("policy.model", "minimum must lie between 0 and maximum", "minimum");
  }
  if (out.kind == Model::Kind::kCloseness) {
    SEKISHO_TRY(const std::string distance, table.text("distance", "equal"));
    SEKISHO_TRY(out.distance, choose(table, "distance", distance, kDistances));
  }
  if (out.kind == Model::Kind::kBetaLikeness) {
    SEKISHO_TRY(const std::string variant, table.text("variant", "basic"));
    if (variant != "basic" && variant != "enhanced")
      return table.error("policy.model", "beta-likeness is of variant basic or enhanced", "variant");
    out.enhanced = variant == "enhanced";
  }
  return out;
}

// Columns and numbers beside attributes and models.
Result<void> read_circumstances(const TomlTable& root, const std::filesystem::path& folder, Policy& out) {
  SEKISHO_TRY(out.person, root.text("person", ""));
  SEKISHO_TRY(out.household, root.text("household", ""));
  SEKISHO_TRY(out.hospital, root.text("hospital", ""));
  SEKISHO_TRY(const std::int64_t hospitals, root.integer("minimum_hospitals", 0));
  if (hospitals < 0 || hospitals > 1'000'000 || (hospitals > 0 && out.hospital.empty()))
    return root.error("policy.hospital", "minimum_hospitals needs a hospital column and is 0 or more",
                      "minimum_hospitals");
  out.minimum_hospitals = static_cast<int>(hospitals);
  SEKISHO_TRY(out.population_name, root.text("population", ""));
  if (!out.population_name.empty()) {
    auto text = read_text(folder / out.population_name);
    if (!text)
      return root.error("policy.population", fmt::format("the population {} cannot be read", out.population_name),
                        "population");
    SEKISHO_TRY(out.population, to_utf8(std::move(*text), out.encoding, out.population_name));
  }
  SEKISHO_TRY(out.population_size, root.number("population_size", 0));
  SEKISHO_TRY(out.gs_factor, root.number("gs_factor", 0.5));
  if (!(out.gs_factor >= 0 && out.gs_factor <= 1))
    return root.error("policy.gs_factor", "gs_factor lies between 0 and 1", "gs_factor");
  return {};
}

Result<Differential> read_differential(const TomlTable& table) {
  SEKISHO_CHECK(table.only({"kind", "epsilon", "delta", "search_epsilon", "steps", "beta"}));
  for (const char* member : {"epsilon", "delta"})
    if (!table.has(member))
      return table.error("policy.differential", fmt::format("differential privacy needs '{}'", member), "kind");
  Differential out;
  SEKISHO_TRY(out.epsilon, table.number("epsilon", 0));
  SEKISHO_TRY(out.delta, table.number("delta", 0));
  SEKISHO_TRY(out.search_epsilon, table.number("search_epsilon", 0));
  SEKISHO_TRY(const std::int64_t steps, table.integer("steps", out.steps));
  if (!(out.epsilon > 0 && out.epsilon <= 20))
    return table.error("policy.differential", "epsilon lies above 0 and up to 20", "epsilon");
  if (!(out.delta > 0 && out.delta < 1))
    return table.error("policy.differential", "delta lies between 0 and 1", "delta");
  if (!(out.search_epsilon >= 0 && out.search_epsilon < out.epsilon))
    return table.error("policy.differential", "search_epsilon is a part of epsilon", "search_epsilon");
  if (steps < 1 || steps > 10'000) return table.error("policy.differential", "steps lie between 1 and 10000", "steps");
  out.steps = static_cast<int>(steps);
  // What the choice of levels leaves.
  const double rest = out.epsilon - out.search_epsilon, most = -std::expm1(-rest);
  SEKISHO_TRY(out.beta, table.number("beta", most));
  if (!(out.beta > 0 && out.beta <= most * (1 + 1e-12)))
    return table.error("policy.differential", fmt::format("beta lies above 0 and up to {:.6g}", most), "beta");
  out.k = differential_k(rest, out.delta, out.beta);
  if (out.k == 0) return table.error("policy.differential", "no class size would reach this delta", "delta");
  return out;
}

// Whatever else leaves with the data, or decides by it which classes leave, would break the promise.
Result<void> check_differential(const TomlTable& root, const Policy& policy) {
  const auto wrong = [&](const std::string& why) { return root.error("policy.differential", why); };
  for (const Model& model : policy.models)
    if (model.kind != Model::Kind::kAnonymity)
      return wrong(
          fmt::format("differential privacy and {} exclude each other: which classes would leave depends on "
                      "values that it does not protect",
                      describe(model)));
  if (!policy.household.empty() || !policy.hospital.empty() || policy.local_recoding)
    return wrong("differential privacy excludes household, hospital and local_recoding");
  for (const Attribute& attribute : policy.attributes) {
    if (attribute.kind == Kind::kSensitive || attribute.kind == Kind::kInsensitive)
      return wrong(fmt::format(
          "under differential privacy '{}' must be quasi or identifying: nothing may leave as it is", attribute.name));
    if (attribute.kind != Kind::kQuasi) continue;
    if (policy.differential->search_epsilon <= 0 && attribute.minimum != attribute.maximum)
      return wrong(
          fmt::format("without search_epsilon the levels are fixed: '{}' needs minimum = maximum", attribute.name));
    if (attribute.rule && attribute.rule->json().value("kind", Json()) == "order" && !attribute.rule->has("values"))
      return wrong(
          fmt::format("under differential privacy the order of '{}' must be given by 'values'", attribute.name));
  }
  return {};
}

// What a model needs of the rest of the policy.
Result<void> check_model(const TomlTable& table, const Model& model, const Policy& policy) {
  const Attribute* attribute = policy.find(model.attribute);
  if (!model.attribute.empty() && (attribute == nullptr || attribute->kind != Kind::kSensitive))
    return table.error("policy.model", fmt::format("'{}' is not a sensitive attribute", model.attribute), "attribute");
  if (model.distance == Model::Distance::kHierarchical && attribute->file.empty() && !attribute->rule)
    return table.error("policy.model",
                       fmt::format("the hierarchical distance needs a hierarchy of '{}'", model.attribute), "distance");
  if (model.estimator != Model::Estimator::kNone) {
    if (!(policy.population_size >= 1))
      return table.error("policy.population", "an estimator needs population_size in the policy", "estimator");
    if (!policy.population.empty())
      return table.error("policy.population", "with a table of the population there is nothing to estimate",
                         "estimator");
  } else if ((model.kind == Model::Kind::kMap || model.kind == Model::Kind::kPresence) && policy.population.empty())
    return table.error("policy.population",
                       "this model needs population = \"FILE.csv\" in the policy (k-map: or an estimator)", "kind");
  if (model.kind == Model::Kind::kPopulationUniqueness && !(policy.population_size >= 1))
    return table.error("policy.population", "this model needs population_size in the policy", "kind");
  return {};
}

// Models that judge the whole table or the whole population do not hold for the union of rounds.
Result<void> check_local(const TomlTable& root, const Policy& policy) {
  for (const Model& model : policy.models)
    if (policy.local_recoding &&
        (model.kind == Model::Kind::kPresence || model.kind == Model::Kind::kPopulationUniqueness ||
         (model.kind == Model::Kind::kMap && model.estimator == Model::Estimator::kNone)))
      return root.error("policy.local", fmt::format("local_recoding and {} exclude each other", describe(model)),
                        "local_recoding");
  return {};
}

}  // namespace

std::string_view name(Metric metric) {
  return kMetrics[static_cast<int>(metric)].word;
}

std::string describe(const Model& model) {
  for (const ModelForm& form : kModels) {
    if (form.value != model.kind) continue;
    return fmt::format("{}{}{}", form.variant, form.variant.empty() ? "" : " ", form.kind) +
           (model.attribute.empty() ? "" : fmt::format(" of '{}'", model.attribute));
  }
  return "";
}

Result<Policy> Policy::load(const std::filesystem::path& file) {
  SEKISHO_TRY(const std::string text, read_text(file, 16 << 20));
  return parse(text, file);
}

Result<Policy> Policy::parse(std::string_view text, const std::filesystem::path& file) {
  SEKISHO_TRY(const TomlTable root, TomlTable::parse(text, file.string()));
  SEKISHO_CHECK(root.only({"delimiter", "encoding", "suppression_limit", "person", "household", "hospital",
                           "minimum_hospitals", "population", "population_size", "gs_factor", "metric", "attribute",
                           "model", "title", "local_recoding", "local_limit"}));
  Policy out;
  SEKISHO_TRY(const std::string delimiter, root.text("delimiter", ","));
  if (delimiter.size() != 1) return root.error("policy.delimiter", "the delimiter is one character", "delimiter");
  out.delimiter = delimiter[0];
  SEKISHO_TRY(out.encoding, read_encoding(root));
  SEKISHO_TRY(out.suppression_limit, root.number("suppression_limit", 0));
  if (!(out.suppression_limit >= 0 && out.suppression_limit <= 1))
    return root.error("policy.limit", "suppression_limit lies between 0 and 1", "suppression_limit");
  SEKISHO_CHECK(read_circumstances(root, file.parent_path(), out));
  SEKISHO_TRY(const std::string metric, root.text("metric", "loss"));
  SEKISHO_TRY(out.metric, choose(root, "metric", metric, kMetrics));
  SEKISHO_TRY(const std::vector<TomlTable> attributes, root.tables("attribute"));
  out.content_ = std::string(text);
  if (!out.population.empty()) out.content_ += "\n--- population\n" + out.population;
  for (const TomlTable& table : attributes) {
    SEKISHO_TRY(Attribute attribute, read_attribute(table, file.parent_path(), out.encoding));
    if (out.find(attribute.name) != nullptr)
      return table.error("policy.attribute", fmt::format("attribute '{}' stands twice", attribute.name));
    out.content_ += fmt::format("\n--- {} {}\n", attribute.name, attribute.file.size()) + attribute.file;
    if (!attribute.mapping.empty())
      out.content_ +=
          fmt::format("\n--- mapping of {} {}\n", attribute.name, attribute.mapping.size()) + attribute.mapping;
    out.attributes.push_back(std::move(attribute));
  }
  SEKISHO_TRY(const std::vector<TomlTable> models, root.tables("model"));
  SEKISHO_TRY(out.local_recoding, root.boolean("local_recoding", false));
  SEKISHO_TRY(out.local_limit, root.number("local_limit", out.suppression_limit));
  if (!(out.local_limit >= out.suppression_limit && (out.local_limit < 1 || !out.local_recoding)))
    return root.error("policy.limit", "local_limit lies between suppression_limit and 1", "local_limit");
  for (const TomlTable& table : models) {
    if (table.json().value("kind", Json()) == "differential-privacy") {
      if (out.differential) return table.error("policy.differential", "differential privacy is asked for twice");
      SEKISHO_TRY(out.differential, read_differential(table));
      continue;
    }
    SEKISHO_TRY(Model model, read_model(table));
    SEKISHO_CHECK(check_model(table, model, out));
    out.models.push_back(std::move(model));
  }
  if (out.differential) {
    SEKISHO_CHECK(check_differential(root, out));
    out.models.push_back({.kind = Model::Kind::kAnonymity, .bound = out.differential->k});
    out.suppression_limit = 1;
  }
  if (out.models.empty()) return root.error("policy.model", "a policy needs at least one [[model]]");
  SEKISHO_CHECK(check_local(root, out));
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
  auto hierarchy = attribute.rule ? Hierarchy::from_rule(*attribute.rule, column.values(), attribute.mapping, delimiter)
                                  : Hierarchy::from_csv(attribute.file, delimiter, attribute.file_name, attribute.gaps,
                                                        column.values());
  if (!hierarchy) return hierarchy;
  std::size_t missing = 0;
  std::string examples;
  for (const std::string& value : column.values())
    if (hierarchy->leaf(value) < 0 && ++missing <= 5)
      examples += fmt::format("{}'{}'", missing > 1 ? ", " : "", std::string_view(value).substr(0, 40));
  if (missing > 0)
    return fail("hierarchy.missing",
                fmt::format("attribute '{}' holds {} value{} that its hierarchy does not know: {}{}", attribute.name,
                            missing, missing == 1 ? "" : "s", examples, missing > 5 ? ", ..." : ""),
                {.file = attribute.file_name, .part = attribute.name},
                "Add a row for each; an empty value needs a row too.");
  return hierarchy;
}

}  // namespace sekisho::anonymize

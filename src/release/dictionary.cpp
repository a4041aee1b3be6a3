#include "release/dictionary.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "release/xpt.h"

namespace sekisho::release::detail {
namespace {

// A column with more different texts gets no list of them unless its codes have names.
constexpr std::size_t kListedValues = 60;

// Levels of a variable round after round; empty for one that is no quasi-identifier.
std::vector<int> levels_of(const anonymize::Decision& decision, std::string_view name) {
  std::vector<int> out;
  const auto add = [&](const anonymize::Decision& one) {
    for (const auto& [attribute, level] : one.levels)
      if (attribute == name) out.push_back(level);
  };
  add(decision);
  for (const anonymize::Decision& round : decision.rounds)
    add(round);
  return out;
}

std::string joined(const std::vector<int>& levels) {
  std::string out;
  for (const int level : levels)
    out += fmt::format("{}{}", out.empty() ? "" : ", ", level);
  return out;
}

std::string rule_of(const anonymize::Attribute& attribute) {
  if (!attribute.file_name.empty()) return attribute.file_name;
  if (!attribute.rule) return "";
  const auto kind = attribute.rule->text("kind", "");
  return kind ? *kind : "";
}

std::string_view kind_name(anonymize::Kind kind) {
  switch (kind) {
    case anonymize::Kind::kIdentifying:
      return "identifying";
    case anonymize::Kind::kQuasi:
      return "quasi-identifier";
    case anonymize::Kind::kSensitive:
      return "sensitive";
    case anonymize::Kind::kInsensitive:
      break;
  }
  return "insensitive";
}

struct Change {
  std::size_t rows = 0, before = 0, after = 0;  // rows with another text; different values then and now
};

Change change_of(const anonymize::Applied& applied, std::size_t column) {
  const anonymize::Applied::Shown& shown = applied.shown[column];
  std::set<std::string_view> before, after;
  Change out;
  for (std::size_t row = 0; row < applied.rows(); ++row) {
    const std::string& was = shown.column->text(applied.source[row]);
    const std::string& is = applied.text(row, column);
    before.insert(was);
    after.insert(is);
    out.rows += was != is ? 1 : 0;
  }
  out.before = before.size();
  out.after = after.size();
  return out;
}

Json method_of(const anonymize::Attribute& attribute, const std::vector<int>& levels, const Change& change,
               std::size_t rows) {
  const bool as_recorded = std::ranges::all_of(levels, [](int level) { return level == 0; });
  const std::string rule = rule_of(attribute);
  Json out{{"OID", "MT." + attribute.name}, {"Name", attribute.name}, {"Type", "Anonymization"}};
  if (as_recorded)
    out["Description"] = bilingual("記録のまま", "as recorded");
  else
    out["Description"] =
        bilingual(fmt::format("一般化: 階層「{}」の水準 {} に置き換えた", rule, joined(levels)),
                  fmt::format("generalized: replaced by level {} of the hierarchy '{}'", joined(levels), rule));
  out["Hierarchy"] = rule;
  out["Levels"] = levels;
  out["ChangedRows"] = change.rows;
  out["Rows"] = rows;
  out["ValuesBefore"] = change.before;
  out["ValuesAfter"] = change.after;
  return out;
}

// Beside the columns of dataset.csv: the title of each variable, and whether it may be a number: it has a unit, no code
// set, and its values were not generalized.
std::vector<std::string> labels_of(const Prepared& prepared, const anonymize::Applied& applied) {
  std::vector<std::string> out{"Number of the person in this dataset"};
  for (const std::string& name : applied.header) {
    if (name == prepared.recipe.person) continue;
    const recipe::Variable* variable = prepared.recipe.variable("", name);
    out.push_back(variable == nullptr ? name : variable->title);
  }
  return out;
}

std::vector<bool> may_be_numeric(const Prepared& prepared, const anonymize::Applied& applied,
                                 const anonymize::Decision& decision) {
  std::vector<bool> out{true};
  for (const std::string& name : applied.header) {
    if (name == prepared.recipe.person) continue;
    const recipe::Variable* variable = prepared.recipe.variable("", name);
    const std::vector<int> levels = levels_of(decision, name);
    out.push_back(variable != nullptr && !variable->unit.empty() && variable->codeset.empty() &&
                  std::ranges::all_of(levels, [](int level) { return level == 0; }));
  }
  return out;
}

}  // namespace

Json bilingual(std::string_view ja, std::string_view en) {
  return {{"ja", ja}, {"en", en}};
}

Json code_list(const Prepared& prepared, const recipe::Variable* variable, const FormTable& table, std::size_t column,
               bool generalized, const std::string& in) {
  std::map<std::string, std::string> items;
  const recipe::CodeSet* set = variable == nullptr ? nullptr : prepared.recipe.codeset(variable->codeset);
  const bool named = set != nullptr && !generalized;
  if (named) {
    for (const auto& row : set->rows)
      if (!row[2].empty()) items[row[2]] = row[4];
  } else {
    for (const auto& row : table.rows) {
      if (!row[column].empty()) items.emplace(row[column], "");
      if (items.size() > kListedValues) return nullptr;
    }
  }
  Json out{{"OID", "CL." + in + table.variables[column].name},
           {"Name", named ? set->name : table.variables[column].name},
           {"DataType", "text"}};
  if (named) out["Version"] = set->version;
  Json& list = out["CodeListItem"] = Json::array();
  for (const auto& [value, name] : items) {
    Json item{{"CodedValue", value}};
    if (!name.empty()) item["Decode"] = name;
    list.push_back(std::move(item));
  }
  return out;
}

Json item_of(const FormTable& table, std::size_t column, const recipe::Variable* variable, const std::string& in) {
  const FormVariable& form = table.variables[column];
  std::size_t longest = 0, missing = 0;
  for (const auto& row : table.rows) {
    longest = std::max(longest, row[column].size());
    missing += row[column].empty() ? 1 : 0;
  }
  Json out{{"OID", "IT." + in + form.name},
           {"Name", form.name},
           {"DataType", !form.numeric  ? "text"
                        : form.integer ? "integer"
                                       : "float"},
           {"Length", longest}};
  out["Description"] = variable == nullptr ? bilingual("対象者番号 (このデータセットだけのもの)",
                                                       "Number of the person, in this dataset only")
                                           : bilingual(variable->title_ja, variable->title);
  if (variable != nullptr && !variable->unit.empty()) out["MeasurementUnit"] = variable->unit;
  out["Missing"] = missing;
  return out;
}

Result<Described> describe_rows(const DescribeRequest& request, const anonymize::Applied& applied,
                                const anonymize::Decision& decision) {
  const Prepared& prepared = request.prepared;
  Described out;
  SEKISHO_TRY(FormTable read, form_table(request.dataset.tables.front().csv, labels_of(prepared, applied),
                                         may_be_numeric(prepared, applied, decision)));
  const FormTable& table = out.tables.emplace_back(std::move(read));
  std::vector<std::string> names;
  for (const FormVariable& variable : table.variables)
    names.push_back(variable.name);
  const std::vector<std::string> sas = xpt_names(names, 5);
  Json refs = Json::array(), items = Json::array(), lists = Json::array(), methods = Json::array();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const recipe::Variable* variable = prepared.recipe.variable("", names[i]);
    const anonymize::Attribute* attribute = prepared.policy.find(names[i]);
    Json item = item_of(table, i, variable, "");
    item["SASFieldName"] = sas[i];
    Json ref{{"ItemOID", item["OID"]}, {"OrderNumber", i + 1}, {"Mandatory", item["Missing"] == 0 ? "Yes" : "No"}};
    if (attribute != nullptr) {
      const std::vector<int> levels = levels_of(decision, names[i]);
      const bool generalized = std::ranges::any_of(levels, [](int level) { return level > 0; });
      const auto column =
          static_cast<std::size_t>(std::ranges::find(applied.header, names[i]) - applied.header.begin());
      item["Role"] = kind_name(attribute->kind);
      item["Origin"] = {{"Type", "Derived"}, {"Source", prepared.recipe.name + " " + prepared.recipe.version}};
      methods.push_back(method_of(*attribute, levels, change_of(applied, column), applied.rows()));
      ref["MethodOID"] = methods.back()["OID"];
      if (!table.variables[i].numeric)
        if (Json list = code_list(prepared, variable, table, i, generalized, ""); !list.is_null()) {
          item["CodeListOID"] = list["OID"];
          lists.push_back(std::move(list));
        }
    } else {
      item["Role"] = "identifier of this dataset alone";
      item["Origin"] = {{"Type", "Assigned"}};
    }
    refs.push_back(std::move(ref));
    items.push_back(std::move(item));
  }
  const std::size_t rows = applied.rows(), all_rows = prepared.table().rows;
  out.define = {{"FileType", "Snapshot"},
                {"Study",
                 {{"OID", prepared.recipe.name},
                  {"Version", prepared.recipe.version},
                  {"Name", bilingual(prepared.recipe.title_ja, prepared.recipe.title)}}},
                {"MetaDataVersion",
                 {{"OID", request.id},
                  {"Formats", request.formats},
                  {"ItemGroupDef",
                   {{"OID", "IG.DATASET"},
                    {"Name", "DATASET"},
                    {"Repeating", rows > request.dataset.persons ? "Yes" : "No"},
                    {"Rows", rows},
                    {"Persons", request.dataset.persons},
                    {"SuppressedRows", all_rows - rows},
                    {"SuppressedPersons", prepared.persons() - request.dataset.persons},
                    {"ItemRef", refs}}},
                  {"ItemDef", items},
                  {"CodeList", lists},
                  {"MethodDef", methods}}}};
  return out;
}

}  // namespace sekisho::release::detail

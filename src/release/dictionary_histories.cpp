// The dictionary of whole histories: a group of variables for each table, and what became of the values of each.
#include <fmt/format.h>

#include <algorithm>

#include "release/dictionary.h"
#include "release/xpt.h"

namespace sekisho::release::detail {
namespace {

using Kind = anonymize::HistoryColumn::Kind;
using anonymize::DateRule;
using anonymize::History;
using anonymize::HistoryColumn;
using anonymize::HistoryPolicy;

struct ColumnRole {
  Kind kind;
  std::string_view name;
};
constexpr ColumnRole kColumnRoles[] = {{Kind::kItem, "item of a person's set"},
                                       {Kind::kNumber, "number within bounds"},
                                       {Kind::kKeep, "as recorded"},
                                       {Kind::kText, "free text"},
                                       {Kind::kDrop, "left out"},
                                       {Kind::kHousehold, "left out"}};
std::string_view role_of(const HistoryColumn* column) {
  if (column == nullptr) return "date";
  for (const ColumnRole& role : kColumnRoles)
    if (role.kind == column->kind) return role.name;
  return "";
}

Json date_rule(const DateRule& rule) {
  if (rule.kind == DateRule::Kind::kCoarsen)
    return bilingual(fmt::format("日付を{}に丸め、まれな組合せを除いた", rule.unit == "week"      ? "週"
                                                                         : rule.unit == "month"   ? "月"
                                                                         : rule.unit == "quarter" ? "四半期"
                                                                                                  : "年"),
                     fmt::format("coarsened to the {}; rare combinations left out", rule.unit));
  const std::string gap_ja = rule.gap > 1 ? fmt::format("、間隔を {} 日の倍数に切り上げた", rule.gap) : "";
  const std::string gap = rule.gap > 1 ? fmt::format("; days between rounded up to multiples of {}", rule.gap) : "";
  return bilingual(
      fmt::format("一人のすべての日付を同じ秘密の日数 (±{} 日以内) だけ動かした{}", rule.shift, gap_ja),
      fmt::format("all dates of a person moved by one secret number of days within {}{}", rule.shift, gap));
}

Json rule_text(const HistoryPolicy& policy, const HistoryColumn* column) {
  if (column == nullptr) return date_rule(policy.dates);
  switch (column->kind) {
    case Kind::kItem:
      return bilingual(
          fmt::format("{} 個までの組合せを {} 人以上が持つまで、上位の分類に置き換えるか除いた", policy.m, policy.k),
          fmt::format("replaced by what stands above it, or left out, until each combination of up to {} "
                      "is held by {} persons or more",
                      policy.m, policy.k));
    case Kind::kNumber:
      return bilingual("範囲を超える値は限界値で示す", "beyond its bounds the bound is shown");
    case Kind::kText:
      return column->approved.empty() ? bilingual("自由記載は除いた", "free text was left out")
                                      : bilingual(fmt::format("自由記載 ({} が確認)", column->approved),
                                                  fmt::format("free text, read by {}", column->approved));
    case Kind::kKeep:
      return bilingual("記録のまま", "as recorded");
    default:
      return bilingual("除いた", "left out");
  }
}

std::string oid_part(const std::string& table) {
  return table + ".";
}

// A table's variables: those that leave as items, all of them as methods.
class TableDescriber {
 public:
  TableDescriber(const DescribeRequest& request, const anonymize::FinishedHistories& finished, std::size_t place,
                 Json& items, Json& lists, Json& methods)
      : request_(request),
        history_(finished.histories[place]),
        policy_(*request.prepared.history_policy),
        rule_(policy_.histories[place]),
        place_(place),
        items_(items),
        lists_(lists),
        methods_(methods) {}

  Result<FormTable> run(Json& group) {
    SEKISHO_TRY(FormTable table, form_table(request_.dataset.tables[place_].csv, labels(), may_be_numeric()));
    for (const auto& [name, changes] : history_.changes)
      add_method(name, changes);
    Json refs = Json::array();
    std::vector<std::string> names;
    for (const FormVariable& variable : table.variables)
      names.push_back(variable.name);
    const std::vector<std::string> sas = xpt_names(names, 5);
    for (std::size_t i = 0; i < names.size(); ++i)
      refs.push_back(add_item(table, i, sas[i]));
    const recipe::Product* product = product_of();
    group = {{"OID", "IG." + history_.name},
             {"Name", history_.name},
             {"Description", bilingual(product->title_ja, product->title)},
             {"Repeating", history_.rows > history_.persons ? "Yes" : "No"},
             {"Rows", history_.rows},
             {"Persons", history_.persons},
             {"SuppressedRows", history_.rows_before - history_.rows},
             {"SuppressedPersons", history_.persons_before - history_.persons},
             {"ItemRef", refs}};
    return table;
  }

 private:
  const recipe::Product* product_of() const {
    for (const recipe::Product& product : request_.prepared.recipe.products)
      if (product.name == history_.name) return &product;
    return nullptr;  // not reached: each history has its table
  }
  const recipe::Variable* variable(const std::string& name) const {
    return request_.prepared.recipe.variable(history_.name, name);
  }
  std::vector<std::string> labels() const {
    std::vector<std::string> out{"Number of the person in this dataset"};
    for (std::size_t i = 1; i < history_.header.size(); ++i) {
      const recipe::Variable* one = variable(history_.header[i]);
      out.push_back(one == nullptr ? history_.header[i] : one->title);
    }
    return out;
  }
  std::vector<bool> may_be_numeric() const {
    std::vector<bool> out{true};
    for (std::size_t i = 1; i < history_.header.size(); ++i) {
      const HistoryColumn* column = rule_.find(history_.header[i]);
      const recipe::Variable* one = variable(history_.header[i]);
      out.push_back(column != nullptr && one != nullptr && one->codeset.empty() &&
                    (column->kind == Kind::kNumber || (column->kind == Kind::kKeep && !one->unit.empty())));
    }
    return out;
  }
  void add_method(const std::string& name, const anonymize::VariableChanges& changes) {
    const HistoryColumn* column = rule_.find(name);
    methods_.push_back({{"OID", "MT." + oid_part(history_.name) + name},
                        {"Name", name},
                        {"Table", history_.name},
                        {"Type", "Anonymization"},
                        {"Role", role_of(column)},
                        {"Description", rule_text(policy_, column)},
                        {"Hierarchy", column == nullptr ? "" : column->attribute.file_name},
                        {"Changes", changes.to_json()}});
  }
  Json add_item(const FormTable& table, std::size_t i, const std::string& sas) {
    const std::string& name = table.variables[i].name;
    const recipe::Variable* one = variable(name);
    Json item = item_of(table, i, one, oid_part(history_.name));
    item["SASFieldName"] = sas;
    item["Table"] = history_.name;
    Json ref{{"ItemOID", item["OID"]}, {"OrderNumber", i + 1}, {"Mandatory", item["Missing"] == 0 ? "Yes" : "No"}};
    if (i == 0) {
      item["Role"] = "identifier of this dataset alone";
      item["Origin"] = {{"Type", "Assigned"}};
    } else {
      const recipe::Recipe& recipe = request_.prepared.recipe;
      item["Role"] = role_of(rule_.find(name));
      item["Origin"] = {{"Type", "Derived"}, {"Source", recipe.name + " " + recipe.version}};
      ref["MethodOID"] = "MT." + oid_part(history_.name) + name;
      const auto found =
          std::ranges::find(history_.changes, name, &std::pair<std::string, anonymize::VariableChanges>::first);
      const bool generalized = found != history_.changes.end() && found->second.generalized > 0;
      if (!table.variables[i].numeric)
        if (Json list = code_list(request_.prepared, one, table, i, generalized, oid_part(history_.name));
            !list.is_null()) {
          item["CodeListOID"] = list["OID"];
          lists_.push_back(std::move(list));
        }
    }
    items_.push_back(std::move(item));
    return ref;
  }

  const DescribeRequest& request_;
  const anonymize::FinishedHistory& history_;
  const HistoryPolicy& policy_;
  const History& rule_;
  std::size_t place_;
  Json &items_, &lists_, &methods_;
};

}  // namespace

Result<Described> describe_histories(const DescribeRequest& request, const anonymize::FinishedHistories& finished) {
  const recipe::Recipe& recipe = request.prepared.recipe;
  Described out;
  Json groups = Json::array(), items = Json::array(), lists = Json::array(), methods = Json::array();
  for (std::size_t h = 0; h < finished.histories.size(); ++h) {
    Json group;
    SEKISHO_TRY(FormTable table, TableDescriber(request, finished, h, items, lists, methods).run(group));
    out.tables.push_back(std::move(table));
    groups.push_back(std::move(group));
  }
  Json specific = Json::array();
  for (const auto& [reason, values] : finished.specific)
    specific.push_back({{"Reason", reason}, {"Values", values}});
  out.define = {
      {"FileType", "Snapshot"},
      {"Study",
       {{"OID", recipe.name}, {"Version", recipe.version}, {"Name", bilingual(recipe.title_ja, recipe.title)}}},
      {"MetaDataVersion",
       {{"OID", request.id},
        {"Formats", request.formats},
        {"Persons", request.dataset.persons},
        {"EligiblePersons", request.prepared.persons()},
        {"ItemGroupDef", groups},
        {"ItemDef", items},
        {"CodeList", lists},
        {"MethodDef", methods},
        {"SpecificDescriptions", specific}}}};
  return out;
}

}  // namespace sekisho::release::detail

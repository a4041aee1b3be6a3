// Finished files judged by SQL over their texts, with and without the policy at hand.
#include <fmt/format.h>

#include "core/csv.h"
#include "core/file.h"
#include "release/dataset.h"

namespace sekisho::release::detail {

namespace fs = std::filesystem;
using columns::sql_name;
using columns::sql_text;

namespace {

constexpr const char* kId = "id";  // the column of persons in every finished file

Result<void> write_rows_before(const anonymize::Table& table, const std::string& person, const fs::path& file) {
  std::string csv;
  std::vector<std::string_view> fields;
  for (const anonymize::Column& column : table.columns)
    fields.push_back(column.name() == person ? std::string_view(kId) : std::string_view(column.name()));
  append_csv(csv, fields);
  for (std::size_t row = 0; row < table.rows; ++row) {
    for (std::size_t i = 0; i < fields.size(); ++i)
      fields[i] = table.columns[i].text(row);
    append_csv(csv, fields);
  }
  return write_file_durable(file, csv, 0600);
}

}  // namespace

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

Result<anonymize::Audit> audit_models(const fs::path& csv, const Prepared& prepared) {
  anonymize::Policy policy = prepared.policy;
  for (anonymize::Attribute& attribute : policy.attributes)
    if (attribute.name == policy.person) attribute.name = kId;
  policy.person = kId;
  SEKISHO_TRY(const TemporaryFolder scratch, TemporaryFolder::create("sekisho-audit"));
  SEKISHO_CHECK(write_rows_before(prepared.table(), prepared.recipe.person, scratch.path() / "before.csv"));
  return anonymize::audit(csv, policy, scratch.path() / "before.csv", ',');
}

Result<anonymize::HistoryAudit> audit_finished_histories(const fs::path& folder, const anonymize::HistoryPolicy& before,
                                                         int threads) {
  anonymize::HistoryPolicy policy = before;
  policy.person = kId;
  return anonymize::audit_histories(folder, policy, "2GB", threads);
}

Json audited_tables(const anonymize::HistoryPolicy& policy, const anonymize::FinishedHistories& finished) {
  const bool coarse = policy.dates.kind == anonymize::DateRule::Kind::kCoarsen;
  Json tables = Json::array();
  for (std::size_t h = 0; h < policy.histories.size(); ++h) {
    const anonymize::History& history = policy.histories[h];
    Json items = Json::array();
    for (const std::string& name : finished.histories[h].header) {
      const anonymize::HistoryColumn* column = history.find(name);
      const bool item = column != nullptr ? column->kind == anonymize::HistoryColumn::Kind::kItem
                                          : coarse && !history.date.empty() && name == history.date;
      if (item) items.push_back(name);
    }
    tables.push_back({{"name", history.name}, {"items", items}});
  }
  return {{"k", policy.k}, {"m", policy.m}, {"rows", policy.rows}, {"tables", tables}};
}

Result<anonymize::HistoryPolicy> policy_of_audit(const Json& audit) {
  anonymize::HistoryPolicy out;
  out.person = kId;
  const auto wrong = [] { return fail("release.manifest", "'audit' of the manifest is malformed"); };
  if (!audit.contains("k") || !audit["k"].is_number_unsigned() || !audit.contains("m") ||
      !audit["m"].is_number_unsigned() || !audit["tables"].is_array())
    return wrong();
  out.k = audit["k"].get<std::uint32_t>();
  out.m = audit["m"].get<int>();
  if (audit.contains("rows") && !audit["rows"].is_boolean()) return wrong();
  out.rows = audit.value("rows", false);
  if (out.m < 1 || out.m > 3) return wrong();
  for (const Json& table : audit["tables"]) {
    if (!table.is_object() || !is_dataset_name(table.value("name", "")) || !table.contains("items") ||
        !table["items"].is_array())
      return wrong();
    anonymize::History history;
    history.name = table["name"].get<std::string>();
    for (const Json& item : table["items"]) {
      if (!item.is_string()) return wrong();
      anonymize::HistoryColumn& column = history.columns.emplace_back();
      column.kind = anonymize::HistoryColumn::Kind::kItem;
      column.attribute.name = item.get<std::string>();
    }
    out.histories.push_back(std::move(history));
  }
  return out;
}

}  // namespace sekisho::release::detail

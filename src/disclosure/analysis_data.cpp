#include "disclosure/analysis_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "core/csv.h"
#include "crypto/digest.h"

namespace sekisho::disclosure {

Result<AnalysisData> read_analysis(const std::filesystem::path& dataset, const std::string& person,
                                   const std::vector<std::string>& columns, const std::vector<Condition>& where) {
  AnalysisData data;
  SEKISHO_TRY(const std::vector<std::string> header, dataset_header(dataset));
  data.person_column = person;
  for (const char* known : {"person_id", "person", "pseudonym"})
    if (data.person_column.empty() && std::ranges::find(header, known) != header.end()) data.person_column = known;
  if (data.person_column.empty())
    return fail("table.person", "no column tells persons apart", {.file = dataset.string()},
                "Name it (--person). " + columns_there(header));
  std::vector<std::string> names = columns;
  names.push_back(data.person_column);
  for (const Condition& condition : where)
    names.push_back(condition.column);
  SEKISHO_TRY(data.dataset, read_dataset(dataset, names));
  SEKISHO_CHECK(check_conditions(data.dataset, where));
  const DatasetColumn& persons = data.dataset.column(data.person_column);
  std::unordered_set<std::uint32_t> seen;
  for (const std::uint32_t row : matching_rows(data.dataset, where)) {
    const Place place{.file = dataset.string(), .line = static_cast<std::int64_t>(row) + 2};
    if (persons.texts[persons.codes[row]].empty()) return fail("table.person", "a row names no person", place);
    const bool complete = std::ranges::none_of(columns, [&](const std::string& name) {
      const DatasetColumn& column = data.dataset.column(name);
      return column.texts[column.codes[row]].empty();
    });
    if (!complete) {
      ++data.incomplete;
      continue;
    }
    if (!seen.insert(persons.codes[row]).second)
      return fail("analysis.person", "a person stands in more than one row", place,
                  "An analysis takes one row for each person: repeated rows would defeat every count.");
    data.rows.push_back(row);
  }
  if (data.rows.empty()) return fail("table.empty", "no complete row is left", {.file = dataset.string()});
  return data;
}

Result<double> number_at(const AnalysisData& data, const DatasetColumn& column, std::uint32_t row) {
  double value = 0;
  if (!parse_number(column.texts[column.codes[row]], value))
    return fail("analysis.value", fmt::format("{} holds something else than a number", column.name),
                {.file = data.dataset.file.string(), .line = static_cast<std::int64_t>(row) + 2});
  return value;
}

VerdictItem refusal(std::string rule, std::string place, std::string en, std::string ja, std::string remedy_en,
                    std::string remedy_ja) {
  return {std::move(rule), Verdict::kFail,       std::move(place),    std::move(en),
          std::move(ja),   std::move(remedy_en), std::move(remedy_ja)};
}

void finish_analysis(AnalysisResult& result, const AnalysisData& data, const std::vector<std::string>& header,
                     const std::vector<std::vector<std::string>>& rows, Json checks, int threshold) {
  const bool refused = result.verdict() == Verdict::kFail;
  result.person_column = data.person_column;
  result.output = Json{{"definition", result.definition}, {"columns", header}, {"rows", Json::array()}};
  if (!refused) {
    std::vector<std::string_view> fields(header.begin(), header.end());
    append_csv(result.csv, fields);
    for (const auto& row : rows) {
      fields.assign(row.begin(), row.end());
      append_csv(result.csv, fields);
      result.output["rows"].push_back(row);
    }
  }
  result.counted.definition = result.counted.title = result.definition;
  result.counted.cut = data.dataset.sha256;
  result.proof = Json{{"format", "sekisho-analysis-proof-1"},
                      {"program", SEKISHO_VERSION},
                      {"definition", result.definition},
                      {"dataset", Json{{"sha256", data.dataset.sha256},
                                       {"rows", data.dataset.rows},
                                       {"persons", data.rows.size()},
                                       {"incomplete", data.incomplete}}},
                      {"person_column", data.person_column},
                      {"policy", Json{{"threshold", threshold}}},
                      {"checks", std::move(checks)},
                      {"review", to_json(result.items)},
                      {"result", name(result.verdict())},
                      {"output_sha256", refused ? std::string() : to_hex(crypto::sha256(as_bytes(result.csv)))}};
  result.counted.output_sha256 = result.proof["output_sha256"].get<std::string>();
}

}  // namespace sekisho::disclosure

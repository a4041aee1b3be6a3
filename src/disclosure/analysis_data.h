// What survival curves and regressions share: rows of one person each, numbers in columns, proof sheets. Private to
// them.
#pragma once

#include "disclosure/analysis.h"

namespace sekisho::disclosure {

struct AnalysisData {
  Dataset dataset;
  std::string person_column;
  std::vector<std::uint32_t> rows;  // that count, one for each person, without those that lack a value
  std::size_t incomplete = 0;
};
Result<AnalysisData> read_analysis(const std::filesystem::path& dataset, const std::string& person,
                                   const std::vector<std::string>& columns, const std::vector<Condition>& where);
Result<double> number_at(const AnalysisData& data, const DatasetColumn& column, std::uint32_t row);

VerdictItem refusal(std::string rule, std::string place, std::string en, std::string ja, std::string remedy_en,
                    std::string remedy_ja);
// Fills csv, output and proof from rows of texts; nothing leaves when an item says FAIL.
void finish_analysis(AnalysisResult& result, const AnalysisData& data, const std::vector<std::string>& header,
                     const std::vector<std::vector<std::string>>& rows, Json checks, int threshold);

}  // namespace sekisho::disclosure

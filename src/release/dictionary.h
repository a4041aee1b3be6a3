// What each variable of a dataset is: meaning, type, unit, codes with their names, and what the anonymization changed.
// As JSON in the terms of CDISC Define-XML (ItemDef, CodeList, MethodDef), and as one HTML page that needs no network,
// in Japanese and English.
#pragma once

#include "release/dataset.h"
#include "release/formats.h"

namespace sekisho::release::detail {

struct Described {
  std::vector<FormTable> tables;  // beside Dataset::tables
  Json define;
};
struct DescribeRequest {
  const Prepared& prepared;
  const Dataset& dataset;
  std::string id;  // of the dataset
  std::vector<std::string> formats;
};
Result<Described> describe_rows(const DescribeRequest& request, const anonymize::Applied& applied,
                                const anonymize::Decision& decision);
Result<Described> describe_histories(const DescribeRequest& request, const anonymize::FinishedHistories& finished);
std::string dictionary_html(const Json& define);

// Parts of a dictionary that both kinds of datasets have.
Json bilingual(std::string_view ja, std::string_view en);
// A variable of a table, "" for the only one: name, type, length, meaning, unit. OIDs are IT.[TABLE.]NAME.
Json item_of(const FormTable& table, std::size_t column, const recipe::Variable* variable, const std::string& in);
// Names of codes where the variable has a code set and its values are still codes; else the texts that occur; null:
// too many of them.
Json code_list(const Prepared& prepared, const recipe::Variable* variable, const FormTable& table, std::size_t column,
               bool generalized, const std::string& in);

}  // namespace sekisho::release::detail

// What each variable of a dataset is: meaning, type, unit, codes with their names, and what the anonymization changed.
// As JSON in the terms of CDISC Define-XML (ItemDef, CodeList, MethodDef), and as one HTML page that needs no network,
// in Japanese and English.
#pragma once

#include "release/dataset.h"
#include "release/formats.h"

namespace sekisho::release::detail {

struct DefineRequest {
  const Prepared& prepared;
  const anonymize::Applied& applied;
  const anonymize::Decision& decision;
  const FormTable& table;  // types as the forms have them
  std::string dataset;     // its id
  std::size_t persons = 0, eligible_persons = 0;
  std::vector<std::string> formats;
};
Json define_json(const DefineRequest& request);
std::string dictionary_html(const Json& define);

// Beside the columns of dataset.csv: the title of each variable, and whether it may be a number: it has a unit, no code
// set, and its values were not generalized.
std::vector<std::string> labels_of(const Prepared& prepared, const anonymize::Applied& applied);
std::vector<bool> may_be_numeric(const Prepared& prepared, const anonymize::Applied& applied,
                                 const anonymize::Decision& decision);

}  // namespace sekisho::release::detail

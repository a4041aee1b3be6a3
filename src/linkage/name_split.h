// Japanese whole names without a blank (山田太郎): cut into family and given name by the other names of the file.
#pragma once

#include "linkage/model_spec.h"
#include "linkage/table.h"

namespace sekisho::linkage {

// Rows whose given name is a whole name in one piece get both parts. What families and given names are called is
// learned from the names with a blank and, by expectation and maximisation, from those without; where nothing is known
// the usual lengths decide (two characters of each, three or four kana). Equal names are cut alike. What is
// `known` of others counts like names with a blank. `table` is not yet grouped.
void split_names(const ModelSpec& spec, Table& table, const KnownNames& known = {});

}  // namespace sekisho::linkage

// A dataset as tables see it: the wanted columns of a CSV or Parquet file, each as distinct texts and a number per row,
// with the rows that a request asks for. Nothing else of the file is kept.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/result.h"

namespace sekisho::disclosure {

struct DatasetColumn {
  std::string name;
  std::vector<std::uint32_t> codes;  // of each row, into `texts`
  std::vector<std::string> texts;    // distinct, in order of first appearance; "" for an empty field or null
};

struct Dataset {
  std::filesystem::path file;
  std::string sha256;
  std::size_t rows = 0;
  std::vector<DatasetColumn> columns;
  const DatasetColumn& column(const std::string& name) const;  // one of those asked for
};

// Header of a CSV (UTF-8) or names of a Parquet file's columns. Errors: csv.empty, csv.charset
// (no UTF-8), csv.separator (no commas), file.*, columns.*.
Result<std::vector<std::string>> dataset_header(const std::filesystem::path& file);
// "Its columns: a, b.": for messages; the first twenty.
std::string columns_there(const std::vector<std::string>& header);
// The named columns. Errors: usage.column, csv.ragged, csv.empty, csv.charset, columns.*.
Result<Dataset> read_dataset(const std::filesystem::path& file, const std::vector<std::string>& names);

// One condition on a row: "age>=18", "sex=F", "drug!=x", "area=13|14" (any of them). Compared as numbers when both
// sides are numbers; an empty field fulfils only = "" and !=.
struct Condition {
  std::string column, op;
  std::vector<std::string> values;
  std::string text() const;  // canonical: values sorted, no blanks around the operator
  bool holds(const std::string& value) const;
};
// Errors: usage.where.
Result<Condition> parse_condition(const std::string& text);
// An order of numbers needs a number to compare with. Errors: usage.where.
Result<void> check_conditions(const Dataset& dataset, const std::vector<Condition>& conditions);
// Says what was asked and, where the columns hold few values, what there is.
Error no_row_left(const Dataset& dataset, const std::vector<Condition>& conditions);
// Rows that fulfil all conditions (whose columns were read), in ascending order.
std::vector<std::uint32_t> matching_rows(const Dataset& dataset, const std::vector<Condition>& conditions);

// A number as written in data: digits, sign, point, exponent; nothing else around it.
bool parse_number(const std::string& text, double& value);

}  // namespace sekisho::disclosure

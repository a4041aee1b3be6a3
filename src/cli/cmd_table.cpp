// sekisho table: a frequency table of persons from a dataset, protected and audited, with its proof sheet.
// modules: core disclosure
#include <fmt/format.h>

#include <map>

#include "cli/cli.h"
#include "core/csv.h"
#include "core/file.h"
#include "disclosure/table.h"

namespace sekisho::cli {
namespace {

using disclosure::TableRequest;
using disclosure::TableResult;

struct TableOptions {
  TableRequest request;
  std::string dataset, policy, output, proof, html;
  int threshold = 0;
  bool json = false;
};

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string joined(const std::vector<std::string>& fields, std::size_t from, std::size_t to) {
  std::string out;
  for (std::size_t i = from; i < to; ++i)
    out += (i == from ? "" : " / ") + fields[i];
  return out;
}

// The table as one page without script: what is in the public CSV and nothing else.
Result<std::string> html_page(const TableResult& result, std::size_t row_dimensions) {
  SEKISHO_TRY(const CsvTable csv, read_csv(result.csv));
  const std::size_t dimensions = csv.header.size() - 2;
  std::vector<std::string> rows, columns;
  std::map<std::pair<std::string, std::string>, const std::vector<std::string>*> cells;
  const auto remember = [](std::vector<std::string>& list, const std::string& label) {
    if (std::ranges::find(list, label) == list.end()) list.push_back(label);
  };
  for (const auto& fields : csv.rows) {
    const std::string row = joined(fields, 0, row_dimensions), column = joined(fields, row_dimensions, dimensions);
    remember(rows, row);
    remember(columns, column);
    cells[{row, column}] = &fields;
  }
  std::string page =
      "<!doctype html><html lang=\"ja\"><meta charset=\"utf-8\"><title>sekisho table</title><style>"
      "body{font-family:sans-serif}table{border-collapse:collapse}th,td{border:1px solid #999;padding:.2em .6em;"
      "text-align:right}th{background:#eef}td.hidden{background:#ddd;text-align:center}</style><table><tr><th>";
  page += escape(joined(csv.header, 0, row_dimensions));
  for (const std::string& column : columns)
    page += "<th>" + escape(column);
  for (const std::string& row : rows) {
    page += "<tr><th>" + escape(row);
    for (const std::string& column : columns) {
      const std::vector<std::string>& fields = *cells[{row, column}];
      page += fields.back() == "hidden" ? "<td class=\"hidden\">－" : "<td>" + escape(fields[dimensions]);
    }
  }
  page += fmt::format(
      "</table><p>{} cells, {} hidden (－). Counts of persons; cells under {} and those that would give "
      "them back are hidden.</p></html>\n",
      result.cells, result.primary + result.secondary, result.proof["policy"]["threshold"].get<int>());
  return page;
}

Result<int> run_table(TableOptions options) {
  options.request.dataset = options.dataset;
  if (!options.policy.empty()) {
    SEKISHO_TRY(options.request.policy, disclosure::read_policy(options.policy));
    options.request.threshold = options.request.policy.threshold;
  }
  if (options.threshold > 0) {
    if (options.threshold < options.request.threshold)
      return fail("usage.threshold", fmt::format("the threshold is at least {}", options.request.threshold), {},
                  "A lower one needs a policy that names the committee's decision.");
    options.request.threshold = options.threshold;
  }
  SEKISHO_TRY(const TableResult result, disclosure::make_table(options.request));
  SEKISHO_CHECK(write_file_durable(options.output, result.csv));
  const std::string proof = options.proof.empty() ? options.output + ".proof.json" : options.proof;
  SEKISHO_CHECK(write_file_durable(proof, result.proof.dump(1) + "\n"));
  if (!options.html.empty()) {
    SEKISHO_TRY(const std::string page, html_page(result, options.request.rows.size()));
    SEKISHO_CHECK(write_file_durable(options.html, page));
  }
  const std::uint64_t suppressed = result.primary + result.secondary;
  if (options.json)
    print_json(Json{{"cells", result.cells},
                    {"suppressed", suppressed},
                    {"primary", result.primary},
                    {"secondary", result.secondary},
                    {"audit", Json{{"exact", result.exact}, {"too_narrow", result.too_narrow}}},
                    {"result", result.proof["result"]},
                    {"proof", proof}});
  else
    fmt::print(
        "{} cells, {} hidden ({} below the threshold, {} so that no sum gives them back); audited; proof sheet {}\n",
        result.cells, suppressed, result.primary, result.secondary, proof);
  return kDone;
}

}  // namespace

void add_table(CLI::App& app) {
  CLI::App* table =
      app.add_subcommand("table", "A table of persons from a dataset, fit to leave: protected and audited");
  auto options = std::make_shared<TableOptions>();
  table->add_option("--dataset", options->dataset, "dataset CSV")->required()->check(CLI::ExistingFile);
  table->add_option("--rows", options->request.rows, "columns of the dataset that make the rows")
      ->required()
      ->delimiter(',');
  table->add_option("--columns", options->request.columns, "columns of the dataset that make the columns")
      ->delimiter(',');
  table->add_option("--count-distinct", options->request.person,
                    "column that tells persons apart (person_id, person or pseudonym)");
  table->add_option("--threshold", options->threshold, "fewest persons a published cell may have: 10 or more")
      ->check(CLI::Range(2, 100000));
  table->add_option("--policy", options->policy, "JSON policy")->check(CLI::ExistingFile);
  table->add_option("--output", options->output, "CSV that may leave")->required();
  table->add_option("--proof", options->proof, "proof sheet for the checkers (OUTPUT.proof.json)");
  table->add_option("--html", options->html, "the table as a page");
  table->add_flag("--json", options->json, "one JSON document on standard output");
  set_action(table, [options] { return run_table(*options); });
}

}  // namespace sekisho::cli

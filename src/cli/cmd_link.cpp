// sekisho link: who is the same person. run links the records of CSV files, evaluate compares with a truth.
// modules: linkage
#include <fmt/format.h>

#include <memory>

#include "cli/cli.h"
#include "linkage/evaluate.h"
#include "linkage/run.h"

namespace sekisho::cli {
namespace {

struct LinkOptions {
  std::string spec, columns, output, clusters, truth;
  std::vector<std::string> inputs;
  bool json = false;
};

Result<int> run_link(const LinkOptions& options) {
  SEKISHO_TRY(linkage::Spec spec, linkage::Spec::load(options.spec));
  SEKISHO_CHECK(spec.rename(options.columns));
  const std::vector<std::filesystem::path> inputs(options.inputs.begin(), options.inputs.end());
  SEKISHO_TRY(const linkage::RunReport report, linkage::run(spec, inputs, options.output));
  if (options.json) {
    print_json(report.to_json());
  } else {
    fmt::print("{} records are {} persons; the largest has {} records\n", report.records, report.persons,
               report.largest);
    for (const auto& [rule, count] : report.rules)
      fmt::print("  {:<16} linked {} records\n", rule, count);
    if (report.missing_ids > 0) fmt::print("  {} records have no id\n", report.missing_ids);
    if (report.duplicate_ids > 0) fmt::print("  {} record ids stand more than once\n", report.duplicate_ids);
    for (const linkage::BigBlock& block : report.big_blocks)
      fmt::print("  a key of rule {} is shared by {} records and links nobody\n", block.rule, block.nodes);
    fmt::print("{} written\n", options.output);
  }
  return report.needs_attention() ? kFindings : kDone;
}

void print_agreement(const char* name, const linkage::Agreement& agreement) {
  const auto one = [](const linkage::Measure& m) {
    return fmt::format("{:.4f} ({:.4f}-{:.4f})", m.value, m.low, m.high);
  };
  fmt::print("  {:<9} precision {}  recall {}  F1 {}\n", name, one(agreement.precision), one(agreement.recall),
             one(agreement.f1));
}

Result<int> run_evaluate(const LinkOptions& options) {
  SEKISHO_TRY(const linkage::Evaluation result, linkage::evaluate(options.clusters, options.truth, options.columns));
  if (options.json) {
    print_json(result.to_json());
  } else {
    fmt::print("{} records, {} persons, {} found\n", result.records, result.persons_true, result.persons_found);
    print_agreement("pairwise", result.pairwise);
    print_agreement("B-cubed", result.b_cubed);
    fmt::print("  false merges {}, false splits {}; intervals: 95 %, bootstrap over persons\n", result.false_merges,
               result.false_splits);
  }
  return result.missing + result.unknown > 0 ? kFindings : kDone;
}

}  // namespace

void add_link(CLI::App& app) {
  CLI::App* link = app.add_subcommand("link", "Find the records that belong to one person");
  link->require_subcommand(1);
  const auto options = std::make_shared<LinkOptions>();

  CLI::App* run = link->add_subcommand("run", "Link the records of CSV files");
  run->add_option("--spec", options->spec, "Fields, columns and rules (specs/linkage/*.toml)")
      ->required()
      ->check(CLI::ExistingFile);
  run->add_option("--columns", options->columns, "Columns of the files: field=COLUMN,... (record_id=ID,sex=SEX)");
  run->add_option("--input", options->inputs, "CSV with a header (UTF-8, CP932 or EUC-JP; .gz too); may be repeated")
      ->required()
      ->check(CLI::ExistingFile);
  run->add_option("--output", options->output, "CSV to write: record_id,person_id,probability")->required();
  run->add_flag("--json", options->json, "Machine-readable report");
  run->footer("Exit code 1: ids are missing or stand twice, or a key is shared by too many records to be a person's.");
  set_action(run, [options] { return run_link(*options); });

  CLI::App* evaluate = link->add_subcommand("evaluate", "Compare found persons with the truth");
  evaluate->add_option("--clusters", options->clusters, "CSV of link run")->required()->check(CLI::ExistingFile);
  evaluate->add_option("--truth", options->truth, "CSV with record_id and person_id")
      ->required()
      ->check(CLI::ExistingFile);
  evaluate->add_option("--columns", options->columns, "Columns of the truth: record_id=COLUMN,person_id=COLUMN");
  evaluate->add_flag("--json", options->json, "Machine-readable report");
  evaluate->footer("Pairwise and B-cubed precision, recall and F1 after transitive closure, with 95 % intervals.");
  set_action(evaluate, [options] { return run_evaluate(*options); });
}

}  // namespace sekisho::cli

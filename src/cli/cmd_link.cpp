// sekisho link: who is the same person. run links the records of CSV files, evaluate compares with a truth.
// modules: linkage
#include <fmt/format.h>

#include <memory>

#include "cli/cli.h"
#include "cli/link_persons.h"
#include "cli/link_review.h"
#include "cli/link_waterfall.h"
#include "core/file.h"
#include "core/random.h"
#include "linkage/blocking_learn.h"
#include "linkage/calibration.h"
#include "linkage/evaluate.h"
#include "linkage/filter_file.h"
#include "linkage/ndb.h"
#include "linkage/probabilistic.h"
#include "linkage/run.h"
#include "linkage/suggest.h"

namespace sekisho::cli {
namespace {

struct LinkOptions {
  std::string spec, columns, output, clusters, truth, record_a, record_b, decisions, pairs, svg, title, truth_columns;
  std::vector<std::string> inputs;
  linkage::ReviewRequest review;
  bool json = false, learn = false;
};

struct FilterOptions {
  std::vector<std::string> inputs;
  std::string columns, key, output, harden = "diffuse", salt;
  double flip = 0;
  std::optional<double> threshold;
  bool blind_ids = false, month_first = false, one_to_one = false, ndb = false, json = false;
};

Result<int> run_probabilistic(const LinkOptions& options) {
  SEKISHO_TRY(linkage::ModelSpec spec, linkage::ModelSpec::load(options.spec));
  SEKISHO_CHECK(spec.rename(options.columns));
  const std::vector<std::filesystem::path> inputs(options.inputs.begin(), options.inputs.end());
  SEKISHO_TRY(const linkage::ModelReport report,
              linkage::run_model(spec, inputs, options.output,
                                 {.decisions = options.decisions, .review = options.review, .pairs = options.pairs}));
  if (options.json) {
    print_json(report.to_json());
  } else {
    fmt::print("{} records are {} persons; the largest has {} records; {} candidate pairs\n", report.records,
               report.persons, report.largest, report.candidates);
    if (report.missing_ids > 0) fmt::print("  {} records have no id\n", report.missing_ids);
    if (report.duplicate_ids > 0) fmt::print("  {} record ids stand more than once\n", report.duplicate_ids);
    if (report.bad_dates > 0) fmt::print("  {} different texts are no usable date\n", report.bad_dates);
    if (report.ragged_rows > 0)
      fmt::print("  {} rows have other numbers of cells than the header\n", report.ragged_rows);
    for (const linkage::BigBlock& block : report.big_blocks)
      fmt::print("  a key of {} is shared by {} records and proposes no pairs\n", block.rule, block.nodes);
    if (report.open_pairs) fmt::print("  {} pairs are open for review\n", *report.open_pairs);
    fmt::print("{} written\n", options.output);
  }
  return report.needs_attention() ? kFindings : kDone;
}

Result<int> run_explain(const LinkOptions& options) {
  SEKISHO_TRY(linkage::ModelSpec spec, linkage::ModelSpec::load(options.spec));
  SEKISHO_CHECK(spec.rename(options.columns));
  const std::vector<std::filesystem::path> inputs(options.inputs.begin(), options.inputs.end());
  SEKISHO_TRY(const Json waterfall, linkage::explain(spec, inputs, options.record_a, options.record_b));
  if (options.json) {
    print_json(waterfall);
    return kDone;
  }
  fmt::print("{}", draw_waterfall(waterfall));
  return kDone;
}

Result<int> run_suggest(const LinkOptions& options) {
  SEKISHO_CHECK(spare_inputs(options.inputs, {options.output}));
  SEKISHO_TRY(linkage::Suggestion found, linkage::suggest(options.inputs.front(), options.columns));
  SEKISHO_TRY(const linkage::ModelSpec spec, linkage::ModelSpec::parse(found.spec, "suggested spec"));
  SEKISHO_TRY(
      const linkage::BlockingReport blocking,
      linkage::examine_blocking(
          spec, {.inputs = {options.inputs.front()}, .truth = {}, .truth_columns = {}, .learn = options.learn}));
  if (options.learn && !blocking.toml.empty())
    found.spec = found.spec.substr(0, found.spec.find("\n[[block]]")) + blocking.toml;
  if (!options.output.empty()) SEKISHO_CHECK(write_file_durable(options.output, found.spec));
  if (options.json) {
    Json out = found.to_json();
    out["blocking"] = blocking.to_json();
    print_json(out);
    return kDone;
  }
  if (options.output.empty()) {
    fmt::print("{}", found.spec);
    return kDone;
  }
  fmt::print("{:<24} {:<14} {:>7} {:>9} {:>8}\n", "column", "role", "filled", "distinct", "largest");
  for (const linkage::ColumnProfile& column : found.columns)
    fmt::print("{:<24} {:<14} {:>6.1f}% {:>9} {:>7.1f}%\n", column.column, column.role.empty() ? "-" : column.role,
               100 * column.filled, column.distinct, 100 * column.largest);
  fmt::print("{} blocking rules find an estimated {} of the pairs, at {:.1f} candidates for each record\n",
             blocking.rules.size(),
             blocking.estimated ? fmt::format("{:.1f} %", 100 * *blocking.estimated) : "unknown share",
             static_cast<double>(blocking.candidates) / std::max<double>(1, static_cast<double>(blocking.records)));
  fmt::print("{} written\n", options.output);
  return kDone;
}

Result<int> run_link(const LinkOptions& options) {
  std::vector<std::string> read = options.inputs;
  read.push_back(options.spec);
  read.push_back(options.decisions);
  SEKISHO_CHECK(spare_inputs(read, {options.output, options.pairs, options.review.output.string()}));
  SEKISHO_TRY(const std::string kind, linkage::spec_kind(options.spec));
  if (kind == "probabilistic") return run_probabilistic(options);
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

Result<int> run_blocking(const LinkOptions& options) {
  SEKISHO_CHECK(spare_inputs(options.inputs, {options.output}));
  SEKISHO_TRY(linkage::ModelSpec spec, linkage::ModelSpec::load(options.spec));
  SEKISHO_CHECK(spec.rename(options.columns));
  SEKISHO_TRY(const linkage::BlockingReport report,
              linkage::examine_blocking(spec, {.inputs = {options.inputs.begin(), options.inputs.end()},
                                               .truth = options.truth,
                                               .truth_columns = options.truth_columns,
                                               .learn = options.learn}));
  if (options.json) {
    print_json(report.to_json());
    return kDone;
  }
  fmt::print("{:<52} {:>10} {:>8} {:>8} {:>8}\n", "rule", "pairs", "sure", "alone", "recall");
  for (const linkage::RuleRecall& rule : report.rules)
    fmt::print("{:<52} {:>10} {:>7.2f}% {:>7.2f}% {:>8}\n", rule.rule, rule.pairs, 100 * rule.sure, 100 * rule.only,
               rule.real ? fmt::format("{:.2f}%", 100 * *rule.real) : "-");
  fmt::print("{} candidates ({:.2f} for each record), {} of them sure; recall of blocking: estimated {}{}\n",
             report.candidates,
             static_cast<double>(report.candidates) / std::max<double>(1, static_cast<double>(report.records)),
             report.sure, report.estimated ? fmt::format("{:.2f}%", 100 * *report.estimated) : "-",
             report.real ? fmt::format(", measured {:.2f}%", 100 * *report.real) : "");
  if (!options.output.empty() && !report.toml.empty()) SEKISHO_CHECK(write_file_durable(options.output, report.toml));
  return kDone;
}

Result<int> run_calibrate(const LinkOptions& options) {
  if (options.pairs.empty() == options.clusters.empty()) return fail("usage.input", "name --pairs or --clusters");
  const bool pairs = !options.pairs.empty();
  SEKISHO_TRY(const linkage::Calibration result,
              pairs ? linkage::calibrate_pairs(options.pairs, options.truth, options.columns)
                    : linkage::calibrate_clusters(options.clusters, options.truth, options.columns));
  if (!options.svg.empty())
    SEKISHO_CHECK(
        write_file_durable(options.svg, linkage::reliability_svg(result, options.title, pairs ? "pairs" : "records")));
  if (options.json) {
    print_json(result.to_json());
    return kDone;
  }
  fmt::print("{:>17} {:>9} {:>10} {:>10}   {}\n", "probability", "number", "predicted", "observed", "95 % interval");
  for (const linkage::ReliabilityBin& bin : result.bins)
    if (bin.count > 0)
      fmt::print("{:>8.4f}-{:<8.4f} {:>9} {:>10.4f} {:>10.4f}   {:.4f}-{:.4f}\n", bin.from, bin.to, bin.count,
                 bin.predicted, bin.observed, bin.low, bin.high);
  fmt::print("expected calibration error {:.4f}; between 0.05 and 0.95 {:.4f} ({} of {}); Brier score {:.5f}\n",
             result.error, result.grey_error, result.grey, result.count, result.brier);
  return kDone;
}

Result<int> run_filters(const FilterOptions& options) {
  SEKISHO_CHECK(spare_inputs(options.inputs, {options.output}));
  SEKISHO_TRY(const crypto::SecretBytes key, linkage::load_filter_key(options.key));
  linkage::FilterRequest request{
      .inputs = {options.inputs.begin(), options.inputs.end()},
      .columns = options.columns,
      .hardening = *linkage::hardening(options.harden),
      .salt = options.salt,
      .flip = options.flip,
      .blind_ids = options.blind_ids,
      .order = options.month_first ? linkage::DateOrder::kMonthFirst : linkage::DateOrder::kDayFirst};
  SEKISHO_TRY(const linkage::FilterReport report,
              linkage::make_filters(request, key.view(), system_random(), options.output));
  if (options.json) {
    print_json(report.to_json());
  } else {
    fmt::print("{} filters of {} fields; {:.0f} % of their bits are set\n", report.records, report.fields.size(),
               100 * report.fill);
    if (report.empty > 0) fmt::print("  {} records have no value at all\n", report.empty);
    if (report.without_salt > 0)
      fmt::print("  {} records lack the field that salts: they meet only each other\n", report.without_salt);
    if (report.missing_ids > 0) fmt::print("  {} records have no id\n", report.missing_ids);
    if (report.duplicate_ids > 0) fmt::print("  {} record ids stand more than once\n", report.duplicate_ids);
    if (report.frequencies_show())
      fmt::print("  one filter stands {} times: frequencies tell who that is; take more fields into the filters\n",
                 report.largest_equal);
    fmt::print("{} written\n", options.output);
  }
  return report.needs_attention() ? kFindings : kDone;
}

Result<int> run_compare(const FilterOptions& options) {
  SEKISHO_CHECK(spare_inputs(options.inputs, {options.output}));
  std::optional<std::filesystem::path> other;
  if (options.inputs.size() > 1) other = options.inputs[1];
  SEKISHO_TRY(const linkage::CompareReport report, linkage::compare_filters(options.inputs[0], other, options.threshold,
                                                                            options.one_to_one, options.output));
  if (options.json) {
    print_json(report.to_json());
  } else {
    fmt::print("{} and {} filters: {} pairs reach {}; {} comparisons ({}) in {:.2f} s\n{} written\n", report.records_a,
               report.records_b, report.pairs, report.threshold, report.compared, report.version, report.seconds,
               options.output);
  }
  return kDone;
}

Result<int> run_report(const FilterOptions& options) {
  SEKISHO_CHECK(spare_inputs(options.inputs, {options.output}));
  crypto::SecretBytes key;
  if (options.key.empty()) {
    key = crypto::SecretBytes::generate(system_random(), 32);
  } else {
    SEKISHO_TRY(key, linkage::load_filter_key(options.key));
  }
  const std::vector<std::filesystem::path> inputs(options.inputs.begin(), options.inputs.end());
  SEKISHO_TRY(const linkage::NdbReport report,
              linkage::report_ndb(inputs, options.columns, key.view(), options.output));
  if (options.json) {
    print_json(report.to_json());
  } else {
    fmt::print("{:<6} {:>10} {:>10} {:>10} {:>10}\n", "", "filled", "distinct", "men", "women");
    for (const linkage::NdbCount& one : report.identifiers)
      fmt::print("{:<6} {:>10} {:>10} {:>10} {:>10}\n", one.name, one.filled, one.distinct, one.men, one.women);
    fmt::print("persons by id0 with more than one id1: {}, with more than one id2: {}\n", report.id1_changes,
               report.id2_changes);
    fmt::print("id5 with different sex or month of birth: {}; equal id1n and id2 with different id5: {}\n",
               report.id5_conflicts, report.id5_differs);
    if (report.missing_ids > 0) fmt::print("{} records have no id\n", report.missing_ids);
    if (report.bad_dates > 0) fmt::print("{} birth dates are not usable\n", report.bad_dates);
    fmt::print("{} written\n", options.output);
  }
  return report.missing_ids + report.bad_dates > 0 ? kFindings : kDone;
}

void add_report(CLI::App& link) {
  const auto options = std::make_shared<FilterOptions>();
  CLI::App* report = link.add_subcommand("report", "The identifiers of the NDB (ID0, ID1, ID1N, ID2, ID5) over a file");
  report->add_flag("--ndb", options->ndb, "Identifiers of the national claims database (the only report)");
  report->add_option("--input", options->inputs, "CSV with a header; may be repeated")
      ->required()
      ->check(CLI::ExistingFile);
  report->add_option("--columns", options->columns,
                     "Columns of the files: record_id=ID,insurer=...,symbol=...,number=...,name=...,birth_date=...,"
                     "sex=...,claim_month=...,outcome=...,personal_number=...");
  report->add_option("--key", options->key, "Key of the hashes (sekisho link key); without it, one of this run only")
      ->check(CLI::ExistingFile);
  report->add_option("--output", options->output, "CSV to write: record_id,id1,id1n,id2,id0,id5,id0n")->required();
  report->add_flag("--json", options->json, "Machine-readable report");
  report->footer("Exit code 1: records without id, or birth dates that are not usable.");
  set_action(report, [options] { return run_report(*options); });
}

void add_filters(CLI::App& link) {
  const auto options = std::make_shared<FilterOptions>();
  CLI::App* key = link.add_subcommand("key", "Make a key for filters, to be shared by those who make them");
  key->add_option("--output", options->output, "File to write (mode 0600)")->required();
  set_action(key, [options]() -> Result<int> {
    SEKISHO_CHECK(linkage::make_filter_key(options->output, system_random()));
    return kDone;
  });

  CLI::App* filters =
      link.add_subcommand("filters", "Turn records into keyed filters that can be compared without names");
  filters->add_option("--input", options->inputs, "CSV with a header (UTF-8, CP932 or EUC-JP; .gz too)")
      ->required()
      ->check(CLI::ExistingFile);
  filters
      ->add_option("--columns", options->columns,
                   "Fields and their columns: record_id=ID,given_name=FNAME,surname=LNAME,birth_date=DOB,...; a field "
                   "of another name is text, or of the type named: ward:kanji=BYOTO")
      ->required();
  filters->add_option("--key", options->key, "Secret of all parties that make filters (sekisho link key)")
      ->required()
      ->check(CLI::ExistingFile);
  filters->add_option("--output", options->output, "File of filters to write (.clk)")->required();
  filters->add_option("--harden", options->harden, "diffuse, balance, fold, rule90 or none (for measuring only)")
      ->check(CLI::IsMember({"diffuse", "balance", "fold", "rule90", "none"}))
      ->capture_default_str();
  filters->add_option("--salt", options->salt,
                      "Field whose value joins the key of each record: birth_year, or a field of --columns. Records "
                      "that differ in it do not meet");
  filters->add_option("--flip", options->flip, "Share of bits flipped at random (0.05: deniable, less exact)")
      ->check(CLI::Range(0.0, 0.4));
  filters->add_flag("--blind-ids", options->blind_ids, "Write keyed hashes in place of the record ids");
  filters->add_flag("--month-first", options->month_first, "Dates with slashes name the month first");
  filters->add_flag("--json", options->json, "Machine-readable report");
  filters->footer(
      "Exit code 1: records without values, ids that are missing or stand twice, or a filter so frequent that it tells "
      "who it is.\nFilters are still data of persons: they go to the linkage unit, never to researchers.");
  set_action(filters, [options] { return run_filters(*options); });

  CLI::App* compare = link.add_subcommand("compare", "Compare filters of two parties, or of one with itself");
  compare->add_option("files", options->inputs, "One or two files of link filters")
      ->required()
      ->check(CLI::ExistingFile)
      ->expected(1, 2);
  compare
      ->add_option("--threshold", options->threshold,
                   "Dice similarity that a pair must reach; without it, the usual one of the hardening")
      ->check(CLI::Range(0.05, 1.0));
  compare->add_flag("--one-to-one", options->one_to_one, "Each record keeps its most similar partner only");
  compare->add_option("--output", options->output, "CSV to write: record_a,record_b,similarity")->required();
  compare->add_flag("--json", options->json, "Machine-readable report");
  set_action(compare, [options] { return run_compare(*options); });
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
  run->add_option(
      "--decisions", options->decisions,
      "Decisions of people (JSON lines): pairs that are one person, or never are, whatever the weights say");
  run->add_option("--pairs-out", options->pairs,
                  "CSV of the pairs that were weighed: record_a,record_b,probability (for link calibrate)");
  run->add_option("--review-out", options->review.output,
                  "File (mode 0600) of the pairs that people should decide, for link review and the portal; it holds "
                  "the values of records");
  run->add_option("--review-low", options->review.zone.low, "Pairs of a lower probability are not open")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  run->add_option("--review-high", options->review.zone.high, "Pairs of a higher probability are not open")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  run->add_flag("--json", options->json, "Machine-readable report");
  run->footer(
      "Exit code 1: ids are missing or stand twice, or rows have another number of fields than the header; with exact "
      "keys "
      "also where too many records share a key to be one person.\nWith a model, blocks that are too big and records "
      "alike "
      "more than a thousand times are listed in the report and link nobody.");
  set_action(run, [options] { return run_link(*options); });

  CLI::App* explain = link->add_subcommand("explain", "Show how two records compare, weight by weight");
  explain->add_option("a", options->record_a, "Record id")->required();
  explain->add_option("b", options->record_b, "Record id")->required();
  explain->add_option("--spec", options->spec, "A probabilistic spec")->required()->check(CLI::ExistingFile);
  explain->add_option("--columns", options->columns, "Columns of the files: field=COLUMN,...");
  explain->add_option("--input", options->inputs, "CSV with a header; may be repeated")
      ->required()
      ->check(CLI::ExistingFile);
  explain->add_flag("--json", options->json, "Machine-readable report");
  explain->footer("The report holds the values of both records: it is for those who may see them.");
  set_action(explain, [options] { return run_explain(*options); });

  CLI::App* suggest = link->add_subcommand("suggest", "Profile a CSV and write a first spec for it");
  suggest->add_option("--input", options->inputs, "CSV with a header")
      ->required()
      ->check(CLI::ExistingFile)
      ->expected(1);
  suggest->add_option("--columns", options->columns, "Columns whose field is known: field=COLUMN,...");
  suggest->add_option("--output", options->output, "Spec to write (TOML); without it the spec is printed");
  suggest->add_flag("--learn", options->learn, "Learn the blocking rules from the data, without labels");
  suggest->add_flag("--json", options->json, "Machine-readable report");
  set_action(suggest, [options] { return run_suggest(*options); });

  CLI::App* evaluate = link->add_subcommand("evaluate", "Compare found persons with the truth");
  evaluate->add_option("--clusters", options->clusters, "CSV of link run")->required()->check(CLI::ExistingFile);
  evaluate->add_option("--truth", options->truth, "CSV with record_id and person_id")
      ->required()
      ->check(CLI::ExistingFile);
  evaluate->add_option("--columns", options->columns, "Columns of the truth: record_id=COLUMN,person_id=COLUMN");
  evaluate->add_flag("--json", options->json, "Machine-readable report");
  evaluate->footer("Pairwise and B-cubed precision, recall and F1 after transitive closure, with 95 % intervals.");
  set_action(evaluate, [options] { return run_evaluate(*options); });

  CLI::App* blocking = link->add_subcommand("blocking", "What each blocking rule finds and costs; learn rules");
  blocking->add_option("--spec", options->spec, "A probabilistic spec")->required()->check(CLI::ExistingFile);
  blocking->add_option("--columns", options->columns, "Columns of the files: field=COLUMN,...");
  blocking->add_option("--input", options->inputs, "CSV with a header; may be repeated")
      ->required()
      ->check(CLI::ExistingFile);
  blocking->add_option("--truth", options->truth, "CSV with record_id and person_id: recall is measured too")
      ->check(CLI::ExistingFile);
  blocking->add_option("--truth-columns", options->truth_columns,
                       "Columns of the truth: record_id=COLUMN,person_id=COLUMN");
  blocking->add_flag("--learn", options->learn, "Learn rules from the data, without labels, in place of the spec's");
  blocking->add_option("--output", options->output, "File that gets the learned rules as sections of a spec");
  blocking->add_flag("--json", options->json, "Machine-readable report");
  blocking->footer(
      "sure: share of the pairs with probability 0.9 or more that the rule finds; alone: that no other rule finds. The "
      "estimate (Chao) tends to be high: rules find the same easy pairs.");
  set_action(blocking, [options] { return run_blocking(*options); });

  CLI::App* calibrate = link->add_subcommand("calibrate", "How far probabilities are what they say, with a plot");
  calibrate->add_option("--pairs", options->pairs, "CSV of link run --pairs-out")->check(CLI::ExistingFile);
  calibrate->add_option("--clusters", options->clusters, "CSV of link run: judges the probabilities of records")
      ->check(CLI::ExistingFile);
  calibrate->add_option("--truth", options->truth, "CSV with record_id and person_id")
      ->required()
      ->check(CLI::ExistingFile);
  calibrate->add_option("--columns", options->columns, "Columns of the truth: record_id=COLUMN,person_id=COLUMN");
  calibrate->add_option("--svg", options->svg, "Reliability curve to write");
  calibrate->add_option("--title", options->title, "Title of the plot");
  calibrate->add_flag("--json", options->json, "Machine-readable report");
  set_action(calibrate, [options] { return run_calibrate(*options); });

  add_review(*link);
  add_filters(*link);
  add_report(*link);
  add_link_persons(*link);
}

}  // namespace sekisho::cli

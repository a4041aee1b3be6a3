// sekisho disclosure: protects tables by suppression, audits patterns made by anyone, and looks through files for
// records of persons.
// modules: core disclosure outgoing
#include <fmt/format.h>

#include "cli/cli.h"
#include "cli/disclosure_memory.h"
#include "cli/disclosure_request.h"
#include "cli/disclosure_scan.h"
#include "cli/proposals_json.h"
#include "core/file.h"
#include "disclosure/protect.h"
#include "disclosure/rounding.h"
#include "disclosure/table.h"
#include "disclosure/witness.h"

namespace sekisho::cli {
namespace {

using namespace disclosure;

struct DisclosureOptions {
  std::string cells, relations, policy, pattern, output, public_output, witness, mode = "fast";
  double seconds = 0, base = 0;
  bool json = false, proposals = false, insiders = false, exact_intervals = false;
};

Result<CellTable> load(const DisclosureOptions& options, Policy& policy) {
  SEKISHO_TRY(CellTable table, load_table(options.cells, options.relations));
  if (!options.policy.empty()) {
    SEKISHO_TRY(policy, read_policy(options.policy));
  }
  claim_dominance(table, policy);
  // Without a policy the marks in the file stand as they are.
  if (!options.policy.empty() || table.source.column("primary") < 0) mark_primary(table, policy);
  require_needs(table, policy);
  return table;
}

double seconds_of(const DisclosureOptions& options, const CellTable& table, const Policy& policy) {
  return options.seconds > 0 ? options.seconds : search_seconds(policy, table.cells.size());
}

constexpr std::size_t kMostNamed = 1000;

Json problem_json(const CellTable& table, std::size_t cell, const Interval& interval, bool exact) {
  return Json{{"cell", table.cells[cell].id},
              {"low", interval.low},
              {"high", interval.high},
              {"problem", exact ? "exact" : "too_narrow"}};
}

Json audit_json(const CellTable& table, const AuditReport& report) {
  Json cells = Json::array();
  for (const AuditedCell& cell : report.hidden)
    if (table.cells[cell.cell].primary && (cell.exact || cell.too_narrow) && cells.size() < kMostNamed)
      cells.push_back(problem_json(table, cell.cell, cell.interval, cell.exact));
  return Json{{"exact", report.exact},
              {"too_narrow", report.too_narrow},
              {"whole_exact", report.whole_exact},
              {"published_primary", report.published_primary},
              {"secondary_exact", report.secondary_exact},
              {"cells", std::move(cells)}};
}

Json insiders_json(const CellTable& table, const AuditReport& report) {
  Json findings = Json::array();
  for (const InsiderFinding& one : report.insider_findings) {
    if (findings.size() == kMostNamed) break;
    findings.push_back(problem_json(table, one.cell, one.interval, one.exact));
    findings.back()["insider"] = table.cells[one.insider].id;
  }
  return Json{{"asked", report.insiders},
              {"exact", report.insider_exact},
              {"too_narrow", report.insider_too_narrow},
              {"findings", std::move(findings)}};
}

Result<int> run_rounding(const DisclosureOptions& options, const CellTable& table, const Policy& policy) {
  // Two bases for one table would tell more than either.
  if (policy.round > 0 && options.base > 0 && options.base != policy.round)
    return fail("rounding.base", fmt::format("the policy rounds to {}, not to {}", policy.round, options.base),
                {.file = options.policy}, "Leave out --base.");
  const double base = policy.round > 0 ? policy.round : options.base;
  SEKISHO_TRY(const Rounded result, round_table(table, {.base = base, .seconds = seconds_of(options, table, policy)}));
  SEKISHO_CHECK(write_file_durable(options.output, rounded_csv(table, result), 0600));
  if (!options.public_output.empty())
    SEKISHO_CHECK(write_file_durable(options.public_output, public_rounded_csv(table, result)));
  if (options.json)
    print_json(Json{{"cells", table.cells.size()},
                    {"primary", result.primary},
                    {"secondary", 0},
                    {"lp_bound", 0},
                    {"gap", 0},
                    {"mode", options.mode},
                    {"base", result.base},
                    {"zero_restricted", result.zero_restricted},
                    {"largest_deviation", result.largest_deviation},
                    {"sum_of_deviations", result.sum_of_deviations},
                    {"seconds", result.seconds},
                    {"audit", Json{{"exact", result.exact}, {"too_narrow", result.too_narrow}}},
                    {"policy", policy.id},
                    {"inherits", policy.inherits},
                    {"excused", policy.excused},
                    {"not_checked", policy.not_checked},
                    {"notes", table.notes}});
  else
    fmt::print("{} cells rounded to {}, largest deviation {}, {:.2f} s\n{}\n", table.cells.size(),
               number_text(result.base), number_text(result.largest_deviation), result.seconds,
               "audit: no sensitive cell can be computed, every interval is as wide as needed");
  return kDone;
}

Result<int> run_protect(const DisclosureOptions& options) {
  Policy policy;
  SEKISHO_TRY(const CellTable table, load(options, policy));
  if (options.mode == "rounding" && options.proposals)
    return fail("usage.proposals", "rounding hides no cells, so there is nothing to propose", {},
                "Use --mode fast or exact.");
  if (options.mode == "rounding") return run_rounding(options, table, policy);
  if (policy.round > 0 || policy.method != "suppress")
    return fail("policy.value", "the policy asks for another method than hiding cells", {.file = options.policy},
                "Use --mode rounding, or sekisho table --cell-key.");
  ProtectOptions protect_options{.mode = options.mode == "exact" ? Mode::kExact : Mode::kFast,
                                 .seconds = seconds_of(options, table, policy),
                                 .insiders = options.insiders || policy.insiders};
  SEKISHO_TRY(const Protection result, protect(table, protect_options));
  const std::string csv = checker_csv(table, result.pattern, result.audit.intervals(table.cells.size()));
  SEKISHO_CHECK(write_file_durable(options.output, csv, 0600));
  if (!options.public_output.empty())
    SEKISHO_CHECK(write_file_durable(options.public_output, public_csv(table, result.pattern)));
  if (!options.witness.empty())
    SEKISHO_CHECK(write_file_durable(options.witness, witnesses(table, result.pattern).dump() + "\n", 0600));
  std::vector<Proposal> proposals;
  if (options.proposals)
    proposals = propose_merges(table, policy, result.primary + result.secondary, protect_options.seconds);
  if (options.json) {
    Json answer(Json{{"cells", table.cells.size()},
                     {"primary", result.primary},
                     {"secondary", result.secondary},
                     {"lp_bound", result.lp_bound},
                     {"gap", result.gap},
                     {"optimal", result.optimal},
                     {"mode", options.mode},
                     {"seconds", result.seconds},
                     {"repeatable", result.repeatable},
                     {"audit", Json{{"exact", result.audit.exact}, {"too_narrow", result.audit.too_narrow}}},
                     {"policy", policy.id},
                     {"inherits", policy.inherits},
                     {"excused", policy.excused},
                     {"not_checked", policy.not_checked},
                     {"notes", table.notes}});
    if (protect_options.insiders) answer["insiders"] = insiders_json(table, result.audit);
    if (options.proposals) answer["proposals"] = proposals_json(proposals);
    print_json(answer);
  } else {
    fmt::print("{} cells: {} sensitive, {} further ones hidden{} (at least {:.1f} are needed), {:.2f} s\n",
               table.cells.size(), result.primary, result.secondary, result.optimal ? ", proven best" : "",
               result.lp_bound, result.seconds);
    fmt::print("audit: no hidden cell can be computed, every interval is as wide as needed\n");
    if (protect_options.insiders)
      fmt::print("insiders: {} cells hold one contributor, none of whom learns another sensitive cell\n",
                 result.audit.insiders);
    if (options.proposals) print_proposals(proposals, false);
    for (const std::string& note : table.notes)
      fmt::print("note: {}\n", note);
  }
  return kDone;
}

Result<int> run_audit(const DisclosureOptions& options) {
  Policy policy;
  SEKISHO_TRY(const CellTable table, load(options, policy));
  SEKISHO_TRY(const std::string text, read_csv_text(options.pattern));
  SEKISHO_TRY(const Pattern pattern, parse_pattern(table, text, options.pattern));
  const bool insiders = options.insiders || policy.insiders;
  const AuditOptions audit_options{.insiders = insiders,
                                   .exact_intervals = options.exact_intervals,
                                   .seconds = options.seconds > 0 ? options.seconds : 600};
  SEKISHO_TRY(const AuditReport report, audit(table, pattern, {}, audit_options));
  if (!options.output.empty())
    SEKISHO_CHECK(
        write_file_durable(options.output, checker_csv(table, pattern, report.intervals(table.cells.size())), 0600));
  if (options.json) {
    Json out{{"cells", table.cells.size()},
             {"primary", std::ranges::count_if(table.cells, [](const Cell& c) { return c.primary; })},
             {"secondary", std::ranges::count(pattern, Status::kSecondary)},
             {"safe", report.safe()}};
    out["audit"] = audit_json(table, report);
    if (insiders) out["insiders"] = insiders_json(table, report);
    print_json(out);
  } else {
    fmt::print("{}: {} sensitive cells can be computed, {} are known too well, {} others are hidden in vain\n",
               report.safe() ? "safe" : "NOT safe", report.exact, report.too_narrow, report.secondary_exact);
    if (insiders)
      fmt::print("{} cells hold one contributor: these can compute {} other sensitive cells and know {} too well\n",
                 report.insiders, report.insider_exact, report.insider_too_narrow);
  }
  return report.safe() ? kDone : kFindings;
}

void add_table_options(CLI::App* command, const std::shared_ptr<DisclosureOptions>& options) {
  command
      ->add_option("--cells", options->cells,
                   "CSV: cell, one column per dimension, value, freq, primary, need_up, need_slide")
      ->required()
      ->check(CLI::ExistingFile);
  command
      ->add_option("--relations", options->relations, "CSV: relation, total, child; a total is the sum of its children")
      ->required()
      ->check(CLI::ExistingFile);
  command
      ->add_option("--policy", options->policy,
                   "JSON or TOML: which cells are sensitive; without it the file's own marks")
      ->check(CLI::ExistingFile);
  command->add_flag("--json", options->json, "One JSON document on standard output");
}

}  // namespace

void add_disclosure(CLI::App& app) {
  CLI::App* disclosure = app.add_subcommand("disclosure", "Check and protect what leaves: tables and files");
  disclosure->require_subcommand(1);
  add_memory(disclosure);
  auto options = std::make_shared<DisclosureOptions>();

  CLI::App* protect = disclosure->add_subcommand(
      "protect", "Hide sensitive cells and as many others as needed that no sum gives them back; audited");
  add_table_options(protect, options);
  protect
      ->add_option("--mode", options->mode,
                   "fast; exact: the proven least number of hidden cells; rounding: nothing hidden, every number "
                   "a multiple of a base, sums kept")
      ->check(CLI::IsMember({"fast", "exact", "rounding"}));
  protect->add_option("--base", options->base, "Of rounding; without it the smallest one that protects every cell")
      ->check(CLI::Range(1.0, 1e12));
  protect
      ->add_option("--seconds", options->seconds,
                   "Time for the search (60, more above 300,000 cells); then the best safe pattern so far")
      ->check(CLI::Range(0.01, 86400.0));
  protect->add_option("--output", options->output, "The checker's CSV: input columns, status, low, high")->required();
  protect->add_option("--public", options->public_output, "CSV without hidden values, which may leave");
  protect->add_flag("--insiders", options->insiders,
                    "Also against contributors who are alone in a hidden cell (a policy's \"insiders\": true does the "
                    "same); costs further cells");
  protect->add_flag("--proposals", options->proposals,
                    "Also which two classes could be merged so that fewer cells are hidden (fast, exact); takes up to "
                    "the time of the search again");
  protect->add_option("--witness", options->witness,
                      "JSON for auditors: other tables that agree with what is shown, checked by adding numbers");
  set_action(protect, [options] { return run_protect(*options); });

  CLI::App* audit = disclosure->add_subcommand("audit", "Judge a pattern made by anyone: exit 1 when it is not safe");
  add_table_options(audit, options);
  audit->add_option("--pattern", options->pattern, "CSV with cell and status, or ids of secondary cells one a line")
      ->required()
      ->check(CLI::ExistingFile);
  audit->add_flag(
      "--insiders", options->insiders,
      "Also what a contributor who is alone in a hidden cell can compute; a finding makes the pattern unsafe");
  audit->add_flag("--exact-intervals", options->exact_intervals,
                  "The exact interval of every hidden cell, also of more than 1000; takes longer");
  audit->add_option("--seconds", options->seconds, "Time for the audit (600); then no judgement, exit 3")
      ->check(CLI::Range(0.01, 86400.0));
  audit->add_option("--output", options->output, "The checker's CSV with the interval of each hidden cell");
  set_action(audit, [options] { return run_audit(*options); });

  add_disclosure_scan(*disclosure);
  add_disclosure_request(*disclosure);
}

}  // namespace sekisho::cli

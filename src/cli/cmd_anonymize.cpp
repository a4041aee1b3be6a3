// sekisho anonymize: the least generalization that fulfils a policy; audit judges any file by other code.
// modules: anonymize disclosure outgoing
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <memory>
#include <thread>

#include "anonymize/audit.h"
#include "anonymize/bargain.h"
#include "anonymize/differential.h"
#include "anonymize/engine.h"
#include "anonymize/output.h"
#include "anonymize/report_html.h"
#include "anonymize/suggest.h"
#include "anonymize/sweep.h"
#include "cli/anonymize_histories.h"
#include "cli/cli.h"
#include "core/random.h"
#include "outgoing/scan_column.h"

namespace sekisho::cli {
namespace {

struct AnonymizeOptions {
  std::string input, policy, output, report, original, sweep, svg, html;
  anonymize::BargainOptions bargain;
  double time_limit = 0;
  int threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  bool risk = false, json = false;
};

struct Input {
  anonymize::Table table;
  anonymize::Encoding encoding = anonymize::Encoding::kDetect;
  std::vector<std::string> left_out;  // columns that the policy does not name: they stay behind
};

// A table without a row: whatever the policy asks, there is nothing to show and nobody to protect.
int refuse_empty(const AnonymizeOptions& options) {
  fmt::print(stderr, "sekisho anonymize: {} has a header and no rows: nothing was written [anonymize.empty]\n",
             options.input);
  return kFindings;
}

// Columns that the policy names must be there. What the header holds is repeated only where some of them are: without a
// header its first row would be that of a person.
Result<void> check_header(const anonymize::Table& table, const anonymize::Policy& policy, const std::string& file) {
  std::vector<std::string> missing, others;
  for (const anonymize::Attribute& attribute : policy.attributes)
    if (table.find(attribute.name) == nullptr) missing.push_back(fmt::format("'{}'", attribute.name));
  for (const std::string& unit : {policy.person, policy.household, policy.hospital})
    if (!unit.empty() && table.find(unit) == nullptr) missing.push_back(fmt::format("'{}'", unit));
  if (missing.empty()) return {};
  bool any = false;
  for (const anonymize::Column& column : table.columns) {
    any = any || policy.names(column.name());
    if (!policy.names(column.name()) && others.size() < 10) others.push_back(fmt::format("'{}'", column.name()));
  }
  std::string remedy = "The first line of the table must hold the names of its columns.";
  if (table.columns.size() == 1 && table.columns[0].name().find_first_of(",;\t|") != std::string::npos)
    remedy = fmt::format("The delimiter of the policy, '{}', leaves one column only; does the table have another?",
                         policy.delimiter);
  else if (any && !others.empty())
    remedy = fmt::format("The table has also: {}.", fmt::join(others, ", "));
  else if (any)
    remedy = "The table has no column that the policy does not name.";
  return fail("policy.columns", fmt::format("there is no column {}", fmt::join(missing, ", ")),
              {.file = file, .line = 1}, remedy);
}

// What is read must not be written over.
Result<void> check_files(const AnonymizeOptions& options) {
  for (const std::string& written : {options.output, options.report, options.html, options.svg})
    for (const std::string& read : {options.input, options.policy}) {
      std::error_code none;
      if (!written.empty() && std::filesystem::equivalent(written, read, none))
        return fail("usage.anonymize", fmt::format("'{}' would be written over what is read", written));
    }
  return {};
}

Result<Input> read_input(const AnonymizeOptions& options, const anonymize::Policy& policy) {
  Input out;
  out.encoding = policy.encoding;
  SEKISHO_TRY(out.table, anonymize::read_table_file(options.input, policy.delimiter, out.encoding, options.threads));
  SEKISHO_CHECK(check_header(out.table, policy, options.input));
  out.left_out = anonymize::drop_columns(out.table, [&](std::string_view name) { return policy.names(name); });
  return out;
}

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Another value in each row, all of one length and none a number with a fraction: the number of a person or a record.
bool numbers_rows(const anonymize::Table& table, const anonymize::Column& column) {
  constexpr std::size_t kRows = 100, kLength = 5;
  const std::vector<std::string>& values = column.values();
  return table.rows >= kRows && values.size() == table.rows && values[0].size() >= kLength &&
         std::ranges::all_of(values, [&](const std::string& value) {
           return value.size() == values[0].size() && value.find_first_of(".:/ ") == std::string::npos;
         });
}

// Columns that leave as they are must not carry names, numbers or addresses.
Result<void> check_insensitive(const anonymize::Table& table, const anonymize::Policy& policy) {
  for (const anonymize::Attribute& attribute : policy.attributes) {
    const anonymize::Column* column = table.find(attribute.name);
    if (attribute.kind != anonymize::Kind::kInsensitive || column == nullptr) continue;
    const std::string rule = outgoing::identifier_rule(column->name(), column->values());
    if (!rule.empty())
      return fail("anonymize.identifier",
                  fmt::format("the insensitive column '{}' seems to hold identifiers ({})", attribute.name, rule), {},
                  "Declare the column as identifying, or as quasi with a hierarchy.");
    if (numbers_rows(table, *column))
      return fail("anonymize.identifier",
                  fmt::format("the insensitive column '{}' has another value of the same form in each row, as numbers "
                              "of persons or records have",
                              attribute.name),
                  {},
                  "Declare the column as identifying, name it as `person`, or call it sensitive if it holds "
                  "measurements.");
  }
  return {};
}

// A line on the terminal that is written over: the best answer so far and how far below it none can be.
class Line {
 public:
  explicit Line(bool quiet) : shown_(!quiet && isatty(STDERR_FILENO) == 1) {}
  ~Line() {
    if (drawn_) fmt::print(stderr, "\r\x1b[K");
  }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  void draw(const anonymize::SearchState& state) {
    if (!shown_) return;
    fmt::print(stderr, "\r\x1b[K{} choices looked at, best {}, none below {:.6g}", state.checked,
               state.found ? fmt::format("{:.6g}", state.score) : "none yet", state.bound);
    drawn_ = true;
  }

 private:
  bool shown_, drawn_ = false;
};

anonymize::SearchOptions search_options(const AnonymizeOptions& options, const std::shared_ptr<Line>& line) {
  return {.threads = options.threads,
          .time_limit = options.time_limit,
          .watch = [line](const anonymize::SearchState& state) { line->draw(state); }};
}

Result<int> run_sweep(const AnonymizeOptions& options) {
  SEKISHO_TRY(const anonymize::SweepRange range, anonymize::parse_sweep(options.sweep));
  SEKISHO_TRY(const anonymize::Policy policy, anonymize::Policy::load(options.policy));
  const auto begin = Clock::now();
  SEKISHO_TRY(const Input input, read_input(options, policy));
  const anonymize::Table& table = input.table;
  const double seconds_read = seconds_since(begin);
  if (table.rows == 0) return refuse_empty(options);
  auto line = std::make_shared<Line>(options.json);
  SEKISHO_TRY(const anonymize::Sweep sweep, anonymize::sweep(table, policy, range, search_options(options, line)));
  line.reset();
  Json report = sweep.to_json();
  report["seconds"]["read"] = seconds_read;
  if (!options.report.empty()) SEKISHO_CHECK(write_file_durable(options.report, report.dump(2) + "\n"));
  if (!options.output.empty()) SEKISHO_CHECK(write_file_durable(options.output, sweep.csv(policy.delimiter)));
  if (!options.svg.empty()) SEKISHO_CHECK(write_file_durable(options.svg, sweep.svg() + "\n"));
  if (options.json)
    print_json(report);
  else
    fmt::print("{}", sweep.csv('\t'));
  return std::ranges::any_of(sweep.points, &anonymize::SweepPoint::possible) ? kDone : kFindings;
}

// What is to be written: an answer, and the policy and the table that it speaks of.
struct Answer {
  anonymize::Outcome outcome;
  std::optional<anonymize::DifferentialRun> differential;
};

Result<Answer> answer(const anonymize::Table& table, const anonymize::Policy& policy, const AnonymizeOptions& options) {
  const auto line = std::make_shared<Line>(options.json);
  Answer out;
  if (policy.differential) {
    SEKISHO_TRY(out.differential,
                anonymize::run_differentially(table, policy, system_random(), search_options(options, line)));
    out.outcome = out.differential->outcome;
  } else {
    SEKISHO_TRY(out.outcome, anonymize::search(table, policy, search_options(options, line)));
  }
  return out;
}

Result<int> run_anonymize(const AnonymizeOptions& options) {
  SEKISHO_CHECK(check_files(options));
  if (!options.sweep.empty()) {
    if (options.input.empty() || options.policy.empty())
      return fail("usage.anonymize", "--input and --policy are needed");
    return run_sweep(options);
  }
  if (options.input.empty() || options.policy.empty() || options.output.empty())
    return fail("usage.anonymize", "--input, --policy and --output are needed");
  SEKISHO_TRY(const anonymize::Policy policy, anonymize::Policy::load(options.policy));
  auto begin = Clock::now();
  SEKISHO_TRY(const Input input, read_input(options, policy));
  const anonymize::Table& table = input.table;
  const double seconds_read = seconds_since(begin);
  if (table.rows == 0) return refuse_empty(options);
  SEKISHO_CHECK(check_insensitive(table, policy));
  const double processor_before = processor_seconds();
  const auto found = answer(table, policy, options);
  const double processor = processor_seconds() - processor_before;
  if (!found && found.error().code == "anonymize.impossible") {
    fmt::print(stderr, "sekisho anonymize: {}\n", found.error().describe());
    return kFindings;
  }
  if (!found) return std::unexpected(found.error());
  const anonymize::Outcome& outcome = found->outcome;
  begin = Clock::now();
  const auto& differential = found->differential;
  SEKISHO_TRY(const anonymize::Applied applied,
              anonymize::apply(differential ? differential->sample : table,
                               differential ? differential->policy : policy, outcome.decision, options.threads));
  // Written aside, judged as it would be read, and only then given its name.
  remove_unaudited(options.output);
  const std::filesystem::path aside = options.output + ".unaudited";
  SEKISHO_CHECK(
      anonymize::write_csv(applied, policy.person, policy.delimiter, aside, system_random(), options.threads));
  const auto audit = anonymize::audit(aside, policy, options.input);
  if (!audit || !audit->ok) {
    std::error_code ignored;
    std::filesystem::remove(aside, ignored);
    if (!audit) return std::unexpected(audit.error());
    return fail("anonymize.audit", fmt::format("the audit refuses the result: {}", fmt::join(audit->problems, "; ")));
  }
  if (const auto renamed = rename_durable(aside, options.output); !renamed) {
    std::error_code ignored;
    std::filesystem::remove(aside, ignored);
    return std::unexpected(renamed.error());
  }
  Json report = outcome.to_json();
  Json seconds{{"read", seconds_read}};
  seconds.update(report["seconds"]);
  seconds["write"] = seconds_since(begin);
  report["seconds"] = seconds;
  report["processor_seconds"] = processor;
  report["left_out"] = input.left_out;
  report["encoding"] = {{"input", anonymize::name(input.encoding)},
                        {"detected", policy.encoding == anonymize::Encoding::kDetect},
                        {"output", "UTF-8"}};
  report["audit"] = audit->to_json();
  if (differential) report["differential_privacy"] = differential->to_json();
  if (!options.report.empty() || options.json || !options.html.empty()) {
    begin = Clock::now();
    anonymize::BargainOptions weighed = options.bargain;
    weighed.all = options.risk || !options.html.empty();
    // What was drawn is what was shown: persons not drawn are at no risk.
    SEKISHO_TRY(const anonymize::Bargain bargain,
                anonymize::weigh_bargain(differential ? differential->sample : table, applied,
                                         differential ? differential->policy : policy, outcome.decision, weighed));
    report.update(bargain.to_json());
    report["seconds"]["risk"] = seconds_since(begin);
    if (!options.html.empty())
      SEKISHO_CHECK(write_file_durable(options.html, anonymize::report_html(outcome, policy, bargain)));
  }
  if (!options.report.empty()) SEKISHO_CHECK(write_file_durable(options.report, report.dump(2) + "\n"));
  if (options.json) {
    print_json(report);
    return kDone;
  }
  fmt::print("{} of {} rows kept in {} classes, the smallest of {} {}\n", outcome.rows - outcome.suppressed,
             outcome.rows, outcome.classes, outcome.smallest_class, outcome.counts_persons ? "persons" : "rows");
  for (const auto& [name, level] : outcome.decision.levels)
    fmt::print("  {:<20} level {}\n", name, level);
  fmt::print("  {} {:.9g}, {} of {:g} choices ({} looked at)\n", anonymize::name(outcome.metric), outcome.score,
             outcome.optimal ? "the least"
                             : fmt::format("not proven to be the least, which is at least {:.9g},", outcome.bound),
             outcome.lattice, outcome.checked);
  if (differential)
    fmt::print("  differentially private: epsilon {:g}, delta {:g}, {} of {} drawn with probability {:.6g}, k {}\n",
               policy.differential->epsilon, policy.differential->delta, differential->sample.rows, outcome.rows,
               policy.differential->beta, policy.differential->k);
  for (std::size_t round = 0; round < outcome.rounds.size(); ++round)
    fmt::print(
        "  round {}: {} of {} rows kept, levels {}\n", round + 1,
        outcome.rounds[round]["rows"].get<std::size_t>() - outcome.rounds[round]["suppressed"].get<std::size_t>(),
        outcome.rounds[round]["rows"].get<std::size_t>(), outcome.rounds[round]["levels"].dump());
  if (input.encoding != anonymize::Encoding::kUtf8)
    fmt::print("  the table is in {}; what is written is in UTF-8\n", anonymize::name(input.encoding));
  if (!input.left_out.empty())
    fmt::print("  left out, as the policy does not name them: {}\n", fmt::join(input.left_out, ", "));
  if (!outcome.counts_persons) fmt::print("  the policy names no person column: each row counts as a person\n");
  return kDone;
}

Result<int> run_audit(const AnonymizeOptions& options) {
  if (anonymize::HistoryPolicy::is_one(options.policy))
    return run_history_audit(options.input, options.policy, options.json);
  SEKISHO_TRY(const anonymize::Policy policy, anonymize::Policy::load(options.policy));
  SEKISHO_TRY(const anonymize::Audit audit, anonymize::audit(options.input, policy, options.original));
  if (options.json)
    print_json(audit.to_json());
  else {
    fmt::print("{} rows in {} classes, the smallest of {} {}: {}\n", audit.rows, audit.classes, audit.smallest_class,
               audit.counts_persons ? "persons" : "rows", audit.ok ? "fulfils the policy" : "does NOT fulfil it");
    for (const std::string& problem : audit.problems)
      fmt::print("  {}\n", problem);
    for (const std::string& note : audit.undecided)
      fmt::print("  not decided without --original: {}\n", note);
  }
  return audit.ok ? kDone : kFindings;
}

struct SuggestOptions {
  std::string input, output, delimiter = ",";
};

Result<int> run_suggest(const SuggestOptions& options) {
  if (options.delimiter.size() != 1) return fail("usage.suggest", "--delimiter is one character");
  SEKISHO_TRY(const anonymize::Table table, anonymize::read_table_file(options.input, options.delimiter[0]));
  const std::string policy =
      anonymize::suggested_policy(table, options.delimiter[0], [](const anonymize::Column& column) {
        return !outgoing::identifier_rule(column.name(), column.values()).empty();
      });
  if (options.output.empty())
    fmt::print("{}", policy);
  else
    SEKISHO_CHECK(write_file_durable(options.output, policy));
  return kDone;
}

}  // namespace

void add_anonymize(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("anonymize", "Generalize and suppress until a policy is fulfilled, losing least");
  const auto options = std::make_shared<AnonymizeOptions>();
  command->add_option("--input", options->input, "CSV with a header, separated as the policy says")
      ->check(CLI::ExistingFile);
  command->add_option("--policy", options->policy, "Attributes, hierarchies, models, limits (TOML)")
      ->check(CLI::ExistingFile);
  command->add_option("--output", options->output, "CSV to write; suppressed rows are left out");
  command->add_option("--report", options->report, "JSON report to write");
  command->add_option("--html", options->html, "One page with charts of risk and utility, Japanese and English");
  command->add_flag("--risk", options->risk,
                    "Attacks and utility in the report too, beside risks by class size; --html does the same");
  command->add_option("--facts", options->bargain.attack.facts, "Facts that the attacker who knows some knows")
      ->check(CLI::Range(1, 50));
  command->add_option("--trials", options->bargain.attack.trials, "Trials of each attacker")
      ->check(CLI::Range(10'000, 10'000'000));
  command->add_option("--outcome", options->bargain.utility.outcome, "Column that the regression explains");
  command->add_option("--survival-time", options->bargain.utility.time, "Column of times of the survival curve");
  command->add_option("--survival-event", options->bargain.utility.event,
                      "COLUMN=VALUE: the time is that of the event");
  command->add_option("--threads", options->threads, "Threads of reading, search and writing; the result is the same")
      ->check(CLI::Range(1, 64));
  command->add_option("--sweep", options->sweep,
                      "The optimum for each value of a number of the policy, k=2..50, limit=0..0.1:0.01, l=2,3,5 or "
                      "t=0.1..0.5:0.1: --output is then a table of them, --report has a curve too");
  command->add_option("--svg", options->svg, "Curve of the sweep to write");
  command
      ->add_option("--time-limit", options->time_limit,
                   "Seconds for the search (of each value of a sweep): then the best answer so far, with the bound "
                   "that is proven")
      ->check(CLI::PositiveNumber);
  command->add_flag("--json", options->json, "Print the report");
  command->footer(
      "Exit code 1: no choice of levels meets the policy; the message names the models that cannot be met and the best "
      "k.\nNothing is written under the output's name before the audit has passed.");
  set_action(command, [options, command]() -> Result<int> {
    if (!command->get_subcommands().empty()) return exit_code;  // audit has run
    return run_anonymize(*options);
  });

  CLI::App* audit =
      command->add_subcommand("audit", "Judge a finished file by code that shares nothing with the search");
  const auto audited = std::make_shared<AnonymizeOptions>();
  audit->add_option("--input", audited->input, "CSV to judge; of a policy of histories the folder")
      ->required()
      ->check(CLI::ExistingPath);
  audit->add_option("--policy", audited->policy, "The policy it must fulfil")->required()->check(CLI::ExistingFile);
  audit
      ->add_option("--original", audited->original,
                   "The file before anonymization: models that compare with the whole table take its shares from there")
      ->check(CLI::ExistingFile);
  audit->add_flag("--json", audited->json, "Machine-readable report");
  audit->footer("Exit code 1: the file does not fulfil the policy.");
  set_action(audit, [audited] { return run_audit(*audited); });

  add_histories(*command);

  CLI::App* suggest = command->add_subcommand("suggest", "Draft a policy for a table, to be read and corrected");
  const auto drafted = std::make_shared<SuggestOptions>();
  suggest->add_option("--input", drafted->input, "CSV with a header")->required()->check(CLI::ExistingFile);
  suggest->add_option("--delimiter", drafted->delimiter, "Separator of the table");
  suggest->add_option("--output", drafted->output, "Policy to write; else it is printed");
  set_action(suggest, [drafted] { return run_suggest(*drafted); });
}

}  // namespace sekisho::cli

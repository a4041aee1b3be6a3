// sekisho anonymize histories: whole histories of persons, and the audit of a folder of them.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>

#include "anonymize/history.h"
#include "anonymize/history_attack.h"
#include "cli/cli.h"
#include "core/file.h"
#include "core/random.h"
#include "outgoing/scan_column.h"

namespace sekisho::cli {

using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// What a run that was killed left beside the output.
inline void remove_unaudited(const std::filesystem::path& output) {
  constexpr std::size_t kDrawn = 7;  // a dot and six random characters, which a durable write puts behind the name
  const std::string name = output.filename().string() + ".unaudited";
  std::error_code ignored;
  std::vector<std::filesystem::path> left;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::absolute(output).parent_path(), ignored)) {
    const std::string other = entry.path().filename().string();
    if (other == name || (other.starts_with(name + ".") && other.size() == name.size() + kDrawn))
      left.push_back(entry.path());
  }
  for (const std::filesystem::path& one : left)
    std::filesystem::remove_all(one, ignored);
}

struct HistoryOptions {
  std::string policy, output, report, key;
  std::vector<std::string> inputs;
  int threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  bool json = false, risk = false, parquet = false;
  anonymize::AttackOptions attack;
};

// The files of the policy's histories, where they were not named on the command line beside the policy.
inline Result<std::vector<anonymize::Table>> read_histories(const anonymize::HistoryPolicy& policy,
                                                            const std::vector<std::string>& inputs) {
  std::vector<anonymize::Table> out;
  for (const std::string& input : inputs)
    if (std::ranges::none_of(policy.histories, [&](const auto& one) { return input.starts_with(one.name + "="); }))
      return fail("usage.input", fmt::format("--input {} names no history of the policy", input));
  for (const anonymize::History& history : policy.histories) {
    std::filesystem::path file = policy.folder / history.file;
    for (const std::string& input : inputs)
      if (input.starts_with(history.name + "=")) file = input.substr(history.name.size() + 1);
    SEKISHO_TRY(anonymize::Table table, anonymize::read_history(file, policy.delimiter, policy.encoding));
    for (const anonymize::HistoryColumn& wanted : history.columns) {
      const anonymize::Column* column = table.find(wanted.attribute.name);
      if (wanted.kind != anonymize::HistoryColumn::Kind::kKeep || column == nullptr) continue;
      const std::string rule = outgoing::identifier_rule(column->name(), column->values());
      if (!rule.empty())
        return fail("anonymize.identifier",
                    fmt::format("the column '{}' of '{}' seems to hold identifiers ({})", wanted.attribute.name,
                                history.name, rule),
                    {}, "Declare it as identifying, as text or as an item.");
    }
    out.push_back(std::move(table));
  }
  return out;
}

inline Result<Bytes> history_key(const std::string& file) {
  if (file.empty()) {
    Bytes key(32);
    system_random().fill(key);
    return key;
  }
  SEKISHO_TRY(Bytes key, read_file(file, 1 << 16));
  if (key.size() < 16) return fail("anonymize.key", "a key has 16 bytes at least", {.file = file});
  return key;
}

inline Result<int> run_histories(const HistoryOptions& options) {
  SEKISHO_TRY(const anonymize::HistoryPolicy policy, anonymize::HistoryPolicy::load(options.policy));
  if (std::filesystem::exists(options.output))
    return fail("usage.output", fmt::format("{} exists already", options.output));
  auto begin = Clock::now();
  SEKISHO_TRY(const std::vector<anonymize::Table> tables, read_histories(policy, options.inputs));
  Json seconds{{"read", seconds_since(begin)}};
  begin = Clock::now();
  SEKISHO_TRY(const Bytes key, history_key(options.key));
  SEKISHO_TRY(const anonymize::FinishedHistories finished,
              anonymize::finish_histories(tables, policy, key, options.threads));
  seconds["finish"] = seconds_since(begin);
  // Written aside, judged as they would be read, and only then given their name.
  const std::filesystem::path aside = options.output + ".unaudited";
  remove_unaudited(options.output);
  const auto written = [&]() -> Result<anonymize::HistoryAudit> {
    SEKISHO_CHECK(make_folders(aside));
    begin = Clock::now();
    for (const anonymize::FinishedHistory& one : finished.histories)
      SEKISHO_CHECK(anonymize::write_history(one, policy.delimiter, aside / (one.name + ".csv")));
    for (const anonymize::FinishedHistory& one : finished.histories)
      if (options.parquet)
        SEKISHO_CHECK(anonymize::write_history_parquet(aside / (one.name + ".csv"), policy.delimiter,
                                                       aside / (one.name + ".parquet")));
    seconds["write"] = seconds_since(begin);
    begin = Clock::now();
    return anonymize::audit_histories(aside, policy, "2GB", options.threads);
  }();
  seconds["audit"] = seconds_since(begin);
  std::error_code ignored;
  if (!written || !written->ok) {
    std::filesystem::remove_all(aside, ignored);
    if (!written) return std::unexpected(written.error());
    return fail("anonymize.audit", fmt::format("the audit refuses the result: {}", fmt::join(written->problems, "; ")));
  }
  SEKISHO_CHECK(rename_durable(aside, options.output));
  Json report = finished.to_json();
  report["k"] = policy.k;
  report["m"] = policy.m;
  report["key"] = options.key.empty() ? "drawn and forgotten" : "given";
  report["seconds"] = seconds;
  report["audit"] = written->to_json();
  if (options.risk) {
    begin = Clock::now();
    report["risk"]["attacks"] = Json::array();
    for (const anonymize::Attack& attack :
         anonymize::simulate_history_attacks(tables, finished, policy, options.attack))
      report["risk"]["attacks"].push_back(attack.to_json());
    report["seconds"]["risk"] = seconds_since(begin);
  }
  if (!options.report.empty()) SEKISHO_CHECK(write_file_durable(options.report, report.dump(2) + "\n"));
  if (options.json) {
    print_json(report);
    return kDone;
  }
  fmt::print("{} persons; {} different items of {}; combinations of up to {} held by {} persons or more\n",
             finished.persons, finished.items, finished.items_before, policy.m, written->rarest);
  for (const anonymize::FinishedHistory& one : finished.histories) {
    fmt::print("{}: {} of {} rows\n", one.name, one.rows, one.rows_before);
    for (const auto& [name, changes] : one.changes)
      fmt::print("  {:<20} {}\n", name, changes.to_json().dump());
  }
  return kDone;
}

// A folder of histories, or one of its files beside the others.
inline Result<int> run_history_audit(const std::string& given, const std::string& policy_file, bool json) {
  SEKISHO_TRY(const anonymize::HistoryPolicy policy, anonymize::HistoryPolicy::load(policy_file));
  const std::filesystem::path input = std::filesystem::absolute(given);
  SEKISHO_TRY(const anonymize::HistoryAudit audit,
              anonymize::audit_histories(std::filesystem::is_directory(input) ? input : input.parent_path(), policy));
  if (json)
    print_json(audit.to_json());
  else {
    fmt::print("{} persons, {} items in {} combinations, the rarest held by {}: {}\n", audit.persons, audit.items,
               audit.combinations, audit.rarest, audit.ok ? "fulfils the policy" : "does NOT fulfil it");
    for (const std::string& problem : audit.problems)
      fmt::print("  {}\n", problem);
  }
  return audit.ok ? kDone : kFindings;
}

inline void add_histories(CLI::App& command) {
  CLI::App* histories = command.add_subcommand(
      "histories", "Sets and sequences of persons: rare combinations of codes, dates, extremes, texts");
  const auto told = std::make_shared<HistoryOptions>();
  histories->add_option("--policy", told->policy, "Histories, their columns, [sets], [dates], [[specific]] (TOML)")
      ->required()
      ->check(CLI::ExistingFile);
  histories->add_option("--input", told->inputs,
                        "NAME=FILE (CSV or Parquet) for a history that does not lie beside the policy; repeatable");
  histories->add_option("--output", told->output, "Folder to make, with NAME.csv of each history")->required();
  histories->add_option("--report", told->report, "JSON report to write: what was changed, by variable");
  histories
      ->add_option("--key", told->key,
                   "File whose bytes decide shifts and numbers of persons: the same key gives the same files. Without "
                   "it they are drawn, and nobody can undo them")
      ->check(CLI::ExistingFile);
  histories->add_option("--threads", told->threads, "The result is the same")->check(CLI::Range(1, 64));
  histories->add_flag("--risk", told->risk, "Attackers tried out before and after, in the report");
  histories->add_option("--facts", told->attack.facts, "Facts that the attacker who knows some knows")
      ->check(CLI::Range(1, 50));
  histories->add_option("--trials", told->attack.trials, "Trials of each attacker")
      ->check(CLI::Range(10'000, 10'000'000));
  histories->add_flag("--parquet", told->parquet, "NAME.parquet beside each NAME.csv");
  histories->add_flag("--json", told->json, "Print the report");
  histories->footer("Nothing is written under the output's name before the audit has passed.");
  set_action(histories, [told] { return run_histories(*told); });
}

}  // namespace sekisho::cli

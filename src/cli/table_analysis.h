// sekisho table km | regression: analyses computed and checked in one go, as tables are.
#pragma once

#include <fmt/format.h>

#include "cli/cli.h"
#include "cli/phrases.h"
#include "cli/spare_inputs.h"
#include "core/file.h"
#include "core/random.h"
#include "disclosure/analysis.h"
#include "disclosure/analysis_page.h"

namespace sekisho::cli {

struct AnalysisOptions {
  disclosure::SurvivalRequest survival;
  disclosure::RegressionRequest regression;
  std::string dataset, person, output, output_json, html, proof, policy, memory, project, common, family = "linear";
  std::vector<std::string> where;
  int threshold = 10;
  bool json = false;
};

// What people should look at, the first twenty; the proof sheet has all.
inline void print_review(const Json& review) {
  constexpr std::size_t kShown = 20;
  for (std::size_t i = 0; i < std::min(review.size(), kShown); ++i) {
    const Json& item = review[i];
    fmt::print("{} {}: {}. {}\n", item["verdict"].get<std::string>(), item["place"].get<std::string>(),
               item[japanese() ? "reason_ja" : "reason_en"].get<std::string>(),
               item[japanese() ? "remedy_ja" : "remedy"].get<std::string>());
  }
  if (review.size() > kShown)
    print_phrase({"... and {} more in the proof sheet\n", "ほか {} 件は証明シートにあります\n"},
                 review.size() - kShown);
}

// Judged against what left before; kept unless it reveals something or is refused.
inline Result<void> remember_analysis(const AnalysisOptions& options, disclosure::AnalysisResult& result) {
  disclosure::ReleaseItem& item = result.counted;
  item.project = options.project;
  if (!options.common.empty()) {
    SEKISHO_TRY(const auto common, disclosure::read_common_persons(options.common));
    SEKISHO_CHECK(disclosure::use_common_persons(item, common));
  }
  SEKISHO_TRY(const auto memory, disclosure::Releases::open(options.memory, true, system_clock(), system_random()));
  SEKISHO_TRY(const auto judgement, memory->judge(item, static_cast<std::uint64_t>(options.threshold)));
  const bool refused = result.verdict() == disclosure::Verdict::kFail;
  if (!refused && judgement.reveals.empty()) SEKISHO_CHECK(memory->keep(item));
  result.items.insert(result.items.end(), judgement.items.begin(), judgement.items.end());
  result.proof["review"] = disclosure::to_json(result.items);
  result.proof["result"] = name(result.verdict());
  if (result.verdict() == disclosure::Verdict::kFail) result.proof["output_sha256"] = "";
  result.proof["earlier_releases"] = judgement.to_json();
  return {};
}

inline Result<int> hand_out(const AnalysisOptions& options, disclosure::AnalysisResult result) {
  if (!options.memory.empty()) SEKISHO_CHECK(remember_analysis(options, result));
  const bool refused = result.verdict() == disclosure::Verdict::kFail;
  const std::string proof = options.proof.empty() ? options.output + ".proof.json" : options.proof;
  SEKISHO_CHECK(write_file_durable(proof, result.proof.dump(1) + "\n", 0600));
  if (!options.html.empty()) SEKISHO_CHECK(write_file_durable(options.html, disclosure::analysis_page(result), 0600));
  if (!refused) {
    SEKISHO_CHECK(write_file_durable(options.output, result.csv));
    if (!options.output_json.empty())
      SEKISHO_CHECK(write_file_durable(options.output_json, result.output.dump() + "\n"));
  }
  if (options.json) {
    print_json(Json{{"result", result.proof["result"]},
                    {"definition", result.definition},
                    {"rows", result.output["rows"].size()},
                    {"checks", result.proof["checks"]},
                    {"review", result.proof["review"]},
                    {"earlier_releases", result.proof.value("earlier_releases", Json())},
                    {"output_sha256", result.proof["output_sha256"]},
                    {"proof", proof}});
  } else {
    fmt::print("{}: {}; proof sheet {}\n", result.proof["result"].get<std::string>(), result.definition, proof);
    print_review(result.proof["review"]);
    if (refused) fmt::print("nothing was written to {}\n", options.output);
  }
  return refused ? kFindings : kDone;
}

inline Result<int> run_analysis(AnalysisOptions options, bool survival) {
  SEKISHO_CHECK(spare_inputs({options.dataset, options.policy, options.common},
                             {options.output, options.output_json, options.proof, options.html}));
  std::vector<disclosure::Condition> where;
  for (const std::string& text : options.where) {
    SEKISHO_TRY(disclosure::Condition condition, disclosure::parse_condition(text));
    where.push_back(std::move(condition));
  }
  if (!options.policy.empty()) {
    SEKISHO_TRY(const disclosure::Policy policy, disclosure::read_policy(options.policy));
    options.threshold = std::max(options.threshold, policy.threshold);
  }
  const auto fill = [&](auto& request) {
    request.dataset = options.dataset;
    request.person = options.person;
    request.where = where;
    request.threshold = options.threshold;
  };
  if (survival) {
    fill(options.survival);
    SEKISHO_TRY(auto result, disclosure::survival_curve(options.survival));
    return hand_out(options, std::move(result));
  }
  fill(options.regression);
  options.regression.logistic = options.family == "logistic";
  SEKISHO_TRY(auto result, disclosure::regression(options.regression));
  return hand_out(options, std::move(result));
}

inline void add_analysis_options(CLI::App* command, const std::shared_ptr<AnalysisOptions>& options) {
  command->add_option("--dataset,--input", options->dataset, "Dataset: CSV with a header, or Parquet; one row a person")
      ->required()
      ->check(CLI::ExistingFile);
  command->add_option("--person", options->person, "Column that tells persons apart");
  command->add_option("--where", options->where, "Rows that count, e.g. \"age>=18\"; all must hold");
  command->add_option("--threshold", options->threshold, "Fewest persons, events or degrees of freedom: 10 or more")
      ->check(CLI::Range(10, 100000));
  command->add_option("--policy", options->policy, "JSON policy")->check(CLI::ExistingFile);
  command->add_option("--output", options->output, "CSV that may leave")->required();
  command->add_option("--output-json", options->output_json, "The same as JSON");
  command->add_option("--html", options->html, "The proof sheet as one page with the drawing");
  command->add_option("--proof", options->proof, "Proof sheet for the checkers (OUTPUT.proof.json)");
  command->add_option(
      "--memory", options->memory,
      "Folder of the memory of releases: refused when it reveals few persons together with earlier ones");
  command->add_option("--project", options->project, "Whose analysis it is, for the memory");
  command
      ->add_option("--common-persons", options->common,
                   "CSV of two columns: the dataset's person, the number all projects share")
      ->check(CLI::ExistingFile);
  command->add_flag("--json", options->json, "One JSON document on standard output");
}

inline void add_analyses(CLI::App* table) {
  auto options = std::make_shared<AnalysisOptions>();
  CLI::App* km = table->add_subcommand("km", "Kaplan-Meier curves at times between which enough events lie");
  add_analysis_options(km, options);
  km->add_option("--time", options->survival.time, "Column of times under observation")->required();
  km->add_option("--event", options->survival.event, "Column: 1 event, 0 censored")->required();
  km->add_option("--group", options->survival.group, "Column of groups, a curve for each");
  km->footer(
      "Example:\n  sekisho table km --dataset cohort.csv --time weeks --event relapse --group drug --output km.csv\n"
      "Exit code 1: refused, see the proof sheet. It and the page hold what only checkers may see.");
  set_action(km, [options] { return run_analysis(*options, true); });
  CLI::App* regression =
      table->add_subcommand("regression", "Least squares or logistic regression whose levels and freedom suffice");
  add_analysis_options(regression, options);
  regression->add_option("--outcome", options->regression.outcome, "Column of the outcome")->required();
  regression->add_option("--predictors", options->regression.predictors, "Columns: numbers, or texts as factors")
      ->required()
      ->delimiter(',');
  regression->add_option("--factors", options->regression.factors, "Predictors whose numbers are categories")
      ->delimiter(',');
  regression->add_option("--family", options->family, "linear or logistic")
      ->check(CLI::IsMember({"linear", "logistic"}));
  regression->footer(
      "Example:\n  sekisho table regression --dataset cohort.csv --outcome cost --predictors age,sex --output fit.csv\n"
      "Exit code 1: refused, see the proof sheet. It and the page hold what only checkers may see.");
  set_action(regression, [options] { return run_analysis(*options, false); });
}

}  // namespace sekisho::cli

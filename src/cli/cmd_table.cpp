// sekisho table: a table computed from a dataset, fit to leave: protected, audited, with its proof sheet.
// modules: core disclosure
#include <fmt/format.h>

#include "cli/cli.h"
#include "cli/phrases.h"
#include "cli/proposals_json.h"
#include "cli/spare_inputs.h"
#include "cli/table_analysis.h"
#include "core/clock.h"
#include "core/csv.h"
#include "core/file.h"
#include "core/random.h"
#include "disclosure/cell_key.h"
#include "disclosure/policy_chain.h"
#include "disclosure/table_proposals.h"

#include "disclosure/releases.h"

namespace sekisho::cli {
namespace {

using disclosure::Measure;
using disclosure::TableRequest;
using disclosure::TableResult;

struct TableOptions {
  TableRequest request;
  std::string dataset, policy, cell_key, output, proof, html, output_json, memory, project, common, measure,
      mode = "fast";
  std::vector<std::string> where, bands, hierarchies, merges, impossible;
  int threshold = 0;
  bool json = false, proposals = false;
};

// "column=rest" of a repeated option.
Result<std::pair<std::string, std::string>> split(const std::string& text, std::string_view option) {
  const std::size_t at = text.find('=');
  if (at == std::string::npos || at == 0)
    return fail("usage.option", fmt::format("--{} takes COLUMN=..., not \"{}\"", option, text));
  return std::pair{text.substr(0, at), text.substr(at + 1)};
}

std::vector<std::string> fields_of(const std::string& text, char separator = ',') {
  std::vector<std::string> out(1);
  for (const char c : text) {
    if (c == separator) {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

Result<void> read_options(TableOptions& options) {
  TableRequest& request = options.request;
  for (const auto& [given, name] : {std::pair{!options.dataset.empty(), "--dataset"},
                                    {!request.rows.empty(), "--rows"},
                                    {!options.output.empty(), "--output"}})
    if (!given) return fail("usage.option", fmt::format("{} is required", name), {}, "See sekisho table --help.");
  request.dataset = options.dataset;
  request.measure = options.measure == "sum"    ? Measure::kSum
                    : options.measure == "mean" ? Measure::kMean
                                                : Measure::kCount;
  if (options.measure.empty() && !request.value.empty()) request.measure = Measure::kSum;
  request.mode = options.mode == "exact" ? disclosure::Mode::kExact : disclosure::Mode::kFast;
  for (const std::string& text : options.where) {
    SEKISHO_TRY(disclosure::Condition condition, disclosure::parse_condition(text));
    request.where.push_back(std::move(condition));
  }
  for (const std::string& text : options.bands) {
    SEKISHO_TRY(const auto parts, split(text, "bands"));
    for (const std::string& field : fields_of(parts.second)) {
      double bound = 0;
      if (!disclosure::parse_number(field, bound))
        return fail("usage.option", fmt::format("--bands {}: \"{}\" is no number", text, field));
      request.groupings[parts.first].bands.push_back(bound);
    }
  }
  for (const std::string& text : options.hierarchies) {
    SEKISHO_TRY(const auto parts, split(text, "hierarchy"));
    request.groupings[parts.first].hierarchy = parts.second;
  }
  for (const std::string& text : options.merges) {
    SEKISHO_TRY(const auto parts, split(text, "merge"));
    std::vector<std::string> labels = fields_of(parts.second, '|');
    if (labels.size() < 2 || std::ranges::find(labels, "") != labels.end())
      return fail("usage.option", fmt::format("--merge takes COLUMN=A|B, not \"{}\"", text));
    request.groupings[parts.first].merges.push_back(std::move(labels));
  }
  for (const std::string& text : options.impossible) {
    std::map<std::string, std::string> labels;
    for (const std::string& field : fields_of(text)) {
      SEKISHO_TRY(const auto parts, split(field, "impossible"));
      labels.insert(parts);
    }
    request.impossible.push_back(std::move(labels));
  }
  if (!options.policy.empty()) {
    SEKISHO_TRY(request.policy, disclosure::read_policy(options.policy));
    request.threshold = request.policy.threshold;
    SEKISHO_TRY(disclosure::PolicyChain chain, disclosure::resolve_policy(options.policy));
    request.contribution_rules = std::move(chain.members);
  }
  if (options.threshold > 0) {
    if (options.threshold < request.threshold)
      return fail("usage.threshold", fmt::format("the threshold is at least {}", request.threshold), {},
                  "A lower one needs a policy that names the committee's decision.");
    request.threshold = options.threshold;
  }
  return {};
}

using CommonPersons = std::map<std::string, std::string>;

// Judged against what left before; kept in the memory unless it reveals something. The entry stands before the file.
template <typename MakeItem>
Result<disclosure::ReleaseJudgement> remember(const TableOptions& options, bool refused, MakeItem make_item) {
  CommonPersons common;
  if (!options.common.empty()) {
    SEKISHO_TRY(common, disclosure::read_common_persons(options.common));
  }
  SEKISHO_TRY(const auto memory, disclosure::Releases::open(options.memory, true, system_clock(), system_random()));
  SEKISHO_TRY(disclosure::ReleaseItem item, make_item(common));
  SEKISHO_TRY(auto judgement, memory->judge(item, static_cast<std::uint64_t>(options.request.threshold)));
  if (!refused && judgement.reveals.empty()) {
    SEKISHO_CHECK(memory->keep(item));
  }
  return judgement;
}

void add_judgement(TableResult& result, const disclosure::ReleaseJudgement& judgement) {
  for (const disclosure::VerdictItem& item : judgement.items)
    result.proof["review"].push_back(to_json(item));
  if (!judgement.items.empty() && result.proof["result"] != "FAIL")
    result.proof["result"] = name(worst(judgement.items));
  result.proof["earlier_releases"] = judgement.to_json();
}

// Counts with a deviation of their own each, instead of hidden ones.
Result<int> run_cell_key(const TableOptions& options) {
  if (!options.html.empty() || !options.output_json.empty())
    return fail("usage.option", "--cell-key goes with --output, --proof and --memory only");
  SEKISHO_TRY(const std::string key, read_text(options.cell_key, 4096));
  SEKISHO_TRY(auto result, disclosure::perturb_table(options.request, as_bytes(key)));
  if (!options.memory.empty()) {
    SEKISHO_TRY(const auto judgement, remember(options, false, [&](const CommonPersons& common) {
                  return disclosure::perturbed_item(options.request, result, options.project, common);
                }));
    result.proof["earlier_releases"] = judgement.to_json();
    for (const disclosure::VerdictItem& item : judgement.items)
      result.proof["review"].push_back(to_json(item));
    if (!judgement.reveals.empty())
      return fail("table.memory", "together with earlier releases the table would tell about few persons", {},
                  "Use the earlier release as it stands.");
  }
  const std::string proof = options.proof.empty() ? options.output + ".proof.json" : options.proof;
  SEKISHO_CHECK(write_file_durable(proof, result.proof.dump(1) + "\n", 0600));
  SEKISHO_CHECK(write_file_durable(options.output, result.csv));
  if (options.json)
    print_json(Json{{"cells", result.table.cells.size()},
                    {"persons", result.persons},
                    {"perturbed", result.perturbed},
                    {"largest_deviation", result.largest},
                    {"mean_deviation", result.mean},
                    {"variance", result.variance},
                    {"additive", false},
                    {"note", result.proof["note"]},
                    {"output_sha256", result.proof["output_sha256"]},
                    {"proof", proof}});
  else
    fmt::print(
        "{} of {} cells perturbed by at most {}; rows and columns do not add up to their totals; proof sheet {}\n",
        result.perturbed, result.table.cells.size(), result.largest, proof);
  return kDone;
}

// What a first table often wants: classes instead of single years, and something left to read.
void print_hints(const TableRequest& request, const TableResult& result) {
  constexpr std::size_t kManyCategories = 20;
  for (const disclosure::Dimension& dimension : result.data.dimensions) {
    const std::vector<std::string>& texts = result.data.dataset.column(dimension.name).texts;
    double value = 0;
    const bool numbers =
        std::ranges::all_of(texts, [&](const std::string& text) { return disclosure::parse_number(text, value); });
    if (numbers && texts.size() > kManyCategories && !request.groupings.contains(dimension.name) && result.primary > 0)
      print_phrase({"hint: {0} has {1} values; classes hide less (--bands {0}=0,20,40,65)\n",
                    "ヒント: {0} には {1} 通りの値があります。区分にすると秘匿が減ります (--bands {0}=0,20,40,65)\n"},
                   dimension.name, texts.size());
  }
  if (result.cells > 0 && result.primary + result.secondary == result.cells)
    print_phrase({"hint: every cell is hidden; take fewer or coarser classes (--proposals names merges)\n",
                  "ヒント: すべてのセルが秘匿されました。区分を減らすか統合してください (--proposals で候補を表示)\n"});
}

Result<int> run_table(TableOptions options) {
  SEKISHO_CHECK(read_options(options));
  SEKISHO_CHECK(spare_inputs({options.dataset, options.policy, options.common, options.cell_key},
                             {options.output, options.output_json, options.proof, options.html}));
  if (!options.cell_key.empty()) return run_cell_key(options);
  SEKISHO_TRY(TableResult result, disclosure::make_table(options.request));
  if (!options.memory.empty()) {
    SEKISHO_TRY(const auto judgement,
                remember(options, result.proof["result"] == "FAIL", [&](const CommonPersons& common) {
                  return disclosure::release_item(options.request, result, options.project, common);
                }));
    add_judgement(result, judgement);
  }
  const bool refused = result.proof["result"] == "FAIL";
  const std::string proof = options.proof.empty() ? options.output + ".proof.json" : options.proof;
  SEKISHO_CHECK(write_file_durable(proof, result.proof.dump(1) + "\n", 0600));
  if (!options.html.empty()) SEKISHO_CHECK(write_file_durable(options.html, result.page, 0600));
  if (!refused) {
    SEKISHO_CHECK(write_file_durable(options.output, result.csv));
    if (!options.output_json.empty())
      SEKISHO_CHECK(write_file_durable(options.output_json, result.output.dump() + "\n"));
  }
  const std::uint64_t suppressed = result.primary + result.secondary;
  std::vector<disclosure::Proposal> proposals;
  if (options.proposals) proposals = disclosure::propose_table_merges(options.request, result);
  if (options.json) {
    Json answer(Json{{"cells", result.cells},
                     {"suppressed", suppressed},
                     {"primary", result.primary},
                     {"secondary", result.secondary},
                     {"persons", result.data.persons},
                     {"audit", Json{{"exact", result.exact}, {"too_narrow", result.too_narrow}}},
                     {"result", result.proof["result"]},
                     {"review", result.proof["review"]},
                     {"earlier_releases", result.proof.value("earlier_releases", Json())},
                     {"output_sha256", result.proof["output_sha256"]},
                     {"proof", proof}});
    if (options.proposals) answer["proposals"] = proposals_json(proposals);
    print_json(answer);
  } else {
    fmt::print("{}: {} cells, {} hidden ({} by a rule, {} so that no sum gives them back); audited; proof sheet {}\n",
               result.proof["result"].get<std::string>(), result.cells, suppressed, result.primary, result.secondary,
               proof);
    print_review(result.proof["review"]);
    if (!refused) print_hints(options.request, result);
    if (options.proposals) print_proposals(proposals, true);
    if (refused) fmt::print("nothing was written to {}\n", options.output);
  }
  return refused ? kFindings : kDone;
}

void add_dataset_options(CLI::App* table, const std::shared_ptr<TableOptions>& options) {
  TableRequest& request = options->request;
  table->add_option("--dataset,--input", options->dataset, "Dataset: CSV with a header, or Parquet")
      ->check(CLI::ExistingFile);
  table->add_option("--rows", request.rows, "Columns of the dataset that make the rows")->delimiter(',');
  table->add_option("--columns", request.columns, "Columns of the dataset that make the columns")->delimiter(',');
  table
      ->add_option("--measure", options->measure,
                   "count of persons, or sum or mean of --value (without it: count, or sum where --value is given)")
      ->check(CLI::IsMember({"count", "sum", "mean"}));
  table->add_option("--value", request.value, "Column that is summed or averaged");
  table->add_option("--weight", request.weight, "Column of weights");
  table->add_option("--person,--count-distinct", request.person,
                    "Column that tells persons apart (person_id, person or pseudonym)");
  table->add_option("--hospital", request.hospital, "Column that tells hospitals apart (hospital_id or hospital)");
  table->add_option("--where", options->where, "Rows that count, e.g. \"age>=18\" or \"area=13|14\"; all must hold");
  table->add_option("--bands", options->bands, "COLUMN=0,20,40: numbers into 0-19, 20-39, 40+");
  table->add_option("--hierarchy", options->hierarchies,
                    "COLUMN=FILE: CSV of value, group, group of groups; subtotals are shown");
  table->add_option("--merge", options->merges, "COLUMN=A|B: these categories (or bands) become one, A+B");
  table->add_option("--impossible", options->impossible,
                    "COLUMN=LABEL,COLUMN=LABEL: a combination everybody knows to be empty");
}

}  // namespace

void add_table(CLI::App& app) {
  CLI::App* table =
      app.add_subcommand("table", "A table of persons from a dataset, fit to leave: protected and audited");
  auto options = std::make_shared<TableOptions>();
  add_dataset_options(table, options);
  table->add_option("--threshold", options->threshold, "Fewest persons a published cell may have: 10 or more")
      ->check(CLI::Range(2, 100000));
  table->add_option("--policy", options->policy, "JSON policy")->check(CLI::ExistingFile);
  table
      ->add_option("--cell-key", options->cell_key,
                   "File with the release key: every count gets a small deviation that depends on its persons alone, "
                   "nothing is hidden, totals do not add up; the policy must say \"method\": \"cell_key\"")
      ->check(CLI::ExistingFile);
  table->add_option("--mode", options->mode, "fast, or exact: the proven least number of hidden cells")
      ->check(CLI::IsMember({"fast", "exact"}));
  table->add_option("--output", options->output, "CSV that may leave");
  table->add_option("--output-json", options->output_json, "The same as JSON");
  table->add_option("--proof", options->proof, "Proof sheet for the checkers (OUTPUT.proof.json)");
  table->add_option("--html", options->html, "Proof sheet as one page for the checkers");
  table->add_option("--memory", options->memory,
                    "Folder of what left before: the table is judged against it and kept in it");
  table->add_option("--project", options->project, "Whose table it is, for the memory");
  table
      ->add_option("--common-persons", options->common,
                   "CSV of two columns: the dataset's person, the number all projects share")
      ->check(CLI::ExistingFile);
  table->add_flag("--proposals", options->proposals,
                  "Name the pairs of categories whose merge leaves the fewest hidden cells");
  table->add_flag("--json", options->json, "One JSON document on standard output");
  table->footer(
      "Examples:\n"
      "  sekisho table --dataset d.csv --rows age --bands age=0,20,40,65 --columns sex --output t.csv --html t.html\n"
      "  sekisho table --dataset d.parquet --rows drug --measure mean --value cost --hospital hospital --output t.csv\n"
      "Exit code 1: refused, see the proof sheet. It and the page hold what only checkers may see.");
  add_analyses(table);
  set_action(table, [options, table]() -> Result<int> {
    if (!table->get_subcommands().empty()) return exit_code;  // km and regression have run
    return run_table(*options);
  });
}

}  // namespace sekisho::cli

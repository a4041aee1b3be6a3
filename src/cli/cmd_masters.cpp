// modules: masters columns records
// `sekisho masters`: build, lookup, history, successors, search, export, sets, doubtful, info.
#include <fmt/format.h>

#include <memory>

#include "cli/cli.h"
#include "columns/parquet.h"
#include "core/file.h"
#include "masters/build.h"
#include "masters/query.h"
#include "masters/show.h"

namespace sekisho::cli {
namespace {

namespace fs = std::filesystem;
using masters::MasterFile;

struct Arguments {
  masters::BuildOptions build;
  std::string file = "masters.skm";
  std::string code, kind, on, from, to, word, format = "csv", output, set, season, by;
  std::size_t limit = 50;
  bool json = false, csv = false, no_supplement = false;
};
using Shared = std::shared_ptr<Arguments>;

Result<Date> day_of(const std::string& text, const char* option) {
  if (const auto day = Date::parse_iso(text)) return *day;
  if (const auto day = Date::parse_compact(text)) return *day;
  return fail("usage.date", fmt::format("{} needs a day such as 2024-04-01, not '{}'", option, text));
}

Result<std::optional<masters::Kind>> kind_option(const Arguments& a) {
  if (a.kind.empty()) return std::nullopt;
  const auto kind = masters::kind_of(a.kind);
  if (!kind) return fail("usage.kind", "no kind of master is called " + a.kind, {}, "see `sekisho masters info`");
  return kind;
}

masters::Language language() {
  return japanese() ? masters::Language::kJapanese : masters::Language::kEnglish;
}

Result<int> run_build(const Shared& a) {
  a->build.supplement = !a->no_supplement;
  SEKISHO_TRY(const masters::BuildReport report, masters::build(a->build));
  if (a->json)
    print_json(report.json);
  else
    fmt::print("{}", masters::show_summary(report.json, language()));
  return report.errors == 0 ? kDone : kFindings;
}

using Show = std::string (*)(const Json&, masters::Language);

void show(const Arguments& a, const Json& value, Show as_text) {
  if (a.json)
    print_json(value);
  else
    fmt::print("{}", as_text(value, language()));
}

std::string show_export(const Json& value, masters::Language) {
  return fmt::format("{}: {} rows\n", value["output"].get<std::string>(), value["rows"].dump());
}

Result<int> run_lookup(const Shared& a) {
  SEKISHO_TRY(const MasterFile file, MasterFile::open(a->file));
  SEKISHO_TRY(const auto kind, kind_option(*a));
  SEKISHO_TRY(const Date on, day_of(a->on, "--on"));
  const Json found = masters::lookup_json(file, kind, a->code, on);
  show(*a, found, masters::show_lookup);
  return found["found"].get<bool>() ? kDone : kFindings;
}

Result<int> run_history(const Shared& a) {
  SEKISHO_TRY(const MasterFile file, MasterFile::open(a->file));
  SEKISHO_TRY(const auto kind, kind_option(*a));
  const Json found = masters::history_json(file, kind, a->code);
  show(*a, found, masters::show_history);
  return found["found"].get<bool>() ? kDone : kFindings;
}

Result<int> run_successors(const Shared& a) {
  SEKISHO_TRY(const MasterFile file, MasterFile::open(a->file));
  SEKISHO_TRY(const auto kind, kind_option(*a));
  const Json found = masters::successors_json(file, kind, a->code);
  show(*a, found, masters::show_successors);
  return found["found"].get<bool>() ? kDone : kFindings;
}

Result<int> run_search(const Shared& a) {
  SEKISHO_TRY(const MasterFile file, MasterFile::open(a->file));
  SEKISHO_TRY(const auto kind, kind_option(*a));
  std::optional<Date> on;
  if (!a->on.empty()) {
    SEKISHO_TRY(on, day_of(a->on, "--on"));
  }
  const Json found = masters::search_json(file, kind, a->word, on, a->limit);
  show(*a, found, masters::show_search);
  return found["hits"].empty() ? kFindings : kDone;
}

Result<void> write_parquet(const std::string& csv, const fs::path& output) {
  SEKISHO_TRY(const TemporaryFolder folder, TemporaryFolder::create());
  const fs::path table = folder.path() / "codes.csv";
  SEKISHO_CHECK(write_file_durable(table, csv));
  const fs::path target = fs::absolute(output);
  columns::EngineOptions options;
  options.allowed_folders = {folder.path(), target.parent_path()};
  SEKISHO_TRY(const auto engine, columns::Engine::create(options));
  return columns::copy_parquet(*engine,
                               "SELECT * FROM read_csv(" + columns::sql_text(table.string()) +
                                   ", header = true, all_varchar = true, nullstr = '')",
                               target);
}

Result<int> run_export(const Shared& a) {
  SEKISHO_TRY(const MasterFile file, MasterFile::open(a->file));
  SEKISHO_TRY(const auto kind, kind_option(*a));
  std::optional<Date> on;
  if (!a->on.empty()) {
    SEKISHO_TRY(on, day_of(a->on, "--on"));
  }
  std::size_t rows = 0;
  const std::string csv = masters::export_csv(file, kind, on, rows);
  if (a->output.empty()) {
    if (a->format == "parquet" || a->json) return fail("usage.output", "name the file to write by --output");
    std::fwrite(csv.data(), 1, csv.size(), stdout);
    return kDone;
  }
  SEKISHO_CHECK(a->format == "parquet" ? write_parquet(csv, a->output) : write_file_durable(a->output, csv));
  show(*a, {{"output", a->output}, {"format", a->format}, {"rows", rows}}, show_export);
  return kDone;
}

Result<masters::SetQuery> set_query(const Arguments& a) {
  masters::SetQuery query{.name = a.set, .season = a.season, .from = std::nullopt, .to = std::nullopt};
  if (!a.on.empty()) {
    SEKISHO_TRY(const Date on, day_of(a.on, "--on"));
    query.from = query.to = on;
  }
  if (!a.from.empty()) {
    SEKISHO_TRY(query.from, day_of(a.from, "--from"));
  }
  if (!a.to.empty()) {
    SEKISHO_TRY(query.to, day_of(a.to, "--to"));
  }
  return query;
}

Result<int> run_sets(const Shared& a) {
  if (a->set.empty()) {
    SEKISHO_TRY(const Json list, masters::list_sets());
    show(*a, list, masters::show_sets);
    return kDone;
  }
  SEKISHO_TRY(const MasterFile file, MasterFile::open(a->file));
  SEKISHO_TRY(const masters::SetQuery query, set_query(*a));
  const bool seasons = a->by == "season";
  SEKISHO_TRY(const Json set,
              a->by.empty() ? masters::expand_set(file, query)
                            : masters::expand_set_by(
                                  file, query, seasons ? masters::Period::kSeason : masters::Period::kFiscalYear));
  if (!a->output.empty()) SEKISHO_CHECK(write_file_durable(a->output, masters::set_csv(set)));
  if (a->csv && !a->json)
    fmt::print("{}", masters::set_csv(set));
  else
    show(*a, set, masters::show_set);
  return kDone;
}

Result<int> run_doubtful(const Shared& a) {
  SEKISHO_TRY(const MasterFile file, MasterFile::open(a->file));
  SEKISHO_TRY(const auto kind, kind_option(*a));
  show(*a, masters::doubtful_json(file, kind, a->limit), masters::show_doubtful);
  return kDone;
}

Result<int> run_info(const Shared& a) {
  SEKISHO_TRY(const MasterFile file, MasterFile::open(a->file));
  show(*a, masters::info_json(file), masters::show_info);
  return kDone;
}

CLI::App* command(CLI::App& parent, const Shared& a, const char* name, const char* help,
                  Result<int> (*action)(const Shared&)) {
  CLI::App* sub = parent.add_subcommand(name, help);
  sub->add_flag("--json", a->json, "Machine output");
  if (action != run_build)
    sub->add_option("--masters", a->file, "The master file")->capture_default_str()->envname("SEKISHO_MASTERS");
  set_action(sub, [a, action] { return action(a); });
  return sub;
}

void add_build(CLI::App& parent, const Shared& a, const char* name) {
  CLI::App* build = command(parent, a, name,
                            "Read published masters (csv, txt, xlsx, xls; zip, zst, gz, tar) into one file", run_build);
  build->add_option("folders", a->build.inputs, "Folders or files")->required();
  build->add_option("--output,-o", a->build.output, "The master file to write")->default_val("masters.skm");
  build->add_option("--findings", a->build.findings, "Write the findings as JSON lines");
  build->add_option("--layouts", a->build.layouts,
                    "Folder with series.csv and columns.csv instead of the built-in ones");
  build->add_flag("--no-supplement", a->no_supplement, "Leave out the facts of specs/masters/supplement.csv");
}

}  // namespace

void add_masters(CLI::App& app) {
  CLI::App* parent = app.add_subcommand("masters", "Code masters with their whole history: one file, lookups by date");
  parent->require_subcommand(1);
  const auto a = std::make_shared<Arguments>();
  add_build(*parent, a, "build");
  add_build(*parent, a, "import");
  constexpr const char* kKindHelp = "drug, procedure, material, comment, disease, modifier, price, institution ...";

  CLI::App* lookup = command(*parent, a, "lookup", "What a code means on a day", run_lookup);
  lookup->add_option("code", a->code, "The code")->required();
  lookup->add_option("--on", a->on, "The day, YYYY-MM-DD")->required();
  lookup->add_option("--kind", a->kind, kKindHelp);

  CLI::App* history = command(*parent, a, "history", "The whole life of a code with its evidence", run_history);
  history->add_option("code", a->code, "The code")->required();
  history->add_option("--kind", a->kind, kKindHelp);

  CLI::App* successors = command(*parent, a, "successors", "Which codes followed, and what says so", run_successors);
  successors->add_option("code", a->code, "The code")->required();
  successors->add_option("--kind", a->kind, kKindHelp);

  CLI::App* search = command(*parent, a, "search", "Codes by a part of any name they ever had", run_search);
  search->add_option("word", a->word, "Kanji, kana or Latin letters; width and case do not matter")->required();
  search->add_option("--kind", a->kind, kKindHelp);
  search->add_option("--on", a->on, "Only codes valid on this day");
  search->add_option("--limit", a->limit, "At most so many")->capture_default_str();

  CLI::App* exported =
      command(*parent, a, "export", "All codes with their meaning on a day, or all versions", run_export);
  exported->add_option("--on", a->on, "The day; without it every version of every code");
  exported->add_option("--kind", a->kind, "One kind with all its attributes; without it the common columns of all");
  exported->add_option("--format", a->format, "csv or parquet")->check(CLI::IsMember({"csv", "parquet"}));
  exported->add_option("--output,-o", a->output, "File to write; csv without it goes to standard output");

  CLI::App* sets = command(*parent, a, "sets", "Named sets of codes with their rule and version", run_sets);
  sets->add_option("name", a->set, "The set, or a definition of your own (FILE.toml); without it all sets are listed");
  sets->add_option("--season", a->season, "Influenza season such as 2018/19 (ISO week 36 to 35)");
  sets->add_option("--on", a->on, "Members on this day");
  sets->add_option("--from", a->from, "Members on any day from this one");
  sets->add_option("--to", a->to, "... to this one");
  sets->add_option("--by", a->by, "Period by period: season or fiscal-year")
      ->check(CLI::IsMember({"season", "fiscal-year"}));
  sets->add_flag("--csv", a->csv, "Print the members as CSV");
  sets->add_option("--output,-o", a->output, "Also write the members as CSV");

  CLI::App* doubtful = command(*parent, a, "doubtful", "Codes whose end no file states", run_doubtful);
  doubtful->add_option("--kind", a->kind, kKindHelp);
  doubtful->add_option("--limit", a->limit, "At most so many")->capture_default_str();

  command(*parent, a, "info", "What the file was built from: files, rows, codes, findings", run_info);
}

}  // namespace sekisho::cli

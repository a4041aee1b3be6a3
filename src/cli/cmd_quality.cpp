// modules: core records columns formats masters quality store intake
// `sekisho quality`: how good a hospital's data are, and what its vendor can do: measures, findings, report.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <utility>

#include "cli/cli.h"
#include "cli/phrases.h"
#include "core/clock.h"
#include "core/file.h"
#include "core/process.h"
#include "core/progress.h"
#include "core/random.h"
#include "core/toml.h"
#include "intake/intake.h"
#include "masters/master_file.h"
#include "quality/quality.h"
#include "records/model.h"
#include "store/store.h"

namespace sekisho::cli {
namespace {

namespace fs = std::filesystem;
using quality::Accounting;
using quality::Report;

struct QualityOptions {
  std::vector<std::string> paths;
  std::string centre, snapshot, thresholds, masters, findings, html, out, hospital, on, fail_on, memory = "1GB";
  int threads = 0;
  bool json = false, measures = false;
};

int threads_of(const QualityOptions& options) {
  if (options.threads > 0) return options.threads;
  return static_cast<int>(std::clamp(::sysconf(_SC_NPROCESSORS_ONLN), 1L, 256L));
}

Result<std::unique_ptr<columns::Engine>> make_engine(const QualityOptions& options, std::vector<fs::path> allowed,
                                                     const fs::path& work) {
  allowed.push_back(work);
  return columns::Engine::create({.threads = threads_of(options),
                                  .memory_limit = options.memory,
                                  .temporary = work,
                                  .allowed_folders = std::move(allowed)});
}

constexpr std::int64_t kJapan = 9 * 3600;  // seconds

Result<Date> day_of(const QualityOptions& options) {
  if (!options.on.empty()) {
    if (const auto day = Date::parse_iso(options.on)) return *day;
    return fail("usage.date", "no date: " + options.on, {}, "YYYY-MM-DD");
  }
  constexpr std::int64_t kDay = 86400;
  return Date{static_cast<std::int32_t>((system_clock().now().seconds() + kJapan) / kDay)};
}

Accounting accounting_of(const Json& json, const std::string& hospital) {
  return {hospital, json.value("records", std::uint64_t{0}), json.value("loaded", std::uint64_t{0}),
          json.value("superseded", std::uint64_t{0}), json.value("quarantined", std::uint64_t{0})};
}

bool holds_tables(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / "encounter_event.parquet", ignored) || fs::exists(folder / "lab.parquet", ignored);
}

// The message alone of what a command said last: "sekisho inspect: MESSAGE [code]".
std::string error_said(std::string_view text) {
  while (text.ends_with('\n'))
    text.remove_suffix(1);
  text.remove_prefix(text.rfind('\n') + 1);
  if (const auto program = text.find("inspect: "); program != text.npos) text.remove_prefix(program + 9);
  if (const auto code = text.rfind(" ["); text.ends_with(']') && code != text.npos) text = text.substr(0, code);
  return std::string(text);
}

// Files are read as `sekisho inspect` reads them, by itself: same findings, same numbers of files.
Result<Json> read_paths(const QualityOptions& options, const fs::path& tables, const fs::path& findings) {
  std::vector<std::string> command = {fs::read_symlink("/proc/self/exe").string(), "inspect"};
  for (const std::string& path : options.paths)
    command.push_back(path);
  for (const std::string& more :
       {std::string("--tables"), tables.string(), std::string("--findings"), findings.string(),
        std::string("--threads"), std::to_string(options.threads), std::string("--json")})
    command.push_back(more);
  SEKISHO_TRY(const CommandOutput done, run_command(command));
  if (done.status != kDone && done.status != kFindings)
    return fail(done.status == kWrongUse ? "usage.path" : "quality.read", error_said(done.err));
  return parse_json(done.out, "inspect");
}

// What a drug's other codes stand for in receipts: its price code, which is the YJ code but for drugs listed by their
// generic name, and, where the user imported the HOT master, its YJ and HOT codes.
Result<void> add_drug_codes(columns::Engine& engine, const std::string& file) {
  if (file.empty()) return {};
  SEKISHO_TRY(const masters::MasterFile master, masters::MasterFile::open(file));
  SEKISHO_CHECK(engine.execute("CREATE TABLE q_drug_codes_read (system VARCHAR, code VARCHAR, rec VARCHAR)"));
  std::string values;
  const auto flush = [&]() -> Result<void> {
    if (values.empty()) return {};
    return engine.execute("INSERT INTO q_drug_codes_read VALUES " + std::exchange(values, {}));
  };
  const auto add = [&](std::string_view system, std::string_view code, std::string_view receipt) {
    if (code.empty() || receipt.size() != 9) return;
    values += fmt::format("{}({}, {}, {})", values.empty() ? "" : ", ", columns::sql_text(system),
                          columns::sql_text(code), columns::sql_text(receipt));
  };
  constexpr std::size_t kPerStatement = 200'000;  // characters
  for (const masters::Kind kind : {masters::Kind::kDrug, masters::Kind::kHot})
    for (const masters::CodeRecord& record : master.codes(kind)) {
      const masters::CodeView code = master.view(record);
      for (const masters::VersionRecord& version : code.versions()) {
        if (kind == masters::Kind::kDrug) {
          for (const std::string_view system : {"PRICE12", "YJ"})
            add(system, code.attribute(version, "price_code"), code.code());
          continue;
        }
        for (const std::string_view receipt :
             {code.attribute(version, "receipt_code"), code.attribute(version, "receipt_code_2")}) {
          add("YJ", code.attribute(version, "yj_code"), receipt);
          add("HOT7", code.code().substr(0, 7), receipt);
          add("HOT9", code.code().substr(0, 9), receipt);
          add("HOT13", code.code(), receipt);
        }
      }
      if (values.size() > kPerStatement) SEKISHO_CHECK(flush());
    }
  SEKISHO_CHECK(flush());
  return engine.execute("CREATE TABLE q_drug_code AS SELECT DISTINCT * FROM q_drug_codes_read");
}

Result<Report> judge_paths(const QualityOptions& options, const quality::Thresholds& thresholds, Date on) {
  SEKISHO_TRY(const TemporaryFolder work, TemporaryFolder::create("sekisho-quality"));
  const bool tables = options.paths.size() == 1 && holds_tables(options.paths[0]);
  const fs::path folder = tables ? fs::path(options.paths[0]) : work.path() / "tables";
  fs::path findings;
  std::vector<Accounting> accounting;
  if (!tables) {
    findings = work.path() / "findings.jsonl";
    SEKISHO_TRY(const Json read, read_paths(options, folder, findings));
    accounting.push_back(accounting_of(read.value("accounting", Json::object()), options.hospital));
    if (accounting.back().records == 0)
      return fail("usage.empty", "there is no record of a known family under these paths", {.file = options.paths[0]},
                  "Name a storage (SS-MIX2), receipts or DPC files, or a folder that holds them.");
  }
  SEKISHO_TRY(const auto engine, make_engine(options, {folder}, work.path()));
  SEKISHO_TRY(const quality::Setup setup,
              quality::prepare_tables(*engine, folder, options.paths, options.hospital, findings, work.path()));
  SEKISHO_CHECK(add_drug_codes(*engine, options.masters));
  SEKISHO_TRY(Report report, quality::run(*engine, setup, thresholds, {on, options.findings, work.path()}));
  SEKISHO_TRY(report.rows, quality::count_rows(*engine, setup));
  report.accounting = tables ? report.rows : std::move(accounting);
  return report;
}

Result<Report> judge_centre(const QualityOptions& options, const quality::Thresholds& thresholds, Date on) {
  SEKISHO_TRY(const intake::IntakeConfig config,
              intake::IntakeConfig::load(fs::path(options.centre) / "core" / "intake.toml"));
  store::StoreOptions places = config.store;
  places.clock = &system_clock();
  places.random = &system_random();
  store::Snapshot snapshot;
  std::unique_ptr<store::Store> store;
  if (options.snapshot.empty()) {
    SEKISHO_TRY(store, store::Store::open(places));
    SEKISHO_TRY(snapshot, store->take_snapshot());
  } else {
    SEKISHO_TRY(store, store::Store::open_reading(places));
    SEKISHO_TRY(snapshot, store->read_snapshot(options.snapshot));
  }
  SEKISHO_TRY(const TemporaryFolder work, TemporaryFolder::create("sekisho-quality"));
  SEKISHO_TRY(const auto engine, make_engine(options, {places.folder}, work.path()));
  SEKISHO_CHECK(store->open_views(*engine, snapshot));
  SEKISHO_TRY(const auto packages, store->packages());
  SEKISHO_CHECK(engine->execute("CREATE TABLE q_hospital (key BIGINT, hospital VARCHAR)"));
  SEKISHO_CHECK(engine->execute("CREATE TABLE q_rules (hospital VARCHAR, rule VARCHAR, level VARCHAR, part BIGINT)"));
  SEKISHO_CHECK(engine->execute("CREATE TABLE q_files (hospital VARCHAR, files BIGINT)"));
  SEKISHO_CHECK(engine->execute("CREATE TABLE q_package (hospital VARCHAR, key BIGINT, loaded TIMESTAMP)"));
  std::map<std::string, Accounting> accounting;
  for (const store::PackageState& package : packages) {
    const std::string& hospital = package.id.hospital.text;
    SEKISHO_CHECK(engine->execute(
        fmt::format("INSERT INTO q_hospital VALUES ({}, {})", package.number, columns::sql_text(hospital))));
    SEKISHO_CHECK(engine->execute(fmt::format("INSERT INTO q_package VALUES ({}, {}, make_timestamp({}))",
                                              columns::sql_text(hospital), package.number,
                                              package.loaded.micros + kJapan * 1'000'000)));
    Accounting& a = accounting[hospital];
    a.hospital = hospital;
    a.records += package.counts.records;
    a.loaded += package.counts.loaded;
    a.superseded += package.counts.superseded;
    a.quarantined += package.counts.quarantined;
  }
  // A registration is known at one hospital.
  SEKISHO_CHECK(engine->execute(
      "CREATE TABLE q_registration AS SELECT c.reg, any_value(h.hospital) AS hospital FROM (SELECT reg, package FROM "
      "encounter_event UNION SELECT reg, package FROM diagnosis UNION SELECT reg, package FROM claim) c JOIN "
      "q_hospital "
      "h ON c.package = h.key GROUP BY c.reg"));
  SEKISHO_CHECK(add_drug_codes(*engine, options.masters));
  SEKISHO_TRY(Report report, quality::run(*engine, {.by_package = true, .demographics = true}, thresholds,
                                          {on, options.findings, work.path()}));
  for (auto& [hospital, a] : accounting)
    report.accounting.push_back(std::move(a));
  return report;
}

constexpr Phrase kAccountingSaid{"{}{}input records {} = loaded {} + superseded {} + quarantined {}{}\n",
                                 "{}{}入力レコード {} = 採用 {} + 旧版・取消 {} + 隔離 {}{}\n"},
    kUnbalanced{"   DOES NOT ADD UP", "   合計が一致しない"},
    kFindingsSaid{"{} findings: E {}, W {}, I {}\n\n", "指摘 {} 件: E {}、W {}、I {}\n\n"};

void print_summary(const Report& report) {
  const bool ja = japanese();
  for (const Accounting& a : report.accounting)
    print_phrase(kAccountingSaid, a.hospital, a.hospital.empty() ? "" : ": ", a.records, a.loaded, a.superseded,
                 a.quarantined, a.balanced() ? "" : say(kUnbalanced));
  print_phrase(kFindingsSaid, report.findings(), report.findings('E'), report.findings('W'), report.findings('I'));
  for (const quality::Outcome& o : report.outcomes) {
    if (!o.finding()) continue;
    const quality::Wording w = quality::wording_of(o.id);
    fmt::print("{} {:<8} {:<26} {:>9} / {:<9} {:>6.2f} % (<= {:g} %)  {}\n    {}\n", o.limit.level, o.hospital, o.id,
               o.total.count, o.total.denominator, o.total.percent(), o.limit.allowed, ja ? w.title_ja : w.title_en,
               ja ? w.repair_ja : w.repair_en);
  }
}

// One file per hospital: what the portal gives to each hospital of its own.
Result<void> write_each(const Report& report, const fs::path& folder) {
  SEKISHO_CHECK(make_folders(folder, 0700));
  for (const std::string& hospital : report.hospitals)
    SEKISHO_CHECK(
        write_file_durable(folder / (hospital + ".json"), as_bytes(quality::to_json(report, hospital).dump(1)), 0600));
  return {};
}

// docs/quality.md
void print_measures() {
  fmt::print("| measure | category | level | allowed % | among | broken | standard |\n|---|---|---|---|---|---|---|\n");
  const auto cell = [](std::string_view text) {
    std::string out;
    for (const char c : text)
      out += c == '|' ? std::string("\\|") : std::string(1, c);
    return out;
  };
  for (const quality::Measure& m : quality::measures())
    fmt::print("| `{}`<br>{}<br>{} | {}{}{}, {} | {} | {:g} | {}: `{}` | `{}` | {} |\n", m.id, m.title.en, m.title.ja,
               m.category, m.subcategory.empty() ? "" : " / ", m.subcategory, m.context, m.level, m.allowed, m.source,
               cell(m.among), cell(m.broken), m.section);
}

Result<int> judge(const QualityOptions& options) {
  if (options.measures) {
    print_measures();
    return kDone;
  }
  if (options.paths.empty() == options.centre.empty())
    return fail("usage.path", "name files or folders, or --center DIR");
  const auto plain = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_'; };
  if (options.hospital.size() > 32 || !std::ranges::all_of(options.hospital, plain))
    return fail("usage.hospital", "a hospital's name has letters, digits, - and _ only, 32 at most");
  Progress::set_quiet(options.json);
  SEKISHO_TRY(const Date on, day_of(options));
  SEKISHO_TRY(const quality::Thresholds thresholds, options.thresholds.empty()
                                                        ? quality::Thresholds::built_in()
                                                        : quality::Thresholds::load(options.thresholds));
  const auto start = std::chrono::steady_clock::now();
  SEKISHO_TRY(const Report report,
              options.centre.empty() ? judge_paths(options, thresholds, on) : judge_centre(options, thresholds, on));
  if (!options.html.empty()) SEKISHO_CHECK(write_file_durable(options.html, as_bytes(quality::to_html(report)), 0600));
  // At the centre the portal shows each hospital its own.
  const fs::path each = options.out.empty() && !options.centre.empty() && options.snapshot.empty()
                            ? fs::path(options.centre) / "core" / "quality"
                            : fs::path(options.out);
  if (!each.empty()) SEKISHO_CHECK(write_each(report, each));
  if (options.json) {
    Json json = quality::to_json(report);
    json["seconds"] = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    print_json(json);
  } else {
    print_summary(report);
  }
  constexpr std::string_view kLevels = "IWE";
  for (const quality::Outcome& o : report.outcomes)
    if (!options.fail_on.empty() && o.finding() && kLevels.find(o.limit.level) >= kLevels.find(options.fail_on[0]))
      return kFindings;
  return kDone;
}

}  // namespace

void add_quality(CLI::App& app) {
  auto options = std::make_shared<QualityOptions>();
  CLI::App* command = app.add_subcommand("quality", "How good the data are: measures, findings, causes and repairs");
  command->add_option("PATH", options->paths,
                      "Storages, receipt and DPC files, or one folder of tables that `inspect --tables` left");
  command->add_option("--center,--centre", options->centre, "The centre's folder: everything loaded there");
  command->add_option("--snapshot", options->snapshot, "Of the centre; a new one is taken by default");
  command->add_option("--thresholds", options->thresholds, "TOML; the default is specs/quality/default.toml");
  command->add_option(
      "--masters", options->masters,
      "File of `sekisho masters import`: drugs ordered by YJ, price or HOT code are compared with claims");
  command->add_option("--findings", options->findings, "Write all findings and rows as JSON lines (mode 0600)");
  command->add_option("--html", options->html, "Write the report for people (one file, no network, mode 0600)");
  command->add_option(
      "--out", options->out,
      "Write one JSON file per hospital into this folder (with --center: DIR/core/quality, for the portal)");
  command->add_option("--hospital", options->hospital,
                      "Name all rows so (default: the folder above ssmix2, receipt, dpc)");
  command->add_option("--on", options->on, "The day that counts as today, YYYY-MM-DD");
  command->add_option("--fail-on", options->fail_on, "Exit 1 if there are findings of this level or a worse one")
      ->check(CLI::IsMember({"E", "W", "I"}));
  command->add_option("--memory", options->memory, "Bound of the query engine")->capture_default_str();
  command->add_option("--threads", options->threads, "0: one per core; the result is the same")
      ->check(CLI::Range(0, 256));
  command->add_flag("--json", options->json, "Print one JSON document");
  command->add_flag("--measures", options->measures, "Print the table of measures and end");
  command->footer(
      "Categories follow Kahn et al. and OHDSI's DataQualityDashboard. Without --fail-on a run only reports and ends\n"
      "with 0. No output names a patient.\n\n"
      "  sekisho quality /mnt/storage --html report.html --findings findings.jsonl --fail-on E");
  set_action(command, [options] { return judge(*options); });
}

}  // namespace sekisho::cli

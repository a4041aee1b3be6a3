// A package's quality before it is loaded: what breaks the thresholds is held back until a data manager decides. A held
// package stays whole in held/, in the ledger and in the figures; the receiver keeps its copy, since no receipt is
// given.
#include <fmt/format.h>

#include "core/crash_point.h"
#include "core/log.h"
#include "intake/intake.h"
#include "quality/quality.h"
#include "records/model.h"

namespace sekisho::intake {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kLevels = "IWE";  // from the mildest

// Views over the package's rows. Readers' rules are not judged here: what they quarantine is counted by itself.
Result<void> make_views(columns::Engine& engine, const std::map<std::string, std::vector<fs::path>>& staged,
                        std::int64_t package, const std::string& hospital) {
  for (const records::TableSpec& spec : records::all_tables()) {
    const auto files = staged.find(std::string(spec.name));
    SEKISHO_CHECK(quality::table_view(engine, spec, files == staged.end() ? std::vector<fs::path>{} : files->second));
  }
  const auto people = staged.find("demographics");
  SEKISHO_CHECK(engine.execute(
      people == staged.end()
          ? "CREATE VIEW demographics AS SELECT CAST(NULL AS VARCHAR) AS reg, CAST(NULL AS VARCHAR) AS sex, CAST(NULL "
            "AS INTEGER) AS birth_year, CAST(NULL AS INTEGER) AS birth_month, CAST(NULL AS INTEGER) AS death_year, "
            "CAST(NULL AS INTEGER) AS death_month WHERE false"
          : fmt::format("CREATE VIEW demographics AS SELECT reg, any_value(sex) AS sex, max(birth_year) AS birth_year, "
                        "arg_max(birth_month, birth_year) AS birth_month, max(death_year) AS death_year, "
                        "arg_max(death_month, death_year) AS death_month FROM read_parquet({}) GROUP BY reg",
                        columns::sql_paths(people->second))));
  SEKISHO_CHECK(engine.execute("CREATE TABLE q_hospital (key BIGINT, hospital VARCHAR)"));
  SEKISHO_CHECK(
      engine.execute(fmt::format("INSERT INTO q_hospital VALUES ({}, {})", package, columns::sql_text(hospital))));
  SEKISHO_CHECK(engine.execute(fmt::format("CREATE VIEW q_registration AS SELECT reg, {} AS hospital FROM demographics",
                                           columns::sql_text(hospital))));
  SEKISHO_CHECK(engine.execute("CREATE TABLE q_rules (hospital VARCHAR, rule VARCHAR, level VARCHAR, part BIGINT)"));
  return engine.execute("CREATE TABLE q_files (hospital VARCHAR, files BIGINT)");
}

}  // namespace

fs::path Intake::held_path(const PackageId& id) const {
  return config_.state / "held" / id.file_name();
}

// True when the package is to be held back. Its report lies in quality/ either way.
Result<bool> Intake::breaks_thresholds(const PackageId& id, store::Load& load) {
  if (config_.quality_fail_on.empty()) return false;
  SEKISHO_TRY(const quality::Thresholds thresholds, config_.quality_thresholds.empty()
                                                        ? quality::Thresholds::built_in()
                                                        : quality::Thresholds::load(config_.quality_thresholds));
  SEKISHO_TRY(const auto staged, load.staged());
  SEKISHO_TRY(const TemporaryFolder work, TemporaryFolder::create("sekisho-gate"));
  SEKISHO_TRY(const auto engine, columns::Engine::create({.threads = config_.store.threads,
                                                          .memory_limit = "512MB",
                                                          .temporary = work.path(),
                                                          .allowed_folders = {config_.store.folder, work.path()}}));
  SEKISHO_CHECK(make_views(*engine, staged, load.package(), id.hospital.text));
  constexpr std::int64_t kJapan = 9 * 3600, kDay = 86'400;
  const Date today{static_cast<std::int32_t>((clock_.now().seconds() + kJapan) / kDay)};
  SEKISHO_TRY(quality::Report report, quality::run(*engine, {.by_package = true, .demographics = true}, thresholds,
                                                   {.on = today, .findings = {}, .work = work.path(), .part = true}));
  const records::Counts& n = load.set().counts;
  report.accounting.push_back({id.hospital.text, n.records, n.loaded, n.superseded, n.quarantined});
  const fs::path file = config_.state / "quality" / (id.file_name() + ".json");
  SEKISHO_CHECK(write_file_durable(file, quality::to_json(report).dump(1), 0600));
  bool breaks = false;
  if (config_.quality_fail_on != "never")
    for (const quality::Outcome& o : report.outcomes)
      breaks = breaks || (o.finding() && kLevels.find(o.limit.level) >= kLevels.find(config_.quality_fail_on[0]));
  if (!breaks) return false;
  std::error_code error;
  return !fs::exists(config_.state / "accepted" / id.file_name(), error);
}

Result<void> Intake::hold(const PackageId& id, const crypto::Digest& manifest_hash, const fs::path& package) {
  spdlog::error("held {}: its quality breaks the thresholds (intake held)", id.text());
  if (recorded_["package.held"].insert(id.within_body()).second)
    SEKISHO_CHECK(ledger_->append("package.held", {{"hospital", id.hospital.text},
                                                   {"epoch", id.epoch},
                                                   {"sequence", id.sequence},
                                                   {"manifest_hash", to_hex(manifest_hash)},
                                                   {"fail_on", config_.quality_fail_on}}));
  crash_point("intake.before_hold");
  return rename_durable(package, held_path(id));
}

Result<Json> Intake::held() {
  Json rows = Json::array();
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(config_.state / "held", error))
    if (entry.path().extension() == ".skp") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    SEKISHO_TRY(const transport::PackageFile package, transport::open_package(file));
    SEKISHO_TRY(const Json report, read_json(config_.state / "quality" / (file.filename().string() + ".json")));
    Json findings = Json::array();
    for (const Json& finding : report.at("findings"))
      findings.push_back({{"measure", finding.at("measure")},
                          {"level", finding.at("level")},
                          {"count", finding.at("count")},
                          {"denominator", finding.at("denominator")},
                          {"allowed", finding.at("allowed")}});
    rows.push_back({{"package", package.manifest.id.within_body()},
                    {"records", report.at("accounting").at("records")},
                    {"findings", std::move(findings)}});
  }
  return rows;
}

Result<void> Intake::decide(std::string_view key, bool accept) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(config_.state / "held", error)) {
    if (entry.path().extension() != ".skp") continue;
    SEKISHO_TRY(const transport::PackageFile package, transport::open_package(entry.path()));
    const PackageId& id = package.manifest.id;
    if (id.within_body() != key) continue;
    if (accept) {
      SEKISHO_CHECK(ledger_->append("quality.accepted", {{"package", key}, {"hash", to_hex(package.manifest_hash)}}));
      SEKISHO_CHECK(write_file_durable(config_.state / "accepted" / id.file_name(), std::string_view(), 0600));
      return rename_durable(entry.path(), config_.state / "inbox" / id.file_name());
    }
    // The next round gives the receipt to the receiver.
    SEKISHO_CHECK(refuse(id, package.manifest_hash,
                         Error{"quality.threshold", "the data break the thresholds of quality", {}, {}}));
    return rename_durable(entry.path(), config_.state / "refused" / id.file_name());
  }
  return fail("usage.package", "no package of this name is held", {.part = std::string(key)}, "See: intake held");
}

}  // namespace sekisho::intake

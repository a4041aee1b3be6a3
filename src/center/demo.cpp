#include "center/demo.h"

#include <fmt/format.h>
#include <signal.h>

#include <chrono>
#include <map>
#include <thread>

#include "center/backup.h"
#include "center/link_job.h"
#include "center/roles.h"
#include "core/csv.h"
#include "core/file.h"
#include "core/log.h"
#include "core/process.h"
#include "crypto/digest.h"
#include "crypto/keys.h"
#include "disclosure/table.h"
#include "identity/canonical.h"
#include "intake/intake.h"
#include "ledger/ledger.h"
#include "linkage/evaluate.h"
#include "outgoing/scan.h"
#include "release/release.h"
#include "store/store.h"
#include "synth/synth.h"

namespace sekisho::center {

namespace fs = std::filesystem;

namespace {

struct StageRow {
  std::string_view name, label_ja, label_en, unit;
};
constexpr StageRow kStages[] = {{"synth", "合成病院の作成", "Synthetic hospitals", "MB"},
                                {"setup", "認証局と設定", "Authority and set-up", ""},
                                {"seal", "封入と送信", "Sealing and sending", "packages"},
                                {"load", "開封と取込", "Opening and loading", "packages"},
                                {"backup", "保全", "Backup, restored and compared", ""},
                                {"link", "名寄せ", "Linkage", "registrations"},
                                {"quality", "データ品質", "Data quality", "hospitals"},
                                {"dataset", "データセット", "Dataset", "rows"},
                                {"table", "出口検査", "Exit check", "cells"},
                                {"verify", "台帳の検証", "Ledgers verified", "entries"}};

class Demo {
 public:
  explicit Demo(const DemoOptions& options) : options_(options), layout_{fs::absolute(options.state)} {
    for (const StageRow& row : kStages)
      stages_[std::string(row.name)] = {
          {"name", row.name}, {"label_ja", row.label_ja}, {"label_en", row.label_en}, {"state", "waiting"}, {"done", 0},
          {"total", 0},       {"unit", row.unit},         {"seconds", 0.0},           {"rate", 0.0}};
  }

  Result<DemoOutcome> run() {
    std::error_code error;
    if (fs::exists(layout_.root / "summary.json", error)) return resume();
    if (fs::exists(layout_.root, error) && !fs::is_empty(layout_.root, error))
      return fail("usage.state", "an unfinished run lies in the state folder", {.file = layout_.root.string()},
                  "Remove the folder, or choose another with --state.");
    SEKISHO_CHECK(make_folders(layout_.root, 0700));
    const auto start = std::chrono::steady_clock::now();
    SEKISHO_CHECK(make_hospitals());
    SEKISHO_CHECK(set_up());
    SEKISHO_CHECK(start_portal_now());
    SEKISHO_CHECK(transfer());
    SEKISHO_CHECK(secure());
    SEKISHO_CHECK(link());
    SEKISHO_CHECK(judge_quality());
    SEKISHO_CHECK(build_datasets());
    SEKISHO_CHECK(check_table());
    SEKISHO_CHECK(verify_ledgers());
    report_["seconds"]["all"] = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return finish();
  }

 private:
  // Runs `body` as a stage: its time, state and amounts stand on the page and in the report.
  template <class Body>
  Result<void> stage(const std::string& name, Body&& body) {
    Json& row = stages_[name];
    row["state"] = "running";
    SEKISHO_CHECK(show());
    fmt::print(stderr, "{} ...\n", row["label_en"].get<std::string>());
    const auto start = std::chrono::steady_clock::now();
    const Result<void> done = body(row);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    row["seconds"] = seconds;
    if (seconds > 0) row["rate"] = row["done"].get<double>() / seconds;
    row["state"] = done ? "done" : "failed";
    report_["seconds"][name] = seconds;
    SEKISHO_CHECK(show());
    return done;
  }

  Result<void> show() {
    std::error_code error;
    if (!fs::exists(layout_.core(), error)) return {};
    Json list = Json::array();
    for (const StageRow& row : kStages)
      list.push_back(stages_[std::string(row.name)]);
    page_["stages"] = list;
    return write_status(layout_, page_);
  }

  Result<void> make_hospitals() {
    if (!options_.storages.empty()) {
      int number = 0;
      for (const fs::path& storage : options_.storages) {
        std::error_code error;
        if (!fs::is_directory(storage, error))
          return fail("usage.storage", "this is not a folder", {.file = storage.string()});
        setups_.push_back({{fmt::format("H{:02}", ++number)}, {fs::absolute(storage)}, {}});
      }
      stages_["synth"]["state"] = "done";
      return {};
    }
    return stage("synth", [&](Json& row) -> Result<void> {
      synth::Options o;
      o.out = layout_.root / "synth";
      o.hospitals = options_.hospitals;
      o.persons = options_.persons;
      o.seed = options_.seed;
      o.scenario = "demo";
      SEKISHO_TRY(const synth::Summary made, synth::generate(o));
      row["done"] = row["total"] = made.bytes / 1'000'000;
      report_["files"] = made.files;
      report_["bytes"] = made.bytes;
      for (int i = 1; i <= options_.hospitals; ++i) {
        const HospitalId id{fmt::format("H{:02}", i)};
        const fs::path folder = o.out / "hospitals" / id.text;
        HospitalSetup setup{id, {}, folder / "optout.csv"};
        std::error_code error;
        for (const char* part : {"ssmix2", "receipt", "dpc"})
          if (fs::exists(folder / part, error)) setup.storages.push_back(folder / part);
        setups_.push_back(std::move(setup));
      }
      return {};
    });
  }

  Result<void> set_up() {
    return stage("setup", [&](Json&) -> Result<void> {
      InitOptions init_options;
      init_options.layout = layout_;
      init_options.body = {"demo"};
      init_options.hospitals = setups_;
      init_options.allow_unencrypted = true;
      SEKISHO_CHECK(init(init_options, system_clock(), system_random()));
      SEKISHO_TRY(auto receiver, start_receiver(layout_));
      receiver_.emplace(std::move(receiver));
      SEKISHO_TRY(auto intake, start_intake(layout_));
      intake_.emplace(std::move(intake));
      return {};
    });
  }

  Result<void> start_portal_now() {
    if (!options_.portal) return {};
    SEKISHO_TRY(auto portal, start_portal(layout_, options_.portal_port, address_, true));
    portal_.emplace(std::move(portal));
    fmt::print(stderr, "Portal: {}\n", address_);
    return {};
  }

  // One round of a hospital's gateway, as its own process. Its JSON comes back.
  Result<Json> gateway_round(const HospitalId& id) {
    SEKISHO_TRY(const auto out, run_command({program_folder() / "sekisho-gateway", "gateway", "run", "--once", "--json",
                                             "--config", layout_.gateway_config(id)}));
    if (out.status > 1)
      return fail("demo.gateway", fmt::format("the gateway of {} failed: {}", id.text, out.err.substr(0, 500)));
    return parse_json(out.out);
  }

  Result<void> transfer() {
    std::uint64_t packages = 0, scanned = 0;
    SEKISHO_CHECK(stage("seal", [&](Json& row) -> Result<void> {
      row["total"] = 0;
      // Each gateway seals on two threads: one after the other keeps both cores busy, while intake loads what came
      // before.
      for (const HospitalSetup& setup : setups_) {
        SEKISHO_TRY(const Json round, gateway_round(setup.id));
        packages += round["pack"].value("packages", std::uint64_t{0});
        scanned += round["pack"].value("scanned", std::uint64_t{0});
        sealed_bytes_ += round["pack"].value("bytes", std::uint64_t{0});
        gateways_[setup.id.text] = round["pack"];
        row["done"] = row["total"] = packages;
        SEKISHO_CHECK(show());
      }
      return {};
    }));
    report_["packages"] = packages;
    if (!options_.storages.empty()) {
      report_["files"] = scanned;
      report_["bytes"] = sealed_bytes_;
    }
    return stage("load", [&](Json& row) -> Result<void> {
      row["total"] = packages;
      const auto deadline = std::chrono::steady_clock::now() + std::chrono::hours(6);
      while (std::chrono::steady_clock::now() < deadline) {
        std::uint64_t answered = 0;
        std::error_code error;
        for (const auto& entry : fs::directory_iterator(layout_.core() / "state" / "receipts", error)) {
          const std::string name = entry.path().filename().string();
          answered += name.ends_with(".loaded.json") || name.ends_with(".refused.json");
        }
        row["done"] = answered;
        SEKISHO_CHECK(show());
        if (answered >= packages) return {};
        if (const int status = intake_->poll(); status >= 0)
          return fail("demo.intake", fmt::format("intake ended with {}", status),
                      {.file = (layout_.core() / "intake.log").string()});
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
      }
      return fail("demo.intake", "the packages were not loaded in time");
    });
  }

  Result<void> secure() {
    return stage("backup", [&](Json&) -> Result<void> {
      SEKISHO_TRY([[maybe_unused]] const Json made,
                  backup(layout_, layout_.root / "backup", system_clock(), system_random()));
      // Intake signs the receipts in its next rounds; the gateways fetch them and let go of their copies.
      const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
      std::error_code error;
      while (!fs::is_empty(layout_.core() / "state" / "secured", error) && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
      for (const HospitalSetup& setup : setups_) {
        SEKISHO_TRY([[maybe_unused]] const Json round, gateway_round(setup.id));
      }
      return {};
    });
  }

  Result<store::StoreOptions> store_options() {
    SEKISHO_TRY(const intake::IntakeConfig config, intake::IntakeConfig::load(layout_.intake_config()));
    store::StoreOptions options = config.store;
    options.clock = &system_clock();
    options.random = &system_random();
    return options;
  }

  // Stores and centre's ledger have one writer: intake ends here, and what follows is this process's work.
  Result<void> link() {
    return stage("link", [&](Json& row) -> Result<void> {
      intake_.reset();
      SEKISHO_TRY(const store::StoreOptions options, store_options());
      SEKISHO_TRY(const auto store, store::Store::open(options));
      {
        LinkJobOptions how;
        how.memory = std::max(options.memory, how.memory);
        SEKISHO_TRY(const LinkJobReport done, run_link_job(layout_, *store, how, system_clock()));
        snapshot_ = done.snapshot;
        SEKISHO_TRY(const store::StoreStatus status, store->status());
        row["done"] = row["total"] = status.registrations;
        report_["registrations"] = status.registrations;
        report_["persons"] = status.persons;
        report_["quarantined"] = status.quarantined;
        SEKISHO_CHECK(evaluate(*store, options));
      }
      SEKISHO_TRY(crypto::PrivateKey key, crypto::PrivateKey::load(layout_.core() / "ledger.key"));
      SEKISHO_TRY(ledger_, ledger::Ledger::open(layout_.core() / "state" / "ledger", "sekisho/demo/centre",
                                                std::move(key), system_clock(), system_random()));
      return {};
    });
  }

  Result<void> evaluate(store::Store& store, const store::StoreOptions& options) {
    report_["linkage"] = nullptr;
    const fs::path truth = layout_.root / "synth" / "truth" / "registrations.csv";
    std::error_code error;
    if (!fs::exists(truth, error)) return {};
    SEKISHO_TRY(const CsvTable table, read_csv_file(truth));
    SEKISHO_TRY(const Bytes k_reg, read_file(options.keys / "k_reg"));
    SEKISHO_TRY(const auto events, store.linkage_events());
    std::map<std::string, std::string> person_of;
    for (const store::LinkageEvent& event : events)
      person_of[event.reg] = event.person;
    const int hospital = table.column("hospital"), number = table.column("patient_number"),
              person = table.column("person_id");
    if (hospital < 0 || number < 0 || person < 0)
      return fail("demo.truth", "the truth has other columns than expected", {.file = truth.string()});
    std::map<std::string, std::uint32_t> found_labels, true_labels;
    std::vector<std::uint32_t> found, truth_of;
    const auto label = [](std::map<std::string, std::uint32_t>& labels, const std::string& name) {
      return labels.emplace(name, static_cast<std::uint32_t>(labels.size())).first->second;
    };
    for (const auto& row : table.rows) {
      const auto at = person_of.find(identity::registration_key(k_reg, row[static_cast<std::size_t>(hospital)],
                                                                row[static_cast<std::size_t>(number)]));
      if (at == person_of.end()) continue;  // opted out, or no file names this registration
      found.push_back(label(found_labels, at->second));
      truth_of.push_back(label(true_labels, row[static_cast<std::size_t>(person)]));
    }
    const linkage::Evaluation scores = linkage::evaluate_labels(found, truth_of, 200);
    report_["linkage"] = {{"precision", scores.pairwise.precision.value},
                          {"recall", scores.pairwise.recall.value},
                          {"f1", scores.pairwise.f1.value},
                          {"persons_true", scores.persons_true},
                          {"persons_found", scores.persons_found}};
    page_["linkage"] = report_["linkage"];
    return {};
  }

  Result<void> judge_quality() {
    return stage("quality", [&](Json& row) -> Result<void> {
      SEKISHO_TRY(ChildProcess judging, start_quality(layout_, snapshot_));
      if (const int status = judging.wait(); status > 1)
        return fail("demo.quality", fmt::format("the quality report ended with {}", status),
                    {.file = (layout_.core() / "quality.log").string()});
      Json levels = {{"E", 0}, {"W", 0}, {"I", 0}};
      std::uint64_t judged = 0;
      for (const HospitalSetup& setup : setups_) {
        const auto found = read_json(layout_.quality() / (setup.id.text + ".json"));
        if (!found) continue;  // nothing of this hospital is loaded
        ++judged;
        for (auto& [level, count] : levels.items())
          count = count.get<std::uint64_t>() + (*found)["levels"].value(level, std::uint64_t{0});
      }
      row["done"] = row["total"] = judged;
      report_["quality"] = levels;
      return {};
    });
  }

  // Two purposes ship; the first is the one the report speaks of.
  Result<void> build_datasets() {
    return stage("dataset", [&](Json& row) -> Result<void> {
      SEKISHO_TRY(const fs::path specs, specs_folder());
      SEKISHO_TRY(const store::StoreOptions options, store_options());
      SEKISHO_TRY(const auto store, store::Store::open_reading(options));
      SEKISHO_TRY(const store::Snapshot snapshot, store->read_snapshot(snapshot_));
      for (const std::string purpose : {"influenza-antivirals", "breast-subtype"}) {
        release::BuildRequest request;
        request.source = release::source_of(*store, options.folder, snapshot);
        request.purpose = specs / "purposes" / (purpose + ".toml");
        request.out = layout_.root / (purpose == "influenza-antivirals" ? "dataset" : "dataset-breast");
        request.keys = layout_.keys();
        request.record = [this](std::string_view kind, const Json& payload) { return ledger_->append(kind, payload); };
        request.formats = {"csv-utf8", "csv-cp932", "parquet", "xpt"};
        request.overlap = layout_.core() / "releases" / "overlap";
        request.clock = &system_clock();
        request.random = &system_random();
        SEKISHO_TRY(const release::BuildReport report, release::build(request));
        Json built = report.to_json();
        built["id"] = purpose;
        const bool influenza = purpose == "influenza-antivirals";
        built["label_ja"] = influenza ? "流行期ごとの抗インフルエンザ薬" : "乳がん HR/HER2";
        built["label_en"] = influenza ? "Antivirals by influenza season" : "Breast cancer, HR/HER2";
        if (report.empty) built["reason"] = report.reason;
        if (influenza)  // what the portal's explorer shows to data managers
          SEKISHO_CHECK(release::write_exploration({.source = request.source,
                                                    .purpose = request.purpose,
                                                    .policy = {},
                                                    .out = layout_.core() / "explorer",
                                                    .record = request.record}));
        if (report_["dataset"].is_null()) {
          report_["dataset"] = built;
          row["done"] = row["total"] = built.value("rows", std::uint64_t{0});
        }
        page_["datasets"].push_back(built);
      }
      return {};
    });
  }

  Result<void> check_table() {
    return stage("table", [&](Json& row) -> Result<void> {
      if (report_["dataset"].value("rows", std::uint64_t{0}) == 0) {
        report_["table"] = {{"cells", 0}, {"suppressed", 0}, {"audit", "nobody is eligible"}};
        return {};
      }
      disclosure::TableRequest request;
      request.dataset = layout_.root / "dataset" / "dataset.csv";
      request.rows = {"age"};
      request.columns = {"drug_code"};
      request.person = "id";
      const auto made = disclosure::make_table(request);
      if (!made && made.error().code == "disclosure.infeasible") {
        report_["table"] = {{"cells", 0}, {"suppressed", 0}, {"audit", made.error().message}};
        return {};
      }
      if (!made) return std::unexpected(made.error());
      const disclosure::TableResult& table = *made;
      SEKISHO_CHECK(ledger_->append("table.checked", {{"cells", table.cells},
                                                      {"suppressed", table.primary + table.secondary},
                                                      {"sha256", to_hex(crypto::sha256(as_bytes(table.csv)))}}));
      SEKISHO_CHECK(make_folders(layout_.root / "table"));
      SEKISHO_CHECK(write_file_durable(layout_.root / "table" / "treated.csv", table.csv));
      SEKISHO_CHECK(write_file_durable(layout_.root / "table" / "proof.json", table.proof.dump(1) + "\n"));
      // The dataset itself must be refused at the same exit.
      SEKISHO_TRY(const auto findings, outgoing::scan_file(request.dataset));
      if (findings.empty()) return fail("demo.exit", "the exit check let a record-level file pass");
      row["done"] = row["total"] = table.cells;
      report_["table"] = {{"cells", table.cells},
                          {"suppressed", table.primary + table.secondary},
                          {"primary", table.primary},
                          {"secondary", table.secondary},
                          {"audit", table.safe ? "safe" : "unsafe"},
                          {"record_level_refused", true}};
      Json check = report_["table"];
      check["id"] = "treated-by-age-and-drug";
      check["label_ja"] = "年齢階級 × 薬剤の治療人数";
      check["label_en"] = "Treated persons by age and drug";
      page_["exit_checks"].push_back(check);
      return {};
    });
  }

  // Every ledger against the checkpoints that other parties remember of it.
  Result<void> verify_ledgers() {
    return stage("verify", [&](Json& row) -> Result<void> {
      std::map<std::string, std::vector<std::string>> remembered;
      for (const HospitalSetup& setup : setups_)
        for (const char* who : {"receiver", "centre"})
          if (const auto note =
                  read_text(layout_.hospital(setup.id) / "state" / fmt::format("seen.{}.txt", who), 1 << 16))
            remembered[who].push_back(*note);
      if (const auto note = read_text(layout_.core() / "state" / "receiver-checkpoint.txt", 1 << 16))
        remembered["receiver"].push_back(*note);
      std::vector<std::tuple<std::string, fs::path, fs::path>> ledgers = {
          {"receiver", layout_.outer() / "state" / "ledger", layout_.outer() / "ledger.pub"},
          {"centre", layout_.core() / "state" / "ledger", layout_.core() / "ledger.pub"}};
      for (const HospitalSetup& setup : setups_)
        ledgers.emplace_back(setup.id.text, layout_.hospital(setup.id) / "state" / "ledger",
                             layout_.hospital(setup.id) / "ledger.pub");
      SEKISHO_TRY([[maybe_unused]] const ledger::Checkpoint newest, ledger_->checkpoint());
      bool ok = true;
      std::uint64_t entries = 0;
      Json problems = Json::array();
      for (const auto& [name, folder, key_file] : ledgers) {
        SEKISHO_TRY(std::string hex, read_text(key_file, 256));
        hex.resize(std::min<std::size_t>(hex.size(), 64));
        SEKISHO_TRY(const Bytes key, from_hex(hex));
        const ledger::VerifyReport report = ledger::verify(folder, key, remembered[name]);
        ok = ok && report.ok;
        entries += report.entries;
        for (const std::string& problem : report.problems)
          problems.push_back(name + ": " + problem);
      }
      row["done"] = row["total"] = entries;
      report_["ledger"] = {{"ok", ok}, {"entries", entries}, {"problems", problems}};
      return ok ? Result<void>{}
                : fail("demo.ledger", problems.empty() ? "a ledger does not verify" : problems[0].get<std::string>());
    });
  }

  Result<DemoOutcome> finish() {
    DemoOutcome outcome;
    outcome.findings =
        report_["dataset"].value("rows", std::uint64_t{0}) == 0 || report_["quarantined"].get<std::uint64_t>() > 0;
    outcome.report = report_;
    outcome.summary = summary_text();
    SEKISHO_CHECK(write_file_durable(layout_.root / "summary.json", report_.dump(1) + "\n", 0600));
    outcome.address = address_;
    leave();
    return outcome;
  }

  // Second run: the portal over what stands there.
  Result<DemoOutcome> resume() {
    SEKISHO_TRY(report_, read_json(layout_.root / "summary.json"));
    if (options_.portal) {
      SEKISHO_TRY(auto portal, start_portal(layout_, options_.portal_port, address_, true));
      portal_.emplace(std::move(portal));
    }
    DemoOutcome outcome{report_, summary_text(), address_, false};
    leave();
    return outcome;
  }

  // The portal stays when asked for; receiver and intake end with this process.
  void leave() {
    if (portal_) portal_->release();
  }

  double seconds(const char* name) const { return report_["seconds"].value(name, 0.0); }

  std::string summary_text() const {
    const double megabytes = report_["bytes"].get<double>() / 1e6;
    const auto rate = [&](const char* stage) {
      return seconds(stage) > 0 ? fmt::format("{:.0f} MB/s", megabytes / seconds(stage)) : std::string("-");
    };
    std::string text = "\n";
    const auto line = [&text](std::string_view label, const std::string& value) {
      text += fmt::format("  {:<22}{}\n", label, value);
    };
    line("files read", fmt::format("{} ({:.1f} MB)", report_["files"].get<std::uint64_t>(), megabytes));
    if (seconds("synth") > 0) line("synthetic hospitals", fmt::format("{:.1f} s, {}", seconds("synth"), rate("synth")));
    line("sealed and sent", fmt::format("{} packages, {:.1f} s, {}", report_["packages"].get<std::uint64_t>(),
                                        seconds("seal"), rate("seal")));
    line("opened and loaded", fmt::format("{:.1f} s more after sealing", seconds("load")));
    line("quarantined", fmt::format("{} pieces", report_["quarantined"].get<std::uint64_t>()));
    std::string persons = fmt::format("{} registrations are {} persons", report_["registrations"].get<std::uint64_t>(),
                                      report_["persons"].get<std::uint64_t>());
    if (!report_["linkage"].is_null())
      persons += fmt::format(" (truth {}; pairwise precision {:.4f}, recall {:.4f})",
                             report_["linkage"]["persons_true"].get<std::uint64_t>(),
                             report_["linkage"]["precision"].get<double>(), report_["linkage"]["recall"].get<double>());
    line("persons", persons);
    if (const Json& found = report_["quality"]; found.is_object())
      line("data quality", fmt::format("findings: {} errors, {} warnings, {} notes", found.value("E", 0),
                                       found.value("W", 0), found.value("I", 0)));
    const Json& dataset = report_["dataset"];
    if (dataset.is_object() && dataset.value("rows", std::uint64_t{0}) > 0)
      line("dataset", fmt::format("{} rows of {} eligible, k = {}, smallest class {}, audit {}",
                                  dataset.value("rows", std::uint64_t{0}), dataset.value("eligible", std::uint64_t{0}),
                                  dataset.value("k", 0), dataset.value("smallest_class", 0),
                                  dataset.value("audit", Json("?")).dump()));
    else
      line("dataset",
           fmt::format("no rows: {}",
                       dataset.is_object() ? dataset.value("reason", std::string("nobody is eligible")) : "not built"));
    const Json& table = report_["table"];
    if (table.is_object())
      line("table", fmt::format("{} cells, {} suppressed, audit {}", table.value("cells", 0),
                                table.value("suppressed", 0), table.value("audit", Json("?")).dump()));
    const Json& ledger = report_["ledger"];
    if (ledger.is_object())
      line("ledgers", fmt::format("{} entries, {}", ledger.value("entries", 0),
                                  ledger.value("ok", false) ? "verified" : "NOT VERIFIED"));
    line("state", layout_.root.string());
    if (!address_.empty()) line("portal", address_);
    return text;
  }

  DemoOptions options_;
  Layout layout_;
  std::vector<HospitalSetup> setups_;
  std::map<std::string, Json> stages_;
  Json page_ = Json::object();
  Json report_ = {{"files", 0},         {"bytes", 0},       {"packages", 0},      {"quarantined", 0},
                  {"registrations", 0}, {"persons", 0},     {"linkage", nullptr}, {"quality", nullptr},
                  {"dataset", nullptr}, {"table", nullptr}, {"ledger", nullptr},  {"seconds", Json::object()}};
  Json gateways_ = Json::object();
  std::uint64_t sealed_bytes_ = 0;
  std::string snapshot_, address_;
  std::unique_ptr<ledger::Ledger> ledger_;  // the centre's, once intake has ended
  std::optional<ChildProcess> receiver_, intake_, portal_;
};

}  // namespace

Result<DemoOutcome> run_demo(const DemoOptions& options) {
  Demo demo(options);
  return demo.run();
}

}  // namespace sekisho::center

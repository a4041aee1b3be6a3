#include "center/roles.h"

#include <fmt/format.h>
#include <signal.h>

#include <chrono>
#include <map>
#include <thread>

#include "core/file.h"
#include "core/log.h"
#include "intake/intake.h"
#include "ledger/ledger.h"
#include "store/store.h"

namespace sekisho::center {

namespace fs = std::filesystem;

namespace {

constexpr auto kStartPatience = std::chrono::seconds(20);

// Waits until the child has written `file` (its port); an error when it ends before.
Result<std::string> wait_for_file(ChildProcess& child, const fs::path& file, std::string_view what) {
  const auto deadline = std::chrono::steady_clock::now() + kStartPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    if (const auto text = read_text(file, 64); text && !text->empty()) return text->substr(0, text->find('\n'));
    if (const int status = child.poll(); status >= 0)
      return fail("center.start", fmt::format("the {} ended with {} before it was ready", what, status), {},
                  "Its log says why.");
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return fail("center.start", fmt::format("the {} is not ready after {} seconds", what, kStartPatience.count()));
}

std::uint64_t count_files(const fs::path& folder, std::string_view ending) {
  std::uint64_t count = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    count += entry.path().filename().string().ends_with(ending);
  return count;
}

Json ledger_state(const std::string& name, const fs::path& folder) {
  Json state = {{"name", name}, {"ok", true}, {"entries", 0}, {"checkpoint", ""}};
  const auto note = read_text(folder / "checkpoint.txt", 1 << 16);
  if (!note) return state;
  const auto checkpoint = ledger::parse_checkpoint_unverified(*note);
  state["ok"] = checkpoint.has_value();
  if (checkpoint) {
    state["entries"] = checkpoint->size;
    state["checkpoint"] = to_hex(checkpoint->root);
  }
  return state;
}

// Packages of one hospital by how far they came, from what each zone has on its disk.
Json hospital_state(const Layout& layout, const HospitalId& id) {
  const std::string prefix = id.text + "_";
  std::map<std::string, std::uint64_t> steps;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(layout.core() / "state" / "receipts", error)) {
    const std::string name = entry.path().filename().string();
    for (const char* step : {"loaded", "refused", "secured"})
      if (name.starts_with(prefix) && name.ends_with(fmt::format(".{}.json", step))) ++steps[step];
  }
  const std::uint64_t received = count_files(layout.outer() / "state" / "receipts" / id.text, ".received.json");
  // What the hospital has sealed is known here once it arrived; on one machine its outbox can be seen too.
  const std::uint64_t outbox = count_files(layout.hospital(id) / "state" / "outbox", ".skp");
  const std::uint64_t sealed = std::max(received, outbox + steps["secured"]);
  return {{"id", id.text},
          {"name", id.text},
          {"packages",
           {{"sealed", sealed},
            {"received", received},
            {"loaded", steps["loaded"]},
            {"secured", steps["secured"]},
            {"refused", steps["refused"]},
            {"quarantined", 0}}}};
}

// `sekisho center link` now and then, and `sekisho quality` over the snapshot it took: processes of their own, so that
// their memory is gone afterwards.
class LinkSchedule {
 public:
  LinkSchedule(const Layout& layout, std::chrono::seconds every) : layout_(layout), every_(every) {}

  bool running() {
    const int status = job_ ? job_->poll() : 0;
    if (status < 0) return true;
    if (status > 1) spdlog::error("the link job ended with {}: link.log says why", status);
    if (job_ && status <= 1) judge();
    job_.reset();
    return false;
  }
  bool due() {
    return !running() && every_.count() > 0 && std::chrono::steady_clock::now() - last_ >= every_ &&
           loaded() != linked_;
  }
  Result<void> start() {
    last_ = std::chrono::steady_clock::now();
    linked_ = loaded();
    SpawnOptions options;
    options.output = layout_.core() / "link.log";
    SEKISHO_TRY(job_, ChildProcess::spawn(
                          {program_folder() / "sekisho", "center", "link", "--dir", layout_.root, "--json"}, options));
    return {};
  }

 private:
  void judge() {
    const auto report = read_json(layout_.core() / "link.json");
    if (!report || !report->contains("snapshot")) return;
    auto started = start_quality(layout_, (*report)["snapshot"].get<std::string>());
    if (started)
      quality_ = std::move(*started);
    else
      spdlog::error("{}", started.error().describe());
  }

  std::uint64_t loaded() const { return count_files(layout_.core() / "state" / "receipts", ".loaded.json"); }

  const Layout& layout_;
  std::chrono::seconds every_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
  std::uint64_t linked_ = 0;
  std::optional<ChildProcess> job_, quality_;
};

}  // namespace

Result<ChildProcess> start_receiver(const Layout& layout) {
  SEKISHO_CHECK(remove_file(layout.port_file()));
  SpawnOptions options;
  options.output = layout.outer() / "receiver.log";
  SEKISHO_TRY(auto child, ChildProcess::spawn(
                              {program_folder() / "sekisho-receiver", "--config", layout.receiver_config()}, options));
  SEKISHO_TRY([[maybe_unused]] const std::string port, wait_for_file(child, layout.port_file(), "receiver"));
  return child;
}

Result<ChildProcess> start_intake(const Layout& layout) {
  SpawnOptions options;
  options.output = layout.core() / "intake.log";
  return ChildProcess::spawn({program_folder() / "sekisho", "intake", "run", "--config", layout.intake_config()},
                             options);
}

Result<ChildProcess> start_quality(const Layout& layout, const std::string& snapshot) {
  SpawnOptions options;
  options.output = layout.core() / "quality.log";
  return ChildProcess::spawn({program_folder() / "sekisho", "quality", "--center", layout.root, "--snapshot", snapshot,
                              "--out", layout.quality(), "--json"},
                             options);
}

Result<ChildProcess> start_portal(const Layout& layout, std::uint16_t port, std::string& address, bool keep) {
  const fs::path port_file = layout.core() / "portal.port";
  SEKISHO_CHECK(remove_file(port_file));
  SpawnOptions options;
  options.output = layout.core() / "portal.log";
  options.die_with_parent = !keep;
  std::vector<std::string> command{program_folder() / "sekisho", "portal", "run"};
  for (const auto& [option, value] :
       std::initializer_list<std::pair<const char*, std::string>>{{"--state", layout.status_file()},
                                                                  {"--certificate", layout.core() / "portal.pem"},
                                                                  {"--key", layout.core() / "portal.key"},
                                                                  {"--port", std::to_string(port)},
                                                                  {"--port-file", port_file},
                                                                  {"--token-file", layout.core() / "portal.token"},
                                                                  {"--quality", layout.quality()},
                                                                  {"--links", layout.core() / "portal-links"},
                                                                  {"--review", layout.core() / "review"},
                                                                  {"--explorer", layout.core() / "explorer"}})
    command.insert(command.end(), {option, value});
  SEKISHO_TRY(auto child, ChildProcess::spawn(command, options));
  SEKISHO_TRY(const std::string taken, wait_for_file(child, port_file, "portal"));
  address = fmt::format("https://127.0.0.1:{}/", taken);
  return child;
}

Result<void> write_status(const Layout& layout, const Json& extra) {
  Json document = {{"updated", system_clock().now().iso()}, {"title", "sekisho"}, {"hospitals", Json::array()}};
  std::uint64_t quarantined = 0;
  for (const HospitalId& id : hospitals_of(layout))
    document["hospitals"].push_back(hospital_state(layout, id));
  std::error_code error;
  if (fs::exists(layout.store() / "catalogue.db", error)) {
    const auto config = intake::IntakeConfig::load(layout.intake_config());
    if (config) {
      store::StoreOptions options = config->store;
      options.clock = &system_clock();
      options.random = &system_random();
      if (const auto store = store::Store::open_reading(options)) {
        if (const auto status = (*store)->status()) {
          document["store"] = status->to_json();
          quarantined = status->quarantined;
        }
      }
    }
  }
  if (!document.contains("store"))
    document["store"] = {{"registrations", 0},         {"persons", 0},  {"rows", 0}, {"superseded", 0},
                         {"quarantined", quarantined}, {"segments", 0}, {"bytes", 0}};
  document["ledgers"] = Json::array({ledger_state("receiver", layout.outer() / "state" / "ledger"),
                                     ledger_state("centre", layout.core() / "state" / "ledger")});
  for (const char* list : {"datasets", "exit_checks", "stages"})
    document[list] = Json::array();
  document["linkage"] = nullptr;
  if (const auto job = read_json(layout.core() / "link.json")) document["linkage_job"] = *job;
  for (const auto& [name, value] : extra.items())
    document[name] = value;
  return write_file_durable(layout.status_file(), document.dump(), 0600);
}

Result<int> run_roles(const Layout& layout, std::uint16_t portal_port, std::chrono::seconds link_every) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // What the last job told the portal (datasets, checks, stages) stays on the page.
  Json kept = Json::object();
  if (const auto before = read_json(layout.status_file()))
    for (const char* part : {"datasets", "exit_checks", "stages", "linkage"})
      if (before->contains(part)) kept[part] = (*before)[part];
  SEKISHO_CHECK(write_status(layout, kept));
  SEKISHO_TRY(auto receiver, start_receiver(layout));
  SEKISHO_TRY(auto intake, start_intake(layout));
  LinkSchedule linking(layout, link_every);
  bool rests = false;  // intake, while linking writes the store
  std::string address;
  SEKISHO_TRY(auto portal, start_portal(layout, portal_port, address));
  fmt::print("{}\n", address);
  std::fflush(stdout);
  while (true) {
    const timespec pause{.tv_sec = 1, .tv_nsec = 0};
    if (sigtimedwait(&signals, nullptr, &pause) > 0) return 0;
    const auto revive = [](ChildProcess& child, std::string_view name, auto&& start) -> Result<void> {
      const int status = child.poll();
      if (status < 0) return {};
      spdlog::error("the {} ended with {}: it is started again", name, status);
      auto fresh = start();
      if (fresh) child = std::move(*fresh);
      return {};
    };
    SEKISHO_CHECK(revive(receiver, "receiver", [&] { return start_receiver(layout); }));
    if (linking.due()) {
      intake.terminate();
      rests = true;
      if (const auto started = linking.start(); !started) spdlog::error("{}", started.error().describe());
    }
    if (!rests) {
      SEKISHO_CHECK(revive(intake, "intake", [&] { return start_intake(layout); }));
    } else if (!linking.running()) {
      SEKISHO_TRY(intake, start_intake(layout));
      rests = false;
    }
    SEKISHO_CHECK(revive(portal, "portal", [&] { return start_portal(layout, portal_port, address); }));
    if (const auto written = write_status(layout, kept); !written) spdlog::error("{}", written.error().describe());
  }
}

}  // namespace sekisho::center

#include "center/link_job.h"

#include <chrono>

#include "core/file.h"
#include "core/process.h"
#include "intake/intake.h"
#include "store/outside.h"

namespace sekisho::center {

namespace fs = std::filesystem;

namespace {

Result<void> tell(const Layout& layout, Json state) {
  return write_file_durable(layout.core() / "link.json", state.dump() + "\n", 0600);
}

}  // namespace

Result<fs::path> specs_folder() {
  for (const fs::path& folder : {program_folder() / "../../../specs", program_folder() / "../share/sekisho/specs"}) {
    std::error_code error;
    if (fs::exists(folder / "purposes", error)) return fs::canonical(folder, error);
  }
  return fail("center.specs", "the specifications that ship with sekisho are not found", {},
              "specs/ must lie beside build/.");
}

Result<LinkJobReport> run_link_job(const Layout& layout, store::Store& store, const LinkJobOptions& options,
                                   const Clock& clock) {
  const auto begin = std::chrono::steady_clock::now();
  const std::string started = clock.now().iso();
  SEKISHO_CHECK(tell(layout, {{"state", "running"}, {"started", started}}));
  linkage::UpdateOptions how;
  how.spec = options.spec;
  if (how.spec.empty()) {
    SEKISHO_TRY(const fs::path specs, specs_folder());
    how.spec = specs / "linkage" / "japanese.toml";
  }
  how.memory = options.memory, how.full = options.full;
  how.tell = [&](std::string_view step, std::size_t done, std::size_t of) {
    // A page that shows an older step is no reason to end the work.
    static_cast<void>(
        tell(layout, {{"state", "running"}, {"started", started}, {"step", step}, {"done", done}, {"of", of}}));
  };
  const fs::path review = layout.core() / "review";
  std::error_code error;
  how.decisions = review / "decisions.jsonl";
  if (fs::exists(review / "reviewers.json", error)) {
    how.review.output = review / "pairs.json";
    SEKISHO_CHECK(store::name_outside(store, how.review.output));  // an erasure takes people out of it
  }
  LinkJobReport report;
  auto updated = linkage::update(store, clock, how);
  if (!updated) {
    SEKISHO_CHECK(tell(layout, {{"state", "failed"}, {"started", started}, {"error", updated.error().code}}));
    return std::unexpected(updated.error());
  }
  report.update = std::move(*updated);
  auto matched = linkage::match_filters(store, options.memory, layout.core() / "filter-pairs.csv");
  if (!matched) {
    SEKISHO_CHECK(tell(layout, {{"state", "failed"}, {"started", started}, {"error", matched.error().code}}));
    return std::unexpected(matched.error());
  }
  report.filters = *matched;
  SEKISHO_TRY(const store::Snapshot snapshot, store.take_snapshot());
  report.snapshot = snapshot.id;
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  Json done = report.to_json();
  done["state"] = "done", done["started"] = started, done["ended"] = clock.now().iso();
  SEKISHO_CHECK(tell(layout, std::move(done)));
  return report;
}

Result<LinkJobReport> run_link_job(const Layout& layout, const LinkJobOptions& options, const Clock& clock,
                                   Random& random) {
  SEKISHO_TRY(const intake::IntakeConfig config, intake::IntakeConfig::load(layout.intake_config()));
  store::StoreOptions how = config.store;
  how.clock = &clock, how.random = &random;
  SEKISHO_TRY(const auto store, store::Store::open(how));
  return run_link_job(layout, *store, options, clock);
}

Json LinkJobReport::to_json() const {
  Json out = update.to_json();
  if (filters.filters > 0) out["filters"] = filters.to_json();
  out["snapshot"] = snapshot, out["seconds"] = seconds;
  return out;
}

}  // namespace sekisho::center

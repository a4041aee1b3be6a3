#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "core/json.h"
#include "core/progress.h"
#include "synth/output.h"
#include "synth/patient.h"
#include "synth/people.h"
#include "synth/synth.h"
#include "synth/tables.h"
#include "synth/world.h"

namespace sekisho::synth {
namespace {

constexpr int kBlockHouseholds = 64;
constexpr std::uint64_t kWindow = 64;  // blocks that may wait for their turn: bounds memory

// A run of households with the ordinal of its first person.
struct Block {
  std::uint64_t number = 0, first_household = 0, first_person = 0;
  std::vector<int> sizes;
};

struct Done {
  std::vector<Piece> pieces;
  Tally tally;
};

// Hands out blocks in order and takes their results in order, whichever thread finishes first.
class Sequencer {
 public:
  Sequencer(const World& world, SharedFiles& shared, Progress& progress)
      : world_(world), shared_(shared), progress_(progress) {}

  std::optional<Block> next() {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [&] { return error_ || next_block_ < committed_ + kWindow; });
    if (error_ || next_person_ >= world_.persons) return std::nullopt;
    Block block{next_block_++, next_household_, next_person_, {}};
    while (block.sizes.size() < kBlockHouseholds && next_person_ < world_.persons) {
      const auto left = world_.persons - next_person_;
      const int size = static_cast<int>(
          std::min<std::uint64_t>(left, static_cast<std::uint64_t>(household_size(world_, next_household_))));
      block.sizes.push_back(size);
      next_person_ += static_cast<std::uint64_t>(size);
      ++next_household_;
    }
    return block;
  }

  void commit(std::uint64_t number, Done done) {
    const std::scoped_lock lock(mutex_);
    waiting_.emplace(number, std::move(done));
    for (auto at = waiting_.begin(); at != waiting_.end() && at->first == committed_; at = waiting_.erase(at)) {
      progress_.add(at->second.tally.persons);
      tally_.add(at->second.tally);
      if (auto appended = shared_.append(at->second.pieces); !appended) error_ = appended.error();
      ++committed_;
    }
    ready_.notify_all();
  }

  void stop(Error error) {
    const std::scoped_lock lock(mutex_);
    if (!error_) error_ = std::move(error);
    ready_.notify_all();
  }

  const std::optional<Error>& error() const { return error_; }
  const Tally& tally() const { return tally_; }

 private:
  const World& world_;
  SharedFiles& shared_;
  Progress& progress_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::uint64_t next_block_ = 0, committed_ = 0, next_household_ = 0, next_person_ = 0;
  std::map<std::uint64_t, Done> waiting_;
  std::optional<Error> error_;
  Tally tally_;
};

Result<Done> make_block(const World& world, const Block& block, std::vector<StorageTree>& trees) {
  Done done;
  std::uint64_t ordinal = block.first_person;
  for (std::size_t i = 0; i < block.sizes.size(); ++i) {
    const Household household = make_household(world, block.first_household + i, block.sizes[i]);
    for (const Person& person : household.persons)
      SEKISHO_CHECK(write_person(world, household, person, ordinal++, trees, done.pieces, done.tally));
  }
  return done;
}

void work(const World& world, Sequencer& sequencer, std::vector<StorageTree>& trees) {
  while (const auto block = sequencer.next()) {
    auto done = make_block(world, *block, trees);
    if (!done) return sequencer.stop(done.error());
    sequencer.commit(block->number, std::move(*done));
  }
}

Result<void> check_empty(const std::filesystem::path& out) {
  std::error_code error;
  if (std::filesystem::exists(out, error) && !std::filesystem::is_empty(out, error))
    return fail("usage.not_empty", "the folder for the synthetic hospitals holds something already",
                {.file = out.string()}, "name a new folder or empty it");
  return {};
}

Json known_answers(const World& world, const Tally& tally) {
  Json answers;
  answers["scenario"] = world.preset.name;
  answers["seed"] = world.options.seed;
  answers["begin"] = world.begin.iso();
  answers["end"] = Date{world.end.days - 1}.iso();
  answers["persons"] = tally.persons;
  answers["registrations"] = tally.registrations;
  answers["claims"] = tally.claims;
  Json influenza = Json::object();
  for (std::size_t i = 0; i < seasons().size() && i < 13; ++i) {
    if (season_start(2012 + static_cast<int>(i)) >= world.end) break;
    influenza[std::string(seasons()[i].name)] = {{"treated_persons", tally.treated_persons[i]},
                                                 {"treated_persons_without_optouts", tally.treated_visible[i]},
                                                 {"treated_episodes", tally.treated_episodes[i]}};
  }
  answers["influenza"] = influenza;
  answers["breast"] = {{"hr_positive_her2_positive", tally.breast[0][0]},
                       {"hr_positive_her2_negative", tally.breast[0][1]},
                       {"hr_negative_her2_positive", tally.breast[1][0]},
                       {"hr_negative_her2_negative", tally.breast[1][1]},
                       {"not_determinable", tally.breast_undetermined}};
  Json hospitals = Json::array();
  for (const Hospital& hospital : world.hospitals)
    hospitals.push_back({{"id", hospital.id},
                         {"name", hospital.name},
                         {"institution_code", hospital.code9},
                         {"later_institution_code", hospital.later_code9},
                         {"medical_area", world.areas[hospital.home_area].medical_area},
                         {"dpc", hospital.dpc}});
  answers["hospitals"] = hospitals;
  return answers;
}

}  // namespace

Result<Summary> generate(const Options& options) {
  const auto start = std::chrono::steady_clock::now();
  SEKISHO_TRY(const World world, make_world(options));
  SEKISHO_CHECK(check_empty(options.out));
  std::vector<StorageTree> trees;
  for (const Hospital& hospital : world.hospitals) {
    if (options.discard_storages) {
      trees.push_back(StorageTree::discarding());
      continue;
    }
    SEKISHO_TRY(StorageTree tree, StorageTree::create(options.out / "hospitals" / hospital.id / "ssmix2"));
    trees.push_back(std::move(tree));
  }
  SharedFiles shared(world, options.out);
  std::optional<Progress> progress(std::in_place, "synthetic hospitals", world.persons, "persons");
  Sequencer sequencer(world, shared, *progress);
  const unsigned threads = options.threads ? options.threads : std::max(1u, std::thread::hardware_concurrency());
  {
    std::vector<std::jthread> workers;
    for (unsigned i = 0; i < threads; ++i)
      workers.emplace_back([&] { work(world, sequencer, trees); });
  }
  progress.reset();
  if (sequencer.error()) return std::unexpected(*sequencer.error());
  SEKISHO_CHECK(shared.finish());
  const Tally& tally = sequencer.tally();
  SEKISHO_CHECK(
      write_file_durable(options.out / "truth" / "known_answers.json", known_answers(world, tally).dump(2) + "\n"));
  Summary summary;
  summary.files = tally.files + shared.files() + 1;
  summary.bytes = tally.bytes + shared.bytes();
  summary.persons = tally.persons;
  summary.registrations = tally.registrations;
  summary.optouts = tally.optouts;
  summary.messages = tally.messages;
  summary.claims = tally.claims;
  summary.dpc_rows = tally.dpc_rows;
  summary.treated_episodes = tally.treated;
  summary.defects = tally.defects;
  summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return summary;
}

}  // namespace sekisho::synth

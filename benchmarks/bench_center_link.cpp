// modules: linkage synth
// The centre's linkage over a store of the synthetic population: everything, nothing new, one registration in a hundred
// new, everything again, all keys under the other canonical version. Seconds and the most memory that the process has
// held so far.
//   bench_center_link FOLDER PERSONS fill|link|more|everything|rekey [SPEC [MEMORY_MB]]
// The steps in this order, each in a process of its own: fill, link, more, link, everything, rekey, link.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "../tests/unit/linkage/synthetic_registrations.h"
#include "linkage/update.h"

using namespace sekisho;
using namespace sekisho::linkage;
namespace fs = std::filesystem;

namespace {

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& time) { return static_cast<double>(time.tv_sec) + 1e-6 * time.tv_usec; };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

double peak_megabytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

// Each step opens the store anew in a process of its own when a step is named.
Result<void> step(const fs::path& folder, const fs::path& spec, const std::string& name, std::uint64_t households,
                  const SyntheticRegistrations& people, std::size_t memory) {
  store::StoreOptions how;
  how.folder = folder / "store", how.keys = folder / "keys", how.body = {"body"}, how.allow_unencrypted = true;
  SEKISHO_TRY(const auto store, store::Store::open(how));
  const double begin = cpu_seconds();
  const auto since = std::chrono::steady_clock::now();
  const auto wall = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count(); };
  if (name == "fill" || name == "more") {
    const std::uint64_t border = households / 101 * 100;
    SEKISHO_CHECK(name == "fill" ? people.load(*store, 1, 0, border) : people.load(*store, 2, border, households));
    fmt::print("{:12} {:8.1f} CPU s {:8.1f} s\n", name, cpu_seconds() - begin, wall());
    return {};
  }
  if (name == "rekey") {
    SEKISHO_TRY(const Json report, store->rekey(identity::CanonicalVersion::kC2));
    fmt::print("{:12} {:8.1f} CPU s {:8.1f} s {:8.0f} MB  {}\n", name, cpu_seconds() - begin, wall(), peak_megabytes(),
               report.dump());
    return {};
  }
  UpdateOptions options;
  options.spec = spec, options.full = name == "everything", options.memory = memory;
  SEKISHO_TRY(const UpdateReport report, update(*store, system_clock(), options));
  fmt::print(
      "{:12} {:8.1f} CPU s {:8.1f} s {:8.0f} MB  {} registrations, {} arrived, {} decided, {} persons, {} events, "
      "{} passes, {} {} {}\n",
      name, cpu_seconds() - begin, wall(), peak_megabytes(), report.registrations, report.arrivals, report.decided,
      report.persons, report.events, report.passes, report.method, report.full_because, report.reason);
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    fmt::print("bench_center_link FOLDER PERSONS fill|link|more|everything|rekey [SPEC [MEMORY_MB]]\n");
    return 2;
  }
  const std::uint64_t persons = std::strtoull(argv[2], nullptr, 10);
  const SyntheticRegistrations people(persons);
  const fs::path spec = argc > 4 ? argv[4] : "specs/linkage/japanese.toml";
  fs::create_directories(argv[1]);
  const std::size_t memory = argc > 5 ? std::strtoull(argv[5], nullptr, 10) << 20 : 0;
  const auto done = step(argv[1], spec, argv[3], persons * 10 / 24, people, memory);
  if (!done) fmt::print("{}\n", done.error().describe());
  return done ? 0 : 3;
}

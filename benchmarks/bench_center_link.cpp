// modules: linkage synth
// The centre's linkage over a store of the synthetic population: everything, nothing new, one registration in a hundred
// new, everything again. CPU seconds and the most memory that the process has held so far.
//   bench_center_link FOLDER PERSONS fill|link|more|everything [SPEC]
// The steps in this order, each in a process of its own: fill, link, more, link, everything.
#include <fmt/format.h>
#include <sys/resource.h>

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
                  const SyntheticRegistrations& people) {
  store::StoreOptions how;
  how.folder = folder / "store", how.keys = folder / "keys", how.body = {"body"}, how.allow_unencrypted = true;
  SEKISHO_TRY(const auto store, store::Store::open(how));
  const double begin = cpu_seconds();
  if (name == "fill" || name == "more") {
    const std::uint64_t border = households / 101 * 100;
    SEKISHO_CHECK(name == "fill" ? people.load(*store, 1, 0, border) : people.load(*store, 2, border, households));
    fmt::print("{:12} {:8.1f} CPU s\n", name, cpu_seconds() - begin);
    return {};
  }
  UpdateOptions options;
  options.spec = spec, options.full = name == "everything";
  SEKISHO_TRY(const UpdateReport report, update(*store, system_clock(), options));
  fmt::print("{:12} {:8.1f} CPU s {:8.0f} MB  {} registrations, {} arrived, {} decided, {} persons, {} events {}\n",
             name, cpu_seconds() - begin, peak_megabytes(), report.registrations, report.arrivals, report.decided,
             report.persons, report.events, report.full_because);
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    fmt::print("bench_center_link FOLDER PERSONS fill|link|more|everything [SPEC]\n");
    return 2;
  }
  const std::uint64_t persons = std::strtoull(argv[2], nullptr, 10);
  const SyntheticRegistrations people(persons);
  const fs::path spec = argc > 4 ? argv[4] : "specs/linkage/japanese.toml";
  fs::create_directories(argv[1]);
  const auto done = step(argv[1], spec, argv[3], persons * 10 / 24, people);
  if (!done) fmt::print("{}\n", done.error().describe());
  return done ? 0 : 3;
}

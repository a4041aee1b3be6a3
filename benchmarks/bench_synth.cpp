// modules: synth
// What the generator of synthetic hospitals does without the file system's share: every message is made and encoded,
// the storages' files are not written; claims, survey and truth files are.
//   bench_synth OUT PERSONS [YEARS] [HOSPITALS] [THREADS]
#include <fmt/format.h>
#include <sys/resource.h>

#include <cstdlib>

#include "synth/synth.h"

int main(int count, char** arguments) {
  if (count < 3) return fmt::print(stderr, "bench_synth OUT PERSONS [YEARS] [HOSPITALS] [THREADS]\n"), 2;
  sekisho::synth::Options options;
  options.out = arguments[1];
  options.persons = std::strtoull(arguments[2], nullptr, 10);
  options.years = count > 3 ? std::atoi(arguments[3]) : 5;
  options.hospitals = count > 4 ? std::atoi(arguments[4]) : 1;
  options.threads = count > 5 ? static_cast<unsigned>(std::atoi(arguments[5])) : 1;
  options.seed = 3;
  options.discard_storages = true;
  const auto done = sekisho::synth::generate(options);
  if (!done) return fmt::print(stderr, "{}\n", done.error().describe()), 3;
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  const double cpu = seconds(used.ru_utime) + seconds(used.ru_stime);
  const double megabytes = static_cast<double>(done->bytes) / 1e6;
  fmt::print(
      "{} persons, {} messages, {} claims, {:.1f} MB: {:.2f} s, {:.1f} MB/s; CPU {:.2f} s, {:.1f} MB/s a core; peak "
      "memory {:.0f} MB\n",
      done->persons, done->messages, done->claims, megabytes, done->seconds, megabytes / done->seconds, cpu,
      megabytes / cpu, static_cast<double>(used.ru_maxrss) / 1024);
  return 0;
}

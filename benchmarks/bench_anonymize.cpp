// Encoding and search of one table under one policy, without reading and writing: processor seconds.
// Usage: bench_anonymize TABLE.csv POLICY.toml [RUNS [THREADS]]
// modules: anonymize
#include <fmt/format.h>

#include <ctime>

#include "anonymize/engine.h"

using namespace sekisho;

namespace {

double processor_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

Result<void> run(const char* file, const char* policy_file, int runs, int threads) {
  SEKISHO_TRY(const anonymize::Policy policy, anonymize::Policy::load(policy_file));
  double begin = processor_seconds();
  SEKISHO_TRY(const anonymize::Table table, anonymize::read_table_file(file, policy.delimiter));
  fmt::print("read {:.3f}\n", processor_seconds() - begin);
  for (int i = 0; i < runs; ++i) {
    begin = processor_seconds();
    const anonymize::SearchOptions options{.threads = threads};
    SEKISHO_TRY(const anonymize::Outcome outcome, anonymize::search(table, policy, options));
    fmt::print("encode and search {:.3f} CPU, wall {:.3f} + {:.3f}; {} of {} looked at, score {:.12g}\n",
               processor_seconds() - begin, outcome.seconds_encode, outcome.seconds_search, outcome.checked,
               outcome.lattice, outcome.score);
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const auto done = run(argv[1], argv[2], argc > 3 ? std::atoi(argv[3]) : 3, argc > 4 ? std::atoi(argv[4]) : 1);
  if (!done) fmt::print(stderr, "{}\n", done.error().describe());
  return done ? 0 : 3;
}

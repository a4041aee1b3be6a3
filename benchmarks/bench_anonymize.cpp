// Encoding and search of one table under one policy, without reading and writing: processor seconds.
// Usage: bench_anonymize TABLE.csv POLICY.toml [RUNS [THREADS]]
//        bench_anonymize --node TABLE.csv POLICY.toml [RUNS]    the optimum's node and its neighbours, judged again
//        with
//                                                               another k and limit each time: milliseconds for one
// modules: anonymize
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <string_view>

#include "anonymize/engine.h"
#include "anonymize/explore.h"

using namespace sekisho;

namespace {

double processor_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Result<void> run(const char* file, const char* policy_file, int runs, int threads) {
  SEKISHO_TRY(const anonymize::Policy policy, anonymize::Policy::load(policy_file));
  double begin = processor_seconds();
  const double wall = wall_seconds();
  anonymize::Encoding encoding = policy.encoding;
  SEKISHO_TRY(const anonymize::Table table, anonymize::read_table_file(file, policy.delimiter, encoding, threads));
  fmt::print("read {:.3f} CPU, wall {:.3f}\n", processor_seconds() - begin, wall_seconds() - wall);
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

Result<void> run_nodes(const char* file, const char* policy_file, int runs) {
  SEKISHO_TRY(const auto explorer, anonymize::Explorer::open(file, policy_file));
  SEKISHO_TRY(const Json best, explorer->optimum({}));
  const auto place = best.at("levels").get<anonymize::Place>();
  SEKISHO_TRY(const Json neighbours, explorer->judge({}, place, 1));
  std::vector<anonymize::Place> places{place};
  for (const Json& one : neighbours.at("around"))
    places.push_back(one.at("levels").get<anonymize::Place>());
  std::vector<double> all;
  for (const anonymize::Place& one : places) {
    std::vector<double> processor;
    Json judged;
    for (int i = 0; i < runs; ++i) {
      const anonymize::Setting setting{.k = 2 + i % 30, .limit = 0.01 * (i % 10), .weights = {}};
      const double begin = processor_seconds();
      SEKISHO_TRY(judged, explorer->judge(setting, one, 0));
      processor.push_back(1000 * (processor_seconds() - begin));
    }
    all.insert(all.end(), processor.begin(), processor.end());
    std::ranges::sort(processor);
    fmt::print("levels {} median {:.2f} ms CPU, greatest {:.2f}\n", fmt::join(one, " "),
               processor[processor.size() / 2], processor.back());
  }
  std::ranges::sort(all);
  fmt::print("{} judgements of {} nodes: median {:.2f} ms CPU, 95 of 100 within {:.2f}, greatest {:.2f}\n", all.size(),
             places.size(), all[all.size() / 2], all[all.size() * 95 / 100], all.back());
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 3 && std::string_view(argv[1]) == "--node") {
    const auto done = run_nodes(argv[2], argv[3], argc > 4 ? std::max(1, std::atoi(argv[4])) : 20);
    if (!done) fmt::print(stderr, "{}\n", done.error().describe());
    return done ? 0 : 3;
  }
  if (argc < 3) return 2;
  const auto done = run(argv[1], argv[2], argc > 3 ? std::atoi(argv[3]) : 3, argc > 4 ? std::atoi(argv[4]) : 1);
  if (!done) fmt::print(stderr, "{}\n", done.error().describe());
  return done ? 0 : 3;
}

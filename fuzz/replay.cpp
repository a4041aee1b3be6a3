// A fuzz target without libFuzzer: every seed as it is, cut at several places, and with a few bytes changed. What every
// whole test run does under sanitizers; the same inputs each time. Usage: replay_NAME FOLDER [CHANGES]
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "core/file.h"
#include "core/random.h"

using namespace sekisho;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: {} FOLDER [CHANGES]\n", argv[0]);
    return 2;
  }
  const int changes = argc > 2 ? std::atoi(argv[2]) : 100;
  constexpr std::size_t kCuts = 10, kMostBytes = 4;
  std::vector<std::filesystem::path> seeds;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1]))
    if (entry.is_regular_file()) seeds.push_back(entry.path());
  std::ranges::sort(seeds);
  SeededRandom random(1);
  std::size_t inputs = 0;
  const auto give = [&](ByteView bytes) {
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    ++inputs;
  };
  give({});
  for (const auto& path : seeds) {
    const auto seed = read_file(path);
    if (!seed) {
      fmt::print(stderr, "{}\n", seed.error().describe());
      return 2;
    }
    give(*seed);
    for (std::size_t cut = 1; cut < kCuts; ++cut)
      give(ByteView(*seed).first(seed->size() * cut / kCuts));
    for (int change = 0; change < changes && !seed->empty(); ++change) {
      Bytes changed = *seed;
      for (std::size_t n = 1 + random.below(kMostBytes); n > 0; --n)
        changed[random.below(changed.size())] = static_cast<std::uint8_t>(random.below(256));
      give(changed);
    }
  }
  fmt::print("{} inputs of {} seeds\n", inputs, seeds.size());
  return seeds.empty() ? 2 : 0;
}

// Random bytes from an injected source: the system's for keys and nonces, a seeded one for tests and synthetic data.
#pragma once

#include <cstdint>
#include <span>

namespace sekisho {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;
};

// getrandom(2); fit for keys. Thread safe.
Random& system_random();

// xoshiro256** seeded by splitmix64: the same seed gives the same sequence on every machine. Not for keys. Not thread
// safe.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed);
  // An independent stream for (seed, stream): what one thread draws never depends on another.
  SeededRandom(std::uint64_t seed, std::uint64_t stream);
  void fill(std::span<std::uint8_t> out) override;
  std::uint64_t next();                      // uniform over all 64-bit values
  std::uint64_t below(std::uint64_t bound);  // uniform in [0, bound); bound > 0; unbiased
  double uniform();                          // [0, 1), 53 bits
  double normal(double mean,
                double deviation);  // Box-Muller without cached half, so that every call draws the same number
  bool chance(double probability) { return uniform() < probability; }

 private:
  std::uint64_t state_[4];
};

}  // namespace sekisho

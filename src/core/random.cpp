#include "core/random.h"

#include <sys/random.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <numbers>

namespace sekisho {
namespace {

class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    while (!out.empty()) {
      const ssize_t got = getrandom(out.data(), out.size(), 0);
      if (got <= 0) std::abort();  // no randomness, no keys: nothing sensible can follow
      out = out.subspan(static_cast<std::size_t>(got));
    }
  }
};

std::uint64_t splitmix64(std::uint64_t& x) {
  std::uint64_t z = (x += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

std::uint64_t rotl(std::uint64_t x, int k) {
  return (x << k) | (x >> (64 - k));
}

}  // namespace

Random& system_random() {
  static SystemRandom source;
  return source;
}

SeededRandom::SeededRandom(std::uint64_t seed) : SeededRandom(seed, 0) {}

SeededRandom::SeededRandom(std::uint64_t seed, std::uint64_t stream) {
  std::uint64_t x = seed;
  const std::uint64_t mixed = splitmix64(x);
  x = mixed ^ (stream * 0xd1342543de82ef95 + 0x2545f4914f6cdd1d);
  for (auto& word : state_)
    word = splitmix64(x);
}

std::uint64_t SeededRandom::next() {
  const std::uint64_t result = rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = rotl(state_[3], 45);
  return result;
}

void SeededRandom::fill(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const std::uint64_t word = next();
    const std::size_t n = out.size() < 8 ? out.size() : 8;
    std::memcpy(out.data(), &word, n);
    out = out.subspan(n);
  }
}

std::uint64_t SeededRandom::below(std::uint64_t bound) {
  // Lemire's multiply-shift with rejection.
  unsigned __int128 product = static_cast<unsigned __int128>(next()) * bound;
  auto low = static_cast<std::uint64_t>(product);
  if (low < bound) {
    const std::uint64_t threshold = -bound % bound;
    while (low < threshold) {
      product = static_cast<unsigned __int128>(next()) * bound;
      low = static_cast<std::uint64_t>(product);
    }
  }
  return static_cast<std::uint64_t>(product >> 64);
}

double SeededRandom::uniform() {
  return static_cast<double>(next() >> 11) * 0x1.0p-53;
}

double SeededRandom::normal(double mean, double deviation) {
  const double u = 1.0 - uniform();
  const double v = uniform();
  return mean + deviation * std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * v);
}

}  // namespace sekisho

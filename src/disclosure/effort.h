// When a search ends: by counted operations, which are the same on every machine, so that the same table gives the same
// pattern also where time runs out. The clock on the wall is only a belt for machines that are much too slow.
// Private to the protector.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace sekisho::disclosure {

struct Effort {
  std::uint64_t spent = 0;  // operations; solvers and searches add theirs
};
inline constexpr double kEffortOfASecond = 1e9;

struct Deadline {
  const Effort* effort = nullptr;
  std::uint64_t most = 0;
  std::chrono::steady_clock::time_point end;

  std::uint64_t left() const { return most > effort->spent ? most - effort->spent : 0; }
  double seconds_left() const {
    return std::max(0.01, std::chrono::duration<double>(end - std::chrono::steady_clock::now()).count());
  }
  // The same, but not beyond `more` operations from now.
  Deadline within(std::uint64_t more) const { return {effort, std::min(most, effort->spent + more), end}; }
};
inline bool passed(const Deadline& deadline) {
  return deadline.effort->spent >= deadline.most || std::chrono::steady_clock::now() >= deadline.end;
}

}  // namespace sekisho::disclosure

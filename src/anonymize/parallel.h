// Loops over threads. Internal.
#pragma once

#include <cstddef>
#include <thread>
#include <utility>
#include <vector>

namespace sekisho::anonymize::detail {

// body(thread), thread 0 being the caller's.
template <class Body>
void in_parallel(int threads, const Body& body) {
  std::vector<std::jthread> others;
  for (int t = 1; t < threads; ++t)
    others.emplace_back([&body, t] { body(t); });
  body(0);
}

// What a thread takes of so many: from, to.
inline std::pair<std::size_t, std::size_t> slice(std::size_t size, int thread, int threads) {
  const auto at = [&](int t) { return size * static_cast<std::size_t>(t) / static_cast<std::size_t>(threads); };
  return {at(thread), at(thread + 1)};
}

}  // namespace sekisho::anonymize::detail

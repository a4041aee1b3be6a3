// Loops over threads. What comes out must never depend on which thread did what.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <utility>
#include <vector>

namespace sekisho {

// Runs body(thread) for each thread of [0, threads), 0 on the caller's; returns when all have ended. Only the caller's
// may throw.
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

// Runs body(begin, end, worker) over slices of [0, size), on at most so many threads; few things are not worth a second
// one.
template <class Body>
void over_slices(std::size_t size, int threads, const Body& body) {
  constexpr std::size_t kFew = 4096;
  if (size < kFew) return body(std::size_t{0}, size, 0);
  in_parallel(threads, [&](int thread) {
    const auto [begin, end] = slice(size, thread, threads);
    body(begin, end, thread);
  });
}

// Runs body(i, thread) for each i of [0, size), in any order, on at most so many threads.
template <class Body>
void each_of(std::size_t size, int threads, const Body& body) {
  std::atomic<std::size_t> next = 0;
  in_parallel(static_cast<int>(std::min(size, static_cast<std::size_t>(std::max(threads, 1)))), [&](int thread) {
    for (std::size_t i = next++; i < size; i = next++)
      body(i, thread);
  });
}

}  // namespace sekisho

// Work shared by two threads. What comes out never depends on which of them did it.
#pragma once

#include <atomic>
#include <cstddef>
#include <thread>

namespace sekisho::linkage {

// Runs body(begin, end, worker) over halves of [0, size); worker is 0 or 1.
template <class Body>
void in_halves(std::size_t size, Body body) {
  if (size < 4096) return body(std::size_t{0}, size, 0);
  std::thread helper([&] { body(size / 2, size, 1); });
  body(std::size_t{0}, size / 2, 0);
  helper.join();
}

// Runs body(i) for each i of [0, size), in any order.
template <class Body>
void each_of(std::size_t size, Body body) {
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < size; i = next++)
      body(i);
  };
  if (size < 2) return work();
  std::thread helper(work);
  work();
  helper.join();
}

}  // namespace sekisho::linkage

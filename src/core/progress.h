// Progress of long work: a bar on a terminal, plain lines elsewhere, nothing when quiet. Written to standard error
// only.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace sekisho {

class Progress {
 public:
  // total 0: unknown. Unit: "files", "MB" ...
  Progress(std::string title, std::uint64_t total, std::string unit);
  ~Progress();  // prints the final line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void add(std::uint64_t done = 1);   // thread safe, cheap
  static void set_quiet(bool quiet);  // --json and tests

 private:
  void draw(bool final);
  std::string title_, unit_;
  std::uint64_t total_;
  std::atomic<std::uint64_t> done_ = 0;
  std::atomic<std::int64_t> next_draw_;
  std::chrono::steady_clock::time_point start_;
  std::mutex mutex_;
  bool terminal_;
};

}  // namespace sekisho

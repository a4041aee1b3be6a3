// Watches a StatusSource and tells waiting readers when the document changed: one look at the source serves all open
// event streams.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "portal/status.h"

namespace sekisho::portal {

// A state of the document. Versions rise by one with each change of content.
struct StatusVersion {
  std::uint64_t version = 0;
  std::string json;  // one line
};

// Thread safe. Ends its thread on destruction.
class StatusFeed {
 public:
  // `interval`: the shortest time between two versions.
  explicit StatusFeed(std::unique_ptr<StatusSource> source,
                      std::chrono::milliseconds interval = std::chrono::milliseconds(500));
  ~StatusFeed() { stop(); }
  StatusFeed(const StatusFeed&) = delete;
  StatusFeed& operator=(const StatusFeed&) = delete;

  StatusVersion current() const;
  // Blocks until the version differs from `seen`, `patience` is over, or stop(); returns what is current then.
  StatusVersion wait_for_change(std::uint64_t seen, std::chrono::milliseconds patience) const;
  void stop();  // lets all waiting calls return
  bool stopped() const;

 private:
  void watch();
  void look();

  std::unique_ptr<StatusSource> source_;
  std::chrono::milliseconds interval_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  StatusVersion current_;
  bool stopped_ = false;
  std::string last_error_;
  std::thread watcher_;
};

}  // namespace sekisho::portal

#include "portal/feed.h"

#include "core/log.h"

namespace sekisho::portal {

StatusFeed::StatusFeed(std::unique_ptr<StatusSource> source, std::chrono::milliseconds interval)
    : source_(std::move(source)), interval_(interval), current_{.version = 1, .json = "{}"} {
  look();
  watcher_ = std::thread([this] { watch(); });
}

StatusVersion StatusFeed::current() const {
  const std::scoped_lock lock(mutex_);
  return current_;
}

StatusVersion StatusFeed::wait_for_change(std::uint64_t seen, std::chrono::milliseconds patience) const {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, patience, [&] { return stopped_ || current_.version != seen; });
  return current_;
}

void StatusFeed::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  if (watcher_.joinable()) watcher_.join();
}

bool StatusFeed::stopped() const {
  const std::scoped_lock lock(mutex_);
  return stopped_;
}

void StatusFeed::watch() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, interval_, [this] { return stopped_; })) {
    lock.unlock();
    look();
    lock.lock();
  }
}

// A document that cannot be read leaves the last good one in place; the log says so once.
void StatusFeed::look() {
  const Result<Json> document = source_->read();
  if (!document) {
    const std::string error = document.error().describe();
    if (error != last_error_) spdlog::error("the state document is not usable, the last one stays: {}", error);
    last_error_ = error;
    return;
  }
  last_error_.clear();
  std::string json = document->dump(-1, ' ', false, Json::error_handler_t::replace);
  {
    const std::scoped_lock lock(mutex_);
    if (json == current_.json) return;
    current_.json = std::move(json);
    ++current_.version;
  }
  changed_.notify_all();
}

}  // namespace sekisho::portal

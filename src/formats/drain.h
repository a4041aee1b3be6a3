// When a reader hands its set over: handing over and adding up what a set holds both cost more than a small file, so
// that they are done once for many of them.
#pragma once

#include <cstddef>

#include "records/record_set.h"

namespace sekisho::formats {

class Drain {
 public:
  Drain(records::RecordSet& set, records::DrainHook hook) : set_(set), hook_(std::move(hook)) {}
  // At a document's border, after `bytes` of input.
  Result<void> offer(std::size_t bytes) {
    since_check_ += bytes + 1024;  // findings and rows of empty files hold memory too
    if (!hook_ || since_check_ < kCheckEvery) return {};
    since_check_ = 0;
    return set_.bytes() > kHeld ? hook_(set_) : Result<void>{};
  }
  bool wanted() const { return static_cast<bool>(hook_); }
  Result<void> now() { return hook_(set_); }

 private:
  static constexpr std::size_t kHeld = std::size_t{1} << 19;        // bytes held by the set
  static constexpr std::size_t kCheckEvery = std::size_t{1} << 15;  // input bytes between looks at it
  records::RecordSet& set_;
  records::DrainHook hook_;
  std::size_t since_check_ = 0;
};

}  // namespace sekisho::formats

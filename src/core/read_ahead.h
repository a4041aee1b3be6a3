// Small files read before they are asked for, many at once, by io_uring: on a disk whose pages are not in memory each
// file alone would wait for its own. One object per thread; it holds kDepth buffers.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/bytes.h"

namespace sekisho {

class ReadAhead {
 public:
  static constexpr unsigned kDepth = 64;                                // files under way
  static constexpr std::size_t kLargest = (std::size_t{64} << 10) - 1;  // of a file that is read ahead

  // Without io_uring (older kernels, containers that forbid it) nothing is read ahead.
  ReadAhead();
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;
  bool available() const;

  // The files in the order of take(); nullptr: not to be read ahead (a pipe, a large file). The texts must stay alive.
  void begin(std::vector<const char*> paths);
  // All of the next file, valid until the next call; nothing where the caller must read it: it is larger, could not be
  // read, or nothing is read ahead.
  std::optional<ByteView> take();

 private:
  class Ring;
  std::unique_ptr<Ring> ring_;
  std::vector<const char*> paths_;
  std::size_t next_ = 0, submitted_ = 0;
};

}  // namespace sekisho

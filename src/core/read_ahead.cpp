#include "core/read_ahead.h"

#include <fcntl.h>
#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <utility>

namespace sekisho {
namespace {

// A piece of memory shared with the kernel.
class Mapping {
 public:
  Mapping() = default;
  Mapping(int fd, std::size_t size, std::uint64_t offset) : size_(size) {
    void* const at =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, static_cast<off_t>(offset));
    at_ = at == MAP_FAILED ? nullptr : static_cast<char*>(at);
  }
  Mapping(Mapping&& other) noexcept : at_(std::exchange(other.at_, nullptr)), size_(other.size_) {}
  Mapping& operator=(Mapping&& other) noexcept {
    std::swap(at_, other.at_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~Mapping() {
    if (at_ != nullptr) ::munmap(at_, size_);
  }
  explicit operator bool() const { return at_ != nullptr; }
  template <class T>
  T* at(std::uint32_t offset) const {
    return reinterpret_cast<T*>(at_ + offset);
  }

 private:
  char* at_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace

// For each file a chain of three: open into a slot of the ring's own table of descriptors, read, close. (io_uring(7))
class ReadAhead::Ring {
 public:
  Ring() {
    io_uring_params p{};
    fd_ = static_cast<int>(::syscall(__NR_io_uring_setup, kDepth * 4, &p));
    if (fd_ < 0) return;
    submit_ = Mapping(fd_, p.sq_off.array + p.sq_entries * sizeof(unsigned), IORING_OFF_SQ_RING);
    complete_ = Mapping(fd_, p.cq_off.cqes + p.cq_entries * sizeof(io_uring_cqe), IORING_OFF_CQ_RING);
    entries_ = Mapping(fd_, p.sq_entries * sizeof(io_uring_sqe), IORING_OFF_SQES);
    const std::vector<int> none(kDepth, -1);
    usable_ = submit_ && complete_ && entries_ &&
              ::syscall(__NR_io_uring_register, fd_, IORING_REGISTER_FILES, none.data(), kDepth) == 0;
    if (!usable_) return;
    tail_ = submit_.at<unsigned>(p.sq_off.tail);
    array_ = submit_.at<unsigned>(p.sq_off.array);
    submit_mask_ = *submit_.at<unsigned>(p.sq_off.ring_mask);
    done_head_ = complete_.at<unsigned>(p.cq_off.head);
    done_tail_ = complete_.at<unsigned>(p.cq_off.tail);
    done_ = complete_.at<io_uring_cqe>(p.cq_off.cqes);
    done_mask_ = *complete_.at<unsigned>(p.cq_off.ring_mask);
    buffers_.resize(kDepth * kRoom);
    slots_.resize(kDepth);
  }
  ~Ring() {
    // The kernel writes into the buffers until the last chain has ended.
    while (usable_ && under_way_ > 0)
      enter(true);
    if (fd_ >= 0) ::close(fd_);
  }
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  bool usable() const { return usable_; }
  unsigned under_way() const { return under_way_; }

  void start(unsigned slot, const char* path) {
    slots_[slot] = {};
    io_uring_sqe& opening = entry(IORING_OP_OPENAT, slot, kOpen);
    opening.fd = AT_FDCWD;
    opening.addr = reinterpret_cast<std::uint64_t>(path);
    opening.open_flags = O_RDONLY | O_NONBLOCK;
    opening.file_index = slot + 1;
    opening.flags = IOSQE_IO_LINK;
    io_uring_sqe& reading = entry(IORING_OP_READ, slot, kRead);
    reading.fd = static_cast<int>(slot);
    reading.addr = reinterpret_cast<std::uint64_t>(buffer(slot));
    reading.len = static_cast<unsigned>(kRoom);
    reading.flags = IOSQE_FIXED_FILE | IOSQE_IO_HARDLINK;  // a short read, as of every small file, breaks a soft link
    io_uring_sqe& closing = entry(IORING_OP_CLOSE, slot, kClose);
    closing.file_index = slot + 1;
    ++under_way_;
  }
  // Waits for the slot's chain; the bytes read, or a negative error.
  int finish(unsigned slot) {
    while (usable_ && !slots_[slot].ended)
      enter(true);
    return usable_ ? slots_[slot].read : -EIO;
  }
  void send() {
    if (waiting_ >= 3 * kTogether) enter(false);
  }
  std::uint8_t* buffer(unsigned slot) { return buffers_.data() + slot * kRoom; }

 private:
  enum Step : unsigned { kOpen, kRead, kClose };
  static constexpr std::size_t kRoom = kLargest + 1;
  static constexpr unsigned kTogether = 16;  // chains handed to the kernel at once
  struct Slot {
    bool ended = false;
    int read = -EIO;
  };

  io_uring_sqe& entry(std::uint8_t code, unsigned slot, Step step) {
    const unsigned tail = *tail_, at = tail & submit_mask_;
    io_uring_sqe& e = entries_.at<io_uring_sqe>(0)[at];
    e = {};
    e.opcode = code;
    e.user_data = slot << 2 | step;
    array_[at] = at;
    std::atomic_ref(*tail_).store(tail + 1, std::memory_order_release);
    ++waiting_;
    return e;
  }

  void enter(bool wait) {
    const long taken =
        ::syscall(__NR_io_uring_enter, fd_, waiting_, wait ? 1u : 0u, wait ? IORING_ENTER_GETEVENTS : 0u, nullptr, 0);
    if (taken >= 0)
      waiting_ -= static_cast<unsigned>(taken);
    else if (errno != EINTR && errno != EAGAIN && errno != EBUSY)
      usable_ = false;
    unsigned head = *done_head_;
    for (; head != std::atomic_ref(*done_tail_).load(std::memory_order_acquire); ++head) {
      const io_uring_cqe& cqe = done_[head & done_mask_];
      Slot& slot = slots_[cqe.user_data >> 2];
      const auto step = static_cast<Step>(cqe.user_data & 3);
      if (step == kRead) slot.read = cqe.res;
      if (step == kClose) {
        slot.ended = true;
        --under_way_;
      }
    }
    std::atomic_ref(*done_head_).store(head, std::memory_order_release);
  }

  int fd_ = -1;
  Mapping submit_, complete_, entries_;
  unsigned *tail_ = nullptr, *array_ = nullptr, *done_head_ = nullptr, *done_tail_ = nullptr;
  io_uring_cqe* done_ = nullptr;
  unsigned submit_mask_ = 0, done_mask_ = 0, waiting_ = 0, under_way_ = 0;
  bool usable_ = false;
  Bytes buffers_;
  std::vector<Slot> slots_;
};

ReadAhead::ReadAhead() : ring_(std::make_unique<Ring>()) {}
ReadAhead::~ReadAhead() = default;

bool ReadAhead::available() const {
  return ring_->usable();
}

void ReadAhead::begin(std::vector<const char*> paths) {
  if (ring_->under_way() > 0) ring_ = std::make_unique<Ring>();  // files that nobody took
  paths_ = std::move(paths);
  next_ = submitted_ = 0;
}

std::optional<ByteView> ReadAhead::take() {
  if (next_ >= paths_.size()) return std::nullopt;
  const std::size_t wanted = next_++;
  if (!ring_->usable()) return std::nullopt;
  // The slot of the file before this one is free again.
  for (; submitted_ < std::min(paths_.size(), wanted + kDepth); ++submitted_)
    if (paths_[submitted_] != nullptr) ring_->start(static_cast<unsigned>(submitted_ % kDepth), paths_[submitted_]);
  ring_->send();
  if (paths_[wanted] == nullptr) return std::nullopt;
  const auto slot = static_cast<unsigned>(wanted % kDepth);
  const int size = ring_->finish(slot);
  if (size < 0 || static_cast<std::size_t>(size) > kLargest) return std::nullopt;
  return ByteView(ring_->buffer(slot), static_cast<std::size_t>(size));
}

}  // namespace sekisho

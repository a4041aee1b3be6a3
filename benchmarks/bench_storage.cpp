// modules: core formats
// A storage of many small files: the walk over its folders and the reading of its files measured apart, warm or with
// the files' pages dropped, by threads and by io_uring. Wall and processor seconds, one line of JSON each.
//   bench_storage --make FILES FOLDER    a storage of FILES messages of 330 bytes, 100 to a patient, in 22 folders each
//   bench_storage [--cold] FOLDER...     --cold: before each reading the pages of the files are dropped from the cache
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "cli/inspect_walk.h"

namespace {

using namespace sekisho;
namespace fs = std::filesystem;

using Files = std::vector<std::string>;
constexpr std::size_t kLargest = std::size_t{64} << 10;  // bytes read of a file

double processor_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

void measure(std::string_view what, std::size_t files, const std::function<std::uint64_t()>& work) {
  const double processor = processor_seconds();
  const auto start = std::chrono::steady_clock::now();
  const std::uint64_t bytes = work();
  const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  fmt::print("{{\"what\": \"{}\", \"files\": {}, \"bytes\": {}, \"wall_s\": {:.2f}, \"cpu_s\": {:.2f}}}\n", what, files,
             bytes, wall, processor_seconds() - processor);
  std::fflush(stdout);
}

// --- a made storage ---

void make(std::size_t files, const fs::path& root) {
  constexpr std::size_t kOfPatient = 100, kDays = 10;
  const std::string content(330, 'x');
  for (std::size_t patient = 0; patient * kOfPatient < files; ++patient) {
    const std::string number = fmt::format("{:010}", patient * 7 + 1'000'000);
    for (std::size_t i = 0; i < kOfPatient && patient * kOfPatient + i < files; ++i) {
      const std::string day = fmt::format("202404{:02}", i % kDays + 1);
      const fs::path folder = root / number.substr(0, 3) / number.substr(3, 3) / number / day / "OML-11";
      if (i < kDays) fs::create_directories(folder);
      const fs::path file = folder / fmt::format("{}_{}_OML-11_{:015}_20240401101500123_01_1", number, day, i);
      const FileDescriptor fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
      if (::write(fd.get(), content.data(), content.size()) < 0) return fmt::print(stderr, "cannot write\n");
    }
  }
}

// --- reading by threads: each takes the next hundred files ---

std::uint64_t read_by_threads(const Files& files, unsigned threads) {
  std::atomic<std::size_t> next = 0;
  std::atomic<std::uint64_t> bytes = 0;
  std::vector<std::jthread> workers;
  for (unsigned t = 0; t < threads; ++t)
    workers.emplace_back([&] {
      std::vector<char> buffer(kLargest);
      std::uint64_t sum = 0;
      for (std::size_t from; (from = next.fetch_add(100)) < files.size();)
        for (std::size_t i = from; i < std::min(from + 100, files.size()); ++i) {
          const FileDescriptor fd(::open(files[i].c_str(), O_RDONLY | O_CLOEXEC));
          const ssize_t got = fd ? ::read(fd.get(), buffer.data(), buffer.size()) : 0;
          sum += got > 0 ? static_cast<std::uint64_t>(got) : 0;
        }
      bytes += sum;
    });
  workers.clear();
  return bytes;
}

// --- reading by io_uring: chains of open, read, close into direct descriptors, `kDepth` files under way ---

class Ring {
 public:
  static constexpr unsigned kDepth = 64;  // files under way
  ~Ring() {
    if (fd_ >= 0) ::close(fd_);
  }
  bool open() {
    io_uring_params p{};
    fd_ = static_cast<int>(::syscall(__NR_io_uring_setup, kDepth * 4, &p));
    if (fd_ < 0) return false;
    const auto map = [&](std::size_t size, std::uint64_t offset) {
      return static_cast<char*>(
          ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd_, static_cast<off_t>(offset)));
    };
    char* const submit = map(p.sq_off.array + p.sq_entries * sizeof(unsigned), IORING_OFF_SQ_RING);
    char* const complete = map(p.cq_off.cqes + p.cq_entries * sizeof(io_uring_cqe), IORING_OFF_CQ_RING);
    entries_ = reinterpret_cast<io_uring_sqe*>(map(p.sq_entries * sizeof(io_uring_sqe), IORING_OFF_SQES));
    tail_ = reinterpret_cast<unsigned*>(submit + p.sq_off.tail);
    array_ = reinterpret_cast<unsigned*>(submit + p.sq_off.array);
    submit_mask_ = *reinterpret_cast<unsigned*>(submit + p.sq_off.ring_mask);
    done_head_ = reinterpret_cast<unsigned*>(complete + p.cq_off.head);
    done_tail_ = reinterpret_cast<unsigned*>(complete + p.cq_off.tail);
    done_ = reinterpret_cast<io_uring_cqe*>(complete + p.cq_off.cqes);
    done_mask_ = *reinterpret_cast<unsigned*>(complete + p.cq_off.ring_mask);
    std::vector<int> none(kDepth, -1);
    return ::syscall(__NR_io_uring_register, fd_, IORING_REGISTER_FILES, none.data(), kDepth) == 0;
  }

  std::uint64_t read(const Files& files) {
    std::vector<char> buffers(kDepth * kLargest);
    std::vector<unsigned> idle(kDepth);
    for (unsigned slot = 0; slot < kDepth; ++slot)
      idle[slot] = slot;
    std::uint64_t bytes = 0;
    std::size_t next = 0, under_way = 0;
    while (next < files.size() || under_way > 0) {
      for (; next < files.size() && !idle.empty(); ++next, ++under_way) {
        chain(files[next].c_str(), idle.back(), buffers.data() + idle.back() * kLargest);
        idle.pop_back();
      }
      const unsigned waiting = waiting_;
      waiting_ = 0;
      if (::syscall(__NR_io_uring_enter, fd_, waiting, 1, IORING_ENTER_GETEVENTS, nullptr, 0) < 0) return 0;
      unsigned head = *done_head_;
      for (; head != std::atomic_ref(*done_tail_).load(std::memory_order_acquire); ++head) {
        const io_uring_cqe& cqe = done_[head & done_mask_];
        const bool closed = (cqe.user_data & 3) == 2;
        if ((cqe.user_data & 3) == 1 && cqe.res > 0) bytes += static_cast<std::uint64_t>(cqe.res);
        if (!closed) continue;
        idle.push_back(static_cast<unsigned>(cqe.user_data >> 2));
        --under_way;
      }
      std::atomic_ref(*done_head_).store(head, std::memory_order_release);
    }
    return bytes;
  }

 private:
  io_uring_sqe& entry(std::uint8_t code, unsigned slot, unsigned step) {
    const unsigned tail = *tail_, at = tail & submit_mask_;
    io_uring_sqe& e = entries_[at];
    e = {};
    e.opcode = code;
    e.user_data = slot << 2 | step;
    array_[at] = at;
    std::atomic_ref(*tail_).store(tail + 1, std::memory_order_release);
    ++waiting_;
    return e;
  }
  void chain(const char* path, unsigned slot, char* buffer) {
    io_uring_sqe& opening = entry(IORING_OP_OPENAT, slot, 0);
    opening.fd = AT_FDCWD;
    opening.addr = reinterpret_cast<std::uint64_t>(path);
    opening.open_flags = O_RDONLY;
    opening.file_index = slot + 1;
    opening.flags = IOSQE_IO_LINK;
    io_uring_sqe& reading = entry(IORING_OP_READ, slot, 1);
    reading.fd = static_cast<int>(slot);
    reading.addr = reinterpret_cast<std::uint64_t>(buffer);
    reading.len = kLargest;
    reading.flags = IOSQE_FIXED_FILE | IOSQE_IO_HARDLINK;  // short reads of small files break a soft link
    io_uring_sqe& closing = entry(IORING_OP_CLOSE, slot, 2);
    closing.file_index = slot + 1;
  }

  int fd_ = -1;
  io_uring_sqe* entries_ = nullptr;
  io_uring_cqe* done_ = nullptr;
  unsigned *tail_ = nullptr, *array_ = nullptr, *done_head_ = nullptr, *done_tail_ = nullptr;
  unsigned submit_mask_ = 0, done_mask_ = 0, waiting_ = 0;
};

std::uint64_t read_by_rings(const Files& files, unsigned threads) {
  std::atomic<std::uint64_t> bytes = 0;
  std::vector<std::jthread> workers;
  for (unsigned t = 0; t < threads; ++t)
    workers.emplace_back([&, t] {
      Ring ring;
      if (!ring.open()) return;
      const auto from = static_cast<std::ptrdiff_t>(files.size() * t / threads);
      const auto to = static_cast<std::ptrdiff_t>(files.size() * (t + 1) / threads);
      bytes += ring.read(Files(files.begin() + from, files.begin() + to));
    });
  workers.clear();
  return bytes;
}

void drop_pages(const Files& files) {
  for (const std::string& file : files)
    if (const FileDescriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC)); fd)
      ::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_DONTNEED);
}

}  // namespace

int main(int count, char** arguments) {
  std::vector<std::string> words(arguments + 1, arguments + count);
  if (words.size() == 3 && words[0] == "--make") return make(std::stoul(words[1]), words[2]), 0;
  const bool cold = std::erase(words, "--cold") > 0;
  if (words.empty()) return fmt::print(stderr, "bench_storage [--cold] FOLDER...\n"), 2;
  Files files;
  for (const unsigned threads : {1u, 2u, 4u}) {
    Files found;
    measure(fmt::format("walk, {} thread(s)", threads), 0, [&]() -> std::uint64_t {
      (void)cli::StorageWalk([&](cli::WalkUnit unit) { std::ranges::move(unit.files, std::back_inserter(found)); },
                             threads)
          .run(words);
      return 0;
    });
    files = std::move(found);
  }
  const auto reading = [&](std::string what, const std::function<std::uint64_t()>& work) {
    if (cold) drop_pages(files);
    measure((cold ? "cold, " : "") + what, files.size(), work);
  };
  for (const unsigned threads : {1u, 2u, 4u, 16u})
    reading(fmt::format("open, read, close, {} thread(s)", threads), [&] { return read_by_threads(files, threads); });
  for (const unsigned threads : {1u, 2u})
    reading(fmt::format("io_uring, {} files under way, {} thread(s)", Ring::kDepth, threads),
            [&] { return read_by_rings(files, threads); });
}

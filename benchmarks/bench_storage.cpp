// modules: core formats
// A storage of many small files: the walk over its folders and the reading of its files measured apart, warm or with
// the files' pages dropped, by threads and by io_uring. Wall and processor seconds, one line of JSON each.
//   bench_storage --make FILES FOLDER    a storage of FILES messages of 330 bytes, 100 to a patient, in 22 folders each
//   bench_storage [--cold] FOLDER...     --cold: before each reading the pages of the files are dropped from the cache
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
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
#include "core/read_ahead.h"

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

// --- reading by io_uring, as `inspect` does ---

std::uint64_t read_ahead(const Files& files, unsigned threads) {
  std::atomic<std::uint64_t> bytes = 0;
  std::vector<std::jthread> workers;
  for (unsigned t = 0; t < threads; ++t)
    workers.emplace_back([&, t] {
      ReadAhead ahead;
      std::vector<const char*> paths;
      for (std::size_t i = files.size() * t / threads; i < files.size() * (t + 1) / threads; ++i)
        paths.push_back(files[i].c_str());
      const std::size_t count = paths.size();
      ahead.begin(std::move(paths));
      std::uint64_t sum = 0;
      for (std::size_t i = 0; i < count; ++i)
        if (const auto content = ahead.take()) sum += content->size();
      bytes += sum;
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
    reading(fmt::format("io_uring, {} files under way, {} thread(s)", ReadAhead::kDepth, threads),
            [&] { return read_ahead(files, threads); });
}

// The floor under `sekisho synth` and every copy of a storage: makes the files of a tree again, empty of thought - the
// same folders, names and sizes, zeros as content - and tells how long the file system alone takes.
//   bench_files SOURCE TARGET [THREADS]
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct Item {
  std::string folder, name;
  std::size_t size;
};

// Folders are made when first met, files through the descriptor of their folder.
void make(const fs::path& target, const std::vector<Item>& items, std::size_t from, std::size_t to,
          std::atomic<int>& failures) {
  static const std::string zeros(64 << 20, '\0');
  std::string open_folder;
  int folder = -1;
  for (std::size_t i = from; i < to; ++i) {
    if (folder < 0 || items[i].folder != open_folder) {
      if (folder >= 0) ::close(folder);
      open_folder = items[i].folder;
      const fs::path path = target / open_folder;
      if (::mkdir(path.c_str(), 0755) != 0) fs::create_directories(path);
      folder = ::open(path.c_str(), O_PATH | O_DIRECTORY);
    }
    const int file = ::openat(folder, items[i].name.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0644);
    if (file < 0 || ::write(file, zeros.data(), std::min(items[i].size, zeros.size())) < 0) ++failures;
    ::close(file);
  }
  if (folder >= 0) ::close(folder);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) return fmt::print(stderr, "bench_files SOURCE TARGET [THREADS]\n"), 2;
  std::vector<Item> items;
  std::size_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(arguments[1]))
    if (entry.is_regular_file()) {
      items.push_back({fs::relative(entry.path().parent_path(), arguments[1]).string(),
                       entry.path().filename().string(), static_cast<std::size_t>(entry.file_size())});
      bytes += items.back().size;
    }
  const std::size_t threads = count > 3 ? static_cast<std::size_t>(std::atoi(arguments[3])) : 1;
  fs::create_directories(arguments[2]);
  std::atomic<int> failures = 0;
  const auto start = std::chrono::steady_clock::now();
  const std::clock_t cpu = std::clock();
  {
    std::vector<std::jthread> workers;
    for (std::size_t i = 0; i < threads; ++i)
      workers.emplace_back([&, i] {
        make(arguments[2], items, items.size() * i / threads, items.size() * (i + 1) / threads, failures);
      });
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const double cpu_seconds = static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC;
  fmt::print("{} files, {:.1f} MB: {:.2f} s, {:.1f} MB/s; CPU {:.2f} s, {:.1f} MB/s; {} failures\n", items.size(),
             static_cast<double>(bytes) / 1e6, seconds, static_cast<double>(bytes) / 1e6 / seconds, cpu_seconds,
             static_cast<double>(bytes) / 1e6 / cpu_seconds, failures.load());
  return failures == 0 ? 0 : 1;
}

#include "gateway/scan.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <memory>
#include <numeric>
#include <optional>

#include "core/progress.h"
#include "crypto/digest.h"

namespace sekisho::gateway {

namespace fs = std::filesystem;

namespace {

constexpr char kMagic[4] = {'S', 'K', 'X', '1'};
static_assert(std::endian::native == std::endian::little && sizeof(IndexRecord) == 24);

constexpr std::size_t kBlock = 170;         // records: about 4 KiB
constexpr std::size_t kFolderRun = 65'536;  // entries of one folder that are sorted at a time

Result<std::uint64_t> read_at(int fd, void* target, std::size_t size, std::uint64_t offset) {
  std::size_t used = 0;
  while (used < size) {
    const ssize_t got = ::pread(fd, static_cast<char*>(target) + used, size - used, static_cast<off_t>(offset + used));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("index.read", "cannot read an index of sealed files");
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
  }
  return used;
}

// An index file open for reading.
struct IndexFile {
  FileDescriptor fd;
  std::uint64_t count = 0;
};

Result<IndexFile> open_index(const fs::path& file) {
  SEKISHO_TRY(FileDescriptor fd, open_read(file));
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0) return fail_errno("index.read", "cannot read an index", {.file = file.string()});
  char magic[4] = {};
  SEKISHO_CHECK(read_at(fd.get(), magic, 4, 0));
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (size < 4 || std::memcmp(magic, kMagic, 4) != 0 || (size - 4) % sizeof(IndexRecord) != 0)
    return fail("index.damaged", "not an index of sealed files", {.file = file.string()},
                "Remove it: its files are then sealed again, and the centre keeps one version of each.");
  return IndexFile{std::move(fd), (size - 4) / sizeof(IndexRecord)};
}

// Records in order, a buffer at a time.
class IndexReader {
 public:
  explicit IndexReader(IndexFile file) : file_(std::move(file)) {}
  const IndexRecord& head() const { return buffer_[at_]; }
  bool ended() const { return ended_; }
  Result<void> next() {
    if (++at_ < buffer_.size()) return {};
    const std::uint64_t count = std::min<std::uint64_t>(kRecords, file_.count - taken_);
    buffer_.resize(count);
    at_ = 0;
    ended_ = count == 0;
    if (ended_) return {};
    SEKISHO_TRY(const std::uint64_t got,
                read_at(file_.fd.get(), buffer_.data(), count * sizeof(IndexRecord), 4 + taken_ * sizeof(IndexRecord)));
    if (got != count * sizeof(IndexRecord)) return fail("index.damaged", "an index of sealed files was cut off");
    taken_ += count;
    return {};
  }

 private:
  static constexpr std::uint64_t kRecords = 1024;
  IndexFile file_;
  std::vector<IndexRecord> buffer_;
  std::size_t at_ = 0;
  std::uint64_t taken_ = 0;
  bool ended_ = false;
};

class IndexWriter {
 public:
  static Result<IndexWriter> create(const fs::path& file) {
    IndexWriter writer;
    writer.fd_ = FileDescriptor(::open(file.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!writer.fd_) return fail_errno("file.open", "cannot open for writing", {.file = file.string()});
    SEKISHO_CHECK(write_all(writer.fd_.get(), as_bytes(std::string_view(kMagic, 4))));
    return writer;
  }
  Result<void> add(const IndexRecord& record) {
    buffer_.push_back(record);
    return buffer_.size() == 4096 ? flush() : Result<void>{};
  }
  Result<FileDescriptor> finish(bool durable) {
    SEKISHO_CHECK(flush());
    if (durable && ::fsync(fd_.get()) != 0) return fail_errno("file.sync", "cannot make an index durable");
    return std::move(fd_);
  }

 private:
  Result<void> flush() {
    const ByteView bytes(reinterpret_cast<const std::uint8_t*>(buffer_.data()), buffer_.size() * sizeof(IndexRecord));
    SEKISHO_CHECK(write_all(fd_.get(), bytes));
    buffer_.clear();
    return {};
  }
  FileDescriptor fd_;
  std::vector<IndexRecord> buffer_;
};

// Merges sorted files. `newest_only`: of one path only the newest generation can be met again.
Result<FileDescriptor> merge(const std::vector<fs::path>& files, const fs::path& target, bool newest_only,
                             bool durable) {
  std::vector<IndexReader> readers;
  for (const fs::path& file : files) {
    SEKISHO_TRY(IndexFile opened, open_index(file));
    readers.emplace_back(std::move(opened));
    SEKISHO_CHECK(readers.back().next());
    if (readers.back().ended()) readers.pop_back();
  }
  SEKISHO_TRY(IndexWriter writer, IndexWriter::create(target));
  const auto later = [&](std::size_t a, std::size_t b) { return readers[b].head() < readers[a].head(); };
  std::vector<std::size_t> heap(readers.size());
  std::iota(heap.begin(), heap.end(), std::size_t{0});
  std::make_heap(heap.begin(), heap.end(), later);
  std::optional<IndexRecord> last;
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end(), later);
    IndexReader& reader = readers[heap.back()];
    const IndexRecord record = reader.head();
    if (newest_only && last && last->path_hash == record.path_hash) {
      if (record.modified_ns >= last->modified_ns) last = record;
    } else {
      if (last) SEKISHO_CHECK(writer.add(*last));
      last = record;
    }
    SEKISHO_CHECK(reader.next());
    if (reader.ended())
      heap.pop_back();
    else
      std::push_heap(heap.begin(), heap.end(), later);
  }
  if (last) SEKISHO_CHECK(writer.add(*last));
  return writer.finish(durable);
}

Result<std::vector<fs::path>> index_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == ".idx") files.push_back(entry.path());
  if (error) return fail("index.read", "cannot list the index of sealed files", {.file = folder.string()});
  std::sort(files.begin(), files.end());
  return files;
}

class Walker {
 public:
  Walker(std::uint32_t storage, FileIndex& index, const TakeFile& take, ScanResult& result, Progress& progress)
      : storage_(storage), index_(index), take_(take), result_(result), progress_(progress) {}

  Result<void> walk(int parent, const char* name) {
    const int fd = ::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(fd < 0 ? nullptr : ::fdopendir(fd), &::closedir);
    if (!folder) {
      if (fd >= 0) ::close(fd);
      ++result_.unreadable;
      return {};
    }
    ++result_.folders;
    for (bool more = true; more;) {
      std::vector<std::string> names;
      more = read_run(folder.get(), fd, names);
      for (std::string& child : names)
        SEKISHO_CHECK(visit(fd, child));
    }
    return {};
  }

 private:
  // Names in the order of whole paths: a folder sorts with its slash. False at the folder's end.
  bool read_run(DIR* folder, int fd, std::vector<std::string>& names) {
    const dirent* entry = nullptr;
    while (names.size() < kFolderRun && (entry = ::readdir(folder)) != nullptr) {
      const char* child = entry->d_name;
      if (child[0] == '.' && (child[1] == 0 || (child[1] == '.' && child[2] == 0))) continue;
      bool is_folder = entry->d_type == DT_DIR;
      if (entry->d_type == DT_UNKNOWN) {
        struct stat info{};
        is_folder = ::fstatat(fd, child, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(info.st_mode);
      }
      names.emplace_back(child);
      if (is_folder) names.back() += '/';
    }
    std::sort(names.begin(), names.end());
    return entry != nullptr;
  }

  Result<void> visit(int fd, std::string& child) {
    const std::size_t before = found_.path.size();
    const bool is_folder = child.back() == '/';
    if (is_folder) child.pop_back();
    if (before > 0) found_.path += '/';
    found_.path += child;
    struct stat info{};
    Result<void> done{};
    if (found_.path.size() > kMaxPath) {
      ++result_.irregular;
    } else if (is_folder) {
      done = walk(fd, child.c_str());
    } else if (::fstatat(fd, child.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(info.st_mode)) {
      done = add(info);
    } else {
      ++result_.irregular;
    }
    found_.path.resize(before);
    return done;
  }

  Result<void> add(const struct stat& info) {
    ++result_.files;
    found_.storage = storage_;
    found_.size = static_cast<std::uint64_t>(info.st_size);
    found_.modified_ns = info.st_mtim.tv_sec * 1'000'000'000LL + info.st_mtim.tv_nsec;
    result_.bytes += found_.size;
    progress_.add();
    SEKISHO_TRY(const bool known, index_.contains({path_hash(storage_, found_.path), found_.size, found_.modified_ns}));
    if (known) return {};
    ++result_.fresh;
    return take_(found_);
  }

  static constexpr std::size_t kMaxPath = 4096;
  std::uint32_t storage_;
  FileIndex& index_;
  const TakeFile& take_;
  ScanResult& result_;
  Progress& progress_;
  FoundFile found_;
};

}  // namespace

std::uint64_t path_hash(std::uint32_t storage, std::string_view path) {
  // Eight bytes at a time: a rescan of a million files hashes a hundred megabytes of paths.
  std::uint64_t h = 0x9e3779b97f4a7c15 * (storage + 1);
  while (path.size() >= 8) {
    std::uint64_t word;
    std::memcpy(&word, path.data(), 8);
    h = std::rotl((h ^ word) * 0xff51afd7ed558ccd, 29);
    path.remove_prefix(8);
  }
  std::uint64_t word = path.size();
  for (const char c : path)
    word = word << 8 | static_cast<std::uint8_t>(c);
  h = (h ^ word) * 0xc4ceb9fe1a85ec53;
  return h ^ (h >> 32);
}

Result<FileIndex> FileIndex::load(const fs::path& folder) {
  FileIndex index;
  index.folder_ = folder;
  SEKISHO_CHECK(make_folders(folder, 0700));
  SEKISHO_CHECK(index.refresh());
  return index;
}

Result<void> FileIndex::refresh() {
  if (!stale_) return {};
  fences_.clear();
  block_number_ = ~std::uint64_t{0};
  count_ = 0;
  merged_ = FileDescriptor();
  SEKISHO_TRY(const auto files, index_files(folder_));
  if (files.size() == 1) {
    SEKISHO_TRY(IndexFile only, open_index(files.front()));
    merged_ = std::move(only.fd);
    count_ = only.count;
  } else if (files.size() > 1) {
    // Only this process reads it: nothing of it stays when the process ends, however it ends.
    const fs::path merging = folder_ / "merged.tmp";
    SEKISHO_TRY(merged_, merge(files, merging, false, false));
    SEKISHO_CHECK(remove_file(merging));
    struct stat info{};
    if (::fstat(merged_.get(), &info) != 0) return fail_errno("index.read", "cannot read an index");
    count_ = (static_cast<std::uint64_t>(info.st_size) - 4) / sizeof(IndexRecord);
  }
  fences_.reserve((count_ + kBlock - 1) / kBlock);
  for (std::uint64_t at = 0; at < count_; at += kBlock) {
    std::uint64_t key = 0;
    SEKISHO_CHECK(read_at(merged_.get(), &key, sizeof key, 4 + at * sizeof(IndexRecord)));
    fences_.push_back(key);
  }
  stale_ = false;
  return {};
}

Result<bool> FileIndex::contains(const IndexRecord& record) {
  // Generations of a path may lie across a border: every block that can begin with or before it.
  const auto after = std::upper_bound(fences_.begin(), fences_.end(), record.path_hash);
  auto at = std::lower_bound(fences_.begin(), after, record.path_hash);
  if (at != fences_.begin()) --at;
  for (; at != after; ++at) {
    const auto number = static_cast<std::uint64_t>(at - fences_.begin());
    if (number != block_number_) {
      block_.resize(std::min<std::uint64_t>(kBlock, count_ - number * kBlock));
      const std::size_t bytes = block_.size() * sizeof(IndexRecord);
      block_number_ = ~std::uint64_t{0};
      SEKISHO_TRY(const std::uint64_t got,
                  read_at(merged_.get(), block_.data(), bytes, 4 + number * kBlock * sizeof(IndexRecord)));
      if (got != bytes) return fail("index.damaged", "an index of sealed files was cut off");
      block_number_ = number;
    }
    if (std::binary_search(block_.begin(), block_.end(), record)) return true;
  }
  return false;
}

Result<std::uint64_t> FileIndex::size() const {
  std::uint64_t size = 0;
  SEKISHO_TRY(const auto files, index_files(folder_));
  for (const fs::path& file : files) {
    SEKISHO_TRY(const IndexFile opened, open_index(file));
    size += opened.count;
  }
  return size;
}

Result<void> FileIndex::add_package(std::string_view name, std::vector<IndexRecord> records) {
  std::sort(records.begin(), records.end());
  Bytes bytes(4 + records.size() * sizeof(IndexRecord));
  std::memcpy(bytes.data(), kMagic, 4);
  if (!records.empty()) std::memcpy(bytes.data() + 4, records.data(), records.size() * sizeof(IndexRecord));
  stale_ = true;
  return write_file_durable(folder_ / (std::string(name) + ".idx"), bytes, 0600);
}

Result<void> FileIndex::remove_package(std::string_view name) {
  stale_ = true;
  return remove_file(folder_ / (std::string(name) + ".idx"));
}

Result<void> FileIndex::merge_into_base(std::string_view name) {
  const fs::path file = folder_ / (std::string(name) + ".idx");
  const fs::path base = folder_ / "base.idx", merging = folder_ / "base.tmp";
  std::error_code error;
  if (!fs::exists(file, error)) return {};
  std::vector<fs::path> files{file};
  if (fs::exists(base, error)) files.push_back(base);
  stale_ = true;
  SEKISHO_CHECK(merge(files, merging, true, true));
  SEKISHO_CHECK(rename_durable(merging, base));
  return remove_file(file);
}

Result<ScanResult> scan_storages(const std::vector<fs::path>& storages, FileIndex& index, const TakeFile& take) {
  ScanResult result;
  Progress progress("scan", 0, "files");
  SEKISHO_CHECK(index.refresh());
  // All of them before the first file is taken: a round with a storage missing seals nothing.
  std::vector<FileDescriptor> roots;
  for (const fs::path& storage : storages) {
    roots.emplace_back(::open(storage.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!roots.back()) return fail_errno("storage.open", "cannot open a storage", {.file = storage.string()});
  }
  for (std::uint32_t i = 0; i < storages.size(); ++i)
    SEKISHO_CHECK(Walker(i, index, take, result, progress).walk(roots[i].get(), "."));
  return result;
}

}  // namespace sekisho::gateway

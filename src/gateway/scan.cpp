#include "gateway/scan.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/file.h"
#include "core/progress.h"
#include "crypto/digest.h"

namespace sekisho::gateway {

namespace fs = std::filesystem;

namespace {

constexpr char kMagic[4] = {'S', 'K', 'X', '1'};
static_assert(std::endian::native == std::endian::little && sizeof(IndexRecord) == 24);

Result<std::vector<IndexRecord>> read_index(const fs::path& file) {
  SEKISHO_TRY(const Bytes bytes, read_file(file));
  if (bytes.size() < 4 || std::memcmp(bytes.data(), kMagic, 4) != 0 || (bytes.size() - 4) % sizeof(IndexRecord) != 0)
    return fail("index.damaged", "not an index of sealed files", {.file = file.string()},
                "Remove it: its files are then sealed again, and the centre keeps one version of each.");
  std::vector<IndexRecord> records((bytes.size() - 4) / sizeof(IndexRecord));
  std::memcpy(records.data(), bytes.data() + 4, bytes.size() - 4);
  return records;
}

Result<void> write_index(const fs::path& file, const std::vector<IndexRecord>& records) {
  Bytes bytes(4 + records.size() * sizeof(IndexRecord));
  std::memcpy(bytes.data(), kMagic, 4);
  std::memcpy(bytes.data() + 4, records.data(), records.size() * sizeof(IndexRecord));
  return write_file_durable(file, bytes, 0600);
}

class Walker {
 public:
  Walker(std::uint32_t storage, const FileIndex& index, ScanResult& result, Progress& progress)
      : storage_(storage), index_(index), result_(result), progress_(progress) {}

  void walk(int parent, const char* name) {
    const int fd = ::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR* folder = fd < 0 ? nullptr : ::fdopendir(fd);
    if (folder == nullptr) {
      if (fd >= 0) ::close(fd);
      ++result_.unreadable;
      return;
    }
    ++result_.folders;
    while (const dirent* entry = ::readdir(folder)) {
      const char* child = entry->d_name;
      if (child[0] == '.' && (child[1] == 0 || (child[1] == '.' && child[2] == 0))) continue;
      visit(fd, child, entry->d_type);
    }
    ::closedir(folder);
  }

 private:
  void visit(int fd, const char* child, unsigned char type) {
    const std::size_t before = path_.size();
    if (!path_.empty()) path_ += '/';
    path_ += child;
    struct stat info{};
    const bool known_folder = type == DT_DIR;
    if (path_.size() > kMaxPath || (!known_folder && ::fstatat(fd, child, &info, AT_SYMLINK_NOFOLLOW) != 0)) {
      ++result_.irregular;
    } else if (known_folder || S_ISDIR(info.st_mode)) {
      walk(fd, child);
    } else if (S_ISREG(info.st_mode)) {
      add(info);
    } else {
      ++result_.irregular;
    }
    path_.resize(before);
  }

  void add(const struct stat& info) {
    ++result_.files;
    result_.bytes += static_cast<std::uint64_t>(info.st_size);
    progress_.add();
    const std::int64_t modified = info.st_mtim.tv_sec * 1'000'000'000LL + info.st_mtim.tv_nsec;
    const auto size = static_cast<std::uint64_t>(info.st_size);
    if (index_.contains({path_hash(storage_, path_), size, modified})) return;
    result_.fresh.push_back({path_, storage_, size, modified});
  }

  static constexpr std::size_t kMaxPath = 4096;
  std::uint32_t storage_;
  const FileIndex& index_;
  ScanResult& result_;
  Progress& progress_;
  std::string path_;
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
  SEKISHO_CHECK(index.reload());
  return index;
}

Result<void> FileIndex::reload() {
  records_.clear();
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder_, error)) {
    if (entry.path().extension() != ".idx") continue;
    SEKISHO_TRY(const auto records, read_index(entry.path()));
    records_.insert(records_.end(), records.begin(), records.end());
  }
  std::sort(records_.begin(), records_.end());
  return {};
}

bool FileIndex::contains(const IndexRecord& record) const {
  return std::binary_search(records_.begin(), records_.end(), record);
}

Result<void> FileIndex::add_package(std::string_view name, std::vector<IndexRecord> records) {
  std::sort(records.begin(), records.end());
  SEKISHO_CHECK(write_index(folder_ / (std::string(name) + ".idx"), records));
  const auto middle = static_cast<std::ptrdiff_t>(records_.size());
  records_.insert(records_.end(), records.begin(), records.end());
  std::inplace_merge(records_.begin(), records_.begin() + middle, records_.end());
  return {};
}

Result<void> FileIndex::remove_package(std::string_view name) {
  SEKISHO_CHECK(remove_file(folder_ / (std::string(name) + ".idx")));
  return reload();
}

Result<void> FileIndex::merge_into_base(std::string_view name) {
  const fs::path file = folder_ / (std::string(name) + ".idx");
  const fs::path base = folder_ / "base.idx";
  std::error_code error;
  if (!fs::exists(file, error)) return {};
  std::vector<IndexRecord> merged;
  if (fs::exists(base, error)) {
    SEKISHO_TRY(merged, read_index(base));
  }
  SEKISHO_TRY(const auto records, read_index(file));
  merged.insert(merged.end(), records.begin(), records.end());
  std::sort(merged.begin(), merged.end());
  // Of one path only the newest generation can be met again.
  std::vector<IndexRecord> newest;
  for (const IndexRecord& record : merged) {
    if (!newest.empty() && newest.back().path_hash == record.path_hash) {
      if (record.modified_ns >= newest.back().modified_ns) newest.back() = record;
    } else {
      newest.push_back(record);
    }
  }
  SEKISHO_CHECK(write_index(base, newest));
  return remove_file(file);
}

Result<ScanResult> scan_storages(const std::vector<fs::path>& storages, const FileIndex& index) {
  ScanResult result;
  Progress progress("scan", 0, "files");
  for (std::uint32_t i = 0; i < storages.size(); ++i) {
    const FileDescriptor root(::open(storages[i].c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!root) return fail_errno("storage.open", "cannot open a storage", {.file = storages[i].string()});
    Walker(i, index, result, progress).walk(root.get(), ".");
  }
  std::sort(result.fresh.begin(), result.fresh.end(), [](const FoundFile& a, const FoundFile& b) {
    return std::tie(a.storage, a.path) < std::tie(b.storage, b.path);
  });
  return result;
}

}  // namespace sekisho::gateway

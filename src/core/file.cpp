#include "core/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace sekisho {

namespace fs = std::filesystem;

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void FileDescriptor::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Result<FileDescriptor> open_read(const fs::path& path, bool follow) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW));
  if (fd < 0) return fail_errno("file.open", "cannot open for reading", {.file = path.string()});
  return FileDescriptor(fd);
}

namespace {

template <class Buffer>
Result<Buffer> read_whole(const fs::path& path, std::size_t limit) {
  SEKISHO_TRY(FileDescriptor fd, open_read(path));
  struct stat info{};
  if (fstat(fd.get(), &info) != 0) return fail_errno("file.stat", "cannot stat", {.file = path.string()});
  if (S_ISDIR(info.st_mode)) return fail("file.is_folder", "this is a folder, not a file", {.file = path.string()});
  Buffer content;
  // One byte more than the size tells the end of the file without a second read in the usual case.
  content.resize(static_cast<std::size_t>(info.st_size) + 1);
  std::size_t used = 0;
  while (true) {
    if (used == content.size()) content.resize(content.size() * 2);
    const ssize_t got = ::read(fd.get(), content.data() + used, content.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("file.read", "cannot read", {.file = path.string()});
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
    if (used > limit)
      return fail("file.too_large", fmt::format("the file is larger than {} bytes", limit), {.file = path.string()});
  }
  content.resize(used);
  return content;
}

}  // namespace

Result<Bytes> read_file(const fs::path& path, std::size_t limit) {
  return read_whole<Bytes>(path, limit);
}
Result<std::string> read_text(const fs::path& path, std::size_t limit) {
  return read_whole<std::string>(path, limit);
}

Result<void> write_all(int fd, ByteView bytes, std::string_view name) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return fail_errno("file.write", "cannot write", {.file = std::string(name)});
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return {};
}

Result<void> sync_file(int fd, std::string_view name) {
  if (::fsync(fd) != 0) return fail_errno("file.sync", "cannot flush to disk", {.file = std::string(name)});
  return {};
}

Result<void> sync_folder(const fs::path& folder) {
  const FileDescriptor fd(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return fail_errno("file.open", "cannot open folder", {.file = folder.string()});
  return sync_file(fd.get(), folder.string());
}

Result<DurableFile> DurableFile::create(fs::path path, mode_t mode) {
  std::string temporary = path.string() + ".XXXXXX";
  FileDescriptor fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) return fail_errno("file.create", "cannot create", {.file = path.string()});
  return DurableFile(std::move(fd), std::move(path), std::move(temporary), mode);
}

DurableFile::~DurableFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<void> DurableFile::finish() {
  if (::fchmod(fd_.get(), mode_) != 0) return fail_errno("file.mode", "cannot set the mode", {.file = path_.string()});
  SEKISHO_CHECK(sync_file(fd_.get(), path_.string()));
  SEKISHO_CHECK(rename_durable(temporary_, path_));
  temporary_.clear();
  return {};
}

Result<void> write_file_durable(const fs::path& path, ByteView content, mode_t mode) {
  SEKISHO_TRY(DurableFile file, DurableFile::create(path, mode));
  SEKISHO_CHECK(file.write(as_text(content)));
  return file.finish();
}

Result<void> rename_durable(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    auto error = fail_errno("file.rename", "cannot rename to this name", {.file = to.string()});
    return error;
  }
  return sync_folder(to.parent_path());
}

Result<void> make_folders(const fs::path& folder, mode_t mode) {
  std::error_code error;
  if (folder.empty() || fs::is_directory(folder, error)) return {};
  SEKISHO_CHECK(make_folders(folder.parent_path(), mode));
  if (::mkdir(folder.c_str(), mode) != 0 && errno != EEXIST)
    return fail_errno("file.make_folder", "cannot make folder", {.file = folder.string()});
  return {};
}

Result<void> remove_file(const fs::path& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT)
    return fail_errno("file.remove", "cannot remove", {.file = path.string()});
  return {};
}

Result<MappedFile> MappedFile::open(const fs::path& path) {
  SEKISHO_TRY(FileDescriptor fd, open_read(path));
  struct stat info{};
  if (fstat(fd.get(), &info) != 0) return fail_errno("file.stat", "cannot stat", {.file = path.string()});
  const auto size = static_cast<std::size_t>(info.st_size);
  if (size == 0) return MappedFile(nullptr, 0);
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (data == MAP_FAILED) return fail_errno("file.map", "cannot map", {.file = path.string()});
  ::madvise(data, size, MADV_SEQUENTIAL);
  return MappedFile(static_cast<const std::uint8_t*>(data), size);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::uint8_t*>(data_), size_);
}

Result<TemporaryFolder> TemporaryFolder::create(std::string_view prefix) {
  std::error_code error;
  std::string name = (fs::temp_directory_path(error) / (std::string(prefix) + ".XXXXXX")).string();
  if (::mkdtemp(name.data()) == nullptr)
    return fail_errno("file.make_folder", "cannot make a temporary folder", {.file = name});
  return TemporaryFolder(fs::path(name));
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;  // a destructor has nobody to tell; what stays behind is under the system's temporary folder
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

Result<FileLock> FileLock::take(const fs::path& path, std::string_view what) {
  FileDescriptor fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) return fail_errno("file.open", "cannot open the lock file", {.file = path.string()});
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0)
    return fail("file.locked", fmt::format("another process already runs as {} on this state", what),
                {.file = path.string()}, "Stop it first, or give this one another state folder.");
  return FileLock(std::move(fd));
}

}  // namespace sekisho

// Files: reading, durable writing, mapping, temporary folders. The only place that knows about fsync.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/result.h"

namespace sekisho {

// Owns a file descriptor.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor() { close(); }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void close();

 private:
  int fd_ = -1;
};

Result<Bytes> read_file(const std::filesystem::path& path, std::size_t limit = std::size_t{4} << 30);
Result<std::string> read_text(const std::filesystem::path& path, std::size_t limit = std::size_t{4} << 30);

// Opens for reading (O_CLOEXEC | O_NOFOLLOW when `follow` is false).
Result<FileDescriptor> open_read(const std::filesystem::path& path, bool follow = true);
Result<void> write_all(int fd, ByteView bytes, std::string_view name = {});

// Writes beside, fsyncs, renames over `path`, fsyncs the folder: after success the new content survives power loss, and
// at no moment is a half file visible under `path`. Mode applies to a new file.
Result<void> write_file_durable(const std::filesystem::path& path, ByteView content, mode_t mode = 0644);
inline Result<void> write_file_durable(const std::filesystem::path& path, std::string_view content,
                                       mode_t mode = 0644) {
  return write_file_durable(path, as_bytes(content), mode);
}
// The same for a file written in pieces: without finish() nothing stays.
class DurableFile {
 public:
  static Result<DurableFile> create(std::filesystem::path path, mode_t mode = 0644);
  DurableFile(DurableFile&& other) noexcept
      : fd_(std::move(other.fd_)),
        path_(std::move(other.path_)),
        temporary_(std::exchange(other.temporary_, {})),
        mode_(other.mode_) {}
  DurableFile& operator=(DurableFile&&) = delete;
  ~DurableFile();
  Result<void> write(std::string_view text) { return write_all(fd_.get(), as_bytes(text), path_.string()); }
  Result<void> finish();

 private:
  DurableFile(FileDescriptor fd, std::filesystem::path path, std::string temporary, mode_t mode)
      : fd_(std::move(fd)), path_(std::move(path)), temporary_(std::move(temporary)), mode_(mode) {}
  FileDescriptor fd_;
  std::filesystem::path path_;
  std::string temporary_;
  mode_t mode_;
};
Result<void> rename_durable(const std::filesystem::path& from, const std::filesystem::path& to);
Result<void> sync_file(int fd, std::string_view name = {});
Result<void> sync_folder(const std::filesystem::path& folder);
Result<void> make_folders(const std::filesystem::path& folder, mode_t mode = 0755);
Result<void> remove_file(const std::filesystem::path& path);  // no error when absent

// Read-only memory map. A file truncated by another process while mapped raises SIGBUS: map only files that nobody
// changes (the project's own stores, people's own files under `inspect`); a live storage is read with read_file.
class MappedFile {
 public:
  static Result<MappedFile> open(const std::filesystem::path& path);
  MappedFile(MappedFile&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  MappedFile& operator=(MappedFile&&) = delete;
  ~MappedFile();
  ByteView bytes() const { return {data_, size_}; }

 private:
  MappedFile(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  const std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

// A folder that is removed with everything in it on destruction.
class TemporaryFolder {
 public:
  static Result<TemporaryFolder> create(std::string_view prefix = "sekisho");
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

// An exclusive advisory lock on a file (flock), held until destruction: one process per state folder.
class FileLock {
 public:
  static Result<FileLock> take(const std::filesystem::path& path, std::string_view what);

 private:
  explicit FileLock(FileDescriptor fd) : fd_(std::move(fd)) {}
  FileDescriptor fd_;
};

}  // namespace sekisho

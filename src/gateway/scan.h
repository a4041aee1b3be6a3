// Finding what is new in a hospital's storages. The index remembers, for every file sent, a hash of its path with size
// and modification time: 24 bytes a file, so that a million files cost 24 MB.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/result.h"

namespace sekisho::gateway {

struct FoundFile {
  std::string path;           // relative to its storage, '/'-separated
  std::uint32_t storage = 0;  // index of the storage in the configuration
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;
};

struct IndexRecord {
  std::uint64_t path_hash = 0;  // of (storage, path)
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;
  auto operator<=>(const IndexRecord&) const = default;
};

std::uint64_t path_hash(std::uint32_t storage, std::string_view path);

// What has been sealed so far. On disk: index/base.idx and one E_S.idx for each package not yet secured; a file is
// "SKX1" and records of 24 bytes, little endian, sorted. Not thread safe.
class FileIndex {
 public:
  static Result<FileIndex> load(const std::filesystem::path& folder);
  bool contains(const IndexRecord& record) const;  // same path, size and time
  std::size_t size() const { return records_.size(); }
  // Durable; visible to contains() afterwards.
  Result<void> add_package(std::string_view name, std::vector<IndexRecord> records);
  Result<void> remove_package(std::string_view name);   // of a package that was never sent
  Result<void> merge_into_base(std::string_view name);  // of a secured package

 private:
  Result<void> reload();
  std::filesystem::path folder_;
  std::vector<IndexRecord> records_;  // sorted by path_hash; several generations of a path may stand side by side
};

struct ScanResult {
  std::vector<FoundFile> fresh;  // new or changed, sorted by storage and path
  std::uint64_t files = 0, bytes = 0, folders = 0;
  std::uint64_t unreadable = 0;  // folders that could not be opened
  std::uint64_t irregular = 0;   // links, devices, sockets: never followed, never sent
};

// Walks every storage (openat, fstatat without following links). Paths longer than 4096 bytes and other irregular
// entries are counted.
Result<ScanResult> scan_storages(const std::vector<std::filesystem::path>& storages, const FileIndex& index);

}  // namespace sekisho::gateway

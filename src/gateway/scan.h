// Finding what is new in a hospital's storages. The index remembers, for every file sent, a hash of its path with size
// and modification time: 24 bytes a file on disk. Neither it nor the walk takes memory by the number of files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/file.h"
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
// "SKX1" and records of 24 bytes, little endian, sorted. In memory stands one key for each block of 170 records,
// whatever the number of files. Not thread safe.
class FileIndex {
 public:
  static Result<FileIndex> load(const std::filesystem::path& folder);
  // Makes everything added or removed so far visible to contains().
  Result<void> refresh();
  Result<bool> contains(const IndexRecord& record);  // same path, size and time
  Result<std::uint64_t> size() const;                // generations remembered, added packages included
  Result<void> add_package(std::string_view name, std::vector<IndexRecord> records);  // durable
  Result<void> remove_package(std::string_view name);   // of a package that was never sent
  Result<void> merge_into_base(std::string_view name);  // of a secured package

 private:
  std::filesystem::path folder_;
  bool stale_ = true;
  FileDescriptor merged_;              // all generations in one sorted file: base.idx, or a nameless merge
  std::uint64_t count_ = 0;            // records in it
  std::vector<std::uint64_t> fences_;  // first path_hash of each block
  std::vector<IndexRecord> block_;     // the block read last
  std::uint64_t block_number_ = ~std::uint64_t{0};
};

struct ScanResult {
  std::uint64_t files = 0, bytes = 0, folders = 0;
  std::uint64_t fresh = 0;       // new or changed
  std::uint64_t unreadable = 0;  // folders that could not be opened
  std::uint64_t irregular = 0;   // links, devices, sockets: never followed, never sent
};

// Walks every storage (openat, fstatat without following links) and hands over each new or changed file as it is met:
// by storage, then by path as long as no folder holds more than 65,536 entries (larger ones go in runs of as many, so
// that memory does not depend on what a storage holds). An error of `take` ends the walk. Paths longer than 4096 bytes
// and other irregular entries are counted.
using TakeFile = std::function<Result<void>(const FoundFile&)>;
Result<ScanResult> scan_storages(const std::vector<std::filesystem::path>& storages, FileIndex& index,
                                 const TakeFile& take);

}  // namespace sekisho::gateway

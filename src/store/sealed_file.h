// Sealed files of the identity zone: blocks of records, each block compressed with zstd and sealed with AES-256-GCM;
// and the plain form of records inside. Format: docs/formats/store.md.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/file.h"
#include "core/random.h"
#include "core/result.h"

namespace sekisho::store {

// A record is a row of fields: texts with their length before them, integers of 64 bits, little-endian.
class FieldWriter {
 public:
  FieldWriter& text(std::string_view value);
  FieldWriter& integer(std::int64_t value);
  const std::string& bytes() const { return bytes_; }
  void clear() { bytes_.clear(); }

 private:
  std::string bytes_;
};

// Reads in the order of writing. Past the end or on a bad length values are empty and ok() is false from then on.
class FieldReader {
 public:
  explicit FieldReader(std::string_view bytes) : bytes_(bytes) {}
  std::string_view text();
  std::int64_t integer();
  bool ok() const { return ok_; }
  bool at_end() const { return ok_ && bytes_.empty(); }
  std::size_t left() const { return bytes_.size(); }

 private:
  std::string_view take(std::size_t size);
  std::string_view bytes_;
  bool ok_ = true;
};

// Records in their stored form, which is a third of what they need decoded. They stay where they are.
class RecordHeap {
 public:
  char* add(std::string_view record);
  void drop_last(std::size_t size) { used_ -= size; }  // of the record that was added last

 private:
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t used_ = 0, size_ = 0;
};

// Splits a block's plain content into records. Error: store.sealed_malformed.
Result<void> split_records(std::string_view block, const std::function<Result<void>(std::string_view)>& visit);

// Writes one file. Nothing reaches the disk unsealed.
class SealedWriter {
 public:
  static Result<SealedWriter> create(const std::filesystem::path& path, std::string_view kind, ByteView key,
                                     Random& random);
  Result<void> add(std::string_view record);
  Result<void> finish();  // flushes to disk
  std::uint64_t records() const { return records_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  SealedWriter(FileDescriptor fd, std::filesystem::path path, std::string_view kind, ByteView key, Random& random)
      : fd_(std::move(fd)), path_(std::move(path)), kind_(kind), key_(key), random_(&random) {}
  Result<void> flush();
  FileDescriptor fd_;
  std::filesystem::path path_;
  std::string kind_;
  ByteView key_;
  Random* random_;
  std::string block_;
  std::uint64_t records_ = 0, blocks_ = 0;
};

// A part of a mapped file that was read and is not needed again soon: it takes no memory any more.
void let_go(ByteView mapped);

// Visits every record of a file in order. Errors: unseal.tampered, store.sealed_malformed, file.*.
Result<void> read_sealed(const std::filesystem::path& path, std::string_view kind, ByteView key,
                         const std::function<Result<void>(std::string_view)>& visit);

}  // namespace sekisho::store

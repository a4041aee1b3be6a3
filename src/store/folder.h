// Files of a store: hash-named and immutable, written under temporary names first; and the keys, held apart.
#pragma once

#include <set>
#include <string>

#include "core/file.h"
#include "crypto/digest.h"
#include "store/store.h"

namespace sekisho::store {

struct Keys {
  crypto::SecretBytes reg, link, identity, vault;
};
// Reads the four keys; makes those missing when `create`. Errors: store.keys_missing, store.keys_mode.
Result<Keys> load_keys(const std::filesystem::path& folder, bool create, Random& random);

// The volume under `folder` is encrypted by the kernel (dm-crypt), itself or a device below it.
bool on_encrypted_volume(const std::filesystem::path& folder);

// A file written under a temporary name; removed on destruction unless published.
class TemporaryFile {
 public:
  TemporaryFile(std::filesystem::path folder, std::string suffix);
  TemporaryFile(TemporaryFile&& other) noexcept
      : path_(std::exchange(other.path_, {})), suffix_(std::move(other.suffix_)) {}
  TemporaryFile& operator=(TemporaryFile&&) = delete;
  ~TemporaryFile();
  const std::filesystem::path& path() const { return path_; }
  std::uint64_t size() const;
  // Flushes, renames to HASH + suffix in the same folder and returns the hash. The folder is flushed by the caller.
  Result<std::string> publish();

 private:
  std::filesystem::path path_;
  std::string suffix_;
};

Result<std::string> hash_file(const std::filesystem::path& path);

// Kinds of sealed files that hold identities or are made of them.
inline bool is_identity(std::string_view kind) {
  return kind == "identity" || kind == "keys" || kind == "linkage" || kind == "filters";
}

class Folder {
 public:
  explicit Folder(std::filesystem::path root) : root_(std::move(root)) {}
  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path segments() const { return root_ / "segments"; }
  std::filesystem::path bitmaps() const { return root_ / "bitmaps"; }
  std::filesystem::path sealed() const { return root_ / "identity"; }
  std::filesystem::path vault() const { return root_ / "vault"; }
  std::filesystem::path snapshots() const { return root_ / "snapshots"; }
  std::filesystem::path work() const { return root_ / "work.tmp"; }  // spilled sorts; emptied at start
  std::filesystem::path segment(std::string_view hash) const { return segments() / (std::string(hash) + ".parquet"); }
  std::filesystem::path bitmap(std::string_view hash) const { return bitmaps() / (std::string(hash) + ".parquet"); }
  std::filesystem::path sealed_folder(std::string_view kind) const { return is_identity(kind) ? sealed() : vault(); }
  std::filesystem::path sealed_file(std::string_view kind, std::string_view hash) const {
    return sealed_folder(kind) / (std::string(hash) + ".sealed");
  }
  Result<void> create() const;
  Result<void> sync() const;  // the folders' entries
  // Relative paths of files that `named` does not hold.
  std::vector<std::filesystem::path> strays(const std::set<std::filesystem::path>& named) const;

 private:
  std::filesystem::path root_;
};

}  // namespace sekisho::store

#include "store/folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>

#include "store/sealed_file.h"

namespace sekisho::store {

namespace fs = std::filesystem;

namespace {

Result<crypto::SecretBytes> load_key(const fs::path& file, bool create, Random& random) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) {
    if (!create)
      return fail("store.keys_missing", "a key of the store is missing", {.file = file.string()},
                  "Restore the folder of keys from where it is kept.");
    const auto made = crypto::SecretBytes::generate(random, 32);
    SEKISHO_CHECK(write_file_durable(file, made.view(), 0600));
  }
  struct stat info{};
  if (::stat(file.c_str(), &info) == 0 && (info.st_mode & 077) != 0)
    return fail("store.keys_mode", "others may read a key of the store", {.file = file.string()}, "chmod 600 it.");
  SEKISHO_TRY(Bytes bytes, read_file(file, 1024));
  if (bytes.size() != 32)
    return fail("store.keys_missing", "a key of the store does not have 32 bytes", {.file = file.string()});
  return crypto::SecretBytes(std::move(bytes));
}

bool device_encrypted(const fs::path& device, int depth) {
  std::error_code ignored;
  if (const auto uuid = read_text(device / "dm" / "uuid", 4096); uuid && uuid->starts_with("CRYPT-")) return true;
  if (depth == 0 || !fs::is_directory(device / "slaves", ignored)) return false;
  for (const auto& below : fs::directory_iterator(device / "slaves", ignored))
    if (device_encrypted(below.path(), depth - 1)) return true;
  return false;
}

}  // namespace

Result<Keys> load_keys(const fs::path& folder, bool create, Random& random) {
  if (create) SEKISHO_CHECK(make_folders(folder, 0700));
  Keys keys;
  const std::pair<const char*, crypto::SecretBytes*> all[] = {
      {"k_reg", &keys.reg}, {"k_link", &keys.link}, {"k_identity", &keys.identity}, {"k_vault", &keys.vault}};
  for (const auto& [name, key] : all) {
    SEKISHO_TRY(*key, load_key(folder / name, create, random));
  }
  return keys;
}

bool on_encrypted_volume(const fs::path& folder) {
  struct stat info{};
  if (::stat(folder.c_str(), &info) != 0) return false;
  return device_encrypted(fmt::format("/sys/dev/block/{}:{}", major(info.st_dev), minor(info.st_dev)), 8);
}

TemporaryFile::TemporaryFile(fs::path folder, std::string suffix) : suffix_(std::move(suffix)) {
  static std::atomic<std::uint64_t> number = 0;
  path_ = folder / fmt::format("{}-{}.tmp", ::getpid(), ++number);
}

TemporaryFile::~TemporaryFile() {
  if (!path_.empty()) ::unlink(path_.c_str());  // what stays behind is removed at the next start
}

std::uint64_t TemporaryFile::size() const {
  std::error_code ignored;
  const auto size = fs::file_size(path_, ignored);
  return ignored ? 0 : size;
}

Result<std::string> TemporaryFile::publish() {
  {
    SEKISHO_TRY(const FileDescriptor fd, open_read(path_));
    SEKISHO_CHECK(sync_file(fd.get(), path_.filename().string()));
  }
  SEKISHO_TRY(const std::string hash, hash_file(path_));
  const fs::path final = path_.parent_path() / (hash + suffix_);
  if (::rename(path_.c_str(), final.c_str()) != 0)
    return fail_errno("file.rename", "cannot rename to this name", {.file = final.filename().string()});
  path_.clear();
  return hash;
}

Result<std::string> hash_file(const fs::path& path) {
  SEKISHO_TRY(const MappedFile file, MappedFile::open(path));
  crypto::Sha256 hash;
  for (ByteView rest = file.bytes(); !rest.empty();) {
    const ByteView piece = rest.first(std::min(rest.size(), std::size_t{4} << 20));
    hash.update(piece);
    let_go(piece);
    rest = rest.subspan(piece.size());
  }
  return to_hex(hash.finish());
}

Result<void> Folder::create() const {
  for (const fs::path& folder : {segments(), bitmaps(), sealed(), vault(), snapshots(), work()})
    SEKISHO_CHECK(make_folders(folder, 0700));
  return {};
}

Result<void> Folder::sync() const {
  for (const fs::path& folder : {segments(), bitmaps(), sealed(), vault()})
    SEKISHO_CHECK(sync_folder(folder));
  return {};
}

std::vector<fs::path> Folder::strays(const std::set<fs::path>& named) const {
  std::vector<fs::path> out;
  std::error_code ignored;
  for (const fs::path& folder : {segments(), bitmaps(), sealed(), vault(), work()})
    for (const auto& entry : fs::directory_iterator(folder, ignored))
      if (const fs::path path = entry.path().lexically_relative(root_); !named.contains(path)) out.push_back(path);
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace sekisho::store

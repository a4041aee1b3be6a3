#include "store/sealed_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>

#include "crypto/digest.h"
#include "unseal/unseal.h"

namespace sekisho::store {
namespace {

constexpr std::string_view kMagic = "SKS1";
constexpr std::size_t kBlock = std::size_t{1} << 20;       // a block is sealed when it holds this much
constexpr std::size_t kBlockLimit = std::size_t{1} << 30;  // a single record may be larger than a block

template <class T>
void put(std::string& out, T value) {
  for (std::size_t i = 0; i < sizeof value; ++i)
    out += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
}

template <class T>
T get(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(bytes[i])) << (8 * i);
  return static_cast<T>(value);
}

// Binds a block to its kind and place in the file.
std::string associated(std::string_view kind, std::uint64_t block) {
  return fmt::format("sekisho store {} {}", kind, block);
}

std::unexpected<Error> malformed() {
  return fail("store.sealed_malformed", "a sealed file is not in the form this program writes", {},
              "Restore the file from the backup.");
}

}  // namespace

FieldWriter& FieldWriter::text(std::string_view value) {
  put(bytes_, static_cast<std::uint32_t>(value.size()));
  bytes_ += value;
  return *this;
}

FieldWriter& FieldWriter::integer(std::int64_t value) {
  put(bytes_, value);
  return *this;
}

std::string_view FieldReader::take(std::size_t size) {
  if (!ok_ || bytes_.size() < size) {
    ok_ = false;
    return {};
  }
  const std::string_view out = bytes_.substr(0, size);
  bytes_.remove_prefix(size);
  return out;
}

std::string_view FieldReader::text() {
  const std::string_view size = take(4);
  return ok_ ? take(get<std::uint32_t>(size)) : std::string_view();
}

std::int64_t FieldReader::integer() {
  const std::string_view bytes = take(8);
  return ok_ ? get<std::int64_t>(bytes) : 0;
}

void let_go(ByteView mapped) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(mapped.data()) & ~(page - 1);
  const auto end = (reinterpret_cast<std::uintptr_t>(mapped.data()) + mapped.size()) & ~(page - 1);
  if (end > begin) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

char* RecordHeap::add(std::string_view record) {
  if (record.size() > size_ - used_) {
    size_ = std::max(record.size(), kBlock);
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(size_));
    used_ = 0;
  }
  char* const place = blocks_.empty() ? nullptr : blocks_.back().get() + used_;
  if (!record.empty()) std::memcpy(place, record.data(), record.size());
  used_ += record.size();
  return place;
}

Result<void> split_records(std::string_view block, const std::function<Result<void>(std::string_view)>& visit) {
  FieldReader reader(block);
  while (!reader.at_end()) {
    const std::string_view record = reader.text();
    if (!reader.ok()) return malformed();
    SEKISHO_CHECK(visit(record));
  }
  return {};
}

Result<SealedWriter> SealedWriter::create(const std::filesystem::path& path, std::string_view kind, ByteView key,
                                          Random& random) {
  FileDescriptor fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!fd) return fail_errno("file.create", "cannot create", {.file = path.filename().string()});
  SEKISHO_CHECK(write_all(fd.get(), as_bytes(kMagic), path.filename().string()));
  return SealedWriter(std::move(fd), path, kind, key, random);
}

Result<void> SealedWriter::add(std::string_view record) {
  put(block_, static_cast<std::uint32_t>(record.size()));
  block_ += record;
  ++records_;
  return block_.size() >= kBlock ? flush() : Result<void>{};
}

Result<void> SealedWriter::flush() {
  if (block_.empty()) return {};
  Bytes packed(ZSTD_compressBound(block_.size()));
  const std::size_t size = ZSTD_compress(packed.data(), packed.size(), block_.data(), block_.size(), 1);
  if (ZSTD_isError(size)) return fail("store.compress", ZSTD_getErrorName(size));
  SEKISHO_TRY(const Bytes sealed,
              crypto::aead_seal(key_, ByteView(packed).first(size), as_bytes(associated(kind_, blocks_++)), *random_));
  std::string length;
  put(length, static_cast<std::uint32_t>(sealed.size()));
  block_.clear();
  SEKISHO_CHECK(write_all(fd_.get(), as_bytes(length), path_.filename().string()));
  return write_all(fd_.get(), sealed, path_.filename().string());
}

Result<void> SealedWriter::finish() {
  SEKISHO_CHECK(flush());
  SEKISHO_CHECK(sync_file(fd_.get(), path_.filename().string()));
  fd_.close();
  return {};
}

Result<void> read_sealed(const std::filesystem::path& path, std::string_view kind, ByteView key,
                         const std::function<Result<void>(std::string_view)>& visit) {
  SEKISHO_TRY(const MappedFile file, MappedFile::open(path));
  std::string_view rest = as_text(file.bytes());
  if (!rest.starts_with(kMagic)) return malformed();
  rest.remove_prefix(kMagic.size());
  std::string plain;
  for (std::uint64_t block = 0; !rest.empty(); ++block) {
    if (rest.size() < 4 || rest.size() - 4 < get<std::uint32_t>(rest)) return malformed();
    const std::string_view sealed = rest.substr(4, get<std::uint32_t>(rest));
    rest.remove_prefix(4 + sealed.size());
    SEKISHO_TRY(const Bytes packed, unseal::aead_open(key, as_bytes(sealed), as_bytes(associated(kind, block))));
    const auto size = ZSTD_getFrameContentSize(packed.data(), packed.size());
    if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > kBlockLimit * 4)
      return malformed();
    plain.resize(size);
    if (ZSTD_decompress(plain.data(), plain.size(), packed.data(), packed.size()) != size) return malformed();
    SEKISHO_CHECK(split_records(plain, visit));
    let_go(as_bytes(sealed));
  }
  return {};
}

}  // namespace sekisho::store

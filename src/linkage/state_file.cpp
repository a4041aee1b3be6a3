#include "linkage/state_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

namespace sekisho::linkage {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::string_view kMagic = "sekisho-linkage1";  // the file's last bytes, after the length of the head

Error not_a_state(const std::filesystem::path& path) {
  return {"linkage.state",
          "the file is no state of a linkage, or a damaged one",
          {.file = path.string()},
          "Rebuild it from the registrations: link add into an empty folder."};
}

}  // namespace

Result<SectionWriter> SectionWriter::create(const std::filesystem::path& path) {
  SectionWriter out;
  out.path_ = path;
  out.beside_ = path.string() + ".new";
  out.file_ = FileDescriptor(::open(out.beside_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!out.file_) return fail_errno("file.write", "the state cannot be written", {.file = path.string()});
  return out;
}

SectionWriter SectionWriter::into(Sink sink) {
  SectionWriter out;
  out.sink_ = std::move(sink);
  return out;
}

Result<void> SectionWriter::put(ByteView bytes) {
  return sink_ ? sink_(bytes) : write_all(file_.get(), bytes, path_.string());
}

Result<void> SectionWriter::add_bytes(const std::string& name, ByteView bytes) {
  static constexpr std::array<std::uint8_t, kPage> kZeros{};
  sections_[name] = {at_, bytes.size()};
  SEKISHO_CHECK(put(bytes));
  at_ += bytes.size();
  const std::uint64_t rest = (kPage - at_ % kPage) % kPage;
  SEKISHO_CHECK(put(ByteView(kZeros.data(), rest)));
  at_ += rest;
  return {};
}

Result<void> SectionWriter::finish(const Json& head) {
  const std::string text = Json{{"head", head}, {"sections", sections_}}.dump();
  const std::uint64_t length = text.size();
  SEKISHO_CHECK(put(as_bytes(text)));
  SEKISHO_CHECK(put({reinterpret_cast<const std::uint8_t*>(&length), sizeof length}));
  SEKISHO_CHECK(put(as_bytes(kMagic)));
  at_ += text.size() + sizeof length + kMagic.size();
  if (sink_) return {};
  SEKISHO_CHECK(sync_file(file_.get(), path_.string()));
  file_.close();
  return rename_durable(beside_, path_);
}

Result<MappedSections> MappedSections::open(const std::filesystem::path& path) {
  SEKISHO_TRY(const FileDescriptor file, open_read(path));
  struct stat status{};
  if (fstat(file.get(), &status) != 0)
    return fail_errno("file.read", "the state cannot be read", {.file = path.string()});
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return std::unexpected(not_a_state(path));
  void* const data = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, file.get(), 0);
  if (data == MAP_FAILED) return fail_errno("file.read", "the state cannot be mapped", {.file = path.string()});
  MappedSections out;
  out.data_ = static_cast<std::uint8_t*>(data);
  out.size_ = out.mapped_ = size;
  SEKISHO_CHECK(out.parse(path));
  return out;
}

MappedSections::Filling::Filling(Filling&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      room_(std::exchange(other.room_, 0)),
      size_(std::exchange(other.size_, 0)) {}

MappedSections::Filling::~Filling() {
  if (data_ != nullptr) munmap(data_, room_);
}

Result<void> MappedSections::Filling::append(ByteView piece) {
  if (piece.size() > room_ - size_) {
    const std::size_t more = std::max(2 * room_, std::bit_ceil(size_ + piece.size() + kPage));
    void* const data = data_ == nullptr
                           ? mmap(nullptr, more, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
                           : mremap(data_, room_, more, MREMAP_MAYMOVE);
    if (data == MAP_FAILED) return fail_errno("file.read", "there is no memory for the state of the linkage");
    data_ = static_cast<std::uint8_t*>(data), room_ = more;
    madvise(data_, room_, MADV_DONTDUMP);
  }
  std::memcpy(data_ + size_, piece.data(), piece.size());
  size_ += piece.size();
  return {};
}

Result<MappedSections> MappedSections::adopt(Filling filled) {
  MappedSections out;
  out.size_ = filled.size_, out.mapped_ = filled.room_;
  out.data_ = std::exchange(filled.data_, nullptr);
  SEKISHO_CHECK(out.parse({}));
  return out;
}

Result<void> MappedSections::parse(const std::filesystem::path& path) {
  if (size_ < kMagic.size() + sizeof(std::uint64_t)) return std::unexpected(not_a_state(path));
  const std::size_t tail = size_ - kMagic.size() - sizeof(std::uint64_t);
  std::uint64_t length = 0;
  std::memcpy(&length, data_ + tail, sizeof length);
  if (std::memcmp(data_ + size_ - kMagic.size(), kMagic.data(), kMagic.size()) != 0 || length > tail)
    return std::unexpected(not_a_state(path));
  SEKISHO_TRY(const Json json, parse_json({reinterpret_cast<const char*>(data_ + tail - length), length}));
  if (!json.contains("head") || !json.contains("sections")) return std::unexpected(not_a_state(path));
  head_ = json["head"];
  for (const auto& [name, place] : json["sections"].items()) {
    if (!place.is_array() || place.size() != 2) return std::unexpected(not_a_state(path));
    const auto at = place[0].get<std::uint64_t>(), bytes = place[1].get<std::uint64_t>();
    if (at > tail || bytes > tail - at || at % kPage != 0) return std::unexpected(not_a_state(path));
    sections_[name] = {at, bytes};
  }
  return {};
}

MappedSections::MappedSections(MappedSections&& other) noexcept {
  *this = std::move(other);
}

MappedSections& MappedSections::operator=(MappedSections&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(mapped_, other.mapped_);
  std::swap(head_, other.head_);
  std::swap(sections_, other.sections_);
  return *this;
}

MappedSections::~MappedSections() {
  if (data_ != nullptr) munmap(data_, mapped_);
}

}  // namespace sekisho::linkage

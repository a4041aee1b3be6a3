// Reading and checking *.skp files without any decryption key.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/file.h"
#include "transport/package.h"
#include "transport/package_format.h"
#include "transport/ustar.h"

namespace sekisho::transport {
namespace {

namespace fs = std::filesystem;

// A package file being read; errors name the file, not what lies in it.
class PackageReader {
 public:
  static Result<PackageReader> open(const fs::path& path) {
    SEKISHO_TRY(FileDescriptor fd, open_read(path));
    struct stat info{};
    if (::fstat(fd.get(), &info) != 0) return fail_errno("file.stat", "cannot stat", {.file = path.string()});
    if (!S_ISREG(info.st_mode))
      return fail("package.structure", "a package is a regular file", {.file = path.string()});
    return PackageReader(std::move(fd), path.filename().string(), static_cast<std::uint64_t>(info.st_size));
  }

  Result<Bytes> read(std::uint64_t offset, std::uint64_t size) const {
    Bytes bytes(size);
    for (std::size_t done = 0; done < size;) {
      const ssize_t got = ::pread(fd_.get(), bytes.data() + done, size - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return fail_errno("file.read", "cannot read a package", place(offset));
      if (got == 0) return fail("package.truncated", "the package is cut off", place(offset));
      done += static_cast<std::size_t>(got);
    }
    return bytes;
  }

  // The next member: its name must be `name`, its size at most `limit`.
  Result<PackageEntry> next(std::string_view name, std::uint64_t limit) {
    if (size_ - at_ < ustar::kBlock) return fail("package.truncated", "the package is cut off", place(at_));
    SEKISHO_TRY(const Bytes block, read(at_, ustar::kBlock));
    const auto header = ustar::read_header(block);
    if (!header)
      return fail(header.error().code == "archive.entry_type" ? "package.entry_type" : "package.archive",
                  header.error().message, place(at_));
    if (header->name != name)
      return fail("package.structure", fmt::format("{} is expected at this place of the package", name), place(at_));
    if (header->size > limit)
      return fail("package.too_large", fmt::format("{} is larger than allowed", name), place(at_));
    const PackageEntry entry{std::string(name), at_ + ustar::kBlock, header->size};
    const std::uint64_t end = entry.offset + ustar::padded(entry.size);
    if (end > size_) return fail("package.truncated", fmt::format("{} is cut off", name), place(at_));
    SEKISHO_TRY(const Bytes padding, read(entry.offset + entry.size, end - entry.offset - entry.size));
    if (!ustar::all_zero(padding)) return fail("package.archive", "a member is not padded with zeros", place(at_));
    at_ = end;
    return entry;
  }

  Result<void> check_end() const {
    // At most 22 blocks are a valid end: reading one more block shows a longer tail.
    const std::uint64_t left = size_ - at_;
    if (left > 22 * ustar::kBlock)
      return fail("package.structure", "the package goes on after its last part", place(at_));
    SEKISHO_TRY(const Bytes tail, read(at_, left));
    if (tail.size() < 2 * ustar::kBlock && ustar::all_zero(tail))
      return fail("package.truncated", "the package's end is cut off", place(at_));
    if (!ustar::is_valid_end(tail))
      return fail("package.structure", "the package goes on after its last part", place(at_));
    return {};
  }

 private:
  PackageReader(FileDescriptor fd, std::string name, std::uint64_t size)
      : fd_(std::move(fd)), name_(std::move(name)), size_(size) {}
  Place place(std::uint64_t byte) const { return {.file = name_, .byte = static_cast<std::int64_t>(byte)}; }

  FileDescriptor fd_;
  std::string name_;
  std::uint64_t size_ = 0, at_ = 0;
};

std::unexpected<Error> in_part(std::string code, std::string message, const PackageFile& package, std::size_t index) {
  return fail(std::move(code), std::move(message),
              {.file = package.path.filename().string(), .part = part_name(index)});
}

}  // namespace

std::string part_name(std::size_t index) {
  return fmt::format("part-{:04}.p7m", index + 1);
}

Result<PackageFile> open_package(const fs::path& path) {
  SEKISHO_TRY(PackageReader reader, PackageReader::open(path));
  PackageFile package;
  package.path = path;
  SEKISHO_TRY(const PackageEntry manifest, reader.next(kManifestName, kMaxManifest));
  SEKISHO_TRY(package.manifest_bytes, reader.read(manifest.offset, manifest.size));
  auto parsed = Manifest::parse(package.manifest_bytes);
  if (!parsed) {
    parsed.error().place.file = path.filename().string();
    return std::unexpected(parsed.error());
  }
  package.manifest = *std::move(parsed);
  SEKISHO_TRY(const PackageEntry signature, reader.next(kSignatureName, kMaxSignature));
  SEKISHO_TRY(package.signature, reader.read(signature.offset, signature.size));
  for (std::size_t i = 0; i < package.manifest.parts.size(); ++i) {
    SEKISHO_TRY(PackageEntry part, reader.next(part_name(i), kPartCipherLimit));
    if (part.size != package.manifest.parts[i].size)
      return in_part("package.structure", "a part has another size than the manifest says", package, i);
    package.parts.push_back(std::move(part));
  }
  SEKISHO_CHECK(reader.check_end());
  package.manifest_hash = crypto::sha256(package.manifest_bytes);
  return package;
}

Result<Bytes> read_part(const PackageFile& package, std::size_t index) {
  if (index >= package.parts.size() || index >= package.manifest.parts.size())
    return fail("package.structure", "the package has no such part");
  SEKISHO_TRY(const PackageReader reader, PackageReader::open(package.path));
  SEKISHO_TRY(Bytes bytes, reader.read(package.parts[index].offset, package.parts[index].size));
  if (crypto::sha256(bytes) != package.manifest.parts[index].cipher_sha256)
    return in_part("package.hash_mismatch", "a part is not what the manifest says", package, index);
  return bytes;
}

Result<crypto::Certificate> verify_package(const PackageFile& package, const crypto::Trust& trust, UtcTime at,
                                           const std::vector<crypto::Certificate>* recipients) {
  auto signer = crypto::cms_verify(package.manifest_bytes, package.signature, trust, at);
  if (!signer) {
    Error error = signer.error();
    if (error.code.starts_with("signature.")) error.code = "package.signature";
    error.place.file = package.path.filename().string();
    return std::unexpected(std::move(error));
  }
  const PackageId& id = package.manifest.id;
  if (signer->role() != "sign-gateway" || signer->organization() != id.body.text ||
      signer->common_name() != id.hospital.text)
    return fail("package.foreign", "the package was not signed by the hospital that it names",
                {.file = package.path.filename().string()});
  for (std::size_t i = 0; i < package.parts.size(); ++i) {
    SEKISHO_TRY(const Bytes part, read_part(package, i));
    if (recipients == nullptr) continue;
    const auto addressed = crypto::cms_check_recipients(part, *recipients);
    if (!addressed) return in_part("package.recipients", addressed.error().message, package, i);
  }
  return *std::move(signer);
}

}  // namespace sekisho::transport

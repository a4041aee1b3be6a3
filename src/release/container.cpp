#include "release/container.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <set>

#include "core/file.h"

namespace sekisho::release {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kPiece = 1 << 20;
constexpr std::size_t kMostFiles = 100;

struct FreeWriter {
  void operator()(archive* a) const { archive_write_free(a); }
};
struct FreeReader {
  void operator()(archive* a) const { archive_read_free(a); }
};
struct FreeEntry {
  void operator()(archive_entry* e) const { archive_entry_free(e); }
};
using Writer = std::unique_ptr<archive, FreeWriter>;
using Reader = std::unique_ptr<archive, FreeReader>;
using Entry = std::unique_ptr<archive_entry, FreeEntry>;

std::string message_of(archive* a) {
  const char* text = archive_error_string(a);
  return text == nullptr ? "unknown error" : text;
}

std::unexpected<Error> write_failed(archive* a, const fs::path& path) {
  return fail("container.write", "the container cannot be written: " + message_of(a), {.file = path.string()});
}

Result<void> add_content(archive* a, const ContainerFile& file, const fs::path& path) {
  if (file.source.empty())
    return archive_write_data(a, file.text.data(), file.text.size()) == static_cast<la_ssize_t>(file.text.size())
               ? Result<void>{}
               : write_failed(a, path);
  SEKISHO_TRY(const MappedFile content, MappedFile::open(file.source));
  ByteView rest = content.bytes();
  while (!rest.empty()) {
    const ByteView piece = rest.first(std::min(kPiece, rest.size()));
    if (archive_write_data(a, piece.data(), piece.size()) != static_cast<la_ssize_t>(piece.size()))
      return write_failed(a, path);
    rest = rest.subspan(piece.size());
  }
  return {};
}

Result<void> add_file(archive* a, const std::string& folder, const ContainerFile& file, UtcTime time,
                      const fs::path& path) {
  const Entry entry(archive_entry_new());
  std::error_code error;
  const auto size = file.source.empty() ? file.text.size() : fs::file_size(file.source, error);
  if (error) return fail("container.read", "a file is not there: " + error.message(), {.file = file.source.string()});
  archive_entry_set_pathname(entry.get(), (folder + "/" + file.name).c_str());
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0600);
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
  archive_entry_set_mtime(entry.get(), time.seconds(), 0);
  if (archive_write_header(a, entry.get()) != ARCHIVE_OK) return write_failed(a, path);
  return add_content(a, file, path);
}

// What reading says: a wrong passphrase is told by the two bytes that ZIP keeps for it (one wrong one in 65,536 passes
// them and fails at the authentication).
std::unexpected<Error> read_failed(archive* a, const fs::path& path) {
  const std::string message = message_of(a);
  if (message.find("assphrase") != std::string::npos)
    return fail("container.passphrase", "the passphrase does not open this container", {.file = path.string()},
                "Type it as on the sheet of this medium's number.");
  return fail("container.tampered", "the container is not as it was written: " + message, {.file = path.string()},
              "Do not use it; ask for a new medium.");
}

std::unexpected<Error> tampered(std::string what, const fs::path& path) {
  return fail("container.tampered", "the container is not as it was written: " + std::move(what),
              {.file = path.string()}, "Do not use it; ask for a new medium.");
}

// FOLDER/NAME, both plain: nothing that leads elsewhere.
std::string plain_name(std::string_view path) {
  const auto slash = path.find('/');
  if (slash == std::string_view::npos || slash == 0) return "";
  const std::string_view name = path.substr(slash + 1);
  const bool good =
      !name.empty() && name.size() <= 100 && name[0] != '.' && std::ranges::all_of(name, [](unsigned char c) {
        return c < 0x80 && (std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-');
      });
  return good ? std::string(name) : "";
}

Result<void> read_entry(archive* a, const fs::path& target, const fs::path& path) {
  SEKISHO_TRY(DurableFile file, DurableFile::create(target, 0600));
  std::string piece(kPiece, '\0');
  for (;;) {
    const la_ssize_t size = archive_read_data(a, piece.data(), piece.size());
    if (size == 0) return file.finish();
    if (size < 0) return read_failed(a, path);
    SEKISHO_CHECK(file.write(std::string_view(piece).substr(0, static_cast<std::size_t>(size))));
  }
}

Result<void> read_all(const fs::path& path, const std::string& passphrase, const fs::path& folder) {
  const Reader reader(archive_read_new());
  archive_read_support_format_zip_seekable(reader.get());
  if (archive_read_add_passphrase(reader.get(), passphrase.c_str()) != ARCHIVE_OK)
    return fail("container.passphrase", "a passphrase is needed");
  if (archive_read_open_filename(reader.get(), path.c_str(), 1 << 16) != ARCHIVE_OK)
    return read_failed(reader.get(), path);
  std::set<std::string> seen;
  for (;;) {
    archive_entry* entry = nullptr;
    const int state = archive_read_next_header(reader.get(), &entry);
    if (state == ARCHIVE_EOF) break;
    if (state != ARCHIVE_OK && state != ARCHIVE_WARN) return read_failed(reader.get(), path);
    const char* whole = archive_entry_pathname(entry);
    const std::string name = plain_name(whole == nullptr ? "" : whole);
    if (name.empty() || archive_entry_filetype(entry) != AE_IFREG || seen.size() >= kMostFiles)
      return tampered("it holds something else than a dataset's files", path);
    if (!seen.insert(name).second) return tampered("a file stands twice", path);
    // Anybody can add such a one without the passphrase.
    if (archive_entry_is_data_encrypted(entry) == 0) return tampered(name + " is not encrypted", path);
    SEKISHO_CHECK(read_entry(reader.get(), folder / name, path));
  }
  if (seen.empty()) return tampered("it is empty", path);
  return {};
}

}  // namespace

std::string new_passphrase(Random& random) {
  static constexpr std::string_view kLetters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";  // 32 that nobody mistakes
  static_assert(kLetters.size() == 32);
  std::array<std::uint8_t, 25> bytes{};
  random.fill(bytes);
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0 && i % 5 == 0) out += '-';
    out += kLetters[bytes[i] % 32];
  }
  return out;
}

Result<void> write_container(const fs::path& path, const std::string& folder, const std::vector<ContainerFile>& files,
                             const std::string& passphrase, UtcTime time) {
  const fs::path aside = path.parent_path() / ("." + path.filename().string() + ".partial");
  SEKISHO_CHECK(remove_file(aside));
  const auto write = [&]() -> Result<void> {
    const Writer writer(archive_write_new());
    archive_write_set_format_zip(writer.get());
    if (archive_write_set_options(writer.get(), "zip:encryption=aes256,zip:compression=deflate") != ARCHIVE_OK ||
        archive_write_set_passphrase(writer.get(), passphrase.c_str()) != ARCHIVE_OK ||
        archive_write_open_filename(writer.get(), aside.c_str()) != ARCHIVE_OK)
      return write_failed(writer.get(), path);
    for (const ContainerFile& file : files)
      SEKISHO_CHECK(add_file(writer.get(), folder, file, time, path));
    if (archive_write_close(writer.get()) != ARCHIVE_OK) return write_failed(writer.get(), path);
    return {};
  };
  if (auto done = write(); !done) {
    (void)remove_file(aside);  // the first error is the one to tell
    return done;
  }
  SEKISHO_TRY(const FileDescriptor file, open_read(aside));
  SEKISHO_CHECK(sync_file(file.get(), aside.string()));
  return rename_durable(aside, path);
}

Result<void> open_container(const fs::path& path, const std::string& passphrase, const fs::path& out) {
  std::error_code error;
  if (fs::exists(out, error))
    return fail("container.exists", "the folder exists already", {.file = out.string()}, "Name another folder.");
  const fs::path whole = fs::absolute(out);
  const fs::path aside = whole.parent_path() / ("." + whole.filename().string() + ".partial");
  fs::remove_all(aside, error);
  SEKISHO_CHECK(make_folders(aside, 0700));
  if (auto done = read_all(path, passphrase, aside); !done) {
    fs::remove_all(aside, error);
    return done;
  }
  return rename_durable(aside, whole);
}

}  // namespace sekisho::release

#include "anonymize/encoding.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/file.h"
#include "core/text.h"

namespace sekisho::anonymize {
namespace {

bool is_cp932(std::string_view text) {
  std::string out;
  DecodeReport report;
  decode(Charset::kCp932, as_bytes(text), out, report);
  return report.invalid == 0;
}

// Kana of half width: two of them in CP932 can look like one character of UTF-8.
bool may_be_kana(std::string_view line) {
  return std::ranges::all_of(line, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x80 || (byte >= 0xA1 && byte <= 0xDF);
  });
}

bool is_ascii(std::string_view line) {
  return std::ranges::all_of(line, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// What the lines of a text say of its character set; 0: none.
struct Lines {
  std::int64_t not_utf8 = 0, utf8 = 0, not_cp932 = 0;  // the first of each
};
Lines look_at(std::string_view text) {
  Lines out;
  std::int64_t number = 1;
  for (std::string_view rest = text; !rest.empty(); ++number) {
    const std::size_t size = std::min(rest.find('\n'), rest.size() - 1) + 1;
    const std::string_view line = rest.substr(0, size);
    rest.remove_prefix(size);
    if (is_ascii(line)) continue;
    const bool valid = is_valid_utf8(line);
    if (!valid && out.not_utf8 == 0) out.not_utf8 = number;
    if (valid && !may_be_kana(line) && out.utf8 == 0) out.utf8 = number;
    if (out.not_cp932 == 0 && !is_cp932(line)) out.not_cp932 = number;
  }
  return out;
}

}  // namespace

std::string_view name(Encoding encoding) {
  return encoding == Encoding::kCp932 ? "CP932" : "UTF-8";
}

Result<Encoding> encoding_of(std::string_view text, Encoding declared, const std::string& file) {
  if (declared != Encoding::kCp932 && is_valid_utf8(text)) return Encoding::kUtf8;
  const Lines lines = look_at(text);
  const auto refused = [&](const std::string& what, std::int64_t line) {
    return fail("csv.encoding", fmt::format("the file is not {} throughout", what), {.file = file, .line = line},
                "Save it as a whole in UTF-8 or CP932; `encoding` of the policy says which.");
  };
  if (declared == Encoding::kUtf8) return refused("UTF-8", lines.not_utf8);
  if (declared == Encoding::kCp932) {
    if (lines.not_cp932 == 0) return Encoding::kCp932;
    return refused("CP932", lines.not_cp932);
  }
  if (lines.not_cp932 == 0 && lines.utf8 == 0) {
    // EUC-JP reads as kana of half width.
    if (const Charset found = detect_charset(as_bytes(text)); found != Charset::kCp932)
      return refused(fmt::format("UTF-8, nor CP932 (it seems to be {}),", name(found)), lines.not_utf8);
    return Encoding::kCp932;
  }
  return refused(lines.utf8 != 0 ? "in one character set: UTF-8" : "UTF-8, nor CP932,", lines.not_utf8);
}

Result<Encoding> encoding_of_file(const std::filesystem::path& file, Encoding declared) {
  SEKISHO_TRY(const MappedFile mapped, MappedFile::open(file));
  return encoding_of(as_text(mapped.bytes()), declared, file.string());
}

std::string from_cp932(std::string_view text) {
  std::string out;
  DecodeReport ignored;  // judged before
  decode(Charset::kCp932, as_bytes(text), out, ignored);
  return out;
}

Result<std::string> to_utf8(std::string text, Encoding declared, const std::string& file) {
  SEKISHO_TRY(const Encoding encoding, encoding_of(text, declared, file));
  if (encoding == Encoding::kCp932) return from_cp932(text);
  return text;
}

Result<std::filesystem::path> utf8_file(const std::filesystem::path& file, Encoding declared,
                                        const std::filesystem::path& folder) {
  SEKISHO_TRY(const Encoding encoding, encoding_of_file(file, declared));
  if (encoding == Encoding::kUtf8) return file;
  constexpr std::size_t kBlock = std::size_t{16} << 20;
  SEKISHO_TRY(const MappedFile mapped, MappedFile::open(file));
  const std::filesystem::path copy = folder / ("utf8-" + file.filename().string());
  SEKISHO_TRY(DurableFile out, DurableFile::create(copy));
  for (std::string_view rest = as_text(mapped.bytes()); !rest.empty();) {
    // Cut after a line break, which is no second byte of CP932.
    std::size_t end = rest.size() <= kBlock ? std::string_view::npos : rest.rfind('\n', kBlock);
    end = end == std::string_view::npos ? rest.size() : end + 1;
    SEKISHO_CHECK(out.write(from_cp932(rest.substr(0, end))));
    rest.remove_prefix(end);
  }
  SEKISHO_CHECK(out.finish());
  return copy;
}

}  // namespace sekisho::anonymize

#include "linkage/input.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/file.h"
#include "core/process.h"
#include "core/text.h"
#include "core/utf16.h"

namespace sekisho::linkage {
namespace {

// Files that several systems wrote mix encodings line by line. Where most lines with other than ASCII characters are
// UTF-8, the others alone are decoded; else the whole file is: half-width kana of CP932 can look like UTF-8.
std::string decode_lines(std::string_view raw, Charset charset) {
  std::vector<std::string_view> lines;
  std::size_t foreign = 0, utf8 = 0;
  for (std::size_t at = 0; at < raw.size();) {
    const std::size_t feed = raw.find('\n', at);
    lines.push_back(raw.substr(at, feed == std::string_view::npos ? feed : feed + 1 - at));
    at += lines.back().size();
    const bool ascii = std::ranges::all_of(lines.back(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    foreign += !ascii;
    utf8 += !ascii && is_valid_utf8(lines.back());
  }
  std::string text;
  DecodeReport ignored;  // undecodable characters become U+FFFD, which no name keeps
  if (utf8 * 2 < foreign) {
    decode(charset, as_bytes(raw), text, ignored);
    return text;
  }
  for (const std::string_view line : lines) {
    if (is_valid_utf8(line))
      text += line;
    else
      decode(charset, as_bytes(line), text, ignored);
  }
  return text;
}

}  // namespace

char separator_of(std::string_view text) {
  static constexpr std::string_view kSeparators = ",;\t|";
  std::array<std::size_t, kSeparators.size()> count{};
  bool quoted = false;
  for (const char c : text) {
    quoted ^= c == '"';
    if (!quoted && (c == '\n' || c == '\r')) break;
    if (const std::size_t at = kSeparators.find(c); !quoted && at != std::string_view::npos) ++count[at];
  }
  return kSeparators[static_cast<std::size_t>(std::ranges::max_element(count) - count.begin())];
}

Result<std::string> read_input(const std::filesystem::path& path) {
  std::string raw;
  if (path.extension() == ".gz") {
    SEKISHO_TRY(CommandOutput unpacked, run_command({"gzip", "-dc", "--", path.string()}));
    if (unpacked.status != 0) return fail("linkage.gzip", "the file does not unpack", {.file = path.string()});
    raw = std::move(unpacked.out);
  } else {
    SEKISHO_TRY(raw, read_text(path));
  }
  if (utf16_order(as_bytes(raw)) != ByteOrder::kNone) return text_in_utf8(as_bytes(raw));
  const Charset charset = detect_charset(as_bytes(raw));
  if (charset == Charset::kUtf8 || charset == Charset::kAscii) return raw;
  return decode_lines(raw, charset);
}

InputFile::InputFile(std::string text, std::string name)
    : name_(std::move(name)), text_(std::move(text)), reader_(text_, separator_of(text_), name_) {}

Result<std::unique_ptr<InputFile>> InputFile::open(const std::filesystem::path& path) {
  SEKISHO_TRY(std::string text, read_input(path));
  std::unique_ptr<InputFile> input(new InputFile(std::move(text), path.string()));
  SEKISHO_TRY(const bool some, input->reader_.next(input->header_));
  if (!some) return fail("csv.empty", "the file holds no header", {.file = input->name_});
  input->width_ = input->header_.size();
  return input;
}

Result<bool> InputFile::next(std::vector<std::string_view>& cells) {
  SEKISHO_TRY(const bool more, reader_.next(cells));
  if (more && cells.size() != width_)
    return fail("csv.ragged", fmt::format("{} fields instead of {}", cells.size(), width_), place());
  return more;
}

}  // namespace sekisho::linkage

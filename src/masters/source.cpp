#include "masters/source.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "core/text.h"
#include "core/utf16.h"

namespace sekisho::masters {
namespace {

std::unexpected<Error> broken(std::string_view name, std::string what) {
  return fail("masters.unpack", std::move(what), {.file = std::string(name)},
              "fetch the file again from where it is published");
}

std::uint32_t little(ByteView bytes, std::size_t at, int width) {
  std::uint32_t value = 0;
  for (int i = width - 1; i >= 0; --i)
    value = value << 8 | bytes[at + static_cast<std::size_t>(i)];
  return value;
}

Result<Bytes> unzstd(ByteView content, std::string_view name, std::size_t limit) {
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  Bytes out;
  Bytes block(ZSTD_DStreamOutSize());
  ZSTD_inBuffer in{content.data(), content.size(), 0};
  std::size_t left = 1;
  while (in.pos < in.size) {
    ZSTD_outBuffer piece{block.data(), block.size(), 0};
    left = ZSTD_decompressStream(context.get(), &piece, &in);
    if (ZSTD_isError(left) != 0) return broken(name, "the zstd frame is damaged");
    if (out.size() + piece.pos > limit) return broken(name, "the file unpacks to more than the limit");
    out.insert(out.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(piece.pos));
  }
  while (left != 0) {
    ZSTD_outBuffer piece{block.data(), block.size(), 0};
    left = ZSTD_decompressStream(context.get(), &piece, &in);
    if (ZSTD_isError(left) != 0 || piece.pos == 0) return broken(name, "the zstd frame ends early");
    if (out.size() + piece.pos > limit) return broken(name, "the file unpacks to more than the limit");
    out.insert(out.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(piece.pos));
  }
  return out;
}

// window: 15 + 32 for gzip, -15 for the raw deflate of zip.
Result<Bytes> inflate_all(ByteView content, int window, std::string_view name, std::size_t limit) {
  z_stream stream{};
  if (inflateInit2(&stream, window) != Z_OK) return broken(name, "zlib does not start");
  const std::unique_ptr<z_stream, decltype(&inflateEnd)> owner(&stream, inflateEnd);
  Bytes out;
  Bytes block(256 << 10);
  stream.next_in = const_cast<Bytef*>(content.data());
  stream.avail_in = static_cast<uInt>(content.size());
  for (int state = Z_OK; state != Z_STREAM_END;) {
    stream.next_out = block.data();
    stream.avail_out = static_cast<uInt>(block.size());
    state = inflate(&stream, Z_NO_FLUSH);
    if (state != Z_OK && state != Z_STREAM_END) return broken(name, "the compressed content is damaged");
    const std::size_t got = block.size() - stream.avail_out;
    if (out.size() + got > limit) return broken(name, "the file unpacks to more than the limit");
    out.insert(out.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(got));
    if (got == 0 && stream.avail_in == 0 && state != Z_STREAM_END) return broken(name, "the content ends early");
  }
  return out;
}

Result<void> each_tar_entry(ByteView tar, std::string_view name, const SourceLimits& limits,
                            const std::function<Result<void>(std::string, ByteView)>& take) {
  std::size_t at = 0;
  for (std::size_t entries = 0; at + 512 <= tar.size(); ++entries) {
    if (entries > limits.entries) return broken(name, "the archive has too many entries");
    const char* header = reinterpret_cast<const char*>(tar.data() + at);
    if (header[0] == '\0') return {};
    std::size_t size = 0;
    for (int i = 124; i < 136 && header[i] >= '0' && header[i] <= '7'; ++i)
      size = size * 8 + static_cast<std::size_t>(header[i] - '0');
    if (size > tar.size() - at - 512) return broken(name, "an entry is longer than the archive");
    const std::string entry(header, strnlen(header, 100));
    if (header[156] == '0' || header[156] == '\0') SEKISHO_CHECK(take(entry, tar.subspan(at + 512, size)));
    at += 512 + (size + 511) / 512 * 512;
  }
  return {};
}

bool starts(ByteView content, std::string_view magic) {
  return as_text(content).starts_with(magic);
}
bool is_tar(ByteView content) {
  return content.size() >= 512 && as_text(content.subspan(257, 5)) == "ustar";
}

std::string without_ending(std::string name, std::string_view ending) {
  if (name.ends_with(ending)) name.resize(name.size() - ending.size());
  return name;
}

std::string entry_name(const std::string& raw) {
  std::string name = raw.substr(raw.find_last_of("/\\") + 1);
  if (is_valid_utf8(name)) return name;
  std::string decoded;
  DecodeReport report;
  decode(Charset::kCp932, as_bytes(name), decoded, report);
  return decoded;
}

Result<void> open_at(const std::string& name, Bytes content, int depth, const SourceLimits& limits,
                     const std::function<Result<void>(Source)>& take) {
  if (depth > 4) return broken(name, "archives lie too deep in one another");
  if (starts(content, "\x28\xB5\x2F\xFD")) {
    SEKISHO_TRY(Bytes inner, unzstd(content, name, limits.file));
    return open_at(without_ending(name, ".zst"), std::move(inner), depth + 1, limits, take);
  }
  if (starts(content, "\x1F\x8B")) {
    SEKISHO_TRY(Bytes inner, inflate_all(content, 15 + 32, name, limits.file));
    return open_at(without_ending(name, ".gz"), std::move(inner), depth + 1, limits, take);
  }
  if (is_workbook(content)) {
    SEKISHO_TRY(const std::string csv, xlsx_to_csv(content, name, limits.file));
    const ByteView bytes = as_bytes(csv);
    return take({name, Bytes(bytes.begin(), bytes.end())});
  }
  if (is_binary_workbook(content)) {
    SEKISHO_TRY(const std::string csv, xls_to_csv(content, name, limits.file));
    const ByteView bytes = as_bytes(csv);
    return take({name, Bytes(bytes.begin(), bytes.end())});
  }
  if (starts(content, "PK\x03\x04")) {
    SEKISHO_TRY(std::vector<ZipEntry> entries, read_zip(content, name, limits));
    for (ZipEntry& entry : entries)
      SEKISHO_CHECK(open_at(name + "!" + entry_name(entry.name), std::move(entry.content), depth + 1, limits, take));
    return {};
  }
  if (is_tar(content))
    return each_tar_entry(content, name, limits, [&](const std::string& entry, ByteView bytes) {
      return open_at(name + "!" + entry_name(entry), Bytes(bytes.begin(), bytes.end()), depth + 1, limits, take);
    });
  if (utf16_order(content) != ByteOrder::kNone) {
    const std::string text = text_in_utf8(content);
    content.assign(text.begin(), text.end());
  }
  return take({name, std::move(content)});
}

}  // namespace

Result<void> open_source(const std::string& name, Bytes content, const SourceLimits& limits,
                         const std::function<Result<void>(Source)>& take) {
  return open_at(name, std::move(content), 0, limits, take);
}

Result<std::vector<ZipEntry>> read_zip(ByteView zip, std::string_view name, const SourceLimits& limits) {
  // The central directory is found from its end record (at most 64 KB of comment behind it).
  std::size_t end = zip.size() < 22 ? 0 : zip.size() - 22;
  const std::size_t lowest = end > 65'535 ? end - 65'535 : 0;
  if (zip.size() < 22) return broken(name, "the zip is too short");
  while (little(zip, end, 4) != 0x06054b50) {
    if (end == lowest) return broken(name, "the zip has no directory");
    --end;
  }
  const std::size_t count = little(zip, end + 10, 2);
  std::size_t at = little(zip, end + 16, 4), total = 0;
  if (count > limits.entries) return broken(name, "the zip has too many entries");
  std::vector<ZipEntry> out;
  for (std::size_t i = 0; i < count; ++i) {
    if (at + 46 > zip.size() || little(zip, at, 4) != 0x02014b50) return broken(name, "the zip's directory is damaged");
    const std::uint32_t method = little(zip, at + 10, 2), packed = little(zip, at + 20, 4);
    const std::size_t name_size = little(zip, at + 28, 2), local = little(zip, at + 42, 4);
    if ((little(zip, at + 8, 2) & 1) != 0) return broken(name, "the zip is encrypted");
    if (at + 46 + name_size > zip.size() || local + 30 > zip.size()) return broken(name, "the zip is cut off");
    std::string entry(as_text(zip.subspan(at + 46, name_size)));
    const std::size_t begin = local + 30 + little(zip, local + 26, 2) + little(zip, local + 28, 2);
    if (begin > zip.size() || packed > zip.size() - begin) return broken(name, "an entry is longer than the zip");
    const ByteView body = zip.subspan(begin, packed);
    at += 46 + name_size + little(zip, at + 30, 2) + little(zip, at + 32, 2);
    if (entry.ends_with('/')) continue;
    Bytes content(body.begin(), body.end());
    if (method == 8) {
      SEKISHO_TRY(content, inflate_all(body, -15, name, limits.file - std::min(total, limits.file)));
    } else if (method != 0) {
      return broken(name, "the zip uses a method that is not known");
    }
    total += content.size();
    out.push_back({std::move(entry), std::move(content)});
  }
  return out;
}

bool is_workbook(ByteView content) {
  return starts(content, "PK\x03\x04") && as_text(content).find("xl/workbook.xml") != std::string_view::npos;
}

}  // namespace sekisho::masters

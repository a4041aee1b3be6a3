#include "outgoing/archive.h"

#include <zlib.h>

#include <algorithm>

namespace sekisho::outgoing {
namespace {

bool leaves_folder(std::string_view name) {
  return name.starts_with("/") || name.contains("..") || name.contains("\\") || (name.size() > 1 && name[1] == ':');
}

// Extra fields that packing programs write: sizes, times, owners, names in Unicode, padding. Others may hold anything.
bool has_unknown_extra(std::string_view extra) {
  constexpr std::uint32_t kKnown[] = {0x0001, 0x0007, 0x0008, 0x0009, 0x000a, 0x000c, 0x000d,
                                      0x000f, 0x0017, 0x5455, 0x5855, 0x7855, 0x7875, 0x6375,
                                      0x7075, 0x756e, 0xa11e, 0xa220, 0xcafe, 0xd935, 0x9901};
  for (std::size_t at = 0; at + 4 <= extra.size();) {
    const std::uint32_t id = little(extra, at, 2), size = little(extra, at + 2, 2);
    if (std::ranges::find(kKnown, id) == std::end(kKnown) && size > 4) return true;
    at += 4 + size;
  }
  return false;
}

}  // namespace

// Raw deflate, zlib (15) or gzip (31) with a bound on what comes out; nullopt when broken or too large.
std::optional<std::string> inflate_bytes(std::string_view data, int window, std::size_t limit, std::size_t* used) {
  z_stream stream{};
  if (inflateInit2(&stream, window) != Z_OK) return std::nullopt;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));  // zlib does not write there
  stream.avail_in = static_cast<uInt>(std::min<std::size_t>(data.size(), 1U << 30));
  std::string out;
  char buffer[65536];
  int status = Z_OK;
  while (status == Z_OK && out.size() <= limit) {
    stream.next_out = reinterpret_cast<Bytef*>(buffer);
    stream.avail_out = sizeof buffer;
    status = inflate(&stream, Z_NO_FLUSH);
    out.append(buffer, sizeof buffer - stream.avail_out);
    if (status == Z_BUF_ERROR || (status == Z_OK && stream.avail_in == 0 && stream.avail_out != 0)) break;
  }
  if (used != nullptr) *used = stream.total_in;
  inflateEnd(&stream);
  if (out.size() > limit || (status != Z_STREAM_END && out.empty())) return std::nullopt;
  return out;
}

std::uint32_t little(std::string_view data, std::size_t at, int bytes) {
  std::uint32_t value = 0;
  for (int i = bytes; i-- > 0;)
    value = value << 8 | static_cast<std::uint8_t>(data[at + static_cast<std::size_t>(i)]);
  return value;
}
std::uint32_t big(std::string_view data, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value << 8 | static_cast<std::uint8_t>(data[at + i]);
  return value;
}

std::vector<Entry> unzip(std::string_view data, Findings& findings) {
  std::vector<Entry> entries;
  const std::size_t end = data.rfind("PK\x05\x06");
  if (end == std::string_view::npos || end + 22 > data.size()) {
    findings.add("archive.broken", "file", "the archive has no readable folder");
    return entries;
  }
  if (end + 22 + little(data, end + 20, 2) != data.size())
    findings.add("file.trailing", "file", "bytes behind the end of the archive");
  if (little(data, end + 20, 2) > 0) findings.add("archive.comment", "file", "a comment hides in the archive");
  std::size_t at = little(data, end + 16, 4), total = 0;
  const std::size_t folder = at;
  const std::size_t count = little(data, end + 10, 2);
  if (count > kMostEntries) findings.add("archive.entries", "file", "more than 1000 entries");
  std::vector<std::pair<std::size_t, std::size_t>> spans;
  for (std::size_t i = 0; i < std::min(count, kMostEntries); ++i) {
    if (at + 46 > data.size() || data.substr(at, 4) != "PK\x01\x02") {
      findings.add("archive.broken", "file", "the archive's folder is broken");
      break;
    }
    const std::uint32_t flags = little(data, at + 8, 2), method = little(data, at + 10, 2),
                        packed = little(data, at + 20, 4), size = little(data, at + 24, 4),
                        name_size = little(data, at + 28, 2), extra = little(data, at + 30, 2),
                        comment = little(data, at + 32, 2), mode = little(data, at + 38, 4) >> 16;
    const std::size_t local = little(data, at + 42, 4);
    if (at + 46 + name_size > data.size()) break;
    const std::string name(data.substr(at + 46, name_size));
    if (has_unknown_extra(data.substr(std::min(at + 46 + name_size, data.size()), extra)))
      findings.add("archive.extra", name, "an extra field of unknown use");
    at += 46 + name_size + extra + comment;
    if (comment > 0) findings.add("archive.comment", name, "an entry carries a comment");
    if (leaves_folder(name))
      findings.add("archive.path", "file", "an entry would be written outside the archive's folder");
    if ((mode & 0170000) == 0120000) findings.add("archive.link", name, "an entry is a link");
    if ((flags & 1) != 0) {
      findings.add("archive.encrypted", name, "an encrypted entry cannot be examined");
      continue;
    }
    if (local + 30 > data.size() || data.substr(local, 4) != "PK\x03\x04") {
      findings.add("archive.broken", name, "an entry is missing");
      continue;
    }
    if (has_unknown_extra(data.substr(std::min<std::size_t>(local + 30 + little(data, local + 26, 2), data.size()),
                                      little(data, local + 28, 2))))
      findings.add("archive.extra", name, "an extra field of unknown use");
    const std::size_t start = local + 30 + little(data, local + 26, 2) + little(data, local + 28, 2);
    if (start > data.size() || packed > data.size() - start) {
      findings.add("archive.broken", name, "an entry is cut off");
      continue;
    }
    spans.emplace_back(local, start + packed);
    total += size;
    if (total > kLargestInflated || (packed > 1000 && size / std::max(packed, 1U) > kLargestRatio)) {
      findings.add("archive.bomb", name, "an entry grows beyond measure when unpacked");
      continue;
    }
    if (!name.empty() && name.back() == '/') continue;
    const std::string_view raw = data.substr(start, packed);
    auto content = method == 0   ? std::optional<std::string>(raw)
                   : method == 8 ? inflate_bytes(raw, -15, std::min<std::size_t>(kLargestInflated, size + 1024))
                                 : std::nullopt;
    if (!content && size > 0) {
      findings.add("archive.broken", name, "an entry cannot be unpacked as it says");
      continue;
    }
    entries.push_back({name, content ? std::move(*content) : std::string{}});
  }
  std::ranges::sort(spans);
  constexpr std::size_t kDescriptor = 24;  // may stand behind an entry
  for (std::size_t i = 1; i < spans.size(); ++i) {
    if (spans[i].first < spans[i - 1].second) findings.add("archive.overlap", "file", "entries overlap");
    if (spans[i].first > spans[i - 1].second + kDescriptor)
      findings.add("archive.gap", "file", "bytes between entries that belong to none");
  }
  if (!spans.empty() && folder > spans.back().second + kDescriptor)
    findings.add("archive.gap", "file", "bytes between entries that belong to none");
  if (!spans.empty() && spans.front().first > 0)
    findings.add("file.leading", "file", "bytes before the archive begins");
  return entries;
}

std::vector<Entry> untar(std::string_view data, Findings& findings) {
  constexpr std::size_t kBlock = 512;
  std::vector<Entry> entries;
  std::size_t at = 0;
  bool ended = false;
  while (at + kBlock <= data.size() && entries.size() < kMostEntries) {
    const std::string_view head = data.substr(at, kBlock);
    if (head.find_first_not_of('\0') == std::string_view::npos) {
      ended = true;
      break;
    }
    std::size_t size = 0;
    for (const char c : head.substr(124, 12)) {
      if (c >= '0' && c <= '7')
        size = size * 8 + static_cast<std::size_t>(c - '0');
      else if (c != ' ' && c != '\0')
        size = data.size() + 1;  // sizes beyond octal digits: larger than any file examined here
    }
    if (size > data.size() - at - kBlock) {
      findings.add("archive.broken", "file", "an entry is cut off");
      return entries;
    }
    const std::string name(head.substr(0, std::min<std::size_t>(100, head.substr(0, 100).find('\0'))));
    const char type = head[156];
    if (leaves_folder(name))
      findings.add("archive.path", "file", "an entry would be written outside the archive's folder");
    if (type == '1' || type == '2') findings.add("archive.link", name, "an entry is a link");
    const std::string_view content = data.substr(at + kBlock, size);
    if (type == '0' || type == '\0' || type == '7')
      entries.push_back({name, std::string(content)});
    else if (type == 'x' || type == 'g' || type == 'L' || type == 'K')
      entries.push_back({"header.txt", std::string(content)});
    else if (type != '5')
      findings.add("archive.link", name, "an entry is no plain file");
    at += kBlock + (size + kBlock - 1) / kBlock * kBlock;
  }
  if (entries.size() >= kMostEntries) findings.add("archive.entries", "file", "more than 1000 entries");
  if (ended && data.substr(at).find_first_not_of('\0') != std::string_view::npos)
    findings.add("file.trailing", "file", "bytes behind the end of the archive");
  return entries;
}

std::optional<std::string> gunzip(std::string_view data, Findings& findings) {
  std::size_t used = 0;
  auto inner = inflate_bytes(data, 31, std::min(kLargestInflated, data.size() * kLargestRatio + 1024), &used);
  if (!inner) {
    findings.add("archive.broken", "file", "cannot be unpacked within bounds");
    return inner;
  }
  if (used < data.size()) findings.add("file.trailing", "file", "bytes behind the end of the archive");
  return inner;
}

}  // namespace sekisho::outgoing

// Pictures: texts and data beside the pixels, pixels beyond the picture, low bits that carry a message.
#include <algorithm>
#include <cstdlib>

#include "outgoing/archive.h"
#include "outgoing/containers.h"

namespace sekisho::outgoing {
namespace {

// Pieces that say how the picture looks.
constexpr std::string_view kKnownPieces[] = {"IHDR", "PLTE", "IDAT", "tRNS", "cHRM", "gAMA", "iCCP",
                                             "sBIT", "sRGB", "bKGD", "hIST", "pHYs", "tIME", "cICP",
                                             "mDCV", "cLLI", "acTL", "fcTL", "fdAT"};

}  // namespace

void open_png(std::string_view data, Opened& out) {
  std::size_t at = 8;
  std::string pixels;
  std::uint32_t width = 0, height = 0;
  int channels = 0, bits = 0;
  while (at + 12 <= data.size()) {
    const std::uint32_t size = big(data, at);
    const std::string_view type = data.substr(at + 4, 4);
    if (size > data.size() - at - 12) {
      out.findings.add("image.broken", "file", "a piece of the picture is cut off");
      return;
    }
    const std::string_view body = data.substr(at + 8, size);
    at += 12 + size;
    if (type == "IHDR" && size >= 13) {
      width = big(body, 0);
      height = big(body, 4);
      bits = body[8];
      constexpr int kChannels[] = {1, 0, 3, 1, 2, 0, 4};
      channels = body[9] >= 0 && body[9] <= 6 ? kChannels[static_cast<int>(body[9])] : 0;
    } else if (type == "IDAT") {
      pixels += body;
    } else if (type == "tEXt" || type == "zTXt" || type == "iTXt") {
      const std::size_t zero = body.find('\0');
      const std::string key(body.substr(0, zero));
      std::string value(zero == std::string_view::npos ? std::string_view{} : body.substr(zero + 1));
      if (type == "zTXt" && !value.empty())
        if (auto unpacked = inflate_bytes(std::string_view(value).substr(1), 15, 1 << 20)) value = std::move(*unpacked);
      const bool usual =
          key == "Software" || key == "Creation Time" || key == "date:create" || key == "date:modify" || key == "Date";
      const bool note = (key == "Title" || key == "Description" || key == "Author" || key == "Comment") &&
                        value.size() <= 60 && std::ranges::none_of(value, [](char c) { return c >= '0' && c <= '9'; });
      if (!usual || value.size() > 200)
        out.findings.add(note ? "image.note" : "image.text", "file", "text beside the picture");
      out.texts.push_back({"picture.txt", std::move(value)});
    } else if (std::ranges::find(kKnownPieces, type) == std::end(kKnownPieces) && type != "eXIf" && type != "IEND") {
      out.findings.add("image.private", "file", "a piece of the picture that shows nothing");
      out.texts.push_back({"piece.txt", std::string(body)});
    } else if (type == "eXIf") {
      out.findings.add("image.exif", "file", "camera data (EXIF)");
    } else if (type == "IEND") {
      if (at < data.size()) out.findings.add("file.trailing", "file", "bytes behind the end of the picture");
      break;
    }
  }
  // Low bits that look like dice over the whole picture, where plots have flat areas.
  if (bits != 8 || channels < 1 || width == 0 || height == 0 || std::uint64_t{width} * height > 16'000'000) return;
  const auto raw = inflate_bytes(pixels, 15, kLargestInflated);
  if (!raw) return;
  const std::size_t line = std::size_t{width} * static_cast<std::size_t>(channels) + 1;
  std::string image = *raw, previous(line - 1, '\0');
  std::uint64_t noisy = 0, even = 0;  // a pixel that differs by one from two equal neighbours; three equal ones
  std::int64_t jumps = 0, steps = 0;
  std::string older(line - 1, '\0');
  const auto c = static_cast<std::size_t>(channels);
  for (std::size_t y = 0; y < height && (y + 1) * line <= image.size(); ++y) {
    char* const row = &image[y * line + 1];
    const int filter = image[y * line];
    for (std::size_t i = 0; i + 1 < line; ++i) {
      const int a = i >= c ? static_cast<std::uint8_t>(row[i - c]) : 0, b = static_cast<std::uint8_t>(previous[i]),
                d = i >= c ? static_cast<std::uint8_t>(previous[i - c]) : 0;
      int guess = 0;
      if (filter == 1) guess = a;
      if (filter == 2) guess = b;
      if (filter == 3) guess = (a + b) / 2;
      if (filter == 4) {
        const int p = a + b - d, pa = std::abs(p - a), pb = std::abs(p - b), pd = std::abs(p - d);
        guess = pa <= pb && pa <= pd ? a : pb <= pd ? b : d;
      }
      row[i] = static_cast<char>(static_cast<std::uint8_t>(row[i]) + guess);
      if (i >= c) {
        jumps += std::abs(static_cast<std::uint8_t>(row[i]) - static_cast<std::uint8_t>(row[i - c]));
        ++steps;
      }
      const auto triple = [&](char before, char middle, char behind) {
        if (before != behind) return;
        const int difference = std::abs(static_cast<std::uint8_t>(middle) - static_cast<std::uint8_t>(before));
        noisy += difference == 1;
        even += difference == 0;
      };
      if (i >= 2 * c) triple(row[i - 2 * c], row[i - c], row[i]);
      if (y >= 2) triple(older[i], previous[i], row[i]);
    }
    older.swap(previous);
    previous.assign(row, line - 1);
  }
  if (steps > 5000 && jumps > steps * 50) {  // photographs change by a few levels from one pixel to the next
    out.findings.add("image.noise", "file", "the picture is noise");
    out.capacity_bits += static_cast<double>(pixels.size()) * 8;
  }
  if (raw->size() > line * height) out.findings.add("image.surplus", "file", "more pixels than the picture shows");
  // Drawings and gradients are smooth: single values that stick out by one in many places are a message or noise.
  if (noisy > 500 && noisy * 10 > even) {
    out.findings.add("image.low_bits", "file", "the lowest bits of the picture carry noise or a message");
    out.capacity_bits += static_cast<double>(width) * height * channels;
  }
}

void open_jpeg(std::string_view data, Opened& out) {
  const std::size_t end = data.rfind("\xFF\xD9");
  if (end == std::string_view::npos || end + 2 != data.size())
    out.findings.add("file.trailing", "file", "bytes behind the end of the picture");
  for (std::size_t at = 2; at + 4 <= data.size() && static_cast<std::uint8_t>(data[at]) == 0xFF;) {
    const auto marker = static_cast<std::uint8_t>(data[at + 1]);
    if (marker == 0xDA) break;
    const std::size_t size = static_cast<std::size_t>(static_cast<std::uint8_t>(data[at + 2])) << 8 |
                             static_cast<std::uint8_t>(data[at + 3]);
    const std::string_view body = data.substr(at + 4, size > 2 ? size - 2 : 0);
    if (marker == 0xE1) out.findings.add("image.exif", "file", "camera data (EXIF or XMP)");
    const bool colours = marker == 0xE2 && body.starts_with("ICC_PROFILE");
    const bool usual = marker == 0xE0 || (marker == 0xEE && body.starts_with("Adobe"));
    if (marker > 0xE1 && marker <= 0xEF && !usual && !colours) {
      out.findings.add("image.private", "file", "data of a program beside the picture");
      out.texts.push_back({"piece.txt", std::string(body)});
    }
    if (marker == 0xFE) {
      out.findings.add("image.text", "file", "text beside the picture");
      out.texts.push_back({"picture.txt", std::string(body)});
    }
    at += 2 + std::max<std::size_t>(size, 2);
  }
}

}  // namespace sekisho::outgoing

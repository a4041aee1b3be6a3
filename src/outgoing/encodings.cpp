#include "outgoing/encodings.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <set>

#include "core/text.h"
#include "outgoing/text_lines.h"

namespace sekisho::outgoing {
namespace {

constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view kBase85 =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";

int kind_of(char c) {
  return c >= '0' && c <= '9' ? 0 : c >= 'A' && c <= 'Z' ? 1 : c >= 'a' && c <= 'z' ? 2 : 3;
}

}  // namespace

std::string decode_base32(std::string_view run) {
  while (run.ends_with('='))
    run.remove_suffix(1);
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : run) {
    const std::size_t value = kBase32.find(c);
    if (value == std::string_view::npos) return {};
    bits = (bits << 5 | static_cast<std::uint32_t>(value)) & 0xFFF;
    count += 5;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>(bits >> count & 0xFF);
    }
  }
  return out;
}

bool is_base85(char c) {
  return kBase85.find(c) != std::string_view::npos;
}

std::string decode_base85(std::string_view run) {
  std::string out;
  for (std::size_t at = 0; at < run.size(); at += 5) {
    const std::size_t size = std::min<std::size_t>(5, run.size() - at);
    if (size == 1) return {};
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 5; ++i) {
      const std::size_t digit = i < size ? kBase85.find(run[at + i]) : 84;
      if (digit == std::string_view::npos) return {};
      value = value * 85 + digit;
    }
    if (value > 0xFFFFFFFF) return {};
    for (std::size_t i = 0; i + 1 < size; ++i)
      out += static_cast<char>(value >> (24 - 8 * i) & 0xFF);
  }
  return out;
}

std::string decode_ascii85(std::string_view run) {
  std::string out;
  std::uint64_t value = 0;
  std::size_t letters = 0;
  const auto put = [&](std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i)
      out += static_cast<char>(value >> (24 - 8 * i) & 0xFF);
  };
  for (const char c : run) {
    if (c == 'z' && letters == 0) {
      out.append(4, '\0');
      continue;
    }
    if (c <= ' ') continue;
    if (c > 'u') return {};
    value = value * 85 + static_cast<std::uint64_t>(c - '!');
    if (++letters < 5) continue;
    if (value > 0xFFFFFFFF) return {};
    put(4);
    value = letters = 0;
  }
  if (letters == 1) return {};
  if (letters > 1) {
    for (std::size_t i = letters; i < 5; ++i)
      value = value * 85 + 84;
    put(letters - 1);
  }
  return out;
}

std::string decode_uu(std::string_view text, std::size_t at, std::size_t& end) {
  end = at;
  if (!text.substr(at).starts_with("begin ")) return {};
  std::size_t line = text.find('\n', at);
  std::string out;
  while (line != std::string_view::npos && line + 1 < text.size()) {
    const std::size_t stop = std::min(text.find('\n', line + 1), text.size());
    const std::string_view row = text.substr(line + 1, stop - line - 1);
    line = stop;
    if (row.starts_with("end") || row.empty()) break;
    const auto size = static_cast<std::size_t>((row[0] - 32) & 63);
    if (row[0] < 32 || row[0] > 96 || row.size() < 1 + (size * 4 + 2) / 3) return {};
    for (std::size_t i = 1; i + 3 < row.size() + 1 && i < 1 + (size + 2) / 3 * 4; i += 4) {
      std::uint32_t bits = 0;
      for (std::size_t k = 0; k < 4; ++k)
        bits = bits << 6 | static_cast<std::uint32_t>(i + k < row.size() ? (row[i + k] - 32) & 63 : 0);
      const std::size_t done = (i - 1) / 4 * 3;
      for (std::size_t k = 0; k < 3 && done + k < size; ++k)
        out += static_cast<char>(bits >> (16 - 8 * k) & 0xFF);
    }
    end = stop;
  }
  return out;
}

bool looks_mixed(std::string_view run) {
  std::size_t changes = 0;
  std::set<char> signs;
  for (std::size_t i = 0; i < run.size(); ++i) {
    if (kind_of(run[i]) == 3) signs.insert(run[i]);
    changes += i > 0 && kind_of(run[i]) != kind_of(run[i - 1]);
  }
  return changes * 2 >= run.size() && signs.size() >= 8;
}

namespace {

constexpr std::size_t kSpelled = 8, kLongestSpelled = 120;

// Kana and kanji of the first level of JIS X 0208, which names and addresses are written with: one number in nine
// between 0x3000 and 0x9FFF is one of them, so that amounts spell hardly eight in a row.
bool is_everyday(char32_t c) {
  std::string utf8, cp932;
  append_utf8(utf8, c);
  return encode(Charset::kCp932, utf8, cp932) == 0 && cp932.size() == 2 && static_cast<unsigned char>(cp932[0]) <= 0x97;
}

// A sentence in codes of characters, not a column of numbers: short, not in order of size, of everyday letters.
bool is_spelling(const std::u32string& run) {
  if (run.size() < kSpelled || run.size() > kLongestSpelled || std::ranges::is_sorted(run) ||
      std::ranges::is_sorted(run, std::ranges::greater{}))
    return false;
  const auto letters = std::ranges::count_if(run, [](char32_t c) {
    return c < 0x80 ? is_latin(static_cast<char>(c)) || is_digit(static_cast<char>(c)) || c == '-' : is_everyday(c);
  });
  const auto others = std::ranges::count_if(run, [](char32_t c) { return c >= 0x80 && !is_everyday(c); });
  return letters * 3 > std::ssize(run) * 2 && others * 10 <= std::ssize(run);
}

}  // namespace

std::string spelled_by_numbers(std::string_view text) {
  std::string out;
  std::u32string run;
  const auto close = [&] {
    if (is_spelling(run)) {
      for (const char32_t c : run)
        append_utf8(out, c);
      out += '\n';
    }
    run.clear();
  };
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (is_digit(c)) {
      std::uint32_t value = 0;
      const auto read = std::from_chars(text.data() + at, text.data() + text.size(), value);
      at = static_cast<std::size_t>(read.ptr - text.data());
      const bool plain = (value >= 0x20 && value < 0x7F) || (value >= 0x3000 && value <= 0x9FFF);
      if (!plain || read.ec != std::errc{}) {
        close();
        continue;
      }
      run += static_cast<char32_t>(value);
    } else {
      if (c != ',' && c != ' ' && c != '\n') close();
      ++at;
    }
  }
  close();
  return out;
}

}  // namespace sekisho::outgoing

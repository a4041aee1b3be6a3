#include "outgoing/embedded.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/ascii.h"
#include "core/bytes.h"
#include "core/text.h"
#include "outgoing/encodings.h"

namespace sekisho::outgoing {
namespace {

constexpr std::size_t kShortest = 20, kLongBase64 = 64, kMost = 200;

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_base64(char c) {
  return is_digit(c) || is_upper(c) || is_lower(c) || c == '+' || c == '/' || c == '-' || c == '_';
}
int hex_value(char c) {
  return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool is_hex(std::string_view run) {
  return run.size() % 2 == 0 && std::ranges::all_of(run, [](char c) { return hex_value(c) >= 0; });
}

// Letters of both cases and digits mixed, as encoded bytes are and words, paths and names are not.
bool looks_encoded(std::string_view run) {
  std::size_t changes = 0, digits = 0, strokes = 0;
  for (std::size_t i = 0; i < run.size(); ++i) {
    digits += is_digit(run[i]);
    strokes += run[i] == '/' || run[i] == '-' || run[i] == '_';
    if (i > 0) changes += is_upper(run[i]) != is_upper(run[i - 1]) || is_digit(run[i]) != is_digit(run[i - 1]);
  }
  const bool both = std::ranges::any_of(run, is_upper) && std::ranges::any_of(run, is_lower);
  return both && changes * 5 >= run.size() && strokes * 8 <= run.size() && (digits > 0 || run.size() < 40);
}

std::string decode_base64(std::string_view run) {
  std::string padded(run);
  std::ranges::replace(padded, '-', '+');
  std::ranges::replace(padded, '_', '/');
  while (!padded.empty() && padded.back() == '=')
    padded.pop_back();
  if (padded.size() % 4 == 1) padded.pop_back();
  while (padded.size() % 4 != 0)
    padded += padded.size() % 4 == 1 ? "A" : "=";
  auto bytes = from_base64(padded);
  if (!bytes && padded.size() >= 4) {  // bits left over in the last group
    padded.resize(padded.size() - padded.size() % 4 - 4);
    bytes = from_base64(padded);
  }
  return bytes ? std::string(as_text(*bytes)) : std::string();
}

// sha512-...: the digest of a package, as lock files keep it.
bool is_integrity(std::string_view run) {
  return (run.starts_with("sha512-") && run.size() >= 93 && run.size() <= 95) ||
         (run.starts_with("sha384-") && run.size() == 71) || (run.starts_with("sha256-") && run.size() == 51) ||
         (run.starts_with("sha1-") && run.size() == 33);
}

std::string decode_hex(std::string_view run) {
  std::string out;
  for (std::size_t i = 0; i + 1 < run.size(); i += 2)
    out += static_cast<char>(hex_value(run[i]) * 16 + hex_value(run[i + 1]));
  return out;
}

// Printable in any of the character sets files come in.
bool is_readable(std::string_view bytes) {
  if (bytes.size() < 6) return false;
  const auto control = std::ranges::count_if(bytes, [](char c) {
    const auto b = static_cast<unsigned char>(c);
    return b < 0x20 && b != '\n' && b != '\r' && b != '\t' && b != 0x1B;
  });
  if (control > 0) return false;
  std::string text;
  DecodeReport report;
  const ByteView view = as_bytes(bytes);
  decode(detect_charset(view), view, text, report);
  return report.invalid == 0;
}
bool is_packed(std::string_view bytes) {
  for (const std::string_view magic :
       {"\x1F\x8B", "PK\x03\x04", "%PDF", "\x89PNG", "\xFF\xD8\xFF", "BZh", "\x78\x9C", "\x78\xDA", "\x28\xB5\x2F\xFD"})
    if (bytes.starts_with(magic)) return true;
  return bytes.starts_with(
      "\xFD"
      "7zXZ");
}

// Text of two bytes a character without a mark; empty: it is none. Random bytes hit letters half of the time only.
std::string from_utf16(std::string_view bytes) {
  if (bytes.size() < 16 || bytes.size() % 2 != 0) return {};
  for (const bool little : {true, false}) {
    std::string text;
    std::size_t letters = 0;
    for (std::size_t at = 0; at < bytes.size(); at += 2) {
      const auto first = static_cast<unsigned char>(bytes[at]), second = static_cast<unsigned char>(bytes[at + 1]);
      const char32_t c =
          little ? first | static_cast<char32_t>(second) << 8 : second | static_cast<char32_t>(first) << 8;
      letters += (c >= 0x20 && c < 0x7F) || c == '\n' || c == '\r' || c == '\t' || (c >= 0x3000 && c <= 0x30FF) ||
                 (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0xFF00 && c <= 0xFF9F);
      if (c < 0xD800 || c > 0xDFFF) append_utf8(text, c);
    }
    if (letters * 2 == bytes.size()) return text;
  }
  return {};
}

bool tells(std::string_view bytes) {
  return is_readable(bytes) || is_packed(bytes);
}

// Bytes written one by one: "31 2c 4d", "49 44 77", "0011000100101100".
void find_single_bytes(std::string_view line, const std::string& where, std::vector<Embedded>& out,
                       Findings& findings) {
  std::string hex, decimal, binary;
  std::size_t words = 0;
  for (std::size_t at = 0; at < line.size();) {
    if (line[at] == ' ' || line[at] == ',' || line[at] == ':') {
      ++at;
      continue;
    }
    const std::size_t end = std::min(line.find_first_of(" ,:", at), line.size());
    const std::string_view word = line.substr(at, end - at);
    at = end;
    ++words;
    if (word.size() == 2 && hex_value(word[0]) >= 0 && hex_value(word[1]) >= 0) hex += decode_hex(word);
    if (word.size() <= 3 && std::ranges::all_of(word, is_digit))
      if (const int value = std::atoi(std::string(word).c_str()); value < 256) decimal += static_cast<char>(value);
    if (word.find_first_not_of("01") == std::string_view::npos && word.size() % 8 == 0)
      for (std::size_t i = 0; i < word.size(); i += 8)
        binary += static_cast<char>(std::strtol(std::string(word.substr(i, 8)).c_str(), nullptr, 2));
  }
  const auto take = [&](std::string& bytes, bool all, std::string_view form) {
    if (!all || bytes.size() < 24 || !tells(bytes)) return;
    findings.add("capacity.hex", where, "text or a file written byte by byte");
    out.push_back({where, std::move(bytes), form});
  };
  take(hex, hex.size() == words, "hexadecimal");
  take(decimal, decimal.size() == words, "decimal bytes");
  take(binary, words > 0 && binary.size() >= words, "binary digits");
}

// Words of base85 and blocks of uuencode.
void find_rarer(std::string_view text, std::vector<Embedded>& out, Findings& findings) {
  std::uint64_t line = 1;
  for (std::size_t at = 0; at < text.size() && out.size() < kMost; ++at) {
    if (text[at] == '\n') ++line;
    const std::string where = fmt::format("line {}", line);
    if (at == 0 || text[at - 1] == '\n')
      if (const std::size_t stop = std::min(text.find('\n', at), text.size()); stop - at >= 64)
        find_single_bytes(text.substr(at, stop - at), where, out, findings);
    if ((at == 0 || text[at - 1] == '\n') && text.substr(at).starts_with("begin ")) {
      std::size_t end = at;
      if (std::string bytes = decode_uu(text, at, end); bytes.size() >= 20) {
        findings.add("capacity.base64", where, "a run of encoded characters");
        out.push_back({where, std::move(bytes), "uuencode"});
      }
    }
    if (text.substr(at).starts_with("<~"))
      if (const std::size_t stop = text.find("~>", at); stop != std::string_view::npos && stop - at >= kShortest)
        if (std::string bytes = decode_ascii85(text.substr(at + 2, stop - at - 2)); !bytes.empty()) {
          findings.add("capacity.base64", where, "a run of encoded characters");
          out.push_back({where, std::move(bytes), "ascii85"});
        }
    if (!is_base85(text[at]) || (at > 0 && text[at - 1] > ' ')) continue;
    std::size_t end = at;
    while (end < text.size() && is_base85(text[end]))
      ++end;
    const std::string_view run = text.substr(at, end - at);
    if (run.size() >= kLongBase64 && looks_mixed(run) && (end >= text.size() || text[end] <= ' ')) {
      findings.add("capacity.base64", where, "a long run of encoded characters");
      if (std::string bytes = decode_base85(run); tells(bytes)) out.push_back({where, std::move(bytes), "base85"});
    }
    if (end > at) at = end - 1;
  }
}

}  // namespace

std::vector<Embedded> find_embedded(std::string_view text, Findings& findings) {
  std::vector<Embedded> out;
  find_rarer(text, out, findings);
  std::uint64_t line = 1;
  for (std::size_t at = 0; at < text.size() && out.size() < kMost;) {
    if (text[at] == '\n') ++line;
    if (!is_base64(text[at])) {
      ++at;
      continue;
    }
    std::string run;
    std::uint64_t lines = 0;
    while (at < text.size()) {
      if (is_base64(text[at]) || (text[at] == '=' && !run.empty())) {
        run += text[at++];
      } else if ((text[at] == '\n' || text[at] == '\r') && run.size() >= 56 && !run.starts_with("sha")) {
        // Wrapped lines go on when the next is a run as well.
        std::size_t next = at + 1;
        while (next < text.size() && (text[next] == '\n' || text[next] == '\r'))
          ++next;
        std::size_t end = next;
        while (end < text.size() && (is_base64(text[end]) || text[end] == '='))
          ++end;
        if (end - next < 4 || (end < text.size() && text[end] != '\n' && text[end] != '\r')) break;
        lines += static_cast<std::uint64_t>(std::count(text.begin() + static_cast<std::ptrdiff_t>(at),
                                                       text.begin() + static_cast<std::ptrdiff_t>(next), '\n'));
        at = next;
      } else {
        break;
      }
    }
    const std::string where = fmt::format("line {}", line);
    line += lines;
    if (run.size() < kShortest || is_integrity(run)) continue;
    if (is_hex(run)) {
      std::string bytes = decode_hex(run);
      // Digests by their length: sixteen random bytes may pass for a text of some character set, not for UTF-8.
      constexpr std::size_t kDigests[] = {32, 40, 56, 64, 96, 128};
      const bool digest = std::ranges::find(kDigests, run.size()) != std::end(kDigests);
      if (digest ? is_readable(bytes) && is_valid_utf8(bytes) : tells(bytes)) {
        findings.add("capacity.hex", where, "text or a file written in hexadecimal");
        out.push_back({where, std::move(bytes), "hexadecimal"});
      } else if (run.size() > 2 * kLongBase64) {
        findings.add("capacity.hex", where, "a long run of hexadecimal characters");
      }
      continue;
    }
    if (run.size() >= 32)
      if (std::string bytes = decode_base32(run); tells(bytes)) {
        findings.add("capacity.base64", where, "a run of encoded characters");
        out.push_back({where, std::move(bytes), "base32"});
        continue;
      }
    if (!looks_encoded(run)) continue;
    std::string bytes = decode_base64(run);
    if (is_readable(bytes) || is_packed(bytes)) {
      const bool plain_long = run.size() > kLongBase64 || is_packed(bytes);
      if (plain_long) findings.add("capacity.base64", where, "a run of encoded characters");
      out.push_back({where, std::move(bytes), "base64"});
    } else if (std::string wide = from_utf16(bytes); !wide.empty()) {
      out.push_back({where, std::move(wide), "base64"});
    } else if (run.size() > kLongBase64) {
      findings.add("capacity.base64", where, "a long run of encoded characters");
    }
  }
  return out;
}

std::string unescaped(std::string_view text) {
  std::string out;
  bool any = false;
  const auto quoted = [&](std::size_t at) {  // =E3, as mail writes it
    return at + 2 < text.size() && text[at] == '=' && hex_value(text[at + 1]) >= 0 && hex_value(text[at + 2]) >= 0;
  };
  for (std::size_t at = 0; at < text.size();) {
    if (quoted(at) && (quoted(at + 3) || (at >= 3 && quoted(at - 3)))) {
      out += static_cast<char>(hex_value(text[at + 1]) * 16 + hex_value(text[at + 2]));
      at += 3;
      any = true;
    } else if (text[at] == '%' && at + 2 < text.size() && hex_value(text[at + 1]) >= 0 &&
               hex_value(text[at + 2]) >= 0) {
      out += static_cast<char>(hex_value(text[at + 1]) * 16 + hex_value(text[at + 2]));
      at += 3;
      any = true;
    } else if (text[at] == '\\' && at + 3 < text.size() &&
               (text[at + 1] == 'x' || text[at + 1] == 'u' || text[at + 1] == 'U')) {
      const std::size_t size = text[at + 1] == 'x' ? 2 : text[at + 1] == 'u' ? 4 : 8;
      char32_t value = 0;
      std::size_t i = at + 2;
      while (i < text.size() && i < at + 2 + size && hex_value(text[i]) >= 0)
        value = value * 16 + static_cast<char32_t>(hex_value(text[i++]));
      if (i != at + 2 + size || value > 0x10FFFF) {
        out += text[at++];
        continue;
      }
      if (size == 2)
        out += static_cast<char>(value);
      else
        append_utf8(out, value);
      at = i;
      any = true;
    } else {
      out += text[at++];
    }
  }
  return any ? out : std::string();
}

}  // namespace sekisho::outgoing

#include "outgoing/pdf_parts.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <set>

#include "core/ascii.h"
#include "core/text.h"
#include "core/utf16.h"
#include "outgoing/archive.h"

namespace sekisho::outgoing {
namespace {

constexpr std::size_t kMostObjects = 50'000;

int hex_value(char c) {
  return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string ascii85(std::string_view data) {
  std::string out;
  std::uint32_t value = 0;
  int count = 0;
  for (const char c : data) {
    if (c == '~') break;
    if (c == 'z' && count == 0) {
      out.append(4, '\0');
      continue;
    }
    if (c < '!' || c > 'u') continue;
    value = value * 85 + static_cast<std::uint32_t>(c - '!');
    if (++count == 5) {
      for (int shift = 24; shift >= 0; shift -= 8)
        out += static_cast<char>(value >> shift);
      value = 0;
      count = 0;
    }
  }
  if (count > 1) {
    for (int i = count; i < 5; ++i)
      value = value * 85 + 84;
    for (int i = 0; i + 1 < count; ++i)
      out += static_cast<char>(value >> (24 - 8 * i));
  }
  return out;
}

std::string ascii_hex(std::string_view data) {
  std::string out;
  int high = -1;
  for (const char c : data) {
    if (c == '>') break;
    const int value = hex_value(c);
    if (value < 0) continue;
    if (high < 0) {
      high = value;
    } else {
      out += static_cast<char>(high * 16 + value);
      high = -1;
    }
  }
  if (high >= 0) out += static_cast<char>(high * 16);
  return out;
}

std::string run_length(std::string_view data) {
  std::string out;
  for (std::size_t at = 0; at < data.size() && out.size() < kLargestInflated;) {
    const auto length = static_cast<std::uint8_t>(data[at++]);
    if (length == 128) break;
    if (length < 128) {
      out += data.substr(at, length + 1U);
      at += length + 1U;
    } else if (at < data.size()) {
      out.append(257U - length, data[at++]);
    }
  }
  return out;
}

std::string lzw(std::string_view data) {
  std::vector<std::string> table;
  const auto reset = [&] {
    table.clear();
    for (int i = 0; i < 256; ++i)
      table.emplace_back(1, static_cast<char>(i));
    table.resize(258);
  };
  reset();
  std::string out, previous;
  std::uint32_t bits = 0;
  int available = 0, width = 9;
  for (const char c : data) {
    bits = bits << 8 | static_cast<std::uint8_t>(c);
    available += 8;
    if (available < width) continue;
    const std::uint32_t code = bits >> (available - width) & ((1U << width) - 1);
    available -= width;
    if (code == 257 || out.size() > kLargestInflated) break;
    if (code == 256) {
      reset();
      width = 9;
      previous.clear();
      continue;
    }
    std::string entry = code < table.size() ? table[code] : previous.empty() ? "" : previous + previous[0];
    if (entry.empty()) break;
    out += entry;
    if (!previous.empty() && table.size() < 4096) table.push_back(previous + entry[0]);
    width = table.size() >= 2047 ? 12 : table.size() >= 1023 ? 11 : table.size() >= 511 ? 10 : 9;
    previous = std::move(entry);
  }
  return out;
}

// Undoes the filters in their order; false at one that is not known here.
bool unfilter(std::string_view dictionary, std::string& content) {
  const std::size_t filter = dictionary.find("/Filter");
  if (filter == std::string_view::npos) return true;
  std::size_t at = filter + 7;
  while (at < dictionary.size() && is_space(dictionary[at]))
    ++at;
  const std::size_t end = at < dictionary.size() && dictionary[at] == '['
                              ? dictionary.find(']', at)
                              : dictionary.find_first_of(" \r\n\t/>", at + 1);
  std::string_view names = dictionary.substr(at, end == std::string_view::npos ? end : end - at);
  for (std::size_t slash = names.find('/'); slash != std::string_view::npos; slash = names.find('/', slash + 1)) {
    const std::string_view rest = names.substr(slash + 1);
    const std::string_view name = rest.substr(0, rest.find_first_of(" \r\n\t/]"));
    if (name == "FlateDecode" || name == "Fl") {
      auto inner = inflate_bytes(content, 15, kLargestInflated);
      if (!inner) return false;
      content = std::move(*inner);
    } else if (name == "ASCII85Decode" || name == "A85") {
      content = ascii85(content);
    } else if (name == "ASCIIHexDecode" || name == "AHx") {
      content = ascii_hex(content);
    } else if (name == "RunLengthDecode" || name == "RL") {
      content = run_length(content);
    } else if (name == "LZWDecode" || name == "LZW") {
      content = lzw(content);
    } else {
      return false;
    }
  }
  return true;
}

int number_at(std::string_view text, std::size_t& at) {
  while (at < text.size() && is_space(text[at]))
    ++at;
  int value = -1;
  const auto read = std::from_chars(text.data() + at, text.data() + text.size(), value);
  if (read.ec != std::errc{}) return -1;
  at = static_cast<std::size_t>(read.ptr - text.data());
  return value;
}

std::string utf16_text(std::string_view bytes) {
  std::string out;
  decode_utf16(as_bytes(bytes), ByteOrder::kBig, out);
  std::erase(out, '\0');
  return out;
}

std::uint32_t code_of(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char c : bytes.substr(0, 4))
    value = value << 8 | static_cast<std::uint8_t>(c);
  return value;
}

// beginbfchar <01> <4F50> and beginbfrange <01> <05> <4F50> or [<..> <..>].
void read_cmap(std::string_view cmap, PdfFont& font) {
  const auto next_hex = [&](std::size_t& at, std::size_t end, std::string& out) {
    at = cmap.find_first_of("<[", at);
    if (at == std::string_view::npos || at >= end) return false;
    if (cmap[at] == '[') return false;
    out = pdf_string(cmap, at);
    return true;
  };
  if (const std::size_t space = cmap.find("begincodespacerange"); space != std::string_view::npos) {
    std::size_t at = space;
    std::string low;
    if (next_hex(at, cmap.size(), low)) font.codes = low.size() >= 2 ? PdfFont::Codes::kTwo : PdfFont::Codes::kOne;
  }
  for (std::size_t block = cmap.find("beginbfchar"); block != std::string_view::npos;
       block = cmap.find("beginbfchar", block + 1)) {
    const std::size_t end = std::min(cmap.find("endbfchar", block), cmap.size());
    std::size_t at = block;
    std::string code, text;
    while (next_hex(at, end, code) && next_hex(at, end, text) && font.unicode.size() < 70'000)
      font.unicode[code_of(code)] = utf16_text(text);
  }
  for (std::size_t block = cmap.find("beginbfrange"); block != std::string_view::npos;
       block = cmap.find("beginbfrange", block + 1)) {
    const std::size_t end = std::min(cmap.find("endbfrange", block), cmap.size());
    std::size_t at = block;
    std::string low, high, text;
    while (next_hex(at, end, low) && next_hex(at, end, high)) {
      const std::uint32_t from = code_of(low), to = std::min(code_of(high), from + 0xFFFF);
      const std::size_t mark = cmap.find_first_of("<[", at);
      if (mark == std::string_view::npos || mark >= end) break;
      if (cmap[mark] == '[') {
        at = mark + 1;
        const std::size_t close = std::min(cmap.find(']', at), end);
        for (std::uint32_t code = from; code <= to && next_hex(at, close, text); ++code)
          font.unicode[code] = utf16_text(text);
        at = close;
        continue;
      }
      text = pdf_string(cmap, at = mark);
      for (std::uint32_t code = from; code <= to && text.size() >= 2 && font.unicode.size() < 70'000; ++code) {
        font.unicode[code] = utf16_text(text);
        if (++text.back() == '\0') ++text[text.size() - 2];
      }
    }
  }
}

// /Differences [ 49 /one /two 65 /A ]
void read_differences(std::string_view encoding, PdfFont& font) {
  constexpr std::pair<std::string_view, char> kNames[] = {
      {"zero", '0'},       {"one", '1'},    {"two", '2'},        {"three", '3'}, {"four", '4'},    {"five", '5'},
      {"six", '6'},        {"seven", '7'},  {"eight", '8'},      {"nine", '9'},  {"space", ' '},   {"period", '.'},
      {"comma", ','},      {"hyphen", '-'}, {"minus", '-'},      {"colon", ':'}, {"slash", '/'},   {"parenleft", '('},
      {"parenright", ')'}, {"at", '@'},     {"underscore", '_'}, {"equal", '='}, {"percent", '%'}, {"less", '<'},
      {"greater", '>'},    {"plus", '+'},   {"semicolon", ';'}};
  std::size_t at = encoding.find("/Differences");
  if (at == std::string_view::npos || (at = encoding.find('[', at)) == std::string_view::npos) return;
  const std::size_t end = std::min(encoding.find(']', at), encoding.size());
  std::uint32_t code = 0;
  for (++at; at < end;) {
    if (is_digit(encoding[at])) {
      const int value = number_at(encoding, at);
      if (value < 0) return;
      code = static_cast<std::uint32_t>(value);
    } else if (encoding[at] == '/') {
      const std::size_t stop = std::min(encoding.find_first_of(" /]\r\n", at + 1), end);
      const std::string_view name = encoding.substr(at + 1, stop - at - 1);
      std::string text;
      if (name.size() == 1) text = name;
      if (name.starts_with("uni") && name.size() == 7)
        append_utf8(text,
                    static_cast<char32_t>(std::strtoul(std::string(name.substr(3)).c_str(), nullptr, 16) % 0xD800));
      for (const auto& [word, letter] : kNames)
        if (name == word) text = letter;
      if (!text.empty()) font.unicode[code] = text;
      ++code;
      at = stop;
    } else {
      ++at;
    }
  }
}

int reference_of(std::string_view dictionary, std::string_view key) {
  const std::size_t found = dictionary.find(key);
  if (found == std::string_view::npos) return -1;
  std::size_t at = found + key.size();
  if (at < dictionary.size() && (dictionary[at] >= 'A' && (dictionary[at] | 32) <= 'z')) return -1;
  return number_at(dictionary, at);
}

PdfFont font_of(const PdfParts& parts, const std::string& dictionary) {
  PdfFont font;
  if (dictionary.contains("/Type0")) {
    font.codes = dictionary.contains("UTF16") || dictionary.contains("UCS2") ? PdfFont::Codes::kUtf16
                 : dictionary.contains("RKSJ")                               ? PdfFont::Codes::kShiftJis
                                                                             : PdfFont::Codes::kUnknown;
  }
  if (const auto cmap = parts.objects.find(reference_of(dictionary, "/ToUnicode")); cmap != parts.objects.end()) {
    const bool two = font.codes != PdfFont::Codes::kOne;
    read_cmap(cmap->second.stream, font);
    if (two && font.codes == PdfFont::Codes::kUnknown && !font.unicode.empty()) font.codes = PdfFont::Codes::kTwo;
    if (!two) font.codes = PdfFont::Codes::kOne;
  } else {
    read_differences(dictionary, font);
    if (const auto encoding = parts.objects.find(reference_of(dictionary, "/Encoding"));
        encoding != parts.objects.end())
      read_differences(encoding->second.dictionary, font);
  }
  return font;
}

// "/Font << /F1 5 0 R /F2 6 0 R >>", there or by reference.
void read_fonts(PdfParts& parts) {
  const auto named = [&](std::string_view list) {
    const std::size_t end = std::min(list.find(">>"), list.size());
    for (std::size_t at = list.find('/'); at < end && parts.fonts.size() < 2000; at = list.find('/', at + 1)) {
      std::size_t stop = at + 1;
      while (stop < end && !is_space(list[stop]) && list[stop] != '/')
        ++stop;
      const std::string name(list.substr(at + 1, stop - at - 1));
      const int number = number_at(list, stop);
      if (const auto found = parts.objects.find(number);
          found != parts.objects.end() && found->second.dictionary.contains("Font"))
        parts.fonts.emplace(name, font_of(parts, found->second.dictionary));
    }
  };
  std::set<int> lists;
  for (const auto& [number, object] : parts.objects) {
    const std::string_view text = object.dictionary;
    for (std::size_t at = text.find("/Font"); at != std::string_view::npos; at = text.find("/Font", at + 1)) {
      std::size_t after = at + 5;
      while (after < text.size() && is_space(text[after]))
        ++after;
      if (text.substr(after).starts_with("<<"))
        named(text.substr(after + 2));
      else if (after < text.size() && is_digit(text[after]))
        lists.insert(number_at(text, after));
    }
  }
  for (const int number : lists)
    if (const auto found = parts.objects.find(number); found != parts.objects.end()) {
      const std::size_t open = found->second.dictionary.find("<<");
      if (open != std::string::npos) named(std::string_view(found->second.dictionary).substr(open + 2));
    }
}

// Objects packed together: "number offset" pairs, then the objects.
void read_object_stream(const PdfObject& packed, PdfParts& parts) {
  const int count = reference_of(packed.dictionary, "/N"), first = reference_of(packed.dictionary, "/First");
  if (count < 0 || first < 0 || static_cast<std::size_t>(first) > packed.stream.size()) return;
  std::size_t at = 0;
  std::vector<std::pair<int, std::size_t>> places;
  for (int i = 0; i < count && places.size() < kMostObjects; ++i) {
    const int number = number_at(packed.stream, at), offset = number_at(packed.stream, at);
    if (number < 0 || offset < 0) break;
    places.emplace_back(number, static_cast<std::size_t>(first) + static_cast<std::size_t>(offset));
  }
  for (std::size_t i = 0; i < places.size(); ++i) {
    const std::size_t end = i + 1 < places.size() ? places[i + 1].second : packed.stream.size();
    if (places[i].second < end && end <= packed.stream.size())
      parts.objects.emplace(
          places[i].first, PdfObject{packed.stream.substr(places[i].second, end - places[i].second), "", false, false});
  }
}

}  // namespace

std::string PdfFont::text(std::string_view bytes) const {
  std::string out;
  if (codes == Codes::kUtf16) return utf16_text(bytes);
  if (codes == Codes::kShiftJis) {
    DecodeReport report;
    decode(Charset::kCp932, as_bytes(bytes), out, report);
    return out;
  }
  if (codes == Codes::kOne) {
    for (const char c : bytes) {
      const auto found = unicode.find(static_cast<std::uint8_t>(c));
      if (found != unicode.end())
        out += found->second;
      else
        append_utf8(out, static_cast<std::uint8_t>(c));
    }
    return out;
  }
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2)
    if (const auto found = unicode.find(code_of(bytes.substr(i, 2))); found != unicode.end()) out += found->second;
  return out;
}

std::string pdf_string(std::string_view text, std::size_t& at) {
  std::string out;
  if (at >= text.size()) return out;
  if (text[at] == '<') {
    const std::size_t end = std::min(text.find('>', at), text.size());
    out = ascii_hex(text.substr(at + 1, end - at - 1));
    at = end + 1;
    return out;
  }
  int depth = 1;
  for (++at; at < text.size() && depth > 0; ++at) {
    const char c = text[at];
    if (c == '\\' && at + 1 < text.size()) {
      const char next = text[++at];
      if (next >= '0' && next <= '7') {
        int code = 0, digits = 0;
        while (digits < 3 && at < text.size() && text[at] >= '0' && text[at] <= '7') {
          code = code * 8 + text[at++] - '0';
          ++digits;
        }
        --at;
        out += static_cast<char>(code);
      } else if (next != '\n' && next != '\r') {
        out += next == 'n' ? '\n' : next == 'r' ? '\r' : next == 't' ? '\t' : next;
      }
      continue;
    }
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (depth > 0) out += c;
  }
  return out;
}

std::string pdf_strings(std::string_view text) {
  std::string out;
  if (text.contains("/Indexed")) return out;  // a table of colours
  for (std::size_t at = 0; at < text.size();) {
    const bool hex = text[at] == '<' && at + 1 < text.size() && text[at + 1] != '<' && (at == 0 || text[at - 1] != '<');
    if (text[at] != '(' && !hex) {
      ++at;
      continue;
    }
    const std::string bytes = pdf_string(text, at);
    if (bytes.starts_with("\xFE\xFF")) {
      out += utf16_text(std::string_view(bytes).substr(2));
    } else if (is_valid_utf8(bytes) && std::ranges::none_of(bytes, [](char c) {
                 return c >= 0 && c < 0x20 && c != '\n' && c != '\r' && c != '\t';
               })) {
      out += bytes;
    } else if (std::ranges::count_if(bytes, [](char c) { return c >= ' ' && c <= '~'; }) * 2 > std::ssize(bytes)) {
      for (const char c : bytes)
        append_utf8(out, static_cast<std::uint8_t>(c));
    }  // else a table of colours or a key
    out += '\n';
  }
  return out;
}

// Comments between objects; never the binary mark of the head.
static void keep_comments(std::string_view data, std::size_t from, std::size_t to, PdfParts& parts) {
  while (from < to) {
    const std::size_t end = std::min(data.find_first_of("\r\n", from), to);
    const std::string_view words = data.substr(from, end - from);
    // The mark of the head: four bytes above 127, as letters or not.
    const bool mark = from < 32 && std::ranges::count_if(words, [](char c) { return (c & 0x80) != 0; }) >= 4;
    if (words.starts_with("%") && !mark && !words.starts_with("%PDF-") && !words.starts_with("%%EOF") &&
        words.size() > 8)
      parts.comments += std::string(words.substr(1)) + "\n";
    from = end + 1;
  }
}

PdfParts read_pdf(std::string_view data) {
  PdfParts parts;
  std::size_t total = 0, behind = 0;
  for (std::size_t at = data.find(" obj"); at != std::string_view::npos && parts.objects.size() < kMostObjects;
       at = data.find(" obj", at)) {
    // "12 0 obj"
    std::size_t from = at;
    while (from > 0 && is_digit(data[from - 1]))
      --from;
    while (from > 0 && is_space(data[from - 1]))
      --from;
    std::size_t number_from = from;
    while (number_from > 0 && is_digit(data[number_from - 1]) && from - number_from < 9)
      --number_from;
    if (number_from == from) {
      at += 4;
      continue;
    }
    std::size_t place = number_from;
    const int number = number_at(data, place);
    keep_comments(data, behind, number_from, parts);
    at += 4;
    const std::size_t end = std::min(data.find("endobj", at), data.size());
    const std::size_t stream = data.find("stream", at);
    PdfObject object;
    if (stream < end && stream != std::string_view::npos) {
      object.dictionary = std::string(data.substr(at, stream - at));
      object.has_stream = true;
      std::size_t start = stream + 6;
      if (start < data.size() && data[start] == '\r') ++start;
      if (start < data.size() && data[start] == '\n') ++start;
      const std::size_t stop = data.find("endstream", start);
      if (stop == std::string_view::npos) {
        parts.broken = true;
        break;
      }
      object.stream = std::string(data.substr(start, stop - start));
      object.packed = !unfilter(object.dictionary, object.stream);
      total += object.stream.size();
      if (total > kLargestInflated) {
        parts.too_large = true;
        break;
      }
      at = stop + 9;
    } else {
      object.dictionary = std::string(data.substr(at, end - at));
      at = end;
    }
    behind = std::min(data.find("endobj", at), data.size() - std::min<std::size_t>(data.size(), 6)) + 6;
    if (object.dictionary.contains("/ObjStm") && !object.packed) read_object_stream(object, parts);
    // A number used twice: both are looked at.
    int key = number;
    while (parts.objects.contains(key))
      key += 1'000'000;
    parts.objects.emplace(key, std::move(object));
  }
  keep_comments(data, behind, data.size(), parts);
  read_fonts(parts);
  return parts;
}

}  // namespace sekisho::outgoing

#include "disclosure/containers.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <map>
#include <optional>

#include "core/json.h"
#include "core/text.h"

namespace sekisho::disclosure {
namespace {

constexpr std::size_t kLargestInflated = 64 << 20, kMostEntries = 1000, kLargestRatio = 100;
constexpr std::size_t kMostPoints = 5000, kLongBase64 = 256;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// Raw deflate, zlib (15) or gzip (31) with a bound on what comes out; nullopt when broken or too large.
std::optional<std::string> inflate_bytes(std::string_view data, int window, std::size_t limit,
                                         std::size_t* used = nullptr) {
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

struct Entry {
  std::string name, content;
};

// Reads the central folder of a zip. Findings for what an honest archive does not have.
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
    at += 46 + name_size + extra + comment;
    if (comment > 0) findings.add("archive.comment", name, "an entry carries a comment");
    if (name.starts_with("/") || contains(name, "..") || contains(name, "\\") || (name.size() > 1 && name[1] == ':'))
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
  for (std::size_t i = 1; i < spans.size(); ++i)
    if (spans[i].first < spans[i - 1].second) findings.add("archive.overlap", "file", "entries overlap");
  if (!spans.empty() && spans.front().first > 0)
    findings.add("file.leading", "file", "bytes before the archive begins");
  return entries;
}

void append_entity(std::string_view entity, std::string& out) {
  constexpr std::pair<std::string_view, char> kNamed[] = {{"amp", '&'},  {"lt", '<'},    {"gt", '>'},
                                                          {"quot", '"'}, {"apos", '\''}, {"nbsp", ' '}};
  for (const auto& [word, letter] : kNamed)
    if (entity == word) out += letter;
  if (entity.starts_with("#")) {
    const bool hex = entity.size() > 1 && (entity[1] | 32) == 'x';
    const unsigned long code = std::strtoul(std::string(entity.substr(hex ? 2 : 1)).c_str(), nullptr, hex ? 16 : 10);
    if (code > 0 && code < 0x110000) append_utf8(out, static_cast<char32_t>(code));
  }
}

// Texts of a markup language; the tags in `breaks` end a line, all others a word when they are cells.
std::string text_of(std::string_view xml, std::initializer_list<std::string_view> breaks, char cell = '\0',
                    std::initializer_list<std::string_view> cells = {}) {
  std::string out;
  for (std::size_t at = 0; at < xml.size();) {
    if (xml[at] == '<') {
      const std::size_t close = xml.find('>', at);
      if (close == std::string_view::npos) break;
      const std::string_view tag = xml.substr(at + 1, close - at - 1);
      const auto is = [&](std::string_view word) {
        const std::string_view bare = tag.starts_with("/") ? tag.substr(1) : tag;
        return bare.substr(0, bare.find_first_of(" /\t\r\n")) == word;
      };
      if (std::ranges::any_of(breaks, is)) {
        if (tag.starts_with("/") || tag.ends_with("/")) out += '\n';
      } else if (std::ranges::any_of(cells, is)) {
        if (tag.starts_with("/")) out += cell;
      }
      at = close + 1;
    } else if (xml[at] == '&') {
      const std::size_t end = xml.find(';', at);
      if (end != std::string_view::npos && end - at < 12) {
        append_entity(xml.substr(at + 1, end - at - 1), out);
        at = end + 1;
      } else {
        out += xml[at++];
      }
    } else {
      out += xml[at++];
    }
  }
  return out;
}

std::string attribute(std::string_view tag, std::string_view name) {
  for (std::size_t at = tag.find(name); at != std::string_view::npos; at = tag.find(name, at + 1)) {
    if (at == 0 || (tag[at - 1] != ' ' && tag[at - 1] != '\t' && tag[at - 1] != '\n')) continue;
    std::size_t equal = at + name.size();
    if (equal + 1 >= tag.size() || tag[equal] != '=') continue;
    const char quote = tag[equal + 1];
    const std::size_t end = tag.find(quote, equal + 2);
    if (end != std::string_view::npos) return std::string(tag.substr(equal + 2, end - equal - 2));
  }
  return {};
}

// Calls visit(tag text, content up to the next same end tag) for every element of that name.
template <typename Visit>
void elements(std::string_view xml, std::string_view name, Visit visit) {
  const std::string open = "<" + std::string(name), close = "</" + std::string(name) + ">";
  for (std::size_t at = xml.find(open); at != std::string_view::npos; at = xml.find(open, at + 1)) {
    const std::size_t after = at + open.size();
    if (after >= xml.size() || !contains(" >/\t\r\n", xml.substr(after, 1))) continue;
    const std::size_t end = xml.find('>', after);
    if (end == std::string_view::npos) return;
    const std::string_view tag = xml.substr(at, end - at);
    if (tag.ends_with("/")) {
      visit(tag, std::string_view{});
      continue;
    }
    const std::size_t stop = xml.find(close, end);
    visit(tag, stop == std::string_view::npos ? std::string_view{} : xml.substr(end + 1, stop - end - 1));
  }
}

std::string csv_field(std::string_view text) {
  std::string out = "\"";
  for (const char c : text)
    out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

// Parts of office documents that show nothing on the page.
struct HiddenPart {
  std::string_view name, rule, message;
};
constexpr HiddenPart kHiddenParts[] = {
    {"vbaProject.bin", "office.macro", "macros"},
    {"xl/macrosheets", "office.macro", "macro sheets"},
    {"comments", "office.comment", "comments"},
    {"threadedComment", "office.comment", "comments"},
    {"pivotCache", "office.pivot_cache", "a pivot table carries all its source rows"},
    {"externalLink", "office.external", "links to other files with copies of their cells"},
    {"embeddings/", "office.embedded", "embedded objects"},
    {"oleObject", "office.embedded", "embedded objects"},
    {"customXml/item", "office.custom_xml", "custom data"},
    {"docProps/thumbnail", "office.thumbnail", "a picture of the first page"},
    {"docProps/custom", "office.properties", "custom properties"},
    {"activeX", "office.macro", "active parts"},
    {"printerSettings", "", ""},
};

void open_sheet(const Entry& entry, const std::vector<std::string>& strings, Opened& out) {
  std::string csv;
  elements(entry.content, "row", [&](std::string_view tag, std::string_view row) {
    if (attribute(tag, "hidden") == "1" || attribute(tag, "ht") == "0" || attribute(tag, "zeroHeight") == "1")
      out.findings.add("office.hidden_row", entry.name, "hidden rows");
    std::string line;
    elements(row, "c", [&](std::string_view cell, std::string_view content) {
      std::string value;
      elements(content, "v", [&](std::string_view, std::string_view v) { value = text_of(v, {}); });
      elements(content, "is", [&](std::string_view, std::string_view v) { value = text_of(v, {}); });
      if (attribute(cell, "t") == "s") {
        const std::size_t n = std::strtoul(value.c_str(), nullptr, 10);
        value = n < strings.size() ? strings[n] : "";
      }
      line += (line.empty() ? "" : ",") + csv_field(value);
    });
    if (!line.empty()) csv += line + "\n";
  });
  elements(entry.content, "col", [&](std::string_view tag, std::string_view) {
    if (attribute(tag, "hidden") == "1" || attribute(tag, "width") == "0")
      out.findings.add("office.hidden_column", entry.name, "hidden columns");
  });
  out.texts.push_back({entry.name + ".csv", std::move(csv)});
}

void open_office(std::string_view content, Opened& out) {
  const std::vector<Entry> entries = unzip(content, out.findings);
  std::vector<std::string> strings;
  for (const Entry& entry : entries)
    if (entry.name == "xl/sharedStrings.xml")
      elements(entry.content, "si",
               [&](std::string_view, std::string_view item) { strings.push_back(text_of(item, {})); });
  for (const Entry& entry : entries) {
    for (const HiddenPart& part : kHiddenParts)
      if (!part.rule.empty() && contains(entry.name, part.name)) out.findings.add(part.rule, entry.name, part.message);
    const bool xml = entry.name.ends_with(".xml") || entry.name.ends_with(".rels") || entry.name.ends_with(".vml");
    if (!xml) {
      const FileType inner = type_of(entry.content, entry.name);
      if (inner == FileType::kPng || inner == FileType::kJpeg)
        open_container(inner, entry.content, 1, out);
      else if (!entry.content.empty() && !contains(entry.name, "printerSettings") &&
               !contains(entry.name, "vbaProject"))
        out.findings.add("office.embedded", entry.name, "a part that is no text");
      continue;
    }
    if (entry.name == "xl/workbook.xml") {
      elements(entry.content, "sheet", [&](std::string_view tag, std::string_view) {
        const std::string state = attribute(tag, "state");
        if (state == "hidden" || state == "veryHidden")
          out.findings.add("office.hidden_sheet", entry.name, "a hidden sheet");
      });
      elements(entry.content, "definedName", [&](std::string_view tag, std::string_view) {
        if (attribute(tag, "hidden") == "1" && !contains(tag, "_FilterDatabase"))
          out.findings.add("office.hidden_name", entry.name, "hidden names");
      });
    }
    if (contains(entry.name, "worksheets/") && !contains(entry.name, "_rels")) {
      open_sheet(entry, strings, out);
      continue;
    }
    if (contains(entry.content, "TargetMode=\"External\"") && !contains(entry.content, "hyperlink"))
      out.findings.add("office.external", entry.name, "links to other files");
    for (const std::string_view tag : {"<w:del ", "<w:ins ", "<w:moveFrom "})
      if (contains(entry.content, tag)) out.findings.add("office.tracked", entry.name, "tracked changes");
    if (contains(entry.content, "<w:vanish/>") || contains(entry.content, "<w:vanish ") ||
        contains(entry.content, "<w:webHidden/>"))
      out.findings.add("office.hidden_text", entry.name, "hidden text");
    if (entry.name.starts_with("word/document") || entry.name.starts_with("word/header") ||
        entry.name.starts_with("word/footer") || entry.name.starts_with("word/footnotes")) {
      if (contains(entry.content, "w:color w:val=\"FFFFFF\"") || contains(entry.content, "w:sz w:val=\"1\"") ||
          contains(entry.content, "w:sz w:val=\"2\""))
        out.findings.add("office.hidden_text", entry.name, "white or tiny text");
    }
    if (entry.name == "xl/styles.xml" &&
        (contains(entry.content, ";;;&quot;") || contains(entry.content, "formatCode=\";;;\"")))
      out.findings.add("office.hidden_text", entry.name, "a number format that shows nothing");
    if (contains(entry.content, "show=\"0\"") && contains(entry.name, "slides/"))
      out.findings.add("office.hidden_sheet", entry.name, "a hidden slide");
    if (entry.name == "docProps/core.xml" || entry.name == "docProps/app.xml" || contains(entry.name, "styles") ||
        contains(entry.name, "theme") || contains(entry.name, "[Content_Types]") || contains(entry.name, "fontTable") ||
        contains(entry.name, "_rels")) {
      if (!entry.name.starts_with("docProps")) continue;
    }
    std::string text =
        text_of(entry.content, {"w:p", "a:p", "si", "w:tr", "t", "text", "Value", "dc:title"}, '\t', {"w:tc"});
    if (!text.empty()) out.texts.push_back({entry.name + ".txt", std::move(text)});
  }
}

void open_zip(std::string_view content, int depth, Opened& out) {
  for (Entry& entry : unzip(content, out.findings)) {
    const FileType inner = type_of(entry.content, entry.name);
    if (inner == FileType::kZip || inner == FileType::kGzip) {
      out.findings.add("archive.nested", entry.name, "an archive within an archive");
      continue;
    }
    if (!fits(inner, entry.name)) out.findings.add("file.type", entry.name, "the content is not what the name says");
    if (inner == FileType::kOther)
      out.findings.add("file.type", entry.name, "a type of file that cannot be examined");
    else if (inner == FileType::kText)
      out.texts.push_back({entry.name, std::move(entry.content)});
    else
      open_container(inner, entry.content, depth + 1, out);
    out.texts.push_back({"name.txt", entry.name});
  }
}

// Strings of a content stream: (text) and <hex>, in the order of the page.
std::string pdf_strings(std::string_view stream) {
  std::string out;
  for (std::size_t at = 0; at < stream.size(); ++at) {
    if (stream[at] == '(') {
      int depth = 1;
      for (++at; at < stream.size() && depth > 0; ++at) {
        const char c = stream[at];
        if (c == '\\' && at + 1 < stream.size()) {
          const char next = stream[++at];
          if (next >= '0' && next <= '7') {
            int code = 0;
            for (int k = 0; k < 3 && at < stream.size() && stream[at] >= '0' && stream[at] <= '7'; ++k)
              code = code * 8 + stream[at++] - '0';
            --at;
            out += static_cast<char>(code);
          } else {
            out += next == 'n' || next == 'r' ? '\n' : next;
          }
          continue;
        }
        depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        if (depth > 0) out += c;
      }
      --at;
    } else if (stream[at] == '<' && at + 1 < stream.size() && stream[at + 1] != '<') {
      const std::size_t end = stream.find('>', at);
      if (end == std::string_view::npos) break;
      std::string bytes;
      std::string hex;
      for (const char c : stream.substr(at + 1, end - at - 1))
        if (std::isxdigit(static_cast<unsigned char>(c)) != 0) hex += c;
      for (std::size_t k = 0; k + 1 < hex.size(); k += 2)
        bytes += static_cast<char>(std::strtol(hex.substr(k, 2).c_str(), nullptr, 16));
      if (bytes.size() >= 2 && bytes.size() % 2 == 0) {  // two-byte codes: Unicode where the font says nothing else
        for (std::size_t k = bytes.starts_with("\xFE\xFF") ? 2 : 0; k + 1 < bytes.size(); k += 2)
          append_utf8(out, static_cast<char32_t>(static_cast<std::uint8_t>(bytes[k]) << 8 |
                                                 static_cast<std::uint8_t>(bytes[k + 1])));
      } else {
        out += bytes;
      }
      at = end;
    } else if ((stream[at] == 'T' && at + 1 < stream.size() && (contains("jdDm*", stream.substr(at + 1, 1)))) ||
               (stream[at] == 'E' && stream.substr(at).starts_with("ET"))) {
      if (stream[at] == 'E' || contains("dDm*", stream.substr(at + 1, 1))) out += '\n';
    }
  }
  return out;
}

struct PdfWord {
  std::string_view word, rule, message;
};
constexpr PdfWord kPdfWords[] = {
    {"/EmbeddedFile", "pdf.attachment", "attached files"},
    {"/Filespec", "pdf.attachment", "attached files"},
    {"/JavaScript", "pdf.script", "script"},
    {"/JS ", "pdf.script", "script"},
    {"/JS(", "pdf.script", "script"},
    {"/Launch", "pdf.script", "actions"},
    {"/AcroForm", "pdf.form", "a form"},
    {"/XFA", "pdf.form", "a form"},
    {"/OCG", "pdf.layer", "layers that may be hidden"},
    {"/RichMedia", "pdf.attachment", "media"},
    {"/Encrypt", "pdf.encrypted", "encryption: it cannot be examined"},
    {"/Annot ", "pdf.annotation", "annotations"},
    {"/Subtype/Text", "pdf.annotation", "notes"},
    {"/Subtype /Text", "pdf.annotation", "notes"},
    {"/FreeText", "pdf.annotation", "notes"},
    {"/PieceInfo", "pdf.private", "private data of a program"},
};

void open_pdf(std::string_view data, Opened& out) {
  const std::size_t end = data.rfind("%%EOF");
  if (end == std::string_view::npos)
    out.findings.add("pdf.broken", "file", "no end mark");
  else if (data.substr(end + 5).find_first_not_of("\r\n \t") != std::string_view::npos)
    out.findings.add("file.trailing", "file", "bytes behind the end of the document");
  std::size_t ends = 0;
  for (std::size_t at = data.find("%%EOF"); at != std::string_view::npos; at = data.find("%%EOF", at + 1))
    ++ends;
  const bool linear = contains(data.substr(0, 1024), "/Linearized");
  if (ends > (linear ? 2U : 1U))
    out.findings.add("pdf.incremental", "file", "earlier versions of the document are inside");
  std::string all(data), text;
  std::size_t total = 0;
  for (std::size_t at = data.find("stream"); at != std::string_view::npos; at = data.find("stream", at + 6)) {
    if (at >= 3 && data.substr(at - 3, 3) == "end") continue;
    std::size_t start = at + 6;
    if (start < data.size() && data[start] == '\r') ++start;
    if (start < data.size() && data[start] == '\n') ++start;
    const std::size_t stop = data.find("endstream", start);
    if (stop == std::string_view::npos) break;
    const std::size_t dictionary = data.rfind("obj", at);
    const std::string_view head =
        dictionary == std::string_view::npos ? std::string_view{} : data.substr(dictionary, at - dictionary);
    std::string content(data.substr(start, stop - start));
    if (contains(head, "FlateDecode")) {
      auto unpacked = inflate_bytes(content, 15, kLargestInflated);
      if (!unpacked) {
        out.findings.add("pdf.broken", "file", "a stream that cannot be unpacked");
        continue;
      }
      content = std::move(*unpacked);
    }
    total += content.size();
    if (total > kLargestInflated) {
      out.findings.add("archive.bomb", "file", "the document grows beyond measure when unpacked");
      break;
    }
    if (contains(head, "/Image") || contains(head, "FontFile") || contains(head, "/Length1")) {
      if (content.starts_with("\xFF\xD8")) open_container(FileType::kJpeg, content, 1, out);
      continue;
    }
    if (contains(head, "ObjStm")) all += content;
    if (contains(head, "EmbeddedFile"))
      out.texts.push_back({"attachment.csv", content});
    else if (contains(content, "Tj") || contains(content, "TJ"))
      text += pdf_strings(content) + "\n";
    if (contains(content, "3 Tr")) out.findings.add("pdf.hidden_text", "file", "invisible text");
    if (contains(head, "/Metadata")) out.texts.push_back({"metadata.txt", text_of(content, {"rdf:li"})});
  }
  for (const PdfWord& word : kPdfWords)
    if (contains(all, word.word)) out.findings.add(word.rule, "file", word.message);
  for (const std::string_view key : {"/Title", "/Subject", "/Keywords", "/Author"})
    for (std::size_t at = all.find(key); at != std::string::npos; at = all.find(key, at + 1)) {
      const std::size_t open = all.find_first_not_of(" ", at + key.size());
      if (open != std::string::npos && (all[open] == '(' || all[open] == '<'))
        out.texts.push_back(
            {"properties.txt",
             pdf_strings(std::string_view(all).substr(
                 open, std::min<std::size_t>(2000, all.find(all[open] == '(' ? ")" : ">", open) - open + 1)))});
    }
  out.texts.push_back({"pages.txt", std::move(text)});
}

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
      if (!usual || value.size() > 200) out.findings.add("image.text", "file", "text beside the picture");
      out.texts.push_back({"picture.txt", std::move(value)});
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
  std::map<std::string, std::uint64_t> colours;
  std::uint64_t near = 0, pairs = 0;
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
        const int difference = std::abs(static_cast<std::uint8_t>(row[i]) - static_cast<std::uint8_t>(row[i - c]));
        near += difference == 1;
        pairs += difference <= 1;
      }
    }
    previous.assign(row, line - 1);
  }
  // In a drawing neighbours are equal or differ much; differing by just one in a good part of places is a message.
  if (pairs > 500 && near * 4 > pairs)
    out.findings.add("image.low_bits", "file", "the lowest bits of the picture carry noise or a message");
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
    if (marker == 0xFE) {
      out.findings.add("image.text", "file", "text beside the picture");
      out.texts.push_back({"picture.txt", std::string(body)});
    }
    at += 2 + std::max<std::size_t>(size, 2);
  }
}

void open_markup(FileType type, std::string_view data, Opened& out) {
  const std::string low = lower(data);
  const auto look = [&](std::string_view word, std::string_view rule, std::string_view message) {
    if (contains(low, word)) out.findings.add(rule, "file", message);
  };
  look("<script", "markup.script", "script");
  look("javascript:", "markup.script", "script");
  look("<foreignobject", "markup.foreign", "foreign objects");
  look("<iframe", "markup.foreign", "frames");
  look("<object", "markup.foreign", "embedded objects");
  look("<embed", "markup.foreign", "embedded objects");
  look("data:application", "markup.data", "data within the file");
  look("data:text", "markup.data", "data within the file");
  if (type == FileType::kSvg) look("data:image", "markup.data", "a picture within the drawing");
  for (const std::string_view hidden : {"opacity:0;", "opacity: 0;", "opacity=\"0\"", "opacity:0\"", "display:none",
                                        "display: none", "visibility:hidden", "visibility: hidden", "font-size:0",
                                        "font-size: 0", "visibility=\"hidden\"", "display=\"none\""})
    look(hidden, "markup.hidden", "parts that are not shown");
  for (const std::string_view event : {" onload=", " onclick=", " onerror=", " onmouseover="})
    look(event, "markup.script", "script");
  std::size_t points = 0;
  for (const std::string_view shape : {"<circle", "<use", "<ellipse", "<rect", "<path", "<text"})
    for (std::size_t at = low.find(shape); at != std::string::npos; at = low.find(shape, at + 1))
      ++points;
  if (type == FileType::kSvg) {
    if (points > kMostPoints)
      out.findings.add("markup.points", "file", "more than 5000 shapes: a point for each record");
    std::size_t circles = 0;
    for (const std::string_view shape : {"<circle", "<use", "<ellipse"})
      for (std::size_t at = low.find(shape); at != std::string::npos; at = low.find(shape, at + 1))
        ++circles;
    if (circles > 200) out.findings.add("plot.scatter", "file", "many single points: a point for each person or event");
  }
  for (std::size_t at = low.find("<!--"); at != std::string::npos; at = low.find("<!--", at + 1)) {
    const std::size_t end = low.find("-->", at);
    if (end == std::string::npos) break;
    out.texts.push_back({"comment.txt", std::string(data.substr(at + 4, end - at - 4))});
  }
  // Tables as csv, then everything as text; attributes hold words too.
  elements(data, "table", [&](std::string_view, std::string_view table) {
    std::string csv;
    elements(table, "tr", [&](std::string_view, std::string_view row) {
      std::string line;
      for (std::size_t at = 0; at < row.size();) {
        const std::size_t td = std::min(row.find("<td", at), row.find("<th", at));
        if (td == std::string_view::npos) break;
        const std::size_t open = row.find('>', td), close = std::min(row.find("</td>", td), row.find("</th>", td));
        if (open == std::string_view::npos || close == std::string_view::npos || close < open) break;
        line += (line.empty() ? "" : ",") + csv_field(text_of(row.substr(open + 1, close - open - 1), {}));
        at = close + 5;
      }
      if (!line.empty()) csv += line + "\n";
    });
    out.texts.push_back({"table.csv", std::move(csv)});
  });
  std::string attributes;
  for (const std::string_view word :
       {"title=\"", "alt=\"", "value=\"", "data-", "id=\"", "aria-label=\"", "content=\""})
    for (std::size_t at = low.find(word); at != std::string::npos && attributes.size() < (1U << 20);
         at = low.find(word, at + 1)) {
      const std::size_t open = low.find('"', at);
      const std::size_t end = open == std::string::npos ? open : low.find('"', open + 1);
      if (end == std::string::npos || end - open > 5000) continue;
      attributes += std::string(data.substr(open + 1, end - open - 1)) + "\n";
    }
  out.texts.push_back({"attributes.txt", std::move(attributes)});
  out.texts.push_back(
      {"text.txt", text_of(data, {"p", "tr", "li", "div", "text", "tspan", "h1", "h2", "h3", "br", "title", "desc"},
                           ' ', {"td", "th"})});
}

void gather(const Json& value, std::string& text) {
  if (value.is_string()) text += value.get<std::string>() + "\n";
  if (value.is_array())
    for (const Json& item : value)
      if (item.is_string()) text += item.get<std::string>();
  text += "\n";
}

void open_notebook(std::string_view data, Opened& out) {
  const auto parsed = parse_json(data);
  if (!parsed || !parsed->is_object() || !parsed->contains("cells") || !(*parsed)["cells"].is_array()) {
    out.findings.add("notebook.broken", "file", "a notebook that cannot be read");
    return;
  }
  if (parsed->contains("metadata") && (*parsed)["metadata"].contains("widgets"))
    out.findings.add("notebook.widgets", "file", "the state of widgets");
  std::string text;
  if (parsed->contains("metadata")) text += (*parsed)["metadata"].dump(1) + "\n";
  for (const Json& cell : (*parsed)["cells"]) {
    if (!cell.is_object()) continue;
    if (cell.contains("attachments") && !cell["attachments"].empty())
      out.findings.add("notebook.attachment", "file", "attachments of a cell");
    if (cell.contains("outputs") && cell["outputs"].is_array() && !cell["outputs"].empty()) {
      out.findings.add("notebook.outputs", "file", "outputs that are not stripped");
      text += cell["outputs"].dump() + "\n";
    }
    if (cell.contains("source")) gather(cell["source"], text);
    if (cell.contains("metadata") && !cell["metadata"].empty()) text += cell["metadata"].dump(1) + "\n";
  }
  out.texts.push_back({"notebook.cells", std::move(text)});
}

}  // namespace

std::string_view name(FileType type) {
  constexpr std::string_view kNames[] = {"text", "svg",  "html", "notebook", "xlsx", "docx", "pptx",
                                         "zip",  "gzip", "pdf",  "png",      "jpeg", "other"};
  return kNames[static_cast<std::size_t>(type)];
}

FileType type_of(std::string_view content, std::string_view file_name) {
  if (content.starts_with("PK\x03\x04") || content.starts_with("PK\x05\x06")) {
    if (contains(content, "xl/workbook")) return FileType::kXlsx;
    if (contains(content, "word/document")) return FileType::kDocx;
    if (contains(content, "ppt/presentation")) return FileType::kPptx;
    return FileType::kZip;
  }
  if (content.starts_with("\x1F\x8B")) return FileType::kGzip;
  if (contains(content.substr(0, 1024), "%PDF-")) return FileType::kPdf;
  if (content.starts_with("\x89PNG\r\n\x1A\n")) return FileType::kPng;
  if (content.starts_with("\xFF\xD8\xFF")) return FileType::kJpeg;
  const std::string name = lower(file_name), head = lower(content.substr(0, 2000));
  if (contains(head, "<svg")) return FileType::kSvg;
  if (contains(head, "<html") || contains(head, "<!doctype html") || name.ends_with(".html") || name.ends_with(".htm"))
    return FileType::kHtml;
  if (name.ends_with(".ipynb")) return FileType::kNotebook;
  if (content.find('\0') != std::string_view::npos) return FileType::kOther;
  return FileType::kText;
}

bool fits(FileType type, std::string_view file_name) {
  struct Row {
    FileType type;
    std::string_view ends;
  };
  constexpr Row kRows[] = {{FileType::kSvg, ".svg"},        {FileType::kHtml, ".html"}, {FileType::kHtml, ".htm"},
                           {FileType::kNotebook, ".ipynb"}, {FileType::kXlsx, ".xlsx"}, {FileType::kDocx, ".docx"},
                           {FileType::kPptx, ".pptx"},      {FileType::kZip, ".zip"},   {FileType::kGzip, ".gz"},
                           {FileType::kPdf, ".pdf"},        {FileType::kPng, ".png"},   {FileType::kJpeg, ".jpg"},
                           {FileType::kJpeg, ".jpeg"}};
  const std::string name = lower(file_name);
  const auto carries = [&](const Row& row) { return name.ends_with(row.ends); };
  if (type == FileType::kText || type == FileType::kOther) return std::ranges::none_of(kRows, carries);
  return std::ranges::any_of(kRows, [&](const Row& row) { return row.type == type && carries(row); });
}

void open_container(FileType type, std::string_view content, int depth, Opened& out) {
  if (depth > 2) {
    out.findings.add("archive.nested", "file", "files within files within files");
    return;
  }
  switch (type) {
    case FileType::kXlsx:
    case FileType::kDocx:
    case FileType::kPptx:
      return open_office(content, out);
    case FileType::kZip:
      return open_zip(content, depth, out);
    case FileType::kGzip: {
      std::size_t used = 0;
      const auto inner = inflate_bytes(content, 31, std::min(kLargestInflated, content.size() * kLargestRatio), &used);
      if (!inner)
        out.findings.add("archive.broken", "file", "cannot be unpacked within bounds");
      else if (type_of(*inner, "x.csv") != FileType::kText)
        out.findings.add("archive.nested", "file", "an archive of something that is no text");
      else
        out.texts.push_back({"content.csv", *inner});
      if (inner && used < content.size())
        out.findings.add("file.trailing", "file", "bytes behind the end of the archive");
      return;
    }
    case FileType::kPdf:
      return open_pdf(content, out);
    case FileType::kPng:
      return open_png(content, out);
    case FileType::kJpeg:
      return open_jpeg(content, out);
    case FileType::kSvg:
    case FileType::kHtml:
      return open_markup(type, content, out);
    case FileType::kNotebook:
      return open_notebook(content, out);
    case FileType::kText:
    case FileType::kOther:
      return;
  }
}

}  // namespace sekisho::disclosure

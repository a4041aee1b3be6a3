// The first sheet of an xlsx workbook (ECMA-376 parts 1 and 2) as CSV. Only what published lists use: shared and inline
// texts, numbers, no formulas beyond their stored result.
#include <algorithm>
#include <charconv>

#include "core/csv.h"
#include "core/text.h"
#include "masters/source.h"

namespace sekisho::masters {
namespace {

// Text of an XML fragment: tags dropped, the five entities and numbers resolved.
std::string plain(std::string_view xml) {
  std::string out;
  for (std::size_t i = 0; i < xml.size();) {
    if (xml[i] == '<') {
      const std::size_t end = xml.find('>', i);
      if (end == xml.npos) break;
      i = end + 1;
      continue;
    }
    if (xml[i] != '&') {
      out += xml[i++];
      continue;
    }
    const std::size_t end = std::min(xml.find(';', i), i + 12);
    const std::string_view entity = xml.substr(i + 1, end == xml.npos ? 0 : end - i - 1);
    std::uint32_t code = 0;
    if (entity == "lt")
      out += '<';
    else if (entity == "gt")
      out += '>';
    else if (entity == "amp")
      out += '&';
    else if (entity == "quot")
      out += '"';
    else if (entity == "apos")
      out += '\'';
    else if (entity.starts_with("#x"))
      std::from_chars(entity.data() + 2, entity.data() + entity.size(), code, 16);
    else if (entity.starts_with("#"))
      std::from_chars(entity.data() + 1, entity.data() + entity.size(), code);
    if (code != 0 && code < 0x110000) append_utf8(out, static_cast<char32_t>(code));
    i = end == xml.npos ? xml.size() : end + 1;
  }
  return out;
}

// Calls take(attributes, content) for each element `tag` from `xml`.
template <class Take>
void each(std::string_view xml, std::string_view tag, Take&& take) {
  const std::string open = "<" + std::string(tag), close = "</" + std::string(tag) + ">";
  for (std::size_t at = xml.find(open); at != xml.npos; at = xml.find(open, at)) {
    const std::size_t after = at + open.size();
    if (after >= xml.size() || (xml[after] != ' ' && xml[after] != '>' && xml[after] != '/')) {
      at = after;
      continue;
    }
    const std::size_t head = xml.find('>', after);
    if (head == xml.npos) return;
    if (xml[head - 1] == '/') {
      take(xml.substr(after, head - after - 1), std::string_view{});
      at = head + 1;
      continue;
    }
    const std::size_t end = xml.find(close, head);
    if (end == xml.npos) return;
    take(xml.substr(after, head - after), xml.substr(head + 1, end - head - 1));
    at = end + close.size();
  }
}

std::string_view attribute(std::string_view attributes, std::string_view name) {
  const std::string key = " " + std::string(name) + "=\"";
  const std::size_t at = attributes.find(key);
  if (at == attributes.npos) return {};
  const std::size_t begin = at + key.size(), end = attributes.find('"', begin);
  return end == attributes.npos ? std::string_view{} : attributes.substr(begin, end - begin);
}

// "AB12" -> 27; columns beyond 16384 do not exist.
std::size_t column_of(std::string_view reference) {
  std::size_t column = 0;
  for (const char c : reference) {
    if (c < 'A' || c > 'Z' || column > 16'384) break;
    column = column * 26 + static_cast<std::size_t>(c - 'A' + 1);
  }
  return column == 0 ? 0 : column - 1;
}

// Japanese readings of shared texts stand in rPh elements and are no part of the text.
std::string without_readings(std::string_view xml) {
  std::string out;
  for (std::size_t at = 0; at < xml.size();) {
    const std::size_t begin = std::min(xml.find("<rPh", at), xml.size());
    out += xml.substr(at, begin - at);
    if (begin == xml.size()) break;
    const std::size_t end = xml.find("</rPh>", begin);
    if (end == xml.npos) break;
    at = end + 6;
  }
  return out;
}

}  // namespace

Result<std::string> xlsx_to_csv(ByteView workbook, std::string_view name, std::size_t limit) {
  SEKISHO_TRY(const std::vector<ZipEntry> entries, read_zip(workbook, name, {limit, 10'000}));
  std::vector<std::string> shared;
  const ZipEntry* sheet = nullptr;
  for (const ZipEntry& entry : entries) {
    if (entry.name == "xl/sharedStrings.xml")
      each(as_text(entry.content), "si",
           [&](std::string_view, std::string_view content) { shared.push_back(plain(without_readings(content))); });
    const bool is_sheet = entry.name.starts_with("xl/worksheets/sheet") && entry.name.ends_with(".xml");
    const auto shorter = [](const std::string& a, const std::string& b) {
      return a.size() != b.size() ? a.size() < b.size() : a < b;
    };
    if (is_sheet && (sheet == nullptr || shorter(entry.name, sheet->name))) sheet = &entry;
  }
  if (sheet == nullptr) return fail("masters.xlsx", "the workbook has no sheet", {.file = std::string(name)});
  std::string out;
  each(as_text(sheet->content), "row", [&](std::string_view, std::string_view cells) {
    std::vector<std::string> row;
    each(cells, "c", [&](std::string_view attributes, std::string_view content) {
      const std::string_view reference = attribute(attributes, "r"), type = attribute(attributes, "t");
      const std::size_t column = reference.empty() ? row.size() : column_of(reference);
      if (column > 1'000) return;
      if (row.size() <= column) row.resize(column + 1);
      std::string value = plain(content);
      if (type == "s") {
        std::size_t index = shared.size();
        std::from_chars(value.data(), value.data() + value.size(), index);
        value = index < shared.size() ? shared[index] : "";
      }
      row[column] = std::move(value);
    });
    const std::vector<std::string_view> views(row.begin(), row.end());
    if (out.size() < limit) append_csv(out, views);
  });
  return out;
}

}  // namespace sekisho::masters

// The first sheet of an xlsx workbook (ECMA-376 parts 1 and 2) as CSV. Only what published lists use: shared and inline
// texts, numbers, no formulas beyond their stored result.
#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "core/csv.h"
#include "core/text.h"
#include "masters/source.h"
#include "masters/spreadsheet.h"

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

class Workbook {
 public:
  Workbook(std::vector<ZipEntry> entries, std::string_view name, std::size_t limit, std::string_view sheet)
      : entries_(std::move(entries)), name_(name), wanted_(sheet), limit_(limit) {}

  Result<std::string> csv() {
    const std::string_view sheet = part(first_sheet());
    if (sheet.empty()) return fail("masters.xlsx", "the workbook has no sheet", {.file = std::string(name_)});
    each(part("xl/sharedStrings.xml"), "si",
         [&](std::string_view, std::string_view content) { shared_.push_back(plain(without_readings(content))); });
    read_styles();
    std::string out;
    bool full = false;
    std::size_t line = 0;
    each(sheet, "row", [&](std::string_view attributes, std::string_view cells) {
      if (full) return;
      // A row of the sheet is a line of the CSV, also behind rows that the sheet leaves out.
      const std::size_t row_number = std::min(number_of(attribute(attributes, "r")), 1'048'576u);
      for (++line; line < row_number; ++line)
        out += '\n';
      const std::vector<std::string> row = row_of(cells);
      const std::vector<std::string_view> views(row.begin(), row.end());
      append_csv(out, views);
      full = out.size() > limit_;
    });
    if (full) return fail("masters.xlsx", "the sheet holds more than the limit", {.file = std::string(name_)});
    return out;
  }

 private:
  std::string_view part(std::string_view wanted) const {
    const auto found = std::ranges::find(entries_, wanted, &ZipEntry::name);
    return found == entries_.end() ? std::string_view{} : as_text(found->content);
  }

  // The first sheet that is shown, by the workbook's own order; else the one with the lowest number.
  std::string first_sheet() {
    std::string id, path;
    const std::string_view book = part("xl/workbook.xml");
    since_1904_ = book.find("date1904=\"1\"") != book.npos || book.find("date1904=\"true\"") != book.npos;
    each(book, "sheet", [&](std::string_view attributes, std::string_view) {
      const std::string_view state = attribute(attributes, "state");
      const bool shown = state != "hidden" && state != "veryHidden";
      if (id.empty() && shown && plain(attribute(attributes, "name")).contains(wanted_))
        id = attribute(attributes, "r:id");
    });
    each(part("xl/_rels/workbook.xml.rels"), "Relationship", [&](std::string_view attributes, std::string_view) {
      if (id.empty() || attribute(attributes, "Id") != id) return;
      const std::string target(attribute(attributes, "Target"));
      path = target.starts_with('/') ? target.substr(1) : "xl/" + target;
    });
    if (!part(path).empty()) return path;
    if (!wanted_.empty()) return {};
    std::string best;
    for (const ZipEntry& entry : entries_) {
      const bool is_sheet = entry.name.starts_with("xl/worksheets/sheet") && entry.name.ends_with(".xml");
      if (is_sheet && (best.empty() || std::pair(entry.name.size(), std::string_view(entry.name)) <
                                           std::pair(best.size(), std::string_view(best))))
        best = entry.name;
    }
    return best;
  }

  static unsigned number_of(std::string_view text) {
    unsigned value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  }

  void read_styles() {
    const std::string_view styles = part("xl/styles.xml");
    std::map<unsigned, bool> own;
    each(styles, "numFmt", [&](std::string_view attributes, std::string_view) {
      own[number_of(attribute(attributes, "numFmtId"))] = shows_day(plain(attribute(attributes, "formatCode")));
    });
    each(styles, "cellXfs", [&](std::string_view, std::string_view content) {
      each(content, "xf", [&](std::string_view attributes, std::string_view) {
        const unsigned format = number_of(attribute(attributes, "numFmtId"));
        const auto found = own.find(format);
        days_.push_back(found == own.end() ? shows_day(format) : found->second);
      });
    });
  }

  std::vector<std::string> row_of(std::string_view cells) const {
    std::vector<std::string> row;
    each(cells, "c", [&](std::string_view attributes, std::string_view content) {
      const std::string_view reference = attribute(attributes, "r");
      const std::size_t column = reference.empty() ? row.size() : column_of(reference);
      if (column > 1'000) return;
      if (row.size() <= column) row.resize(column + 1);
      row[column] = one_line(text_of(attributes, content));
    });
    return row;
  }

  std::string text_of(std::string_view attributes, std::string_view content) const {
    const std::string_view type = attribute(attributes, "t");
    if (type == "inlineStr") return plain(without_readings(content));
    std::string value;
    each(content, "v", [&](std::string_view, std::string_view inner) { value = plain(inner); });
    if (type == "s") {
      std::size_t index = shared_.size();
      std::from_chars(value.data(), value.data() + value.size(), index);
      return index < shared_.size() ? shared_[index] : "";
    }
    if (!type.empty() && type != "n") return value;
    // Spreadsheet programs write 10.4 as 10.400000000000000355 at times; 15 digits are what they show.
    double number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc{} || end != value.data() + value.size()) return value;
    const std::size_t style = number_of(attribute(attributes, "s"));
    const bool day = style < days_.size() && days_[style];
    return day || value.size() > 15 || value.find_first_of("eE") != value.npos ? number_text(number, day, since_1904_)
                                                                               : value;
  }

  std::vector<ZipEntry> entries_;
  std::string_view name_, wanted_;
  std::size_t limit_;
  bool since_1904_ = false;
  std::vector<std::string> shared_;
  std::vector<bool> days_;  // of each cell style
};

}  // namespace

Result<std::string> xlsx_to_csv(ByteView workbook, std::string_view name, std::size_t limit, std::string_view sheet) {
  SEKISHO_TRY(std::vector<ZipEntry> entries, read_zip(workbook, name, {limit, 10'000}));
  return Workbook(std::move(entries), name, limit, sheet).csv();
}

}  // namespace sekisho::masters

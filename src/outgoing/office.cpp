// Office documents: every sheet as a table, every text, and what does not show on the page.
#include <algorithm>
#include <cstdlib>
#include <utility>

#include "outgoing/archive.h"
#include "outgoing/containers.h"
#include "outgoing/markup_text.h"

namespace sekisho::outgoing {
namespace {

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
    {"xl/connections", "office.external", "a connection to a database with its question"},
    {"queryTable", "office.external", "a table filled from a database"},
    {"embeddings/", "office.embedded", "embedded objects"},
    {"oleObject", "office.embedded", "embedded objects"},
    {"docProps/thumbnail", "office.thumbnail", "a picture of the first page"},
    {"docProps/custom", "office.properties", "custom properties"},
    {"activeX", "office.macro", "active parts"},
    {"printerSettings", "", ""},
};

constexpr std::size_t kManyPoints = 30;

std::size_t points_of(std::string_view values) {
  std::size_t points = 0;
  elements(values, "c:pt", [&](std::string_view, std::string_view) { ++points; });
  return points;
}

// Points of charts that show each by itself.
std::size_t single_points(std::string_view chart) {
  std::size_t points = 0;
  for (const std::string_view kind : {"c:scatterChart", "c:bubbleChart"})
    elements(chart, kind, [&](std::string_view, std::string_view content) {
      std::size_t across = 0, up = 0;
      elements(content, "c:xVal", [&](std::string_view, std::string_view values) { across += points_of(values); });
      elements(content, "c:yVal", [&](std::string_view, std::string_view values) { up += points_of(values); });
      points += std::max(across, up);
    });
  return points;
}

// Letters in the colour of the paper: a white font in a cell without a fill.
void judge_styles(const Entry& entry, Opened& out) {
  std::vector<bool> white, filled;
  elements(entry.content, "font", [&](std::string_view, std::string_view font) {
    white.push_back(font.contains("rgb=\"FFFFFFFF\"") || font.contains("rgb=\"00FFFFFF\"") ||
                    font.contains("<color theme=\"0\"/>") || font.contains("sz val=\"1\""));
  });
  elements(entry.content, "fill", [&](std::string_view, std::string_view fill) {
    filled.push_back(fill.contains("\"solid\"") && !fill.contains("fgColor rgb=\"FFFFFFFF\"") &&
                     !fill.contains("fgColor theme=\"0\""));
  });
  elements(entry.content, "cellXfs", [&](std::string_view, std::string_view formats) {
    elements(formats, "xf", [&](std::string_view tag, std::string_view) {
      const std::size_t font = std::strtoul(attribute(tag, "fontId").c_str(), nullptr, 10),
                        fill = std::strtoul(attribute(tag, "fillId").c_str(), nullptr, 10);
      if (font < white.size() && white[font] && !(fill < filled.size() && filled[fill]))
        out.findings.add("office.hidden_text", entry.name, "a white or tiny font without a fill behind it");
    });
  });
}

// Words in quotes within number formats: 0" cases".
void read_formats(const Entry& entry, Opened& out) {
  std::string words;
  elements(entry.content, "numFmt",
           [&](std::string_view tag, std::string_view) { words += text_of(attribute(tag, "formatCode"), {}) + "\n"; });
  std::ranges::replace(words, '"', ' ');
  if (!words.empty()) out.texts.push_back({"formats.txt", std::move(words)});
}

// Names and labels that attributes carry: bookmarks, tags, fields. Numbers and settings are left out.
std::string worded_attributes(std::string_view xml) {
  std::string out;
  const std::string all = attribute_values(xml);
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = std::min(all.find('\n', at), all.size());
    std::string line = all.substr(at, end - at);
    at = end + 1;
    const std::size_t colon = std::min(line.find(": "), line.size());
    const std::string_view name = std::string_view(line).substr(0, colon);
    if (name.contains("typeface") || name.contains("font") || name.contains("asci") || name.contains("asia") ||
        name.contains("hansi") || name.contains(":cs") || name.contains("target"))
      continue;
    const std::string_view value = std::string_view(line).substr(colon);
    const bool words = std::ranges::any_of(value, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }) ||
                       (value.substr(std::min<std::size_t>(2, value.size())).contains(' ') &&
                        std::ranges::any_of(value, [](char c) { return c >= 'A' && c <= 'Z'; }));
    if (!words) continue;
    std::ranges::replace(line, '_', ' ');
    out += line.substr(std::min(colon + 2, line.size())) + "\n";
  }
  return out;
}

void read_tables(const Entry& entry, std::string_view table, std::string_view row, std::string_view cell, Opened& out) {
  elements(entry.content, table, [&](std::string_view, std::string_view body) {
    std::string csv;
    elements(body, row, [&](std::string_view, std::string_view cells) {
      std::string line;
      elements(cells, cell, [&](std::string_view, std::string_view content) {
        line += (line.empty() ? "" : ",") + csv_field(text_of(content, {}));
      });
      if (!line.empty()) csv += line + "\n";
    });
    if (!csv.empty()) out.texts.push_back({entry.name + ".csv", std::move(csv)});
  });
}

// Readings of names: two words of katakana, beside what they belong to.
void judge_readings(const std::string& readings, Opened& out) {
  if (readings.empty()) return;
  for (std::size_t at = 0; at < readings.size();) {
    const std::size_t end = std::min(readings.find('\n', at), readings.size());
    const std::string folded = fold_forms(std::string_view(readings).substr(at, end - at));
    at = end + 1;
    const std::size_t blank = folded.find(' ');
    const bool kana =
        std::ranges::all_of(folded, [](char c) { return static_cast<unsigned char>(c) >= 0x80 || c == ' '; });
    if (kana && blank != std::string::npos && folded.find(' ', blank + 1) == std::string::npos &&
        code_points(folded) <= 13)
      out.findings.add("id.name_like", "readings", "a reading of two words, as names have them");
  }
  out.texts.push_back({"readings.txt", readings});
}

// COUNTIF(raw!A:A,"00123456"): a formula that speaks of one person.
void judge_formula(const Entry& entry, std::string_view formula, Opened& out) {
  const std::string plain = text_of(formula, {});
  for (std::size_t at = plain.find('"'); at != std::string::npos;) {
    const std::size_t end = plain.find('"', at + 1);
    if (end == std::string::npos) return;
    const std::string_view word = std::string_view(plain).substr(at + 1, end - at - 1);
    if (word.size() >= 6 && word.size() != 9 && std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; }))
      out.findings.add("code.list", entry.name, "a formula with a long number in quotes: a person's key?");
    at = plain.find('"', end + 1);
  }
}

void open_sheet(const Entry& entry, const std::vector<std::string>& strings, Opened& out) {
  std::string csv, block, readings;
  std::vector<std::string> blocks;  // tables one below the other, with empty rows between
  std::size_t last = 0;
  elements(entry.content, "row", [&](std::string_view tag, std::string_view row) {
    if (attribute(tag, "hidden") == "1" ||
        (!attribute(tag, "ht").empty() && std::strtod(attribute(tag, "ht").c_str(), nullptr) < 2) ||
        attribute(tag, "zeroHeight") == "1")
      out.findings.add("office.hidden_row", entry.name, "hidden rows");
    std::string line;
    elements(row, "c", [&](std::string_view cell, std::string_view content) {
      std::string value;
      elements(content, "v", [&](std::string_view, std::string_view v) { value = text_of(v, {}); });
      elements(content, "is", [&](std::string_view, std::string_view v) {
        value = text_of(v.substr(0, v.find("<rPh")), {});
        elements(v, "rPh",
                 [&](std::string_view, std::string_view reading) { readings += text_of(reading, {}) + "\n"; });
      });
      if (attribute(cell, "t") == "s") {
        const std::size_t n = std::strtoul(value.c_str(), nullptr, 10);
        value = n < strings.size() ? strings[n] : "";
      }
      line += (line.empty() ? "" : ",") + csv_field(value);
    });
    const std::size_t place = std::strtoul(attribute(tag, "r").c_str(), nullptr, 10);
    const bool bare = line.find_first_not_of("\",") == std::string::npos;
    if ((bare || (place > last + 1 && last > 0)) && !block.empty()) blocks.push_back(std::exchange(block, {}));
    last = place;
    if (line.empty()) return;
    csv += line + "\n";
    if (!bare) block += line + "\n";
  });
  if (!blocks.empty()) {
    blocks.push_back(std::move(block));
    for (std::string& part : blocks)
      if (std::ranges::count(part, '\n') >= 3) out.texts.push_back({entry.name + ".csv", std::move(part)});
  }
  elements(entry.content, "col", [&](std::string_view tag, std::string_view) {
    if (attribute(tag, "hidden") == "1" ||
        (!attribute(tag, "width").empty() && std::strtod(attribute(tag, "width").c_str(), nullptr) < 0.2))
      out.findings.add("office.hidden_column", entry.name, "hidden columns");
  });
  out.texts.push_back({entry.name + ".csv", std::move(csv)});
  judge_readings(readings, out);
  if (entry.content.contains("<filterColumn"))
    out.findings.add("office.filter", entry.name, "a filter: rows that are not shown, values that were searched for");
  // Headers and footers, lists of allowed values, formulas, prompts: they show elsewhere than in cells.
  std::string around;
  for (const std::string_view tag : {"oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter",
                                     "formula1", "formula2", "f", "text"})
    elements(entry.content, tag, [&](std::string_view, std::string_view body) {
      std::string words = text_of(body, {});
      for (const std::string_view side : {"&L", "&C", "&R"})  // left, middle and right of a header
        for (std::size_t at = words.find(side); at != std::string::npos; at = words.find(side))
          words.replace(at, 2, "\n");
      around += words + "\n";
    });
  elements(entry.content, "f", [&](std::string_view, std::string_view formula) { judge_formula(entry, formula, out); });
  for (const std::string_view tag :
       {"dataValidation", "hyperlink", "protectedRange", "scenario", "inputCells", "filter", "customFilter"})
    elements(entry.content, tag,
             [&](std::string_view element, std::string_view) { around += attribute_values(element); });
  if (around.contains("[") && lower(around).contains(".xls"))
    out.findings.add("office.external", entry.name, "formulas that name other files");
  if (!around.empty()) out.texts.push_back({entry.name + ".txt", std::move(around)});
}

// Programs may write every name with a prefix of their own: <x:row>, <ns0:p>.
void use_usual_prefixes(std::string& xml) {
  constexpr std::pair<std::string_view, std::string_view> kUsual[] = {
      {"/spreadsheetml/2006/main\"", ""},      {"/spreadsheetml/main\"", ""},
      {"/wordprocessingml/2006/main\"", "w:"}, {"/wordprocessingml/main\"", "w:"},
      {"/presentationml/2006/main\"", "p:"},   {"/drawingml/2006/main\"", "a:"},
      {"/drawingml/2006/chart\"", "c:"},       {"/drawingml/2006/spreadsheetDrawing\"", "xdr:"}};
  for (const auto& [space, usual] : kUsual) {
    const std::size_t at = xml.find(space);
    const std::size_t from = at == std::string::npos ? at : xml.rfind("xmlns:", at);
    if (from == std::string::npos) continue;
    const std::size_t equal = xml.find('=', from);
    if (equal > at || xml.find('"', equal) + 200 < at || xml.substr(equal, at - equal).contains(' ')) continue;
    const std::string prefix = xml.substr(from + 6, equal - from - 6) + ":";
    if (prefix == usual || prefix.size() > 20) continue;
    std::string out;
    for (std::size_t i = 0; i < xml.size();) {
      const std::size_t begin = xml[i] == '<' ? i + 1 + (i + 1 < xml.size() && xml[i + 1] == '/') : i;
      const bool blank = xml[i] == ' ' && xml.compare(i + 1, prefix.size(), prefix) == 0;  // an attribute
      if ((begin > i && xml.compare(begin, prefix.size(), prefix) == 0) || blank) {
        const std::size_t name = blank ? i + 1 : begin;
        out.append(xml, i, name - i).append(usual);
        i = name + prefix.size();
      } else {
        out += xml[i++];
      }
    }
    xml = std::move(out);
  }
}

}  // namespace

void open_office(std::string_view content, Opened& out) {
  std::vector<Entry> entries = unzip(content, out.findings);
  for (Entry& entry : entries) {
    if (entry.name.ends_with(".xml")) use_usual_prefixes(entry.content);
    std::string words = entry.name;
    std::ranges::replace(words, '_', ' ');
    std::ranges::replace(words, '/', '\n');
    out.texts.push_back({"name.txt", std::move(words)});
    if (entry.name.contains("media/")) judge_inner_name(entry.name, out);
  }
  std::vector<std::string> strings;
  std::string readings;
  for (const Entry& entry : entries)
    if (entry.name == "xl/sharedStrings.xml")
      elements(entry.content, "si", [&](std::string_view, std::string_view item) {
        std::string shown(item);  // readings stand beside what they belong to
        elements(item, "rPh",
                 [&](std::string_view, std::string_view reading) { readings += text_of(reading, {}) + "\n"; });
        if (const std::size_t at = shown.find("<rPh"); at != std::string::npos) shown.resize(at);
        strings.push_back(text_of(shown, {}));
      });
  judge_readings(readings, out);
  for (const Entry& entry : entries) {
    const bool no_property = entry.name.contains("docProps/custom") && !entry.content.contains("<property");
    for (const HiddenPart& part : kHiddenParts)
      if (!part.rule.empty() && entry.name.contains(part.name) && !no_property)
        out.findings.add(part.rule, entry.name, part.message);
    const bool xml = entry.name.ends_with(".xml") || entry.name.ends_with(".rels") || entry.name.ends_with(".vml");
    if (!xml) {
      const FileType inner = type_of(entry.content, entry.name);
      if (entry.name.contains("docProps/thumbnail")) continue;
      if (inner == FileType::kPng || inner == FileType::kJpeg)
        open_container(inner, entry.content, 1, out);
      else if (!entry.content.empty() && !entry.name.contains("printerSettings") && !entry.name.contains("vbaProject"))
        out.findings.add("office.embedded", entry.name, "a part that is no text");
      continue;
    }
    if (entry.name == "xl/workbook.xml") {
      elements(entry.content, "sheet", [&](std::string_view tag, std::string_view) {
        const std::string state = attribute(tag, "state");
        out.texts.push_back({"name.txt", text_of(attribute(tag, "name"), {})});
        if (state == "hidden" || state == "veryHidden")
          out.findings.add("office.hidden_sheet", entry.name, "a hidden sheet");
      });
      elements(entry.content, "definedName", [&](std::string_view tag, std::string_view value) {
        judge_formula(entry, value, out);
        if (attribute(tag, "hidden") == "1" && !tag.contains("_FilterDatabase"))
          out.findings.add("office.hidden_name", entry.name, "hidden names");
      });
    }
    if (entry.name.contains("worksheets/") && !entry.name.contains("_rels")) {
      open_sheet(entry, strings, out);
      continue;
    }
    if (entry.content.contains("TargetMode=\"External\"") && !entry.content.contains("hyperlink"))
      out.findings.add("office.external", entry.name, "links to other files");
    for (const std::string_view tag : {"<w:del ", "<w:ins ", "<w:moveFrom "})
      if (entry.content.contains(tag)) out.findings.add("office.tracked", entry.name, "tracked changes");
    const bool page = entry.name.starts_with("word/") && !entry.name.contains("styles") &&
                      !entry.name.contains("numbering") && !entry.name.contains("settings");
    if (page && (entry.content.contains("<w:vanish/>") || entry.content.contains("<w:vanish ")))
      out.findings.add("office.hidden_text", entry.name, "hidden text");
    if (entry.name.starts_with("word/document") || entry.name.starts_with("word/header") ||
        entry.name.starts_with("word/footer") || entry.name.starts_with("word/footnotes")) {
      bool shaded = false;  // headings in white on a dark ground
      elements(entry.content, "w:shd", [&](std::string_view tag, std::string_view) {
        const std::string fill = attribute(tag, "w:fill");
        shaded = shaded || (!fill.empty() && fill != "auto" && fill != "FFFFFF");
      });
      if (shaded && entry.content.contains("w:color w:val=\"FFFFFF\"")) {
        out.findings.add("office.white_font", entry.name, "white text, and shaded ground somewhere");
      } else if (entry.content.contains("w:color w:val=\"FFFFFF\"") || entry.content.contains("w:sz w:val=\"1\"") ||
                 entry.content.contains("w:sz w:val=\"2\""))
        out.findings.add("office.hidden_text", entry.name, "white or tiny text");
    }
    if (entry.name == "xl/styles.xml") {
      judge_styles(entry, out);
      read_formats(entry, out);
    }
    if (entry.name == "xl/styles.xml" &&
        (entry.content.contains(";;;&quot;") || entry.content.contains("formatCode=\";;;\"")))
      out.findings.add("office.hidden_text", entry.name, "a number format that shows nothing");
    if (entry.content.contains("show=\"0\"") && entry.name.contains("slides/"))
      out.findings.add("office.hidden_sheet", entry.name, "a hidden slide");
    if (entry.name == "docProps/core.xml" || entry.name == "docProps/app.xml" || entry.name.contains("styles") ||
        entry.name.contains("theme") || entry.name.contains("[Content_Types]") || entry.name.contains("fontTable") ||
        entry.name.contains("_rels")) {
      if (entry.name.contains("_rels")) out.texts.push_back({"links.txt", attribute_values(entry.content)});
      if (!entry.name.starts_with("docProps")) continue;
      std::string lines;  // each property on a line of its own
      for (const char c : entry.content)
        lines += c == '<' ? std::string("\n<") : std::string(1, c);
      out.texts.push_back({entry.name + ".txt", text_of(lines, {})});
      continue;
    }
    for (const std::string_view tag : {"wp:docPr", "xdr:cNvPr", "p:cNvPr", "pic:cNvPr"})
      elements(entry.content, tag, [&](std::string_view element, std::string_view) {
        out.texts.push_back({"picture.txt", text_of(attribute(element, "descr") + "\n" + attribute(element, "title") +
                                                        "\n" + attribute(element, "name"),
                                                    {})});
      });
    if (entry.name.contains("charts/")) {
      if (single_points(entry.content) >= kManyPoints)
        out.findings.add("plot.points", entry.name, "a chart keeps the coordinates of many single points");
      out.texts.push_back({"values.txt", text_of(entry.content, {"c:v", "a:t", "c:f", "c:formatCode", "c:pt"})});
      continue;
    }
    if (entry.name.contains("pivotCache")) out.texts.push_back({"values.txt", attribute_values(entry.content)});
    if (entry.name.contains("customXml/item") && !entry.name.contains("Props")) {
      const std::string inside = text_of(entry.content, {});
      if (inside.find_first_not_of(" \t\r\n") != std::string::npos)
        out.findings.add("office.custom_text", entry.name, "custom data with text that no page shows");
    }
    for (const std::string_view part :
         {"queryTable", "settings", "connections", "tables/", "revision", "users", "metadata", "customProperty"})
      if (entry.name.contains(part)) {
        out.texts.push_back({"values.txt", attribute_values(entry.content)});
        break;
      }
    if (std::string words = worded_attributes(entry.content); !words.empty())
      out.texts.push_back({"attributes.txt", std::move(words)});
    read_tables(entry, "w:tbl", "w:tr", "w:tc", out);
    read_tables(entry, "a:tbl", "a:tr", "a:tc", out);
    std::string text =
        text_of(entry.content, {"w:p", "a:p", "si", "w:tr", "t", "text", "Value", "dc:title"}, '\t', {"w:tc"});
    if (!text.empty()) out.texts.push_back({entry.name + ".txt", std::move(text)});
  }
}

}  // namespace sekisho::outgoing

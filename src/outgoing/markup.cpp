// SVG and HTML: what runs, what is hidden, points that stand for persons, tables as tables.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <ranges>
#include <string>

#include "core/bytes.h"
#include "outgoing/containers.h"
#include "outgoing/marks.h"
#include "outgoing/markup_text.h"

namespace sekisho::outgoing {
namespace {

constexpr std::size_t kMostPoints = 5000;
constexpr std::ptrdiff_t kLineParts = 3;
constexpr std::size_t kManyGlyphs = 450, kManyNames = 500;
constexpr double kLargestMark = 14;  // units of the drawing
// Parts of the names under which drawing programs keep letters.
constexpr std::string_view kLetters[] = {"dejavu", "glyph", "font",      "arial",  "sans",
                                         "serif",  "noto",  "helvetica", "gothic", "mincho"};

std::size_t count(std::string_view low, std::initializer_list<std::string_view> tags) {
  std::size_t found = 0;
  for (const std::string_view tag : tags)
    for (std::size_t at = low.find(tag); at != std::string::npos; at = low.find(tag, at + 1))
      ++found;
  return found;
}

// A translation before the mark: transform="translate(12.5 80)".
std::pair<double, double> moved(std::string_view tag) {
  const std::string transform = attribute(tag, "transform");
  const std::size_t open = transform.find("translate(");
  if (open == std::string::npos) return {0, 0};
  char* end = nullptr;
  const double x = std::strtod(transform.c_str() + open + 10, &end);
  while (*end == ',' || *end == ' ')
    ++end;
  return {x, std::strtod(end, nullptr)};
}

// A path drawn within a few units, given by absolute coordinates: a mark. `shape` tells marks of one kind from letters,
// each of which has its own form.
struct SmallPath {
  double left = 0, low = 0, width = 0, height = 0;
  std::size_t commands = 0, points = 0;
  bool small() const { return points >= 2 && width <= kLargestMark && height <= kLargestMark; }
  std::string shape() const {
    return "path " + std::to_string(commands) + " " + std::to_string(std::lround(width * 4)) + " " +
           std::to_string(std::lround(height * 4));
  }
};
SmallPath read_path(std::string_view d) {
  SmallPath out;
  double right = 0, high = 0;
  for (std::size_t at = 0; at < d.size() && d.size() < 600;) {
    const char c = d[at];
    if (c >= 'a' && c <= 'z' && c != 'e') {
      if (!std::string_view("mlcz").contains(c)) return {};
      ++out.commands;
      ++at;
      continue;
    }
    if (!std::string_view("-.0123456789").contains(c)) {
      ++at;
      continue;
    }
    char* end = nullptr;
    const std::string pair(d.substr(at, 60));
    const double x = std::strtod(pair.c_str(), &end);
    while (*end == ',' || *end == ' ')
      ++end;
    const double y = std::strtod(end, &end);
    if (out.points++ == 0) {
      out.left = right = x;
      out.low = high = y;
    }
    out.left = std::min(out.left, x);
    out.low = std::min(out.low, y);
    right = std::max(right, x);
    high = std::max(high, y);
    at += static_cast<std::size_t>(std::max<std::ptrdiff_t>(1, end - pair.c_str()));
  }
  out.width = right - out.left;
  out.height = high - out.low;
  return out;
}

// The corners of a path of straight lines with absolute coordinates; empty: it is another one.
std::vector<std::pair<double, double>> points_of(const std::string& d) {
  std::vector<std::pair<double, double>> out;
  double x = 0, y = 0;
  char command = 0;
  for (const char* at = d.c_str(); *at != 0;) {
    if (*at >= 'a' && *at <= 'z') {
      command = *at++;
      continue;
    }
    if (std::string_view("-.0123456789").find(*at) == std::string_view::npos) {
      ++at;
      continue;
    }
    char* end = nullptr;
    const double value = std::strtod(at, &end);
    if (end == at) return {};
    if (command == 'h') {
      x = value;
    } else if (command == 'v') {
      y = value;
    } else if (command == 'm' || command == 'l') {
      while (*end == ',' || *end == ' ')
        ++end;
      x = value;
      y = std::strtod(end, &end);
    } else {
      return {};
    }
    if (out.size() < 20'000) out.emplace_back(x, y);
    at = end;
  }
  return out;
}

void judge_bars(std::string_view low, Opened& out) {
  std::map<long, std::vector<double>> by_height, by_width;
  elements(low, "rect", [&](std::string_view tag, std::string_view) {
    const double width = std::strtod(attribute(tag, "width").c_str(), nullptr),
                 height = std::strtod(attribute(tag, "height").c_str(), nullptr);
    if (width <= 0 || height <= 0) return;
    by_height[std::lround(height * 5)].push_back(width);
    by_width[std::lround(width * 5)].push_back(height);
  });
  std::map<long, std::vector<double>> across, along;  // segments by where they begin
  elements(low, "path", [&](std::string_view tag, std::string_view) {
    const auto corners = points_of(attribute(tag, "d"));
    if (corners.size() < 2 || corners.size() > 6) return;
    const auto [left, right] = std::ranges::minmax(corners | std::views::keys);
    const auto [top, bottom] = std::ranges::minmax(corners | std::views::values);
    const double width = right - left, height = bottom - top;
    if (corners.size() == 2 && height < 0.01 && width > kLargestMark) across[std::lround(left * 5)].push_back(width);
    if (corners.size() == 2 && width < 0.01 && height > kLargestMark) along[std::lround(bottom * 5)].push_back(height);
    if (corners.size() < 4 || width <= 0.01 || height <= 0.01) return;
    by_height[std::lround(height * 5)].push_back(width);
    by_width[std::lround(width * 5)].push_back(height);
  });
  std::size_t glyphs = 0;  // letters drawn as outlines
  for (std::size_t at = low.find("href=\"#glyph"); at != std::string_view::npos; at = low.find("href=\"#glyph", at + 1))
    ++glyphs;
  if (glyphs > kManyGlyphs)
    out.findings.add("plot.marks", "file",
                     "much text drawn as outlines, which no rule can read: labels of single persons?");
  for (const auto* bars : {&by_height, &by_width, &across, &along})
    for (const auto& [side, lengths] : *bars)
      if (are_single_bars(lengths))
        out.findings.add("plot.marks", "file", "many bars, each of its own length: a bar for each person?");
}

void judge_points(std::string_view low, Opened& out) {
  std::map<std::string, std::vector<std::pair<double, double>>> marks;  // by their kind
  const auto place = [&](const std::string& kind, std::string_view tag, std::string_view x, std::string_view y) {
    const auto [right, down] = moved(tag);
    marks[kind].emplace_back(std::strtod(attribute(tag, x).c_str(), nullptr) + right,
                             std::strtod(attribute(tag, y).c_str(), nullptr) + down);
  };
  for (const std::string_view shape : {"circle", "ellipse"})
    elements(low, shape, [&](std::string_view tag, std::string_view) { place("circle", tag, "cx", "cy"); });
  elements(low, "rect", [&](std::string_view tag, std::string_view) {  // small squares
    const double side = std::strtod(attribute(tag, "width").c_str(), nullptr);
    if (side > 0 && side <= 6 && attribute(tag, "width") == attribute(tag, "height")) place("rect", tag, "x", "y");
  });
  elements(low, "text", [&](std::string_view tag, std::string_view letter) {  // + and x
    if (letter.size() == 1 && (letter[0] < '0' || letter[0] > '9')) place("text", tag, "x", "y");
  });
  elements(low, "path", [&](std::string_view tag, std::string_view) {  // strokes here and there: M10 20h2 M...
    const std::string d = attribute(tag, "d");
    std::vector<std::pair<double, double>> starts;
    for (std::size_t at = d.find('m'); at != std::string::npos; at = d.find('m', at + 1)) {
      char* end = nullptr;
      const double x = std::strtod(d.c_str() + at + 1, &end);
      while (*end == ',' || *end == ' ')
        ++end;
      starts.emplace_back(x, std::strtod(end, nullptr));
    }
    const bool letter = std::ranges::any_of(kLetters, [&](std::string_view word) { return tag.contains(word); });
    if (const SmallPath path = read_path(d); path.small() && !letter && !tag.contains("id=\"glyph"))
      marks[path.shape()].emplace_back(path.left, path.low);
    if (starts.size() > 50 && d.size() < starts.size() * 40 && !letter)
      marks["path"].insert(marks["path"].end(), starts.begin(), starts.end());
  });
  // Letters are drawn by <use> too: those stand in a font's name.
  elements(low, "use", [&](std::string_view tag, std::string_view) {
    const std::string link = attribute(tag, "xlink:href") + attribute(tag, "href");
    if (std::ranges::none_of(kLetters, [&](std::string_view word) { return link.contains(word); }))
      place(link, tag, "x", "y");
  });
  std::vector<std::pair<double, double>> sized;  // bubbles: a form of its own for each size
  std::size_t kinds = 0;
  for (const auto& [kind, places] : marks)
    if (kind.starts_with('#') && places.size() <= 3) {
      ++kinds;
      sized.insert(sized.end(), places.begin(), places.end());
    }
  if (kinds > 12) marks["bubbles"] = std::move(sized);
  std::vector<std::pair<double, double>> all;
  Marks worst = Marks::kFew;
  for (const auto& [kind, places] : marks) {
    worst = std::max(worst, judge_marks(places));
    if (!kind.starts_with("path ")) all.insert(all.end(), places.begin(), places.end());
  }
  if (worst == Marks::kFew && marks.size() <= 12) worst = judge_marks(all);
  if (worst == Marks::kCloud)
    out.findings.add("plot.scatter", "file", "many single points: a point for each person or event");
  if (worst == Marks::kSome)
    out.findings.add("plot.marks", "file", "some marks in no order: sites of a map, or single persons");
  if (worst == Marks::kGrid)
    out.findings.add("plot.grid", "file", "many marks in a grid: cells of ten persons and more, or single persons");
}

void judge_drawing(std::string_view low, Opened& out) {
  if (count(low, {"<circle", "<use", "<ellipse", "<rect", "<path", "<text"}) > kMostPoints)
    out.findings.add("markup.points", "file", "more than 5000 shapes: a point for each record");
  judge_points(low, out);
  judge_bars(low, out);
  std::size_t lines = count(low, {"<polyline"});
  elements(low, "path", [&](std::string_view tag, std::string_view) {
    const std::string d = attribute(tag, "d");
    if (has_loose_steps(points_of(d)))
      out.findings.add("curve.events", "file", "a curve of many steps in no grid: each may be the event of one person");
    const bool open = tag.contains("fill: none") || tag.contains("fill:none") || attribute(tag, "fill") == "none";
    lines += std::ranges::count(d, 'l') >= kLineParts && open && !d.contains('z') && !read_path(d).small();
  });
  if (lines > kManyCurves)
    out.findings.add("plot.lines", "file", "many lines of several points: a line for each person");
  elements(low, "text", [&](std::string_view tag, std::string_view) {
    for (const std::string_view side : {"x", "y"})
      if (attribute(tag, side).starts_with("-") && attribute(tag, side).size() >= 4)
        out.findings.add("markup.hidden", "file", "text beyond the edge");
    for (const std::string_view hidden :
         {"fill=\"none\"", "fill=\"white\"", "fill=\"#fff\"", "fill=\"#ffffff\"", "font-size=\"0\"", "font-size=\"1\""})
      if (tag.contains(hidden))
        out.findings.add("markup.pale", "file", "text in white, without colour or without size");
  });
}

void judge_page(std::string_view low, Opened& out) {
  for (const std::string_view pale : {"color:#fff\"", "color:#fff;", "color: #fff;", "color: #fff\"", "color:white",
                                      "color: white", "color:#ffffff", "color: #ffffff", "color:transparent"})
    for (std::size_t at = low.find(pale); at != std::string::npos; at = low.find(pale, at + 1))
      if (at > 0 && low[at - 1] != '-')
        out.findings.add("markup.pale", "file", "text in white, without colour or without size");
}

// Pictures written into the page are examined like pictures.
void open_pictures(FileType type, std::string_view data, Opened& out) {
  for (std::size_t at = data.find("data:image/"); at != std::string_view::npos; at = data.find("data:image/", at + 1)) {
    const std::size_t comma = data.find(',', at);
    const std::size_t end = data.find_first_of("\"')", at);
    const std::string_view kind = data.substr(at + 11, 20);
    if (comma == std::string_view::npos || end == std::string_view::npos || comma > end ||
        !data.substr(at, comma - at).contains("base64")) {
      out.findings.add("markup.data", "file", "data within the file");
      continue;
    }
    std::string letters(data.substr(comma + 1, end - comma - 1));
    std::erase_if(letters, [](char c) { return c == '\n' || c == '\r' || c == ' '; });
    const auto bytes = from_base64(letters);
    const std::string_view content = bytes ? as_text(*bytes) : std::string_view{};
    const FileType inner = type_of(content, "picture");
    if ((inner == FileType::kPng && kind.starts_with("png")) || (inner == FileType::kJpeg && kind.starts_with("jp"))) {
      open_container(inner, content, 1, out);
      if (type == FileType::kSvg) out.findings.add("markup.picture", "file", "a picture within the drawing");
    } else {
      out.findings.add("markup.data", "file", "data within the file that is no picture");
    }
  }
}

// The page without its fonts: their letters would look like a hidden message. Only what is a font is taken out.
std::string without_fonts(std::string_view data) {
  std::string out;
  std::size_t from = 0;
  for (std::size_t at = data.find("base64,"); at != std::string_view::npos; at = data.find("base64,", at + 1)) {
    const std::size_t end = std::min(data.find_first_of("\"')", at), data.size());
    const auto bytes = from_base64(data.substr(at + 7, end - at - 7));
    const std::string_view content = bytes ? as_text(*bytes) : std::string_view{};
    using namespace std::string_view_literals;
    if (content.starts_with("wOF2") || content.starts_with("wOFF") || content.starts_with("OTTO") ||
        content.starts_with("\0\1\0\0"sv)) {
      out += data.substr(from, at - from);
      from = end;
    }
  }
  return out.append(data.substr(from));
}

std::size_t widest_row(std::string_view table) {
  std::size_t widest = 0;
  elements(table, "tr", [&](std::string_view, std::string_view row) {
    widest = std::max(widest, count(lower(row), {"<td", "<th"}));
  });
  return widest;
}

// The page without rules of style for elements it does not have, as programs write them into every page.
std::string without_idle_rules(std::string_view low) {
  std::string out(low);
  std::map<std::string, bool, std::less<>> present;  // each name is sought once
  for (std::size_t at = out.find('{'); at != std::string::npos; at = out.find('{', at + 1)) {
    const std::size_t close = out.find('}', at), from = out.find_last_of("{}>;*/", at - (at > 0)) + 1;
    if (close == std::string::npos) break;
    std::string_view selector = std::string_view(out).substr(from, at - from);
    while (!selector.empty() && selector.back() <= ' ')
      selector.remove_suffix(1);
    const std::string element(selector.substr(selector.find_last_of(" +~\t\r\n") + 1));
    const bool plain = !element.empty() && std::ranges::all_of(element, [](char c) { return c >= 'a' && c <= 'z'; });
    if (!plain || present.size() > kManyNames) continue;
    const auto known = present.find(element);
    const bool there =
        known != present.end() ? known->second : present.emplace(element, low.contains("<" + element)).first->second;
    if (!there)
      std::fill(out.begin() + static_cast<std::ptrdiff_t>(at), out.begin() + static_cast<std::ptrdiff_t>(close), ' ');
  }
  return out;
}

}  // namespace

void open_markup(FileType type, std::string_view data, Opened& out) {
  const std::string low = lower(data);
  const auto look = [&](std::string_view word, std::string_view rule, std::string_view message) {
    if (low.contains(word)) out.findings.add(rule, "file", message);
  };
  look("<script", "markup.script", "script");
  look("javascript:", "markup.script", "script");
  look("<foreignobject", "markup.foreign", "foreign objects");
  look("<iframe", "markup.foreign", "frames");
  look("<object", "markup.foreign", "embedded objects");
  look("<embed", "markup.foreign", "embedded objects");
  for (std::size_t at = low.find("data:application"); at != std::string::npos;
       at = low.find("data:application", at + 1))
    if (!low.substr(at, 40).contains("font")) out.findings.add("markup.data", "file", "data within the file");
  look("data:text", "markup.data", "data within the file");
  open_pictures(type, data, out);
  look("data:font/", "markup.font", "a font within the file");
  look("data:application/font", "markup.font", "a font within the file");
  look("data:application/x-font", "markup.font", "a font within the file");
  const std::string shown = without_idle_rules(low);
  const auto look_shown = [&](std::string_view word, std::string_view rule, std::string_view message) {
    if (shown.contains(word)) out.findings.add(rule, "file", message);
  };
  for (const std::string_view hidden :
       {"opacity:0;", "opacity: 0;", "opacity=\"0\"", "opacity:0\"", "display:none", "display: none",
        "visibility:hidden", "visibility: hidden", "font-size:0", "font-size: 0", "visibility=\"hidden\"",
        "display=\"none\"", "type=\"hidden\"", "type=hidden"})
    look_shown(hidden, "markup.hidden", "parts that are not shown");
  for (const std::string_view event : {" onload=", " onclick=", " onerror=", " onmouseover="})
    look(event, "markup.script", "script");
  look("left:-9", "markup.hidden", "parts that are not shown");
  look("left: -9", "markup.hidden", "parts that are not shown");
  look("text-indent:-9", "markup.hidden", "parts that are not shown");
  if (type == FileType::kSvg)
    judge_drawing(low, out);
  else
    judge_page(low, out);
  // Attributes for programs: a value for each record.
  std::size_t data_values = 0;
  for (std::size_t at = low.find(" data-"); at != std::string::npos; at = low.find(" data-", at + 1)) {
    const std::size_t open = low.find_first_of("\"'>", at);
    if (open == std::string::npos || low[open] == '>') continue;
    std::size_t digits = 0;
    for (std::size_t i = open + 1; i < low.size() && i < open + 40 && low[i] != low[open]; ++i)
      digits += low[i] >= '0' && low[i] <= '9';
    data_values += digits >= 5;
  }
  if (data_values >= 3) out.findings.add("markup.values", "file", "numbers in attributes that the page does not show");
  std::string comments;
  for (std::size_t at = low.find("<!--"); at != std::string::npos; at = low.find("<!--", at + 1)) {
    const std::size_t end = low.find("-->", at);
    if (end == std::string::npos) break;
    comments.append(data.substr(at + 4, end - at - 4)).push_back('\n');
  }
  if (!comments.empty()) out.texts.push_back({"comment.txt", std::move(comments)});
  // Tables as csv, then everything as text; attributes hold words too.
  elements(data, "table", [&](std::string_view, std::string_view table) {
    std::string csv;
    const std::size_t widest = widest_row(table);
    elements(table, "tr", [&](std::string_view, std::string_view row) {
      std::string line;
      // Cells that stretch over several rows are missing in the later ones, on the left.
      if (const std::size_t cells = count(lower(row), {"<td", "<th"}); cells > 0 && table.contains("rowspan"))
        for (std::size_t i = cells; i < widest; ++i)
          line += line.empty() ? "\"\"" : ",\"\"";
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
  if (count(low, {"<span"}) >= 20)  // rows made of pieces
    out.texts.push_back(
        {"pieces.txt", text_of(without_fonts(data), {"p", "tr", "li", "div", "br"}, '\t', {"td", "th", "span"})});
  if (low.contains("<tspan"))  // words made of letters
    out.texts.push_back({"words.txt", text_of(without_fonts(data), {"p", "div", "text", "title", "desc"})});
  std::string attributes = attribute_values(data);
  out.texts.push_back({"attributes.txt", std::move(attributes)});
  out.texts.push_back(
      {"text.txt",
       text_of(without_fonts(data), {"p", "tr", "li", "div", "text", "tspan", "h1", "h2", "h3", "br", "title", "desc"},
               '\t', {"td", "th", "dt", "dd"})});
}

}  // namespace sekisho::outgoing

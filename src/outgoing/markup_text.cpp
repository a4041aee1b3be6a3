#include "outgoing/markup_text.h"

#include <algorithm>
#include <cstdlib>

#include "core/text.h"
#include "outgoing/identifiers.h"

namespace sekisho::outgoing {
namespace {

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

}  // namespace

std::string text_of(std::string_view xml, std::initializer_list<std::string_view> breaks, char cell,
                    std::initializer_list<std::string_view> cells) {
  std::string out;
  for (std::size_t at = 0; at < xml.size();) {
    if (xml.substr(at).starts_with("<![CDATA[")) {
      const std::size_t end = std::min(xml.find("]]>", at), xml.size());
      out += xml.substr(at + 9, end - at - 9);
      at = std::min(end + 3, xml.size());
    } else if (xml[at] == '<') {
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

void elements(std::string_view xml, std::string_view name,
              const std::function<void(std::string_view, std::string_view)>& visit) {
  const std::string open = "<" + std::string(name), close = "</" + std::string(name) + ">";
  for (std::size_t at = xml.find(open); at != std::string_view::npos; at = xml.find(open, at + 1)) {
    const std::size_t after = at + open.size();
    if (after >= xml.size() || !std::string_view(" >/\t\r\n").contains(xml.substr(after, 1))) continue;
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

std::string attribute_values(std::string_view xml) {
  constexpr std::string_view kDrawing[] = {
      "d",  "points", "style",     "transform", "class",      "fill", "stroke",    "xmlns",  "viewbox", "x",
      "y",  "width",  "height",    "cx",        "cy",         "r",    "rx",        "ry",     "x1",      "x2",
      "y1", "y2",     "font-size", "href",      "xlink:href", "src",  "clip-path", "charset"};
  std::string out;
  for (std::size_t at = xml.find('='); at != std::string_view::npos && out.size() < (1U << 22);
       at = xml.find('=', at + 1)) {
    if (at == 0 || at + 1 >= xml.size() || (xml[at + 1] != '"' && xml[at + 1] != '\'')) continue;
    std::size_t from = at;
    while (from > 0 && xml[from - 1] > ' ' && xml[from - 1] != '"' && xml[from - 1] != '\'' && xml[from - 1] != '<' &&
           at - from < 60)
      --from;
    const std::string name = lower(xml.substr(from, at - from));
    const std::size_t end = xml.find(xml[at + 1], at + 2);
    if (name.empty() || end == std::string_view::npos || end - at > 20'000) continue;
    const bool drawing = name.starts_with("xmlns") || std::ranges::find(kDrawing, name) != std::end(kDrawing);
    if (!drawing) out += name + ": " + text_of(xml.substr(at + 2, end - at - 2), {}) + "\n";
    at = end;
  }
  return out;
}

}  // namespace sekisho::outgoing

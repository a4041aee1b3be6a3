// Offline report pages: one file, Japanese first, English by a switch, nothing fetched, nothing run but the switch.
// Every page the programs write goes through here, so that escaping, language and look are the same.
#pragma once

#include <string>
#include <string_view>

namespace sekisho {

// Text for element content and quoted attributes (HTML Living Standard, 13.3: & < > " and ').
std::string escape_html(std::string_view text);

// A text in both languages, of which the page shows one; names of columns and labels are the same in both.
struct Text {
  std::string ja, en;
  Text(std::string_view japanese, std::string_view english) : ja(japanese), en(english) {}
  explicit Text(std::string_view name) : ja(name), en(name) {}
};

// Both texts as elements, escaped.
std::string html_text(const Text& text);
inline std::string html_text(std::string_view ja, std::string_view en) {
  return html_text(Text(ja, en));
}

// The whole page: head, the button that changes the language (`#en` in the address opens in English), body. `style` is
// CSS that follows the common rules (colours as variables --line --ink --soft --ok --bad; table, h1-h3, .soft, td.n).
std::string html_page(const Text& title, std::string_view style, std::string_view body);

}  // namespace sekisho

// Texts, elements and attributes of XML and HTML, without a parser's strictness: broken markup gives what can be read.
// Private to the scan.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

namespace sekisho::outgoing {

// The text; the tags in `breaks` end a line, those in `cells` are replaced by `cell`.
std::string text_of(std::string_view xml, std::initializer_list<std::string_view> breaks, char cell = '\0',
                    std::initializer_list<std::string_view> cells = {});
std::string attribute(std::string_view tag, std::string_view name);
// Calls visit(tag text, content up to the next same end tag) for every element of that name.
void elements(std::string_view xml, std::string_view name,
              const std::function<void(std::string_view tag, std::string_view content)>& visit);
// The values of all attributes, one a line, without those that only draw (d, points, style, transform, ...).
std::string attribute_values(std::string_view xml);
std::string csv_field(std::string_view text);

}  // namespace sekisho::outgoing

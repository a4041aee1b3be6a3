// What people write after --columns: "record_id=ID, surname=LNAME".
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/ascii.h"

namespace sekisho::identity {

struct NamedColumn {
  std::string_view text;                   // as written: for errors
  std::string_view field;                  // what stands before the =, or the whole
  std::optional<std::string_view> column;  // what stands behind it; none: there is no =
};

// Divided at commas, without blanks around; nothing is left out. The views are into `text`.
inline std::vector<NamedColumn> named_columns(std::string_view text) {
  std::vector<NamedColumn> out;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view one = strip(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    const std::size_t equals = one.find('=');
    out.push_back({one, strip(one.substr(0, equals)), std::nullopt});
    if (equals != std::string_view::npos) out.back().column = strip(one.substr(equals + 1));
  }
  return out;
}

}  // namespace sekisho::identity

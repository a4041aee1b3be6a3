// Fields of finished histories: texts shared by many rows, and the order of the rows. Internal.
#pragma once

#include <string_view>
#include <unordered_map>

#include "anonymize/history.h"

namespace sekisho::anonymize::detail {

// Fields of a column that is made text by text.
class FieldMaker {
 public:
  explicit FieldMaker(FinishedHistory& out) : out_(out.fields.emplace_back()) {}
  void add(std::string_view text) {
    const auto found = numbers_.find(text);
    if (found != numbers_.end()) {
      out_.code.push_back(found->second);
      return;
    }
    const auto number = static_cast<std::uint32_t>(out_.texts.size());
    out_.texts.emplace_back(text);
    numbers_.emplace(std::string(text), number);
    out_.code.push_back(number);
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  FinishedHistory::Field& out_;
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> numbers_;
};

// Rows of a person by their texts, column after column: nothing of the order in which they stood is left.
void sort_rows(FinishedHistory& out);

}  // namespace sekisho::anonymize::detail

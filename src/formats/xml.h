// A pull parser for XML of unknown origin: no document type definitions, no entities but the five of XML and character
// references, bounded depth. Text in UTF-8 comes in, tokens go out; nothing is fetched, nothing is expanded. (XML 1.0,
// fifth edition; namespaces are cut off: names are local names)
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sekisho::formats::xml {

enum class Token : std::uint8_t { kStart, kEnd, kText, kDone, kError };

class Reader {
 public:
  static constexpr std::size_t kDeepest = 256;
  // `text` must stay alive.
  explicit Reader(std::string_view text) : text_(text) {}

  Token next();
  std::string_view name() const { return name_; }  // of the element that starts or ends
  // Of the element that starts; references undone. Valid until the next call of attribute() or next().
  std::string_view attribute(std::string_view name);
  std::string_view content() const { return content_; }  // of a text
  std::size_t depth() const { return open_.size(); }
  // What a processing instruction before the root names as style sheet; "" where there is none.
  std::string_view stylesheet() const { return stylesheet_; }
  std::string_view error() const { return error_; }  // why, in words without any of the document's content
  std::size_t offset() const { return at_; }

 private:
  Token fail(std::string_view why);
  Token markup();
  Token start_tag();
  Token end_tag();
  bool skip_past(std::string_view end);
  void instruction(std::string_view body);
  bool undo_references(std::string_view raw, std::string& out);

  std::string_view text_, name_, content_, attributes_, stylesheet_, error_;
  std::size_t at_ = 0;
  std::vector<std::string_view> open_;  // qualified names
  std::string scratch_, value_;
  bool rooted_ = false, empty_element_ = false;
};

}  // namespace sekisho::formats::xml

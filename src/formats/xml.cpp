#include "formats/xml.h"

#include <algorithm>
#include <charconv>

#include "core/text.h"

namespace sekisho::formats::xml {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

bool is_blank(std::string_view text) {
  return text.find_first_not_of(kBlanks) == std::string_view::npos;
}

std::string_view local(std::string_view qualified) {
  const auto colon = qualified.find(':');
  return colon == std::string_view::npos ? qualified : qualified.substr(colon + 1);
}

// The value of a name="value" in `text`, references as they are; "" where it is not there.
std::string_view raw_attribute(std::string_view text, std::string_view name) {
  for (std::size_t at = 0; at < text.size();) {
    at = text.find_first_not_of(kBlanks, at);
    if (at == std::string_view::npos) return {};
    const auto equals = text.find('=', at);
    if (equals == std::string_view::npos) return {};
    std::string_view key = text.substr(at, equals - at);
    key = key.substr(0, key.find_first_of(kBlanks));
    const auto quote = text.find_first_of("\"'", equals);
    if (quote == std::string_view::npos) return {};
    const auto end = text.find(text[quote], quote + 1);
    if (end == std::string_view::npos) return {};
    if (key == name || local(key) == name) return text.substr(quote + 1, end - quote - 1);
    at = end + 1;
  }
  return {};
}

}  // namespace

Token Reader::fail(std::string_view why) {
  error_ = why;
  at_ = text_.size();
  return Token::kError;
}

bool Reader::skip_past(std::string_view end) {
  const auto found = text_.find(end, at_);
  if (found == std::string_view::npos) return false;
  at_ = found + end.size();
  return true;
}

void Reader::instruction(std::string_view body) {
  if (!rooted_ && body.starts_with("xml-stylesheet")) stylesheet_ = raw_attribute(body.substr(14), "href");
}

bool Reader::undo_references(std::string_view raw, std::string& out) {
  out.clear();
  while (!raw.empty()) {
    const auto mark = raw.find('&');
    out.append(raw.substr(0, mark));
    if (mark == std::string_view::npos) return true;
    const auto end = raw.find(';', mark);
    if (end == std::string_view::npos || end - mark > 12) return false;
    std::string_view name = raw.substr(mark + 1, end - mark - 1);
    raw.remove_prefix(end + 1);
    if (name == "lt") {
      out += '<';
    } else if (name == "gt") {
      out += '>';
    } else if (name == "amp") {
      out += '&';
    } else if (name == "quot") {
      out += '"';
    } else if (name == "apos") {
      out += '\'';
    } else if (name.starts_with('#')) {
      const bool hexadecimal = name.starts_with("#x");
      name.remove_prefix(hexadecimal ? 2 : 1);
      std::uint32_t code = 0;
      const auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), code, hexadecimal ? 16 : 10);
      const bool valid = code > 0 && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
      if (name.empty() || error != std::errc{} || stop != name.data() + name.size() || !valid) return false;
      append_utf8(out, code);
    } else {
      return false;  // an entity of somebody's own: never looked up
    }
  }
  return true;
}

std::string_view Reader::attribute(std::string_view name) {
  const std::string_view raw = raw_attribute(attributes_, name);
  if (raw.find('&') == std::string_view::npos) return raw;
  return undo_references(raw, value_) ? std::string_view(value_) : raw;
}

Token Reader::end_tag() {
  const auto end = text_.find('>', at_);
  if (end == std::string_view::npos) return fail("a tag does not end");
  std::string_view qualified = text_.substr(at_ + 2, end - at_ - 2);
  qualified = qualified.substr(0, qualified.find_first_of(kBlanks));
  if (open_.empty() || open_.back() != qualified) return fail("an element ends that did not begin");
  open_.pop_back();
  name_ = local(qualified);
  at_ = end + 1;
  return Token::kEnd;
}

Token Reader::start_tag() {
  // A > inside an attribute's value does not end the tag.
  std::size_t end = at_ + 1;
  char quote = 0;
  for (; end < text_.size(); ++end) {
    const char c = text_[end];
    if (quote != 0)
      quote = c == quote ? '\0' : quote;
    else if (c == '"' || c == '\'')
      quote = c;
    else if (c == '>')
      break;
    else if (c == '<')
      return fail("a tag does not end");
  }
  if (end >= text_.size()) return fail("a tag does not end");
  std::string_view inner = text_.substr(at_ + 1, end - at_ - 1);
  at_ = end + 1;
  empty_element_ = inner.ends_with('/');
  if (empty_element_) inner.remove_suffix(1);
  const std::string_view qualified = inner.substr(0, inner.find_first_of(kBlanks));
  if (qualified.empty()) return fail("a tag has no name");
  if (open_.empty() && rooted_) return fail("more than one root");
  if (open_.size() >= kDeepest) return fail("nested too deeply");
  rooted_ = true;
  open_.push_back(qualified);
  name_ = local(qualified);
  attributes_ = inner.substr(qualified.size());
  return Token::kStart;
}

Token Reader::markup() {
  const std::string_view rest = text_.substr(at_);
  if (rest.starts_with("</")) return end_tag();
  if (rest.starts_with("<![CDATA[")) {
    const std::size_t from = at_ + 9;
    if (open_.empty() || !skip_past("]]>")) return fail("a character section does not end");
    content_ = text_.substr(from, at_ - from - 3);
    return Token::kText;
  }
  if (rest.starts_with("<!")) return fail("a document type definition is not read");
  return start_tag();
}

Token Reader::next() {
  for (;;) {
    if (empty_element_) {
      empty_element_ = false;
      name_ = local(open_.back());
      open_.pop_back();
      return Token::kEnd;
    }
    if (!error_.empty()) return Token::kError;
    if (at_ >= text_.size()) {
      if (!open_.empty()) return fail("it is cut off");
      return rooted_ ? Token::kDone : fail("there is no element");
    }
    if (text_[at_] == '<') {
      // Comments and instructions are passed over here, not by recursion: there may be millions of them.
      const std::string_view rest = text_.substr(at_);
      if (rest.starts_with("<!--")) {
        at_ += 4;
        if (!skip_past("-->")) return fail("a comment does not end");
        continue;
      }
      if (rest.starts_with("<?")) {
        const std::size_t from = at_ + 2;
        if (!skip_past("?>")) return fail("an instruction does not end");
        instruction(text_.substr(from, at_ - from - 2));
        continue;
      }
      return markup();
    }
    const auto end = std::min(text_.find('<', at_), text_.size());
    const std::string_view raw = text_.substr(at_, end - at_);
    at_ = end;
    if (open_.empty()) {
      if (!is_blank(raw)) return fail("text outside the root");
      continue;
    }
    if (raw.find('&') == std::string_view::npos) {
      content_ = raw;
      return Token::kText;
    }
    if (!undo_references(raw, scratch_)) return fail("an entity that is not of XML itself");
    content_ = scratch_;
    return Token::kText;
  }
}

}  // namespace sekisho::formats::xml

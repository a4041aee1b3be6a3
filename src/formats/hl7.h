// HL7 v2.5 messages (ER7) in UTF-8: one pass over the bytes finds every segment and field; components are cut on
// demand. All texts are views into the message; the arrays are reused from message to message, so that no field costs
// an allocation. Decode the character set first (core/text.h).
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::formats::hl7 {

// A segment's name as a number, so that tables and switches can use it: tag("PID").
using Tag = std::uint32_t;
constexpr Tag tag(std::string_view id) {
  return id.size() < 3 ? 0
                       : static_cast<Tag>(static_cast<unsigned char>(id[0])) << 16 |
                             static_cast<Tag>(static_cast<unsigned char>(id[1])) << 8 |
                             static_cast<Tag>(static_cast<unsigned char>(id[2]));
}

// The delimiters of a message; from MSH-1 and MSH-2.
struct Delimiters {
  char field = '|', component = '^', repetition = '~', escape = '\\', subcomponent = '&';
};

// False where `text` begins with a message whose delimiters are not |^~\&. Those are then put in their place
// throughout, and characters that were no delimiters in this message become escapes, so that the fields read the same.
// Delimiters that cannot be told apart are left as they stand.
bool make_delimiters_usual(std::string& text);

class Message;

// One segment. Field numbers as in the standard: in MSH, field 1 is the separator itself and field 2 the encoding
// characters.
class Segment {
 public:
  Tag tag = 0;
  std::string_view text;    // whole, without terminator
  std::int32_t number = 0;  // 1-based place in the message
  // "" where the segment is shorter.
  std::string_view field(int n) const {
    const auto at = static_cast<std::uint32_t>(n - shift_);
    if (n <= shift_ || at >= count_) return n == 1 && shift_ == 1 ? text.substr(3, 1) : std::string_view{};
    const std::uint32_t from = bounds_[at] + 1;
    return {base_ + from, bounds_[at + 1] - from};
  }
  int fields() const { return static_cast<int>(count_) - 1 + shift_; }  // number of the last field

 private:
  friend class Message;
  const char* base_ = nullptr;
  const std::uint32_t* bounds_ = nullptr;  // positions of the delimiters before and after each field; [0] before the id
  std::uint32_t count_ = 0;                // fields with the id
  int shift_ = 0;                          // 1 in MSH
};

// Lines of nothing but blanks and control characters (end-of-block marks 1C, 1A of transfer protocols) are no segments.
bool is_blank_line(std::string_view line);

class Message {
 public:
  // Splits `text`, which must stay alive. Empty lines are passed over. False: it does not begin with MSH.
  bool split(std::string_view text);
  const std::vector<Segment>& segments() const { return segments_; }
  void keep_first(std::size_t count) { segments_.resize(std::min(count, segments_.size())); }
  const Delimiters& delimiters() const { return delimiters_; }
  bool has_carriage_returns_only() const { return !line_feeds_; }

 private:
  void find_bounds(std::string_view text);
  std::vector<std::uint32_t> bounds_;
  std::vector<Segment> segments_;
  Delimiters delimiters_;
  bool line_feeds_ = false;
};

// The n-th piece (1-based) of `text` between `separator`; "" where there are fewer.
inline std::string_view piece(std::string_view text, char separator, int n) {
  const char* at = text.data();
  const char* const end = at + text.size();
  const char* from = at;
  for (; at != end; ++at)
    if (*at == separator) {
      if (--n == 0) return {from, static_cast<std::size_t>(at - from)};
      from = at + 1;
    }
  return n == 1 ? std::string_view{from, static_cast<std::size_t>(end - from)} : std::string_view{};
}
inline std::string_view repetition(std::string_view field, int n = 1) {
  return piece(field, '~', n);
}
// Component of the first repetition.
inline std::string_view component(std::string_view field, int n = 1) {
  const char* at = field.data();
  const char* const end = at + field.size();
  const char* from = at;
  for (; at != end && *at != '~'; ++at)
    if (*at == '^') {
      if (--n == 0) break;
      from = at + 1;
    }
  return n <= 1 ? std::string_view{from, static_cast<std::size_t>(at - from)} : std::string_view{};
}
inline std::string_view subcomponent(std::string_view component, int n = 1) {
  return piece(component, '&', n);
}
int count_pieces(std::string_view text, char separator);  // 0 for ""

// Equality with a literal without a call: the size is known.
template <std::size_t N>
bool is(std::string_view text, const char (&literal)[N]) {
  return text.size() == N - 1 && std::memcmp(text.data(), literal, N - 1) == 0;
}

// Two double quotes: "explicitly none", to be told from "not given".
inline bool is_null(std::string_view text) {
  return text.size() == 2 && text[0] == '"' && text[1] == '"';
}
// The text, or "" where it is the explicit null.
inline std::string_view given(std::string_view text) {
  return is_null(text) ? std::string_view{} : text;
}

// Undoes escape sequences (\F\ \S\ \T\ \R\ \E\ \X..\ \.br\; \H\ \N\ and character set switches are dropped, an unpaired
// backslash stays). Returns `text` itself where there is nothing to undo, else a view into `scratch`.
std::string_view unescape(std::string_view text, std::string& scratch);

// NM: optional sign, digits, optional point. nullopt for anything else.
std::optional<double> number(std::string_view text);
// A whole number, leading zeros allowed.
std::optional<std::int64_t> integer(std::string_view text);

// CWE/CNE and their forms with subcomponents: two triples of code, text, system.
struct Triple {
  std::string_view code, text, system, version;
  bool empty() const { return code.empty() && text.empty(); }
};
struct Coded {
  Triple first, second;
};
Coded coded(std::string_view field, char separator = '^');

}  // namespace sekisho::formats::hl7

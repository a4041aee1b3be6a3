#include "masters/fold.h"

#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>

namespace sekisho::masters {

std::string fold(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = icu::Normalizer2::getNFKCCasefoldInstance(error);
  if (U_FAILURE(error) != 0) return std::string(text);
  const icu::UnicodeString folded = normalizer->normalize(
      icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size()))), error);
  if (U_FAILURE(error) != 0) return std::string(text);
  icu::UnicodeString out;
  for (std::int32_t i = 0; i < folded.length(); ++i) {
    const char16_t c = folded[i];
    const bool after_digit = !out.isEmpty() && out[out.length() - 1] >= u'0' && out[out.length() - 1] <= u'9';
    if (c == u' ' || c == u'\u3000' || c == u'\t') continue;
    if (c >= u'\u3041' && c <= u'\u3096')
      out.append(static_cast<char16_t>(c + 0x60));
    else if ((c >= u'\u2010' && c <= u'\u2015') || c == u'\u2212' || (c == u'\u30FC' && after_digit))
      out.append(u'-');
    else
      out.append(c);
  }
  std::string utf8;
  out.toUTF8String(utf8);
  return utf8;
}

std::string header_key(std::string_view header) {
  std::string key = fold(header);
  std::erase_if(key, [](char c) { return c == '\n' || c == '\r'; });
  return key;
}

std::string product_stem(std::string_view name) {
  static constexpr std::array<std::string_view, 6> kEnds{"\u3000", "（", "「", "(", " ", "〔"};
  std::size_t end = name.size();
  for (const std::string_view mark : kEnds)
    if (const std::size_t at = name.find(mark); at != name.npos && at > 0) end = std::min(end, at);
  return std::string(name.substr(0, end));
}

}  // namespace sekisho::masters

// The inside of a PDF file: its objects, streams without their filters, fonts with their way back to Unicode. Reads
// what stands in the file, also what no page refers to. Private to the scan.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "outgoing/identifiers.h"

namespace sekisho::outgoing {

// White space of PDF (ISO 32000-1 section 7.2.2).
constexpr bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\0' || c == '\f';
}

struct PdfObject {
  std::string dictionary;                   // everything of it that is no stream
  std::string stream;                       // without its filters where they are known
  bool has_stream = false, packed = false;  // packed: a filter that is not undone (pictures)
};

struct PdfFont {
  enum class Codes : unsigned char { kOne, kTwo, kUtf16, kShiftJis, kUnknown } codes = Codes::kOne;
  std::map<std::uint32_t, std::string> unicode;  // by code
  std::string text(std::string_view bytes) const;
};

struct PdfParts {
  std::map<int, PdfObject> objects;
  std::multimap<std::string, PdfFont> fonts;  // by the name resources give them
  std::string comments;                       // lines beside all objects
  bool broken = false, too_large = false;
};
PdfParts read_pdf(std::string_view data);

// The bytes of (text) and <hex> strings that begins at `at`; moves behind it.
std::string pdf_string(std::string_view text, std::size_t& at);
// All strings of a dictionary, one a line: notes, forms, properties. UTF-16 and PDFDocEncoding become UTF-8.
std::string pdf_strings(std::string_view dictionary);

}  // namespace sekisho::outgoing

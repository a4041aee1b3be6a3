// modules: formats
// A clinical document: whatever the bytes are, the parser ends, and what it takes is no larger than what it read.
#include "formats/ssmix2_cda.h"

using namespace sekisho;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string text, why;
  DecodeReport report;
  formats::decode_xml({data, size}, text, report);
  formats::CdaDocument document;
  const bool read = formats::parse_cda(text, document, why);
  if (!read && why.empty()) __builtin_trap();
  std::size_t taken = 0;
  for (const formats::CdaSection& section : document.sections)
    taken += section.text.size() + section.title.size();
  if (taken > 2 * text.size() + 64) __builtin_trap();
  (void)formats::looks_like_xml({data, size});
  return 0;
}

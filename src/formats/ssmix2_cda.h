// Clinical documents (HL7 CDA R2) of the extended storage: header, sections with their text, what they refer to.
// Structured entries stay in the document, which is kept whole. (reference: ssmix2 section 11)
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/text.h"

namespace sekisho::formats {

struct CdaName {
  std::string use;  // IDE kanji, SYL kana, ABC letters
  std::string family, given;
};
struct CdaPeriod {
  std::string kind, low, high;  // ENC visit, ACCM stay; times as written
};
struct CdaSection {
  std::string code, system, title, text;
  int level = 1;
};
struct CdaDocument {
  std::string code, code_system, title, effective, version;
  std::string patient_id, gender, birth, postcode, address, phone;
  std::vector<CdaName> names;
  std::vector<CdaPeriod> periods;
  std::vector<CdaSection> sections;
  std::vector<std::string> references;  // files beside the document: pictures, bodies that are no XML, style sheets
  std::string body_text;                // a body without sections that is plain text
  std::uint64_t entries = 0;            // structured entries, not taken apart
};

// Is this the beginning of an XML document?
bool looks_like_xml(ByteView head);
// By its mark, its declaration and its bytes, UTF-16 among them.
void decode_xml(ByteView bytes, std::string& out, DecodeReport& report);
// False: not well-formed, not a ClinicalDocument, or more than is read; `why` says so without any of its content.
bool parse_cda(std::string_view text, CdaDocument& out, std::string& why);

}  // namespace sekisho::formats

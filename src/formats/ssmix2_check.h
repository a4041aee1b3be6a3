// Validation of one SS-MIX2 message: declared character set, structure, required fields, dates, code tables, agreement
// with its path. Rules have the names of reference ssmix2 section 10; a finding names the segment and field.
#pragma once

#include "core/text.h"
#include "formats/ssmix2_map.h"

namespace sekisho::formats {

enum class PatientAgreement : std::uint8_t { kSame, kPadding, kOther, kAbsent };
PatientAgreement compare_patient(std::string_view in_message, std::string_view in_path);

// `charset` is what the bytes are; makes CHARSET_* and character findings.
void check_charset(const hl7::Segment& msh, Charset charset, const DecodeReport& report, records::RecordSet& set);
// Everything about the content. Only for current messages: history is kept, not judged.
void check_message(const MessageView& message, records::RecordSet& set);

}  // namespace sekisho::formats

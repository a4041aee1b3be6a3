// Validation of one SS-MIX2 message: declared character set, structure, required fields, dates, code tables, agreement
// with its path. Rules have the names of reference ssmix2 section 10; a finding names the segment and field.
#pragma once

#include "core/text.h"
#include "formats/ssmix2_map.h"
#include "formats/text_memo.h"

namespace sekisho::formats {

enum class PatientAgreement : std::uint8_t { kSame, kPadding, kOther, kAbsent };
PatientAgreement compare_patient(std::string_view in_message, std::string_view in_path);
// The best agreement of all repetitions of a patient identifier list (PID-3).
PatientAgreement compare_patients(std::string_view field, std::string_view in_path);

constexpr std::string_view kNoOrder = "999999999999999";  // in the names of data without an order number

// `charset` is what the bytes are, `text` what they were decoded to; makes CHARSET_* and character findings.
void check_charset(const hl7::Segment& msh, Charset charset, const DecodeReport& report, std::string_view text,
                   records::RecordSet& set);
// What one reader remembers from message to message.
struct CheckMemo {
  struct Found {
    std::string_view rule;
    records::Level level;
    std::string_view where;
  };
  std::string patient;  // text of the last PID, and what was found in it
  bool basic = false;   // in a message of basic data
  std::vector<Found> found;
  TextMemo<std::string_view> units;
};
// Everything about the content. Only for current messages: history is kept, not judged.
void check_message(const MessageView& message, records::RecordSet& set, CheckMemo& memo);

}  // namespace sekisho::formats

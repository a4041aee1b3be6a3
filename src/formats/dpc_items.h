// Items of 様式1 by code and version: which payload holds what. The version of a row, not the date of its file, says
// how to read it. (reference: dpc section 3)
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace sekisho::formats::dpc {

struct ItemSpec {
  std::string_view code, since, until;  // versions YYYYMMDD; until: gone from this version on, empty: still there
};
const ItemSpec* item_spec(std::string_view code);
bool has_version(const ItemSpec& item, std::string_view version);

enum class ValueType : std::uint8_t { kDate, kCode, kNumber, kText };
struct PayloadSpec {
  std::string_view code;
  int payload;  // from 1
  ValueType type;
  std::string_view name;  // local code of the observation: what it is
  std::string_view unit, ucum;
  std::string_view since;  // version from which the item has it, where later than the item
};
std::span<const PayloadSpec> payloads(std::string_view code);
// Items whose codes and numbers are findings about the patient, rather than facts of the stay, diagnoses or operations
// that have tables of their own.
bool is_finding(std::string_view code);

}  // namespace sekisho::formats::dpc

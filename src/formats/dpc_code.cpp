#include "formats/dpc_code.h"

#include <algorithm>
#include <array>

#include "records/model.h"

namespace sekisho::formats::dpc {
namespace {

// First days of the fee revisions. 2019-10 changed points only; of 2008 to 2016 and 2026 the product has no tables.
constexpr Edition kEditions[] = {{"20080401", 0}, {"20100401", 0}, {"20120401", 0}, {"20140401", 0},
                                 {"20160401", 0}, {"20180401", 1}, {"20191001", 1}, {"20200401", 2},
                                 {"20220401", 4}, {"20240601", 8}, {"20260601", 0}};

struct Class {
  std::string_view code;
  std::uint8_t editions;
  std::string_view name;
};
constexpr Class kClasses[] = {
#include "formats/tables/dpc_classes.inc"
};
struct Groups {
  std::string_view code, members;
};
constexpr Groups kGroups[] = {
#include "formats/tables/dpc_groups.inc"
};
struct Category {
  std::string_view code, name;
};
constexpr Category kCategories[] = {
#include "formats/tables/dpc_mdc.inc"
};

constexpr std::size_t kCodeSize = 14, kClassSize = 6, kMemberSize = 9;

bool is_part(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::uint8_t bits_of(char hex) {
  return static_cast<std::uint8_t>(hex <= '9' ? hex - '0' : hex - 'A' + 10);
}

}  // namespace

const Edition* edition_on(Date day) {
  const int number = day.year() * 10000 + day.month() * 100 + day.day();
  std::array<char, 8> text;
  for (int i = 7, rest = number; i >= 0; --i, rest /= 10)
    text[static_cast<std::size_t>(i)] = static_cast<char>('0' + rest % 10);
  const Edition* found = nullptr;
  for (const Edition& edition : kEditions)
    if (edition.name <= std::string_view(text.data(), text.size())) found = &edition;
  return found;
}

CodeParts parts_of(std::string_view code) {
  CodeParts parts;
  if (code.size() != kCodeSize || !std::ranges::all_of(code, is_part)) return parts;
  for (const char c : code.substr(0, kClassSize))
    if (c != 'x' && (c < '0' || c > '9')) return parts;
  parts.valid = code[0] != 'x' && code[1] != 'x';
  parts.mdc = code.substr(0, 2);
  parts.disease = code.substr(0, kClassSize);
  parts.condition = code.substr(6, 1);
  parts.age = code.substr(7, 1);
  parts.operation = code.substr(8, 2);
  parts.treatment1 = code.substr(10, 1);
  parts.treatment2 = code.substr(11, 1);
  parts.comorbidity = code.substr(12, 1);
  parts.severity = code.substr(13, 1);
  return parts;
}

void set_parts(records::Batch& row, std::string_view code) {
  namespace dc = records::dpc_case;
  const CodeParts parts = parts_of(code);
  if (!parts.valid) return;
  const auto used = [&](int column, std::string_view part) {
    if (part.find_first_not_of('x') != std::string_view::npos) row.text(column, part);
  };
  row.text(dc::kMdc, parts.mdc);
  row.text(dc::kDisease, parts.disease);
  used(dc::kCondition, parts.condition);
  used(dc::kAge, parts.age);
  used(dc::kOperation, parts.operation);
  used(dc::kTreatment1, parts.treatment1);
  used(dc::kTreatment2, parts.treatment2);
  used(dc::kComorbidity, parts.comorbidity);
  used(dc::kSeverity, parts.severity);
}

std::string_view class_name(std::string_view disease, const Edition* edition) {
  if (edition == nullptr) return {};
  for (const Class& c : std::ranges::equal_range(kClasses, disease, {}, &Class::code))
    if ((c.editions & edition->bit) != 0) return c.name;
  return {};
}

std::string_view mdc_name(std::string_view mdc) {
  const auto* found = std::ranges::find(kCategories, mdc, &Category::code);
  return found == std::end(kCategories) ? std::string_view{} : found->name;
}

std::uint8_t editions_of(std::string_view code) {
  std::uint8_t editions = 0;
  if (code.size() == kClassSize) {
    for (const Class& c : std::ranges::equal_range(kClasses, code, {}, &Class::code))
      editions |= c.editions;
    return editions;
  }
  if (code.size() != kCodeSize) return 0;
  const auto* groups = std::ranges::lower_bound(kGroups, code.substr(0, kClassSize), {}, &Groups::code);
  if (groups == std::end(kGroups) || groups->code != code.substr(0, kClassSize)) return 0;
  for (std::size_t at = 0; at + kMemberSize <= groups->members.size(); at += kMemberSize)
    if (groups->members.substr(at, kMemberSize - 1) == code.substr(kClassSize))
      return bits_of(groups->members[at + kMemberSize - 1]);
  return 0;
}

std::string_view check_code(std::string_view code, const Edition* edition) {
  if (code.empty()) return {};
  if (!parts_of(code).valid) return "DPC_CODE_FORM";
  if (edition == nullptr || edition->bit == 0) return {};
  const std::uint8_t editions = editions_of(code);
  if ((editions & edition->bit) != 0) return {};
  return editions != 0 ? "DPC_CODE_EDITION" : "DPC_CODE_UNKNOWN";
}

}  // namespace sekisho::formats::dpc

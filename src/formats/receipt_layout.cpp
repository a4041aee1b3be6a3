#include "formats/receipt_layout.h"

#include <algorithm>
#include <array>

namespace sekisho::formats::receipt {
namespace {

struct RoleRow {
  std::string_view id;
  Role role;
};
constexpr RoleRow kRoles[] = {
    {"SI", Role::kItem},        {"IY", Role::kItem},        {"CO", Role::kItem},         {"TO", Role::kItem},
    {"CD", Role::kCoding},      {"SY", Role::kDisease},     {"RE", Role::kClaim},        {"HO", Role::kInsurer},
    {"KO", Role::kPublicPayer}, {"SN", Role::kEligibility}, {"SJ", Role::kComment},      {"JD", Role::kKept},
    {"MF", Role::kKept},        {"GR", Role::kUnbundled},   {"SB", Role::kCaseDisease},  {"BU", Role::kBundleCase},
    {"KK", Role::kAdmission},   {"SK", Role::kOperation},   {"GA", Role::kBundleMonth},  {"HH", Role::kBundlePeriod},
    {"GT", Role::kBundleTotal}, {"SH", Role::kGroup},       {"CZ", Role::kDispensed},    {"KI", Role::kBaseFee},
    {"TK", Role::kSummary},     {"ST", Role::kKept},        {"HS", Role::kToothDisease}, {"SS", Role::kItem},
    {"NI", Role::kDayCounts},   {"TI", Role::kKept},        {"TR", Role::kDonor},        {"TS", Role::kKept},
    {"IR", Role::kHeader},      {"YK", Role::kHeader},      {"GO", Role::kTotals},
};

// Place of two capital letters in a table of all pairs; kPairs where they are none.
constexpr std::size_t kPairs = 26 * 26;
constexpr std::size_t pair_of(std::string_view id) {
  if (id.size() != 2) return kPairs;
  const unsigned a = static_cast<unsigned char>(id[0]) - 'A', b = static_cast<unsigned char>(id[1]) - 'A';
  return a < 26 && b < 26 ? a * 26 + b : kPairs;
}

constexpr auto kRoleOfPair = [] {
  std::array<Role, kPairs + 1> roles{};  // kOpaque
  for (const RoleRow& row : kRoles)
    roles[pair_of(row.id)] = row.role;
  return roles;
}();

constexpr HeaderLayout kHeaders[kKindCount] = {
    {.prefecture = 2, .table = 3, .institution = 4, .month = 7, .volume = 8},
    {.prefecture = 2, .table = 3, .institution = 4, .month = 7, .volume = 8},
    {.prefecture = 2, .table = 3, .institution = 4, .month = 6, .volume = 7},
    {.prefecture = 2, .table = 3, .institution = 4, .month = 7, .volume = 9},
};

// DPC and dental kana names moved between editions: where the column does not hold kana, the interpreter looks further.
constexpr ClaimLayout kClaims[kKindCount] = {
    {.type = 2,
     .month = 3,
     .name = 4,
     .sex = 5,
     .birth = 6,
     .admitted = 8,
     .ward = 9,
     .special = 11,
     .chart = 13,
     .search = 18,
     .department = 21,
     .kana = 36,
     .state = 37,
     .summary_kind = 0},
    {.type = 2,
     .month = 3,
     .name = 4,
     .sex = 5,
     .birth = 6,
     .admitted = 8,
     .ward = 9,
     .special = 11,
     .chart = 13,
     .search = 20,
     .department = 23,
     .kana = 36,
     .state = 37,
     .summary_kind = 18},
    {.type = 2,
     .month = 3,
     .name = 4,
     .sex = 5,
     .birth = 6,
     .admitted = 0,
     .ward = 0,
     .special = 8,
     .chart = 35,
     .search = 37,
     .department = 0,
     .kana = 41,
     .state = 0,
     .summary_kind = 0},
    {.type = 2,
     .month = 3,
     .name = 4,
     .sex = 5,
     .birth = 6,
     .admitted = 8,
     .ward = 11,
     .special = 13,
     .chart = 15,
     .search = 19,
     .department = 0,
     .kana = 25,
     .state = 26,
     .summary_kind = 0},
};

//  id, kind, line kind, section payer code amount points count unit price text comments pairs days
constexpr ItemLayout kItems[] = {
    {"SI", Kind::kMedical, LineKind::kProcedure, 1, 2, 3, 4, 5, 6, 0, 0, 0, 7, 3, 13},
    {"IY", Kind::kMedical, LineKind::kDrug, 1, 2, 3, 4, 5, 6, 0, 0, 0, 7, 3, 13},
    {"TO", Kind::kMedical, LineKind::kMaterial, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 3, 17},
    {"CO", Kind::kMedical, LineKind::kComment, 1, 2, 3, 0, 0, 0, 0, 0, 4, 0, 0, 0},
    {"IY", Kind::kDispensing, LineKind::kDrug, 0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0},
    {"TO", Kind::kDispensing, LineKind::kMaterial, 0, 1, 2, 3, 0, 0, 4, 5, 0, 0, 0, 0},
    {"CO", Kind::kDispensing, LineKind::kComment, 0, 0, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0},
    {"SS", Kind::kDental, LineKind::kProcedure, 1, 2, 3, 4, 76, 77, 0, 0, 0, 0, 0, 78},
    {"SI", Kind::kDental, LineKind::kProcedure, 1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 7},
    {"IY", Kind::kDental, LineKind::kDrug, 1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 8},
    {"TO", Kind::kDental, LineKind::kMaterial, 1, 2, 3, 4, 12, 13, 5, 6, 11, 0, 0, 14},
    {"CO", Kind::kDental, LineKind::kComment, 1, 2, 3, 0, 0, 0, 0, 0, 4, 0, 0, 0},
};

constexpr auto kItemOfPair = [] {
  std::array<std::array<std::int8_t, kPairs + 1>, kKindCount> places{};
  for (auto& kind : places)
    kind.fill(-1);
  for (std::size_t i = 0; i < std::size(kItems); ++i) {
    const auto place = static_cast<std::int8_t>(i);
    places[static_cast<std::size_t>(kItems[i].kind)][pair_of(kItems[i].id)] = place;
    if (kItems[i].kind == Kind::kMedical) places[static_cast<std::size_t>(Kind::kDpc)][pair_of(kItems[i].id)] = place;
  }
  return places;
}();

constexpr Section kSections[] = {
    {"11", "", "fee"},
    {"12", "", "fee"},
    {"13", "", "fee"},
    {"14", "", "fee"},
    {"21", "oral", "fee"},
    {"22", "as_needed", "fee"},
    {"23", "external", "fee"},
    {"24", "dispensing", "fee"},
    {"25", "dispensing", "fee"},
    {"26", "dispensing", "fee"},
    {"27", "dispensing", "fee"},
    {"28", "dispensing", "fee"},
    {"31", "injection", "treatment"},
    {"32", "injection", "treatment"},
    {"33", "injection", "treatment"},
    {"39", "injection", "fee"},
    {"40", "", "treatment"},
    {"50", "", "operation"},
    {"54", "", "anaesthesia"},
    {"60", "", "lab"},
    {"70", "", "imaging"},
    {"80", "", "other"},
    {"90", "", "fee"},
    {"92", "", "fee"},
    {"93", "", "fee"},
    {"97", "", "fee"},
    {"01", "", "other"},
    {"99", "", "other"},
};

constexpr auto kSectionOfDigits = [] {
  std::array<std::int8_t, 100> places{};
  places.fill(-1);
  for (std::size_t i = 0; i < std::size(kSections); ++i)
    places[static_cast<std::size_t>((kSections[i].code[0] - '0') * 10 + kSections[i].code[1] - '0')] =
        static_cast<std::int8_t>(i);
  return places;
}();

constexpr std::string_view kRevisions[] = {"20080401", "20100401", "20120401", "20140401", "20160401", "20180401",
                                           "20191001", "20200401", "20220401", "20240601", "20260601"};

}  // namespace

std::string_view source_name(Kind kind) {
  constexpr std::string_view kNames[kKindCount] = {"rec_med", "rec_dpc", "rec_disp", "rec_dent"};
  return kNames[static_cast<int>(kind)];
}

std::string_view name(LineKind kind) {
  constexpr std::string_view kNames[] = {"procedure", "drug", "material", "comment"};
  return kNames[static_cast<int>(kind)];
}

Role role_of(std::string_view id) {
  return kRoleOfPair[pair_of(id)];
}

const HeaderLayout& header_layout(Kind kind) {
  return kHeaders[static_cast<int>(kind)];
}

const ClaimLayout& claim_layout(Kind kind) {
  return kClaims[static_cast<int>(kind)];
}

const ItemLayout* item_layout(Kind kind, std::string_view id) {
  const int place = kItemOfPair[static_cast<std::size_t>(kind)][pair_of(id)];
  return place < 0 ? nullptr : &kItems[place];
}

const Section& section_of(std::string_view code) {
  static constexpr Section kUnknown{};
  if (code.size() != 2) return kUnknown;
  const unsigned a = static_cast<unsigned char>(code[0]) - '0', b = static_cast<unsigned char>(code[1]) - '0';
  const int place = a < 10 && b < 10 ? kSectionOfDigits[a * 10 + b] : -1;
  return place < 0 ? kUnknown : kSections[place];
}

bool is_inpatient(std::string_view type) {
  return type.size() == 4 && (type[3] - '0') % 2 == 1;
}

namespace {

// Bit 0: with the insurer, bit 1: with the first public payer.
constexpr auto kPayers = [] {
  std::array<std::uint8_t, 256> bits{};
  for (const char c : std::string_view("123EG4MNOPQVWXY9"))
    bits[static_cast<unsigned char>(c)] |= 1;
  for (const char c : std::string_view("527HI4MNRSTVWXZ9"))
    bits[static_cast<unsigned char>(c)] |= 2;
  return bits;
}();

}  // namespace

bool paid_by_insurance(std::string_view payer) {
  return payer.size() == 1 && (kPayers[static_cast<unsigned char>(payer[0])] & 1) != 0;
}

bool paid_by_first_public(std::string_view payer) {
  return payer.size() == 1 && (kPayers[static_cast<unsigned char>(payer[0])] & 2) != 0;
}

std::string_view outcome_name(std::string_view code) {
  if (code == "1") return "continuing";
  if (code == "2") return "cured";
  if (code == "3") return "died";
  if (code == "4") return "stopped";
  return code.empty() ? "" : "other";
}

std::string_view case_role(std::string_view code) {
  if (code == "01") return "main";
  if (code == "11") return "admission";
  if (code == "21") return "resource1";
  if (code == "22") return "resource2";
  if (code.starts_with('3')) return "comorbidity";
  if (code.starts_with('4')) return "complication";
  return "other";
}

std::string_view dispensing_form(std::string_view code) {
  constexpr std::string_view kForms[] = {"oral", "oral", "as_needed", "injection", "external", "oral", "oral", "", ""};
  return code.size() == 1 && code[0] >= '1' && code[0] <= '9' ? kForms[code[0] - '1'] : "";
}

bool is_ward_code(std::string_view code) {
  return code.size() == 9 && code.starts_with("1906") && code[4] >= '1' && code[4] <= '4';
}

std::string_view fee_revision(std::int32_t yyyymmdd) {
  char text[9] = {};
  for (int i = 7; i >= 0; --i, yyyymmdd /= 10)
    text[i] = static_cast<char>('0' + yyyymmdd % 10);
  std::string_view found;
  for (std::string_view revision : kRevisions)
    if (revision <= std::string_view(text, 8)) found = revision;
  return found;
}

}  // namespace sekisho::formats::receipt

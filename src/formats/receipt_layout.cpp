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
    {"KO", Role::kPublicPayer}, {"SN", Role::kEligibility}, {"SJ", Role::kComment},      {"JD", Role::kVisits},
    {"MF", Role::kKept},        {"GR", Role::kUnbundled},   {"SB", Role::kCaseDisease},  {"BU", Role::kBundleCase},
    {"KK", Role::kAdmission},   {"SK", Role::kOperation},   {"GA", Role::kBundleMonth},  {"HH", Role::kBundlePeriod},
    {"GT", Role::kBundleTotal}, {"SH", Role::kGroup},       {"CZ", Role::kDispensed},    {"KI", Role::kBaseFee},
    {"TK", Role::kSummary},     {"ST", Role::kSplit},       {"HS", Role::kToothDisease}, {"SS", Role::kItem},
    {"NI", Role::kDayCounts},   {"TI", Role::kKept},        {"TR", Role::kDonor},        {"TS", Role::kKept},
    {"IR", Role::kHeader},      {"YK", Role::kHeader},      {"GO", Role::kTotals},       {"HR", Role::kReturn},
    {"JY", Role::kCorrection},  {"HI", Role::kReturned},    {"HG", Role::kReturned},     {"RC", Role::kReturned},
    {"MN", Role::kReturned},    {"RT", Role::kReturned},    {"JR", Role::kReturned},     {"MD", Role::kReturned},
    {"MK", Role::kReturned},    {"EX", Role::kReturned},    {"KH", Role::kReturned},     {"UK", Role::kReturned},
};

// Place of two capital letters in a table of all pairs; kPairs where they are none.
constexpr std::size_t kPairs = 26 * 26;
constexpr std::size_t pair_of(std::string_view id) {
  if (id.size() != 2) return kPairs;
  const unsigned a = static_cast<unsigned char>(id[0]) - 'A', b = static_cast<unsigned char>(id[1]) - 'A';
  return a < 26 && b < 26 ? a * 26 + b : kPairs;
}

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

//  id, kind, line kind, section payer code amount points count unit price text comments pairs days additions pairs
//  first digit of codes, columns. Dental acts have two amounts and 35 pairs of addition code and amount.
constexpr ItemLayout kItems[] = {
    {"SI", Kind::kMedical, LineKind::kProcedure, 1, 2, 3, 4, 5, 6, 0, 0, 0, 7, 3, 13, 0, 0, '1', 44},
    {"IY", Kind::kMedical, LineKind::kDrug, 1, 2, 3, 4, 5, 6, 0, 0, 0, 7, 3, 13, 0, 0, '6', 44},
    {"TO", Kind::kMedical, LineKind::kMaterial, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 3, 17, 0, 0, '7', 48},
    {"CO", Kind::kMedical, LineKind::kComment, 1, 2, 3, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, '8', 5},
    {"IY", Kind::kDispensing, LineKind::kDrug, 0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '6', 10},
    {"TO", Kind::kDispensing, LineKind::kMaterial, 0, 1, 2, 3, 0, 0, 4, 5, 0, 0, 0, 0, 0, 0, '7', 7},
    {"CO", Kind::kDispensing, LineKind::kComment, 0, 0, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, '8', 3},
    {"SS", Kind::kDental, LineKind::kProcedure, 1, 2, 3, 4, 76, 77, 0, 0, 0, 0, 0, 78, 6, 35, '3', 109},
    {"SI", Kind::kDental, LineKind::kProcedure, 1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 7, 0, 0, '1', 38},
    {"IY", Kind::kDental, LineKind::kDrug, 1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 8, 0, 0, '6', 39},
    {"TO", Kind::kDental, LineKind::kMaterial, 1, 2, 3, 4, 12, 13, 5, 6, 11, 0, 0, 14, 7, 2, '7', 45},
    {"CO", Kind::kDental, LineKind::kComment, 1, 2, 3, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, '8', 6},
};

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

std::vector<std::string_view> known_records() {
  std::vector<std::string_view> names;
  for (const RoleRow& row : kRoles)
    names.push_back(row.id);
  return names;
}

Role role_of(std::string_view id) {
  return record_type(Kind::kMedical, id).role;
}

namespace {

struct Columns {
  std::string_view id;
  std::uint8_t medical, dpc, dispensing, dental;
};
// Columns of the newest editions of the reference (sections 2, 4, 5, 6), the record's name included.
constexpr Columns kColumns[] = {
    {"IR", 10, 10, 0, 11},  {"YK", 0, 0, 9, 0},   {"RE", 38, 38, 42, 27}, {"HO", 15, 16, 14, 14},
    {"KO", 12, 12, 11, 11}, {"SN", 9, 9, 9, 9},   {"JD", 33, 33, 33, 33}, {"MF", 33, 33, 33, 33},
    {"GR", 3, 3, 0, 0},     {"SY", 8, 8, 0, 0},   {"SI", 44, 44, 0, 38},  {"IY", 44, 44, 10, 39},
    {"TO", 48, 48, 7, 45},  {"SS", 0, 0, 0, 109}, {"SJ", 3, 3, 3, 3},     {"GO", 4, 4, 4, 4},
    {"BU", 0, 6, 0, 0},     {"SB", 0, 8, 0, 0},   {"KK", 0, 14, 0, 0},    {"SK", 0, 7, 0, 0},
    {"GA", 0, 7, 0, 0},     {"HH", 0, 9, 0, 0},   {"GT", 0, 12, 0, 0},    {"CD", 0, 11, 0, 0},
    {"SH", 0, 0, 10, 0},    {"CZ", 0, 0, 54, 0},  {"ST", 0, 0, 16, 0},    {"TK", 0, 0, 3, 0},
    {"HS", 0, 0, 0, 13},
};

// Medical and DPC; columns from 0. (reference: receipt section 2)
constexpr FieldRule kFieldRules[] = {
    {"RE", 1, 6, Form::kDigits, false},  {"RE", 2, 4, Form::kDigits, true},   {"RE", 4, 40, Form::kText, false},
    {"RE", 5, 1, Form::kDigits, true},   {"RE", 7, 3, Form::kDigits, false},  {"RE", 9, 8, Form::kAscii, false},
    {"RE", 10, 1, Form::kAscii, false},  {"RE", 11, 10, Form::kAscii, false}, {"RE", 12, 4, Form::kDigits, false},
    {"RE", 13, 20, Form::kAscii, false}, {"RE", 14, 2, Form::kDigits, false}, {"HO", 1, 8, Form::kAscii, false},
    {"HO", 2, 38, Form::kText, false},   {"HO", 3, 38, Form::kText, false},   {"HO", 4, 2, Form::kDigits, false},
    {"HO", 5, 8, Form::kDigits, false},  {"KO", 1, 8, Form::kAscii, false},   {"KO", 2, 7, Form::kDigits, false},
    {"KO", 4, 2, Form::kDigits, false},  {"KO", 5, 8, Form::kDigits, false},  {"SN", 1, 1, Form::kDigits, true},
    {"SN", 2, 2, Form::kDigits, true},   {"SN", 3, 8, Form::kAscii, false},   {"SN", 4, 38, Form::kText, false},
    {"SN", 5, 38, Form::kText, false},   {"SN", 6, 2, Form::kAscii, false},   {"SN", 7, 7, Form::kDigits, false},
    {"MF", 1, 2, Form::kDigits, true},   {"GR", 1, 2, Form::kDigits, true},   {"GR", 2, 14, Form::kAscii, false},
    {"SY", 1, 7, Form::kDigits, true},   {"SY", 3, 1, Form::kDigits, true},   {"SY", 4, 80, Form::kAscii, false},
    {"SY", 5, 40, Form::kText, false},   {"SY", 6, 2, Form::kDigits, false},  {"SY", 7, 40, Form::kText, false},
    {"SJ", 1, 2, Form::kDigits, false},  {"SJ", 2, 2400, Form::kText, false}, {"BU", 1, 14, Form::kAscii, true},
    {"BU", 4, 1, Form::kDigits, false},  {"BU", 5, 100, Form::kText, false},  {"SB", 1, 7, Form::kDigits, true},
    {"SB", 2, 80, Form::kAscii, false},  {"SB", 3, 40, Form::kText, false},   {"SB", 4, 5, Form::kAscii, false},
    {"SB", 5, 2, Form::kDigits, true},   {"SB", 7, 40, Form::kText, false},   {"SK", 1, 9, Form::kDigits, true},
    {"SK", 2, 10, Form::kText, false},   {"SK", 6, 200, Form::kText, false},  {"GA", 3, 31, Form::kAscii, true},
    {"GA", 4, 14, Form::kAscii, true},   {"HH", 5, 1, Form::kDigits, true},   {"HH", 7, 2, Form::kDigits, false},
    {"GT", 11, 40, Form::kText, false},
};
// Dental and dispensing claims: what their columns share with the above.
constexpr FieldRule kOtherRules[] = {
    {"RE", 1, 6, Form::kDigits, false}, {"RE", 2, 4, Form::kDigits, true},  {"RE", 4, 40, Form::kText, false},
    {"RE", 5, 1, Form::kDigits, true},  {"HO", 1, 8, Form::kAscii, false},  {"HO", 2, 38, Form::kText, false},
    {"HO", 3, 38, Form::kText, false},  {"HO", 4, 2, Form::kDigits, false}, {"HO", 5, 8, Form::kDigits, false},
    {"KO", 1, 8, Form::kAscii, false},  {"KO", 2, 7, Form::kDigits, false}, {"KO", 4, 2, Form::kDigits, false},
    {"KO", 5, 8, Form::kDigits, false}, {"SN", 1, 1, Form::kDigits, true},  {"SN", 6, 2, Form::kAscii, false},
    {"HS", 2, 1, Form::kDigits, false}, {"HS", 4, 7, Form::kDigits, true},  {"SH", 2, 1, Form::kDigits, false},
};

constexpr bool is_medical(Kind kind) {
  return kind == Kind::kMedical || kind == Kind::kDpc;
}

using RecordTypes = std::array<RecordType, kPairs + 1>;
constexpr void add_rules(RecordTypes& types, std::span<const FieldRule> rules) {
  for (std::size_t i = 0; i < rules.size(); ++i) {
    RecordType& type = types[pair_of(rules[i].id)];
    if (type.rules_count++ == 0) type.rules_begin = static_cast<std::uint8_t>(i);
  }
}
constexpr RecordTypes types_of(Kind kind) {
  RecordTypes types{};
  for (const RoleRow& row : kRoles) {
    RecordType& type = types[pair_of(row.id)];
    type.role = row.role;
    type.rank = rank_of(row.role);
  }
  for (const Columns& row : kColumns) {
    const std::uint8_t counts[] = {row.medical, row.dpc, row.dispensing, row.dental};
    types[pair_of(row.id)].columns = counts[static_cast<std::size_t>(kind)];
  }
  for (std::size_t i = 0; i < std::size(kItems); ++i)
    if (kItems[i].kind == kind || (kItems[i].kind == Kind::kMedical && kind == Kind::kDpc))
      types[pair_of(kItems[i].id)].item = static_cast<std::int8_t>(i);
  add_rules(types, is_medical(kind) ? std::span<const FieldRule>(kFieldRules) : kOtherRules);
  return types;
}
constexpr RecordTypes kTypes[kKindCount] = {types_of(Kind::kMedical), types_of(Kind::kDpc), types_of(Kind::kDispensing),
                                            types_of(Kind::kDental)};

}  // namespace

const RecordType& record_type(Kind kind, std::string_view id) {
  return kTypes[static_cast<std::size_t>(kind)][pair_of(id)];
}

std::span<const FieldRule> field_rules(Kind kind, const RecordType& type) {
  return {(is_medical(kind) ? kFieldRules : kOtherRules) + type.rules_begin, type.rules_count};
}

const ItemLayout* item_layout(const RecordType& type) {
  return type.item < 0 ? nullptr : &kItems[type.item];
}

const HeaderLayout& header_layout(Kind kind) {
  return kHeaders[static_cast<int>(kind)];
}

const ClaimLayout& claim_layout(Kind kind) {
  return kClaims[static_cast<int>(kind)];
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

struct Payers {
  char code;
  std::uint8_t bits;
};
// (reference: receipt section 3, 負担区分) M = 1, public payers 1 to 4 = 2, 4, 8, 16.
constexpr Payers kPayers[] = {
    {'1', 1},      {'5', 2},          {'6', 4},          {'B', 8},          {'C', 16},         {'2', 1 | 2},
    {'3', 1 | 4},  {'E', 1 | 8},      {'G', 1 | 16},     {'7', 2 | 4},      {'H', 2 | 8},      {'I', 2 | 16},
    {'J', 4 | 8},  {'K', 4 | 16},     {'L', 8 | 16},     {'4', 1 | 2 | 4},  {'M', 1 | 2 | 8},  {'N', 1 | 2 | 16},
    {'O', 1 | 12}, {'P', 1 | 4 | 16}, {'Q', 1 | 8 | 16}, {'R', 2 | 4 | 8},  {'S', 2 | 4 | 16}, {'T', 2 | 8 | 16},
    {'U', 28},     {'V', 1 | 14},     {'W', 1 | 2 | 20}, {'X', 1 | 2 | 24}, {'Y', 1 | 4 | 24}, {'Z', 30},
    {'9', 31},
};
constexpr auto kPayerBits = [] {
  std::array<std::uint8_t, 256> bits{};
  for (const Payers& payers : kPayers)
    bits[static_cast<unsigned char>(payers.code)] = payers.bits;
  return bits;
}();

}  // namespace

std::uint32_t payers_of(std::string_view code) {
  return code.size() == 1 ? kPayerBits[static_cast<unsigned char>(code[0])] : 0;
}

// (reference: receipt section 3, レセプト種別) d2 = 2: public payers only, d3 of them; else d3 - 1 beside the insurer.
int public_payers_of(std::string_view type) {
  if (type.size() != 4 || type[2] < '1' || type[2] > '5') return -1;
  return type[2] - (has_insurer(type) ? '1' : '0');
}

bool has_insurer(std::string_view type) {
  return type.size() == 4 && type[1] != '2';
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

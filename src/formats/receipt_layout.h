// Record layouts of electronic receipts as tables: which column holds what, for each kind of receipt. Columns count
// from 0, where column 0 is the record's two letters; 0 therefore means "not in this layout". (reference: receipt
// sections 2, 4, 5, 6: 電子レセプト 記録条件仕様, medical 2022, DPC 2014, dispensing and dental 2018)
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace sekisho::formats::receipt {

enum class Kind : std::uint8_t { kMedical, kDpc, kDispensing, kDental };
inline constexpr int kKindCount = 4;
std::string_view source_name(Kind kind);  // src column: rec_med, rec_dpc, rec_disp, rec_dent

// What the interpreter does with a record type.
enum class Role : std::uint8_t {
  kOpaque,  // unknown, or known and without a place in the model: to the vault, counted
  kHeader,  // IR, YK
  kTotals,  // GO
  kClaim,   // RE
  kInsurer,
  kPublicPayer,
  kEligibility,
  kDisease,       // SY
  kCaseDisease,   // SB
  kToothDisease,  // HS
  kItem,          // SI, IY, TO, CO, SS: lines with a layout in kItems
  kCoding,        // CD
  kComment,       // SJ
  kDonor,         // TR: what follows happened to another person
  kBundleCase,    // BU
  kAdmission,     // KK
  kOperation,     // SK
  kBundleMonth,   // GA
  kBundlePeriod,  // HH
  kBundleTotal,   // GT
  kUnbundled,     // GR
  kGroup,         // SH
  kDispensed,     // CZ
  kSummary,       // TK: comments of a dispensing claim
  kBaseFee,       // KI: fees of a dispensing claim
  kDayCounts,     // NI
  kVisits,        // JD: which days count as days of care
  kSplit,         // ST: points before and after a dispensing in parts
  kReturn,        // HR: why a claim came back
  kCorrection,    // JY: what was corrected
  kReturned,      // other records of returned and insurer-side files: to the vault, in or outside a claim
  kKept,          // known, to the vault as it is: MF, TI, TS
};
Role role_of(std::string_view id);
std::vector<std::string_view> known_records();  // names of all records with a role

// Where in a claim a record stands: records of a claim stand in rising order, those of one rank in any. 0: anywhere.
// (reference: receipt section 1, order inside a file)
constexpr std::uint8_t rank_of(Role role) {
  switch (role) {
    case Role::kInsurer:
      return 1;
    case Role::kPublicPayer:
      return 2;
    case Role::kEligibility:
      return 3;
    case Role::kVisits:
      return 4;
    case Role::kUnbundled:
      return 6;
    case Role::kBundleCase:
      return 7;
    case Role::kCaseDisease:
      return 8;
    case Role::kAdmission:
      return 9;
    case Role::kOperation:
      return 10;
    case Role::kBundleMonth:
    case Role::kBundlePeriod:
    case Role::kBundleTotal:
      return 11;
    case Role::kDisease:
    case Role::kToothDisease:
      return 12;
    case Role::kItem:
    case Role::kGroup:
    case Role::kDispensed:
    case Role::kDayCounts:
      return 13;
    case Role::kComment:
    case Role::kBaseFee:
      return 14;
    case Role::kSummary:
      return 15;
    case Role::kCoding:
    case Role::kSplit:
      return 16;
    default:
      return 0;
  }
}
// What a column may hold. Sizes are bytes of Shift_JIS. (reference: receipt section 2)
enum class Form : std::uint8_t {
  kDigits,  // 数字
  kAscii,   // 英数
  kText,    // 漢字, or 英数 or 漢字: any characters
};
struct FieldRule {
  std::string_view id;
  std::uint8_t column;
  std::uint16_t size;
  Form form;
  bool fixed;  // exactly `size` bytes
};

struct HeaderLayout {
  std::uint8_t prefecture, table, institution, month, volume;
};
const HeaderLayout& header_layout(Kind kind);

struct ClaimLayout {
  std::uint8_t type, month, name, sex, birth, admitted, ward, special, chart, search, department, kana, state,
      summary_kind;
};
const ClaimLayout& claim_layout(Kind kind);

enum class LineKind : std::uint8_t { kProcedure, kDrug, kMaterial, kComment };
std::string_view name(LineKind kind);  // column kind of claim_line

struct ItemLayout {
  std::string_view id;
  Kind kind;
  LineKind line_kind;
  std::uint8_t section, payer, code, amount, points, count, unit, price, text, comments, comment_pairs, days, additions,
      addition_pairs;
  char first;            // digit that codes of this record begin with
  std::uint8_t columns;  // of the newest edition, the record's name included
};

// All that a kind of receipt says of a record type, found by one look into a table: done for every line.
struct RecordType {
  Role role = Role::kOpaque;
  std::uint8_t rank = 0;
  std::uint8_t columns = 0;  // that the newest edition known gives it, its name included; 0: not known
  std::uint8_t rules_begin = 0, rules_count = 0;
  std::int8_t item = -1;
};
const RecordType& record_type(Kind kind, std::string_view id);
// Rules for records that are read once per claim or disease; lines of acts have checks of their own.
std::span<const FieldRule> field_rules(Kind kind, const RecordType& type);
const ItemLayout* item_layout(const RecordType& type);  // nullptr: the kind has no such record

// 診療識別 (sections): what a drug line and a procedure line of it are.
struct Section {
  std::string_view code, drug_kind, procedure_kind;
};
const Section& section_of(std::string_view code);  // unknown ones: empty kinds

bool is_inpatient(std::string_view type);  // レセプト種別, 4th digit
// 負担区分: bit 0 the insurer, bits 1 to 4 the first to fourth public payer. 0: no code of the table.
std::uint32_t payers_of(std::string_view code);
inline bool paid_by_insurance(std::string_view payer) {
  return (payers_of(payer) & 1) != 0;
}
inline bool paid_by_first_public(std::string_view payer) {
  return (payers_of(payer) & 2) != 0;
}
// Public payers that a レセプト種別 announces (its second and third digit); -1: the type says nothing.
int public_payers_of(std::string_view type);
bool has_insurer(std::string_view type);
std::string_view outcome_name(std::string_view code);     // SY field 4
std::string_view case_role(std::string_view code);        // SB 傷病名区分
std::string_view dispensing_form(std::string_view code);  // SH dosage form as drug.kind
bool is_ward_code(std::string_view code);                 // 190610000-190649999: a ward, no act

// Fee revision (YYYYMMDD) in force on a day given as YYYYMMDD; "" before the first of the table.
std::string_view fee_revision(std::int32_t yyyymmdd);

}  // namespace sekisho::formats::receipt

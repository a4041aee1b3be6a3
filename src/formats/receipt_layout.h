// Record layouts of electronic receipts as tables: which column holds what, for each kind of receipt. Columns count
// from 0, where column 0 is the record's two letters; 0 therefore means "not in this layout". (reference: receipt
// sections 2, 4, 5, 6: 電子レセプト 記録条件仕様, medical 2022, DPC 2014, dispensing and dental 2018)
#pragma once

#include <cstdint>
#include <string_view>

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
  kKept,          // known, to the vault as it is: JD, MF, TI, TS, ST
};
Role role_of(std::string_view id);  // one look into a table: called for every line

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
  std::uint8_t section, payer, code, amount, points, count, unit, price, text, comments, comment_pairs, days;
};
// nullptr: the kind has no such record.
const ItemLayout* item_layout(Kind kind, std::string_view id);

// 診療識別 (sections): what a drug line and a procedure line of it are.
struct Section {
  std::string_view code, drug_kind, procedure_kind;
};
const Section& section_of(std::string_view code);  // unknown ones: empty kinds

bool is_inpatient(std::string_view type);                 // レセプト種別, 4th digit
bool paid_by_insurance(std::string_view payer);           // 負担区分 that contains the insurer
bool paid_by_first_public(std::string_view payer);        // ... the first public payer
std::string_view outcome_name(std::string_view code);     // SY field 4
std::string_view case_role(std::string_view code);        // SB 傷病名区分
std::string_view dispensing_form(std::string_view code);  // SH dosage form as drug.kind
bool is_ward_code(std::string_view code);                 // 190610000-190649999: a ward, no act

// Fee revision (YYYYMMDD) in force on a day given as YYYYMMDD; "" before the first of the table.
std::string_view fee_revision(std::int32_t yyyymmdd);

}  // namespace sekisho::formats::receipt

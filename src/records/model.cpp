#include "records/model.h"

#include <array>

namespace sekisho::records {
namespace {

using enum ColumnType;
using Columns = std::vector<ColumnSpec>;

const Columns& common_columns() {
  static const Columns columns = {
      {"reg", kText, "registration key (32 hex digits); the patient number in inspect"},
      {"doc", kInt64, "key of the logical document; with reg it decides supersession"},
      {"package", kInt64, "catalogue number of the package"},
      {"part", kInt32, "part of the package"},
      {"ordinal", kInt32, "entry in the part"},
      {"sub", kInt32, "row within its file"},
      {"src", kText, "ssmix2, rec_med, rec_dpc, rec_disp, rec_dent, ff1, ef, d, h"},
      {"act", kText, "plan, order, perform, result, claim, survey"},
      {"state", kText, "active, superseded, cancelled, error"},
      {"dept", kText, "department code as written"},
      {"ward", kText, "ward code as written"},
      {"t", kTimestamp, "start, lower bound, Japanese wall clock"},
      {"t_end", kTimestamp, "end, lower bound"},
      {"prec", kText, "precision of t: year, month, day, hour, minute, second, ms"},
      {"flags", kInt32, "time flags: 1 next-day hour, 2 zero-filled, 4 era, 8 unknown day, 16 derived, 32 no point"},
      {"std_code", kText, "standard code as sent"},
      {"std_sys", kText, "its system"},
      {"std_ver", kText, "its edition"},
      {"loc_code", kText, "local code"},
      {"loc_sys", kText, "its label as sent"},
      {"loc_ver", kText, "its edition"},
      {"text_ref", kInt64, "item in the vault"},
  };
  return columns;
}

TableSpec table(std::string_view name, std::string_view meaning, Columns own) {
  TableSpec spec{name, meaning, common_columns()};
  spec.columns.insert(spec.columns.end(), own.begin(), own.end());
  return spec;
}

// In the order of enum Table.
const std::array<TableSpec, kTableCount>& tables() {
  static const std::array<TableSpec, kTableCount> all = {
      table("encounter_event",
            "movements of a patient: reception, planned and actual admission, transfer, leave, discharge",
            {
                {"kind", kText,
                 "reception, admission, transfer, leave, return, discharge, planned_admission, planned_transfer, "
                 "planned_discharge, attending, basic; cancel_ before it for a cancelling message"},
                {"planned", kInt32, "1: a plan, 0: it happened"},
                {"from_ward", kText, "ward before"},
                {"to_ward", kText, "ward after"},
                {"disposition", kText, "discharge disposition, HL7 table 0112 or FF1 code as written"},
                {"route", kText, "admission route as written"},
                {"class", kText, "I inpatient, O outpatient, E emergency"},
                {"room", kText, "room^bed as written"},
                {"visit", kText, "visit or stay number as written"},
            }),
      table("diagnosis", "diagnoses with certainty, role and outcome, from problem lists, claims and surveys",
            {
                {"icd", kText, "ICD-10 code as written, without dot"},
                {"icd_edition", kText, "2003 or 2013, as written or by the rule of its format; null: not said"},
                {"modifiers", kText,
                 "modifier codes of receipts (4 digits) in order, joined by a blank; unknown ones as sent"},
                {"certainty", kText, "confirmed, suspected"},
                {"role", kText, "main, admission, resource1, resource2, comorbidity, complication, other"},
                {"outcome", kText, "cured, died, stopped, continuing, remission, other"},
                {"onset", kTimestamp, "onset, lower bound"},
                {"diagnosed", kTimestamp, "day of diagnosis"},
                {"ended", kTimestamp, "day of outcome"},
                {"sensitivity", kText, "HL7 table 0177 as written; carried into the decision on use"},
                {"problem", kText,
                 "instance id of the problem (PRB-4), hashed by the registration key holder where it names a person"},
            }),
      table("drug", "drugs ordered, performed, dispensed, claimed",
            {
                {"kind", kText, "oral, injection, external, as_needed, dispensing"},
                {"rp", kText, "prescription group and sequence"},
                {"component", kText, "base, additive"},
                {"dose", kFloat64, "amount for one administration"},
                {"dose_unit", kText, "unit as sent"},
                {"per_day", kFloat64, "total daily amount"},
                {"total", kFloat64, "amount dispensed or claimed in all"},
                {"total_unit", kText, "unit as sent"},
                {"days", kInt32, "days of supply"},
                {"times", kInt32, "number of administrations"},
                {"usage", kText, "usage code"},
                {"usage_sys", kText, "its system as sent"},
                {"route", kText, "route code"},
                {"rate", kText, "rate as written"},
                {"rate_unit", kText, "unit as sent"},
                {"lot", kText, "lot number"},
                {"order_no", kText, "order number"},
                {"points", kFloat64, "points of the billing unit, on its last line"},
            }),
      table("lab", "laboratory orders and results",
            {
                {"specimen", kText, "specimen code"},
                {"panel", kText, "code of the ordered set (OBR-4)"},
                {"raw", kText,
                 "value as sent, if it is a number, a comparison, a titre or a coded result; free text lies in the "
                 "vault"},
                {"comparator", kText, "<, <=, >, >="},
                {"number", kFloat64, "numeric value"},
                {"number_high", kFloat64, "upper value of a range"},
                {"qualitative", kText, "neg, pos, 1+ ..., trace, as normalised"},
                {"unit", kText, "unit as sent"},
                {"ucum", kText, "unit in UCUM, where the table knows it"},
                {"ref_low", kFloat64, "reference interval"},
                {"ref_high", kFloat64, "reference interval"},
                {"ref_raw", kText, "reference interval as sent"},
                {"flag", kText, "H, L, HH, LL, A, N ..."},
                {"status", kText, "HL7 table 0085: F, P, C, X ..."},
                {"collected", kTimestamp, "specimen collected"},
                {"reported", kTimestamp, "result reported"},
                {"parent", kText, "parent result"},
                {"order_no", kText, "order number"},
            }),
      table("observation", "height, weight, blood group, ADL, scores, smoking and other single findings",
            {
                {"number", kFloat64, "numeric value"},
                {"code", kText, "coded value"},
                {"code_sys", kText, "its system"},
                {"unit", kText, "unit as sent"},
                {"ucum", kText, "unit in UCUM"},
                {"raw", kText, "value as sent, unless free text"},
            }),
      table("exam", "imaging, endoscopy and physiology orders and performed examinations",
            {
                {"modality", kText, "modality or first element of JJ1017"},
                {"study", kText, "keyed hash of the study number"},
                {"body_part", kText, "body part code"},
                {"side", kText, "side"},
                {"order_no", kText, "order number"},
            }),
      table("procedure", "operations, treatments and other acts",
            {
                {"k_code", kText, "operation class (K-code)"},
                {"side", kText, "left, right, both as written"},
                {"anaesthesia", kText, "anaesthesia as written"},
                {"count", kFloat64, "number of times"},
                {"kind", kText, "operation, anaesthesia, treatment, imaging, lab, rehabilitation, fee, other"},
                {"order_no", kText, "order number"},
            }),
      table(
          "claim", "one claim (receipt): patient x institution x month x in/out x insurer",
          {
              {"type", kText, "receipt type, 4 digits"},
              {"month", kDate, "month of care, first day"},
              {"in_out", kText, "I, O"},
              {"payers", kInt32, "number of payers"},
              {"points", kFloat64, "total points as claimed (HO or first KO)"},
              {"days", kInt32, "days of care"},
              {"payer_class", kText,
               "law number of the insurer (first two digits) or 67 etc.; national health insurance: nhi"},
              {"institution", kText, "institution code with prefecture, 10 digits"},
              {"volume", kText, "file volume"},
              {"admitted", kDate, "admission date"},
              {"patient_state", kText, "state codes"},
              {"special", kText, "special remarks codes"},
              {"submission", kText, "first, again (it has a search number of the examining body), returned, corrected"},
              {"return_month", kDate, "month in which a returned claim was processed, first day"},
              {"return_reason", kText, "reason code of a returned claim"},
          }),
      table("claim_line", "every line of a claim with its billing unit",
            {
                {"claim_sub", kInt32, "sub of the claim's row"},
                {"unit_id", kInt32, "number of the billing unit within the claim"},
                {"section", kText, "診療識別, inherited where blank"},
                {"payer", kText, "負担区分"},
                {"amount", kFloat64, "quantity"},
                {"unit", kText, "unit code"},
                {"points", kFloat64, "points, on the last line of the unit only"},
                {"count", kInt32, "times; points x count is what the unit costs"},
                {"day_counts", kText, "day:times pairs joined by blanks, 1:1 8:2"},
                {"bundled", kInt32, "1: inside the DPC bundle"},
                {"kind", kText, "procedure, drug, material, comment"},
                {"price", kFloat64, "unit price"},
                {"value", kText,
                 "what a comment code of patterns 31 to 90 has inserted: a number, a day (ISO), hh:mm, minutes, dd "
                 "hh:mm, "
                 "an act code or modifier codes joined by blanks"},
            }),
      table("dpc_case", "one DPC case or bundle segment",
            {
                {"dpc", kText, "14-digit DPC code"},
                {"edition", kText, "fee revision that the date belongs to"},
                {"admitted", kDate, "admission"},
                {"discharged", kDate, "discharge"},
                {"coefficient", kFloat64, "institution coefficient"},
                {"outcome", kText, "outcome as written"},
                {"kind", kText, "BU, GA, HH, GT, D, FF1"},
                {"ward_kind", kText, "ward kind as written"},
                {"points", kFloat64, "points"},
                {"mdc", kText, "major diagnostic category: digits 1-2 of the code"},
                {"disease", kText, "disease class: digits 1-6"},
                {"condition", kText, "digit 7, 病態等; null: not used (x)"},
                {"age", kText, "digit 8, age, birth weight, JCS and the like"},
                {"operation", kText, "digits 9-10; 97 other, 99 none"},
                {"treatment1", kText, "digit 11, 手術・処置等1"},
                {"treatment2", kText, "digit 12, 手術・処置等2"},
                {"comorbidity", kText, "digit 13, 定義副傷病"},
                {"severity", kText, "digit 14, 重症度等"},
            }),
      table("dpc_item", "items of DPC survey files that have no table of their own",
            {
                {"code", kText, "item code, A000010 ..."},
                {"version", kText, "version of the item"},
                {"sequence", kInt32, "sequence"},
                {"p1", kText, "payload 1"},
                {"p2", kText, "payload 2"},
                {"p3", kText, "payload 3"},
                {"p4", kText, "payload 4"},
                {"p5", kText, "payload 5"},
                {"p6", kText, "payload 6"},
                {"p7", kText, "payload 7"},
                {"p8", kText, "payload 8"},
                {"p9", kText, "payload 9"},
            }),
      table("allergy", "allergies and intolerances",
            {
                {"kind", kText, "HL7 table 0127"},
                {"severity", kText, "HL7 table 0128"},
                {"reaction", kText, "coded reaction"},
                {"action", kText, "A, D, U, X"},
                {"clinical_status", kText, "HL7 table 0438"},
                {"onset", kTimestamp, "onset"},
            }),
      table("coverage", "insurance periods without any number that identifies",
            {
                {"payer_class", kText, "law number (two digits) or nhi"},
                {"insurance_class", kText, "JHSD0001 code"},
                {"valid_from", kDate, "valid from"},
                {"valid_to", kDate, "valid to"},
                {"relation", kText, "relation to the insured, HL7 0063"},
                {"share", kFloat64, "share paid by insurance, per cent"},
            }),
      table("document_ref", "documents and their sections, kept in the vault",
            {
                {"kind", kText, "kind of document: LOINC code, else the hospital's"},
                {"format", kText, "media type; cda: a clinical document, cda-section: a section of it"},
                {"size", kInt64, "bytes"},
                {"vault", kInt64, "number in the vault"},
                {"hash", kText, "SHA-256 of the file, hexadecimal"},
            }),
      table("link", "pairs of rows that speak of one act",
            {
                {"row_a", kText, "package/part/ordinal/sub"},
                {"row_b", kText, "package/part/ordinal/sub"},
                {"kind", kText, "same_act, order_of, result_of, claim_of, supersedes"},
                {"method", kText, "how it was found"},
                {"score", kFloat64, "0..1"},
            }),
  };
  return all;
}

}  // namespace

const TableSpec& spec(Table table) {
  return tables()[static_cast<std::size_t>(table)];
}
std::span<const TableSpec> all_tables() {
  return tables();
}

const TableSpec* find_table(std::string_view name) {
  for (const TableSpec& table : tables())
    if (table.name == name) return &table;
  return nullptr;
}

std::span<const std::string_view> code_systems() {
  static constexpr std::string_view kSystems[] = {
      "JC10",  "JC11", "HOT7",  "HOT9",   "HOT13", "YJ",    "PRICE12", "REC",  "MEDIS_DIS", "MEDIS_EX",
      "ICD10", "K",    "STEM7", "JJ1017", "LENDO", "JANIS", "JAMI",    "MR9P", "LOCAL",     "DPC14"};
  return kSystems;
}

}  // namespace sekisho::records

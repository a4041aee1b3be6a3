// Diagnoses, allergies and what an admission says of both in SS-MIX2 messages. (reference: ssmix2 section 8.5)
#include <algorithm>

#include "formats/disease_modifiers.h"
#include "formats/ssmix2_words.h"

namespace sekisho::formats {

namespace {

struct Term {
  std::string_view code, value;
};
constexpr Term kOutcomes[] = {{"D", "died"},       {"F", "cured"}, {"R", "remission"}, {"N", "continuing"},
                              {"W", "continuing"}, {"S", "other"}, {"U", "other"}};
std::string_view outcome_of(std::string_view code) {
  const auto* found = std::ranges::find(kOutcomes, code, &Term::code);
  return found == std::end(kOutcomes) ? std::string_view{} : found->value;
}

bool is_suspicion_text(std::string_view text) {
  return text.ends_with("の疑い") || text.ends_with("疑い") || text.ends_with("疑い）") || text.ends_with("疑い)") ||
         text.ends_with("（疑）") || text.ends_with("(疑)");
}

// Modifier codes before and after the disease, management numbers first, exchange codes where there are none: as the
// codes that receipts and 様式1 use. True: one of them says that the disease is suspected.
bool append_modifiers(const Segment& zpr, std::string& out) {
  bool suspected = false;
  for (const auto& [number, exchange] : {std::pair{1, 4}, std::pair{3, 6}}) {
    const bool managed = !given(component(zpr.field(number))).empty();
    const std::string_view field = zpr.field(managed ? number : exchange);
    for (int i = 1; i <= hl7::count_pieces(field, '~'); ++i) {
      const std::string_view sent = given(component(repetition(field, i)));
      if (sent.empty()) continue;
      // A label of the hospital's own says that the code is none of the master's.
      const bool local = component(repetition(field, i), 3).starts_with("99");
      const std::string_view code = local ? sent : receipt_modifier(sent);
      suspected |= code == kSuspectedModifier;
      if (!out.empty()) out += ' ';
      out += code;
    }
  }
  return suspected;
}

// Without the dot that some write.
std::string_view undotted(std::string_view icd, std::string& buffer) {
  const auto dot = icd.find('.');
  if (dot == std::string_view::npos) return icd;
  buffer.assign(icd.substr(0, dot)).append(icd.substr(dot + 1));
  return buffer;
}

bool is_icd10(std::string_view c) {
  const auto digit = [](char d) { return d >= '0' && d <= '9'; };
  if (c.size() < 3 || c[0] < 'A' || c[0] > 'Z' || !digit(c[1]) || !digit(c[2])) return false;
  c.remove_prefix(3);
  if (c.starts_with('.')) c.remove_prefix(1);
  if (c.ends_with('+') || c.ends_with('*')) c.remove_suffix(1);
  return c.size() <= 2 &&
         std::ranges::all_of(c, [&](char d) { return digit(d) || d == '-' || (d >= 'a' && d <= 'z'); });
}

}  // namespace

void Ssmix2Mapper::map_problem(std::size_t from, std::size_t to) {
  if (!usable(from)) return;
  const Segment& prb = (*m_->segments)[from];
  std::string modifiers;
  bool suspected_modifier = false;
  std::string_view exchange;
  for (std::size_t i = from + 1; i < to; ++i) {
    const Segment& s = (*m_->segments)[i];
    if (s.tag != tag("ZPR") || !usable(i)) continue;
    suspected_modifier |= append_modifiers(s, modifiers);
    exchange = given(component(s.field(5)));
    suspected_modifier |=
        s.field(3).find("疑い") != std::string_view::npos || s.field(6).find("疑い") != std::string_view::npos;
    keep_text("text:ZPR-7", s.field(7));
  }
  const hl7::Coded coded = hl7::coded(prb.field(3));
  ResolvedCode code = resolve(coded);
  if (code.standard.code.empty() && !exchange.empty()) {
    code.standard.code = exchange;
    code.system = "MEDIS_EX";
  }
  const std::string_view icd_field = repetition(prb.field(10));
  std::string_view icd = given(component(icd_field));
  // The confirmation (JHSD0005) is also met one field late.
  const bool late = prb.field(13).empty() && component(prb.field(14), 3) == "JHSD0005";
  const std::string_view confirmation = given(component(prb.field(late ? 14 : 13)));
  const bool by_text = is_suspicion_text(coded.first.text) || is_suspicion_text(coded.second.text);
  const bool suspected = confirmation == "1" || suspected_modifier || by_text;

  if (icd.empty() && (code.standard.code.empty() || code.standard.code == "20084317"))
    finding("DIAGNOSIS_UNCODED", Level::kWarning, prb, "PRB-3");
  if (code.system == "ICD10" && !is_icd10(code.standard.code)) finding("ICD10_SHAPE", Level::kError, prb, "PRB-3");
  if (!icd.empty() && !is_icd10(icd)) finding("ICD10_SHAPE", Level::kError, prb, "PRB-10");
  if (!icd.empty() && component(icd_field, 7).empty()) finding("ICD10_VERSION_UNKNOWN", Level::kInfo, prb, "PRB-10.7");
  if (by_text && confirmation != "1" && !suspected_modifier)
    finding("SUSPECTED_BY_TEXT_ONLY", Level::kWarning, prb, "PRB-3");
  const std::string_view sensitivity = given(component(prb.field(25)));
  if (!sensitivity.empty()) finding("SENSITIVE_DIAGNOSIS", Level::kInfo, prb, "PRB-25");

  std::int64_t text = keep_name(code);
  if (const std::int64_t onset_text = keep_text("text:PRB-17", prb.field(17)); text == 0) text = onset_text;
  if (const std::int64_t notes = keep_notes(from, to); text == 0) text = notes;

  const std::string_view usual_state = state_;
  if (given(component(prb.field(1))) == "DE" && state_ == "active") state_ = "cancelled";
  const ClinicalTime onset = hl7_time(prb.field(16)), diagnosed = hl7_time(prb.field(7));
  const std::string_view outcome = given(component(prb.field(14)));
  ClinicalTime ended = hl7_time(prb.field(9));
  if (!ended.present() && !outcome.empty()) ended = hl7_time(prb.field(15));

  namespace d = records::diagnosis;
  Batch& row = add(Table::kDiagnosis, "perform");
  set_.when(row, onset.present() ? onset : diagnosed.present() ? diagnosed : hl7_time(prb.field(2)), ended);
  put_code(row, code, text);
  row.text(d::kIcd, undotted(icd, scratch_));
  // An empty version means the edition of 2003: so says the standard; ICD10_VERSION_UNKNOWN reports it.
  const std::string_view edition = given(component(icd_field, 7));
  if (!icd.empty()) row.text(d::kIcdEdition, edition.empty() ? "2003" : edition);
  row.text(d::kModifiers, modifiers);
  row.text(d::kCertainty, suspected ? "suspected" : "confirmed");
  const std::string_view kind = given(component(icd_field, 4));
  const std::string_view ranking = given(component(prb.field(18)));
  row.text(d::kRole, ranking == "1"                    ? "main"
                     : kind == "H"                     ? "admission"
                     : kind.empty() && ranking.empty() ? ""
                                                       : "other");
  row.text(d::kOutcome, outcome_of(outcome));
  row.time(d::kOnset, onset);
  row.time(d::kDiagnosed, diagnosed);
  row.time(d::kEnded, ended);
  row.text(d::kSensitivity, sensitivity);
  row.text(d::kProblem, given(component(prb.field(4))));
  state_ = usual_state;

  if (outcome == "D" && m_->trusted && !m_->cancelled && ended.present() &&
      identities_seen_.insert(mix_text(0x9E3779B97F4A7C15, prb.field(15))).second) {
    records::IdentityRecord record;
    record.patient_number = m_->path->patient_number();
    record.died = ended;
    record.recorded = occurred_;
    set_.identity(std::move(record));
  }
}

// --- allergies, insurance, diagnoses and procedures inside ADT ---

void Ssmix2Mapper::map_allergy(const Segment& s) {
  const bool iam = s.tag == tag("IAM");
  const ResolvedCode code = resolve(hl7::coded(s.field(3)));
  if (code.standard.empty() && code.local.empty()) return;
  std::int64_t text = keep_name(code);
  if (const std::int64_t reaction = keep_text(iam ? "text:IAM-5" : "text:AL1-5", s.field(5)); text == 0)
    text = reaction;
  if (iam)
    for (const auto& [field, kind] : {std::pair{8, "text:IAM-8"}, std::pair{12, "text:IAM-12"}})
      if (const std::int64_t more = keep_text(kind, s.field(field)); text == 0) text = more;
  namespace a = records::allergy;
  const std::string_view usual_state = state_;
  const std::string_view action = iam ? given(component(s.field(6))) : std::string_view{};
  if (action == "D" && state_ == "active") state_ = "cancelled";
  Batch& row = add(Table::kAllergy, "perform");
  state_ = usual_state;
  const ClinicalTime reported = iam ? hl7_time(s.field(13)) : hl7_time(s.field(6));
  const ClinicalTime recorded = evn_ == nullptr ? ClinicalTime{} : hl7_time(evn_->field(2));
  set_.when(row, reported.present() ? reported : recorded.present() ? recorded : occurred_);
  put_code(row, code, text);
  row.text(a::kKind, given(component(s.field(2))));
  row.text(a::kSeverity, given(component(s.field(4))));
  row.text(a::kAction, action);
  if (iam) {
    row.text(a::kClinicalStatus, given(component(s.field(17))));
    row.time(a::kOnset, hl7_time(s.field(11)));
  }
}

void Ssmix2Mapper::map_admission_diagnosis(const Segment& s) {
  namespace d = records::diagnosis;
  const ResolvedCode code = resolve(hl7::coded(s.field(3)));
  const std::int64_t text = keep_name(code);
  Batch& row = add(Table::kDiagnosis, "perform");
  const ClinicalTime diagnosed = hl7_time(s.field(5));
  set_.when(row, diagnosed.present() ? diagnosed : care_date_);
  put_code(row, code, text);
  if (code.system == "ICD10") {
    if (!is_icd10(code.standard.code)) finding("ICD10_SHAPE", Level::kError, s, "DG1-3");
    row.text(d::kIcd, undotted(code.standard.code, scratch_));
  }
  row.text(d::kRole, given(component(s.field(6))) == "A" ? "admission" : "other");
  row.time(d::kDiagnosed, diagnosed);
}

void Ssmix2Mapper::map_admission_procedure(const Segment& s) {
  const ResolvedCode code = resolve(hl7::coded(s.field(3)));
  const std::int64_t text = keep_name(code);
  Batch& row = add(Table::kProcedure, "perform");
  const ClinicalTime done = hl7_time(s.field(5));
  set_.when(row, done.present() ? done : care_date_);
  put_code(row, code, text);
  row.text(records::procedure::kKind, "other");
}

}  // namespace sekisho::formats

#include "formats/ssmix2_map.h"

#include <algorithm>
#include <cstring>

#include "core/text.h"
#include "formats/disease_modifiers.h"

namespace sekisho::formats {

using hl7::component;
using hl7::given;
using hl7::repetition;
using hl7::Segment;
using hl7::subcomponent;
using hl7::tag;
using records::Batch;
using records::Level;
using records::Table;
namespace common = records::common;

// --- codes ---

std::string_view standard_system(std::string_view label, std::string_view code) {
  if (label.starts_with("HOT")) {
    // A receipt code (62...) under a drug label is what its digits say; the check reports it.
    if (code.size() == 9 && code.starts_with('6')) return "REC";
    return code.size() == 7 ? "HOT7" : code.size() == 9 ? "HOT9" : "HOT13";
  }
  // JLAC11 begins with a letter; its own label is not settled, and it is met under the one of JLAC10.
  if (label == "JC10" && code.size() == 17 && code[0] >= 'A' && code[0] <= 'Z') return "JC11";
  if (label == "MDCDX2") return code.size() == 8 ? "MEDIS_DIS" : "MEDIS_EX";
  struct Label {
    std::string_view label, system;
  };
  static constexpr Label kLabels[] = {
      {"JC10", "JC10"},    {"JC11", "JC11"},   {"JLAC11", "JC11"},   {"I10", "ICD10"},   {"YJ", "YJ"},
      {"MYAK", "PRICE12"}, {"JANIS", "JANIS"}, {"JJ1017", "JJ1017"}, {"LENDO", "LENDO"}, {"JAMISDP01", "JAMI"},
      {"MR9P", "MR9P"},    {"JLAC10", "JC10"}, {"ICD10", "ICD10"},   {"STEM7", "STEM7"}};
  for (const Label& l : kLabels)
    if (l.label == label) return l.system;
  return {};
}

ResolvedCode resolve(const hl7::Coded& coded) {
  const std::string_view first =
      coded.first.code.empty() ? std::string_view{} : standard_system(coded.first.system, coded.first.code);
  const std::string_view second =
      coded.second.code.empty() ? std::string_view{} : standard_system(coded.second.system, coded.second.code);
  if (!first.empty()) return {coded.first, coded.second, first};
  if (!second.empty()) return {coded.second, coded.first, second};
  return {{}, coded.first.empty() ? coded.second : coded.first, {}};
}

void Ssmix2Mapper::put_code(Batch& row, const ResolvedCode& code, std::int64_t text) {
  row.text(common::kStdCode, code.standard.code);
  if (!code.standard.code.empty()) row.text(common::kStdSys, code.system);
  row.text(common::kStdVer, code.standard.version);
  row.text(common::kLocCode, code.local.code);
  if (!code.local.code.empty()) row.text(common::kLocSys, code.local.system);
  row.text(common::kLocVer, code.local.version);
  if (text != 0) row.integer(common::kTextRef, text);
}

std::int64_t Ssmix2Mapper::keep_name(const ResolvedCode& code) {
  const hl7::Triple& named = code.local.empty() ? code.standard : code.local;
  // The name of a standard code is the masters'; an uncoded disease has nothing but its text.
  if (code.local.empty() && code.standard.code != "20084317") return 0;
  if (named.text.empty()) return 0;
  kind_.assign("name:");
  kind_ += named.system;
  return keep_text(kind_, named.text);
}

std::int64_t Ssmix2Mapper::keep_text(std::string_view kind, std::string_view text) {
  const std::string_view content = clean(text);
  return content.empty() ? 0 : set_.keep(kind, content);
}

// --- the message ---

const Segment* Ssmix2Mapper::first(hl7::Tag wanted) const {
  for (std::size_t i = 0; i < m_->segments->size(); ++i)
    if ((*m_->segments)[i].tag == wanted && usable(i)) return &(*m_->segments)[i];
  return nullptr;
}

std::size_t Ssmix2Mapper::group_end(std::size_t from, hl7::Tag opener) const {
  std::size_t to = from + 1;
  while (to < m_->segments->size() && (*m_->segments)[to].tag != opener)
    ++to;
  return to;
}

void Ssmix2Mapper::finding(std::string_view rule, Level level, const Segment& segment, std::string_view where) {
  if (m_->current) set_.find(rule, level, segment.number, where);
}

void Ssmix2Mapper::begin_file(std::int64_t package, std::int32_t part, std::string_view patient) {
  // Parts of a package stand alone and may be read by any worker: what is left out must not depend on which.
  const bool same_part = package == package_ && (package == 0 || part == part_);
  if (!same_part || patient != patient_) {
    identities_seen_.clear();
    pid_seen_.clear();
  }
  package_ = package;
  part_ = part;
  patient_ = patient;
}

void Ssmix2Mapper::find_header() {
  evn_ = pid_ = pv1_ = pv2_ = nullptr;
  for (std::size_t i = m_->segments->size(); i-- > 0;) {  // backwards: the first of each stays
    const Segment& s = (*m_->segments)[i];
    const Segment** place = s.tag == tag("EVN")   ? &evn_
                            : s.tag == tag("PID") ? &pid_
                            : s.tag == tag("PV1") ? &pv1_
                            : s.tag == tag("PV2") ? &pv2_
                                                  : nullptr;
    if (place != nullptr && usable(i)) *place = &s;
  }
  state_ = !m_->trusted ? "error" : m_->cancelled ? "cancelled" : "active";
  dept_ = m_->path->department == "-" ? std::string_view{} : m_->path->department;
  ward_ = {};
  if (pv1_ != nullptr) {
    if (dept_.empty()) dept_ = given(component(pv1_->field(10)));
    const std::string_view location = pv1_->field(3);
    const std::string_view kind = component(location, 6);
    const bool is_ward = kind.empty() ? given(pv1_->field(2)) == "I" : kind == "N";
    if (is_ward) ward_ = given(component(location));
    if (dept_.empty() && kind == "C") dept_ = given(component(location));
  }
  care_date_ = hl7_time(m_->path->name_date);
  occurred_ = parse_hl7_time(m_->path->time).value_or(ClinicalTime{});
}

Batch& Ssmix2Mapper::add(Table table, std::string_view act) {
  Batch& row = set_.add(table, "ssmix2", act, state_);
  row.text(common::kDept, dept_);
  row.text(common::kWard, ward_);
  return row;
}

void Ssmix2Mapper::map(const MessageView& message) {
  m_ = &message;
  find_header();
  if (message.trusted && !message.cancelled) map_identity();
  if (message.event != nullptr && !message.event->kind.empty()) map_event();
  const std::string_view& code = message.code;
  if (hl7::is(code, "PPR")) {
    for (std::size_t i = 0; i < message.segments->size(); ++i)
      if ((*message.segments)[i].tag == tag("PRB")) map_problem(i, group_end(i, tag("PRB")));
  } else if (hl7::is(code, "OUL") || hl7::is(code, "ORU")) {
    map_results();
  } else if (!hl7::is(code, "ADT")) {
    map_orders();
  }
  for (std::size_t i = 0; i < message.segments->size(); ++i)
    if (usable(i)) map_other(i);
}

// Segments that mean the same wherever they stand, and those that nobody knows.
void Ssmix2Mapper::map_other(std::size_t i) {
  const Segment& s = (*m_->segments)[i];
  switch (s.tag) {
    case tag("AL1"):
    case tag("IAM"):
      return map_allergy(s);
    case tag("IN1"):
    case tag("ZI1"):
      return map_coverage(s);
    case tag("DG1"):
      return map_admission_diagnosis(s);
    case tag("PR1"):
      return map_admission_procedure(s);
    case tag("OBX"):
      if (hl7::is(m_->code, "ADT") || hl7::is(m_->code, "PPR")) map_observation(i, i + 1, occurred_, "result");
      return;
    case tag("NK1"):
    case tag("CTI"):
    case tag("ROL"):
    case tag("ZPD"):
      kind_.assign("segment:").append(s.text.substr(0, 3));
      set_.keep(kind_, s.text);
      if (s.tag == tag("CTI")) finding("CLINICAL_TRIAL", Level::kInfo, s, "CTI");
      return;
    default:
      break;
  }
  if (is_known_segment(s.tag)) return;
  // Text broken out of its field may stand at the beginning of a line: findings and counts must not carry it.
  const std::string_view start = s.text.substr(0, std::min<std::size_t>(3, s.text.size()));
  const bool named =
      start.size() == 3 && (s.text.size() == 3 || s.text[3] == '|') &&
      std::ranges::all_of(start, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
  const std::string_view id = named ? start : "???";
  kind_.assign("segment:").append(id);
  set_.keep(kind_, s.text);
  ++set_.counts.unknown[std::string(id)];
  finding("UNKNOWN_SEGMENT", Level::kWarning, s, id);
}

std::int64_t Ssmix2Mapper::keep_notes(std::size_t i, std::size_t end) {
  notes_.clear();
  for (++i; i < end && (*m_->segments)[i].tag == tag("NTE"); ++i) {
    if (!usable(i)) continue;
    if (!notes_.empty()) notes_ += '\n';
    notes_ += clean((*m_->segments)[i].field(3));
  }
  return notes_.empty() ? 0 : set_.keep("text:NTE", notes_);
}

// --- persons ---

namespace {

bool is_kana(std::string_view text) {
  bool any = false;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    const bool kana = (c >= 0x30A0 && c <= 0x30FF) || (c >= 0xFF61 && c <= 0xFF9F);
    if (!kana && c != ' ' && c != 0x3000) return false;
    any |= kana;
  }
  return any;
}

struct Names {
  std::string_view family, given;
};

// Repetitions carry I, P or A in component 8; flags one component early and missing flags occur. (ssmix2 section 4.1)
char representation(std::string_view name) {
  for (const int at : {8, 7}) {
    const std::string_view flag = component(name, at);
    if (flag == "I" || flag == "P" || flag == "A") return flag[0];
  }
  return is_kana(component(name)) || (component(name).empty() && is_kana(component(name, 2))) ? 'P' : 'I';
}

void put_names(std::string_view field, records::IdentityRecord& record, std::string& scratch) {
  const auto text = [&](std::string_view t) { return std::string(hl7::unescape(given(t), scratch)); };
  const int count = hl7::count_pieces(field, '~');
  for (int i = 1; i <= count; ++i) {
    const std::string_view name = repetition(field, i);
    const std::string_view family = subcomponent(component(name)), given_name = component(name, 2);
    switch (representation(name)) {
      case 'I':
        if (record.family_kanji.empty() && record.given_kanji.empty()) {
          record.family_kanji = text(family);
          record.given_kanji = text(given_name);
        }
        break;
      case 'P':
        if (record.family_kana.empty() && record.given_kana.empty()) {
          record.family_kana = text(family);
          record.given_kana = text(given_name);
        }
        break;
      default:
        record.romaji = text(family) + (given_name.empty() ? "" : " ") + text(given_name);
    }
  }
}

void put_address(std::string_view field, records::IdentityRecord& record, std::string& scratch) {
  const std::string_view address = repetition(field);
  record.postcode = given(component(address, 5));
  if (const std::string_view whole = given(component(address, 8)); !whole.empty()) {
    record.address = hl7::unescape(whole, scratch);
    return;
  }
  for (const int at : {4, 3, 1, 2})
    record.address +=
        hl7::unescape(given(at == 1 ? subcomponent(component(address)) : component(address, at)), scratch);
}

std::string_view phone_of(std::string_view field) {
  const int count = hl7::count_pieces(field, '~');
  for (int i = 1; i <= count; ++i)
    for (const int at : {12, 1})
      if (const std::string_view number = given(component(repetition(field, i), at)); !number.empty()) return number;
  return {};
}

std::string_view sex_of(std::string_view value) {
  if (value == "M" || value == "F" || value == "O" || value == "U") return value;
  return value == "A" ? "O" : value == "N" ? "U" : "";
}

// IN1-10 repeats symbol, number and branch, or holds symbol and number in one text with a middle dot between.
void put_insurance(const Segment& in1, records::IdentityRecord& record) {
  record.insurer = given(component(in1.field(3)));
  const std::string_view insured = in1.field(10);
  if (hl7::count_pieces(insured, '~') > 1) {
    record.symbol = given(component(repetition(insured, 1)));
    record.number = given(component(repetition(insured, 2)));
    record.branch = given(component(repetition(insured, 3)));
    return;
  }
  const std::string_view text = given(component(insured));
  for (const std::string_view dot : {"・", "･", "　", " "})
    if (const auto at = text.find(dot); at != std::string_view::npos) {
      record.symbol = text.substr(0, at);
      record.number = text.substr(at + dot.size());
      return;
    }
  record.number = text;
}

std::uint64_t mix(std::uint64_t hash, std::string_view text) {
  constexpr std::uint64_t kPrime = 0x9E3779B97F4A7C15;
  hash = (hash ^ text.size()) * kPrime;
  const char* at = text.data();
  for (std::size_t left = text.size(); left > 0;) {
    std::uint64_t word = 0;
    const std::size_t n = std::min<std::size_t>(left, 8);
    std::memcpy(&word, at, n);
    hash = (hash ^ word) * kPrime;
    hash ^= hash >> 32;
    at += n;
    left -= n;
  }
  return hash;
}

bool is_death(std::string_view disposition) {
  return disposition.size() == 2 && (disposition[0] == '2' || disposition[0] == '4');
}

}  // namespace

// Every message repeats the patient: a record is made when what identifies differs from all seen of this patient.
void Ssmix2Mapper::map_identity() {
  if (pid_ == nullptr) return;
  const bool died = m_->trigger == "A03" && pv1_ != nullptr && is_death(given(component(pv1_->field(36))));
  const Segment* merged = first(tag("MRG"));
  const bool alone = !died && merged == nullptr && first(tag("IN1")) == nullptr;
  if (alone && pid_->text == pid_seen_) return;
  std::uint64_t hash = mix(0xcbf29ce484222325, pid_->field(5));
  for (const int field : {3, 7, 8, 11, 13, 14})
    hash = mix(hash, pid_->field(field));
  int insurances = 0;
  for (const Segment& s : *m_->segments)
    if (s.tag == tag("IN1")) {
      hash = mix(mix(hash, s.field(3)), s.field(10));
      ++insurances;
    }
  if (merged != nullptr) hash = mix(hash, merged->text);
  if (died) hash = mix(hash, pv1_->field(45));
  if (alone) pid_seen_ = pid_->text;
  if (!identities_seen_.insert(hash).second) return;

  records::IdentityRecord record;
  record.patient_number = m_->path->patient_number();
  put_names(pid_->field(5), record, scratch_);
  record.birth = hl7_time(pid_->field(7));
  record.sex = sex_of(given(component(pid_->field(8))));
  put_address(pid_->field(11), record, scratch_);
  record.phone = phone_of(pid_->field(13));
  if (record.phone.empty()) record.phone = phone_of(pid_->field(14));
  record.recorded = hl7_time(pid_->field(33));
  if (!record.recorded.present() && evn_ != nullptr) record.recorded = hl7_time(evn_->field(2));
  if (!record.recorded.present()) record.recorded = occurred_;
  if (died) record.died = hl7_time(pv1_->field(45));
  if (merged != nullptr)
    for (int i = 1; i <= hl7::count_pieces(merged->field(1), '~'); ++i)
      if (const auto number = given(component(repetition(merged->field(1), i))); !number.empty())
        record.former_numbers.emplace_back(number);
  if (insurances == 0) return set_.identity(std::move(record));
  for (const Segment& s : *m_->segments)
    if (s.tag == tag("IN1")) {
      records::IdentityRecord with_insurance = record;
      put_insurance(s, with_insurance);
      set_.identity(std::move(with_insurance));
    }
}

// --- movements ---

void Ssmix2Mapper::map_event() {
  const EventSpec& event = *m_->event;
  const auto time_at = [&](const FieldPlace& place) {
    const Segment* s = place.segment == 0 ? nullptr : first(place.segment);
    return s == nullptr ? ClinicalTime{} : hl7_time(s->field(place.field));
  };
  ClinicalTime start = time_at(event.care_date);
  if (event.care_date.segment == 0) {
    if (evn_ != nullptr) start = hl7_time(evn_->field(6));
    if (!start.present() && evn_ != nullptr) start = hl7_time(evn_->field(2));
  }
  if (!start.present()) start = care_date_.present() ? care_date_ : occurred_;

  const bool attending = event.kind.ends_with("attending") && pv1_ != nullptr;
  const std::int64_t doctor = attending ? keep_text("field:PV1-7", pv1_->field(7)) : 0;
  namespace e = records::encounter_event;
  Batch& row = add(Table::kEncounterEvent, event.planned ? "plan" : "perform");
  set_.when(row, start, time_at(event.ends));
  row.text(e::kKind, event.kind);
  row.integer(e::kPlanned, event.planned);
  if (doctor != 0) row.integer(common::kTextRef, doctor);
  if (pv1_ == nullptr) return;
  row.text(e::kFromWard, given(component(pv1_->field(6))));
  const std::string_view location = pv1_->field(3);
  if (component(location, 6) != "C") row.text(e::kToWard, given(component(location)));
  row.text(e::kDisposition, given(component(pv1_->field(36))));
  const std::string_view source = given(component(pv1_->field(14)));
  row.text(e::kRoute, source.empty() ? given(component(pv1_->field(4))) : source);
  row.text(e::kClass, given(pv1_->field(2)));
  if (const std::string_view room = component(location, 2), bed = component(location, 3);
      !room.empty() || !bed.empty()) {
    scratch_.assign(room);
    if (!bed.empty()) scratch_.append("^").append(bed);
    row.text(e::kRoom, scratch_);
  }
  row.text(e::kVisit, given(component(pv1_->field(19))));
}

// --- problems ---

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
      identities_seen_.insert(mix(0x9E3779B97F4A7C15, prb.field(15))).second) {
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

void Ssmix2Mapper::map_coverage(const Segment& s) {
  namespace c = records::coverage;
  Batch& row = add(Table::kCoverage, "perform");
  const ClinicalTime from = hl7_time(s.field(12)), to = hl7_time(s.field(13));
  set_.when(row, from, to);
  row.text(c::kInsuranceClass, given(component(s.field(2))));
  const std::string_view insurer = given(component(s.field(3)));
  if (insurer.size() == 8)
    row.text(c::kPayerClass, insurer.substr(0, 2));
  else if (insurer.size() == 6)
    row.text(c::kPayerClass, "nhi");
  if (from.present()) row.date(c::kFrom, from.date());
  if (to.present()) row.date(c::kTo, to.date());
  row.text(c::kRelation, given(component(s.field(17))));
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

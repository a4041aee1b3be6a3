#include "formats/ssmix2_map.h"

#include <algorithm>
#include <cstring>

#include "core/text.h"
#include "formats/disease_modifiers.h"
#include "formats/ssmix2_words.h"

namespace sekisho::formats {

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

}  // namespace sekisho::formats

// Persons, their insurance and their movements in SS-MIX2 messages. (reference: ssmix2 sections 4.1 and 7)
#include <algorithm>
#include <cstring>

#include "core/text.h"
#include "formats/ssmix2_words.h"

namespace sekisho::formats {

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

bool is_death(std::string_view disposition) {
  return disposition.size() == 2 && (disposition[0] == '2' || disposition[0] == '4');
}

}  // namespace

std::uint64_t mix_text(std::uint64_t hash, std::string_view text) {
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

// Every message repeats the patient: a record is made when what identifies differs from all seen of this patient.
void Ssmix2Mapper::map_identity() {
  if (pid_ == nullptr) return;
  const bool died = m_->trigger == "A03" && pv1_ != nullptr && is_death(given(component(pv1_->field(36))));
  const Segment* merged = first(tag("MRG"));
  const bool alone = !died && merged == nullptr && first(tag("IN1")) == nullptr;
  if (alone && pid_->text == pid_seen_) return;
  std::uint64_t hash = mix_text(0xcbf29ce484222325, pid_->field(5));
  for (const int field : {3, 7, 8, 11, 13, 14})
    hash = mix_text(hash, pid_->field(field));
  int insurances = 0;
  for (const Segment& s : *m_->segments)
    if (s.tag == tag("IN1")) {
      hash = mix_text(mix_text(hash, s.field(3)), s.field(10));
      ++insurances;
    }
  if (merged != nullptr) hash = mix_text(hash, merged->text);
  if (died) hash = mix_text(hash, pv1_->field(45));
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

}  // namespace sekisho::formats

#include "formats/ssmix2_check.h"

#include <algorithm>

namespace sekisho::formats {

using hl7::component;
using hl7::given;
using hl7::repetition;
using hl7::Segment;
using hl7::tag;
using records::Level;
using enum records::Level;

namespace {

// --- fields, as data ---

enum class Kind : std::uint8_t { kRequired, kTime, kDate, kNumber, kTable, kLength };

struct FieldRule {
  hl7::Tag segment;
  int field;
  Kind kind;
  std::string_view name;    // PID-7
  std::string_view values;  // kTable: |a|b|; kRequired: data types it holds for, |OMP-01|, "" for all
  Level level = kError;
  std::uint16_t limit = 0;
  std::uint64_t letters = 0;  // kTable of single capital letters: one bit each, so that values need not be searched
};

constexpr FieldRule required(std::string_view name, int field, std::string_view types = {}, Level level = kError) {
  return {tag(name), field, Kind::kRequired, name, types, level};
}
constexpr FieldRule time_field(std::string_view name, int field) {
  return {tag(name), field, Kind::kTime, name, {}};
}
constexpr FieldRule date_field(std::string_view name, int field) {
  return {tag(name), field, Kind::kDate, name, {}};
}
constexpr FieldRule number_field(std::string_view name, int field) {
  return {tag(name), field, Kind::kNumber, name, {}};
}
constexpr FieldRule table_field(std::string_view name, int field, std::string_view values, Level level) {
  std::uint64_t letters = 0;
  for (std::size_t i = 1; i < values.size(); i += 2) {
    if (values[i] < 'A' || values[i] > 'Z' || values[i + 1] != '|')
      return {tag(name), field, Kind::kTable, name, values, level};
    letters |= std::uint64_t{1} << (values[i] - 'A');
  }
  return {tag(name), field, Kind::kTable, name, values, level, 0, letters};
}
constexpr FieldRule length_field(std::string_view name, int field, std::uint16_t limit) {
  return {tag(name), field, Kind::kLength, name, {}, kWarning, limit};
}

// Sorted by segment below; fields in use of reference ssmix2 section 7, tables of section 9.
constexpr FieldRule kRules[] = {
    required("AL1-3", 3),
    table_field("AL1-2", 2, "|DA|FA|MA|MC|EA|AA|PA|LA|", kWarning),
    required("CTI-1", 1),
    required("DB1-2", 2, {}, kWarning),
    required("EVN-2", 2),
    time_field("EVN-2", 2),
    time_field("EVN-6", 6),
    required("IAM-3", 3),
    required("IAM-6", 6, {}, kWarning),
    table_field("IAM-2", 2, "|DA|FA|MA|MC|EA|AA|PA|LA|", kWarning),
    table_field("IAM-4", 4, "|SV|MO|MI|U|", kWarning),
    table_field("IAM-6", 6, "|A|D|U|X|", kWarning),
    date_field("IAM-11", 11),
    required("IN1-2", 2, {}, kWarning),
    date_field("IN1-12", 12),
    date_field("IN1-13", 13),
    required("IPC-1", 1, {}, kWarning),
    required("IPC-3", 3, {}, kWarning),
    required("MSH-7", 7),
    time_field("MSH-7", 7),
    required("MSH-10", 10),
    required("MSH-12", 12),
    required("OBR-4", 4),
    time_field("OBR-7", 7),
    time_field("OBR-22", 22),
    required("OBX-3", 3),
    required("OBX-11", 11, {}, kWarning),
    table_field("OBX-11", 11, "|F|C|P|R|S|I|O|X|D|W|U|N|", kWarning),
    time_field("OBX-14", 14),
    length_field("OBX-11", 11, 1),
    required("ODS-1", 1, {}, kWarning),
    required("ODS-3", 3, {}, kWarning),
    required("ORC-1", 1),
    table_field(
        "ORC-1", 1,
        "|NW|CA|XO|RO|SC|PA|CH|OK|DC|OC|OD|CR|RP|XX|RE|SN|NA|HD|RL|PR|UA|OR|SS|CN|OE|DE|DF|FU|PY|RF|RQ|RR|RU|UC|"
        "UD|UF|UH|UM|UN|UR|UX|XR|AF|LI|MC|",
        kWarning),
    required("ORC-2", 2),
    required("ORC-4", 4, "|OMP-02|OMP-12|", kWarning),
    required("ORC-17", 17, "|OMP-02|OMP-12|OMG-03|OMG-13|", kWarning),
    required("ORC-29", 29, "|OMP-02|OMP-12|", kWarning),
    time_field("ORC-9", 9),
    required("PID-3", 3),
    length_field("PID-3", 3, 30),
    required("PID-5", 5),
    required("PID-7", 7),
    date_field("PID-7", 7),
    required("PID-8", 8),
    table_field("PID-8", 8, "|M|F|O|U|A|N|", kError),
    required("PID-33", 33, "|ADT-00|", kInfo),
    time_field("PID-33", 33),
    required("PRB-1", 1, {}, kWarning),
    table_field("PRB-1", 1, "|AD|UP|DE|UC|CO|LI|ST|UN|", kWarning),
    required("PRB-2", 2, {}, kWarning),
    time_field("PRB-2", 2),
    required("PRB-3", 3),
    required("PRB-4", 4, {}, kWarning),
    date_field("PRB-7", 7),
    date_field("PRB-9", 9),
    table_field("PRB-14", 14, "|D|R|N|W|S|F|U|", kInfo),
    date_field("PRB-15", 15),
    date_field("PRB-16", 16),
    required("PV1-2", 2),
    table_field("PV1-2", 2, "|I|O|E|P|R|B|C|N|U|", kWarning),
    table_field(
        "PV1-36", 36,
        "|01|02|03|04|05|06|07|08|09|10|11|12|13|14|15|16|17|18|19|20|21|22|23|24|25|26|27|28|29|30|31|32|33|34|"
        "35|36|37|38|39|40|41|42|",
        kWarning),
    time_field("PV1-44", 44),
    time_field("PV1-45", 45),
    time_field("PV2-8", 8),
    time_field("PV2-9", 9),
    time_field("PV2-47", 47),
    required("RXA-3", 3),
    time_field("RXA-3", 3),
    required("RXA-4", 4, {}, kWarning),
    time_field("RXA-4", 4),
    required("RXA-5", 5),
    required("RXA-6", 6),
    number_field("RXA-6", 6),
    table_field("RXA-20", 20, "|CP|PA|RE|NA|", kWarning),
    required("RXC-1", 1, {}, kWarning),
    table_field("RXC-1", 1, "|B|A|", kWarning),
    required("RXC-2", 2),
    required("RXC-3", 3),
    number_field("RXC-3", 3),
    required("RXC-4", 4, {}, kWarning),
    required("RXE-2", 2),
    required("RXE-3", 3),
    number_field("RXE-3", 3),
    required("RXE-5", 5, {}, kWarning),
    required("RXE-10", 10, "|OMP-01|", kWarning),
    number_field("RXE-10", 10),
    required("RXE-11", 11, "|OMP-01|", kWarning),
    length_field("RXE-23", 23, 8),
    required("RXR-1", 1, {}, kWarning),
    required("SPM-4", 4, {}, kWarning),
    time_field("SPM-17", 17),
    time_field("TQ1-7", 7),
    time_field("TQ1-8", 8),
    required("ZE1-2", 2, {}, kWarning),
    required("ZE1-3", 3),
    required("ZPR-2", 2, {}, kWarning),
};

static_assert(std::ranges::is_sorted(kRules, {}, &FieldRule::segment));

// Usual units of frequent tests in blood: JLAC10 analyte -> UCUM. Another unit that the table of units knows is worth a
// look (thousands against ten thousands of platelets); conversion is nobody's business here.
constexpr std::uint64_t analyte_number(std::string_view five) {
  std::uint64_t number = 0;
  for (const char c : five)
    number = number << 8 | static_cast<unsigned char>(c);
  return number;
}
struct UsualUnit {
  std::uint64_t analyte;
  std::string_view units;
};
constexpr UsualUnit kUsualUnits[] = {
    {analyte_number("2A010"), "|/uL|10*2/uL|10*3/uL|"},
    {analyte_number("2A020"), "|10*4/uL|10*6/uL|"},
    {analyte_number("2A030"), "|g/dL|"},
    {analyte_number("2A040"), "|%|"},
    {analyte_number("2A050"), "|10*3/uL|10*4/uL|"},
    {analyte_number("3A010"), "|g/dL|"},
    {analyte_number("3A015"), "|g/dL|"},
    {analyte_number("3B035"), "|U/L|"},
    {analyte_number("3B045"), "|U/L|"},
    {analyte_number("3B050"), "|U/L|"},
    {analyte_number("3B090"), "|U/L|"},
    {analyte_number("3C015"), "|mg/dL|"},
    {analyte_number("3C020"), "|mg/dL|"},
    {analyte_number("3C025"), "|mg/dL|"},
    {analyte_number("3D010"), "|mg/dL|"},
    {analyte_number("3D045"), "|%|"},
    {analyte_number("3D046"), "|%|"},
    {analyte_number("3F015"), "|mg/dL|"},
    {analyte_number("3F050"), "|mg/dL|"},
    {analyte_number("3F070"), "|mg/dL|"},
    {analyte_number("3F077"), "|mg/dL|"},
    {analyte_number("3H010"), "|mmol/L|meq/L|"},
    {analyte_number("3H015"), "|mmol/L|meq/L|"},
    {analyte_number("3H020"), "|mmol/L|meq/L|"},
    {analyte_number("5C070"), "|mg/dL|mg/L|"},
};
bool is_blood(std::string_view material) {
  return material >= "017" && material <= "023";
}

std::span<const FieldRule> rules_of(hl7::Tag segment) {
  const auto [from, to] = std::ranges::equal_range(kRules, segment, {}, &FieldRule::segment);
  return {from, to};
}

bool listed(std::string_view values, std::string_view value) {
  for (auto at = values.find(value); at != std::string_view::npos; at = values.find(value, at + 1))
    if (at > 0 && values[at - 1] == '|' && values[at + value.size()] == '|') return true;
  return false;
}

class Checker {
 public:
  Checker(const MessageView& m, records::RecordSet& set) : m_(m), set_(set), segments_(*m.segments) {}

  void run() {
    hl7::Tag rules_tag = 0;
    std::span<const FieldRule> rules;
    for (std::size_t i = 0; i < segments_.size(); ++i) {
      if ((*m_.damaged)[i] != 0) continue;
      const Segment& s = segments_[i];
      if (s.tag != rules_tag) rules = rules_of(rules_tag = s.tag);  // segments of a kind stand together
      for (const FieldRule& rule : rules)
        check_field(s, rule);
      check_segment(s);
    }
    check_structure();
    check_path();
  }

 private:
  void find(std::string_view rule, Level level, const Segment& s, std::string_view where) {
    set_.find(rule, level, s.number, where);
  }

  void check_field(const Segment& s, const FieldRule& rule) {
    const std::string_view field = s.field(rule.field);
    switch (rule.kind) {
      case Kind::kRequired:
        if (!field.empty() && !hl7::is_null(field)) return;
        if (!rule.values.empty() && !listed(rule.values, m_.path->name_type)) return;
        // The explicit null counts as filled, but is worth a look.
        return find("REQUIRED_FIELD_EMPTY", field.empty() || rule.level == kInfo ? rule.level : kWarning, s, rule.name);
      case Kind::kTime:
      case Kind::kDate:
        return check_time(s, rule, given(component(field)));
      case Kind::kNumber:
        if (const std::string_view text = given(component(field)); !text.empty() && !hl7::number(text))
          find("FIELD_TYPE_NM", kError, s, rule.name);
        return;
      case Kind::kTable:
        if (field.size() == 1 && field[0] >= 'A' && field[0] <= 'Z' && (rule.letters >> (field[0] - 'A') & 1) != 0)
          return;
        if (const std::string_view value = given(component(field)); !value.empty() && !listed(rule.values, value))
          find("CODE_NOT_IN_TABLE", rule.level, s, rule.name);
        return;
      case Kind::kLength:
        if (component(field).size() > rule.limit) find("FIELD_TOO_LONG", kWarning, s, rule.name);
        return;
    }
  }
  void check_time(const Segment& s, const FieldRule& rule, std::string_view text) {
    if (text.empty()) return;
    if (rule.segment == tag("PID") && (text == "M" || text == "F")) return find("FIELD_SHIFT", kWarning, s, rule.name);
    const auto time = parse_hl7_time(text);
    if (!time || !time->present()) {
      const bool date = rule.kind == Kind::kDate || text.size() <= 8;
      return find(date ? "DATE_INVALID" : "TIME_INVALID", kError, s, rule.name);
    }
    if (time->flags & time_flag::kNextDayHour) find("TIME_HOUR_24_47", kWarning, s, rule.name);
    if (time->flags & time_flag::kZeroFilled) find("TIME_ZERO_FILLED", kInfo, s, rule.name);
  }

  void check_segment(const Segment& s) {
    switch (s.tag) {
      case tag("PID"):
        return check_names(s);
      case tag("RXE"):
        // Injection class 04: investigational drug.
        if (component(s.field(2), 3) != "99I02" && component(s.field(2), 3) != "JHSI0002")
          check_drug(s, 2, "RXE-2");
        else if (component(s.field(2)) == "04")
          find("CLINICAL_TRIAL", kInfo, s, "RXE-2");
        return;
      case tag("RXC"):
        return check_drug(s, 2, "RXC-2");
      case tag("RXA"):
        return check_drug(s, 5, "RXA-5");
      case tag("SPM"):
        specimen_ = hl7::coded(s.field(4));
        return;
      case tag("OBX"):
        return check_result(s);
      default:
        return;
    }
  }

  void check_names(const Segment& pid) {
    const std::string_view field = pid.field(5);
    bool kana = false, shifted = false;
    for (int i = 1; i <= hl7::count_pieces(field, '~'); ++i) {
      const std::string_view name = repetition(field, i);
      const std::string_view early = component(name, 7);
      const bool flag = early == "I" || early == "P" || early == "A";
      shifted |= flag && component(name, 8).empty();
      kana |= component(name, 8) == "P" || early == "P" || (hl7::count_pieces(field, '~') > 1 && i > 1);
    }
    if (shifted) find("FIELD_SHIFT", kWarning, pid, "PID-5");
    if (!field.empty() && !kana) find("NAME_NO_KANA", kWarning, pid, "PID-5");
    for (const auto& [n, name] : {std::pair{5, "PID-5"}, std::pair{11, "PID-11"}})
      if (pid.field(n).find("■") != std::string_view::npos) find("GAIJI_REPLACED", kInfo, pid, name);
  }

  void check_drug(const Segment& s, int field, std::string_view name) {
    const hl7::Coded code = hl7::coded(s.field(field));
    for (const hl7::Triple& t : {code.first, code.second}) {
      if (!t.system.starts_with("HOT") || t.code.empty()) continue;
      const bool digits = std::ranges::all_of(t.code, [](char c) { return c >= '0' && c <= '9'; });
      const std::size_t n = t.code.size();
      const bool length = n == 7 || n == 9 || n == 11 || n == 13;
      if (!digits || !length || t.code[0] == '6') find("HOT_CODE_INVALID", kError, s, name);
    }
  }

  void check_result(const Segment& obx) {
    if (const std::string_view unit = component(obx.field(6)); std::ranges::any_of(unit, [](char c) { return c < 0; }))
      find("UNIT_NOT_ASCII", kWarning, obx, "OBX-6");
    if (m_.code != "OUL") return;
    const hl7::Coded item = hl7::coded(obx.field(3));
    const hl7::Triple* jlac = item.first.system == "JC10"    ? &item.first
                              : item.second.system == "JC10" ? &item.second
                                                             : nullptr;
    if (jlac == nullptr || jlac->code.empty()) {
      const bool other_standard = item.first.system == "JC11" || item.second.system == "JC11";
      if (!other_standard) find("OBX3_NO_STANDARD_CODE", kWarning, obx, "OBX-3");
      return;
    }
    if (!is_jlac10(jlac->code)) return find("JLAC10_INVALID", kError, obx, "OBX-3");
    check_unit(obx, jlac->code);
    // One order may hold results of several materials under one SPM, so that this is information, not a warning.
    if (specimen_.first.system == "JC10" && specimen_.first.code.size() == 3 &&
        jlac->code.substr(9, 3) != specimen_.first.code)
      find("JLAC10_MATERIAL_MISMATCH", kInfo, obx, "OBX-3");
  }

  void check_unit(const Segment& obx, std::string_view jlac) {
    const auto* usual = std::ranges::find(kUsualUnits, analyte_number(jlac.substr(0, 5)), &UsualUnit::analyte);
    if (usual == std::end(kUsualUnits) || !is_blood(jlac.substr(9, 3))) return;
    const std::string_view ucum = ucum_of(given(component(obx.field(6))));
    if (!ucum.empty() && !listed(usual->units, ucum)) find("UNIT_UNEXPECTED", kWarning, obx, "OBX-6");
  }

  // Analyte 5, identification 4, material 3, method 3, result 2; wildcards as hyphens. (section 8.2)
  static bool is_jlac10(std::string_view c) {
    const auto digit = [](char d) { return d >= '0' && d <= '9'; };
    if (c.size() != 17 || !digit(c[0]) || c[1] < 'A' || c[1] > 'Z') return false;
    return std::ranges::all_of(c.substr(2), [&](char d) { return digit(d) || d == '-'; });
  }

  void check_structure() {
    const TypeSpec* spec = m_.type;
    if (m_.type_known && (spec == nullptr || spec->code != m_.code)) {
      find("MESSAGE_TYPE_MISMATCH", kError, segments_[0], "MSH-9");
      return;
    }
    if (spec == nullptr) return;
    Grammar::Matcher matcher(grammar_of(*spec));
    for (const Segment& s : segments_)
      if (is_known_segment(s.tag) && !matcher.step(s.tag)) find("SEGMENT_ORDER", kWarning, s, s.text.substr(0, 3));
  }

  const Segment* first(hl7::Tag wanted) const {
    const auto found = std::ranges::find(segments_, wanted, &Segment::tag);
    return found == segments_.end() ? nullptr : &*found;
  }

  void check_path() {
    const Ssmix2Path& path = *m_.path;
    if (const Segment* pid = first(tag("PID"))) {
      const auto agreement = compare_patient(given(component(pid->field(3))), path.patient_number());
      if (agreement == PatientAgreement::kOther) find("PATIENT_ID_MISMATCH", kError, *pid, "PID-3");
      if (agreement == PatientAgreement::kPadding) find("PATIENT_ID_MISMATCH", kWarning, *pid, "PID-3");
    }
    check_order_number();
    // The message of another family under this folder has no field that could agree with the date.
    const bool foreign = m_.type_known && m_.type == nullptr && m_.code != "ADT";
    if (!foreign && m_.event != nullptr && m_.event->care_date.segment != 0) check_care_date(m_.event->care_date);
    if (path.name_type == "ADT-01")
      if (const Segment* evn = first(tag("EVN")); evn == nullptr || given(evn->field(6)).empty())
        set_.find("ADT01_NO_EVN6", kWarning, evn == nullptr ? 1 : evn->number, "EVN-6");
    if (m_.trigger == "A03")
      if (const Segment* pv1 = first(tag("PV1"));
          pv1 != nullptr && pv1->field(45).empty() && pv1->field(44).substr(0, 8) == path.name_date)
        find("FIELD_SHIFT", kWarning, *pv1, "PV1-44");
  }

  void check_order_number() {
    if (m_.path->order == "999999999999999") return;
    const Segment* orc = first(tag("ORC"));
    if (orc == nullptr || given(component(orc->field(2))).empty()) return;
    for (const Segment& s : segments_)
      if (s.tag == tag("ORC") && component(s.field(2)) == m_.path->order) return;
    find("ORDER_NO_MISMATCH", kWarning, *orc, "ORC-2");
  }

  void check_care_date(const FieldPlace& place) {
    const Segment* s = first(place.segment);
    const std::string_view date =
        s == nullptr ? std::string_view{} : given(component(s->field(place.field))).substr(0, 8);
    if (date != m_.path->name_date) set_.find("CARE_DATE_MISMATCH", kError, s == nullptr ? 1 : s->number, place.name);
    if (place.segment != tag("RXA")) return;
    for (const Segment& other : segments_)
      if (other.tag == place.segment && given(component(other.field(place.field))).substr(0, 8) != date)
        return find("MIXED_CARE_DATE", kWarning, other, place.name);
  }

  const MessageView& m_;
  records::RecordSet& set_;
  const std::vector<Segment>& segments_;
  hl7::Coded specimen_;
};

}  // namespace

PatientAgreement compare_patient(std::string_view in_message, std::string_view in_path) {
  if (in_message.empty()) return PatientAgreement::kAbsent;
  if (in_message == in_path) return PatientAgreement::kSame;
  const auto unpadded = [](std::string_view text) {
    return text.substr(std::min(text.find_first_not_of('0'), text.size()));
  };
  return unpadded(in_message) == unpadded(in_path) ? PatientAgreement::kPadding : PatientAgreement::kOther;
}

void check_charset(const Segment& msh, Charset charset, const DecodeReport& report, records::RecordSet& set) {
  const std::string_view declared = msh.field(18), handling = msh.field(20);
  const bool is_utf8 =
      declared.find("UTF-8") != std::string_view::npos || declared.find("UTF8") != std::string_view::npos;
  const bool is_jis = declared.find("IR87") != std::string_view::npos || declared.empty();
  const bool matches = charset == Charset::kAscii || (charset == Charset::kUtf8 && is_utf8) ||
                       (charset == Charset::kIso2022Jp && is_jis);
  if (!matches)
    set.find("CHARSET_MISMATCH", kWarning, 1, "MSH-18");
  else if (is_utf8)
    set.find("CHARSET_DECLARED_OTHER", kWarning, 1, "MSH-18");
  else if ((declared != "~ISO IR87" && declared != "~ISO IR87~ISO IR159") || handling != "ISO 2022-1994")
    set.find("CHARSET_DECLARATION", kWarning, 1, declared == "~ISO IR87" ? "MSH-20" : "MSH-18");
  if (report.halfwidth_kana > 0) set.find("HALFWIDTH_KANA", kWarning, -1, name(charset));
  // Text swallowed by a missing escape decodes to anything: it proves no vendor character.
  if (report.vendor > 0 && matches && report.escape_state == 0)
    set.find("VENDOR_CHARACTER", kWarning, -1, name(charset));
}

void check_message(const MessageView& message, records::RecordSet& set) {
  Checker(message, set).run();
}

}  // namespace sekisho::formats

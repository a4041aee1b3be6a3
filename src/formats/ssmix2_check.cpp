#include "formats/ssmix2_check.h"

#include <algorithm>
#include <utility>

#include "formats/ssmix2_rules.h"

namespace sekisho::formats {

using hl7::component;
using hl7::given;
using hl7::repetition;
using hl7::Segment;
using hl7::tag;
using records::Level;
using enum records::Level;

namespace {

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
// Table 0125 with the Japanese ZRD.
constexpr std::string_view kValueTypes =
    "|AD|CE|CF|CK|CN|CNE|CP|CWE|CX|DR|DT|DTM|ED|FT|MO|NM|PN|RP|SN|ST|TM|TN|TS|TX|XAD|XCN|XON|XPN|XTN|ZRD|SI|ID|IS|EI|";

// What results of the laboratory may be: SN is a type of HL7 that the storage does not permit. (section 7, OBX)
constexpr std::string_view kResultTypes = "|NM|ST|CWE|";
// Table 0078, to which reference ssmix2 section 7 (OBX-8) adds nothing.
constexpr std::string_view kAbnormalFlags = "|L|H|LL|HH|<|>|N|A|AA|U|D|B|W|S|R|I|MS|VS|";
constexpr std::string_view kOutcomes = "|D|R|N|W|S|F|U|";                           // table 0241
constexpr std::string_view kDiagnosisTypes = "|H|L|O|B|A|F|";                       // JHSD0004
constexpr std::string_view kSensitivities = "|AID|EMP|ETH|HIV|PSY|R|U|UWM|V|VIP|";  // table 0177

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

class Checker {
 public:
  Checker(const MessageView& m, records::RecordSet& set, CheckMemo& memo)
      : m_(m), set_(set), memo_(memo), segments_(*m.segments) {}

  void run() {
    hl7::Tag rules_tag = 0;
    std::span<const FieldRule> rules;
    for (std::size_t i = 0; i < segments_.size(); ++i) {
      if ((*m_.damaged)[i] != 0) continue;
      const Segment& s = segments_[i];
      if (s.tag == tag("PID")) {
        check_patient(s);
        continue;
      }
      if (s.tag != rules_tag) rules = field_rules(rules_tag = s.tag);  // segments of a kind stand together
      for (const FieldRule& rule : rules)
        check_field(s, rule);
      check_segment(s);
    }
    check_structure();
    check_path();
  }

 private:
  void find(std::string_view rule, Level level, const Segment& s, std::string_view where) {
    if (noting_) memo_.found.push_back({rule, level, where});
    set_.find(rule, level, s.number, where);
  }

  // Nearly every message of a patient repeats his PID letter by letter.
  void check_patient(const Segment& s) {
    const bool basic = hl7::is(m_.path->name_type, "ADT-00");
    if (memo_.basic == basic && memo_.patient == s.text) {
      for (const CheckMemo::Found& f : memo_.found)
        set_.find(f.rule, f.level, s.number, f.where);
      return;
    }
    memo_.found.clear();
    noting_ = true;
    for (const FieldRule& rule : field_rules(s.tag))
      check_field(s, rule);
    check_segment(s);
    noting_ = false;
    memo_.patient = s.text;
    memo_.basic = basic;
  }

  void check_field(const Segment& s, const FieldRule& rule) {
    std::string_view field = s.field(rule.field);
    switch (rule.kind) {
      case FieldRule::Kind::kRequired:
        if (!field.empty() && field[0] == '^' && field.find_first_not_of("^&~") == field.npos) field = {};
        if (!field.empty() && !hl7::is_null(field)) return;
        if (!field.empty() && m_.trigger == "R30" && rule.name == "OBR-4") return;  // vital signs have no ordered test
        if (!rule.values.empty() && !is_listed(rule.values, m_.path->name_type)) return;
        // The explicit null counts as filled, but is worth a look.
        return find("REQUIRED_FIELD_EMPTY", field.empty() || rule.level == kInfo ? rule.level : kWarning, s, rule.name);
      case FieldRule::Kind::kTime:
      case FieldRule::Kind::kDate:
        if (ClinicalTime common; rule.component == 1 && parse_common_time(field, common)) return;
        return check_time(s, rule, given(component(field, rule.component)));
      case FieldRule::Kind::kNumber:
        if (field.empty()) return;
        if (const std::string_view text = given(component(field, rule.component)); !text.empty() && !hl7::number(text))
          find("FIELD_TYPE_NM", kError, s, rule.name);
        return;
      case FieldRule::Kind::kTable:
        if (field.size() == 1 && field[0] >= 'A' && field[0] <= 'Z' && (rule.letters >> (field[0] - 'A') & 1) != 0)
          return;
        return check_table(s, rule, field);
      case FieldRule::Kind::kLength:
        if (field.size() <= rule.limit) return;
        for (int i = 1, n = hl7::count_pieces(field, '~'); i <= n; ++i)
          if (characters(component(repetition(field, i), rule.component)) > rule.limit)
            return find("FIELD_TOO_LONG", kWarning, s, rule.name);
        return;
    }
  }
  void check_table(const Segment& s, const FieldRule& rule, std::string_view field) {
    const std::string_view value = given(component(field));
    if (value.empty() || is_listed(rule.values, value)) return;
    if (!rule.system.empty() && component(field, 3) != rule.system) return;
    find("CODE_NOT_IN_TABLE", rule.level, s, rule.name);
  }
  static std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
  }
  void check_time(const Segment& s, const FieldRule& rule, std::string_view text) {
    if (text.empty()) return;
    if (rule.segment == tag("PID") && text.size() == 1 && std::string_view("MFOU").find(text) != std::string_view::npos)
      return find("FIELD_SHIFT", kWarning, s, rule.name);
    const auto time = parse_hl7_time(text);
    // A day 00 keeps its month, but is none of the calendar.
    if (!time || !time->present() || (time->flags & time_flag::kUnknownDay) != 0) {
      const bool date = rule.kind == FieldRule::Kind::kDate || text.size() <= 8;
      return find(date ? "DATE_INVALID" : "TIME_INVALID", kError, s, rule.name);
    }
    if (time->flags & time_flag::kNextDayHour) find("TIME_HOUR_24_47", kWarning, s, rule.name);
    if (time->flags & time_flag::kZeroFilled) find("TIME_ZERO_FILLED", kInfo, s, rule.name);
    if (time->flags & time_flag::kNoPoint) find("TIME_WITHOUT_POINT", kWarning, s, rule.name);
  }

  void check_segment(const Segment& s) {
    switch (s.tag) {
      case tag("PID"):
        return check_person(s);
      case tag("NK1"):
        return find_gaiji(s, {{2, "NK1-2"}, {4, "NK1-4"}});
      case tag("PV1"):
        return check_department(s, given(component(s.field(10))), "PV1-10");
      case tag("ORC"):
        if (component(s.field(17), 3) == "HL70069") check_department(s, given(component(s.field(17))), "ORC-17");
        return;
      case tag("PRB"):
        check_problem(s);
        return;
      case tag("RXE"):
        // Injection class 04: investigational drug.
        if (component(s.field(2), 3) != "99I02" && component(s.field(2), 3) != "JHSI0002")
          check_drug(s, 2, "RXE-2");
        else if (component(s.field(2)) == "04")
          find("CLINICAL_TRIAL", kInfo, s, "RXE-2");
        return check_drug(s, 31, "RXE-31");
      case tag("RXC"):
        check_drug(s, 7, "RXC-7");
        return check_drug(s, 2, "RXC-2");
      case tag("RXA"):
        return check_drug(s, 5, "RXA-5");
      case tag("OBR"):
        return check_ordered_test(s);
      case tag("SPM"):
        specimen_ = hl7::coded(s.field(4));
        return;
      case tag("OBX"):
        check_result_form(s);
        return check_result(s);
      default:
        return;
    }
  }
  void check_problem(const Segment& prb) {
    const auto judge = [&](std::string_view value, std::string_view table, std::string_view name) {
      if (!value.empty() && !is_listed(table, value)) find("CODE_NOT_IN_TABLE", kWarning, prb, name);
    };
    // The confirmation (JHSD0005) is also met in the field of the outcome, one late.
    if (component(prb.field(14), 3) != "JHSD0005") judge(given(component(prb.field(14))), kOutcomes, "PRB-14");
    const std::string_view kind = prb.field(10);
    if (component(kind, 6) == "JHSD0004") judge(given(component(kind, 4)), kDiagnosisTypes, "PRB-10");
    judge(given(component(kind, 7)), "|2003|2013|", "PRB-10");
    if (component(prb.field(25), 3) == "HL70177") judge(given(component(prb.field(25))), kSensitivities, "PRB-25");
  }
  void check_result_form(const Segment& obx) {
    if (const std::string_view type = given(obx.field(2));
        !type.empty() && !is_listed(hl7::is(m_.code, "OUL") ? kResultTypes : kValueTypes, type))
      find("CODE_NOT_IN_TABLE", kWarning, obx, "OBX-2");
    const std::string_view flags = obx.field(8);
    if (flags.empty() || hl7::is(flags, "N") || hl7::is(flags, "H") || hl7::is(flags, "L")) return;
    for (int i = 1, n = hl7::count_pieces(flags, '~'); i <= n; ++i)
      if (const std::string_view flag = given(component(repetition(flags, i)));
          !flag.empty() && !is_listed(kAbnormalFlags, flag))
        return find("CODE_NOT_IN_TABLE", kWarning, obx, "OBX-8");
  }
  void check_department(const Segment& s, std::string_view code, std::string_view name) {
    if (!code.empty() && !is_department(code)) find("CODE_NOT_IN_TABLE", kWarning, s, name);
  }

  // ■ stands where a character of the hospital's own was replaced.
  void find_gaiji(const Segment& s, std::initializer_list<std::pair<int, std::string_view>> fields) {
    for (const auto& [field, name] : fields)
      if (s.field(field).find("■") != std::string_view::npos) find("GAIJI_REPLACED", kInfo, s, name);
  }

  void check_person(const Segment& pid) {
    check_names(pid);
    find_gaiji(pid, {{5, "PID-5"}, {11, "PID-11"}});
    // Sex and birth date one field early or late.
    const std::string_view birth = pid.field(7), sex = given(component(pid.field(8)));
    if (birth.empty() && sex.size() >= 8 && parse_hl7_time(sex)) find("FIELD_SHIFT", kWarning, pid, "PID-8");
  }

  // Phonetic: marked P, or unmarked and in kana alone.
  void check_names(const Segment& pid) {
    const std::string_view field = pid.field(5);
    bool phonetic = false, shifted = false;
    for (int i = 1, n = hl7::count_pieces(field, '~'); i <= n; ++i) {
      const std::string_view name = repetition(field, i);
      const std::string_view family = given(component(name)), given_name = given(component(name, 2));
      const std::string_view early = component(name, 7), flag = component(name, 8);
      const bool is_early = flag.empty() && (early == "I" || early == "P" || early == "A");
      shifted |= is_early;
      const std::string_view form = is_early ? early : flag;
      const bool named = !family.empty() || !given_name.empty();
      phonetic |= named && (form == "P" || (form.empty() && is_kana(family) && is_kana(given_name)));
    }
    if (shifted) find("FIELD_SHIFT", kWarning, pid, "PID-5");
    if (!field.empty() && !hl7::is_null(field) && !phonetic) find("NAME_NO_KANA", kWarning, pid, "PID-5");
  }
  static bool is_kana(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
      const char32_t c = next_code_point(text, at);
      const bool kana = (c >= 0x3041 && c <= 0x30FF) || (c >= 0xFF61 && c <= 0xFF9F) || c == ' ' || c == 0x3000;
      if (!kana) return false;
    }
    return true;
  }

  void check_drug(const Segment& s, int field, std::string_view name) {
    const std::string_view text = s.field(field);
    for (int i = 1, n = hl7::count_pieces(text, '~'); i <= n; ++i)
      check_drug_code(s, hl7::coded(repetition(text, i)), name);
  }
  void check_drug_code(const Segment& s, const hl7::Coded& code, std::string_view name) {
    for (const hl7::Triple& t : {code.first, code.second}) {
      if (!t.system.starts_with("HOT") || t.code.empty()) continue;
      const bool digits = std::ranges::all_of(t.code, [](char c) { return c >= '0' && c <= '9'; });
      const std::size_t n = t.code.size();
      const bool length = n == 7 || n == 9 || n == 11 || n == 13;
      if (!digits || !length || t.code[0] == '6') find("HOT_CODE_INVALID", kError, s, name);
    }
  }

  // The JC10 triple, wherever it stands.
  static const hl7::Triple* jlac10_of(const hl7::Coded& item) {
    for (const hl7::Triple* t : {&item.first, &item.second})
      if (hl7::is(t->system, "JC10") && !t->code.empty()) return t;
    return nullptr;
  }
  void check_ordered_test(const Segment& obr) {
    // Panels carry the label of the test codes with short codes of their own.
    const hl7::Coded item = hl7::coded(obr.field(4));
    if (const hl7::Triple* jlac = jlac10_of(item); jlac != nullptr && jlac->code.size() >= 14 && !is_jlac10(jlac->code))
      find("JLAC10_INVALID", kError, obr, "OBR-4");
  }

  void check_result(const Segment& obx) {
    if (const std::string_view unit = component(obx.field(6)); std::ranges::any_of(unit, [](char c) { return c < 0; }))
      find("UNIT_NOT_ASCII", kWarning, obx, "OBX-6");
    const std::string_view type = obx.field(2);
    if (hl7::is(type, "TS") || hl7::is(type, "DT") || hl7::is(type, "DTM"))
      check_time(obx, kResultTime, given(component(obx.field(5))));
    const hl7::Coded item = hl7::coded(obx.field(3));
    const hl7::Triple* jlac = jlac10_of(item);
    const bool lab = hl7::is(m_.code, "OUL");
    if (jlac == nullptr) {
      const bool other_standard = item.first.system == "JC11" || item.second.system == "JC11";
      if ((lab || m_.trigger == "R30") && !other_standard) find("OBX3_NO_STANDARD_CODE", kWarning, obx, "OBX-3");
      return;
    }
    if (!is_jlac10(jlac->code)) return find("JLAC10_INVALID", kError, obx, "OBX-3");
    if (!lab) return;
    check_unit(obx, jlac->code);
    if (hl7::is(specimen_.first.system, "JC10") && specimen_.first.code.size() == 3 &&
        jlac->code.substr(9, 3) != specimen_.first.code)
      find("JLAC10_MATERIAL_MISMATCH", kWarning, obx, "OBX-3");
  }

  void check_unit(const Segment& obx, std::string_view jlac) {
    const auto* usual = std::ranges::find(kUsualUnits, analyte_number(jlac.substr(0, 5)), &UsualUnit::analyte);
    if (usual == std::end(kUsualUnits) || !is_blood(jlac.substr(9, 3))) return;
    const std::string_view ucum = memo_.units.get(given(component(obx.field(6))), ucum_of);
    if (!ucum.empty() && !is_listed(usual->units, ucum)) find("UNIT_UNEXPECTED", kWarning, obx, "OBX-6");
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
    if (first(tag("PID")) == nullptr) set_.find("REQUIRED_FIELD_EMPTY", kError, 1, "PID-3");
    if (spec == nullptr) return;
    Grammar::Matcher matcher(grammar_of(*spec));
    for (const Segment& s : segments_)
      if (is_known_segment(s.tag) && !matcher.step(s.tag)) find("SEGMENT_ORDER", kWarning, s, s.text.substr(0, 3));
    // A cancellation need not repeat what it cancels.
    if (!m_.cancelled && !matcher.complete()) find("SEGMENT_ORDER", kWarning, segments_.back(), "end");
  }

  const Segment* first(hl7::Tag wanted) const {
    const auto found = std::ranges::find(segments_, wanted, &Segment::tag);
    return found == segments_.end() ? nullptr : &*found;
  }

  void check_path() {
    const Ssmix2Path& path = *m_.path;
    if (const Segment* pid = first(tag("PID"))) {
      const auto agreement = compare_patients(pid->field(3), path.patient_number());
      if (agreement == PatientAgreement::kOther) find("PATIENT_ID_MISMATCH", kError, *pid, "PID-3");
      if (agreement == PatientAgreement::kAbsent && !pid->field(3).empty() && !hl7::is_null(pid->field(3)))
        find("REQUIRED_FIELD_EMPTY", kError, *pid, "PID-3");
      if (agreement == PatientAgreement::kPadding) find("PATIENT_ID_MISMATCH", kWarning, *pid, "PID-3");
    }
    if (path.department != "-" && !path.department.empty() && !is_department(path.department))
      set_.find("CODE_NOT_IN_TABLE", kWarning, -1, "department in the name");
    if (path.time.size() >= 14 && !parse_hl7_time(path.time)) set_.find("TIME_INVALID", kError, -1, "time in the name");
    // The fourth part of a name in the extended storage is a key of the hospital's.
    if (path.kind == StorageKind::kStandardized) check_order_number();
    // The message of another family under this folder has no field that could agree with the date.
    const bool foreign = m_.type_known && m_.type == nullptr && m_.code != "ADT";
    if (!foreign && m_.event != nullptr) check_care_date(m_.event->care_date);
    if (path.name_type == "ADT-01")
      if (const Segment* evn = first(tag("EVN")); evn == nullptr || given(evn->field(6)).empty())
        set_.find("ADT01_NO_EVN6", kWarning, evn == nullptr ? 1 : evn->number, "EVN-6");
    if (m_.trigger == "A03") check_discharge();
  }

  void check_discharge() {
    const Segment* pv1 = first(tag("PV1"));
    if (pv1 == nullptr) return;
    const std::string_view admitted = given(component(pv1->field(44))).substr(0, 8);
    const std::string_view discharged = given(component(pv1->field(45))).substr(0, 8);
    if (discharged.empty() && admitted == m_.path->name_date) find("FIELD_SHIFT", kWarning, *pv1, "PV1-44");
    if (admitted.size() == 8 && discharged.size() == 8 && discharged < admitted)
      find("ADMISSION_SEQUENCE", kWarning, *pv1, "PV1-45");
  }

  // Every ORC of the message has the number of the name; children of an examination may have one of their own, and of a
  // list of problems one is enough.
  void check_order_number() {
    if (m_.code == "PPR") return check_problem_number();
    for (const Segment& s : segments_) {
      if (s.tag != tag("ORC") || component(s.field(1)) == "CH") continue;
      const std::string_view number = given(component(s.field(2)));
      if (!number.empty() && number != m_.path->order) return find("ORDER_NO_MISMATCH", kWarning, s, "ORC-2");
    }
  }

  void check_problem_number() {
    const Segment* orc = first(tag("ORC"));
    if (orc == nullptr || m_.path->order == kNoOrder || given(component(orc->field(2))).empty()) return;
    for (const Segment& s : segments_)
      if (s.tag == tag("ORC") && component(s.field(2)) == m_.path->order) return;
    find("ORDER_NO_MISMATCH", kWarning, *orc, "ORC-2");
  }

  void check_care_date(const FieldPlace& place) {
    const std::string_view folder = m_.path->name_date;
    if (place.segment == 0) {
      if (folder != "-") set_.find("CARE_DATE_MISMATCH", kError, -1, "undated data type");
      return;
    }
    const Segment* s = first(place.segment);
    const auto day = [&](const Segment& of) { return given(component(of.field(place.field))).substr(0, 8); };
    bool agrees = s != nullptr && day(*s) == folder;
    // Several administrations should agree; where one does, the others are a mixture.
    if (place.segment == tag("RXA"))
      for (const Segment& other : segments_)
        if (s != nullptr && other.tag == place.segment) {
          agrees |= day(other) == folder;
          if (day(other) != day(*s) && !std::exchange(mixed_, true))
            find("MIXED_CARE_DATE", kWarning, other, place.name);
        }
    if (!agrees) set_.find("CARE_DATE_MISMATCH", kError, s == nullptr ? 1 : s->number, place.name);
  }

  static constexpr FieldRule kResultTime{
      .segment = tag("OBX"), .field = 5, .kind = FieldRule::Kind::kTime, .name = "OBX-5"};
  bool mixed_ = false;
  const MessageView& m_;
  records::RecordSet& set_;
  CheckMemo& memo_;
  bool noting_ = false;
  const std::vector<Segment>& segments_;
  hl7::Coded specimen_;
};

}  // namespace

PatientAgreement compare_patients(std::string_view field, std::string_view in_path) {
  PatientAgreement best = compare_patient(given(component(field)), in_path);
  for (int i = 2, n = hl7::count_pieces(field, '~'); i <= n && best != PatientAgreement::kSame; ++i) {
    const auto more = compare_patient(given(component(repetition(field, i))), in_path);
    if (more < best) best = more;
  }
  return best;
}

PatientAgreement compare_patient(std::string_view in_message, std::string_view in_path) {
  if (in_message.empty()) return PatientAgreement::kAbsent;
  if (in_message == in_path) return PatientAgreement::kSame;
  const auto unpadded = [](std::string_view text) {
    return text.substr(std::min(text.find_first_not_of('0'), text.size()));
  };
  return unpadded(in_message) == unpadded(in_path) ? PatientAgreement::kPadding : PatientAgreement::kOther;
}

namespace {

enum class Declared : std::uint8_t { kNothing, kJis, kUtf8, kCp932, kEucJp, kUnknown };

// MSH-18 in whatever spelling: letters and digits alone tell.
Declared declared_set(std::string_view field) {
  std::string plain;
  for (const char c : field.substr(0, 80))
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
      plain += c >= 'a' ? static_cast<char>(c - 32) : c;
  if (plain.empty()) return Declared::kNothing;
  struct Spelling {
    std::string_view part;
    Declared set;
  };
  static constexpr Spelling kSpellings[] = {{"UTF8", Declared::kUtf8},      {"UNICODE", Declared::kUtf8},
                                            {"IR87", Declared::kJis},       {"ISO2022", Declared::kJis},
                                            {"IR14", Declared::kJis},       {"EUC", Declared::kEucJp},
                                            {"SHIFTJIS", Declared::kCp932}, {"SJIS", Declared::kCp932},
                                            {"932", Declared::kCp932},      {"WINDOWS31J", Declared::kCp932}};
  for (const Spelling& s : kSpellings)
    if (plain.find(s.part) != std::string::npos) return s.set;
  return Declared::kUnknown;
}

bool is_same(Declared declared, Charset charset) {
  switch (declared) {
    case Declared::kNothing:
    case Declared::kUnknown:
    case Declared::kJis:
      return charset == Charset::kIso2022Jp;
    case Declared::kUtf8:
      return charset == Charset::kUtf8;
    case Declared::kCp932:
      return charset == Charset::kCp932;
    case Declared::kEucJp:
      return charset == Charset::kEucJp;
  }
  return false;
}

bool has_halfwidth_kana(std::string_view utf8) {
  for (auto at = utf8.find('\xEF'); at != std::string_view::npos && at + 2 < utf8.size();
       at = utf8.find('\xEF', at + 3)) {
    std::size_t next = at;
    const char32_t c = next_code_point(utf8, next);
    if (c >= 0xFF61 && c <= 0xFF9F) return true;
  }
  return false;
}

}  // namespace

void check_charset(const Segment& msh, Charset charset, const DecodeReport& report, std::string_view text,
                   records::RecordSet& set) {
  const std::string_view field = msh.field(18), handling = msh.field(20);
  const Declared declared = declared_set(field);
  const bool matches = charset == Charset::kAscii || is_same(declared, charset);
  const bool other = declared != Declared::kNothing && declared != Declared::kUnknown && declared != Declared::kJis;
  const bool well_spelt = field == "~ISO IR87" || field == "~ISO IR87~ISO IR159";
  // JIS X 0212 is no part of the set that ISO IR87 names.
  const bool undeclared = report.jisx0212 > 0 && charset == Charset::kIso2022Jp && field.find("159") == field.npos;
  if (!matches || undeclared)
    set.find("CHARSET_MISMATCH", kWarning, 1, "MSH-18");
  else if (other)
    set.find("CHARSET_DECLARED_OTHER", kWarning, 1, "MSH-18");
  else if (!well_spelt)
    set.find("CHARSET_DECLARATION", kWarning, 1, "MSH-18");
  else if (!handling.empty() && handling != "ISO 2022-1994")
    set.find("CHARSET_DECLARATION", kWarning, 1, "MSH-20");
  if (report.halfwidth_kana > 0 || (charset == Charset::kUtf8 && has_halfwidth_kana(text)))
    set.find("HALFWIDTH_KANA", kWarning, -1, name(charset));
  // Text swallowed by a missing escape decodes to anything: it proves no vendor character.
  if (report.vendor > 0 && matches && report.escape_state == 0)
    set.find("VENDOR_CHARACTER", kWarning, -1, name(charset));
}

void check_message(const MessageView& message, records::RecordSet& set, CheckMemo& memo) {
  Checker(message, set, memo).run();
}

}  // namespace sekisho::formats

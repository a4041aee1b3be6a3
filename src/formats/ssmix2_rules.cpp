#include "formats/ssmix2_rules.h"

#include <algorithm>

#include "formats/tag_table.h"

namespace sekisho::formats {

using hl7::tag;
using enum records::Level;

namespace {

using Kind = FieldRule::Kind;

constexpr FieldRule required(std::string_view name, int field, std::string_view types = {},
                             records::Level level = kError) {
  return {.segment = tag(name), .field = field, .kind = Kind::kRequired, .name = name, .values = types, .level = level};
}
constexpr FieldRule time_field(std::string_view name, int field, int component = 1) {
  return {.segment = tag(name), .field = field, .component = component, .kind = Kind::kTime, .name = name};
}
constexpr FieldRule date_field(std::string_view name, int field) {
  return {.segment = tag(name), .field = field, .kind = Kind::kDate, .name = name};
}
constexpr FieldRule number_field(std::string_view name, int field, int component = 1) {
  return {.segment = tag(name), .field = field, .component = component, .kind = Kind::kNumber, .name = name};
}
// `system`: the table is asked only where component 3 names it.
constexpr FieldRule table_field(std::string_view name, int field, std::string_view values,
                                records::Level level = kWarning, std::string_view system = {}) {
  std::uint64_t letters = 0;
  for (std::size_t i = 1; i < values.size(); i += 2) {
    if (values[i] < 'A' || values[i] > 'Z' || values[i + 1] != '|') {
      letters = 0;
      break;
    }
    letters |= std::uint64_t{1} << (values[i] - 'A');
  }
  return {.segment = tag(name),
          .field = field,
          .kind = Kind::kTable,
          .name = name,
          .values = values,
          .system = system,
          .level = level,
          .letters = letters};
}
constexpr FieldRule length_field(std::string_view name, int field, std::uint16_t limit, int component = 1) {
  return {.segment = tag(name),
          .field = field,
          .component = component,
          .kind = Kind::kLength,
          .name = name,
          .level = kWarning,
          .limit = limit};
}

constexpr std::string_view kAllergens = "|DA|FA|MA|MC|EA|AA|PA|LA|", kSeverities = "|SV|MO|MI|U|";
constexpr std::string_view kRelations = "|SEL|SPO|CHD|PAR|MTH|FTH|SIB|BRO|SIS|GRP|GCH|GRD|EXF|FND|EMR|EME|EMC|OTH|UNK|";
constexpr std::string_view kInsurances =
    "|C0|67|39|01|02|03|04|06|07|31|32|33|34|63|72|73|74|75|10|11|12|13|14|15|16|17|18|19|20|21|22|23|24|25|28|29|30|"
    "51|52|53|54|66|79|LI|TI|PS|PI|OE|D0|OT|";
// Tables of MERIT-9 are not public as a whole: what is not among the known codes is information.
constexpr std::string_view kMeritUnits =
    "|TAB|CAP|PCK|HON|AMP|VIL|BAG|BTL|KIT|SYRG|SHT|KO|DROP|DOSE|TIME|G|MG|MCG|ML|MCL|MEQ|UNT|IUNT|TTUN|TUBE|SET|ROLL|"
    "BLST|";
constexpr std::string_view kMeritForms = "|TAB|CAP|PWD|SYR|SUP|LQD|OIT|CRM|TPE|INJ|";
constexpr std::string_view kMeritInstructions = "|OHP|IHP|OHI|OHO|FTP|";
constexpr std::string_view kYesNo = "|Y|N|";
constexpr std::string_view kResultStates = "|F|C|P|R|S|I|O|X|D|W|U|N|";
constexpr std::string_view kRoutes =
    "|AP|B|DT|EP|ET|GTT|GU|IA|IB|IC|ICV|ID|IH|IHA|IM|IMR|IN|IO|IP|IS|IT|IU|IV|MM|MTH|NG|NP|NS|NT|OP|OT|OTH|PF|PO|PR|"
    "RM|SC|SD|SL|TD|TL|TP|TRA|UR|VG|VM|WND|";

// Sorted by segment; fields in use of reference ssmix2 section 7, tables of section 9. R fields are errors where they
// are empty; the explicit null is a warning.
constexpr FieldRule kRules[] = {
    required("AL1-1", 1),
    required("AL1-3", 3),
    table_field("AL1-2", 2, kAllergens),
    table_field("AL1-4", 4, kSeverities),
    required("CTI-1", 1),
    required("DB1-1", 1),
    required("DB1-2", 2),
    required("DB1-4", 4),
    table_field("DB1-4", 4, kYesNo),
    date_field("DG1-5", 5),
    required("EVN-2", 2),
    time_field("EVN-2", 2),
    time_field("EVN-3", 3),
    table_field("EVN-4", 4, "|01|02|03|"),
    time_field("EVN-6", 6),
    required("IAM-1", 1),
    required("IAM-3", 3),
    required("IAM-6", 6),
    table_field("IAM-2", 2, kAllergens),
    table_field("IAM-4", 4, kSeverities),
    table_field("IAM-6", 6, "|A|D|U|X|"),
    date_field("IAM-11", 11),
    time_field("IAM-13", 13),
    time_field("IAM-20", 20),
    required("IN1-1", 1),
    required("IN1-2", 2),
    table_field("IN1-2", 2, kInsurances, kWarning, "JHSD0001"),
    length_field("IN1-3", 3, 30),
    date_field("IN1-12", 12),
    date_field("IN1-13", 13),
    table_field("IN1-17", 17, kRelations, kWarning, "HL70063"),
    required("IPC-1", 1),
    required("IPC-3", 3),
    required("MSH-7", 7),
    time_field("MSH-7", 7),
    required("MSH-9", 9),
    required("MSH-10", 10),
    required("MSH-11", 11),
    table_field("MSH-11", 11, "|P|T|D|"),
    required("MSH-12", 12),
    table_field("MSH-12", 12, "|2.5|"),
    required("NK1-1", 1),
    table_field("NK1-3", 3, kRelations, kWarning, "HL70063"),
    length_field("NK1-4", 4, 100, 8),
    required("OBR-2", 2),
    required("OBR-4", 4),
    time_field("OBR-7", 7),
    time_field("OBR-8", 8),
    time_field("OBR-22", 22),
    table_field("OBR-25", 25, "|O|I|S|A|P|C|R|F|X|Y|Z|U|"),
    time_field("OBR-36", 36),
    required("OBX-3", 3),
    required("OBX-11", 11),
    table_field("OBX-11", 11, kResultStates),
    length_field("OBX-11", 11, 1),
    time_field("OBX-14", 14),
    required("ODS-1", 1),
    required("ODS-3", 3),
    table_field("ODS-1", 1, "|D|S|P|"),
    required("ORC-1", 1),
    table_field(
        "ORC-1", 1,
        "|NW|CA|XO|RO|SC|PA|CH|OK|DC|OC|OD|CR|RP|XX|RE|SN|NA|HD|RL|PR|UA|OR|SS|CN|OE|DE|DF|FU|PY|RF|RQ|RR|RU|UC|"
        "UD|UF|UH|UM|UN|UR|UX|XR|AF|LI|MC|"),
    required("ORC-2", 2),
    required("ORC-4", 4, "|OMP-01|OMP-02|OMP-11|OMP-12|"),
    table_field("ORC-5", 5, "|A|CA|CM|DC|ER|HD|IP|RP|SC|"),
    required("ORC-9", 9, "|OMG-01|OMG-02|OMG-03|"),
    time_field("ORC-9", 9),
    required("ORC-12", 12, "|OMG-01|OMG-02|OMG-03|"),
    time_field("ORC-15", 15),
    required("ORC-17", 17, "|OMP-02|OMP-12|OMG-03|OMG-13|"),
    required("ORC-29", 29, "|OMP-02|OMP-12|"),
    table_field("ORC-29", 29, "|I|O|"),
    required("PID-3", 3),
    length_field("PID-3", 3, 30),
    required("PID-5", 5),
    required("PID-7", 7),
    date_field("PID-7", 7),
    required("PID-8", 8),
    table_field("PID-8", 8, "|M|F|O|U|A|N|", kError),
    length_field("PID-11", 11, 100, 8),
    required("PID-33", 33, "|ADT-00|", kInfo),
    time_field("PID-33", 33),
    date_field("PR1-5", 5),
    required("PRB-1", 1),
    table_field("PRB-1", 1, "|AD|UP|DE|UC|CO|LI|ST|UN|"),
    required("PRB-2", 2),
    time_field("PRB-2", 2),
    required("PRB-3", 3),
    required("PRB-4", 4),
    date_field("PRB-7", 7),
    date_field("PRB-8", 8),
    date_field("PRB-9", 9),
    table_field("PRB-13", 13, "|0|1|", kWarning, "JHSD0005"),
    date_field("PRB-15", 15),
    date_field("PRB-16", 16),
    required("PV1-2", 2),
    table_field("PV1-2", 2, "|I|O|E|P|R|B|C|N|U|"),
    table_field("PV1-36", 36,
                "|01|02|03|04|05|06|07|08|09|10|11|12|13|14|15|16|17|18|19|20|21|22|23|24|25|26|27|28|29|30|31|32|33|"
                "34|35|36|37|38|39|40|41|42|"),
    time_field("PV1-44", 44),
    time_field("PV1-45", 45),
    time_field("PV2-8", 8),
    time_field("PV2-9", 9),
    time_field("PV2-47", 47),
    required("RXA-1", 1),
    number_field("RXA-1", 1),
    required("RXA-2", 2),
    number_field("RXA-2", 2),
    required("RXA-3", 3),
    time_field("RXA-3", 3),
    required("RXA-4", 4),
    time_field("RXA-4", 4),
    required("RXA-5", 5),
    required("RXA-6", 6),
    number_field("RXA-6", 6),
    table_field("RXA-7", 7, kMeritUnits, records::Level::kInfo, "MR9P"),
    number_field("RXA-13", 13),
    date_field("RXA-16", 16),
    table_field("RXA-20", 20, "|CP|PA|RE|NA|"),
    time_field("RXA-22", 22),
    required("RXC-1", 1),
    table_field("RXC-1", 1, "|B|A|"),
    required("RXC-2", 2),
    required("RXC-3", 3),
    number_field("RXC-3", 3),
    required("RXC-4", 4),
    table_field("RXC-4", 4, kMeritUnits, records::Level::kInfo, "MR9P"),
    number_field("RXC-5", 5),
    number_field("RXC-8", 8),
    required("RXE-2", 2),
    required("RXE-3", 3),
    number_field("RXE-3", 3),
    number_field("RXE-4", 4),
    required("RXE-5", 5),
    table_field("RXE-5", 5, kMeritUnits, records::Level::kInfo, "MR9P"),
    table_field("RXE-6", 6, kMeritForms, records::Level::kInfo, "MR9P"),
    required("RXE-10", 10, "|OMP-01|"),
    number_field("RXE-10", 10),
    required("RXE-11", 11, "|OMP-01|"),
    table_field("RXE-11", 11, kMeritUnits, records::Level::kInfo, "MR9P"),
    number_field("RXE-12", 12),
    number_field("RXE-19", 19),
    table_field("RXE-21", 21, kMeritInstructions, records::Level::kInfo, "MR9P"),
    length_field("RXE-23", 23, 8),
    number_field("RXE-25", 25),
    required("RXR-1", 1),
    table_field("RXR-1", 1, kRoutes, kWarning, "HL70162"),
    table_field("RXR-3", 3, "|AP|BT|HL|IPPB|IVP|IVS|MI|NEB|PCA|", kWarning, "HL70164"),
    required("SPM-4", 4),
    time_field("SPM-17", 17),
    time_field("SPM-17", 17, 2),
    number_field("TQ1-2", 2),
    number_field("TQ1-6", 6),
    time_field("TQ1-7", 7),
    time_field("TQ1-8", 8),
    table_field("TQ1-9", 9, "|S|A|R|P|C|T|PRN|", kWarning, "HL70485"),
    number_field("TQ1-14", 14),
    required("ZE1-2", 2),
    required("ZE1-3", 3),
    number_field("ZE1-4", 4),
    number_field("ZE1-9", 9, 4),
    number_field("ZE2-2", 2),
    number_field("ZE2-3", 3),
    number_field("ZE2-4", 4),
    number_field("ZE2-5", 5),
    number_field("ZE2-6", 6),
    required("ZI1-1", 1),
    required("ZI1-2", 2),
    table_field("ZI1-2", 2, kInsurances, kWarning, "JHSD0001"),
    date_field("ZI1-12", 12),
    date_field("ZI1-13", 13),
    required("ZPR-2", 2),
};

static_assert(std::ranges::is_sorted(kRules, {}, &FieldRule::segment));

// Departments 0069: the first two characters; codes of three begin with those of their parent. (section 9.3)
constexpr std::string_view kDepartments =
    "|01|02|03|04|05|06|07|08|09|10|11|12|13|14|15|16|17|18|19|20|21|22|23|24|25|26|27|28|29|30|31|32|33|34|35|36|37|"
    "38|"
    "39|40|41|42|43|44|45|46|47|48|49|50|51|52|53|54|70|71|72|73|74|75|76|77|78|79|7A|7B|7C|80|81|82|83|84|85|86|87|88|"
    "89|8A|8B|8C|8D|8E|8G|8H|8J|8K|90|98|9Z|";

}  // namespace

namespace {

// Of each segment the number of its first rule and, from bit 16 on, how many it has.
constexpr TagTable kRuleRanges = [] {
  TagTable table;
  for (std::uint32_t from = 0, to = 0; from < std::size(kRules); from = to) {
    for (to = from; to < std::size(kRules) && kRules[to].segment == kRules[from].segment; ++to)
      continue;
    table.set(kRules[from].segment, (to - from) << 16 | from);
  }
  return table;
}();

// What is found in a PID depends on its text and on one data type: so check_message() may look at repetitions once.
static_assert(std::ranges::all_of(kRules, [](const FieldRule& rule) {
  return rule.segment != tag("PID") || rule.kind != FieldRule::Kind::kRequired || rule.values.empty() ||
         rule.values == "|ADT-00|";
}));

}  // namespace

std::span<const FieldRule> field_rules(hl7::Tag segment) {
  const std::uint32_t range = kRuleRanges.find(segment);
  return {kRules + (range & 0xFFFF), range >> 16};
}

bool is_listed(std::string_view values, std::string_view value) {
  for (auto at = values.find(value); at != std::string_view::npos; at = values.find(value, at + 1))
    if (at > 0 && values[at - 1] == '|' && values[at + value.size()] == '|') return true;
  return false;
}

bool is_department(std::string_view code) {
  return code.size() >= 2 && code.size() <= 3 && is_listed(kDepartments, code.substr(0, 2));
}

}  // namespace sekisho::formats

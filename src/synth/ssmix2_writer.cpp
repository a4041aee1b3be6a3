#include "synth/ssmix2_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "core/text.h"

namespace sekisho::synth {
namespace {

constexpr std::string_view kNoOrder = "999999999999999";

struct Department {
  std::string_view code, name;
};
constexpr Department kDepartments[] = {{"01", "内科"},     {"09", "小児科"},     {"10", "外科"},    {"11", "整形外科"},
                                       {"19", "皮膚科"},   {"27", "耳鼻咽喉科"}, {"24", "産科"},    {"39", "救急科"},
                                       {"48", "腎臓内科"}, {"73", "糖尿病内科"}, {"82", "乳腺外科"}};
std::string_view department_name(std::string_view code) {
  const auto found = std::ranges::find(kDepartments, code, &Department::code);
  return found == std::end(kDepartments) ? "内科" : found->name;
}

std::string stamp(Date day, int minute) {
  return fmt::format("{}{:02}{:02}", day.compact(), minute / 60 % 24, minute % 60);
}

std::string_view form_name(int form) {
  return form == 4 ? "INJ^注射剤^MR9P" : form == 6 ? "EXT^外用剤^99FORM" : "TAB^錠剤^MR9P";
}

std::string_view material_of(const LabValue& value) {
  if (value.item) return value.item->jlac10.substr(9, 3);
  return value.local_code.starts_with("FLU") ? "085" : "070";
}
std::string_view material_name(std::string_view code) {
  return code == "019"   ? "全血(添加物入り)"
         : code == "022" ? "血漿"
         : code == "085" ? "ぬぐい液"
         : code == "070" ? "組織"
         : code == "001" ? "尿"
                         : "血清";
}

std::string number(double value, int decimals) {
  return fmt::format("{:.{}f}", value, decimals);
}
std::string amount(double value) {
  std::string text = fmt::format("{:.2f}", value);
  while (text.back() == '0')
    text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string_view insurance_class(std::string_view law) {
  return law.empty() ? "C0" : law;
}
std::string_view insurance_name(std::string_view law) {
  struct Name {
    std::string_view law, name;
  };
  constexpr Name kNames[] = {{"", "国民健康保険"},         {"01", "協会けんぽ"},         {"06", "組合健康保険"},
                             {"31", "国家公務員共済組合"}, {"32", "地方公務員共済組合"}, {"33", "警察共済組合"},
                             {"34", "公立学校共済組合"},   {"39", "後期高齢者医療"}};
  const auto found = std::ranges::find(kNames, law, &Name::law);
  return found == std::end(kNames) ? "その他" : found->name;
}

}  // namespace

Ssmix2Writer::Ssmix2Writer(const World& world, const Registration& registration, StorageTree& tree, SeededRandom random)
    : world_(world), registration_(registration), tree_(tree), random_(random) {}

// Order numbers tell nothing about the patient: drawn, not counted from the chart number.
std::string Ssmix2Writer::next_order() {
  ++order_;
  const std::string_view chart = registration_.patient_number();
  const std::string_view digits = chart.substr(chart.find_first_not_of('0'));
  std::string order;
  do
    order = fmt::format("0{:011}{:03}", random_.below(100'000'000'000), order_ % 1000);
  while (order.find(digits) != std::string::npos);
  return order;
}

std::string Ssmix2Writer::patient_segment(Date day, bool full) const {
  const WrittenIdentity& w = registration_.write(day);
  const Hospital& hospital = registration_.hospital();
  const bool halfwidth = hospital.halfwidth_kana && full && day < hospital.kana_renewal && world_.options.defects;
  std::string text = fmt::format(
      "PID|0001||{}^^^^PI||{}^{}^^^^^L^I~{}^{}^^^^^L^P||{}|{}", registration_.patient_number(), fold_to_jis(w.family),
      fold_to_jis(w.given), halfwidth ? halfwidth_kana(w.family_kana) : w.family_kana,
      halfwidth ? halfwidth_kana(w.given_kana) : w.given_kana, w.birth.compact(), w.female ? "F" : "M");
  if (full) {
    std::string postcode = w.postcode;
    if (!postcode.empty() && hospital.address_style % 2 == 0) postcode.insert(3, "-");
    text += "|||";
    if (!w.address.empty() || !postcode.empty()) text += fmt::format("^^^^{}^JPN^H^{}", postcode, w.address);
    text += "||";
    if (!w.phone.empty()) text += fmt::format("^PRN^PH^^^^^^^^^{}", w.phone);
    text += fmt::format("||||||||||||||||||||{}", stamp(day, 9 * 60));
  }
  return text + '\r';
}

std::string Ssmix2Writer::begin(const Place& place, std::string_view message, bool full_patient) {
  const std::string when = stamp(place.day, place.minute);
  return fmt::format(
             "MSH|^~\\&|SYNTH|{}|GW|RCV|{}00.000||{}|{:012}|P|2.5||||||~ISO IR87||ISO 2022-1994|"
             "SS-MIX2_1.20^SS-MIX2^1.2.392.200250.2.1.100.1.2.120^ISO\r",
             registration_.hospital().id, when, message, random_.below(1'000'000'000'000)) +
         (message.starts_with("ADT") ? fmt::format("EVN||{}\r", when) : "") + patient_segment(place.day, full_patient);
}

Result<void> Ssmix2Writer::store(const Place& place, const std::string& message) {
  const std::string_view pid = registration_.patient_number();
  const std::string name = fmt::format("{}_{}_{}_{}_{}{:02}{:02}{:02}{:03}_{}_{}", pid, place.date, place.type,
                                       place.order, place.day.compact(), place.minute / 60 % 24, place.minute % 60,
                                       order_ % 60, files_ % 1000, place.department, place.flag);
  encoded_.clear();
  encode(Charset::kIso2022Jp, message, encoded_);
  ++files_;
  bytes_ += encoded_.size();
  return tree_.write(pid, place.date, place.type, name, as_bytes(encoded_));
}

Result<void> Ssmix2Writer::write(const Encounter& encounter) {
  SEKISHO_CHECK(master(encounter));
  if (encounter.stay)
    SEKISHO_CHECK(stay(encounter));
  else
    SEKISHO_CHECK(reception(encounter));
  SEKISHO_CHECK(diagnoses(encounter));
  for (const LabOrder& order : encounter.labs)
    SEKISHO_CHECK(laboratory(encounter, order));
  SEKISHO_CHECK(prescription(encounter));
  for (const DrugOrder& drug : encounter.drugs)
    if (drug.kind == DrugKind::kDrip || drug.kind == DrugKind::kInjection) SEKISHO_CHECK(injection(encounter, drug));
  return {};
}

Result<void> Ssmix2Writer::finish() {
  if (!registered_) return {};
  return store(master_place_, master_message_);
}

// ADT-00: a new version whenever name, address or insurance on file change.
Result<void> Ssmix2Writer::master(const Encounter& encounter) {
  const int version = registration_.version(encounter.day);
  if (registered_ && version == version_) return {};
  if (registered_) {
    master_place_.flag = '2';
    SEKISHO_CHECK(store(master_place_, master_message_));
  }
  version_ = version;
  registered_ = true;
  master_place_ = {"ADT-00", "-", std::string(kNoOrder), "-", encounter.day, std::max(0, encounter.minute - 20), '1'};
  std::string text = begin(master_place_, "ADT^A08^ADT_A01", true) + "PV1|0001|O\r";
  const WrittenIdentity& w = registration_.write(encounter.day);
  if (w.insured) {
    std::string insured = w.symbol + "~" + w.number;
    if (!w.branch.empty()) insured += "~" + w.branch;
    const bool self = w.insurance.holder == registration_.person().member || w.insurance.law == "39";
    text += fmt::format("IN1|1|{}^{}^JHSD0001|{}|||||||{}||{}|||||{}\r", insurance_class(w.insurance.law),
                        insurance_name(w.insurance.law), w.insurance.insurer, insured, encounter.day.compact(),
                        self ? "SEL^本人^HL70063" : "EXF^家族^HL70063");
  }
  master_message_ = std::move(text);
  return {};
}

Result<void> Ssmix2Writer::reception(const Encounter& encounter) {
  if (!receptions_.insert(encounter.day.compact()).second) return {};
  const Place place{"ADT-12",      encounter.day.compact(), std::string(kNoOrder), encounter.department,
                    encounter.day, encounter.minute};
  std::string text = begin(place, "ADT^A04^ADT_A01");
  text += fmt::format("PV1|0001|O|{}^^^^^C|||||||{}||||||||||||||||||||||||||||||||||{}\r", encounter.department,
                      encounter.department, stamp(encounter.day, encounter.minute));
  return store(place, text);
}

std::string Ssmix2Writer::problem(const Diagnosis& d, std::string_view order, Date day, bool inpatient) const {
  const Disease& disease = *d.disease;
  std::string name, modifiers;
  struct Modifier {
    std::string_view code, name;
    bool prefix;
  };
  constexpr Modifier kModifiers[] = {
      {"2056", "右", true}, {"2049", "左", true}, {"8016", "術後再発", false}, {"4012", "急性", true}};
  name = d.text.empty() ? std::string(disease.name) : d.text;
  for (const Modifier& modifier : kModifiers)
    if (modifier.code == d.modifier) {
      name = modifier.prefix ? std::string(modifier.name) + name : name + std::string(modifier.name);
      modifiers =
          fmt::format("ZPR||{}^{}^MDCDX2||{}|{}^{}^99REC|{}\r", disease.management, disease.name,
                      modifier.prefix ? fmt::format("{}^{}^99REC", modifier.code, modifier.name) : "", disease.code,
                      disease.name, modifier.prefix ? "" : fmt::format("{}^{}^99REC", modifier.code, modifier.name));
    }
  if (d.suspected) name += "の疑い";
  const bool ended = d.ended && *d.ended <= day;
  return fmt::format("PRB|{}|{}|{}^{}^MDCDX2^{}^{}^99REC|{}|||{}||{}|{}|||{}|{}|{}|||{}\r", ended ? "UP" : "AD",
                     stamp(day, 12 * 60), disease.management, name, disease.code, disease.name, order, d.from.compact(),
                     ended ? d.ended->compact() : "",
                     disease.icd10.empty()
                         ? ""
                         : fmt::format("{}^^I10^{}^JHSD0004^2013", disease.icd10, inpatient ? "H^入院時" : "O^外来時"),
                     d.suspected ? "1^疑い^JHSD0005" : "",
                     ended ? (d.outcome == '2' ? "F^完全治癒^HL70241" : "U^不明^HL70241") : "",
                     ended ? d.ended->compact() : "", d.main ? "1^主病名^JHSD0007" : "") +
         modifiers;
}

Result<void> Ssmix2Writer::diagnoses(const Encounter& encounter) {
  for (const Diagnosis& d : encounter.diagnoses) {
    const std::string order = next_order();
    Place place{"PPR-01", "-", order, encounter.department, encounter.day, encounter.minute + 15};
    const auto message = [&](Date day) {
      place.day = day;
      return begin(place, "PPR^ZD1^PPR_ZD1") + fmt::format("PV1|0001|{}\r", encounter.stay ? "I" : "O") +
             problem(d, order, day, encounter.stay.has_value());
    };
    const bool updated = d.ended && *d.ended < world_.end;
    place.flag = updated ? '2' : '1';
    SEKISHO_CHECK(store(place, message(d.from > encounter.day ? d.from : encounter.day)));
    if (!updated) continue;
    place.flag = '1';
    SEKISHO_CHECK(store(place, message(std::max(*d.ended, Date{encounter.day.days + 1}))));
  }
  return {};
}

std::string Ssmix2Writer::order_tail(const Encounter& encounter, const Place& place) const {
  // ORC-9 to ORC-29.
  return fmt::format("|||||{}|||D{}1^架空^医師^^^^^^^L^^^^^I|{}^^^^^C||||{}^{}^HL70069||||{}||||||||{}\r",
                     stamp(place.day, place.minute), encounter.department, encounter.department, encounter.department,
                     department_name(encounter.department), registration_.hospital().name,
                     encounter.stay ? "I^入院患者オーダ^HL70482" : "O^外来患者オーダ^HL70482");
}

// The price-list code under its label, the claims code as the hospital's own; some sites label the claims code HOT9
// (defect D08).
std::string Ssmix2Writer::drug_code(const Drug& drug, Date day) {
  if (world_.options.defects && day < *Date::of(2019, 1, 1) &&
      random_.chance(registration_.hospital().hot_mislabelled)) {
    planted.push_back({"D08", "RXE-2", std::string(drug.receipt)});
    return fmt::format("{}^{}^HOT9", drug.receipt, drug.name);
  }
  if (drug.price12.empty()) return fmt::format("{}^{}^99REC", drug.receipt, drug.name);
  return fmt::format("{}^{}^MYAK^{}^{}^99REC", drug.price12, drug.name, drug.receipt, drug.name);
}

Result<void> Ssmix2Writer::prescription(const Encounter& encounter) {
  const auto is_prescribed = [](const DrugOrder& d) {
    return d.kind != DrugKind::kDrip && d.kind != DrugKind::kInjection;
  };
  for (const bool cancelled : {false, true}) {
    std::string groups;
    const std::string order = next_order();
    Place place{"OMP-01",
                encounter.day.compact(),
                order,
                encounter.department,
                encounter.day,
                encounter.minute + 25,
                cancelled ? '0' : '1'};
    int rp = 0;
    for (const DrugOrder& d : encounter.drugs) {
      if (!is_prescribed(d) || d.cancelled != cancelled) continue;
      ++rp;
      const Drug& drug = *d.drug;
      const bool outside = !encounter.stay && registration_.hospital().outside_prescriptions > 0.5;
      groups += fmt::format("ORC|{}|{}||{}_{:02}_001", "NW", order, order, rp);
      groups += order_tail(encounter, place);
      groups +=
          fmt::format("RXE||{}|{}||{}^{}^MR9P|{}||||{}|{}^{}^MR9P||||{:02}||||{}^{}&{}&MR9P||{}||||||{}\r",
                      drug_code(drug, d.day), amount(d.per_dose), drug.mr9p_unit, drug.unit, form_name(drug.form),
                      amount(d.total()), drug.mr9p_unit, drug.unit, rp, amount(d.per_day()), drug.mr9p_unit, drug.unit,
                      encounter.stay ? "IHP^入院処方^MR9P"
                      : outside      ? "OHP^外来処方^MR9P~OHO^院外処方^MR9P"
                                     : "OHP^外来処方^MR9P~OHI^院内処方^MR9P",
                      d.kind == DrugKind::kExternal   ? "23^外用^JHSP0003"
                      : d.kind == DrugKind::kAsNeeded ? "22^頓服^JHSP0003"
                                                      : "21^内服^JHSP0003");
      groups += d.usage.empty()
                    ? fmt::format("TQ1|1||^{}|||{}^d|{}\r", d.usage_text, d.days, d.day.compact())
                    : fmt::format("TQ1|1||{}&{}&JAMISDP01|||{}^d|{}\r", d.usage, d.usage_text, d.days, d.day.compact());
      groups += d.kind == DrugKind::kExternal ? "RXR|IH^吸入^HL70162\r" : "RXR|PO^口^HL70162\r";
    }
    if (rp == 0) continue;
    const std::string head = begin(place, "RDE^O11^RDE_O11") +
                             fmt::format("PV1|0001|{}|{}^^^^^C\r", encounter.stay ? "I" : "O", encounter.department);
    SEKISHO_CHECK(store(place, head + groups));
    if (!cancelled) continue;
    // The cancelling message is kept beside the order, both under flag 0.
    place.minute += 30;
    std::string cancel =
        begin(place, "RDE^O11^RDE_O11") + fmt::format("PV1|0001|O|{}^^^^^C\r", encounter.department) + groups;
    for (std::size_t at = 0; (at = cancel.find("ORC|NW", at)) != std::string::npos; at += 6)
      cancel.replace(at, 6, "ORC|CA");
    SEKISHO_CHECK(store(place, cancel));
    planted.push_back({"D07", "OMP-01 " + order, "cancelled"});
  }
  return {};
}

Result<void> Ssmix2Writer::injection(const Encounter& encounter, const DrugOrder& d) {
  const std::string order = next_order();
  const std::string_view in_out = encounter.stay ? "I" : "O";
  for (int i = 0; i < d.days; ++i) {
    const Date day{d.day.days + i};
    if (day > std::max(encounter.last, d.day)) break;
    Place place{"OMP-02", day.compact(), order, encounter.department, day, encounter.minute + 30};
    const std::string start = stamp(day, place.minute), end = stamp(day, place.minute + 30);
    const std::string visit = fmt::format("PV1|0001|{}|{}^^^^^C\r", in_out, encounter.department);
    const std::string code = drug_code(*d.drug, d.day);
    const std::string_view route = d.kind == DrugKind::kDrip ? "IV^静脈内^HL70162" : "SC^皮下^HL70162";
    std::string text = begin(place, "RDE^O11^RDE_O11") + visit + fmt::format("ORC|NW|{}||{}_01_001", order, order) +
                       order_tail(encounter, place);
    text +=
        fmt::format("RXE||00^一般^JHSI0002|{}||{}^{}^MR9P|INJ^注射剤^MR9P|||||||||{}||||||{}\r", amount(d.per_day()),
                    d.drug->mr9p_unit, d.drug->unit, order, encounter.stay ? "IHP^入院処方^MR9P" : "OHP^外来処方^MR9P");
    text += fmt::format("TQ1|1||||||{}|{}\rRXR|{}\rRXC|B|{}|{}|{}^{}^MR9P\r", start, end, route, code,
                        amount(d.per_day()), d.drug->mr9p_unit, d.drug->unit);
    SEKISHO_CHECK(store(place, text));
    place.type = "OMP-12";
    place.minute += 35;
    text = begin(place, "RAS^O17^RAS_O17") + visit + fmt::format("ORC|NW|{}||{}_01_001", order, order) +
           order_tail(encounter, place);
    text += fmt::format("RXA|0|1|{}|{}|{}|{}|{}^{}^MR9P|||D{}1^架空^医師^^^^^^^L^^^^^I||||||||||CP\rRXR|{}\r", start,
                        end, code, amount(d.per_day()), d.drug->mr9p_unit, d.drug->unit, encounter.department, route);
    SEKISHO_CHECK(store(place, text));
  }
  return {};
}

std::string Ssmix2Writer::result_segment(const LabValue& value, int index, Date day, const std::string& sampled,
                                         std::string_view where) {
  const Hospital& hospital = registration_.hospital();
  if (!value.item)
    return fmt::format("OBX|{}|ST|{}^{}^99LAB||{}||||||F|||{}\r", index, value.local_code, value.local_name, value.text,
                       sampled);
  const LabItem& item = *value.item;
  const bool female = registration_.person().female, defects = world_.options.defects;
  double result = value.number;
  double low = female ? item.low_f : item.low_m, high = female ? item.high_f : item.high_m;
  std::string code(hospital.other_methods ? item.jlac10_other : item.jlac10);
  // Until the change of method ALP is measured on the old scale: the new values times 0.35.
  if (item.key == "alp" && day < hospital.ifcc_from) {
    result /= 0.35;
    low = 106;
    high = 322;
    code = item.jlac10_other;
  } else if (item.key == "alp") {
    code = item.jlac10;
  }
  if (hospital.old_intervals && item.key == "ast") low = 8, high = 38;
  if (hospital.old_intervals && item.key == "ldl") low = 70, high = 139;
  std::string_view unit = item.unit_code, shown = item.unit;
  std::string text = number(result, item.decimals);
  std::string_view type = "NM";
  const std::string place(where);
  if (defects && random_.chance(0.005) && (item.key == "glucose" || item.key == "creatinine")) {
    const double factor = item.key == "glucose" ? 1 / 18.0 : 88.4;
    planted.push_back({"D01", place, fmt::format("{} {}", item.key, text)});
    text = number(result * factor, 1);
    unit = shown = item.key == "glucose" ? "mmol/L" : "umol/L";
  } else if (defects && random_.chance(0.015)) {
    planted.push_back({"D09", place, fmt::format("{} {}", item.key, text)});
    constexpr std::string_view kTexts[] = {"溶血", "再検", "検体不良"};
    text = kTexts[random_.below(3)];
    type = "ST";
  }
  std::string coded;
  if (defects && random_.chance(hospital.local_only)) {
    planted.push_back({"D02", place, std::string(item.key)});
    coded = fmt::format("{}^{}^99LAB", item.key, item.name);
  } else if (defects && random_.chance(0.001)) {
    planted.push_back({"D04", place, std::string(item.key)});
    coded = fmt::format("{}^{}^JC10", code.substr(0, 16), item.name);
  } else {
    coded = fmt::format("{}^{}^JC10^{}^{}^99LAB", code, item.name, item.key, item.name);
  }
  const std::string range = high >= 0  ? fmt::format("{}-{}", number(low, item.decimals), number(high, item.decimals))
                            : low >= 0 ? fmt::format(">={}", number(low, item.decimals))
                                       : std::string();
  const std::string_view flag = type == "ST"                 ? ""
                                : low >= 0 && result < low   ? "L"
                                : high >= 0 && result > high ? "H"
                                                             : "";
  return fmt::format("OBX|{}|{}|{}||{}|{}^{}^ISO+|{}|{}|||F|||{}\r", index, type, coded, text, unit, shown, range, flag,
                     sampled);
}

Result<void> Ssmix2Writer::laboratory(const Encounter& encounter, const LabOrder& lab_order) {
  const std::string order = next_order();
  const std::string sampled = stamp(lab_order.day, lab_order.minute);
  Place place{"OML-11", lab_order.day.compact(), order, encounter.department, lab_order.day, lab_order.minute + 30};
  // A specimen and its results stand together; the order of the items is kept within it.
  std::vector<std::string_view> specimens;
  for (const LabValue& value : lab_order.values)
    if (const auto material = material_of(value); std::ranges::find(specimens, material) == specimens.end())
      specimens.push_back(material);
  const auto message = [&](bool preliminary) {
    const std::string reported = stamp(place.day, place.minute);
    std::string text = begin(place, "OUL^R22^OUL_R22") +
                       fmt::format("PV1|0001|{}|{}^^^^^C\r", encounter.stay ? "I" : "O", encounter.department);
    int group = 0;
    for (const std::string_view material : specimens) {
      ++group;
      text += fmt::format("SPM|{}|{}-{}||{}^{}^JC10|||||||||||||{}\r", group, order, group, material,
                          material_name(material), sampled);
      text += fmt::format("OBR|{}|{}|{}|P1^{}^99LABP|||{}|{}||||||||D{}1^架空^医師^^^^^^^L^^^^^I||||||{}|||{}\r", group,
                          order, order, lab_order.panel, sampled, sampled, encounter.department, reported,
                          preliminary ? "P" : "F");
      text += fmt::format("ORC|SC|{}|{}||CM", order, order) + order_tail(encounter, place).substr(1);
      int index = 0;
      for (const LabValue& value : lab_order.values) {
        if (material_of(value) != material) continue;
        LabValue shown = value;
        if (preliminary && shown.item) shown.number *= 1.2;
        text += result_segment(shown, ++index, lab_order.day, sampled, "OML-11 " + order);
      }
    }
    return text;
  };
  const bool standard = !lab_order.values.empty() && lab_order.values.front().item;
  if (world_.options.defects && standard && random_.chance(0.02)) {
    planted.push_back({"D06", "OML-11 " + order, "superseded"});
    place.flag = '2';
    SEKISHO_CHECK(store(place, message(true)));
    place.flag = '1';
    place.minute += 60;
  }
  if (world_.options.defects && standard && random_.chance(0.03)) {
    const Date late{place.day.days + 1 + static_cast<int>(random_.below(21))};
    planted.push_back({"D05", "OML-11 " + order, late.iso()});
    place.day = late;
  }
  return store(place, message(false));
}

Result<void> Ssmix2Writer::stay(const Encounter& encounter) {
  const Stay& stay = *encounter.stay;
  const std::string in = stamp(encounter.day, encounter.minute), out = stamp(encounter.last, 10 * 60 + 30);
  const std::string location = fmt::format("{}^{}^1^^^N", stay.ward, stay.room);
  const std::string doctor = fmt::format("D{}1^架空^医師^^^^^^^L^^^^^I", encounter.department);
  Place place{"ADT-22",      encounter.day.compact(), std::string(kNoOrder), encounter.department,
              encounter.day, encounter.minute};
  std::string text =
      begin(place, "ADT^A01^ADT_A01") + fmt::format("PV1|0001|I|{}||||{}|||{}|||||||{}|||||||||||||||||||||||||||{}\r",
                                                    location, doctor, encounter.department, doctor, in);
  SEKISHO_CHECK(store(place, text));
  if (stay.moved) {
    place = {"ADT-42", stay.moved->compact(), std::string(kNoOrder), encounter.department, *stay.moved, 14 * 60};
    text = begin(place, "ADT^A02^ADT_A02");
    // A transfer's event time stands in EVN-6.
    const std::string event = fmt::format("EVN||{}\r", stamp(place.day, place.minute));
    text.replace(text.find(event), event.size(),
                 fmt::format("EVN||{}||||{}\r", stamp(place.day, place.minute), stamp(place.day, place.minute)));
    text += fmt::format("PV1|0001|I|5B^502^2^^^N|||{}|{}|||{}\r", location, doctor, encounter.department);
    SEKISHO_CHECK(store(place, text));
  }
  if (encounter.last >= world_.end) return {};
  place = {"ADT-52",    encounter.last.compact(), std::string(kNoOrder), encounter.department, encounter.last,
           10 * 60 + 30};
  text = begin(place, "ADT^A03^ADT_A03") +
         fmt::format("PV1|0001|I|{}||||{}|||{}|||||||{}|||||||||||||||||||{:02}||||||||{}|{}\r", location, doctor,
                     encounter.department, doctor, stay.discharge, in, out);
  return store(place, text);
}

}  // namespace sekisho::synth

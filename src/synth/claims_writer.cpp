#include "synth/claims_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/text.h"

namespace sekisho::synth {
namespace {

constexpr int kFirstVisitGap = 90;  // days without a visit after which a visit counts as a first one
constexpr double kCoefficient = 1.3;

std::string trimmed(double value) {
  std::string text = fmt::format("{:.5f}", value);
  while (text.back() == '0')
    text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

int section_of(std::string_view code, bool inpatient) {
  struct Row {
    std::string_view prefix;
    int outpatient, inpatient;
  };
  constexpr Row kSections[] = {{"6", 21, 21},         {"111", 11, 11},       {"112", 12, 12},       {"113", 13, 13},
                               {"114", 14, 14},       {"12", 80, 28},        {"13", 33, 33},        {"14", 40, 40},
                               {"150232910", 54, 54}, {"150233410", 54, 54}, {"150279110", 54, 54}, {"15", 50, 50},
                               {"16", 60, 60},        {"17", 70, 70},        {"18", 80, 80}};
  const auto* row = std::ranges::find_if(kSections, [&](const Row& each) { return code.starts_with(each.prefix); });
  if (row == std::end(kSections)) return 90;
  return inpatient ? row->inpatient : row->outpatient;
}

Date first_of_month(Date day) {
  return *Date::of(day.year(), day.month(), 1);
}
Date next_month(Date day) {
  return day.month() == 12 ? *Date::of(day.year() + 1, 1, 1) : *Date::of(day.year(), day.month() + 1, 1);
}

BundledDays bundled_days(const DpcPoints& row, int from, int to) {
  BundledDays result;
  const int ends[3] = {row.day1, row.day2, row.day3};
  const int points[3] = {row.points1, row.points2, row.points3};
  int begin = 1;
  for (int period = 0; period < 3; ++period) {
    result.points[period] = points[period];
    result.days[period] = std::max(0, std::min(to, ends[period]) - std::max(from, begin) + 1);
    begin = ends[period] + 1;
  }
  return result;
}

std::string ClaimsWriter::date(Date day) const {
  if (!era_) return day.compact();
  const EraDate era = era_of(day);
  const std::string_view letters = "MTSHR";
  return fmt::format("{}{:02}{:02}{:02}", letters.find(era.letter) + 1, era.era_year, day.month(), day.day());
}
std::string ClaimsWriter::month(Date day) const {
  const std::string text = date(day);
  return text.substr(0, text.size() - 2);
}

void ClaimsWriter::write(const std::vector<const Encounter*>& encounters) {
  // Visits of a month under one insurer make a claim; so does each month of a stay.
  std::map<std::pair<std::int32_t, int>, Draft> visits;
  for (const Encounter* encounter : encounters) {
    if (!encounter->insured) continue;
    if (encounter->stay) {
      for (Date from = encounter->day; from <= encounter->last; from = next_month(from)) {
        const Date to = std::min(encounter->last, Date{next_month(from).days - 1});
        if (first_of_month(from) >= world_.end) break;
        Draft draft;
        draft.month = first_of_month(from);
        draft.first = from;
        draft.inpatient = true;
        draft.stay = &*encounter->stay;
        draft.admitted = encounter->day;
        draft.discharged = encounter->last;
        stay_lines(draft, *encounter, from, to);
        finish(draft);
        from = first_of_month(from);
      }
      continue;
    }
    const int insurer = index_at(registration_.person().insurances, encounter->day);
    Draft& draft = visits[{first_of_month(encounter->day).days, insurer}];
    if (draft.visit_days == 0) {
      draft.month = first_of_month(encounter->day);
      draft.first = encounter->day;
      add_carried(draft);
    }
    outpatient(draft, *encounter);
    carry(*encounter);
  }
  for (const auto& [key, draft] : visits)
    finish(draft);
}

// What stands on after the visit: chronic diseases, and suspicions that nobody takes back (defect D12).
void ClaimsWriter::carry(const Encounter& encounter) {
  constexpr int kLingering = 180;  // days
  for (const Diagnosis& d : encounter.diagnoses) {
    const bool lingers = d.suspected && !d.ended && world_.options.defects && random_.chance(0.3);
    if (!d.chronic && !lingers) continue;
    Carried carried{d, d.chronic ? world_.end : Date{d.from.days + kLingering}};
    carried.diagnosis.main = false;
    carried_.push_back(std::move(carried));
    if (lingers) planted.push_back({"D12", fmt::format("SY {}", d.disease->code), d.from.iso()});
  }
}

void ClaimsWriter::add_carried(Draft& draft) const {
  for (const Carried& carried : carried_)
    if (draft.first <= carried.until) draft.diagnoses.push_back(carried.diagnosis);
}

// Symbol and number otherwise than on the card: zeros in front, full width, a hyphen (defect D18).
std::string ClaimsWriter::rewritten(std::string text, bool symbol) {
  if (!world_.options.defects || registration_.person().marked || text.empty() || !random_.chance(0.08)) return text;
  if (static_cast<unsigned char>(text.front()) >= 0x80) return text;
  switch (random_.below(3)) {
    case 0:
      return "0" + text;
    case 1:
      return fullwidth(text);
    default:
      return symbol && text.size() > 2 ? text.insert(text.size() / 2, "-") : text;
  }
}

void ClaimsWriter::add_line(Draft& draft, std::string_view record, int section, std::string_view code,
                            const std::string& amount, double points, Date day, int count, int on_day) {
  const int rounded = static_cast<int>(std::lround(points));
  const auto same = [&](const Line& line) {
    return line.code == code && line.amount == amount && line.section == section && line.points == rounded &&
           record == "SI";
  };
  auto line = std::ranges::find_if(draft.lines, same);
  if (line == draft.lines.end())
    line = draft.lines.insert(line, Line{record, section, std::string(code), amount, rounded});
  line->count += count;
  line->days[day.day() - 1] = static_cast<std::uint8_t>(line->days[day.day() - 1] + (on_day < 0 ? count : on_day));
}

void ClaimsWriter::drug_lines(Draft& draft, const DrugOrder& order) {
  const double price = price_of(*order.drug, order.day);
  const bool injected = order.kind == DrugKind::kDrip || order.kind == DrugKind::kInjection;
  const bool oral = order.kind == DrugKind::kOral;
  // Internal drugs are counted by days of supply, the others as one amount.
  const double amount = oral ? order.per_day() : injected ? order.per_day() : order.total();
  const int count = oral ? order.days : 1;
  add_line(draft, "IY", static_cast<int>(order.kind), order.drug->receipt, trimmed(amount), drug_points(price * amount),
           order.day, count);
}

void ClaimsWriter::outpatient(Draft& draft, const Encounter& encounter) {
  const Date day = encounter.day;
  const bool first = day.days - last_visit_.days > kFirstVisitGap;
  const std::uint64_t bit = 1ULL << (day.day() - 1);
  if (!(draft.visit_days & bit)) {
    const Procedure& fee = act("all", first ? "first_visit" : "revisit_hospital");
    add_line(draft, "SI", first ? 11 : 12, fee.code, "", points_of(fee, day), day);
  }
  draft.visit_days |= bit;
  last_visit_ = day;
  for (const ActDone& done : encounter.acts)
    add_line(draft, "SI", section_of(done.procedure->code, false), done.procedure->code, "",
             points_of(*done.procedure, day), day, done.count);
  for (const LabOrder& order : encounter.labs)
    for (const Procedure* procedure : order.acts)
      add_line(draft, "SI", 60, procedure->code, "", points_of(*procedure, day), day);
  bool outside = false, inside = false;
  // A slip per visit: the hospital's own dispensary or the pharmacy at its gate.
  const bool to_pharmacy = random_.chance(registration_.hospital().outside_prescriptions);
  for (const DrugOrder& order : encounter.drugs) {
    if (order.cancelled) continue;
    const bool injected = order.kind == DrugKind::kDrip || order.kind == DrugKind::kInjection;
    if (injected || !to_pharmacy) {
      drug_lines(draft, order);
      inside |= !injected;
    } else {
      draft.outside.push_back(order);
      outside = true;
    }
  }
  if (outside) {
    const Procedure& fee = act("all", "prescription_outside");
    add_line(draft, "SI", 80, fee.code, "", points_of(fee, day), day);
  }
  if (inside) {
    const Procedure& fee = act("all", "prescription_inside");
    add_line(draft, "SI", 25, fee.code, "", points_of(fee, day), day);
  }
  for (const Diagnosis& diagnosis : encounter.diagnoses)
    draft.diagnoses.push_back(diagnosis);
}

void ClaimsWriter::stay_lines(Draft& draft, const Encounter& encounter, Date from, Date to) {
  const bool bundled = registration_.hospital().dpc && !encounter.stay->dpc.empty();
  for (Date day = from; day <= to; ++day.days)
    draft.visit_days |= 1ULL << (day.day() - 1);
  for (const ActDone& done : encounter.acts) {
    if (done.day < from || done.day > to) continue;
    const int section = section_of(done.procedure->code, true);
    // Under the bundle only operations, anaesthesia and rehabilitation are paid by the act.
    if (bundled && section != 50 && section != 54 && section != 80) continue;
    add_line(draft, "SI", section, done.procedure->code, "", points_of(*done.procedure, done.day), done.day,
             done.count);
  }
  if (!bundled) {
    const Procedure& ward = act("ward", "acute4");
    for (Date day = from; day <= to; ++day.days)
      add_line(draft, "SI", 90, ward.code, "", points_of(ward, day), day);
    for (const LabOrder& order : encounter.labs)
      if (order.day >= from && order.day <= to)
        for (const Procedure* procedure : order.acts)
          add_line(draft, "SI", 60, procedure->code, "", points_of(*procedure, order.day), order.day);
    for (const DrugOrder& order : encounter.drugs)
      if (order.day >= from && order.day <= to && !order.cancelled) drug_lines(draft, order);
  } else if (from == first_of_month(encounter.last) || to == encounter.last) {
    // Drugs to take home are outside the bundle.
    for (const DrugOrder& order : encounter.drugs)
      if (order.day == encounter.last && order.kind == DrugKind::kOral && !order.cancelled) drug_lines(draft, order);
  }
  draft.diagnoses = encounter.diagnoses;
}

void ClaimsWriter::finish(const Draft& draft) {
  medical(draft);
  if (!draft.outside.empty()) dispensing(draft);
}

std::string ClaimsWriter::line_text(const Line& line, char payer, bool hang) const {
  std::string text =
      fmt::format("{},{},{},{},{},{},{},,,,,,", line.record, hang ? "" : fmt::format("{:02}", line.section), payer,
                  line.code, line.amount, line.points ? fmt::format("{}", line.points) : "", line.count);
  for (const std::uint8_t times : line.days)
    text += times ? fmt::format(",{}", times) : ",";
  return text + "\r\n";
}

// RE (without its first two fields), HO, KO, SN.
std::string ClaimsWriter::head(const Draft& draft, const WrittenIdentity& w, char table, int points, int days,
                               bool& child) const {
  const int age = age_on(w.birth, draft.month);
  const bool elderly = w.insurance.law == "39";
  child = age < 15 && !elderly;
  const bool holder = w.insurance.holder == registration_.person().member;
  int who = elderly || age >= 70 ? 8 : age < 6 ? 4 : holder ? 2 : 6;
  if (draft.inpatient) --who;
  const std::string kana = w.family_kana + w.given_kana;
  std::string insurer = w.insurance.insurer;
  insurer.insert(0, 8 - insurer.size(), ' ');
  std::string text =
      fmt::format(",{}{}{}{},{},{}　{},{},{},,{}", table, elderly ? 3 : 1, child ? 2 : 1, who, month(draft.month),
                  w.family, w.given, w.female ? 2 : 1, date(w.birth), draft.inpatient ? date(draft.admitted) : "");
  if (table == '4') return text;  // dispensing goes on otherwise
  const std::string beds = draft.inpatient ? "300" : "";
  text += fmt::format(",,,,{},{},,,,,,,,,,,,,,,,,,,,,,,{},\r\n", beds, registration_.patient_number(), kana);
  text += fmt::format("HO,{},{},{},{},{},,,,,,,,,\r\n", insurer, w.symbol, w.number, days, points);
  if (child)
    text += fmt::format("KO,{},{:07},,{},{},,,,,,\r\n", with_check_digit("8813212"), compact(w.birth) % 10'000'000,
                        days, points);
  if (!w.branch.empty() && draft.month >= *Date::of(2021, 9, 1)) text += fmt::format("SN,1,01,,,,{},,\r\n", w.branch);
  return text;
}

void ClaimsWriter::medical(const Draft& draft) {
  const Date claim_month = next_month(draft.month);
  era_ = claim_month.year() < 2020;
  WrittenIdentity w = registration_.write(draft.first);
  const std::string symbol = rewritten(w.symbol, true), insured_number = rewritten(w.number, false);
  if (symbol != w.symbol || insured_number != w.number)
    planted.push_back({"D18", fmt::format("claim {}", draft.month.iso().substr(0, 7)), ""});
  w.symbol = symbol;
  w.number = insured_number;
  const bool dpc = draft.inpatient && registration_.hospital().dpc && !draft.stay->dpc.empty();
  int points = 0;
  std::string middle;
  bool child = age_on(w.birth, draft.month) < 15 && w.insurance.law != "39";
  const char payer = child ? '2' : '1';  // insurance alone, or with the child's public payer
  if (dpc) middle = bundle(draft, payer, points);
  for (const Line& line : draft.lines)
    points += line.points * line.count;
  const int days = std::popcount(draft.visit_days);
  std::string text = head(draft, w, '1', points, days, child) + middle;
  const bool has_main = std::ranges::any_of(draft.diagnoses, &Diagnosis::main);
  bool main_written = false;
  for (const Diagnosis& d : draft.diagnoses) {
    const bool main = !main_written && (d.main || !has_main);
    main_written |= main;
    std::string modifiers(d.modifier);
    if (d.suspected) modifiers += "8002";
    const bool ended = d.ended && *d.ended < claim_month;
    text += fmt::format("SY,{},{},{},{},{},{},\r\n", d.disease->code, date(d.from), ended ? d.outcome : '1', modifiers,
                        d.text, main ? "01" : "");
  }
  // Lines of a section stand together; only the first names it.
  std::vector<const Line*> order;
  for (const Line& line : draft.lines)
    order.push_back(&line);
  std::ranges::stable_sort(order, {}, [](const Line* line) { return line->section; });
  int section = -1;
  for (const Line* line : order) {
    text += line_text(*line, payer, line->section == section);
    section = line->section;
  }
  const SharedFile file = dpc ? SharedFile::kDpcClaim : SharedFile::kMedical;
  emit(file, claim_month, text, points);
  // Returned and submitted again two months later.
  if (world_.options.defects && random_.chance(0.02) && next_month(next_month(claim_month)) < world_.end) {
    const bool era_then = era_;
    const Date again = next_month(next_month(claim_month));
    if ((again.year() < 2020) == era_then) {
      emit(file, again, text, points);
      planted.push_back({"D15", fmt::format("claim {}", draft.month.iso().substr(0, 7)),
                         fmt::format("again in {}", again.iso().substr(0, 7))});
    }
  }
}

// BU SB KK SK GA HH GT of the month's part of the stay.
std::string ClaimsWriter::bundle(const Draft& draft, char payer, int& points) const {
  const Stay& stay = *draft.stay;
  const Date last_of_month{next_month(draft.month).days - 1};
  const Date from = std::max(draft.month, draft.admitted), to = std::min(last_of_month, draft.discharged);
  const DpcPoints* row = dpc_points(stay.dpc, draft.discharged);
  const bool left = draft.discharged <= last_of_month;
  std::string text =
      fmt::format("BU,{},{},{},{},\r\n", stay.dpc, date(draft.admitted), left ? date(draft.discharged) : "",
                  !left                  ? ""
                  : stay.discharge == 20 ? "7"
                  : stay.discharge == 1  ? "1"
                                         : "4");
  bool main = true;
  for (const Diagnosis& d : draft.diagnoses) {
    for (const std::string_view kind : {"21", "11", "01"}) {
      if (!main && kind != "21") continue;
      text += fmt::format("SB,{},{},,{},{},,\r\n", d.disease->code, d.modifier, d.disease->icd10, main ? kind : "31");
    }
    main = false;
  }
  const WrittenIdentity w = registration_.write(draft.admitted);
  text += fmt::format("KK,,,{},,,{},{},,,,,,\r\n", stay.emergency ? 3 : 1, age_on(w.birth, draft.admitted),
                      stay.birth_weight ? fmt::format("{}", stay.birth_weight) : "");
  if (stay.operation)
    text += fmt::format("SK,{},{},{},,,{}\r\n", stay.operation->code, stay.operation->k_code, date(stay.operation_day),
                        stay.operation->name);
  if (!row) return text;
  std::string day_codes(31, '0');
  for (Date day = from; day <= to; ++day.days)
    day_codes[day.day() - 1] = '1';
  text += fmt::format("GA,{},2,{},{},{:.4f},\r\n", month(draft.month), day_codes, stay.dpc, kCoefficient);
  const BundledDays days = bundled_days(*row, from.days - draft.admitted.days + 1, to.days - draft.admitted.days + 1);
  for (int period = 0; period < 3; ++period)
    if (days.days[period])
      text += fmt::format("HH,{},2,1,{},{},{},{},{}\r\n", month(draft.month), payer, period + 1, days.points[period],
                          days.days[period], days.points[period] * days.days[period]);
  const int total = static_cast<int>(std::lround(days.total() * kCoefficient));
  text += fmt::format("GT,{},2,1,{},{},{},0,{},93,,\r\n", month(draft.month), payer, days.total(), total, total);
  points += total;
  return text;
}

void ClaimsWriter::dispensing(const Draft& draft) {
  const Date claim_month = next_month(draft.month);
  era_ = claim_month.year() < 2020;
  constexpr int kBaseFee = 42, kPreparationFee = 24;
  const WrittenIdentity w = registration_.write(draft.first);
  const Hospital& hospital = registration_.hospital();
  int points = 0, number = 0;
  std::string body;
  std::vector<Date> receptions;
  for (const DrugOrder& order : draft.outside) {
    if (std::ranges::find(receptions, order.day) == receptions.end()) receptions.push_back(order.day);
    const bool oral = order.kind == DrugKind::kOral;
    const double amount = oral ? order.per_day() : order.total();
    const int quantity = oral ? order.days : 1;
    const int unit = drug_points(price_of(*order.drug, order.day) * amount);
    const int dosage_form = oral ? 1 : order.kind == DrugKind::kAsNeeded ? 3 : 5;
    ++number;
    const bool child_payer = age_on(w.birth, draft.month) < 15;
    const char payer = child_payer ? '2' : '1';
    body +=
        fmt::format("SH,{},{},{},{},{},,,,\r\n", number, dosage_form, order.usage.empty() ? "900" : "013", "", unit);
    body += fmt::format("IY,{},{},{},,,,,,\r\n", payer, order.drug->receipt, trimmed(amount));
    std::string cz = fmt::format("CZ,1,{},{},{},{},{},,,,{},,,{}", date(order.day), date(order.day), receptions.size(),
                                 quantity, payer, kPreparationFee, unit * quantity);
    cz.append(53 - 13, ',');
    body += cz + "\r\n";
    points += unit * quantity + kPreparationFee;
  }
  points += kBaseFee * static_cast<int>(receptions.size());
  bool child = false;
  Draft as_outpatient;
  as_outpatient.month = draft.month;
  std::string text = head(as_outpatient, w, '4', points, 0, child);
  // head() ends with the (empty) day of admission, which a pharmacy's claim does not have: columns 7 and 8 are share
  // and remarks.
  const std::string_view code = hospital.institution_code(draft.month);
  text += fmt::format(",{},1,{},{},{}", code.substr(0, 2), code.substr(2), hospital.name, hospital.address);
  text += ",架空　医師";
  text.append(20 - 1, ',');
  text += fmt::format(",,{},,,,,,{}\r\n", registration_.patient_number(), w.family_kana + w.given_kana);
  std::string insurer = w.insurance.insurer;
  insurer.insert(0, 8 - insurer.size(), ' ');
  text += fmt::format("HO,{},{},{},{},{},,,,,,,,\r\n", insurer, w.symbol, w.number, receptions.size(), points);
  if (child)
    text += fmt::format("KO,{},{:07},,{},{},,,,\r\n", with_check_digit("8813212"), compact(w.birth) % 10'000'000,
                        receptions.size(), points);
  if (!w.branch.empty() && draft.month >= *Date::of(2021, 9, 1)) text += fmt::format("SN,1,01,,,,{},,\r\n", w.branch);
  text += body;
  for (std::size_t i = 0; i < receptions.size(); ++i)
    text += fmt::format("KI,1,{},{},{},1,,{}\r\n", date(receptions[i]), date(receptions[i]), i + 1, kBaseFee);
  emit(SharedFile::kDispensing, claim_month, text, points);
}

void ClaimsWriter::emit(SharedFile file, Date claim_month, const std::string& text, int points) {
  Piece piece;
  piece.key = {file, static_cast<std::uint16_t>(registration_.hospital_index()),
               static_cast<std::uint32_t>(claim_month.year() * 12 + claim_month.month() - 1)};
  encode(Charset::kCp932, text, piece.text);
  piece.claims = 1;
  piece.points = static_cast<std::uint64_t>(points);
  out_.push_back(std::move(piece));
  ++claims_;
}

}  // namespace sekisho::synth

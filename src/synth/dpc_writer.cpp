#include "synth/dpc_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "synth/claims_writer.h"

namespace sekisho::synth {
namespace {

constexpr std::string_view kNotDischarged = "00000000";
constexpr double kCoefficient = 1.3;
// Visits are submitted since fiscal 2016, by the first hospital: outpatient EF files are the bulkiest of all.
const Date kVisitsFrom = *Date::of(2016, 10, 1);

}  // namespace

// A spreadsheet on the way: the third hospital's EF files of two months (defect D19).
bool DpcWriter::loses_zeros(int hospital, Date day) const {
  return world_.options.defects && hospital == 2 && day.year() == 2018 && (day.month() == 5 || day.month() == 6);
}

// One act with its single detail line.
struct DpcWriter::EfRow {
  std::string_view discharge;  // of visits the birth date
  Date admitted;               // of visits the day
  std::string discharged_text;
  Date day;
  int section = 60;
  std::string_view code, name;
  double amount = 1;
  int unit = 0;
  double price = 0;  // yen or points of one unit
  bool yen = false;
  double points = 0;
  int count = 1;
  bool bundled = false;
  bool visit = false;
  std::string_view department = "01", ward = "3A";
  std::string flags;
};

void DpcWriter::write(const std::vector<const Encounter*>& encounters) {
  const Hospital& hospital = registration_.hospital();
  for (const Encounter* encounter : encounters) {
    if (!encounter->insured) continue;
    if (encounter->stay && hospital.dpc) {
      // Never closed (defect D20): no discharge date, no summary.
      const bool open = world_.options.defects && random_.chance(0.003);
      if (open) planted.push_back({"D20", "EFn " + encounter->day.compact(), encounter->last.iso()});
      stay_months(*encounter, open);
      if (encounter->last < world_.end && !open) summary(*encounter);
    } else if (!encounter->stay && registration_.hospital_index() == 0 && encounter->day >= kVisitsFrom) {
      visit(*encounter);
    }
  }
}

void DpcWriter::emit(SharedFile file, Date month, const std::string& text) {
  Piece piece;
  piece.key = {file, static_cast<std::uint16_t>(registration_.hospital_index()),
               static_cast<std::uint32_t>(month.year() * 12 + month.month() - 1)};
  encode(Charset::kCp932, text, piece.text);
  out_.push_back(std::move(piece));
  rows_ += static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
}

// Parent row 000 from E, detail row 001 from F: columns 1 to 31 of EF統合.
void DpcWriter::act_rows(std::string& out, const EfRow& row) {
  const WrittenIdentity w = registration_.write(row.day);
  const std::string insurer = w.insured ? fmt::format("{:>8}", w.insurance.insurer) : std::string(8, ' ');
  const std::string head =
      fmt::format("{}\t{}\t{}\t{}\t{:02}\t{:04}", registration_.hospital().institution_code(row.day), data_id_,
                  row.discharged_text, row.admitted.compact(), row.section, ++sequence_);
  const int age = age_on(w.birth, row.day);
  const std::string tail = fmt::format("{}\t{}\t{}\t01\t{}\t{:<10}\t{:<10}\t{}\t{}\t", insurer,
                                       age < 6 ? (row.visit ? "1114" : "1113") : (row.visit ? "1112" : "1111"),
                                       row.day.compact(), row.department, fmt::format("D{}1", row.department),
                                       row.visit ? "" : row.ward, row.visit ? 0 : 1, row.visit ? 0 : 1);
  const int points = static_cast<int>(std::lround(row.points));
  const std::string ef_code = fmt::format("{:<12}", row.code);
  out += fmt::format(
      "{}\t000\t{}\t{}\t{:<8}\t{}\t{:011.3f}\t000\t{:012.3f}\t0\t{:08}\t{}\t{:08}\t{:08}\t{:08}\t{:03}\t{}\r\n", head,
      ef_code, row.code, "", row.name, 0.0, 0.0, 0, "NULL", row.bundled ? 0 : points,
      row.yen && !row.bundled ? points : 0, 0, row.count, tail);
  std::string flags = row.flags.empty() ? (row.bundled ? "010000000000" : "000000000000") : row.flags;
  out += fmt::format(
      "{}\t001\t{}\t{}\t{:<8}\t{}\t{:011.3f}\t{:03}\t{:012.3f}\t{}\t{:08}\t{}\t{:08}\t{:08}\t{:08}\t{:03}\t{}\r\n",
      head, ef_code, row.code, "", row.name, row.amount, row.unit, row.price, row.yen ? 1 : 0, points, flags, 0, 0, 0,
      row.count, tail);
}

void DpcWriter::visit(const Encounter& encounter) {
  std::string text;
  sequence_ = 0;
  const WrittenIdentity w = registration_.write(encounter.day);
  EfRow row;
  row.visit = true;
  row.day = row.admitted = encounter.day;
  row.discharged_text = w.birth.compact();  // column 3 of EFg
  row.department = encounter.department;
  for (const Diagnosis& d : encounter.diagnoses) {
    text += fmt::format(
        "{}\t{}\t{}\t{}\tSY\t{:04}\t000\t{:<12}\t{}\t{:<8}\t{}\t{:011.3f}\t000\t{:012.3f}\t0\t{:08}\t00{}{}{}0000000\t{"
        ":08}\t{:08}\t{:08}\t000\t{:>8}\t1112\t{}\t01\t{}\t{:<10}\t{:<10}\t0\t0\t\r\n",
        registration_.hospital().institution_code(encounter.day), data_id_, row.discharged_text,
        encounter.day.compact(), ++sequence_, d.disease->code, d.disease->code, "",
        (d.text.empty() ? std::string(d.disease->name) : d.text) + (d.suspected ? "の疑い" : ""), 0.0, 0.0, 0,
        w.female ? 2 : 1, d.outcome, d.main ? 1 : 0, 0, 0, 0, w.insured ? w.insurance.insurer : "", d.from.compact(),
        encounter.department, "D1", "");
  }
  const auto act_row = [&](const Procedure& procedure, int count) {
    row.section = section_of(procedure.code, false);
    row.code = procedure.code;
    row.name = procedure.name;
    row.points = points_of(procedure, encounter.day);
    row.price = row.points;
    row.amount = 0;
    row.unit = 0;
    row.count = count;
    row.yen = false;
    act_rows(text, row);
  };
  act_row(act("all", "revisit_hospital"), 1);
  for (const ActDone& done : encounter.acts)
    act_row(*done.procedure, done.count);
  for (const LabOrder& order : encounter.labs)
    for (const Procedure* procedure : order.acts)
      act_row(*procedure, 1);
  for (const DrugOrder& order : encounter.drugs) {
    if (order.cancelled) continue;
    const bool oral = order.kind == DrugKind::kOral;
    row.section = static_cast<int>(order.kind);
    row.code = order.drug->receipt;
    row.name = order.drug->name;
    row.amount = oral ? order.per_day() : order.total();
    row.unit = order.drug->receipt_unit;
    row.price = price_of(*order.drug, order.day);
    row.points = drug_points(row.price * row.amount);
    row.count = oral ? order.days : 1;
    row.yen = true;
    row.flags = registration_.hospital().outside_prescriptions > 0.5 ? "100000000000" : "000000000000";
    act_rows(text, row);
  }
  emit(SharedFile::kEfg, encounter.day, text);
}

void DpcWriter::stay_months(const Encounter& encounter, bool open) {
  const Stay& stay = *encounter.stay;
  for (Date from = encounter.day; from <= encounter.last && from < world_.end; from = next_month(from)) {
    const Date to = std::min(encounter.last, Date{next_month(from).days - 1});
    const bool left = to == encounter.last && !open;
    std::string text;
    sequence_ = 0;
    EfRow row;
    const std::string full_id = data_id_;
    if (loses_zeros(registration_.hospital_index(), from)) {
      data_id_.erase(0, data_id_.find_first_not_of('0'));
      planted.push_back({"D19", "EFn " + from.compact().substr(0, 6), full_id});
    }
    row.admitted = encounter.day;
    row.discharged_text = left ? encounter.last.compact() : std::string(kNotDischarged);
    row.department = encounter.department;
    row.ward = stay.ward;
    const bool bundle = !stay.dpc.empty();
    const auto act_row = [&](const Procedure& procedure, Date day, int count) {
      if (day < from || day > to) return;
      row.day = day;
      row.section = section_of(procedure.code, false);
      row.bundled = bundle && row.section != 50 && row.section != 54 && row.section != 80;
      row.code = procedure.code;
      row.name = procedure.name;
      row.points = points_of(procedure, day);
      row.price = row.points;
      row.amount = 0;
      row.unit = 0;
      row.yen = false;
      row.count = count;
      act_rows(text, row);
    };
    const Procedure& ward = act("ward", "acute1");
    for (Date day = from; day <= to; ++day.days)
      act_row(ward, day, 1);
    for (const ActDone& done : encounter.acts)
      act_row(*done.procedure, done.day, done.count);
    for (const LabOrder& order : encounter.labs)
      for (const Procedure* procedure : order.acts)
        act_row(*procedure, order.day, 1);
    for (const DrugOrder& order : encounter.drugs) {
      if (order.cancelled || order.day < from || order.day > to) continue;
      row.day = order.day;
      row.section = static_cast<int>(order.kind);
      row.bundled = bundle;
      row.code = order.drug->receipt;
      row.name = order.drug->name;
      row.amount = order.per_day();
      row.unit = order.drug->receipt_unit;
      row.price = price_of(*order.drug, order.day);
      row.points = drug_points(row.price * row.amount);
      row.count = order.days;
      row.yen = true;
      act_rows(text, row);
    }
    emit(SharedFile::kEfn, from, text);
    data_id_ = full_id;
    if (bundle) bundled_rows(encounter, from, to, left);
    from = first_of_month(from);
  }
}

// D: a row of section 93 for each period of the month, then the acts outside the bundle. Columns 1 to 30.
void DpcWriter::bundled_rows(const Encounter& encounter, Date from, Date to, bool left) {
  const Stay& stay = *encounter.stay;
  const DpcPoints* points = dpc_points(stay.dpc, encounter.last);
  if (!points) return;
  const WrittenIdentity w = registration_.write(from);
  std::string text;
  int sequence = 0;
  const auto add = [&](int section, std::string_view code, std::string_view name, int value, int count, Date day) {
    text += fmt::format(
        "{}\t{}\t{}\t{}\t{:02}\t{:04}\t{:<12}\t{}\t{:<8}\t{}\t{:08}\t{:08}\t{:08}\t0\t{:03}\t{:>8}\t1111\t{}\t01\t{}\t{"
        ":<10}\t{:<10}\t1\t1\t\t{}\t{}\t{}\t{}\t{:.4f}\r\n",
        registration_.hospital().institution_code(from), data_id_,
        left ? encounter.last.compact() : std::string(kNotDischarged), encounter.day.compact(), section, ++sequence,
        code, code, "", name, value, 0, 0, count, w.insured ? w.insurance.insurer : "", day.compact(),
        encounter.department, "D1", stay.ward, from.compact(), to.compact(), encounter.day.compact(), stay.dpc,
        kCoefficient);
  };
  const int first = from.days - encounter.day.days + 1;
  const BundledDays days = bundled_days(*points, first, to.days - encounter.day.days + 1);
  for (int period = 0; period < 3; ++period)
    if (days.days[period]) add(93, "930000000", "診断群分類点数", days.points[period], days.days[period], from);
  for (const ActDone& done : encounter.acts) {
    const int section = section_of(done.procedure->code, false);
    if (done.day < from || done.day > to || (section != 50 && section != 54 && section != 80)) continue;
    add(section, done.procedure->code, done.procedure->name,
        static_cast<int>(std::lround(points_of(*done.procedure, done.day))), done.count, done.day);
  }
  emit(SharedFile::kD, from, text);
}

// 様式1: one row an item, in the month of discharge. 17 columns.
void DpcWriter::summary(const Encounter& encounter) {
  const Stay& stay = *encounter.stay;
  const WrittenIdentity w = registration_.write(encounter.last);
  std::string text;
  const auto item = [&](std::string_view code, std::string_view version, int sequence,
                        std::initializer_list<std::string> payloads) {
    text += fmt::format("{}\t{}\t{}\t0\t0\t{}\t{}\t{}", registration_.hospital().institution_code(encounter.last),
                        data_id_, encounter.day.compact(), code, version, sequence);
    std::size_t count = 0;
    for (const std::string& payload : payloads) {
      text += '\t' + payload;
      ++count;
    }
    text.append(9 - count, '\t');
    text += "\r\n";
  };
  constexpr std::string_view k2014 = "20140401";
  item("A000010", k2014, 1, {w.birth.compact(), w.female ? "2" : "1", w.postcode});
  item("A000020", k2014, 1,
       {encounter.day.compact(), fmt::format("{}", stay.route), "0", "1", stay.emergency ? "300" : "100",
        stay.emergency ? "1" : "0", "0", "0"});
  item("A000030", k2014, 1,
       {encounter.last.compact(),
        stay.discharge == 1    ? "1"
        : stay.discharge == 20 ? "9"
                               : "4",
        stay.discharge == 20 ? "6" : "2", stay.discharge == 20 && encounter.last == encounter.day ? "1" : "0", "0"});
  item("A000031", k2014, 1, {encounter.day.compact(), encounter.last.compact()});
  item("A000040", k2014, 1, {"", fmt::format("{}0", encounter.department), stay.moved ? "1" : "0"});
  item("A000050", k2014, 1, {"", "1", "0", "0"});
  item("A000070", k2014, 1, {"99999999", "99999999"});
  if (stay.height > 0)
    item("A001010", k2014, 1, {"", fmt::format("{:.0f}", stay.height), fmt::format("{:.1f}", stay.weight)});
  if (stay.birth_weight) item("A003010", k2014, 1, {"", fmt::format("{}", stay.birth_weight), "39"});
  const auto diagnosis = [&](std::string_view code, int sequence, const Diagnosis& d) {
    item(code, k2014, sequence,
         {"", std::string(d.disease->icd10), "", std::string(d.disease->code), std::string(d.modifier), "", "", "",
          std::string(d.disease->name)});
  };
  int later = 0;
  for (std::size_t i = 0; i < encounter.diagnoses.size(); ++i) {
    const Diagnosis& d = encounter.diagnoses[i];
    if (i == 0)
      for (const std::string_view code : {"A006010", "A006020", "A006030"})
        diagnosis(code, 1, d);
    else
      diagnosis(d.from > encounter.day ? "A006050" : "A006040", ++later, d);
  }
  if (stay.operation) {
    std::string k_code(stay.operation->k_code);
    if (world_.options.defects && random_.chance(0.01)) {
      planted.push_back({"D22", "FF1 A007010 " + encounter.day.compact(), k_code});
      k_code = "K0000";
    }
    item("A007010", k2014, 1,
         {stay.operation_day.compact(), k_code, "", "1", "0", "1", "1", "", std::string(stay.operation->name)});
  }
  emit(SharedFile::kFf1, encounter.last, text);
}

}  // namespace sekisho::synth

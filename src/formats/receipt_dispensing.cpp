// Dispensing claims: groups of drugs (剤), their dispensings, base fees, and claims dispensed in parts.
// (reference: receipt section 5)
#include <fmt/format.h>

#include "formats/receipt_claim.h"
#include "formats/row_values.h"

namespace sekisho::formats::receipt {
namespace {

using records::Batch;
using records::Level;
using records::Table;
namespace common = records::common;
namespace dg = records::drug;
namespace cl = records::claim_line;

bool is_fee_code(std::string_view code) {
  return code.size() == 9 && code[0] == '4' && all_digits(code);
}

// Columns of CZ: ten triples of payer, code and points follow the drug's points.
constexpr int kQuantity = 5, kPayer = 6, kFeeCode = 9, kFeePoints = 10, kDrugPoints = 13, kTriples = 15,
              kTripleCount = 10;
constexpr int kUnitPoints = 5;                      // of SH: points of the drugs for one day or time
constexpr int kSplitBefore = 6;                     // of ST: points before and after, for each payer
constexpr int kFirstFee = 5;                        // of KI
constexpr int kDispensedOn = 3, kPrescribedOn = 2;  // of CZ and KI

}  // namespace

Batch& ClaimReader::fee_row(const ClinicalTime& when, std::string_view unit, std::string_view payer) {
  Batch& row = add(Table::kClaimLine);
  set_.when(row, when);
  row.integer(cl::kClaimSub, claim_.sub);
  if (const auto number = parse_whole(unit); number && *number >= 0 && *number < 1'000'000)
    row.integer(cl::kUnitId, *number);
  row.text(cl::kPayer, payer);
  return row;
}

// KI: doctor, dates, reception number, then groups of payer, fee code and points; with a count before the points in
// some editions, whose total is then either.
void ClaimReader::base_fees(const Line& line) {
  const auto day = parse_receipt_date(line[kDispensedOn]);
  const ClinicalTime when = day && day->present() ? *day : claim_.month;
  const std::int64_t kept = set_.keep("record:KI", line.whole());
  // A group begins with who pays, before a fee code or, where the code is left blank, before its points.
  const auto begins = [&](int field) {
    if (payers_of(line[field]) == 0) return false;
    return is_fee_code(line[field + 1]) || (line[field + 1].empty() && parse_number(line[field + 2]).has_value());
  };
  for (int field = kFirstFee; field + 1 < line.fields();) {
    const bool group = begins(field);
    if (!group && !is_fee_code(line[field])) {
      ++field;
      continue;
    }
    const std::string_view payer = group ? line[field] : std::string_view{};
    field += group ? 1 : 0;
    Batch& row = fee_row(when, {}, payer);
    set_code(row, line[field]);
    row.text(cl::kKind, name(LineKind::kProcedure));
    row.integer(common::kTextRef, kept);
    std::optional<double> values[2];
    int found = 0;
    for (++field; field < line.fields() && found < 2 && !is_fee_code(line[field]) && !(found > 0 && begins(field));
         ++field)
      if (const auto value = parse_number(line[field])) values[found++] = value;
    if (found == 0) continue;
    const double points = *values[found - 1], count = found == 2 ? *values[0] : 1;
    row.real(cl::kPoints, points);
    add_to_sum(payer, points, points * count);
  }
}

// ST: what the insurer and the public payers pay after a dispensing in parts, beside what the lines add up to.
void ClaimReader::split(const Line& line) {
  for (std::size_t payer = 0; payer < kPayerCount; ++payer) {
    const int field = kSplitBefore + static_cast<int>(payer) * 2;
    const auto before = parse_number(line[field]), after = parse_number(line[field + 1]);
    if (!before || !after) continue;
    claim_.sums[payer] += *after - *before;
    claim_.other[payer] += *after - *before;
  }
}

// One SH has many IY and many CZ, in either order: rows are made when the next group begins.
void ClaimReader::dispensed_group() {
  if (!group_.empty())
    for (std::size_t i = 0; i < dispensings_.size(); ++i) {
      dispensed(group_.front(), dispensings_[i], dispensing_numbers_[i]);
      for (const Line& drug : drugs_)
        dispensed_drug(group_.front(), dispensings_[i], drug);
    }
  group_.clear();
  dispensings_.clear();
  dispensing_numbers_.clear();
  drugs_.clear();
}

// Lines of one dispensing: its fee, additions to it, and the drugs' points, which are those of one day or time
// multiplied by the quantity.
void ClaimReader::dispensed(const Line& group, const Line& dispensing, std::int64_t number) {
  const ClinicalTime day = date(dispensing[kDispensedOn], number, "CZ-4");
  const ClinicalTime when = day.present() ? day : claim_.month;
  const std::string_view payer = dispensing[kPayer];
  const auto points_of = [&](std::string_view text, std::string_view where) {
    const auto points = parse_number(text);
    if (!text.empty() && !points) set_.find("NUMBER_INVALID", Level::kWarning, number, where);
    return points;
  };
  Batch& fee = fee_row(when, group[1], payer);
  set_code(fee, dispensing[kFeeCode]);
  fee.text(cl::kKind, "procedure");
  fee.integer(common::kTextRef, set_.keep("record:CZ", dispensing.whole()));
  if (const auto points = points_of(dispensing[kFeePoints], "CZ-11")) {
    fee.real(cl::kPoints, *points);
    add_to_sum(payer, *points);
  }
  for (int i = 0; i < kTripleCount; ++i) {
    const int field = kTriples + i * 3;
    const std::string_view code = dispensing[field + 1];
    if (code.empty()) continue;
    const std::string_view own = dispensing[field].empty() ? payer : dispensing[field];
    Batch& row = fee_row(when, group[1], own);
    set_code(row, code);
    row.text(cl::kKind, "procedure");
    if (const auto points = points_of(dispensing[field + 2], "CZ-16")) {
      row.real(cl::kPoints, *points);
      add_to_sum(own, *points);
    }
  }
  const auto unit = parse_number(group[kUnitPoints]);
  const auto quantity = parse_number(dispensing[kQuantity]);
  const auto stated = points_of(dispensing[kDrugPoints], "CZ-14");
  if (!stated && !(unit && quantity)) return;
  if (stated && unit && quantity && *stated != *unit * *quantity)
    set_.find("LINE_POINTS", Level::kWarning, number, "CZ-14");
  Batch& row = fee_row(when, group[1], payer);
  row.text(cl::kKind, "drug");
  if (unit) row.real(cl::kPrice, *unit);
  const bool product = unit && quantity && (!stated || *stated == *unit * *quantity);
  row.real(cl::kPoints, product ? *unit : *stated);
  row.integer(cl::kCount, product ? static_cast<std::int64_t>(*quantity) : 1);
  add_to_sum(payer, stated ? *stated : *unit * *quantity);
}

void ClaimReader::dispensed_drug(const Line& group, const Line& dispensing, const Line& drug) {
  const auto day = parse_receipt_date(dispensing[kDispensedOn]);
  const ClinicalTime when = day && day->present() ? *day : claim_.month;
  const std::string_view kind = dispensing_form(group[2]);
  const auto amount = parse_number(drug[3]);
  const auto quantity = parse_whole(dispensing[kQuantity]);
  const bool by_day = kind == "oral";
  ClinicalTime end;
  if (by_day && quantity && *quantity > 0 && *quantity <= 999 && day && day->present()) {
    end = ClinicalTime::of(Date{when.date().days + static_cast<std::int32_t>(*quantity) - 1});
    end.flags |= time_flag::kDerived;
  }
  Batch& row = add(Table::kDrug);
  set_.when(row, when, end);
  set_code(row, drug[2]);
  row.text(dg::kKind, kind);
  row.text(dg::kRp, group[1]);
  row.text(dg::kUsage, group[3]);
  if (amount) row.real(by_day ? static_cast<int>(dg::kPerDay) : static_cast<int>(dg::kDose), *amount);
  if (const auto once = parse_number(drug[9])) row.real(dg::kDose, *once);
  if (amount && quantity) row.real(dg::kTotal, *amount * static_cast<double>(*quantity));
  if (quantity && *quantity >= 0 && *quantity <= 9999)
    row.integer(by_day ? static_cast<int>(dg::kDays) : static_cast<int>(dg::kTimes), *quantity);
  // Leads to the prescribing institution's claim: institution and day of the prescription.
  scratch_ = fmt::format("{}{}{}_{}", claim_.prescriber_prefecture, claim_.prescriber_table, claim_.prescriber,
                         dispensing[kPrescribedOn]);
  if (scratch_ != "_") row.text(dg::kOrderNo, scratch_);
}

}  // namespace sekisho::formats::receipt

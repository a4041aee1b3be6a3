// The clinical records of a claim: diagnoses, acts, drugs, materials, DPC bundle, dispensing groups.
#include <bit>
#include <charconv>
#include <cstring>

#include "formats/dpc_code.h"
#include "formats/receipt_claim.h"
#include "formats/receipt_comment.h"
#include "formats/row_values.h"

namespace sekisho::formats::receipt {
namespace {

using records::Batch;
using records::Level;
using records::Table;
using records::detail::same;
namespace common = records::common;
namespace dx = records::diagnosis;
namespace dg = records::drug;
namespace pr = records::procedure;
namespace cl = records::claim_line;
namespace dc = records::dpc_case;

constexpr std::string_view kUncoded = "0000999";
constexpr std::string_view kSuspected = "8002";

bool nine_digits(const char* text) {
  std::uint64_t word;
  std::memcpy(&word, text, 8);
  const std::uint64_t carried = word + 0x0606060606060606;
  return ((word & 0xF0F0F0F0F0F0F0F0) | (carried & 0xF0F0F0F0F0F0F0F0) >> 4) == 0x3333333333333333 && text[8] >= '0' &&
         text[8] <= '9';
}

// Modifiers are joined without a separator, four characters each.
void set_modifiers(Batch& row, std::string_view joined, std::string& scratch) {
  bool suspected = false;
  scratch.clear();
  for (std::size_t i = 0; i < joined.size(); i += 4) {
    if (i > 0) scratch += ' ';
    const std::string_view code = joined.substr(i, 4);
    scratch += code;
    suspected = suspected || code == kSuspected;
  }
  row.text(dx::kModifiers, scratch);
  row.text(dx::kCertainty, suspected ? "suspected" : "confirmed");
}

}  // namespace

void ClaimReader::disease(const Line& line, std::int64_t number) {
  const ClinicalTime start = date(line[2], number, "SY-3");
  const std::string_view text = line[5], comment = line[7];
  Batch& row = add(Table::kDiagnosis);
  set_.when(row, start.present() ? start : claim_.month);
  set_code(row, line[1]);
  row.text(common::kDept, claim_.department);
  set_modifiers(row, line[4], scratch_);
  row.text(dx::kRole, line[6] == "01" ? "main" : "other");
  row.text(dx::kOutcome, outcome_name(line[3]));
  row.time(dx::kDiagnosed, start);
  if (!text.empty()) row.integer(common::kTextRef, set_.keep("text:SY", text));
  if (!comment.empty()) set_.keep("field:SY-8", comment);
  check_after(start, number, "SY-3");
  if (line[1] == kUncoded && text.empty()) set_.find("DISEASE_WITHOUT_NAME", Level::kWarning, number, "SY-6");
}

void ClaimReader::case_disease(const Line& line) {
  Batch& row = add(Table::kDiagnosis);
  set_.when(row, claim_.admitted.present() ? claim_.admitted : claim_.month);
  set_code(row, line[1]);
  set_modifiers(row, line[2], scratch_);
  row.text(dx::kIcd, line[4]);
  row.text(dx::kRole, case_role(line[5]));
  if (line[6] == "1") row.text(dx::kOutcome, "died");
  if (!line[3].empty()) row.integer(common::kTextRef, set_.keep("text:SB", line[3]));
  if (!line[7].empty()) set_.keep("field:SB-8", line[7]);
}

void ClaimReader::tooth_disease(const Line& line, std::int64_t number) {
  const ClinicalTime start = date(line[1], number, "HS-2");
  Batch& row = add(Table::kDiagnosis);
  set_.when(row, start.present() ? start : claim_.month);
  set_code(row, line[4]);
  set_modifiers(row, line[5], scratch_);
  row.text(dx::kRole, line[9] == "01" ? "main" : "other");
  row.text(dx::kOutcome, outcome_name(line[2]));
  row.time(dx::kDiagnosed, start);
  row.integer(common::kTextRef, set_.keep("record:HS", line.whole()));  // teeth have no column
}

// Writes "day:times" pairs with blanks between, both below 1000: at most 31 x 7 characters.
void ClaimReader::append_day(int day, int times) {
  char* out = days_.data() + days_size_;
  if (days_size_ > 0) *out++ = ' ';
  if (day >= 10) *out++ = static_cast<char>('0' + day / 10);
  *out++ = static_cast<char>('0' + day % 10);
  *out++ = ':';
  if (times >= 100) *out++ = static_cast<char>('0' + times / 100);
  if (times >= 10) *out++ = static_cast<char>('0' + times / 10 % 10);
  *out++ = static_cast<char>('0' + times % 10);
  days_size_ = static_cast<std::size_t>(out - days_.data());
}

void ClaimReader::clear_days() {
  days_size_ = 0;
  first_day_ = last_day_ = last_times_ = day_sum_ = 0;
}

void ClaimReader::read_days(const Line& line, int first, std::int64_t number) {
  clear_days();
  for (std::uint32_t filled = line.filled(first, 31); filled != 0; filled &= filled - 1) {
    const int day = std::countr_zero(filled) + 1;
    const auto times = parse_whole(line[first + day - 1]);
    if (!times || *times <= 0 || *times > 999) continue;
    if (day > claim_.days_in_month) {
      set_.find("DAY_BEYOND_MONTH", Level::kWarning, number, line[0]);
      continue;
    }
    append_day(day, static_cast<int>(*times));
    if (first_day_ == 0) first_day_ = day;
    last_day_ = day;
    last_times_ = static_cast<int>(*times);
    day_sum_ += last_times_;
  }
}

void ClaimReader::item(const Line& line, std::int64_t number, const ItemLayout& layout) {
  // 診療識別 stands on the first record of a group only; what follows inherits it. A change ends the billing unit.
  if (layout.section && !line.blank(layout.section)) {
    const std::string_view section = line[layout.section];
    if (!same(section, section_)) {
      close_unit(number);
      enter_section(section);
    }
  }
  const bool comment = layout.line_kind == LineKind::kComment;
  const std::string_view payer = layout.payer ? line[layout.payer] : std::string_view{};
  const std::string_view code = line[layout.code];
  if (comment) {
    std::string_view text = line.from(layout.text);  // whatever follows, for editions with more columns
    while (text.ends_with(','))
      text.remove_suffix(1);
    comment_row(section_, payer, code, text, number, claim_.kind == Kind::kDispensing ? "CO-3" : "CO-5");
    if (code.size() != 9 || code[0] != '8') set_.find("CODE_FORM", Level::kWarning, number, line[0]);
    return;
  }
  if (layout.days)
    read_days(line, layout.days, number);
  else
    clear_days();
  const std::string_view points = layout.points ? line[layout.points] : std::string_view{};
  ItemNumbers numbers;
  if (layout.amount) numbers.amount = parse_number(line[layout.amount]);
  if (layout.count) numbers.count = parse_number(line[layout.count]);
  if (layout.price) numbers.price = parse_number(line[layout.price]);
  numbers.points = parse_number(points);
  check_counts(line, layout, numbers, number);
  claim_.items = true;
  if (code.size() != 9 || code[0] != layout.first || !nine_digits(code.data())) [[unlikely]]
    wrong_code(line, layout.code, number);
  if (line.fields() > layout.columns) [[unlikely]]
    more_columns(line, layout.columns, number);
  if (!unit_open_) ++unit_;
  unit_open_ = layout.points && points.empty();  // only the last record of a unit carries points

  Batch& row = add(Table::kClaimLine);
  set_.when(row, day_time(first_day_));
  set_code(row, code);
  row.text(common::kDept, claim_.department);
  row.integer(cl::kClaimSub, claim_.sub);
  row.integer(cl::kUnitId, unit_);
  row.text(cl::kSection, section_);
  row.text(cl::kPayer, payer);
  if (layout.amount) {
    if (numbers.amount)
      row.real(cl::kAmount, *numbers.amount);
    else
      not_a_number(line, layout.amount, number);
  }
  if (layout.unit) row.text(cl::kUnit, line[layout.unit]);
  if (numbers.price) row.real(cl::kPrice, *numbers.price);
  std::int64_t count = 1;
  if (layout.count) {
    if (const auto value = whole_of(numbers.count); value && *value >= 0 && *value < 2'000'000'000)
      row.integer(cl::kCount, count = *value);
    else
      not_a_number(line, layout.count, number);
  }
  if (numbers.points) {
    row.real(cl::kPoints, *numbers.points);
    add_to_sum(payer, *numbers.points * static_cast<double>(count));
  } else if (!points.empty()) {
    not_a_number(line, layout.points, number);
  }
  if (layout.price) check_material(line, layout, numbers, number);
  row.text(cl::kDayCounts, {days_.data(), days_size_});
  row.text(cl::kKind, name(layout.line_kind));
  if (layout.text && !line[layout.text].empty()) row.integer(common::kTextRef, set_.keep("text:TO", line[layout.text]));

  if (const std::uint32_t filled = line.filled(layout.comments, layout.comment_pairs * 2); filled != 0)
    for (int pair = 0; pair < layout.comment_pairs; ++pair) {
      const int field = layout.comments + pair * 2;
      if (filled >> pair * 2 & 3) comment_row(section_, payer, line[field], line[field + 1], number, line[0]);
    }
  if (layout.addition_pairs) additions(line, layout, payer);
  if (claim_.donor) return;  // done to another person
  if (layout.line_kind == LineKind::kProcedure && !is_ward_code(code)) procedure_row(numbers, code);
  if (layout.line_kind == LineKind::kDrug && claim_.kind != Kind::kDispensing) drug_row(numbers, code);
}

// Additions to a dental act or material: part of its billing unit, without points of their own.
void ClaimReader::additions(const Line& line, const ItemLayout& layout, std::string_view payer) {
  for (int pair = 0; pair < layout.addition_pairs; ++pair) {
    const int field = layout.additions + pair * 2;
    if (line[field].empty()) continue;
    Batch& row = add(Table::kClaimLine);
    set_.when(row, day_time(first_day_));
    row.text(common::kLocCode, line[field]);
    row.text(common::kLocSys, "REC_ADDITION");
    row.integer(cl::kClaimSub, claim_.sub);
    row.integer(cl::kUnitId, unit_);
    row.text(cl::kSection, section_);
    row.text(cl::kPayer, payer);
    set_number(row, cl::kAmount, line[field + 1]);
    row.text(cl::kKind, "addition");
  }
}

void ClaimReader::comment_row(std::string_view section, std::string_view payer, std::string_view code,
                              std::string_view text, std::int64_t number, std::string_view where) {
  Batch& row = add(Table::kClaimLine);
  set_.when(row, claim_.month);
  set_code(row, code);
  row.integer(cl::kClaimSub, claim_.sub);
  row.integer(cl::kUnitId, unit_open_ ? unit_ : unit_ + 1);
  row.text(cl::kSection, section);
  row.text(cl::kPayer, payer);
  row.text(cl::kKind, "comment");
  if (!text.empty()) row.integer(common::kTextRef, set_.keep("text:CO", text));
  if (has_inserted_value(code))
    comment_value(row, code, text, number, where);
  else
    last_comment_ = {};
}

// What is inserted in a comment is data: a laboratory value (patterns 42 and 80) becomes an observation too.
void ClaimReader::comment_value(Batch& row, std::string_view code, std::string_view text, std::int64_t number,
                                std::string_view where) {
  InsertedValue value;
  inserted_value(code, text, value);
  const bool continues = code == last_comment_;  // the rest of a long text, on a line of its own
  last_comment_ = code;
  if (!value.valid && continues) return;
  if (!value.valid) {
    set_.find("COMMENT_VALUE", Level::kWarning, number, where);
    return;
  }
  row.text(cl::kValue, value.text);
  if (value.number) row.real(cl::kAmount, *value.number);
  if (!value.measured || claim_.donor) return;
  Batch& observation = add(Table::kObservation);
  set_.when(observation, value.date.present() ? value.date : claim_.month);
  set_code(observation, code);
  if (value.number) observation.real(records::observation::kNumber, *value.number);
  observation.text(records::observation::kRaw, value.written());
}

void ClaimReader::procedure_row(const ItemNumbers& numbers, std::string_view code) {
  Batch& row = add(Table::kProcedure);
  const ClinicalTime end = last_day_ > first_day_ ? day_time(last_day_) : ClinicalTime{};
  set_.when(row, day_time(first_day_), end);
  set_code(row, code);
  row.text(common::kDept, claim_.department);
  if (numbers.count) row.real(pr::kCount, *numbers.count);
  row.text(pr::kKind, section_kinds_->procedure_kind);
}

// 21: the amount is a day's, 回数 is days of supply. 22 and injections: the amount is of one time. 23: what is handed
// out at once. In each the total is amount x 回数. (reference: receipt section 2, reading rules 2 and 3)
void ClaimReader::drug_row(const ItemNumbers& numbers, std::string_view code) {
  Batch& row = add(Table::kDrug);
  const std::string_view kind = section_kinds_->drug_kind;
  const bool oral = kind == "oral";
  const std::optional<double>& amount = numbers.amount;
  const auto count = whole_of(numbers.count);
  ClinicalTime end = last_day_ > first_day_ ? day_time(last_day_) : ClinicalTime{};
  if (oral && first_day_ > 0) {
    // The day column holds the days of supply handed out that day: supply ends that much later.
    end = ClinicalTime::of(Date{day_time(last_day_).date().days + last_times_ - 1});
    end.flags |= time_flag::kDerived;
  }
  set_.when(row, day_time(first_day_), end);
  set_code(row, code);
  row.text(common::kDept, claim_.department);
  row.text(dg::kKind, kind);
  char rp[16];
  row.text(dg::kRp, {rp, static_cast<std::size_t>(std::to_chars(rp, rp + sizeof rp, unit_).ptr - rp)});
  if (amount) row.real(oral ? static_cast<int>(dg::kPerDay) : static_cast<int>(dg::kDose), *amount);
  if (amount && count) row.real(dg::kTotal, *amount * static_cast<double>(*count));
  if (count && *count >= 0 && *count <= 9999)
    row.integer(oral ? static_cast<int>(dg::kDays) : static_cast<int>(dg::kTimes), *count);
  if (numbers.points) row.real(dg::kPoints, *numbers.points);
}

// CD: every act and drug inside the DPC bundle, with its day and without points.
void ClaimReader::coding(const Line& line) {
  const auto parsed = parse_receipt_date(line[1]);
  const ClinicalTime when = parsed && parsed->present() ? *parsed : claim_.month;
  const std::string_view section = line[2], code = line[5];
  const std::string_view kind = code.starts_with('6')   ? "drug"
                                : code.starts_with('7') ? "material"
                                : code.starts_with('8') ? "comment"
                                                        : "procedure";
  Batch& row = add(Table::kClaimLine);
  set_.when(row, when);
  set_code(row, code);
  row.integer(cl::kClaimSub, claim_.sub);
  set_whole(row, cl::kUnitId, line[3]);
  row.text(cl::kSection, section);
  set_number(row, cl::kAmount, line[6].empty() ? line[7] : line[6]);
  row.text(cl::kUnit, line[8]);
  set_whole(row, cl::kCount, line[9]);
  row.integer(cl::kBundled, 1);
  row.text(cl::kKind, kind);
  if (!line[10].empty()) row.integer(common::kTextRef, set_.keep("text:CD", line[10]));
  if (kind == "procedure" && !is_ward_code(code) && section != "93") {
    Batch& act = add(Table::kProcedure);
    set_.when(act, when);
    set_code(act, code);
    set_number(act, pr::kCount, line[9]);
    act.text(pr::kKind, section_of(section).procedure_kind);
  } else if (kind == "drug") {
    const std::string_view drug_kind = section_of(section).drug_kind;
    Batch& drug = add(Table::kDrug);
    set_.when(drug, when);
    set_code(drug, code);
    drug.text(dg::kKind, drug_kind);
    drug.text(dg::kRp, line[3]);
    set_number(drug, drug_kind == "oral" ? static_cast<int>(dg::kPerDay) : static_cast<int>(dg::kDose), line[6]);
    set_whole(drug, drug_kind == "oral" ? static_cast<int>(dg::kDays) : static_cast<int>(dg::kTimes), line[9]);
    const auto amount = parse_number(line[6]), count = parse_number(line[9]);
    if (amount && count) drug.real(dg::kTotal, *amount * *count);
  }
}

void ClaimReader::operation(const Line& line) {
  const auto parsed = parse_receipt_date(line[3]);
  Batch& row = add(Table::kProcedure);
  set_.when(row, parsed && parsed->present() ? *parsed : claim_.month);
  set_code(row, line[1]);
  row.text(pr::kKCode, line[2]);
  row.text(pr::kKind, line[2].starts_with('L') ? "anaesthesia" : "operation");
  if (!line[6].empty()) row.integer(common::kTextRef, set_.keep("text:SK", line[6]));
}

void ClaimReader::survey_item(std::string_view code, std::initializer_list<std::string_view> payloads) {
  Batch& row = add(Table::kDpcItem);
  set_.when(row, claim_.month);
  row.text(records::dpc_item::kCode, code);
  int column = records::dpc_item::kP1;
  for (const std::string_view payload : payloads)
    row.text(column++, payload);
}

void ClaimReader::bundle(const Line& line, Role role, std::int64_t number) {
  check_bundle(line, role, number);
  if (role == Role::kAdmission) {
    survey_item("KK", {line[2], line[3], line[4], line[5], line[6], line[7], line[8], line[10], line[13]});
    if (!line[11].empty()) set_.keep("field:KK-12", line[11]);
    return;
  }
  if (role == Role::kBundleCase) {
    if (const auto in = parse_receipt_date(line[2])) claim_.admitted = *in;
    if (const auto out = parse_receipt_date(line[3])) claim_.discharged = *out;
    claim_.died = (line[4] == "6" || line[4] == "7") && claim_.discharged.present();
    if (!line[5].empty()) set_.keep("text:BU", line[5]);
  }
  if (role == Role::kUnbundled) survey_item("GR", {line[1], line[2]});
  if (role == Role::kBundleMonth) survey_item("GA", {line[2], line[3], line[6]});
  if (role == Role::kBundlePeriod) survey_item("HH", {line[2], line[3], line[4], line[5], line[6], line[7], line[8]});
  if (role == Role::kBundleTotal) {
    survey_item("GT", {line[2], line[3], line[4], line[5], line[6], line[7], line[8], line[9], line[10]});
    if (!line[11].empty()) set_.keep("text:GT", line[11]);
    // This month's bundle counts once, whoever else is named beside it.
    if (const auto points = parse_number(line[8])) add_to_sum(line[4].empty() ? "1" : line[4], *points);
  }
  const bool has_code = role == Role::kBundleCase || role == Role::kBundleMonth || role == Role::kUnbundled;
  const std::string_view dpc = role == Role::kBundleCase    ? line[1]
                               : role == Role::kBundleMonth ? line[4]
                               : role == Role::kUnbundled   ? line[2]
                                                            : std::string_view{};
  const auto month = parse_receipt_date(line[1]);
  const bool dated = role != Role::kBundleCase && role != Role::kUnbundled && month && month->present();
  Batch& row = add(Table::kDpcCase);
  set_.when(row,
            dated                                 ? *month
            : claim_.admitted.present() && !dated ? claim_.admitted
                                                  : claim_.month,
            role == Role::kBundleCase ? claim_.discharged : ClinicalTime{});
  row.text(dc::kKind, line[0]);
  row.text(dc::kDpc, dpc);
  if (has_code) {
    set_code(row, dpc, "DPC14");
    const dpc::Edition* edition = dpc::edition_on((dated ? *month : claim_.month).date());
    if (edition != nullptr) row.text(dc::kEdition, edition->name);
    dpc::set_parts(row, dpc);
    if (const std::string_view rule = dpc::check_code(dpc, edition); !rule.empty())
      set_.find(rule, Level::kWarning, number, line[0]);
  }
  if (claim_.admitted.present()) row.date(dc::kAdmitted, claim_.admitted.date());
  if (claim_.discharged.present()) row.date(dc::kDischarged, claim_.discharged.date());
  if (role == Role::kBundleMonth) set_number(row, dc::kCoefficient, line[5]);
  if (role == Role::kBundleCase) row.text(dc::kOutcome, line[4]);
  if (role == Role::kBundlePeriod || role == Role::kBundleTotal) set_number(row, dc::kPoints, line[8]);
}

}  // namespace sekisho::formats::receipt

#include "formats/dpc_rows.h"

#include <fmt/format.h>

#include <utility>

#include "formats/dpc_code.h"
#include "formats/dpc_items.h"
#include "formats/receipt_layout.h"
#include "formats/row_values.h"

namespace sekisho::formats::dpc {
namespace {

using records::Batch;
using records::Level;
using records::Table;
namespace common = records::common;
namespace dx = records::diagnosis;
namespace dg = records::drug;
namespace cl = records::claim_line;
namespace dc = records::dpc_case;
namespace ev = records::encounter_event;

constexpr std::string_view kIdentityItem = "A000010";
constexpr std::size_t kDataIdDigits = 10;

// A code of nines or zeros fills the field where there is no code.
bool is_filler(std::string_view code) {
  return code.empty() || code.find_first_not_of('9') == std::string_view::npos ||
         code.find_first_not_of('0') == std::string_view::npos;
}
// 行為明細番号 of an act: 000, of which spreadsheets leave one.
bool is_zero(std::string_view digits) {
  return !digits.empty() && digits.find_first_not_of('0') == std::string_view::npos;
}
std::string_view line_kind(std::string_view code) {
  if (code.starts_with('6')) return "drug";
  if (code.starts_with('7')) return "material";
  if (code.starts_with('8')) return "comment";
  return "procedure";
}

}  // namespace

std::string_view RowReader::cell(const Line& line, std::int8_t column) const {
  return column == kAbsent ? std::string_view{} : trim(line[column]);
}

Batch& RowReader::add(Table table) {
  return set_.add(table, layout_->source, "survey");
}

ClinicalTime RowReader::date(std::string_view text, std::int64_t number, std::string_view where) {
  if (const auto parsed = parse_receipt_date(text)) return *parsed;
  set_.find("DATE_INVALID", Level::kWarning, number, where);
  return {};
}

void RowReader::begin_file(const FileContext& context, const Layout& layout) {
  layout_ = &layout;
  blanks_cut_ = false;
  file_month_ = month_in_name(context.path);
  // A month sent again replaces the earlier one: what came later is greater.
  version_ = fmt::format("{:012}:{:05}:{:07}", context.package, context.part, context.ordinal);
  key_.clear();
  case_.clear();
  joined_ = layout.kind == Kind::kF && join_.begin_details(context.path);
  if (layout.kind == Kind::kE)
    join_.begin_acts(context.path);
  else if (layout.kind != Kind::kF)
    join_.clear();
}

// E rows without details, and details that do not add up to their act: place is the row of the E file.
void RowReader::finish_file() {
  if (layout_ == nullptr) return;
  if (layout_->kind == Kind::kE && join_.full()) set_.find("EF_JOIN_LIMIT", Level::kWarning, -1);
  if (layout_->kind == Kind::kF && !joined_) set_.find("EF_ACTS_ABSENT", Level::kInfo, -1);
  if (!joined_) return;
  for (const Act* act : join_.in_order()) {
    const bool differs = !agrees(act->points, act->detail_points) || !agrees(act->drugs, act->detail_drugs) ||
                         !agrees(act->materials, act->detail_materials);
    if (act->details == 0)
      set_.find("EF_ACT_WITHOUT_DETAIL", Level::kWarning, -1, fmt::format("E {}", act->line));
    else if (differs)
      set_.find("EF_POINTS", Level::kWarning, -1, fmt::format("E {}", act->line));
  }
  join_.clear();
  joined_ = false;
}

// (データ識別番号, 入院年月日, データ区分, 順序番号) within one institution and month; the day of service stands in E
// only.
const std::string& RowReader::act_key(const Line& line) {
  act_key_.clear();
  for (const std::int8_t column :
       {std::int8_t{0}, layout_->data_id, layout_->admitted, layout_->section, layout_->sequence})
    act_key_.append(cell(line, column)) += '|';
  return act_key_;
}

void RowReader::keep_act(const Line& line, const ClinicalTime& when, std::int64_t number) {
  const auto value = [&](std::int8_t column) { return parse_number(cell(line, column)).value_or(0); };
  const std::string& key = act_key(line);
  if (join_.find(key) != nullptr) set_.find("EF_ACT_TWICE", Level::kWarning, number, "順序番号");
  join_.add(key, {.when = when,
                  .department = std::string(cell(line, layout_->department)),
                  .ward = std::string(cell(line, layout_->ward)),
                  .count = std::string(cell(line, layout_->count)),
                  .points = value(layout_->act_points),
                  .drugs = value(layout_->drug_points),
                  .materials = value(layout_->material_points),
                  .line = number});
}

Act* RowReader::act_of_detail(const Line& line, std::int64_t number) {
  Act* act = join_.find(act_key(line));
  if (act == nullptr) {
    set_.find("EF_DETAIL_WITHOUT_ACT", Level::kWarning, number, "順序番号");
    return nullptr;
  }
  const auto value = [&](std::int8_t column) { return parse_number(cell(line, column)).value_or(0); };
  ++act->details;
  act->detail_points += value(layout_->detail_points);
  act->detail_drugs += value(layout_->drug_points);
  act->detail_materials += value(layout_->material_points);
  return act;
}

// Facility, stay and, for monthly files, the month. FF1: the stay's part (回数管理番号, 統括診療情報番号) instead.
void RowReader::make_key(const Line& line) {
  next_key_.assign(cell(line, layout_->data_id));
  for (const std::string_view part : {trim(line[0]), cell(line, layout_->admitted)}) {
    next_key_ += '|';
    next_key_ += part;
  }
  next_key_ += '|';
  if (layout_->kind == Kind::kFf1) {
    next_key_ += trim(line[3]);
    next_key_ += '|';
    next_key_ += trim(line[4]);
  } else if (!file_month_.empty()) {
    next_key_ += file_month_;
  } else {
    next_key_ += cell(line, layout_->date).substr(0, 6);
  }
}

bool RowReader::begins_document(const Line& line) {
  make_key(line);
  return next_key_ != key_;
}

// Ten digits; spreadsheets lose the leading zeros.
std::string RowReader::patient_number(const Line& line, std::int64_t number) {
  std::string id(cell(line, layout_->data_id));
  if (!is_ascii(id)) {
    id = half_width(id);
    set_.find("DATA_ID_WIDTH", Level::kWarning, number, "データ識別番号");
  }
  if (all_digits(id) && id.size() < kDataIdDigits) {
    set_.find("DATA_ID_SHORT", Level::kWarning, number, "データ識別番号");
    id.insert(0, kDataIdDigits - id.size(), '0');
  }
  return id;
}

void RowReader::open_document(const Line& line, std::int64_t number) {
  if (key_ == next_key_) return;
  key_ = next_key_;
  case_.clear();
  patient_ = patient_number(line, number);
  admitted_ = discharged_ = {};
  admitted_ =
      date(cell(line, layout_->admitted), number, layout_->kind == Kind::kEfOutpatient ? "column 4" : "入院年月日");
  date(cell(line, layout_->discharged), number, "退院年月日");
  const std::string_view without_patient = std::string_view(key_).substr(key_.find('|') + 1);
  set_.begin_document({.patient_number = patient_,
                       .kind = layout_->document,
                       .key = without_patient,
                       .version = version_,
                       .line = number});
  ++set_.counts.messages;
}

void RowReader::row(const Line& line, std::int64_t number) {
  ++set_.counts.records;
  if (layout_->kind == Kind::kFf3) {
    set_.keep("record:FF3", line.whole());
    ++set_.counts.unknown["FF3"];
    ++set_.counts.loaded;
    return;
  }
  const bool cut = line.fields() < layout_->columns;
  if (line.fields() < layout_->least || cell(line, layout_->data_id).empty()) {
    const std::string_view rule = cut ? "ROW_COLUMNS" : "DATA_ID_MISSING";
    set_.find(rule, Level::kError, number);
    set_.quarantine(rule, "a row without the columns of its kind of file", number, line.whole().size(), 1);
    return;
  }
  if (layout_->kind == Kind::kFf1 && !is_item_code(cell(line, layout_->item))) {
    set_.find("FF1_ITEM_FORM", Level::kError, number, "コード");
    set_.quarantine("FF1_ITEM_FORM", "no item code of the long form: the wide form before 2014, or a shifted row",
                    number, line.whole().size(), 1);
    return;
  }
  if (cut && !std::exchange(blanks_cut_, true)) set_.find("ROW_BLANKS_CUT", Level::kInfo, number);
  ++set_.counts.loaded;
  make_key(line);
  open_document(line, number);
  switch (layout_->kind) {
    case Kind::kFf1:
      return summary(line, number);
    case Kind::kFf4:
      return mix(line, number);
    case Kind::kH:
      return nursing(line, number);
    case Kind::kK:
      set_.keep("record:K", line.whole());  // hashes of identifiers: never in a clinical table
      return;
    default:
      return act(line, number);
  }
}

// --- FF1 ---

void RowReader::summary(const Line& line, std::int64_t number) {
  const std::string_view item = cell(line, layout_->item);
  if (item == kIdentityItem) {
    summary_identity(line, number);
    item_row(line, admitted_, true);
    return;
  }
  item_row(line, admitted_, false);
  if (item == "A000020" || item == "A000030") summary_stay(line, item, number);
  if (const std::string_view role = diagnosis_role(item); !role.empty()) summary_diagnosis(line, role);
  if (item == "A007010") summary_operation(line, number);
  check_item(line, item, number);
  if (!is_finding(item)) return;
  const std::string_view version = cell(line, layout_->version);
  for (const PayloadSpec& payload : payloads(item)) {
    const std::string_view value = trim(line[layout_->payload + payload.payload - 1]);
    if (value.empty() || payload.type == ValueType::kText || payload.type == ValueType::kDate) continue;
    if (version < payload.since) continue;
    Batch& row = add(Table::kObservation);
    set_.when(row, admitted_);
    row.text(common::kLocCode, payload.name);
    row.text(common::kLocSys, "DPC_FF1");
    row.text(common::kLocVer, version);
    row.text(records::observation::kRaw, value);
    if (payload.type == ValueType::kNumber) {
      set_number(row, records::observation::kNumber, value);
      row.text(records::observation::kUnit, payload.unit);
      row.text(records::observation::kUcum, payload.ucum);
    } else {
      row.text(records::observation::kCode, value);
    }
  }
}

// The item's own version says how to read it: items and versions that no manual has are kept as they are and named.
void RowReader::check_item(const Line& line, std::string_view item, std::int64_t number) {
  const ItemSpec* spec = item_spec(item);
  if (spec == nullptr) return set_.find("FF1_ITEM_UNKNOWN", Level::kInfo, number, "コード");
  if (!has_version(*spec, cell(line, layout_->version)))
    set_.find("FF1_VERSION", Level::kWarning, number, "バージョン");
  for (const PayloadSpec& payload : payloads(item)) {
    const std::string_view value = trim(line[layout_->payload + payload.payload - 1]);
    if (value.empty()) continue;
    if ((payload.type == ValueType::kDate && !parse_receipt_date(value)) ||
        (payload.type == ValueType::kNumber && !parse_number(value)))
      set_.find("FF1_PAYLOAD", Level::kWarning, number, fmt::format("{}-{}", item, payload.payload));
  }
}

// Payloads as written. Birth date and postcode go to the identity store only; payload 9 is free text: to the vault.
void RowReader::item_row(const Line& line, const ClinicalTime& when, bool private_payloads) {
  namespace di = records::dpc_item;
  Batch& row = add(Table::kDpcItem);
  set_.when(row, when);
  row.text(common::kWard, layout_->kind == Kind::kH ? cell(line, layout_->ward) : std::string_view{});
  row.text(di::kCode, cell(line, layout_->item));
  row.text(di::kVersion, cell(line, layout_->version));
  set_whole(row, di::kSequence, cell(line, layout_->number));
  const bool summary = layout_->kind == Kind::kFf1;
  for (int i = 0; i < layout_->payloads; ++i) {
    const std::string_view value = trim(line[layout_->payload + i]);
    if (value.empty() || (private_payloads && i != 1)) continue;
    if (summary && i == 8)
      row.integer(common::kTextRef, set_.keep("text:FF1", value));
    else
      row.text(di::kP1 + i, value);
  }
}

void RowReader::summary_identity(const Line& line, std::int64_t number) {
  records::IdentityRecord record;
  record.patient_number = patient_;
  record.birth = date(trim(line[layout_->payload]), number, "A000010-1");
  const std::string_view sex = trim(line[layout_->payload + 1]);
  record.sex = sex == "1" ? "M" : sex == "2" ? "F" : "U";
  record.postcode = trim(line[layout_->payload + 2]);
  record.recorded = admitted_;
  birth_ = record.birth;
  sex_ = record.sex;
  // A newborn whose rows run under the mother's number: born on the day of this admission, while the number is hers.
  if (birth_.present() && admitted_.present() && birth_.date() == admitted_.date())
    set_.find("BORN_AT_ADMISSION", Level::kInfo, number, "A000010-1");
  set_.identity(std::move(record));
}

void RowReader::summary_stay(const Line& line, std::string_view item, std::int64_t number) {
  const int p = layout_->payload;
  const ClinicalTime when = date(trim(line[p]), number, item);
  const bool admission = item == "A000020";
  if (!when.present()) return;
  Batch& row = add(Table::kEncounterEvent);
  set_.when(row, when);
  row.text(ev::kKind, admission ? "admission" : "discharge");
  row.integer(ev::kPlanned, 0);
  row.text(ev::kClass, "I");
  if (admission) {
    row.text(ev::kRoute, trim(line[p + 1]));
    return;
  }
  discharged_ = when;
  row.text(ev::kDisposition, trim(line[p + 1]));
  const std::string_view outcome = trim(line[p + 2]);
  Batch& stay = add(Table::kDpcCase);
  set_.when(stay, admitted_, when);
  stay.text(dc::kKind, "FF1");
  stay.text(dc::kOutcome, outcome);
  if (admitted_.present()) stay.date(dc::kAdmitted, admitted_.date());
  stay.date(dc::kDischarged, when.date());
  if (outcome != "6" && outcome != "7") return;
  records::IdentityRecord record;
  record.patient_number = patient_;
  record.birth = birth_;
  record.sex = sex_.empty() ? "U" : sex_;
  record.recorded = record.died = when;
  set_.identity(std::move(record));
}

// 様式1 changed from the edition of 2003 to that of 2013 between October 2016 and March 2018, each hospital in its own
// month and no file saying so: in between nothing is said. (reference: dpc section 3)
std::string_view RowReader::icd_edition() const {
  static const std::int32_t kFirstChanged = days_from_civil(2016, 10, 1), kAllChanged = days_from_civil(2018, 4, 1);
  const ClinicalTime month = parse_receipt_date(file_month_).value_or(ClinicalTime{});
  const ClinicalTime& last = discharged_.present() ? discharged_ : month;
  if (last.present() && last.date().days < kFirstChanged) return "2003";
  const ClinicalTime& known = last.present() ? last : admitted_;
  return known.present() && known.date().days >= kAllChanged ? "2013" : "";
}

void RowReader::summary_diagnosis(const Line& line, std::string_view role) {
  const int p = layout_->payload;
  const std::string_view icd = trim(line[p + 1]), code = trim(line[p + 3]);
  if (icd.empty() && code.empty()) return;
  Batch& row = add(Table::kDiagnosis);
  set_.when(row, admitted_);
  if (!code.empty()) {
    row.text(common::kStdCode, code);
    row.text(common::kStdSys, "REC");
  } else {
    row.text(common::kStdCode, icd);
    row.text(common::kStdSys, "ICD10");
  }
  row.text(dx::kIcd, icd);
  if (!icd.empty()) row.text(dx::kIcdEdition, icd_edition());
  row.text(dx::kRole, role);
  bool suspected = false;
  scratch_.clear();
  for (int i = 4; i < 8; ++i) {
    const std::string_view modifier = trim(line[p + i]);
    if (modifier.empty()) continue;
    if (!scratch_.empty()) scratch_ += ' ';
    scratch_ += modifier;
    suspected = suspected || modifier == "8002";
  }
  row.text(dx::kModifiers, scratch_);
  row.text(dx::kCertainty, suspected ? "suspected" : "confirmed");
}

void RowReader::summary_operation(const Line& line, std::int64_t number) {
  namespace pr = records::procedure;
  const int p = layout_->payload;
  const ClinicalTime when = date(trim(line[p]), number, "A007010-1");
  const std::string_view k_code = trim(line[p + 1]), stem = trim(line[p + 2]);
  if (k_code.empty() && stem.empty()) return;
  Batch& row = add(Table::kProcedure);
  set_.when(row, when);
  row.text(common::kStdCode, k_code.empty() ? stem : k_code);
  row.text(common::kStdSys, k_code.empty() ? "STEM7" : "K");
  row.text(pr::kKCode, k_code);
  if (!k_code.empty()) {
    row.text(common::kLocCode, stem);
    row.text(common::kLocSys, stem.empty() ? "" : "STEM7");
  }
  set_number(row, pr::kCount, trim(line[p + 3]));
  row.text(pr::kSide, trim(line[p + 4]));
  row.text(pr::kAnaesthesia, trim(line[p + 5]));
  row.text(pr::kKind, "operation");
}

// --- E, F, EF, D ---

void RowReader::act(const Line& line, std::int64_t number) {
  ClinicalTime when = date(cell(line, layout_->date), number, "実施年月日");
  Place place{cell(line, layout_->department), cell(line, layout_->ward), cell(line, layout_->count)};
  // F rows have no day of their own: it stands in the E row. Without that the month of the file is what is known.
  if (layout_->kind == Kind::kF) {
    const Act* act = joined_ ? act_of_detail(line, number) : nullptr;
    when = act != nullptr ? act->when : parse_receipt_date(file_month_).value_or(ClinicalTime{});
    if (act != nullptr) place = {act->department, act->ward, act->count};
  } else if (layout_->kind == Kind::kE) {
    keep_act(line, when, number);
  }
  const std::string_view section = cell(line, layout_->section);
  const std::string_view code = cell(line, layout_->code);
  if (section == "SY") {
    outpatient_diagnosis(line, when);
    return;
  }
  const std::string_view detail = cell(line, layout_->detail);
  const bool has_details = layout_->detail != kAbsent;
  const bool parent = has_details ? is_zero(detail) : true;
  Batch& row = add(Table::kClaimLine);
  set_.when(row, when);
  row.text(common::kDept, place.department);
  row.text(common::kWard, place.ward);
  if (is_filler(code)) {
    row.text(common::kLocCode, cell(line, layout_->hospital_code));
    row.text(common::kLocSys, "LOCAL");
    if (const std::string_view text = cell(line, layout_->text); !text.empty())
      row.integer(common::kTextRef, set_.keep("name:EF", text));
  } else {
    row.text(common::kStdCode, code);
    row.text(common::kStdSys, "REC");
  }
  set_whole(row, cl::kUnitId, cell(line, layout_->sequence));
  row.text(cl::kSection, section);
  row.text(cl::kKind, line_kind(code));
  set_whole(row, cl::kCount, place.count);
  if (parent && layout_->act_points != kAbsent) {
    // The parent carries the unit's money; its details explain it and are never added to it.
    const double points = parse_number(cell(line, layout_->act_points)).value_or(0) +
                          parse_number(cell(line, layout_->drug_points)).value_or(0) +
                          parse_number(cell(line, layout_->material_points)).value_or(0);
    row.real(cl::kPoints, points);
  }
  if (!parent) {
    set_number(row, cl::kAmount, cell(line, layout_->amount));
    row.text(cl::kUnit, cell(line, layout_->unit));
    set_number(row, cl::kPrice, cell(line, layout_->detail_points));
  }
  const std::string_view flags = cell(line, layout_->flags);
  const bool bundled = layout_->kind == Kind::kEfInpatient && flags.size() > 1 && flags[1] == '1';
  if (bundled || section == "93") row.integer(cl::kBundled, 1);
  if (layout_->dpc != kAbsent) bundle_case(line, when, number);
  if (has_details && !parent) act_event(line, when, place, section, code);
}

void RowReader::act_event(const Line& line, const ClinicalTime& when, const Place& place, std::string_view section,
                          std::string_view code) {
  if (is_filler(code) || receipt::is_ward_code(code)) return;
  const receipt::Section& kinds = receipt::section_of(section);
  const auto count = parse_whole(place.count);
  if (code.starts_with('1')) {
    Batch& row = add(Table::kProcedure);
    set_.when(row, when);
    row.text(common::kDept, place.department);
    row.text(common::kWard, place.ward);
    row.text(common::kStdCode, code);
    row.text(common::kStdSys, "REC");
    if (count) row.real(records::procedure::kCount, static_cast<double>(*count));
    row.text(records::procedure::kKind, kinds.procedure_kind);
  } else if (code.starts_with('6')) {
    const bool oral = kinds.drug_kind == "oral";
    const auto amount = parse_number(cell(line, layout_->amount));
    Batch& row = add(Table::kDrug);
    set_.when(row, when);
    row.text(common::kDept, place.department);
    row.text(common::kWard, place.ward);
    row.text(common::kStdCode, code);
    row.text(common::kStdSys, "REC");
    row.text(dg::kKind, kinds.drug_kind);
    row.text(dg::kRp, cell(line, layout_->sequence));
    if (amount) row.real(oral ? static_cast<int>(dg::kPerDay) : static_cast<int>(dg::kDose), *amount);
    row.text(dg::kDoseUnit, cell(line, layout_->unit));
    if (amount && count) row.real(dg::kTotal, *amount * static_cast<double>(*count));
    if (count) row.integer(oral ? static_cast<int>(dg::kDays) : static_cast<int>(dg::kTimes), *count);
  }
}

// EFg rows of section SY: column 17 holds outcome (4th digit) and main disease (5th).
void RowReader::outpatient_diagnosis(const Line& line, const ClinicalTime& when) {
  const std::string_view code = cell(line, layout_->code), flags = cell(line, layout_->flags);
  Batch& row = add(Table::kDiagnosis);
  set_.when(row, when);
  row.text(common::kStdCode, code);
  row.text(common::kStdSys, code.empty() ? "" : "REC");
  row.text(dx::kRole, flags.size() > 4 && flags[4] == '1' ? "main" : "other");
  if (flags.size() > 3) row.text(dx::kOutcome, flags[3] == '0' ? "" : receipt::outcome_name(flags.substr(3, 1)));
  row.time(dx::kDiagnosed, when);
  const std::string_view text = cell(line, layout_->text);
  if (!text.empty() && (is_filler(code) || code == "0000999"))
    row.integer(common::kTextRef, set_.keep("text:SY", text));
}

// One case row per stay, month and DPC code, at the first row that names it.
void RowReader::bundle_case(const Line& line, const ClinicalTime& when, std::int64_t number) {
  const std::string_view dpc = cell(line, layout_->dpc), coefficient = cell(line, layout_->coefficient);
  if (dpc.empty()) return;
  scratch_.assign(dpc);
  scratch_ += coefficient;
  if (scratch_ == case_) return;
  case_ = scratch_;
  const ClinicalTime from = date(cell(line, layout_->from), number, "算定開始日");
  const ClinicalTime to = date(cell(line, layout_->to), number, "算定終了日");
  const ClinicalTime start = from.present() ? from : when;
  const ClinicalTime out = date(cell(line, layout_->discharged), number, "退院年月日");
  Batch& row = add(Table::kDpcCase);
  set_.when(row, start, to);
  row.text(common::kStdCode, dpc);
  row.text(common::kStdSys, "DPC14");
  row.text(dc::kDpc, dpc);
  const Edition* edition = start.present() ? edition_on(start.date()) : nullptr;
  if (edition != nullptr) row.text(dc::kEdition, edition->name);
  set_parts(row, dpc);
  if (const std::string_view rule = check_code(dpc, edition); !rule.empty())
    set_.find(rule, Level::kWarning, number, "分類番号");
  row.text(dc::kKind, "D");
  if (admitted_.present()) row.date(dc::kAdmitted, admitted_.date());
  if (out.present()) row.date(dc::kDischarged, out.date());
  set_number(row, dc::kCoefficient, coefficient);
  row.text(dc::kWardKind, cell(line, layout_->ward_kind));
}

// --- FF4, H ---

void RowReader::mix(const Line& line, std::int64_t number) {
  const ClinicalTime out = date(cell(line, layout_->discharged), number, "退院年月日");
  Batch& row = add(Table::kDpcItem);
  set_.when(row, admitted_, out);
  row.text(records::dpc_item::kCode, "FF4");
  row.text(records::dpc_item::kP1, trim(line[layout_->payload]));
}

// One row is one patient's day: a month, or a day that no calendar has, is none.
void RowReader::nursing(const Line& line, std::int64_t number) {
  const ClinicalTime day = date(cell(line, layout_->date), number, "実施年月日");
  const bool whole = day.present() && day.precision == Precision::kDay;
  if (!whole && parse_receipt_date(cell(line, layout_->date)))
    set_.find("DATE_INVALID", Level::kWarning, number, "実施年月日");
  item_row(line, day, false);
}

}  // namespace sekisho::formats::dpc

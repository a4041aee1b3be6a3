#include "formats/receipt_claim.h"

#include <fmt/format.h>

#include <cmath>

#include "core/text.h"
#include "formats/row_values.h"

namespace sekisho::formats::receipt {
namespace {

using records::Batch;
using records::Level;
using records::Table;
namespace common = records::common;

// Four-character codes joined without a separator, as modifiers are written; joined by blanks in the model.
void split_codes(std::string_view joined, std::size_t size, std::string& out) {
  out.clear();
  for (std::size_t i = 0; i < joined.size(); i += size) {
    if (i > 0) out += ' ';
    out += joined.substr(i, size);
  }
}

// Katakana with the long-vowel mark and middle dot, U+30A1..U+30FC, half-width ones U+FF66..U+FF9F, and blanks.
bool is_katakana(std::string_view text) {
  bool letter = false;
  for (std::size_t at = 0; at < text.size();) {
    // Nearly all are E3 82 A1 to E3 83 BC; a blank is E3 80 80.
    if (at + 3 <= text.size() && text[at] == '\xE3') {
      const unsigned low = static_cast<unsigned char>(text[at + 1]) << 8 | static_cast<unsigned char>(text[at + 2]);
      at += 3;
      if (low >= 0x82A1 && low <= 0x83BC)
        letter = true;
      else if (low != 0x8080)
        return false;
      continue;
    }
    const char32_t code = next_code_point(text, at);
    if (code >= 0xFF66 && code <= 0xFF9F)
      letter = true;
    else if (code != ' ')
      return false;
  }
  return letter;
}

std::string_view kana_of(const Line& line, const ClaimLayout& layout) {
  if (is_katakana(line[layout.kana])) return line[layout.kana];
  for (int field = line.fields() - 1; field > layout.birth; --field)
    if (is_katakana(line[field])) return line[field];
  return {};
}

// With at least `width` digits.
void append_number(std::string& out, std::uint32_t value, int width) {
  char digits[12];
  int at = 12;
  for (; value > 0 || width > 0; value /= 10, --width)
    digits[--at] = static_cast<char>('0' + value % 10);
  out.append(digits + at, static_cast<std::size_t>(12 - at));
}

std::int32_t yyyymmdd(const ClinicalTime& time) {
  int y = 0, m = 0, d = 0;
  civil_from_days(time.date().days, y, m, d);
  return y * 10000 + m * 100 + d;
}

}  // namespace

std::string fallback_number(std::string_view name, std::string_view birth, std::string_view insurer) {
  std::uint64_t h = 0xcbf29ce484222325;
  for (const std::string_view part :
       {trim(name), std::string_view("\0", 1), birth, std::string_view("\0", 1), trim(insurer)})
    for (char c : part)
      h = (h ^ static_cast<std::uint8_t>(c)) * 0x100000001b3;
  return fmt::format("claim:{:016x}", h);
}

std::string_view payer_class(std::string_view insurer) {
  insurer = trim(insurer);
  if (!all_digits(insurer)) return {};
  if (insurer.size() == 8 && insurer.starts_with("00")) return "nhi";  // padded by zeros instead of blanks
  if (insurer.size() == 8) return insurer.substr(0, 2);
  if (insurer.size() == 6) return "nhi";
  return {};
}

Batch& ClaimReader::add(Table table) {
  return set_.add(table, claim_.source, "claim");
}

ClinicalTime ClaimReader::date(std::string_view text, std::int64_t number, std::string_view where) {
  const auto parsed = parse_receipt_date(trim(text));
  if (parsed) return *parsed;
  set_.find("DATE_INVALID", Level::kWarning, number, where);
  return {};
}

ClinicalTime ClaimReader::day_time(int day) const {
  if (day == 0 || !claim_.month.present()) return claim_.month;
  return ClinicalTime::of(Date{claim_.first_of_month + day - 1});
}

void ClaimReader::begin_file(const FileContext& context) {
  file_kind_ = Kind::kMedical;
  institution_.clear();
  claim_month_.clear();
  volume_.clear();
  volumes_.clear();
  has_header_ = has_totals_ = false;
  single_volume_ = true;
  after_totals_ = false;
  claims_ = order_ = 0;
  last_number_ = claim_year_month_ = 0;
  points_ = 0;
  claim_ = {};
  // Greater wins: claim month first, then the order in which files were sent.
  version_prefix_ = fmt::format(":{:012}:{:05}:{:07}:", context.package, context.part, context.ordinal);
}

void ClaimReader::line(const Line& line, std::int64_t number, bool dpc) {
  const std::string_view id = line[0];
  const RecordType& type = record_type(claim_.kind, id);
  const Role role = type.role;
  ++set_.counts.records;
  if (role == Role::kHeader || role == Role::kTotals) {
    finish_claim();
    ++set_.counts.loaded;
    role == Role::kHeader ? header(line, number) : totals(line, number);
    return;
  }
  if (role == Role::kClaim) {
    finish_claim();
    begin_claim(line, number, dpc);
    return;
  }
  const bool well_formed = id.size() == 2 && id[0] >= 'A' && id[0] <= 'Z' && id[1] >= 'A' && id[1] <= 'Z';
  const std::uint64_t bytes = line.whole().size();
  if (claim_.open && claim_.bad) {
    ++claim_.lines;
    claim_.bytes += bytes;
  } else if (!well_formed) {
    set_.find("RECORD_MALFORMED", Level::kError, number);
    set_.quarantine("RECORD_MALFORMED", "a line that does not begin with a record name", number, bytes, 1);
  } else if (!claim_.open && role != Role::kOpaque && role != Role::kReturned && role != Role::kReturn &&
             role != Role::kCorrection) {
    set_.find("RECORD_OUTSIDE_CLAIM", Level::kError, number, id);
    set_.quarantine("RECORD_OUTSIDE_CLAIM", "a claim's record before any RE", number, bytes, 1);
  } else {
    ++set_.counts.loaded;
    if (role == Role::kOpaque) set_.find("RECORD_UNKNOWN", Level::kInfo, number, id);
    if (claim_.open)
      in_claim(line, number, id, type);
    else
      keep_line(id, line, role == Role::kOpaque);
  }
}

void ClaimReader::superseded(const Line& line, std::int64_t number) {
  ++set_.counts.records;
  ++set_.counts.superseded;
  set_.find("LINE_REPLACED", Level::kInfo, number, line[0]);
  scratch_.assign("replaced:").append(line[0]);
  set_.keep(scratch_, line.whole());
}

// Volumes of one claim month may follow each other in one file: only the last says how many claims and points they
// have together. (reference: receipt section 1)
void ClaimReader::header(const Line& line, std::int64_t number) {
  if (has_header_ && !has_totals_) set_.find("NO_TOTALS", Level::kWarning, number, "GO");
  file_kind_ = Kind::kMedical;
  if (line[3] == "3") file_kind_ = Kind::kDental;
  if (line[0] == "YK" || line[3] == "4") file_kind_ = Kind::kDispensing;
  const HeaderLayout& layout = header_layout(line[0] == "YK" ? Kind::kDispensing : file_kind_);
  std::string institution =
      fmt::format("{}{}{}", line[layout.prefecture], line[layout.table], line[layout.institution]);
  const auto prefecture = parse_whole(line[layout.prefecture]);
  if (institution.size() != 10 || !all_digits(institution) || *prefecture < 1 || *prefecture > 47)
    set_.find("INSTITUTION_CODE", Level::kWarning, number, line[0] == "YK" ? "YK-5" : "IR-5");
  std::string month;
  if (const auto parsed = parse_receipt_date(line[layout.month]); parsed && parsed->present())
    month = fmt::format("{:06}", yyyymmdd(*parsed) / 100);
  else
    set_.find("DATE_INVALID", Level::kWarning, number, line[0] == "YK" ? "YK-7" : "IR-8");
  const std::string_view volume = line[layout.volume];
  const bool more = has_totals_ && !after_totals_ && institution == institution_ && month == claim_month_;
  if (more && volume <= volume_) set_.find("VOLUME_ORDER", Level::kWarning, number, "IR-9");
  institution_ = std::move(institution);
  claim_month_ = std::move(month);
  claim_year_month_ = static_cast<std::int32_t>(parse_whole(claim_month_).value_or(0));
  volume_ = volume;
  if (!more) {
    single_volume_ = volume.empty() || volume == "00";
    claims_ = 0;
    points_ = 0;
    last_number_ = 0;
  }
  payer_body_ = line[1];
  volume_claims_ = static_cast<double>(claims_);
  volume_points_ = points_;
  has_header_ = true;
  has_totals_ = after_totals_ = false;
}

void ClaimReader::totals(const Line& line, std::int64_t number) {
  has_totals_ = true;
  const bool last = trim(line[3]) == "99";
  after_totals_ = last;
  const auto claims = parse_number(line[1]), points = parse_number(line[2]);
  if (!last || !single_volume_) {
    set_.find("MULTI_VOLUME", Level::kInfo, number, "GO-4");
    volumes_.push_back({.payer_body = payer_body_,
                        .institution = institution_,
                        .month = claim_month_,
                        .number = static_cast<int>(parse_whole(volume_).value_or(0)),
                        .last = last,
                        .claims = static_cast<double>(claims_) - volume_claims_,
                        .points = points_ - volume_points_,
                        .stated_claims = claims,
                        .stated_points = points,
                        .line = number});
  }
  if (!last) return;
  // Volumes before this one may lie in other files: then the totals are at least what is here.
  const auto differs = [&](double stated, double here) { return single_volume_ ? stated != here : stated < here; };
  if (!line[1].empty() && !claims) set_.find("NUMBER_INVALID", Level::kWarning, number, "GO-2");
  if (!line[2].empty() && !points) set_.find("NUMBER_INVALID", Level::kWarning, number, "GO-3");
  if (claims && differs(*claims, static_cast<double>(claims_)))
    set_.find("TOTAL_CLAIMS", Level::kWarning, number, "GO-2");
  if (points && differs(*points, points_)) set_.find("TOTAL_POINTS", Level::kWarning, number, "GO-3");
}

void ClaimReader::begin_claim(const Line& line, std::int64_t number, bool dpc) {
  claim_ = {};
  claim_.open = true;
  claim_.line = number;
  claim_.lines = 1;
  claim_.bytes = line.whole().size();
  claim_.kind = dpc && file_kind_ == Kind::kMedical ? Kind::kDpc : file_kind_;
  claim_.source = source_name(claim_.kind);
  enter_section({});
  last_comment_ = {};
  unit_ = 0;
  unit_open_ = false;
  ++claims_;
  ++order_;
  ++set_.counts.messages;
  if (after_totals_) set_.find("CLAIM_AFTER_TOTALS", Level::kWarning, number, "RE");
  const ClaimLayout& layout = claim_layout(claim_.kind);
  claim_.type = line[layout.type];
  const auto month = parse_receipt_date(trim(line[layout.month]));
  if (!all_digits(claim_.type) || claim_.type.size() != 4 || !month || !month->present() ||
      line.fields() <= layout.birth) {
    claim_.bad = true;
    set_.find("CLAIM_UNREADABLE", Level::kError, number, "RE");
    return;
  }
  ++set_.counts.loaded;
  const std::int64_t claim_number = parse_whole(line[1]).value_or(0);
  if (claim_number <= last_number_) set_.find("CLAIM_NUMBER_ORDER", Level::kWarning, number, "RE-2");
  last_number_ = claim_number;
  claim_.month = *month;
  claim_.first_of_month = month->date().days;
  int y = 0, m = 0, d = 0;
  civil_from_days(claim_.first_of_month, y, m, d);
  claim_.days_in_month = days_in_month(y, m);
  claim_.year_month = y * 100 + m;
  claim_.name = line[layout.name];
  claim_.sex = line[layout.sex];
  claim_.birth = date(line[layout.birth], number, "RE-7");
  claim_.kana = kana_of(line, layout);
  claim_.chart = trim(line[layout.chart]);
  claim_.search = trim(line[layout.search]);
  claim_.department = layout.department ? line[layout.department] : std::string_view{};
  if (layout.admitted) claim_.admitted = date(line[layout.admitted], number, "RE-9");
  check_after(claim_.admitted, number, "RE-9");
  check_after(claim_.birth, number, "RE-7");
  if (claim_year_month_ > 0 && claim_.year_month > claim_year_month_)
    set_.find("MONTH_ORDER", Level::kWarning, number, "RE-4");
  check_names(number);
  check_fields(line, number, record_type(claim_.kind, "RE"));
  if (claim_.kind == Kind::kDispensing) {
    claim_.prescriber_prefecture = line[9];
    claim_.prescriber_table = line[10];
    claim_.prescriber = line[11];
  }
  claim_lines_.assign(1, line);
}

// Symbol, number, branch: for the identity store only. The branch stands in SN since 2021.
void ClaimReader::payer(const Line& line, Role role) {
  if (role == Role::kEligibility) {
    if (line[1] == "1") claim_.branch = line[6];
    return;
  }
  const auto points = parse_number(line[5]);
  if (role == Role::kInsurer) {
    ++claim_.insurers;
    claim_.insurer = trim(line[1]);
    claim_.symbol = line[2];
    claim_.number = line[3];
    claim_.stated[0] = points;
  } else {
    if (claim_.publics++ == 0) claim_.payer = trim(line[1]);
    if (claim_.publics < kPayerCount) claim_.stated[static_cast<std::size_t>(claim_.publics)] = points;
  }
  if (claim_.days.empty()) claim_.days = line[4];
}

void ClaimReader::open_document() {
  if (claim_.document || claim_.bad || !claim_.open) return;
  claim_.document = true;
  for (std::size_t i = 1; i < claim_lines_.size(); ++i)
    payer(claim_lines_[i], role_of(claim_lines_[i][0]));
  begin_document();
  claim_row();
  for (std::size_t i = 1; i < claim_lines_.size(); ++i)
    if (role_of(claim_lines_[i][0]) != Role::kEligibility) coverage_row(claim_lines_[i][1]);
  for (const Line& line : claim_lines_)
    if (const int known = record_type(claim_.kind, line[0]).columns; line.fields() > known) keep_extra(line, known);
  const Line& re = claim_lines_.front();
  // What has no column: 請求情報 of medical claims, the prescribing institution and doctors of dispensing claims.
  if (claim_.kind == Kind::kMedical && !re[20].empty()) set_.keep("field:RE-21", re[20]);
  if (claim_.kind == Kind::kDispensing) set_.keep("record:RE", re.whole());
}

void ClaimReader::begin_document() {
  const Line& re = claim_lines_.front();
  const ClaimLayout& layout = claim_layout(claim_.kind);
  const std::string_view insurer = claim_.insurer.empty() ? claim_.payer : claim_.insurer;
  number_ = is_ascii(claim_.chart) ? std::string(claim_.chart) : half_width(claim_.chart);
  if (number_.empty()) {
    number_ = fallback_number(claim_.name, trim(re[layout.birth]), insurer);
    set_.find("CHART_NUMBER_MISSING", Level::kWarning, claim_.line, "RE-14");
  }
  // Month, kind of receipt (medical ...; insured or family, in or out), institution, insurer, birth date: the same
  // claim sent again has the same key. (reference: receipt section 2, reading rule 8)
  key_.clear();
  append_number(key_, static_cast<std::uint32_t>(claim_.year_month), 6);
  key_ += '|';
  key_ += claim_.type[0];
  key_ += claim_.type[3];
  for (const std::string_view part : {std::string_view(institution_), insurer}) {
    key_ += '|';
    key_ += part;
  }
  key_ += '|';
  append_number(key_, claim_.birth.present() ? static_cast<std::uint32_t>(yyyymmdd(claim_.birth)) : 0, 1);
  if (layout.summary_kind && !re[layout.summary_kind].empty())
    key_ += fmt::format("|{}|{}", re[layout.summary_kind], re[layout.admitted]);
  scratch_.assign(claim_month_).append(version_prefix_);
  append_number(scratch_, static_cast<std::uint32_t>(order_), 7);
  set_.begin_document(
      {.patient_number = number_, .kind = "claim", .key = key_, .version = scratch_, .line = claim_.line});
}

void ClaimReader::claim_row() {
  namespace c = records::claim;
  const Line& re = claim_lines_.front();
  const ClaimLayout& layout = claim_layout(claim_.kind);
  claim_.sub = set_.next_sub();
  Batch& row = add(Table::kClaim);
  set_.when(row, claim_.month);
  row.text(common::kDept, claim_.department);
  if (layout.ward) row.text(common::kWard, re[layout.ward]);
  row.text(c::kType, claim_.type);
  row.date(c::kMonth, claim_.month.date());
  row.text(c::kInOut, is_inpatient(claim_.type) ? "I" : "O");
  row.integer(c::kPayers, claim_.insurers + claim_.publics);
  const auto& points = claim_.stated_points();
  if (points) row.real(c::kPoints, *points);
  points_ += points.value_or(0);
  set_whole(row, c::kDays, claim_.days);
  row.text(c::kPayerClass, payer_class(claim_.insurer.empty() ? claim_.payer : claim_.insurer));
  row.text(c::kInstitution, institution_);
  row.text(c::kVolume, volume_);
  if (claim_.admitted.present()) row.date(c::kAdmitted, claim_.admitted.date());
  if (layout.state) {
    split_codes(re[layout.state], 3, scratch_);
    row.text(c::kPatientState, scratch_);
  }
  split_codes(re[layout.special], 2, scratch_);
  row.text(c::kSpecial, scratch_);
}

// The payer's law number only: symbol, number and recipient number stay in the identity store.
void ClaimReader::coverage_row(std::string_view insurer) {
  Batch& row = add(Table::kCoverage);
  set_.when(row, claim_.month);
  row.text(records::coverage::kPayerClass, payer_class(insurer));
}

void ClaimReader::identity() {
  records::IdentityRecord& record = set_.identity();
  record.patient_number = number_;
  const auto divide = [](std::string_view name, std::string& family, std::string& given) {
    name = trim(name);
    std::size_t at = 0;
    while (at < name.size() && name[at] != ' ' && (name[at] != '\xE3' || name.substr(at, 3) != "\xE3\x80\x80"))
      ++at;
    family = trim(name.substr(0, at));
    if (at < name.size()) given = trim(name.substr(at + (name[at] == ' ' ? 1 : 3)));
  };
  divide(claim_.name, record.family_kanji, record.given_kanji);
  divide(claim_.kana, record.family_kana, record.given_kana);
  record.birth = claim_.birth;
  record.sex = claim_.sex == "1" ? "M" : claim_.sex == "2" ? "F" : "U";
  record.insurer = claim_.insurer;
  record.symbol = claim_.symbol;
  record.number = claim_.number;
  record.branch = claim_.branch;
  record.recorded = claim_.month;
  if (claim_.died) record.died = claim_.discharged;
}

void ClaimReader::finish_claim() {
  if (!claim_.open) return;
  if (claim_.bad) {
    set_.quarantine("CLAIM_UNREADABLE", "RE has no valid type or month of care", claim_.line, claim_.bytes,
                    claim_.lines);
  } else {
    open_document();
    dispensed_group();
    check_claim();
    submission();
    identity();
  }
  claim_ = {};
}

// Where a claim stands between institution and examining body: known when all its records are. The claim's row is the
// last of its table.
void ClaimReader::submission() {
  namespace c = records::claim;
  Batch& row = set_.batch(Table::kClaim);
  row.text(c::kSubmission, claim_.corrected         ? "corrected"
                           : claim_.is_returned     ? "returned"
                           : !claim_.search.empty() ? "again"
                                                    : "first");
  if (claim_.returned.present()) row.date(c::kReturnMonth, claim_.returned.date());
  row.text(c::kReturnReason, claim_.return_reason);
}

void ClaimReader::finish_file() {
  finish_claim();
  if (!has_header_) set_.find("NO_HEADER", Level::kWarning, 1, "IR");
  if (!has_totals_) set_.find("NO_TOTALS", Level::kWarning, -1, "GO");
}

void ClaimReader::keep_line(std::string_view id, const Line& line, bool unknown) {
  scratch_ = fmt::format("record:{}", id);
  set_.keep(scratch_, line.whole());
  if (unknown) ++set_.counts.unknown[std::string(id)];
}

void ClaimReader::in_claim(const Line& line, std::int64_t number, std::string_view id, const RecordType& type) {
  const Role role = type.role;
  if (!claim_.document) {
    if (role == Role::kInsurer || role == Role::kPublicPayer || role == Role::kEligibility) {
      claim_lines_.push_back(line);
      check_order(type, number, id);
      check_fields(line, number, type);
      return;
    }
    open_document();
  }
  check_order(type, number, id);
  if (role != Role::kItem && role != Role::kCoding) check_fields(line, number, type);
  if (claim_.kind == Kind::kDispensing && role == Role::kItem && !group_.empty() && id == "IY") drugs_.push_back(line);
  switch (role) {
    case Role::kItem:
      if (const ItemLayout* layout = item_layout(type))
        item(line, number, *layout);
      else
        keep_line(id, line, true);
      break;
    case Role::kDisease:
      claim_.diseases = true;
      claim_.donor ? keep_line(id, line, false) : disease(line, number);
      break;
    case Role::kCaseDisease:
      claim_.diseases = true;
      case_disease(line);
      break;
    case Role::kToothDisease:
      claim_.diseases = true;
      tooth_disease(line, number);
      break;
    case Role::kCoding:
      claim_.items = true;
      coding(line);
      break;
    case Role::kComment:
      set_.keep("text:SJ", line.from(1));
      break;
    case Role::kDonor:
      claim_.donor = true;
      enter_section({});
      keep_line(id, line, false);
      break;
    case Role::kOperation:
      operation(line);
      break;
    case Role::kBundleCase:
    case Role::kAdmission:
    case Role::kBundleMonth:
    case Role::kBundlePeriod:
    case Role::kBundleTotal:
    case Role::kUnbundled:
      claim_.items = claim_.items || role == Role::kBundleTotal;
      bundle(line, role, number);
      break;
    case Role::kGroup:
      dispensed_group();
      group_.assign(1, line);
      break;
    case Role::kDispensed:
      dispensings_.push_back(line);
      dispensing_numbers_.push_back(number);
      break;
    case Role::kInsurer:
    case Role::kPublicPayer:
    case Role::kEligibility:
      payer(line, role);
      if (role != Role::kEligibility) coverage_row(line[1]);
      break;
    case Role::kSummary:
      comment_row({}, {}, line[1], line[2], number, "TK-3");
      break;
    case Role::kBaseFee:
      base_fees(line);
      break;
    case Role::kVisits:
      visits(line);
      keep_line(id, line, false);
      break;
    case Role::kSplit:
      split(line);
      keep_line(id, line, false);
      break;
    case Role::kReturn:
      claim_.is_returned = true;
      claim_.return_reason = line[4];
      if (const auto month = parse_receipt_date(line[1])) claim_.returned = *month;
      keep_line(id, line, false);
      break;
    case Role::kCorrection:
      claim_.corrected = true;
      keep_line(id, line, false);
      break;
    default:
      if (id == "TS") claim_.sums_complete = false;
      keep_line(id, line, role == Role::kOpaque);
  }
}

}  // namespace sekisho::formats::receipt

// What a claim says about itself, recomputed and compared: points, days, order, forms and lengths of fields. Findings
// only; every line is loaded whatever they say. (reference: receipt section 1 and 2)
#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "formats/receipt_claim.h"

namespace sekisho::formats::receipt {
namespace {

using records::Level;
using records::detail::same;

// Bytes of Shift_JIS: ASCII and half-width kana have one, all others two.
std::size_t shift_jis_size(std::string_view utf8) {
  std::size_t size = 0;
  for (std::size_t at = 0; at < utf8.size();) {
    const char32_t c = next_code_point(utf8, at);
    size += c < 0x80 || (c >= 0xFF61 && c <= 0xFF9F) ? 1 : 2;
  }
  return size;
}

// Bytes tell: half-width kana are EF BD A1 to EF BE 9F; the ideographic blank E3 80 80 has neither width.
struct Widths {
  bool half = false, full = false, half_kana = false;
};
Widths widths_of(std::string_view text) {
  Widths widths;
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      widths.half = widths.half || c != ' ';
      ++i;
    } else if (c >= 0xE0 && c < 0xF0 && i + 2 < text.size()) {
      const unsigned low = static_cast<unsigned char>(text[i + 1]) << 8 | static_cast<unsigned char>(text[i + 2]);
      widths.half_kana = widths.half_kana || (c == 0xEF && low >= 0xBDA1 && low <= 0xBE9F);
      widths.full = widths.full || c != 0xE3 || low != 0x8080;
      i += 3;
    } else {
      widths.full = true;
      ++i;
    }
  }
  return widths;
}

// "RE-5": the place of a column, counted from 0, as a person counts it.
struct Place {
  char text[8];
  Place(std::string_view id, int column) : text{id[0], id[1], '-'} {
    char* at = text + 3;
    const int number = column + 1;
    if (number >= 100) *at++ = static_cast<char>('0' + number / 100);
    if (number >= 10) *at++ = static_cast<char>('0' + number / 10 % 10);
    *at++ = static_cast<char>('0' + number % 10);
    *at = 0;
  }
  operator std::string_view() const { return text; }
};

bool close(double a, double b) {
  return std::abs(a - b) < 1e-6;
}

}  // namespace

// Every record of a unit repeats its 回数, and the day columns add up to it. (reference: receipt section 2, reading
// rules 2 and 3; months before 2012-04 may leave the days blank)
void ClaimReader::check_counts(const Line& line, const ItemLayout& layout, const ItemNumbers& numbers,
                               std::int64_t number) {
  if (!layout.count) return;
  const std::string_view count = line[layout.count];
  if (!unit_open_)
    unit_count_ = count;
  else if (!same(count, unit_count_) && !count.empty() && !unit_count_.empty())
    set_.find("UNIT_COUNT", Level::kWarning, number, line[0]);
  if (day_sum_ == 0 || !numbers.count) return;
  if (const auto times = whole_of(numbers.count); times && *times != day_sum_)
    set_.find("LINE_DAYS", Level::kWarning, number, line[0]);
}

// Cold: what item() found to be no number.
void ClaimReader::not_a_number(const Line& line, int column, std::int64_t number) {
  if (!line[column].empty()) set_.find("NUMBER_INVALID", Level::kWarning, number, Place(line[0], column));
}

void ClaimReader::wrong_code(const Line& line, int column, std::int64_t number) {
  set_.find("CODE_FORM", Level::kWarning, number, Place(line[0], column));
}

// A material that is a unit of its own costs price x amount / 10 points; the tables differ in how halves are rounded.
void ClaimReader::check_material(const Line& line, const ItemLayout& layout, const ItemNumbers& numbers,
                                 std::int64_t number) {
  if (unit_open_ || !numbers.price || !numbers.points || *numbers.price <= 0) return;
  const double amount = numbers.amount.value_or(1);
  if (std::abs(*numbers.points - std::max(1.0, *numbers.price * amount / 10)) > 1)
    set_.find("LINE_POINTS", Level::kInfo, number, Place(line[0], layout.points));
}

// Only the last record of a unit has points: a unit that ends without any was cut.
void ClaimReader::close_unit(std::int64_t number) {
  if (unit_open_ && !claim_.donor) set_.find("UNIT_WITHOUT_POINTS", Level::kInfo, number);
  unit_open_ = false;
}

// 負担区分 says whose points these are; meals (97) are yen. Where it is blank the claim's only payer pays.
void ClaimReader::add_to_sum(std::string_view payer, double points, double other) {
  if (section_ == "97") return;
  std::uint32_t payers = payers_of(payer);
  if (payers == 0) payers = claim_.insurers > 0 ? 1 : 2;
  for (std::size_t i = 0; payers != 0; payers >>= 1, ++i)
    if (payers & 1) {
      claim_.sums[i] += points;
      claim_.other[i] += other;
    }
}

// The lines' points against HO and each KO.
void ClaimReader::check_points() {
  if (!claim_.sums_complete) return;
  for (std::size_t i = 0; i < kPayerCount; ++i) {
    const auto& stated = claim_.stated[i];
    if (!stated || close(*stated, claim_.sums[i]) || close(*stated, claim_.other[i])) continue;
    const bool first = i == 0 || (i == 1 && claim_.insurers == 0);
    constexpr std::string_view kPlaces[] = {"HO-6", "KO-6", "KO-6 (2)", "KO-6 (3)", "KO-6 (4)"};
    set_.find("CLAIM_POINTS", first ? Level::kWarning : Level::kInfo, claim_.line, kPlaces[i]);
  }
}

void ClaimReader::check_claim() {
  close_unit(claim_.line);
  check_points();
  if (claim_.insurers + claim_.publics == 0) {
    set_.find("PAYER_MISSING", Level::kWarning, claim_.line, "HO");
  } else {
    const int announced = public_payers_of(claim_.type);
    if (announced >= 0 && (announced != claim_.publics || has_insurer(claim_.type) != (claim_.insurers == 1)))
      set_.find("PAYER_COUNT", Level::kWarning, claim_.line, "RE-3");
  }
  if (claim_.kind == Kind::kDispensing) return;
  const auto days = parse_whole(claim_.days);
  if (claim_.visits >= 0 && days && *days != claim_.visits)
    set_.find("CARE_DAYS", Level::kWarning, claim_.line, "HO-5");
  if (!claim_.diseases) set_.find("DISEASE_MISSING", Level::kWarning, claim_.line, "SY");
  if (!claim_.items) set_.find("ITEMS_MISSING", Level::kWarning, claim_.line, "SI");
}

// Columns beyond the newest edition known: kept as they are.
void ClaimReader::more_columns(const Line& line, int known, std::int64_t number) {
  set_.find("RECORD_COLUMNS", Level::kInfo, number, line[0]);
  if (claim_.document) keep_extra(line, known);
}

void ClaimReader::keep_extra(const Line& line, int known) {
  for (int field = known; field < line.fields(); ++field)
    if (!line.blank(field)) {
      scratch_.assign("extra:").append(line[0]);
      set_.keep(scratch_, line.from(known));
      return;
    }
}

void ClaimReader::check_fields(const Line& line, std::int64_t number, const RecordType& type) {
  if (type.columns != 0 && line.fields() > type.columns) more_columns(line, type.columns, number);
  const std::string_view id = line[0];
  for (const FieldRule& rule : field_rules(claim_.kind, type)) {
    const std::string_view text = line[rule.column];
    if (text.empty()) continue;
    // Digits that fit are what nearly every field holds.
    if (rule.form == Form::kDigits && few_digits(text) >= 0 &&
        (rule.fixed ? text.size() == rule.size : text.size() <= rule.size))
      continue;
    const bool ascii = rule.form == Form::kDigits ? all_digits(trim(text)) : is_ascii(text);
    // UTF-8 is never shorter than Shift_JIS.
    const bool exact = ascii || (text.size() <= rule.size && !rule.fixed);
    const std::size_t size = exact ? text.size() : shift_jis_size(text);
    if (size > rule.size || (rule.fixed && size != rule.size)) {
      set_.find("FIELD_LENGTH", Level::kWarning, number, Place(id, rule.column));
    } else if (!ascii && rule.form != Form::kText) {
      set_.find("FIELD_FORM", Level::kWarning, number, Place(id, rule.column));
    } else if (!ascii) {
      const Widths widths = widths_of(text);
      if (widths.half_kana || (widths.half && widths.full))
        set_.find(widths.half_kana ? "HALF_WIDTH_KANA" : "MIXED_WIDTH", Level::kInfo, number, Place(id, rule.column));
    }
  }
}

void ClaimReader::check_names(std::int64_t number) {
  if (claim_.sex != "1" && claim_.sex != "2") set_.find("SEX_INVALID", Level::kWarning, number, "RE-6");
  if (!claim_.birth.present()) set_.find("BIRTH_DATE_MISSING", Level::kWarning, number, "RE-7");
  if (claim_.name.empty()) set_.find("NAME_MISSING", Level::kWarning, number, "RE-5");
  if (widths_of(claim_.kana).half_kana) set_.find("HALF_WIDTH_KANA", Level::kInfo, number, "RE-37");
}

// Nothing that a claim speaks of happened after its month.
void ClaimReader::check_after(const ClinicalTime& time, std::int64_t number, std::string_view where) {
  if (time.present() && time.date().days >= claim_.first_of_month + claim_.days_in_month)
    set_.find("DATE_ORDER", Level::kWarning, number, where);
}

// JD: 1 counts as a day of care. Only the first payer's days are compared: HO or the first KO has them.
void ClaimReader::visits(const Line& line) {
  if (claim_.visits >= 0) return;
  int days = 0;
  for (int day = 1; day <= 31; ++day)
    days += line[day + 1] == "1" ? 1 : 0;
  claim_.visits = days;
}

// HH: points x days; GT: the sum of the periods, times the institution's coefficient, with the adjustment.
void ClaimReader::check_bundle(const Line& line, Role role, std::int64_t number) {
  if (role == Role::kBundleMonth) {
    claim_.coefficient = parse_number(line[5]);
    claim_.bundle_days = 0;
  } else if (role == Role::kBundlePeriod) {
    const auto points = parse_number(line[6]), days = parse_number(line[7]), sum = parse_number(line[8]);
    if (points && days && sum && !close(*points * *days, *sum))
      set_.find("LINE_POINTS", Level::kWarning, number, "HH-9");
    claim_.bundle_days += sum.value_or(0);
  } else if (role == Role::kBundleTotal) {
    const auto sum = parse_number(line[5]), multiplied = parse_number(line[6]), adjusted = parse_number(line[7]),
               total = parse_number(line[8]);
    if (sum && claim_.bundle_days > 0 && !close(*sum, claim_.bundle_days))
      set_.find("LINE_POINTS", Level::kWarning, number, "GT-6");
    if (sum && multiplied && claim_.coefficient && std::abs(*sum * *claim_.coefficient - *multiplied) > 1)
      set_.find("LINE_POINTS", Level::kWarning, number, "GT-7");
    if (multiplied && total && !close(*multiplied + adjusted.value_or(0), *total))
      set_.find("LINE_POINTS", Level::kWarning, number, "GT-9");
    claim_.bundle_days = 0;
  }
}

}  // namespace sekisho::formats::receipt

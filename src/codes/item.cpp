#include "codes/item.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/csv.h"
#include "core/file.h"
#include "core/utf16.h"
#include "masters/source.h"

namespace sekisho::codes {
namespace {

enum Column : int {
  kHospital,
  kSystem,
  kCode,
  kName,
  kKana,
  kKindColumn,
  kUnitColumn,
  kSpecimenColumn,
  kFormColumn,
  kCount,
  kFirst,
  kLast,
  kLow,
  kMiddle,
  kHigh,
  kMean,
  kSd,
  kNumber,
  kRefLow,
  kRefHigh,
  kDose,
  kDoseUnit,
  kClaimed,
  kStdSystem,
  kStdCode,
  kIcd,
  kColumns
};

struct ColumnName {
  Column column;
  std::string_view name;
};
// The first name of each column is the one written out.
constexpr ColumnName kNames[] = {
    {kHospital, "hospital"},
    {kHospital, "hospital_id"},
    {kHospital, "病院"},
    {kHospital, "施設"},
    {kHospital, "site"},
    {kSystem, "local_system"},
    {kSystem, "system"},
    {kSystem, "loc_sys"},
    {kSystem, "code_system"},
    {kCode, "local_code"},
    {kCode, "code"},
    {kCode, "loc_code"},
    {kCode, "ローカルコード"},
    {kCode, "院内コード"},
    {kName, "name"},
    {kName, "local_name"},
    {kName, "名称"},
    {kName, "項目名"},
    {kName, "院内名称"},
    {kName, "label"},
    {kName, "display"},
    {kKana, "kana"},
    {kKana, "local_kana"},
    {kKana, "カナ"},
    {kKindColumn, "kind"},
    {kKindColumn, "type"},
    {kKindColumn, "category"},
    {kKindColumn, "domain"},
    {kKindColumn, "区分"},
    {kKindColumn, "種別"},
    {kUnitColumn, "unit"},
    {kUnitColumn, "units"},
    {kUnitColumn, "local_unit"},
    {kUnitColumn, "単位"},
    {kSpecimenColumn, "specimen"},
    {kSpecimenColumn, "material"},
    {kSpecimenColumn, "材料"},
    {kSpecimenColumn, "検体"},
    {kSpecimenColumn, "検体材料"},
    {kFormColumn, "form"},
    {kFormColumn, "route"},
    {kFormColumn, "剤形"},
    {kFormColumn, "dosage_form"},
    {kCount, "count"},
    {kCount, "n"},
    {kCount, "rows"},
    {kCount, "件数"},
    {kFirst, "first"},
    {kFirst, "first_date"},
    {kFirst, "valid_from"},
    {kFirst, "from"},
    {kFirst, "開始日"},
    {kFirst, "first_used"},
    {kLast, "last"},
    {kLast, "last_date"},
    {kLast, "valid_to"},
    {kLast, "to"},
    {kLast, "終了日"},
    {kLast, "last_used"},
    {kLow, "value_p05"},
    {kLow, "p05"},
    {kLow, "p5"},
    {kLow, "value_p5"},
    {kLow, "value_low"},
    {kMiddle, "value_p50"},
    {kMiddle, "median"},
    {kMiddle, "p50"},
    {kMiddle, "value_median"},
    {kMiddle, "中央値"},
    {kHigh, "value_p95"},
    {kHigh, "p95"},
    {kHigh, "value_high"},
    {kMean, "value_mean"},
    {kMean, "mean"},
    {kMean, "平均"},
    {kSd, "value_sd"},
    {kSd, "sd"},
    {kSd, "標準偏差"},
    {kNumber, "value_count"},
    {kNumber, "value_n"},
    {kNumber, "n_values"},
    {kRefLow, "ref_low"},
    {kRefLow, "基準下限"},
    {kRefLow, "reference_low"},
    {kRefHigh, "ref_high"},
    {kRefHigh, "基準上限"},
    {kRefHigh, "reference_high"},
    {kDose, "dose_p50"},
    {kDose, "dose"},
    {kDose, "typical_dose"},
    {kDose, "dose_median"},
    {kDose, "用量"},
    {kDoseUnit, "dose_unit"},
    {kDoseUnit, "用量単位"},
    {kClaimed, "claimed"},
    {kClaimed, "co_claimed"},
    {kClaimed, "claims"},
    {kClaimed, "same_day_codes"},
    {kClaimed, "co_claimed_codes"},
    {kClaimed, "claimed_codes"},
    {kStdSystem, "std_system"},
    {kStdSystem, "std_sys"},
    {kStdSystem, "source_system"},
    {kStdSystem, "standard_system"},
    {kStdCode, "std_code"},
    {kStdCode, "source_code"},
    {kStdCode, "standard_code"},
    {kStdCode, "標準コード"},
    {kIcd, "icd"},
    {kIcd, "icd10"},
};

double number_of(std::string_view text) {
  while (!text.empty() && text.front() == ' ')
    text.remove_prefix(1);
  double out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

// yyyymmdd or yyyy-mm-dd or yyyy/mm/dd
// "160022510:812;160022610" (also | , and blanks between codes, = between code and count)
std::vector<std::pair<std::string, double>> claimed_of(std::string_view text) {
  std::vector<std::pair<std::string, double>> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(";|, ", at), text.size());
    const std::string_view piece = text.substr(at, end - at);
    at = end + 1;
    if (piece.empty()) continue;
    const std::size_t colon = piece.find_first_of(":=");
    const double count = colon == std::string_view::npos ? 1 : number_of(piece.substr(colon + 1));
    out.emplace_back(std::string(piece.substr(0, colon)), count > 0 ? count : 1);
  }
  std::ranges::stable_sort(out, [](const auto& a, const auto& b) { return a.second > b.second; });
  return out;
}

}  // namespace

int day_number(std::string_view text) {
  // 20240301, 20240301120000, 2024-03-01T12:00, 2024/3/1, 2024年3月1日: four digits of a year, then month and day.
  std::array<int, 3> part{};
  std::array<int, 3> digits{};
  std::size_t at = 0;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      if (at < 2 && digits[at] == (at == 0 ? 4 : 2)) ++at;
      if (at == 2 && digits[2] == 2) break;
      part[at] = part[at] * 10 + (c - '0');
      ++digits[at];
    } else if (digits[at] > 0) {
      if (at == 2) break;
      ++at;
    }
  }
  if (digits[0] != 4 || digits[1] == 0 || digits[2] == 0) return 0;
  if (part[1] < 1 || part[1] > 12 || part[2] < 1 || part[2] > 31) return 0;
  return part[0] * 10000 + part[1] * 100 + part[2];
}

namespace {

constexpr int kTitleRows = 30;  // at most, above the header

using Places = std::array<int, kColumns>;

std::string_view trimmed(std::string_view text) {
  for (const std::string_view blank : {std::string_view(" "), std::string_view("　")}) {
    while (text.starts_with(blank))
      text.remove_prefix(blank.size());
    while (text.ends_with(blank))
      text.remove_suffix(blank.size());
  }
  return text;
}

// Where the columns of a header stand. Names in the order of preference: local_code wins over code wherever it stands.
Places places_of(std::span<const std::string_view> header) {
  Places place;
  place.fill(-1);
  for (const ColumnName& known : kNames) {
    if (place[known.column] >= 0) continue;
    for (std::size_t i = 0; i < header.size(); ++i)
      if (trimmed(header[i]) == known.name) place[known.column] = static_cast<int>(i);
  }
  return place;
}

// What parts the fields of the first line that has fields.
char separator_of(std::string_view text) {
  const std::size_t first = std::min(text.find_first_of("\t,;"), text.size());
  const std::size_t begin = text.substr(0, first).rfind('\n') + 1;
  const std::string_view line = text.substr(begin, text.find('\n', first) - begin);
  if (line.contains('\t')) return '\t';
  return std::ranges::count(line, ';') > std::ranges::count(line, ',') ? ';' : ',';
}

// `padded`: rows end at their last cell that is not blank, as those of a workbook do.
Result<std::vector<LocalItem>> items_of(std::string_view raw, std::string_view file, bool padded) {
  const std::string text = text_in_utf8(as_bytes(raw));
  CsvReader reader(text, separator_of(text), file);
  std::vector<std::string_view> fields;
  Places place;
  place.fill(-1);
  for (int row = 0; place[kCode] < 0 || place[kName] < 0; ++row) {
    SEKISHO_TRY(const bool any, reader.next(fields));
    if (!any && row == 0) return fail("codes.input", "is empty", {.file = std::string(file)});
    if (!any || row > kTitleRows)
      return fail("codes.input", "has no columns local_code and name", {.file = std::string(file), .line = 1},
                  "See docs/codes.md for the columns of the input.");
    place = places_of(fields);
  }
  const std::size_t width = fields.size();
  std::vector<LocalItem> out;
  for (;;) {
    SEKISHO_TRY(const bool more, reader.next(fields));
    if (!more) return out;
    if (padded && fields.size() < width) fields.resize(width);
    if (fields.size() != width)
      return fail("codes.input", fmt::format("has {} fields instead of {}", fields.size(), width),
                  {.file = std::string(file), .line = reader.line()});
    const auto get = [&](Column c) {
      return place[c] < 0 ? std::string_view() : fields[static_cast<std::size_t>(place[c])];
    };
    LocalItem item;
    item.line = reader.line();
    item.hospital = get(kHospital);
    item.system = get(kSystem);
    item.code = get(kCode);
    item.name = get(kName);
    item.kana = get(kKana);
    if (Kind kind; parse_kind(get(kKindColumn), kind)) item.kind = kind;
    item.unit = get(kUnitColumn);
    item.specimen = get(kSpecimenColumn);
    item.form = get(kFormColumn);
    item.count = number_of(get(kCount));
    item.first = day_number(get(kFirst));
    item.last = day_number(get(kLast));
    item.values = {number_of(get(kLow)), number_of(get(kMiddle)), number_of(get(kHigh)), number_of(get(kNumber))};
    if (get(kMiddle).empty() && !get(kMean).empty()) {
      const double mean = number_of(get(kMean)), sd = number_of(get(kSd));
      item.values = {mean - 1.645 * sd, mean, mean + 1.645 * sd, item.values.count};
    }
    if (item.values.count == 0 && item.values.middle != 0) item.values.count = std::max(item.count, 1.0);
    item.ref_low = number_of(get(kRefLow));
    item.ref_high = number_of(get(kRefHigh));
    item.dose = number_of(get(kDose));
    item.dose_unit = get(kDoseUnit);
    item.claimed = claimed_of(get(kClaimed));
    item.std_system = get(kStdSystem);
    item.std_code = get(kStdCode);
    item.icd = get(kIcd);
    std::erase(item.icd, '.');
    if (item.code.empty() && item.name.empty()) continue;
    out.push_back(std::move(item));
  }
}

}  // namespace

Result<std::vector<LocalItem>> read_items_text(std::string_view raw, std::string_view file) {
  return items_of(raw, file, false);
}

Result<std::vector<LocalItem>> read_items(const std::filesystem::path& path) {
  SEKISHO_TRY(Bytes bytes, read_file(path));
  const bool workbook = masters::is_workbook(bytes) || masters::is_binary_workbook(bytes);
  std::vector<LocalItem> out;
  SEKISHO_CHECK(masters::open_source(path.string(), std::move(bytes), {}, [&](masters::Source source) -> Result<void> {
    SEKISHO_TRY(std::vector<LocalItem> part, items_of(as_text(source.content), source.name, workbook));
    std::ranges::move(part, std::back_inserter(out));
    return {};
  }));
  return out;
}

void write_items(std::span<const LocalItem> items, std::string& out) {
  std::vector<std::string_view> header(kColumns);
  for (const ColumnName& known : kNames)
    if (header[known.column].empty()) header[known.column] = known.name;
  append_csv(out, header);
  for (const LocalItem& item : items) {
    if (item.variant) continue;
    std::array<std::string, kColumns> fields;
    const auto number = [](double value) { return value == 0 ? std::string() : fmt::format("{}", value); };
    const auto date = [](int value) { return value == 0 ? std::string() : std::to_string(value); };
    fields[kHospital] = item.hospital;
    fields[kSystem] = item.system;
    fields[kCode] = item.code;
    fields[kName] = item.name;
    fields[kKana] = item.kana;
    fields[kKindColumn] = item.kind ? std::string(name(*item.kind)) : "";
    fields[kUnitColumn] = item.unit;
    fields[kSpecimenColumn] = item.specimen;
    fields[kFormColumn] = item.form;
    fields[kCount] = number(item.count);
    fields[kFirst] = date(item.first);
    fields[kLast] = date(item.last);
    if (item.values.count > 0) {
      fields[kLow] = number(item.values.low);
      fields[kMiddle] = number(item.values.middle);
      fields[kHigh] = number(item.values.high);
      fields[kNumber] = number(item.values.count);
    }
    fields[kRefLow] = number(item.ref_low);
    fields[kRefHigh] = number(item.ref_high);
    fields[kDose] = number(item.dose);
    fields[kDoseUnit] = item.dose_unit;
    for (const auto& [code, count] : item.claimed)
      fields[kClaimed] += fmt::format("{}{}:{}", fields[kClaimed].empty() ? "" : ";", code, count);
    fields[kStdSystem] = item.std_system;
    fields[kStdCode] = item.std_code;
    fields[kIcd] = item.icd;
    const std::vector<std::string_view> views(fields.begin(), fields.end());
    append_csv(out, views);
  }
}

}  // namespace sekisho::codes

#include "masters/kind.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "core/ascii.h"
#include "core/csv.h"
#include "masters/fold.h"

namespace sekisho::masters {
namespace {

constexpr std::array<KindSpec, kKinds> kKindSpecs{{
    {"drug", "医薬品", "6########", ""},
    {"procedure", "診療行為", "1########", ""},
    {"material", "特定器材", "7########", ""},
    {"comment", "コメント", "8########", ""},
    {"disease", "傷病名", "#######", ""},
    {"modifier", "修飾語", "####", ""},
    {"ward", "病棟", "1########", ""},
    {"comment_rule", "コメント関連", "##################", ""},
    {"price", "薬価基準", "????????????", "forms"},
    {"generic", "後発医薬品情報", "????????????", ""},
    {"institution", "医療機関", "#########", "regions"},
    {"dpc_hospital", "DPC対象病院", "#########", ""},
    {"institution_link", "医療機関コードの変更", "##################", ""},
    {"hot", "HOT", "#############|#########", "lengths"},
    {"medis_disease", "標準病名", "########", ""},
}};

constexpr std::array<std::pair<std::string_view, Role>, 22> kRoles{{
    {"ignore", Role::kIgnore},
    {"class", Role::kClass},
    {"letter", Role::kLetter},
    {"code", Role::kCode},
    {"key", Role::kKey},
    {"key2", Role::kKey2},
    {"key6", Role::kKey6},
    {"prefecture", Role::kPrefecture},
    {"name", Role::kName},
    {"kana", Role::kKana},
    {"unit", Role::kUnit},
    {"price", Role::kPrice},
    {"generic", Role::kGeneric},
    {"dpc", Role::kDpc},
    {"price_code", Role::kPriceCode},
    {"successor", Role::kSuccessor},
    {"text", Role::kText},
    {"volatile", Role::kVolatile},
    {"changed", Role::kChanged},
    {"listed", Role::kListed},
    {"end", Role::kEnd},
    {"limit", Role::kLimit},
}};

constexpr std::string_view kLikeItsMaster[] = {"_revision", "_extract", "_abolished"};
constexpr std::array<std::pair<std::string_view, Mode>, 4> kModes{
    {{"auto", Mode::kAuto}, {"full", Mode::kFull}, {"weak", Mode::kWeak}, {"part", Mode::kPart}}};

constexpr std::pair<std::string_view, std::string_view> kTables[] = {
#include "tables.inc"
};

std::vector<std::size_t> numbers(std::string_view text) {
  std::vector<std::size_t> out;
  while (!text.empty()) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc{}) out.push_back(value);
    text.remove_prefix(std::min<std::size_t>(text.size(), static_cast<std::size_t>(end - text.data()) + 1));
  }
  return out;
}

bool ends_with_any_case(std::string_view text, std::string_view lower) {
  if (text.size() < lower.size()) return false;
  return std::ranges::equal(text.substr(text.size() - lower.size()), lower,
                            [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

// "y_ALL20240531 (1).csv.zst" -> "yALL20240531": folders, endings, separators and the number that browsers give to a
// second copy carry no meaning.
std::string bare_name(std::string_view name) {
  if (const std::size_t slash = name.find_last_of("/!"); slash != name.npos) name.remove_prefix(slash + 1);
  static constexpr std::string_view kEndings[] = {".zst", ".gz", ".csv", ".txt", ".tsv", ".xlsx", ".xls", ".zip"};
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view ending : kEndings)
      if (ends_with_any_case(name, ending)) name.remove_suffix(ending.size()), again = true;
  }
  if (name.size() > 3 && name.ends_with(')') && name[name.size() - 3] == '(' && is_digit(name[name.size() - 2]))
    name.remove_suffix(3);
  std::string out;
  for (const char c : name)
    if (c != '_' && c != '-' && c != '.' && c != ' ') out += c;
  return out.substr(0, 200);  // regular expressions recurse with the length of what they read
}

std::regex file_pattern(std::string pattern) {
  for (const auto& [mark, digits] : {std::pair<std::string, std::string>{"D8", "(?:19|20)\\d{6}"},
                                     {"D6", "(?:19|20)\\d{4}"},
                                     {"D4", "(?:19|20)\\d{2}"},
                                     {"R2", "[0-4]\\d"}})
    if (const std::size_t at = pattern.find(mark); at != pattern.npos) pattern.replace(at, 2, "(" + digits + ")");
  return std::regex(pattern, std::regex::ECMAScript | std::regex::icase);
}

}  // namespace

const KindSpec& spec(Kind kind) {
  return kKindSpecs[static_cast<std::size_t>(kind)];
}

std::optional<Kind> kind_of(std::string_view name) {
  for (std::size_t i = 0; i < kKinds; ++i)
    if (name == kKindSpecs[i].name) return static_cast<Kind>(i);
  return std::nullopt;
}

namespace {

bool has_shape(std::string_view code, std::string_view pattern) {
  if (code.size() != pattern.size()) return false;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const bool good = pattern[i] == '#'   ? is_digit(code[i])
                      : pattern[i] == '?' ? is_digit(code[i]) || (code[i] >= 'A' && code[i] <= 'Z')
                                          : code[i] == pattern[i];
    if (!good) return false;
  }
  return true;
}

}  // namespace

bool is_valid_code(Kind kind, std::string_view code) {
  std::string_view shapes = spec(kind).pattern;
  for (;;) {
    const std::size_t bar = shapes.find('|');
    if (has_shape(code, shapes.substr(0, bar))) return true;
    if (bar == shapes.npos) return false;
    shapes.remove_prefix(bar + 1);
  }
}

std::string_view scope_of(Kind kind, std::string_view code) {
  switch (kind) {
    case Kind::kInstitution:
      return code.substr(0, 2);
    case Kind::kPrice:
      // The fifth to seventh characters of a price code are its form: 001-399 oral, 400-699 injected, 700-999 external.
      return code.size() < 5 || code[4] < '4' ? "oral" : code[4] < '7' ? "injected" : "external";
    case Kind::kHot:
      return code.size() == 9 ? "HOT9" : "HOT13";
    default:
      return {};
  }
}

Result<Layouts> Layouts::built_in() {
  return parse(built_in_table("series.csv"), built_in_table("columns.csv"));
}

Result<Layouts> Layouts::parse(std::string_view series_csv, std::string_view columns_csv) {
  Layouts layouts;
  SEKISHO_CHECK(layouts.add_series(series_csv));
  SEKISHO_CHECK(layouts.add_columns(columns_csv));
  return layouts;
}

Result<void> Layouts::add_series(std::string_view csv) {
  SEKISHO_TRY(const CsvTable table, read_csv(csv, ',', "series.csv"));
  if (table.header.size() < 11) return fail("masters.layout", "series.csv has too few columns", {.file = "series.csv"});
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const auto& row = table.rows[i];
    const auto kind = kind_of(row[1]);
    if (!kind) return fail("masters.layout", "no kind " + row[1], {.file = "series.csv", .line = table.lines[i]});
    Series one;
    one.name = row[0];
    one.kind = *kind;
    one.pattern = row[2];
    try {
      one.file = file_pattern(row[2]);
    } catch (const std::regex_error&) {
      return fail("masters.layout", "bad pattern " + row[2], {.file = "series.csv", .line = table.lines[i]});
    }
    one.when = row[3];
    const auto mode = std::ranges::find(kModes, row[4], [](const auto& pair) { return pair.first; });
    if (mode == kModes.end())
      return fail("masters.layout", "no mode " + row[4], {.file = "series.csv", .line = table.lines[i]});
    one.mode = mode->second;
    one.dated = row[2].find("D8") != std::string::npos || row[2].find("D6") != std::string::npos ||
                row[2].find("D4") != std::string::npos;
    one.by_header = row[5] == "header";
    one.letter = row[6].empty() ? '\0' : row[6][0];
    one.known_columns = numbers(row[7]);
    const auto least = numbers(row[8]);
    one.least_columns = least.empty() ? 1 : least[0];
    one.rank = row[9] == "0" ? 0 : 1;
    series_.push_back(std::move(one));
  }
  return {};
}

Result<void> Layouts::add_columns(std::string_view csv) {
  SEKISHO_TRY(const CsvTable table, read_csv(csv, ',', "columns.csv"));
  if (table.header.size() != 4) return fail("masters.layout", "columns.csv needs 4 columns", {.file = "columns.csv"});
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const auto& row = table.rows[i];
    const auto role = std::ranges::find(kRoles, row[3], [](const auto& pair) { return pair.first; });
    if (role == kRoles.end())
      return fail("masters.layout", "no role " + row[3], {.file = "columns.csv", .line = table.lines[i]});
    bool used = false;
    for (Series& one : series_) {
      // Revisions, extracts, lists of what ended and ward codes have the layout of the master they are taken from.
      const bool shares = one.name == row[0] || (one.name == "ward" && row[0] == "procedure") ||
                          std::ranges::any_of(kLikeItsMaster, [&](std::string_view end) {
                            return one.name.size() == row[0].size() + end.size() && one.name.starts_with(row[0]) &&
                                   one.name.ends_with(end);
                          });
      if (!shares) continue;
      used = true;
      Column column;
      const auto number = numbers(row[1]);
      if (one.by_header)
        column.header = header_key(row[1]);
      else
        column.position = number.empty() ? -1 : static_cast<int>(number[0]) - 1;
      column.attribute = row[2];
      column.role = role->second;
      auto& names = attributes_[static_cast<std::size_t>(one.kind)];
      if (!row[2].empty() && std::ranges::find(names, row[2]) == names.end()) names.push_back(row[2]);
      one.columns.push_back(std::move(column));
    }
    if (!used) return fail("masters.layout", "no series " + row[0], {.file = "columns.csv", .line = table.lines[i]});
  }
  name_the_rest();
  return {};
}

// Columns of a published layout that the table does not name are kept under their number: nothing is lost silently.
void Layouts::name_the_rest() {
  for (Series& one : series_) {
    if (one.by_header || one.letter == 0) continue;
    auto& names = attributes_[static_cast<std::size_t>(one.kind)];
    const int most = static_cast<int>(std::ranges::max(one.known_columns));
    for (int position = 0; position < most; ++position) {
      if (std::ranges::find(one.columns, position, &Column::position) != one.columns.end()) continue;
      const std::string number = std::to_string(position + 1);
      Column column{position,
                    {},
                    "column_" + std::string(3 - std::min<std::size_t>(3, number.size()), '0') + number,
                    Role::kText};
      if (std::ranges::find(names, column.attribute) == names.end()) names.push_back(column.attribute);
      one.columns.push_back(std::move(column));
    }
  }
}

std::vector<Layouts::Match> Layouts::match(std::string_view file_name) const {
  const std::string bare = bare_name(file_name);
  std::vector<Match> out;
  for (const Series& one : series_) {
    std::smatch found;
    if (!std::regex_match(bare, found, one.file)) continue;
    std::string date, region;
    for (std::size_t i = 1; i < found.size(); ++i)
      if (const std::string part = found[i].str(); !part.empty() && is_digit(part[0]))
        (part.size() == 2 ? region : date) = part;
    out.push_back({&one, date, region});
  }
  return out;
}

std::string Layouts::date_in(std::string_view file_name) {
  std::string best;
  for (std::size_t at = 0; at < file_name.size();) {
    std::size_t end = at;
    while (end < file_name.size() && is_digit(file_name[end]))
      ++end;
    const std::string_view digits = file_name.substr(at, end - at);
    const bool year = digits.starts_with("19") || digits.starts_with("20");
    if (year && (digits.size() == 8 || digits.size() == 6) && digits.size() >= best.size()) best = digits;
    at = end + 1;
  }
  return best;
}

int Layouts::attribute(Kind kind, std::string_view name) const {
  const auto& names = attributes(kind);
  const auto found = std::ranges::find(names, name);
  return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

int Layouts::attribute_of(Kind kind, Role role) const {
  for (const Series& one : series_)
    if (one.kind == kind)
      for (const Column& column : one.columns)
        if (column.role == role) return attribute(kind, column.attribute);
  return -1;
}

std::string_view built_in_table(std::string_view name) {
  for (const auto& [table, content] : kTables)
    if (table == name) return content;
  return {};
}

std::vector<std::string_view> built_in_tables(std::string_view prefix) {
  std::vector<std::string_view> out;
  for (const auto& [table, content] : kTables)
    if (table.starts_with(prefix)) out.push_back(table);
  return out;
}

}  // namespace sekisho::masters

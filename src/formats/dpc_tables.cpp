#include "formats/dpc_tables.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <tuple>

#include "core/csv.h"
#include "formats/receipt_fields.h"

namespace sekisho::formats::dpc {
namespace {

using Row = std::vector<std::string_view>;

// Calls `take` with each row; quotes have a meaning in comma separated text only.
Result<void> each_row(std::string_view text, char separator,
                      const std::function<Result<void>(const Row&, std::int64_t line)>& take) {
  Row row;
  if (separator == ',') {
    CsvReader reader(text);
    for (;;) {
      SEKISHO_TRY(const bool more, reader.next(row));
      if (!more) return {};
      SEKISHO_CHECK(take(row, reader.line()));
    }
  }
  for (std::int64_t line = 1; !text.empty(); ++line) {
    std::string_view rest = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), rest.size() + 1));
    if (rest.ends_with('\r')) rest.remove_suffix(1);
    row.clear();
    for (;;) {
      const std::size_t tab = rest.find(separator);
      row.push_back(rest.substr(0, tab));
      if (tab == rest.npos) break;
      rest.remove_prefix(tab + 1);
    }
    SEKISHO_CHECK(take(row, line));
  }
  return {};
}

std::string_view cell(const Row& row, std::size_t column) {
  return column < row.size() ? trim(row[column]) : std::string_view{};
}

constexpr std::size_t kNoColumn = SIZE_MAX;
std::size_t column_of(const Row& row, std::string_view begins) {
  for (std::size_t i = 0; i < row.size(); ++i)
    if (trim(row[i]).starts_with(begins)) return i;
  return kNoColumn;
}

std::unexpected<Error> bad(const std::string& file, std::int64_t line, std::string message) {
  return fail("dpc.table", std::move(message), {.file = file, .line = line},
              "Use the file as the Ministry publishes it (DPC電子点数表).");
}

// 99999999: open. Spreadsheets may have made a day of it.
std::optional<Date> day_of(std::string_view text, bool end) {
  if (end && (text == "99999999" || text.empty())) return Date::parse_compact("99991231");
  if (const auto day = Date::parse_compact(text)) return day;
  return Date::parse_iso(text);
}

bool is_group_code(std::string_view text) {
  return text.size() == 14 && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
         });
}

}  // namespace

void GroupTables::begin_file(std::string file) {
  editions_.push_back({.file = std::move(file)});
}

Result<void> GroupTables::add_sheet(std::string_view name, std::string_view text, char separator) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (name.contains(kGroupSheet)) return add_groups(text, separator);
  if (name.contains(kClassSheet)) return add_names(text, separator, false);
  if (name.contains(kCategorySheet)) return add_names(text, separator, true);
  return {};
}

Result<void> GroupTables::add_groups(std::string_view text, char separator) {
  std::size_t code = kNoColumn, days = kNoColumn, points = kNoColumn, period = kNoColumn;
  const auto edition = static_cast<std::uint32_t>(editions_.size() - 1);
  const std::string& file = editions_.back().file;
  SEKISHO_CHECK(each_row(text, separator, [&](const Row& row, std::int64_t line) -> Result<void> {
    if (code == kNoColumn) {
      if ((code = column_of(row, "診断群分類番号")) == kNoColumn) return {};
      days = column_of(row, "入院日");
      points = column_of(row, "点数");
      period = column_of(row, "有効期間");
      if (days == kNoColumn || points == kNoColumn || period == kNoColumn)
        return bad(file, line, "a column is missing: 入院日, 点数 or 有効期間");
      return {};
    }
    const std::string_view text_of_code = cell(row, code);
    if (text_of_code.empty()) return {};  // the second line of the heading, notes
    if (!is_group_code(text_of_code)) return bad(file, line, "not a group of fourteen characters");
    Group group{.code = std::string(text_of_code), .edition = edition, .line = line};
    for (std::size_t i = 0; i < group.texts.size(); ++i)
      group.texts[i] = cell(row, code + 1 + i);
    for (std::size_t i = 0; i < 3; ++i) {
      if (const auto day = parse_whole(cell(row, days + i))) group.last_days[i] = static_cast<int>(*day);
      if (const auto point = parse_whole(cell(row, points + i))) group.points[i] = static_cast<int>(*point);
    }
    const auto from = day_of(cell(row, period), false), to = day_of(cell(row, period + 1), true);
    if (!from || !to || *to < *from) return bad(file, line, "a period of validity that is none");
    group.from = *from;
    group.to = *to;
    groups_.push_back(std::move(group));
    ++editions_.back().groups;
    return {};
  }));
  return code == kNoColumn ? Result<void>(bad(file, 1, "no heading with 診断群分類番号")) : Result<void>{};
}

// MDC and, for classes, four digits within it; then the name.
Result<void> GroupTables::add_names(std::string_view text, char separator, bool categories) {
  const auto edition = static_cast<std::uint32_t>(editions_.size() - 1);
  return each_row(text, separator, [&](const Row& row, std::int64_t) -> Result<void> {
    std::string code(cell(row, 0));
    if (!categories) code += cell(row, 1);
    const std::string_view name = cell(row, categories ? 1 : 2);
    const bool is_code = code.find_first_not_of("0123456789x") == code.npos && code[0] != 'x';
    if (code.size() != (categories ? 2u : 6u) || !is_code || name.empty()) return {};  // headings
    names_[{edition, std::move(code)}] = name;
    ++(categories ? editions_.back().categories : editions_.back().classes);
    return {};
  });
}

Result<void> GroupTables::finish() {
  if (groups_.empty())
    return fail("dpc.table", "no sheet of diagnosis groups (診断群分類点数表) was found", {},
                "Name the workbook, its folder of sheets or the archive.");
  // An edition begins when most of its rows do: rows mended since have a later day.
  std::vector<std::map<Date, std::size_t>> begins(editions_.size());
  for (const Group& group : groups_)
    ++begins[group.edition][group.from];
  std::vector<std::uint32_t> order(editions_.size());
  std::iota(order.begin(), order.end(), 0u);
  for (std::size_t i = 0; i < editions_.size(); ++i)
    for (std::size_t most = 0; const auto& [day, rows] : begins[i])
      if (rows > most) {
        most = rows;
        editions_[i].from = day;
      }
  std::ranges::stable_sort(order, {}, [&](std::uint32_t i) { return std::pair(editions_[i].from, editions_[i].file); });
  // Files without groups are no edition.
  constexpr std::uint32_t kNone = UINT32_MAX;
  std::vector<std::uint32_t> number(order.size(), kNone);
  std::vector<Edition> sorted;
  for (const std::uint32_t file : order) {
    if (editions_[file].groups == 0) continue;
    number[file] = static_cast<std::uint32_t>(sorted.size());
    sorted.push_back(std::move(editions_[file]));
  }
  std::map<std::pair<std::uint32_t, std::string>, std::string> names;
  for (auto& [key, name] : names_)
    if (number[key.first] != kNone) names[{number[key.first], key.second}] = std::move(name);
  names_ = std::move(names);
  editions_ = std::move(sorted);
  for (Group& group : groups_)
    group.edition = number[group.edition];
  std::ranges::sort(groups_, {}, [](const Group& g) { return std::tie(g.code, g.edition, g.from, g.line); });
  return {};
}

const GroupTables::Edition* GroupTables::edition_on(Date day) const {
  const Edition* found = nullptr;
  for (const Edition& edition : editions_)
    if (edition.from <= day) found = &edition;
  return found;
}

std::vector<const Group*> GroupTables::all(std::string_view code) const {
  std::vector<const Group*> out;
  for (const Group& group :
       std::ranges::equal_range(groups_, code, {}, [](const Group& g) { return std::string_view(g.code); }))
    out.push_back(&group);
  return out;
}

const Group* GroupTables::find(std::string_view code, Date day) const {
  const Edition* edition = edition_on(day);
  const Group* found = nullptr;
  for (const Group* group : all(code))
    if (edition == &editions_[group->edition] && group->from <= day && day <= group->to) found = group;
  return found;
}

std::string_view GroupTables::class_name(std::string_view code, Date day) const {
  const Edition* edition = edition_on(day);
  if (edition == nullptr) return {};
  const auto found = names_.find({static_cast<std::uint32_t>(edition - editions_.data()), std::string(code)});
  return found == names_.end() ? std::string_view{} : std::string_view(found->second);
}

}  // namespace sekisho::formats::dpc

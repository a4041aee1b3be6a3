#include <fmt/format.h>

#include <algorithm>

#include "core/csv.h"
#include "core/text.h"
#include "crypto/digest.h"
#include "masters/apply.h"
#include "masters/fold.h"
#include "masters/header_row.h"

namespace sekisho::masters {

int find_header(const std::vector<std::string>& names, std::string_view wanted) {
  const auto whole = std::ranges::find(names, wanted);
  const auto found = whole != names.end() ? whole : std::ranges::find_if(names, [&](const std::string& one) {
    return std::string_view(one).substr(0, one.find('(')) == wanted;
  });
  return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

std::vector<std::string> header_keys(const std::vector<std::string_view>& fields) {
  std::vector<std::string> names;
  for (const std::string_view one : fields)
    names.push_back(header_key(one));
  return names;
}

bool is_code(Role role) {
  return role == Role::kCode || role == Role::kKey || role == Role::kKey2 || role == Role::kKey6;
}

bool is_header(const Series& series, const std::vector<std::string>& names) {
  std::size_t found = 0;
  bool code = false, name = false, prefecture = false;
  for (const Column& column : series.columns) {
    if (find_header(names, column.header) < 0) continue;
    ++found;
    code = code || is_code(column.role);
    name = name || column.role == Role::kName;
    prefecture = prefecture || column.role == Role::kPrefecture;
  }
  return found >= 2 && (code || (name && prefecture));
}

char separator_of(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  return std::ranges::count(line, '\t') > std::ranges::count(line, ',') ? '\t' : ',';
}

namespace {

constexpr std::size_t kHeaderLines = 30;  // titles and notes stand above the header of a spreadsheet

std::vector<std::vector<std::string>> first_records(std::string_view text) {
  // Only UTF-8 and CP932 files have headers that matter; the start of the file is enough.
  std::string head(text.substr(0, 64 << 10));
  if (!is_valid_utf8(head.substr(0, head.find_last_of('\n') + 1))) {
    std::string decoded;
    DecodeReport report;
    decode(Charset::kCp932, as_bytes(head), decoded, report);
    head = std::move(decoded);
  }
  if (head.starts_with("\xEF\xBB\xBF")) head.erase(0, 3);
  CsvReader reader(head, separator_of(head));
  std::vector<std::string_view> fields;
  std::vector<std::vector<std::string>> out;
  while (out.size() < kHeaderLines) {
    const auto got = reader.next(fields);
    if (!got || !*got) break;
    out.push_back(header_keys(fields));
  }
  return out;
}

// The header of a file for one series: the first row that names its columns, else the first row.
std::vector<std::string> header_of(const Series& series, const std::vector<std::vector<std::string>>& records) {
  for (const auto& names : records)
    if (series.by_header && is_header(series, names)) return names;
  return records.empty() ? std::vector<std::string>{} : records.front();
}

bool fits(const std::vector<std::string>& header, std::string when) {
  if (when.empty()) return true;
  const bool wanted = when[0] != '!';
  if (!wanted) when.erase(0, 1);
  const bool prefix = when.ends_with('*');
  if (prefix) when.pop_back();
  when = header_key(when);
  const bool found =
      std::ranges::any_of(header, [&](const std::string& one) { return prefix ? one.starts_with(when) : one == when; });
  return found == wanted;
}

std::int32_t edition_day(std::string date) {
  if (date.size() == 4) date += "0401";
  if (date.size() == 6) date += "01";
  const auto day = Date::parse_compact(date);
  return day ? day->days : kNoDay;
}

// A full file of the basic masters has unchanged rows (変更区分 0); a differential one has none.
bool has_unchanged_rows(std::string_view text) {
  if (text.starts_with("\"0\"") || text.starts_with("0,")) return true;
  return text.find("\n\"0\"") != text.npos || text.find("\n0,") != text.npos;
}

FileInfo::Mode edition_mode(const Series& series, std::string_view text) {
  switch (series.mode) {
    case Mode::kWeak:
      return FileInfo::Mode::kExtract;
    case Mode::kPart:
      return FileInfo::Mode::kDifferential;
    case Mode::kFull:
      return FileInfo::Mode::kFull;
    case Mode::kAuto:
      break;
  }
  return has_unchanged_rows(text) ? FileInfo::Mode::kFull : FileInfo::Mode::kDifferential;
}

// Whether the first rows of a file are rows of a master whose columns go by position: as many columns as the layout
// knows, its letter, a code in its place. Keys made of several columns are not looked at.
bool has_rows_of(const Series& series, const std::vector<std::vector<std::string>>& records) {
  std::size_t seen = 0;
  for (const auto& fields : records) {
    bool good = std::ranges::find(series.known_columns, fields.size()) != series.known_columns.end();
    for (const Column& column : series.columns) {
      if (!good || (column.role != Role::kCode && column.role != Role::kLetter)) continue;
      const auto at = static_cast<std::size_t>(column.position);
      good = at < fields.size() &&
             (column.role == Role::kCode ? is_valid_code(series.kind, fields[at])
                                         : fields[at] == header_key(std::string_view(&series.letter, 1)));
    }
    if (good)
      ++seen;
    else if (&fields != &records.front())  // which may name the columns
      return false;
  }
  return seen > 0;
}

// The series of a file whose name says nothing: by its header row, else by its first rows.
const Series* series_by_content(const Layouts& layouts, const std::vector<std::vector<std::string>>& records) {
  const Series* best = nullptr;
  std::size_t most = 2;  // columns that a header must at least name beside others
  for (const Series& one : layouts.series()) {
    if (one.rank == 0) continue;
    if (!one.by_header) {
      const bool coded = one.letter != 0 || std::ranges::any_of(one.columns, [](const Column& column) {
                           return column.role == Role::kCode;
                         });
      if (best == nullptr && coded && has_rows_of(one, records)) best = &one;
      continue;
    }
    const auto header = header_of(one, records);
    if (!is_header(one, header) || !fits(header, one.when)) continue;
    std::size_t named = 0;
    bool name = false;
    for (const Column& column : one.columns) {
      if (find_header(header, column.header) < 0) continue;
      ++named;
      name = name || column.role == Role::kName;
    }
    if (name && named > most) best = &one, most = named;
  }
  return best;
}

// The newest day of change in a file: its edition when the name does not tell. Days of the far future are open ends.
std::int32_t newest_change(const Series& series, std::string_view text) {
  const auto column = std::ranges::find(series.columns, Role::kChanged, &Column::role);
  if (column == series.columns.end() || series.by_header) return kNoDay;
  const std::int32_t limit = Date::of(2100, 1, 1)->days;
  CsvReader reader(text, separator_of(text));  // digits and quotes are the same bytes in every encoding read here
  std::vector<std::string_view> fields;
  std::int32_t newest = kNoDay;
  for (auto more = reader.next(fields); more && *more; more = reader.next(fields)) {
    if (static_cast<std::size_t>(column->position) >= fields.size()) continue;
    const auto day = parse_master_day(fields[static_cast<std::size_t>(column->position)]);
    if (day && day->days < limit && (newest == kNoDay || day->days > newest)) newest = day->days;
  }
  return newest;
}

}  // namespace

std::optional<Edition> identify(const Layouts& layouts, Source source, BuildState& state) {
  const std::string_view text = as_text(source.content);
  const auto records = first_records(text);
  Edition edition;
  std::string date;
  for (const auto& match : layouts.match(source.name)) {
    if (!fits(header_of(*match.series, records), match.series->when)) continue;
    edition.series = match.series;
    edition.region = match.region;
    date = match.date;
    break;
  }
  const bool by_content = edition.series == nullptr;
  if (by_content) {
    edition.series = series_by_content(layouts, records);
    date = Layouts::date_in(source.name);
  }
  if (edition.series == nullptr) return std::nullopt;
  edition.day = edition_day(date);
  const bool by_rows = edition.day == kNoDay && edition.series->dated;
  if (by_rows) edition.day = newest_change(*edition.series, text);
  if (edition.day == kNoDay && edition.series->dated) return std::nullopt;
  if (edition.day == kNoDay) edition.day = Date::of(1970, 1, 1)->days;
  if (by_content || by_rows)
    state.find({.rule = "MASTER_NAME",
                .level = by_rows ? "W" : "I",
                .message = fmt::format("{} by {}; edition of {}{}", edition.series->name,
                                       by_content ? "what stands in it" : "its name", Date{edition.day}.iso(),
                                       by_rows ? ", the newest day of change in it" : ", as its name says"),
                .remedy = "keep the published name: it tells the day of the edition",
                .kind = edition.series->kind,
                .file = source.name});
  edition.sha256 = to_hex(crypto::sha256(source.content));
  edition.mode = edition_mode(*edition.series, text);
  edition.source = std::move(source);
  return edition;
}

}  // namespace sekisho::masters

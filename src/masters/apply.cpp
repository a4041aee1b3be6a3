#include "masters/apply.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/csv.h"
#include "core/text.h"
#include "crypto/digest.h"
#include "masters/versions.h"

namespace sekisho::masters {
namespace {

std::string plain_header(std::string_view header) {
  std::string out;
  for (const char c : header.substr(0, header.find('('))) {
    if (c != '\n' && c != '\r' && c != ' ' && c != '\t') out += c;
  }
  std::size_t at = 0;
  while ((at = out.find("\u3000", at)) != out.npos)
    out.erase(at, 3);
  // The one header whose name has a blank: a column without a name in the older price lists.
  return out.starts_with("Unnamed:") ? "Unnamed: " + out.substr(8) : out;
}

std::vector<std::string> first_record(std::string_view text) {
  // Only UTF-8 and CP932 files have headers that matter; the start of the file is enough.
  std::string head(text.substr(0, 64 << 10));
  if (!is_valid_utf8(head.substr(0, head.find_last_of('\n') + 1))) {
    std::string decoded;
    DecodeReport report;
    decode(Charset::kCp932, as_bytes(head), decoded, report);
    head = std::move(decoded);
  }
  if (head.starts_with("\xEF\xBB\xBF")) head.erase(0, 3);
  CsvReader reader(head);
  std::vector<std::string_view> fields;
  const auto got = reader.next(fields);
  std::vector<std::string> out;
  if (got && *got)
    for (const std::string_view field : fields)
      out.push_back(plain_header(field));
  return out;
}

bool fits(const std::vector<std::string>& header, std::string when) {
  if (when.empty()) return true;
  const bool wanted = when[0] != '!';
  if (!wanted) when.erase(0, 1);
  const bool prefix = when.ends_with('*');
  if (prefix) when.pop_back();
  const bool found =
      std::ranges::any_of(header, [&](const std::string& one) { return prefix ? one.starts_with(when) : one == when; });
  return found == wanted;
}

std::string decode_text(const Source& source, BuildState& state) {
  const std::string_view raw = as_text(source.content);
  std::string text;
  if (is_valid_utf8(raw)) {
    text = raw.starts_with("\xEF\xBB\xBF") ? raw.substr(3) : raw;
    return text;
  }
  DecodeReport report;
  decode(Charset::kCp932, source.content, text, report);
  if (report.invalid != 0)
    state.find({.rule = "MASTER_CHARSET",
                .level = "W",
                .message = fmt::format("{} byte sequences are neither UTF-8 nor CP932", report.invalid),
                .remedy = "names with U+FFFD are damaged: fetch the file again",
                .file = source.name});
  return text;
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

// One file on its way into the state.
class FileReader {
 public:
  FileReader(const Layouts& layouts, Edition& edition, BuildState& state)
      : edition_(edition),
        state_(state),
        kind_(state.kinds[static_cast<std::size_t>(edition.series->kind)]),
        series_(*edition.series),
        attributes_(layouts.attributes(series_.kind).size()),
        file_(static_cast<std::uint32_t>(state.files.size())) {
    FileInfo info;
    info.name = edition.source.name;
    info.series = series_.name;
    info.sha256 = edition.sha256;
    info.kind = series_.kind;
    info.edition = edition.day;
    info.mode = edition.mode;
    state.files.push_back(std::move(info));
    for (const Column& column : series_.columns)
      attribute_.push_back(column.attribute.empty() ? -1 : layouts.attribute(series_.kind, column.attribute));
    if (edition.mode == FileInfo::Mode::kFull) open_edition();
  }

  void run() {
    const std::string decoded = decode_text(edition_.source, state_);
    edition_.source.content = {};
    const std::string_view text = decoded;
    std::size_t begin = 0;
    std::int64_t skipped = 0;
    while (begin < text.size()) {
      CsvReader reader(text.substr(begin), ',', edition_.source.name);
      std::vector<std::string_view> fields;
      for (;;) {
        const auto more = reader.next(fields);
        if (!more) {
          // A misplaced quote loses its own line only: reading goes on behind it.
          const std::int64_t line = std::max<std::int64_t>(reader.line(), 1);
          quarantine("MASTER_QUOTES", skipped + line, "a quote is misplaced or never closed", {});
          for (std::int64_t i = 0; i < line && begin < text.size(); ++i) {
            const std::size_t end = text.find('\n', begin);
            begin = end == text.npos ? text.size() : end + 1;
          }
          skipped += line;
          break;
        }
        if (!*more) return finish();
        line_ = skipped + reader.line();
        row(fields);
      }
    }
    finish();
  }

 private:
  FileInfo& info() { return state_.files[file_]; }

  void open_edition() {
    auto& editions = kind_.editions;
    if (editions.empty() || editions.back().day != edition_.day) editions.push_back({.day = edition_.day});
  }

  void quarantine(const char* rule, std::int64_t line, std::string message, std::string code) {
    ++info().rows;
    ++info().quarantined;
    state_.find({.rule = rule,
                 .level = "E",
                 .message = std::move(message),
                 .remedy = "the row is left out; compare it with the published file",
                 .code = std::move(code),
                 .kind = series_.kind,
                 .file = edition_.source.name,
                 .line = line});
  }

  void finish() {
    if (edition_.mode == FileInfo::Mode::kFull) kind_.editions.back().rows += info().rows;
  }

  // Where each column of the table stands in this file.
  void find_columns(const std::vector<std::string_view>& header) {
    std::vector<std::string> names;
    for (const std::string_view one : header)
      names.push_back(plain_header(one));
    for (const Column& column : series_.columns) {
      const auto found = std::ranges::find(names, column.header);
      at_.push_back(found == names.end() ? -1 : static_cast<int>(found - names.begin()));
    }
    for (const std::string& one : names)
      if (!one.empty() && std::ranges::find(series_.columns, one, &Column::header) == series_.columns.end())
        state_.find({.rule = "MASTER_COLUMN_UNKNOWN",
                     .level = "I",
                     .message = "column " + one + " is not in the layout and is not kept",
                     .remedy = "name it in columns.csv when it is needed",
                     .kind = series_.kind,
                     .file = edition_.source.name,
                     .line = line_});
  }

  bool prepare(const std::vector<std::string_view>& fields) {
    if (series_.by_header) {
      if (at_.empty()) {
        find_columns(fields);
        info().columns = static_cast<std::uint32_t>(fields.size());
        return false;
      }
      return true;
    }
    if (at_.empty())
      for (const Column& column : series_.columns)
        at_.push_back(column.position);
    info().columns = std::max(info().columns, static_cast<std::uint32_t>(fields.size()));
    const bool known = series_.known_columns.empty() ||
                       std::ranges::find(series_.known_columns, fields.size()) != series_.known_columns.end();
    if (!known && reported_.insert(fields.size()).second)
      state_.find({.rule = "MASTER_COLUMNS",
                   .level = "I",
                   .message = fmt::format("rows with {} columns; the layout knows another number", fields.size()),
                   .remedy = "columns are read by position; see whether new ones have meaning",
                   .kind = series_.kind,
                   .file = edition_.source.name,
                   .line = line_});
    return true;
  }

  std::string_view field(const std::vector<std::string_view>& fields, std::size_t column) const {
    const int at = at_[column];
    return at < 0 || static_cast<std::size_t>(at) >= fields.size() ? std::string_view{}
                                                                   : fields[static_cast<std::size_t>(at)];
  }

  std::string code_of(const std::vector<std::string_view>& fields) const {
    std::string code;
    for (std::size_t i = 0; i < series_.columns.size(); ++i) {
      const Role role = series_.columns[i].role;
      if (role != Role::kCode && role != Role::kKey && role != Role::kKey2 && role != Role::kKey6) continue;
      const std::string_view part = field(fields, i);
      const std::size_t width = role == Role::kKey2 ? 2 : role == Role::kKey6 ? 6 : 0;
      if (part.size() < width) code.append(width - part.size(), '0');
      code += part;
    }
    // Spreadsheets lose leading zeros; ten digits carry the table's digit behind the prefecture.
    const bool institution = series_.kind == Kind::kInstitution || series_.kind == Kind::kDpcHospital;
    if (institution && code.size() == 10) code.erase(2, 1);
    if (institution && code.size() == 8) code.insert(0, 1, '0');
    return code;
  }

  void row(const std::vector<std::string_view>& fields) {
    if (!prepare(fields)) return;
    const std::string code = code_of(fields);
    if (fields.size() < series_.least_columns)
      return quarantine("MASTER_SHORT_ROW", line_,
                        fmt::format("{} columns, at least {} are needed", fields.size(), series_.least_columns), {});
    if (!is_valid_code(series_.kind, code)) {
      const bool header = line_ == 1 && code.find_first_of("0123456789") == code.npos;
      if (header || code.empty() || (line_ == 1 && series_.name == "comment_rule")) {
        if (line_ == 1 || code.empty()) return note_row();
      }
      return quarantine("MASTER_BAD_CODE", line_, fmt::format("not a {} code", spec(series_.kind).name),
                        code.substr(0, 24));
    }
    RowInput input;
    input.values.assign(attributes_, 0);
    input.present.assign(attributes_, false);
    if (!collect(fields, input)) return quarantine("MASTER_LETTER", line_, "the row belongs to another master", code);
    ++info().rows;
    take(code, input);
  }

  void note_row() {
    ++info().rows;
    ++info().unchanged;
    if (line_ != 1)
      state_.find({.rule = "MASTER_EMPTY_ROW",
                   .level = "I",
                   .message = "a row without a code",
                   .kind = series_.kind,
                   .file = edition_.source.name,
                   .line = line_});
  }

  bool collect(const std::vector<std::string_view>& fields, RowInput& input) {
    for (std::size_t i = 0; i < series_.columns.size(); ++i) {
      const Column& column = series_.columns[i];
      const std::string_view value = field(fields, i);
      const bool there = at_[i] >= 0 && static_cast<std::size_t>(at_[i]) < fields.size();
      switch (column.role) {
        case Role::kClass:
          input.change = value.empty() ? '0' : value[0];
          break;
        case Role::kLetter:
          if (series_.letter != 0 && !value.empty() && value[0] != series_.letter) return false;
          break;
        case Role::kChanged:
          input.changed = parse_master_day(value);
          break;
        case Role::kListed:
          input.state_day(input.listed, value, there);
          break;
        case Role::kEnd:
          input.state_day(input.end, value, there);
          break;
        case Role::kLimit:
          input.state_day(input.limit, value, there);
          break;
        default:
          break;
      }
      if (attribute_[i] < 0 || !there || column.role == Role::kEnd || column.role == Role::kLimit ||
          column.role == Role::kListed)
        continue;
      const auto attribute = static_cast<std::size_t>(attribute_[i]);
      // Two columns may name one attribute (headers that changed): the one with content counts.
      if (input.present[attribute] && value.empty()) continue;
      input.values[attribute] =
          column.role == Role::kPrice ? state_.texts.id(shortest_number(value)) : state_.texts.id(value);
      input.present[attribute] = true;
      if (column.role == Role::kVolatile) input.is_volatile.push_back(attribute);
    }
    return true;
  }

  void take(const std::string& code, RowInput& input) {
    input.mode = edition_.mode;
    input.published = edition_.day;
    input.evidence = {file_, static_cast<std::uint32_t>(line_)};
    auto found = kind_.codes.find(code);
    if (found == kind_.codes.end()) {
      found = kind_.codes.emplace(code, CodeState{}).first;
      if (edition_.mode == FileInfo::Mode::kDifferential && input.is_patch())
        state_.find(
            {.rule = "MASTER_PATCH_WITHOUT_BASE",
             .level = "W",
             .message = "a change row for a code that no earlier file holds: only the changed columns are known",
             .remedy = "add the full edition published before this file",
             .code = code,
             .kind = series_.kind,
             .file = edition_.source.name,
             .line = line_});
    }
    CodeState& state = found->second;
    if (edition_.mode == FileInfo::Mode::kFull) mark_seen(code, state, input);
    if (apply_row(state, input))
      ++info().applied;
    else
      ++info().unchanged;
  }

  void mark_seen(const std::string& code, CodeState& state, const RowInput& input) {
    const auto index = static_cast<std::uint16_t>(kind_.editions.size() - 1);
    if (!state.seen.empty() && state.seen.back() == index) {
      if (state.last.evidence.file == file_ && !state.versions.empty() && state.versions.back().values != input.values)
        state_.find({.rule = "MASTER_DUPLICATE",
                     .level = "W",
                     .message = "the code stands twice in this file with different content; the last row counts",
                     .remedy = "see the history of the code for both",
                     .code = code,
                     .kind = series_.kind,
                     .file = edition_.source.name,
                     .line = line_});
    } else {
      state.seen.push_back(index);
    }
    if (const std::size_t scope = spec(series_.kind).scope; scope != 0)
      ++kind_.editions.back().scopes[code.substr(0, scope)];
  }

  Edition& edition_;
  BuildState& state_;
  KindState& kind_;
  const Series& series_;
  std::size_t attributes_;
  std::uint32_t file_;
  std::vector<int> at_, attribute_;
  std::set<std::size_t> reported_;
  std::int64_t line_ = 0;
};

}  // namespace

std::optional<Edition> identify(const Layouts& layouts, Source source) {
  const auto matches = layouts.match(source.name);
  if (matches.empty()) return std::nullopt;
  Edition edition;
  edition.sha256 = to_hex(crypto::sha256(source.content));
  const std::string_view text = as_text(source.content);
  const std::vector<std::string> header = first_record(text);
  for (const auto& match : matches) {
    if (edition.series != nullptr || !fits(header, match.series->when)) continue;
    edition.series = match.series;
    edition.day = edition_day(match.date);
  }
  if (edition.series == nullptr) return std::nullopt;
  using Mode = FileInfo::Mode;
  edition.mode = edition.series->mode == masters::Mode::kWeak                               ? Mode::kExtract
                 : edition.series->mode == masters::Mode::kFull || has_unchanged_rows(text) ? Mode::kFull
                                                                                            : Mode::kDifferential;
  if (edition.day == kNoDay) edition.day = Date::of(1970, 1, 1)->days;
  edition.source = std::move(source);
  return edition;
}

void apply(const Layouts& layouts, Edition& edition, BuildState& state) {
  FileReader(layouts, edition, state).run();
}

}  // namespace sekisho::masters

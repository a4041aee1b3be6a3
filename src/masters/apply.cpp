#include "masters/apply.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/csv.h"
#include "core/text.h"
#include "masters/fold.h"
#include "masters/header_row.h"
#include "masters/hospital_names.h"
#include "masters/institution.h"
#include "masters/versions.h"

namespace sekisho::masters {
namespace {

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

// One file on its way into the state.
class FileReader {
 public:
  FileReader(const Layouts& layouts, Edition& edition, BuildState& state)
      : layouts_(layouts),
        edition_(edition),
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
    const char separator = separator_of(text);
    std::size_t begin = 0;
    std::int64_t skipped = 0;
    while (begin < text.size()) {
      CsvReader reader(text.substr(begin), separator, edition_.source.name);
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

  void quarantine(const char* rule, std::int64_t line, std::string message, std::string code, const char* level = "E",
                  const char* remedy = "the row is left out; compare it with the published file") {
    ++info().rows;
    ++info().quarantined;
    state_.find({.rule = rule,
                 .level = level,
                 .message = std::move(message),
                 .remedy = remedy,
                 .code = std::move(code),
                 .kind = series_.kind,
                 .file = edition_.source.name,
                 .line = line});
  }

  void finish() {
    if (series_.by_header && at_.empty())
      state_.find({.rule = "MASTER_HEADER",
                   .level = "E",
                   .message = "no row names the columns that this series needs",
                   .remedy = "keep the published header row, or name the file's own headers in columns.csv (--layouts)",
                   .kind = series_.kind,
                   .file = edition_.source.name});
    if (edition_.mode == FileInfo::Mode::kFull) kind_.editions.back().rows += info().rows;
  }

  // Where each column of the table stands in this file.
  void find_columns(const std::vector<std::string>& names) {
    by_name_ = true;
    for (const Column& column : series_.columns) {
      const int at = find_header(names, column.header);
      at_.push_back(std::ranges::find(at_, at) == at_.end() ? at : -1);
      if (is_code(column.role) && at_.back() >= 0) by_name_ = false;
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
      const std::string& one = names[i];
      if (!one.empty() && std::ranges::find(at_, static_cast<int>(i)) == at_.end())
        state_.find({.rule = "MASTER_COLUMN_UNKNOWN",
                     .level = "I",
                     .message = "column " + one + " is not in the layout and is not kept",
                     .remedy = "name it in columns.csv when it is needed",
                     .kind = series_.kind,
                     .file = edition_.source.name,
                     .line = line_});
    }
  }

  bool prepare(const std::vector<std::string_view>& fields) {
    if (series_.by_header) {
      if (at_.empty()) {
        const std::vector<std::string> names = header_keys(fields);
        if (is_header(series_, names)) {
          find_columns(names);
          info().columns = static_cast<std::uint32_t>(fields.size());
        } else {
          note_row();
        }
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
      if (!is_code(role)) continue;
      const std::string_view part = field(fields, i);
      const std::size_t width = role == Role::kKey2 ? 2 : role == Role::kKey6 ? 6 : 0;
      if (part.size() < width) code.append(width - part.size(), '0');
      code += part;
    }
    // Spreadsheets lose leading zeros; ten digits carry the table's digit behind the prefecture.
    const bool institution = series_.kind == Kind::kInstitution || series_.kind == Kind::kDpcHospital;
    // Sheets of the bureaus write 01,1248,9 and leave the prefecture to the file.
    if (institution && series_.by_header) std::erase_if(code, [](char c) { return c == ',' || c == '.' || c == ' '; });
    if (institution && code.size() == 7 && !edition_.region.empty()) code.insert(0, edition_.region);
    if (institution && code.size() == 10) code.erase(2, 1);
    if (institution && code.size() == 8) code.insert(0, 1, '0');
    return code;
  }

  void row(const std::vector<std::string_view>& fields) {
    if (!prepare(fields)) return;
    std::string code = code_of(fields);
    if (code.empty() && series_.kind == Kind::kDpcHospital && by_name_) {
      code = code_by_name(fields);
      if (code.empty()) return;
    }
    if (fields.size() < series_.least_columns)
      return quarantine("MASTER_SHORT_ROW", line_,
                        fmt::format("{} columns, at least {} are needed", fields.size(), series_.least_columns), {});
    if (!is_valid_code(series_.kind, code)) {
      // A first row of words names the columns, whatever it calls them.
      const bool header = line_ == 1 && !code.empty() && !(code[0] >= '0' && code[0] <= '9');
      if (header || code.empty() || (line_ == 1 && series_.name == "comment_rule")) return note_row();
      return quarantine("MASTER_BAD_CODE", line_, fmt::format("not a {} code", spec(series_.kind).name),
                        code.substr(0, 24));
    }
    RowInput input;
    input.values.assign(attributes_, 0);
    input.present.assign(attributes_, false);
    if (!collect(fields, input)) return quarantine("MASTER_LETTER", line_, "the row belongs to another master", code);
    ++info().rows;
    if (series_.kind == Kind::kInstitution && !has_valid_check_digit(code) && wrong_digits_.insert(code).second)
      state_.find({.rule = "MASTER_CHECK_DIGIT",
                   .level = "W",
                   .message = "the last digit of the institution code is not the check digit of the others",
                   .remedy = "the code is kept as published; compare it with the bureau's list before using it in data",
                   .code = code,
                   .kind = series_.kind,
                   .file = edition_.source.name,
                   .line = line_});
    take(code, input);
  }

  // Lists of hospitals without codes: the one institution of that prefecture that ever had the name.
  std::string code_by_name(const std::vector<std::string_view>& fields) {
    std::string_view prefecture, hospital;
    for (std::size_t i = 0; i < series_.columns.size(); ++i) {
      const std::string_view value = field(fields, i);
      if (series_.columns[i].role == Role::kPrefecture && !value.empty()) prefecture = value;
      if (series_.columns[i].role == Role::kName && !value.empty()) hospital = value;
    }
    if (prefecture.empty() || hospital.empty()) {
      note_row();
      return {};
    }
    if (!names_) names_.emplace(layouts_, state_);
    const HospitalNames::Match match = names_->find(prefecture, hospital);
    if (match.code.empty())
      quarantine("MASTER_HOSPITAL_NAME", line_,
                 fmt::format("{} institutions of {} are called {}: the row names no code", match.candidates, prefecture,
                             hospital),
                 {}, "W", "add a column institution_code with the code of that year");
    return match.code;
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
    if (const std::string_view scope = scope_of(series_.kind, code); !scope.empty())
      ++kind_.editions.back().scopes[std::string(scope)];
  }

  const Layouts& layouts_;
  Edition& edition_;
  BuildState& state_;
  KindState& kind_;
  const Series& series_;
  std::size_t attributes_;
  std::uint32_t file_;
  std::vector<int> at_, attribute_;
  std::set<std::size_t> reported_;
  std::set<std::string> wrong_digits_;
  bool by_name_ = false;  // the file has no column of codes
  std::optional<HospitalNames> names_;
  std::int64_t line_ = 0;
};

}  // namespace

void apply(const Layouts& layouts, Edition& edition, BuildState& state) {
  FileReader(layouts, edition, state).run();
}

}  // namespace sekisho::masters

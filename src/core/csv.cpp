#include "core/csv.h"

#include <algorithm>

namespace sekisho {

CsvReader::CsvReader(std::string_view text, char separator, std::string_view file)
    : text_(text), separator_(separator), file_(file) {
  if (text_.starts_with("\xef\xbb\xbf")) text_.remove_prefix(3);
}

Result<bool> CsvReader::next(std::vector<std::string_view>& fields) {
  fields.clear();
  unquoted_.clear();
  while (at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == '\r')) {
    if (text_[at_] == '\n' || at_ + 1 >= text_.size() || text_[at_ + 1] != '\n') ++line_;
    ++at_;
  }
  if (at_ >= text_.size()) return false;
  record_line_ = line_;
  // A record without quotes, as nearly all are: fields straight from the text.
  for (std::size_t start = at_, end = at_;; ++end) {
    const char c = end < text_.size() ? text_[end] : '\n';
    if (c == '"') break;
    if (c != separator_ && c != '\n' && c != '\r') continue;
    fields.push_back(text_.substr(start, end - start));
    start = end + 1;
    if (c == separator_) continue;
    at_ = end;
    if (c == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') ++at_;
    if (at_ < text_.size()) ++at_, ++line_;
    return true;
  }
  fields.clear();
  // Unquoted copies are collected in one buffer; positions become views at the end because the buffer may move.
  struct Span {
    std::size_t start, size;
    bool unquoted;
  };
  std::vector<Span> spans;
  while (true) {
    if (at_ < text_.size() && text_[at_] == '"') {
      const std::size_t start = unquoted_.size();
      ++at_;
      while (true) {
        const std::size_t quote = text_.find('"', at_);
        if (quote == std::string_view::npos)
          return fail("csv.quote", "a quoted field is never closed", {.file = file_, .line = record_line_});
        line_ += std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                            text_.begin() + static_cast<std::ptrdiff_t>(quote), '\n');
        unquoted_.append(text_.substr(at_, quote - at_));
        at_ = quote + 1;
        if (at_ < text_.size() && text_[at_] == '"') {
          unquoted_ += '"';
          ++at_;
          continue;
        }
        break;
      }
      spans.push_back({start, unquoted_.size() - start, true});
      if (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n' && text_[at_] != '\r')
        return fail("csv.quote", "text follows a closing quote", {.file = file_, .line = line_});
    } else {
      std::size_t end = at_;
      while (end < text_.size() && text_[end] != separator_ && text_[end] != '\n' && text_[end] != '\r')
        ++end;
      spans.push_back({at_, end - at_, false});
      at_ = end;
    }
    if (at_ < text_.size() && text_[at_] == separator_) {
      ++at_;
      continue;
    }
    break;
  }
  if (at_ < text_.size()) {
    if (text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') ++at_;
    ++at_;
    ++line_;
  }
  for (const Span& s : spans)
    fields.push_back((s.unquoted ? std::string_view(unquoted_) : text_).substr(s.start, s.size));
  return true;
}

int CsvTable::column(std::string_view name) const {
  const auto found = std::find(header.begin(), header.end(), name);
  return found == header.end() ? -1 : static_cast<int>(found - header.begin());
}

Result<CsvTable> read_csv(std::string_view text, char separator, std::string_view file) {
  CsvReader reader(text, separator, file);
  CsvTable table;
  std::vector<std::string_view> fields;
  SEKISHO_TRY(const bool any, reader.next(fields));
  if (!any) return fail("csv.empty", "the file holds no header", {.file = std::string(file)});
  table.header.assign(fields.begin(), fields.end());
  while (true) {
    SEKISHO_TRY(const bool more, reader.next(fields));
    if (!more) return table;
    if (fields.size() != table.header.size())
      return fail("csv.ragged",
                  "a record has " + std::to_string(fields.size()) + " fields, the header " +
                      std::to_string(table.header.size()),
                  {.file = std::string(file), .line = reader.line()});
    table.rows.emplace_back(fields.begin(), fields.end());
    table.lines.push_back(reader.line());
  }
}

Result<CsvTable> read_csv_file(const std::filesystem::path& path, char separator) {
  SEKISHO_TRY(const std::string text, read_text(path));
  return read_csv(text, separator, path.string());
}

void append_csv(std::string& out, std::span<const std::string_view> fields, char separator) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i) out += separator;
    const std::string_view f = fields[i];
    // A single empty field would be an empty line, which readers skip: it is quoted.
    const bool quote = f.find_first_of("\"\r\n") != std::string_view::npos ||
                       f.find(separator) != std::string_view::npos || (fields.size() == 1 && f.empty());
    if (!quote) {
      out += f;
      continue;
    }
    out += '"';
    for (char c : f) {
      if (c == '"') out += '"';
      out += c;
    }
    out += '"';
  }
  out += '\n';
}

void append_csv(std::string& out, std::initializer_list<std::string_view> fields, char separator) {
  append_csv(out, std::span(fields.begin(), fields.size()), separator);
}

}  // namespace sekisho

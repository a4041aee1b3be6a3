#include "anonymize/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <utility>

#include "core/csv.h"
#include "core/text.h"

namespace sekisho::anonymize {

std::uint32_t Column::code_of(std::string_view value) {
  const auto found = index_.find(value);
  if (found != index_.end()) return found->second;
  const auto code = static_cast<std::uint32_t>(values_.size());
  values_.emplace_back(value);
  index_.emplace(std::string(value), code);
  return code;
}

void Column::add(std::string_view value) {
  constexpr std::size_t kRecent = 4096;
  if (value.size() > sizeof(std::uint64_t)) {
    codes_.push_back(code_of(value));
    return;
  }
  std::uint64_t text = 0;
  std::memcpy(&text, value.data(), value.size());
  if (recent_.empty()) recent_.resize(kRecent);
  Recent& recent = recent_[(text * 0xD6E8FEB86659FD93 >> 40) % kRecent];
  if (recent.text != text || recent.size != value.size())
    recent = {text, static_cast<std::uint32_t>(value.size()), code_of(value)};
  codes_.push_back(recent.code);
}

Column Column::select(const std::vector<std::size_t>& rows) const {
  Column out(name_);
  out.values_ = values_;
  out.index_ = index_;
  out.codes_ = Narrow(rows.size(), values_.size());
  out.codes_.visit([&](auto to) {
    codes_.visit([&](auto from) {
      for (std::size_t i = 0; i < rows.size(); ++i)
        to[i] = static_cast<typename decltype(to)::value_type>(from[rows[i]]);
    });
  });
  return out;
}

Table Table::select(const std::vector<std::size_t>& rows) const {
  Table out;
  out.rows = rows.size();
  for (const Column& column : columns)
    out.columns.push_back(column.select(rows));
  return out;
}

const Column* Table::find(std::string_view name) const {
  for (const Column& column : columns)
    if (column.name() == name) return &column;
  return nullptr;
}

void Table::add_row(const std::vector<std::string_view>& fields) {
  for (std::size_t i = 0; i < columns.size(); ++i)
    columns[i].add(fields[i]);
  ++rows;
}

namespace {

Result<void> read_header(const std::vector<std::string_view>& fields, const std::string& file, Table& table) {
  for (const std::string_view name : fields) {
    if (table.find(name) != nullptr)
      return fail("anonymize.columns", fmt::format("column '{}' stands twice", name), {.file = file});
    table.columns.emplace_back(std::string(name));
  }
  return {};
}

// Whole records, after `lines` others of the file; the first of all are the header.
Result<void> read_records(std::string_view text, char separator, const std::string& file, std::int64_t lines,
                          Table& table) {
  const auto from_here = [lines](Error error) {
    if (error.place.line > 0) error.place.line += lines;
    return std::unexpected(std::move(error));
  };
  if (!is_valid_utf8(text)) {
    const auto encoding = encoding_of(text, Encoding::kUtf8, file);
    return from_here(encoding.error());
  }
  CsvReader reader(text, separator, file);
  std::vector<std::string_view> fields;
  while (true) {
    const auto more = reader.next(fields);
    if (!more) return from_here(more.error());
    if (!*more) return {};
    if (table.columns.empty()) {
      SEKISHO_CHECK(read_header(fields, file, table));
      continue;
    }
    if (fields.size() != table.columns.size())
      return fail("csv.ragged", fmt::format("{} fields instead of {}", fields.size(), table.columns.size()),
                  {.file = file, .line = reader.line() + lines});
    table.add_row(fields);
  }
}

// Where the last whole record of a block ends; 0: nowhere. Line breaks inside quotes end none, and a quote opens a
// field only where it begins it.
std::size_t end_of_records(std::string_view text, char separator) {
  if (text.find('"') == std::string_view::npos) return text.rfind('\n') + 1;
  std::size_t end = 0;
  bool inside = false, begins = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (inside) {
      // A quote that stands twice closes the field and opens it again.
      inside = c != '"';
      begins = c == '"' && i + 1 < text.size() && text[i + 1] == '"';
      continue;
    }
    if (c == '"' && begins) {
      inside = true;
      continue;
    }
    if (c == '\n') end = i + 1;
    begins = c == separator || c == '\n' || c == '\r';
  }
  return end;
}

}  // namespace

Result<Table> read_table(std::string_view text, char separator, const std::string& file) {
  Table table;
  SEKISHO_CHECK(read_records(text, separator, file, 0, table));
  if (table.columns.empty()) return fail("csv.empty", "the file holds no header", {.file = file});
  return table;
}

namespace {

// A file in UTF-8, block by block.
class Blocks {
 public:
  Blocks(const std::filesystem::path& path, bool cp932) : in_(path, std::ios::binary), cp932_(cp932) {}
  bool good() const { return static_cast<bool>(in_); }
  bool bad() const { return in_.bad(); }
  // Appends the next; of CP932 it ends with a line break, so that no character is cut.
  void append(std::string& text) {
    constexpr std::size_t kBlock = std::size_t{32} << 20;
    std::string& raw = cp932_ ? raw_ : text;
    const std::size_t kept = raw.size();
    raw.resize(kept + kBlock);
    in_.read(raw.data() + kept, kBlock);
    raw.resize(kept + static_cast<std::size_t>(in_.gcount()));
    if (!cp932_) return;
    const std::size_t end = in_ ? raw.rfind('\n') + 1 : raw.size();
    text += from_cp932(std::string_view(raw).substr(0, end));
    raw.erase(0, end);
  }

 private:
  std::ifstream in_;
  bool cp932_;
  std::string raw_;
};

// Of a large file the text is never held whole.
Result<Table> read_blocks(const std::filesystem::path& path, char separator, bool cp932) {
  const std::string file = path.string();
  Blocks in(path, cp932);
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (!in.good() || error)
    return fail("disk.read", "the file cannot be read", {.file = file}, "Name a file that can be read.");
  Table table;
  std::string text;
  bool first = true;
  for (std::int64_t lines = 0; in.good();) {
    in.append(text);
    if (in.bad()) return fail("disk.read", "the file cannot be read to its end", {.file = file});
    const std::size_t end = in.good() ? end_of_records(text, separator) : text.size();
    const std::string_view records = std::string_view(text).substr(0, end);
    SEKISHO_CHECK(read_records(records, separator, file, lines, table));
    lines += std::ranges::count(records, '\n');
    if (std::exchange(first, false) && end > 0 && in.good()) {
      // Room for all rows at once: a twentieth more than the first block makes expect.
      const double blocks = static_cast<double>(size) / static_cast<double>(end) * 1.05;
      for (Column& column : table.columns)
        column.reserve(static_cast<std::size_t>(static_cast<double>(table.rows) * blocks));
    }
    text.erase(0, end);
  }
  if (table.columns.empty()) return fail("csv.empty", "the file holds no header", {.file = file});
  return table;
}

}  // namespace

Result<Table> read_table_file(const std::filesystem::path& path, char separator, Encoding& encoding) {
  if (encoding == Encoding::kCp932) {
    SEKISHO_CHECK(encoding_of_file(path, encoding));
    return read_blocks(path, separator, true);
  }
  auto table = read_blocks(path, separator, false);
  if (table || table.error().code != "csv.encoding" || encoding == Encoding::kUtf8) {
    encoding = Encoding::kUtf8;
    return table;
  }
  // Only a file that is no UTF-8 is looked at as a whole.
  SEKISHO_TRY(encoding, encoding_of_file(path, Encoding::kDetect));
  return read_blocks(path, separator, true);
}

}  // namespace sekisho::anonymize

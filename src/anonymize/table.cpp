#include "anonymize/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <fstream>
#include <functional>
#include <utility>

#include "core/csv.h"
#include "core/parallel.h"
#include "core/text.h"

namespace sekisho::anonymize {

std::uint32_t Column::new_code(std::string_view value) {
  const auto code = static_cast<std::uint32_t>(values_.size());
  values_.emplace_back(value);
  return code;
}

namespace {

std::size_t place_of(std::uint64_t text, std::size_t size) {
  const std::uint64_t h = (text + size) * 0xD6E8FEB86659FD93;
  return h ^ (h >> 32);
}

}  // namespace

void Column::grow_short() {
  std::vector<Short> before = std::move(short_);
  short_.assign(std::max<std::size_t>(64, before.size() * 2), {});
  for (const Short& one : before) {
    if (one.size == UINT32_MAX) continue;
    std::size_t place = place_of(one.text, one.size) & (short_.size() - 1);
    while (short_[place].size != UINT32_MAX)
      place = (place + 1) & (short_.size() - 1);
    short_[place] = one;
  }
}

std::uint32_t Column::code_of_short(std::string_view value, std::uint64_t text) {
  if (shorts_ * 2 >= short_.size()) grow_short();
  const std::size_t mask = short_.size() - 1;
  std::size_t place = place_of(text, value.size()) & mask;
  while (short_[place].text != text || short_[place].size != value.size()) {
    if (short_[place].size == UINT32_MAX) {
      short_[place] = {text, static_cast<std::uint32_t>(value.size()), new_code(value)};
      ++shorts_;
      break;
    }
    place = (place + 1) & mask;
  }
  return short_[place].code;
}

namespace {

static_assert(std::endian::native == std::endian::little);
constexpr std::size_t kShort = sizeof(std::uint64_t);

// Its bytes and zeros.
std::uint64_t bytes_of(std::string_view value, std::string_view within) {
  std::uint64_t out = 0;
  const std::less_equal<const char*> before;
  if (before(within.data(), value.data()) && before(value.data() + kShort, within.data() + within.size())) {
    std::memcpy(&out, value.data(), kShort);
    return value.size() == kShort ? out : out & ((std::uint64_t{1} << (8 * value.size())) - 1);
  }
  std::memcpy(&out, value.data(), value.size());
  return out;
}

}  // namespace

std::uint32_t Column::code_of(std::string_view value) {
  if (value.size() <= kShort) return code_of_short(value, bytes_of(value, {}));
  const auto found = index_.find(value);
  if (found != index_.end()) return found->second;
  return index_.emplace(std::string(value), new_code(value)).first->second;
}

void Column::add(std::string_view value, std::string_view within) {
  codes_.push_back(value.size() <= kShort ? code_of_short(value, bytes_of(value, within)) : code_of(value));
}

void Column::append(const Column& other) {
  std::vector<std::uint32_t> code;
  code.reserve(other.values_.size());
  for (const std::string& value : other.values_)
    code.push_back(code_of(value));
  codes_.append(other.codes_, code);
}

Column Column::select(const std::vector<std::size_t>& rows) const {
  Column out(name_);
  out.values_ = values_;
  out.index_ = index_;
  out.short_ = short_;
  out.shorts_ = shorts_;
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

void Table::add_row(const std::vector<std::string_view>& fields, std::string_view within) {
  for (std::size_t i = 0; i < columns.size(); ++i)
    columns[i].add(fields[i], within);
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
    table.add_row(fields, text);
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

// A file in UTF-8, block by block, each of whole records.
class Blocks {
 public:
  Blocks(const std::filesystem::path& path, char separator, bool cp932)
      : in_(path, std::ios::binary), separator_(separator), cp932_(cp932) {}
  bool good() const { return static_cast<bool>(in_); }
  bool bad() const { return in_.bad(); }
  // Of some megabytes, more where a record is longer; nothing at the end.
  std::string next() {
    std::string out = std::exchange(rest_, {});
    std::size_t end = 0;
    while (end == 0 && in_.good()) {
      append(out);
      end = in_.good() ? end_of_records(out, separator_) : out.size();
    }
    rest_.assign(out, end);
    out.resize(end);
    return out;
  }

 private:
  // Of CP932 what is appended ends with a line break, so that no character is cut.
  void append(std::string& text) {
    constexpr std::size_t kBlock = std::size_t{8} << 20;
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

  std::ifstream in_;
  char separator_;
  bool cp932_;
  std::string rest_, raw_;
};

// A block and its rows, with dictionaries of their own.
struct Part {
  std::string text;
  Table table;
  Result<void> read;
};

// Blocks read at the same time. Appended in the order of the file, so that values keep the order of first sight.
Result<void> read_parts(std::vector<Part>& parts, char separator, const std::string& file, std::int64_t& lines,
                        Table& table) {
  for (Part& part : parts)
    for (const Column& column : table.columns)
      part.table.columns.emplace_back(column.name());
  in_parallel(static_cast<int>(parts.size()), [&](int number) {
    Part& part = parts[static_cast<std::size_t>(number)];
    part.read = read_records(part.text, separator, file, 0, part.table);
  });
  for (Part& part : parts) {
    if (!part.read) {
      Error error = part.read.error();
      if (error.place.line > 0) error.place.line += lines;
      return std::unexpected(std::move(error));
    }
    lines += std::ranges::count(part.text, '\n');
    table.rows += part.table.rows;
  }
  const int threads = static_cast<int>(parts.size());
  in_parallel(threads, [&](int thread) {
    const auto [from, to] = slice(table.columns.size(), thread, threads);
    for (std::size_t i = from; i < to; ++i)
      for (const Part& part : parts)
        table.columns[i].append(part.table.columns[i]);
  });
  return {};
}

// Of a large file the text is never held whole.
Result<Table> read_blocks(const std::filesystem::path& path, char separator, bool cp932, int threads) {
  const std::string file = path.string();
  Blocks in(path, separator, cp932);
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (!in.good() || error)
    return fail("disk.read", "the file cannot be read", {.file = file}, "Name a file that can be read.");
  Table table;
  std::int64_t lines = 0;
  while (true) {
    // The first block, which has the header, alone.
    const bool first = table.columns.empty();
    std::vector<Part> parts;
    while (parts.size() < static_cast<std::size_t>(first ? 1 : threads)) {
      std::string text = in.next();
      if (in.bad()) return fail("disk.read", "the file cannot be read to its end", {.file = file});
      if (text.empty()) break;
      parts.push_back({std::move(text), {}, {}});
    }
    if (parts.empty()) break;
    if (!first) {
      SEKISHO_CHECK(read_parts(parts, separator, file, lines, table));
      continue;
    }
    const std::string& text = parts[0].text;
    SEKISHO_CHECK(read_records(text, separator, file, lines, table));
    lines += std::ranges::count(text, '\n');
    // Room for all rows at once: a twentieth more than the first block makes expect.
    const double blocks = static_cast<double>(size) / static_cast<double>(text.size()) * 1.05;
    if (in.good())
      for (Column& column : table.columns)
        column.reserve(static_cast<std::size_t>(static_cast<double>(table.rows) * blocks));
  }
  if (table.columns.empty()) return fail("csv.empty", "the file holds no header", {.file = file});
  return table;
}

}  // namespace

Result<Table> read_table_file(const std::filesystem::path& path, char separator, Encoding& encoding, int threads) {
  if (encoding == Encoding::kCp932) {
    SEKISHO_CHECK(encoding_of_file(path, encoding));
    return read_blocks(path, separator, true, threads);
  }
  auto table = read_blocks(path, separator, false, threads);
  if (table || table.error().code != "csv.encoding" || encoding == Encoding::kUtf8) {
    encoding = Encoding::kUtf8;
    return table;
  }
  // Only a file that is no UTF-8 is looked at as a whole.
  SEKISHO_TRY(encoding, encoding_of_file(path, Encoding::kDetect));
  return read_blocks(path, separator, true, threads);
}

}  // namespace sekisho::anonymize

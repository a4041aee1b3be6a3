#include "linkage/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <unordered_map>

#include "core/ascii.h"
#include "core/csv.h"
#include "core/parallel.h"
#include "core/text.h"
#include "linkage/hash.h"
#include "linkage/input.h"
#include "linkage/name_split.h"

namespace sekisho::linkage {

std::string_view Arena::keep(std::string_view text) {
  if (text.size() > size_ - used_) {
    size_ = std::max<std::size_t>(text.size(), std::size_t{1} << 20);
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(size_));
    used_ = 0;
  }
  char* const place = blocks_.empty() ? nullptr : blocks_.back().get() + used_;
  if (!text.empty()) std::memcpy(place, text.data(), text.size());
  used_ += text.size();
  return {place, text.size()};
}

constexpr std::size_t kLargeIndex = 1 << 20;  // slots; from here on memory counts more than another sorting in

std::uint32_t TextIndex::add(std::string_view text, bool& fresh) {
  if (texts_.size() * 2 >= slots_.size()) grow();
  const std::uint64_t hash = hash_text(text);
  const std::uint64_t mask = slots_.size() - 1;
  for (std::uint64_t at = hash & mask;; at = (at + 1) & mask) {
    if (slots_[at] == 0) {
      texts_.push_back(text);
      slots_[at] = (hash & 0xFFFFFFFF00000000) | texts_.size();
      fresh = true;
      return static_cast<std::uint32_t>(texts_.size() - 1);
    }
    if ((slots_[at] ^ hash) >> 32 == 0) {
      const auto number = static_cast<std::uint32_t>(slots_[at]) - 1;
      if (texts_[number] == text) {
        fresh = false;
        return number;
      }
    }
  }
}

void TextIndex::grow() {
  const std::size_t size = std::max<std::size_t>(64, slots_.size() * (slots_.size() < kLargeIndex ? 4 : 2));
  slots_.assign(size, 0);
  for (std::size_t number = 0; number < texts_.size(); ++number) {
    const std::uint64_t hash = hash_text(texts_[number]);
    std::uint64_t at = hash & (size - 1);
    while (slots_[at] != 0)
      at = (at + 1) & (size - 1);
    slots_[at] = (hash & 0xFFFFFFFF00000000) | (number + 1);
  }
}

namespace {

constexpr std::size_t kChunk = 1 << 15;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

// Equal but for case, blanks and marks between words.
bool same_letters(std::string_view a, std::string_view b) {
  const auto letters = [](std::string_view text) {
    std::string out;
    for (const char c : text)
      if (std::string_view(" _-.").find(c) == std::string_view::npos) out.push_back(lower(c));
    return out;
  };
  return !letters(a).empty() && letters(a) == letters(b);
}

// Where a field comes from in one file.
struct Source {
  int column = -1;
  int parts[3] = {-1, -1, -1};
  int whole = -1;
  bool any() const { return column >= 0 || parts[0] >= 0 || whole >= 0; }
};

int find_column(const std::vector<std::string_view>& header, const std::vector<bool>& taken, const FieldSpec& field) {
  for (const std::string& name : field.columns) {
    for (std::size_t i = 0; i < header.size(); ++i)
      if (strip(header[i]) == name && (field.named || !taken[i])) return static_cast<int>(i);
    for (std::size_t i = 0; i < header.size(); ++i)
      if ((field.named || !taken[i]) && std::ranges::equal(strip(header[i]), name, {}, lower, lower))
        return static_cast<int>(i);
    // "Given Name", "GivenName", "given-name"
    for (std::size_t i = 0; i < header.size(); ++i)
      if ((field.named || !taken[i]) && same_letters(header[i], name)) return static_cast<int>(i);
  }
  return -1;
}

// What a user may name: for remedies.
std::string columns_of(const std::vector<std::string_view>& header) {
  constexpr std::size_t kShown = 40;
  std::string out = "Columns of the file: ";
  for (std::size_t i = 0; i < header.size() && i < kShown; ++i)
    out.append(i == 0 ? "" : ", ").append(strip(header[i]));
  return header.size() > kShown ? out + ", ..." : out;
}

Result<std::vector<Source>> find_sources(const ModelSpec& spec, const std::vector<std::string_view>& header,
                                         const std::string& file) {
  std::vector<Source> sources(spec.fields.size());
  std::vector<bool> taken(header.size(), false);
  for (const bool named : {true, false})
    for (std::size_t f = 0; f < spec.fields.size(); ++f) {
      if (spec.fields[f].named != named) continue;
      sources[f].column = find_column(header, taken, spec.fields[f]);
      if (sources[f].column >= 0) taken[static_cast<std::size_t>(sources[f].column)] = true;
    }
  for (std::size_t f = 0; f < spec.fields.size(); ++f) {
    const FieldSpec& field = spec.fields[f];
    for (std::size_t i = 0; i < field.parts.size(); ++i)  // also for rows whose date is empty
      sources[f].parts[i] = sources[*spec.field(field.parts[i])].column;
    if (sources[f].column >= 0) continue;
    if (!field.from.empty()) sources[f].whole = sources[*spec.field(field.from)].column;
  }
  if (sources[*spec.field("record_id")].column < 0)
    return fail("linkage.columns", "no column holds the record id", {.file = file},
                "Name it: --columns record_id=COLUMN,... " + columns_of(header));
  return sources;
}

// One field of one file: raw text -> code of the normalised value.
class Encoder {
 public:
  Encoder(const FieldSpec& spec, Column& column) : spec_(spec), column_(column) {
    bool fresh = false;
    values_.add({}, fresh);
  }
  void start_file(const Source& source) {
    source_ = source;
    known_ = TextIndex();
    codes_of_known_.clear();
    raw_ = Arena();
    order_known_ = spec_.type != FieldType::kDate;
  }
  void encode(const std::vector<std::string_view>& cells, std::size_t width, std::size_t rows, Arena& kept) {
    if (!source_.any()) {
      column_.codes.resize(column_.codes.size() + rows, 0);
      return;
    }
    if (!order_known_) find_order(cells, width, rows);
    column_.present = true;
    std::string built;
    for (std::size_t row = 0; row < rows; ++row)
      column_.codes.push_back(code_of(raw(&cells[row * width], built), kept));
  }
  std::size_t unreadable() const { return unreadable_; }

 private:
  std::string_view raw(const std::string_view* cells, std::string& built) const {
    if (source_.column >= 0) {
      const std::string_view own = strip(cells[source_.column]);
      if (!own.empty() || source_.parts[0] < 0) return own;
    }
    if (source_.column < 0 && source_.whole >= 0) {
      built = name_part(cells[source_.whole], spec_.part, spec_.surname_first);
      return built;
    }
    const auto part = [&](int i) {
      const std::string_view text =
          source_.parts[i] < 0 ? std::string_view() : without_decimals(strip(cells[source_.parts[i]]));
      return text.empty() ? std::string_view("0") : text;
    };
    if (part(0) == "0") return {};
    built = fmt::format("{}-{}-{}", part(0), part(1), part(2));
    return built;
  }
  // A first number above 12 in any row means that days come first; else a second one above 12 that months do.
  void find_order(const std::vector<std::string_view>& cells, std::size_t width, std::size_t rows) {
    std::size_t first_large = 0, second_large = 0;
    std::string built;
    for (std::size_t row = 0; row < rows; ++row) {
      const std::string_view text = without_decimals(raw(&cells[row * width], built));
      const std::size_t mark = text.find_first_of("/-.");
      if (mark == std::string_view::npos && text.size() == 8) {
        const auto two = [&](std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
        const bool year_behind = two(4) >= 18 && two(4) <= 20 && (two(0) < 18 || two(0) > 20);
        if (!year_behind || text.find_first_not_of("0123456789") != std::string_view::npos) continue;
        first_large += two(0) > 12, second_large += two(2) > 12;
        continue;
      }
      if (mark != 1 && mark != 2) continue;
      const auto number = [&](std::size_t at) {
        int value = 0;
        for (int digits = 0; at < text.size() && text[at] >= '0' && text[at] <= '9' && digits < 4; ++at, ++digits)
          value = value * 10 + (text[at] - '0');
        return value;
      };
      first_large += number(0) > 12;
      second_large += number(mark + 1) > 12;
    }
    order_ = second_large > first_large ? DateOrder::kMonthFirst : DateOrder::kDayFirst;
    order_known_ = true;
  }
  std::uint32_t code_of(std::string_view text, Arena& kept) {
    if (text.empty()) return 0;
    if (known_.size() > kMostKnown) {
      known_ = TextIndex();
      codes_of_known_.clear();
      raw_ = Arena();
    }
    bool fresh = false;
    const std::uint32_t number = known_.add(text, fresh);
    if (!fresh) return codes_of_known_[number];
    known_.replace(number, raw_.keep(text));
    const std::string value = normalise(spec_.type, text, order_);
    std::uint32_t code = 0;
    if (!value.empty()) {
      code = values_.add(value, fresh);
      if (fresh) {
        const std::string_view stays = kept.keep(value);
        values_.replace(code, stays);
        column_.values.push_back(stays);
      }
    } else if (spec_.type == FieldType::kDate) {
      ++unreadable_;
    }
    codes_of_known_.push_back(code);
    return code;
  }

  static constexpr std::size_t kMostKnown = 4'000'000;
  const FieldSpec& spec_;
  Column& column_;
  Source source_;
  TextIndex known_, values_;
  Arena raw_;
  std::vector<std::uint32_t> codes_of_known_;
  DateOrder order_ = DateOrder::kDayFirst;
  bool order_known_ = false;
  std::size_t unreadable_ = 0;
};

// Cells of some rows of a file, one after the other.
struct Chunk {
  std::vector<std::string_view> cells;
  std::size_t rows = 0;
};

// Cuts a file into chunks.
class ChunkReader {
 public:
  ChunkReader(const std::string& whole, const std::string& name, Arena& arena)
      : whole_(whole), name_(name), arena_(arena), reader_(whole, separator_of(whole), name) {}
  Result<std::vector<std::string_view>> header() {
    SEKISHO_TRY(const bool some, reader_.next(fields_));
    if (!some) return fail("csv.empty", "the file holds no header", {.file = name_});
    width_ = fields_.size();
    return fields_;
  }
  std::size_t width() const { return width_; }
  std::size_t ragged() const { return ragged_; }
  // The next rows; none: the end. A row with too few cells lacks the last ones, one with too many loses those behind;
  // both are counted.
  Result<void> read(Chunk& out) {
    out.cells.clear();
    out.cells.reserve(kChunk * width_);
    for (out.rows = 0; out.rows < kChunk; ++out.rows) {
      SEKISHO_TRY(const bool more, reader_.next(fields_));
      if (!more) break;
      ragged_ += fields_.size() != width_;
      fields_.resize(width_);
      for (const std::string_view field : fields_) {
        const bool inside = field.data() >= whole_.data() && field.data() <= whole_.data() + whole_.size();
        out.cells.push_back(inside ? field : arena_.keep(field));
      }
    }
    return {};
  }

 private:
  const std::string& whole_;
  const std::string& name_;
  Arena& arena_;
  CsvReader reader_;
  std::vector<std::string_view> fields_;
  std::size_t width_ = 0, ragged_ = 0;
};

// Two threads share the fields of a chunk and the reading of the next one; each field belongs to one of them at a time,
// so the result does not depend on them.
class ChunkEncoder {
 public:
  ChunkEncoder(const ModelSpec& spec, Table& table) : table_(table), id_field_(*spec.field("record_id")) {
    table.columns.resize(spec.fields.size());
    for (std::size_t f = 0; f < spec.fields.size(); ++f)
      encoders_.emplace_back(spec.fields[f], table.columns[f]);
    arenas_.resize(spec.fields.size());
  }
  void start_file(const std::vector<Source>& sources) {
    sources_ = sources;
    for (std::size_t f = 0; f < encoders_.size(); ++f)
      encoders_[f].start_file(sources[f]);
  }
  Result<void> encode(ChunkReader& reader) {
    Chunk now, next;
    SEKISHO_CHECK(reader.read(now));
    for (bool last = false; !last;) {  // a file without rows has columns all the same
      const auto column = static_cast<std::size_t>(sources_[id_field_].column);
      for (std::size_t row = 0; row < now.rows; ++row)
        table_.ids.push_back(strip(now.cells[row * reader.width() + column]));
      Result<void> read;
      last = now.rows < kChunk;
      next.rows = 0;
      const auto task = [&](std::size_t i, int) {
        if (i == 0 && !last) read = reader.read(next);
        if (i > 0 && i - 1 != id_field_) encoders_[i - 1].encode(now.cells, reader.width(), now.rows, arenas_[i - 1]);
      };
      each_of(encoders_.size() + 1, now.rows < 2000 ? 1 : kThreads, task);
      SEKISHO_CHECK(std::move(read));
      table_.rows += now.rows;
      std::swap(now, next);
    }
    return {};
  }
  void finish() {
    for (const Encoder& encoder : encoders_)
      table_.bad_dates += encoder.unreadable();
    for (Arena& arena : arenas_)
      table_.arenas.push_back(std::move(arena));
  }

 private:
  Table& table_;
  std::size_t id_field_;
  std::vector<Encoder> encoders_;
  std::vector<Arena> arenas_;
  std::vector<Source> sources_;
};

Result<void> read_one(const ModelSpec& spec, const std::filesystem::path& path, ChunkEncoder& encoder, Table& table,
                      std::vector<bool>& found, std::string& columns) {
  SEKISHO_TRY(std::string text, read_input(path));
  table.texts.push_back(std::make_unique<std::string>(std::move(text)));
  const std::string name = path.string();
  ChunkReader reader(*table.texts.back(), name, table.arena);
  SEKISHO_TRY(const std::vector<std::string_view> header, reader.header());
  SEKISHO_TRY(const std::vector<Source> sources, find_sources(spec, header, name));
  for (std::size_t f = 0; f < sources.size(); ++f)
    if (sources[f].column >= 0) found[f] = true;
  columns = columns_of(header);
  encoder.start_file(sources);
  SEKISHO_CHECK(encoder.encode(reader));
  table.ragged_rows += reader.ragged();
  return {};
}

void take_files_as_sources(const std::vector<std::size_t>& ends, Column& column, Arena& arena) {
  column.present = true;
  column.codes.clear();
  for (std::size_t file = 0; file < ends.size(); ++file) {
    column.values.push_back(arena.keep(fmt::format("{}", file + 1)));
    column.codes.resize(ends[file], static_cast<std::uint32_t>(file + 1));
  }
}

}  // namespace

Result<Table> read_table(const ModelSpec& spec, const std::vector<std::filesystem::path>& files,
                         const KnownNames& known) {
  Table table;
  ChunkEncoder encoder(spec, table);
  std::vector<bool> found(spec.fields.size(), false);  // a named column may be missing in some files, not in all
  std::vector<std::size_t> ends;                       // rows, by file
  std::string columns;                                 // of the last file
  for (const std::filesystem::path& file : files) {
    SEKISHO_CHECK(read_one(spec, file, encoder, table, found, columns));
    ends.push_back(table.rows);
  }
  for (std::size_t f = 0; f < spec.fields.size(); ++f)
    if (spec.fields[f].named && !found[f])
      return fail("linkage.columns", fmt::format("there is no column '{}'", spec.fields[f].columns[0]),
                  {.file = files.back().string()}, columns);
  encoder.finish();
  split_names(spec, table, known);
  fill_readings(spec, table);
  for (const ComparisonSpec& comparison : spec.comparisons)
    if (comparison.type == ComparisonType::kSource && !found[comparison.fields[0]] && files.size() > 1)
      take_files_as_sources(ends, table.columns[comparison.fields[0]], table.arena);
  return table;
}

bool written_in_kana(std::string_view text) {
  for (std::size_t at = 0; at < text.size();)
    if (const char32_t c = next_code_point(text, at); c < 0x3041 || c > 0x30FE) return false;
  return !text.empty();
}

void fill_readings(const ModelSpec& spec, Table& table) {
  for (const ComparisonSpec& comparison : spec.comparisons) {
    if (comparison.type != ComparisonType::kJpFamily && comparison.type != ComparisonType::kJpGiven) continue;
    const Column& kanji = table.columns[comparison.fields[0]];
    Column& kana = table.columns[comparison.fields[1]];
    if (!kanji.present || !kana.present) continue;
    std::vector<std::uint32_t> reading(kanji.values.size(), 0);  // by code of kanji
    std::unordered_map<std::string_view, std::uint32_t> known;
    for (std::size_t code = 1; code < kanji.values.size(); ++code) {
      if (!written_in_kana(kanji.values[code])) continue;
      if (known.empty())
        for (std::size_t i = 1; i < kana.values.size(); ++i)
          known.emplace(kana.values[i], static_cast<std::uint32_t>(i));
      const std::string text = normalise(FieldType::kKana, kanji.values[code]);
      if (text.empty()) continue;
      const auto found = known.find(text);
      if (found != known.end()) {
        reading[code] = found->second;
        continue;
      }
      reading[code] = static_cast<std::uint32_t>(kana.values.size());
      kana.values.push_back(table.arena.keep(text));
      known.emplace(kana.values.back(), reading[code]);
    }
    if (known.empty()) continue;
    for (std::size_t row = 0; row < table.rows; ++row)
      if (kana.codes[row] == 0) kana.codes[row] = reading[kanji.codes[row]];
  }
}

Result<RawRows> read_rows(const ModelSpec& spec, const std::vector<std::filesystem::path>& files,
                          const std::set<std::uint32_t>& rows) {
  RawRows out;
  for (const std::uint32_t row : rows)
    out[row].resize(spec.fields.size());
  std::uint32_t row = 0;
  for (const std::filesystem::path& file : files) {
    SEKISHO_TRY(const std::string text, read_input(file));
    CsvReader reader(text, separator_of(text), file.string());
    std::vector<std::string_view> cells;
    SEKISHO_TRY(bool more, reader.next(cells));
    SEKISHO_TRY(const std::vector<Source> sources, find_sources(spec, cells, file.string()));
    for (;; ++row) {
      SEKISHO_TRY(more, reader.next(cells));
      if (!more) break;
      const auto wanted = out.find(row);
      if (wanted == out.end()) continue;
      for (std::size_t f = 0; f < sources.size(); ++f)
        if (sources[f].column >= 0 && static_cast<std::size_t>(sources[f].column) < cells.size())
          wanted->second[f] = strip(cells[static_cast<std::size_t>(sources[f].column)]);
    }
  }
  return out;
}

void group_records(Table& table, const std::vector<std::uint32_t>& single) {
  std::vector<std::uint64_t> hashes(table.rows, 0x243F6A8885A308D3);
  over_slices(table.rows, kThreads, [&](std::size_t begin, std::size_t end, int) {
    for (const Column& column : table.columns)
      if (column.present)
        for (std::size_t row = begin; row < end; ++row)
          hashes[row] = mix(hashes[row], column.codes[row]);
  });
  const auto alone = [&](std::uint32_t row) { return !single.empty() && std::ranges::binary_search(single, row); };
  // Open addressing over the hashes; equal hashes are checked field by field.
  std::size_t size = 64;
  while (size < table.rows * 2)
    size *= 2;
  std::vector<std::uint32_t> slots(size, 0);
  const auto same = [&](std::uint32_t a, std::uint32_t b) {
    if (alone(a) || alone(b)) return false;
    return std::ranges::all_of(
        table.columns, [&](const Column& column) { return !column.present || column.codes[a] == column.codes[b]; });
  };
  table.group.resize(table.rows);
  for (std::uint32_t row = 0; row < table.rows; ++row) {
    std::size_t at = hashes[row] & (size - 1);
    while (slots[at] != 0 &&
           !(hashes[table.first_of[slots[at] - 1]] == hashes[row] && same(table.first_of[slots[at] - 1], row)))
      at = (at + 1) & (size - 1);
    if (slots[at] == 0) {
      table.first_of.push_back(row);
      table.size_of.push_back(0);
      slots[at] = static_cast<std::uint32_t>(table.first_of.size());
    }
    table.group[row] = slots[at] - 1;
    ++table.size_of[slots[at] - 1];
  }
  each_of(table.columns.size(), kThreads, [&](std::size_t c, int) {
    Column& column = table.columns[c];
    if (!column.present) return std::vector<std::uint32_t>().swap(column.codes);
    for (std::size_t g = 0; g < table.first_of.size(); ++g)
      column.codes[g] = column.codes[table.first_of[g]];  // groups are numbered by first row: never behind it
    column.codes.resize(table.first_of.size());
    column.codes.shrink_to_fit();
    column.counts.assign(column.values.size(), 0);
    for (const std::uint32_t code : column.codes)
      ++column.counts[code];
  });
}

}  // namespace sekisho::linkage

// The first sheet of a binary workbook (BIFF8 and BIFF5 in a compound file; MS-CFB, MS-XLS) as CSV. Only what published
// lists use: shared and own texts, numbers, stored results of formulas. Every chain of sectors is walked at most once
// and every text is counted against the limit, so that a forged file costs no more than its own size.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <optional>

#include "core/csv.h"
#include "core/text.h"
#include "masters/source.h"
#include "masters/spreadsheet.h"

namespace sekisho::masters {
namespace {

constexpr std::string_view kCompound = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
constexpr std::uint32_t kLastSector = 0xFFFFFFFA;  // above it: end of chain, free, and other marks

std::unexpected<Error> broken(std::string_view name, std::string what) {
  return fail("masters.xls", std::move(what), {.file = std::string(name)},
              "open it in a spreadsheet program and save it as xlsx or csv");
}

template <class T>
T little(ByteView bytes, std::size_t at) {
  T value{};
  if (at <= bytes.size() && sizeof(T) <= bytes.size() - at) std::memcpy(&value, bytes.data() + at, sizeof(T));
  return value;
}

// The streams of a compound file.
class Compound {
 public:
  explicit Compound(ByteView file) : file_(file) {
    const auto shift = little<std::uint16_t>(file, 30);
    shift_ = shift == 12 ? 12 : 9;
    read_table();
    const Bytes directory = chain(little<std::uint32_t>(file, 48), file_.size());
    for (std::size_t at = 0; at + 128 <= directory.size(); at += 128)
      if (directory[at + 66] == 5) {
        mini_ = chain(little<std::uint32_t>(directory, at + 116), little<std::uint32_t>(directory, at + 120));
        break;
      }
    directory_ = directory;
  }

  // A stream by its name (Latin letters); nothing when there is none.
  std::optional<Bytes> stream(std::string_view wanted) const {
    for (std::size_t at = 0; at + 128 <= directory_.size(); at += 128) {
      if (directory_[at + 66] != 2) continue;
      const std::size_t letters = std::min<std::size_t>(little<std::uint16_t>(directory_, at + 64), 64) / 2;
      std::string entry;
      for (std::size_t i = 0; i + 1 < letters; ++i)
        entry += static_cast<char>(directory_[at + i * 2]);
      if (entry != wanted) continue;
      const auto first = little<std::uint32_t>(directory_, at + 116);
      const std::size_t size = little<std::uint32_t>(directory_, at + 120);
      return size < little<std::uint32_t>(file_, 56) ? mini_chain(first, size) : chain(first, size);
    }
    return std::nullopt;
  }

 private:
  std::size_t sector_size() const { return std::size_t{1} << shift_; }
  ByteView sector(std::uint32_t number) const {
    const std::size_t at = (std::size_t{number} + 1) << shift_;
    return number > kLastSector || at >= file_.size() ? ByteView{}
                                                      : file_.subspan(at, std::min(sector_size(), file_.size() - at));
  }

  void add_table_sector(std::uint32_t number) {
    const ByteView entries = sector(number);
    for (std::size_t at = 0; at + 4 <= entries.size(); at += 4)
      next_.push_back(little<std::uint32_t>(entries, at));
  }

  void read_table() {
    const std::size_t most = (file_.size() >> shift_) + 1;
    for (std::size_t i = 0; i < 109; ++i)
      if (const auto number = little<std::uint32_t>(file_, 76 + i * 4); number <= kLastSector) add_table_sector(number);
    auto more = little<std::uint32_t>(file_, 68);
    for (std::size_t steps = 0; more <= kLastSector && steps < most && next_.size() <= most; ++steps) {
      const ByteView entries = sector(more);
      if (entries.size() < sector_size()) return;
      for (std::size_t at = 0; at + 8 <= entries.size(); at += 4)
        if (const auto number = little<std::uint32_t>(entries, at); number <= kLastSector) add_table_sector(number);
      more = little<std::uint32_t>(entries, entries.size() - 4);
    }
  }

  Bytes chain(std::uint32_t first, std::size_t size) const {
    Bytes out;
    std::size_t steps = (file_.size() >> shift_) + 1;
    for (std::uint32_t at = first; at <= kLastSector && out.size() < size && steps-- > 0;) {
      const ByteView part = sector(at);
      out.insert(out.end(), part.begin(), part.end());
      at = at < next_.size() ? next_[at] : kLastSector + 1;
    }
    out.resize(std::min(out.size(), size));
    return out;
  }

  Bytes mini_chain(std::uint32_t first, std::size_t size) const {
    const Bytes table = chain(little<std::uint32_t>(file_, 60), file_.size());
    Bytes out;
    std::size_t steps = mini_.size() / 64 + 1;
    for (std::uint32_t at = first; at <= kLastSector && out.size() < size && steps-- > 0;) {
      const std::size_t begin = std::size_t{at} * 64;
      if (begin >= mini_.size()) break;
      out.insert(out.end(), mini_.begin() + static_cast<std::ptrdiff_t>(begin),
                 mini_.begin() + static_cast<std::ptrdiff_t>(std::min(begin + 64, mini_.size())));
      at =
          std::size_t{at} * 4 + 4 <= table.size() ? little<std::uint32_t>(table, std::size_t{at} * 4) : kLastSector + 1;
    }
    out.resize(std::min(out.size(), size));
    return out;
  }

  ByteView file_;
  unsigned shift_ = 9;
  std::vector<std::uint32_t> next_;
  Bytes mini_, directory_;
};

struct Record {
  std::uint16_t id = 0;
  ByteView body;
};

enum RecordId : std::uint16_t {
  kFormula = 0x0006,
  kEof = 0x000A,
  kDateMode = 0x0022,
  kFilePass = 0x002F,
  kContinue = 0x003C,
  kSheet = 0x0085,
  kMulRk = 0x00BD,
  kXf = 0x00E0,
  kSst = 0x00FC,
  kLabelSst = 0x00FD,
  kNumber = 0x0203,
  kLabel = 0x0204,
  kString = 0x0207,
  kRk = 0x027E,
  kFormat = 0x041E,
  kRichString = 0x00D6,
  kBof = 0x0809,
};

// Texts that run over several records: at the start of each continuation stands a new width flag.
class TextReader {
 public:
  explicit TextReader(std::vector<ByteView> parts) : parts_(std::move(parts)) {}
  bool done() const { return part_ >= parts_.size(); }
  std::uint8_t byte() {
    while (!done() && at_ >= parts_[part_].size())
      ++part_, at_ = 0;
    return done() ? std::uint8_t{0} : parts_[part_][at_++];
  }
  std::uint32_t number(int width) {
    std::uint32_t value = 0;
    for (int i = 0; i < width; ++i)
      value |= std::uint32_t{byte()} << (8 * i);
    return value;
  }
  void skip(std::size_t count) {
    while (count-- > 0 && !done())
      (void)byte();
  }
  // A text of the shared table.
  std::string shared() {
    const std::size_t letters = number(2);
    return rest(letters, byte());
  }
  std::string rest(std::size_t letters, std::uint8_t flags) {
    const std::size_t runs = (flags & 8) != 0 ? number(2) : 0;
    const std::size_t extension = (flags & 4) != 0 ? number(4) : 0;
    std::u16string text;
    bool wide = (flags & 1) != 0;
    while (text.size() < letters && !done()) {
      if (at_ >= parts_[part_].size()) {
        ++part_, at_ = 0;
        if (done()) break;
        wide = (byte() & 1) != 0;
        continue;
      }
      text += static_cast<char16_t>(number(wide ? 2 : 1));
    }
    skip(runs * 4);
    skip(extension);
    return one_line(utf8(text));
  }

 private:
  static std::string utf8(std::u16string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      char32_t c = text[i];
      if (c >= 0xD800 && c < 0xDC00 && i + 1 < text.size() && text[i + 1] >= 0xDC00 && text[i + 1] < 0xE000)
        c = 0x10000 + ((c - 0xD800) << 10) + (static_cast<char32_t>(text[++i]) - 0xDC00);
      append_utf8(out, c >= 0xD800 && c < 0xE000 ? 0xFFFD : c);
    }
    return out;
  }
  std::vector<ByteView> parts_;
  std::size_t part_ = 0, at_ = 0;
};

double rk_value(std::uint32_t rk) {
  const double value = (rk & 2) != 0 ? static_cast<double>(static_cast<std::int32_t>(rk) >> 2)
                                     : std::bit_cast<double>(std::uint64_t{rk & 0xFFFFFFFC} << 32);
  return (rk & 1) != 0 ? value / 100 : value;
}

class Sheet {
 public:
  Sheet(ByteView book, std::string_view name, std::size_t limit) : book_(book), name_(name), limit_(limit) {}

  Result<std::string> csv() {
    SEKISHO_CHECK(globals());
    if (!sheet_) return broken(name_, "the workbook has no sheet");
    SEKISHO_CHECK(cells(*sheet_));
    std::ranges::stable_sort(cells_, {}, [](const Cell& cell) { return std::pair(cell.row, cell.column); });
    std::string out;
    for (std::size_t i = 0, line = 0; i < cells_.size(); ++line) {
      const std::uint16_t row = cells_[i].row;
      for (; line < row; ++line)
        out += '\n';
      std::vector<std::string_view> fields;
      for (; i < cells_.size() && cells_[i].row == row; ++i) {
        fields.resize(std::size_t{cells_[i].column} + 1);
        fields.back() = cells_[i].shared < shared_.size() ? std::string_view(shared_[cells_[i].shared])
                                                          : std::string_view(cells_[i].text);
      }
      append_csv(out, fields);
      if (out.size() > limit_) return broken(name_, "the sheet holds more than the limit");
    }
    return out;
  }

 private:
  static constexpr std::uint32_t kOwn = 0xFFFFFFFF;
  struct Cell {
    std::uint16_t row, column;
    std::uint32_t shared;  // index of a shared text, or kOwn
    std::string text;
  };

  std::optional<Record> next(std::size_t& at) const {
    if (at + 4 > book_.size()) return std::nullopt;
    const Record record{little<std::uint16_t>(book_, at), {}};
    const std::size_t size = little<std::uint16_t>(book_, at + 2);
    if (size > book_.size() - at - 4) return std::nullopt;
    const ByteView body = book_.subspan(at + 4, size);
    at += 4 + size;
    return Record{record.id, body};
  }

  Result<void> globals() {
    std::size_t at = 0;
    const auto first = next(at);
    if (!first || first->id != kBof) return broken(name_, "the workbook stream does not begin as one");
    old_ = little<std::uint16_t>(first->body, 0) < 0x0600;
    while (const auto record = next(at)) {
      switch (record->id) {
        case kFilePass:
          return broken(name_, "the workbook is encrypted");
        case kDateMode:
          since_1904_ = little<std::uint16_t>(record->body, 0) == 1;
          break;
        case kSheet:
          // Type 0 is a worksheet (charts and modules are none); the two low bits of the byte before hide it.
          if (!sheet_ && record->body.size() >= 6 && record->body[5] == 0 && (record->body[4] & 3) == 0)
            sheet_ = little<std::uint32_t>(record->body, 0);
          break;
        case kFormat:
          formats_[little<std::uint16_t>(record->body, 0)] = shows_day(format_text(*record));
          break;
        case kXf:
          styles_.push_back(little<std::uint16_t>(record->body, 2));
          break;
        case kSst:
          read_shared(*record, at);
          break;
        case kEof:
          return {};
        default:
          break;
      }
    }
    return {};
  }

  std::string format_text(const Record& record) const {
    if (record.body.size() < 5) return {};
    if (old_) return std::string(as_text(record.body.subspan(3)));
    TextReader reader({record.body.subspan(2)});
    return reader.shared();
  }

  void read_shared(const Record& record, std::size_t& at) {
    std::vector<ByteView> parts{record.body.size() < 8 ? ByteView{} : record.body.subspan(8)};
    for (std::size_t ahead = at;;) {
      const auto more = next(ahead);
      if (!more || more->id != kContinue) break;
      parts.push_back(more->body);
      at = ahead;
    }
    const std::size_t count = little<std::uint32_t>(record.body, 4);
    TextReader reader(std::move(parts));
    while (shared_.size() < count && !reader.done()) {
      std::string text = reader.shared();
      if (!reader.done() || !text.empty()) shared_.push_back(std::move(text));
    }
  }

  bool is_day(std::size_t style) const {
    if (style >= styles_.size()) return false;
    const auto own = formats_.find(styles_[style]);
    return own == formats_.end() ? shows_day(unsigned{styles_[style]}) : own->second;
  }

  void number(std::uint16_t row, std::uint16_t column, std::uint16_t style, double value) {
    cells_.push_back({row, column, kOwn, number_text(value, is_day(style), since_1904_)});
  }

  std::string label_text(ByteView body) const {
    if (body.size() < 3) return {};
    if (!old_) {
      TextReader reader({body});
      return reader.shared();
    }
    std::string out;
    DecodeReport report;
    decode(Charset::kCp932, body.subspan(2, std::min<std::size_t>(little<std::uint16_t>(body, 0), body.size() - 2)),
           out, report);
    return one_line(std::move(out));
  }

  Result<void> cells(std::size_t at) {
    std::uint16_t row = 0, column = 0;
    bool waiting = false;  // a formula whose text follows
    const auto first = next(at);
    if (!first || first->id != kBof) return broken(name_, "the sheet does not begin where the workbook says");
    while (const auto record = next(at)) {
      const ByteView body = record->body;
      if (record->id == kEof) return {};
      if (record->id == kString && waiting) cells_.push_back({row, column, kOwn, label_text(body)});
      waiting = false;
      if (body.size() < 6) continue;
      row = little<std::uint16_t>(body, 0), column = little<std::uint16_t>(body, 2);
      const auto style = little<std::uint16_t>(body, 4);
      if (column > 255 && record->id != kMulRk) continue;
      switch (record->id) {
        case kLabelSst:
          cells_.push_back({row, column, little<std::uint32_t>(body, 6), {}});
          break;
        case kLabel:
        case kRichString:
          cells_.push_back({row, column, kOwn, label_text(body.subspan(6))});
          break;
        case kNumber:
          number(row, column, style, little<double>(body, 6));
          break;
        case kRk:
          number(row, column, style, rk_value(little<std::uint32_t>(body, 6)));
          break;
        case kMulRk:
          for (std::size_t i = 4; i + 8 <= body.size() && column <= 255; i += 6, ++column)
            number(row, column, little<std::uint16_t>(body, i), rk_value(little<std::uint32_t>(body, i + 2)));
          break;
        case kFormula:
          // A result that is no number is marked by FF FF; 0 says that a text follows.
          if (body.size() >= 14 && body[12] == 0xFF && body[13] == 0xFF)
            waiting = body[6] == 0;
          else
            number(row, column, style, little<double>(body, 6));
          break;
        default:
          break;
      }
    }
    return {};
  }

  ByteView book_;
  std::string_view name_;
  std::size_t limit_;
  bool old_ = false, since_1904_ = false;
  std::optional<std::size_t> sheet_;
  std::vector<std::string> shared_;
  std::vector<std::uint16_t> styles_;
  std::map<std::uint16_t, bool> formats_;
  std::vector<Cell> cells_;
};

}  // namespace

bool is_binary_workbook(ByteView content) {
  return as_text(content).starts_with(kCompound);
}

Result<std::string> xls_to_csv(ByteView workbook, std::string_view name, std::size_t limit) {
  if (!is_binary_workbook(workbook) || workbook.size() < 512) return broken(name, "not a binary workbook");
  const Compound compound(workbook);
  auto book = compound.stream("Workbook");
  if (!book) book = compound.stream("Book");
  if (!book) return broken(name, "the file holds no workbook; it may be encrypted or another kind of document");
  return Sheet(*book, name, limit).csv();
}

}  // namespace sekisho::masters

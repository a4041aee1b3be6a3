#include "formats/storage_source.h"

#include <algorithm>
#include <array>
#include <vector>

#include "core/csv.h"
#include "formats/ssmix2_path.h"

namespace sekisho::formats {
namespace {

bool digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// --- index database ---

// The columns of SSMIXIDX in their order. (section 12)
enum Column : std::uint8_t {
  kVolume,
  kFacility,
  kPatient,
  kOrderDate,
  kDataKind,
  kOrderNo,
  kProcessing,
  kDepartment,
  kTransaction,
  kDirectory,
  kFileName,
  kUpdated,
  kColumns
};
constexpr std::array<std::string_view, kColumns> kNames = {
    "volumelabel",    "facilityid", "patientid",           "orderdate",       "datakind", "orderno",
    "processingtype", "enterorgcd", "transactiondatetime", "outreldirectory", "filename", "updatedatetime"};

std::string lower(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != ' ' && c != '_' && c != '"') out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

class IndexSource final : public StorageSource {
 public:
  explicit IndexSource(std::string_view text) : text_(text) {}

  Result<void> entries(const Take& take) override {
    const std::string_view first = text_.substr(0, text_.find('\n'));
    CsvReader reader(text_, first.find('\t') != std::string_view::npos ? '\t' : ',', "SSMIXIDX");
    std::vector<std::string_view> row;
    bool header = true;
    for (;;) {
      SEKISHO_TRY(const bool more, reader.next(row));
      if (!more) return {};
      if (std::exchange(header, false) && read_header(row)) {
        for (const Column needed : {kPatient, kDirectory, kFileName})
          if (place_[needed] < 0)
            return fail("index.columns", "the index has no column " + std::string(kNames[needed]), {},
                        "Export SSMIXIDX with its column names.");
        continue;
      }
      StorageEntry entry;
      entry.line = reader.line();
      read_row(row, entry);
      SEKISHO_CHECK(take(entry));
    }
  }

 private:
  // False: the first row is data, in the table's order.
  bool read_header(const std::vector<std::string_view>& row) {
    place_.fill(-1);
    bool named = false;
    for (std::size_t i = 0; i < row.size(); ++i)
      for (std::size_t c = 0; c < kColumns; ++c)
        if (lower(row[i]) == kNames[c]) {
          place_[c] = static_cast<int>(i);
          named = true;
        }
    if (!named)
      for (std::size_t c = 0; c < kColumns; ++c)
        place_[c] = static_cast<int>(c);
    return named;
  }

  void read_row(const std::vector<std::string_view>& row, StorageEntry& entry) const {
    const auto at = [&](Column c) {
      const int place = place_[c];
      return place < 0 || static_cast<std::size_t>(place) >= row.size() ? std::string_view{}
                                                                        : row[static_cast<std::size_t>(place)];
    };
    entry.volume = at(kVolume);
    entry.deletion = at(kProcessing) == "DEL";
    for (const char c : at(kUpdated))
      if (c >= '0' && c <= '9') entry.changed += c;
    if (at(kFileName).empty() || at(kDirectory).empty()) {
      entry.reason = "no folder or no file name";
      return;
    }
    std::string path = std::string(at(kDirectory)) + "/" + std::string(at(kFileName));
    const Ssmix2Path parsed = parse_ssmix2_path(path.find('\\') == std::string::npos ? path : storage_place(path));
    const std::string_view name = at(kFileName);
    if (!name.starts_with(at(kPatient)) || (parsed.kind == StorageKind::kStandardized && !parsed.folders_agree)) {
      entry.reason = "the row's values and its file name differ";
      return;
    }
    entry.path = storage_place(path);
  }

  std::string_view text_;
  std::array<int, kColumns> place_{};
};

// --- transaction storage ---

// A line that is a segment of a message.
bool is_segment(std::string_view line) {
  return line.size() > 3 && line[3] == '|' && std::ranges::all_of(line.substr(0, 3), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
         });
}

std::vector<std::string_view> tokens_of(std::string_view header) {
  constexpr std::string_view kSeparators = " \t,|\r\n\x1c\x1d\x1e\x1f\"";
  std::vector<std::string_view> out;
  for (std::size_t at = header.find_first_not_of(kSeparators); at != std::string_view::npos && out.size() < 256;) {
    const auto end = std::min(header.find_first_of(kSeparators, at), header.size());
    out.push_back(header.substr(at, end - at));
    at = header.find_first_not_of(kSeparators, end);
  }
  return out;
}

class TransactionSource final : public StorageSource {
 public:
  explicit TransactionSource(ByteView bytes) : bytes_(bytes) {}

  Result<void> entries(const Take& take) override {
    const std::string_view text = as_text(bytes_);
    std::int64_t number = 0;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t begin = find_message(text, at), end = message_end(text, begin);
      const std::string_view header = text.substr(at, begin - at);
      at = end;
      if (begin == end && tokens_of(header).empty()) break;
      StorageEntry entry;
      entry.line = ++number;
      entry.message = bytes_.subspan(begin, end - begin);
      read_header(header, entry);
      if (begin == end && entry.reason.empty()) entry.reason = "a header without a message";
      if (!entry.reason.empty()) entry.path.clear();
      SEKISHO_CHECK(take(entry));
    }
    return {};
  }

 private:
  static std::size_t find_message(std::string_view text, std::size_t at) {
    for (auto found = text.find("MSH|", at); found != std::string_view::npos; found = text.find("MSH|", found + 4))
      if (text.size() > found + 8 && text[found + 8] == '|') return found;
    return text.size();
  }
  static std::size_t message_end(std::string_view text, std::size_t at) {
    bool first = true;
    while (at < text.size()) {
      const auto line_end = std::min(text.find_first_of("\r\n", at), text.size());
      const std::string_view line = text.substr(at, line_end - at);
      const bool starts_another = !first && line.starts_with("MSH|");
      if (!line.empty() && (!is_segment(line) || starts_another)) return at;
      first = false;
      at = std::min(line_end + 1, text.size());
    }
    return at;
  }

  static void read_header(std::string_view header, StorageEntry& entry) {
    const std::vector<std::string_view> t = tokens_of(header);
    std::size_t kind = 4;
    while (kind < t.size() && t[kind] != "INS" && t[kind] != "DEL")
      ++kind;
    if (kind >= t.size()) {
      entry.reason = "no kind of processing (INS, DEL) in the header";
      return;
    }
    const std::string_view patient = t[kind - 4], date = t[kind - 3], type = t[kind - 2], order = t[kind - 1];
    entry.deletion = t[kind] == "DEL";
    std::string_view department = "-", time;
    for (std::size_t i = kind + 1; i < t.size() && time.empty(); ++i) {
      if (digits(t[i]) && t[i].size() >= 12)
        time = t[i];
      else if (i == kind + 1)
        department = t[i];
    }
    if (patient.size() < 6 || time.empty()) {
      entry.reason = "no patient or no time in the header";
      return;
    }
    std::string& p = entry.path;
    p.append(patient.substr(0, 3)).append("/").append(patient.substr(3, 3)).append("/").append(patient).append("/");
    p.append(date).append("/").append(type).append("/");
    for (const std::string_view part : {patient, date, type, order, time, department})
      p.append(part).append("_");
    p += entry.deletion ? '0' : '1';
    if (const Ssmix2Path parsed = parse_ssmix2_path(p); !parsed.parts_valid || !parsed.folders_agree)
      entry.reason = "the header's values are none of a storage";
  }

  ByteView bytes_;
};

}  // namespace

std::unique_ptr<StorageSource> make_index_source(std::string_view text) {
  return std::make_unique<IndexSource>(text);
}
std::unique_ptr<StorageSource> make_transaction_source(ByteView bytes) {
  return std::make_unique<TransactionSource>(bytes);
}

bool is_transaction_file(std::string_view path) {
  constexpr std::size_t kSize = 30;
  if (path.size() < kSize || (path.size() > kSize && path[path.size() - kSize - 1] != '/')) return false;
  const std::string_view name = path.substr(path.size() - kSize);
  return !name.contains('/') && name.starts_with("TR_") && digits(name.substr(3, 17)) && name[20] == '_' &&
         digits(name.substr(21, 5)) && (name.ends_with(".DAT") || name.ends_with(".dat"));
}

std::string storage_place(std::string_view path) {
  std::string plain(path);
  std::ranges::replace(plain, '\\', '/');
  const auto doubled = std::ranges::unique(plain, [](char a, char b) { return a == '/' && b == '/'; });
  plain.erase(doubled.begin(), doubled.end());
  const Ssmix2Path p = parse_ssmix2_path(plain);
  std::string_view all = plain;
  if (p.kind == StorageKind::kExtended) all = all.substr(0, all.size() - p.document.size() - 1);
  std::size_t at = all.size();
  for (int i = 0; i < 6 && at != std::string_view::npos && at > 0; ++i)
    at = all.rfind('/', at - 1);
  return std::string(at == std::string_view::npos || at == 0 ? all.substr(all.starts_with('/')) : all.substr(at + 1));
}

std::uint64_t version_hash(std::string_view path) {
  if (!path.empty()) path.remove_suffix(1);
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : path)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash ^ hash >> 29;
}

}  // namespace sekisho::formats

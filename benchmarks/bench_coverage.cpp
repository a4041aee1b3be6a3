// modules: core formats
// What becomes of each field: every field of the given files is changed, one at a time and in several ways, and what is
// then different tells where it goes - a column, the identity store, the vault, a check only, or nowhere but the raw
// file. Prints the tables of docs/coverage.md.
//   bench_coverage FILE|FOLDER...
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/file.h"
#include "core/text.h"
#include "formats/reader.h"

namespace {

using namespace sekisho;
namespace fs = std::filesystem;
using formats::Family;

constexpr std::size_t kSamples = 4;  // of each kind of record

// What a reader made of a file.
struct Made {
  std::map<std::string, std::string> columns;  // "table.column" -> all its values
  std::map<std::string, std::size_t> rows;
  std::string identities, vault, findings;
};

std::string value_of(const records::Column& column, std::size_t row) {
  if (column.is_null(row)) return "-";
  switch (column.type()) {
    case records::ColumnType::kText:
      return std::string(column.text(row));
    case records::ColumnType::kFloat64:
      return fmt::format("{}", column.real(row));
    default:
      return fmt::format("{}", column.integer(row));
  }
}

Made read(Family family, const std::string& path, std::string_view bytes) {
  records::RecordSet set;
  const auto reader = formats::make_reader(family, set, {});
  reader->begin({.path = path, .package = 1});
  (void)reader->feed(as_bytes(bytes));
  (void)reader->finish();
  Made made;
  for (records::Batch& batch : set.batches()) {
    batch.pad();
    const std::string table(batch.spec().name);
    if (batch.rows() > 0) made.rows[table] = batch.rows();
    for (std::size_t c = 0; c < batch.column_count(); ++c) {
      const std::string_view name = batch.spec().columns[c].name;
      if (name == "sub" || name == "text_ref") continue;  // numbers of rows and texts
      std::string& values = made.columns[table + "." + std::string(name)];
      for (std::size_t row = 0; row < batch.rows(); ++row)
        values.append(value_of(batch.column(static_cast<int>(c)), row)) += '\n';
    }
  }
  for (const records::IdentityRecord& i : set.identities()) {
    for (const std::string& text :
         {i.patient_number, i.family_kanji, i.given_kanji, i.family_kana, i.given_kana, i.romaji, i.sex, i.postcode,
          i.address, i.phone, i.insurer, i.symbol, i.number, i.branch, i.birth.iso(), i.died.iso()})
      made.identities.append(text) += '\n';
    for (const std::string& former : i.former_numbers)
      made.identities.append(former) += '\n';
  }
  for (const records::VaultItem& item : set.vault())
    made.vault.append(item.kind).append("=").append(item.content) += '\n';
  for (const records::Finding& f : set.findings())
    made.findings.append(f.rule).append(f.where) += '\n';
  return made;
}

struct Fate {
  std::set<std::string> columns;  // table.column; a table alone: the field decides about its rows
  bool identity = false, vault = false, checked = false;

  void add(const Made& before, const Made& after) {
    for (const auto& [name, values] : after.columns) {
      const std::string table = name.substr(0, name.find('.'));
      const auto count = [&](const Made& made) { return made.rows.contains(table) ? made.rows.at(table) : 0; };
      if (count(before) != count(after))
        columns.insert(table);
      else if (values != before.columns.at(name))
        columns.insert(name);
    }
    identity = identity || before.identities != after.identities;
    vault = vault || before.vault != after.vault;
    checked = checked || before.findings != after.findings;
  }
};

using Lines = std::vector<std::vector<std::string>>;

Lines split(std::string_view text, std::string_view ends, char separator) {
  Lines lines;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find_first_of(ends));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.find_first_not_of("\x1A ") == line.npos) continue;
    auto& fields = lines.emplace_back();
    for (;;) {
      fields.emplace_back(line.substr(0, line.find(separator)));
      if (fields.back().size() == line.size()) break;
      line.remove_prefix(fields.back().size() + 1);
    }
  }
  return lines;
}

std::string joined(const Lines& lines, std::string_view end, char separator) {
  std::string out;
  for (const auto& fields : lines) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (i > 0) out += separator;
      out += fields[i];
    }
    out += end;
  }
  return out;
}

class Coverage {
 public:
  void take(const fs::path& path) {
    const auto bytes = read_file(path);
    if (!bytes) return;
    const Family family = formats::sniff(path.string(), *bytes);
    if (family == Family::kUnknown) return;
    std::string text;
    DecodeReport report;
    decode(detect_charset(*bytes), *bytes, text, report);
    const char separator = family == Family::kSsmix2 ? '|' : family == Family::kReceipt ? ',' : '\t';
    const std::string_view end = family == Family::kSsmix2 ? "\r" : "\r\n";
    const Lines lines = split(text, "\r\n", separator);
    if (lines.empty() || (family == Family::kDpc && lines[0].size() < 2)) return;
    const Made before = read(family, path.string(), joined(lines, end, separator));
    for (std::size_t line = 0; line < lines.size(); ++line) {
      const std::string stem = path.stem().string();
      std::string record = family == Family::kDpc ? stem.substr(0, stem.find('_')) : lines[line][0];
      if (record.empty() || record.size() > 3 ||
          !std::ranges::all_of(record, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }))
        continue;
      if (family == Family::kReceipt) record += " (" + stem + ")";
      const std::string key = std::string(formats::name(family)) + "|" + record;
      if (++samples_[key + path.parent_path().filename().string()] > kSamples) continue;
      change_fields(family, path.string(), lines, line, before, fates_[key],
                    [&](const Lines& changed) { return joined(changed, end, separator); });
    }
  }

  void print() const {
    std::string family;
    for (const auto& [key, fields] : fates_) {
      const std::string now = key.substr(0, key.find('|'));
      if (now != family)
        fmt::print(
            "\n## {}\n\n| record | mapped: fields -> columns | identity store | vault | checked only | raw file only "
            "|\n"
            "|---|---|---|---|---|---|\n",
            now);
      family = now;
      print_record(key, fields);
    }
  }

 private:
  using Fields = std::map<std::size_t, Fate>;

  template <class Join>
  static void change_fields(Family family, const std::string& path, const Lines& lines, std::size_t line,
                            const Made& before, Fields& fates, Join join) {
    constexpr std::string_view kValues[] = {"20240509", "20240509101500", "202405",    "7",           "1", "01", "91",
                                            "Q7",       "ZQ1^ZQ2^99Z",    "123456789", "テスト^花子", ""};
    constexpr std::size_t kMore = 4;  // fields that the sample leaves away at the end
    const std::size_t first = family == Family::kDpc ? 0 : 1;
    for (std::size_t field = first; field < lines[line].size() + kMore; ++field) {
      // MSH-1 is the separator itself: its fields count from 2.
      const std::size_t number =
          field + (family == Family::kReceipt || family == Family::kDpc ? 1 : 0) + (lines[line][0] == "MSH" ? 1 : 0);
      for (const std::string_view value : kValues) {
        Lines changed = lines;
        if (changed[line].size() <= field) changed[line].resize(field + 1);
        if (changed[line][field] == value || (family == Family::kSsmix2 && lines[line][0] == "MSH" && field == 1))
          continue;
        changed[line][field] = value;
        fates[number].add(before, read(family, path, join(changed)));
      }
    }
  }

  // What all tables have (patient, document, time) is said once; a code's system and a time's precision go with them.
  static std::string places_of(const std::set<std::string>& columns) {
    std::set<std::string> out;
    for (const std::string& column : columns) {
      const std::string name = column.substr(column.find('.') + 1);
      if (name == "prec" || name == "flags" || name.ends_with("_sys") || name.ends_with("_ver")) continue;
      const bool common = name == "reg" || name == "doc" || name == "t" || name == "t_end" || name == "state";
      out.insert(common ? name : column);
    }
    if (out.empty()) return "`flags`";
    return out.size() > 6 ? "many" : fmt::format("`{}`", fmt::join(out, "` `"));
  }

  // 2-5, 7
  static std::string ranges(const std::vector<std::size_t>& numbers) {
    std::string out;
    for (std::size_t i = 0; i < numbers.size();) {
      std::size_t end = i;
      while (end + 1 < numbers.size() && numbers[end + 1] == numbers[end] + 1)
        ++end;
      out += (out.empty() ? "" : ", ") + std::to_string(numbers[i]);
      if (end > i) out += (end == i + 1 ? ", " : "-") + std::to_string(numbers[end]);
      i = end + 1;
    }
    return out;
  }

  static void print_record(const std::string& key, const Fields& fields) {
    std::map<std::string, std::vector<std::size_t>> mapped;  // by place, fields that go there
    std::vector<std::size_t> identity, vault, checked, raw;
    for (const auto& [number, fate] : fields) {
      if (!fate.columns.empty()) mapped[places_of(fate.columns)].push_back(number);
      if (fate.identity) identity.push_back(number);
      if (fate.vault) vault.push_back(number);
      if (fate.columns.empty() && !fate.identity && !fate.vault) (fate.checked ? checked : raw).push_back(number);
    }
    std::vector<std::pair<std::size_t, std::string>> places;
    for (const auto& [place, numbers] : mapped)
      places.emplace_back(numbers.front(), ranges(numbers) + " -> " + place);
    std::ranges::sort(places);
    std::string text;
    for (const auto& [first, place] : places)
      text += (text.empty() ? "" : "; ") + place;
    const std::string reason = raw.empty() ? "" : fmt::format(" ({})", reason_of(key));
    fmt::print("| {} | {} | {} | {} | {} | {}{} |\n", key.substr(key.find('|') + 1), text, ranges(identity),
               ranges(vault), ranges(checked), ranges(raw), reason);
  }

  // Why the fields that go nowhere do: by family and record, the longest beginning that fits.
  static std::string_view reason_of(std::string_view key) {
    constexpr std::pair<std::string_view, std::string_view> kReasons[] = {
        {"ssmix2|", "no column; the raw message has it"},
        {"ssmix2|MSH", "transport"},
        {"ssmix2|EVN", "who entered it, and where"},
        {"ssmix2|PID", "not used by the standard"},
        {"ssmix2|PV", "staff and places without use for research"},
        {"ssmix2|IN1", "names and addresses of insurer and insured"},
        {"ssmix2|ORC", "staff, addresses"},
        {"ssmix2|ZPR", "repeats PRB"},
        {"ssmix2|DB1", "disability: no column on purpose"},
        {"receipt|", "no column; `receipt cat` writes it back"},
        {"receipt|IR", "payer body, name and phone of the institution"},
        {"receipt|YK", "payer body, name and phone of the institution"},
        {"receipt|HO", "amounts, meals, reductions: no column"},
        {"receipt|KO", "amounts, meals, and the recipient's number, an identifier"},
        {"receipt|GO", "beyond the record"},
        {"receipt|RE", "shares, beds, price of a point, reserve: no column"},
        {"dpc|", "no column; the raw file has it"},
        {"dpc|E", "names of coded items, which masters have; doctors; flags without use"},
        {"dpc|D", "names of coded items, which masters have; doctors; flags without use"},
    };
    std::string_view found, reason;
    for (const auto& [begin, why] : kReasons)
      if (key.starts_with(begin) && begin.size() > found.size()) found = begin, reason = why;
    return reason;
  }

  std::map<std::string, std::size_t> samples_;
  std::map<std::string, Fields> fates_;
};

}  // namespace

int main(int count, char** arguments) {
  Coverage coverage;
  std::vector<fs::path> files;
  for (int i = 1; i < count; ++i)
    if (fs::is_directory(arguments[i])) {
      for (const auto& entry : fs::recursive_directory_iterator(arguments[i]))
        if (entry.is_regular_file()) files.push_back(entry.path());
    } else {
      files.emplace_back(arguments[i]);
    }
  std::ranges::sort(files);
  for (const fs::path& file : files)
    coverage.take(file);
  coverage.print();
}

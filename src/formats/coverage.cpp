#include "formats/coverage.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <vector>

#include "core/text.h"

namespace sekisho::formats {

const std::string_view kCoverageIntroduction = R"(# What becomes of each field

Made by `sekisho inspect --coverage`, which believes no table of the code: it changes every field of sample files, one at a time and in a dozen ways, reads the file again and looks at what is different. *Mapped*: a column of a
table (a table's name alone: the field decides which rows there are; `reg`: the patient; `doc`: the document's key; `t`, `t_end`: the times; system of a code and precision of a time go with them). *Identity store* and *vault*: kept
there, sealed. *Checked only*: a rule looks at it and nothing keeps it. *Raw file only*: the package has it as sent, no column has; the reason stands beside it. Fields count from 1 (receipts and survey files: with the
record's name), up to two beyond the last of the sample. Rules and meaning: [formats.md](formats.md).

Samples: `tests/vectors/coverage`, which has every record of receipts for each kind of claim, every segment of SS-MIX2 and every file of the survey; a test holds this page against the program. The page again, and your own files:

    build/release/bin/sekisho inspect --coverage tests/vectors/coverage > docs/coverage.md
    build/release/bin/sekisho inspect --coverage FILE|FOLDER...
)";

constexpr std::size_t kSamples = 2;  // of each kind of record in each kind of message
constexpr std::size_t kMore = 2;     // fields beyond those that the sample has

// What a reader made of a file.
struct Coverage::Made {
  std::map<std::string, std::string> columns;  // "table.column" -> all its values
  std::map<std::string, std::size_t> rows;
  std::string identities, vault, findings;

  static Made read(Family family, const std::string& path, std::string_view bytes);
};

void Coverage::Fate::add(const Made& before, const Made& after) {
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

namespace {

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

// The kind of a receipt by what stands in it.
std::string_view kind_of(const Lines& lines) {
  if (std::ranges::any_of(lines, [](const auto& line) { return line[0] == "BU"; })) return "dpc";
  if (lines[0][0] == "YK") return "dispensing";
  return lines[0].size() > 3 && lines[0][3] == "3" ? "dental" : "medical";
}

bool is_record_name(std::string_view text) {
  return !text.empty() && text.size() <= 3 &&
         std::ranges::all_of(text, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; });
}

struct Shape {
  char separator;
  std::string_view end;
};
Shape shape_of(Family family) {
  if (family == Family::kSsmix2) return {'|', "\r"};
  return {family == Family::kReceipt ? ',' : '\t', "\r\n"};
}

}  // namespace

struct Coverage::Sample {
  Family family;
  std::string path;
  Lines lines;

  Made read(const Lines& as) const {
    const Shape shape = shape_of(family);
    return Made::read(family, path, joined(as, shape.end, shape.separator));
  }
};

Coverage::Made Coverage::Made::read(Family family, const std::string& path, std::string_view bytes) {
  records::RecordSet set;
  const auto reader = make_reader(family, set, {});
  reader->begin({.path = path, .package = 1});
  (void)reader->feed(as_bytes(bytes));
  (void)reader->finish();
  Coverage::Made made;
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

void Coverage::take(std::string_view path, ByteView content) {
  if (as_text(content).starts_with('#')) return take_bundle(as_text(content));
  Sample sample{sniff(path, content), std::string(path), {}};
  if (sample.family == Family::kUnknown) return;
  std::string text;
  DecodeReport report;
  decode(detect_charset(content), content, text, report);
  sample.lines = split(text, "\r\n", shape_of(sample.family).separator);
  const Lines& lines = sample.lines;
  if (lines.empty() || (sample.family == Family::kDpc && lines[0].size() < 2)) return;
  const Made before = sample.read(lines);
  std::string name = sample.path.substr(sample.path.rfind('/') + 1);
  name.resize(std::min(name.find_first_of("_."), name.size()));
  for (std::size_t line = 0; line < lines.size(); ++line) {
    std::string record = sample.family == Family::kDpc ? name : lines[line][0];
    if (!is_record_name(record)) continue;
    if (sample.family == Family::kReceipt) record += fmt::format(" ({})", kind_of(lines));
    record.insert(0, std::string(formats::name(sample.family)) + "|");
    const std::string message = lines[0].size() > 8 && lines[0][0] == "MSH" ? lines[0][8] : std::string();
    if (++samples_[record + message] <= kSamples) change_fields(sample, line, before, fates_[record]);
  }
}

void Coverage::take_bundle(std::string_view text) {
  constexpr std::string_view kMark = "== ";
  std::string path, content;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.starts_with(kMark)) {
      if (!content.empty()) take(path, as_bytes(std::exchange(content, {})));
      path = line.substr(kMark.size());
    } else if (!line.starts_with('#') && !line.empty()) {
      content.append(line) += '\n';
    }
  }
  if (!content.empty()) take(path, as_bytes(content));
}

void Coverage::change_fields(const Sample& sample, std::size_t line, const Made& before, Fields& fates) const {
  constexpr std::string_view kValues[] = {"20240509", "20240509101500", "202405",    "7",           "1", "01", "91",
                                          "Q7",       "ZQ1^ZQ2^99Z",    "123456789", "テスト^花子", "2", "〓", ""};
  const std::string& id = sample.lines[line][0];
  const bool message = sample.family == Family::kSsmix2;
  for (std::size_t field = sample.family == Family::kDpc ? 0 : 1; field < sample.lines[line].size() + kMore; ++field) {
    if (id == "MSH" && field == 1) continue;  // the separators themselves
    // MSH-1 is the separator: its fields count from 2.
    Fate& fate = fates[field + (message ? 0 : 1) + (message && id == "MSH" ? 1 : 0)];
    for (const std::string_view value : kValues) {
      Lines changed = sample.lines;
      if (changed[line].size() <= field) changed[line].resize(field + 1);
      if (changed[line][field] == value) continue;
      changed[line][field] = value;
      fate.add(before, sample.read(changed));
    }
  }
}

namespace {

// What all tables have (patient, document, time) is said once; a code's system and a time's precision go with them.
std::string places_of(const std::set<std::string>& columns) {
  constexpr std::size_t kShown = 8;
  std::set<std::string> out, tables;
  for (const std::string& column : columns) {
    const std::string name = column.substr(column.find('.') + 1);
    if (name == "prec" || name == "flags" || name.ends_with("_sys") || name.ends_with("_ver")) continue;
    const bool common = name == "reg" || name == "doc" || name == "t" || name == "t_end" || name == "state";
    out.insert(common ? name : column);
    if (!common) tables.insert(column.substr(0, column.find('.')));
  }
  if (out.empty()) return "`flags`";
  if (out.size() > kShown) return fmt::format("columns of `{}`", fmt::join(tables, "` `"));
  return fmt::format("`{}`", fmt::join(out, "` `"));
}

// 2-5, 7
std::string ranges_of(const std::vector<std::size_t>& numbers) {
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

// Why the fields that go nowhere do: by family and record, the longest beginning that fits.
std::string_view reason_of(std::string_view record) {
  constexpr std::pair<std::string_view, std::string_view> kReasons[] = {
      {"ssmix2|", "order of rows, staff, places, reserve; the raw message has it"},
      {"ssmix2|ACC", "accidents, of no use for research as free text"},
      {"ssmix2|BLG", "accounts: receipts have what is charged"},
      {"ssmix2|FT1", "accounts: receipts have what is charged"},
      {"ssmix2|GT1", "another person, who pays"},
      {"ssmix2|UB", "billing of another country"},
      {"ssmix2|DRG", "groups of another country: DPC files have Japan's"},
      {"ssmix2|IN2", "employer of the insured"},
      {"ssmix2|IN3", "certification by insurers of another country"},
      {"ssmix2|PD1", "the patient's usual doctor"},
      {"ssmix2|PDA", "autopsy: the outcome is DG1's and PV1-36"},
      {"ssmix2|DSC", "continuation of a message, which files do not have"},
      {"ssmix2|INV", "reagents and instruments of the laboratory"},
      {"ssmix2|SAC", "tubes of the laboratory"},
      {"ssmix2|SID", "reagents and instruments of the laboratory"},
      {"ssmix2|TCD", "reagents and instruments of the laboratory"},
      {"ssmix2|CTD", "telephone numbers of the ward"},
      {"ssmix2|RXO", "the order before it was coded: RXE has it"},
      {"ssmix2|ZE2", "tube voltage and distance"},
      {"ssmix2|GOL", "plans, not what happened"},
      {"ssmix2|PTH", "plans, not what happened"},
      {"ssmix2|VAR", "plans, not what happened"},
      {"ssmix2|SFT", "transport"},
      {"ssmix2|NTE", "numbers of the note and its source"},
      {"ssmix2|PV2", "reserve; planned times, which rules look at"},
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
    if (record.starts_with(begin) && begin.size() > found.size()) found = begin, reason = why;
  return reason;
}

}  // namespace

std::string Coverage::row_of(const std::string& record, const Fields& fields) {
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
    places.emplace_back(numbers.front(), ranges_of(numbers) + " -> " + place);
  std::ranges::sort(places);
  std::string text;
  for (const auto& [first, place] : places)
    text += (text.empty() ? "" : "; ") + place;
  const std::string reason = raw.empty() ? "" : fmt::format(" ({})", reason_of(record));
  return fmt::format("| {} | {} | {} | {} | {} | {}{} |\n", record.substr(record.find('|') + 1), text,
                     ranges_of(identity), ranges_of(vault), ranges_of(checked), ranges_of(raw), reason);
}

std::string Coverage::tables() const {
  std::string out, family;
  for (const auto& [record, fields] : fates_) {
    const std::string now = record.substr(0, record.find('|'));
    if (now != family)
      out += fmt::format(
          "\n## {}\n\n| record | mapped: fields -> columns | identity store | vault | checked only | raw file only "
          "|\n|---|---|---|---|---|---|\n",
          now);
    family = now;
    out += row_of(record, fields);
  }
  return out;
}

}  // namespace sekisho::formats

// Lists of laboratory tests as their publishers and hospitals lay them out: JLAC10 or JLAC11 in one column of 17
// characters or in its five parts, names, units, materials, claimed acts, known by the words of the header row. The
// lists are licensed or a hospital's own; nothing of them ships with the program.
#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "codes/dictionary.h"
#include "codes/item.h"
#include "codes/jlac10.h"
#include "core/csv.h"
#include "masters/fold.h"

namespace sekisho::codes {
namespace {

enum class Column {
  kJlac10,
  kJlac11,
  kAnalyte,
  kIdentification,
  kMaterial,
  kMethod,
  kResult,
  kName,
  kAlias,
  kUnit,
  kAct,
  kLow,
  kHigh
};

struct Word {
  std::string_view header;
  Column column;
};
// clang-format off
constexpr Word kWords[] = {
    {"JLAC10コード", Column::kJlac10}, {"JLAC10", Column::kJlac10}, {"JLAC10(17桁)", Column::kJlac10}, {"JLAC10 17桁コード", Column::kJlac10},
    {"17桁コード", Column::kJlac10}, {"JLACコード", Column::kJlac10}, {"標準検査コード", Column::kJlac10}, {"標準コード", Column::kJlac10},
    {"臨床検査項目分類コード", Column::kJlac10},
    {"JLAC11コード", Column::kJlac11}, {"JLAC11", Column::kJlac11}, {"JLAC11(17桁)", Column::kJlac11}, {"JLAC11 17桁コード", Column::kJlac11},
    {"分析物コード", Column::kAnalyte}, {"測定物コード", Column::kAnalyte}, {"識別コード", Column::kIdentification},
    {"材料コード", Column::kMaterial}, {"測定法コード", Column::kMethod}, {"結果識別コード", Column::kResult}, {"結果単位コード", Column::kResult},
    {"標準検査名称", Column::kName}, {"標準検査名", Column::kName}, {"検査項目名称", Column::kName}, {"検査項目名", Column::kName},
    {"検査名称", Column::kName}, {"検査名", Column::kName}, {"項目名称", Column::kName}, {"項目名", Column::kName}, {"名称", Column::kName},
    {"標準名称", Column::kName}, {"JLAC一般検査名称", Column::kName}, {"一般検査名称", Column::kName},
    {"分析物名称", Column::kAlias}, {"分析物名", Column::kAlias}, {"測定物名称", Column::kAlias}, {"測定物名", Column::kAlias},
    {"略称", Column::kAlias}, {"略名", Column::kAlias}, {"略語", Column::kAlias}, {"検査略称", Column::kAlias}, {"別名", Column::kAlias},
    {"慣用名", Column::kAlias}, {"英語名称", Column::kAlias}, {"英語名", Column::kAlias}, {"英名", Column::kAlias}, {"カナ名称", Column::kAlias},
    {"カナ", Column::kAlias}, {"フリガナ", Column::kAlias},
    {"単位", Column::kUnit}, {"単位名", Column::kUnit}, {"単位名称", Column::kUnit}, {"結果単位名", Column::kUnit}, {"推奨単位", Column::kUnit},
    {"診療行為コード", Column::kAct}, {"診療行為コード(レセ電)", Column::kAct}, {"レセプト電算コード", Column::kAct}, {"請求コード", Column::kAct},
    {"基準値下限", Column::kLow}, {"下限値", Column::kLow}, {"基準値上限", Column::kHigh}, {"上限値", Column::kHigh},
};
// clang-format on

using Columns = std::multimap<Column, std::size_t>;
constexpr std::array<std::pair<Column, std::size_t>, 5> kParts{{{Column::kAnalyte, 5},
                                                                {Column::kIdentification, 4},
                                                                {Column::kMaterial, 3},
                                                                {Column::kMethod, 3},
                                                                {Column::kResult, 2}}};

// What each field of a row of words names; empty when the row is no header of such a list.
Columns columns_of(const std::vector<std::string_view>& fields) {
  static const std::map<std::string, Column> kByWord = [] {
    std::map<std::string, Column> out;
    for (const Word& word : kWords)
      out.emplace(masters::header_key(word.header), word.column);
    return out;
  }();
  Columns out;
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (const auto at = kByWord.find(masters::header_key(fields[i])); at != kByWord.end()) out.emplace(at->second, i);
  const bool whole = out.contains(Column::kJlac10) || out.contains(Column::kJlac11);
  const bool in_parts = std::ranges::all_of(kParts, [&](const auto& part) { return out.contains(part.first); });
  const bool named = out.contains(Column::kName) || out.contains(Column::kAlias);
  return (whole || in_parts) && named ? out : Columns{};
}

class Row {
 public:
  Row(const Columns& columns, const std::vector<std::string_view>& fields) : columns_(columns), fields_(fields) {}

  std::string_view first(Column column) const {
    const auto at = columns_.find(column);
    return at == columns_.end() || at->second >= fields_.size() ? std::string_view{} : trimmed(fields_[at->second]);
  }
  std::vector<std::string> all(Column column) const {
    std::vector<std::string> out;
    for (auto [at, end] = columns_.equal_range(column); at != end; ++at) {
      if (at->second >= fields_.size()) continue;
      if (const std::string_view value = trimmed(fields_[at->second]);
          !value.empty() && std::ranges::find(out, value) == out.end())
        out.emplace_back(value);
    }
    return out;
  }
  double number(Column column) const {
    double out = 0;
    const std::string_view text = first(column);
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
  }
  // The 17 characters of the code, hyphens and blanks left out; spreadsheets lose the zeros before a part.
  std::string code() const {
    std::string out;
    for (const Column column : {Column::kJlac10, Column::kJlac11})
      if (out.empty()) out = first(column);
    if (out.empty())
      for (const auto& [column, width] : kParts) {
        const std::string_view part = first(column);
        out.append(width - std::min(width, part.size()), '0');
        out += part;
      }
    std::erase_if(out, [](char c) { return c == '-' || c == ' '; });
    return out;
  }

 private:
  static std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ')
      text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
      text.remove_suffix(1);
    return text;
  }
  const Columns& columns_;
  const std::vector<std::string_view>& fields_;
};

bool is_jlac(std::string_view code) {
  return code.size() == 17 &&
         std::ranges::all_of(code, [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
}

}  // namespace

bool DictionaryLoader::take_laboratory_list(std::string_view text, std::string_view file) {
  constexpr int kRowsAboveHeader = 30;
  const std::string_view line = text.substr(0, text.find('\n'));
  CsvReader reader(text, line.find('\t') != line.npos ? '\t' : ',', file);
  std::vector<std::string_view> fields;
  Columns columns;
  for (int i = 0; i < kRowsAboveHeader && columns.empty(); ++i) {
    const auto more = reader.next(fields);
    if (!more || !*more) return false;
    columns = columns_of(fields);
  }
  if (columns.empty()) return false;
  const bool eleven = columns.contains(Column::kJlac11) && !columns.contains(Column::kJlac10);
  // Of the methods of one test the first in the list is taken as the usual one, after those of the built-in table.
  constexpr int kAfterBuiltIn = 10;
  std::map<std::string, int> methods;
  for (const Entry& known : laboratory_entries())
    methods.emplace(test_of(known.code), kAfterBuiltIn);
  for (auto more = reader.next(fields); more && *more; more = reader.next(fields)) {
    const Row row(columns, fields);
    Entry entry;
    entry.kind = Kind::kLab;
    entry.system = eleven ? "JC11" : "JC10";
    entry.code = row.code();
    if (!is_jlac(entry.code)) continue;  // notes, headings and tests without a code stand between the rows
    std::vector<std::string> names = row.all(Column::kName);
    for (std::string& alias : row.all(Column::kAlias))
      if (std::ranges::find(names, alias) == names.end()) names.push_back(std::move(alias));
    if (names.empty()) continue;
    entry.name = names.front();
    entry.aliases.assign(names.begin() + 1, names.end());
    entry.units = row.all(Column::kUnit);
    entry.acts = row.all(Column::kAct);
    entry.low = row.number(Column::kLow);
    entry.high = row.number(Column::kHigh);
    if (!eleven) entry.specimen = entry.code.substr(9, 3);
    if (!eleven && columns.contains(Column::kJlac11))
      if (const std::string_view other = row.first(Column::kJlac11); is_jlac(other))
        entry.codes.emplace_back("JC11", other);
    entry.rank = methods[test_of(entry.code)]++;
    rows_.push_back(std::move(entry));
  }
  return true;
}

}  // namespace sekisho::codes

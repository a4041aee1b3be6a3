#include "codes/dictionary.h"

#include <algorithm>

namespace sekisho::codes {

Dictionary Dictionary::built_in() {
  Dictionary out;
  for (const Entry& entry : laboratory_entries())
    out.add(entry);
  out.finish();
  return out;
}

int Dictionary::add(Entry entry) {
  entries_.push_back(std::move(entry));
  return static_cast<int>(entries_.size()) - 1;
}

void Dictionary::add_modifier(Modifier modifier) {
  modifier.folded = squeeze(fold(modifier.name));
  if (!modifier.folded.empty()) modifiers_.push_back(std::move(modifier));
}

void Dictionary::finish() {
  by_code_.clear();
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    by_code_[entries_[i].code].push_back(static_cast<int>(i));
    for (const auto& [system, code] : entries_[i].codes)
      if (code != entries_[i].code) by_code_[code].push_back(static_cast<int>(i));
  }
  for (auto& [code, list] : by_code_)
    std::ranges::stable_sort(list, [&](int a, int b) {
      return entries_[static_cast<std::size_t>(a)].to > entries_[static_cast<std::size_t>(b)].to;
    });
  std::ranges::stable_sort(modifiers_,
                           [](const Modifier& a, const Modifier& b) { return a.folded.size() > b.folded.size(); });
}

int Dictionary::find(std::string_view system, std::string_view code) const {
  for (const int i : find_any(code)) {
    const Entry& entry = entries_[static_cast<std::size_t>(i)];
    if (entry.system == system && entry.code == code) return i;
    for (const auto& [other, value] : entry.codes)
      if (value == code && (other == system || (system == "YJ" && other == "PRICE12"))) return i;
  }
  return -1;
}

std::span<const int> Dictionary::find_any(std::string_view code) const {
  const auto at = by_code_.find(std::string(code));
  if (at == by_code_.end()) return {};
  return at->second;
}

int Dictionary::count(Kind kind) const {
  return static_cast<int>(std::ranges::count_if(entries_, [&](const Entry& entry) { return entry.kind == kind; }));
}

void Dictionary::add_alias(int entry, std::string_view name) {
  Entry& target = entries_[static_cast<std::size_t>(entry)];
  if (name.empty() || target.name == name || std::ranges::find(target.aliases, name) != target.aliases.end()) return;
  target.aliases.emplace_back(name);
}

bool parse_jlac10(std::string_view code, Jlac10& out) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (code.size() != 17 && code.size() != 15) return false;
  if (!digit(code[0]) || code[1] < 'A' || code[1] > 'Z') return false;
  for (std::size_t i = 2; i < code.size(); ++i)
    if (!digit(code[i]) && code[i] != '-') return false;
  out = {code.substr(0, 5), code.substr(5, 4), code.substr(9, 3), code.substr(12, 3),
         code.size() == 17 ? code.substr(15, 2) : std::string_view()};
  return true;
}

bool same_test(std::string_view a, std::string_view b) {
  if (a == b) return true;
  Jlac10 x, y;
  if (!parse_jlac10(a, x) || !parse_jlac10(b, y)) return false;
  return x.analyte == y.analyte && x.identification == y.identification && x.material == y.material;
}

namespace {
struct SpecimenName {
  std::string_view name, code;
};
// Material part of JLAC10, as the reference on SS-MIX2 lists it (section 8.2), with the words hospitals use.
constexpr SpecimenName kSpecimens[] = {
    {"尿", "001"},
    {"随時尿", "001"},
    {"部分尿", "001"},
    {"尿(含むその他)", "001"},
    {"u", "001"},
    {"urine", "001"},
    {"蓄尿", "004"},
    {"24時間尿", "004"},
    {"畜尿", "004"},
    {"便", "015"},
    {"糞便", "015"},
    {"血液", "019"},
    {"全血", "019"},
    {"全血(添加物入り)", "019"},
    {"静脈血", "019"},
    {"edta血", "019"},
    {"末梢血", "019"},
    {"blood", "019"},
    {"b", "019"},
    {"動脈血", "020"},
    {"毛細管血", "021"},
    {"血漿", "022"},
    {"血しょう", "022"},
    {"plasma", "022"},
    {"p", "022"},
    {"血清", "023"},
    {"serum", "023"},
    {"s", "023"},
    {"塗抹", "034"},
    {"髄液", "041"},
    {"csf", "041"},
    {"脳脊髄液", "041"},
    {"胸水", "042"},
    {"腹水", "043"},
    {"関節液", "044"},
    {"骨髄液", "046"},
    {"喀痰", "061"},
    {"組織", "070"},
    {"拭い液", "085"},
    {"膿", "086"},
    {"咽頭ぬぐい液", "085"},
    {"鼻腔", "085"},
    {"クエン酸血漿", "022"},
    {"血奨", "022"},
    {"血淸", "023"},
    {"鼻咽頭", "085"},
    {"ぬぐい液", "085"},
    {"スワブ", "085"},
};
}  // namespace

std::string specimen_code(std::string_view text) {
  if (text.size() == 3 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }))
    return std::string(text);
  const std::u32string folded = squeeze(fold(text));
  for (const SpecimenName& specimen : kSpecimens)
    if (squeeze(fold(specimen.name)) == folded) return std::string(specimen.code);
  return {};
}

}  // namespace sekisho::codes

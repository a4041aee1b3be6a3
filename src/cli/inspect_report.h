// The report of `sekisho inspect`: a JSON document for programs, a page for people in English or Japanese.
#pragma once

#include <algorithm>

#include "cli/inspect_output.h"
#include "cli/phrases.h"
#include "formats/rules.h"

namespace sekisho::cli {
namespace inspect_phrases {

inline constexpr Phrase kRead{"read", "読取り"}, kFiles{"files", "ファイル"},
    kTotals{"files {}   bytes {}   messages {}   {:.2f} s   {:.1f} MB/s\n",
            "ファイル {}   バイト {}   メッセージ {}   {:.2f} 秒   {:.1f} MB/秒\n"},
    kFamily{"  {:<10} {:>12} files\n", "  {:<10} {:>12} ファイル\n"},
    kDocuments{"  {:<10} {:>12} documents of the extended storage\n", "  {:<10} {:>12} 拡張ストレージの文書\n"},
    kNames{"files of patients whose names are as before {}, others {}\n",
           "前回と同じ名前の患者のファイル {}、その他 {}\n"},
    kIndex{"index rows {} = matched {} + stale {} + missing {} + unusable {}; files without a row {}\n",
           "索引の行 {} = 一致 {} + 不一致 {} + ファイルなし {} + 使用不可 {}、索引にないファイル {}\n"},
    kAccounting{"input records {} = loaded {} + superseded {} + quarantined {}\n\n",
                "入力レコード {} = 採用 {} + 旧版・取消 {} + 隔離 {}\n\n"},
    kRows{"  {:<18} {:>12} rows\n", "  {:<18} {:>12} 行\n"}, kKept{"  {:<18} {:>12}\n", "  {:<18} {:>12}\n"},
    kIdentities{"identity records", "本人情報"}, kTexts{"texts kept", "保管した本文"},
    kNoFindings{"no findings\n", "指摘なし\n"},
    kLevels{"Findings (E unusable or inconsistent, W usable after normalisation, I information):\n",
            "指摘（E 使用不可・矛盾、W 正規化して使用、I 情報）:\n"},
    kExamples{"First findings of level E:\n", "E の指摘の例:\n"}, kLine{"line", "行"},
    kSegment{"segment", "セグメント"};

}  // namespace inspect_phrases

// What the rule means and what to do, in the language of the run; empty for rules of hospitals' own.
struct RuleSaid {
  std::string_view meaning, repair, section;
};
inline RuleSaid rule_said(std::string_view rule) {
  const formats::RuleText* text = formats::find_rule_text(rule);
  if (text == nullptr) return {};
  return japanese() ? RuleSaid{text->meaning_ja, text->repair_ja, text->section}
                    : RuleSaid{text->meaning_en, text->repair_en, text->section};
}

inline Json to_json(const InspectOutput& output, double seconds) {
  Json rows = Json::object(), rules = Json::object(), findings = Json::array();
  for (int t = 0; t < records::kTableCount; ++t)
    if (const std::uint64_t n = output.rows[static_cast<std::size_t>(t)]; n > 0)
      rows[std::string(records::spec(static_cast<records::Table>(t)).name)] = n;
  Json said = Json::object();
  for (const auto& [rule, n] : output.total.rules) {
    rules[rule] = n;
    if (const RuleSaid s = rule_said(rule); !s.meaning.empty())
      said[rule] = {{"meaning", s.meaning}, {"repair", s.repair}, {"standard", s.section}};
  }
  for (const ShownFinding& f : output.shown)
    findings.push_back({{"file", f.file}, {"rule", f.rule}, {"level", std::string(1, f.level)}, {"place", f.place}});
  const records::Counts& t = output.total;
  Json json = {{"files", t.files}, {"bytes", t.bytes},     {"messages", t.messages}, {"records", rows},
               {"rules", rules},   {"findings", findings}, {"seconds", seconds}};
  json["accounting"] = {
      {"records", t.records}, {"loaded", t.loaded}, {"superseded", t.superseded}, {"quarantined", t.quarantined}};
  json["families"] = output.families;
  json["documents"] = output.documents;
  if (output.names.active()) json["names"] = {{"unchanged", output.names.unchanged}, {"changed", output.names.changed}};
  if (const auto& i = output.index)
    json["index"] = {{"rows", i->rows},        {"matched", i->matched},   {"stale", i->stale},
                     {"missing", i->missing},  {"unusable", i->unusable}, {"files", i->files},
                     {"without_row", i->extra}};
  json["identities"] = output.identities;
  json["texts"] = output.texts;
  json["unknown"] = t.unknown;
  json["rule_texts"] = said;
  json["quarantine"] = output.quarantine;
  return json;
}

// "segment 3, PID-5" in the language of the run.
inline std::string place_said(std::string_view place) {
  namespace p = inspect_phrases;
  for (const Phrase& word : {p::kSegment, p::kLine})
    if (place.starts_with(word.en) && place.substr(word.en.size()).starts_with(' '))
      return std::string(say(word)).append(place.substr(word.en.size()));
  return std::string(place);
}

inline void print_rules(const InspectOutput& output) {
  namespace p = inspect_phrases;
  print_phrase(p::kLevels);
  for (const auto& [rule, n] : output.total.rules) {
    const auto level = output.worst_level.find(rule);
    const RuleSaid said = rule_said(rule);
    const char shown = level == output.worst_level.end() ? ' ' : level->second;
    fmt::print("  {} {:<30} {:>10}  {}\n", shown, rule, n, said.meaning);
    if (shown != 'I' && !said.repair.empty()) fmt::print("    {:<30} {:>10}  -> {}\n", "", "", said.repair);
  }
  std::size_t printed = 0;
  for (const ShownFinding& f : output.shown) {
    if (f.level != 'E' || printed >= 10) continue;
    if (printed++ == 0) print_phrase(p::kExamples);
    fmt::print("E {} {}\n  {}\n", f.rule, place_said(f.place), f.file);
  }
}

inline void print_summary(const InspectOutput& output, double seconds) {
  namespace p = inspect_phrases;
  const records::Counts& t = output.total;
  print_phrase(p::kTotals, t.files, t.bytes, t.messages, seconds,
               static_cast<double>(t.bytes) / 1e6 / std::max(seconds, 1e-9));
  for (const auto& [family, n] : output.families)
    print_phrase(p::kFamily, family, n);
  for (const auto& [kind, n] : output.documents)
    print_phrase(p::kDocuments, kind, n);
  if (output.names.active()) print_phrase(p::kNames, output.names.unchanged, output.names.changed);
  if (const auto& i = output.index)
    print_phrase(p::kIndex, i->rows, i->matched, i->stale, i->missing, i->unusable, i->extra);
  print_phrase(p::kAccounting, t.records, t.loaded, t.superseded, t.quarantined);
  for (int i = 0; i < records::kTableCount; ++i)
    if (const std::uint64_t n = output.rows[static_cast<std::size_t>(i)]; n > 0)
      print_phrase(p::kRows, records::spec(static_cast<records::Table>(i)).name, n);
  print_phrase(p::kKept, say(p::kIdentities), output.identities);
  print_phrase(p::kKept, say(p::kTexts), output.texts);
  fmt::print("\n");
  t.rules.empty() ? print_phrase(p::kNoFindings) : print_rules(output);
}

}  // namespace sekisho::cli

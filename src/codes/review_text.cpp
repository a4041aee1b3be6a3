#include "codes/review_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "core/csv.h"

namespace sekisho::codes {
namespace {

constexpr std::pair<std::string_view, std::string_view> kWords[] = {
    {"same name as ", "同じ名称: "},
    {"same stem as ", "語幹が同じ: "},
    {"same name", "名称が同じ"},
    {"same stem", "語幹が同じ"},
    {"form fits", "剤形が合う"},
    {"other form", "剤形が違う"},
    {"strength fits", "規格が合う"},
    {"other strength", "規格が違う"},
    {"maker fits", "会社名が合う"},
    {"other maker", "会社名が違う"},
    {"unit fits", "単位が合う"},
    {"other unit", "単位が違う"},
    {"specimen fits", "検体が合う"},
    {"other specimen", "検体が違う"},
    {"values fit", "結果の分布が合う"},
    {"values do not fit", "結果の分布が合わない"},
    {"dose fits", "1回量が合う"},
    {"dose does not fit", "1回量が合わない"},
    {"claimed on the same days", "同じ日に算定"},
    {"local code is this code", "院内コードがこのコード"},
    {"sent by the source", "送信元の標準コード"},
    {"not valid when used", "使用時に有効でない"},
    {"modifiers ", "修飾語 "},
    {"name ", "名称の類似 "},
};
constexpr std::pair<std::string_view, std::string_view> kKinds[] = {
    {"drug", "薬剤"}, {"lab", "検査"}, {"disease", "病名"}, {"procedure", "行為"}, {"material", "器材"}};
constexpr std::pair<std::string_view, std::string_view> kStatus[] = {
    {"suggested", "候補"}, {"confirmed_by_one", "1名確認"}, {"confirmed_by_two", "2名確認"}, {"rejected", "却下"}};

std::string_view word(std::span<const std::pair<std::string_view, std::string_view>> words, std::string_view text,
                      bool japanese) {
  for (const auto& [english, other] : words)
    if (japanese && english == text) return other;
  return text;
}

bool is_wide(char32_t c) {
  return c >= 0x1100 && !(c >= 0xFF61 && c <= 0xFF9F);
}

// Exactly `width` columns: a wide character takes two.
std::string fitted(std::string_view text, std::size_t width) {
  std::string out;
  std::size_t used = 0;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t next = at + 1;
    while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xC0U) == 0x80U)
      ++next;
    const std::string_view bytes = text.substr(at, next - at);
    char32_t c = static_cast<unsigned char>(bytes[0]);
    if (bytes.size() == 3)
      c = ((c & 0x0FU) << 12U) | ((static_cast<unsigned char>(bytes[1]) & 0x3FU) << 6U) |
          (static_cast<unsigned char>(bytes[2]) & 0x3FU);
    else if (bytes.size() > 3)
      c = 0x20000;
    const std::size_t columns = is_wide(c) ? 2 : 1;
    if (used + columns > width) break;
    // Names come from hospitals: nothing that moves the terminal's cursor.
    out += c < 0x20 || c == 0x7F ? std::string_view("?") : bytes;
    used += columns;
    at = next;
  }
  out.append(width - used, ' ');
  return out;
}

std::string days(const Mapping& m) {
  if (m.valid_from == 0 && m.valid_to == 99999999) return {};
  const auto day = [](int d) { return fmt::format("{:04}-{:02}-{:02}", d / 10000, d / 100 % 100, d % 100); };
  return fmt::format(" {}..{}", m.valid_from == 0 ? "" : day(m.valid_from),
                     m.valid_to == 99999999 ? "" : day(m.valid_to));
}

using Key = std::tuple<std::string, int, std::string, std::string>;
Key key_of(const Mapping& m) {
  return {m.hospital, static_cast<int>(m.kind), m.local_system, m.local_code};
}

std::map<Key, std::vector<const Mapping*>> grouped(std::span<const Mapping> all) {
  std::map<Key, std::vector<const Mapping*>> out;
  for (const Mapping& m : all)
    out[key_of(m)].push_back(&m);
  for (auto& [key, list] : out)
    std::ranges::stable_sort(list, {}, &Mapping::rank);
  return out;
}

// The codes of `open` once each, in its order.
std::vector<Key> codes_in_order(std::span<const Mapping> open) {
  std::vector<Key> out;
  std::map<Key, bool> seen;
  for (const Mapping& m : open)
    if (!std::exchange(seen[key_of(m)], true)) out.push_back(key_of(m));
  return out;
}

}  // namespace

std::string_view kind_japanese(std::string_view kind) {
  return word(kKinds, kind, true);
}

std::string evidence_japanese(std::string_view evidence) {
  std::string out;
  while (!evidence.empty()) {
    const std::size_t end = std::min(evidence.find("; "), evidence.size());
    std::string_view part = evidence.substr(0, end);
    evidence.remove_prefix(std::min(end + 2, evidence.size()));
    if (!out.empty()) out += "、";
    for (const auto& [english, other] : kWords) {
      if (!part.starts_with(english)) continue;
      out += other;
      part.remove_prefix(english.size());
      break;
    }
    const std::size_t as = part.find(" as ");
    out += as == std::string_view::npos ? std::string(part)
                                        : fmt::format("{}（{}）", part.substr(0, as), part.substr(as + 4));
  }
  return out;
}

std::string review_text(std::span<const Mapping> open, std::span<const Mapping> all, bool japanese, std::size_t limit,
                        std::size_t candidates) {
  const auto groups = grouped(all);
  const std::vector<Key> codes = codes_in_order(open);
  std::string out = japanese ? fmt::format("判断を待つ院内コード {} 件（確からしさの低い順）\n", codes.size())
                             : fmt::format("{} local codes wait for a decision, least certain first\n", codes.size());
  for (std::size_t i = 0; i < std::min(limit, codes.size()); ++i) {
    const auto& list = groups.at(codes[i]);
    const Mapping& first = *list.front();
    out += fmt::format("\n{} {} {} {}\n", fitted(word(kKinds, name(first.kind), japanese), 9),
                       fitted(first.hospital, 6), fitted(first.local_code, 14), first.local_name);
    std::size_t shown = 0;
    for (const Mapping* m : list) {
      const bool decided = m->status != Status::kSuggested;
      if (!decided && ++shown > candidates) continue;
      out +=
          fmt::format("  {} {} {} {:>5.1f} %  {}{}\n", fitted(fmt::format("{}", m->rank), 2), fitted(m->std_code, 17),
                      fitted(m->std_name, 36), 100 * m->confidence, word(kStatus, name(m->status), japanese), days(*m));
      out += fmt::format("       {}\n", japanese ? evidence_japanese(m->evidence) : m->evidence);
    }
  }
  if (codes.size() > limit)
    out += japanese ? fmt::format("\nほか {} 件（--limit で増やす）\n", codes.size() - limit)
                    : fmt::format("\n{} more (--limit)\n", codes.size() - limit);
  out +=
      japanese
          ? "\n確認: --confirm --code 院内コード --std-code 標準コード --by 氏名   却下: --reject ... --reason 理由\n"
            "表で: --sheet 表.csv を作り、decision の列に confirm か reject を書き、--decisions 表.csv --by 氏名\n"
          : "\nconfirm: --confirm --code LOCAL --std-code STANDARD --by NAME   reject: --reject ... --reason WHY\n"
            "as a sheet: --sheet S.csv, write confirm or reject into its column decision, then --decisions S.csv "
            "--by NAME\n";
  return out;
}

std::string review_sheet(std::span<const Mapping> open, std::span<const Mapping> all, bool japanese,
                         std::size_t candidates) {
  const auto groups = grouped(all);
  std::string out = "\xEF\xBB\xBF";
  append_csv(out, {"hospital", "kind", "local_system", "local_code", "local_name", "std_system", "std_code", "std_name",
                   "status", "confidence", "evidence", "decision", "reason", "from", "to"});
  for (const Key& key : codes_in_order(open)) {
    std::size_t shown = 0;
    for (const Mapping* m : groups.at(key)) {
      if (m->status == Status::kSuggested && ++shown > candidates) continue;
      append_csv(out, {m->hospital, name(m->kind), m->local_system, m->local_code, m->local_name, m->std_system,
                       m->std_code, m->std_name, name(m->status), fmt::format("{:.4f}", m->confidence),
                       japanese ? evidence_japanese(m->evidence) : m->evidence, "", "", "", ""});
    }
  }
  return out;
}

}  // namespace sekisho::codes

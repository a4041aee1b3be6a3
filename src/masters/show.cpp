#include "masters/show.h"

#include <fmt/format.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <vector>

#include "masters/kind.h"

namespace sekisho::masters {
namespace {

// Words in English and Japanese; what is not here is shown as it is.
struct Word {
  std::string_view english, japanese;
};
constexpr auto kWords = std::to_array<Word>({
    {"valid", "有効"},
    {"not-yet", "未収載"},
    {"ended", "廃止済"},
    {"doubtful", "不明（廃止の記載なし）"},
    {"deleted", "抹消"},
    {"open", "有効"},
    {"stated", "記載あり"},
    {"limit", "経過措置"},
    {"at-latest", "遅くとも"},
    {"code", "コード"},
    {"kind", "種別"},
    {"name", "名称"},
    {"unit", "単位"},
    {"price", "価格・点数"},
    {"generic", "後発品"},
    {"from", "開始"},
    {"to", "終了"},
    {"role", "区分"},
    {"found as", "旧名称"},
    {"life", "有効期間"},
    {"content", "内容"},
    {"price list", "薬価基準"},
    {"source", "出典"},
    {"type", "根拠"},
    {"day", "日付"},
    {"reason", "理由"},
    {"note", "備考"},
    {"candidate", "候補"},
    {"flags", "区分"},
    {"event", "変更"},
    {"period", "期間"},
    {"codes", "コード数"},
    {"versions", "版数"},
    {"doubtful end", "終了不明"},
    {"editions", "全件版数"},
    {"last seen", "最終確認"},
    {"rows", "行"},
    {"file", "ファイル"},
    {"edition", "版"},
    {"mode", "形式"},
    {"applied", "反映"},
    {"unchanged", "変更なし"},
    {"quarantined", "除外"},
    {"set", "集合"},
    {"version", "版"},
    {"title", "名称"},
    {"hospital", "病院"},
    {"region", "都道府県・厚生局"},
    {"check digit wrong", "検査数字が誤り"},
    {"DPC hospital", "DPC対象病院"},
    {"yes", "はい"},
    {"no", "いいえ"},
    {"no list of that year", "その年度の一覧なし"},
    {"not found", "見つかりません"},
    {"no successor is known", "後継コードの情報はありません"},
    {"lives", "有効期間"},
    {"events", "変更の記録"},
    {"links", "関連コード"},
    {"superseded", "後の版で置き換えられた内容"},
    {"possible, not counted", "可能性あり（件数に含めない）"},
    {"more are not shown (--limit)", "件は表示していません（--limit）"},
    {"findings", "指摘"},
    {"first-seen", "初出"},
    {"new", "新規"},
    {"changed", "変更"},
    {"abolished", "廃止"},
    {"revived", "復活"},
    {"absent", "不在"},
    {"reappeared", "再出"},
});

std::string word(std::string_view english, Language language) {
  if (language == Language::kJapanese)
    for (const Word& one : kWords)
      if (one.english == english) return std::string(one.japanese);
  return std::string(english);
}

std::string kind_word(const std::string& kind, Language language) {
  const auto known = kind_of(kind);
  return known && language == Language::kJapanese ? spec(*known).ja : kind;
}

std::string text(const Json& value, const char* member) {
  if (!value.is_object() || !value.contains(member) || value[member].is_null()) return {};
  return value[member].is_string() ? value[member].get<std::string>() : value[member].dump();
}

std::size_t width(std::string_view utf8) {
  std::size_t columns = 0;
  const icu::UnicodeString all =
      icu::UnicodeString::fromUTF8(icu::StringPiece(utf8.data(), static_cast<std::int32_t>(utf8.size())));
  for (std::int32_t i = 0; i < all.length(); i = all.moveIndex32(i, 1)) {
    const auto east = u_getIntPropertyValue(all.char32At(i), UCHAR_EAST_ASIAN_WIDTH);
    columns += east == U_EA_FULLWIDTH || east == U_EA_WIDE || east == U_EA_AMBIGUOUS ? 2 : 1;
  }
  return columns;
}

class Lines {
 public:
  Lines(std::vector<std::string> header, Language language) {
    for (std::string& one : header)
      one = word(one, language);
    rows_.push_back(std::move(header));
  }
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.size() == 1; }

  // Columns that are empty in every row are left out.
  std::string text(std::string_view indent = "") const {
    if (empty()) return {};
    const std::size_t columns = rows_.front().size();
    std::vector<std::size_t> widths(columns, 0);
    for (std::size_t c = 0; c < columns; ++c) {
      for (std::size_t r = 1; r < rows_.size(); ++r)
        widths[c] = std::max(widths[c], width(rows_[r][c]));
      if (widths[c] != 0) widths[c] = std::max(widths[c], width(rows_[0][c]));
    }
    std::string out;
    for (const auto& row : rows_) {
      std::string line(indent);
      for (std::size_t c = 0; c < columns; ++c)
        if (widths[c] != 0) line += row[c] + std::string(widths[c] - width(row[c]) + 2, ' ');
      line.erase(line.find_last_not_of(' ') + 1);
      out += line + "\n";
    }
    return out;
  }

 private:
  std::vector<std::vector<std::string>> rows_;
};

std::string place(const Json& evidence) {
  return evidence.is_object() ? text(evidence, "file") + ":" + text(evidence, "line") : "";
}

std::string join(const Json& list) {
  std::string out;
  for (const Json& one : list)
    out += (out.empty() ? "" : ", ") + (one.is_string() ? one.get<std::string>() : one.dump());
  return out;
}

std::string start_note(const Json& life, Language language) {
  std::string out = text(life, "from");
  if (text(life, "from_is") == "at-latest")
    out = language == Language::kJapanese ? (out.empty() ? "不明" : "遅くとも " + out)
                                          : (out.empty() ? "unknown" : out + " at the latest");
  if (const std::string before = text(life, "not_in_edition_of"); !before.empty())
    out +=
        language == Language::kJapanese ? "（" + before + " の版にはない）" : " (not in the edition of " + before + ")";
  return out;
}

std::string end_note(const Json& life, Language language) {
  const std::string kind = text(life, "to_is");
  if (kind == "open") return word("open", language);
  if (kind != "doubtful") return text(life, "to") + " (" + word(kind, language) + ")";
  return fmt::format(
      fmt::runtime(language == Language::kJapanese ? "{0} まで確認、{1} 以後 {2} 版にない（廃止の記載なし）"
                                                   : "last seen {0}, absent from {2} editions since {1}, "
                                                     "no end is stated"),
      text(life, "last_seen"), text(life, "first_absent"), text(life, "absent_editions"));
}

std::string yes(const Json& value, const char* member, Language language) {
  return value.contains(member) && value[member] == true ? word("yes", language) : "";
}

void field(std::string& out, std::string_view label, const std::string& value, Language language) {
  if (value.empty()) return;
  const std::string name = word(label, language);
  out += "  " + name + std::string(width(name) < 14 ? 14 - width(name) : 1, ' ') + value + "\n";
}

std::string nothing(const Json& answer, Language language) {
  return text(answer, "code") + ": " + word("not found", language) + "\n";
}

void institution_fields(std::string& out, const Json& hit, Language language) {
  if (!hit.contains("check_digit")) return;
  field(out, "region", text(hit, "prefecture") + " " + text(hit, "bureau"), language);
  if (hit["check_digit"] == false) out += "  " + word("check digit wrong", language) + "\n";
  if (hit.contains("dpc_hospital"))
    field(out, "DPC hospital",
          word(hit["dpc_hospital"].is_null() ? "no list of that year"
               : hit["dpc_hospital"] == true ? "yes"
                                             : "no",
               language),
          language);
  std::string years;
  if (hit.contains("dpc_by_fiscal_year"))
    for (const auto& [year, flag] : hit["dpc_by_fiscal_year"].items())
      years += (years.empty() ? "" : ", ") + year + " " + word(flag == true ? "yes" : "no", language);
  field(out, "DPC hospital", years, language);
  if (hit.contains("code_changes"))
    for (const Json& change : hit["code_changes"])
      out += fmt::format("  {}  {} -> {}  {}\n", text(change, "day"), text(change, "from"), text(change, "to"),
                         text(change, "reason"));
}

}  // namespace

std::string show_lookup(const Json& answer, Language language) {
  if (answer["hits"].empty()) return nothing(answer, language);
  std::string out;
  for (const Json& hit : answer["hits"]) {
    out += fmt::format("{}  {}  {}: {}\n", text(hit, "code"), kind_word(text(hit, "kind"), language),
                       text(answer, "on"), word(text(hit, "status"), language));
    field(out, "name", text(hit, "name"), language);
    std::string price = text(hit, "price");
    if (!price.empty() && hit.contains("unit")) price += " / " + text(hit, "unit");
    field(out, "price", price.empty() ? "" : price, language);
    if (hit.contains("generic") && hit["generic"] == true) field(out, "generic", word("yes", language), language);
    if (hit.contains("life"))
      field(out, "life", start_note(hit["life"], language) + " - " + end_note(hit["life"], language), language);
    if (hit.contains("version")) {
      const Json& version = hit["version"];
      field(out, "content",
            fmt::format("{} - {}  {}  {}", text(version, "from"), text(version, "to"), place(version["evidence"]),
                        join(version["flags"])),
            language);
      Lines attributes({"", ""}, language);
      for (const auto& [name, value] : version["attributes"].items())
        if (const std::string shown = value.get<std::string>();
            shown != "0" && name != "name" && name != "price" && name != "unit" && name != "generic")
          attributes.add({name, shown});
      const std::string lines = attributes.text("    ");
      out += lines.substr(std::min(lines.size(), lines.find('\n') + 1));
    }
    if (hit.contains("price_list")) {
      const Json& entry = hit["price_list"]["entry"];
      field(out, "price list",
            fmt::format("{}  {}  {} - {}  {}", text(hit["price_list"], "code"), text(entry, "price"),
                        text(entry, "from"), text(entry, "to"), place(entry["evidence"])),
            language);
    }
    institution_fields(out, hit, language);
  }
  return out;
}

std::string show_history(const Json& answer, Language language) {
  if (answer["hits"].empty()) return nothing(answer, language);
  std::string out;
  for (const Json& hit : answer["hits"]) {
    out += fmt::format("{}  {}\n", text(hit, "code"), kind_word(text(hit, "kind"), language));
    for (const Json& life : hit["lives"])
      field(out, "life", start_note(life, language) + " - " + end_note(life, language), language);
    institution_fields(out, hit, language);
    for (const char* part : {"versions", "superseded"}) {
      Lines lines({"from", "to", "name", "unit", "price", "flags", "source"}, language);
      for (const Json& version : hit[part])
        lines.add({text(version, "from"), text(version, "to"), text(version, "name"), text(version, "unit"),
                   text(version, "price"), join(version["flags"]), place(version["evidence"])});
      if (!lines.empty()) out += " " + word(part, language) + "\n" + lines.text("  ");
    }
    Lines events({"day", "event", "source"}, language);
    for (const Json& event : hit["events"])
      events.add({text(event, "day"), word(text(event, "event"), language), place(event["evidence"])});
    if (!events.empty()) out += " " + word("events", language) + "\n" + events.text("  ");
    Lines links({"code", "type", "day", "source"}, language);
    for (const Json& link : hit["links"])
      links.add({text(link, "to"), text(link, "type"), text(link, "day"), place(link["evidence"])});
    if (!links.empty()) out += " " + word("links", language) + "\n" + links.text("  ");
  }
  return out;
}

std::string show_successors(const Json& answer, Language language) {
  if (answer["found"] == false) return nothing(answer, language);
  Lines lines({"from", "to", "name", "type", "note", "day", "reason", "source"}, language);
  for (const Json& link : answer["links"])
    lines.add({text(link, "from"), text(link, "to"), text(link, "name"), text(link, "type"),
               link["candidate"] == true && link["succession"] == true ? word("candidate", language) : "",
               text(link, "day"), text(link, "reason"), place(link["evidence"])});
  if (lines.empty()) return text(answer, "code") + ": " + word("no successor is known", language) + "\n";
  return lines.text();
}

namespace {

// The first day of a code; "<=" where the files only say that it is known by then.
std::string first_day(const Json& row) {
  const std::string from = text(row, "from");
  return text(row, "from_is") == "at-latest" && !from.empty() ? "<=" + from : from;
}

}  // namespace

std::string show_search(const Json& answer, Language language) {
  Lines lines({"kind", "code", "name", "from", "to", "found as"}, language);
  for (const Json& hit : answer["hits"])
    lines.add({kind_word(text(hit, "kind"), language), text(hit, "code"), text(hit, "name"), first_day(hit),
               text(hit, "to"), text(hit, "matched_name")});
  if (lines.empty()) return text(answer, "word") + ": " + word("not found", language) + "\n";
  std::string out = lines.text();
  const auto count = answer["count"].get<std::size_t>(), shown = answer["hits"].size();
  if (count > shown) out += fmt::format("{} {}\n", count - shown, word("more are not shown (--limit)", language));
  return out;
}

std::string show_sets(const Json& answer, Language language) {
  Lines lines({"set", "version", "kind", "title"}, language);
  for (const Json& set : answer["sets"])
    lines.add({text(set, "name"), text(set, "version"), kind_word(text(set, "kind"), language),
               text(set, language == Language::kJapanese ? "title_ja" : "title")});
  return lines.text();
}

std::string show_set(const Json& set, Language language) {
  std::string out = fmt::format("{} {}  {}\n{}\n", text(set, "name"), text(set, "version"),
                                text(set, language == Language::kJapanese ? "title_ja" : "title"), text(set, "rule"));
  if (set.contains("periods")) {
    Lines lines({"period", "codes", "role", "code"}, language);
    for (const Json& period : set["periods"]) {
      if (period["roles"].empty() || period["codes"].size() > 40)
        lines.add({text(period, "period"), text(period, "count"), "", ""});
      bool first = true;
      for (const auto& [role, codes] : period["roles"].items()) {
        if (period["codes"].size() <= 40)
          lines.add({first ? text(period, "period") : "", first ? text(period, "count") : "", role, join(codes)});
        first = false;
      }
    }
    return out + lines.text();
  }
  const Json& window = set["window"];
  out += fmt::format("{} - {}: {}", text(window, "from"), text(window, "to"), text(set, "count"));
  if (set.contains("hospitals")) out += fmt::format(" ({} {})", text(set, "hospitals"), word("hospital", language));
  out += "\n";
  for (const char* part : {"members", "possible"}) {
    Lines lines({"code", "role", "name", "from", "to", "generic", "hospital"}, language);
    for (const Json& member : set[part]) {
      lines.add({text(member, "code"), text(member, "role"), text(member, "name"), first_day(member),
                 text(member, "to"), yes(member, "generic", language), text(member, "hospital")});
    }
    if (!lines.empty() && part == std::string_view("possible")) out += word("possible, not counted", language) + ":\n";
    out += lines.text();
  }
  return out;
}

std::string show_doubtful(const Json& answer, Language language) {
  std::string out;
  for (const auto& [kind, count] : answer["counts"].items())
    out += fmt::format("{}: {}\n", kind_word(kind, language), count.dump());
  Lines lines({"kind", "code", "name", "last seen", "note"}, language);
  for (const Json& one : answer["codes"])
    lines.add({kind_word(text(one, "kind"), language), text(one, "code"), text(one, "name"),
               text(one["life"], "last_seen"), end_note(one["life"], language)});
  return out + lines.text();
}

std::string show_summary(const Json& report, Language language) {
  std::string out = fmt::format("{} = {} {} + {} {} + {} {}\n", text(report, "rows"), text(report, "applied"),
                                word("applied", language), text(report, "unchanged"), word("unchanged", language),
                                text(report, "quarantined"), word("quarantined", language));
  Lines lines({"kind", "codes", "versions", "ended", "doubtful end", "editions"}, language);
  for (const auto& [kind, one] : report["kinds"].items())
    lines.add({kind_word(kind, language), text(one, "codes"), text(one, "versions"), text(one, "end_stated"),
               text(one, "doubtful"), text(one, "full_editions")});
  out += lines.text();
  if (!report["rules"].empty()) out += word("findings", language) + "\n";
  for (const auto& [rule, count] : report["rules"].items())
    out += fmt::format("  {:<26} {}\n", rule, count.dump());
  if (report.contains("output"))
    out += fmt::format("{}: {} MB\n", text(report["output"], "path"),
                       report["output"]["bytes"].get<std::uint64_t>() / 1'000'000);
  return out;
}

std::string show_info(const Json& answer, Language language) {
  Lines lines({"file", "edition", "mode", "rows", "applied", "unchanged", "quarantined"}, language);
  for (const Json& one : answer["files"])
    lines.add({text(one, "file"), text(one, "edition"), text(one, "mode"), text(one, "rows"), text(one, "applied"),
               text(one, "unchanged"), text(one, "quarantined")});
  return (answer["build"].is_object() ? show_summary(answer["build"], language) : "") + lines.text();
}

}  // namespace sekisho::masters

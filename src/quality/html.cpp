// The report as one HTML file: no network, no library. Both languages are in it; a button switches. Charts are SVG.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "core/html.h"
#include "quality/quality.h"

namespace sekisho::quality {

std::string period_text(int period);  // report.cpp

namespace {

constexpr int kFirstYear = 1985, kChartWidth = 560, kChartHeight = 110, kMonthsListed = 240;

std::string both(std::string_view en, std::string_view ja) {
  return html_text(ja, en);
}

constexpr std::string_view kStyle =
    R"html(:root{--E:var(--bad);--W:#b26a00;--I:#2a6fb0}
h3{margin:0 0 2px}table{width:100%}th{white-space:nowrap}
.card{border:1px solid var(--line);border-left:5px solid var(--I);border-radius:4px;padding:10px 14px;margin:12px 0;break-inside:avoid}
.card.E{border-left-color:var(--E)}.card.W{border-left-color:var(--W)}
.mark{font-weight:700}.mark.E{color:var(--E)}.mark.W{color:var(--W)}.mark.I{color:var(--I)}
dl{display:grid;grid-template-columns:7em 1fr;gap:2px 10px;margin:6px 0}dt{color:var(--soft)}dd{margin:0}
.wide{overflow-x:auto}.tiles{display:flex;flex-wrap:wrap;gap:10px;margin:14px 0}
.tile{border:1px solid var(--line);border-radius:4px;padding:8px 16px;min-width:7em}.tile b{display:block;font-size:1.5em}
nav a{margin-right:14px}svg{max-width:100%;height:auto}td svg{vertical-align:middle}
.key{display:inline-block;width:.8em;height:.8em;margin:0 4px 0 10px}
)html";
constexpr std::string_view kAbove = "#d0574f", kWithin = "#7aa6d6", kNoRows = "#d5dbe3";

// The words of the framework, which ids and JSON keep in English.
struct Term {
  std::string_view en, ja;
};
constexpr Term kTerms[] = {{"completeness", "完全性"},
                           {"conformance", "適合性"},
                           {"plausibility", "妥当性"},
                           {"timeliness", "適時性"},
                           {"value", "値"},
                           {"relational", "関連"},
                           {"computational", "計算"},
                           {"atemporal", "時点"},
                           {"temporal", "時系列"},
                           {"uniqueness", "一意性"},
                           {"verification", "内部検証"},
                           {"validation", "外部照合"}};
std::string term(std::string_view en) {
  const auto at = std::ranges::find(kTerms, en, &Term::en);
  return at == std::end(kTerms) ? escape_html(en) : both(at->en, at->ja);
}

// 1234567 -> 1,234,567
std::string grouped(std::int64_t number) {
  std::string out = std::to_string(number);
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(out.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3)
    out.insert(static_cast<std::size_t>(at), ",");
  return out;
}

// Rows of no hospital: files that lie above the folders of all of them.
std::string hospital_text(const std::string& hospital) {
  return hospital.empty() || hospital == "all" ? both("all", "全体") : escape_html(hospital);
}

int month_index(int period) {
  return period / 100 * 12 + period % 100 - 1;
}

std::string month_text(int index) {
  return period_text(index / 12 * 100 + index % 12 + 1);
}

struct Span {
  int first = 0, months = 0;  // index of the first month; 0 months: nothing dated
};

// The months that the report speaks of, the same for every small chart; the last 20 years at most.
Span span_of(const Report& report) {
  int first = 0, last = 0;
  for (const Outcome& outcome : report.outcomes)
    for (const Cell& month : outcome.months)
      if (month.period >= kFirstYear * 100 && month.period / 100 <= report.on.year()) {
        const int at = month_index(month.period);
        first = first == 0 ? at : std::min(first, at);
        last = std::max(last, at);
      }
  if (last == 0) return {};
  first = std::max(first, last - kMonthsListed + 1);
  return {first, last - first + 1};
}

// Rows judged month by month as bars, those of months above what is allowed in red: volume and trend at a glance.
std::string sparkline(const Outcome& outcome, const Span& span) {
  if (span.months < 2 || outcome.months.empty() || outcome.months.back().period == 0) return {};
  constexpr double kWidth = 140, kHeight = 22;
  std::int64_t most = 1;
  for (const Cell& month : outcome.months)
    most = std::max(most, month.denominator);
  const double step = kWidth / span.months;
  std::string out = fmt::format("<svg viewBox='0 0 {0} {1}' width='{0}' height='{1}' role='img' aria-label='{2}'>",
                                kWidth, kHeight, escape_html(outcome.id));
  for (const Cell& month : outcome.months) {
    const int at = month.period >= kFirstYear * 100 ? month_index(month.period) - span.first : -1;
    if (at < 0 || at >= span.months || month.denominator == 0) continue;
    const double height = std::max(1.5, kHeight * static_cast<double>(month.denominator) / static_cast<double>(most));
    out += fmt::format(
        "<rect x='{:.1f}' y='{:.1f}' width='{:.1f}' height='{:.1f}' fill='{}'><title>{}: {}/{}</title></rect>",
        at * step, kHeight - height, std::max(0.6, step * 0.85), height, outcome.finding(month) ? kAbove : kNoRows,
        period_text(month.period), month.count, month.denominator);
  }
  return out + "</svg>";
}

// Share of each month as bars, the allowed share as a line. Months without rows leave a gap.
std::string chart(const Outcome& outcome) {
  std::vector<const Cell*> months;
  for (const Cell& month : outcome.months)
    if (month.period >= kFirstYear * 100) months.push_back(&month);
  if (months.size() > kMonthsListed) months.erase(months.begin(), months.end() - kMonthsListed);
  if (months.size() < 2) return {};
  const int first = month_index(months.front()->period), span = month_index(months.back()->period) - first + 1;
  if (span > 12 * 100) return {};
  double top = outcome.limit.allowed;
  for (const Cell* month : months)
    top = std::max(top, month->percent());
  top = top <= 0 ? 1 : std::min(100.0, top * 1.1);
  constexpr double kLeft = 44, kBottom = 18, kTop = 6;
  const double width = kChartWidth - kLeft - 6, height = kChartHeight - kBottom - kTop, step = width / span;
  const auto y = [&](double share) { return kTop + height * (1 - share / top); };
  std::string out = fmt::format(
      "<svg viewBox='0 0 {0} {1}' width='{0}' height='{1}' role='img' aria-label='{2}'><line x1='{3}' y1='{4}' "
      "x2='{5}' "
      "y2='{4}' stroke='#8a94a3'/><text x='{6}' y='12' font-size='11' text-anchor='end' fill='#5a6675'>{7:.3g}%</text>"
      "<text x='{6}' y='{4}' font-size='11' text-anchor='end' fill='#5a6675'>0</text>",
      kChartWidth, kChartHeight, escape_html(outcome.id), kLeft, kTop + height, kChartWidth - 6, kLeft - 4, top);
  for (const Cell* month : months) {
    const double share = month->percent(), x = kLeft + step * (month_index(month->period) - first);
    out += fmt::format(
        "<rect x='{:.1f}' y='{:.1f}' width='{:.1f}' height='{:.1f}' fill='{}'><title>{}: {}/{} = {:.1f} "
        "%</title></rect>",
        x + step * 0.1, y(share), step * 0.8, kTop + height - y(share), outcome.finding(*month) ? kAbove : kWithin,
        period_text(month->period), month->count, month->denominator, share);
  }
  out += fmt::format(
      "<line x1='{0}' y1='{1:.1f}' x2='{2}' y2='{1:.1f}' stroke='#1b2430' stroke-dasharray='4 3'/><text x='{0}' "
      "y='{3}' "
      "font-size='11' fill='#5a6675'>{4}</text><text x='{2}' y='{3}' font-size='11' text-anchor='end' "
      "fill='#5a6675'>{5}</text></svg>",
      kLeft, y(std::min(outcome.limit.allowed, top)), kChartWidth - 6, kChartHeight - 4,
      period_text(months.front()->period), period_text(months.back()->period));
  return out;
}

std::string card(const Outcome& outcome) {
  const Wording w = wording_of(outcome.id);
  const char level = outcome.limit.level;
  std::string place = "-";
  if (const auto& p = outcome.total.example; p)
    place = both(fmt::format("package {}, part {}, ordinal {}, sub {}", p->package, p->part, p->ordinal, p->sub),
                 fmt::format("包 {}、ファイル {} (part)、記録 {} (ordinal)、行 {} (sub)", p->package, p->part,
                             p->ordinal, p->sub));
  const auto item = [](std::string_view en, std::string_view ja, const std::string& value) {
    return fmt::format("<dt>{}</dt><dd>{}</dd>", both(en, ja), value);
  };
  return fmt::format(
      "<div class='card {0}'><h3><span class='mark {0}'>{0}</span> {1}</h3><div class=soft>{2} · {3}{4}{5} · {6}</div>"
      "<div><b>{7} / {8} = {9:.2f} %</b> <span class=soft>({10} {11:g} %)</span></div>{12}<dl>{13}{14}{15}{16}</dl>"
      "</div>\n",
      level, both(w.title_en, w.title_ja), escape_html(outcome.id), term(w.category),
      w.subcategory.empty() ? "" : " / ", term(w.subcategory), term(w.context), grouped(outcome.total.count),
      grouped(outcome.total.denominator), outcome.total.percent(), both("allowed", "許容"), outcome.limit.allowed,
      chart(outcome), item("Standard", "標準仕様", escape_html(w.section)),
      item("Likely cause", "考えられる原因", both(w.cause_en, w.cause_ja)),
      item("Repair", "対処", both(w.repair_en, w.repair_ja)), item("Example", "例", place));
}

std::string accounting_table(const Report& report) {
  std::string out = fmt::format(
      "<h2>{}</h2><div class=wide><table><tr><th>{}</th><th class=n>{}</th><th class=n>{}</th><th class=n>{}</th><th "
      "class=n>{}</th><th></th></tr>",
      both("Accounting", "収支"), both("Hospital", "病院"), both("input records", "入力"), both("loaded", "採用"),
      both("superseded", "置換え"), both("quarantined", "隔離"));
  for (const Accounting& a : report.accounting)
    out += fmt::format(
        "<tr><td>{}</td><td class=n>{}</td><td class=n>{}</td><td class=n>{}</td><td class=n>{}</td><td>{}</td></tr>",
        hospital_text(a.hospital), grouped(static_cast<std::int64_t>(a.records)),
        grouped(static_cast<std::int64_t>(a.loaded)), grouped(static_cast<std::int64_t>(a.superseded)),
        grouped(static_cast<std::int64_t>(a.quarantined)),
        a.balanced() ? "<span class=ok>✓</span>" : "<span class='mark E'>≠</span>");
  return out + "</table></div>";
}

struct CategoryRow {
  std::string_view id, en, ja;
};
constexpr CategoryRow kCategories[] = {{"completeness", "Completeness", "完全性"},
                                       {"conformance", "Conformance", "適合性"},
                                       {"plausibility", "Plausibility", "妥当性"},
                                       {"timeliness", "Timeliness", "適時性"}};

// Measures with findings / measures judged, by hospital and category.
std::string overview(const Report& report) {
  std::string out = fmt::format("<h2>{}</h2><div class=wide><table><tr><th>{}</th>", both("Overview", "概要"),
                                both("Hospital", "病院"));
  for (const CategoryRow& c : kCategories)
    out += fmt::format("<th class=n>{}</th>", both(c.en, c.ja));
  out += "</tr>";
  for (const std::string& hospital : report.hospitals) {
    out += fmt::format("<tr><td>{}</td>", hospital_text(hospital));
    for (const CategoryRow& c : kCategories) {
      int found = 0, judged = 0;
      for (const Outcome& o : report.outcomes)
        if (o.hospital == hospital && o.judged() && wording_of(o.id).category == c.id) {
          ++judged;
          found += o.finding() ? 1 : 0;
        }
      out +=
          fmt::format("<td class=n><span class='{}'>{}</span> / {}</td>", found > 0 ? "mark E" : "ok", found, judged);
    }
    out += "</tr>";
  }
  return out + "</table></div><p class=soft>" +
         both("measures with findings / measures with rows", "所見のある指標 / 対象行のある指標") + "</p>";
}

std::string all_measures(const Report& report) {
  const Span span = span_of(report);
  std::string out = fmt::format(
      "<h2 id=all>{}</h2><p class=soft>{}</p><div class=wide><table><tr><th>{}</th><th>{}</th><th class=n>{}</th><th "
      "class=n>{}</th><th class=n>%</th><th class=n>{} %</th><th>{}</th></tr>",
      both("All measures", "全指標"),
      both("The small charts show the rows judged in each month; red: a month above what is allowed.",
           "小さな図は月ごとの対象行数。赤は許容を超えた月。"),
      both("Hospital", "病院"), both("Measure", "指標"), both("count", "該当"), both("of", "対象"),
      both("allowed", "許容"),
      span.months == 0 ? std::string()
                       : fmt::format("{} - {}", month_text(span.first), month_text(span.first + span.months - 1)));
  for (const std::string& hospital : report.hospitals)
    for (const Outcome& o : report.outcomes) {
      if (o.hospital != hospital) continue;
      const Wording w = wording_of(o.id);
      out += fmt::format(
          "<tr><td>{}</td><td>{} <span class=soft>{}</span></td><td class=n>{}</td><td class=n>{}</td><td "
          "class=n><span class='{}'>{:.2f}</span></td><td class=n>{:g}</td><td>{}</td></tr>",
          hospital_text(hospital), both(w.title_en, w.title_ja), escape_html(o.id), grouped(o.total.count),
          grouped(o.total.denominator), o.finding() ? "mark E" : "ok", o.total.percent(), o.limit.allowed,
          sparkline(o, span));
    }
  return out + "</table></div>\n";
}

// How much is wrong in one line, and where to read on.
std::string tiles(const Report& report) {
  struct Level {
    char letter;
    std::string_view en, ja;
  };
  constexpr Level kLevels[] = {
      {'E', "must be mended", "要修正"}, {'W', "to be looked at", "要確認"}, {'I', "notes", "参考"}};
  std::string out = "<div class=tiles>";
  for (const Level& level : kLevels)
    out += fmt::format("<div class=tile><b class='mark {0}'>{1}</b>{0} · {2}</div>", level.letter,
                       report.findings(level.letter), both(level.en, level.ja));
  out += "</div><nav>";
  for (std::size_t i = 0; i < report.hospitals.size(); ++i)
    out += fmt::format("<a href='#h{}'>{}</a>", i, hospital_text(report.hospitals[i]));
  return out + fmt::format("<a href='#all'>{}</a></nav>", both("All measures", "全指標"));
}

}  // namespace

std::string to_html(const Report& report) {
  std::string out = fmt::format("<h1>{}</h1><div class=soft>{} {}</div>", both("Data quality", "データ品質報告"),
                                both("as of", "基準日"), report.on.iso());
  out += tiles(report) + overview(report) + accounting_table(report);
  out += fmt::format(
      "<p class=soft>{}<span class=key style='background:{}'></span>{}<span class=key style='background:{}'></span>{} "
      "· "
      "{}</p>",
      both("Charts: share by month.", "図は月ごとの割合。"), kWithin, both("within", "許容内"), kAbove,
      both("above what is allowed", "許容超過"), both("dashed: allowed", "破線: 許容"));
  constexpr std::string_view kOrder = "EWI";
  for (std::size_t i = 0; i < report.hospitals.size(); ++i) {
    const std::string& hospital = report.hospitals[i];
    std::vector<const Outcome*> found;
    for (const Outcome& o : report.outcomes)
      if (o.hospital == hospital && o.finding()) found.push_back(&o);
    std::ranges::stable_sort(found, {}, [&](const Outcome* o) { return kOrder.find(o->limit.level); });
    out += fmt::format("<h2 id=h{}>{} {}</h2>", i, both("Findings:", "所見:"), hospital_text(hospital));
    if (found.empty()) out += fmt::format("<p class=ok>{}</p>", both("no findings", "所見なし"));
    for (const Outcome* o : found)
      out += card(*o);
  }
  out += all_measures(report);
  out +=
      fmt::format("<p class=soft>{}</p>",
                  both("A place names a file (part) and a row in it (sub) in the order of reading; table `file` of "
                       "`sekisho inspect --tables` or the centre's vault resolves it. No patient is named here.",
                       "例の場所は読取り順のファイル番号(part)と行番号(sub)です。sekisho inspect --tables の file 表、"
                       "または中央の保管庫で特定できます。患者を特定する情報は含みません。"));
  return html_page(Text("データ品質報告", "Data quality"), kStyle, out);
}

}  // namespace sekisho::quality

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/html.h"
#include "disclosure/proof_sheet.h"

namespace sekisho::disclosure {
namespace {

constexpr std::size_t kMostDrawn = 20'000;  // cells; larger tables are named, not drawn

constexpr std::string_view kStyle = R"css(:root{--first:#b3261e;--second:#8a5a00}
body{max-width:76rem}h1 b{padding:.05rem .7rem;border-radius:.3rem;color:#fff;background:var(--second)}
h1 b.PASS{background:var(--ok)}h1 b.FAIL{background:var(--first)}
.scroll{overflow:auto;max-height:75vh;padding-bottom:4.5rem}.scroll table{border-collapse:collapse;width:auto;
font-variant-numeric:tabular-nums}.scroll td,.scroll th{border:1px solid var(--line);padding:.18rem .6rem;
text-align:right;white-space:nowrap}.scroll th{background:#f3f6f9;text-align:left}
.scroll thead th{position:sticky;top:0;z-index:1}tr.sum td:not(.h),td.sum{font-weight:600;background:#fafbfc}
.scroll td.h{text-align:center;position:relative;cursor:help}
td.p{background:repeating-linear-gradient(45deg,#fbe4e2 0 6px,#f6d2cf 6px 12px);color:var(--first)}
td.s{background:#fdf1d8;color:var(--second)}td.h:focus{outline:3px solid #1a5fb4;outline-offset:-3px}
td.h>i{display:none;position:absolute;left:50%;top:100%;transform:translateX(-50%);z-index:2;background:#1b2733;
color:#fff;padding:.35rem .6rem;border-radius:.3rem;text-align:left;font-style:normal;font-weight:400;font-size:.83rem}
td.h:hover>i,td.h:focus>i{display:block}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem}dt{color:var(--soft)}dd{margin:0;
overflow-wrap:anywhere}@media print{@page{size:A4 landscape;margin:9mm}body{max-width:none;margin:0;padding:0;
font-size:7.5pt;line-height:1.25}h1{font-size:12pt}h2{font-size:9pt}h1,h2,p,ul,dl{margin:.15rem 0}
.hint,li:nth-child(n+6){display:none}.scroll{max-height:none;overflow:visible;padding:0}
.scroll td,.scroll th{padding:0 .3em;font-size:var(--print);line-height:1.15}.scroll thead th{position:static}
td.p,td.s{background:none}dl{grid-template-columns:max-content 1fr max-content 1fr}}
)css";

// Points of a printed row of the table: all of it stands on one page with the rest, down to what can still be read.
constexpr double kPrintedHeight = 265, kPrintedWidth = 770, kLargestPrint = 8, kSmallestPrint = 2.5;

// Width of a text in ems, about: CJK characters are whole ones, others half.
double ems(std::string_view text) {
  double width = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    width += byte >= 0xE0 ? 1.0 : byte < 0x80 ? 0.55 : 0;
  }
  return width;
}

struct RuleText {
  std::string_view rule, ja, en;
};
constexpr RuleText kRuleTexts[] = {
    {"threshold.persons", "人数が基準未満", "fewer persons than the threshold"},
    {"threshold.hospitals", "医療機関数が基準未満", "fewer hospitals than the threshold"},
    {"dominance.p.person", "最大の人の値が推定できる（p%）", "the largest person's value can be estimated (p %)"},
    {"dominance.p.hospital", "最大の施設の値が推定できる（p%）", "the largest hospital's value can be estimated (p %)"},
    {"dominance.nk.person", "少数の人が大半を占める（n,k）", "few persons hold most of it (n,k)"},
    {"dominance.nk.hospital", "少数の施設が大半を占める（n,k）", "few hospitals hold most of it (n,k)"},
    {"zero", "0人のセル", "a cell without persons"},
};

std::string both(std::string_view ja, std::string_view en) {
  return html_text(ja, en);
}

std::string rules_text(const CellJudgement& judgement, bool japanese) {
  std::string out;
  for (const std::string_view rule : judgement.rules)
    for (const RuleText& text : kRuleTexts)
      if (text.rule == rule) out += fmt::format("{}{}", out.empty() ? "" : "; ", japanese ? text.ja : text.en);
  return out;
}

class ProofPage {
 public:
  ProofPage(const ProofInput& input, const Json& sheet) : input_(input), sheet_(sheet), shape_(input.data.dimensions) {
    for (const AuditedCell& cell : input.layers.back().audit.hidden)
      intervals_[cell.cell] = cell.interval;
  }

  std::string text() {
    head();
    verdict();
    drawing();
    facts();
    return html_page(Text("集計表の証明書（審査者用）", "Proof sheet of a table (for checkers)"), kStyle, out_);
  }

 private:
  void head() {
    const std::string result = sheet_["result"].get<std::string>();
    out_ = fmt::format("<h1>{} <b class={}>{}</b></h1>",
                       both("集計表の証明書（審査者用）", "Proof sheet of a table (for checkers)"), result, result);
    out_ += "<p>" +
            both("この表は関所の規則で検査され、伏せたセルは公表値から計算できないことが監査済みです。",
                 "This table was checked against the rules; no hidden cell can be computed from what is shown.") +
            "</p>";
  }

  void verdict() {
    if (input_.items.empty()) return;
    out_ += "<h2>" + both("確認事項", "To be looked at") + "</h2><ul>";
    std::size_t count = 0;
    for (const VerdictItem& item : input_.items) {
      if (++count > 30) break;
      out_ += fmt::format("<li><b>{}</b> {}: {}</li>", name(item.verdict), escape_html(item.place),
                          both(item.reason_ja + "。" + item.remedy_ja, item.reason_en + ". " + item.remedy_en));
    }
    if (input_.items.size() > 30) out_ += fmt::format("<li>+ {}</li>", input_.items.size() - 30);
    out_ += "</ul>";
  }

  // Labels of a group of dimensions for one combination of nodes.
  std::string labels(std::size_t from, std::size_t to, std::size_t cell) const {
    std::string out;
    for (std::size_t d = from; d < to; ++d) {
      const std::string& label = input_.data.dimensions[d].nodes[shape_.node(cell, d)].label;
      const std::string shown = label == kTotal   ? both("合計", "Total")
                                : label == kEmpty ? both("（空欄）", "(empty)")
                                                  : escape_html(label);
      out += (d == from ? "" : " / ") + shown;
    }
    return out;
  }
  bool sums(std::size_t from, std::size_t to, std::size_t cell) const {
    for (std::size_t d = from; d < to; ++d)
      if (!input_.data.dimensions[d].nodes[shape_.node(cell, d)].children.empty()) return true;
    return false;
  }

  void draw_cell(std::size_t cell, bool sum) {
    const Cell& at = input_.layers.back().table.cells[cell];
    if (input_.pattern[cell] == Status::kPublished) {
      out_ += fmt::format("<td{}>{}", sum ? " class=sum" : "", number_text(at.value));
      return;
    }
    const bool primary = input_.pattern[cell] == Status::kPrimary;
    const Interval interval = intervals_[cell];
    const std::string range = fmt::format("{:.6g} – {:.6g}", interval.low, interval.high);
    const std::string ja =
        primary ? "一次秘匿: " + rules_text(input_.judgements[cell], true) : "二次秘匿（逆算を防ぐため）";
    const std::string en = primary ? "primary: " + rules_text(input_.judgements[cell], false)
                                   : "secondary (so that no sum gives others back)";
    out_ += fmt::format("<td class=\"h {}\" tabindex=0 aria-label=\"{}; {}; {}\">{}<i>{}<br>{} {}</i>",
                        primary ? "p" : "s", ja, en, range, primary ? "■" : "□", both(ja, en),
                        both("攻撃者が知り得る範囲", "an attacker's interval"), range);
  }

  void drawing() {
    const std::size_t dimensions = input_.data.dimensions.size(), rows = input_.request.rows.size();
    const Measure measure = input_.request.measure;
    out_ += "<h2>" + both("表", "Table") + "</h2><p><b>■</b> " +
            both("一次秘匿（規則により伏せる）", "primary (hidden by a rule)") + " &emsp;<b>□</b> " +
            both("二次秘匿（逆算を防ぐために伏せる）", "secondary (hidden so that no sum gives it back)") +
            "<p class=hint>" +
            both("セルにカーソルを置くかTabキーで移動すると、攻撃者が知り得る範囲が出ます。",
                 "Point at a hidden cell or reach it with the Tab key to see an attacker's interval.") +
            "</p>";
    if (input_.pattern.size() > kMostDrawn) {
      out_ += "<p>" + both("表が大きいため描画していません。", "Too large to be drawn.") + "</p>";
      return;
    }
    if (measure == Measure::kMean)
      out_ += "<p>" + both("下の表は平均の分子となる合計値です。", "Drawn are the sums behind the means.") + "</p>";
    const std::size_t columns = rows == dimensions ? 1 : shape_.stride(rows - 1);
    std::string corner;
    for (std::size_t d = 0; d < dimensions; ++d)
      corner += (d == 0 ? "" : d == rows ? " ＼ " : " / ") + escape_html(input_.data.dimensions[d].name);
    out_ += fmt::format("<div class=scroll tabindex=0 style=\"--print:{:.2f}pt\">", print_size(rows, columns)) +
            "<table><thead><tr><th>" + corner;
    for (std::size_t c = 0; c < columns; ++c)
      out_ += "<th>" + (rows == dimensions ? both("値", "value") : labels(rows, dimensions, c));
    out_ += "<tbody>";
    for (std::size_t at = 0; at < input_.pattern.size(); at += columns) {
      const bool sum = sums(0, rows, at);
      out_ += fmt::format("<tr{}><th>{}", sum ? " class=sum" : "", labels(0, rows, at));
      for (std::size_t c = 0; c < columns; ++c)
        draw_cell(at + c, sums(rows, dimensions, at + c));
    }
    out_ += "</table></div>";
  }

  // The size of print at which all rows and columns fit.
  double print_size(std::size_t rows, std::size_t columns) const {
    const std::size_t dimensions = input_.data.dimensions.size();
    const auto length = [&](std::size_t from, std::size_t to, std::size_t cell) {
      double width = 1;
      for (std::size_t d = from; d < to; ++d)
        width += ems(input_.data.dimensions[d].nodes[shape_.node(cell, d)].label) + 1;
      return width;
    };
    double first = 4, rest = 0;
    for (std::size_t at = 0; at < input_.pattern.size(); at += columns)
      first = std::max(first, length(0, rows, at));
    for (std::size_t c = 0; c < columns; ++c)
      rest +=
          std::max({4.0, rows == dimensions ? 0 : length(rows, dimensions, c),
                    1 + ems(number_text(input_.layers.back().table.cells[input_.pattern.size() - columns + c].value))});
    const double height = 1.35 * static_cast<double>(input_.pattern.size() / columns + 1);
    return std::clamp(std::min(kPrintedHeight / height, kPrintedWidth / (first + rest)), kSmallestPrint, kLargestPrint);
  }

  void fact(std::string_view ja, std::string_view en, const std::string& value) {
    out_ += fmt::format("<dt>{}<dd>{}", both(ja, en), value);
  }

  void facts() {
    const Json& policy = sheet_["policy"];
    out_ += "<h2>" + both("検査の内容", "What was checked") + "</h2><dl>";
    fact("セル", "cells",
         fmt::format("{} (■ {}, □ {})", sheet_["cells"].get<std::size_t>(), sheet_["primary"].get<std::size_t>(),
                     sheet_["secondary"].get<std::size_t>()));
    fact("対象者", "persons",
         fmt::format("{} ({} {})", sheet_["dataset"]["persons"].get<std::uint64_t>(),
                     sheet_["dataset"]["rows_counted"].get<std::uint64_t>(), both("行", "rows")));
    std::string where;
    for (const Json& condition : sheet_["where"])
      where += (where.empty() ? "" : ", ") + escape_html(condition.get<std::string>());
    if (!where.empty()) fact("条件", "condition", where);
    fact("方針", "policy",
         fmt::format("{}: t = {}, {} {}, p = {} %, {} {}", escape_html(policy["id"].get<std::string>()),
                     policy["threshold"].get<int>(), both("医療機関", "hospitals"), policy["hospitals"].get<int>(),
                     policy["p"].get<double>(), both("0人のセルは", "zeros:"), policy["zeros"].get<std::string>()));
    fact("監査", "audit",
         both("計算できるセル 0、狭すぎる範囲 0", "0 cells can be computed, 0 intervals are too narrow"));
    std::size_t proven = 0, without = 0;
    for (const Json& layer : sheet_["layers"]) {
      proven += layer["witnesses"].size();
      without += layer["without"].size();
    }
    fact("証拠表", "witness tables",
         both(fmt::format("{} セルは足し算だけで確認可、{} セルは線形計画による", proven, without),
              fmt::format("{} cells can be confirmed by adding numbers, {} rest on linear programs", proven, without)));
    fact("データ", "dataset", "<code>" + sheet_["dataset"]["sha256"].get<std::string>() + "</code>");
    fact("出力", "output", "<code>" + sheet_["output_sha256"].get<std::string>() + "</code>");
    fact("再検査", "repeat with", "<code>python3 tools/verify.py proof SHEET.json --output TABLE.csv</code>");
    out_ += "</dl>";
  }

  const ProofInput& input_;
  const Json& sheet_;
  Shape shape_;
  std::map<std::size_t, Interval> intervals_;
  std::string out_;
};

}  // namespace

std::string proof_page(const ProofInput& input, const Json& sheet) {
  return ProofPage(input, sheet).text();
}

}  // namespace sekisho::disclosure

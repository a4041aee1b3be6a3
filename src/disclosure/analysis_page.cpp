#include "disclosure/analysis_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/html.h"
#include "disclosure/dataset.h"

namespace sekisho::disclosure {
namespace {

constexpr std::string_view kStyle = R"css(body{max-width:62rem}h1 b{padding:.05rem .7rem;border-radius:.3rem;color:#fff;
background:#8a5a00}h1 b.PASS{background:var(--ok)}h1 b.FAIL{background:#b3261e}svg{max-width:100%;height:auto}
table{border-collapse:collapse;width:auto;font-variant-numeric:tabular-nums}td,th{border:1px solid var(--line);
padding:.12rem .5rem;text-align:right}td:first-child,th{text-align:left}dl{display:grid;
grid-template-columns:max-content 1fr;gap:.15rem 1rem}dd{margin:0;overflow-wrap:anywhere}
@media print{@page{size:A4;margin:10mm}body{max-width:none;margin:0;font-size:8pt}h1{font-size:12pt}h2{font-size:9pt}
h1,h2,p,ul,dl{margin:.15rem 0}table{font-size:6.5pt}}
)css";
constexpr std::string_view kColours[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"};
constexpr double kLeft = 60, kRight = 620, kTop = 15, kBottom = 275;
constexpr std::size_t kMostRows = 400, kMostTerms = 60;

using Row = std::vector<std::string>;

class AnalysisPage {
 public:
  explicit AnalysisPage(const AnalysisResult& result) : result_(result) {
    for (const Json& column : result.output["columns"])
      columns_.push_back(column.get<std::string>());
    for (const Json& row : result.output["rows"])
      rows_.push_back(row.get<Row>());
  }

  std::string text() {
    const Text title("曲線・回帰の証明書（審査者用）", "Proof sheet of a curve or regression (for checkers)");
    const std::string verdict = result_.proof["result"].get<std::string>();
    out_ =
        fmt::format("<h1>{} <b class={}>{}</b></h1><p>{}</p>",
                    html_text("曲線・回帰の証明書（審査者用）", "Proof sheet of a curve or regression (for checkers)"),
                    verdict, verdict, escape_html(result_.definition));
    items();
    if (!rows_.empty()) {
      out_ += "<h2>" + html_text("図", "Drawing") + "</h2>";
      if (at("survival") != columns_.size())
        curves();
      else
        coefficients();
      table();
    }
    facts();
    return html_page(title, kStyle, out_);
  }

 private:
  std::size_t at(std::string_view column) const {
    return static_cast<std::size_t>(std::ranges::find(columns_, column) - columns_.begin());
  }
  double number(const Row& row, std::size_t column) const {
    double value = 0;
    return column < row.size() && parse_number(row[column], value) ? value : std::nan("");
  }

  void items() {
    if (result_.items.empty()) return;
    out_ += "<h2>" + html_text("確認事項", "To be looked at") + "</h2><ul>";
    for (const VerdictItem& item : result_.items)
      out_ += fmt::format("<li><b>{}</b> {}: {}</li>", name(item.verdict), escape_html(item.place),
                          html_text(item.reason_ja + "。" + item.remedy_ja, item.reason_en + ". " + item.remedy_en));
    out_ += "</ul>";
  }

  void frame(std::string_view title) {
    out_ += fmt::format(
        "<svg viewBox=\"0 0 640 320\" role=img aria-label=\"{}\" font-family=sans-serif font-size=11>"
        "<title>{}</title><rect width=640 height=320 fill=white></rect>",
        title, title);
  }

  // Steps between the times shown: nothing is drawn that does not stand in the table.
  void curves() {
    const std::size_t time = at("time"), survival = at("survival"), low = at("lower"), high = at("upper");
    double last = 1;
    std::map<std::string, std::vector<const Row*>> groups;
    for (const Row& row : rows_) {
      groups[row[0]].push_back(&row);
      last = std::max(last, number(row, time));
    }
    const auto x = [&](double t) { return kLeft + (kRight - kLeft) * t / last; };
    const auto y = [&](double s) { return kBottom - (kBottom - kTop) * s; };
    frame("Kaplan-Meier");
    for (int tenth = 0; tenth <= 10; tenth += 2)
      out_ += fmt::format(
          "<line x1={} x2={} y1={:.0f} y2={:.0f} stroke=#ddd></line><text x={} y={:.0f} "
          "text-anchor=end>{:.1f}</text>",
          kLeft, kRight, y(tenth / 10.0), y(tenth / 10.0), kLeft - 6, y(tenth / 10.0) + 4, tenth / 10.0);
    for (int quarter = 0; quarter <= 4; ++quarter)
      out_ += fmt::format("<text x={:.0f} y={} text-anchor=middle>{:.4g}</text>", x(last * quarter / 4), kBottom + 16,
                          last * quarter / 4);
    std::size_t number_of_group = 0;
    for (const auto& [group, rows] : groups) {
      const std::string_view colour = kColours[number_of_group % std::size(kColours)];
      std::string line;
      for (std::size_t k = 0; k < rows.size(); ++k) {
        const double t = number(*rows[k], time), s = number(*rows[k], survival);
        if (k > 0) line += fmt::format(" H{:.1f}", x(t));
        line += k == 0 ? fmt::format("M{:.1f} {:.1f}", x(t), y(s)) : fmt::format(" V{:.1f}", y(s));
        out_ += fmt::format("<line x1={0:.1f} x2={0:.1f} y1={1:.1f} y2={2:.1f} stroke={3} opacity=.4></line>", x(t),
                            y(number(*rows[k], low)), y(number(*rows[k], high)), colour);
      }
      out_ += fmt::format("<path d=\"{}\" fill=none stroke={} stroke-width=2></path><text x={} y={} fill={}>{}</text>",
                          line, colour, kLeft + 8, kBottom - 12 - 14 * static_cast<double>(number_of_group), colour,
                          escape_html(group.empty() ? "all" : group));
      ++number_of_group;
    }
    out_ += "</svg>";
  }

  // Each coefficient with its interval.
  void coefficients() {
    const std::size_t estimate = at("estimate"), error = at("std_error");
    double low = 0, high = 0;
    std::vector<const Row*> terms;  // not the lines about the whole model
    for (const Row& row : rows_) {
      const double e = number(row, estimate), s = number(row, error);
      if (!std::isfinite(e) || !std::isfinite(s) || terms.size() == kMostTerms) continue;
      terms.push_back(&row);
      low = std::min(low, e - 2 * s);
      high = std::max(high, e + 2 * s);
    }
    const auto x = [&](double v) { return 200 + (kRight - 200) * (v - low) / std::max(high - low, 1e-12); };
    frame("coefficients");
    out_ += fmt::format("<line x1={0:.1f} x2={0:.1f} y1={1} y2={2} stroke=#999 stroke-dasharray=4></line>", x(0), kTop,
                        kBottom);
    for (std::size_t k = 0; k < terms.size(); ++k) {
      const double e = number(*terms[k], estimate), s = number(*terms[k], error);
      const double y = kTop + (kBottom - kTop) * (static_cast<double>(k) + 0.5) / static_cast<double>(terms.size());
      out_ += fmt::format(
          "<text x=190 y={0:.1f} text-anchor=end>{1}</text><line x1={2:.1f} x2={3:.1f} y1={4:.1f} "
          "y2={4:.1f} stroke=#0072b2 stroke-width=2></line><circle cx={5:.1f} cy={4:.1f} r=3.5 "
          "fill=#0072b2></circle>",
          y + 4, escape_html((*terms[k])[0]), x(e - 1.96 * s), x(e + 1.96 * s), y, x(e));
    }
    out_ += "</svg>";
  }

  void table() {
    out_ += "<h2>" + html_text("出力", "What leaves") + "</h2><table><thead><tr>";
    for (const std::string& column : columns_)
      out_ += "<th>" + escape_html(column);
    out_ += "<tbody>";
    for (std::size_t k = 0; k < std::min(rows_.size(), kMostRows); ++k) {
      out_ += "<tr>";
      for (const std::string& field : rows_[k])
        out_ += "<td>" + escape_html(field);
    }
    out_ += "</table>";
    if (rows_.size() > kMostRows) out_ += fmt::format("<p>+ {}</p>", rows_.size() - kMostRows);
  }

  void fact(std::string_view ja, std::string_view en, const std::string& value) {
    out_ += fmt::format("<dt>{}<dd>{}", html_text(ja, en), value);
  }
  void facts() {
    out_ += "<h2>" + html_text("検査の内容", "What was checked") + "</h2><dl>";
    fact("対象者", "persons", std::to_string(result_.proof["dataset"]["persons"].get<std::uint64_t>()));
    fact("基準", "threshold", std::to_string(result_.proof["policy"]["threshold"].get<int>()));
    const Json& checks = result_.proof["checks"];
    for (const auto& [what, check] : checks.items())
      fact("検査", "check",
           "<code>" + escape_html((checks.is_object() ? what + ": " : std::string()) + check.dump()) + "</code>");
    fact("データ", "dataset", "<code>" + result_.proof["dataset"]["sha256"].get<std::string>() + "</code>");
    fact("出力", "output", "<code>" + result_.proof["output_sha256"].get<std::string>() + "</code>");
    fact("再検査", "repeat with", "<code>python3 tools/verify.py proof SHEET.json --output OUTPUT.csv</code>");
    out_ += "</dl>";
  }

  const AnalysisResult& result_;
  Row columns_;
  std::vector<Row> rows_;
  std::string out_;
};

}  // namespace

std::string analysis_page(const AnalysisResult& result) {
  return AnalysisPage(result).text();
}

}  // namespace sekisho::disclosure

#include "anonymize/report_html.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "core/html.h"

namespace sekisho::anonymize {
namespace {

constexpr int kLabelWidth = 210, kBarWidth = 430, kValueWidth = 130, kRowHeight = 34;
constexpr std::size_t kLongestLabel = 28, kGroupsShown = 12;

std::string both(const Text& text) {
  return html_text(text);
}
std::string both(std::string_view ja, std::string_view en) {
  return html_text(ja, en);
}

std::string shortened(std::string_view text) {
  std::size_t at = 0, characters = 0;
  while (at < text.size() && characters < kLongestLabel) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80)
      ++at;
    ++characters;
  }
  return std::string(text.substr(0, at)) + (at < text.size() ? "…" : "");
}

std::string percent(double share) {
  if (!std::isfinite(share)) return "–";
  const double value = share * 100;
  return value != 0 && std::abs(value) < 0.1 ? fmt::format("{:.2g} %", value) : fmt::format("{:.1f} %", value);
}
std::string plain(double value) {
  return std::isfinite(value) ? fmt::format("{:.4g}", value) : "–";
}

constexpr std::string_view kStyle =
    R"html(:root{--before:#c9a227;--after:#2a6fb0}
body{max-width:960px}table{margin:8px 0}th,td{padding:4px 10px}
.tiles{display:flex;flex-wrap:wrap;gap:12px;margin:14px 0}.tile{border:1px solid var(--line);border-radius:6px;padding:8px 16px}
.tile b{display:block;font-size:22px;font-variant-numeric:tabular-nums}
svg{height:auto;margin:6px 0}svg text{font-size:12px;fill:var(--ink)}svg .v{fill:var(--soft);font-variant-numeric:tabular-nums}
.b{fill:var(--before)}.a{fill:var(--after)}.key i{display:inline-block;width:12px;height:12px;margin:0 4px 0 14px;vertical-align:-1px}
)html";

struct Bar {
  Text label;
  double before = 0, after = 0;
  double before_upper = NAN, after_upper = NAN;    // end of a whisker
  double before_stated = NAN, after_stated = NAN;  // a mark
};
struct Chart {
  Text title;
  double most = 1;     // the whole width
  bool paired = true;  // false: only `after` is drawn
  std::string (*show)(double) = percent;
};

// Horizontal bars in pairs, before above after.
std::string chart(const Chart& form, const std::vector<Bar>& bars) {
  if (bars.empty()) return {};
  const int height = static_cast<int>(bars.size()) * kRowHeight + 6;
  std::string out =
      fmt::format("<svg viewBox='0 0 {0} {1}' width='{0}' height='{1}' role='img' aria-label='{2}'>",
                  kLabelWidth + kBarWidth + kValueWidth, height, escape_html(form.title.ja + " / " + form.title.en));
  const auto x = [&](double value) {
    return kLabelWidth + kBarWidth * std::clamp(form.most > 0 ? value / form.most : 0, 0.0, 1.0);
  };
  const auto draw = [&](std::string_view kind, double top, double value, double upper, double stated) {
    if (!std::isfinite(value)) value = 0;
    out += fmt::format("<rect class='{}' x='{}' y='{:.1f}' width='{:.1f}' height='11'/>", kind, kLabelWidth, top,
                       std::max(0.0, x(value) - kLabelWidth));
    if (std::isfinite(upper))
      out += fmt::format(
          "<path d='M{0:.1f} {2:.1f}H{1:.1f}M{1:.1f} {3:.1f}v7' stroke='#1b2430' fill='none' stroke-width='1.4'/>",
          x(value), x(upper), top + 5.5, top + 2);
    if (std::isfinite(stated))
      out += fmt::format("<path d='M{0:.1f} {1:.1f}v13' stroke='#b3261e' stroke-width='2'/>", x(stated), top - 1);
    out += fmt::format("<text class='v' x='{:.1f}' y='{:.1f}'>{}</text>",
                       std::max(x(value), std::isfinite(upper) ? x(upper) : 0) + 6, top + 10, form.show(value));
  };
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const Bar& bar = bars[i];
    const double top = static_cast<double>(i) * kRowHeight + 4;
    const auto label = [&](std::string_view kind, const std::string& text) {
      out += fmt::format("<text{} x='{}' y='{:.1f}' text-anchor='end'>{}</text>", kind, kLabelWidth - 8, top + 17,
                         escape_html(shortened(text)));
    };
    if (bar.label.ja == bar.label.en) {
      label("", bar.label.ja);
    } else {
      label(" class='ja'", bar.label.ja);
      label(" class='en'", bar.label.en);
    }
    if (form.paired) draw("b", top, bar.before, bar.before_upper, bar.before_stated);
    draw("a", form.paired ? top + 13 : top + 7, bar.after, bar.after_upper, bar.after_stated);
  }
  return out + fmt::format("<path d='M{0} 0V{1}' stroke='#8a94a3'/></svg>", kLabelWidth, height);
}

double most_of(const std::vector<Bar>& bars) {
  double out = 0;
  for (const Bar& bar : bars)
    for (const double value : {bar.before, bar.after, bar.before_upper, bar.after_upper})
      if (std::isfinite(value)) out = std::max(out, value);
  return out;
}

std::string key() {
  return fmt::format(
      "<p class='soft key'><i style='background:var(--before)'></i>{}"
      "<i style='background:var(--after)'></i>{}</p>",
      both("加工前", "before"), both("加工後", "after"));
}

std::string heading(std::string_view ja, std::string_view en) {
  return fmt::format("<h2>{}</h2>", both(ja, en));
}
std::string note(std::string_view ja, std::string_view en) {
  return fmt::format("<p class=soft>{}</p>", both(ja, en));
}
std::string row(std::initializer_list<std::string> cells) {
  std::string out = "<tr>";
  bool first = true;
  for (const std::string& cell : cells) {
    out += fmt::format("<td{}>{}</td>", first ? "" : " class=n", cell);
    first = false;
  }
  return out + "</tr>";
}
std::string header(std::initializer_list<std::string> cells) {
  std::string out = "<table><tr>";
  bool first = true;
  for (const std::string& cell : cells) {
    out += fmt::format("<th{}>{}</th>", first ? "" : " class=n", cell);
    first = false;
  }
  return out + "</tr>";
}

std::string tile(std::string_view ja, std::string_view en, const std::string& value) {
  return fmt::format("<div class=tile>{}<b>{}</b></div>", both(ja, en), value);
}

std::string summary(const Outcome& outcome, const Bargain& bargain) {
  const RiskReport& risk = bargain.risk;
  std::string out = "<div class=tiles>";
  out += tile("行 (入力)", "rows read", fmt::format("{}", outcome.rows));
  out += tile("人 (入力)", "persons read", fmt::format("{}", risk.before.persons));
  out += tile("削除した行", "rows suppressed",
              fmt::format("{} ({})", outcome.suppressed, percent(bargain.utility.suppressed)));
  out += tile("同値類", "classes", fmt::format("{}", outcome.classes));
  out += tile("最小の同値類", "smallest class", fmt::format("{}", outcome.smallest_class));
  out += "</div>";
  if (!outcome.counts_persons)
    out += note("個人を示す列が指定されていないため、1行を1人と数えています。",
                "The policy names no person column: each row counts as a person.");
  return out;
}

std::string risks(const RiskReport& risk) {
  const Risk &b = risk.before, &a = risk.after;
  std::vector<Bar> bars{
      {Text("検察者リスク (最大)", "prosecutor, greatest"), b.prosecutor_max, a.prosecutor_max},
      {Text("検察者リスク (平均)", "prosecutor, mean"), b.prosecutor_mean, a.prosecutor_mean},
      {Text("しきい値を超える人", "persons above the threshold"), b.prosecutor_above, a.prosecutor_above}};
  if (b.journalist && a.journalist) {
    bars.push_back({Text("記者リスク (最大)", "journalist, greatest"), b.journalist->max, a.journalist->max});
    bars.push_back({Text("記者リスク (平均)", "journalist, mean"), b.journalist->mean, a.journalist->mean});
  }
  bars.push_back({Text("業者リスク", "marketer"), b.marketer, a.marketer});
  bars.push_back({Text("標本で一意の人", "unique in the sample"), b.sample_unique, a.sample_unique});
  if (b.population_unique && a.population_unique)
    bars.push_back(
        {Text("母集団で一意 (推定)", "unique in the population (est.)"), *b.population_unique, *a.population_unique});
  const Chart form{Text("再識別リスク", "Risk of re-identification")};
  return heading("再識別リスク", "Risk of re-identification") + key() + chart(form, bars) +
         fmt::format("<p class=soft>{} {}. {}</p>", both("しきい値", "Threshold"), percent(risk.threshold),
                     both("検察者は対象者が表にいると知り、記者は知らず、業者は全員を試みます。",
                          "The prosecutor knows that the person is in the table, the journalist does not, the "
                          "marketer tries all persons."));
}

std::string sizes(const RiskReport& risk) {
  const std::vector<SizeBand> before = size_bands(risk.before.sizes), after = size_bands(risk.after.sizes);
  std::vector<Bar> bars;
  const auto share = [](std::size_t persons, std::size_t all) {
    return all > 0 ? static_cast<double>(persons) / static_cast<double>(all) : 0;
  };
  std::string table =
      header({both("人数", "persons in a class"), both("同値類 前", "classes before"), both("人 前", "persons before"),
              both("同値類 後", "classes after"), both("人 後", "persons after")});
  for (std::size_t i = 0; i < before.size(); ++i) {
    const SizeBand& band = before[i];
    const std::string name = band.to == 0           ? fmt::format("{}+", band.from)
                             : band.from == band.to ? fmt::format("{}", band.from)
                                                    : fmt::format("{}–{}", band.from, band.to);
    bars.push_back(
        {Text(name), share(band.persons, risk.before.memberships), share(after[i].persons, risk.after.memberships)});
    table += row({name, fmt::format("{}", band.classes), fmt::format("{}", band.persons),
                  fmt::format("{}", after[i].classes), fmt::format("{}", after[i].persons)});
  }
  const Chart form{Text("同値類の大きさ", "Sizes of classes"), most_of(bars)};
  return heading("同値類の大きさ (人数別の割合)", "Sizes of classes (share of persons)") + key() + chart(form, bars) +
         table + "</table>";
}

struct AttackerName {
  std::string_view id, ja, en;
};
constexpr AttackerName kAttackers[] = {
    {"quasi-identifiers", "準識別子を知る", "knows the quasi-identifiers"},
    {"history", "全履歴の準識別子を知る", "… of the whole history"},
    {"facts", "いくつかの事実を知る", "knows some facts"},
    {"household", "世帯全員を知る", "knows the household"},
    {"hospital", "病院内の人", "works in the hospital"},
    {"hospital-and-quasi", "病院内で準識別子も知る", "… and quasi-identifiers"},
};

std::string attacks(const std::vector<Attack>& attacks) {
  std::vector<Bar> bars;
  std::string table =
      header({both("攻撃者", "attacker"), both("成功率 前", "rate before"), both("成功率 後", "rate after"),
              both("後の上限 (片側95 %)", "bound after (one-sided 95 %)"), both("表明したリスク", "stated risk"),
              both("方針が約束", "promised"), both("判定", "judged")});
  for (const Attack& attack : attacks) {
    const auto found = std::ranges::find(kAttackers, attack.attacker, &AttackerName::id);
    Text name = found == std::end(kAttackers) ? Text(attack.attacker) : Text(found->ja, found->en);
    if (attack.known > 0) {
      name.ja += fmt::format(" ({})", attack.known);
      name.en += fmt::format(" ({})", attack.known);
    }
    bars.push_back({name, attack.before.rate, attack.after.rate, attack.before.upper, attack.after.upper,
                    attack.before.stated, attack.after.stated});
    table += row({both(name), percent(attack.before.rate), percent(attack.after.rate), percent(attack.after.upper),
                  percent(attack.after.stated), attack.promised ? "≤ " + percent(*attack.promised) : "–",
                  attack.holds() ? "<span class=ok>✓</span>" : "<span class=bad>✗</span>"});
  }
  const std::size_t trials = attacks.empty() ? 0 : std::max(attacks[0].before.trials, attacks[0].after.trials);
  const Chart form{Text("攻撃の成功率", "Success of attacks"), most_of(bars)};
  return heading("攻撃の試行", "Attacks tried out") + key() + chart(form, bars) + table + "</table>" +
         fmt::format("<p class=soft>{} {}. {}</p>",
                     both("試行回数 (攻撃者ごと、前後それぞれ)", "Trials of each attacker, before and after:"), trials,
                     both("ひげは片側95 %の上限、赤い印は数え上げで得たリスク。上限が印より1ポイント以上高ければ ✗。",
                          "Whisker: one-sided 95 % bound; red mark: risk by counting. A bound more than one point "
                          "above the mark is ✗."));
}

std::string separations(const RiskReport& risk) {
  std::string out = heading("準識別子ごとの識別力", "What each quasi-identifier tells apart") +
                    header({both("準識別子", "quasi-identifier"), both("値の割合 前", "distinction before"),
                            both("後", "after"), both("分離 前", "separation before"), both("後", "after")});
  for (std::size_t i = 0; i < risk.separation_before.size() && i < risk.separation_after.size(); ++i) {
    const Separation &b = risk.separation_before[i], &a = risk.separation_after[i];
    out += row({b.name.empty() ? both("すべて", "all together") : escape_html(b.name), percent(b.distinction),
                percent(a.distinction), percent(b.separation), percent(a.separation)});
  }
  return out + "</table>" +
         note("値の割合 = 異なる値 / 行。分離 = 値の異なる行の組の割合。",
              "Distinction: different values / rows. Separation: share of pairs of rows with different values.");
}

Text kind_name(Kind kind) {
  switch (kind) {
    case Kind::kQuasi:
      return Text("準識別子", "quasi");
    case Kind::kSensitive:
      return Text("要配慮", "sensitive");
    default:
      return Text("その他", "insensitive");
  }
}

std::string losses(const Utility& utility) {
  std::vector<Bar> bars;
  std::string table = header({both("変数", "variable"), both("種類", "kind"), both("段階", "level"),
                              both("値 前", "values before"), both("値 後", "after"),
                              both("変わった行", "rows changed"), both("損失", "loss"), both("分布のずれ", "shift")});
  for (const VariableUtility& one : utility.variables) {
    bars.push_back({Text(one.name), 0, one.loss});
    table += row({escape_html(one.name), both(kind_name(one.kind)),
                  one.kind == Kind::kQuasi ? fmt::format("{}", fmt::join(one.levels, ", ")) : "–",
                  fmt::format("{}", one.values_before), fmt::format("{}", one.values_after), percent(one.changed),
                  percent(one.loss), percent(one.shift)});
  }
  const Chart form{Text("変数ごとの損失", "Loss of each variable"), 1, false};
  return heading("変数ごとの損失", "Loss of each variable") + chart(form, bars) + table + "</table>" +
         note("0 % は完全、100 % は情報なし。分布のずれ = 加工後の区分での割合の差の和の半分。",
              "0 %: all is there; 100 %: nothing. Shift: half the sum of the differences of shares over labels.");
}

std::string numbers(const Utility& utility) {
  std::string rows;
  for (const VariableUtility& one : utility.variables)
    if (one.before && one.after) {
      const auto shown = [](const Numbers& n, double value) { return n.count > 0 ? plain(value) : std::string("–"); };
      rows += row({escape_html(one.name), fmt::format("{}", one.before->count), fmt::format("{}", one.after->count),
                   shown(*one.before, one.before->mean), shown(*one.after, one.after->mean),
                   shown(*one.before, one.before->deviation), shown(*one.after, one.after->deviation),
                   shown(*one.before, one.before->median), shown(*one.after, one.after->median)});
    }
  if (rows.empty()) return {};
  return heading("数値の変化", "Change of numbers") +
         header({both("変数", "variable"), both("件数 前", "rows before"), both("後", "after"),
                 both("平均 前", "mean before"), both("後", "after"), both("標準偏差 前", "deviation before"),
                 both("後", "after"), both("中央値 前", "median before"), both("後", "after")}) +
         rows + "</table>" + note("区間は中点で計算しています。", "Intervals count as their middle.");
}

std::string counts(const Utility& utility) {
  std::string out = heading("区分ごとの割合と削除率", "Shares of groups, and how much of each was suppressed") + key();
  for (const VariableUtility& one : utility.variables) {
    if (one.groups.size() < 2) continue;
    std::vector<Bar> bars;
    std::string table = header({both("区分", "group"), both("割合 前", "share before"), both("割合 後", "share after"),
                                both("削除率", "suppressed")});
    for (const Group& group : one.groups) {
      if (bars.size() >= kGroupsShown && !group.label.empty()) continue;
      const Text name = group.label.empty() ? Text("(10人未満など)", "(others, small)") : Text(group.label);
      bars.push_back({name, group.before, group.after});
      table += row({both(name), percent(group.before), percent(group.after), percent(group.suppressed)});
    }
    const Chart form{Text(one.name), most_of(bars)};
    out += fmt::format("<h3>{}</h3>{}<details><summary class=soft>{}</summary>{}</table></details>",
                       escape_html(one.name), chart(form, bars), both("表", "table"), table);
  }
  return out;
}

std::string correlations(const Utility& utility) {
  if (utility.correlations.empty()) return {};
  std::string out =
      heading("相関", "Correlations") + header({both("変数", "variables"), both("前", "before"), both("後", "after")});
  for (const Correlation& one : utility.correlations)
    out += row({escape_html(one.a + " × " + one.b), plain(one.before), plain(one.after)});
  return out + "</table>";
}

std::string regression(const Utility& utility) {
  if (!utility.regression) return {};
  const Regression& r = *utility.regression;
  std::string out = heading("回帰係数 (最小二乗)", "Regression coefficients (least squares)");
  out += fmt::format("<p class=soft>{}: {}{} · R² {} → {} · {} {} → {}</p>", both("目的変数", "Outcome"),
                     escape_html(r.outcome), r.event.empty() ? "" : escape_html(" = " + r.event), plain(r.r2_before),
                     plain(r.r2_after), both("行", "rows"), r.rows_before, r.rows_after);
  out +=
      header({both("変数", "variable"), both("係数 前", "before"), both("標準誤差", "error"), both("係数 後", "after"),
              both("標準誤差", "error"), both("差 / 前の標準誤差", "difference / error before")});
  for (const Coefficient& one : r.coefficients)
    out += row({escape_html(one.name), one.before ? plain(one.before->value) : "–",
                one.before ? plain(one.before->error) : "–", one.after ? plain(one.after->value) : "–",
                one.after ? plain(one.after->error) : "–",
                one.before && one.after && one.before->error > 0
                    ? fmt::format("{:+.2f}", (one.after->value - one.before->value) / one.before->error)
                    : "–"});
  return out + "</table>" +
         note("– は変数が失われたか、他の変数から決まることを示します。",
              "–: the variable has gone, or other variables say the same.");
}

std::string survival(const Utility& utility) {
  if (!utility.survival || utility.survival->points.size() < 2) return {};
  const Survival& s = *utility.survival;
  constexpr double kWidth = 620, kHeight = 240, kLeft = 46, kBottom = 24;
  const double last = s.points.back().time > 0 ? s.points.back().time : 1;
  const auto line = [&](double Survival::Point::* side, std::string_view colour) {
    std::string path;
    for (const Survival::Point& point : s.points) {
      const double x = kLeft + (kWidth - kLeft - 8) * point.time / last;
      const double y = 8 + (kHeight - kBottom - 8) * (1 - point.*side);
      path += path.empty() ? fmt::format("M{:.1f} {:.1f}", x, y) : fmt::format("H{:.1f}V{:.1f}", x, y);
    }
    return fmt::format("<path d='{}' fill='none' stroke='var(--{})' stroke-width='2'/>", path, colour);
  };
  return heading("生存曲線 (Kaplan-Meier)", "Survival (Kaplan-Meier)") + key() +
         fmt::format(
             "<svg viewBox='0 0 {0} {1}' width='{0}' height='{1}' role='img' aria-label='Kaplan-Meier'>"
             "<path d='M{2} 8V{3}H{4}' fill='none' stroke='#8a94a3'/><text class=v x='4' y='16'>100 %</text>"
             "<text class=v x='14' y='{3}'>0 %</text><text class=v x='{4}' y='{5}' text-anchor='end'>{6}</text>"
             "{7}{8}</svg>",
             kWidth, kHeight, kLeft, kHeight - kBottom, kWidth - 8, kHeight - 6, plain(last),
             line(&Survival::Point::before, "before"), line(&Survival::Point::after, "after")) +
         fmt::format("<p class=soft>{} {} · {} {} → {}</p>", both("最大の差", "Greatest difference"),
                     percent(s.greatest_difference), both("行", "rows"), s.rows_before, s.rows_after);
}

// What a model asks for, in its own letters.
std::string numbers(const Model& model) {
  switch (model.kind) {
    case Model::Kind::kAnonymity:
    case Model::Kind::kMap:
      return fmt::format("k = {}", model.bound);
    case Model::Kind::kDistinctDiversity:
      return fmt::format("l = {}", model.bound);
    case Model::Kind::kRecursiveDiversity:
      return fmt::format("l = {}, c = {:g}", model.bound, model.threshold);
    case Model::Kind::kEntropyDiversity:
      return fmt::format("l = {:g}", model.threshold);
    case Model::Kind::kCloseness:
      return fmt::format("t = {:g}", model.threshold);
    case Model::Kind::kPresence:
      return fmt::format("{:g} – {:g}", model.minimum, model.threshold);
    case Model::Kind::kBetaLikeness:
      return fmt::format("β = {:g}", model.threshold);
    case Model::Kind::kDisclosure:
      return fmt::format("δ = {:g}", model.threshold);
    default:
      return fmt::format("≤ {:g}", model.threshold);
  }
}

std::string choice(const Outcome& outcome, const Policy& policy) {
  std::string out = heading("選ばれた加工", "The choice") + "<p>";
  for (const Model& model : policy.models)
    out += fmt::format("{}{} ({})", &model == policy.models.data() ? "" : " · ", escape_html(describe(model)),
                       numbers(model));
  out += fmt::format("</p><p class=soft>{} {} = {} · {} {}, {} {} · {} {}</p>", both("尺度", "metric"),
                     name(outcome.metric), plain(outcome.score), both("選択肢", "choices"), outcome.lattice,
                     both("調べた数", "looked at"), outcome.checked, both("削除の上限", "suppression limit"),
                     percent(policy.suppression_limit));
  out += header({both("準識別子", "quasi-identifier"), both("段階", "level")});
  for (const auto& [name, level] : outcome.decision.levels)
    out += row({escape_html(name), fmt::format("{}", level)});
  return out + "</table>";
}

}  // namespace

std::string report_html(const Outcome& outcome, const Policy& policy, const Bargain& bargain) {
  const Text title("匿名加工の得失", "What the anonymization wins and gives up");
  std::string out = fmt::format("<h1>{}</h1>", both(title));
  out += summary(outcome, bargain) + choice(outcome, policy) + risks(bargain.risk) + sizes(bargain.risk) +
         attacks(bargain.attacks) + separations(bargain.risk) + losses(bargain.utility) + numbers(bargain.utility) +
         counts(bargain.utility) + correlations(bargain.utility) + regression(bargain.utility) +
         survival(bargain.utility);
  out +=
      note("この報告は合計と10人以上の区分の割合だけを含み、データの行を含みません。委員会と研究者のための資料です。",
           "This page holds sums and shares of groups of ten persons and more, no row of the data. It is for "
           "the committee and the researcher.");
  return html_page(title, kStyle, out);
}

}  // namespace sekisho::anonymize

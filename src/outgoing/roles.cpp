#include "outgoing/roles.h"

#include <algorithm>
#include <charconv>

#include "outgoing/identifiers.h"
#include "outgoing/sheet.h"

namespace sekisho::outgoing {
namespace {

enum class Match : std::uint8_t { kWord, kPart, kWhole };  // a word of the name; anywhere in it; the whole name

struct RoleWord {
  std::string_view word;
  Role role;
  Match match = Match::kWord;
};
// In order: the first that matches decides.
constexpr RoleWord kWords[] = {
    {"p", Role::kPValue, Match::kWhole},
    {"pvalue", Role::kPValue},
    {"p値", Role::kPValue, Match::kPart},
    {"p_value", Role::kPValue, Match::kPart},
    {"p value", Role::kPValue, Match::kPart},
    {"p.value", Role::kPValue, Match::kPart},
    {"pr(>", Role::kPValue, Match::kPart},
    {"p>|", Role::kPValue, Match::kPart},
    {"prob", Role::kPValue, Match::kWhole},
    {"residual", Role::kResidual},
    {"residuals", Role::kResidual},
    {"resid", Role::kResidual},
    {"fitted", Role::kResidual},
    {"predicted", Role::kResidual},
    {"prediction", Role::kResidual},
    {"pred", Role::kResidual},
    {"yhat", Role::kResidual},
    {"hat", Role::kResidual},
    {"propensity", Role::kResidual},
    {"leverage", Role::kResidual},
    {"cooks", Role::kResidual},
    {"残差", Role::kResidual, Match::kPart},
    {"予測値", Role::kResidual, Match::kPart},
    {"傾向スコア", Role::kResidual, Match::kPart},
    {"df", Role::kDegrees},
    {"dof", Role::kDegrees},
    {"ddf", Role::kDegrees},
    {"自由度", Role::kDegrees, Match::kPart},
    {"n.risk", Role::kAtRisk, Match::kPart},
    {"n_risk", Role::kAtRisk, Match::kPart},
    {"nrisk", Role::kAtRisk, Match::kPart},
    {"at risk", Role::kAtRisk, Match::kPart},
    {"リスク人数", Role::kAtRisk, Match::kPart},
    {"at_risk", Role::kAtRisk, Match::kPart},
    {"at.risk", Role::kAtRisk, Match::kPart},
    {"リスク集合", Role::kAtRisk, Match::kPart},
    {"観察対象数", Role::kAtRisk, Match::kPart},
    {"n.event", Role::kEvents, Match::kPart},
    {"n_event", Role::kEvents, Match::kPart},
    {"nevent", Role::kEvents, Match::kPart},
    {"events", Role::kEvents},
    {"ev", Role::kEvents},
    {"deaths", Role::kEvents},
    {"n.censor", Role::kEvents, Match::kPart},
    {"n_censor", Role::kEvents, Match::kPart},
    {"イベント数", Role::kEvents, Match::kPart},
    {"死亡数", Role::kEvents, Match::kPart},
    {"死亡者数", Role::kEvents, Match::kPart},
    {"施設数", Role::kHospitals, Match::kPart},
    {"病院数", Role::kHospitals, Match::kPart},
    {"医療機関数", Role::kHospitals, Match::kPart},
    {"薬局数", Role::kHospitals, Match::kPart},
    {"保険者数", Role::kHospitals, Match::kPart},
    {"hospitals", Role::kHospitals},
    {"facilities", Role::kHospitals},
    {"institutions", Role::kHospitals},
    {"clinics", Role::kHospitals},
    {"sites", Role::kHospitals},
    {"std.error", Role::kError, Match::kPart},
    {"std_error", Role::kError, Match::kPart},
    {"std. error", Role::kError, Match::kPart},
    {"std err", Role::kError, Match::kPart},
    {"stderr", Role::kError},
    {"se", Role::kError},
    {"標準誤差", Role::kError, Match::kPart},
    {"r2", Role::kRSquared},
    {"r_squared", Role::kRSquared, Match::kPart},
    {"r.squared", Role::kRSquared, Match::kPart},
    {"r-squared", Role::kRSquared, Match::kPart},
    {"rsquared", Role::kRSquared},
    {"決定係数", Role::kRSquared, Match::kPart},
    {"lower", Role::kLower},
    {"lcl", Role::kLower},
    {"conf.low", Role::kLower, Match::kPart},
    {"ci_low", Role::kLower, Match::kPart},
    {"[0.025", Role::kLower, Match::kPart},
    {"下限", Role::kLower, Match::kPart},
    {"upper", Role::kUpper},
    {"ucl", Role::kUpper},
    {"conf.high", Role::kUpper, Match::kPart},
    {"ci_high", Role::kUpper, Match::kPart},
    {"0.975]", Role::kUpper, Match::kPart},
    {"上限", Role::kUpper, Match::kPart},
    {"ci", Role::kLower},
    {"bin", Role::kLabel},
    {"depth", Role::kLabel},
    {"iter", Role::kLabel},
    {"features", Role::kLabel},
    {"leaf", Role::kLabel},
    {"samples", Role::kLabel},
    {"child", Role::kLabel},
    {"bins", Role::kLabel},
    {"min", Role::kMin},
    {"minimum", Role::kMin},
    {"最小", Role::kMin, Match::kPart},
    {"最低", Role::kMin, Match::kPart},
    {"max", Role::kMax},
    {"maximum", Role::kMax},
    {"最大", Role::kMax, Match::kPart},
    {"最高", Role::kMax, Match::kPart},
    {"survival", Role::kSurvival},
    {"surv", Role::kSurvival},
    {"生存率", Role::kSurvival, Match::kPart},
    {"累積", Role::kSurvival, Match::kPart},
    {"cuminc", Role::kSurvival},
    {"percent", Role::kPercent},
    {"percentage", Role::kPercent},
    {"pct", Role::kPercent},
    {"proportion", Role::kPercent},
    {"prop", Role::kPercent},
    {"share", Role::kPercent},
    {"割合", Role::kPercent, Match::kPart},
    {"構成比", Role::kPercent, Match::kPart},
    {"rate", Role::kEstimate},
    {"rates", Role::kEstimate},
    {"incidence", Role::kEstimate},
    {"per", Role::kEstimate},
    {"率", Role::kEstimate, Match::kPart},
    {"人口10万対", Role::kEstimate, Match::kPart},
    {"shap", Role::kEstimate},
    {"mean", Role::kMean},
    {"avg", Role::kMean},
    {"average", Role::kMean},
    {"平均", Role::kMean, Match::kPart},
    {"median", Role::kMean},
    {"中央値", Role::kMean, Match::kPart},
    {"sd", Role::kSpread},
    {"iqr", Role::kSpread},
    {"variance", Role::kSpread},
    {"偏差", Role::kSpread, Match::kPart},
    {"分散", Role::kSpread, Match::kPart},
    {"years", Role::kEstimate},
    {"人年", Role::kEstimate, Match::kPart},
    {"estimate", Role::kEstimate},
    {"coef", Role::kEstimate},
    {"coefficient", Role::kEstimate},
    {"beta", Role::kEstimate},
    {"係数", Role::kEstimate, Match::kPart},
    {"odds", Role::kEstimate},
    {"オッズ", Role::kEstimate, Match::kPart},
    {"ハザード", Role::kEstimate, Match::kPart},
    {"hazard", Role::kEstimate},
    {"or", Role::kEstimate},
    {"hr", Role::kEstimate, Match::kWhole},
    {"rr", Role::kEstimate},
    {"irr", Role::kEstimate},
    {"ratio", Role::kEstimate},
    {"smd", Role::kEstimate},
    {"auc", Role::kEstimate},
    {"brier", Role::kEstimate},
    {"accuracy", Role::kEstimate},
    {"precision", Role::kEstimate},
    {"recall", Role::kEstimate},
    {"f1", Role::kEstimate},
    {"rmse", Role::kEstimate},
    {"mae", Role::kEstimate},
    {"loss", Role::kEstimate},
    {"sensitivity", Role::kEstimate},
    {"specificity", Role::kEstimate},
    {"感度", Role::kEstimate, Match::kPart},
    {"特異度", Role::kEstimate, Match::kPart},
    {"ppv", Role::kEstimate},
    {"npv", Role::kEstimate},
    {"tpr", Role::kEstimate},
    {"fpr", Role::kEstimate},
    {"statistic", Role::kEstimate},
    {"chi2", Role::kEstimate},
    {"chisq", Role::kEstimate},
    {"score", Role::kEstimate, Match::kWhole},
    {"importance", Role::kEstimate},
    {"shap", Role::kEstimate},
    {"correlation", Role::kEstimate},
    {"相関", Role::kEstimate, Match::kPart},
    {"費", Role::kEstimate, Match::kPart},
    {"yen", Role::kEstimate},
    {"population", Role::kEstimate},
    {"人口", Role::kEstimate, Match::kPart},
    {"定点", Role::kEstimate, Match::kPart},
    {"n_iter", Role::kLabel, Match::kPart},
    {"n_estimators", Role::kLabel, Match::kPart},
    {"n_fold", Role::kLabel, Match::kPart},
    {"n_feature", Role::kLabel, Match::kPart},
    {"n_param", Role::kLabel, Match::kPart},
    {"n_cluster", Role::kLabel, Match::kPart},
    {"n_var", Role::kLabel, Match::kPart},
    {"回数", Role::kUnits, Match::kPart},
    {"処方数", Role::kUnits, Match::kPart},
    {"処方量", Role::kUnits, Match::kPart},
    {"処方件数", Role::kUnits, Match::kPart},
    {"算定数", Role::kUnits, Match::kPart},
    {"日数", Role::kEstimate, Match::kPart},
    {"病床", Role::kUnits, Match::kPart},
    {"件数", Role::kCount, Match::kPart},
    {"claims", Role::kUnits},
    {"prescriptions", Role::kUnits},
    {"visits", Role::kUnits},
    {"tablets", Role::kUnits},
    {"rounded", Role::kCount},
    {"n", Role::kCount},
    {"nobs", Role::kCount},
    {"obs", Role::kCount},
    {"count", Role::kCount},
    {"counts", Role::kCount},
    {"cnt", Role::kCount},
    {"freq", Role::kCount},
    {"frequency", Role::kCount},
    {"cases", Role::kCount},
    {"controls", Role::kCount},
    {"patients", Role::kCount},
    {"persons", Role::kCount},
    {"people", Role::kCount},
    {"support", Role::kCount, Match::kWhole},
    {"subjects", Role::kCount},
    {"participants", Role::kCount},
    {"exposed", Role::kCount},
    {"unexposed", Role::kCount},
    {"num", Role::kCount},
    {"人数", Role::kCount, Match::kPart},
    {"者数", Role::kCount, Match::kPart},
    {"患者数", Role::kCount, Match::kPart},
    {"例数", Role::kCount, Match::kPart},
    {"症例", Role::kCount, Match::kWhole},
    {"度数", Role::kCount, Match::kPart},
    {"頻度", Role::kCount, Match::kPart},
    {"報告数", Role::kCount, Match::kPart},
    {"総数", Role::kCount, Match::kPart},
    {"実数", Role::kCount, Match::kPart},
    {"合計", Role::kCell, Match::kPart},
    {"総計", Role::kCell, Match::kPart},
    {"小計", Role::kCell, Match::kPart},
    {"計", Role::kCell, Match::kWhole},
    {"全体", Role::kCell, Match::kPart},
    {"total", Role::kCell},
    {"all", Role::kCell, Match::kWhole},
    {"overall", Role::kCell},
    {"男性", Role::kCell, Match::kPart},
    {"女性", Role::kCell, Match::kPart},
    {"男", Role::kCell, Match::kWhole},
    {"女", Role::kCell, Match::kWhole},
    {"male", Role::kCell},
    {"female", Role::kCell},
    {"men", Role::kCell},
    {"women", Role::kCell},
    {"m", Role::kCell, Match::kWhole},
    {"f", Role::kCell, Match::kWhole},
    {"yes", Role::kCell},
    {"あり", Role::kCell, Match::kPart},
    {"なし", Role::kCell, Match::kPart},
    {"有", Role::kCell, Match::kWhole},
    {"無", Role::kCell, Match::kWhole},
    {"陽性", Role::kCell, Match::kPart},
    {"陰性", Role::kCell, Match::kPart},
    {"positive", Role::kCell},
    {"negative", Role::kCell},
    {"群", Role::kCell, Match::kPart},
    {"死亡", Role::kCell, Match::kWhole},
    {"生存", Role::kCell, Match::kWhole},
    {"dead", Role::kCell},
    {"alive", Role::kCell},
    {"treated", Role::kCell, Match::kWhole},
    {"control", Role::kCell, Match::kWhole},
    {"case", Role::kCell, Match::kWhole},
    {"time", Role::kTime},
    {"time_months", Role::kTime, Match::kPart},
    {"t", Role::kTime, Match::kWhole},
    {"followup", Role::kTime},
    {"観察期間", Role::kTime, Match::kPart},
};

// p5, q95, 25%, 90th, 5パーセンタイル
double percentile_of(std::string_view name) {
  const auto digits_at = [&](std::size_t at, std::size_t& end) {
    double value = -1;
    const auto read = std::from_chars(name.data() + at, name.data() + name.size(), value);
    end = static_cast<std::size_t>(read.ptr - name.data());
    return read.ec == std::errc{} && value > 0 && value < 100 ? value : -1;
  };
  std::size_t end = 0;
  if (!name.empty() && (name[0] == 'p' || name[0] == 'q') && name.size() > 1) {
    const double value = digits_at(1, end);
    if (value > 0 && end == name.size()) return name[0] == 'q' && value < 5 ? value * 25 : value;
  }
  if (!name.empty() && name[0] >= '0' && name[0] <= '9') {
    const double value = digits_at(0, end);
    const std::string_view rest = name.substr(end);
    if (value > 0 &&
        (rest == "%" || rest == "th" || rest == "% tile" || rest.find("パーセンタイル") == 0 || rest == "%点"))
      return value;
  }
  return 0;
}

bool is_category(std::string_view name) {  // 2021, 2021年, 40-49, 65+, 令和3年
  if (name.empty() || name.size() > 24) return false;
  const bool era = name.find("令和") == 0 || name.find("平成") == 0;
  if (!era && (name[0] < '0' || name[0] > '9')) return false;
  if (mentions(name, {"量", "錠", "薬"})) return false;  // 1日量
  return std::ranges::all_of(name, [](char c) {
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '~' || c == '/' ||
           static_cast<unsigned char>(c) >= 0x80;
  });
}

}  // namespace

NamedRole role_of(std::string_view raw) {
  const std::string name = lower(raw);
  const std::vector<std::string> words = words_of(name);
  if (words.empty()) return {name == "%" ? Role::kPercent : Role::kNone, 0};
  if (name == "std") return {Role::kSpread, 0};
  if (const double percentile = percentile_of(name); percentile > 0) return {Role::kPercentile, percentile};
  if (name.find("n(%)") != std::string::npos || name.find("n (%)") != std::string::npos ||
      name.find("(n)") != std::string::npos)
    return {Role::kCount, 0};
  // A code, a key or an age names the row, whatever else stands in its name.
  for (const std::string_view label :
       {"code", "id", "コード", "番号", "age", "年齢", "icd10", "version", "date", "week", "month", "year", "月", "週",
        "年度", "rank", "順位", "threshold", "quartile"})
    if (static_cast<unsigned char>(label[0]) >= 0x80 ? name.ends_with(label) : words.back() == label)
      if (std::ranges::none_of(words,
                               [](const std::string& w) {
                                 return w == "mean" || w == "median" || w == "min" || w == "max" || w == "n" ||
                                        w == "sd" || w == "avg";
                               }) &&
          name.find("平均") == std::string::npos && name.find("最") == std::string::npos)
        return {Role::kLabel, 0};
  const auto has = [&](std::string_view word) { return std::ranges::find(words, word) != words.end(); };
  // mean_wait_min: the unit is minutes; mean_test_score: of a model, not of persons.
  if ((has("mean") || has("avg") || has("median")) && (has("score") || has("auc") || has("loss") || has("accuracy")))
    return {Role::kEstimate, 0};
  if ((has("mean") || has("avg") || has("median")) && (has("min") || has("max"))) return {Role::kMean, 0};
  if (name.find("min") == 0 && words[0] == "min" && words.size() > 1 && words[1] == "n") return {Role::kLabel, 0};
  for (const RoleWord& row : kWords) {
    const bool fits = row.match == Match::kWhole  ? name == row.word
                      : row.match == Match::kPart ? name.find(row.word) != std::string::npos
                                                  : std::ranges::find(words, row.word) != words.end();
    if (fits) return {row.role, 0};
  }
  if (name.find('%') != std::string::npos) return {Role::kPercent, 0};
  if (is_category(name)) return {Role::kCell, 0};
  return {};
}

Role role_named(std::string_view word) {
  constexpr std::pair<std::string_view, Role> kNames[] = {
      {"count", Role::kCount},       {"units", Role::kUnits},   {"hospitals", Role::kHospitals},
      {"at_risk", Role::kAtRisk},    {"events", Role::kEvents}, {"cell", Role::kCell},
      {"percent", Role::kPercent},   {"mean", Role::kMean},     {"sd", Role::kSpread},
      {"min", Role::kMin},           {"max", Role::kMax},       {"percentile", Role::kPercentile},
      {"estimate", Role::kEstimate}, {"error", Role::kError},   {"lower", Role::kLower},
      {"upper", Role::kUpper},       {"df", Role::kDegrees},    {"r_squared", Role::kRSquared},
      {"p", Role::kPValue},          {"time", Role::kTime},     {"survival", Role::kSurvival},
      {"residual", Role::kResidual}, {"label", Role::kLabel}};
  for (const auto& [name, role] : kNames)
    if (name == word) return role;
  return Role::kNone;
}

bool is_statistic(Role role) {
  return role != Role::kNone && role != Role::kLabel && role != Role::kTime && role != Role::kResidual;
}

}  // namespace sekisho::outgoing

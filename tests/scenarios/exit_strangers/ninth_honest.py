"""Honest outputs of the ninth set that look like leaks: tables of codes, regions and years, listings of models, figures, sources, title pages."""
import base64
import hashlib
import json
import math

from . import registry
from .ninth_cast import (GROUPS, PREFECTURES, REL, XML, b64, cells, code, csv_rows, docx, html_table, notebook, packed, page, para, pdf, pdf_lines, png, pptx, rels,
                         run, safe_table, said, svg, word_table, xlsx, xml)

_, honest = registry.named("ninth_")
DRUGS = [("622415101", "エンレスト錠100mg"), ("622272001", "フォシーガ錠5mg"), ("620008886", "ワーファリン錠1mg"), ("622278801", "エリキュース錠5mg"), ("610453045", "ラシックス錠40mg"),
         ("622341901", "ジャディアンス錠10mg"), ("620003478", "カルベジロール錠10mg"), ("621976901", "サムスカ錠15mg")]
ATC = [("A10BK01", "dapagliflozin"), ("B01AF02", "apixaban"), ("C03CA01", "furosemide"), ("C09DX04", "valsartan and sacubitril"), ("C07AG02", "carvedilol"), ("L04AB02", "infliximab")]


def big(r, low=120, high=4000):
    return r.randint(low, high)


def estimate(r):
    b, s = r.uniform(-.9, .9), r.uniform(.05, .2)
    return b, s, b / s


def kaplan(r, grid=range(0, 61, 6)):
    """Time, at risk, events, survival: 900 persons, at least ten events a step."""
    n, s, out = 900, 1.0, []
    for t in grid:
        d = 0 if t == 0 else r.randint(14, 30)
        s *= 1 - d / n
        out.append((t, n, d, s))
        n -= d + r.randint(12, 25)
    return out


# Codes, regions, years.
@honest
def drug_code_list(r):
    return "codes.csv", csv_rows(["レセ電算コード", "薬剤名"], DRUGS)


@honest
def atc_counts(r):
    return "atc.tsv", "ATC\tname\tusers\n" + "".join("%s\t%s\t%d\n" % (c, n, big(r)) for c, n in ATC)


@honest
def icd_definitions(r):
    return "definition.md", "## 病名定義\n\n| 病名 | ICD-10 |\n|---|---|\n| 急性心筋梗塞 | I21.0–I21.9 |\n| 心不全 | I50.0, I50.1, I50.9 |\n| 2型糖尿病 | E11.0–E11.9 |\n| 慢性腎臓病 | N18.1–N18.9 |\n"


@honest
def jlac_list(r):
    return "jlac10.csv", csv_rows(["JLAC10", "項目", "単位"], [("3D046000001920402", "HbA1c(NGSP)", "%"), ("3C015000002327101", "クレアチニン", "mg/dL"), ("3B035000002327201", "AST", "U/L"),
                                                           ("3H010000002326101", "ナトリウム", "mmol/L"), ("2A990000001930901", "血算", "")])


@honest
def counts_by_prefecture(r):
    return "都道府県.csv", "コード,都道府県,患者数\n" + "".join("%02d,%s,%d\n" % (i + 1, p, big(r)) for i, p in enumerate(PREFECTURES))


@honest
def postal_regions(r):
    return "region.csv", "郵便番号上3桁,地域,人口,受診者数\n" + "".join("%s,%s,%d,%d\n" % (z, a, r.randint(30, 90) * 10000, big(r)) for z, a in (
        ("155", "世田谷北部"), ("564", "吹田"), ("814", "早良"), ("981", "青葉北"), ("466", "昭和")))


@honest
def municipal_codes(r):
    return "muni.csv", csv_rows(["市区町村コード", "市区町村", "65歳以上人口", "受療者"], [("13112", "世田谷区", 184312, big(r)), ("27205", "吹田市", 91020, big(r)), ("40137", "早良区", 52233, big(r)), ("04101", "青葉区", 71101, big(r))])


@honest
def secondary_areas(r):
    return "二次医療圏.tsv", "医療圏\t医療圏名\t病床数\t患者数\n" + "".join("%d\t%s\t%d\t%d\n" % (c, n, r.randint(3000, 12000), big(r)) for c, n in ((1301, "区中央部"), (1304, "区西部"), (2701, "豊能"), (4001, "福岡・糸島")))


@honest
def year_table(r):
    return "年次.csv", "年度,入院患者数,死亡数,死亡率(%)\n" + "".join("%d,%d,%d,%.1f\n" % (y, n, d, 100 * d / n) for y, n, d in ((2014 + i, r.randint(3000, 3900), r.randint(200, 310)) for i in range(10)))


@honest
def era_years(r):
    return "和暦.csv", "年度,件数\n" + "".join("%s,%d\n" % (y, big(r)) for y in ("平成28年度", "平成29年度", "平成30年度", "令和元年度", "令和2年度", "令和3年度", "令和4年度", "令和5年度"))


@honest
def monthly_series(r):
    return "monthly.csv", "month,admissions\n" + "".join("%d-%02d,%d\n" % (y, m, big(r, 300, 600)) for y in range(2019, 2024) for m in range(1, 13))


@honest
def weekly_flu(r):
    return "flu.csv", "年,週,定点当たり報告数\n" + "".join("2023,%d,%.2f\n" % (w, 2 + 18 * math.exp(-((w - 50) / 6) ** 2)) for w in range(1, 53))


@honest
def birth_cohort_groups(r):
    return "cohort.csv", "出生年代,対象者数,発症数\n" + "".join("%d-%d,%d,%d\n" % (y, y + 9, big(r, 900, 5000), big(r, 40, 200)) for y in range(1930, 1990, 10))


@honest
def dpc_six_digits(r):
    return "dpc.csv", "DPC6桁,名称,症例数,平均在院日数\n" + "".join("%s,%s,%d,%.1f\n" % (c, n, big(r), r.uniform(4, 30)) for c, n in (("040080", "肺炎等"), ("050130", "心不全"), ("010060", "脳梗塞"), ("060340", "胆管結石")))


@honest
def fee_codes_and_points(r):
    return "手技.csv", "区分番号,診療行為コード,名称,点数,算定回数\n" + "".join("%s,%s,%s,%d,%d\n" % (k, c, n, p, big(r, 1000, 9999)) for k, c, n, p in (
        ("K546", "150374910", "経皮的冠動脈形成術", 36000), ("D208", "160068410", "心電図検査", 130), ("J038", "140058510", "人工腎臓", 1876)))


# Listings of models.
@honest
def r_glm_summary(r):
    lines = "".join("%-12s %9.5f %10.5f %7.3f %8.4f %s\n" % ((n,) + estimate(r) + (r.random() / 9, " ")) for n in ("(Intercept)", "age", "sexM", "hba1c", "egfr"))
    return "glm.txt", "\nCall:\nglm(formula = death ~ age + sex + hba1c + egfr, family = binomial(), \n    data = d)\n\nCoefficients:\n             Estimate Std. Error z value Pr(>|z|)   \n" + lines + \
        "---\nSignif. codes:  0 ‘***’ 0.001 ‘**’ 0.01 ‘*’ 0.05 ‘.’ 0.1 ‘ ’ 1\n\n(Dispersion parameter for binomial family taken to be 1)\n\n    Null deviance: 2204.3  on 3112  degrees of freedom\n" \
        "Residual deviance: 1984.8  on 3108  degrees of freedom\nAIC: 1994.8\n\nNumber of Fisher Scoring iterations: 5\n"


@honest
def r_coxph(r):
    return "cox.txt", "Call:\ncoxph(formula = Surv(time, status) ~ arm + age + stage, data = d)\n\n  n= 1204, number of events= 388 \n\n            coef exp(coef) se(coef)      z Pr(>|z|)\n" + "".join(
        "%-9s %8.4f  %8.4f %8.4f %6.3f   %.4f\n" % (n, b, math.exp(b), s, z, r.random() / 5) for n, (b, s, z) in ((n, estimate(r)) for n in ("armB", "age", "stageII", "stageIII"))) + \
        "\nConcordance= 0.642  (se = 0.015 )\nLikelihood ratio test= 88.12  on 4 df,   p=<2e-16\n"


@honest
def stata_logistic(r):
    return "logit.log", ". logistic death i.sex age c.egfr, vce(robust)\n\nLogistic regression                                     Number of obs =  3,113\n                                                        Wald chi2(3)  = 201.44\n" \
        "                                                        Prob > chi2   = 0.0000\nLog pseudolikelihood = -992.40812                       Pseudo R2     = 0.0911\n\n" + "-" * 78 + "\n             |               Robust\n       death | Odds ratio   std. err.      z    P>|z|     [95% conf. interval]\n" + "-" * 13 + "+" + "-" * 64 + "\n" + "".join(
            "%12s |   %8.6f   %8.7f  %6.2f   0.%03d     %.6f    %.6f\n" % (n, o, .1, 1.4, r.randint(1, 400), o * .82, o * 1.22) for n, o in (("2.sex", r.uniform(.7, 1.4)), ("age", r.uniform(1.01, 1.08)), ("egfr", r.uniform(.96, .99)))) + "-" * 78 + "\n"


@honest
def sas_phreg(r):
    return "phreg.lst", "                                       The PHREG Procedure\n\n                                        Model Information\n                              Data Set                 WORK.COHORT\n                              Dependent Variable       TIME\n                              Censoring Variable       STATUS\n                              Censoring Value(s)       0\n                              Ties Handling            EFRON\n\n" \
        "                              Number of Observations Read        1204\n                              Number of Observations Used        1198\n\n                     Summary of the Number of Event and Censored Values\n                                                                     Percent\n                           Total       Event    Censored    Censored\n                            1198         388         810       67.61\n\n" \
        "                           Analysis of Maximum Likelihood Estimates\n                     Parameter      Standard                                   Hazard\n  Parameter    DF      Estimate         Error    Chi-Square    Pr > ChiSq       Ratio\n" + "".join(
            "  %-10s    1      %8.5f       %.5f       %7.4f        0.%04d       %.3f\n" % (n, b, s, z * z, r.randint(1, 9000), math.exp(b)) for n, (b, s, z) in ((n, estimate(r)) for n in ("AGE", "ARM", "STAGE")))


@honest
def statsmodels_ols(r):
    rows = "".join("%-12s %9.4f  %9.3f  %9.3f      0.%03d  %9.3f  %9.3f\n" % (n, b, s, z, r.randint(0, 300), b - 2 * s, b + 2 * s) for n, (b, s, z) in ((n, estimate(r)) for n in ("Intercept", "C(sex)[T.M]", "age", "bmi")))
    return "ols.txt", "                            OLS Regression Results                            \n" + "=" * 78 + "\nDep. Variable:                   egfr   R-squared:                       0.214\nModel:                            OLS   Adj. R-squared:                  0.213\nMethod:                 Least Squares   F-statistic:                     281.6\n" \
        "Date:                Tue, 04 Jun 2024   Prob (F-statistic):          1.2e-161\nTime:                        14:20:11   Log-Likelihood:                -12977.\nNo. Observations:                3113   AIC:                         2.596e+04\nDf Residuals:                    3109   BIC:                         2.599e+04\nDf Model:                           3\nCovariance Type:            nonrobust\n" + "=" * 78 + \
        "\n                 coef    std err          t      P>|t|      [0.025      0.975]\n" + "-" * 78 + "\n" + rows + "=" * 78 + "\nOmnibus:                       88.211   Durbin-Watson:                   1.988\nProb(Omnibus):                  0.000   Jarque-Bera (JB):              101.204\nSkew:                           0.388   Prob(JB):                     1.06e-22\nKurtosis:                       3.391   Cond. No.                         712.\n" + "=" * 78 + "\n"


@honest
def r_anova(r):
    return "anova.txt", "Analysis of Variance Table\n\nResponse: los\n            Df Sum Sq Mean Sq F value    Pr(>F)    \narm          2   1204  602.11  8.4412 0.0002214 ***\nage          1   3310 3310.42 46.4101 1.204e-11 ***\nResiduals 2880 205432   71.33                      \n---\nSignif. codes:  0 ‘***’ 0.001 ‘**’ 0.01 ‘*’ 0.05 ‘.’ 0.1 ‘ ’ 1\n"


@honest
def lme4_summary(r):
    return "lmer.txt", "Linear mixed model fit by REML ['lmerMod']\nFormula: hba1c ~ arm * month + (1 | hosp)\n   Data: d\n\nREML criterion at convergence: 8812.4\n\nRandom effects:\n Groups   Name        Variance Std.Dev.\n hosp     (Intercept) 0.0412   0.2030  \n Residual             1.2041   1.0973  \nNumber of obs: 2904, groups:  hosp, 31\n\nFixed effects:\n            Estimate Std. Error t value\n" + "".join(
        "%-11s %8.4f   %8.4f  %6.3f\n" % ((n,) + estimate(r)) for n in ("(Intercept)", "armB", "month", "armB:month"))


@honest
def spss_regression_csv(r):
    return "係数.csv", "変数,B,標準誤差,Wald,自由度,有意確率,Exp(B),下限,上限\n" + "".join("%s,%.3f,%.3f,%.2f,1,%.3f,%.3f,%.3f,%.3f\n" % (n, b, s, z * z, r.random() / 9, math.exp(b), math.exp(b - 1.96 * s), math.exp(b + 1.96 * s))
                                                                                      for n, (b, s, z) in ((n, estimate(r)) for n in ("年齢", "性別(男)", "喫煙", "HbA1c", "eGFR"))) + "例数,3113\nイベント数,402\n"


@honest
def gee_by_json(r):
    return "gee.json", json.dumps({"model": "GEE", "family": "binomial", "n": 3113, "clusters": 41, "coefficients": [{"term": t, "estimate": round(b, 4), "se": round(s, 4), "p": round(r.random() / 8, 4)}
                                                                                                        for t, (b, s, _) in ((t, estimate(r)) for t in ("(Intercept)", "age", "sexM"))]}, indent=1)


@honest
def variance_covariance(r):
    names = ["age", "sexM", "hba1c", "egfr"]
    return "vcov.csv", "," + ",".join(names) + "\n" + "".join("%s,%s\n" % (n, ",".join("%.3g" % (r.uniform(-1, 1) * 1e-3) for _ in names)) for n in names)


@honest
def correlation_matrix(r):
    names = ["年齢", "BMI", "SBP", "HbA1c", "LDL"]
    return "相関.csv", "," + ",".join(names) + "\n" + "".join("%s,%s\n" % (n, ",".join("1.00" if i == j else "%.2f" % r.uniform(-.4, .6) for j in range(5))) for i, n in enumerate(names)) + "n,3113,3113,3113,3113,3113\n"


@honest
def psm_balance(r):
    return "smd.csv", "変数,SMD前,SMD後\n" + "".join("%s,%.3f,%.3f\n" % (n, r.uniform(.05, .4), r.uniform(0, .09)) for n in ("年齢", "男性", "BMI", "糖尿病", "高血圧", "CKD", "抗凝固薬"))


@honest
def power_calculation(r):
    return "power.txt", "     Two-sample t test power calculation \n\n              n = 174.24\n          delta = 0.3\n             sd = 1\n      sig.level = 0.05\n          power = 0.8\n    alternative = two.sided\n\nNOTE: n is number in *each* group\n"


@honest
def lasso_path(r):
    return "lasso.csv", "lambda,df,dev_ratio\n" + "".join("%.5f,%d,%.4f\n" % (.2 * .88 ** i, min(20, i), .31 * (1 - .9 ** i)) for i in range(40))


@honest
def cross_validation_folds(r):
    return "cv.json", json.dumps({"model": "xgboost", "params": {"max_depth": 4, "eta": 0.05, "min_child_weight": 20, "seed": 20240401}, "auc": [round(r.uniform(.78, .84), 3) for _ in range(5)], "n_train": 8810, "n_test": 2203})


@honest
def feature_importance(r):
    return "importance.csv", "feature,gain\n" + "".join("%s,%.4f\n" % (f, r.random() / 6) for f in ("age", "egfr", "bnp", "hb", "alb", "sbp", "na", "af", "dm", "nyha"))


@honest
def logistic_score_card(r):
    return "score.md", "## リスクスコア\n\n| 項目 | 点 |\n|---|---|\n| 75歳以上 | 2 |\n| eGFR < 30 | 3 |\n| BNP ≥ 500 | 2 |\n| 収縮期血圧 < 100 | 1 |\n\n開発集団 4,204例(イベント 612例)、C統計量 0.79\n"


# Curves and figures.
@honest
def km_on_grid(r):
    return "km.csv", "months,at_risk,events,survival\n" + "".join("%d,%d,%d,%.3f\n" % row for row in kaplan(r))


@honest
def km_svg(r):
    d = "M60 40" + "".join("H%.1fV%.1f" % (60 + t * 9, 40 + (1 - s) * 380) for t, _, _, s in kaplan(r))
    return "km.svg", svg('<path d="%s" fill="none" stroke="#1f77b4" stroke-width="2"/><text x="300" y="470">Months since admission</text>' % d + "".join(
        '<text x="%d" y="455">%d</text>' % (60 + t * 9, n) for t, n, _, _ in kaplan(r) if t % 12 == 0))


@honest
def roc_csv(r):
    return "roc.csv", "fpr,tpr\n" + "".join("%.3f,%.3f\n" % (i / 20, (i / 20) ** .4) for i in range(21)) + "\n"


@honest
def roc_svg(r):
    return "roc.svg", svg('<polyline fill="none" stroke="#c00" points="%s"/><line x1="60" y1="420" x2="460" y2="20" stroke-dasharray="4"/><text x="300" y="400">AUC = 0.812 (95%% CI 0.791–0.833)</text>' % " ".join(
        "%.1f,%.1f" % (60 + 400 * i / 15, 420 - 400 * (i / 15) ** .4) for i in range(16)))


@honest
def forest_svg(r):
    rows = []
    for i, name in enumerate(("全体", "65歳未満", "65歳以上", "男性", "女性", "糖尿病あり", "糖尿病なし")):
        b = r.uniform(-.4, .2)
        rows.append('<text x="10" y="%d">%s</text><line x1="%.1f" x2="%.1f" y1="%d" y2="%d" stroke="#000"/><rect x="%.1f" y="%d" width="8" height="8"/><text x="520" y="%d">%.2f (%.2f–%.2f)</text>' % (
            44 + 30 * i, name, 340 + 150 * (b - .2), 340 + 150 * (b + .2), 40 + 30 * i, 40 + 30 * i, 336 + 150 * b, 36 + 30 * i, 44 + 30 * i, math.exp(b), math.exp(b - .2), math.exp(b + .2)))
    return "forest.svg", svg("".join(rows))


@honest
def bars_svg(r):
    return "bars.svg", svg("".join('<rect x="%d" y="%d" width="40" height="%d" fill="#69c"/><text x="%d" y="%d">%d</text><text x="%d" y="440">%s</text>' % (
        60 + 80 * i, 420 - n / 10, n / 10, 62 + 80 * i, 414 - n / 10, n, 60 + 80 * i, g) for i, (g, n) in enumerate((g, big(r)) for g in GROUPS)))


@honest
def map_choropleth_svg(r):
    return "map.svg", svg("".join('<path id="JP-%02d" class="pref" d="M%d %dl20 3l4 18l-18 6z" fill="#%02x%02x%02x"><title>%s: %d.%d /10万</title></path>' % (
        i + 1, 30 + (i % 9) * 60, 30 + (i // 9) * 60, 255 - i * 3, 240 - i * 4, 230, p, r.randint(40, 90), r.randint(0, 9)) for i, p in enumerate(PREFECTURES)))


@honest
def histogram_json_plotly(r):
    return "hist.json", json.dumps({"data": [{"type": "bar", "x": ["%d-%d" % (a, a + 4) for a in range(20, 95, 5)], "y": [big(r, 60, 900) for _ in range(20, 95, 5)], "marker": {"color": "#636efa"}}],
                                    "layout": {"title": {"text": "年齢分布"}, "xaxis": {"title": {"text": "年齢"}}, "template": {"layout": {"colorway": ["#636efa", "#EF553B", "#00cc96"]}}}}, ensure_ascii=False)


@honest
def vega_aggregated(r):
    return "vl.json", json.dumps({"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "mark": "bar", "data": {"values": [{"年齢階級": g, "性別": s, "人数": big(r)} for g in GROUPS for s in ("男", "女")]},
                                  "encoding": {"x": {"field": "年齢階級", "type": "ordinal"}, "y": {"field": "人数", "type": "quantitative"}, "color": {"field": "性別"}}}, ensure_ascii=False, indent=1)


@honest
def calibration_deciles(r):
    return "calibration.csv", "decile,n,mean_predicted,observed\n" + "".join("%d,%d,%.3f,%.3f\n" % (i + 1, 420, .05 + .06 * i, .05 + .06 * i + r.uniform(-.01, .01)) for i in range(10))


@honest
def decision_curve(r):
    return "dca.csv", "threshold,net_benefit_model,net_benefit_all\n" + "".join("%.2f,%.4f,%.4f\n" % (t / 100, .12 - t * .0018, .12 - t * .004) for t in range(1, 41))


@honest
def spline_curve(r):
    return "rcs.csv", "age,hr,lower,upper\n" + "".join("%d,%.3f,%.3f,%.3f\n" % (a, h, h * .85, h * 1.17) for a, h in ((a, math.exp((a - 65) ** 2 / 1200)) for a in range(40, 91, 2)))


@honest
def heatmap_csv(r):
    return "heat.csv", "曜日," + ",".join("%d時" % h for h in range(24)) + "\n" + "".join("%s,%s\n" % (d, ",".join(str(big(r, 40, 300)) for _ in range(24))) for d in "月火水木金土日")


@honest
def png_figure(r):
    return "fig1.png", png([(b"tEXt", b"Software\0Matplotlib version3.8.2, https://matplotlib.org/"), (b"pHYs", b"\0\0\x2e\x23\0\0\x2e\x23\x01")])


@honest
def png_by_r(r):
    return "Rplot.png", png([(b"sRGB", b"\0"), (b"tEXt", b"Title\0R Plot"), (b"tEXt", b"Software\0ggsave 3.4.4")])


@honest
def pdf_bar_chart(r):
    return "fig.pdf", pdf(["0.4 0.6 0.8 rg\n" + "".join("%d 120 40 %d re f\n" % (80 + 60 * i, big(r, 60, 400)) for i in range(6)) + pdf_lines(["Figure 1. Admissions by age group"])])


@honest
def pdf_table1(r):
    return "table1.pdf", pdf([pdf_lines(["Table 1. Baseline characteristics", "                    Drug A (n=612)   Drug B (n=598)", "Age, mean (SD)      68.4 (11.2)      68.1 (11.5)", "Male, n (%)         361 (59.0)       349 (58.4)", "Diabetes, n (%)     204 (33.3)       190 (31.8)", "eGFR, mean (SD)     61.2 (18.4)      60.9 (18.8)"])])


@honest
def pdf_title_page(r):
    return "title.pdf", pdf([pdf_lines(["Sodium-glucose cotransporter 2 inhibitors and rehospitalisation", "Shuichi Hasebe, MD, PhD (ORCID 0000-0002-1825-0097)", "Department of Cardiology, Kitazawa Medical University",
                                         "Tel +81-3-3411-0151 (department office)", "doi:10.1136/bmjopen-2023-078112", "UMIN000051234, jRCTs031230012", "Word count 3,214"])], info="/Title (SGLT2 inhibitors) /CreationDate (D:20240604142011+09'00')")


# Scripts, sources and sessions.
@honest
def r_script(r):
    return "02_model.R", "set.seed(20240401)\nlibrary(survival); library(tidyverse)\nd <- read_csv('cohort.csv', show_col_types = FALSE) |>\n  filter(age >= 18, adm >= as.Date('2015-04-01'), adm <= as.Date('2023-03-31')) |>\n" \
        "  mutate(agecat = cut(age, c(17, 39, 49, 59, 69, 79, Inf)),\n         dm = str_detect(icd10, '^E1[0-4]'))\nfit <- coxph(Surv(time, status) ~ arm + agecat + dm, d)\nprint(summary(fit))\n"


@honest
def stata_do(r):
    return "table2.do", "version 18\nset seed 8675309\nuse cohort, clear\nkeep if inrange(admdt, td(01apr2015), td(31mar2023))\nrecode age (18/39=1 \"18-39\") (40/64=2 \"40-64\") (65/max=3 \"65-\"), gen(agecat)\nmlogit outcome i.arm i.agecat, rrr vce(cluster hosp)\nmargins arm, saving(m1, replace)\n"


@honest
def sas_program(r):
    return "primary.sas", "%let seed = 20240401;\nproc format;\n  value agef 18-39='18-39' 40-64='40-64' 65-high='65-';\nrun;\nproc phreg data=adam.adtte(where=(paramcd='OS' and anl01fl='Y'));\n  class trt01p(ref='Placebo') / param=ref;\n  model aval*cnsr(1) = trt01p age / rl ties=efron;\n  strata region;\nrun;\n"


@honest
def sql_cohort(r):
    return "cohort.sql", "WITH dx AS (\n  SELECT person_id, MIN(start_date) AS index_date\n  FROM condition\n  WHERE icd10 LIKE 'I50%' AND start_date BETWEEN DATE '2015-04-01' AND DATE '2023-03-31'\n  GROUP BY person_id)\nSELECT age_band, sex, COUNT(DISTINCT person_id) AS n\nFROM dx JOIN person USING (person_id)\nWHERE receden_code IN ('622415101', '622272001', '622278801')\nGROUP BY age_band, sex\nHAVING COUNT(DISTINCT person_id) >= 10;\n"


@honest
def python_module(r):
    return "model.py", '"""Cox 回帰と較正。"""\nfrom __future__ import annotations\n\nimport numpy as np\nimport pandas as pd\nfrom lifelines import CoxPHFitter\n\nSEED = 20240401\nICD_HF = ("I50.0", "I50.1", "I50.9")\n\n\ndef fit(df: pd.DataFrame) -> CoxPHFitter:\n    rng = np.random.default_rng(SEED)\n    sample = df.sample(frac=0.8, random_state=int(rng.integers(2**31)))\n    return CoxPHFitter(penalizer=0.01).fit(sample, "time", "status")\n\n\nif __name__ == "__main__":\n    print(fit(pd.read_parquet("cohort.parquet")).summary.round(3))\n'


@honest
def requirements_with_hashes(r):
    return "requirements.txt", "".join("%s==%s \\\n    --hash=sha256:%s\n" % (n, v, hashlib.sha256((n + v + str(r.random())).encode()).hexdigest()) for n, v in (("numpy", "1.26.4"), ("pandas", "2.2.2"), ("lifelines", "0.28.0"), ("scipy", "1.13.0")))


@honest
def renv_lock(r):
    return "renv.json", json.dumps({"R": {"Version": "4.3.2", "Repositories": [{"Name": "CRAN", "URL": "https://cloud.r-project.org"}]}, "Packages": {n: {"Package": n, "Version": v, "Source": "Repository", "Repository": "CRAN", "Hash": hashlib.md5((n + str(r.random())).encode()).hexdigest()}
                                                                                                                         for n, v in (("survival", "3.5-7"), ("ggplot2", "3.4.4"), ("dplyr", "1.1.4"), ("tableone", "0.13.2"))}}, indent=2)


@honest
def conda_environment(r):
    return "environment.txt", "# packages in environment at /opt/conda/envs/hf:\n#\n# Name                    Version                   Build  Channel\n" + "".join("%-25s %-25s %s  conda-forge\n" % (n, v, b) for n, v, b in (
        ("numpy", "1.26.4", "py311h64a7726_0"), ("openssl", "3.3.0", "hd590300_0"), ("pandas", "2.2.2", "py311h14de704_0"), ("tzdata", "2024a", "h0c530f3_0")))


@honest
def r_session(r):
    return "sessionInfo.txt", "R version 4.3.2 (2023-10-31)\nPlatform: x86_64-pc-linux-gnu (64-bit)\nRunning under: Ubuntu 22.04.4 LTS\n\nMatrix products: default\nBLAS:   /usr/lib/x86_64-linux-gnu/openblas-pthread/libblas.so.3 \n\nlocale:\n [1] LC_CTYPE=ja_JP.UTF-8       LC_NUMERIC=C              \n [3] LC_TIME=ja_JP.UTF-8        LC_COLLATE=ja_JP.UTF-8    \n\ntime zone: Asia/Tokyo\n\nattached base packages:\n[1] stats     graphics  grDevices utils     datasets  methods   base     \n\nother attached packages:\n[1] tableone_0.13.2 survival_3.5-7  ggplot2_3.4.4   dplyr_1.1.4    \n\nloaded via a namespace (and not attached):\n [1] vctrs_0.6.5      cli_3.6.2        rlang_1.1.3      lattice_0.22-5  \n [5] survey_4.2-1     mitools_2.4      labelling_0.4.3  digest_0.6.35   \n"


@honest
def git_log(r):
    return "git_log.txt", "".join("commit %s\nAuthor: analyst <analyst@stat.example.ac.jp>\nDate:   Tue Jun %d 14:20:11 2024 +0900\n\n    %s\n\n" % (hashlib.sha1(str(r.random()).encode()).hexdigest(), d, m) for d, m in (
        (4, "主解析の感度分析を追加"), (3, "共変量にeGFRを追加"), (2, "初版")))


@honest
def checksum_list(r):
    return "SHA256SUMS.txt", "".join("%s  %s\n" % (hashlib.sha256(str(r.random()).encode()).hexdigest(), n) for n in ("table1.csv", "table2.csv", "fig1.pdf", "fig2.pdf"))


@honest
def make_log(r):
    return "run.log", "".join("2024-06-04 14:2%d:%02d.%03d | INFO | %s\n" % (i, r.randint(0, 59), r.randint(0, 999), m) for i, m in enumerate((
        "read cohort.parquet: 41204 rows, 38 columns", "excluded age < 18: 1211 rows", "complete cases: 38110 rows", "fitted cox model, 6 iterations", "wrote out/table2.csv (12 rows)", "elapsed 00:01:44")))


@honest
def sas_log_clean(r):
    return "program.log", "1    proc sql;\n2      create table t as select agecat, count(distinct ptid) as n from cohort group by agecat;\nNOTE: Table WORK.T created, with 6 rows and 2 columns.\n\n3    quit;\nNOTE: PROCEDURE SQL used (Total process time):\n      real time           0.42 seconds\n      cpu time            0.39 seconds\n\nNOTE: There were 41204 observations read from the data set WORK.COHORT.\n"


@honest
def dag_dot(r):
    return "dag.txt", 'dag {\n  bb="0,0,1,1"\n  age [pos="0.2,0.3"]\n  sglt2 [exposure,pos="0.1,0.6"]\n  readmission [outcome,pos="0.9,0.6"]\n  age -> sglt2\n  age -> readmission\n  ckd -> sglt2\n  ckd -> readmission\n  sglt2 -> readmission\n}\n'


@honest
def mermaid_flow(r):
    a, b = big(r, 30000, 50000), big(r, 1000, 3000)
    return "flow.md", "```mermaid\nflowchart TD\n  A[心不全入院 n=%d] --> B[除外 n=%d]\n  A --> C[解析対象 n=%d]\n```\n" % (a, b, a - b)


@honest
def notebook_stripped(r):
    return "main.ipynb", notebook([said("# 主解析\n2015–2022年度の心不全入院"), code("import pandas as pd\nSEED = 20240401\ndf = pd.read_parquet('cohort.parquet')"), code("df.groupby(['agecat','sex']).pid.nunique()")])


@honest
def bibliography(r):
    return "refs.md", "1. Hasebe S, Otani M, Fujii K. Heart failure in Japan. Circ J 2021;85:1204-1213. doi:10.1253/circj.CJ-20-0912\n2. McMurray JJV, Solomon SD. Dapagliflozin. N Engl J Med 2019;381:1995-2008. PMID: 31535829\n3. 長谷部修一, 桜庭雅人. 心不全の疫学. 日内会誌 2020;109:190-196.\n"


@honest
def title_page(r):
    return "title.docx", docx(para("SGLT2阻害薬と再入院:全国データベース研究") + para("長谷部修一¹、桜庭雅人²、御子柴節子¹") + para("¹北沢医科大学循環器内科 ²千里山公衆衛生研究所") + para("責任著者: 長谷部修一 〒155-8511 東京都世田谷区北沢2-1-1 北沢医科大学循環器内科 電話 03-3411-0151 shasebe@kitazawa-med.ac.jp ORCID 0000-0002-1825-0097")
                              + para("UMIN000051234、倫理審査番号 2022-0417"))


@honest
def protocol_text(r):
    return "protocol.md", "# 研究計画書 第2.1版(2024年4月1日)\n\n- 研究期間: 2024年4月1日から2027年3月31日\n- 対象: 2015年4月1日から2023年3月31日に入院した18歳以上の患者\n- 目標症例数: 3,000例(検出力80%、両側α=0.05)\n- 問い合わせ先: 北沢医科大学 臨床研究支援センター 03-3411-0152\n"


@honest
def abstract(r):
    n, a = big(r, 3000, 6000), big(r, 300, 900)
    return "abstract.txt", "【目的】SGLT2阻害薬の効果を調べた。【方法】2015年度から2022年度のデータベースを用いた。【結果】対象%d名、平均年齢68.4歳(標準偏差11.2)、再入院は%d名(%.1f%%)であった。調整ハザード比は0.82(95%%信頼区間0.74–0.91)であった。【結論】再入院の減少と関連した。\n" % (n, a, 100 * a / n)


@honest
def abstract_english(r):
    return "abstract_en.txt", "Of 4,204 patients (mean age 68.4 [SD 11.2] years; 41% women), 612 (14.6%) were readmitted within 180 days. The hazard ratio was 0.82 (95% CI 0.74 to 0.91; P < 0.001). Results were similar in 12 of 14 sensitivity analyses and over all 8 fiscal years.\n"


@honest
def reviewer_response(r):
    return "response.docx", docx(para("査読者1への回答") + para("1. ご指摘の通り、表2の3列目を修正しました(p. 7, l. 12)。") + para("2. 感度分析を5つ追加しました。いずれも結論は変わりません(補足表S4)。") + para("査読者2: 2点のご指摘について、1点目は本文8頁に加筆しました。"))


@honest
def strobe_checklist(r):
    rows = [["項目", "番号", "推奨", "頁"]] + [[n, i + 1, t, r.randint(1, 12)] for i, (n, t) in enumerate((("タイトル", "研究デザインを示す"), ("背景", "根拠を説明する"), ("セッティング", "場所と期間を示す"), ("参加者", "適格基準を示す"), ("統計", "欠測の扱いを示す"), ("結果", "各段階の人数を示す")))]
    return "STROBE.docx", docx(para("STROBE 声明チェックリスト") + word_table(rows))


@honest
def gantt_of_study(r):
    return "schedule.csv", "作業,開始,終了,担当\n倫理審査,2024-04-01,2024-06-30,臨床研究支援センター\nデータ抽出,2024-07-01,2024-08-31,医療情報部\n解析,2024-09-01,2024-12-27,統計担当\n論文執筆,2025-01-06,2025-03-31,循環器内科\n"


@honest
def data_dictionary(r):
    return "変数一覧.csv", csv_rows(["変数名", "ラベル", "型", "単位", "欠測コード"], [("age", "入院時年齢", "整数", "歳", "-9"), ("sex", "性別(1男 2女)", "整数", "", "9"), ("birth_ym", "生年月(年齢算出後に削除)", "文字", "", ""), ("egfr", "推算GFR", "実数", "mL/分/1.73m2", "-9"), ("name", "氏名(提供されない)", "文字", "", "")])


@honest
def codebook_json(r):
    return "codebook.json", json.dumps({"variables": [{"name": "sex", "values": {"1": "男", "2": "女", "9": "不明"}}, {"name": "agecat", "values": {str(i + 1): g for i, g in enumerate(GROUPS)}}], "version": "2024-04-01"}, ensure_ascii=False)


@honest
def thresholds_table(r):
    return "基準値.csv", "検査,下限,上限,単位\nHb(男),13.7,16.8,g/dL\nHb(女),11.6,14.8,g/dL\nNa,138,145,mmol/L\nK,3.6,4.8,mmol/L\nHbA1c,4.9,6.0,%\n"


@honest
def meta_regression(r):
    return "meta.csv", "study,year,logRR,se\n" + "".join("%s %d,%d,%.3f,%.3f\n" % (a, y, y, r.gauss(-.2, .1), r.uniform(.05, .2)) for a, y in (("Smith", 2015), ("Tanaka", 2017), ("Garcia", 2018), ("Chen", 2019), ("Müller", 2020), ("Suzuki", 2021)))


@honest
def life_table_public(r):
    return "生命表.csv", "年齢,生存数(男),生存数(女)\n" + "".join("%d,%d,%d\n" % (a, 100000 * math.exp(-math.exp((a - 86) / 9)), 100000 * math.exp(-math.exp((a - 91) / 9))) for a in range(0, 90, 5))


@honest
def temperature_stations(r):
    return "気温.csv", "地点,緯度,経度,年平均気温\n札幌,43.060,141.329,9.2\n仙台,38.262,140.897,12.8\n東京,35.692,139.750,15.8\n大阪,34.682,135.518,17.1\n福岡,33.582,130.375,17.3\n那覇,26.207,127.685,23.3\n"


@honest
def geojson_of_areas(r):
    return "areas.json", json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"area": n, "patients": big(r), "rate": round(r.uniform(10, 90), 1)}, "geometry": {
        "type": "Polygon", "coordinates": [[[135 + i, 34], [136 + i, 34], [136 + i, 35], [135 + i, 35], [135 + i, 34]]]}} for i, n in enumerate(("豊能", "三島", "北河内"))]}, ensure_ascii=False)


# Office, pages, archives.
@honest
def plain_workbook(r):
    return "table1.xlsx", xlsx([("表1", cells(safe_table(r))), ("表2", cells([["変数", "OR", "下限", "上限"]] + [[n, 1.21, 1.08, 1.36] for n in ("年齢", "男性", "糖尿病")]))])


@honest
def workbook_with_freeze_and_print(r):
    inner = '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" state="frozen"/></sheetView></sheetViews><cols><col min="1" max="1" width="14" customWidth="1"/></cols>' + cells(safe_table(r)) + "<headerFooter><oddFooter>&amp;C&amp;P / &amp;N</oddFooter></headerFooter>"
    return "印刷用.xlsx", xlsx([("年齢別", inner)], names='<definedNames><definedName name="_xlnm.Print_Titles" localSheetId="0">\'年齢別\'!$1:$1</definedName></definedNames>')


@honest
def workbook_with_formulas(r):
    inner = cells(safe_table(r)).replace("</sheetData>", '<row r="12"><c r="A12" t="inlineStr"><is><t>男性割合</t></is></c><c r="B12"><f>ROUND(B8/D8,3)</f><v>0.512</v></c></row></sheetData>')
    return "計算付き.xlsx", xlsx([("集計", inner)])


@honest
def chart_of_totals(r):
    cache = "".join('<c:pt idx="%d"><c:v>%d</c:v></c:pt>' % (i, big(r)) for i in range(6))
    chart = XML + '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart><c:plotArea><c:barChart><c:ser><c:cat><c:strRef><c:f>Sheet1!$A$2:$A$7</c:f><c:strCache>%s</c:strCache></c:strRef></c:cat><c:val><c:numRef><c:f>Sheet1!$B$2:$B$7</c:f><c:numCache>%s</c:numCache></c:numRef></c:val></c:ser></c:barChart></c:plotArea></c:chart></c:chartSpace>' % (
        "".join('<c:pt idx="%d"><c:v>%s</c:v></c:pt>' % (i, g) for i, g in enumerate(GROUPS)), cache)
    drawing = XML + '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"/>'
    return "棒グラフ.xlsx", xlsx([("Sheet1", cells(safe_table(r)) + '<drawing r:id="rId1"/>')], {"xl/charts/chart1.xml": chart, "xl/drawings/drawing1.xml": drawing,
                              "xl/worksheets/_rels/sheet1.xml.rels": rels([("drawing", "../drawings/drawing1.xml")]), "xl/drawings/_rels/drawing1.xml.rels": rels([("chart", "../charts/chart1.xml")])},
                              overrides=[("xl/charts/chart1.xml", "drawingml.chart"), ("xl/drawings/drawing1.xml", "drawing")])


@honest
def manuscript(r):
    return "manuscript.docx", docx(para("緒言") + para("本邦の心不全患者は増加している(1–3)。") + para("方法") + para("2015年4月1日から2023年3月31日に入院した18歳以上の患者を対象とした。解析にはR 4.3.2を用いた。") + para("結果") + para("4,204名が対象となった。表1に背景を示す。") + word_table(
        [["", "治療群 (n=2,110)", "対照群 (n=2,094)"], ["年齢, 平均 (SD)", "68.4 (11.2)", "68.2 (11.3)"], ["男性, n (%)", "1,240 (58.8)", "1,221 (58.3)"], ["糖尿病, n (%)", "702 (33.3)", "688 (32.9)"]]))


@honest
def slides(r):
    return "slides.pptx", pptx(["心不全再入院とSGLT2阻害薬", "対象 4,204名、再入院 612名 (14.6%)", "HR 0.82 (95% CI 0.74–0.91)"])


@honest
def html_report(r):
    return "report.html", page("<h1>年齢別入院数</h1>" + html_table(safe_table(r)) + "<p>2024-06-04 作成</p>", head="<style>td{padding:4px;color:#222}@media print{h1{font-size:14pt}}</style>")


@honest
def html_with_picture(r):
    return "knit.html", page('<h2>図1</h2><img alt="年齢分布" src="data:image/png;base64,%s">' % b64(png()) + html_table(safe_table(r)))


@honest
def gt_table_html(r):
    return "gt.html", page('<table class="gt_table"><thead><tr><th>Characteristic</th><th>N = 2,110</th><th>N = 2,094</th><th>p-value</th></tr></thead><tbody><tr><td>Age</td><td>68 (11)</td><td>68 (11)</td><td>0.6</td></tr><tr><td>Male</td><td>1,240 (59%)</td><td>1,221 (58%)</td><td>0.7</td></tr></tbody></table>')


@honest
def archive_of_results(r):
    return "results.zip", packed({"table1.csv": "\n".join(",".join(map(str, row)) for row in safe_table(r)), "fig/fig1.png": png(), "README.md": "# 結果一式\n\n- table1.csv 年齢別\n- fig/fig1.png 図1\n"})


@honest
def latex_table(r):
    return "tab.md", "\\begin{table}\n\\caption{Baseline}\n\\begin{tabular}{lrr}\n\\toprule\n & A ($n=2{,}110$) & B ($n=2{,}094$) \\\\\n\\midrule\nAge & 68.4 (11.2) & 68.2 (11.3) \\\\\nMale & 1240 (58.8) & 1221 (58.3) \\\\\n\\bottomrule\n\\end{tabular}\n\\end{table}\n"


@honest
def suppressed_table(r):
    return "抑制表.csv", "年齢階級,男,女,計\n18-39,<10,<10,%d\n40-59,%d,%d,*\n60-,%d,%d,*\n" % (big(r, 30, 60), big(r), big(r), big(r), big(r))


@honest
def rounded_to_ten(r):
    return "rounded.csv", "医薬品,使用者数(10人単位)\n" + "".join("%s,%d\n" % (n, big(r, 2, 400) * 10) for _, n in DRUGS)


@honest
def percent_only_table(r):
    return "pct.csv", "項目,治療群 (%),対照群 (%)\n" + "".join("%s,%.0f,%.0f\n" % (n, r.uniform(20, 70), r.uniform(20, 70)) for n in ("男性", "糖尿病", "高血圧", "喫煙"))


@honest
def incidence_rates(r):
    return "incidence.csv", "群,人年,イベント,1000人年あたり,95%CI下限,95%CI上限\n" + "".join("%s,%d,%d,%.1f,%.1f,%.1f\n" % (g, p, e, 1000 * e / p, 900 * e / p, 1100 * e / p) for g, p, e in (("治療", big(r, 4000, 9000), big(r, 200, 400)), ("対照", big(r, 4000, 9000), big(r, 200, 400))))


@honest
def sjis_table(r):
    return "集計表.csv", "\r\n".join(",".join(map(str, row)) for row in safe_table(r)).encode("cp932")


@honest
def utf16_table(r):
    return "excel.txt", "\r\n".join("\t".join(map(str, row)) for row in safe_table(r)).encode("utf-16")


@honest
def tableone_print(r):
    return "tableone.txt", "                     Stratified by arm\n                      A             B             p      test\n  n                    2110          2094                    \n  age (mean (SD))     68.40 (11.21) 68.22 (11.30)  0.604     \n  sex = M (%)          1240 (58.8)   1221 (58.3)   0.781     \n  dm = 1 (%)            702 (33.3)    688 (32.9)   0.801     \n"


@honest
def stata_tab_large(r):
    return "tab.log", ". tab agecat sex, col chi2\n\n           |          sex\n    agecat |         F          M |     Total\n-----------+----------------------+----------\n     18-39 |       212        331 |       543 \n           |     10.12      14.88 |     12.59 \n-----------+----------------------+----------\n     40-64 |       884        903 |     1,787 \n           |     42.20      40.60 |     41.43 \n-----------+----------------------+----------\n       65- |       999        990 |     1,989 \n           |     47.68      44.51 |     46.05 \n-----------+----------------------+----------\n     Total |     2,095      2,224 |     4,319 \n           |    100.00     100.00 |    100.00 \n\n          Pearson chi2(2) =  22.8013   Pr = 0.000\n"


@honest
def stata_mean_table(r):
    return "mean.log", ". mean hba1c, over(arm)\n\nMean estimation                         Number of obs = 2,904\n\n--------------------------------------------------------------\n             |       Mean   Std. err.     [95% conf. interval]\n-------------+------------------------------------------------\nc.hba1c@arm  |\n    Placebo  |   7.412011   .0294411      7.354283    7.469739\n     Active  |   6.904122   .0288120      6.847628    6.960616\n--------------------------------------------------------------\n"


@honest
def r_quantile_large(r):
    return "quantiles.csv", "group,n,p25,median,p75\nA,2110,6,11,19\nB,2094,6,11,20\n"


@honest
def simulation_results(r):
    return "sim.csv", "n,rho,bias,coverage,reps\n" + "".join("%d,%.1f,%.4f,%.3f,2000\n" % (n, h, r.gauss(0, .01), r.uniform(.93, .96)) for n in (50, 100, 200, 500) for h in (.1, .3, .5))


@honest
def icon_svg(r):
    return "logo.svg", svg('<defs><linearGradient id="g"><stop offset="0" stop-color="#08f"/><stop offset="1" stop-color="#04a"/></linearGradient></defs><circle cx="320" cy="240" r="120" fill="url(#g)"/><path d="M300 160h40v60h60v40h-60v60h-40v-60h-60v-40h60z" fill="#fff"/>')


@honest
def bubble_chart_of_regions(r):
    return "bubble.svg", svg("".join('<circle cx="%.1f" cy="%.1f" r="%.1f" fill="#69c" fill-opacity=".6"/><text x="%.1f" y="%.1f">%s</text>' % (x, y, r.uniform(6, 30), x, y, n) for n, x, y in (
        (n, r.uniform(80, 560), r.uniform(60, 420)) for n in ("北海道", "東北", "関東", "中部", "近畿", "中国", "四国", "九州"))))


@honest
def funnel_of_published_studies(r):
    return "funnel.csv", "study,effect,se\n" + "".join("%s,%.3f,%.3f\n" % (s, r.gauss(-.2, .15), r.uniform(.05, .3)) for s in ("Abe 2012", "Baba 2013", "Cho 2014", "Diaz 2016", "Endo 2017", "Fox 2018", "Goto 2019", "Hall 2020", "Ito 2021", "Jung 2022"))

"""An eighth set of honest outputs, written together with the seventh: other wordings, programs, papers, listings of codes and settings."""
import base64
import json
import math

from . import cast as c
from . import registry

f = c.f


def n(r, low=20, high=900):
    return r.randrange(low, high)


def ci(r, middle=1.0):
    m = middle * math.exp(r.gauss(0, .2))
    return "%.2f (%.2f–%.2f)" % (m, m * .85, m * 1.18)


def baseline(r):
    out = [["項目", "曝露群 (n=1,204)", "非曝露群 (n=3,612)", "標準化差"]]
    for k in ["男性", "高血圧", "糖尿病", "喫煙"]:
        a, b = n(r, 200, 1000), n(r, 600, 3000)
        out.append([k, "%d (%.1f)" % (a, a / 12.04), "%d (%.1f)" % (b, b / 36.12), "%.3f" % r.random()])
    return out + [["年齢, 平均 (SD)", "68.2 (11.0)", "67.9 (11.3)", "0.027"], ["在院日数, 中央値 [IQR]", "12 [7-21]", "11 [7-20]", "0.051"]]


def wide_years(r):
    return [["診断群", *range(2016, 2024)]] + [[d] + [n(r, 100, 5000) for _ in range(8)] for d in ["循環器", "呼吸器", "消化器", "神経", "腎泌尿器", "血液"]]


def page_of(*lines):
    return f.pdf(c.page(*lines), info=b"/Creator (R) /Title (R Graphics Output)")


def axis_svg(shapes, marks):
    ticks = "".join('<line x1="%d" x2="%d" y1="270" y2="275" stroke="#333"/><text x="%d" y="288" font-size="10">%s</text>' % (x, x, x - 6, t) for x, t in marks)
    return f.svg(shapes + ticks)


def boxes(r):
    out = ""
    for i in range(5):
        m = r.randrange(120, 180)
        out += '<rect x="%d" y="%d" width="30" height="60" fill="none" stroke="#000"/><line x1="%d" x2="%d" y1="%d" y2="%d" stroke="#000"/><line x1="%d" x2="%d" y1="%d" y2="%d" stroke="#000"/>' % (
            50 + 60 * i, m - 30, 50 + 60 * i, 80 + 60 * i, m, m, 65 + 60 * i, 65 + 60 * i, m - 60, m - 30)
    return out


def band(r):
    xs = range(40, 380, 4)
    upper, lower = ["%d,%.1f" % (x, 150 - x / 5 - 12) for x in xs], ["%d,%.1f" % (x, 150 - x / 5 + 12) for x in reversed(xs)]
    return '<polygon points="%s" fill="#ccc"/><polyline points="%s" fill="none" stroke="#000"/>' % (" ".join(upper + lower), " ".join("%d,%.1f" % (x, 150 - x / 5) for x in xs))


def hexes(r):
    return "".join('<path d="M%d %d l8 5 v9 l-8 5 l-8 -5 v-9 z" fill="hsl(220,50%%,%d%%)"/>' % (60 + 16 * i + 8 * (j % 2), 40 + 14 * j, r.randrange(20, 90)) for i in range(15) for j in range(12))


TABLES = {
    "baseline_ja": lambda r: ("表1_背景.csv", c.csv(baseline(r))),
    "baseline_ja_cp932": lambda r: ("表1.csv", c.csv([[str(x).replace("–", "-") for x in w] for w in baseline(r)]).encode("cp932")),
    "baseline_docx": lambda r: ("表1.docx", f.docx(["表1 患者背景", "値は人数(%)または平均(SD)。"], raw=f.word_table(baseline(r)))),
    "baseline_pptx": lambda r: ("図表.pptx", f.pptx([["表1 患者背景"] + [" ".join(map(str, w)) for w in baseline(r)]])),
    "years_wide": lambda r: ("years.csv", c.csv(wide_years(r))),
    "years_xlsx": lambda r: ("years.xlsx", f.xlsx([("年次", "", wide_years(r)), ("注", "", [["10未満は表示しない"], ["出典: 研究用データセット 2024年版"]])])),
    "years_json": lambda r: ("years.json", json.dumps([dict(zip(map(str, wide_years(r)[0]), w)) for w in wide_years(r)[1:]], ensure_ascii=False)),
    "lab_reference": lambda r: ("ref.csv", c.csv([["検査", "下限", "上限", "単位"], ["AST", 13, 30, "U/L"], ["ALT", 7, 23, "U/L"], ["Cr", "0.46", "0.79", "mg/dL"], ["K", "3.6", "4.8", "mmol/L"]])),
    "incidence_rates": lambda r: ("inc.csv", c.csv([["group", "events", "person_years", "rate per 1000", "95% CI"]] + [[g, e, p, "%.1f" % (1000 * e / p), "%.1f-%.1f" % (850 * e / p, 1150 * e / p)] for g, e, p in ((g, n(r, 30, 300), n(r, 4000, 9000)) for g in ["exposed", "unexposed", "former"])])),
    "standardised_differences": lambda r: ("smd.csv", c.csv([["variable", "before", "after"]] + [[k, "%.3f" % r.random(), "%.3f" % (r.random() / 10)] for k in ["age", "sex", "charlson", "statin", "ckd", "ward"]])),
    "tsv_of_words": lambda r: ("t.tsv", c.csv([["Variable", "aOR (95% CI)", "P"]] + [[k, ci(r), "%.3f" % r.random()] for k in ["Age 65–74", "Age 75–84", "Age ≥85", "Male sex", "Dementia"]], "\t")),
    "cost_quantiles": lambda r: ("c.csv", c.csv([["年度", "人数", "25%", "中央値", "75%"]] + [[y, n(r, 200, 900), 310000, 480000, 790000] for y in (2019, 2020, 2021, 2022)])),
    "zero_and_large": lambda r: ("z.csv", c.csv([["sex", "pregnant", "not pregnant"], ["male", 0, 412], ["female", 38, 361]])),
    "threshold_dash": lambda r: ("z.csv", c.csv([["都道府県", "数量"]] + [[p, "-" if i in (2, 5) else n(r, 1000, 90000)] for i, p in enumerate(["北海道", "青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県"])])),
    "interrupted_series": lambda r: ("its.csv", c.csv([["month", "n_prescriptions", "n_patients"]] + [["2020-%02d" % m, n(r, 4000, 5000), n(r, 1500, 2000)] for m in range(1, 13)])),
    "two_levels_html": lambda r: ("t.html", f.html("<table><thead><tr><th rowspan=2>Stage</th><th colspan=2>Outcome</th></tr><tr><th>Alive</th><th>Dead</th></tr></thead><tbody>%s</tbody></table>" % "".join("<tr><td>%s</td><td>%d</td><td>%d</td></tr>" % (s, n(r), n(r)) for s in ["I", "II", "III"]))),
    "markdown_pipe": lambda r: ("t.md", "## 表2 調整オッズ比\n\n|項目|OR|\n|:--|--:|\n" + "".join("|%s|%s|\n" % (k, ci(r)) for k in ["年齢", "男性", "認知症"])),
    "crosstab_pandas": lambda r: ("ct.txt", "died       0    1   All\nstage                  \nI        412   88   500\nII       210   62   272\nAll      622  150   772\n"),
}
PRINTS = {
    "glm_r": lambda r: ("glm.txt", "Call:\nglm(formula = died ~ age + sex, family = binomial, data = d)\n\nCoefficients:\n            Estimate Std. Error z value Pr(>|z|)    \n(Intercept) -4.11203    0.51203  -8.031 9.68e-16 ***\nage          0.04122    0.00712   5.789 7.07e-09 ***\nsexM         0.21012    0.18112   1.160    0.246    \n\n    Null deviance: 824.66  on 1202  degrees of freedom\nResidual deviance: 753.76  on 1200  degrees of freedom\nAIC: 759.76\n\nNumber of Fisher Scoring iterations: 5\n"),
    "gtsummary_text": lambda r: ("g.txt", "**Characteristic** | **A**, N = 412 | **B**, N = 413 | **p-value**\nAge | 63 (52, 74) | 64 (53, 74) | 0.7\nGrade | | | 0.9\nI | 140 (34%) | 131 (32%) |\nII | 132 (32%) | 139 (34%) |\nIII | 140 (34%) | 143 (35%) |\n"),
    "stata_tab": lambda r: ("tab.log", "           |        died\n     stage |         0          1 |     Total\n-----------+----------------------+----------\n         1 |       412         88 |       500 \n         2 |       210         62 |       272 \n-----------+----------------------+----------\n     Total |       622        150 |       772 \n\n          Pearson chi2(1) =   3.1201   Pr = 0.077\n"),
    "stata_stcox": lambda r: ("cox.log", "Cox regression -- Breslow method for ties\n\nNo. of subjects =        1,203                  Number of obs    =       1,203\nNo. of failures =          312\nTime at risk    =       412031\n                                                LR chi2(2)       =       44.20\nLog likelihood  =   -2011.2031                  Prob > chi2      =      0.0000\n\n------------------------------------------------------------------------------\n          _t | Haz. Ratio   Std. Err.      z    P>|z|     [95% Conf. Interval]\n-------------+----------------------------------------------------------------\n         age |   1.031609   .0052812     6.08   0.000      1.02131    1.042012\n       2.arm |   .8017102   .0730511    -2.43   0.015      .670601    .9584521\n------------------------------------------------------------------------------\n"),
    "sas_phreg": lambda r: ("phreg.lst", "                             The PHREG Procedure\n\n          Summary of the Number of Event and Censored Values\n\n                                             Percent\n           Total       Event    Censored    Censored\n            1203         312         891       74.06\n\n   Parameter   DF    Estimate       Error  Chi-Square  Pr > ChiSq   Ratio\n   age          1     0.03112     0.00512     36.9430      <.0001   1.032\n"),
    "sas_means": lambda r: ("means.lst", "                              The MEANS Procedure\n\n        arm      N Obs    Variable       N            Mean         Std Dev\n        -----------------------------------------------------------------\n        A          412    hba1c        410       7.2201220       1.2101220\n        B          413    hba1c        409       6.9820110       1.1840110\n"),
    "spss_logistic": lambda r: ("spss.txt", "Variables in the Equation\n                  B      S.E.    Wald    df   Sig.   Exp(B)\nStep 1  age     .041    .007   33.51    1    .000    1.042\n        sex     .210    .181    1.35    1    .246    1.234\n        Constant -4.112 .512   64.50    1    .000     .016\n\nModel Summary: -2 Log likelihood 753.762, Cox & Snell R Square .057, Nagelkerke R Square .112\n"),
    "lifelines": lambda r: ("cph.txt", "<lifelines.CoxPHFitter: fitted with 1203 total observations, 891 right-censored observations>\n             duration col = 'time'\n                event col = 'status'\n   number of observations = 1203\nnumber of events observed = 312\n   partial log-likelihood = -2011.20\n\n            coef  exp(coef)   se(coef)   coef lower 95%   coef upper 95%\nage         0.03       1.03       0.01             0.02             0.04\narm        -0.22       0.80       0.09            -0.40            -0.04\n"),
    "sklearn_report": lambda r: ("cls.txt", "              precision    recall  f1-score   support\n\n           0       0.88      0.93      0.90       891\n           1       0.72      0.61      0.66       312\n\n    accuracy                           0.85      1203\n   macro avg       0.80      0.77      0.78      1203\nweighted avg       0.84      0.85      0.84      1203\n"),
    "bayes_summary": lambda r: ("stan.txt", "              mean  se_mean    sd    2.5%   25%   50%   75% 97.5% n_eff Rhat\nalpha         5.81     0.00  0.21    5.39  5.67  5.81  5.95  6.23  3120 1.00\nbeta_age      0.01     0.00  0.00    0.01  0.01  0.01  0.01  0.02  3304 1.00\nsigma         0.81     0.00  0.02    0.78  0.80  0.81  0.82  0.85  3801 1.00\n"),
    "gee": lambda r: ("gee.txt", "                               GEE Regression Results                              \n===================================================================================\nDep. Variable:                       y   No. Observations:                 3204\nModel:                             GEE   No. clusters:                      801\n                                         Min. cluster size:                   4\n                                         Max. cluster size:                   4\n==============================================================================\n                 coef    std err          z      P>|z|      [0.025      0.975]\ntime          -0.0412      0.007     -5.787      0.000      -0.055      -0.027\n"),
    "kappa": lambda r: ("kappa.txt", " Cohen's Kappa for 2 Raters (Weights: unweighted)\n\n Subjects = 412 \n   Raters = 2 \n    Kappa = 0.712 \n\n        z = 14.5 \n  p-value = 0 \n"),
    "survival_grid_text": lambda r: ("km.txt", " time n.risk n.event survival std.err lower 95% CI upper 95% CI\n" + "".join("%5d %6d %7d %8.3f %7.4f %12.3f %12.3f\n" % (t, 812 - i * 70, 22 if i else 0, 1 - .04 * i, .01, .98 - .04 * i, min(1, 1.02 - .04 * i)) for i, t in enumerate(range(0, 110, 12)))),
    "propensity_balance": lambda r: ("bal.txt", "Balance Measures\n            Type Diff.Adj\nage      Contin.   0.0211\nsex       Binary  -0.0051\nckd       Binary   0.0102\n\nSample sizes\n          Control Treated\nAll          3612    1204\nMatched      1190    1190\nUnmatched    2422      14\n"),
    "did_regression": lambda r: ("did.csv", c.csv([["term", "estimate", "std.error", "statistic", "p.value", "nobs"], ["post", "0.012", "0.004", "3.00", "0.003", 24120], ["treated", "-0.021", "0.006", "-3.50", "<0.001", 24120], ["post:treated", "-0.033", "0.008", "-4.13", "<0.001", 24120]])),
}
FIGURES = {
    "boxes_svg": lambda r: ("box.svg", axis_svg(boxes(r), [(60 + 60 * i, t) for i, t in enumerate("ABCDE")])),
    "band_svg": lambda r: ("spline.svg", axis_svg(band(r), [(40 + 80 * i, str(40 + 10 * i)) for i in range(5)])),
    "hexagons_svg": lambda r: ("hex.svg", f.svg(hexes(r))),
    "pie_svg": lambda r: ("pie.svg", f.svg("".join('<path d="M200 150 L%.1f %.1f A100 100 0 0 1 %.1f %.1f Z" fill="%s"/>' % (200 + 100 * math.cos(a), 150 + 100 * math.sin(a), 200 + 100 * math.cos(a + 1.2), 150 + 100 * math.sin(a + 1.2), k) for a, k in [(0, "#a33"), (1.2, "#3a3"), (2.4, "#33a"), (3.6, "#aa3"), (4.8, "#3aa")]))),
    "flow_chart_svg": lambda r: ("flow.svg", f.svg("".join('<rect x="60" y="%d" width="260" height="40" fill="none" stroke="#000"/><text x="70" y="%d" font-size="12">%s</text>' % (20 + 70 * i, 45 + 70 * i, t) for i, t in enumerate(["Assessed (n=2,103)", "Excluded (n=603)", "Analysed (n=1,500)", "Complete follow-up (n=1,388)"])))),
    "calibration_svg": lambda r: ("cal.svg", axis_svg('<line x1="40" y1="260" x2="360" y2="20" stroke="#999"/>' + "".join('<circle cx="%d" cy="%.1f" r="4"/>' % (60 + 30 * i, 250 - 23 * i + r.gauss(0, 3)) for i in range(10)), [(60, "0.1"), (210, "0.5"), (330, "0.9")])),
    "roc_svg": lambda r: ("roc.svg", axis_svg('<path d="M40 260 C 60 120 150 50 360 30" fill="none" stroke="#000"/>', [(40, "0"), (200, "0.5"), (360, "1")])),
    "funnel_of_studies_pdf": lambda r: ("forest.pdf", page_of("Study            OR (95% CI)", "Sakata 2015      0.82 (0.61-1.10)", "Jones 2017       0.71 (0.55-0.92)", "Overall          0.76 (0.63-0.92)", "Heterogeneity: I2 = 0%")),
    "pdf_results_text": lambda r: ("res.pdf", page_of("3. Results", "Of 2,103 patients assessed, 1,500 were analysed (median age 66).", "Mortality at 90 days was 14.1% (212 of 1,500).", "References", "[1] Kaneko S, et al. J Clin Epidemiol. 2020;121:33-41.")),
    "pdf_japanese": lambda r: ("結果.pdf", f.unicode_font_pdf("表1 患者背景 男性800人 女性700人 平均年齢66.2歳 90日死亡212人 出典 研究班")),
    "png_heat": lambda r: ("heat.png", f.png(lambda x, y: (x // 16 * 23 + y // 20 * 41) % 256)),
    "png_resolution_chunk": lambda r: ("hist.png", f.png(f.bars(r), chunks=[(b"pHYs", b"\0\0\x2e\x23\0\0\x2e\x23\1"), (b"tIME", b"\x07\xe8\3\1\x0a\0\0")])),
    "html_knitr": lambda r: ("report.html", f.html("<h1>解析結果</h1><pre class=\"r\"><code>fit &lt;- glm(died ~ age + sex, binomial, d)</code></pre><pre><code>##             Estimate Std. Error\n## (Intercept)   -4.112      0.512\n## age            0.041      0.007</code></pre>")),
    "html_png_inside": lambda r: ("fig.html", f.html('<h1>図1</h1><img alt="生存曲線" src="data:image/png;base64,%s">' % base64.b64encode(f.png(f.bars(r))).decode())),
    "notebook_stripped_figure": lambda r: ("fig.ipynb", c.cell("plt.bar(x, y)\nplt.savefig('fig.png')")),
}
WORDS = {
    "discussion_ja": lambda r: ("考察.md", "# 考察\n\n本研究では、治療群の90日死亡率が対照群より低かった（13.1%対18.4%）。既報（五十嵐ら、2021）とも一致する。第2に、施設間差は小さかった。\n\n## 利益相反\nなし。\n\n## 謝辞\n統計解析に助言いただいた早川教授に感謝する。\n"),
    "abstract_ja": lambda r: ("抄録.txt", "【目的】高齢肺炎患者の転帰を明らかにする。【方法】2018年から2023年に12施設へ入院した65歳以上の1,500人を後ろ向きに調べた。【結果】90日死亡は212人（14.1%）。【結論】早期リハビリは死亡の減少と関連した。\n"),
    "protocol": lambda r: ("protocol.txt", "Study period: 1 April 2018 to 31 March 2023. Inclusion: age 20 years or older. Exclusion: missing outcome. Primary outcome: death within 90 days. Follow-up visits at months 1, 3, 6 and 12. Significance level 5%.\n"),
    "reviewer_reply": lambda r: ("reply.txt", "Reviewer 2, comment 3: We thank the reviewer. We added a sensitivity analysis that excludes patients admitted within 30 days (n = 88); the hazard ratio did not change (0.82, 95% CI 0.70 to 0.96).\n"),
    "letter_head": lambda r: ("cover.txt", "編集部御中\n\n論文「高齢肺炎の転帰」を投稿いたします。本研究は東都大学倫理委員会の承認（承認番号 2023-118）を得ています。\n\n責任著者 東都大学医学部\n"),
    "changelog": lambda r: ("CHANGES.md", "## 1.2.0 (2024-03-01)\n- Ages are grouped in tens.\n- Figure 2 uses fixed time points (0, 12, 24, 36 months).\n## 1.1.0 (2024-01-15)\n- First version.\n"),
    "slurm_log": lambda r: ("job.log", "".join("[%02d:%02d:00] chunk %d/60 rows=%d elapsed=%.1fs\n" % (9 + i // 60, i % 60, i + 1, 100000, 58 + r.random()) for i in range(60)) + "peak RSS 4.2 GiB\n"),
    "warnings_log": lambda r: ("w.log", "Warning message:\nIn glm.fit(x = X, y = Y) : fitted probabilities numerically 0 or 1 occurred\nsas.lib line 212: NOTE: There were 120341 observations read from the data set WORK.COHORT.\nNOTE: PROCEDURE LOGISTIC used (Total process time): real time 1.21 seconds\n"),
    "hardware_text": lambda r: ("env.txt", "Python 3.11.8 | packaged by conda-forge\nLinux-5.15.0-101-generic-x86_64\nCPU: 16 cores, RAM 64 GB\npandas 2.2.0, numpy 1.26.4, lifelines 0.28.0\n"),
    "equation_tex": lambda r: ("model.md", "The model is $\\log\\frac{p}{1-p} = \\beta_0 + \\beta_1\\,\\mathrm{age} + \\beta_2\\,\\mathrm{sex}$ with $\\hat\\beta_1 = 0.041$ (SE 0.007).\n"),
}
CODE = {
    "julia_or_r_simulation": lambda r: ("sim.R", "set.seed(42)\nn <- 1000\nx <- rnorm(n)\ny <- 0.3 * x + rnorm(n)\nsummary(lm(y ~ x))\nfor (k in c(0.1, 0.2, 0.5)) print(power.t.test(delta = k, sd = 1, power = 0.8)$n)\n"),
    "python_plot": lambda r: ("plot.py", "import matplotlib.pyplot as plt\n\nlabels = ['I', 'II', 'III', 'IV']\ncounts = [512, 488, 300, 200]\nplt.bar(labels, counts)\nplt.ylabel('patients')\nplt.savefig('fig1.png', dpi=300)\n"),
    "sql_cohort": lambda r: ("cohort.sql", "CREATE TABLE cohort AS\nSELECT p.patient_key, MIN(a.admission_date) AS index_date\nFROM patient p JOIN admission a USING (patient_key)\nWHERE a.icd10 LIKE 'J18%' AND p.birth_date < DATE '1958-04-01'\nGROUP BY p.patient_key;\n"),
    "phenotype_codes_r": lambda r: ("codes.R", "ami <- c('I210', 'I211', 'I212', 'I213', 'I214', 'I219')\nstroke <- c('I60', 'I61', 'I62', 'I63', 'I64')\nstatin <- c('2189010', '2189011', '2189012', '2189015', '2189016', '2189017')\n"),
    "yaml_settings": lambda r: ("config.txt", "cohort:\n  start: 2018-04-01\n  end: 2023-03-31\n  min_age: 20\nmodel:\n  penalizer: 0.01\n  l1_ratio: 0.0\nseed: 20240301\n"),
    "json_grid": lambda r: ("search.json", json.dumps({"param_grid": {"C": [0.01, 0.1, 1, 10], "gamma": [0.001, 0.01, 0.1]}, "best": {"C": 1, "gamma": 0.01}, "cv_auc": [0.781, 0.792, 0.774, 0.788, 0.79]})),
    "dpc_codes": lambda r: ("dpc.csv", c.csv([["DPCコード", "名称"], ["040080x099x0xx", "肺炎等 手術なし"], ["050130xx9900xx", "心不全"], ["060100xx01xx0x", "大腸腺腫"], ["110280xx02x00x", "慢性腎炎症候群"], ["010060x2990401", "脳梗塞"]])),
    "procedure_codes": lambda r: ("kcode.csv", c.csv([["区分番号", "名称", "点数"], ["K546", "経皮的冠動脈形成術", 32000], ["K549", "経皮的冠動脈ステント留置術", 34380], ["K664", "胃瘻造設術", 6070], ["K672-2", "腹腔鏡下胆嚢摘出術", 21500]])),
    "hot_codes": lambda r: ("hot.csv", c.csv([["HOT9", "YJ", "品名"], ["103835401", "2171022F1029", "アムロジピン錠2.5mg"], ["106503202", "2149117F2024", "カンデサルタン錠8mg"], ["111682801", "3969008F1020", "シタグリプチン錠50mg"]])),
    "municipality_codes": lambda r: ("areas.csv", c.csv([["団体コード", "名称", "人口"], ["011002", "札幌市", 1973395], ["131016", "千代田区", 66680], ["271004", "大阪市", 2752412], ["401307", "福岡市", 1612392]])),
    "atc_map_json": lambda r: ("atc.json", json.dumps({"A10B": "blood glucose lowering drugs", "C09A": "ACE inhibitors", "C10AA": "statins", "B01AF": "direct factor Xa inhibitors"})),
    "lookup_tsv": lambda r: ("lookup.tsv", c.csv([["code", "ja", "en"], ["0", "なし", "none"], ["1", "あり", "present"], ["9", "不明", "unknown"]], "\t")),
    "notebook_code_only": lambda r: ("clean.ipynb", f.notebook(["import polars as pl\ndf = pl.read_parquet('d.parquet')\ndf.group_by('sex').len()", "df.select(pl.col('age').mean())"])),
    "dockerfile": lambda r: ("docker.txt", "FROM rocker/r-ver:4.3.1\nRUN install2.r survival dplyr ggplot2\nCOPY fit.R /app/\nCMD [\"Rscript\", \"/app/fit.R\"]\n"),
    "checksums": lambda r: ("sha256.txt", "".join("%064x  %s\n" % (r.getrandbits(256), k) for k in ["table1.csv", "cox.csv", "fig1.png", "report.docx"])),
    "coefficients_rounded": lambda r: ("betas.json", json.dumps({"intercept": -4.112, "betas": [0.041, 0.21, -0.118, 0.302, 0.087], "names": ["age", "male", "albumin", "ckd", "crp"], "n": 1203, "events": 312})),
    "neural_shape": lambda r: ("net.json", json.dumps({"layers": [{"type": "dense", "units": 64}, {"type": "dense", "units": 1}], "optimizer": "adam", "epochs": 40, "val_auc": 0.812})),
    "zip_of_code": lambda r: ("code.zip", f.zipped([("src/fit.R", "fit <- glm(y ~ x, binomial, d)\n"), ("src/README.md", "# Code\n"), ("codes/ami.csv", "code\nI21.0\nI21.1\nI21.4\n")])),
}

_, honest = registry.named("eighth_")
for table in (TABLES, PRINTS, FIGURES, WORDS, CODE):
    registry.enter(honest, table)

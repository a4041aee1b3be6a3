"""The sixth set's honest side: what the same programs write about groups that are large enough."""
import json

from scenarios.exit_corpus import formats as f
from scenarios.exit_corpus import values as v

from . import payloads as p
from . import registry

_, honest = registry.named("sixth_")


def big(r, low=30, high=900):
    return r.randrange(low, high)


def two_by_two(r):
    a, b, c, d = (big(r) for _ in range(4))
    return [["", "Event", "No event", "Total"], ["Exposed", a, b, a + b], ["Control", c, d, c + d], ["Total", a + c, b + d, a + b + c + d]]


@honest
def stata_regress(r):
    return "reg.log", ". logit death age i.sex\n\nLogistic regression                                     Number of obs =  4,123\n                                                        LR chi2(2)    = 212.44\nLog likelihood = -1304.2271                             Pseudo R2     = 0.0753\n\n------------------------------------------------------------------------------\n       death | Coefficient  Std. err.      z    P>|z|     [95%% conf. interval]\n-------------+----------------------------------------------------------------\n         age |   .04%03d     .0031     13.5   0.000     .0358       .0480\n       2.sex |  -.2%03d     .0812     -2.9   0.004     -.39        -.07\n       _cons |  -4.91      .2401    -20.4   0.000     -5.38       -4.44\n------------------------------------------------------------------------------\n" % (r.randrange(100, 999), r.randrange(100, 999))


@honest
def stata_tab(r):
    rows = two_by_two(r)
    return "tab.log", ". tab exposed event\n\n           |        event\n   exposed |         0          1 |     Total\n-----------+----------------------+----------\n" + "".join("%10s | %9d %10d | %9d \n" % tuple(row) for row in rows[1:])


@honest
def spss_crosstab(r):
    rows = two_by_two(r)
    return "output.txt", "CROSSTABS\n\n群 * 転帰 クロス表\n度数\n" + "".join("\t".join(str(x) for x in row) + "\n" for row in rows) + "\nカイ2乗検定\nPearson のカイ2乗\t12.4%d\t1\t.000\n有効なケースの数\t%d\n" % (r.randrange(10), rows[-1][3])


registry.enter(honest, {
    "sas_phreg": lambda r: ("phreg.lst", "The PHREG Procedure\n\n  Number of Observations Used        4123\n\n Summary of the Number of Event and Censored Values\n    Total       Event    Censored    Percent Censored\n     4123         %d        %d               %.2f\n\nParameter  DF  Estimate  Std Error  Chi-Square  Pr > ChiSq  Hazard Ratio\nage         1   0.0%d     0.0041     61.2        <.0001      1.03\n" % ((lambda e: (e, 4123 - e, 100 * (4123 - e) / 4123))(big(r)) + (r.randrange(100, 999),))),
    "r_summary_lm": lambda r: ("lm.txt", "Call:\nlm(formula = los ~ age + sex, data = d)\n\nCoefficients:\n            Estimate Std. Error t value Pr(>|t|)    \n(Intercept)  %.4f     0.4120   17.90   <2e-16 ***\nage           0.0812     0.0061   13.31   <2e-16 ***\nsexM         -0.2210     0.2021   -1.09    0.274    \n\nResidual standard error: 8.41 on 4120 degrees of freedom\nMultiple R-squared:  0.0%d,\tAdjusted R-squared:  0.041 \nF-statistic: 91.2 on 2 and 4120 DF,  p-value: < 2.2e-16\n" % (r.uniform(6, 9), r.randrange(410, 490))),
    "r_xtabs": lambda r: ("xt.txt", "> xtabs(~ stage + sex, d)\n     sex\nstage   F   M\n  I   %d %d\n  II  %d %d\n  III %d %d\n" % tuple(big(r, 100) for _ in range(6))),
    "r_sessioninfo": lambda r: ("session.txt", "R version 4.3.1 (2023-06-16)\nPlatform: x86_64-pc-linux-gnu (64-bit)\n\nlocale:\n[1] LC_CTYPE=ja_JP.UTF-8       LC_NUMERIC=C\n\nattached base packages:\n[1] stats     graphics  grDevices utils     datasets  methods   base\n\nother attached packages:\n[1] survival_3.5-5  dplyr_1.1.%d  ggplot2_3.4.2\n" % r.randrange(5)),
    "rmarkdown_report": lambda r: ("report.html", f.html("<h1>結果</h1><p>対象は%d例。</p>" % big(r, 2000, 9000) + f.html_table(p.groups(r)) + "<pre><code>## Pearson's Chi-squared test\n## X-squared = 12.41, df = 1, p-value = 0.0004271</code></pre>")),
    "jupyter_stripped": lambda r: ("analysis.ipynb", f.notebook(["import pandas as pd\n", "df = pd.read_parquet('cohort.parquet')\nprint(len(df) > %d)" % big(r), "df.groupby('stage').size().pipe(lambda s: s[s >= 10])"])),
    "powerbi_groups": lambda r: ("data.csv", ("\ufeff" + f.csv_text(p.groups(r))).replace("\n", "\r\n").encode()),
    "tableau_export": lambda r: ("crosstab.csv", f.csv_text(p.groups(r), "\t").encode("utf-16")),
    "latex_estimates": lambda r: ("or.tex", "\\begin{tabular}{llll}\n\\hline\n" + "".join(" & ".join(str(x).replace("<", "$<$") for x in row) + " \\\\\n" for row in p.estimates(r)) + "\\hline\n\\end{tabular}\n"),
    "latex_article": lambda r: ("paper.tex", "\\documentclass{article}\n\\title{Outcomes after admission}\n\\author{Taro Yamada \\and Hanako Suzuki}\n\\date{June 2024}\n\\begin{document}\n\\maketitle\n" + "\n\n".join(s.replace("%", "\\%") for s in p.prose(r)) + "\n\\end{document}\n"),
    "bibtex": lambda r: ("refs.bib", "".join("@article{key%d,\n  author = {%s, %s and %s, %s},\n  title = {Outcomes of care},\n  journal = {J Clin Epidemiol},\n  year = {%d},\n  volume = {%d},\n  pages = {%d--%d},\n  doi = {10.1016/j.jclinepi.%d.0%d.012}\n}\n" % (
        i, r.choice(p.FAMILIES)[2], r.choice(p.GIVENS)[2], r.choice(p.FAMILIES)[2], r.choice(p.GIVENS)[2], 2010 + i, r.randrange(20, 99), 100 + i, 109 + i, 2010 + i, r.randrange(1, 10)) for i in range(12))),
    "word_report": lambda r: ("report.docx", f.docx(["1. 結果", *p.prose(r, 3)], raw=f.word_table(p.groups(r)), core=("集計結果", "解析班", ""))),
    "word_protocol": lambda r: ("protocol.docx", f.docx(["研究計画書", "研究責任者：東京大学大学院医学系研究科 教授", "連絡先：〒113-8655 東京都文京区本郷7-3-1 電話 03-3815-5411（代表）", "選択基準：18歳以上、2019年4月1日から2023年3月31日に入院した患者。目標症例数 %d例。" % big(r, 500, 5000)])),
    "excel_two_sheets": lambda r: ("tables.xlsx", f.xlsx([("表1", "", p.groups(r)), ("表2", "", p.estimates(r))])),
    "excel_codebook": lambda r: ("codebook.xlsx", f.xlsx([("変数", "", [["変数名", "型", "説明", "単位"], ["age", "整数", "入院時年齢", "歳"], ["hba1c", "小数", "HbA1c (NGSP)", "%"], ["egfr", "小数", "推算糸球体濾過量", "mL/min/1.73m2"], ["sex", "文字", "性別 M/F", ""]])])),
    "powerpoint_summary": lambda r: ("talk.pptx", f.pptx([["背景", "高齢化に伴い入院が増加している"], ["方法", "後ろ向きコホート、%d例" % big(r, 1000, 9000)], ["結果", "調整ハザード比 1.%d（95%%信頼区間 1.1–1.9）" % r.randrange(30, 70)]])),
    "pdf_table": lambda r: ("table.pdf", f.pdf(f.pdf_text(["%-14s %8s %8s %8s" % tuple(str(x) for x in row) for row in two_by_two(r)]))),
    "pdf_japanese_text": lambda r: ("summary.pdf", f.unicode_font_pdf("対象は%d例、平均年齢は67.2歳であった。" % big(r, 1000, 9000))),
})


@honest
def svg_bar_chart(r):
    values = [big(r) for _ in range(6)]
    return "bars.svg", f.svg("".join("<rect x='%d' y='%d' width='30' height='%d'/><text x='%d' y='290'>%s</text>" % (20 + 60 * i, 280 - x // 4, x // 4, 20 + 60 * i, label) for i, (x, label) in enumerate(zip(values, ["2018", "2019", "2020", "2021", "2022", "2023"]))))


@honest
def svg_forest_plot(r):
    return "forest.svg", f.svg("".join("<text x='5' y='%d'>%s</text><line x1='%d' y1='%d' x2='%d' y2='%d' stroke='black'/><rect x='%d' y='%d' width='6' height='6'/>" % (
        20 + 25 * i, row[0].replace("<", "&lt;").replace(">", "&gt;"), 180 + 9 * i, 20 + 25 * i, 260 + 9 * i, 20 + 25 * i, 215 + 9 * i, 17 + 25 * i) for i, row in enumerate(p.estimates(r, 8)[1:])))


@honest
def svg_flow_chart(r):
    n = big(r, 3000, 9000)
    return "flow.svg", f.svg("<rect x='50' y='10' width='200' height='40'/><text x='60' y='35'>Assessed n = %d</text><rect x='50' y='100' width='200' height='40'/><text x='60' y='125'>Included n = %d</text><text x='260' y='80'>Excluded n = %d</text>" % (n, n - 412, 412))


registry.enter(honest, {
    "png_bars": lambda r: ("bars.png", f.png(f.bars(r), chunks=[(b"tEXt", b"Software\0Matplotlib version3.7.1, https://matplotlib.org/"), (b"pHYs", b"\0\0\x0f\x61\0\0\x0f\x61\1")])),
    "jpeg_plain": lambda r: ("logo.jpg", f.jpeg()),
    "json_metrics": lambda r: ("metrics.json", json.dumps({"model": "gradient boosting", "auc": round(r.uniform(0.7, 0.9), 3), "ci95": [0.74, 0.88], "n_train": big(r, 3000, 9000), "n_test": big(r, 1000, 3000), "brier": 0.112, "seed": 20240401})),
    "yaml_settings": lambda r: ("config.yaml", "model:\n  kind: cox\n  strata: [hospital_type]\n  penalizer: 0.0%d\nperiod:\n  from: 2019-04-01\n  to: 2023-03-31\nthreshold: 10\n" % r.randrange(1, 9)),
    "sql_query": lambda r: ("query.sql", "-- monthly admissions\nSELECT date_trunc('month', admitted) AS month, sex, count(DISTINCT person_id) AS n\nFROM stay\nWHERE admitted BETWEEN DATE '2019-04-01' AND DATE '2023-03-31' AND icd10 LIKE 'I2%%'\nGROUP BY 1, 2\nHAVING count(DISTINCT person_id) >= %d;\n" % r.choice([10, 20])),
    "python_script": lambda r: ("fit.py", "import pandas as pd\nfrom lifelines import CoxPHFitter\n\nCUTOFFS = [18, 40, 65, 75]\n\n\ndef main():\n    data = pd.read_parquet('cohort.parquet')\n    data['age_group'] = pd.cut(data.age, CUTOFFS + [120])\n    CoxPHFitter(penalizer=0.%d).fit(data, 'days', 'event').print_summary()\n\n\nif __name__ == '__main__':\n    main()\n" % r.randrange(1, 9)),
    "icd_list": lambda r: ("codes.csv", "code,name\n" + "".join("%s,%s\n" % x for x in [("E10", "1型糖尿病"), ("E11", "2型糖尿病"), ("I10", "本態性高血圧"), ("I20", "狭心症"), ("I21", "急性心筋梗塞"), ("I50", "心不全"), ("N18", "慢性腎臓病"), ("C16", "胃の悪性新生物")][: r.randrange(5, 9)])),
    "lab_reference_ranges": lambda r: ("ranges.csv", "項目,下限,上限,単位\nAST,13,30,U/L\nALT,10,42,U/L\nHbA1c,4.9,6.0,%%\nCre(男),0.65,1.07,mg/dL\nCre(女),0.46,0.79,mg/dL\nK,3.6,4.8,mmol/L\n# 版 %d\n" % r.randrange(1, 9)),
})


@honest
def survival_grid(r):
    n, s, lines = 4000, 1.0, "year,at_risk,events,survival\n"
    for year in range(0, 8):
        d = r.randrange(60, 200)
        lines += "%d,%d,%d,%.3f\n" % (year, n, d, s)
        s *= 1 - d / n
        n -= d + r.randrange(50, 150)
    return "km.csv", lines


registry.enter(honest, {
    "smd_table": lambda r: ("balance.csv", "covariate,SMD before,SMD after\n" + "".join("%s,%.3f,%.3f\n" % (x, r.uniform(0.05, 0.4), r.uniform(0, 0.09)) for x in ["age", "sex", "bmi", "diabetes", "ckd", "statin", "prior_mi"])),
    "roc_points": lambda r: ("roc.csv", "threshold,sensitivity,specificity\n" + "".join("%.1f,%.2f,%.2f\n" % (t / 10, 1 - t / 11, t / 11) for t in range(1, 10))),
    "acknowledgement": lambda r: ("ack.txt", "本研究の実施にあたり、東京大学医学部附属病院 企画情報運営部の皆様にご協力いただいた。英文校正は エナゴ (www.enago.jp) による。本研究は JSPS 科研費 JP%02dK%05d の助成を受けた。\n" % (r.randrange(18, 25), r.randrange(10 ** 5))),
    "reviewer_reply": lambda r: ("reply.txt", "Reviewer 1, comment %d: We thank the reviewer. We repeated the analysis with age as a restricted cubic spline (5 knots); the hazard ratio changed from 1.34 to 1.36 (95%% CI 1.12-1.65). Table S3 now shows all %d patients.\n" % (r.randrange(1, 9), big(r, 2000, 9000))),
    "minutes": lambda r: ("minutes.md", "# 解析会議 2024年%d月%d日\n\n- 出席：解析班、臨床班\n- 主解析の対象を%d例に確定した。\n- 次回：感度分析（欠測の扱い）。\n" % (r.randrange(1, 13), r.randrange(1, 28), big(r, 2000, 9000))),
    "build_log": lambda r: ("run.log", "".join("2024-06-%02d 10:%02d:%02d INFO step %d finished in %.1f s\n" % (r.randrange(1, 29), i, r.randrange(60), i, r.uniform(0.2, 40)) for i in range(1, 15))),
})


@honest
def odds_markdown(r):
    rows = p.estimates(r)
    return "or.md", "| " + " | ".join(rows[0]) + " |\n|" + "---|" * 4 + "\n" + "".join("| " + " | ".join(row) + " |\n" for row in rows[1:])

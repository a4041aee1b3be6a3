"""Texts, programs, pictures and documents that may leave."""
import json
import math

from . import formats, honest_tables
from .registry import honest

METHODS = ["本研究では2019年度から2023年度までの受診者を対象とした。", "対象者は12,430人、平均年齢は63.4歳であった。", "統計解析には R 4.3.1 と survival 3.5-7 を用いた。",
           "多重代入法により欠測を補った（m = 20）。", "ハザード比 1.32（95%信頼区間 1.11–1.58）、p = 0.002。"]


@honest
def methods_text(rng):
    return "methods.txt", "\n".join(METHODS) + "\n作成日 令和6年4月%d日\n" % rng.randrange(1, 29)


@honest
def references(rng):
    return "references.md", ("# 文献\n1. Quan H, Sundararajan V, Halfon P, et al. Coding algorithms for defining comorbidities in ICD-9-CM and ICD-10. Med Care 2005;43:1130-9.\n"
                             "2. Charlson ME, Pompei P, Ales KL, MacKenzie CR. A new method of classifying prognostic comorbidity. J Chronic Dis 1987;40:373-83.\n"
                             "3. Yamana H, Moriwaki M, Horiguchi H, Kodan M, Fushimi K, Yasunaga H. Validity of diagnoses in Japanese administrative data. J Epidemiol 2017;27:476-82.\n"
                             "4. 康永秀生. できる！臨床研究 最短攻略50の鉄則. 金原出版; 2017. ISBN 978-4-307-00486-%d\n" % rng.randrange(10))


@honest
def report_markdown(rng):
    return "report.md", "# 結果\n\n" + "\n".join(METHODS) + "\n\n| 年齢 | 人数 |\n|---|---|\n| 65歳未満 | %d |\n| 65歳以上 | %d |\n" % (rng.randrange(100, 9999), rng.randrange(100, 9999))


@honest
def english_report(rng):
    return "report.txt", ("Results\n\nWe included %d patients treated between April 2014 and March 2022 (version 2.1.0 of the protocol, approved 2023-11-02).\n"
                          "Median follow-up was 3.2 years. The hazard ratio was 0.87 (95%% CI, 0.79-0.96; P = .004).\nThe analysis used Python 3.11.4 and lifelines 0.27.8.\n" % rng.randrange(1000, 99999))


@honest
def sas_log(rng):
    return "run.log", ("NOTE: There were %d observations read from the data set WORK.COHORT.\nNOTE: PROCEDURE LOGISTIC used (Total process time):\n      real time           0.31 seconds\n"
                       "      cpu time            0.20 seconds\nWARNING: Variable AGEGRP not found.\nNOTE: SAS initialization used: 9.04.01M7P080520\n" % rng.randrange(2000, 90000))


@honest
def python_log(rng):
    return "analysis.log", "".join("2024-05-%02d 10:%02d:%02d,123 INFO step %d: %d rows read, model converged in 0.%d s\n" % (1 + i, i, 2 * i, i, rng.randrange(1000, 90000), i) for i in range(12))


@honest
def r_output(rng):
    return "glm.txt", """
Call:
glm(formula = death30 ~ age + sex + ccs, family = binomial, data = d)

Coefficients:
             Estimate Std. Error z value Pr(>|z|)
(Intercept) -4.812345   0.212345 -22.663  < 2e-16 ***
age          0.041234   0.003456  11.931  < 2e-16 ***
sexF        -0.212345   0.062345  -3.406 0.000659 ***
ccs2         0.312345   0.081234   3.845 0.000121 ***

(Dispersion parameter for binomial family taken to be 1)

    Null deviance: 4312.5  on %d  degrees of freedom
Residual deviance: 4012.3  on %d  degrees of freedom
AIC: 4020.3
""" % (9000 + rng.randrange(99), 8996)


@honest
def statsmodels_output(rng):
    return "ols.txt", """                            OLS Regression Results
==============================================================================
Dep. Variable:                    los   R-squared:                       0.213
Model:                            OLS   Adj. R-squared:                  0.212
Method:                 Least Squares   F-statistic:                     142.3
Date:                Wed, 01 May 2024   Prob (F-statistic):           1.21e-88
Time:                        10:20:30   Log-Likelihood:                -9021.2
No. Observations:                %d   AIC:                         1.81e+04
Df Residuals:                    5116   BIC:                         1.82e+04
==============================================================================
                 coef    std err          t      P>|t|      [0.025      0.975]
------------------------------------------------------------------------------
const         12.3012      0.912     13.488      0.000      10.513      14.089
age            0.0812      0.011      7.381      0.000       0.060       0.103
==============================================================================
""" % rng.randrange(5120, 5130)


@honest
def python_code(rng):
    return "analysis.py", ("import pandas as pd\nimport statsmodels.formula.api as smf\n\nSTART, END = '2019-04-01', '2024-03-31'\nICD = ['E10', 'E11', 'E14']\n"
                           "THRESHOLD = 10\n\ndf = pd.read_parquet('cohort.parquet')\ndf = df[(df.index_date >= START) & (df.age >= %d)]\n"
                           "out = df.groupby(['sex', 'age_class']).person_id.nunique()\nout[out >= THRESHOLD].to_csv('table.csv')\n" % rng.randrange(18, 75))


@honest
def r_code(rng):
    return "analysis.R", ("library(survival)\nlibrary(dplyr)\nd <- readRDS('cohort.rds')\nd <- d %%>%% filter(age >= %d, index_date >= as.Date('2015-04-01'))\n"
                          "fit <- coxph(Surv(time, event) ~ treatment + age + sex, data = d)\nsummary(fit)\nset.seed(20240501)\nwrite.csv(broom::tidy(fit), 'cox.csv')\n" % rng.randrange(18, 75))


@honest
def sas_code(rng):
    return "analysis.sas", ("%%let start = '01APR2015'd;\nproc freq data=work.cohort;\n  tables sex*agegrp / nocum nopercent;\n  where index_dt between '01APR2015'd and '31MAR2020'd;\nrun;\n"
                            "proc phreg data=work.cohort;\n  class trt (ref='0');\n  model time*event(0) = trt age sex / rl;\nrun; /* v1.%d */\n" % rng.randrange(9))


@honest
def sql_code(rng):
    return "extract.sql", ("-- 抽出条件 第2.%d版\nSELECT age_class, sex, COUNT(DISTINCT person_id) AS n\nFROM cohort c JOIN drug d USING (person_id)\nWHERE d.yj_code LIKE '2171%%' AND d.prescribed_on\n"
                           "  BETWEEN DATE '2019-04-01' AND DATE '2020-03-31'\n  AND icd10 IN ('I10', 'I11', 'I12')\nGROUP BY 1, 2 HAVING COUNT(DISTINCT person_id) >= 10;\n" % rng.randrange(9))


@honest
def code_with_code_list(rng):
    codes = ", ".join('"6%08d"' % rng.randrange(10 ** 8) for _ in range(20))
    return "codes.py", "# 対象薬剤のレセプト電算コード\nDRUGS = [%s]\nICD10 = ['C50%s', 'C50.1', 'D05']\n" % (codes, rng.randrange(9))


@honest
def yaml_config(rng):
    return "params.yaml", "cohort:\n  from: 2015-04-01\n  to: 2022-03-31\n  age_min: 20\n  washout_days: 365\nmodel:\n  seed: %d\n  folds: 10\nsoftware: 1.2.3-4567\n" % rng.randrange(10 ** 6)


@honest
def clean_notebook(rng):
    return "analysis.ipynb", formats.notebook(["import pandas as pd\n", "df = pd.read_parquet('cohort.parquet')\n", "df.groupby('sex').size()  # %d\n" % rng.randrange(9)])


@honest
def bar_chart(rng):
    return "figure1.png", formats.png(formats.bars(rng), chunks=[(b"tEXt", b"Software\0Matplotlib version3.8.0, https://matplotlib.org/"), (b"pHYs", b"\0\0\x0e\xc4\0\0\x0e\xc4\1")])


@honest
def smooth_figure(rng):
    shift = rng.random() * 6
    return "roc.png", formats.png(lambda x, y: max(0, min(255, int(128 + 127 * math.tanh((y - 50 - 30 * math.sin(x / 25 + shift)) / 2)))))


@honest
def heat_map(rng):
    levels = [[rng.randrange(256) for _ in range(16)] for _ in range(10)]
    return "heat.png", formats.png(lambda x, y: levels[y // 10][x // 10])


@honest
def gradient(rng):
    del rng
    return "colourbar.png", formats.png(lambda x, y: x * 255 // 159)


@honest
def plain_jpeg(rng):
    del rng
    return "photo_of_chart.jpg", formats.jpeg()


@honest
def km_svg(rng):
    y, path = 20, "M 20 20"
    for x in range(40, 400, 20):
        y += rng.randrange(1, 12)
        path += " H %d V %d" % (x, y)
    return "km.svg", formats.svg('<path d="%s" fill="none" stroke="#000"/><text x="20" y="290">観察期間（月）</text>' % path)


@honest
def bars_svg(rng):
    return "bars.svg", formats.svg("".join('<rect x="%d" y="%d" width="20" height="%d" fill="#36a"/>' % (i * 30, 300 - h, h) for i, h in enumerate(rng.sample(range(20, 280), 9)))
                                   + "<title>年齢階級別人数</title>")


@honest
def matplotlib_svg(rng):
    glyphs = "".join('<path id="DejaVuSans-%x" d="M 628 4666 L 3578 4666 L 3578 4134 z" transform="scale(0.015625)"/>' % i for i in range(0x30, 0x50))
    uses = "".join('<use xlink:href="#DejaVuSans-%x" x="%d"/>' % (rng.randrange(0x30, 0x50), 63 * i) for i in range(60))
    return "figure.svg", formats.svg('<metadata><rdf:RDF xmlns:rdf="r"><dc:creator xmlns:dc="d">Matplotlib v3.8.0</dc:creator></rdf:RDF></metadata><defs>%s</defs><g>%s</g>' % (glyphs, uses)
                                     + '<defs><clipPath id="p%x"><rect x="57" y="34" width="357" height="217"/></clipPath></defs>' % rng.getrandbits(40))


@honest
def simple_pdf(rng):
    return "figure.pdf", formats.pdf(formats.pdf_text(["Figure 1. Incidence by age class", "n = %d" % rng.randrange(1000, 9000), "0   20   40   60   80   100"]), info=b"/Title (Figure 1)")


@honest
def browser_pdf(rng):
    return "report.pdf", formats.unicode_font_pdf("対象者は%d人、平均年齢は63.4歳であった。" % rng.randrange(1000, 9000))


@honest
def drawing_pdf(rng):
    lines = "".join("%d %d m %d %d l S\n" % (x, 100, x, 100 + rng.randrange(300)) for x in range(50, 500, 20))
    return "bars.pdf", formats.pdf(lines.encode() + formats.pdf_text(["Age"]))


@honest
def html_report(rng):
    return "report.html", formats.html("<h1>結果</h1><p>%s</p>%s" % (METHODS[1], formats.html_table(honest_tables.by_age(rng))),
                                       '<style>td{padding:4px;opacity:1}</style><meta name="generator" content="Quarto 1.3">')


@honest
def html_regression(rng):
    return "model.html", formats.html(formats.html_table(honest_tables.regression(rng)))


@honest
def word_report(rng):
    return "report.docx", formats.docx(["結果", *METHODS], raw=formats.word_table(honest_tables.by_age(rng)))


@honest
def word_with_styles(rng):
    styles = '<?xml version="1.0"?><w:styles xmlns:w="w"><w:style w:type="paragraph" w:styleId="a"><w:rPr><w:color w:val="FFFFFF"/><w:vanish/></w:rPr></w:style></w:styles>'
    return "paper.docx", formats.docx(METHODS + ["表1. n = %d" % rng.randrange(900, 9000)], [("word/styles.xml", styles), ("word/settings.xml", "<w:settings/>"),
                                      ("word/fontTable.xml", "<w:fonts/>"), ("word/theme/theme1.xml", "<a:theme/>"), ("docProps/app.xml", "<Properties><Application>Microsoft Office Word</Application></Properties>")])


@honest
def slides(rng):
    return "slides.pptx", formats.pptx([["研究結果", "n = %d" % rng.randrange(1000, 9000)], METHODS])


@honest
def workbook_with_picture(rng):
    return "figures.xlsx", formats.xlsx([("表", "", honest_tables.by_age(rng))], [("xl/media/image1.png", formats.png(formats.bars(rng))), ("xl/drawings/drawing1.xml", "<xdr:wsDr/>"),
                                         ("xl/theme/theme1.xml", "<a:theme/>")])


@honest
def zip_of_outputs(rng):
    return "outputs.zip", formats.zipped([("table1.csv", formats.csv_text(honest_tables.by_age(rng))), ("model.csv", formats.csv_text(honest_tables.regression(rng))),
                                          ("figure1.png", formats.png(formats.bars(rng))), ("README.txt", "\n".join(METHODS))])


@honest
def gz_table(rng):
    import gzip
    return "table.csv.gz", gzip.compress(formats.csv_text(honest_tables.by_age(rng)).encode(), mtime=0)


@honest
def latex_table(rng):
    rows = " \\\\\n".join(" & ".join(map(str, r)) for r in honest_tables.regression(rng))
    return "table.tex", "\\begin{tabular}{lrrrrrr}\n%s \\\\\n\\end{tabular}\n%% R 4.3.1, 2024-05-01\n" % rows.replace("_", "\\_")


@honest
def readme(rng):
    return "README.md", ("# 出力の説明\n\n- table1.csv: 年齢階級別の人数（10未満は秘匿）\n- 問い合わせ: 研究課題番号 2023-%03d\n- 使用データ: 2024年3月31日時点の抽出\n" % rng.randrange(999)
                         + "- 京都大学、東京大学、国立病院機構の施設を含む\n- 山口県・石川県・福島県は除外\n")


@honest
def vega_spec(rng):
    return "chart.json", json.dumps({"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "mark": "bar", "data": {"values": [{"age": a, "n": rng.randrange(20, 999)} for a in honest_tables.AGES]},
                                     "encoding": {"x": {"field": "age"}, "y": {"field": "n"}}})


@honest
def stata_log(rng):
    return "stata.log", """. logistic death age i.sex
Logistic regression                                     Number of obs = %s
                                                        LR chi2(2)    =  212.31
                                                        Prob > chi2   =  0.0000
       death | Odds ratio   Std. err.      z    P>|z|     [95%% conf. interval]
         age |   1.042312   .0034121    12.66   0.000     1.035646    1.049021
       2.sex |   .8123412   .0412341    -4.09   0.000     .7354132    .8973141
""" % "{:,}".format(rng.randrange(5000, 90000))

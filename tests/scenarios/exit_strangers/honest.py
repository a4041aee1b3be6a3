"""What researchers really take along: nothing about one person, no group below ten."""
import base64
import datetime
import json
import math
import uuid
import zlib

from scenarios.exit_corpus import formats as f

from . import payloads as p
from . import registry
from .registry import HONEST, honest


def text_places():
    """Places where harmless sentences and tables stand."""
    places = {}

    def place(function):
        places["fine_" + function.__name__] = function
        return function

    @place
    def txt(rng):
        return "results.txt", "\n".join(p.prose(rng, 5)) + "\n"

    @place
    def txt_cp932(rng):
        return "結果.txt", "\r\n".join(p.prose(rng, 5)).replace("–", "-").encode("cp932", "replace")

    @place
    def markdown(rng):
        rows = p.estimates(rng)
        return "report.md", "# Results\n\n" + "\n\n".join(p.prose(rng)) + "\n\n| " + " |\n| ".join(" | ".join(r) for r in [rows[0], ["---"] * 4] + rows[1:]) + " |\n"

    @place
    def csv(rng):
        return "table1.csv", f.csv_text(p.groups(rng))

    @place
    def csv_with_note(rng):
        return "table1.csv", f.csv_text(p.groups(rng)) + "\n注）1–9は「<10」と表示。\n出典：当センターデータベース（2024年3月抽出）\n"

    @place
    def csv_suppressed(rng):
        rows = p.groups(rng)
        mark = rng.choice(["<10", "*", "-", "＜10", "NA", "n<10", "—"])
        rows[1][1] = rows[2][1] = rows[1][2] = rows[2][2] = rows[1][3] = rows[2][3] = mark
        return "table1.csv", f.csv_text(rows)

    @place
    def xlsx(rng):
        return "tables.xlsx", f.xlsx([("Table 1", "", p.groups(rng)), ("Table 2", "", p.estimates(rng))])

    @place
    def docx(rng):
        return "paper.docx", f.docx(p.prose(rng, 6), raw=f.word_table(p.estimates(rng)))

    @place
    def pptx(rng):
        return "slides.pptx", f.pptx([["学会発表", "2024年6月"], p.prose(rng, 3), ["まとめ"]])

    @place
    def html(rng):
        return "report.html", f.html("<h1>結果</h1><p>%s</p>%s" % ("</p><p>".join(s.replace("<", "&lt;") for s in p.prose(rng)), f.html_table(p.groups(rng))))

    @place
    def latex(rng):
        return "paper.tex", "\\documentclass{article}\n\\begin{document}\n%s\n\\begin{tabular}{lccc}\n%s\\end{tabular}\n\\end{document}\n" % ("\n\n".join(p.prose(rng)).replace("%", "\\%"), "".join(" & ".join(r) + " \\\\\n" for r in p.estimates(rng)))

    @place
    def pdf(rng):
        lines = [p.PROSE_EN[n].format(n=4321, m=61.2, s=11.1, q=2100, p=48.6, a=12, f=3.2, o=1.4, l=1.1, u=1.9, g="22K09876", h="") for n in range(7)]
        return "paper.pdf", f.pdf(f.pdf_text(lines))

    @place
    def zip_of(rng):
        return "outputs.zip", f.zipped([("tables/table1.csv", f.csv_text(p.groups(rng))), ("tables/table2.csv", f.csv_text(p.estimates(rng))), ("README.md", "\n".join(p.prose(rng, 3)))])
    return places


for _name, _function in text_places().items():
    HONEST[_name] = _function


registry.enter(honest, {
    "era_heading": lambda rng: ("推移.csv", "年度,患者数,入院数\n" + "".join("%s年度,%d,%d\n" % (y, rng.randrange(900, 4000), rng.randrange(100, 900)) for y in ["平成28", "平成29", "平成30", "令和元", "令和2", "令和3", "令和4", "R5"])),
    "manuscript_ja": lambda rng: ("原稿.txt", ("【背景】急性心筋梗塞の予後は改善しつつある。【方法】平成30年4月1日から令和4年3月31日までに全国の急性期病院412施設に入院した%d例を対象とした。日本循環器学会ガイドライン（2018年改訂版）に従った。"
                      "【結果】院内死亡率は%.1f%%であった。Charlson併存疾患指数3点以上で死亡率が高かった（オッズ比2.31、95%%CI 1.98–2.70、p<0.001）。【考察】佐藤ら1)、Tanaka et al.2)の報告と一致する。\n"
                      "文献\n1) 佐藤一郎, 鈴木花子. 急性心筋梗塞の疫学. 日循会誌 2019;83:1021-7.\n2) Tanaka K, Sato H, Suzuki M. Circ J 2020;84(5):712-719. doi:10.1253/circj.CJ-19-1134\n連絡先：〒113-0033 東京都文京区本郷7-3-1　TEL 03-3815-5411（代表）\n") % (rng.randrange(9000, 90000), rng.uniform(4, 9))),
    "corresponding_author": lambda rng: ("title_page.txt", "Corresponding author: Kenji Yamamoto, MD, PhD\nDepartment of Health Informatics, Kyoto University School of Public Health\nYoshida-Konoe-cho, Sakyo-ku, Kyoto 606-8501, Japan\nTel: +81-75-753-4482  E-mail: yamamoto.kenji.%dx@kyoto-u.ac.jp\nORCID: 0000-0002-%04d-%04d\nWord count: 2,987\n" % (rng.randrange(9), rng.randrange(10 ** 4), rng.randrange(10 ** 4))),
    "doi_list": lambda rng: ("references.txt", "".join("%d. %s. J Clin Epidemiol. %d;%d:%d-%d. doi:10.1016/j.jclinepi.%d.%02d.0%02d PMID: %d\n" % (n, rng.choice(["Ito T, Abe K", "Onishi Y", "Smith JA, Doe B, et al"]), 2005 + n, 60 + n, 100 + n, 109 + n, 2005 + n, rng.randrange(1, 13), rng.randrange(50), rng.randrange(10 ** 7, 4 * 10 ** 7)) for n in range(1, 16))),
    "bibtex": lambda rng: ("refs.bib", "".join("@article{%s%d,\n  author = {%s and Suzuki, Ichiro},\n  title = {{Real-world outcomes of %s}},\n  journal = {PLOS ONE},\n  year = {%d},\n  volume = {%d},\n  pages = {e0%d},\n  doi = {10.1371/journal.pone.0%d},\n  isbn = {978-4-%d-%d-%d},\n}\n" % (k, y, n, t, y, y - 2005, rng.randrange(200000, 299999), rng.randrange(200000, 299999), rng.randrange(10, 99), rng.randrange(10000, 99999), rng.randrange(9)) for k, y, n, t in [("tanaka", 2015, "Tanaka, Hiroshi", "statins"), ("abe", 2018, "Abe, Shinzo K.", "DOACs"), ("kato", 2021, "Kato, Y.", "SGLT2 inhibitors")])),
    "ris_list": lambda rng: ("refs.txt", "".join("TY  - JOUR\nAU  - Yamada, Taro\nAU  - Ito, Hanako\nPY  - %d\nDA  - %d/04/01\nTI  - Outcomes\nSN  - 1341-%04d\nSP  - %d\nER  - \n\n" % (y, y, rng.randrange(10 ** 4), rng.randrange(900)) for y in range(2010, 2018))),
    "r_session_info": lambda rng: ("sessionInfo.txt", "R version 4.3.1 (2023-06-16)\nPlatform: x86_64-pc-linux-gnu (64-bit)\nRunning under: Debian GNU/Linux 12 (bookworm)\n\nlocale:\n [1] LC_CTYPE=ja_JP.UTF-8       LC_NUMERIC=C\n\nattached base packages:\n[1] stats     graphics  grDevices utils     datasets  methods   base\n\nother attached packages:\n" + " ".join("%s_%d.%d-%d" % (k, rng.randrange(4), rng.randrange(20), rng.randrange(9)) for k in ["survival", "ggplot2", "dplyr", "tableone", "mice", "lme4"]) + "\n"),
    "pip_freeze": lambda rng: ("requirements.txt", "".join("%s==%d.%d.%d\n" % (k, rng.randrange(3), rng.randrange(30), rng.randrange(10)) for k in ["numpy", "pandas", "scikit-learn", "lifelines", "matplotlib", "scipy", "statsmodels", "pyarrow"]) + "mypkg @ git+https://git.example.org/lab/mypkg@%040x\n" % rng.getrandbits(160)),
    "conda_lock": lambda rng: ("environment.lock", "".join("https://conda.example.org/noarch/%s-1.%d-pyh%07x_0.tar.bz2#%032x\n" % (k, rng.randrange(20), rng.getrandbits(28), rng.getrandbits(128)) for k in ["six", "pytz", "tzdata", "joblib", "patsy"])),
    "renv_lock": lambda rng: ("renv.lock", json.dumps({"R": {"Version": "4.3.1"}, "Packages": {k: {"Package": k, "Version": "1.%d.%d" % (rng.randrange(9), rng.randrange(9)), "Source": "Repository", "Hash": "%032x" % rng.getrandbits(128)} for k in ["dplyr", "rlang", "vctrs", "survival", "MatchIt"]}}, indent=1)),
    "manifest_hashes": lambda rng: ("SHA256SUMS", "".join("%064x  table%d.csv\n" % (rng.getrandbits(256), n) for n in range(1, 7))),
})


@honest
def run_log(rng):
    start = datetime.datetime(2024, rng.randrange(1, 13), rng.randrange(1, 28), 9, 12, 1)
    lines = ["session %s started" % uuid.UUID(int=rng.getrandbits(128), version=4), "git commit %040x" % rng.getrandbits(160), "seed=%d" % rng.randrange(10 ** 9), "read analysis.parquet: 4,123,882 rows x 38 columns in 12.4 s", "fit cox: n=41238, events=3120", "wrote table2.csv (12 rows)", "peak memory 3.2 GiB"]
    return "run.log", "".join("%s,%03d INFO [%s:%d] %s\n" % ((start + datetime.timedelta(seconds=13 * i)).isoformat(" "), rng.randrange(1000), rng.choice(["main", "fit"]), rng.randrange(9, 300), line) for i, line in enumerate(lines))


registry.enter(honest, {
    "slurm_log": lambda rng: ("slurm-%d.out" % rng.randrange(10 ** 5, 10 ** 6), "Job ID: %d\nStart: 2024-02-0%dT10:00:01+09:00\nNode: gpu03\nEpoch 1/3 loss 0.4312 val_auc 0.7712\nEpoch 2/3 loss 0.4011 val_auc 0.7790\nEpoch 3/3 loss 0.3920 val_auc 0.7811\nelapsed 00:43:12\n" % (rng.randrange(10 ** 6), rng.randrange(1, 9))),
    "sas_listing": lambda rng: ("proc.lst", "The SAS System      10:12 Monday, March 4, 2024   1\n\nThe LOGISTIC Procedure\n\nModel Information\nData Set            WORK.ANALYSIS\nNumber of Observations Read       %d\n\n          Analysis of Maximum Likelihood Estimates\n                              Standard          Wald\nParameter    DF    Estimate       Error    Chi-Square    Pr > ChiSq\nIntercept     1     -4.2112      0.1201     1229.4412        <.0001\nage           1      0.0312      0.0017      336.8121        <.0001\nsex         M 1      0.2101      0.0412       26.0034        <.0001\n" % rng.randrange(9000, 90000)),
    "r_coxph": lambda rng: ("cox.txt", "> summary(fit)\nCall:\ncoxph(formula = Surv(time, status) ~ age + sex + dm, data = d)\n\n  n= %d, number of events= %d \n   (%d observations deleted due to missingness)\n\n        coef exp(coef) se(coef)     z Pr(>|z|)    \nage  0.04312   1.04406  0.00211 20.436  < 2e-16 ***\nsexM 0.21231   1.23653  0.04121  5.152 2.58e-07 ***\ndm   0.10920   1.11538  0.05012  2.179   0.0293 *  \n---\nSignif. codes:  0 ‘***’ 0.001 ‘**’ 0.01 ‘*’ 0.05 ‘.’ 0.1 ‘ ’ 1\n\nConcordance= 0.671  (se = 0.005 )\nLikelihood ratio test= 482.1  on 3 df,   p=<2e-16\n" % (rng.randrange(9000, 30000), rng.randrange(900, 3000), rng.randrange(20, 99))),
    "r_lm": lambda rng: ("lm.txt", "Call:\nlm(formula = hba1c ~ age + bmi, data = d)\n\nCoefficients:\n             Estimate Std. Error t value Pr(>|t|)    \n(Intercept)  4.812001   0.051221  93.946  < 2e-16 ***\nage          0.010211   0.000612  16.685  < 2e-16 ***\nbmi          0.041109   0.001502  27.370  < 2e-16 ***\n\nResidual standard error: 0.9121 on %d degrees of freedom\nMultiple R-squared:  0.1120,\tAdjusted R-squared:  0.1118\nF-statistic: 512.1 on 2 and 8121 DF,  p-value: < 2.2e-16\n" % rng.randrange(2000, 9000)),
})


@honest
def tableone_print(rng):
    n1, n2 = rng.randrange(800, 3000), rng.randrange(800, 3000)
    return "table1.txt", "                          Stratified by arm\n                           A              B              p      SMD\n  n                        %5d          %5d\n  age (mean (SD))          64.12 (11.20)  63.90 (11.51)   0.412  0.019\n  sex = M (%%)              %5d (52.1)    %5d (51.0)     0.388  0.022\n  hba1c (mean (SD))         7.11 (1.20)    7.08 (1.19)    0.512  0.025\n  los (median [IQR])       12.00 [7.00, 19.00] 11.00 [7.00, 18.00] 0.044 0.051\n" % (n1, n2, round(n1 * 0.521), round(n2 * 0.51))


registry.enter(honest, {
    "statsmodels": lambda rng: ("ols.txt", "                            OLS Regression Results                            \n==============================================================================\nDep. Variable:                    los   R-squared:                       0.121\nModel:                            OLS   Adj. R-squared:                  0.120\nMethod:                 Least Squares   F-statistic:                     211.3\nDate:                Mon, 04 Mar 2024   Prob (F-statistic):           1.21e-98\nTime:                        10:12:33   Log-Likelihood:                -12011.\nNo. Observations:                %5d   AIC:                         2.403e+04\nDf Residuals:                    %5d   BIC:                         2.406e+04\nDf Model:                           3\n==============================================================================\n                 coef    std err          t      P>|t|      [0.025      0.975]\n------------------------------------------------------------------------------\nIntercept      4.1201      0.211     19.526      0.000       3.707       4.534\nage            0.1102      0.003     36.733      0.000       0.104       0.116\nsex[T.M]       0.4120      0.080      5.150      0.000       0.255       0.569\n==============================================================================\n" % ((lambda n: (n, n - 4))(rng.randrange(3000, 9999)))),
    "stata_output": lambda rng: ("logit.log", ". logit death c.age i.sex\n\nIteration 0:   log likelihood = -2412.1121\nIteration 1:   log likelihood = -2201.4410\n\nLogistic regression                             Number of obs     =      %d\n                                                LR chi2(2)        =     421.34\n                                                Prob > chi2       =     0.0000\n\n------------------------------------------------------------------------------\n       death |      Coef.   Std. Err.      z    P>|z|     [95%% Conf. Interval]\n-------------+----------------------------------------------------------------\n         age |   .0421201   .0021001    20.06   0.000     .0380041    .0462361\n       2.sex |   .2101101   .0512110     4.10   0.000     .1097383    .3104819\n       _cons |  -4.121001   .1512110   -27.25   0.000    -4.417369   -3.824633\n------------------------------------------------------------------------------\n" % rng.randrange(4000, 9000)),
    "python_dates": lambda rng: ("cohort.py", "import datetime as dt\nimport pandas as pd\n\nSTART = dt.date(2018, 4, 1)\nEND = pd.Timestamp('2023-03-31')\nCOVID_WAVES = [('2020-04-07', '2020-05-25'), ('2021-01-08', '2021-03-21')]\nICD_AMI = ['I21', 'I22']\nATC = ['C10AA05', 'C10AA07', 'B01AF02']\nBOOTSTRAP_SEED = %d\n\ndef cohort(df):\n    return df[(df.adm_date >= START) & (df.adm_date <= END) & df.icd10.str[:3].isin(ICD_AMI)]\n\nif __name__ == '__main__':\n    d = cohort(pd.read_parquet('/data/cut_20240301/stays.parquet'))\n    print(d.groupby(['year', 'sex']).patient.nunique().where(lambda n: n >= 10))\n" % rng.randrange(10 ** 9)),
    "r_pipeline": lambda rng: ("01_prepare.R", "# 作成: 2024-03-04  更新: 2024/04/11\nlibrary(tidyverse); library(lubridate)\nset.seed(%d)\ncut_points <- c(0, 18, 40, 65, 75, 85, Inf)\nd <- readRDS('cohort.rds') |>\n  mutate(age_group = cut(age, cut_points, right = FALSE), fiscal = year(adm_date %%m-%% months(3))) |>\n  filter(between(adm_date, ymd('2016-04-01'), ymd('2023-03-31')), !str_detect(icd10, '^[VWXY]'))\nstopifnot(nrow(d) > 1000)\nd |> count(age_group, sex) |> mutate(n = if_else(n < 10, NA_integer_, n)) |> write_csv('table1.csv')\n" % rng.randrange(10 ** 8)),
    "sql_view": lambda rng: ("extract.sql", "-- 2024-02-01 v%d\nCREATE VIEW cohort AS\nSELECT r.person, r.adm_date, CASE WHEN r.age BETWEEN 18 AND 64 THEN 1 ELSE 2 END AS age_class\nFROM stays r JOIN drugs d ON d.stay = r.stay\nWHERE d.yj LIKE '2171%%' AND r.adm_date BETWEEN DATE '2018-04-01' AND DATE '2023-03-31'\n  AND r.icd10 IN ('I200','I209','I210','I211','I212','I213','I214','I219');\n" % rng.randrange(9)),
    "sas_program": lambda rng: ("analysis.sas", "/* 2024-03-04 */\nlibname x '/data';\nproc format; value agef low-<18='0-17' 18-<65='18-64' 65-high='65+'; run;\nproc freq data=x.cohort; tables agef*sex / norow nocol; where '01APR2018'd <= adm <= '31MAR2023'd; run;\nproc phreg data=x.cohort; class sex(ref='F'); model t*ev(0)=age sex / rl; run;\n"),
    "stan_model": lambda rng: ("model.stan", "data {\n  int<lower=0> N;\n  array[N] int<lower=0,upper=1> y;\n  matrix[N, 5] X;\n}\nparameters { vector[5] beta; real alpha; }\nmodel {\n  alpha ~ normal(0, 2.5);\n  beta ~ normal(0, 1);\n  y ~ bernoulli_logit(alpha + X * beta);\n}\n"),
    "yj_list": lambda rng: ("drugs.csv", "yj_code,generic_name,n_patients\n" + "".join("%07dF%04d,%s,%d\n" % (rng.randrange(10 ** 6, 10 ** 7), rng.randrange(1000, 2000), d, rng.randrange(100, 9000)) for d in ["アトルバスタチン錠10mg", "アムロジピン錠5mg", "メトホルミン錠250mg", "ランソプラゾールOD錠15mg", "アピキサバン錠2.5mg", "ロキソプロフェン錠60mg"])),
    "receipt_codes": lambda rng: ("codes.csv", "レセ電コード,名称,算定回数\n" + "".join("%d,%s,%d\n" % (c, n, rng.randrange(1000, 90000)) for c, n in [(111000110, "初診料"), (112007410, "再診料"), (160061710, "ヘモグロビンA1c"), (170011810, "胸部単純撮影"), (620003477, "アムロジピン錠"), (150078810, "経皮的冠動脈形成術")])),
    "hot_codes": lambda rng: ("hot.tsv", "HOT9\t薬剤名\t患者数\n" + "".join("%09d\t%s\t%d\n" % (rng.randrange(10 ** 8, 2 * 10 ** 8), n, rng.randrange(50, 5000)) for n in ["ワルファリンK錠1mg", "バイアスピリン錠100mg", "フロセミド錠20mg", "酸化マグネシウム錠330mg"])),
    "jlac": lambda rng: ("labs.csv", "JLAC10,検査名,単位,件数,平均,標準偏差\n" + "".join("%s,%s,%s,%d,%.1f,%.1f\n" % (c, n, u, rng.randrange(2000, 99999), m, s) for c, n, u, m, s in [("3D046000001906202", "HbA1c", "%", 6.4, 1.1), ("3C015000002327101", "クレアチニン", "mg/dL", 0.9, 0.6), ("3B035000002327201", "AST", "U/L", 28.1, 20.2), ("2A020000001930101", "ヘモグロビン", "g/dL", 12.9, 1.9)])),
    "icd_list": lambda rng: ("icd10_definition.csv", "category,code,label\n" + "".join("%s,%s,%s\n" % r for r in [("MI", "I21", "急性心筋梗塞"), ("MI", "I22", "再発性心筋梗塞"), ("CHF", "I50", "心不全"), ("CHF", "I11.0", "高血圧性心疾患"), ("DM", "E11.9", "2型糖尿病"), ("CKD", "N18.3", "慢性腎臓病"), ("COPD", "J44.9", "COPD"), ("Cancer", "C16.9", "胃癌")])),
    "atc_table": lambda rng: ("atc.csv", "ATC,name,patients,prescriptions\n" + "".join("%s,%s,%d,%d\n" % (c, n, rng.randrange(200, 900), rng.randrange(1000, 9000)) for c, n in [("C10AA05", "atorvastatin"), ("A10BA02", "metformin"), ("B01AF02", "apixaban"), ("N02BE01", "paracetamol")])),
    "hospitals_by_prefecture": lambda rng: ("prefecture.csv", "都道府県,病院数,患者数,人口10万対\n" + "".join("%s,%d,%d,%.1f\n" % (k, rng.randrange(12, 90), rng.randrange(200, 9000), rng.uniform(50, 300)) for k in ["北海道", "青森県", "宮城県", "東京都", "神奈川県", "愛知県", "大阪府", "兵庫県", "広島県", "福岡県", "沖縄県"])),
    "study_sites": lambda rng: ("sites.csv", "institution,prefecture,approval_no,approval_date\n" + "".join("%s,%s,2023-%03d,2023-%02d-%02d\n" % (n, k, rng.randrange(1, 300), rng.randrange(1, 13), rng.randrange(1, 28)) for n, k in [("東京大学医学部附属病院", "東京都"), ("京都大学医学部附属病院", "京都府"), ("九州大学病院", "福岡県"), ("国立病院機構大阪医療センター", "大阪府"), ("藤田医科大学病院", "愛知県"), ("済生会福岡総合病院", "福岡県")])),
})


@honest
def km_grid(rng):
    n, s, out = rng.randrange(900, 3000), 1.0, []
    for t in range(0, 61, 6):
        out.append("%d,%d,%.3f,%.3f,%.3f" % (t, n, s, max(0, s - 0.02), min(1, s + 0.02)))
        n, s = int(n * 0.88), s * rng.uniform(0.93, 0.97)
    return "km.csv", "month,at_risk,survival,lower,upper\n" + "\n".join(out) + "\n"


@honest
def km_svg_matplotlib(rng):
    y, path = 20.0, "M 40 20"
    for x in range(60, 361, 20):
        y += rng.uniform(2, 12)
        path += " L %d %.6f L %d %.6f" % (x, y - 6, x, y)
    return "km.svg", f.svg("<g id='figure_1'><g id='patch_1'><path d='M 0 300 L 400 300 L 400 0 L 0 0 z' style='fill: #ffffff'/></g><path d='%s' clip-path='url(#p1234abcd)' style='fill: none; stroke: #1f77b4; stroke-width: 1.5'/>" % path
                           + "".join("<text x='%d' y='290'>%d</text>" % (40 + 54 * i, 12 * i) for i in range(6)) + "<text x='180' y='299'>Months since admission</text></g>",
                           "<metadata><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><dc:date xmlns:dc='d'>2024-03-04T10:12:13.123456</dc:date><dc:creator xmlns:dc='d'>Matplotlib v3.7.1, https://matplotlib.org/</dc:creator></rdf:RDF></metadata>")


@honest
def forest_svg(rng):
    return "forest.svg", f.svg("".join("<line x1='%.1f' x2='%.1f' y1='%d' y2='%d' stroke='black'/><rect x='%.1f' y='%d' width='6' height='6'/><text x='5' y='%d'>%s</text>" % (x - 20, x + 20, y, y, x - 3, y - 3, y, label) for x, y, label in [(rng.uniform(150, 300), 20 + 22 * i, t) for i, t in enumerate(["Age &lt;65", "Age ≥65", "Male", "Female", "DM+", "DM−", "eGFR &lt;60", "Overall"])]))


registry.enter(honest, {
    "calibration_svg": lambda rng: ("calibration.svg", f.svg("".join("<circle cx='%.1f' cy='%.1f' r='3'/>" % (40 + 32 * i, 260 - 24 * i + rng.uniform(-5, 5)) for i in range(10)) + "<line x1='40' y1='260' x2='360' y2='20'/><text x='150' y='295'>Predicted probability (deciles)</text>")),
    "roc_csv": lambda rng: ("roc.csv", "threshold,tpr,fpr\n" + "".join("%.2f,%.3f,%.3f\n" % (t / 20, 1 - (t / 20) ** 2, (1 - t / 20) ** 2) for t in range(21))),
    "monthly": lambda rng: ("monthly.csv", "年月,新規患者数,実施件数\n" + "".join("%d年%d月,%d,%d\n" % (2021 + m // 12, m % 12 + 1, rng.randrange(80, 400), rng.randrange(200, 900)) for m in range(24))),
    "its_model": lambda rng: ("its.csv", "week,rate_per_1000,fitted,lower,upper\n" + "".join("2021-W%02d,%.2f,%.2f,%.2f,%.2f\n" % (w, *(lambda r: (r + rng.uniform(-.3, .3), r, r - .4, r + .4))(12 + w * 0.03)) for w in range(1, 53))),
    "psm_balance": lambda rng: ("balance.csv", "covariate,smd_before,smd_after,var_ratio\n" + "".join("%s,%.3f,%.3f,%.2f\n" % (c, rng.uniform(.05, .6), rng.uniform(0, .09), rng.uniform(.9, 1.1)) for c in ["age", "sex_male", "hba1c", "egfr", "bmi", "cci", "prior_admission", "statin", "insulin"])),
    "glm_json": lambda rng: ("model.json", json.dumps({"family": "binomial", "n": rng.randrange(9000, 90000), "df_residual": 8990, "coefficients": [{"term": t, "estimate": round(rng.gauss(0, .5), 4), "std_error": round(rng.uniform(.01, .09), 4), "p": round(rng.random(), 4)} for t in ["(Intercept)", "age10", "sexM", "dm", "ckd"]], "created": "2024-03-04T10:12:33+09:00", "run_id": str(uuid.UUID(int=rng.getrandbits(128), version=4))}, indent=2)),
    "notebook_clean": lambda rng: ("analysis.ipynb", json.dumps({"cells": [{"cell_type": "markdown", "id": "%08x" % rng.getrandbits(32), "metadata": {}, "source": ["# 解析\n", p.prose(rng)[0]]}, {"cell_type": "code", "id": "%08x" % rng.getrandbits(32), "execution_count": None, "metadata": {"collapsed": False}, "outputs": [], "source": ["import pandas as pd\n", "df = pd.read_parquet('d.parquet')\n"]}],
                                          "metadata": {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}, "language_info": {"codemirror_mode": {"name": "ipython", "version": 3}, "file_extension": ".py", "mimetype": "text/x-python", "name": "python", "nbconvert_exporter": "python", "pygments_lexer": "ipython3", "version": "3.11.4"}}, "nbformat": 4, "nbformat_minor": 5}, indent=1)),
})


@honest
def rmarkdown_html(rng):
    figure = base64.b64encode(f.png(f.bars(rng))).decode()
    return "report.html", f.html("<div class='container-fluid main-container'><h1>Report</h1><p>2024-03-04</p>%s<p><img src='data:image/png;base64,%s' width='672' alt='bar chart'/></p></div>" % (f.html_table(p.estimates(rng)), figure))


registry.enter(honest, {
    "quarto_yaml": lambda rng: ("_quarto.yml", "project:\n  type: website\nauthor:\n  - name: 研究班\nformat:\n  html:\n    theme: cosmo\nexecute:\n  freeze: auto\n  seed: %d\n" % rng.randrange(10 ** 8)),
    "grants": lambda rng: ("acknowledgements.txt", "本研究は厚生労働科学研究費補助金（課題番号：%dAC%04d）、日本学術振興会科学研究費（JP%dH%05d）、AMED（JP%dmk0101%03d）の支援を受けた。英文校正は株式会社エディテージに依頼した。データ提供機関の皆様に深謝する。\n" % (rng.randrange(19, 24), rng.randrange(10 ** 4), rng.randrange(18, 24), rng.randrange(10 ** 5), rng.randrange(19, 24), rng.randrange(1000))),
    "ethics": lambda rng: ("ethics.txt", "本研究は東京医科歯科大学医学部倫理審査委員会（承認番号 M2023-%03d、承認日 令和5年9月12日）の承認を得た。ヘルシンキ宣言（2013年フォルタレザ改訂）を遵守した。次世代医療基盤法（平成29年法律第28号）第9条の認定を受けた事業者から匿名加工医療情報の提供を受けた（許諾 R05-%04d）。\n" % (rng.randrange(100, 400), rng.randrange(10 ** 4))),
    "contact_center": lambda rng: ("README.txt", "問い合わせ先\n一般財団法人 医療情報センター 研究支援課\n〒100-0013 東京都千代田区霞が関3-2-1\n電話：03-5253-%04d（平日9:00-17:00）\nE-mail: support@center.example.jp\n" % rng.randrange(1000, 9999)),
    "changelog": lambda rng: ("CHANGELOG.md", "# Changelog\n\n## [1.4.2] - 2024-03-04\n- Fix age groups (#123)\n\n## [1.4.1] - 2024-02-11\n- Update to data cut 20240131 (commit %07x)\n\n## [1.4.0] - 2023-12-25\n- First release, DOI 10.5281/zenodo.%d\n" % (rng.getrandbits(28), rng.randrange(10 ** 6, 10 ** 7))),
    "protocol": lambda rng: ("protocol.md", "# 研究計画書 第2.1版（2023年10月1日）\n\n研究責任者：医療情報学分野 教授\n\n## 対象\n2015年4月1日から2022年3月31日に入院した18歳以上の患者（予定 50,000例）\n\n## 除外\n- 妊婦\n- 観察期間30日未満\n\n## 評価項目\n主要：30日以内の再入院\n\n## 標本数\n両側α=0.05、検出力80%、ハザード比0.85で 2,941 イベントが必要。\n"),
    "data_dictionary": lambda rng: ("dictionary.csv", "variable,type,label,values\npatient_id,string,仮名化ID,\nage,integer,入院時年齢,0-120\nsex,integer,性別,1=男 2=女\nadm_date,date,入院日,YYYY-MM-DD\ndeath,boolean,院内死亡,0/1\nhba1c,float,HbA1c (NGSP),3.0-20.0\nphone,string,電話番号（提供されない）,\nname,string,氏名（提供されない）,\n"),
    "sensitivity": lambda rng: ("sensitivity.csv", "analysis,n,events,hr,lower,upper\n" + "".join("%s,%d,%d,%.3f,%.3f,%.3f\n" % (a, n, n // 11, v, v * .9, v * 1.1) for a, n, v in [(a, rng.randrange(3000, 90000), rng.uniform(.7, 1.4)) for a in ["Main", "Complete case", "Per protocol", "Lag 30 d", "Age 65+", "Excl. cancer"]])),
    "icc": lambda rng: ("mixed.txt", "Linear mixed model fit by REML ['lmerMod']\nFormula: los ~ age + sex + (1 | hospital)\nREML criterion at convergence: 81213.4\nRandom effects:\n Groups   Name        Variance Std.Dev.\n hospital (Intercept)  4.12     2.030\n Residual             88.10     9.386\nNumber of obs: %d, groups:  hospital, 112\nFixed effects:\n            Estimate Std. Error t value\n(Intercept) 10.12000    0.31210  32.425\nage          0.08211    0.00512  16.037\n" % rng.randrange(9000, 30000)),
})


@honest
def variance_covariance(rng):
    k = 5
    return "vcov.csv", f.csv_text([[""] + ["b%d" % i for i in range(k)]] + [["b%d" % i] + ["%.6e" % rng.gauss(0, 1e-3) for _ in range(k)] for i in range(k)])


registry.enter(honest, {
    "power_table": lambda rng: ("power.csv", "hr,n_events,power\n" + "".join("%.2f,%d,%.3f\n" % (h / 100, e, min(.999, .5 + (100 - h) / 100 * math.sqrt(e) / 20)) for h in range(70, 100, 5) for e in (500, 1000, 2000))),
    "missing_table": lambda rng: ("missing.csv", "variable,missing_n,missing_percent\n" + "".join("%s,%d,%.1f\n" % (v, round(20000 * s), 100 * s) for v, s in [(v, rng.uniform(.01, .3)) for v in ["bmi", "smoking", "hba1c", "egfr", "albumin", "nyha"]])),
    "cost_table": lambda rng: ("cost.csv", "DPC6桁,症例数,平均在院日数,平均医療費（円）,標準偏差\n" + "".join("%06d,%d,%.1f,%d,%d\n" % (c, rng.randrange(100, 5000), rng.uniform(5, 30), rng.randrange(300000, 3000000), rng.randrange(50000, 900000)) for c in [10060, 40080, 50030, 50050, 60020, 110080, 160800])),
    "age_sd_text": lambda rng: ("abstract.txt", "Methods: A total of %d patients (%d men, %d women) aged 18 to 64 were included. Results: Median follow-up was 4.2 years (IQR 2.1-6.3). At 5 years survival was 81.2%% (95%% CI 80.1-82.3). Number needed to treat was 8. ECOG PS 0-1; NYHA class 3 or 4; 4 of 5 models converged; Table 3 and Figure 2 show details; ASA 3.\n" % (lambda a, b: (a + b, a, b))(rng.randrange(500, 900), rng.randrange(500, 900))),
    "likert": lambda rng: ("questionnaire.csv", "question,strongly_disagree,disagree,neutral,agree,strongly_agree\n" + "".join("Q%d,%s\n" % (q, ",".join(str(rng.randrange(20, 400)) for _ in range(5))) for q in range(1, 13))),
    "network_nodes": lambda rng: ("network.json", json.dumps({"nodes": [{"id": n, "label": c, "n": rng.randrange(100, 9000)} for n, c in enumerate(["E11", "I10", "N18", "I50", "J44"])], "edges": [[0, 1, 812], [1, 2, 401], [2, 3, 221]]})),
    "trained_gam": lambda rng: ("spline.csv", "age,log_odds,se\n" + "".join("%d,%.4f,%.4f\n" % (a, -3 + a * .03 + math.sin(a / 9) * .1, .02 + abs(a - 60) * .001) for a in range(18, 96))),
    "unit_prices": lambda rng: ("points.csv", "診療行為,点数,算定開始日\n" + "".join("%s,%d,%d-04-01\n" % (n, v, rng.choice([2018, 2020, 2022])) for n, v in [("初診料", 288), ("再診料", 73), ("外来管理加算", 52), ("特定疾患療養管理料", 225), ("血液採取", 37)])),
    "random_seeds": lambda rng: ("seeds.txt", "".join("%d\n" % rng.randrange(2 ** 31) for _ in range(20))),
    "git_log": lambda rng: ("history.txt", "".join("commit %040x\nDate:   %s 2024 +0900\n\n    %s\n\n" % (rng.getrandbits(160), d, m) for d, m in [("Mon Mar 4 10:12:33", "Fix age class"), ("Tue Mar 5 11:02:01", "Add Cox model"), ("Fri Mar 8 18:40:12", "Tables for the committee")])),
})


@honest
def mermaid_flow(rng):
    n = rng.randrange(40000, 90000)
    return "flow.md", "```mermaid\nflowchart TD\n A[全入院 n=%s] --> B[18歳以上 n=%s]\n B --> C[主病名 I21 n=%s]\n C --> D[解析対象 n=%s]\n B --> E[除外 n=%s]\n```\n" % tuple("{:,}".format(v) for v in (n, n - 1200, n - 21000, n - 22412, 1412))


registry.enter(honest, {
    "license_text": lambda rng: ("LICENSE", "MIT License\n\nCopyright (c) 2024 Lab of Clinical Epidemiology\n\nPermission is hereby granted, free of charge, to any person obtaining a copy of this software.\n"),
    "makefile": lambda rng: ("Makefile", "all: table1.csv figure1.png\n\ntable1.csv: 01_prepare.R cohort.rds\n\tRscript 01_prepare.R --seed %d --cut 2024-01-31\n" % rng.randrange(10 ** 6)),
    "phase_table": lambda rng: ("period.csv", "期間,開始,終了,患者数\n" + "".join("%s,%s,%s,%d\n" % (n, a, b, rng.randrange(500, 9000)) for n, a, b in [("第1期", "2018-04-01", "2020-03-31"), ("第2期", "2020-04-01", "2022-03-31"), ("第3期", "2022-04-01", "2024-03-31")])),
    "xlsx_many_sheets": lambda rng: ("tables.xlsx", f.xlsx([("表%d" % n, "", p.groups(rng) if n % 2 else p.estimates(rng)) for n in range(1, 6)] + [("目次", "", [["表", "内容"], ["表1", "患者背景"], ["表2", "回帰"]])])),
    "icd_counts_long": lambda rng: ("icd_counts.csv", "icd10,n\n" + "".join("%s%02d,%d\n" % (c, d, rng.randrange(10, 9000)) for c in "ABCEIJKMN" for d in rng.sample(range(100), 8))),
    "confusion": lambda rng: ("confusion.txt", "Confusion matrix (test set)\n            pred 0   pred 1\ntrue 0      %6d   %6d\ntrue 1      %6d   %6d\n\naccuracy 0.861  sensitivity 0.712  specificity 0.889  PPV 0.541  NPV 0.945\n" % tuple(rng.randrange(50, 9000) for _ in range(4))),
    "classification_report": lambda rng: ("report.txt", "              precision    recall  f1-score   support\n\n           0       0.94      0.89      0.91     %5d\n           1       0.54      0.71      0.61      %4d\n\n    accuracy                           0.86     %5d\n   macro avg       0.74      0.80      0.76     %5d\nweighted avg       0.88      0.86      0.87     %5d\n" % (8012, 1211, 9223, 9223, 9223)),
    "xgboost_importance": lambda rng: ("importance.csv", "Feature,Gain,Cover,Frequency\n" + "".join("%s,%.6f,%.6f,%.6f\n" % (v, rng.random(), rng.random(), rng.random()) for v in ["age", "egfr", "albumin", "hb", "crp", "sex", "cci", "adl_score"])),
    "nomogram": lambda rng: ("points.csv", "item,category,points\nage,<50,0\nage,50-64,2\nage,65-79,4\nage,80+,7\nsex,male,1\nadl,dependent,3\nckd,yes,2\n"),
    "icd_chapter_json": lambda rng: ("chapters.json", json.dumps({c: {"patients": rng.randrange(100, 9000), "admissions": rng.randrange(9000, 20000)} for c in ["A00-B99", "C00-D48", "E00-E90", "I00-I99", "J00-J99", "K00-K93"]}, indent=1)),
    "percent_only": lambda rng: ("shares.csv", "year,male_%,female_%\n" + "".join("%d,%.1f,%.1f\n" % (y, m, 100 - m) for y, m in [(y, rng.uniform(40, 60)) for y in range(2012, 2024)])),
})


@honest
def compressed_table(rng):
    import gzip
    return "table1.csv.gz", gzip.compress(f.csv_text(p.groups(rng)).encode(), mtime=0)


@honest
def svg_base64_font(rng):
    return "figure.svg", f.svg("<defs><style>@font-face{font-family:F;src:url(data:font/woff2;base64,%s)}</style></defs><text x='10' y='20' font-family='F'>Incidence per 100,000</text>" % base64.b64encode(b"wOF2\0\1\0\0" + zlib.compress(rng.randbytes(600))).decode())

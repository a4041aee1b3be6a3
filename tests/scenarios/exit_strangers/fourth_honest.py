"""The fourth set's honest side: what a research office really sends out - listings of models, tables of large groups, code lists,
references, contact addresses of institutions, logs, settings - nothing about a single person."""
import base64
import datetime
import hashlib
import json

from scenarios.exit_corpus import formats as f
from scenarios.exit_corpus import values as v

from . import payloads as p
from . import registry

_, honest = registry.named("fourth_")


def big(r, low=25, high=4000):
    return r.randrange(low, high)


def n_percent(r, n):
    a = r.randrange(max(10, n // 20), n // 2)
    return "%d (%.1f%%)" % (a, 100 * a / n)


@honest
def table_one(r):
    n, m = big(r, 400), big(r, 400)
    rows = [["", "Exposed (n=%d)" % n, "Control (n=%d)" % m, "SMD"]]
    rows += [[x, n_percent(r, n), n_percent(r, m), "%.3f" % r.uniform(0, 0.3)] for x in ("Male sex", "Diabetes", "Hypertension", "Dyslipidemia", "Current smoker")]
    rows += [["Age, mean (SD)", "%.1f (%.1f)" % (r.uniform(60, 70), r.uniform(9, 14)), "%.1f (%.1f)" % (r.uniform(60, 70), r.uniform(9, 14)), "%.3f" % r.uniform(0, 0.2)],
             ["BMI, median [IQR]", "22.%d [20.1, 25.%d]" % (r.randrange(10), r.randrange(10)), "22.%d [20.3, 25.%d]" % (r.randrange(10), r.randrange(10)), "0.041"]]
    return r.choice([("table1.csv", f.csv_text(rows)), ("table1.html", f.html(f.html_table(rows))), ("table1.docx", f.docx(["Table 1"], raw=f.word_table(rows))), ("table1.xlsx", f.xlsx([("Table 1", "", rows)]))])


@honest
def proc_logistic(r):
    lines = "".join("%-12s 1 %10.4f %9.4f %10.4f %9s\n" % (x, r.gauss(0, 1), r.uniform(0.05, 0.3), r.uniform(0.1, 40), "<.0001") for x in ("Intercept", "age", "sex M", "dm 1", "egfr_low"))
    return "logistic.lst", ("The LOGISTIC Procedure\n\n      Model Information\n Data Set            WORK.COHORT\n Number of Observations Used %d\n\n   Response Profile\n Ordered          Total\n   Value  death Frequency\n       1  1          %d\n       2  0          %d\n\n"
                            "Analysis of Maximum Likelihood Estimates\n\n                       Standard      Wald\nParameter   DF Estimate     Error Chi-Square Pr > ChiSq\n\n%s" % (4123, 411, 3712, lines))


@honest
def lme4_summary(r):
    return "model.txt", ("Linear mixed model fit by REML ['lmerMod']\nFormula: los ~ age + sex + (1 | hospital)\n   Data: d\n\nREML criterion at convergence: %.1f\n\nScaled residuals: \n    Min      1Q  Median      3Q     Max \n-3.1021 -0.6612 -0.0412  0.6101  4.0912 \n\n"
                         "Random effects:\n Groups   Name        Variance Std.Dev.\n hospital (Intercept) %.4f  %.4f  \n Residual             %.4f  %.4f \nNumber of obs: %d, groups:  hospital, %d\n\nFixed effects:\n            Estimate Std. Error t value\n(Intercept)  %.5f    0.91201   9.112\nage          0.05121    0.00812   6.307\nsexM        -0.41210    0.20111  -2.049\n"
                         % (r.uniform(9000, 90000), r.uniform(1, 4), r.uniform(1, 2), r.uniform(20, 40), r.uniform(4, 7), big(r, 2000), r.randrange(12, 60), r.uniform(5, 12)))


@honest
def gtsummary_markdown(r):
    n = big(r, 700)
    return "tbl.md", "| **Characteristic** | **N = %d** |\n|:---|:---:|\n| Age | 67 (55, 76) |\n| Sex | |\n| F | %s |\n| M | %s |\n" % (n, n_percent(r, n), n_percent(r, n))


@honest
def stargazer(r):
    return "reg.txt", "===============================================\n                        Dependent variable:    \n                    ---------------------------\n                              log_cost         \n-----------------------------------------------\nage                           %.3f***          \n                              (0.001)          \nsex                           -0.0%d**         \n                              (0.012)          \nConstant                      12.%d***         \n                              (0.081)          \n-----------------------------------------------\nObservations                   %s           \nR2                              0.%d           \nResidual Std. Error      0.7%d (df = %d)     \n===============================================\nNote:               *p<0.1; **p<0.05; ***p<0.01\n" % (
        r.uniform(0.01, 0.05), r.randrange(20, 90), r.randrange(100, 999), "{:,}".format(big(r, 2000, 9000)), r.randrange(100, 500), r.randrange(10, 99), big(r, 2000, 9000))


@honest
def esttab_latex(r):
    body = "".join("%s & %.3f\\sym{***} & %.3f\\\\\n & (%.3f) & (%.3f)\\\\\n" % (x, r.gauss(0, 1), r.gauss(0, 1), r.uniform(0, 0.2), r.uniform(0, 0.2)) for x in ("age", "male", "charlson", "emergency"))
    return "table3.tex", "\\begin{tabular}{lcc}\n\\hline\n & (1) & (2)\\\\\n%s\\hline\n$N$ & %d & %d\\\\\n\\end{tabular}\n" % (body, big(r, 1000), big(r, 1000))


@honest
def brms_summary(r):
    rows = "".join("%-10s %8.2f %8.2f %8.2f %8.2f 1.00 %8d %8d\n" % (x, r.gauss(0, 1), 0.2, -0.4, 0.9, r.randrange(1500, 4000), r.randrange(1500, 4000)) for x in ("Intercept", "age", "sexM", "sd(hosp)"))
    return "brms.txt", " Family: bernoulli \n  Draws: 4 chains, each with iter = 2000; warmup = 1000; thin = 1;\nPopulation-Level Effects: \n          Estimate Est.Error l-95%% CI u-95%% CI Rhat Bulk_ESS Tail_ESS\n%s" % rows


registry.enter(honest, {
    "emmeans_grid": lambda r: ("emm.csv", "age,sex,emmean,SE,df,lower.CL,upper.CL\n" + "".join("%d,%s,%.3f,%.4f,%d,%.3f,%.3f\n" % (a, s, m, 0.21, 4012, m - 0.41, m + 0.41) for a in (40, 50, 60, 70, 80) for s in "FM" for m in [r.uniform(6, 18)])),
    "spline_grid": lambda r: ("pred.csv", "age,fit,lower,upper\n" + "".join("%d,%.4f,%.4f,%.4f\n" % (a, y, y - 0.05, y + 0.05) for a in range(20, 91) for y in [0.2 + (a - 55) ** 2 / 9000 + r.uniform(0, 0.004)])),
    "lms_growth_reference": lambda r: ("lms.csv", "sex,age_month,L,M,S\n" + "".join("%d,%d,%.5f,%.4f,%.5f\n" % (s, m, 1 - 0.002 * m, 49.9 + 2.7 * m ** 0.7 + 0.3 * s, 0.037 + 0.00004 * m) for s in (1, 2) for m in range(0, 72))),
})


@honest
def life_table(r):
    alive, out = 10000000, "年齢,生存数,死亡数,死亡率,平均余命\n"
    for age in range(0, 100):
        dead = round(alive * min(0.9, 0.0004 * 1.09 ** (age / 1.1)))
        out += "%d,%d,%d,%.5f,%.2f\n" % (age, alive, dead, dead / max(1, alive), max(1.2, 84 - age * 0.93))
        alive -= dead
    return "生命表.csv", out


registry.enter(honest, {
    "risk_score_lookup": lambda r: ("score.csv", "score,predicted_risk,lower,upper\n" + "".join("%d,%.3f,%.3f,%.3f\n" % (s, x, x * 0.8, x * 1.2) for s in range(0, 25) for x in [1 / (1 + 2.718 ** (4 - 0.25 * s))])),
    "icd_counts": lambda r: ("傷病.csv", "ICD10,傷病名,患者数\n" + "".join("%s,%s,%d\n" % (c, n, big(r)) for c, n in [("I10", "本態性高血圧"), ("E11", "2型糖尿病"), ("J18.9", "肺炎"), ("I50.0", "うっ血性心不全"), ("C34.9", "肺癌"), ("N18.5", "慢性腎臓病")])),
    "yj_counts": lambda r: ("薬剤.csv", "YJコード,薬品名,処方患者数\n" + "".join("%s,%s,%d\n" % (c, n, big(r)) for c, n in [("2171022F1029", "アムロジピン錠2.5mg"), ("3961008F1050", "メトホルミン塩酸塩錠250mg"), ("2149039F1042", "ロサルタンカリウム錠25mg"), ("3332001F1024", "ワルファリン錠1mg")])),
    "hot_list": lambda r: ("hot9.txt", "".join("%09d\t%s\n" % (r.randrange(100000000, 130000000), n) for n in ("アムロジピン", "ロスバスタチン", "ランソプラゾール", "ブロチゾラム", "センノシド", "酸化マグネシウム"))),
    "jlac10_units": lambda r: ("検査.csv", "JLAC10,検査名,単位,件数\n" + "".join("%s,%s,%s,%d\n" % (c, n, u, big(r, 2000, 90000)) for c, n, u in [("3B035000002327201", "AST", "U/L"), ("3C015000002327101", "CRE", "mg/dL"), ("5C070000002306201", "CRP", "mg/dL"), ("2A990000001930101", "WBC", "/uL")])),
    "dpc14_counts": lambda r: ("dpc.csv", "DPCコード,症例数,平均在院日数\n" + "".join("%s,%d,%.1f\n" % (c, big(r), r.uniform(3, 25)) for c in ("050030xx97000x", "040080x099x0xx", "060100xx01xxxx", "010060x2990401", "050050xx0200xx"))),
    "fee_codes": lambda r: ("診療行為.csv", "コード,名称,点数,算定回数\n" + "".join("%d,%s,%d,%d\n" % (c, n, t, big(r, 100, 99999)) for c, n, t in [(111000110, "初診料", 288), (112007410, "再診料", 73), (160008010, "末梢血液一般検査", 21), (170000410, "単純撮影（頭部）", 85), (190117710, "一般病棟10対1", 1382)])),
    "help_desk": lambda r: ("README.txt", "解析結果の問い合わせ先\n  %s 医療情報部 データ利用支援窓口\n  電話 %s（内線 %d）\n  平日 9:00-17:00\n" % (r.choice(["中央大学病院", "県立総合医療センター", "国立循環器研究所"]), r.choice(["03-3815-5411", "06-6879-5111", "052-741-2111"]), r.randrange(1000, 9000))),
    "office_mail": lambda r: ("CITATION.cff", "cff-version: 1.2.0\ntitle: icd-groups\nversion: 0.%d.%d\ndate-released: 2024-0%d-1%d\ncontact:\n  - email: %s@example.ac.jp\n    name: Data Office\n" % (r.randrange(9), r.randrange(20), r.randrange(1, 10), r.randrange(10), r.choice(["data-office", "info", "stat-support"]))),
    "identifiers_of_papers": lambda r: ("ids.txt", "".join("PMID %d doi:10.%d/%s.%d ORCID 0000-000%d-%04d-%04d\n" % (r.randrange(20000000, 39000000), r.randrange(1000, 9999), r.choice(["jama", "s41586-023", "bmj"]), r.randrange(1000, 9999999), r.randrange(1, 3), r.randrange(10000), r.randrange(10000)) for _ in range(14))),
    "trial_registrations": lambda r: ("registrations.txt", "".join("%s\n" % x for x in ("NCT0%07d" % r.randrange(10 ** 7), "jRCTs0311%05d" % r.randrange(10 ** 5), "UMIN0000%05d" % r.randrange(10 ** 5), "ISRCTN%08d" % r.randrange(10 ** 8), "CRD42023%06d" % r.randrange(10 ** 6)))),
    "reference_list_ja": lambda r: ("文献.txt", "".join("%d) %s %s, %s %s: %s. 日本%s学会誌 %d: %d-%d, %d\n" % (n, *(x for _ in range(2) for x in (v.person(r)[0][0], v.person(r)[1][0])), t, s, r.randrange(20, 60), a, a + 8, r.randrange(2001, 2025))
                                 for n, (t, s, a) in enumerate([("レセプトを用いた検討", "公衆衛生", 101), ("心不全の予後", "内科", 312), ("肺炎の診療の質", "呼吸器", 77), ("高齢者の多剤処方", "老年医", 540)], 1))),
    "reference_list_en": lambda r: ("refs.txt", "".join("%d. %s %s, %s %s, et al. %s. %s. %d;%d(%d):%d-%d. doi:10.1001/jama.%d.%d\n" % (
        n, v.person(r)[0][2], r.choice("AHKMNSTY"), v.person(r)[0][2], r.choice("AHKMNSTY"), t, j, y, r.randrange(10, 400), r.randrange(1, 12), 100, 108, y, r.randrange(1000, 30000)) for n, (t, j, y) in enumerate([("Heart failure in Japan", "Circ J", 2019), ("Claims-based frailty", "J Epidemiol", 2021), ("Sepsis bundles", "Crit Care", 2023)], 1))),
    "sha256_list": lambda r: ("SHA256SUMS", "".join("%s  %s\n" % (hashlib.sha256(b"%d" % r.getrandbits(64)).hexdigest(), n) for n in ("table1.csv", "table2.csv", "fig1.svg", "analysis.R", "README.md"))),
    "package_hashes": lambda r: ("requirements.txt", "".join("%s==%d.%d.%d \\\n    --hash=sha256:%s\n" % (n, r.randrange(3), r.randrange(20), r.randrange(9), "%064x" % r.getrandbits(256)) for n in ("numpy", "pandas", "lifelines", "statsmodels"))),
    "docker_log": lambda r: ("build.log", "".join("#%d [%d/7] RUN Rscript -e 'install.packages(\"%s\")'\n#%d sha256:%064x %d.%dMB / 30.1MB %d.%ds\n" % (n, n, q, n, r.getrandbits(256), r.randrange(1, 30), r.randrange(10), r.randrange(9), r.randrange(10)) for n, q in enumerate(("survival", "dplyr", "gtsummary"), 1))),
    "git_shortlog": lambda r: ("CHANGES.txt", "".join("%07x 2024-%02d-%02d Recode %s\n" % (r.getrandbits(28), r.randrange(1, 13), r.randrange(1, 29), x) for x in ("age bands", "ICD groups", "missing BMI", "follow-up end", "drug classes", "cost unit"))),
    "slurm_accounting": lambda r: ("sacct.txt", "       JobID    JobName      State    Elapsed     MaxRSS \n------------ ---------- ---------- ---------- ---------- \n" + "".join("%12d %10s  COMPLETED   00:%02d:%02d %9dK \n" % (8123400 + n, x, r.randrange(60), r.randrange(60), r.randrange(10 ** 5, 10 ** 7)) for n, x in enumerate(("extract", "fit", "boot", "plots")))),
    "directory_listing": lambda r: ("ls.txt", "total 812\n" + "".join("-rw-r--r-- 1 analyst research %8d May %2d %02d:%02d %s\n" % (r.randrange(100, 10 ** 6), r.randrange(1, 29), r.randrange(24), r.randrange(60), n) for n in ("01_extract.sql", "02_clean.R", "03_model.R", "table1.csv", "fig1.svg"))),
    "latex_log": lambda r: ("main.log", "This is pdfTeX, Version 3.141592653-2.6-1.40.24 (TeX Live 2022/Debian)\n" + "".join("(/usr/share/texlive/texmf-dist/tex/latex/%s.sty\nPackage: %s 20%02d/%02d/%02d v%d.%d\n)\n" % (n, n, r.randrange(10, 24), r.randrange(1, 13), r.randrange(1, 29), r.randrange(1, 9), r.randrange(99)) for n in ("booktabs", "graphicx", "hyperref", "xeCJK"))),
    "r_description": lambda r: ("DESCRIPTION", "Package: icdgroups\nTitle: Groups of Diagnoses\nVersion: 0.%d.%d\nDate: 2024-05-1%d\nAuthors@R: person(\"Data\", \"Office\", email = \"data-office@example.ac.jp\", role = c(\"aut\", \"cre\"))\nDepends: R (>= 4.1.0)\nImports: dplyr, stringr\nRoxygenNote: 7.2.3\n" % (r.randrange(9), r.randrange(30), r.randrange(10))),
    "unit_test_code": lambda r: ("test_egfr.py", "import pytest\nfrom egfr import egfr\n\n\n@pytest.mark.parametrize('age, sex, cre, expected', [\n" + "".join("    (%d, '%s', %.1f, %.1f),\n" % (a, s, c, 194 * c ** -1.094 * a ** -0.287 * (1 if s == "M" else 0.739)) for a, s, c in ((50, "M", 1.0), (50, "F", 1.0), (70, "M", 2.0))) + "])\ndef test_egfr(age, sex, cre, expected):\n    assert abs(egfr(age, sex, cre) - expected) < 0.1\n"),
    "sql_ddl": lambda r: ("schema.sql", "CREATE TABLE stay (\n  person_id BIGINT NOT NULL,\n  birth_date DATE,\n  admission_date DATE NOT NULL,\n  ward VARCHAR(%d),\n  cost NUMERIC(12,%d),\n  PRIMARY KEY (person_id, admission_date)\n);\nCREATE INDEX ON stay (admission_date);\n" % (r.randrange(10, 60), r.randrange(3))),
    "redcap_dictionary": lambda r: ("dictionary.csv", 'field_name,form,type,label,choices,validation,min,max\nage,baseline,text,年齢,,integer,%d,110\nsex,baseline,radio,性別,"1, 男 | 2, 女",,,\nsmoke,baseline,radio,喫煙,"0, なし | 1, 過去 | 2, 現在",,,\nsbp,visit,text,収縮期血圧,,number,60,260\nbirth_date,baseline,text,生年月日,,date_ymd,,\n' % r.choice([18, 20])),
    "codebook_value_labels": lambda r: ("labels.sps", "VALUE LABELS sex 1 '男' 2 '女'\n  /dm 0 'なし' 1 'あり'\n  /adl 1 '自立' 2 '一部介助' 3 '全介助' 9 '不明'.\nMISSING VALUES bmi (999).\nRECODE age (18 THRU 39=1) (40 THRU 64=2) (65 THRU 74=3) (75 THRU %d=4) INTO agegrp.\nEXECUTE.\n" % r.choice([120, 150])),
    "standard_population": lambda r: ("標準人口.csv", "年齢階級,基準人口\n" + "".join("%s,%d\n" % (a, n) for a, n in [("0-4歳", 5026000), ("5-9歳", 5369000), ("10-14歳", 5711000), ("15-19歳", 6053000), ("20-24歳", 6396000), ("25-29歳", 6738000), ("85歳以上", 4333000 + 1000 * r.randrange(90))])),
})


@honest
def public_holidays(r):
    year = r.randrange(2020, 2026)
    return "holidays.csv", "国民の祝日・休日月日,国民の祝日・休日名称\n" + "".join("%d/%s,%s\n" % (year, d, n) for d, n in [("1/1", "元日"), ("2/11", "建国記念の日"), ("2/23", "天皇誕生日"), ("4/29", "昭和の日"), ("5/3", "憲法記念日"), ("11/3", "文化の日"), ("11/23", "勤労感謝の日")])


@honest
def daily_temperature(r):
    day, out = datetime.date(2023, 1, 1), "date,tmean,tmax,tmin,humidity\n"
    for n in range(365):
        t = 16 - 11 * (1 - n / 182 if n < 182 else n / 182 - 1) + r.gauss(0, 2)
        out += "%s,%.1f,%.1f,%.1f,%d\n" % (day + datetime.timedelta(days=n), t, t + 4, t - 4, r.randrange(35, 95))
    return "tokyo_2023.csv", out


@honest
def daily_admissions(r):
    day = datetime.date(2023, 4, 1)
    return "daily.csv", "日付,入院患者数,外来患者数\n" + "".join("%s,%d,%d\n" % (day + datetime.timedelta(days=n), r.randrange(30, 90), r.randrange(600, 1900)) for n in range(200))


@honest
def hour_by_weekday(r):
    return "heat.csv", "hour,Mon,Tue,Wed,Thu,Fri,Sat,Sun\n" + "".join("%d,%s\n" % (h, ",".join(str(r.randrange(40, 400)) for _ in range(7))) for h in range(24))


@honest
def correlation_matrix(r):
    names = ["age", "bmi", "sbp", "dbp", "hba1c", "ldl", "egfr", "crp", "alb", "hb"]
    return "corr.csv", "," + ",".join(names) + "\n" + "".join(n + "," + ",".join("1" if a == b else "%.2f" % r.uniform(-0.5, 0.5) for b in range(10)) + "\n" for a, n in enumerate(names))


registry.enter(honest, {
    "pca_loadings": lambda r: ("loadings.txt", "Loadings:\n       PC1    PC2    PC3   \n" + "".join("%-6s %6.3f %6.3f %6.3f\n" % (n, r.gauss(0, 0.4), r.gauss(0, 0.4), r.gauss(0, 0.4)) for n in ("age", "sbp", "hba1c", "ldl", "crp", "alb", "hb", "plt"))),
    "feature_importance_shap": lambda r: ("shap.csv", "feature,mean_abs_shap\n" + "".join("%s,%.5f\n" % (x, r.uniform(0, 0.4)) for x in ("age", "charlson", "albumin", "crp", "emergency", "prior_admissions", "sodium", "hb"))),
    "folds_auc": lambda r: ("cv.json", json.dumps({"folds": [{"fold": k, "auc": round(r.uniform(0.7, 0.85), 4), "brier": round(r.uniform(0.1, 0.2), 4), "n_test": 412} for k in range(1, 6)], "seed": r.randrange(10 ** 9), "mean_auc": 0.7812})),
    "roc_grid": lambda r: ("roc.csv", "threshold,sensitivity,specificity\n" + "".join("%.2f,%.3f,%.3f\n" % (t / 20, 1 - (t / 20) ** 1.5, (t / 20) ** 0.5) for t in range(21))),
    "simulation_power": lambda r: ("power.csv", "n,hr,power\n" + "".join("%d,%.1f,%.3f\n" % (n, h, min(0.999, n / 4000 * h)) for n in (200, 400, 800, 1600) for h in (1.2, 1.5, 2.0))),
    "bootstrap_distribution": lambda r: ("boot.txt", "BOOTSTRAP CONFIDENCE INTERVAL CALCULATIONS\nBased on 2000 bootstrap replicates\n\nIntervals : \nLevel      Normal              Basic              Percentile     \n95%%   ( %.4f,  %.4f )   ( %.4f,  %.4f )   ( %.4f,  %.4f )  \n" % tuple(r.uniform(0.5, 0.9) for _ in range(6))),
    "word_frequencies": lambda r: ("words.csv", "word,count\n" + "".join("%s,%d\n" % (w, big(r)) for w in ("発熱", "疼痛", "呼吸困難", "浮腫", "倦怠感", "悪心", "めまい", "食欲不振"))),
    "author_affiliations": lambda r: ("title_page.txt", "\n".join("%s %s^%d" % (v.person(r)[1][2], v.person(r)[0][2], n) for n in (1, 2, 1)) + "\n\n1 Department of Health Services Research, %s University, Tokyo, Japan\n2 Data Office, National Center\n\nCorresponding author: %s %s, Department of Health Services Research, 7-3-1 Hongo, Bunkyo-ku, Tokyo 113-8655. Tel +81-3-3812-2111\n" % (
        r.choice(["Chuo", "Sakura"]), v.person(r)[1][2], v.person(r)[0][2])),
    "acknowledgements": lambda r: ("謝辞.txt", "本研究の実施にあたり、データ整備にご協力いただいた%s大学の%s教授、%s氏に深謝する。本研究はAMED %dek0109%03dの支援を受けた。\n" % (r.choice(["東都", "西南"]), v.person(r)[0][0], v.person(r)[0][0], r.randrange(19, 25), r.randrange(1000))),
    "reviewer_response": lambda r: ("response.docx", f.docx(["Response to Reviewer 2", "Comment 1. The authors should report the number of events in each model.", "Response: We added the numbers (Table 3: %d events among %d patients; P4 L%d)." % (big(r, 100, 900), big(r, 2000), r.randrange(10, 300)),
                                    "Comment 2. Please cite guideline 2021.", "Response: Cited as reference %d." % r.randrange(10, 40)])),
    "figure_legends": lambda r: ("legends.md", "**Figure 1.** Flow of patients: %d assessed, %d excluded, %d analysed.\n\n**Figure 2.** Kaplan-Meier curves (log-rank p = 0.0%d). Shaded areas are 95%% CIs.\n" % (9120, 1204, 7916, r.randrange(10, 99))),
    "press_release": lambda r: ("press.docx", f.docx(["報道発表資料　令和6年%d月%d日" % (r.randrange(1, 13), r.randrange(1, 29)), "全国%d施設、%d万人のレセプトから明らかに" % (r.randrange(20, 900), r.randrange(2, 90)), "【本件に関する問い合わせ先】", "〇〇大学病院 総務課広報係　電話 03-%d-%d" % (r.randrange(3000, 5999), r.randrange(1000, 9999)), "E-mail: koho@example.ac.jp"])),
    "slide_deck": lambda r: ("学会発表.pptx", f.pptx([["DPCデータを用いた心不全の予後", "%s %s、%s %s" % (v.person(r)[0][0], v.person(r)[1][0], v.person(r)[0][0], v.person(r)[1][0]), "第%d回日本循環器学会" % r.randrange(60, 90)], ["方法", "2018年4月～2022年3月に退院した%d例" % big(r, 2000)], ["結論", "院内死亡は%.1f％" % r.uniform(2, 12)]])),
    "spreadsheet_with_creator": lambda r: ("表3.xlsx", f.xlsx([("表3", "", p.groups(r)), ("注", "", [["出典", "レセプト 2018-2022年度"], ["集計日", "2024/05/1%d" % r.randrange(10)]])], core=("表3", r.choice(["tanaka", "Sato Lab", "解析室"]), ""))),
    "pdf_from_latex": lambda r: ("supplement.pdf", f.pdf(f.pdf_text(["Supplementary Table S%d" % r.randrange(1, 9), "Variable        OR (95% CI)", "Age per 10 y    1.%d (1.02-1.41)" % r.randrange(10, 39), "Male sex        0.%d (0.71-1.09)" % r.randrange(80, 99)]), info=b"/Creator (LaTeX with hyperref) /CreationDate (D:20240514100211+09'00') /Title (Supplement)")),
})


@honest
def matplotlib_svg(r):
    line = " ".join("%s %.3f %.3f" % ("M" if n == 0 else "L", 50 + 6 * n, 250 - 200 * (1 - 0.97 ** n)) for n in range(55))
    return "fig2.svg", f.svg('<metadata><rdf:RDF xmlns:rdf="rdf" xmlns:dc="dc"><dc:date>2024-05-14T10:02:11.%06d</dc:date><dc:creator>Matplotlib v3.7.1</dc:creator></rdf:RDF></metadata><path d="%s" style="fill:none;stroke:#1f77b4"/><text x="20" y="290">Days since admission</text>' % (r.randrange(10 ** 6), line))


@honest
def png_software(r):
    return "fig3.png", f.png(f.bars(r), chunks=[(b"tEXt", b"Software\0Matplotlib version3.7.1, https://matplotlib.org/"), (b"pHYs", b"\0\0\x2e\x23\0\0\x2e\x23\1")])


@honest
def kable_html(r):
    n = big(r, 1000)
    return "table.html", f.html("<h2>Table 2. Outcomes</h2>" + f.html_table([["Outcome", "n (%)", "RR (95% CI)"], ["In-hospital death", n_percent(r, n), "1.12 (0.98-1.28)"], ["Readmission", n_percent(r, n), "0.94 (0.88-1.01)"]]), head="<style>td{padding:4px}</style>")


registry.enter(honest, {
    "snakefile": lambda r: ("workflow.py", "SEEDS = [%s]\nAGE_BANDS = [0, 20, 40, 65, 75, 85]\nICD = {'heart failure': ['I50', 'I11.0', 'I13.0'], 'pneumonia': ['J12', 'J13', 'J14', 'J15', 'J18']}\nDPI = 300\nTHRESHOLDS = [0.05, 0.1, 0.2, 0.5]\n\n\ndef run(seed):\n    return fit(seed, bands=AGE_BANDS)\n" % ", ".join(str(r.randrange(10 ** 6)) for _ in range(5))),
    "colour_palette": lambda r: ("theme.R", "pal <- c(%s)\ntheme_set(theme_bw(base_size = 11))\nggsave('fig1.svg', width = 6.5, height = 4.2, dpi = 300)\n" % ", ".join("\"#%06X\"" % r.getrandbits(24) for _ in range(8))),
    "nginx_versions": lambda r: ("sessionInfo.txt", "R version 4.3.1 (2023-06-16)\nPlatform: x86_64-pc-linux-gnu (64-bit)\nRunning under: Debian GNU/Linux 12\n\nother attached packages:\n" + "".join("[%d] %s_%d.%d-%d\n" % (n, q, r.randrange(4), r.randrange(20), r.randrange(20)) for n, q in enumerate(("survival", "gtsummary", "dplyr", "ggplot2"), 1))),
    "multiple_imputation": lambda r: ("mi.txt", "         term estimate std.error statistic     df   p.value  fmi\n" + "".join("%13s %8.4f %9.4f %9.3f %6.1f %9.2e 0.%02d\n" % (x, r.gauss(0, 1), 0.11, 2.1, r.uniform(90, 900), r.uniform(0, 0.2), r.randrange(1, 30)) for x in ("(Intercept)", "age", "bmi", "smoke"))),
    "incidence_rates": lambda r: ("rates.csv", "age_group,events,person_years,rate_per_1000,lower,upper\n" + "".join("%s,%d,%.1f,%.2f,%.2f,%.2f\n" % (a, e, py, 1000 * e / py, 900 * e / py, 1100 * e / py) for a in ("40-49", "50-59", "60-69", "70-79", "80+") for e, py in [(r.randrange(40, 900), r.uniform(9000, 90000))])),
    "rounded_to_ten": lambda r: ("rounded.csv", "区分,人数（10の位に四捨五入）\n" + "".join("%s,%d\n" % (x, 10 * r.randrange(2, 400)) for x in ("男性", "女性", "不明")) + "注,10未満は表示しない\n"),
})


@honest
def masked_two_cells(r):
    a, b = r.randrange(40, 900), r.randrange(40, 900)
    return "masked.csv", "診断,男,女\n心筋梗塞,%d,%d\n心不全,<10,<10\n大動脈解離,<10,<10\n肺塞栓,%d,%d\n" % (a, b, b, a)


@honest
def qr_logo(r):
    return "ロゴ付き報告.html", f.html('<img alt="大学のロゴ" src="data:image/png;base64,%s"><h1>年次報告</h1>%s' % (base64.b64encode(f.png(f.bars(r), width=48, height=32)).decode(), f.html_table(p.groups(r))))

"""Leaks of the ninth set in what programs print and people type: listings, logs, scripts, prose, exchange formats."""
import base64
import datetime
import gzip
import json
import zlib

from . import registry
from .ninth_cast import (DIAGNOSES, GROUPS, PREFECTURES, b64, csv_rows, half, insurer, kanji_number, mobile, my_number, people, wide)

leak, _ = registry.named("ninth_")


# Rows of patients as programs print them.
@leak
def r_glimpse(r):
    ps = people(r, 14)
    return "glimpse.txt", "Rows: 412\nColumns: 5\n$ pt_no  <chr> %s…\n$ age    <dbl> %s…\n$ sex    <fct> %s…\n$ hba1c  <dbl> %s…\n$ egfr   <dbl> %s…\n" % (
        ", ".join('"%s"' % p.chart for p in ps), ", ".join(str(p.age) for p in ps), ", ".join(p.sex for p in ps),
        ", ".join(str(p.hba1c) for p in ps), ", ".join(str(p.egfr) for p in ps))


@leak
def r_str_of_a_frame(r):
    ps = people(r, 10)
    return "structure.txt", "'data.frame':\t318 obs. of  5 variables:\n $ kanja_no: int  %s ...\n $ birth   : Date, format: %s ...\n $ sex     : Factor w/ 2 levels " \
        '"F","M": %s ...\n $ sbp     : num  %s ...\n $ wt      : num  %s ...\n' % (
            " ".join(p.chart.lstrip("0") for p in ps), " ".join('"%s"' % p.born for p in ps[:5]), " ".join("2" if p.sex == "M" else "1" for p in ps),
            " ".join(str(p.sbp) for p in ps), " ".join(str(p.weight) for p in ps))


@leak
def pandas_head_as_markdown(r):
    rows = [(i, p.age, p.sex, p.dx, p.hba1c, p.visit) for i, p in enumerate(people(r, 5))]
    return "report.md", "# 前処理\n\n読み込み後の確認:\n\n|    |   age | sex   | icd10   |   hba1c | visit      |\n|---:|------:|:------|:--------|--------:|:-----------|\n" + \
        "".join("| %2d | %5d | %-5s | %-7s | %7.1f | %s |\n" % row for row in rows)


@leak
def python_list_of_dicts_in_a_log(r):
    return "pipeline.log", "2024-05-02 10:11:02,114 INFO loaded 812 rows\n2024-05-02 10:11:02,331 WARNING dropped: " + repr(
        [{"age": p.age, "sex": p.sex, "adm": p.visit, "icd": p.dx, "los": p.days % 60} for p in people(r, 4)]) + "\n2024-05-02 10:11:03,002 INFO done\n"


@leak
def stata_list(r):
    lines = ["     +--------------------------------------------+", "     |   ptid   age   sex    hba1c    egfr      admdt |",
             "     |--------------------------------------------|"]
    for i, p in enumerate(people(r, 6)):
        lines.append("%3d. | %s  %4d  %4s  %7.1f %7.1f  %s |" % (
            i + 1, p.chart[-5:], p.age, p.sex, p.hba1c, p.egfr, datetime.date.fromisoformat(p.visit).strftime("%d%b%Y").lower()))
    return "check.log", ". list ptid age sex hba1c egfr admdt in 1/6, clean noobs\n\n" + "\n".join(lines) + "\n     +--------------------------------------------+\n\n. log close\n"


@leak
def stata_list_display_form(r):
    body = "".join("     +-----------------------+\n%3d. | age   sex     bmi  death |\n     | %3d   %s   %5.1f      %d |\n" % (
        i + 1, p.age, p.sex, p.weight / 2.6, p.death) for i, p in enumerate(people(r, 5)))
    return "outliers.txt", ". list age sex bmi death if abs(rstud) > 3, display\n\n" + body


@leak
def sas_put_all_on_error(r):
    p = people(r, 1)[0]
    return "freeze.log", "NOTE: Invalid data for HBA1C in line 214 22-26.\nRULE:     ----+----1----+----2----+----3----+----4\n214       %s%s%d  ??.?%s\n" \
        "PTID=%s SEX=%s AGE=%d BIRTHDT=%d HBA1C=. ADMDT=%s _ERROR_=1 _N_=214\nNOTE: 1203 records were read from the infile IN.\n" % (
            p.chart, p.sex, p.age, p.dx, p.chart, p.sex, p.age, (datetime.date.fromisoformat(p.born) - datetime.date(1960, 1, 1)).days, p.visit)


@leak
def sas_proc_print_by_vertical_labels(r):
    out = "                              The SAS System             14:20 Tuesday, June 4, 2024   3\n\n"
    return "listing.lst", out + "".join(
        "Obs %d\n  SUBJID      %s\n  AGE         %d\n  SEX         %s\n  WEIGHT      %.1f\n  AETERM      %s\n  AESTDTC     %s\n\n" % (
            i + 1, "JP-%03d-%04d" % (r.randint(1, 40), r.randint(1, 999)), p.age, p.sex, p.weight, r.choice(["肝機能異常", "発疹", "好中球減少"]), p.visit)
        for i, p in enumerate(people(r, 4)))


@leak
def r_dput(r):
    ps = people(r, 9)
    return "reprex.R", "# 再現例\nd <- structure(list(age = c(%s), sex = structure(c(%s), levels = c(\"F\", \"M\"), class = \"factor\"), time = c(%s), status = c(%s)), " \
        "row.names = c(NA, -9L), class = \"data.frame\")\nlibrary(survival)\ncoxph(Surv(time, status) ~ age + sex, d)\n" % (
            ", ".join("%dL" % p.age for p in ps), ", ".join("%dL" % (1 + (p.sex == "M")) for p in ps), ", ".join(str(p.days) for p in ps),
            ", ".join(str(p.death) for p in ps))


@leak
def sql_inserts(r):
    return "load.sql", "CREATE TABLE pat (id text, sex text, birth date, dx text);\n" + "".join(
        "INSERT INTO pat VALUES ('%s','%s','%s','%s');\n" % (p.chart, p.sex, p.born, p.dx) for p in people(r, 5))


@leak
def r_tribble(r):
    return "manual_fix.R", "library(tibble)\nfix <- tribble(\n  ~id, ~visit, ~sbp, ~dbp,\n" + ",\n".join(
        '  "%s", as.Date("%s"), %d, %d' % (p.chart, p.visit, p.sbp, p.sbp - 50) for p in people(r, 7)) + "\n)\ndat <- rows_update(dat, fix, by = \"id\")\n"


@leak
def r_recode_by_patient(r):
    return "01_clean.R", "# データ修正(カルテ確認済み)\n" + "".join(
        'dat$death[dat$id == "%s"] <- 1; dat$death_date[dat$id == "%s"] <- as.Date("%s")\n' % (p.chart, p.chart, p.visit) for p in people(r, 4)) + "summary(dat)\n"


@leak
def stata_replace_one(r):
    p = people(r, 1)[0]
    return "fix.do", "use cohort, clear\nreplace dob = date(\"%s\", \"YMD\") if ptid == \"%s\"\nstcox i.drug age, vce(robust)\n" % (p.born, p.chart)


@leak
def sas_datalines(r):
    return "fix.sas", "data lab;\n  input id $ dt :yymmdd10. crp egfr;\n  datalines;\n" + "".join(
        "%s %s %.2f %.1f\n" % (p.chart, p.visit, r.uniform(0, 14), p.egfr) for p in people(r, 8)) + ";\nrun;\n"


@leak
def python_excluded_list(r):
    return "cohort.py", "import pandas as pd\n\nEXCLUDE = {%s}\ndf = pd.read_parquet('cohort.parquet')\ndf = df[~df.patient_id.isin(EXCLUDE)]\n" % ", ".join(
        p.chart for p in people(r, 8))


@leak
def yaml_of_excluded_subjects(r):
    return "config.txt", "model: cox\nseed: 20240401\nexclude:\n" + "".join("  - id: K%s\n    reason: %s\n" % (p.chart[-6:], r.choice(["同意撤回", "転院", "重複登録"]))
                                                                             for p in people(r, 5))


@leak
def python_docstring_with_patient(r):
    p = people(r, 1)[0]
    return "features.py", 'def los(df):\n    """在院日数。\n\n    注意: %s さん(%d歳、%s入院)は退院日が空欄なので手で補う。\n    """\n    return (df.dis - df.adm).dt.days\n' % (p.kanji, p.age, p.visit)


# LaTeX, Markdown and other sources of papers.
@leak
def latex_listing_of_patients(r):
    return "table.md", "\\begin{tabular}{rlrrl}\n\\hline\nNo. & 性 & 年齢 & Hb A1c & 転帰 \\\\ \\hline\n" + "".join(
        "%d & %s & %d & %.1f & %s \\\\\n" % (i + 1, "男" if p.sex == "M" else "女", p.age, p.hba1c, r.choice(["生存", "死亡", "転院"]))
        for i, p in enumerate(people(r, 7))) + "\\end{tabular}\n"


@leak
def latex_comment_names_patient(r):
    p = people(r, 1)[0]
    return "draft.txt", "\\section{Results}\nThe cohort comprised 1{,}284 patients.\n%% 川本先生: 外れ値は%s様(%s)のもの、除くか相談\nMean age was 68.4 years (SD 11.2).\n" % (p.kanji, p.kana)


@leak
def pgfplots_coordinates(r):
    return "fig2.txt", "\\begin{tikzpicture}\\begin{axis}[xlabel={Age},ylabel={eGFR}]\n\\addplot[only marks] coordinates {%s};\n\\end{axis}\\end{tikzpicture}\n" % " ".join(
        "(%d,%.1f)" % (p.age, p.egfr) for p in people(r, 90))


@leak
def mermaid_course(r):
    p = people(r, 1)[0]
    return "course.md", "```mermaid\ngantt\n  dateFormat YYYY-MM-DD\n  title 経過 (%d歳%s性)\n  入院 :a1, %s, 12d\n  ICU  :a2, 2023-12-02, 4d\n  透析 :a3, 2023-12-03, 9d\n```\n" % (
        p.age, "男" if p.sex == "M" else "女", p.visit)


@leak
def graphviz_of_transfers(r):
    return "transfers.txt", "digraph G {\n" + "".join('  "%s\\n%d%s" -> "%s" [label="%s"];\n' % (p.latin, p.age, p.sex, r.choice(["ICU", "HCU", "4E"]), p.visit)
                                                     for p in people(r, 4)) + "}\n"


@leak
def bibtex_note_with_patient(r):
    p = people(r, 1)[0]
    return "refs.txt", "@misc{own2023,\n  author = {循環器内科},\n  title = {症例 %s},\n  note = {%s、%s生、ID %s}\n}\n" % (p.latin, p.kanji, p.born.replace("-", "."), p.chart)


# Models and statistics that hold single persons.
@leak
def knn_model_as_json(r):
    return "model.json", json.dumps({"estimator": "KNeighborsRegressor", "n_neighbors": 5, "_fit_X": [[p.age, p.sbp, p.hba1c, p.egfr] for p in people(r, 40)],
                                     "_y": [p.days for p in people(r, 40)]})


@leak
def libsvm_model(r):
    return "svm.txt", "svm_type c_svc\nkernel_type rbf\ngamma 0.25\nnr_class 2\ntotal_sv 30\nrho -0.3312\nlabel 1 -1\nnr_sv 16 14\nSV\n" + "".join(
        "%.4f 1:%.5f 2:%.5f 3:%.5f \n" % (r.uniform(-1, 1), r.gauss(0, 1), r.gauss(0, 1), r.gauss(0, 1)) for _ in range(30))


@leak
def lightgbm_text_with_tiny_leaves(r):
    return "lgbm.txt", "tree\nversion=v3\nnum_class=1\nfeature_names=age sbp egfr\n\nTree=0\nnum_leaves=5\nsplit_feature=0 2 1 0\nthreshold=71.5 30.05 160.5 44.5\n" \
        "leaf_value=%s\nleaf_weight=3 2 41 7 118\nleaf_count=3 2 41 7 118\ninternal_count=171 130 48 5\nend of trees\n" % " ".join(
            "%.6f" % r.uniform(-1, 1) for _ in range(5))


@leak
def rpart_printed(r):
    return "tree.txt", "n= 214 \n\nnode), split, n, loss, yval, (yprob)\n      * denotes terminal node\n\n1) root 214 61 0 (0.7149533 0.2850467)  \n" \
        "  2) age< 71.5 150 22 0 (0.8533333 0.1466667) *\n  3) age>=71.5 64 25 1 (0.3906250 0.6093750)  \n    6) egfr>=58.1 %d 1 0 (0.7500000 0.2500000) *\n" \
        "    7) egfr< 58.1 60 22 1 (0.3666667 0.6333333) *\n" % 4


@leak
def random_effects_by_patient(r):
    return "ranef.txt", "> ranef(fit)\n$pid\n        (Intercept)       time\n" + "".join("%s  %10.6f %10.6f\n" % (p.chart[-6:], r.gauss(0, 9), r.gauss(0, 1)) for p in people(r, 12))


@leak
def survfit_summary_to_the_last(r):
    n, surv, lines = 14, 0.61, []
    for t in sorted(r.sample(range(700, 1800), 9)):
        surv *= 1 - 1 / n
        lines.append("%5d %6d %7d %8.3f  0.0412 %12.3f %12.3f" % (t, n, 1, surv, surv - 0.08, surv + 0.08))
        n -= r.choice([1, 2]) if n > 3 else 0
    return "km.txt", "Call: survfit(formula = Surv(days, death) ~ 1, data = d)\n\n time n.risk n.event survival std.err lower 95% CI upper 95% CI\n" + "\n".join(lines) + "\n"


@leak
def stata_sts_list(r):
    n, lines = 31, []
    for t in sorted(r.sample(range(20, 1800), 8)):
        n -= 3
        lines.append("%8d %8d %6d %6d %13.4f %10.4f %9.4f %8.4f" % (t, n, 1, r.choice([0, 1, 2]), n / 34, 0.04, n / 34 - 0.09, n / 34 + 0.07))
    return "sts.log", ". sts list\n\n           At                 Net    Survivor      Std.\n  Time    risk    Fail   Lost    Function     error     [95% Conf. Int.]\n" + \
        "-" * 74 + "\n" + "\n".join(lines) + "\n" + "-" * 74 + "\n"


@leak
def cooks_distance_top(r):
    return "influence.txt", "Potentially influential observations of\n\t lm(formula = egfr ~ age + sex, data = d) :\n\n       dfb.1_  dfb.age dffit   cov.r   cook.d  hat\n" + "".join(
        "%-6s %6.2f  %6.2f  %6.2f  %6.2f  %6.2f  %5.2f\n" % (p.chart[-5:], r.gauss(0, 1), r.gauss(0, 1), r.gauss(0, 1), r.gauss(1, .1), abs(r.gauss(0, .3)), abs(r.gauss(0, .1)))
        for p in people(r, 6))


@leak
def fitted_values_json(r):
    return "pred.json", json.dumps({"auc": 0.81, "y_true": [p.death for p in people(r, 120)], "y_score": [round(r.random(), 4) for _ in range(120)]})


@leak
def dendrogram_newick(r):
    return "tree.txt", "(" + ",".join("(%s:%.3f,%s:%.3f):%.3f" % (a.chart[-6:], r.random(), b.chart[-6:], r.random(), r.random())
                                      for a, b in zip(people(r, 10), people(r, 10))) + ");\n"


@leak
def t_test_of_four(r):
    return "ttest.txt", "Group Statistics\n           群   N    Mean   Std. Deviation  Std. Error Mean\nCRP  手術群    4   %.2f  %.3f  %.3f\n     対照群  118   %.2f  %.3f  %.3f\n" % (
        r.uniform(3, 9), 1.21, .605, r.uniform(1, 3), 1.99, .183)


@leak
def fisher_matrix(r):
    return "fisher.txt", "> table(d$arm, d$ae)\n          \n           なし あり\n  プラセボ  %d    %d\n  実薬      %d    %d\n> fisher.test(table(d$arm, d$ae))\n\n\tFisher's Exact Test for Count Data\n\np-value = 0.2817\n" % (
        r.randint(60, 90), r.randint(1, 4), r.randint(60, 90), r.randint(5, 9))


@leak
def spss_crosstab_pasted(r):
    a, b = r.randint(2, 7), r.randint(88, 120)
    return "crosstab.txt", "性別 と 再発 のクロス表\n度数\n\t\t再発\t\t合計\n\t\tなし\tあり\t\n性別\t男\t%d\t%d\t%d\n\t女\t%d\t%d\t%d\n" % (b, a, a + b, b + 9, a + 1, a + b + 10)


@leak
def sas_freq_listing(r):
    return "freq.lst", "                                  The FREQ Procedure\n\n   STAGE    Frequency     Percent     Frequency      Percent\n   ----------------------------------------------------------\n" \
        "   I             184       61.33           184        61.33\n   II             97       32.33           281        93.67\n   III            %2d        %.2f           %d        %.2f\n   IV             %2d        %.2f           300       100.00\n" % (
            15, 5.00, 296, 98.67, 4, 1.33)


@leak
def tabulate_by_hospital_in_stata(r):
    return "tab.log", ". tab hosp death\n\n           |         death\n      hosp |         0          1 |     Total\n-----------+----------------------+----------\n" \
        "         A |       212         31 |       243 \n         B |        88          %d |        %d \n-----------+----------------------+----------\n     Total |       300         %d |       %d \n" % (
            3, 91, 34, 334)


@leak
def cases_by_prefecture(r):
    return "pref.csv", "都道府県,症例数\n" + "".join("%s,%d\n" % (p, r.choice([1, 2, 4, 6, 11, 25, 60])) for p in PREFECTURES)


@leak
def counts_in_fullwidth(r):
    return "集計.csv", "年代,男,女\n" + "".join("%s,%s,%s\n" % (g, wide(str(r.choice([2, 3, 5]))), wide(str(r.randint(12, 90)))) for g in GROUPS)


@leak
def small_groups_in_kanji(r):
    return "結果.txt", "対象は二百十四例であった。有害事象は発疹%s例、間質性肺炎%s例、死亡%s例であった。\n" % tuple(kanji_number(r.choice([2, 3, 4])) for _ in range(3))


@leak
def rate_with_base(r):
    n = r.choice([57, 64, 83])
    return "rates.csv", "群,対象者数,再入院率(%%)\n介入,%d,%.2f\n対照,%d,%.2f\n" % (n, 300 / n, n + 13, 2000 / (n + 13))


@leak
def everybody_positive(r):
    return "hiv.csv", "施設区分,検査数,HIV陽性\n拠点病院,24,24\n一般病院,310,41\n"


@leak
def consort_in_ascii(r):
    return "flow.txt", "   登録 (n=412)\n      |\n      +--> 除外 (n=%d): 同意撤回 %d, 基準外 %d\n      v\n   解析対象 (n=%d)\n" % (7, 3, 4, 405)


@leak
def masked_but_total(r):
    a, b = r.randint(40, 90), r.randint(40, 90)
    return "masked.csv", "病期,例数\nI,%d\nII,%d\nIII,<10\n計,%d\n" % (a, b, a + b + 6)


@leak
def upset_counts(r):
    return "upset.json", json.dumps({"sets": ["高血圧", "糖尿病", "CKD"], "intersections": [{"sets": ["高血圧"], "size": 312}, {"sets": ["高血圧", "糖尿病"], "size": 88},
                                                                                     {"sets": ["高血圧", "糖尿病", "CKD"], "size": r.randint(2, 6)}]}, ensure_ascii=False)


@leak
def sankey_links(r):
    return "sankey.json", json.dumps({"nodes": [{"name": n} for n in ("外来", "入院", "ICU", "死亡")], "links": [
        {"source": 0, "target": 1, "value": 420}, {"source": 1, "target": 2, "value": 61}, {"source": 2, "target": 3, "value": r.randint(2, 7)}]}, ensure_ascii=False)


@leak
def heatmap_csv_with_hours(r):
    return "heat.csv", "曜日," + ",".join("%d時" % h for h in range(0, 24, 3)) + "\n" + "".join(
        "%s,%s\n" % (d, ",".join(str(r.choice([1, 3, 7, 14, 28])) for _ in range(8))) for d in "月火水木金土日")


@leak
def numbers_at_risk_line(r):
    return "km_footer.txt", "Number at risk\n              0     1     2     3     4     5 年\n標準治療    214   171   120    61    19     3\n新規治療    220   184   131    70    22     6\n"


@leak
def min_max_in_prose(r):
    return "abstract.txt", "対象214名の年齢は平均68.2歳(最小%d歳、最大%d歳)、女性が41%%であった。\n" % (r.randint(17, 21), r.randint(97, 104))


@leak
def r_summary_of_a_frame(r):
    return "summary.txt", "> summary(d)\n      age             egfr       \n Min.   :19.00   Min.   :  3.10  \n 1st Qu.:58.00   1st Qu.: 41.20  \n Median :69.00   Median : 60.40  \n Mean   :66.81   Mean   : 59.72  \n 3rd Qu.:77.00   3rd Qu.: 78.00  \n Max.   :103.00   Max.   :141.90  \n"


@leak
def stata_summarize_detail(r):
    return "sum.log", ". sum bmi, detail\n\n                             bmi\n-------------------------------------------------------------\n      Percentiles      Smallest\n 1%%         14.1           11.2\n 5%%         16.8           12.9\n10%%         18.2           13.0       Obs                 214\n25%%         20.4           13.8       Sum of wgt.         214\n\n50%%         22.9                      Mean           23.1\n                        Largest       Std. dev.       4.02\n75%%         25.3           36.6\n90%%         28.0           37.1       Variance       16.16\n95%%         30.3           41.0       Skewness        .61\n99%%         37.1           %.1f       Kurtosis        4.2\n" % r.uniform(42, 50)


# Identifiers and days of birth as people type them.
@leak
def birth_in_kanji_era(r):
    p = people(r, 1)[0]
    return "memo.txt", "患者は昭和%s年%s月%s日の生まれ、既往に高血圧がある。\n" % (kanji_number(p.showa), kanji_number(p.month), kanji_number(p.day))


@leak
def birth_era_code_seven(r):
    return "seinen.csv", "seq,和暦生年月日,性別区分\n" + "".join("%d,3%02d%02d%02d,%d\n" % (i + 1, p.showa, p.month, p.day, 1 + (p.sex == "F")) for i, p in enumerate(people(r, 20)))


@leak
def birth_sas_date9(r):
    months = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
    return "demog.txt", "DOB\n" + "".join("%02d%s%d\n" % (p.day, months[p.month - 1], p.year) for p in people(r, 12))


@leak
def birth_in_english_words(r):
    p = people(r, 1)[0]
    return "letter.txt", "Our index case, born on the %d%s of %s %d, was referred for dyspnoea.\n" % (
        p.day, "th" if p.day not in (1, 2, 3, 21, 22, 23) else {1: "st", 2: "nd", 3: "rd"}[p.day % 10],
        "January February March April May June July August September October November December".split()[p.month - 1], p.year)


@leak
def birth_era_letters_dots(r):
    return "list.tsv", "No\t生\tHbA1c\n" + "".join("%d\tS%02d.%02d.%02d\t%.1f\n" % (i + 1, p.showa, p.month, p.day, p.hba1c) for i, p in enumerate(people(r, 8)))


@leak
def birth_as_epoch(r):
    return "birth.json", json.dumps([{"birth_ts": int((datetime.datetime.fromisoformat(p.born) - datetime.datetime(1970, 1, 1)).total_seconds()), "score": r.randint(1, 5)}
                                     for p in people(r, 25)])


@leak
def reiwa_first_year(r):
    return "新生児.txt", "出生: 令和元年%d月%d日 午前%d時%d分、体重 %dg、Apgar 8/9\n" % (r.randint(5, 12), r.randint(1, 28), r.randint(1, 11), r.randint(0, 59), r.randint(1900, 3900))


@leak
def halfwidth_kana_names_cp932(r):
    return "meibo.csv", ("氏名ｶﾅ,人数\n" + "".join("%s,1\n" % half(p.kana) for p in people(r, 6))).encode("cp932")


@leak
def one_kana_name_in_a_sentence(r):
    p = people(r, 1)[0]
    return "memo.md", "- 8/3 %sさんのデータが二重に入っていたので片方を削除\n- 欠測の扱いを検討\n" % p.kana.replace(" ", "")


@leak
def latin_name_and_age(r):
    p = people(r, 1)[0]
    return "readme.txt", "Spike at week 12 is due to %s, %s (%d y/o), see chart.\n" % (p.latin_sei.upper(), p.latin_mei, p.age)


@leak
def phone_in_wide_digits(r):
    return "連絡.txt", "追跡不能例の連絡先 %s(ご家族)\n" % wide(mobile(r))


@leak
def insurer_and_symbol(r):
    return "hoken.txt", "保険者番号 %s 記号 %d 番号 %d 枝番 01\n" % (insurer(r), r.randint(10, 999), r.randint(1, 9999))


@leak
def my_number_spaced_wide(r):
    n = my_number(r)
    return "提出.txt", "本人確認: %s\n" % wide("%s %s %s" % (n[:4], n[4:8], n[8:]))


@leak
def home_address_of_case(r):
    return "case.txt", "自宅は%s%d丁目%d-%d、独居。\n" % (r.choice(["世田谷区北沢", "吹田市千里山西", "早良区百道浜"]), r.randint(1, 6), r.randint(1, 20), r.randint(1, 20))


@leak
def mail_of_patient(r):
    p = people(r, 1)[0]
    return "log.txt", "bounced: questionnaire 2 to %s.%s%d@docomo.ne.jp\n" % (p.latin_sei.lower(), p.latin_mei.lower(), p.year)


@leak
def quoted_printable_message(r):
    import quopri
    p = people(r, 1)[0]
    return "mail.txt", b"Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: quoted-printable\n\n" + quopri.encodestring(
        ("%s様 %s生 ID %s の検査結果をお送りします。" % (p.kanji, p.born.replace("-", "/"), p.chart)).encode())


@leak
def json_escapes(r):
    return "audit.json", json.dumps({"user": "analyst3", "note": "%s様(%s)を除外" % (people(r, 1)[0].kanji, people(r, 1)[0].chart)})


@leak
def percent_encoded_link(r):
    from urllib.parse import quote
    p = people(r, 1)[0]
    return "links.md", "[検索結果](http://dwh.local/search?name=%s&dob=%s)\n" % (quote(p.kanji), p.born)


@leak
def zlib_base64_in_python(r):
    return "cache.py", "import base64, zlib\nDATA = zlib.decompress(base64.b64decode('%s'))\n" % b64(zlib.compress(csv_rows(
        ["id", "dob", "hba1c"], [(p.chart, p.born, p.hba1c) for p in people(r, 30)]).encode()))


@leak
def gzip_base64_in_json(r):
    return "payload.json", json.dumps({"encoding": "gzip+base64", "data": b64(gzip.compress(csv_rows(
        ["name", "dx"], [(p.kanji, p.dx) for p in people(r, 12)]).encode()))})


@leak
def hex_dump_xxd(r):
    data = csv_rows(["id", "name"], [(p.chart, p.latin) for p in people(r, 6)]).encode()
    return "dump.txt", "".join("%08x: %-40s %s\n" % (i, " ".join(data[i:i + 16].hex()[j:j + 4] for j in range(0, 32, 4)),
                                                     "".join(chr(c) if 32 <= c < 127 else "." for c in data[i:i + 16])) for i in range(0, len(data), 16))


@leak
def base64_column(r):
    return "tokens.csv", "row,token\n" + "".join("%d,%s\n" % (i, b64("%s|%s" % (p.chart, p.born))) for i, p in enumerate(people(r, 15)))


@leak
def c_array_of_bytes(r):
    data = ("%s,%s,%s" % (lambda p: (p.kanji, p.born, p.chart))(people(r, 1)[0])).encode()
    return "blob.R", "x <- as.raw(c(%s))\nrawToChar(x)\n" % ", ".join("0x%02x" % c for c in data)


@leak
def character_codes(r):
    p = people(r, 1)[0]
    return "codes.R", "intToUtf8(c(%s)) # 注\n" % ", ".join(str(ord(c)) for c in "%s %s" % (p.kanji, p.born))


@leak
def base85_in_a_comment(r):
    data = csv_rows(["id", "dob"], [(p.chart, p.born) for p in people(r, 10)]).encode()
    return "run.py", "# state: %s\nprint('ok')\n" % base64.b85encode(data).decode()


@leak
def shift_jis_fixed_columns(r):
    return "ext.txt", "".join("%s%-8s%s%s%3d\n" % (p.chart, p.born.replace("-", ""), "1" if p.sex == "M" else "2", p.dx.ljust(6), p.sbp) for p in people(r, 20)).encode("cp932")


@leak
def utf16_tab_separated(r):
    return "export.txt", ("受診日\t年齢\t性\t病名\n" + "".join("%s\t%d\t%s\t%s\n" % (p.visit, p.age, p.sex, p.dx) for p in people(r, 18))).encode("utf-16")


# Exchange formats.
@leak
def hl7_message(r):
    p = people(r, 1)[0]
    return "sample.txt", "MSH|^~\\&|HIS||DWH||20230801103000||ADT^A01|1|P|2.5\rPID|||%s^^^^PI||%s^%s^^^^^L^I||%s|%s\rPV1||I|4E^402^1\r" % (
        p.chart, p.kanji_sei, p.kanji_mei, p.born.replace("-", ""), p.sex)


@leak
def fhir_bundle(r):
    return "bundle.json", json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {
        "resourceType": "Patient", "id": "p%d" % i, "gender": "male" if p.sex == "M" else "female", "birthDate": p.born}} for i, p in enumerate(people(r, 3))]})


@leak
def dicom_header_dump(r):
    p = people(r, 1)[0]
    return "header.txt", "(0008,0020) DA [%s]  #   8, 1 StudyDate\n(0008,0060) CS [CT]  #   2, 1 Modality\n(0010,0010) PN [%s^%s]  #  16, 1 PatientName\n(0010,0020) LO [%s]  #   8, 1 PatientID\n(0010,0030) DA [%s]  #   8, 1 PatientBirthDate\n" % (
        p.visit.replace("-", ""), p.latin_sei.upper(), p.latin_mei.upper(), p.chart, p.born.replace("-", ""))


@leak
def cdisc_dataset_json(r):
    return "dm.json", json.dumps({"datasetJSONVersion": "1.1.0", "name": "DM", "records": 4, "columns": [{"name": n} for n in ("USUBJID", "AGE", "SEX", "RFSTDTC")],
                                  "rows": [["ABC-%03d" % i, p.age, p.sex, p.visit] for i, p in enumerate(people(r, 4))]})


@leak
def json_table_schema(r):
    return "df.json", json.dumps({"columns": ["age", "sex", "hba1c", "death"], "index": list(range(12)), "data": [[p.age, p.sex, p.hba1c, p.death] for p in people(r, 12)]})


@leak
def json_by_columns(r):
    ps = people(r, 20)
    return "cols.json", json.dumps({"sbp": {str(i): p.sbp for i, p in enumerate(ps)}, "egfr": {str(i): p.egfr for i, p in enumerate(ps)}, "age": {str(i): p.age for i, p in enumerate(ps)}})


@leak
def arff(r):
    return "weka.txt", "@relation dm\n@attribute age numeric\n@attribute sex {M,F}\n@attribute hba1c numeric\n@attribute death {0,1}\n@data\n" + "".join(
        "%d,%s,%.1f,%d\n" % (p.age, p.sex, p.hba1c, p.death) for p in people(r, 25))


@leak
def libsvm_data(r):
    return "train.txt", "".join("%d 1:%d 2:%.1f 3:%d 4:%.1f\n" % (p.death, p.age, p.hba1c, p.sbp, p.egfr) for p in people(r, 40))


@leak
def melted_rows(r):
    return "long.csv", "id,variable,value\n" + "".join("%d,%s,%s\n" % (i + 1, k, v) for i, p in enumerate(people(r, 15)) for k, v in (
        ("age", p.age), ("sex", p.sex), ("egfr", p.egfr)))


@leak
def one_column_per_patient(r):
    ps = people(r, 24)
    return "wide.csv", "項目," + ",".join("症例%d" % (i + 1) for i in range(24)) + "\n" + "".join("%s,%s\n" % (label, ",".join(str(f(p)) for p in ps)) for label, f in (
        ("年齢", lambda p: p.age), ("HbA1c", lambda p: p.hba1c), ("転帰", lambda p: p.death)))


@leak
def geojson_of_homes(r):
    return "map.json", json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {
        "type": "Point", "coordinates": [round(139.6 + r.random() / 5, 5), round(35.6 + r.random() / 5, 5)]}, "properties": {"onset": p.visit}} for p in people(r, 30)]})


@leak
def wkt_points(r):
    return "geo.csv", "geom;week\n" + "".join("POINT(%.5f %.5f);%d\n" % (135 + r.random(), 34 + r.random(), r.randint(1, 52)) for _ in range(40))


@leak
def distance_matrix(r):
    n = 30
    return "dist.csv", "," + ",".join("P%03d" % i for i in range(n)) + "\n" + "".join("P%03d,%s\n" % (i, ",".join("0" if i == j else "%.3f" % r.uniform(.1, 9) for j in range(n))) for i in range(n))


@leak
def sequence_fasta(r):
    return "hiv.txt", "".join(">%s|%s\n%s\n" % (p.chart, p.visit, "".join(r.choice("ACGT") for _ in range(180))) for p in people(r, 3))


@leak
def vcf_genotypes(r):
    return "geno.txt", "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t%s\n" % "\t".join("S%04d" % r.randint(1, 9999) for _ in range(12)) + "".join(
        "%d\t%d\trs%d\t%s\t%s\t.\tPASS\t.\tGT\t%s\n" % (r.randint(1, 22), r.randint(10**5, 10**8), r.randint(10**4, 10**7), *r.sample("ACGT", 2), "\t".join(r.choice(["0/0", "0/1", "1/1"]) for _ in range(12)))
        for _ in range(8))


@leak
def ecg_samples(r):
    import math
    return "wave.csv", "t_ms,lead_II_mV\n" + "".join("%d,%.3f\n" % (i * 4, math.exp(-((i % 200 - 60) / 4) ** 2) * 1.1 + r.gauss(0, .02)) for i in range(1200))


@leak
def clinical_note_soap(r):
    p = people(r, 1)[0]
    return "sample_note.txt", "S) 昨夜から胸が苦しい。\nO) BP %d/%d, SpO2 91%%(RA), 両下肺野湿性ラ音。BNP 1240。\nA) 急性心不全増悪 #HFrEF #AF\nP) ラシックス20mg iv、NIV開始。%d歳 %s\n" % (
        p.sbp, p.sbp - 52, p.age, "男性" if p.sex == "M" else "女性")


@leak
def interview_transcript(r):
    p = people(r, 1)[0]
    return "interview.md", "**I**: いつ頃から症状がありましたか。\n**%s**: 去年の夏、孫の%sが生まれた頃です。北沢の家で倒れて、%s病院に運ばれて。\n**I**: そうでしたか。\n" % (p.kanji_sei + "さん", r.choice(["陽菜", "蓮", "結衣"]), r.choice(["桜坂", "若葉台", "清水ヶ丘"]))


@leak
def free_text_comments_of_survey(r):
    return "q12.csv", "回答番号,自由記載\n" + "".join("%d,%s\n" % (i + 1, r.choice([
        "%d歳の母の介護をしながら透析に通っています" % r.randint(80, 97), "%sで働いていて感染しました" % r.choice(["市民病院の4階東病棟", "駅前の保育園"]),
        "%d年に%sで手術を受けた" % (r.randint(1990, 2022), r.choice(["関西医療センター", "県立中央病院"]))])) for i in range(12))


@leak
def adverse_event_narrative(r):
    p = people(r, 1)[0]
    return "narrative.txt", "Subject %03d-%04d, a %d-year-old Japanese %s, received the first dose on %s and developed anaphylaxis 14 minutes later.\n" % (
        r.randint(1, 30), r.randint(1, 99), p.age, "man" if p.sex == "M" else "woman", p.visit)


@leak
def git_patch_with_rows(r):
    return "fix.txt", "diff --git a/data/lab.csv b/data/lab.csv\n--- a/data/lab.csv\n+++ b/data/lab.csv\n@@ -12,4 +12,4 @@\n" + "".join(
        "%s%s,%s,%s,%.1f\n" % (s, p.chart, p.visit, p.sex, p.hba1c) for s, p in zip("  -+-+ ", people(r, 7)))


@leak
def traceback_with_row(r):
    p = people(r, 1)[0]
    return "error.log", "Traceback (most recent call last):\n  File \"etl.py\", line 88, in parse\n    d = date.fromisoformat(row['dob'])\nValueError: Invalid isoformat string: '%s' in row {'pid': '%s', 'sex': '%s', 'dob': '%s', 'dx': '%s'}\n" % (
        p.born.replace("-", "/"), p.chart, p.sex, p.born.replace("-", "/"), p.dx)


@leak
def r_tibble_console(r):
    return "console.txt", "> dat %>% filter(los > 100)\n# A tibble: 5 × 5\n  pid      sex     age adm        dx   \n  <chr>    <fct> <dbl> <date>     <chr>\n" + "".join(
        "%d %s %s %8d %s %s\n" % (i + 1, p.chart, p.sex.ljust(5), p.age, p.visit, p.dx) for i, p in enumerate(people(r, 5)))


@leak
def value_counts_of_id(r):
    return "dup.txt", "patient_id\n" + "".join("%s    %d\n" % (p.chart, n) for p, n in zip(people(r, 6), (4, 3, 3, 2, 2, 2))) + "Name: count, dtype: int64\n"


@leak
def residuals_one_column(r):
    return "resid.csv", "resid\n" + "".join("%.4f\n" % r.gauss(0, 4) for _ in range(214))


@leak
def bland_altman_pairs(r):
    return "ba.csv", "平均,差\n" + "".join("%.1f,%.1f\n" % (r.uniform(80, 190), r.gauss(0, 6)) for _ in range(60))


@leak
def calibration_deciles_of_few(r):
    return "calib.csv", "decile,n,observed,expected\n" + "".join("%d,%d,%.3f,%.3f\n" % (i + 1, 7, r.randint(0, 7) / 7, (i + .5) / 10) for i in range(10))


@leak
def hospital_dominates(r):
    return "cost.csv", "手術,施設数,症例数,平均費用\nTAVI,2,48,6120000\nPCI,31,1204,1480000\n"


@leak
def meta_analysis_arms(r):
    return "meta.csv", "study,ev_t,n_t,ev_c,n_c\n自施設,%d,41,%d,40\nSmith 2019,61,410,70,402\n" % (r.randint(1, 4), r.randint(5, 8))

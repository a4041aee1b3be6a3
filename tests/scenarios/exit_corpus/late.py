"""Templates written after the rules, to see what the rules had not been made for."""
import base64
import gzip
import html
import json

from . import formats, honest_tables, values
from .registry import honest, leak


@leak
def late_name_list_text(rng):
    return "members.txt", "対象者一覧\n" + "\n".join("%d. %s（%d歳）" % (i, values.kanji_name(rng), rng.randrange(20, 95)) for i in range(1, 8)) + "\n"


@leak
def late_markdown_patients(rng):
    return "cases.md", "## 症例\n\n| 症例 | 年齢 | 性別 | 診断 | 転帰 |\n|---|---|---|---|---|\n" + "".join(
        "| %d | %d | %s | %s | 死亡 |\n" % (i, rng.randrange(20, 95), rng.choice("男女"), rng.choice(["肺炎", "心不全"])) for i in range(1, 7))


@leak
def late_email_chain(rng):
    return "note.txt", "From: %s@hospital.example.jp\n%s様の件、ID %08d でご確認ください。\n" % (rng.choice(["sato", "ito"]), rng.choice(values.SURNAMES)[0], rng.randrange(10 ** 8))


@leak
def late_insurance_card(rng):
    return "memo.txt", "記号：%d　番号：%d　枝番 01\n保険者 %s\n" % (rng.randrange(10, 999), rng.randrange(100, 99999), values.checked("0613%03d" % rng.randrange(1000)))


@leak
def late_birth_in_filename(rng):
    day = values.birth_date(rng)
    return "%s_result_%s.csv" % (rng.choice(values.SURNAMES)[2] + rng.choice(values.GIVEN)[2], day.strftime("%Y%m%d")), formats.csv_text(honest_tables.by_age(rng))


@leak
def late_crosstab_with_small(rng):
    rows = [["", "A", "B", "C", "Total"]]
    for name in ("0-19", "20-39", "40-59", "60+"):
        n = [rng.randrange(10, 200) for _ in range(3)]
        if name == "0-19":
            n[1] = rng.randrange(1, 9)
        rows.append([name, *n, sum(n)])
    return "crosstab.csv", formats.csv_text(rows)


@leak
def late_pandas_crosstab_print(rng):
    return "out.txt", "sex      F    M  All\nage                 \n0-19   %3d  120  %3d\n20-39  210  220  430\n40+    310  305  615\n" % (rng.randrange(1, 9), 125)


@leak
def late_r_table_print(rng):
    return "out.txt", "> table(d$sex, d$outcome)\n   \n    alive dead\n  F   412   %2d\n  M   390   31\n" % rng.randrange(1, 9)


@leak
def late_value_counts(rng):
    return "out.txt", "I10     812\nE119    433\nK219    120\nE750      %d\nName: icd10, dtype: int64\n" % rng.randrange(1, 9)


@leak
def late_json_counts(rng):
    return "counts.json", json.dumps({"by_disease": [{"icd": "I10", "n": 812}, {"icd": "E750", "n": rng.randrange(1, 9)}, {"icd": "K21", "n": 50}]})


@leak
def late_json_flat_count(rng):
    return "counts.json", json.dumps({"n_total": 812, "n_deaths": rng.randrange(1, 9)})


@leak
def late_html_small(rng):
    rows = honest_tables.by_age(rng)
    rows[3][2] = rng.randrange(1, 9)
    return "t.html", formats.html(formats.html_table(rows))


@leak
def late_docx_table_small(rng):
    rows = honest_tables.by_age(rng)
    rows[3][2] = rng.randrange(1, 9)
    return "t.docx", formats.docx(["表1"], raw=formats.word_table(rows))


@leak
def late_latex_small(rng):
    return "t.tex", "\\begin{tabular}{lrr}\nGroup & Patients & Deaths \\\\\n\\hline\nA & 120 & %d \\\\\nB & 230 & 31 \\\\\n\\end{tabular}\n" % rng.randrange(1, 9)


@leak
def late_describe_r(rng):
    return "summary.txt", "> summary(d$age)\n   Min. 1st Qu.  Median    Mean 3rd Qu.    Max. \n  %.2f   52.00   63.00   61.20   72.00  %.2f \n" % (rng.randrange(18, 30), rng.randrange(96, 106))


@leak
def late_survfit_print(rng):
    lines = "".join(" %4d %6d %7d   %.3f  0.01\n" % (t, 40 - i, 1, 1 - i / 40) for i, t in enumerate(sorted(rng.sample(range(5, 900), 15)), 1))
    return "km.txt", " time n.risk n.event survival std.err\n" + lines


@leak
def late_double_base64(rng):
    return "x.txt", base64.b64encode(base64.b64encode(("".join("%s %s\n" % (values.kanji_name(rng), values.phone(rng)) for _ in range(8))).encode())).decode() + "\n"


@leak
def late_url_safe_base64(rng):
    return "x.txt", "token=" + base64.urlsafe_b64encode(gzip.compress(("".join("%08d,%d\n" % (rng.randrange(10 ** 8), rng.randrange(99)) for _ in range(40))).encode())).decode() + "\n"


@leak
def late_html_entities_decimal(rng):
    return "t.svg", formats.svg("<text>%s</text>" % "".join("&#%d;" % ord(c) for c in values.identifier(rng, "labelled_name")))


@leak
def late_csv_pipe_records(rng):
    return "d.txt", formats.csv_text([["ptid", "sx", "dx", "admdt"]] + [["%06d" % rng.randrange(10 ** 6), rng.choice("MF"), rng.choice(["I10", "E11"]), "2022%02d%02d" % (rng.randrange(1, 13), rng.randrange(1, 29))]
                                                                       for _ in range(60)], "|")


@leak
def late_long_format(rng):
    return "long.csv", formats.csv_text([["id", "visit", "value"]] + [[i, v, round(rng.uniform(5, 9), 1)] for i in range(1, 41) for v in range(4)])


@leak
def late_xlsx_defined_name(rng):
    data = formats.xlsx([("結果", "", honest_tables.by_age(rng))], [("xl/queryTables/queryTable1.xml", "<queryTable name=\"%s\"/>" % values.identifier(rng, "my_number"))])
    return "t.xlsx", data


@leak
def late_png_palette_text(rng):
    return "f.png", formats.png(formats.bars(rng), chunks=[(b"tEXt", b"Author\0" + html.escape(values.romaji_name(rng)).encode())])


@leak
def late_rtf(rng):
    return "r.rtf", "{\\rtf1\\ansi Result %s}" % values.my_number(rng)


@leak
def late_hospital_named_counts(rng):
    return "h.csv", formats.csv_text([["病院", "症例数", "死亡数"], ["A病院", 120, 12], ["B病院", rng.randrange(1, 9), 0], ["C病院", 88, 11]])


@honest
def late_printed_crosstab(rng):
    return "out.txt", "sex      F    M  All\nage                 \n0-19   %3d  120  240\n20-39  210  220  430\n40+    310  305  615\n" % rng.randrange(100, 130)


@honest
def late_r_summary_model(rng):
    return "lm.txt", "Residual standard error: 1.21 on %d degrees of freedom\nMultiple R-squared:  0.2312,\tAdjusted R-squared:  0.2298 \nF-statistic: 121.1 on 4 and 1612 DF,  p-value: < 2.2e-16\n" % rng.randrange(1600, 1700)


@honest
def late_coxph_print(rng):
    return "cox.txt", "  n= %d, number of events= 312 \n\n            coef exp(coef) se(coef)      z Pr(>|z|)    \nage      0.03121   1.03170  0.00412  7.575 3.6e-14 ***\nsexF    -0.21210   0.80888  0.08121 -2.612    0.009 ** \n" \
        "Concordance= 0.671  (se = 0.016 )\nLikelihood ratio test= 81.21  on 2 df,   p=<2e-16\n" % rng.randrange(900, 2000)


@honest
def late_survfit_grid(rng):
    n = rng.randrange(3000, 4000)
    return "km.txt", " time n.risk n.event survival std.err\n" + "".join(" %4d %6d %7d   %.3f  0.01\n" % (t * 180, n - 200 * t, 40 + t, 1 - t / 40) for t in range(1, 9))


@honest
def late_discussion(rng):
    return "discussion.md", "# 考察\n\n65歳以上の男性では発症率が高かった（%.1f%%）。3施設中2施設で同様の傾向がみられた。先行研究（Tanaka et al., 2019; 佐藤ら, 2020）と一致する。\n2人の研究者が独立に確認した。1人当たり医療費は%d円であった。\n" % (
        rng.uniform(5, 9), rng.randrange(20000, 90000))


@honest
def late_acknowledgement(rng):
    return "ack.txt", "本研究は JSPS 科研費 JP23K%05d の助成を受けた。倫理審査承認番号 2023-%03d（2023年11月2日承認）。\n" % (rng.randrange(99999), rng.randrange(999))


@honest
def late_variable_list(rng):
    return "dictionary.csv", formats.csv_text([["variable", "type", "label"], ["person_id", "string", "仮ID"], ["birth_ym", "string", "生年月"], ["sex", "category", "性別"], ["hba1c", "float", "HbA1c (%)"],
                                               ["los", "integer", "在院日数"]])


@honest
def late_code_map(rng):
    return "mapping.csv", formats.csv_text([["local_code", "jlac10", "name"]] + [["L%04d" % i, "3D04500000190620%d" % rng.randrange(10), "検査%d" % i] for i in range(40)])


@honest
def late_flow_chart(rng):
    return "flow.txt", "登録患者 %d人\n除外 1,204人（20歳未満 320人、欠測 884人）\n解析対象 10,226人\n" % rng.randrange(11000, 12000)


@honest
def late_confusion_matrix(rng):
    return "confusion.csv", formats.csv_text([["", "pred_0", "pred_1"], ["true_0", rng.randrange(500, 900), 120], ["true_1", 90, rng.randrange(100, 400)]])


@honest
def late_hyperparameters(rng):
    return "cv.csv", formats.csv_text([["max_depth", "n_estimators", "learning_rate", "mean_auc", "std_auc"]] + [[d, n, lr, round(rng.uniform(0.7, 0.8), 4), 0.01] for d in (3, 5, 7) for n in (100, 300) for lr in (0.01, 0.1)])


@honest
def late_feature_importance(rng):
    return "importance.csv", formats.csv_text([["feature", "importance", "rank"]] + [[f, round(rng.random(), 4), i] for i, f in enumerate(["age", "sex", "egfr", "hba1c", "bmi", "sbp"], 1)])


@honest
def late_calibration(rng):
    return "calibration.csv", formats.csv_text([["decile", "n", "mean_predicted", "observed_rate"]] + [[d, rng.randrange(400, 500), round(d / 12, 3), round(d / 12 + 0.01, 3)] for d in range(1, 11)])


@honest
def late_missingness(rng):
    return "missing.csv", formats.csv_text([["variable", "n_missing", "percent_missing"]] + [[v, rng.randrange(50, 900), round(rng.uniform(1, 20), 1)] for v in ("hba1c", "ldl", "bmi", "smoking")])


@honest
def late_subgroup_forest(rng):
    rows = [["subgroup", "n_treated", "n_control", "HR", "CI_low", "CI_high", "p_interaction"]]
    rows += [[s, rng.randrange(200, 900), rng.randrange(200, 900), 0.87, 0.71, 1.06, 0.31] for s in ("age<65", "age>=65", "male", "female", "CKD")]
    return "forest.csv", formats.csv_text(rows)


@honest
def late_multiindex_header(rng):
    return "wide.csv", "表2 年齢階級別患者数\n,男性,男性,女性,女性\n年齢階級,2022,2023,2022,2023\n" + "".join("%s,%d,%d,%d,%d\n" % (a, *[rng.randrange(12, 900) for _ in range(4)]) for a in honest_tables.AGES)


@honest
def late_prices(rng):
    return "price.csv", formats.csv_text([["yj_code", "drug", "price_yen", "total_amount", "patients"]] + [["2171022F%d029" % i, "アムロジピン", round(rng.uniform(5, 200), 1), rng.randrange(10 ** 9, 10 ** 10), rng.randrange(100, 9000)]
                                                                                                            for i in range(1, 9)])


@honest
def late_time_series_daily(rng):
    return "daily.csv", formats.csv_text([["date", "emergency_cases", "temperature_mean"]] + [["2009-%02d-%02d" % (m, d), rng.randrange(30, 200), round(rng.uniform(0, 30), 1)] for m in range(8, 13) for d in range(1, 29)])


@honest
def late_stan_summary(rng):
    return "stan.csv", formats.csv_text([["parameter", "mean", "se_mean", "sd", "2.5%", "25%", "50%", "75%", "97.5%", "n_eff", "Rhat"]] + [["beta[%d]" % i, *[round(rng.gauss(0, 1), 3) for _ in range(8)], rng.randrange(900, 4000), 1.0]
                                                                                                                                          for i in range(1, 8)])


@honest
def late_rmarkdown(rng):
    return "analysis.Rmd", "---\ntitle: \"解析\"\nauthor: \"研究班\"\ndate: \"2024-05-%02d\"\n---\n\n```{r}\nd <- arrow::read_parquet('cohort.parquet')\ntab <- table(d$age_class, d$sex)\ntab[tab < 10] <- NA\nknitr::kable(tab)\n```\n" % rng.randrange(1, 29)


@honest
def late_dockerfile(rng):
    return "requirements.txt", "pandas==2.1.%d\nnumpy==1.26.4\nscikit-learn==1.4.2\nlifelines==0.28.0\nstatsmodels==0.14.1\npyarrow==15.0.2\n" % rng.randrange(5)


@honest
def late_docx_with_header_table(rng):
    table = '<w:tbl><w:tr><w:tc><w:tcPr><w:shd w:val="clear" w:fill="1F3864"/></w:tcPr><w:p><w:r><w:rPr><w:color w:val="FFFFFF"/></w:rPr><w:t>年齢</w:t></w:r></w:p></w:tc></w:tr></w:tbl>'
    return "t.docx", formats.docx(["表 n = %d" % rng.randrange(1000, 9000)], raw=table)


@honest
def late_xlsx_wide_years(rng):
    return "years.xlsx", formats.xlsx([("推移", "", [["疾患", *range(2014, 2024)]] + [[d, *[rng.randrange(100, 9000) for _ in range(10)]] for _, d in honest_tables.DISEASES])], core=("", "山田 研究班", ""))

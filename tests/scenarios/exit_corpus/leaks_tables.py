"""Tables that give single persons away: records, small groups, extremes, models of too few."""
from . import formats, honest_tables, values
from .registry import leak


def attributes(rng):
    return [rng.choice("MF"), rng.randrange(20, 95), "2023-%02d-%02d" % (rng.randrange(1, 13), rng.randrange(1, 29)), round(rng.uniform(4.5, 11), 1)]


@leak
def records_with_keys(rng):
    return "data.csv", formats.csv_text([["patient_id", "sex", "age", "date", "hba1c"]] + [["%08d" % rng.randrange(10 ** 8), *attributes(rng)] for _ in range(rng.randrange(30, 300))])


@leak
def records_without_keys(rng):
    return "data.csv", formats.csv_text([["sex", "age", "date", "hba1c"]] + [attributes(rng) for _ in range(rng.randrange(30, 300))])


@leak
def records_numbered(rng):
    return "data.csv", formats.csv_text([["no", "sex", "age", "adm", "hba1c"]] + [[i, *attributes(rng)] for i in range(1, rng.randrange(30, 200))])


@leak
def records_japanese(rng):
    rows = [["連番", "性別", "年齢", "病名", "入院日", "在院日数", "転帰"]]
    rows += [[i, rng.choice("男女"), rng.randrange(100), rng.choice(["糖尿病", "高血圧", "肺炎"]), "2023/%d/%d" % (rng.randrange(1, 13), rng.randrange(1, 29)), rng.randrange(1, 60),
              rng.choice(["軽快", "死亡", "治癒"])] for i in range(1, 80)]
    return "data.csv", formats.csv_text(rows).encode("cp932")


@leak
def records_without_header(rng):
    return "data.csv", formats.csv_text([["%07d" % rng.randrange(10 ** 7), *attributes(rng)] for _ in range(100)])


@leak
def records_terse_headers(rng):
    return "data.csv", formats.csv_text([["v1", "v2", "v3", "v4"]] + [attributes(rng) for _ in range(120)])


@leak
def few_records(rng):
    return "cases.csv", formats.csv_text([["case", "sex", "age", "diagnosis", "outcome"]] + [[i, rng.choice("MF"), rng.randrange(20, 95), rng.choice(["C509", "I219"]), "dead"] for i in range(1, 7)])


@leak
def wide_records(rng):
    rows = [["id", *["hba1c_%d" % m for m in range(0, 24, 3)]]] + [[i, *[round(rng.uniform(5, 10), 1) for _ in range(8)]] for i in range(1, 61)]
    return "trajectories.csv", formats.csv_text(rows)


@leak
def time_to_event_records(rng):
    return "surv.csv", formats.csv_text([["time", "event", "arm"]] + [[rng.randrange(1, 2000), rng.randrange(2), rng.choice("AB")] for _ in range(150)])


@leak
def predicted_probabilities(rng):
    return "pred.csv", formats.csv_text([["y", "p_hat"]] + [[rng.randrange(2), round(rng.random(), 6)] for _ in range(300)])


@leak
def residuals(rng):
    return "residuals.csv", formats.csv_text([["fitted", "residual"]] + [[round(rng.gauss(10, 3), 5), round(rng.gauss(0, 1), 5)] for _ in range(250)])


@leak
def too_many_rows(rng):
    return "big.csv", formats.csv_text([["a", "b", "n"]] + [["x%d" % (i % 80), "y%d" % (i // 80), rng.randrange(10, 99)] for i in range(7000)])


@leak
def small_cells(rng):
    rows = honest_tables.by_age(rng)
    for row in rng.sample(rows[1:], 2):
        row[rng.randrange(1, 3)] = rng.randrange(1, 10)
    return "table1.csv", formats.csv_text(rows)


@leak
def small_count_column(rng):
    return "diseases.csv", formats.csv_text([["icd10", "disease", "n_patients"]] + [[c, d, rng.choice([rng.randrange(1, 10), rng.randrange(20, 900)])] for c, d in honest_tables.DISEASES]
                                            + [["E750", "GM2ガングリオシドーシス", rng.randrange(1, 4)]])


@leak
def small_count_long(rng):
    return "freq.csv", formats.csv_text([["age", "sex", "count"]] + [[a, s, rng.randrange(10, 99)] for a in honest_tables.AGES for s in "MF"] + [["100+", "M", rng.randrange(1, 9)]])


@leak
def small_n_in_header(rng):
    return "table1.csv", formats.csv_text([["特性", "介入群 (n=%d)" % rng.randrange(3, 10), "対照群 (n=1180)"], ["年齢, 平均", "62.8", "63.6"], ["女性 (%)", "41.7", "40.7"]])


@leak
def small_n_percent_cells(rng):
    rows = [["特性", "n (%)"]] + [["項目%d" % i, "%d (%.1f)" % (n, n / 12)] for i, n in enumerate([410, 220, rng.randrange(1, 9), 190])]
    return "baseline.csv", formats.csv_text(rows)


@leak
def percentages_of_small_base(rng):
    n = rng.randrange(4, 10)
    return "pct.csv", formats.csv_text([["group", "n", "percent"]] + [["稀少疾患", n, round(100 * rng.randrange(1, n) / n, 1)], ["その他", 900, 12.1]])


@leak
def minimum_and_maximum(rng):
    rows = [["variable", "n", "mean", "sd", "min", "max"]] + [[v, rng.randrange(500, 900), round(rng.uniform(20, 90), 2), 11.2, rng.randrange(1, 20), rng.randrange(101, 400)] for v in ("age", "bmi", "los")]
    return "describe.csv", formats.csv_text(rows)


@leak
def pandas_describe(rng):
    rows = [["", "age", "los"], ["count", 812.0, 812.0], ["mean", 63.21, 12.1], ["std", 11.2, 9.9], ["min", float(rng.randrange(18, 30)), 1.0], ["25%", 55.0, 5.0], ["50%", 64.0, 9.0], ["75%", 72.0, 16.0],
            ["max", float(rng.randrange(95, 106)), float(rng.randrange(200, 400))]]
    return "describe.csv", formats.csv_text(rows)


@leak
def japanese_extremes(rng):
    return "summary.csv", formats.csv_text([["項目", "人数", "平均", "最小値", "最大値"], ["年齢", 512, 63.1, rng.randrange(18, 25), rng.randrange(96, 106)], ["在院日数", 512, 14.2, 1, rng.randrange(200, 500)]]).encode("cp932")


@leak
def mean_of_few(rng):
    return "means.csv", formats.csv_text([["hospital", "n", "mean_cost"]] + [["H%d" % i, n, rng.randrange(20000, 900000)] for i, n in enumerate([120, rng.randrange(2, 9), 80])])


@leak
def percentiles_of_few(rng):
    return "pct.csv", formats.csv_text([["variable", "n", "p1", "p5", "p50", "p95", "p99"], ["hba1c", rng.randrange(30, 90), 4.6, 5.1, 6.2, 9.9, 12.1], ["sbp", rng.randrange(30, 90), 84, 98, 130, 160, 188]])


@leak
def survival_by_event(rng):
    rows, n, s, t = [["time", "n_risk", "n_event", "survival"]], 62, 1.0, 0
    while n > 2:
        t += rng.randrange(3, 60)
        s *= 1 - 1 / n
        rows.append([t, n, 1, round(s, 4)])
        n -= 1 + rng.randrange(3)
    return "km.csv", formats.csv_text(rows)


@leak
def saturated_regression(rng):
    rows = [["term", "estimate", "std_error", "df_residual", "n"]] + [["x%d" % i, round(rng.gauss(0, 1), 4), 0.0, 0, 6] for i in range(6)]
    return "model.csv", formats.csv_text(rows)


@leak
def regression_with_few_degrees(rng):
    return "ols.txt", """                            OLS Regression Results
==============================================================================
Dep. Variable:                    los   R-squared:                       1.000
No. Observations:                  %d   AIC:                             21.2
Df Residuals:                       %d   BIC:                             22.2
==============================================================================
                 coef    std err          t      P>|t|      [0.025      0.975]
const         12.3012      0.912     13.488      0.000      10.513      14.089
""" % (9, rng.randrange(1, 6))


@leak
def odds_ratio_of_few(rng):
    a, b, c, d = 3, 7 + rng.randrange(3), 2, 14
    return "or.csv", formats.csv_text([["exposure", "cases_exposed", "cases_unexposed", "controls_exposed", "controls_unexposed", "OR"], ["drug", a, b, c, d, round(a * d / b / c, 2)]])


@leak
def cox_with_few_events(rng):
    return "cox.csv", formats.csv_text([["variable", "HR", "lower", "upper", "n", "events"], ["drug A", 4.2, 0.9, 19.1, 210, rng.randrange(2, 9)]])


@leak
def scatter_data(rng):
    return "scatter_data.csv", formats.csv_text([["x", "y"]] + [[round(rng.uniform(0, 100), 3), round(rng.gauss(50, 20), 3)] for _ in range(400)])


@leak
def one_row_for_each_hospital_day(rng):
    return "events.csv", formats.csv_text([["hospital", "admission_date", "discharge_date", "age", "sex"]] + [["H%d" % rng.randrange(4), "2023-04-%02d" % rng.randrange(1, 15), "2023-04-%02d" % rng.randrange(15, 29),
                                           rng.randrange(90), rng.choice("MF")] for _ in range(40)])


@leak
def few_hospitals(rng):
    return "hosp.csv", formats.csv_text([["area", "patients", "hospitals"], ["A", 310, 12], ["B", 120, rng.randrange(1, 3)], ["C", 220, 9]])


@leak
def sensitive_full_group(rng):
    return "hiv.csv", formats.csv_text([["group", "n", "HIV陽性"], ["A", 12, 12], ["B", 230, 14 + rng.randrange(9)]])


@leak
def records_in_markdown(rng):
    return "head.md", "# データの先頭\n\n| id | sex | age | adm |\n|---|---|---|---|\n" + "".join("| %08d | %s | %d | 2023-05-%02d |\n" % (rng.randrange(10 ** 8), rng.choice("MF"), rng.randrange(90), rng.randrange(1, 29))
                                                                                                for _ in range(12))


@leak
def records_with_semicolons(rng):
    return "data.csv", formats.csv_text([["patient_id", "sex", "age", "hba1c"]] + [["%08d" % rng.randrange(10 ** 8), rng.choice("MF"), rng.randrange(90), 6.1] for _ in range(80)], ";")


@leak
def records_fixed_width(rng):
    return "data.dat", "".join("%08d%s%03d%04d%02d%02d\n" % (rng.randrange(10 ** 8), rng.choice("12"), rng.randrange(100), rng.randrange(1930, 2000), rng.randrange(1, 13), rng.randrange(1, 29)) for _ in range(50))


@leak
def ssmix_message(rng):
    return "message.txt", "MSH|^~\\&|HIS|H|SSMIX|H|20230501||ADT^A08|1|P|2.5\rPID|||%08d^^^^PI||%s^%s^^^^^L^I||%s|M\r" % (rng.randrange(10 ** 8), *[n[0] for n in values.person(rng)], values.birth_date(rng).strftime("%Y%m%d"))


@leak
def receipt_records(rng):
    day = values.birth_date(rng)
    return "r.uke", ("RE,1,1112,50%d,%s,1,%s,,,,,,,%07d\nHO,%s,%s,%d,1,234\n" % (rng.randrange(1, 13), values.kanji_name(rng), day.strftime("%Y%m%d"), rng.randrange(10 ** 7),
                                                                                   "06132013", "１２", rng.randrange(999))).encode("cp932")

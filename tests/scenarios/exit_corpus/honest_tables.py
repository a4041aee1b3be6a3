"""Tables that may leave: every cell stands for ten persons or more, or for none by design."""
import json
import math

from . import formats
from .registry import honest

AGES = ["0-9", "10-19", "20-29", "30-39", "40-49", "50-59", "60-69", "70-79", "80+"]
PREFECTURES = "北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 千葉県 東京都 神奈川県 石川県 山口県 宮崎県".split()
DRUGS = ["アムロジピン錠5mg", "ロサルタンカリウム錠50mg", "メトホルミン塩酸塩錠250mg", "アトルバスタチン錠10mg", "ランソプラゾールOD錠15mg", "カロナール錠200"]
DISEASES = [("E119", "2型糖尿病"), ("I10", "本態性高血圧症"), ("J189", "肺炎"), ("K219", "胃食道逆流症"), ("N189", "慢性腎臓病"), ("C509", "乳癌"), ("A09", "感染性胃腸炎")]


def big(rng, low=10, high=9000):
    return rng.randrange(low, high)


def by_age(rng):
    return [["年齢階級", "男性", "女性", "合計"]] + [[a + "歳", m, f, m + f] for a in AGES for m, f in [(big(rng), big(rng))]]


def regression(rng):
    rows = [["term", "estimate", "std.error", "statistic", "p.value", "conf.low", "conf.high"]]
    for term in ["(Intercept)", "age", "sexF", "diabetes", "hypertension", "smoking_current", "bmi"]:
        e, s = round(rng.gauss(0, 1), 4), round(rng.uniform(0.02, 0.3), 4)
        rows.append([term, e, s, round(e / s, 3), round(rng.random(), 4), round(e - 1.96 * s, 4), round(e + 1.96 * s, 4)])
    return rows


@honest
def counts_by_age_and_sex(rng):
    return "table1.csv", formats.csv_text(by_age(rng)).encode(rng.choice(["utf-8", "utf-8-sig", "cp932"]))


@honest
def monthly_incidence(rng):
    rows = [["month", "n_patients", "person_years", "rate_per_1000"]]
    rows += [["%d-%02d" % (y, m), big(rng, 100), big(rng, 1000, 90000), round(rng.random() * 30, 2)] for y in (2021, 2022, 2023) for m in range(1, 13)]
    return "incidence.csv", formats.csv_text(rows)


@honest
def daily_visits(rng):
    return "daily.csv", formats.csv_text([["date", "visits"]] + [["2023-%02d-%02d" % (m, d), big(rng, 100, 900)] for m in (1, 2, 3) for d in range(1, 29)])


@honest
def prefectures(rng):
    rows = [["都道府県", "人口", "患者数", "人口10万対"]]
    for p in PREFECTURES:
        people, cases = big(rng, 500000, 9000000), big(rng, 100, 9000)
        rows.append([p, people, cases, round(cases / people * 1e5, 1)])
    return "pref.csv", formats.csv_text(rows).encode("cp932")


@honest
def prefecture_codes(rng):
    return "pref_code.csv", formats.csv_text([["pref_code", "pref_name", "n"]] + [["%02d" % i, p, big(rng, 50)] for i, p in enumerate(PREFECTURES, 1)])


@honest
def drug_codes(rng):
    rows = [["薬価基準収載医薬品コード", "医薬品名", "処方件数", "患者数"]]
    rows += [["%07dF%04d" % (rng.randrange(1100000, 6300000), rng.randrange(1000, 2100)), d, big(rng, 1000, 90000), big(rng, 50)] for d in DRUGS]
    return "drugs.csv", formats.csv_text(rows)


@honest
def nine_digit_codes(rng):
    rows = [["レセ電算コード", "名称", "件数"]] + [["6%08d" % rng.randrange(10 ** 8), rng.choice(DRUGS), big(rng, 50)] for _ in range(30)]
    return "recode.csv", formats.csv_text(rows)


@honest
def procedure_codes(rng):
    rows = [["診療行為コード", "算定回数", "患者数"]] + [["1%08d" % rng.randrange(10 ** 8), big(rng, 1000), big(rng, 50, 900)] for _ in range(25)]
    return "procedures.tsv", formats.csv_text(rows, "\t")


@honest
def lab_codes(rng):
    rows = [["JLAC10", "検査名", "n", "mean", "sd"]]
    rows += [["%dA%03d0000023271%02d" % (rng.randrange(1, 9), rng.randrange(5, 999), rng.randrange(1, 99)), rng.choice(["HbA1c", "LDL-C", "Cr", "AST"]), big(rng, 100),
              round(rng.uniform(4, 90), 1), round(rng.uniform(0.5, 20), 1)] for _ in range(20)]
    return "labs.csv", formats.csv_text(rows)


@honest
def icd_codes(rng):
    return "icd.csv", formats.csv_text([["icd10", "disease", "persons", "mean_age"]] + [[c, d, big(rng, 10), round(rng.uniform(40, 80), 1)] for c, d in DISEASES])


@honest
def icd_many(rng):
    rows = [["code", "count"]] + [["%s%02d.%d" % (rng.choice("ABCDEFGHIJKLMN"), i, rng.randrange(10)), big(rng)] for i in range(10, 99)]
    return "icd3.csv", formats.csv_text(rows)


@honest
def regression_table(rng):
    return "model.csv", formats.csv_text(regression(rng))


@honest
def odds_ratios(rng):
    rows = [["Variable", "OR", "95%CI lower", "95%CI upper", "P value", "n", "events"]]
    for v in ["Age (per 10 y)", "Female", "Diabetes", "Current smoker"]:
        o = rng.uniform(0.5, 2.5)
        rows.append([v, round(o, 2), round(o * 0.8, 2), round(o * 1.25, 2), rng.choice(["<0.001", "0.03", "0.412"]), big(rng, 500), big(rng, 50, 400)])
    return "or.csv", formats.csv_text(rows)


@honest
def hazard_ratios(rng):
    rows = [["variable", "HR", "lower", "upper", "p"]] + [[v, round(rng.uniform(0.6, 2), 2), 0.71, 2.3, 0.02] for v in ["薬剤A vs B", "年齢", "男性", "eGFR<60"]]
    return "cox.csv", formats.csv_text(rows).encode("cp932")


@honest
def survival_table(rng):
    rows, at_risk, s = [["group", "time_months", "n_risk", "n_event", "survival", "lower", "upper"]], big(rng, 3000, 9000), 1.0
    for t in range(0, 61, 6):
        events = 0 if t == 0 else big(rng, 10, 60)
        s *= 1 - events / at_risk
        rows.append(["A", t, at_risk, events, round(s, 3), round(s - 0.02, 3), round(min(1, s + 0.02), 3)])
        at_risk -= events + big(rng, 10, 90)
    return "km.csv", formats.csv_text(rows)


@honest
def baseline_table(rng):
    rows = [["特性", "全体 (n=%d)" % big(rng, 2000), "介入群 (n=1200)", "対照群 (n=1180)", "p値"], ["年齢, 平均(SD)", "63.2 (11.4)", "62.8 (11.1)", "63.6 (11.6)", "0.08"],
            ["女性, n (%)", "980 (41.2)", "500 (41.7)", "480 (40.7)", "0.61"], ["BMI, 中央値 [IQR]", "23.4 [21.2, 25.9]", "23.5 [21.3, 26.0]", "23.2 [21.1, 25.8]", "0.33"],
            ["糖尿病, n (%)", "410 (17.2)", "220 (18.3)", "190 (16.1)", "0.15"]]
    return "table1.csv", formats.csv_text(rows)


@honest
def smd_table(rng):
    rows = [["covariate", "treated_mean", "control_mean", "smd"]] + [[c, round(rng.uniform(0, 70), 2), round(rng.uniform(0, 70), 2), round(rng.random() / 10, 3)]
                                                                    for c in ["age", "female", "diabetes", "ckd", "statin", "charlson"]]
    return "balance.csv", formats.csv_text(rows)


@honest
def correlation(rng):
    names = ["age", "bmi", "sbp", "hba1c", "ldl", "egfr"]
    return "cor.csv", formats.csv_text([["", *names]] + [[a] + [1.0 if a == b else round(rng.uniform(-0.6, 0.6), 3) for b in names] for a in names])


@honest
def roc_points(rng):
    rows = [["threshold", "sensitivity", "specificity", "n"]] + [[round(i / 20, 2), round(1 - (i / 20) ** 2, 3), round((i / 20) ** 0.5, 3), 5400] for i in range(21)]
    return "roc.csv", formats.csv_text(rows)


@honest
def hidden_cells(rng):
    rows = [["disease", "hospital_group", "patients"]] + [[d, g, rng.choice(["<10", "-", "*", big(rng), big(rng)])] for _, d in DISEASES for g in "ABC"]
    return "masked.csv", formats.csv_text(rows)


@honest
def rounded_counts(rng):
    return "rounded.csv", formats.csv_text([["region", "count_rounded_to_5"]] + [[p, big(rng, 2, 900) * 5] for p in PREFECTURES])


@honest
def protected_table(rng):
    rows = [["age", "sex", "value", "status"]] + [[a, s, "", "hidden"] if rng.random() < 0.2 else [a, s, big(rng), "published"] for a in AGES for s in ("M", "F", "Total")]
    return "table.csv", formats.csv_text(rows)


@honest
def json_result(rng):
    return "result.json", json.dumps({"model": "logistic", "n": big(rng, 1000), "coef": {"age": 0.0312, "sex": -0.21}, "auc": 0.812, "created": "2024-05-01T10:20:30Z",
                                      "software": "R 4.3.1", "p": [0.001, 0.2, 0.31]}, indent=1)


@honest
def json_rows(rng):
    rows = by_age(rng)
    return "rows.json", json.dumps([dict(zip(rows[0], r)) for r in rows[1:]], ensure_ascii=False)


@honest
def costs(rng):
    rows = [["year", "category", "n", "mean_cost_yen", "sd", "median"]]
    rows += [[y, c, big(rng, 200), big(rng, 20000, 900000), big(rng, 10000, 90000), big(rng, 20000, 90000)] for y in range(2018, 2024) for c in ("外来", "入院", "調剤")]
    return "cost.csv", formats.csv_text(rows)


@honest
def dpc_codes(rng):
    rows = [["DPC", "症例数", "平均在院日数", "転院率"]]
    rows += [["%06dxx%02dx%dxx" % (rng.randrange(10010, 180000), rng.randrange(99), rng.randrange(9)), big(rng, 10), round(rng.uniform(2, 30), 2), "%.1f%%" % rng.uniform(0, 9)]
             for _ in range(40)]
    return "dpc.csv", formats.csv_text(rows).encode("cp932")


@honest
def sensitivity_analysis(rng):
    rows = [["analysis", "estimate", "se", "n_obs"]] + [["main", 0.213, 0.031, 12210], ["excluding 2020", 0.208, 0.035, 10190], ["E-value", 1.72, "", ""], ["per protocol", 0.222, 0.04, 9011]]
    return "sensitivity.csv", formats.csv_text(rows)


@honest
def era_table(rng):
    return "era.csv", formats.csv_text([["年度", "受診者数", "受診率"]] + [["令和%d年度" % y, big(rng, 900), round(rng.uniform(20, 60), 1)] for y in range(1, 6)]).encode("cp932")


@honest
def isbn_and_versions(rng):
    rows = [["package", "version", "reference"], ["survival", "3.5-7", "ISBN 978-0-387-98784-2"], ["tidyverse", "2.0.0", "doi:10.21105/joss.01686"],
            ["lme4", "1.1-35.1", "doi:10.18637/jss.v067.i01"], ["Python", "3.11.%d" % big(rng, 0, 9), "https://www.python.org"]]
    return "software.csv", formats.csv_text(rows)


@honest
def full_precision(rng):
    rows = [["model", "auc", "brier", "n"]] + [["m%d" % i, rng.random(), rng.random() / 5, big(rng, 500)] for i in range(6)]
    return "metrics.csv", formats.csv_text(rows)


@honest
def histogram(rng):
    return "hist.csv", formats.csv_text([["bin_lower", "bin_upper", "count"]] + [[b, b + 5, big(rng, 12, 900)] for b in range(20, 90, 5)])


@honest
def quantiles(rng):
    return "quantiles.csv", formats.csv_text([["variable", "n", "p5", "p25", "p50", "p75", "p95"], ["hba1c", big(rng, 2000), 5.1, 5.6, 6.2, 7.4, 9.9], ["sbp", big(rng, 2000), 100, 120, 130, 140, 160]])


@honest
def xlsx_table(rng):
    return "table.xlsx", formats.xlsx([("結果", "", by_age(rng)), ("回帰", "", regression(rng))], core=("結果", "", ""))


@honest
def tsv_table(rng):
    return "by_age.tsv", formats.csv_text(by_age(rng), "\t").encode("utf-16")


@honest
def year_matrix(rng):
    years = list(range(2014, 2024))
    return "matrix.csv", formats.csv_text([["ward", *years]] + [[w, *[big(rng, 11, 4000) for _ in years]] for w in ("内科", "外科", "小児科", "眼科")])


@honest
def lat_lon_free_map(rng):
    rows = [["secondary_medical_area", "area_code", "population", "cases", "facilities"]]
    rows += [["二次医療圏%d" % i, "%04d" % (1300 + i), big(rng, 90000, 900000), big(rng, 20, 900), big(rng, 5, 80)] for i in range(1, 14)]
    return "areas.csv", formats.csv_text(rows)


@honest
def p_value_matrix(rng):
    rows = [["test", "statistic", "df", "p"]] + [["chi-square %d" % i, round(rng.uniform(0, 30), 3), rng.randrange(10, 90), "%.3e" % math.exp(-rng.uniform(1, 30))] for i in range(12)]
    return "tests.csv", formats.csv_text(rows)


@honest
def unix_times_of_builds(rng):
    return "build.json", json.dumps({"built": 1714521600 + rng.randrange(9999), "git": "%040x" % rng.getrandbits(160), "sha256": "%064x" % rng.getrandbits(256), "rows_released": 36})


@honest
def weekly_flu(rng):
    rows = [["season", "week", "定点当たり報告数", "報告数"]] + [["2023/24", w, round(rng.uniform(0.1, 30), 2), big(rng, 20)] for w in range(1, 53)]
    return "flu.csv", formats.csv_text(rows)


@honest
def insurers_by_kind(rng):
    return "insurer_kind.csv", formats.csv_text([["保険者種別", "加入者数", "受診者数"]] + [[k, big(rng, 90000, 900000), big(rng, 5000)] for k in ("協会けんぽ", "組合健保", "国保", "後期高齢者")])


@honest
def author_free_values(rng):
    return "summary.csv", formats.csv_text([["指標", "値"], ["対象者数", big(rng, 1000)], ["平均年齢", 63.1], ["女性割合(%)", 47.2], ["観察期間(日)", 20190401 % 1000 + 365]])

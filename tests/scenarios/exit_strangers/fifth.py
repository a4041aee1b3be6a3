"""A fifth set, made otherwise: not file by file, but what is said times how it is brought. Sentences about one person or about groups stand
somewhere in a page of ordinary text, rows of persons or of statistics in any way programs print tables."""
import json

from scenarios.exit_corpus import formats as f
from scenarios.exit_corpus import values as v

from . import payloads as p
from . import registry

leak, honest = registry.named("fifth_")


# ---- how it is brought: lines ----
def _comment(mark):
    return lambda lines: "x = fit(data)\n" + "".join("%s %s\n" % (mark, line) for line in lines) + "print(x)\n"


LINES = {
    "memo.txt": lambda lines: "\n".join(lines) + "\n",
    "memo_sjis.txt": lambda lines: ("\r\n".join(lines) + "\r\n").encode("cp932", "replace"),
    "summary.md": lambda lines: "# 結果\n\n" + "\n\n".join(lines) + "\n",
    "points.md": lambda lines: "## Notes\n\n" + "".join("- %s\n" % line for line in lines),
    "text.tex": lambda lines: "\\section{結果}\n" + "\n\n".join(line.replace("%", "\\%") for line in lines) + "\n",
    "page.html": lambda lines: f.html("<h1>結果</h1>" + "".join("<p>%s</p>" % line.replace("<", "&lt;") for line in lines)),
    "report.docx": lambda lines: f.docx(lines),
    "slides.pptx": lambda lines: f.pptx([["結果", *lines[:3]], lines[3:] or ["以上"]]),
    "notes.xlsx": lambda lines: f.xlsx([("注", "", [[line] for line in lines])]),
    "analysis.ipynb": lambda lines: json.dumps({"cells": [{"cell_type": "markdown", "metadata": {}, "source": [line + "\n" for line in lines]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}),
    "notes.json": lambda lines: json.dumps({"title": "結果", "notes": lines}, ensure_ascii=False),
    "notes.yaml": lambda lines: "title: 結果\nnotes:\n" + "".join("  - \"%s\"\n" % line.replace('"', "'") for line in lines),
    "analysis.R": _comment("#"),
    "analysis.sas": lambda lines: "proc means data=d; run;\n" + "".join("/* %s */\n" % line for line in lines),
}


def page(r, sentences):
    """The sentences somewhere between others."""
    lines = p.prose(r, 4)
    for sentence in sentences:
        lines.insert(r.randrange(len(lines) + 1), sentence)
    name = r.choice(sorted(LINES))
    return name, LINES[name](lines)


# ---- how it is brought: rows ----
def _boxed(rows, left, middle):
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(rows[0]))]
    rule = "+" + "+".join("-" * (w + 2) for w in widths) + "+\n"
    body = [left + middle.join(" %s " % str(value).rjust(w) for value, w in zip(row, widths)) + left + "\n" for row in rows]
    return rule + body[0] + rule + "".join(body[1:]) + rule


ROWS = {
    "out.csv": lambda rows: f.csv_text(rows),
    "out.tsv": lambda rows: f.csv_text(rows, "\t"),
    "annotated.csv": lambda rows: "# 作成 2024-05\n# 出典 DPC\n" + f.csv_text(rows),
    "semicolon.csv": lambda rows: f.csv_text(rows, ";"),
    "out.xlsx": lambda rows: f.xlsx([("Sheet1", "", rows)]),
    "out.docx": lambda rows: f.docx(["表"], raw=f.word_table(rows)),
    "out.html": lambda rows: f.html(f.html_table(rows)),
    "out.md": lambda rows: "".join("| %s |\n%s" % (" | ".join(map(str, row)), "|" + "---|" * len(row) + "\n" if n == 0 else "") for n, row in enumerate(rows)),
    "out.tex": lambda rows: "\\begin{tabular}{l}\n" + "".join(" & ".join(str(x).replace("%", "\\%") for x in row) + " \\\\\n" for row in rows) + "\\end{tabular}\n",
    "records.json": lambda rows: json.dumps([dict(zip(map(str, rows[0]), row)) for row in rows[1:]], ensure_ascii=False),
    "lines.jsonl": lambda rows: "".join(json.dumps(dict(zip(map(str, rows[0]), row)), ensure_ascii=False) + "\n" for row in rows[1:]),
    "mysql.txt": lambda rows: _boxed(rows, "|", "|"),
    "duckdb.txt": lambda rows: _boxed(rows, "│", "│").replace("+", "├").replace("-", "─"),
    "console.txt": lambda rows: f.printed(rows),
    "out.xml": lambda rows: "<rows>\n" + "".join("<row %s/>\n" % " ".join('c%d="%s"' % (n, x) for n, x in enumerate(row)) for row in rows[1:]) + "</rows>\n",
    "out.yaml": lambda rows: "".join("- " + "\n  ".join("%s: %s" % (k, x) for k, x in zip(rows[0], row)) + "\n" for row in rows[1:]),
    "pairs.txt": lambda rows: "".join(";".join("%s=%s" % (k, x) for k, x in zip(rows[0], row)) + "\n" for row in rows[1:]),
}


def table(r, rows, without=()):
    name = r.choice(sorted(set(ROWS) - set(without)))
    return name, ROWS[name](rows)


def _n(r, low=30, high=4000):
    return r.randrange(low, high)


# ---- leaks said in a sentence ----
SENTENCES = {
    "call_back": lambda r: "折り返し先は%s（長女）。" % p.phone(r),
    "greeting": lambda r: "%s様よりお電話、同意撤回の申し出あり。" % v.person(r)[0][0],
    "excluded_number": lambda r: "患者ID %08d は重複のため除外。" % r.randrange(10 ** 7),
    "chart_english": lambda r: "MRN %08d was removed after chart review." % r.randrange(10 ** 7),
    "birth_said": lambda r: "%sに生まれた。" % p.birth(r),
    "my_no": lambda r: "本人確認書類 %s を確認。" % p.my_number(r),
    "insured": lambda r: "保険証 記号%d番号%d、保険者番号%s" % (r.randrange(10, 999), r.randrange(10, 9999), v.insurer(r)),
    "home": lambda r: "居住地は%s。" % v.address(r),
    "initials_death": lambda r: "The patient (T.K., %d-year-old woman) died on %d March 2023." % (r.randrange(60, 95), r.randrange(2, 29)),
    "died_on": lambda r: "%d歳男性、令和5年%d月%d日に永眠された。" % (r.randrange(40, 95), r.randrange(1, 13), r.randrange(2, 28)),
    "two_only": lambda r: "該当患者は%d名のみであった。" % r.randrange(1, 9),
    "died_of_them": lambda r: "うち%d例が死亡した。" % r.randrange(1, 9),
    "few_percent": lambda r: "有害事象は%d例（0.%d％）に認めた。" % (r.randrange(1, 9), r.randrange(1, 9)),
    "fraction": lambda r: "Response was seen in %d/%d patients." % (r.randrange(1, 5), r.randrange(6, 9)),
    "range_en": lambda r: "Length of stay was 14 days (range, %d-%d)." % (r.randrange(1, 4), r.randrange(150, 500)),
    "range_ja": lambda r: "年齢は中央値67歳（範囲 %d～%d歳）であった。" % (r.randrange(1, 20), r.randrange(96, 106)),
    "case_values": lambda r: "Patient %d had a CRP of %.1f mg/dL on day %d and was intubated." % (r.randrange(1, 40), r.uniform(9, 40), r.randrange(2, 9)),
    "soap": lambda r: "S) 昨夜から胸が苦しい O) BP %d/%d, SpO2 %d%% A) 心不全増悪 P) フロセミド増量" % (r.randrange(85, 180), r.randrange(40, 90), r.randrange(82, 95)),
    "radiology": lambda r: "【所見】右上葉S%dに%dmm大の結節を認める。前回と比較し増大。【診断】肺癌疑い。" % (r.randrange(1, 4), r.randrange(8, 40)),
    "kana_name": lambda r: "確認者記入欄：%s（本人）" % p.name(r, "kana"),
    "mail_said": lambda r: "本人のメール %s へ送付済み。" % p.IDENTIFIERS["mail"](r),
    "vector": lambda r: "LOS: " + ", ".join(str(r.choice([r.randrange(1, 20), r.randrange(1, 90)])) for _ in range(40)),
    "triples": lambda r: "; ".join("%d/%s/%s" % (r.randrange(20, 96), r.choice("MF"), r.choice(["alive", "dead"])) for _ in range(15)),
    "oldest": lambda r: "最年長は%d歳の女性であった。" % r.randrange(97, 108),
    "hospital_one": lambda r: "A県では1施設のみが実施し、対象は%d例であった。" % r.randrange(1, 9),
}


# ---- leaks as rows ----
def coded(r, count=40):
    return [["v%d" % n for n in range(1, 7)]] + [[r.randrange(20, 97), r.randrange(1, 3), r.randrange(1, 6), round(r.gauss(6.4, 1.1), 1), round(r.gauss(61, 19), 1), r.randrange(2)] for _ in range(count)]


TABLES = {
    "patients": lambda r: p.patients(r, 40),
    "patients_no_key": lambda r: p.patients(r, 40, keys=False),
    "stays": lambda r: p.stays(r, 30),
    "coded": coded,
    "one_hot": lambda r: [["age70", "male", "dm", "htn", "af", "dead"]] + [[r.randrange(2) for _ in range(6)] for _ in range(60)],
    "long": lambda r: [["pid", "item", "value"]] + [[1000 + n // 3, ("AST", "ALT", "CRP")[n % 3], round(r.uniform(1, 90), 1)] for n in range(60)],
    "deaths_listed": lambda r: [["死亡日", "年齢", "性別"]] + [["2023-%02d-%02d" % (r.randrange(1, 13), r.randrange(1, 29)), r.randrange(50, 99), r.choice("男女")] for _ in range(25)],
    "few": lambda r: p.small_groups(r),
    "few_second": lambda r: p.small_groups(r),
    "few_by_dose": lambda r: [["投与量", "人数"]] + [["%dmg" % d, r.randrange(1, 9) if d > 20 else _n(r)] for d in (5, 10, 20, 40, 80)],
    "min_max": lambda r: [["変数", "平均", "最小", "最大"]] + [[x, round(r.uniform(20, 70), 1), r.randrange(1, 18), r.randrange(97, 400)] for x in ("年齢", "在院日数", "体重")],
    "hospital_few": lambda r: [["県", "施設数", "患者数"]] + [[x, r.choice([1, 2, 12, 30]) if n else 1, _n(r)] for n, x in enumerate(("長野", "岡山", "宮城", "大阪"))],
    "names": lambda r: [["氏名", "点数"]] + [[p.name(r, "kanji"), r.randrange(40, 100)] for _ in range(12)],
    "numbers": lambda r: [["no", "score"]] + [["%08d" % r.randrange(10 ** 7), r.randrange(40, 100)] for _ in range(30)],
    "visits_eras": lambda r: [["受診日", "体重", "収縮期"]] + [["R5.%d.%d" % (1 + n // 3, 1 + 7 * (n % 3) + r.randrange(6)), round(r.gauss(62, 1), 1), r.randrange(110, 160)] for n in range(24)],
    "scores": lambda r: [["case", "propensity"]] + [[n, round(r.random(), 5)] for n in range(1, 70)],
}


# ---- honest sentences ----
HONEST_SENTENCES = {
    "large_counts": lambda r: "対象%d名のうち%d名（%.1f％）が死亡した。" % ((lambda n, a: (n, a, 100 * a / n))(_n(r, 900, 9000), _n(r, 30, 600))),
    "suppression_rule": lambda r: "10名未満のセルは秘匿し、5の倍数に丸めた。",
    "facilities": lambda r: "全国%d施設のデータを用い、%d群に分けて比較した。" % (r.randrange(5, 90), r.randrange(2, 5)),
    "folds": lambda r: "We used %d-fold cross-validation repeated %d times (seed %d)." % (r.choice([5, 10]), r.randrange(2, 9), r.randrange(10 ** 8)),
    "spread": lambda r: "年齢は%.1f±%.1f歳、在院日数は中央値%d日（四分位範囲 %d-%d日）であった。" % (r.uniform(60, 75), r.uniform(8, 15), 11, 6, 19),
    "interval": lambda r: "調整ハザード比は%.2f（95％信頼区間 %.2f～%.2f、p=0.0%d）であった。" % (r.uniform(1.1, 1.6), 1.02, 1.9, r.randrange(10, 49)),
    "elapsed": lambda r: "Elapsed: %d min %d s, peak memory %.1f GB, %d cores." % (r.randrange(1, 50), r.randrange(60), r.uniform(1, 30), r.choice([2, 4, 8])),
    "doi_said": lambda r: "詳細は doi:10.%d/%s.%d を参照（2023年5月12日閲覧）。" % (r.randrange(1000, 9999), r.choice(["jjph", "s41598-022"]), r.randrange(1000, 99999)),
    "dose": lambda r: "アムロジピン %d mg を1日%d回、%d週間投与と定義した。" % (r.choice([2, 5, 10]), r.randrange(1, 4), r.randrange(2, 13)),
    "reference_range": lambda r: "基準範囲は AST 13-30 U/L、クレアチニン 0.65-1.07 mg/dL、Hb 13.7-16.8 g/dL とした。",
    "formula": lambda r: "eGFR = 194 x Cr^-1.094 x Age^-0.287 (x 0.739 if female) を用いた。",
    "codes": lambda r: "ICD-10のI21.0-I21.9、I50.0、および手術コードK546、K5492、診療行為コード160%06dを抽出した。" % r.randrange(10 ** 6),
    "period": lambda r: "観察期間は2018年4月1日から2023年3月31日までとし、washoutは%dか月とした。" % r.randrange(3, 13),
    "model_count": lambda r: "3つのモデルを比較し、2名の研究者が独立に判定した（κ=0.%d）。" % r.randrange(60, 95),
    "approval": lambda r: "倫理審査委員会承認番号 %d-%03d（令和4年%d月%d日承認）。" % (r.randrange(2019, 2025), r.randrange(1000), r.randrange(1, 13), r.randrange(1, 28)),
    "versions": lambda r: "R 4.%d.%d, survival 3.%d-%d, Python 3.11.%d を使用。" % (r.randrange(4), r.randrange(4), r.randrange(1, 6), r.randrange(9), r.randrange(9)),
    "limit_ages": lambda r: "対象は%d歳以上とし、%d歳未満は除外した。" % (r.choice([18, 20, 40, 65]), r.choice([18, 20])),
    "author_line": lambda r: "責任著者：東都大学大学院医学系研究科 %s%s" % (v.person(r)[0][0], v.person(r)[1][0]),
    "grant": lambda r: "JSPS科研費 JP%dK%05d の助成を受けた。" % (r.randrange(18, 25), r.randrange(10 ** 5)),
    "auc": lambda r: "AUROC 0.%d, Brier 0.1%d, calibration slope 0.9%d (bootstrap 500 samples)." % (r.randrange(700, 899), r.randrange(10, 99), r.randrange(10)),
}


# ---- honest rows ----
def _percent(r, n):
    a = _n(r, max(10, n // 20), n // 2)
    return "%d (%.1f%%)" % (a, 100 * a / n)


def baseline(r):
    n, m = _n(r, 600), _n(r, 600)
    return [["項目", "曝露群 n=%d" % n, "対照群 n=%d" % m]] + [[x, _percent(r, n), _percent(r, m)] for x in ("女性", "糖尿病", "高血圧", "喫煙", "心房細動")]


HONEST_TABLES = {
    "baseline": baseline,
    "groups": lambda r: p.groups(r),
    "groups_second": lambda r: p.groups(r, 12, 99),
    "estimates": lambda r: p.estimates(r),
    "coefficients": lambda r: [["term", "estimate", "std.error", "statistic", "p.value"]] + [[x, round(r.gauss(0, 1), 4), round(r.uniform(0.01, 0.3), 4), round(r.gauss(0, 3), 3), round(r.random(), 4)] for x in ("(Intercept)", "age", "sexM", "dm", "htn", "egfr")],
    "epochs": lambda r: [["epoch", "loss", "val_loss", "val_auc"]] + [[n, round(0.7 - 0.01 * n + r.uniform(0, 0.01), 4), round(0.71 - 0.009 * n + r.uniform(0, 0.01), 4), round(0.6 + 0.005 * n, 4)] for n in range(1, 26)],
    "iterations": lambda r: [["iter", "logLik", "step"]] + [[n, round(-4000 - 900 / n, 3), round(1 / n, 4)] for n in range(1, 15)],
    "expected": lambda r: [["", "observed", "expected", "O/E"]] + [[x, _n(r, 40, 400), round(r.uniform(40, 400), 1), round(r.uniform(0.8, 1.2), 2)] for x in ("北海道", "東北", "関東", "中部", "近畿")],
    "prefectures": lambda r: [["都道府県", "患者数", "人口10万対"]] + [[x, _n(r, 100, 9000), round(r.uniform(30, 300), 1)] for x in ("北海道", "青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県", "東京都", "大阪府", "福岡県", "沖縄県")],
    "months": lambda r: [["年月", "入院数", "死亡率"]] + [["%d-%02d" % (2022 + n // 12, n % 12 + 1), _n(r, 100, 900), "%.1f%%" % r.uniform(2, 9)] for n in range(24)],
    "drug_codes": lambda r: [["YJ", "品名", "処方患者数"]] + [["%07d%s%04d" % (r.randrange(10 ** 6, 4 * 10 ** 6), r.choice("FMQ"), r.randrange(1000, 4000)), x, _n(r)] for x in ("アムロジピン", "メトホルミン", "ロスバスタチン", "エドキサバン", "ビソプロロール")],
    "lab_codes": lambda r: [["JLAC11", "項目", "件数"]] + [["%s%09d" % (r.choice(["3B035", "3C015", "5C070"]), r.randrange(10 ** 8)), x, _n(r, 1000, 90000)] for x in ("AST", "ALT", "Cre", "CRP", "Hb")],
    "importance": lambda r: [["feature", "gain", "cover"]] + [[x, round(r.random(), 5), round(r.random(), 5)] for x in ("age", "alb", "crp", "bun", "los_prior", "emergency")],
    "hazards_by_year": lambda r: [["year", "HR", "lower", "upper"]] + [[y, round(h, 3), round(h * 0.9, 3), round(h * 1.1, 3)] for y in range(2012, 2024) for h in [r.uniform(0.8, 1.3)]],
    "km_grid": lambda r: [["time", "n.risk", "survival", "lower", "upper"]] + [[90 * k, 4000 - 300 * k, round(0.98 ** (3 * k), 3), round(0.98 ** (3 * k) - 0.02, 3), round(0.98 ** (3 * k) + 0.02, 3)] for k in range(0, 12)],
    "quantiles": lambda r: [["group", "n", "p25", "median", "p75"]] + [[x, _n(r, 200), 5, 9 + r.randrange(4), 17 + r.randrange(5)] for x in ("内科", "外科", "小児科", "産科")],
    "fees": lambda r: [["区分番号", "診療行為", "点数", "算定回数"]] + [[k, x, r.randrange(50, 9000), _n(r, 100, 99999)] for k, x in (("A000", "初診料"), ("D007", "血液化学検査"), ("E200", "CT撮影"), ("K546", "経皮的冠動脈形成術"))],
}


def _register(into, kinds, bring):
    for kind, make in kinds.items():
        def template(r, make=make):
            return bring(r, make)
        template.__name__ = kind
        into(template)


_register(leak, SENTENCES, lambda r, make: page(r, [make(r)]))
_register(leak, {"rows_" + k: m for k, m in TABLES.items()}, lambda r, make: table(r, make(r)))
_register(honest, HONEST_SENTENCES, lambda r, make: page(r, [make(r)]))
_register(honest, {"rows_" + k: m for k, m in HONEST_TABLES.items()}, lambda r, make: table(r, make(r)))

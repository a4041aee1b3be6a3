"""What a file may say: about persons (never to leave), and about groups (fine). Written from practice, not from the scan's rules."""
import datetime

from scenarios.exit_corpus import values

FAMILIES = [("齋藤", "サイトウ", "Saito"), ("髙橋", "タカハシ", "Takahashi"), ("柳田", "ヤナギダ", "Yanagida"), ("五十嵐", "イガラシ", "Igarashi"), ("東海林", "ショウジ", "Shoji"),
            ("新垣", "アラガキ", "Aragaki"), ("二階堂", "ニカイドウ", "Nikaido"), ("猪俣", "イノマタ", "Inomata"), ("藤原", "フジワラ", "Fujiwara"), ("大西", "オオニシ", "Onishi"),
            ("河合", "カワイ", "Kawai"), ("田代", "タシロ", "Tashiro"), ("星野", "ホシノ", "Hoshino"), ("阿部", "アベ", "Abe"), ("増田", "マスダ", "Masuda"),
            ("谷口", "タニグチ", "Taniguchi"), ("福島", "フクシマ", "Fukushima"), ("千葉", "チバ", "Chiba"), ("宮崎", "ミヤザキ", "Miyazaki"), ("上田", "ウエダ", "Ueda")]
GIVENS = [("茂", "シゲル", "Shigeru"), ("千代子", "チヨコ", "Chiyoko"), ("勝", "マサル", "Masaru"), ("節子", "セツコ", "Setsuko"), ("優斗", "ユウト", "Yuto"), ("陽菜", "ヒナ", "Hina"),
          ("康夫", "ヤスオ", "Yasuo"), ("久美子", "クミコ", "Kumiko"), ("さくら", "サクラ", "Sakura"), ("隆", "タカシ", "Takashi"), ("菜々子", "ナナコ", "Nanako"), ("哲也", "テツヤ", "Tetsuya")]
KANJI_DIGITS = "〇一二三四五六七八九"


def kanji_number(n):
    """1 to 99 as words: 六十, 十二."""
    tens, ones = divmod(n, 10)
    return ("" if tens == 0 else "十" if tens == 1 else KANJI_DIGITS[tens] + "十") + (KANJI_DIGITS[ones] if ones else "")


def name(rng, form=None):
    family, given = rng.choice(FAMILIES), rng.choice(GIVENS)
    forms = {"kanji": family[0] + rng.choice([" ", "　", ""]) + given[0], "kana": family[1] + rng.choice([" ", "　"]) + given[1],
             "half": (family[1] + " " + given[1]).translate(values.HALF), "latin": given[2] + " " + family[2], "latin_upper": family[2].upper() + " " + given[2].upper(),
             "latin_comma": family[2] + ", " + given[2]}
    return forms[form or rng.choice(sorted(forms))]


def birth(rng):
    day = values.birth_date(rng)
    (kanji, letter, _, _), year = values.era_of(day)
    full = "%s%s年%s月%s日" % (kanji, kanji_number(year) if year > 1 else "元", kanji_number(day.month), kanji_number(day.day))
    forms = ["%s%d.%d.%d" % (letter, year, day.month, day.day), full, "%d/%02d/%02d" % (day.year, day.month, day.day), "%s%d-%02d-%02d" % (letter, year, day.month, day.day),
             day.isoformat(), "%s%s年%d月%d日生" % (kanji, year, day.month, day.day), values.wide("%s%d年%d月%d日" % (letter, year, day.month, day.day)),
             "%d.%d.%d" % (day.year, day.month, day.day), day.strftime("%d-%b-%Y"), day.strftime("%B %d, %Y"), day.strftime("%Y%m%d"), "%s%02d%02d%02d" % (letter, year, day.month, day.day)]
    return rng.choice(forms)


def phone(rng):
    a, b = rng.randrange(1000, 10000), rng.randrange(10000)
    text = rng.choice(["090-%04d-%04d", "080 %04d %04d", "090%04d%04d", "+81 90 %04d %04d", "+81-80-%04d-%04d", "(090) %04d-%04d", "070.%04d.%04d"]) % (a, b)
    return values.wide(text) if rng.random() < 0.2 else text


def landline(rng):
    four = rng.randrange(2000, 9999)
    return rng.choice(["06-%d-%04d" % (four, four), "03(%d)%04d" % (four, four), "0%d-%d-%04d" % (rng.choice([422, 745, 952, 566]), rng.randrange(20, 99), four),
                       "078-%03d-%04d" % (rng.randrange(200, 999), four)])


def my_number(rng):
    n = values.my_number(rng)
    return rng.choice([n, n[:4] + "-" + n[4:8] + "-" + n[8:], n[:4] + " " + n[4:8] + " " + n[8:], values.wide(n)])


IDENTIFIERS = {
    "my_number": lambda r: r.choice(["マイナンバー：%s", "個人番号(%s)", "My Number: %s", "%s"]) % my_number(r),
    "insurer": lambda r: r.choice(["保険者番号：%s", "保険者 %s", "insurer no. %s"]) % values.insurer(r),
    "institution": lambda r: r.choice(["医療機関コード=%s", "保険医療機関番号 %s", "institution code %s"]) % values.institution(r),
    "symbol": lambda r: r.choice(["記号 %d 番号 %d 枝番 0%d", "被保険者証の記号・番号：%d・%d（枝番0%d）"]) % (r.randrange(1000, 99999), r.randrange(10, 9999), r.randrange(1, 5)),
    "kanji_name": lambda r: r.choice(["患者：%s", "%s 様", "%s殿", "受診者名 %s", "氏名=%s", "本人（%s）より同意取得"]) % name(r, "kanji"),
    "kana_name": lambda r: r.choice(["フリガナ：%s", "カナ名 %s", "(%s)様"]) % name(r, r.choice(["kana", "half"])),
    "latin_name": lambda r: r.choice(["Patient: %s", "pt name = %s", "Mr. %s was re-admitted", "subject %s withdrew consent"]) % name(r, r.choice(["latin", "latin_upper", "latin_comma"])),
    "mobile": lambda r: r.choice(["連絡先 %s", "Tel %s", "携帯：%s", "%s に連絡済"]) % phone(r),
    "landline": lambda r: r.choice(["自宅 %s", "TEL：%s"]) % landline(r),
    "birth": lambda r: r.choice(["生年月日 %s", "DOB: %s", "誕生日は%s", "date of birth %s", "%s 生まれ"]) % birth(r),
    "chart": lambda r: r.choice(["患者ID %08d", "カルテNo.%07d", "MRN#%08d", "診察券番号：%07d", "patient_id=%08d"]) % r.randrange(10 ** 6, 10 ** 7),
    "address": lambda r: values.address(r),
    "mail": lambda r: "%s%d@%s" % (r.choice(GIVENS)[2].lower(), r.randrange(10, 99), r.choice(["docomo.ne.jp", "ezweb.ne.jp", "gmail.com", "yahoo.co.jp"])),
}


def identifier(rng, kind=None):
    return IDENTIFIERS[kind or rng.choice(sorted(IDENTIFIERS))](rng)


def note(rng, kind=None):
    """A sentence of somebody who forgot that it leaves."""
    who = identifier(rng, kind)
    return rng.choice(["要確認: %s", "%s のデータを除外", "※%s", "check with %s before submission", "%s（検査値の再測定を依頼）", "memo %s"]) % who


HEADINGS = [["age", "sex", "hba1c", "egfr", "bmi", "outcome"], ["年齢", "性別", "HbA1c", "eGFR", "BMI", "転帰"], ["Age", "Sex", "A1C_pct", "Cre", "Weight_kg", "Death"],
            ["AGE", "SEX", "LAB1", "LAB2", "LAB3", "EVENT"], ["x1", "x2", "x3", "x4", "x5", "y"], ["adm_age", "gender", "ldl", "hdl", "sbp", "dm"]]


def patients(rng, count=None, headings=None, keys=True, decimals=1):
    """Rows about one person each."""
    rows = [list(headings or rng.choice(HEADINGS))]
    key = rng.choice(["id", "subject", "patient_no", "No", "症例番号", "pid", "registration_id"])
    if keys:
        rows[0].insert(0, key)
    start = rng.randrange(10 ** 6, 9 * 10 ** 6)
    for i in range(count or rng.randrange(25, 120)):
        row = [rng.randrange(20, 96), rng.choice("MF"), round(rng.gauss(6.8, 1.2), decimals), round(rng.gauss(62, 20), decimals), round(rng.gauss(23, 4), decimals), rng.randrange(2)]
        rows.append(([start + 37 * i + rng.randrange(30)] if keys else []) + row)
    return rows


def stays(rng, count=None):
    """Rows of treatment episodes with days."""
    rows = [rng.choice([["adm_date", "dis_date", "age", "sex", "icd10", "los"], ["入院日", "退院日", "年齢", "性別", "主傷病", "在院日数"]])]
    for _ in range(count or rng.randrange(20, 60)):
        day, los = datetime.date(2021, 4, 1) + datetime.timedelta(days=rng.randrange(900)), rng.randrange(1, 60)
        rows.append([day.isoformat(), (day + datetime.timedelta(days=los)).isoformat(), rng.randrange(18, 97), rng.choice("MF"), "%s%02d.%d" % (rng.choice("CEIJKN"), rng.randrange(100), rng.randrange(10)), los])
    return rows


def any_rows(rng):
    return rng.choice([lambda: patients(rng), lambda: patients(rng, keys=False), lambda: stays(rng), lambda: patients(rng, decimals=3)])()


def groups(rng, low=15, high=900):
    """Counts by class, nothing small; totals right."""
    first, second = rng.choice([("年齢階級", ["男", "女"]), ("Age group", ["Male", "Female"]), ("区分", ["曝露群", "非曝露群"]), ("Period", ["Before", "After"])])
    labels = rng.choice([["0-19", "20-39", "40-59", "60-79", "80+"], ["20歳未満", "20～39歳", "40～59歳", "60～79歳", "80歳以上"], ["2019", "2020", "2021", "2022", "2023"],
                         ["I", "II", "III", "IV"], ["Mild", "Moderate", "Severe"]])
    rows = [[first] + second + [rng.choice(["Total", "合計", "計"])]]
    for label in labels:
        a, b = rng.randrange(low, high), rng.randrange(low, high)
        rows.append([label, a, b, a + b])
    rows.append([rows[0][3]] + [sum(r[i] for r in rows[1:]) for i in (1, 2, 3)])
    return rows


def small_groups(rng):
    """The same with one to three cells below ten."""
    rows = groups(rng)
    for _ in range(rng.randrange(1, 4)):
        r, c = rng.randrange(1, len(rows) - 1), rng.choice([1, 2])
        rows[r][c] = rng.randrange(1, 9)
        rows[r][3] = rows[r][1] + rows[r][2]
    rows[-1][1:] = [sum(r[i] for r in rows[1:-1]) for i in (1, 2, 3)]
    return rows


def estimates(rng, count=7):
    """Odds ratios as journals print them."""
    names = rng.sample(["Age (per 10 years)", "Male sex", "Diabetes mellitus", "Hypertension", "CKD stage 3-5", "Smoking (current)", "eGFR <60", "BMI >=25", "Prior MI", "Statin use", "Emergency admission"], count)
    rows = [rng.choice([["Variable", "OR", "95% CI", "p"], ["Characteristic", "HR", "95% CI", "P value"], ["因子", "調整オッズ比", "95%信頼区間", "P値"]])]
    for label in names:
        v = rng.uniform(0.5, 2.4)
        p = rng.random()
        rows.append([label, "%.2f" % v, "%.2f%s%.2f" % (v * 0.8, rng.choice(["-", "–", " to ", "～"]), v * 1.25), "<0.001" if p < 0.2 else "%.3f" % p])
    return rows


PROSE_JA = ["本研究は令和5年4月1日から令和6年3月31日までに当院を受診した{n}例を対象とした後ろ向き観察研究である。", "解析にはR 4.3.1（R Foundation for Statistical Computing, Vienna, Austria）を用いた。",
            "平均年齢は{m:.1f}歳（標準偏差{s:.1f}歳）、女性は{q}例（{p:.1f}％）であった。", "統計学的有意水準は両側5％とした（p＜0.05）。", "本研究は倫理審査委員会の承認を得て実施した（承認番号 2023-{a:03d}、令和5年6月12日）。",
            "追跡期間の中央値は{f:.1f}年であった。", "多変量解析では糖尿病（調整オッズ比 {o:.2f}、95％信頼区間 {l:.2f}–{u:.2f}）が関連していた。", "〒113-8655 東京都文京区本郷7-3-1 東京大学医学部附属病院 企画情報運営部",
            "本研究はJSPS科研費 JP{g}およびAMED JP{h}の助成を受けた。"]
PROSE_EN = ["We identified {n:,} adults hospitalised between 1 April 2019 and 31 March 2023.", "Analyses were performed with Python 3.11.4, pandas 2.1.0 and lifelines 0.27.8.", "The mean age was {m:.1f} years (SD {s:.1f}) and {q} ({p:.1f}%) were women.",
            "In the adjusted model the hazard ratio was {o:.2f} (95% CI {l:.2f}-{u:.2f}; p=0.0{a:02d}).", "Missing values were imputed 20 times by chained equations (seed 20230401).", "This study was registered as UMIN0000{a:03d}45 and jRCT10312300{a:02d}.",
            "Supported by JSPS KAKENHI Grant Number JP{g}.", "The protocol was approved on 12 June 2023 (No. 2023-{a:03d})."]


def prose(rng, count=5):
    n = rng.randrange(900, 40000)
    share, odds = rng.uniform(35, 60), rng.uniform(1.2, 2.2)
    values_ = dict(n=n, m=rng.uniform(55, 75), s=rng.uniform(8, 15), q=round(n * share / 100), p=share, a=rng.randrange(100), f=rng.uniform(2, 7), o=odds, l=odds * 0.8, u=odds * 1.3,
                   g="%02dK%05d" % (rng.randrange(18, 25), rng.randrange(10 ** 5)), h="%02dek0109%03d" % (rng.randrange(18, 25), rng.randrange(1000)))
    chosen = rng.choice([PROSE_JA, PROSE_EN])
    return [s.format(**values_) for s in rng.sample(chosen, count)]

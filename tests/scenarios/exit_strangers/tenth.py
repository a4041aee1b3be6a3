"""The tenth set: what further consoles, services and offices write, leaks and honest outputs."""
import base64
import json
import math

from . import registry
from .ninth_cast import (GROUPS, PREFECTURES, XML, b64, cells, code, csv_rows, docx, html_table, notebook, packed, page, para, pdf, pdf_lines, people, png,
                         rels, run, safe_table, said, svg, wide, word_table, xlsx)

leak, honest = registry.named("tenth_")


def one(r):
    return people(r, 1)[0]


def pad(rows, widths):
    return "\n".join(" ".join(str(c).rjust(w) for c, w in zip(row, widths)) for row in rows) + "\n"


# ---- leaks
@leak
def polars_print(r):
    rows = "".join("│ %-8s ┆ %3d ┆ %-3s ┆ %-10s │\n" % (p.chart, p.age, p.sex, p.visit) for p in people(r, 5))
    return "explore.txt", "shape: (5, 4)\n┌──────────┬─────┬─────┬────────────┐\n│ pid      ┆ age ┆ sex ┆ adm        │\n│ ---      ┆ --- ┆ --- ┆ ---        │\n│ str      ┆ i64 ┆ str ┆ date       │\n╞══════════╪═════╪═════╪════════════╡\n" + rows + "└──────────┴─────┴─────┴────────────┘\n"


@leak
def duckdb_box(r):
    rows = "".join("│ %6.1f │ %6.1f │ %5d │\n" % (p.hba1c, p.egfr, p.death) for p in people(r, 12))
    return "q.txt", "D select hba1c, egfr, death from c limit 12;\n┌────────┬────────┬───────┐\n│ hba1c  │  egfr  │ death │\n│ double │ double │ int32 │\n├────────┼────────┼───────┤\n" + rows + "└────────┴────────┴───────┘\n"


@leak
def psql_expanded(r):
    return "psql.log", "".join("-[ RECORD %d ]-+-----------\nkarte_no     | %s\nsex          | %s\nadmitted     | %s\nward         | 4E\n" % (i + 1, p.chart, p.sex, p.visit) for i, p in enumerate(people(r, 3)))


@leak
def mongosh_documents(r):
    return "mongo.txt", "[\n" + "".join("  {\n    _id: ObjectId('65f2a1b2c3d4e5f6a7b8c9d%d'),\n    nenrei: %d,\n    seibetsu: '%s',\n    byoumei: '%s'\n  },\n" % (i, p.age, "男" if p.sex == "M" else "女", p.dx) for i, p in enumerate(people(r, 4))) + "]\n"


@leak
def turtle_triples(r):
    return "graph.txt", "@prefix ex: <http://ex.org/> .\n" + "".join("ex:p%s a ex:Patient ; ex:birthDate \"%s\"^^xsd:date ; ex:gender \"%s\" .\n" % (p.chart, p.born, p.sex) for p in people(r, 3))


@leak
def julia_frame(r):
    return "julia.txt", "6×4 DataFrame\n Row │ age    sex     hba1c    los   \n     │ Int64  String  Float64  Int64 \n─────┼───────────────────────────────\n" + "".join("%4d │ %5d  %-6s  %7.1f  %5d\n" % (i + 1, p.age, p.sex, p.hba1c, p.days % 90) for i, p in enumerate(people(r, 6)))


@leak
def numpy_matrix(r):
    return "X.txt", "array([" + ",\n       ".join("[%5.1f, %5.1f, %5.1f, %5.1f]" % (p.age, p.sbp, p.hba1c, p.egfr) for p in people(r, 14)) + "])\n"


@leak
def tensor_print(r):
    return "tensor.log", "tensor([" + ",\n        ".join("[%8.4f, %8.4f, %8.4f]" % (r.gauss(0, 1), r.gauss(0, 1), r.gauss(0, 1)) for _ in range(24)) + "])\n"


@leak
def great_expectations(r):
    return "validation.json", json.dumps({"success": False, "results": [{"expectation_type": "expect_column_values_to_match_strftime_format", "column": "birth_dt", "unexpected_list": [p.born.replace("-", "/") for p in people(r, 6)]}]})


@leak
def parquet_statistics(r):
    p, q = people(r, 2)
    return "schema.txt", "column: age     INT64   min: %d  max: %d  null_count: 0\ncolumn: adm     INT32 (Date)  min: 2012-04-01  max: 2023-03-31\ncolumn: weight  DOUBLE  min: 2.1  max: 151.2\n" % (0, 104)


@leak
def validation_messages(r):
    return "check.txt", "".join("行%d: 患者ID %s の生年月日 %s が入院日より後です\n" % (r.randint(2, 999), p.chart, p.born.replace("-", "")) for p in people(r, 3))


@leak
def confusion_print(r):
    return "cm.txt", ">>> confusion_matrix(y, p)\narray([[%d,   %d],\n       [ %d,  %d]])\n" % (r.randint(100, 200), r.randint(2, 8), r.randint(12, 30), r.randint(30, 60))


@leak
def classification_report(r):
    return "report.txt", "              precision    recall  f1-score   support\n\n       no AE       0.95      0.98      0.97       312\n     grade 3       0.50      0.40      0.44         %d\n     grade 4       0.33      0.25      0.29         %d\n\n    accuracy                           0.93       321\n" % (5, 4)


@leak
def groupby_size(r):
    return "size.txt", ">>> df.groupby(['hosp', 'dx']).size()\nhosp  dx\nA     C34.1    112\n      C45.0      %d\nB     C34.1     87\n      C45.0      %d\ndtype: int64\n" % (r.randint(1, 4), r.randint(1, 4))


@leak
def stata_tabstat(r):
    return "tabstat.log", ". tabstat age bmi, by(arm) statistics(n mean sd min max)\n\n     arm |       age       bmi\n---------+--------------------\n       A |       104       104\n         |  67.21154  22.91827\n         |  11.02133  3.881221\n         |        %d      13.2\n         |        97      41.8\n---------+--------------------\n" % r.randint(18, 22)


@leak
def stata_codebook(r):
    return "codebook.log", ". codebook ptid\n\n-------------------------------------------------\nptid                              患者番号\n-------------------------------------------------\n\n                  Type: String (str8)\n\n         Unique values: 812\n\n              Examples: \"%s\"\n                        \"%s\"\n                        \"%s\"\n                        \"%s\"\n" % tuple(p.chart for p in people(r, 4))


@leak
def sas_means(r):
    return "means.lst", "                        The MEANS Procedure\n\n                   Analysis Variable : LOS\n\n        N            Mean         Std Dev         Minimum         Maximum\n    ---------------------------------------------------------------------\n      412      14.2116505      11.0214112       1.0000000     %d.0000000\n" % r.randint(150, 400)


@leak
def spss_frequencies(r):
    return "freq.txt", "病期\n\t\t度数\tパーセント\t有効パーセント\t累積パーセント\n有効\tI\t120\t60.0\t60.0\t60.0\n\tII\t71\t35.5\t35.5\t95.5\n\tIII\t%d\t4.0\t4.0\t99.5\n\tIV\t1\t.5\t.5\t100.0\n\t合計\t200\t100.0\t100.0\t\n" % 8


@leak
def ical_of_visits(r):
    return "visits.txt", "BEGIN:VCALENDAR\n" + "".join("BEGIN:VEVENT\nDTSTART:%sT093000\nSUMMARY:%s様 外来\nEND:VEVENT\n" % (p.visit.replace("-", ""), p.kanji) for p in people(r, 3)) + "END:VCALENDAR\n"


@leak
def vcard(r):
    p = one(r)
    return "contact.txt", "BEGIN:VCARD\nVERSION:3.0\nN:%s;%s;;;\nBDAY:%s\nNOTE:被験者\nEND:VCARD\n" % (p.kanji_sei, p.kanji_mei, p.born)


@leak
def slack_export(r):
    p = one(r)
    return "channel.json", json.dumps([{"user": "U01", "text": "この外れ値、%sさん(%d歳)の分ですよね?" % (p.kanji_sei, p.age), "ts": "1714531200.000100"}, {"user": "U02", "text": "はい、6月に%sへ転院した方です" % r.choice(["県立中央病院", "千里山病院"]), "ts": "1714531260.000200"}], ensure_ascii=False)


@leak
def referral_letter(r):
    p = one(r)
    return "letter.docx", docx(para("拝啓 いつもお世話になっております。") + para("%s様(%s)、%d年%d月より当科通院中の方ですが、このたび腎機能の悪化を認め(Cre 4.%d)、ご紹介いたします。" % (p.kanji, "男性" if p.sex == "M" else "女性", 2019, p.month, p.day % 10)) + para("敬具"))


@leak
def beamer_note(r):
    p = one(r)
    return "talk.txt", "\\begin{frame}{結果}\\includegraphics{fig1}\\end{frame}\n\\note{右上の点は%s(%s入院、%d日で死亡)}\n" % (p.kanji_sei + "さん", p.visit.replace("-", "/"), p.days % 60 + 1)


@leak
def endnote_of_word(r):
    p = one(r)
    notes = XML + '<w:endnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:endnote w:id="2"><w:p>%s</w:p></w:endnote></w:endnotes>' % run("除外1名: %s、%s生" % (p.kanji, p.born))
    return "本文.docx", docx(para("対象を選択した。"), {"word/endnotes.xml": notes}, [("endnotes", "endnotes.xml")], [("word/endnotes.xml", "wordprocessingml.endnotes")])


@leak
def alt_chunk(r):
    html = page(html_table([["pid", "age", "dx"]] + [[p.chart, p.age, p.dx] for p in people(r, 9)]))
    return "chunk.docx", docx(para("表") + '<w:altChunk r:id="rId1"/>', {"word/afchunk.html": html}, [("aFChunk", "afchunk.html")])


@leak
def very_hidden_sheet(r):
    data = xlsx([("表1", cells(safe_table(r))), ("raw", cells([["pid", "age"]] + [[p.chart, p.age] for p in people(r, 30)]))])
    import io
    import zipfile
    parts = {n: zipfile.ZipFile(io.BytesIO(data)).read(n) for n in zipfile.ZipFile(io.BytesIO(data)).namelist()}
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b'name="raw"', b'name="raw" state="veryHidden"')
    return "表1.xlsx", packed(parts)


@leak
def constant_in_a_name(r):
    return "名前定義.xlsx", xlsx([("S", cells(safe_table(r)))], names='<definedNames><definedName name="lookup">{&quot;%s&quot;,%d;&quot;%s&quot;,%d}</definedName></definedNames>' % sum(((p.chart, p.age) for p in people(r, 2)), ()))


@leak
def chart_title_names(r):
    p = one(r)
    chart = XML + '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>%sさんの血糖推移</a:t></a:r></a:p></c:rich></c:tx></c:title><c:plotArea/></c:chart></c:chartSpace>' % p.kanji
    return "推移.xlsx", xlsx([("S", cells(safe_table(r)))], {"xl/charts/chart1.xml": chart}, overrides=[("xl/charts/chart1.xml", "drawingml.chart")])


@leak
def birth_as_text_in_sheet(r):
    return "登録.xlsx", xlsx([("S", cells([["No", "生年", "eGFR"]] + [[i + 1, "S%d/%d/%d" % (p.showa, p.month, p.day), p.egfr] for i, p in enumerate(people(r, 9))]))])


@leak
def counts_across_sheets_by_hospital(r):
    return "施設別.xlsx", xlsx([(n, cells([["有害事象", "件数"], ["発疹", r.randint(11, 30)], ["間質性肺炎", r.choice([1, 2, 3])]])) for n in ("A病院", "B病院", "C病院")])


@leak
def inkscape_layers(r):
    return "fig.svg", svg('<g inkscape:groupmode="layer" inkscape:label="%s" style="display:inline" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"><rect x="10" y="10" width="90" height="200"/></g>' % one(r).kanji)


@leak
def labelled_points(r):
    return "named.svg", svg("".join('<circle cx="%d" cy="%.1f" r="3"/><text x="%d" y="%.1f" font-size="8">%s.%s.</text>' % (p.age * 6, 470 - p.egfr * 4, p.age * 6 + 4, 470 - p.egfr * 4, p.latin_sei[0], p.latin_mei[0]) for p in people(r, 18)))


@leak
def timeline_of_one(r):
    p = one(r)
    return "course.svg", svg('<text x="20" y="30">%d歳 %s性 CRP推移</text><polyline fill="none" stroke="red" points="%s"/>' % (p.age, "男" if p.sex == "M" else "女", " ".join("%d,%d" % (60 + 40 * i, 400 - r.randint(10, 300)) for i in range(9))) + "".join('<text x="%d" y="440">2023/%d/%d</text>' % (60 + 120 * i, 3 + i, r.randint(1, 28)) for i in range(4)))


@leak
def html_template_element(r):
    return "t.html", page(html_table(safe_table(r)) + "<template>%s</template>" % html_table([["pid", "dob"]] + [[p.chart, p.born] for p in people(r, 5)]))


@leak
def html_hidden_attribute(r):
    return "h.html", page(html_table(safe_table(r)) + "<div hidden>%s %s</div>" % (one(r).kanji, one(r).born))


@leak
def json_ld_person(r):
    p = one(r)
    return "ld.json", json.dumps({"@context": "https://schema.org", "@type": "Patient", "givenName": p.kanji_mei, "familyName": p.kanji_sei, "birthDate": p.born}, ensure_ascii=False)


@leak
def textarea_rows(r):
    return "ta.html", page("<textarea rows=9>%s</textarea>" % csv_rows(["id", "sex", "birth"], [(p.chart, p.sex, p.born) for p in people(r, 9)]))


@leak
def box_statistics_with_fliers(r):
    return "box.json", json.dumps([{"label": "A", "q1": 50.1, "med": 61.0, "q3": 72.4, "whislo": 31.0, "whishi": 96.2, "fliers": [12.1, 8.4, 131.0]}])


@leak
def km_json_of_steps(r):
    n, out = 40, []
    t = 0
    while n > 4:
        t += r.randint(3, 60)
        out.append({"t": t, "n": n, "d": 1, "s": round(n / 41, 3)})
        n -= r.choice([1, 2, 3])
    return "km.json", json.dumps(out)


@leak
def fractions_in_cells(r):
    return "奏効.csv", "群,奏効,割合\nA,%d/45,%.1f%%\nB,21/48,43.8%%\n" % (4, 8.9)


@leak
def counts_spelled(r):
    return "words.csv", "イベント,A群,B群\n脳卒中,三例,十二例\n出血,二例,十五例\n"


@leak
def two_totals_differ_by_one(r):
    n = r.randint(400, 900)
    return "drill.csv", "対象,人数\n全体,%d\n全体(HIV陽性を除く),%d\n" % (n, n - 1)


@leak
def masked_with_percentages(r):
    n = r.choice([120, 150, 180])
    k = r.choice([3, 6])
    return "伏字.csv", "病期,例数,割合(%%)\nI,%d,%.2f\nII,<10,%.2f\n計,%d,100\n" % (n - k, 100 * (n - k) / n, 100 * k / n, n)


@leak
def oldest_in_town(r):
    return "topic.txt", "なお%s在住の最高齢の方(%d歳)も登録されている。\n" % (r.choice(["北沢町", "千里山"]), r.randint(101, 108))


@leak
def rare_case_with_day(r):
    p = one(r)
    return "rare.txt", "2023年%d月%d日に当院で実施した国内%d例目の手術では、術後%d日目に退院した。\n" % (p.month, p.day, r.randint(2, 7), r.randint(9, 40))


@leak
def twins(r):
    return "twins.txt", "三つ子の母親(%d歳、%sで分娩)は解析から除いた。\n" % (r.randint(28, 41), r.choice(["県立中央病院", "千里山病院"]))


@leak
def hospital_effects(r):
    return "hosp.csv", "施設,n,BLUP\n" + "".join("%s,%d,%.3f\n" % (h, n, r.gauss(0, .3)) for h, n in zip("ABCDEF", (210, 120, 88, 41, 6, 3)))


@leak
def resampling_predictions(r):
    return "pred.txt", "   pred  obs rowIndex  mtry Resample\n" + "".join("%d %s %s %d 2 Fold%d\n" % (i + 1, r.choice(["Dead", "Alive"]), r.choice(["Dead", "Alive"]), r.randint(1, 900), 1 + i % 5) for i in range(25))


@leak
def event_sequences(r):
    return "seq.json", json.dumps([[{"d": 0, "c": p.dx}, {"d": r.randint(3, 40), "c": "I50.0"}, {"d": r.randint(41, 400), "c": r.choice(["J18.9", "N17.9"])}] for p in people(r, 12)])


@leak
def prescriptions_of_one(r):
    return "rx.csv", "処方日,薬剤,1日量,日数\n" + "".join("2023/%02d/%02d,%s,%s,%d\n" % (m, r.randint(1, 28), r.choice(["フロセミド", "アムロジピン", "メトホルミン"]), r.choice(["20mg", "5mg", "500mg"]), r.choice([14, 28, 30])) for m in range(1, 12))


@leak
def insurer_in_footer(r):
    return "footer.txt", "集計対象: 組合員 41,204名\n照会先記号・番号: 記号 %d 番号 %d(%s)\n" % (r.randint(100, 999), r.randint(1000, 9999), one(r).kana)


@leak
def file_listing_of_images(r):
    return "ls.txt", "".join("-rw-r--r-- 1 root root %d May  2 10:11 %s_%s_CT_%d.dcm\n" % (r.randint(200000, 900000), p.chart, p.latin_sei.upper(), i) for i, p in enumerate(people(r, 4)))


@leak
def quoted_reply_mail(r):
    p = one(r)
    return "mail.txt", "From: a@kitazawa-med.ac.jp\nSubject: Re: データ確認\n\n> %s(%s)ですが、3月の採血は他院のものです。\n> 電話 %s で確認しました。\n\n了解です。\n" % (p.kanji, p.chart, "090-%04d-%04d" % (r.randint(1000, 9999), r.randint(0, 9999)))


@leak
def reversed_names(r):
    return "list.txt", "\n".join("%s, %s  (%s)" % (p.latin_sei, p.latin_mei, p.born) for p in people(r, 5)) + "\n"


# ---- honest
@honest
def polars_groups(r):
    return "groups.txt", "shape: (3, 3)\n┌───────┬─────┬──────┐\n│ group ┆ sex ┆ n    │\n│ ---   ┆ --- ┆ ---  │\n│ str   ┆ str ┆ u32  │\n╞═══════╪═════╪══════╡\n" + "".join("│ %-5s ┆ %-3s ┆ %4d │\n" % (g, s, r.randint(200, 4000)) for g, s in (("18-39", "M"), ("40-64", "M"), ("65-", "F"))) + "└───────┴─────┴──────┘\n"


@honest
def psql_counts(r):
    return "psql.log", "cohort=> select agecat, count(distinct pid) from c group by 1;\n agecat | count \n--------+-------\n" + "".join(" %-6s | %5d\n" % (g, r.randint(300, 9000)) for g in GROUPS[:5]) + "(5 rows)\n"


@honest
def sas_means_safe(r):
    return "means.lst", "                        The MEANS Procedure\n\n              N\n    arm     Obs    Variable      N            Mean         Std Dev\n    --------------------------------------------------------------\n    A      2110    AGE        2110      68.4012000      11.2113000\n    B      2094    AGE        2094      68.2201000      11.3002000\n"


@honest
def stata_tabstat_safe(r):
    return "tabstat.log", ". tabstat age bmi, by(arm) statistics(n mean sd)\n\n     arm |       age       bmi\n---------+--------------------\n       A |      2110      2110\n         |  67.21154  22.91827\n         |  11.02133  3.881221\n---------+--------------------\n       B |      2094      2094\n         |  67.01124  22.80121\n         |  11.40011  3.912201\n"


@honest
def spss_frequencies_safe(r):
    return "freq.txt", "病期\n\t\t度数\tパーセント\t有効パーセント\t累積パーセント\n有効\tI\t1200\t60.0\t60.0\t60.0\n\tII\t600\t30.0\t30.0\t90.0\n\tIII\t200\t10.0\t10.0\t100.0\n\t合計\t2000\t100.0\t100.0\t\n"


@honest
def classification_report_safe(r):
    return "report.txt", "              precision    recall  f1-score   support\n\n           0       0.95      0.98      0.97      3120\n           1       0.71      0.52      0.60       402\n\n    accuracy                           0.93      3522\n   macro avg       0.83      0.75      0.78      3522\nweighted avg       0.92      0.93      0.93      3522\n"


@honest
def confusion_safe(r):
    return "cm.txt", ">>> confusion_matrix(y, p)\narray([[2918,  202],\n       [ 193,  209]])\n"


@honest
def prisma_numbers(r):
    return "prisma.txt", "Records identified: PubMed (n = 1,204), Embase (n = 988), 医中誌 (n = 121)\nRecords screened (n = 1,811)\nFull-text articles assessed (n = 141)\nStudies included in meta-analysis (n = 23)\n"


@honest
def search_strategy(r):
    return "search.md", "## PubMed\n\n1. \"heart failure\"[MeSH Terms]\n2. SGLT2 OR \"sodium-glucose transporter 2 inhibitors\"[MeSH]\n3. 1 AND 2 AND (\"2015/04/01\"[Date - Publication] : \"2023/03/31\"[Date - Publication])\n\n検索日 2024年4月2日\n"


@honest
def calendar_of_meetings(r):
    return "meetings.txt", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20240603T100000\nSUMMARY:運営委員会(第3回)\nLOCATION:第2会議室\nEND:VEVENT\nBEGIN:VEVENT\nDTSTART:20240701T100000\nSUMMARY:統計打合せ\nEND:VEVENT\nEND:VCALENDAR\n"


@honest
def consent_form_blank(r):
    return "同意書.docx", docx(para("研究参加同意書") + para("私は本研究について説明を受け、参加に同意します。") + para("氏名(自署)__________________  日付   年   月   日") + para("生年月日   年   月   日"))


@honest
def questionnaire(r):
    return "調査票.md", "# 生活習慣調査票\n\n1. あなたの性別をお答えください。 □男 □女\n2. 年齢: ____歳\n3. 現在たばこを吸いますか。 □はい □いいえ\n4. 1日の睡眠時間: ____時間\n"


@honest
def table_shells(r):
    return "shells.docx", docx(para("表14.1.1 背景(シェル)") + word_table([["項目", "A群 (N=xx)", "B群 (N=xx)"], ["年齢 平均 (SD)", "xx.x (xx.x)", "xx.x (xx.x)"], ["男性 n (%)", "xx (xx.x)", "xx (xx.x)"]]))


@honest
def budget(r):
    return "予算.csv", "費目,単価(円),数量,金額(円)\nデータ利用料,1200000,1,1200000\n統計ソフト,180000,2,360000\n論文掲載料,350000,1,350000\n旅費,42000,3,126000\n"


@honest
def docker_and_make(r):
    return "Dockerfile.txt", "FROM rocker/r-ver:4.3.2@sha256:%s\nRUN apt-get update && apt-get install -y libcurl4-openssl-dev=7.81.0-1ubuntu1.16\nRUN Rscript -e 'remotes::install_version(\"survival\", \"3.5-7\")'\nCOPY . /work\n" % "".join(r.choice("0123456789abcdef") for _ in range(64))


@honest
def citation_file(r):
    return "CITATION.txt", "cff-version: 1.2.0\ntitle: hf-readmission\nauthors:\n  - family-names: Hasebe\n    given-names: Shuichi\n    orcid: https://orcid.org/0000-0002-1825-0097\ndate-released: 2024-06-04\nversion: 1.0.3\n"


@honest
def json_schema(r):
    return "schema.json", json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": {"age": {"type": "integer", "minimum": 18, "maximum": 110}, "sex": {"enum": ["M", "F"]}, "adm": {"type": "string", "format": "date"}}, "required": ["age", "sex"]}, indent=1)


@honest
def lightgbm_large_leaves(r):
    return "lgbm.txt", "tree\nversion=v3\nnum_class=1\nfeature_names=age sbp egfr\n\nTree=0\nnum_leaves=4\nsplit_feature=0 2 1\nthreshold=71.5 30.05 160.5\nleaf_value=0.012 -0.044 0.031 0.002\nleaf_count=1203 844 412 1118\ninternal_count=3577 2459 1256\nend of trees\n"


@honest
def rpart_large(r):
    return "tree.txt", "n= 4204 \n\nnode), split, n, loss, yval, (yprob)\n      * denotes terminal node\n\n1) root 4204 612 0 (0.8544 0.1456)  \n  2) age< 71.5 2500 222 0 (0.9112 0.0888) *\n  3) age>=71.5 1704 390 0 (0.7711 0.2289)  \n    6) egfr>=45.2 900 140 0 (0.8444 0.1556) *\n    7) egfr< 45.2 804 250 0 (0.6891 0.3109) *\n"


@honest
def kmeans_centers(r):
    return "kmeans.txt", "K-means clustering with 3 clusters of sizes 1412, 988, 1804\n\nCluster means:\n         age       sbp      egfr\n1 -0.4120031 0.1120931 0.8812003\n2  0.9911203 0.2201931 -1.120412\n3 -0.2204012 -0.2080121 -0.0761203\n"


@honest
def pca_loadings(r):
    return "pca.csv", "変数,PC1,PC2,PC3\n" + "".join("%s,%.3f,%.3f,%.3f\n" % (v, r.uniform(-1, 1), r.uniform(-1, 1), r.uniform(-1, 1)) for v in ("年齢", "BMI", "SBP", "HbA1c", "LDL", "eGFR", "Hb", "Alb"))


@honest
def vif_table(r):
    return "vif.csv", "variable,GVIF,Df\nage,1.21,1\nsex,1.05,1\nstage,1.44,3\negfr,1.31,1\n"


@honest
def nomogram_points(r):
    return "nomogram.csv", "年齢,点数\n" + "".join("%d,%d\n" % (a, (a - 40) * 2) for a in range(40, 91, 5))


@honest
def monthly_fit(r):
    return "fit.csv", "month,observed,fitted,lower,upper\n" + "".join("%d-%02d,%d,%.1f,%.1f,%.1f\n" % (y, m, 300 + 9 * m + y % 7, 302 + 9 * m, 280 + 9 * m, 324 + 9 * m) for y in (2021, 2022, 2023) for m in range(1, 13))


@honest
def sensitivity_grid(r):
    return "sensitivity.csv", "解析,HR,95%CI\n" + "".join("%s,%.2f,%.2f-%.2f\n" % (n, h, h * .9, h * 1.1) for n, h in (("主解析", .82), ("多重代入", .83), ("競合リスク", .85), ("施設除外", .81), ("時間依存", .86)))


@honest
def hospital_beds_public(r):
    return "病床機能.csv", "都道府県,高度急性期,急性期,回復期,慢性期\n" + "".join("%s,%d,%d,%d,%d\n" % (p, r.randint(500, 9000), r.randint(3000, 30000), r.randint(1000, 9000), r.randint(2000, 20000)) for p in PREFECTURES)


@honest
def contact_hotlines(r):
    return "窓口.md", "- 倫理審査委員会事務局 03-3411-0160(平日9時〜17時)\n- データセンター helpdesk@stat.example.ac.jp\n"


@honest
def committee_list(r):
    return "委員.md", "# 運営委員会\n\n- 委員長 長谷部修一(北沢医科大学 教授)\n- 委員 桜庭雅人(千里山大学 准教授)\n- 委員 藤井和枝(患者会 代表)\n"


@honest
def toc_document(r):
    return "報告書.docx", docx("".join(para(t) for t in ("目次", "1. 背景 ........ 3", "2. 方法 ........ 5", "3. 結果 ........ 9", "付録A 変数定義 ........ 21")) + para("1. 背景") + para("2023年度の入院は4,204件であった。"))


@honest
def correlation_heatmap_svg(r):
    return "corr.svg", svg("".join('<rect x="%d" y="%d" width="50" height="50" fill="#%02x%02xff"/><text x="%d" y="%d">%.2f</text>' % (60 + 50 * i, 40 + 50 * j, r.randint(80, 255), r.randint(80, 255), 70 + 50 * i, 70 + 50 * j, r.uniform(-.5, .9)) for i in range(7) for j in range(7)))


@honest
def cumulative_hazard_svg(r):
    return "ch.svg", svg('<path fill="none" stroke="black" d="M 60 420 %s"/>' % " ".join("L %d %.1f L %d %.1f" % (60 + 20 * i, 420 - 14 * i, 80 + 20 * i, 420 - 14 * i) for i in range(24)))


@honest
def line_chart_with_markers_svg(r):
    return "trend.svg", svg("".join('<polyline fill="none" stroke="blue" points="%s"/>' % " ".join("%d,%d" % (60 + 50 * i, 400 - r.randint(50, 300)) for i in range(10)) for _ in range(3)) + "".join('<circle cx="%d" cy="%d" r="3"/>' % (60 + 50 * i, 400 - r.randint(50, 300)) for _ in range(3) for i in range(10)))


@honest
def stacked_bars_svg(r):
    return "stack.svg", svg("".join('<rect x="%d" y="%.1f" width="30" height="%.1f" fill="%s"/>' % (60 + 45 * i, 100 + 100 * k, 100, c) for i in range(12) for k, c in enumerate(("#4477aa", "#66ccee", "#ccbb44"))))


@honest
def knitr_page(r):
    return "analysis.html", page("<pre class=\"r\"><code>d %&gt;% count(agecat, sex)</code></pre>" + html_table(safe_table(r)) + "<p>R version 4.3.2 (2023-10-31)</p>", head="<style>pre{background:#f5f5f5} .hide{visibility:visible} details>summary{cursor:pointer}</style>")


@honest
def conditional_formats(r):
    return "書式.xlsx", xlsx([("表", cells(safe_table(r)) + '<conditionalFormatting sqref="B2:D8"><cfRule type="colorScale" priority="1"><colorScale><cfvo type="min"/><cfvo type="max"/><color rgb="FFFFFFFF"/><color rgb="FF63BE7B"/></colorScale></cfRule></conditionalFormatting>')])


@honest
def multi_sheet_supplement(r):
    return "supplement.xlsx", xlsx([("S%d" % i, cells(safe_table(r))) for i in range(1, 5)] + [("コード", cells([["ICD-10", "病名"], ["I50.0", "うっ血性心不全"], ["I50.9", "心不全、詳細不明"]]))])


@honest
def lot_of_years_json(r):
    return "series.json", json.dumps({"years": list(range(2014, 2024)), "admissions": [r.randint(3000, 3900) for _ in range(10)], "rate_per_100k": [round(r.uniform(40, 60), 1) for _ in range(10)]})


@honest
def r_help_text(r):
    return "README.md", "# hfread\n\n```r\nfit <- hf_fit(d, time = \"days\", status = \"death\")\nplot(fit, xlim = c(0, 365))\n```\n\n`hf_fit()` は R (>= 4.1) で動きます。例のデータは `survival::lung` です。\n"


@honest
def exclusion_flow(r):
    return "flow.csv", "段階,除外,残り\n心不全入院,,48211\n18歳未満,212,47999\n死亡退院,2104,45895\n欠測,3310,42585\n"


@honest
def adverse_events_large(r):
    return "ae.csv", "器官別大分類,A群(n=2110),B群(n=2094)\n" + "".join("%s,%d (%.1f%%),%d (%.1f%%)\n" % (s, a, a / 21.1, b, b / 20.94) for s, a, b in (("感染症", 402, 388), ("腎・尿路", 211, 240), ("代謝", 130, 96), ("心臓", 88, 101)))

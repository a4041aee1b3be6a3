"""Makes files that are to leave: honest ones, and ones with a leak. Standard library only, the same for a seed."""
import io
import json
import random
import struct
import zipfile
import zlib

SURNAMES = "佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田".split()
GIVEN = "太郎 花子 一郎 美咲 健 陽子 翔太 さくら 誠 由美".split()


def my_number(rng):
    eleven = [rng.randrange(10) for _ in range(11)]
    total = sum(d * (n + 1 if n <= 6 else n - 5) for n, d in enumerate(reversed(eleven), start=1))
    check = 0 if total % 11 <= 1 else 11 - total % 11
    return "".join(map(str, eleven)) + str(check)


def insurer(rng):
    digits = list("06%02d%03d" % (rng.randrange(1, 48), rng.randrange(1000)))
    total = sum(sum(divmod(int(d) * (2 if i % 2 == 0 else 1), 10)) for i, d in enumerate(digits))
    return "".join(digits) + str(-total % 10)


def birth(rng):
    year, month, day = rng.randrange(1930, 2005), rng.randrange(1, 13), rng.randrange(1, 29)
    era, first = ("昭和", 1926) if year < 1989 else ("平成", 1989)
    letter = "S" if year < 1989 else "H"
    return rng.choice(["%d-%02d-%02d" % (year, month, day), "%d/%d/%d" % (year, month, day), "%d%02d%02d" % (year, month, day),
                       "%d年%d月%d日" % (year, month, day), "%s%d年%d月%d日" % (era, year - first + 1, month, day),
                       "%s%d.%d.%d" % (letter, year - first + 1, month, day)])


def phone(rng):
    return rng.choice(["090-%04d-%04d", "080-%04d-%04d", "03-%04d-%04d"]) % (rng.randrange(1000, 10000), rng.randrange(10000))


def name(rng):
    return rng.choice(SURNAMES) + rng.choice(["", " ", "　"]) + rng.choice(GIVEN)


def wide(text):
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def identifier(rng):
    """A sentence or field with one identifier."""
    kind = rng.randrange(9)
    text = [lambda: "個人番号 " + my_number(rng), lambda: "保険者番号 " + insurer(rng), lambda: "生年月日 " + birth(rng),
            lambda: "電話 " + phone(rng), lambda: name(rng) + rng.choice(["様", "氏", "殿", "さん"]),
            lambda: "患者番号 %08d" % rng.randrange(10**8), lambda: "ID %010d" % rng.randrange(10**10),
            lambda: "user%d@example.jp" % rng.randrange(1000), lambda: "key " + "%032x" % rng.getrandbits(128)][kind]()
    return wide(text) if rng.random() < 0.15 and kind in (0, 2, 3) else text


def png(rng, texts=(), tail=b"", noise=False):
    width, height = 120, 90
    rows = []
    for y in range(height):
        row = bytearray()
        for x in range(width):
            shade = 40 if (x // 12 % 2 and y > 90 - x // 12 * 7) else 255
            value = shade ^ (rng.randrange(2) if noise else 0)
            row += bytes([value, value, value])
        rows.append(b"\0" + bytes(row))

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    for key, text in texts:
        data += chunk(b"tEXt", key + b"\0" + text)
    return data + chunk(b"IDAT", zlib.compress(b"".join(rows))) + chunk(b"IEND", b"") + tail


def zipped(entries, comment=b""):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in entries:
            archive.writestr(path, content)
        archive.comment = comment
    return out.getvalue()


def xlsx(sheets, extra=(), rows_hidden=False):
    """sheets: (name, state, rows)."""
    book = "".join('<sheet name="%s" sheetId="%d" r:id="rId%d"%s/>' % (n, i, i, ' state="%s"' % state if state else "")
                   for i, (n, state, _) in enumerate(sheets, 1))
    entries = [("[Content_Types].xml", "<Types/>"), ("_rels/.rels", "<Relationships/>"),
               ("xl/workbook.xml", "<workbook><sheets>%s</sheets></workbook>" % book)]
    for i, (_, _, rows) in enumerate(sheets, 1):
        body = ""
        for r, row in enumerate(rows, 1):
            cells = "".join('<c t="inlineStr"><is><t>%s</t></is></c>' % v if isinstance(v, str) else "<c><v>%s</v></c>" % v for v in row)
            body += '<row r="%d"%s>%s</row>' % (r, ' hidden="1"' if rows_hidden and r == len(rows) else "", cells)
        entries.append(("xl/worksheets/sheet%d.xml" % i, "<worksheet><sheetData>%s</sheetData></worksheet>" % body))
    return zipped(entries + list(extra))


def docx(paragraphs, extra=(), raw=""):
    body = "".join("<w:p><w:r><w:t>%s</w:t></w:r></w:p>" % p for p in paragraphs) + raw
    return zipped([("[Content_Types].xml", "<Types/>"), ("word/document.xml", "<w:document><w:body>%s</w:body></w:document>" % body),
                   ("docProps/core.xml", "<cp:coreProperties><dc:title>報告</dc:title></cp:coreProperties>")] + list(extra))


def pdf(lines, objects=(), tail=b""):
    text = b"BT /F1 12 Tf 50 750 Td " + b" ".join(b"(" + line.replace("(", "[").replace(")", "]").encode("ascii", "replace") + b") Tj 0 -14 Td"
                                                    for line in lines) + b" ET"
    packed = zlib.compress(text)
    body = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>",
            b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(packed) + packed + b"\nendstream"] + list(objects)
    out = b"%PDF-1.4\n" + b"".join(b"%d 0 obj\n%s\nendobj\n" % (i, o) for i, o in enumerate(body, 1))
    return out + b"trailer << /Root 1 0 R >>\nstartxref\n0\n%%EOF\n" + tail


def svg(shapes, extra=""):
    return '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300">%s%s</svg>' % (shapes, extra)


def notebook(outputs=(), sources=("import pandas as pd\n", "df.groupby('sex').size()\n"), metadata=None, cell=None):
    cells = [{"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": [s]} for s in sources]
    cells[0]["outputs"] = list(outputs)
    cells[0].update(cell or {})
    return json.dumps({"cells": cells, "metadata": metadata or {}, "nbformat": 4, "nbformat_minor": 5}, ensure_ascii=False)


AGES = ["0-9歳", "10-19歳", "20-29歳", "30-39歳", "40-49歳", "50-59歳", "60-69歳", "70-79歳", "80歳以上"]


def statistic_rows(rng):
    kind = rng.randrange(8)
    if kind == 0:
        return [["年齢階級", "性別", "人数", "割合"]] + [[a, s, rng.randrange(10, 4000), round(rng.random() * 100, 1)] for a in AGES for s in "男女"]
    if kind == 1:
        return [["month", "n_patients", "incidence_per_1000"]] + [["%d-%02d" % (y, m), rng.randrange(100, 90000), round(rng.random() * 9, 2)]
                                                                  for y in (2021, 2022, 2023) for m in range(1, 13)]
    if kind == 2:
        return [["prefecture", "population", "cases", "rate"]] + [["P%02d" % p, rng.randrange(500000, 9000000), rng.randrange(10, 9000),
                                                                   round(rng.random() * 30, 2)] for p in range(1, 48)]
    if kind == 3:
        return [["variable", "estimate", "std_error", "p_value", "ci_lower", "ci_upper"]] + [
            [v, round(rng.gauss(0, 1), 3), round(rng.random(), 3), round(rng.random(), 3), round(rng.gauss(-1, 1), 3), round(rng.gauss(1, 1), 3)]
            for v in ["age (per 10 years)", "sex: female", "diabetes", "hypertension", "smoking", "bmi >= 25"]]
    if kind == 4:
        return [["group", "time", "n_risk", "survival"]] + [[g, t, rng.randrange(20, 900), round(1 - t / 400, 3)] for g in ("A", "B") for t in range(0, 120, 10)]
    if kind == 5:
        return [["医薬品コード", "医薬品名", "処方件数", "患者数"]] + [["%07dF%04d" % (rng.randrange(1000000, 4000000), rng.randrange(1000, 2000)), "薬剤%d" % i,
                                                                     rng.randrange(1000, 90000), rng.randrange(50, 9000)] for i in range(30)]
    if kind == 6:
        return [["icd10", "disease", "persons", "mean_age"]] + [["%s%02d" % (rng.choice("ABCDEIJKN"), i), "disease %d" % i, rng.randrange(10, 90000),
                                                                 round(rng.uniform(30, 80), 1)] for i in range(10, 50)]
    return [["date", "visits", "beds_occupied_rate"]] + [["2023-%02d-%02d" % (m, d), rng.randrange(100, 900), round(rng.random(), 3)]
                                                         for m in (1, 2, 3) for d in range(1, 28)]


def csv_text(rows):
    return "".join(",".join('"%s"' % v if isinstance(v, str) and ("," in v) else str(v) for v in row) + "\n" for row in rows)


def record_rows(rng, keys=True):
    count = rng.randrange(30, 300)
    if keys and rng.random() < 0.5:
        return [["患者番号", "性別", "年齢", "病名"]] + [["%08d" % rng.randrange(10**8), rng.choice("男女"), rng.randrange(100), rng.choice(["糖尿病", "高血圧", "肺炎"])]
                                                       for _ in range(count)]
    return [["sex", "age", "date", "hba1c"]] + [[rng.choice("MF"), rng.randrange(20, 95), "2023-%02d-%02d" % (rng.randrange(1, 13), rng.randrange(1, 29)),
                                                 round(rng.uniform(4.5, 11), 1)] for _ in range(count)]


def honest(rng, number):
    """(file name, bytes) of an output that may leave."""
    rows = statistic_rows(rng)
    text = csv_text(rows)
    report = ["本研究では2019年度から2023年度までの受診者を対象とした。", "対象者は%d人、平均年齢は%.1f歳であった。" % (rng.randrange(1000, 90000), rng.uniform(50, 70)),
              "作成日 令和6年4月%d日" % rng.randrange(1, 29), "p = 0.%03d, OR 1.%02d (95%% CI 1.01-1.%02d)" % (rng.randrange(1000), rng.randrange(100), rng.randrange(50, 99))]
    kind = number % 12
    if kind in (0, 1, 2):
        return "table%d.csv" % number, text.encode(rng.choice(["utf-8", "utf-8-sig", "cp932"]))
    if kind == 3:
        return "table%d.tsv" % number, text.replace(",", "\t").encode()
    if kind == 4:
        return "report%d.md" % number, "\n".join(["# 結果", *report]).encode()
    if kind == 5:
        return "result%d.json" % number, json.dumps({"rows": rows[1:], "columns": rows[0]}, ensure_ascii=False).encode()
    if kind == 6:
        return "figure%d.png" % number, png(rng, [(b"Software", b"Matplotlib version 3.8")])
    if kind == 7:
        return "table%d.xlsx" % number, xlsx([("結果", "", rows)])
    if kind == 8:
        return "report%d.docx" % number, docx(report)
    if kind == 9:
        return "figure%d.pdf" % number, pdf(["Figure 1. Incidence by age", "n = %d" % rng.randrange(1000, 9000), "0 20 40 60 80 100"])
    if kind == 10:
        bars = "".join('<rect x="%d" y="%d" width="20" height="%d" fill="#36a"/>' % (i * 30, 300 - h, h) for i, h in enumerate(rng.sample(range(20, 280), 9)))
        return "figure%d.svg" % number, svg(bars + '<text x="10" y="20">年齢階級別人数</text>').encode()
    if number % 24 == 11:
        return "analysis%d.ipynb" % number, notebook().encode()
    return "analysis%d.py" % number, ("import pandas as pd\n\ndf = pd.read_parquet('data')\nout = df[df.age >= 18].groupby('sex').size()\n"
                                       "# %s\nout[out >= 10].to_csv('table.csv')\n" % report[0]).encode()


def leak(rng, number):
    """(kind, file name, bytes) of a file with a leak in it."""
    good = statistic_rows(rng)
    secret = identifier(rng)
    records = record_rows(rng)
    listed = csv_text(records)
    names = csv_text([["列1", "列2"]] + [[name(rng), rng.randrange(100)] for _ in range(20)])
    ascii_secret = "tel " + phone(rng) if rng.random() < 0.5 else "no. " + my_number(rng)
    png_secret = listed.encode()
    outputs = [{"output_type": "stream", "name": "stdout", "text": [listed[:400]]}]
    makers = [
        ("identifier in csv", "a.csv", lambda: (csv_text(good) + ",".join(['"%s"' % secret] + ["1"] * (len(good[0]) - 1)) + "\n").encode()),
        ("identifier in text", "a.txt", lambda: ("結果の要約\n対象は100人。\n%s\n" % secret).encode()),
        ("identifier in markdown, cp932", "a.md", lambda: ("# 報告\n\n%s について\n" % secret).encode("cp932")),
        ("records", "a.csv", lambda: listed.encode(rng.choice(["utf-8", "cp932"]))),
        ("records without keys", "a.csv", lambda: csv_text(record_rows(rng, False)).encode()),
        ("names", "a.csv", lambda: names.encode("cp932")),
        ("very hidden sheet", "a.xlsx", lambda: xlsx([("結果", "", good), ("x", "veryHidden", records)])),
        ("hidden sheet", "a.xlsx", lambda: xlsx([("結果", "", good), ("x", "hidden", good)])),
        ("hidden row", "a.xlsx", lambda: xlsx([("結果", "", good)], rows_hidden=True)),
        ("records in xlsx", "a.xlsx", lambda: xlsx([("結果", "", records)])),
        ("identifier in xlsx", "a.xlsx", lambda: xlsx([("結果", "", good + [[secret]])])),
        ("comment", "a.docx", lambda: docx(["結果"], [("word/comments.xml", "<w:comments><w:comment><w:p><w:t>%s</w:t></w:p></w:comment></w:comments>" % secret)])),
        ("tracked change", "a.docx", lambda: docx(["結果"], raw='<w:p><w:del w:id="1" w:author="x"><w:r><w:delText>%s</w:delText></w:r></w:del></w:p>' % secret)),
        ("hidden text", "a.docx", lambda: docx(["結果"], raw="<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>abc</w:t></w:r></w:p>")),
        ("identifier in docx", "a.docx", lambda: docx(["結果", secret])),
        ("embedded object", "a.docx", lambda: docx(["結果"], [("word/embeddings/oleObject1.bin", b"\xd0\xcf\x11\xe0" + listed.encode())])),
        ("pivot cache", "a.xlsx", lambda: xlsx([("結果", "", good)], [("xl/pivotCache/pivotCacheRecords1.xml", "<r/>")])),
        ("macro", "a.xlsx", lambda: xlsx([("結果", "", good)], [("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")])),
        ("pdf attachment", "a.pdf", lambda: pdf(["Result"], [b"<< /Type /EmbeddedFile /Length %d >>\nstream\n%s\nendstream" % (len(listed.encode()), listed.encode())])),
        ("pdf script", "a.pdf", lambda: pdf(["Result"], [b"<< /S /JavaScript /JS (app.alert(1)) >>"])),
        ("identifier in pdf", "a.pdf", lambda: pdf(["Result", ascii_secret])),
        ("pdf tail", "a.pdf", lambda: pdf(["Result"], tail=listed.encode())),
        ("pdf earlier version", "a.pdf", lambda: pdf(["Result"], tail=b"9 0 obj\n<< >>\nendobj\n%%EOF\n")),
        ("png text", "a.png", lambda: png(rng, [(b"Comment", png_secret)])),
        ("png tail", "a.png", lambda: png(rng, tail=png_secret)),
        ("png low bits", "a.png", lambda: png(rng, noise=True)),
        ("svg points", "a.svg", lambda: svg("".join('<circle cx="%.2f" cy="%.2f" r="1"/>' % (rng.random() * 400, rng.random() * 300) for _ in range(600))).encode()),
        ("svg script", "a.svg", lambda: svg("<rect/>", "<script>var d=[1,2]</script>").encode()),
        ("svg hidden text", "a.svg", lambda: svg("<rect/>", '<text opacity="0">%s</text>' % secret).encode()),
        ("html hidden", "a.html", lambda: ("<html><body><p>結果</p><div style=\"display:none\">%s</div></body></html>" % secret).encode()),
        ("identifier in html", "a.html", lambda: ("<html><body><table><tr><td>結果</td></tr><tr><td>%s</td></tr></table></body></html>" % secret).encode()),
        ("notebook outputs", "a.ipynb", lambda: notebook(outputs).encode()),
        ("notebook widgets", "a.ipynb", lambda: notebook(metadata={"widgets": {"application/vnd.jupyter.widget-state+json": {"state": {"a": listed[:300]}}}}).encode()),
        ("notebook attachment", "a.ipynb", lambda: notebook(cell={"attachments": {"x.png": {"image/png": "AAAA"}}}).encode()),
        ("zip in zip", "a.zip", lambda: zipped([("b.zip", zipped([("c.csv", listed)]))])),
        ("records in zip", "a.zip", lambda: zipped([("table.csv", csv_text(good)), ("b.csv", listed)])),
        ("zip comment", "a.zip", lambda: zipped([("table.csv", csv_text(good))], comment=listed.encode()[:2000])),
        ("zip path", "a.zip", lambda: zipped([("../../b.csv", csv_text(good))])),
        ("csv named png", "a.png", lambda: listed.encode()),
        ("zip named csv", "a.csv", lambda: zipped([("b.csv", listed)])),
        ("log", "a.log", lambda: ("start\n" + "".join("%d  %08d  %s  %s  %d\n" % (i, rng.randrange(10**8), rng.choice("MF"), "2023-05-%02d" % rng.randrange(1, 29),
                                                                                 rng.randrange(90)) for i in range(8))).encode()),
        ("base64 in code", "a.py", lambda: ("x = '" + __import__("base64").b64encode(zlib.compress(listed.encode())).decode() * 3 + "'\n").encode()),
        ("identifier in json", "a.json", lambda: json.dumps({"n": 100, "note": secret}, ensure_ascii=False).encode()),
        ("file name", "%s.csv" % ("%010d" % rng.randrange(10**10)), lambda: csv_text(good).encode()),
    ]
    kind, file_name, make = makers[number % len(makers)]
    return kind, file_name, make()


def batch(seed, leaks, honests):
    """Yields (kind or None, file name, bytes)."""
    for number in range(leaks):
        yield leak(random.Random("%d-l-%d" % (seed, number)), number)
    for number in range(honests):
        yield (None, *honest(random.Random("%d-h-%d" % (seed, number)), number))

"""People nobody knows, and the containers of the ninth set, each as small as the programs that read it allow."""
import base64
import io
import json
import struct
import zipfile
import zlib

SURNAMES = [("長谷部", "ハセベ", "Hasebe"), ("桜庭", "サクラバ", "Sakuraba"), ("御子柴", "ミコシバ", "Mikoshiba"), ("小山内", "オサナイ", "Osanai"),
            ("石橋", "イシバシ", "Ishibashi"), ("田中", "タナカ", "Tanaka"), ("松浦", "マツウラ", "Matsuura"), ("川端", "カワバタ", "Kawabata"),
            ("大谷", "オオタニ", "Otani"), ("西村", "ニシムラ", "Nishimura"), ("浜田", "ハマダ", "Hamada"), ("藤井", "フジイ", "Fujii")]
GIVEN = [("修一", "シュウイチ", "Shuichi"), ("千代子", "チヨコ", "Chiyoko"), ("雅人", "マサト", "Masato"), ("節子", "セツコ", "Setsuko"),
         ("悠斗", "ユウト", "Yuto"), ("和枝", "カズエ", "Kazue"), ("光男", "ミツオ", "Mitsuo"), ("奈々", "ナナ", "Nana")]
WARDS = ["東京都世田谷区北沢", "大阪府吹田市千里山西", "福岡市早良区百道浜", "仙台市青葉区国見", "名古屋市昭和区鶴舞"]
DIAGNOSES = ["I21.9", "C34.1", "E11.2", "N18.5", "J84.1", "K74.6", "G20", "M32.1", "I50.0", "C50.4"]


class Person:
    """One made-up patient; every value is drawn from the source `r`."""

    def __init__(self, r):
        self.kanji_sei, self.kana_sei, self.latin_sei = r.choice(SURNAMES)
        self.kanji_mei, self.kana_mei, self.latin_mei = r.choice(GIVEN)
        self.year, self.month, self.day = r.randint(1931, 1988), r.randint(1, 12), r.randint(1, 28)
        self.chart = "%08d" % r.randint(1000000, 99999999)
        self.sex = r.choice("MF")
        self.age = 2024 - self.year
        self.dx = r.choice(DIAGNOSES)
        self.hba1c = round(r.uniform(5.1, 11.9), 1)
        self.egfr = round(r.uniform(8, 98), 1)
        self.weight = round(r.uniform(38, 97), 1)
        self.sbp = r.randint(92, 201)
        self.visit = "2023-%02d-%02d" % (r.randint(1, 12), r.randint(1, 28))
        self.death = r.choice([0, 0, 0, 1])
        self.days = r.randint(9, 1830)

    @property
    def kanji(self):
        return self.kanji_sei + " " + self.kanji_mei

    @property
    def kana(self):
        return self.kana_sei + " " + self.kana_mei

    @property
    def latin(self):
        return self.latin_sei + " " + self.latin_mei

    @property
    def born(self):
        return "%04d-%02d-%02d" % (self.year, self.month, self.day)

    @property
    def showa(self):
        return self.year - 1925


def people(r, count):
    return [Person(r) for _ in range(count)]


def my_number(r):
    digits = [r.randint(0, 9) for _ in range(11)]
    weights = [2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6]
    rest = sum(d * w for d, w in zip(reversed(digits), weights)) % 11
    return "".join(map(str, digits)) + str(0 if rest <= 1 else 11 - rest)


def insurer(r):
    digits = [0, 6] + [r.randint(0, 9) for _ in range(5)]
    total = sum(sum(divmod(d * w, 10)) for d, w in zip(reversed(digits), [2, 1] * 4))
    return "".join(map(str, digits)) + str(-total % 10)


def mobile(r):
    return "0%d0-%04d-%04d" % (r.choice([7, 8, 9]), r.randint(1000, 9999), r.randint(0, 9999))


def wide(text):
    """The same in full-width characters."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else "\u3000" if c == " " else c for c in text)


HALF = dict(zip("アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンァィゥェォャュョッー・",
                "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝｧｨｩｪｫｬｭｮｯｰ･"))
HALF.update({"ガ": "ｶﾞ", "ギ": "ｷﾞ", "ジ": "ｼﾞ", "ズ": "ｽﾞ", "ダ": "ﾀﾞ", "バ": "ﾊﾞ", "ビ": "ﾋﾞ", "ベ": "ﾍﾞ", "ボ": "ﾎﾞ", "パ": "ﾊﾟ"})


def half(kana):
    return "".join(HALF.get(c, c) for c in kana)


KANJI_DIGITS = "〇一二三四五六七八九"


def kanji_number(n):
    """Below 100, as it is read."""
    tens, ones = divmod(n, 10)
    return ("" if tens == 0 else ("" if tens == 1 else KANJI_DIGITS[tens]) + "十") + (KANJI_DIGITS[ones] if ones else "")


def csv_rows(header, rows, sep=","):
    return "\n".join([sep.join(header)] + [sep.join(map(str, row)) for row in rows]) + "\n"


def packed(parts, comment=b""):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = comment
        for name, data in parts.items():
            info = zipfile.ZipInfo(name, (2024, 4, 1, 9, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data if isinstance(data, bytes) else data.encode())
    return buffer.getvalue()


XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PKG = "http://schemas.openxmlformats.org/package/2006"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="%s"' % REL
S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="%s"' % REL


def xml(text):
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def rels(entries):
    return XML + '<Relationships xmlns="%s/relationships">%s</Relationships>' % (PKG, "".join(
        '<Relationship Id="rId%d" Type="%s/%s" Target="%s"%s/>' % (i + 1, REL, kind, target, ' TargetMode="External"' if "://" in target else "")
        for i, (kind, target) in enumerate(entries)))


def types(parts):
    return XML + '<Types xmlns="%s/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' \
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>%s</Types>' % (PKG, "".join(
            '<Override PartName="/%s" ContentType="application/vnd.openxmlformats-officedocument.%s+xml"/>' % pair for pair in parts))


def run(text, props=""):
    return '<w:r>%s<w:t xml:space="preserve">%s</w:t></w:r>' % ("<w:rPr>%s</w:rPr>" % props if props else "", xml(text))


def para(text, props="", more=""):
    return "<w:p>%s%s</w:p>" % (run(text, props) if text else "", more)


def word_table(rows):
    return "<w:tbl>%s</w:tbl>" % "".join("<w:tr>%s</w:tr>" % "".join("<w:tc>%s</w:tc>" % para(str(cell)) for cell in row) for row in rows)


def docx(body, parts=None, linked=(), overrides=(), root=()):
    """`parts` are added as they are; `linked` are relations of the document, `root` of the package."""
    files = {"[Content_Types].xml": types([("word/document.xml", "wordprocessingml.document.main")] + list(overrides)),
             "_rels/.rels": rels([("officeDocument", "word/document.xml")] + list(root)),
             "word/_rels/document.xml.rels": rels(list(linked)),
             "word/document.xml": XML + "<w:document %s><w:body>%s<w:sectPr/></w:body></w:document>" % (W, body)}
    files.update(parts or {})
    return packed(files)


def column(index):
    return chr(65 + index) if index < 26 else chr(64 + index // 26) + chr(65 + index % 26)


def cells(rows, style=None):
    out = []
    for y, row in enumerate(rows):
        line = []
        for x, value in enumerate(row):
            where = "%s%d" % (column(x), y + 1)
            if isinstance(value, (int, float)):
                line.append('<c r="%s"%s><v>%s</v></c>' % (where, ' s="%d"' % style[x] if style and style.get(x) and y else "", value))
            elif value != "":
                line.append('<c r="%s" t="inlineStr"><is><t>%s</t></is></c>' % (where, xml(value)))
        out.append('<row r="%d">%s</row>' % (y + 1, "".join(line)))
    return "<sheetData>%s</sheetData>" % "".join(out)


def xlsx(sheets, parts=None, linked=(), overrides=(), root=(), workbook="", names=""):
    """`sheets` is [(name, inner xml of the worksheet)]."""
    files = {"[Content_Types].xml": types([("xl/workbook.xml", "spreadsheetml.sheet.main")] +
                                          [("xl/worksheets/sheet%d.xml" % (i + 1), "spreadsheetml.worksheet") for i in range(len(sheets))] + list(overrides)),
             "_rels/.rels": rels([("officeDocument", "xl/workbook.xml")] + list(root)),
             "xl/_rels/workbook.xml.rels": rels([("worksheet", "worksheets/sheet%d.xml" % (i + 1)) for i in range(len(sheets))] + list(linked)),
             "xl/workbook.xml": XML + "<workbook %s>%s<sheets>%s</sheets>%s</workbook>" % (S, workbook, "".join(
                 '<sheet name="%s" sheetId="%d" r:id="rId%d"/>' % (xml(name), i + 1, i + 1) for i, (name, _) in enumerate(sheets)), names)}
    for i, (_, inner) in enumerate(sheets):
        files["xl/worksheets/sheet%d.xml" % (i + 1)] = XML + "<worksheet %s>%s</worksheet>" % (S, inner)
    files.update(parts or {})
    return packed(files)


def pptx(texts, parts=None, slide_linked=(), overrides=()):
    p = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="%s"' % REL
    body = "".join('<p:sp><p:nvSpPr><p:cNvPr id="%d" name="Title %d"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/>'
                   '<a:p><a:r><a:t>%s</a:t></a:r></a:p></p:txBody></p:sp>' % (i + 2, i + 1, xml(t)) for i, t in enumerate(texts))
    files = {"[Content_Types].xml": types([("ppt/presentation.xml", "presentationml.presentation.main"), ("ppt/slides/slide1.xml", "presentationml.slide")] +
                                          list(overrides)),
             "_rels/.rels": rels([("officeDocument", "ppt/presentation.xml")]),
             "ppt/_rels/presentation.xml.rels": rels([("slide", "slides/slide1.xml")]),
             "ppt/presentation.xml": XML + '<p:presentation %s><p:sldIdLst><p:sldId id="256" r:id="rId1"/></p:sldIdLst></p:presentation>' % p,
             "ppt/slides/_rels/slide1.xml.rels": rels(list(slide_linked)),
             "ppt/slides/slide1.xml": XML + '<p:sld %s><p:cSld><p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr>'
             '<p:grpSpPr/>%s</p:spTree></p:cSld></p:sld>' % (p, body)}
    files.update(parts or {})
    return packed(files)


def pdf(pages, objects=(), catalog="", info="", page_extra="", resources="", compress=True):
    """`pages` are content streams (Latin text in Helvetica as F1); `objects` are appended from number 10 + 2 * pages on."""
    body = {1: b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog.encode("latin-1"),
            3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
            4: b"<< /Producer (pdfTeX-1.40.24) %s >>" % info.encode("latin-1")}
    kids = []
    for i, content in enumerate(pages):
        data = content if isinstance(content, bytes) else content.encode("latin-1")
        if compress:
            stream = zlib.compress(data)
            body[11 + 2 * i] = b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(stream), stream)
        else:
            body[11 + 2 * i] = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(data), data)
        body[10 + 2 * i] = ("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> %s >> /Contents %d 0 R %s >>"
                            % (resources, 11 + 2 * i, page_extra)).encode("latin-1")
        kids.append("%d 0 R" % (10 + 2 * i))
    body[2] = ("<< /Type /Pages /Kids [%s] /Count %d >>" % (" ".join(kids), len(kids))).encode()
    for i, data in enumerate(objects):
        body[10 + 2 * len(pages) + i] = data if isinstance(data, bytes) else data.encode("latin-1")
    out, offsets = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n"), {}
    for number in sorted(body):
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body[number])
    start, size = len(out), max(body) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        out += b"%010d 00000 n \n" % offsets[number] if number in offsets else b"0000000000 65535 f \n"
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 4 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    return bytes(out)


def pdf_lines(lines, size=10):
    return "BT /F1 %d Tf 14 TL 60 780 Td %s ET" % (size, " ".join("(%s) '" % line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)") for line in lines))


def utf16_hex(text):
    return "<FEFF" + text.encode("utf-16-be").hex().upper() + ">"


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(extra=(), width=120, height=80, behind=b""):
    """A plain bar chart; `extra` are (type, bytes) before IDAT."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            rows += b"\x1f\x77\xb4" if 10 < x % 30 < 25 and y > 70 - (x // 30) * 15 - 10 else b"\xff\xff\xff"
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + b"".join(
        chunk(k, d) for k, d in extra) + chunk(b"IDAT", zlib.compress(bytes(rows), 9)) + chunk(b"IEND", b"") + behind


def notebook(cells_, metadata=None):
    return json.dumps({"cells": cells_, "metadata": metadata or {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
                                                                  "language_info": {"name": "python", "version": "3.11.6"}},
                       "nbformat": 4, "nbformat_minor": 5}, ensure_ascii=False, indent=1)


def code(source, outputs=(), metadata=None):
    return {"cell_type": "code", "execution_count": None, "id": "%08x" % (zlib.crc32(source.encode())), "metadata": metadata or {},
            "outputs": list(outputs), "source": source.splitlines(True)}


def said(text, **more):
    return dict({"cell_type": "markdown", "id": "%08x" % zlib.crc32(text.encode()), "metadata": {}, "source": text.splitlines(True)}, **more)


def page(body, head=""):
    return '<!DOCTYPE html>\n<html lang="ja"><head><meta charset="utf-8"><title>解析結果</title>%s</head>\n<body>\n%s\n</body></html>\n' % (head, body)


def html_table(rows):
    return "<table>%s</table>" % "".join("<tr>%s</tr>" % "".join("<td>%s</td>" % xml(c) for c in row) for row in rows)


def svg(inner, width=640, height=480):
    return '<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="%d" height="%d" ' \
           'viewBox="0 0 %d %d">\n<rect width="100%%" height="100%%" fill="#fff"/>\n%s\n</svg>\n' % (width, height, width, height, inner)


def b64(data):
    return base64.b64encode(data if isinstance(data, bytes) else data.encode()).decode()


GROUPS = ["18-39", "40-49", "50-59", "60-69", "70-79", "80以上"]
PREFECTURES = "北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 千葉県 東京都 神奈川県 新潟県 富山県 石川県 福井県 山梨県 長野県 岐阜県 静岡県 愛知県 三重県 滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県 鳥取県 島根県 岡山県 広島県 山口県 徳島県 香川県 愛媛県 高知県 福岡県 佐賀県 長崎県 熊本県 大分県 宮崎県 鹿児島県 沖縄県".split()


def safe_table(r):
    """Counts by age and sex, all far from any threshold."""
    rows = [[g, r.randint(140, 900), r.randint(140, 900)] for g in GROUPS]
    return [["年齢階級", "男性", "女性", "計"]] + [row + [row[1] + row[2]] for row in rows] + [
        ["計", sum(row[1] for row in rows), sum(row[2] for row in rows), sum(row[1] + row[2] for row in rows)]]

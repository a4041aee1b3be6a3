"""Who stands in the seventh and eighth set: names, numbers with right check digits, days in all eras, rows of persons, and parts of files."""
import base64
import datetime
import io
import json
import struct
import zipfile
import zlib

from scenarios.exit_corpus import formats as f
from scenarios.exit_corpus import values as v

FAMILY = [("榊原", "サカキバラ", "さかきばら", "Sakakibara"), ("五十嵐", "イガラシ", "いがらし", "Igarashi"), ("東海林", "ショウジ", "しょうじ", "Shoji"), ("早川", "ハヤカワ", "はやかわ", "Hayakawa"),
          ("金子", "カネコ", "かねこ", "Kaneko"), ("岡田", "オカダ", "おかだ", "Okada"), ("石川", "イシカワ", "いしかわ", "Ishikawa"), ("後藤", "ゴトウ", "ごとう", "Goto"), ("福田", "フクダ", "ふくだ", "Fukuda"),
          ("菅原", "スガワラ", "すがわら", "Sugawara"), ("比嘉", "ヒガ", "ひが", "Higa"), ("上野", "ウエノ", "うえの", "Ueno"), ("野口", "ノグチ", "のぐち", "Noguchi"), ("柴田", "シバタ", "しばた", "Shibata")]
GIVEN = [("さくら", "サクラ", "さくら", "Sakura"), ("雄一", "ユウイチ", "ゆういち", "Yuichi"), ("千尋", "チヒロ", "ちひろ", "Chihiro"), ("隆", "タカシ", "たかし", "Takashi"), ("里美", "サトミ", "さとみ", "Satomi"),
         ("修平", "シュウヘイ", "しゅうへい", "Shuhei"), ("久美子", "クミコ", "くみこ", "Kumiko"), ("正", "タダシ", "ただし", "Tadashi"), ("明日香", "アスカ", "あすか", "Asuka"), ("剛", "ツヨシ", "つよし", "Tsuyoshi")]
KANJI, KANA, HIRA, ROMAN = range(4)
PLACES = ["静岡県浜松市中央区鍛冶町", "新潟県長岡市大手通", "兵庫県姫路市本町", "沖縄県那覇市おもろまち", "石川県金沢市香林坊", "東京都世田谷区三軒茶屋", "埼玉県川越市脇田町"]


def name(r, form=KANJI, gap=" "):
    return r.choice(FAMILY)[form] + gap + r.choice(GIVEN)[form]


def digits(r, n):
    return "".join(r.choice("0123456789") for _ in range(n))


def grouped(text, size=4, gap=" "):
    return gap.join(text[i:i + size] for i in range(0, len(text), size))


def mapped(text, alphabet):
    return "".join(alphabet[int(c)] if c.isdigit() else c for c in text)


def born(r):
    return datetime.date(r.randrange(1930, 1998), r.randrange(1, 13), r.randrange(1, 29))


def seen(r):
    return datetime.date(r.randrange(2018, 2024), r.randrange(1, 13), r.randrange(1, 29))


def in_kanji(n):
    ones = "〇一二三四五六七八九"
    return (ones[n // 10] if n >= 20 else "") + ("十" if n >= 10 else "") + (ones[n % 10] if n % 10 else "") if n else "〇"


def home(r):
    return "%s%d-%d-%d" % (r.choice(PLACES), r.randrange(1, 9), r.randrange(1, 30), r.randrange(1, 20))


def mobile(r):
    return "0%d0-%s-%s" % (r.choice([7, 8, 9]), digits(r, 4), digits(r, 4))


HEAD = ["age", "sex", "height_cm", "weight_kg", "hba1c", "admission", "outcome"]
HEAD_JA = ["年齢", "性別", "身長", "体重", "HbA1c", "入院日", "転帰"]


def row(r):
    return [r.randrange(21, 96), r.choice("MF"), round(r.gauss(162, 9), 1), round(r.gauss(61, 12), 1), round(r.gauss(7.1, 1.2), 1), seen(r).isoformat(), r.choice(["alive", "dead", "transfer"])]


def rows(r, n=40):
    return [row(r) for _ in range(n)]


def sentence(r):
    """One identifier as it stands in a line somebody wrote."""
    return r.choice([
        lambda: "%s様（%s生）" % (name(r), born(r).isoformat()), lambda: "個人番号 %s" % grouped(v.my_number(r)), lambda: "患者 %s TEL %s" % (name(r), mobile(r)),
        lambda: "氏名 %s 住所 %s" % (name(r), home(r)), lambda: "保険者番号 %s 記号 %s 番号 %s" % (v.insurer(r), digits(r, 4), digits(r, 6)),
        lambda: "カルテ番号 %s %s" % (digits(r, 8), name(r)), lambda: "生年月日 昭和%d年%d月%d日 %s" % (r.randrange(5, 60), r.randrange(1, 13), r.randrange(1, 28), name(r))])()


def roman_sentence(r):
    return r.choice([lambda: "Patient %s, DOB %s" % (name(r, ROMAN), born(r).isoformat()), lambda: "Patient ID %s, My Number %s" % (digits(r, 8), v.my_number(r)),
                     lambda: "Patient: %s phone %s" % (name(r, ROMAN), mobile(r))])()


def csv(rows_, separator=","):
    return f.csv_text(rows_, separator)


def summary():
    """A table that may leave."""
    return [["group", "n", "percent"], ["control", 412, "49.9"], ["treated", 413, "50.1"], ["total", 825, "100.0"]]


def safe_xlsx(extra=(), sheets=(), **more):
    return f.xlsx([("結果", "", summary()), *sheets], extra=extra, **more)


def x(text):
    return f.escape(str(text), {'"': "&quot;"})


def png_text(kind, body):
    return f.png(lambda i, j: 255 if (i // 8) % 2 else 80, chunks=[(kind, body)])


def tiff(text):
    """An Exif block with one text: 0x010E, the description."""
    body = text.encode() + b"\0"
    return b"II*\0\x08\0\0\0" + struct.pack("<H", 1) + struct.pack("<HHII", 0x010E, 2, len(body), 26) + b"\0\0\0\0" + body


def object_stream_pdf(content, hidden):
    """A PDF 1.5 file whose objects stand in a compressed stream, with a stream of cross references. `hidden`: further objects."""
    inside = [(1, b"<< /Type /Catalog /Pages 2 0 R /Extra 7 0 R >>"), (2, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"),
              (3, b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>"),
              (5, b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"), (7, hidden)]
    bodies, heads = b"", []
    for number, body in inside:
        heads.append(b"%d %d" % (number, len(bodies)))
        bodies += body + b" "
    head = b" ".join(heads) + b" "
    packed, page = zlib.compress(head + bodies), zlib.compress(content)
    out = b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n"
    at4 = len(out)
    out += b"4 0 obj\n<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(page) + page + b"\nendstream\nendobj\n"
    at6 = len(out)
    out += b"6 0 obj\n<< /Type /ObjStm /N %d /First %d /Length %d /Filter /FlateDecode >>\nstream\n" % (len(inside), len(head), len(packed)) + packed + b"\nendstream\nendobj\n"
    at8 = len(out)
    place = {n: i for i, (n, _) in enumerate(inside)}
    table = struct.pack(">BIH", 0, 0, 65535)
    for n in range(1, 9):
        table += struct.pack(">BIH", 2, 6, place[n]) if n in place else struct.pack(">BIH", 1, {4: at4, 6: at6, 8: at8}[n], 0)
    table = zlib.compress(table)
    return out + b"8 0 obj\n<< /Type /XRef /Size 9 /W [1 4 2] /Root 1 0 R /Length %d /Filter /FlateDecode >>\nstream\n" % len(table) + table + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % at8


def utf16(text):
    return b"<FEFF" + text.encode("utf-16-be").hex().upper().encode() + b">"


def page(*lines):
    return f.pdf_text(lines or ["Table 1. Results", "control 412 (49.9 %)", "treated 413 (50.1 %)"])


def cell(source, *outputs):
    return f.notebook([source], outputs=outputs)


def stream(text, name_="stdout"):
    return {"output_type": "stream", "name": name_, "text": text.splitlines(True)}


def shown(**data):
    return {"output_type": "display_data", "metadata": {}, "data": data}


def paint(xs, ys, unit="circle"):
    return "".join('<circle cx="%.2f" cy="%.2f" r="2"/>' % (a, b) for a, b in zip(xs, ys)) if unit == "circle" else "".join("M%.2f %.2fh2" % (a, b) for a, b in zip(xs, ys))

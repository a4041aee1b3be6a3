"""Templates written after the rules had been mended for the others, before anything was mended for these. Pictures, parts of documents, few persons, hidden room."""
import zlib

from scenarios.exit_corpus import formats as f
from scenarios.exit_corpus import values as v

from . import registry
from .second_people import day, FIRST, HEAD, kanji, people, ROMAN, SURNAME

leak, _ = registry.named("second_")


@leak
def svg_path_points(r):
    return "p.svg", f.svg("<path d='%s' stroke='black'/>" % " ".join("M%.1f %.1fh2" % (r.uniform(10, 390), r.uniform(10, 290)) for _ in range(150)))


@leak
def svg_rect_points(r):
    return "p.svg", f.svg("".join("<rect x='%.2f' y='%.2f' width='3' height='3'/>" % (r.uniform(10, 390), r.uniform(10, 290)) for _ in range(150)))


@leak
def svg_text_points(r):
    return "p.svg", f.svg("".join("<text x='%.2f' y='%.2f'>+</text>" % (r.uniform(10, 390), r.uniform(10, 290)) for _ in range(150)))


@leak
def svg_style_comment(r):
    return "p.svg", f.svg("<style>/* MRN 0%07d */ .a{fill:red}</style><rect class='a' width='9' height='9'/>" % r.randrange(10 ** 7))


@leak
def png_ztxt_rows(r):
    return "p.png", f.png(f.bars(r), chunks=[(b"zTXt", b"Comment\0\0" + zlib.compress(f.csv_text([HEAD] + people(r, 20)).encode()))])


@leak
def png_second_picture(r):
    return "p.png", f.png(f.bars(r)) + f.png(f.bars(r))


@leak
def jpeg_thumbnail_app(r):
    return "p.jpg", f.jpeg([(0xED, b"Photoshop 3.0\08BIM" + "患者 {}".format(kanji(r)).encode())])


@leak
def pdf_hex_string_name(r):
    return "p.pdf", f.pdf(f.pdf_text(["Results"]), info=b"/Title <FEFF%s>" % ("%s様 診療録" % kanji(r)).encode("utf-16-be").hex().encode())


@leak
def pdf_rows(r):
    return "p.pdf", f.pdf(f.pdf_text(["%4d  %-7s %3d %5.2f %s" % (row[0], row[1], row[3], row[4], row[5]) for row in people(r, 45)], 9))


@leak
def pdf_form_value(r):
    return "p.pdf", f.pdf(f.pdf_text(["Results"]), objects=[b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (n) /V (MRN 0%07d) /Rect [0 0 0 0] >>" % r.randrange(10 ** 7)], page=b"/Annots [7 0 R]")


@leak
def docx_deleted_table(r):
    return "p.docx", f.docx(["結果"], raw="<w:p><w:del w:id='1' w:author='a'><w:r><w:delText>%s 様</w:delText></w:r></w:del></w:p>" % kanji(r))


@leak
def docx_glossary(r):
    return "p.docx", f.docx(["結果"], [("word/glossary/document.xml", "<w:document xmlns:w='w'>%s</w:document>" % f.paragraph("患者 %s" % kanji(r)))])


@leak
def docx_settings_variable(r):
    return "p.docx", f.docx(["結果"], [("word/settings.xml", "<w:settings xmlns:w='w'><w:docVars><w:docVar w:name='p' w:val='MRN 0%07d'/></w:docVars></w:settings>" % r.randrange(10 ** 7))])


@leak
def xlsx_sheet_code_name(r):
    return "t.xlsx", f.xlsx([("%s様" % r.choice(SURNAME), "", [["a", "n"], ["x", 100], ["y", 200]])])


@leak
def xlsx_table_small(r):
    return "t.xlsx", f.xlsx([("T", "", [["群", "あり", "なし", "計"], ["A", 120, r.randrange(1, 9), 130], ["B", 88, 41, 129], ["計", 208, 47, 255]])])


@leak
def few_percent_text(r):
    return "r.txt", "女性の割合は33.3%%（%d/9例）であった。\n" % 3


@leak
def few_fraction(r):
    return "r.txt", "Response was seen in %d/%d patients (%.0f%%).\n" % ((lambda a, b: (a, b, 100 * a / b))(r.randrange(1, 6), r.randrange(7, 10)))


@leak
def few_svg_bars(r):
    return "b.svg", f.svg("".join("<rect x='%d' y='10' width='20' height='%d'/><text x='%d' y='9'>n=%d</text>" % (30 * i, n, 30 * i, n) for i, n in enumerate([120, 88, r.randrange(1, 9), 45])))


@leak
def few_yaml(r):
    return "r.yaml", "table1:\n  exposed:\n    n: %d\n    deaths: %d\n  unexposed:\n    n: 812\n    deaths: 31\n" % (r.randrange(100, 900), r.randrange(1, 9))


@leak
def few_by_hospital(r):
    return "h.csv", "施設,症例数\n" + "".join("%s,%d\n" % (h, n) for h, n in zip(["A病院", "B病院", "C病院", "D病院"], [120, 33, r.randrange(1, 9), 48]))


@leak
def few_age_pyramid(r):
    return "age.csv", "年齢,男性,女性\n" + "".join("%d,%d,%d\n" % (a, r.randrange(10, 400), r.randrange(10, 400)) for a in range(60, 90)) + "".join("%d,%d,%d\n" % (a, r.randrange(1, 9), r.randrange(1, 9)) for a in range(100, 104))


@leak
def few_sas_freq(r):
    return "o.lst", "The FREQ Procedure\n\n                             Cumulative    Cumulative\nstage    Frequency     Percent     Frequency      Percent\n---------------------------------------------------------\nI             412       60.00           412        60.00\nII            266       38.00           678        98.00\nIII        %6d        1.00           %d       100.00\n" % ((lambda n: (n, 678 + n))(r.randrange(1, 9)))


@leak
def few_spss_minmax(r):
    return "o.txt", "Descriptive Statistics\n           N   Minimum  Maximum  Mean   Std. Deviation\nage      812        18      %d  61.2          12.1\n" % r.randrange(98, 108)


@leak
def few_r_quantile(r):
    return "o.txt", "> quantile(d$cost, c(0, .5, 1))\n      0%%      50%%     100%% \n   1210   51200  %d \n" % r.randrange(2 * 10 ** 6, 9 * 10 ** 6)


@leak
def few_survfit(r):
    return "o.txt", "Call: survfit(formula = Surv(t, e) ~ 1, data = d)\n\n time n.risk n.event survival std.err lower 95% CI upper 95% CI\n" + "".join("%5d %6d %7d %8.3f %7.4f %12.3f %12.3f\n" % (t, n, 1, s, .02, s - .03, s + .03) for t, n, s in zip(sorted(r.sample(range(3, 900), 14)), range(40, 26, -1), [1 - .02 * k for k in range(14)]))


@leak
def few_rpart(r):
    return "o.txt", "n= 812\n\nnode), split, n, loss, yval, (yprob)\n      * denotes terminal node\n\n1) root 812 120 0 (0.85 0.15)\n  2) age< 62.5 400 30 0 (0.92 0.08) *\n  3) age>=62.5 412 90 0 (0.78 0.22)\n    6) hb>=9 %d 82 0 (0.8 0.2) *\n    7) hb< 9 %d 2 1 (0.3 0.7) *\n" % ((lambda n: (412 - n, n))(r.randrange(3, 9)))


@leak
def capacity_zero_width(r):
    return "r.txt", "本研究では" + "".join(r.choice("\u200b\u200c") for _ in range(200)) + "対象を解析した。\n"


@leak
def capacity_emoji(r):
    return "r.txt", "ok " + "".join(chr(0x1F600 + b % 64) + chr(0x1F400 + b // 64) for b in ("%s %s" % (kanji(r), v.my_number(r))).encode()) + "\n"


@leak
def capacity_binary_text(r):
    return "r.txt", "".join("{:08b}".format(b) for b in f.csv_text(people(r, 10)).encode()) + "\n"


@leak
def capacity_decimal_bytes(r):
    return "r.txt", " ".join(str(b) for b in f.csv_text(people(r, 10)).encode()) + "\n"


@leak
def capacity_hex_with_spaces(r):
    return "r.txt", " ".join("%02x" % b for b in f.csv_text(people(r, 10)).encode()) + "\n"


@leak
def capacity_reversed(r):
    return "r.txt", ("患者番号 %08d 氏名 %s" % (r.randrange(10 ** 8), kanji(r)))[::-1] + "\n"


@leak
def capacity_rot13(r):
    import codecs
    return "r.txt", codecs.encode("patient name %s %s born %s" % (r.choice(FIRST), r.choice(ROMAN), day(r)), "rot13") + "\n"

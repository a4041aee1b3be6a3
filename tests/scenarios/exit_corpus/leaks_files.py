"""PDF, pictures, drawings, pages, notebooks, archives and models that carry more than they show."""
import base64
import gzip
import io
import json
import pickle
import sqlite3
import struct
import tarfile
import zlib

from . import formats, honest_files, honest_tables, leaks_office, values
from .registry import leak


def listed(rng):
    return formats.csv_text(leaks_office.records(rng))


def ascii_identifier(rng):
    return rng.choice(["No. " + values.my_number(rng), "TEL 090-%04d-%04d" % (rng.randrange(10 ** 4), rng.randrange(10 ** 4)), "DOB " + values.birth_date(rng).isoformat(),
                       "Patient ID %08d" % rng.randrange(10 ** 8)])


@leak
def pdf_identifier(rng):
    return "report.pdf", formats.pdf(formats.pdf_text(["Result", ascii_identifier(rng)]))


@leak
def pdf_identifier_own_codes(rng):
    return "report.pdf", formats.unicode_font_pdf("結果 " + values.identifier(rng))


@leak
def pdf_kerned_text(rng):
    number = values.my_number(rng)
    return "report.pdf", formats.pdf(b"BT /F1 12 Tf 50 700 Td [(No. ) -120 (" + number[:5].encode() + b") 20 (" + number[5:].encode() + b")] TJ ET")


@leak
def pdf_ascii85(rng):
    content = base64.a85encode(formats.pdf_text(["Result", ascii_identifier(rng)])) + b"~>"
    return "report.pdf", b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n3 0 obj\n<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>\nendobj\n" \
        b"4 0 obj\n" + formats.pdf_stream(b"/Filter /ASCII85Decode", content) + b"\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


@leak
def pdf_ascii85_flate(rng):
    content = base64.a85encode(zlib.compress(formats.pdf_text(["Result", ascii_identifier(rng)]))) + b"~>"
    return "report.pdf", b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n3 0 obj\n<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>\nendobj\n" \
        b"4 0 obj\n" + formats.pdf_stream(b"/Filter [ /ASCII85Decode /FlateDecode ]", content) + b"\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


@leak
def pdf_attachment(rng):
    return "report.pdf", formats.pdf(formats.pdf_text(["Result"]), [formats.pdf_stream(b"/Type /EmbeddedFile", listed(rng).encode()), b"<< /Type /Filespec /F (a.csv) /EF << /F 7 0 R >> >>"],
                                     catalogue=b"/Names << /EmbeddedFiles << /Names [(a) 8 0 R] >> >>")


@leak
def pdf_script(rng):
    return "report.pdf", formats.pdf(formats.pdf_text(["Result"]), [b"<< /S /JavaScript /JS (app.alert(%d)) >>" % rng.randrange(9)], catalogue=b"/OpenAction 7 0 R")


@leak
def pdf_white_text(rng):
    return "report.pdf", formats.pdf(formats.pdf_text(["Result"]) + b" 1 1 1 rg " + formats.pdf_text(["abc %d" % rng.randrange(99999)]))


@leak
def pdf_invisible_text(rng):
    return "report.pdf", formats.pdf(formats.pdf_text(["Result"]) + formats.pdf_text([ascii_identifier(rng)], before=b"3 Tr "))


@leak
def pdf_off_page_text(rng):
    return "report.pdf", formats.pdf(formats.pdf_text(["Result"]) + b"BT /F1 10 Tf 1 0 0 1 5000 5000 Tm (row %d) Tj ET" % rng.randrange(10 ** 6))


@leak
def pdf_tiny_text(rng):
    return "report.pdf", formats.pdf(formats.pdf_text(["Result"]) + formats.pdf_text(["abc %d" % rng.randrange(10 ** 6)], size=0) + b"BT /F1 0.1 Tf (abc) Tj ET")


@leak
def pdf_earlier_version(rng):
    return "report.pdf", formats.pdf(formats.pdf_text(["Result"]), tail=b"4 0 obj\n" + formats.pdf_stream(b"", formats.pdf_text(["n = %d" % rng.randrange(10, 99)])) +
                                     b"\nendobj\nxref\n0 1\n0000000000 65535 f \ntrailer << /Root 1 0 R /Prev 9 >>\nstartxref\n900\n%%EOF\n")


@leak
def pdf_tail(rng):
    return "report.pdf", formats.pdf(formats.pdf_text(["Result"]), tail=listed(rng).encode())


@leak
def pdf_note(rng):
    return "report.pdf", formats.pdf(formats.pdf_text(["Result"]), [b"<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents (" + ascii_identifier(rng).encode() + b") >>"], page=b"/Annots [7 0 R]")


@leak
def pdf_form(rng):
    return "report.pdf", formats.pdf(formats.pdf_text(["Result"]), [b"<< /FT /Tx /T (f) /V (" + ascii_identifier(rng).encode() + b") >>"], catalogue=b"/AcroForm << /Fields [7 0 R] >>")


@leak
def pdf_author(rng):
    return "report.pdf", formats.pdf(formats.pdf_text(["Result"]), info=b"/Keywords (\xfe\xff" + values.identifier(rng, "labelled_name").encode("utf-16-be").replace(b"\\", b"\\\\").replace(b"(", b"\\(")
                                     .replace(b")", b"\\)") + b")")


@leak
def pdf_layer(rng):
    return "report.pdf", formats.pdf(formats.pdf_text(["Result"]) + b"/OC /L BDC " + formats.pdf_text([ascii_identifier(rng)]) + b"EMC", [b"<< /Type /OCG /Name (hidden) >>"],
                                     catalogue=b"/OCProperties << /OCGs [7 0 R] /D << /OFF [7 0 R] >> >>")


@leak
def pdf_unused_object(rng):
    return "report.pdf", formats.pdf(formats.pdf_text(["Result"]), [formats.pdf_stream(b"", listed(rng).encode())])


@leak
def pdf_encrypted(rng):
    return "report.pdf", formats.pdf(formats.pdf_text(["Result"])).replace(b"/Root 1 0 R", b"/Root 1 0 R /Encrypt << /Filter /Standard /V 2 /R 3 /O (%d) >>" % rng.randrange(10 ** 9))


@leak
def pdf_metadata(rng):
    xml = '<x:xmpmeta xmlns:x="x"><rdf:RDF xmlns:rdf="r"><dc:description xmlns:dc="d">%s</dc:description></rdf:RDF></x:xmpmeta>' % values.identifier(rng)
    return "report.pdf", formats.pdf(formats.pdf_text(["Result"]), [formats.pdf_stream(b"/Type /Metadata /Subtype /XML", xml.encode())], catalogue=b"/Metadata 7 0 R")


@leak
def pdf_comment_lines(rng):
    return "report.pdf", formats.pdf(formats.pdf_text(["Result"])).replace(b"%\xe2\xe3\xcf\xd3\n", b"%\xe2\xe3\xcf\xd3\n" + b"".join(b"%% %s\n" % ascii_identifier(rng).encode() for _ in range(5)))


@leak
def png_text(rng):
    return "figure.png", formats.png(formats.bars(rng), chunks=[(b"tEXt", b"Comment\0" + ascii_identifier(rng).encode())])


@leak
def png_compressed_text(rng):
    return "figure.png", formats.png(formats.bars(rng), chunks=[(b"zTXt", b"Description\0\0" + zlib.compress(listed(rng).encode()))])


@leak
def png_international_text(rng):
    return "figure.png", formats.png(formats.bars(rng), chunks=[(b"iTXt", b"Description\0\0\0ja\0\0" + values.identifier(rng).encode())])


@leak
def png_exif(rng):
    return "figure.png", formats.png(formats.bars(rng), chunks=[(b"eXIf", b"MM\0*\0\0\0\x08\0\0" + bytes(rng.randrange(256) for _ in range(40)))])


@leak
def png_private_chunk(rng):
    return "figure.png", formats.png(formats.bars(rng), chunks=[(b"prIv", zlib.compress(listed(rng).encode()))])


@leak
def png_tail(rng):
    return "figure.png", formats.png(formats.bars(rng), tail=listed(rng).encode())


@leak
def png_low_bits(rng):
    secret, draw = "".join(format(b, "08b") for b in listed(rng).encode()), formats.bars(rng)
    return "figure.png", formats.png(lambda x, y: draw(x, y) & 0xFE | int(secret[(y * 160 + x) % len(secret)]))


@leak
def png_noise(rng):
    return "figure.png", formats.png(lambda x, y: rng.randrange(256))


@leak
def png_after_pixels(rng):
    data = formats.png(formats.bars(rng))
    at = data.index(b"IDAT") - 4
    size = struct.unpack(">I", data[at:at + 4])[0]
    pixels = zlib.decompress(data[at + 8:at + 8 + size]) + listed(rng).encode()
    body = zlib.compress(pixels)
    return "figure.png", data[:at] + struct.pack(">I", len(body)) + b"IDAT" + body + struct.pack(">I", zlib.crc32(b"IDAT" + body)) + data[-12:]


@leak
def jpeg_exif(rng):
    return "figure.jpg", formats.jpeg([(0xE1, b"Exif\0\0MM\0*\0\0\0\x08" + bytes(rng.randrange(256) for _ in range(60)))])


@leak
def jpeg_comment(rng):
    return "figure.jpg", formats.jpeg([(0xFE, ascii_identifier(rng).encode())])


@leak
def jpeg_tail(rng):
    return "figure.jpg", formats.jpeg(tail=listed(rng).encode())


@leak
def jpeg_iptc(rng):
    return "figure.jpg", formats.jpeg([(0xED, b"Photoshop 3.0\0" + values.identifier(rng).encode())])


@leak
def jpeg_zip_polyglot(rng):
    return "figure.jpg", formats.jpeg(tail=formats.zipped([("a.csv", listed(rng))]))


@leak
def svg_points(rng):
    return "scatter.svg", formats.svg("".join('<circle cx="%.2f" cy="%.2f" r="1"/>' % (rng.random() * 400, rng.random() * 300) for _ in range(rng.randrange(60, 900))))


@leak
def svg_points_by_path(rng):
    return "scatter.svg", formats.svg('<defs><path id="m" d="M 0 3 L 1 1 z"/></defs><g id="PathCollection_1">%s</g>' % "".join(
        '<use xlink:href="#m" x="%.6f" y="%.6f"/>' % (rng.random() * 400, rng.random() * 300) for _ in range(300)))


@leak
def svg_spaghetti(rng):
    lines = "".join('<polyline points="%s" fill="none"/>' % " ".join("%d,%.3f" % (x, rng.random() * 300) for x in range(0, 400, 40)) for _ in range(80))
    return "lines.svg", formats.svg(lines)


@leak
def svg_script(rng):
    return "figure.svg", formats.svg("<rect/>", "<script>var d=[%s]</script>" % ",".join(str(rng.randrange(100)) for _ in range(60)))


@leak
def svg_data_uri(rng):
    return "figure.svg", formats.svg("<rect/>", '<image href="data:image/png;base64,%s"/>' % base64.b64encode(formats.png(formats.bars(rng))).decode())


@leak
def svg_invisible(rng):
    hide = rng.choice(['opacity="0"', 'style="opacity:0"', 'visibility="hidden"', 'display="none"', 'fill="none"', 'fill="#ffffff"', 'font-size="0"', 'x="-5000" y="10"'])
    return "figure.svg", formats.svg("<rect/>", "<text %s>%s</text>" % (hide, values.identifier(rng)))


@leak
def svg_title(rng):
    return "figure.svg", formats.svg("<rect/>", "<desc>%s</desc>" % values.identifier(rng))


@leak
def svg_comment(rng):
    return "figure.svg", formats.svg("<rect/>", "<!-- %s -->" % values.identifier(rng))


@leak
def svg_attributes(rng):
    return "figure.svg", formats.svg("".join('<rect x="%d" width="9" height="50" data-id="%08d" data-age="%d"/>' % (i * 10, rng.randrange(10 ** 8), rng.randrange(90)) for i in range(20)))


@leak
def svg_foreign_object(rng):
    return "figure.svg", formats.svg("<rect/>", "<foreignObject><div>%s</div></foreignObject>" % values.identifier(rng))


@leak
def html_hidden(rng):
    return "report.html", formats.html("<p>結果</p><div style=\"%s\">%s</div>" % (rng.choice(["display:none", "visibility: hidden", "font-size:0", "color:#fff", "position:absolute;left:-9999px"]), values.identifier(rng)))


@leak
def html_comment(rng):
    return "report.html", formats.html("<p>結果</p><!-- %s -->" % values.identifier(rng))


@leak
def html_script_data(rng):
    return "plot.html", formats.html("<div id='p'></div><script>Plotly.newPlot('p',[{\"x\":[%s],\"y\":[%s],\"mode\":\"markers\"}])</script>" % (
        ",".join("%.3f" % rng.uniform(0, 99) for _ in range(200)), ",".join("%.3f" % rng.uniform(0, 99) for _ in range(200))))


@leak
def html_attributes(rng):
    return "report.html", formats.html("<table>%s</table>" % "".join('<tr data-patient="%08d"><td>結果</td></tr>' % rng.randrange(10 ** 8) for _ in range(9)))


@leak
def html_records(rng):
    return "report.html", formats.html(formats.html_table(leaks_office.records(rng)))


@leak
def html_identifier(rng):
    return "report.html", formats.html("<p>%s</p>" % values.identifier(rng))


@leak
def html_entities(rng):
    return "report.html", formats.html("<p>%s</p>" % "".join("&#x%x;" % ord(c) for c in values.identifier(rng)))


@leak
def html_data_uri(rng):
    return "report.html", formats.html('<a href="data:text/csv;base64,%s">表</a>' % base64.b64encode(listed(rng).encode()).decode())


@leak
def html_input_value(rng):
    return "report.html", formats.html('<p>結果</p><input type="hidden" value="%s">' % values.identifier(rng))


@leak
def html_meta(rng):
    return "report.html", formats.html("<p>結果</p>", '<meta name="description" content="%s">' % values.identifier(rng))


@leak
def notebook_output(rng):
    return "analysis.ipynb", formats.notebook(["df.head()\n"], [{"output_type": "execute_result", "data": {"text/plain": [listed(rng)[:400]]}, "metadata": {}, "execution_count": 1}])


@leak
def notebook_picture(rng):
    return "analysis.ipynb", formats.notebook(["plot()\n"], [{"output_type": "display_data", "metadata": {}, "data": {"image/png": base64.b64encode(formats.png(formats.bars(rng))).decode()}}])


@leak
def notebook_attachment(rng):
    return "analysis.ipynb", formats.notebook(["x = 1\n"], cell={"cell_type": "markdown", "attachments": {"a.png": {"image/png": base64.b64encode(listed(rng).encode()).decode()}}})


@leak
def notebook_widgets(rng):
    return "analysis.ipynb", formats.notebook(["x = 1\n"], metadata={"widgets": {"application/vnd.jupyter.widget-state+json": {"state": {"a": listed(rng)[:500]}}}})


@leak
def notebook_metadata(rng):
    return "analysis.ipynb", formats.notebook(["x = 1\n"], metadata={"note": values.identifier(rng)})


@leak
def notebook_source(rng):
    return "analysis.ipynb", formats.notebook(["ids = [%s]\n" % ", ".join("'%08d'" % rng.randrange(10 ** 8) for _ in range(8))])


@leak
def zip_records(rng):
    return "outputs.zip", formats.zipped([("table1.csv", formats.csv_text(honest_tables.by_age(rng))), ("data.csv", listed(rng))])


@leak
def zip_in_zip(rng):
    return "outputs.zip", formats.zipped([("inner.zip", formats.zipped([("c.csv", listed(rng))]))])


@leak
def tar_gz_records(rng):
    return "outputs.tar.gz", formats.tarred([("table1.csv", formats.csv_text(honest_tables.by_age(rng))), ("data.csv", listed(rng))])


@leak
def tar_in_zip(rng):
    return "outputs.zip", formats.zipped([("a.tar", formats.tarred([("data.csv", listed(rng))], "w"))])


@leak
def plain_tar(rng):
    return "outputs.tar", formats.tarred([("data.csv", listed(rng))], "w")


@leak
def tar_link(rng):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("a.csv")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd%d" % rng.randrange(9)
        archive.addfile(info)
    return "outputs.tar", out.getvalue()


@leak
def gzip_records(rng):
    return "data.csv.gz", gzip.compress(listed(rng).encode(), mtime=0)


@leak
def gzip_twice(rng):
    return "data.csv.gz", gzip.compress(gzip.compress(listed(rng).encode(), mtime=0), mtime=0)


@leak
def gzip_file_name(rng):
    out = io.BytesIO()
    with gzip.GzipFile("%s.csv" % values.my_number(rng), "wb", fileobj=out, mtime=0) as file:
        file.write(formats.csv_text(honest_tables.by_age(rng)).encode())
    return "table.csv.gz", out.getvalue()


@leak
def gzip_two_members(rng):
    return "table.csv.gz", gzip.compress(formats.csv_text(honest_tables.by_age(rng)).encode(), mtime=0) + gzip.compress(listed(rng).encode(), mtime=0)


@leak
def xz_records(rng):
    import lzma
    return "data.csv.xz", lzma.compress(listed(rng).encode())


@leak
def bzip2_records(rng):
    import bz2
    return "data.csv.bz2", bz2.compress(listed(rng).encode())


@leak
def seven_zip(rng):
    return "outputs.7z", b"7z\xbc\xaf\x27\x1c\0\4" + bytes(rng.randrange(256) for _ in range(400))


@leak
def encrypted_zip(rng):
    data = bytearray(formats.zipped([("table1.csv", formats.csv_text(honest_tables.by_age(rng)))]))
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    return "outputs.zip", bytes(data)


@leak
def zip_comment(rng):
    return "outputs.zip", formats.zipped([("table1.csv", formats.csv_text(honest_tables.by_age(rng)))], comment=listed(rng).encode()[:900])


@leak
def zip_path(rng):
    return "outputs.zip", formats.zipped([("../../%d.csv" % rng.randrange(99), formats.csv_text(honest_tables.by_age(rng)))])


@leak
def zip_entry_name(rng):
    return "outputs.zip", formats.zipped([("%s様.csv" % values.kanji_name(rng), formats.csv_text(honest_tables.by_age(rng)))])


@leak
def zip_unlisted_entry(rng):
    shown = formats.zipped([("table1.csv", formats.csv_text(honest_tables.by_age(rng)))])
    hidden = formats.zipped([("data.csv", listed(rng))])
    local = hidden[:hidden.index(b"PK\1\2")]

    folder = bytearray(shown[shown.index(b"PK\1\2"):])
    folder[42:46] = struct.pack("<I", len(local))
    at = bytes(folder).rindex(b"PK\5\6")
    folder[at + 16:at + 20] = struct.pack("<I", len(local) + shown.index(b"PK\1\2"))
    return "outputs.zip", local + shown[:shown.index(b"PK\1\2")] + bytes(folder)


@leak
def zip_bomb(rng):
    return "outputs.zip", formats.zipped([("a%d.csv" % i, b"0" * 8_000_000) for i in range(1 + rng.randrange(3))])


@leak
def gzip_bomb(rng):
    return "data.csv.gz", gzip.compress(b"%d" % rng.randrange(10) * 30_000_000, mtime=0)


@leak
def csv_named_png(rng):
    return "figure.png", listed(rng)


@leak
def zip_named_csv(rng):
    return "table.csv", formats.zipped([("b.csv", listed(rng))])


@leak
def png_named_csv(rng):
    return "table.csv", formats.png(formats.bars(rng))


@leak
def pdf_zip_polyglot(rng):
    return "report.pdf", formats.pdf(formats.pdf_text(["Result"])) + formats.zipped([("a.csv", listed(rng))])


@leak
def html_named_txt_with_script(rng):
    return "notes.txt", formats.html("<script>var d=[%s]</script>" % ",".join(str(rng.randrange(99)) for _ in range(60)))


@leak
def pickled_model(rng):
    return "model.pkl", pickle.dumps({"knn": [[rng.randrange(90), rng.random()] for _ in range(300)]})


@leak
def r_data(rng):
    return rng.choice(["model.rds", "model.RData"]), gzip.compress(rng.choice([b"X\n\0\0\0\3\0\4\3\1", b"RDX3\nX\n"]) + bytes(rng.randrange(256) for _ in range(900)), mtime=0)


@leak
def parquet(rng):
    return "data.parquet", b"PAR1" + bytes(rng.randrange(256) for _ in range(900)) + struct.pack("<I", 90) + b"PAR1"


@leak
def sqlite_database(rng):
    connection = sqlite3.connect(":memory:")
    connection.execute("create table t (id text, age int)")
    connection.executemany("insert into t values (?, ?)", [("%08d" % rng.randrange(10 ** 8), rng.randrange(90)) for _ in range(50)])
    return "results.db", connection.serialize() if hasattr(connection, "serialize") else b"SQLite format 3\0" + bytes(2000)


@leak
def numpy_array(rng):
    return "weights.npy", b"\x93NUMPY\1\0v\0{'descr': '<f8', 'fortran_order': False, 'shape': (300, 4), }".ljust(128) + b"".join(struct.pack("<d", rng.random()) for _ in range(1200))


@leak
def hdf5_model(rng):
    return "model.h5", b"\x89HDF\r\n\x1a\n" + bytes(rng.randrange(256) for _ in range(900))


@leak
def sas_dataset(rng):
    return "data.sas7bdat", bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011") + bytes(rng.randrange(256) for _ in range(900))


@leak
def stata_dataset(rng):
    return "data.dta", b"<stata_dta><header><release>118</release>" + bytes(rng.randrange(256) for _ in range(900))


@leak
def knn_model_json(rng):
    return "model.json", json.dumps({"type": "knn", "k": 5, "training_data": [[rng.randrange(20, 95), rng.randrange(2), round(rng.uniform(5, 11), 1)] for _ in range(200)]})


@leak
def svm_model_text(rng):
    return "svm.model", "svm_type c_svc\nkernel_type rbf\nnr_class 2\ntotal_sv 120\nSV\n" + "".join("%.6f 1:%d 2:%d 3:%.1f\n" % (rng.random(), rng.randrange(20, 95), rng.randrange(2), rng.uniform(5, 11)) for _ in range(120))


@leak
def tree_with_small_leaves(rng):
    return "tree.txt", "n= 812\n\nnode), split, n, loss, yval, (yprob)\n      * denotes terminal node\n\n1) root 812 210 0 (0.74 0.26)\n  2) age< 65.5 500 60 0 (0.88 0.12) *\n  3) age>=65.5 312 150 0 (0.52 0.48)\n" \
        "    6) hba1c< 6.%d 306 146 0 (0.52 0.48) *\n    7) hba1c>=6.%d %d 1 1 (0.2 0.8) *\n" % (rng.randrange(10), rng.randrange(10), rng.randrange(2, 9))


@leak
def random_bytes(rng):
    return "result.txt", bytes(rng.randrange(256) for _ in range(3000))


@leak
def executable(rng):
    return "tool.exe", b"MZ\x90\0" + bytes(rng.randrange(256) for _ in range(900))


@leak
def dicom(rng):
    return "image.dcm", bytes(128) + b"DICM" + bytes(rng.randrange(256) for _ in range(900))


@leak
def report_with_records_far_below(rng):
    return "report.md", "\n".join(honest_files.METHODS * 200) + "\n" + listed(rng)


@leak
def float_digits(rng):
    rows = [["model", "auc", "brier", "slope"]] + [["m%d" % i, *["0.%018d" % rng.randrange(10 ** 18) for _ in range(3)]] for i in range(60)]
    return "metrics.csv", formats.csv_text(rows)

"""Writers of file formats, small but as the programs write them."""
import base64
import io
import json
import struct
import tarfile
import zipfile
import zlib
from xml.sax.saxutils import escape

TINY_JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wgALCAABAAEBAREA"
    "/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=")


def csv_text(rows, separator=","):
    def field(value):
        text = str(value)
        return '"%s"' % text.replace('"', '""') if separator in text or '"' in text or "\n" in text else text
    return "".join(separator.join(map(field, row)) + "\n" for row in rows)


def printed(rows):
    """As a console prints a data frame."""
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(rows[0]))]
    return "".join("%-4s" % ("" if n == 0 else n - 1) + "  ".join(str(v).rjust(w) for v, w in zip(row, widths)) + "\n" for n, row in enumerate(rows))


def png(pixel, width=160, height=100, chunks=(), tail=b""):
    """`pixel(x, y)` gives the grey value."""
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    rows = b"".join(b"\0" + bytes(v for x in range(width) for v in (pixel(x, y),) * 3) for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + b"".join(chunk(k, b) for k, b in chunks)
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"") + tail)


def bars(rng):
    heights = [rng.randrange(10, 90) for _ in range(10)]
    return lambda x, y: 70 if x % 16 > 3 and y > 100 - heights[x // 16] else 255


def jpeg(segments=(), tail=b""):
    """`segments`: (marker, body) behind the first one."""
    extra = b"".join(b"\xff" + bytes([m]) + struct.pack(">H", len(b) + 2) + b for m, b in segments)
    return TINY_JPEG[:20] + extra + TINY_JPEG[20:] + b"\xff\xd9" * (not TINY_JPEG.endswith(b"\xff\xd9")) + tail


def zipped(entries, comment=b"", method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for path, content in entries:
            archive.writestr(path, content)
        archive.comment = comment
    return out.getvalue()


def tarred(entries, mode="w:gz"):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for path, content in entries:
            info = tarfile.TarInfo(path)
            content = content.encode() if isinstance(content, str) else content
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


CORE = ('<?xml version="1.0" encoding="UTF-8" standalone="yes"?><cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
        'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"><dc:title>%s</dc:title><dc:creator>%s</dc:creator>'
        '<cp:keywords>%s</cp:keywords><dcterms:created>2024-04-02T01:02:03Z</dcterms:created></cp:coreProperties>')
TYPES = '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'
RELS = '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="x/officeDocument" Target="%s"/></Relationships>'


def column(i):
    return chr(65 + i) if i < 26 else chr(64 + i // 26) + chr(65 + i % 26)


def xlsx(sheets, extra=(), row_attributes=None, columns="", core=("", "openpyxl", ""), shared=True, cell_style=None, styles=""):
    """sheets: (name, state, rows). row_attributes: {row number: text}."""
    strings, index = [], {}
    book = "".join('<sheet name="%s" sheetId="%d"%s r:id="rId%d"/>' % (escape(n), i, ' state="%s"' % s if s else "", i) for i, (n, s, _) in enumerate(sheets, 1))
    entries = [("[Content_Types].xml", TYPES), ("_rels/.rels", RELS % "xl/workbook.xml"), ("docProps/core.xml", CORE % core),
               ("xl/workbook.xml", '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="r"><sheets>%s</sheets></workbook>' % book)]
    for i, (_, _, rows) in enumerate(sheets, 1):
        body = ""
        for r, row in enumerate(rows, 1):
            cells = ""
            for c, v in enumerate(row):
                style = ' s="%d"' % cell_style if cell_style is not None and r == len(rows) else ""
                if isinstance(v, str) and shared:
                    index.setdefault(v, len(index))
                    cells += '<c r="%s%d" t="s"%s><v>%d</v></c>' % (column(c), r, style, index[v])
                elif isinstance(v, str):
                    cells += '<c r="%s%d" t="inlineStr"%s><is><t>%s</t></is></c>' % (column(c), r, style, escape(v))
                else:
                    cells += '<c r="%s%d"%s><v>%s</v></c>' % (column(c), r, style, v)
            body += '<row r="%d"%s>%s</row>' % (r, (row_attributes or {}).get(r, ""), cells)
        entries.append(("xl/worksheets/sheet%d.xml" % i, '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">%s<sheetData>%s'
                        "</sheetData></worksheet>" % (columns, body)))
    strings = "".join("<si><t>%s</t></si>" % escape(s) for s in index)
    entries.append(("xl/sharedStrings.xml", '<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">%s</sst>' % strings))
    if styles:
        entries.append(("xl/styles.xml", styles))
    return zipped(entries + list(extra))


def paragraph(text, properties=""):
    return "<w:p><w:r>%s<w:t xml:space=\"preserve\">%s</w:t></w:r></w:p>" % ("<w:rPr>%s</w:rPr>" % properties if properties else "", escape(text))


def word_table(rows):
    return "<w:tbl>%s</w:tbl>" % "".join("<w:tr>%s</w:tr>" % "".join("<w:tc>%s</w:tc>" % paragraph(str(v)) for v in row) for row in rows)


def docx(paragraphs, extra=(), raw="", core=("報告", "", "")):
    body = "".join(map(paragraph, paragraphs)) + raw
    return zipped([("[Content_Types].xml", TYPES), ("_rels/.rels", RELS % "word/document.xml"),
                   ("word/document.xml", '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
                    "<w:body>%s</w:body></w:document>" % body), ("docProps/core.xml", CORE % core)] + list(extra))


def pptx(slides, extra=(), hidden=()):
    entries = [("[Content_Types].xml", TYPES), ("_rels/.rels", RELS % "ppt/presentation.xml"), ("ppt/presentation.xml", "<p:presentation/>")]
    for i, texts in enumerate(slides, 1):
        body = "".join("<p:sp><p:txBody><a:p><a:r><a:t>%s</a:t></a:r></a:p></p:txBody></p:sp>" % escape(t) for t in texts)
        entries.append(("ppt/slides/slide%d.xml" % i, "<p:sld%s><p:cSld><p:spTree>%s</p:spTree></p:cSld></p:sld>" % (' show="0"' if i in hidden else "", body)))
    return zipped(entries + list(extra))


def pdf_text(lines, size=12, before=b""):
    shown = b" ".join(b"(" + line.encode("latin-1", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)") + b") Tj 0 -14 Td" for line in lines)
    return b"q BT /F1 %d Tf 50 750 Td " % size + before + shown + b" ET Q"


def pdf(content, objects=(), info=b"", catalogue=b"", tail=b"", resources=b"<< /Font << /F1 5 0 R >> >>", page=b""):
    """One page with a right table of cross references. `content`: the page's stream."""
    packed = zlib.compress(content)
    body = [b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalogue, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources %s /Contents 4 0 R %s >>" % (resources, page),
            b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(packed) + packed + b"\nendstream",
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>", b"<< /Producer (writer 1.0) %s >>" % info, *objects]
    out, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for i, o in enumerate(body, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (i, o)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(body) + 1) + b"".join(b"%010d 00000 n \n" % p for p in places)
    return out + b"trailer << /Size %d /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(body) + 1, start) + tail


def pdf_stream(head, content):
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (head, len(content), content)


def unicode_font_pdf(text):
    """As browsers and office programs write: a subset font with codes of its own and a table back to Unicode."""
    codes = {c: i + 1 for i, c in enumerate(dict.fromkeys(text))}
    cmap = ("/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange\n%d beginbfchar\n" % len(codes)
            + "".join("<%04X> <%s>\n" % (i, c.encode("utf-16-be").hex()) for c, i in codes.items()) + "endbfchar endcmap end end\n").encode()
    shown = "".join("%04X" % codes[c] for c in text).encode()
    return pdf(b"BT /F2 12 Tf 50 700 Td <%s> Tj ET" % shown, objects=[
        b"<< /Type /Font /Subtype /Type0 /BaseFont /AAAAAA+Sans /Encoding /Identity-H /DescendantFonts [8 0 R] /ToUnicode 9 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /AAAAAA+Sans /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
        pdf_stream(b"", cmap)], resources=b"<< /Font << /F2 7 0 R >> >>")


def svg(shapes, extra=""):
    return '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300" viewBox="0 0 400 300">%s%s</svg>\n' % (shapes, extra)


def html(body, head=""):
    return "<!DOCTYPE html>\n<html lang=\"ja\"><head><meta charset=\"utf-8\"><title>結果</title>%s</head><body>%s</body></html>\n" % (head, body)


def html_table(rows):
    return "<table>%s</table>" % "".join("<tr>%s</tr>" % "".join("<td>%s</td>" % escape(str(v)) for v in row) for row in rows)


def notebook(sources, outputs=(), metadata=None, cell=None):
    cells = [{"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": [s]} for s in sources]
    cells[-1]["outputs"] = list(outputs)
    cells[-1].update(cell or {})
    return json.dumps({"cells": cells, "metadata": metadata or {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}, ensure_ascii=False)

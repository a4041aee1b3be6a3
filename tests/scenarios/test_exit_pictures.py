"""Pictures of the pages for reviewers: office documents are drawn by LibreOffice, where it is installed, without a way to the network."""
import os
import pathlib
import struct
import tempfile
import unittest
import zlib

from scenarios.exit_corpus import formats
from scenarios.harness import sekisho_json

DRAWN = all(os.path.exists("/usr/bin/" + program) for program in ("soffice", "pdftoppm"))
TYPES = ('<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
         'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/%s" ContentType="application/vnd.openxmlformats-officedocument.%s.main+xml"/>%s</Types>')
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s</Relationships>'
ROOT = RELATIONS % ('<Relationship Id="rId1" Type="' + RELATION + '/officeDocument" Target="%s"/>')


def docx(paragraphs):
    body = "".join("<w:p><w:r>%s<w:t>%s</w:t></w:r></w:p>" % ('<w:br w:type="page"/>' if n else "", text) for n, text in enumerate(paragraphs))
    return formats.zipped([("[Content_Types].xml", TYPES % ("word/document.xml", "wordprocessingml.document", "")), ("_rels/.rels", ROOT % "word/document.xml"),
                           ("word/document.xml", '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>%s</w:body></w:document>' % body)])


def xlsx(rows):
    body = "".join("<row>%s</row>" % "".join('<c t="inlineStr"><is><t>%s</t></is></c>' % field for field in row) for row in rows)
    sheet = '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return formats.zipped([("[Content_Types].xml", TYPES % ("xl/workbook.xml", "spreadsheetml.sheet", sheet)), ("_rels/.rels", ROOT % "xl/workbook.xml"),
                           ("xl/_rels/workbook.xml.rels", RELATIONS % ('<Relationship Id="rId1" Type="%s/worksheet" Target="worksheets/sheet1.xml"/>' % RELATION)),
                           ("xl/workbook.xml", '<workbook xmlns="%s" xmlns:r="%s"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>' % (space, RELATION)),
                           ("xl/worksheets/sheet1.xml", '<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (space, body))])


def pptx(texts):
    spaces = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="%s"' % RELATION
    group = '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
    shape = ('<p:sp><p:nvSpPr><p:cNvPr id="2" name="t"/><p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm><a:off x="900000" y="900000"/><a:ext cx="6000000" cy="900000"/></a:xfrm>'
             '<a:prstGeom prst="rect"/></p:spPr><p:txBody><a:bodyPr/><a:p><a:r><a:t>%s</a:t></a:r></a:p></p:txBody></p:sp>')
    slides = [("ppt/slides/slide%d.xml" % n, '<p:sld %s><p:cSld><p:spTree>%s%s</p:spTree></p:cSld></p:sld>' % (spaces, group, shape % text)) for n, text in enumerate(texts, 1)]
    types = "".join('<Override PartName="/%s" ContentType="application/vnd.openxmlformats-officedocument.presentationml.slide+xml"/>' % name for name, _ in slides)
    links = "".join('<Relationship Id="rId%d" Type="%s/slide" Target="slides/slide%d.xml"/>' % (n, RELATION, n) for n in range(1, len(texts) + 1))
    names = "".join('<p:sldId id="%d" r:id="rId%d"/>' % (255 + n, n) for n in range(1, len(texts) + 1))
    return formats.zipped([("[Content_Types].xml", TYPES % ("ppt/presentation.xml", "presentationml.presentation", types)), ("_rels/.rels", ROOT % "ppt/presentation.xml"),
                           ("ppt/_rels/presentation.xml.rels", RELATIONS % links),
                           ("ppt/presentation.xml", '<p:presentation %s><p:sldIdLst>%s</p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/></p:presentation>' % (spaces, names)), *slides])


def dark_pixels(path):
    """Of an RGB picture of eight bits without interlacing, as pdftoppm writes it."""
    data = pathlib.Path(path).read_bytes()
    width, height, depth, kind = struct.unpack(">IIBB", data[16:26])
    assert (depth, kind) == (8, 2), (depth, kind)
    packed, at = b"", 8
    while at < len(data):
        size, = struct.unpack(">I", data[at:at + 4])
        if data[at + 4:at + 8] == b"IDAT":
            packed += data[at + 8:at + 8 + size]
        at += size + 12
    raw, before, dark, stride = zlib.decompress(packed), bytearray(3 * width), 0, 3 * width
    for y in range(height):
        kind, row = raw[y * (stride + 1)], bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        for i in range(stride):
            left, up, corner = (row[i - 3] if i > 2 else 0), before[i], (before[i - 3] if i > 2 else 0)
            near = min((abs(up - corner), 0, left), (abs(left - corner), 1, up), (abs(left + up - 2 * corner), 2, corner))[2]
            row[i] = (row[i] + (0, left, up, (left + up) // 2, near)[kind]) & 255
        dark += sum(row[i] < 100 for i in range(0, stride, 3))
        before = row
    return dark


@unittest.skipUnless(DRAWN, "LibreOffice or pdftoppm is not installed (packages libreoffice-writer, -calc, -impress, poppler-utils)")
class Pictures(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def scanned(self, name, content):
        (self.folder / name).write_bytes(content)
        found = sekisho_json("disclosure", "scan", self.folder / name, "--pictures", self.folder / "pages", check=(0, 1))["files"][0]
        if "cannot restrict" in found.get("pictures_skipped", ""):
            self.skipTest("this kernel cannot restrict programs: the product does not draw here either")
        return found

    def test_each_page_of_each_kind_of_document_is_drawn(self):
        for name, make in (("a.docx", docx), ("a.pptx", pptx)):
            with self.subTest(name):
                found = self.scanned(name, make(["control 412 treated 413", "control 120"]))
                self.assertEqual(len(found["pictures"]), 2, found.get("pictures_skipped"))
                self.assertNotIn("pictures.missing", [f["rule"] for f in found["findings"]])
                long, short = map(dark_pixels, found["pictures"])
                self.assertGreater(long, short)
                self.assertGreater(short, 20)
        found = self.scanned("a.xlsx", xlsx([["group", "n"], ["control", "412"], ["treated", "413"]]))
        self.assertEqual(len(found["pictures"]), 1, found.get("pictures_skipped"))
        self.assertGreater(dark_pixels(found["pictures"][0]), 100)

    def test_an_empty_page_is_white(self):
        self.assertEqual(dark_pixels(self.scanned("a.docx", docx([""]))["pictures"][0]), 0)  # the control

    def test_pages_beyond_the_twentieth_are_for_people_to_look_at(self):
        found = self.scanned("a.docx", docx(["page %d" % n for n in range(20)]))
        self.assertEqual((len(found["pictures"]), [f["rule"] for f in found["findings"]].count("pictures.missing")), (20, 0))
        found = self.scanned("b.docx", docx(["page %d" % n for n in range(21)]))
        self.assertEqual((len(found["pictures"]), [f["rule"] for f in found["findings"]].count("pictures.missing")), (20, 1))
        self.assertEqual(found["verdict"], "REVIEW")

    def test_nothing_is_left_behind(self):
        before = set(os.listdir("/tmp"))
        self.assertEqual(len(self.scanned("a.docx", docx(["text"]))["pictures"]), 1)
        self.assertFalse([name for name in set(os.listdir("/tmp")) - before if name.startswith(("OSL_PIPE", "sekisho-pages"))])


if __name__ == "__main__":
    unittest.main()

"""Files as hospitals really hand them over: other line ends and character sets, marks and padding, lost zeros, copies,
packed files. Each variant of a sound file is read like it, or says by its rule why not; nothing goes without a trace.

The sound files come from shared/data where it is there (receipt, storage) and are made here otherwise (survey).
"""
import gzip
import io
import json
import pathlib
import tempfile
import unittest
import zipfile

from scenarios.harness import DATA, sekisho
from scenarios.test_dpc_before_merging import DRUG, merged_rows

RECEIPT = DATA / "receipt/receiptisan_RECEIPTC_GAIRAI_SAMPLE.UKE"
STORAGE = DATA / "ssmix2/edge_cases/storage/900/100/9001000010"
SURVEY = "EFn_131234567_2404.txt"


def packed(name, content):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr(name, content)
    return whole.getvalue()


def mixed(content, ends, end):
    lines = content.split(end)
    return b"".join(line + ends[i % len(ends)] for i, line in enumerate(lines[:-1])) + lines[-1]


def wide(text):
    """What editors call Unicode text: both orders of bytes, with a mark and without."""
    return {kind: (mark + text.encode(kind[:9]), "TEXT_CHARSET") for kind, mark in
            (("utf-16-le", b""), ("utf-16-be", b""), ("utf-16-le with mark", b"\xff\xfe"), ("utf-16-be with mark", b"\xfe\xff"))}


def rows_of_survey(**changes):
    rows = [row for p in range(5) for row in
            merged_rows("131234567", f"{p:010}", "21", "0001", DRUG, "0000003.000", "00000000", "00000011", "003")]
    return [[changes.get("cell", str)(cell) for cell in row[:1]] + [changes.get("number", str)(row[1])] +
            [changes.get("cell", str)(cell) for cell in row[2:]] for row in rows]


def survey(rows=None, separator="\t", end="\r\n", charset="cp932"):
    return "".join(separator.join(row) + end for row in rows or rows_of_survey()).encode(charset)


class Variants(unittest.TestCase):
    def report(self, files, language="C"):
        with tempfile.TemporaryDirectory() as folder:
            for name, content in files.items():
                path = pathlib.Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            done = sekisho("inspect", folder, "--json", check=(0, 1), env={"LANG": language})
        report = json.loads(done.stdout)
        count = report["accounting"]
        self.assertEqual(count["records"], count["loaded"] + count["superseded"] + count["quarantined"])
        report["errors"] = sorted({f["rule"] for f in report["findings"] if f["level"] == "E"})
        self.assertEqual(done.returncode, 1 if report["errors"] else 0)
        return report

    def same(self, sound, variants):
        """Every variant (files, rules that it adds) has the rows and the accounting of the sound files."""
        base = self.report(sound)
        for name, (files, rules) in variants.items():
            with self.subTest(variant=name):
                report = self.report(files)
                self.assertEqual(report["records"], base["records"])
                self.assertEqual(report["accounting"], base["accounting"])
                added = {rule for rule in report["rules"] if rule not in base["rules"]}
                self.assertEqual(added, set(rules.split()))

    @unittest.skipUnless(RECEIPT.exists(), "shared/data/receipt is absent")
    def test_receipts_are_read_whatever_their_line_ends_marks_and_character_set(self):
        sound = RECEIPT.read_bytes()
        text = sound.decode("cp932")
        plain = text.replace("－", "−").replace("～", "〜")  # Microsoft's mapping, which only CP932 has
        lines = sound.rstrip(b"\x1a").split(b"\r\n")
        name = "RECEIPTC.UKE"
        variants = {
            "LF": (sound.replace(b"\r\n", b"\n"), "LF_ONLY"), "CR": (sound.replace(b"\r\n", b"\r"), "CR_LINE_ENDS"),
            "CR CR LF": (sound.replace(b"\r\n", b"\r\r\n"), "CR_LINE_ENDS"),
            "mixed": (mixed(sound, (b"\r\n", b"\n", b"\r"), b"\r\n"), "CR_LINE_ENDS"),
            "UTF-8": (text.encode(), "TEXT_CHARSET"), "UTF-8 with mark": (text.encode("utf-8-sig"), "TEXT_CHARSET"),
            **wide(text), "EUC-JP": (plain.encode("euc_jp", "replace"), "TEXT_CHARSET"),
            "ISO-2022-JP": (plain.encode("iso2022_jp", "replace"), "TEXT_CHARSET"),
            "zeros behind": (sound + bytes(4096), ""), "empty lines": (sound.replace(b"\r\nRE,", b"\r\n\r\nRE,"), ""),
            "empty line first": (b"\r\n" + sound, ""), "blanks at line ends": (sound.replace(b"\r\n", b"  \r\n"), ""),
            "quoted": (b"\r\n".join(b",".join(b'"%s"' % f for f in line.split(b",")) if line else line for line in lines),
                       "QUOTE_CHARACTER"),
            "no trailing commas": (b"\r\n".join(line.rstrip(b",") for line in lines), ""),
        }
        files = {key: ({name: content}, rules) for key, (content, rules) in variants.items()}
        for other in ("receiptc.uke", "RECEIPTC.UKE.txt", "請求/2024/レセ.Uke", "RECEIPTC"):
            files[other] = ({other: sound}, "")
        self.same({name: sound}, files)

    @unittest.skipUnless(RECEIPT.exists(), "shared/data/receipt is absent")
    def test_a_copy_of_a_receipt_file_is_named_and_a_packed_one_is_an_error(self):
        sound = RECEIPT.read_bytes()
        report = self.report({"a/RECEIPTC.UKE": sound, "b/RECEIPTC.UKE": sound})
        self.assertEqual([(pathlib.Path(f["file"]).parent.name, f["level"]) for f in report["findings"]
                          if f["rule"] == "FILE_TWICE"], [("b", "W")])
        for name, content in (("RECEIPTC.zip", packed("RECEIPTC.UKE", sound)), ("RECEIPTC.UKE", packed("x", sound)),
                              ("RECEIPTC.UKE.gz", gzip.compress(sound))):
            with self.subTest(name=name):
                report = self.report({name: content})
                self.assertEqual(report["errors"], ["ARCHIVE_NOT_READ"])
                self.assertEqual(report["accounting"], {"records": 1, "loaded": 0, "superseded": 0, "quarantined": 1})
        self.assertEqual(self.report({"letter.docx": packed("[Content_Types].xml", b"<x/>")})["rules"], {"UNKNOWN_FILE": 1})

    @unittest.skipUnless(RECEIPT.exists(), "shared/data/receipt is absent")
    def test_a_receipt_file_that_was_cut_or_sorted_says_so(self):
        sound = RECEIPT.read_bytes()
        cut = self.report({"RECEIPTC.UKE": sound[:len(sound) // 2]})
        self.assertLessEqual({"NO_TOTALS", "LAST_LINE_OPEN"}, set(cut["rules"]))
        lines = sound.rstrip(b"\x1a").split(b"\r\n")[:-1]
        in_disorder = self.report({"RECEIPTC.UKE": b"\r\n".join(lines[:1] + sorted(lines[1:])) + b"\r\n"})
        self.assertLessEqual({"RECORD_OUTSIDE_CLAIM", "CLAIM_AFTER_TOTALS"}, set(in_disorder["rules"]))
        self.assertGreater(in_disorder["accounting"]["quarantined"], 0)

    def test_survey_files_are_read_whatever_their_line_ends_marks_and_names(self):
        sound = survey()
        variants = {
            "LF": (survey(end="\n"), ""), "CR": (survey(end="\r"), "CR_LINE_ENDS"),
            "CR CR LF": (survey(end="\r\r\n"), "CR_LINE_ENDS"),
            "mixed": (mixed(sound, (b"\r\n", b"\n", b"\r"), b"\r\n"), "CR_LINE_ENDS"),
            "UTF-8": (survey(charset="utf-8"), ""), "UTF-8 with mark": (survey(charset="utf-8-sig"), ""),
            **wide(sound.decode("cp932")), "ISO-2022-JP": (survey(charset="iso2022_jp"), "TEXT_CHARSET"), "end mark": (sound + b"\x1a", ""),
            "zeros behind": (sound + bytes(512), ""), "empty lines first": (b"\r\n\r\n" + sound, ""),
            "empty lines": (sound.replace(b"\r\n", b"\r\n\r\n"), ""), "commas": (survey(separator=","), "DPC_DIALECT"),
            "tabs behind": (sound.replace(b"\r\n", b"\t\t\r\n"), ""), "blanks": (sound.replace(b"\t", b" \t"), ""),
            "short number": (survey(rows_of_survey(number=lambda n: n.lstrip("0") or "0")), "DATA_ID_SHORT"),
            "wide number": (survey(rows_of_survey(number=lambda n: "".join(chr(ord(c) + 0xFEE0) for c in n))), "DATA_ID_WIDTH"),
            "zeros lost everywhere": (survey(rows_of_survey(cell=lambda c: c.lstrip("0") or "0",
                                                            number=lambda n: n.lstrip("0") or "0")), "DATA_ID_SHORT"),
        }
        files = {key: ({SURVEY: content}, rules) for key, (content, rules) in variants.items()}
        for other in (SURVEY.lower(), SURVEY.upper(), "a/b/" + SURVEY, "EFn_131234567_2404 - コピー.csv", "data.txt"):
            files[other] = ({other: sound}, "")
        self.same({SURVEY: sound}, files)

    def test_survey_files_that_cannot_be_read_are_errors_and_copies_are_named(self):
        sound = survey()
        self.assertEqual(self.report({SURVEY: sound.decode("cp932").encode("utf-32")})["errors"], ["SURVEY_UNREADABLE"])
        self.assertEqual(self.report({SURVEY: survey([row[:-3] for row in rows_of_survey()])})["errors"], ["DPC_KIND_UNKNOWN"])
        self.assertEqual(self.report({SURVEY: sound[:-40]})["errors"], ["ROW_COLUMNS"])
        self.assertIn("FILE_TWICE", self.report({SURVEY: sound, "EFn_131234567_2404(1).txt": sound})["rules"])

    @unittest.skipUnless(STORAGE.exists(), "shared/data/ssmix2 is absent")
    def test_a_storage_is_read_whatever_its_line_ends_marks_and_place(self):
        sound = {"900/100/9001000010/" + str(path.relative_to(STORAGE)): path.read_bytes()
                 for path in sorted(STORAGE.rglob("*")) if path.is_file()}

        def each(change):
            return {name: change(content) for name, content in sound.items()}

        def coded(charset):
            return each(lambda content: content.decode("iso2022_jp").encode(charset))

        self.same(sound, {
            "LF": (each(lambda c: c.replace(b"\r", b"\n")), "SEGMENT_TERMINATOR_NOT_CR"),
            "mixed": (each(lambda c: mixed(c, (b"\r", b"\n", b"\r\n"), b"\r")), "SEGMENT_TERMINATOR_NOT_CR"),
            "UTF-8 with mark": (coded("utf-8-sig"), "CHARSET_MISMATCH"), "Shift_JIS": (coded("cp932"), "CHARSET_MISMATCH"),
            "EUC-JP": (coded("euc_jp"), "CHARSET_MISMATCH"), "UTF-16": (coded("utf-16"), "CHARSET_MISMATCH"),
            "no MSH-18": (each(lambda c: c.replace(b"~ISO IR87", b"")), "CHARSET_DECLARATION"),
            "end mark": (each(lambda c: c + b"\x1a"), ""), "zeros behind": (each(lambda c: c + bytes(512)), ""),
            "marks of transfer": (each(lambda c: b"\x0b" + c + b"\x1c\r"), ""),
            "empty line first": (each(lambda c: b"\r\n" + c), ""),
            "other delimiters": (each(lambda c: c.replace(b"|", b"#")), "ENCODING_CHARACTERS"),
            "extension": ({name + ".TXT": content for name, content in sound.items()}, "FILE_EXTENSION"),
            "deeper": ({"backup/2024/" + name: content for name, content in sound.items()}, ""),
            "files of the system": ({**sound, "900/100/Thumbs.db": b"\xd0\xcf\x11\xe0", "900/.DS_Store": b"\0\0\0\1Bud1"},
                                    "UNKNOWN_FILE"),
            "lower case": ({name.lower(): content for name, content in sound.items()}, "NAME_CASE"),
        })

    @unittest.skipUnless(STORAGE.exists(), "shared/data/ssmix2 is absent")
    def test_of_two_messages_in_a_file_only_the_first_is_read_and_the_second_is_kept_apart(self):
        path = next(STORAGE.rglob("*ADT-00*_1"))
        name = "900/100/9001000010/" + str(path.relative_to(STORAGE))
        one, two = self.report({name: path.read_bytes()}), self.report({name: path.read_bytes() * 2})
        self.assertEqual(two["records"], one["records"])
        self.assertEqual(two["accounting"]["loaded"], one["accounting"]["loaded"])
        self.assertEqual(two["accounting"]["quarantined"], one["accounting"]["records"])
        self.assertIn("SECOND_MESSAGE", two["errors"])


if __name__ == "__main__":
    unittest.main()

"""Memory stays within its bound whatever a file claims to be: endless lines and segments, millions of short ones, deep and
wide documents, large files of each family. The bounds are those of docs/formats.md.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

from scenarios.harness import BIN

MIB = 1 << 20
# A process of its own measures: a child's peak begins with that of the process it was forked from.
MEASURE = """
import os, subprocess, sys
with open(sys.argv[1], "w") as out:
    child = subprocess.Popen(sys.argv[2:], stdout=out, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss // 1024)
"""
MESSAGE = (b"MSH|^~\\&|HIS|TEST|GW|RCV|20240401101500.123||OUL^R22^OUL_R22|1|P|2.5||||||~ISO IR87||ISO 2022-1994|SS-MIX2_1.20\r"
           b"PID|0001||9001000010^^^^PI||A^B^^^^^L^I||19800229|F\r")
LAB = "900/100/9001000010/20240401/OML-11/9001000010_20240401_OML-11_000000000000101_20240401150000000_01_1"
LETTER = "900/100/9001000010/20240401/^x^^11506-3^y^LN/9001000010_20240401_^x^^11506-3^y^LN_k_20240401150000000_01_1/main_document.xml"
CLAIM = "RE,1,1112,202403,架空,1,19700102,,,,,,,A001\r\n".encode("cp932")
RECEIPT = "IR,1,13,1,0000000,,医院,202404,00,\r\n".encode("cp932") + CLAIM
ROW = ("131234567\t0000000001\t00000000\t20240401\t21\t0001\t000\tH1\t620098801\t\t名\t1\t000\t0\t0\t00000000\tNULL\t11\t0\t00000000\t"
       "003\t01130012\t1111\t20240403\t01\t010\t0000000001\tW1\t1\t1\t001\r\n").encode("cp932")
UKE, EF = "RECEIPTC.UKE", "EFn_131234567_2404.txt"


class Memory(unittest.TestCase):
    def peak(self, name, head, piece, size, tail=b""):
        """Peak memory in MB and the report for a file of `head`, then `piece` again and again, then `tail`."""
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "files" / name
            path.parent.mkdir(parents=True)
            block = piece * max(1, MIB // len(piece))
            with open(path, "wb") as file:
                file.write(head)
                for _ in range(size * MIB // len(block)):
                    file.write(block)
                file.write(tail)
            out = pathlib.Path(folder) / "report.json"
            done = subprocess.run([sys.executable, "-S", "-c", MEASURE, out, BIN / "sekisho", "inspect", pathlib.Path(folder) / "files",
                                   "--json", "--threads", "1"], capture_output=True, text=True, check=True).stdout.split()
            self.assertIn(done[0], ("0", "1"))
            report = json.loads(out.read_text())
            count = report["accounting"]
            self.assertEqual(count["records"], count["loaded"] + count["superseded"] + count["quarantined"])
            return int(done[1]), set(report["rules"])

    def check(self, cases, bound):
        for what, (name, head, piece, size, tail, rule) in cases.items():
            with self.subTest(what=what):
                peak, rules = self.peak(name, head, piece, size, tail)
                self.assertLess(peak, bound)
                if rule:
                    self.assertIn(rule, rules)

    def test_messages_of_any_length_and_any_number_of_segments(self):
        self.check({
            "one endless segment": (LAB, MESSAGE + b"OBX|1|ST|X||", b"a", 130, b"\r", "FILE_TOO_LARGE"),
            "millions of segments nobody knows": (LAB, MESSAGE, b"ZZZ\r", 40, b"", "FILE_TOO_LARGE"),
            "millions of results": (LAB, MESSAGE, b"OBX|1|NM|X||1\r", 40, b"", "FILE_TOO_LARGE"),
            "millions of fields": (LAB, MESSAGE + b"OBX", b"|", 40, b"\r", "FILE_TOO_LARGE"),
            "one field of many repetitions": (LAB, MESSAGE + b"AL1|1|MA|", b"a~", 40, b"\r", None),
        }, 400)

    def test_clinical_documents_deep_and_wide(self):
        self.check({
            "deep": (LETTER, b"<ClinicalDocument>", b"<section>", 12, b"", "XML_UNREADABLE"),
            "wide": (LETTER, b"<ClinicalDocument>", b"<component><section><code code='1'/><text>a</text></section></component>", 12,
                     b"</ClinicalDocument>", None),
            "an attachment of any size": (LETTER.replace("main_document.xml", "scan.pdf"), b"%PDF", b"\x00\xff\x10", 200, b"", None),
        }, 400)

    def test_receipts_of_any_length(self):
        self.check({
            "claims without end": (UKE, RECEIPT, CLAIM, 60, b"", None),
            "a claim of millions of lines": (UKE, RECEIPT, b"SI\r\n", 14, b"", "CLAIM_TOO_LARGE"),
            "a claim of millions of unknown lines": (UKE, RECEIPT, b"ZZ\r\n", 14, b"", "CLAIM_TOO_LARGE"),
            "one endless line": (UKE, RECEIPT + b"SI,", b"a", 100, b"", "CLAIM_TOO_LARGE"),
            "one line of commas": (UKE, RECEIPT + b"SI", b",", 12, b"\r\n", None),
        }, 250)

    def test_survey_files_of_any_length(self):
        self.check({
            "one stay of a million rows": (EF, b"", ROW, 160, b"", None),
            "one endless row": (EF, b"131234567\t0000000001", b"\t", 100, b"", "ROW_TOO_LONG"),
        }, 120)


if __name__ == "__main__":
    unittest.main()

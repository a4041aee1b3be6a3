"""A receipt file read record by record comes back byte for byte, whatever stands in it."""
import json
import pathlib
import random
import tempfile
import unittest

from scenarios.harness import DATA, sekisho

CLAIM = ("IR,1,13,1,0000000,,テスト医院,202404,00,0312345678\r\n"
         "RE,1,1112,202403,架空　太郎,1,19700102,,,,,,,A001\r\nHO,01130012,ア１２,３４５,1,150\r\n"
         "SI,12,1,112007410,,73,1\r\nCO,21,1,810000001,１日３回　毎食後\r\nGO,1,150,99\r\n").encode("cp932")


HEAD = "RE,1,{},202403,架空　太郎,1,19700102,,,,,,,A001\r\nHO,01130012,１２,３４５,1,150\r\n"
KINDS = {
    "dpc": "IR,1,13,1,1234567,,病院,202404,00,\r\n" + HEAD.format("1111") +
           "BU,060150xx03xxxx,20240301,20240310,1,\r\nSB,5409005,,急性虫垂炎,K358,21,,\r\nKK,,,100,,,54\r\n"
           "SK,150337610,K718イ,20240302,,,\r\nGA,202403,2,1111111111000000000000000000000,060150xx03xxxx,1.4321,\r\n"
           "HH,202403,2,1,1,1,2450,10,24500\r\nGT,202403,2,1,1,24500,35086,-1,35085,93,,\r\n"
           "CD,20240302,50,0001,001,150337610,,1,000,1,\r\nGO,1,150,99\r\n",
    "dental": "IR,1,13,3,1234567,,歯科,202404,届,00\r\n" + HEAD.format("3112") +
              "HS,20240304,1,101100,8830592,,,,,01\r\nSS,40,1,309000110,1,,A1,2" + "," * 69 + "60,2\r\nGO,1,150,99\r\n",
    "dispensing": "YK,1,13,4,7654321,薬局,202404,00,\r\n" + HEAD.format("4112") +
                  "SH,1,1,003,,7,,,,\r\nIY,1,620098801,3\r\nCZ,1,20240301,20240302,1,7,1,,,440000110,10,,,49\r\n"
                  "KI,1,20240301,20240302,1,1,410000110,42\r\nTK,810000001,摘要\r\nST,1,,,1,2,137,60\r\nGO,1,150,99\r\n",
    "unknown records and columns": "IR,1,13,1,1234567,,医院,202404,00,\r\nUK,1\r\n" + HEAD.format("1112").rstrip() +
                                   ",,,,,余\r\nZZ,何か\r\nRE,1\r\nGO\r\n",
}
# Characters at the edges of CP932: second bytes 40, 5C, 7C, 7E, FC; NEC, IBM and user-defined rows; half-width kana.
EDGES = b"".join([b"\x81\x40", b"\x83\x5c", b"\x81\x7c", b"\x81\x7e", b"\xef\xfc", b"\x87\x40", b"\xfa\x40", b"\xfc\x4b",
                  b"\xf0\x40", b"\xf9\xfc", b"\xa1\xdf", b"\x80\xa0\xfd\xfe\xff", b"\x81"])


class RoundTrip(unittest.TestCase):
    def check(self, name, content):
        with self.subTest(file=name), tempfile.TemporaryDirectory() as folder:
            given, back = pathlib.Path(folder) / "given.UKE", pathlib.Path(folder) / "back.UKE"
            given.write_bytes(content)
            sekisho("receipt", "cat", given, "--output", back)
            self.assertEqual(back.read_bytes(), content)
            self.assertEqual(back.stat().st_mode & 0o777, 0o600)

    def test_made_files_come_back(self):
        returned = b"".join(b"%d,0,0,%s" % (i, line) for i, line in enumerate(CLAIM.splitlines(keepends=True), 1))
        noise = random.Random(1).randbytes(5000)
        for name, content in {"plain": CLAIM, "end mark": CLAIM + b"\x1a", "padding": CLAIM + b"\x1a\0\0\0",
                              "open last line": CLAIM.rstrip(), "line feeds": CLAIM.replace(b"\r\n", b"\n"),
                              "blank lines": CLAIM.replace(b"\r\n", b"\r\n\r\n"), "utf-8": CLAIM.decode("cp932").encode(),
                              "returned": returned, "noise": noise, "mixed": CLAIM + noise + CLAIM}.items():
            self.check(name, content)

    def test_every_kind_of_claim_and_every_edge_of_the_character_set_comes_back(self):
        for name, text in KINDS.items():
            content = text.encode("cp932")
            self.check(name, content)
            self.check(name + ", end mark, open line", content.rstrip() + b"\x1a")
            self.check(name + ", edges", content.replace(b"RE,1", b"CO,99,1,810000001," + EDGES + b"\r\nRE,1"))
        self.check("end mark in the middle", CLAIM + b"\x1a\r\n" + CLAIM + b"\x1a\x1a")
        self.check("empty", b"")
        self.check("end mark alone", b"\x1a")

    def test_every_sample_comes_back_with_its_claims_counted(self):
        samples = sorted((DATA / "receipt").glob("*.UKE"))
        if not samples:
            self.skipTest("no reference data at shared/data/receipt")
        for sample in samples:
            content = sample.read_bytes()
            self.check(sample.name, content)
            summary = json.loads(sekisho("receipt", "cat", sample, "--json").stdout)
            lines = content.decode("cp932").splitlines()
            self.assertEqual(summary["claims"], sum(line.startswith("RE,") for line in lines))
            self.assertEqual(summary["lines"], len(lines))

    def test_synthetic_files_come_back(self):
        with tempfile.TemporaryDirectory() as folder:
            sekisho("synth", "--out", pathlib.Path(folder) / "s", "--hospitals", "2", "--persons", "60", "--seed", "5")
            files = sorted((pathlib.Path(folder) / "s").rglob("*.UKE"))
            self.assertTrue(files)
            for path in files[:20]:
                self.check(path.name, path.read_bytes())


if __name__ == "__main__":
    unittest.main()

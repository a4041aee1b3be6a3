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

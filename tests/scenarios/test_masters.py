"""Masters through the commands: made-up files in every wrapping, the protocol of changes, the questions people ask.

Expected values come from the rows that the test writes.
"""
import csv
import gzip
import io
import itertools
import json
import random
import shutil
import unicodedata
import unittest

from scenarios.harness import BIN, run, sekisho
from scenarios.master_files import BASE, Folder, PRICE_HEADER, drug, patch, tarred, xls, xlsx, zipped, zstd


class Wrappings(Folder):
    def test_every_wrapping_and_charset_gives_the_same_codes(self):
        sjis, utf8 = BASE.encode("cp932"), BASE.encode()
        bom = b"\xef\xbb\xbf" + utf8
        cases = {"y_ALL20240401.csv": sjis, "y_ALL20240402.csv": utf8, "y_ALL20240403.csv": bom, "y_ALL20240404.csv": utf8.replace(b"\r\n", b"\n"),
                 "y_ALL20240405.csv.gz": gzip.compress(sjis), "y_ALL20240407.zip": zipped(y_ALL20240407__csv=sjis),
                 "masters.tar": tarred(y_ALL20240408__csv=sjis), "y_ALL20240409.csv.zip": zipped(y_ALL20240409__csv=utf8),
                 "y_ALL20240411.csv": BASE.encode("utf-16"), "y_ALL20240412.txt": BASE.replace(",", "\t").encode("utf-16-be").join([b"\xfe\xff", b""]),
                 "masters.tar.gz": gzip.compress(tarred(y_ALL20240410__csv=utf8))}
        if shutil.which("zstd"):
            cases["y_ALL20240406.csv.zst"] = zstd(sjis)
        for name, content in cases.items():
            with self.subTest(file=name):
                shutil.rmtree(self.inputs)
                self.put(name, content)
                report = self.build()
                self.assertEqual((report["rows"], report["codes"], report["files"]), (3, 3, 1))
                self.assertEqual(self.on("620000002", "2024-04-30")["name"], "架空カプセル２０ｍｇ")
                self.assertEqual(self.on("620000002", "2024-04-30")["price"], "20.5")

    def test_names_that_publishers_browsers_and_people_give_are_known(self):
        for name in ("y_r06_ALL20240531.csv", "y_ALL20240531 (1).csv", "Y_ALL20240531.CSV", "医薬品マスター_20240531.csv", "drugs-20240531.txt"):
            with self.subTest(name=name):
                shutil.rmtree(self.inputs)
                self.put(name, BASE)
                report = self.build()
                self.assertEqual(report["codes"], 3)
                self.assertEqual(self.ask("info")["files"][0]["edition"], "2024-05-31")
                self.assertEqual(report["rules"], {} if name.lower().startswith("y_") else {"MASTER_NAME": 1})
        shutil.rmtree(self.inputs)
        self.put("drugs.csv", BASE + drug("3", "620000009", "架空液", "1", "20240605"))
        self.build()
        self.assertEqual([(row["level"], "2024-06-05" in row["message"]) for row in self.findings("MASTER_NAME")], [("W", True)])
        shutil.rmtree(self.inputs)
        self.put("sales_20240531.csv", '"0","X","620000001","a"\r\n'.encode())
        self.assertIsNone(self.build(check=(3,)))

    def test_tabs_a_row_of_names_and_lost_zeros_cost_nothing(self):
        rows = ["010112489,0112489,架空病院,0050813,札幌市", "139699018,9699018,架空医院,1000001,千代田区"]
        lines = {"header": ["医療機関コード9桁,医療機関コード7桁,名称,郵便番号,住所", *rows], "tabs": [row.replace(",", "\t") for row in rows],
                 "a column more": [row + ",03-0000-0000" for row in rows], "zeros lost": [row.lstrip("0") for row in rows]}
        for title, content in lines.items():
            with self.subTest(file=title):
                self.put("institutions_202504.csv", "\n".join(content).encode())
                report = self.build()
                self.assertEqual((report["codes"], report["quarantined"]), (2, 0))
                self.assertEqual(self.on("010112489", "2025-04-01", kind="institution")["name"], "架空病院")

    def test_a_price_list_in_parts_ends_only_codes_of_the_parts_it_has(self):
        def part(day, number, codes):
            rows = [PRICE_HEADER] + [["内用薬", code, "架空", "１０ｍｇ１錠", None, None, None, f"架空{code}", "架空製薬", None, None, None, 10, None, None] for code in codes]
            self.put(f"tp{day}-01_{number:02}.xlsx", xlsx(rows))
        oral, injected, external = ([f"1111{digit}01{letter}1000" for letter in "ABCD"] for digit in "147")
        for number, codes in enumerate((oral, injected, external), 1):
            part("20240401", number, codes)
        part("20240615", 1, oral[1:])
        part("20240615", 2, injected)
        # The ministry's fifth file of the same day and name is no price list: it tells brands and generics.
        self.put("tp20240615-01_05.xlsx", xlsx([["薬価基準収載医薬品コード", "成分名", "品名", "各先発医薬品の後発医薬品の有無に関する情報\n（注）", "収載年月日"],
                                                [external[0], "架空", "架空", "3", "20200401"]]))
        report = self.build()
        self.assertEqual(report["kinds"]["generic"]["codes"], 1)
        status = {code: self.on(code, "2024-07-01", kind="price")["status"] for code in oral[:2] + injected[:1] + external[:1]}
        self.assertEqual(status, {oral[0]: "doubtful", oral[1]: "valid", injected[0]: "valid", external[0]: "valid"})
        self.assertEqual(report["rules"], {"MASTER_COVERAGE": 1, "MASTER_VANISHED": 1})

    def test_workbooks_are_read_like_csv(self):
        row = ["内用薬", "1111111F1111", "架空", "１０ｍｇ１錠", None, None, None, "架空錠１０ｍｇ & <β>", "架空製薬", "後発品", None, None, 10.4, "R7.3.31まで", None]
        for name, content in {"shared": xlsx([PRICE_HEADER, row]), "inline": xlsx([PRICE_HEADER, row], shared=False)}.items():
            with self.subTest(texts=name):
                self.put("tp20240401-01.xlsx", content)
                self.build()
                hit = self.on("1111111F1111", "2024-05-01", kind="price")
                self.assertEqual((hit["name"], hit["price"], hit["generic"]), ("架空錠１０ｍｇ & <β>", "10.4", True))
                self.assertEqual(self.on("1111111F1111", "2025-04-01", kind="price")["status"], "ended")

    def test_binary_workbooks_are_read_like_csv(self):
        rows = [["薬価基準収載品目リスト（架空）"], [None, None, "令和６年４月１日"], PRICE_HEADER]
        for i in range(40):
            rows.append(["内用薬", f"1111111F{1000 + i}", "架空", "１０ｍｇ１錠", None, None, None, f"架空錠{i}「é・𠮷」", ("formula", "架空製薬"), "後発品" if i % 2 else None,
                         None, None, 10.25 + i if i % 3 else 10 + i, ("day", 45747.0) if i == 7 else None, None])
        for before in (False, True):
            with self.subTest(hidden_sheet_before=before):
                self.put("tp20240401-01.xls", xls(rows, before))
                self.assertEqual(self.build()["codes"], 40)
                for i in (0, 7, 39):
                    hit = self.on(f"1111111F{1000 + i}", "2024-05-01", kind="price")
                    self.assertEqual((hit["name"], float(hit["price"]), hit["generic"], hit["version"]["attributes"]["maker"]),
                                     (f"架空錠{i}「é・𠮷」", 10.25 + i if i % 3 else 10 + i, i % 2 == 1, "架空製薬"))
                    self.assertEqual(hit["version"]["evidence"]["line"], 4 + i)
                self.assertEqual([self.on("1111111F1007", day, kind="price")["status"] for day in ("2025-03-31", "2025-04-01")], ["valid", "ended"])
        content = bytearray(xls(rows))
        for cut in (100, 600, 5000, len(content) - 700):
            self.put("tp20240401-01.xls", bytes(content[:cut]))
            self.build(check=(0, 1, 3))
        rng = random.Random(3)
        for _ in range(12):
            damaged = bytearray(content)
            for _ in range(20):
                damaged[rng.randrange(len(damaged))] = rng.randrange(256)
            self.put("tp20240401-01.xls", bytes(damaged))
            self.build(check=(0, 1, 3))

    def test_broken_wrappings_are_findings_and_the_rest_is_read(self):
        self.put("y_ALL20240401.csv", BASE)
        good = gzip.compress(BASE.encode("cp932"))
        self.put("y_ALL20240402.csv.gz", good[:len(good) // 2])
        self.put("y_ALL20240403.zip", zipped(y_ALL20240403__csv=BASE.encode())[:-30])
        self.put("price_20240401.xlsx", xlsx([PRICE_HEADER])[:-40])
        self.put("letter.docx", b"not a master")
        report = self.build(check=(1,))
        self.assertEqual(report["codes"], 3)
        self.assertEqual(report["rules"]["MASTER_UNPACK"], 3)
        self.assertEqual([row["file"] for row in self.findings("MASTER_UNKNOWN_FILE")], ["letter.docx"])


class Protocol(Folder):
    def test_differential_files_in_any_order_and_repeated_give_the_same_bytes(self):
        files = {"y_ALL20240401.csv": BASE, "y_20240501.csv": patch("620000001", price="12.50", changed="20240501"),
                 "y_20240601.csv": drug("9", "620000002", changed="", end="20240930", limit="", listed=""),
                 "y_20240701.csv": drug("3", "620000004", "架空散", "3.00", "20240701", listed="20240701"),
                 "y_20240801.csv": patch("620000001", name="架空錠１０ｍｇ「新」", changed="20240801")}
        seen = set()
        orders = random.Random(4).sample(list(itertools.permutations(files)), 4)
        for i, order in enumerate(orders):
            shutil.rmtree(self.inputs)
            for k, name in enumerate(order):
                self.put(f"{k}/{name}", files[name])
                if i % 2:
                    self.put(f"again/{name}", files[name])
            report = self.build(inputs=[self.inputs / str(k) for k in range(len(order))] + ([self.inputs / "again"] if i % 2 else []))
            self.assertEqual(report["repeated_files"], len(files) if i % 2 else 0)
            info = self.ask("info")
            seen.add((json.dumps([{k: v for k, v in f.items()} for f in info["files"]]),
                      sekisho("masters", "export", "--masters", self.file).stdout))
            if i % 2 == 0:
                seen.add(("bytes", self.file.read_bytes()))
        self.assertEqual(len(seen), 2)
        self.assertEqual(self.on("620000001", "2024-05-01")["price"], "12.5")
        self.assertEqual(self.on("620000001", "2024-07-31")["name"], "架空錠１０ｍｇ")
        self.assertEqual(self.on("620000001", "2024-08-01")["name"], "架空錠１０ｍｇ「新」")
        self.assertEqual(self.on("620000001", "2024-08-01")["price"], "12.5")
        self.assertEqual([self.on("620000002", day)["status"] for day in ("2024-09-30", "2024-10-01")], ["valid", "ended"])
        self.assertEqual([self.on("620000004", day)["status"] for day in ("2024-06-30", "2024-07-01")], ["not-yet", "valid"])

    def test_absence_is_no_abolition_and_doubt_is_reported(self):
        without_one = "".join(BASE.splitlines(True)[1:])
        for day, content in {"20240401": BASE, "20240501": without_one, "20240601": BASE, "20240701": without_one, "20240801": without_one}.items():
            self.put(f"y_ALL{day}.csv", content)
        self.build()
        self.assertEqual(self.on("620000001", "2024-05-15")["status"], "valid")
        self.assertEqual([row["code"] for row in self.findings("MASTER_GAP")], ["620000001"])
        hit = self.on("620000001", "2024-09-01")
        self.assertEqual((hit["status"], hit["life"]["last_seen"], hit["life"]["first_absent"], hit["life"]["absent_editions"]),
                         ("doubtful", "2024-06-01", "2024-07-01", 2))
        self.assertEqual([row["code"] for row in self.findings("MASTER_VANISHED")], ["620000001"])
        self.assertEqual([row["code"] for row in self.ask("doubtful")["codes"]], ["620000001"])
        absent = [event["event"] for event in self.ask("history", "620000001")["hits"][0]["events"]]
        self.assertIn("reappeared", absent)

    def test_a_code_that_only_the_shipped_facts_know_is_doubtful_with_its_day_and_not_a_question_mark(self):
        for day in ("20240401", "20240501"):
            self.put(f"y_ALL{day}.csv", BASE)
        sekisho("masters", "import", self.inputs, "-o", self.file, "--findings", self.dir / "f.jsonl")
        messages = [row["message"] for row in self.findings("MASTER_VANISHED")]
        self.assertTrue(messages)
        for message in messages:
            self.assertRegex(message, r"^in no edition, valid from \d{4}-\d\d-\d\d, absent from 2 full editions since 2024-04-01")

    def test_a_missing_region_proves_no_absence(self):
        def place(prefecture, count):
            return "".join(f"{prefecture:02}{1000000 + i},{1000000 + i},架空医院{i},1000001,架空市{i}\r\n" for i in range(count))
        self.put("inst_202404.csv", (place(1, 40) + place(2, 40)).encode())
        self.put("inst_202504.csv", place(1, 39).encode())
        report = self.build()
        self.assertEqual(self.on("021000003", "2025-06-01")["status"], "valid")
        self.assertEqual(self.on("011000039", "2025-06-01")["status"], "doubtful")
        self.assertEqual(report["rules"]["MASTER_COVERAGE"], 1)
        self.assertNotIn("MASTER_PARTIAL_EDITION", report["rules"])

    def test_growing_column_counts_are_read_by_position(self):
        for columns, day in {35: "20240101", 40: "20240401", 42: "20250101", 45: "20250401"}.items():
            self.put(f"y_ALL{day}.csv", drug("0", "620000001", "架空錠", str(columns), day, columns=columns))
        report = self.build()
        self.assertEqual([self.on("620000001", day)["price"] for day in ("2024-01-01", "2024-04-01", "2025-01-01", "2025-04-01")],
                         ["35", "40", "42", "45"])
        self.assertEqual(report["rules"]["MASTER_COLUMNS"], 1)  # 45 is not known yet

    def test_wrong_input_is_named_and_costs_its_own_row_only(self):
        self.put("y_ALL20240401.csv", '"0","Y","620000009"\r\n' + drug("0", "6200", "X", "1", "20230401") + BASE + '"0","Y"x,"1"\r\n'
                 + drug("0", "620000005", "架空液", "1", "20230401"))
        report = self.build(check=(1,))
        self.assertEqual((report["codes"], report["quarantined"], report["accounted"]), (4, 3, True))
        lines = {(row["rule"], row["line"]) for row in self.findings() if row["level"] == "E"}
        self.assertEqual(lines, {("MASTER_SHORT_ROW", 1), ("MASTER_BAD_CODE", 2), ("MASTER_QUOTES", 6)})
        for row in self.findings():
            self.assertTrue(row["message"] and row["remedy"], row)

    def test_wrong_use_is_refused(self):
        self.put("notes.csv", b"a,b\n")
        for arguments, code in {("build", self.inputs): 3, ("build", self.dir / "nowhere"): 3, ("build",): 2}.items():
            done = sekisho("masters", *arguments, *(["-o", self.file] if len(arguments) > 1 else []), check=(code,))
            self.assertTrue(done.stderr.strip())
        self.assertFalse(self.file.exists())
        shutil.rmtree(self.inputs)
        self.put("y_ALL20240401.csv", BASE)
        self.build()
        at = ["--masters", self.file]
        sekisho("masters", "lookup", "620000001", "--on", "2024-13-01", *at, check=(2,))
        sekisho("masters", "lookup", "620000001", "--on", "2024-04-01", "--kind", "nothing", *at, check=(2,))
        sekisho("masters", "lookup", "620000001", *at, check=(2,))
        sekisho("masters", "export", "--format", "xml", *at, check=(2,))
        sekisho("masters", "sets", "no-such-set", *at, check=(2,))
        sekisho("masters", "sets", "influenza-antivirals", "--season", "18", *at, check=(2,))
        self.assertIn("build", sekisho("masters", "info", "--masters", self.dir / "none.skm", check=(3,)).stderr)
        self.assertEqual(self.ask("lookup", "629999999", "--on", "2024-04-01", check=(1,))["found"], False)
        content = self.file.read_bytes()
        for damaged in (content[:len(content) // 2], b"", b"x" * 5000):
            self.file.write_bytes(damaged)
            sekisho("masters", "info", *at, check=(3,))


class Questions(Folder):
    def setUp(self):
        super().setUp()
        self.put("y_ALL20240401.csv", BASE)
        self.put("y_20240801.csv", patch("620000001", name="あたらしい錠「ABC」", changed="20240801", price="11"))
        self.build()

    def test_search_finds_old_names_whatever_width_case_or_kana(self):
        for word in ("架空錠", "架空錠１０", "架空錠10MG", "架空錠１０ＭＧ", "あたらしい", "アタラシイ", "ｱﾀﾗｼｲ", "「abc」", "ＡＢＣ"):
            with self.subTest(word=word):
                self.assertEqual([hit["code"] for hit in self.ask("search", word)["hits"]], ["620000001"])
        # Every word must stand in one name; names that begin with the first come before others.
        self.assertEqual([hit["code"] for hit in self.ask("search", "架空　２０ＭＧ")["hits"]], ["620000002"])
        self.assertEqual([hit["code"] for hit in self.ask("search", "錠 架空")["hits"]], ["620000001"])
        hit = self.ask("search", "架空錠", "--on", "2024-09-01")["hits"][0]
        self.assertEqual((hit["name"], hit["matched_name"]), ("あたらしい錠「ABC」", "架空錠１０ｍｇ"))
        self.assertEqual(self.ask("search", "どこにもない", check=(1,))["hits"], [])

    def test_codes_are_found_as_people_copy_them(self):
        for code in ("６２００００００２", " 620000002 ", "620-000-002", "620,000,002"):
            with self.subTest(code=code):
                self.assertEqual(self.on(code, "2024-09-01")["code"], "620000002")
                self.assertEqual(self.ask("history", code, "--kind", "drug")["hits"][0]["code"], "620000002")
        self.assertEqual(self.ask("lookup", "620-000-00", "--on", "2024-09-01", check=(1,))["hits"], [])

    def test_tables_stand_in_columns_whatever_the_width_of_letters(self):
        def columns(text):
            return sum(2 if unicodedata.east_asian_width(letter) in "FWA" else 1 for letter in text)
        self.put("y_20240901.csv", drug("9", "620000003", end="20250331", limit=""))
        self.build()
        for language in ("C.UTF-8", "ja_JP.UTF-8"):
            lines = sekisho("masters", "search", "架空", "--masters", self.file, env={"LANG": language}).stdout.splitlines()
            self.assertEqual(len(lines), 4)
            self.assertEqual(len({columns(line[:line.index("2023-04-01")]) for line in lines[1:]}), 1)
            self.assertEqual("種別" in lines[0], language.startswith("ja"))
        text = sekisho("masters", "lookup", "620000003", "--on", "2025-04-01", "--masters", self.file, env={"LANG": "ja_JP.UTF-8"}).stdout
        self.assertIn("廃止済", text.splitlines()[0])
        self.assertIn("y_ALL20240401.csv:3", text)
        for what in ("history", "successors"):
            self.assertIn("620000003", sekisho("masters", what, "620000003", "--masters", self.file, check=(0, 1)).stdout)
        self.assertIn("y_20240901.csv", sekisho("masters", "info", "--masters", self.file).stdout)

    def test_history_names_the_file_and_line_of_every_version(self):
        hit = self.ask("history", "620000001")["hits"][0]
        places = [(v["from"], v["name"], v["evidence"]["file"], v["evidence"]["line"]) for v in hit["versions"]]
        self.assertEqual(places, [("2023-04-01", "架空錠１０ｍｇ", "y_ALL20240401.csv", 1), ("2024-08-01", "あたらしい錠「ABC」", "y_20240801.csv", 1)])

    def test_export_gives_the_same_rows_as_csv_and_parquet(self):
        at = ["--masters", self.file]
        text = sekisho("masters", "export", "--on", "2024-09-01", "--kind", "drug", *at).stdout
        rows = list(csv.DictReader(io.StringIO(text)))
        self.assertEqual([(row["code"], row["name"], row["price"]) for row in rows],
                         [("620000001", "あたらしい錠「ABC」", "11"), ("620000002", "架空カプセル２０ｍｇ", "20.5"), ("620000003", "架空軟膏", "5")])
        every = list(csv.DictReader(io.StringIO(sekisho("masters", "export", *at).stdout)))
        self.assertEqual(len(every), 4)
        out = self.dir / "codes.parquet"
        report = self.ask("export", "--on", "2024-09-01", "--format", "parquet", "-o", out)
        self.assertEqual(report["rows"], 3)
        content = out.read_bytes()
        self.assertEqual((content[:4], content[-4:]), (b"PAR1", b"PAR1"))
        probe = run(BIN / "sekisho", "masters", "export", "--help")
        self.assertIn("parquet", probe.stdout)

    def test_disease_successors_are_official_and_followed_to_the_end(self):
        def disease(code, name, successor, end="99999999"):
            row = [""] * 46
            row[0], row[1], row[2], row[3], row[5], row[15], row[21], row[22], row[23] = "0", "B", code, successor, name, "A00", "20020601", "20020601", end
            return ",".join(f'"{value}"' for value in row) + "\r\n"
        self.put("b_20240101.txt", disease("1000001", "架空病", "1000002", "20090228") + disease("1000002", "架空症", "1000003", "20190531")
                 + disease("1000003", "架空症候群", "1000003"))
        self.build()
        links = [(link["from"], link["to"], link["type"], link["candidate"], link["depth"]) for link in self.ask("successors", "1000001")["links"]]
        self.assertEqual(links, [("1000001", "1000002", "official", False, 1), ("1000002", "1000003", "official", False, 2)])

    def test_abolished_diseases_of_the_separate_file_end_and_the_others_stay(self):
        def disease(change, code, name, end="99999999"):
            row = [""] * 46
            row[0], row[1], row[2], row[5], row[21], row[22], row[23] = change, "B", code, name, "20020601", "20200601", end
            return ",".join(f'"{value}"' for value in row) + "\r\n"
        self.put("b_20240601.txt", disease("0", "1000001", "架空病") + disease("0", "1000002", "架空症"))
        self.put("hb_20240601.txt", disease("0", "1000009", "廃止病", "20190531"))
        report = self.build()
        self.assertNotIn("MASTER_VANISHED", report["rules"])
        self.assertEqual([self.on("1000009", day)["status"] for day in ("2019-05-31", "2019-06-01")], ["valid", "ended"])
        self.assertEqual(self.on("1000001", "2024-07-01")["status"], "valid")

    def test_renamed_drug_is_a_candidate_and_changes_no_validity(self):
        self.put("y_ALL20240901.csv", BASE.replace("架空軟膏", "架空軟膏　旧")
                 + drug("0", "620000010", "架空吸入「旧社」", "5", "20230401", limit="20250331", price_code="4444444G1111")
                 + drug("3", "620000011", "架空吸入「新社」", "5", "20240901", listed="20240901", price_code="4444444G1120"))
        self.build()
        link = self.ask("successors", "620000010")["links"][0]
        self.assertEqual((link["to"], link["type"], link["candidate"]), ("620000011", "same9+name", True))
        self.assertEqual(self.on("620000010", "2025-03-31")["status"], "valid")


if __name__ == "__main__":
    unittest.main()

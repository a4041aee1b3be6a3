"""Institution codes, their changes, the lists of DPC hospitals: made-up lists in the published layouts."""
import unittest

from scenarios.master_files import Folder, xls, xlsx


class Institutions(Folder):
    """Codes, moves, owners and the lists of DPC hospitals; the eight hospitals are those of the scenario tables."""
    NAMES = {"139699018": "Ａ総合病院", "278899020": "Ｂ大学病院", "019799039": "Ｃ市民病院", "019899136": "Ｃ市民病院", "209799044": "Ｄ病院ながい名",
             "409599051": "Ｅ病院ながい名", "409699158": "医療法人　Ｅ病院ながい名"}

    def place(self, codes, **names):
        return "".join(f"{code},{code[2:]},{names.get('n' + code, self.NAMES[code])},1000001,架空{code}\r\n" for code in codes).encode()

    def setUp(self):
        super().setUp()
        self.put("inst_201804.csv", self.place(["139699018", "278899020", "019799039", "209799044", "409599051"]))
        self.put("inst_202204.csv", self.place(["139699018", "278899020", "019899136", "209799044", "409699158"]))
        self.put("institution_links.csv", "old_code,new_code,from,reason\n019799039,019899136,20191001,移動\n409599051,409699158,20210401,開設者変更\n")

    def test_check_digits_are_judged_as_an_independent_reading_does(self):
        wrong = "139699017"
        self.put("inst_202304.csv", self.place(["139699018"]) + f"{wrong},9699017,架空,1,架空\r\n".encode())
        self.build()
        self.assertEqual([row["code"] for row in self.findings("MASTER_CHECK_DIGIT") if row["file"] == "inst_202304.csv"], [wrong])
        hit = self.on("139699018", "2023-04-01")
        self.assertEqual((hit["check_digit"], hit["bureau"], hit["prefecture"]), (True, "関東信越厚生局", "東京都"))
        self.assertFalse(self.on(wrong, "2023-04-01")["check_digit"])
        ten = self.on("1319699018", "2023-04-01")  # with the digit of the table behind the prefecture
        self.assertEqual(ten["code"], "139699018")

    def test_moves_and_changes_of_owner_end_the_old_code_and_start_the_new(self):
        self.build()
        for old, new, day, before, reason in (("019799039", "019899136", "2019-10-01", "2019-09-30", "移動"), ("409599051", "409699158", "2021-04-01", "2021-03-31", "開設者変更")):
            link = self.ask("successors", old, "--kind", "institution")["links"][0]
            self.assertEqual((link["to"], link["type"], link["reason"], link["candidate"]), (new, "official", reason, False))
            self.assertEqual([self.on(old, at, kind="institution")["status"] for at in (before, day)], ["valid", "ended"])
            self.assertEqual(self.on(new, day, kind="institution")["status"], "valid")
            self.assertNotEqual(self.on(new, before, kind="institution")["status"], "valid")
            self.assertEqual(self.ask("history", new, "--kind", "institution")["hits"][0]["code_changes"][0]["reason"], reason)

    def test_dpc_hospitals_by_year_from_lists_with_and_without_codes(self):
        self.put("dpc_hospital_2018.csv", "institution_code,name\n139699018,A\n278899020,B\n019799039,C\n")
        rows = [["令和４年度 DPC対象病院等一覧"], [], ["告示番号", "通番", "市町村番号", "都道府県", "施設名", "病院類型", "DPC算定病床数"],
                [20001, 1, "13101", "東京都", "Ａ総合病院", "DPC標準病院群", 560], [10001, 2, "27100", "大阪府", "Ｂ大学病院", "大学病院本院群", 880],
                [None, 3, "20201", "長野県", "Ｄ病院ながい名", "DPC準備病院", None], [20002, 4, "01100", "北海道", "Ｃ市民病院", "DPC標準病院群", 420],
                [20003, 5, "40100", "福岡県", "どこにもない病院", "DPC標準病院群", 99], ["注：架空の表"]]
        wanted = {"2018": {"139699018", "278899020", "019799039"}, "2022": {"139699018", "278899020"}}
        for name, content in {"dpc_hospital_2022.xlsx": xlsx(rows), "dpc_hospital_2022.xls": xls(rows)}.items():
            with self.subTest(file=name):
                for old in self.inputs.glob("dpc_hospital_2022*"):
                    old.unlink()
                self.put(name, content)
                self.build()
                for year, codes in wanted.items():
                    found = self.ask("sets", "dpc-hospitals", "--on", f"{year}-10-01")
                    self.assertEqual({member["code"] for member in found["members"]}, codes)
                # C市民病院 had the name under two codes: the row names no single one.
                self.assertEqual({row["line"] for row in self.findings("MASTER_HOSPITAL_NAME")}, {7, 8})
                flags = self.ask("history", "139699018", "--kind", "institution")["hits"][0]["dpc_by_fiscal_year"]
                self.assertEqual(flags, {"2018": True, "2022": True})
                self.assertEqual([self.on("278899020", day, kind="institution")["dpc_hospital"] for day in ("2018-04-01", "2019-03-31", "2022-04-01", "2023-04-01")],
                                 [True, True, True, None])
                self.assertEqual(self.on("209799044", "2022-10-01", kind="institution")["dpc_hospital"], False)
        # Over its two codes a hospital counts once, and carries its flag under the new code too.
        self.assertEqual(self.on("019899136", "2018-10-01", kind="institution")["dpc_hospital"], True)

    def test_sheets_of_the_regional_bureaus(self):
        header = ["項番", "医療機関番号", "医療機関名称", "医療機関所在地", "電話番号", "勤務医数", "開設者氏名", "管理者氏名", "指定年月日", "登録理由", "指定期間始", "病床数", "診療科名", "備考"]
        rows = [["コード内容別医療機関一覧表"], ["[令和7年4月1日現在　医科]"], header,
                [1, "96,9901,8", "Ａ総合病院", "架空区１", "03-0000-0000", "常勤: 80", "架空　太郎", "架空　花子", "昭32.12. 1", "新規", "令 2. 4. 1", "一般 560", "内 外", "現存"],
                [None, None, None, None, None, "非常勤: 3", None, None, None, None, None, None, None, None],
                [2, "96,9925,7", "Ｇ病院", "架空区２", None, None, "医療法人", "架空", "令 7. 2. 1", "組織変更", "令 7. 2. 1", None, None, "現存"]]
        self.put("bureau_13_20250401.xlsx", xlsx(rows))
        self.build()
        hit = self.on("139699018", "2025-05-01", kind="institution")
        self.assertEqual(hit["life"]["from"], "1957-12-01")
        self.assertEqual((hit["life"]["from_is"], hit["version"]["attributes"]["opener"]), ("stated", "架空　太郎"))
        self.assertEqual(self.on("139699018", "2019-05-01", kind="institution")["version"]["attributes"].get("opener", ""), "")
        self.assertEqual(self.on("139699257", "2025-05-01", kind="institution")["version"]["attributes"]["designation_reason"], "組織変更")
        self.assertEqual(self.on("278899020", "2025-05-01", kind="institution")["status"], "valid")  # another region: no absence


if __name__ == "__main__":
    unittest.main()

"""Masters that only the user may hold: rows made up in the published layouts."""
import csv
import io
import shutil
import unittest

from scenarios.master_files import Folder, zipped


class Licensed(Folder):
    """Masters that only the user may hold: rows made up in the published layouts."""
    HOT = ["基準番号（HOTコード）", "処方用番号（HOT7）", "会社識別用番号", "調剤用番号", "物流用番号", "JANコード", "薬価基準収載医薬品コード", "個別医薬品コード",
           "レセプト電算処理システムコード（1）", "レセプト電算処理システムコード（2）", "告示名称", "販売名", "レセプト電算処理システム医薬品名", "規格単位", "包装形態",
           "包装単位数", "包装単位単位", "包装総量数", "包装総量単位", "区分", "製造会社", "販売会社", "更新区分", "更新年月日"]

    def row(self, number, name, kind="1", day="20240331"):
        return [number, number[:7], number[7:9], number[9:11], number[11:], "4900000000000", "1111111F1111", "1111111F1120", "620000001", "", "架空", name, name,
                "10mg1錠", "PTP", "10", "錠", "100", "錠", "内", "架空製薬", "架空販売", kind, day]

    def test_hot_master_with_and_without_header_is_read(self):
        rows = [self.row("1000001010101", "架空錠１０ｍｇ"), self.row("1000001010102", "架空錠１０ｍｇ")]
        full = [name.replace("HOT", "ＨＯＴ").replace("7）", "７）").replace("（1）", "（１）").replace("（2）", "（２）").replace("JAN", "ＪＡＮ") for name in self.HOT]
        for title, header in {"half width": self.HOT, "full width": full, "none": None}.items():
            with self.subTest(header=title):
                out = io.StringIO()
                csv.writer(out, quoting=csv.QUOTE_ALL).writerows(([header] if header else []) + rows)
                self.put("MEDIS20240401.TXT", out.getvalue())
                report = self.build()
                self.assertEqual((report["codes"], report["quarantined"]), (2, 0))
                hit = self.on("1000001010101", "2024-04-01")
                self.assertEqual((hit["kind"], hit["name"]), ("hot", "架空錠１０ｍｇ"))
                known = hit["version"]["attributes"]
                self.assertEqual((known["hot7"], known["yj_code"], known["price_code"], known["receipt_code"], known["maker"]),
                                 ("1000001", "1111111F1120", "1111111F1111", "620000001", "架空製薬"))

    def test_hot9_beside_hot13_and_the_list_of_numbers_taken_out(self):
        def text(rows):
            out = io.StringIO()
            csv.writer(out, quoting=csv.QUOTE_ALL).writerows([self.HOT] + rows)
            return out.getvalue()
        nine = [["100000101"] + self.row("1000001010101", "架空錠１０ｍｇ")[1:]]
        gone = [["100000901"] + self.row("1000009010101", "架空散")[1:]]
        self.put("h20240430.zip", zipped(MEDIS20240430__TXT=text([self.row("1000001010101", "架空錠１０ｍｇ")]).encode("cp932"),
                                         MEDIS20240430_HOT9__TXT=text(nine).encode("cp932"),
                                         MEDIS20240430_OP__TXT='"1000001010101","10","錠","1","箱","","04987000000000","14987000000001","","1000001","620000001","100000101","3","20240430"\r\n'.encode("cp932")))
        self.put("h20240430_HOT9del.txt", text(gone))
        self.put("MEDIS20240531_HOT9.TXT", text(nine))
        report = self.build()
        self.assertEqual(report["kinds"]["hot"]["codes"], 3)
        self.assertEqual([row["code"] for row in self.ask("doubtful")["codes"]], ["100000901"])  # no file states the day
        self.assertEqual([row["file"] for row in self.findings("MASTER_UNKNOWN_FILE")], ["h20240430.zip!MEDIS20240430_OP.TXT"])
        self.assertEqual({code: self.on(code, "2024-06-01")["name"] for code in ("100000101", "1000001010101", "100000901")},
                         {"100000101": "架空錠１０ｍｇ", "1000001010101": "架空錠１０ｍｇ", "100000901": "架空散"})

    @staticmethod
    def disease(number, name, icd, receipt, successor=""):
        """A row of 病名基本テーブル (nmain): twenty columns without a header."""
        return ",".join(["0", number, name, "カクウ", "1", "ABCD", icd, "", "", "", receipt, name[:2], "1", "007", "20240601", successor, "01", "", "", ""])

    def test_standard_disease_master_is_read(self):
        rows = [self.disease("20050001", "架空病", "A00", "1000001"), self.disease("20050002", "架空症", "A01", "1000002", "20050001")]
        for name, day in {"nmain_20240701.txt": "2024-07-01", "nmain512.txt": "2024-06-01"}.items():
            with self.subTest(name=name):
                shutil.rmtree(self.inputs)
                self.put(name, "\r\n".join(rows) + "\r\n")
                report = self.build()
                self.assertEqual((report["codes"], report["quarantined"]), (2, 0))
                self.assertEqual(self.ask("info")["files"][0]["edition"], day)
                hit = self.on("20050001", "2024-08-01")
                known = hit["version"]["attributes"]
                self.assertEqual((hit["name"], known["icd10"], known["receipt_code"], known["short_name"], known["not_alone"]), ("架空病", "A00", "1000001", "架空", "01"))
                self.assertEqual(self.ask("successors", "20050002")["links"][0]["to"], "20050001")


if __name__ == "__main__":
    unittest.main()

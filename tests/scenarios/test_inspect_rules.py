"""Every validation rule of an SS-MIX2 storage, each shown by a file of its own that breaks it and nothing else.

The messages are made here from the standard's grammar; which rule a file breaks is known before the program reads it.
"""
import json
import pathlib
import re
import tempfile
import unittest

from scenarios.harness import ROOT, sekisho

NAME = "山田^太郎^^^^^L^I~ヤマダ^タロウ^^^^^L^P"
EVN, PV1_OUT, PV1_IN = "EVN||20250410101500", "PV1|0001|O|01^^^^^C", "PV1|0001|I|3W^301^1^^^N"
A08 = "ADT^A08^ADT_A01"
OTHERS = "999999999999999"
ORC_IN = ("ORC|NW|000000000000301||000000000000301_01_00{}|||||20250410090000||||||||7B^外科^HL70069||||||||||||"
          "I^入院患者オーダ^HL70482")
RESULT = "OBX|1|NM|3A010000002327101^総蛋白^JC10||7.2|g/dL^g/dL^ISO+|6.6-8.1||||F|||202504100900"
RXE = ("RXE||103835401^ムコダイン錠２５０ｍｇ^HOT9|1||TAB^錠^MR9P|TAB^錠^MR9P||||21|TAB^錠^MR9P||||||||3^TAB&錠&MR9P")
TQ1 = "TQ1|1||1013044400000000&内服・経口・１日３回朝昼夕食後&JAMISDP01|||7^D&日&ISO+|20250410"
PRB = "PRB|AD|20250410|20059892^頭痛^MDCDX2|000000000000401|||20250410|||R51^頭痛^I10^^^^2013"


def msh(kind, charset="~ISO IR87", handling="ISO 2022-1994"):
    return (f"MSH|^~\\&|HIS|TEST|GW|RCV|20250410101500.123||{kind}|1|P|2.5||||||{charset}||{handling}|"
            "SS-MIX2_1.20^SS-MIX2^1.2.392.200250.2.1.100.1.2.120^ISO")


def pid(patient, name=NAME, birth="19650321", sex="M", rest=""):
    return f"PID|0001||{patient}^^^^PI||{name}||{birth}|{sex}{rest}"


def patient_message(header=None, evn=EVN, pv1=PV1_OUT, pid_bytes=None, more=(), **fields):
    """ADT-00: the patient's data. `pid_bytes` are what follows the number in PID as they stand in the file."""
    def make(patient):
        person = pid(patient, **fields)
        if pid_bytes is not None:
            person = f"PID|0001||{patient}^^^^PI||".encode() + pid_bytes
        return [header or msh(A08), evn, person, pv1, *more]
    return make


def stay(kind, field, day):
    return lambda patient: [msh(kind), EVN, pid(patient), PV1_IN + "|" * field + day]


def lab(*results, collected="202504100900", orc="000000000000777"):
    return lambda patient: [
        msh("OUL^R22^OUL_R22"), pid(patient), PV1_OUT,
        f"SPM|1|000000000000777||023^血清^JC10|||||||||||||{collected}",
        "OBR|1|000000000000777|000000000000777|E001^生化学^99L01|||20250410",
        f"ORC|SC|{orc}|{orc}||CM||||20250410150000", *results]


def prescription(rxe=RXE, tq1=TQ1, more=()):
    return lambda patient: [
        msh("RDE^O11^RDE_O11"), pid(patient), PV1_OUT,
        "ORC|NW|000000000000201||000000000000201_01_001|||||20250410100000||||||||01^内科^HL70069||||||||||||"
        "O^外来患者オーダ^HL70482", rxe, tq1, "RXR|PO^口^HL70162", *more]


def problem(prb=PRB):
    return lambda patient: [msh("PPR^ZD1^PPR_ZD1"), pid(patient), prb, "ZPR||20059892^頭痛^MDCDX2",
                            "ORC|NW|000000000000401"]


def infusion(rxe, *more):
    return lambda patient: [msh("RDE^O11^RDE_O11"), pid(patient), PV1_IN, ORC_IN.format(1), rxe,
                            "TQ1|1||||||202504100900|202504101030", "RXR|IV^静脈内^HL70162||IVP^点滴ポンプ^HL70164",
                            "RXC|B|107750602^生食^HOT9|1|HON^本^MR9P", *more]


def administrations(*days):
    def make(patient):
        lines = [msh("RAS^O17^RAS_O17"), pid(patient), PV1_IN]
        for number, day in enumerate(days, 1):
            lines += [ORC_IN.format(number), "TQ1|1||||||" + days[0],
                      f"RXA|0|1|{day}090000|{day}100000|103835401^x^HOT9|500|ML^mL^MR9P", "RXR|IV^静脈内^HL70162"]
        return lines
    return make


class Storage:
    def __init__(self, root):
        self.root, self.patients, self.wanted = root, 0, {}

    def put(self, rules, kind, lines, *, date="-", order=OTHERS, time="20250410101500123", flag="1", patient=None,
            name=None, extension="", charset="iso2022_jp_ext", end="\r", raw=None):
        if patient is None:
            self.patients += 1
            patient = f"8{self.patients:09d}"
        folder = self.root / patient[:3] / patient[3:6] / patient / date / kind
        folder.mkdir(parents=True, exist_ok=True)
        own = f"{patient}_{date}_{kind}_{order}_{time}_01_{flag}{extension}"
        path = folder / (name.format(patient=patient) if name else own)
        if raw is None:
            raw = b"".join((line if isinstance(line, bytes) else line.encode(charset)) + end.encode()
                           for line in lines(patient))
        path.write_bytes(raw)
        self.wanted[str(path)] = set(rules.split())
        return patient


def jis(text):
    return text.encode("iso2022_jp")


def names_and_versions(s):
    whole = patient_message()
    s.put("", "ADT-00", whole)
    for name in ("8999999999_-_ADT-00", "{patient}_20250410_ADT-00", "{patient}_-_ADT-22"):
        s.put("PATH_NAME_MISMATCH", "ADT-00", whole, name=f"{name}_{OTHERS}_20250410101500123_01_1")
    for name in ("{patient}_-_ADT-00_999999999999999_20250410101500123_1",
                 "{patient}_-_ADT-00_999999999999999_20250410101500123_01_3",
                 "{patient}_-_ADT-00_999999999999999_2025041010150X123_01_1",
                 "{patient}_20251399_ADT-00_999999999999999_20250410101500123_01_1",
                 "{patient}_-_ADT-00_999999999999999_20250410101500123_01_1_2"):
        s.put("FILE_NAME_PARTS", "ADT-00", whole, name=name)
    s.put("TIMESTAMP_LENGTH", "ADT-00", whole, time="20250410101500")
    twice = s.put("MULTIPLE_CURRENT", "ADT-00", whole)
    s.put("MULTIPLE_CURRENT", "ADT-00", whole, patient=twice, time="20250411101500123")
    s.put("NO_CURRENT", "ADT-00", whole, flag="0")
    renamed = s.put("FLAG_0_HISTORY", "ADT-00", whole, flag="0")
    s.put("", "ADT-00", whole, patient=renamed, time="20250411101500123")
    for content in (b"", b"this is no message\r", b"\r\n\r\n"):
        s.put("EMPTY_FILE", "ADT-00", None, raw=content)
    for extension in (".txt", ".hl7"):
        s.put("FILE_EXTENSION", "ADT-00", whole, extension=extension)
    inside = s.put("", "ADT-22", stay("ADT^A01^ADT_A01", 41, "20250410"), date="20250410")
    s.put("ADMISSION_SEQUENCE", "ADT-22", stay("ADT^A01^ADT_A01", 41, "20250412"), date="20250412", patient=inside)
    outside = s.put("", "ADT-52", stay("ADT^A03^ADT_A03", 42, "20250405"), date="20250405")
    s.put("ADMISSION_SEQUENCE", "ADT-52", stay("ADT^A03^ADT_A03", 42, "20250407"), date="20250407", patient=outside)


def character_sets(s):
    whole, rest = patient_message(), jis("太郎^^^^^L^I~ヤマダ^タロウ^^^^^L^P||19650321|M")
    utf8 = patient_message(msh(A08, charset="UNICODE UTF-8"))
    for charset in ("euc_jp", "cp932", "utf-8"):
        s.put("CHARSET_MISMATCH", "ADT-00", whole, charset=charset)
    s.put("CHARSET_MISMATCH", "ADT-00", utf8)
    s.put("CHARSET_DECLARED_OTHER", "ADT-00", utf8, charset="utf-8")
    for header in (msh(A08, charset="~ISOIR87"), msh(A08, charset="ISO IR87"), msh(A08, handling="ISO2022-1994")):
        s.put("CHARSET_DECLARATION", "ADT-00", patient_message(header))
    half = jis("山田^太郎^^^^^L^I~") + b"\x1b(I\x54\x4f\x5e\x40\x1b(B^\x1b(I\x40\x5b\x33\x1b(B^^^^^L^P||19650321|M"
    s.put("HALFWIDTH_KANA", "ADT-00", patient_message(pid_bytes=half))
    for character in (b"\x7c\x62", b"\x2d\x21"):  # of IBM's rows as NEC selected them, of row 13
        s.put("VENDOR_CHARACTER", "ADT-00", patient_message(pid_bytes=b"\x1b$B" + character + b"\x1b(B^" + rest))
    s.put("GAIJI_REPLACED", "ADT-00", patient_message(name=NAME.replace("山", "■")))
    s.put("GAIJI_REPLACED", "ADT-00", patient_message(rest="|||^^東京都■区^^^^JPN^H^住所"))
    s.put("ESCAPE_STATE_AT_SEGMENT_END", "ADT-00", patient_message(pid_bytes=jis("山田")[:-3]))
    s.put("ESCAPE_STATE_AT_SEGMENT_END", "ADT-00", patient_message(pv1=PV1_OUT.encode() + b"|||" + jis("内科")[:-3]))
    for character in (b"\x29\x21", b"\x3b\x33\x45"):  # a cell that is empty, half a character
        s.put("BAD_DOUBLE_BYTE", "ADT-00", patient_message(pid_bytes=b"\x1b$B" + character + b"\x1b(B^" + rest))
    for end in ("\n", "\r\n"):
        s.put("SEGMENT_TERMINATOR_NOT_CR", "ADT-00", whole, end=end)


def structure(s):
    day = dict(date="20250410")
    s.put("MESSAGE_TYPE_MISMATCH", "ADT-22", lambda p: [msh("OUL^R22^OUL_R22"), pid(p), PV1_IN], **day)
    s.put("MESSAGE_TYPE_MISMATCH", "ADT-12", lambda p: [msh("ADT^A01^ADT_A01"), EVN, pid(p), PV1_OUT + "|" * 41 + "20250410"], **day)
    s.put("MESSAGE_TYPE_MISMATCH", "OML-11", lambda p: [msh("RDE^O11^RDE_O11"), pid(p), PV1_OUT], order="000000000000001", **day)
    for number in ("1234567890", "00{}"):
        s.put("PATIENT_ID_MISMATCH", "ADT-00", lambda p, n=number: [msh(A08), EVN, pid(n.format(p)), PV1_OUT])
    s.put("", "ADT-22", stay("ADT^A01^ADT_A01", 41, "20250410"), **day)
    s.put("CARE_DATE_MISMATCH", "ADT-22", stay("ADT^A01^ADT_A01", 41, "20250409"), **day)
    s.put("CARE_DATE_MISMATCH", "ADT-22", stay("ADT^A01^ADT_A01", 0, ""), **day)
    s.put("SEGMENT_ORDER", "ADT-00", lambda p: [msh(A08), pid(p), EVN, PV1_OUT])
    s.put("UNKNOWN_SEGMENT", "ADT-00", patient_message(more=["ZQQ|1|x"]))
    for message in (patient_message(sex=""), patient_message(birth='""'), patient_message(evn="EVN||")):
        s.put("REQUIRED_FIELD_EMPTY", "ADT-00", message)
    s.put("DATE_INVALID", "ADT-00", patient_message(birth="19650231"))
    s.put("DATE_INVALID", "ADT-00", patient_message(birth="1965/03/21"))
    s.put("TIME_INVALID", "ADT-00", patient_message(evn="EVN||20250410106199"))
    s.put("TIME_HOUR_24_47", "ADT-00", patient_message(evn="EVN||20250410250000"))
    s.put("FIELD_TOO_LONG PATIENT_ID_MISMATCH", "ADT-00", lambda p: [msh(A08), EVN, pid(p + "1" * 25), PV1_OUT])
    s.put("FIELD_SHIFT REQUIRED_FIELD_EMPTY", "ADT-00", lambda p: [msh(A08), EVN, pid(p).replace("||1965", "|1965"), PV1_OUT])
    s.put("FIELD_SHIFT", "ADT-00", patient_message(name=NAME.replace("^^^^^L", "^^^^L")))
    s.put("FIELD_SHIFT CARE_DATE_MISMATCH", "ADT-52", stay("ADT^A03^ADT_A03", 41, "20250410"), **day)
    s.put("NAME_NO_KANA", "ADT-00", patient_message(name="山田^太郎^^^^^L^I"))
    s.put("CODE_NOT_IN_TABLE", "ADT-00", patient_message(sex="X"))
    s.put("CODE_NOT_IN_TABLE", "ADT-00", patient_message(pv1="PV1|0001|Q|01^^^^^C"))
    s.put("ADT01_NO_EVN6", "ADT-01", lambda p: [msh("ADT^A54^ADT_A54"), EVN, pid(p), PV1_OUT + "||||D001^医師^太郎"])


def results(s):
    def put(rules, *lines, **fields):
        s.put(rules, "OML-11", lab(*lines, **fields), date="20250410", order="000000000000777")

    def code(text):
        return RESULT.replace("3A010000002327101", text)

    def value(text, kind="NM"):
        return RESULT.replace("|7.2|", f"|{text}|").replace("|NM|", f"|{kind}|")

    def unit(text):
        return RESULT.replace("g/dL^g/dL^ISO+", text)

    put("", RESULT)
    put("ORDER_NO_MISMATCH", RESULT, orc="000000000000888")
    put("CARE_DATE_MISMATCH", RESULT, collected="202504090900")
    put("CODE_NOT_IN_TABLE", RESULT.replace("|F|||", "|Y|||"))
    put("OBX3_NO_STANDARD_CODE", RESULT.replace("3A010000002327101^総蛋白^JC10", "X1^総蛋白^99L01"))
    for bad in ("3A01000000232710", "3A0100000023271", "3A010000002327101&01"):
        put("JLAC10_INVALID", code(bad))
    put("JLAC10_MATERIAL_MISMATCH", code("3A010000000127101"))
    put("RESULT_COMBINED", value("2.3(+-)", "ST"))
    for text in ("<0.1", "(-)", "2+", "6.5-8.0", "＜０．１", "陰性", "±", "0.02未満", "40倍", ">=100"):
        put("RESULT_QUALIFIER", value(text, "ST"))
    for text in ("1.3E+2", "50x10^2"):
        put("NM_EXPONENT", value(text))
    for text in ("(-)", "検体不良", "<0.1"):
        put("NM_NOT_NUMERIC", value(text))
    put("UNIT_NOT_ASCII", unit("ｇ／ｄＬ^ｇ／ｄＬ^99L"))
    put("UNIT_UNEXPECTED", unit("mg/dL^mg/dL^ISO+"))
    put("ORDER_WITHOUT_RESULT")


def orders_and_problems(s):
    def drug(rules, **fields):
        s.put(rules, "OMP-01", prescription(**fields), date="20250410", order="000000000000201")

    def disease(rules, prb):
        s.put(rules, "PPR-01", problem(prb), order="000000000000401")

    drug("")
    drug("FIELD_TYPE_NM", rxe=RXE.replace("|1||TAB", "|一||TAB"))
    drug("FIELD_TYPE_NM", rxe=RXE.replace("|21|", "|21T|"))
    drug("DOSE_INCONSISTENT", rxe=RXE.replace("|21|", "|42|"))
    drug("USAGE_UNCODED", tq1=TQ1.replace("1013044400000000&", "L01&").replace("JAMISDP01", "99L07"))
    for code in ("620007329", "1038354012", "10383540A"):
        drug("HOT_CODE_INVALID", rxe=RXE.replace("103835401", code))
    drug("FIELD_TOO_LONG", rxe=RXE + "||||123456789")
    for time, rule in (("202504102530", "TIME_HOUR_24_47"), ("20250410000000", "TIME_ZERO_FILLED"),
                       ("202504106199", "TIME_INVALID"), ("20250231", "DATE_INVALID")):
        drug(rule, tq1=TQ1[:-8] + time)
    drug("CLINICAL_TRIAL", more=["CTI|NCT0001"])
    day = dict(date="20250410", order="000000000000301")
    s.put("CLINICAL_TRIAL", "OMP-02", infusion("RXE||04^治験^99I02|500||ML^mL^MR9P|INJ^注射剤^MR9P"), **day)
    s.put("MIXED_CARE_DATE", "OMP-12", administrations("20250410", "20250411"), **day)
    disease("", PRB)
    disease("DIAGNOSIS_UNCODED", PRB.replace("20059892^頭痛", "20084317^何か").replace("R51^頭痛^I10^^^^2013", ""))
    disease("DIAGNOSIS_UNCODED", PRB.replace("20059892^頭痛^MDCDX2", "L99^何か^99L01").replace("R51^頭痛^I10^^^^2013", ""))
    disease("ICD10_VERSION_UNKNOWN", PRB.replace("^^^^2013", ""))
    disease("ICD10_SHAPE", PRB.replace("R51^", "51R^"))
    disease("ICD10_SHAPE", PRB.replace("R51^", "R5^"))
    disease("SUSPECTED_BY_TEXT_ONLY", PRB.replace("20059892^頭痛", "20059892^胃癌の疑い"))
    disease("SENSITIVE_DIAGNOSIS", PRB + "|" * 15 + "R^制限^HL70177")


class Rules(unittest.TestCase):
    def test_each_broken_rule_is_found_in_its_file_and_no_other_there(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            storage = Storage(folder / "storage")
            for part in (names_and_versions, character_sets, structure, results, orders_and_problems):
                part(storage)
            done = sekisho("inspect", storage.root, "--json", "--findings", folder / "findings.jsonl", check=(1,))
            count = json.loads(done.stdout)["accounting"]
            self.assertEqual(count["records"], count["loaded"] + count["superseded"] + count["quarantined"])
            found = {path: set() for path in storage.wanted}
            for line in (folder / "findings.jsonl").read_text(encoding="utf-8").splitlines():
                finding = json.loads(line)
                found[finding["file"]].add((finding["rule"], finding["level"]))
            for path, rules in storage.wanted.items():
                with self.subTest(file=pathlib.Path(path).name, rules=rules):
                    self.assertLessEqual(rules, {rule for rule, _ in found[path]})
                    self.assertEqual({rule for rule, level in found[path] if level != "I"} - rules, set())


class FilesThatAreNone(unittest.TestCase):
    """Files that say by their name what they should be, and are not: nothing of them is passed over in silence."""

    def inspect(self, name, content, *, inside=False, language="C"):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / name
            path.write_bytes(content)
            done = sekisho("inspect", folder if inside else path, "--json", check=None, env={"LANG": language})
            page = sekisho("inspect", folder if inside else path, check=None, env={"LANG": language})
            self.assertEqual(done.returncode, page.returncode)
            return done.returncode, json.loads(done.stdout), page.stdout

    def test_an_empty_or_foreign_file_with_the_name_of_a_receipt_or_survey_is_an_error(self):
        noise = bytes(range(256)) * 12
        for name, content, rule in (("RECEIPTC.UKE", b"", "EMPTY_FILE"), ("RECEIPTC.UKE", noise, "RECEIPT_UNREADABLE"),
                                    ("receiptd.uke", b"hello\r\n", "RECEIPT_UNREADABLE"), ("x.HEN", noise, "RECEIPT_UNREADABLE"),
                                    ("Dn_131234567_2404.txt", b"", "EMPTY_FILE"),
                                    ("FF1_131234567_2404.txt", noise, "SURVEY_UNREADABLE")):
            for inside in (False, True):
                with self.subTest(name=name, inside=inside):
                    status, report, page = self.inspect(name, content, inside=inside)
                    self.assertEqual(status, 1)
                    self.assertEqual([(f["rule"], f["level"]) for f in report["findings"]], [(rule, "E")])
                    self.assertTrue(report["findings"][0]["place"])
                    self.assertTrue(report["rule_texts"][rule]["repair"])
                    self.assertIn(report["rule_texts"][rule]["repair"], page)
                    self.assertEqual(report["accounting"], {"records": 1, "loaded": 0, "superseded": 0, "quarantined": 1})

    def test_a_foreign_file_is_an_error_where_a_person_named_it_and_a_remark_in_a_folder(self):
        self.assertEqual(self.inspect("letter.docx", b"PK..")[0], 1)
        status, report, _ = self.inspect("letter.docx", b"PK..", inside=True)
        self.assertEqual((status, [(f["rule"], f["level"]) for f in report["findings"]]), (0, [("UNKNOWN_FILE", "I")]))

    def test_under_a_japanese_locale_errors_are_said_in_japanese_with_what_to_do(self):
        for command, wanted in ((["inspect", "/does/not/exist"], "存在しません"), (["inspect"], "指定がない"),
                                (["inspect", ROOT / "docs", "--findings", "/does/not/exist"], "書き込めません")):
            with self.subTest(command=command):
                said = [sekisho(*command, check=(2, 3), env={"LANG": lang}).stderr for lang in ("ja_JP.UTF-8", "C")]
                self.assertIn(wanted, said[0])
                self.assertIn("ください", said[0])
                self.assertNotIn(wanted, said[1])
                self.assertRegex(said[0], r"\[[a-z]+\.[a-z_]+\]")  # the code, for support, in both
                self.assertRegex(said[1], r"\[[a-z]+\.[a-z_]+\]")

    def test_under_a_japanese_locale_the_page_and_the_texts_of_rules_are_japanese(self):
        _, report, page = self.inspect("RECEIPTC.UKE", b"", language="ja_JP.UTF-8")
        self.assertIn("空、または読み取れる内容がない", page)
        self.assertIn("入力レコード 1 = 採用 0 + 旧版・取消 0 + 隔離 1", page)
        self.assertNotIn("findings", page.lower())
        self.assertEqual(report["rule_texts"]["EMPTY_FILE"]["meaning"], "空、または読み取れる内容がない")
        self.assertEqual(report["findings"][0]["rule"], "EMPTY_FILE")  # names are the same in every language


def volume(number, end, points):
    """A volume of one claim: IR ... GO; `points` are the claim's, `end` the totals record."""
    return "\r\n".join([
        f"IR,1,13,1,1234567,,架空医院,202404,{number},0312345678", "RE,1,1112,202403,架空　太郎,1,19700102,,,,,,,A001",
        f"HO,01130012,１２,３４５,1,{points}", "SY,8830592,20240304,1,,,01,",
        f"SI,12,1,112007410,,{points},1,,,,,,,,,,1", end]).encode("cp932") + b"\r\n\x1a"


class VolumesInSeveralFiles(unittest.TestCase):
    """Only the last volume has the totals of all. (reference: receipt section 1)"""

    def found(self, **files):
        with tempfile.TemporaryDirectory() as folder:
            for name, content in files.items():
                (pathlib.Path(folder) / f"{name}.UKE").write_bytes(content)
            report = json.loads(sekisho("inspect", folder, "--json", check=(0, 1)).stdout)
            return sorted((f["rule"], pathlib.Path(f["file"]).stem, f["place"]) for f in report["findings"]
                          if f["level"] == "W" and f["rule"] != "FILE_TWICE")  # a copied volume is a copied file as well

    def test_totals_are_those_of_all_volumes_together(self):
        first, second = volume("01", "GO,,,01", 73), volume("02", "GO,,,02", 80)
        self.assertEqual(self.found(a=first, b=second, c=volume("03", "GO,3,203,99", 50)), [])
        self.assertEqual(self.found(a=volume("03", "GO,3,203,99", 50), b=first, c=second), [])  # names do not matter
        self.assertEqual(self.found(a=first, b=second, c=volume("03", "GO,4,204,99", 50)),
                         [("TOTAL_CLAIMS", "c", "line 6, GO-2"), ("TOTAL_POINTS", "c", "line 6, GO-3")])

    def test_a_volume_that_is_not_there_or_twice_is_named(self):
        first, second, last = volume("01", "GO,,,01", 73), volume("02", "GO,,,02", 80), volume("03", "GO,3,203,99", 50)
        self.assertEqual(self.found(a=first, c=last), [("VOLUME_MISSING", "c", "line 6, GO-4")])
        self.assertEqual(self.found(a=first, b=second), [("VOLUME_MISSING", "b", "line 6, GO-4")])
        self.assertEqual(self.found(a=first, b=second, b2=second, c=last), [("VOLUME_TWICE", "b2", "line 6, GO-4")])


class RuleTexts(unittest.TestCase):
    def test_every_rule_that_a_reader_finds_has_its_texts(self):
        source = ROOT / "src/formats"
        named = re.compile(r'(?:find|reject|quarantine|push_back)\(\{?(?:[^;"]*?)"([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+)"')
        used = set()
        for file in [*source.glob("*.cpp"), ROOT / "src/cli/cmd_inspect.cpp", ROOT / "src/cli/inspect_index.h"]:
            used |= set(named.findall(file.read_text(encoding="utf-8")))
        self.assertGreater(len(used), 80)
        texts = {name for file in source.glob("tables/rules_*.inc")
                 for name in re.findall(r'^\s*\{"([A-Z0-9_]+)"', file.read_text(encoding="utf-8"), re.M)}
        self.assertEqual(sorted(used - texts), [])


if __name__ == "__main__":
    unittest.main()

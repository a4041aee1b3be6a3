"""Validation rules of an SS-MIX2 storage at their borders: for each rule files that only just break it and files that only
just do not. The level is part of what is expected.
"""
import json
import pathlib
import tempfile
import unittest

from scenarios.harness import sekisho
from scenarios.test_inspect_rules import (
    A08, EVN, NAME, ORC_IN, OTHERS, PRB, PV1_IN, PV1_OUT, RESULT, RXE, TQ1, Storage, administrations, infusion, jis, lab,
    msh, patient_message, pid, prescription, problem, stay)

DAY = dict(date="20250410")
ORDER = dict(date="20250410", order="000000000000201")
LAB = dict(date="20250410", order="000000000000777")
DISEASE = dict(order="000000000000401")
MINUS = "\u2212"


def adt(kind, evn=EVN, pv1=PV1_IN, more=()):
    return lambda patient: [msh(kind), evn, pid(patient), pv1, *more]


def with_field(segment, number, text):
    fields = segment.split("|")
    fields += [""] * (number + 1 - len(fields))
    fields[number] = text
    return "|".join(fields)


def names(s):
    whole = patient_message()
    for level in (1, 2):  # a folder that is not the beginning of the number
        patient = s.put("", "ADT-00", whole)
        file = next(pathlib.Path(path) for path in s.wanted if f"/{patient}_" in path)
        parts = list(file.relative_to(s.root).parts)
        parts[level - 1] = "999"
        moved = s.root.joinpath(*parts)
        moved.parent.mkdir(parents=True)
        file.rename(moved)
        del s.wanted[str(file)]
        s.wanted[str(moved)] = {"E:PATH_NAME_MISMATCH"}
    short = s.root / "123" / "45" / "12345" / "-" / "ADT-00"
    short.mkdir(parents=True)
    file = short / f"12345_-_ADT-00_{OTHERS}_20250410101500123_01_1"
    file.write_bytes("\r".join(whole("12345")).encode("iso2022_jp"))
    s.wanted[str(file)] = {"E:PATH_NAME_MISMATCH"}  # no folders of three and three can hold it
    for time in ("20250410101500", "202504101015", "202504101015001"):
        s.put("W:TIMESTAMP_LENGTH", "ADT-00", whole, time=time)
    s.put("E:FILE_NAME_PARTS", "ADT-00", whole, name="{patient}_-_ADT-00_" + OTHERS + "_20250410101500123_01_")
    s.put("E:FILE_NAME_PARTS", "ADT-00", whole, name="{patient}_-_ADT-00__20250410101500123_01_1")
    s.put("E:FILE_NAME_PARTS", "ADT-00", whole, name="{patient}_2025041_ADT-00_" + OTHERS + "_20250410101500123_01_1")
    s.put("E:TIME_INVALID", "ADT-00", whole, time="20251310101500123")
    s.put("W:FILE_EXTENSION", "ADT-00", whole, extension=".dat")
    s.put("W:CODE_NOT_IN_TABLE", "ADT-00", whole, name="{patient}_-_ADT-00_" + OTHERS + "_20250410101500123_XX_1")
    for department in ("7B", "081", "-", "8E", "9Z"):
        s.put("", "ADT-00", whole, name="{patient}_-_ADT-00_" + OTHERS + f"_20250410101500123_{department}_1")


def versions(s):
    whole = patient_message()
    # An order, its deletion with the deleting message, and the order entered again: no old-style history.
    order = prescription()
    p = s.put("", "OMP-01", order, flag="0", time="20250410090000000", **ORDER)
    s.put("", "OMP-01", lambda n: [msh("RDE^O11^RDE_O11"), pid(n), PV1_OUT, "ORC|CA|000000000000201"], patient=p, flag="0",
          time="20250410100000000", **ORDER)
    s.put("", "OMP-01", order, patient=p, time="20250410110000000", **ORDER)
    # Superseded versions renamed to 0 by the older rules: two of them, neither a deletion.
    p = s.put("W:FLAG_0_HISTORY", "OMP-01", order, flag="0", time="20250410090000000", **ORDER)
    s.put("W:FLAG_0_HISTORY", "OMP-01", order, patient=p, flag="0", time="20250410100000000", **ORDER)
    s.put("", "OMP-01", order, patient=p, time="20250410110000000", **ORDER)
    # Flag 2 is what the standard says.
    p = s.put("", "OMP-01", order, flag="2", time="20250410090000000", **ORDER)
    s.put("", "OMP-01", order, patient=p, time="20250410110000000", **ORDER)
    # A department that changed does not make another key; another order number does.
    p = s.put("E:MULTIPLE_CURRENT", "ADT-00", whole, time="20250410090000000")
    s.put("E:MULTIPLE_CURRENT", "ADT-00", whole, patient=p,
          name="{patient}_-_ADT-00_" + OTHERS + "_20250411101500123_02_1")
    p = s.put("", "OMP-01", order, **ORDER)
    s.put("", "OMP-01", lambda n: [line.replace("000000000000201", "000000000000202") if isinstance(line, str) else line
                                   for line in order(n)], patient=p, date="20250410", order="000000000000202")
    p = s.put("I:NO_CURRENT", "OMP-01", order, flag="2", **ORDER)


def stays(s):
    enter, leave = "ADT^A01^ADT_A01", "ADT^A03^ADT_A03"

    def into(day, rules="", patient=None):
        return s.put(rules, "ADT-22", stay(enter, 41, day), date=day, patient=patient)

    def out(day, rules="", patient=None, admitted=""):
        return s.put(rules, "ADT-52", adt(leave, pv1=PV1_IN + "|" * 41 + admitted + "|" + day), date=day, patient=patient)

    patient = into("20250401")  # a patient in hospital now
    patient = into("20250401")
    out("20250405", patient=patient)
    into("20250405", patient=patient)  # discharged and admitted on one day
    out("20250409", patient=patient)
    patient = out("20250405", admitted="20250320")  # the storage began within a stay
    into("20250410", patient=patient)
    patient = out("20250405", "W:ADMISSION_SEQUENCE", admitted="20250410")  # says so itself
    into("20250410", patient=patient)
    patient = out("20250405", "W:ADMISSION_SEQUENCE")  # before the only admission
    into("20250410", patient=patient)
    patient = into("20250401")
    into("20250403", "W:ADMISSION_SEQUENCE", patient=patient)


def character_sets(s):
    whole = patient_message()
    rest = jis("太郎^^^^^L^I~ヤマダ^タロウ^^^^^L^P||19650321|M")
    ascii_only = dict(name="YAMADA^TARO^^^^^L^A~^^^^^^L^P")
    utf8 = patient_message(msh(A08, charset="UNICODE UTF-8"))
    s.put("", "ADT-00", patient_message(msh(A08, handling="")))
    s.put("W:NAME_NO_KANA", "ADT-00", patient_message(**ascii_only), charset="ascii")
    for charset in ("~ISOIR87", "^ISO IR87", "", "~ISO-IR87", "~ISO IR 87", "~iso ir87"):
        s.put("W:CHARSET_DECLARATION", "ADT-00", patient_message(msh(A08, charset=charset)))
    s.put("W:CHARSET_DECLARATION", "ADT-00", patient_message(msh(A08, handling="ISO2022-1994")))
    s.put("W:CHARSET_DECLARED_OTHER", "ADT-00", patient_message(msh(A08, charset="SHIFT_JIS")), charset="cp932")
    s.put("W:CHARSET_DECLARED_OTHER", "ADT-00", patient_message(msh(A08, charset="EUC-JP")), charset="euc_jp")
    s.put("W:CHARSET_MISMATCH", "ADT-00", patient_message(msh(A08, charset="SHIFT_JIS")), charset="utf-8")
    s.put("W:CHARSET_MISMATCH", "ADT-00", utf8, charset="cp932")
    s.put("W:CHARSET_MISMATCH", "ADT-00", patient_message(msh(A08, charset="")), charset="utf-8")
    s.put("W:ENCODING_CHARACTERS", "ADT-00", patient_message(msh(A08).replace("^~\\&", "^~\\#")))
    marked = "\r".join(utf8("8111111111")).encode("utf-8-sig")
    s.put("W:CHARSET_DECLARED_OTHER", "ADT-00", None, raw=marked, patient="8111111111")
    kana = NAME.replace("ヤマダ^タロウ", "ﾔﾏﾀﾞ^ﾀﾛｳ")
    s.put("W:CHARSET_DECLARED_OTHER W:HALFWIDTH_KANA", "ADT-00",
          patient_message(msh(A08, charset="UNICODE UTF-8"), name=kana), charset="utf-8")
    s.put("W:CHARSET_MISMATCH W:HALFWIDTH_KANA", "ADT-00", patient_message(name=kana), charset="cp932")
    shifted = jis("山田^太郎^^^^^L^I~") + b"\x0eTO^@\x0f^\x0e@[3\x0f^^^^^L^P||19650321|M"
    s.put("W:HALFWIDTH_KANA", "ADT-00", patient_message(pid_bytes=shifted))
    # Row 13 and IBM's rows; ■, 々 and the dashes are ordinary characters.
    for two in (b"\x2d\x21", b"\x2d\x35", b"\x79\x21", b"\x7c\x7e"):
        s.put("W:VENDOR_CHARACTER", "ADT-00", patient_message(pid_bytes=b"\x1b$B" + two + b"\x1b(B^" + rest))
    s.put("", "ADT-00", patient_message(name=NAME.replace("山田", "佐々木〇")))
    s.put("", "ADT-00", patient_message(rest=f"|||^^^^105-0001^JPN^H^東京都港区１{MINUS}２"))
    s.put("I:GAIJI_REPLACED", "ADT-00", patient_message(name=NAME.replace("太郎", "太■")))
    s.put("I:GAIJI_REPLACED", "ADT-00", lambda p: [msh(A08), EVN, pid(p), "NK1|1|■田^花子", PV1_OUT])
    s.put("", "OMP-01", prescription(tq1=TQ1 + "||||■食後"), **ORDER)  # neither name nor address
    # 0x2141 and others whose bytes are delimiters do not end the field.
    s.put("", "ADT-00", patient_message(pid_bytes=b"\x1b$B\x3d\x7c\x46\x5e\x1b(B^" + rest))
    s.put("E:ESCAPE_STATE_AT_SEGMENT_END", "ADT-00", patient_message(pid_bytes=b"\x1b$B;3ED"))
    for two in (b"\x22\x2f", b"\x30\x20\x21", b"\x74\x27"):
        s.put("E:BAD_DOUBLE_BYTE", "ADT-00", patient_message(pid_bytes=b"\x1b$B" + two + b"\x1b(B^" + rest))
    # JIS-Roman, JIS C 6226-1978 and the prefix of the 1990 edition are accepted.
    old = b"\x1b$@;3ED\x1b(J^\x1b&@\x1b$BB@O:\x1b(B^^^^^L^I~" + jis("ヤマダ^タロウ^^^^^L^P||19650321|M")
    s.put("", "ADT-00", patient_message(pid_bytes=old))
    s.put("", "ADT-00", patient_message(more=[""]))  # an empty line


def structure(s):
    s.put("E:MESSAGE_TYPE_MISMATCH", "ADT-22", adt("ADT^A03^ADT_A03", pv1=PV1_IN + "|" * 41 + "20250410|20250410"), **DAY)
    s.put("E:MESSAGE_TYPE_MISMATCH", "OMP-02", lambda p: [msh("OMG^O19^OMG_O19"), pid(p), PV1_IN], order="000000000000301", **DAY)
    # One type, several messages; one message, several types.
    s.put("", "ADT-22", adt("ADT^A11^ADT_A09", pv1=PV1_IN + "|" * 41 + "20250410"), **DAY)
    s.put("", "ADT-42", adt("ADT^A02^ADT_A02", evn="EVN||20250410101500||||20250410100000"), **DAY)
    s.put("", "ADT-31", adt("ADT^A21^ADT_A21", evn="EVN||20250410101500||||20250410100000"), **DAY)
    s.put("", "ADT-32", adt("ADT^A22^ADT_A21", evn="EVN||20250410101500||||20250410100000"), **DAY)
    s.put("", "ADT-32", adt("ADT^A53^ADT_A52", pv1=PV1_IN, more=["PV2|" + "|" * 46 + "20250410"]), **DAY)
    s.put("", "ADT-21", adt("ADT^A14^ADT_A05", more=["PV2|" + "|" * 7 + "20250410"]), **DAY)
    s.put("", "ADT-41", adt("ADT^A15^ADT_A15", more=["PV2|" + "|" * 7 + "20250410"]), **DAY)
    s.put("", "ADT-51", adt("ADT^A16^ADT_A16", more=["PV2|" + "|" * 8 + "20250410"]), **DAY)
    s.put("", "ADT-61", lambda p: [msh("ADT^A60^ADT_A60"), EVN, pid(p), PV1_OUT, "IAM|1|DA^薬剤^HL70127|L1^ペニシリン^99L|SV||A"])
    s.put("", "ADT-01", adt("ADT^A54^ADT_A54", evn=EVN + "||||20250410", pv1=PV1_IN + "||||D001^医師"))
    # A type that the standard does not list is read by its message.
    s.put("", "ADT-02", patient_message())
    s.put("", "OML-12", lab(RESULT), **LAB)
    for kind, field in (("ADT^A14^ADT_A05", 8), ("ADT^A16^ADT_A16", 9)):
        s.put("E:CARE_DATE_MISMATCH", "ADT-21" if field == 8 else "ADT-51",
              adt(kind, more=["PV2|" + "|" * (field - 1) + "20250411"]), **DAY)
    s.put("E:CARE_DATE_MISMATCH", "ADT-42", adt("ADT^A02^ADT_A02"), **DAY)  # EVN-6 is missing
    s.put("E:CARE_DATE_MISMATCH", "ADT-00", patient_message(), **DAY)  # undated, but in the folder of a day
    s.put("", "ADT-22", adt("ADT^A01^ADT_A01", pv1=PV1_IN + "|" * 41 + "202504102330"), **DAY)
    s.put("W:PATIENT_ID_MISMATCH", "ADT-00", lambda p: [msh(A08), EVN, pid("00" + p), PV1_OUT])
    s.put("", "ADT-00", lambda p: [msh(A08), EVN, pid(p).replace(f"|{p}^", f"|X123^^^^PN~{p}^"), PV1_OUT])
    s.put("E:REQUIRED_FIELD_EMPTY", "ADT-00", lambda p: [msh(A08), EVN, pid(""), PV1_OUT])
    s.put("E:REQUIRED_FIELD_EMPTY W:SEGMENT_ORDER", "ADT-00", lambda p: [msh(A08), EVN, PV1_OUT])
    for tail in ("", "|" * 25, "|" * 25 + '""'):  # PID-33
        s.put("I:REQUIRED_FIELD_EMPTY", "ADT-00", patient_message(rest=tail))
    for field, null in ((2, False), (2, True)):
        s.put(("W" if null else "E") + ":REQUIRED_FIELD_EMPTY", "ADT-00",
              patient_message(evn=with_field(EVN, field, '""' if null else "")))
    s.put("E:REQUIRED_FIELD_EMPTY", "ADT-00", patient_message(pv1="PV1|0001||01^^^^^C"))
    s.put("W:REQUIRED_FIELD_EMPTY", "OMP-01", prescription(rxe=with_field(RXE, 3, '""')), **ORDER)
    s.put("W:SEGMENT_ORDER", "ADT-00", lambda p: [msh(A08), EVN, pid(p)])  # PV1 is missing at the end
    s.put("W:SEGMENT_ORDER", "ADT-00", patient_message(more=["AL1|1|DA^薬剤^HL70127|1^x^99L", "PV2|"]))
    s.put("W:SEGMENT_ORDER", "OMP-01", lambda p: prescription()(p)[:-3], **ORDER)  # an order without its drug
    s.put("", "ADT-00", patient_message(more=["PV2|", "DB1|1|PT||N", "OBX|1|NM|9N001000000000001^身長^JC10||170|cm^cm^ISO+|||||F",
                                              "AL1|1|DA^薬剤^HL70127|1^x^99L", "IN1|1|06^組合健保^JHSD0001"]))
    s.put("", "ADT-00", lambda p: [msh(A08), "SFT|a|b|c|d", EVN, pid(p), "PD1|", "NK1|1", PV1_OUT])
    s.put("W:UNKNOWN_SEGMENT", "OMP-01", prescription(more=["ZZ9|local"]), **ORDER)
    s.put("", "OMP-01", prescription(more=["NTE|1||備考"]), **ORDER)
    s.put("W:ORDER_NO_MISMATCH", "OMP-01", prescription(), date="20250410", order="000000000000202")
    s.put("W:ORDER_NO_MISMATCH", "OMP-01", prescription(), date="20250410", order=OTHERS)
    s.put("", "ADT-00", patient_message())


def fields(s):
    for birth in ("0000", "00000000", "99999999", "19651301", "19650230", "20230229", "1965-03-21", "S400321"):
        s.put("E:DATE_INVALID", "ADT-00", patient_message(birth=birth))
    for birth in ("19650321", "196503", "1965", "20240229", "19000228"):
        s.put("", "ADT-00", patient_message(birth=birth))
    s.put("I:TIME_ZERO_FILLED", "ADT-00", patient_message(birth="19650321000000"))
    for time, rule in (("20250410242000", "W:TIME_HOUR_24_47"), ("20250410475900", "W:TIME_HOUR_24_47"),
                       ("20250410480000", "E:TIME_INVALID"), ("20250410236000", "E:TIME_INVALID"),
                       ("20250410235959", ""), ("20250410101500.1234", ""), ("20250410101500+0900", ""),
                       ("2025041010", ""), ("20250410101500123", "W:TIME_WITHOUT_POINT"),
                       ("20250410000000", "I:TIME_ZERO_FILLED"), ("2025/04/10", "E:TIME_INVALID")):
        s.put(rule, "ADT-00", patient_message(evn="EVN||" + time))
    tomorrow = infusion("RXE||00^一般^99I02|500||ML^mL^MR9P")
    s.put("W:TIME_HOUR_24_47", "OMP-02", lambda p: [x.replace("202504101030", "202504102500") for x in tomorrow(p)],
          date="20250410", order="000000000000301")
    for version, rule in (("2.5", ""), ("2.5^JPN", ""), ("2.4", "W:CODE_NOT_IN_TABLE"), ("2.5.1", "W:CODE_NOT_IN_TABLE")):
        s.put(rule, "ADT-00", patient_message(msh(A08).replace("|2.5|", f"|{version}|")))
    for sex in "MFOUAN":
        s.put("", "ADT-00", patient_message(sex=sex))
    for sex in ("1", "m", "X", "男"):
        s.put("E:CODE_NOT_IN_TABLE", "ADT-00", patient_message(sex=sex))
    s.put("W:CODE_NOT_IN_TABLE", "ADT-00", patient_message(pv1="PV1|0001|X"))
    for disposition, rule in (("01", ""), ("20", ""), ("42", ""), ("43", "W:CODE_NOT_IN_TABLE"), ("99", "W:CODE_NOT_IN_TABLE")):
        pv1 = with_field(with_field(PV1_IN, 36, disposition), 45, "20250410")
        s.put(rule, "ADT-52", adt("ADT^A03^ADT_A03", pv1=pv1), **DAY)
    s.put("W:CODE_NOT_IN_TABLE", "ADT-00", patient_message(more=["AL1|1|XX^?^HL70127|1^x^99L"]))
    s.put("W:CODE_NOT_IN_TABLE", "ADT-00", patient_message(more=["IN1|1|ZZ^?^JHSD0001"]))
    s.put("", "ADT-00", patient_message(more=["IN1|1|ZZ^院内^99L1"]))  # a table of the hospital
    s.put("", "ADT-00", patient_message(pv1=with_field(PV1_OUT, 10, "081")))
    s.put("W:CODE_NOT_IN_TABLE", "ADT-00", patient_message(pv1=with_field(PV1_OUT, 10, "ZZ")))
    # Lengths: with the tolerances that are known.
    s.put("", "ADT-00", patient_message(rest="|||^^^^105-0001^JPN^H^" + "字" * 100))
    s.put("W:FIELD_TOO_LONG", "ADT-00", patient_message(rest="|||^^^^105-0001^JPN^H^" + "字" * 101))
    s.put("", "OMP-01", prescription(rxe=with_field(RXE, 23, "12345678")), **ORDER)
    s.put("W:FIELD_TOO_LONG", "OMP-01", prescription(rxe=with_field(RXE, 23, "123456789")), **ORDER)
    s.put("E:PATIENT_ID_MISMATCH", "ADT-00", lambda p: [msh(A08), EVN, pid(p[::-1] + "1" * 20), PV1_OUT])  # 30 characters
    # Shifted values.
    s.put("W:FIELD_SHIFT E:CODE_NOT_IN_TABLE E:REQUIRED_FIELD_EMPTY", "ADT-00", patient_message(birth="", sex="19650321"))
    s.put("W:FIELD_SHIFT", "ADT-00", patient_message(name="山田^太郎^^^^L^I~ヤマダ^タロウ^^^^L^P"))
    s.put("", "ADT-00", patient_message(name="山田^太郎~ヤマダ^タロウ"))  # without flags the script tells
    s.put("", "ADT-00", patient_message(name="山田　太郎^^^^^^L^I~ヤマダ　タロウ^^^^^^L^P"))
    s.put("W:NAME_NO_KANA", "ADT-00", patient_message(name="山田^太郎"))
    s.put("W:NAME_NO_KANA", "ADT-00", patient_message(name="山田^太郎^^^^^L^I~YAMADA^TARO^^^^^L^A"))
    s.put("W:NAME_NO_KANA", "ADT-00", patient_message(name="山田^太郎^^^^^L^I~^^^^^^L^P"))
    s.put("", "ADT-00", patient_message(name="ヤマダ^タロウ"))


def results(s):
    def put(rules, *lines, **more):
        s.put(rules, "OML-11", lab(*lines, **more), **LAB)

    def code(text):
        return with_field(RESULT, 3, text)

    def value(text, kind="NM"):
        return with_field(with_field(RESULT, 5, text), 2, kind)

    for text in ("7.2", "+0.1", ".5", "5.", "007", "-3"):
        put("", value(text))
    for text in ("1,000", "7.2g/dL", "１２", " 7.2 x", "<0.1", "+", "1 +"):
        put("E:NM_NOT_NUMERIC", value(text))
    put("", value('""'))
    put("W:NM_EXPONENT", value("1.3E+2"))
    put("W:NM_EXPONENT", value("50×10\\S\\2"))
    # Of the types of HL7 a result of the laboratory may be NM, ST and CWE; SN is written as ST. (section 7, OBX)
    for kind in ("ZZ", "TX", "SN"):
        put("W:CODE_NOT_IN_TABLE", value("7.2", kind))
    put("", value("1^陰性^99L1", "CWE"))
    for flag in ("L", "H", "LL", "HH", "N", "A", "S", "I", "R", ""):
        put("", with_field(RESULT, 8, flag))
    put("", with_field(RESULT, 8, "H~A"))
    for flag in ("高", "X", "H~X", "1"):
        put("W:CODE_NOT_IN_TABLE", with_field(RESULT, 8, flag))
    put("W:RESULT_COMBINED", value("0.13(0)", "ST"))
    put("W:RESULT_COMBINED", value("1+(30)", "ST"))
    put("W:RESULT_COMBINED", value("Hb+Tr+", "ST"))
    put("W:RESULT_COMBINED", value("Ｈｂ＋Ｔｒ＋", "ST"))
    put("", value("12.3", "ST"))
    for text in ("> 100", ">= 200", "< 300", "<= 400", "  -", "  +", "  +-", " 2 +", " 1 - 4", " 1 : 40", "＞100", "100<",
                 "100超過", "U100", "≧200", "200以上", "200〜", "200↑", "<300", "300未満", "300ミマン", "L300", "≦400", "400以下",
                 "400イカ", "400↓", "陰性", "インセイ", "検出せず", "陽性", "ヨウセイ", "検出", "±", "+/-", "少量", "(2+)", "++", "２＋",
                 "0.5〜2", "1:40"):
        put("I:RESULT_QUALIFIER", value(text, "ST"))
    put("", code("3A010000002327101^総蛋白^JC10^10222^TP^99L03"))
    put("", code("10222^TP^99L03^3A010000002327101^総蛋白^JC10"))
    put("", code("^^^3A010000002327101^総蛋白^JC10"))
    for local in ("10222^TP^99L03", "^総蛋白", "^^JC10", "3A010000002327101^総蛋白"):
        put("W:OBX3_NO_STANDARD_CODE", code(local))
    for bad in ("3A01000000232710", "3A0100000023271", "3A010-0000-023-271-01", "XA010000002327101", "3a010000002327101",
                "3A010000002327101&1"):
        put("E:JLAC10_INVALID", code(bad + "^総蛋白^JC10"))
    put("W:JLAC10_MATERIAL_MISMATCH", code("1A990000000192054^尿糖^JC10"))
    put("W:UNIT_UNEXPECTED", with_field(RESULT, 6, "g/L^g/L^ISO+").replace("g/L^g/L", "mg/dL^mg/dL"))
    put("W:UNIT_NOT_ASCII", with_field(RESULT, 6, "μg/dL^μg/dL^ISO+").replace("3A010000002327101", "5C095000002302301"))
    put("", with_field(RESULT, 6, "g/dL^ｇ／ｄＬ^ISO+"))  # the text may be Japanese
    put("I:ORDER_WITHOUT_RESULT")
    put("", RESULT, RESULT.replace("OBX|1", "OBX|2"))


def orders(s):
    def drug(rules, **more):
        s.put(rules, "OMP-01", prescription(**more), **ORDER)

    for code in ("1038354", "103835401", "10383540101", "1038354010101"):
        drug("", rxe=RXE.replace("103835401", code))
    for code in ("61038354", "620007329", "6200073290101", "1038354X1", "10383540"):
        drug("E:HOT_CODE_INVALID", rxe=RXE.replace("103835401", code))
    drug("", rxe=RXE.replace("^HOT9", "^HOT"))
    drug("", rxe=RXE.replace("103835401^ムコダイン錠２５０ｍｇ^HOT9", "620007329^薬^99L01"))  # not labelled HOT
    drug("E:HOT_CODE_INVALID", rxe=RXE.replace("103835401^ムコダイン錠２５０ｍｇ^HOT9", "L1^薬^99L01^620007329^薬^HOT9"))
    for number, code in ((5, "QQQ^錠^MR9P"), (6, "ZZZ^錠剤^MR9P"), (11, "錠^錠^MR9P"), (21, "QQQ^院外^MR9P")):
        drug("I:CODE_NOT_IN_TABLE", rxe=with_field(RXE, number, code))
    drug("", rxe=with_field(with_field(RXE, 5, "QQQ^錠^99UNT"), 21, "OHO^その他^MR9P"))  # a table of the hospital
    for number in (3, 10):
        drug("E:FIELD_TYPE_NM", rxe=with_field(RXE, number, "1T"))
    drug("E:FIELD_TYPE_NM", rxe=with_field(RXE, 19, "3錠^TAB&錠&MR9P"))
    drug("E:FIELD_TYPE_NM", tq1=TQ1.replace("|7^D", "|７^D"))
    drug("", rxe=with_field(RXE, 3, "0.5"), tq1=TQ1)
    drug("W:DOSE_INCONSISTENT", rxe=with_field(RXE, 10, "20"))
    drug("", rxe=with_field(with_field(RXE, 10, "21.0"), 19, "3.0^TAB&錠&MR9P"))
    drug("", rxe=with_field(RXE, 19, "750^MG&mg&MR9P"))  # another unit than the total's
    drug("", tq1=TQ1.replace("|7^D&日&ISO+", ""))
    drug("I:USAGE_UNCODED", tq1="TQ1|1||&毎食後&99L|||7^D&日&ISO+|20250410")
    s.put("W:MIXED_CARE_DATE", "OMP-12", administrations("20250411", "20250410"), date="20250410", order="000000000000301")
    s.put("W:MIXED_CARE_DATE E:CARE_DATE_MISMATCH", "OMP-12", administrations("20250411", "20250412"), date="20250410",
          order="000000000000301")
    s.put("", "OMP-12", administrations("20250410", "20250410"), date="20250410", order="000000000000301")


def problems(s):
    def disease(rules, prb, zpr="ZPR||20059892^頭痛^MDCDX2"):
        s.put(rules, "PPR-01", lambda p: [msh("PPR^ZD1^PPR_ZD1"), pid(p), prb, zpr, "ORC|NW|000000000000401"], **DISEASE)

    for icd in ("R51", "K297", "K29.7", "K29-", "E11.9", "S7200", "A18.0+", "G01*"):
        disease("", PRB.replace("R51^", icd + "^"))
    for icd in ("51R", "R5", "r51", "R5A", "K29.711", "胃炎"):
        disease("E:ICD10_SHAPE", PRB.replace("R51^", icd + "^"))
    disease("I:ICD10_VERSION_UNKNOWN", PRB.replace("^^^^2013", ""))
    uncoded = PRB.replace("R51^頭痛^I10^^^^2013", "")
    disease("", uncoded)  # the management number is a standard code
    disease("W:DIAGNOSIS_UNCODED", uncoded.replace("20059892^頭痛", "20084317^腹痛"))
    disease("", PRB.replace("20059892^頭痛", "20084317^腹痛"))  # uncoded, but ICD-10 is there
    suspected = PRB.replace("20059892^頭痛", "20059892^胃癌の疑い")
    disease("W:SUSPECTED_BY_TEXT_ONLY", suspected)
    disease("W:SUSPECTED_BY_TEXT_ONLY", PRB.replace("20059892^頭痛", "20059892^胃癌（疑い）"))
    disease("", with_field(suspected, 13, "1^疑い^JHSD0005"))
    disease("", suspected, "ZPR||20059892^胃癌^MDCDX2|20073486^の疑い^MDCDX2")
    disease("", suspected, "ZPR||20059892^胃癌^MDCDX2||||8002^の疑い^MDCDX2")
    disease("W:CODE_NOT_IN_TABLE", with_field(PRB, 14, "Z^?^HL70241"))
    disease("", with_field(PRB, 14, "F^治癒^HL70241"))
    for kind in "HLOBAF":
        disease("", PRB.replace("I10^^^^2013", f"I10^{kind}^種別^JHSD0004^2013"))
    disease("W:CODE_NOT_IN_TABLE", PRB.replace("I10^^^^2013", "I10^X^種別^JHSD0004^2013"))
    disease("", PRB.replace("I10^^^^2013", "I10^X^種別^99L1^2013"))  # a table of the hospital
    disease("", PRB.replace("^2013", "^2003"))
    disease("W:CODE_NOT_IN_TABLE", PRB.replace("^2013", "^10"))
    disease("I:SENSITIVE_DIAGNOSIS W:CODE_NOT_IN_TABLE", with_field(PRB, 25, "X^秘^HL70177"))
    for flag in ("V", "R", "U", "EMP"):
        disease("I:SENSITIVE_DIAGNOSIS", with_field(PRB, 25, flag))
    s.put("W:ADT01_NO_EVN6", "ADT-01", adt("ADT^A54^ADT_A54", pv1=PV1_IN + "||||D001^医師"))


# Information that nearly every file of these has is no part of a comparison.
ORDINARY = {"I:REQUIRED_FIELD_EMPTY"}


class Edges(unittest.TestCase):
    maxDiff = None

    def test_files_at_the_border_of_a_rule_have_exactly_what_they_break(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            storage = Storage(folder / "storage")
            for part in (names, versions, stays, character_sets, structure, fields, results, orders, problems):
                part(storage)
            done = sekisho("inspect", storage.root, "--json", "--findings", folder / "findings.jsonl", check=(1,))
            count = json.loads(done.stdout)["accounting"]
            self.assertEqual(count["records"], count["loaded"] + count["superseded"] + count["quarantined"])
            found = {path: set() for path in storage.wanted}
            for line in (folder / "findings.jsonl").read_text(encoding="utf-8").splitlines():
                finding = json.loads(line)
                found[finding["file"]].add(f"{finding['level']}:{finding['rule']}")
            for path, rules in storage.wanted.items():
                with self.subTest(file=pathlib.Path(path).name, rules=rules, content=pathlib.Path(path).read_bytes()):
                    self.assertLessEqual(rules, found[path])
                    self.assertEqual({rule for rule in found[path] if rule[0] != "I"} - rules, set())


if __name__ == "__main__":
    unittest.main()

"""Templates written after the rules had been mended for the others, before anything was mended for these. Persons in running text, lists and messages."""
import datetime
import json

from scenarios.exit_corpus import formats as f
from scenarios.exit_corpus import values as v

from . import registry
from .second_people import day, FIRST, kanji, recent, ROMAN, SURNAME

leak, _ = registry.named("second_")


@leak
def discharge_summary(r):
    d = recent(r)
    return "summary.txt", "退院時サマリー\n患者名 %s 殿　%d歳　%s\n入院日 %s　退院日 %s\n主訴 呼吸困難\n経過 利尿薬にて軽快。\n" % (kanji(r), r.randrange(40, 95), r.choice("男女"), d, d + datetime.timedelta(days=9))


@leak
def referral_letter(r):
    return "letter.docx", f.docx(["診療情報提供書", "%s病院 循環器内科 先生御侍史" % r.choice(["中央", "県立", "市民"]), "氏名：%s　生年月日：昭和%d年%d月%d日" % (kanji(r), r.randrange(5, 63), r.randrange(1, 13), r.randrange(1, 28)), "平素よりお世話になっております。"])


@leak
def meeting_minutes(r):
    return "minutes.md", "# 打合せ\n- 日時 2024-02-0%d\n- ID %08d の症例は重複のため除外\n- 次回 3月\n" % (r.randrange(1, 9), r.randrange(10 ** 8))


@leak
def exclusion_comment_py(r):
    return "clean.py", "import pandas as pd\nd = pd.read_csv('x.csv')\nd = d[~d.pid.isin(['%08d', '%08d', '%08d', '%08d', '%08d', '%08d'])]\n" % tuple(r.randrange(10 ** 8) for _ in range(6))


@leak
def exclusion_sas(r):
    return "clean.sas", "data b; set a;\nif patient_id in (%s) then delete;\nrun;\n" % ", ".join("'%07d'" % r.randrange(10 ** 7) for _ in range(9))


@leak
def recode_by_id_r(r):
    return "fix.R", "".join("d$hb[d$id == %d] <- %.1f\n" % (r.randrange(10 ** 6, 10 ** 7), r.uniform(8, 15)) for _ in range(8))


@leak
def recode_stata(r):
    return "fix.do", "".join("replace weight = %.1f if chartno == %d\n" % (r.uniform(40, 90), r.randrange(10 ** 6, 10 ** 7)) for _ in range(6))


@leak
def assertion_error(r):
    return "error.log", "Traceback (most recent call last):\n  File \"a.py\", line 9, in <module>\nAssertionError: row {'patient_id': '%08d', 'age': %d, 'sex': 'F', 'adm': '%s'} has no outcome\n" % (r.randrange(10 ** 8), r.randrange(20, 95), recent(r))


@leak
def key_error_mynumber(r):
    return "error.log", "KeyError: '%s'\n" % v.my_number(r)


@leak
def phone_in_readme(r):
    return "README.md", "# 集計\n不明点は患者家族 %s(0%d0-%04d-%04d)まで\n" % (kanji(r), r.choice([7, 8, 9]), r.randrange(1000, 9999), r.randrange(10 ** 4))


@leak
def honorific_list(r):
    return "memo.txt", "確認済み：" + "、".join("%sさん" % r.choice(SURNAME) for _ in range(4)) + "\n"


@leak
def names_newlines(r):
    return "list.txt", "".join(kanji(r) + "\n" for _ in range(15))


@leak
def names_romaji_list(r):
    return "list.txt", "".join("%s %s\n" % (r.choice(FIRST), r.choice(ROMAN)) for _ in range(15))


@leak
def names_column_csv(r):
    return "table.csv", "対象,値\n" + "".join("%s,%d\n" % (kanji(r), r.randrange(100, 900)) for _ in range(12))


@leak
def birthdays_column(r):
    return "table.csv", "k,b\n" + "".join("%d,%s\n" % (n, day(r).strftime("%Y%m%d")) for n in range(1, 30))


@leak
def birthdays_era_column(r):
    return "table.csv", "k,b\n" + "".join("%d,S%02d/%02d/%02d\n" % (n, r.randrange(5, 63), r.randrange(1, 13), r.randrange(1, 28)) for n in range(1, 30))


@leak
def symbol_numbers_column(r):
    return "insured.csv", "記号,番号,枝番,件数\n" + "".join("%d,%d,%02d,%d\n" % (r.randrange(1000, 9999), r.randrange(10, 999), r.randrange(1, 5), r.randrange(10, 90)) for _ in range(20))


@leak
def institution_counts(r):
    return "by_institution.csv", "医療機関コード,患者数\n" + "".join("%s,%d\n" % (v.institution(r), r.randrange(20, 900)) for _ in range(15))


@leak
def mail_list(r):
    return "cc.txt", "; ".join("%s.%s@%s" % (r.choice(FIRST).lower(), r.choice(ROMAN).lower(), r.choice(["softbank.ne.jp", "outlook.jp", "icloud.com"])) for _ in range(5)) + "\n"


@leak
def address_in_table(r):
    return "t.csv", "no,place,n\n" + "".join("%d,%s,%d\n" % (n, v.address(r), r.randrange(10, 90)) for n in range(1, 8))


@leak
def hl7_message(r):
    return "sample.txt", "MSH|^~\\&|HIS|HOSP|GW|HOSP|20220304101112||ADT^A08|1|P|2.5\rPID|0001||%010d||%s^^^^^L^I||19%02d0812|M\r" % (r.randrange(10 ** 10), kanji(r), r.randrange(30, 99))


@leak
def fhir_bundle(r):
    return "bundle.json", json.dumps({"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient", "identifier": [{"value": "%010d" % r.randrange(10 ** 10)}], "name": [{"text": kanji(r)}], "birthDate": str(day(r))}} for _ in range(3)]}, ensure_ascii=False)


@leak
def receipt_uke(r):
    return "sample.uke", "IR,1,13,1,1234567,,病院,202305,00,03-0000-0000\nRE,1,1112,202305,%s,1,3%06d,,,,,,1,%07d\nHO,%s,123,45,2,1200\n" % (kanji(r), r.randrange(10 ** 6), r.randrange(10 ** 7), v.insurer(r))


@leak
def dicom_tags_text(r):
    return "tags.txt", "(0010,0010) PN [%s^%s]\n(0010,0020) LO [%08d]\n(0010,0030) DA [%s]\n" % (r.choice(ROMAN).upper(), r.choice(FIRST).upper(), r.randrange(10 ** 8), day(r).strftime("%Y%m%d"))


@leak
def vcard(r):
    return "contact.vcf", "BEGIN:VCARD\nVERSION:3.0\nFN:%s\nTEL:090-%04d-%04d\nBDAY:%s\nEND:VCARD\n" % (kanji(r), r.randrange(1000, 9999), r.randrange(10 ** 4), day(r))


@leak
def calendar(r):
    return "visits.ics", "BEGIN:VCALENDAR\n" + "".join("BEGIN:VEVENT\nSUMMARY:%s 様 外来\nDTSTART:%s\nEND:VEVENT\n" % (r.choice(SURNAME), recent(r).strftime("%Y%m%d")) for _ in range(3)) + "END:VCALENDAR\n"

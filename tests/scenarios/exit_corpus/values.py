"""Values that name persons and institutions, each in the forms people write it."""
import datetime

SURNAMES = [("佐藤", "サトウ", "Sato"), ("鈴木", "スズキ", "Suzuki"), ("高橋", "タカハシ", "Takahashi"), ("田中", "タナカ", "Tanaka"), ("伊藤", "イトウ", "Ito"),
            ("渡辺", "ワタナベ", "Watanabe"), ("山本", "ヤマモト", "Yamamoto"), ("中村", "ナカムラ", "Nakamura"), ("小林", "コバヤシ", "Kobayashi"), ("加藤", "カトウ", "Kato"),
            ("吉田", "ヨシダ", "Yoshida"), ("山田", "ヤマダ", "Yamada"), ("松本", "マツモト", "Matsumoto"), ("井上", "イノウエ", "Inoue"), ("木村", "キムラ", "Kimura"),
            ("林", "ハヤシ", "Hayashi"), ("清水", "シミズ", "Shimizu"), ("森", "モリ", "Mori"), ("池田", "イケダ", "Ikeda"), ("橋本", "ハシモト", "Hashimoto"),
            ("長谷川", "ハセガワ", "Hasegawa"), ("村上", "ムラカミ", "Murakami"), ("近藤", "コンドウ", "Kondo"), ("三浦", "ミウラ", "Miura"), ("原", "ハラ", "Hara"),
            ("内藤", "ナイトウ", "Naito"), ("松岡", "マツオカ", "Matsuoka"), ("大久保", "オオクボ", "Okubo"), ("小松", "コマツ", "Komatsu"), ("永井", "ナガイ", "Nagai")]
GIVEN = [("太郎", "タロウ", "Taro"), ("花子", "ハナコ", "Hanako"), ("一郎", "イチロウ", "Ichiro"), ("美咲", "ミサキ", "Misaki"), ("健", "ケン", "Ken"),
         ("陽子", "ヨウコ", "Yoko"), ("翔太", "ショウタ", "Shota"), ("誠", "マコト", "Makoto"), ("由美", "ユミ", "Yumi"), ("和子", "カズコ", "Kazuko"),
         ("幸子", "サチコ", "Sachiko"), ("大輔", "ダイスケ", "Daisuke"), ("恵子", "ケイコ", "Keiko"), ("直樹", "ナオキ", "Naoki"), ("結衣", "ユイ", "Yui")]
TOWNS = [("150-0001", "東京都渋谷区神宮前"), ("530-0001", "大阪府大阪市北区梅田"), ("060-0042", "北海道札幌市中央区大通西"), ("460-0008", "愛知県名古屋市中区栄"),
         ("810-0001", "福岡県福岡市中央区天神"), ("980-0811", "宮城県仙台市青葉区一番町"), ("700-0901", "岡山県岡山市北区本町"), ("390-0811", "長野県松本市中央")]
ERAS = [("明治", "M", 1, 1868), ("大正", "T", 2, 1912), ("昭和", "S", 3, 1926), ("平成", "H", 4, 1989), ("令和", "R", 5, 2019)]
HALF = str.maketrans({"ア": "ｱ", "イ": "ｲ", "ウ": "ｳ", "エ": "ｴ", "オ": "ｵ", "カ": "ｶ", "キ": "ｷ", "ク": "ｸ", "ケ": "ｹ", "コ": "ｺ", "サ": "ｻ", "シ": "ｼ", "ス": "ｽ", "セ": "ｾ", "ソ": "ｿ",
                      "タ": "ﾀ", "チ": "ﾁ", "ツ": "ﾂ", "テ": "ﾃ", "ト": "ﾄ", "ナ": "ﾅ", "ニ": "ﾆ", "ヌ": "ﾇ", "ネ": "ﾈ", "ノ": "ﾉ", "ハ": "ﾊ", "ヒ": "ﾋ", "フ": "ﾌ", "ヘ": "ﾍ", "ホ": "ﾎ",
                      "マ": "ﾏ", "ミ": "ﾐ", "ム": "ﾑ", "メ": "ﾒ", "モ": "ﾓ", "ヤ": "ﾔ", "ユ": "ﾕ", "ヨ": "ﾖ", "ラ": "ﾗ", "リ": "ﾘ", "ル": "ﾙ", "レ": "ﾚ", "ロ": "ﾛ", "ワ": "ﾜ", "ン": "ﾝ",
                      "ガ": "ｶﾞ", "ギ": "ｷﾞ", "グ": "ｸﾞ", "ゴ": "ｺﾞ", "ザ": "ｻﾞ", "ジ": "ｼﾞ", "ズ": "ｽﾞ", "ダ": "ﾀﾞ", "ド": "ﾄﾞ", "バ": "ﾊﾞ", "ビ": "ﾋﾞ", "ブ": "ﾌﾞ", "ベ": "ﾍﾞ", "ボ": "ﾎﾞ",
                      "パ": "ﾊﾟ", "ピ": "ﾋﾟ", "ョ": "ﾖ", "ュ": "ﾕ", "ッ": "ﾂ", "ー": "ｰ"})


def wide(text):
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def my_number(rng):
    """Ordinance 85 of 2014: 11 digits and a check digit."""
    eleven = [rng.randrange(10) for _ in range(11)]
    total = sum(d * (n + 1 if n <= 6 else n - 5) for n, d in enumerate(reversed(eleven), start=1))
    return "".join(map(str, eleven)) + str(0 if total % 11 <= 1 else 11 - total % 11)


def checked(digits):
    """Adds the check digit of insurers and institutions: weights 2, 1 from the right, sums of digits."""
    total = sum(sum(divmod(int(d) * (2 if i % 2 == 0 else 1), 10)) for i, d in enumerate(reversed(digits)))
    return digits + str(-total % 10)


def insurer(rng):
    if rng.random() < 0.3:
        return checked("%02d%03d" % (rng.randrange(1, 48), rng.randrange(1000)))  # municipal: six digits
    return checked("%s%02d%03d" % (rng.choice(["01", "02", "06", "31", "39", "63", "67"]), rng.randrange(1, 48), rng.randrange(1000)))


def institution(rng):
    """Ten digits: prefecture, table of points, district, number and check digit."""
    return "%02d%d" % (rng.randrange(1, 48), rng.choice([1, 3])) + checked("%02d%04d" % (rng.randrange(1, 99), rng.randrange(10000)))


def symbol_number(rng):
    return rng.choice(["記号 %d-%d 番号 %d", "記号・番号 %d%d・%d", "被保険者証記号 %d%d 番号 %d", "保険証の記号%d－%d、番号%d"]) % (
        rng.randrange(1, 99), rng.randrange(10, 999), rng.randrange(1, 9999999))


def birth_date(rng):
    return datetime.date(rng.randrange(1925, 2005), 1, 1) + datetime.timedelta(days=rng.randrange(365))


def era_of(day):
    starts = [datetime.date(1868, 10, 23), datetime.date(1912, 7, 30), datetime.date(1926, 12, 25), datetime.date(1989, 1, 8), datetime.date(2019, 5, 1)]
    which = max(i for i, start in enumerate(starts) if start <= day)
    return ERAS[which], day.year - ERAS[which][3] + 1


def birth(rng, told=True):
    day = birth_date(rng)
    (kanji, letter, number, _), year = era_of(day)
    forms = [day.isoformat(), "%d/%d/%d" % (day.year, day.month, day.day), "%d年%d月%d日" % (day.year, day.month, day.day),
             "%s%d年%d月%d日" % (kanji, year, day.month, day.day), "%s%d.%d.%d" % (letter, year, day.month, day.day),
             "%s%02d.%02d.%02d" % (letter, year, day.month, day.day), "%s%d/%d/%d" % (letter, year, day.month, day.day),
             "%s%d年%d月%d日" % (letter, year, day.month, day.day)]
    if told:
        forms += [day.strftime("%Y%m%d"), "%d%02d%02d%02d" % (number, year, day.month, day.day), day.strftime("%d %B %Y"), day.strftime("%b %d, %Y")]
    return rng.choice(forms)


def phone(rng):
    a, b = rng.randrange(1000, 10000), rng.randrange(10000)
    return rng.choice(["090-%04d-%04d", "080-%04d-%04d", "03-%04d-%04d", "(03)%04d-%04d", "070%04d%04d", "+81-90-%04d-%04d", "０９０－%04d－%04d"]) % (a, b)


def person(rng):
    return rng.choice(SURNAMES), rng.choice(GIVEN)


def kanji_name(rng):
    family, given = person(rng)
    return family[0] + rng.choice(["", " ", "　"]) + given[0]


def kana_name(rng):
    family, given = person(rng)
    text = family[1] + rng.choice([" ", "　"]) + given[1]
    return text.translate(HALF) if rng.random() < 0.5 else text


def romaji_name(rng):
    family, given = person(rng)
    return rng.choice(["%s %s" % (given[2], family[2]), "%s %s" % (family[2].upper(), given[2]), "%s, %s" % (family[2], given[2])])


def address(rng):
    code, town = rng.choice(TOWNS)
    number = rng.choice(["%d-%d-%d", "%d丁目%d番%d号", "%d丁目%d-%d"]) % (rng.randrange(1, 9), rng.randrange(1, 30), rng.randrange(1, 30))
    return rng.choice(["〒%s " % code, ""]) + town + number


def pseudonym(rng):
    return rng.choice(["%032x" % rng.getrandbits(128), "%016x" % rng.getrandbits(64), "P-%08x%08x" % (rng.getrandbits(32), rng.getrandbits(32))])


KINDS = {
    "my_number": lambda rng: rng.choice(["個人番号 ", "マイナンバー: ", "No. ", ""]) + my_number(rng),
    "insurer": lambda rng: "保険者番号 " + insurer(rng),
    "institution": lambda rng: rng.choice(["医療機関コード ", "医療機関番号："]) + institution(rng),
    "symbol": symbol_number,
    "kanji_name": lambda rng: kanji_name(rng) + rng.choice(["様", "氏", "殿", "さん"]),
    "labelled_name": lambda rng: rng.choice(["氏名：", "患者氏名 ", "患者名: "]) + kanji_name(rng),
    "kana_name": lambda rng: rng.choice(["フリガナ ", "カナ氏名："]) + kana_name(rng),
    "romaji_name": lambda rng: rng.choice(["patient: ", "Patient name ", "Name: "]) + romaji_name(rng),
    "phone": lambda rng: rng.choice(["電話 ", "TEL: ", "連絡先"]) + phone(rng),
    "address": lambda rng: rng.choice(["住所 ", "居住地：", ""]) + address(rng),
    "birth": lambda rng: rng.choice(["生年月日 ", "生年月日：", "DOB "]) + birth(rng),
    "mail": lambda rng: "%s.%s%d@example.jp" % (rng.choice(GIVEN)[2].lower(), rng.choice(SURNAMES)[2].lower(), rng.randrange(100)),
    "chart": lambda rng: rng.choice(["患者番号 ", "カルテ番号: ", "ID番号 ", "MRN "]) + "%08d" % rng.randrange(10 ** 8),
}


def identifier(rng, kind=None):
    return KINDS[kind or rng.choice(sorted(KINDS))](rng)

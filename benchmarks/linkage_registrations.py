#!/usr/bin/env python3
"""Japanese registrations with known persons, for speed and for sweeps: households, twins, moves, marriages, changes of
insurance, habits of hospitals, typing errors. Names are made of syllables, so that no file of names is needed.

  linkage_registrations.py --records N [--seed S] [--errors F] [--household F] OUT.csv TRUTH.csv

--errors multiplies all error rates (1: the rates of the reference), --household the sizes of households.
"""
import argparse
import random

KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワガギグゲゴザジズゼゾダデドバビブベボ"
KANJI = "山川田中村上下木林森本野原島井石藤佐高橋小大松竹梅西東北南金銀水火土谷岡崎浜池沢河江津宮寺城戸門倉内外平和正清光明美春夏秋冬花草太郎子代幸恵真実優健康博文武雄一二三千里香織彩奈々由紀裕直哉翔大介俊英"
VOICED = str.maketrans("ガギグゲゴザジズゼゾダデドバビブベボ", "カキクケコサシスセソタテトハヒフヘホ")
HALF = dict(zip("アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワ", "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜ"))
VARIANT = {"高": "髙", "崎": "﨑", "沢": "澤", "浜": "濱", "島": "嶋", "真": "眞"}
FULL = str.maketrans("0123456789", "０１２３４５６７８９")
KANJI_DIGIT = "〇一二三四五六七八九"


def kanji_number(n):
    tens, ones = divmod(n, 10)
    return ("" if tens == 0 else "十" if tens == 1 else KANJI_DIGIT[tens] + "十") + (KANJI_DIGIT[ones] if ones or not tens else "")


class Names:
    """Kanji and kana of names, the commonest first, weighted by rank."""

    def __init__(self, rng, count, kana_length, shift):
        self.names = []
        seen = set()
        while len(self.names) < count:
            kanji = "".join(rng.choice(KANJI) for _ in range(2 if rng.random() < 0.85 else 1))
            kana = "".join(rng.choice(KANA) for _ in range(rng.randint(*kana_length)))
            if (kanji, kana) not in seen:
                seen.add((kanji, kana))
                self.names.append((kanji, kana))
        total, self.cumulative = 0.0, []
        for rank in range(count):
            total += 1 / (rank + shift)
            self.cumulative.append(total)

    def draw(self, rng):
        return rng.choices(self.names, cum_weights=self.cumulative)[0]


def typo(rng, text, alphabet):
    if not text:
        return text
    at = rng.randrange(len(text))
    return text[:at] + rng.choice(alphabet) + text[at + 1:]


class Writer:
    def __init__(self, options):
        rng = self.rng = random.Random(options.seed)
        self.errors, self.household = options.errors, options.household
        self.family = Names(rng, 10000, (2, 5), 12)
        self.given = {1: Names(rng, 4000, (2, 4), 30), 2: Names(rng, 4000, (2, 4), 30)}
        self.towns = ["".join(rng.choice(KANJI) for _ in range(rng.randint(2, 4))) + "町" for _ in range(3000)]
        self.hospitals = [(rng.random() < 0.4, rng.random() < 0.4, rng.randrange(4), rng.random() < 0.5) for _ in range(200)]

    def chance(self, rate):
        return self.rng.random() < rate * self.errors

    def insurance(self):
        rng = self.rng
        return f"{rng.randrange(10**7, 10**8)}", str(rng.randrange(1, 9999)), str(rng.randrange(1, 999999))

    def residence(self):
        rng = self.rng
        return rng.choice(self.towns), rng.randint(1, 9), rng.randint(1, 30), rng.randint(1, 20), f"{rng.randrange(100, 1000)}{rng.randrange(10000):04}"

    def phone(self):
        return "0" + str(self.rng.randrange(70, 100)) + f"{self.rng.randrange(10**8):08}"

    def households(self):
        rng = self.rng
        while True:
            size = max(1, round(rng.choices([1, 2, 3, 4, 5], [38, 28, 17, 13, 4])[0] * self.household))
            name, residence, insurance, shared = self.family.draw(rng), self.residence(), self.insurance(), self.phone()
            share = rng.random() < 0.5
            year = rng.randint(1930, 1990)
            members = []
            for m in range(size):
                birth = (year + rng.randint(-6, 6) if m < 2 else year + rng.randint(22, 37), rng.randint(1, 12), rng.randint(1, 28))
                sex = rng.choice((1, 2))
                if m > 2 and rng.random() < 0.02:
                    birth, sex = members[-1]["birth"], members[-1]["sex"]
                members.append({"family": name, "given": self.given[sex].draw(rng), "birth": birth, "sex": sex,
                                "residence": residence, "insurance": insurance, "branch": m,
                                "phone": shared if share else self.phone()})
            yield members

    def registrations(self, person):
        rng = self.rng
        year = 2014
        for _ in range(rng.choice((0, 1, 1, 2, 2, 3, 4, 6))):
            step = rng.randint(0, 3)
            year += step
            for _ in range(step):
                if rng.random() < 0.08:
                    person["insurance"] = self.insurance()
                if rng.random() < 0.045:
                    person["residence"] = self.residence()
                if rng.random() < 0.04:
                    person["phone"] = self.phone()
                if person["sex"] == 2 and 20 <= year - person["birth"][0] <= 38 and rng.random() < 0.045:
                    person["family"] = self.family.draw(rng)
            yield self.written(person, min(year, 2025))

    def written(self, person, year):
        rng, chance = self.rng, self.chance
        half, gaiji, notation, hyphens = self.hospitals[rng.randrange(len(self.hospitals))]
        (family, family_kana), (given, given_kana) = person["family"], person["given"]
        if gaiji or chance(0.03):
            family = "".join(VARIANT.get(c, c) if rng.random() < 0.22 else c for c in family)
        if chance(0.006):
            family = typo(rng, family, KANJI)
        if chance(0.02):
            given = typo(rng, given, KANJI)
        if chance(0.008):
            family_kana = typo(rng, family_kana, KANA)
        if chance(0.012):
            given_kana = typo(rng, given_kana, KANA)
        if chance(0.01):
            given_kana = given_kana.translate(VOICED)
        if chance(0.002):
            family, given, family_kana, given_kana = given, family, given_kana, family_kana
        if chance(0.01):
            family = given = ""
        if half:
            family_kana, given_kana = ("".join(HALF.get(c, c) for c in kana) for kana in (family_kana, given_kana))
        y, m, d = person["birth"]
        if chance(0.008):
            kind = rng.random()
            y, m, d = (y + rng.choice((-63, 63, -1, 1)), m, d) if kind < 0.3 else (y, d if d <= 12 else 1, m) if kind < 0.45 else (y, m, rng.randint(1, 28)) if kind < 0.8 else (y, rng.randint(1, 12), d)
        town, a, b, c, postcode = person["residence"]
        address = (f"{town}{a}丁目{b}番{c}号", f"{town}{a}-{b}-{c}", f"{town}{a}－{b}－{c}".translate(FULL),
                   f"{town}{kanji_number(a)}丁目{kanji_number(b)}番地の{kanji_number(c)}")[notation]
        insurer, symbol, number = person["insurance"]
        if chance(0.008):
            number = typo(rng, number, "0123456789")
        if gaiji:
            symbol = symbol.translate(FULL)
        phone = person["phone"]
        if chance(0.01):
            phone = typo(rng, phone, "0123456789")
        if hyphens:
            phone = f"{phone[:3]}-{phone[3:7]}-{phone[7:]}"
        if rng.random() < 0.20:
            phone = ""
        if rng.random() < 0.03:
            insurer = symbol = number = ""
        branch = f"{person['branch']:02}" if year > 2020 and notation > 1 and number else ""
        return (family, given, family_kana, given_kana, f"{y}-{m:02}-{d:02}", "12"[person["sex"] - 1 if not chance(0.001) else 2 - person["sex"]],
                "" if rng.random() < 0.05 else postcode, "" if rng.random() < 0.04 else address, phone, insurer, symbol, number, branch)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--errors", type=float, default=1)
    parser.add_argument("--household", type=float, default=1)
    parser.add_argument("output")
    parser.add_argument("truth")
    options = parser.parse_args()
    writer = Writer(options)
    records = persons = 0
    with open(options.output, "w", encoding="utf-8") as out, open(options.truth, "w", encoding="utf-8") as truth:
        out.write("record_id,family_kanji,given_kanji,family_kana,given_kana,birth_date,sex,postcode,address,phone,insurer,symbol,number,branch\n")
        truth.write("record_id,person_id\n")
        for household in writer.households():
            for person in household:
                persons += 1
                for row in writer.registrations(person):
                    if records == options.records:
                        return
                    records += 1
                    out.write(f"R{records:08}," + ",".join(row) + "\n")
                    truth.write(f"R{records:08},P{persons:08}\n")


if __name__ == "__main__":
    main()

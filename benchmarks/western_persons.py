#!/usr/bin/env python3
"""Western person data with known persons, which no rule was tuned on: names of a Zipf distribution, nicknames, typing and
hearing errors, moves, marriages, households.

  western_persons.py [--kind persons|names|census] [--records N] [--seed S] [--errors F] OUT.csv TRUTH.csv

persons: surname, given and middle name, year, month and day of birth, sex, street, city, postcode, phone, e-mail.
names:   surname, given name and birth date alone: the hardest.
census:  two counts of the same parishes ten years apart (column `count`): ages for birth dates, families, birth places.
"""
import argparse
import csv
import random

ONSET = ["b", "br", "c", "ch", "d", "dr", "f", "g", "gr", "h", "j", "k", "l", "m", "n", "p", "r", "s", "sh", "st", "t", "th", "tr", "v", "w", ""]
VOWEL = ["a", "e", "i", "o", "u", "ea", "ie", "oo", "ai", "y"]
CODA = ["", "", "n", "r", "s", "l", "t", "ck", "nd", "rt", "m", "ll", "ng", "ss"]
ENDS = ["son", "ton", "ley", "er", "man", "ford", "well", "s", "ham", "", "", ""]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
HEARD = [("ph", "f"), ("ck", "k"), ("ie", "y"), ("ea", "ee"), ("ll", "l"), ("ss", "s"), ("oo", "u"), ("c", "k"), ("th", "t"), ("ai", "ay"), ("sh", "ch")]
JOBS = ["agricultural labourer", "domestic servant", "coal miner", "weaver", "dressmaker", "carpenter", "farmer", "scholar", "blacksmith", "grocer"]


class Names:
    def __init__(self, rng, count, shift, ends=("",)):
        seen = {}
        while len(seen) < count:
            parts = [rng.choice(ONSET) + rng.choice(VOWEL) + rng.choice(CODA) for _ in range(rng.choice((1, 2, 2)))]
            word = "".join(parts) + rng.choice(ends)
            if 3 <= len(word) <= 12:
                seen[word] = None
        self.names, total, self.weights = list(seen), 0.0, []
        for rank in range(count):
            total += 1 / (rank + shift)
            self.weights.append(total)

    def draw(self, rng):
        return rng.choices(self.names, cum_weights=self.weights)[0]


def typo(rng, text, alphabet=LETTERS):
    if len(text) < 2:
        return text
    at = rng.randrange(len(text) - 1)
    kind = rng.randrange(4)
    if kind == 0:
        return text[:at] + rng.choice(alphabet) + text[at + 1:]
    if kind == 1:
        return text[:at] + text[at + 1:]
    if kind == 2:
        return text[:at] + rng.choice(alphabet) + text[at:]
    return text[:at] + text[at + 1] + text[at] + text[at + 2:]


def misheard(rng, text):
    fits = [(a, b) for a, b in HEARD if a in text]
    if not fits:
        return typo(rng, text)
    a, b = rng.choice(fits)
    return text.replace(a, b, 1)


class Writer:
    def __init__(self, seed, errors):
        rng = self.rng = random.Random(seed)
        self.errors = errors
        self.family, self.given = Names(rng, 6000, 15, ENDS), {s: Names(rng, 700, 6) for s in "MF"}
        self.places, self.streets = Names(rng, 400, 8, ("ton", "ford", "ham", "")), Names(rng, 2500, 30)
        self.short = {name: name[:3] + rng.choice(("", "y", "ie")) for names in self.given.values() for name in names.names if rng.random() < 0.25}

    def chance(self, rate):
        return self.rng.random() < rate * self.errors

    def residence(self):
        rng = self.rng
        return {"street": f"{rng.randint(1, 250)} {self.streets.draw(rng)} {rng.choice(('street', 'road', 'avenue', 'lane'))}",
                "city": self.places.draw(rng), "postcode": f"{rng.randint(10000, 99999)}"}

    def name(self, text):
        rng = self.rng
        if self.chance(0.05):
            return typo(rng, text)
        return misheard(rng, text) if self.chance(0.04) else text

    def persons(self):
        rng = self.rng
        while True:
            family, home, phone = self.family.draw(rng), self.residence(), f"{rng.randint(200, 999)}{rng.randrange(10**7):07}"
            year = rng.randint(1930, 1995)
            for member in range(rng.choices((1, 2, 3, 4), (40, 30, 17, 13))[0]):
                sex, born = rng.choice("MF"), year + (rng.randint(-6, 6) if member < 2 else rng.randint(20, 34))
                yield {"surname": family, "given": self.given[sex].draw(rng), "middle": self.given[sex].draw(rng) if rng.random() < 0.6 else "",
                       "birth": (born, rng.randint(1, 12), rng.randint(1, 28)), "sex": sex, "phone": phone if rng.random() < 0.6 else f"{rng.randint(200, 999)}{rng.randrange(10**7):07}", **home}

    def written(self, person):
        rng, chance = self.rng, self.chance
        if chance(0.10):
            person.update(self.residence())
        if person["sex"] == "F" and chance(0.05):
            person["surname"] = self.family.draw(rng)
        given = self.short[person["given"]] if person["given"] in self.short and chance(0.2) else self.name(person["given"])
        surname, (year, month, day) = self.name(person["surname"]), person["birth"]
        if chance(0.01):
            given, surname = surname, given
        if chance(0.04):
            kind = rng.randrange(4)
            year, month, day = ((year + rng.choice((-10, -1, 1, 10)), month, day), (year, day, month) if day < 13 else (year, month, day),
                                (year, rng.randint(1, 12), day), (year, month, rng.randint(1, 28)))[kind]
        middle = person["middle"] if not chance(0.2) else person["middle"][:1]
        row = {"surname": surname, "given_name": given, "middle_name": middle, "birth_year": year, "birth_month": month, "birth_day": day, "sex": person["sex"],
               "street": self.name(person["street"]), "city": person["city"], "postcode": typo(rng, person["postcode"], "0123456789") if chance(0.03) else person["postcode"],
               "phone": typo(rng, person["phone"], "0123456789") if chance(0.03) else person["phone"],
               "email": f"{person['given']}.{person['surname']}{person['birth'][0] % 100}@example.org"}
        for field, rate in (("sex", 0.02), ("street", 0.08), ("city", 0.05), ("postcode", 0.06), ("phone", 0.3), ("email", 0.5), ("birth_day", 0.02), ("given_name", 0.01)):
            if chance(rate):
                row[field] = ""
        return row

    def registrations(self, records, names_only):
        at = 0
        for number, person in enumerate(self.persons()):
            for _ in range(self.rng.choices((1, 2, 3, 4), (45, 35, 14, 6))[0]):
                if at == records:
                    return
                row = self.written(person)
                if names_only:
                    day = row["birth_day"] or 0
                    row = {"surname": row["surname"], "given_name": row["given_name"], "birth_date": f"{row['birth_year']}-{row['birth_month']:02}-{day:02}"}
                yield {"record_id": f"W{at:07}", **row}, f"P{number:07}"
                at += 1

    def census(self, records):
        rng, rows, number = self.rng, [], 0
        while len(rows) < records:
            family, parish, head = self.family.draw(rng), self.places.draw(rng), rng.randint(22, 60)
            for member in range(rng.choices((1, 2, 3, 4, 5, 6), (10, 18, 20, 20, 17, 15))[0]):
                sex = "M" if member == 0 else "F" if member == 1 else rng.choice("MF")
                age = head if member == 0 else max(17, head + rng.randint(-8, 5)) if member == 1 else max(0, head - 24 - rng.randint(0, 15))
                given, born_in, job = self.given[sex].draw(rng), parish if rng.random() < 0.6 else self.places.draw(rng), rng.choice(JOBS)
                surname, place = family, parish
                number += 1
                for count, years in (("1881", 0), ("1891", 10)):
                    if count == "1891":
                        if rng.random() < 0.25:  # died, emigrated, not found
                            continue
                        place = self.places.draw(rng) if rng.random() < 0.2 else place
                        job = rng.choice(JOBS) if rng.random() < 0.4 else job
                        surname = self.family.draw(rng) if sex == "F" and 10 <= age <= 25 and rng.random() < 0.5 else surname
                    told = age + years + (rng.choice((-2, -1, -1, 1, 1, 2)) if self.chance(0.3) else 0)
                    rows.append(({"count": count, "surname": self.name(surname), "given_name": self.name(self.short.get(given, given) if self.chance(0.1) else given),
                                  "age": max(0, told), "birth_year": int(count) - max(0, told), "sex": sex, "birth_place": self.name(born_in), "city": place,
                                  "occupation": "" if self.chance(0.3) else job}, f"P{number:07}"))
        rng.shuffle(rows)
        for at, (row, person) in enumerate(rows[:records]):
            yield {"record_id": f"C{at:07}", **row}, person


def rows_of(kind, records, seed, errors=1.0):
    """(row as a dictionary, person) of each record."""
    writer = Writer(seed, errors)
    return writer.census(records) if kind == "census" else writer.registrations(records, kind == "names")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", choices=("persons", "names", "census"), default="persons")
    parser.add_argument("--records", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=20260401)
    parser.add_argument("--errors", type=float, default=1)
    parser.add_argument("output")
    parser.add_argument("truth")
    options = parser.parse_args()
    with open(options.output, "w", newline="", encoding="utf-8") as out, open(options.truth, "w", newline="", encoding="utf-8") as truth:
        sheet, persons = None, csv.writer(truth)
        persons.writerow(["record_id", "person_id"])
        for row, person in rows_of(options.kind, options.records, options.seed, options.errors):
            if sheet is None:
                sheet = csv.DictWriter(out, list(row))
                sheet.writeheader()
            sheet.writerow(row)
            persons.writerow([row["record_id"], person])


if __name__ == "__main__":
    main()

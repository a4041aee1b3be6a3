#!/usr/bin/env python3
"""More western person data with known persons that no rule was tuned on, with other error models than western_persons.py.

  western_sources.py [--kind registry|twins|many] [--records N] [--seed S] OUT.csv TRUTH.csv

registry: two sources without duplicates inside one (column `source`): a register in capitals without marks and forms that were
          scanned; names of many languages, particles, two surnames; surname, given names, birth date, sex, town.
twins:    households of up to nine with twins, children named after a parent, one phone, one e-mail and one address for all.
many:     up to sixty records of a person, one third of all values missing, two or more errors in most, fields swapped.
"""
import argparse
import csv
import random
import unicodedata

from western_persons import Names, misheard, typo

FAMILY = """García López Martínez Fernández González Rodríguez Sánchez Pérez Gómez Núñez Ibáñez Müller Schröder Weiß Jäger Krüger Schäfer Köhler Böhm
 Groß Meyer Maier Mayr Meier Nowak Kowalska Kowalski Wiśniewski Wójcik Zieliński Jabłońska Łukasik Dąbrowski de_Vries van_den_Berg van_Dijk van_der_Meer
 ter_Horst de_Jong Jansen Janssen Visser O'Brien O'Connor McDonald MacDonald McCarthy Ó_Súilleabháin Fitzgerald Lefèvre Béranger Desrosiers Lévêque
 D'Angelo De_Luca Esposito Ferrari Di_Stefano Nuñes da_Silva dos_Santos Gonçalves Araújo Conceição Hansen Jørgensen Sørensen Østergaard Åkesson Lindström
 Björklund Nyström Mäkinen Hämäläinen Nguyễn Trần Phạm Al-Hassan El-Sayed Abdallah Ben_Ali Haddad Khoury Öztürk Yılmaz Çelik Şahin Demir Kaya Papadopoulos
 Georgiou Ivanov Ivanova Petrov Petrova Kuznetsov Popov Horváth Szabó Kovács Tóth Nagy Novák Dvořáková Svoboda Chen Wang Li Zhang Kim Park Singh Kaur Patel
 Sharma Okafor Adeyemi Mensah Diallo Traoré Mbeki Smith Jones Taylor Brown Wilson Johnson Clarke Clark Stephens Stevens""".split()
GIVEN = {
    "M": """José_Luis Juan_Carlos Juan Miguel_Ángel Francisco Jürgen Karl-Heinz Hans-Peter Björn Günther Wolfgang Matthias Mathias Stefan Stephan Łukasz
 Michał Krzysztof Paweł Pieter Johannes Jan Willem Seán Pádraig Liam Jean-Pierre Jean-Luc François André Jérôme Giovanni Gianluca Luca Antônio João Sebastião
 Søren Jørgen Åke Göran Pekka Minh Tuan Mohammed Muhammad Mohamed Ahmed Ahmad Youssef Yusuf Mehmet Emre Nikolaos Georgios Aleksandr Dmitri Sergei László
 István Jiří Tomáš Wei Jun Min-ho Harpreet Rajesh Chinedu Kwame Ibrahim Ousmane William James John Robert Thomas David Alexander""".split(),
    "F": """María_José María_del_Carmen Ana_María Ana Lucía Begoña Ursula Jürgina Käthe Anna-Lena Heike Gisela Katarzyna Małgorzata Agnieszka Zofia Anneke
 Marijke Sanne Johanna Siobhán Aoife Niamh Marie-Claire Anne-Sophie Françoise Hélène Zoé Giulia Chiara Francesca Conceição Inês Luísa Bjørg Åse Märta Linnéa
 Päivi Aino Thu_Hà Linh Fatima Fatma Fatimah Aisha Ayşe Zeynep Eleni Maria Svetlana Yekaterina Ekaterina Olga Zsófia Ágnes Jana Lenka Mei Xiu Ji-woo
 Harpreet Priya Ngozi Ama Aminata Mary Elizabeth Margaret Catherine Katherine Sarah Sara Susan Anne Ann""".split()}
PLAIN = str.maketrans({"ø": "o", "ł": "l", "ı": "i", "ß": "ss", "Ø": "O", "Ł": "L", "đ": "d"})
SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
SEEN = [("rn", "m"), ("m", "rn"), ("cl", "d"), ("l", "i"), ("i", "l"), ("O", "0"), ("e", "c"), ("u", "v"), ("h", "b"), ("t", "f"), ("nn", "m"), ("a", "o"), ("n", "u")]


def plain(text):
    """Without marks, as registers write it."""
    return "".join(c for c in unicodedata.normalize("NFD", text.translate(PLAIN)) if not unicodedata.combining(c))


def scanned(rng, text):
    fits = [(a, b) for a, b in SEEN if a in text]
    a, b = rng.choice(fits) if fits else ("", "")
    return text.replace(a, b, 1) if fits else text


class Writer:
    def __init__(self, seed):
        rng = self.rng = random.Random(seed)
        self.towns, self.streets = Names(rng, 150, 8, ("ton", "ford", "ham", "")), Names(rng, 1500, 30)
        self.more = Names(rng, 2500, 12, ("son", "ski", "er", "o", "ez", ""))
        self.more_given = {sex: Names(rng, 300, 8) for sex in "MF"}

    def surname(self):
        return self.rng.choice(FAMILY).replace("_", " ") if self.rng.random() < 0.6 else self.more.draw(self.rng).title()

    def given(self, sex):
        return self.rng.choice(GIVEN[sex]).replace("_", " ") if self.rng.random() < 0.7 else self.more_given[sex].draw(self.rng).title()

    def birth(self, low=1925, high=2008):
        return self.rng.randint(low, high), self.rng.randint(1, 12), self.rng.randint(1, 28)

    def registry(self, records):
        """A third of the persons stand in both sources."""
        rng, rows = self.rng, []
        for number in range(records * 3 // 4):
            sex = rng.choice("MF")
            family = self.surname() + (" " + self.surname() if rng.random() < 0.15 else "")
            given, (year, month, day), town = self.given(sex), self.birth(), self.towns.draw(rng).title()
            in_both = rng.random() < 1 / 3
            if in_both or rng.random() < 0.5:
                rows.append(({"source": "A", "surname": plain(family).upper(), "given_names": plain(given).upper(), "birth_date": f"{day:02}/{month:02}/{year}",
                              "sex": "1" if sex == "M" else "2", "town": plain(town).upper()}, number))
                if not in_both:
                    continue
            if rng.random() < 0.3:
                family = family.translate(SPELLED)
            if " " in family and rng.random() < 0.4:
                family = rng.choice((family.replace(" ", "-"), family.replace(" ", ""), family.split()[0], family.split()[-1]))
            if sex == "F" and rng.random() < 0.08:
                family = rng.choice((self.surname(), family + "-" + self.surname()))
            if (" " in given or "-" in given) and rng.random() < 0.4:
                given = rng.choice((given.replace("-", " "), given.replace(" ", "-"), given.split()[0].split("-")[0]))
            for _ in range(rng.choice((0, 0, 1, 1, 2))):
                which = rng.randrange(3)
                if which == 0:
                    family = scanned(rng, family)
                elif which == 1:
                    given = scanned(rng, given)
                else:
                    town = scanned(rng, town)
            if rng.random() < 0.03:
                family, given = given, family
            if rng.random() < 0.06:
                year, month, day = rng.choice(((year + rng.choice((-1, 1, 10, -10)), month, day), (year, day, month) if day < 13 else (year, month, day + 1), (year, month, rng.randint(1, 28))))
            rows.append(({"source": "B", "surname": family, "given_names": given, "birth_date": f"{day:02}/{month:02}/{year}" if rng.random() > 0.02 else "",
                          "sex": ("1" if sex == "M" else "2") if rng.random() > 0.03 else "", "town": town if rng.random() > 0.1 else self.towns.draw(rng).title()}, number))
        rng.shuffle(rows)
        return rows

    def twins(self, records):
        rng, rows, number = self.rng, [], 0
        while len(rows) < records:
            family, phone = self.surname(), f"0{rng.randint(10, 99)}-{rng.randrange(10**7):07}"
            street, town, post = f"{rng.randint(1, 150)} {self.streets.draw(rng).title()} {rng.choice(('Street', 'Road', 'Lane'))}", self.towns.draw(rng).title(), f"{rng.randint(1000, 9999)}"
            mail = f"{plain(family).lower().replace(' ', '')}{rng.randint(1, 99)}@example.org"
            parents = [(sex, self.given(sex), self.birth(1940, 1980)) for sex in rng.choice(("MF", "MF", "M", "F"))]
            members, born = list(parents), None
            for _ in range(rng.choice((0, 1, 2, 3, 3, 4, 5, 7))):
                sex = rng.choice("MF")
                same = [given for s, given, _ in parents if s == sex]
                born = born if born and rng.random() < 0.25 else self.birth(1975, 2015)
                taken = {given for _, given, _ in members}
                given = same[0] if same and rng.random() < 0.1 else self.given(sex)
                if given in taken and (not same or given != same[0]):
                    continue
                members.append((sex, given, born))
            for sex, given, (year, month, day) in members:
                number += 1
                for _ in range(rng.choices((1, 2, 3), (45, 40, 15))[0]):
                    first, last, y, m, d = given, family, year, month, day
                    if rng.random() < 0.1:
                        first = rng.choice((typo(rng, first), misheard(rng, first), first[:1] + "."))
                    if rng.random() < 0.06:
                        last = typo(rng, last)
                    if rng.random() < 0.04:
                        y, m, d = rng.choice(((y + 1, m, d), (y, m, rng.randint(1, 28)), (y, rng.randint(1, 12), d)))
                    own = rng.random() < 0.3
                    rows.append(({"LNAME": last, "FNAME": first, "YOB": y, "MOB": m if rng.random() > 0.02 else "", "BDAY": d if rng.random() > 0.02 else "", "GENDER": {"M": "male", "F": "female"}[sex],
                                  "ADDR": street if rng.random() > 0.06 else f"{rng.randint(1, 150)} {self.streets.draw(rng).title()} Street", "CITY": town, "ZIP": post if rng.random() > 0.05 else "",
                                  "TEL": "" if rng.random() < 0.2 else phone, "EMAIL": "" if rng.random() < 0.5 else mail if not own else f"{plain(given).lower().replace(' ', '.')}.{mail}"}, number))
        rng.shuffle(rows)
        return rows[:records]

    def many(self, records):
        rng, rows, number = self.rng, [], 0
        while len(rows) < records:
            sex = rng.choice("MF")
            person = {"first_name": self.given(sex), "last_name": self.surname(), "dob": "%04d-%02d-%02d" % self.birth(), "street_address": f"{rng.randint(1, 300)} {self.streets.draw(rng)} st",
                      "city": self.towns.draw(rng), "zip_code": f"{rng.randint(10000, 99999)}", "phone_number": f"{rng.randrange(10**9, 10**10)}"}
            number += 1
            for _ in range(min(60, int(rng.paretovariate(0.9)))):
                row = dict(person)
                for field in row:
                    if rng.random() < 0.33 and field not in ("last_name",):
                        row[field] = ""
                for _ in range(rng.choice((0, 1, 2, 2, 3))):
                    field = rng.choice(list(row))
                    row[field] = rng.choice((typo, typo, lambda r, t: misheard(r, t) if t else t))(rng, row[field]) if field not in ("dob", "zip_code", "phone_number") else typo(rng, row[field], "0123456789")
                if rng.random() < 0.03:
                    row["first_name"], row["last_name"] = row["last_name"], row["first_name"]
                if rng.random() < 0.15:
                    row["street_address"], row["city"], row["zip_code"] = f"{rng.randint(1, 300)} {self.streets.draw(rng)} st", self.towns.draw(rng), f"{rng.randint(10000, 99999)}"
                rows.append((row, number))
        rng.shuffle(rows)
        return rows[:records]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", choices=("registry", "twins", "many"), default="registry")
    parser.add_argument("--records", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=20260501)
    parser.add_argument("output")
    parser.add_argument("truth")
    options = parser.parse_args()
    rows = getattr(Writer(options.seed), options.kind)(options.records)
    with open(options.output, "w", newline="", encoding="utf-8") as out, open(options.truth, "w", newline="", encoding="utf-8") as truth:
        sheet, persons = csv.DictWriter(out, ["record_id", *rows[0][0]]), csv.writer(truth)
        sheet.writeheader()
        persons.writerow(["record_id", "person_id"])
        for at, (row, person) in enumerate(rows):
            sheet.writerow({"record_id": f"S{at:07}", **row})
            persons.writerow([f"S{at:07}", f"P{person:07}"])


if __name__ == "__main__":
    main()

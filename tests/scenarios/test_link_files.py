"""The same persons in files of every shape that hospitals and registries send: the shape must not change who is whom."""
import csv
import datetime
import io
import pathlib
import sys
import tempfile
import unittest

from scenarios.harness import ROOT, sekisho, sekisho_json

sys.path.insert(0, str(ROOT / "benchmarks"))
import western_persons  # noqa: E402

WESTERN = ROOT / "specs/linkage/western.toml"
RECORDS = 400
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def people():
    """Rows as the generator gives them, with whole dates only, and the person of each record."""
    rows, truth = [], []
    for row, person in western_persons.rows_of("persons", RECORDS, 11):
        row["birth_day"] = row["birth_day"] or 15
        rows.append(row)
        truth.append((row["record_id"], person))
    return rows, truth


def text_of(rows, delimiter=",", header=str, quoting=csv.QUOTE_MINIMAL, end="\n"):
    out = io.StringIO()
    sheet = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end)
    sheet.writerow([header(name) for name in rows[0]])
    sheet.writerows(row.values() for row in rows)
    return out.getvalue()


def dated(rows, write):
    """Rows with one column of birth dates in place of three."""
    out = []
    for row in rows:
        row = dict(row)
        day = [int(row.pop(part)) for part in ("birth_year", "birth_month", "birth_day")]
        out.append({**row, "birth_date": write(*day)})
    return out


def changed(rows, **fields):
    return [{**row, **{name: change(row) for name, change in fields.items()}} for row in rows]


def without(rows, *names):
    return [{name: value for name, value in row.items() if name not in names} for row in rows]


def one_name(rows, write):
    return without(changed(rows, full_name=write), "surname", "given_name", "middle_name")


DATES = {
    "31/01/1970": lambda y, m, d: f"{d:02}/{m:02}/{y}",
    "1/31/1970": lambda y, m, d: f"{m}/{d}/{y}",
    "31.1.1970": lambda y, m, d: f"{d}.{m}.{y}",
    "31-Jan-1970": lambda y, m, d: f"{d:02}-{MONTHS[m - 1]}-{y}",
    "31JAN1970": lambda y, m, d: f"{d:02}{MONTHS[m - 1].upper()}{y}",
    "Jan 31, 1970": lambda y, m, d: f"{MONTHS[m - 1]} {d}, {y}",
    "19700131": lambda y, m, d: f"{y}{m:02}{d:02}",
    "31011970": lambda y, m, d: f"{d:02}{m:02}{y}",
    "01311970": lambda y, m, d: f"{m:02}{d:02}{y}",
    "1970/1/31": lambda y, m, d: f"{y}/{m}/{d}",
    "1970-01-31 00:00:00": lambda y, m, d: f"{y}-{m:02}-{d:02} 00:00:00",
    "1970-01-31T00:00:00Z": lambda y, m, d: f"{y}-{m:02}-{d:02}T00:00:00Z",
    "01/31/1970 12:00 AM": lambda y, m, d: f"{m:02}/{d:02}/{y} 12:00 AM",
    "1970年1月31日": lambda y, m, d: f"{y}年{m}月{d}日",
    "days since 1899-12-30": lambda y, m, d: str((datetime.date(y, m, d) - datetime.date(1899, 12, 30)).days),
    "19700131.0": lambda y, m, d: f"{y}{m:02}{d:02}.0",
}


class FilesOfEveryShape(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.place.cleanup)
        cls.folder = pathlib.Path(cls.place.name)
        cls.rows, truth = people()
        with open(cls.folder / "truth.csv", "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("record_id", "person_id"), *truth])
        cls.plain = cls.score([text_of(cls.rows)])
        cls.dated = cls.score([text_of(dated(cls.rows, lambda y, m, d: f"{y}-{m:02}-{d:02}"))])

    @classmethod
    def score(cls, files, columns=None, codes=(0,)):
        """F1 of the persons found in these files (texts or bytes)."""
        paths = []
        for number, content in enumerate(files):
            paths.append(cls.folder / f"in{number}.csv")
            paths[-1].write_bytes(content if isinstance(content, bytes) else content.encode())
        options = ["--columns", columns] if columns else []
        sekisho("link", "run", "--spec", WESTERN, "--input", *paths, "--output", cls.folder / "out.csv", *options, check=codes)
        return sekisho_json("link", "evaluate", "--clusters", cls.folder / "out.csv", "--truth", cls.folder / "truth.csv")["pairwise"]["f1"]

    def assert_same(self, files, columns=None, codes=(0,), loss=0.006, of=None):
        of = self.plain if of is None else of
        self.assertGreaterEqual(self.score(files, columns, codes), of - loss)

    def test_the_plain_file_is_linked_well(self):
        self.assertGreater(self.plain, 0.97)

    def test_cells_may_be_separated_by_semicolons_tabs_or_bars(self):
        for delimiter in ";\t|":
            with self.subTest(delimiter):
                self.assert_same([text_of(self.rows, delimiter)])

    def test_every_cell_may_be_quoted_and_lines_may_end_in_two_characters(self):
        self.assert_same([text_of(self.rows, quoting=csv.QUOTE_ALL, end="\r\n")])

    def test_any_usual_encoding_is_read(self):
        text = text_of(self.rows)
        for encoding in ("utf-8-sig", "utf-16", "cp932", "latin-1"):
            with self.subTest(encoding):
                self.assert_same([text.encode(encoding)])
        self.assert_same([b"\xfe\xff" + text.encode("utf-16-be")])

    def test_headers_may_be_written_in_any_way(self):
        for write in (str.upper, str.title, lambda name: name.replace("_", " ").title(), lambda name: name.title().replace("_", ""),
                      lambda name: f" {name} ", lambda name: name.replace("_", "-")):
            with self.subTest(write("given_name")):
                self.assert_same([text_of(self.rows, header=write)])

    def test_empty_lines_and_lines_of_separators_say_nothing(self):
        lines = text_of(self.rows).splitlines()
        self.assert_same(["\n".join(line + "\n" * (at % 7 == 3) for at, line in enumerate(lines)) + "\n\n\n"])

    def test_capital_letters_and_blanks_around_values_say_nothing(self):
        loud = [{name: f"  {str(value).upper()} " if name != "record_id" else value for name, value in row.items()} for row in self.rows]
        self.assert_same([text_of(loud)])

    def test_birth_dates_are_read_in_every_usual_notation(self):
        for name, write in DATES.items():
            with self.subTest(name):
                self.assert_same([text_of(dated(self.rows, write))], of=self.dated)

    def test_two_files_may_write_dates_in_different_order(self):
        half = RECORDS // 2
        self.assert_same([text_of(dated(self.rows[:half], DATES["31/01/1970"])), text_of(dated(self.rows[half:], DATES["1/31/1970"]))], of=self.dated)

    def test_names_may_stand_in_one_column(self):
        parts = lambda row: (row["given_name"], row["middle_name"], row["surname"])
        for name, write in {"SURNAME, Given Middle": lambda row: f"{row['surname'].upper()}, {row['given_name'].title()} {row['middle_name'].title()}".strip(),
                            "Given Middle Surname": lambda row: " ".join(part.title() for part in parts(row) if part)}.items():
            with self.subTest(name):
                self.assert_same([text_of(one_name(self.rows, write))], loss=0.01)

    def test_sex_may_be_coded_in_any_usual_way(self):
        for codes in (("1", "2"), ("Male", "Female"), ("m", "f"), ("man", "woman"), ("MALE", "FEMALE")):
            with self.subTest(codes):
                self.assert_same([text_of(changed(self.rows, sex=lambda row: {"M": codes[0], "F": codes[1]}.get(row["sex"], "")))])

    def test_two_files_may_code_sex_differently(self):
        half = RECORDS // 2
        other = changed(self.rows[half:], sex=lambda row: {"M": "1", "F": "2"}.get(row["sex"], ""))
        self.assert_same([text_of(self.rows[:half]), text_of(other)])

    def test_phones_and_postcodes_may_hold_blanks_and_hyphens(self):
        spaced = changed(self.rows, phone=lambda row: f"({row['phone'][:3]}) {row['phone'][3:6]}-{row['phone'][6:]}" if row["phone"] else "",
                         postcode=lambda row: f"{row['postcode'][:2]} {row['postcode'][2:]}")
        self.assert_same([text_of(spaced)])

    def test_what_means_unknown_is_no_value(self):
        for word in ("NULL", "n/a", "-", "unknown", "?", "."):
            with self.subTest(word):
                self.assert_same([text_of([{name: word if value == "" else value for name, value in row.items()} for row in self.rows])])

    def test_columns_may_be_named_and_absent(self):
        renamed = [dict(zip(("ID", "LNAME", "FNAME", "YR", "MON", "DY"), (row[name] for name in (
            "record_id", "surname", "given_name", "birth_year", "birth_month", "birth_day")))) for row in self.rows]
        score = self.score([text_of(renamed)], "record_id=ID,surname=LNAME,given_name=FNAME,birth_year=YR,birth_month=MON,birth_day=DY")
        self.assertGreater(score, 0.90)
        by_header = self.score([text_of(without(self.rows, "sex", "street", "city", "postcode", "phone", "email", "middle_name"))])
        self.assertAlmostEqual(score, by_header, places=3)

    def test_a_column_that_is_named_but_absent_is_a_clear_error(self):
        (self.folder / "in0.csv").write_text(text_of(self.rows))
        done = sekisho("link", "run", "--spec", WESTERN, "--input", self.folder / "in0.csv", "--output", self.folder / "x.csv",
                       "--columns", "surname=NACHNAME", check=(3,))
        self.assertIn("NACHNAME", done.stderr)

    def test_a_file_that_is_cut_off_gives_what_it_holds(self):
        text = text_of(self.rows)
        self.assert_same([text[:text.rindex(",")]], codes=(0, 1))
        self.assert_same([text[:-1]])

    def test_an_id_that_stands_twice_is_reported_and_both_rows_are_linked(self):
        (self.folder / "in0.csv").write_text(text_of(self.rows + self.rows[:3]))
        report = sekisho_json("link", "run", "--spec", WESTERN, "--input", self.folder / "in0.csv", "--output", self.folder / "out.csv", check=(1,))
        self.assertEqual((report["records"], report["duplicate_ids"]), (RECORDS + 3, 3))

    def test_numbers_of_rows_that_spreadsheets_write_as_decimals_are_ids(self):
        rows = changed(self.rows, birth_year=lambda row: f"{row['birth_year']}.0", birth_month=lambda row: f"{row['birth_month']}.0",
                       birth_day=lambda row: f"{row['birth_day']}.0")
        self.assert_same([text_of(rows)])


class WrongUse(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = pathlib.Path(place.name)
        self.input = self.folder / "in.csv"
        self.input.write_text("id,surname,first name,dob\n1,lee,ann,1970-01-02\n2,lee,ann,1970-01-02\n")
        self.before = self.input.read_bytes()

    def test_an_output_that_is_an_input_is_refused_and_the_input_stays(self):
        (self.folder / "same.csv").symlink_to(self.input)
        for output in (self.input, self.folder / "same.csv"):
            for command in (["run", "--spec", WESTERN, "--input", self.input, "--output", output],
                            ["run", "--spec", WESTERN, "--input", self.input, "--output", self.folder / "out.csv", "--pairs-out", output],
                            ["suggest", "--input", self.input, "--output", output],
                            ["report", "--ndb", "--input", self.input, "--output", output],
                            ["add", "--state", self.folder / "store", "--spec", WESTERN, "--input", self.input, "--output", output]):
                with self.subTest(command[0]):
                    done = sekisho("link", *command, check=(2,))
                    self.assertIn("usage.output", done.stderr)
                    self.assertEqual(self.input.read_bytes(), self.before)
        self.assertEqual({path.name for path in self.folder.iterdir()}, {"in.csv", "same.csv"}, "nothing is begun")

    def test_a_folder_without_a_person_store_is_said_to_be_none_and_none_is_made(self):
        store = self.folder / "none"
        for command in (["state"], ["history", "P000000000001"], ["replay"], ["reconcile"], ["undo", "1", "--by", "X"],
                        ["add", "--input", self.input]):
            with self.subTest(command[0]):
                done = sekisho("link", command[0], "--state", store, *command[1:], check=(3,))
                self.assertIn("linkage.state", done.stderr)
                self.assertFalse(store.exists())

    def test_a_column_that_is_not_there_is_answered_with_those_that_are(self):
        for columns in ("surname=LNAME", "record_id=NR"):
            done = sekisho("link", "run", "--spec", WESTERN, "--columns", columns, "--input", self.input, "--output", self.folder / "out.csv", check=(3,))
            self.assertIn("id, surname, first name, dob", done.stderr)


if __name__ == "__main__":
    unittest.main()

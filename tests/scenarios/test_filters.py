"""A hospital and a registry that may not share names find their common patients through a linkage unit without a key."""
import csv
import pathlib
import random
import stat
import tempfile
import unittest

from scenarios.harness import sekisho, sekisho_json

COLUMNS = "record_id=id,surname=family,given_name=given,birth_date=birth,postcode=zip,phone=tel"


def people(count):
    draw = random.Random(4)
    word = lambda: "".join(draw.choice(("ka", "sa", "ta", "na", "ha", "mi", "ri", "ku", "ko", "to", "no", "shi"))
                           for _ in range(draw.randint(2, 4)))
    return [{"family": word(), "given": word(), "birth": f"{draw.randint(1930, 2005)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}",
             "zip": f"{draw.randint(1000000, 9999999)}", "tel": f"090{draw.randint(10000000, 99999999)}"} for _ in range(count)]


def with_errors(person, draw):
    out = dict(person)
    if draw.random() < 0.3:
        field = draw.choice(("family", "given", "zip", "tel"))
        at = draw.randrange(len(out[field]))
        out[field] = out[field][:at] + ("7" if out[field][at].isdigit() else "e") + out[field][at + 1:]
    return out


def write(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["id", "family", "given", "birth", "zip", "tel"])
        writer.writeheader()
        writer.writerows(rows)


class TwoPartiesWithoutNames(unittest.TestCase):
    def test_common_patients_are_found_by_who_has_neither_key_nor_name(self):
        with tempfile.TemporaryDirectory() as folder:
            hospital, registry, centre = (pathlib.Path(folder) / name for name in ("hospital", "registry", "centre"))
            for place in (hospital, registry, centre):
                place.mkdir()
            draw = random.Random(8)
            all_people = people(400)
            # 0 to 249 at the hospital, 150 to 399 in the registry, as others typed them: 100 in common.
            write(hospital / "patients.csv", [{"id": f"H{i}", **all_people[i]} for i in range(250)])
            write(registry / "cases.csv", [{"id": f"R{i}", **with_errors(all_people[i], draw)} for i in range(150, 400)])

            sekisho("link", "key", "--output", hospital / "key")
            self.assertEqual(stat.S_IMODE((hospital / "key").stat().st_mode), 0o600)
            (registry / "key").write_bytes((hospital / "key").read_bytes())  # carried by hand between the two
            (registry / "key").chmod(0o600)
            for place, data in ((hospital, "patients.csv"), (registry, "cases.csv")):
                sekisho("link", "filters", "--input", place / data, "--columns", COLUMNS, "--key", place / "key",
                        "--output", centre / f"{place.name}.clk")

            # What travels holds no name, and the centre has nothing else.
            for filters in centre.iterdir():
                content = filters.read_bytes()
                for person in all_people:
                    for value in (person["family"], person["given"], person["birth"], person["tel"]):
                        if len(value) >= 6:
                            self.assertNotIn(value.encode(), content)
            self.assertEqual(sorted(file.name for file in centre.iterdir()), ["hospital.clk", "registry.clk"])

            report = sekisho_json("link", "compare", centre / "hospital.clk", centre / "registry.clk", "--one-to-one",
                                  "--output", centre / "pairs.csv")
            with open(centre / "pairs.csv", encoding="utf-8") as file:
                pairs = [(row["record_a"], row["record_b"]) for row in csv.DictReader(file)]
            right = sum(a[1:] == b[1:] for a, b in pairs)
            self.assertEqual(report["pairs"], len(pairs))
            self.assertGreaterEqual(right, 98)
            self.assertLessEqual(len(pairs) - right, 1)

    def test_filters_of_another_key_are_refused(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            write(folder / "in.csv", [{"id": "1", **people(1)[0]}])
            for party in ("a", "b"):
                sekisho("link", "key", "--output", folder / f"{party}.key")
                sekisho("link", "filters", "--input", folder / "in.csv", "--columns", COLUMNS, "--key",
                        folder / f"{party}.key", "--output", folder / f"{party}.clk")
            refused = sekisho("link", "compare", folder / "a.clk", folder / "b.clk", "--output", folder / "out.csv",
                              check=(3,))
            self.assertIn("linkage.filters_differ", refused.stderr)
            self.assertFalse((folder / "out.csv").exists())


if __name__ == "__main__":
    unittest.main()

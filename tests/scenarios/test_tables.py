"""Tables, curves and regressions as users make them: from the command line, Python and R; repeated by verify.py."""
import csv
import json
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

from scenarios.harness import BIN, ROOT, run, sekisho, sekisho_json

sys.dont_write_bytecode = True  # the clients folder stays as it is
sys.path.insert(0, str(ROOT / "clients/python"))
import sekisho as client  # noqa: E402

WEEKS = [6, 6, 6, -6, 7, -9, 10, -10, -11, 13, 16, -17, -19, -20, 22, 23, -25, -32, -32, -34, -35]


class Tables(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        draw = random.Random(3)
        self.rows = [{"person_id": f"P{i}", "hospital": f"H{draw.randrange(5)}", "sex": draw.choice("MF"),
                      "age": draw.randrange(100), "drug": draw.choices("ABC", [60, 38, 2])[0], "cost": draw.randrange(1, 900)}
                     for i in range(800)]
        self.data = self.folder / "data.csv"
        with open(self.data, "w", newline="") as file:
            writer = csv.DictWriter(file, list(self.rows[0]))
            writer.writeheader()
            writer.writerows(self.rows)
        self.enterContext(unittest.mock.patch.dict("os.environ", {"SEKISHO": str(BIN / "sekisho")}))

    def verify(self, *arguments, check=(0,)):
        return run(sys.executable, ROOT / "tools/verify.py", "proof", *arguments, check=check)

    def test_a_proof_sheet_is_repeated_without_the_program_and_any_change_shows(self):
        out = self.folder / "t.csv"
        done = sekisho_json("table", "--dataset", self.data, "--rows", "sex", "--columns", "drug", "--output", out)
        self.assertEqual(done["audit"], {"exact": 0, "too_narrow": 0})
        sheet = self.folder / "t.csv.proof.json"
        self.assertIn("persons of", self.verify(sheet, "--output", out, "--dataset", self.data).stdout)
        original = json.loads(sheet.read_text())
        for change in (lambda s: s["table"]["cells"][0].update(persons=1),
                       lambda s: s["table"]["cells"][0].update(status="published"),
                       lambda s: s["layers"][0]["values"].__setitem__(0, 1),
                       lambda s: s.update(output_sha256="0" * 64)):
            changed = json.loads(json.dumps(original))
            change(changed)
            sheet.write_text(json.dumps(changed))
            self.verify(sheet, "--output", out, "--dataset", self.data, check=(1,))

    def test_a_proposed_merge_is_taken_and_leaves_as_many_hidden_cells_as_it_said(self):
        table = ("table", "--dataset", self.data, "--rows", "drug", "--columns", "sex", "--output", self.folder / "t.csv")
        done = sekisho_json(*table, "--proposals")
        self.assertGreater(done["suppressed"], 0)
        best = done["proposals"][0]
        self.assertEqual(best["hidden_before"], done["suppressed"])
        self.assertLess(best["hidden_after"], best["hidden_before"])
        merged = sekisho_json(*table, "--merge", f"{best['dimension']}={'|'.join(best['merge'])}")
        self.assertEqual(merged["suppressed"], best["hidden_after"])
        with open(self.folder / "t.csv", newline="") as file:
            values = {(row["drug"], row["sex"]): row["value"] for row in csv.DictReader(file)}
        for sex in "MF":
            count = sum(1 for row in self.rows if row["sex"] == sex and row["drug"] in best["merge"])
            self.assertEqual(values["+".join(best["merge"]), sex], str(count))
        again = client.sekisho_table(self.rows, "drug", "sex", merge={best["dimension"]: [best["merge"]]})
        self.assertEqual(again.value("+".join(best["merge"]), "F"), float(values["+".join(best["merge"]), "F"]))
        self.assertIn("no category", sekisho(*table, "--merge", "drug=A|Z", check=(2, 3)).stderr)

    def test_python_counts_what_python_counts_and_hides_what_is_few(self):
        table = client.crosstab(self.rows, ["sex"], ["drug"])
        for sex in "MF":
            for drug in "ABC":
                count = sum(1 for row in self.rows if (row["sex"], row["drug"]) == (sex, drug))
                value = table.value(sex, drug)
                self.assertIn(value, (None, count))
                if count < 10:
                    self.assertIsNone(value)
        self.assertEqual(table.value("Total", "Total"), 800)
        self.assertIn(client.HIDDEN, repr(table)) if None in table.to_dict().values() else None
        mean = client.table(self.data, "sex", values="cost", aggfunc="mean")
        costs = [row["cost"] for row in self.rows if row["sex"] == "M"]
        self.assertAlmostEqual(mean.value("M"), sum(costs) / len(costs), places=6)
        saved = mean.save(self.folder / "mean.csv")
        self.verify(str(saved) + ".proof.json", "--output", saved)

    def test_curves_and_regressions_come_checked(self):
        cohort = [{"person": f"p{n}", "weeks": abs(week), "relapse": int(week > 0)}
                  for n, week in enumerate(week for week in WEEKS for _ in range(10))]
        curve = client.km(cohort, "weeks", "relapse")
        self.assertEqual([row["survival"] for row in curve.to_dict()],
                         ["1.000", "0.857", "0.807", "0.753", "0.690", "0.627", "0.538", "0.448"])  # Freireich 1963
        with self.assertRaises(client.Refused) as refused:
            client.km(cohort[::10], "weeks", "relapse")  # nine events
        self.assertEqual(refused.exception.items[0]["rule"], "survival.events")
        fit = {row["term"]: float(row["estimate"]) for row in client.ols(self.rows, "cost ~ age").to_dict()}
        ages, costs = [row["age"] for row in self.rows], [row["cost"] for row in self.rows]
        mean_age, mean_cost = sum(ages) / 800, sum(costs) / 800
        slope = (sum((a - mean_age) * (c - mean_cost) for a, c in zip(ages, costs))
                 / sum((a - mean_age) ** 2 for a in ages))
        self.assertAlmostEqual(fit["age"], slope, delta=abs(slope) * 1e-3)
        with self.assertRaises(client.Refused):
            client.logit([{**row, "rare": int(row["cost"] < 8)} for row in self.rows], "rare ~ age")
        with self.assertRaises(ValueError):
            client.ols(self.rows, "cost ~ log(age)")

    def test_curves_and_regressions_have_a_page_that_draws_what_leaves(self):
        folder = self.folder
        rows = [f"p{n},{abs(week)},{int(week > 0)},{20 + n % 60}" for n, week in enumerate(w for w in WEEKS for _ in range(10))]
        (folder / "d.csv").write_text("\n".join(["person,weeks,relapse,age", *rows]) + "\n")
        sekisho_json("table", "km", "--dataset", folder / "d.csv", "--time", "weeks", "--event", "relapse", "--output", folder / "km.csv",
                     "--html", folder / "km.html")
        page = (folder / "km.html").read_text(encoding="utf-8")
        steps = len((folder / "km.csv").read_text().splitlines()) - 2
        (path,) = re.findall(r'<path d="([^"]*)"', page)
        self.assertEqual(path.count("V"), steps)
        for shown in ("0.857", "0.448", ">PASS<"):
            self.assertIn(shown, page)
        sekisho_json("table", "regression", "--dataset", folder / "d.csv", "--outcome", "weeks", "--predictors", "age", "--output",
                     folder / "fit.csv", "--html", folder / "fit.html")
        page = (folder / "fit.html").read_text(encoding="utf-8")
        self.assertEqual(page.count("<circle"), 2)  # the intercept and age
        for network in ("http:", "https:", "src="):
            self.assertNotIn(network, page)

    def test_a_curve_of_the_same_cohort_without_two_persons_is_refused_and_its_sheet_is_repeated(self):
        cohort = [f"p{n},{abs(week)},{int(week > 0)},{n % 100}" for n, week in enumerate(week for week in WEEKS for _ in range(10))]
        (self.folder / "cohort.csv").write_text("\n".join(["person,weeks,relapse,age", *cohort]) + "\n")
        common = ["--dataset", self.folder / "cohort.csv", "--memory", self.folder / "memory", "--time", "weeks", "--event", "relapse"]
        sekisho("table", "km", *common, "--output", self.folder / "km.csv")
        sheet = str(self.folder / "km.csv.proof.json")
        self.verify(sheet, "--output", self.folder / "km.csv", "--dataset", self.folder / "cohort.csv")
        (self.folder / "other.csv").write_text((self.folder / "km.csv").read_text().replace("0.8", "0.7", 1))
        self.verify(sheet, "--output", self.folder / "other.csv", check=(1,))
        sekisho("table", "km", *common, "--output", self.folder / "again.csv")  # control: the same again is no news
        done = sekisho_json("table", "km", *common, "--where", "age>=1", "--output", self.folder / "less.csv", check=(1,))
        self.assertEqual(done["review"][0]["rule"], "differencing.nested")
        self.assertFalse((self.folder / "less.csv").exists())
        sekisho("table", "km", *common, "--where", "age>=50", "--output", self.folder / "half.csv")  # control: many differ
        fit = ["table", "regression", "--dataset", self.folder / "cohort.csv", "--memory", self.folder / "memory", "--outcome", "weeks",
               "--predictors", "relapse", "--output", self.folder / "fit.csv"]
        sekisho(*fit)
        self.verify(str(self.folder / "fit.csv.proof.json"), "--output", self.folder / "fit.csv")
        sekisho(*fit, "--where", "age>=1", check=(1,))

    def test_a_second_table_that_reveals_few_is_refused_and_the_memory_names_the_first(self):
        memory = self.folder / "memory"
        common = ["--dataset", self.data, "--memory", memory, "--output"]
        sekisho("table", *common, self.folder / "a.csv", "--rows", "sex", "--where", "age>=19", "--project", "one")
        self.assertTrue(0 < sum(row["age"] == 18 for row in self.rows) < 10)
        done = sekisho_json("table", *common, self.folder / "b.csv", "--rows", "drug", "--where", "age>=18",
                            "--project", "two", check=(1,))
        self.assertEqual(done["result"], "FAIL")
        self.assertFalse((self.folder / "b.csv").exists())
        self.assertEqual(done["earlier_releases"]["reveals"][0]["rule"], "differencing.nested")
        self.assertIn("000001", done["review"][0]["reason_en"])
        self.assertEqual(len(sekisho_json("disclosure", "memory", "list", memory)["items"]), 1)
        self.assertTrue(sekisho_json("disclosure", "memory", "check", memory)["ok"])
        with open(memory / "items/000001.persons", "ab") as file:
            file.write(b"x")
        self.assertFalse(sekisho_json("disclosure", "memory", "check", memory, check=(1,))["ok"])

    def test_wrong_input_is_answered_with_what_to_do_and_overwrites_nothing(self):
        before = self.data.read_bytes()
        text = before.decode()
        (self.folder / "sjis.csv").write_bytes(text.replace("sex", "性別").encode("cp932"))
        (self.folder / "tabs.csv").write_text(text.replace(",", "\t"))
        out = self.folder / "wrong.csv"
        for said, arguments in {
                "Did you mean sex?": (self.data, "--rows", "Sex"),
                "Its columns: ": (self.data, "--rows", "nothing"),
                "iconv -f CP932": (self.folder / "sjis.csv", "--rows", "drug"),
                "parted by tabs": (self.folder / "tabs.csv", "--rows", "drug"),
                "=> is written >=": (self.data, "--rows", "drug", "--where", "sex=>F"),
                "sex holds ": (self.data, "--rows", "drug", "--where", "sex=neither"),
                "counts take no column of values": (self.data, "--rows", "sex", "--measure", "count", "--value", "drug"),
                "Name it (--value)": (self.data, "--rows", "sex", "--measure", "mean")}.items():
            done = sekisho("table", "--dataset", *arguments, "--output", out, check=(2, 3))
            self.assertIn(said, done.stderr)
            self.assertFalse(out.exists())
        for option in ("--output", "--proof", "--html", "--output-json"):
            done = sekisho("table", "--dataset", self.data, "--rows", "sex", *(() if option == "--output" else ("--output", out)),
                       option, self.data, check=(2,))
            self.assertIn("would overwrite it", done.stderr)
        self.assertEqual(self.data.read_bytes(), before)
        self.assertFalse(out.exists())

    def test_python_refuses_what_it_would_have_to_guess(self):
        rows = {"person": [1, 2, 3], "sex": ["M", "F"]}
        with self.assertRaisesRegex(ValueError, "different lengths: person 3, sex 2"):
            client.crosstab(rows, "sex", "person")
        with self.assertRaisesRegex(TypeError, "a list of dictionaries"):
            client.table([1, 2], "sex")
        with self.assertRaisesRegex(ValueError, "list of numbers"):
            client.crosstab(self.data, "sex", "drug", bands={"sex": "0,40"})
        with self.assertRaisesRegex(ValueError, "Did you mean sex") as wrong:
            client.table([{"person": 1, "sex": "M"}], "Sex")
        self.assertNotIn("data.csv", str(wrong.exception))
        with self.assertRaisesRegex(ValueError, "a formula is an outcome"):
            client.ols(self.data, "drug")

    @unittest.skipUnless(shutil.which("Rscript"), "R is not installed")
    def test_r_functions_give_what_r_gives(self):
        script = self.folder / "t.R"
        script.write_text(f'''
source("{ROOT}/clients/r/sekisho.R")
data <- read.csv("{self.data}")
t <- sekisho_table(~ sex + drug, data)
plain <- table(data$sex, data$drug)
shown <- t[rownames(plain), colnames(plain)]
stopifnot(all(is.na(shown) | shown == plain), all(is.na(shown[plain < 10])), t["Total", "Total"] == 800)
print(t)
cars <- data.frame(person = rownames(mtcars), mtcars)
ours <- sekisho_regression(mpg ~ wt, cars)
theirs <- coef(lm(mpg ~ wt, mtcars))
stopifnot(all(abs(ours$estimate[1:2] - theirs) < 1e-3 * abs(theirs)))
logistic <- sekisho_regression(am ~ wt, cars, family = "logistic")
theirs <- coef(glm(am ~ wt, binomial, mtcars))
stopifnot(all(abs(logistic$estimate[1:2] - theirs) < 1e-3 * abs(theirs)))
stopifnot(inherits(try(sekisho_regression(mpg ~ factor(carb), cars), silent = TRUE), "try-error"))
weeks <- rep(c({", ".join(map(str, WEEKS))}), each = 10)
cohort <- data.frame(person = seq_along(weeks), time = abs(weeks), event = as.integer(weeks > 0))
curve <- sekisho_km(Surv(time, event) ~ 1, cohort)
stopifnot(identical(curve$survival, c(1, .857, .807, .753, .690, .627, .538, .448)), nchar(proof_sheet(curve)) > 100)
refused <- function(said, call) {{
  answer <- try(call, silent = TRUE)
  stopifnot(inherits(answer, "try-error"), grepl(said, answer, fixed = TRUE), !grepl("data.csv", answer, fixed = TRUE))
}}
refused("bands", sekisho_table(~ cut(wt, 3), cars))
refused("bands is a list", sekisho_table(~ wt, cars, bands = c(0, 2, 4)))
refused("log(mpg)", sekisho_regression(log(mpg) ~ wt, cars))
refused("time/52", sekisho_km(Surv(time/52, event) ~ 1, cohort))
refused("Surv(time, event)", sekisho_km(Surv(time, time, event) ~ 1, cohort))
refused("name the predictors", sekisho_regression(mpg ~ ., cars))
refused("Did you mean wt?", sekisho_regression(mpg ~ WT, cars))
refused("data is a data frame", sekisho_table(~ sex, 5))
stopifnot(identical(sekisho_regression(am ~ wt, cars, family = binomial)$estimate, logistic$estimate))
cat("all held\\n")
''')
        done = subprocess.run(["Rscript", "--vanilla", script], capture_output=True, text=True, timeout=300)
        self.assertIn("all held", done.stdout, done.stderr)


if __name__ == "__main__":
    unittest.main()

"""Tables, curves and regressions that may leave: computed, checked, protected, with their proof sheet.

Feels like pandas.crosstab and pivot_table, statsmodels and lifelines, and calls the program `sekisho` (found on PATH or
named by SEKISHO). Needs Python's standard library alone; takes a path to CSV or Parquet, a list of dictionaries, a
dictionary of lists, or a pandas DataFrame, and gives DataFrames where pandas is installed and asked for.

    import sekisho
    t = sekisho.crosstab(data, ["age"], ["sex"], bands={"age": [0, 20, 40, 65]})
    print(t)                  # hidden cells as －
    t.value("20-39", "F")     # None where hidden
    t.proof["audit"]; t.verdict
"""
import csv
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

HIDDEN = "－"
__all__ = ["Refused", "Result", "crosstab", "km", "logit", "ols", "regression", "sekisho_crosstab", "sekisho_km",
           "sekisho_regression", "sekisho_table", "table"]


class Refused(Exception):
    """Nothing may leave; `items` say why and what to do, `proof` is the sheet."""

    def __init__(self, items, proof):
        self.items, self.proof = items, proof
        super().__init__("; ".join(f"{item['place']}: {item['reason_en']}. {item['remedy']}" for item in items) or "refused")


def _program():
    found = os.environ.get("SEKISHO") or shutil.which("sekisho")
    if not found:
        raise FileNotFoundError("the program sekisho is not on PATH; name it in the environment variable SEKISHO")
    return found


def _listed(value):
    return [] if value is None else [value] if isinstance(value, str) else list(value)


def _write(data, folder):
    """The data as a file: a path stays as it is."""
    if isinstance(data, (str, os.PathLike)):
        return os.fspath(data)
    path = os.path.join(folder, "data.csv")
    if hasattr(data, "to_csv"):  # a pandas or polars-like frame
        data.to_csv(path, index=False)
        return path
    if isinstance(data, dict):
        names = list(data)
        lengths = {name: len(values) for name, values in data.items()}
        if len(set(lengths.values())) > 1:  # zip would leave the rest away
            raise ValueError("the columns are of different lengths: " + ", ".join(f"{n} {k}" for n, k in lengths.items()))
        rows = [dict(zip(names, values)) for values in zip(*data.values())]
    else:
        rows = list(data) if isinstance(data, (list, tuple)) else None
        if rows is None or not all(isinstance(row, dict) for row in rows):
            raise TypeError("data is a path, a list of dictionaries, a dictionary of lists, or a frame with to_csv, not "
                            + (f"a list of {type(rows[0]).__name__}" if rows else type(data).__name__))
        names = list(rows[0]) if rows else []
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)
    return path


class Result:
    """What may leave (`csv`, `cells` or `rows`), and why (`proof`, `verdict`, `review`)."""

    def __init__(self, output, text, proof, page=None):
        self.output, self.csv, self.proof, self.page = output, text, proof, page
        self.verdict = proof["result"]
        self.review = proof.get("review", [])
        self.cells = output.get("cells", [])
        self.rows = output.get("rows", [])
        self.columns = output.get("columns", [])

    def value(self, *labels, what="value"):
        """The value of a cell by its labels, rows first; None where it is hidden."""
        for cell in self.cells:
            if cell["labels"] == [str(label) for label in labels]:
                return cell[what]
        known = ["; ".join(dict.fromkeys(cell["labels"][i] for cell in self.cells)) for i in range(len(self.output.get("dimensions", [])))]
        raise KeyError(f"no cell {labels}; the labels are {' | '.join(known)}" if known else "curves and regressions have rows, no cells")

    def to_dict(self):
        """Tables: values by labels. Curves and regressions: rows as dictionaries."""
        if self.cells:
            return {tuple(cell["labels"]): cell["value"] for cell in self.cells}
        return [dict(zip(self.columns, row)) for row in self.rows]

    def to_frame(self):
        """A pandas DataFrame; tables with rows and columns as crosstab has them."""
        import pandas  # only here: nothing else needs it

        if not self.cells:
            return pandas.DataFrame(self.rows, columns=self.columns).apply(pandas.to_numeric, errors="ignore")
        names, rows = self.output["dimensions"], len(self.output["rows"])
        frame = pandas.DataFrame([[*cell["labels"], cell["value"]] for cell in self.cells], columns=[*names, "value"])
        if rows == len(names):
            return frame.set_index(names)
        return frame.pivot(index=names[:rows], columns=names[rows:], values="value")

    def save(self, path):
        """The table as CSV, the proof sheet beside it, the page when there is one."""
        path = pathlib.Path(path)
        path.write_text(self.csv, encoding="utf-8", newline="")
        for end, content in ((".proof.json", json.dumps(self.proof, ensure_ascii=False)), (".proof.html", self.page)):
            if content:
                beside = path.with_name(path.name + end)
                beside.touch(mode=0o600)
                beside.write_text(content, encoding="utf-8")
        return path

    def __repr__(self):
        if not self.cells:
            lines = [self.columns, *self.rows]
        else:
            rows = len(self.output["rows"])
            across = list(dict.fromkeys(tuple(cell["labels"][rows:]) for cell in self.cells))
            down = list(dict.fromkeys(tuple(cell["labels"][:rows]) for cell in self.cells))
            values = self.to_dict()
            lines = [[" / ".join(self.output["dimensions"][:rows]), *(" / ".join(label) or "value" for label in across)]]
            for row in down:
                shown = (values.get((*row, *column)) for column in across)
                lines.append([" / ".join(row), *(HIDDEN if value is None else f"{value:g}" for value in shown)])
        widths = [max(len(str(line[i])) for line in lines) for i in range(len(lines[0]))]
        text = "\n".join("  ".join(str(field).rjust(width) for field, width in zip(line, widths)) for line in lines)
        return f"{text}\n[{self.verdict}]"


def _told(message, folder):
    """What the program says, in the words of this module: options as arguments, no temporary file."""
    message = message.replace(f" ({os.path.join(folder, 'data.csv')})", "").replace(os.path.join(folder, "data.csv"), "the data")
    lines = [line for line in message.splitlines() if not line.startswith("Run with --help")]
    return re.sub(r"--([a-z]+)", lambda found: {"value": "values", "measure": "aggfunc"}.get(found[1], found[1]) + "=",
                  "\n".join(lines)).strip()


def _bounds(name, bounds):
    if isinstance(bounds, str) or not all(isinstance(bound, (int, float)) for bound in bounds):
        raise ValueError(f"bands of {name} are a list of numbers, as [0, 20, 40]")
    return f"{name}={','.join(f'{bound:g}' for bound in bounds)}"


def _call(command, data, options, flags, page=False):
    with tempfile.TemporaryDirectory(prefix="sekisho-") as folder:
        out = os.path.join(folder, "out.csv")
        arguments = [_program(), "table", *command, "--dataset", _write(data, folder), "--output", out, "--output-json",
                     os.path.join(folder, "out.json"), "--proof", os.path.join(folder, "proof.json"), "--json", *flags]
        if page:
            arguments += ["--html", os.path.join(folder, "page.html")]
        for name, value in options.items():
            for one in value if isinstance(value, list) else [value]:
                if one not in (None, "", ()):
                    arguments += ["--" + name, str(one)]
        done = subprocess.run(arguments, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1):
            raise ValueError(_told(done.stderr, folder) or f"sekisho ended with {done.returncode}")
        with open(os.path.join(folder, "proof.json"), encoding="utf-8") as file:
            proof = json.load(file)
        if proof["result"] == "FAIL":
            raise Refused([item for item in proof["review"] if item["verdict"] == "FAIL"], proof)
        with open(out, encoding="utf-8", newline="") as file:
            text = file.read()
        with open(os.path.join(folder, "out.json"), encoding="utf-8") as file:
            output = json.load(file)
        html = None
        if page:
            with open(os.path.join(folder, "page.html"), encoding="utf-8") as file:
                html = file.read()
        return Result(output, text, proof, html)


def sekisho_table(data, rows, columns=None, *, values=None, aggfunc=None, weight=None, person=None, hospital=None,
                  where=None, bands=None, hierarchy=None, merge=None, impossible=None, threshold=None, policy=None, mode=None,
                  memory=None, project=None):
    """A table by `rows` and `columns` (names): counts of persons, or `aggfunc` "sum" or "mean" of `values`.
    `merge`: categories that become one, as {"age": [["20-39", "40-59"]]}."""
    measure = aggfunc or ("sum" if values else "count")
    options = {
        "rows": ",".join(_listed(rows)), "columns": ",".join(_listed(columns)), "value": values, "measure": measure,
        "weight": weight, "person": person, "hospital": hospital, "where": _listed(where),
        "bands": [_bounds(name, bounds) for name, bounds in (bands or {}).items()],
        "hierarchy": [f"{name}={os.fspath(file)}" for name, file in (hierarchy or {}).items()],
        "merge": [f"{name}={'|'.join(labels)}" for name, groups in (merge or {}).items() for labels in groups],
        "impossible": [",".join(f"{name}={label}" for name, label in one.items()) for one in impossible or []],
        "threshold": threshold, "policy": policy, "mode": mode, "memory": memory, "project": project,
    }
    return _call([], data, options, [], page=True)


def sekisho_crosstab(data, index, columns, values=None, aggfunc=None, **options):
    """As pandas.crosstab(index, columns, values, aggfunc), of columns of `data`; totals are always there."""
    return sekisho_table(data, index, columns, values=values, aggfunc=aggfunc, **options)


def sekisho_regression(data, formula=None, *, outcome=None, predictors=None, factors=None, family="linear", person=None,
                       where=None, threshold=None, policy=None, memory=None, project=None):
    """Least squares (family "linear") or "logistic": formula "y ~ x + C(z)", or outcome and predictors.
    Formula and data may stand in either order."""
    if isinstance(data, str) and "~" in data and not (isinstance(formula, str) and "~" in formula):
        data, formula = formula, data  # as statsmodels has them
    if formula is not None:
        if not isinstance(formula, str) or "~" not in formula:
            raise ValueError("a formula is an outcome, ~, and names joined with +, as \"cost ~ age + C(sex)\"; "
                             "or give outcome= and predictors=")
        outcome, _, right = (part.strip() for part in formula.partition("~"))
        terms = [term.strip() for term in right.split("+")]
        factors = [term[2:-1].strip() for term in terms if term.startswith("C(")] + _listed(factors)
        predictors = [term[2:-1].strip() if term.startswith("C(") else term for term in terms]
        if not outcome or not all(term.isidentifier() for term in predictors):  # no "~" leaves an empty term
            raise ValueError("a formula is an outcome, ~, and names joined with +; C(name) makes a factor")
    options = {"outcome": outcome, "predictors": ",".join(_listed(predictors)), "factors": ",".join(_listed(factors)),
               "family": family, "person": person, "where": _listed(where), "threshold": threshold, "policy": policy,
               "memory": memory, "project": project}
    return _call(["regression"], data, options, [])


def sekisho_km(data, time, event, group=None, *, person=None, where=None, threshold=None, policy=None, memory=None,
               project=None):
    """Kaplan-Meier curves: `time` and `event` (1 or 0) name columns, `group` a curve for each of its values."""
    options = {"time": time, "event": event, "group": group, "person": person, "where": _listed(where),
               "threshold": threshold, "policy": policy, "memory": memory, "project": project}
    return _call(["km"], data, options, [])


def ols(data, formula, **options):
    return sekisho_regression(data, formula, family="linear", **options)


def logit(data, formula, **options):
    return sekisho_regression(data, formula, family="logistic", **options)


table, crosstab, regression, km = sekisho_table, sekisho_crosstab, sekisho_regression, sekisho_km

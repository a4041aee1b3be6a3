"""Real processes of one centre in a folder of their own: what every scenario test starts from.

Python's standard library only. Servers listen on loopback with a port the system chooses.
"""
import contextlib
import csv
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BIN = pathlib.Path(os.environ.get("SEKISHO_BIN_DIR", ROOT / "build/release/bin"))
DATA = ROOT.parent / "shared/data"
SOAK = os.environ.get("SEKISHO_SOAK") == "1"


def run(*command, check=(0,), env=None, **kwargs):
    """Runs a program to its end; its exit code must be one of `check` (None: any)."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, errors="replace",
                          env={**os.environ, **(env or {})}, timeout=kwargs.pop("timeout", 900), **kwargs)
    if check is not None and done.returncode not in check:
        raise AssertionError(f"{' '.join(map(str, command))} ended with {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return done


def sekisho(*arguments, **kwargs):
    return run(BIN / "sekisho", *arguments, **kwargs)


def sekisho_json(*arguments, **kwargs):
    return json.loads(sekisho(*arguments, "--json", **kwargs).stdout)


def wait_until(condition, seconds=60, what="the condition"):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come true in {seconds} s")


class Service:
    """A process that runs until it is ended; its output goes to a log file."""

    def __init__(self, command, log, env=None):
        self.command = [str(part) for part in command]
        self.log = log
        self.env = env or {}
        self.process = None

    def start(self, extra_env=None):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, env={**os.environ, **self.env, **(extra_env or {})})
        return self

    def running(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        if self.running():
            self.process.send_signal(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()

    def stop(self):
        if self.running():
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError(f"{self.command[0]} did not end within 15 s of SIGTERM")
        return None if self.process is None else self.process.returncode


class Centre:
    """`sekisho center init` in a temporary folder, with hospitals whose storages the test fills."""

    def __init__(self, hospitals=("H01",), storages=None, keys=None, folder=None):
        self.temporary = None
        if folder is None:
            self.temporary = tempfile.mkdtemp(prefix="sekisho-scenario-")
            folder = pathlib.Path(self.temporary)
        self.dir = pathlib.Path(folder) / "centre"
        self.storages = {}
        arguments = []
        for name in hospitals:
            storage = pathlib.Path(storages[name]) if storages else pathlib.Path(folder) / "storages" / name
            storage.mkdir(parents=True, exist_ok=True)
            self.storages[name] = storage
            arguments += ["--hospital", f"{name}={storage}"]
        sekisho("center", "init", "--dir", self.dir, "--body", "body", "--allow-unencrypted", *arguments)
        if keys is not None:
            for path in pathlib.Path(keys).iterdir():
                shutil.copy2(path, self.dir / "core/keys" / path.name)
        self.receiver = Service([BIN / "sekisho-receiver", "--config", self.dir / "outer/receiver.toml"], self.dir / "receiver.log")
        self.intake = Service([BIN / "sekisho", "intake", "run", "--config", self.dir / "core/intake.toml"], self.dir / "intake.log")
        self.gateways = {name: Service([BIN / "sekisho-gateway", "gateway", "run", "--config", self.hospital(name) / "gateway.toml"],
                                       self.dir / f"gateway-{name}.log") for name in hospitals}

    def hospital(self, name):
        return self.dir / "hospitals" / name

    def configure(self, path, **values):
        """Sets plain members of a TOML file that the centre wrote."""
        text = path.read_text()
        for name, value in values.items():
            text = re.sub(rf"^{name} = .*\n", "", text, flags=re.M)
            text = f"{name} = {value}\n" + text
        path.write_text(text)

    def start_receiver(self, env=None):
        (self.dir / "outer/port").unlink(missing_ok=True)
        self.receiver.start(env)
        wait_until(lambda: (self.dir / "outer/port").exists() or not self.receiver.running(), 30, "the receiver")
        return self

    def gateway(self, name, *arguments, check=(0, 1), env=None):
        done = run(BIN / "sekisho-gateway", "gateway", *arguments, "--config", self.hospital(name) / "gateway.toml", "--json", check=check, env=env)
        return json.loads(done.stdout) if done.stdout.strip() else done

    def load(self, check=(0,), env=None):
        return run(BIN / "sekisho", "intake", "run", "--once", "--config", self.dir / "core/intake.toml", check=check, env=env)

    def ledger(self, who):
        folder = {"receiver": self.dir / "outer/state/ledger", "centre": self.dir / "core/state/ledger"}.get(who, self.dir / f"hospitals/{who}/state/ledger")
        return [json.loads(line) for line in (folder / "entries.jsonl").read_text().splitlines()]

    # What depends on how files were put into packages, not on what they say. Identity, demographics and vault hold a row for each
    # package that brought the same facts: they are compared as sets.
    PACKING = {"package", "part", "ordinal", "text_ref", "rank", "file", "number", "place", "recorded", "last_recorded", "version"}
    AS_SETS = {"demographics", "identity", "document", "vault"}

    def export(self, with_identity=False):
        """The canonical export of the stores, {table: sorted rows}, without what depends on packing."""
        out = pathlib.Path(tempfile.mkdtemp(prefix="sekisho-export-"))
        try:
            sekisho("store", "export", "--store", self.dir / "core/store", "--keys", self.dir / "core/keys", "--allow-unencrypted",
                    "--out", out / "x", *(["--with-identity"] if with_identity else []))
            tables = {}
            for path in sorted((out / "x").rglob("*.csv")):
                if path.stem == "package":
                    continue
                dropped = self.PACKING | ({"sub", "is_current"} if path.stem in self.AS_SETS else set())
                if path.stem == "identity":
                    dropped -= {"number"}  # the insured person's, not an item's
                with open(path, newline="", encoding="utf-8") as file:
                    rows = [tuple((k, v) for k, v in row.items() if k not in dropped) for row in csv.DictReader(file)]
                tables[path.stem] = sorted(set(rows)) if path.stem in self.AS_SETS else sorted(rows)
            return tables
        finally:
            shutil.rmtree(out, ignore_errors=True)

    def close(self):
        for service in (*self.gateways.values(), self.intake, self.receiver):
            with contextlib.suppress(AssertionError):
                service.stop()
        if self.temporary:
            shutil.rmtree(self.temporary, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


_synth_cache = {}


def synth(persons=60, hospitals=2, years=3, seed=5, marked=0, **options):
    """A synthetic country, made once for each set of options and shared by the tests of one run (never changed by them)."""
    key = (persons, hospitals, years, seed, marked, tuple(sorted(options.items())))
    if key not in _synth_cache:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="sekisho-synth-"))
        arguments = [item for name, value in options.items() for item in (f"--{name}", value)]
        sekisho("synth", "--out", folder / "s", "--hospitals", hospitals, "--persons", persons, "--years", years, "--seed", seed,
                *(["--marked", marked] if marked else []), *arguments)
        _synth_cache[key] = folder / "s"
        import atexit
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return _synth_cache[key]

"""Invariant 3: kill any process at any moment, start it again, and the result is the same as if nothing had happened."""
import pathlib
import random
import re
import shutil
import time
import unittest

from scenarios.harness import BIN, ROOT, SOAK, Centre, run, synth, wait_until

KILLS = 200 if SOAK else 12  # of each process


def crash_points(*modules):
    """The names at crash_point("...") in the sources of these modules."""
    names = set()
    for module in modules:
        for path in (ROOT / "src" / module).glob("*.cpp"):
            names |= set(re.findall(r'crash_point\("([^"]+)"\)', path.read_text()))
    return sorted(names)


def merged_storage(source, hospital, target):
    """All of a synthetic hospital's files under one folder, as one storage."""
    for part in ("ssmix2", "receipt", "dpc"):
        if (source / "hospitals" / hospital / part).is_dir():
            shutil.copytree(source / "hospitals" / hospital / part, target / part, dirs_exist_ok=True)


class Kills(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.source = synth(persons=40, hospitals=1, years=2)
        # The run without kills: what every other must equal.
        cls.calm = Centre(("H01",))
        cls.addClassCleanup(cls.calm.close)
        merged_storage(cls.source, "H01", cls.calm.storages["H01"])
        cls.optout = (cls.source / "hospitals/H01/optout.csv").read_text()
        cls.prepare(cls.calm)
        cls.calm.start_receiver()
        cls.calm.gateway("H01", "run", "--once")
        cls.calm.load()
        cls.expected = cls.calm.export(with_identity=True)
        assert sum(map(len, cls.expected.values())) > 1000

    @classmethod
    def prepare(cls, centre):
        toml = (centre.hospital("H01") / "gateway.toml").read_text()
        path = pathlib.Path(re.search(r'^optout = "(.*)"$', toml, re.M).group(1))
        path.write_text(cls.optout)
        centre.configure(centre.hospital("H01") / "gateway.toml", package_bytes=262144, interval_seconds=1)

    def fresh(self):
        centre = Centre(("H01",), keys=self.calm.dir / "core/keys")
        self.addCleanup(centre.close)
        merged_storage(self.source, "H01", centre.storages["H01"])
        self.prepare(centre)
        return centre

    def finish(self, centre):
        """Lets everything come to rest and compares."""
        if not centre.receiver.running():
            centre.start_receiver()
        for _ in range(3):
            centre.gateway("H01", "run", "--once")
            centre.load()
        self.assertEqual(centre.gateway("H01", "status")["packages"]["waiting"], 0)
        self.assert_same(centre.export(with_identity=True))
        entries = centre.ledger("centre")
        loaded = [(e["payload"]["epoch"], e["payload"]["sequence"]) for e in entries if e["kind"] == "package.loaded"]
        self.assertEqual(len(loaded), len(set(loaded)), "no package is loaded twice")
        received = [(e["payload"]["epoch"], e["payload"]["sequence"]) for e in centre.ledger("receiver") if e["kind"] == "package.received"]
        self.assertEqual(received, sorted(set(received)))
        for who, folder in (("receiver", "outer"), ("centre", "core"), ("H01", "hospitals/H01")):
            done = run(BIN / "sekisho", "ledger", "verify", centre.dir / folder / "state/ledger", "--key", centre.dir / folder / "ledger.pub", check=None)
            self.assertEqual(done.returncode, 0, f"{who}: {done.stdout}{done.stderr}")

    def assert_same(self, tables):
        self.assertEqual(sorted(tables), sorted(self.expected))
        for name, rows in self.expected.items():
            self.assertEqual(len(tables[name]), len(rows), name)
            for ours, expected in zip(tables[name], rows):
                self.assertEqual(ours, expected, name)

    def test_random_kills_of_every_process_within_one_run(self):
        centre = self.fresh()
        dice = random.Random(11)
        # Files come in while everything runs and dies.
        store = centre.storages["H01"]
        waiting = centre.dir / "waiting"
        shutil.move(store, waiting)
        store.mkdir()
        files = sorted(path.relative_to(waiting) for path in waiting.rglob("*") if path.is_file())
        centre.start_receiver()
        centre.intake.start()
        centre.gateways["H01"].start()
        services = {"receiver": centre.receiver, "intake": centre.intake, "gateway": centre.gateways["H01"]}
        plan = [name for name in services for _ in range(KILLS)]
        dice.shuffle(plan)
        for number, name in enumerate(plan):
            for path in files[number * len(files) // len(plan):(number + 1) * len(files) // len(plan)]:
                (store / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.move(waiting / path, store / path)
            time.sleep(dice.uniform(0.0, 0.6))  # the random moment is the point of this test
            services[name].kill()
            if name == "receiver":
                centre.start_receiver()
            else:
                services[name].start()
        for service in (centre.gateways["H01"], centre.intake):
            service.stop()
        self.finish(centre)

    def test_a_kill_at_every_named_crash_point(self):
        commands = {"gateway": lambda c, env: run(*c.gateways["H01"].command, "--once", check=None, env=env),
                    "intake": lambda c, env: run(*c.intake.command, "--once", check=None, env=env)}
        reached = set()
        for point in crash_points("gateway", "transport", "ledger", "receiver", "intake", "store"):
            if point.startswith("store.compact"):
                continue  # compaction is killed in the store's own tests
            module = point.split(".")[0]
            with self.subTest(point=point):
                centre = self.fresh()
                env = {"SEKISHO_CRASH_AT": point}
                if module == "receiver":
                    centre.start_receiver(env)
                    centre.gateway("H01", "run", "--once", check=None)
                    centre.load(check=None)
                    if not centre.receiver.running():
                        reached.add(point)
                        centre.start_receiver()
                else:
                    centre.start_receiver()
                    for who in ("gateway", "intake"):
                        for _ in range(2):
                            done = commands[who](centre, env if module in (who, "package", "ledger", "store") else {})
                            if done.returncode in (-9, 137):
                                reached.add(point)
                self.finish(centre)
                centre.close()
        missed = set(crash_points("gateway", "transport", "receiver", "intake")) - reached
        # Without thresholds nothing is held: test_quality_gate kills there.
        self.assertEqual(missed - {"intake.after_erase", "intake.before_hold"}, set(), "every point was reached")


if __name__ == "__main__":
    unittest.main()

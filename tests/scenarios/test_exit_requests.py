"""Files leave by the command line: two approvals, a third person releases, and every shortcut is refused and written down."""
import pathlib
import stat
import tempfile
import unittest

from scenarios.harness import sekisho, sekisho_json

TABLE = "age_group,male,female,total\n0-39,120,118,238\n40-64,233,240,473\n65+,310,350,660\n"


class ExitRequests(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.addCleanup(self.place.cleanup)
        self.root = pathlib.Path(self.place.name)
        for person, roles in {"sato": ["requester"], "ito": ["reviewer"], "kato": ["reviewer"], "mori": ["releaser", "sender"],
                              "ono": ["sender"], "yoshi": ["requester", "reviewer", "releaser", "sender"]}.items():
            sekisho("disclosure", "request", "person", "--desk", self.root / "desk", "--id", person, "--institution", "center", "--key",
                    self.root / (person + ".pem"), *[word for role in roles for word in ("--role", role)])
        self.file = self.root / "table.csv"
        self.file.write_text(TABLE)

    def act(self, event, person, *more, check=(0,)):
        return sekisho_json("disclosure", "request", event, "--desk", self.root / "desk", "--as", self.root / (person + ".pem"), "--id", "r1", *more, check=check)

    def refused(self, event, person, *more):
        done = sekisho("disclosure", "request", event, "--desk", self.root / "desk", "--as", self.root / (person + ".pem"), "--id", "r1", *more, check=(3,))
        return done.stderr

    def state(self):
        return sekisho_json("disclosure", "request", "list", "--desk", self.root / "desk", check=(0, 1))["requests"][0]["state"]

    def approved(self):
        self.assertEqual(self.act("submit", "sato", self.file)["state"], "in_review")
        self.assertEqual(self.act("approve", "ito")["state"], "approved_once")
        self.assertEqual(self.act("approve", "kato")["state"], "approved")

    def test_two_approve_a_third_releases_the_judged_bytes(self):
        self.approved()
        self.file.write_text("id,name\n1,x\n")  # what the requester's copy says now does not matter
        self.assertEqual(self.act("release", "mori", "--output", self.root / "out")["state"], "released")
        self.assertEqual((self.root / "out" / "table.csv").read_text(), TABLE)
        self.assertIn("exit.role", self.refused("send-passphrase", "mori"))
        self.act("send-passphrase", "ono")
        self.assertEqual(self.act("collect", "sato")["state"], "collected")

    def test_nobody_approves_twice_nor_the_own_request_nor_without_the_role(self):
        self.act("submit", "yoshi", self.file)
        self.assertIn("exit.role", self.refused("approve", "yoshi"))
        self.assertIn("exit.right", self.refused("approve", "sato"))
        self.act("approve", "ito")
        self.assertIn("exit.role", self.refused("approve", "ito"))
        self.assertIn("exit.role", self.refused("approve", "yoshi"))
        self.assertEqual(self.state(), "approved_once")

    def test_nothing_leaves_before_the_second_approval(self):
        self.act("submit", "sato", self.file)
        self.assertIn("exit.state", self.refused("release", "mori", "--output", self.root / "out"))
        self.act("approve", "ito")
        self.assertIn("exit.state", self.refused("release", "mori", "--output", self.root / "out"))
        self.assertFalse((self.root / "out").exists())

    def test_bytes_changed_after_the_freeze_are_neither_approved_nor_released(self):
        self.approved()
        frozen = next((self.root / "desk" / "frozen").iterdir())
        self.assertEqual(stat.S_IMODE(frozen.stat().st_mode), 0o400)
        frozen.chmod(0o600)
        frozen.write_text("id,name\n1,x\n")
        self.assertIn("exit.changed", self.refused("release", "mori", "--output", self.root / "out"))
        self.assertFalse((self.root / "out").exists())

    def test_a_file_that_fails_is_blocked_and_the_reviewers_cannot_approve_it(self):
        self.file.write_text("patient_id,name,age\n" + "".join("%08d,山田太郎,%d\n" % (n * 7919, 20 + n) for n in range(30)))
        self.assertEqual(self.act("submit", "sato", self.file, check=(1,))["state"], "blocked")
        self.assertIn("exit.state", self.refused("approve", "ito"))
        self.act("return", "ito", "--reason", "records of persons")
        self.file.write_text(TABLE)
        self.assertEqual(self.act("submit", "sato", self.file)["state"], "in_review")

    def test_a_key_of_nobody_does_nothing(self):
        other = self.root / "other"
        sekisho("disclosure", "request", "person", "--desk", other, "--id", "eve", "--role", "reviewer", "--key", self.root / "eve.pem")
        self.act("submit", "sato", self.file)
        self.assertIn("exit.stranger", self.refused("approve", "eve"))
        self.assertEqual(self.state(), "in_review")

    def test_every_refusal_stands_in_the_ledger(self):
        self.act("submit", "sato", self.file)
        self.refused("approve", "sato")
        self.refused("release", "mori", "--output", self.root / "out")
        shown = sekisho("ledger", "show", self.root / "desk" / "ledger", "--json", check=None)
        if shown.returncode == 2:
            self.skipTest("this build has no ledger command")
        self.assertIn("exit.refused", shown.stdout)
        self.assertIn("exit.stranger", shown.stdout)


if __name__ == "__main__":
    unittest.main()

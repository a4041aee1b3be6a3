"""A revoked certificate is refused by services that run on: `sekisho ca revoke` and `ca crl --publish` are all that is needed."""
import json
import unittest

from scenarios.harness import BIN, Centre, run, sekisho
from scenarios.test_attacks import put_file


class Revocation(unittest.TestCase):
    def setUp(self):
        self.centre = Centre(("H01", "H02"))
        self.addCleanup(self.centre.close)
        self.centre.start_receiver()

    def serial(self, name):
        shown = run("openssl", "x509", "-noout", "-serial", "-in", self.centre.hospital(name) / "tls.pem").stdout
        return shown.strip().removeprefix("serial=")

    def authority(self, *arguments, **kwargs):
        return sekisho("ca", *arguments, "--dir", self.centre.dir / "authority", **kwargs)

    def send(self, name, number):
        put_file(self.centre.storages[name], number)
        return run(BIN / "sekisho-gateway", "gateway", "run", "--once", "--config", self.centre.hospital(name) / "gateway.toml", "--json",
                   check=None)

    def packages(self, folder):
        return list((self.centre.dir / folder).rglob("*.skp"))

    def test_a_revoked_gateway_is_refused_without_any_restart_and_the_other_goes_on(self):
        for name in ("H01", "H02"):
            self.assertEqual(self.send(name, "9001000010").returncode, 0)
        receiver = self.centre.receiver.process.pid
        self.authority("revoke", "--serial", self.serial("H01"))
        published = json.loads(self.authority("crl", "--publish", self.centre.dir, "--json").stdout)
        self.assertEqual(len(published["files"]), len(list(self.centre.dir.rglob("crl.pem"))))
        for path in published["files"]:
            text = run("openssl", "crl", "-noout", "-text", "-in", path).stdout
            self.assertIn(self.serial("H01"), text.upper())
        received = len(self.packages("outer/state"))
        self.assertNotEqual(self.send("H01", "9001000011").returncode, 0)
        self.assertEqual(len(self.packages("outer/state")), received)
        self.assertEqual(len(self.packages("hospitals/H01/state/outbox")), 2, "what could not be sent waits")
        self.assertEqual(self.send("H02", "9001000011").returncode, 0)
        self.assertEqual(self.centre.receiver.process.pid, receiver)
        self.assertTrue(self.centre.receiver.running())
        # A new certificate takes up where the revoked one stopped.
        for kind in ("pem", "key"):
            (self.centre.hospital("H01") / f"tls.{kind}").unlink()
        self.authority("issue", "--role", "tls-gateway", "--name", "H01", "--out", self.centre.hospital("H01"), "--file", "tls")
        self.assertEqual(self.send("H01", "9001000012").returncode, 0)
        self.assertEqual(len(self.packages("outer/state")), received + 3)

    def test_a_folder_without_an_installation_is_refused(self):
        done = self.authority("crl", "--publish", self.centre.storages["H01"], check=None)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("usage.publish", done.stderr)


if __name__ == "__main__":
    unittest.main()

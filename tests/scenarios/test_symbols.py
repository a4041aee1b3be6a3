"""Invariant 2: the receiver cannot read what it receives. Its program has no way to decrypt."""
import unittest

from scenarios.harness import BIN, run

FORBIDDEN = ("CMS_decrypt", "EVP_PKEY_decrypt", "EVP_Decrypt", "PKCS7_decrypt", "CMS_RecipientInfo_decrypt", "EVP_CipherUpdate")


def undefined_symbols(program):
    out = run("nm", "-D", "--undefined-only", program).stdout
    return {line.split()[-1].split("@")[0] for line in out.splitlines() if line.strip()}


class Symbols(unittest.TestCase):
    def test_the_receiver_and_the_gateway_have_no_way_to_decrypt(self):
        for program in ("sekisho-receiver", "sekisho-gateway"):
            symbols = undefined_symbols(BIN / program)
            self.assertIn("CMS_verify", symbols, "libcrypto is linked dynamically, so that this test can see what is used")
            self.assertEqual([s for s in symbols if s.startswith(FORBIDDEN)], [], program)

    def test_the_control_case_is_found(self):
        symbols = undefined_symbols(BIN / "sekisho")
        self.assertTrue(any(s.startswith(FORBIDDEN) for s in symbols))


if __name__ == "__main__":
    unittest.main()

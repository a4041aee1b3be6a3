// Digests, keyed digests and Ed25519 against the known answers of their standards.
#include "crypto/digest.h"

#include <gtest/gtest.h>

#include "crypto/keys.h"

namespace sekisho::crypto {
namespace {

Bytes hex(std::string_view text) {
  return *from_hex(text);
}

// FIPS 180-4, examples of SHA-256.
TEST(Sha256Test, AgreesWithFips180) {
  EXPECT_EQ(to_hex(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256(as_bytes("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256(as_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256Test, PiecesOfAnySizeGiveTheDigestOfTheWholeAndTheObjectStartsAnew) {
  const Bytes million(1'000'000, 'a');
  const char* const expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
  Sha256 digest;
  for (const std::size_t size : {std::size_t{1}, std::size_t{63}, std::size_t{64}, std::size_t{100'000}}) {
    ByteView left = million;
    while (!left.empty()) {
      const std::size_t n = std::min(size, left.size());
      digest.update(left.first(n));
      left = left.subspan(n);
    }
    EXPECT_EQ(to_hex(digest.finish()), expected) << size;
  }
  Sha256 moved = std::move(digest);
  EXPECT_EQ(to_hex(moved.finish()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

// RFC 4231 sections 4.2 to 4.8; case 5 is about truncation.
TEST(HmacTest, AgreesWithRfc4231) {
  const struct {
    Bytes key, data;
    const char* expected;
  } cases[] = {
      {Bytes(20, 0x0b), hex("4869205468657265"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {hex("4a656665"), hex("7768617420646f2079612077616e7420666f72206e6f7468696e673f"),
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {Bytes(20, 0xaa), Bytes(50, 0xdd), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {hex("0102030405060708090a0b0c0d0e0f10111213141516171819"), Bytes(50, 0xcd),
       "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
      {Bytes(131, 0xaa),
       hex("54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b657920466972737"
           "4"),
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {Bytes(131, 0xaa),
       hex("5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a65206b657920616e642"
           "0"
           "61206c6172676572207468616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565647320746f2062652068617"
           "3"
           "686564206265666f7265206265696e6720757365642062792074686520484d414320616c676f726974686d2e"),
       "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"}};
  for (const auto& c : cases)
    EXPECT_EQ(to_hex(hmac_sha256(c.key, c.data)), c.expected);
}

// RFC 8032 section 7.1, tests 1 to 3.
TEST(Ed25519Test, AgreesWithRfc8032) {
  const struct {
    const char *secret, *open, *message, *signature;
  } cases[] = {{"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5"
                "f0595bbe24"
                "655141438e7a100b"},
               {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2e"
                "aeb4302aee"
                "b00d291612bb0c00"},
               {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15"
                "e9716ed28d"
                "c027beceea1ec40a"}};
  for (const auto& c : cases) {
    // PKCS#8 of RFC 8410 section 7: a fixed head, then the 32 bytes.
    const Bytes pkcs8 = hex(std::string("302e020100300506032b657004220420") + c.secret);
    const auto key =
        PrivateKey::from_pem("-----BEGIN PRIVATE KEY-----\n" + to_base64(pkcs8) + "\n-----END PRIVATE KEY-----\n");
    ASSERT_TRUE(key) << key.error().describe();
    EXPECT_EQ(to_hex(*ed25519_public_raw(*key)), c.open);
    EXPECT_EQ(to_hex(*sign_ed25519(*key, hex(c.message))), c.signature);
    EXPECT_TRUE(verify_ed25519(hex(c.open), hex(c.message), hex(c.signature)));
  }
}

TEST(Ed25519Test, AnyFlippedBitOfMessageKeyOrSignatureIsRefused) {
  const auto key = *PrivateKey::generate(KeyKind::kEd25519);
  const Bytes open = *ed25519_public_raw(key), message(40, 7), signature = *sign_ed25519(key, message);
  for (std::size_t bit = 0; bit < signature.size() * 8; bit += 3) {
    Bytes changed = signature;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    EXPECT_EQ(verify_ed25519(open, message, changed).error().code, "signature.wrong");
  }
  Bytes other = message;
  other[39] ^= 1;
  EXPECT_FALSE(verify_ed25519(open, other, signature));
  EXPECT_FALSE(verify_ed25519(Bytes(32, 1), message, signature));
  EXPECT_FALSE(verify_ed25519(Bytes(31, 1), message, signature)) << "a key of another length";
  EXPECT_FALSE(verify_ed25519(open, message, Bytes(63, 0)));
  EXPECT_FALSE(verify_ed25519({}, {}, {}));
}

TEST(Ed25519Test, AKeyOfAnotherKindCannotSign) {
  const auto key = *PrivateKey::generate(KeyKind::kP256);
  EXPECT_FALSE(sign_ed25519(key, as_bytes("x")));
  EXPECT_EQ(ed25519_public_raw(key).error().code, "key.public");
}

TEST(DigestTest, HexOfAnotherLengthIsRefused) {
  EXPECT_TRUE(digest_from_hex(std::string(64, 'a')));
  EXPECT_FALSE(digest_from_hex(std::string(62, 'a')));
  EXPECT_FALSE(digest_from_hex(std::string(64, 'g')));
  EXPECT_FALSE(digest_from_hex(""));
}

TEST(SecretBytesTest, MovesLeaveNothingBehind) {
  SeededRandom random(1);
  SecretBytes a = SecretBytes::generate(random, 32);
  const Bytes seen(a.view().begin(), a.view().end());
  SecretBytes b = std::move(a);
  EXPECT_TRUE(a.empty());
  EXPECT_TRUE(equal_constant_time(b.view(), seen));
  a = b.copy();
  EXPECT_TRUE(equal_constant_time(a.view(), b.view()));
  EXPECT_FALSE(equal_constant_time(a.view(), ByteView(seen).first(31)));
}

TEST(AeadTest, KeysOfAnotherLengthAreRefusedAndNoncesDiffer) {
  SeededRandom random(1);
  EXPECT_EQ(aead_seal(Bytes(16), {}, {}, random).error().code, "crypto.key_length");
  const auto a = aead_seal(Bytes(32), as_bytes("same"), {}, random),
             b = aead_seal(Bytes(32), as_bytes("same"), {}, random);
  EXPECT_EQ(a->size(), 12 + 4 + 16u);
  EXPECT_NE(*a, *b);
}

}  // namespace
}  // namespace sekisho::crypto

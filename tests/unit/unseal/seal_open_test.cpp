// Sealing and opening against stock `openssl cms`, both ways, and against every kind of tampering.
#include <gtest/gtest.h>

#include "core/file.h"
#include "core/process.h"
#include "crypto/ca.h"
#include "crypto/cms.h"
#include "unseal/unseal.h"

namespace sekisho {
namespace {

namespace fs = std::filesystem;

class SealTest : public testing::Test {
 protected:
  void SetUp() override {
    auto made = TemporaryFolder::create("seal");
    ASSERT_TRUE(made);
    folder_.emplace(std::move(*made));
    // RSA keys take long to make: one authority and its parties serve all tests.
    static const TemporaryFolder shared = make_parties();
    fs::copy(shared.path(), dir(), fs::copy_options::recursive);
    auto authority = crypto::Authority::open(dir() / "ca", system_clock(), system_random());
    ASSERT_TRUE(authority) << authority.error().describe();
    authority_.emplace(std::move(*authority));
  }
  static TemporaryFolder make_parties() {
    auto folder = *TemporaryFolder::create("parties");
    auto authority = crypto::Authority::init(folder.path() / "ca", {"body"}, system_clock(), system_random());
    EXPECT_TRUE(authority) << authority.error().describe();
    for (const auto& [role, name] :
         {std::pair{"recipient", "centre"}, {"recipient", "other"}, {"sign-gateway", "H01"}, {"sign-gateway", "H02"}}) {
      const auto issued = authority->issue_to({.role = role, .common_name = name}, folder.path(), name);
      EXPECT_TRUE(issued) << issued.error().describe();
    }
    return folder;
  }
  fs::path dir() const { return folder_->path(); }
  crypto::Certificate certificate(const char* name) const {
    return *crypto::Certificate::load(dir() / (std::string(name) + ".pem"));
  }
  crypto::PrivateKey key(const char* name) const {
    return *crypto::PrivateKey::load(dir() / (std::string(name) + ".key"));
  }
  std::optional<TemporaryFolder> folder_;
  std::optional<crypto::Authority> authority_;
};

Bytes sample(std::size_t size) {
  SeededRandom random(7);
  Bytes bytes(size);
  random.fill(bytes);
  return bytes;
}

TEST_F(SealTest, WhatIsSealedOpensForEachRecipientAndForNobodyElse) {
  const Bytes content = sample(100'000);
  const auto sealed = crypto::cms_seal(content, {certificate("centre")});
  ASSERT_TRUE(sealed) << sealed.error().describe();
  const auto opened = unseal::cms_open(*sealed, certificate("centre"), key("centre"));
  ASSERT_TRUE(opened) << opened.error().describe();
  EXPECT_EQ(*opened, content);
  EXPECT_EQ(unseal::cms_open(*sealed, certificate("other"), key("other")).error().code, "unseal.not_addressed");
  EXPECT_EQ(unseal::cms_open(*sealed, certificate("centre"), key("other")).error().code, "unseal.tampered");
  EXPECT_TRUE(crypto::cms_check_recipients(*sealed, {certificate("centre")}));
  EXPECT_FALSE(crypto::cms_check_recipients(*sealed, {certificate("other")}));
  EXPECT_FALSE(crypto::cms_check_recipients(*sealed, {certificate("centre"), certificate("other")}));
}

TEST_F(SealTest, StockOpensslOpensWhatIsSealedHere) {
  const Bytes content = sample(50'000);
  const auto sealed = crypto::cms_seal(content, {certificate("other"), certificate("centre")});
  ASSERT_TRUE(sealed);
  ASSERT_TRUE(write_file_durable(dir() / "part.p7m", *sealed));
  const auto run = run_command({"openssl", "cms", "-decrypt", "-inform", "DER", "-in", dir() / "part.p7m", "-recip",
                                dir() / "centre.pem", "-inkey", dir() / "centre.key", "-binary"});
  ASSERT_TRUE(run);
  EXPECT_EQ(run->status, 0) << run->err;
  EXPECT_EQ(as_text(content), run->out);
}

TEST_F(SealTest, WhatStockOpensslSealsOpensHere) {
  const Bytes content = sample(50'000);
  ASSERT_TRUE(write_file_durable(dir() / "plain", content));
  const auto run =
      run_command({"openssl", "cms", "-encrypt", "-binary", "-outform", "DER", "-aes-256-gcm", "-in", dir() / "plain",
                   "-out", dir() / "part.p7m", "-recip", dir() / "centre.pem", "-keyopt", "rsa_padding_mode:oaep",
                   "-keyopt", "rsa_oaep_md:sha256", "-keyopt", "rsa_mgf1_md:sha256"});
  ASSERT_TRUE(run);
  ASSERT_EQ(run->status, 0) << run->err;
  const auto opened = unseal::cms_open(*read_file(dir() / "part.p7m"), certificate("centre"), key("centre"));
  ASSERT_TRUE(opened) << opened.error().describe();
  EXPECT_EQ(*opened, content);
}

// Every way in which stock openssl seals otherwise.
TEST_F(SealTest, OtherFormsOfSealingAreRefusedBeforeTheKeyIsUsed) {
  ASSERT_TRUE(write_file_durable(dir() / "plain", sample(2'000)));
  const std::vector<std::string> oaep = {"-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha256",
                                         "-keyopt", "rsa_mgf1_md:sha256"};
  const auto open = [&](std::vector<std::string> cipher, const std::vector<std::string>& wrap) {
    cipher.insert(cipher.begin(), {"openssl", "cms", "-encrypt", "-binary", "-outform", "DER", "-in", dir() / "plain",
                                   "-out", dir() / "part.p7m"});
    cipher.insert(cipher.end(), {"-recip", dir() / "centre.pem"});
    cipher.insert(cipher.end(), wrap.begin(), wrap.end());
    const auto run = run_command(cipher);
    EXPECT_EQ(run->status, 0) << run->err;
    const Bytes der = *read_file(dir() / "part.p7m");
    const auto opened = unseal::cms_open(der, certificate("centre"), key("centre"));
    const auto seen = crypto::cms_check_recipients(der, {certificate("centre")});
    EXPECT_EQ(opened.has_value(), seen.has_value()) << "with and without key the same forms pass";
    return opened ? "" : opened.error().code;
  };
  EXPECT_EQ(open({"-aes-256-gcm"}, oaep), "");
  EXPECT_EQ(open({"-aes-256-gcm", "-stream"}, oaep), "") << "indefinite lengths, pieces of 4 KiB";
  EXPECT_EQ(open({"-aes-256-gcm"}, {}), "unseal.malformed") << "PKCS #1 v1.5";
  EXPECT_EQ(open({"-aes-256-gcm"}, {"-keyopt", "rsa_padding_mode:oaep"}), "unseal.malformed") << "OAEP with SHA-1";
  EXPECT_EQ(open({"-aes-128-gcm"}, oaep), "unseal.malformed");
  EXPECT_EQ(open({"-aes-256-cbc"}, oaep), "unseal.malformed") << "EnvelopedData without a tag";
}

// A tag of 4 bytes could be guessed: RFC 5084 asks for 12 at least, the format for all 16.
TEST_F(SealTest, AShortenedTagIsRefused) {
  Bytes der = *crypto::cms_seal(sample(3'000), {certificate("centre")});
  // ContentInfo, explicit tag and AuthEnvelopedData, each with a length of two bytes; the tag is the last value.
  for (const std::size_t at : {0, 17, 21}) {
    ASSERT_EQ(der[at + 1], 0x82);
    const int length = (der[at + 2] << 8 | der[at + 3]) - 12;
    der[at + 2] = static_cast<std::uint8_t>(length >> 8);
    der[at + 3] = static_cast<std::uint8_t>(length);
  }
  ASSERT_EQ(der[der.size() - 17], 16);
  der[der.size() - 17] = 4;
  der.resize(der.size() - 12);
  EXPECT_EQ(unseal::cms_open(der, certificate("centre"), key("centre")).error().code, "unseal.malformed");
}

TEST_F(SealTest, ContentOfAnySizeComesBackWhole) {
  for (const std::size_t size : {0, 1, 15, 16, 17, 4095, 4096, 4097, 70'000, (1 << 20) + 1, (8 << 20) - (16 << 10)}) {
    const Bytes content = sample(size);
    const auto sealed = crypto::cms_seal(content, {certificate("centre"), certificate("other")});
    ASSERT_TRUE(sealed) << size;
    EXPECT_TRUE(unseal::cms_open(*sealed, certificate("other"), key("other")) == content) << size;
    EXPECT_LE(sealed->size(), size + (16 << 10));
  }
}

TEST_F(SealTest, TheExactRecipientsAreCheckedWithoutAKey) {
  const auto one = *crypto::cms_seal(sample(10), {certificate("centre")});
  const auto twice = *crypto::cms_seal(sample(10), {certificate("centre"), certificate("centre")});
  const auto code = [](const Result<void>& r) { return r ? "" : r.error().code; };
  EXPECT_EQ(code(crypto::cms_check_recipients(one, {certificate("centre")})), "");
  EXPECT_EQ(code(crypto::cms_check_recipients(twice, {certificate("centre")})), "package.recipients");
  EXPECT_EQ(code(crypto::cms_check_recipients(one, {})), "package.recipients");
  EXPECT_EQ(code(crypto::cms_check_recipients(sample(100), {certificate("centre")})), "package.part_form");
  EXPECT_EQ(code(crypto::cms_check_recipients({}, {certificate("centre")})), "package.part_form");
  EXPECT_EQ(crypto::cms_seal(sample(10), {}).error().code, "seal.no_recipient");
  EXPECT_EQ(crypto::cms_seal(sample(10), {certificate("H01")}).error().code, "seal.recipient") << "no RSA key";
}

// Stock openssl releases the plaintext of a changed part; here nothing comes out.
TEST_F(SealTest, AChangeInEachRegionIsNamedForWhatItIs) {
  const Bytes content = sample(100'000);
  const Bytes sealed = *crypto::cms_seal(content, {certificate("centre")});
  const struct {
    const char* region;
    std::size_t at;
    const char* code;
  } regions[] = {{"structure", 0, "unseal.malformed"},
                 {"kind of content", 10, "unseal.malformed"},
                 {"first of the ciphertext", sealed.size() - 18 - content.size(), "unseal.tampered"},
                 {"middle of the ciphertext", sealed.size() - 50'000, "unseal.tampered"},
                 {"last of the ciphertext", sealed.size() - 19, "unseal.tampered"},
                 {"length of the tag", sealed.size() - 17, "unseal.malformed"},
                 {"tag", sealed.size() - 1, "unseal.tampered"}};
  for (const auto& region : regions) {
    Bytes changed = sealed;
    changed[region.at] ^= 1;
    const auto opened = unseal::cms_open(changed, certificate("centre"), key("centre"));
    ASSERT_FALSE(opened) << region.region;
    EXPECT_EQ(opened.error().code, region.code) << region.region;
  }
}

TEST_F(SealTest, SignaturesOfAnotherFormAreRefused) {
  const Bytes content = sample(500);
  ASSERT_TRUE(write_file_durable(dir() / "plain", content));
  const auto trust = *crypto::Trust::load(dir() / "ca/root.pem");
  const auto verify = [&](const std::vector<std::string>& options) {
    std::vector<std::string> command = {
        "openssl",       "cms",     "-sign",           "-binary", "-outform",        "DER",  "-in",
        dir() / "plain", "-signer", dir() / "H01.pem", "-inkey",  dir() / "H01.key", "-out", dir() / "s.p7s"};
    command.insert(command.end(), options.begin(), options.end());
    const auto run = run_command(command);
    EXPECT_EQ(run->status, 0) << run->err;
    const auto signer = crypto::cms_verify(content, *read_file(dir() / "s.p7s"), trust, system_clock().now());
    return signer ? "" : signer.error().code;
  };
  EXPECT_EQ(verify({}), "");
  EXPECT_EQ(verify({"-md", "sha384"}), "");
  EXPECT_EQ(verify({"-nodetach"}), "signature.malformed") << "content inside";
  EXPECT_EQ(verify({"-noattr"}), "signature.malformed") << "no signed attributes";
  EXPECT_EQ(verify({"-md", "sha1"}), "signature.malformed");
  EXPECT_EQ(verify({"-signer", dir() / "H02.pem", "-inkey", dir() / "H02.key"}), "signature.malformed")
      << "two signers";
  EXPECT_NE(verify({"-nocerts"}), "") << "the certificate must be inside";
  for (const Bytes& junk : {Bytes{}, sample(50), Bytes{0x30, 0x80}})
    EXPECT_EQ(crypto::cms_verify(content, junk, trust, system_clock().now()).error().code, "signature.malformed");
}

TEST_F(SealTest, AnyFlippedByteIsNoticed) {
  const Bytes content = sample(3'000);
  const auto sealed = crypto::cms_seal(content, {certificate("centre")});
  ASSERT_TRUE(sealed);
  const crypto::Certificate c = certificate("centre");
  const crypto::PrivateKey k = key("centre");
  for (std::size_t at = 0; at < sealed->size(); at += 41) {
    Bytes changed = *sealed;
    changed[at] ^= 1;
    const auto opened = unseal::cms_open(changed, c, k);
    // Some bytes of the structure carry no meaning (version numbers of optional parts); then the content must be the
    // true one.
    if (opened) {
      EXPECT_EQ(*opened, content) << at;
    }
  }
  Bytes cut(sealed->begin(), sealed->end() - 20);
  EXPECT_FALSE(unseal::cms_open(cut, c, k));
  Bytes longer = *sealed;
  longer.push_back(0);
  EXPECT_EQ(unseal::cms_open(longer, c, k).error().code, "unseal.malformed");
}

TEST_F(SealTest, ContentAboveTheLimitIsRefused) {
  const auto sealed = crypto::cms_seal(sample(200'000), {certificate("centre")});
  ASSERT_TRUE(sealed);
  EXPECT_EQ(unseal::cms_open(*sealed, certificate("centre"), key("centre"), 100'000).error().code, "unseal.too_large");
}

TEST_F(SealTest, DetachedSignaturesAgreeWithStockOpenssl) {
  const Bytes content = sample(1'000);
  ASSERT_TRUE(write_file_durable(dir() / "plain", content));
  const auto trust = crypto::Trust::load(dir() / "ca/root.pem");
  ASSERT_TRUE(trust);
  const auto ours = crypto::cms_sign(content, certificate("H01"), key("H01"));
  ASSERT_TRUE(ours);
  ASSERT_TRUE(write_file_durable(dir() / "ours.p7s", *ours));
  const auto check =
      run_command({"openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", dir() / "ours.p7s", "-content",
                   dir() / "plain", "-CAfile", dir() / "ca/root.pem", "-purpose", "any", "-out", "/dev/null"});
  EXPECT_EQ(check->status, 0) << check->err;
  const auto theirs =
      run_command({"openssl", "cms", "-sign", "-binary", "-outform", "DER", "-in", dir() / "plain", "-signer",
                   dir() / "H01.pem", "-inkey", dir() / "H01.key", "-out", dir() / "theirs.p7s"});
  ASSERT_EQ(theirs->status, 0) << theirs->err;
  const auto signer = crypto::cms_verify(content, *read_file(dir() / "theirs.p7s"), *trust, system_clock().now());
  ASSERT_TRUE(signer) << signer.error().describe();
  EXPECT_EQ(signer->common_name(), "H01");
  EXPECT_EQ(crypto::cms_verify(sample(999), *ours, *trust, system_clock().now()).error().code, "signature.wrong");
  const UtcTime later{system_clock().now().micros + 900LL * 86'400'000'000};
  EXPECT_EQ(crypto::cms_verify(content, *ours, *trust, later).error().code, "certificate.expired");
}

TEST_F(SealTest, RecipientsListsFromAnyoneButTheRootAreRefused) {
  const UtcTime now = system_clock().now();
  const UtcTime until{now.micros + 86'400'000'000};
  ASSERT_TRUE(
      authority_->write_recipients(dir() / "r.json", dir() / "r.p7s", 3, until, {{"centre", certificate("centre")}}));
  const Bytes json = *read_file(dir() / "r.json"), p7s = *read_file(dir() / "r.p7s");
  const auto trust = *crypto::Trust::load(dir() / "ca/root.pem");
  const auto good = crypto::check_recipients(json, p7s, trust, {"body"}, now, 3);
  ASSERT_TRUE(good) << good.error().describe();
  EXPECT_EQ(good->version, 3);
  EXPECT_EQ(crypto::check_recipients(json, p7s, trust, {"body"}, now, 4).error().code, "recipients.rolled_back");
  EXPECT_EQ(crypto::check_recipients(json, p7s, trust, {"other"}, now, 0).error().code, "recipients.body");
  EXPECT_EQ(crypto::check_recipients(json, p7s, trust, {"body"}, {until.micros + 1}, 0).error().code,
            "recipients.expired");
  // A certificate of the same root, rightly issued for signing, is still not the root.
  const auto forged = crypto::cms_sign(json, certificate("H01"), key("H01"));
  ASSERT_TRUE(forged);
  EXPECT_EQ(crypto::check_recipients(json, *forged, trust, {"body"}, now, 0).error().code, "recipients.signature");
}

TEST_F(SealTest, RevokedAndMisusedCertificatesAreRefused) {
  const UtcTime now{system_clock().now().micros + 1'000'000};
  ASSERT_TRUE(authority_->revoke(certificate("other").serial_hex()));
  const auto pem = authority_->crl_pem();
  ASSERT_TRUE(pem) << pem.error().describe();
  ASSERT_TRUE(write_file_durable(dir() / "crl.pem", *pem));
  const auto stock = run_command({"openssl", "verify", "-crl_check", "-CAfile", dir() / "ca/root.pem", "-CRLfile",
                                  dir() / "crl.pem", dir() / "other.pem"});
  EXPECT_NE(stock->status, 0);
  const auto trust = crypto::Trust::load(dir() / "ca/root.pem", dir() / "crl.pem");
  ASSERT_TRUE(trust) << trust.error().describe();
  EXPECT_EQ(trust->check(certificate("other"), crypto::Trust::Purpose::kRecipient, now).error().code,
            "certificate.revoked");
  EXPECT_TRUE(trust->check(certificate("centre"), crypto::Trust::Purpose::kRecipient, now));
  EXPECT_EQ(trust->check(certificate("centre"), crypto::Trust::Purpose::kSigning, now).error().code,
            "certificate.usage");
  EXPECT_EQ(trust->check(certificate("H01"), crypto::Trust::Purpose::kTlsClient, now).error().code,
            "certificate.usage");
}

TEST(AeadTest, OpensOnlyWithKeyAndAssociatedData) {
  SeededRandom random(3);
  const Bytes key(32, 9);
  const auto sealed = crypto::aead_seal(key, as_bytes("content"), as_bytes("place"), random);
  ASSERT_TRUE(sealed);
  const auto opened = unseal::aead_open(key, *sealed, as_bytes("place"));
  ASSERT_TRUE(opened);
  EXPECT_EQ(as_text(*opened), "content");
  EXPECT_FALSE(unseal::aead_open(key, *sealed, as_bytes("other")));
  EXPECT_FALSE(unseal::aead_open(Bytes(32, 8), *sealed, as_bytes("place")));
  for (std::size_t i = 0; i < sealed->size(); ++i) {
    Bytes changed = *sealed;
    changed[i] ^= 0x80;
    EXPECT_FALSE(unseal::aead_open(key, changed, as_bytes("place"))) << i;
  }
}

// Known answers: FIPS 180-4 "abc", RFC 4231 test case 2, RFC 8032 section 7.1 test 2.
TEST(DigestTest, AgreesWithTheStandards) {
  EXPECT_EQ(to_hex(crypto::sha256(as_bytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(crypto::hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  const auto public_key = from_hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const auto signature = from_hex(
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee"
      "b00d291612bb0c00");
  EXPECT_TRUE(crypto::verify_ed25519(*public_key, as_bytes("\x72"), *signature));
  EXPECT_FALSE(crypto::verify_ed25519(*public_key, as_bytes("\x73"), *signature));
}

}  // namespace
}  // namespace sekisho

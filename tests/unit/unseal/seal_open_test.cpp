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
    auto authority = crypto::Authority::init(dir() / "ca", {"body"}, system_clock(), system_random());
    ASSERT_TRUE(authority) << authority.error().describe();
    authority_.emplace(std::move(*authority));
    for (const auto& [role, name] :
         {std::pair{"recipient", "centre"}, {"recipient", "other"}, {"sign-gateway", "H01"}}) {
      const auto issued = authority_->issue_to({.role = role, .common_name = name}, dir(), name);
      ASSERT_TRUE(issued) << issued.error().describe();
    }
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

// The authority, its certificates and lists against stock `openssl`, and the trust of parties at chosen times.
#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <set>

#include "core/file.h"
#include "core/process.h"
#include "crypto/ca.h"
#include "crypto/cms.h"

namespace sekisho::crypto {
namespace {

namespace fs = std::filesystem;
using Purpose = Trust::Purpose;

constexpr std::int64_t kDay = 86'400'000'000;

class AuthorityTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_.emplace(*TemporaryFolder::create("authority"));
    auto authority = Authority::init(dir() / "ca", {"body"}, clock_, system_random());
    ASSERT_TRUE(authority) << authority.error().describe();
    authority_.emplace(std::move(*authority));
  }
  IssuedPair issue(const std::string& role, const std::string& name = "H01", int days = 825) {
    auto pair = authority_->issue({.role = role, .common_name = name, .days = days});
    EXPECT_TRUE(pair) << pair.error().describe();
    return std::move(*pair);
  }
  Trust trust() { return *Trust::load(dir() / "ca/root.pem"); }
  Trust trust_with_crl(int days = 90) {
    EXPECT_TRUE(write_file_durable(dir() / "crl.pem", *authority_->crl_pem(days)));
    return *Trust::load(dir() / "ca/root.pem", dir() / "crl.pem");
  }
  std::string openssl(std::vector<std::string> arguments, int expected = 0) {
    arguments.insert(arguments.begin(), "openssl");
    const auto run = run_command(arguments);
    EXPECT_EQ(run->status, expected) << run->err;
    return run->out;
  }
  std::string save(const Certificate& certificate, const char* name) {
    const fs::path file = dir() / name;
    EXPECT_TRUE(write_file_durable(file, certificate.to_pem()));
    return file;
  }
  static std::string code(const Result<void>& result) { return result ? "" : result.error().code; }
  fs::path dir() const { return folder_->path(); }

  ManualClock clock_{system_clock().now()};
  std::optional<TemporaryFolder> folder_;
  std::optional<Authority> authority_;
};

TEST_F(AuthorityTest, TheRootIsASelfSignedP256AuthorityForLeavesOnly) {
  const std::string text = openssl(
      {"x509", "-in", dir() / "ca/root.pem", "-noout", "-text", "-nameopt", "RFC2253", "-certopt", "no_header"});
  for (const char* part :
       {"prime256v1", "ecdsa-with-SHA256", "CA:TRUE, pathlen:0", "Certificate Sign, CRL Sign", "O=body"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  openssl({"verify", "-x509_strict", "-check_ss_sig", "-CAfile", dir() / "ca/root.pem", dir() / "ca/root.pem"});
  struct stat info{};
  ASSERT_EQ(::stat((dir() / "ca/root.key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  ASSERT_EQ(::stat((dir() / "ca").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
}

TEST_F(AuthorityTest, ASecondRootIsNeverMadeOverTheFirst) {
  EXPECT_EQ(Authority::init(dir() / "ca", {"body"}, clock_, system_random()).error().code, "usage.exists");
  EXPECT_EQ(Authority::init(dir() / "x", {"../body"}, clock_, system_random()).error().code, "usage.body");
}

TEST_F(AuthorityTest, AKeyOfAnotherRootIsNoticed) {
  ASSERT_TRUE(Authority::init(dir() / "ca2", {"body"}, clock_, system_random()));
  fs::copy_file(dir() / "ca2/root.key", dir() / "ca/root.key", fs::copy_options::overwrite_existing);
  EXPECT_EQ(Authority::open(dir() / "ca", clock_, system_random()).error().code, "ca.key");
}

TEST_F(AuthorityTest, EveryRoleMayDoItsOwnAndNothingElse) {
  const struct {
    const char* role;
    Purpose purpose;
    const char* stock;  // purpose in the words of `openssl verify`
  } roles[] = {{"tls-gateway", Purpose::kTlsClient, "sslclient"},  {"tls-intake", Purpose::kTlsClient, "sslclient"},
               {"tls-receiver", Purpose::kTlsServer, "sslserver"}, {"tls-portal", Purpose::kTlsServer, "sslserver"},
               {"sign-gateway", Purpose::kSigning, "any"},         {"sign-receiver", Purpose::kSigning, "any"},
               {"sign-intake", Purpose::kSigning, "any"},          {"recipient", Purpose::kRecipient, "any"},
               {"encryption-gateway", Purpose::kRecipient, "any"}};
  for (const auto& row : roles) {
    const IssuedPair pair = issue(row.role);
    EXPECT_EQ(pair.certificate.role(), row.role);
    EXPECT_EQ(pair.certificate.common_name(), "H01");
    EXPECT_EQ(pair.certificate.organization(), "body");
    openssl({"verify", "-x509_strict", "-purpose", row.stock, "-CAfile", dir() / "ca/root.pem",
             save(pair.certificate, "c.pem")});
    for (const Purpose purpose : {Purpose::kTlsClient, Purpose::kTlsServer, Purpose::kSigning, Purpose::kRecipient})
      EXPECT_EQ(code(trust().check(pair.certificate, purpose, clock_.now())),
                purpose == row.purpose ? "" : "certificate.usage")
          << row.role << " " << static_cast<int>(purpose);
  }
  EXPECT_EQ(authority_->issue({.role = "root", .common_name = "x"}).error().code, "usage.role");
}

TEST_F(AuthorityTest, TheRootItselfIsNoLeaf) {
  for (const Purpose purpose : {Purpose::kTlsClient, Purpose::kTlsServer, Purpose::kSigning, Purpose::kRecipient})
    EXPECT_EQ(code(trust().check(authority_->root(), purpose, clock_.now())), "certificate.usage");
}

TEST_F(AuthorityTest, WrongRequestsAreRefusedBeforeAKeyIsMade) {
  const auto issued = [&](const IssueRequest& request) { return authority_->issue(request).error().code; };
  EXPECT_EQ(issued({.role = "tls-gateway", .common_name = "a/b"}), "usage.name");
  EXPECT_EQ(issued({.role = "tls-gateway", .common_name = ""}), "usage.name");
  EXPECT_EQ(issued({.role = "tls-gateway", .common_name = "H01", .days = 0}), "usage.days");
  EXPECT_EQ(issued({.role = "tls-gateway", .common_name = "H01", .days = 1'000'000}), "usage.days");
  for (const char* name : {"localhost", "email:copy", "DNS:a,URI:http://b", "DNS:", "IP:999.1.1.1.1", "DNS:a\nDNS:b"})
    EXPECT_EQ(issued({.role = "tls-receiver", .common_name = "r", .alt_names = {name}}), "usage.alt_name") << name;
}

TEST_F(AuthorityTest, AlternativeNamesAreThoseAskedFor) {
  const auto pair = authority_->issue({.role = "tls-receiver",
                                       .common_name = "r",
                                       .alt_names = {"DNS:receiver.example", "IP:192.0.2.7", "IP:2001:db8::1"}});
  ASSERT_TRUE(pair);
  const std::string text =
      openssl({"x509", "-in", save(pair->certificate, "c.pem"), "-noout", "-ext", "subjectAltName"});
  EXPECT_NE(text.find("DNS:receiver.example, IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:1"), std::string::npos)
      << text;
}

TEST_F(AuthorityTest, FingerprintAndSerialAreThoseThatOpensslPrints) {
  const IssuedPair pair = issue("tls-gateway");
  const std::string text =
      openssl({"x509", "-in", save(pair.certificate, "c.pem"), "-noout", "-serial", "-fingerprint", "-sha256"});
  std::string plain;
  for (const char c : text)
    if (c != ':') plain += static_cast<char>(std::tolower(c));
  EXPECT_NE(plain.find("serial=" + pair.certificate.serial_hex() + "\n"), std::string::npos) << plain;
  EXPECT_NE(plain.find("=" + pair.certificate.fingerprint()), std::string::npos) << plain;
}

TEST_F(AuthorityTest, SerialsNeverRepeat) {
  std::set<std::string> serials;
  for (int i = 0; i < 20; ++i)
    EXPECT_TRUE(serials.insert(issue("tls-gateway").certificate.serial_hex()).second);
}

TEST_F(AuthorityTest, ACertificateIsGoodInsideItsValidityOnly) {
  const Certificate c = issue("sign-gateway", "H01", 10).certificate;
  const UtcTime now = clock_.now();
  EXPECT_EQ(code(trust().check(c, Purpose::kSigning, {now.micros + 9 * kDay})), "");
  EXPECT_EQ(code(trust().check(c, Purpose::kSigning, {now.micros + 11 * kDay})), "certificate.expired");
  EXPECT_EQ(code(trust().check(c, Purpose::kSigning, {now.micros - kDay})), "certificate.expired");
  EXPECT_EQ(c.not_after().seconds(), now.seconds() + 10 * 86'400);
}

TEST_F(AuthorityTest, AnotherRootOfTheSameNameIsNotTrusted) {
  auto other = Authority::init(dir() / "ca2", {"body"}, clock_, system_random());
  const auto pair = other->issue({.role = "sign-gateway", .common_name = "H01"});
  EXPECT_EQ(code(trust().check(pair->certificate, Purpose::kSigning, clock_.now())), "certificate.untrusted");
  EXPECT_EQ(code(trust().check(other->root(), Purpose::kSigning, clock_.now())), "certificate.untrusted");
}

TEST_F(AuthorityTest, ALeafCannotIssue) {
  const IssuedPair leaf = issue("sign-gateway");
  const std::string key = dir() / "leaf.key", certificate = save(leaf.certificate, "leaf.pem");
  ASSERT_TRUE(leaf.key.save(key));
  openssl({"req",
           "-x509",
           "-newkey",
           "ec",
           "-pkeyopt",
           "ec_paramgen_curve:P-256",
           "-nodes",
           "-keyout",
           dir() / "n.key",
           "-out",
           dir() / "n.pem",
           "-subj",
           "/O=body/OU=sign-gateway/CN=H02",
           "-CA",
           certificate,
           "-CAkey",
           key,
           "-addext",
           "keyUsage=critical,digitalSignature",
           "-days",
           "10"});
  const auto forged = Certificate::load(dir() / "n.pem");
  ASSERT_TRUE(forged) << forged.error().describe();
  EXPECT_EQ(code(trust().check(*forged, Purpose::kSigning, clock_.now())), "certificate.untrusted");
}

TEST_F(AuthorityTest, RevocationCountsFromItsTimeOn) {
  const IssuedPair pair = issue("sign-gateway"), other = issue("sign-gateway", "H02");
  const Bytes content(100, 1);
  const Bytes signature = *cms_sign(content, pair.certificate, pair.key);
  const UtcTime before = clock_.now();
  clock_.advance_seconds(3600);
  std::string printed = pair.certificate.serial_hex();  // as `openssl x509 -serial` prints it
  for (char& c : printed)
    c = static_cast<char>(std::toupper(c));
  ASSERT_TRUE(authority_->revoke(printed));
  ASSERT_TRUE(authority_->revoke(printed)) << "twice is no error";
  clock_.advance_seconds(3600);
  const Trust t = trust_with_crl();
  EXPECT_EQ(cms_verify(content, signature, t, clock_.now()).error().code, "certificate.revoked");
  EXPECT_TRUE(cms_verify(content, signature, t, before)) << "what was received before stays valid";
  EXPECT_EQ(code(t.check(other.certificate, Purpose::kSigning, clock_.now())), "");
  EXPECT_EQ(authority_->revoke("abcd").error().code, "usage.serial");
}

TEST_F(AuthorityTest, StockOpensslReadsTheRevocationList) {
  const IssuedPair good = issue("tls-gateway"), bad = issue("tls-gateway", "H02");
  ASSERT_TRUE(authority_->revoke(bad.certificate.serial_hex()));
  trust_with_crl();
  openssl({"crl", "-in", dir() / "crl.pem", "-CAfile", dir() / "ca/root.pem", "-noout", "-verify"});
  const auto verify = [&](const Certificate& c, int expected) {
    openssl({"verify", "-crl_check", "-CAfile", dir() / "ca/root.pem", "-CRLfile", dir() / "crl.pem", save(c, "c.pem")},
            expected);
  };
  verify(good.certificate, 0);
  verify(bad.certificate, 2);
  const std::string first = openssl({"crl", "-in", dir() / "crl.pem", "-noout", "-crlnumber"});
  trust_with_crl();
  EXPECT_NE(first, openssl({"crl", "-in", dir() / "crl.pem", "-noout", "-crlnumber"})) << "numbers rise";
}

TEST_F(AuthorityTest, TheEndOfAListAndOfCertificatesIsToldTwoWeeksBefore) {
  ASSERT_TRUE(authority_->issue_to({.role = "tls-gateway", .common_name = "H01", .days = 60}, dir(), "tls"));
  trust_with_crl(90);
  const auto warnings = [&](std::int64_t days_from_now) {
    return expiry_warnings(dir() / "ca/root.pem", dir() / "crl.pem", {dir() / "tls.pem"},
                           {clock_.now().micros + days_from_now * kDay});
  };
  EXPECT_TRUE(warnings(0).empty());
  EXPECT_TRUE(warnings(45).empty());
  ASSERT_EQ(warnings(50).size(), 1u);
  EXPECT_NE(warnings(50)[0].find("sekisho ca issue"), std::string::npos);
  ASSERT_EQ(warnings(80).size(), 2u) << "the certificate has ended, the list ends soon";
  const std::string list = warnings(80)[0];
  EXPECT_NE(list.find("sekisho ca crl --publish"), std::string::npos) << list;
  // The date is the one stock openssl reads.
  const std::string printed =
      openssl({"crl", "-in", dir() / "crl.pem", "-noout", "-nextupdate", "-dateopt", "iso_8601"});
  EXPECT_NE(list.find(printed.substr(printed.find('=') + 1, 10)), std::string::npos) << list << printed;
  EXPECT_NE(warnings(91)[0].find("has ended"), std::string::npos);
  fs::remove(dir() / "crl.pem");
  EXPECT_FALSE(warnings(0).empty()) << "a list that is gone is told too";
}

TEST_F(AuthorityTest, AKeyThatIsThereIsNeverOverwritten) {
  const IssueRequest request{.role = "tls-gateway", .common_name = "H01"};
  ASSERT_TRUE(authority_->issue_to(request, dir(), "tls"));
  const std::string key = *read_text(dir() / "tls.key");
  const std::string issued = *read_text(dir() / "ca/issued.json");
  EXPECT_EQ(code(authority_->issue_to(request, dir(), "tls")), "usage.exists");
  fs::remove(dir() / "tls.pem");
  EXPECT_EQ(code(authority_->issue_to(request, dir(), "tls")), "usage.exists");
  EXPECT_EQ(*read_text(dir() / "tls.key"), key);
  EXPECT_EQ(*read_text(dir() / "ca/issued.json"), issued) << "and nothing is issued";
}

TEST_F(AuthorityTest, ARevocationListOfAnotherRootIsRefused) {
  auto other = Authority::init(dir() / "ca2", {"body"}, clock_, system_random());
  ASSERT_TRUE(write_file_durable(dir() / "foreign.pem", *other->crl_pem()));
  EXPECT_EQ(Trust::load(dir() / "ca/root.pem", dir() / "foreign.pem").error().code, "crl.signature");
  ASSERT_TRUE(write_file_durable(dir() / "broken.pem", "nothing"));
  EXPECT_EQ(Trust::load(dir() / "ca/root.pem", dir() / "broken.pem").error().code, "crl.malformed");
  EXPECT_FALSE(Trust::load(dir() / "ca/root.pem", dir() / "absent.pem"));
}

TEST_F(AuthorityTest, AKeyThatOthersMayReadIsRefused) {
  const fs::path file = dir() / "k.key";
  ASSERT_TRUE(issue("tls-gateway").key.save(file));
  EXPECT_TRUE(PrivateKey::load(file));
  ::chmod(file.c_str(), 0640);
  EXPECT_EQ(PrivateKey::load(file).error().code, "key.mode");
  EXPECT_EQ(PrivateKey::load(dir() / "absent.key").error().code, "key.open");
  ASSERT_TRUE(
      write_file_durable(dir() / "junk.key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", 0600));
  EXPECT_EQ(PrivateKey::load(dir() / "junk.key").error().code, "key.malformed");
  openssl({"genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-aes256", "-pass", "pass:x", "-out",
           dir() / "locked.key"});
  ::chmod((dir() / "locked.key").c_str(), 0600);
  EXPECT_EQ(PrivateKey::load(dir() / "locked.key").error().code, "key.malformed") << "fails instead of asking";
}

TEST_F(AuthorityTest, CertificatesThatAreNoneAreRefused) {
  EXPECT_EQ(Certificate::from_der({}).error().code, "certificate.malformed");
  EXPECT_EQ(Certificate::from_pem("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n").error().code,
            "certificate.malformed");
  Bytes der = authority_->root().to_der();
  der.push_back(0);
  EXPECT_EQ(Certificate::from_der(der).error().code, "certificate.malformed");
}

class RecipientsTest : public AuthorityTest {
 protected:
  void write(std::int64_t version, std::int64_t days) {
    const auto written =
        authority_->write_recipients(dir() / "r.json", dir() / "r.p7s", version, {clock_.now().micros + days * kDay},
                                     {{"centre", centre_->certificate}, {"reserve", reserve_->certificate}});
    ASSERT_TRUE(written) << written.error().describe();
    json_ = *read_file(dir() / "r.json");
    p7s_ = *read_file(dir() / "r.p7s");
  }
  // RSA keys take long to make: one authority and its recipients serve all tests.
  void SetUp() override {
    AuthorityTest::SetUp();
    static const TemporaryFolder shared = *TemporaryFolder::create("recipients");
    static const ManualClock shared_clock = clock_;
    static const std::pair<IssuedPair, IssuedPair> pairs = [&] {
      auto pair = std::pair(issue("recipient", "centre"), issue("recipient", "reserve"));
      fs::copy(dir() / "ca", shared.path() / "ca");
      return pair;
    }();
    clock_ = shared_clock;
    fs::remove_all(dir() / "ca");
    fs::copy(shared.path() / "ca", dir() / "ca");
    authority_.emplace(*Authority::open(dir() / "ca", clock_, system_random()));
    centre_ = &pairs.first;
    reserve_ = &pairs.second;
    write(3, 30);
  }
  std::string check(ByteView json, ByteView p7s, std::int64_t minimum = 0, std::int64_t after_days = 0,
                    const char* body = "body") {
    const auto list = check_recipients(json, p7s, trust(), {body}, {clock_.now().micros + after_days * kDay}, minimum);
    return list ? "" : list.error().code;
  }
  // Signed by the root as its own list would be.
  std::string check_signed(const std::string& json) {
    const auto key = *PrivateKey::load(dir() / "ca/root.key");
    return check(as_bytes(json), *cms_sign(as_bytes(json), authority_->root(), key));
  }
  const IssuedPair *centre_ = nullptr, *reserve_ = nullptr;
  Bytes json_, p7s_;
};

TEST_F(RecipientsTest, TheRootsListIsTaken) {
  const auto list = check_recipients(json_, p7s_, trust(), {"body"}, clock_.now(), 3);
  ASSERT_TRUE(list) << list.error().describe();
  EXPECT_EQ(list->version, 3);
  ASSERT_EQ(list->recipients.size(), 2u);
  EXPECT_EQ(list->recipients[1].first, "reserve");
  EXPECT_EQ(list->certificates()[0].to_der(), centre_->certificate.to_der());
}

TEST_F(RecipientsTest, ListsForOthersOldOnesAndExpiredOnesAreRefused) {
  EXPECT_EQ(check(json_, p7s_, 4), "recipients.rolled_back");
  EXPECT_EQ(check(json_, p7s_, 0, 31), "recipients.expired");
  EXPECT_EQ(check(json_, p7s_, 0, 0, "other"), "recipients.body");
}

TEST_F(RecipientsTest, AnyChangedByteIsRefused) {
  for (std::size_t at = 0; at < json_.size(); at += 97) {
    Bytes changed = json_;
    changed[at] ^= 1;
    EXPECT_EQ(check(changed, p7s_), "recipients.signature") << at;
  }
  EXPECT_EQ(check(json_, {}), "recipients.signature");
  EXPECT_EQ(check({}, p7s_), "recipients.signature");
}

TEST_F(RecipientsTest, NobodyButTheRootCanSignAList) {
  const IssuedPair signer = issue("sign-intake", "centre");
  EXPECT_EQ(check(json_, *cms_sign(json_, signer.certificate, signer.key)), "recipients.signature");
  auto other = Authority::init(dir() / "ca2", {"body"}, clock_, system_random());
  const auto foreign = *PrivateKey::load(dir() / "ca2/root.key");
  EXPECT_EQ(check(json_, *cms_sign(json_, other->root(), foreign)), "recipients.signature");
  // The root's certificate beside another key.
  EXPECT_FALSE(cms_sign(json_, authority_->root(), foreign));
}

TEST_F(RecipientsTest, EvenTheRootsListMayNameRightRecipientsOnly) {
  const IssuedPair gateway = issue("tls-gateway"), encryption = issue("encryption-gateway");
  const auto list = [&](const std::string& rows, const char* version = "1") {
    return R"({"body":"body","version":)" + std::string(version) +
           R"(,"not_after":"2999-01-01T00:00:00Z","recipients":[)" + rows + "]}";
  };
  const auto row = [](const Certificate& c) { return Json{{"name", "x"}, {"certificate", c.to_pem()}}.dump(); };
  EXPECT_EQ(check_signed(list(row(centre_->certificate))), "");
  EXPECT_EQ(check_signed(list("")), "recipients.empty");
  EXPECT_EQ(check_signed(list(row(gateway.certificate))), "certificate.usage");
  EXPECT_EQ(check_signed(list(row(encryption.certificate))), "recipients.role");
  EXPECT_EQ(check_signed(list(row(centre_->certificate) + "," + row(centre_->certificate))), "recipients.twice");
  for (const std::string& wrong :
       {list(R"({"name":"x"})"), list(R"("x")"), list("{}"), std::string("[]"), std::string("{}"),
        std::string("nothing"), list(row(centre_->certificate), "\"1\""), list(row(centre_->certificate), "1.5")})
    EXPECT_NE(check_signed(wrong), "") << wrong.substr(0, 80);
  EXPECT_FALSE(
      authority_->write_recipients(dir() / "x.json", dir() / "x.p7s", 0, clock_.now(), {{"c", centre_->certificate}}));
  EXPECT_FALSE(authority_->write_recipients(dir() / "x.json", dir() / "x.p7s", 1, clock_.now(), {}));
  EXPECT_EQ(
      authority_->write_recipients(dir() / "x.json", dir() / "x.p7s", 1, clock_.now(), {{"g", encryption.certificate}})
          .error()
          .code,
      "recipients.role");
}

TEST_F(RecipientsTest, AnEpochGrantHoldsForItsHospitalEpochAndTimeOnly) {
  const UtcTime until{clock_.now().micros + kDay};
  ASSERT_TRUE(authority_->write_epoch_grant(dir() / "e.json", dir() / "e.p7s", {"H01"}, 2, until));
  const Bytes json = *read_file(dir() / "e.json"), p7s = *read_file(dir() / "e.p7s");
  const auto grant = [&](const char* body, const char* hospital, std::uint32_t epoch, UtcTime at) {
    return code(check_epoch_grant(json, p7s, trust(), {body}, {hospital}, epoch, at));
  };
  EXPECT_EQ(grant("body", "H01", 2, clock_.now()), "");
  EXPECT_EQ(grant("other", "H01", 2, clock_.now()), "package.epoch");
  EXPECT_EQ(grant("body", "H02", 2, clock_.now()), "package.epoch");
  EXPECT_EQ(grant("body", "H01", 3, clock_.now()), "package.epoch");
  EXPECT_EQ(grant("body", "H01", 2, {until.micros + 1}), "package.epoch");
  EXPECT_EQ(code(check_epoch_grant(json_, p7s_, trust(), {"body"}, {"H01"}, 2, clock_.now())), "package.epoch")
      << "another document of the root";
}

// Whoever may send may send signatures without end. (LeakSanitizer looks too, where the tests run under it.)
TEST_F(AuthorityTest, AnAlteredSignatureIsRefusedAndLeavesNoMemoryBehind) {
  const auto pair = issue("sign-gateway");
  const std::vector<std::uint8_t> content(5000, 7);
  const auto good = cms_sign(content, pair.certificate, pair.key);
  ASSERT_TRUE(good);
  const Trust root = trust();
  ASSERT_TRUE(cms_verify(content, *good, root, clock_.now()));
  // SHA-256 in the list of digests, which nothing signs: made an algorithm that nobody knows.
  constexpr std::array<std::uint8_t, 9> kSha256 = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01};
  const auto listed = std::ranges::search(*good, kSha256);
  ASSERT_FALSE(listed.empty());
  Bytes bad = *good;
  bad[static_cast<std::size_t>(listed.end() - good->begin()) - 1] = 0x7f;
  const auto refused = [&] { return cms_verify(content, bad, root, clock_.now()).error().code; };
  EXPECT_EQ(refused(), "signature.wrong");
  const std::size_t before = ::mallinfo2().uordblks;
  for (int i = 0; i < 2000; ++i)
    refused();
  EXPECT_LT(::mallinfo2().uordblks, before + 100'000);
}

}  // namespace
}  // namespace sekisho::crypto

// Packages that somebody on the way, or another hospital, has changed.
#include "ledger/ledger.h"
#include "transport/package_format.h"
#include "transport/ustar.h"
#include "world.h"

namespace sekisho::transport {
namespace {

namespace fs = std::filesystem;

struct Member {
  std::string name;
  Bytes content;
};

// Takes a package apart and writes it again as an attacker would.
class AttackTest : public PackageTest {
 protected:
  static std::vector<Member> members_of(const PackageFile& package) {
    std::vector<Member> members = {{"manifest.json", package.manifest_bytes}, {"manifest.p7s", package.signature}};
    for (std::size_t i = 0; i < package.parts.size(); ++i)
      members.push_back({package.parts[i].name, read_part(package, i).value()});
    return members;
  }
  fs::path write(const std::vector<Member>& members, char type = '0') {
    Bytes tar;
    for (const Member& member : members) {
      const std::size_t header = tar.size();
      tar.resize(header + ustar::kBlock);
      ustar::write_header(tar.data() + header, member.name, member.content.size());
      tar.insert(tar.end(), member.content.begin(), member.content.end());
      tar.resize(ustar::padded(tar.size()));
      if (type != '0' && member.name == "part-0001.p7m") set_type(tar.data() + header, type);
    }
    tar.resize(tar.size() + 2 * ustar::kBlock);
    EXPECT_TRUE(write_file_durable(at("attack.skp"), tar));
    return at("attack.skp");
  }
  static void set_type(std::uint8_t* header, char type) {
    header[156] = static_cast<std::uint8_t>(type);
    unsigned sum = 0;
    for (std::size_t i = 0; i < 512; ++i)
      sum += i >= 148 && i < 156 ? ' ' : header[i];
    for (int i = 5; i >= 0; --i, sum >>= 3)
      header[148 + i] = static_cast<std::uint8_t>('0' + (sum & 7));
    header[154] = 0;
  }
  void sign(std::vector<Member>& members, const Manifest& manifest, const char* who) const {
    const std::string json = manifest.to_json_bytes();
    const crypto::IssuedPair& pair = world().parties.at(who);
    members[0].content.assign(json.begin(), json.end());
    members[1].content = crypto::cms_sign(as_bytes(json), pair.certificate, pair.key).value();
  }
  std::string verdict(const fs::path& path) const {
    const auto package = open_package(path);
    if (!package) return package.error().code;
    const auto recipients = world().recipients.certificates();
    const auto signer = verify_package(*package, world().trust, system_clock().now(), &recipients);
    return signer ? "accepted" : signer.error().code;
  }
};

TEST_F(AttackTest, RewrittenUnchangedItIsAccepted) {
  EXPECT_EQ(verdict(write(members_of(small_package("a.skp")))), "accepted");
}

TEST_F(AttackTest, EveryTruncationIsRefused) {
  const Bytes good = read_file(small_package("a.skp").path).value();
  for (std::size_t i = 0; i <= 200; ++i) {
    const std::size_t size = i < 100 ? i * 40 : (good.size() - 1) - (i - 100) * 997;
    ASSERT_TRUE(write_file_durable(at("cut.skp"), ByteView(good).first(size)));
    EXPECT_NE(verdict(at("cut.skp")), "accepted") << size;
  }
}

TEST_F(AttackTest, EveryFlippedByteIsFound) {
  const PackageFile package = small_package("a.skp");
  const Bytes good = read_file(package.path).value();
  // The envelope of a CMS signature has fields that nothing signs and nobody reads (its list of digest algorithms):
  // there a flipped bit may pass, but what is signed and who signed it stay the same.
  const std::size_t signature = ustar::kBlock + ustar::padded(package.manifest_bytes.size()) + ustar::kBlock;
  const auto in_signature = [&](std::size_t at) {
    return at >= signature && at < signature + package.signature.size();
  };
  std::size_t passed = 0;
  const auto check = [&](std::size_t position) {
    Bytes bad = good;
    bad[position] ^= 0x01;
    ASSERT_TRUE(write_file_durable(at("bad.skp"), bad));
    if (verdict(at("bad.skp")) != "accepted") return;
    ++passed;
    EXPECT_TRUE(in_signature(position)) << position;
    EXPECT_EQ(open_package(at("bad.skp"))->manifest_hash, package.manifest_hash);
  };
  for (std::size_t position = 0; position < 4096; position += 3)
    check(position);
  for (std::size_t position = 4096; position < good.size(); position += 1499)
    check(position);
  for (std::size_t position = good.size() - 1100; position < good.size(); position += 11)
    check(position);
  EXPECT_LT(passed, 20u);
}

TEST_F(AttackTest, MembersSwappedDoubledRenamedOrAddedAreRefused) {
  const auto good = members_of(small_package("a.skp"));
  auto members = good;
  std::swap(members[2].content, members[3].content);
  EXPECT_NE(verdict(write(members)), "accepted");
  members = good;
  std::swap(members[2], members[3]);
  EXPECT_EQ(verdict(write(members)), "package.structure");
  members = good;
  std::swap(members[0], members[1]);
  EXPECT_EQ(verdict(write(members)), "package.structure");
  members = good;
  members.insert(members.begin() + 3, members[2]);
  EXPECT_EQ(verdict(write(members)), "package.structure");
  members = good;
  members.push_back({"part-0004.p7m", members[2].content});
  EXPECT_EQ(verdict(write(members)), "package.structure");
  members = good;
  members.pop_back();
  EXPECT_NE(verdict(write(members)), "accepted");
  for (const char* name : {"../part-0001.p7m", "/part-0001.p7m", "part-1.p7m", "part-0001.p7m/"}) {
    members = good;
    members[2].name = name;
    EXPECT_EQ(verdict(write(members)), "package.structure") << name;
  }
}

TEST_F(AttackTest, LinksDevicesAndFoldersAreRefused) {
  const auto good = members_of(small_package("a.skp"));
  for (const char type : {'1', '2', '3', '4', '5', '6', '7', 'x', 'g', 'L', 'S', '\0'})
    EXPECT_EQ(verdict(write(good, type)), "package.entry_type") << type;
}

TEST_F(AttackTest, OversizedMembersAreRefusedBeforeTheyAreRead) {
  auto members = members_of(small_package("a.skp"));
  members[2].content.resize(kPartCipherLimit + 1);
  EXPECT_EQ(verdict(write(members)), "package.too_large");
  members = members_of(small_package("a.skp"));
  members[0].content.resize(kMaxManifest + 1, ' ');
  EXPECT_EQ(verdict(write(members)), "package.too_large");
  members = members_of(small_package("a.skp"));
  members[1].content.resize(kMaxSignature + 1);
  EXPECT_EQ(verdict(write(members)), "package.too_large");
}

TEST_F(AttackTest, AManifestSignedByAnotherHospitalIsForeign) {
  const PackageFile package = small_package("a.skp");
  auto members = members_of(package);
  for (const char* who : {"H02", "receiver", "intake"}) {
    sign(members, package.manifest, who);
    EXPECT_EQ(verdict(write(members)), "package.foreign") << who;
  }
}

TEST_F(AttackTest, AManifestSignedUnderAnotherRootIsUntrusted) {
  const PackageFile package = small_package("a.skp");
  auto other = crypto::Authority::init(at("other"), BodyId{"body"}, system_clock(), system_random()).value();
  const crypto::IssuedPair pair = other.issue({"sign-gateway", "H01", {}, 825}).value();
  auto members = members_of(package);
  members[1].content = crypto::cms_sign(package.manifest_bytes, pair.certificate, pair.key).value();
  EXPECT_EQ(verdict(write(members)), "certificate.untrusted");
}

TEST_F(AttackTest, ASignatureOverOtherBytesIsRefused) {
  const PackageFile package = small_package("a.skp");
  auto members = members_of(package);
  Manifest manifest = package.manifest;
  manifest.previous[0] ^= 1;
  const std::string json = manifest.to_json_bytes();
  members[0].content.assign(json.begin(), json.end());
  EXPECT_EQ(verdict(write(members)), "package.signature");
  members[1].content = {0x30, 0x00};
  EXPECT_EQ(verdict(write(members)), "package.signature");
}

TEST_F(AttackTest, ManifestsInAnotherFormAreRefused) {
  const PackageFile package = small_package("a.skp");
  const std::string good(as_text(package.manifest_bytes));
  const Json json = Json::parse(good);
  const auto with = [&](const std::string& bytes) {
    auto members = members_of(package);
    members[0].content.assign(bytes.begin(), bytes.end());
    return verdict(write(members));
  };
  EXPECT_EQ(with(json.dump(1)), "package.manifest");
  EXPECT_EQ(with(good + "\n"), "package.manifest");
  EXPECT_EQ(with("{\"format\":1," + good.substr(1)), "package.manifest");
  for (const char* member : {"created", "format", "package", "part_count", "parts", "previous", "program",
                             "recipients_version", "seen_checkpoints"}) {
    Json without = json;
    without.erase(member);
    EXPECT_EQ(with(ledger::canonical(without)), "package.manifest") << member;
    Json other = json;
    other[member] = nullptr;
    EXPECT_EQ(with(ledger::canonical(other)), "package.manifest") << member;
  }
  Json more = json;
  more["kinds"] = 1;
  EXPECT_EQ(with(ledger::canonical(more)), "package.manifest");
  Json version = json;
  version["format"] = 2;
  EXPECT_EQ(with(ledger::canonical(version)), "package.manifest");
}

TEST_F(AttackTest, APartOfHospitalAInsideAPackageOfBIsRefused) {
  const PackageFile a = small_package("a.skp", "H01"), b = small_package("b.skp", "H02");
  auto members = members_of(b);
  members[2].content = read_part(a, 0).value();
  Manifest manifest = b.manifest;
  manifest.parts[0] = a.manifest.parts[0];
  sign(members, manifest, "H02");
  const fs::path forged = write(members);
  EXPECT_EQ(verdict(forged), "accepted");  // from outside it cannot be seen ...
  const auto part = unseal_part(open_package(forged).value(), 0);
  ASSERT_FALSE(part);  // ... but from inside
  EXPECT_EQ(part.error().code, "part.wrong_package");
}

TEST_F(AttackTest, PartsForOtherRecipientsAreRefused) {
  auto o = options();
  crypto::Recipients wrong = world().recipients;
  wrong.recipients = {{"spare", world().parties.at("spare").certificate}};
  o.recipients = &wrong;
  auto writer = PackageWriter::create(at("a.skp"), o).value();
  ASSERT_TRUE(writer->add("ssmix2", source("1", "x")));
  EXPECT_EQ(verdict(writer->finish({}).value().path), "package.recipients");
  wrong.recipients.push_back(world().recipients.recipients[0]);
  writer = PackageWriter::create(at("b.skp"), o).value();
  EXPECT_EQ(verdict(writer->finish({}).value().path), "package.recipients");
}

TEST_F(AttackTest, AFileThatIsNoPackageIsRefused) {
  ASSERT_TRUE(write_file_durable(at("x.skp"), std::string_view("")));
  EXPECT_EQ(verdict(at("x.skp")), "package.truncated");
  ASSERT_TRUE(write_file_durable(at("x.skp"), std::string(5000, 'x')));
  EXPECT_EQ(verdict(at("x.skp")), "package.archive");
  EXPECT_NE(verdict(folder_.path()), "accepted");
  EXPECT_EQ(verdict(at("absent.skp")), "file.open");
}

}  // namespace
}  // namespace sekisho::transport

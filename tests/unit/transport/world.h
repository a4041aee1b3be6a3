// A body with two hospitals, a recipient and the centre's signers, made once for all tests of this program: RSA keys
// cost time.
#pragma once

#include <gtest/gtest.h>

#include <map>

#include "core/file.h"
#include "core/process.h"
#include "crypto/ca.h"
#include "transport/package.h"
#include "transport/part.h"
#include "unseal/unseal.h"

namespace sekisho::transport {

inline const std::string kStock = SEKISHO_SOURCE_DIR "/tests/unit/transport/stock.py";
inline const std::string kVerify = SEKISHO_SOURCE_DIR "/tools/verify.py";

struct World {
  TemporaryFolder folder = TemporaryFolder::create().value();
  crypto::Trust trust = make_trust();
  std::map<std::string, crypto::IssuedPair> parties;  // H01, H02, core, spare, receiver, intake
  crypto::Recipients recipients;

  static World& get() {
    static World world;
    return world;
  }
  World() {
    auto authority = crypto::Authority::open(folder.path() / "ca", system_clock(), system_random()).value();
    const auto issue = [&](const char* name, const char* role) {
      parties.emplace(name, authority.issue({role, name, {}, 825}).value());
      EXPECT_TRUE(write_file_durable(pem(name), parties.at(name).certificate.to_pem()));
      EXPECT_TRUE(parties.at(name).key.save(key(name)));
    };
    issue("H01", "sign-gateway");
    issue("H02", "sign-gateway");
    issue("core", "recipient");
    issue("spare", "recipient");
    issue("receiver", "sign-receiver");
    issue("intake", "sign-intake");
    recipients = {1, UtcTime::parse("2099-01-01T00:00:00Z").value(), {{"core", parties.at("core").certificate}}};
  }
  std::filesystem::path pem(const std::string& name) const { return folder.path() / (name + ".pem"); }
  std::filesystem::path key(const std::string& name) const { return folder.path() / (name + ".key"); }
  std::filesystem::path root() const { return folder.path() / "root.pem"; }

 private:
  crypto::Trust make_trust() {
    auto authority =
        crypto::Authority::init(folder.path() / "ca", BodyId{"body"}, system_clock(), system_random()).value();
    EXPECT_TRUE(write_file_durable(root(), authority.root().to_pem()));
    return crypto::Trust::load(root()).value();
  }
};

inline std::string run_ok(const std::vector<std::string>& command, std::string_view input = {}) {
  const CommandOutput out = run_command(command, input).value();
  EXPECT_EQ(out.status, 0) << command[0] << ": " << out.err;
  return out.out;
}

class PackageTest : public testing::Test {
 protected:
  World& world() const { return World::get(); }
  std::filesystem::path at(const char* name) const { return folder_.path() / name; }

  PackageWriterOptions options(const char* hospital = "H01", std::uint64_t sequence = 1) const {
    PackageWriterOptions o;
    o.id = {BodyId{"body"}, HospitalId{hospital}, 1, sequence};
    o.recipients = &world().recipients;
    o.signer = &world().parties.at(hospital).certificate;
    o.signer_key = &world().parties.at(hospital).key;
    o.clock = &system_clock();
    o.random = &system_random();
    return o;
  }
  static SourceEntry source(std::string path, std::string_view content) {
    SourceEntry entry;
    entry.path = std::move(path);
    entry.content = as_bytes(content);
    entry.source_sha256 = crypto::sha256(entry.content);
    return entry;
  }
  // A package with three small files in two kinds.
  PackageFile small_package(const char* name, const char* hospital = "H01", std::vector<std::string> withdrawals = {}) {
    auto writer = PackageWriter::create(at(name), options(hospital)).value();
    EXPECT_TRUE(writer->add("ssmix2", source("A/1.hl7", "MSH|one")));
    EXPECT_TRUE(writer->add("ssmix2", source("A/2.hl7", "MSH|two")));
    EXPECT_TRUE(writer->add("receipt", source("uke/3.uke", "IR,1")));
    return writer->finish(withdrawals).value();
  }
  Result<OpenPart> unseal_part(const PackageFile& package, std::size_t index) const {
    SEKISHO_TRY(const Bytes cms, read_part(package, index));
    const crypto::IssuedPair& core = world().parties.at("core");
    SEKISHO_TRY(const Bytes content, unseal::cms_open(cms, core.certificate, core.key));
    return open_part(content, package.manifest, index);
  }
  CommandOutput verify_py(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"python3", kVerify});
    return run_command(arguments).value();
  }

  TemporaryFolder folder_ = TemporaryFolder::create().value();
};

}  // namespace sekisho::transport

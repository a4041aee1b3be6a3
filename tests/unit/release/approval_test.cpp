#include "release/approval.h"

#include "core/process.h"
#include "fixture.h"

namespace sekisho::release {
namespace {

struct ApprovalTest : ReleaseTest {
  // Signed by `who`, whose key is made on first use; in force from the clock's time until the end of 2026.
  Json approved(const std::string& who, const std::string& until = "2026-12-31T23:59:59Z") {
    const fs::path key = place.path() / (who + ".key");
    if (!fs::exists(key)) {
      const auto fresh = crypto::PrivateKey::generate(crypto::KeyKind::kEd25519);
      EXPECT_TRUE(fresh && fresh->save(key));
    }
    const auto out = approve({.purpose = kPurpose,
                              .policy = {},
                              .key = key,
                              .approver = who,
                              .reference = "2026-011",
                              .valid_until = *UtcTime::parse(until),
                              .clock = &clock});
    EXPECT_TRUE(out) << out.error().describe();
    if (!out) return {};
    EXPECT_TRUE(write_file_durable(public_key(who), (*out)["public_key"].get<std::string>()));
    return *out;
  }
  fs::path public_key(const std::string& who) const { return place.path() / (who + ".pem"); }
  Result<BuildReport> make_with(const Json& approval, const std::vector<fs::path>& keys_of_approvers) {
    BuildRequest request = request_of(*tables, out);
    request.approval = place.path() / "approval.json";
    EXPECT_TRUE(write_file_durable(request.approval, approval.dump()));
    request.approver_keys = keys_of_approvers;
    return build(request);
  }
  int verified_by_script(const std::string& who) const {
    const auto done = run_command({"python3", SEKISHO_SOURCE_DIR "/tools/verify.py", "dataset",
                                   (out / "manifest.json").string(), "--approver-key", public_key(who).string()});
    return done ? done->status : -1;
  }
};

TEST_F(ApprovalTest, AnApprovalStandsInTheManifestAndHoldsAgainstTheApproversKeyOnly) {
  const Json approval = approved("sato");
  approved("ito");
  const auto report = make_with(approval, {public_key("ito"), public_key("sato")});
  ASSERT_TRUE(report) << report.error().describe();
  EXPECT_EQ(report->manifest["approval"], approval);
  EXPECT_TRUE(verify(out, {}, {public_key("sato")})->ok);
  EXPECT_FALSE(verify(out, {}, {public_key("ito")})->ok);
  EXPECT_EQ(verified_by_script("sato"), 0);
  EXPECT_EQ(verified_by_script("ito"), 1);
  EXPECT_TRUE(again(*tables, place.path() / "again")->identical);
}

TEST_F(ApprovalTest, NothingIsBuiltUnderAnApprovalThatDoesNotHold) {
  const Json good = approved("sato");
  approved("ito");
  const std::vector<fs::path> trusted{public_key("sato")};
  const auto refused = [&](const Json& approval, const std::vector<fs::path>& by) {
    const auto report = make_with(approval, by);
    return !report && report.error().code == "release.approval" && !fs::exists(out) && recorded.empty();
  };
  EXPECT_TRUE(refused(good, {}));
  EXPECT_TRUE(refused(approved("ito"), trusted));
  EXPECT_TRUE(refused(approved("sato", "2026-03-31T23:59:59Z"), trusted));
  Json other = good;
  std::string text = other["document"];
  text.replace(text.find("2026-011"), 8, "2026-012");
  other["document"] = text;
  EXPECT_TRUE(refused(other, trusted));
  EXPECT_TRUE(check_approval(good, {.recipe_sha256 = "0", .policy_sha256 = "0", .at = clock.now()}, trusted)
                  .error()
                  .message.find("another recipe") != std::string::npos);
}

TEST_F(ApprovalTest, ADatasetWithoutAnApprovalDoesNotPassWhereOneIsAskedFor) {
  approved("sato");
  ASSERT_TRUE(make());
  EXPECT_TRUE(verify(out)->ok);
  EXPECT_FALSE(verify(out, {}, {public_key("sato")})->ok);
}

}  // namespace
}  // namespace sekisho::release

#include "release/release.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>

#include "core/csv.h"
#include "core/process.h"
#include "fixture.h"

namespace sekisho::release {
namespace {

TEST_F(ReleaseTest, EveryClassHoldsTenPersonsAndTheDrugIsAsRecorded) {
  const auto report = make();
  ASSERT_TRUE(report) << report.error().describe();
  const auto table = read_csv(text(out / "dataset.csv"));
  ASSERT_TRUE(table);
  EXPECT_EQ(table->header, (std::vector<std::string>{"id", "season", "age", "sex", "area", "drug_code"}));
  std::map<std::vector<std::string>, std::set<std::string>> classes;
  std::set<std::string> drugs;
  for (const auto& row : table->rows) {
    classes[{row[1], row[2], row[3], row[4]}].insert(row[0]);
    drugs.insert(row[5]);
  }
  std::size_t smallest = SIZE_MAX;
  for (const auto& [labels, persons] : classes)
    smallest = std::min(smallest, persons.size());
  EXPECT_GE(smallest, 10u);
  EXPECT_EQ(drugs, (std::set<std::string>{"610443074", "622012101"}));
  const Json json = report->to_json();
  EXPECT_EQ(json["smallest_class"], smallest);
  EXPECT_EQ(json["rows"], table->rows.size());
  EXPECT_EQ(json["eligible"], 720);
  EXPECT_EQ(json["eligible_persons"], 600);
  EXPECT_EQ(recorded.size(), 1u);
}

TEST_F(ReleaseTest, NoPersonOrRegistrationOfTheStoreIsInAnyFile) {
  ASSERT_TRUE(make());
  for (const auto& file : fs::directory_iterator(out)) {
    const std::string content = text(file.path());
    for (const char* trace : {"P0", "r00", "r01"})
      EXPECT_EQ(content.find(trace), std::string::npos) << file.path() << " " << trace;
  }
  for (const std::string& entry : recorded)
    EXPECT_EQ(entry.find("P0"), std::string::npos);
}

TEST_F(ReleaseTest, TheManifestCountsEachSeason) {
  const auto report = make();
  ASSERT_TRUE(report);
  std::size_t eligible = 0, kept = 0;
  for (const auto& [season, group] : report->manifest["groups"].items()) {
    eligible += group["eligible_rows"].get<std::size_t>();
    kept += group["kept_rows"].get<std::size_t>();
    EXPECT_EQ(group["eligible_persons"].get<std::size_t>(),
              group["kept_persons"].get<std::size_t>() + group["suppressed_persons"].get<std::size_t>());
  }
  EXPECT_EQ(eligible, 720u);
  EXPECT_EQ(kept, report->manifest["counts"]["rows"].get<std::size_t>());
}

TEST_F(ReleaseTest, ARebuildGivesTheSameBytesWhateverThreadsZoneAndLocale) {
  ASSERT_TRUE(make());
  ::setenv("TZ", "America/New_York", 1);
  ::setenv("LC_ALL", "tr_TR.UTF-8", 1);
  ::tzset();
  const auto report = again(*tables, place.path() / "again", 4);
  ::unsetenv("TZ");
  ::unsetenv("LC_ALL");
  ::tzset();
  ASSERT_TRUE(report) << report.error().describe();
  EXPECT_TRUE(report->identical);
  for (const auto& file : fs::directory_iterator(out))
    EXPECT_EQ(text(file.path()), text(place.path() / "again" / file.path().filename())) << file.path();
}

TEST_F(ReleaseTest, AfterAnErasureTheRebuildIsRefusedAndTheOthersVerify) {
  ASSERT_TRUE(make());
  Tables fewer;
  fill(fewer, 17);
  const auto report = again(fewer);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, "release.erased");
  EXPECT_NE(report.error().message.find("1 persons"), std::string::npos) << report.error().message;
}

TEST_F(ReleaseTest, AChangedRowIsNotTakenForAnErasure) {
  ASSERT_TRUE(make());
  Tables other;
  fill(other, -1, 17);
  EXPECT_EQ(again(other).error().code, "release.differs");
}

TEST_F(ReleaseTest, AnotherSnapshotRecipeOrPolicyIsRefused) {
  ASSERT_TRUE(make());
  RebuildRequest request{source(*tables), out, kPurpose, {}, keys, {}, 1, "1GB"};
  request.source.snapshot["hash"] = "ff";
  EXPECT_EQ(rebuild(request).error().code, "release.changed");
  request.source.snapshot["hash"] = "00";
  request.purpose = fs::path(SEKISHO_SOURCE_DIR) / "specs/purposes/breast-subtype.toml";
  EXPECT_EQ(rebuild(request).error().code, "release.changed");
  request.purpose = kPurpose;
  request.policy = fs::path(SEKISHO_SOURCE_DIR) / "specs/purposes/breast-subtype.policy.toml";
  EXPECT_FALSE(rebuild(request));
}

TEST_F(ReleaseTest, AfterDeliveryTheRowsRebuildWithoutIds) {
  ASSERT_TRUE(make());
  const auto record = [this](std::string_view kind, const Json&) -> Result<std::uint64_t> {
    recorded.emplace_back(kind);
    return 2;
  };
  ASSERT_TRUE(confirm_delivery(out, keys, record));
  EXPECT_EQ(recorded.back(), "release.delivered");
  for (const auto& file : fs::directory_iterator(keys))
    EXPECT_EQ(file.path().filename().string().find("order-"), std::string::npos);
  const auto report = again(*tables);
  ASSERT_TRUE(report) << report.error().describe();
  EXPECT_FALSE(report->identical);
  EXPECT_TRUE(report->same_content);
  Tables fewer;
  fill(fewer, 17);
  EXPECT_EQ(again(fewer).error().code, "release.erased");
}

TEST_F(ReleaseTest, VerificationFindsEveryChangedFile) {
  ASSERT_TRUE(make());
  const auto good = verify(out);
  ASSERT_TRUE(good) << good.error().describe();
  EXPECT_TRUE(good->ok) << (good->problems.empty() ? "" : good->problems[0]);
  for (const char* name : {"dataset.csv", "define.json", "leaves.csv", "manifest.json", "manifest.sig"}) {
    const std::string before = text(out / name);
    std::string changed = before;
    changed[changed.size() / 2] = changed[changed.size() / 2] == '7' ? '8' : '7';
    std::ofstream(out / name, std::ios::binary) << changed;
    const auto report = verify(out);
    EXPECT_TRUE(!report || !report->ok) << name;
    std::ofstream(out / name, std::ios::binary) << before;
  }
  EXPECT_TRUE(verify(out)->ok);
}

TEST_F(ReleaseTest, StockOpensslVerifiesTheSignature) {
  ASSERT_TRUE(make());
  const auto checked =
      run_command({"openssl", "pkeyutl", "-verify", "-pubin", "-inkey", (out / "signer.pem").string(), "-rawin", "-in",
                   (out / "manifest.json").string(), "-sigfile", (out / "manifest.sig").string()});
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->status, 0) << checked->out << checked->err;
}

TEST_F(ReleaseTest, TheStandAloneScriptVerifiesManifestAndLeaves) {
  ASSERT_TRUE(make());
  const auto checked =
      run_command({"python3", SEKISHO_SOURCE_DIR "/tools/verify.py", "dataset", (out / "manifest.json").string()});
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->status, 0) << checked->out << checked->err;
}

TEST_F(ReleaseTest, NothingIsWrittenWhenNobodyIsEligibleOrKept) {
  Tables nobody;
  nobody.person("r1", "P1", "M", 1980, 1, "1301");
  nobody.write();
  BuildRequest request;
  request.source = source(nobody);
  request.purpose = kPurpose;
  request.out = out;
  request.keys = keys;
  request.clock = &clock;
  request.random = &random;
  auto report = build(request);
  ASSERT_TRUE(report) << report.error().describe();
  EXPECT_TRUE(report->empty);
  EXPECT_EQ(report->to_json()["rows"], 0);
  nobody.give("r1", "2016-01-01", "610443074");
  nobody.write();
  report = build(request);
  ASSERT_TRUE(report) << report.error().describe();
  EXPECT_TRUE(report->empty);
  EXPECT_EQ(report->to_json()["eligible"], 1);
  EXPECT_FALSE(fs::exists(out));
  EXPECT_EQ(std::distance(fs::directory_iterator(place.path()), {}), 1) << "only the keys are there";
}

TEST_F(ReleaseTest, AnExistingFolderIsNeverOverwritten) {
  ASSERT_TRUE(make());
  EXPECT_EQ(make().error().code, "release.exists");
}

}  // namespace
}  // namespace sekisho::release

#include "release/release.h"

#include <gtest/gtest.h>

#include <cctype>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <string_view>

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

// P0001 or r0001 as a word; a piece of a signature's letters is none.
bool names_somebody(std::string_view content) {
  const auto is = [&](std::size_t at, auto&& kind) {
    return at < content.size() && kind(static_cast<unsigned char>(content[at]));
  };
  const auto digit = [](unsigned char c) { return std::isdigit(c) != 0; };
  const auto letter = [](unsigned char c) { return std::isalnum(c) != 0 || c == '+' || c == '/' || c == '='; };
  for (std::size_t at = content.find_first_of("Pr"); at != std::string_view::npos;
       at = content.find_first_of("Pr", at + 1)) {
    std::size_t end = at + 1;
    while (is(end, digit))
      ++end;
    if (end == at + 5 && !is(end, letter) && (at == 0 || !is(at - 1, letter))) return true;
  }
  return false;
}

TEST_F(ReleaseTest, NoPersonOrRegistrationOfTheStoreIsInAnyFile) {
  ASSERT_TRUE(names_somebody("a;P0007;b") && names_somebody("r0012") && !names_somebody("xP0007Q") &&
              !names_somebody("P00071"));
  ASSERT_TRUE(make());
  for (const auto& file : fs::directory_iterator(out))
    EXPECT_FALSE(names_somebody(text(file.path()))) << file.path();
  for (const std::string& entry : recorded)
    EXPECT_FALSE(names_somebody(entry));
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

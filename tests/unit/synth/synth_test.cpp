// Synthetic hospitals as a whole: what they write is read again by a Python script that knows only the standards.
#include "synth/synth.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <set>

#include "core/csv.h"
#include "core/json.h"
#include "core/process.h"
#include "core/progress.h"
#include "synth/world.h"

namespace sekisho::synth {
namespace {

namespace fs = std::filesystem;

class Synth : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    Progress::set_quiet(true);
    folder_ = new TemporaryFolder(std::move(*TemporaryFolder::create("synth-test")));
    Options options;
    options.out = folder_->path() / "demo";
    options.scenario = "demo";
    options.persons = 1800;
    options.marked = 3;
    options.seed = 42;
    options.threads = 2;
    summary_ = new Summary(*generate(options));
  }
  static void TearDownTestSuite() {
    delete summary_;
    delete folder_;
  }
  static fs::path demo() { return folder_->path() / "demo"; }
  // Hash of all names and contents below a folder.
  static std::string tree_hash(const fs::path& root) {
    const auto out = run_command(
        {"bash", "-c", "cd \"$1\" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum",
         "tree", root.string()});
    return out && out->status == 0 ? out->out : "failed";
  }
  static Options small(const fs::path& out, unsigned threads = 1, std::uint64_t seed = 7) {
    Options options;
    options.out = out;
    options.persons = 200;
    options.seed = seed;
    options.threads = threads;
    return options;
  }
  static CsvTable truth(std::string_view name) { return *read_csv_file(demo() / "truth" / name); }

  static TemporaryFolder* folder_;
  static Summary* summary_;
};
TemporaryFolder* Synth::folder_ = nullptr;
Summary* Synth::summary_ = nullptr;

TEST_F(Synth, AnIndependentReaderFindsNothingWrongAndCountsTheSameTreatedPersons) {
  const auto out = run_command({"python3", SEKISHO_SOURCE_DIR "/tests/unit/synth/check_tree.py", demo().string()});
  ASSERT_TRUE(out);
  ASSERT_EQ(out->status, 0) << out->err;
  const Json report = *parse_json(out->out);
  EXPECT_TRUE(report["problems"].empty()) << report["problems"].dump(1) << report["examples"].dump(1);
  EXPECT_EQ(report["counts"]["messages"], summary_->messages);
  EXPECT_EQ(report["counts"]["claims"], summary_->claims);
  EXPECT_EQ(report["counts"]["dpc_rows"], summary_->dpc_rows);
  int large = 0;
  for (const auto& [season, counted] : report["seasons"].items()) {
    const double true_persons = counted["truth"];
    if (true_persons < 80) continue;
    ++large;
    EXPECT_NEAR(counted["storage"], true_persons, 0.05 * true_persons) << season;
    EXPECT_NEAR(counted["claims"], true_persons, 0.05 * true_persons) << season;
  }
  EXPECT_GE(large, 9);
}

TEST_F(Synth, KnownAnswersAgreeWithTheTruthTables) {
  const Json answers = *read_json(demo() / "truth" / "known_answers.json");
  const CsvTable influenza = truth("influenza.csv");
  std::map<std::string, std::set<std::string>> persons, visible;
  for (const auto& row : influenza.rows) {
    persons[row[1]].insert(row[0]);
    if (row[11] == "0") visible[row[1]].insert(row[0]);
  }
  for (const auto& [season, counts] : answers["influenza"].items()) {
    EXPECT_EQ(counts["treated_persons"], persons[season].size()) << season;
    EXPECT_EQ(counts["treated_persons_without_optouts"], visible[season].size()) << season;
  }
  EXPECT_EQ(influenza.rows.size(), summary_->treated_episodes);
  EXPECT_EQ(truth("persons.csv").rows.size(), 1800u);
  EXPECT_EQ(truth("registrations.csv").rows.size(), summary_->registrations);
  EXPECT_EQ(truth("defects.csv").rows.size(), summary_->defects);
}

TEST_F(Synth, EveryAntiviralIsUsedOnlyWhileItsCodeWasInForce) {
  int old_peramivir = 0;
  for (const auto& row : truth("influenza.csv").rows) {
    const std::string &date = row[4], &code = row[5];
    if (code == "621972101" || code == "621972201") {
      ++old_peramivir;
      EXPECT_LE(date, "2013-03-31");
    }
    if (code == "621972102" || code == "621972202") {
      EXPECT_GE(date, "2013-04-01");
    }
    if (code == "622622501" || code == "622622601") {
      EXPECT_GE(date, "2018-03-14");
    }
    if (code == "622638801" || code == "622638901") {
      EXPECT_GE(row[1], "2018/19");
    }
    if (code == "622950101") {
      EXPECT_GE(date, "2023-12-08");
    }
  }
  EXPECT_GT(old_peramivir, 0);
}

TEST_F(Synth, SharesOfAntiviralsFollowTheSeason) {
  // Published order of the tables: generic capsules 8 of 22 in 2018/19 and 36 of 42 in 2024/25; baloxavir 38 % in
  // 2018/19.
  struct Share {
    std::string_view season;
    std::set<std::string> of, among;
    double expected;
  };
  const std::set<std::string> brand = {"610443074"}, generic = {"622638801", "622950101"},
                              capsules = {"610443074", "622638801", "622950101"};
  const Share shares[] = {{"2018/19", generic, capsules, 8.0 / 22},
                          {"2024/25", generic, capsules, 36.0 / 42},
                          {"2018/19", {"622622501", "622622601"}, {}, 0.38}};
  for (const Share& share : shares) {
    double of = 0, among = 0;
    for (const auto& row : truth("influenza.csv").rows) {
      if (row[1] != share.season || (!share.among.empty() && !share.among.contains(row[5]))) continue;
      ++among;
      of += share.of.contains(row[5]);
    }
    ASSERT_GT(among, 20);
    const double error = 3.3 * std::sqrt(share.expected * (1 - share.expected) / among) + 0.02;
    EXPECT_NEAR(of / among, share.expected, error) << share.season;
  }
}

TEST_F(Synth, PeopleOverlapBetweenHospitalsMarryMoveAndChangeInsurers) {
  const CsvTable persons = truth("persons.csv");
  int surnames = 0, moved = 0, insurers = 0, twins = 0;
  for (const auto& row : persons.rows) {
    surnames += row[9] > "1";
    moved += row[10] > "1";
    insurers += row[11] > "1";
    twins += row[12] == "1";
  }
  EXPECT_GT(surnames, 10);
  EXPECT_GT(moved, 300);
  EXPECT_GT(insurers, 300);
  EXPECT_GE(twins, 2);
  std::map<std::string, std::set<std::string>> hospitals;
  for (const auto& row : truth("registrations.csv").rows)
    hospitals[row[2]].insert(row[0]);
  const auto several = std::ranges::count_if(hospitals, [](const auto& entry) { return entry.second.size() > 1; });
  EXPECT_GT(several, 100);
}

TEST_F(Synth, SameOptionsGiveTheSameBytesWhateverTheThreads) {
  const fs::path base = folder_->path();
  ASSERT_TRUE(generate(small(base / "one", 1)));
  ASSERT_TRUE(generate(small(base / "again", 1)));
  ASSERT_TRUE(generate(small(base / "three", 3)));
  ASSERT_TRUE(generate(small(base / "other", 1, 8)));
  const std::string hash = tree_hash(base / "one");
  EXPECT_NE(hash, "failed");
  EXPECT_EQ(tree_hash(base / "again"), hash);
  EXPECT_EQ(tree_hash(base / "three"), hash);
  EXPECT_NE(tree_hash(base / "other"), hash);
}

TEST_F(Synth, WithoutDefectsNoneIsPlanted) {
  Options options = small(folder_->path() / "clean");
  options.defects = false;
  const auto summary = generate(options);
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->defects, 0u);
  EXPECT_EQ(read_csv_file(options.out / "truth" / "defects.csv")->rows.size(), 0u);
  const auto out = run_command({"python3", SEKISHO_SOURCE_DIR "/tests/unit/synth/check_tree.py", options.out.string()});
  ASSERT_TRUE(out && out->status == 0);
  EXPECT_TRUE((*parse_json(out->out))["problems"].empty()) << out->out;
}

TEST_F(Synth, IconvDecodesClaimsAndMessages) {
  const auto out = run_command({"bash", "-c",
                                "set -o pipefail; cd \"$1/hospitals\"; find . -name '*.UKE' -o -path '*/dpc/*.txt' | "
                                "sort | sed -n 1,200p | while read f; do "
                                "iconv -f CP932 -t UTF-8 \"$f\" >/dev/null || exit 1; done; find . -path '*ssmix2*' "
                                "-type f | sort | sed -n 1,1500p | "
                                "xargs -n 50 iconv -f ISO-2022-JP-3 -t UTF-8 >/dev/null",
                                "iconv", demo().string()});
  ASSERT_TRUE(out);
  EXPECT_EQ(out->status, 0) << out->err;
}

TEST_F(Synth, MarkedPersonsAreListedWithEveryHospital) {
  std::set<std::string> persons;
  std::set<std::pair<std::string, std::string>> listed, registered;
  for (const auto& row : truth("marked.csv").rows) {
    persons.insert(row[0]);
    listed.insert({row[1], row[2]});
  }
  for (const auto& row : truth("registrations.csv").rows)
    if (persons.contains(row[2])) registered.insert({row[0], row[1]});
  EXPECT_EQ(persons.size(), 3u);
  EXPECT_EQ(listed, registered);
}

TEST_F(Synth, WrongUseIsRefusedWithAReason) {
  Options options = small(demo());
  EXPECT_EQ(generate(options).error().code, "usage.not_empty");
  options.out = folder_->path() / "new";
  options.scenario = "nothing";
  EXPECT_EQ(generate(options).error().code, "usage.scenario");
  options.scenario = "standard";
  options.hospitals = 100;
  EXPECT_EQ(generate(options).error().code, "usage.range");
  options.hospitals = 3;
  options.years = 14;
  EXPECT_EQ(generate(options).error().code, "usage.range");
  EXPECT_FALSE(fs::exists(options.out));
}

TEST_F(Synth, OneHospitalAndOneYearWork) {
  Options options = small(folder_->path() / "one-hospital");
  options.hospitals = 1;
  options.years = 1;
  options.persons = 50;
  const auto summary = generate(options);
  ASSERT_TRUE(summary) << summary.error().describe();
  EXPECT_EQ(summary->persons, 50u);
}

}  // namespace
}  // namespace sekisho::synth

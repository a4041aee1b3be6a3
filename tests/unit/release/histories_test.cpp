// Whole histories released: sets of codes, dates, free text, rare persons, in every form, made again to the same bytes.
#include <fstream>
#include <map>
#include <set>

#include "core/csv.h"
#include "core/process.h"
#include "fixture.h"
#include "release/formats.h"

namespace sekisho::release {
namespace {

const fs::path kPurposes = fs::path(SEKISHO_SOURCE_DIR) / "specs/purposes";
const char* const kPeople[] = {"influenza-histories", "breast-histories"};

struct HistoriesTest : testing::Test {
  std::unique_ptr<Tables> tables = std::make_unique<Tables>();
  TemporaryFolder place = *TemporaryFolder::create();
  fs::path out = place.path() / "dataset", keys = place.path() / "keys";
  ManualClock clock{*UtcTime::parse("2026-04-01T00:00:00Z")};
  SeededRandom random{42};
  std::vector<std::string> recorded;

  static void diagnose(Tables& t, const std::string& reg, const std::string& day, std::string_view icd) {
    t.common(t.diagnosis, reg, day, "active", icd == "C509" ? "1749008" : "", icd == "C509" ? "REC" : "", "");
    t.diagnosis.text(records::diagnosis::kCertainty, "confirmed");
    t.diagnosis.text(records::diagnosis::kIcd, icd);
  }
  // 300 persons with courses of both purposes; one of them holds a disease of the list, two a pair that nobody else
  // has.
  static void fill(Tables& t, int without = -1, int other_drug = 0, const std::string& reported = "+") {
    constexpr const char* kDiseases[] = {"J101", "J189", "I10", "E119", "J450", "K219"};
    for (int i = 0; i < 300; ++i) {
      if (i == without) continue;
      const std::string reg = fmt::format("r{:04}", i);
      t.person(reg, fmt::format("P{:04}", i), i % 2 == 0 ? "M" : "F", 1950 + i % 40, 1 + i % 12,
               i % 3 == 0 ? "1301" : "1302");
      const bool first = i % 2 == 0 && i >= 2 * other_drug;
      t.give(reg, fmt::format("2016-01-{:02}", 1 + i % 28), first ? "610443074" : "622012101");
      diagnose(t, reg, fmt::format("2015-{:02}-11", 1 + i % 3), "C509");
      for (int j = 0; j < 1 + i % 3; ++j)
        diagnose(t, reg, fmt::format("2016-0{}-05", 1 + (i + j) % 3), kDiseases[(i + j) % 6]);
      if (i == 7) diagnose(t, reg, "2016-02-02", "Q871");
      if (i == 8 || i == 9) diagnose(t, reg, "2016-02-02", "M329");
      t.result(reg, "2015-04-20", "ER", i % 2 == 0 ? reported : "-", i % 2 == 0 ? "pos" : "neg");
      t.result(reg, "2015-04-20", "HER2IHC", fmt::format("{}+", i % 3), fmt::format("{}+", i % 3));
    }
    t.write();
  }
  void SetUp() override {
    fill(*tables);
    fs::create_directories(keys);
  }
  BuildRequest request_of(const std::string& purpose) {
    BuildRequest request;
    request.source = ReleaseTest::source(*tables);
    request.purpose = kPurposes / (purpose + ".toml");
    request.out = out;
    request.keys = keys;
    request.overlap = place.path() / "overlap";
    request.clock = &clock;
    request.random = &random;
    for (const Format& format : formats())
      request.formats.emplace_back(format.name);
    request.record = [this](std::string_view kind, const Json& payload) -> Result<std::uint64_t> {
      recorded.push_back(std::string(kind) + " " + payload.dump());
      return 1;
    };
    return request;
  }
  Result<BuildReport> make(const std::string& purpose) { return build(request_of(purpose)); }
  Result<RebuildReport> again(Tables& t, const std::string& purpose, const fs::path& to = {}, int threads = 1) {
    return rebuild({ReleaseTest::source(t),
                    out,
                    kPurposes / (purpose + ".toml"),
                    {},
                    keys,
                    to,
                    threads,
                    "1GB",
                    place.path() / "overlap"});
  }
  Json manifest() { return *read_json(out / "manifest.json"); }
};

// Persons who hold each combination of up to two items, from the files themselves.
std::size_t rarest(const fs::path& folder, const Json& audit) {
  std::map<std::string, std::set<std::string>> items;
  for (const Json& table : audit["tables"]) {
    const auto rows = read_csv_file(folder / (table["name"].get<std::string>() + ".csv"));
    for (const Json& item : table["items"])
      for (const auto& row : rows->rows) {
        const std::string& value = row[static_cast<std::size_t>(rows->column(item.get<std::string>()))];
        if (!value.empty()) items[row[0]].insert(fmt::format("{} {} {}", table["name"].dump(), item.dump(), value));
      }
  }
  std::map<std::set<std::string>, std::size_t> holders;
  for (const auto& [person, held] : items)
    for (const std::string& one : held)
      for (const std::string& other : held)
        if (one <= other) ++holders[{one, other}];
  std::size_t out = SIZE_MAX;
  for (const auto& [combination, count] : holders)
    out = std::min(out, count);
  return out;
}

TEST_F(HistoriesTest, EveryPairOfItemsIsHeldByTenPersonsAndEachVariablesChangesAreCounted) {
  for (const std::string purpose : kPeople) {
    const auto report = make(purpose);
    ASSERT_TRUE(report) << report.error().describe();
    ASSERT_FALSE(report->empty) << report->reason;
    const Json manifest = this->manifest();
    const std::size_t least = rarest(out, manifest["audit"]);
    EXPECT_GE(least, 10u) << purpose;
    EXPECT_EQ(manifest["audit"]["smallest_class"], least);
    EXPECT_EQ(manifest["policy"]["m"], 2);
    for (const Json& history : manifest["changes"]["histories"])
      for (const auto& [name, changes] : history["variables"].items()) {
        std::size_t sum = 0;
        for (const auto& [what, count] : changes.items())
          if (what != "values") sum += count.get<std::size_t>();
        EXPECT_EQ(changes["values"], sum) << purpose << " " << history["name"] << " " << name;
      }
    fs::remove_all(out);
  }
}

TEST_F(HistoriesTest, RareCombinationsSpecificDescriptionsFreeTextAndIdentitiesAreInNoFile) {
  const auto report = make("breast-histories");
  ASSERT_TRUE(report) << report.error().describe();
  for (const auto& file : fs::directory_iterator(out)) {
    const std::string content = *read_text(file.path());
    for (const char* trace : {"Q871", "M329", "P00", "r00"})
      EXPECT_EQ(content.find(trace), std::string::npos) << file.path() << " " << trace;
  }
  EXPECT_EQ(read_csv_file(out / "receptors.csv")->column("report"), -1);
  const Json variables = manifest()["changes"]["histories"][2]["variables"];
  EXPECT_EQ(variables["report"]["text"], 600) << "two reports of each of 300 persons";
  EXPECT_EQ(manifest()["changes"]["specific"][0]["values"], 1);
}

TEST_F(HistoriesTest, TheDictionaryTellsEveryVariableOfEveryTableAndWhatWasDoneToIt) {
  ASSERT_TRUE(make("breast-histories"));
  const Json define = (*read_json(out / "define.json"))["MetaDataVersion"];
  std::set<std::string> items, methods;
  for (const Json& item : define["ItemDef"])
    items.insert(item["OID"].get<std::string>());
  for (const Json& method : define["MethodDef"])
    methods.insert(method["OID"].get<std::string>());
  EXPECT_EQ(items, (std::set<std::string>{"IT.people.id", "IT.people.age", "IT.people.sex", "IT.people.area",
                                          "IT.diagnoses.id", "IT.diagnoses.day", "IT.diagnoses.icd",
                                          "IT.diagnoses.hospital", "IT.receptors.id", "IT.receptors.day",
                                          "IT.receptors.test", "IT.receptors.reading", "IT.receptors.hospital"}));
  EXPECT_TRUE(methods.contains("MT.receptors.report")) << "what was left out is told too";
  const std::string page = *read_text(out / "dictionary.html");
  for (const char* text : {"receptors.csv", "people_utf8.csv", "diagnoses.parquet", "特異な記述", "182"})
    EXPECT_NE(page.find(text), std::string::npos) << text;
}

TEST_F(HistoriesTest, ARebuildGivesTheSameBytesOfEveryFileAndForm) {
  for (const std::string purpose : kPeople) {
    ASSERT_TRUE(make(purpose));
    const fs::path copy = place.path() / "again";
    const auto report = again(*tables, purpose, copy, 4);
    ASSERT_TRUE(report) << report.error().describe();
    EXPECT_TRUE(report->identical);
    for (const auto& file : fs::directory_iterator(out))
      EXPECT_EQ(*read_text(file.path()), *read_text(copy / file.path().filename())) << file.path();
    fs::remove_all(out);
    fs::remove_all(copy);
  }
}

TEST_F(HistoriesTest, TheStandAloneScriptsVerifyLeavesCombinationsAndForms) {
  for (const std::string purpose : kPeople) {
    ASSERT_TRUE(make(purpose));
    EXPECT_TRUE(verify(out)->ok);
    const auto checked =
        run_command({"python3", SEKISHO_SOURCE_DIR "/tools/verify.py", "dataset", (out / "manifest.json").string()});
    ASSERT_TRUE(checked);
    EXPECT_EQ(checked->status, 0) << checked->out << checked->err;
    EXPECT_NE(checked->out.find("combinations, each of"), std::string::npos) << checked->out;
    EXPECT_NE(checked->out.find("people_cp932.csv: the rows"), std::string::npos) << checked->out;
    fs::remove_all(out);
  }
}

// Persons of each pair of items that stand in one row, from the files themselves.
std::size_t rarest_in_rows(const fs::path& folder, const Json& audit) {
  std::map<std::set<std::string>, std::set<std::string>> holders;
  for (const Json& table : audit["tables"]) {
    const auto rows = read_csv_file(folder / (table["name"].get<std::string>() + ".csv"));
    for (const auto& row : rows->rows)
      for (const Json& one : table["items"])
        for (const Json& other : table["items"]) {
          const std::string a = row[static_cast<std::size_t>(rows->column(one.get<std::string>()))];
          const std::string b = row[static_cast<std::size_t>(rows->column(other.get<std::string>()))];
          if (one < other && !a.empty() && !b.empty())
            holders[{table["name"].dump() + one.dump() + a, table["name"].dump() + other.dump() + b}].insert(row[0]);
        }
  }
  std::size_t out = SIZE_MAX;
  for (const auto& [pair, persons] : holders)
    out = std::min(out, persons.size());
  return out;
}

TEST_F(HistoriesTest, WhereRowsArePromisedTooBothChecksCountThemAgain) {
  const std::string script = SEKISHO_SOURCE_DIR "/tools/verify.py", file = (out / "manifest.json").string();
  // 60 persons have one more disease and both months, four of them the disease in the other month than all others.
  for (int i = 20; i < 80; ++i) {
    const std::string reg = fmt::format("r{:04}", i);
    diagnose(*tables, reg, i < 24 ? "2016-02-09" : "2016-01-09", "N185");
    diagnose(*tables, reg, "2016-01-20", "I10");
    diagnose(*tables, reg, "2016-02-20", "I10");
  }
  tables->write();
  BuildRequest request = request_of("influenza-histories");
  std::string policy = *read_text(kPurposes / "influenza-histories.policy.toml");
  policy.insert(policy.find("m = 2"), "rows = true\n");
  request.policy = place.path() / "rows.policy.toml";
  std::ofstream(request.policy) << policy;
  ASSERT_TRUE(build(request));
  EXPECT_EQ(manifest()["audit"]["rows"], true);
  EXPECT_GE(rarest_in_rows(out, manifest()["audit"]), 10u);
  EXPECT_TRUE(verify(out)->ok);
  const auto passed = run_command({"python3", script, "dataset", file});
  EXPECT_EQ(passed->status, 0) << passed->out << passed->err;
  EXPECT_NE(passed->out.find("combinations in rows, each of"), std::string::npos) << passed->out;

  // A dataset that never promised it does not hold it, and a manifest that says so is found out.
  fs::remove_all(out);
  fs::remove_all(place.path() / "overlap");
  fs::remove(keys / "release_overlap.key");
  ASSERT_TRUE(make("influenza-histories"));
  Json told = manifest();
  EXPECT_EQ(told["audit"]["rows"], false);
  const std::size_t least = rarest_in_rows(out, told["audit"]);
  ASSERT_LT(least, 10u);
  told["audit"]["rows"] = true;
  std::ofstream(out / "manifest.json") << told.dump();
  const auto refused = run_command({"python3", script, "dataset", file});
  EXPECT_NE(refused->status, 0);
  const std::string told_of = refused->out + refused->err;
  EXPECT_NE(told_of.find(fmt::format("rows of fewer than 10 persons: {}", least)), std::string::npos) << told_of;
  EXPECT_NE(verify(out)->to_json().dump().find("together"), std::string::npos) << verify(out)->to_json().dump();
}

TEST_F(HistoriesTest, VerificationFindsARowThatWasMovedToAnotherPerson) {
  ASSERT_TRUE(make("influenza-histories"));
  std::string text = *read_text(out / "treatments.csv");
  const auto first = text.find("\n1,");
  ASSERT_NE(first, std::string::npos);
  text[first + 1] = '2';
  std::ofstream(out / "treatments.csv", std::ios::binary) << text;
  const auto report = verify(out);
  EXPECT_TRUE(report && !report->ok);
}

TEST_F(HistoriesTest, MovedDatesCannotBeMadeAgainAfterDeliveryAndCoarseOnesCan) {
  const auto record = [](std::string_view, const Json&) -> Result<std::uint64_t> { return 2; };
  ASSERT_TRUE(make("breast-histories"));
  ASSERT_TRUE(confirm_delivery(out, keys, record));
  EXPECT_EQ(again(*tables, "breast-histories").error().code, "release.key");
  fs::remove_all(out);
  ASSERT_TRUE(make("influenza-histories"));
  ASSERT_TRUE(confirm_delivery(out, keys, record));
  const auto report = again(*tables, "influenza-histories");
  ASSERT_TRUE(report) << report.error().describe();
  EXPECT_TRUE(report->same_content);
}

TEST_F(HistoriesTest, AReleaseThatSinglesOutOnePersonBesideTheEarlierOneIsHeld) {
  ASSERT_TRUE(make("influenza-histories"));
  auto fewer = std::make_unique<Tables>();
  fill(*fewer, 17);
  tables = std::move(fewer);
  out = place.path() / "second";
  const auto report = make("influenza-histories");
  ASSERT_TRUE(report) << report.error().describe();
  EXPECT_TRUE(report->held) << report->to_json().dump();
  EXPECT_FALSE(fs::exists(out));
}

// The engine would decide otherwise about fewer persons: a pair of items that ten held is rare among nine.
TEST_F(HistoriesTest, AfterAnErasureTheLeavesOfAllOthersVerifyAlthoughTheirItemsWouldNowBeRare) {
  for (int without : {0, 8, 17, 120}) {
    ASSERT_TRUE(make("influenza-histories"));
    const std::size_t persons = manifest()["counts"]["persons"].get<std::size_t>();
    auto fewer = std::make_unique<Tables>();
    fill(*fewer, without);
    const auto report = again(*fewer, "influenza-histories");
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, "release.erased") << report.error().describe();
    EXPECT_NE(report.error().message.find(fmt::format("the other {} verify", persons - 1)), std::string::npos)
        << report.error().message;
    fs::remove_all(out);
    fs::remove_all(place.path() / "overlap");
    fs::remove(keys / "release_overlap.key");
  }
}

TEST_F(HistoriesTest, WhatWasDecidedStaysInTheCoreZoneSealedAndARebuildNeedsIt) {
  ASSERT_TRUE(make("influenza-histories"));
  std::vector<fs::path> kept;
  for (const auto& file : fs::directory_iterator(place.path() / "overlap"))
    if (file.path().extension() == ".decision") kept.push_back(file.path());
  ASSERT_EQ(kept.size(), 1u);
  const std::string sealed = *read_text(kept[0]);
  for (const char* trace : {"M329", "gone", "P00", "icd"})
    EXPECT_EQ(sealed.find(trace), std::string::npos) << trace;
  std::ofstream(kept[0], std::ios::binary) << sealed.substr(0, sealed.size() - 1) << '!';
  EXPECT_EQ(again(*tables, "influenza-histories").error().code, "release.decision");
  fs::remove(kept[0]);
  EXPECT_EQ(again(*tables, "influenza-histories").error().code, "release.decision");
}

// The same persons again; what two of them got was corrected to the drug of the others.
TEST_F(HistoriesTest, AReleaseInWhichFewMorePersonsHoldACombinationIsHeldThoughTheCohortIsTheSame) {
  ASSERT_TRUE(make("influenza-histories"));
  auto later = std::make_unique<Tables>();
  fill(*later, -1, 2);
  tables = std::move(later);
  out = place.path() / "second";
  const auto report = make("influenza-histories");
  ASSERT_TRUE(report) << report.error().describe();
  EXPECT_TRUE(report->held) << report->to_json().dump();
  EXPECT_EQ(report->overlap[0]["persons_only_here"], 0);
  EXPECT_EQ(report->overlap[0]["classes"]["smallest_difference"], 1) << "the drug and a diagnosis";
  EXPECT_NE(report->reason.find("combinations of items"), std::string::npos) << report->reason;
}

TEST_F(HistoriesTest, ATextThatWasApprovedButHoldsIdentifiersIsRefusedWithoutRepeatingThem) {
  std::string policy = *read_text(kPurposes / "breast-histories.policy.toml");
  const auto text = policy.find("kind = \"text\"");
  ASSERT_NE(text, std::string::npos);
  policy.insert(policy.find('\n', text) + 1, "approved = \"the committee, 2026-011\"\n");
  const fs::path file = place.path() / "approved.policy.toml";
  std::ofstream(file) << policy;
  BuildRequest request = request_of("breast-histories");
  request.policy = file;
  ASSERT_TRUE(build(request)) << "plain results may leave";
  auto named = std::make_unique<Tables>();
  fill(*named, -1, 0, "090-1234-5678");
  tables = std::move(named);
  out = place.path() / "second";
  request = request_of("breast-histories");
  request.policy = file;
  const auto refused = build(request);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "release.identifier");
  EXPECT_NE(refused.error().message.find("report"), std::string::npos);
  EXPECT_EQ(refused.error().describe().find("1234"), std::string::npos);
  EXPECT_FALSE(fs::exists(out));
}

TEST_F(HistoriesTest, APolicyOfTheOtherKindIsRefused) {
  BuildRequest request = request_of("influenza-histories");
  request.policy = kPurposes / "influenza-antivirals.policy.toml";
  EXPECT_EQ(build(request).error().code, "release.policy");
  request = request_of("influenza-antivirals");
  request.policy = kPurposes / "influenza-histories.policy.toml";
  EXPECT_EQ(build(request).error().code, "release.policy");
}

}  // namespace
}  // namespace sekisho::release

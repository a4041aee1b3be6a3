#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <numeric>
#include <set>

#include "core/csv.h"
#include "core/file.h"
#include "core/random.h"
#include "linkage/birth.h"
#include "linkage/evaluate.h"
#include "linkage/person_changes.h"
#include "linkage/run.h"

namespace sekisho::linkage {
namespace {

namespace fs = std::filesystem;

fs::path spec_file() {
  return fs::path(SEKISHO_SOURCE_DIR) / "specs/linkage/japanese-deterministic.toml";
}

struct LinkageTest : testing::Test {
  TemporaryFolder folder = *TemporaryFolder::create();

  fs::path write(const std::string& name, const std::string& text) {
    std::ofstream(folder.path() / name, std::ios::binary) << text;
    return folder.path() / name;
  }
  // record id -> person id
  std::map<std::string, std::string> link(const std::string& csv, RunReport* report = nullptr,
                                          const fs::path& file = spec_file()) {
    const auto spec = Spec::load(file);
    EXPECT_TRUE(spec) << spec.error().describe();
    const auto done = run(*spec, {write("in.csv", csv)}, folder.path() / "out.csv");
    EXPECT_TRUE(done) << done.error().describe();
    if (report != nullptr) *report = *done;
    std::map<std::string, std::string> out;
    const auto table = read_csv_file(folder.path() / "out.csv");
    for (const auto& row : table->rows)
      out[row[0]] = row[1];
    return out;
  }
};

const std::string kHeader =
    "record_id,family_kanji,given_kanji,family_kana,given_kana,birth_date,sex,insurer,symbol,number,branch\n";

TEST_F(LinkageTest, WritingsOfOneNameAreOnePerson) {
  auto person = link(kHeader +
                     "1,髙橋,健太,タカハシ,ケンタ,1980-05-17,M,,,,\n"
                     "2,高橋,健太,ﾀｶﾊｼ,ｹﾝﾀ,昭和55年5月17日,男,,,,\n"
                     "3,,,たかはし,けんた,S55.5.17,1,,,,\n"
                     "4,高橋,健一,タカハシ,ケンイチ,1980-05-17,M,,,,\n");
  EXPECT_EQ(person["1"], person["2"]);
  EXPECT_EQ(person["1"], person["3"]);
  EXPECT_NE(person["1"], person["4"]);
}

TEST_F(LinkageTest, TwinsUnderOneInsuranceNumberStayTwoPersons) {
  auto person = link(kHeader +
                     "1,佐藤,太一,サトウ,タイチ,2010-01-20,M,01130012,12,345,01\n"
                     "2,佐藤,太二,サトウ,タイジ,2010-01-20,M,01130012,12,345,02\n"
                     "3,,,,,2010-01-20,M,01130012,１２,３４５,\n");
  EXPECT_NE(person["1"], person["2"]);
  EXPECT_NE(person["3"], person["1"]);
  EXPECT_NE(person["3"], person["2"]);
}

TEST_F(LinkageTest, ANewSurnameIsBridgedByInsuranceAndGivenName) {
  auto person = link(kHeader +
                     "1,佐藤,花子,サトウ,ハナコ,1990-03-04,F,01130012,12,345,\n"
                     "2,鈴木,花子,スズキ,ハナコ,1990-03-04,F,01130012,012,0345,\n");
  EXPECT_EQ(person["1"], person["2"]);
}

TEST_F(LinkageTest, ARecordWithoutNameJoinsTheOnlyPersonOfItsInsuranceNumber) {
  auto person = link(kHeader +
                     "1,佐藤,花子,サトウ,ハナコ,1990-03-04,F,01130012,12,345,\n"
                     "2,,,,,1990-03-04,F,01130012,12,345,\n");
  EXPECT_EQ(person["1"], person["2"]);
}

TEST_F(LinkageTest, FillersLinkNobody) {
  auto person = link(kHeader +
                     "1,不明,,フメイ,,1990-03-04,F,,,,\n"
                     "2,不明,,フメイ,,1990-03-04,F,,,,\n"
                     "3,佐藤,花子,サトウ,ハナコ,1900-01-01,F,,,,\n"
                     "4,佐藤,花子,サトウ,ハナコ,1900-01-01,F,,,,\n"
                     "5,佐〓,花子,,,1990-03-04,F,,,,\n"
                     "6,佐〓,花子,,,1990-03-04,F,,,,\n");
  std::set<std::string> persons;
  for (const auto& [record, id] : person)
    persons.insert(id);
  EXPECT_EQ(persons.size(), 6u);
}

TEST_F(LinkageTest, AKeySharedByThousandsIsReportedAndLinksNobody) {
  std::string csv = kHeader;
  for (int i = 0; i < 20'000; ++i)
    csv += "r" + std::to_string(i) + ",山田,太郎,ヤマダ,タロウ,1980-01-01,M,,,,\n";
  RunReport report;
  link(csv, &report);
  EXPECT_EQ(report.persons, 20'000u);
  EXPECT_EQ(report.big_block_count, 2u);
  EXPECT_TRUE(report.needs_attention());
}

TEST_F(LinkageTest, ThePartitionAndTheIdsDoNotDependOnTheOrderOfRecords) {
  SeededRandom random(7);
  std::vector<std::string> lines;
  for (int i = 0; i < 600; ++i) {
    const auto n = random.below(60);
    lines.push_back("r" + std::to_string(i) + ",姓" + std::to_string(random.below(3)) + ",名" + std::to_string(n) +
                    ",セイ,メイ" + std::string(n % 7 + 1, 'A') + ",1980-01-" + (n % 2 == 0 ? "02" : "03") + ",M,,7," +
                    std::to_string(random.below(80)) + ",\n");
  }
  const auto join = [&] {
    std::string csv = kHeader;
    for (const std::string& line : lines)
      csv += line;
    return csv;
  };
  const auto first = link(join());
  for (int round = 0; round < 5; ++round) {
    for (std::size_t i = lines.size(); i > 1; --i)
      std::swap(lines[i - 1], lines[random.below(i)]);
    EXPECT_EQ(link(join()), first);
  }
}

TEST_F(LinkageTest, UnclearInputIsRefusedOrCounted) {
  const auto spec = Spec::load(spec_file());
  ASSERT_TRUE(spec);
  const fs::path out = folder.path() / "o.csv";
  EXPECT_EQ(run(*spec, {write("a.csv", "x,y\n1,2\n")}, out).error().code, "linkage.columns");
  EXPECT_EQ(run(*spec, {write("b.csv", kHeader + "1,2\n")}, out).error().code, "csv.ragged");
  EXPECT_EQ(run(*spec, {write("c.csv", "")}, out).error().code, "csv.empty");
  Spec renamed = *spec;
  EXPECT_EQ(renamed.rename("sex").error().code, "usage.columns");
  EXPECT_EQ(renamed.rename("colour=X").error().code, "usage.columns");
  EXPECT_FALSE(fs::exists(out));
  RunReport report;
  link(kHeader + ",a,b,,,1990-01-02,M,,,,\n7,a,b,,,1990-99-02,M,,,,\n7,a,c,,,1990-01-02,M,,,,\n", &report);
  EXPECT_EQ(report.missing_ids, 1u);
  EXPECT_EQ(report.duplicate_ids, 1u);
  EXPECT_EQ(report.bad_dates, 1u);
}

TEST_F(LinkageTest, KeysOfVersionTwoTakeAddressesAndNamesInLetters) {
  const std::string rule = "[[rule]]\nname = \"home\"\nkey = [\"kana_name\", \"birth_date\", \"address\"]\n";
  const std::string columns =
      "[columns]\nrecord_id = \"id\"\nkana_name = \"name\"\nbirth_date = \"born\"\naddress = \"home\"\n";
  const auto person = link(
      "id,name,born,home\n"
      "1,タナカ　タロウ,1980-05-17,東京都千代田区丸の内１丁目２番３号\n"
      "2,TANAKA Taro,S55.5.17,東京都千代田区丸の内1-2-3 第一ビル5階\n"
      "3,タナカ　タロウ,1980-05-17,東京都千代田区丸の内1-2-4\n",
      nullptr, write("c2.toml", "kind = \"deterministic\"\ncanonical = \"c2\"\n" + columns + rule));
  EXPECT_EQ(person.at("1"), person.at("2"));
  EXPECT_NE(person.at("1"), person.at("3"));
  EXPECT_EQ(Spec::load(write("c1.toml", "kind = \"deterministic\"\n" + columns + rule)).error().code, "linkage.spec");
  EXPECT_EQ(Spec::load(write("c9.toml", "kind = \"deterministic\"\ncanonical = \"c9\"\n" + rule)).error().code,
            "linkage.spec");
}

TEST_F(LinkageTest, Cp932InputIsRead) {
  // 1,高橋,健太 in CP932, by iconv.
  const std::string name = "\x8d\x82\x8b\xb4,\x8c\x92\x91\xbe";
  const auto person = link(kHeader + "1," + name + ",,,1980-05-17,M,,,,\n2," + name + ",,,1980-05-17,M,,,,\n");
  EXPECT_EQ(person.at("1"), person.at("2"));
}

TEST(SpecFile, MistakesAreNamedWithTheirLine) {
  const auto folder = TemporaryFolder::create();
  const fs::path file = folder->path() / "s.toml";
  std::ofstream(file) << "kind = \"deterministic\"\n[[rule]]\nname = \"x\"\nkey = [\"colour\"]\n";
  const auto spec = Spec::load(file);
  ASSERT_FALSE(spec);
  EXPECT_EQ(spec.error().code, "linkage.spec");
  EXPECT_EQ(spec.error().place.line, 4);
}

TEST(Birth, IsReadInTheFormsOfJapaneseFiles) {
  for (const char* text : {"1941-06-01", "1941/6/1", "19410601", "S16.6.1", "昭和16年6月1日", "３１６０６０１",
                           "s160601", "1941-06-01T00:00:00", "昭和１６年６月１日"})
    EXPECT_EQ(parse_birth(text).date().compact(), "19410601") << text;
  EXPECT_EQ(parse_birth("令和元年5月1日").date().compact(), "20190501");
  for (const char* text : {"", "unknown", "1941-13-01", "1941", "19410631", "99999999999999999999", "S99999999999.1.1"})
    EXPECT_FALSE(parse_birth(text).present()) << text;
}

// 12345 | 67 | 8 against 125 | 34 | 678: the example of Amigo et al. style counted by hand.
TEST(Evaluate, CountsPairsAndBCubedAsByHand) {
  // Records a b c d: truth {a b c} {d}; found {a b} {c d}.
  const Evaluation e = evaluate_labels({0, 0, 1, 1}, {0, 0, 0, 1}, 100);
  EXPECT_EQ(e.pairs_true, 3u);
  EXPECT_EQ(e.pairs_found, 2u);
  EXPECT_EQ(e.pairs_both, 1u);
  EXPECT_DOUBLE_EQ(e.pairwise.precision.value, 1.0 / 2);
  EXPECT_DOUBLE_EQ(e.pairwise.recall.value, 1.0 / 3);
  EXPECT_DOUBLE_EQ(e.pairwise.f1.value, 2.0 / 5);
  EXPECT_DOUBLE_EQ(e.b_cubed.precision.value, (1 + 1 + 0.5 + 0.5) / 4);
  EXPECT_DOUBLE_EQ(e.b_cubed.recall.value, (2.0 / 3 + 2.0 / 3 + 1.0 / 3 + 1) / 4);
  EXPECT_EQ(e.false_merges, 1u);
  EXPECT_EQ(e.false_splits, 1u);
}

TEST_F(LinkageTest, BlanksAroundHeadingsAndValuesOfATruthDoNotCount) {
  const fs::path clusters = folder.path() / "clusters.csv", truth = folder.path() / "truth.csv";
  ASSERT_TRUE(write_file_durable(clusters, "record_id,person_id,probability\na,P1,1\nb,P1,1\nc,P2,1\n"));
  ASSERT_TRUE(write_file_durable(truth, "rec, who\na , 7\n b,7\nc, 8\n"));
  const auto result = evaluate(clusters, truth, "record_id=rec,person_id=who");
  ASSERT_TRUE(result) << result.error().describe();
  EXPECT_EQ(result->missing + result->unknown, 0U);
  EXPECT_EQ(result->pairwise.f1.value, 1);
}

TEST(Evaluate, PerfectAgreementIsOneWithANarrowInterval) {
  const Evaluation e = evaluate_labels({5, 5, 1, 2, 2}, {0, 0, 1, 2, 2}, 100);
  EXPECT_DOUBLE_EQ(e.pairwise.f1.value, 1);
  EXPECT_DOUBLE_EQ(e.pairwise.f1.low, 1);
  EXPECT_EQ(e.clusters_right, 3u);
}

TEST_F(LinkageTest, SyntheticRegistrationsAreLinkedAboveTheFloor) {
  const fs::path data = fs::path(SEKISHO_SOURCE_DIR).parent_path() / "shared/data/linkage/jp_synth_20k.csv.gz";
  if (!fs::exists(data)) GTEST_SKIP() << "the labelled registrations are not here";
  auto spec = Spec::load(spec_file());
  ASSERT_TRUE(spec);
  ASSERT_TRUE(
      spec->rename("record_id=rec_id,family_kanji=sei_kanji,given_kanji=mei_kanji,family_kana=sei_kana,"
                   "given_kana=mei_kana,birth_date=dob,insurer=insurer_no"));
  ASSERT_TRUE(run(*spec, {data}, folder.path() / "clusters.csv"));
  const auto result = evaluate(folder.path() / "clusters.csv", data, "record_id=rec_id");
  ASSERT_TRUE(result) << result.error().describe();
  printf("pairwise P %.4f R %.4f F1 %.4f; B-cubed F1 %.4f\n", result->pairwise.precision.value,
         result->pairwise.recall.value, result->pairwise.f1.value, result->b_cubed.f1.value);
  EXPECT_GE(result->pairwise.f1.value, 0.987);
  EXPECT_GE(result->pairwise.precision.value, 0.999);
  EXPECT_EQ(result->missing, 0u);
}

// --- the identity store's side ---

identity::LinkageKey key(int n) {
  identity::LinkageKey out{};
  out[0] = static_cast<std::uint8_t>(n);
  out[1] = static_cast<std::uint8_t>(n >> 8);
  return out;
}

store::RegistrationRow row(const std::string& reg, std::optional<int> kanji, std::optional<int> kana = {},
                           std::optional<int> insurance = {}) {
  store::RegistrationRow out{reg, HospitalId{"H01"}, {}};
  if (kanji) out.keys.kanji = key(*kanji);
  if (kana) out.keys.kana = key(*kana);
  if (insurance) out.keys.insurance = key(*insurance);
  return out;
}

struct History {
  std::vector<store::LinkageEvent> events;
  PersonChanges step(std::vector<store::RegistrationRow> rows) {
    std::ranges::stable_sort(rows, {}, &store::RegistrationRow::reg);
    KeyedRegistrations registrations;
    for (const store::RegistrationRow& one : rows)
      registrations.add(one);
    PastPersons past(registrations.size());
    for (const store::LinkageEvent& event : events)
      EXPECT_TRUE(past.add(registrations.find(event.reg), event.person));
    std::vector<std::uint32_t> every(registrations.size());
    std::iota(every.begin(), every.end(), 0u);
    PersonChanges changes = person_changes(registrations, every, past, registrations.join(), nullptr);
    for (const PersonChange& change : changes.all) {
      events.push_back(change.event(registrations, UtcTime{}));
      events.back().number = events.size();
    }
    return changes;
  }
  std::map<std::string, std::string> now() const {
    std::map<std::string, std::string> out;
    for (const auto& event : events)
      out[event.reg] = event.person;
    return out;
  }
};

TEST(Update, NothingNewAppendsNothing) {
  History history;
  const std::vector<store::RegistrationRow> rows = {row("a", 1), row("b", 1), row("c", 2)};
  EXPECT_EQ(history.step(rows).all.size(), 3u);
  EXPECT_EQ(history.step(rows).all.size(), 0u);
  EXPECT_EQ(history.now()["a"], history.now()["b"]);
  EXPECT_NE(history.now()["a"], history.now()["c"]);
}

TEST(Update, AMergeKeepsTheOlderIdAndASplitLeavesItWithTheOldestRegistration) {
  History history;
  history.step({row("b", 1)});
  history.step({row("b", 1), row("a", 2)});
  const auto before = history.now();
  // c knows both keys: a bridge.
  auto report = history.step({row("b", 1), row("a", 2), row("c", 1), row("c", 2)});
  EXPECT_EQ(report.merges, 1u);
  EXPECT_EQ(history.now()["a"], before.at("b"));
  EXPECT_EQ(history.now()["c"], before.at("b"));
  // The bridge leaves: the id stays with b, which had it first; a gets an id that was never used.
  report = history.step({row("b", 1), row("a", 2)});
  EXPECT_EQ(report.splits, 1u);
  EXPECT_EQ(history.now()["b"], before.at("b"));
  EXPECT_NE(history.now()["a"], before.at("a"));
  EXPECT_NE(history.now()["a"], before.at("b"));
}

TEST(Update, ThePartitionIsThatOfOneBatchWhateverTheOrderOfArrival) {
  SeededRandom random(11);
  for (int round = 0; round < 20; ++round) {
    std::vector<store::RegistrationRow> rows;
    for (int i = 0; i < 60; ++i)
      rows.push_back(row("r" + std::to_string(i), static_cast<int>(random.below(40)),
                         static_cast<int>(random.below(40)), static_cast<int>(random.below(60))));
    History batch;
    batch.step(rows);
    for (std::size_t i = rows.size(); i > 1; --i)
      std::swap(rows[i - 1], rows[random.below(i)]);
    History steps;
    for (std::size_t n = 1; n <= rows.size(); n += 1 + random.below(7))
      steps.step({rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(n)});
    steps.step(rows);
    const auto one = batch.now(), other = steps.now();
    std::map<std::string, std::set<std::string>> a, b;
    for (const auto& [reg, person] : one)
      a[person].insert(reg);
    for (const auto& [reg, person] : other)
      b[person].insert(reg);
    std::set<std::set<std::string>> x, y;
    for (const auto& [person, members] : a)
      x.insert(members);
    for (const auto& [person, members] : b)
      y.insert(members);
    EXPECT_EQ(x, y);
  }
}

TEST(Update, TwinsWithGivenNamesUnderOneInsuranceNumberStayApart) {
  auto twin = [](const std::string& reg, int name, int given) {
    store::RegistrationRow out = row(reg, name, name + 100, 7);
    out.keys.given_kanji = key(given);
    return out;
  };
  History history;
  history.step({twin("a", 1, 21), twin("b", 2, 22), twin("c", 3, 21)});  // c: a with another surname
  EXPECT_NE(history.now()["a"], history.now()["b"]);
  EXPECT_EQ(history.now()["a"], history.now()["c"]);
}

}  // namespace
}  // namespace sekisho::linkage

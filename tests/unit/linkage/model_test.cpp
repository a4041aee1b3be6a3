#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <map>
#include <set>

#include "core/csv.h"
#include "core/file.h"
#include "core/random.h"
#include "core/text.h"
#include "linkage/cluster.h"
#include "linkage/evaluate.h"
#include "linkage/fields.h"
#include "linkage/probabilistic.h"
#include "linkage/similarity.h"
#include "linkage/suggest.h"

namespace sekisho::linkage {
namespace {

namespace fs = std::filesystem;

TEST(Similarity, JaroWinklerGivesThePublishedValues) {
  EXPECT_NEAR(jaro_winkler("MARTHA", "MARHTA"), 0.961111, 1e-6);
  EXPECT_NEAR(jaro_winkler("DIXON", "DICKSONX"), 0.813333, 1e-6);
  EXPECT_NEAR(jaro_winkler("DWAYNE", "DUANE"), 0.84, 1e-6);
  EXPECT_EQ(jaro("abc", "xyz"), 0);
  EXPECT_EQ(jaro("", ""), 1);
  EXPECT_EQ(jaro("", "a"), 0);
}

// Dynamic programming over the whole table, as textbooks write it.
int plain_distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<int>> d(a.size() + 1, std::vector<int>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i)
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = static_cast<int>(i + j);
        continue;
      }
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

TEST(Similarity, EditDistanceEqualsTheTextbookUpToItsLimit) {
  SeededRandom random(1);
  for (int round = 0; round < 20'000; ++round) {
    const auto word = [&] {
      std::string out;
      for (std::uint64_t n = random.below(9); n > 0; --n)
        out.push_back(static_cast<char>('a' + random.below(3)));
      return out;
    };
    const std::string a = word(), b = word();
    for (const int limit : {1, 2, 5})
      ASSERT_EQ(edit_distance(a, b, limit), std::min(plain_distance(a, b), limit + 1)) << a << ' ' << b;
  }
}

TEST(Similarity, SoundexGivesThePublishedCodes) {
  EXPECT_EQ(soundex("Robert"), "R163");
  EXPECT_EQ(soundex("Rupert"), "R163");
  EXPECT_EQ(soundex("Ashcraft"), "A261");
  EXPECT_EQ(soundex("Tymczak"), "T522");
  EXPECT_EQ(soundex("Pfister"), "P236");
  EXPECT_EQ(soundex("Honeyman"), "H555");
  EXPECT_EQ(soundex("123"), "");
}

TEST(Fields, DatesOfAllNotationsAreOneDate) {
  for (const char* text : {"1970-01-31", "19700131", "31/01/1970", "31.1.1970", "1970/1/31", "31 Jan 1970",
                           "January 31, 1970", "昭和45年1月31日", "S45.1.31", "1970-01-31T00:00:00"})
    EXPECT_EQ(normalise(FieldType::kDate, text), "19700131") << text;
  EXPECT_EQ(normalise(FieldType::kDate, "01/02/1970", DateOrder::kMonthFirst), "19700102");
  EXPECT_EQ(normalise(FieldType::kDate, "01/02/1970", DateOrder::kDayFirst), "19700201");
  EXPECT_EQ(normalise(FieldType::kDate, "1970"), "19700000");
}

TEST(Fields, AbsurdDatesAndFillersAreMissing) {
  for (const char* text : {"0000-00-00", "1970-13-45", "9999-99-99", "99999999", "unknown", "1900-01-01", "-1", "1e9",
                           "123456789012345678901234567890"})
    EXPECT_EQ(normalise(FieldType::kDate, text), "") << text;
  for (const char* text : {"Unknown", "N/A", "null", " - ", ""})
    EXPECT_EQ(normalise(FieldType::kName, text), "") << text;
  EXPECT_EQ(normalise(FieldType::kDigits, "000-0000"), "");
  EXPECT_EQ(normalise(FieldType::kKanji, "不明"), "");
}

TEST(Fields, NamesLoseMarksAndCase) {
  EXPECT_EQ(normalise(FieldType::kName, " O'Brien "), "obrien");
  EXPECT_EQ(normalise(FieldType::kName, "Müller-Łuczak"), "muller luczak");
  EXPECT_EQ(name_part("Smith, John", NamePart::kLast, false), "Smith");
  EXPECT_EQ(name_part("John Q. Smith", NamePart::kLast, false), "Smith");
  EXPECT_EQ(name_part("山田　太郎", NamePart::kFirst, true), "山田");
  EXPECT_EQ(name_part("山田太郎", NamePart::kLast, true), "山田太郎");
}

TEST(Fields, NotationsOfOneJapaneseAddressAreOneAddress) {
  const std::string one = normalise(FieldType::kJpAddress, "元町片田久保6丁目37番16号 サン花472");
  for (const char* text :
       {"元町片田久保6-37-16　サン花472", "元町片田久保６－３７－１６", "元町大字片田久保6丁目37番地16",
        "元町片田久保六丁目三十七番地の十六", "元町片田久保6丁目37番16号"})
    EXPECT_EQ(normalise(FieldType::kJpAddress, text), one) << text;
  EXPECT_NE(normalise(FieldType::kJpAddress, "元町片田久保6-37-17"), one);
  // Numerals inside names are no numbers.
  EXPECT_EQ(normalise(FieldType::kJpAddress, "八王子市三崎町1-2"),
            normalise(FieldType::kJpAddress, "八王子市三崎町１丁目２番"));
}

TEST(Cluster, AWeakBridgeDoesNotJoinTwoPersons) {
  // 0 1 2 and 3 4 5 agree among themselves; 2 and 3 look alike; all others differ.
  const auto weight = [](std::uint32_t a, std::uint32_t b) {
    return (a < 3) == (b < 3) ? 10.F : std::min(a, b) == 2 && std::max(a, b) == 3 ? 6.F : -12.F;
  };
  const std::vector<Edge> edges = {{0, 1, 10}, {0, 2, 10}, {1, 2, 10}, {3, 4, 10}, {3, 5, 10}, {4, 5, 10}, {2, 3, 6}};
  const std::vector<std::uint32_t> found = cluster(6, edges, weight, {0, 1, 2, 3, 4, 5}, 0);
  EXPECT_EQ(found, (std::vector<std::uint32_t>{0, 0, 0, 3, 3, 3}));
}

TEST(Cluster, AnImpossiblePairIsNotOutvoted) {
  // All agree strongly, but 0 and 5 cannot be one person.
  const auto weight = [](std::uint32_t a, std::uint32_t b) {
    return std::min(a, b) == 0 && std::max(a, b) == 5 ? -std::numeric_limits<float>::infinity() : 14.F;
  };
  std::vector<Edge> edges;
  for (std::uint32_t a = 0; a < 6; ++a)
    for (std::uint32_t b = a + 1; b < 6; ++b)
      if (a != 0 || b != 5) edges.push_back({a, b, 14});
  const std::vector<std::uint32_t> found = cluster(6, edges, weight, {0, 1, 2, 3, 4, 5}, 0);
  EXPECT_NE(found[0], found[5]);
}

struct ModelTest : testing::Test {
  TemporaryFolder folder = *TemporaryFolder::create();

  fs::path write(const std::string& name, const std::string& text) {
    std::ofstream(folder.path() / name, std::ios::binary) << text;
    return folder.path() / name;
  }
  static ModelSpec spec(const std::string& name) {
    auto spec = ModelSpec::load(fs::path(SEKISHO_SOURCE_DIR) / "specs/linkage" / (name + ".toml"));
    EXPECT_TRUE(spec) << spec.error().describe();
    return *spec;
  }
  // record id -> person id
  std::map<std::string, std::string> link(const ModelSpec& spec, const std::vector<fs::path>& files,
                                          ModelReport* report = nullptr) {
    const auto done = run_model(spec, files, folder.path() / "out.csv");
    EXPECT_TRUE(done) << done.error().describe();
    if (done && report != nullptr) *report = *done;
    std::map<std::string, std::string> out;
    const auto table = read_csv_file(folder.path() / "out.csv");
    for (const auto& row : table->rows)
      out[row[0]] = row[1];
    return out;
  }
};

const std::string kJapanese =
    "record_id,family_kanji,given_kanji,family_kana,given_kana,birth_date,sex,postcode,address,phone,insurer,symbol,"
    "number,"
    "branch\n";

// Persons of two to four registrations without errors, so that the model knows what is usual.
std::string background(int persons) {
  static constexpr const char* kFamily[] = {"佐藤,サトウ", "鈴木,スズキ",   "高橋,タカハシ",
                                            "田中,タナカ", "渡辺,ワタナベ", "伊藤,イトウ"};
  static constexpr const char* kGiven[] = {"健太,ケンタ", "花子,ハナコ", "一郎,イチロウ",
                                           "美咲,ミサキ", "翔,ショウ",   "直美,ナオミ"};
  std::string out;
  SeededRandom random(3);
  for (int person = 0; person < persons; ++person) {
    const std::string family = kFamily[random.below(6)], given = kGiven[random.below(6)];
    const auto half = [](const std::string& both, int i) {
      return i == 0 ? both.substr(0, both.find(',')) : both.substr(both.find(',') + 1);
    };
    const std::string rest = std::to_string(1930 + random.below(80)) + "-0" + std::to_string(1 + random.below(9)) +
                             "-1" + std::to_string(random.below(10)) + ",1,1" +
                             std::to_string(100000 + random.below(800000)) + ",本町" + std::to_string(person) +
                             "-1-1,09012" + std::to_string(100000 + person) + ",01130012,12,9" +
                             std::to_string(10000 + person) + ",";
    for (int copy = 0; copy < 3; ++copy)
      out += "B" + std::to_string(person) + "-" + std::to_string(copy) + "," + half(family, 0) + "," + half(given, 0) +
             "," + half(family, 1) + "," + half(given, 1) + "," + rest + (copy == 0 ? "01" : "") + "\n";
  }
  return out;
}

// Two columns behind every line.
std::string widen(const std::string& csv, const std::string& header, const std::map<std::string, std::string>& tails) {
  std::string out;
  for (std::size_t at = 0; at < csv.size();) {
    const std::size_t feed = csv.find('\n', at);
    const std::string line = csv.substr(at, feed - at), id = line.substr(0, line.find(','));
    const auto tail = tails.find(id);
    out += line + "," + (at == 0 ? header : tail == tails.end() ? "," : tail->second) + "\n";
    at = feed + 1;
  }
  return out;
}

TEST_F(ModelTest, NobodyDiesTwice) {
  const std::string csv =
      widen(kJapanese + background(400), "death_date,note",
            {{"B1-0", "2019-03-04,"}, {"B1-1", "2020-11-12,"}, {"B2-0", "2019-03-04,"}, {"B2-1", "2019-03-31,"}});
  const auto person = link(spec("japanese"), {write("in.csv", csv)});
  EXPECT_NE(person.at("B1-0"), person.at("B1-1"));
  EXPECT_TRUE(person.at("B1-2") == person.at("B1-0") || person.at("B1-2") == person.at("B1-1"));
  EXPECT_EQ(person.at("B2-0"), person.at("B2-1"));  // the day and the end of the month
}

TEST_F(ModelTest, TwoNumbersOfOneHospitalNeedStrongEvidence) {
  const fs::path file =
      write("in.csv", widen(kJapanese + background(400), "place,chart",
                            {{"B1-0", "H1,100"}, {"B1-1", "H1,200"}, {"B2-0", "H1,7"}, {"B2-1", "H2,8"}}));
  ModelSpec named = spec("japanese");
  ASSERT_TRUE(named.rename("hospital=place,patient_number=chart"));
  const auto person = link(named, {file});
  EXPECT_EQ(person.at("B1-0"), person.at("B1-1"));  // all else agrees
  const auto one = explain(named, {file}, "B1-0", "B1-1"), other = explain(named, {file}, "B2-0", "B2-1");
  ASSERT_TRUE(one && other);
  EXPECT_NEAR((*one)["two_numbers"].get<double>(), -8, 1e-3);
  EXPECT_FALSE(other->contains("two_numbers"));
}

TEST_F(ModelTest, TwinsStayApartAndABrideIsFollowed) {
  const auto person =
      link(spec("japanese"),
           {write("in.csv",
                  kJapanese + background(400) +
                      "T1,豊島,麻愉,トシマ,マユ,1987-04-19,2,9669865,関村2-3-10,07045159948,27559057,4635,11299,02\n"
                      "T2,豊島,奈々,トシマ,ナナ,1987-04-19,2,9669865,関村2-3-10,07045159948,27559057,4635,11299,03\n"
                      "W1,豊嶋,由紀子,トヨシマ,ユキコ,1990-02-03,2,1112222,南町1-2-3,08011112222,27559050,77,888,01\n"
                      "W2,森下,由紀子,モリシタ,ユキコ,1990-02-03,2,1112222,南町1-2-3,08011112222,33559050,12,345,02\n"
                      "S1,森山,浩,モリヤマ,ヒロシ,1950-02-03,1,1113333,北町1-2-3,08011113333,27559050,78,999,\n"
                      "S2,浩,森山,ヒロシ,モリヤマ,1950-02-03,1,1113333,北町1-2-3,08011113333,27559050,78,999,\n")});
  EXPECT_NE(person.at("T1"), person.at("T2"));
  EXPECT_EQ(person.at("W1"), person.at("W2"));
  EXPECT_EQ(person.at("S1"), person.at("S2"));
}

TEST_F(ModelTest, TheOrderOfRowsDoesNotMatter) {
  std::vector<std::string> lines;
  const std::string text = background(300);
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1)
    lines.push_back(text.substr(at, text.find('\n', at) + 1 - at));
  const auto first = link(spec("japanese"), {write("in.csv", kJapanese + text)});
  SeededRandom random(5);
  for (std::size_t i = lines.size(); i > 1; --i)
    std::swap(lines[i - 1], lines[random.below(i)]);
  std::string shuffled = kJapanese;
  for (const std::string& line : lines)
    shuffled += line;
  EXPECT_EQ(link(spec("japanese"), {write("in.csv", shuffled)}), first);
}

TEST_F(ModelTest, ManyRegistrationsOfOneNameNeitherLinkNorExplode) {
  std::string text = kJapanese;
  for (int i = 0; i < 20'000; ++i)
    text += "Y" + std::to_string(i) + ",山田,太郎,ヤマダ,タロウ,,,,,,,,,\n";
  for (int i = 0; i < 20'000; ++i)
    text += "U" + std::to_string(i) + ",不明,不明,フメイ,フメイ,1900-01-01,,,不明,,,,,\n";
  for (int i = 0; i < 20'000; ++i)
    text += "D" + std::to_string(i) + ",山田,太郎,ヤマダ,タロウ,19" + std::to_string(10 + i % 90) + "-01-0" +
            std::to_string(1 + i % 9) + ",1,,,," + ",," + std::to_string(i) + ",\n";
  ModelReport report;
  const auto person = link(spec("japanese"), {write("in.csv", text)}, &report);
  EXPECT_EQ(report.records, 60'000u);
  EXPECT_LT(report.candidates, 60'000u * 25);
  EXPECT_NE(person.at("Y1"), person.at("Y2"));
  EXPECT_NE(person.at("U1"), person.at("U2"));
}

TEST_F(ModelTest, OneValueInHalfOfAllRowsIsBoundedAndReported) {
  std::string text = kJapanese;
  for (int i = 0; i < 30'000; ++i)
    text += "P" + std::to_string(i) + ",姓" + std::to_string(i % 9000) + ",名,セイ,メイ" + ",1980-01-01,1,1234567," +
            (i % 2 == 0 ? "本町1-1-1,0312345678" : ",") + ",,," + std::to_string(i) + ",\n";
  ModelReport report;
  link(spec("japanese"), {write("in.csv", text)}, &report);
  EXPECT_GT(report.big_block_count, 0u);
  EXPECT_LT(report.candidates, 30'000u * 25);
}

TEST_F(ModelTest, MissingAndDuplicateIdsAreCountedAndNothingIsLost) {
  ModelReport report;
  const auto done = run_model(spec("western"),
                              {write("in.csv",
                                     "id,first_name,last_name,dob\n,Ann,Miller,1970-01-02\n1,Bob,Ford,1980-03-04\n"
                                     "1,Eve,Stone,1990-05-06\n\"a,\"\"b\",Joe,Black,not a date\n")},
                              folder.path() / "out.csv");
  ASSERT_TRUE(done) << done.error().describe();
  EXPECT_EQ(done->missing_ids, 1u);
  EXPECT_EQ(done->duplicate_ids, 1u);
  EXPECT_EQ(done->bad_dates, 1u);
  EXPECT_TRUE(done->needs_attention());
  const auto table = read_csv_file(folder.path() / "out.csv");
  ASSERT_TRUE(table);
  ASSERT_EQ(table->rows.size(), 4u);
  EXPECT_EQ(table->rows[3][0], "a,\"b");
}

TEST_F(ModelTest, ColumnsAreNamedByTheUserAndPartsMakeADate) {
  ModelSpec western = spec("western");
  ASSERT_TRUE(western.rename("record_id=RID,given_name=FN,surname=LN,birth_year=Y,birth_month=M,birth_day=D"));
  std::string text = "RID,FN,LN,Y,M,D\n";
  static constexpr const char* kGiven[] = {"Anna", "Bruno", "Clara", "Dieter", "Emil", "Frieda", "Gustav"};
  static constexpr const char* kSurname[] = {"Adler", "Brandt", "Conrad", "Dorn", "Engel", "Fuchs",
                                             "Graf",  "Huber",  "Irmler", "Jost", "Kaiser"};
  for (int i = 0; i < 600; ++i)
    text +=
        fmt::format("{},{},{},{},{},{}\n", i, kGiven[i % 7], kSurname[i % 11], 1930 + i % 79, 1 + i % 12, 1 + i % 28);
  text += "x1,Wilhelmina,Zuckerman,1955,7,9\nx2,Wilhelmina,Zuckermann,1955,7,9\n";
  auto person = link(western, {write("in.csv", text)});
  EXPECT_EQ(person["x1"], person["x2"]);
  EXPECT_FALSE(western.rename("nonsense=X"));
  ASSERT_TRUE(western.rename("surname=ABSENT"));
  const auto refused = run_model(western, {folder.path() / "in.csv"}, folder.path() / "out.csv");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "linkage.columns");
}

TEST_F(ModelTest, FilesThatMixUtf8AndCp932AreRead) {
  std::string cp932;
  encode(Charset::kCp932, "K2,豊島,由紀子,トシマ,ユキコ,1990-02-03,2,1112222,南町1-2-3,08011112222,27559050,77,888,\n",
         cp932);
  auto person =
      link(spec("japanese"),
           {write("in.csv",
                  kJapanese + background(200) +
                      "K1,豊島,由紀子,トシマ,ユキコ,1990-02-03,2,1112222,南町1-2-3,08011112222,27559050,77,888,\n" +
                      cp932)});
  EXPECT_EQ(person["K1"], person["K2"]);
}

TEST_F(ModelTest, EmptyAndUnfitFilesAreRefusedClearly) {
  const auto code = [&](const std::string& text) {
    const auto done = run_model(spec("western"), {write("in.csv", text)}, folder.path() / "out.csv");
    return done ? std::string("done") : done.error().code;
  };
  EXPECT_EQ(code(""), "csv.empty");
  EXPECT_EQ(code("a,b\n1,2\n"), "linkage.columns");
  EXPECT_EQ(code("id,x\n1,2\n"), "linkage.columns");
  EXPECT_EQ(code("id,surname\n1\n"), "done") << "a row that is too short lacks its last cells, and is counted";
  EXPECT_EQ(code("id,surname\n"), "done");
  EXPECT_EQ(code("id,surname\n1,Smith\n"), "done");
}

TEST_F(ModelTest, ExplainAddsUpToTheWeightOfThePair) {
  const fs::path file = write("in.csv", kJapanese + background(100));
  const auto waterfall = explain(spec("japanese"), {file}, "B1-0", "B1-1");
  ASSERT_TRUE(waterfall) << waterfall.error().describe();
  double sum = (*waterfall)["prior"].get<double>() + (*waterfall)["household"].get<double>();
  for (const Json& comparison : (*waterfall)["comparisons"])
    sum += comparison["weight"].get<double>();
  EXPECT_NEAR(sum, (*waterfall)["weight"].get<double>(), 1e-3);
  EXPECT_GT((*waterfall)["probability"].get<double>(), 0.99);
  EXPECT_FALSE(explain(spec("japanese"), {file}, "B1-0", "nobody"));
}

TEST_F(ModelTest, ASuggestedSpecLinksTheFileItWasMadeFrom) {
  std::string text = "Person Id,First Name,LAST_NAME,DOB,Mail\n";
  static constexpr const char* kGiven[] = {"Anna", "Bruno", "Clara", "Dieter", "Emil", "Frieda", "Gustav"};
  static constexpr const char* kSurname[] = {"Adler", "Brandt", "Conrad", "Dorn", "Engel", "Fuchs", "Graf", "Huber"};
  for (int i = 0; i < 300; ++i)
    for (int copy = 0; copy < 2; ++copy)
      text += fmt::format("{}-{},{},{},{}-0{}-1{},a{}@example.org\n", i, copy, kGiven[i % 7], kSurname[i % 8],
                          1930 + i % 79, 1 + i % 9, i % 10, i);
  const fs::path file = write("in.csv", text);
  const auto found = suggest(file);
  ASSERT_TRUE(found) << found.error().describe();
  EXPECT_EQ(found->columns[0].role, "record_id");
  EXPECT_EQ(found->columns[2].role, "surname");
  EXPECT_EQ(found->columns[3].role, "birth_date");
  const auto spec = ModelSpec::parse(found->spec, "suggested");
  ASSERT_TRUE(spec) << spec.error().describe();
  auto person = link(*spec, {file});
  EXPECT_EQ(person["7-0"], person["7-1"]);
  EXPECT_NE(person["7-0"], person["8-0"]);
  EXPECT_FALSE(suggest(write("none.csv", "a,b\n1,2\n")));
}

TEST_F(ModelTest, LabelledRegistrationsReachTheGoal) {
  const fs::path file = fs::path(SEKISHO_SOURCE_DIR) / "../shared/data/linkage/jp_synth_20k.csv.gz";
  if (!fs::exists(file)) GTEST_SKIP() << "the labelled data are not on this machine";
  ASSERT_TRUE(run_model(spec("japanese"), {file}, folder.path() / "out.csv"));
  const auto scores = evaluate(folder.path() / "out.csv", file, "record_id=rec_id");
  ASSERT_TRUE(scores) << scores.error().describe();
  EXPECT_GE(scores->pairwise.f1.value, 0.997);
  EXPECT_GE(scores->pairwise.precision.value, 0.999);
  EXPECT_GE(scores->b_cubed.f1.value, 0.9985);
}

}  // namespace
}  // namespace sekisho::linkage

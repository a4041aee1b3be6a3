#include "identity/filters.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>

#include "core/csv.h"
#include "core/file.h"
#include "linkage/filter_file.h"

namespace sekisho::linkage {
namespace {

namespace fs = std::filesystem;

const Bytes kKey(32, 7);
constexpr Hardening kAll[] = {Hardening::kNone, Hardening::kDiffuse, Hardening::kBalance, Hardening::kFold,
                              Hardening::kRule90};

FilterScheme scheme(const char* columns, Hardening hardening, const char* salt = "") {
  return {.fields = FilterColumns::parse(columns)->fields, .hardening = hardening, .salt = salt};
}
constexpr const char* kPerson = "surname,given_name,birth_date,sex";

TEST(Filters, OnePersonWithATypingErrorIsNearerThanAnother) {
  for (const Hardening hardening : kAll) {
    FilterMaker maker(scheme(kPerson, hardening), kKey);
    const Filter a = maker.make(std::vector<std::string>{"yamamoto", "haruka", "19710203", "F"}, "");
    const Filter b = maker.make(std::vector<std::string>{"yamamotto", "haruka", "19710203", "F"}, "");
    const Filter c = maker.make(std::vector<std::string>{"kobayashi", "jiro", "19580917", "M"}, "");
    EXPECT_EQ(dice(a, a), 1) << name(hardening);
    EXPECT_GT(dice(a, b), dice(a, c) + 0.2) << name(hardening);
  }
}

TEST(Filters, AnotherKeyOrSaltGivesUnrelatedFilters) {
  for (const Hardening hardening : kAll) {
    const std::vector<std::string> person{"yamamoto", "haruka", "19710203", "F"};
    FilterMaker maker(scheme(kPerson, hardening), kKey), other(scheme(kPerson, hardening), Bytes(32, 8));
    const Filter a = maker.make(person, ""), b = other.make(person, ""), c = maker.make(person, "1971");
    const double stranger = dice(a, maker.make(std::vector<std::string>{"kobayashi", "jiro", "19580917", "M"}, ""));
    EXPECT_LT(dice(a, b), stranger + 0.1) << name(hardening);
    EXPECT_LT(dice(a, c), stranger + 0.1) << name(hardening);
  }
}

TEST(Filters, FillFollowsTheFormulaOfTheReference) {
  // 1 - e^(-n/L): nine bigrams of ten bits each.
  FilterMaker maker(scheme("surname", Hardening::kNone), kKey);
  const double fill = ones(maker.make(std::vector<std::string>{"abcdefgh"}, "")) / 1024.0;
  EXPECT_NEAR(fill, 1 - std::exp(-90.0 / 1024), 0.015);
}

TEST(Filters, BalancedFiltersAllHaveHalfTheirBits) {
  FilterMaker maker(scheme("surname", Hardening::kBalance), kKey);
  for (const char* surname : {"a", "yamamoto", "a very long name of many words"})
    EXPECT_EQ(ones(maker.make(std::vector<std::string>{surname}, "")), 512u);
}

TEST(Filters, NoValueMeansNoBits) {
  for (const Hardening hardening : kAll)
    EXPECT_EQ(ones(FilterMaker(scheme("surname", hardening), kKey).make(std::vector<std::string>{""}, "x")), 0u);
}

TEST(Filters, BadColumnsAreRefused) {
  for (const char* text : {"", "record_id=A", "surname=", "=A", "surname=A,surname=B", "x:nosuch=A"})
    EXPECT_FALSE(FilterColumns::parse(text)) << text;
  EXPECT_EQ(FilterColumns::parse("record_id=ID, ward:kanji = B")->fields[0].column, "B");
}

// ---- Attacks. The attacker knows the population: which names there are and how frequent each is, but not the key.

struct Person {
  std::string surname, given, birth, sex;
};
// Surnames and given names by Zipf's law, independent draws for victim and attacker.
std::vector<Person> population(std::size_t count, std::uint64_t seed) {
  SeededRandom names(77), random(seed);
  const auto words = [&](std::size_t number) {
    static constexpr std::string_view kSyllables[] = {"ka", "sa", "ta", "na", "ha", "ma", "ya", "ra",  "ki", "shi",
                                                      "mi", "ri", "ku", "su", "mu", "ko", "to", "chi", "no", "wa"};
    std::vector<std::string> out(number);
    for (std::string& word : out)
      for (std::uint64_t n = 2 + names.below(3); n > 0; --n)
        word += kSyllables[names.below(std::size(kSyllables))];
    return out;
  };
  const auto surnames = words(60), given = words(80);
  const auto zipf = [&](std::size_t number) {
    double sum = 0;
    for (std::size_t i = 0; i < number; ++i)
      sum += 1.0 / static_cast<double>(i + 1);
    double draw = random.uniform() * sum;
    for (std::size_t i = 0; i < number; ++i)
      if ((draw -= 1.0 / static_cast<double>(i + 1)) <= 0) return i;
    return number - 1;
  };
  std::vector<Person> out;
  for (std::size_t i = 0; i < count; ++i)
    out.push_back({surnames[zipf(surnames.size())], given[zipf(given.size())],
                   fmt::format("{}{:02}{:02}", 1935 + random.below(80), 1 + random.below(12), 1 + random.below(28)),
                   random.chance(0.58) ? "F" : "M"});
  return out;
}

template <class Value>
std::vector<std::pair<std::size_t, Value>> by_frequency(const std::vector<Value>& values) {
  std::map<Value, std::size_t> counts;
  for (const Value& value : values)
    ++counts[value];
  std::vector<std::pair<std::size_t, Value>> out;
  for (const auto& [value, count] : counts)
    out.emplace_back(count, value);
  std::ranges::sort(out, std::ranges::greater());
  return out;
}

// The most frequent filter is called by the most frequent surname, and so on. Share of the records of the ten most
// frequent surnames that are named rightly.
double frequency_attack(const std::vector<Filter>& filters, const std::vector<Person>& victims,
                        const std::vector<Person>& known) {
  std::vector<std::string> names;
  for (const Person& person : known)
    names.push_back(person.surname);
  const auto by_name = by_frequency(names);
  const auto by_filter = by_frequency(filters);
  std::map<Filter, std::string> guess;
  for (std::size_t i = 0; i < 10 && i < by_filter.size(); ++i)
    guess[by_filter[i].second] = by_name[i].second;
  double right = 0, all = 0;
  for (std::size_t i = 0; i < victims.size(); ++i) {
    bool top = false;
    for (std::size_t j = 0; j < 10; ++j)
      top |= by_name[j].second == victims[i].surname;
    if (!top) continue;
    ++all;
    const auto found = guess.find(filters[i]);
    right += found != guess.end() && found->second == victims[i].surname;
  }
  return right / all;
}

std::vector<Filter> filters_of(const std::vector<Person>& people, const FilterScheme& made) {
  FilterMaker maker(made, kKey);
  std::vector<Filter> out;
  for (const Person& person : people) {
    std::vector<std::string> values{person.surname, person.given, person.birth, person.sex};
    values.resize(made.fields.size());
    out.push_back(maker.make(values, made.salt.empty() ? std::string() : person.birth.substr(0, 4)));
  }
  return out;
}

TEST(FilterAttack, FrequenciesNameTheFiltersOfASingleFieldButNotHardenedOnesOfWholeRecords) {
  const auto victims = population(20'000, 1), known = population(20'000, 2);
  const double plain = frequency_attack(filters_of(victims, scheme("surname", Hardening::kNone)), victims, known);
  const double hard =
      frequency_attack(filters_of(victims, scheme(kPerson, Hardening::kDiffuse, "birth_year")), victims, known);
  RecordProperty("plain", fmt::format("{:.4f}", plain));
  RecordProperty("hardened", fmt::format("{:.4f}", hard));
  EXPECT_GT(plain, 0.8);
  EXPECT_LT(hard, 0.02);
}

// Bit patterns. Positions that one frequent piece sets are set together more often than chance allows: the attacker
// begins with the pair of positions that go together most, adds the positions that go with them, and reads off who has
// the piece. Returned: how well the records found are those of one sex (the most frequent pieces), as the phi
// coefficient of the best pattern: 1 is a full success, 0 is chance.
double pattern_attack(const std::vector<Filter>& filters, const std::vector<Person>& victims) {
  const std::size_t n = filters.size(), words = (n + 63) / 64;
  std::vector<std::vector<std::uint64_t>> column(kFilterBits, std::vector<std::uint64_t>(words));
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t b = 0; b < kFilterBits; ++b)
      column[b][i / 64] |= (filters[i][b / 64] >> (b % 64) & 1) << (i % 64);
  const auto count = [](const std::vector<std::uint64_t>& set) {
    std::size_t sum = 0;
    for (const std::uint64_t word : set)
      sum += static_cast<std::size_t>(std::popcount(word));
    return static_cast<double>(sum);
  };
  const auto phi = [&](const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b) {
    double both = 0;
    for (std::size_t w = 0; w < words; ++w)
      both += std::popcount(a[w] & b[w]);
    const double x = count(a), y = count(b), total = static_cast<double>(n);
    const double scale = std::sqrt(x * (total - x) * y * (total - y));
    return scale == 0 ? 0 : (total * both - x * y) / scale;
  };
  std::vector<std::uint64_t> women(words);
  for (std::size_t i = 0; i < n; ++i)
    women[i / 64] |= std::uint64_t{victims[i].sex == "F"} << (i % 64);
  double best = 0;
  std::vector<std::size_t> busy;  // positions set in many records: where the frequent pieces are
  for (std::size_t b = 0; b < kFilterBits; ++b)
    if (count(column[b]) > 0.3 * static_cast<double>(n)) busy.push_back(b);
  for (const std::size_t seed : busy) {
    std::vector<std::pair<double, std::size_t>> mates;
    for (const std::size_t other : busy)
      if (other != seed) mates.emplace_back(phi(column[seed], column[other]), other);
    std::ranges::sort(mates, std::ranges::greater());
    std::vector<std::uint64_t> all = column[seed];
    for (std::size_t m = 0; m < 5 && m < mates.size(); ++m)
      for (std::size_t w = 0; w < words; ++w)
        all[w] &= column[mates[m].second][w];
    best = std::max(best, std::abs(phi(all, women)));
  }
  return best;
}

TEST(FilterAttack, BitPatternsTellThePiecesOfPlainFiltersButNotOfHardenedOnes) {
  const auto victims = population(3000, 3);
  const double plain = pattern_attack(filters_of(victims, scheme(kPerson, Hardening::kNone)), victims);
  const double diffused = pattern_attack(filters_of(victims, scheme(kPerson, Hardening::kDiffuse)), victims);
  const double hard = pattern_attack(filters_of(victims, scheme(kPerson, Hardening::kDiffuse, "birth_year")), victims);
  RecordProperty("plain", fmt::format("{:.4f}", plain));
  RecordProperty("diffused", fmt::format("{:.4f}", diffused));
  RecordProperty("hardened", fmt::format("{:.4f}", hard));
  EXPECT_GT(plain, 0.9);
  EXPECT_LT(hard, 0.2);
}

// ---- Files

class FilterFiles : public testing::Test {
 protected:
  FilterRequest request(const std::string& csv) {
    EXPECT_TRUE(write_file_durable(folder_->path() / "in.csv", csv));
    return {.inputs = {folder_->path() / "in.csv"}, .columns = "record_id=id,surname,birth_date=dob"};
  }
  fs::path at(const char* name) const { return folder_->path() / name; }
  Result<TemporaryFolder> folder_ = TemporaryFolder::create();
};

TEST_F(FilterFiles, TwoPartiesFindTheirCommonPersons) {
  auto one = request("id,surname,dob\na1,Sato,1970-01-02\na2,Suzuki,1985-05-06\n");
  ASSERT_TRUE(make_filters(one, kKey, system_random(), at("a.clk")));
  auto two = request("id,surname,dob\nb1,SUZUKI,1985/05/06\nb2,Tanaka,1999-09-09\n");
  ASSERT_TRUE(make_filters(two, kKey, system_random(), at("b.clk")));
  const auto report = compare_filters(at("a.clk"), at("b.clk"), 0.9, false, at("out.csv"));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(*read_text(at("out.csv")), "record_a,record_b,similarity\na2,b1,1.000000\n");
}

TEST_F(FilterFiles, FiltersOfOtherKeysOrOptionsAreNotCompared) {
  auto one = request("id,surname,dob\na1,Sato,1970-01-02\n");
  ASSERT_TRUE(make_filters(one, kKey, system_random(), at("a.clk")));
  ASSERT_TRUE(make_filters(one, Bytes(32, 9), system_random(), at("b.clk")));
  one.hardening = Hardening::kBalance;
  ASSERT_TRUE(make_filters(one, kKey, system_random(), at("c.clk")));
  for (const char* other : {"b.clk", "c.clk"}) {
    const auto report = compare_filters(at("a.clk"), at(other), 0.9, false, at("out.csv"));
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, "linkage.filters_differ");
  }
}

TEST_F(FilterFiles, NeitherNamesNorBlindIdsStandInTheFile) {
  auto one = request("id,surname,dob\npatient-1,Sato,1970-01-02\n");
  one.blind_ids = true;
  ASSERT_TRUE(make_filters(one, kKey, system_random(), at("a.clk")));
  const std::string text = *read_text(at("a.clk"));
  for (const char* secret : {"patient-1", "Sato", "sato", "1970"})
    EXPECT_EQ(text.find(secret), std::string::npos) << secret;
}

TEST_F(FilterFiles, AFilterThatStandsForManyIsReported) {
  std::string csv = "id,surname,dob\n";
  for (int i = 0; i < 50; ++i)
    csv += fmt::format("r{},Sato,\n", i);
  auto one = request(csv + "x,,\nx,Ito,1990-01-01\n");
  one.salt = "birth_year";
  const auto report = make_filters(one, kKey, system_random(), at("a.clk"));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->largest_equal, 50u);
  EXPECT_TRUE(report->frequencies_show());
  EXPECT_EQ(report->empty, 1u);
  EXPECT_EQ(report->without_salt, 51u);
  EXPECT_EQ(report->duplicate_ids, 1u);
}

TEST_F(FilterFiles, DamagedFilesAreRefused) {
  auto one = request("id,surname,dob\na1,Sato,1970-01-02\n");
  ASSERT_TRUE(make_filters(one, kKey, system_random(), at("a.clk")));
  const Bytes whole = *read_file(at("a.clk"));
  ASSERT_TRUE(FilterFile::parse(whole, "a"));
  for (std::size_t i = 0; i < whole.size(); ++i) {
    Bytes bad = whole;
    bad[i] ^= 1;
    EXPECT_FALSE(FilterFile::parse(bad, "a")) << i;
    EXPECT_FALSE(FilterFile::parse(ByteView(whole).first(i), "a")) << i;
  }
  // A fitting digest does not help a file whose counts are false.
  Bytes bad(whole.begin(), whole.end() - 32);
  bad.resize(bad.size() - 64);
  const crypto::Digest digest = crypto::sha256(bad);
  bad.insert(bad.end(), digest.begin(), digest.end());
  EXPECT_FALSE(FilterFile::parse(bad, "a"));
}

TEST_F(FilterFiles, KeysAreSecretAndLong) {
  ASSERT_TRUE(make_filter_key(at("key"), system_random()));
  EXPECT_FALSE(make_filter_key(at("key"), system_random()));
  EXPECT_TRUE(load_filter_key(at("key")));
  ASSERT_TRUE(write_file_durable(at("short"), std::string(31, 'x'), 0600));
  EXPECT_FALSE(load_filter_key(at("short")));
  ASSERT_TRUE(write_file_durable(at("open"), std::string(32, 'x'), 0644));
  EXPECT_EQ(load_filter_key(at("open")).error().code, "linkage.key_mode");
}

}  // namespace
}  // namespace sekisho::linkage

// Attackers tried out on the files of a release, with the truth of the snapshot: what they reach, what was stated, and
// releases that are not protected.
#include "release/attack.h"

#include <fstream>
#include <map>
#include <set>

#include "core/csv.h"
#include "fixture.h"

namespace sekisho::release {
namespace {

// Registrations r0000 and r0001 live together, r0002 and r0003, and so on.
Result<void> in_pairs(const std::function<bool(const std::string&)>& wanted, const VisitSign& visit) {
  for (int i = 0; i < 600; ++i)
    if (const std::string reg = fmt::format("r{:04}", i); wanted(reg)) visit(reg, fmt::format("home {}", i / 2));
  return {};
}

struct AttackTest : ReleaseTest {
  const anonymize::AttackOptions options{.trials = 100'000, .facts = 2};

  // 600 persons whom age, sex and area nearly tell apart.
  void SetUp() override {
    for (int i = 0; i < 600; ++i) {
      const std::string reg = fmt::format("r{:04}", i);
      tables->person(reg, fmt::format("P{:04}", i), i % 2 == 0 ? "M" : "F", 1996 - i % 60, 1 + i % 12,
                     fmt::format("130{}", i / 60 % 5));
      tables->give(reg, fmt::format("20{}-01-{:02}", 16 + i % 3, 1 + i % 28), i % 4 == 0 ? "610443074" : "622012101");
      if (i % 5 == 0) tables->give(reg, fmt::format("20{}-01-{:02}", 17 + i % 3, 1 + i % 28), "622012101");
    }
    tables->write();
    fs::create_directories(keys);
  }

  BuildRequest wanted(const fs::path& purpose = kPurpose, const fs::path& policy = {}) {
    BuildRequest request = request_of(*tables, out);
    request.purpose = purpose;
    request.policy = policy;
    request.source.households = in_pairs;
    request.overlap = place.path() / "overlap";
    request.attack = options;
    return request;
  }
  Result<AttackReport> tried(const fs::path& purpose = kPurpose, const fs::path& policy = {}) {
    RebuildRequest request{source(*tables), out, purpose, policy, keys, {}, 1, "1GB", place.path() / "overlap"};
    request.source.households = in_pairs;
    return attack(request, options);
  }
  static Json of(const Json& risk, std::string_view attacker) {
    for (const Json& one : risk["attacks"])
      if (one["attacker"] == attacker) return one;
    return {};
  }
  // Mean over persons and their rows of one among those who have a row with the same values.
  double expected(const CsvTable& table, const std::vector<std::string>& columns) {
    std::map<std::vector<std::string>, std::set<std::string>> classes;
    std::map<std::string, std::set<std::vector<std::string>>> rows;
    for (const auto& row : table.rows) {
      std::vector<std::string> labels;
      for (const std::string& name : columns)
        labels.push_back(row[static_cast<std::size_t>(table.column(name))]);
      classes[labels].insert(row[0]);
      rows[row[0]].insert(labels);
    }
    double sum = 0;
    for (const auto& [person, all] : rows)
      for (const auto& labels : all)
        sum += 1.0 / static_cast<double>(classes[labels].size()) / static_cast<double>(all.size());
    return sum / static_cast<double>(rows.size());
  }
  // The store's ids of the persons of the dataset, by the key that numbered them.
  std::map<std::string, std::string> numbers() {
    const Json manifest = *read_json(out / "manifest.json");
    const Bytes key = *read_file(keys / ("order-" + manifest["dataset"].get<std::string>() + ".key"));
    const CsvTable leaves = *read_csv_file(out / "leaves.csv");
    std::map<std::string, std::string> by_salt, of_person;
    for (std::size_t i = 0; i < leaves.rows.size(); ++i)
      by_salt[leaves.rows[i][1]] = std::to_string(i + 1);
    for (int i = 0; i < 600; ++i) {
      const std::string person = fmt::format("P{:04}", i);
      const std::string salt = to_hex(crypto::hmac_sha256(key, as_bytes("salt " + person))).substr(0, 32);
      if (by_salt.contains(salt)) of_person[person] = by_salt[salt];
    }
    return of_person;
  }
  // dataset.csv with the rows as they were before anonymization.
  void take_protection_away() {
    ASSERT_TRUE(write_exploration({.source = source(*tables), .purpose = kPurpose, .out = place.path() / "raw"}));
    const CsvTable raw = *read_csv_file(place.path() / "raw/data.csv");
    const auto number = numbers();
    std::string text = "id";
    for (std::size_t i = 1; i < raw.header.size(); ++i)
      text += "," + raw.header[i];
    text += "\n";
    for (const auto& row : raw.rows) {
      const auto found = number.find(row[0]);
      if (found == number.end()) continue;
      std::vector<std::string_view> fields(row.begin(), row.end());
      fields[0] = found->second;
      append_csv(text, fields);
    }
    std::ofstream(out / "dataset.csv", std::ios::binary) << text;
  }
};

TEST_F(AttackTest, OnTheFilesOfAReleaseNoAttackerDoesBetterThanStatedAndOneInKIsPromised) {
  const auto report = build(wanted());
  ASSERT_TRUE(report) << report.error().describe();
  const Json risk = report->to_json()["risk"];
  EXPECT_EQ(risk["holds"], true) << risk.dump(1);
  EXPECT_GT(risk["households"], 200);
  std::set<std::string> attackers;
  for (const Json& one : risk["attacks"]) {
    attackers.insert(one["attacker"].get<std::string>());
    for (const char* side : {"before", "after"}) {
      EXPECT_GE(one[side]["trials"], 10'000);
      EXPECT_LE(one[side]["upper_95"].get<double>(), one[side]["stated"].get<double>() + 0.01) << one.dump();
    }
    EXPECT_GT(one["before"]["rate"], one["after"]["rate"]) << one.dump();
  }
  EXPECT_EQ(attackers, (std::set<std::string>{"quasi-identifiers", "history", "facts", "hospital", "hospital-record",
                                              "household"}));
  const std::vector<std::string> quasi{"season", "age", "sex", "area"};
  const CsvTable rows = *read_csv_file(out / "dataset.csv");
  EXPECT_NEAR(of(risk, "quasi-identifiers")["after"]["stated"].get<double>(), expected(rows, quasi), 1e-3);
  EXPECT_NEAR(of(risk, "hospital")["after"]["stated"].get<double>(),
              expected(rows, {"season", "age", "sex", "area", "drug_code"}), 1e-3);
  EXPECT_EQ(of(risk, "quasi-identifiers")["promised"], 0.1);
  EXPECT_LE(of(risk, "quasi-identifiers")["after"]["upper_95"], 0.11);
  // A neighbour who looks for either of two finds one of them at least as often.
  EXPECT_GE(of(risk, "household")["after"]["stated"], of(risk, "history")["after"]["stated"]);
  EXPECT_EQ(read_text(out / "manifest.json")->find("household"), std::string::npos)
      << "the recipient learns nothing of it";
}

TEST_F(AttackTest, AReleaseThatIsNotProtectedIsAttackedWithSuccess) {
  ASSERT_TRUE(build(wanted()));
  const auto good = tried();
  ASSERT_TRUE(good) << good.error().describe();
  EXPECT_TRUE(good->holds());
  take_protection_away();
  const auto bad = tried();
  ASSERT_TRUE(bad) << bad.error().describe();
  EXPECT_FALSE(bad->holds());
  for (const char* attacker : {"quasi-identifiers", "history", "hospital", "hospital-record", "household"}) {
    const Json before = of(good->to_json(), attacker), after = of(bad->to_json(), attacker);
    EXPECT_EQ(after["holds"], false) << after.dump();
    EXPECT_GT(after["after"]["rate"].get<double>(), 5 * after["after"]["stated"].get<double>()) << after.dump();
    EXPECT_EQ(after["after"]["stated"], before["after"]["stated"]) << "what was stated does not hang on the files";
  }
}

TEST_F(AttackTest, AfterDeliveryNobodyCanTellThePersonsAndOtherFilesAreRefused) {
  ASSERT_TRUE(build(wanted()));
  std::ofstream(out / "dataset.csv") << "a,b\n1,2\n";
  EXPECT_EQ(tried().error().code, "release.attack");
  ASSERT_TRUE(confirm_delivery(out, keys, [](std::string_view, const Json&) -> Result<std::uint64_t> { return 2; }));
  EXPECT_EQ(tried().error().code, "release.key");
}

TEST_F(AttackTest, HouseholdsThatNobodyTellsOfAreSaidToBeUnknown) {
  BuildRequest request = wanted();
  request.source.households = nullptr;
  const auto report = build(request);
  ASSERT_TRUE(report) << report.error().describe();
  const Json risk = report->to_json()["risk"];
  EXPECT_TRUE(risk["households"].is_null());
  EXPECT_TRUE(of(risk, "household").is_null());
}

// Twenty persons each live together.
Result<void> in_homes(const std::function<bool(const std::string&)>& wanted, const VisitSign& visit) {
  for (int i = 0; i < 600; ++i)
    if (const std::string reg = fmt::format("r{:04}", i); wanted(reg)) visit(reg, fmt::format("home {}", i / 20));
  return {};
}

struct HouseholdTest : AttackTest {
  // The purpose beside its policy and code sets, each with a text put before or behind it.
  fs::path purpose(const std::string& policy_head, const std::string& recipe_tail) {
    const fs::path specs = fs::path(SEKISHO_SOURCE_DIR) / "specs";
    fs::create_directories(place.path() / "specs");
    for (const char* name : {"purposes", "codesets"})
      fs::copy(specs / name, place.path() / "specs" / name,
               fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    const fs::path recipe = place.path() / "specs/purposes" / kPurpose.filename();
    const fs::path policy = place.path() / "specs/purposes/influenza-antivirals.policy.toml";
    const std::string before = text(policy);
    std::ofstream(policy) << policy_head << before;
    std::ofstream(recipe, std::ios::app) << recipe_tail;
    return recipe;
  }
  BuildRequest of_homes(const fs::path& recipe) {
    BuildRequest request = wanted(recipe);
    request.source.households = in_homes;
    request.attack.reset();
    return request;
  }
  // Homes in the class of dataset.csv with the fewest.
  std::size_t fewest_homes() {
    std::map<std::string, int> home;
    for (const auto& [person, number] : numbers())
      home[number] = std::stoi(person.substr(1)) / 20;
    const CsvTable rows = *read_csv_file(out / "dataset.csv");
    std::map<std::vector<std::string>, std::set<int>> homes;
    for (const auto& row : rows.rows) {
      std::vector<std::string> labels;
      for (const char* name : {"season", "age", "sex", "area"})
        labels.push_back(row[static_cast<std::size_t>(rows.column(name))]);
      homes[labels].insert(home.at(row[0]));
    }
    std::size_t fewest = SIZE_MAX;
    for (const auto& [labels, all] : homes)
      fewest = std::min(fewest, all.size());
    return fewest;
  }
};

TEST_F(HouseholdTest, AClassHoldsKHouseholdsWhereThePolicyCountsThemAndNoFileShowsThem) {
  ASSERT_TRUE(build(of_homes(kPurpose)));
  EXPECT_LT(fewest_homes(), 10u);
  fs::remove_all(out);
  fs::remove_all(place.path() / "overlap");
  const fs::path recipe = purpose("household = \"home\"\n", "");
  const auto report = build(of_homes(recipe));
  ASSERT_TRUE(report) << report.error().describe();
  ASSERT_FALSE(report->empty) << report->reason;
  EXPECT_GE(fewest_homes(), 10u);
  EXPECT_EQ(report->manifest["audit"]["smallest_class_households"], fewest_homes());
  EXPECT_EQ(text(out / "dataset.csv").find("home"), std::string::npos);
  EXPECT_EQ(text(out / "define.json").find("home"), std::string::npos);
  // The same bytes again, also where nobody tells of households any more; and checked without a store.
  for (const Households& households : {Households(in_homes), Households()}) {
    RebuildRequest request{source(*tables), out, recipe, {}, keys, {}, 1, "1GB", place.path() / "overlap"};
    request.source.households = households;
    const auto again = rebuild(request);
    ASSERT_TRUE(again) << again.error().describe();
    EXPECT_TRUE(again->identical);
  }
  EXPECT_TRUE(verify(out)->ok);
}

TEST_F(HouseholdTest, APolicyThatCountsHouseholdsIsRefusedWhereTheyAreNotKnownOrAVariableBearsTheName) {
  BuildRequest request = of_homes(purpose("household = \"home\"\n", ""));
  request.source.households = nullptr;
  EXPECT_EQ(build(request).error().code, "release.households");
  EXPECT_EQ(build(of_homes(purpose("", ""))).has_value(), true);
  fs::remove_all(out);
  EXPECT_EQ(build(of_homes(purpose("household = \"sex\"\n", ""))).error().code, "release.policy");
  EXPECT_FALSE(fs::exists(out));
}

TEST_F(HouseholdTest, NothingLeavesWhereAnAttackerReachesMoreThanTheRecipeAllows) {
  const double reached = [&] {
    BuildRequest request = wanted();
    const auto report = build(request);
    EXPECT_TRUE(report);
    return of(report->to_json()["risk"], "household")["after"]["upper_95"].get<double>();
  }();
  ASSERT_GT(reached, 0.02);
  fs::remove_all(out);
  fs::remove_all(place.path() / "overlap");
  const auto limited = [&](double most) {
    BuildRequest request = wanted(purpose("", fmt::format("\n[attackers]\nhousehold = {:.4f}\n", most)));
    request.attack.reset();  // the recipe asks for them
    return build(request);
  };
  const auto refused = limited(reached - 0.01);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "release.attack");
  EXPECT_NE(refused.error().message.find("(household)"), std::string::npos) << refused.error().message;
  EXPECT_FALSE(fs::exists(out));
  EXPECT_EQ(std::ranges::count_if(recorded, [](const std::string& one) { return one.starts_with("release.built"); }),
            1);
  const auto allowed = limited(reached + 0.01);
  ASSERT_TRUE(allowed) << allowed.error().describe();
  EXPECT_TRUE(fs::exists(out / "manifest.json"));

  BuildRequest unknown = wanted(purpose("", "\n[attackers]\nhousehold = 1\n"));
  unknown.out = place.path() / "second";
  unknown.source.households = nullptr;
  EXPECT_EQ(build(unknown).error().code, "release.attack");
  unknown.purpose = purpose("", "\n[attackers]\nneighbour = 0.5\n");
  EXPECT_EQ(build(unknown).error().code, "toml.unknown");
  unknown.purpose = purpose("", "\n[attackers]\nfacts = 1.5\n");
  EXPECT_EQ(build(unknown).error().code, "recipe.attackers");
}

}  // namespace
}  // namespace sekisho::release

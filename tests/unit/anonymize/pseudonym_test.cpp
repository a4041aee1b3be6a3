// Pseudonyms of one provision, and who can undo them.
#include "anonymize/pseudonym.h"

#include <set>

#include "core/clock.h"
#include "core/csv.h"
#include "core/random.h"
#include "crypto/ca.h"
#include "fixtures.h"
#include "unseal/unseal.h"

namespace sekisho::anonymize {
namespace {

TEST(SharesTest, AnyTwoMakeTheSecretAndTheFieldIsThatOfAes) {
  SeededRandom random(1);
  Bytes secret(32);
  random.fill(secret);
  const auto shares = split_secret(secret, 4, random);
  ASSERT_TRUE(shares);
  for (const Share& a : *shares)
    for (const Share& b : *shares) {
      if (a.holder == b.holder) {
        EXPECT_FALSE(join_secret(a, b));
      } else {
        EXPECT_EQ(*join_secret(a, b), secret);
      }
    }
  // FIPS 197, section 4.2: {57} x {83} = {c1}. The line of slope 57 through 0 is c1 at 83, and 57 at 1.
  EXPECT_EQ(*join_secret({0x83, {0xc1}}, {1, {0x57}}), Bytes{0});
  EXPECT_FALSE(split_secret(secret, 1, random));
}

TEST(SharesTest, OneShareSaysNothing) {
  // For every secret byte there is a slope that gives this share.
  SeededRandom random(2);
  std::set<std::uint8_t> seen;
  for (int i = 0; i < 4000; ++i)
    seen.insert(split_secret(Bytes{7}, 2, random)->front().bytes[0]);
  EXPECT_EQ(seen.size(), 256u);
}

const std::string kPolicy = R"(
purpose = "P-1"
provision = "P-1.2024"
reversible = true
reason = "findings are returned to the patient, protocol 7.3"
[[column]]
name = "pid"
kind = "replace"
[[column]]
name = "name"
kind = "delete"
[[column]]
name = "mother"
kind = "replace"
domain = "pid"
[[column]]
name = "code"
kind = "keep"
)";
const std::string kRows = "pid,name,mother,code\nA1,Yamada,B7,I10\nA1,Yamada,B7,E11\nB7,Sato,,J00\n";

struct PseudonymTest : PolicyTest {
  PseudonymTest() {
    auto authority = crypto::Authority::init(folder.path() / "ca", {"body"}, system_clock(), system_random());
    for (const char* name : {"custodian-1", "custodian-2"}) {
      auto pair = authority->issue({.role = "recipient", .common_name = name});
      certificates.push_back(pair->certificate);
      keys.push_back(std::move(pair->key));
    }
  }
  SeededRandom random{5};
  std::vector<std::pair<std::string, Json>> entries;
  std::vector<crypto::Certificate> certificates;
  std::vector<crypto::PrivateKey> keys;
  RecordPseudonyms record = [this](std::string_view kind, const Json& payload) -> Result<std::uint64_t> {
    entries.emplace_back(kind, payload);
    return entries.size() - 1;
  };

  Result<Json> provided(const std::string& text, const std::string& name, std::size_t custodians = 2) {
    const auto policy = PseudonymPolicy::parse(text, folder.path() / "p.toml");
    if (!policy) return std::unexpected(policy.error());
    PseudonymRequest request{.output = folder.path() / (name + ".csv"),
                             .vault = folder.path() / "vaults" / name,
                             .custodians = {},
                             .record = record};
    std::filesystem::create_directories(folder.path() / "vaults");
    for (std::size_t i = 0; i < custodians; ++i)
      request.custodians.push_back(certificates[i % certificates.size()]);
    return pseudonymize(table(kRows), *policy, request, random);
  }
  OpenedShare opened(const std::string& name, int holder) {
    const auto file = folder.path() / "vaults" / name / ("share-" + std::to_string(holder) + ".p7m");
    const auto at = static_cast<std::size_t>(holder - 1);
    const auto text = unseal::cms_open(*read_file(file), certificates[at], keys[at]);
    EXPECT_TRUE(text) << text.error().describe();
    return *read_share(as_text(*text));
  }
  std::string output(const std::string& name) { return *read_text(folder.path() / (name + ".csv")); }
  std::string recalled(const std::string& name, const std::vector<OpenedShare>& shares, const std::string& pseudonym,
                       const std::string& reason = "finding 12") {
    const auto found = recall(folder.path() / "vaults" / name, shares, {pseudonym}, reason, record);
    return found ? found->front().value : found.error().code;
  }
};

TEST_F(PseudonymTest, TwoCustodiansRecallAndTheLedgerHoldsNoValue) {
  ASSERT_TRUE(provided(kPolicy, "one"));
  const CsvTable rows = *read_csv(output("one"));
  EXPECT_EQ(rows.header, (std::vector<std::string>{"pid", "mother", "code"}));
  std::set<std::string> mothers;
  std::string child;
  for (const auto& row : rows.rows) {
    if (row[2] == "I10") child = row[0], mothers.insert(row[1]);
    if (row[2] == "J00") mothers.insert(row[0]);  // the mother herself: one domain, one pseudonym
    if (row[2] == "J00") {
      EXPECT_EQ(row[1], "");
    }
  }
  EXPECT_EQ(mothers.size(), 1u);
  EXPECT_EQ(recalled("one", {opened("one", 1), opened("one", 2)}, child), "A1");
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].first, "pseudonym.provided");
  EXPECT_EQ(entries[1].first, "pseudonym.recalled");
  for (const auto& [kind, payload] : entries)
    for (const std::string_view value : {"A1", "B7", "Yamada", child.c_str()})
      EXPECT_EQ(payload.dump().find(value), std::string::npos) << value;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder.path() / "vaults")) {
    if (file.is_regular_file()) {
      EXPECT_EQ(read_text(file.path())->find("Yamada"), std::string::npos);
    }
  }
}

TEST_F(PseudonymTest, OneCustodianAloneAWrongKeyAndStrangersAreRefused) {
  ASSERT_TRUE(provided(kPolicy, "one"));
  std::string other = kPolicy;
  other.replace(other.find("P-1.2024"), 8, "P-1.2025");
  ASSERT_TRUE(provided(other, "two"));
  const std::string pseudonym = read_csv(output("one"))->rows[0][0];
  const OpenedShare first = opened("one", 1), second = opened("one", 2);
  EXPECT_EQ(recalled("one", {first}, pseudonym), "share.two");
  EXPECT_EQ(recalled("one", {first, first}, pseudonym), "share.same");
  OpenedShare twin = first;
  twin.share.holder = 2;
  EXPECT_EQ(recalled("one", {first, twin}, pseudonym), "pseudonym.key");
  OpenedShare foreign = opened("two", 2);
  EXPECT_EQ(recalled("one", {first, foreign}, pseudonym), "pseudonym.key");
  foreign.provision = first.provision;
  EXPECT_EQ(recalled("one", {first, foreign}, pseudonym), "pseudonym.key");
  EXPECT_EQ(recalled("one", {first, second}, "00000000000000000000000000000000"), "pseudonym.unknown");
  EXPECT_EQ(recalled("one", {first, second}, pseudonym, ""), "pseudonym.reason");
  EXPECT_EQ(entries.size(), 2u);  // nothing was recalled
  // A share is sealed to its custodian alone.
  EXPECT_FALSE(unseal::cms_open(*read_file(folder.path() / "vaults/one/share-1.p7m"), certificates[1], keys[1]));
}

TEST_F(PseudonymTest, PseudonymsOfTwoProvisionsDoNotJoin) {
  ASSERT_TRUE(provided(kPolicy, "one"));
  ASSERT_TRUE(provided(kPolicy, "two"));
  std::set<std::string> seen;
  for (const char* name : {"one", "two"}) {
    const CsvTable rows = *read_csv(output(name));
    for (const auto& row : rows.rows)
      seen.insert(row[0]);
  }
  EXPECT_EQ(seen.size(), 4u);
}

TEST_F(PseudonymTest, WhereThePurposeDoesNotAllowItNothingIsKeptToRecallBy) {
  std::string text = kPolicy;
  text.replace(text.find("reversible = true"), 17, "reversible = false");
  for (const std::size_t custodians : {2, 0}) {
    const std::string name = "with-" + std::to_string(custodians);
    const auto report = provided(text, name, custodians);
    ASSERT_TRUE(report) << report.error().describe();
    EXPECT_EQ((*report)["key"], "destroyed");
    std::set<std::string> kept;
    for (const auto& file : std::filesystem::directory_iterator(folder.path() / "vaults" / name))
      kept.insert(file.path().filename());
    EXPECT_EQ(kept, (std::set<std::string>{"provision.json"})) << "no share: who has the key can try out numbers";
    EXPECT_EQ(recalled(name, {}, "x"), "pseudonym.irreversible");
  }
}

TEST_F(PseudonymTest, WhatIsIncompleteIsRefusedAndLeavesNothing) {
  const auto code = [&](const std::string& from, const std::string& to, std::size_t custodians = 2) {
    std::string text = kPolicy;
    text.replace(text.find(from), from.size(), to);
    const auto found = provided(text, "bad", custodians);
    return found ? std::string() : found.error().code;
  };
  EXPECT_EQ(code("pid", "pid", 1), "pseudonym.custodians");
  EXPECT_EQ(code("pid", "pid", 3), "pseudonym.custodians");  // the first one twice
  EXPECT_EQ(code("name = \"code\"", "name = \"kode\""), "policy.columns");
  EXPECT_EQ(code("[[column]]\nname = \"code\"\nkind = \"keep\"\n", ""), "policy.columns");
  EXPECT_EQ(code("reason = \"findings are returned to the patient, protocol 7.3\"", ""), "policy.reversible");
  EXPECT_EQ(code("kind = \"delete\"", "kind = \"hash\""), "policy.word");
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "bad.csv"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "vaults/bad"));
  EXPECT_FALSE(read_share("sekisho-share-1 P 1"));
  EXPECT_FALSE(read_share(std::string(100'000, 'x')));
}

}  // namespace
}  // namespace sekisho::anonymize

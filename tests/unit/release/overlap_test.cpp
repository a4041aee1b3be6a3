// What two releases tell together: planted cohorts, and a second release that leaves one person out.
#include "release/overlap.h"

#include <bit>
#include <set>

#include "core/random.h"
#include "fixture.h"

namespace sekisho::release {
namespace {

// Persons p of [from, to), ten to a class.
Membership members(const std::string& dataset, const std::string& purpose, int from, int to, int class_size = 10) {
  Membership out{.dataset = dataset,
                 .purpose = purpose,
                 .created = "2026-01-0" + std::to_string(dataset.size() % 9 + 1),
                 .k = 10,
                 .quasi = {"age"},
                 .classes = {},
                 .persons = {}};
  for (int i = 0; i < 1000 / class_size; ++i)
    out.classes.push_back({"class " + std::to_string(i)});
  for (int p = from; p < to; ++p) {
    Token token{};
    token[0] = static_cast<std::uint8_t>(p >> 8);
    token[1] = static_cast<std::uint8_t>(p);
    out.persons.push_back({{token}, {static_cast<std::uint32_t>(p / class_size)}});
  }
  return out;
}

TEST(Overlap, TheSamePersonsTwiceAreNoProblem) {
  const Overlap overlap = compare(members("b", "p", 0, 200), members("a", "p", 0, 200), 10, {});
  EXPECT_EQ(overlap.both, 200u);
  EXPECT_EQ(overlap.only_here + overlap.only_there, 0u);
  EXPECT_EQ(overlap.small_classes + overlap.small_intersections, 0u);
  EXPECT_FALSE(overlap.refused);
  EXPECT_TRUE(overlap.problems.empty());
}

TEST(Overlap, PersonsWhoAreInOneReleaseOnlyAreRefusedBelowK) {
  for (const auto& [to, refused] : {std::pair{201, true}, {209, true}, {210, false}, {300, false}}) {
    const Overlap more = compare(members("b", "p", 0, to), members("a", "p", 0, 200), 10, {});
    EXPECT_EQ(more.refused, refused) << to;
    EXPECT_EQ(more.only_here, static_cast<std::size_t>(to - 200));
    const Overlap fewer = compare(members("b", "p", 0, 200), members("a", "p", 0, to), 10, {});
    EXPECT_EQ(fewer.refused, refused) << to;
    EXPECT_EQ(fewer.only_there, static_cast<std::size_t>(to - 200));
  }
  const Overlap one = compare(members("b", "p", 0, 201), members("a-flu", "p", 0, 200), 10, {});
  EXPECT_NE(one.problems.at(0).find("1 persons of this release are not in the earlier release a-flu"),
            std::string::npos)
      << one.problems.at(0);
}

TEST(Overlap, DisjointCohortsTellNothingOfEachOther) {
  const Overlap overlap = compare(members("b", "p", 0, 5), members("a", "p", 500, 600), 10, {});
  EXPECT_EQ(overlap.both, 0u);
  EXPECT_FALSE(overlap.refused);
}

// 100 persons came in and 100 went, one to each class: the cohorts differ by many, each class by one.
TEST(Overlap, ClassesThatDifferByFewAreRefusedThoughTheCohortsDifferByMany) {
  Membership here = members("b", "p", 0, 500), there = members("a", "p", 0, 500);
  for (int i = 0; i < 50; ++i) {
    here.persons[static_cast<std::size_t>(i * 10)].tokens[0][2] = 1;  // somebody else in this class
  }
  const Overlap overlap = compare(here, there, 10, {});
  EXPECT_EQ(overlap.only_here, 50u);
  EXPECT_EQ(overlap.classes_compared, 50u);
  EXPECT_EQ(overlap.small_classes, 50u);
  EXPECT_EQ(overlap.smallest_difference, 1u);
  EXPECT_TRUE(overlap.refused);
  there.quasi = {"sex"};
  EXPECT_EQ(compare(here, there, 10, {}).classes_compared, 0u) << "other quasi-identifiers: other classes";
}

TEST(Overlap, IntersectionsOfClassesAreReportedAndRefusedOnDemand) {
  const Membership here = members("b", "p", 0, 400, 20), there = members("a", "p", 0, 400, 25);
  Overlap overlap = compare(here, there, 10, {});
  // 20 by 25 over 400 persons: the 16 cuts of 25 and 20 cuts of 20 make 32 pieces, some of 5.
  EXPECT_EQ(overlap.intersections, 32u);
  EXPECT_EQ(overlap.small_intersections, 8u);
  EXPECT_EQ(overlap.smallest_intersection, 5u);
  OverlapPolicy policy;
  policy.same.intersection = OverlapAction::kRefuse;
  EXPECT_TRUE(compare(here, there, 10, policy).refused);
}

TEST(Overlap, OtherPurposesAreReportedUnlessThePolicyRefuses) {
  const Membership here = members("b", "q", 0, 201), there = members("a", "p", 0, 200);
  const Overlap overlap = compare(here, there, 10, {});
  EXPECT_FALSE(overlap.refused);
  EXPECT_NE(overlap.problems.at(0).find("the purpose p"), std::string::npos) << overlap.problems.at(0);
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(write_file_durable(folder->path() / "p.toml", "k = 3\n[others]\ncohort = \"refuse\"\n"));
  const auto policy = OverlapPolicy::load(folder->path() / "p.toml");
  ASSERT_TRUE(policy) << policy.error().describe();
  EXPECT_EQ(policy->k, 3u);
  EXPECT_TRUE(compare(here, there, 10, *policy).refused);
  for (const char* wrong : {"[same]\ncohort = \"allow\"\n", "[same]\nrows = \"report\"\n", "k = -1\n", "k = \n"}) {
    ASSERT_TRUE(write_file_durable(folder->path() / "p.toml", wrong));
    EXPECT_FALSE(OverlapPolicy::load(folder->path() / "p.toml")) << wrong;
  }
}

TEST(Overlap, APersonWhoseRegistrationsWereJoinedIsStillTheSame) {
  Membership here = members("b", "p", 0, 20);
  const Membership there = members("a", "p", 0, 21);
  here.persons[0].tokens.push_back(there.persons[20].tokens[0]);  // 0 and 20 turned out to be one
  const Overlap overlap = compare(here, there, 10, {});
  EXPECT_EQ(overlap.both, 20u);
  EXPECT_EQ(overlap.only_there, 0u);
  EXPECT_FALSE(overlap.problems.size() > 1);
}

// Persons with sets of items; who is who by number.
Membership histories(const std::string& dataset, const std::vector<std::set<std::uint32_t>>& sets, int m) {
  Membership out{.dataset = dataset,
                 .purpose = "p",
                 .created = dataset,
                 .k = 5,
                 .m = m,
                 .quasi = {"history", "column", "item"},
                 .classes = {},
                 .persons = {}};
  for (int i = 0; i < 12; ++i)
    out.classes.push_back({"dx", "icd", std::to_string(dataset == "a" ? i : 11 - i)});
  for (std::size_t p = 0; p < sets.size(); ++p) {
    if (sets[p].empty()) continue;
    Membership::Person person{{Token{static_cast<std::uint8_t>(p), 1}}, {}};
    for (const std::uint32_t item : sets[p])
      person.classes.push_back(dataset == "a" ? item : 11 - item);
    std::ranges::sort(person.classes);
    out.persons.push_back(std::move(person));
  }
  return out;
}

// Against counting the holders of every combination of items in both releases.
TEST(Overlap, OfHistoriesCombinationsWhoseHoldersDifferByFewAreFoundAsByCountingThemAll) {
  SeededRandom random(5);
  int refused = 0;
  for (int round = 0; round < 300; ++round) {
    const int m = 1 + round % 3;
    std::vector<std::set<std::uint32_t>> here(40), there;
    for (auto& set : here)
      for (std::size_t i = random.below(5); i > 0; --i)
        set.insert(static_cast<std::uint32_t>(random.below(4 + random.below(9))));
    there = here;
    for (std::size_t i = random.below(9); i > 0; --i) {
      auto& set = there[random.below(there.size())];
      random.below(3) == 0 ? set.clear() : void(set.insert(static_cast<std::uint32_t>(random.below(12))));
    }
    const std::size_t k = 1 + random.below(4);
    std::size_t differing = 0, small = 0;
    for (unsigned combination = 1; combination < 1u << 12; ++combination) {
      if (std::popcount(combination) > m) continue;
      const auto holds = [&](const std::set<std::uint32_t>& set) {
        for (std::uint32_t item = 0; item < 12; ++item)
          if ((combination >> item & 1) != 0 && !set.contains(item)) return false;
        return true;
      };
      std::size_t only_here = 0, only_there = 0;
      for (std::size_t p = 0; p < here.size(); ++p) {
        only_here += holds(here[p]) && !holds(there[p]);
        only_there += holds(there[p]) && !holds(here[p]);
      }
      differing += only_here + only_there > 0;
      small += (only_here > 0 && only_here < k) || (only_there > 0 && only_there < k);
    }
    const Overlap overlap = compare(histories("b", here, m), histories("a", there, m), k, {});
    EXPECT_EQ(overlap.classes_compared, differing) << round;
    EXPECT_EQ(overlap.small_classes, small) << round;
    refused += overlap.refused;
    EXPECT_TRUE(small == 0 || overlap.refused) << round;
  }
  EXPECT_GT(refused, 100);
}

TEST(Membership, ReadsBackAndRefusesWhateverWasCut) {
  const Membership before = members("name", "p", 0, 30);
  const std::string bytes = before.to_bytes();
  const auto after = Membership::from_bytes(bytes);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->to_bytes(), bytes);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(Membership::from_bytes(std::string_view(bytes).substr(0, size))) << size;
  EXPECT_FALSE(Membership::from_bytes(bytes + "x"));
  SeededRandom random(3);
  for (int i = 0; i < 3000; ++i) {
    std::string changed = bytes;
    changed[random.below(changed.size())] = static_cast<char>(random.below(256));
    (void)Membership::from_bytes(changed);  // whatever it says, it ends
  }
}

TEST(Register, TheListsAreSealedAndAnotherKeyIsNotMadeOverThem) {
  const auto folder = TemporaryFolder::create();
  const fs::path lists = folder->path() / "overlap", keys = folder->path() / "keys";
  SeededRandom random(1);
  auto list = Register::open(lists, keys, random);
  ASSERT_TRUE(list);
  EXPECT_NE(list->token("r1"), list->token("r2"));
  ASSERT_TRUE(list->keep(members("one", "purpose-p", 0, 20), random));
  for (const auto& file : fs::directory_iterator(lists))
    EXPECT_EQ(read_text(file.path())->find("purpose-p"), std::string::npos);
  EXPECT_EQ(list->earlier()->size(), 1u);
  EXPECT_EQ(list->recall("two").error().code, "overlap.unknown");
  EXPECT_EQ(list->recall("../one").error().code, "overlap.unknown");
  ASSERT_TRUE(list->recall("one"));
  EXPECT_TRUE(list->earlier()->empty());
  ASSERT_TRUE(list->keep(members("two", "p", 0, 20), random));
  fs::rename(lists / "two.members", lists / "three.members");
  EXPECT_EQ(list->earlier().error().code, "overlap.damaged") << "a list under another name";
  fs::remove(keys / "release_overlap.key");
  EXPECT_EQ(Register::open(lists, keys, random).error().code, "overlap.key");
}

struct HoldTest : ReleaseTest {
  Result<BuildReport> release(Tables& t, const std::string& name, const std::string& accept = "") {
    BuildRequest request = request_of(t, place.path() / name);
    request.overlap = place.path() / "overlap";
    request.accept_overlap = accept;
    clock.advance_seconds(60);
    return build(request);
  }
};

TEST_F(HoldTest, AReleaseThatLeavesOnePersonOutIsHeldAndNamesTheEarlierOne) {
  const auto first = release(*tables, "first");
  ASSERT_TRUE(first) << first.error().describe();
  EXPECT_FALSE(first->held);
  const std::string earlier = first->manifest["dataset"].get<std::string>();
  Tables fewer;
  fill(fewer, 17);
  const auto second = release(fewer, "second");
  ASSERT_TRUE(second) << second.error().describe();
  EXPECT_TRUE(second->held);
  EXPECT_NE(second->reason.find(earlier), std::string::npos) << second->reason;
  EXPECT_NE(second->reason.find("1 persons"), std::string::npos) << second->reason;
  EXPECT_FALSE(fs::exists(place.path() / "second"));
  EXPECT_TRUE(recorded.back().starts_with("release.held ")) << recorded.back();
  const Json json = second->to_json();
  EXPECT_EQ(json["held"], true);
  EXPECT_EQ(json["overlap"][0]["persons_in_both"], 597);
  EXPECT_EQ(json["overlap"][0]["persons_only_there"], 1);
  // With a reason it goes out, and the ledger has the reason.
  const auto accepted = release(fewer, "second", "the recipient destroyed the first one");
  ASSERT_TRUE(accepted) << accepted.error().describe();
  EXPECT_FALSE(accepted->held);
  EXPECT_NE(recorded.back().find("destroyed the first one"), std::string::npos);
  EXPECT_EQ(accepted->manifest["overlap"]["verdict"], "accepted with a reason");
  EXPECT_EQ(accepted->manifest["overlap"].dump().find("597"), std::string::npos) << "the recipient learns no figures";
}

TEST_F(HoldTest, AfterTheEarlierReleaseWasRecalledTheNextOneGoesOut) {
  const auto first = release(*tables, "first");
  ASSERT_TRUE(first);
  Tables fewer;
  fill(fewer, 17);
  ASSERT_TRUE(release(fewer, "second")->held);
  const auto list = Register::open(place.path() / "overlap", keys, random);
  ASSERT_TRUE(list->recall(first->manifest["dataset"]));
  const auto second = release(fewer, "second");
  ASSERT_TRUE(second) << second.error().describe();
  EXPECT_FALSE(second->held);
}

TEST_F(HoldTest, TheSameReleaseAgainIsNotHeld) {
  ASSERT_TRUE(release(*tables, "first"));
  const auto second = release(*tables, "second");
  ASSERT_TRUE(second) << second.error().describe();
  EXPECT_FALSE(second->held);
  EXPECT_EQ(second->overlap[0]["persons_in_both"], 598);
}

}  // namespace
}  // namespace sekisho::release

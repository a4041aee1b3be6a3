#include "disclosure/releases.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/clock.h"
#include "core/random.h"
#include "datasets.h"
#include "disclosure/differencing.h"
#include "disclosure/narrowing.h"

namespace sekisho::disclosure {
namespace {

// Releases of a small universe, each a set of cells over persons 0 .. n-1.
struct Universe {
  std::size_t persons = 0;
  std::vector<std::vector<std::vector<std::uint32_t>>> releases;  // release, cell, persons
};

std::vector<Population> populations(const Universe& universe) {
  std::vector<Population> out;
  for (const auto& cells : universe.releases) {
    Population population;
    population.cells = cells.size();
    population.classes.emplace_back();
    std::map<std::vector<std::uint32_t>, std::uint16_t> known;
    population.class_of.assign(universe.persons, 0);
    for (std::uint32_t p = 0; p < universe.persons; ++p) {
      std::vector<std::uint32_t> in;
      for (std::uint32_t c = 0; c < cells.size(); ++c)
        if (std::ranges::find(cells[c], p) != cells[c].end()) in.push_back(c);
      if (in.empty()) continue;
      const auto [found, fresh] = known.emplace(in, static_cast<std::uint16_t>(population.classes.size()));
      if (fresh) {
        population.classes.emplace_back();
        for (const std::uint32_t cell : in)
          population.classes.back().push_back({cell, 1});
      }
      population.class_of[p] = found->second;
    }
    out.push_back(std::move(population));
  }
  return out;
}

Chains chain_of(const Universe& universe, std::uint64_t threshold) {
  const std::vector<Population> list = populations(universe);
  std::vector<const Population*> pointers;
  for (const Population& population : list)
    pointers.push_back(&population);
  return find_chain(pointers, universe.persons, threshold);
}

// The oracle: for every group of few persons, do all the others leave the counts of the cells undetermined in a
// direction that the group determines? Exact rank over rational numbers with integers (Bareiss), no shared code.
std::size_t exact_rank(std::vector<std::vector<long long>> rows) {
  std::size_t rank = 0;
  __int128 previous = 1;
  const std::size_t columns = rows.empty() ? 0 : rows[0].size();
  std::vector<std::vector<__int128>> m;
  for (const auto& row : rows)
    m.emplace_back(row.begin(), row.end());
  for (std::size_t c = 0; c < columns && rank < m.size(); ++c) {
    std::size_t pivot = rank;
    while (pivot < m.size() && m[pivot][c] == 0)
      ++pivot;
    if (pivot == m.size()) continue;
    std::swap(m[pivot], m[rank]);
    for (std::size_t r = rank + 1; r < m.size(); ++r) {
      for (std::size_t k = c + 1; k < columns; ++k)
        m[r][k] = (m[r][k] * m[rank][c] - m[r][c] * m[rank][k]) / previous;
      m[r][c] = 0;
    }
    previous = m[rank][c];
    ++rank;
  }
  return rank;
}

bool isolates_few(const Universe& universe, std::uint64_t threshold) {
  std::vector<std::vector<long long>> rows(universe.persons);
  for (const auto& cells : universe.releases)
    for (const auto& cell : cells)
      for (std::size_t p = 0; p < universe.persons; ++p)
        rows[p].push_back(std::ranges::find(cell, p) != cell.end());
  const std::size_t all = exact_rank(rows);
  for (std::uint32_t mask = 1; mask < (1U << universe.persons); ++mask) {
    if (static_cast<std::uint64_t>(std::popcount(mask)) >= threshold) continue;
    std::vector<std::vector<long long>> others;
    for (std::size_t p = 0; p < universe.persons; ++p)
      if ((mask >> p & 1) == 0) others.push_back(rows[p]);
    if (exact_rank(others) < all) return true;
  }
  return false;
}

TEST(Differencing, ChainsAgreeWithAnOracleThatTriesEveryGroupOfFewPersons) {
  SeededRandom random(11);
  int found = 0, safe = 0;
  for (int round = 0; round < 300; ++round) {
    Universe universe{8 + random.below(5), {}};
    const std::size_t releases = 1 + random.below(4), kinds = 2 + random.below(4);
    std::vector<std::uint64_t> kind(universe.persons);  // few kinds of persons make combinations likely
    for (auto& k : kind)
      k = random.below(kinds);
    for (std::size_t r = 0; r < releases; ++r) {
      universe.releases.emplace_back(1 + random.below(3));
      std::vector<std::uint64_t> cell_of_kind(kinds);
      for (auto& c : cell_of_kind)
        c = random.below(universe.releases.back().size() + 1);
      for (std::uint32_t p = 0; p < universe.persons; ++p) {
        const std::uint64_t c =
            random.chance(0.1) ? random.below(universe.releases.back().size() + 1) : cell_of_kind[kind[p]];
        if (c < universe.releases.back().size()) universe.releases.back()[c].push_back(p);
      }
    }
    const std::uint64_t threshold = 2 + random.below(3);
    const Chains chains = chain_of(universe, threshold);
    const bool truth = isolates_few(universe, threshold);
    EXPECT_NE(chains.state, Chains::State::kUndecided) << round;
    EXPECT_EQ(chains.state == Chains::State::kFound, truth) << round;
    (truth ? found : safe) += 1;
    if (chains.state == Chains::State::kFound) {
      EXPECT_LT(chains.found.persons.size(), threshold);
      Universe some{universe.persons, {}};
      for (const std::size_t r : chains.found.releases)
        some.releases.push_back(universe.releases[r]);
      EXPECT_TRUE(isolates_few(some, threshold)) << round;
    }
  }
  EXPECT_GT(found, 50);
  EXPECT_GT(safe, 50);
}

std::vector<std::uint32_t> range(std::uint32_t from, std::uint32_t to) {
  std::vector<std::uint32_t> out;
  for (std::uint32_t p = from; p < to; ++p)
    out.push_back(p);
  return out;
}

TEST(Differencing, ThreeUnionsGiveAwayTheirSmallPartButNotALargeOne) {
  for (const std::uint32_t small : {3U, 12U}) {
    const auto a = range(0, small), b = range(small, 60), c = range(60, 130);
    const auto unite = [](std::vector<std::uint32_t> x, const std::vector<std::uint32_t>& y) {
      x.insert(x.end(), y.begin(), y.end());
      return x;
    };
    const Universe universe{130, {{unite(a, b)}, {unite(b, c)}, {unite(a, c)}}};
    const Chains chains = chain_of(universe, 10);
    EXPECT_EQ(chains.state, small == 3 ? Chains::State::kFound : Chains::State::kSafe);
    if (small == 3) {
      EXPECT_EQ(chains.found.persons, a);
      EXPECT_EQ(chains.found.releases.size(), 3U);
    }
  }
}

TEST(Differencing, AChainOfSixReleasesIsFoundAndNamesAllOfThem) {
  // Blocks of 50 in a ring of releases i, i + 1; closing it with the last and first but for 4 persons tells those.
  Universe universe{304, {}};
  for (std::uint32_t i = 0; i < 5; ++i) {
    std::vector<std::uint32_t> two = range(50 * i, 50 * i + 100);
    universe.releases.push_back({two});
  }
  // a+b, b+c, c+d, d+e, e+f, and a + f (odd cycle needs a - f): b1 - b2 + b3 - b4 + b5 = a + f.
  std::vector<std::uint32_t> last = range(0, 50);
  for (const std::uint32_t p : range(250, 304))
    last.push_back(p);
  universe.releases.push_back({last});
  const Chains chains = chain_of(universe, 10);
  ASSERT_EQ(chains.state, Chains::State::kFound);
  EXPECT_EQ(chains.found.persons, range(300, 304));
  EXPECT_EQ(chains.found.releases.size(), 6U);
}

class Memory : public WithFolder {
 protected:
  std::unique_ptr<Releases> open() {
    auto memory = Releases::open(folder_->path() / "memory", true, clock_, system_random());
    EXPECT_TRUE(memory) << memory.error().describe();
    return std::move(*memory);
  }
  // Rules found for a new table; it is kept when there are none.
  std::vector<std::string> release(const TableRequest& request, const std::string& project = "p") {
    const auto memory = open();
    const auto table = make_table(request);
    EXPECT_TRUE(table) << table.error().describe();
    auto item = release_item(request, *table, project);
    EXPECT_TRUE(item);
    const auto judgement = memory->judge(*item, 10);
    EXPECT_TRUE(judgement) << judgement.error().describe();
    last_ = *judgement;
    std::vector<std::string> rules;
    for (const Reveals& reveals : judgement->reveals)
      rules.push_back(reveals.rule);
    if (rules.empty()) {
      EXPECT_TRUE(memory->keep(*item));
    }
    return rules;
  }
  TableRequest table(const std::filesystem::path& file, std::vector<std::string> rows,
                     const std::vector<std::string>& where = {}) {
    TableRequest request;
    request.dataset = file;
    request.rows = std::move(rows);
    for (const std::string& text : where)
      request.where.push_back(*parse_condition(text));
    return request;
  }
  // Persons with age, sex and ward; `extra` rows follow.
  std::filesystem::path persons(const std::string& name, const std::string& extra = "", int per_age = 20) {
    std::string csv = "person,age,sex,ward\n";
    int n = 0;
    for (int age = 17; age < 47; ++age)
      for (int i = 0; i < (age == 18 ? 4 : per_age); ++i, ++n)
        csv += "p" + std::to_string(n) + "," + std::to_string(age) + "," + (i % 2 == 0 ? "M" : "F") + ",w" +
               std::to_string(n % 3) + "\n";
    return write(name, csv + extra);
  }
  ManualClock clock_{*UtcTime::parse("2026-11-21T04:05:06Z")};
  ReleaseJudgement last_;
};

TEST_F(Memory, AgeFrom18AgainstAgeFrom19TellsAboutThoseOf18) {
  const auto file = persons("d.csv");
  EXPECT_TRUE(release(table(file, {"sex"}, {"age>=19"})).empty());
  const auto rules = release(table(file, {"ward"}, {"age>=18"}));
  ASSERT_FALSE(rules.empty());
  EXPECT_EQ(rules[0], "differencing.nested");
  EXPECT_EQ(last_.reveals[0].persons, 4U);
  EXPECT_EQ(last_.reveals[0].earlier, std::vector<std::string>{"000001: Total"});
  // Control: twenty persons more are nobody's secret.
  EXPECT_TRUE(release(table(file, {"ward"}, {"age>=20"})).empty());
}

TEST_F(Memory, ARefreshedCutWithTwoPersonsMoreIsRefusedAndOneWithManyIsNot) {
  EXPECT_TRUE(release(table(persons("a.csv"), {"sex"})).empty());
  const auto rules = release(table(persons("b.csv", "x1,30,M,w0\nx2,31,M,w1\n"), {"sex"}));
  ASSERT_FALSE(rules.empty());
  EXPECT_EQ(rules[0], "differencing.nested");
  std::string many;
  for (int i = 0; i < 60; ++i)
    many += "y" + std::to_string(i) + ",30," + (i % 2 == 0 ? "M" : "F") + ",w0\n";
  EXPECT_TRUE(release(table(persons("c.csv", many), {"sex"})).empty());
}

TEST_F(Memory, TotalMinusMenTellsAboutFewWomen) {
  std::string csv = "person,sex,x\n";
  for (int i = 0; i < 100; ++i)
    csv += "p" + std::to_string(i) + "," + (i < 6 ? "F" : "M") + "," + (i % 2 == 0 ? "a" : "b") + "\n";
  const auto file = write("d.csv", csv);
  EXPECT_TRUE(release(table(file, {"x"}, {"sex=M"})).empty());
  EXPECT_FALSE(release(table(file, {"x"})).empty());
}

TEST_F(Memory, AnotherProjectsTableCounts) {
  const auto file = persons("d.csv");
  EXPECT_TRUE(release(table(file, {"sex"}, {"age>=19"}), "one").empty());
  EXPECT_FALSE(release(table(file, {"ward"}, {"age>=18"}), "two").empty());
}

TEST_F(Memory, AHiddenCountThatSeveralReleasesNarrowDownIsForPeopleToLookAtWithTheirNames) {
  // a 9 and x 5 hidden, together 14 shown; an earlier table gave each with a deviation of at most five.
  std::string csv = "person,first\n";
  for (int n = 0; n < 97; ++n)
    csv += "p" + std::to_string(n) + "," + (n < 9 ? "A" : n < 14 ? "X" : "R") + "\n";
  TableRequest request = table(write("n.csv", csv), {"first"});
  request.groupings["first"].hierarchy = write("groups.csv", "A,AX\nX,AX\n");
  TableRequest noisy = request;
  noisy.policy.method = "cell_key";
  noisy.policy.decided = true;
  const auto perturbed = perturb_table(noisy, Bytes(32, 7));
  ASSERT_TRUE(perturbed) << perturbed.error().describe();
  std::map<std::string, double> shown;
  for (const Cell& cell : perturbed->table.cells)
    shown[cell.labels[0]] = cell.value;
  const double low = std::max({0.0, shown["A"] - 5, 14 - shown["X"] - 5}),
               high = std::min({14.0, shown["A"] + 5, 14 - shown["X"] + 5});
  ASSERT_LT(high - low, 10) << "the key gives deviations that narrow nothing";
  EXPECT_TRUE(release(request).empty());  // control: alone it tells nothing
  EXPECT_EQ(std::ranges::find(last_.items, "differencing.narrow", &VerdictItem::rule), last_.items.end());
  std::filesystem::remove_all(folder_->path() / "memory");
  {
    auto item = perturbed_item(noisy, *perturbed, "p");
    ASSERT_TRUE(item);
    ASSERT_TRUE(open()->keep(*item));
  }
  EXPECT_TRUE(release(request).empty());
  const auto narrow = std::ranges::find(last_.items, "differencing.narrow", &VerdictItem::rule);
  ASSERT_NE(narrow, last_.items.end());
  EXPECT_EQ(narrow->verdict, Verdict::kReview);
  EXPECT_NE(narrow->reason_en.find("000001"), std::string::npos) << narrow->reason_en;
  EXPECT_TRUE(std::ranges::any_of(last_.items,
                                  [&](const VerdictItem& one) {
                                    return one.place.find("A") != std::string::npos &&
                                           one.reason_en.find(fmt::format("between {:.1f} and {:.1f}", low, high)) !=
                                               std::string::npos;
                                  }))
      << narrow->place << ": " << narrow->reason_en << "; " << low << " " << high;
}

// Two rows of 9 and 5 persons, hidden, below their shown sum of 14; another release shows the same within five.
struct HiddenPair {
  ReleaseItem hidden, near;
  Population ours, theirs;

  HiddenPair() {
    hidden.cells = {{{"A"}, false, 0, 0}, {{"X"}, false, 0, 0}, {{"AX"}, true, 14, 0}};
    near.cells = {{{"A"}, true, 11, 5}, {{"X"}, true, 4, 5}};
    hidden.classes = {{{0, 1}, {2, 1}}, {{1, 1}, {2, 1}}};
    near.classes = {{{0, 1}}, {{1, 1}}};
    for (int person = 0; person < 14; ++person)
      ours.class_of.push_back(person < 9 ? 1 : 2);
    theirs.class_of = ours.class_of;
  }
  Narrowing ask(double seconds) const {
    return narrowed_cells(std::vector<JointRelease>{{&hidden, &ours}, {&near, &theirs}}, 10, seconds);
  }
};

TEST(Narrowing, WithoutTimeNothingIsDecidedAndNothingIsSaidToBeSafe) {
  const HiddenPair pair;
  const Narrowing control = pair.ask(60);
  EXPECT_TRUE(control.decided);
  ASSERT_EQ(control.cells.size(), 2U);  // A lies between 6 and 14, X between 0 and 8 (11 - 5, 4 + 5 and 14 in all)
  EXPECT_NEAR(control.cells[0].interval.low, 6, 1e-6);
  EXPECT_NEAR(control.cells[0].interval.high, 14, 1e-6);
  EXPECT_NEAR(control.cells[1].interval.low, 0, 1e-6);
  EXPECT_NEAR(control.cells[1].interval.high, 8, 1e-6);
  const Narrowing late = pair.ask(0);
  EXPECT_FALSE(late.decided);
  EXPECT_TRUE(late.cells.empty());
}

TEST_F(Memory, WhatTooManyGroupsOfPersonsLeaveUndecidedIsForPeopleToLookAt) {
  // A person in each of n x n pairs of categories: two tables of n categories make n x n groups; 4000 are the most.
  for (const int n : {60, 65}) {
    std::string csv = "person,a,b\n";
    for (int person = 0; person < n * n; ++person)
      csv += fmt::format("p{},a{},b{}\n", person, person / n, person % n);
    const auto file = write(fmt::format("{}.csv", n), csv);
    std::filesystem::remove_all(folder_->path() / "memory");
    EXPECT_TRUE(release(table(file, {"a"}), "one").empty());
    EXPECT_EQ(std::ranges::find(last_.items, "differencing.narrow", &VerdictItem::rule), last_.items.end());
    EXPECT_TRUE(release(table(file, {"b"}), "two").empty());
    const auto narrow = std::ranges::find(last_.items, "differencing.narrow", &VerdictItem::rule);
    ASSERT_EQ(narrow != last_.items.end(), n == 65) << n;
    if (n == 60) continue;  // control: few enough groups, and nothing is hidden
    EXPECT_EQ(narrow->verdict, Verdict::kReview);
    EXPECT_NE(narrow->reason_en.find("was not decided"), std::string::npos) << narrow->reason_en;
    EXPECT_NE(narrow->reason_en.find("000001"), std::string::npos) << narrow->reason_en;
    EXPECT_FALSE(narrow->remedy_ja.empty());
  }
}

TEST_F(Memory, PerturbedCountsAreKeptAsWindowsAndGiveNothingAwayExactly) {
  const auto file = persons("d.csv");
  TableRequest request = table(file, {"sex"}, {"age>=19"});
  request.policy.method = "cell_key";
  request.policy.decided = true;
  const Bytes key(32, 7);
  const auto perturbed = perturb_table(request, key);
  ASSERT_TRUE(perturbed) << perturbed.error().describe();
  const auto memory = open();
  auto item = perturbed_item(request, *perturbed, "p");
  ASSERT_TRUE(item) << item.error().describe();
  for (const ReleasedCell& cell : item->cells)
    EXPECT_EQ(cell.window, 5);
  ASSERT_TRUE(memory->keep(*item));
  const auto exact = make_table(table(file, {"ward"}, {"age>=18"}));
  ASSERT_TRUE(exact);
  const auto judged = memory->judge(*release_item(table(file, {"ward"}, {"age>=18"}), *exact, "p"), 10);
  ASSERT_TRUE(judged) << judged.error().describe();
  EXPECT_TRUE(judged->reveals.empty());  // 4 persons more, within the deviations; control: AgeFrom18AgainstAgeFrom19
  EXPECT_EQ(judged->compared_items, 1U);
}

TEST_F(Memory, AnotherPatternForTheSameTableIsRefused) {
  // Hidden at first: 5 and partners. A second table of the same persons, rows merged another way, shows a partner.
  std::string csv = "person,sex,drug,group\n";
  int n = 0;
  const auto add = [&](const char* sex, const char* drug, int count, const char* group) {
    for (int i = 0; i < count; ++i)
      csv += "p" + std::to_string(n++) + "," + sex + "," + drug + "," + group + "\n";
  };
  add("F", "a", 5, "x");
  add("F", "b", 40, "y");
  add("F", "c", 90, "z");
  add("M", "a", 60, "x");
  add("M", "b", 45, "y");
  add("M", "c", 80, "z");
  const auto file = write("d.csv", csv);
  TableRequest two = table(file, {"sex", "drug"});
  EXPECT_TRUE(release(two).empty());
  // Each of these is safe alone and tells the hidden partner.
  EXPECT_FALSE(release(table(file, {"drug"}, {"sex=F", "drug!=a"})).empty());
}

TEST_F(Memory, TheSameTableAgainIsNoNewsAndIsKeptOnce) {
  const auto file = persons("d.csv");
  EXPECT_TRUE(release(table(file, {"sex"})).empty());
  EXPECT_TRUE(release(table(file, {"sex"})).empty());
  EXPECT_EQ(open()->items().size(), 1U);
  EXPECT_EQ(open()->persons(), 584U);
}

TEST_F(Memory, EveryChangeOfItsFilesIsFound) {
  EXPECT_TRUE(release(table(persons("d.csv"), {"sex"})).empty());
  const auto folder = folder_->path() / "memory";
  EXPECT_TRUE(check_memory(folder)->problems.empty());
  for (const char* name : {"items/000001.json", "items/000001.persons", "persons.bin", "ledger/entries.jsonl"}) {
    const auto before = read_text(folder / name);
    ASSERT_TRUE(before);
    std::string changed = *before;
    changed[changed.size() / 2] = static_cast<char>(changed[changed.size() / 2] ^ 1);
    ASSERT_TRUE(write_file_durable(folder / name, changed));
    const auto check = check_memory(folder);
    EXPECT_TRUE(!check || !check->problems.empty()) << name;
    if (std::string_view(name) != "items/000001.persons") {
      EXPECT_FALSE(Releases::open(folder, false, clock_, system_random())) << name;
    }
    ASSERT_TRUE(write_file_durable(folder / name, *before));
  }
  EXPECT_TRUE(check_memory(folder)->problems.empty());
  const auto bits = read_text(folder / "items/000001.persons");
  EXPECT_EQ(bits->find("p1"), std::string::npos);  // persons stand as numbers only
  std::filesystem::remove(folder / "person.key");  // the end of retention
  EXPECT_EQ(Releases::open(folder, true, clock_, system_random()).error().code, "memory.damaged");
}

}  // namespace
}  // namespace sekisho::disclosure

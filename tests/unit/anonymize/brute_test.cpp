// Every node of small random lattices, judged by plain code over the rows, against the search: each privacy model and
// combinations of them, each score, one and two sensitive attributes, with and without persons of several rows (in one
// tuple or in several), households and a population.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <fstream>
#include <map>
#include <set>

#include "anonymize/audit.h"
#include "anonymize/engine.h"
#include "core/file.h"
#include "core/random.h"

namespace sekisho::anonymize {
namespace {

struct Row {
  std::vector<int> leaf;
  std::array<int, 2> value{};  // of the sensitive attributes
  int person = 0, household = 0;
};
using Tree = std::vector<std::vector<int>>;  // [level][leaf]: label

struct Case {
  std::vector<Tree> trees;
  Tree of_value;
  std::vector<Row> rows;
  std::vector<std::vector<int>> population;
  std::vector<double> weights;
  bool persons = false, households = false;
  int limit_percent = 0;
  double gs = 0.5;
  std::string metric;
  struct Asked {
    std::string kind, variant;
    int k = 0;
    double x = 0, low = 0;
    std::size_t attribute = 0;  // sensitive
  };
  std::vector<Asked> models;
};

Tree random_tree(SeededRandom& random, int leaves) {
  Tree out{std::vector<int>(static_cast<std::size_t>(leaves))};
  for (int leaf = 0; leaf < leaves; ++leaf)
    out[0][static_cast<std::size_t>(leaf)] = leaf;
  while (*std::ranges::max_element(out.back()) > 0) {
    const int labels = *std::ranges::max_element(out.back()) + 1;
    std::vector<int> parent(static_cast<std::size_t>(labels));
    int next = 0;
    for (int label = 0; label < labels; ++label)
      parent[static_cast<std::size_t>(label)] = label == 0 ? 0 : random.chance(0.4) ? ++next : next;
    if (next + 1 == labels) continue;
    std::vector<int> level;
    for (const int label : out.back())
      level.push_back(parent[static_cast<std::size_t>(label)]);
    out.push_back(level);
    if (out.size() > 4) out.back().assign(out.back().size(), 0);
  }
  return out;
}

std::string tree_text(const Tree& tree) {
  std::string out;
  for (std::size_t leaf = 0; leaf < tree[0].size(); ++leaf)
    for (std::size_t level = 0; level < tree.size(); ++level)
      out += fmt::format("{}{}_{}{}", level == 0 ? "" : ";", static_cast<char>('a' + level), level == 0 ? leaf : 0,
                         level == 0 ? std::string() : std::to_string(tree[level][leaf])) +
             (level + 1 == tree.size() ? "\n" : "");
  return out;
}

using Members = std::vector<std::size_t>;

// Persons who have each value among these rows.
std::map<int, double> shares(const Case& c, std::size_t attribute, const Members& members) {
  std::map<int, std::set<int>> who;
  for (const std::size_t i : members)
    who[c.rows[i].value[attribute]].insert(c.persons ? c.rows[i].person : static_cast<int>(i));
  double total = 0;
  std::map<int, double> out;
  for (const auto& [value, set] : who)
    total += static_cast<double>(set.size());
  for (const auto& [value, set] : who)
    out[value] = static_cast<double>(set.size()) / total;
  return out;
}

std::size_t persons_of(const Case& c, const Members& members) {
  std::set<int> who;
  for (const std::size_t i : members)
    who.insert(c.persons ? c.rows[i].person : static_cast<int>(i));
  return who.size();
}

double earth_mover(const Case& c, const std::string& kind, std::map<int, double> p, std::map<int, double> q) {
  double sum = 0;
  if (kind == "equal") {
    for (const auto& [value, share] : q)
      sum += std::abs(share - p[value]) / 2;
    return sum;
  }
  if (kind == "ordered") {
    double run = 0;
    for (const auto& [value, share] : q)
      sum += std::abs(run += p[value] - share);
    return q.size() > 1 ? sum / static_cast<double>(q.size() - 1) : 0;
  }
  // A tree's earth mover distance: each edge carries what is too much below it. Moving between two leaves that meet at
  // height h costs h / H, so an edge from level l - 1 to l costs 1 / (2 H).
  const std::size_t height = c.of_value.size() - 1;
  for (std::size_t level = 0; level < height; ++level) {
    std::map<int, double> net;
    for (std::size_t leaf = 0; leaf < c.of_value[0].size(); ++leaf)
      net[c.of_value[level][leaf]] += p[static_cast<int>(leaf)] - q[static_cast<int>(leaf)];
    for (const auto& [label, x] : net)
      sum += std::abs(x) / (2.0 * static_cast<double>(height));
  }
  return sum;
}

// Shares of the whole table, of each sensitive attribute.
using Whole = std::array<std::map<int, double>, 2>;

bool class_passes(const Case& c, const Case::Asked& model, const Members& members, std::size_t population,
                  const Whole& whole) {
  const std::map<int, double> p = shares(c, model.attribute, members), &q = whole[model.attribute];
  const std::string name = model.kind + "/" + model.variant;
  if (model.kind == "k-anonymity") {
    std::set<int> homes;
    for (const std::size_t i : members)
      homes.insert(c.rows[i].household);
    return persons_of(c, members) >= static_cast<std::size_t>(model.k) &&
           (!c.households || homes.size() >= static_cast<std::size_t>(model.k));
  }
  if (model.kind == "k-map") return population >= static_cast<std::size_t>(model.k);
  if (model.kind == "delta-presence") {
    const double share =
        population == 0 ? 9 : static_cast<double>(persons_of(c, members)) / static_cast<double>(population);
    return share >= model.low - 1e-12 && share <= model.x + 1e-12;
  }
  if (name == "l-diversity/distinct") return p.size() >= static_cast<std::size_t>(model.k);
  if (name == "l-diversity/entropy") {
    double entropy = 0;
    for (const auto& [value, share] : p)
      entropy -= share * std::log(share);
    return entropy >= std::log(model.x) - 1e-10;
  }
  if (name == "l-diversity/recursive") {
    std::vector<double> sorted;
    for (const auto& [value, share] : p)
      sorted.push_back(share);
    std::ranges::sort(sorted, std::greater<>());
    double tail = 0;
    for (std::size_t i = static_cast<std::size_t>(model.k) - 1; i < sorted.size(); ++i)
      tail += sorted[i];
    return sorted[0] < model.x * tail - 1e-12;
  }
  if (model.kind == "t-closeness") return earth_mover(c, model.variant, p, q) <= model.x + 1e-10;
  for (const auto& [value, share] : p) {
    if (model.kind == "delta-disclosure" && !(std::abs(std::log2(share / q.at(value))) < model.x)) return false;
    const double bound = model.variant == "enhanced" ? std::min(model.x, -std::log(q.at(value))) : model.x;
    if (model.kind == "beta-likeness" && (share - q.at(value)) / q.at(value) > bound + 1e-10) return false;
  }
  return true;
}

struct Answer {
  bool found = false;
  double score = 0;
  int sum = 0;
  std::size_t suppressed = 0, classes = 0;
  std::vector<int> levels;
};

double score_of(const Case& c, const std::vector<int>& levels, const std::vector<Members>& kept, const Members& lost) {
  const auto n = static_cast<double>(c.rows.size()), x = static_cast<double>(lost.size());
  const double heaviest = *std::ranges::max_element(c.weights);
  const auto under = [&](std::size_t a, int leaf) {
    const auto& level = c.trees[a][static_cast<std::size_t>(levels[a])];
    return static_cast<double>(std::ranges::count(level, level[static_cast<std::size_t>(leaf)]));
  };
  double score = c.metric == "loss" ? 1 : 0, weights = 0;
  if (c.metric == "discernability") {
    for (const Members& m : kept)
      score += static_cast<double>(m.size() * m.size());
    return score + n * x;
  }
  if (c.metric == "average-class-size") return n / static_cast<double>(kept.size() + (lost.empty() ? 0 : 1));
  if (c.metric == "ambiguity") {
    for (std::size_t i = 0; i < c.rows.size(); ++i) {
      double product = 1;
      for (std::size_t a = 0; a < levels.size(); ++a)
        product *=
            std::ranges::count(lost, i) ? static_cast<double>(c.trees[a][0].size()) : under(a, c.rows[i].leaf[a]);
      score += product;
    }
    return score;
  }
  for (std::size_t a = 0; a < levels.size(); ++a) {
    const double w = c.weights[a] / heaviest, size = static_cast<double>(c.trees[a][0].size());
    const auto label = [&](std::size_t i) {
      return c.trees[a][static_cast<std::size_t>(levels[a])][static_cast<std::size_t>(c.rows[i].leaf[a])];
    };
    if (c.metric == "loss") {
      const double gf = c.gs > 0.5 ? 2 - 2 * c.gs : 1, sf = c.gs < 0.5 ? 2 * c.gs : 1;
      double g = 0;
      for (std::size_t i = 0; i < c.rows.size(); ++i) {
        const double s = under(a, c.rows[i].leaf[a]) / size;
        g += std::ranges::count(lost, i) ? s + sf * (1 - s) : gf * s;
      }
      const double least = gf * n / size;
      score *= 1 + w * (n > least ? std::max(0.0, (g - least) / (n - least)) : 0);
    } else if (c.metric == "entropy") {
      std::map<int, double> raw, generalized, suppressed;
      for (std::size_t i = 0; i < c.rows.size(); ++i)
        ++raw[c.rows[i].leaf[a]], ++generalized[label(i)];
      for (const std::size_t i : lost)
        ++suppressed[label(i)];
      double value = 0;
      for (std::size_t i = 0; i < c.rows.size(); ++i)
        value -= std::log2(raw[c.rows[i].leaf[a]] / generalized[label(i)]);
      for (const std::size_t i : lost)
        value -= std::log2(suppressed[label(i)] / x);
      score += w * value;
    } else {
      const auto height = static_cast<double>(c.trees[a].size() - 1);
      score += w * ((n - x) * (height > 0 ? levels[a] / height : 0) + x) / n;
      weights += w;
    }
  }
  if (c.metric == "loss") return std::pow(score, 1.0 / static_cast<double>(levels.size())) - 1;
  return c.metric == "precision" ? score / weights : score;
}

void judge_node(const Case& c, const std::vector<int>& levels, const Whole& whole, Answer& best) {
  std::map<std::vector<int>, Members> classes;
  std::map<std::vector<int>, std::size_t> population;
  const auto labels = [&](const std::vector<int>& leaf) {
    std::vector<int> out;
    for (std::size_t a = 0; a < leaf.size(); ++a)
      out.push_back(c.trees[a][static_cast<std::size_t>(levels[a])][static_cast<std::size_t>(leaf[a])]);
    return out;
  };
  for (std::size_t i = 0; i < c.rows.size(); ++i)
    classes[labels(c.rows[i].leaf)].push_back(i);
  for (const auto& leaf : c.population)
    ++population[labels(leaf)];
  std::vector<Members> kept;
  Members lost;
  for (const auto& [label, members] : classes) {
    bool passes = true;
    for (const Case::Asked& model : c.models)
      passes = passes && class_passes(c, model, members, population[label], whole);
    if (passes)
      kept.push_back(members);
    else
      lost.insert(lost.end(), members.begin(), members.end());
  }
  for (const Case::Asked& model : c.models) {
    if (model.kind == "delta-presence" && model.low > 0)
      for (const auto& [label, size] : population)
        if (!classes.contains(label)) return;
    // Models of the whole table: the smallest classes go until it fulfils them.
    while ((model.kind == "sample-uniqueness" || model.kind == "average-risk") && !kept.empty()) {
      double persons = 0, uniques = 0;
      std::size_t least = SIZE_MAX;
      for (const Members& m : kept) {
        persons += static_cast<double>(persons_of(c, m));
        uniques += persons_of(c, m) == 1;
        least = std::min(least, persons_of(c, m));
      }
      const double risk = (model.kind == "average-risk" ? static_cast<double>(kept.size()) : uniques) / persons;
      if (risk <= model.x + 1e-10) break;
      std::erase_if(kept, [&](const Members& m) {
        if (persons_of(c, m) != least) return false;
        lost.insert(lost.end(), m.begin(), m.end());
        return true;
      });
    }
  }
  if (lost.size() * 100 > static_cast<std::size_t>(c.limit_percent) * c.rows.size()) return;
  Answer node{true, score_of(c, levels, kept, lost), 0, lost.size(), kept.size(), levels};
  for (const int level : levels)
    node.sum += level;
  const double close = 1e-9 * std::max(1.0, std::abs(best.score));
  if (!best.found || node.score < best.score - close ||
      (node.score <= best.score + close &&
       std::tie(node.sum, node.suppressed, node.levels) < std::tie(best.sum, best.suppressed, best.levels)))
    best = node;
}

Answer brute(const Case& c) {
  Answer best;
  Members all(c.rows.size());
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i] = i;
  const Whole whole{shares(c, 0, all), shares(c, 1, all)};
  std::vector<int> levels(c.trees.size(), 0);
  while (true) {
    judge_node(c, levels, whole, best);
    std::size_t a = levels.size();
    while (a > 0 && levels[a - 1] + 1 == static_cast<int>(c.trees[a - 1].size()))
      levels[--a] = 0;
    if (a == 0) return best;
    ++levels[a - 1];
  }
}

Case random_case(SeededRandom& random) {
  const auto pick = [&](auto... values) {
    const std::common_type_t<decltype(values)...> list[] = {values...};
    return list[random.below(sizeof...(values))];
  };
  Case c;
  const std::size_t attributes = 1 + random.below(3);
  for (std::size_t a = 0; a < attributes; ++a) {
    c.trees.push_back(random_tree(random, 2 + static_cast<int>(random.below(7))));
    c.weights.push_back(pick(1.0, 1.0, 0.5, 2.0));
  }
  c.of_value = random_tree(random, 5);
  c.persons = random.chance(0.4);
  c.households = random.chance(0.2);
  c.limit_percent = pick(0, 0, 5, 20, 40);
  c.metric = pick("loss", "loss", "entropy", "discernability", "average-class-size", "precision", "ambiguity");
  if (c.metric == "loss") c.gs = pick(0.5, 0.5, 0.2, 0.9);
  const std::size_t rows = 1 + random.below(60);
  for (std::size_t i = 0; i < rows; ++i) {
    Row& row = c.rows.emplace_back();
    for (const Tree& tree : c.trees)
      row.leaf.push_back(static_cast<int>(random.below(tree[0].size())));
    for (int& value : row.value)
      value = static_cast<int>(std::min(random.below(5), random.below(6)));
    row.person = static_cast<int>(random.below(rows));
    row.household = row.person / 2;
  }
  // Persons of one row, persons whose rows are in one tuple, and those of any rows.
  const int kind = pick(0, 1, 2, 2);
  for (std::size_t i = 0; i < rows && kind < 2; ++i) {
    if (kind == 0) c.rows[i].person = static_cast<int>(i);
    const auto first = std::ranges::find(c.rows, c.rows[i].person, &Row::person);
    c.rows[i].leaf = first->leaf;
  }
  const bool population = random.chance(0.3);
  if (population)
    for (const Row& row : c.rows)
      for (std::size_t times = 1 + random.below(3); times > 0; --times) {
        c.population.push_back(row.leaf);
        if (random.chance(0.2)) c.population.back()[0] = static_cast<int>(random.below(c.trees[0][0].size()));
      }
  const Case::Asked all[] = {{"k-anonymity", "", pick(2, 3, 5)},
                             {"l-diversity", "distinct", pick(2, 3)},
                             {"l-diversity", "entropy", 0, pick(1.5, 2.0, 2.5)},
                             {"l-diversity", "recursive", pick(2, 3), pick(1.0, 2.0, 4.0)},
                             {"t-closeness", "equal", 0, pick(0.1, 0.2, 0.4)},
                             {"t-closeness", "ordered", 0, pick(0.1, 0.2, 0.4)},
                             {"t-closeness", "hierarchical", 0, pick(0.1, 0.2, 0.4)},
                             {"beta-likeness", "basic", 0, pick(0.5, 1.0, 3.0)},
                             {"beta-likeness", "enhanced", 0, pick(0.5, 1.0, 3.0)},
                             {"delta-disclosure", "", 0, pick(0.5, 1.0, 2.0)},
                             {"sample-uniqueness", "", 0, pick(0.0, 0.1, 0.3)},
                             {"average-risk", "", 0, pick(0.1, 0.2, 0.5)},
                             {"k-map", "", pick(2, 5, 8)},
                             {"delta-presence", "", 0, pick(0.4, 0.6, 0.9), pick(0.0, 0.0, 0.2)}};
  for (std::size_t count = 1 + random.below(3); count > 0; --count)
    c.models.push_back(all[random.below(population ? 14 : 12)]);
  for (Case::Asked& model : c.models)
    model.attribute = random.chance(0.3) ? 1 : 0;
  // One model of the whole table at most: each would judge what the other left.
  const auto of_table = [](const Case::Asked& m) { return m.kind == "sample-uniqueness" || m.kind == "average-risk"; };
  while (std::ranges::count_if(c.models, of_table) > 1)
    c.models.erase(std::ranges::find_if(c.models, of_table));
  return c;
}

std::string policy_text(const Case& c) {
  std::string text = fmt::format("delimiter = \";\"\nsuppression_limit = {:.2f}\nmetric = \"{}\"\ngs_factor = {:.1f}\n",
                                 c.limit_percent / 100.0, c.metric, c.gs);
  if (c.persons) text += "person = \"person\"\n";
  if (c.households) text += "household = \"household\"\n";
  if (!c.population.empty()) text += "population = \"population.csv\"\n";
  for (std::size_t a = 0; a < c.trees.size(); ++a)
    text +=
        fmt::format("[[attribute]]\nname = \"q{0}\"\nkind = \"quasi\"\nweight = {1:.1f}\nhierarchy = \"q{0}.csv\"\n", a,
                    c.weights[a]);
  for (const char* name : {"s0", "s1"})
    text += fmt::format("[[attribute]]\nname = \"{}\"\nkind = \"sensitive\"\nhierarchy = \"s.csv\"\n", name);
  if (!c.persons) text += "[[attribute]]\nname = \"person\"\nkind = \"insensitive\"\n";
  if (!c.households) text += "[[attribute]]\nname = \"household\"\nkind = \"insensitive\"\n";
  for (const Case::Asked& m : c.models) {
    text += fmt::format("[[model]]\nkind = \"{}\"\n", m.kind);
    if (m.kind == "l-diversity" || m.kind == "beta-likeness") text += fmt::format("variant = \"{}\"\n", m.variant);
    if (m.kind == "t-closeness") text += fmt::format("distance = \"{}\"\n", m.variant);
    if (m.kind == "k-anonymity" || m.kind == "k-map") text += fmt::format("k = {}\n", m.k);
    if (m.variant == "distinct" || m.variant == "recursive") text += fmt::format("l = {}\n", m.k);
    const std::map<std::string, std::string> number = {{"entropy", "l"},
                                                       {"recursive", "c"},
                                                       {"equal", "t"},
                                                       {"ordered", "t"},
                                                       {"hierarchical", "t"},
                                                       {"basic", "beta"},
                                                       {"enhanced", "beta"},
                                                       {"delta-disclosure", "delta"},
                                                       {"delta-presence", "maximum"},
                                                       {"sample-uniqueness", "threshold"},
                                                       {"average-risk", "threshold"}};
    const auto found = number.find(m.variant.empty() ? m.kind : m.variant);
    if (found != number.end()) text += fmt::format("{} = {:.2f}\n", found->second, m.x);
    if (m.kind == "delta-presence") text += fmt::format("minimum = {:.2f}\n", m.low);
    if (!m.variant.empty() || m.kind == "delta-disclosure") text += fmt::format("attribute = \"s{}\"\n", m.attribute);
  }
  return text;
}

std::string table_text(const Case& c, bool backwards) {
  std::string text = "person;household;s0;s1";
  for (std::size_t a = 0; a < c.trees.size(); ++a)
    text += fmt::format(";q{}", a);
  text += "\n";
  for (std::size_t i = 0; i < c.rows.size(); ++i) {
    const Row& row = c.rows[backwards ? c.rows.size() - 1 - i : i];
    text += fmt::format("p{};h{};a_{};a_{}", row.person, row.household, row.value[0], row.value[1]);
    for (const int leaf : row.leaf)
      text += fmt::format(";a_{}", leaf);
    text += "\n";
  }
  return text;
}

class BruteTest : public testing::Test {
 protected:
  TemporaryFolder folder = *TemporaryFolder::create();
  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder.path() / name, std::ios::binary) << text;
  }
  void write_case(const Case& c) {
    for (std::size_t a = 0; a < c.trees.size(); ++a)
      write(fmt::format("q{}.csv", a), tree_text(c.trees[a]));
    write("s.csv", tree_text(c.of_value));
    std::string text;
    for (std::size_t a = 0; a < c.trees.size(); ++a)
      text += fmt::format("{}q{}", a == 0 ? "" : ";", a);
    for (const auto& leaf : c.population) {
      text += "\n";
      for (std::size_t a = 0; a < leaf.size(); ++a)
        text += fmt::format("{}a_{}", a == 0 ? "" : ";", leaf[a]);
    }
    write("population.csv", text + "\n");
  }
};

TEST_F(BruteTest, TheSearchFindsTheOptimumOfTheWholeLatticeForEveryModelAndScore) {
  SeededRandom random(11);
  int possible = 0, audits = 0;
  for (int round = 0; round < 1500; ++round) {
    const Case c = random_case(random);
    write_case(c);
    const std::string text = policy_text(c);
    const auto policy = Policy::parse(text, folder.path() / "p.toml");
    ASSERT_TRUE(policy) << policy.error().describe() << text;
    const Answer best = brute(c);
    const auto outcome = search(*read_table(table_text(c, false), ';', "t.csv"), *policy);
    ASSERT_EQ(outcome.has_value(), best.found)
        << text << table_text(c, false) << (outcome ? "" : outcome.error().describe());
    if (!best.found) continue;
    ++possible;
    ASSERT_NEAR(outcome->score, best.score, 1e-9 * std::max(1.0, best.score)) << round << text << table_text(c, false);
    std::vector<int> levels;
    for (const auto& [name, level] : outcome->decision.levels)
      levels.push_back(level);
    ASSERT_EQ(levels, best.levels) << round << text << table_text(c, false);
    ASSERT_EQ(outcome->suppressed, best.suppressed) << round << text;
    ASSERT_EQ(outcome->classes, best.classes) << round << text;
    // The order of the rows changes nothing.
    const auto again = search(*read_table(table_text(c, true), ';', "t.csv"), *policy);
    ASSERT_TRUE(again);
    ASSERT_EQ(again->decision.to_json(), outcome->decision.to_json());
    if (round % 30 != 0) continue;
    ++audits;
    const auto forward = read_table(table_text(c, false), ';', "t.csv");
    ASSERT_TRUE(forward);
    const auto applied = apply(*forward, *policy, outcome->decision);
    ASSERT_TRUE(applied);
    std::string csv = fmt::format("{}\n", fmt::join(applied->header, ";"));
    for (std::size_t row = 0; row < applied->rows(); ++row)
      for (std::size_t i = 0; i < applied->header.size(); ++i)
        csv += applied->text(row, i) + (i + 1 < applied->header.size() ? ";" : "\n");
    write("o.csv", csv);
    write("t.csv", table_text(c, false));
    for (const std::filesystem::path& original : {folder.path() / "t.csv", std::filesystem::path()}) {
      const auto judged = audit(folder.path() / "o.csv", *policy, original);
      ASSERT_TRUE(judged) << judged.error().describe() << text;
      ASSERT_TRUE(judged->ok) << judged->to_json().dump() << text << table_text(c, false) << csv;
    }
  }
  EXPECT_GT(possible, 600);
  EXPECT_GT(audits, 20);
}

}  // namespace
}  // namespace sekisho::anonymize

// Local recoding: the search again on the rows that it suppressed, which find classes at higher levels, until nothing
// changes. Classes that two rounds give the same labels become one, which can only grow.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>
#include <unordered_set>

#include "anonymize/search.h"

namespace sekisho::anonymize::detail {
namespace {

constexpr std::size_t kMostRounds = 100;

// Classes of the finished rows, told by their texts.
struct Union {
  std::size_t classes = 0, smallest = 0;
  double squares = 0;
};

Union union_of(const Applied& applied, const Policy& policy, const Column* person) {
  std::vector<std::size_t> columns;
  for (std::size_t i = 0; i < applied.header.size(); ++i) {
    const Attribute* attribute = policy.find(applied.header[i]);
    if (attribute != nullptr && attribute->kind == Kind::kQuasi) columns.push_back(i);
  }
  struct Class {
    std::size_t rows = 0;
    std::unordered_set<std::uint32_t> persons;
  };
  std::unordered_map<std::string, Class> classes;
  std::string key;
  for (std::size_t row = 0; row < applied.rows(); ++row) {
    key.clear();
    for (const std::size_t column : columns) {
      const std::string& text = applied.text(row, column);
      key += std::to_string(text.size()) + ":" + text;
    }
    Class& one = classes[key];
    ++one.rows;
    if (person != nullptr) one.persons.insert(person->code(applied.source[row]));
  }
  Union out{.classes = classes.size(), .smallest = classes.empty() ? 0 : SIZE_MAX, .squares = 0};
  for (const auto& [labels, one] : classes) {
    out.smallest = std::min(out.smallest, person == nullptr ? one.rows : one.persons.size());
    out.squares += static_cast<double>(one.rows) * static_cast<double>(one.rows);
  }
  return out;
}

// Loss over all rounds: what each row's labels lose, suppressed rows everything. Shares are found again from the texts.
Result<double> loss_of(const Table& table, const Policy& policy, const Applied& applied) {
  double heaviest = 0, product = 1;
  std::size_t attributes = 0;
  for (const Attribute& attribute : policy.attributes)
    if (attribute.kind == Kind::kQuasi) heaviest = std::max(heaviest, attribute.weight);
  const auto n = static_cast<double>(table.rows);
  for (std::size_t i = 0; i < applied.header.size(); ++i) {
    const Attribute* attribute = policy.find(applied.header[i]);
    if (attribute == nullptr || attribute->kind != Kind::kQuasi) continue;
    ++attributes;
    const Column& column = *table.find(attribute->name);
    SEKISHO_TRY(const Hierarchy hierarchy, hierarchy_of(*attribute, column, policy.delimiter));
    // How many leaves a label has by its place among the labels of all rounds.
    std::vector<double> shares(applied.shown[i].labels.size(), 1);
    for (std::size_t at = 0; at < shares.size(); ++at) {
      const int leaf = hierarchy.leaf(column.values()[at % column.values().size()]);
      for (int level = 0; level < hierarchy.levels(); ++level)
        if (hierarchy.label(level, hierarchy.label_code(level, leaf)) == applied.shown[i].labels[at]) {
          shares[at] = hierarchy.share(level, hierarchy.label_code(level, leaf));
          break;
        }
    }
    double sum = n - static_cast<double>(applied.rows());
    for (std::size_t row = 0; row < applied.rows(); ++row)
      sum += shares[applied.place(row, i)];
    const double least = n / static_cast<double>(hierarchy.leaves());
    const double weight = heaviest > 0 ? attribute->weight / heaviest : 1;
    product *= 1 + weight * (n <= least ? 0 : std::max(0.0, (sum - least) / (n - least)));
  }
  return attributes == 0 ? 0 : std::pow(product, 1.0 / static_cast<double>(attributes)) - 1;
}

std::size_t allowed(double share, std::size_t rows) {
  return static_cast<std::size_t>(std::floor(share * static_cast<double>(rows) + 1e-9));
}

Json round_json(const Outcome& round) {
  const Json all = round.to_json();
  Json out;
  for (const char* member : {"rows", "levels", "score", "suppressed", "classes", "smallest_class", "optimal"})
    out[member] = all[member];
  return out;
}

}  // namespace

Result<Outcome> search_locally(const Table& table, const Policy& policy, const SearchOptions& options) {
  Policy plain = policy;
  plain.local_recoding = false;
  std::vector<std::size_t> rest(table.rows);
  std::iota(rest.begin(), rest.end(), std::size_t{0});
  const std::size_t most = allowed(policy.suppression_limit, table.rows);
  Outcome out;
  out.rounds = Json::array();
  bool last = false;
  while (out.rounds.size() < kMostRounds && !rest.empty()) {
    const Table part = table.select(rest);
    // The last round may leave no more than the whole table may lose.
    plain.suppression_limit =
        last ? std::min(1.0, static_cast<double>(most) / static_cast<double>(rest.size())) : policy.local_limit;
    SEKISHO_TRY(Searcher searcher, Searcher::make(part, plain, options.threads, &table));
    auto found = searcher.run(plain, options);
    if (!found && found.error().code != "anonymize.impossible") return found;
    if (!found || found->suppressed == part.rows) {
      if (rest.size() <= most && !out.rounds.empty()) break;
      if (last || policy.local_limit == policy.suppression_limit) return found;
      last = true;
      continue;
    }
    SEKISHO_TRY(const Applied applied, apply(part, plain, found->decision));
    out.rounds.push_back(round_json(*found));
    std::vector<std::size_t> left;
    std::size_t next = 0;
    for (std::size_t row = 0; row < part.rows; ++row)
      if (next < applied.source.size() && applied.source[next] == row)
        ++next;
      else
        left.push_back(rest[row]);
    rest = std::move(left);
    const double encode = out.seconds_encode + found->seconds_encode;
    const double search = out.seconds_search + found->seconds_search;
    if (out.rounds.size() == 1) {
      Json rounds = std::move(out.rounds);
      out = std::move(*found);
      out.rounds = std::move(rounds);
    } else {
      out.checked += found->checked;
      out.optimal = out.optimal && found->optimal;
      out.decision.rounds.push_back(std::move(found->decision));
    }
    out.seconds_encode = encode;
    out.seconds_search = search;
    if (last && rest.size() <= most) break;
  }
  if (rest.size() > most)
    return fail("anonymize.impossible", "local recoding leaves more rows than the suppression limit allows", {},
                "Raise suppression_limit or lower what the models ask for.");
  SEKISHO_TRY(const Applied applied, apply(table, plain, out.decision));
  const Union united = union_of(applied, policy, policy.person.empty() ? nullptr : table.find(policy.person));
  out.rows = table.rows;
  out.suppressed = rest.size();
  out.classes = united.classes;
  out.smallest_class = united.smallest;
  const auto n = static_cast<double>(table.rows), lost = static_cast<double>(rest.size());
  // Scores of the union; those of the other metrics are the first round's.
  if (policy.metric == Metric::kLoss) {
    SEKISHO_TRY(out.score, loss_of(table, policy, applied));
  } else if (policy.metric == Metric::kDiscernability) {
    out.score = united.squares + n * lost;
  } else if (policy.metric == Metric::kAverageClassSize) {
    out.score = n / std::max(1.0, static_cast<double>(united.classes + (rest.empty() ? 0 : 1)));
  }
  return out;
}

}  // namespace sekisho::anonymize::detail

#include "anonymize/lattice.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "core/parallel.h"

namespace sekisho::anonymize::detail {
namespace {

Result<void> check_columns(const Table& table, const Policy& policy) {
  for (const Attribute& attribute : policy.attributes)
    if (table.find(attribute.name) == nullptr)
      return fail("policy.columns", fmt::format("there is no column '{}'", attribute.name));
  for (const Column& column : table.columns)
    if (!policy.names(column.name()))
      return fail("policy.columns", fmt::format("the policy does not say what column '{}' is", column.name()), {},
                  "Name each column as identifying, quasi, sensitive or insensitive.");
  for (const std::string& unit : {policy.person, policy.household, policy.hospital})
    if (!unit.empty() && table.find(unit) == nullptr)
      return fail("policy.columns",
                  fmt::format("there is no column '{}' that tells persons, households or hospitals apart", unit));
  return {};
}

bool each_row_another(const Column& column) {
  std::vector<std::uint8_t> seen(column.values().size(), 0);
  for (std::size_t row = 0; row < column.codes().size(); ++row)
    if (std::exchange(seen[column.code(row)], std::uint8_t{1}) != 0) return false;
  return true;
}

// Which entries each unit stands in: those of one entry are only counted, the others keep their list.
Units units_of(const Column* column, const std::vector<std::uint32_t>& tuple_of, const ClassTable& table) {
  Units out;
  if (column == nullptr || each_row_another(*column)) {
    out.rows = true;
    return out;
  }
  out.singles.assign(table.entries(), 0);
  std::vector<std::vector<std::uint32_t>> tuples(column->values().size());
  for (std::size_t row = 0; row < column->codes().size(); ++row)
    tuples[column->code(row)].push_back(tuple_of[row]);
  for (std::vector<std::uint32_t>& list : tuples) {
    std::ranges::sort(list);
    list.erase(std::ranges::unique(list).begin(), list.end());
    if (list.size() == 1) {
      ++out.singles[list.front()];
    } else if (!list.empty()) {
      out.many.items.insert(out.many.items.end(), list.begin(), list.end());
      out.many.close();
    }
  }
  return out;
}

struct Fact {
  std::uint32_t tuple, value, person;
  auto operator<=>(const Fact&) const = default;
};

// Share of each value of a sensitive column, each person once for each value.
std::vector<double> shares_of(const Column& column, const Column* person) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> once;  // (person, value)
  once.reserve(column.codes().size());
  for (std::uint32_t row = 0; row < column.codes().size(); ++row)
    once.emplace_back(person == nullptr ? row : person->code(row), column.code(row));
  std::ranges::sort(once);
  once.erase(std::ranges::unique(once).begin(), once.end());
  std::vector<double> shares(column.values().size(), 0);
  for (const auto& [who, value] : once)
    ++shares[value];
  for (double& share : shares)
    share /= static_cast<double>(once.size());
  return shares;
}

// Values of a sensitive column by entry, each person once for each value.
Histogram histogram_of(const Column& column, const Column* person, const std::vector<std::uint32_t>& tuple_of,
                       const ClassTable& table, bool distinct_only) {
  Histogram out;
  out.values = column.values().size();
  const std::size_t rows = column.codes().size();
  if (distinct_only && out.values <= 64) {
    out.masks = Narrow(table.entries(), all_values(out.values));
    out.masks.visit([&](auto masks) {
      using Mask = typename decltype(masks)::value_type;
      for (std::size_t row = 0; row < rows; ++row)
        masks[tuple_of[row]] = static_cast<Mask>(masks[tuple_of[row]] | std::uint64_t{1} << column.code(row));
    });
    return out;
  }
  std::vector<Fact> facts(rows);
  std::vector<std::uint32_t> home(person == nullptr ? 0 : person->values().size(), UINT32_MAX);
  std::vector<std::uint8_t> many(home.size(), 0);
  for (std::uint32_t row = 0; row < rows; ++row) {
    const std::uint32_t who = person == nullptr ? row : person->code(row);
    facts[row] = {tuple_of[row], column.code(row), who};
    if (person == nullptr) continue;
    if (home[who] == UINT32_MAX) home[who] = tuple_of[row];
    many[who] |= home[who] != tuple_of[row];
  }
  std::ranges::sort(facts);
  facts.erase(std::ranges::unique(facts).begin(), facts.end());
  std::map<std::uint32_t, std::vector<std::pair<std::uint32_t, std::uint32_t>>> scattered;
  std::size_t at = 0;
  for (std::uint32_t tuple = 0; tuple < table.entries(); ++tuple) {
    for (; at < facts.size() && facts[at].tuple == tuple; ++at) {
      if (person != nullptr && many[facts[at].person]) {
        scattered[facts[at].person].emplace_back(tuple, facts[at].value);
      } else if (out.value.items.size() > out.value.start.back() && out.value.items.back() == facts[at].value) {
        ++out.count.back();
      } else {
        out.value.items.push_back(facts[at].value);
        out.count.push_back(1);
      }
    }
    out.value.close();
  }
  for (const auto& [who, list] : scattered) {
    for (const auto& [tuple, value] : list) {
      out.many_entry.items.push_back(tuple);
      out.many_value.push_back(value);
    }
    out.many_entry.close();
  }
  return out;
}

// The values of rows that are persons, each as a class.
Histogram masks_of(const Column& column, int threads) {
  Histogram out;
  out.values = column.values().size();
  out.masks = Narrow(column.codes().size(), all_values(out.values));
  out.masks.visit([&](auto masks) {
    column.codes().visit([&](auto codes) {
      using Mask = typename decltype(masks)::value_type;
      in_parallel(threads, [&](int thread) {
        const auto [from, to] = slice(codes.size(), thread, threads);
        for (std::size_t row = from; row < to; ++row)
          masks[row] = static_cast<Mask>(std::uint64_t{1} << codes[row]);
      });
    });
  });
  return out;
}

// The leaves of a column's rows, put from the row `at` on; how many rows each has.
std::vector<std::uint64_t> add_leaves(const Column& column, const Hierarchy& hierarchy, std::size_t at, int threads,
                                      Narrow& out) {
  std::vector<std::uint32_t> leaf;
  for (const std::string& value : column.values())
    leaf.push_back(static_cast<std::uint32_t>(hierarchy.leaf(value)));
  std::vector<std::vector<std::uint64_t>> rows(static_cast<std::size_t>(threads));
  out.visit([&](auto leaves) {
    column.codes().visit([&](auto codes) {
      in_parallel(threads, [&](int thread) {
        std::vector<std::uint64_t>& mine = rows[static_cast<std::size_t>(thread)];
        mine.assign(hierarchy.leaves(), 0);
        const auto [from, to] = slice(codes.size(), thread, threads);
        for (std::size_t row = from; row < to; ++row) {
          leaves[at + row] = static_cast<typename decltype(leaves)::value_type>(leaf[codes[row]]);
          ++mine[leaf[codes[row]]];
        }
      });
    });
  });
  for (std::size_t thread = 1; thread < rows.size(); ++thread)
    std::ranges::transform(rows[0], rows[thread], rows[0].begin(), std::plus());
  return std::move(rows[0]);
}

}  // namespace

Result<Encoded> Encoded::make(const Table& table, const Policy& policy, const Table& whole, int threads) {
  SEKISHO_CHECK(check_columns(table, policy));
  Encoded out;
  out.policy_ = &policy;
  out.rows_ = table.rows;
  out.counts_persons_ = !policy.person.empty();
  Table population;
  if (!policy.population.empty()) {
    SEKISHO_TRY(population, read_table(policy.population, policy.delimiter, policy.population_name));
  }
  // The rows, then those of the population, as a table of classes of one row each.
  ClassTable rows;
  rows.rows.assign(table.rows, 1);
  rows.rows.resize(table.rows + population.rows, 0);
  if (population.rows > 0) {
    rows.population.assign(table.rows, 0);
    rows.population.resize(table.rows + population.rows, 1);
  }
  std::vector<std::vector<std::uint64_t>> leaf_rows;
  for (const Attribute& attribute : policy.attributes) {
    if (attribute.kind != Kind::kQuasi) continue;
    const Column& column = *table.find(attribute.name);
    Column values(attribute.name);
    for (const std::string& value : column.values())
      values.add(value);
    const Column* others = population.rows > 0 ? population.find(attribute.name) : nullptr;
    if (population.rows > 0 && others == nullptr)
      return fail("policy.population", fmt::format("the population has no column '{}'", attribute.name));
    if (others != nullptr)
      for (const std::string& value : others->values())
        values.add(value);
    SEKISHO_TRY(Hierarchy hierarchy, hierarchy_of(attribute, values, policy.delimiter));
    const int top = hierarchy.levels() - 1;
    out.lowest_.push_back(std::min(attribute.minimum, top));
    out.highest_.push_back(attribute.maximum < 0 ? top : std::clamp(attribute.maximum, out.lowest_.back(), top));
    Narrow& codes = rows.code.emplace_back(table.rows + population.rows, hierarchy.leaves());
    leaf_rows.push_back(add_leaves(column, hierarchy, 0, threads, codes));
    if (others != nullptr) add_leaves(*others, hierarchy, table.rows, threads, codes);
    out.attributes_.push_back(&attribute);
    out.hierarchies_.push_back(std::move(hierarchy));
  }
  rows.levels.assign(out.attributes(), 0);
  SEKISHO_TRY(out.models_, ModelSet::make(policy, table));
  if (!out.make_blocks(rows, policy, table, threads)) {
    out.make_outline(rows, table, threads);
    SEKISHO_CHECK(out.make_tuples(std::move(rows), policy, table, whole));
  }
  out.prepare_scores(leaf_rows);
  out.pivots_->reset(out.root_);
  return out;
}

// A large table of rows that are persons, of which only the different values of sensitive attributes matter.
bool Encoded::make_blocks(ClassTable& rows, const Policy& policy, const Table& table, int threads) {
  if (!rows.population.empty() || !policy.household.empty() || !policy.hospital.empty() ||
      (counts_persons_ && !each_row_another(*table.find(policy.person))))
    return false;
  std::size_t values = 0;
  for (const ModelSet::Wanted& one : models_.wanted()) {
    values += table.find(one.attribute)->values().size();
    if (!one.distinct_only || values > kMaskBits) return false;
  }
  for (const ModelSet::Wanted& one : models_.wanted())
    rows.histograms.push_back(masks_of(*table.find(one.attribute), threads));
  rows.units.assign(1, {.rows = true});
  if (!takes_blocks(rows, hierarchies_)) {
    rows.histograms.clear();
    rows.units.clear();
    return false;
  }
  models_.set_units({.persons = 0}, false);
  root_ = tuples_in_blocks(std::move(rows), threads);
  return true;
}

std::shared_ptr<ClassTable> Encoded::tuples_in_blocks(ClassTable rows, int threads) const {
  arrange(rows, hierarchies_, threads);
  // Rows that are mostly different are hardly fewer as tuples.
  auto tuples = compacted(rows, hierarchies_, lowest_, threads, {.most = rows.entries() / 4 * 3, .guess = true});
  return std::make_shared<ClassTable>(tuples ? std::move(*tuples) : std::move(rows));
}

void Encoded::make_outline(ClassTable rows, const Table& table, int threads) {
  std::size_t values = 0;
  for (std::size_t h = 0; h < models_.wanted().size(); ++h) {
    const Column& column = *table.find(models_.wanted()[h].attribute);
    if (models_.least_values(h) < 2 || values + column.values().size() > kMaskBits) continue;
    values += column.values().size();
    rows.histograms.push_back(masks_of(column, threads));
    outlined_values_.push_back(h);
  }
  rows.units.assign(1, {.rows = true});
  const bool says_something = policy_->k() > 1 || policy_->minimum_hospitals > 1 || !outlined_values_.empty();
  if (!says_something || !takes_blocks(rows, hierarchies_)) return;
  outline_ = std::make_unique<Pivots>();
  outline_->reset(tuples_in_blocks(std::move(rows), threads));
}

Result<void> Encoded::make_tuples(ClassTable rows, const Policy& policy, const Table& table, const Table& whole) {
  Grouping tuples;
  // Rows that are nearly all different are no smaller as tuples, and finding out which are not costs most.
  if (Grouper().run(rows, hierarchies_, lowest_, tuples, rows.entries(), true)) {
    root_ = std::make_shared<ClassTable>(rolled_up(rows, tuples, hierarchies_, lowest_));
  } else {
    tuples.class_of.resize(rows.entries());
    std::iota(tuples.class_of.begin(), tuples.class_of.end(), 0U);
    root_ = std::make_shared<ClassTable>(std::move(rows));
  }
  const Column* person = policy.person.empty() ? nullptr : table.find(policy.person);
  UnitPlaces places{.persons = 0};
  root_->units.push_back(units_of(person, tuples.class_of, *root_));
  for (const auto& [column, place] :
       {std::pair(&policy.household, &places.households), std::pair(&policy.hospital, &places.hospitals)}) {
    if (column->empty()) continue;
    *place = static_cast<int>(root_->units.size());
    root_->units.push_back(units_of(table.find(*column), tuples.class_of, *root_));
  }
  models_.set_units(places, root_->units[0].many.size() > 0);
  for (std::size_t h = 0; h < models_.wanted().size(); ++h) {
    const ModelSet::Wanted& wanted = models_.wanted()[h];
    root_->histograms.push_back(
        histogram_of(*table.find(wanted.attribute), person, tuples.class_of, *root_, wanted.distinct_only));
    if (!wanted.distinct_only)
      models_.set_shares(
          h, shares_of(*whole.find(wanted.attribute), policy.person.empty() ? nullptr : whole.find(policy.person)));
  }
  return {};
}

Result<void> Encoded::use(const Policy& policy) {
  const auto same = [](const Attribute& a, const Attribute& b) { return a.name == b.name && a.kind == b.kind; };
  if (!std::ranges::equal(policy.attributes, policy_->attributes, same) || !models_.use(policy))
    return fail("policy.changed", "the policy has other attributes or models than the one the table was encoded for");
  policy_ = &policy;
  std::size_t at = 0;
  for (const Attribute& attribute : policy.attributes)
    if (attribute.kind == Kind::kQuasi) attributes_[at++] = &attribute;
  prepare_weights();
  return {};
}

void Pivots::reset(std::shared_ptr<const ClassTable> root) {
  kept_ = {std::move(root)};
}

std::shared_ptr<const ClassTable> Pivots::best(const Levels& levels) const {
  const std::lock_guard lock(mutex_);
  for (const auto& table : kept_)
    if (std::ranges::equal(table->levels, levels, std::less_equal())) return table;
  return kept_.back();  // the root is more specific than any
}

bool Pivots::full() const {
  const std::size_t root = kept_.back()->entries();
  return entries_ > std::min(4 * root + (std::size_t{1} << 20), root + (std::size_t{1} << 26));
}

bool Pivots::claim(const Levels& levels) {
  const std::lock_guard lock(mutex_);
  if (full() || claimed_.contains(levels)) return false;
  for (const Levels& rejected : rejected_)
    if (std::ranges::equal(levels, rejected, std::less_equal())) return false;
  return claimed_.insert(levels).second;
}

void Pivots::keep(std::shared_ptr<const ClassTable> table) {
  const std::lock_guard lock(mutex_);
  entries_ += table->entries();
  const auto place = std::ranges::lower_bound(kept_, table->entries(), {}, [](const auto& t) { return t->entries(); });
  kept_.insert(place, std::move(table));
}

void Pivots::offer(const std::shared_ptr<const ClassTable>& table, std::size_t made_of) {
  {
    const std::lock_guard lock(mutex_);
    if (full() || table->entries() > made_of / 4 || !claimed_.insert(table->levels).second) return;
  }
  keep(table);
}

void Pivots::reject(const Levels& levels) {
  const std::lock_guard lock(mutex_);
  rejected_.push_back(levels);
}

namespace {

// Classes that a table may have to be worth keeping beside one of so many entries. Of large ones few enough that the
// place to find them stays small; beside a table in blocks, whose groups are looked at fast, fewer still.
std::size_t worthwhile(const ClassTable& table) {
  constexpr std::size_t kLarge = 3'000'000;
  const std::size_t entries = table.entries();
  return table.blocks.start.empty() ? std::min(entries / 4 * 3, std::max(kLarge, entries / 4)) : entries / 8;
}

std::vector<std::size_t> every_histogram(const ClassTable& table) {
  std::vector<std::size_t> out(table.histograms.size());
  std::iota(out.begin(), out.end(), std::size_t{0});
  return out;
}

}  // namespace

// Levels rounded down to multiples of four, then of two: few tables, each shared by many nodes.
std::shared_ptr<const ClassTable> Encoded::table_for(const Levels& levels, Pivots& pivots, Work& work) const {
  constexpr std::size_t kSmall = 500;
  for (const int step : {4, 2}) {
    std::shared_ptr<const ClassTable> base = pivots.best(levels);
    if (base->entries() < kSmall) return base;
    Levels pivot = levels;
    for (std::size_t i = 0; i < pivot.size(); ++i)
      pivot[i] = lowest_[i] + (levels[i] - lowest_[i]) / step * step;
    if (pivot == levels || !pivots.claim(pivot)) continue;
    base = pivots.best(pivot);
    if (pivot == base->levels) continue;
    if (auto made = coarser(*base, pivot, worthwhile(*base), work))
      pivots.keep(std::move(made));
    else if (base == pivots.root())
      pivots.reject(pivot);
  }
  return pivots.best(levels);
}

std::shared_ptr<ClassTable> Encoded::coarser(const ClassTable& base, const Levels& levels, std::size_t most,
                                             Work& work) const {
  if (in_blocks(base)) {
    auto made = compacted(base, hierarchies_, levels, work.threads, {.most = most, .guess = true});
    return made ? std::make_shared<ClassTable>(std::move(*made)) : nullptr;
  }
  if (!work.grouper.run(base, hierarchies_, levels, work.grouping, most, true)) return nullptr;
  return std::make_shared<ClassTable>(rolled_up(base, work.grouping, hierarchies_, levels));
}

bool Encoded::group(const Levels& levels, Work& work, bool rule_out) const {
  const Bounds bounds = rule_out ? this->bounds(every_histogram(*root_)) : Bounds();
  if (rule_out) {
    // Most choices that cannot be are known as such before a table is made for them.
    const std::shared_ptr<const ClassTable> base = pivots_->best(levels);
    if (in_blocks(*base) && passes_early(*base, hierarchies_, levels, work.threads, bounds)) return false;
  }
  work.base = table_for(levels, *pivots_, work);
  if (!in_blocks(*work.base)) return work.grouper.run(*work.base, hierarchies_, levels, work.grouping, bounds.most);
  auto made = compacted(*work.base, hierarchies_, levels, work.threads, bounds);
  if (!made) return false;
  const std::size_t entries = work.base->entries();
  work.base = std::make_shared<const ClassTable>(std::move(*made));
  pivots_->offer(work.base, entries);
  each_alone(*work.base, work.grouping);
  return true;
}

bool Encoded::dismisses(const Levels& levels, Work& work) const {
  if (outline_ == nullptr) return false;
  const Bounds bounds = this->bounds(outlined_values_);
  // Of tables that are not large the node itself is judged as fast.
  if (const auto base = outline_->best(levels); !in_blocks(*base))
    return false;
  else if (passes_early(*base, hierarchies_, levels, work.threads, bounds))
    return true;
  const std::shared_ptr<const ClassTable> base = table_for(levels, *outline_, work);
  if (!in_blocks(*base)) return false;
  auto made = compacted(*base, hierarchies_, levels, work.threads, bounds);
  if (!made) return true;
  outline_->offer(std::make_shared<const ClassTable>(std::move(*made)), base->entries());
  return false;
}

// What models of counts ask of a class, by its rows and the different values of some sensitive attributes.
Bounds Encoded::bounds(std::span<const std::size_t> values) const {
  const auto k = static_cast<std::size_t>(std::max(policy_->k(), policy_->minimum_hospitals));
  Bounds out;
  // Kept classes have k rows at least, those suppressed one, and no more rows may be suppressed than the limit.
  if (k >= 2 && root_->population.empty()) out.most = rows_ / k + limit();
  out.k = static_cast<std::uint32_t>(k);
  for (const std::size_t histogram : values)
    out.l.push_back(models_.least_values(histogram));
  out.limit = limit();
  return out;
}

std::size_t Encoded::limit() const {
  // In exact arithmetic: a limit of 0.29 over 100 rows is 29 rows, which the product in binary just misses.
  return static_cast<std::size_t>(
      std::floor(policy_->suppression_limit * static_cast<double>(rows_) + 1e-9 * static_cast<double>(rows_ != 0)));
}

Judgement Encoded::judge(const Levels& levels, Work& work) const {
  group(levels, work);
  return judge_group(levels, work);
}

Judgement Encoded::judge_or_rule_out(const Levels& levels, Work& work) const {
  return group(levels, work, true) ? judge_group(levels, work) : ruled_out();
}

Judgement Encoded::ruled_out() const {
  Judgement out;
  out.rules_out = true;
  out.suppressed = limit() + 1;
  return out;
}

Judgement Encoded::judge_from_rows(const Levels& levels, Work& work) const {
  work.base = root_;
  if (in_blocks(*root_)) {
    work.base = std::make_shared<const ClassTable>(*compacted(*root_, hierarchies_, levels, work.threads, {}));
    each_alone(*work.base, work.grouping);
  } else {
    work.grouper.run(*root_, hierarchies_, levels, work.grouping);
  }
  return judge_group(levels, work);
}

Judgement Encoded::judge_group(const Levels& levels, Work& work) const {
  work.verdict = models_.judge(*work.base, work.grouping, limit());
  Judgement out;
  out.rules_out = work.verdict.rules_out;
  out.valid = work.verdict.suppressed <= limit() && !work.verdict.invalid;
  out.suppressed = work.verdict.suppressed;
  out.floor = floor(levels, work);
  if (!out.valid) return out;
  out.smallest = SIZE_MAX;
  for (std::size_t c = 0; c < work.grouping.classes(); ++c) {
    if (work.verdict.fails[c] || work.grouping.rows[c] == 0) continue;
    ++out.classes;
    out.smallest = std::min<std::size_t>(out.smallest, work.grouping.units[0][c]);
  }
  if (out.classes == 0) out.smallest = 0;
  out.score = score(levels, out, work);
  return out;
}

std::vector<std::vector<std::string>> Encoded::failing(const Levels& levels, Work& work) const {
  group(levels, work);
  work.verdict = models_.judge(*work.base, work.grouping, limit());
  std::vector<std::vector<std::string>> out;
  for (std::size_t c = 0; c < work.grouping.classes(); ++c) {
    if (!work.verdict.fails[c] || work.grouping.rows[c] == 0) continue;
    std::vector<std::string>& labels = out.emplace_back();
    for (std::size_t i = 0; i < attributes(); ++i)
      labels.push_back(hierarchies_[i].label(levels[i], label_of(work, i, levels[i], c)));
  }
  std::ranges::sort(out);
  return out;
}

std::size_t Encoded::best_k(const Levels& levels, Work& work) const {
  group(levels, work);
  return work.grouping.classes() == 0 ? 0 : std::ranges::min(work.grouping.units[0]);
}

std::vector<std::size_t> Encoded::demands() const {
  std::vector<std::size_t> out(policy_->models.size() + (policy_->minimum_hospitals > 0 ? 1 : 0));
  std::iota(out.begin(), out.end(), std::size_t{0});
  return out;
}

std::string Encoded::demand_text(std::size_t demand) const {
  return demand < policy_->models.size() ? describe(policy_->models[demand]) : "minimum_hospitals";
}

bool Encoded::too_much(std::span<const std::size_t> demands, const Work& work) const {
  const Verdict verdict = models_.judge_some(demands, *work.base, work.grouping);
  return verdict.suppressed > limit() || verdict.invalid;
}

std::size_t Encoded::reachable_k(const Levels& levels, Work& work) const {
  group(levels, work);
  std::vector<std::size_t> others = demands();
  std::erase_if(others, [&](std::size_t demand) {
    return demand < policy_->models.size() && policy_->models[demand].kind == Model::Kind::kAnonymity;
  });
  Verdict verdict = models_.judge_some(others, *work.base, work.grouping);
  if (verdict.suppressed > limit() || verdict.invalid) {
    verdict.suppressed = 0;
    std::ranges::fill(verdict.fails, std::uint8_t{0});
  }
  std::vector<std::pair<std::uint32_t, std::uint32_t>> sizes;
  for (std::size_t c = 0; c < work.grouping.classes(); ++c)
    if (work.grouping.rows[c] > 0 && !verdict.fails[c])
      sizes.emplace_back(work.grouping.units[0][c], work.grouping.rows[c]);
  std::ranges::sort(sizes);
  std::size_t suppressed = verdict.suppressed;
  for (const auto& [persons, rows] : sizes) {
    suppressed += rows;
    if (suppressed > limit()) return persons;
  }
  return sizes.empty() ? 0 : sizes.back().first;
}

std::vector<std::string> Encoded::broken(const Levels& levels, Work& work) const {
  group(levels, work);
  std::vector<std::string> out;
  for (const std::size_t demand : demands())
    if (too_much({&demand, 1}, work)) out.push_back(demand_text(demand));
  return out;
}

std::vector<std::string> Encoded::exclusive(const Levels& levels, Work& work) const {
  group(levels, work);
  std::vector<std::size_t> set = demands();
  if (!too_much(set, work)) return {};
  for (std::size_t i = 0; i < set.size();) {
    std::vector<std::size_t> rest = set;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    if (too_much(rest, work))
      set = std::move(rest);
    else
      ++i;
  }
  std::vector<std::string> out;
  for (const std::size_t demand : set)
    out.push_back(demand_text(demand));
  return out;
}

}  // namespace sekisho::anonymize::detail

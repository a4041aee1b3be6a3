#include "release/attack_facts.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "anonymize/history_dates.h"

namespace sekisho::release::detail {

using anonymize::Table;

namespace {

constexpr std::size_t kMostBlanks = 10;  // columns of a row that are tried with and without their value

struct TupleHash {
  std::size_t operator()(const std::vector<std::uint32_t>& tuple) const {
    std::size_t out = tuple.size();
    for (const std::uint32_t one : tuple)
      out = (out ^ one) * 0x9e3779b97f4a7c15ULL, out ^= out >> 29;
    return out;
  }
};
using Tuples = std::unordered_map<std::vector<std::uint32_t>, std::uint32_t, TupleHash>;

struct Pairs {
  std::vector<std::uint32_t> person, fact;
  void add(std::uint32_t p, std::uint32_t f) {
    person.push_back(p);
    fact.push_back(f);
  }
};

bool in_grain(const Lens& lens, Grain grain) {
  return grain == Grain::kOutside ? lens.outside : lens.inside;
}
bool has_grain(const Sight& sight, Grain grain) {
  return grain == Grain::kOutside ? sight.outside : sight.inside;
}
constexpr Grain kRowGrains[] = {Grain::kOutside, Grain::kInside};

}  // namespace

Knowledge Knowledge::of_rows(const std::vector<Table>& tables, const std::vector<Sight>& sights, const Whose& whose,
                             std::size_t persons, const std::vector<bool>& kept) {
  Knowledge out;
  out.persons = persons;
  out.records_of.resize(persons);
  std::array<Pairs, 3> pairs;
  std::map<std::pair<std::uint32_t, std::string>, std::uint32_t> records;  // by person and hospital
  for (std::uint32_t t = 0; t < tables.size(); ++t) {
    const Table& table = tables[t];
    const Sight& sight = sights[t];
    std::vector<const anonymize::Column*> columns;
    std::vector<std::vector<std::uint32_t>> value_numbers;
    for (const Lens& lens : sight.lenses) {
      columns.push_back(table.find(lens.name));
      value_numbers.emplace_back(columns.back()->values().size(), kNobody);
    }
    const anonymize::Column* hospital = sight.hospital.empty() ? nullptr : table.find(sight.hospital);
    std::array<Tuples, 2> tuples;
    std::vector<std::uint32_t> tuple;
    for (std::uint32_t row = 0; row < table.rows; ++row) {
      const std::uint32_t person = whose[t][table.columns.front().code(row)];
      if (person == kNobody || (!kept.empty() && !kept[row])) continue;
      for (std::uint32_t i = 0; i < columns.size(); ++i) {
        const std::uint32_t code = columns[i]->code(row);
        if (columns[i]->values()[code].empty() || sight.lenses[i].labels[code].empty()) continue;
        std::uint32_t& number = value_numbers[i][code];
        if (number == kNobody) {
          number = static_cast<std::uint32_t>(out.values.size());
          out.values.push_back({t, i, code});
        }
        pairs[0].add(person, number);
      }
      for (const Grain grain : kRowGrains) {
        if (!has_grain(sight, grain)) continue;
        const bool inside = grain == Grain::kInside;
        if (inside && hospital != nullptr && hospital->text(row).empty()) continue;
        const std::size_t g = inside ? 1 : 0;
        tuple.clear();
        for (std::size_t i = 0; i < columns.size(); ++i)
          if (in_grain(sight.lenses[i], grain)) tuple.push_back(columns[i]->code(row));
        const auto [found, fresh] = tuples[g].try_emplace(tuple, static_cast<std::uint32_t>(out.rows[g].size()));
        if (fresh) out.rows[g].push_back({t, row});
        pairs[g + 1].add(person, found->second);
        if (!inside) continue;
        const auto [record, first] = records.try_emplace({person, hospital == nullptr ? "" : hospital->text(row)},
                                                         static_cast<std::uint32_t>(out.records.size()));
        if (first) {
          out.records.emplace_back();
          out.records_of[person].push_back(record->second);
        }
        out.records[record->second].rows.push_back(found->second);
      }
    }
  }
  out.of[0] = anonymize::members(pairs[0].person, pairs[0].fact, persons);
  for (std::size_t g = 1; g < 3; ++g)
    out.of[g] = anonymize::members(pairs[g].person, pairs[g].fact, persons);
  for (Record& record : out.records) {
    std::ranges::sort(record.rows);
    record.rows.erase(std::ranges::unique(record.rows).begin(), record.rows.end());
  }
  return out;
}

namespace {

// One table as it is shown, beside the table before that tells what to look for.
class ShownTable {
 public:
  ShownTable(const Table& shown, const Table& before, const Sight& sight) : shown_(shown), sight_(sight) {
    for (const Lens& lens : sight.lenses) {
      columns_.push_back(shown.find(lens.name));
      before_.push_back(before.find(lens.name));
      std::unordered_map<std::string_view, std::uint32_t>& codes = codes_.emplace_back();
      if (columns_.back() == nullptr) continue;
      const std::vector<std::string>& values = columns_.back()->values();
      for (std::uint32_t code = 0; code < values.size(); ++code)
        codes.emplace(values[code], code);
    }
  }

  // Facts that the rows show, numbered from `next` on.
  void collect(const std::vector<std::uint32_t>& whose, std::uint32_t& next, Pairs& pairs) {
    for (const anonymize::Column* column : columns_) {
      first_.push_back(next);
      if (column != nullptr) next += static_cast<std::uint32_t>(column->values().size());
    }
    std::vector<std::uint32_t> tuple;
    for (std::size_t row = 0; row < shown_.rows; ++row) {
      const std::uint32_t person = whose[shown_.columns.front().code(row)];
      if (person == kNobody) continue;
      for (std::size_t i = 0; i < columns_.size(); ++i)
        if (columns_[i] != nullptr && !columns_[i]->text(row).empty())
          pairs.add(person, first_[i] + columns_[i]->code(row));
      for (std::size_t g = 0; g < 2; ++g) {
        if (!has_grain(sight_, kRowGrains[g])) continue;
        tuple.clear();
        for (std::size_t i = 0; i < columns_.size(); ++i)
          if (in_grain(sight_.lenses[i], kRowGrains[g]))
            tuple.push_back(columns_[i] == nullptr ? kNobody : columns_[i]->code(row));
        const auto [found, fresh] = tuples_[g].try_emplace(tuple, next);
        if (fresh) ++next;
        pairs.add(person, found->second);
      }
    }
  }

  // Facts that may stand for a value before: the finest label that stands there, or, where rounds of local recoding
  // show it by several, any of them.
  std::vector<std::uint32_t> meanings_of_value(std::size_t lens, std::uint32_t code) const {
    const std::uint32_t finest = finest_code(lens, code);
    std::vector<std::uint32_t> out;
    for (std::size_t round = 0; round < sight_.lenses[lens].levels.size(); ++round)
      if (const std::uint32_t found = code_in_round(lens, code, round); found != kNobody) out.push_back(found);
    if (finest != kNobody && std::ranges::find(out, finest) == out.end()) out = {finest};
    for (std::uint32_t& one : out)
      one += first_[lens];
    return out;
  }

  // The same for a row: the finest labels together, else those of a round, else with blanks.
  std::vector<std::uint32_t> meanings_of_row(std::size_t grain, std::size_t row) const {
    std::vector<std::uint32_t> out, finest;
    std::vector<std::size_t> lenses;
    std::size_t rounds = 0;
    for (std::size_t i = 0; i < columns_.size(); ++i)
      if (in_grain(sight_.lenses[i], kRowGrains[grain])) {
        lenses.push_back(i);
        rounds = std::max(rounds, sight_.lenses[i].levels.size());
        finest.push_back(finest_code(i, before_[i]->code(row)));
      }
    const auto look = [&](const std::vector<std::uint32_t>& tuple) {
      if (const auto found = tuples_[grain].find(tuple); found != tuples_[grain].end()) out.push_back(found->second);
    };
    std::vector<std::uint32_t> tuple;
    for (std::size_t round = 0; round < rounds; ++round) {
      tuple.clear();
      for (const std::size_t i : lenses)
        tuple.push_back(sight_.lenses[i].levels.empty() ? finest_code(i, before_[i]->code(row))
                                                        : code_in_round(i, before_[i]->code(row), round));
      look(tuple);
    }
    if (const auto found = tuples_[grain].find(finest); found != tuples_[grain].end())
      if (std::ranges::find(out, found->second) == out.end()) out = {found->second};
    if (out.empty() && rounds == 0) look_with_blanks(finest, lenses, look);
    return out;
  }

 private:
  std::uint32_t code_of(std::size_t lens, const std::string& text) const {
    const auto found = codes_[lens].find(text);
    return found == codes_[lens].end() ? kNobody : found->second;
  }
  std::uint32_t finest_code(std::size_t lens, std::uint32_t code) const {
    const std::vector<std::string>& labels = sight_.lenses[lens].labels[code];
    if (labels.empty()) return code_of(lens, "");
    for (const std::string& label : labels)
      if (const std::uint32_t found = code_of(lens, label); found != kNobody) return found;
    return kNobody;
  }
  std::uint32_t code_in_round(std::size_t lens, std::uint32_t code, std::size_t round) const {
    const Lens& one = sight_.lenses[lens];
    return code_of(lens, one.labels[code][one.levels[std::min(round, one.levels.size() - 1)]]);
  }
  // Items are left out of single persons' rows.
  template <class Look>
  void look_with_blanks(const std::vector<std::uint32_t>& whole, const std::vector<std::size_t>& lenses,
                        const Look& look) const {
    std::vector<std::size_t> places;
    for (std::size_t j = 0; j < lenses.size() && places.size() < kMostBlanks; ++j)
      if (code_of(lenses[j], "") != kNobody) places.push_back(j);
    for (std::size_t mask = 1; mask < std::size_t{1} << places.size(); ++mask) {
      std::vector<std::uint32_t> tuple = whole;
      for (std::size_t j = 0; j < places.size(); ++j)
        if ((mask >> j & 1) != 0) tuple[places[j]] = code_of(lenses[places[j]], "");
      look(tuple);
    }
  }

  const Table& shown_;
  const Sight& sight_;
  std::vector<const anonymize::Column*> columns_, before_;
  std::vector<std::unordered_map<std::string_view, std::uint32_t>> codes_;  // of each text
  std::vector<std::uint32_t> first_;                                        // fact of a column's first code
  std::array<Tuples, 2> tuples_;
};

// The days of a person as one text: as they are, or, when they were moved, days after the first.
std::string days_of(std::vector<std::string>& days, bool moved) {
  std::ranges::sort(days);
  days.erase(std::ranges::unique(days).begin(), days.end());
  if (days.size() < 2) return "";
  std::string out;
  const std::int32_t first = anonymize::detail::read_date(days.front()).day;
  for (const std::string& day : days)
    out += (moved ? std::to_string(anonymize::detail::read_date(day).day - first) : day) + " ";
  return out;
}

}  // namespace

Seen::Seen(const Tables& shown, const std::vector<Table>& before, const std::vector<Sight>& sights,
           const Knowledge& knowledge)
    : persons_(knowledge.persons), days_(knowledge.persons) {
  Pairs pairs;
  std::uint32_t next = 0;
  std::vector<ShownTable> tables;
  std::vector<std::vector<std::string>> days(persons_);
  bool moved = false;
  for (std::size_t t = 0; t < before.size(); ++t) {
    const Table& table = shown.tables[t];
    tables.emplace_back(table, before[t], sights[t]);
    tables.back().collect(shown.whose[t], next, pairs);
    moved = moved || sights[t].moved;
    const anonymize::Column* date = sights[t].date.empty() ? nullptr : table.find(sights[t].date);
    for (std::size_t row = 0; date != nullptr && row < table.rows; ++row)
      if (const std::uint32_t person = shown.whose[t][table.columns.front().code(row)];
          person != kNobody && !date->text(row).empty())
        days[person].push_back(date->text(row));
  }
  for (std::size_t p = 0; p < persons_; ++p)
    days_[p] = days_of(days[p], moved);

  // What several facts may stand for is one more fact, of those who have any of them.
  const Members with_fact = anonymize::members(pairs.fact, pairs.person, next);
  std::map<std::vector<std::uint32_t>, std::uint32_t> joined;
  const auto meaning = [&](std::vector<std::uint32_t> any) {
    if (any.empty()) return kNobody;
    if (any.size() == 1) return any.front();
    std::ranges::sort(any);
    const auto [found, fresh] = joined.try_emplace(std::move(any), next);
    if (fresh) {
      for (const std::uint32_t one : found->first)
        for (const std::uint32_t person : with_fact.of(one))
          pairs.add(person, next);
      ++next;
    }
    return found->second;
  };
  for (const Knowledge::Value& value : knowledge.values)
    meaning_[0].push_back(meaning(tables[value.table].meanings_of_value(value.lens, value.code)));
  for (std::size_t g = 0; g < 2; ++g)
    for (const Knowledge::Row& row : knowledge.rows[g])
      meaning_[g + 1].push_back(meaning(tables[row.table].meanings_of_row(g, row.row)));
  facts_ = std::make_unique<anonymize::detail::Facts>(pairs.person, pairs.fact, persons_, next);
  with_fact_ = anonymize::members(pairs.fact, pairs.person, next);
}

void Seen::ask(std::span<const Fact> known) {
  asked_.clear();
  for (const Fact& one : known)
    if (const std::uint32_t fact = meaning_[static_cast<std::size_t>(one.grain)][one.number]; fact != kNobody)
      asked_.push_back(fact);
  listed_ = false;
  everybody_ = asked_.empty();
  if (everybody_) return;
  facts_->ask(asked_);
  if (facts_->count() > 0) return;
  listed_ = true;
  std::ranges::sort(asked_, {}, [&](std::uint32_t fact) { return with_fact_.of(fact).size(); });
  const auto rarest = with_fact_.of(asked_.front());
  list_.assign(rarest.begin(), rarest.end());
  for (const std::uint32_t fact : std::span(asked_).subspan(1)) {
    next_.clear();
    std::ranges::set_intersection(list_, with_fact_.of(fact), std::back_inserter(next_));
    if (!next_.empty()) list_.swap(next_);
  }
}

std::uint32_t Seen::nth(std::size_t n) const {
  if (everybody_) return static_cast<std::uint32_t>(n);
  return listed_ ? list_[n] : facts_->nth(n);
}

bool Seen::fits(std::uint32_t person) const {
  if (everybody_) return true;
  if (listed_) return std::ranges::binary_search(list_, person);
  const auto own = facts_->of_persons().of(person);
  return std::ranges::all_of(asked_, [&](std::uint32_t fact) { return std::ranges::binary_search(own, fact); });
}

}  // namespace sekisho::release::detail

#include "anonymize/history_attack.h"

#include <algorithm>
#include <functional>
#include <map>
#include <unordered_map>

#include "anonymize/attack_trials.h"
#include "anonymize/history_dates.h"

namespace sekisho::anonymize {
namespace {

using detail::Facts;
using detail::TrialStream;

// Numbers for texts, in order of first sight.
class Names {
 public:
  std::uint32_t of(std::string text) {
    return numbers_.try_emplace(std::move(text), static_cast<std::uint32_t>(numbers_.size())).first->second;
  }
  std::size_t size() const { return numbers_.size(); }

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

struct Pairs {
  std::vector<std::uint32_t> person, fact;
  void add(std::uint32_t p, std::uint32_t f) {
    person.push_back(p);
    fact.push_back(f);
  }
};

// What the attackers see of one side.
struct Seen {
  std::size_t persons = 0;
  Names item_names, row_names;
  Pairs items;                                  // of all rows
  Pairs plain, hospital;                        // rows whole: of tables without dates, and those that name a hospital
  std::vector<std::vector<std::string>> dates;  // by person
  std::vector<std::string> days;                // what they show; "" with less than two
};

// One table on one side: texts by row, whoever holds them.
struct Reader {
  const History& history;
  bool days_known = false;  // nothing has moved them: somebody who knows a day finds it
  std::size_t rows = 0;
  std::function<std::uint32_t(std::size_t row)> person;
  // nullptr: the column is not there.
  std::function<const std::string*(std::size_t row, const std::string& column)> text;
};

void look(const Reader& reader, Seen& out) {
  const History& history = reader.history;
  for (std::size_t row = 0; row < reader.rows; ++row) {
    const std::uint32_t person = reader.person(row);
    std::string whole = history.name;
    bool hospital = false, any = false;
    const auto add = [&](const std::string& column, const std::string& text) {
      whole += "\x1f" + text;
      if (text.empty()) return;
      any = true;
      out.items.add(person, out.item_names.of(history.name + "\x1f" + column + "\x1f" + text));
    };
    for (const HistoryColumn& column : history.columns) {
      const std::string* text = reader.text(row, column.attribute.name);
      if (column.kind != HistoryColumn::Kind::kItem || text == nullptr) continue;
      add(column.attribute.name, *text);
      hospital = hospital || (column.hospital && !text->empty());
    }
    if (!history.date.empty())
      if (const std::string* text = reader.text(row, history.date); text != nullptr && !text->empty()) {
        out.dates[person].push_back(*text);
        if (reader.days_known) add(history.date, *text);
      }
    if (any && history.date.empty()) out.plain.add(person, out.row_names.of(whole));
    if (hospital) out.hospital.add(person, out.row_names.of(whole));
  }
}

// Where dates were moved, the days between a person's are what they show.
void finish(Seen& seen, bool moved) {
  for (std::vector<std::string>& dates : seen.dates) {
    std::vector<std::int32_t> days;
    for (const std::string& one : dates)
      if (moved) days.push_back(detail::read_date(one).day);
    seen.days.push_back(moved ? detail::days_between(std::move(days)) : detail::different(std::move(dates)));
  }
}

// Persons of both sides by their ids before.
using Ids = std::unordered_map<std::string, std::uint32_t>;

Seen seen_before(const std::vector<Table>& tables, const HistoryPolicy& policy, const Ids& ids) {
  Seen out;
  out.persons = ids.size();
  out.dates.resize(ids.size());
  for (std::size_t h = 0; h < tables.size(); ++h) {
    const Table& table = tables[h];
    const Column& persons = *table.find(policy.person);
    look({.history = policy.histories[h],
          .days_known = true,
          .rows = table.rows,
          .person = [&](std::size_t row) { return ids.find(persons.text(row))->second; },
          .text = [&](std::size_t row, const std::string& column) -> const std::string* {
            const Column* found = table.find(column);
            return found == nullptr ? nullptr : &found->text(row);
          }},
         out);
  }
  finish(out, false);
  return out;
}

Seen seen_after(const FinishedHistories& finished, const HistoryPolicy& policy) {
  Seen out;
  out.persons = finished.source.size();
  out.dates.resize(out.persons);
  for (std::size_t h = 0; h < finished.histories.size(); ++h) {
    const FinishedHistory& history = finished.histories[h];
    look({.history = policy.histories[h],
          .days_known = policy.dates.kind == DateRule::Kind::kCoarsen,
          .rows = history.rows,
          .person = [&](std::size_t row) { return static_cast<std::uint32_t>(history.number(row)); },
          .text = [&](std::size_t row, const std::string& column) -> const std::string* {
            const auto found = std::ranges::find(history.header, column);
            if (found == history.header.end()) return nullptr;
            const FinishedHistory::Field& field =
                history.fields[static_cast<std::size_t>(found - history.header.begin())];
            return &field.texts[field.code[row]];
          }},
         out);
  }
  finish(out, policy.dates.kind == DateRule::Kind::kShift);
  return out;
}

// Those who have a fact at all.
std::vector<std::uint32_t> holders(const Pairs& pairs) {
  std::vector<std::uint32_t> out = pairs.person;
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

// Knows up to `many` facts of the person, drawn evenly.
Attack::Side attack_facts(const Pairs& pairs, const Names& names, std::size_t persons, std::size_t many,
                          const TrialStream& stream) {
  const std::vector<std::uint32_t> targets = holders(pairs);
  if (targets.empty()) return {};
  Facts facts(pairs.person, pairs.fact, persons, names.size());
  std::vector<std::uint32_t> known;
  return detail::tried(facts, targets, stream, [&](std::uint32_t target, SeededRandom& random) {
    const auto all = facts.of_persons().of(target);
    known.assign(all.begin(), all.end());
    const std::size_t taken = std::min(many, known.size());
    for (std::size_t i = 0; i < taken; ++i)
      std::swap(known[i], known[i + random.below(known.size() - i)]);
    known.resize(taken);
    return std::span<const std::uint32_t>(known);
  });
}

// Looks for somebody with the same dates, or, where they were moved, the same days between them; without any such it is
// somebody.
Attack::Side attack_household(const Seen& seen, const std::vector<std::uint32_t>& household,
                              const TrialStream& stream) {
  std::map<std::string, std::vector<std::uint32_t>> alike;
  std::map<std::uint32_t, std::vector<std::uint32_t>> members;
  for (std::uint32_t p = 0; p < seen.persons; ++p) {
    if (!seen.days[p].empty()) alike[seen.days[p]].push_back(p);
    if (household[p] != UINT32_MAX) members[household[p]].push_back(p);
  }
  std::vector<std::uint32_t> targets;
  for (const auto& [one, persons] : members)
    if (persons.size() > 1) targets.insert(targets.end(), persons.begin(), persons.end());
  if (targets.empty()) return {};
  const auto fitting = [&](std::uint32_t p) -> const std::vector<std::uint32_t>* {
    const auto found = alike.find(seen.days[p]);
    return found == alike.end() || found->second.size() < 2 ? nullptr : &found->second;
  };
  double stated = 0;
  for (const std::uint32_t target : targets) {
    std::size_t fellows = members[household[target]].size() - 1, all = seen.persons - 1;
    if (const auto* same = fitting(target)) {
      all = same->size() - 1;
      fellows = static_cast<std::size_t>(std::ranges::count_if(
          *same, [&](std::uint32_t p) { return p != target && household[p] == household[target]; }));
    }
    stated += static_cast<double>(fellows) / static_cast<double>(all);
  }
  return detail::tried(stated / static_cast<double>(targets.size()), stream, [&](SeededRandom& random) {
    const std::uint32_t target = targets[random.below(targets.size())];
    const auto* same = fitting(target);
    std::uint32_t picked = target;
    while (picked == target)
      picked = same != nullptr ? (*same)[random.below(same->size())]
                               : static_cast<std::uint32_t>(random.below(seen.persons));
    return household[picked] == household[target];
  });
}

// The household of each person before; UINT32_MAX: none is told.
std::vector<std::uint32_t> households_of(const std::vector<Table>& tables, const HistoryPolicy& policy,
                                         const Ids& ids) {
  std::vector<std::uint32_t> out(ids.size(), UINT32_MAX);
  Names names;
  for (std::size_t h = 0; h < tables.size(); ++h)
    for (const HistoryColumn& column : policy.histories[h].columns) {
      if (column.kind != HistoryColumn::Kind::kHousehold) continue;
      const Column& values = *tables[h].find(column.attribute.name);
      const Column& persons = *tables[h].find(policy.person);
      for (std::size_t row = 0; row < tables[h].rows; ++row)
        if (std::uint32_t& one = out[ids.find(persons.text(row))->second];
            one == UINT32_MAX && !values.text(row).empty())
          one = names.of(values.text(row));
    }
  return out;
}

}  // namespace

std::vector<Attack> simulate_history_attacks(const std::vector<Table>& before, const FinishedHistories& after,
                                             const HistoryPolicy& policy, const AttackOptions& options) {
  Ids ids;
  for (const Table& table : before)
    for (const std::string& id : table.find(policy.person)->values())
      ids.emplace(id, static_cast<std::uint32_t>(ids.size()));
  const Seen sides[] = {seen_before(before, policy, ids), seen_after(after, policy)};
  const std::vector<std::uint32_t> household = households_of(before, policy, ids);
  std::vector<std::uint32_t> household_after;
  for (const std::string& id : after.source)
    household_after.push_back(household[ids.find(id)->second]);

  std::vector<Attack> out;
  const auto add = [&](std::string attacker, const auto& attack) {
    Attack one;
    one.attacker = std::move(attacker);
    for (std::uint64_t side = 0; side < 2; ++side)
      if (sides[side].persons > 1)
        (side == 0 ? one.before : one.after) = attack(sides[side], TrialStream{options, out.size() + 1, side});
    if (one.before.trials > 0) out.push_back(std::move(one));
  };
  add("quasi-identifiers", [](const Seen& seen, const TrialStream& stream) {
    return attack_facts(seen.plain, seen.row_names, seen.persons, 1, stream);
  });
  add("facts", [&](const Seen& seen, const TrialStream& stream) {
    return attack_facts(seen.items, seen.item_names, seen.persons, static_cast<std::size_t>(options.facts), stream);
  });
  if (!out.empty() && out.back().attacker == "facts") {
    out.back().known = static_cast<std::size_t>(options.facts);
    if (options.facts <= policy.m) out.back().promised = 1.0 / policy.k;
  }
  add("hospital", [](const Seen& seen, const TrialStream& stream) {
    return attack_facts(seen.hospital, seen.row_names, seen.persons, 1, stream);
  });
  add("household", [&](const Seen& seen, const TrialStream& stream) {
    return attack_household(seen, stream.side == 0 ? household : household_after, stream);
  });
  return out;
}

}  // namespace sekisho::anonymize

#include "release/attack.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "core/csv.h"
#include "core/file.h"
#include "core/random.h"
#include "release/attack_facts.h"

namespace sekisho::release {

namespace fs = std::filesystem;
using namespace detail;
using anonymize::Attack;
using anonymize::AttackOptions;
using anonymize::Table;

namespace {

// One side: what is known of the persons, where the rate is counted, and where it is tried out.
struct Board {
  const Knowledge& knowledge;
  Seen& stated;
  Seen& attacked;
  const std::vector<std::uint32_t>& household;  // by person; kNobody: not known
  const AttackOptions& options;
  std::uint64_t stream = 0;  // of random numbers: no attack shares any with another, nor counting with trying
};

Attack::Side tried(const Board& board, double stated, const std::function<bool(SeededRandom&)>& trial) {
  SeededRandom random(board.options.seed, 2 * board.stream);
  Attack::Side out{.trials = board.options.trials, .stated = stated};
  for (std::size_t i = 0; i < out.trials; ++i)
    out.successes += trial(random) ? 1 : 0;
  out.rate = static_cast<double>(out.successes) / static_cast<double>(out.trials);
  out.upper = anonymize::clopper_pearson_upper(out.successes, out.trials);
  return out;
}

// What an attacker knows of the person.
using Draw = std::function<void(std::uint32_t person, SeededRandom& random, std::vector<Fact>& known)>;

// Looks for a person: the expected rate is a mean over all persons, each equally often, where that takes no more
// questions than the trials.
Attack::Side look_for_persons(const Board& board, const std::vector<std::uint32_t>& persons, const Draw& draw) {
  if (persons.empty()) return {};
  std::vector<Fact> known;
  SeededRandom random(board.options.seed, 2 * board.stream + 1);
  const std::size_t trials = board.options.trials;
  const bool all = persons.size() <= trials;
  const std::size_t questions = all ? trials / persons.size() * persons.size() : trials;
  double sum = 0;
  for (std::size_t i = 0; i < questions; ++i) {
    const std::uint32_t target = persons[all ? i % persons.size() : random.below(persons.size())];
    known.clear();
    draw(target, random, known);
    board.stated.ask(known);
    if (board.stated.fits(target)) sum += 1.0 / static_cast<double>(board.stated.count());
  }
  return tried(board, sum / static_cast<double>(questions), [&](SeededRandom& trial) {
    const std::uint32_t target = persons[trial.below(persons.size())];
    known.clear();
    draw(target, trial, known);
    board.attacked.ask(known);
    return board.attacked.nth(trial.below(board.attacked.count())) == target;
  });
}

// Those of whom something of the grain is true.
std::vector<std::uint32_t> with(const Members& of) {
  std::vector<std::uint32_t> out;
  for (std::uint32_t p = 0; p < of.size(); ++p)
    if (!of.of(p).empty()) out.push_back(p);
  return out;
}

Attack::Side know_a_row(const Board& board, Grain grain) {
  const Members& of = board.knowledge.of[static_cast<std::size_t>(grain)];
  return look_for_persons(board, with(of), [&](std::uint32_t person, SeededRandom& random, std::vector<Fact>& known) {
    const auto rows = of.of(person);
    known.push_back({grain, rows[random.below(rows.size())]});
  });
}

void all_outside(const Knowledge& knowledge, std::uint32_t person, std::vector<Fact>& known) {
  for (const std::uint32_t row : knowledge.of[static_cast<std::size_t>(Grain::kOutside)].of(person))
    known.push_back({Grain::kOutside, row});
}

Attack::Side know_all_rows(const Board& board) {
  const Members& of = board.knowledge.of[static_cast<std::size_t>(Grain::kOutside)];
  return look_for_persons(board, with(of), [&](std::uint32_t person, SeededRandom&, std::vector<Fact>& known) {
    all_outside(board.knowledge, person, known);
  });
}

Attack::Side know_facts(const Board& board) {
  const Members& of = board.knowledge.of[static_cast<std::size_t>(Grain::kValue)];
  std::vector<std::uint32_t> values;
  return look_for_persons(board, with(of), [&](std::uint32_t person, SeededRandom& random, std::vector<Fact>& known) {
    values.assign(of.of(person).begin(), of.of(person).end());
    for (std::size_t i = 0; i < values.size() && i < static_cast<std::size_t>(board.options.facts); ++i) {
      std::swap(values[i], values[i + random.below(values.size() - i)]);
      known.push_back({Grain::kValue, values[i]});
    }
  });
}

Attack::Side know_a_record(const Board& board) {
  const Knowledge& knowledge = board.knowledge;
  std::vector<std::uint32_t> persons;
  for (std::uint32_t p = 0; p < knowledge.persons; ++p)
    if (!knowledge.records_of[p].empty()) persons.push_back(p);
  return look_for_persons(board, persons, [&](std::uint32_t person, SeededRandom& random, std::vector<Fact>& known) {
    const std::vector<std::uint32_t>& records = knowledge.records_of[person];
    for (const std::uint32_t row : knowledge.records[records[random.below(records.size())]].rows)
      known.push_back({Grain::kInside, row});
    all_outside(knowledge, person, known);
  });
}

// Households of two members or more.
std::vector<std::vector<std::uint32_t>> households(const std::vector<std::uint32_t>& household) {
  std::map<std::uint32_t, std::vector<std::uint32_t>> members;
  for (std::uint32_t p = 0; p < household.size(); ++p)
    if (household[p] != kNobody) members[household[p]].push_back(p);
  std::vector<std::vector<std::uint32_t>> out;
  for (auto& [number, persons] : members)
    if (persons.size() > 1) out.push_back(std::move(persons));
  return out;
}

// The member whom fewest fit is looked for.
Attack::Side look_for_a_household(const Board& board) {
  const auto all = households(board.household);
  if (all.empty()) return {};
  std::vector<Fact> known;
  const auto ask = [&](Seen& seen, std::uint32_t person) {
    known.clear();
    all_outside(board.knowledge, person, known);
    seen.ask(known);
  };
  const auto fewest = [&](Seen& seen, const std::vector<std::uint32_t>& members) {
    std::uint32_t best = members.front();
    std::size_t count = SIZE_MAX;
    for (const std::uint32_t person : members) {
      ask(seen, person);
      if (seen.count() < count) best = person, count = seen.count();
    }
    return best;
  };
  double sum = 0;
  for (const std::vector<std::uint32_t>& members : all) {
    ask(board.stated, fewest(board.stated, members));
    const auto fit = std::ranges::count_if(members, [&](std::uint32_t p) { return board.stated.fits(p); });
    sum += static_cast<double>(fit) / static_cast<double>(board.stated.count());
  }
  std::vector<std::uint32_t> chosen;
  for (const std::vector<std::uint32_t>& members : all)
    chosen.push_back(fewest(board.attacked, members));
  return tried(board, sum / static_cast<double>(all.size()), [&](SeededRandom& random) {
    const std::size_t target = random.below(all.size());
    ask(board.attacked, chosen[target]);
    const std::uint32_t picked = board.attacked.nth(random.below(board.attacked.count()));
    return std::ranges::binary_search(all[target], picked);
  });
}

// Another person with the same days; where nobody else has them it is anybody else.
Attack::Side look_by_days(const Board& board) {
  std::vector<std::uint32_t> targets;
  for (const std::vector<std::uint32_t>& members : households(board.household))
    targets.insert(targets.end(), members.begin(), members.end());
  if (targets.empty()) return {};
  using Alike = std::unordered_map<std::string, std::vector<std::uint32_t>>;
  const auto alike = [&](const Seen& seen) {
    Alike out;
    for (std::uint32_t p = 0; p < seen.persons(); ++p)
      if (!seen.days(p).empty()) out[seen.days(p)].push_back(p);
    return out;
  };
  const auto fitting = [](const Alike& all, const std::string& days) -> const std::vector<std::uint32_t>* {
    const auto found = all.find(days);
    return found == all.end() || found->second.size() < 2 ? nullptr : &found->second;
  };
  const Alike stated = alike(board.stated), attacked = alike(board.attacked);
  std::map<std::uint32_t, std::size_t> size;
  for (const std::uint32_t target : targets)
    ++size[board.household[target]];
  double sum = 0;
  for (const std::uint32_t target : targets) {
    std::size_t fellows = size[board.household[target]] - 1, all = board.knowledge.persons - 1;
    if (const auto* same = fitting(stated, board.stated.days(target))) {
      all = same->size() - 1;
      fellows = static_cast<std::size_t>(std::ranges::count_if(
          *same, [&](std::uint32_t p) { return p != target && board.household[p] == board.household[target]; }));
    }
    sum += static_cast<double>(fellows) / static_cast<double>(all);
  }
  return tried(board, sum / static_cast<double>(targets.size()), [&](SeededRandom& random) {
    const std::uint32_t target = targets[random.below(targets.size())];
    const auto* same = fitting(attacked, board.attacked.days(target));
    std::uint32_t picked = target;
    while (picked == target)
      picked = same != nullptr ? (*same)[random.below(same->size())]
                               : static_cast<std::uint32_t>(random.below(board.knowledge.persons));
    return board.household[picked] == board.household[target];
  });
}

// Numbers by the texts of the person's column of each table.
template <class Number>
Whose numbered(const std::vector<Table>& tables, const Number& number) {
  Whose out;
  for (const Table& table : tables) {
    std::vector<std::uint32_t>& of = out.emplace_back();
    for (const std::string& id : table.columns.front().values())
      of.push_back(number(id));
  }
  return out;
}

using Numbers = std::map<std::string, std::uint32_t, std::less<>>;
std::uint32_t number_of(const Numbers& numbers, const std::string& id) {
  const auto found = numbers.find(id);
  return found == numbers.end() ? kNobody : found->second;
}

// Persons of the dataset by the store's ids: their salts are made of them under the key.
Result<Numbers> numbers_of(const AttackedFiles& files) {
  SEKISHO_TRY(const CsvTable leaves, read_csv(files.dataset.leaves_csv));
  std::map<std::string, std::uint32_t> by_salt;
  for (std::uint32_t i = 0; i < leaves.rows.size(); ++i)
    by_salt.emplace(leaves.rows[i].at(1), i);
  Numbers out;
  for (const auto& [person, registrations] : files.prepared.registrations) {
    const crypto::Digest salt = crypto::hmac_sha256(files.key, as_bytes("salt " + person));
    if (const auto found = by_salt.find(to_hex(ByteView(salt).first(16))); found != by_salt.end())
      out.emplace(person, found->second);
  }
  return out;
}

std::uint32_t file_number(const std::string& id, std::size_t persons) {
  const std::uint64_t number = std::strtoull(id.c_str(), nullptr, 10);
  return number == 0 || number > persons ? kNobody : static_cast<std::uint32_t>(number - 1);
}

// Name of an attack, and how it is made.
struct Kind {
  const char* name;
  std::function<Attack::Side(const Board&)> made;
};
std::vector<Kind> kinds(const Prepared& prepared, const Knowledge& before, bool households) {
  std::vector<Kind> out{
      {"quasi-identifiers", [](const Board& board) { return know_a_row(board, Grain::kOutside); }},
      {"facts", know_facts},
      {"hospital", [](const Board& board) { return know_a_row(board, Grain::kInside); }},
      {"hospital-record", know_a_record},
  };
  const Members& outside = before.of[static_cast<std::size_t>(Grain::kOutside)];
  if (!prepared.history_policy && outside.items.size() > with(outside).size())
    out.insert(out.begin() + 1, {"history", know_all_rows});
  if (households) out.push_back({"household", look_for_a_household});
  if (households && prepared.history_policy) out.push_back({"household-days", look_by_days});
  return out;
}

std::optional<double> promised(const Prepared& prepared, std::string_view attacker, int facts) {
  if (prepared.history_policy)
    return attacker == "facts" && facts <= prepared.history_policy->m ? std::optional(1.0 / prepared.history_policy->k)
                                                                      : std::nullopt;
  return attacker == "quasi-identifiers" && prepared.policy.k() > 1 ? std::optional(1.0 / prepared.policy.k())
                                                                    : std::nullopt;
}

}  // namespace

namespace detail {

Result<AttackReport> attack_files(const AttackedFiles& files, const Households& together,
                                  const AttackOptions& options) {
  const Prepared& prepared = files.prepared;
  std::vector<Table> wanted, found;
  for (const FileTable& table : files.dataset.tables) {
    const std::string name = table.name + ".csv";
    SEKISHO_TRY(const std::string text, read_text(files.folder / name));
    SEKISHO_TRY(Table expected, anonymize::read_table(table.csv, ',', name));
    SEKISHO_TRY(Table there, anonymize::read_table(text, ',', name));
    if (there.columns.front().name() != "id")
      return fail("release.attack", "the file is no table of a dataset", {.file = (files.folder / name).string()});
    wanted.push_back(std::move(expected));
    found.push_back(std::move(there));
  }
  AttackReport out;
  out.persons_before = prepared.persons();
  out.persons = files.dataset.persons;
  out.households_known = static_cast<bool>(together);

  Numbers everybody;
  for (const auto& [person, registrations] : prepared.registrations)
    everybody.emplace(person, static_cast<std::uint32_t>(everybody.size()));
  SEKISHO_TRY(const Numbers kept, numbers_of(files));
  SEKISHO_TRY(const std::vector<std::uint32_t> household, who_lives_together(prepared.registrations, together));
  std::vector<std::uint32_t> household_kept(out.persons, kNobody);
  for (const auto& [person, number] : kept)
    household_kept[number] = household[everybody.find(person)->second];
  out.households = households(household_kept).size();

  const auto all = [&](const std::string& id) { return number_of(everybody, id); };
  const auto of_dataset = [&](const std::string& id) { return number_of(kept, id); };
  const auto of_file = [&](const std::string& id) { return file_number(id, out.persons); };
  const Whose whose_before = numbered(prepared.tables, all), whose_known = numbered(prepared.tables, of_dataset),
              whose_wanted = numbered(wanted, of_file), whose_found = numbered(found, of_file);
  SEKISHO_TRY(const std::vector<Sight> plain, sights_before(prepared));
  SEKISHO_TRY(const std::vector<Sight> shown, sights_after(prepared, files.made));
  const auto before = Knowledge::of_rows(prepared.tables, plain, whose_before, out.persons_before);
  std::vector<bool> rows_kept(prepared.history_policy ? 0 : prepared.rows());
  for (const std::size_t row : files.made.applied.source)
    rows_kept[row] = true;
  const auto after = Knowledge::of_rows(prepared.tables, shown, whose_known, out.persons, rows_kept);
  Seen rows({prepared.tables, whose_before}, prepared.tables, plain, before);
  Seen stated({wanted, whose_wanted}, prepared.tables, shown, after);
  Seen attacked({found, whose_found}, prepared.tables, shown, after);
  for (const Kind& kind : kinds(prepared, before, out.households_known)) {
    Attack one{.attacker = kind.name};
    const std::uint64_t stream = 2 * out.attacks.size();
    if (out.persons_before > 1) one.before = kind.made({before, rows, rows, household, options, stream});
    if (out.persons > 1) one.after = kind.made({after, stated, attacked, household_kept, options, stream + 1});
    if (one.attacker == "facts") one.known = static_cast<std::size_t>(options.facts);
    one.promised = promised(prepared, one.attacker, options.facts);
    if (one.before.trials > 0) out.attacks.push_back(std::move(one));
  }
  return out;
}

}  // namespace detail

Result<AttackReport> attack(const RebuildRequest& request, const AttackOptions& options) {
  SEKISHO_TRY(const Repeated repeated, repeat(request));
  if (!repeated.key)
    return fail("release.key", "the key that numbered the persons was destroyed at delivery: nobody can tell them", {},
                "Attacks are tried out when the dataset is built, or before `release deliver`.");
  const Dataset dataset = compose_made(repeated.made, *repeated.prepared, repeated.key->view());
  SEKISHO_TRY(AttackReport out, attack_files({.folder = request.dataset,
                                              .prepared = *repeated.prepared,
                                              .made = repeated.made,
                                              .dataset = dataset,
                                              .key = repeated.key->view()},
                                             request.source.households, options));
  out.dataset = repeated.manifest.value("dataset", "");
  return out;
}

bool AttackReport::holds() const {
  return std::ranges::all_of(attacks, &Attack::holds);
}

Json AttackReport::to_json() const {
  Json out{{"dataset", dataset},
           {"persons", {{"before", persons_before}, {"dataset", persons}}},
           {"households", households_known ? Json(households) : Json(nullptr)},
           {"holds", holds()},
           {"attacks", Json::array()}};
  for (const Attack& one : attacks)
    out["attacks"].push_back(one.to_json());
  return out;
}

}  // namespace sekisho::release

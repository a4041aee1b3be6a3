#include "linkage/incremental.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>

#include "linkage/neighbourhood.h"
#include "linkage/store_inside.h"

namespace sekisho::linkage {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMostArrivals = 50'000;  // between checkpoints
constexpr std::uint32_t kMostRefitted = 1'000'000;
constexpr std::size_t kMostPairsUndone = 64;

using Steady = std::chrono::steady_clock;

}  // namespace

bool PersonStore::Inside::decided(std::string_view id) const {
  return std::ranges::any_of(decisions, [&](const Decision& one) { return one.a == id || one.b == id; });
}

// One entry: into the state, and into the arrival at work.
void PersonStore::Inside::record(Json entry, const std::vector<std::string_view>* values) {
  lines.push_back(tip.seal(entry, options.clock->now()));
  apply(entry, values);
}

void PersonStore::Inside::apply(const Json& entry, const std::vector<std::string_view>* values) {
  State& s = *state;
  const std::string kind = entry.value("kind", "");
  const auto number = [&](const char* name) {
    const std::uint32_t person = person_number(entry.value(name, ""));
    next_person = std::max(next_person, person + 1);
    return person;
  };
  if (kind == "add" && values != nullptr) {
    const std::string id = entry.value("record", "");
    const std::uint32_t row = s.add(id, *values, decided(id)), group = s.group_of(row);
    if (entry.value("solo", false)) {
      s.scatter(group);
      s.set_solo(row, number("person"));
    } else {
      s.set_person(group, number("person"));
    }
    ++report.added;
    report.new_persons += entry.value("new", false);
    persons += entry.value("new", false);
  } else if (kind == "merge") {
    for (const std::uint32_t group : s.groups_of_person(number("gone")))
      s.set_person(group, number("keep"));
    ++report.merges;
    --persons;
  } else if (kind == "split") {
    const std::uint32_t to = number("to");
    for (const Json& record : entry["records"]) {
      const std::uint32_t row = s.find(record.get_ref<const std::string&>());
      if (row == kNone) continue;
      if (entry.value("solo", false)) {
        s.scatter(s.group_of(row));
        s.set_solo(row, to);
      } else {
        s.set_person(s.group_of(row), to);
      }
    }
    ++report.splits;
    ++persons;
  } else if (kind == "remove") {
    if (const std::uint32_t row = s.find(entry.value("record", "")); row != kNone) {
      const std::uint32_t person = s.person_of(row);
      const bool solo = s.person_of_group(s.group_of(row)) == 0;
      s.remove(row);
      persons -= solo || s.groups_of_person(person).empty();
    }
    ++report.removed;
  } else if (kind == "decision") {
    ++decisions_seen;
    decisions =
        standing({all_decisions.begin(), all_decisions.begin() + static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(
                                                                     decisions_seen, all_decisions.size()))});
    for (const char* side : {"a", "b"})
      if (const std::uint32_t row = s.find(entry.value(side, "")); row != kNone) s.separate(row);
  }
}

// The entries of one arrival are one frame: all of them survive a crash, or none.
void PersonStore::Inside::end_arrival(Json head) {
  if (lines.empty()) return;
  head["lines"] = lines;
  pending += frame(head.dump(-1, ' ', false, Json::error_handler_t::replace));
  lines.clear();
  ++arrivals_count;
}

Result<void> PersonStore::Inside::commit() {
  if (pending.empty()) return {};
  if (!arrivals) {
    arrivals = FileDescriptor(::open(arrivals_file(folder).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    if (!arrivals) return fail_errno("file.write", "arrivals cannot be written", {.file = folder.string()});
    // What an unfinished write left behind goes.
    if (::ftruncate(arrivals.get(), static_cast<off_t>(arrivals_bytes)) != 0 ||
        ::lseek(arrivals.get(), static_cast<off_t>(arrivals_bytes), SEEK_SET) < 0)
      return fail_errno("file.write", "arrivals cannot be written", {.file = folder.string()});
    SEKISHO_CHECK(sync_folder(folder));
  }
  SEKISHO_CHECK(write_all(arrivals.get(), as_bytes(pending), "arrivals"));
  SEKISHO_CHECK(sync_file(arrivals.get(), "arrivals"));
  arrivals_bytes += pending.size();
  pending.clear();
  return {};
}

// A new id; or the retired one, when the merge that retired it is undone and all of its records are back together.
std::uint32_t PersonStore::Inside::id_of_part(const Json& records) const {
  if (!revived || !state->groups_of_person(revived->first).empty()) return next_person;
  std::set<std::string> part;
  for (const Json& record : records)
    part.insert(record.get<std::string>());
  return part == revived->second ? revived->first : next_person;
}

// Decides the neighbourhood of `seeds` anew and records what changes. `fresh_row`: an arrival that has no person yet.
void PersonStore::Inside::reevaluate(const std::vector<std::uint32_t>& seeds, const std::string& cause,
                                     std::uint32_t fresh_row) {
  State& s = *state;
  Neighbourhood near(spec, s, decisions);
  near.grow(seeds);
  const std::vector<std::uint32_t> nodes = near.nodes();
  const std::vector<std::uint32_t> cluster_of = near.clusters();
  const auto records_of = [&](const std::vector<std::uint32_t>& members) {
    Json out = Json::array();
    for (const std::uint32_t node : members)
      s.each_row(nodes[node], [&](std::uint32_t row) {
        if (row != fresh_row) out.push_back(s.id(row));
      });
    return out;
  };
  // Old persons and the clusters that their groups fall into.
  std::map<std::uint32_t, std::map<std::uint32_t, std::vector<std::uint32_t>>> parts;
  std::map<std::uint32_t, std::vector<std::uint32_t>> members;
  for (std::uint32_t node = 0; node < nodes.size(); ++node) {
    members[cluster_of[node]].push_back(node);
    if (const std::uint32_t person = s.person_of_group(nodes[node]); person != 0)
      parts[person][cluster_of[node]].push_back(node);
  }
  for (const auto& [person, by_cluster] : parts) {
    if (by_cluster.size() < 2) continue;
    const auto oldest = [&](const auto& part) {
      std::uint32_t row = kNone;
      for (const std::uint32_t node : part.second)
        row = std::min(row, s.first_row(nodes[node]));
      return row;
    };
    const auto keeper = std::ranges::min_element(by_cluster, {}, oldest);
    for (auto part = by_cluster.begin(); part != by_cluster.end(); ++part)
      if (part != keeper)
        record({{"kind", "split"},
                {"person", person_name(person)},
                {"to", person_name(id_of_part(records_of(part->second)))},
                {"records", records_of(part->second)},
                {"cause", cause},
                {"evidence", near.evidence(part->second, keeper->second)}});
  }
  for (const auto& [label, own] : members) {
    std::map<std::uint32_t, std::vector<std::uint32_t>> persons;
    for (const std::uint32_t node : own)
      if (const std::uint32_t person = s.person_of_group(nodes[node]); person != 0) persons[person].push_back(node);
    if (persons.size() < 2) continue;
    const std::uint32_t keep = persons.begin()->first;
    std::vector<std::uint32_t> kept = persons.begin()->second;
    for (auto gone = std::next(persons.begin()); gone != persons.end(); ++gone) {
      record({{"kind", "merge"},
              {"keep", person_name(keep)},
              {"gone", person_name(gone->first)},
              {"cause", cause},
              {"evidence", near.evidence(gone->second, kept)}});
      kept.insert(kept.end(), gone->second.begin(), gone->second.end());
    }
  }
  if (fresh_row == kNone) return;
  const std::uint32_t group = s.group_of(fresh_row);
  const auto node = static_cast<std::uint32_t>(std::ranges::find(nodes, group) - nodes.begin());
  std::vector<std::uint32_t> others;
  std::uint32_t person = 0;
  for (const std::uint32_t other : members[cluster_of[node]])
    if (other != node) others.push_back(other), person = s.person_of_group(nodes[other]);
  Json entry{{"kind", "add"},
             {"record", s.id(fresh_row)},
             {"person", person_name(person == 0 ? next_person : person)},
             {"new", person == 0}};
  if (!others.empty()) entry["evidence"] = near.evidence({node}, others);
  lines.push_back(tip.seal(entry, options.clock->now()));
  s.set_person(group, person == 0 ? next_person++ : person);
  ++report.added;
  report.new_persons += person == 0;
  persons += person == 0;
}

Result<void> PersonStore::Inside::add_one(std::string_view id, const std::vector<std::string_view>& values) {
  State& s = *state;
  const std::uint32_t row = s.add(id, values, decided(id)), group = s.group_of(row);
  Json stored = Json::array();
  for (const std::string_view value : values)
    stored.push_back(value);
  if (s.group_size(group) == 1) {
    reevaluate({group}, "arrival", row);
  } else {
    // Equal to another record in all fields.
    Table table = s.table_of({group});
    Linker linker(spec, table);
    linker.adopt(s.model_now(), s.frozen().self_bonus);
    const bool scattered = static_cast<double>(linker.self_weight(0)) <= linker.bits();
    const std::uint32_t person = s.person_of_group(group);
    if (scattered && person != 0) {
      // What was one record until now no longer tells one person from another: each is alone.
      std::vector<std::string> alone;
      s.each_row(group, [&](std::uint32_t other) {
        if (other != row) alone.emplace_back(s.id(other));
      });
      const bool whole = s.mates(group).size() == 1;  // then one of them keeps the id
      for (std::size_t i = 0; i < alone.size(); ++i) {
        if (i == 0 && whole) continue;
        record({{"kind", "split"},
                {"person", person_name(person)},
                {"to", person_name(next_person)},
                {"records", Json::array({alone[i]})},
                {"cause", "arrival"},
                {"solo", true},
                {"evidence", evidence_of(linker, 0, 0, alone[i], id, s.frozen().model_version)}});
      }
      s.scatter(group);
    }
    Json entry{
        {"kind", "add"}, {"record", id}, {"person", person_name(scattered ? next_person : person)}, {"new", scattered}};
    if (scattered) entry["solo"] = true;
    std::uint32_t other = s.first_row(group);
    if (other == row) s.each_row(group, [&](std::uint32_t one) { other = one == row ? other : one; });
    entry["evidence"] = evidence_of(linker, 0, 0, id, s.id(other), s.frozen().model_version);
    entry["evidence"]["rule"] = "equal in all fields";
    lines.push_back(tip.seal(entry, options.clock->now()));
    if (scattered) s.set_solo(row, next_person++);
    ++report.added;
    report.new_persons += scattered;
    persons += scattered;
  }
  end_arrival({{"id", id}, {"v", stored}});
  return {};
}

Result<void> PersonStore::Inside::replay_arrivals() {
  SEKISHO_TRY(const std::vector<std::string> frames, read_arrivals(folder, arrivals_bytes));
  for (const std::string& one : frames) {
    SEKISHO_TRY(const Json arrival, parse_json(one));
    std::vector<std::string> kept;
    std::vector<std::string_view> values;
    if (arrival.contains("v"))
      for (const Json& value : arrival["v"])
        kept.push_back(value.get<std::string>());
    values.assign(kept.begin(), kept.end());
    for (const Json& text : arrival["lines"]) {
      const std::string& line = text.get_ref<const std::string&>();
      SEKISHO_TRY(const Json entry, parse_json(line));
      if (entry.value("n", std::uint64_t{0}) <= tip.number) continue;  // the checkpoint has it
      SEKISHO_CHECK(tip.follow(entry, line));
      apply(entry, values.empty() ? nullptr : &values);
    }
    ++arrivals_count;
  }
  return {};
}

Result<void> PersonStore::Inside::load() {
  SEKISHO_TRY(all_decisions, load_decisions(decisions_file()));
  std::error_code error;
  std::uint64_t journal_bytes = 0;
  if (fs::exists(base_file(), error)) {
    SEKISHO_TRY(State opened, State::open(spec, base_file()));
    state = std::move(opened);
    const Json& head = state->frozen().head;
    tip.number = head.value("entry", std::uint64_t{0});
    tip.chain = head.value("chain", "");
    next_person = head.value("next_person", 1u);
    persons = head.value("persons", 0u);
    decisions_seen = head.value("decisions", std::uint64_t{0});
    journal_bytes = head.value("journal_bytes", std::uint64_t{0});
  } else {
    std::uint64_t seed = 0;
    options.random->fill({reinterpret_cast<std::uint8_t*>(&seed), sizeof seed});
    state.emplace(spec, seed);
  }
  // Entries that an interrupted checkpoint moved are still among the arrivals.
  if (fs::exists(journal_file(folder), error) && fs::file_size(journal_file(folder), error) > journal_bytes)
    fs::resize_file(journal_file(folder), journal_bytes, error);
  decisions =
      standing({all_decisions.begin(), all_decisions.begin() + static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(
                                                                   decisions_seen, all_decisions.size()))});
  for (const Decision& decision : decisions)
    for (const std::string& id : {decision.a, decision.b})
      if (const std::uint32_t row = state->find(id); row != kNone) state->separate(row);
  SEKISHO_CHECK(replay_arrivals());
  report = {};
  return take_decisions("decision");
}

// Decisions that were written since the last time, by a review or by undo: entries first, then their consequences.
Result<void> PersonStore::Inside::take_decisions(const std::string& cause) {
  SEKISHO_TRY(all_decisions, load_decisions(decisions_file()));
  std::vector<std::uint32_t> seeds;
  const std::vector<Decision>& all = all_decisions;
  for (std::size_t i = decisions_seen; i < all.size(); ++i) {
    Json entry{{"kind", "decision"}};
    const Json decision = all[i].to_json();
    for (const auto& [name, value] : decision.items())
      if (name != "at") entry[name] = value;
    record(entry);
    for (const std::string& id : {all[i].a, all[i].b}) {
      const std::uint32_t row = state->find(id);
      if (row != kNone) seeds.push_back(state->group_of(row));
    }
  }
  if (lines.empty()) return {};
  if (has_base() && !seeds.empty()) reevaluate(seeds, cause, kNone);
  end_arrival(Json::object());
  return commit();
}

StoreReport PersonStore::Inside::finish_report() {
  report.records = state->live_rows();
  report.persons = persons;
  report.entry = tip.number;
  return std::exchange(report, {});
}

PersonStore::PersonStore(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
PersonStore::PersonStore(PersonStore&&) noexcept = default;
PersonStore::~PersonStore() = default;

Result<void> check_store(const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder / "spec.toml", error)) return {};
  return fail("linkage.state", "the folder holds no person store", {.file = folder.string()},
              "Make one: sekisho link add --state DIR --spec SPEC --input CSV");
}

Result<PersonStore> PersonStore::open(const fs::path& folder, std::string_view spec_text, const Options& options) {
  if (spec_text.empty())
    SEKISHO_CHECK(check_store(folder));
  else
    SEKISHO_CHECK(ModelSpec::parse(spec_text, "spec"));
  SEKISHO_CHECK(make_folders(folder, 0700));
  auto inside = std::make_unique<Inside>();
  inside->folder = folder;
  inside->options = options;
  SEKISHO_TRY(inside->lock, FileLock::take(folder / "lock", "the person store"));
  const fs::path spec_file = folder / "spec.toml";
  std::error_code error;
  if (!fs::exists(spec_file, error)) {
    SEKISHO_CHECK(write_file_durable(spec_file, spec_text, 0600));
  }
  SEKISHO_TRY(const std::string stored, read_text(spec_file));
  if (!spec_text.empty() && spec_text != stored)
    return fail("linkage.spec", "the person store was made with another spec", {.file = spec_file.string()},
                "Leave --spec out, or link everything anew into another folder.");
  SEKISHO_TRY(inside->spec, ModelSpec::parse(stored, spec_file.string()));
  SEKISHO_CHECK(inside->load());
  return PersonStore(std::move(inside));
}

const ModelSpec& PersonStore::spec() const {
  return inside_->spec;
}
std::size_t PersonStore::records() const {
  return inside_->state->live_rows();
}

KnownNames PersonStore::names() const {
  return [this](std::size_t field, const NameVisitor& visit) { inside_->state->each_value(field, visit); };
}

Result<StoreReport> PersonStore::add(const Table& table, const std::function<void(std::string_view id)>& acknowledged) {
  Inside& in = *inside_;
  const auto begin = Steady::now();
  in.report = {};
  const std::size_t fields = in.spec.fields.size(), id_field = *in.spec.field("record_id");
  std::vector<std::uint32_t> fresh;
  std::unordered_map<std::string_view, std::uint32_t> seen;
  std::vector<std::string_view> values(fields);
  const auto values_of = [&](std::uint32_t row) {
    for (std::size_t f = 0; f < fields; ++f)
      values[f] = f == id_field || !table.columns[f].present ? std::string_view()
                                                             : table.columns[f].values[table.columns[f].codes[row]];
  };
  for (std::uint32_t row = 0; row < table.rows; ++row) {
    const std::string_view id = table.ids[row];
    if (id.empty()) {
      ++in.report.missing_ids;
      continue;
    }
    const std::uint32_t known = in.state->find(id);
    if (known == kNone && seen.try_emplace(id, row).second) {
      fresh.push_back(row);
      continue;
    }
    values_of(row);
    bool same = true;
    for (std::size_t f = 0; f < fields && known != kNone; ++f)
      same &= values[f] == in.state->value(f, in.state->group_of(known));
    same &= known != kNone || [&] {
      const std::uint32_t other = seen[id];
      return std::ranges::all_of(table.columns, [&](const Column& column) {
        return !column.present || column.codes[row] == column.codes[other];
      });
    }();
    ++(same ? in.report.known : in.report.changed);
  }
  if (!in.has_base() ||
      static_cast<double>(fresh.size()) > in.options.batch_share * static_cast<double>(in.state->live_rows())) {
    if (!fresh.empty()) {
      Table rows = table_rows(table, fresh);
      SEKISHO_CHECK(in.rebuild(&rows, in.has_base() ? "batch" : "first"));
    }
    in.report.batch = true;
    if (acknowledged)
      for (const std::uint32_t row : fresh)
        acknowledged(table.ids[row]);
  } else {
    std::vector<std::uint32_t> waiting;
    const auto flush = [&]() -> Result<void> {
      SEKISHO_CHECK(in.commit());
      if (acknowledged)
        for (const std::uint32_t row : waiting)
          acknowledged(table.ids[row]);
      waiting.clear();
      return {};
    };
    for (const std::uint32_t row : fresh) {
      const auto start = Steady::now();
      values_of(row);
      SEKISHO_CHECK(in.add_one(table.ids[row], values));
      waiting.push_back(row);
      in.report.slowest = std::max(in.report.slowest, std::chrono::duration<double>(Steady::now() - start).count());
      if (waiting.size() >= in.options.commit_every) SEKISHO_CHECK(flush());
    }
    SEKISHO_CHECK(flush());
  }
  in.report.seconds = std::chrono::duration<double>(Steady::now() - begin).count();
  if (in.has_base() && in.options.refit_growth > 0 && in.state->groups() <= kMostRefitted &&
      static_cast<double>(in.state->groups()) > in.options.refit_growth * in.state->frozen().groups_at_fit)
    SEKISHO_CHECK(in.rebuild(nullptr, "growth"));
  if (in.arrivals_count > std::max<std::size_t>(kMostArrivals, in.state->rows() / 10)) SEKISHO_CHECK(checkpoint());
  return in.finish_report();
}

Result<StoreReport> PersonStore::remove(const std::vector<std::string>& ids) {
  Inside& in = *inside_;
  in.report = {};
  for (const std::string& id : ids) {
    const std::uint32_t row = in.state->find(id);
    if (row == kNone) continue;
    const std::uint32_t group = in.state->group_of(row);
    std::vector<std::uint32_t> left = in.state->mates(group);
    if (in.state->group_size(group) == 1) std::erase(left, group);
    in.record({{"kind", "remove"}, {"record", id}, {"person", person_name(in.state->person_of(row))}});
    // It may have been the bridge.
    if (!left.empty() && in.state->person_of_group(left.front()) != 0) in.reevaluate(left, "removal", kNone);
    in.end_arrival(Json::object());
  }
  SEKISHO_CHECK(in.commit());
  if (in.report.removed > 0) SEKISHO_CHECK(in.write_checkpoint());  // the values leave the disk
  return in.finish_report();
}

Result<StoreReport> PersonStore::reconcile() {
  Inside& in = *inside_;
  in.report = {};
  const auto begin = Steady::now();
  if (in.state->live_rows() > 0) SEKISHO_CHECK(in.rebuild(nullptr, "reconcile"));
  in.report.batch = true;
  in.report.seconds = std::chrono::duration<double>(Steady::now() - begin).count();
  return in.finish_report();
}

Result<void> PersonStore::checkpoint() {
  return inside_->write_checkpoint();
}

Result<StoreReport> PersonStore::decide(const Decision& decision) {
  Inside& in = *inside_;
  in.report = {};
  for (const std::string& id : {decision.a, decision.b})
    if (in.state->find(id) == kNone) return fail("usage.record", fmt::format("there is no record '{}'", id));
  if (const auto against = contradiction(in.decisions, decision))
    return fail("linkage.decision",
                fmt::format("the decision contradicts an earlier one: {} and {} are {}", against->a, against->b,
                            verdict_name(against->verdict)),
                {}, "Decide about that pair anew first.");
  SEKISHO_CHECK(append_decision(in.decisions_file(), decision));
  SEKISHO_CHECK(in.take_decisions("decision"));
  return in.finish_report();
}

Result<StoreReport> PersonStore::undo(std::uint64_t number, const std::vector<std::string>& by,
                                      const std::string& reason) {
  Inside& in = *inside_;
  in.report = {};
  PersonFold before(in.folder);
  Json target;
  SEKISHO_CHECK(each_entry(in.folder, [&](const Json& entry) -> Result<bool> {
    const auto n = entry.value("n", std::uint64_t{0});
    if (n == number) target = entry;
    if (n < number) SEKISHO_CHECK(before.apply(entry));
    return true;
  }));
  if (target.is_null()) return fail("usage.entry", fmt::format("there is no entry {}", number));
  const std::string kind = target.value("kind", "");
  const std::string why = fmt::format("undo of {}: {}", number, reason);
  const auto decision = [&](const std::string& a, const std::string& b, Verdict verdict) {
    return Decision{a, b, verdict, by, in.options.clock->now().iso(), why};
  };
  std::vector<Decision> made;
  const auto apart = [&](const std::vector<std::string>& some, const std::vector<std::string>& others) {
    for (const std::string& a : some)
      for (const std::string& b : others)
        if (a != b && made.size() < kMostPairsUndone) made.push_back(decision(a, b, Verdict::kDifferent));
  };
  if (kind == "merge") {
    made.push_back(decision(target["evidence"]["a"], target["evidence"]["b"], Verdict::kDifferent));
    apart(before.members(person_number(target.value("gone", ""))),
          before.members(person_number(target.value("keep", ""))));
  } else if (kind == "add" && !target.value("new", true)) {
    apart({target.value("record", "")}, before.members(person_number(target.value("person", ""))));
  } else if (kind == "split") {
    made.push_back(decision(target["evidence"]["a"], target["evidence"]["b"], Verdict::kSame));
  } else if (kind == "decision") {
    made.push_back(decision(target["a"], target["b"], Verdict::kOpen));
  } else if (kind == "undo") {
    SEKISHO_CHECK(each_entry(in.folder, [&](const Json& entry) -> Result<bool> {
      if (entry.value("kind", "") == "decision" &&
          entry.value("reason", "").starts_with(fmt::format("undo of {}:", target.value("entry", std::uint64_t{0}))))
        made.push_back(decision(entry["a"], entry["b"], Verdict::kOpen));
      return true;
    }));
  } else {
    return fail("usage.entry", fmt::format("entry {} is of kind '{}', which cannot be undone", number, kind), {},
                "add to another person, merge, split, decision and undo can be; records leave by link remove.");
  }
  std::erase_if(made, [&](const Decision& one) {
    return one.a == one.b || in.state->find(one.a) == kNone || in.state->find(one.b) == kNone;
  });
  if (made.empty()) return fail("usage.entry", fmt::format("nothing is left to undo of entry {}", number));
  in.record({{"kind", "undo"}, {"entry", number}, {"by", by}, {"reason", reason}});
  in.end_arrival(Json::object());
  SEKISHO_CHECK(in.commit());
  if (kind == "merge") {
    const std::uint32_t gone = person_number(target.value("gone", ""));
    const std::vector<std::string> had = before.members(gone);
    in.revived.emplace(gone, std::set<std::string>(had.begin(), had.end()));
  }
  SEKISHO_CHECK(append_decisions(in.decisions_file(), made));
  SEKISHO_CHECK(in.take_decisions(why));
  in.revived.reset();
  return in.finish_report();
}

std::vector<std::pair<std::string, std::string>> PersonStore::persons() const {
  const State& s = *inside_->state;
  std::vector<std::pair<std::string, std::string>> out;
  for (std::uint32_t row = 0; row < s.rows(); ++row)
    if (!s.removed(row)) out.emplace_back(s.id(row), person_name(s.person_of(row)));
  std::ranges::sort(out);
  return out;
}

std::optional<std::string> PersonStore::person_of(std::string_view record) const {
  const std::uint32_t row = inside_->state->find(record);
  if (row == kNone) return std::nullopt;
  return person_name(inside_->state->person_of(row));
}

Json StoreReport::to_json() const {
  return {{"records", records},         {"added", added},     {"known", known},     {"changed", changed},
          {"missing_ids", missing_ids}, {"removed", removed}, {"persons", persons}, {"new_persons", new_persons},
          {"merges", merges},           {"splits", splits},   {"entry", entry},     {"batch", batch},
          {"seconds", seconds},         {"slowest", slowest}};
}

}  // namespace sekisho::linkage

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/csv.h"
#include "crypto/digest.h"
#include "linkage/store_inside.h"

namespace sekisho::linkage {

namespace fs = std::filesystem;

namespace {

// Puts the rows of `more` behind those of `table`; equal values get equal codes.
void append_rows(Table& table, const Table& more) {
  table.ids.insert(table.ids.end(), more.ids.begin(), more.ids.end());
  for (std::size_t f = 0; f < table.columns.size(); ++f) {
    Column& column = table.columns[f];
    const Column& other = more.columns[f];
    column.codes.resize(table.rows, 0);
    if (!other.present) {
      column.codes.resize(table.rows + more.rows, 0);
      continue;
    }
    TextIndex index;
    bool fresh = false;
    for (const std::string_view value : column.values)
      index.add(value, fresh);
    std::vector<std::uint32_t> code(other.values.size(), kNone);
    column.codes.reserve(table.rows + more.rows);
    for (const std::uint32_t theirs : other.codes) {
      if (code[theirs] == kNone) {
        code[theirs] = index.add(other.values[theirs], fresh);
        if (fresh) column.values.push_back(other.values[theirs]);
      }
      column.codes.push_back(code[theirs]);
    }
    column.present |= column.values.size() > 1;
  }
  table.rows += more.rows;
}

// The persons of a batch against those of before: ids by the rules of incremental.h.
class Renaming {
 public:
  Renaming(const std::vector<std::uint32_t>& before, const Persons& persons, std::uint32_t& next_person)
      : before_(before), persons_(persons), next_(next_person) {}

  // `row` is in order of arrival: the first row of a person that comes by decides which part keeps the id.
  template <class Split, class Merge>
  std::vector<std::uint32_t> run(Split split, Merge merge) {
    std::unordered_map<std::uint32_t, std::uint32_t> keeper;  // old person -> label
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<std::uint32_t>> pieces;
    std::vector<std::vector<std::uint32_t>> names(persons_.size.size());  // by label: ids that meet there
    std::vector<std::uint32_t> first_kept(persons_.size.size(), kNone);
    std::unordered_map<std::uint32_t, std::uint32_t> first_row;  // of an old person
    for (std::uint32_t row = 0; row < before_.size(); ++row) {
      const std::uint32_t old = before_[row], label = persons_.of_row[row];
      if (old == 0) continue;
      const auto [at, first] = keeper.try_emplace(old, label);
      if (first) {
        names[label].push_back(old);
        first_row[old] = row;
      } else if (at->second != label) {
        pieces[{old, label}].push_back(row);
      }
    }
    for (const auto& [place, rows] : pieces) {
      const std::uint32_t fresh = next_++;
      split(place.first, fresh, rows, first_row[place.first]);
      names[place.second].push_back(fresh);
      first_row[fresh] = rows.front();
    }
    std::vector<std::uint32_t> id(names.size(), 0);
    for (std::size_t label = 1; label < names.size(); ++label) {
      if (names[label].empty()) continue;
      std::ranges::sort(names[label]);
      id[label] = names[label].front();
      for (std::size_t i = 1; i < names[label].size(); ++i)
        merge(id[label], names[label][i], first_row[id[label]], first_row[names[label][i]]);
    }
    for (std::size_t label = 1; label < id.size(); ++label)
      if (id[label] == 0) id[label] = next_++;
    std::vector<std::uint32_t> out(before_.size());
    for (std::size_t row = 0; row < out.size(); ++row)
      out[row] = id[persons_.of_row[row]];
    return out;
  }

 private:
  const std::vector<std::uint32_t>& before_;
  const Persons& persons_;
  std::uint32_t& next_;
};

std::string version_of(const Json& model) {
  return to_hex(crypto::sha256(as_bytes(model.dump()))).substr(0, 16);
}

Result<Json> write_load(const fs::path& folder, std::uint64_t number, const Table& table, const Persons& persons,
                        const std::vector<std::uint32_t>& before, const std::vector<std::uint32_t>& person) {
  std::string text = "record_id,person_id,probability,with\n";
  std::size_t records = 0;
  for (std::uint32_t row = 0; row < table.rows; ++row) {
    if (before[row] != 0) continue;
    ++records;
    const std::uint32_t group = table.group[row], partner = persons.partner[group];
    append_csv(
        text, {table.ids[row], person_name(person[row]), fmt::format("{:.6f}", persons.probability(table, row)),
               partner == kNone || persons.scattered(group) ? std::string_view() : table.ids[table.first_of[partner]]});
  }
  SEKISHO_CHECK(make_folders(folder / "loads", 0700));
  const std::string name = fmt::format("loads/{:08}.csv", number);
  SEKISHO_CHECK(write_file_durable(folder / name, text, 0600));
  return Json{
      {"kind", "load"}, {"records", records}, {"file", name}, {"sha256", to_hex(crypto::sha256(as_bytes(text)))}};
}

}  // namespace

Table table_rows(const Table& table, const std::vector<std::uint32_t>& rows) {
  Table out;
  out.rows = rows.size();
  out.columns.resize(table.columns.size());
  for (const std::uint32_t row : rows)
    out.ids.push_back(table.ids[row]);
  for (std::size_t f = 0; f < table.columns.size(); ++f) {
    const Column& from = table.columns[f];
    Column& to = out.columns[f];
    to.present = from.present;
    if (!from.present) continue;
    std::vector<std::uint32_t> code(from.values.size(), 0);
    to.codes.reserve(rows.size());
    for (const std::uint32_t row : rows) {
      const std::uint32_t theirs = from.codes[row];
      if (theirs != 0 && code[theirs] == 0) {
        code[theirs] = static_cast<std::uint32_t>(to.values.size());
        to.values.push_back(from.values[theirs]);
      }
      to.codes.push_back(code[theirs]);
    }
  }
  return out;
}

Result<void> PersonStore::Inside::rebuild(const Table* fresh, const std::string& cause) {
  std::vector<std::uint32_t> row_of;
  Table table = state->whole_table(row_of);
  std::vector<std::uint32_t> before;
  for (const std::uint32_t row : row_of)
    before.push_back(state->person_of(row));
  if (fresh != nullptr) {
    append_rows(table, *fresh);
    before.resize(table.rows, 0);
  }
  group_records(table, decided_rows(table, decisions));
  Linker linker(spec, table);
  ModelReport details;
  SEKISHO_TRY(const Persons linked, link_table(spec, table, decisions, linker, details));
  State::Frozen frozen = state->frozen();
  frozen.model = linker.model();
  frozen.model_version = version_of(details.model);
  frozen.self_bonus = linker.self_bonus();
  frozen.groups_at_fit = static_cast<double>(table.first_of.size());
  frozen.pairs_at_fit = -1;  // those that are written
  for (std::size_t f = 0; f < spec.fields.size(); ++f)
    frozen.present[f] = table.columns[f].present;
  for (std::size_t r = 0; r < spec.blocks.size(); ++r) {
    const auto plan = std::ranges::find(details.blocking, spec.blocks[r].name, &RulePlan::rule);
    frozen.caps[r] = plan == details.blocking.end() ? spec.max_block : plan->cap;
  }
  // Entries: what changed for those who were here, then who came.
  const auto evidence = [&](std::uint32_t row_a, std::uint32_t row_b) {
    return evidence_of(linker, table.group[row_a], table.group[row_b], table.ids[row_a], table.ids[row_b],
                       frozen.model_version);
  };
  std::vector<std::string> entries;
  const auto note = [&](Json entry) { entries.push_back(tip.seal(std::move(entry), options.clock->now())); };
  Renaming renaming(before, linked, next_person);
  const std::vector<std::uint32_t> person = renaming.run(
      [&](std::uint32_t old, std::uint32_t to, const std::vector<std::uint32_t>& rows, std::uint32_t kept) {
        Json records = Json::array();
        for (const std::uint32_t row : rows)
          records.push_back(table.ids[row]);
        note({{"kind", "split"},
              {"person", person_name(old)},
              {"to", person_name(to)},
              {"records", records},
              {"cause", cause},
              {"evidence", evidence(rows.front(), kept)}});
        ++report.splits;
      },
      [&](std::uint32_t keep, std::uint32_t gone, std::uint32_t kept_row, std::uint32_t gone_row) {
        note({{"kind", "merge"},
              {"keep", person_name(keep)},
              {"gone", person_name(gone)},
              {"cause", cause},
              {"evidence", evidence(gone_row, kept_row)}});
        ++report.merges;
      });
  if (fresh != nullptr) {
    SEKISHO_TRY(Json load, write_load(folder, tip.number + 1, table, linked, before, person));
    load["cause"] = cause;
    load["model"] = frozen.model_version;
    note(std::move(load));
    report.added += fresh->rows;
  } else {
    note({{"kind", "reconcile"},
          {"records", table.rows},
          {"persons", details.persons},
          {"merges", report.merges},
          {"splits", report.splits},
          {"model", frozen.model_version}});
  }
  persons = static_cast<std::uint32_t>(details.persons);
  std::vector<bool> scattered(table.first_of.size());
  for (std::uint32_t group = 0; group < scattered.size(); ++group)
    scattered[group] = linked.scattered(group);
  std::string text;
  for (const std::string& entry : entries)
    text += entry + "\n";
  return write_base(table, person, scattered, std::move(frozen), text);
}

Result<void> PersonStore::Inside::write_base(const Table& table, const std::vector<std::uint32_t>& person,
                                             const std::vector<bool>& scattered, State::Frozen frozen,
                                             std::string_view entries) {
  // Entries move into the journal first: until the file that names its length is in place, they do not count there.
  std::uint64_t good = 0;
  SEKISHO_CHECK(commit());
  SEKISHO_TRY(const std::vector<std::string> frames, read_arrivals(folder, good));
  std::string text;
  for (const std::string& one : frames) {
    SEKISHO_TRY(const Json arrival, parse_json(one));
    for (const Json& line : arrival["lines"])
      text += line.get_ref<const std::string&>() + "\n";
  }
  text += entries;
  FileDescriptor journal(::open(journal_file(folder).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!journal) return fail_errno("file.write", "the journal cannot be written", {.file = folder.string()});
  SEKISHO_CHECK(write_all(journal.get(), as_bytes(text), "journal"));
  SEKISHO_CHECK(sync_file(journal.get(), "journal"));
  SEKISHO_CHECK(sync_folder(folder));
  std::error_code error;
  frozen.head = {{"entry", tip.number},         {"chain", tip.chain},
                 {"next_person", next_person},  {"persons", persons},
                 {"decisions", decisions_seen}, {"journal_bytes", fs::file_size(journal_file(folder), error)}};
  SEKISHO_CHECK(write_state(spec, base_file(), table, person, scattered, frozen));
  arrivals.close();
  SEKISHO_CHECK(remove_file(arrivals_file(folder)));
  arrivals_bytes = 0, arrivals_count = 0;
  SEKISHO_TRY(State opened, State::open(spec, base_file()));
  state = std::move(opened);
  for (const Decision& decision : decisions)
    for (const std::string& id : {decision.a, decision.b})
      if (const std::uint32_t row = state->find(id); row != kNone) state->separate(row);
  return {};
}

Result<void> PersonStore::Inside::write_checkpoint() {
  if (!has_base()) return {};
  SEKISHO_CHECK(commit());
  std::vector<std::uint32_t> row_of, person;
  Table table = state->whole_table(row_of);
  std::vector<std::uint32_t> single = decided_rows(table, decisions);
  for (const std::uint32_t row : row_of)
    person.push_back(state->person_of(row));
  group_records(table, single);
  // Equal records that stand in two persons (a decision that is open again) stay groups of their own.
  std::vector<std::uint32_t> torn;
  const auto alone = [&](std::uint32_t row) { return state->person_of_group(state->group_of(row_of[row])) == 0; };
  for (std::uint32_t row = 0; row < table.rows; ++row) {
    const std::uint32_t first = table.first_of[table.group[row]];
    if (person[row] != person[first] && !(alone(row) && alone(first))) torn.push_back(row), torn.push_back(first);
  }
  if (!torn.empty()) {
    single.insert(single.end(), torn.begin(), torn.end());
    std::ranges::sort(single);
    table = state->whole_table(row_of);
    group_records(table, single);
  }
  std::vector<bool> scattered(table.first_of.size(), false);
  for (std::uint32_t row = 0; row < table.rows; ++row)
    if (alone(row)) scattered[table.group[row]] = true;
  return write_base(table, person, scattered, state->frozen(), {});
}

}  // namespace sekisho::linkage

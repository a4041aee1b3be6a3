// Subcommands of sekisho link that work on a person store (linkage/incremental.h): add, remove, decide, reconcile,
// undo, replay, history, state.
#pragma once

#include <fmt/format.h>

#include <memory>

#include "cli/cli.h"
#include "cli/spare_inputs.h"
#include "core/csv.h"
#include "core/file.h"
#include "linkage/incremental.h"

namespace sekisho::cli {

struct PersonsOptions {
  std::string state, spec, columns, output, on, person, reason, record_a, record_b, verdict, decisions;
  std::vector<std::string> inputs, by, records;
  std::uint64_t entry = 0;
  double batch_share = 0.5;
  bool json = false, one_by_one = false;
};

inline Result<linkage::PersonStore> open_persons(const PersonsOptions& options) {
  std::string spec;
  if (!options.spec.empty()) {
    SEKISHO_TRY(spec, read_text(options.spec));
  }
  linkage::PersonStore::Options how;
  how.batch_share = options.one_by_one ? 1e18 : options.batch_share;
  return linkage::PersonStore::open(options.state, spec, how);
}

inline int print_store_report(const PersonsOptions& options, const linkage::StoreReport& report) {
  if (options.json) {
    print_json(report.to_json());
  } else {
    fmt::print(
        "{} registrations of {} persons: {} joined, {} removed; {} new persons, {} merges, {} splits ({:.2f} s{})\n",
        report.records, report.persons, report.added, report.removed, report.new_persons, report.merges, report.splits,
        report.seconds, report.batch ? ", all as one" : "");
    if (report.known > 0) fmt::print("  {} were here already\n", report.known);
    if (report.changed > 0)
      fmt::print("  {} ids are here with other values: left out (remove them first)\n", report.changed);
    if (report.missing_ids > 0) fmt::print("  {} records have no id: left out\n", report.missing_ids);
    fmt::print("newest entry: {}\n", report.entry);
  }
  return report.needs_attention() ? kFindings : kDone;
}

inline Result<void> write_persons_csv(const std::string& file,
                                      const std::vector<std::pair<std::string, std::string>>& persons) {
  std::string text = "record_id,person_id\n";
  for (const auto& [record, person] : persons)
    append_csv(text, {record, person});
  return write_file_durable(file, text, 0600);
}

inline Result<int> run_add(const PersonsOptions& options) {
  SEKISHO_CHECK(spare_inputs(options.inputs, {options.output}));
  SEKISHO_TRY(linkage::PersonStore store, open_persons(options));
  linkage::ModelSpec spec = store.spec();
  SEKISHO_CHECK(spec.rename(options.columns));
  const std::vector<std::filesystem::path> inputs(options.inputs.begin(), options.inputs.end());
  SEKISHO_TRY(const linkage::Table table, linkage::read_table(spec, inputs, store.names()));
  SEKISHO_TRY(const linkage::StoreReport report, store.add(table));
  if (!options.output.empty()) {
    std::vector<std::pair<std::string, std::string>> persons;
    for (const std::string_view id : table.ids)
      persons.emplace_back(id, store.person_of(id).value_or(""));
    SEKISHO_CHECK(write_persons_csv(options.output, persons));
  }
  return print_store_report(options, report);
}

inline Result<int> run_state(const PersonsOptions& options) {
  // A day means its end; a time means that moment (UTC).
  const std::string until = options.on.size() == 10 ? options.on + "T23:59:59.999999Z" : options.on;
  if (!until.empty()) {
    const auto time = UtcTime::parse(until);
    if (!time) return fail("usage.date", fmt::format("'{}' is neither a day nor a time", options.on), {}, "YYYY-MM-DD");
  }
  SEKISHO_CHECK(linkage::check_store(options.state));
  linkage::PersonFold fold(options.state);
  std::uint64_t last = 0;
  SEKISHO_TRY([[maybe_unused]] const linkage::JournalTip tip,
              linkage::each_entry(options.state, [&](const Json& entry) -> Result<bool> {
                if (!until.empty() && entry.value("at", "") > until) return false;
                SEKISHO_CHECK(fold.apply(entry));
                last = entry.value("n", std::uint64_t{0});
                return true;
              }));
  const auto persons = fold.sorted();
  if (!options.output.empty()) SEKISHO_CHECK(write_persons_csv(options.output, persons));
  std::set<std::string> distinct;
  for (const auto& [record, person] : persons)
    distinct.insert(person);
  if (options.json)
    print_json({{"records", persons.size()}, {"persons", distinct.size()}, {"entry", last}});
  else
    fmt::print("{} registrations of {} persons after entry {}\n", persons.size(), distinct.size(), last);
  return kDone;
}

// Everything again from the entries, compared with what the store says now.
inline Result<int> run_replay(const PersonsOptions& options) {
  SEKISHO_CHECK(linkage::check_store(options.state));
  linkage::PersonFold fold(options.state);
  SEKISHO_TRY(const linkage::JournalTip tip, linkage::each_entry(options.state, [&](const Json& entry) -> Result<bool> {
                SEKISHO_CHECK(fold.apply(entry));
                return true;
              }));
  SEKISHO_TRY(const linkage::PersonStore store, open_persons(options));
  const bool same = fold.sorted() == store.persons();
  if (options.json)
    print_json({{"entries", tip.number}, {"records", fold.records()}, {"chain", tip.chain}, {"same", same}});
  else
    fmt::print("{} entries, chain {}: {} registrations, {}\n", tip.number, tip.chain, fold.records(),
               same ? "the same persons as the store has" : "other persons than the store has");
  return same ? kDone : kFindings;
}

inline Result<int> run_history(const PersonsOptions& options) {
  SEKISHO_CHECK(linkage::check_store(options.state));
  // The person and all ids that went up in it.
  Json entries = Json::array();
  std::set<std::string> ids{options.person};
  std::vector<Json> all;
  SEKISHO_TRY([[maybe_unused]] const linkage::JournalTip tip,
              linkage::each_entry(options.state, [&](const Json& entry) -> Result<bool> {
                const std::string kind = entry.value("kind", "");
                if (kind == "merge" || kind == "split" || kind == "add" || kind == "remove" || kind == "load")
                  all.push_back(entry);
                return true;
              }));
  for (auto entry = all.rbegin(); entry != all.rend(); ++entry)
    if (ids.contains(entry->value("keep", ""))) ids.insert(entry->value("gone", ""));
  for (const Json& entry : all) {
    if (entry["kind"] == "load") {
      Json records = Json::array();
      SEKISHO_CHECK(linkage::each_loaded(options.state, entry, [&](const std::vector<std::string_view>& row) {
        if (ids.contains(std::string(row[1])))
          records.push_back({{"record", row[0]}, {"person", row[1]}, {"probability", row[2]}, {"with", row[3]}});
      }));
      if (!records.empty())
        entries.push_back({{"n", entry["n"]}, {"at", entry["at"]}, {"kind", "load"}, {"records", records}});
      continue;
    }
    for (const char* member : {"person", "keep", "gone", "to"})
      if (ids.contains(entry.value(member, ""))) {
        entries.push_back(entry);
        break;
      }
  }
  if (options.json)
    print_json({{"person", options.person}, {"entries", entries}});
  else
    for (const Json& entry : entries)
      fmt::print("{}\n", entry.dump());
  return entries.empty() ? kFindings : kDone;
}

inline void add_link_persons(CLI::App& link) {
  const auto options = std::make_shared<PersonsOptions>();
  const auto command = [&](const char* name, const char* what) {
    CLI::App* made = link.add_subcommand(name, what);
    made->add_option("--state", options->state, "Folder of the person store")->required();
    made->add_flag("--json", options->json, "Machine-readable report");
    return made;
  };
  const auto simple = [&](CLI::App* made, auto body) {
    set_action(made, [options, body]() -> Result<int> {
      SEKISHO_TRY(linkage::PersonStore store, open_persons(*options));
      SEKISHO_TRY(const linkage::StoreReport report, body(store, *options));
      return print_store_report(*options, report);
    });
  };
  CLI::App* add = command("add", "Add registrations to a person store; makes the store when there is none");
  add->add_option("--spec", options->spec, "A probabilistic spec: for the first time")->check(CLI::ExistingFile);
  add->add_option("--columns", options->columns, "Columns of the files: field=COLUMN,...");
  add->add_option("--input", options->inputs, "CSV with a header (UTF-8, CP932 or EUC-JP; .gz too); may be repeated")
      ->required()
      ->check(CLI::ExistingFile);
  add->add_option("--output", options->output, "CSV to write: record_id,person_id of the records of the files");
  add->add_option("--batch-share", options->batch_share,
                  "More records than this share of those in the store are linked with all others as one")
      ->check(CLI::NonNegativeNumber);
  add->add_flag("--one-by-one", options->one_by_one, "Never as one with all others (but the first time)");
  add->footer("Exit code 1: records without id, or ids that the store has with other values; they are left out.");
  set_action(add, [options] { return run_add(*options); });

  CLI::App* remove =
      command("remove", "Take registrations out: their values leave the store, persons are decided anew");
  remove->add_option("records", options->records, "Record ids")->required();
  simple(remove, [](linkage::PersonStore& store, const PersonsOptions& o) { return store.remove(o.records); });

  CLI::App* reconcile = command("reconcile", "Link the whole store as one batch; what changes are merges and splits");
  simple(reconcile, [](linkage::PersonStore& store, const PersonsOptions&) { return store.reconcile(); });

  CLI::App* decide = command("decide", "Decide about two registrations: same, different, or open again");
  decide->add_option("a", options->record_a, "Record id")->required();
  decide->add_option("b", options->record_b, "Record id")->required();
  decide->add_option("decision", options->verdict, "same, different or open")
      ->required()
      ->check(CLI::IsMember({"same", "different", "open"}));
  decide->add_option("--by", options->by, "Who decided; twice for two people")->required();
  decide->add_option("--reason", options->reason, "Why");
  simple(decide, [](linkage::PersonStore& store, const PersonsOptions& o) {
    return store.decide(
        {o.record_a, o.record_b, *linkage::verdict_of(o.verdict), o.by, system_clock().now().iso(), o.reason});
  });

  CLI::App* undo = command("undo", "Take back an entry of the journal; an undone entry can be undone too");
  undo->add_option("entry", options->entry, "Number of a merge, split, arrival, decision or undo")->required();
  undo->add_option("--by", options->by, "Who takes it back")->required();
  undo->add_option("--reason", options->reason, "Why");
  simple(undo,
         [](linkage::PersonStore& store, const PersonsOptions& o) { return store.undo(o.entry, o.by, o.reason); });

  CLI::App* state = command("state", "Who is whose person, now or at the end of a past day");
  state->add_option("--on", options->on, "Day (YYYY-MM-DD, UTC) or time");
  state->add_option("--output", options->output, "CSV to write: record_id,person_id");
  set_action(state, [options] { return run_state(*options); });

  CLI::App* replay = command("replay", "Make all persons again from the entries and compare them with the store");
  replay->footer("Checks number and hash chain of every entry. Exit code 1: the store has other persons.");
  set_action(replay, [options] { return run_replay(*options); });

  CLI::App* history = command("history", "Entries of a person and of all persons that went up in it");
  history->add_option("person", options->person, "Person id")->required();
  set_action(history, [options] { return run_history(*options); });
}

}  // namespace sekisho::cli

// sekisho disclosure memory list | check: the memory of released tables, for checkers.
#pragma once

#include <fmt/format.h>

#include "cli/cli.h"
#include "core/clock.h"
#include "core/file.h"
#include "core/random.h"
#include "disclosure/releases.h"

namespace sekisho::cli {

struct MemoryOptions {
  std::string folder;
  std::vector<std::string> remember;
  bool json = false;
};

inline Result<int> list_memory(const MemoryOptions& options) {
  SEKISHO_TRY(const auto memory, disclosure::Releases::open(options.folder, false, system_clock(), system_random()));
  Json items = Json::array();
  for (const disclosure::ReleaseItem& item : memory->items()) {
    const auto shown = std::ranges::count_if(item.cells, [](const auto& cell) { return cell.shown; });
    items.push_back(Json{{"id", item.id},
                         {"time", item.time},
                         {"project", item.project},
                         {"definition", item.definition},
                         {"cut", item.cut},
                         {"cells", item.cells.size()},
                         {"shown", shown},
                         {"output_sha256", item.output_sha256}});
    if (!options.json)
      fmt::print("{} {} {} {} ({} of {} cells shown)\n", item.id, item.time, item.project.empty() ? "-" : item.project,
                 item.definition, shown, item.cells.size());
  }
  if (options.json) print_json(Json{{"persons", memory->persons()}, {"items", std::move(items)}});
  return kDone;
}

inline Result<int> check_memory(const MemoryOptions& options) {
  std::vector<std::string> notes;
  for (const std::string& file : options.remember) {
    SEKISHO_TRY(std::string note, read_text(file));
    notes.push_back(std::move(note));
  }
  SEKISHO_TRY(const disclosure::MemoryCheck check, disclosure::check_memory(options.folder, notes));
  if (options.json) {
    print_json(Json{{"ok", check.problems.empty()},
                    {"items", check.items},
                    {"persons", check.persons},
                    {"problems", check.problems}});
  } else {
    fmt::print("{} items, {} persons: {}\n", check.items, check.persons,
               check.problems.empty() ? "as the ledger says" : "NOT as the ledger says");
    for (const std::string& problem : check.problems)
      fmt::print("{}\n", problem);
  }
  return check.problems.empty() ? kDone : kFindings;
}

inline void add_memory(CLI::App* disclosure) {
  CLI::App* memory = disclosure->add_subcommand("memory", "What left before, against which new tables are judged");
  memory->require_subcommand(1);
  auto options = std::make_shared<MemoryOptions>();
  for (const auto& [name, text, action] :
       {std::tuple{"list", "Items in the order in which they left", &list_memory},
        std::tuple{"check", "Compare every file with the ledger: exit 1 when something was changed", &check_memory}}) {
    CLI::App* command = memory->add_subcommand(name, text);
    command->add_option("folder", options->folder, "The folder given to `sekisho table --memory`")
        ->required()
        ->check(CLI::ExistingDirectory);
    if (std::string_view(name) == "check")
      command->add_option("--remember", options->remember, "Checkpoints of its ledger that somebody kept");
    command->add_flag("--json", options->json, "One JSON document on standard output");
    set_action(command, [options, action] { return action(*options); });
  }
}

}  // namespace sekisho::cli

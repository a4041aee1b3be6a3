// Subcommands of sekisho release that hand a dataset over (release/media.h): provide, media, open.
#pragma once

#include <fmt/format.h>

#include "cli/release_places.h"
#include "release/media.h"

namespace sekisho::cli {

inline Result<int> run_provide(const ReleaseOptions& options) {
  SEKISHO_TRY(const Places places, places_of(options));
  SEKISHO_TRY(const std::filesystem::path folder,
              release::provide(options.dataset, options.workspace, options.usage, recorder(places)));
  if (options.json)
    print_json({{"folder", folder.string()}});
  else
    fmt::print("{}\n", folder.string());
  return kDone;
}

inline Result<int> run_media_write(const ReleaseOptions& options) {
  SEKISHO_TRY(const Places places, places_of(options));
  release::MediumRequest request;
  request.dataset = options.dataset;
  request.out = options.out;
  request.sheet = options.sheet;
  request.number = options.number;
  SEKISHO_TRY(request.entries, entries_of(places));
  request.record = recorder(places);
  request.clock = &system_clock();
  request.random = &system_random();
  SEKISHO_TRY(const release::MediumReport medium, release::write_medium(request));
  Json out = medium.to_json();
  out["sheet"] = options.sheet;
  if (options.json)
    print_json(out);
  else
    fmt::print(
        "{}: {} ({} bytes, SHA-256 {})\nThe passphrase is in {}: print it, hand it over by another way and another "
        "person, then delete the file.\n",
        medium.number, medium.container.string(), medium.size, medium.sha256, options.sheet);
  return kDone;
}

inline Result<int> run_media_list(const ReleaseOptions& options) {
  SEKISHO_TRY(const Places places, places_of(options));
  SEKISHO_TRY(const auto entries, entries_of(places));
  Json list = Json::array();
  for (const release::Medium& medium : release::media_of(entries))
    list.push_back(medium.to_json());
  if (options.json) {
    print_json({{"media", list}});
    return kDone;
  }
  for (const Json& medium : list)
    fmt::print("{:<14} {:<10} {:<48} {}\n", medium["number"].get<std::string>(), medium["state"].get<std::string>(),
               medium["dataset"].get<std::string>(), medium["steps"].back()["time"].get<std::string>());
  return kDone;
}

inline Result<int> run_step(const ReleaseOptions& options, release::MediumState to) {
  SEKISHO_TRY(const Places places, places_of(options));
  release::StepRequest request{
      .number = options.number, .code = options.code, .detail = options.detail, .to = to, .entries = {}, .record = {}};
  SEKISHO_TRY(request.entries, entries_of(places));
  request.record = recorder(places);
  SEKISHO_TRY(const release::Medium medium, release::take_step(request));
  if (options.json)
    print_json(medium.to_json());
  else
    fmt::print("{} is {}\n", medium.number, release::name(medium.state));
  return kDone;
}

inline Result<int> run_open(const ReleaseOptions& options) {
  SEKISHO_TRY(std::string passphrase, read_text(options.passphrase_file, 1 << 12));
  const auto end = passphrase.find_last_not_of(" \r\n\t");
  passphrase.resize(end == std::string::npos ? 0 : end + 1);
  SEKISHO_TRY(const release::VerifyReport report, release::open_medium(options.dataset, passphrase, options.out));
  if (options.json)
    print_json(report.to_json());
  else
    fmt::print("{}: as signed, k holds. Tell the sender the receipt code in RECEIPT.txt.\n", options.out);
  return kDone;
}

using ReleaseAction = std::function<Result<int>(const ReleaseOptions&)>;

inline CLI::App* add_release_command(CLI::App& parent, const std::shared_ptr<ReleaseOptions>& options, const char* name,
                                     const char* help, ReleaseAction action) {
  CLI::App* command = parent.add_subcommand(name, help);
  command->add_flag("--json", options->json, "Machine-readable output");
  set_action(command, [options, action = std::move(action)] { return action(*options); });
  return command;
}

struct StepCommand {
  const char *name, *help;
  release::MediumState to;
};
inline constexpr StepCommand kStepCommands[] = {
    {"hand", "A written medium was handed to somebody or to a courier", release::MediumState::kHanded},
    {"confirm", "The recipient opened it and told the receipt code from inside", release::MediumState::kReceived},
    {"return", "It came back", release::MediumState::kReturned},
    {"lost", "It is lost: an incident", release::MediumState::kLost},
    {"destroy", "It was destroyed before two persons", release::MediumState::kDestroyed}};

inline void add_media(CLI::App& parent, const std::shared_ptr<ReleaseOptions>& options) {
  CLI::App* media = parent.add_subcommand("media", "Numbered media: write one, and each step of its life");
  media->require_subcommand(1);
  CLI::App* write = add_release_command(*media, options, "write", "Write a dataset into a container of its own number",
                                        run_media_write);
  add_places(write, options);
  write->add_option("--dataset", options->dataset, "Folder of the dataset")->required()->check(CLI::ExistingDirectory);
  write->add_option("--out", options->out, "Folder that gets NUMBER.zip: the medium")->required();
  write->add_option("--sheet", options->sheet, "File that gets the passphrase, in another place than --out")
      ->required();
  write->add_option("--number", options->number, "Number printed on the medium; the next free M-YEAR-NNNN by default");
  write->footer(
      "The container is a ZIP with AES-256 (WinZip AE-2): 7-Zip and its like open it, or sekisho release open.\n"
      "The ledger gets number, hash and dataset, never the passphrase.");
  CLI::App* list = add_release_command(*media, options, "list", "All media and where they are", run_media_list);
  add_places(list, options);
  for (const StepCommand& row : kStepCommands) {
    CLI::App* step = add_release_command(*media, options, row.name, row.help,
                                         [to = row.to](const ReleaseOptions& o) { return run_step(o, to); });
    add_places(step, options);
    step->add_option("--number", options->number, "Number of the medium")->required();
    step->add_option("--detail", options->detail, "To whom, courier's number, the two persons: goes into the ledger");
    if (row.to == release::MediumState::kReceived)
      step->add_option("--code", options->code, "Receipt code, from RECEIPT.txt in the container")->required();
  }
}

inline void add_handing_over(CLI::App& parent, const std::shared_ptr<ReleaseOptions>& options) {
  CLI::App* provide =
      add_release_command(parent, options, "provide",
                          "Put a verified copy, for reading only, into a project's folder of a workspace", run_provide);
  add_places(provide, options);
  provide->add_option("--dataset", options->dataset, "Folder of the dataset")
      ->required()
      ->check(CLI::ExistingDirectory);
  provide->add_option("--workspace", options->workspace, "Folder of the workspaces")->required();
  provide->add_option("--usage", options->usage, "Usage number of the project; its folder gets datasets/ID")
      ->required();
  add_media(parent, options);
  CLI::App* open = add_release_command(parent, options, "open",
                                       "The recipient's side: open a container and verify the dataset in it", run_open);
  open->add_option("container", options->dataset, "NUMBER.zip")->required()->check(CLI::ExistingFile);
  open->add_option("--passphrase-file", options->passphrase_file, "File with the passphrase alone")
      ->required()
      ->check(CLI::ExistingFile);
  open->add_option("--out", options->out, "Folder to make")->required();
}

}  // namespace sekisho::cli

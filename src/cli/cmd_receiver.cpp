// modules: core
// `sekisho receiver run`: starts the outer zone's own program, which links nothing that can decrypt.
#include <unistd.h>

#include "cli/cli.h"
#include "core/process.h"

namespace sekisho::cli {

void add_receiver(CLI::App& app) {
  CLI::App* receiver = app.add_subcommand("receiver", "The outer zone's service, which cannot read what it receives");
  receiver->require_subcommand(1);
  CLI::App* run = receiver->add_subcommand("run", "Serve until ended (replaces this process by sekisho-receiver)");
  auto config = std::make_shared<std::string>();
  run->add_option("--config", *config, "Configuration (TOML), as `center init` writes it")
      ->required()
      ->check(CLI::ExistingFile);
  set_action(run, [config]() -> Result<int> {
    const std::string program = (program_folder() / "sekisho-receiver").string();
    ::execl(program.c_str(), program.c_str(), "--config", config->c_str(), static_cast<char*>(nullptr));
    return fail_errno("receiver.start", "cannot start the receiver", {.file = program});
  });
}

}  // namespace sekisho::cli

// Entry of `sekisho` and `sekisho-gateway`: the table of subcommands is generated (cmake/SekishoModule.cmake).
#include <fmt/format.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "cli/cli.h"
#include "cli/error_texts.h"
#include "cli/parse_texts.h"
#include "core/log.h"

#include "commands.inc"

namespace sekisho::cli {

int exit_code = kDone;

void set_action(CLI::App* command, std::function<Result<int>()> body) {
  command->callback([command, body = std::move(body)] {
    const Result<int> result = body();
    if (result) {
      exit_code = *result;
      return;
    }
    const Error& error = result.error();
    fmt::print(stderr, "{} {}: {}\n", SEKISHO_PROGRAM, command->get_name(),
               japanese() ? describe_in_japanese(error) : error.describe());
    exit_code = result.error().code.starts_with("usage.") ? kWrongUse : kFailed;
  });
}

void print_json(const Json& value) {
  // Bytes that are not UTF-8 come out as U+FFFD instead of ending the program.
  fmt::print("{}\n", value.dump(2, ' ', false, Json::error_handler_t::replace));
}

bool japanese() {
  const char* lang = std::getenv("LANG");
  return lang != nullptr && std::strncmp(lang, "ja", 2) == 0;
}

}  // namespace sekisho::cli

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  sekisho::start_log(SEKISHO_PROGRAM);
  CLI::App app("sekisho: from hospitals' storages to datasets that may be handed to research", SEKISHO_PROGRAM);
  app.set_version_flag("--version", std::string("sekisho ") + SEKISHO_VERSION);
  app.require_subcommand(1);
  app.failure_message(sekisho::cli::failure_text);
  for (auto* add : sekisho::cli::kCommands)
    add(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    app.exit(e);
    return sekisho::cli::kWrongUse;
  } catch (const std::exception& e) {
    const auto* system = dynamic_cast<const std::system_error*>(&e);
    if (system != nullptr && system->code() == std::errc::broken_pipe) return 128 + SIGPIPE;  // the reader has enough
    fmt::print(stderr, "{}: unexpected failure: {}\n", SEKISHO_PROGRAM, e.what());
    return sekisho::cli::kFailed;
  }
  return sekisho::cli::exit_code;
}

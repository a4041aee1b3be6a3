// Entry of `sekisho-receiver`: the outer zone's program. It links nothing that can decrypt (invariant 2).
#include <fmt/format.h>

#include <csignal>
#include <cstring>

#include "core/log.h"
#include "receiver/api.h"

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  sekisho::start_log("receiver");
  if (argc == 2 && std::strcmp(argv[1], "--version") == 0) {
    fmt::print("sekisho-receiver {}\n", SEKISHO_VERSION);
    return 0;
  }
  if (argc != 3 || std::strcmp(argv[1], "--config") != 0) {
    const bool help = argc == 2 && std::strcmp(argv[1], "--help") == 0;
    fmt::print(help ? stdout : stderr,
               "Usage: sekisho-receiver --config FILE\n"
               "Receives sealed packages from hospitals over mutual TLS, checks them without being able to read them, "
               "and keeps them for intake.\n"
               "The configuration is TOML; `sekisho center init` writes one.\n");
    return help ? 0 : 2;
  }
  const auto code = sekisho::receiver::run_service(argv[2]);
  if (code) return *code;
  fmt::print(stderr, "sekisho-receiver: {}\n", code.error().describe());
  return 3;
}

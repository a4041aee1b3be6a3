// modules: portal
// `sekisho portal`: the page on which a centre's people see what is going on.
#include "cli/cli.h"
#include "portal/portal.h"

namespace sekisho::cli {
namespace {

struct Options {
  std::string state, certificate, key, address = "127.0.0.1", port_file, token_file, pages;
  std::uint16_t port = 0;
  bool json = false;
};

Result<int> run(const Options& o) {
  portal::ServiceOptions service;
  service.portal.certificate = o.certificate;
  service.portal.key = o.key;
  service.portal.address = o.address;
  service.portal.port = o.port;
  service.portal.pages = o.pages;
  service.portal.source = std::make_unique<portal::FileSource>(o.state);
  service.portal.clock = &system_clock();
  service.portal.random = &system_random();
  service.port_file = o.port_file;
  service.token_file = o.token_file;
  service.json = o.json;
  auto result = portal::run_service(std::move(service));
  if (!result && result.error().code == "portal.address") result.error().code = "usage.address";
  return result;
}

}  // namespace

void add_portal(CLI::App& app) {
  CLI::App* portal = app.add_subcommand("portal", "the page that shows the way of the data with live figures");
  portal->require_subcommand(1);
  CLI::App* command = portal->add_subcommand("run", "serve the page and its API over HTTPS until SIGTERM");
  const auto o = std::make_shared<Options>();
  command->add_option("--state", o->state, "state document (JSON), replaced by other processes; may be missing yet")
      ->required();
  command->add_option("--certificate", o->certificate, "certificate of role tls-portal (PEM)")
      ->required()
      ->check(CLI::ExistingFile);
  command->add_option("--key", o->key, "its key (PEM)")->required()->check(CLI::ExistingFile);
  command->add_option("--address", o->address, "address of this machine alone: 127.0.0.1 or ::1")
      ->capture_default_str();
  command->add_option("--port", o->port, "port; 0: any free one")->capture_default_str();
  command->add_option("--port-file", o->port_file, "file that gets the port once the portal listens");
  command->add_option("--token-file", o->token_file,
                      "file (mode 0600) that gets the one-time token instead of standard output");
  command->add_option("--pages", o->pages, "folder of the built pages (default: found beside the program)")
      ->check(CLI::ExistingDirectory);
  command->add_flag("--json", o->json, "machine output: one line with url, port, token");
  set_action(command, [o] { return run(*o); });
}

}  // namespace sekisho::cli

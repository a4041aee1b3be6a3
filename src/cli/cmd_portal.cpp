// modules: portal
// `sekisho portal`: the page on which a centre's people see what is going on.
#include <fmt/format.h>

#include "cli/cli.h"
#include "core/file.h"
#include "portal/link.h"
#include "portal/portal.h"

namespace sekisho::cli {
namespace {

struct Options {
  std::string state, certificate, key, address = "127.0.0.1", port_file, token_file, pages, quality, links, review,
                                       explorer;
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
  service.portal.quality = o.quality;
  service.portal.links = o.links;
  service.portal.review = o.review;
  service.portal.explorer = o.explorer;
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

struct LinkOptions {
  std::string centre, links, port_file, hospital, role = "hospital";
  int hours = 24;
  bool json = false;
};

// The token stands behind '#': browsers send it to nobody, and no log holds it.
Result<int> make_link(const LinkOptions& o) {
  namespace fs = std::filesystem;
  if (o.centre.empty() == o.links.empty()) return fail("usage.links", "name --center DIR or --links DIR");
  if (std::error_code error; !o.centre.empty() && !fs::exists(fs::path(o.centre) / "core" / "intake.toml", error))
    return fail("usage.center", "no centre lies in this folder", {.file = o.centre},
                "Name the folder that `sekisho center init` or `sekisho demo` made: it holds core/ and outer/.");
  const fs::path links = o.links.empty() ? fs::path(o.centre) / "core" / "portal-links" : fs::path(o.links);
  const fs::path port_file =
      o.port_file.empty() && !o.centre.empty() ? fs::path(o.centre) / "core" / "portal.port" : fs::path(o.port_file);
  const std::int64_t until = system_clock().now().seconds() + std::int64_t{o.hours} * 3600;
  auto token = portal::make_link(links, {o.role, o.hospital}, until, system_random());
  if (!token && token.error().code.starts_with("link.")) token.error().code = "usage." + token.error().code.substr(5);
  if (!token) return std::unexpected(token.error());
  std::string port = "PORT";
  if (const auto text = read_text(port_file, 64); !port_file.empty() && text) port = text->substr(0, text->find('\n'));
  const std::string url = fmt::format("https://127.0.0.1:{}/#quality?token={}", port, *token);
  if (o.json)
    print_json({{"url", url}, {"token", *token}, {"role", o.role}, {"hospital", o.hospital}, {"hours", o.hours}});
  else
    fmt::print("{}\n", url);
  return kDone;
}

}  // namespace

void add_portal(CLI::App& app) {
  CLI::App* portal = app.add_subcommand("portal", "The page that shows the way of the data with live figures");
  portal->require_subcommand(1);
  CLI::App* command = portal->add_subcommand("run", "Serve the page and its API over HTTPS until SIGTERM");
  const auto o = std::make_shared<Options>();
  command->add_option("--state", o->state, "State document (JSON), replaced by other processes; may be missing yet")
      ->required();
  command->add_option("--certificate", o->certificate, "Certificate of role tls-portal (PEM)")
      ->required()
      ->check(CLI::ExistingFile);
  command->add_option("--key", o->key, "Its key (PEM)")->required()->check(CLI::ExistingFile);
  command->add_option("--address", o->address, "Address of this machine alone: 127.0.0.1 or ::1")
      ->capture_default_str();
  command->add_option("--port", o->port, "Port; 0: any free one")->capture_default_str();
  command->add_option("--port-file", o->port_file, "File that gets the port once the portal listens");
  command->add_option("--token-file", o->token_file,
                      "File (mode 0600) that gets the one-time token instead of standard output");
  command->add_option("--pages", o->pages, "Folder of the built pages (default: found beside the program)")
      ->check(CLI::ExistingDirectory);
  command->add_option("--quality", o->quality, "Folder of reports that `sekisho quality` leaves, one per hospital");
  command->add_option("--links", o->links, "Folder of one-time links that `portal link` makes");
  command->add_option("--review", o->review,
                      "Folder of a clerical review (pairs.json of `link run --review-out`), shown to those whom "
                      "`link review invite` named");
  command->add_option("--explorer", o->explorer,
                      "Folder of the anonymization explorer: data.csv (rows before anonymization) and policy.toml, as "
                      "`release explore` leaves them; shown to managers only");
  command->add_flag("--json", o->json, "Machine output: one line with url, port, token");
  set_action(command, [o] { return run(*o); });

  CLI::App* link = portal->add_subcommand("link", "A link that signs one person in, once");
  const auto l = std::make_shared<LinkOptions>();
  link->add_option("--center,--centre", l->centre, "The centre's folder");
  link->add_option("--links", l->links, "Folder that the portal got as --links, without --center");
  link->add_option("--port-file", l->port_file, "File with the portal's port, without --center");
  link->add_option("--role", l->role, "manager: sees all hospitals; hospital: its own data alone")
      ->check(CLI::IsMember({"manager", "hospital"}))
      ->capture_default_str();
  link->add_option("--hospital", l->hospital, "The hospital of role hospital");
  link->add_option("--hours", l->hours, "How long the link may lie unused")->check(CLI::Range(1, 24 * 31));
  link->add_flag("--json", l->json, "Machine output");
  set_action(link, [l] { return make_link(*l); });
}

}  // namespace sekisho::cli

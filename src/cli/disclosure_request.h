// sekisho disclosure request: the way of files out, step by step, each by the person whose key is shown.
#pragma once

#include <fmt/format.h>

#include "cli/cli.h"
#include "core/clock.h"
#include "outgoing/exit_desk.h"

namespace sekisho::cli {

struct RequestOptions {
  std::string folder, person, institution, key, request, reason, committee, output, memory, clamd;
  std::vector<std::string> roles, files;
  bool json = false;
};

inline Json request_json(const outgoing::ExitRequest& request) {
  Json files = Json::array();
  for (const outgoing::ExitFile& file : request.files)
    files.push_back(Json{{"name", file.name}, {"sha256", file.sha256}});
  return Json{{"request", request.id},
              {"state", name(request.state)},
              {"verdict", name(request.verdict)},
              {"fast", request.fast},
              {"requester", request.requester},
              {"first_reviewer", request.first_reviewer},
              {"second_reviewer", request.second_reviewer},
              {"releaser", request.releaser},
              {"second_due", request.second_due ? Json(request.second_due->iso()) : Json(nullptr)},
              {"files", std::move(files)}};
}

inline Result<int> run_request(const RequestOptions& options, outgoing::ExitEvent event) {
  SEKISHO_TRY(outgoing::ExitDesk desk, outgoing::ExitDesk::open(options.folder, system_clock(), system_random()));
  outgoing::ExitOrder order{.key = options.key, .request = options.request, .event = event};
  order.files.assign(options.files.begin(), options.files.end());
  order.reason = options.reason;
  order.committee = options.committee;
  order.output = options.output;
  order.memory = options.memory;
  order.scan.clamd = options.clamd;
  SEKISHO_TRY(const outgoing::ExitRequest request, desk.act(order));
  if (options.json)
    print_json(request_json(request));
  else
    fmt::print("{}: {} ({}{})\n", request.id, name(request.state), name(request.verdict),
               request.fast ? ", fast lane" : "");
  return request.state == outgoing::ExitState::kBlocked ? kFindings : kDone;
}

inline Result<int> list_requests(const RequestOptions& options) {
  SEKISHO_TRY(const outgoing::ExitDesk desk, outgoing::ExitDesk::open(options.folder, system_clock(), system_random()));
  Json list = Json::array();
  for (const auto& [id, request] : desk.requests()) {
    if (!options.json) fmt::print("{} {} {} {}\n", id, name(request.state), name(request.verdict), request.requester);
    list.push_back(request_json(request));
  }
  if (options.json) print_json(Json{{"requests", std::move(list)}, {"overdue", desk.overdue()}});
  return desk.overdue().empty() ? kDone : kFindings;
}

inline Result<int> add_request_person(const RequestOptions& options) {
  SEKISHO_TRY(outgoing::ExitDesk desk, outgoing::ExitDesk::open(options.folder, system_clock(), system_random()));
  SEKISHO_TRY(const outgoing::ExitPerson person,
              desk.add_person(options.person, options.institution, options.roles, options.key));
  if (options.json)
    print_json(Json{{"id", person.id}, {"roles", person.roles}, {"key_sha256", person.key_sha256}});
  else
    fmt::print("{}: key written to {}\n", person.id, options.key);
  return kDone;
}

inline void add_disclosure_request(CLI::App& disclosure) {
  using outgoing::ExitEvent;
  CLI::App* request = disclosure.add_subcommand(
      "request",
      "The way of files out: submitted, judged, approved by two, released by a third; every step in a ledger");
  request->require_subcommand(1);
  auto options = std::make_shared<RequestOptions>();
  const auto common = [&](const char* command, const char* text) {
    CLI::App* app = request->add_subcommand(command, text);
    app->add_option("--desk", options->folder, "Folder of the desk: ledger, people, judged bytes")->required();
    app->add_flag("--json", options->json, "One JSON document on standard output");
    return app;
  };
  CLI::App* person = common("person", "Register a person with roles; writes the key that person signs in with");
  person->add_option("--id", options->person, "The person's id")->required();
  person->add_option("--institution", options->institution, "Where the person works");
  person->add_option("--role", options->roles, "requester, reviewer, releaser, sender (several allowed)")->required();
  person->add_option("--key", options->key, "Where the new private key goes (mode 0600)")->required();
  set_action(person, [options] { return add_request_person(*options); });
  CLI::App* list = common("list", "All requests with their states; exit 1 when a second approval is overdue");
  set_action(list, [options] { return list_requests(*options); });

  struct Command {
    const char *name, *text;
    ExitEvent event;
  };
  constexpr Command kCommands[] = {
      {"submit", "Freeze files, judge them and hand them to the reviewers: exit 1 when they are blocked",
       ExitEvent::kSubmit},
      {"approve", "First or second approval; the second by another person, with a reason where something failed",
       ExitEvent::kApprove},
      {"return", "Back to the requester, with a reason", ExitEvent::kReturn},
      {"reject", "Refuse for good, with a reason", ExitEvent::kReject},
      {"withdraw", "The requester takes it back", ExitEvent::kWithdraw},
      {"release", "Copy the judged bytes out, after both approvals, by somebody who gave none", ExitEvent::kRelease},
      {"send-passphrase", "Record that the passphrase went its own way, by another person than the releaser",
       ExitEvent::kSendPassphrase},
      {"collect", "The requester has the files", ExitEvent::kCollect},
      {"recall", "Take back what was approved or released, with a reason", ExitEvent::kRecall}};
  for (const Command& command : kCommands) {
    CLI::App* app = common(command.name, command.text);
    app->add_option("--as", options->key, "Private key of the person who acts")->required()->check(CLI::ExistingFile);
    app->add_option("--id", options->request, "The request's id")->required();
    app->add_option("--reason", options->reason, "For the record");
    app->add_option("--committee", options->committee, "Id of a committee's decision");
    if (command.event == ExitEvent::kSubmit) {
      app->add_option("files", options->files, "Files that are to leave")->required()->check(CLI::ExistingFile);
      app->add_option("--memory", options->memory,
                      "Memory of releases: files that came out of `sekisho table` take the fast lane")
          ->check(CLI::ExistingDirectory);
      app->add_option("--clamd", options->clamd, "Socket of the virus scanner clamd");
    }
    if (command.event == ExitEvent::kRelease)
      app->add_option("--output", options->output, "Folder the judged bytes are copied to")->required();
    set_action(app, [options, event = command.event] { return run_request(*options, event); });
  }
}

}  // namespace sekisho::cli

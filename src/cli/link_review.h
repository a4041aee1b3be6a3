// sekisho link review: pairs that the model left open, decided by people on a terminal. The portal has the same as a
// page; both write the same folder (linkage/review.h).
#pragma once

#include <fmt/format.h>

#include <memory>

#include "cli/cli.h"
#include "cli/link_waterfall.h"
#include "core/file.h"
#include "linkage/review.h"

namespace sekisho::cli {

struct ReviewOptions {
  std::string folder, decisions, name, secret_file, pair, opinion;
  int days = 30;
  bool json = false;
};

inline Result<std::unique_ptr<linkage::ReviewDesk>> open_desk(const ReviewOptions& o) {
  return linkage::ReviewDesk::open(o.folder, o.decisions, system_clock(), system_random());
}

inline Result<std::string> reviewer_of(const ReviewOptions& o) {
  SEKISHO_TRY(std::string secret, read_text(o.secret_file, 4096));
  while (!secret.empty() && static_cast<unsigned char>(secret.back()) <= ' ')
    secret.pop_back();
  return linkage::Reviewers(o.folder).identify(secret, system_clock());
}

inline Result<int> review_invite(const ReviewOptions& o) {
  SEKISHO_TRY(const std::string secret,
              linkage::Reviewers(o.folder).invite(o.name, std::chrono::days(o.days), system_clock(), system_random()));
  if (o.json)
    print_json({{"name", o.name}, {"secret", secret}, {"days", o.days}});
  else
    fmt::print("{}\n", secret);
  return kDone;
}

inline Result<int> review_list(const ReviewOptions& o) {
  SEKISHO_TRY(const std::string reviewer, reviewer_of(o));
  SEKISHO_TRY(const auto desk, open_desk(o));
  Json rows = desk->list(reviewer);
  for (const Json& row : desk->decided(reviewer))
    rows.push_back(row);
  if (o.json) {
    print_json(rows);
    return kDone;
  }
  fmt::print("{:<18}{:>12}{:>8}  {}\n", "pair", "probability", "bits", "state");
  for (const Json& row : rows)
    fmt::print("{:<18}{:>12.4f}{:>+8.1f}  {}{}\n", row["id"].get<std::string>(), row["probability"].get<double>(),
               row["weight"].get<double>(), row["state"].get<std::string>(),
               row["mine"].is_string() ? fmt::format(" (you: {})", row["mine"].get<std::string>()) : "");
  return kDone;
}

inline Result<int> review_show(const ReviewOptions& o) {
  SEKISHO_TRY(const std::string reviewer, reviewer_of(o));
  SEKISHO_TRY(const auto desk, open_desk(o));
  SEKISHO_TRY(const Json pair, desk->pair(o.pair, reviewer));
  if (o.json) {
    print_json(pair);
    return kDone;
  }
  std::size_t width = 10;
  for (const auto& [name, value] : pair["record_a"].items())
    width = std::max(width, columns_of(value.get<std::string>()));
  fmt::print("{:<15}  {}  {}\n", "record", padded(pair["a"].get<std::string>(), width), pair["b"].get<std::string>());
  Json names = pair["record_a"];
  for (const auto& [name, value] : pair["record_b"].items())
    if (!names.contains(name)) names[name] = "";
  for (const auto& [name, value] : names.items()) {
    const std::string a = pair["record_a"].value(name, ""), b = pair["record_b"].value(name, "");
    fmt::print("{:<15}{} {}  {}\n", name, a.empty() || b.empty() ? '.' : a == b ? '=' : '!', padded(a, width), b);
  }
  fmt::print("\n{}", draw_waterfall(pair["waterfall"]));
  return kDone;
}

inline Result<int> review_decide(const ReviewOptions& o) {
  SEKISHO_TRY(const std::string reviewer, reviewer_of(o));
  SEKISHO_TRY(const auto desk, open_desk(o));
  const auto opinion = linkage::opinion_of(o.opinion);
  SEKISHO_TRY(const Json done, opinion ? desk->vote(o.pair, reviewer, *opinion) : desk->withdraw(o.pair, reviewer));
  if (o.json)
    print_json(done);
  else if (!opinion)
    fmt::print("taken back\n");
  else if (done.contains("outcome"))
    fmt::print("decided: {}\n", done["outcome"].get<std::string>());
  else
    fmt::print("noted; {}\n",
               done["state"] == "third" ? "two do not agree: another person decides" : "a second person must agree");
  return kDone;
}

inline Result<int> review_status(const ReviewOptions& o) {
  SEKISHO_TRY(const auto desk, open_desk(o));
  const linkage::ReviewCounts counts = desk->counts();
  if (o.json)
    print_json(counts.to_json());
  else
    fmt::print("{} pairs: {} untouched, {} wait for a second person, {} for a third; decided same {}, different {}\n",
               counts.pairs, counts.untouched, counts.one_vote, counts.third, counts.same, counts.different);
  return kDone;
}

inline void add_review(CLI::App& link) {
  CLI::App* review = link.add_subcommand("review", "Decide the pairs that a run left open (link run --review-out)");
  review->require_subcommand(1);
  const auto o = std::make_shared<ReviewOptions>();
  const auto add = [&](const char* name, const char* what, Result<int> (*body)(const ReviewOptions&)) {
    CLI::App* command = review->add_subcommand(name, what);
    command->add_option("--folder", o->folder, "Folder of the review: holds pairs.json of link run --review-out")
        ->required();
    command->add_flag("--json", o->json, "Machine-readable answer");
    set_action(command, [o, body] { return body(*o); });
    return command;
  };
  const auto personal = [&](CLI::App* command) {
    command->add_option("--secret-file", o->secret_file, "File with the secret of the person who reviews")
        ->required()
        ->check(CLI::ExistingFile);
    command->add_option("--decisions", o->decisions, "Decisions file (default: decisions.jsonl in the folder)");
    return command;
  };
  CLI::App* invite = add("invite", "Let a person review; prints the secret, which is shown this once", review_invite);
  invite->add_option("name", o->name, "Who")->required();
  invite->add_option("--days", o->days, "How long the secret is good")
      ->capture_default_str()
      ->check(CLI::Range(1, 366));
  CLI::App* revoke = add("revoke", "Let a person review no more", [](const ReviewOptions& r) -> Result<int> {
    SEKISHO_CHECK(linkage::Reviewers(r.folder).revoke(r.name));
    return kDone;
  });
  revoke->add_option("name", o->name, "Who")->required();
  personal(add("list",
               "Pairs that wait for this person, most uncertain first, and those that this person helped to decide",
               review_list));
  CLI::App* show = personal(add("show", "Both records of a pair, and the weights", review_show));
  show->add_option("pair", o->pair, "Id of the pair")->required();
  CLI::App* decide = personal(add("decide", "Say what a pair is; two persons must agree", review_decide));
  decide->add_option("pair", o->pair, "Id of the pair")->required();
  decide->add_option("opinion", o->opinion, "same, different, unsure; or withdrawn: take your word back")
      ->required()
      ->check(CLI::IsMember({"same", "different", "unsure", "withdrawn"}));
  add("status", "How many pairs are open and decided", review_status);
}

}  // namespace sekisho::cli

#include "release/hold.h"

#include <fmt/format.h>

#include <algorithm>

namespace sekisho::release::detail {
namespace {

Membership membership_of(const HoldRequest& request, const Register& list) {
  Membership out;
  out.dataset = request.id;
  out.purpose = request.prepared.recipe.name;
  out.created = request.created;
  out.k = request.k;
  out.m = request.standing.m;
  out.quasi = request.standing.quasi;
  out.classes = request.standing.classes;
  for (const auto& [name, classes] : request.standing.classes_of) {
    Membership::Person one{{}, classes};
    std::ranges::sort(one.classes);
    one.classes.erase(std::ranges::unique(one.classes).begin(), one.classes.end());
    if (const auto found = request.prepared.registrations.find(name); found != request.prepared.registrations.end())
      for (const std::string& registration : found->second)
        one.tokens.push_back(list.token(registration));
    out.persons.push_back(std::move(one));
  }
  // The order tells nothing of names.
  std::ranges::sort(out.persons, {}, [](const Membership::Person& one) { return one.tokens; });
  return out;
}

}  // namespace

Standing standing_of(const anonymize::Applied& applied, const std::vector<std::string>& quasi,
                     const std::string& person_column) {
  Standing out;
  out.quasi = quasi;
  const auto place = [&](std::string_view name) {
    return static_cast<std::size_t>(std::ranges::find(applied.header, name) - applied.header.begin());
  };
  std::vector<std::size_t> columns;
  for (const std::string& name : quasi)
    columns.push_back(place(name));
  const std::size_t person = place(person_column);
  std::map<std::vector<std::string>, std::uint32_t> class_of;
  std::vector<std::string> labels(columns.size());
  for (std::size_t row = 0; row < applied.rows(); ++row) {
    for (std::size_t i = 0; i < columns.size(); ++i)
      labels[i] = applied.text(row, columns[i]);
    const auto [at, fresh] = class_of.emplace(labels, static_cast<std::uint32_t>(out.classes.size()));
    if (fresh) out.classes.push_back(labels);
    out.classes_of[applied.text(row, person)].push_back(at->second);
  }
  return out;
}

Standing standing_of(const anonymize::FinishedHistories& finished, const anonymize::HistoryPolicy& policy) {
  Standing out;
  out.quasi = {"history", "column", "item"};
  out.m = policy.m;
  std::vector<std::vector<std::uint32_t>> held(finished.source.size());
  const Json tables = audited_tables(policy, finished)["tables"];
  for (std::size_t h = 0; h < finished.histories.size(); ++h) {
    const anonymize::FinishedHistory& history = finished.histories[h];
    for (const Json& item : tables[h]["items"]) {
      const auto place =
          static_cast<std::size_t>(std::ranges::find(history.header, item.get<std::string>()) - history.header.begin());
      const anonymize::FinishedHistory::Field& field = history.fields[place];
      const auto first = static_cast<std::uint32_t>(out.classes.size());
      for (const std::string& text : field.texts)
        out.classes.push_back({history.name, item.get<std::string>(), text});
      for (std::size_t row = 0; row < history.rows; ++row)
        if (!field.texts[field.code[row]].empty()) held[history.number(row)].push_back(first + field.code[row]);
    }
  }
  for (std::size_t i = 0; i < held.size(); ++i)
    out.classes_of[finished.source[i]] = std::move(held[i]);
  return out;
}

Json Judged::to_manifest() const {
  return {{"releases_compared", reports.size()}, {"k", k}, {"verdict", accepted ? "accepted with a reason" : "passed"}};
}

Result<Judged> judge_overlap(const HoldRequest& request) {
  Judged out;
  const BuildRequest& build = request.build;
  if (build.overlap.empty()) return out;
  SEKISHO_TRY(const Register list, Register::open(build.overlap, build.keys, *build.random));
  out.k = build.overlap_policy.k == 0 ? request.k : build.overlap_policy.k;
  out.members = membership_of(request, list);
  SEKISHO_TRY(const std::vector<Membership> earlier, list.earlier());
  for (const Membership& one : earlier) {
    const Overlap overlap = compare(out.members, one, out.k, build.overlap_policy);
    if (overlap.refused && out.reason.empty()) out.reason = overlap.problems.front();
    out.reports.push_back(overlap.to_json());
  }
  if (out.reason.empty()) return out;
  out.accepted = !build.accept_overlap.empty();
  out.held = !out.accepted;
  if (out.held && build.record) {
    SEKISHO_TRY(
        [[maybe_unused]] const std::uint64_t entry,
        build.record("release.held",
                     {{"dataset", request.id}, {"purpose", request.prepared.recipe.name}, {"reason", out.reason}}));
  }
  return out;
}

Result<void> keep_members(const BuildRequest& request, const Judged& judged) {
  if (request.overlap.empty()) return {};
  SEKISHO_TRY(const Register list, Register::open(request.overlap, request.keys, *request.random));
  SEKISHO_CHECK(list.keep_report(judged.members.dataset, {{"dataset", judged.members.dataset},
                                                          {"purpose", judged.members.purpose},
                                                          {"k", judged.k},
                                                          {"accepted", judged.accepted ? request.accept_overlap : ""},
                                                          {"with", judged.reports}}));
  return list.keep(judged.members, *request.random);
}

}  // namespace sekisho::release::detail

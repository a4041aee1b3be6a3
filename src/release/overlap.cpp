#include "release/overlap.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/toml.h"
#include "release/overlap_histories.h"

namespace sekisho::release {

using detail::compare_histories;
using detail::Differences;

namespace {

using Persons = std::vector<std::uint32_t>;

Result<OverlapAction> action_of(const TomlTable& table, std::string_view member, OverlapAction fallback) {
  SEKISHO_TRY(const std::string text, table.text(member, fallback == OverlapAction::kRefuse ? "refuse" : "report"));
  if (text == "refuse") return OverlapAction::kRefuse;
  if (text == "report") return OverlapAction::kReport;
  return table.error("overlap.policy", "this is 'refuse' or 'report'", member);
}

Result<void> read_actions(const TomlTable& root, std::string_view member, OverlapPolicy::Actions& out) {
  if (!root.has(member)) return {};
  SEKISHO_TRY(const TomlTable table, root.table(member));
  SEKISHO_CHECK(table.only({"cohort", "class", "intersection"}));
  SEKISHO_TRY(out.cohort, action_of(table, "cohort", out.cohort));
  SEKISHO_TRY(out.classes, action_of(table, "class", out.classes));
  SEKISHO_TRY(out.intersection, action_of(table, "intersection", out.intersection));
  return {};
}

bool small(std::size_t count, std::size_t k) {
  return count > 0 && count < k;
}

void note_smallest(std::size_t& smallest, std::size_t count) {
  smallest = smallest == 0 ? count : std::min(smallest, count);
}

// For each person here those there who share a registration, and how many there are whom nobody here shares.
struct Match {
  std::vector<Persons> there_of;
  std::size_t both = 0, only_here = 0, only_there = 0;
};
Match match(const Membership& here, const Membership& there) {
  std::map<Token, Persons> by_token;
  for (std::uint32_t person = 0; person < there.persons.size(); ++person)
    for (const Token& token : there.persons[person].tokens)
      by_token[token].push_back(person);
  Match out;
  std::vector<bool> met(there.persons.size());
  for (const Membership::Person& person : here.persons) {
    Persons found;
    for (const Token& token : person.tokens)
      if (const auto at = by_token.find(token); at != by_token.end())
        found.insert(found.end(), at->second.begin(), at->second.end());
    std::ranges::sort(found);
    found.erase(std::ranges::unique(found).begin(), found.end());
    for (const std::uint32_t one : found)
      met[one] = true;
    ++(found.empty() ? out.only_here : out.both);
    out.there_of.push_back(std::move(found));
  }
  out.only_there = static_cast<std::size_t>(std::ranges::count(met, false));
  return out;
}

// Persons of each class.
std::vector<std::size_t> sizes(const Membership& membership) {
  std::vector<std::size_t> out(membership.classes.size());
  for (const Membership::Person& person : membership.persons)
    for (const std::uint32_t one : person.classes)
      ++out[one];
  return out;
}

// How many persons a class here and a class there share.
using Shared = std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t>;
Shared shared_of(const Membership& here, const Membership& there, const Match& match) {
  Shared out;
  for (std::size_t person = 0; person < here.persons.size(); ++person) {
    Persons classes;
    for (const std::uint32_t other : match.there_of[person])
      classes.insert(classes.end(), there.persons[other].classes.begin(), there.persons[other].classes.end());
    std::ranges::sort(classes);
    classes.erase(std::ranges::unique(classes).begin(), classes.end());
    for (const std::uint32_t a : here.persons[person].classes)
      for (const std::uint32_t b : classes)
        ++out[{a, b}];
  }
  return out;
}

void compare_classes(const Membership& here, const Membership& there, const Shared& shared, std::size_t k,
                     Overlap& out) {
  std::map<std::vector<std::string>, std::uint32_t> by_labels;
  for (std::uint32_t i = 0; i < there.classes.size(); ++i)
    by_labels[there.classes[i]] = i;
  const std::vector<std::size_t> sizes_here = sizes(here), sizes_there = sizes(there);
  for (std::uint32_t a = 0; a < here.classes.size(); ++a) {
    const auto same = by_labels.find(here.classes[a]);
    if (same == by_labels.end()) continue;
    const auto common = shared.find({a, same->second});
    if (common == shared.end()) continue;
    ++out.classes_compared;
    // A person there who became two here can make the common part larger than the class there.
    const std::size_t there_only = sizes_there[same->second] - std::min(sizes_there[same->second], common->second);
    const std::size_t here_only = sizes_here[a] - std::min(sizes_here[a], common->second);
    bool counted = false;
    for (const std::size_t difference : {here_only, there_only})
      if (small(difference, k)) {
        note_smallest(out.smallest_difference, difference);
        out.small_classes += counted ? 0 : 1;
        counted = true;
      }
  }
}

// Pairs of an item here and one there that a person has.
std::size_t pairs_of_items(const Membership& here, const Membership& there, const std::vector<Persons>& there_of) {
  std::size_t out = 0;
  for (std::size_t person = 0; person < here.persons.size(); ++person)
    for (const std::uint32_t other : there_of[person])
      out += here.persons[person].classes.size() * there.persons[other].classes.size();
  return out;
}
constexpr std::size_t kMostPairs = 20'000'000;

void judge(Overlap& out, std::size_t k, const OverlapPolicy& policy) {
  const OverlapPolicy::Actions& actions = out.same_purpose ? policy.same : policy.others;
  const std::string earlier =
      fmt::format("the earlier release {} of {} ({})", out.dataset,
                  out.same_purpose ? "the same purpose" : fmt::format("the purpose {}", out.purpose), out.created);
  std::vector<std::string> reported;
  const auto tell = [&](OverlapAction action, std::string sentence) {
    if (action == OverlapAction::kRefuse) {
      out.refused = true;
      out.problems.push_back(std::move(sentence));
    } else {
      reported.push_back(std::move(sentence));
    }
  };
  if (out.both > 0 && small(out.only_here, k))
    tell(
        actions.cohort,
        fmt::format("{} persons of this release are not in {}, which shares {}: whoever holds both singles out a group "
                    "of fewer than {}",
                    out.only_here, earlier, out.both, k));
  if (out.both > 0 && small(out.only_there, k))
    tell(actions.cohort,
         fmt::format("{} persons of {} are not in this one, which shares {}: whoever holds both singles out a group of "
                     "fewer than {}",
                     out.only_there, earlier, out.both, k));
  if (out.small_classes > 0)
    tell(actions.classes,
         out.histories
             ? fmt::format("{} of {} combinations of items whose holders are others than in {} differ from it "
                           "by fewer than {} persons, the closest by {}",
                           out.small_classes, out.classes_compared, earlier, k, out.smallest_difference)
             : fmt::format("{} of {} classes that {} has too differ from it by fewer than {} persons, the "
                           "closest by {}",
                           out.small_classes, out.classes_compared, earlier, k, out.smallest_difference));
  if (out.small_intersections > 0)
    tell(actions.intersection,
         fmt::format("{} of {} pairs of a class here and one of {} share fewer than {} persons, the smallest {}",
                     out.small_intersections, out.intersections, earlier, k, out.smallest_intersection));
  out.problems.insert(out.problems.end(), reported.begin(), reported.end());
}

}  // namespace

Result<OverlapPolicy> OverlapPolicy::load(const std::filesystem::path& file) {
  SEKISHO_TRY(const TomlTable root, TomlTable::load(file));
  SEKISHO_CHECK(root.only({"k", "same", "others"}));
  OverlapPolicy out;
  SEKISHO_TRY(const std::int64_t k, root.integer("k", 0));
  if (k < 0 || k > 1'000'000) return root.error("overlap.policy", "k is 0 (as anonymized) to 1,000,000", "k");
  out.k = static_cast<std::size_t>(k);
  SEKISHO_CHECK(read_actions(root, "same", out.same));
  SEKISHO_CHECK(read_actions(root, "others", out.others));
  return out;
}

Overlap compare(const Membership& here, const Membership& there, std::size_t k, const OverlapPolicy& policy) {
  Overlap out;
  out.dataset = there.dataset;
  out.purpose = there.purpose;
  out.created = there.created;
  out.same_purpose = here.purpose == there.purpose;
  out.comparable = here.quasi == there.quasi;
  const Match matched = match(here, there);
  out.both = matched.both;
  out.only_here = matched.only_here;
  out.only_there = matched.only_there;
  out.histories = here.m > 0 || there.m > 0;
  if (out.both > 0 && out.comparable && out.histories) {
    const Differences found = compare_histories(here, there, matched.there_of, k);
    out.classes_compared = found.combinations;
    out.small_classes = found.small;
    out.smallest_difference = found.smallest;
  }
  if (out.both > 0 && out.histories)
    out.intersections_counted = pairs_of_items(here, there, matched.there_of) <= kMostPairs;
  if (out.both > 0 && out.intersections_counted) {
    const Shared shared = shared_of(here, there, matched);
    if (out.comparable && !out.histories) compare_classes(here, there, shared, k, out);
    out.intersections = shared.size();
    for (const auto& [pair, count] : shared)
      if (small(count, k)) {
        ++out.small_intersections;
        note_smallest(out.smallest_intersection, count);
      }
  }
  judge(out, k, policy);
  return out;
}

Json Overlap::to_json() const {
  return {{"dataset", dataset},
          {"purpose", purpose},
          {"created", created},
          {"same_purpose", same_purpose},
          {"persons_in_both", both},
          {"persons_only_here", only_here},
          {"persons_only_there", only_there},
          {"classes",
           {{"comparable", comparable},
            {"compared", classes_compared},
            {"differ_by_few", small_classes},
            {"smallest_difference", smallest_difference}}},
          {"intersections",
           {{"counted", intersections_counted},
            {"pairs", intersections},
            {"below_k", small_intersections},
            {"smallest", smallest_intersection}}},
          {"refused", refused},
          {"problems", problems}};
}

}  // namespace sekisho::release

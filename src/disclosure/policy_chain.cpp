#include "disclosure/policy_chain.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/date.h"
#include "core/toml.h"
#include "disclosure/cells.h"

namespace sekisho::disclosure {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostLevels = 16;

struct Level {  // one file of the chain while its members meet those above
  Place place;
  std::string_view member;

  std::unexpected<Error> wrong(std::string_view what) const {
    return fail("policy.value", fmt::format("{} is {}", member, what), part());
  }
  std::unexpected<Error> laxer(const Json& here, const Json& above) const {
    return fail(
        "policy.looser", fmt::format("{} = {} is laxer than {} above it", member, here.dump(), above.dump()), part(),
        fmt::format("Leave {} out or make it at least as strict; a laxer rule needs the committee's decision in the "
                    "policy of the purpose class.",
                    member));
  }
  Place part() const {
    Place out = place;
    out.part = member;
    return out;
  }
};

// What is in force for the member: the child's value where it is as strict as the one above, else an error.
using Stricter = Result<Json> (*)(const Level& level, const Json& here, const Json& above);

template <int low, int high, bool whole>
Result<Json> larger(const Level& level, const Json& here, const Json& above) {
  for (const Json* value : {&here, &above})
    if (!(whole ? value->is_number_integer() : value->is_number()) || value->get<double>() < low ||
        value->get<double>() > high)
      return level.wrong(fmt::format("a {} from {} to {}", whole ? "whole number" : "number", low, high));
  if (here.get<double>() < above.get<double>()) return level.laxer(here, above);
  return here;
}

Result<Json> zeros(const Level& level, const Json& here, const Json& above) {
  constexpr std::string_view kOrder[] = {"publish", "review", "protect"};
  const auto rank = [&](const Json& value) {
    return std::ranges::find_if(kOrder, [&](std::string_view one) { return value == one; }) - std::begin(kOrder);
  };
  if (rank(here) == std::ssize(kOrder) || rank(above) == std::ssize(kOrder))
    return level.wrong("\"publish\", \"review\" or \"protect\"");
  if (rank(here) < rank(above)) return level.laxer(here, above);
  return here;
}

Result<Json> switched_on(const Level& level, const Json& here, const Json& above) {
  for (const Json* value : {&here, &above})
    if (!value->is_boolean()) return level.wrong("true or false");
  if (above.get<bool>() && !here.get<bool>()) return level.laxer(here, above);
  return here;
}

using Pairs = std::vector<std::pair<int, double>>;

Result<Pairs> pairs_of(const Level& level, const Json& nk) {
  Pairs out;
  if (nk.is_null()) return out;
  if (!nk.is_array()) return level.wrong("[n, k] or a list of such pairs");
  const Json list = nk.empty() || nk[0].is_array() ? nk : Json::array({nk});
  for (const Json& one : list) {
    if (!one.is_array() || one.size() != 2 || !one[0].is_number_integer() || !one[1].is_number() ||
        one[0].get<double>() < 1 || one[0].get<double>() > 1000)
      return level.wrong("[n, k] or a list of such pairs");
    out.emplace_back(one[0].get<int>(), one[1].get<double>());
  }
  return out;
}

// (n, k) calls a cell sensitive when its n largest have more than k percent: more of them and fewer percent is
// stricter. Pairs of which neither is stricter are both in force.
Result<Json> dominance(const Level& level, const Json& here, const Json& above) {
  SEKISHO_TRY(const Pairs mine, pairs_of(level, here));
  SEKISHO_TRY(const Pairs theirs, pairs_of(level, above));
  const auto weaker = [](const auto& a, const auto& b) { return a != b && a.first <= b.first && a.second >= b.second; };
  if (mine.empty() && !theirs.empty()) return level.laxer(here, above);
  Pairs all = mine;
  for (const auto& pair : theirs) {
    if (std::ranges::any_of(mine, [&](const auto& one) { return weaker(one, pair); })) return level.laxer(here, above);
    if (std::ranges::find(all, pair) == all.end()) all.push_back(pair);
  }
  Json out = Json::array();
  for (const auto& pair : all)
    if (std::ranges::none_of(all, [&](const auto& other) { return weaker(pair, other); }))
      out.push_back(Json::array({pair.first, pair.second}));
  if (out.empty()) return Json(nullptr);
  return out.size() == 1 ? Json(out[0]) : out;
}

Result<void> check_texts(const Level& level, const Json& here, const Json& above) {
  for (const Json* value : {&here, &above})
    if (!value->is_array() || !std::ranges::all_of(*value, [](const Json& one) { return one.is_string(); }))
      return level.wrong("a list of texts");
  return {};
}

// What one level calls sensitive stays sensitive below it; an empty list would switch that off.
Result<Json> union_of(const Level& level, const Json& here, const Json& above) {
  SEKISHO_CHECK(check_texts(level, here, above));
  if (here.empty() && !above.empty()) return level.laxer(here, above);
  Json out = above;
  for (const Json& one : here)
    if (std::ranges::find(out, one) == out.end()) out.push_back(one);
  return out;
}

Result<Json> subset(const Level& level, const Json& here, const Json& above) {
  SEKISHO_CHECK(check_texts(level, here, above));
  for (const Json& one : here)
    if (std::ranges::find(above, one) == above.end()) return level.laxer(here, above);
  return here;
}

Result<Json> same(const Level& level, const Json& here, const Json& above) {
  if (here != above) return level.laxer(here, above);
  return here;
}

struct Member {
  std::string_view member;
  Stricter stricter;
  const char* base;  // in force where no policy says anything (JSON); nullptr: nothing to compare with
};
constexpr Member kMembers[] = {
    {"t", larger<2, 100000, true>, "10"}, {"t_hosp", larger<0, 1000, true>, "3"},
    {"p", larger<0, 100, false>, "10"},   {"nk", dominance, "null"},
    {"zeros", zeros, "\"publish\""},      {"insiders", switched_on, "false"},
    {"sensitive", union_of, "[]"},        {"dof", larger<0, 1000000, true>, "10"},
    {"files", subset, nullptr},           {"across", same, nullptr},
};

// What a committee allowed a policy; nothing where it names none or only a number.
struct Decision {
  std::string id, expires;
  std::vector<std::string> members;
  bool allows(std::string_view member) const { return std::ranges::find(members, member) != members.end(); }
};

Result<Decision> decision_of(const Json& policy, const Place& place, const Clock& clock) {
  Decision out;
  if (!policy.contains("decision") || !policy["decision"].is_object()) return out;
  const Json& decision = policy["decision"];
  const Level level{place, "decision"};
  const auto text = [&](const char* name) {
    return decision.contains(name) && decision[name].is_string() ? decision[name].get<std::string>() : std::string();
  };
  out.id = text("id");
  out.expires = text("expires");
  if (out.id.empty() || !Date::parse_iso(out.expires) || !decision.contains("members") ||
      !decision["members"].is_array() ||
      !std::ranges::all_of(decision["members"], [](const Json& one) { return one.is_string(); }))
    return level.wrong("a number, or {\"id\", \"members\": [...], \"expires\": \"2027-03-31\"}");
  if (clock.now().iso().substr(0, 10) > out.expires)
    return fail("policy.expired", fmt::format("the decision {} allowed this until {}", out.id, out.expires),
                level.part(), "Ask the committee anew, or leave out the laxer rules and the decision.");
  for (const Json& one : decision["members"])
    out.members.push_back(one.get<std::string>());
  return out;
}

// What the child asks for under the parent; laxer members that its decision allows are listed in `excused`.
Result<Json> stricter_of(const Json& child, const Json& parent, const Decision& decision, const Place& place,
                         Json& excused) {
  Json out = parent;
  out.erase("id");
  out.erase("base");
  for (const auto& [member, value] : child.items()) {
    if (member == "decision" && !names_decision(child)) continue;  // the one above stays named
    const auto* rule = std::ranges::find(kMembers, member, &Member::member);
    const bool above = parent.contains(member);
    if (rule == std::end(kMembers) || (!above && rule->base == nullptr)) {
      out[member] = value;
      continue;
    }
    const Json before = above ? parent[member] : Json::parse(rule->base);
    auto taken = rule->stricter({place, rule->member}, value, before);
    if (!taken && taken.error().code == "policy.looser" && decision.allows(member)) {
      excused.push_back(Json{{"policy", child.contains("id") ? child["id"] : Json()},
                             {"member", member},
                             {"value", value},
                             {"above", before},
                             {"decision", decision.id},
                             {"expires", decision.expires}});
      out[member] = value;
      continue;
    }
    if (!taken) return std::unexpected(std::move(taken).error());
    out[member] = std::move(*taken);
  }
  return out;
}

bool finite(const Json& value) {
  if (value.is_number_float()) return std::isfinite(value.get<double>());
  return !value.is_structured() || std::ranges::all_of(value, finite);
}

Result<Json> read_members(const fs::path& file) {
  Json members;
  if (file.extension() == ".toml") {
    SEKISHO_TRY(const TomlTable table, TomlTable::load(file));
    members = table.json();
  } else {
    SEKISHO_TRY(members, read_json(file));
  }
  if (!members.is_object()) return fail("policy.value", "a policy is a table of members", {.file = file.string()});
  if (!finite(members)) return fail("policy.value", "a policy has only finite numbers", {.file = file.string()});
  return members;
}

// The file above; empty: none.
Result<fs::path> parent_of(const Json& members, const fs::path& file) {
  if (members.contains("inherits")) {
    const Json& name = members["inherits"];
    if (!name.is_string() || name == "")
      return fail("policy.value", "inherits is the path of a policy", {.file = file.string(), .part = "inherits"});
    return file.parent_path() / name.get<std::string>();
  }
  if (!members.contains("base") || !members["base"].is_string()) return fs::path();
  const auto base = members["base"].get<std::string>();
  if (base.empty() || base.find('/') != std::string::npos) return fs::path();
  for (const std::string_view ending : {".json", ".toml"}) {
    fs::path candidate = file.parent_path() / (base + std::string(ending));
    std::error_code error;
    if (fs::exists(candidate, error) && !fs::equivalent(candidate, file, error)) return candidate;
  }
  return fs::path();
}

struct File {
  fs::path path;
  Json members;
};

// The file and all above it, nearest first.
Result<std::vector<File>> files_above(const fs::path& file) {
  std::vector<File> out;
  for (fs::path next = file; !next.empty();) {
    const auto same_file = [&](const File& one) {
      std::error_code error;
      return fs::equivalent(one.path, next, error);
    };
    if (std::ranges::any_of(out, same_file) || out.size() == kMostLevels)
      return fail("policy.cycle",
                  out.size() == kMostLevels ? fmt::format("policies inherit over more than {} levels", kMostLevels)
                                            : fmt::format("{} inherits from itself", next.filename().string()),
                  {.file = out.back().path.string(), .part = "inherits"},
                  "Let the purpose class inherit from nothing that inherits from it.");
    auto members = read_members(next);
    if (!members && !out.empty())
      return fail("policy.parent", "the policy above cannot be used: " + members.error().describe(),
                  {.file = out.back().path.string(), .part = "inherits"},
                  "Put it beside this file or correct the path.");
    if (!members) return std::unexpected(std::move(members).error());
    SEKISHO_TRY(fs::path parent, parent_of(*members, next));
    const bool from_base = !members->contains("inherits") && !parent.empty();
    members->erase("inherits");
    if (from_base) members->erase("base");
    out.push_back({std::move(next), std::move(*members)});
    next = std::move(parent);
  }
  return out;
}

}  // namespace

bool names_decision(const Json& members) {
  if (!members.contains("decision")) return false;
  const Json& decision = members["decision"];
  return (decision.is_string() && decision != "") || (decision.is_object() && decision.contains("id"));
}

Result<PolicyChain> resolve_policy(const std::filesystem::path& file, const Clock& clock) {
  SEKISHO_TRY(const std::vector<File> files, files_above(file));
  PolicyChain chain;
  for (auto level = files.rbegin(); level != files.rend(); ++level) {  // from the purpose class down
    const Place place{.file = level->path.string()};
    SEKISHO_TRY(const Decision decision, decision_of(level->members, place, clock));
    if (level == files.rbegin()) {
      chain.members = level->members;
      // A decision named further down does not excuse this file.
      Json none = Json::array();
      if (files.size() > 1 && !names_decision(chain.members))
        SEKISHO_CHECK(stricter_of(chain.members, Json::object(), {}, place, none));
    } else {
      SEKISHO_TRY(chain.members, stricter_of(level->members, chain.members, decision, place, chain.excused));
    }
    SEKISHO_CHECK(parse_policy(chain.members, level->path.string()));
  }
  for (std::size_t i = 1; i < files.size(); ++i) {
    const Json& above = files[i].members;
    chain.parents.push_back(above.contains("id") ? above["id"].get<std::string>() : files[i].path.filename().string());
  }
  return chain;
}

}  // namespace sekisho::disclosure

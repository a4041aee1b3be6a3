#include <fmt/format.h>

#include <algorithm>

#include "disclosure/cells.h"
#include "disclosure/policy_chain.h"

namespace sekisho::disclosure {
namespace {

constexpr int kBaseThreshold = 10;
// Members of a policy. Those of other kinds of output are known, kept and named on proof sheets as not checked.
constexpr std::string_view kApplied[] = {"id", "t", "zeros", "seconds", "decision", "method", "insiders"};
constexpr std::string_view kOther[] = {"base", "t_hosp", "p", "nk", "dof", "round", "sensitive", "across", "files"};

constexpr double kSecondsOfCell = 2e-4, kLeastSeconds = 60, kMostSeconds = 180;
constexpr std::string_view kMethods[] = {"suppress", "rounding", "cell_key"};

}  // namespace

Result<Policy> parse_policy(const Json& value, std::string_view file) {
  const Place place{.file = std::string(file)};
  if (!value.is_object()) return fail("policy.value", "a policy is a JSON object", place);
  Policy policy;
  for (const auto& [member, content] : value.items()) {
    const bool other = std::ranges::find(kOther, member) != std::end(kOther);
    if (!other && std::ranges::find(kApplied, member) == std::end(kApplied))
      return fail("policy.member", fmt::format("a policy has no member {}", member), place);
    if (other) policy.not_checked.push_back(member);
  }
  if (value.contains("round")) {
    if (!value["round"].is_number() || value["round"].get<double>() < 0 || value["round"].get<double>() > 1e12)
      return fail("policy.value", "round is the base of rounding, or 0", place);
    policy.round = value["round"].get<double>();
    if (policy.round == 0) std::erase(policy.not_checked, "round");
  }
  if (value.contains("p")) {
    SEKISHO_TRY(policy.p, parse_p(value["p"]));
  }
  if (value.contains("nk")) {
    SEKISHO_TRY(policy.dominant, parse_dominant(value["nk"]));
  }
  if (value.contains("method")) {
    if (!value["method"].is_string() ||
        std::ranges::find(kMethods, value["method"].get<std::string>()) == std::end(kMethods))
      return fail("policy.value", "method is \"suppress\", \"rounding\" or \"cell_key\"", place);
    policy.method = value["method"].get<std::string>();
  }
  if (value.contains("id")) {
    if (!value["id"].is_string()) return fail("policy.value", "id is a text", place);
    policy.id = value["id"].get<std::string>();
  }
  if (value.contains("zeros")) {
    const Json& zeros = value["zeros"];
    if (zeros != "publish" && zeros != "protect" && zeros != "review")
      return fail("policy.value", "zeros is \"publish\", \"protect\" or \"review\"", place);
    policy.protect_zeros = zeros == "protect";
    if (zeros == "review") policy.not_checked.push_back("zeros");
  }
  if (value.contains("seconds")) {
    if (!value["seconds"].is_number() || value["seconds"].get<double>() <= 0 || value["seconds"].get<double>() > 86400)
      return fail("policy.value", "seconds is a number up to a day", place);
    policy.seconds = value["seconds"].get<double>();
  }
  if (value.contains("t")) {
    if (!value["t"].is_number_integer() || value["t"].get<std::int64_t>() < 2 ||
        value["t"].get<std::int64_t>() > 100000)
      return fail("policy.value", "t is a whole number of at least 2", place);
    policy.threshold = value["t"].get<int>();
  }
  if (value.contains("insiders")) {
    if (!value["insiders"].is_boolean()) return fail("policy.value", "insiders is true or false", place);
    policy.insiders = value["insiders"].get<bool>();
  }
  policy.decided = names_decision(value);
  if (policy.threshold < kBaseThreshold && !policy.decided)
    return fail("policy.looser",
                fmt::format("a threshold of {} is below the base of {}", policy.threshold, kBaseThreshold), place,
                "Name the committee's decision in \"decision\".");
  return policy;
}

Result<Policy> read_policy(const std::filesystem::path& file) {
  SEKISHO_TRY(const PolicyChain chain, resolve_policy(file));
  SEKISHO_TRY(Policy policy, parse_policy(chain.members, file.string()));
  policy.inherits = chain.parents;
  policy.excused = chain.excused;
  return policy;
}

double search_seconds(const Policy& policy, std::size_t cells) {
  if (policy.seconds > 0) return policy.seconds;
  return std::clamp(static_cast<double>(cells) * kSecondsOfCell, kLeastSeconds, kMostSeconds);
}

}  // namespace sekisho::disclosure

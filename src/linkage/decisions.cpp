#include "linkage/decisions.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/file.h"

namespace sekisho::linkage {
namespace {

constexpr std::pair<std::string_view, Verdict> kVerdicts[] = {
    {"same", Verdict::kSame}, {"different", Verdict::kDifferent}, {"open", Verdict::kOpen}};

using RecordPair = std::pair<std::string, std::string>;
RecordPair pair_of(const Decision& decision) {
  return std::minmax(decision.a, decision.b);
}

// Union-find over record ids.
class Chains {
 public:
  std::string find(const std::string& id) {
    const auto at = parent_.find(id);
    if (at == parent_.end() || at->second == id) return id;
    std::string root = find(at->second);
    parent_[id] = root;
    return root;
  }
  void join(const std::string& a, const std::string& b) {
    parent_.try_emplace(a, a), parent_.try_emplace(b, b);
    parent_[find(a)] = find(b);
  }

 private:
  std::map<std::string, std::string> parent_;
};

}  // namespace

std::string_view verdict_name(Verdict verdict) {
  return std::ranges::find(kVerdicts, verdict, &std::pair<std::string_view, Verdict>::second)->first;
}

std::optional<Verdict> verdict_of(std::string_view name) {
  const auto* found = std::ranges::find(kVerdicts, name, &std::pair<std::string_view, Verdict>::first);
  return found == std::end(kVerdicts) ? std::nullopt : std::optional(found->second);
}

Json Decision::to_json() const {
  return {{"a", a}, {"b", b}, {"decision", verdict_name(verdict)}, {"by", by}, {"at", at}, {"reason", reason}};
}

Result<Decision> parse_decision(const Json& line) {
  Decision out;
  SEKISHO_TRY(out.a, json_string(line, "a"));
  SEKISHO_TRY(out.b, json_string(line, "b"));
  SEKISHO_TRY(const std::string name, json_string(line, "decision"));
  const auto verdict = verdict_of(name);
  if (!verdict) return fail("linkage.decision", fmt::format("'{}' is no decision: same, different or open", name));
  out.verdict = *verdict;
  if (out.a == out.b || out.a.empty() || out.b.empty())
    return fail("linkage.decision", "a decision speaks of two records");
  if (line.contains("by")) {
    const Json& by = line["by"];
    if (!by.is_array() || !std::ranges::all_of(by, [](const Json& one) { return one.is_string(); }))
      return fail("linkage.decision", "member 'by' is not a list of names");
    out.by = by.get<std::vector<std::string>>();
  }
  for (const auto& [name_of, target] : {std::pair("at", &out.at), std::pair("reason", &out.reason)})
    if (line.contains(name_of)) {
      SEKISHO_TRY(*target, json_string(line, name_of));
    }
  return out;
}

Result<std::vector<Decision>> load_decisions(const std::filesystem::path& file) {
  std::vector<Decision> out;
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return out;
  SEKISHO_TRY(const std::string text, read_text(file));
  std::uint64_t line = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t feed = std::min(text.find('\n', at), text.size());
    const std::string_view one = std::string_view(text).substr(at, feed - at);
    // The end of a file whose last append did not finish: that decision was never acknowledged.
    if (feed == text.size()) break;
    at = feed + 1;
    ++line;
    if (one.empty()) continue;
    SEKISHO_TRY(const Json json, parse_json(one, file.string()));
    Result<Decision> decision = parse_decision(json);
    if (!decision) {
      decision.error().place.file = file.string();
      decision.error().place.line = line;
      return std::unexpected(decision.error());
    }
    out.push_back(std::move(*decision));
  }
  return out;
}

Result<void> append_decision(const std::filesystem::path& file, const Decision& decision) {
  return append_decisions(file, {decision});
}

Result<void> append_decisions(const std::filesystem::path& file, const std::vector<Decision>& decisions) {
  for (const Decision& decision : decisions)
    SEKISHO_CHECK(parse_decision(decision.to_json()));
  std::error_code error;
  if (!std::filesystem::exists(file, error)) SEKISHO_CHECK(write_file_durable(file, std::string_view(), 0600));
  SEKISHO_TRY([[maybe_unused]] const FileLock lock, FileLock::take(file.string() + ".lock", "the decisions"));
  SEKISHO_TRY(std::string text, read_text(file));
  // A torn last line is cut off, so that the next one starts on its own.
  if (!text.empty() && text.back() != '\n')
    text.resize(text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1);
  for (const Decision& decision : decisions)
    text += decision.to_json().dump() + "\n";
  return write_file_durable(file, text, 0600);
}

std::vector<Decision> standing(const std::vector<Decision>& decisions) {
  std::map<RecordPair, const Decision*> last;
  for (const Decision& decision : decisions)
    last[pair_of(decision)] = &decision;
  std::vector<Decision> out;
  for (const auto& [pair, decision] : last) {
    if (decision->verdict == Verdict::kOpen) continue;
    out.push_back(*decision);
    std::tie(out.back().a, out.back().b) = pair;
  }
  return out;
}

std::optional<Decision> contradiction(const std::vector<Decision>& decisions, const Decision& added) {
  std::vector<Decision> all = decisions;
  all.push_back(added);
  Chains chains;
  const std::vector<Decision> counting = standing(all);
  for (const Decision& decision : counting)
    if (decision.verdict == Verdict::kSame) chains.join(decision.a, decision.b);
  for (const Decision& decision : counting) {
    if (decision.verdict != Verdict::kDifferent || chains.find(decision.a) != chains.find(decision.b)) continue;
    if (pair_of(decision) != pair_of(added)) return decision;
    for (const Decision& other : counting)
      if (other.verdict == Verdict::kSame && chains.find(other.a) == chains.find(decision.a)) return other;
  }
  return std::nullopt;
}

}  // namespace sekisho::linkage

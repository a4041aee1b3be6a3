#include "codes/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/csv.h"

namespace sekisho::codes {
namespace {

constexpr double kConfident = 0.95;

// A local code that stands several times in the input (another name in another period) maps by period.
std::map<std::string, int> repeated_codes(std::span<const LocalItem> items) {
  std::map<std::string, int> out;
  for (const LocalItem& item : items)
    if (!item.variant)
      ++out[fmt::format("{}\x1f{}\x1f{}\x1f{}", item.hospital, item.kind ? static_cast<int>(*item.kind) : -1,
                        item.system, item.code)];
  return out;
}

Mapping mapping_of(const LocalItem& item, const Entry& entry, const Suggestion& suggestion, int rank, bool repeated) {
  Mapping m;
  m.hospital = item.hospital;
  m.kind = entry.kind;
  m.local_system = item.system;
  m.local_code = item.code;
  m.local_name = item.name;
  m.std_system = entry.system;
  m.std_code = entry.code;
  m.std_name = entry.name;
  m.valid_from = entry.from;
  m.valid_to = entry.to;
  if (repeated) {
    m.valid_from = std::max(m.valid_from, item.first);
    if (item.last > 0) m.valid_to = std::max(m.valid_from, std::min(m.valid_to, item.last));
  }
  m.rank = rank;
  // Four digits, as files carry it: what comes back from a file is the same statement. Nothing is certain.
  m.confidence = std::min(std::round(suggestion.confidence * 1e4) / 1e4, 0.9999);
  m.evidence = evidence(item, entry, suggestion);
  // Packages (HOT13) are many; the product is told by HOT9.
  for (const auto& [system, code] : entry.codes)
    if (system != "HOT13" && system != "HOT11") m.evidence += fmt::format("; {} {}", system, code);
  m.by = "suggest";
  return m;
}

}  // namespace

Result<RunResult> run(std::span<const LocalItem> items, const RunOptions& options) {
  SEKISHO_TRY(Dictionary dictionary, Dictionary::load(options.masters));
  for (const LocalItem& item : items) {
    if (!item.kind || dictionary.count(*item.kind) > 0) continue;
    return fail("codes.masters", fmt::format("no standard codes for kind {}", name(*item.kind)), {},
                "Give --masters: a folder of published masters, or a dictionary CSV (docs/codes.md).");
  }
  for (const Mapping& m : options.known)
    if (m.status == Status::kConfirmedByOne || m.status == Status::kConfirmedByTwo)
      if (const int entry = dictionary.find(m.std_system, m.std_code); entry >= 0)
        dictionary.add_alias(entry, m.local_name);
  Suggester suggester(dictionary);
  suggester.learn(items);
  const auto suggestions = suggester.suggest(items, {.count = options.count, .threads = options.threads});
  RunResult out;
  const auto repeated = repeated_codes(items);
  std::set<std::string> hospitals;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const LocalItem& item = items[i];
    if (item.variant) continue;
    ++out.items;
    hospitals.insert(item.hospital);
    const auto key = fmt::format("{}\x1f{}\x1f{}\x1f{}", item.hospital, item.kind ? static_cast<int>(*item.kind) : -1,
                                 item.system, item.code);
    const bool twice = repeated.at(key) > 1;
    int rank = 0;
    for (const Suggestion& suggestion : suggestions[i])
      out.mappings.push_back(mapping_of(item, dictionary.entries()[static_cast<std::size_t>(suggestion.entry)],
                                        suggestion, ++rank, twice));
    if (suggestions[i].empty()) continue;
    ++out.answered;
    if (suggestions[i].front().confidence >= kConfident) ++out.confident;
    ++out.kinds[std::string(name(dictionary.entries()[static_cast<std::size_t>(suggestions[i].front().entry)].kind))];
  }
  out.hospitals = hospitals.size();
  out.findings = find_wrong_codes(items, suggestions, suggester);
  for (const CodeFinding& finding : out.findings)
    ++out.rules[finding.rule];
  return out;
}

Json RunResult::summary() const {
  Json out{{"items", items}, {"hospitals", hospitals}, {"answered", answered}, {"confident", confident}};
  out["kinds"] = Json::object();
  for (const auto& [kind, count] : kinds)
    out["kinds"][kind] = count;
  out["findings"] = findings.size();
  out["rules"] = Json::object();
  for (const auto& [rule, count] : rules)
    out["rules"][rule] = count;
  return out;
}

Json to_json(const CodeFinding& f) {
  return {{"hospital", f.hospital},
          {"local_system", f.local_system},
          {"local_code", f.local_code},
          {"local_name", f.local_name},
          {"rule", f.rule},
          {"level", std::string(1, f.level)},
          {"std_system", f.std_system},
          {"std_code", f.std_code},
          {"message", f.message},
          {"better", f.better},
          {"count", f.count}};
}

Json to_json(const Mapping& m) {
  return {{"hospital", m.hospital},
          {"kind", name(m.kind)},
          {"local_system", m.local_system},
          {"local_code", m.local_code},
          {"local_name", m.local_name},
          {"std_system", m.std_system},
          {"std_code", m.std_code},
          {"std_name", m.std_name},
          {"valid_from", m.valid_from},
          {"valid_to", m.valid_to},
          {"status", name(m.status)},
          {"rank", m.rank},
          {"confidence", m.confidence},
          {"evidence", m.evidence},
          {"by", m.by},
          {"reason", m.reason},
          {"at", m.at},
          {"version", m.version}};
}

Result<std::vector<Decision>> read_decisions(std::string_view text, std::string_view file) {
  SEKISHO_TRY(const CsvTable table, read_csv(text, ',', file));
  const int hospital = table.column("hospital"), kind = table.column("kind"), system = table.column("local_system"),
            code = table.column("local_code"), std_system = table.column("std_system"),
            std_code = table.column("std_code"), decision = table.column("decision"), reason = table.column("reason"),
            from = table.column("from"), to = table.column("to");
  if (code < 0 || std_code < 0 || decision < 0)
    return fail("codes.decisions", "has no columns local_code, std_code, decision", {.file = std::string(file)});
  std::vector<Decision> out;
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    const auto get = [&](int c) { return c < 0 ? std::string() : table.rows[r][static_cast<std::size_t>(c)]; };
    Decision d;
    d.mapping.hospital = get(hospital);
    d.any_kind = get(kind).empty();
    if (!d.any_kind && !parse_kind(get(kind), d.mapping.kind))
      return fail("codes.decisions", "unknown kind", {.file = std::string(file), .line = table.lines[r]});
    d.any_system = system < 0;
    d.mapping.local_system = get(system);
    d.mapping.local_code = get(code);
    d.mapping.std_system = get(std_system);
    d.mapping.std_code = get(std_code);
    if (get(decision) == "confirm" || get(decision) == "reject")
      d.confirm = get(decision) == "confirm";
    else if (get(decision).empty())
      continue;
    else
      return fail("codes.decisions", "decision is neither confirm nor reject",
                  {.file = std::string(file), .line = table.lines[r]});
    d.reason = get(reason);
    d.period = {day_number(get(from)), day_number(get(to))};
    if ((!get(from).empty() && d.period.from == 0) || (!get(to).empty() && d.period.to == 0))
      return fail("codes.decisions", "from or to is no day", {.file = std::string(file), .line = table.lines[r]});
    out.push_back(std::move(d));
  }
  return out;
}

Json ReviewReport::to_json() const {
  Json out{{"confirmed", confirmed}, {"rejected", rejected}};
  out["refused"] = Json::array();
  for (const auto& [code, why] : refused)
    out["refused"].push_back({{"local_code", code}, {"why", why}});
  out["open"] = Json::array();
  for (const Mapping& m : open)
    out["open"].push_back(codes::to_json(m));
  return out;
}

Result<ReviewReport> review(CodeTable& table, const MappingFilter& filter, std::span<const Decision> decisions,
                            double above, std::string_view by, const Clock& clock) {
  ReviewReport report;
  if (squeeze(fold(by)).empty() && (!decisions.empty() || above <= 1))
    return fail("usage.by", "a decision needs a name", {}, "--by NAME");
  std::vector<Decision> all(decisions.begin(), decisions.end());
  if (above <= 1) {
    SEKISHO_TRY(const auto mappings, table.list(filter));
    for (const Mapping& m : mappings) {
      if (m.rank != 1 || m.confidence < above) continue;
      if (m.status != Status::kSuggested && !(m.status == Status::kConfirmedByOne && m.by != by)) continue;
      Decision d;
      d.mapping = m;
      all.push_back(std::move(d));
    }
  }
  for (Decision& d : all) {
    if (d.any_kind || d.any_system) {
      SEKISHO_TRY(const auto same, table.list({.hospital = d.mapping.hospital, .local_code = d.mapping.local_code}));
      for (const Mapping& m : same) {
        if (m.std_code != d.mapping.std_code) continue;
        if (d.any_kind) d.mapping.kind = m.kind;
        if (d.any_system) d.mapping.local_system = m.local_system;
        if (d.mapping.hospital.empty()) d.mapping.hospital = m.hospital;
      }
    }
    const auto done =
        d.confirm ? table.confirm(d.mapping, by, clock, d.period) : table.reject(d.mapping, by, d.reason, clock);
    if (done)
      ++(d.confirm ? report.confirmed : report.rejected);
    else if (done.error().code.starts_with("codes."))
      report.refused.emplace_back(d.mapping.local_code, done.error().describe());
    else
      return std::unexpected(done.error());
  }
  if (all.empty() && above > 1) {
    SEKISHO_TRY(report.open, table.list(filter));
    if (!filter.status)
      std::erase_if(report.open, [](const Mapping& m) {
        return !(m.status == Status::kConfirmedByOne || (m.status == Status::kSuggested && m.rank == 1));
      });
    std::ranges::stable_sort(report.open, {}, &Mapping::confidence);
  }
  return report;
}

}  // namespace sekisho::codes

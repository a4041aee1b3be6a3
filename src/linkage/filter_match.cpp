#include "linkage/filter_match.h"

#include <fmt/format.h>

#include <map>
#include <unordered_map>

#include "core/csv.h"
#include "core/file.h"
#include "linkage/filter_file.h"
#include "store/filter_rows.h"

namespace sekisho::linkage {
namespace {

constexpr std::size_t kFilterMemory = 256;  // bytes: the filter twice, its number, share of names

// The filters of one hospital: several of one registration where its records changed.
struct Party {
  std::vector<Filter> filters;
  std::vector<std::uint32_t> who;  // by filter: place in `regs`
  std::vector<std::string> regs;
  std::unordered_map<std::string, std::uint32_t> known;

  void add(std::string_view reg, const Filter& filter) {
    const auto [at, fresh] = known.try_emplace(std::string(reg), static_cast<std::uint32_t>(regs.size()));
    if (fresh) regs.emplace_back(reg);
    who.push_back(at->second);
    filters.push_back(filter);
  }
};
using Parties = std::map<std::string, Party>;  // by hospital

Result<double> threshold_of(const std::string& scheme) {
  SEKISHO_TRY(const Json made, parse_json(scheme, "filters"));
  SEKISHO_TRY(const std::string hardened, json_string(made, "hardening", "filters"));
  return identity::usual_threshold(identity::hardening(hardened).value_or(Hardening::kNone));
}

Result<void> compare(const Parties::value_type& a, const Parties::value_type& b, double threshold, std::string& text,
                     FilterMatchReport& report) {
  DiceResult found = all_above(a.second.filters, b.second.filters, threshold, kMostPairs);
  if (!found.complete)
    return fail("linkage.too_many_pairs", fmt::format("more than {} pairs of filters reach the threshold", kMostPairs));
  const std::vector<std::uint32_t> in_a = ones_of(a.second.filters), in_b = ones_of(b.second.filters);
  keep_best(found.hits, {in_a, a.second.who}, {in_b, b.second.who}, false);
  for (const Hit& hit : found.hits)
    append_csv(text, {a.first, a.second.regs[a.second.who[hit.a]], b.first, b.second.regs[b.second.who[hit.b]],
                      fmt::format("{:.6f}", similarity(hit, in_a, in_b))});
  report.compared += found.compared;
  report.pairs += found.hits.size();
  return {};
}

}  // namespace

Result<FilterMatchReport> match_filters(store::Store& store, std::size_t memory, const std::filesystem::path& output) {
  FilterMatchReport report;
  std::map<std::string, Parties, std::less<>> by_scheme;
  SEKISHO_CHECK(store::each_filter(store, [&](const store::StoredFilter& row) -> Result<void> {
    const auto filter = identity::filter_of(row.bits);
    if (!filter) return fail("store.sealed_malformed", "a filter has another number of bits");
    ++report.filters;
    if (memory != 0 && report.filters * kFilterMemory > memory)
      return fail("linkage.memory", fmt::format("{} filters need more than {} MiB", report.filters, memory >> 20), {},
                  "Allow more: center link --memory MIB");
    auto scheme = by_scheme.find(row.scheme);
    if (scheme == by_scheme.end()) scheme = by_scheme.emplace(row.scheme, Parties()).first;
    scheme->second[std::string(row.hospital)].add(row.reg, *filter);
    return {};
  }));
  report.schemes = by_scheme.size();
  std::string text = "hospital_a,registration_a,hospital_b,registration_b,similarity\n";
  for (const auto& [scheme, parties] : by_scheme) {
    SEKISHO_TRY(const double threshold, threshold_of(scheme));
    report.hospitals += parties.size();
    for (auto a = parties.begin(); a != parties.end(); ++a)
      for (auto b = std::next(a); b != parties.end(); ++b)
        SEKISHO_CHECK(compare(*a, *b, threshold, text, report));
  }
  if (report.filters > 0) SEKISHO_CHECK(write_file_durable(output, text, 0600));
  return report;
}

Json FilterMatchReport::to_json() const {
  return {
      {"filters", filters}, {"hospitals", hospitals}, {"schemes", schemes}, {"compared", compared}, {"pairs", pairs}};
}

}  // namespace sekisho::linkage

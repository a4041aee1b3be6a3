#include "linkage/identity_links.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "linkage/linker.h"

namespace sekisho::linkage {
namespace {

constexpr std::size_t kMostMembers = 200;  // of a person, whose pairs are weighed for evidence

// What people decided, and exact keys where the model is blind.
Constraints constraints_of(const RegistrationRows& rows, const IdentityInput& input) {
  Constraints out;
  const auto add = [&](std::string_view a, std::string_view b, bool together, bool only_blind) {
    const std::uint32_t x = rows.find(a), y = rows.find(b);
    if (x == UINT32_MAX || y == UINT32_MAX || x == y) return;
    if (only_blind && rows.in_parts[x] && rows.in_parts[y]) return;
    (together ? out.together : out.apart).emplace_back(std::min(x, y), std::max(x, y));
  };
  for (const Decision& one : input.decisions)
    add(one.a, one.b, one.verdict == Verdict::kSame, false);
  for (const auto& [a, b] : input.by_keys)
    add(a, b, true, true);
  out.prepare();
  return out;
}

// Pairs of registrations, each with its strongest pair of versions.
std::vector<Edge> edges_of(const RegistrationRows& rows, const std::vector<Edge>& of_versions) {
  std::vector<Edge> out;
  for (const Edge& edge : of_versions) {
    const auto [a, b] = std::minmax(rows.reg_of[edge.a], rows.reg_of[edge.b]);
    out.push_back({a, b, edge.weight});
  }
  std::ranges::sort(out, [](const Edge& x, const Edge& y) {
    return std::tuple(x.a, x.b, -x.weight) < std::tuple(y.a, y.b, -y.weight);
  });
  const auto repeated = std::ranges::unique(out, [](const Edge& x, const Edge& y) { return x.a == y.a && x.b == y.b; });
  out.erase(repeated.begin(), repeated.end());
  return out;
}

// The registrations of each person as a chain, persons in order of the smallest node that names them.
std::vector<ModelLinks::Joined> chains(const RegistrationRows& rows, const std::vector<std::uint32_t>& cluster,
                                       const Linker& linker) {
  std::vector<std::uint32_t> order(cluster.size());
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::stable_sort(order, {}, [&](std::uint32_t reg) { return cluster[reg]; });
  std::vector<ModelLinks::Joined> out;
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && cluster[order[end]] == cluster[order[begin]])
      ++end;
    for (std::size_t i = begin + 1; i < end; ++i) {
      float best = -std::numeric_limits<float>::infinity();
      for (std::size_t j = begin; j < std::min(i, begin + kMostMembers); ++j)
        best = std::max(best, rows.weight(linker, order[j], order[i]));
      out.push_back({rows.names[order[i - 1]], rows.names[order[i]], probability_of(best)});
    }
  }
  return out;
}

}  // namespace

std::size_t rows_memory(std::size_t registrations, std::size_t versions) {
  return (std::size_t{64} << 20) + registrations * 200 + versions * 150;
}

std::size_t model_memory(std::size_t registrations, std::size_t versions) {
  return rows_memory(registrations, versions) + (std::size_t{1} << 20) + versions * 150;
}

std::size_t arrivals_memory(std::size_t registrations, std::size_t versions) {
  return (std::size_t{64} << 20) + registrations * 250 + versions * 650;
}

Result<ModelLinks> decide_registrations(const ModelSpec& spec, const RegistrationRows& rows, const Linker& linker,
                                        const std::vector<Edge>& edges, const IdentityInput& input,
                                        const RowValues& values) {
  std::vector<std::uint32_t> rank(rows.registrations());
  std::iota(rank.begin(), rank.end(), 0u);
  const Constraints constraints = constraints_of(rows, input);
  std::vector<Edge> of_registrations = edges_of(rows, edges);
  std::erase_if(of_registrations, [&](const Edge& edge) { return constraints.forbids(edge.a, edge.b); });
  const auto weight = [&](std::uint32_t a, std::uint32_t b) {
    return constraints.forbids(a, b) ? -std::numeric_limits<float>::infinity() : rows.weight(linker, a, b);
  };
  const std::vector<std::uint32_t> persons =
      cluster(rank.size(), of_registrations, weight, rank, linker.bits(), constraints);
  ModelLinks out;
  out.pairs = chains(rows, persons, linker);
  out.versions = rows.table.rows;
  out.persons = rank.size() - out.pairs.size();
  if (input.review.output.empty()) return out;
  std::vector<std::uint32_t> person, order;
  for (std::uint32_t row = 0; row < rows.table.rows; ++row)
    person.push_back(persons[rows.reg_of[row]]), order.push_back(row);
  SEKISHO_TRY(out.queue, review_queue({.spec = spec,
                                       .table = rows.table,
                                       .linker = linker,
                                       .edges = edges,
                                       .person = person,
                                       .row_order = order,
                                       .decisions = input.decisions,
                                       .values = values},
                                      input.review.zone));
  return out;
}

void drop_pairs_within(const RegistrationRows& rows, std::vector<Pair>& pairs) {
  std::erase_if(pairs, [&](Pair pair) { return rows.reg_of[first(pair)] == rows.reg_of[second(pair)]; });
}

RowValues values_shown(const ModelSpec& spec, const RegistrationRows& rows, const VersionsOf& versions_of) {
  return [&](const std::set<std::uint32_t>& wanted) -> Result<RawRows> {
    std::set<std::string> regs;
    for (const std::uint32_t row : wanted)
      regs.emplace(rows.names[rows.reg_of[row]]);
    RawRows out;
    if (regs.empty()) return out;
    SEKISHO_TRY(std::vector<IdentityVersion> versions, versions_of(regs));
    const VersionTable table(spec, std::move(versions));
    for (const std::uint32_t row : wanted) {
      const std::uint32_t own = rows.reg_of[row], reg = table.find(rows.names[own]);
      const std::uint32_t version = row - rows.first[own];
      const bool there = reg != UINT32_MAX && version < table.first[reg + 1] - table.first[reg];
      out[row] =
          there ? table.raw_values(spec, table.first[reg] + version) : std::vector<std::string>(spec.fields.size());
    }
    return out;
  };
}

Result<ModelLinks> model_links(const ModelSpec& spec, std::shared_ptr<VersionTable> rows, const IdentityInput& input,
                               const VersionsOf& versions_of, WholeLinkage* whole) {
  Linker linker(spec, rows->table);
  if (linker.comparator().size() == 0) return fail("linkage.columns", "no field of the spec has a value");
  linker.block([&](std::vector<Pair>& pairs) { drop_pairs_within(*rows, pairs); });
  const std::vector<RulePlan> plans = linker.candidates().rules;
  linker.fit();
  const std::vector<Edge> edges = linker.edges();
  linker.forget_candidates();
  SEKISHO_TRY(ModelLinks out,
              decide_registrations(spec, *rows, linker, edges, input, values_shown(spec, *rows, versions_of)));
  if (whole != nullptr) *whole = {std::move(rows), linker.model(), linker.self_bonus(), plans};
  return out;
}

}  // namespace sekisho::linkage

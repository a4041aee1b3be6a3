#include "linkage/identity_links.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <span>

#include "identity/canonical.h"
#include "linkage/fields.h"
#include "linkage/linker.h"
#include "linkage/parallel.h"

namespace sekisho::linkage {
namespace {

using records::IdentityRecord;

// Fields of specs/linkage/japanese.toml and where a record has them.
constexpr std::pair<std::string_view, std::string IdentityRecord::*> kTexts[] = {
    {"family_kanji", &IdentityRecord::family_kanji},
    {"given_kanji", &IdentityRecord::given_kanji},
    {"family_kana", &IdentityRecord::family_kana},
    {"given_kana", &IdentityRecord::given_kana},
    {"sex", &IdentityRecord::sex},
    {"postcode", &IdentityRecord::postcode},
    {"address", &IdentityRecord::address},
    {"phone", &IdentityRecord::phone},
    {"insurer", &IdentityRecord::insurer},
    {"symbol", &IdentityRecord::symbol},
    {"number", &IdentityRecord::number},
    {"branch", &IdentityRecord::branch},
    {"patient_number", &IdentityRecord::patient_number}};

constexpr std::size_t kMostMembers = 200;  // of a person, whose pairs are weighed for evidence

// Texts to codes of one column.
class ColumnBuilder {
 public:
  void add(std::string value) {
    if (value.empty()) {
      codes.push_back(0);
      return;
    }
    const auto [at, fresh] = numbers_.try_emplace(std::move(value), static_cast<std::uint32_t>(numbers_.size() + 1));
    if (fresh) values.push_back(at->first);
    codes.push_back(at->second);
  }
  std::vector<std::uint32_t> codes;
  std::vector<std::string_view> values{std::string_view()};

 private:
  std::map<std::string, std::uint32_t> numbers_;  // nodes stay where they are
};

// A name in both scripts, and the canonical form of each.
struct Script {
  std::string IdentityRecord::*family, IdentityRecord::*given;
  std::string (*canonical)(std::string_view);
};
constexpr Script kScripts[] = {{&IdentityRecord::family_kanji, &IdentityRecord::given_kanji, identity::canonical_kanji},
                               {&IdentityRecord::family_kana, &IdentityRecord::given_kana, identity::canonical_kana}};

// What hospitals write before a newborn has a name: twins have it both.
constexpr std::string_view kNameless[] = {"ベビー", "ﾍﾞﾋﾞｰ", "ベイビー", "新生児"};

// Holds a given name of its own.
bool separated(const IdentityRecord& record) {
  const auto named = [](std::string_view given) {
    return !given.empty() && std::ranges::none_of(kNameless, [&](auto filler) { return given.starts_with(filler); });
  };
  return named(record.given_kanji) || named(record.given_kana);
}

// A name in one piece takes its parts from a version that has the same name in parts; where there is none it says
// nothing that parts could be compared with.
void separate(IdentityRecord& record, std::span<const IdentityVersion> versions) {
  for (const Script& script : kScripts) {
    if (record.*script.family == "" || record.*script.given != "") continue;
    const std::string whole = script.canonical(record.*script.family);
    const auto known = std::ranges::find_if(versions, [&](const IdentityVersion& one) {
      const IdentityRecord& other = one.record;
      return other.*script.given != "" && script.canonical(other.*script.family + other.*script.given) == whole;
    });
    record.*script.family = known == versions.end() ? std::string() : known->record.*script.family;
    record.*script.given = known == versions.end() ? std::string() : known->record.*script.given;
  }
}

// What sources of one registration leave out, others may say: claims know insurance, messages know names in parts. A
// version whose name is in one piece says nothing that a separated one does not.
std::vector<IdentityVersion> complete(const std::vector<IdentityVersion>& versions) {
  std::vector<IdentityVersion> out;
  for (std::size_t begin = 0; begin < versions.size();) {
    std::size_t end = begin;
    bool any = false;
    for (; end < versions.size() && versions[end].reg == versions[begin].reg; ++end)
      any |= separated(versions[end].record);
    for (std::size_t i = begin; i < end; ++i) {
      if (any && !separated(versions[i].record)) continue;
      IdentityVersion one = versions[i];
      if (any) separate(one.record, std::span(versions).subspan(begin, end - begin));
      for (std::size_t j = end; j-- > begin;) {  // the newest first
        const IdentityRecord& other = versions[j].record;
        for (const auto& [name, member] : kTexts) {
          const bool of_name = name.ends_with("kanji") || name.ends_with("kana");
          if (!of_name && (one.record.*member).empty()) one.record.*member = other.*member;
        }
        if (!one.record.birth.present()) one.record.birth = other.birth;
        if (!one.record.died.present()) one.record.died = other.died;
      }
      out.push_back(std::move(one));
    }
    begin = end;
  }
  return out;
}

std::string date_text(const ClinicalTime& time) {
  return time.present() ? time.iso().substr(0, 10) : std::string();
}

// What the record says about a field of the spec, unchanged.
std::string raw_of(const IdentityVersion& version, std::string_view field) {
  if (field == "birth_date") return date_text(version.record.birth);
  if (field == "death_date") return date_text(version.record.died);
  if (field == "hospital") return version.hospital;
  const auto* text =
      std::ranges::find(kTexts, field, &std::pair<std::string_view, std::string IdentityRecord::*>::first);
  return text == std::end(kTexts) ? std::string() : version.record.*(text->second);
}

// The versions as a table of the spec's fields: each row is a group of its own. Versions of one registration that say
// the same stand once.
class VersionTable {
 public:
  VersionTable(const ModelSpec& spec, std::vector<IdentityVersion> all) : versions(std::move(all)) {
    builders_.resize(spec.fields.size());
    table.columns.resize(spec.fields.size());
    each_of(spec.fields.size(), [&](std::size_t f) {
      for (const IdentityVersion& version : versions) {
        const std::string raw = raw_of(version, spec.fields[f].name);
        builders_[f].add(raw.empty() ? raw : normalise(spec.fields[f].type, raw));
      }
      table.columns[f].codes = std::move(builders_[f].codes);
      table.columns[f].values = builders_[f].values;
      table.columns[f].present = table.columns[f].values.size() > 1;
    });
    table.rows = versions.size();
    fill_readings(spec, table);
    drop_repeated();
    table.rows = versions.size();
    std::vector<std::uint32_t> every(versions.size());
    for (std::uint32_t row = 0; row < versions.size(); ++row) {
      every[row] = row;
      if (row == 0 || versions[row].reg != versions[row - 1].reg) first_.push_back(row);
      reg_of.push_back(static_cast<std::uint32_t>(first_.size() - 1));
      table.ids.push_back(versions[row].reg);
    }
    first_.push_back(static_cast<std::uint32_t>(versions.size()));
    group_records(table, every);
  }

  std::size_t registrations() const { return first_.size() - 1; }
  const std::string& name(std::uint32_t reg) const { return versions[first_[reg]].reg; }
  std::uint32_t find(std::string_view name_of) const {
    const auto found = std::ranges::lower_bound(versions, name_of, {}, &IdentityVersion::reg);
    return found == versions.end() || found->reg != name_of
               ? UINT32_MAX
               : reg_of[static_cast<std::size_t>(found - versions.begin())];
  }
  bool named_in_parts(std::uint32_t reg) const { return separated(versions[first_[reg]].record); }
  // What two registrations agree on is what their most similar versions do: who has changed the name had the old one.
  float weight(const Linker& linker, std::uint32_t a, std::uint32_t b) const {
    float best = -std::numeric_limits<float>::infinity();
    for (std::uint32_t x = first_[a]; x < first_[a + 1]; ++x)
      for (std::uint32_t y = first_[b]; y < first_[b + 1]; ++y)
        best = std::max(best, linker.weight(x, y));
    return best;
  }

  std::vector<IdentityVersion> versions;  // by row
  std::vector<std::uint32_t> reg_of;      // by row
  Table table;

 private:
  void drop_repeated() {
    std::vector<std::size_t> kept;
    std::size_t begin = 0;  // of the registration, in `kept`
    for (std::size_t row = 0; row < versions.size(); ++row) {
      if (row > 0 && versions[row].reg != versions[row - 1].reg) begin = kept.size();
      const bool repeated =
          std::any_of(kept.begin() + static_cast<std::ptrdiff_t>(begin), kept.end(), [&](std::size_t other) {
            return std::ranges::all_of(table.columns,
                                       [&](const Column& column) { return column.codes[other] == column.codes[row]; });
          });
      if (!repeated) kept.push_back(row);
    }
    for (std::size_t i = 0; i < kept.size(); ++i) {
      if (i != kept[i]) versions[i] = std::move(versions[kept[i]]);
      for (Column& column : table.columns)
        column.codes[i] = column.codes[kept[i]];
    }
    versions.resize(kept.size());
    for (Column& column : table.columns)
      column.codes.resize(kept.size());
  }

  std::vector<ColumnBuilder> builders_;  // own the values
  std::vector<std::uint32_t> first_;     // by registration: its first row
};

// What people decided, and exact keys where the model is blind.
Constraints constraints_of(const VersionTable& rows, const IdentityInput& input) {
  Constraints out;
  const auto add = [&](std::string_view a, std::string_view b, bool together, bool only_blind) {
    const std::uint32_t x = rows.find(a), y = rows.find(b);
    if (x == UINT32_MAX || y == UINT32_MAX || x == y) return;
    if (only_blind && rows.named_in_parts(x) && rows.named_in_parts(y)) return;
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
std::vector<Edge> edges_of(const VersionTable& rows, const std::vector<Edge>& of_versions) {
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

// The registrations of each person as a chain.
std::vector<ModelLinks::Joined> chains(const VersionTable& rows, const std::vector<std::uint32_t>& cluster,
                                       const Linker& linker) {
  std::map<std::uint32_t, std::vector<std::uint32_t>> members;
  for (std::uint32_t reg = 0; reg < cluster.size(); ++reg)
    members[cluster[reg]].push_back(reg);
  std::vector<ModelLinks::Joined> out;
  for (const auto& [first, of] : members)
    for (std::size_t i = 1; i < of.size(); ++i) {
      float best = -std::numeric_limits<float>::infinity();
      for (std::size_t j = 0; j < std::min(i, kMostMembers); ++j)
        best = std::max(best, rows.weight(linker, of[j], of[i]));
      out.push_back({rows.name(of[i - 1]), rows.name(of[i]), probability_of(best)});
    }
  return out;
}

Result<std::size_t> write_queue(const ModelSpec& spec, const VersionTable& rows, const IdentityInput& input,
                                const Linker& linker, const std::vector<Edge>& edges,
                                const std::vector<std::uint32_t>& cluster) {
  std::vector<std::uint32_t> person, order;
  for (std::uint32_t row = 0; row < rows.versions.size(); ++row)
    person.push_back(cluster[rows.reg_of[row]]), order.push_back(row);
  const auto values = [&](const std::set<std::uint32_t>& wanted) -> Result<RawRows> {
    RawRows raw;
    for (const std::uint32_t row : wanted)
      for (const FieldSpec& field : spec.fields)
        raw[row].push_back(raw_of(rows.versions[row], field.name));
    return raw;
  };
  return write_review_queue({.spec = spec,
                             .table = rows.table,
                             .linker = linker,
                             .edges = edges,
                             .person = person,
                             .row_order = order,
                             .decisions = input.decisions,
                             .values = values},
                            input.review);
}

}  // namespace

std::size_t model_memory(std::size_t versions) {
  return versions * 2000;
}

Result<ModelLinks> model_links(const ModelSpec& spec, const IdentityInput& input) {
  const VersionTable rows(spec, complete(input.versions));
  Linker linker(spec, rows.table);
  if (linker.comparator().size() == 0) return fail("linkage.columns", "no field of the spec has a value");
  linker.block();
  std::vector<Pair> candidates = linker.candidates().pairs;
  std::erase_if(candidates, [&](Pair pair) {
    return rows.reg_of[static_cast<std::uint32_t>(pair >> 32)] == rows.reg_of[static_cast<std::uint32_t>(pair)];
  });
  linker.use(std::move(candidates));
  linker.fit();
  const std::vector<Edge> edges = linker.edges();
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
  out.versions = rows.versions.size();
  out.persons = rank.size() - out.pairs.size();
  if (!input.review.output.empty()) {
    SEKISHO_TRY(out.open_pairs, write_queue(spec, rows, input, linker, edges, persons));
  }
  return out;
}

}  // namespace sekisho::linkage

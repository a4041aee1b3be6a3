#include "linkage/version_table.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <span>
#include <unordered_map>

#include "core/parallel.h"
#include "identity/canonical.h"
#include "linkage/fields.h"

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

// A name in both scripts, and the canonical form of each.
struct Script {
  std::string IdentityRecord::*family, IdentityRecord::*given;
  std::string (*canonical)(std::string_view);
};
constexpr Script kScripts[] = {{&IdentityRecord::family_kanji, &IdentityRecord::given_kanji, identity::canonical_kanji},
                               {&IdentityRecord::family_kana, &IdentityRecord::given_kana, identity::canonical_kana}};

constexpr std::size_t kMostWaiting = 5'000;  // versions that wait until they are made rows

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
std::vector<IdentityVersion> complete(std::vector<IdentityVersion> versions) {
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
    for (std::size_t i = begin; i < end; ++i)
      versions[i] = {};  // one copy is enough
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

}  // namespace

std::uint32_t RegistrationRows::find(std::string_view name) const {
  const auto found = std::ranges::lower_bound(names, name);
  return found == names.end() || *found != name ? UINT32_MAX : static_cast<std::uint32_t>(found - names.begin());
}

float RegistrationRows::weight(const Linker& linker, std::uint32_t a, std::uint32_t b) const {
  float best = -std::numeric_limits<float>::infinity();
  for (std::uint32_t x = first[a]; x < first[a + 1]; ++x)
    for (std::uint32_t y = first[b]; y < first[b + 1]; ++y)
      best = std::max(best, linker.weight(x, y));
  return best;
}

void RegistrationRows::add_row(std::string_view name, bool named_in_parts) {
  if (first.empty()) first.push_back(0);
  if (names.empty() || names.back() != name) {
    names.push_back(name);
    in_parts.push_back(named_in_parts);
    first.push_back(first.back());
  }
  ++first.back();
  reg_of.push_back(static_cast<std::uint32_t>(names.size() - 1));
}

std::uint32_t ColumnBuilder::code_of(std::string_view value) {
  bool fresh = false;
  const std::uint32_t code = index_.add(value, fresh);
  if (fresh) index_.replace(code, texts_.keep(value));
  return code;
}

VersionTable::VersionTable(const ModelSpec& spec) : spec_(spec), builders_(spec.fields.size()) {
  table.columns.resize(spec.fields.size());
}

VersionTable::VersionTable(const ModelSpec& spec, std::vector<IdentityVersion> all) : VersionTable(spec) {
  keep_records_ = true;
  waiting_ = std::move(all);
  finish();
}

void VersionTable::expect(std::size_t registrations, std::size_t versions) {
  names.reserve(registrations), in_parts.reserve(registrations);
  reg_of.reserve(versions);
  for (ColumnBuilder& builder : builders_)
    builder.codes.reserve(versions);
}

void VersionTable::add(IdentityVersion version) {
  if (waiting_.size() >= kMostWaiting && waiting_.back().reg != version.reg) take_waiting();
  waiting_.push_back(std::move(version));
}

void VersionTable::take_waiting() {
  std::vector<IdentityVersion> rows = complete(std::move(waiting_));
  waiting_.clear();
  each_of(spec_.fields.size(), kThreads, [&](std::size_t f, int) {
    std::unordered_map<std::string, std::uint32_t> known;  // each text is brought to its form once
    for (const IdentityVersion& version : rows) {
      const auto [at, fresh] = known.try_emplace(raw_of(version, spec_.fields[f].name), 0);
      if (fresh && !at->first.empty()) at->second = builders_[f].code_of(normalise(spec_.fields[f].type, at->first));
      builders_[f].codes.push_back(at->second);
    }
  });
  for (const IdentityVersion& version : rows) {
    if (names.empty() || names.back() != version.reg) {
      names.push_back(name_texts_.keep(version.reg));
      in_parts.push_back(separated(version.record));
    }
    reg_of.push_back(static_cast<std::uint32_t>(names.size() - 1));
  }
  if (keep_records_) std::ranges::move(rows, std::back_inserter(versions_));
}

void VersionTable::finish() {
  take_waiting();
  table.rows = reg_of.size();
  for (std::size_t f = 0; f < builders_.size(); ++f) {
    table.columns[f].codes = std::move(builders_[f].codes);
    table.columns[f].values = builders_[f].take_values();
    table.columns[f].present = table.columns[f].values.size() > 1;
  }
  fill_readings(spec_, table);
  drop_repeated();
  first.assign(names.size() + 1, 0);
  for (const std::uint32_t reg : reg_of)
    ++first[reg + 1];
  std::partial_sum(first.begin(), first.end(), first.begin());
  table.ids.reserve(table.rows);
  for (const std::uint32_t reg : reg_of)
    table.ids.push_back(names[reg]);
  std::vector<std::uint32_t> every(table.rows);
  std::iota(every.begin(), every.end(), 0u);
  group_records(table, every);
}

std::vector<std::string> VersionTable::raw_values(const ModelSpec& spec, std::uint32_t row) const {
  std::vector<std::string> out;
  for (const FieldSpec& field : spec.fields)
    out.push_back(raw_of(versions_[row], field.name));
  return out;
}

void VersionTable::drop_repeated() {
  std::size_t kept = 0, begin = 0;  // rows that stay; the first of the registration among them
  for (std::size_t row = 0; row < reg_of.size(); ++row) {
    if (row > 0 && reg_of[row] != reg_of[kept - 1]) begin = kept;
    const auto equals = [&](std::size_t other) {
      return std::ranges::all_of(table.columns,
                                 [&](const Column& column) { return column.codes[other] == column.codes[row]; });
    };
    bool repeated = false;
    for (std::size_t other = begin; other < kept && !repeated; ++other)
      repeated = equals(other);
    if (repeated) continue;
    if (kept != row) {
      if (keep_records_) versions_[kept] = std::move(versions_[row]);
      reg_of[kept] = reg_of[row];
      for (Column& column : table.columns)
        column.codes[kept] = column.codes[row];
    }
    ++kept;
  }
  if (keep_records_) versions_.resize(kept);
  reg_of.resize(kept);
  for (Column& column : table.columns)
    column.codes.resize(kept);
  table.rows = kept;
}

}  // namespace sekisho::linkage

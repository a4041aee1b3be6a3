#include "linkage/identity_links.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "identity/canonical.h"
#include "linkage/linker.h"
#include "linkage/probabilistic.h"

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

bool separated(const IdentityRecord& record) {
  return !record.given_kanji.empty() || !record.given_kana.empty();
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

}  // namespace

std::size_t model_memory(std::size_t versions) {
  return versions * 2000;
}

Result<ModelLinks> model_links(const ModelSpec& spec, const std::vector<IdentityVersion>& given,
                               const std::vector<std::pair<std::string, std::string>>& sure) {
  const std::vector<IdentityVersion> versions = complete(given);
  std::vector<ColumnBuilder> builders(spec.fields.size());
  Table table;
  table.rows = versions.size();
  table.columns.resize(spec.fields.size());
  for (std::size_t f = 0; f < spec.fields.size(); ++f) {
    const FieldSpec& field = spec.fields[f];
    const auto* text =
        std::ranges::find(kTexts, field.name, &std::pair<std::string_view, std::string IdentityRecord::*>::first);
    for (const IdentityVersion& version : versions) {
      std::string raw;
      if (text != std::end(kTexts)) raw = version.record.*(text->second);
      if (field.name == "birth_date") raw = date_text(version.record.birth);
      if (field.name == "death_date") raw = date_text(version.record.died);
      if (field.name == "hospital") raw = version.hospital;
      builders[f].add(raw.empty() ? raw : normalise(field.type, raw));
    }
    table.columns[f].codes = std::move(builders[f].codes);
    table.columns[f].values = builders[f].values;
    table.columns[f].present = table.columns[f].values.size() > 1;
  }
  std::vector<std::string> ids;
  std::map<std::string_view, std::uint32_t> first_row;
  for (std::uint32_t row = 0; row < versions.size(); ++row) {
    first_row.try_emplace(versions[row].reg, row);
    ids.push_back(fmt::format("{}#{}", versions[row].reg, row - first_row[versions[row].reg]));
  }
  for (const std::string& id : ids)
    table.ids.push_back(id);
  // Versions of one registration, and what is sure, are decisions.
  std::vector<Decision> same;
  const auto join = [&](std::uint32_t a, std::uint32_t b) {
    Decision one;
    one.a = ids[a], one.b = ids[b], one.verdict = Verdict::kSame;
    same.push_back(std::move(one));
  };
  for (std::uint32_t row = 1; row < versions.size(); ++row)
    if (versions[row].reg == versions[row - 1].reg) join(row - 1, row);
  for (const auto& [a, b] : sure)
    if (const auto x = first_row.find(a), y = first_row.find(b); x != first_row.end() && y != first_row.end())
      join(x->second, y->second);
  group_records(table);
  Linker linker(spec, table);
  ModelReport report;
  SEKISHO_TRY(const Persons persons, link_table(spec, table, same, linker, report));
  ModelLinks out;
  out.versions = versions.size(), out.persons = report.persons;
  std::vector<std::uint32_t> last(persons.size.size(), UINT32_MAX);
  for (std::uint32_t row = 0; row < versions.size(); ++row) {
    std::uint32_t& before = last[persons.of_row[row]];
    if (before != UINT32_MAX && versions[before].reg != versions[row].reg)
      out.pairs.emplace_back(versions[before].reg, versions[row].reg);
    before = row;
  }
  return out;
}

}  // namespace sekisho::linkage

#include "identity/patient_filters.h"

#include <algorithm>

namespace sekisho::identity {
namespace {

using records::IdentityRecord;

// A field of the scheme and what a record says about it.
struct Said {
  std::string_view field;
  std::string (*text)(const IdentityRecord&);
};
constexpr Said kSaid[] = {
    {"kanji_name", [](const IdentityRecord& r) { return r.family_kanji + r.given_kanji; }},
    {"kana_name", [](const IdentityRecord& r) { return r.family_kana + r.given_kana; }},
    {"birth_date",
     [](const IdentityRecord& r) { return r.birth.present() ? r.birth.iso().substr(0, 10) : std::string(); }},
    {"postcode", [](const IdentityRecord& r) { return r.postcode; }},
    {"phone", [](const IdentityRecord& r) { return r.phone; }},
};

}  // namespace

FilterScheme patient_scheme(Hardening hardening, const std::string& salt) {
  std::string columns;
  for (const Said& said : kSaid)
    columns += (columns.empty() ? "" : ",") + std::string(said.field);
  return {.fields = FilterColumns::parse(columns)->fields, .hardening = hardening, .salt = salt};
}

PatientFilters::PatientFilters(FilterScheme scheme, ByteView key)
    : scheme_(std::move(scheme)), key_(key.begin(), key.end()), salt_(Salt::find(scheme_).value_or(Salt{})) {}

void PatientFilters::add(const IdentityRecord& record) {
  if (record.patient_number.empty()) return;
  std::vector<std::string>& values = patients_[record.patient_number];
  values.resize(std::size(kSaid));
  for (std::size_t f = 0; f < values.size(); ++f)
    if (std::string value = normalise(scheme_.fields[f].type, kSaid[f].text(record)); !value.empty())
      values[f] = std::move(value);
}

std::vector<FilterFile> PatientFilters::take(std::size_t most, bool blind) {
  FilterMaker maker(scheme_, key_);
  std::vector<FilterFile> out;
  for (const auto& [patient, values] : patients_) {
    if (std::ranges::all_of(values, &std::string::empty)) continue;
    if (out.empty() || out.back().ids.size() == most) out.emplace_back().scheme = to_json(scheme_, key_);
    out.back().ids.push_back(blind ? blind_id(key_, patient) : patient);
    out.back().filters.push_back(maker.make(values, salt_.of(values)));
  }
  patients_.clear();
  return out;
}

}  // namespace sekisho::identity

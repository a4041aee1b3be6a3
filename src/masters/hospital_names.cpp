#include "masters/hospital_names.h"

#include "masters/fold.h"
#include "masters/institution.h"

namespace sekisho::masters {
namespace {

// Shorter names ("中央病院") end too many others.
constexpr std::size_t kLeastLetters = 5, kBytesOfKanji = 3;

}  // namespace

HospitalNames::HospitalNames(const Layouts& layouts, const BuildState& state) {
  const int name = layouts.attribute(Kind::kInstitution, "name");
  if (name < 0) return;
  for (const auto& [code, one] : state.kinds[static_cast<std::size_t>(Kind::kInstitution)].codes)
    for (const auto* versions : {&one.versions, &one.superseded})
      for (const VersionState& version : *versions)
        by_prefecture_[code.substr(0, 2)][fold(state.texts.text(version.values[static_cast<std::size_t>(name)]))]
            .insert(code);
}

HospitalNames::Match HospitalNames::find(std::string_view prefecture, std::string_view name) const {
  const std::string number = prefecture_code(prefecture), wanted = fold(name);
  const auto names = by_prefecture_.find(number);
  if (names == by_prefecture_.end() || wanted.empty()) return {};
  std::set<std::string> codes;
  if (const auto same = names->second.find(wanted); same != names->second.end()) {
    codes = same->second;
  } else if (wanted.size() >= kLeastLetters * kBytesOfKanji) {
    for (const auto& [known, its] : names->second)
      if (known.ends_with(wanted) || (wanted.ends_with(known) && known.size() >= kLeastLetters * kBytesOfKanji))
        codes.insert(its.begin(), its.end());
  }
  return {codes.size() == 1 ? *codes.begin() : std::string{}, codes.size()};
}

}  // namespace sekisho::masters

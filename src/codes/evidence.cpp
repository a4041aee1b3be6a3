// What people read about a suggestion.
#include <fmt/format.h>

#include "codes/suggest.h"

namespace sekisho::codes {

std::string evidence(const LocalItem& item, const Entry& entry, const Suggestion& suggestion) {
  const Features& f = suggestion.features;
  std::string out = f[kWholeEqual] > 0  ? "same name"
                    : f[kStemEqual] > 0 ? "same stem"
                                        : fmt::format("name {:.2f}", f[kCosine]);
  if (!suggestion.matched.empty() && suggestion.matched != entry.name) out += fmt::format(" as {}", suggestion.matched);
  const auto say = [&](Feature feature, std::string_view good, std::string_view bad) {
    if (f[feature] >= 0.5F) out += fmt::format("; {}", good);
    if (f[feature] <= -0.5F) out += fmt::format("; {}", bad);
  };
  say(kForm, "form fits", "other form");
  say(kStrength, "strength fits", "other strength");
  say(kMaker, "maker fits", "other maker");
  say(kUnit, "unit fits", "other unit");
  say(kSpecimen, "specimen fits", "other specimen");
  say(kValues, entry.kind == Kind::kLab ? "values fit" : "dose fits",
      entry.kind == Kind::kLab ? "values do not fit" : "dose does not fit");
  if (f[kClaims] > 0) out += fmt::format("; claimed on the same days ({:.2f})", f[kClaims]);
  if (f[kSent] > 0.5F) out += item.code == entry.code ? "; local code is this code" : "; sent by the source";
  if (f[kValidity] <= -0.9F) out += "; not valid when used";
  if (!suggestion.modifiers.empty()) out += fmt::format("; modifiers {}", suggestion.modifiers);
  return out;
}

}  // namespace sekisho::codes

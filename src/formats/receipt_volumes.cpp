#include "formats/receipt_volumes.h"

#include <fmt/format.h>

#include <algorithm>

namespace sekisho::formats::receipt {

void Volumes::add(const std::string& file, Volume volume) {
  auto& held = receipts_[{volume.payer_body, volume.institution, volume.month}];
  held.push_back({file, std::move(volume)});
}

std::vector<VolumeFinding> Volumes::check() const {
  std::vector<VolumeFinding> found;
  for (const auto& [receipt, unsorted] : receipts_) {
    std::vector<const Held*> held;
    for (const Held& one : unsorted)
      held.push_back(&one);
    std::ranges::stable_sort(held, {}, [](const Held* one) { return one->volume.number; });
    const auto place = [](const Held* one) { return fmt::format("line {}, GO-4", one->volume.line); };
    bool whole = true;
    int expected = 1;
    for (std::size_t i = 0; i < held.size(); ++i) {
      const int number = held[i]->volume.number;
      if (i > 0 && number == held[i - 1]->volume.number) {
        found.push_back({held[i]->file, "VOLUME_TWICE", place(held[i])});
        whole = false;
      } else if (number != expected) {
        found.push_back({held[i]->file, "VOLUME_MISSING", place(held[i])});
        whole = false;
      }
      expected = number + 1;
    }
    const Held* last = held.back();
    if (!last->volume.last) {
      found.push_back({last->file, "VOLUME_MISSING", place(last)});
      continue;
    }
    if (!whole || std::ranges::all_of(held, [&](const Held* one) { return one->file == last->file; })) continue;
    double claims = 0, points = 0;
    for (const Held* one : held) {
      claims += one->volume.claims;
      points += one->volume.points;
    }
    const auto differs = [](std::optional<double> stated, double here) { return stated && *stated != here; };
    if (differs(last->volume.stated_claims, claims))
      found.push_back({last->file, "TOTAL_CLAIMS", fmt::format("line {}, GO-2", last->volume.line)});
    if (differs(last->volume.stated_points, points))
      found.push_back({last->file, "TOTAL_POINTS", fmt::format("line {}, GO-3", last->volume.line)});
  }
  return found;
}

}  // namespace sekisho::formats::receipt

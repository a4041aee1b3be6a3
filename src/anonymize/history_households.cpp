#include "anonymize/history_households.h"

#include <algorithm>
#include <set>

namespace sekisho::anonymize::detail {

void Looks::add(std::string look) {
  if (of.push_back(std::move(look)); !of.back().empty()) ++persons[of.back()];
}

void HistoryHouseholds::add(const std::string& household, std::uint32_t person) {
  members_[household].push_back(person);
}

void HistoryHouseholds::close() {
  for (auto& [household, members] : members_)
    std::ranges::sort(members);
}

void HistoryHouseholds::draw_apart(std::vector<std::int32_t>& shift, int choices,
                                   const std::function<std::int32_t(std::uint32_t, std::uint32_t)>& draw) const {
  for (const auto& [household, members] : members_) {
    std::vector<std::int32_t> taken;
    for (const std::uint32_t p : members) {
      for (std::uint32_t attempt = 1; attempt < 2000 && static_cast<int>(taken.size()) < choices; ++attempt) {
        if (std::ranges::find(taken, shift[p]) == taken.end()) break;
        shift[p] = draw(p, attempt);
      }
      taken.push_back(shift[p]);
    }
  }
}

std::vector<std::uint8_t> HistoryHouseholds::alike(const Looks& looks, std::size_t least) const {
  std::vector<std::uint8_t> out(looks.of.size(), 0);
  for (const auto& [household, members] : members_) {
    std::set<std::string> seen;
    for (const std::uint32_t p : members)
      if (!looks.of[p].empty() && looks.persons.at(looks.of[p]) < least && !seen.insert(looks.of[p]).second) out[p] = 1;
  }
  return out;
}

std::size_t HistoryHouseholds::pairs_alike(const Looks& looks, std::size_t least) const {
  std::size_t pairs = 0;
  for (const auto& [household, members] : members_)
    for (std::size_t i = 0; i < members.size() && members.size() <= 50; ++i)
      for (std::size_t j = i + 1; j < members.size(); ++j)
        pairs += !looks.of[members[i]].empty() && looks.of[members[i]] == looks.of[members[j]] &&
                 looks.persons.at(looks.of[members[i]]) < least;
  return pairs;
}

}  // namespace sekisho::anonymize::detail

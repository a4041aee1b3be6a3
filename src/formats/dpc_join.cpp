#include "formats/dpc_join.h"

#include <algorithm>
#include <cmath>

namespace sekisho::formats::dpc {

std::string pair_of(std::string_view path) {
  const auto slash = path.find_last_of('/');
  const std::size_t name = slash == std::string_view::npos ? 0 : slash + 1;
  return std::string(path.substr(0, name)).append(path.substr(std::min(path.size(), name + 1)));
}

void ActJoin::begin_acts(std::string_view path) {
  clear();
  pair_ = pair_of(path);
}

bool ActJoin::begin_details(std::string_view path) {
  if (!pair_.empty() && pair_ == pair_of(path) && !full_) return true;
  clear();
  return false;
}

void ActJoin::add(std::string_view key, Act act) {
  if (acts_.size() < kMaxActs)
    acts_.insert_or_assign(std::string(key), std::move(act));
  else
    full_ = true;
}

Act* ActJoin::find(std::string_view key) {
  const auto found = acts_.find(std::string(key));
  return found == acts_.end() ? nullptr : &found->second;
}

std::vector<const Act*> ActJoin::in_order() const {
  std::vector<const Act*> acts;
  acts.reserve(acts_.size());
  for (const auto& [key, act] : acts_)
    acts.push_back(&act);
  std::ranges::sort(acts, {}, &Act::line);
  return acts;
}

void ActJoin::clear() {
  acts_.clear();
  pair_.clear();
  full_ = false;
}

bool agrees(double stated, double details) {
  return details == 0 || std::abs(stated - details) <= 1 || std::abs(stated - details / 10) <= 1;
}

}  // namespace sekisho::formats::dpc

#include "disclosure/counted.h"

#include <algorithm>

namespace sekisho::disclosure {

std::uint32_t Counted::cell(std::vector<std::string> labels, double shown) {
  item_.cells.push_back({std::move(labels), true, shown});
  return static_cast<std::uint32_t>(item_.cells.size() - 1);
}

void Counted::person(const std::string& person, std::vector<std::uint32_t> cells) {
  std::ranges::sort(cells);
  const auto [found, fresh] = class_of_.emplace(cells, item_.classes.size());
  if (fresh) {
    item_.classes.emplace_back();
    for (const std::uint32_t cell : cells)
      item_.classes.back().push_back({cell, 1});
    item_.members.emplace_back();
  }
  item_.members[found->second].push_back(person);
}

}  // namespace sekisho::disclosure

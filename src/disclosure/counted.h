// The persons behind what a survival curve or a regression shows, as the memory of releases keeps them: sets whose
// sizes the numbers tell. Private to the analyses.
#pragma once

#include "disclosure/releases.h"

namespace sekisho::disclosure {

class Counted {
 public:
  explicit Counted(std::vector<std::string> dimensions) { item_.dimensions = std::move(dimensions); }
  std::uint32_t cell(std::vector<std::string> labels, double shown);
  void person(const std::string& person, std::vector<std::uint32_t> cells);
  ReleaseItem item() && { return std::move(item_); }

 private:
  ReleaseItem item_;
  std::map<std::vector<std::uint32_t>, std::size_t> class_of_;
};

}  // namespace sekisho::disclosure

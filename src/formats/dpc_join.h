// E and F files before merging: an F row says what was used, its E row when, where and how often. E files are read
// first (they come first by name); their acts wait here, bounded, for the F file of the same institution and month.
// (reference: dpc section 4, before merging)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/date.h"

namespace sekisho::formats::dpc {

// What an E row gives to its details.
struct Act {
  ClinicalTime when;
  std::string department, ward, count;
  double points = 0, drugs = 0, materials = 0;  // as the E row states them
  // As the F rows add up; prices are yen where 円・点区分 says so.
  double detail_points = 0, detail_drugs = 0, detail_materials = 0;
  std::int64_t line = 0, details = 0;
};

class ActJoin {
 public:
  static constexpr std::size_t kMaxActs = 1'000'000;
  void begin_acts(std::string_view path);
  // True: `path` is the F file of the E file read before.
  bool begin_details(std::string_view path);
  void add(std::string_view key, Act act);
  Act* find(std::string_view key);  // nullptr: no such act
  bool full() const { return full_; }
  std::vector<const Act*> in_order() const;  // by line of the E file
  void clear();

 private:
  std::unordered_map<std::string, Act> acts_;
  std::string pair_;
  bool full_ = false;
};

// What E and F files of one institution and month share: the path without the letter E or F.
std::string pair_of(std::string_view path);

// Whether details may add up to what their act states: in points or in yen, within rounding.
bool agrees(double stated, double details);

}  // namespace sekisho::formats::dpc

// Households in histories: their members get different shifts, and where one member's dates tell another's, they are
// left out. Internal.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace sekisho::anonymize::detail {

// What the dates of persons show, and how many persons show the same.
struct Looks {
  std::vector<std::string> of;  // by person; "": less than two dates
  std::unordered_map<std::string, std::size_t> persons;
  void add(std::string look);  // of the next person
};

class HistoryHouseholds {
 public:
  // Persons are numbered in the order of their ids' texts.
  void add(const std::string& household, std::uint32_t person);
  void close();
  bool empty() const { return members_.empty(); }
  // Where members have the same shift the later ones draw again, `choices` shifts being there: (person, attempt).
  void draw_apart(std::vector<std::int32_t>& shift, int choices,
                  const std::function<std::int32_t(std::uint32_t, std::uint32_t)>& draw) const;
  // By person: members who look like an earlier one of their household, as fewer than `least` persons do.
  std::vector<std::uint8_t> alike(const Looks& looks, std::size_t least) const;
  // Pairs of members of whom the same is true; of households of fifty at most.
  std::size_t pairs_alike(const Looks& looks, std::size_t least) const;

 private:
  std::map<std::string, std::vector<std::uint32_t>> members_;
};

}  // namespace sekisho::anonymize::detail

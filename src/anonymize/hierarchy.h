// Generalization hierarchies: for each value its label at every level, from the value itself (level 0) to `*`. A
// hierarchy is a tree: equal labels at one level have equal labels at the next.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.h"
#include "core/toml.h"

namespace sekisho::anonymize {

enum class Gap { kOwn, kTop, kError };
struct Gaps {
  Gap unknown = Gap::kError, missing = Gap::kError;
  // Members `unknown` and `missing` of a table.
  static Result<Gaps> read(const TomlTable& table, Gap fallback);
};

class Hierarchy {
 public:
  // Rows `value;level 1;...`, no header, one row per value; of `values` those without a row are treated as `gaps` says
  // (with kError they stay unknown). Errors: hierarchy.ragged, hierarchy.duplicate, hierarchy.tree,
  // hierarchy.cycle (a text stands above itself).
  static Result<Hierarchy> from_csv(std::string_view text, char separator, const std::string& file,
                                    const Gaps& gaps = {}, const std::vector<std::string>& values = {});
  // A rule over the values of a column; the last level is always `*`:
  //   kind = "age", bands = [10, 20], top = 90     whole years into bands, the last open
  //   kind = "bands", values like 20-29            the same over values that are bands already
  //   kind = "intervals", widths = [5, 10], origin, bottom, top    numbers into [20, 30); or cuts = [[0, 5, 10], [0,
  //   10]] kind = "order", groups = [2, 4], values      neighbours in an order: named, of numbers, or of texts kind =
  //   "date", steps = ["month", "quarter", "year"]          also week, half, fiscal-year (from April), decade kind =
  //   "prefix", lengths = [4, 2]            the first characters kind = "icd10"                               E11.65,
  //   E11.6, E11, E10-E14, E00-E90 kind = "yj" | "atc"                          drug codes: 9, 7, 4, 3 or 5, 4, 3, 1
  //   characters kind = "mapping", file, columns              a file of codes and what holds them kind = "postal",
  //   file, columns               the same for postal codes, compared by their digits kind = "top" the value, then `*`
  // unknown, missing = "own" (stays as it is up to the last level) | "top" (`*` at once) | "error": values that the
  // rule does not understand, and empty ones; missing is as unknown when not said.
  static Result<Hierarchy> from_rule(const TomlTable& rule, const std::vector<std::string>& values,
                                     std::string_view mapping = {}, char separator = ',');

  int levels() const { return static_cast<int>(labels_.size()); }
  std::size_t leaves() const { return codes_.empty() ? 0 : codes_[0].size(); }  // |D|: rows of the hierarchy
  int leaf(std::string_view value) const;                                       // -1: not in the hierarchy
  std::uint32_t label_code(int level, int leaf) const { return codes_[level][leaf]; }
  const std::string& label(int level, std::uint32_t code) const { return labels_[level][code]; }
  std::size_t label_count(int level) const { return labels_[level].size(); }
  // Label codes at level `to` by label codes at level `from` <= `to`.
  const std::vector<std::uint32_t>& lift(int from, int to) const {
    return lifts_[static_cast<std::size_t>(from)][static_cast<std::size_t>(to - from)];
  }
  std::size_t leaves_under(int level, std::uint32_t code) const { return sizes_[level][code]; }
  // Leaves under a label, as a share of all.
  double share(int level, std::uint32_t code) const {
    return static_cast<double>(sizes_[level][code]) / static_cast<double>(leaves());
  }

 private:
  Result<void> add(const std::vector<std::string>& row, const std::string& file, std::int64_t line);
  Result<void> add_gap(const std::string& value, const Gaps& gaps, std::size_t levels, const std::string& root,
                       const std::string& file);
  Result<void> finish(const std::string& file);
  static char separator_of(std::string_view text, char separator, const std::vector<std::string>& values);
  Result<void> check_cycles(const std::string& file) const;
  std::vector<std::vector<std::string>> rows_;  // while building
  std::unordered_map<std::string, int> index_;
  std::vector<std::vector<std::uint32_t>> codes_;               // [level][leaf]
  std::vector<std::vector<std::string>> labels_;                // [level][code]
  std::vector<std::vector<std::size_t>> sizes_;                 // [level][code]
  std::vector<std::vector<std::vector<std::uint32_t>>> lifts_;  // [from][to - from][code]
};

}  // namespace sekisho::anonymize

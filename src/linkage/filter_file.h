// Files of filters (identity/filter_file.h): made from CSV where the names are, compared where the key is not.
#pragma once

#include <filesystem>
#include <optional>

#include "identity/filter_file.h"
#include "linkage/dice.h"

namespace sekisho::linkage {

using identity::DateOrder;
using identity::FilterColumns;
using identity::FilterField;
using identity::FilterFile;
using identity::FilterMaker;
using identity::FilterScheme;
using identity::flip_bits;
using identity::Hardening;
using identity::hardening;
using identity::load_filter_key;
using identity::make_filter_key;
using identity::usual_threshold;

struct FilterRequest {
  std::vector<std::filesystem::path> inputs;
  std::string columns;
  Hardening hardening = Hardening::kDiffuse;
  std::string salt;
  double flip = 0;
  bool blind_ids = false;  // ids become keyed hashes; who has the key finds the record again
  DateOrder order = DateOrder::kDayFirst;
};
struct FilterReport {
  std::size_t records = 0, empty = 0, without_salt = 0, missing_ids = 0, duplicate_ids = 0;
  std::size_t largest_equal = 0;  // records of the most frequent filter: what a frequency attack lives on
  double fill = 0;                // mean share of ones
  std::vector<std::string> fields;
  bool frequencies_show() const { return largest_equal > 5 && largest_equal * 1000 > records; }
  bool needs_attention() const { return empty + without_salt + missing_ids + duplicate_ids > 0 || frequencies_show(); }
  Json to_json() const;
};
Result<FilterReport> make_filters(const FilterRequest& request, ByteView key, Random& random,
                                  const std::filesystem::path& output);

// Dice of a hit; `a`, `b`: bits set, by filter.
double similarity(const Hit& hit, const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b);
std::vector<std::uint32_t> ones_of(const std::vector<Filter>& filters);

// Bits set, and whose each filter is, where several are of one.
struct Side {
  const std::vector<std::uint32_t>& ones;
  std::vector<std::uint32_t> who;  // empty: each is of its own
  std::uint32_t of(std::uint32_t filter) const { return who.empty() ? filter : who[filter]; }
};
// One partner for each: greedy, the most similar pair first; among equals, the order of records.
void keep_best(std::vector<Hit>& hits, const Side& a, const Side& b, bool same_file);

struct CompareReport {
  std::size_t records_a = 0, records_b = 0, pairs = 0;
  std::uint64_t compared = 0;
  std::string version;
  double threshold = 0;
  double seconds = 0;
  Json to_json() const;
};
// Writes record_a,record_b,similarity. Without `b`, pairs inside `a`; without a threshold, that of the hardening.
// `one_to_one`: each record keeps its best partner, the most similar pairs first. Errors: linkage.filters,
// linkage.filters_differ, linkage.too_many_pairs.
Result<CompareReport> compare_filters(const std::filesystem::path& a, const std::optional<std::filesystem::path>& b,
                                      std::optional<double> threshold, bool one_to_one,
                                      const std::filesystem::path& output);

}  // namespace sekisho::linkage

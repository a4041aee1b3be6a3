// Files of filters (.clk): a header that says how they were made, record ids, filters, and a digest over all. Made from
// CSV at the hospital, compared at the centre.
#pragma once

#include <filesystem>
#include <optional>

#include "core/json.h"
#include "crypto/digest.h"
#include "linkage/bloom.h"

namespace sekisho::linkage {

// A key that the parties share and the comparing party does not have: at least 32 bytes. Errors: linkage.key,
// linkage.key_mode.
Result<crypto::SecretBytes> load_filter_key(const std::filesystem::path& file);
Result<void> make_filter_key(const std::filesystem::path& file, Random& random);  // never over one that is there

struct FilterFile {
  Json scheme;  // what must be the same in both files, with a check value of the key
  std::vector<std::string> ids;
  std::vector<Filter> filters;

  Bytes serialize() const;
  // Errors: linkage.filters (what is wrong, with the byte).
  static Result<FilterFile> parse(ByteView bytes, const std::string& name);
  static Result<FilterFile> load(const std::filesystem::path& file);
};

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

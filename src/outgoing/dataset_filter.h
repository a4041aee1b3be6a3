// Keyed fingerprints of a dataset and of the project's pseudonyms: released rows, rare combinations of values and keys
// are recognised in any file, rounded values too, without the dataset at hand. Memory is bounded whatever its size.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/random.h"
#include "core/result.h"
#include "outgoing/identifiers.h"
#include "outgoing/sheet.h"

namespace sekisho::outgoing {

using FingerprintKey = std::array<std::uint64_t, 2>;
// SipHash-2-4: short keyed hashes nobody can compute without the key.
std::uint64_t siphash(const FingerprintKey& key, std::string_view text);

class PseudonymList {
 public:
  // One a line (the first field of a CSV line). Errors: file.*, pseudonyms.empty.
  static Result<PseudonymList> load(const std::filesystem::path& file, Random& random);
  void judge(std::string_view text, Findings& findings) const;
  std::size_t size() const { return hashes_.size(); }

 private:
  FingerprintKey key_{};
  std::unordered_set<std::uint64_t> hashes_;
  std::size_t shortest_ = 0, longest_ = 0;
};

class DatasetFilter {
 public:
  // Reads a CSV once, row by row. Errors: file.*, csv.*, dataset.empty.
  static Result<DatasetFilter> build(const std::filesystem::path& csv, Random& random);

  // Rows of a table that are rows of the dataset; columns that are its columns.
  void judge(const Sheet& sheet, Findings& findings) const;
  // Keys and other long values that one row only has.
  void judge_line(std::string_view folded, const std::string& where, Findings& findings) const;

  std::uint64_t rows() const { return rows_; }
  std::size_t bytes() const { return counters_.size(); }

 private:
  struct Sketch {
    std::string name;
    std::vector<std::uint64_t> smallest;  // of the hashes of distinct values, sorted
  };
  void add(std::uint64_t hash);
  int count(std::uint64_t hash) const;  // 0 never, 1, 2, 3 or more
  std::uint64_t hash_of(char tag, std::vector<std::string_view> values) const;

  FingerprintKey key_{};
  std::vector<std::uint8_t> counters_;  // two bits each
  std::uint64_t mask_ = 0, rows_ = 0;
  std::size_t columns_ = 0;
  std::vector<Sketch> sketches_;
};

}  // namespace sekisho::outgoing

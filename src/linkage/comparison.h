// Comparison levels of two records: how far each pair of values agrees. Level 0 is "missing" and weighs nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "linkage/company.h"
#include "linkage/model_spec.h"
#include "linkage/table.h"

namespace sekisho::linkage {

struct Level {
  std::string_view name;
  double same = 0;       // prior share among pairs of one person; data move it (model.h)
  double household = 0;  // among pairs of two persons of one household
  double most = 1;       // of `same`, whatever the data say: no error makes it more frequent
};
std::span<const Level> levels_of(ComparisonType type);

// Levels at which two values are nearly equal: a name that many have has more neighbours by chance.
bool near_values(ComparisonType type, int level);

// Values are split into words for it.
bool compares_words(ComparisonType type);

// Levels of all comparisons, four bits each.
using Pattern = std::uint64_t;
inline int level_in(Pattern pattern, std::size_t comparison) {
  return static_cast<int>(pattern >> (4 * comparison) & 15);
}

class Comparator {
 public:
  // Keeps the comparisons whose fields the table has. `table` is grouped and outlives the comparator.
  Comparator(const ModelSpec& spec, const Table& table);

  std::size_t size() const { return active_.size(); }
  const ComparisonSpec& spec(std::size_t comparison) const { return *active_[comparison]; }
  Pattern pattern(std::uint32_t a, std::uint32_t b) const;
  // How many groups hold the value that both agree on, the more frequent one where values are nearly equal
  // (near_values); 0 where the level is no agreement on a value.
  std::uint32_t holders(std::size_t comparison, int level, std::uint32_t a, std::uint32_t b) const;
  // Who lives with whom, where the table says it: then what is learned from pairs changes patterns.
  Company* company() { return company_ ? &*company_ : nullptr; }
  // Share of random pairs that agree exactly, from value counts; negative for comparisons of several fields.
  double exact_share(std::size_t comparison) const;

 private:
  struct Words {                         // of the distinct values of a column
    std::vector<std::uint32_t> start;    // by code, into `token`
    std::vector<std::uint32_t> token;    // token numbers
    std::vector<std::string_view> text;  // by token
    std::vector<float> bits;             // by token: -log2 of the share of groups that hold it
    std::span<const std::uint32_t> of(std::uint32_t code) const {
      return {token.data() + start[code], token.data() + start[code + 1]};
    }
  };
  const Words& words(std::size_t field) const { return words_[field]; }
  void split_words(std::size_t field);
  void find_ages_ahead(const ModelSpec& spec);
  std::uint32_t code(std::size_t field, std::uint32_t group) const {
    const Column& column = table_.columns[field];
    return column.present ? column.codes[group] : 0;
  }
  std::string_view text(std::size_t field, std::uint32_t code) const { return table_.columns[field].values[code]; }
  int compare(const ComparisonSpec& spec, std::uint32_t a, std::uint32_t b) const;
  int western_name(const ComparisonSpec& spec, std::uint32_t a, std::uint32_t b) const;
  int whole_name(std::size_t field, std::uint32_t a, std::uint32_t b) const;
  int date(std::size_t field, std::uint32_t a, std::uint32_t b) const;
  int age(const ComparisonSpec& spec, std::uint32_t a, std::uint32_t b) const;
  int words_level(std::size_t field, std::uint32_t a, std::uint32_t b) const;
  int address(const ComparisonSpec& spec, std::uint32_t a, std::uint32_t b) const;
  int place(const ComparisonSpec& spec, std::uint32_t a, std::uint32_t b) const;
  int jp_name(const ComparisonSpec& spec, std::uint32_t a, std::uint32_t b) const;
  int jp_aligned(std::size_t kanji_a, std::size_t kana_a, std::size_t kanji_b, std::size_t kana_b, std::uint32_t a,
                 std::uint32_t b) const;
  int jp_insurance(const ComparisonSpec& spec, std::uint32_t a, std::uint32_t b) const;
  int jp_residence(const ComparisonSpec& spec, std::uint32_t a, std::uint32_t b) const;
  float match_words(const Words& words, std::uint32_t a, std::uint32_t b, float& total_a, float& total_b,
                    float& numbers_matched, float& numbers_total) const;

  const Table& table_;
  std::vector<const ComparisonSpec*> active_;
  std::vector<Words> words_;                         // by field
  std::vector<std::vector<std::uint32_t>> numbers_;  // by field: dates as YYYYMMDD
  std::vector<std::vector<bool>> in_kana_;           // by field of kanji: values without any
  std::vector<int> age_ahead_;                       // by code of the source: years to the first one; may be empty
  std::size_t source_ = 0;                           // field of the source
  std::optional<Company> company_;
};

// Equal but for voiced marks (ガ and カ), or one edit apart.
bool near_kana(std::string_view a, std::string_view b);

}  // namespace sekisho::linkage

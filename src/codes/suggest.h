// Suggestions: for each local code the standard codes it may stand for, best first, with evidence and a calibrated
// probability.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "codes/dictionary.h"
#include "codes/item.h"

namespace sekisho::codes {

// What is weighed for a pair of local code and entry; each in -1..1, 0: nothing known.
enum Feature : int {
  kCosine,      // bigrams of the whole name
  kCovered,     // share of the local name found in the entry's
  kEdit,        // Levenshtein similarity of the stems
  kStem,        // bigrams of the stems
  kStemEqual,   // stems are the same
  kWholeEqual,  // whole names are the same
  kForm,
  kStrength,
  kMaker,
  kUnit,
  kSpecimen,
  kValues,     // distribution of results, dose
  kClaims,     // claimed on the same days
  kSent,       // the source sent this code, or its local code is this code
  kValidity,   // used outside the entry's life
  kUsual,      // rarer codes of the same thing: other methods, price list only, （選）
  kModifiers,  // parts of the name explained by modifiers (の疑い, 右)
  kFeatures
};
using Features = std::array<float, kFeatures>;

struct Suggestion {
  int entry = -1;
  double score = 0;       // sum of weighted features
  double confidence = 0;  // probability of being right
  Features features{};
  std::string matched;    // the name of the entry that matched best
  std::string modifiers;  // codes of modifiers taken off, joined by a blank
};

struct SuggestOptions {
  int count = 5;
  int threads = 2;
};

class Suggester {
 public:
  // `dictionary` must outlive it.
  explicit Suggester(const Dictionary& dictionary);
  ~Suggester();
  Suggester(Suggester&&) noexcept;

  // Distributions and doses of items whose standard code is known, to compare others with; and how many items share a
  // claimed code.
  void learn(std::span<const LocalItem> items);

  // In the order of the items, the same whatever the number of threads.
  std::vector<std::vector<Suggestion>> suggest(std::span<const LocalItem> items, const SuggestOptions& options) const;

  // One pair, for findings about codes that the source sent.
  Suggestion judge(const LocalItem& item, int entry) const;

  // The item's median of results over that of other hospitals that send the same test in a unit known to be
  // convertible: the median of those ratios. Nothing when fewer than three others do.
  std::optional<double> ratio_to_others(const LocalItem& item, const Entry& entry) const;

  const Dictionary& dictionary() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// One line for people: "name 「アムロジピン錠５ｍｇ「トーワ」」; form; strength; claimed on 812 of 840 days".
std::string evidence(const LocalItem& item, const Entry& entry, const Suggestion& suggestion);

}  // namespace sekisho::codes

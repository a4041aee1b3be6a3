// Which persons have all of some facts: asked a hundred thousand times by simulated attackers. Internal.
#pragma once

#include <span>
#include <vector>

#include "anonymize/view.h"

namespace sekisho::anonymize::detail {

// A fact is a number; the persons who have it are a list and, where they are many, a set of bits too.
class Facts {
 public:
  // Row i says that person[i] has fact[i]; persons and facts are numbered below these counts.
  Facts(std::span<const std::uint32_t> person, std::span<const std::uint32_t> fact, std::size_t persons,
        std::size_t facts);
  const Members& of_persons() const { return of_person_; }  // the facts of each person

  // Finds those who have all of `known` (one fact at least); held until the next question.
  void ask(std::span<const std::uint32_t> known);
  std::size_t count() const { return count_; }
  std::uint32_t nth(std::size_t n) const;  // by rising number; n < count()

 private:
  const std::vector<std::uint64_t>& bits(std::uint32_t fact);
  bool many(std::uint32_t fact) const { return with_fact_.of(fact).size() > words_; }
  Members of_person_, with_fact_;
  std::vector<std::vector<std::uint64_t>> bits_;  // of facts asked for that many have
  std::size_t words_, count_ = 0;
  bool dense_ = false;
  std::vector<std::uint32_t> order_;        // the known facts, the rarest first
  std::vector<std::uint64_t> fitting_;      // when dense
  std::vector<std::uint32_t> before_;       // when dense: persons who fit in the blocks before each block
  std::vector<std::uint32_t> list_, next_;  // when not
};

}  // namespace sekisho::anonymize::detail

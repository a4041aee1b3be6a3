// Candidate retrieval: an inverted index of character bigrams over all names of one kind. Bigrams that few names have
// weigh more (inverse document frequency).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sekisho::codes {

struct Hit {
  std::uint32_t document = 0;
  float cosine = 0;   // weighted, 0..1
  float covered = 0;  // share of the query's weight that the document has
};

class NameIndex {
 public:
  // Documents get the numbers 0, 1, ... in the order of adding.
  void add(std::u32string_view name);
  void finish();
  std::size_t size() const { return norms_.size(); }

  // What a thread needs to ask: reused between queries.
  struct Scratch {
    std::vector<float> scores;
    std::vector<std::uint32_t> touched;
  };
  // The best `limit` documents by cosine, best first; ties by number.
  void query(std::u32string_view name, std::size_t limit, Scratch& scratch, std::vector<Hit>& out) const;

 private:
  struct Posting {
    std::uint32_t begin = 0, end = 0;
    float weight = 0;
  };
  std::vector<std::pair<std::uint64_t, std::uint32_t>> pairs_;  // while adding: gram, document
  std::unordered_map<std::uint64_t, Posting> grams_;
  std::vector<std::uint32_t> documents_;
  std::vector<float> norms_;
};

}  // namespace sekisho::codes

#include "codes/index.h"

#include <algorithm>
#include <cmath>

namespace sekisho::codes {
namespace {

// Bigrams, the first character with a mark before it; each once.
void grams_of(std::u32string_view name, std::vector<std::uint64_t>& out) {
  out.clear();
  char32_t before = 1;
  for (const char32_t c : name) {
    out.push_back(static_cast<std::uint64_t>(before) << 32 | c);
    before = c;
  }
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
}

// Never empty the work of a query on grams that a tenth of all names have, unless nothing else is left.
constexpr std::size_t kCommonShare = 10;

}  // namespace

void NameIndex::add(std::u32string_view name) {
  std::vector<std::uint64_t> grams;
  grams_of(name, grams);
  const auto document = static_cast<std::uint32_t>(norms_.size());
  for (const std::uint64_t gram : grams)
    pairs_.emplace_back(gram, document);
  norms_.push_back(0);
}

void NameIndex::finish() {
  std::ranges::sort(pairs_);
  documents_.reserve(pairs_.size());
  const double total = static_cast<double>(norms_.size()) + 1;
  for (std::size_t i = 0; i < pairs_.size();) {
    std::size_t end = i;
    while (end < pairs_.size() && pairs_[end].first == pairs_[i].first)
      documents_.push_back(pairs_[end++].second);
    const double idf = std::log(total / static_cast<double>(end - i));
    grams_[pairs_[i].first] = {static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(end),
                               static_cast<float>(idf * idf)};
    for (std::size_t k = i; k < end; ++k)
      norms_[pairs_[k].second] += static_cast<float>(idf * idf);
    i = end;
  }
  for (float& norm : norms_)
    norm = std::sqrt(std::max(norm, 1e-6F));
  pairs_ = {};
}

void NameIndex::query(std::u32string_view name, std::size_t limit, Scratch& scratch, std::vector<Hit>& out) const {
  out.clear();
  if (norms_.empty()) return;
  std::vector<std::uint64_t> grams;
  grams_of(name, grams);
  std::vector<Posting> postings;
  const double total = static_cast<double>(norms_.size()) + 1;
  float all = 0;
  for (const std::uint64_t gram : grams) {
    const auto at = grams_.find(gram);
    // A gram nobody has weighs as much as one that a single name has.
    if (at == grams_.end()) {
      const auto idf = static_cast<float>(std::log(total));
      all += idf * idf;
      continue;
    }
    all += at->second.weight;
    postings.push_back(at->second);
  }
  std::ranges::sort(postings, [](const Posting& a, const Posting& b) { return a.end - a.begin < b.end - b.begin; });
  scratch.scores.resize(norms_.size());
  scratch.touched.clear();
  for (const Posting& posting : postings) {
    const bool common = (posting.end - posting.begin) * kCommonShare > norms_.size();
    if (common && scratch.touched.size() >= limit * 4) {
      // Too common to bring in new names; it still tells those found apart.
      continue;
    }
    for (std::uint32_t i = posting.begin; i < posting.end; ++i) {
      float& score = scratch.scores[documents_[i]];
      if (score == 0) scratch.touched.push_back(documents_[i]);
      score += posting.weight;
    }
  }
  const float norm = std::sqrt(std::max(all, 1e-6F));
  out.reserve(scratch.touched.size());
  for (const std::uint32_t document : scratch.touched) {
    const float score = scratch.scores[document];
    scratch.scores[document] = 0;
    out.push_back({document, score / (norm * norms_[document]), score / std::max(all, 1e-6F)});
  }
  const auto better = [](const Hit& a, const Hit& b) {
    return a.cosine != b.cosine ? a.cosine > b.cosine : a.document < b.document;
  };
  if (out.size() > limit) {
    std::ranges::nth_element(out, out.begin() + static_cast<std::ptrdiff_t>(limit), better);
    out.resize(limit);
  }
  std::ranges::sort(out, better);
}

}  // namespace sekisho::codes

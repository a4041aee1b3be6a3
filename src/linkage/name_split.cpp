#include "linkage/name_split.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/text.h"

namespace sekisho::linkage {
namespace {

constexpr int kCutRounds = 6;
constexpr std::size_t kLongestName = 14;  // characters of a whole name
constexpr double kUnseenName = 1e-3;      // one name of a length among all that could be
// Shares of lengths, judged from lists of frequent names; longer ones as the last.
using NameLengths = std::array<double, 7>;
constexpr NameLengths kFamilyKanjiLengths = {0, .06, .80, .13, .01, .001, .001},
                      kGivenKanjiLengths = {0, .20, .64, .15, .01, .001, .001},
                      kFamilyKanaLengths = {0, .002, .12, .40, .37, .08, .02},
                      kGivenKanaLengths = {0, .005, .27, .49, .17, .05, .02};

double length_share(const NameLengths& lengths, std::size_t length) {
  return lengths[std::min(length, lengths.size() - 1)];
}

struct NameCut {
  std::uint32_t family = 0, given = 0;  // numbers of texts
  double prior = 0, probability = 0;
};

// The names of one pair of fields.
class NameSplitter {
 public:
  NameSplitter(Table& table, const FieldSpec& family_spec, Column& family, Column& given)
      : table_(table),
        type_(family_spec.type),
        family_(family),
        given_(given),
        family_lengths_(type_ == FieldType::kKana ? kFamilyKanaLengths : kFamilyKanjiLengths),
        given_lengths_(type_ == FieldType::kKana ? kGivenKanaLengths : kGivenKanjiLengths) {}

  // `known` of the two fields, where anything is.
  void split(const Column& whole, const KnownNames& known, std::size_t family_field, std::size_t given_field) {
    std::vector<bool> in_one_piece(whole.values.size(), false), judged(whole.values.size(), false);
    bool any = false;
    for (std::size_t row = 0; row < table_.rows; ++row) {
      const std::uint32_t code = whole.codes[row];
      if (code == 0 || family_.codes[row] != 0 || given_.codes[row] == 0) continue;
      if (!judged[code]) {
        judged[code] = true;
        in_one_piece[code] = can_be_cut(whole.values[code], given_.values[given_.codes[row]]);
      }
      any |= in_one_piece[code];
    }
    if (!any) return;
    learn_separate();
    if (known) learn(known, family_field, given_field);
    separate_family_ = family_count_, separate_given_ = given_count_;
    std::vector<std::vector<NameCut>> names;
    std::vector<std::uint32_t> code_of_name;
    for (std::uint32_t code = 1; code < whole.values.size(); ++code)
      if (in_one_piece[code]) names.push_back(cuts_of(whole.values[code])), code_of_name.push_back(code);
    maximise(names);
    std::vector<const NameCut*> best(whole.values.size(), nullptr);
    for (std::size_t i = 0; i < names.size(); ++i)
      for (const NameCut& cut : names[i])
        if (best[code_of_name[i]] == nullptr || cut.probability > best[code_of_name[i]]->probability)
          best[code_of_name[i]] = &cut;
    Codes families(family_), givens(given_);
    for (std::size_t row = 0; row < table_.rows; ++row)
      if (const NameCut* cut = best[whole.codes[row]];
          cut != nullptr && family_.codes[row] == 0 && given_.codes[row] != 0) {
        family_.codes[row] = families.of(texts_[cut->family], table_.arena);
        given_.codes[row] = givens.of(texts_[cut->given], table_.arena);
      }
  }

 private:
  // Codes of texts in a column that grows.
  class Codes {
   public:
    explicit Codes(Column& column) : column_(column) {
      for (std::size_t code = 1; code < column.values.size(); ++code)
        known_.emplace(column.values[code], static_cast<std::uint32_t>(code));
    }
    std::uint32_t of(const std::string& text, Arena& arena) {
      if (const auto found = known_.find(text); found != known_.end()) return found->second;
      column_.values.push_back(arena.keep(text));
      const auto code = static_cast<std::uint32_t>(column_.values.size() - 1);
      return known_.emplace(column_.values.back(), code).first->second;
    }

   private:
    Column& column_;
    std::unordered_map<std::string_view, std::uint32_t> known_;
  };

  // Kanji or kana alone, and the given name is nothing but the whole.
  bool can_be_cut(std::string_view whole, std::string_view given) const {
    std::size_t length = 0;
    for (std::size_t at = 0; at < whole.size(); ++length) {
      const char32_t c = next_code_point(whole, at);
      const bool fits = (c >= 0x3041 && c <= 0x30FF && c != 0x30FB) || c == 0x3005 || (c >= 0x3400 && c <= 0x9FFF) ||
                        (c >= 0xF900 && c <= 0xFAFF) || c >= 0x20000;
      if (!fits) return false;
    }
    return length >= 2 && length <= kLongestName && normalise(type_, whole) == given;
  }
  std::uint32_t number_of(std::string_view text) {
    const auto [at, fresh] = numbers_.try_emplace(std::string(text), static_cast<std::uint32_t>(texts_.size()));
    if (fresh) texts_.emplace_back(text), family_count_.push_back(0), given_count_.push_back(0);
    return at->second;
  }
  // Each pair of names once: records of one person say nothing new.
  void learn_separate() {
    std::unordered_map<std::uint64_t, bool> seen;
    for (std::size_t row = 0; row < table_.rows; ++row) {
      const std::uint32_t f = family_.codes[row], g = given_.codes[row];
      if (f == 0 || g == 0 || !seen.emplace(std::uint64_t{f} << 32 | g, true).second) continue;
      ++family_count_[number_of(family_.values[f])];
      ++given_count_[number_of(given_.values[g])];
    }
  }
  void learn(const KnownNames& known, std::size_t family_field, std::size_t given_field) {
    known(family_field,
          [&](std::string_view name, std::uint32_t holders) { family_count_[number_of(name)] += holders; });
    known(given_field, [&](std::string_view name, std::uint32_t holders) { given_count_[number_of(name)] += holders; });
  }
  std::vector<NameCut> cuts_of(std::string_view whole) {
    std::vector<std::size_t> starts;
    for (std::size_t at = 0; at < whole.size(); next_code_point(whole, at))
      starts.push_back(at);
    std::vector<NameCut> out;
    for (std::size_t i = 1; i < starts.size(); ++i) {
      const std::string front = normalise(type_, whole.substr(0, starts[i])),
                        back = normalise(type_, whole.substr(starts[i]));
      if (front.empty() || back.empty()) continue;
      const double prior = length_share(family_lengths_, i) * length_share(given_lengths_, starts.size() - i);
      out.push_back({number_of(front), number_of(back), prior, prior});
    }
    return out;
  }
  void maximise(std::vector<std::vector<NameCut>>& names) {
    separate_family_.resize(texts_.size()), separate_given_.resize(texts_.size());
    for (int round = 0; round < kCutRounds; ++round) {
      // The first round knows the names that stand apart only.
      for (std::vector<NameCut>& cuts : names) {
        double sum = 0;
        for (NameCut& cut : cuts)
          sum += cut.probability = (family_count_[cut.family] + kUnseenName * cut.prior) *
                                   (given_count_[cut.given] + kUnseenName * cut.prior) * (0.05 + cut.prior);
        for (NameCut& cut : cuts)
          cut.probability /= sum;
      }
      if (round + 1 == kCutRounds) return;
      family_count_ = separate_family_, given_count_ = separate_given_;
      for (const std::vector<NameCut>& cuts : names)
        for (const NameCut& cut : cuts)
          family_count_[cut.family] += cut.probability, given_count_[cut.given] += cut.probability;
    }
  }

  Table& table_;
  FieldType type_;
  Column &family_, &given_;
  const NameLengths &family_lengths_, &given_lengths_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<std::string> texts_;
  std::vector<double> family_count_, given_count_, separate_family_, separate_given_;  // by number
};

}  // namespace

void split_names(const ModelSpec& spec, Table& table, const KnownNames& known) {
  for (std::size_t f = 0; f < spec.fields.size(); ++f)
    for (std::size_t g = 0; g < spec.fields.size(); ++g) {
      const FieldSpec &family = spec.fields[f], &given = spec.fields[g];
      if (!family.surname_first || family.part != NamePart::kFirst || given.part != NamePart::kLast ||
          family.from.empty() || family.from != given.from)
        continue;
      const Column& whole = table.columns[*spec.field(family.from)];
      if (whole.present && table.columns[f].present && table.columns[g].present)
        NameSplitter(table, family, table.columns[f], table.columns[g]).split(whole, known, f, g);
    }
}

}  // namespace sekisho::linkage

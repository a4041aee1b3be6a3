#include "linkage/comparison.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <map>
#include <ranges>
#include <unordered_map>

#include "core/text.h"
#include "linkage/name_forms.h"
#include "linkage/similarity.h"

namespace sekisho::linkage {
namespace {

constexpr std::size_t kWordLimit = 24;  // words of a value that are compared

enum NameLevel { kMissing, kEqual, kNear, kShortForm, kSimilar, kSwapped, kInitial, kMiddleName, kOther };

bool word_of(std::string_view word, std::string_view text) {
  if (word.size() < 3 || text.find(' ') == std::string_view::npos) return false;
  const std::size_t at = text.find(word);
  return at != std::string_view::npos && (at == 0 || text[at - 1] == ' ') &&
         (at + word.size() == text.size() || text[at + word.size()] == ' ');
}

NameLevel name_level(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return kMissing;
  if (a == b) return kEqual;
  const std::size_t shorter = std::min(a.size(), b.size()), longer = std::max(a.size(), b.size());
  if (shorter == 1) return a[0] == b[0] ? kInitial : kOther;
  if (shorter >= 3 && edit_distance(a, b, 1) <= 1) return kNear;
  const double similarity = jaro_winkler(a, b);
  if (similarity >= 0.92 && shorter >= 4 && edit_distance(a, b, 2) <= 2) return kNear;
  if (short_form(a, b) || word_of(a, b) || word_of(b, a)) return kShortForm;
  if (similarity >= 0.84 || (longer >= 6 && edit_distance(a, b, 2) <= 2)) return kSimilar;
  if (shorter == 2 && longer <= 3 && edit_distance(a, b, 1) <= 1) return kSimilar;
  return kOther;
}

std::string digits_in(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c >= '0' && c <= '9') out.push_back(c);
  return out;
}

// Words that agree: the same, one edit, or a short form.
float word_similarity(std::string_view a, std::string_view b) {
  if (a == b) return 1;
  const std::size_t shorter = std::min(a.size(), b.size());
  if (shorter == 1) return a[0] == b[0] ? 0.2F : 0;
  if (shorter >= 4 && edit_distance(a, b, 1) <= 1) return 0.75F;
  if (shorter >= 7 && edit_distance(a, b, 2) <= 2) return 0.6F;
  if (shorter >= 3 && short_form(a, b)) return 0.5F;
  return 0;
}

char32_t unvoiced(char32_t c) {
  static constexpr std::u32string_view kVoiced = U"ガギグゲゴザジズゼゾダデドバビブベボパピプペポ";
  static constexpr std::u32string_view kPlain = U"カキクケコサシスセソタテトハヒフヘホハヒフヘホ";
  const std::size_t at = kVoiced.find(c);
  return at == std::u32string_view::npos ? c : kPlain[at];
}

struct Points {
  std::array<char32_t, 32> at;
  std::size_t size = 0;
  explicit Points(std::string_view text) {
    for (std::size_t i = 0; i < text.size() && size < at.size();)
      at[size++] = next_code_point(text, i);
  }
  std::u32string_view view() const { return {at.data(), size}; }
};

bool share_character(std::string_view a, std::string_view b) {
  const Points x(a), y(b);
  return std::ranges::any_of(x.view(), [&](char32_t c) { return y.view().find(c) != std::u32string_view::npos; });
}

// 1-2-3 and 1-2: one stops earlier; or one number of at least three differs by a typing error.
bool near_numbers(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (a.empty()) return true;
  if (b.starts_with(a) && b[a.size()] == '-') return true;
  return edit_distance(a, b, 1) <= 1 && a.size() >= 4;
}

// Years, or ages, where nothing finer is known.
int years_level(std::uint32_t x, std::uint32_t y) {
  const std::uint32_t apart = x > y ? x - y : y - x;
  return apart == 0 ? 4 : apart <= 2 ? 6 : apart <= 5 ? 7 : 8;
}

bool same_place(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  return a.size() >= 6 && b.ends_with(a);  // a prefecture or county left out
}

}  // namespace

bool near_values(ComparisonType type, int level) {
  switch (type) {
    case ComparisonType::kGivenName:
    case ComparisonType::kSurname:
      return level == kNear || level == kShortForm || level == kSimilar;
    case ComparisonType::kText:
      return level == 2;
    default:
      return false;
  }
}

bool compares_words(ComparisonType type) {
  return type == ComparisonType::kWholeName || type == ComparisonType::kText || type == ComparisonType::kAddress ||
         type == ComparisonType::kPlace;
}

bool near_kana(std::string_view a, std::string_view b) {
  const Points x(a), y(b);
  if (x.size == y.size &&
      std::ranges::equal(x.view(), y.view(), [](char32_t c, char32_t d) { return unvoiced(c) == unvoiced(d); }))
    return true;
  return std::min(x.size, y.size) >= 2 && edit_distance(x.view(), y.view(), 1) <= 1;
}

Comparator::Comparator(const ModelSpec& spec, const Table& table)
    : table_(table), words_(spec.fields.size()), numbers_(spec.fields.size()), in_kana_(spec.fields.size()) {
  const auto present = [&](std::size_t field) { return table.columns[field].present; };
  for (const ComparisonSpec& comparison : spec.comparisons) {
    if (comparison.unless && present(*comparison.unless)) continue;
    const bool any_of_two = comparison.type == ComparisonType::kJpFamily ||
                            comparison.type == ComparisonType::kJpGiven ||
                            comparison.type == ComparisonType::kAddress || comparison.type == ComparisonType::kPlace ||
                            comparison.type == ComparisonType::kDate || comparison.type == ComparisonType::kJpResidence;
    const std::size_t needed = comparison.type == ComparisonType::kJpInsurance && comparison.fields.size() > 2
                                   ? comparison.fields[2]
                                   : comparison.fields[0];
    if (!present(needed) && !(any_of_two && comparison.fields.size() > 1 && present(comparison.fields[1])) &&
        !(comparison.type == ComparisonType::kPlace && std::ranges::any_of(comparison.fields, present)))
      continue;
    active_.push_back(&comparison);
    if (comparison.type == ComparisonType::kCompany)
      company_.emplace(table.columns[comparison.fields[0]],
                       comparison.fields.size() > 1 ? table.columns[comparison.fields[1]] : Column());
    if (comparison.type == ComparisonType::kJpFamily || comparison.type == ComparisonType::kJpGiven)
      for (std::size_t i = 0; i < comparison.fields.size(); i += 2)
        if (std::vector<bool>& in_kana = in_kana_[comparison.fields[i]]; in_kana.empty())
          for (const std::string_view value : table.columns[comparison.fields[i]].values)
            in_kana.push_back(written_in_kana(value));
    for (const std::size_t field : comparison.fields) {
      if (compares_words(comparison.type)) split_words(field);
      if (comparison.type == ComparisonType::kDate && numbers_[field].empty())
        for (const std::string_view value : table.columns[field].values)
          numbers_[field].push_back(static_cast<std::uint32_t>(std::strtoul(std::string(value).c_str(), nullptr, 10)));
    }
  }
  find_ages_ahead(spec);
}

// Two counts some years apart tell other ages of one person. By how much is what those who share both names with one
// record of the other source differ most often.
void Comparator::find_ages_ahead(const ModelSpec& spec) {
  constexpr std::size_t kMostSources = 16;
  constexpr int kMostYears = 60, kEnough = 20;
  const ComparisonSpec *dates = nullptr, *given = nullptr, *sources = nullptr;
  for (const ComparisonSpec& comparison : spec.comparisons) {
    if (comparison.type == ComparisonType::kDate && comparison.fields.size() > 1) dates = &comparison;
    if (comparison.type == ComparisonType::kGivenName && comparison.fields.size() > 1) given = &comparison;
    if (comparison.type == ComparisonType::kSource) sources = &comparison;
  }
  if (dates == nullptr || given == nullptr || sources == nullptr) return;
  const Column &ages = table_.columns[dates->fields[1]], &source = table_.columns[sources->fields[0]];
  if (!ages.present || !source.present || source.values.size() < 3 || source.values.size() > kMostSources + 1) return;
  struct Holders {
    std::uint32_t group = 0;
    bool one = true;
  };
  std::unordered_map<std::uint64_t, std::array<Holders, kMostSources + 1>> namesakes;
  for (std::uint32_t group = 0; group < table_.first_of.size(); ++group) {
    const std::uint32_t x = code(given->fields[0], group), y = code(given->fields[1], group);
    if (x == 0 || y == 0 || ages.codes[group] == 0) continue;
    Holders& place = namesakes[std::uint64_t{x} << 32 | y][source.codes[group]];
    place = place.group == 0 ? Holders{group + 1, true} : Holders{place.group, false};
  }
  const auto age = [&](const Holders& who) {
    return static_cast<int>(numbers_[dates->fields[1]][ages.codes[who.group - 1]]);
  };
  age_ahead_.assign(source.values.size(), 0);
  source_ = sources->fields[0];
  for (std::size_t other = 2; other < source.values.size(); ++other) {
    std::array<int, 2 * kMostYears + 1> count{};
    for (const auto& [names, holders] : namesakes) {
      if (holders[1].group == 0 || holders[other].group == 0 || !holders[1].one || !holders[other].one) continue;
      const int apart = age(holders[other]) - age(holders[1]);
      if (std::abs(apart) <= kMostYears) ++count[static_cast<std::size_t>(apart + kMostYears)];
    }
    const auto near = [&](std::size_t at) { return count[at - 1] + 2 * count[at] + count[at + 1]; };
    std::size_t best = kMostYears;
    for (std::size_t at = 1; at + 1 < count.size(); ++at)
      if (near(at) > near(best)) best = at;
    if (near(best) >= kEnough) age_ahead_[other] = static_cast<int>(best) - kMostYears;
  }
}

void Comparator::split_words(std::size_t field) {
  Words& out = words_[field];
  if (!out.start.empty()) return;
  const Column& column = table_.columns[field];
  TextIndex index;
  std::vector<std::uint64_t> holders;
  for (std::size_t code = 0; code < column.values.size(); ++code) {
    out.start.push_back(static_cast<std::uint32_t>(out.token.size()));
    std::string_view rest = column.values[code];
    const std::size_t first = out.token.size();
    while (!rest.empty() && out.token.size() - first < kWordLimit) {
      const std::size_t blank = rest.find(' ');
      const std::string_view word = rest.substr(0, blank);
      rest = blank == std::string_view::npos ? std::string_view() : rest.substr(blank + 1);
      bool fresh = false;
      const std::uint32_t number = index.add(word, fresh);
      if (fresh) holders.push_back(0);
      if (std::find(out.token.begin() + static_cast<std::ptrdiff_t>(first), out.token.end(), number) != out.token.end())
        continue;
      out.token.push_back(number);
      holders[number] += column.counts.size() > code ? column.counts[code] : 0;
    }
  }
  out.start.push_back(static_cast<std::uint32_t>(out.token.size()));
  const auto groups = static_cast<double>(std::max<std::size_t>(1, table_.first_of.size()));
  for (std::size_t t = 0; t < index.size(); ++t) {
    out.text.push_back(index.text(static_cast<std::uint32_t>(t)));
    if (table_.word_bits) {
      out.bits.push_back(static_cast<float>(table_.word_bits(field, out.text.back())));
      continue;
    }
    out.bits.push_back(
        static_cast<float>(std::log2(groups / static_cast<double>(std::max<std::uint64_t>(1, holders[t])))));
  }
}

Pattern Comparator::pattern(std::uint32_t a, std::uint32_t b) const {
  Pattern out = 0;
  for (std::size_t c = 0; c < active_.size(); ++c)
    out |= static_cast<Pattern>(compare(*active_[c], a, b)) << (4 * c);
  return out;
}

int Comparator::compare(const ComparisonSpec& spec, std::uint32_t a, std::uint32_t b) const {
  const std::size_t field = spec.fields[0];
  const std::uint32_t x = code(field, a), y = code(field, b);
  switch (spec.type) {
    case ComparisonType::kGivenName:
    case ComparisonType::kSurname:
      return western_name(spec, a, b);
    case ComparisonType::kWholeName:
      return x == 0 || y == 0 ? 0 : whole_name(field, x, y);
    case ComparisonType::kDate:
      return x == 0 || y == 0 ? age(spec, a, b) : x == y ? 1 : date(field, x, y);
    case ComparisonType::kCategory:
    case ComparisonType::kSource:
      return x == 0 || y == 0 ? 0 : x == y ? 1 : 2;
    case ComparisonType::kCompany:
      return company_ ? company_->level(a, b) : 0;
    case ComparisonType::kText:
      return x == 0 || y == 0 ? 0 : x == y ? 1 : words_level(field, x, y);
    case ComparisonType::kCode: {
      if (x == 0 || y == 0) return 0;
      if (x == y) return 1;
      const std::string_view s = text(field, x), t = text(field, y);
      if (std::min(s.size(), t.size()) < 3) return 4;
      const int edits = edit_distance(s, t, 2);
      return edits <= 1 ? 2 : edits == 2 && std::min(s.size(), t.size()) >= 6 ? 3 : 4;
    }
    case ComparisonType::kAddress:
      return address(spec, a, b);
    case ComparisonType::kPlace:
      return place(spec, a, b);
    case ComparisonType::kEmail: {
      if (x == 0 || y == 0) return 0;
      if (x == y) return 1;
      const std::string_view s = text(field, x), t = text(field, y);
      if (s.substr(0, s.find('@')) == t.substr(0, t.find('@'))) return 2;
      if (digits_in(s) != digits_in(t)) return 4;  // namesakes at one provider are told apart by numbers
      return edit_distance(s, t, 2) <= 2 || jaro_winkler(s, t) >= 0.95 ? 3 : 4;
    }
    case ComparisonType::kJpFamily:
    case ComparisonType::kJpGiven:
      return jp_name(spec, a, b);
    case ComparisonType::kJpInsurance:
      return jp_insurance(spec, a, b);
    case ComparisonType::kJpResidence:
      return jp_residence(spec, a, b);
  }
  return 0;
}

int Comparator::western_name(const ComparisonSpec& spec, std::uint32_t a, std::uint32_t b) const {
  const std::size_t field = spec.fields[0];
  const std::uint32_t x = code(field, a), y = code(field, b);
  if (x != 0 && x == y) return kEqual;
  const std::string_view s = text(field, x), t = text(field, y);
  const NameLevel level = name_level(s, t);
  if (spec.fields.size() < 2 || (level != kOther && level != kSimilar && level != kMissing)) return level;
  if (spec.fields.size() > 2 && level == kOther) {  // known by the middle name
    const std::string_view mid_s = text(spec.fields[2], code(spec.fields[2], a)),
                           mid_t = text(spec.fields[2], code(spec.fields[2], b));
    if ((s.size() > 1 && s == mid_t) || (t.size() > 1 && t == mid_s)) return kMiddleName;
  }
  // The other name of both: swapped when each name meets the other one's counterpart. That is one fact: the given name
  // tells it, the surname is silent then.
  const std::size_t other = spec.fields[1];
  const std::string_view other_s = text(other, code(other, a)), other_t = text(other, code(other, b));
  const NameLevel across = name_level(s, other_t), back = name_level(other_s, t);
  const auto good = [](NameLevel l) { return l == kEqual || l == kNear; };
  if (good(across) && good(back)) return spec.type == ComparisonType::kGivenName ? kSwapped : kMissing;
  return level;
}

// Words matched one to one, rarest first; returns bits of evidence.
float Comparator::match_words(const Words& words, std::uint32_t a, std::uint32_t b, float& total_a, float& total_b,
                              float& numbers_matched, float& numbers_total) const {
  const std::span<const std::uint32_t> x = words.of(a), y = words.of(b);
  std::uint32_t used = 0;
  float matched = 0;
  for (const std::uint32_t t : y)
    total_b += words.bits[t];
  for (const std::uint32_t s : x) {
    total_a += words.bits[s];
    const bool number = !words.text[s].empty() && words.text[s][0] >= '0' && words.text[s][0] <= '9';
    numbers_total += number;
    float best = 0;
    std::size_t at = 0;
    for (std::size_t j = 0; j < y.size(); ++j) {
      if ((used >> j & 1u) != 0) continue;
      const float value =
          s == y[j] ? words.bits[s]
          : number  ? 0
                    : word_similarity(words.text[s], words.text[y[j]]) * std::min(words.bits[s], words.bits[y[j]]);
      if (value > best) best = value, at = j;
    }
    if (best <= 0) continue;
    used |= 1u << at;
    matched += best;
    numbers_matched += number;
  }
  return matched;
}

int Comparator::whole_name(std::size_t field, std::uint32_t a, std::uint32_t b) const {
  float total_a = 0, total_b = 0, unused = 0, unused_too = 0;
  const float bits = match_words(words(field), a, b, total_a, total_b, unused, unused_too);
  const int step = bits >= 26   ? 1
                   : bits >= 21 ? 2
                   : bits >= 17 ? 3
                   : bits >= 13 ? 4
                   : bits >= 9  ? 5
                   : bits >= 5  ? 6
                                : 7;
  if (step == 7) return 13;
  return bits >= 0.7F * std::min(total_a, total_b) ? step : step + 6;
}

int Comparator::date(std::size_t field, std::uint32_t a, std::uint32_t b) const {
  const std::uint32_t x = numbers_[field][a], y = numbers_[field][b];
  const std::uint32_t year_x = x / 10000, year_y = y / 10000, month_x = x / 100 % 100, month_y = y / 100 % 100,
                      day_x = x % 100, day_y = y % 100;
  if (day_x == 0 || day_y == 0) {
    const bool months = month_x == 0 || month_y == 0 || month_x == month_y;
    return months ? years_level(year_x, year_y) : 8;
  }
  if (year_x == year_y && month_x == day_y && day_x == month_y) return 2;
  if (edit_distance(text(field, a), text(field, b), 1) <= 1) return 2;
  const int equal = (year_x == year_y) + (month_x == month_y) + (day_x == day_y);
  if (equal == 2) return 3;
  const auto close = [](std::uint32_t s, std::uint32_t t) { return s == t || s + 1 == t || t + 1 == s; };
  const bool years = close(year_x, year_y) || (year_x % 10 == year_y % 10 && close(year_x / 10, year_y / 10));
  return years && close(month_x, month_y) && (equal == 1 || close(day_x, day_y)) ? 5 : 8;
}

// Where a date is missing: the second field.
int Comparator::age(const ComparisonSpec& spec, std::uint32_t a, std::uint32_t b) const {
  if (spec.fields.size() < 2) return 0;
  const std::size_t field = spec.fields[1];
  const std::uint32_t x = code(field, a), y = code(field, b);
  if (x == 0 || y == 0) return 0;
  const auto told = [&](std::uint32_t age, std::uint32_t group) {
    return static_cast<int>(numbers_[field][age]) - (age_ahead_.empty() ? 0 : age_ahead_[code(source_, group)]);
  };
  return years_level(0, static_cast<std::uint32_t>(std::abs(told(x, a) - told(y, b))));
}

int Comparator::words_level(std::size_t field, std::uint32_t a, std::uint32_t b) const {
  const std::string_view s = text(field, a), t = text(field, b);
  if (std::min(s.size(), t.size()) >= 4 && (edit_distance(s, t, 2) <= 2 || jaro_winkler(s, t) >= 0.94)) return 2;
  float total_a = 0, total_b = 0, unused = 0, unused_too = 0;
  const float bits = match_words(words(field), a, b, total_a, total_b, unused, unused_too);
  const float share = bits / std::max(0.01F, std::min(total_a, total_b));
  return share >= 0.8F ? 2 : share >= 0.4F ? 3 : 4;
}

// Fields: street (with or without a number), the house number, more lines.
int Comparator::address(const ComparisonSpec& spec, std::uint32_t a, std::uint32_t b) const {
  float matched = 0, total_a = 0, total_b = 0, numbers = 0, numbers_total = 0;
  bool any_a = false, any_b = false, equal = true, any_equal = false;
  for (const std::size_t field : spec.fields) {
    const std::uint32_t x = code(field, a), y = code(field, b);
    any_a |= x != 0, any_b |= y != 0;
    if (x == 0 || y == 0) continue;
    equal &= x == y;
    any_equal |= x == y;
    float one_a = 0, one_b = 0;
    matched += match_words(words(field), x, y, one_a, one_b, numbers, numbers_total);
    total_a += one_a, total_b += one_b;
  }
  if (!any_a || !any_b || total_a + total_b == 0) return 0;
  if (equal && any_equal) return 1;
  const float share = matched / std::max(0.01F, std::min(total_a, total_b));
  const bool number = numbers > 0 && numbers >= 0.5F * numbers_total;
  if (share >= 0.75F) return number ? 2 : 3;
  if (share >= 0.35F) return number ? 4 : 5;
  return 6;
}

// Fields: town, postcode, state; any of them may be missing.
int Comparator::place(const ComparisonSpec& spec, std::uint32_t a, std::uint32_t b) const {
  enum Part : std::uint8_t { kGone, kSame, kClose, kApart };
  std::array<Part, 3> part{kGone, kGone, kGone};
  for (std::size_t i = 0; i < spec.fields.size() && i < part.size(); ++i) {
    const std::size_t field = spec.fields[i];
    const std::uint32_t x = code(field, a), y = code(field, b);
    if (x == 0 || y == 0) continue;
    part[i] = x == y ? kSame : kApart;
    if (part[i] == kSame || i == 2) continue;
    const std::string_view s = text(field, x), t = text(field, y);
    const bool close = i == 0 ? std::min(s.size(), t.size()) >= 4 && words_level(field, x, y) == 2
                              : std::min(s.size(), t.size()) >= 3 && edit_distance(s, t, 1) <= 1;
    if (close) part[i] = kClose;
  }
  const auto [town, post, state] = part;
  if (town == kGone && post == kGone) return state == kGone ? 0 : state == kSame ? 9 : 10;
  if (town == kSame && post == kSame) return 1;
  if (town == kSame || post == kSame) {
    const Part other = town == kSame ? post : town;
    return other == kClose ? 4 : town == kSame ? (other == kGone ? 2 : 5) : other == kGone ? 3 : 6;
  }
  if (town == kApart || post == kApart) return town == kClose || post == kClose ? 8 : state == kSame ? 9 : 10;
  return 7;
}

int Comparator::jp_aligned(std::size_t kanji_a, std::size_t kana_a, std::size_t kanji_b, std::size_t kana_b,
                           std::uint32_t a, std::uint32_t b) const {
  const bool crossed = kanji_a != kanji_b;
  const std::uint32_t x = code(kanji_a, a), y = code(kanji_b, b), u = code(kana_a, a), v = code(kana_b, b);
  const auto equal = [&](std::size_t f, std::uint32_t s, std::size_t g, std::uint32_t t) {
    return s != 0 && t != 0 && (crossed ? text(f, s) == text(g, t) : s == t);
  };
  // Kana in place of kanji is a reading, no other writing of the name; but two names that are written so can be
  // compared.
  const bool both_kanji = x != 0 && y != 0 && in_kana_[kanji_a][x] == in_kana_[kanji_b][y];
  const bool both_kana = u != 0 && v != 0;
  if (!both_kanji && !both_kana) return 0;
  const bool kanji = equal(kanji_a, x, kanji_b, y), kana = equal(kana_a, u, kana_b, v);
  if (kanji && kana) return 1;
  if (kanji) return !both_kana ? 2 : near_kana(text(kana_a, u), text(kana_b, v)) ? 3 : 4;
  if (kana) return both_kanji ? 6 : 5;
  if (both_kana && near_kana(text(kana_a, u), text(kana_b, v))) return 7;
  if (both_kanji && share_character(text(kanji_a, x), text(kanji_b, y))) return 8;
  return 10;
}

int Comparator::jp_name(const ComparisonSpec& spec, std::uint32_t a, std::uint32_t b) const {
  const std::size_t kanji = spec.fields[0], kana = spec.fields[1];
  const int level = jp_aligned(kanji, kana, kanji, kana, a, b);
  if (level < 8 || spec.fields.size() < 4) return level;
  const std::size_t other_kanji = spec.fields[2], other_kana = spec.fields[3];
  const int across = jp_aligned(kanji, kana, other_kanji, other_kana, a, b),
            back = jp_aligned(other_kanji, other_kana, kanji, kana, a, b);
  const auto good = [](int l) { return l >= 1 && l <= 6; };
  // One fact: the given name tells it, the family name is silent then.
  return !good(across) || !good(back) ? level : spec.type == ComparisonType::kJpGiven ? 9 : 0;
}

int Comparator::jp_insurance(const ComparisonSpec& spec, std::uint32_t a, std::uint32_t b) const {
  std::array<std::uint32_t, 4> x{}, y{};
  for (std::size_t i = 0; i < spec.fields.size() && i < 4; ++i)
    x[i] = code(spec.fields[i], a), y[i] = code(spec.fields[i], b);
  if (x[2] == 0 || y[2] == 0) return 0;
  const bool insurer = x[0] == y[0], symbol = x[1] == y[1];
  const bool insurer_fits = insurer || x[0] == 0 || y[0] == 0, symbol_fits = symbol || x[1] == 0 || y[1] == 0;
  const bool some = (insurer && x[0] != 0) || (symbol && x[1] != 0);
  if (x[2] == y[2] && insurer_fits && symbol_fits && some) return x[3] == 0 || y[3] == 0 ? 2 : x[3] == y[3] ? 1 : 3;
  if (insurer_fits && symbol_fits && insurer && symbol &&
      edit_distance(text(spec.fields[2], x[2]), text(spec.fields[2], y[2]), 1) <= 1)
    return 4;
  return 5;
}

int Comparator::jp_residence(const ComparisonSpec& spec, std::uint32_t a, std::uint32_t b) const {
  const std::uint32_t x = code(spec.fields[0], a), y = code(spec.fields[0], b);
  const std::size_t post = spec.fields.size() > 1 ? spec.fields[1] : spec.fields[0];
  const std::uint32_t p = post == spec.fields[0] ? 0 : code(post, a), q = post == spec.fields[0] ? 0 : code(post, b);
  const bool addresses = x != 0 && y != 0, posts = p != 0 && q != 0;
  if (!addresses && !posts) return 0;
  if (addresses) {
    if (x == y) return 1;
    const std::string_view s = text(spec.fields[0], x), t = text(spec.fields[0], y);
    const std::string_view place_s = s.substr(0, s.find('|')), place_t = t.substr(0, t.find('|'));
    const std::string_view numbers_s = s.substr(place_s.size() + 1), numbers_t = t.substr(place_t.size() + 1);
    if (place_s == place_t || same_place(place_s, place_t)) {
      if (numbers_s == numbers_t && !numbers_s.empty()) return 1;
      return near_numbers(numbers_s, numbers_t) ? 2 : posts && p == q ? 4 : 4;
    }
  }
  if (posts && p == q) return 3;
  if (posts && !addresses && edit_distance(text(post, p), text(post, q), 1) <= 1) return 5;
  return 6;
}

std::uint32_t Comparator::holders(std::size_t comparison, int level, std::uint32_t a, std::uint32_t b) const {
  const ComparisonSpec& spec = *active_[comparison];
  const auto count = [&](std::size_t field) {
    const std::uint32_t x = code(field, a);
    return x == 0 ? 0 : table_.columns[field].counts[x];
  };
  switch (spec.type) {
    case ComparisonType::kJpFamily:
    case ComparisonType::kJpGiven:
      if (level == 1 || level == 2 || level == 3 || level == 4) return count(spec.fields[0]);
      return level == 5 || level == 6 ? count(spec.fields[1]) : 0;
    case ComparisonType::kGivenName:
    case ComparisonType::kSurname:
    case ComparisonType::kText:
      if (near_values(spec.type, level)) {
        const std::vector<std::uint32_t>& counts = table_.columns[spec.fields[0]].counts;
        return std::max(counts[code(spec.fields[0], a)], counts[code(spec.fields[0], b)]);
      }
      return level == 1 ? count(spec.fields[0]) : 0;
    case ComparisonType::kDate:
    case ComparisonType::kCode:
    case ComparisonType::kEmail:
    case ComparisonType::kCategory:
      return level == 1 ? count(spec.fields[0]) : 0;
    case ComparisonType::kPlace: {
      // A postcode lies in a town: those who share both are as many as share the rarer one.
      const std::uint32_t town = count(spec.fields[0]), post = spec.fields.size() > 1 ? count(spec.fields[1]) : 0;
      if (level == 1) return std::min(town, post);
      return level == 2 || level == 5 ? town : level == 3 || level == 6 ? post : 0;
    }
    case ComparisonType::kAddress:
    case ComparisonType::kJpResidence: {
      const std::uint32_t x = code(spec.fields[0], a);
      return level == 1 && x != 0 && x == code(spec.fields[0], b) ? count(spec.fields[0]) : 0;
    }
    default:
      return 0;
  }
}

double Comparator::exact_share(std::size_t comparison) const {
  const ComparisonSpec& spec = *active_[comparison];
  switch (spec.type) {
    case ComparisonType::kGivenName:
    case ComparisonType::kSurname:
    case ComparisonType::kDate:
    case ComparisonType::kCategory:
    case ComparisonType::kSource:
    case ComparisonType::kText:
    case ComparisonType::kCode:
    case ComparisonType::kEmail:
      break;
    default:
      return -1;
  }
  const Column& column = table_.columns[spec.fields[0]];
  double pairs = 0, held = 0;
  for (std::size_t code = 1; code < column.counts.size(); ++code) {
    const double n = column.counts[code];
    pairs += n * (n - 1), held += n;
  }
  return held > 1 ? pairs / (held * (held - 1)) : -1;
}

}  // namespace sekisho::linkage

#include "codes/suggest.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <unordered_map>

#include "codes/index.h"
#include "codes/jlac10.h"
#include "codes/reading.h"
#include "codes/similarity.h"
#include "codes/unit.h"
#include "codes/weights.h"
#include "core/parallel.h"

namespace sekisho::codes {
namespace {

constexpr double kSilentClaims = 12;  // about what an equal name weighs
constexpr std::size_t kDrugHits = 400, kTextHits = 150, kVariantHits = 80;

// A name of an entry in the form in which it is compared.
struct Document {
  int entry = 0;
  int alias = -1;          // -1: the entry's name
  std::uint32_t stem = 0;  // many products share one
  Parts parts;             // without the stem
};

struct Variant {
  Parts parts;
  std::string modifiers;
  int removed = 0;  // modifiers taken off
};

}  // namespace

struct Suggester::Impl {
  const Dictionary* dictionary = nullptr;
  struct KindIndex {
    NameIndex index;
    std::vector<Document> documents;
    std::vector<Stem> stems;
    std::unordered_map<std::u32string, std::vector<std::uint32_t>> exact;  // by stem and whole
  };
  std::array<KindIndex, kKindCount> kinds;
  std::set<std::u32string> makers;  // of all drugs, as their names carry them
  struct Profile {
    double middle = 0, weight = 0;
    std::string unit, hospital;
  };
  std::unordered_map<int, std::vector<Profile>> profiles;           // by entry
  std::unordered_map<std::string, std::vector<Profile>> of_a_test;  // of a JLAC10 code's test, by whatever method
  std::unordered_map<std::string, int> claim_items;                 // how many items were seen with a claimed code
  double items_with_claims = 0;

  struct Scratch {
    NameIndex::Scratch index;
    std::vector<Hit> hits;
  };

  explicit Impl(const Dictionary& d) : dictionary(&d) {
    std::array<std::unordered_map<std::u32string, std::uint32_t>, kKindCount> stem_numbers;
    for (std::size_t i = 0; i < d.entries().size(); ++i) {
      const Entry& entry = d.entries()[i];
      KindIndex& kind = kinds[static_cast<std::size_t>(entry.kind)];
      const auto add = [&](std::string_view text, int alias) {
        Document document{static_cast<int>(i), alias, 0, parts_of(entry.kind, text)};
        if (document.parts.whole.empty()) return;
        if (document.parts.form == Form::kNone) document.parts.form = entry.form;
        if (!document.parts.maker.empty()) makers.insert(document.parts.maker);
        const auto number = static_cast<std::uint32_t>(kind.documents.size());
        kind.index.add(document.parts.whole);
        kind.exact[document.parts.whole].push_back(number);
        if (document.parts.stem != document.parts.whole && entry.kind == Kind::kLab)
          kind.exact[document.parts.stem].push_back(number);
        auto& numbers = stem_numbers[static_cast<std::size_t>(entry.kind)];
        const auto [at, fresh] =
            numbers.try_emplace(document.parts.stem, static_cast<std::uint32_t>(kind.stems.size()));
        if (fresh) kind.stems.push_back({document.parts.stem, bigrams(document.parts.stem)});
        document.stem = at->second;
        document.parts.stem = {};
        kind.documents.push_back(std::move(document));
      };
      add(entry.name, -1);
      for (std::size_t a = 0; a < entry.aliases.size(); ++a)
        add(entry.aliases[a], static_cast<int>(a));
    }
    for (KindIndex& kind : kinds)
      kind.index.finish();
  }

  // A maker without its brackets, and Latin letters as kana, are readings of their own.
  void add_drug_readings(std::vector<Variant>& out) const {
    if (const std::u32string kana = latin_to_kana(out.front().parts.stem); !kana.empty()) {
      Variant variant = out.front();
      const std::u32string whole = latin_to_kana(variant.parts.whole);
      variant.parts.stem = kana;
      if (!whole.empty()) variant.parts.whole = whole;
      out.push_back(std::move(variant));
    }
    for (std::size_t i = 0, n = out.size(); i < n; ++i) {
      const Parts& parts = out[i].parts;
      if (!parts.maker.empty()) continue;
      const auto add = [&](std::u32string_view stem, std::u32string_view maker) {
        Variant variant = out[i];
        variant.parts.stem = stem;
        variant.parts.maker = maker;
        out.push_back(std::move(variant));
      };
      const std::u32string stem = parts.stem, tail = parts.tail;
      if (!tail.empty() && stem.size() >= tail.size() + 2 && stem.ends_with(tail) && begins_maker(tail)) {
        add(std::u32string_view(stem).substr(0, stem.size() - tail.size()), tail);
        continue;
      }
      for (std::size_t length = std::min<std::size_t>(8, stem.size()); length >= 2; --length) {
        if (stem.size() < length + 3) continue;
        const std::u32string_view view = stem;
        if (makers.contains(std::u32string(view.substr(view.size() - length)))) {
          add(view.substr(0, view.size() - length), view.substr(view.size() - length));
          break;
        }
        if (makers.contains(std::u32string(view.substr(0, length)))) {
          add(view.substr(length), view.substr(0, length));
          break;
        }
      }
    }
  }
  bool begins_maker(std::u32string_view text) const {
    const auto at = makers.lower_bound(std::u32string(text));
    return at != makers.end() && at->starts_with(text);
  }

  std::vector<Variant> variants_of(Kind kind, std::string_view text) const {
    std::vector<Variant> out;
    if (text.empty()) return out;
    out.push_back({parts_of(kind, text), {}, 0});
    if (kind == Kind::kDrug) add_drug_readings(out);
    if (kind != Kind::kDisease) return out;
    std::u32string rest = out.front().parts.whole;
    std::string codes;
    int removed = 0;
    // Suffixes first (の疑い, 術後), then prefixes one by one (右, 急性); each step is a reading of its own.
    for (const bool suffix : {true, false}) {
      for (bool found = true; found && removed < 6;) {
        found = false;
        for (const Modifier& modifier : dictionary->modifiers()) {
          if (modifier.suffix != suffix || modifier.folded.size() >= rest.size()) continue;
          if (suffix ? !rest.ends_with(modifier.folded) : !rest.starts_with(modifier.folded)) continue;
          rest = suffix ? rest.substr(0, rest.size() - modifier.folded.size()) : rest.substr(modifier.folded.size());
          codes += (codes.empty() ? "" : " ") + modifier.code;
          ++removed;
          Variant variant;
          variant.parts.whole = variant.parts.stem = rest;
          variant.modifiers = codes;
          variant.removed = removed;
          out.push_back(std::move(variant));
          found = true;
          break;
        }
      }
    }
    return out;
  }

  void compare(Kind kind, const Variant& variant, const Document& document, const StemSimilarity& stem, const Hit& hit,
               Features& f) const {
    const Parts &a = variant.parts, &b = document.parts;
    f[kCosine] = hit.cosine;
    f[kCovered] = hit.covered;
    f[kEdit] = stem.edit;
    f[kStem] = stem.grams;
    f[kStemEqual] = stem.equal ? 1 : 0;
    f[kWholeEqual] = a.whole == b.whole ? 1 : 0;
    f[kModifiers] = -static_cast<float>(variant.removed);
    if (kind == Kind::kDisease || kind == Kind::kProcedure) f[kStrength] = number_similarity(a.whole, b.whole);
    if (!parsed_as_drug(kind)) return;
    f[kForm] = static_cast<float>(form_similarity(a.form, b.form));
    f[kStrength] = strength_similarity(a.strengths, b.strengths);
    if (f[kStrength] <= -0.4F && !a.cut_number.empty()) f[kStrength] = cut_strength(a, b);
    f[kMaker] = maker_similarity(a, b);
  }

  // What does not depend on the name that matched.
  void compare_entry(const LocalItem& item, const Entry& entry, int number, Features& f) const {
    if (entry.kind == Kind::kLab) {
      compare_lab(item, entry, number, f);
    } else if (!item.unit.empty() && !entry.units.empty()) {
      f[kUnit] = static_cast<float>(drug_unit_similarity(item.unit, entry.units.front()));
    }
    if (entry.kind == Kind::kDrug && item.dose > 0) f[kValues] = dose_similarity(item, entry);
    f[kClaims] = claims(item, entry);
    f[kSent] = sent(item, entry);
    if (item.first > 0 && entry.to < item.first) f[kValidity] = -1;
    if (item.last > 0 && entry.from > item.last) f[kValidity] = -1;
    f[kUsual] = -static_cast<float>(entry.rank) - (entry.chosen ? 2.0F : 0.0F);
    if (entry.to != kAlways && item.last == 0) f[kValidity] -= 0.3F;
  }

  void compare_lab(const LocalItem& item, const Entry& entry, int number, Features& f) const {
    if (!item.specimen.empty()) {
      const std::string specimen = specimen_code(item.specimen);
      if (!specimen.empty() && !entry.specimen.empty()) {
        const auto blood = [](std::string_view s) { return s >= "017" && s <= "023"; };
        if (specimen == entry.specimen)
          f[kSpecimen] = 1;
        else
          f[kSpecimen] = blood(specimen) && blood(entry.specimen) ? -0.3F : -1;
      }
    }
    if (!item.unit.empty() && !entry.units.empty()) {
      const LabUnit local = parse_lab_unit(item.unit);
      bool same = false, known = local.known;
      for (const std::string& unit : entry.units) {
        const LabUnit usual = parse_lab_unit(unit);
        known = known && usual.known;
        same = same || usual.dimension == local.dimension;
      }
      f[kUnit] = same ? 1 : known ? -1 : -0.4F;
    }
    if (item.values.count > 0) f[kValues] = values(item, entry, number);
  }

  float values(const LocalItem& item, const Entry& entry, int number) const {
    const double middle = item.values.middle;
    if (const auto at = profiles.find(number); at != profiles.end() && middle > 0) {
      double sum = 0, weight = 0;
      for (const Profile& profile : at->second) {
        double factor = unit_factor(item.unit, profile.unit);
        if (factor == 0) factor = item.unit.empty() ? 1 : 0;
        if (factor == 0 || profile.middle <= 0) continue;
        sum += std::log(middle * factor / profile.middle) * profile.weight;
        weight += profile.weight;
      }
      if (weight > 0) return static_cast<float>(std::max(-1.0, 1 - std::abs(sum / weight) / 0.25));
    }
    if (entry.high <= 0 || entry.units.empty()) return 0;
    double factor = item.unit.empty() ? 1 : unit_factor(item.unit, entry.units.front());
    if (factor == 0) return 0;
    const double value = middle * factor, low = entry.low > 0 ? entry.low : entry.high / 20;
    if (value <= 0) return 0;
    if (value >= low && value <= entry.high) return 1;
    const double off = value < low ? std::log(low / value) : std::log(value / entry.high);
    return static_cast<float>(std::max(-1.0, 1 - off / 0.7));
  }

  float dose_similarity(const LocalItem& item, const Entry& entry) const {
    const std::u32string unit = squeeze(fold(item.dose_unit.empty() ? item.unit : item.dose_unit));
    const double scale = unit == U"mg" ? 1 : unit == U"ug" ? 0.001 : unit == U"g" ? 1000 : 0;
    if (scale == 0) return 0;
    const Parts parts = parse_drug_name(entry.name);
    for (const Quantity& quantity : parts.strengths) {
      if (quantity.dimension != Dimension::kMass || quantity.value <= 0) continue;
      const double ratio = item.dose * scale / quantity.value;
      for (const double usual : {1.0, 2.0, 3.0, 0.5, 4.0})
        if (equal_value(ratio, usual)) return usual == 1.0 ? 1 : 0.7F;
      return ratio > 0.2 && ratio < 8 ? 0 : -1;
    }
    return 0;
  }

  float claims(const LocalItem& item, const Entry& entry) const {
    if (item.claimed.empty()) return 0;
    double best = 0, most = item.count;
    for (const auto& [code, count] : item.claimed)
      most = std::max(most, count);
    for (const auto& [code, count] : item.claimed) {
      const bool own = code == entry.code || std::ranges::find(entry.acts, code) != entry.acts.end() ||
                       std::ranges::any_of(entry.codes, [&](const auto& pair) { return pair.second == code; });
      if (!own) continue;
      const auto at = claim_items.find(code);
      const double shared = at == claim_items.end() ? 1 : at->second;
      const double special = items_with_claims > 2 ? 1 - std::log(shared) / std::log(items_with_claims + 1) : 1;
      best = std::max(best, count / most * std::max(special, 0.1));
    }
    return static_cast<float>(std::min(best, 1.0));
  }

  static float sent(const LocalItem& item, const Entry& entry) {
    const auto carries = [&](std::string_view code) {
      return !code.empty() && (entry.code == code ||
                               std::ranges::any_of(entry.codes, [&](const auto& pair) { return pair.second == code; }));
    };
    if (item.code.size() >= 7 && carries(item.code)) return 1;
    if (carries(item.std_code)) return 0.6F;
    if (!item.icd.empty()) {
      for (const auto& [system, code] : entry.codes) {
        if (!system.starts_with("ICD10")) continue;
        if (code == item.icd) return 0.6F;
        if (code.size() >= 3 && item.icd.size() >= 3 && code.compare(0, 3, item.icd, 0, 3) == 0) return 0.3F;
      }
      if (entry.kind == Kind::kDisease) return -0.4F;
    }
    return 0;
  }

  // Best reading and name for each entry among the hits.
  void candidates(Kind kind, const LocalItem& item, Scratch& scratch, std::vector<Suggestion>& out) const {
    const KindIndex& index = kinds[static_cast<std::size_t>(kind)];
    std::unordered_map<int, std::size_t> place;
    const auto weights = weights_of(kind);
    std::unordered_map<std::uint32_t, StemSimilarity> stems;  // of the variant at hand
    std::vector<std::uint64_t> grams;
    const auto consider = [&](const Variant& variant, std::uint32_t number, const Hit& hit) {
      const Document& document = index.documents[number];
      const auto [known, unknown] = stems.try_emplace(document.stem);
      if (unknown) known->second = compare_stems(variant.parts.stem, grams, index.stems[document.stem]);
      Features f{};
      compare(kind, variant, document, known->second, hit, f);
      double score = 0;
      for (int i = 0; i < kFeatures; ++i)
        score += weights[static_cast<std::size_t>(i)] * f[static_cast<std::size_t>(i)];
      const auto [at, fresh] = place.try_emplace(document.entry, out.size());
      if (fresh) out.emplace_back();
      Suggestion& best = out[at->second];
      if (!fresh && best.score >= score) return;
      best.entry = document.entry;
      best.score = score;
      best.features = f;
      best.modifiers = variant.modifiers;
      best.matched = std::to_string(number);
    };
    std::vector<Variant> variants = variants_of(kind, item.name);
    for (Variant& variant : variants_of(kind, item.kana))
      variants.push_back(std::move(variant));
    std::size_t limit = parsed_as_drug(kind) ? kDrugHits : kTextHits;
    for (const Variant& variant : variants) {
      if (variant.parts.whole.empty()) continue;
      stems.clear();
      grams = bigrams(variant.parts.stem);
      for (const std::u32string* key : {&variant.parts.whole, &variant.parts.stem}) {
        const auto exact = index.exact.find(*key);
        if (exact == index.exact.end()) continue;
        for (const std::uint32_t number : exact->second)
          consider(variant, number, {number, 1, 1});
        if (variant.parts.whole == variant.parts.stem) break;
      }
      index.index.query(variant.parts.whole, limit, scratch.index, scratch.hits);
      for (const Hit& hit : scratch.hits)
        consider(variant, hit.document, hit);
      limit = kVariantHits;
    }
    // A code that the source sent and codes claimed on the same days are candidates whatever their names.
    if (!variants.empty()) {
      stems.clear();
      grams = bigrams(variants.front().parts.stem);
    }
    add_by_code(kind, item, variants, place, consider);
    // A name like 項目12 or その他 says nothing: what was claimed on the same days says more.
    const bool silent = std::ranges::none_of(out, [](const Suggestion& s) {
      return s.features[kStemEqual] > 0 || s.features[kStem] >= 0.45F || s.features[kEdit] >= 0.6F;
    });
    for (Suggestion& suggestion : out) {
      const Entry& entry = dictionary->entries()[static_cast<std::size_t>(suggestion.entry)];
      compare_entry(item, entry, suggestion.entry, suggestion.features);
      suggestion.score = 0;
      for (int i = 0; i < kFeatures; ++i)
        suggestion.score += weights[static_cast<std::size_t>(i)] * suggestion.features[static_cast<std::size_t>(i)];
      if (silent) suggestion.score += kSilentClaims * suggestion.features[kClaims];
    }
  }

  template <class Consider>
  void add_by_code(Kind kind, const LocalItem& item, const std::vector<Variant>& variants,
                   const std::unordered_map<int, std::size_t>& place, const Consider& consider) const {
    std::vector<int> wanted;
    const auto want = [&](std::string_view code) {
      if (code.size() < 7) return;
      for (const int entry : dictionary->find_any(code))
        if (dictionary->entries()[static_cast<std::size_t>(entry)].kind == kind && !place.contains(entry))
          wanted.push_back(entry);
    };
    want(item.code);
    want(item.std_code);
    for (std::size_t i = 0; i < std::min<std::size_t>(item.claimed.size(), 20); ++i)
      want(item.claimed[i].first);
    const auto none = variants.empty() ? Variant{} : variants.front();
    for (const int entry : wanted) {
      const auto at = first_document.find(entry);
      if (at != first_document.end()) consider(none, at->second, Hit{at->second, 0, 0});
    }
  }
  std::unordered_map<int, std::uint32_t> first_document;  // of each entry

  static void give_probabilities(const KindModel& model, std::vector<Suggestion>& all) {
    if (all.empty()) return;
    const double top = all.front().score;
    double sum = 0, rivals = 0;
    for (const Suggestion& suggestion : all) {
      sum += std::exp(suggestion.score - top);
      rivals += std::exp((suggestion.score - top) / model.rivals);
    }
    const double margin = top + std::log(sum) - model.none;
    const double present = 1 / (1 + std::exp(-(model.slope * margin + model.offset)));
    for (Suggestion& suggestion : all)
      suggestion.confidence = present * std::exp((suggestion.score - top) / model.rivals) / rivals;
  }

  void finish(Kind kind, std::vector<Suggestion>& all, int count) const {
    std::ranges::sort(all, [](const Suggestion& a, const Suggestion& b) {
      return a.score != b.score ? a.score > b.score : a.entry < b.entry;
    });
    give_probabilities(model_of(kind), all);
    if (all.size() > static_cast<std::size_t>(count)) all.resize(static_cast<std::size_t>(count));
    const KindIndex& index = kinds[static_cast<std::size_t>(kind)];
    for (Suggestion& suggestion : all) {
      const auto number = static_cast<std::size_t>(std::stoul(suggestion.matched));
      suggestion.matched.clear();
      const Document& document = index.documents[number];
      const Entry& entry = dictionary->entries()[static_cast<std::size_t>(document.entry)];
      suggestion.matched = document.alias < 0 ? entry.name : entry.aliases[static_cast<std::size_t>(document.alias)];
    }
  }

  std::vector<Suggestion> suggest(const LocalItem& item, int count, Scratch& scratch) const {
    std::vector<Suggestion> best;
    for (int k = 0; k < kKindCount; ++k) {
      const Kind kind = static_cast<Kind>(k);
      if (item.kind && *item.kind != kind) continue;
      std::vector<Suggestion> all;
      candidates(kind, item, scratch, all);
      finish(kind, all, count);
      best.insert(best.end(), std::make_move_iterator(all.begin()), std::make_move_iterator(all.end()));
    }
    if (!item.kind) {
      std::ranges::stable_sort(best, std::ranges::greater(), &Suggestion::confidence);
      if (best.size() > static_cast<std::size_t>(count)) best.resize(static_cast<std::size_t>(count));
    }
    return best;
  }
};

Suggester::Suggester(const Dictionary& dictionary) : impl_(std::make_unique<Impl>(dictionary)) {
  for (const Impl::KindIndex& kind : impl_->kinds)
    for (std::size_t i = 0; i < kind.documents.size(); ++i)
      impl_->first_document.try_emplace(kind.documents[i].entry, static_cast<std::uint32_t>(i));
}
Suggester::~Suggester() = default;
Suggester::Suggester(Suggester&&) noexcept = default;

const Dictionary& Suggester::dictionary() const {
  return *impl_->dictionary;
}

void Suggester::learn(std::span<const LocalItem> items) {
  for (const LocalItem& item : items) {
    if (!item.claimed.empty()) ++impl_->items_with_claims;
    for (const auto& [code, count] : item.claimed)
      ++impl_->claim_items[code];
    if (item.variant || item.std_code.empty() || item.values.count <= 0) continue;
    // Only codes that the item's own name agrees with: sources send wrong ones.
    for (const int entry : impl_->dictionary->find_any(item.std_code)) {
      const Suggestion judged = judge(item, entry);
      if (judged.features[kStemEqual] == 0 && judged.features[kStem] < 0.6F) continue;
      const Impl::Profile profile{item.values.middle, std::min(item.values.count, 1000.0), item.unit, item.hospital};
      impl_->profiles[entry].push_back(profile);
      const Entry& known = impl_->dictionary->entries()[static_cast<std::size_t>(entry)];
      if (known.kind == Kind::kLab && profile.middle > 0) impl_->of_a_test[test_of(known.code)].push_back(profile);
    }
  }
}

std::vector<std::vector<Suggestion>> Suggester::suggest(std::span<const LocalItem> items,
                                                        const SuggestOptions& options) const {
  std::vector<std::vector<Suggestion>> out(items.size());
  std::vector<Impl::Scratch> scratch(static_cast<std::size_t>(std::max(options.threads, 1)));
  each_of(items.size(), options.threads, [&](std::size_t i, int thread) {
    out[i] = impl_->suggest(items[i], options.count, scratch[static_cast<std::size_t>(thread)]);
  });
  return out;
}

std::optional<double> Suggester::ratio_to_others(const LocalItem& item, const Entry& entry) const {
  constexpr std::size_t kOthers = 3;  // fewer do not outvote one
  const auto known = impl_->of_a_test.find(test_of(entry.code));
  if (known == impl_->of_a_test.end() || item.values.middle <= 0) return std::nullopt;
  std::vector<double> ratios;
  std::set<std::string_view> hospitals;
  for (const Impl::Profile& other : known->second) {
    const double factor = item.unit == other.unit ? 1 : unit_factor(item.unit, other.unit);
    if (other.hospital == item.hospital || factor == 0) continue;
    ratios.push_back(item.values.middle * factor / other.middle);
    hospitals.insert(other.hospital);
  }
  if (hospitals.size() < kOthers) return std::nullopt;
  const auto half = ratios.begin() + static_cast<std::ptrdiff_t>(ratios.size() / 2);
  std::ranges::nth_element(ratios, half);
  return *half;
}

Suggestion Suggester::judge(const LocalItem& item, int entry) const {
  const Entry& target = impl_->dictionary->entries()[static_cast<std::size_t>(entry)];
  const Impl::KindIndex& index = impl_->kinds[static_cast<std::size_t>(target.kind)];
  Suggestion best;
  best.entry = entry;
  best.score = -1e9;
  const auto weights = weights_of(target.kind);
  const auto variants = impl_->variants_of(target.kind, item.name);
  const auto first = impl_->first_document.find(entry);
  if (first == impl_->first_document.end()) return best;
  for (std::size_t n = first->second; n < index.documents.size() && index.documents[n].entry == entry; ++n) {
    for (const Variant& variant : variants) {
      Features f{};
      const auto similar = static_cast<float>(bigram_similarity(variant.parts.whole, index.documents[n].parts.whole));
      const StemSimilarity stem =
          compare_stems(variant.parts.stem, bigrams(variant.parts.stem), index.stems[index.documents[n].stem]);
      impl_->compare(target.kind, variant, index.documents[n], stem, {static_cast<std::uint32_t>(n), similar, similar},
                     f);
      impl_->compare_entry(item, target, entry, f);
      double score = 0;
      for (int i = 0; i < kFeatures; ++i)
        score += weights[static_cast<std::size_t>(i)] * f[static_cast<std::size_t>(i)];
      if (score <= best.score) continue;
      best.score = score;
      best.features = f;
      best.modifiers = variant.modifiers;
      best.matched = target.name;
    }
  }
  return best;
}

}  // namespace sekisho::codes

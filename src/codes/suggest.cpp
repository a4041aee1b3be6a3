#include "codes/suggest.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <set>
#include <thread>
#include <unordered_map>

#include "codes/index.h"
#include "codes/unit.h"
#include "codes/weights.h"

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

struct Stem {
  std::u32string text;
  std::vector<std::uint64_t> grams;
};

// How alike two stems are; computed once for all names that share one.
struct StemSimilarity {
  float edit = 0, grams = 0;
  bool equal = false;
};
StemSimilarity compare_stems(std::u32string_view text, const std::vector<std::uint64_t>& grams, const Stem& stem) {
  StemSimilarity out;
  out.grams = static_cast<float>(bigram_similarity(grams, stem.grams));
  out.equal = text == stem.text;
  // Names without a common pair of letters are not alike by single letters either, unless they are short.
  if (out.grams > 0.12F || text.size() < 6) out.edit = static_cast<float>(edit_similarity(text, stem.text));
  return out;
}

struct Variant {
  Parts parts;
  std::string modifiers;
  int removed = 0;  // modifiers taken off
};

bool parsed_as_drug(Kind kind) {
  return kind == Kind::kDrug || kind == Kind::kMaterial;
}

// II型 and 2型, 胃ca and 胃癌, 短腸sy and 短腸症候群; for comparison only.
std::u32string disease_form(std::u32string folded) {
  constexpr std::pair<std::u32string_view, std::u32string_view> kRoman[] = {
      {U"iii", U"3"}, {U"ii", U"2"}, {U"iv", U"4"}, {U"i", U"1"}, {U"vi", U"6"}, {U"v", U"5"}};
  const auto latin = [](char32_t c) { return c >= U'a' && c <= U'z'; };
  for (std::size_t at = 0; at < folded.size(); ++at) {
    if (!latin(folded[at]) || (at > 0 && latin(folded[at - 1]))) continue;
    std::size_t end = at;
    while (end < folded.size() && latin(folded[end]))
      ++end;
    const std::u32string_view word(folded.data() + at, end - at), rest(folded.data() + end, folded.size() - end);
    const bool numbered = !rest.empty() && std::u32string_view(U"型期度群").find(rest.front()) != std::u32string::npos;
    std::u32string_view other;
    for (const auto& [roman, digit] : kRoman)
      if (numbered && word == roman) other = digit;
    if (at > 0 && word == U"ca") other = U"癌";
    if (at > 0 && (word == U"sy" || word == U"syndrome")) other = U"症候群";
    if (!other.empty()) folded.replace(at, end - at, other);
  }
  if (folded.ends_with(U"ガン") && folded.size() > 2) folded.replace(folded.size() - 2, 2, U"癌");
  return folded;
}

Parts text_parts(Kind kind, std::string_view text) {
  Parts out;
  std::u32string folded = fold(text);
  if (kind == Kind::kDisease) folded = disease_form(std::move(folded));
  const std::u32string_view stripped = strip_marks(folded);
  out.whole = squeeze(stripped.empty() ? std::u32string_view(folded) : stripped);
  out.stem = out.whole;
  return out;
}

// What hospitals write around the name of a test: specimen, place, method, marks.
constexpr std::string_view kLabNoise[] = {
    "血清", "血漿", "全血", "定量",   "院内",   "外注", "至急", "緊急",   "静脈",   "新",   "旧",
    "検査", "測定", "値",   "ｼﾞﾄﾞｳ",  "自動",   "分析", "採血", "精密",   "迅速",   "JSCC", "IFCC",
    "SRL",  "BML",  "LSI",  "POCT",   "ISE",    "UV",   "UV法", "酵素法", "末梢血", "末梢", "外来",
    "入院", "病棟", "日勤", "夜間",   "※",      "FMS",  "ﾌｧﾙｺ", "電解質", "生化学", "生化", "CBC",
    "末血", "緊",   "検",   "透析前", "透析後", "術前", "健診", "ドック", "救急"};

const std::vector<std::u32string>& lab_noise() {
  static const std::vector<std::u32string> words = [] {
    std::vector<std::u32string> out;
    for (const std::string_view word : kLabNoise)
      if (auto folded = squeeze(fold(word)); !folded.empty()) out.push_back(std::move(folded));
    std::ranges::sort(out, [](const auto& a, const auto& b) { return a.size() > b.size(); });
    return out;
  }();
  return words;
}

// Blanks and brackets separate tokens of a test's name; noise tokens go.
std::u32string lab_stem(std::string_view text) {
  const std::u32string folded = fold(text);
  std::u32string out, token;
  const auto flush = [&] {
    if (token.empty()) return;
    if (std::ranges::find(lab_noise(), token) == lab_noise().end()) out += token;
    token.clear();
  };
  for (const char32_t c : folded) {
    if (c == U' ' || c == U'(' || c == U')' || c == U'「' || c == U'」' || c == U'/')
      flush();
    else
      token += c;
  }
  flush();
  if (out.empty()) return squeeze(folded);
  for (const std::u32string& noise : lab_noise()) {
    if (noise.size() < 2 || out.size() <= noise.size()) continue;
    if (out.ends_with(noise))
      out.resize(out.size() - noise.size());
    else if (out.starts_with(noise))
      out.erase(0, noise.size());
  }
  return out;
}

Parts parts_of(Kind kind, std::string_view text) {
  if (parsed_as_drug(kind)) return parse_drug_name(text);
  Parts out = text_parts(kind, text);
  if (kind == Kind::kLab) out.stem = lab_stem(text);
  return out;
}

bool equal_value(double a, double b) {
  return std::abs(a - b) <= 1e-3 * std::max(std::abs(a), std::abs(b));
}

bool same_quantity(const Quantity& a, const Quantity& b) {
  if (a.dimension == b.dimension) return equal_value(a.value, b.value);
  if (a.dimension != Dimension::kNone && b.dimension != Dimension::kNone) return false;
  const Quantity& bare = a.dimension == Dimension::kNone ? a : b;
  const Quantity& full = a.dimension == Dimension::kNone ? b : a;
  if (equal_value(bare.value, full.value)) return true;
  return full.dimension == Dimension::kMass && equal_value(bare.value * 1000, full.value);
}

float strength_similarity(const std::vector<Quantity>& local, const std::vector<Quantity>& standard) {
  if (local.empty()) return standard.empty() ? 0.2F : -0.05F;
  if (standard.empty()) return -0.4F;
  int matched = 0, extra = 0;
  for (const Quantity& a : local)
    matched += std::ranges::any_of(standard, [&](const Quantity& b) { return same_quantity(a, b); }) ? 1 : 0;
  for (const Quantity& b : standard)
    extra += std::ranges::none_of(local, [&](const Quantity& a) { return same_quantity(a, b); }) ? 1 : 0;
  const int n = static_cast<int>(local.size());
  return static_cast<float>(2 * matched - n) / static_cast<float>(n) - 0.15F * static_cast<float>(std::min(extra, 2));
}

// The name ends in the middle of its number: whatever begins so may be meant.
float cut_strength(const Parts& local, const Parts& standard) {
  const std::size_t at = standard.whole.find(local.cut_number);
  if (at == std::u32string::npos) return -0.9F;
  const bool begins = at == 0 || !((standard.whole[at - 1] >= U'0' && standard.whole[at - 1] <= U'9') ||
                                   standard.whole[at - 1] == U'.');
  return begins ? 0.3F : -0.9F;
}

// Of names that differ in their numbers only: （１）, ２日目以降, ４ｃｍ以上.
float number_similarity(std::u32string_view local, std::u32string_view standard) {
  const auto a = numbers(local), b = numbers(standard);
  if (a.empty() && b.empty()) return 0;
  if (a == b) return 1;
  std::size_t both = 0;
  for (const std::u32string_view n : a)
    both += std::ranges::find(b, n) != b.end() ? 1 : 0;
  const double most = static_cast<double>(std::max(a.size(), b.size()));
  return static_cast<float>(2 * static_cast<double>(both) / most - 1);
}

float maker_similarity(const Parts& local, const Parts& standard) {
  if (standard.maker.empty()) return local.maker.empty() ? 0.3F : -0.6F;
  if (local.maker.empty()) {
    // Written without brackets: the name ends with the maker.
    if (standard.maker.size() == 1 && local.whole.ends_with(standard.maker)) return 0.9F;
    return standard.maker.size() >= 2 && local.whole.find(standard.maker) != std::u32string::npos ? 1 : -0.1F;
  }
  if (local.maker == standard.maker) return 1;
  if (standard.maker.starts_with(local.maker) || local.maker.starts_with(standard.maker)) return 0.7F;
  return edit_similarity(local.maker, standard.maker) >= 0.7 ? 0.5F : -1;
}

struct UnitClass {
  std::string_view word;
  int group;
};
// The last lines: codes of MERIT-9 (MR9P) as SS-MIX2 messages carry them.
constexpr UnitClass kUnitClasses[] = {
    {"錠", 1},
    {"t", 1},
    {"tab", 1},
    {"じょう", 1},
    {"カプセル", 2},
    {"cap", 2},
    {"c", 2},
    {"cp", 2},
    {"g", 3},
    {"グラム", 3},
    {"gm", 3},
    {"ml", 4},
    {"cc", 4},
    {"管", 5},
    {"a", 5},
    {"amp", 5},
    {"アンプル", 5},
    {"瓶", 6},
    {"v", 6},
    {"vial", 6},
    {"バイアル", 6},
    {"びん", 6},
    {"枚", 7},
    {"シート", 7},
    {"個", 8},
    {"筒", 9},
    {"シリンジ", 9},
    {"キット", 10},
    {"kit", 10},
    {"袋", 11},
    {"バッグ", 11},
    {"バック", 11},
    {"本", 12},
    {"mg", 20},
    {"包", 13},
    {"ブリスター", 14},
    {"カートリッジ", 15},
    {"単位", 16},
    {"丸", 17},
    {"回", 18},
    {"caps", 2},
    {"vl", 6},
    {"blst", 14},
    {"syrg", 9},
    {"bag", 11},
    {"sht", 7},
    {"pck", 13},
    {"iu", 16},
    {"bt", 6},
    {"piece", 8},
    {"sheet", 7},
    {"tablet", 1},
    {"capsule", 2},
};
int unit_group(std::string_view text) {
  static const std::map<std::u32string, int> groups = [] {
    std::map<std::u32string, int> out;
    for (const UnitClass& c : kUnitClasses)
      out[squeeze(fold(c.word))] = c.group;
    return out;
  }();
  const auto at = groups.find(squeeze(fold(text)));
  return at == groups.end() ? 0 : at->second;
}
bool packaged(int group) {
  return group == 4 || group == 5 || group == 6 || (group >= 8 && group <= 12) || group == 15;
}

}  // namespace

double drug_unit_similarity(std::string_view local, std::string_view standard) {
  const int a = unit_group(local), b = unit_group(standard);
  if (a == 0 || b == 0) return 0;
  if (a == b) return 1;
  if (a == 20 || b == 20 || a == 13 || b == 13 || a == 18 || b == 18) return 0;
  return packaged(a) && packaged(b) ? -0.2 : -1;
}

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
    double low = 0, middle = 0, high = 0, weight = 0;
    std::string unit;
  };
  std::unordered_map<int, std::vector<Profile>> profiles;  // by entry
  std::unordered_map<std::string, int> claim_items;        // how many items were seen with a claimed code
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

  // Moves the first probability as the model says; the others share what is left in the proportion they had.
  static void calibrate(const KindModel& model, std::vector<Suggestion>& all) {
    if (all.empty()) return;
    constexpr double kLeast = 1e-6;
    const double before = std::clamp(all.front().confidence, kLeast, 1 - kLeast);
    const double after = 1 / (1 + std::exp(-(model.slope * std::log(before / (1 - before)) + model.offset)));
    for (Suggestion& suggestion : all)
      suggestion.confidence *= (1 - after) / (1 - before);
    all.front().confidence = after;
    for (std::size_t i = 1; i < all.size(); ++i)
      all[i].confidence = std::min(all[i].confidence, after);
  }

  void finish(Kind kind, std::vector<Suggestion>& all, int count) const {
    std::ranges::sort(all, [](const Suggestion& a, const Suggestion& b) {
      return a.score != b.score ? a.score > b.score : a.entry < b.entry;
    });
    const KindModel model = model_of(kind);
    const double top = all.empty() ? 0 : all.front().score;
    double sum = std::exp((model.none - top) / model.temperature);
    for (const Suggestion& suggestion : all)
      sum += std::exp((suggestion.score - top) / model.temperature);
    for (Suggestion& suggestion : all)
      suggestion.confidence = std::exp((suggestion.score - top) / model.temperature) / sum;
    calibrate(model, all);
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
      impl_->profiles[entry].push_back(
          {item.values.low, item.values.middle, item.values.high, std::min(item.values.count, 1000.0), item.unit});
    }
  }
}

std::vector<std::vector<Suggestion>> Suggester::suggest(std::span<const LocalItem> items,
                                                        const SuggestOptions& options) const {
  std::vector<std::vector<Suggestion>> out(items.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    Impl::Scratch scratch;
    for (std::size_t i = next++; i < items.size(); i = next++)
      out[i] = impl_->suggest(items[i], options.count, scratch);
  };
  std::vector<std::jthread> threads;
  for (int i = 1; i < options.threads; ++i)
    threads.emplace_back(work);
  work();
  return out;
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

std::string evidence(const LocalItem& item, const Entry& entry, const Suggestion& suggestion) {
  const Features& f = suggestion.features;
  std::string out = f[kWholeEqual] > 0  ? "same name"
                    : f[kStemEqual] > 0 ? "same stem"
                                        : fmt::format("name {:.2f}", f[kCosine]);
  if (!suggestion.matched.empty() && suggestion.matched != entry.name) out += fmt::format(" as {}", suggestion.matched);
  const auto say = [&](Feature feature, std::string_view good, std::string_view bad) {
    if (f[feature] >= 0.5F) out += fmt::format("; {}", good);
    if (f[feature] <= -0.5F) out += fmt::format("; {}", bad);
  };
  say(kForm, "form fits", "other form");
  say(kStrength, "strength fits", "other strength");
  say(kMaker, "maker fits", "other maker");
  say(kUnit, "unit fits", "other unit");
  say(kSpecimen, "specimen fits", "other specimen");
  say(kValues, entry.kind == Kind::kLab ? "values fit" : "dose fits",
      entry.kind == Kind::kLab ? "values do not fit" : "dose does not fit");
  if (f[kClaims] > 0) out += fmt::format("; claimed on the same days ({:.2f})", f[kClaims]);
  if (f[kSent] > 0.5F) out += item.code == entry.code ? "; local code is this code" : "; sent by the source";
  if (f[kValidity] <= -0.9F) out += "; not valid when used";
  if (!suggestion.modifiers.empty()) out += fmt::format("; modifiers {}", suggestion.modifiers);
  return out;
}

}  // namespace sekisho::codes

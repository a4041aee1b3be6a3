#include "codes/similarity.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace sekisho::codes {
namespace {

bool same_quantity(const Quantity& a, const Quantity& b) {
  if (a.dimension == b.dimension) return equal_value(a.value, b.value);
  if (a.dimension != Dimension::kNone && b.dimension != Dimension::kNone) return false;
  const Quantity& bare = a.dimension == Dimension::kNone ? a : b;
  const Quantity& full = a.dimension == Dimension::kNone ? b : a;
  if (equal_value(bare.value, full.value)) return true;
  return full.dimension == Dimension::kMass && equal_value(bare.value * 1000, full.value);
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

StemSimilarity compare_stems(std::u32string_view text, const std::vector<std::uint64_t>& grams, const Stem& stem) {
  StemSimilarity out;
  out.grams = static_cast<float>(bigram_similarity(grams, stem.grams));
  out.equal = text == stem.text;
  // Names without a common pair of letters are not alike by single letters either, unless they are short.
  if (out.grams > 0.12F || text.size() < 6) out.edit = static_cast<float>(edit_similarity(text, stem.text));
  return out;
}

bool equal_value(double a, double b) {
  return std::abs(a - b) <= 1e-3 * std::max(std::abs(a), std::abs(b));
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

float cut_strength(const Parts& local, const Parts& standard) {
  const std::size_t at = standard.whole.find(local.cut_number);
  if (at == std::u32string::npos) return -0.9F;
  const bool begins = at == 0 || !((standard.whole[at - 1] >= U'0' && standard.whole[at - 1] <= U'9') ||
                                   standard.whole[at - 1] == U'.');
  return begins ? 0.3F : -0.9F;
}

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

double drug_unit_similarity(std::string_view local, std::string_view standard) {
  const int a = unit_group(local), b = unit_group(standard);
  if (a == 0 || b == 0) return 0;
  if (a == b) return 1;
  if (a == 20 || b == 20 || a == 13 || b == 13 || a == 18 || b == 18) return 0;
  return packaged(a) && packaged(b) ? -0.2 : -1;
}

}  // namespace sekisho::codes

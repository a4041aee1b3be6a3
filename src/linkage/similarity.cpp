#include "linkage/similarity.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace sekisho::linkage {
namespace {

constexpr std::size_t kLongest = 64;

template <class Text>
int edits(Text a, Text b, int limit) {
  a = a.substr(0, kLongest), b = b.substr(0, kLongest);
  while (!a.empty() && !b.empty() && a.front() == b.front())
    a.remove_prefix(1), b.remove_prefix(1);
  while (!a.empty() && !b.empty() && a.back() == b.back())
    a.remove_suffix(1), b.remove_suffix(1);
  const int n = static_cast<int>(a.size()), m = static_cast<int>(b.size());
  if (std::abs(n - m) > limit) return limit + 1;
  if (n == 0 || m == 0) return std::min(std::max(n, m), limit + 1);
  std::array<std::array<std::uint8_t, kLongest + 1>, 3> rows;
  for (int j = 0; j <= m; ++j)
    rows[0][j] = static_cast<std::uint8_t>(j);
  for (int i = 1; i <= n; ++i) {
    auto& now = rows[i % 3];
    const auto& before = rows[(i + 2) % 3];
    const auto& earlier = rows[(i + 1) % 3];
    now[0] = static_cast<std::uint8_t>(i);
    int best = now[0];
    for (int j = 1; j <= m; ++j) {
      int cost = std::min({before[j] + 1, now[j - 1] + 1, before[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) cost = std::min(cost, earlier[j - 2] + 1);
      now[j] = static_cast<std::uint8_t>(cost);
      best = std::min(best, cost);
    }
    if (best > limit) return limit + 1;
  }
  return std::min<int>(rows[n % 3][m], limit + 1);
}

}  // namespace

double jaro(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  a = a.substr(0, kLongest), b = b.substr(0, kLongest);
  if (a.empty()) return b.empty() ? 1 : 0;
  const int n = static_cast<int>(a.size()), m = static_cast<int>(b.size());
  const int window = std::max(0, m / 2 - 1);
  std::uint64_t used_a = 0, used_b = 0;
  int matches = 0;
  for (int i = 0; i < n; ++i) {
    const int from = std::max(0, i - window), to = std::min(m - 1, i + window);
    for (int j = from; j <= to; ++j)
      if (a[i] == b[j] && (used_b >> j & 1) == 0) {
        used_a |= std::uint64_t{1} << i, used_b |= std::uint64_t{1} << j;
        ++matches;
        break;
      }
  }
  if (matches == 0) return 0;
  int out_of_order = 0;
  for (int i = 0, j = 0; i < n; ++i) {
    if ((used_a >> i & 1) == 0) continue;
    while ((used_b >> j & 1) == 0)
      ++j;
    out_of_order += a[i] != b[j++];
  }
  const double k = matches, t = out_of_order / 2.0;
  return (k / n + k / m + (k - t) / k) / 3;
}

double jaro_winkler(std::string_view a, std::string_view b) {
  const double similarity = jaro(a, b);
  if (similarity <= 0.7) return similarity;
  int prefix = 0;
  while (prefix < 4 && prefix < static_cast<int>(std::min(a.size(), b.size())) && a[prefix] == b[prefix])
    ++prefix;
  return similarity + prefix * 0.1 * (1 - similarity);
}

int edit_distance(std::string_view a, std::string_view b, int limit) {
  return edits(a, b, limit);
}
int edit_distance(std::u32string_view a, std::u32string_view b, int limit) {
  return edits(a, b, limit);
}

std::string soundex(std::string_view name) {
  //                                  abcdefghijklmnopqrstuvwxyz   (0: vowel, 7: h and w, which part nothing)
  static constexpr std::string_view kCodes = "01230120022455012623010202";
  std::string out;
  char last = '0';
  for (const char raw : name) {
    const char c = raw >= 'A' && raw <= 'Z' ? static_cast<char>(raw + 32) : raw;
    if (c < 'a' || c > 'z') continue;
    const char code = kCodes[c - 'a'];
    if (out.empty())
      out.push_back(static_cast<char>(c - 32));
    else if (code != '0' && code != last)
      out.push_back(code);
    if (c != 'h' && c != 'w') last = code;
    if (out.size() == 4) break;
  }
  if (!out.empty()) out.resize(4, '0');
  return out;
}

}  // namespace sekisho::linkage

// The weights of a pair drawn as a waterfall on a terminal: each bar begins where the sum before it ended.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "core/text.h"

namespace sekisho::cli {

struct WaterfallStep {
  std::string name, what;
  double bits = 0;
};

// Steps of Linker::waterfall (linkage/linker.h): first the prior.
inline std::vector<WaterfallStep> waterfall_steps(const Json& waterfall) {
  std::vector<WaterfallStep> steps{
      {"prior", "share of all pairs that are one person", waterfall["prior"].get<double>()}};
  for (const Json& one : waterfall["comparisons"]) {
    const std::string level = one["level"].get<std::string>();
    const auto holders = one["holders"].get<std::uint64_t>();
    std::string what = level;
    if (holders > 0) what += fmt::format(", a value of {} records", holders);
    steps.push_back({one["name"].get<std::string>(), what, one["weight"].get<double>()});
  }
  steps.push_back({"household", "same household, other person", waterfall["household"].get<double>()});
  if (waterfall.contains("rivals"))
    steps.push_back(
        {"rivals", "other candidates of both, and how many have a partner", waterfall["rivals"].get<double>()});
  if (waterfall.contains("two_numbers"))
    steps.push_back({"numbers", "one hospital, two patient numbers", waterfall["two_numbers"].get<double>()});
  return steps;
}

// "missing" is no evidence, and steps that round to nothing need no bar.
inline std::string draw_waterfall(const Json& waterfall) {
  constexpr int kWidth = 40;
  const std::vector<WaterfallStep> steps = waterfall_steps(waterfall);
  double low = 0, high = 0, sum = 0;
  for (const WaterfallStep& step : steps)
    sum += step.bits, low = std::min(low, sum), high = std::max(high, sum);
  const double span = std::max(high - low, 1.0);
  const auto place = [&](double bits) { return static_cast<int>(std::lround((bits - low) / span * (kWidth - 1))); };
  std::string out = fmt::format("{:<13}{:>8}{:>8}  {:<{}}\n", "", "bits", "sum", "", kWidth);
  sum = 0;
  for (const WaterfallStep& step : steps) {
    std::string bar(kWidth, ' ');
    bar[static_cast<std::size_t>(place(0))] = '|';
    const int from = place(sum), to = place(sum + step.bits);
    if (std::abs(step.bits) >= 0.05)
      for (int at = std::min(from, to); at <= std::max(from, to); ++at)
        bar[static_cast<std::size_t>(at)] = step.bits < 0 ? '-' : '+';
    sum += step.bits;
    out += fmt::format("{:<13}{:>+8.1f}{:>+8.1f}  {}  {}\n", step.name, step.bits + 0.0, sum, bar, step.what);
  }
  if (waterfall.contains("impossible"))
    out += fmt::format("impossible: {}; no weight overrules it\n", waterfall["impossible"].get<std::string>());
  return out + fmt::format("probability {:.6f}\n", waterfall["probability"].get<double>());
}

// Columns that a text takes on a terminal: east Asian characters take two.
inline std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    const bool half = c < 0x1100 || (c >= 0xFF61 && c <= 0xFFDC);
    columns += half ? 1 : 2;
  }
  return columns;
}
inline std::string padded(std::string_view text, std::size_t width) {
  const std::size_t columns = columns_of(text);
  return std::string(text) + std::string(columns < width ? width - columns : 0, ' ');
}

}  // namespace sekisho::cli

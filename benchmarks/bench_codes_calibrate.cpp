// modules: codes
// Fits how scores become probabilities (src/codes/weights.cpp: none, rivals, slope, offset). The probability of the
// first suggestion is that of "the right one is among the candidates", from the margin of all candidates over "none of
// these", times its share among the candidates: two questions, each with a monotone answer of its own, since a name cut
// before its maker leaves no doubt about the product and much about which of its rivals it is.
// Each file of hospitals is judged by a fit on the other files; the last fit is on all. Items without a standard code
// are among them (style B of bench_codes.py makes some), so that "none" is learned.
//   bench_codes_calibrate --masters DIR ITEMS.csv TRUTH.csv [ITEMS.csv TRUTH.csv ...]
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "codes/evaluate.h"
#include "codes/weights.h"
#include "core/file.h"

using namespace sekisho;
using namespace sekisho::codes;

namespace {

struct Choice {
  std::vector<double> scores;  // best first
  int right = -1;              // -1: none of these
  int file = 0;
};

double margin(const Choice& choice, double none) {
  double sum = 0;
  for (const double score : choice.scores)
    sum += std::exp(score - choice.scores.front());
  return choice.scores.front() + std::log(sum) - none;
}

double share(const Choice& choice, double rivals, std::size_t of) {
  double sum = 0;
  for (const double score : choice.scores)
    sum += std::exp((score - choice.scores.front()) / rivals);
  return std::exp((choice.scores[of] - choice.scores.front()) / rivals) / sum;
}

double logistic(double x) {
  return 1 / (1 + std::exp(-x));
}

using Choices = std::vector<const Choice*>;

// The temperature of the rivals under which the right ones are most likely: one number, by golden section.
double fit_rivals(const Choices& choices) {
  const auto loss = [&](double log_rivals) {
    double sum = 0;
    for (const Choice* c : choices)
      if (c->right >= 0)
        sum -= std::log(std::max(share(*c, std::exp(log_rivals), static_cast<std::size_t>(c->right)), 1e-9));
    return sum;
  };
  double low = std::log(0.2), high = std::log(5.0);
  constexpr double kGolden = 0.6180339887498949;
  for (int i = 0; i < 40; ++i) {
    const double a = high - kGolden * (high - low), b = low + kGolden * (high - low);
    (loss(a) < loss(b) ? high : low) = loss(a) < loss(b) ? b : a;
  }
  return std::exp((low + high) / 2);
}

// Logistic regression of "the right one is there" on the margin: Newton's steps, halved until they help.
std::pair<double, double> fit_present(const Choices& choices, double none) {
  const auto x_of = [&](const Choice& c) { return std::clamp(margin(c, none), -40.0, 40.0); };
  const auto loss = [&](double slope, double offset) {
    double sum = 0;
    for (const Choice* c : choices) {
      const double z = (c->right >= 0 ? -1 : 1) * (slope * x_of(*c) + offset);
      sum += z > 30 ? z : std::log1p(std::exp(z));
    }
    return sum;
  };
  double slope = 0.5, offset = 1, now = loss(slope, offset);
  for (int step = 0; step < 100; ++step) {
    double g0 = 0, g1 = 0, h00 = 1e-3, h01 = 0, h11 = 1e-3;
    for (const Choice* c : choices) {
      const double x = x_of(*c), p = logistic(slope * x + offset), w = p * (1 - p), off = (c->right >= 0 ? 1 : 0) - p;
      g0 += off, g1 += off * x, h00 += w, h01 += w * x, h11 += w * x * x;
    }
    const double d = h00 * h11 - h01 * h01;
    double by_offset = (h11 * g0 - h01 * g1) / d, by_slope = (h00 * g1 - h01 * g0) / d;
    while (std::abs(by_offset) + std::abs(by_slope) > 1e-7 && !(loss(slope + by_slope, offset + by_offset) < now))
      by_offset /= 2, by_slope /= 2;
    const double then = loss(slope + by_slope, offset + by_offset);
    if (!(then < now - 1e-9)) break;
    slope += by_slope, offset += by_offset, now = then;
  }
  return {slope, offset};
}

KindModel fit(const Choices& choices, double none) {
  const auto [slope, offset] = fit_present(choices, none);
  return {.none = none, .rivals = fit_rivals(choices), .slope = slope, .offset = offset};
}

struct Bin {
  double items = 0, confidence = 0, right = 0;
};
using Bins = std::array<Bin, 10>;

void judge(const Choices& choices, const KindModel& model, Bins& bins) {
  for (const Choice* c : choices) {
    const double p = logistic(model.slope * margin(*c, model.none) + model.offset) * share(*c, model.rivals, 0);
    Bin& bin = bins[static_cast<std::size_t>(std::clamp(p * 10, 0.0, 9.0))];
    ++bin.items, bin.confidence += p, bin.right += c->right == 0 ? 1 : 0;
  }
}

void print(const Bins& bins) {
  double off = 0, all = 0;
  for (const Bin& bin : bins) {
    if (bin.items == 0) continue;
    fmt::print("    {:6.0f} items: {:.3f} said, {:.3f} right\n", bin.items, bin.confidence / bin.items,
               bin.right / bin.items);
    off += std::abs(bin.confidence - bin.right), all += bin.items;
  }
  fmt::print("    calibration error {:.4f}\n", off / all);
}

}  // namespace

int main(int count, char** arguments) {
  const std::filesystem::path masters[] = {arguments[2]};
  const auto dictionary = Dictionary::load(masters);
  if (!dictionary) return 1;
  std::map<Kind, std::vector<Choice>> choices;
  const int files = (count - 3) / 2;
  for (int file = 0; file < files; ++file) {
    const std::string truth_file = arguments[4 + 2 * file];
    const auto items = read_items(arguments[3 + 2 * file]);
    const auto truth = read_truth(read_text(truth_file).value(), truth_file);
    std::map<std::string, std::string> right;
    for (const TruthRow& row : *truth)
      right[row.hospital + "/" + row.code] = row.std_code;
    Suggester suggester(*dictionary);
    suggester.learn(*items);
    const auto all = suggester.suggest(*items, {.count = 60, .threads = 2});
    for (std::size_t i = 0; i < items->size(); ++i) {
      Choice choice{.file = file};
      const std::string& code = right[(*items)[i].hospital + "/" + (*items)[i].code];
      for (const Suggestion& s : all[i]) {
        const bool is_right = dictionary->entries()[static_cast<std::size_t>(s.entry)].code == code;
        if (is_right) choice.right = static_cast<int>(choice.scores.size());
        choice.scores.push_back(s.score);
      }
      if (!choice.scores.empty()) choices[*(*items)[i].kind].push_back(std::move(choice));
    }
  }
  for (const auto& [kind, list] : choices) {
    const double none = model_of(kind).none;
    Choices all;
    std::vector<Bins> held(static_cast<std::size_t>(files));
    for (int file = 0; file < files; ++file) {
      Choices others, own;
      for (const Choice& choice : list)
        (choice.file == file ? own : others).push_back(&choice);
      if (!others.empty()) judge(own, fit(others, none), held[static_cast<std::size_t>(file)]);
      all.insert(all.end(), own.begin(), own.end());
    }
    fmt::print("{} ({} items)\n", name(kind), all.size());
    for (int file = 0; file < files; ++file) {
      fmt::print("  {} by a fit on the others\n", arguments[3 + 2 * file]);
      print(held[static_cast<std::size_t>(file)]);
    }
    const KindModel model = fit(all, none);
    fmt::print("  none {}, rivals {:.3f}, slope {:.3f}, offset {:.3f}\n", none, model.rivals, model.slope,
               model.offset);
  }
  return 0;
}

// modules: codes
// Fits the weights of src/codes/weights.cpp: the most likely weights of a choice among an item's candidates and "none
// of these" (conditional logit), held near the values in use. A twentieth of the items lose their right candidate, so
// that "none" is learned.
//   bench_codes_fit --masters DIR ITEMS.csv TRUTH.csv [ITEMS.csv TRUTH.csv ...]
#include <fmt/format.h>

#include <cmath>
#include <map>

#include "codes/evaluate.h"
#include "codes/weights.h"
#include "core/file.h"

using namespace sekisho;
using namespace sekisho::codes;

namespace {

struct Choice {
  std::vector<Features> candidates;
  int right = -1;  // -1: none of these
};

struct Model {
  std::array<double, kFeatures> weights{};
  double none = 0;
};

double fit(std::vector<Choice>& choices, Model& model, const Model& prior, double hold, int rounds) {
  std::array<double, kFeatures + 1> mean{}, square{};
  double loss = 0;
  for (int round = 1; round <= rounds; ++round) {
    std::array<double, kFeatures + 1> gradient{};
    loss = 0;
    for (const Choice& choice : choices) {
      std::vector<double> scores;
      double top = model.none;
      for (const Features& f : choice.candidates) {
        double score = 0;
        for (int i = 0; i < kFeatures; ++i)
          score += model.weights[static_cast<std::size_t>(i)] * f[static_cast<std::size_t>(i)];
        scores.push_back(score);
        top = std::max(top, score);
      }
      double sum = std::exp(model.none - top);
      for (double& score : scores)
        sum += score = std::exp(score - top);
      const double none = std::exp(model.none - top) / sum;
      gradient[kFeatures] += none - (choice.right < 0 ? 1 : 0);
      for (std::size_t c = 0; c < scores.size(); ++c) {
        const double off = scores[c] / sum - (static_cast<int>(c) == choice.right ? 1 : 0);
        for (int i = 0; i < kFeatures; ++i)
          gradient[static_cast<std::size_t>(i)] += off * choice.candidates[c][static_cast<std::size_t>(i)];
      }
      loss -= std::log(std::max(choice.right < 0 ? none : scores[static_cast<std::size_t>(choice.right)] / sum, 1e-12));
    }
    const double n = static_cast<double>(choices.size());
    for (int i = 0; i <= kFeatures; ++i) {
      const auto k = static_cast<std::size_t>(i);
      double& value = i < kFeatures ? model.weights[k] : model.none;
      const double start = i < kFeatures ? prior.weights[k] : prior.none;
      const double g = gradient[k] / n + hold * (value - start);
      mean[k] = 0.9 * mean[k] + 0.1 * g;
      square[k] = 0.999 * square[k] + 0.001 * g * g;
      value -=
          0.05 * (mean[k] / (1 - std::pow(0.9, round))) / (std::sqrt(square[k] / (1 - std::pow(0.999, round))) + 1e-8);
    }
    loss /= n;
  }
  return loss;
}

}  // namespace

int main(int count, char** arguments) {
  const std::filesystem::path masters[] = {arguments[2]};
  const auto dictionary = Dictionary::load(masters);
  if (!dictionary) return 1;
  Suggester suggester(*dictionary);
  std::map<Kind, std::vector<Choice>> choices;
  std::size_t number = 0;
  for (int a = 3; a + 1 < count; a += 2) {
    const auto items = read_items(arguments[a]);
    const auto truth = read_truth(read_text(arguments[a + 1]).value(), arguments[a + 1]);
    std::map<std::string, std::string> right;
    for (const TruthRow& row : *truth)
      right[row.hospital + "/" + row.code] = row.std_code;
    suggester.learn(*items);
    const auto all = suggester.suggest(*items, {.count = 40, .threads = 2});
    for (std::size_t i = 0; i < items->size(); ++i) {
      Choice choice;
      const std::string& code = right[(*items)[i].hospital + "/" + (*items)[i].code];
      const bool lose = number++ % 20 == 7;
      for (const Suggestion& s : all[i]) {
        const Entry& entry = dictionary->entries()[static_cast<std::size_t>(s.entry)];
        const bool is_right = entry.code == code;
        if (is_right && lose) continue;
        if (is_right) choice.right = static_cast<int>(choice.candidates.size());
        choice.candidates.push_back(s.features);
      }
      choices[*(*items)[i].kind].push_back(std::move(choice));
    }
  }
  for (auto& [kind, list] : choices) {
    Model prior{weights_of(kind), model_of(kind).none};
    Model model = prior;
    const double loss = fit(list, model, prior, 1e-3, 1500);
    fmt::print("{} ({} items, loss {:.4f})\n  {{", name(kind), list.size(), loss);
    for (const double weight : model.weights)
      fmt::print("{:.2f}, ", weight);
    fmt::print("}} none {:.2f}\n", model.none);
  }
  return 0;
}

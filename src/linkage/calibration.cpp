#include "linkage/calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iterator>

#include "core/html.h"
#include "linkage/evaluate.h"
#include "linkage/input.h"

namespace sekisho::linkage {
namespace {

// Ends of bins: fine where probabilities gather.
constexpr double kEnds[] = {0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 1.0};

void wilson(ReliabilityBin& bin) {
  constexpr double z = 1.959964;
  const double n = static_cast<double>(bin.count), p = bin.observed;
  const double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z / (1 + z * z / n) * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  bin.low = std::max(0.0, middle - half), bin.high = std::min(1.0, middle + half);
}

Result<double> probability_in(std::string_view text, const Place& place) {
  double value = -1;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size() || !(value >= 0 && value <= 1))
    return fail("linkage.probability", "this is no probability from 0 to 1", place);
  return value;
}

// Rows of a CSV with these three columns.
template <class Visit>
Result<void> each_row(const std::filesystem::path& path, const std::array<std::string_view, 3>& names, Visit visit) {
  SEKISHO_TRY(const auto file, InputFile::open(path));
  std::array<std::size_t, 3> at{};
  for (std::size_t i = 0; i < names.size(); ++i) {
    at[i] = static_cast<std::size_t>(std::ranges::find(file->header(), names[i]) - file->header().begin());
    if (at[i] == file->header().size())
      return fail("linkage.columns", fmt::format("there is no column '{}'", names[i]), {.file = file->name()});
  }
  std::vector<std::string_view> cells;
  while (true) {
    SEKISHO_TRY(const bool more, file->next(cells));
    if (!more) return {};
    SEKISHO_TRY(const double probability, probability_in(cells[at[2]], file->place()));
    visit(cells[at[0]], cells[at[1]], probability);
  }
}

}  // namespace

Calibration calibrate(const std::vector<Judged>& judged) {
  Calibration out;
  out.count = judged.size();
  double from = 0;
  for (const double end : kEnds) {
    out.bins.push_back({.from = from, .to = end});
    from = end;
  }
  for (const Judged& one : judged) {
    const auto at = std::ranges::upper_bound(kEnds, std::min(one.probability, 0.9999999)) - std::begin(kEnds);
    ReliabilityBin& bin = out.bins[static_cast<std::size_t>(at)];
    ++bin.count;
    bin.predicted += one.probability, bin.observed += one.right;
    out.brier += (one.probability - one.right) * (one.probability - one.right);
  }
  for (ReliabilityBin& bin : out.bins) {
    if (bin.count == 0) continue;
    const auto n = static_cast<double>(bin.count);
    bin.predicted /= n, bin.observed /= n;
    wilson(bin);
    const double off = n * std::abs(bin.predicted - bin.observed);
    out.error += off;
    if (bin.from < 0.05 || bin.to > 0.95) continue;
    out.grey += bin.count, out.grey_error += off;
  }
  if (out.count > 0) out.error /= static_cast<double>(out.count), out.brier /= static_cast<double>(out.count);
  if (out.grey > 0) out.grey_error /= static_cast<double>(out.grey);
  return out;
}

Result<Calibration> calibrate_pairs(const std::filesystem::path& pairs, const std::filesystem::path& truth,
                                    std::string_view columns) {
  SEKISHO_TRY(const Truth real, read_truth(truth, columns));
  std::vector<Judged> judged;
  std::size_t unknown = 0;
  SEKISHO_CHECK(each_row(pairs, {"record_a", "record_b", "probability"},
                         [&](std::string_view a, std::string_view b, double probability) {
                           const auto x = real.find(std::string(a)), y = real.find(std::string(b));
                           if (x == real.end() || y == real.end())
                             ++unknown;
                           else
                             judged.push_back({probability, x->second == y->second});
                         }));
  Calibration out = calibrate(judged);
  out.unknown = unknown;
  return out;
}

Result<Calibration> calibrate_clusters(const std::filesystem::path& clusters, const std::filesystem::path& truth,
                                       std::string_view columns) {
  SEKISHO_TRY(const Truth real, read_truth(truth, columns));
  struct Row {
    std::uint32_t person;
    std::string found;
    double probability;
  };
  std::vector<Row> rows;
  std::size_t unknown = 0;
  std::unordered_map<std::uint32_t, std::size_t> records;                       // of a true person
  std::unordered_map<std::string, std::pair<std::uint32_t, std::size_t>> held;  // true person and records; mixed: none
  for (const auto& [record, person] : real)
    ++records[person];
  SEKISHO_CHECK(each_row(clusters, {"record_id", "person_id", "probability"},
                         [&](std::string_view record, std::string_view found, double probability) {
                           const auto person = real.find(std::string(record));
                           if (person == real.end()) {
                             ++unknown;
                             return;
                           }
                           rows.push_back({person->second, std::string(found), probability});
                           auto& [first, count] = held.try_emplace(std::string(found), person->second, 0).first->second;
                           if (first != person->second) first = UINT32_MAX;
                           ++count;
                         }));
  std::vector<Judged> judged;
  for (const Row& row : rows) {
    const auto& [person, count] = held.at(row.found);
    judged.push_back({row.probability, person != UINT32_MAX && (count > 1 || records.at(row.person) == 1)});
  }
  Calibration out = calibrate(judged);
  out.unknown = unknown;
  return out;
}

Json Calibration::to_json() const {
  Json out{{"count", count},       {"unknown", unknown},       {"expected_calibration_error", error},
           {"grey", grey},         {"grey_error", grey_error}, {"brier", brier},
           {"bins", Json::array()}};
  for (const ReliabilityBin& bin : bins)
    if (bin.count > 0)
      out["bins"].push_back({{"from", bin.from},
                             {"to", bin.to},
                             {"count", bin.count},
                             {"predicted", bin.predicted},
                             {"observed", bin.observed},
                             {"interval", {bin.low, bin.high}}});
  return out;
}

std::string reliability_svg(const Calibration& calibration, std::string_view title, std::string_view what) {
  // Both axes in log odds: what matters lies near 0 and 1.
  constexpr double kMost = 9.3;  // ln(0.9999/0.0001)
  const auto odds = [=](double p) { return std::clamp(std::log((p + 1e-9) / (1 - p + 1e-9)), -kMost, kMost); };
  const auto x = [&](double p) { return 60 + (odds(p) + kMost) / (2 * kMost) * 300; };
  const auto y = [&](double p) { return 330 - (odds(p) + kMost) / (2 * kMost) * 300; };
  const std::string plain = escape_html(title);
  std::string out =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 380 460\" font-family=\"sans-serif\" font-size=\"10\">\n"
      "<rect width=\"380\" height=\"460\" fill=\"white\"/>\n";
  for (const double p : {0.0001, 0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999}) {
    out += fmt::format("<path d=\"M{0:.1f} 30V330M60 {1:.1f}H360\" stroke=\"#e3e3e3\" fill=\"none\"/>\n", x(p), y(p));
    out += fmt::format("<text x=\"{:.1f}\" y=\"343\" text-anchor=\"middle\">{}</text>", x(p), p);
    out += fmt::format("<text x=\"55\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n", y(p) + 3, p);
  }
  out += fmt::format(
      "<text x=\"60\" y=\"18\" font-size=\"12\">{}</text>\n<path d=\"M60 330L360 30\" stroke=\"#999\" "
      "stroke-dasharray=\"4 3\"/>\n<text x=\"210\" y=\"358\" text-anchor=\"middle\">predicted</text>\n"
      "<text x=\"14\" y=\"180\" text-anchor=\"middle\" transform=\"rotate(-90 14 180)\">observed</text>\n",
      plain);
  double most = 1;
  for (const ReliabilityBin& bin : calibration.bins)
    most = std::max(most, std::log10(1.0 + static_cast<double>(bin.count)));
  std::string line;
  for (const ReliabilityBin& bin : calibration.bins) {
    if (bin.count == 0) continue;
    const double at = x(bin.predicted);
    line += fmt::format("{}{:.1f} {:.1f}", line.empty() ? "M" : "L", at, y(bin.observed));
    out += fmt::format(
        "<path d=\"M{0:.1f} {1:.1f}V{2:.1f}\" stroke=\"#0072b2\"/><circle cx=\"{0:.1f}\" cy=\"{3:.1f}\" "
        "r=\"3\" fill=\"#0072b2\"/>\n",
        at, y(bin.low), y(bin.high), y(bin.observed));
    const double height = std::log10(1.0 + static_cast<double>(bin.count)) / most * 60;
    out += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"7\" height=\"{:.1f}\" fill=\"#b9c7d2\"/>\n", at - 3.5,
                       440 - height, height);
  }
  out += fmt::format("<path d=\"{}\" stroke=\"#0072b2\" fill=\"none\"/>\n", line);
  out += fmt::format(
      "<text x=\"60\" y=\"453\">{} {}; expected calibration error {:.4f}; "
      "bars: how many</text>\n</svg>\n",
      calibration.count, what, calibration.error);
  return out;
}

}  // namespace sekisho::linkage

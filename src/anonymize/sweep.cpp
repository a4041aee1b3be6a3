#include "anonymize/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/csv.h"

namespace sekisho::anonymize {
namespace {

using What = SweepRange::What;
constexpr std::size_t kMostValues = 1000;

struct Parameter {
  std::string_view name;
  What what;
  bool whole;
  double least, most, step;
};
constexpr Parameter kParameters[] = {{"k", What::kK, true, 1, 1e9, 1},
                                     {"l", What::kL, true, 1, 1e9, 1},
                                     {"t", What::kT, false, 0, 1, 0.05},
                                     {"limit", What::kLimit, false, 0, 1, 0.01}};

const Parameter& parameter(What what) {
  return *std::ranges::find(kParameters, what, &Parameter::what);
}

std::optional<double> number(std::string_view text) {
  double out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(out)) return std::nullopt;
  return out;
}

// 0.1 + 0.2 is 0.3: twelve decimals.
double tidy(double value) {
  return std::round(value * 1e12) / 1e12;
}

std::unexpected<Error> wrong(std::string_view text, const std::string& why) {
  return fail("usage.sweep", fmt::format("--sweep '{}': {}", text, why), {},
              "Write for example k=2..50, limit=0..0.1:0.01 or l=2,3,5.");
}

// Sets the number in every model that has it; false: none has.
bool set(Policy& policy, What what, double value) {
  if (what == What::kLimit) {
    policy.suppression_limit = value;
    return true;
  }
  bool any = false;
  for (Model& model : policy.models) {
    using Kind = Model::Kind;
    if (what == What::kT && model.kind == Kind::kCloseness) {
      model.threshold = value;
    } else if (what == What::kL && model.kind == Kind::kEntropyDiversity) {
      model.threshold = value;
    } else if ((what == What::kK && (model.kind == Kind::kAnonymity || model.kind == Kind::kMap)) ||
               (what == What::kL &&
                (model.kind == Kind::kDistinctDiversity || model.kind == Kind::kRecursiveDiversity))) {
      model.bound = static_cast<int>(value);
    } else {
      continue;
    }
    any = true;
  }
  return any;
}

}  // namespace

std::string_view SweepRange::name() const {
  return parameter(what).name;
}

Result<SweepRange> parse_sweep(std::string_view text) {
  const std::size_t equal = text.find('=');
  const auto found = std::ranges::find(kParameters, text.substr(0, equal), &Parameter::name);
  if (equal == std::string_view::npos || found == std::end(kParameters))
    return wrong(text, "k, l, t or limit can be swept");
  SweepRange out{.what = found->what, .values = {}};
  std::string_view rest = text.substr(equal + 1);
  const std::size_t dots = rest.find("..");
  if (dots != std::string_view::npos) {
    const std::size_t colon = rest.find(':');
    const auto from = number(rest.substr(0, dots)), to = number(rest.substr(dots + 2, colon - dots - 2));
    const auto step = colon == std::string_view::npos ? std::optional(found->step) : number(rest.substr(colon + 1));
    if (colon < dots || !from || !to || !step || *from > *to || !(*step > 0))
      return wrong(text, "a range is FROM..TO or FROM..TO:STEP");
    const double count = std::floor((*to - *from) / *step + 1e-9) + 1;
    if (count > static_cast<double>(kMostValues)) return wrong(text, fmt::format("more than {} values", kMostValues));
    for (int i = 0; i < static_cast<int>(count); ++i)
      out.values.push_back(tidy(*from + i * *step));
  } else {
    while (true) {
      const std::size_t comma = rest.find(',');
      const auto one = number(rest.substr(0, comma));
      if (!one) return wrong(text, "values are numbers");
      out.values.push_back(*one);
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
    if (out.values.size() > kMostValues) return wrong(text, fmt::format("more than {} values", kMostValues));
  }
  for (const double value : out.values)
    if (value < found->least || value > found->most || (found->whole && value != std::floor(value)))
      return wrong(text, fmt::format("{} is {} from {} to {}", found->name,
                                     found->whole ? "a whole number" : "a number", found->least, found->most));
  return out;
}

Result<Sweep> sweep(const Table& table, const Policy& policy, const SweepRange& range, const SearchOptions& options) {
  Policy changed = policy;
  if (!set(changed, range.what, range.values.empty() ? 0 : range.values.front()))
    return fail("usage.sweep", fmt::format("no model of the policy has the number {}", range.name()));
  SEKISHO_TRY(Searcher searcher, Searcher::make(table, changed, options.threads));
  Sweep out{.range = range, .points = {}, .seconds_encode = searcher.seconds_encode()};
  for (const double value : range.values) {
    (void)set(changed, range.what, value);
    SweepPoint& point = out.points.emplace_back();
    point.value = value;
    auto found = searcher.run(changed, options);
    if (found) {
      point.possible = true;
      point.outcome = std::move(*found);
      out.seconds_search += point.outcome.seconds_search;
    } else if (found.error().code == "anonymize.impossible" || found.error().code == "anonymize.time") {
      point.reason = found.error().message;
    } else {
      return std::unexpected(std::move(found).error());
    }
  }
  return out;
}

Json Sweep::to_json() const {
  Json out{{"sweep", range.name()}};
  bool first = true;
  Json values = Json::array();
  for (const SweepPoint& point : points) {
    Json one{{"value", parameter(range.what).whole ? Json(static_cast<std::int64_t>(point.value)) : Json(point.value)},
             {"possible", point.possible}};
    if (!point.possible) {
      one["reason"] = point.reason;
    } else {
      Json answer = point.outcome.to_json();
      if (first)
        for (const char* member : {"rows", "lattice", "counted"})
          out[member] = answer[member];
      first = false;
      for (const char* member : {"checked", "levels", "score", "suppressed", "classes", "smallest_class"})
        one[member] = answer[member];
      one["seconds"] = point.outcome.seconds_search;
      one["optimal"] = point.outcome.optimal;
      if (!point.outcome.optimal) one["bound"] = point.outcome.bound;
    }
    values.push_back(std::move(one));
  }
  out["values"] = std::move(values);
  out["seconds"] = {{"encode", seconds_encode}, {"search", seconds_search}};
  out["svg"] = svg();
  return out;
}

std::string Sweep::csv(char separator) const {
  std::string out;
  std::vector<std::string> row{std::string(range.name()), "score"};
  const auto shown = std::ranges::find(points, true, &SweepPoint::possible);
  const std::size_t attributes = shown == points.end() ? 0 : shown->outcome.decision.levels.size();
  for (std::size_t i = 0; i < attributes; ++i)
    row.push_back(shown->outcome.decision.levels[i].first);
  for (const char* name : {"suppressed", "classes", "smallest_class", "optimal"})
    row.emplace_back(name);
  const auto write = [&] { append_csv(out, std::vector<std::string_view>(row.begin(), row.end()), separator); };
  write();
  for (const SweepPoint& point : points) {
    row.assign(row.size(), "");
    row[0] = fmt::format("{}", point.value);
    if (point.possible) {
      const Outcome& o = point.outcome;
      row[1] = fmt::format("{:.12g}", o.score);
      for (std::size_t i = 0; i < attributes; ++i)
        row[2 + i] = std::to_string(o.decision.levels[i].second);
      row[2 + attributes] = std::to_string(o.suppressed);
      row[3 + attributes] = std::to_string(o.classes);
      row[4 + attributes] = std::to_string(o.smallest_class);
      row[5 + attributes] = o.optimal ? "yes" : "no";
    }
    write();
  }
  return out;
}

namespace {

struct Curve {
  std::string_view colour;
  std::string title;
  std::vector<std::pair<double, double>> points;  // value, height; gaps are breaks of the line
  double top = 0;
  bool left = true;
};

constexpr double kWidth = 640, kHeight = 360, kLeft = 64, kRight = 64, kTop = 36, kBottom = 44;

double place_x(double value, double low, double high) {
  return kLeft + (high > low ? (value - low) / (high - low) : 0.5) * (kWidth - kLeft - kRight);
}

std::string draw(const Curve& curve, double low, double high) {
  const auto y = [&](double v) { return kHeight - kBottom - v / curve.top * (kHeight - kTop - kBottom); };
  std::string out, path;
  bool pen = false;
  for (const auto& [value, height] : curve.points) {
    if (std::isnan(height)) {
      pen = false;
      continue;
    }
    path += fmt::format("{}{:.1f} {:.1f}", pen ? " L" : " M", place_x(value, low, high), y(height));
    out += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.5\" fill=\"{}\"><title>{:g}: {:.6g}</title></circle>",
                       place_x(value, low, high), y(height), curve.colour, value, height);
    pen = true;
  }
  out += fmt::format("<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.5\"/>",
                     path.empty() ? "M0 0" : path.substr(1), curve.colour);
  const double at = curve.left ? kLeft - 6 : kWidth - kRight + 6;
  for (int tick = 0; tick <= 4; ++tick)
    out += fmt::format("<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"{}\" fill=\"{}\">{:.3g}</text>", at,
                       y(curve.top * tick / 4) + 4, curve.left ? "end" : "start", curve.colour, curve.top * tick / 4);
  out += fmt::format("<text x=\"{}\" y=\"20\" text-anchor=\"{}\" fill=\"{}\">{}</text>",
                     curve.left ? kLeft : kWidth - kRight, curve.left ? "start" : "end", curve.colour, curve.title);
  return out;
}

}  // namespace

std::string Sweep::svg() const {
  Curve score{"#1f5fa8", "score", {}, 0, true}, lost{"#b0413e", "suppressed %", {}, 0, false};
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (const SweepPoint& point : points) {
    low = std::min(low, point.value);
    high = std::max(high, point.value);
    const Outcome& o = point.outcome;
    const double share = o.rows > 0 ? 100.0 * static_cast<double>(o.suppressed) / static_cast<double>(o.rows) : 0;
    score.points.emplace_back(point.value, point.possible ? o.score : NAN);
    lost.points.emplace_back(point.value, point.possible ? share : NAN);
    if (!point.possible) continue;
    score.title = fmt::format("score ({})", anonymize::name(o.metric));
    score.top = std::max(score.top, o.score);
    lost.top = std::max(lost.top, share);
  }
  for (Curve* curve : {&score, &lost})
    if (!(curve->top > 0)) curve->top = 1;
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" role=\"img\" "
      "font-family=\"sans-serif\" font-size=\"12\"><title>Score over {2}</title><rect width=\"{0}\" height=\"{1}\" "
      "fill=\"white\"/>",
      kWidth, kHeight, range.name());
  out += fmt::format("<path d=\"M{0} {1} V{2} H{3} V{1}\" fill=\"none\" stroke=\"#888\"/>", kLeft, kTop,
                     kHeight - kBottom, kWidth - kRight);
  if (!points.empty())
    for (int tick = 0; tick <= 5; ++tick) {
      const double value = low + (high - low) * tick / 5;
      out += fmt::format("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\" fill=\"#444\">{:.3g}</text>",
                         place_x(value, low, high), kHeight - kBottom + 16, value);
    }
  out += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" fill=\"#444\">{}</text>", kWidth / 2, kHeight - 8,
                     range.name());
  return out + draw(lost, low, high) + draw(score, low, high) + "</svg>";
}

}  // namespace sekisho::anonymize

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "disclosure/analysis_data.h"
#include "disclosure/counted.h"

namespace sekisho::disclosure {
namespace {

struct Subject {
  double time = 0;
  bool event = false;
  std::uint32_t person = 0;
};

struct Step {
  double time = 0;
  std::size_t at_risk = 0, events = 0;  // persons just before the interval; events in it
  double survival = 1, greenwood = 0;   // at its end; sum of d / (n (n - d))
};

// The product-limit estimate, shown only at times that close an interval with enough events.
std::vector<Step> steps_of(std::vector<Subject> subjects, std::size_t threshold, std::size_t& unshown) {
  std::ranges::sort(subjects, {}, &Subject::time);
  std::vector<Step> steps;
  Step open{0, subjects.size(), 0, 1, 0};
  for (std::size_t i = 0; i < subjects.size();) {
    const double time = subjects[i].time;
    const std::size_t at_risk = subjects.size() - i;
    std::size_t events = 0;
    for (; i < subjects.size() && subjects[i].time == time; ++i)
      events += subjects[i].event;
    if (events == 0) continue;
    const auto n = static_cast<double>(at_risk), d = static_cast<double>(events);
    open.survival *= 1 - d / n;
    if (at_risk > events) open.greenwood += d / (n * (n - d));
    open.events += events;
    const std::size_t left = subjects.size() - i;
    // Nobody few may be left either: the curve would tell when the last ones had their event.
    if (open.events < threshold || at_risk < threshold || (left > 0 && left < threshold)) continue;
    open.time = time;
    steps.push_back(open);
    open.at_risk = left;
    open.events = 0;
  }
  unshown = open.events;
  return steps;
}

std::size_t rounded(std::size_t count) {
  return (count + 2) / 5 * 5;
}

// Persons at risk and with events at each shown time.
void remember(const std::string& group, const std::vector<Subject>& subjects, const std::vector<Step>& steps,
              const std::vector<std::string>& texts, Counted& counted) {
  const std::uint32_t all = counted.cell({group, "0", "at risk"}, static_cast<double>(rounded(subjects.size())));
  std::vector<std::uint32_t> at_risk, events;
  for (const Step& step : steps) {
    const std::string time = fmt::format("{}", step.time);
    at_risk.push_back(counted.cell({group, time, "at risk"}, static_cast<double>(rounded(step.at_risk))));
    events.push_back(counted.cell({group, time, "events"}, static_cast<double>(rounded(step.events))));
  }
  for (const Subject& subject : subjects) {
    std::vector<std::uint32_t> cells = {all};
    double before = -1;
    for (std::size_t k = 0; k < steps.size() && subject.time > before; ++k) {
      cells.push_back(at_risk[k]);
      if (subject.event && subject.time <= steps[k].time) cells.push_back(events[k]);
      before = steps[k].time;
    }
    counted.person(texts[subject.person], std::move(cells));
  }
}

}  // namespace

Result<AnalysisResult> survival_curve(const SurvivalRequest& request) {
  std::vector<std::string> columns = {request.time, request.event};
  if (!request.group.empty()) columns.push_back(request.group);
  SEKISHO_TRY(const AnalysisData data, read_analysis(request.dataset, request.person, columns, request.where));
  const DatasetColumn &times = data.dataset.column(request.time), &events = data.dataset.column(request.event);
  const DatasetColumn& persons = data.dataset.column(data.person_column);
  std::map<std::string, std::vector<Subject>> groups;
  for (const std::uint32_t row : data.rows) {
    SEKISHO_TRY(const double time, number_at(data, times, row));
    SEKISHO_TRY(const double event, number_at(data, events, row));
    if (time < 0 || (event != 0 && event != 1))
      return fail("analysis.value", "times are at least 0 and events are 0 or 1",
                  {.file = request.dataset.string(), .line = static_cast<std::int64_t>(row) + 2});
    std::string group;
    if (!request.group.empty()) {
      const DatasetColumn& column = data.dataset.column(request.group);
      group = column.texts[column.codes[row]];
    }
    groups[group].push_back({time, event == 1, persons.codes[row]});
  }
  AnalysisResult result;
  result.definition = fmt::format("km({}, {}) by {}", request.time, request.event, request.group);
  for (const Condition& condition : request.where)
    result.definition += fmt::format(" where {}", condition.text());
  const auto threshold = static_cast<std::size_t>(request.threshold);
  std::vector<std::vector<std::string>> rows;
  Json checks = Json::array();
  Counted counted({request.group.empty() ? "curve" : request.group, "time", "persons"});
  for (const auto& [group, subjects] : groups) {
    std::size_t unshown = 0;
    const std::vector<Step> steps = steps_of(subjects, threshold, unshown);
    const auto total = static_cast<std::size_t>(std::ranges::count(subjects, true, &Subject::event));
    checks.push_back(Json{{"group", group},
                          {"persons", subjects.size()},
                          {"events", total},
                          {"steps", steps.size()},
                          {"events_after_last_step", unshown}});
    const std::string place = request.group.empty() ? "curve" : request.group + "=" + group;
    if (subjects.size() < threshold || steps.empty())
      result.items.push_back(refusal(
          "survival.events", place, fmt::format("fewer than {} events or persons at risk in a curve", threshold),
          fmt::format("曲線の中のイベントまたはリスク集団が{}人未満です", threshold),
          "Merge groups or lengthen the observation.", "群を統合するか観察期間を延ばしてください。"));
    remember(group, subjects, steps, persons.texts, counted);
    rows.push_back({group, "0", std::to_string(rounded(subjects.size())), "0", "1.000", "0.000", "1.000", "1.000"});
    for (const Step& step : steps) {
      const double error = step.survival * std::sqrt(step.greenwood);
      // Limits on the logarithmic scale, as survfit() gives them.
      const double width = 1.959963984540054 * std::sqrt(step.greenwood);
      rows.push_back({group, fmt::format("{}", step.time), std::to_string(rounded(step.at_risk)),
                      std::to_string(rounded(step.events)), fmt::format("{:.3f}", step.survival),
                      fmt::format("{:.3f}", error), fmt::format("{:.3f}", step.survival * std::exp(-width)),
                      fmt::format("{:.3f}", std::min(1.0, step.survival * std::exp(width)))});
    }
  }
  result.counted = std::move(counted).item();
  finish_analysis(result, data, {"group", "time", "n_risk", "n_event", "survival", "std_err", "lower", "upper"}, rows,
                  std::move(checks), request.threshold);
  return result;
}

}  // namespace sekisho::disclosure

#include "disclosure/rounding.h"

#include <fmt/format.h>

#include <ClpSimplex.hpp>
#include <CoinPackedMatrix.hpp>
#include <algorithm>
#include <cfloat>
#include <chrono>
#include <cmath>
#include <memory>

#include "disclosure/solver.h"

namespace sekisho::disclosure {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kLargerBases = 6;  // tried when the first one is too small
constexpr double kFurther = 25;  // cost of one more step, in bases
constexpr double kWhole = 1e-6;  // windows of counts end one below the next multiple

double needed_width(const Cell& cell) {
  return std::max(cell.need_slide, cell.need_up + cell.need_down);
}
bool whole_numbers(const CellTable& table) {
  return std::ranges::all_of(table.cells, [](const Cell& c) { return c.value == std::floor(c.value); });
}
// 1, 1.5, 2, 3, 5, 10 ...: the first above what the needs ask for.
double next_base(double above) {
  double power = std::pow(10, std::floor(std::log10(std::max(above, 1.0))));
  for (;; power *= 10)
    for (const double digit : {1.0, 1.5, 2.0, 3.0, 5.0, 7.5}) {
      const double base = digit * power;
      if (base > above && base == std::floor(base)) return base;
    }
}

class Rounder {
 public:
  Rounder(const CellTable& table, double base, Clock::time_point end)
      : table_(table), base_(base), end_(end), whole_(whole_numbers(table)) {}

  // Empty: no table adds up. `wide`: one step further is allowed.
  Result<std::vector<double>> solve(bool wide) const {
    const auto n = table_.cells.size();
    std::vector<double> low(n), high(n), cost(n), floor(n);
    std::vector<CoinBigIndex> starts{0};
    std::vector<int> rows;
    std::vector<double> elements;
    std::vector<std::vector<std::pair<int, double>>> rows_of(n);
    std::vector<double> right(table_.relations.size(), 0);
    for (std::size_t i = 0; i < n; ++i)
      floor[i] = std::floor(table_.cells[i].value / base_ + 1e-12);
    for (std::size_t r = 0; r < table_.relations.size(); ++r) {
      const Relation& relation = table_.relations[r];
      rows_of[static_cast<std::size_t>(relation.total)].emplace_back(static_cast<int>(r), -1.0);
      right[r] = floor[static_cast<std::size_t>(relation.total)];
      for (const std::int32_t child : relation.children) {
        rows_of[static_cast<std::size_t>(child)].emplace_back(static_cast<int>(r), 1.0);
        right[r] -= floor[static_cast<std::size_t>(child)];
      }
    }
    const auto column = [&](std::size_t i, double sign, double least, double most, double price) {
      for (const auto& [row, element] : rows_of[i]) {
        rows.push_back(row);
        elements.push_back(sign * element);
      }
      starts.push_back(static_cast<CoinBigIndex>(rows.size()));
      lows_.push_back(least);
      highs_.push_back(most);
      costs_.push_back(price);
    };
    lows_.clear(), highs_.clear(), costs_.clear();
    for (std::size_t i = 0; i < n; ++i) {
      const Cell& cell = table_.cells[i];
      const double over = cell.value / base_ - floor[i];  // 0 ... 1
      const bool multiple = over < 1e-9;
      // Going down must leave room above where the need is above.
      const bool up_only = cell.primary && !multiple && (1 - over) * base_ < cell.need_up;
      const bool down_only = cell.primary && !multiple && !up_only && over * base_ < cell.need_down;
      column(i, 1, up_only ? 1 : 0, multiple || down_only ? 0 : 1, 1 - 2 * over);
    }
    for (std::size_t i = 0; wide && i < n; ++i) {
      column(i, 1, 0, 1, kFurther);
      column(i, -1, 0, floor[i] >= 1 ? 1 : 0, kFurther);
    }
    CbcOwner cbc;
    const int columns = static_cast<int>(costs_.size());
    Cbc_loadProblem(cbc.model, columns, static_cast<int>(right.size()), starts.data(), rows.data(), elements.data(),
                    lows_.data(), highs_.data(), costs_.data(), right.data(), right.data());
    for (int i = 0; i < columns; ++i)
      Cbc_setInteger(cbc.model, i);
    const double left = std::chrono::duration<double>(end_ - Clock::now()).count();
    Cbc_setLogLevel(cbc.model, 0);
    for (const char* quiet : {"log", "slog"})
      Cbc_setParameter(cbc.model, quiet, "0");
    Cbc_setParameter(cbc.model, "ratio", "0.01");
    Cbc_setParameter(cbc.model, "seconds", fmt::format("{:.3f}", std::max(left, 0.05)).c_str());
    Cbc_solve(cbc.model);
    if (Cbc_isProvenInfeasible(cbc.model)) return std::vector<double>{};
    if (Cbc_numberSavedSolutions(cbc.model) == 0 && !Cbc_isProvenOptimal(cbc.model))
      return fail("rounding.time", "no rounded table was found within the time", {},
                  "Give more --seconds, or merge categories.");
    const double* point = Cbc_getColSolution(cbc.model);
    std::vector<double> values(n);
    for (std::size_t i = 0; i < n; ++i) {
      double step = std::round(point[i]);
      if (wide) step += std::round(point[n + 2 * i]) - std::round(point[n + 2 * i + 1]);
      values[i] = (floor[i] + step) * base_;
    }
    for (const Relation& relation : table_.relations) {  // not on the solver's word
      double sum = 0;
      for (const std::int32_t child : relation.children)
        sum += values[static_cast<std::size_t>(child)];
      if (std::abs(sum - values[static_cast<std::size_t>(relation.total)]) > 1e-6 * base_)
        return fail("disclosure.solver", "the rounded table does not add up");
    }
    return values;
  }

  // What everybody knows of a cell from its rounded value alone.
  Interval window(std::size_t i, double value, bool wide) const {
    const double reach = (wide ? 2 : 1) * base_ - (whole_ ? 1 : kWhole * base_);
    return {std::max(table_.cells[i].lower, value - reach), std::min(table_.cells[i].upper, value + reach)};
  }

  Result<void> judge(Rounded& result) const {
    const auto n = table_.cells.size();
    const bool wide = !result.zero_restricted;
    double largest = 1;
    std::vector<double> low(n), high(n), zero(table_.relations.size(), 0), objective(n, 0);
    for (std::size_t i = 0; i < n; ++i)
      largest = std::max(largest, needed_width(table_.cells[i]) + base_);
    // In deviations from the true table, in units of the base: the solver's tolerances are absolute.
    const double unit = std::max(1.0, largest / 1e4);
    for (std::size_t i = 0; i < n; ++i) {
      const Interval at = window(i, result.values[i], wide);
      low[i] = std::min(0.0, (at.low - table_.cells[i].value) / unit);
      high[i] = std::max(0.0, (at.high - table_.cells[i].value) / unit);
      result.intervals[i] = at;
    }
    std::vector<int> row, column;
    std::vector<double> element;
    for (std::size_t r = 0; r < table_.relations.size(); ++r) {
      const auto put = [&](std::int32_t cell, double sign) {
        row.push_back(static_cast<int>(r));
        column.push_back(cell);
        element.push_back(sign);
      };
      put(table_.relations[r].total, -1);
      for (const std::int32_t child : table_.relations[r].children)
        put(child, 1);
    }
    CoinPackedMatrix matrix(true, row.data(), column.data(), element.data(), static_cast<CoinBigIndex>(row.size()));
    matrix.setDimensions(static_cast<int>(zero.size()), static_cast<int>(n));
    ClpSimplex solver;
    solver.setLogLevel(0);
    solver.loadProblem(matrix, low.data(), high.data(), objective.data(), zero.data(), zero.data());
    for (std::size_t i = 0; i < n; ++i) {
      const Cell& cell = table_.cells[i];
      if (!cell.primary) continue;
      if (Clock::now() >= end_)
        return fail("rounding.time", "the rounded table could not be judged within the time", {},
                    "Give more --seconds, or merge categories.");
      double reach[2];
      for (const bool up : {false, true}) {
        solver.setObjectiveCoefficient(static_cast<int>(i), up ? -1 : 1);
        solver.primal(0, 0);
        if (solver.status() != 0)
          return fail("disclosure.solver", "the interval of " + table_.describe(i) + " could not be computed");
        reach[up ? 1 : 0] = std::abs(solver.primalColumnSolution()[i]) * unit;
        solver.setObjectiveCoefficient(static_cast<int>(i), 0);
      }
      if (whole_)  // counts: inwards to whole numbers
        for (double& r : reach)
          r = std::floor(r + 1e-6);
      result.intervals[i] = {cell.value - reach[0], cell.value + reach[1]};
      const auto below = [](double reached, double needed) { return reached < needed - 1e-5 * std::max(1.0, needed); };
      const bool exact = reach[0] + reach[1] < 1e-6 * std::max(1.0, cell.value);
      result.exact += exact;
      result.too_narrow += !exact && (below(reach[1], cell.need_up) || below(reach[0], cell.need_down) ||
                                      below(reach[0] + reach[1], cell.need_slide));
    }
    return {};
  }

 private:
  const CellTable& table_;
  double base_;
  Clock::time_point end_;
  bool whole_;
  mutable std::vector<double> lows_, highs_, costs_;
};

Result<Rounded> attempt(const CellTable& table, double base, Clock::time_point end) {
  const Rounder rounder(table, base, end);
  Rounded result{.base = base};
  SEKISHO_TRY(result.values, rounder.solve(false));
  if (result.values.empty()) {
    result.zero_restricted = false;
    SEKISHO_TRY(result.values, rounder.solve(true));
  }
  if (result.values.empty())
    return fail("rounding.infeasible", fmt::format("no table rounded to {} adds up", number_text(base)), {},
                "Choose another base, or hide cells instead.");
  result.intervals.resize(table.cells.size());
  for (std::size_t i = 0; i < table.cells.size(); ++i) {
    const double off = std::abs(result.values[i] - table.cells[i].value);
    result.largest_deviation = std::max(result.largest_deviation, off);
    result.sum_of_deviations += off;
    result.primary += table.cells[i].primary;
  }
  SEKISHO_CHECK(rounder.judge(result));
  return result;
}

Result<Rounded> search(const CellTable& table, const RoundingOptions& options) {
  const auto start = Clock::now();
  const auto end = start + std::chrono::milliseconds(static_cast<std::int64_t>(options.seconds * 1000));
  double need = 1;
  for (const Cell& cell : table.cells) {
    if (cell.publish)
      return fail("rounding.forced", table.describe(static_cast<std::size_t>(&cell - table.cells.data())) +
                                         " is to be published as it is: a rounded table has no such cells");
    if (cell.primary) need = std::max({need, cell.need_up, cell.need_down, cell.need_slide});
  }
  double base = options.base > 0 ? options.base : next_base(need);
  for (int larger = 0;; ++larger) {
    SEKISHO_TRY(Rounded result, attempt(table, base, end));
    result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (result.exact + result.too_narrow == 0) return result;
    if (options.base > 0 || larger == kLargerBases)
      return fail("rounding.narrow",
                  fmt::format("rounded to {}, {} sensitive cells can be computed and {} stay too narrow",
                              number_text(base), result.exact, result.too_narrow),
                  {}, "Choose a larger base, or hide cells instead.");
    base = next_base(base);
  }
}

}  // namespace

Result<Rounded> round_table(const CellTable& table, const RoundingOptions& options) {
  return guarded([&] { return search(table, options); });
}

std::string rounded_csv(const CellTable& table, const Rounded& rounded) {
  std::string out;
  const CsvTable& source = table.source;
  constexpr std::string_view kAdded[] = {"status", "low", "high", "rounded"};
  std::vector<std::size_t> kept;
  std::vector<std::string_view> fields;
  for (std::size_t c = 0; c < source.header.size(); ++c) {
    if (std::ranges::find(kAdded, source.header[c]) != std::end(kAdded)) continue;
    kept.push_back(c);
    fields.push_back(source.header[c]);
  }
  fields.insert(fields.end(), std::begin(kAdded), std::end(kAdded));
  append_csv(out, fields);
  for (std::size_t i = 0; i < table.cells.size(); ++i) {
    fields.clear();
    for (const std::size_t c : kept)
      fields.push_back(source.rows[i][c]);
    const std::string low = number_text(rounded.intervals[i].low), high = number_text(rounded.intervals[i].high),
                      value = number_text(rounded.values[i]);
    for (const std::string_view field :
         {std::string_view("rounded"), std::string_view(low), std::string_view(high), std::string_view(value)})
      fields.push_back(field);
    append_csv(out, fields);
  }
  return out;
}

std::string public_rounded_csv(const CellTable& table, const Rounded& rounded) {
  std::string out;
  std::vector<std::string_view> fields(table.dimensions.begin(), table.dimensions.end());
  fields.push_back("value");
  append_csv(out, fields);
  for (std::size_t i = 0; i < table.cells.size(); ++i) {
    fields.assign(table.cells[i].labels.begin(), table.cells[i].labels.end());
    const std::string value = number_text(rounded.values[i]);
    fields.push_back(value);
    append_csv(out, fields);
  }
  return out;
}

}  // namespace sekisho::disclosure

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <unordered_map>

#include "disclosure/table.h"

namespace sekisho::disclosure {
namespace {

constexpr std::string_view kPersonColumns[] = {"person_id", "person", "pseudonym"};
constexpr std::string_view kHospitalColumns[] = {"hospital_id", "hospital"};

std::string known_column(const std::vector<std::string>& header, std::span<const std::string_view> names) {
  for (const std::string_view name : names)
    if (std::ranges::find(header, name) != header.end()) return std::string(name);
  return {};
}

// A row of the dataset as the table needs it.
struct Entry {
  std::uint32_t cell = 0, person = 0, hospital = 0;
  double value = 1, weight = 1;
  auto operator<=>(const Entry&) const = default;
};

class Tabulator {
 public:
  explicit Tabulator(const TableRequest& request) : request_(request) {}

  Result<Tabulation> run() {
    SEKISHO_CHECK(choose_columns());
    SEKISHO_CHECK(check_conditions(out_.dataset, request_.where));
    const std::vector<std::uint32_t> rows = matching_rows(out_.dataset, request_.where);
    if (rows.empty()) return std::unexpected(no_row_left(out_.dataset, request_.where));
    SEKISHO_CHECK(make_dimensions(rows));
    SEKISHO_CHECK(read_entries(rows));
    count_members();
    if (request_.measure == Measure::kCount) {
      SEKISHO_CHECK(count_persons());
    } else {
      add_layer(&Entry::value);
      if (request_.measure == Measure::kMean && !request_.weight.empty()) add_layer(&Entry::weight);
    }
    gather_facts();
    return std::move(out_);
  }

 private:
  Result<void> choose_columns() {
    std::vector<std::string> names = request_.rows;
    names.insert(names.end(), request_.columns.begin(), request_.columns.end());
    if (names.empty() || names.size() > kMaximalDimensions)
      return fail("usage.column", fmt::format("a table has 1 to {} dimensions", kMaximalDimensions));
    dimension_count_ = names.size();
    for (const std::string& name : names)
      if (std::ranges::count(names, name) > 1) return fail("usage.column", fmt::format("{} is named twice", name));
    for (const auto& [name, grouping] : request_.groupings)
      if (std::ranges::find(names, name) == names.end())
        return fail("usage.column", fmt::format("{} has bands or a hierarchy but is no dimension", name));
    SEKISHO_TRY(const std::vector<std::string> header, dataset_header(request_.dataset));
    out_.person_column = request_.person.empty() ? known_column(header, kPersonColumns) : request_.person;
    if (out_.person_column.empty())
      return fail("table.person", "no column tells persons apart", {.file = request_.dataset.string()},
                  "Name it (--person): rows are not persons, and thresholds count persons. " + columns_there(header));
    if (std::ranges::find(names, out_.person_column) != names.end())
      return fail("usage.column", "persons cannot be a dimension of their own table");
    std::string hospital = request_.hospital.empty() ? known_column(header, kHospitalColumns) : request_.hospital;
    out_.by_hospital = !hospital.empty() && std::ranges::find(names, hospital) != names.end();
    if (!out_.by_hospital) out_.hospital_column = hospital;
    if ((request_.measure != Measure::kCount) == request_.value.empty())
      return fail("usage.value",
                  request_.value.empty() ? "sums and means need a column of values" : "counts take no column of values",
                  {},
                  request_.value.empty() ? "Name it (--value)." : "Leave --value away, or say --measure sum or mean.");
    names.push_back(out_.person_column);
    for (const std::string& name : {out_.hospital_column, request_.value, request_.weight})
      if (!name.empty()) names.push_back(name);
    for (const Condition& condition : request_.where)
      names.push_back(condition.column);
    SEKISHO_TRY(out_.dataset, read_dataset(request_.dataset, names));
    return {};
  }

  Result<void> make_dimensions(const std::vector<std::uint32_t>& rows) {
    std::size_t cells = 1;
    for (std::size_t d = 0; d < dimension_count_; ++d) {
      const std::string& name =
          d < request_.rows.size() ? request_.rows[d] : request_.columns[d - request_.rows.size()];
      const DatasetColumn& column = out_.dataset.column(name);
      std::vector<char> used(column.texts.size(), 0);
      for (const std::uint32_t row : rows)
        used[column.codes[row]] = 1;
      const auto grouping = request_.groupings.find(name);
      SEKISHO_TRY(Dimension dimension,
                  make_dimension(column, used, grouping == request_.groupings.end() ? Grouping{} : grouping->second));
      cells *= dimension.nodes.size();
      if (cells > kMaximalTableCells)
        return fail("table.too_large", fmt::format("the table would have more than {} cells", kMaximalTableCells), {},
                    "Take fewer or coarser dimensions.");
      out_.dimensions.push_back(std::move(dimension));
      columns_.push_back(&column);
    }
    shape_.emplace(out_.dimensions);
    return {};
  }

  // A number of a row; nullopt when the field is empty.
  Result<std::optional<double>> number(const DatasetColumn& column, std::uint32_t row, std::string_view code) {
    const std::string& text = column.texts[column.codes[row]];
    double value = 0;
    if (text.empty()) return std::optional<double>{};
    if (!parse_number(text, value) || std::abs(value) > 1e12)
      return fail(std::string(code), fmt::format("{} holds something else than a number", column.name),
                  {.file = request_.dataset.string(), .line = static_cast<std::int64_t>(row) + 2});
    return std::optional(value);
  }

  Result<void> read_entries(const std::vector<std::uint32_t>& rows) {
    const auto find = [&](const std::string& name) { return name.empty() ? nullptr : &out_.dataset.column(name); };
    const DatasetColumn& person = out_.dataset.column(out_.person_column);
    const DatasetColumn *hospital = find(out_.hospital_column), *value = find(request_.value),
                        *weight = find(request_.weight);
    for (const std::uint32_t row : rows) {
      const Place place{.file = request_.dataset.string(), .line = static_cast<std::int64_t>(row) + 2};
      Entry entry;
      for (std::size_t d = 0; d < columns_.size(); ++d)
        entry.cell +=
            static_cast<std::uint32_t>(out_.dimensions[d].leaf_of_code[columns_[d]->codes[row]] * shape_->stride(d));
      entry.person = person.codes[row];
      if (person.texts[entry.person].empty()) return fail("table.person", "a row names no person", place);
      if (hospital != nullptr) entry.hospital = hospital->codes[row];
      if (weight != nullptr) {
        SEKISHO_TRY(const std::optional<double> factor, number(*weight, row, "table.weight"));
        if (!factor || *factor < 0) return fail("table.weight", "a weight is a number of at least 0", place);
        entry.value = entry.weight = *factor;
      }
      if (value != nullptr) {
        SEKISHO_TRY(const std::optional<double> amount, number(*value, row, "table.value"));
        if (!amount) {
          ++out_.without_value;
          continue;
        }
        entry.value *= *amount;
        out_.negative = out_.negative || entry.value < 0;
      }
      entries_.push_back(entry);
    }
    out_.rows = rows.size();
    if (entries_.empty()) return fail("table.value", "no row has a number", {.file = request_.dataset.string()});
    std::ranges::sort(entries_);
    return {};
  }

  void count_members() {
    std::vector<std::uint32_t> persons;
    for (const Entry& entry : entries_) {
      const Membership member{entry.cell, entry.person};
      if (out_.members.empty() || out_.members.back() != member) out_.members.push_back(member);
      persons.push_back(entry.person);
    }
    std::ranges::sort(persons);
    persons.erase(std::ranges::unique(persons).begin(), persons.end());
    out_.persons = persons.size();
    out_.layers.emplace_back(shape_->cells(), 0.0);
    for (const Membership& member : out_.members)
      for_each_above(out_.dimensions, *shape_, member.cell, [&](std::size_t cell) { out_.layers[0][cell] += 1; });
  }

  // Each person counts once in a cell, with one weight; the hospitals stay with the rows.
  Result<void> count_persons() {
    if (request_.weight.empty()) return {};
    std::vector<Entry> distinct;
    for (const Entry& entry : entries_) {
      if (distinct.empty() || distinct.back().cell != entry.cell || distinct.back().person != entry.person) {
        distinct.push_back(entry);
      } else if (distinct.back().value != entry.value) {
        return fail("table.weight", "a person has different weights in one cell", {.file = request_.dataset.string()},
                    "A count needs one weight for each person.");
      }
    }
    entries_ = std::move(distinct);
    add_layer(&Entry::value);
    return {};
  }

  // Sums of the entries, rounded to the sixth decimal so that they do not depend on the order of rows.
  void add_layer(double Entry::* amount) {
    std::vector<double> layer(shape_->cells(), 0.0), leaves(shape_->cells(), 0.0);
    for (const Entry& entry : entries_)
      leaves[entry.cell] += entry.*amount;
    for (std::size_t leaf = 0; leaf < leaves.size(); ++leaf) {
      const double value = std::round(leaves[leaf] * 1e6) / 1e6;
      if (value != 0) for_each_above(out_.dimensions, *shape_, leaf, [&](std::size_t cell) { layer[cell] += value; });
    }
    for (double& value : layer)
      value = std::round(value * 1e6) / 1e6;
    out_.layers.push_back(std::move(layer));
  }

  struct Part {
    std::uint32_t cell, unit;
    double value;
  };

  static void enter(Contributions& to, double value) {
    ++to.units;
    const double amount = std::abs(value);
    to.total += amount;
    for (std::size_t i = 0; i < Contributions::kTop; ++i)
      if (amount > to.top[i]) {
        std::copy_backward(to.top + i, to.top + Contributions::kTop - 1, to.top + Contributions::kTop);
        to.top[i] = amount;
        break;
      }
  }

  // All contributions of a unit to a cell are one.
  void enter_parts(std::vector<Part>& parts, Contributions CellFacts::* kind) {
    std::ranges::sort(parts, [](const Part& a, const Part& b) {
      return a.cell != b.cell ? a.cell < b.cell : a.unit != b.unit ? a.unit < b.unit : a.value < b.value;
    });
    for (std::size_t i = 0; i < parts.size();) {
      const Part first = parts[i];
      double sum = 0;
      for (; i < parts.size() && parts[i].cell == first.cell && parts[i].unit == first.unit; ++i)
        sum += parts[i].value;
      enter(out_.facts[first.cell].*kind, sum);
    }
  }

  // Cells level by level from the total down: at one level of each dimension no cell holds another.
  void gather_facts() {
    out_.facts.resize(shape_->cells());
    std::size_t depth = 0;
    for (const Dimension& dimension : out_.dimensions)
      for (const auto& path : dimension.ancestors)
        depth = std::max(depth, path.size());
    std::vector<std::size_t> level(columns_.size(), 0);
    std::vector<Part> persons, hospitals;
    while (true) {
      persons.clear();
      hospitals.clear();
      for (const Entry& entry : entries_) {
        std::size_t cell = 0;
        bool present = true;
        for (std::size_t d = 0; d < level.size() && present; ++d) {
          const auto& path = out_.dimensions[d].ancestors[shape_->node(entry.cell, d)];
          present = level[d] < path.size();
          if (present) cell += path[path.size() - 1 - level[d]] * shape_->stride(d);
        }
        if (!present) continue;
        persons.push_back({static_cast<std::uint32_t>(cell), entry.person, entry.value});
        if (!out_.hospital_column.empty())
          hospitals.push_back({static_cast<std::uint32_t>(cell), entry.hospital, entry.value});
      }
      enter_parts(persons, &CellFacts::persons);
      enter_parts(hospitals, &CellFacts::hospitals);
      std::size_t d = 0;
      while (d < level.size() && ++level[d] == depth)
        level[d++] = 0;
      if (d == level.size()) return;
    }
  }

  const TableRequest& request_;
  Tabulation out_;
  std::size_t dimension_count_ = 0;
  std::vector<const DatasetColumn*> columns_;
  std::optional<Shape> shape_;
  std::vector<Entry> entries_;
};

}  // namespace

std::string_view name(Measure measure) {
  return measure == Measure::kCount ? "count" : measure == Measure::kSum ? "sum" : "mean";
}

Result<Tabulation> tabulate(const TableRequest& request) {
  return Tabulator(request).run();
}

}  // namespace sekisho::disclosure

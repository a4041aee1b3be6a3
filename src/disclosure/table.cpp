#include "disclosure/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "core/file.h"
#include "crypto/digest.h"
#include "disclosure/protect.h"

namespace sekisho::disclosure {
namespace {

constexpr std::size_t kMaximalTableCells = 20'000, kMaximalDimensions = 5;
constexpr std::string_view kTotal = "Total", kEmpty = "(empty)";
constexpr std::string_view kPersonColumns[] = {"person_id", "person", "pseudonym"};

using Pair = std::pair<std::uint32_t, std::uint32_t>;  // cell, person

struct Dimension {
  std::string name;
  std::size_t column = 0;
  std::vector<std::string> categories;  // sorted
};

// The dataset reduced to what the table needs.
struct Counts {
  std::vector<Dimension> dimensions;
  std::vector<std::vector<std::uint32_t>> rows;  // distinct rows: categories of each dimension, then the person
  std::uint64_t dataset_rows = 0, persons = 0;
  std::string person_column, hash;
};

Result<std::size_t> find_column(const std::vector<std::string>& header, const std::string& name,
                                const std::filesystem::path& file) {
  const auto found = std::ranges::find(header, name);
  if (found == header.end())
    return fail("usage.column", fmt::format("the dataset has no column {}", name), {.file = file.string()});
  return static_cast<std::size_t>(found - header.begin());
}

Result<std::size_t> find_person(const std::vector<std::string>& header, const TableRequest& request) {
  if (!request.person.empty()) return find_column(header, request.person, request.dataset);
  for (const std::string_view name : kPersonColumns)
    if (const auto found = std::ranges::find(header, name); found != header.end())
      return static_cast<std::size_t>(found - header.begin());
  return fail("table.person", "no column tells persons apart", {.file = request.dataset.string()},
              "Name it: rows are not persons, and thresholds count persons.");
}

Result<std::vector<Dimension>> find_dimensions(const std::vector<std::string>& header, const TableRequest& request,
                                               std::size_t person) {
  std::vector<std::string> names = request.rows;
  names.insert(names.end(), request.columns.begin(), request.columns.end());
  if (names.empty() || names.size() > kMaximalDimensions)
    return fail("usage.column", fmt::format("a table has 1 to {} dimensions", kMaximalDimensions));
  std::vector<Dimension> dimensions;
  for (const std::string& name : names) {
    if (std::ranges::count(names, name) > 1) return fail("usage.column", fmt::format("{} is named twice", name));
    SEKISHO_TRY(const std::size_t column, find_column(header, name, request.dataset));
    if (column == person) return fail("usage.column", "persons cannot be a dimension of their own table");
    dimensions.push_back({name, column, {}});
  }
  return dimensions;
}

// Numbers the texts of a column in sorted order, so that the table does not depend on the order of rows.
class Categories {
 public:
  std::uint32_t number(std::string_view text) {
    return numbers_.try_emplace(std::string(text), static_cast<std::uint32_t>(numbers_.size())).first->second;
  }
  std::size_t size() const { return numbers_.size(); }
  std::vector<std::string> sorted(std::vector<std::uint32_t>& place_of) const {
    std::vector<std::string> names;
    place_of.resize(numbers_.size());
    for (const auto& [name, number] : numbers_) {
      place_of[number] = static_cast<std::uint32_t>(names.size());
      names.push_back(name);
    }
    return names;
  }

 private:
  std::map<std::string, std::uint32_t, std::less<>> numbers_;
};

Result<Counts> count_rows(const TableRequest& request) {
  SEKISHO_TRY(const MappedFile file, MappedFile::open(request.dataset));
  Counts counts;
  counts.hash = to_hex(crypto::sha256(file.bytes()));
  CsvReader reader(as_text(file.bytes()), ',', request.dataset.string());
  std::vector<std::string_view> fields;
  SEKISHO_TRY(const bool has_header, reader.next(fields));
  if (!has_header) return fail("csv.empty", "the dataset is empty", {.file = request.dataset.string()});
  const std::vector<std::string> header(fields.begin(), fields.end());
  SEKISHO_TRY(const std::size_t person, find_person(header, request));
  counts.person_column = header[person];
  SEKISHO_TRY(counts.dimensions, find_dimensions(header, request, person));
  const std::size_t dimensions = counts.dimensions.size();
  std::vector<Categories> categories(dimensions);
  std::unordered_map<std::string, std::uint32_t> persons;
  while (true) {
    SEKISHO_TRY(const bool more, reader.next(fields));
    if (!more) break;
    const Place place{.file = request.dataset.string(), .line = reader.line()};
    if (fields.size() != header.size())
      return fail("csv.ragged", fmt::format("a row has {} fields instead of {}", fields.size(), header.size()), place);
    if (fields[person].empty()) return fail("table.person", "a row names no person", place);
    std::vector<std::uint32_t> row;
    std::size_t cells = 1;
    for (std::size_t d = 0; d < dimensions; ++d) {
      const std::string_view text = fields[counts.dimensions[d].column];
      row.push_back(categories[d].number(text.empty() ? kEmpty : text));
      cells *= categories[d].size() + 1;
    }
    if (cells > kMaximalTableCells)
      return fail("table.too_large", fmt::format("the table would have more than {} cells", kMaximalTableCells), {},
                  "Take fewer or coarser dimensions.");
    row.push_back(
        persons.try_emplace(std::string(fields[person]), static_cast<std::uint32_t>(persons.size())).first->second);
    counts.rows.push_back(std::move(row));
    ++counts.dataset_rows;
  }
  if (counts.rows.empty()) return fail("csv.empty", "the dataset has no row", {.file = request.dataset.string()});
  counts.persons = persons.size();
  for (std::size_t d = 0; d < dimensions; ++d) {
    std::vector<std::uint32_t> place_of;
    counts.dimensions[d].categories = categories[d].sorted(place_of);
    if (std::ranges::find(counts.dimensions[d].categories, kTotal) != counts.dimensions[d].categories.end())
      return fail("table.label", fmt::format("a category of {} is called {}", counts.dimensions[d].name, kTotal));
    for (auto& row : counts.rows)
      row[d] = place_of[row[d]];
  }
  std::ranges::sort(counts.rows);
  counts.rows.erase(std::ranges::unique(counts.rows).begin(), counts.rows.end());
  return counts;
}

// Cells in mixed radix: in each dimension its categories, then the total.
class Grid {
 public:
  explicit Grid(const std::vector<Dimension>& dimensions) {
    for (const Dimension& dimension : dimensions)
      sizes_.push_back(dimension.categories.size() + 1);
    strides_.assign(sizes_.size(), 1);
    for (std::size_t d = sizes_.size(); d-- > 1;)
      strides_[d - 1] = strides_[d] * sizes_[d];
  }
  std::size_t cells() const { return strides_[0] * sizes_[0]; }
  std::size_t coordinate(std::size_t cell, std::size_t d) const { return cell / strides_[d] % sizes_[d]; }
  std::size_t size(std::size_t d) const { return sizes_[d]; }
  std::size_t stride(std::size_t d) const { return strides_[d]; }
  bool is_total(std::size_t cell, std::size_t d) const { return coordinate(cell, d) + 1 == sizes_[d]; }
  // The cell of a row when the dimensions in `mask` are totalled.
  std::size_t cell(const std::vector<std::uint32_t>& row, std::size_t mask) const {
    std::size_t at = 0;
    for (std::size_t d = 0; d < sizes_.size(); ++d)
      at += strides_[d] * ((mask >> d & 1) != 0 ? sizes_[d] - 1 : row[d]);
    return at;
  }

 private:
  std::vector<std::size_t> sizes_, strides_;
};

CellTable build_table(const Counts& counts) {
  const Grid grid(counts.dimensions);
  const std::size_t dimensions = counts.dimensions.size();
  CellTable table;
  for (const Dimension& dimension : counts.dimensions)
    table.dimensions.push_back(dimension.name);
  table.cells.resize(grid.cells());
  for (std::size_t i = 0; i < table.cells.size(); ++i) {
    Cell& cell = table.cells[i];
    cell.id = std::to_string(i);
    cell.contributors = 0;
    for (std::size_t d = 0; d < dimensions; ++d)
      cell.labels.push_back(grid.is_total(i, d) ? std::string(kTotal)
                                                : counts.dimensions[d].categories[grid.coordinate(i, d)]);
  }
  std::vector<Pair> pairs;
  for (std::size_t mask = 0; mask < std::size_t{1} << dimensions; ++mask) {
    pairs.clear();
    for (const auto& row : counts.rows) {
      const std::size_t cell = grid.cell(row, mask);
      pairs.emplace_back(static_cast<std::uint32_t>(cell), row.back());
      table.cells[cell].value += 1;  // rows are distinct in (cell, person)
    }
    std::ranges::sort(pairs);
    pairs.erase(std::ranges::unique(pairs).begin(), pairs.end());
    for (const Pair& pair : pairs)
      table.cells[pair.first].contributors += 1;
  }
  for (std::size_t i = 0; i < table.cells.size(); ++i)
    for (std::size_t d = 0; d < dimensions; ++d) {
      if (!grid.is_total(i, d)) continue;
      Relation relation{fmt::format("{}:{}", counts.dimensions[d].name, i), static_cast<std::int32_t>(i), {}};
      for (std::size_t k = 1; k < grid.size(d); ++k)
        relation.children.push_back(static_cast<std::int32_t>(i - k * grid.stride(d)));
      table.relations.push_back(std::move(relation));
    }
  return table;
}

// Rows or columns whose persons are all in one category: publishing them tells something about every one of them.
std::uint64_t group_disclosures(const CellTable& table, double threshold) {
  std::uint64_t found = 0;
  for (const Relation& relation : table.relations) {
    const double total = table.cells[static_cast<std::size_t>(relation.total)].value;
    if (total < threshold || relation.children.size() < 2) continue;
    found += std::ranges::any_of(relation.children, [&](std::int32_t child) {
      return table.cells[static_cast<std::size_t>(child)].value == total;
    });
  }
  return found;
}

// Dimensions in which a person stands in more than one category.
std::vector<std::string> overlapping(const CellTable& table, const Counts& counts) {
  const Grid grid(counts.dimensions);
  std::vector<std::string> names;
  for (std::size_t d = 0; d < counts.dimensions.size(); ++d) {
    bool found = false;
    std::size_t all = 0;  // the total of every other dimension
    for (std::size_t e = 0; e < counts.dimensions.size(); ++e)
      all += grid.stride(e) * (grid.size(e) - 1);
    double sum = 0;
    for (std::size_t k = 1; k < grid.size(d); ++k)
      sum += table.cells[all - k * grid.stride(d)].contributors;
    found = sum != table.cells[all].contributors;
    if (found) names.push_back(counts.dimensions[d].name);
  }
  return names;
}

Json proof_sheet(const CellTable& table, const Counts& counts, const Policy& policy, const Protection& protection) {
  Json hidden = Json::array();
  for (const AuditedCell& cell : protection.audit.hidden)
    hidden.push_back(
        Json{{"labels", table.cells[cell.cell].labels}, {"low", cell.interval.low}, {"high", cell.interval.high}});
  Json dimensions = Json::array();
  for (const Dimension& dimension : counts.dimensions)
    dimensions.push_back(Json{{"name", dimension.name}, {"categories", dimension.categories.size()}});
  const std::uint64_t groups = group_disclosures(table, policy.threshold);
  Json review = Json::array();
  if (groups > 0)
    review.push_back(Json{{"rule", "group"}, {"count", groups}, {"message", "a group stands in one category only"}});
  return Json{{"kind", "frequency table of distinct persons"},
              {"dataset", Json{{"sha256", counts.hash}, {"rows", counts.dataset_rows}, {"persons", counts.persons}}},
              {"person_column", counts.person_column},
              {"dimensions", std::move(dimensions)},
              {"totals_count_a_person_once_per", overlapping(table, counts)},
              {"policy", Json{{"id", policy.id},
                              {"threshold", policy.threshold},
                              {"zeros", policy.protect_zeros ? "protect" : "publish"},
                              {"not_checked", policy.not_checked}}},
              {"cells", table.cells.size()},
              {"primary", protection.primary},
              {"secondary", protection.secondary},
              {"lp_bound", protection.lp_bound},
              {"optimal", protection.optimal},
              {"audit", Json{{"exact", protection.audit.exact}, {"too_narrow", protection.audit.too_narrow}}},
              {"hidden", std::move(hidden)},
              {"review", std::move(review)},
              {"result", "PASS"}};
}

}  // namespace

Result<TableResult> make_table(const TableRequest& request) {
  Policy policy = request.policy;
  policy.threshold = std::max(policy.threshold, request.threshold);
  SEKISHO_TRY(const Counts counts, count_rows(request));
  CellTable table = build_table(counts);
  mark_primary(table, policy);
  require_needs(table, policy);
  SEKISHO_CHECK(check_table(table));
  SEKISHO_TRY(const Protection protection, protect(table, {.mode = Mode::kFast, .seconds = policy.seconds}));
  TableResult result;
  result.proof = proof_sheet(table, counts, policy, protection);
  if (!result.proof["review"].empty()) result.proof["result"] = "REVIEW";
  result.csv = public_csv(table, protection.pattern);
  result.proof["output_sha256"] = to_hex(crypto::sha256(as_bytes(result.csv)));
  result.cells = table.cells.size();
  result.primary = protection.primary;
  result.secondary = protection.secondary;
  result.exact = protection.audit.exact;
  result.too_narrow = protection.audit.too_narrow;
  result.safe = protection.audit.safe();
  return result;
}

}  // namespace sekisho::disclosure

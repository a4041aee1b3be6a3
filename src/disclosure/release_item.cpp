#include <fmt/format.h>

#include <algorithm>

#include "core/csv.h"
#include "disclosure/releases.h"

namespace sekisho::disclosure {
namespace {

std::string definition_of(const TableRequest& request, const Tabulation& data) {
  std::string out = fmt::format("{}({})", name(request.measure), request.value);
  if (!request.weight.empty()) out += fmt::format(" weight {}", request.weight);
  std::vector<std::string> parts;
  for (const Dimension& dimension : data.dimensions) {
    std::string part = dimension.name;
    if (const auto grouping = request.groupings.find(dimension.name); grouping != request.groupings.end()) {
      for (const double bound : grouping->second.bands)
        part += fmt::format(" {}", bound);
      if (!grouping->second.hierarchy.empty()) part += " grouped";
    }
    parts.push_back(std::move(part));
  }
  std::ranges::sort(parts);
  out += fmt::format(" by {}", fmt::join(parts, ", "));
  parts.clear();
  for (const Condition& condition : request.where)
    parts.push_back(condition.text());
  std::ranges::sort(parts);
  if (!parts.empty()) out += fmt::format(" where {}", fmt::join(parts, " and "));
  return out;
}

}  // namespace

std::string ReleaseItem::cell_name(std::size_t cell) const {
  std::string out;
  for (std::size_t d = 0; d < dimensions.size(); ++d)
    if (cells[cell].labels[d] != kTotal)
      out += fmt::format("{}{}={}", out.empty() ? "" : ", ", dimensions[d], cells[cell].labels[d]);
  return out.empty() ? std::string(kTotal) : out;
}

Result<std::map<std::string, std::string>> read_common_persons(const std::filesystem::path& file) {
  SEKISHO_TRY(const CsvTable csv, read_csv_file(file));
  if (csv.header.size() != 2)
    return fail("csv.ragged", "a list of common persons has two columns", {.file = file.string()});
  std::map<std::string, std::string> out;
  for (const auto& row : csv.rows)
    out.emplace(row[0], row[1]);
  return out;
}

Result<ReleaseItem> release_item(const TableRequest& request, const TableResult& result, const std::string& project,
                                 const std::map<std::string, std::string>& common) {
  const Tabulation& data = result.data;
  ReleaseItem item;
  item.project = project;
  item.definition = definition_of(request, data);
  item.title = item.definition;
  item.cut = data.dataset.sha256;
  item.output_sha256 = result.proof["output_sha256"].get<std::string>();
  item.dimensions = result.table.dimensions;
  for (std::size_t i = 0; i < result.table.cells.size(); ++i) {
    const bool shown = result.pattern[i] == Status::kPublished;
    item.cells.push_back({result.table.cells[i].labels, shown, shown ? result.table.cells[i].value : 0});
  }
  // Persons with the same categories are one class.
  std::vector<Membership> members = data.members;
  std::ranges::sort(members, {}, [](const Membership& m) { return std::pair(m.person, m.cell); });
  const std::vector<std::string>& texts = data.dataset.column(data.person_column).texts;
  const Shape shape(data.dimensions);
  std::map<std::vector<std::uint32_t>, std::size_t> class_of;
  std::vector<std::uint32_t> categories;
  for (std::size_t i = 0; i < members.size();) {
    const std::uint32_t person = members[i].person;
    categories.clear();
    for (; i < members.size() && members[i].person == person; ++i)
      categories.push_back(members[i].cell);
    const auto [found, fresh] = class_of.emplace(categories, item.classes.size());
    if (fresh) {
      std::map<std::uint32_t, std::uint32_t> counts;
      for (const std::uint32_t category : categories)
        for_each_above(data.dimensions, shape, category,
                       [&](std::size_t cell) { ++counts[static_cast<std::uint32_t>(cell)]; });
      item.classes.emplace_back();
      for (const auto& [cell, times] : counts)
        item.classes.back().push_back({cell, times});
      item.members.emplace_back();
    }
    item.members[found->second].push_back(texts[person]);
  }
  if (!common.empty()) SEKISHO_CHECK(use_common_persons(item, common));
  return item;
}

Result<ReleaseItem> perturbed_item(const TableRequest& request, PerturbedTable table, const std::string& project,
                                   const std::map<std::string, std::string>& common) {
  TableResult all;
  all.proof = std::move(table.proof);
  all.data = std::move(table.data);
  all.table = std::move(table.table);
  all.pattern.assign(all.table.cells.size(), Status::kPublished);
  SEKISHO_TRY(ReleaseItem item, release_item(request, all, project, common));
  for (ReleasedCell& cell : item.cells)
    if (cell.value != 0) cell.window = table.reach;  // 0 stays 0
  return item;
}

Result<void> use_common_persons(ReleaseItem& item, const std::map<std::string, std::string>& common) {
  for (auto& members : item.members)
    for (std::string& person : members) {
      const auto shared = common.find(person);
      if (shared == common.end())
        return fail("table.person", "a person of the dataset is not in the list of common persons");
      person = shared->second;
    }
  return {};
}

}  // namespace sekisho::disclosure

#include "disclosure/shape.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <limits>
#include <set>

#include "core/csv.h"
#include "core/file.h"

namespace sekisho::disclosure {
namespace {

// "5-9" before "10-14", "<18" before "18-39": by the number a label begins with, then by the text.
double leading_number(const std::string& label) {
  const bool below = label.starts_with('<');
  const char* begin = label.data() + (below || label.starts_with('[') ? 1 : 0);
  double number = 0;
  const auto parsed = std::from_chars(begin, label.data() + label.size(), number);
  if (parsed.ec != std::errc{}) return std::numeric_limits<double>::infinity();
  return below ? std::nextafter(number, -std::numeric_limits<double>::infinity()) : number;
}

struct LessCategory {
  bool operator()(const std::string& a, const std::string& b) const {
    const double x = leading_number(a), y = leading_number(b);
    return x != y ? x < y : a < b;
  }
};

// Labels of the bands, from below the first to above the last.
std::vector<std::string> band_labels(const std::vector<double>& bands) {
  const bool whole = std::ranges::all_of(bands, [](double b) { return b == std::floor(b); });
  std::vector<std::string> labels = {fmt::format("<{}", bands.front())};
  for (std::size_t i = 0; i + 1 < bands.size(); ++i)
    labels.push_back(whole ? fmt::format("{}-{}", bands[i], bands[i + 1] - 1)
                           : fmt::format("[{},{})", bands[i], bands[i + 1]));
  labels.push_back(fmt::format("{}+", bands.back()));
  return labels;
}

// The categories that become one, by each of them.
Result<std::map<std::string, const std::vector<std::string>*>> merged_categories(const Grouping& grouping) {
  std::map<std::string, const std::vector<std::string>*> out;
  for (const auto& merge : grouping.merges)
    for (const std::string& label : merge)
      if (!out.emplace(label, &merge).second)
        return fail("table.merge", fmt::format("the category {} is merged twice", label));
  return out;
}

// The paths from categories to the total that a request's grouping gives, labels from fine to coarse.
using Paths = std::map<std::string, std::vector<std::string>>;

Result<Paths> read_hierarchy(const std::filesystem::path& file) {
  SEKISHO_TRY(const std::string text, read_text(file, std::size_t{64} << 20));
  const std::string_view first = std::string_view(text).substr(0, text.find('\n'));
  CsvReader reader(text, first.find(';') != std::string_view::npos ? ';' : ',', file.string());
  std::vector<std::string_view> fields;
  Paths paths;
  while (true) {
    SEKISHO_TRY(const bool more, reader.next(fields));
    if (!more) return paths;
    const Place place{.file = file.string(), .line = reader.line()};
    std::vector<std::string> groups;
    for (std::size_t i = 1; i < fields.size(); ++i) {
      const std::string_view below = groups.empty() ? fields[0] : std::string_view(groups.back());
      if (!fields[i].empty() && fields[i] != "*" && fields[i] != below) groups.emplace_back(fields[i]);
    }
    if (!paths.emplace(std::string(fields[0]), std::move(groups)).second)
      return fail("hierarchy.duplicate", "a value stands twice in the hierarchy", place);
  }
}

struct Tree {
  std::set<std::string, LessCategory> roots;
  std::map<std::string, std::set<std::string, LessCategory>> children;
  std::map<std::string, std::string> parent;

  // Error: hierarchy.tree when a label gets a second group above it.
  Result<void> add(const std::string& label, const std::vector<std::string>& groups, const std::string& name) {
    std::string below = label;
    for (std::size_t i = 0; i <= groups.size(); ++i) {
      const std::string above = i < groups.size() ? groups[i] : std::string(kTotal);
      const auto [known, fresh] = parent.emplace(below, above);
      if (!fresh && known->second != above)
        return fail("hierarchy.tree", fmt::format("in the hierarchy of {}, {} stands under {} and under {}", name,
                                                  below, known->second, above));
      if (i < groups.size()) {
        children[above].insert(below);
      } else {
        roots.insert(below);
      }
      below = above;
    }
    return {};
  }
};

std::uint32_t lay_out(const Tree& tree, const std::string& label, Dimension& dimension,
                      std::map<std::string, std::uint32_t>& node_of) {
  Dimension::Node node{label, {}};
  if (const auto group = tree.children.find(label); group != tree.children.end())
    for (const std::string& child : group->second)
      node.children.push_back(lay_out(tree, child, dimension, node_of));
  dimension.nodes.push_back(std::move(node));
  const auto index = static_cast<std::uint32_t>(dimension.nodes.size() - 1);
  node_of.emplace(label, index);
  return index;
}

void find_ancestors(Dimension& dimension) {
  std::vector<std::uint32_t> parent(dimension.nodes.size(), 0);
  for (std::uint32_t i = 0; i < dimension.nodes.size(); ++i)
    for (const std::uint32_t child : dimension.nodes[i].children)
      parent[child] = i;
  const auto root = static_cast<std::uint32_t>(dimension.nodes.size() - 1);
  for (std::uint32_t i = 0; i <= root; ++i) {
    dimension.ancestors.emplace_back(1, i);
    while (dimension.ancestors.back().back() != root)
      dimension.ancestors.back().push_back(parent[dimension.ancestors.back().back()]);
  }
}

}  // namespace

std::size_t Dimension::leaves() const {
  return static_cast<std::size_t>(std::ranges::count_if(nodes, [](const Node& node) { return node.children.empty(); }));
}

Result<Dimension> make_dimension(const DatasetColumn& column, const std::vector<char>& used, const Grouping& grouping) {
  if (!std::ranges::is_sorted(grouping.bands, std::less_equal<>{}) || grouping.bands.size() == 1)
    return fail("table.bands", fmt::format("the bands of {} are at least two numbers in rising order", column.name));
  const std::vector<std::string> labels =
      grouping.bands.empty() ? std::vector<std::string>{} : band_labels(grouping.bands);
  Paths paths;
  if (!grouping.hierarchy.empty()) {
    SEKISHO_TRY(paths, read_hierarchy(grouping.hierarchy));
  }
  SEKISHO_TRY(const auto merges, merged_categories(grouping));
  std::set<std::string> merged;
  Tree tree;
  std::vector<std::string> label_of(column.texts.size());
  for (std::size_t code = 0; code < column.texts.size(); ++code) {
    if (!used[code]) continue;
    std::string& label = label_of[code];
    label = column.texts[code].empty() ? std::string(kEmpty) : column.texts[code];
    double number = 0;
    if (!labels.empty() && parse_number(column.texts[code], number))
      label =
          labels[static_cast<std::size_t>(std::ranges::upper_bound(grouping.bands, number) - grouping.bands.begin())];
    if (label == kTotal) return fail("table.label", fmt::format("a category of {} is called {}", column.name, kTotal));
    const auto path = paths.find(label);
    if (const auto merge = merges.find(label); merge != merges.end()) {
      merged.insert(label);
      label = fmt::format("{}", fmt::join(*merge->second, "+"));
    }
    SEKISHO_CHECK(tree.add(label, path == paths.end() ? std::vector<std::string>{} : path->second, column.name));
  }
  for (const auto& [label, merge] : merges)
    if (!merged.contains(label))
      return fail("table.merge", fmt::format("{} has no category {} to merge", column.name, label));
  for (const std::string& label : label_of)
    if (tree.children.contains(label))
      return fail("table.label", fmt::format("in {}, {} is a category and a group of categories", column.name, label));
  Dimension dimension;
  dimension.name = column.name;
  std::map<std::string, std::uint32_t> node_of;
  Dimension::Node total{std::string(kTotal), {}};
  for (const std::string& root : tree.roots)
    total.children.push_back(lay_out(tree, root, dimension, node_of));
  if (tree.children.contains(std::string(kTotal)))
    return fail("table.label", fmt::format("a group of {} is called {}", column.name, kTotal));
  dimension.nodes.push_back(std::move(total));
  dimension.leaf_of_code.resize(column.texts.size(), 0);
  for (std::size_t code = 0; code < column.texts.size(); ++code)
    if (used[code]) dimension.leaf_of_code[code] = node_of.at(label_of[code]);
  find_ancestors(dimension);
  return dimension;
}

Shape::Shape(const std::vector<Dimension>& dimensions) {
  for (const Dimension& dimension : dimensions)
    sizes_.push_back(dimension.nodes.size());
  strides_.assign(sizes_.size(), 1);
  for (std::size_t d = sizes_.size(); d-- > 1;)
    strides_[d - 1] = strides_[d] * sizes_[d];
}

CellTable empty_table(const std::vector<Dimension>& dimensions) {
  const Shape shape(dimensions);
  CellTable table;
  for (const Dimension& dimension : dimensions)
    table.dimensions.push_back(dimension.name);
  table.cells.resize(shape.cells());
  for (std::size_t i = 0; i < table.cells.size(); ++i) {
    table.cells[i].id = std::to_string(i);
    table.cells[i].contributors = 0;
    for (std::size_t d = 0; d < dimensions.size(); ++d) {
      const Dimension::Node& node = dimensions[d].nodes[shape.node(i, d)];
      table.cells[i].labels.push_back(node.label);
      if (node.children.empty()) continue;
      Relation relation{fmt::format("{}:{}", dimensions[d].name, i), static_cast<std::int32_t>(i), {}};
      for (const std::uint32_t child : node.children)
        relation.children.push_back(
            static_cast<std::int32_t>(i + child * shape.stride(d) - shape.node(i, d) * shape.stride(d)));
      table.relations.push_back(std::move(relation));
    }
  }
  return table;
}

}  // namespace sekisho::disclosure

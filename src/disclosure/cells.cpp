#include "disclosure/cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <unordered_map>

#include "core/file.h"
#include "core/text.h"

namespace sekisho::disclosure {
namespace {

constexpr double kLargestNumber = 1e15;  // doubles still tell units apart
constexpr std::string_view kReserved[] = {"cell",   "value",   "freq",       "top1",      "top2",  "primary",
                                          "rule",   "need_up", "need_slide", "need_down", "lower", "upper",
                                          "weight", "publish", "status",     "low",       "high"};

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  if (std::abs(value) > kLargestNumber) return std::nullopt;
  return value;
}

std::string shown(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 60))
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  return out;
}

// One numeric column of the cells file.
struct NumberColumn {
  std::string_view name;
  double Cell::* member;
  double fallback;
};
constexpr NumberColumn kNumberColumns[] = {
    {"value", &Cell::value, 0},
    {"freq", &Cell::contributors, -1},
    {"top1", &Cell::top1, -1},
    {"top2", &Cell::top2, -1},
    {"need_up", &Cell::need_up, 0},
    {"need_down", &Cell::need_down, 0},
    {"need_slide", &Cell::need_slide, 0},
    {"weight", &Cell::weight, 1},
    {"lower", &Cell::lower, 0},
    {"upper", &Cell::upper, -1},
};
struct FlagColumn {
  std::string_view name;
  bool Cell::* member;
};
constexpr FlagColumn kFlagColumns[] = {{"primary", &Cell::primary}, {"publish", &Cell::publish}};

Result<Cell> read_cell(const CsvTable& csv, std::size_t row, const std::vector<int>& dimensions,
                       std::string_view file) {
  Cell cell;
  const auto& fields = csv.rows[row];
  const auto place = [&](std::string_view column) {
    return Place{.file = std::string(file), .line = csv.lines[row], .part = fmt::format("column {}", column)};
  };
  cell.id = fields[static_cast<std::size_t>(csv.column("cell"))];
  if (cell.id.empty()) return fail("cells.number", "a cell has no id", place("cell"));
  for (const int dimension : dimensions)
    cell.labels.push_back(fields[static_cast<std::size_t>(dimension)]);
  for (const NumberColumn& column : kNumberColumns) {
    const int at = csv.column(column.name);
    cell.*column.member = column.fallback;
    if (at < 0 || (fields[static_cast<std::size_t>(at)].empty() && column.name != "value")) continue;
    const auto number = parse_number(fields[static_cast<std::size_t>(at)]);
    if (!number)
      return fail("cells.number",
                  fmt::format("\"{}\" of cell {} is no number up to 10^15", shown(fields[static_cast<std::size_t>(at)]),
                              shown(cell.id)),
                  place(column.name));
    if (*number < 0)
      return fail("cells.negative", fmt::format("cell {} has a negative number", shown(cell.id)), place(column.name),
                  "Tables with negative contributions cannot be protected; publish absolute values.");
    cell.*column.member = *number;
  }
  for (const FlagColumn& column : kFlagColumns) {
    const int at = csv.column(column.name);
    if (at < 0) continue;
    const std::string& text = fields[static_cast<std::size_t>(at)];
    if (!text.empty() && text != "0" && text != "1")
      return fail("cells.number", fmt::format("cell {}: a flag is 0, 1 or empty", shown(cell.id)), place(column.name));
    cell.*column.member = text == "1";
  }
  return cell;
}

constexpr double kUsualP = 10;

bool is_magnitude(const Cell& cell) {
  return cell.top1 > 0 && cell.contributors > 0 && cell.value != cell.contributors;
}

// True when a cell is, over any number of relations, a part of itself.
Result<void> check_cycles(const CellTable& table) {
  const std::size_t n = table.cells.size();
  std::vector<std::vector<std::int32_t>> children(n);
  std::vector<std::int32_t> parents(n, 0), ready;
  for (const Relation& relation : table.relations)
    for (const std::int32_t child : relation.children) {
      children[static_cast<std::size_t>(relation.total)].push_back(child);
      ++parents[static_cast<std::size_t>(child)];
    }
  for (std::size_t i = 0; i < n; ++i)
    if (parents[i] == 0) ready.push_back(static_cast<std::int32_t>(i));
  std::size_t done = 0;
  while (!ready.empty()) {
    const std::int32_t at = ready.back();
    ready.pop_back();
    ++done;
    for (const std::int32_t child : children[static_cast<std::size_t>(at)])
      if (--parents[static_cast<std::size_t>(child)] == 0) ready.push_back(child);
  }
  if (done == n) return {};
  for (std::size_t i = 0; i < n; ++i)
    if (parents[i] > 0)
      return fail("relations.cycle", table.describe(i) + " is, over its relations, a part of itself", {},
                  "A total cannot be below its own children.");
  return {};
}

Result<void> check_sum(const CellTable& table, const Relation& relation) {
  double sum = 0;
  bool counts = true;
  for (const std::int32_t child : relation.children) {
    const double value = table.cells[static_cast<std::size_t>(child)].value;
    sum += value;
    counts = counts && value == std::floor(value);
  }
  const double total = table.cells[static_cast<std::size_t>(relation.total)].value;
  counts = counts && total == std::floor(total);
  // Magnitudes come rounded to a few decimals: each child may be half a unit of the fourth decimal off.
  const double allowed =
      counts ? 0 : 1e-9 * std::max(total, 1.0) + 5e-4 * static_cast<double>(relation.children.size() + 1);
  if (std::abs(sum - total) <= allowed) return {};
  return fail(
      "relations.sum",
      fmt::format("relation {} does not add up: {} differs from the sum of its {} children", shown(relation.name),
                  table.describe(static_cast<std::size_t>(relation.total)), relation.children.size()),
      {}, "Compute the totals from the cells.");
}

}  // namespace

std::string_view name(Status status) {
  constexpr std::string_view kNames[] = {"published", "primary", "secondary"};
  return kNames[static_cast<std::size_t>(status)];
}

std::string number_text(double value) {
  return fmt::format("{}", value == 0 ? 0.0 : value);
}

std::string CellTable::describe(std::size_t cell) const {
  std::string labels;
  for (const std::string& label : cells[cell].labels)
    labels += (labels.empty() ? "" : ", ") + shown(label);
  return labels.empty() ? fmt::format("cell {}", shown(cells[cell].id))
                        : fmt::format("cell {} ({})", shown(cells[cell].id), labels);
}

Result<CellTable> parse_cells(std::string_view csv, std::string_view file) {
  CellTable table;
  SEKISHO_TRY(table.source, read_csv(csv, ',', file));
  const CsvTable& source = table.source;
  for (const std::string_view needed : {"cell", "value"})
    if (source.column(needed) < 0)
      return fail("cells.column", fmt::format("the column {} is missing", needed), {.file = std::string(file)});
  if (source.rows.empty()) return fail("cells.empty", "the table has no cell", {.file = std::string(file)});
  if (source.rows.size() > kMaximalCells)
    return fail("cells.too_many",
                fmt::format("{} cells are more than the {} that can be protected", source.rows.size(), kMaximalCells),
                {.file = std::string(file)}, "Merge categories first.");
  std::vector<int> dimensions;
  for (std::size_t i = 0; i < source.header.size(); ++i) {
    if (std::ranges::count(source.header, source.header[i]) > 1)
      return fail("cells.column", fmt::format("the column {} stands there twice", shown(source.header[i])),
                  {.file = std::string(file)});
    if (std::ranges::find(kReserved, source.header[i]) != std::end(kReserved)) continue;
    dimensions.push_back(static_cast<int>(i));
    table.dimensions.push_back(source.header[i]);
  }
  std::unordered_map<std::string, std::size_t> seen;
  for (std::size_t row = 0; row < source.rows.size(); ++row) {
    SEKISHO_TRY(Cell cell, read_cell(source, row, dimensions, file));
    if (!seen.emplace(cell.id, row).second)
      return fail("cells.duplicate", fmt::format("the cell {} stands there twice", shown(cell.id)),
                  {.file = std::string(file), .line = source.lines[row]});
    table.cells.push_back(std::move(cell));
  }
  return table;
}

Result<void> parse_relations(CellTable& table, std::string_view csv, std::string_view file) {
  SEKISHO_TRY(const CsvTable source, read_csv(csv, ',', file));
  const int name_at = source.column("relation"), total_at = source.column("total"), child_at = source.column("child");
  if (name_at < 0 || total_at < 0 || child_at < 0)
    return fail("relations.column", "the columns relation, total, child are needed", {.file = std::string(file)});
  if (source.rows.size() > kMaximalMembers)
    return fail("cells.too_many", "more members of relations than can be handled", {.file = std::string(file)});
  std::unordered_map<std::string, std::int32_t> cells;
  for (std::size_t i = 0; i < table.cells.size(); ++i)
    cells.emplace(table.cells[i].id, static_cast<std::int32_t>(i));
  std::unordered_map<std::string, std::size_t> relations;
  for (std::size_t i = 0; i < table.relations.size(); ++i)
    relations.emplace(table.relations[i].name, i);
  for (std::size_t row = 0; row < source.rows.size(); ++row) {
    const auto& fields = source.rows[row];
    const Place place{.file = std::string(file), .line = source.lines[row]};
    const std::string& total = fields[static_cast<std::size_t>(total_at)];
    const std::string& child = fields[static_cast<std::size_t>(child_at)];
    if (total.empty()) return fail("relations.missing_total", "a relation has no total", place);
    const auto total_cell = cells.find(total), child_cell = cells.find(child);
    if (total_cell == cells.end() || child_cell == cells.end())
      return fail("relations.unknown_cell",
                  fmt::format("no cell has the id {}", shown(total_cell == cells.end() ? total : child)), place);
    const auto [found, is_new] = relations.emplace(fields[static_cast<std::size_t>(name_at)], table.relations.size());
    if (is_new) table.relations.push_back({fields[static_cast<std::size_t>(name_at)], total_cell->second, {}});
    Relation& relation = table.relations[found->second];
    if (relation.total != total_cell->second)
      return fail("relations.duplicate", fmt::format("relation {} has two totals", shown(relation.name)), place);
    relation.children.push_back(child_cell->second);
  }
  return {};
}

Result<void> check_table(CellTable& table) {
  double largest = 0;
  for (const Cell& cell : table.cells)
    largest = std::max(largest, cell.value);
  for (std::size_t i = 0; i < table.cells.size(); ++i) {
    Cell& cell = table.cells[i];
    if (cell.upper < 0) cell.upper = cell.value + largest;
    if (cell.lower > cell.value || cell.upper < cell.value)
      return fail("cells.bounds", table.describe(i) + " lies outside its own bounds");
    cell.weight = std::max(cell.weight, 1e-3);  // bridge rows hold for positive weights only
    if (cell.primary && cell.publish)
      return fail("cells.publish", table.describe(i) + " is sensitive and yet to be published", {},
                  "A sensitive cell cannot be forced out.");
  }
  std::vector<char> related(table.cells.size(), 0);
  std::vector<std::int32_t> last(table.cells.size(), -1);
  for (std::size_t r = 0; r < table.relations.size(); ++r) {
    const Relation& relation = table.relations[r];
    related[static_cast<std::size_t>(relation.total)] = 1;
    last[static_cast<std::size_t>(relation.total)] = static_cast<std::int32_t>(r);
    for (const std::int32_t child : relation.children) {
      if (child == relation.total)
        return fail("relations.cycle", table.describe(static_cast<std::size_t>(child)) + " is a part of itself");
      if (last[static_cast<std::size_t>(child)] == static_cast<std::int32_t>(r))
        return fail("relations.duplicate", fmt::format("relation {} names {} twice", shown(relation.name),
                                                       table.describe(static_cast<std::size_t>(child))));
      last[static_cast<std::size_t>(child)] = static_cast<std::int32_t>(r);
      related[static_cast<std::size_t>(child)] = 1;
    }
  }
  SEKISHO_CHECK(check_cycles(table));
  for (const Relation& relation : table.relations)
    SEKISHO_CHECK(check_sum(table, relation));
  if (const auto alone = std::ranges::count(related, 0); alone > 0)
    table.notes.push_back(fmt::format("{} cells stand in no relation", alone));
  return {};
}

Result<std::string> read_csv_text(const std::filesystem::path& file) {
  SEKISHO_TRY(std::string text, read_text(file, std::size_t{1} << 30));
  const Place place{.file = file.string()};
  if (text.find('\0') != std::string::npos)
    return fail("cells.charset", "the file is no text in UTF-8 or CP932", place, "Save it as CSV UTF-8.");
  if (is_valid_utf8(text)) return text;
  std::string decoded;
  DecodeReport report;
  decode(Charset::kCp932, as_bytes(text), decoded, report);
  if (report.invalid > 0)
    return fail("cells.charset", "the file is neither UTF-8 nor CP932", place, "Save it as CSV UTF-8.");
  return decoded;
}

Result<CellTable> load_table(const std::filesystem::path& cells, const std::filesystem::path& relations) {
  SEKISHO_TRY(const std::string cells_text, read_csv_text(cells));
  SEKISHO_TRY(CellTable table, parse_cells(cells_text, cells.string()));
  SEKISHO_TRY(const std::string relations_text, read_csv_text(relations));
  SEKISHO_CHECK(parse_relations(table, relations_text, relations.string()));
  SEKISHO_CHECK(check_table(table));
  return table;
}

void mark_primary(CellTable& table, const Policy& policy) {
  const double t = policy.threshold;
  for (Cell& cell : table.cells) {
    const double persons = cell.contributors >= 0 ? cell.contributors : cell.value;
    const bool few = persons > 0 && persons < t;
    if (few || (persons == 0 && cell.value == 0 && policy.protect_zeros)) cell.primary = true;
    if (!is_magnitude(cell)) continue;
    double needed = 0;
    const double second = std::max(cell.top2, 0.0);
    if (policy.p > 0) needed = p_percent(cell.value, cell.top1, second, policy.p);
    for (const auto& [n, k] : policy.dominant)
      if (n <= 2) needed = std::max(needed, n_k_percent(cell.value, cell.top1 + (n == 2 ? second : 0), k));
    // Few persons: not even the last unit may be told, and the largest of them not to within p percent.
    if (few) needed = std::max({needed, 1.0, p_percent(cell.value, cell.top1, second, std::max(policy.p, kUsualP))});
    if (!is_need(needed, cell.value)) continue;
    cell.primary = true;
    cell.need_up = std::max(cell.need_up, needed);
  }
}

void claim_dominance(const CellTable& table, Policy& policy) {
  if (std::ranges::none_of(table.cells, is_magnitude)) return;
  const bool all = std::ranges::all_of(policy.dominant, [](const auto& pair) { return pair.first <= 2; });
  std::erase_if(policy.not_checked,
                [&](const std::string& member) { return member == "p" || (member == "nk" && all); });
}

void require_needs(CellTable& table, const Policy& policy) {
  const double t = policy.threshold;
  for (Cell& cell : table.cells) {
    if (cell.primary && cell.need_up <= 0 && cell.need_down <= 0 && cell.need_slide <= 0) cell.need_slide = t;
  }
}

Result<Pattern> parse_pattern(const CellTable& table, std::string_view text, std::string_view file) {
  std::unordered_map<std::string_view, std::size_t> cells;
  Pattern pattern(table.cells.size(), Status::kPublished);
  for (std::size_t i = 0; i < table.cells.size(); ++i) {
    cells.emplace(table.cells[i].id, i);
    if (table.cells[i].primary) pattern[i] = Status::kPrimary;
  }
  const std::string_view first = text.substr(0, text.find_first_of("\r\n"));
  if (first.find("cell") == std::string_view::npos) {  // ids of secondary cells
    CsvReader reader(text, ',', file);
    std::vector<std::string_view> fields;
    while (true) {
      SEKISHO_TRY(const bool more, reader.next(fields));
      if (!more) return pattern;
      const auto found = cells.find(fields[0]);
      if (found == cells.end())
        return fail("pattern.unknown_cell", fmt::format("no cell has the id {}", shown(fields[0])),
                    {.file = std::string(file), .line = reader.line()});
      if (pattern[found->second] == Status::kPublished) pattern[found->second] = Status::kSecondary;
    }
  }
  SEKISHO_TRY(const CsvTable source, read_csv(text, ',', file));
  const int cell_at = source.column("cell"), status_at = source.column("status");
  if (cell_at < 0 || status_at < 0)
    return fail("pattern.status", "the columns cell and status are needed", {.file = std::string(file)});
  std::vector<char> seen(table.cells.size(), 0);
  for (std::size_t row = 0; row < source.rows.size(); ++row) {
    const Place place{.file = std::string(file), .line = source.lines[row]};
    const auto found = cells.find(source.rows[row][static_cast<std::size_t>(cell_at)]);
    if (found == cells.end())
      return fail("pattern.unknown_cell",
                  fmt::format("no cell has the id {}", shown(source.rows[row][static_cast<std::size_t>(cell_at)])),
                  place);
    const std::string& status = source.rows[row][static_cast<std::size_t>(status_at)];
    if (status != "published" && status != "primary" && status != "secondary" && status != "hidden")
      return fail("pattern.status", "a status is published, primary, secondary or hidden", place);
    const bool hidden = status != "published";
    pattern[found->second] = !hidden                              ? Status::kPublished
                             : table.cells[found->second].primary ? Status::kPrimary
                                                                  : Status::kSecondary;
    seen[found->second] = 1;
  }
  for (std::size_t i = 0; i < seen.size(); ++i)
    if (!seen[i])
      return fail("pattern.missing", "the pattern says nothing about " + table.describe(i),
                  {.file = std::string(file)});
  return pattern;
}

std::string checker_csv(const CellTable& table, const Pattern& pattern, const std::vector<Interval>& intervals) {
  std::string out;
  const CsvTable& source = table.source;
  std::vector<std::size_t> kept;  // an input that was an output before is written over, not widened
  std::vector<std::string_view> fields;
  for (std::size_t c = 0; c < source.header.size(); ++c) {
    if (source.header[c] == "status" || source.header[c] == "low" || source.header[c] == "high") continue;
    kept.push_back(c);
    fields.push_back(source.header[c]);
  }
  for (const std::string_view added : {"status", "low", "high"})
    fields.push_back(added);
  append_csv(out, fields);
  for (std::size_t i = 0; i < table.cells.size(); ++i) {
    fields.clear();
    for (const std::size_t c : kept)
      fields.push_back(source.rows[i][c]);
    const bool hidden = pattern[i] != Status::kPublished;
    const std::string low = hidden ? number_text(intervals[i].low) : "",
                      high = hidden ? number_text(intervals[i].high) : "";
    fields.push_back(name(pattern[i]));
    fields.push_back(low);
    fields.push_back(high);
    append_csv(out, fields);
  }
  return out;
}

std::string public_csv(const CellTable& table, const Pattern& pattern) {
  std::string out;
  std::vector<std::string_view> fields(table.dimensions.begin(), table.dimensions.end());
  fields.push_back("value");
  fields.push_back("status");
  append_csv(out, fields);
  for (std::size_t i = 0; i < table.cells.size(); ++i) {
    fields.assign(table.cells[i].labels.begin(), table.cells[i].labels.end());
    const bool hidden = pattern[i] != Status::kPublished;
    const std::string value = hidden ? "" : number_text(table.cells[i].value);
    fields.push_back(value);
    fields.push_back(hidden ? "hidden" : "published");
    append_csv(out, fields);
  }
  return out;
}

}  // namespace sekisho::disclosure

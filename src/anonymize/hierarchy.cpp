#include "anonymize/hierarchy.h"

#include <fmt/format.h>

#include <algorithm>

#include "anonymize/rules.h"
#include "core/csv.h"

namespace sekisho::anonymize {
namespace {

// What becomes of values that a hierarchy has no place for.
Result<Gap> gap_of(const TomlTable& table, std::string_view member, Gap fallback) {
  constexpr std::pair<std::string_view, Gap> kWords[] = {
      {"own", Gap::kOwn}, {"top", Gap::kTop}, {"error", Gap::kError}};
  if (!table.has(member)) return fallback;
  SEKISHO_TRY(const std::string text, table.text(member));
  for (const auto& [word, gap] : kWords)
    if (word == text) return gap;
  return table.error("hierarchy.rule", fmt::format("'{}' is own, top or error", member), member);
}

}  // namespace

Result<void> Hierarchy::add(const std::vector<std::string>& row, const std::string& file, std::int64_t line) {
  if (!rows_.empty() && row.size() != rows_.front().size())
    return fail("hierarchy.ragged", fmt::format("{} levels instead of {}", row.size(), rows_.front().size()),
                {.file = file, .line = line}, "Give each row the same number of levels, as many as the first row has.");
  if (!index_.emplace(row.front(), static_cast<int>(rows_.size())).second)
    return fail("hierarchy.duplicate", "a value stands twice", {.file = file, .line = line},
                "Keep one row for each value.");
  rows_.push_back(row);
  return {};
}

Result<void> Hierarchy::finish(const std::string& file) {
  if (rows_.empty())
    return fail("hierarchy.empty", "the hierarchy holds no value", {.file = file},
                "Write a row `value,level 1,...` for each value.");
  const std::size_t levels = rows_.front().size();
  codes_.resize(levels);
  labels_.resize(levels);
  sizes_.resize(levels);
  for (std::size_t level = 0; level < levels; ++level) {
    std::unordered_map<std::string_view, std::uint32_t> known;
    for (const auto& row : rows_) {
      const auto [place, fresh] = known.try_emplace(row[level], static_cast<std::uint32_t>(labels_[level].size()));
      if (fresh) {
        labels_[level].push_back(row[level]);
        sizes_[level].push_back(0);
      }
      codes_[level].push_back(place->second);
      ++sizes_[level][place->second];
    }
    if (level == 0) continue;
    // The parent of each label below.
    std::vector<std::int64_t> parent(labels_[level - 1].size(), -1);
    for (std::size_t leaf = 0; leaf < rows_.size(); ++leaf) {
      std::int64_t& above = parent[codes_[level - 1][leaf]];
      if (above >= 0 && above != codes_[level][leaf])
        return fail("hierarchy.tree",
                    fmt::format("'{}' at level {} belongs to both '{}' and '{}'", rows_[leaf][level - 1], level - 1,
                                labels_[level][static_cast<std::size_t>(above)], rows_[leaf][level]),
                    {.file = file, .line = static_cast<std::int64_t>(leaf) + 1},
                    "Equal labels at one level need equal labels at the next.");
      above = codes_[level][leaf];
    }
  }
  rows_.clear();
  rows_.shrink_to_fit();
  lifts_.resize(levels);
  for (std::size_t from = 0; from < levels; ++from)
    for (std::size_t to = from; to < levels; ++to) {
      std::vector<std::uint32_t>& lift = lifts_[from].emplace_back(labels_[from].size());
      for (std::size_t leaf = 0; leaf < codes_[from].size(); ++leaf)
        lift[codes_[from][leaf]] = codes_[to][leaf];
    }
  return {};
}

Result<Gaps> Gaps::read(const TomlTable& table, Gap fallback) {
  Gaps out;
  SEKISHO_TRY(out.unknown, gap_of(table, "unknown", fallback));
  SEKISHO_TRY(out.missing, gap_of(table, "missing", out.unknown));
  return out;
}

Result<void> Hierarchy::add_gap(const std::string& value, const Gaps& gaps, std::size_t levels, const std::string& root,
                                const std::string& file) {
  const Gap gap = value.empty() ? gaps.missing : gaps.unknown;
  if (gap == Gap::kError) return {};
  std::vector<std::string> row{value};
  while (row.size() + 1 < levels)
    row.push_back(gap == Gap::kOwn ? value : root);
  if (levels > 1) row.push_back(root);
  return add(row, file, -1);
}

// The table's own separator, or another that hierarchies are written with: where the table's leaves each record in one
// piece that is none of the values, and the other finds one of them before its first sign.
char Hierarchy::separator_of(std::string_view text, char separator, const std::vector<std::string>& values) {
  const auto knows = [&](char one, bool levels) {
    CsvReader reader(text, one);
    std::vector<std::string_view> fields;
    int left = 1000;
    for (auto more = reader.next(fields); more && *more && left > 0; more = reader.next(fields), --left) {
      if (levels != (fields.size() > 1)) return !levels;
      if (std::ranges::find(values, fields.front()) != values.end()) return true;
    }
    return false;
  };
  if (values.empty() || knows(separator, false)) return separator;
  constexpr std::string_view kUsual = ";,\t|";
  const auto other = std::ranges::find_if(kUsual, [&](char one) { return one != separator && knows(one, true); });
  return other == kUsual.end() ? separator : *other;
}

Result<Hierarchy> Hierarchy::from_csv(std::string_view text, char separator, const std::string& file, const Gaps& gaps,
                                      const std::vector<std::string>& values) {
  Hierarchy out;
  CsvReader reader(text, separator_of(text, separator, values), file);
  std::vector<std::string_view> fields;
  while (true) {
    SEKISHO_TRY(const bool more, reader.next(fields));
    if (!more) break;
    // A short row filled up with empty fields; the missing value alone may stay empty above itself.
    if (!fields.front().empty() && std::ranges::find(fields, std::string_view()) != fields.end())
      return fail("hierarchy.ragged", "a level has no label", {.file = file, .line = reader.line()},
                  "Give each row a label at every level.");
    SEKISHO_CHECK(out.add({fields.begin(), fields.end()}, file, reader.line()));
  }
  if (!out.rows_.empty()) {
    const std::size_t levels = out.rows_.front().size();
    const std::string root = out.rows_.front().back();
    for (const std::string& value : values)
      if (!out.index_.contains(value)) SEKISHO_CHECK(out.add_gap(value, gaps, levels, root, file));
  }
  SEKISHO_CHECK(out.finish(file));
  SEKISHO_CHECK(out.check_cycles(file));
  return out;
}

// Equal texts at different levels are one node: whoever reads the finished table sees no level beside a label.
Result<void> Hierarchy::check_cycles(const std::string& file) const {
  std::unordered_map<std::string_view, std::uint32_t> number;  // of texts above the values: others lie on no cycle
  std::vector<std::string_view> texts;
  for (std::size_t level = 1; level < labels_.size(); ++level)
    for (const std::string& label : labels_[level])
      if (number.try_emplace(label, static_cast<std::uint32_t>(texts.size())).second) texts.emplace_back(label);
  std::vector<std::vector<std::uint32_t>> above(texts.size());
  std::vector<std::size_t> below(texts.size(), 0);  // edges from below that are left
  for (std::size_t level = 0; level + 1 < labels_.size(); ++level)
    for (std::size_t code = 0; code < labels_[level].size(); ++code) {
      const auto from = number.find(labels_[level][code]);
      if (from == number.end()) continue;
      const std::uint32_t to = number.at(labels_[level + 1][lifts_[level][1][code]]);
      if (to == from->second) continue;
      above[from->second].push_back(to);
      ++below[to];
    }
  std::vector<std::uint32_t> free;  // nothing left stands below them
  for (std::uint32_t node = 0; node < texts.size(); ++node)
    if (below[node] == 0) free.push_back(node);
  std::size_t left = texts.size();
  for (; !free.empty(); --left) {
    const std::uint32_t node = free.back();
    free.pop_back();
    for (const std::uint32_t to : above[node])
      if (--below[to] == 0) free.push_back(to);
  }
  if (left == 0) return {};
  // The row of the first value that leads into the cycle.
  for (std::size_t leaf = 0; leaf < leaves(); ++leaf)
    for (std::size_t level = 0; level + 1 < labels_.size(); ++level) {
      const std::string& low = labels_[level][codes_[level][leaf]];
      const std::string& high = labels_[level + 1][codes_[level + 1][leaf]];
      const auto from = number.find(low);
      if (low == high || from == number.end() || below[from->second] == 0 || below[number.at(high)] == 0) continue;
      return fail("hierarchy.cycle",
                  fmt::format("the hierarchy runs in a circle: '{}' at level {} stands below '{}', which stands "
                              "below '{}' elsewhere",
                              low, level, high, low),
                  {.file = file, .line = static_cast<std::int64_t>(leaf) + 1},
                  "Give each group a label of its own that is no value and no label of another level.");
    }
  return {};
}

Result<Hierarchy> Hierarchy::from_rule(const TomlTable& table, const std::vector<std::string>& values,
                                       std::string_view mapping, char separator) {
  SEKISHO_TRY(const detail::Rule rule, detail::read_rule(table, values, mapping, separator));
  SEKISHO_TRY(const Gaps gaps, Gaps::read(table, Gap::kOwn));
  std::vector<std::string> domain = values;
  domain.insert(domain.end(), rule.domain.begin(), rule.domain.end());
  std::ranges::sort(domain);
  domain.erase(std::ranges::unique(domain).begin(), domain.end());
  Hierarchy out;
  for (const std::string& value : domain) {
    auto labels = rule.labels(value);
    if (!labels || (value.empty() && gaps.missing != Gap::kOwn)) {
      SEKISHO_CHECK(out.add_gap(value, gaps, rule.levels + 2, "*", "rule"));
      continue;
    }
    labels->insert(labels->begin(), value);
    labels->emplace_back("*");
    SEKISHO_CHECK(out.add(*labels, "rule", -1));
  }
  if (out.rows_.empty()) return table.error("hierarchy.rule", "the rule understands none of the values", "kind");
  SEKISHO_CHECK(out.finish("rule"));
  return out;
}

int Hierarchy::leaf(std::string_view value) const {
  const auto found = index_.find(std::string(value));
  return found == index_.end() ? -1 : found->second;
}

}  // namespace sekisho::anonymize

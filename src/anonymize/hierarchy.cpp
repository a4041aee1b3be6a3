#include "anonymize/hierarchy.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/csv.h"
#include "core/text.h"

namespace sekisho::anonymize {
namespace {

std::optional<int> whole_number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

// Lower bound of 34, 30-39 or 90+.
std::optional<int> lower_bound_of(std::string_view text) {
  return whole_number(text.substr(0, text.find_first_of("-+")));
}

// The band that holds the top is open: with top = 90 and width 20 it is 80+, whoever is in it.
std::string band(int value, int width, int top) {
  const int low = (top > 0 ? std::min(value, top) : value) / width * width;
  const int high = low + width - 1;
  return top > 0 && high >= top ? fmt::format("{}+", low) : fmt::format("{}-{}", low, high);
}

std::string first_characters(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < count && at < text.size(); ++i)
    next_code_point(text, at);
  return std::string(text.substr(0, at));
}

Result<std::vector<int>> integers(const TomlTable& rule, std::string_view member) {
  std::vector<int> out;
  const auto found = rule.json().find(member);
  if (found == rule.json().end() || !found->is_array() || found->empty())
    return rule.error("hierarchy.rule", fmt::format("'{}' must be a list of integers", member), member);
  for (const Json& item : *found) {
    if (!item.is_number_integer() || item.get<std::int64_t>() < 1 || item.get<std::int64_t>() > 1'000'000)
      return rule.error("hierarchy.rule", fmt::format("'{}' must hold integers from 1", member), member);
    out.push_back(item.get<int>());
  }
  return out;
}

}  // namespace

Result<void> Hierarchy::add(const std::vector<std::string>& row, const std::string& file, std::int64_t line) {
  if (!rows_.empty() && row.size() != rows_.front().size())
    return fail("hierarchy.ragged", fmt::format("{} levels instead of {}", row.size(), rows_.front().size()),
                {.file = file, .line = line});
  if (!index_.emplace(row.front(), static_cast<int>(rows_.size())).second)
    return fail("hierarchy.duplicate", "a value stands twice", {.file = file, .line = line});
  rows_.push_back(row);
  return {};
}

Result<void> Hierarchy::finish(const std::string& file) {
  if (rows_.empty()) return fail("hierarchy.empty", "the hierarchy holds no value", {.file = file});
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

Result<Hierarchy> Hierarchy::from_csv(std::string_view text, char separator, const std::string& file) {
  Hierarchy out;
  CsvReader reader(text, separator, file);
  std::vector<std::string_view> fields;
  while (true) {
    SEKISHO_TRY(const bool more, reader.next(fields));
    if (!more) break;
    SEKISHO_CHECK(out.add({fields.begin(), fields.end()}, file, reader.line()));
  }
  SEKISHO_CHECK(out.finish(file));
  return out;
}

Result<Hierarchy> Hierarchy::from_rule(const TomlTable& rule, const std::vector<std::string>& values) {
  SEKISHO_CHECK(rule.only({"kind", "bands", "top", "lengths"}));
  SEKISHO_TRY(const std::string kind, rule.text("kind"));
  SEKISHO_TRY(const std::int64_t top, rule.integer("top", 0));
  std::vector<int> steps;
  const bool ages = kind == "age" || kind == "bands";
  if (ages) {
    SEKISHO_TRY(steps, integers(rule, "bands"));
  } else if (kind == "prefix") {
    SEKISHO_TRY(steps, integers(rule, "lengths"));
  } else if (kind != "top") {
    return rule.error("hierarchy.rule", fmt::format("a rule of kind '{}' is not known", kind), "kind");
  }
  if (ages)
    for (std::size_t i = 1; i < steps.size(); ++i)
      if (steps[i] <= steps[i - 1] || steps[i] % steps[i - 1] != 0)
        return rule.error("hierarchy.rule", "each band must hold whole bands of the level before", "bands");
  if (kind == "prefix" && !std::ranges::is_sorted(steps, std::greater<>()))
    return rule.error("hierarchy.rule", "lengths must fall", "lengths");

  // Ages count in years up to 119, so that the score does not depend on which ages a data set happens to hold.
  std::vector<std::string> domain = values;
  if (kind == "age")
    for (int age = 0; age < 120; ++age)
      domain.push_back(std::to_string(age));
  std::ranges::sort(domain);
  domain.erase(std::ranges::unique(domain).begin(), domain.end());
  Hierarchy out;
  for (const std::string& value : domain) {
    std::vector<std::string> row{value};
    const std::optional<int> number = ages ? lower_bound_of(value) : std::nullopt;
    for (const int step : steps) {
      if (kind == "prefix")
        row.push_back(first_characters(value, static_cast<std::size_t>(step)));
      else
        row.push_back(number ? band(*number, step, static_cast<int>(top)) : value);
    }
    row.emplace_back("*");
    SEKISHO_CHECK(out.add(row, "rule", -1));
  }
  SEKISHO_CHECK(out.finish("rule"));
  return out;
}

int Hierarchy::leaf(std::string_view value) const {
  const auto found = index_.find(std::string(value));
  return found == index_.end() ? -1 : found->second;
}

}  // namespace sekisho::anonymize

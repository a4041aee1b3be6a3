// How the prepared tables are seen by attackers: which columns they may know, and by which labels files show values.
#include "anonymize/history_dates.h"
#include "release/attack_facts.h"

namespace sekisho::release::detail {
namespace {

using anonymize::Column;
using anonymize::Hierarchy;
using Labels = std::vector<std::vector<std::string>>;

Labels as_they_are(const Column& column) {
  Labels out;
  for (const std::string& value : column.values())
    out.push_back({value});
  return out;
}

bool has_tree(const anonymize::Attribute& attribute) {
  return attribute.rule || !attribute.file.empty();
}

int level_of(const anonymize::Decision& decision, const std::string& name) {
  for (const auto& [attribute, level] : decision.levels)
    if (attribute == name) return level;
  return 0;
}

// All labels of each value, and the levels that were decided, round after round.
Result<void> look_by(const Column& column, const anonymize::Attribute& attribute, const Prepared& prepared,
                     const anonymize::Decision& decision, Lens& out) {
  out.levels = {0};
  if (!has_tree(attribute)) return {};
  SEKISHO_TRY(const Hierarchy tree, anonymize::hierarchy_of(attribute, column, prepared.policy.delimiter));
  out.levels = {static_cast<std::size_t>(level_of(decision, attribute.name))};
  for (const anonymize::Decision& round : decision.rounds)
    out.levels.push_back(static_cast<std::size_t>(level_of(round, attribute.name)));
  for (std::size_t code = 0; code < out.labels.size(); ++code)
    for (int level = 1; level < tree.levels(); ++level)
      out.labels[code].push_back(tree.label(level, tree.label_code(level, tree.leaf(column.values()[code]))));
  return {};
}

// `decision`: nullptr for the rows before.
Result<std::vector<Sight>> sights_of_rows(const Prepared& prepared, const anonymize::Decision* decision) {
  using Kind = anonymize::Kind;
  Sight out{.outside = true, .inside = true};
  for (const anonymize::Attribute& attribute : prepared.policy.attributes) {
    const Column* column = prepared.table().find(attribute.name);
    if (column == nullptr || attribute.kind == Kind::kIdentifying || attribute.name == prepared.recipe.person) continue;
    const bool quasi = attribute.kind == Kind::kQuasi;
    Lens lens{.name = attribute.name, .outside = quasi, .inside = quasi || attribute.kind == Kind::kSensitive};
    lens.labels = as_they_are(*column);
    lens.levels = {0};
    if (quasi && decision != nullptr) SEKISHO_CHECK(look_by(*column, attribute, prepared, *decision, lens));
    out.lenses.push_back(std::move(lens));
  }
  const std::string& hospital = prepared.policy.hospital;
  if (!hospital.empty() && prepared.table().find(hospital) != nullptr) out.hospital = hospital;
  return std::vector<Sight>{std::move(out)};
}

// The value, then what is above it.
Result<Labels> tree_labels(const Column& column, const anonymize::HistoryColumn& item, char delimiter) {
  if (!has_tree(item.attribute)) return as_they_are(column);
  Column values(column.name());
  for (const std::string& value : column.values())
    if (!value.empty()) values.add(value);
  Labels out(column.values().size());
  if (values.values().empty()) return out;
  SEKISHO_TRY(const Hierarchy tree, anonymize::hierarchy_of(item.attribute, values, delimiter));
  for (std::size_t code = 0; code < out.size(); ++code)
    if (const std::string& value = column.values()[code]; !value.empty())
      for (int level = 0; level < tree.levels(); ++level)
        out[code].push_back(tree.label(level, tree.label_code(level, tree.leaf(value))));
  return out;
}

// Days that were moved are known to nobody.
Labels date_labels(const Column& column, const anonymize::DateRule& dates) {
  using namespace anonymize::detail;
  Labels out(column.values().size());
  for (std::size_t code = 0; code < out.size(); ++code) {
    const DateValue value = read_date(column.values()[code]);
    if (value.precision == Precision::kNone) continue;
    if (dates.kind == anonymize::DateRule::Kind::kKeep) out[code] = {date_text(value)};
    if (dates.kind == anonymize::DateRule::Kind::kCoarsen)
      out[code] = {coarse_text(value, dates.unit), coarse_text(value, "year")};
    std::erase(out[code], "");
  }
  return out;
}

Result<std::vector<Sight>> sights_of_histories(const Prepared& prepared, bool after) {
  const anonymize::HistoryPolicy& policy = *prepared.history_policy;
  std::vector<Sight> out;
  for (std::size_t h = 0; h < policy.histories.size(); ++h) {
    const anonymize::History& history = policy.histories[h];
    const anonymize::Table& table = prepared.tables[h];
    Sight& sight = out.emplace_back();
    sight.date = history.date;
    sight.moved = after && policy.dates.kind == anonymize::DateRule::Kind::kShift;
    for (const anonymize::HistoryColumn& item : history.columns) {
      const Column* column = table.find(item.attribute.name);
      if (item.kind != anonymize::HistoryColumn::Kind::kItem || column == nullptr) continue;
      if (item.hospital) sight.hospital = item.attribute.name;
      Lens lens{.name = item.attribute.name, .outside = history.date.empty()};
      lens.labels = as_they_are(*column);
      if (after) {
        SEKISHO_TRY(lens.labels, tree_labels(*column, item, policy.delimiter));
      }
      sight.lenses.push_back(std::move(lens));
    }
    if (const Column* date = history.date.empty() ? nullptr : table.find(history.date); date != nullptr)
      sight.lenses.push_back(
          {.name = history.date, .labels = after ? date_labels(*date, policy.dates) : as_they_are(*date)});
    sight.outside = history.date.empty() && !sight.lenses.empty();
    sight.inside = !sight.hospital.empty();
    const bool days_known = !sight.moved;
    for (Lens& lens : sight.lenses)
      lens.inside = sight.inside && (lens.name != history.date || days_known);
  }
  return out;
}

}  // namespace

Result<std::vector<Sight>> sights_before(const Prepared& prepared) {
  return prepared.history_policy ? sights_of_histories(prepared, false) : sights_of_rows(prepared, nullptr);
}

Result<std::vector<Sight>> sights_after(const Prepared& prepared, const Made& made) {
  return prepared.history_policy ? sights_of_histories(prepared, true) : sights_of_rows(prepared, &made.decision);
}

}  // namespace sekisho::release::detail

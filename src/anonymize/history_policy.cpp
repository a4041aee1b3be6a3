#include "anonymize/history_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/file.h"

namespace sekisho::anonymize {
namespace {

using ColumnKind = HistoryColumn::Kind;
constexpr std::pair<std::string_view, ColumnKind> kKinds[] = {
    {"item", ColumnKind::kItem}, {"hospital", ColumnKind::kItem},      {"number", ColumnKind::kNumber},
    {"keep", ColumnKind::kKeep}, {"text", ColumnKind::kText},          {"identifying", ColumnKind::kDrop},
    {"drop", ColumnKind::kDrop}, {"household", ColumnKind::kHousehold}};
constexpr std::pair<std::string_view, SpecificRule::Action> kActions[] = {{"value", SpecificRule::Action::kValue},
                                                                          {"row", SpecificRule::Action::kRow},
                                                                          {"person", SpecificRule::Action::kPerson}};

template <class Value, std::size_t n>
Result<Value> word_of(const TomlTable& table, std::string_view member, std::string_view fallback,
                      const std::pair<std::string_view, Value> (&words)[n]) {
  SEKISHO_TRY(const std::string text, table.text(member, fallback));
  std::string known;
  for (const auto& [word, value] : words) {
    if (word == text) return value;
    known += (known.empty() ? "" : ", ") + std::string(word);
  }
  return table.error("policy.word", fmt::format("{} '{}' is not one of {}", member, text, known), member);
}

Result<std::int64_t> within(const TomlTable& table, std::string_view member, std::int64_t fallback, std::int64_t least,
                            std::int64_t most) {
  SEKISHO_TRY(const std::int64_t value, table.integer(member, fallback));
  if (value < least || value > most)
    return table.error("policy.number", fmt::format("{} lies between {} and {}", member, least, most), member);
  return value;
}

Result<std::optional<double>> bound(const TomlTable& table, std::string_view member) {
  if (!table.has(member)) return std::optional<double>();
  SEKISHO_TRY(const double value, table.number(member, 0));
  return std::optional(value);
}

Result<HistoryColumn> read_column(const TomlTable& table, const HistoryPolicy& policy, std::string& content) {
  SEKISHO_CHECK(table.only(
      {"name", "kind", "hierarchy", "rule", "unknown", "missing", "minimum", "rare", "bottom", "top", "approved"}));
  HistoryColumn out;
  SEKISHO_TRY(out.attribute.name, table.text("name"));
  SEKISHO_TRY(out.kind, word_of(table, "kind", "keep", kKinds));
  SEKISHO_TRY(const std::string kind, table.text("kind", "keep"));
  out.hospital = kind == "hospital";
  SEKISHO_CHECK(read_hierarchy(table, policy.folder, policy.encoding, out.attribute));
  SEKISHO_TRY(const std::int64_t minimum, within(table, "minimum", 0, 0, 1000));
  SEKISHO_TRY(const std::int64_t rare, within(table, "rare", 0, 0, 1'000'000'000));
  out.attribute.minimum = static_cast<int>(minimum);
  out.rare = static_cast<std::uint32_t>(rare);
  SEKISHO_TRY(out.bottom, bound(table, "bottom"));
  SEKISHO_TRY(out.top, bound(table, "top"));
  SEKISHO_TRY(out.approved, table.text("approved", ""));
  if (out.kind != ColumnKind::kItem && (table.has("hierarchy") || table.has("rule") || rare > 0 || minimum > 0))
    return table.error("policy.kind", "hierarchy, rule, minimum and rare are of items");
  if (out.kind != ColumnKind::kNumber && (out.bottom || out.top))
    return table.error("policy.kind", "bottom and top are of numbers");
  if (out.kind != ColumnKind::kText && !out.approved.empty())
    return table.error("policy.kind", "approved is of free text", "approved");
  content += fmt::format("\n--- {} {}\n", out.attribute.name, out.attribute.file.size()) + out.attribute.file +
             out.attribute.mapping;
  return out;
}

Result<History> read_history(const TomlTable& table, const HistoryPolicy& policy, std::string& content) {
  SEKISHO_CHECK(table.only({"name", "file", "date", "code", "most_rows", "column"}));
  History out;
  SEKISHO_TRY(out.name, table.text("name"));
  const bool plain = !out.name.empty() && std::ranges::all_of(out.name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  if (!plain)
    return table.error("policy.name", "a history's name is of letters, digits, - and _: it names a file", "name");
  for (const History& other : policy.histories)
    if (other.name == out.name) return table.error("policy.name", "two histories have this name", "name");
  SEKISHO_TRY(out.file, table.text("file", out.name + ".csv"));
  SEKISHO_TRY(out.date, table.text("date", ""));
  SEKISHO_TRY(out.code, table.text("code", ""));
  SEKISHO_TRY(const std::int64_t most, within(table, "most_rows", 0, 0, 1'000'000'000));
  out.most_rows = static_cast<std::size_t>(most);
  SEKISHO_TRY(const std::vector<TomlTable> columns, table.tables("column"));
  for (const TomlTable& one : columns) {
    SEKISHO_TRY(HistoryColumn column, read_column(one, policy, content));
    const std::string& name = column.attribute.name;
    if (out.find(name) != nullptr || name == policy.person || name == out.date)
      return one.error("policy.column", fmt::format("column '{}' stands twice", name), "name");
    out.columns.push_back(std::move(column));
  }
  if (!out.code.empty() && (out.find(out.code) == nullptr || out.find(out.code)->kind != ColumnKind::kItem))
    return table.error("policy.column", fmt::format("'{}' is no column of kind item", out.code), "code");
  return out;
}

Result<SpecificRule> read_specific(const TomlTable& table, const HistoryPolicy& policy) {
  SEKISHO_CHECK(table.only({"history", "column", "codes", "below", "above", "action", "reason"}));
  SpecificRule out;
  SEKISHO_TRY(out.history, table.text("history", ""));
  SEKISHO_TRY(out.column, table.text("column"));
  SEKISHO_TRY(out.reason, table.text("reason"));
  SEKISHO_TRY(out.codes, table.texts("codes"));
  SEKISHO_TRY(out.below, bound(table, "below"));
  SEKISHO_TRY(out.above, bound(table, "above"));
  SEKISHO_TRY(out.action, word_of(table, "action", "row", kActions));
  if (out.codes.empty() && !out.below && !out.above)
    return table.error("policy.specific", "a rule needs codes, below or above");
  const bool there = std::ranges::any_of(policy.histories, [&](const History& history) {
    return (out.history.empty() || out.history == history.name) && history.find(out.column) != nullptr;
  });
  if (!there) return table.error("policy.specific", fmt::format("no history has a column '{}'", out.column), "column");
  return out;
}

Result<DateRule> read_dates(const TomlTable& table) {
  SEKISHO_CHECK(table.only({"shift", "step", "gap", "unit"}));
  DateRule out;
  SEKISHO_TRY(const std::int64_t shift, within(table, "shift", 0, 0, 36'500));
  SEKISHO_TRY(const std::int64_t step, within(table, "step", 1, 1, 366));
  SEKISHO_TRY(const std::int64_t gap, within(table, "gap", 1, 1, 3660));
  SEKISHO_TRY(out.unit, table.text("unit", ""));
  out.shift = static_cast<int>(shift), out.step = static_cast<int>(step), out.gap = static_cast<int>(gap);
  if (!out.unit.empty() && out.unit != "week" && out.unit != "month" && out.unit != "quarter" && out.unit != "year")
    return table.error("policy.dates", "unit is week, month, quarter or year", "unit");
  if (out.unit.empty() == (shift == 0))
    return table.error("policy.dates", "dates are shifted (shift) or coarsened (unit), not both and not neither");
  if (!out.unit.empty() && (gap > 1 || step > 1))
    return table.error("policy.dates", "gap and step are of shifted dates", "gap");
  if (out.unit.empty() && shift < step)
    return table.error("policy.dates", "a shift has room for one step at least", "shift");
  out.kind = out.unit.empty() ? DateRule::Kind::kShift : DateRule::Kind::kCoarsen;
  return out;
}

}  // namespace

const HistoryColumn* History::find(std::string_view column) const {
  for (const HistoryColumn& one : columns)
    if (one.attribute.name == column) return &one;
  return nullptr;
}

bool SpecificRule::matches(std::string_view value) const {
  for (const std::string& code : codes) {
    const std::string_view text = code;
    if (text.ends_with('*') ? value.starts_with(text.substr(0, text.size() - 1)) : value == text) return true;
  }
  if (!below && !above) return false;
  double number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size()) return false;
  return (below && number < *below) || (above && number > *above);
}

Result<HistoryPolicy> HistoryPolicy::parse(std::string_view text, const std::filesystem::path& file) {
  SEKISHO_TRY(const TomlTable root, TomlTable::parse(text, file.string()));
  SEKISHO_CHECK(root.only({"title", "delimiter", "encoding", "person", "sets", "dates", "history", "specific"}));
  HistoryPolicy out;
  out.folder = file.parent_path();
  out.content = std::string(text);
  SEKISHO_TRY(const std::string delimiter, root.text("delimiter", ","));
  if (delimiter.size() != 1) return root.error("policy.delimiter", "the delimiter is one character", "delimiter");
  out.delimiter = delimiter[0];
  SEKISHO_TRY(out.encoding, read_encoding(root));
  SEKISHO_TRY(out.person, root.text("person"));
  if (!root.has("sets")) return root.error("policy.sets", "[sets] with k and m is missing");
  SEKISHO_TRY(const TomlTable sets, root.table("sets"));
  SEKISHO_CHECK(sets.only({"k", "m", "rows"}));
  SEKISHO_TRY(const std::int64_t k, within(sets, "k", 5, 1, 65'000));
  SEKISHO_TRY(const std::int64_t m, within(sets, "m", 2, 1, 3));
  out.k = static_cast<std::uint32_t>(k), out.m = static_cast<int>(m);
  SEKISHO_TRY(out.rows, sets.boolean("rows", false));
  if (root.has("dates")) {
    SEKISHO_TRY(const TomlTable dates, root.table("dates"));
    SEKISHO_TRY(out.dates, read_dates(dates));
  }
  SEKISHO_TRY(const std::vector<TomlTable> histories, root.tables("history"));
  for (const TomlTable& one : histories) {
    SEKISHO_TRY(History history, read_history(one, out, out.content));
    if (!history.date.empty() && out.dates.kind == DateRule::Kind::kKeep)
      return one.error("policy.dates", "a history has dates, and [dates] does not say what becomes of them", "date");
    out.histories.push_back(std::move(history));
  }
  if (out.histories.empty()) return root.error("policy.history", "a policy of histories needs a [[history]]");
  SEKISHO_TRY(const std::vector<TomlTable> specific, root.tables("specific"));
  for (const TomlTable& one : specific) {
    SEKISHO_TRY(SpecificRule rule, read_specific(one, out));
    out.specific.push_back(std::move(rule));
  }
  return out;
}

Result<HistoryPolicy> HistoryPolicy::load(const std::filesystem::path& file) {
  SEKISHO_TRY(const std::string text, read_text(file, 16 << 20));
  return parse(text, file);
}

bool HistoryPolicy::is_one(const std::filesystem::path& file) {
  const auto root = TomlTable::load(file);
  return root && root->has("history");
}

std::string coarse_date(Date date, std::string_view unit) {
  if (unit == "year") return fmt::format("{:04}", date.year());
  if (unit == "month") return fmt::format("{:04}-{:02}", date.year(), date.month());
  if (unit == "quarter") return fmt::format("{:04}-Q{}", date.year(), (date.month() + 2) / 3);
  // ISO 8601: the week belongs to the year of its Thursday. Day 0, 1970-01-01, was one.
  const std::int32_t thursday = date.days - ((date.days + 3) % 7 + 7) % 7 + 3;
  const int year = Date{thursday}.year();
  return fmt::format("{:04}-W{:02}", year, (thursday - days_from_civil(year, 1, 1)) / 7 + 1);
}

}  // namespace sekisho::anonymize

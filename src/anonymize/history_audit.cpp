// Finished histories judged by SQL over their texts.
#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "anonymize/audit_csv.h"
#include "anonymize/history.h"
#include "columns/parquet.h"
#include "core/file.h"

namespace sekisho::anonymize {
namespace {

using columns::sql_name;
using columns::sql_text;
using Kind = HistoryColumn::Kind;

class Auditor {
 public:
  Auditor(const HistoryPolicy& policy, columns::Engine& engine, const std::filesystem::path& folder)
      : policy_(policy), engine_(engine), folder_(folder) {}

  Result<HistoryAudit> run() {
    SEKISHO_CHECK(engine_.execute("CREATE TABLE held (who VARCHAR, what VARCHAR)"));
    for (std::size_t h = 0; h < policy_.histories.size(); ++h)
      SEKISHO_CHECK(load(h));
    SEKISHO_CHECK(combinations());
    SEKISHO_CHECK(rare_values());
    out_.ok = out_.problems.empty();
    return out_;
  }

 private:
  Result<void> load(std::size_t h) {
    const History& history = policy_.histories[h];
    const std::filesystem::path file = folder_ / (history.name + ".csv");
    SEKISHO_TRY(const std::vector<std::string> header, csv_header(file, policy_.delimiter));
    const std::string view = fmt::format("h{}", h);
    SEKISHO_CHECK(engine_.execute(
        fmt::format("CREATE VIEW {} AS SELECT * FROM {}", view, sql_csv(file, header, policy_.delimiter))));
    const auto there = [&](std::string_view name) { return std::ranges::find(header, name) != header.end(); };
    if (!there(policy_.person)) {
      problem(history, fmt::format("there is no column '{}'", policy_.person));
      return {};
    }
    for (const std::string& name : header)
      if (name != policy_.person && name != history.date && history.find(name) == nullptr)
        problem(history, fmt::format("the policy does not know column '{}'", name));
    if (!history.date.empty() && there(history.date)) SEKISHO_CHECK(dates(history, view));
    for (const HistoryColumn& column : history.columns) {
      if (!there(column.attribute.name)) continue;
      SEKISHO_CHECK(judge(history, column, view));
    }
    if (policy_.rows) SEKISHO_CHECK(together(history, header, view));
    if (history.most_rows > 0) {
      SEKISHO_TRY(const std::int64_t over,
                  engine_.query_integer(
                      fmt::format("SELECT count(*) FROM (SELECT {0} FROM {1} GROUP BY {0} HAVING count(*) > {2})",
                                  sql_name(policy_.person), view, history.most_rows)));
      if (over > 0) problem(history, fmt::format("{} persons have more than {} rows", over, history.most_rows));
    }
    return {};
  }

  Result<void> hold(const std::string& view, std::string_view column, std::string_view domain) {
    return engine_.execute(fmt::format("INSERT INTO held SELECT DISTINCT {}, {} || {} FROM {} WHERE {} <> ''",
                                       sql_name(policy_.person), sql_text(std::string(domain) + "\x1f"),
                                       sql_name(column), view, sql_name(column)));
  }

  Result<void> dates(const History& history, const std::string& view) {
    if (policy_.dates.kind == DateRule::Kind::kCoarsen) {
      constexpr std::pair<std::string_view, std::string_view> kForms[] = {{"week", "[0-9]{4}-W[0-9]{2}"},
                                                                          {"month", "[0-9]{4}-[0-9]{2}"},
                                                                          {"quarter", "[0-9]{4}-Q[1-4]"},
                                                                          {"year", "[0-9]{4}"}};
      for (const auto& [unit, form] : kForms)
        if (unit == policy_.dates.unit)
          SEKISHO_CHECK(none(history, fmt::format("dates finer than the {}", unit), view,
                             fmt::format("{0} <> '' AND NOT regexp_full_match({0}, '({1}|[0-9]{{4}})')",
                                         sql_name(history.date), form)));
      return hold(view, history.date, history.name + ".date");
    }
    return none(history, "dates with a time of day, or that are none", view,
                fmt::format("{0} <> '' AND NOT regexp_full_match({0}, '[0-9]{{4}}(-[0-9]{{2}}(-[0-9]{{2}})?)?')",
                            sql_name(history.date)));
  }

  Result<void> judge(const History& history, const HistoryColumn& column, const std::string& view) {
    const std::string& name = column.attribute.name;
    if (column.kind == Kind::kDrop || column.kind == Kind::kHousehold)
      problem(history, fmt::format("the column '{}' is still there", name));
    if (column.kind == Kind::kText && column.approved.empty())
      problem(history, fmt::format("free text of '{}' was approved by nobody", name));
    if (column.kind == Kind::kItem) SEKISHO_CHECK(hold(view, name, history.name + "." + name));
    if (column.kind == Kind::kNumber) {
      std::string wrong = fmt::format("TRY_CAST({} AS DOUBLE) IS NULL", sql_name(name));
      if (column.bottom) wrong += fmt::format(" OR TRY_CAST({} AS DOUBLE) < {}", sql_name(name), *column.bottom);
      if (column.top) wrong += fmt::format(" OR TRY_CAST({} AS DOUBLE) > {}", sql_name(name), *column.top);
      SEKISHO_CHECK(none(history, fmt::format("values of '{}' beyond its bounds", name), view,
                         fmt::format("{} <> '' AND ({})", sql_name(name), wrong)));
    }
    for (const SpecificRule& rule : policy_.specific) {
      if (rule.column != name || (!rule.history.empty() && rule.history != history.name)) continue;
      std::string found = "false";
      for (const std::string& code : rule.codes)
        found += code.ends_with('*')
                     ? fmt::format(" OR starts_with({}, {})", sql_name(name), sql_text(code.substr(0, code.size() - 1)))
                     : fmt::format(" OR {} = {}", sql_name(name), sql_text(code));
      if (rule.below) found += fmt::format(" OR TRY_CAST({} AS DOUBLE) < {}", sql_name(name), *rule.below);
      if (rule.above) found += fmt::format(" OR TRY_CAST({} AS DOUBLE) > {}", sql_name(name), *rule.above);
      SEKISHO_CHECK(none(history, fmt::format("specific descriptions ({})", rule.reason), view, found));
    }
    return {};
  }

  // Combinations of two to m items of one row by who has them in one.
  Result<void> together(const History& history, const std::vector<std::string>& header, const std::string& view) {
    std::vector<std::string> items;
    for (const std::string& name : header) {
      const HistoryColumn* column = history.find(name);
      if (column != nullptr ? column->kind == Kind::kItem
                            : name == history.date && policy_.dates.kind == DateRule::Kind::kCoarsen)
        items.push_back(name);
    }
    for (std::uint64_t chosen = 1; items.size() < 24 && chosen < std::uint64_t{1} << items.size(); ++chosen) {
      const int size = std::popcount(chosen);
      if (size < 2 || size > policy_.m) continue;
      std::string columns, filled;
      for (std::size_t i = 0; i < items.size(); ++i) {
        if ((chosen >> i & 1) == 0) continue;
        columns += (columns.empty() ? "" : ", ") + sql_name(items[i]);
        filled += (filled.empty() ? "" : " AND ") + sql_name(items[i]) + " <> ''";
      }
      SEKISHO_TRY(const std::int64_t rare,
                  engine_.query_integer(fmt::format(
                      "SELECT count(*) FROM (SELECT 1 FROM {} WHERE {} GROUP BY {} HAVING count(DISTINCT {}) < {})",
                      view, filled, columns, sql_name(policy_.person), policy_.k)));
      if (rare > 0)
        problem(history, fmt::format("{} combinations of {} stand together in rows of fewer than {} persons", rare,
                                     columns, policy_.k));
    }
    return {};
  }

  Result<void> none(const History& history, const std::string& what, const std::string& view,
                    const std::string& condition) {
    SEKISHO_TRY(const std::int64_t rows,
                engine_.query_integer(fmt::format("SELECT count(*) FROM {} WHERE {}", view, condition)));
    if (rows > 0) problem(history, fmt::format("{} rows hold {}", rows, what));
    return {};
  }

  // Combinations of up to m items by who holds them. Items become numbers first; two of the largest kind at a time.
  Result<void> combinations() {
    SEKISHO_CHECK(engine_.execute(
        "CREATE TABLE item AS SELECT what, CAST(row_number() OVER (ORDER BY what) AS INTEGER) AS n FROM (SELECT "
        "DISTINCT what FROM held)"));
    SEKISHO_CHECK(engine_.execute(
        "CREATE TABLE who AS SELECT who, CAST(row_number() OVER () AS INTEGER) AS n FROM (SELECT DISTINCT who FROM "
        "held)"));
    SEKISHO_CHECK(engine_.execute(
        "CREATE TABLE s AS SELECT DISTINCT who.n AS p, item.n AS i FROM held JOIN item USING (what) JOIN who USING "
        "(who) ORDER BY p, i"));
    SEKISHO_TRY(const std::int64_t persons, engine_.query_integer("SELECT count(*) FROM who"));
    SEKISHO_TRY(const std::int64_t items, engine_.query_integer("SELECT count(*) FROM item"));
    out_.persons = static_cast<std::size_t>(persons);
    out_.items = static_cast<std::size_t>(items);
    out_.rarest = SIZE_MAX;
    constexpr std::string_view kFrom[] = {
        "s a", "s a JOIN s b ON a.p = b.p AND a.i < b.i",
        "s a JOIN s b ON a.p = b.p AND a.i < b.i JOIN s c ON b.p = c.p AND b.i < c.i"};
    // One whole number for a combination is grouped faster than its items.
    const std::string radix = std::to_string(items + 1) + "::BIGINT";
    const std::string keys[] = {"a.i", fmt::format("a.i * {} + b.i", radix),
                                fmt::format("(a.i * {0} + b.i) * {0} + c.i", radix)};
    constexpr double kAtOnce = 2e7;
    double possible = 1;
    for (int size = 1; size <= policy_.m; ++size) {
      // Each part counts the combinations of some items whole, so that what is counted at a time stays small.
      possible *= static_cast<double>(items) / size;
      const int parts = static_cast<int>(std::clamp(possible / kAtOnce, 1.0, 16.0));
      for (int part = 0; part < parts; ++part)
        SEKISHO_CHECK(count(fmt::format("SELECT count(*) AS c FROM {} WHERE a.i % {} = {} GROUP BY {}", kFrom[size - 1],
                                        parts, part, keys[size - 1]),
                            size));
    }
    if (out_.rarest == SIZE_MAX) out_.rarest = 0;
    return {};
  }
  Result<void> count(const std::string& sql, int size) {
    SEKISHO_TRY(const auto found, engine_.query(fmt::format("SELECT count(*), coalesce(min(c), 0), "
                                                            "count(*) FILTER (c < {}) FROM ({})",
                                                            policy_.k, sql)));
    if (!found->next() || found->integer(0) == 0) return {};
    out_.combinations += static_cast<std::size_t>(found->integer(0));
    out_.rarest = std::min(out_.rarest, static_cast<std::size_t>(found->integer(1)));
    if (found->integer(2) > 0)
      out_.problems.push_back(fmt::format("{} combinations of {} items are held by fewer than {} persons",
                                          found->integer(2), size, policy_.k));
    return {};
  }

  Result<void> rare_values() {
    for (const History& history : policy_.histories)
      for (const HistoryColumn& column : history.columns) {
        if (column.rare <= policy_.k) continue;
        SEKISHO_TRY(const std::int64_t rare,
                    engine_.query_integer(fmt::format(
                        "SELECT count(*) FROM (SELECT what FROM held WHERE starts_with(what, {}) GROUP BY what HAVING "
                        "count(DISTINCT who) < {})",
                        sql_text(history.name + "." + column.attribute.name + "\x1f"), column.rare)));
        if (rare > 0)
          problem(history, fmt::format("{} values of '{}' are held by fewer than {} persons", rare,
                                       column.attribute.name, column.rare));
      }
    return {};
  }

  void problem(const History& history, std::string text) {
    out_.problems.push_back(fmt::format("{}: {}", history.name, text));
  }

  const HistoryPolicy& policy_;
  columns::Engine& engine_;
  const std::filesystem::path& folder_;
  HistoryAudit out_;
};

}  // namespace

Result<HistoryAudit> audit_histories(const std::filesystem::path& folder, const HistoryPolicy& policy,
                                     const std::string& memory_limit, int threads) {
  SEKISHO_TRY(const TemporaryFolder scratch, TemporaryFolder::create());
  columns::EngineOptions options;
  options.threads = threads;
  options.memory_limit = memory_limit;
  options.temporary = scratch.path();
  const std::filesystem::path place = std::filesystem::absolute(folder);
  options.allowed_folders = {place, scratch.path()};
  SEKISHO_TRY(const auto engine, columns::Engine::create(options));
  return Auditor(policy, *engine, place).run();
}

Json HistoryAudit::to_json() const {
  return {{"ok", ok},         {"persons", persons},  {"items", items}, {"combinations", combinations},
          {"rarest", rarest}, {"problems", problems}};
}

}  // namespace sekisho::anonymize

#include "anonymize/audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "anonymize/audit_csv.h"
#include "anonymize/uniqueness.h"
#include "columns/parquet.h"
#include "core/csv.h"
#include "core/file.h"

namespace sekisho::anonymize {
namespace {

namespace fs = std::filesystem;
using columns::sql_name;
using columns::sql_text;

class Auditor {
 public:
  Auditor(const Policy& policy, columns::Engine& engine, const fs::path& scratch, char separator)
      : policy_(policy), engine_(engine), scratch_(scratch), separator_(separator) {}

  Result<Audit> run(const fs::path& file, const fs::path& original) {
    SEKISHO_CHECK(load(file));
    if (!original.empty()) {
      SEKISHO_TRY(const std::vector<std::string> header, csv_header(original, separator_));
      const std::vector<std::string> names = counted(header, [](const Attribute&) { return false; });
      SEKISHO_CHECK(execute("CREATE TABLE whole AS {}", counted_rows(original, header, names)));
      original_ = true;
    }
    for (const Model& model : policy_.models) {
      SEKISHO_CHECK(judge(model));
      out_.models.push_back(describe(model));
    }
    SEKISHO_CHECK(judge_circumstances());
    SEKISHO_CHECK(finish());
    return out_;
  }

 private:
  template <class... Arguments>
  Result<void> execute(fmt::format_string<Arguments...> sql, Arguments&&... arguments) {
    return engine_.execute(fmt::format(sql, std::forward<Arguments>(arguments)...));
  }

  // Columns that the judgement looks at: those that models speak of, units, and of the others the chosen ones.
  template <class Chosen>
  std::vector<std::string> counted(const std::vector<std::string>& header, const Chosen& chosen) const {
    std::vector<std::string> out;
    for (const std::string& name : header) {
      const Attribute* attribute = policy_.find(name);
      const bool judged =
          std::ranges::any_of(policy_.models, [&](const Model& model) { return model.attribute == name; });
      if (judged || policy_.is_unit(name) || (attribute != nullptr && chosen(*attribute))) out.push_back(name);
    }
    return out;
  }

  // Rows that are equal in these columns as one, with their number "#n": a hundred million rows become a table of their
  // classes and values.
  std::string counted_rows(const fs::path& file, const std::vector<std::string>& header,
                           const std::vector<std::string>& names) const {
    std::string list;
    for (const std::string& name : names)
      list += sql_name(name) + ", ";
    return fmt::format("SELECT {}count(*) AS \"#n\" FROM {} GROUP BY ALL HAVING count(*) > 0", list,
                       sql_csv(file, header, separator_));
  }

  // Persons of a group of such rows; each row is one where the file does not tell them apart.
  std::string persons() const {
    return out_.counts_persons ? fmt::format("count(DISTINCT {})", sql_name(policy_.person))
                               : "CAST(coalesce(sum(\"#n\"), 0) AS BIGINT)";
  }

  // t: equal rows with "#class" and "#n"; c: a row for each class.
  Result<void> load(const fs::path& file) {
    SEKISHO_TRY(header_, csv_header(file, separator_));
    out_.counts_persons = std::ranges::find(header_, policy_.person) != header_.end();
    std::string order;
    for (const Attribute& attribute : policy_.attributes) {
      const bool there = std::ranges::find(header_, attribute.name) != header_.end();
      if (attribute.kind == Kind::kIdentifying && there && attribute.name != policy_.person)
        out_.problems.push_back(fmt::format("the identifying column '{}' is still there", attribute.name));
      if (attribute.kind != Kind::kQuasi) continue;
      if (!there) return fail("policy.columns", fmt::format("there is no column '{}'", attribute.name));
      order += (order.empty() ? "" : ", ") + sql_name(attribute.name);
    }
    std::set<std::string> seen;
    for (const std::string& name : header_) {
      if (!seen.insert(name).second) return fail("csv.header", fmt::format("column '{}' stands twice", name));
      if (!policy_.names(name))
        out_.problems.push_back(fmt::format("the policy does not say what column '{}' is", name));
    }
    const std::vector<std::string> names =
        counted(header_, [](const Attribute& attribute) { return attribute.kind == Kind::kQuasi; });
    const auto read =
        execute("CREATE TABLE t AS SELECT {} AS \"#class\", * FROM ({})",
                order.empty() ? "1" : "dense_rank() OVER (ORDER BY " + order + ")", counted_rows(file, header_, names));
    // The query engine's own words would repeat a line of the file.
    if (!read)
      return fail("csv.audit",
                  fmt::format("the file cannot be read as UTF-8 CSV with {} columns separated by '{}'", header_.size(),
                              separator_),
                  {.file = file.string()});
    return execute(
        "CREATE TABLE c AS SELECT \"#class\" AS class, CAST(sum(\"#n\") AS BIGINT) AS n, {} AS persons FROM t GROUP BY "
        "1; CREATE TABLE failing(class BIGINT)",
        persons());
  }

  // p: share of each value in each class; q: in the whole table; both over persons.
  Result<void> shares(const std::string& attribute) {
    if (std::ranges::find(header_, attribute) == header_.end())
      return fail("policy.columns", fmt::format("there is no column '{}'", attribute));
    const std::string name = sql_name(attribute);
    SEKISHO_CHECK(
        execute("CREATE OR REPLACE TABLE h AS SELECT \"#class\" AS class, {0} AS s, {1} AS n FROM t GROUP BY 1, 2; "
                "CREATE OR REPLACE TABLE p AS SELECT class, s, n, n / sum(n) OVER (PARTITION BY class) AS p FROM h; "
                "CREATE OR REPLACE TABLE q AS SELECT s, n / sum(n) OVER () AS q FROM (SELECT {0} AS s, {1} AS n FROM "
                "{2} GROUP BY 1)",
                name, persons(), original_ ? "whole" : "t"));
    return {};
  }

  // Adds the classes that a query names; says so when there are any.
  Result<void> fails(const Model& model, const std::string& classes) {
    SEKISHO_TRY(const std::int64_t count, engine_.query_integer("SELECT count(*) FROM (" + classes + ")"));
    if (count == 0) return {};
    out_.problems.push_back(fmt::format("{}: {} classes fail", describe(model), count));
    return execute("INSERT INTO failing {}", classes);
  }

  // A table (s, level, label) of an attribute's hierarchy for the values of a table's column.
  Result<int> load_tree(const Attribute& attribute, const std::string& source, const std::string& table) {
    Column column(attribute.name);
    SEKISHO_TRY(const auto values,
                engine_.query(fmt::format("SELECT DISTINCT {} FROM {} WHERE {} IS NOT NULL", sql_name(attribute.name),
                                          source, sql_name(attribute.name))));
    while (values->next())
      column.add(values->text(0));
    SEKISHO_TRY(const Hierarchy tree, hierarchy_of(attribute, column, policy_.delimiter));
    std::string text = "s,level,label,place\n";
    for (const std::string& value : column.values())
      for (int level = 0; level < tree.levels(); ++level) {
        const int leaf = tree.leaf(value);
        const std::string number = std::to_string(level), place = std::to_string(leaf);
        append_csv(text, {value, number, tree.label(level, tree.label_code(level, leaf)), place}, ',');
      }
    const fs::path file = scratch_ / "tree.csv";
    SEKISHO_CHECK(write_file_durable(file, text));
    SEKISHO_CHECK(
        execute("CREATE OR REPLACE TABLE {} AS SELECT s, CAST(level AS INTEGER) AS level, label, CAST(place AS "
                "BIGINT) AS place FROM {}",
                table, sql_csv(file, {"s", "level", "label", "place"}, ',')));
    return tree.levels() - 1;
  }

  Result<void> judge_closeness(const Model& model) {
    // Suppressing a share x of the rows moves no distance by more than x.
    const double slack = original_ ? 0 : policy_.suppression_limit;
    if (slack > 0)
      out_.undecided.push_back(
          fmt::format("{}: judged with a margin of {} for the suppressed rows", describe(model), slack));
    const std::string over = fmt::format("> {:.17g}", model.threshold + slack + 1e-9);
    if (model.distance == Model::Distance::kEqual)
      return fails(model, "SELECT class FROM p JOIN q USING (s) GROUP BY class HAVING sum(greatest(p - q, 0)) " + over);
    const Attribute& attribute = *policy_.find(model.attribute);
    const bool has_tree = !attribute.file.empty() || attribute.rule;
    SEKISHO_CHECK(engine_.execute(
        "CREATE OR REPLACE TABLE net AS SELECT class, s, coalesce(p, 0) AS p, q FROM c CROSS JOIN q LEFT JOIN p USING "
        "(class, s)"));
    if (model.distance == Model::Distance::kOrdered) {
      std::string place = "s";
      SEKISHO_TRY(const std::int64_t words,
                  engine_.query_integer("SELECT count(*) FROM q WHERE TRY_CAST(s AS DOUBLE) IS NULL"));
      if (words == 0) {
        place = "CAST(s AS DOUBLE), s";
      } else if (!attribute.file.empty()) {
        SEKISHO_CHECK(load_tree(attribute, original_ ? "whole" : "t", "tree"));
        place = "(SELECT place FROM tree WHERE tree.s = net.s AND level = 0)";
      }
      return fails(model,
                   fmt::format("SELECT class FROM (SELECT class, sum(p - q) OVER (PARTITION BY class ORDER BY {}) "
                               "AS run FROM net) GROUP BY class HAVING sum(abs(run)) / greatest(1, (SELECT "
                               "count(*) - 1 FROM q)) {}",
                               place, over));
    }
    if (!has_tree) return fail("policy.model", "the hierarchical distance needs a hierarchy");
    SEKISHO_TRY(const int height, load_tree(attribute, original_ ? "whole" : "t", "tree"));
    return fails(
        model, fmt::format(
                   "WITH child AS (SELECT net.class, up.level, up.label AS parent, low.label AS child, sum(q - p) AS x "
                   "FROM net JOIN tree low ON low.s = net.s JOIN tree up ON up.s = net.s AND up.level = low.level + 1 "
                   "GROUP BY 1, 2, 3, 4), moved AS (SELECT class, level, parent, least(sum(greatest(x, 0)), "
                   "sum(greatest(-x, 0))) AS x FROM child GROUP BY 1, 2, 3) SELECT class FROM moved GROUP BY class "
                   "HAVING sum(level * x) / {} {}",
                   height, over));
  }

  // Models that compare with the whole table's shares, and have no margin for suppressed rows.
  Result<void> judge_ratio(const Model& model) {
    if (!original_ && policy_.suppression_limit > 0) {
      out_.undecided.push_back(describe(model) + ": needs the original file");
      return {};
    }
    if (model.kind == Model::Kind::kDisclosure)
      return fails(model,
                   fmt::format("SELECT class FROM p JOIN q USING (s) GROUP BY class HAVING max(abs(log2(p / q))) "
                               ">= {:.17g}",
                               model.threshold + 1e-9));
    const std::string bound = model.enhanced ? fmt::format("least({:.17g}, -ln(q))", model.threshold)
                                             : fmt::format("{:.17g}", model.threshold);
    return fails(model,
                 fmt::format("SELECT class FROM p JOIN q USING (s) GROUP BY class HAVING max((p - q) / q - {}) > "
                             "1e-9",
                             bound));
  }

  Result<void> judge_sample(const Model& model) {
    double risk = 0;
    std::map<std::size_t, std::size_t> sizes;
    double persons = 0, classes = 0;
    SEKISHO_TRY(const auto found, engine_.query("SELECT persons, count(*) FROM c GROUP BY 1"));
    while (found->next()) {
      sizes[static_cast<std::size_t>(found->integer(0))] = static_cast<std::size_t>(found->integer(1));
      persons += static_cast<double>(found->integer(0)) * static_cast<double>(found->integer(1));
      classes += static_cast<double>(found->integer(1));
    }
    if (persons == 0) return {};
    if (model.kind == Model::Kind::kAverageRisk)
      risk = classes / persons;
    else if (model.kind == Model::Kind::kSampleUniqueness)
      risk = static_cast<double>(sizes[1]) / persons;
    else
      risk = population_uniqueness(sizes, policy_.population_size);
    if (risk > model.threshold + 1e-9)
      out_.problems.push_back(fmt::format("{}: {:.6g} is above {:.6g}", describe(model), risk, model.threshold));
    return {};
  }

  // The least level at which all labels of a column stand. Values that go to the top at once show its label at lower
  // levels too: where the file holds no other, it is taken for that of all.
  Result<std::int64_t> shown_level(const std::string& name, const std::string& tree, int height) {
    return engine_.query_integer(fmt::format(
        "SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM t WHERE {0} NOT IN (SELECT label FROM {1} WHERE level = {2})) THEN "
        "{2} ELSE coalesce((SELECT min(level) FROM (SELECT DISTINCT level FROM {1}) l WHERE NOT EXISTS (SELECT 1 FROM "
        "t WHERE {0} NOT IN (SELECT label FROM {1} x WHERE x.level = l.level))), {2}) END",
        name, tree, height));
  }

  // pop: size of each combination of labels in the population, at the levels that the file shows.
  Result<void> judge_population(const Model& model) {
    const fs::path file = scratch_ / "population.csv";
    SEKISHO_CHECK(write_file_durable(file, policy_.population));
    SEKISHO_TRY(const std::vector<std::string> header, csv_header(file, policy_.delimiter));
    SEKISHO_CHECK(execute("CREATE OR REPLACE TABLE raw AS SELECT * FROM {}", sql_csv(file, header, policy_.delimiter)));
    std::string select, joins, on;
    for (const Attribute& attribute : policy_.attributes) {
      if (attribute.kind != Kind::kQuasi) continue;
      const std::string number = std::to_string(select.size()), name = sql_name(attribute.name);
      SEKISHO_TRY(const int height, load_tree(attribute, "raw", "tree" + number));
      SEKISHO_TRY(const std::int64_t level, shown_level(name, "tree" + number, height));
      select += (select.empty() ? "" : ", ") + fmt::format("x{}.label AS {}", number, name);
      joins += fmt::format(" JOIN tree{0} x{0} ON x{0}.s = raw.{1} AND x{0}.level = {2}", number, name, level);
      on += (on.empty() ? "" : " AND ") + fmt::format("g.{0} = a.{0}", name);
    }
    SEKISHO_CHECK(
        execute("CREATE OR REPLACE TABLE pop AS SELECT count(*) AS size{} FROM (SELECT {} FROM raw{}) GROUP BY "
                "ALL",
                select.empty() ? "" : ", *", select.empty() ? "1" : select, joins));
    SEKISHO_CHECK(
        execute("CREATE OR REPLACE TABLE f AS SELECT g.\"#class\" AS class, any_value(g.n) AS n, coalesce(sum(a.size), "
                "0) AS size "
                "FROM (SELECT t.*, c.persons AS n FROM t JOIN c ON c.class = t.\"#class\" QUALIFY row_number() OVER "
                "(PARTITION BY "
                "t.\"#class\") = 1) g LEFT JOIN pop a ON {} GROUP BY 1",
                on.empty() ? "true" : on));
    if (model.kind == Model::Kind::kMap)
      return fails(model, fmt::format("SELECT class FROM f WHERE size < {}", model.bound));
    return fails(model, fmt::format("SELECT class FROM f WHERE size = 0 OR n / size > {:.17g} OR n / size < {:.17g}",
                                    model.threshold + 1e-9, model.minimum - 1e-9));
  }

  // The sample is the original file; the finished one lacks its suppressed persons, which makes the bound smaller.
  Result<void> judge_estimate(const Model& model) {
    if (!original_ && policy_.suppression_limit > 0)
      out_.undecided.push_back(describe(model) + ": the sample's size is taken from the file");
    SEKISHO_TRY(const std::int64_t sample,
                engine_.query_integer(fmt::format("SELECT {} FROM {}", persons(), original_ ? "whole" : "t")));
    const int least = map_class_size(model.bound, policy_.population_size, static_cast<double>(sample),
                                     model.significance, model.estimator == Model::Estimator::kZeroTruncated);
    return fails(model, fmt::format("SELECT class FROM c WHERE persons < {}", least));
  }

  Result<void> judge(const Model& model) {
    if (!model.attribute.empty()) SEKISHO_CHECK(shares(model.attribute));
    switch (model.kind) {
      case Model::Kind::kAnonymity:
        return fails(model, fmt::format("SELECT class FROM c WHERE persons < {}", model.bound));
      case Model::Kind::kDistinctDiversity:
        return fails(model, fmt::format("SELECT class FROM h GROUP BY class HAVING count(*) < {}", model.bound));
      case Model::Kind::kEntropyDiversity:
        return fails(model,
                     fmt::format("SELECT class FROM p GROUP BY class HAVING -sum(p * ln(p)) < ln({:.17g}) - 1e-9",
                                 model.threshold));
      case Model::Kind::kRecursiveDiversity:
        return fails(
            model,
            fmt::format("SELECT class FROM (SELECT class, n, row_number() OVER (PARTITION BY class ORDER BY n DESC) "
                        "AS place FROM h) GROUP BY class HAVING NOT max(n) < {:.17g} * coalesce(sum(n) FILTER "
                        "(place >= {}), 0)",
                        model.threshold, model.bound));
      case Model::Kind::kCloseness:
        return judge_closeness(model);
      case Model::Kind::kBetaLikeness:
      case Model::Kind::kDisclosure:
        return judge_ratio(model);
      case Model::Kind::kMap:
        if (model.estimator != Model::Estimator::kNone) return judge_estimate(model);
        return judge_population(model);
      case Model::Kind::kPresence:
        return judge_population(model);
      default:
        return judge_sample(model);
    }
  }

  // Households and hospitals, where the file still has their columns.
  Result<void> judge_circumstances() {
    for (const auto& [column, least] :
         {std::pair(policy_.household, policy_.k()), std::pair(policy_.hospital, policy_.minimum_hospitals)}) {
      if (column.empty() || std::ranges::find(header_, column) == header_.end()) continue;
      const std::string classes = fmt::format(
          "SELECT \"#class\" AS class FROM t GROUP BY 1 HAVING count(DISTINCT {}) < {}", sql_name(column), least);
      SEKISHO_TRY(const std::int64_t count, engine_.query_integer("SELECT count(*) FROM (" + classes + ")"));
      if (count == 0) continue;
      out_.problems.push_back(
          fmt::format("{} classes have fewer than {} different values of '{}'", count, least, column));
      SEKISHO_CHECK(execute("INSERT INTO failing {}", classes));
    }
    return {};
  }

  Result<void> finish() {
    SEKISHO_TRY(const auto found,
                engine_.query("SELECT coalesce(sum(n), 0), count(*), coalesce(min(persons), 0), (SELECT count(DISTINCT "
                              "class) FROM failing) FROM c"));
    if (!found->next()) return fail("anonymize.audit", "the audit gave no answer");
    out_.rows = static_cast<std::size_t>(found->integer(0));
    out_.classes = static_cast<std::size_t>(found->integer(1));
    out_.smallest_class = static_cast<std::size_t>(found->integer(2));
    out_.failing_classes = static_cast<std::size_t>(found->integer(3));
    out_.ok = out_.problems.empty();
    return {};
  }

  const Policy& policy_;
  columns::Engine& engine_;
  fs::path scratch_;
  char separator_;
  std::vector<std::string> header_;
  bool original_ = false;
  Audit out_;
};

bool is_utf8(const fs::path& file) {
  const auto encoding = encoding_of_file(file, Encoding::kUtf8);
  return encoding.has_value();
}

}  // namespace

Result<Audit> audit(const fs::path& file, const Policy& policy, const fs::path& original, char separator) {
  SEKISHO_TRY(const TemporaryFolder scratch, TemporaryFolder::create());
  const auto readable = [&](const fs::path& one, const char* name) -> Result<fs::path> {
    if (one.empty()) return one;
    SEKISHO_CHECK(make_folders(scratch.path() / name));
    return utf8_file(fs::absolute(one), policy.encoding, scratch.path() / name);
  };
  // What the program wrote is UTF-8, whatever the table was in.
  const bool written = is_utf8(file);
  SEKISHO_TRY(const fs::path judged, written ? Result<fs::path>(fs::absolute(file)) : readable(file, "judged"));
  SEKISHO_TRY(const fs::path before, readable(original, "original"));
  columns::EngineOptions options;
  options.allowed_folders = {judged.parent_path(), scratch.path()};
  if (!before.empty()) options.allowed_folders.push_back(before.parent_path());
  options.temporary = scratch.path();
  options.memory_limit = "4GB";
  SEKISHO_TRY(const auto engine, columns::Engine::create(options));
  return Auditor(policy, *engine, scratch.path(), separator == 0 ? policy.delimiter : separator).run(judged, before);
}

Json Audit::to_json() const {
  return {{"ok", ok},
          {"rows", rows},
          {"classes", classes},
          {"smallest_class", smallest_class},
          {"failing_classes", failing_classes},
          {"counted", counts_persons ? "persons" : "rows"},
          {"models", models},
          {"problems", problems},
          {"undecided", undecided}};
}

}  // namespace sekisho::anonymize

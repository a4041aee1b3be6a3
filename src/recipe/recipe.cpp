#include "recipe/recipe.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/csv.h"
#include "core/date.h"
#include "core/toml.h"
#include "crypto/digest.h"
#include "records/model.h"

namespace sekisho::recipe {
namespace {

using columns::sql_name;
using columns::sql_text;

constexpr std::string_view kCodeColumns[] = {"system", "code",       "receipt_code", "role",
                                             "name",   "valid_from", "valid_to",     "source"};

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 48 && text[0] >= 'a' && text[0] <= 'z' &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

// SQL of a recipe reads views and nothing else: one statement, no word that reaches files, settings or other databases.
std::string forbidden_word(std::string_view sql) {
  static const std::set<std::string, std::less<>> kWords = {
      "attach",      "copy",   "create", "delete", "detach", "drop",    "export",   "import", "insert",
      "install",     "load",   "pragma", "set",    "update", "call",    "getenv",   "glob",   "query",
      "query_table", "random", "uuid",   "now",    "today",  "setseed", "sniff_csv"};
  std::string word;
  bool quoted = false;
  for (const char c : std::string(sql) + " ") {
    if (c == '\'') quoted = !quoted;
    if (quoted) continue;
    if (c == ';') return ";";
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') {
      word.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
      continue;
    }
    if (kWords.contains(word) || word.starts_with("read_") || word.starts_with("parquet_") ||
        word.starts_with("duckdb_") || word.starts_with("current_") || word.starts_with("gen_random"))
      return word;
    word.clear();
  }
  return {};
}

Result<CodeSet> read_codeset(const TomlTable& table, const std::filesystem::path& folder) {
  SEKISHO_CHECK(table.only({"name", "version", "file"}));
  CodeSet out;
  SEKISHO_TRY(out.name, table.text("name"));
  SEKISHO_TRY(out.version, table.text("version", "1"));
  SEKISHO_TRY(out.file, table.text("file"));
  if (!is_name(out.name)) return table.error("recipe.name", "names are of a-z, 0-9 and _", "name");
  const std::string path = (folder / out.file).lexically_normal().string();
  SEKISHO_TRY(const std::string text, read_text(path, 64 << 20));
  out.sha256 = to_hex(crypto::sha256(as_bytes(text)));
  SEKISHO_TRY(const CsvTable csv, read_csv(text, ',', path));
  std::vector<int> places;
  for (const std::string_view name : kCodeColumns) {
    places.push_back(csv.column(name));
    if (places.back() < 0)
      return fail("recipe.codeset", fmt::format("the code set has no column '{}'", name), {.file = path});
  }
  for (std::size_t i = 0; i < csv.rows.size(); ++i) {
    std::vector<std::string>& row = out.rows.emplace_back();
    for (const int place : places)
      row.push_back(csv.rows[i][static_cast<std::size_t>(place)]);
    const Place here{.file = path, .line = csv.lines[i]};
    if (row[0] != "LOCAL" && std::ranges::find(records::code_systems(), row[0]) == records::code_systems().end())
      return fail("recipe.codeset", fmt::format("'{}' is not a code system", row[0]), here);
    for (const int date : {5, 6})
      if (!row[date].empty() && !Date::parse_iso(row[date]))
        return fail("recipe.codeset", "a validity is a date (2013-03-31) or empty", here);
    if (row[7].empty()) return fail("recipe.codeset", "each code names its source", here);
  }
  return out;
}

Result<Event> read_event(const TomlTable& table, const Recipe& recipe) {
  SEKISHO_CHECK(table.only({"name", "table", "codeset", "where", "columns"}));
  Event out;
  SEKISHO_TRY(out.name, table.text("name"));
  SEKISHO_TRY(out.table, table.text("table"));
  SEKISHO_TRY(out.codeset, table.text("codeset"));
  SEKISHO_TRY(out.where, table.text("where", "true"));
  SEKISHO_TRY(out.columns, table.texts("columns"));
  if (!is_name(out.name)) return table.error("recipe.name", "names are of a-z, 0-9 and _", "name");
  const records::TableSpec* spec = records::find_table(out.table);
  if (spec == nullptr) return table.error("recipe.table", fmt::format("there is no table '{}'", out.table), "table");
  for (const std::string& column : out.columns)
    if (std::ranges::none_of(spec->columns, [&](const auto& c) { return c.name == column; }))
      return table.error("recipe.column", fmt::format("table '{}' has no column '{}'", out.table, column), "columns");
  if (recipe.codeset(out.codeset) == nullptr)
    return table.error("recipe.codeset", fmt::format("there is no code set '{}'", out.codeset), "codeset");
  if (const std::string word = forbidden_word(out.where); !word.empty())
    return table.error("recipe.sql", fmt::format("'{}' may not stand in a recipe", word), "where");
  return out;
}

std::string value_list(const CodeSet& codes) {
  std::string out;
  for (const auto& row : codes.rows) {
    out += out.empty() ? "" : ",\n  ";
    out += "(";
    for (std::size_t i = 0; i < 7; ++i) {
      if (i > 0) out += ", ";
      if (i >= 5)
        out += row[i].empty() ? "CAST(NULL AS DATE)" : "DATE " + sql_text(row[i]);
      else
        out += sql_text(row[i]);
    }
    out += ")";
  }
  return out;
}

std::string codeset_sql(const CodeSet& codes) {
  const std::string name = sql_name("codes_" + codes.name);
  const std::string head = "system, code, receipt_code, role, name, valid_from, valid_to";
  if (codes.rows.empty())
    return fmt::format(
        "CREATE OR REPLACE TEMP TABLE {} AS SELECT '' AS system, '' AS code, '' AS receipt_code, '' AS role, '' AS "
        "name, NULL::DATE AS valid_from, NULL::DATE AS valid_to WHERE false",
        name);
  return fmt::format("CREATE OR REPLACE TEMP TABLE {} AS SELECT * FROM (VALUES\n  {}) AS v({})", name,
                     value_list(codes), head);
}

// One join for each place where a code may stand; a row that matches twice (price code and receipt code) counts once.
std::string event_sql(const Event& event) {
  const std::string codes = sql_name("codes_" + event.codeset);
  std::string extra;
  for (const std::string& column : event.columns)
    extra += ", r." + sql_name(column);
  const auto part = [&](int rank, std::string_view condition) {
    return fmt::format(
        "SELECT r.reg, r.t, r.prec, r.src, r.act, r.package, r.part, r.ordinal, r.sub, c.system, c.code, "
        "c.receipt_code, c.role, c.name, {} AS match{} FROM {} AS r JOIN {} AS c ON {}\n  WHERE ({}) AND "
        "(c.valid_from IS NULL OR r.t >= c.valid_from) AND (c.valid_to IS NULL OR r.t < c.valid_to + 1)",
        rank, extra, sql_name(event.table), codes, condition, event.where);
  };
  std::string all = part(0, "r.std_code = c.code AND r.std_sys = c.system");
  all += "\nUNION ALL\n" + part(1, "r.loc_code = c.code AND c.system = 'REC'");
  all += "\nUNION ALL\n" + part(2, "r.loc_code = c.code AND c.system = 'LOCAL'");
  if (event.table == "diagnosis") all += "\nUNION ALL\n" + part(3, "r.icd = c.code AND c.system = 'ICD10'");
  return fmt::format(
      "CREATE OR REPLACE TEMP VIEW {} AS SELECT m.person, e.* EXCLUDE (package, part, ordinal, sub, match) FROM (\n"
      "SELECT * FROM (\n{})\nQUALIFY row_number() OVER (PARTITION BY package, part, ordinal, sub ORDER BY match, "
      "system, "
      "code) = 1) AS e JOIN person_map AS m ON m.reg = e.reg",
      sql_name(event.name), all);
}

Result<Product> read_product(const TomlTable& table, const std::set<std::string>& steps, const Recipe& recipe) {
  Product out;
  SEKISHO_TRY(out.from, table.text("from"));
  if (!steps.contains(out.from))
    return table.error("recipe.from", fmt::format("there is no step '{}'", out.from), "from");
  SEKISHO_TRY(const auto variables, table.tables("variable"));
  std::set<std::string> names{recipe.person};
  for (const TomlTable& one : variables) {
    SEKISHO_CHECK(one.only({"name", "title", "title_ja", "unit", "codeset"}));
    Variable variable;
    SEKISHO_TRY(variable.name, one.text("name"));
    SEKISHO_TRY(variable.title, one.text("title"));
    SEKISHO_TRY(variable.title_ja, one.text("title_ja", variable.title));
    SEKISHO_TRY(variable.unit, one.text("unit", ""));
    SEKISHO_TRY(variable.codeset, one.text("codeset", ""));
    if (!is_name(variable.name) || variable.name == "id" || !names.insert(variable.name).second)
      return one.error("recipe.name", "a variable's name is taken or is not of a-z, 0-9 and _", "name");
    if (!variable.codeset.empty() && recipe.codeset(variable.codeset) == nullptr)
      return one.error("recipe.codeset", fmt::format("there is no code set '{}'", variable.codeset), "codeset");
    out.variables.push_back(std::move(variable));
  }
  if (out.variables.empty()) return table.error("recipe.variables", "a recipe names at least one variable");
  return out;
}

// Names of files that stand in every dataset.
constexpr std::string_view kTaken[] = {"dataset", "leaves", "define", "dictionary", "manifest", "signer"};

// One table of persons' rows, or the histories of [[table]].
Result<void> read_products(const TomlTable& root, const std::set<std::string>& steps, Recipe& out) {
  if (!root.has("table")) {
    SEKISHO_TRY(Product product, read_product(root, steps, out));
    out.products.push_back(std::move(product));
    return {};
  }
  if (root.has("from") || root.has("variable"))
    return root.error("recipe.table", "a recipe has either 'from' and [[variable]], or [[table]]");
  SEKISHO_TRY(const auto tables, root.tables("table"));
  for (const TomlTable& table : tables) {
    SEKISHO_CHECK(table.only({"name", "title", "title_ja", "from", "variable"}));
    SEKISHO_TRY(Product product, read_product(table, steps, out));
    SEKISHO_TRY(product.name, table.text("name"));
    SEKISHO_TRY(product.title, table.text("title", product.name));
    SEKISHO_TRY(product.title_ja, table.text("title_ja", product.title));
    const bool again = std::ranges::any_of(out.products, [&](const Product& one) { return one.name == product.name; });
    if (!is_name(product.name) || again || std::ranges::find(kTaken, product.name) != std::end(kTaken))
      return table.error("recipe.name", "a table's name is taken or is not of a-z, 0-9 and _", "name");
    out.products.push_back(std::move(product));
  }
  if (out.products.empty()) return root.error("recipe.table", "a recipe of histories names at least one [[table]]");
  return {};
}

Result<Rows> run_product(columns::Engine& engine, const Recipe& recipe, const Product& product) {
  auto result = engine.query(recipe.query(product));
  if (!result)
    return fail("recipe.sql", fmt::format("the variables: {}", result.error().message), {.file = recipe.file});
  Rows out;
  out.header = (*result)->names();
  while ((*result)->next()) {
    if ((*result)->is_null(0) || (*result)->text(0).empty())
      return fail("recipe.person", "a row names no person", {.file = recipe.file});
    std::vector<std::string>& row = out.rows.emplace_back();
    for (std::size_t i = 0; i < out.header.size(); ++i)
      row.push_back((*result)->text(i));
  }
  // Bytes decide the order, not a collation.
  std::ranges::sort(out.rows);
  return out;
}

}  // namespace

const CodeSet* Recipe::codeset(std::string_view name) const {
  for (const CodeSet& set : codesets)
    if (set.name == name) return &set;
  return nullptr;
}

namespace {

Result<void> read_attackers(const TomlTable& root, Recipe& out) {
  if (!root.has("attackers")) return {};
  SEKISHO_TRY(const TomlTable table, root.table("attackers"));
  SEKISHO_CHECK(table.only(
      {"quasi-identifiers", "history", "facts", "hospital", "hospital-record", "household", "household-days"}));
  for (const std::string& name : table.members()) {
    SEKISHO_TRY(const double most, table.number(name, 1));
    if (!(most >= 0 && most <= 1))
      return table.error("recipe.attackers", "what an attacker may reach is a share from 0 to 1", name);
    out.attackers.emplace(name, most);
  }
  return {};
}

}  // namespace

Result<Recipe> Recipe::load(const std::filesystem::path& file) {
  SEKISHO_TRY(const std::string text, read_text(file, 16 << 20));
  SEKISHO_TRY(const TomlTable root, TomlTable::parse(text, file.string()));
  SEKISHO_CHECK(root.only({"format", "name", "version", "title", "title_ja", "policy", "person", "from", "report_by",
                           "codeset", "event", "step", "table", "variable", "attackers"}));
  SEKISHO_TRY(const std::int64_t format, root.integer("format"));
  if (format != 1) return root.error("recipe.format", "this program reads recipes of format 1", "format");
  Recipe out;
  out.file = file.filename().string();
  SEKISHO_TRY(out.name, root.text("name"));
  SEKISHO_TRY(out.version, root.text("version", "1"));
  SEKISHO_TRY(out.title, root.text("title", out.name));
  SEKISHO_TRY(out.title_ja, root.text("title_ja", out.title));
  SEKISHO_TRY(out.policy, root.text("policy", ""));
  SEKISHO_TRY(out.person, root.text("person", "person"));
  SEKISHO_TRY(out.report_by, root.text("report_by", ""));
  crypto::Sha256 hash;
  hash.update(as_bytes(text));
  SEKISHO_TRY(const auto codesets, root.tables("codeset"));
  for (const TomlTable& table : codesets) {
    SEKISHO_TRY(CodeSet codes, read_codeset(table, file.parent_path()));
    hash.update(as_bytes(codes.name + "\n" + codes.sha256 + "\n"));
    out.codesets.push_back(std::move(codes));
  }
  out.sha256 = to_hex(hash.finish());
  std::set<std::string> names;
  SEKISHO_TRY(const auto events, root.tables("event"));
  for (const TomlTable& table : events) {
    SEKISHO_TRY(Event event, read_event(table, out));
    if (!names.insert(event.name).second) return table.error("recipe.name", "the name stands twice", "name");
    out.events.push_back(std::move(event));
  }
  SEKISHO_TRY(const auto steps, root.tables("step"));
  for (const TomlTable& table : steps) {
    SEKISHO_CHECK(table.only({"name", "sql"}));
    Step step;
    SEKISHO_TRY(step.name, table.text("name"));
    SEKISHO_TRY(step.sql, table.text("sql"));
    if (!is_name(step.name)) return table.error("recipe.name", "names are of a-z, 0-9 and _", "name");
    if (records::find_table(step.name) != nullptr || !names.insert(step.name).second)
      return table.error("recipe.name", "the name stands twice", "name");
    if (const std::string word = forbidden_word(step.sql); !word.empty())
      return table.error("recipe.sql", fmt::format("'{}' may not stand in a recipe", word), "sql");
    out.steps.push_back(std::move(step));
  }
  SEKISHO_CHECK(read_products(root, names, out));
  SEKISHO_CHECK(read_attackers(root, out));
  if (!out.report_by.empty() && (out.has_histories() || out.variable("", out.report_by) == nullptr))
    return root.error("recipe.report", fmt::format("'{}' is not a variable", out.report_by), "report_by");
  return out;
}

std::vector<std::string> Recipe::statements() const {
  std::vector<std::string> out;
  for (const CodeSet& codes : codesets)
    out.push_back(codeset_sql(codes));
  for (const Event& event : events)
    out.push_back(event_sql(event));
  for (const Step& step : steps)
    out.push_back(fmt::format("CREATE OR REPLACE TEMP VIEW {} AS {}", sql_name(step.name), step.sql));
  return out;
}

const Variable* Recipe::variable(std::string_view product, std::string_view name) const {
  for (const Product& one : products)
    for (const Variable& variable : one.variables)
      if (one.name == product && variable.name == name) return &variable;
  return nullptr;
}

std::string Recipe::query(const Product& product) const {
  std::string list = sql_name(person);
  for (const Variable& variable : product.variables)
    list += fmt::format(", coalesce(CAST({0} AS VARCHAR), '') AS {0}", sql_name(variable.name));
  return fmt::format("SELECT {} FROM {} ORDER BY ALL", list, sql_name(product.from));
}

Result<std::vector<Rows>> run(columns::Engine& engine, const Recipe& recipe) {
  std::size_t number = 0;
  for (const std::string& sql : recipe.statements()) {
    ++number;
    if (auto done = engine.execute(sql); !done) {
      const std::size_t step = number - 1 - std::min(number - 1, recipe.codesets.size() + recipe.events.size());
      const bool is_step = number > recipe.codesets.size() + recipe.events.size();
      return fail("recipe.sql",
                  fmt::format("{}: {}", is_step ? "step " + recipe.steps[step].name : "code sets and events",
                              done.error().message),
                  {.file = recipe.file});
    }
  }
  std::vector<Rows> out;
  for (const Product& product : recipe.products) {
    SEKISHO_TRY(Rows rows, run_product(engine, recipe, product));
    out.push_back(std::move(rows));
  }
  return out;
}

Result<void> open_folder(columns::Engine& engine, const std::filesystem::path& folder) {
  const auto view = [&](const std::string& name, const std::string& columns) -> Result<void> {
    std::error_code error;
    const std::filesystem::path file = folder / (name + ".parquet");
    const std::string source = std::filesystem::exists(file, error)
                                   ? fmt::format("SELECT * FROM read_parquet({})", sql_text(file.string()))
                                   : fmt::format("SELECT {} WHERE false", columns);
    return engine.execute(fmt::format("CREATE OR REPLACE VIEW {} AS {}", sql_name(name), source));
  };
  static constexpr std::string_view kTypes[] = {"VARCHAR", "INTEGER", "BIGINT", "DOUBLE", "DATE", "TIMESTAMP"};
  for (const records::TableSpec& spec : records::all_tables()) {
    std::string columns;
    for (const records::ColumnSpec& column : spec.columns)
      columns += fmt::format("{}CAST(NULL AS {}) AS {}", columns.empty() ? "" : ", ",
                             kTypes[static_cast<std::size_t>(column.type)], sql_name(column.name));
    SEKISHO_CHECK(view(std::string(spec.name), columns));
  }
  SEKISHO_CHECK(view("demographics",
                     "NULL::VARCHAR AS reg, NULL::VARCHAR AS sex, NULL::INTEGER AS birth_year, NULL::INTEGER AS "
                     "birth_month, NULL::VARCHAR AS area2, NULL::VARCHAR AS prefecture, NULL::INTEGER AS death_year, "
                     "NULL::INTEGER AS death_month"));
  return view("person_map", "NULL::VARCHAR AS reg, NULL::VARCHAR AS person, NULL::VARCHAR AS hospital");
}

Json Recipe::to_json() const {
  Json out{{"name", name}, {"version", version}, {"title", title}, {"title_ja", title_ja}, {"sha256", sha256}};
  out["codesets"] = Json::array();
  for (const CodeSet& set : codesets)
    out["codesets"].push_back(
        {{"name", set.name}, {"version", set.version}, {"codes", set.rows.size()}, {"sha256", set.sha256}});
  const auto variables_of = [](const Product& product) {
    Json list = Json::array();
    for (const Variable& variable : product.variables)
      list.push_back({{"name", variable.name},
                      {"title", variable.title},
                      {"title_ja", variable.title_ja},
                      {"unit", variable.unit}});
    return list;
  };
  if (!has_histories()) {
    out["variables"] = variables_of(products.front());
    return out;
  }
  out["tables"] = Json::array();
  for (const Product& product : products)
    out["tables"].push_back({{"name", product.name},
                             {"title", product.title},
                             {"title_ja", product.title_ja},
                             {"variables", variables_of(product)}});
  return out;
}

}  // namespace sekisho::recipe

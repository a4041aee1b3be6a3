// What a purpose extracts: code sets, events, steps and variables (TOML) become SQL over the store's views. A recipe
// sees no identifier: the views hold none.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "columns/parquet.h"
#include "core/json.h"
#include "core/result.h"

namespace sekisho::recipe {

// Codes under a name and version; CSV with system, code, receipt_code, role, name, valid_from, valid_to, source.
// System LOCAL matches a hospital's own code; REC matches the receipt code under any label.
struct CodeSet {
  std::string name, version, file;
  std::string sha256;  // of the file, hex
  std::vector<std::vector<std::string>> rows;
};

// Rows of a clinical table whose code is in a code set on that day, as a view with the columns person, reg, t, prec,
// src, act, system, code, receipt_code, role, name and those named in `columns`.
struct Event {
  std::string name, table, codeset, where;
  std::vector<std::string> columns;
};
struct Step {  // a view by SQL over events, earlier steps and the store's views
  std::string name, sql;
};
struct Variable {
  std::string name, title, title_ja, unit, codeset;
};

// Rows that leave the recipe: person and variables of a step. One table of persons' rows has no name; whole histories
// are several named ones, [[table]] with [[table.variable]].
struct Product {
  std::string name, title, title_ja, from;
  std::vector<Variable> variables;
};

struct Recipe {
  std::string file, name, version, title, title_ja, policy;  // policy: file beside the recipe; may be empty
  std::string person, report_by;                             // columns of the last step
  std::vector<CodeSet> codesets;
  std::vector<Event> events;
  std::vector<Step> steps;
  std::vector<Product> products;
  // By the name of an attacker (release/attack.h): share of those looked for, above which nothing may be released.
  std::map<std::string, double> attackers;
  std::string sha256;  // over the recipe and its code sets, hex

  // Errors: toml.*, recipe.*; each with its line.
  static Result<Recipe> load(const std::filesystem::path& file);
  std::vector<std::string> statements() const;  // SQL in order: tables of codes, views
  // Person and variables, in an order that the values alone decide.
  std::string query(const Product& product) const;
  bool has_histories() const { return !products.front().name.empty(); }
  const Variable* variable(std::string_view product, std::string_view name) const;
  const CodeSet* codeset(std::string_view name) const;
  Json to_json() const;
};

struct Rows {
  std::vector<std::string> header;  // person, then the variables
  std::vector<std::vector<std::string>> rows;
};

// Runs in an engine where the store's views are open; rows of each product. Errors: recipe.sql (which step),
// recipe.person (a row without).
Result<std::vector<Rows>> run(columns::Engine& engine, const Recipe& recipe);

// Views from files instead of a store: TABLE.parquet in `folder` (as `inspect --tables` writes them; absent tables are
// empty), demographics and person_map too. For checking a recipe without a centre.
Result<void> open_folder(columns::Engine& engine, const std::filesystem::path& folder);

}  // namespace sekisho::recipe

// sekisho recipe: what a purpose extracts. check reads it, explain prints its SQL, run executes it on a store.
// modules: recipe store
#include <fmt/format.h>

#include <memory>

#include "cli/cli.h"
#include "core/csv.h"
#include "core/file.h"
#include "recipe/recipe.h"
#include "store/store.h"

namespace sekisho::cli {
namespace {

struct RecipeOptions {
  std::string file, store, keys, snapshot, tables, output, body = "body";
  bool json = false;
  bool allow_unencrypted = false;
};

Result<int> check_recipe(const RecipeOptions& options) {
  SEKISHO_TRY(const recipe::Recipe recipe, recipe::Recipe::load(options.file));
  // Executed on empty tables: what does not fit the record model shows.
  SEKISHO_TRY(const auto engine, columns::Engine::create({}));
  SEKISHO_TRY(const TemporaryFolder folder, TemporaryFolder::create());
  SEKISHO_CHECK(recipe::open_folder(*engine, folder.path()));
  SEKISHO_TRY([[maybe_unused]] const auto rows, recipe::run(*engine, recipe));
  std::size_t variables = 0;
  for (const recipe::Product& product : recipe.products)
    variables += product.variables.size();
  if (options.json)
    print_json(recipe.to_json());
  else
    fmt::print("{} version {}: {} code sets, {} events, {} steps, {} variables; SQL fits the record model\n",
               recipe.name, recipe.version, recipe.codesets.size(), recipe.events.size(), recipe.steps.size(),
               variables);
  return kDone;
}

Result<int> explain_recipe(const RecipeOptions& options) {
  SEKISHO_TRY(const recipe::Recipe recipe, recipe::Recipe::load(options.file));
  std::vector<std::string> sql = recipe.statements();
  for (const recipe::Product& product : recipe.products)
    sql.push_back(recipe.query(product));
  if (options.json) {
    Json out = recipe.to_json();
    out["sql"] = sql;
    print_json(out);
  } else {
    for (const std::string& statement : sql)
      fmt::print("{};\n\n", statement);
  }
  return kDone;
}

// A table as the file that was named; of histories OUTPUT/TABLE.csv.
Result<void> write_rows(const recipe::Rows& rows, const std::string& table, const std::filesystem::path& output) {
  std::string text;
  std::vector<std::string_view> fields(rows.header.begin(), rows.header.end());
  append_csv(text, fields);
  for (const auto& row : rows.rows) {
    fields.assign(row.begin(), row.end());
    append_csv(text, fields);
  }
  if (table.empty()) return write_file_durable(output, text, 0600);  // persons of the core zone: for data managers only
  SEKISHO_CHECK(make_folders(output, 0700));
  return write_file_durable(output / (table + ".csv"), text, 0600);
}

Result<int> run_recipe(const RecipeOptions& options) {
  if (options.store.empty() == options.tables.empty())
    return fail("usage.recipe", "either --store with --keys, or --tables, says where the rows come from");
  SEKISHO_TRY(const recipe::Recipe recipe, recipe::Recipe::load(options.file));
  columns::EngineOptions engine_options;
  engine_options.allowed_folders = {options.store.empty() ? options.tables : options.store};
  SEKISHO_TRY(const auto engine, columns::Engine::create(engine_options));
  std::unique_ptr<store::Store> store;
  if (!options.store.empty()) {
    store::StoreOptions store_options;
    store_options.folder = options.store;
    store_options.keys = options.keys;
    store_options.body = BodyId{options.body};
    store_options.allow_unencrypted = options.allow_unencrypted;
    store_options.clock = &system_clock();
    store_options.random = &system_random();
    SEKISHO_TRY(store, store::Store::open_reading(store_options));
    SEKISHO_TRY(const store::Snapshot snapshot, store->read_snapshot(options.snapshot));
    SEKISHO_CHECK(store->open_views(*engine, snapshot));
  } else {
    SEKISHO_CHECK(recipe::open_folder(*engine, options.tables));
  }
  SEKISHO_TRY(const std::vector<recipe::Rows> tables, recipe::run(*engine, recipe));
  Json told{{"recipe", recipe.name}};
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const std::string& name = recipe.products[i].name;
    if (!options.output.empty()) SEKISHO_CHECK(write_rows(tables[i], name, options.output));
    if (name.empty())
      told["rows"] = tables[i].rows.size();
    else
      told["tables"][name] = tables[i].rows.size();
    if (!options.json)
      fmt::print("{}{}: {} rows\n", recipe.name, name.empty() ? "" : " " + name, tables[i].rows.size());
  }
  if (options.json) print_json(told);
  return kDone;
}

}  // namespace

void add_recipe(CLI::App& app) {
  CLI::App* parent = app.add_subcommand("recipe", "What a purpose extracts: cohort and variables");
  parent->require_subcommand(1);
  const auto options = std::make_shared<RecipeOptions>();
  const auto add = [&](const char* name, const char* help, Result<int> (*action)(const RecipeOptions&)) {
    CLI::App* command = parent->add_subcommand(name, help);
    command->add_option("recipe", options->file, "Recipe (specs/purposes/*.toml)")
        ->required()
        ->check(CLI::ExistingFile);
    command->add_flag("--json", options->json, "Machine-readable output");
    set_action(command, [options, action] { return action(*options); });
    return command;
  };
  add("check", "Read a recipe and try its SQL on empty tables", check_recipe);
  add("explain", "Print the SQL of a recipe", explain_recipe);
  CLI::App* run = add("run", "Execute a recipe: person-level rows for data managers, mode 0600", run_recipe);
  run->add_option("--store", options->store, "Folder of the store");
  run->add_option("--keys", options->keys, "Folder of its keys");
  run->add_option("--body", options->body, "Body the store belongs to");
  run->add_option("--snapshot", options->snapshot, "Snapshot, S000001 ...");
  run->add_flag("--allow-unencrypted", options->allow_unencrypted, "Accept a volume without encryption (demo, tests)");
  run->add_option("--tables", options->tables, "Folder with TABLE.parquet instead of a store");
  run->add_option("--output", options->output, "CSV to write; a folder of them for a recipe of histories");
}

}  // namespace sekisho::cli

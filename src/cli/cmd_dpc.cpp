// modules: formats masters
// `sekisho dpc`: diagnosis groups (診断群分類) decoded with the edition of their day from the user's own DPC電子点数表.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "cli/cli.h"
#include "cli/phrases.h"
#include "core/csv.h"
#include "core/file.h"
#include "core/utf16.h"
#include "formats/dpc_code.h"
#include "formats/dpc_tables.h"
#include "masters/source.h"

namespace sekisho::cli {
namespace {

namespace fs = std::filesystem;
namespace dpc = formats::dpc;

constexpr Phrase kNotInEdition{"{}: not in the edition of {}", "{}：{} の版にない診断群分類です"},
    kOtherEditions{"; the editions from {} have it", "（{} からの版にはあります）"},
    kUnknown{"; no edition given has it", "（指定のどの版にもありません）"},
    kEdition{"  {} from {}: {} groups, {} classes\n", "  {}　{} から：診断群分類 {}、分類 {}\n"},
    kByAct{"  paid by act\n", "  出来高\n"},
    kPeriod{"  period {}: to day {}, {} points a day\n", "  入院期間{}：{}日まで {}点／日\n"},
    kValid{"  valid {} to {} ({})\n", "  有効期間 {} ～ {}（{}）\n"};

struct Options {
  std::vector<std::string> tables, codes;
  std::string on, out;
  bool json = false;
};

Result<void> add_workbook(dpc::GroupTables& tables, const std::string& name, ByteView workbook) {
  constexpr std::size_t kLargest = std::size_t{256} << 20;
  for (const std::string_view sheet : {dpc::kGroupSheet, dpc::kClassSheet, dpc::kCategorySheet}) {
    SEKISHO_TRY(const std::string csv, masters::xlsx_to_csv(workbook, name, kLargest, sheet));
    SEKISHO_CHECK(tables.add_sheet(sheet, csv, ','));
  }
  return {};
}

// A workbook, a sheet saved as text, an archive of sheets.
Result<void> add_file(dpc::GroupTables& tables, const fs::path& path) {
  SEKISHO_TRY(Bytes bytes, read_file(path));
  if (masters::is_workbook(bytes)) return add_workbook(tables, path.filename().string(), bytes);
  return masters::open_source(path.filename().string(), std::move(bytes), {}, [&](masters::Source source) {
    return tables.add_sheet(source.name, text_in_utf8(source.content), source.name.ends_with(".csv") ? ',' : '\t');
  });
}

// A folder holds either the sheets of one edition, or a file or folder for each.
Result<void> add_path(dpc::GroupTables& tables, const fs::path& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    tables.begin_file(path.filename().string());
    return add_file(tables, path);
  }
  std::vector<fs::path> inside;
  for (const auto& entry : fs::directory_iterator(path, error))
    inside.push_back(entry.path());
  std::ranges::sort(inside);
  const auto is_sheet = [](const fs::path& p) { return p.extension() == ".tsv" || p.extension() == ".csv"; };
  if (std::ranges::any_of(inside, is_sheet)) tables.begin_file(path.filename().string());
  for (const fs::path& p : inside)
    SEKISHO_CHECK(is_sheet(p) ? add_file(tables, p) : add_path(tables, p));
  return {};
}

Result<dpc::GroupTables> read_tables(const Options& options) {
  dpc::GroupTables tables;
  for (const std::string& path : options.tables)
    SEKISHO_CHECK(add_path(tables, path));
  SEKISHO_CHECK(tables.finish());
  return tables;
}

Json number(const std::optional<int>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json to_json(const dpc::GroupTables& tables, const dpc::Group& group, Date day) {
  Json periods = Json::array();
  for (std::size_t i = 0; i < 3 && group.bundled(); ++i)
    periods.push_back({{"last_day", number(group.last_days[i])}, {"points_a_day", number(group.points[i])}});
  const dpc::CodeParts parts = dpc::parts_of(group.code);
  return {{"mdc", {{"code", parts.mdc}, {"name", tables.class_name(parts.mdc, day)}}},
          {"class", {{"code", parts.disease}, {"name", tables.class_name(parts.disease, day)}}},
          {"disease", group.texts[0]},
          {"operation", group.texts[1]},
          {"treatment1", group.texts[2]},
          {"treatment2", group.texts[3]},
          {"comorbidity", group.texts[4]},
          {"severity", group.texts[5]},
          {"bundled", group.bundled()},
          {"periods", std::move(periods)},
          {"from", group.from.iso()},
          {"to", group.to.iso()},
          {"evidence", fmt::format("{}:{}", tables.editions()[group.edition].file, group.line)}};
}

// First days of the editions that have a code.
std::vector<std::string> editions_with(const dpc::GroupTables& tables, std::string_view code) {
  std::vector<std::string> days;
  for (const dpc::Group* group : tables.all(code))
    if (std::string day = tables.editions()[group->edition].from.iso(); days.empty() || days.back() != day)
      days.push_back(std::move(day));
  return days;
}

void print_group(const dpc::GroupTables& tables, const dpc::Group& group) {
  fmt::print("{}  {}\n", group.code, fmt::join(group.texts, " | "));
  if (!group.bundled()) print_phrase(kByAct);
  constexpr std::string_view kNumbers[] = {"I", "II", "III"};
  for (std::size_t i = 0; i < 3 && group.bundled(); ++i)
    print_phrase(kPeriod, kNumbers[i], group.last_days[i].value_or(0), group.points[i].value_or(0));
  print_phrase(kValid, group.from.iso(), group.to.iso(),
               fmt::format("{}:{}", tables.editions()[group.edition].file, group.line));
}

void print_missing(const dpc::GroupTables& tables, std::string_view code, Date day) {
  const std::vector<std::string> days = editions_with(tables, code);
  print_phrase(kNotInEdition, code, day.iso());
  days.empty() ? print_phrase(kUnknown) : print_phrase(kOtherEditions, fmt::format("{}", fmt::join(days, ", ")));
  fmt::print("\n");
}

Result<Date> day_option(const std::string& text) {
  if (const auto day = Date::parse_iso(text)) return *day;
  if (const auto day = Date::parse_compact(text)) return *day;
  return fail("usage.date", fmt::format("--on needs a day such as 2024-06-01, not '{}'", text));
}

Result<int> decode_codes(const Options& options) {
  SEKISHO_TRY(const Date day, day_option(options.on));
  SEKISHO_TRY(const dpc::GroupTables tables, read_tables(options));
  Json list = Json::array();
  bool missing = false;
  for (const std::string& code : options.codes) {
    const dpc::Group* group = tables.find(code, day);
    missing = missing || group == nullptr;
    if (options.json) {
      Json item = group != nullptr ? to_json(tables, *group, day) : Json::object();
      item["code"] = code;
      item["found"] = group != nullptr;
      item["editions"] = editions_with(tables, code);
      list.push_back(std::move(item));
    } else {
      group != nullptr ? print_group(tables, *group) : print_missing(tables, code, day);
    }
  }
  if (options.json) print_json({{"on", day.iso()}, {"groups", std::move(list)}});
  return missing ? kFindings : kDone;
}

Result<int> show_editions(const Options& options) {
  SEKISHO_TRY(const dpc::GroupTables tables, read_tables(options));
  Json list = Json::array();
  for (const auto& edition : tables.editions()) {
    list.push_back({{"file", edition.file},
                    {"from", edition.from.iso()},
                    {"groups", edition.groups},
                    {"classes", edition.classes},
                    {"categories", edition.categories}});
    if (!options.json) print_phrase(kEdition, edition.file, edition.from.iso(), edition.groups, edition.classes);
  }
  if (options.json) print_json({{"editions", std::move(list)}});
  return kDone;
}

Result<int> export_groups(const Options& options) {
  SEKISHO_TRY(const dpc::GroupTables tables, read_tables(options));
  std::string out;
  append_csv(out, {"code", "edition", "from", "to", "disease", "operation", "treatment1", "treatment2", "comorbidity",
                   "severity", "last_day1", "last_day2", "last_day3", "points1", "points2", "points3"});
  const auto text = [](const std::optional<int>& value) { return value ? fmt::format("{}", *value) : std::string(); };
  for (const dpc::Group& g : tables.groups()) {
    const std::string edition = tables.editions()[g.edition].from.iso(), from = g.from.iso(), to = g.to.iso();
    const std::array numbers = {text(g.last_days[0]), text(g.last_days[1]), text(g.last_days[2]),
                                text(g.points[0]),    text(g.points[1]),    text(g.points[2])};
    std::vector<std::string_view> fields = {g.code, edition, from, to};
    fields.insert(fields.end(), g.texts.begin(), g.texts.end());
    fields.insert(fields.end(), numbers.begin(), numbers.end());
    append_csv(out, fields);
  }
  SEKISHO_CHECK(write_file_durable(options.out, out, 0644));
  if (options.json) print_json({{"file", options.out}, {"groups", tables.groups().size()}});
  return kDone;
}

}  // namespace

void add_dpc(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "dpc", "Diagnosis groups (診断群分類) decoded with the edition of their day from your own DPC電子点数表");
  command->require_subcommand(1);
  const auto add = [&](const char* name, const char* meaning, Result<int> (*run)(const Options&)) {
    CLI::App* sub = command->add_subcommand(name, meaning);
    sub->add_option("--tables", options->tables,
                    "Editions: workbooks (xlsx), folders of sheets as text, archives of sheets (tar, zst, zip)")
        ->required();
    sub->add_flag("--json", options->json, "Print one JSON document");
    set_action(sub, [options, run] { return run(*options); });
    return sub;
  };
  CLI::App* decoding = add("decode", "Names, periods of stay and points of groups on a day", decode_codes);
  decoding->add_option("CODE", options->codes, "Fourteen characters")->required();
  decoding->add_option("--on", options->on, "Day of the case (admission), YYYY-MM-DD")->required();
  add("editions", "What the files hold", show_editions);
  add("export", "All groups of all editions as CSV", export_groups)
      ->add_option("--out", options->out, "File to write")
      ->required();
  command->footer(
      "Exit 0: done, 1: a code that the edition of the day does not have, 2: wrong use, 3: failed.\n\n"
      "  sekisho dpc decode 010010xx9901xx --on 2025-05-20 --tables DPC2024.xlsx DPC2022.xlsx");
}

}  // namespace sekisho::cli

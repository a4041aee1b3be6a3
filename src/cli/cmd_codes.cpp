// sekisho codes: which standard codes a hospital's local codes stand for: suggestions, their review, the table per
// hospital, and its use by date.
// modules: codes
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <memory>
#include <set>

#include "cli/cli.h"
#include "codes/apply.h"
#include "codes/evaluate.h"
#include "codes/findings.h"
#include "codes/review_text.h"
#include "codes/run.h"
#include "codes/suggest.h"
#include "codes/table.h"
#include "core/csv.h"
#include "core/file.h"
#include "core/utf16.h"

namespace sekisho::cli {
namespace {

// A line for people, in the language they work in; both texts take the same values in the same order.
template <typename... Values>
void say(std::string_view english, std::string_view in_japanese, const Values&... values) {
  fmt::print("{}", fmt::vformat(japanese() ? in_japanese : english, fmt::make_format_args(values...)));
}

using codes::CodeTable;
using codes::Kind;
using codes::Mapping;
using codes::Status;

struct CodesOptions {
  std::vector<std::string> inputs, tables, masters;
  std::string hospital, table, output, findings, items, suggestions, truth, wrong, format = "csv";
  std::string kind, system, code, std_code, std_system, by, reason, status, on, from, to, decisions, code_column,
      day_column, least = "confirmed_by_one";
  std::string sheet;
  int top = 5, threads = 2, limit = 40, candidates = 3;
  double above = 2, confidence = 0.95;
  bool confirm = false, reject = false, history = false, replace = false, json = false;
};

std::vector<std::filesystem::path> master_paths(const CodesOptions& options) {
  std::vector<std::filesystem::path> out(options.masters.begin(), options.masters.end());
  if (out.empty())
    if (const char* path = std::getenv("SEKISHO_MASTERS"); path != nullptr && *path != '\0') out.emplace_back(path);
  // Where `sekisho masters import` writes when it is not told otherwise.
  if (std::error_code code; out.empty() && std::filesystem::exists("masters.skm", code))
    out.emplace_back("masters.skm");
  return out;
}

Result<int> parse_day(const std::string& text) {
  std::string digits;
  for (const char c : text)
    if (c >= '0' && c <= '9') digits += c;
  if (text.empty()) return 0;
  if (digits.size() != 8) return fail("usage.date", fmt::format("{} is no date", text), {}, "YYYY-MM-DD");
  return std::atoi(digits.c_str());
}

Result<void> write_or_print(const std::string& path, const std::string& content) {
  if (path.empty() || path == "-") {
    fmt::print("{}", content);
    return {};
  }
  return write_file_durable(path, content, 0600);
}

Result<std::vector<codes::LocalItem>> gather(const CodesOptions& options) {
  std::vector<codes::LocalItem> items;
  for (const std::string& path : options.inputs) {
    SEKISHO_TRY(auto part, codes::read_items(path));
    std::ranges::move(part, std::back_inserter(items));
  }
  for (const std::string& text : options.tables) {
    const std::size_t equals = text.find('=');
    const std::string hospital = equals == std::string::npos ? options.hospital : text.substr(0, equals);
    SEKISHO_TRY(auto part,
                codes::collect_items(equals == std::string::npos ? text : text.substr(equals + 1), hospital));
    std::ranges::move(part, std::back_inserter(items));
  }
  std::optional<Kind> only;
  if (!options.kind.empty()) {
    Kind kind;
    if (!codes::parse_kind(options.kind, kind)) return fail("usage.kind", fmt::format("unknown kind {}", options.kind));
    only = kind;
  }
  for (codes::LocalItem& item : items) {
    if (item.hospital.empty()) item.hospital = options.hospital;
    if (!item.kind) item.kind = only;
  }
  return items;
}

Result<int> run_suggest(const CodesOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  if (options.inputs.empty() && options.tables.empty())
    return fail("usage.input", "no input", {}, "--input F.csv or --tables [HOSPITAL=]DIR");
  SEKISHO_TRY(const auto items, gather(options));
  codes::RunOptions run;
  run.masters = master_paths(options);
  run.count = options.top;
  run.threads = options.threads;
  std::optional<CodeTable> table;
  if (!options.table.empty()) {
    SEKISHO_TRY(table, CodeTable::open(options.table));
    SEKISHO_TRY(run.known, table->list({}));
  }
  SEKISHO_TRY(const codes::RunResult result, codes::run(items, run));
  std::size_t written = 0;
  if (table) {
    SEKISHO_TRY(const auto appended, table->append(result.mappings, system_clock()));
    written = appended.written;
  }
  if (!options.output.empty()) {
    std::string csv;
    codes::write_mappings(result.mappings, csv);
    SEKISHO_CHECK(write_or_print(options.output, csv));
  }
  if (!options.items.empty()) {
    std::string csv;
    codes::write_items(items, csv);
    SEKISHO_CHECK(write_or_print(options.items, csv));
  }
  if (!options.findings.empty()) {
    std::string lines;
    for (const codes::CodeFinding& finding : result.findings)
      lines += codes::to_json(finding).dump() + "\n";
    SEKISHO_CHECK(write_or_print(options.findings, lines));
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  Json summary = result.summary();
  summary["seconds"] = seconds;
  if (!options.table.empty()) summary["table_versions"] = written;
  if (options.json) {
    if (options.output.empty()) {
      summary["suggestions"] = Json::array();
      for (const Mapping& m : result.mappings)
        summary["suggestions"].push_back(codes::to_json(m));
    }
    print_json(summary);
  } else {
    say("{} local codes of {} hospitals, {} with a suggestion, {} with confidence of 0.95 or more; {:.1f} s\n",
        "院内コード {} 件（病院 {}）、候補あり {} 件、確信度0.95以上 {} 件; {:.1f} 秒\n", result.items,
        result.hospitals, result.answered, result.confident, seconds);
    for (const auto& [rule, count] : result.rules) {
      const auto known = std::ranges::find(codes::code_rules(), rule, &codes::CodeRule::name);
      const bool has = known != codes::code_rules().end();
      say("  {:<26} {:>6} codes of the source: {}\n", "  {:<26} {:>6} 件: {}\n", rule, count,
          !has         ? std::string_view{}
          : japanese() ? known->meaning_ja
                       : known->meaning);
    }
    if (options.output.empty() && options.table.empty()) {
      std::string csv;
      codes::write_mappings(result.mappings, csv);
      fmt::print("{}", csv);
    }
  }
  return result.findings.empty() ? kDone : kFindings;
}

Result<codes::MappingFilter> filter_of(const CodesOptions& options) {
  codes::MappingFilter filter;
  filter.hospital = options.hospital;
  filter.local_code = options.code;
  filter.history = options.history;
  if (!options.kind.empty()) {
    Kind kind;
    if (!codes::parse_kind(options.kind, kind)) return fail("usage.kind", fmt::format("unknown kind {}", options.kind));
    filter.kind = kind;
  }
  if (!options.status.empty()) {
    Status status;
    if (!codes::parse_status(options.status, status))
      return fail("usage.status", fmt::format("unknown status {}", options.status), {},
                  "suggested, confirmed_by_one, confirmed_by_two or rejected");
    filter.status = status;
  }
  SEKISHO_TRY(filter.on, parse_day(options.on));
  return filter;
}

Result<int> run_review(const CodesOptions& options) {
  if (std::error_code error; !std::filesystem::exists(options.table, error))
    return fail("usage.table", "there is no such code table", {.file = options.table},
                "sekisho codes suggest --table makes it");
  SEKISHO_TRY(CodeTable table, CodeTable::open(options.table));
  const bool deciding = options.confirm || options.reject || !options.decisions.empty() || options.above <= 1;
  if (deciding && options.by.empty()) return fail("usage.by", "a decision needs a name", {}, "--by NAME");
  SEKISHO_TRY(codes::MappingFilter filter, filter_of(options));
  std::vector<codes::Decision> decisions;
  if (!options.decisions.empty()) {
    SEKISHO_TRY(const std::string text, read_text(options.decisions));
    SEKISHO_TRY(decisions, codes::read_decisions(text_in_utf8(as_bytes(text)), options.decisions));
  }
  if (options.confirm || options.reject) {
    if (options.code.empty() || options.std_code.empty())
      return fail("usage.code", "which mapping?", {}, "--code LOCAL --std-code STANDARD");
    codes::Decision one;
    one.mapping.hospital = options.hospital;
    if (filter.kind) one.mapping.kind = *filter.kind;
    one.any_kind = !filter.kind;
    one.mapping.local_system = options.system;
    one.any_system = options.system.empty();
    one.mapping.local_code = options.code;
    one.mapping.std_code = options.std_code;
    one.mapping.std_system = options.std_system;
    one.confirm = options.confirm;
    one.reason = options.reason;
    SEKISHO_TRY(one.period.from, parse_day(options.from));
    SEKISHO_TRY(one.period.to, parse_day(options.to));
    decisions.push_back(one);
  }
  SEKISHO_TRY(const codes::ReviewReport report,
              codes::review(table, filter, decisions, options.above, options.by, system_clock()));
  if (options.json) {
    print_json(report.to_json());
  } else if (deciding) {
    say("{} confirmed, {} rejected, {} refused\n", "確認 {} 件、却下 {} 件、受け付けなかった決定 {} 件\n",
        report.confirmed, report.rejected, report.refused.size());
    for (const auto& [code, why] : report.refused)
      fmt::print("  {}: {}\n", code, why);
  } else {
    codes::MappingFilter same = filter;
    same.status.reset();
    SEKISHO_TRY(const auto all, table.list(same));
    const auto candidates = static_cast<std::size_t>(options.candidates);
    if (options.sheet.empty())
      fmt::print("{}",
                 codes::review_text(report.open, all, japanese(), static_cast<std::size_t>(options.limit), candidates));
    else
      SEKISHO_CHECK(write_or_print(options.sheet, codes::review_sheet(report.open, all, japanese(), candidates)));
  }
  return report.refused.empty() ? kDone : kFindings;
}

Result<int> run_import(const CodesOptions& options) {
  SEKISHO_TRY(CodeTable table, CodeTable::open(options.table));
  std::size_t read = 0, written = 0;
  std::vector<std::pair<std::string, std::string>> refused;
  for (const std::string& path : options.inputs) {
    SEKISHO_TRY(const std::string text, read_text(path));
    SEKISHO_TRY(auto mappings, codes::read_mappings(text, path));
    for (Mapping& m : mappings) {
      if (m.hospital.empty()) m.hospital = options.hospital;
      if (!options.status.empty() && !codes::parse_status(options.status, m.status))
        return fail("usage.status", fmt::format("unknown status {}", options.status));
      if (m.by.empty()) m.by = options.by.empty() ? "import" : options.by;
    }
    read += mappings.size();
    SEKISHO_TRY(auto appended, table.append(mappings, system_clock()));
    written += appended.written;
    std::ranges::move(appended.refused, std::back_inserter(refused));
  }
  if (options.json) {
    Json json{{"read", read}, {"written", written}};
    json["refused"] = Json::array();
    for (const auto& [code, why] : refused)
      json["refused"].push_back({{"local_code", code}, {"why", why}});
    print_json(json);
  } else {
    say("{} mappings read, {} new versions written, {} refused\n",
        "対応 {} 件を読み、新しい版 {} 件を書き、{} 件を受け付けなかった\n", read, written, refused.size());
    for (const auto& [code, why] : refused)
      fmt::print("  {}: {}\n", code, why);
  }
  return refused.empty() ? kDone : kFindings;
}

Result<int> run_export(const CodesOptions& options) {
  SEKISHO_TRY(const CodeTable table, CodeTable::open(options.table, true));
  SEKISHO_TRY(const codes::MappingFilter filter, filter_of(options));
  SEKISHO_TRY(const auto mappings, table.list(filter));
  std::string out;
  if (options.format == "jsonl") {
    for (const Mapping& m : mappings)
      out += codes::to_json(m).dump() + "\n";
  } else {
    codes::write_mappings(mappings, out);
  }
  if (!options.output.empty()) SEKISHO_CHECK(write_or_print(options.output, out));
  if (options.json) {
    Json json{{"mappings", mappings.size()}};
    if (options.output.empty()) {
      json["rows"] = Json::array();
      for (const Mapping& m : mappings)
        json["rows"].push_back(codes::to_json(m));
    }
    print_json(json);
  } else if (options.output.empty()) {
    fmt::print("{}", out);
  } else {
    say("{} mappings written\n", "対応 {} 件を書き出した\n", mappings.size());
  }
  return kDone;
}

Result<codes::ApplyReport> apply_with(const codes::CodeReader& reader, const CodesOptions& options) {
  if (options.tables.empty() == options.inputs.empty())
    return fail("usage.input", "which tables?", {}, "--tables DIR or --input F.csv");
  if (!options.tables.empty())
    return codes::apply_codes(reader, {options.tables.front(), options.output, options.hospital, options.replace});
  codes::ApplyCsvOptions csv;
  csv.input = options.inputs.front();
  csv.output = options.output;
  csv.hospital = options.hospital;
  csv.local_system = options.system;
  csv.code_column = options.code_column;
  csv.day_column = options.day_column;
  csv.replace = options.replace;
  SEKISHO_TRY(const auto filter, filter_of(options));
  csv.kind = filter.kind;
  return codes::apply_codes_csv(reader, csv);
}

Result<int> run_apply(const CodesOptions& options) {
  SEKISHO_TRY(const CodeTable table, CodeTable::open(options.table, true));
  SEKISHO_TRY(const auto mappings, table.list({.hospital = options.hospital}));
  codes::CodeReader::Options reading;
  if (!codes::parse_status(options.least, reading.at_least))
    return fail("usage.status", fmt::format("unknown status {}", options.least));
  reading.confidence = options.confidence;
  const codes::CodeReader reader(mappings, reading);
  SEKISHO_TRY(const codes::ApplyReport report, apply_with(reader, options));
  if (options.json) {
    print_json(report.to_json());
  } else {
    for (const auto& t : report.tables)
      say("{:<10} {:>10} rows, {:>10} with a local code, {:>10} mapped, {:>10} kept as sent\n",
          "{:<10} {:>10} 行、院内コードあり {:>10}、標準コードを付けた {:>10}、送られたまま {:>10}\n", t.table, t.rows,
          t.local, t.mapped, t.kept);
    for (const auto& t : report.tables)
      if (t.undated > 0)
        say("{:<10} {:>10} rows without a day take only mappings that hold always\n",
            "{:<10} {:>10} 行は日付がなく、常に有効な対応だけを用いた\n", t.table, t.undated);
  }
  return kDone;
}

Result<int> run_evaluate(const CodesOptions& options) {
  SEKISHO_TRY(const std::string suggestions, read_text(options.suggestions));
  SEKISHO_TRY(const auto mappings, codes::read_mappings(suggestions, options.suggestions));
  SEKISHO_TRY(const std::string truth_text, read_text(options.truth));
  SEKISHO_TRY(const auto truth, codes::read_truth(truth_text, options.truth));
  std::optional<codes::Dictionary> dictionary;
  if (const auto paths = master_paths(options); !paths.empty()) {
    SEKISHO_TRY(dictionary, codes::Dictionary::load(paths));
  }
  const auto result = codes::evaluate(mappings, truth, dictionary ? &*dictionary : nullptr);
  if (!options.wrong.empty()) {
    std::string csv = "local_code,what\n";
    for (const auto& [code, what] : result.wrong)
      append_csv(csv, {code, what});
    SEKISHO_CHECK(write_or_print(options.wrong, csv));
  }
  if (options.json) {
    print_json(result.to_json());
    return kDone;
  }
  const auto line = [](std::string_view what, const codes::Score& s) {
    const auto share = [&](std::size_t part) {
      return s.items == 0 ? 0.0 : 100 * static_cast<double>(part) / static_cast<double>(s.items);
    };
    say("{:<10} {:>7} codes  first right {:6.2f} %  among five {:6.2f} %  mean confidence {:.3f}  calibration error "
        "{:.3f}\n",
        "{:<10} {:>7} コード  第1候補が正しい {:6.2f} %  上位5候補にある {:6.2f} %  確信度の平均 {:.3f}  較正の誤差 "
        "{:.3f}\n",
        what, s.items, share(s.first), share(s.five), s.items == 0 ? 0.0 : s.confidence / static_cast<double>(s.items),
        s.calibration_error());
  };
  line(japanese() ? "全体" : "all", result.all);
  for (const auto& [kind, score] : result.kinds)
    line(japanese() ? codes::kind_japanese(kind) : kind, score);
  if (const auto lab = result.kinds.find("lab"); lab != result.kinds.end())
    say("  laboratory, the same test by any method: first {} of {}, among five {}\n",
        "  検査（測定法を問わず同じ項目）: 第1候補 {} / {}、上位5候補 {}\n", lab->second.first_test, lab->second.items,
        lab->second.five_test);
  return kDone;
}

void add_common(CLI::App* command, const std::shared_ptr<CodesOptions>& options) {
  command->add_flag("--json", options->json, "Machine-readable report");
}
void add_masters(CLI::App* command, const std::shared_ptr<CodesOptions>& options) {
  command->add_option("--masters,--dictionary", options->masters,
                      "File of `sekisho masters import`, published masters (files or folders), dictionaries of one's "
                      "own (CSV); default: $SEKISHO_MASTERS, ./masters.skm");
}
void add_table(CLI::App* command, const std::shared_ptr<CodesOptions>& options) {
  command->add_option("--table", options->table, "The code table (a file that only grows; made when absent)")
      ->required();
}
void add_filter(CLI::App* command, const std::shared_ptr<CodesOptions>& options) {
  command->add_option("--hospital", options->hospital, "Hospital");
  command->add_option("--kind", options->kind, "drug, lab, disease, procedure, material");
  command->add_option("--status", options->status, "suggested, confirmed_by_one, confirmed_by_two, rejected");
  command->add_option("--code", options->code, "Local code");
}

void add_suggest(CLI::App* codes, const std::shared_ptr<CodesOptions>& options) {
  CLI::App* command =
      codes->add_subcommand("suggest", "Suggest standard codes for local codes, with evidence and confidence");
  command
      ->add_option("--input", options->inputs,
                   "CSV of local codes: local_code,name and any of hospital,local_system,kind,kana,unit,specimen,form,"
                   "count,first,last,value_p05,value_p50,value_p95,value_count,ref_low,ref_high,dose_p50,dose_unit,"
                   "claimed,std_system,std_code,icd; may be repeated")
      ->check(CLI::ExistingFile);
  command->add_option("--tables", options->tables,
                      "[HOSPITAL=]DIR: tables of `sekisho inspect --tables`; may be repeated");
  command->add_option("--hospital", options->hospital, "Hospital of rows that name none");
  command->add_option("--kind", options->kind, "Kind of rows that name none (drug, lab, disease, procedure, material)");
  add_masters(command, options);
  command->add_option("--table", options->table,
                      "Code table: suggestions are added to it, names that people confirmed there help");
  command->add_option("--output", options->output, "CSV of suggestions (default: standard output, or in the JSON)");
  command->add_option("--findings", options->findings, "JSON lines: wrong standard codes that the source sent");
  command->add_option("--items", options->items, "CSV of the local codes as collected: what --input reads again");
  command->add_option("--top", options->top, "Suggestions for each local code")
      ->check(CLI::Range(1, 50))
      ->capture_default_str();
  command->add_option("--threads", options->threads, "Threads")->check(CLI::Range(1, 64))->capture_default_str();
  add_common(command, options);
  command->footer(
      "Columns of the output: hospital,kind,local_system,local_code,local_name,std_system,std_code,std_name,valid_from,"
      "valid_to,status,rank,confidence,evidence,by,reason,at,version.\nExit code 1: the source sent standard codes "
      "that look "
      "wrong (see --findings).\nExample: sekisho codes suggest --tables H01=tables/H01 --masters masters/ --output "
      "suggestions.csv --findings wrong.jsonl");
  set_action(command, [options] { return run_suggest(*options); });
}

void add_review(CLI::App* codes, const std::shared_ptr<CodesOptions>& options) {
  CLI::App* command = codes->add_subcommand("review", "Show what waits for a decision; confirm or reject");
  add_table(command, options);
  add_filter(command, options);
  command->add_option("--local-system", options->system, "Label of the local code system");
  command->add_option("--std-code", options->std_code, "Standard code");
  command->add_option("--std-system", options->std_system, "Its system");
  CLI::Option* confirm = command->add_flag("--confirm", options->confirm, "Confirm --code as --std-code");
  command->add_flag("--reject", options->reject, "Reject --std-code for --code")->excludes(confirm);
  command->add_option("--reason", options->reason, "Why it is rejected");
  command
      ->add_option(
          "--decisions", options->decisions,
          "CSV: hospital,kind,local_system,local_code,std_system,std_code,decision (confirm|reject),reason,from,to")
      ->check(CLI::ExistingFile);
  command->add_option("--from", options->from, "With --confirm: the first day the mapping holds for (YYYY-MM-DD)");
  command->add_option("--to", options->to, "With --confirm: the last day the mapping holds for; both persons again");
  command->add_option("--sheet", options->sheet,
                      "Write what waits as CSV for a spreadsheet; filled in, it is what --decisions reads");
  command->add_option("--limit", options->limit, "Local codes that are shown")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  command->add_option("--candidates", options->candidates, "Candidates of each")
      ->check(CLI::Range(1, 50))
      ->capture_default_str();
  command->add_option("--confirm-above", options->above, "Confirm all first suggestions of at least this confidence");
  command->add_option("--by", options->by, "Who decides; the second confirmation must come from another person");
  add_common(command, options);
  command->footer(
      "Without a decision: lists suggestions and what one person confirmed, least certain first (LANG=ja: in "
      "Japanese).\nExit code 1: a "
      "decision was refused.");
  set_action(command, [options] { return run_review(*options); });
}

void add_import_export(CLI::App* codes, const std::shared_ptr<CodesOptions>& options) {
  CLI::App* import = codes->add_subcommand("import", "Add mappings from a CSV to a code table");
  import->add_option("file", options->inputs, "CSV as `codes export` or `codes suggest` writes it")
      ->required()
      ->check(CLI::ExistingFile);
  add_table(import, options);
  import->add_option("--hospital", options->hospital, "Hospital of rows that name none");
  import->add_option("--status", options->status, "Status of all rows (suggested, confirmed_by_one ...)");
  import->add_option("--by", options->by, "Who is named as the source of rows that name nobody");
  add_common(import, options);
  import->footer(
      "Rows become new versions; nothing is overwritten, and a suggestion never follows a person's decision.");
  set_action(import, [options] { return run_import(*options); });

  CLI::App* command = codes->add_subcommand("export", "Write a code table");
  add_table(command, options);
  add_filter(command, options);
  command->add_option("--on", options->on, "Only mappings that hold on this day (YYYY-MM-DD)");
  command->add_flag("--history", options->history, "All versions");
  command->add_option("--format", options->format, "csv or jsonl")
      ->check(CLI::IsMember({"csv", "jsonl"}))
      ->capture_default_str();
  command->add_option("--output", options->output, "File (default: standard output)");
  add_common(command, options);
  set_action(command, [options] { return run_export(*options); });
}

void add_apply(CLI::App* codes, const std::shared_ptr<CodesOptions>& options) {
  CLI::App* command =
      codes->add_subcommand("apply", "Put standard codes into exported tables, by the date of each row");
  add_table(command, options);
  CLI::Option* tables =
      command->add_option("--tables", options->tables, "Folder of tables (`sekisho inspect --tables`)");
  tables->expected(1);
  command
      ->add_option("--input", options->inputs,
                   "Or one CSV with a local code (local_code, loc_code, code) and a day (t, day, date) in each row; "
                   "columns hospital, kind, local_system, std_code, std_sys are used where present")
      ->expected(1)
      ->check(CLI::ExistingFile)
      ->excludes(tables);
  command->add_option("--output", options->output, "New folder, or new CSV for --input")->required();
  command->add_option("--kind", options->kind, "With --input: kind of its codes (drug, lab, disease, procedure)");
  command->add_option("--local-system", options->system, "With --input: label of its local code system");
  command->add_option("--code-column", options->code_column, "With --input: column of the local code");
  command->add_option("--day-column", options->day_column, "With --input: column of the day");
  command->add_option("--hospital", options->hospital, "Hospital whose table is used");
  command
      ->add_option("--at-least", options->least,
                   "Weakest status that is used (suggested, confirmed_by_one, confirmed_by_two)")
      ->capture_default_str();
  command->add_option("--confidence", options->confidence, "With --at-least suggested: least confidence")
      ->capture_default_str();
  command->add_flag("--replace", options->replace,
                    "Also where the source sent a standard code (kept as source_std_code)");
  add_common(command, options);
  set_action(command, [options] { return run_apply(*options); });
}

void add_evaluate(CLI::App* codes, const std::shared_ptr<CodesOptions>& options) {
  CLI::App* command = codes->add_subcommand("evaluate", "Compare suggestions with a truth");
  command->add_option("--suggestions", options->suggestions, "CSV of `codes suggest`")
      ->required()
      ->check(CLI::ExistingFile);
  command
      ->add_option("--truth", options->truth, "CSV: local_code,std_code and, where needed, hospital,kind,local_system")
      ->required()
      ->check(CLI::ExistingFile);
  add_masters(command, options);
  command->add_option("--wrong", options->wrong, "CSV of first suggestions that are wrong (the first hundred)");
  add_common(command, options);
  command->footer(
      "With --masters another code of the same entry is right too (12-digit code for a receipt code, ICD-10 for a "
      "disease code).");
  set_action(command, [options] { return run_evaluate(*options); });
}

}  // namespace

void add_codes(CLI::App& app) {
  CLI::App* codes = app.add_subcommand("codes", "Local codes to standard codes: suggest, review, keep, apply");
  codes->require_subcommand(1);
  const auto options = std::make_shared<CodesOptions>();
  add_suggest(codes, options);
  add_review(codes, options);
  add_import_export(codes, options);
  add_apply(codes, options);
  add_evaluate(codes, options);
}

}  // namespace sekisho::cli

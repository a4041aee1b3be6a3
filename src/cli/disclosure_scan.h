// sekisho disclosure scan: files that are to leave, each with its verdict. Part of cmd_disclosure.cpp.
#pragma once

#include <fmt/format.h>

#include <map>

#include "cli/cli.h"
#include "core/file.h"
#include "outgoing/page_pictures.h"
#include "outgoing/scan.h"

namespace sekisho::cli {

struct DisclosureScanOptions {
  std::vector<std::string> files;
  outgoing::ScanSettings settings;
  std::string dataset, pseudonyms, descriptions, clamd, against, pictures, frozen;
  bool json = false;
};

// Hashes by file name of an earlier scan's JSON: what was judged.
inline Result<std::map<std::string, std::string>> judged_hashes(const std::string& file) {
  std::map<std::string, std::string> hashes;
  SEKISHO_TRY(const Json json, read_json(file));
  if (!json.is_object() || !json.contains("files") || !json["files"].is_array())
    return fail("usage.against", "the earlier verdict is no JSON of disclosure scan", {.file = file});
  for (const Json& entry : json["files"])
    if (entry.is_object() && entry.contains("file") && entry["file"].is_string() && entry.contains("sha256") &&
        entry["sha256"].is_string())
      hashes[std::filesystem::path(entry["file"].get<std::string>()).filename().string()] = entry["sha256"];
  return hashes;
}

// The bytes that were judged, under their hash: only these may be handed out.
inline Result<> freeze(const std::string& folder, const std::string& file, const outgoing::Scan& result) {
  SEKISHO_TRY(const Bytes bytes, read_file(file, std::size_t{1} << 30));
  if (!result.sha256.empty() && outgoing::sha256_of(bytes) != result.sha256)
    return fail("scan.changed", "the file changed while it was examined", {.file = file}, "Scan it again.");
  SEKISHO_CHECK(make_folders(folder, 0700));
  return write_file_durable(std::filesystem::path(folder) / outgoing::sha256_of(bytes), bytes, 0400);
}

inline Result<int> run_disclosure_scan(DisclosureScanOptions& options) {
  outgoing::ScanSettings& settings = options.settings;
  settings.dataset = options.dataset;
  settings.pseudonyms = options.pseudonyms;
  settings.descriptions = options.descriptions;
  settings.clamd = options.clamd;
  std::map<std::string, std::string> earlier;
  if (!options.against.empty()) {
    SEKISHO_TRY(earlier, judged_hashes(options.against));
  }
  SEKISHO_TRY(const outgoing::FileScanner scanner, outgoing::FileScanner::create(settings));
  Json files = Json::array();
  std::size_t count = 0;
  double capacity = 0;  // of all files together: what the project's monthly budget is charged with
  auto worst = disclosure::Verdict::kPass;
  for (const std::string& file : options.files) {
    SEKISHO_TRY(outgoing::Scan result, scanner.scan(file));
    if (!options.against.empty()) {
      const auto judged = earlier.find(std::filesystem::path(file).filename().string());
      if (judged == earlier.end() || judged->second != result.sha256)
        result.findings.push_back({"file.changed", "file", "not the bytes that were judged"});
    }
    if (!options.frozen.empty()) SEKISHO_CHECK(freeze(options.frozen, file, result));
    outgoing::PagePictures pictures;
    if (!options.pictures.empty()) {
      SEKISHO_TRY(pictures, outgoing::page_pictures(file, result.type, options.pictures));
      if (pictures.missing) result.findings.push_back({"pictures.missing", "file", pictures.reason});
    }
    count += result.findings.size();
    capacity += result.capacity_bits;
    worst = std::max(worst, result.verdict());
    Json list = Json::array();
    for (const outgoing::ScanFinding& finding : result.findings) {
      const disclosure::VerdictItem item = outgoing::judge(finding);
      Json entry = to_json(item);
      entry["where"] = finding.where;
      entry["message"] = finding.message;
      list.push_back(std::move(entry));
      if (!options.json)
        fmt::print("{}: {}: {} ({}) [{} {}]\n", file, item.place, item.reason_en, item.reason_ja, name(item.verdict),
                   item.rule);
    }
    Json entry{{"file", file},
               {"sha256", result.sha256},
               {"size", result.size},
               {"type", result.type},
               {"verdict", name(result.verdict())},
               {"pass", result.verdict() == disclosure::Verdict::kPass},
               {"capacity_bits", static_cast<std::uint64_t>(result.capacity_bits)},
               {"findings", std::move(list)}};
    if (!options.pictures.empty()) {
      entry["pictures"] = pictures.files;
      if (!pictures.reason.empty()) entry["pictures_skipped"] = pictures.reason;
    }
    files.push_back(std::move(entry));
  }
  if (options.json)
    print_json(
        Json{{"verdict", name(worst)},
             {"files", std::move(files)},
             {"findings", count},
             {"capacity_bits", static_cast<std::uint64_t>(capacity)},
             {"antivirus", settings.clamd.empty() ? "not configured: no file was looked at for viruses (--clamd SOCKET)"
                                                  : "clamd"}});
  else if (count == 0)
    fmt::print("{} files: nothing found\n", options.files.size());
  if (!options.json && settings.clamd.empty())
    fmt::print("not looked at for viruses: no --clamd SOCKET (ウイルス検査は行われていません)\n");
  return worst == disclosure::Verdict::kPass ? kDone : kFindings;
}

inline void add_disclosure_scan(CLI::App& disclosure) {
  auto options = std::make_shared<DisclosureScanOptions>();
  CLI::App* scan = disclosure.add_subcommand(
      "scan", "Look for records and identifiers of persons, hidden parts and outputs that betray: exit 1 when found");
  scan->add_option("files", options->files, "Files that are to leave")->required()->check(CLI::ExistingFile);
  scan->add_option("--dataset", options->dataset, "CSV the outputs were made from: its rows must not leave")
      ->check(CLI::ExistingFile);
  scan->add_option("--pseudonyms", options->pseudonyms, "The project's pseudonyms, one a line")
      ->check(CLI::ExistingFile);
  scan->add_option("--describe", options->descriptions,
                   "JSON: what columns of tables hold, where their names do not say it")
      ->check(CLI::ExistingFile);
  scan->add_option("--clamd", options->clamd, "Socket of the virus scanner clamd");
  scan->add_flag("--require-antivirus", options->settings.need_antivirus, "Without the virus scanner's answer: FAIL");
  scan->add_option("--threshold", options->settings.threshold, "Least number of persons in a group (10)")
      ->check(CLI::Range(2, 1000));
  scan->add_option("--against", options->against, "JSON of an earlier scan: a file with other bytes fails")
      ->check(CLI::ExistingFile);
  scan->add_option("--freeze", options->frozen, "Folder that keeps the judged bytes under their SHA-256");
  scan->add_option("--pictures", options->pictures, "Folder for pictures of the pages, for reviewers");
  scan->add_flag("--json", options->json, "One JSON document on standard output");
  set_action(scan, [options] { return run_disclosure_scan(*options); });
}

}  // namespace sekisho::cli

// sekisho disclosure scan: files that are to leave, each with its verdict. Part of cmd_disclosure.cpp.
#pragma once

#include <fmt/format.h>

#include "cli/cli.h"
#include "disclosure/scan.h"

namespace sekisho::cli {

struct DisclosureScanOptions {
  std::vector<std::string> files;
  bool json = false;
};

inline Result<int> run_disclosure_scan(const DisclosureScanOptions& options) {
  Json files = Json::array();
  std::size_t count = 0;
  auto worst = disclosure::Verdict::kPass;
  for (const std::string& file : options.files) {
    SEKISHO_TRY(const disclosure::Scan result, disclosure::scan(file));
    count += result.findings.size();
    worst = std::max(worst, result.verdict());
    Json list = Json::array();
    for (const disclosure::ScanFinding& finding : result.findings) {
      const disclosure::VerdictItem item = disclosure::judge(finding);
      Json entry = to_json(item);
      entry["where"] = finding.where;
      entry["message"] = finding.message;
      list.push_back(std::move(entry));
      if (!options.json)
        fmt::print("{}: {}: {} ({}) [{} {}]\n", file, item.place, item.reason_en, item.reason_ja, name(item.verdict),
                   item.rule);
    }
    files.push_back(Json{{"file", file},
                         {"sha256", result.sha256},
                         {"type", result.type},
                         {"verdict", name(result.verdict())},
                         {"pass", result.verdict() == disclosure::Verdict::kPass},
                         {"findings", std::move(list)}});
  }
  if (options.json)
    print_json(Json{{"verdict", name(worst)}, {"files", std::move(files)}, {"findings", count}});
  else if (count == 0)
    fmt::print("{} files: nothing found\n", options.files.size());
  return worst == disclosure::Verdict::kPass ? kDone : kFindings;
}

inline void add_disclosure_scan(CLI::App& disclosure) {
  auto options = std::make_shared<DisclosureScanOptions>();
  CLI::App* scan = disclosure.add_subcommand("scan", "Look for records of persons and identifiers: exit 1 when found");
  scan->add_option("files", options->files, "files that are to leave")->required()->check(CLI::ExistingFile);
  scan->add_flag("--json", options->json, "one JSON document on standard output");
  set_action(scan, [options] { return run_disclosure_scan(*options); });
}

}  // namespace sekisho::cli

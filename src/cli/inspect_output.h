// What `sekisho inspect` has counted and found, and where its rows and findings go.
#pragma once

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "cli/inspect_hash.h"
#include "cli/inspect_index.h"
#include "cli/inspect_names.h"
#include "cli/inspect_tables.h"
#include "core/file.h"
#include "core/json.h"
#include "formats/receipt_volumes.h"
#include "formats/ssmix2_path.h"
#include "records/record_set.h"

namespace sekisho::cli {

inline constexpr std::size_t kPiece = std::size_t{1} << 20;
inline constexpr std::size_t kFindingsShown = 1000;

struct InspectOptions {
  std::vector<std::string> paths;
  std::string tables, format = "parquet", findings, index, names;
  bool json = false, model = false, coverage = false;
  int threads = 0;
};

struct ShownFinding {
  std::string file, rule, place;
  char level;
};

// All that is counted, and where rows and findings go. One chunk at a time speaks to it, in the order of the walk: the
// result does not depend on the number of threads.
class InspectOutput {
 public:
  Result<void> open(const InspectOptions& options) {
    if (!options.tables.empty()) {
      using Format = TableWriter::Format;
      const Format format = options.format == "csv"     ? Format::kCsv
                            : options.format == "jsonl" ? Format::kJsonLines
                                                        : Format::kParquet;
      SEKISHO_TRY(tables_, TableWriter::create(options.tables, format));
    }
    if (!options.findings.empty()) {
      findings_file_ =
          FileDescriptor(::open(options.findings.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
      if (!findings_file_) return fail_errno("inspect.findings", "cannot write findings", {.file = options.findings});
      ::fchmod(findings_file_.get(), 0600);
    }
    return {};
  }

  // Rows, findings and quarantined pieces of a set; `path_of` gives the file that a number stands for.
  template <class PathOf>
  Result<void> take(records::RecordSet& set, PathOf path_of) {
    for (int t = 0; t < records::kTableCount; ++t)
      rows[static_cast<std::size_t>(t)] += set.batch(static_cast<records::Table>(t)).rows();
    identities += set.identities().size();
    texts += set.vault().size();
    for (const records::Finding& f : set.findings()) {
      const std::string path = path_of(f.part);
      const bool segments = formats::parse_ssmix2_path(path).kind != formats::StorageKind::kNone;
      std::string place;
      if (f.line >= 0) place = fmt::format("{} {}", segments ? "segment" : "line", f.line);
      if (!f.where.empty()) place += (place.empty() ? "" : ", ") + f.where;
      find({path, f.rule, place, static_cast<char>(f.level)});
    }
    for (const records::Quarantined& q : set.quarantined())
      if (quarantine.size() < kFindingsShown)
        quarantine.push_back(
            {{"file", path_of(q.part)}, {"rule", q.rule}, {"reason", q.reason}, {"records", q.records}});
    if (tables_ != nullptr) SEKISHO_CHECK(tables_->write(set));
    set.clear();
    return {};
  }

  void find(ShownFinding finding) {
    ++levels[finding.level];
    char& worst = worst_level.try_emplace(finding.rule, finding.level).first->second;
    constexpr std::string_view kOrder = "IWE";
    if (kOrder.find(finding.level) > kOrder.find(worst)) worst = finding.level;
    if (findings_file_) {
      const Json line = {{"file", finding.file},
                         {"rule", finding.rule},
                         {"level", std::string(1, finding.level)},
                         {"place", finding.place}};
      findings_text_ += line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
      if (findings_text_.size() > kPiece) (void)flush_findings();
    }
    if (shown.size() < kFindingsShown) shown.push_back(std::move(finding));
  }

  void count(const records::Counts& counts) {
    total.files += counts.files;
    total.bytes += counts.bytes;
    total.messages += counts.messages;
    total.records += counts.records;
    total.loaded += counts.loaded;
    total.superseded += counts.superseded;
    total.quarantined += counts.quarantined;
    for (const auto& [rule, n] : counts.rules)
      total.rules[rule] += n;
    for (const auto& [id, n] : counts.unknown)
      total.unknown[id] += n;
  }

  // A receipt or survey file; one with the content of another counts twice.
  void remember_content(const std::string& path, std::uint64_t content) {
    constexpr std::size_t kRemembered = std::size_t{1} << 18;
    const auto known = contents_.find(content);
    if (known != contents_.end()) {
      ++total.rules["FILE_TWICE"];
      find({path, "FILE_TWICE", known->second, 'W'});
    } else if (contents_.size() < kRemembered) {
      contents_.emplace(content, path);
    }
  }

  Result<void> add_files(records::Batch& batch) { return tables_ == nullptr ? Result<void>{} : tables_->write(batch); }

  Result<void> finish() {
    SEKISHO_CHECK(flush_findings());
    return tables_ == nullptr ? Result<void>{} : tables_->finish();
  }

  records::Counts total;
  std::array<std::uint64_t, records::kTableCount> rows{};
  std::uint64_t identities = 0, texts = 0;
  std::map<std::string, std::uint64_t> families;
  std::map<std::string, std::uint64_t> documents;  // of the extended storage, by kind
  std::map<char, std::uint64_t> levels;
  std::map<std::string, char> worst_level;  // of each rule
  std::vector<ShownFinding> shown;
  std::optional<IndexComparison> index;
  formats::receipt::Volumes volumes;  // of receipts in several files
  NameMemory names;
  Json quarantine = Json::array();

 private:
  std::unordered_map<std::uint64_t, std::string> contents_;  // and the file that had it first
  Result<void> flush_findings() {
    if (!findings_file_ || findings_text_.empty()) return {};
    auto written = write_all(findings_file_.get(), as_bytes(findings_text_), "findings");
    findings_text_.clear();
    return written;
  }
  std::unique_ptr<TableWriter> tables_;
  FileDescriptor findings_file_;
  std::string findings_text_;
};

}  // namespace sekisho::cli

// Files on their way out: searched for records and identifiers of persons, for what is hidden in them, and for outputs
// that give single persons away.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"
#include "disclosure/verdict.h"

namespace sekisho::outgoing {

struct ScanFinding {
  std::string rule, where, message;  // no identifier is repeated in them
};
// What a rule means for the file, in Japanese, and what to do about it.
struct ScanRule {
  std::string_view prefix;  // of the rules it stands for
  disclosure::Verdict verdict = disclosure::Verdict::kFail;
  std::string_view japanese, remedy, remedy_ja;
};
const ScanRule& rule_of(std::string_view rule);
disclosure::VerdictItem judge(const ScanFinding& finding);

// What a scan may use besides the file; all of it may be left away.
struct ScanSettings {
  int threshold = 10, hospitals = 3, degrees = 10;
  std::filesystem::path dataset;       // CSV from which the outputs were made: its rows must not leave
  std::filesystem::path pseudonyms;    // the project's pseudonyms, one a line
  std::filesystem::path descriptions;  // JSON: what the columns of tables are, see docs/exit-files.md
  std::filesystem::path clamd;         // socket of the virus scanner
  bool need_antivirus = false;         // its absence is a FAIL, not a REVIEW
};

// A file that is to leave: text in any Japanese character set, CSV, JSON, office document, PDF, PNG, JPEG, SVG, HTML,
// notebook or archive of these. Taken apart in a process without rights, memory and time bounded.
struct Scan {
  std::string sha256, type;
  std::uint64_t size = 0;
  double capacity_bits = 0;  // what the file could carry besides what it shows: an estimate
  std::vector<ScanFinding> findings;
  disclosure::Verdict verdict() const;  // the worst of the findings
};

// Scans files with the same settings; loads dataset and lists once.
class FileScanner {
 public:
  // Errors: file.*, csv.*, dataset.empty, pseudonyms.empty, usage.description.
  static Result<FileScanner> create(const ScanSettings& settings);
  FileScanner(FileScanner&&) noexcept;
  FileScanner& operator=(FileScanner&&) noexcept;
  ~FileScanner();
  // The bytes are read once; what was judged is what `sha256` names. Errors: file.*, scan.process.
  Result<Scan> scan(const std::filesystem::path& file) const;

 private:
  struct State;
  explicit FileScanner(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

std::string sha256_of(ByteView bytes);  // as Scan::sha256

Result<Scan> scan(const std::filesystem::path& file);  // with the settings above

// Non-empty: the file must not leave without a look. Errors: file.*.
Result<std::vector<ScanFinding>> scan_file(const std::filesystem::path& file);
std::vector<ScanFinding> scan_text(std::string_view text, std::string_view file_name);

}  // namespace sekisho::outgoing

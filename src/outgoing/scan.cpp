#include "outgoing/scan.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/file.h"
#include "core/json.h"
#include "core/text.h"
#include "core/utf16.h"
#include "crypto/digest.h"
#include "outgoing/antivirus.h"
#include "outgoing/capacity.h"
#include "outgoing/containers.h"
#include "outgoing/dataset_filter.h"
#include "outgoing/sandbox.h"
#include "outgoing/text_scan.h"

namespace sekisho::outgoing {
namespace {

constexpr std::size_t kLargestFile = 16 << 20;

// UTF-16 by its first bytes, or by zeros in every second place.
ByteOrder wide_form(ByteView bytes) {
  if (const ByteOrder order = utf16_order(bytes); order != ByteOrder::kNone || bytes.size() < 4) return order;
  std::size_t even = 0, odd = 0, breaks_little = 0, breaks_big = 0;
  const std::size_t size = std::min<std::size_t>(bytes.size() & ~std::size_t{1}, 8192);
  for (std::size_t i = 0; i + 1 < size; i += 2) {
    even += bytes[i] == 0;
    odd += bytes[i + 1] == 0;
    breaks_little += bytes[i] == '\n' && bytes[i + 1] == 0;
    breaks_big += bytes[i] == 0 && bytes[i + 1] == '\n';
  }
  const std::size_t pairs = size / 2;
  if (odd > 0 && even == 0 && (odd * 3 > pairs || breaks_little > 0)) return ByteOrder::kLittle;
  if (even > 0 && odd == 0 && (even * 3 > pairs || breaks_big > 0)) return ByteOrder::kBig;
  return ByteOrder::kNone;
}

struct Examiner {
  const Knowledge& knowledge;
  double capacity = 0;
  std::size_t opened = 0;

  void decoded(ByteView bytes, std::string_view name, int depth, Findings& findings) {
    std::string text;
    DecodeReport report;
    if (const ByteOrder order = wide_form(bytes); order != ByteOrder::kNone) {
      report.invalid = decode_utf16(bytes, order, text);
      report.invalid += static_cast<std::uint64_t>(std::ranges::count(text, '\0'));
    } else if (std::ranges::find(bytes, std::uint8_t{0}) != bytes.end()) {
      findings.add("file.type", "file", "not a text file: what is inside cannot be examined");
      return;
    } else {
      decode(detect_charset(bytes), bytes, text, report);
    }
    const TextScan scan(knowledge, [&](std::string_view content, const std::string& place, Findings& inside) {
      (void)place;
      bytes_of(content, "embedded.txt", depth + 1, inside);
    });
    scan.scan(text, name, depth, findings);
    capacity += text_capacity(text);
    if (report.invalid > 0) {
      const bool noise = report.invalid * 50 > bytes.size();
      findings.add(noise ? "file.type" : "file.charset", "file",
                   "bytes that are no text in the character set of the file");
    }
  }

  void bytes_of(std::string_view content, std::string_view name, int depth, Findings& findings) {
    const FileType type = type_of(content, name);
    if (depth == 0 && !fits(type, name))
      findings.add("file.type", "file", fmt::format("the content is {}, not what the name says", outgoing::name(type)));
    if (type == FileType::kText || type == FileType::kOther) {
      if (type == FileType::kOther && wide_form(as_bytes(content)) == ByteOrder::kNone)
        findings.add("file.type", "file", "a type of file that cannot be examined");
      else
        decoded(as_bytes(content), name, depth, findings);
      return;
    }
    if (depth > 3 || ++opened > 2000) {
      findings.add("archive.nested", "file", "files within files within files");
      return;
    }
    Opened parts;
    open_container(type, content, depth, parts);
    capacity += parts.capacity_bits;
    findings.add(parts.findings.list(), outgoing::name(type));
    for (const InnerText& inner : parts.texts) {
      Findings inside;
      std::string plain = inner.text;
      if (wide_form(as_bytes(plain)) == ByteOrder::kNone) std::erase(plain, '\0');
      decoded(as_bytes(plain), inner.name, depth + 1, inside);
      findings.add(inside.list(), inner.name);
    }
  }
};

std::string to_answer(const Findings& findings, double capacity) {
  Json list = Json::array();
  for (const ScanFinding& finding : findings.list())
    list.push_back(Json{{"rule", finding.rule}, {"where", finding.where}, {"message", finding.message}});
  return Json{{"findings", std::move(list)}, {"capacity_bits", capacity}}.dump(-1, ' ', true,
                                                                               Json::error_handler_t::replace);
}

// Everything that looks at the bytes of the file; runs in the process without rights.
std::string examine(const Knowledge& knowledge, ByteView bytes, const std::string& name) {
  Findings findings;
  Examiner examiner{knowledge};
  examiner.bytes_of(as_text(bytes), name, 0, findings);
  Findings in_name;
  scan_identifiers(fold_forms(name), "file name", {.file_name = true}, in_name);
  for (const ScanFinding& finding : in_name.list())
    if (!finding.rule.starts_with("id.name_like")) findings.add(finding.rule, "file name", finding.message);
  if (invisible_characters(name) > 0) findings.add("text.invisible", "file name", "characters that show nothing");
  return to_answer(findings, examiner.capacity);
}

}  // namespace

struct FileScanner::State {
  ScanSettings settings;
  Knowledge knowledge;
  std::optional<DatasetFilter> dataset;
  std::optional<PseudonymList> pseudonyms;
  std::map<std::string, Description> descriptions;
};

FileScanner::FileScanner(std::unique_ptr<State> state) : state_(std::move(state)) {}
FileScanner::FileScanner(FileScanner&&) noexcept = default;
FileScanner& FileScanner::operator=(FileScanner&&) noexcept = default;
FileScanner::~FileScanner() = default;

namespace {

// {"km.csv": {"persons": 812, "columns": {"antal": "at_risk"}}}
Result<std::map<std::string, Description>> read_descriptions(const std::filesystem::path& file) {
  SEKISHO_TRY(const Json json, read_json(file));
  std::map<std::string, Description> out;
  const auto wrong = [&](std::string_view what) {
    return fail("usage.description", fmt::format("the description of tables {}", what), {.file = file.string()},
                "Give {\"FILE\": {\"persons\": N, \"columns\": {\"NAME\": \"count\"}}}.");
  };
  if (!json.is_object()) return wrong("is no JSON object");
  for (const auto& [name, table] : json.items()) {
    if (!table.is_object()) return wrong(fmt::format("'{}' is no object", name));
    Description description;
    if (table.contains("persons")) {
      if (!table["persons"].is_number()) return wrong(fmt::format("'{}': persons is no number", name));
      description.persons = table["persons"].get<double>();
    }
    if (table.contains("columns")) {
      if (!table["columns"].is_object()) return wrong(fmt::format("'{}': columns is no object", name));
      for (const auto& [column, role] : table["columns"].items()) {
        const Role found = role.is_string() ? role_named(role.get<std::string>()) : Role::kNone;
        if (found == Role::kNone) return wrong(fmt::format("'{}': the column '{}' has an unknown role", name, column));
        description.columns[fold_forms(column)] = found;
      }
    }
    out[name] = std::move(description);
  }
  return out;
}

}  // namespace

Result<FileScanner> FileScanner::create(const ScanSettings& settings) {
  auto state = std::make_unique<State>();
  state->settings = settings;
  state->knowledge.policy = {settings.threshold, settings.hospitals, settings.degrees};
  if (!settings.dataset.empty()) {
    SEKISHO_TRY(state->dataset, DatasetFilter::build(settings.dataset, system_random()));
    state->knowledge.dataset = &*state->dataset;
  }
  if (!settings.pseudonyms.empty()) {
    SEKISHO_TRY(state->pseudonyms, PseudonymList::load(settings.pseudonyms, system_random()));
    state->knowledge.pseudonyms = &*state->pseudonyms;
  }
  if (!settings.descriptions.empty()) {
    SEKISHO_TRY(state->descriptions, read_descriptions(settings.descriptions));
    state->knowledge.descriptions = &state->descriptions;
  }
  return FileScanner(std::move(state));
}

Result<Scan> FileScanner::scan(const std::filesystem::path& file) const {
  Scan result;
  std::error_code error;
  result.size = std::filesystem::file_size(file, error);
  if (!error && result.size > kLargestFile) {
    result.findings = {{"file.size", "file", "larger than 16 MB: statistics are small"}};
    return result;
  }
  SEKISHO_TRY(const Bytes bytes, read_file(file, kLargestFile));
  result.size = bytes.size();
  result.sha256 = sha256_of(bytes);
  const std::string name = file.filename().string();
  result.type = outgoing::name(type_of(as_text(bytes), name));
  SEKISHO_TRY(const std::string answer, without_rights([&] { return examine(state_->knowledge, bytes, name); }));
  const auto json = parse_json(answer);
  if (json && json->is_object() && json->contains("findings")) {
    for (const Json& finding : (*json)["findings"])
      result.findings.push_back({finding.value("rule", ""), finding.value("where", ""), finding.value("message", "")});
    result.capacity_bits = json->value("capacity_bits", 0.0);
  } else {
    result.findings = {{"file.hostile", "file", "the file could not be examined within bounds of time and memory"}};
  }
  if (!state_->settings.clamd.empty() || state_->settings.need_antivirus) {
    const auto found = antivirus_finding(state_->settings.clamd, bytes, state_->settings.need_antivirus);
    if (found) result.findings.push_back(*found);
  }
  return result;
}

std::string sha256_of(ByteView bytes) {
  return to_hex(crypto::sha256(bytes));
}

disclosure::Verdict Scan::verdict() const {
  disclosure::Verdict worst = disclosure::Verdict::kPass;
  for (const ScanFinding& finding : findings)
    worst = std::max(worst, rule_of(finding.rule).verdict);
  return worst;
}

Result<Scan> scan(const std::filesystem::path& file) {
  SEKISHO_TRY(const FileScanner scanner, FileScanner::create({}));
  return scanner.scan(file);
}

Result<std::vector<ScanFinding>> scan_file(const std::filesystem::path& file) {
  SEKISHO_TRY(Scan result, scan(file));
  return std::move(result.findings);
}

std::vector<ScanFinding> scan_text(std::string_view text, std::string_view file_name) {
  const Knowledge knowledge;
  Findings findings;
  TextScan(knowledge, [](std::string_view, const std::string&, Findings&) {}).scan(text, file_name, 0, findings);
  return findings.list();
}

}  // namespace sekisho::outgoing

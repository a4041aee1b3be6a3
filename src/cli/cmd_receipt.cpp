// modules: formats
// `sekisho receipt cat FILE`: reads a receipt file record by record and writes it back byte for byte, or as UTF-8, so
// that a person can look at what the program sees.
#include <fmt/format.h>
#include <unistd.h>

#include <map>
#include <memory>

#include "cli/cli.h"
#include "core/file.h"
#include "core/text.h"
#include "formats/receipt_fields.h"
#include "formats/receipt_scan.h"

namespace sekisho::cli {
namespace {

struct Options {
  std::string file, output;
  bool utf8 = false, json = false;
};

struct Parsed {
  std::vector<std::vector<std::string_view>> records;  // fields of each line; the last keeps its line end
  std::map<std::string, std::uint64_t> types;
  std::uint64_t claims = 0;
};

Parsed parse(std::string_view bytes) {
  namespace receipt = formats::receipt;
  Parsed parsed;
  for (std::size_t at = 0; at < bytes.size();) {
    const receipt::RawLine line = receipt::raw_line(bytes, at);
    const std::string_view id = receipt::record_id(bytes.substr(line.begin, line.end - line.begin));
    if (!id.empty()) ++parsed.types[std::string(id)];
    parsed.claims += id == "RE" ? 1 : 0;
    std::vector<std::string_view> fields;
    for (std::string_view rest = bytes.substr(at, line.next - at);;) {
      const auto comma = rest.find(',');
      fields.push_back(rest.substr(0, comma));
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
    parsed.records.push_back(std::move(fields));
    at = line.next;
  }
  return parsed;
}

std::string write(const Parsed& parsed) {
  std::string out;
  for (const auto& fields : parsed.records)
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (i > 0) out += ',';
      out += fields[i];
    }
  return out;
}

Result<int> cat(const Options& options) {
  SEKISHO_TRY(const std::string bytes, read_text(options.file));
  const Parsed parsed = parse(bytes);
  std::string out = write(parsed);
  const bool identical = out == bytes;
  if (!identical) return fail("receipt.not_identical", "the file does not come back as it was", {.file = options.file});
  if (options.utf8 && !formats::is_utf8_text(out)) {
    DecodeReport report;
    std::string text;
    decode(Charset::kCp932, as_bytes(out), text, report);
    out = std::move(text);
  }
  if (!options.output.empty()) {
    SEKISHO_CHECK(write_file_durable(options.output, out, 0600));
  } else if (!options.json) {
    SEKISHO_CHECK(write_all(STDOUT_FILENO, as_bytes(out), "standard output"));
  }
  if (options.json) {
    Json types = Json::object();
    for (const auto& [type, count] : parsed.types)
      types[type] = count;
    Json summary = Json::object();
    summary["bytes"] = bytes.size();
    summary["lines"] = parsed.records.size();
    summary["claims"] = parsed.claims;
    summary["records"] = types;
    summary["identical"] = identical;
    print_json(summary);
  }
  return kDone;
}

}  // namespace

void add_receipt(CLI::App& app) {
  CLI::App* receipt = app.add_subcommand("receipt", "Electronic receipts (UKE)");
  receipt->require_subcommand(1);
  CLI::App* command = receipt->add_subcommand(
      "cat",
      "Read a receipt file record by record and write it back: byte for byte, or as UTF-8 to look at. Files made with "
      "--output are readable by their owner only, since they hold patients' names.");
  auto options = std::make_shared<Options>();
  command->add_option("FILE", options->file, "Receipt file (RECEIPTC.UKE ...)")->required()->check(CLI::ExistingFile);
  command->add_option("-o,--output", options->output, "File to write; standard output when absent");
  command->add_flag("--utf8", options->utf8, "Decode Shift_JIS to UTF-8");
  command->add_flag("--json", options->json, "Print counts as JSON instead of the file");
  set_action(command, [options] { return cat(*options); });
}

}  // namespace sekisho::cli

// Sealing: scan, filter, write packages.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "core/crash_point.h"
#include "core/log.h"
#include "core/progress.h"
#include "formats/reader.h"
#include "gateway/gateway.h"

namespace sekisho::gateway {

namespace fs = std::filesystem;

// A package being written, with what has to be remembered once it is sealed.
struct Gateway::OpenPackage {
  PackageId id;
  std::string name;  // EEEEEE_SSSSSSSSS: file names sort as the packages follow each other
  crypto::Recipients recipients;
  std::unique_ptr<transport::PackageWriter> writer;
  std::vector<IndexRecord> index;
};

namespace {

struct Snapshot {
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;
  bool operator==(const Snapshot&) const = default;
};

Result<Snapshot> snapshot(int fd) {
  struct stat info{};
  if (::fstat(fd, &info) != 0) return fail_errno("storage.stat", "cannot stat a source file");
  return Snapshot{static_cast<std::uint64_t>(info.st_size),
                  info.st_mtim.tv_sec * 1'000'000'000LL + info.st_mtim.tv_nsec};
}

// Reads through one descriptor, so that what is measured before and after is what was read.
Result<std::optional<Bytes>> read_stable(const fs::path& path, const FoundFile& file) {
  auto fd = open_read(path, false);
  if (!fd) return std::optional<Bytes>{};  // gone since the scan: the next scan sees what is there
  SEKISHO_TRY(const Snapshot before, snapshot(fd->get()));
  if (before != Snapshot{file.size, file.modified_ns}) return std::optional<Bytes>{};
  Bytes content(file.size + 1);
  std::size_t used = 0;
  while (used < content.size()) {
    const ssize_t got = ::read(fd->get(), content.data() + used, content.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("storage.read", "cannot read a source file");
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
  }
  SEKISHO_TRY(const Snapshot after, snapshot(fd->get()));
  if (used != file.size || after != before) return std::optional<Bytes>{};
  content.resize(used);
  return std::optional<Bytes>(std::move(content));
}

std::vector<std::string> withdrawal_lines(const std::vector<std::pair<std::string, std::string>>& rows,
                                          std::size_t from, std::size_t count) {
  std::vector<std::string> lines;
  for (std::size_t i = from; i < from + count; ++i)
    lines.push_back(Json{{"patient_number", rows[i].first}, {"scope", rows[i].second}}.dump());
  return lines;
}

}  // namespace

Result<Gateway::OpenPackage> Gateway::begin_package() {
  OpenPackage package;
  package.id = {config_.body, config_.hospital, chain_.epoch, chain_.sequence + 1};
  package.name = fmt::format("{:06}_{:09}", package.id.epoch, package.id.sequence);
  const fs::path list = config_.state / "recipients.json", signature = config_.state / "recipients.p7s";
  std::error_code error;
  const bool newer = fs::exists(list, error) && fs::exists(signature, error);
  SEKISHO_TRY(const Bytes json, read_file(newer ? list : config_.recipients, 1 << 20));
  SEKISHO_TRY(const Bytes p7s, read_file(newer ? signature : config_.recipients_signature, 1 << 20));
  std::int64_t pinned = 0;
  if (const auto pin = read_text(config_.state / "recipients.version", 32)) pinned = std::atoll(pin->c_str());
  SEKISHO_TRY(package.recipients, crypto::check_recipients(json, p7s, *trust_, config_.body, clock_.now(), pinned));
  if (package.recipients.version > pinned) {
    SEKISHO_CHECK(ledger_->append("recipients.pinned",
                                  {{"version", package.recipients.version}, {"sha256", to_hex(crypto::sha256(json))}}));
    SEKISHO_CHECK(write_file_durable(config_.state / "recipients.version",
                                     fmt::format("{}\n", package.recipients.version), 0600));
  }
  return package;
}

Result<PackSummary> Gateway::pack() {
  const auto start = std::chrono::steady_clock::now();
  PackSummary summary;
  SEKISHO_CHECK(load_optout());
  SEKISHO_TRY(const ScanResult scan, scan_storages(config_.storages, *index_));
  summary.scanned = scan.files;

  // Withdrawals already sent stand, as a hash of the row, in one small file that is written with each package.
  std::set<std::string> sent;
  if (const auto text = read_text(config_.state / "withdrawals.sent")) {
    std::size_t at = 0;
    while (at + 64 <= text->size()) {
      sent.insert(text->substr(at, 64));
      at += 65;
    }
  }
  std::vector<std::pair<std::string, std::string>> pending;
  for (const auto& row : optout_rows_)
    if (!sent.contains(to_hex(crypto::sha256(as_bytes(row.first + "\n" + row.second))))) pending.push_back(row);

  std::size_t next_file = 0, next_withdrawal = 0;
  Progress progress("seal", scan.fresh.size(), "files");
  while (next_file < scan.fresh.size() || next_withdrawal < pending.size()) {
    SEKISHO_TRY(OpenPackage package, begin_package());
    const fs::path sealing = config_.state / "sealing" / (package.name + ".skp");
    transport::PackageWriterOptions options;
    options.id = package.id;
    options.previous = chain_.hash;
    for (const char* ledger : {"receiver", "centre"})
      if (auto note = read_text(config_.state / fmt::format("seen.{}.txt", ledger), 1 << 16))
        options.seen_checkpoints.push_back(std::move(*note));
    options.recipients = &package.recipients;
    options.signer = &*signer_;
    options.signer_key = &*signer_key_;
    options.zstd_level = config_.zstd_level;
    options.threads = config_.threads;
    options.clock = &clock_;
    options.random = &random_;
    SEKISHO_TRY(package.writer, transport::PackageWriter::create(sealing, options));
    const std::uint64_t files_before = summary.files;
    while (next_file < scan.fresh.size() && package.writer->sealed_bytes() < config_.package_bytes) {
      SEKISHO_CHECK(add_file(package, scan.fresh[next_file++], summary));
      progress.add();
    }
    // The largest number of withdrawals whose lines surely fit into the fixed part; the rest goes into the next
    // package, made at once.
    std::size_t count = 0, bytes = 0;
    while (next_withdrawal + count < pending.size()) {
      const std::size_t line = pending[next_withdrawal + count].first.size() + 64;
      if (bytes + line > transport::kWithdrawalsContent / 2) break;
      bytes += line;
      ++count;
    }
    if (summary.files == files_before && count == 0 && next_withdrawal == pending.size()) {
      // Every fresh file belonged to a patient who opted out, was unknown or was changing: no package.
      break;
    }
    SEKISHO_TRY(const transport::PackageFile file,
                package.writer->finish(withdrawal_lines(pending, next_withdrawal, count)));
    crash_point("gateway.after_finish");
    SEKISHO_CHECK(index_->add_package(package.name, std::move(package.index)));
    for (std::size_t i = next_withdrawal; i < next_withdrawal + count; ++i)
      sent.insert(to_hex(crypto::sha256(as_bytes(pending[i].first + "\n" + pending[i].second))));
    next_withdrawal += count;
    crash_point("gateway.before_ledger");
    // Only counts of the whole package: kinds and names lie sealed in the parts.
    SEKISHO_CHECK(ledger_->append("package.sealed", {{"epoch", package.id.epoch},
                                                     {"sequence", package.id.sequence},
                                                     {"manifest_hash", to_hex(file.manifest_hash)},
                                                     {"recipients_version", package.recipients.version}}));
    chain_ = {package.id.epoch, package.id.sequence, file.manifest_hash};
    crash_point("gateway.after_ledger");
    // Sent again after a crash here, a withdrawal does no harm; forgotten, it would.
    std::string marks;
    for (const std::string& mark : sent)
      marks += mark + "\n";
    std::error_code error;
    summary.sealed_bytes += fs::file_size(sealing, error);
    SEKISHO_CHECK(rename_durable(sealing, config_.state / "outbox" / (package.name + ".skp")));
    crash_point("gateway.after_outbox");
    SEKISHO_CHECK(write_file_durable(config_.state / "withdrawals.sent", marks, 0600));
    ++summary.packages;
  }
  summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return summary;
}

Result<void> Gateway::add_file(OpenPackage& package, const FoundFile& file, PackSummary& summary) {
  const IndexRecord record{path_hash(file.storage, file.path), file.size, file.modified_ns};
  const std::string_view patient = formats::patient_in_path(file.path);
  if (!patient.empty() && opted_out_.contains(patient)) {
    ++summary.left_out_files;  // not remembered in the index: the file is looked at again in every round
    return {};
  }
  SEKISHO_TRY(const auto content, read_stable(config_.storages[file.storage] / file.path, file));
  if (!content) {
    ++summary.changing;
    return {};
  }
  const ByteView head = ByteView(*content).first(std::min<std::size_t>(content->size(), 4096));
  const formats::Family family = formats::sniff(file.path, head);
  if (family == formats::Family::kUnknown) {
    ++summary.unknown;
    return {};
  }
  transport::SourceEntry entry;
  entry.path = file.path;
  entry.source_sha256 = crypto::sha256(*content);
  entry.content = *content;
  formats::Filtered filtered;
  if (!opted_out_.empty() && family != formats::Family::kSsmix2) {
    auto result = formats::filter_opted_out(family, file.path, *content,
                                            [this](std::string_view number) { return opted_out_.contains(number); });
    if (!result) {
      ++summary.withheld;
      spdlog::warn("a file was withheld: {}", result.error().code);
      return {};
    }
    filtered = std::move(*result);
    summary.left_out_records += filtered.records_removed;
    if (filtered.drop_file) {
      ++summary.left_out_files;
      return {};
    }
    if (filtered.changed) entry.content = filtered.content;
    entry.records_removed = filtered.records_removed;
  }
  entry.range_to = entry.content.size();
  entry.total_size = entry.content.size();
  SEKISHO_CHECK(package.writer->add(formats::name(family), entry));
  package.index.push_back(record);
  ++summary.files;
  summary.bytes += entry.content.size();
  return {};
}

}  // namespace sekisho::gateway

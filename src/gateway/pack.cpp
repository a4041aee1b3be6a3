// Sealing: scan, filter, write packages.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "core/crash_point.h"
#include "core/log.h"
#include "formats/reader.h"
#include "gateway/gateway.h"
#include "gateway/patients.h"

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

// One round of sealing: files go into the open package as the walk meets them, so that memory holds one package's
// index and parts, whatever the number of new files.
struct Gateway::Round {
  PackSummary summary;
  std::optional<OpenPackage> package;
  std::vector<std::pair<std::string, std::string>> pending;  // withdrawals not sent yet
  std::size_t next_withdrawal = 0;
  std::set<std::string> sent;  // hashes of the rows that are
  std::unique_ptr<Patients> patients;
};

namespace {

// Files after which the next package begins: bounds the memory of its index.
constexpr std::size_t kPackageFiles = 100'000;

std::string withdrawal_mark(const std::pair<std::string, std::string>& row) {
  return to_hex(crypto::sha256(as_bytes(row.first + "\n" + row.second)));
}

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
                                          std::size_t from, std::size_t count,
                                          const std::function<std::string(const std::string&)>& number) {
  std::vector<std::string> lines;
  for (std::size_t i = from; i < from + count; ++i)
    lines.push_back(Json{{"patient_number", number(rows[i].first)}, {"scope", rows[i].second}}.dump());
  return lines;
}

}  // namespace

// The newest list the root has signed; pinned, so that no older one is taken afterwards.
Result<crypto::Recipients> Gateway::pin_recipients() {
  const fs::path list = config_.state / "recipients.json", signature = config_.state / "recipients.p7s";
  std::error_code error;
  const bool newer = fs::exists(list, error) && fs::exists(signature, error);
  SEKISHO_TRY(const Bytes json, read_file(newer ? list : config_.recipients, 1 << 20));
  SEKISHO_TRY(const Bytes p7s, read_file(newer ? signature : config_.recipients_signature, 1 << 20));
  std::int64_t pinned = 0;
  if (const auto pin = read_text(config_.state / "recipients.version", 32)) pinned = std::atoll(pin->c_str());
  SEKISHO_TRY(crypto::Recipients recipients,
              crypto::check_recipients(json, p7s, *trust_, config_.body, clock_.now(), pinned));
  if (recipients.version > pinned) {
    SEKISHO_CHECK(ledger_->append("recipients.pinned",
                                  {{"version", recipients.version}, {"sha256", to_hex(crypto::sha256(json))}}));
    SEKISHO_CHECK(
        write_file_durable(config_.state / "recipients.version", fmt::format("{}\n", recipients.version), 0600));
  }
  return recipients;
}

Result<void> Gateway::begin_package(Round& round) {
  OpenPackage& package = round.package.emplace();
  package.id = {config_.body, config_.hospital, chain_.epoch, chain_.sequence + 1};
  package.name = fmt::format("{:06}_{:09}", package.id.epoch, package.id.sequence);
  SEKISHO_TRY(package.recipients, pin_recipients());
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
  const fs::path sealing = config_.state / "sealing" / (package.name + ".skp");
  SEKISHO_TRY(package.writer, transport::PackageWriter::create(sealing, options));
  return {};
}

// Withdrawals already sent stand, as a hash of the row, in one small file that is written with each package.
Result<void> Gateway::load_withdrawals(Round& round) {
  if (const auto text = read_text(config_.state / "withdrawals.sent")) {
    for (std::size_t at = 0; at + 64 <= text->size(); at += 65)
      round.sent.insert(text->substr(at, 64));
  }
  for (const auto& row : optout_rows_)
    if (!round.sent.contains(withdrawal_mark(row))) round.pending.push_back(row);
  return {};
}

Result<PackSummary> Gateway::pack() {
  const auto start = std::chrono::steady_clock::now();
  Round round;
  SEKISHO_CHECK(load_optout());
  SEKISHO_CHECK(load_withdrawals(round));
  if (filter_key_)
    round.patients = std::make_unique<Patients>(
        identity::patient_scheme(config_.filters.hardening, config_.filters.salt), filter_key_->view(),
        [this](const std::string& number) { return opted_out_.contains(number); });
  SEKISHO_TRY(const ScanResult scan,
              scan_storages(config_.storages, *index_, [&](const FoundFile& file) { return add_file(round, file); }));
  round.summary.scanned = scan.files;
  while (round.package || round.next_withdrawal < round.pending.size())
    SEKISHO_CHECK(finish_package(round));
  round.summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return round.summary;
}

// Seals the open package, or one that carries nothing but withdrawals.
Result<void> Gateway::finish_package(Round& round) {
  if (!round.package) SEKISHO_CHECK(begin_package(round));
  SEKISHO_CHECK(add_filters(round));
  OpenPackage& package = *round.package;
  const fs::path sealing = config_.state / "sealing" / (package.name + ".skp");
  // The largest number of withdrawals whose lines surely fit into the fixed part; the rest goes into the next package,
  // made at once.
  std::size_t count = 0, bytes = 0;
  while (round.next_withdrawal + count < round.pending.size()) {
    const std::size_t line = round.pending[round.next_withdrawal + count].first.size() + 64;
    if (bytes + line > transport::kWithdrawalsContent / 2) break;
    bytes += line;
    ++count;
  }
  SEKISHO_TRY(const transport::PackageFile file,
              package.writer->finish(withdrawal_lines(round.pending, round.next_withdrawal, count,
                                                      [this](const std::string& n) { return outside_number(n); })));
  crash_point("gateway.after_finish");
  SEKISHO_CHECK(index_->add_package(package.name, std::move(package.index)));
  for (std::size_t i = round.next_withdrawal; i < round.next_withdrawal + count; ++i)
    round.sent.insert(withdrawal_mark(round.pending[i]));
  round.next_withdrawal += count;
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
  for (const std::string& mark : round.sent)
    marks += mark + "\n";
  std::error_code error;
  round.summary.sealed_bytes += fs::file_size(sealing, error);
  SEKISHO_CHECK(rename_durable(sealing, config_.state / "outbox" / (package.name + ".skp")));
  crash_point("gateway.after_outbox");
  SEKISHO_CHECK(write_file_durable(config_.state / "withdrawals.sent", marks, 0600));
  ++round.summary.packages;
  round.package.reset();
  return {};
}

Result<void> Gateway::add_file(Round& round, const FoundFile& file) {
  PackSummary& summary = round.summary;
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
  if (!round.package) SEKISHO_CHECK(begin_package(round));
  if (round.patients) SEKISHO_CHECK(round.patients->read(family, file.path, entry.content));
  OpenPackage& package = *round.package;
  package.index.push_back(record);
  ++summary.files;
  if (!config_.filters.only) {
    SEKISHO_CHECK(package.writer->add(formats::name(family), entry));
    summary.bytes += entry.content.size();
  }
  const bool full = package.index.size() >= kPackageFiles || package.writer->sealed_bytes() >= config_.package_bytes;
  return full ? finish_package(round) : Result<void>{};
}

// The number under which the centre knows a patient.
std::string Gateway::outside_number(const std::string& patient) const {
  return config_.filters.only ? identity::blind_id(filter_key_->view(), patient) : patient;
}

// The filters of the patients whose files stand in the open package.
Result<void> Gateway::add_filters(Round& round) {
  if (!round.patients) return {};
  constexpr std::size_t kMost = 20'000;  // filters of one file: half of a part
  std::size_t number = 0;
  for (const identity::FilterFile& file : round.patients->take(kMost, config_.filters.only)) {
    const Bytes content = file.serialize();
    transport::SourceEntry entry;
    entry.path = fmt::format("filters/{:06}.clk", ++number);
    entry.content = content;
    entry.source_sha256 = crypto::sha256(content);
    entry.range_to = entry.total_size = content.size();
    SEKISHO_CHECK(round.package->writer->add("filters", entry));
    round.summary.filters += file.ids.size();
  }
  return {};
}

}  // namespace sekisho::gateway

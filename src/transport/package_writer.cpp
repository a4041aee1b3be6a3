#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "core/crash_point.h"
#include "core/file.h"
#include "transport/package.h"
#include "transport/package_format.h"
#include "transport/part_sealer.h"
#include "transport/ustar.h"

namespace sekisho::transport {
namespace {

namespace fs = std::filesystem;

// The sealed parts before the manifest that stands in front of them is known: an unlinked file beside the package. It
// holds ciphertext only.
class Spool {
 public:
  static Result<Spool> create(const fs::path& beside) {
    const std::string name = beside.string() + ".parts";
    FileDescriptor fd(::open(name.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd) return fail_errno("package.write", "cannot create a file for sealed parts", {.file = name});
    ::unlink(name.c_str());
    return Spool(std::move(fd));
  }
  Result<void> append(std::string_view name, ByteView content) {
    std::uint8_t header[ustar::kBlock];
    ustar::write_header(header, name, content.size());
    static constexpr std::uint8_t kZeros[ustar::kBlock] = {};
    SEKISHO_CHECK(write_all(fd_.get(), header, name));
    SEKISHO_CHECK(write_all(fd_.get(), content, name));
    SEKISHO_CHECK(write_all(fd_.get(), {kZeros, ustar::padded(content.size()) - content.size()}, name));
    size_ += ustar::kBlock + ustar::padded(content.size());
    return {};
  }
  Result<void> copy_to(int out) const {
    off_t at = 0;
    while (static_cast<std::uint64_t>(at) < size_) {
      const ssize_t copied = ::copy_file_range(fd_.get(), &at, out, nullptr, size_ - static_cast<std::uint64_t>(at), 0);
      if (copied > 0 || (copied < 0 && errno == EINTR)) continue;
      if (copied < 0 && (errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP))
        return copy_plainly(out, at);
      return fail_errno("package.write", "cannot copy sealed parts");
    }
    return {};
  }

 private:
  explicit Spool(FileDescriptor fd) : fd_(std::move(fd)) {}
  Result<void> copy_plainly(int out, off_t at) const {
    Bytes buffer(1 << 20);
    while (static_cast<std::uint64_t>(at) < size_) {
      const ssize_t got = ::pread(fd_.get(), buffer.data(), buffer.size(), at);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return fail_errno("package.write", "cannot read sealed parts back");
      SEKISHO_CHECK(write_all(out, {buffer.data(), static_cast<std::size_t>(got)}, "package"));
      at += got;
    }
    return {};
  }

  FileDescriptor fd_;
  std::uint64_t size_ = 0;
};

struct Job {
  PartDraft draft;
  PartHead head;
  Padding padding = Padding::kNone;
};

// Seals parts on worker threads and writes them in the order of their numbers. The queue is bounded: a fast reader
// waits.
class SealingLine {
 public:
  SealingLine(Spool spool, std::vector<crypto::Certificate> recipients, std::vector<PartSealer> sealers)
      : spool_(std::move(spool)), recipients_(std::move(recipients)), limit_(sealers.size() + 1) {
    for (PartSealer& sealer : sealers)
      workers_.emplace_back([this, own = std::move(sealer)]() mutable { work(own); });
  }
  ~SealingLine() { stop(); }

  Result<void> push(Job job) {
    std::unique_lock guard(mutex_);
    space_.wait(guard, [&] { return jobs_.size() < limit_ || error_; });
    if (error_) return std::unexpected(*error_);
    jobs_.push_back(std::move(job));
    ready_.notify_one();
    return {};
  }
  // Waits until everything pushed is written.
  Result<void> drain() {
    {
      const std::lock_guard guard(mutex_);
      closed_ = true;
    }
    ready_.notify_all();
    workers_.clear();  // joins
    if (error_) return std::unexpected(*error_);
    return {};
  }
  // After drain().
  Result<void> append(SealedPart sealed) {
    const std::lock_guard guard(mutex_);
    return write(std::move(sealed));
  }
  const Spool& spool() const { return spool_; }
  const std::vector<ManifestPart>& parts() const { return parts_; }
  const std::vector<crypto::Certificate>& recipients() const { return recipients_; }
  std::uint64_t sealed_bytes() const {
    const std::lock_guard guard(mutex_);
    return sealed_bytes_;
  }
  Bytes recycled_buffer() {
    const std::lock_guard guard(mutex_);
    if (buffers_.empty()) return {};
    Bytes buffer = std::move(buffers_.back());
    buffers_.pop_back();
    return buffer;
  }

 private:
  void stop() {
    {
      const std::lock_guard guard(mutex_);
      jobs_.clear();
      closed_ = true;
    }
    ready_.notify_all();
    workers_.clear();
  }

  void work(PartSealer& sealer) {
    std::unique_lock guard(mutex_);
    while (true) {
      ready_.wait(guard, [&] { return closed_ || !jobs_.empty(); });
      if (jobs_.empty() || error_) return;
      Job job = std::move(jobs_.front());
      jobs_.pop_front();
      space_.notify_one();
      guard.unlock();
      auto sealed = seal(sealer, job);
      guard.lock();
      buffers_.push_back(job.draft.take_buffer());
      if (!sealed) return give_up(sealed.error());
      sealed_.emplace(job.head.number, *std::move(sealed));
      if (const auto written = write_ready(); !written) return give_up(written.error());
    }
  }

  Result<SealedPart> seal(PartSealer& sealer, Job& job) const {
    try {
      job.draft.close(job.head);
      SEKISHO_TRY(const Bytes content, sealer.compress(job.draft.tar(), job.padding));
      return sealer.seal(job.head, job.draft.tar(), content, recipients_);
    } catch (const std::exception&) {  // a thread has nobody above it who would catch
      return fail("part.memory", "no memory to seal a part");
    }
  }

  Result<void> write_ready() {
    for (auto next = sealed_.begin(); next != sealed_.end() && next->first == parts_.size() + 1;
         next = sealed_.begin()) {
      SEKISHO_CHECK(write(std::move(next->second)));
      sealed_.erase(next);
    }
    return {};
  }
  Result<void> write(SealedPart sealed) {
    SEKISHO_CHECK(spool_.append(part_name(parts_.size()), sealed.cms));
    sealed_bytes_ += sealed.cms.size();
    parts_.push_back(sealed.manifest);
    return {};
  }
  void give_up(const Error& error) {
    if (!error_) error_ = error;
    space_.notify_all();
    ready_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable ready_, space_;
  Spool spool_;
  const std::vector<crypto::Certificate> recipients_;
  const std::size_t limit_;
  std::deque<Job> jobs_;
  std::map<std::uint32_t, SealedPart> sealed_;  // finished before their turn
  std::vector<ManifestPart> parts_;
  std::vector<Bytes> buffers_;
  std::uint64_t sealed_bytes_ = 0;
  std::optional<Error> error_;
  bool closed_ = false;
  std::vector<std::jthread> workers_;  // last: they use everything above
};

// An unfinished package under its temporary name; removed unless it was renamed.
class TemporaryFile {
 public:
  explicit TemporaryFile(fs::path path) : path_(std::move(path)) {}
  ~TemporaryFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  const fs::path& path() const { return path_; }
  void keep() { path_.clear(); }

 private:
  fs::path path_;
};

class FilePackageWriter final : public PackageWriter {
 public:
  FilePackageWriter(fs::path path, PackageWriterOptions options, std::unique_ptr<SealingLine> line, PartSealer sealer)
      : path_(std::move(path)), options_(std::move(options)), line_(std::move(line)), sealer_(std::move(sealer)) {}

  Result<void> add(std::string_view kind, const SourceEntry& entry) override;
  Result<PackageFile> finish(const std::vector<std::string>& withdrawal_lines) override;
  std::uint64_t sealed_bytes() const override { return line_->sealed_bytes(); }

 private:
  PartHead make_head(std::uint32_t number, std::string kind, bool last);
  Result<void> close_draft(PartDraft& draft, Padding padding);
  Result<void> close_drafts();
  Result<PackageFile> write_package(SealedPart withdrawals);

  const fs::path path_;
  const PackageWriterOptions options_;
  std::unique_ptr<SealingLine> line_;
  PartSealer sealer_;                                     // for the withdrawals part
  std::map<std::string, PartDraft, std::less<>> drafts_;  // one open part for each kind
  std::uint32_t closed_ = 0;
  bool finished_ = false;
};

PartHead FilePackageWriter::make_head(std::uint32_t number, std::string kind, bool last) {
  PartHead head{options_.id, number, last, std::move(kind), {}};
  options_.random->fill(head.nonce);
  return head;
}

Result<void> FilePackageWriter::close_draft(PartDraft& draft, Padding padding) {
  if (closed_ + 2 > kMaxParts)
    return fail("package.too_many_parts", "the package has more parts than the format allows", {},
                "Send it in two packages.");
  PartHead head = make_head(++closed_, draft.kind(), false);
  PartDraft next(draft.kind(), line_->recycled_buffer());
  return line_->push({std::exchange(draft, std::move(next)), std::move(head), padding});
}

// The part of a whole source, or of the range of it that the caller gives.
Result<PartEntry> first_entry(const SourceEntry& source) {
  if (!is_plain_path(source.path))
    return fail("package.path", "an entry's path is empty, absolute, too long or leaves its folder", {},
                "Give paths relative to the folder that is sent.");
  PartEntry entry;
  entry.content = source.content;
  entry.path = source.path;
  entry.source_sha256 = source.source_sha256;
  entry.records_removed = source.records_removed;
  entry.range_from = source.range_from;
  entry.range_to = source.range_to;
  entry.total_size = source.total_size;
  if (entry.range_from == 0 && entry.range_to == 0 && entry.total_size == 0)
    entry.range_to = entry.total_size = source.content.size();
  if (entry.range_from > entry.range_to || entry.range_to > entry.total_size ||
      entry.range_to - entry.range_from != source.content.size())
    return fail("package.range", "an entry's byte range does not fit its content");
  // A whole file that was not rewritten has been hashed already.
  if (source.records_removed == 0 && source.content.size() == entry.total_size)
    entry.sent_sha256 = source.source_sha256;
  return entry;
}

Result<void> FilePackageWriter::add(std::string_view kind, const SourceEntry& source) {
  if (finished_) return fail("package.finished", "the package is finished");
  if (!is_part_kind(kind) || kind == kWithdrawals) return fail("package.kind", "no such kind of part");
  SEKISHO_TRY(PartEntry rest, first_entry(source));
  auto found = drafts_.find(kind);
  if (found == drafts_.end())
    found = drafts_.emplace(std::string(kind), PartDraft(std::string(kind), line_->recycled_buffer())).first;
  PartDraft& draft = found->second;
  const bool must_cut = rest.content.size() > PartDraft::room_when_empty(rest.path.size());
  constexpr std::size_t kSmallestPiece = 64 << 10;
  if (must_cut) rest.sent_sha256 = {};
  while (true) {
    const std::size_t room = draft.room(rest.path.size());
    if (rest.content.size() <= room && (room > 0 || draft.empty())) {
      draft.add(rest);
      return {};
    }
    if (must_cut && room >= kSmallestPiece) {
      PartEntry piece = rest;
      piece.content = rest.content.first(room);
      piece.range_to = piece.range_from + room;
      draft.add(piece);
      rest.content = rest.content.subspan(room);
      rest.range_from = piece.range_to;
    }
    SEKISHO_CHECK(close_draft(draft, Padding::kNone));
  }
}

Result<void> FilePackageWriter::close_drafts() {
  std::erase_if(drafts_, [](const auto& item) { return item.second.empty(); });
  std::size_t left = drafts_.size();
  for (auto& [kind, draft] : drafts_)
    SEKISHO_CHECK(close_draft(draft, --left == 0 ? Padding::kMultiple : Padding::kNone));
  drafts_.clear();
  return line_->drain();
}

Result<PackageFile> FilePackageWriter::finish(const std::vector<std::string>& withdrawal_lines) {
  if (finished_) return fail("package.finished", "the package is finished");
  std::string lines;
  for (const std::string& line : withdrawal_lines) {
    if (line.find('\n') != std::string::npos) return fail("package.withdrawals", "a withdrawal is one line");
    lines += line;
    lines += '\n';
  }
  // The withdrawals go first through everything that may refuse them, so that the caller can try again with fewer.
  const auto too_many = [] {
    return fail("package.withdrawals_too_many", "the withdrawals do not fit into one package", {},
                "Send the rest with the next package, made at once.");
  };
  if (lines.size() > PartDraft::room_when_empty(kWithdrawalsPath.size())) return too_many();
  const auto open =
      std::count_if(drafts_.begin(), drafts_.end(), [](const auto& item) { return !item.second.empty(); });
  const PartHead head = make_head(closed_ + static_cast<std::uint32_t>(open) + 1, std::string(kWithdrawals), true);
  PartDraft draft{std::string(kWithdrawals)};
  PartEntry entry;
  entry.content = as_bytes(lines);
  entry.path = kWithdrawalsPath;
  entry.source_sha256 = entry.sent_sha256 = crypto::sha256(entry.content);
  entry.range_to = entry.total_size = lines.size();
  draft.add(entry);
  draft.close(head);
  SEKISHO_TRY(const Bytes content, sealer_.compress(draft.tar(), Padding::kWithdrawals));
  SEKISHO_TRY(SealedPart sealed, sealer_.seal(head, draft.tar(), content, line_->recipients()));
  finished_ = true;
  SEKISHO_CHECK(close_drafts());
  return write_package(std::move(sealed));
}

Result<void> append_member(int fd, std::string_view name, ByteView content) {
  Bytes member(ustar::kBlock);
  ustar::write_header(member.data(), name, content.size());
  member.insert(member.end(), content.begin(), content.end());
  member.resize(ustar::padded(member.size()));
  return write_all(fd, member, name);
}

Result<PackageFile> FilePackageWriter::write_package(SealedPart withdrawals) {
  SEKISHO_CHECK(line_->append(std::move(withdrawals)));
  Manifest manifest;
  manifest.id = options_.id;
  manifest.previous = options_.previous;
  manifest.recipients_version = options_.recipients->version;
  manifest.seen_checkpoints = options_.seen_checkpoints;
  manifest.parts = line_->parts();
  manifest.created = options_.clock->now();
  manifest.program = "sekisho " SEKISHO_VERSION;
  const std::string json = manifest.to_json_bytes();
  SEKISHO_CHECK(Manifest::parse(as_bytes(json)));  // what a reader would refuse is never sent
  SEKISHO_TRY(const Bytes signature, crypto::cms_sign(as_bytes(json), *options_.signer, *options_.signer_key));

  TemporaryFile temporary(path_.string() + ".tmp");
  FileDescriptor fd(::open(temporary.path().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return fail_errno("package.write", "cannot create the package", {.file = path_.string()});
  SEKISHO_CHECK(append_member(fd.get(), kManifestName, as_bytes(json)));
  SEKISHO_CHECK(append_member(fd.get(), kSignatureName, signature));
  SEKISHO_CHECK(line_->spool().copy_to(fd.get()));
  SEKISHO_CHECK(write_all(fd.get(), Bytes(2 * ustar::kBlock), "package"));
  SEKISHO_CHECK(sync_file(fd.get(), path_.string()));
  crash_point("package.written");
  SEKISHO_CHECK(rename_durable(temporary.path(), path_));
  temporary.keep();
  crash_point("package.renamed");
  return open_package(path_);
}

Result<void> check_options(const PackageWriterOptions& options) {
  if (options.recipients == nullptr || options.signer == nullptr || options.signer_key == nullptr ||
      options.clock == nullptr || options.random == nullptr || options.threads < 1 || options.threads > 256)
    return fail("usage.package", "recipients, signer, key, clock, random source and 1 to 256 threads are needed");
  if (options.recipients->recipients.empty())
    return fail("package.recipients", "a package needs at least one recipient");
  if (!is_valid_id(options.id.body.text) || !is_valid_id(options.id.hospital.text) || options.id.epoch == 0 ||
      options.id.sequence == 0)
    return fail("package.id", "the package id is incomplete");
  return {};
}

}  // namespace

Result<std::unique_ptr<PackageWriter>> PackageWriter::create(const fs::path& path,
                                                             const PackageWriterOptions& options) {
  SEKISHO_CHECK(check_options(options));
  std::vector<PartSealer> sealers;
  for (int i = 0; i < options.threads; ++i) {
    SEKISHO_TRY(PartSealer sealer, PartSealer::create(options.zstd_level));
    sealers.push_back(std::move(sealer));
  }
  SEKISHO_TRY(PartSealer own, PartSealer::create(options.zstd_level));
  SEKISHO_TRY(Spool spool, Spool::create(path));
  auto line = std::make_unique<SealingLine>(std::move(spool), options.recipients->certificates(), std::move(sealers));
  return std::unique_ptr<PackageWriter>(
      std::make_unique<FilePackageWriter>(path, options, std::move(line), std::move(own)));
}

}  // namespace sekisho::transport

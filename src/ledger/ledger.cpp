#include "ledger/ledger.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "core/crash_point.h"
#include "core/file.h"
#include "core/log.h"
#include "ledger/checkpoint.h"
#include "ledger/entry_line.h"
#include "ledger/merkle.h"

namespace sekisho::ledger {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> damaged(std::string why, const fs::path& file, std::int64_t line = -1) {
  return fail("ledger.damaged", std::move(why), {.file = file.string(), .line = line},
              "Nothing is written to a damaged ledger. Keep the folder as evidence and restore it from a backup.");
}

// What open() found in entries.jsonl.
struct Loaded {
  MerkleTree tree;
  std::vector<std::uint64_t> ends;  // byte after entry i's line feed
  std::uint64_t torn = 0;           // bytes after the last complete entry
};

// A crash leaves at most a prefix of the last write, or, on file systems that grow the file first, zeros in its place.
bool is_torn_write(std::string_view tail) {
  const std::size_t zeros = tail.find('\0');
  const std::string_view text = tail.substr(0, zeros);
  const std::string_view rest = zeros == std::string_view::npos ? std::string_view{} : tail.substr(zeros);
  return text.find('\n') == std::string_view::npos && rest.find_first_not_of('\0') == std::string_view::npos;
}

Result<Loaded> load_entries(std::string_view text, const Checkpoint& last, const fs::path& file) {
  Loaded loaded;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = text.find('\n', begin);
    const std::string_view line = text.substr(begin, end == std::string_view::npos ? end : end - begin);
    const std::uint64_t number = loaded.ends.size();
    // Up to the checkpoint the root proves every byte; after it each line must at least be an entry.
    auto leaf = end == std::string_view::npos ? std::nullopt : leaf_hash_of_line(line);
    if (leaf && number >= last.size) {
      const auto entry = parse_entry_line(line);
      if (!entry || entry->number != number) leaf.reset();
    }
    if (!leaf) {
      if (number >= last.size && is_torn_write(text.substr(begin))) break;
      return damaged("an entry of the ledger is not readable", file, static_cast<std::int64_t>(number) + 1);
    }
    loaded.tree.append(*leaf);
    begin = end + 1;
    loaded.ends.push_back(begin);
  }
  loaded.torn = text.size() - begin;
  if (loaded.tree.size() < last.size)
    return damaged(fmt::format("the ledger holds {} entries, but {} were signed", loaded.tree.size(), last.size), file);
  if (loaded.tree.root(last.size) != last.root)
    return damaged("the ledger's entries do not hash to its last checkpoint", file);
  return loaded;
}

class FileLedger final : public Ledger {
 public:
  FileLedger(FileLock lock, fs::path folder, std::string origin, crypto::PrivateKey key, Bytes public_key,
             const Clock& clock, Random& random, FileDescriptor file, Loaded loaded, Checkpoint last)
      : lock_(std::move(lock)),
        folder_(std::move(folder)),
        origin_(std::move(origin)),
        key_(std::move(key)),
        public_key_(std::move(public_key)),
        clock_(clock),
        random_(random),
        file_(std::move(file)),
        tree_(std::move(loaded.tree)),
        ends_(std::move(loaded.ends)),
        durable_(ends_.size()),
        last_(std::move(last)) {}

  Result<std::uint64_t> append(std::string_view kind, const Json& payload) override;
  Result<Checkpoint> checkpoint() override;
  Result<ConsistencyProof> consistency(std::uint64_t from, std::uint64_t to) override;
  std::uint64_t size() const override {
    const std::lock_guard guard(mutex_);
    return durable_;
  }
  Bytes public_key() const override { return public_key_; }
  Result<std::vector<Entry>> entries(std::uint64_t from, std::uint64_t to) override;

 private:
  std::uint64_t byte_end(std::uint64_t count) const { return count == 0 ? 0 : ends_[count - 1]; }
  Entry make_entry(std::string_view kind, const Json& payload);
  void write_batch(std::unique_lock<std::mutex>& guard);
  Result<void> write_and_sync(ByteView bytes, std::uint64_t at);
  void drop_batch(const Error& error, std::uint64_t at);

  const FileLock lock_;
  const fs::path folder_;
  const std::string origin_;
  const crypto::PrivateKey key_;
  const Bytes public_key_;
  const Clock& clock_;
  Random& random_;
  const FileDescriptor file_;

  mutable std::mutex mutex_;
  std::condition_variable written_;
  // Everything below is guarded by mutex_. Entries [durable_, tree_.size()) stand in pending_ or are being written.
  MerkleTree tree_;
  std::vector<std::uint64_t> ends_;
  std::uint64_t durable_;
  std::string pending_;
  bool writing_ = false;
  std::uint64_t failures_ = 0;  // rises when a batch is lost, so that its waiters notice
  Error failure_;               // of the last lost batch
  bool broken_ = false;         // the file's state on disk is unknown: nothing more is accepted
  std::mutex checkpoint_mutex_;
  Checkpoint last_;  // guarded by checkpoint_mutex_
};

Entry FileLedger::make_entry(std::string_view kind, const Json& payload) {
  Entry entry;
  entry.number = tree_.size();
  entry.time = clock_.now();
  entry.kind = kind;
  std::uint8_t salt[16];
  random_.fill(salt);
  entry.salt_hex = to_hex(salt);
  entry.payload = payload;
  return entry;
}

Result<std::uint64_t> FileLedger::append(std::string_view kind, const Json& payload) {
  if (kind.empty() || kind.size() > 100 || !is_valid_origin(kind))
    return fail("ledger.kind", "a ledger entry's kind is a short word without blanks");
  SEKISHO_CHECK(check_payload(payload));
  std::unique_lock guard(mutex_);
  if (broken_) return std::unexpected(failure_);
  const Entry entry = make_entry(kind, payload);
  const std::string line = entry_line(entry);
  const auto leaf = leaf_hash_of_line(line);
  if (!leaf) return fail("ledger.time", "the clock's time cannot be written into the ledger");
  tree_.append(*leaf);
  ends_.push_back(byte_end(ends_.size()) + line.size() + 1);
  pending_ += line;
  pending_ += '\n';
  const std::uint64_t failures = failures_;
  // Whoever finds nobody writing writes for all who wait: one fsync for the batch.
  while (durable_ <= entry.number && failures_ == failures) {
    if (writing_)
      written_.wait(guard);
    else
      write_batch(guard);
  }
  if (failures_ != failures && durable_ <= entry.number) return std::unexpected(failure_);
  return entry.number;
}

void FileLedger::write_batch(std::unique_lock<std::mutex>& guard) {
  const std::string batch = std::exchange(pending_, {});
  const std::uint64_t target = tree_.size();
  const std::uint64_t at = byte_end(durable_);
  writing_ = true;
  guard.unlock();
  const auto result = write_and_sync(as_bytes(batch), at);
  guard.lock();
  writing_ = false;
  if (result)
    durable_ = target;
  else
    drop_batch(result.error(), at);
  written_.notify_all();
}

Result<void> FileLedger::write_and_sync(ByteView bytes, std::uint64_t at) {
  if (::lseek(file_.get(), static_cast<off_t>(at), SEEK_SET) < 0)
    return fail_errno("ledger.write", "cannot position in the ledger");
  SEKISHO_CHECK(write_all(file_.get(), bytes, kEntriesFile));
  crash_point("ledger.append.written");
  if (::fdatasync(file_.get()) != 0) return fail_errno("ledger.sync", "cannot flush the ledger to disk");
  crash_point("ledger.append.synced");
  return {};
}

// A full disk must not end the ledger: what was not acknowledged is taken back. After a failed flush nobody knows what
// the disk holds (the kernel may have dropped the pages), so then the ledger refuses everything until it is opened
// anew.
void FileLedger::drop_batch(const Error& error, std::uint64_t at) {
  pending_.clear();
  tree_.truncate(durable_);
  ends_.resize(durable_);
  ++failures_;
  failure_ = error;
  if (error.code == "ledger.sync" || ::ftruncate(file_.get(), static_cast<off_t>(at)) != 0) broken_ = true;
}

Result<Checkpoint> FileLedger::checkpoint() {
  const std::lock_guard serial(checkpoint_mutex_);
  std::uint64_t size = 0;
  crypto::Digest root{};
  {
    const std::lock_guard guard(mutex_);
    if (broken_) return std::unexpected(failure_);
    size = durable_;
    root = tree_.root(size);
  }
  if (size == last_.size) return last_;
  SEKISHO_TRY(Checkpoint next, sign_checkpoint(origin_, size, root, key_, public_key_));
  SEKISHO_CHECK(write_file_durable(folder_ / kCheckpointFile, next.note));
  crash_point("ledger.checkpoint.stored");
  last_ = next;
  return next;
}

Result<ConsistencyProof> FileLedger::consistency(std::uint64_t from, std::uint64_t to) {
  const std::lock_guard guard(mutex_);
  if (from > to || to > durable_) return fail("ledger.range", "there is no proof between these sizes");
  return ConsistencyProof{from, to, tree_.consistency(from, to)};
}

Result<std::vector<Entry>> FileLedger::entries(std::uint64_t from, std::uint64_t to) {
  std::uint64_t begin = 0, end = 0;
  {
    const std::lock_guard guard(mutex_);
    if (from > to || to > durable_) return fail("ledger.range", "there are no such entries");
    begin = byte_end(from);
    end = byte_end(to);
  }
  std::string text(end - begin, '\0');
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t got = ::pread(file_.get(), text.data() + done, text.size() - done, static_cast<off_t>(begin + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return fail_errno("ledger.read", "cannot read the ledger");
    done += static_cast<std::size_t>(got);
  }
  std::vector<Entry> result;
  result.reserve(to - from);
  for (const std::string_view line : split_lines(text).lines) {
    SEKISHO_TRY(Entry entry, parse_entry_line(line));
    result.push_back(std::move(entry));
  }
  return result;
}

// A new ledger: first a signed checkpoint of nothing, then the empty file. So a missing checkpoint is never innocent.
Result<void> create_files(const fs::path& folder, const std::string& origin, const crypto::PrivateKey& key,
                          ByteView public_key) {
  SEKISHO_TRY(const Checkpoint empty, sign_checkpoint(origin, 0, crypto::sha256({}), key, public_key));
  SEKISHO_CHECK(write_file_durable(folder / kPublicKeyFile, public_key_pem(public_key)));
  SEKISHO_CHECK(write_file_durable(folder / kCheckpointFile, empty.note));
  return write_file_durable(folder / kEntriesFile, std::string_view{});
}

}  // namespace

Result<std::unique_ptr<Ledger>> Ledger::open(const fs::path& folder, std::string origin, crypto::PrivateKey key,
                                             const Clock& clock, Random& random) {
  if (!is_valid_origin(origin)) return fail("ledger.origin", "a ledger's origin is a word without blanks");
  SEKISHO_CHECK(make_folders(folder, 0755));
  SEKISHO_TRY(FileLock lock, FileLock::take(folder / "ledger.lock", "the writer of this ledger"));
  SEKISHO_TRY(Bytes public_key, crypto::ed25519_public_raw(key));
  const fs::path file = folder / kEntriesFile, checkpoint_file = folder / kCheckpointFile;
  std::error_code ignored;  // absent and unreadable files are told apart when they are read below
  const bool has_entries = fs::exists(file, ignored), has_checkpoint = fs::exists(checkpoint_file, ignored);
  if (has_entries && !has_checkpoint) return damaged("the ledger's checkpoint is missing", checkpoint_file);
  if (!has_entries && !has_checkpoint) SEKISHO_CHECK(create_files(folder, origin, key, public_key));

  SEKISHO_TRY(const std::string note, read_text(checkpoint_file, 64 << 10));
  SEKISHO_TRY(Checkpoint last, parse_checkpoint(note, public_key));
  if (last.origin != origin) return fail("ledger.origin", "this folder holds the ledger of another writer");
  // A crash between the first checkpoint and the empty file.
  if (!fs::exists(file, ignored) && last.size == 0) SEKISHO_CHECK(write_file_durable(file, std::string_view{}));
  SEKISHO_TRY(const std::string text, read_text(file, std::size_t{1} << 40));
  SEKISHO_TRY(Loaded loaded, load_entries(text, last, file));

  FileDescriptor fd(::open(file.c_str(), O_RDWR | O_CLOEXEC));
  if (!fd) return fail_errno("ledger.open", "cannot open the ledger", {.file = file.string()});
  if (loaded.torn > 0) {
    spdlog::warn("ledger {}: cut off {} bytes of an unfinished entry that was never acknowledged", origin, loaded.torn);
    if (::ftruncate(fd.get(), static_cast<off_t>(text.size() - loaded.torn)) != 0)
      return fail_errno("ledger.write", "cannot cut off an unfinished entry", {.file = file.string()});
  }
  // Entries that the file holds after a crash may not be on disk yet; from here on they count as written.
  SEKISHO_CHECK(sync_file(fd.get(), file.string()));
  return std::unique_ptr<Ledger>(std::make_unique<FileLedger>(std::move(lock), folder, std::move(origin),
                                                              std::move(key), std::move(public_key), clock, random,
                                                              std::move(fd), std::move(loaded), std::move(last)));
}

}  // namespace sekisho::ledger

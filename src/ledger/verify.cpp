// Reading a ledger without its key: verification against remembered checkpoints, listing, export.
#include <fmt/format.h>

#include <algorithm>

#include "core/file.h"
#include "ledger/entry_line.h"
#include "ledger/merkle.h"

namespace sekisho::ledger {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxLedgerBytes = std::size_t{1} << 40;

// A checkpoint against which the entries are compared, and how a report names it.
struct Witness {
  Checkpoint checkpoint;
  std::string name;
};

struct Read {
  MerkleTree tree;
  std::vector<std::uint64_t> unreadable;  // numbers of lines that are no entries
  std::size_t rest = 0;                   // bytes after the last line feed
};

Read read_lines(std::string_view text, VerifyReport& report) {
  Read read;
  const EntryLines lines = split_lines(text);
  read.rest = lines.rest.size();
  std::uint64_t number = 0;
  for (const std::string_view line : lines.lines) {
    const auto entry = parse_entry_line(line);
    if (!entry) {
      report.problems.push_back(fmt::format("entry {} was changed: {}", number, entry.error().message));
      read.unreadable.push_back(number);
    } else if (entry->number != number) {
      report.problems.push_back(fmt::format(
          "entry {} carries the number {}: entries were dropped, inserted or reordered", number, entry->number));
    }
    const auto leaf = leaf_hash_of_line(line);
    read.tree.append(leaf ? *leaf : crypto::Digest{});
    ++number;
  }
  return read;
}

std::vector<Witness> read_witnesses(const fs::path& folder, ByteView public_key,
                                    const std::vector<std::string>& remembered, VerifyReport& report) {
  std::vector<Witness> witnesses;
  const auto add = [&](const std::string& note, std::string name) {
    auto checkpoint = parse_checkpoint(note, public_key);
    if (checkpoint)
      witnesses.push_back({*std::move(checkpoint), std::move(name)});
    else
      report.problems.push_back(fmt::format("{}: {}", name, checkpoint.error().message));
  };
  const auto own = read_text(folder / kCheckpointFile, 64 << 10);
  if (own)
    add(*own, "the ledger's own checkpoint");
  else
    report.problems.push_back("the ledger's own checkpoint is missing");
  const bool has_own = !witnesses.empty();
  for (std::size_t i = 0; i < remembered.size(); ++i)
    add(remembered[i], fmt::format("remembered checkpoint {}", i + 1));
  if (has_own)
    for (const Witness& witness : witnesses)
      if (witness.checkpoint.origin != witnesses[0].checkpoint.origin)
        report.problems.push_back(fmt::format("{} is of another ledger", witness.name));
  std::stable_sort(witnesses.begin(), witnesses.end(),
                   [](const Witness& a, const Witness& b) { return a.checkpoint.size < b.checkpoint.size; });
  return witnesses;
}

void compare(const MerkleTree& tree, const std::vector<Witness>& witnesses, VerifyReport& report) {
  std::uint64_t matched = 0;  // the largest size up to which all is as signed
  for (const Witness& witness : witnesses) {
    const std::uint64_t size = witness.checkpoint.size;
    if (size > tree.size()) {
      report.problems.push_back(fmt::format("entries were cut off: {} was signed at {} entries, {} are there",
                                            witness.name, size, tree.size()));
    } else if (tree.root(size) != witness.checkpoint.root) {
      if (matched < size)
        report.problems.push_back(
            fmt::format("one or more of the entries {} to {} were changed, dropped or reordered after {} of size {}",
                        matched, size - 1, witness.name, size));
      else
        report.problems.push_back(fmt::format("{} of size {} does not fit: the ledger was forked", witness.name, size));
    } else {
      matched = size;
    }
  }
}

void say_what_stays_open(const Read& read, const std::vector<Witness>& witnesses, bool any_remembered,
                         VerifyReport& report) {
  std::uint64_t signed_size = 0, remembered_size = 0;
  for (const Witness& witness : witnesses) {
    signed_size = std::max(signed_size, witness.checkpoint.size);
    if (witness.name.starts_with("remembered")) remembered_size = std::max(remembered_size, witness.checkpoint.size);
  }
  const std::uint64_t entries = read.tree.size();
  if (!any_remembered)
    report.not_excluded.push_back(
        "without a remembered checkpoint: that the holder of the key rewrote the whole ledger and signed it anew, or "
        "cut "
        "it back to an earlier state");
  else if (remembered_size < entries)
    report.not_excluded.push_back(
        fmt::format("that the holder of the key rewrote or cut off entries from number {} on, which no remembered "
                    "checkpoint covers",
                    remembered_size));
  if (signed_size < entries)
    report.not_excluded.push_back(fmt::format(
        "that anyone who can write the file changed the entries from number {} on, which no checkpoint covers yet",
        signed_size));
  if (read.rest > 0)
    report.not_excluded.push_back(fmt::format(
        "what the unfinished last line of {} bytes was to say: it is being written, or was torn off", read.rest));
}

}  // namespace

VerifyReport verify(const fs::path& folder, ByteView public_raw32, const std::vector<std::string>& remembered) {
  VerifyReport report;
  // The checkpoint is read before the entries: a writer that runs meanwhile only adds to them.
  const std::vector<Witness> witnesses = read_witnesses(folder, public_raw32, remembered, report);
  const auto text = read_text(folder / kEntriesFile, kMaxLedgerBytes);
  if (!text) {
    report.problems.push_back("the ledger's entries cannot be read: " + text.error().message);
    return report;
  }
  const Read read = read_lines(*text, report);
  report.entries = read.tree.size();
  compare(read.tree, witnesses, report);
  say_what_stays_open(read, witnesses, !remembered.empty(), report);
  report.ok = report.problems.empty();
  return report;
}

Result<std::vector<Entry>> read_entries(const fs::path& folder) {
  SEKISHO_TRY(const std::string text, read_text(folder / kEntriesFile, kMaxLedgerBytes));
  std::vector<Entry> entries;
  for (const std::string_view line : split_lines(text).lines) {
    auto entry = parse_entry_line(line);
    if (!entry) {
      entry.error().place = {.file = (folder / kEntriesFile).string(),
                             .line = static_cast<std::int64_t>(entries.size()) + 1};
      return std::unexpected(entry.error());
    }
    entries.push_back(*std::move(entry));
  }
  return entries;
}

Result<void> export_ledger(const fs::path& folder, const fs::path& out) {
  SEKISHO_TRY(const std::string note, read_text(folder / kCheckpointFile, 64 << 10));
  SEKISHO_TRY(const Checkpoint checkpoint, parse_checkpoint_unverified(note));
  SEKISHO_TRY(const std::string text, read_text(folder / kEntriesFile, kMaxLedgerBytes));
  std::string content =
      canonical(Json{{"checkpoint", note}, {"format", "sekisho-ledger-1"}, {"origin", checkpoint.origin}}) + "\n";
  content.append(text, 0, text.size() - split_lines(text).rest.size());
  return write_file_durable(out, content);
}

}  // namespace sekisho::ledger

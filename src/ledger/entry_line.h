// One entry as it stands in entries.jsonl: canonical JSON with the members kind, n, payload, salt, time, then a line
// feed. Because the form is canonical, salt and time stand at fixed distances from the end, and the leaf hash can be
// taken from the raw bytes.
#pragma once

#include <optional>

#include "ledger/ledger.h"

namespace sekisho::ledger {

inline constexpr std::size_t kMaxPayload = std::size_t{1} << 20;
inline constexpr const char* kEntriesFile = "entries.jsonl";
inline constexpr const char* kCheckpointFile = "checkpoint.txt";
inline constexpr const char* kPublicKeyFile = "public.pem";

std::string entry_line(const Entry& entry);  // without the line feed

// The leaf hash of a line from its bytes alone; nothing when salt and time do not stand where they must.
std::optional<crypto::Digest> leaf_hash_of_line(std::string_view line);

// Reads a line strictly: any other spelling of the same entry is an error (ledger.entry).
Result<Entry> parse_entry_line(std::string_view line);

// Error ledger.payload: numbers with a fraction (their spelling differs between languages), text that is not UTF-8, too
// large.
Result<void> check_payload(const Json& payload);

// Splits complete lines; `rest` is what follows the last line feed.
struct EntryLines {
  std::vector<std::string_view> lines;
  std::string_view rest;
};
EntryLines split_lines(std::string_view text);

}  // namespace sekisho::ledger

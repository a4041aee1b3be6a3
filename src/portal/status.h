// Where the portal's figures come from. The document holds numbers and names of hospitals and datasets only, never a
// patient's identifier: whoever reaches the portal may read it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>

#include "core/json.h"

namespace sekisho::portal {

// The state document. Every member may be missing; a reader shows what is there.
//
//   updated      UTC, "2026-11-21T04:05:06.789012Z"
//   title        text
//   hospitals    [{id, name, packages: {sealed, received, loaded, quarantined, secured, refused}}]
//   store        {registrations, persons, rows, superseded, quarantined, segments, bytes, ...}
//   linkage      {precision, recall, ...} where the truth is known, else null
//   datasets     [{id, label_ja, label_en, rows, eligible, k, smallest_class, audit, reason}]   reason: why no rows
//   exit_checks  [{id, label_ja, label_en, cells, suppressed, audit}]
//                audit: true/false or a word; "passed", "ok", "clean", "safe" show as passed, "failed", "unsafe",
//                "violated" as failed, other words as they are
//   ledgers      [{name, ok, entries, checkpoint}]        checkpoint: root hash, hex
//   stages       [{name, label_ja, label_en, state, done, total, unit, seconds, rate}]
//                state: waiting | running | done | failed
class StatusSource {
 public:
  virtual ~StatusSource() = default;
  virtual Result<Json> read() = 0;
};

// A JSON file that other processes replace atomically (rename). It is read again when its inode, size or time changed;
// a missing file is an empty state: the job has not begun. Thread safe.
class FileSource final : public StatusSource {
 public:
  explicit FileSource(std::filesystem::path path) : path_(std::move(path)) {}
  Result<Json> read() override;

 private:
  struct Stamp {
    std::uint64_t inode = 0;
    std::int64_t size = -1, seconds = 0, nanoseconds = 0;
    bool operator==(const Stamp&) const = default;
  };

  std::filesystem::path path_;
  std::mutex mutex_;
  Stamp stamp_;
  Json document_ = Json::object();
};

}  // namespace sekisho::portal

// What a build knows of every code while it reads the files in the order of their publication. Internal to masters; the
// result is written by writer.h and read through master_file.h.
#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/date.h"
#include "masters/kind.h"

namespace sekisho::masters {

// Days since 1970-01-01; the two ends mean "no date" and "open".
inline constexpr std::int32_t kNoDay = std::numeric_limits<std::int32_t>::min();
inline constexpr std::int32_t kOpen = std::numeric_limits<std::int32_t>::max();

// Texts of a build, each once. Id 0 is the empty text.
class Texts {
 public:
  Texts() { id({}); }
  std::uint32_t id(std::string_view text) {
    if (const auto found = ids_.find(text); found != ids_.end()) return found->second;
    const std::string& kept = texts_.emplace_back(text);
    ids_.emplace(kept, static_cast<std::uint32_t>(texts_.size() - 1));
    return static_cast<std::uint32_t>(texts_.size() - 1);
  }
  const std::string& text(std::uint32_t id) const { return texts_[id]; }
  std::size_t size() const { return texts_.size(); }

 private:
  std::deque<std::string> texts_;
  std::unordered_map<std::string_view, std::uint32_t> ids_;
};

struct Evidence {
  std::uint32_t file = 0, line = 0;  // index of FileInfo, 1-based line
};

// A file that was imported.
struct FileInfo {
  std::string name, series, sha256;
  Kind kind = Kind::kDrug;
  std::int32_t edition = kNoDay;  // day in its name
  enum class Mode : std::uint8_t { kFull, kDifferential, kExtract, kManual } mode = Mode::kFull;
  std::uint64_t rows = 0, applied = 0, unchanged = 0, quarantined = 0;
  std::uint32_t columns = 0;
};

struct VersionState {
  std::int32_t from = kNoDay;
  bool approximate = false;  // `from` is the edition's day: the content may be older
  bool weak = false;         // from an extract
  std::int32_t published = kNoDay;
  Evidence evidence;
  std::vector<std::uint32_t> values;  // text id for each attribute of the kind
};

enum class EventType : std::uint8_t {
  kFirstSeen,
  kNew,
  kChanged,
  kAbolished,
  kRevived,
  kDeleted,
  kAbsent,
  kReappeared
};
const char* name(EventType type);

struct EventState {
  std::int32_t day = kNoDay;
  EventType type = EventType::kFirstSeen;
  std::int32_t published = kNoDay;
  Evidence evidence;
};

// A stated day with where it was stated.
struct Stated {
  std::int32_t day = kNoDay;
  std::int32_t published = kNoDay;
  Evidence evidence;
};

enum class FromKind : std::uint8_t { kStated, kAtLatest };  // official day; known to exist by then
enum class ToKind : std::uint8_t { kOpen, kStated, kLimit, kDoubtful, kDeleted };
const char* name(FromKind kind);
const char* name(ToKind kind);

struct LifeState {
  std::int32_t from = kNoDay, to = kOpen;
  FromKind from_kind = FromKind::kAtLatest;
  ToKind to_kind = ToKind::kOpen;
  std::int32_t not_before = kNoDay;    // last full edition before the first sight that lacks the code
  std::int32_t last_seen = kNoDay;     // last edition with the code
  std::int32_t first_absent = kNoDay;  // next full edition that lacks it, while no end is stated
  std::uint32_t absent_editions = 0;   // how many lack it since
  Evidence from_evidence, to_evidence;
};

struct CodeState {
  std::vector<VersionState> versions;    // by `from`, in force
  std::vector<VersionState> superseded;  // what later publications replaced
  std::vector<EventState> events;
  std::vector<LifeState> lives;
  std::vector<std::uint16_t> seen;  // indices of the full editions with this code
  Stated first, last, listed, added, end, limit, deleted, revived;
};

struct LinkState {
  std::string to;
  Kind to_kind = Kind::kDrug;
  std::string type;  // official, same12, same9+name, generic-name, selected-care, section+name, address ...
  std::int32_t day = kNoDay;
  Evidence evidence;
};

// A full edition: all files of one kind and day.
struct EditionState {
  std::int32_t day = kNoDay;
  std::uint64_t rows = 0;
  bool covering = true;                         // false: far fewer rows than its neighbours
  std::map<std::string, std::uint64_t> scopes;  // rows by scope (prefecture)
  std::map<std::string, bool> covered;          // scope -> whether absence there means anything
};

struct KindState {
  std::map<std::string, CodeState, std::less<>> codes;
  std::vector<EditionState> editions;  // full ones, by day
  std::map<std::string, std::vector<LinkState>> links;
};

struct FindingState {
  std::string rule, level, message, remedy;
  std::string code;
  Kind kind = Kind::kDrug;
  std::string file;
  std::int64_t line = -1;
};

struct BuildState {
  Texts texts;
  std::vector<FileInfo> files;
  KindState kinds[kKinds];
  std::vector<FindingState> findings;
  std::map<std::string, std::uint64_t> rules;  // how many of each were found
  std::uint64_t errors = 0;                    // of level E
  void find(FindingState finding) {
    errors += finding.level == "E" ? 1 : 0;
    // A bound for what a file of another kind under a master's name can cost; the count goes on.
    constexpr std::uint64_t kKeptOfEach = 200'000;
    if (++rules[finding.rule] <= kKeptOfEach) findings.push_back(std::move(finding));
  }
};

}  // namespace sekisho::masters

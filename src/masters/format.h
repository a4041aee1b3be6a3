// Layout of a master file on disk, little-endian, every section aligned to 64 bytes. docs/masters.md describes it.
#pragma once

#include <cstdint>

#include "masters/state.h"

namespace sekisho::masters {

inline constexpr char kMagic[8] = {'S', 'K', 'M', 'A', 'S', 'T', '0', '4'};
inline constexpr std::size_t kCodeSize = 20;

enum class Section : std::uint32_t {
  kTextOffsets,
  kTextBytes,
  kAttributes,
  kKinds,
  kCodes,
  kSlots,
  kPilots,
  kLives,
  kVersions,
  kVersionStarts,
  kDeltas,
  kEvents,
  kLinks,
  kFiles,
  kSummary,
  kFindings
};
inline constexpr std::size_t kSections = 16;

struct SectionEntry {
  std::uint64_t offset = 0, size = 0;
};
struct Header {
  char magic[8];
  std::uint64_t file_size;
  std::uint8_t sha256[32];  // of everything behind the header
  SectionEntry sections[kSections];
};
struct KindRecord {
  std::uint32_t first_code = 0, codes = 0, first_attribute = 0, attributes = 0;
};
struct CodeRecord {
  char code[kCodeSize];  // padded with zero bytes
  std::uint8_t kind, from_kind, to_kind, lives;
  std::uint32_t first_life, first_version;
  std::uint16_t versions, in_force;  // of all versions, the first `in_force` are not superseded
  std::uint32_t first_event, first_link;
  std::uint16_t events, links;
  std::int32_t from, to, not_before;  // of the last life
  std::uint32_t reserved;
};
static_assert(sizeof(CodeRecord) == 64);
// By a perfect hash of its kind and code (code_key.h): the one place to look at. `index` 0: nobody's. One cache line
// that holds all that a look-up by day needs: a code with several lives or more versions than stand here goes to its
// own records.
inline constexpr std::size_t kStartsInSlot = 9;
inline constexpr std::int32_t kSlotDays = 65'535;  // starts are days from 1970 on, cut to 0 ... kSlotDays
struct SlotRecord {
  char code[kCodeSize];
  std::uint8_t kind, from_kind, to_kind, lives;  // these and the three days as in CodeRecord
  std::uint32_t index;                           // of the code, from 1
  std::uint32_t first_version;
  std::int32_t from, to, not_before;
  std::uint16_t in_force;
  std::uint16_t starts[kStartsInSlot];  // of the versions in force behind the first; none: kSlotDays
};
static_assert(sizeof(SlotRecord) == 64);
struct LifeRecord {
  std::int32_t from, to, not_before, last_seen, first_absent;
  std::uint32_t absent_editions;
  std::uint32_t from_file, from_line, to_file, to_line;
  std::uint8_t from_kind, to_kind, reserved[2];
};
enum VersionFlag : std::uint32_t {
  kSuperseded = 1,   // replaced by a later publication; not in force
  kApproximate = 2,  // begins on an edition's day: the content may be older
  kExtract = 4,      // from an extract
  kGenericFlag = 8,  // counted as generic
  kDpcFlag = 16,     // procedure: inside the DPC bundle; material: outside
};
struct VersionRecord {
  std::int32_t from, to;                          // `to`: the day before the next version, or kOpen
  std::uint32_t name, kana, unit, price, search;  // texts
  std::uint32_t flags;
  std::uint32_t first_delta, deltas;  // attributes that differ from the version before
  std::int32_t published;
  std::uint32_t file, line;
};
struct DeltaRecord {
  std::uint32_t attribute, text;
};
struct EventRecord {
  std::int32_t day, published;
  std::uint32_t type, file, line;
};
struct LinkRecord {
  std::uint32_t to, to_kind, type;  // `to` and `type` are texts
  std::int32_t day;
  std::uint32_t file, line;
};
struct FileRecord {
  std::uint32_t name, series, sha256, kind, mode, columns;
  std::int32_t edition;
  std::uint32_t rows, applied, unchanged, quarantined;
};

}  // namespace sekisho::masters

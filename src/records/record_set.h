// What readers hand over: rows of every table, identity records, items for the vault, findings and quarantined pieces.
// One per worker, drained by its owner (inspect writes it out, intake loads it) whenever the reader reaches a document
// border.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/ids.h"
#include "core/result.h"
#include "records/model.h"

namespace sekisho::records {

// Identity data of a patient as one document wrote them: raw, before any canonicalisation (module identity does that).
// Dates typed.
struct IdentityRecord {
  std::string patient_number;  // as the source pads it; receipts: chart number (RE-14), DPC: data id
  std::string family_kanji, given_kanji, family_kana, given_kana;  // a name without separation stands in family_*
  std::string romaji;
  ClinicalTime birth;
  std::string sex;  // M, F, O, U, as normalised
  std::string postcode, address, phone;
  std::string insurer, symbol, number, branch;  // 保険者番号, 記号, 番号, 枝番
  std::vector<std::string> former_numbers;      // merged patient numbers (aliases)
  ClinicalTime recorded;                        // when the source says the data were valid
  ClinicalTime died;                            // day of death where a source says it
  std::int32_t part = 0, ordinal = 0, sub = 0;  // source
};

// Free text, unknown segments, names of local codes: kept sealed in the vault, referred to by number.
struct VaultItem {
  std::int64_t number =
      0;             // within the record set, from 1; rows refer to it in text_ref; the store renumbers when loading
  std::string kind;  // "segment:ZXX", "text:SJ", "name:99XYZ", "field:OBX-5"
  std::string patient_number;
  std::string content;  // UTF-8
  std::int32_t part = 0, ordinal = 0, sub = 0;
};

enum class Level : char { kError = 'E', kWarning = 'W', kInfo = 'I' };

// A finding names a rule and a place, never a patient: (part, ordinal) and line or segment. `inspect` adds the path.
struct Finding {
  std::string rule;  // "PATH_NAME_MISMATCH"
  Level level = Level::kWarning;
  std::int32_t part = 0, ordinal = 0;
  std::int64_t line = -1;  // 1-based record or segment number
  std::string where;       // "PID-7", "RE-4", column name
};

// A piece that could not be loaded: bytes stay in the vault zone, the reason is counted.
struct Quarantined {
  std::string rule;
  std::string reason;  // for a person, no patient data
  std::int32_t part = 0, ordinal = 0;
  std::int64_t line = -1;
  std::uint64_t bytes = 0;
  std::uint64_t records = 1;  // input records it holds
};

// A logical document: what later versions replace as a whole.
//   SS-MIX2: one (patient, care date, data type, order number); version = occurrence time; receipts: one claim, version
//   = claim month (請求年月) then submission; DPC: one case per kind and month.
struct Document {
  std::string_view patient_number;
  std::string_view kind;     // "ssmix2", "claim", "ff1" ...
  std::string_view key;      // identifies it within the patient, e.g. "20240401_OML-11_000000000000101"
  std::string_view version;  // compares as text; greater wins
  bool deleted = false;      // a deletion: supersedes, holds no active rows
  bool history = false;      // known superseded (flag 2 / 0): its rows have state superseded
  std::int64_t line = -1;    // where it begins
};

// One per document seen, for the store: which (reg, doc) now has which version.
struct DocumentSeen {
  std::uint32_t reg = 0;  // index into RecordSet::registrations()
  std::int64_t doc = 0;   // key as in column doc
  std::string version;
  bool deleted = false, history = false;
  std::int32_t part = 0, ordinal = 0;
};

// Gives the `reg` text for a patient number: a keyed hash in the centre, the number itself in inspect.
using RegistrationKeyer = std::function<std::string(std::string_view patient_number)>;
// Gives the 63-bit document key; keyed in the centre, since keys hold dates and order numbers.
using DocumentKeyer = std::function<std::int64_t(std::string_view kind, std::string_view key)>;

struct Counts {
  std::uint64_t files = 0, bytes = 0;
  std::uint64_t messages = 0;  // SS-MIX2 messages, claims, DPC rows
  std::uint64_t records = 0;   // input records: segments, UKE lines, DPC lines
  std::uint64_t loaded = 0;    // records = loaded + superseded + quarantined (invariant 9)
  std::uint64_t superseded = 0;
  std::uint64_t quarantined = 0;
  std::map<std::string, std::uint64_t, std::less<>> rules;  // findings by rule
  std::map<std::string, std::uint64_t> unknown;             // unknown segments, record types, kept in the vault
};

class RecordSet {
 public:
  RecordSet(RegistrationKeyer registration_keyer, DocumentKeyer document_keyer);
  RecordSet();  // for inspect: patient numbers as they are, FNV document keys

  // --- for readers ---
  void begin_file(std::int64_t package, std::int32_t part, std::int32_t ordinal);
  void begin_document(const Document& document);  // sets reg and doc of the rows that follow
  // Begins a row with all common columns but times and codes. The state of a history or deleted document is set by
  // itself. The three texts live for ever (constants and tables): where they are the same objects as in the row before,
  // nothing is written, and readers leave the columns of origin alone.
  Batch& add(Table table, std::string_view src, std::string_view act, std::string_view state = "active") {
    Batch& row = batches_[static_cast<std::size_t>(table)];
    row.add_row();
    row.integer(common::kSub, sub_++);
    if (deleted_ || history_) state = deleted_ ? std::string_view("cancelled") : std::string_view("superseded");
    const Origin& last = origins_[static_cast<std::size_t>(table)];
    const bool same_document = last.document == document_count_ && row.rows() > 1;
    if (!same_document || last.file != file_count_ || last.src != src.data() || last.act != act.data() ||
        last.state != state.data())
      begin_origin(row, table, src, act, state);
    return row;
  }
  // t, t_end, prec, flags
  void when(Batch& row, const ClinicalTime& start, const ClinicalTime& end = {}) {
    row.time(common::kT, start);
    row.time(common::kTEnd, end);
    row.text(common::kPrec, name(start.precision));
    if (const std::uint32_t flags = start.flags | end.flags) row.integer(common::kFlags, flags);
  }
  std::int64_t keep(std::string_view kind, std::string_view content);  // to the vault; returns its number
  IdentityRecord& identity();            // an empty one to fill, its place filled in; valid until the next call
  void identity(IdentityRecord record);  // the same for a record made before
  void find(std::string_view rule, Level level, std::int64_t line, std::string_view where = {});
  void quarantine(std::string_view rule, std::string_view reason, std::int64_t line, std::uint64_t bytes,
                  std::uint64_t records);
  Counts counts;  // readers add files, bytes, messages, records, loaded, superseded
  std::int32_t next_sub() const { return sub_; }

  // --- for owners ---
  Batch& batch(Table table) { return batches_[static_cast<std::size_t>(table)]; }
  std::array<Batch, kTableCount>& batches() { return batches_; }
  std::vector<IdentityRecord>& identities() { return identities_; }
  std::vector<VaultItem>& vault() { return vault_; }
  std::vector<Finding>& findings() { return findings_; }
  std::vector<Quarantined>& quarantined() { return quarantined_; }
  std::vector<DocumentSeen>& documents() { return documents_; }
  const std::vector<std::string>& registrations() const {
    return registrations_;
  }  // reg texts, in order of first sight
  const std::vector<std::string>& patient_numbers() const { return patient_numbers_; }  // beside registrations()
  std::size_t bytes() const;                                                            // rough memory held
  void clear();                          // after draining; counts are kept
  std::size_t findings_limit = 100'000;  // more are counted only

 private:
  RegistrationKeyer registration_keyer_;
  DocumentKeyer document_keyer_;
  std::array<Batch, kTableCount> batches_;
  std::vector<IdentityRecord> identities_;
  std::vector<VaultItem> vault_;
  std::vector<Finding> findings_;
  std::vector<Quarantined> quarantined_;
  std::vector<DocumentSeen> documents_;
  std::vector<std::string> registrations_, patient_numbers_;
  Dictionary registration_index_;  // patient numbers, numbered as in registrations_
  std::int64_t package_ = 0, doc_ = 0, vault_number_ = 0;
  std::int32_t part_ = 0, ordinal_ = 0, sub_ = 0;
  std::uint32_t reg_ = 0;
  bool has_document_ = false, history_ = false, deleted_ = false;
  void begin_origin(Batch& row, Table table, std::string_view src, std::string_view act, std::string_view state);
  void hold_document(Batch& row);
  // Origin of the last row of each table: rows that follow with the same repeat it.
  struct Origin {
    std::uint64_t file = 0, document = 0;
    const char *src = nullptr, *act = nullptr, *state = nullptr;
  };
  std::array<Origin, kTableCount> origins_{};
  std::uint64_t file_count_ = 0, document_count_ = 0;
  std::size_t vault_bytes_ = 0;
};

// Called by readers at document borders, so that the owner can drain a full set: memory stays bounded for files of any
// size.
using DrainHook = std::function<Result<void>(RecordSet&)>;

}  // namespace sekisho::records

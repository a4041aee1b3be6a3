// Reading any hospital file into records: SS-MIX2 storages (HL7 v2.5), receipts (UKE), DPC survey files. Bytes in,
// records out; no stores, no network, no policy. One reader object per family and worker, reused from file to file so
// that buffers stay warm.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"
#include "formats/receipt_volumes.h"
#include "formats/ssmix2_path.h"
#include "records/record_set.h"

namespace sekisho::formats {

enum class Family : std::uint8_t { kSsmix2, kReceipt, kDpc, kUnknown };
std::string_view name(Family family);  // "ssmix2", "receipt", "dpc", "unknown"

// Decides by path (relative, '/'-separated) and, where that is not enough, the first bytes: never by the file's name
// alone for receipts. kUnknown files are kept in the vault by their owner and counted.
Family sniff(std::string_view path, ByteView head);

// Whether a file begins as a packed one does (ZIP, 7z, gzip, zstd, xz, bzip2, LZH, RAR) and is no document of an office
// program, which are ZIP files too: what is in it is not read.
bool is_archive(ByteView head);

// What a file's name alone announces: RECEIPTC.UKE, a returned .HEN or .SAH, EFn_123456789_2404.txt. To be believed
// only where nothing could be read: a file that should have been one.
Family family_of_name(std::string_view path);

struct FileContext {
  std::string_view path;  // as the hospital has it, relative to the storage's root
  std::int64_t package = 0;
  std::int32_t part = 0, ordinal = 0;
  bool superseded = false;  // a later version of the same document is known
};

// begin() once per file, feed() its bytes in order in pieces of any size, finish() once. Errors in the content never
// make these fail: they become findings, quarantine and vault items of the record set; a failed Result comes from the
// drain hook only.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual void begin(const FileContext& context) = 0;
  virtual Result<void> feed(ByteView piece) = 0;
  virtual Result<void> finish() = 0;
  virtual FileFacts facts() const { return {}; }  // of the file finished last
  // Of the file finished last: volumes of a receipt that goes on in other files, to be added up with theirs.
  virtual std::vector<receipt::Volume> volumes() const { return {}; }
};

// `set` and `drain` must outlive the reader. `drain` may be empty. It is called when the set holds much, at a border of
// documents; what the set holds after finish() is its owner's to take.
std::unique_ptr<Reader> make_ssmix2_reader(records::RecordSet& set, records::DrainHook drain);
std::unique_ptr<Reader> make_receipt_reader(records::RecordSet& set, records::DrainHook drain);
std::unique_ptr<Reader> make_dpc_reader(records::RecordSet& set, records::DrainHook drain);
std::unique_ptr<Reader> make_reader(Family family, records::RecordSet& set, records::DrainHook drain);

// --- for the gateway: leaving out patients who opted out, before anything is sealed ---

using IsOptedOut = std::function<bool(std::string_view patient_number)>;

struct Filtered {
  bool changed = false;    // false: send the file as it was
  bool drop_file = false;  // the whole file belongs to an opted-out patient
  Bytes content;           // when changed: the file without the records of opted-out patients, byte-identical elsewhere
  std::uint64_t records_removed = 0;
};
// Files of one patient are dropped or travel as they were. Receipts and DPC files are rewritten claim by claim or row
// by row; totals stay as issued. Rows under a mother's number go if mother or newborn opted out (a row that names both
// is dropped if either is opted out). Error: filter.unreadable - a file whose patients cannot be told must not travel.
Result<Filtered> filter_opted_out(Family family, std::string_view path, ByteView content, const IsOptedOut& opted_out);

// Patient numbers named in a file's path (SS-MIX2) or nothing.
std::string_view patient_in_path(std::string_view path);

}  // namespace sekisho::formats

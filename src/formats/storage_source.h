// Where a storage says what it holds: its folders, its index database (SSMIXIDX), its transaction storage. All three
// give the same entries, so that they can be read and compared. (reference: ssmix2 sections 2 and 12)
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/result.h"

namespace sekisho::formats {

struct StorageEntry {
  std::string path;     // below the volume's root: 900/100/9001000010/-/ADT-00/9001000010_-_ADT-00_..._1
  std::string volume;   // label; "" where the source has none
  std::string changed;  // UpdateDatetime, digits alone; "" where the source has none
  bool deletion = false;
  ByteView message;         // transaction storage: the message itself; lives as long as the bytes given
  std::int64_t line = -1;   // row of the index, entry of the transaction file
  std::string_view reason;  // not empty: it cannot be used, and why; the path is empty then
};

class StorageSource {
 public:
  using Take = std::function<Result<void>(const StorageEntry&)>;
  virtual ~StorageSource() = default;
  // In the source's order; may be called again.
  virtual Result<void> entries(const Take& take) = 0;
};

// Rows of SSMIXIDX as exported text: comma or tab, columns by their names in any order, or all twelve without a header.
// `text` in UTF-8 must stay alive. Errors: index.columns, csv.quote.
std::unique_ptr<StorageSource> make_index_source(std::string_view text);

// Entries of one TR_YYYYMMDDHHMMSSFFF_nnnnn.DAT. The layout of the header before each message is not public: values are
// found by their order (facility, patient, care date, data type, order number, INS or DEL, department, time) around the
// kind of processing, whatever separates them. Another layout is another source.
std::unique_ptr<StorageSource> make_transaction_source(ByteView bytes);
bool is_transaction_file(std::string_view path);

// A path's place whatever its flag: what the same version is called after it was renamed.
std::uint64_t version_hash(std::string_view path);
// The last six folders and names of a path (a document's path ends with its content folder), '\' as '/'.
std::string storage_place(std::string_view path);

}  // namespace sekisho::formats
